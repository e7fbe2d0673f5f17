#!/usr/bin/perl

# HTTP/2 made to do harm, frame by frame: after each attack the shop works, the
# worker is the same, and the event of who behaves is in Redis.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Test;
use Sp::Http2;
use Sp::Nginx;
use Sp::Origin;
use Sp::Redis;

my $redis  = Sp::Redis->new;
my $secret = secret_file();
my $cart   = '{"lines":[{"id":"A-1","quantity":2}],"more":"' . 'x' x 300_000
    . '"}';
my $origin = Sp::Origin->new(sub ($method, $uri, $headers, $body) {
    my %json = ('Content-Type' => 'application/json');

    return [ 200, \%json, '', { pieces => [ '{"lines":[{"id":"A', \0.3,
        '-1"}]}' ] } ] if $uri =~ m{^/slow};
    return [ 200, \%json, $cart ] if $uri =~ m{^/cart};
    return [ 200, \%json, '{"ok":1}' ];
});

my $nginx = Sp::Nginx->new(http => <<"CONF");
log_format sp '\$request_uri v=\$sitepreserver_visitor'
              ' r=\$sitepreserver_result';
access_log %%DIR%%/logs/access.log sp;
sitepreserver_redis @{[ $redis->url ]};
sitepreserver_secret_file $secret;
sitepreserver_response_limit 1m;
large_client_header_buffers 4 32k;
server {
    listen 127.0.0.1:%%PORT%% http2;
    server_name shop;
    sitepreserver on;
    sitepreserver_cookie off;
    sitepreserver_visitor cookie:session;
    sitepreserver_event add_to_cart POST = /add {
        item_id form:id; quantity form:quantity;
    }
    sitepreserver_event set_cart GET,POST ~ ^/(cart|slow) {
        items response.json:lines { id id; quantity quantity; }
    }
    location / { proxy_pass http://127.0.0.1:@{[ $origin->port ]}; }
}
CONF

my ($worker) = $nginx->workers;
my $form     = 'id=A-1&quantity=2';
my $n        = 0;


sub connect_to (%settings) {
    return Sp::Http2->new(port => $nginx->port, settings => \%settings);
}


# Cookie and the length of a body, as fields.
sub fields ($session, $length = undef) {
    return [ cookie => "session=$session-of-many-in-this-shop",
        'content-type' => 'application/x-www-form-urlencoded',
        defined $length ? ('content-length' => $length) : () ];
}


# The visits whose requests to this URI were events; they are in Redis.
sub visits ($uri, $count = 1) {
    my @vids;

    wait_for { @vids = $nginx->access_log =~
        m{^\Q$uri\E v=([\w-]{22}) r=observed$}mg; @vids >= $count };

    my %vids = map { $_ => 1 } @vids;

    wait_for { $count == grep { $redis->cmd('EXISTS', "sp:{shop}:v:$_") }
        keys %vids };

    return scalar grep { $redis->cmd('EXISTS', "sp:{shop}:v:$_") } keys %vids;
}


# Somebody who behaves, after all that.
sub good ($after) {
    my $uri    = '/add?good=' . ++$n;
    my $client = connect_to();
    my $stream = $client->begin('POST', $uri,
        fields => fields("good$n", length $form));

    $client->data($stream, $form, 1);

    my $answer = $client->wait($stream);

    is($answer->{status}, 200, "after $after the shop answers");
    is($answer->{body}, '{"ok":1}', '... as it does');
    is(visits($uri), 1, '... and its events are in Redis');
    is(($nginx->workers)[0], $worker, '... from the same worker');
    $client->close;

    return;
}


# No request made a visit but those of which the log says so.
sub only_observed () {
    my %vids = map { $_ => 1 }
        $nginx->access_log =~ m{ v=([\w-]{22}) r=observed$}mg;
    my @others = grep { !$vids{ s/.*://r } } $redis->keys('sp:{shop}:v:*');

    is("@others", '', '... and nobody else has one');

    return;
}


good('nothing');

# ---- Streams that are reset in the middle of their bodies.

my $client = connect_to();
my @streams = map {
    $client->begin('POST', '/add?reset', fields => fields("reset$_", 100))
} 1 .. 50;

$client->data($_, 'id=A-1&quan') for @streams;
$client->reset($_) for @streams;
good('streams that were reset');
unlike($nginx->access_log, qr/^\S+reset .*observed$/m,
    'half a request is no event');

# ---- More after the end.

$client = connect_to();
my $stream = $client->begin('POST', '/add?more',
    fields => fields('more', length $form));
$client->data($stream, $form, 1);
$client->data($stream, '&id=A-2&quantity=99', 1) for 1 .. 5;
$client->wait($stream);
$client->close;
good('data after the end');

# ---- A body longer and one shorter than was said.

$client = connect_to();
for my $length (1, 1000) {
    $stream = $client->begin('POST', '/add?length',
        fields => fields('length', $length));
    $client->data($stream, $form, 1);
    $client->wait($stream);
}
$client->close;
good('bodies of a wrong length');

# ---- Many at once, a byte of each in turn.

$client = connect_to();
@streams = map {
    $client->begin('POST', '/add?many', fields => fields("many$_",
        length $form))
} 1 .. 100;

for my $i (0 .. length($form) - 1) {
    $client->data($_, substr($form, $i, 1), $i == length($form) - 1)
        for @streams;
}

is((grep { ($client->wait($_)->{status} // 0) == 200 } @streams), 100,
    'a hundred streams at once are answered');
is(visits('/add?many', 100), 100, '... and each has its visit');
only_observed();
good('a hundred streams');

# ---- Windows that do not open.

$client = connect_to(4 => 0);
@streams = map {
    $client->begin('GET', "/cart?stall=$_", fields => fields("stall$_"),
        end => 1)
} 1 .. 20;
wait_ok { $client->take(0.1);
    20 == grep { $client->answer($_)->{status} } @streams }
    'headers come through closed windows';
$client->reset($_) for @streams[ 0 .. 4 ];
$client->open_window(0, 1_000_000);
$client->open_window($streams[5], 1_000_000);
is(length $client->wait($streams[5])->{body}, length $cart,
    'the one that is opened is whole');
is(visits('/cart?stall=6'), 1, '... and an event');
$client->close;
good('windows that stay closed');

$client = connect_to(4 => 1);
$stream = $client->begin('GET', '/cart?bytes', fields => fields('bytes'),
    end => 1);
for (1 .. 200) {
    $client->open_window($stream, 1);
    $client->take(0);
}
$client->close;
good('windows of a byte');

for my $by (0, 0x7fffffff) {
    for my $of (0, 1) {
        $client = connect_to();
        $stream = $client->begin('GET', '/cart?window',
            fields => fields('window'), end => 1);
        $client->open_window($of ? $stream : 0, $by) for 1, 2;
        $client->take(0.2) for 1 .. 3;
        $client->close;
    }
}
good('windows that are wrong');

# ---- Cookies in pieces, and too many of them.

$client = connect_to();
$stream = $client->begin('POST', '/add?pieces', fields => [
    (map { (cookie => "c$_=1") } 1 .. 200), @{ fields('pieces') },
    (map { (cookie => "d$_=1") } 1 .. 200) ]);
$client->data($stream, $form, 1);
is($client->wait($stream)->{status}, 200, 'four hundred cookies are answered');
is(visits('/add?pieces'), 1, '... and ours among them is found');
$client->close;

$client = connect_to();
$stream = $client->begin('POST', '/add?bomb', fields => [
    map { (cookie => "c$_=" . 'x' x 7) } 1 .. 1000 ]);
$client->data($stream, $form, 1);
$client->wait($stream);
$client->close;

# one cookie of 4 KB into the table, then two thousand references to it
$client = connect_to();
$client->frame(1, 0x5, 1, $client->block(':method', 'POST', ':scheme', 'http',
    ':path', '/add?table', ':authority', 'shop.example')
    . "\x40\x06cookie\x7f\x81\x1e" . 'x' x 4000 . "\xbe" x 2000);
$client->wait(1);
$client->close;

# pieces of a header without end, none of which is the last
$client = connect_to();
$client->frame(1, 0x1, 1, $client->block(':method', 'GET'));
$client->frame(9, 0, 1, $client->block("x-$_", 'y' x 200)) for 1 .. 1000;
$client->close;
good('too many headers');

# ---- Goodbyes, and none.

$client = connect_to();
$stream = $client->begin('POST', '/add?goaway',
    fields => fields('goaway', length $form));
$client->data($stream, substr $form, 0, 5);
$client->frame(7, 0, 0, pack 'NN', 0, 0);
$client->data($stream, substr($form, 5), 1);
is($client->wait($stream)->{status}, 200, 'what was begun is answered');
is(visits('/add?goaway'), 1, '... and an event');
$client->close;

for my $i (1 .. 10) {
    $client = connect_to();
    $stream = $client->begin('GET', '/slow', fields => fields("slow$i"),
        end => 1);
    wait_for { $client->take(0.1); length $client->answer($stream)->{body} };
    $client->close;
}
good('clients that left in the middle of answers');

# ---- Trailers, and frames that are none.

$client = connect_to();
$stream = $client->begin('POST', '/add?trailers',
    fields => fields('trailers'));
$client->data($stream, $form);
$client->frame(1, 0x5, $stream, $client->block('x-sum', '1', 'cookie',
    'session=another'));
$client->wait($stream);
$client->close;

for my $frame ([ 0, 0, 99, 'x' ], [ 5, 4, 1, 'xxxx' ], [ 8, 0, 0, 'x' ],
    [ 3, 0, 0, 'xxxx' ], [ 4, 0, 1, '' ], [ 0, 8, 1, "\xff" ],
    [ 77, 9, 3, 'x' ])
{
    $client = connect_to();
    $stream = $client->begin('POST', '/add?frame', fields => fields('frame'));
    $client->data($stream, 'id=A');
    $client->frame(@$frame);
    $client->data($stream, '-1', 1);
    $client->wait($stream);
    $client->close;
}
good('trailers and broken frames');
only_observed();

all_done();
