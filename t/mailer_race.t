#!/usr/bin/perl
# slow
#
# An order races the message 1,000 times: what Redis acknowledged before confirm
# stops it, and nobody who was confirmed is lost.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Time::HiRes qw(sleep time);
use Sp::Test;
use Sp::Rescue;

my $t = Sp::Rescue->new(idle => 150, connections => 8);
my ($call, $smtp, $mailer, $redis) =
    ($t->call, $t->smtp, $t->mailer, $t->redis);
my $rounds = $ENV{SP_RACES} // 1000;
my $batch  = 50;

# In batches; each order comes around the moment when its cart is due: some
# before it, some during the exchange, some after it.

for (my $i = 0; $i < $rounds; $i += $batch) {
    my @plan;

    for my $n ($i .. $i + $batch - 1) {
        my $email = "race$n\@example.com";
        $call->abandon($email);
        push @plan, [ time + 0.13 + rand 0.06, $email ];
    }

    for (sort { $a->[0] <=> $b->[0] } @plan) {
        my ($when, $email) = @$_;
        sleep $when - time if $when > time;
        $call->order("order-$email", email => $email);
    }
}

# In the journal each rescue has one end, and whether it was sent.

$call->abandon('last@example.com');
$t->wait_closed('last@example.com', 'lost');

my %got;
$got{ $_->{to}[0] }++ for $smtp->mails;
delete $got{'last@example.com'};

is_deeply([ grep { $got{$_} > 1 } keys %got ], [], 'nobody got it twice');
is(scalar(() = $call->doubt), 0, 'nothing is in doubt');

my ($late, $wrong, $open) = (0, 0, 0);

for my $i (0 .. $rounds - 1) {
    my $email = "race$i\@example.com";
    my $why   = $call->why($email);
    my @steps = grep { /^step/ } keys %$why;

    $open++ if ($why->{state} // 'none') eq 'open';
    $wrong++ if !$got{$email} != !grep { $why->{$_} =~ / s$/ } @steps;

    # The attempt is older than the order: then it was right to send.

    if ($got{$email}) {
        my ($at) = map { $why->{$_} =~ /^\d+ (\d+) s/ } @steps;
        $late++ if !defined $at;
    }
}

is($open, 0, 'every rescue has ended');
is($wrong, 0, 'what Redis believes to be sent was sent, and nothing else');
is($late, 0, 'each with its time');
note scalar(keys %got), " of $rounds were sent before their order";
cmp_ok(scalar(keys %got), '<', $rounds, 'some orders were in time');

# The same while the server sits on DATA and on 354: the order always wins.

for my $round (1 .. 20) {
    $smtp->clear;
    $smtp->behave;
    my $hold  = $smtp->hold('data');
    my $email = "data$round\@example.com";
    $call->abandon($email);
    $hold->reached or die 'not reached';
    $call->order("order-$email", email => $email);
    $hold->release;
    wait_for { $mailer->log =~ /event=stopped shop=demo shopper=\Q@{[
        $call->tokens($email)->{shopper} ]}\E / } or fail("stopped $round");
    is($smtp->count, 0, "order at DATA, $round: not sent") if $round == 20
        || $smtp->count;
}

is($mailer->stop, 0, 'ends');
unlike($mailer->log, qr/not_settled/, 'every settlement was accepted');
all_done();
