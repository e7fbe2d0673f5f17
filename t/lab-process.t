#!/usr/bin/perl

# What ends a test of the lab badly must fail it: each case is a small test
# that is run and must not pass.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Test;
use Sp::Redis;

my $lib = "$FindBin::Bin/lib";
my $asan = dir() . '/asan';

spew("$asan.c", 'int main(int c, char **v) { char *p = __builtin_malloc(c);'
    . ' p[c] = 1; return p[0]; }');
is((command([ 'gcc', '-fsanitize=address', '-o', $asan, "$asan.c" ]))[0], 0,
    'a program with an error is built');

my $ubsan = dir() . '/ubsan';

spew("$ubsan.c", 'int main(int c, char **v) { int n = 0x7fffffff; n += c;'
    . ' return n == 0; }');
is((command([ 'gcc', '-fsanitize=address,undefined', '-fno-sanitize-recover',
    '-o', $ubsan, "$ubsan.c" ]))[0], 0, 'and one with undefined behaviour');


# Runs a test: (exit status, all it printed).
sub try_test ($code) {
    my $file = spew(dir() . '/case.t', <<"PERL");
use v5.36;
use lib '$lib';
use Test::More;
use Sp::Test; use Sp::Redis; use Sp::Nginx;
ok(1, 'fine');
$code
PERL

    my ($status, $out, $err) = command([ $^X, $file ], expect_report => 1);

    return ($status, "$out$err");
}


my @cases = (
    [ 'all is well', 'all_done();', 0, qr/^ok 2/m ],
    [ 'a failed test', 'ok(0); all_done();', 1, qr/^not ok 2/m ],
    [ 'a test that dies', 'Sp::Redis->new; die "oops\n"', 1, qr/oops/ ],
    [ 'a daemon that got away',
        'system("setsid sh -c \'sleep 300 & sleep 300 &\'"); all_done();',
        1, qr/still running: \d+ sleep 300/ ],
    [ 'an alert in the log',
        'my $n = Sp::Nginx->new(module => 0); append($n->error_file,'
        . ' "2026/01/01 [alert] 1#1: oops\n"); all_done();',
        1, qr/problem: \S+error.log: .*oops/ ],
    [ 'an alert that is allowed',
        'my $n = Sp::Nginx->new(module => 0); append($n->error_file,'
        . ' "[alert] 1#1: oops\n"); allow_log(qr/oops/); all_done();',
        0, qr/^ok 2/m ],
    [ 'an alert, and no all_done',
        'my $n = Sp::Nginx->new(module => 0); append($n->error_file,'
        . ' "[emerg] 1#1: oops\n"); done_testing();', 1, qr/problem: .*oops/ ],
    [ 'a sanitizer report in a log',
        "my \$l = dir() . '/l'; watch_log(\$l); Sp::Test::await_child("
        . "spawn(name => 'a', log => \$l, cmd => ['$asan'])); all_done();",
        1, qr/problem: .*AddressSanitizer: heap-buffer-overflow/s ],
    [ 'undefined behaviour',
        "my \$l = dir() . '/l'; watch_log(\$l); Sp::Test::await_child("
        . "spawn(name => 'u', log => \$l, cmd => ['$ubsan'])); all_done();",
        1, qr/problem: .*runtime error: signed integer overflow/s ],
    [ 'a sanitizer report of a command',
        "command(['$asan']); all_done();", 1, qr/AddressSanitizer/ ],
    [ 'a crash', 'Sp::Test::await_child(fork_child("crash", sub {'
        . ' kill "SEGV", $$; sleep 99 })); all_done();', 1, qr/crash \(\d+\) died of signal 11/ ],
    [ 'a server that does not end',
        'my $f = dir() . "/f"; my $p = fork_child("mule", sub {'
        . ' $SIG{TERM} = "IGNORE"; touch($f); sleep 99 while 1; });'
        . ' wait_for { -e $f }; stop_child($p, "TERM", 0.2); all_done();',
        1, qr/mule \(\d+\) did not end on SIGTERM/ ],
    [ 'a test that hangs', 'alarm 1; sleep 100;', 1, qr/the test hangs/ ],
    [ 'wait_ok at its deadline', 'wait_ok { 0 } "never", 0.1; all_done();', 1,
        qr/not ok 2 - never/ ],
    [ 'a redis that is killed on purpose',
        'Sp::Redis->new->stop("KILL"); all_done();', 0, qr/^ok 2/m ],
);

for my $case (@cases) {
    my ($name, $code, $fails, $says) = @$case;
    my ($status, $out) = try_test($code);

    is($status ? 1 : 0, $fails, "$name: " . ($fails ? 'fails' : 'passes'))
        or diag($out);
    like($out, $says, "$name: says so");
}


# Ports.

my %seen;
$seen{ free_port() }++ for 1 .. 200;
is(scalar keys %seen, 200, 'ports are not given twice');

my @others = map {
    my ($status, $out) = command([ $^X, '-I', $lib, '-MSp::Test', '-e',
        'print join " ", map { free_port() } 1 .. 200' ]);
    split ' ', $out;
} 1 .. 3;

is(scalar @others, 600, 'other tests get theirs');
is(scalar(grep { $seen{$_} } @others), 0, 'but never ours');


# Redis: hung, killed, refused.

my $redis = Sp::Redis->new(password => 'secret', user => 'shop');

$redis->cmd(qw(SET k v));
is($redis->restart('KILL')->cmd(qw(GET k)), 'v', 'a key survives kill -9');
is(($redis->try(qw(INCR k)))[1], 'ERR value is not an integer or out of range',
    'an error');
is_deeply([ $redis->pipeline([ 'PING' ], [ 'INCR', 'k' ], [ 'GET', 'none' ]) ],
    [ 'PONG', 'ERR value is not an integer or out of range', undef ],
    'a pipeline goes on after one');
is($redis->cmd('EVAL', 'return {1, "a", {2}}', 0)->[2][0], 2, 'arrays');

my $big = "\r\n\0\xff" x 100_000;

$redis->cmd('SET', 'big', $big);
is($redis->cmd('GET', 'big'), $big, 'bytes are bytes');
like($redis->url, qr{^redis://shop:secret\@127\.0\.0\.1:\d+$}, 'its URL');

like((Sp::Redis::Client->new(port => $redis->port)->try('GET', 'k'))[1],
    qr/^NOAUTH/, 'nobody else gets in');

$redis->pause;
my $client = IO::Socket::UNIX->new(Peer => $redis->socket);
ok($client, 'hung: one can connect');
syswrite $client, "PING\r\n";
$client->blocking(0);
is(sysread($client, my $got, 10), undef, 'and hears nothing');
$redis->resume;
wait_ok { sysread $client, $got, 10 } 'until it goes on';

all_done();
