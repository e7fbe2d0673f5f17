#!/usr/bin/perl
#
# Whoever takes consent back is forgotten with the next page or event; of whom
# nothing is known, nothing is told either.

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
    my ($who) = ($headers->{cookie} // '') =~ /session=(\w+)/;
    return [ 200, { 'Content-Type' => 'application/json' }, '{}' ]
        if $uri =~ m{^/(?:api|img)};
    return [ 200, { 'Content-Type' => 'text/html; charset=utf-8',
        $uri =~ m{^/login} ? ('Set-Cookie' => "login=login-of-$who; Path=/")
        : () }, '<p>ok' ];
});

sub server ($port, $name, $settings) {
    return <<"CONF";
server {
    listen 127.0.0.1:%%PORT$port%%;
    server_name $name;
    sitepreserver on;
    sitepreserver_consent \$cookie_agreed $settings;
    sitepreserver_visitor cookie:session;
    sitepreserver_alias cookie:login;
    sitepreserver_event add_to_cart POST = /add { item_id form:id; }
    sitepreserver_event identify POST = /me { email form:email; }
    sitepreserver_event login POST = /login { email form:email; }
    sitepreserver_event purchase POST = /buy { order_id form:order; }
    location / { proxy_pass http://127.0.0.1:@{[ $origin->port ]}; }
    location /closed/ {
        sitepreserver_consent 0;
        proxy_pass http://127.0.0.1:@{[ $origin->port ]};
    }
    location /status { sitepreserver off; sitepreserver_status; }
}
CONF
}

my $nginx = Sp::Nginx->new(workers => 2, http => <<"CONF");
log_format sp '\$request_uri r=\$sitepreserver_result';
access_log %%DIR%%/logs/access.log sp;
sitepreserver_redis @{[ $redis->url ]};
sitepreserver_secret_file $secret;
@{[ server('', 'shop', '') ]}
@{[ server(1, 'signals', 'gpc') ]}
@{[ server(2, 'embedded', '; sitepreserver_cookie sp_visitor samesite=none secure=on') ]}
CONF

my $ua   = Sp::Http->new(port => $nginx->port);
my $gpc  = Sp::Http->new(port => $nginx->port(1));
my $sent = 0;
my %own;

sub counters () { return $ua->get('/status')->data->{counters} }

sub all_applied ($name) {
    return wait_ok { my $c = counters(); $c->{applied} == $c->{queued} } $name;
}

sub session ($who, $agreed, $own = $own{$who}) {
    return { Cookie => "session=$who" . 'x' x 16 . "; agreed=$agreed"
        . ($own ? "; $own" : '') };
}

# Somebody agrees, puts a shirt into the cart and tells the address.
sub agrees ($who, $client = $ua, $to = '/me') {
    my $answer = $client->form('/add', { id => 'shirt' }, session($who, 1, ''));

    ($own{$who}) = ($answer->header('Set-Cookie') // '')
        =~ /^(sp_visitor=[^;]+)/;
    $client->form($to, { email => "$who\@example.com" }, session($who, 1));
    $sent += 2;
    wait_ok { counters()->{applied} >= $sent } "$who agrees";

    return;
}

# What is kept of people, less counters and the like.
sub kept ($shop = 'shop') { return sort $redis->keys("sp:{$shop}:[vpaci]:*") }

sub erased ($name, $n) {
    state $erased = 0;

    $erased += $n;
    $sent   += $n;
    wait_ok { counters()->{applied} == $sent } "$name: Redis has all";

    return is(counters()->{erased}, $erased, $n ? "... is told" : '... no erasure');
}


agrees('ada');
agrees('bob');
my @bob = kept();

agrees('eve');
my @all = kept();
cmp_ok(scalar @all, '>', scalar @bob, 'another shopper');

# Who is not asked for it, or by what.

$ua->get('/', session('eve', 1));
$ua->get('/closed/', session('eve', 0));
$ua->get('/api/x', session('eve', 0));
$ua->request('HEAD', '/', headers => session('eve', 0));
$ua->get('/', { session('eve', 0)->%*, 'User-Agent' => 'Googlebot/2.1' });
$ua->form('/add', { id => 'hat' },
          { session('eve', 0)->%*, 'User-Agent' => 'Googlebot/2.1' });
$ua->get('/', { session('eve', 1)->%*, 'Sec-GPC' => 1 });
erased('agreed, closed by the operator, no page, a bot, GPC of nobody\'s', 0);
is_deeply([ kept() ], \@all, '... all is kept');

# A page.

$ua->get('/', session('eve', 0));
erased('a page after "no"', 1);
is_deeply([ kept() ], \@bob, '... nothing of her, and all of others, is kept');
$ua->get("/?$_", session('eve', 0)) for 1 .. 20;
erased('more pages', 0);

# An event.

agrees('eve');
my $answer = $ua->form('/add?withdrawn', { id => 'hat' }, session('eve', ''));
is($answer->{status}, 200, 'the shop is served');
like($answer->header('Set-Cookie'),
    qr/^sp_visitor=; Path=\/; HttpOnly; SameSite=Lax; Max-Age=0$/,
    'the browser shall forget our cookie, too');
wait_ok { $nginx->access_log =~ m{^/add\?withdrawn r=no_consent$}m }
    'it is not observed';
erased('an event after it', 1);
is_deeply([ kept() ], \@bob, '... nothing of her is kept');
is($ua->form('/add', { id => 'hat' }, session('eve', 0, ''))
   ->header('Set-Cookie'), undef, 'no cookie is given or taken then');

# A cookie that browsers take only with Secure is not deleted without either.

my $embedded = Sp::Http->new(port => $nginx->port(2));

agrees('zoe', $embedded);
like($embedded->form('/add', { id => 'hat' }, session('zoe', 0))
     ->header('Set-Cookie'),
    qr/^sp_visitor=; Path=\/; HttpOnly; SameSite=None; Max-Age=0; Secure$/,
    'a cookie for other sites\' pages is deleted, too');
erased('an event', 1);

# An order, and what the login cookie leads to.

agrees('eve', $ua, '/login');
$ua->form('/buy', { order => 'o1' },
    { Cookie => session('eve2', 0, '')->{Cookie} . '; login=login-of-eve'
        . 'x' x 16 });
erased('an order in another session', 1);
ok(!grep({ /:a:/ } kept()) || @{[ grep { /:a:/ } kept() ]}
    == @{[ grep { /:a:/ } @bob ]} + 1, '... its login cookie leads nowhere');
$ua->get('/', session('eve', 0));
erased('a page', 1);

# Unknown ones cost nothing.

$ua->get('/', session("nobody$_", 0, '')) for 1 .. 5;
$ua->form('/add', { id => 'hat' }, session("nobody$_", 0, '')) for 1 .. 5;
erased('who refused from the start', 0);

# Global Privacy Control, where it is asked for.

agrees('gil', $gpc);
cmp_ok(scalar(my @gil = kept('signals')), '>', 2, 'known');
$gpc->get('/', { session('gil', 1)->%*, 'Sec-GPC' => 1 });
erased('Sec-GPC', 1);
is_deeply([ kept('signals') ], [], '... nothing is kept');

# Another nginx has no table of who was active: our cookie tells.

agrees('eve');
wait_ok { my $c = counters(); $c->{applied} == $c->{queued} } 'all is there';
$nginx->quit;
$nginx->start;
$ua->get("/?$_", session('eve', 0)) for 1 .. 3;
wait_ok { counters()->{erased} == 1 } 'after a restart: a page is enough, once';
wait_ok { counters()->{applied} == 1 } '... Redis has it';
is(counters()->{queued}, 1, '... and nothing else');

# Eve has bought: that is kept without her address.
my ($eve) = grep { /:p:/ } grep { my $k = $_; !grep { $_ eq $k } @bob } kept();
is_deeply([ grep { my $k = $_; !grep { $_ eq $k } @bob } kept() ],
    [ $eve // 'none' ], 'only that she has bought is kept');

all_done();
