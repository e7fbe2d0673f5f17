#!/usr/bin/perl

# Redis killed, hung, restarted, full: every answer is as before, and every
# event is applied, once, when Redis is back.

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
    [ 200, { 'Content-Type' => 'text/plain', 'X-Seen' => $uri },
        "$method $uri $body" ] });

my $http = <<"CONF";
sitepreserver_redis @{[ $redis->url ]} timeout=500ms;
sitepreserver_secret_file $secret;
sitepreserver_queue 256k;
sitepreserver_limit addresses=0;
server {
    listen 127.0.0.1:%%PORT%%;
    server_name shop;
    sitepreserver on;
    sitepreserver_visitor cookie:session;
    sitepreserver_cookie off;
    sitepreserver_event add_to_cart POST = /add {
        item_id form:id;
        quantity form:quantity;
    }
    sitepreserver_event purchase POST = /buy { order_id form:order; }
    sitepreserver_event logout POST = /logout { }
    location / { proxy_pass http://127.0.0.1:@{[ $origin->port ]}; }
    location = /status { sitepreserver_status; }
}
CONF
my $nginx = Sp::Nginx->new(http => $http);
my $ua    = Sp::Http->new(port => $nginx->port);
my $adds  = 0;
my $stops = 0;


sub counters () { return $ua->get('/status')->data->{counters} }
sub counter ($name) { return counters()->{$name} }


# One more piece in the cart of one visitor; its answer must be the origin's.
sub add () {
    my $n      = ++$adds;
    my $answer = $ua->form('/add', { id => 'shirt', quantity => 1, n => $n },
        { Cookie => 'session=abcdefghijklmnop' });

    return $answer->{status} == 200
        && $answer->{body} eq "POST /add id=shirt&n=$n&quantity=1"
        && $answer->header('X-Seen') eq '/add' && !$answer->header('Set-Cookie');
}


sub adds_ok ($count, $name) {
    my $good = grep { add() } 1 .. $count;
    is($good, $count, "$name: every answer is as before");
}


# How many pieces Redis has of the item: all events once make it $adds.
sub pieces () {
    for my $key ($redis->keys('sp:{shop}:v:*')) {
        my $visit = $redis->cmd('GET', $key) // '';
        return $1 if $visit =~ /\bshirt\x1f[^\x1f]*\x1f(\d+)/;
    }

    return 0;
}


sub exactly ($name) {
    wait_ok { counter('applied') == $adds + $stops }
        "$name: all events are applied";
    is(pieces(), $adds, "$name: each of them once");
}


adds_ok(20, 'up');
exactly('up');

$redis->stop('KILL');
adds_ok(40, 'killed');
is(counter('dropped'), 0, 'killed: nothing is dropped');
cmp_ok(counter('queued'), '>', counter('applied'), 'killed: events wait');
$redis->start;
exactly('killed and started');

$redis->pause;
adds_ok(40, 'hung');
wait_ok { counter('disconnects') >= 2 } 'hung: the connection is given up';
adds_ok(10, 'hung for long');
$redis->resume;
exactly('hung and back');

# Restarted again and again while requests come.

for my $round (1 .. 6) {
    my $how = $round % 2 ? 'KILL' : 'TERM';

    adds_ok(15, "round $round");
    $redis->stop($how);
    adds_ok(15, "round $round, down");
    $redis->start;
}
exactly('restarted under load');

# The functions are gone, as after FUNCTION FLUSH: they are loaded again.

$redis->cmd('FUNCTION', 'FLUSH');
adds_ok(10, 'no functions');
exactly('functions loaded again');

# The item's texts are told again to a Redis that does not know them.

my $known = counter('applied');
cmp_ok($known, '>=', $adds, 'all are acknowledged');

# Refused for now, in the midst of others: they come later, each once.

$redis->cmd('CONFIG', 'SET', 'min-replicas-to-write', 1);
adds_ok(30, 'refused');
wait_ok { counter('errors') > 0 } 'refused: error replies are counted';
is(counter('dropped'), 0, 'refused: nothing is dropped');
$redis->cmd('CONFIG', 'SET', 'min-replicas-to-write', 0);
exactly('taken again');

# More than the queue holds: counted, logged, and the rest is applied.

$redis->stop('KILL');
my $before = counters();
my $sent   = 0;

while (counter('dropped') == 0 && $sent < 3000) {
    $sent += grep { add() } 1 .. 50;
}

my $after = counters();

cmp_ok($after->{dropped}, '>', 0, 'a full queue drops');
is($after->{dropped} + $after->{queued} - $before->{queued}, $sent,
    'and counts what it drops');
like($nginx->error_log, qr/\d+ events dropped, .* the queue is full/,
    'and logs it');
my @lines = $nginx->error_log =~ /(events dropped)/g;
cmp_ok(scalar @lines, '<', 10, 'not once for each');

my $status = $ua->get('/status')->data;
my ($worker) = @{ $status->{workers} };
ok(!$worker->{connected}, 'the status says that it is not connected');
cmp_ok($worker->{bytes}, '<=', 256 * 1024, 'the queue is bounded by its bytes');
cmp_ok($worker->{events}, '>', 100, 'and is used');

# What stops a message has room of its own.

my %other = (Cookie => 'session=ponmlkjihgfedcba');

$stops += $ua->form('/buy', { order => 'o1' }, \%other)->{status} == 200
    for 1 .. 3;
$stops += $ua->form('/logout', {}, \%other)->{status} == 200;
is(counter('dropped'), $after->{dropped}, 'an order is not dropped then');
is(counter('queued'), $after->{queued} + $stops, 'but waits with the others');
add();
is(counter('dropped'), $after->{dropped} + 1, 'a cart still is');

$redis->start;
$adds -= $after->{dropped} + 1;
exactly('after the drops');

is(($nginx->workers)[0], $worker->{pid}, 'the worker is the same');

all_done();
