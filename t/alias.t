#!/usr/bin/perl

# sitepreserver_alias: a login cookie whose Set-Cookie was seen tells whose a
# new session is; one that was only sent tells nothing and binds nobody.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Test;
use Sp::Http;
use Sp::Nginx;
use Sp::Origin;
use Sp::Redis;

my $redis  = Sp::Redis->new;
my $secret = secret_file();
my $origin = Sp::Origin->new(sub ($method, $uri, $headers, $body) {
    my %answer = ('Content-Type' => 'application/json');

    $answer{'Set-Cookie'} = "login=$1; Path=/" if $uri =~ /set=(\w+)/;
    $answer{'Set-Cookie'} = 'login=; Path=/; Max-Age=0' if $uri =~ /unset/;
    $answer{'Set-Cookie'} = "remembered=$1; Path=/" if $uri =~ /keep=(\w+)/;

    return [ 200, \%answer, '{"lines":[{"id":"shirt"}]}' ];
});

my $nginx = Sp::Nginx->new(http => <<"CONF");
log_format sp '\$request_uri v=\$sitepreserver_visitor s=\$sitepreserver_shopper';
access_log %%DIR%%/logs/access.log sp;
sitepreserver_redis @{[ $redis->url ]};
sitepreserver_secret_file $secret;
server {
    listen 127.0.0.1:%%PORT%%;
    server_name shop;
    sitepreserver on;
    sitepreserver_visitor cookie:session;
    sitepreserver_alias cookie:remembered;
    sitepreserver_alias cookie:login;
    sitepreserver_cookie off;
    sitepreserver_event login POST = /login { email form:email; }
    sitepreserver_event logout POST = /logout { }
    sitepreserver_event set_cart GET = /cart { items response.json:lines { id id; } }
    location / { proxy_pass http://127.0.0.1:@{[ $origin->port ]}; }
    location = /status { sitepreserver_status; }
}
CONF

my $ua = Sp::Http->new(port => $nginx->port);
my $n  = 0;


# A request of this session; gives its visit and its shopper.
sub told ($method, $uri, $session, $login, $form = undef) {
    my $tag = 'n=' . ++$n;
    my %headers = (Cookie => "session=$session" . 'x' x 20
        . ($login eq '' ? '' : "; login=$login"));

    $uri .= ($uri =~ /\?/ ? '&' : '?') . $tag;
    is(($form ? $ua->form($uri, $form, \%headers)
        : $ua->request($method, $uri, headers => \%headers))->{status}, 200,
        "$method $uri");

    my $line = wait_for { ($nginx->access_log =~ /^(\S*\b$tag v=.*)$/m)[0] };

    return $line =~ /v=([\w-]*) s=([\w-]*)/;
}


# Whose the cart of this session is, by what Redis has; '' of nobody.
sub owner ($session, $login) {
    my ($visit) = told('GET', '/cart', $session, $login);
    my $record  = wait_for { $redis->cmd('GET', "sp:{shop}:v:$visit") };

    return ($record // 'none') =~ /([\w-]{22})\x1f[^\x1e]*\x1eshirt/ ? $1 : '';
}


my ($visit, $ada) = told('POST', '/login?set=adastoken', 'one', '',
    { email => 'ada@example.com' });
like($ada, qr/^[\w-]{22}$/, 'a login that sets a login cookie');

is(owner('two', 'adastoken'), $ada, 'a new session with that cookie is hers');
is(owner('three', 'invented'), '', 'one with an invented cookie is nobody\'s');
is(owner('four', ''), '', 'one without a cookie, too');

# The cookie of another person is sent along, and the answer sets none.

(undef, my $mallory) = told('POST', '/login', 'five', 'adastoken',
    { email => 'mallory@example.com' });
isnt($mallory, $ada, 'somebody else logs in with her cookie');
is(owner('six', 'adastoken'), $ada, 'it still leads to her');

told('POST', '/login', 'seven', 'planted', { email => 'eve@example.com' });
is(owner('eight', 'planted'), '', 'a cookie that no answer has set binds nobody');

# The cookie goes to the next person of a shared browser, and is deleted.

(undef, my $bob) = told('POST', '/login?set=bobstoken', 'nine', '',
    { email => 'bob@example.com' });
is(owner('ten', 'bobstoken'), $bob, 'another login, another cookie');
told('POST', '/logout?unset', 'ten', 'bobstoken');
is(owner('eleven', 'bobstoken'), '', 'a cookie that an answer deleted is forgotten');

# A second directive is of another value.

my (undef, $eve) = told('POST', '/login?keep=evestoken', 'twelve', '',
    { email => 'eve@example.com' });
is(owner('thirteen', 'x; remembered=evestoken'), $eve, 'either of two aliases');

all_done();
