#!/usr/bin/perl
#
# A Redis that comes back without its last second has forgotten who
# unsubscribed in it: the mailer tells it again, from its own file, before
# anything is claimed.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Test;
use Sp::Rescue;

my $t = Sp::Rescue->new(idle => 300);
my ($call, $smtp, $mailer, $redis) = ($t->call, $t->smtp, $t->mailer,
    $t->redis);

my ($status) = $mailer->run('suppress', 'gone@example.com');
is($status, 0, 'suppressed');

my ($key) = $redis->keys('sp:{demo}:x:*');
ok($key, 'Redis knows') or BAIL_OUT('no suppression');

# Redis forgets it, and starts again.

is($redis->cmd('DEL', $key), 1, 'forgotten');
$redis->restart;
wait_ok { $redis->cmd('EXISTS', $key) } 'and told again';

# A connection that is lost, to the same Redis, is not another start.

my $told = sub { scalar(() = $mailer->log =~ /event=suppressions reapplied=/g) };
wait_ok { $told->() == 2 } 'at the start of the mailer and of Redis';
my $ready = () = $mailer->log =~ /event=redis_ready/g;

$redis->cmd('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
wait_ok { (() = $mailer->log =~ /event=redis_ready/g) > $ready } 'reconnected';

# What comes later shows that it has had the time to do so.

$call = Sp::Call->new(redis => $redis, shop => 'demo', idle => 300);
$call->abandon('ada@example.com');
$smtp->wait_mails(1);
is($told->(), 2, 'not told');

$mailer->stop;
all_done();
