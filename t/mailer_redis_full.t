#!/usr/bin/perl
#
# A Redis whose memory is full loads no functions, what it has already neither:
# whoever connects goes on with those that are there.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Test;
use Sp::Rescue;
use Sp::Http;

my $t = Sp::Rescue->new(idle => 200);
my ($call, $smtp, $mailer, $redis) = ($t->call, $t->smtp, $t->mailer, $t->redis);
my $why = sub ($who) { $call->why("$who\@example.com") };

$call->abandon("$_\@example.com") for qw(ada bob eve);
$smtp->wait_mails(3);
$t->wait_closed("$_\@example.com", 'lost') for qw(ada bob eve);

my $unsubscribe = $call->tokens('eve@example.com', step => 'reminder')
                       ->{unsubscribe};

$redis->cmd('CONFIG', 'SET', 'maxmemory', 1);
my (undef, $error) = $redis->try('SET', 'ballast', 1);
like($error, qr/^OOM /, 'Redis is full');

for my $command ([ 'status' ], [ 'why', 'ada@example.com' ],
                 [ 'offer', 'list' ], [ 'report' ], [ 'settle' ]) {
    my ($status, $out, $err) = $mailer->run(@$command);
    is($status, 0, "@$command") or diag $out, $err;
}

my ($status, $out, $err) = $mailer->run('suppress', 'ada@example.com');
is($status, 0, 'suppress') or diag $out, $err;
is($why->('ada')->{suppressed}, 'operator', '... reaches Redis');

($status, $out, $err)
    = $mailer->run('order', 'o1', '--address', 'bob@example.com');
is($status, 0, 'order') or diag $out, $err;
ok($why->('bob')->{ordered}, '... reaches Redis');

($status, $out, $err) = $mailer->run('doctor', '--redis');
like($out, qr/our functions \(\w+\) are loaded/, 'doctor looks at it');

my $ready = () = $mailer->log =~ /event=redis_ready/g;
$mailer->restart;
wait_ok { (() = $mailer->log =~ /event=redis_ready/g) > $ready }
    'a mailer that starts connects';
unlike($mailer->log, qr/event=redis_lost/, '... at once');

is(Sp::Http->new(port => $mailer->port)
   ->form("/sp/unsubscribe?t=$unsubscribe", { unsubscribe => 'yes' })->{status},
   200, 'somebody unsubscribes');
wait_ok { $why->('eve')->{suppressed} } '... which reaches Redis';

# Without the functions nothing works: that is an error, until there is room.

$mailer->stop;
$redis->cmd('CONFIG', 'SET', 'maxmemory', 0);
$redis->cmd('FUNCTION', 'FLUSH');
$redis->cmd('CONFIG', 'SET', 'maxmemory', 1);
($status, $out, $err) = $mailer->run('status');
isnt($status, 0, 'without the functions there is no status');
like($err, qr/OOM/, '... because it is full');

$redis->cmd('CONFIG', 'SET', 'maxmemory', 0);
($status, $out, $err) = $mailer->run('status');
is($status, 0, 'they are loaded when there is room') or diag $out, $err;

all_done();
