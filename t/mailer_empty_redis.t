#!/usr/bin/perl
#
# A Redis that has lost its data: nobody knows who unsubscribed, so nothing is
# sent until `restore`.  Also a Redis that is away, and another key.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Test;
use Sp::Rescue;
use Sp::Http;

my $t = Sp::Rescue->new(idle => 200);
my ($call, $smtp, $mailer, $redis) =
    ($t->call, $t->smtp, $t->mailer, $t->redis);
my $http = Sp::Http->new(port => $mailer->port);

$call->abandon('first@example.com');
$smtp->wait_mails(1);
is($http->get('/sp/health')->{status}, 200, 'healthy');
is(($mailer->run('suppress', 'gone@example.com'))[0], 0, 'one suppressed');

# Emptied while the mailer runs, and filled again by nginx.

$redis->cmd('FLUSHALL');
$call->hello;
$call->abandon('lost@example.com');
$mailer->wait_log(qr/state=emptied/);
is($http->get('/sp/health')->{status}, 503, 'not healthy');
is($mailer->json('status')->{shops}{demo}{state}, 'emptied', 'status says so');
is($smtp->count, 1, 'nothing was sent');

# The same at its start.

$mailer->restart;
$mailer->wait_log(qr/event=end.*state=emptied/s);
$call->abandon('lost2@example.com');
wait_ok { $call->why('lost2@example.com')->{active_ms} == 0 } 'it is due';
is($smtp->count, 1, 'nothing was sent');

# restore.

my $done = $mailer->json('restore');
is($done->{demo}{suppressions}, 1, 'restore applies what was suppressed');
wait_ok { $mailer->log =~ /.*state=ready/s
    && $http->get('/sp/health')->{status} == 200 } 'healthy again';
$call->abandon('gone@example.com');
$call->abandon('back@example.com');
wait_ok { grep { $_->{to}[0] =~ /back/ } $smtp->mails } 'messages are sent';
is((grep { $_->{to}[0] =~ /gone/ } $smtp->mails), 0,
    'but not to those who were suppressed');

# Redis away: unsubscribing works and lasts.

my $path = '/sp/unsubscribe?t='
    . $call->tokens('away@example.com', step => 'reminder')->{unsubscribe};
$call->abandon('away@example.com', idle => 60_000);
$redis->stop('KILL');
$mailer->wait_log(qr/event=redis_lost/);
is($http->form($path, { unsubscribe => 'yes' })->{status}, 200,
    'somebody unsubscribes while Redis is away');
like(slurp($mailer->dir . '/suppressions'), qr/ unsubscribed$/m,
    'it is in the mailer\'s own file');
is($http->get('/sp/health')->{status}, 503, 'not healthy');
$redis->start;
wait_ok { $call->why('away@example.com')->{suppressed} }
    'Redis is told when it is back';

# The mailer ends before that: it is re-applied at the next start.

$path = '/sp/unsubscribe?t='
    . $call->tokens('away2@example.com', step => 'reminder')->{unsubscribe};
$redis->stop('KILL');
is($http->form($path, { unsubscribe => 'yes' })->{status}, 200, 'once more');
$mailer->kill;
$redis->start;
$mailer->start;
$t->ready;
wait_ok { $call->why('away2@example.com')->{suppressed} } 're-applied';

# Redis forgets its last seconds while the mailer runs: it is told again.

my $sid = $call->tokens('away2@example.com')->{shopper};
$redis->cmd('DEL', "sp:{demo}:x:$sid");
ok(!$call->why('away2@example.com')->{suppressed}, 'Redis has forgotten one');
$redis->restart;
wait_ok { $call->why('away2@example.com')->{suppressed} } 'it is told again';
$t->ready;

# Redis hangs in the middle of an exchange: no answer is a no.

$smtp->clear;
my $hold = $smtp->hold('data');
$call->abandon('hang@example.com');
ok($hold->reached, 'the server sits on DATA');
$redis->stop('KILL');
$hold->release;
$redis->start;
wait_ok { (grep { $_->{to}[0] =~ /hang/ } $smtp->mails) == 1 }
    'it is asked again, and sent once Redis is back';

# Another identity key: refused, loudly.

my $other = $mailer->dir . '/other';
spew($other, 'identity ' . ('ab' x 32) . "\nsealing 1 " . ('cd' x 32) . "\n");
chmod 0600, $other;
my $config = $t->config =~ s/secret_file = "[^"]*"/secret_file = "$other"/r;
$mailer->stop;
$mailer->set_config($config);
$mailer->start;
$mailer->wait_log(qr/state=refused .*SPFINGERPRINT/);
$smtp->clear;
$call->abandon('key@example.com');
wait_ok { $call->why('key@example.com')->{active_ms} == 0 } 'it is due';
is($smtp->count, 0, 'nothing is sent with another key');
is($mailer->stop, 0, 'ends');
all_done();
