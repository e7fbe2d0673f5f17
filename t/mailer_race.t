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

# What Redis does, in its order, as `redis-cli monitor` writes it.

my $file = Sp::Test::dir() . '/monitor';
touch($file);
my $monitor = Sp::Test::spawn(name => 'monitor', log => $file,
    cmd => [ 'redis-cli', '-p', $redis->port, 'monitor' ]);
expect_signal($monitor);
wait_for { slurp($file) =~ /^OK/ } or die 'no monitor';

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

wait_for { slurp($file) =~ /sp1_settle.*:p:\Q@{[
    $call->tokens('last@example.com')->{shopper} ]}\E/ } or die 'no settle';
stop_child($monitor);

my (%order, %confirm, $at);

for (split /\n/, slurp($file)) {
    $at++;
    my ($what, $sid) = /"sp1_(order|confirm)" "2" "sp:\{demo\}:p:([\w-]+)"/
        or next;
    $what eq 'order' ? ($order{$sid} //= $at) : ($confirm{$sid} = $at);
}

my ($late, $stopped, $wrong, $open) = (0, 0, 0, 0);

for my $i (0 .. $rounds - 1) {
    my $email = "race$i\@example.com";
    my $why   = $call->why($email);
    my $sid   = $call->tokens($email)->{shopper};
    my @steps = grep { /^step/ } keys %$why;
    my $first = $order{$sid} < ($confirm{$sid} // 0);

    $open++ if ($why->{state} // 'none') eq 'open';
    $wrong++ if !$got{$email} != !grep { $why->{$_} =~ / s$/ } @steps;
    $late++ if $got{$email} && (!$confirm{$sid} || $first);
    $stopped++ if !$got{$email} && $first;
}

is(scalar(keys %order), $rounds, 'Redis knew of every order');
is($open, 0, 'every rescue has ended');
is($wrong, 0, 'what Redis believes to be sent was sent, and nothing else');
is($late, 0, 'nothing was sent whose order came before its confirm');
note "$stopped orders came between claim and confirm";
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
