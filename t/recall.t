#!/usr/bin/perl
# slow
#
# sitepreserver_recall: a browser's own list by its own cookie, at once and
# empty when Redis does not answer, and shown on a page in Chromium.

use v5.36;
use utf8;
use FindBin;
use lib "$FindBin::Bin/lib";
use IO::Socket::INET;
use JSON::XS;
use Test::More;
use Sp::Test;
use Sp::Http;
use Sp::Nginx;
use Sp::Origin;
use Sp::Redis;

binmode Test::More->builder->$_, ':encoding(UTF-8)'
    for qw(output failure_output todo_output);

my $redis  = Sp::Redis->new;
my $secret = secret_file();
my $root   = root();
my $evil   = '<img src=x onerror="alert(1)">\'"&</script>é';
my %goods  = (
    shirt => { id => 'shirt', n => 2, name => 'Shirt', price => '19.99',
               url => '/p/shirt', image => '/i/shirt.png' },
    evil  => { id => 'evil', n => 1, name => $evil, price => '5.00',
               url => 'javascript:alert(1)', image => 'https://evil.example/x' },
    cdn   => { id => 'cdn', n => 1, name => 'Hat', price => '1.00',
               url => '/p/hat?a=1&b=2', image => 'https://cdn.example.com/h' },
);
my @cart = ('shirt');

my ($box) = slurp("$root/docs/recall.md") =~ /(<link rel=.*?<\/script>)/s;

my $origin = Sp::Origin->new(sub ($method, $uri, $headers, $body) {
    my @private = ('Cache-Control' => 'private, no-store');

    return [ 200, [ 'Content-Type' => 'application/json', @private ],
             encode_json({ items => [ @goods{ $uri =~ /items=([\w,]+)/
                 ? split /,/, $1 : () } ] }) ] if $uri =~ m{^/cart};
    return [ 200, [ 'Content-Type' => 'text/html; charset=utf-8', @private,
        'Content-Security-Policy' => "default-src 'none'; script-src 'self';"
        . " style-src 'self'; connect-src 'self'; img-src 'self'" ],
        "<!DOCTYPE html><html lang=en><meta charset=utf-8><meta name=viewport"
        . " content='width=device-width'><title>Cart</title><link rel=icon"
        . " href=/i/icon><h1>Your cart is empty</h1>$box" ]
        if $uri =~ m{^/empty};
    return [ 200, [ 'Content-Type' => 'text/html; charset=utf-8', @private ],
        '<p>before<!--# include virtual="/sp/recall?format=html" -->after' ]
        if $uri =~ m{^/ssi};
    return [ 200, [ 'Content-Type' => 'text/html', @private ],
        '<script type="application/ld+json">{"@type":"Product","sku":"gone",'
        . '"name":"Gone","offers":{"price":"7.00","priceCurrency":"EUR",'
        . '"availability":"https://schema.org/OutOfStock"}}</script>' ]
        if $uri eq '/p/gone';
    return [ 200, [ 'Content-Type' => 'image/svg+xml' ],
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>' ]
        if $uri =~ m{^/i/};
    return [ 200, [ 'Content-Type' => 'text/html' ], '<p>ok' ];
});

my $rules = <<"CONF";
    sitepreserver on;
    sitepreserver_currency EUR;
    sitepreserver_consent \$consent;
    sitepreserver_visitor cookie:session;
    sitepreserver_learn ~ ^/p/;
    sitepreserver_event set_cart GET = /cart {
        items response.json:items {
            id id; quantity n; name name; price price; url url; image image;
        }
    }
    sitepreserver_event identify POST = /me { email form:email; }
    sitepreserver_event view_item GET = /look { item_id arg:id; }
    sitepreserver_event logout POST = /logout { }
    sitepreserver_event purchase POST = /buy { order_id form:order; }
    location / { proxy_pass http://127.0.0.1:@{[ $origin->port ]}; }
    location /ssi { ssi on; proxy_pass http://127.0.0.1:@{[ $origin->port ]}; }
    location = /status { sitepreserver off; sitepreserver_status; }
CONF

my $nginx = Sp::Nginx->new(http => <<"CONF");
sitepreserver_redis @{[ $redis->url ]} timeout=20s;
sitepreserver_secret_file $secret;
map \$cookie_consent \$consent { default 1; no 0; }
server {
    listen 127.0.0.1:%%PORT%%;
    server_name shop;
    $rules
    location = /sp/recall { sitepreserver_recall timeout=10s hosts=cdn.example.com; }
    location = /sp/usual { sitepreserver_recall; }
    location = /sp/patient { sitepreserver_recall timeout=10s hosts=cdn.example.com;
        gzip on; gzip_min_length 1; charset koi8-r; }
    location = /sp/quick { sitepreserver_recall timeout=1ms; }
    location = /sp/recall.js { alias $root/conf/recall/recall.js; }
    location = /sp/recall.css { types { text/css css; }
        alias $root/conf/recall/recall.css; }
}
server {
    listen 127.0.0.1:%%PORT1%%;
    server_name none;
    $rules
}
CONF

my $ua     = Sp::Http->new(port => $nginx->port);
my $people = 0;

sub counters () { return $ua->get('/status')->data->{counters} }

sub all_applied () {
    return wait_ok { my $c = counters(); $c->{applied} == $c->{queued} } 'all is applied';
}

# A browser; its session changes when it likes.
sub browser ($port = $nginx->port) {
    my $new = Sp::Http->new(port => $port, jar => 1);
    $new->jar->set(session => sprintf('session%016d', ++$people));
    return $new;
}

sub got ($browser, $uri = '/sp/patient', %headers) {
    my $answer = $browser->get($uri, \%headers);
    return $answer->data;
}

sub names_are ($browser, $names, $name) {
    all_applied();
    return is_deeply([ map { "$_->{why} $_->{name}" } got($browser)->@* ], $names,
                     $name);
}


# ---- Whose it is.

my $ada = browser();
my $bob = browser();

$ada->get('/cart?items=shirt');
ok($ada->jar->get('sp_visitor'), 'our cookie') or BAIL_OUT('no cookie');
$bob->get('/cart?items=cdn');
all_applied();

my $answer = $ada->get('/sp/patient');
is_deeply($answer->data, [ { why => 'left', name => 'Shirt', url => '/p/shirt',
    image => '/i/shirt.png', price => '19.99', currency => 'EUR',
    quantity => 2 } ], 'what is in the cart');
is($answer->header('Cache-Control'), 'private, no-store', 'nobody stores it');
is($answer->header('Content-Type'), 'application/json', 'JSON');
is($answer->header('Set-Cookie'), undef, 'no cookie');
$answer = $ada->get('/sp/patient?format=html', { 'Accept-Encoding' => 'gzip' });
is($answer->header('Content-Type'), 'text/html; charset=utf-8', 'HTML');
is($answer->header('Content-Encoding'), 'gzip', '... as nginx compresses it');
$answer = $ada->get('/sp/patient');
names_are($bob, [ 'left Hat' ], 'another one has another');

my $head = $ada->request('HEAD', '/sp/patient');
is("$head->{status} $head->{body}", '200 ', 'HEAD');
is($head->header('Content-Length'), length $answer->{body}, '... of the same');
is($ada->form('/sp/patient', { a => 1 })->{status}, 405, 'POST');

my $own    = $ada->jar->get('sp_visitor');
my $forged = $own =~ s/(.)$/$1 eq 'A' ? 'B' : 'A'/er;

for my $case ([ 'no cookie', '' ], [ 'a forged one', "sp_visitor=$forged" ],
    [ 'the session alone', 'session=' . $ada->jar->get('session') ],
    [ 'one that is cut', 'sp_visitor=' . substr $own, 1 ]) {
    my ($name, $cookie) = @$case;
    is($ua->get('/sp/patient', { Cookie => $cookie })->{body}, "[]\n", $name);
}

is($ua->get('/sp/patient', { Cookie => "sp_visitor=$own; consent=no" })->{body},
    "[]\n", 'without consent');
is($ua->get('/sp/patient', { Cookie => "sp_visitor=$own",
    'User-Agent' => 'Googlebot/2.1' })->{body}, "[]\n", 'a bot');
is(scalar got($ua, '/sp/patient', Cookie => "sp_visitor=$own")->@*, 1,
    'the cookie is enough');

# ---- Views, and an order.

$ada->get('/cart?items=cdn');
$ada->get('/look?id=shirt');
names_are($ada, [ 'left Hat', 'viewed Shirt' ], 'an item that was looked at');
$ada->get('/p/unknown');
all_applied();
is(counters()->{dropped}, 0, 'a page that is not known');
my ($page) = map { s/.*\x1e@([\w-]{22}).*/$1/sr }
    grep { /\x1e@/ } map { $redis->cmd('GET', $_) } $redis->keys('sp:{shop}:w:*');
ok($page, '... is kept by its key') or BAIL_OUT('no page');
$redis->cmd('FCALL', 'sp1_item', 2, "sp:{shop}:n:\@$page", 'sp:{shop}:moved',
    'i' x 22, 1, join("\x1f", 'coat', '', 'Coat', '/p/unknown', '', 4200, 'EUR', 'i'), 0);
names_are($ada, [ 'left Hat', 'viewed Coat', 'viewed Shirt' ],
    '... and shown once it is learnt');

$ada->form('/buy', { order => 'o1' });
$ada->get('/cart');
names_are($ada, [ 'viewed Coat', 'viewed Shirt', 'bought Hat' ],
    'after an order nothing is left');
is(got($ada)->[2]{price}, '1.00', '... and what it cost is known');

# ---- A shared computer.

my $shared = browser();
$shared->get('/cart?items=shirt');
$shared->form('/me', { email => 'ada@example.com' });
names_are($shared, [ 'left Shirt' ], 'her own');
$shared->form('/logout', {});
names_are($shared, [], 'after a logout nothing');
$shared->get('/cart?items=shirt');
$shared->form('/me', { email => 'ada@example.com' });
$shared->jar->set(session => 'another-session-of-bob');
$shared->form('/me', { email => 'bob@example.com' });
names_are($shared, [], 'after another person\'s address nothing');
$shared->get('/cart?items=cdn');
names_are($shared, [ 'left Hat' ], 'his own');
$shared->get('/', { Cookie => 'sp_visitor=' . $shared->jar->get('sp_visitor')
    . '; consent=no' });
names_are($shared, [], 'after "no" nothing');

# ---- Where no location has it, nothing is kept.

my $none = browser($nginx->port(1));
$none->get('/cart?items=shirt');
$none->get('/look?id=shirt');
$none->get('/p/x');
all_applied();
is_deeply([ $redis->keys('sp:{none}:w:*') ], [], 'off: nothing is kept');
ok(scalar(my @v = $redis->keys('sp:{none}:v:*')), '... but carts');

# ---- Hostile texts.

my $eve = browser();
$eve->get('/cart?items=evil,cdn');
all_applied();
is_deeply(got($eve), [ { why => 'left', name => $evil, price => '5.00',
    currency => 'EUR', quantity => 1 },
    { why => 'left', name => 'Hat', url => '/p/hat?a=1&b=2',
      image => 'https://cdn.example.com/h', price => '1.00',
      currency => 'EUR', quantity => 1 } ],
    'a name is a text; links and pictures of others are left out');
unlike($eve->get('/sp/patient')->{body}, qr/[<>&]/, '... as it is written, too');

my $ssi = $eve->get('/ssi')->{body};
like($ssi, qr{^<p>before<ul class="sp-recall">\n.*</ul>\nafter$}s,
    'a list in the page, by SSI');
unlike($ssi, qr/<img src=x|javascript:|evil\.example/, '... escaped');
like($ssi, qr{<a href="/p/hat\?a=1&amp;b=2"><img src="https://cdn}, '... with links');
like(browser()->get('/ssi')->{body}, qr/^<p>before\s*after$/,
    '... or with nothing');

# ---- In a browser.

SKIP: {
    my ($s, $text, $error) = command([ "$root/t/creatives/install" ],
        timeout => 600, clock => 0);
    BAIL_OUT("no browser: $error") if $s;

    my %tool = $text =~ /^(\w+)=(.*)$/mg;
    local $ENV{SP_MODULES} = $tool{modules};
    my $host = '127.0.0.1:' . $nginx->port;

    for my $uri ('/p/gone', '/look?id=shirt') {
        $eve->get($uri);
        all_applied();
    }

    my ($rc, $out, $said) = command([ $tool{node}, "$root/t/lib/recall.mjs",
        "http://$host/empty", dir(), $eve->jar->get('sp_visitor') ],
        timeout => 300);
    is($rc, 0, 'Chromium shows it') or diag $said;

    for my $seen (map { decode_json($_) } split /\n/, $out) {
        my $at = "$seen->{width} px";

        is_deeply($seen->{titles}, [ 'Still waiting for you', 'You looked at' ],
            "$at: what it is");
        is_deeply($seen->{names}, [ $evil, 'Hat', 'Shirt', 'Gone' ],
            '... names as texts');
        is_deeply($seen->{notes}, [ 'Out of stock' ], '... what cannot be had');
        is($seen->{inner}, 0, '... no markup of theirs');
        is_deeply($seen->{links}, [ '/p/hat?a=1&b=2', '/p/shirt',
            '/p/gone' ], '... links');
        is_deeply([ $seen->{prices}[0] ], [ '€5.00' ], '... prices');
        cmp_ok($seen->{wide}, '<=', $seen->{width}, '... not wider than the window');
        is_deeply([ grep { !/cdn\.example\.com/ } $seen->{complaints}->@* ], [],
            '... and its policy has no complaints');
        ok(-s dir() . "/recall-$seen->{width}.png", '... a picture of it');
    }
}

# ---- Redis is full, hung, away.

$redis->cmd('CONFIG', 'SET', 'maxmemory', 1);
is(scalar got($bob)->@*, 1, 'full: what is there is shown');
$redis->cmd('CONFIG', 'SET', 'maxmemory', 0);

my $missed = counters()->{recalls_missed};
$redis->pause;
is($bob->get('/sp/usual')->{body}, "[]\n", 'hung: nothing, in time');
is($bob->get('/sp/usual?format=html')->{body}, "\n", '... in HTML, too');

# The browser of bob asks, and reads the answer later.
sub asks ($uri) {
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $nginx->port, Timeout => 30) or die;

    print $socket "GET $uri HTTP/1.1\r\nHost: a\r\nConnection: close\r\n",
        'Cookie: sp_visitor=', $bob->jar->get('sp_visitor'), "\r\n\r\n";
    return $socket;
}

# At most 64 wait for Redis, also those whose time is over: 63 of such, and one
# that has time.  The next is told at once, or it would be answered after that one.

$redis->resume;
wait_ok { scalar got($bob)->@* == 1 } 'it goes on';

for my $round (1, 2) {
    my $before = counters();

    $redis->pause;
    is_deeply([ grep { $_ ne "[]\n" } map { $bob->get('/sp/quick')->{body} } 1 .. 63 ],
        [], "round $round: 63 wait");

    my $last = asks('/sp/patient?last');

    $ua->get('/status') for 1 .. 3;
    is($bob->get('/sp/patient')->{body}, "[]\n", '... the 65th gets nothing');
    is(counters()->{recalls_missed}, $before->{recalls_missed} + 64,
        '... and the 64th still waits');
    $redis->resume;

    my $got = do { local $/; <$last> };

    like($got, qr/ 200 .*\r\n\r\n\[\{"why":"left","name":"Hat"/s,
        '... until Redis answers');
    is(scalar got($bob)->@*, 1, '... and there is room again');
    is(counters()->{recalls}, $before->{recalls} + 2, '... which is counted');
}

$redis->pause;

# More than may wait, and one whose client leaves.

$bob->get('/sp/quick') for 1 .. 70;

close asks('/sp/patient?gone');

is(counters()->{recalls_missed} >= $missed + 72, 1, '... is counted');

# Questions that nobody answers keep no worker.

$nginx->reload;
ok($nginx->wait_drained, 'a reload while Redis hangs');
$redis->resume;
wait_ok { scalar got($bob)->@* == 1 } 'it goes on';

allow_log(qr/sitepreserver: Redis|refused|takes no|closed the connection/);
$redis->stop;
wait_ok { !grep { $_->{connected} } $ua->get('/status')->data->{workers}->@* }
    'Redis is away';
is($bob->get('/sp/patient')->{body}, "[]\n", 'away: nothing, at once');
$redis->start;
wait_ok { scalar got($bob)->@* == 1 } 'it is back';

# ---- The directive.

for my $case ([ 'timeout=0' ], [ 'timeout=1h' ], [ 'timeout=x' ], [ 'hosts=' ],
    [ 'hosts=a,,b' ], [ 'hosts=http://a' ], [ 'x' ], [ 'hosts=*.a' ],
    [ ('timeout=2s') x 2 ], [ ('hosts=a') x 2 ]) {
    my ($status, $said) = Sp::Nginx->check(<<"CONF");
sitepreserver_secret_file $secret;
server { listen 127.0.0.1:%%PORT%%; server_name a;
    location / { sitepreserver_recall @$case; } }
CONF
    ok($status && $said =~ /invalid parameter "\Q$case->[0]\E", it must be .* in .*:\d+/,
        "\"@$case\" is no parameter") or diag $said;
}

for my $case (
    [ "location / { sitepreserver_recall; sitepreserver_capture; }",
      '"sitepreserver_capture" directive is in a location' ],
    [ "location / { sitepreserver_status; sitepreserver_recall; }",
      '"sitepreserver_recall" directive is in a location' ],
    [ "location / { sitepreserver_capture; sitepreserver_status; }",
      '"sitepreserver_status" directive is in a location' ],
    [ "location / { proxy_pass http://127.0.0.1:1; sitepreserver_recall; }",
      '"sitepreserver_recall" directive is in a location' ],
    [ 'sitepreserver_learn /p refresh=1h refresh=2h;',
      '"refresh=2h" is duplicate' ],
    [ 'sitepreserver_learn = /p args=a id=sku args=b;',
      '"args=b" is duplicate' ],
) {
    my ($status, $said) = Sp::Nginx->check(<<"CONF");
sitepreserver_secret_file $secret;
server { listen 127.0.0.1:%%PORT%%; server_name a; sitepreserver on;
    $case->[0] }
CONF
    ok($status && $said =~ /\Q$case->[1]\E.* in .*:\d+/, $case->[1]) or diag $said;
}

all_done();
