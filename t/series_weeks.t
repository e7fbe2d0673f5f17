#!/usr/bin/perl
# slow
#
# Weeks of a shop: series, offers, quiet hours, caps, variants and a holdout, for
# many shoppers who come, leave, come back and buy, across the change to summer
# time.  A ledger of the test's own knows what was done and what was sent, and
# says whether a rule was broken.  SP_SHOPPERS=10000 is the long run.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use POSIX ();
use Test::More;
use Time::Local qw(timegm);
use Sp::Test;
use Sp::Rescue;
use Sp::Clock;

my $SHOPPERS = $ENV{SP_SHOPPERS} // 150;
my $DAYS     = 21;
my $TICK     = 2 * 3600;
my $ZONE     = 'Europe/Dublin';
my $DAY      = 86_400;
my $NEAR     = 120;         # s between a message's date and its settlement
my $LEASE    = 61;          # s, a little more than a lease
my $seed     = $ENV{SP_SEED} // 7;

srand $seed;

# Ten days before the last Sunday of March.
my $clock = Sp::Clock->new;
my $year  = 1 + (gmtime $clock->now)[5];
my $start = timegm(0, 0, 4, 18, 2, $year);
$clock->advance($start - $clock->now);

my $t = Sp::Rescue->new(
    idle  => 3_600_000, clock => $clock, connections => 8,
    shop  => <<"CONF", series => <<'SERIES');
time_zone = "$ZONE"   quiet_hours = "21:00-08:00"
max_per_day = 1   max_per_week = 3   cool_down = 5d
offer "ten" { kind = discount strength = 10 pool = winter expires = 3d
    text "en" { line = "Ten off" } }
offer "more" { kind = upgrade strength = 20 pattern = "BACK-%10"
    text "en" { line = "Larger" } }
CONF
series "large" {
    audience { min_total = {"100 EUR"} }
    holdout = 20%
    step "one" { delay = 0 creative = plain }
    step "two" { delay = 23h
        variant "a" { creative = offered offer = ten }
        variant "b" { creative = second } }
    step "three" { delay = 71h creative = offered offer = more expires = 24h }
}
series "default" {
    audience { max_total = {"99.99 EUR"} }
    step "one" { delay = 0 creative = plain }
    step "two" { delay = 23h creative = second weekdays = {mon, tue, wed, thu, fri} }
}
SERIES
my ($call, $redis, $mailer) = ($t->call, $t->redis, $t->mailer);

sub local_time ($at) {
    local $ENV{TZ} = $ZONE;
    POSIX::tzset();
    my @t = localtime $at;
    return @t;
}

# How many are due in so many seconds.  A rescue in hand is due when its lease
# of a minute ends, so that nothing due in that time says that none is; the
# mailer's own count is late: it misses a claim that Redis has just answered.
sub due_in ($seconds) {
    return $redis->cmd('ZCOUNT', 'sp:{demo}:due', '-inf',
        int(($clock->now + $seconds) * 1000));
}

# Some are due, none is in hand, and for seconds nobody asks for them.  A clock
# that is moved while Redis answers how long to wait makes the mailer sleep from
# then on, for an hour at most.
sub asleep () {
    my $due = due_in(0);

    for (1 .. 30) {
        return 0 if !$due || due_in($LEASE) != $due;
        select(undef, undef, undef, .1);
    }

    return 1;
}

sub drained () {
    for (1 .. 12) {
        return 1 if wait_for { due_in($LEASE) == 0 } 10 + $SHOPPERS / 20;
        $clock->advance(3601) if asleep();
    }

    return 0;
}

my $codes = Sp::Test::dir() . '/codes';
spew($codes, join '', map { sprintf "CODE-%05d\n", $_ } 1 .. $SHOPPERS);
$mailer->run('offer', 'import', $codes, '--pool', 'winter');

# The weeks.

my (%left, %bought);                # shopper => times
my $stuck = 0;

for my $tick (0 .. $DAYS * $DAY / $TICK - 1) {
    my $now = $clock->now;

    for my $n (1 .. $SHOPPERS) {
        my $who  = "s$n";
        my $dice = rand;

        # about two carts in three weeks
        if ($dice < 2 / ($DAYS * $DAY / $TICK)) {
            my $large = rand() < .6;

            $call->event(
                kinds => ['set_cart', 'generate_lead'], visitor => $who,
                email => "$who\@example.com", currency => 'EUR',
                total => $large ? 15_000 : 5_000,
                lines => [ { id => "sku$tick", name => 'Oak table',
                    quantity => 1, price => 15_000 } ]);
            push @{ $left{$who} }, $now;
        }

        # some of those who left one come to buy
        elsif ($left{$who} && $dice > 1 - .01) {
            $call->order("$who-$tick", email => "$who\@example.com");
            push @{ $bought{$who} }, $now;
        }
    }

    $clock->advance($TICK);
    $stuck++ if !drained();
}

is($stuck, 0, 'the mailer keeps up');

# The ledger.

my (%mails, %broken, %by_code, %variant);

for my $mail ($t->smtp->mails) {
    my ($who) = $mail->{to}[0] =~ /^(\w+)@/;
    my ($series, $step) = $mail->{data} =~ /^Feedback-ID: (\w+)\.(\w+):/m
        or die $mail->{data};
    my ($d, $m, $y, $h, $min, $s) = $mail->{data}
        =~ /^Date: \w+, +(\d+) (\w+) (\d+) (\d+):(\d+):(\d+) \+0000/m;
    my $month = index('JanFebMarAprMayJunJulAugSepOctNovDec', $m) / 3;

    push @{ $mails{$who} }, {
        at => timegm($s, $min, $h, $d, $month, $y), series => $series,
        number => { one => 1, two => 2, three => 3 }->{$step}, step => $step,
        offer => $mail->{data} =~ /^offer=3D([\w-]+)/m ? $1 : '',
        code  => $mail->{data} =~ /^code=3D(\S+?)\r?$/m ? $1 : '',
        still => $mail->{data} =~ /^Subject: Still/m ? 1 : 0,
    };
}

sub broken ($rule, $who) {
    push @{ $broken{$rule} }, $who;
    return;
}

my @rules = ('quiet hours', 'weekdays', 'once a day', 'three a week',
    'cool-down', 'after an order', 'after a cart', 'one variant',
    'a code for one', 'offers seldom', 'stronger');

for my $who (sort keys %mails) {
    my @sent = sort { $a->{at} <=> $b->{at} } @{ $mails{$who} };
    my ($before, $offered, $last);
    my $rescue = 0;

    for my $i (0 .. $#sent) {
        my $m = $sent[$i];
        my (undef, undef, $hour, undef, undef, undef, $wday)
            = local_time($m->{at});

        broken('quiet hours', $who) if $hour < 8 || $hour >= 21;
        broken('weekdays', $who)
            if "$m->{series} $m->{step}" eq 'default two'
                && ($wday == 0 || $wday == 6);
        broken('once a day', $who)
            if $before && $m->{at} - $before->{at} < $DAY - $NEAR;
        broken('three a week', $who)
            if $i > 2 && $m->{at} - $sent[$i - 3]{at} < 7 * $DAY - $NEAR;

        # A rescue is what lies between two carts that were left, unless its
        # series goes on.
        my ($cart) = reverse grep { $_ < $m->{at} } @{ $left{$who} };
        my $new = !$before || $m->{series} ne $before->{series}
            || $m->{number} <= $before->{number}
            || grep { $_ > $before->{at} && $_ < $m->{at} }
                @{ $bought{$who} // [] };

        broken('after a cart', $who) if !defined $cart;
        broken('cool-down', $who)
            if $new && $before && $m->{at} - $before->{at} < 5 * $DAY - $NEAR;
        broken('after an order', $who)
            if grep { $_ > ($cart // 0) && $_ < $m->{at} } @{ $bought{$who} // [] };

        $offered = undef if $new;
        broken('stronger', $who)
            if $offered && $offered eq 'upgrade' && $m->{offer} eq 'discount';
        $offered = $m->{offer} if $m->{offer};

        # nobody was here for thirty days
        $rescue++ if $new;
        broken('offers seldom', $who)
            if $m->{offer} && defined $last && $last != $rescue;
        $last = $rescue if $m->{offer};

        if ($m->{code}) {
            $by_code{ $m->{code} }{$who} = 1;
        }

        if ("$m->{series} $m->{step}" eq 'large two') {
            $variant{$who}{ $m->{still} } = 1;
        }

        $before = $m;
    }

    broken('one variant', $who) if keys %{ $variant{$who} // {} } > 1;
}

broken('a code for one', $_) for grep { keys %{ $by_code{$_} } > 1 } keys %by_code;

my $n = grep { $_ } map { @$_ } values %mails;
cmp_ok($n, '>', $SHOPPERS, 'there were messages');
note("seed $seed: $n messages to ", scalar(keys %mails), ' of ', $SHOPPERS);

for my $rule (@rules) {
    is_deeply($broken{$rule} // [], [], "no rule broken: $rule");
}

# Both variants, both groups, and codes for those who got one.

my %counted;
$counted{ join ',', keys %$_ }++ for values %variant;
cmp_ok($counted{0} // 0, '>', 0, 'one variant was sent');
cmp_ok($counted{1} // 0, '>', 0, 'and the other');

my $pool = $mailer->json('offer', 'list')->{demo}{ten};
is($pool->{free} + $pool->{reserved} + $pool->{given}, $SHOPPERS,
    'no code is lost');
is($pool->{given}, scalar(grep { /^CODE/ } keys %by_code),
    'as many are given as were sent');

# What the report says is what the ledger says.

my $report = $mailer->json('report')->{demo}{large}{steps}{one};
my @first = map { my $who = $_; map { [ $who, $_ ] }
    grep { "$_->{series} $_->{step}" eq 'large one' } @{ $mails{$who} } }
    keys %mails;
my $orders = grep {
    my ($who, $m) = @$_;
    grep { $_ > $m->{at} && $_ - $m->{at} <= 7 * $DAY } @{ $bought{$who} // [] };
} @first;

is($report->{mailed}{people}, scalar @first, 'report: people mailed');
is($report->{mailed}{orders}, $orders, 'report: their orders');

# A shopper is drawn once and counted once in each rescue, so that these are not
# so many draws.
my (%times, $squares);
$times{ $_->[0] }++ for @first;
$squares += $_ ** 2 for values %times;

my $held = $report->{holdout}{people};
my $all  = $held + @first;
cmp_ok(abs($held - $all * .2), '<',
    4 * sqrt($all * .2 * .8 * $squares / @first) + 1,
    "about a fifth is held out: $held of $all");
note(sprintf '%.1f %%', 100 * $held / $all);

is($mailer->stop, 0, 'ends');
all_done();
