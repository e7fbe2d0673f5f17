#!/usr/bin/perl
#
# An order between confirm and settle, and before confirm: the first comes too
# late for the message and still ends the rescue, the second stops it.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Test;
use Sp::Rescue;

my $series = 'series "default" {'
    . ' step "reminder" { delay = 0 creative = plain }'
    . ' step "second" { delay = 1s creative = second } }';
my $t = Sp::Rescue->new(idle => 200, series => $series);
my ($call, $smtp, $mailer) = ($t->call, $t->smtp, $t->mailer);

# Confirmed, and the server sits on the dot.

for my $what (qw(order suppress purchase)) {
    $smtp->clear;
    $smtp->behave;
    my $hold  = $smtp->hold('dot');
    my $email = "late$what\@example.com";
    my $visitor = $call->abandon($email);
    ok($hold->reached, "$what while the server sits on the dot");

    if ($what eq 'order') {
        is($call->order("o-$email", email => $email), 'OK', 'an order');

    } elsif ($what eq 'suppress') {
        is(($mailer->run('suppress', $email))[0], 0, 'a suppression');

    } else {
        $call->event(kinds => ['purchase'], visitor => $visitor,
            order => "p-$email");
    }

    $hold->release;
    $smtp->wait_mails(1);
    wait_ok { $call->why($email)->{attempt} eq 'settled' } 'it was settled';
    my $why = $call->why($email);
    is($why->{state}, 'closed', 'the rescue has ended');
    is($why->{reason}, $what eq 'suppress' ? 'suppressed' : 'ordered',
        'for the right reason') or diag explain $why;

    # The second step would have been sent before this.

    $call->abandon("after$what\@example.com");
    wait_ok {
        (grep { $_->{to}[0] =~ /^after/ } $smtp->mails) == 2
    } 'another one gets both steps';
    is((grep { $_->{to}[0] eq $email } $smtp->mails), 1, 'it got only one');
}

# The server sits on DATA: not asked yet, so the order stops the message.

$smtp->clear;
$smtp->behave;
my $hold = $smtp->hold('data');
$call->abandon('stopped@example.com');
ok($hold->reached, 'an order while the server sits on DATA');
$call->order('o-stopped', email => 'stopped@example.com');
$hold->release;
$mailer->wait_log(qr/event=stopped .*reason=ordered/);
$call->abandon('again@example.com');
$smtp->wait_mails(2);
is((grep { $_->{to}[0] =~ /stopped/ } $smtp->mails), 0, 'nothing was sent');

is($mailer->stop, 0, 'ends');
unlike($mailer->log, qr/not_settled/, 'every settlement was accepted');
all_done();
