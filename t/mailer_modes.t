#!/usr/bin/perl
#
# Modes of a shop: dry-run decides and sends nothing, catch-all sends all to one
# address with inert links, live begins when it is switched on.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Test;
use Sp::Rescue;
use Sp::Mime;
use Sp::Http;

my $t = Sp::Rescue->new(idle => 200, mode => 'dry-run');
my ($call, $smtp, $mailer) = ($t->call, $t->smtp, $t->mailer);

# Dry run.

$call->abandon('dry@example.com');
$t->wait_closed('dry@example.com', 'lost', 'dry run: the rescue runs its course');
is($t->count('dry_run'), 1, 'it is counted as a dry run');
is($smtp->seen('connect'), 0, 'nobody has connected to the relay');
my $status = $mailer->json('status')->{shops}{demo};
is($status->{mode}, 'dry-run', 'status says the mode');
is($status->{today_dry_run}, 1, '... and what would have been sent');

# What was abandoned before the switch is not sent after it.

$call->abandon('early@example.com', idle => 5000);
wait_ok { $call->why('early@example.com')->{known} eq 'yes' } 'a cart before the switch';
$mailer->reload($t->config(mode => 'off'));
$mailer->wait_log(qr/mode=off|result=ok/);
wait_ok { $call->why('early@example.com')->{active_ms} == 0 }
    'abandoned while the mode is off';
$mailer->reload($t->config(mode => 'live'));
wait_ok { $call->status->{mode} eq 'live' } 'live';
$call->abandon('live@example.com');
$smtp->wait_mails(1);
$t->wait_closed('early@example.com', 'before_live');
is(($smtp->mails)[0]{to}[0], 'live@example.com', 'only what came after it');

# Catch-all.

$smtp->clear;
$mailer->reload($t->config(mode => 'catch-all boss@example.org'));
wait_ok { $call->status->{mode} eq 'catch-all' || $call->status->{mode} eq 'catch_all' }
    'catch-all' or diag explain $call->status;
$call->abandon('caught@example.com');
$smtp->wait_mails(1);
my ($mail) = $smtp->mails;
is_deeply($mail->{to}, ['boss@example.org'], 'sent to the one address');
unlike($mail->{data}, qr/caught\@example/, 'the shopper is not named in it');
my $mime = Sp::Mime->parse($mail->{data});
my ($url) = $mime->header('List-Unsubscribe') =~ m{<https://[^/]+(/[^>]+)>};
my $http = Sp::Http->new(port => $mailer->port);
my $answer = $http->form($url, { 'List-Unsubscribe' => 'One-Click' });
is($answer->{status}, 200, 'its link answers');
like($answer->{body}, qr/test message/, '... that it is a test');
ok(!$call->why('caught@example.com')->{suppressed}, '... and does nothing');
ok(!-e $mailer->dir . '/suppressions', 'nothing is noted');

# No refusal of the caught message suppresses anybody.

$smtp->behave({ stage => 'rcpt', reply => '550 5.1.1 no such user' });
$call->abandon('bounce@example.com');
$t->wait_closed('bounce@example.com', 'lost');
ok(!$call->why('bounce@example.com')->{suppressed}, 'nobody is suppressed');
$smtp->behave;

# A bad file keeps the old one; the same mailer goes on.

$smtp->clear;
$mailer->reload('secret_file = 1');
$mailer->wait_log(qr/event=reload result=refused/);
$call->abandon('still@example.com');
$smtp->wait_mails(1);
is(($smtp->mails)[0]{to}[0], 'boss@example.org', 'the old config is in force');

# A switch in the middle of an exchange: what is in hand is not sent by the
# rules of another mode.

$mailer->reload($t->config(mode => 'live'));
wait_ok { $call->status->{mode} eq 'live' } 'live again';
$smtp->clear;
my $hold = $smtp->hold('data');
$call->abandon('switch@example.com');
ok($hold->reached, 'the server sits on DATA');
$mailer->reload($t->config(mode => 'dry-run'));
wait_ok { $call->status->{mode} eq 'dry-run' || $call->status->{mode} eq 'dry_run' } 'dry-run';
$hold->release;
$mailer->wait_log(qr/event=stopped .*reason=off/);
$t->wait_closed('switch@example.com', 'lost', 'it ends as a dry run');
is($smtp->count, 0, 'and is not sent');

is($mailer->stop, 0, 'ends');
all_done();
