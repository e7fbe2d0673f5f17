#!/usr/bin/perl

# A Redis whose memory is full refuses events for a while: answers are as
# before, and each event is applied once when there is room.

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
my $origin = Sp::Origin->new(sub { [ 200, {}, 'ok' ] });
my $nginx  = Sp::Nginx->new(http => <<"CONF");
sitepreserver_redis @{[ $redis->url ]};
sitepreserver_secret_file $secret;
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
    location / { proxy_pass http://127.0.0.1:@{[ $origin->port ]}; }
    location = /status { sitepreserver_status; }
}
CONF
my $ua   = Sp::Http->new(port => $nginx->port);
my $adds = 0;


sub counter ($name) { return $ua->get('/status')->data->{counters}{$name} }

sub add () {
    $adds++;
    return $ua->form('/add', { id => 'shirt', quantity => 1 },
        { Cookie => 'session=abcdefghijklmnop' })->{status} == 200;
}

# Pieces of the shirt that Redis has.
sub pieces () {
    my ($visit) = $redis->keys('sp:{shop}:v:*') or return 0;

    # before the text are times, of any bytes
    return ($redis->cmd('GET', $visit) // '')
        =~ /\bshirt\x1f[^\x1f]*\x1f(\d+)/ ? $1 : 0;
}


ok(add(), 'an answer');
wait_ok { pieces() == 1 } 'an event is applied';

for my $round (1, 2) {
    my ($used) = $redis->cmd('INFO', 'memory') =~ /used_memory:(\d+)/;
    $redis->cmd('CONFIG', 'SET', 'maxmemory', $used - 100_000);

    my $errors = counter('errors');
    is(scalar(grep { add() } 1 .. 20), 20, "round $round: all are answered");
    wait_ok { counter('errors') > $errors } 'Redis refuses';

    $redis->cmd('CONFIG', 'SET', 'maxmemory', 0);
    is(scalar(grep { add() } 1 .. 5), 5, 'there is room again');
    wait_ok { pieces() == $adds } 'all are applied, once';
}

# Workers that start find the functions, though Redis loads nothing now.

$redis->cmd('CONFIG', 'SET', 'maxmemory', 1);
$nginx->reload;

my $errors = counter('errors');
ok(add(), 'an answer of a new worker');
wait_ok { counter('errors') > $errors } 'Redis refuses its event';
like($nginx->error_log, qr/refuses events for now/, '... for now');
unlike($nginx->error_log, qr/does not load the functions|refuses the shop/,
    '... not the worker');
$redis->cmd('CONFIG', 'SET', 'maxmemory', 0);
wait_ok { pieces() == $adds } 'there is room: it is applied';

is(counter('dropped'), 0, 'none was dropped');
allow_log(qr/refuses events for now: OOM/);

all_done();
