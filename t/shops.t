#!/usr/bin/perl

# One nginx, several shops: each has its own keys, rules and terms.

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
my $origin = Sp::Origin->new(sub (@) {
    [ 200, { 'Content-Type' => 'text/plain' }, 'ok' ] });
my $proxy  = "location / { proxy_pass http://127.0.0.1:@{[ $origin->port ]}; }";

my $nginx = Sp::Nginx->new(http => my $conf = <<"CONF");
log_format sp '\$host\$request_uri e=\$sitepreserver_event'
              ' v=\$sitepreserver_visitor r=\$sitepreserver_result';
access_log %%DIR%%/logs/access.log sp;
sitepreserver_redis @{[ $redis->url ]};
sitepreserver_secret_file $secret;
sitepreserver_visitor cookie:session;
sitepreserver_idle 30m;
sitepreserver_event add_to_cart POST = /add { item_id form:id; }
server {
    listen 127.0.0.1:%%PORT%%;
    server_name one.example www.one.example;
    sitepreserver on;
    $proxy
    location = /status { sitepreserver_status; }
}
server {
    listen 127.0.0.1:%%PORT%%;
    server_name two.example;
    sitepreserver on;
    sitepreserver_shop second;
    sitepreserver_idle 10m;
    sitepreserver_retain 2d anonymous=1h;
    sitepreserver_event add_to_cart POST = /cesta { item_id form:producto; }
    $proxy
}
server {
    listen 127.0.0.1:%%PORT%%;
    server_name apex.example;
    sitepreserver on;
    sitepreserver_shop second;
    sitepreserver_idle 10m;
    sitepreserver_retain 2d anonymous=1h;
    $proxy
}
server {
    listen 127.0.0.1:%%PORT%%;
    server_name away.example;
    sitepreserver_shop away;
    $proxy
    location /in/ { sitepreserver on; proxy_pass
        http://127.0.0.1:@{[ $origin->port ]}; }
    sitepreserver_event add_to_cart POST = /in/add { item_id form:id; }
}
CONF

my $ua = Sp::Http->new(port => $nginx->port);


sub add ($host, $uri, $field = 'id') {
    $ua->form($uri, { $field => 'shirt' },
        { Host => $host, Cookie => 'session=the-same-everywhere' });

    my $line = wait_for {
        my @lines = $nginx->access_log =~ m{^\Q$host$uri\E (.*)$}mg;
        $lines[-1];
    };
    return $line;
}


sub visits ($shop) { my @keys = $redis->keys("sp:{$shop}:v:*"); @keys }


like(add('one.example', '/add'), qr/^e=add_to_cart .* r=observed$/, 'one');
like(add('www.one.example', '/add'), qr/r=observed$/, 'its other name');
like(add('two.example', '/add'), qr/r=observed$/, "two: the rules of http{}");
like(add('two.example', '/cesta', 'producto'), qr/r=observed$/,
    'and its own');
like(add('one.example', '/cesta', 'producto'), qr/r=no_match$/,
    "which are not another's");
like(add('apex.example', '/add'), qr/r=observed$/, 'two servers of one shop');
like(add('away.example', '/add'), qr/r=-$/, 'off');
like(add('away.example', '/in/add'), qr/r=observed$/, 'but in a location');

wait_ok { $ua->get('/status', { Host => 'one.example' })
    ->data->{counters}{applied} == 6 } 'all is applied';

is(scalar(visits('one.example')), 1, 'one visit of the first');
is(scalar(visits('second')), 1, 'one of the second');
is(scalar(visits('away')), 1, 'one of the third');

my %ids = map { $_ => 1 } map { s/.*:v://r } visits('one.example'),
    visits('second'), visits('away');
is(scalar keys %ids, 3, 'the same session has another id in each');

is_deeply($ua->get('/status', { Host => 'one.example' })->data->{shops},
    [ 'one.example', 'second', 'away' ], 'the status names them');

sub between ($key, $least, $most, $name) {
    my $ttl = $redis->cmd('PTTL', $key) / 1000;
    ok($ttl > $least && $ttl <= $most, $name) or diag($ttl);
}

between((visits('one.example'))[0], 29 * 86400, 32 * 86400,
    'retained for 30 days');
between((visits('second'))[0], 1800, 3600 + 28 * 3600 + 60,
    'or as its server says');
between('sp:{one.example}:i:v:' . (visits('one.example'))[0] =~ s/.*:v://r,
    25 * 60, 30 * 60, 'idle after 30 minutes');
between('sp:{second}:i:v:' . (visits('second'))[0] =~ s/.*:v://r,
    5 * 60, 10 * 60, 'or 10');

# Another identity key: its events are refused, loudly.

my $other = Sp::Test::dir() . '/other';

spew($other, 'identity ' . '42' x 32 . "\nsealing 1 " . '43' x 32 . "\n");
chmod 0600, $other;

$nginx->reload($conf =~ s/\Q$secret\E/$other/r);
wait_ok { $nginx->error_log =~ /shop "second" was begun with another identity key/ }
    'another key is told';

my $before = $redis->cmd('GET', (visits('second'))[0]);

like(add('two.example', '/add?refused'), qr/r=dropped$/,
    'its events are dropped');
cmp_ok($ua->get('/status', { Host => 'one.example' })
    ->data->{counters}{dropped}, '>=', 1, 'and counted');
is($redis->cmd('GET', (visits('second'))[0]), $before, 'nothing changed');

$nginx->reload($conf);
like(add('two.example', '/add?again'), qr/r=observed$/,
    'with the right key it goes on');

all_done();
