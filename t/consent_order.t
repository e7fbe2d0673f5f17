#!/usr/bin/perl
#
# What who refuses, or is ignored, buys in a session of its own: whatever leads
# to what was kept before closes it, and nothing else is kept.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Test;
use Sp::Call;
use Sp::Http;
use Sp::Nginx;
use Sp::Origin;
use Sp::Redis;

my $redis  = Sp::Redis->new;
my $secret = secret_file();

# The login cookie, and a session that the answer replaces.
my $origin = Sp::Origin->new(sub ($method, $uri, $headers, $body) {
    my $cookie = $headers->{cookie} // '';
    my ($who)  = $cookie =~ /\bsid=(\w+)-/;
    my @set = $uri =~ m{^/login} ? "login=login-of-$who-aaaaaaaa; Path=/"
            : $uri =~ /\bnew\b/  ? "sid=$who-third-cccccccccc; Path=/" : ();

    return [ 200, { 'Content-Type' => 'text/plain',
                    map { ('Set-Cookie' => $_) } @set }, 'ok' ];
});

my $nginx = Sp::Nginx->new(http => <<"CONF");
sitepreserver_redis @{[ $redis->url ]};
sitepreserver_secret_file $secret;
server {
    listen 127.0.0.1:%%PORT%%;
    server_name shop;
    sitepreserver on;
    sitepreserver_consent \$cookie_agreed;
    sitepreserver_ignore \$arg_ignore;
    sitepreserver_visitor cookie:sid;
    sitepreserver_alias cookie:login;
    sitepreserver_event add_to_cart POST = /add { item_id form:id; }
    sitepreserver_event login POST = /login { email form:email; }
    sitepreserver_event identify POST = /me { email form:email; }
    sitepreserver_event purchase POST = /buy { order_id form:order; }
    location / { proxy_pass http://127.0.0.1:@{[ $origin->port ]}; }
    location = /status { sitepreserver_status; }
}
CONF

my $ua   = Sp::Http->new(port => $nginx->port);
my $call = Sp::Call->new(redis => $redis, shop => 'shop', hello => 0);
my $sent = 0;

sub applied () { $ua->get('/status')->data->{counters}{applied} }

# By somebody who agreed; gives the cookies that there are then.
sub agreed ($who, $first) {
    my $session = "sid=$who-first-aaaaaaaaaa; agreed=1";
    my $answer  = $ua->form('/add', { id => 'shirt' }, { Cookie => $session });
    my ($own)   = join("\n", $answer->headers('Set-Cookie'))
        =~ /^(sp_visitor=[^;]+)/m;

    $answer = $ua->form($first, { email => "$who\@example.com" },
                        { Cookie => "$session; $own" });
    my ($login) = join("\n", $answer->headers('Set-Cookie'))
        =~ /^(login=[^;]+)/m;
    $sent += 2;

    return ($own, $login);
}

sub buys ($who, $cookies, $uri = '/buy') {
    $sent++;
    is($ua->form($uri, { order => "order-$who" }, { Cookie => $cookies })
       ->{status}, 200, "$who buys");
    wait_ok { applied() == $sent } '... Redis is told';

    return $call->why("$who\@example.com")->{ordered};
}

sub records () { return sort $redis->keys('sp:{shop}:[vpac]:*') }


my ($own)  = agreed('own', '/me');
my ($ign)  = agreed('ign', '/me');
my (undef, $login) = agreed('log', '/login');
my ($other) = agreed('other', '/me');

agreed('moved', '/me');
ok($own, 'our own cookie') or BAIL_OUT('no cookie');
ok($login, 'a login cookie');
wait_ok { applied() == $sent } 'all is kept';

my @before = records();

ok(buys('own', "sid=own-second-bbbbbbbbb; $own"), '... by our own cookie');
ok(buys('ign', "sid=ign-second-bbbbbbbbb; agreed=1; $ign", '/buy?ignore=1'),
    '... ignored');
ok(buys('log', "sid=log-second-bbbbbbbbb; $login"), '... by the login cookie');
ok(buys('moved', 'sid=moved-first-aaaaaaaaaa', '/buy?new'),
    '... by the session that the answer replaces');
my %before = map { $_ => 1 } @before;
is_deeply([ grep { !$before{$_} } records() ], [], 'no record is new');
ok(!$call->why('other@example.com')->{ordered}, 'nobody else has bought');
ok(!buys('no', 'sid=nobody-second-bbbbb'), 'nor who is unknown');
ok(!$call->why('other@example.com')->{ordered}, '... for anybody');

all_done();
