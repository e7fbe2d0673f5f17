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
use Sp::Http;
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


my $count = sub ($name) { $call->status->{"today_$name"} // 0 };

# What was taken back is not done again: an open rescue stays, and what was
# counted is not counted again.

$mailer->set_config($t->config(series =>
    'series "default" { step "a" { delay = 1h creative = plain } }'));
is(($mailer->run('suppress', 'eve@example.com'))[0], 0, 'suppressed');
is(($mailer->run('suppress', 'eve@example.com', '--remove'))[0], 0, 'taken back');
$mailer->restart;
$t->ready;
$call->abandon('eve@example.com');
wait_ok { ($call->why('eve@example.com')->{state} // '') eq 'open' }
    'a rescue is open';

my @before = map { $count->($_) } qw(suppressed_operator unsuppressed);

$mailer->restart;
$t->ready;
is($call->why('eve@example.com')->{state}, 'open', 'it is after a start');
is_deeply([ map { $count->($_) } qw(suppressed_operator unsuppressed) ],
    \@before, 'nothing is counted again');

# Without Redis a suppression is taken back in our file: then Redis is told; but
# not where somebody has unsubscribed since.

my %at = ('old@example.com' => time - 3600, 'new@example.com' => time + 3600);
for my $email (sort keys %at) {
    is(($mailer->run('suppress', $email))[0], 0, "$email is suppressed");
    is(($mailer->run('suppress', $email, '--remove'))[0], 0, '... and not');
    $redis->cmd('SET', 'sp:{demo}:x:' . $call->tokens($email)->{shopper},
        "unsubscribed\x1f" . $at{$email} * 1000);
}
$mailer->restart;
$t->ready;
wait_ok { ($call->why('old@example.com')->{suppressed} // '') eq '' }
    'taken back';
is($call->why('new@example.com')->{suppressed}, 'unsubscribed',
    'what was wished later stays');

# More than one window of calls, before anything is claimed.

my ($line) = slurp($mailer->dir . '/suppressions') =~ /^(\d+ demo )/m;
my @many = map { sprintf '%022d', $_ } 1 .. 2000;
append($mailer->dir . '/suppressions', join '', map { "$line$_ operator\n" } @many);
$mailer->restart;
$t->ready;
$mailer->wait_log(qr/event=suppressions reapplied=200\d/);
is($redis->cmd('EXISTS', map { "sp:{demo}:x:$_" } @many), 2000, 'all are told');

# A file that cannot be read: nobody is mailed who may have unsubscribed, and
# whoever watches the mailer is told.

my $http   = Sp::Http->new(port => $mailer->port);
my $health = sub { $http->get('/sp/health')->{status} };
my $file   = $mailer->dir . '/suppressions';

$mailer->set_config($t->config);
$mailer->restart;
$t->ready;
is($health->(), 200, 'healthy');

rename $file, "$file.away" or die;
mkdir $file or die;
$redis->restart;
$mailer->wait_log(qr/event=suppressions error="the file cannot be read/);
is($health->(), 503, 'not healthy');

my $sent = $smtp->count;
$call = Sp::Call->new(redis => $redis, shop => 'demo', idle => 300);
$call->abandon('zoe@example.com');
sleep 2;
is($smtp->count, $sent, 'nothing is sent');

rmdir $file or die;
rename "$file.away", $file or die;
$redis->restart;
$smtp->wait_mails($sent + 1);
is($health->(), 200, 'healthy again');

$mailer->stop;
all_done();
