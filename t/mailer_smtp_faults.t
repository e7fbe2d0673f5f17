#!/usr/bin/perl
#
# An SMTP server that refuses, defers, breaks off or hangs at each stage: what
# becomes of the message is read from what happened.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Test;
use Sp::Rescue;
use Sp::Clock;

my $clock = Sp::Clock->new;
my $t = Sp::Rescue->new(idle => 200, connections => 2);

my ($call, $smtp, $mailer) = ($t->call, $t->smtp, $t->mailer);
my $n = 0;


sub try ($what, @rules) {
    my $email = 'shopper' . ++$n . '@example.com';
    $smtp->behave(@rules);
    $call->abandon($email);
    my $log = wait_for {
        my $sid = $call->tokens($email)->{shopper};
        my @lines = grep { /event=settle .*shopper=\Q$sid\E/ }
            split /\n/, $mailer->log;
        $lines[-1];
    };
    ok($log, "$what: settled") or return ('', $email);
    my ($outcome, $reason) = $log =~ /outcome=(\S) reason=(\S+)/;
    return ("$outcome $reason", $email);
}


# 4xx: tried again, later.

for my $stage (qw(mail rcpt data dot)) {
    my ($what, $email) = try("4xx at $stage",
        { stage => $stage, reply => '451 4.3.0 not now', times => 1 });
    is($what, 'r deferred', "4xx at $stage: tried again");
    is($smtp->count, 0, 'nothing has arrived');
    wait_ok { ($call->why($email)->{tries} // 0) == 1 } 'one try is noted';
    is($call->why($email)->{state}, 'open', 'the rescue is open')
        or diag explain $call->why($email);

    $clock->advance(61);
    $smtp->wait_mails(1);
    $t->wait_closed($email, 'lost', 'sent by the second try');
    $smtp->clear;
}

# 4xx before MAIL is the relay, not the message.

for my $stage (qw(connect ehlo)) {
    $mailer->restart;
    $t->ready;
    my ($what, $email) = try("4xx at $stage",
        { stage => $stage, reply => '421 4.3.2 shutting down', close => 1,
            times => 1 });
    is($what, 'r deferred', "4xx at $stage: tried again");
    $clock->advance(61);
    $smtp->wait_mails(1);
    $t->wait_closed($email, 'lost');
    $smtp->clear;
}

# 5xx: settled for good; the address is suppressed only where it is at fault.

for my $case (
    [ 'mail', '550 5.7.1 you may not send', 'x refused', 0 ],
    [ 'rcpt', '550 5.1.1 no such user', 'x bad_address', 1 ],
    [ 'rcpt', '550 no such user', 'x refused', 0 ],
    [ 'rcpt', '550 5.7.1 blocked', 'x refused', 0 ],
    [ 'rcpt', '552 5.2.2 mailbox full', 'x refused', 0 ],
    [ 'rcpt', '553 5.1.8 bad sender', 'x refused', 0 ],
    [ 'data', '554 5.5.1 no', 'x refused', 0 ],
    [ 'dot', '554 5.7.1 spam', 'x refused', 0 ],
    [ 'dot', '550 5.1.1 no such user', 'x bad_address', 1 ])
{
    my ($stage, $reply, $want, $suppressed) = @$case;
    my ($what, $email) = try("$reply at $stage",
        { stage => $stage, reply => $reply, times => 1 });
    is($what, $want, "$reply at $stage: $want");
    wait_ok {
        my $why = $call->why($email);
        $why->{state} eq 'closed'
            && ($why->{suppressed} ? 1 : 0) == $suppressed;
    } $suppressed ? 'suppressed' : 'not suppressed'
        or diag explain $call->why($email);
}

is($smtp->count, 0, 'nothing of it has arrived');
like(slurp($mailer->dir . '/suppressions'), qr/ bounced$/m,
    'the mailer has them in its own file too');

# 5xx before MAIL says nothing about the message: tried again.

{
    $mailer->restart;
    $t->ready;
    my ($what, $email) = try('554 for a greeting',
        { stage => 'connect', reply => '554 5.3.2 no', close => 1,
            times => 1 });
    is($what, 'r relay', '554 for a greeting: tried again');
    $clock->advance(61);
    $smtp->wait_mails(1);
    $t->wait_closed($email, 'lost');
    $smtp->clear;
}

# Connections that break.  Before the dot: certainly not sent.

for my $stage (qw(connect ehlo mail rcpt data)) {
    $mailer->restart;
    $t->ready;
    my ($what, $email) = try("drop at $stage",
        { stage => $stage, drop => 1, times => 1 });
    is($what, 'r connection', "drop at $stage: tried again");
    $clock->advance(61);
    $smtp->wait_mails(1);
    $t->wait_closed($email, 'lost');
    $smtp->clear;
}

# A kept connection that breaks before 354 is made anew at once; after it, not:
# the message may be on its way.

$mailer->reload($t->config(connections => 1));
$t->ready;
try('a connection to keep');
$smtp->wait_mails(1);
$smtp->clear;

for my $stage (qw(mail rcpt data)) {
    my ($what, $email) = try("kept connection dropped at $stage",
        { stage => $stage, drop => 1, times => 1 });
    is($what, 's sent', "kept connection dropped at $stage: sent by another");
    $t->wait_closed($email, 'lost');
}

is($smtp->count, 3, 'once each');
$mailer->reload($t->config);
$smtp->clear;

# After the dot nobody knows: in doubt, listed, never sent again by itself.

for my $keep (0, 1) {
    my ($what, $email) = try("drop at the dot, keep $keep",
        { stage => 'dot', drop => 1, keep => $keep, times => 1 });
    is($what, 'd in_doubt', 'in doubt');
    wait_ok { (() = $call->doubt) == $keep + 1 } 'listed';
}

$clock->advance(3 * 3600);
my ($what, $email) = try('later');
is($what, 's sent', 'a later message is sent');
$smtp->wait_mails(2);
my @to = sort map { $_->{to}[0] } $smtp->mails;
is(@to, 2, 'the one that the server kept, and the later one: none twice');

# By hand: one was sent, the other was not.

my $list = $mailer->json('settle');
is(@$list, 2, 'settle lists both');
is($list->[0]{step}, 'reminder', 'with the name of the step');
my ($status) = $mailer->run('settle', $list->[0]{attempt}, 'retry');
is($status, 0, 'the first one is to be sent again');
($status) = $mailer->run('settle', $list->[1]{attempt}, 'sent');
is($status, 0, 'the second one was sent');
($status) = $mailer->run('settle', $list->[1]{attempt}, 'sent');
is($status, 5, 'it is not in doubt any more');
$smtp->wait_mails(3);
is($mailer->json('settle')->@*, 0, 'nothing is in doubt any more');
$smtp->clear;

# A server that hangs after the dot holds up nobody else.

$smtp->behave;
my $hold = $smtp->hold('dot', match => qr/slow/);
$call->abandon('slow@example.com');
ok($hold->reached, 'the server hangs after the dot');
$call->abandon("quick$_\@example.com") for 1 .. 40;
$smtp->wait_mails(40);
is((grep { $_->{to}[0] =~ /slow/ } $smtp->mails), 0,
    'all others were sent while it hung');
$hold->release;
$smtp->wait_mails(41);
$t->wait_closed('slow@example.com', 'lost', 'and then it, too');

is($mailer->stop, 0, 'ends');
unlike($mailer->log, qr/\@example\.com/, 'no address in the log');
all_done();
