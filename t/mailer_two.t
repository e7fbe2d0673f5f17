#!/usr/bin/perl
#
# Two mailers side by side: each rescue is one's, and either takes over what the
# other leaves.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Test;
use Sp::Rescue;

my $t = Sp::Rescue->new(idle => 300, connections => 2, top => 'lease = "3s"');
my ($call, $smtp) = ($t->call, $t->smtp);
my $other = Sp::Rescue->new(redis => $t->redis, smtp => $smtp, call => $call,
    idle => 300, connections => 2, top => 'lease = "3s"');
my $n = 200;

# So slow that both have something to do.

$smtp->behave({ stage => 'dot', hang => 0.02 });
$call->abandon("both$_\@example.com") for 1 .. $n;
$smtp->wait_mails($n, 60);

my %got;
$got{ $_->{to}[0] }++ for $smtp->mails;
is(keys %got, $n, 'everybody got it');
is_deeply([ grep { $got{$_} != 1 } keys %got ], [], 'once each');

my @sent = map { scalar(() = $_->mailer->log =~ /outcome=s/g) } $t, $other;
wait_ok {
    @sent = map { scalar(() = $_->mailer->log =~ /outcome=s/g) } $t, $other;
    $sent[0] + $sent[1] == $n;
} 'all are settled';
cmp_ok($sent[$_], '>', 0, 'mailer ' . ($_ + 1) . ' sent some') for 0, 1;

# One dies with messages in hand.

$smtp->clear;
$smtp->behave;
my $hold = $smtp->hold('rcpt');
$call->abandon("one$_\@example.com") for 1 .. 20;
ok($hold->reached, 'messages are in hand');
$t->mailer->kill;
$smtp->behave;
$hold->release;
$smtp->wait_mails(20, 60);

%got = ();
$got{ $_->{to}[0] }++ for $smtp->mails;
is_deeply([ grep { $got{$_} != 1 } keys %got ], [], 'the other sent them once');

$t->mailer->start;
is($_->mailer->stop, 0, 'ends') for $t, $other;
is(scalar(() = $call->doubt), 0, 'nothing is in doubt');
all_done();
