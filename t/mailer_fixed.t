#!/usr/bin/perl
#
# What is fixed while the mailer runs: a configuration in which it is another is
# taken, but for that, and the log says so.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Test;
use Sp::Rescue;

my $t = Sp::Rescue->new(idle => 300);
my ($call, $smtp, $mailer, $redis) = ($t->call, $t->smtp, $t->mailer,
    $t->redis);

is(($mailer->run('suppress', 'gone@example.com'))[0], 0, 'suppressed');

my ($key) = $redis->keys('sp:{demo}:x:*');
ok($key, 'Redis knows') or BAIL_OUT('no suppression');

# The same file: nothing is said.

$mailer->reload($t->config);
unlike($mailer->log, qr/event=reload option=/, 'the same: no warning');

# All of it is another.

mkdir $mailer->dir . '/other' or die $!;

my $password = Sp::Test::dir() . '/password';
spew($password, "a password of Redis\n");
chmod 0600, $password;

my $text = $t->config(top => "redis_password_file = \"$password\"");
$text =~ s{(state_dir +)= .*}{$1= "%%DIR%%/other"} or die;
$text =~ s{^redis +=.*}{redis = "redis://127.0.0.1:1/3"}m or die;
$text =~ s{^http_listen.*}{http_listen = "127.0.0.1:1"}m or die;
$mailer->reload($text);

for my $option (qw(redis redis_password_file state_dir http_listen)) {
    my $said = qr/event=reload option=$option reason="takes effect at the next/;
    is(scalar(() = $mailer->log =~ /$said/g), 1, "$option: it is said once");
}
like($mailer->log, qr/event=reload result=ok/, 'it is taken');

# Redis is the old one, and is told out of the old folder.

is($redis->cmd('DEL', $key), 1, 'Redis forgets');
$redis->restart;
wait_ok { $redis->cmd('EXISTS', $key) } 'and is told again';

# The journal writes where it has always written.

$smtp->behave({ stage => 'rcpt', match => qr/dead/, reply => '550 5.1.1 no' });
$call = Sp::Call->new(redis => $redis, shop => 'demo', idle => 300);
$call->abandon('dead@example.com');
wait_ok { slurp($mailer->dir . '/suppressions') =~ / bounced$/m }
    'the file of the start has it';
ok(!-e $mailer->dir . '/other/suppressions', '... and no other');

$call->abandon('gone@example.com');
$call->abandon('ada@example.com');
$smtp->wait_mails(1);
wait_ok { ($call->why('ada@example.com')->{state} // '') eq 'closed' }
    'sent';
is_deeply([ map { $_->{to}[0] } $smtp->mails ], [ 'ada@example.com' ],
    'nobody else is mailed');

# Another identity key cannot be taken.

my $other = Sp::Test::dir() . '/other-secret';
my $file = secret_file();
is((command([ build() . '/sitepreserver', 'keygen', $other ]))[0], 0, 'a key');
$mailer->set_config($t->config =~ s/\Q$file\E/$other/r);
kill 'HUP', $mailer->pid;
$mailer->wait_log(qr/event=reload option=secret_file .*only a start/);
$mailer->wait_log(qr/event=reload result=failed/);

$call->abandon('bob@example.com');
$smtp->wait_mails(2);

$mailer->stop;
all_done();
