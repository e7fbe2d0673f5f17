#!/usr/bin/perl

# Reload and quit under load: workers that end hand over what they have, so no
# event is lost and none is applied twice.

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

my $nginx = Sp::Nginx->new(workers => 2, http => <<"CONF");
sitepreserver_redis @{[ $redis->url ]} timeout=500ms;
sitepreserver_secret_file $secret;
server {
    listen 127.0.0.1:%%PORT%% reuseport;
    server_name shop;
    sitepreserver on;
    sitepreserver_visitor cookie:session;
    sitepreserver_event add_to_cart POST = /add {
        item_id form:id;
        quantity form:quantity;
    }
    location / { proxy_pass http://127.0.0.1:@{[ $origin->port ]}; }
    location = /status { sitepreserver_status; }
}
CONF

my $port = $nginx->port;


# Sends adds until the file is there; gives how many were answered.
sub shopper ($n) {
    my $done = Sp::Test::dir() . "/done$n";
    my $stop = Sp::Test::dir() . '/stop';

    fork_child("shopper$n", sub {
        my $ua   = Sp::Http->new(port => $port);
        my $good = 0;

        while (!-e $stop) {
            my $answer = $ua->form('/add', { id => 'shirt', quantity => 1 },
                { Cookie => "session=shopper-number-$n" });
            $good++ if $answer->{status} == 200;
        }

        spew($done, $good);
    });

    return sub { wait_for { -e $done }; slurp($done) };
}


sub pieces () {
    my $sum = 0;

    for my $key ($redis->keys('sp:{shop}:v:*')) {
        my ($n) = $redis->cmd('GET', $key) =~ /\bshirt\x1f[^\x1f]*\x1f(\d+)/;
        $sum += $n // 0;
    }

    return $sum;
}


my @shoppers = map { shopper($_) } 1 .. 4;

wait_ok { pieces() > 20 } 'events come in';

for my $n (1 .. 4) {
    my $before = pieces();

    $nginx->reload;
    wait_ok { pieces() > $before } "after reload $n as well";
}

# One more while Redis does not answer: old workers wait for it.

$redis->pause;
$nginx->reload;
$redis->resume;

touch(Sp::Test::dir() . '/stop');

my $sent = 0;
$sent += $_->() for @shoppers;

ok($nginx->wait_drained, 'old workers end');
wait_ok { pieces() == $sent } "all $sent events are applied once";


# Redis may know of an event before nginx knows that it does.
my $counters;
wait_ok {
    $counters = Sp::Http->new(port => $port)->get('/status')->data->{counters};
    $counters->{applied} == $sent;
} 'and acknowledged';
is($counters->{dropped}, 0, 'nothing was dropped');
is($counters->{queued}, $sent, 'and each was queued');

# Quit: what was gathered and not yet sent still leaves.

my $ua = Sp::Http->new(port => $port);

$redis->pause;
$ua->form('/add', { id => 'shirt', quantity => 1 },
    { Cookie => "session=shopper-number-$_" }) for 1 .. 4;
$redis->resume;
$nginx->quit;
is(pieces(), $sent + 4, 'quit: all is applied');

# With Redis away it ends all the same, and says what is lost.

$nginx->start;
$redis->stop('KILL');
$ua->form('/add', { id => 'shirt', quantity => 1 }) for 1 .. 3;
$nginx->quit;
like($nginx->error_log, qr/\d+ events lost that Redis has not acknowledged/,
    'what is lost is told');

# A killed worker: the next one goes on.

$redis->start;
$nginx->start;
$nginx->kill_worker;
wait_ok {
    $ua->form('/add', { id => 'shirt', quantity => 1 },
        { Cookie => 'session=after-the-kill' })->{status} == 200
} 'after a kill';
wait_ok { pieces() > $sent + 4 } 'events go on';

all_done();
