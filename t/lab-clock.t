#!/usr/bin/perl

# The clock of the lab: days pass in Redis, nginx and a program that sleeps.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Test;
use Sp::Clock;
use Sp::Http;
use Sp::Nginx;
use Sp::Redis;

my $DAY = 86400;

my $still = Sp::Redis->new;
my $clock = Sp::Clock->new;
my $redis = Sp::Redis->new;
my $nginx = Sp::Nginx->new(module => 0, http => <<'CONF');
    server {
        listen 127.0.0.1:%%PORT%%;
        location / { return 200 $msec; }
    }
CONF
my $ua = Sp::Http->new(port => $nginx->port);


# Redis.

$redis->cmd(qw(SET two-days v EX), 2 * $DAY);
$redis->cmd(qw(SET four-days v EX), 4 * $DAY);
$redis->cmd(qw(SET px v));
$redis->cmd('PEXPIRE', 'px', 3 * $DAY * 1000 + 3_600_000);
$still->cmd(qw(SET two-days v EX), 2 * $DAY);

my $before = $redis->cmd('TIME')->[0];

cmp_ok(abs($before - time), '<', 60, 'at first time is the real one');

$clock->advance(3 * $DAY);

is($redis->cmd(qw(GET two-days)), undef, 'a key of 2 days is gone in 3');
is($redis->cmd(qw(GET four-days)), 'v', 'one of 4 days is there');
is($redis->cmd(qw(GET px)), 'v', 'one of 3 days and an hour is there');
cmp_ok($redis->cmd(qw(PTTL px)), '<=', 3_600_000, 'with an hour left');
cmp_ok($redis->cmd('TIME')->[0] - $before, '>=', 3 * $DAY, 'TIME moves');
is($redis->cmd('EVAL', "return redis.call('EXISTS', 'two-days')", 0), 0,
    'scripts see it too');
cmp_ok($redis->cmd('EVAL', "return redis.call('TIME')[1]", 0) - $before, '>=',
    3 * $DAY, 'and the time');
is($still->cmd(qw(GET two-days)), 'v', 'a server without the clock is still');

$clock->advance(3601);
is($redis->cmd(qw(EXISTS px)), 0, 'fine steps work');

$redis->restart('KILL');
is(join(' ', $redis->keys), 'four-days', 'it holds over a restart');


# nginx: its time, read at each event.

my $ahead = $ua->get('/')->{body} - time;

cmp_ok(abs($ahead - $clock->offset), '<', 60, 'nginx follows');
$nginx->reload;
cmp_ok(abs($ua->get('/')->{body} - time - $clock->offset), '<', 60,
    'also after a reload, in spite of its cleared environment');

$clock->advance(-3 * $DAY - 3601);
cmp_ok(abs($ua->get('/')->{body} - time), '<', 60, 'and back');


# A program that waits in the ways that the mailer does.

my $source = dir() . '/sleeper.c';
my $binary = dir() . '/sleeper';

spew($source, <<'C');
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>

static int left(struct timespec *end, clockid_t id)
{
    struct timespec now;
    clock_gettime(id, &now);
    return end->tv_sec > now.tv_sec ? (int) (end->tv_sec - now.tv_sec) : 0;
}

int main(int argc, char **argv)
{
    clockid_t id;
    struct timespec end;
    pthread_condattr_t attr;
    pthread_cond_t cond;
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    struct epoll_event event;
    int s, fd = epoll_create1(0);

    if (argc < 2) return 2;
    id = strcmp(argv[1], "wall") ? CLOCK_MONOTONIC : CLOCK_REALTIME;
    clock_gettime(id, &end);
    end.tv_sec += 86400;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, id);
    pthread_cond_init(&cond, &attr);
    pthread_mutex_lock(&mutex);
    puts("waits");
    fflush(stdout);

    while ((s = left(&end, id))) {
        if (!strcmp(argv[1], "epoll")) epoll_wait(fd, &event, 1, s * 1000);
        else if (!strcmp(argv[1], "poll")) poll(NULL, 0, s * 1000);
        else pthread_cond_timedwait(&cond, &mutex, &end);
    }
    return 7;
}
C

is((command([ 'gcc', '-O', '-o', $binary, $source, '-lpthread' ]))[0], 0,
    'a program that sleeps is built');

my %pid = map {
    $_ => spawn(name => $_, cmd => [ $binary, $_ ], clock_all => 1,
        log => dir() . "/$_.log")
} qw(epoll poll wall cond);

for my $how (sort keys %pid) {
    wait_ok { slurp(dir() . "/$how.log") =~ /waits/ } "$how: waits for a day";
}

ok(Sp::Test::alive($pid{$_}), "$_: still waits") for sort keys %pid;

$clock->advance($DAY + 1);

for my $how (sort keys %pid) {
    is(Sp::Test::await_child($pid{$how}), 7 << 8, "$how: a day has passed");
}

all_done();
