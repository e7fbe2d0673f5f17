#!/usr/bin/perl
#
# An address that the relay refuses: what became of the step is recorded before
# the suppression ends the rescue, and our own file has it before both.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Test;
use Sp::Rescue;

my $series = 'series "default" {'
    . ' step "reminder" { delay = 0 creative = plain }'
    . ' step "second" { delay = 1h creative = second } }';
my $t = Sp::Rescue->new(idle => 300, series => $series);
my ($call, $smtp, $mailer, $redis) = ($t->call, $t->smtp, $t->mailer,
    $t->redis);

# The lines of the mailer's own file.
sub noted () {
    my $file = $mailer->dir . '/suppressions';
    return -e $file ? scalar(() = slurp($file) =~ / bounced$/mg) : 0;
}

# How many Redis knows of.
sub known () { return scalar(my @keys = $redis->keys('sp:{demo}:x:*')) }

# What became of the steps, as Redis has it.
sub steps ($email) {
    my $why = $call->why($email);
    return join ' ', map { $why->{$_} =~ s/^\d+ \d+ //r }
        grep { /^step/ } sort keys %$why;
}

# At RCPT, before Redis was asked, and after the dot.

my @people = map { "$_\@$_.example.com" } qw(ada bob eve joe);

for my $stage (qw(rcpt dot)) {
    my @these = splice @people, 0, 2;

    $smtp->behave({ stage => $stage, reply => '550 5.1.1 no such user' });
    $call->abandon($_) for @these;
    $t->wait_closed($_, 'suppressed') for @these;
    is(steps($_), 'x', "$stage: the step was refused") for @these;
}

is(noted(), 4, 'the mailer has all of them in its own file');
is($t->count('refused'), 4, 'four steps were refused');
is($t->count('closed_suppressed'), 4, 'four rescues have ended');
is($t->count('suppressed_bounced'), 4, 'four addresses');
is(scalar(() = $call->doubt), 0, 'nothing is in doubt');
unlike($mailer->log, qr/not_settled/, 'every settlement was accepted');

# An order while the server thinks about the address: the rescue has ended, and
# there is nothing to settle.

$smtp->behave;
my $hold = $smtp->hold('rcpt', reply => '550 5.7.1 blocked', times => 1);
$call->abandon('kim@example.com');
ok($hold->reached, 'an order before the refusal');
is($call->order('o-kim', email => 'kim@example.com'), 'OK', 'an order');
$hold->release;
$mailer->wait_log(qr/event=not_settled .*answer="NO"/);
like((grep { /event=not_settled/ } split /\n/, $mailer->log)[0],
    qr/level=info/, '... which is no warning');
is($call->why('kim@example.com')->{reason}, 'ordered', 'it was ordered');

# Redis is away when the refusal comes, and the mailer is killed before it is
# back: the file tells Redis.

$hold = $smtp->hold('rcpt', reply => '550 5.1.1 no such user', times => 1);
$call->abandon('lee@example.com');
ok($hold->reached, 'the server thinks about it');
$redis->stop;
$hold->release;
wait_ok { noted() == 5 } 'it is in the file';
$mailer->kill;
$redis->start;
is(known(), 4, 'Redis has not heard of it');
$mailer->start;
wait_ok { known() == 5 } '... until the mailer starts';

is($mailer->stop, 0, 'ends');
all_done();
