#!/usr/bin/perl
#
# What a rescue is told about its shopper, caps and pauses, codes of offers,
# experiments: the functions of Redis alone.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use Sp::Test;
use Sp::Functions::Shops qw($clock $redis $f id shop);

my $HOUR  = 3600;
my $DAY   = 24 * $HOUR;

sub ms ($seconds) { return int(($clock->now + $seconds) * 1000) }

# The rescue of this shopper, if it is handed out now.
sub claimed ($name = 'ada', %o) {
    my ($c) = grep { $_->{shopper} eq id($name) } $f->claim(%o);
    return $c;
}

# A cart of this shopper, left, and its rescue.  A quantity makes it another
# cart than the one told before.
my $quantity = 0;

sub abandoned ($name = 'ada', %o) {
    my %lease = map { ($_ => delete $o{$_}) } grep { exists $o{$_} } 'lease';

    $f->cart("visit-$name", shopper => $name,
             lines => [ [ 'item', 'key', ++$quantity, 500 ] ], %o);
    $clock->advance($HOUR + 1);
    return claimed($name, %lease);
}

# The whole way of a message: outcome ('s'), then next; more goes to confirm.
sub mailed ($c, @more) {
    my $outcome = @more % 2 ? shift @more : 's';
    my %o       = @more;
    my $next    = delete $o{next} // 0;

    is($f->confirm($c, %o), 'OK', 'it may go');
    is($f->settle($c, $outcome, next => $next), 'OK', "settled: $outcome");
}

sub import ($pool, @codes) {
    return $f->call('offer', "o:$pool", 'import', "@codes");
}

sub reserve ($c, $pool = 'spring', $step = 11) {
    return $f->call('offer', "p:$c->{shopper}", 'reserve', $c->{rescue},
                    $c->{fence}, $step, $pool);
}

# "FREE RESERVED GIVEN"
sub left ($pool = 'spring') { return $f->call('offers', "o:$pool") }

# { "STEP VARIANT HOLDOUT" => "SUBJECTS ORDERS ..." }
sub cells () { return { $f->call('experiment', 'exp:00000007')->@* } }


shop 'what a claim tells of the shopper' => sub {
    my $c = abandoned('ada', captured => 4, device => 2);
    is("@$c{qw(captured known device stage orders customer offered)}",
       '4 3 2 2 0 0 0', 'a newsletter, on a phone, with a cart');
    is_deeply($c->{mails}, [], 'no message so far');
    mailed($c, next => ms(60));

    $f->event('visit-ada', kinds => 'begin_checkout', shopper => 'ada',
              captured => 3, device => 1, customer => 'c1', logged_in => 1);
    $clock->advance($HOUR + 1);
    $c = claimed();
    is("@$c{qw(captured known device stage orders customer)}", '3 4 1 3 0 1',
       'the newest counts: checkout begun, logged in, another device');
    is(scalar $c->{mails}->@*, 1, 'one message');

    $f->event('visit-ada', kinds => 'identify', shopper => 'ada',
              captured => 5);
    is($f->why('ada')->{captured}, 'checkout',
       'being seen again says less than that');
    is(abandoned()->{device}, 1, 'a device that is not known changes nothing');

    $f->event('visit-ada', kinds => 'purchase', order => 'o1');
    is(abandoned()->{orders}, 1, 'an order');
    $f->event('visit-ada', kinds => 'purchase', order => 'o2');
    is(abandoned()->{orders}, 2, 'two');
    is($f->why('ada')->{captured}, 'checkout', 'why tells how');

    $f->call('customer', 'c:' . id('c2'), id('bob'), '1.imp', 7_776_000);
    $c = abandoned('bob', sealed => '');
    is("@$c{qw(captured customer)}", '6 1', 'an import of customers');
    $f->call('order', 'p:' . id('eve'), id('o3'), '', 0, 7_776_000);
    $clock->advance(1);
    $c = abandoned('eve');
    is("@$c{qw(captured orders)}", '6 1', 'an order that the shop told');
};


shop 'a device in the short way of an event' => sub {
    $f->cart('v', shopper => 'ada', lines => [ [ 1, 'k', 1, 100 ] ]);

    for my $device (3, 0, 1) {
        $f->event('v', kinds => 'view_cart', device => $device,
                  lines => [ [ 1, 'k', 1, 100 ] ]) for 1 .. 2;
        my ($visit) = $f->why('ada')->{visits}->@*;
        like($visit, $device == 1 ? qr/device=desktop / : qr/device=tablet /,
             "device $device");
    }
};


shop 'caps of a day and a week' => sub {
    my $c = abandoned();
    mailed($c, next => ms(60));
    $clock->advance(2 * $DAY);
    $c = claimed();
    mailed($c, step => 22, next => ms(60));
    $clock->advance(61);
    $c = claimed();
    is($f->confirm($c, step => 33, max_per_day => 2, max_per_week => 2),
       'capped', 'two in a week');
    my $due = $f->why('ada')->{due};
    cmp_ok(abs($due - ms(5 * $DAY)), '<', 200_000, 'until the first is old');
    $clock->advance(5 * $DAY);
    is($f->confirm(claimed(), step => 33, max_per_week => 2), 'OK', 'then');
};


shop 'a pause between two rescues' => sub {
    mailed(abandoned());
    my $c = abandoned();
    is($c->{rescue}, 2, 'the next rescue');
    is($f->confirm($c, cool_down => 3 * $DAY * 1000), 'cool_down', 'too early');
    is($f->why('ada')->{reason}, 'cool_down', 'it ends for that');
    is($f->count('closed_cool_down'), 1, 'counted');
    is($f->confirm($c, cool_down => 3 * $DAY * 1000), 'cool_down',
       'asked again: the same');
    is($f->settle($c, 'f', attempt => '', next => ms(1)), 'NO',
       'nothing is left to settle');

    $clock->advance(3 * $DAY);
    $c = abandoned();
    mailed($c, cool_down => 3 * $DAY * 1000, next => ms(60));
    $clock->advance(61);
    $c = claimed();
    is($f->confirm($c, step => 22, cool_down => 3 * $DAY * 1000), 'OK',
       'steps of one rescue need none');
};


shop 'a holdout' => sub {
    my $c = abandoned();
    mailed($c, 'h', holdout => 1, next => ms(60));
    like($f->why('ada')->{steps}[0], qr/ h$/, 'the step is done');
    is($f->why('ada')->{mail}, undef, 'without a message');
    cmp_ok($f->why('ada')->{held_out}, '>', 0, 'and when, instead');
    is($f->count('holdout'), 1, 'counted');
    $clock->advance(61);
    $c = claimed('ada', lease => 60_000);
    is($f->confirm($c), 'done', 'it is not sent later');
    is($f->confirm($c, step => 22, holdout => 1), 'OK', 'the next one');
    $clock->advance(61);
    $c = claimed();
    is_deeply([ map { "@$_[0, 2]" } $c->{steps}->@* ], [ '11 h', '22 h' ],
              'never settled: not in doubt, for nothing was sent');
    is($f->status->{in_doubt}, 0, 'nothing is in doubt');
    is(scalar $c->{mails}->@*, 2, 'both count as messages');
};


# Held out or not: what comes next is the same.
for my $group ([ 's' ], [ 'h', holdout => 1 ], [ undef, holdout => 1 ]) {
    my ($outcome, @held) = @$group;

    shop 'caps and offers, ' . ($outcome // 'held out and never settled')
        => sub {
        my $c = abandoned();

        if ($outcome) {
            mailed($c, $outcome, @held, offer => 1, next => ms(60));
            $clock->advance(61);
        } else {
            is($f->confirm($c, @held, offer => 1), 'OK', 'confirmed');
            $clock->advance(61);
        }

        $c = claimed();
        is(scalar $c->{mails}->@*, 1, 'one');
        cmp_ok($c->{offered}, '>', 0, 'with an offer');
        is($f->confirm($c, step => 22, max_per_day => 1), 'capped', 'a day');

        $clock->advance($DAY);
        $c = claimed();
        is($f->confirm($c, step => 22, max_per_week => 1), 'capped', 'a week');

        $clock->advance(2 * $DAY);
        $f->event('visit-ada', kinds => 'purchase', order => 'o1');
        $c = abandoned();
        is($f->confirm($c, cool_down => 30 * $DAY * 1000), 'cool_down',
           'the next rescue has to wait');
    };
}


shop 'a holdout in dry-run' => sub {
    $f->mode('dry-run');
    my $c = abandoned();
    is($f->confirm($c, mode => 'dry-run', holdout => 1, offer => 1), 'OK',
       'confirmed');
    is($f->settle($c, 'h', next => ms(60)), 'OK', 'settled');
    $clock->advance(61);
    $c = claimed();
    is_deeply($c->{mails}, [], 'binds nobody');
    is($c->{offered}, 0, 'nor does its offer');
};


shop 'codes are imported once' => sub {
    is(import('spring', 'A1', 'A2', 'A1'), '2 1', 'two, and one twice');
    is(import('spring', 'A2', 'A3'), '1 1', 'one more');
    is(import('vip', 'A1'), '1 0', 'pools are apart');
    is(left(), '3 0 0', 'three are free');
    is(left('none'), '0 0 0', 'a pool that is not there');
    is(import('spring'), '0 0', 'none');

    for my $bad ([ 'o:spring', 'import', "A\x1f" ], [ 'o:a b', 'import', 'A' ],
                 [ 'o:spring', 'import', 'A' x 65 ], [ 'o:spring', 'take' ],
                 [ 'o:spring', 'import', join ' ', 1 .. 501 ]) {
        my (undef, $error) = $f->try('offer', @$bad);
        like($error, qr/^SPBAD/, 'refused');
    }
};


shop 'a code goes with its message, or back' => sub {
    import('spring', 'A1');
    my $c = abandoned('ada', lease => 3 * $HOUR * 1000);
    is(reserve($c), 'OK A1', 'reserved');
    is(reserve($c), 'OK A1', 'asked again: the same');
    is(left(), '0 1 0', 'it is not free');
    is(import('spring', 'A1'), '0 1', 'nor new');

    my $d = abandoned('bob');
    is(reserve($d), 'EMPTY', 'nobody else gets it');
    is($f->count('no_code'), 1, 'counted');
    is(reserve({ %$c, fence => 99 }), 'NO', 'nor without the lease');

    is($f->confirm($c, offer => 1), 'OK', 'confirmed');
    is(reserve($c), 'NO', 'not while a message is under way');
    is($f->settle($c, 'r', next => ms(1)), 'OK', 'certainly not sent');
    is(left(), '0 1 0', 'kept for the next attempt');
    $clock->advance(2);
    $c = claimed();
    is("@$c{qw(pool code given offered)}", 'spring A1 r 0',
       'the claim tells it');
    is(reserve($c), 'OK A1', 'the same again');
    mailed($c, offer => 1, next => ms(60));
    is(left(), '0 0 1', 'given');
    like($redis->cmd('HGET', $f->prefix . 'g:spring', 'A1'),
         qr/^\Q${\id('ada')}\E 1 11 \d+$/, 'to whom, in which step');

    $clock->advance(61);
    $c = claimed();
    is("@$c{qw(code given)}", 'A1 g', 'this rescue has it');
    cmp_ok($c->{offered}, '>', 0, 'when there was an offer is known');
    is(reserve($c, 'spring', 22), 'OK A1', 'the next step reminds of it');
    is($f->settle($c, 'k', attempt => '', step => 22, reason => 'too_late'),
       'OK', 'skipped');
    is(left(), '0 0 1', 'it stays given');
    $clock->advance($DAY);
    $c = abandoned();
    is($c->{code}, undef, 'another rescue has none');
};


shop 'what becomes of a reserved code' => sub {
    import('spring', 'A1');

    my %ways = (
        'refused after all' => sub ($c) { mailed($c, 'x') },
        'a dry run'         => sub ($c) { mailed($c, 'y') },
        'a holdout'         => sub ($c) { mailed($c, 'h', holdout => 1) },
        'skipped'           => sub ($c) {
            $f->settle($c, 'k', attempt => '', reason => 'too_late',
                       next => ms(60));
        },
        'refused at once'   => sub ($c) {
            $f->settle($c, 'x', attempt => '', next => ms(60));
        },
        'closed'            => sub ($c) {
            $f->settle($c, 'c', attempt => '', reason => 'no_audience');
        },
        'an order'          => sub ($c) {
            $f->event("visit-" . $c->{shopper} =~ s/_+$//r,
                      kinds => 'purchase', order => $c->{shopper});
        },
        'an order under way, not sent' => sub ($c) {
            $f->confirm($c);
            $f->event("visit-" . $c->{shopper} =~ s/_+$//r,
                      kinds => 'purchase', order => $c->{shopper});
            is(left(), '0 1 0', 'it may be in a message');
            $f->settle($c, 'r', next => ms(60));
        },
        'suppressed'        => sub ($c) {
            $f->call('suppress', "p:$c->{shopper}", 'operator', 0);
        },
        'another pool'      => sub ($c) { is(reserve($c, 'vip'), 'EMPTY') },
    );

    my $n = 0;

    for my $way (sort keys %ways) {
        my $c = abandoned('who' . ++$n);
        is(reserve($c), 'OK A1', "$way: reserved");
        $ways{$way}->($c);
        is(left(), '1 0 0', "$way: it is free again");
    }

    my $c = abandoned('lost', lease => 60_000);
    reserve($c);
    $f->confirm($c, offer => 1);
    $clock->advance(61);
    $f->claim;
    is(left(), '0 0 1', 'in doubt: given');
    is($f->settle($c, 'r', fence => 0), 'OK', 'certainly not sent, later');
    is(left(), '0 0 1', 'given is given');
};


shop 'a code of a record that is gone' => sub {
    import('spring', 'A1');
    my $c = abandoned();
    reserve($c);
    $redis->cmd('DEL', $f->prefix . "p:$c->{shopper}");
    my $d = abandoned('bob');
    is(reserve($d), 'OK A1', 'is found when it is needed');
    is(left(), '0 1 0', 'once');
};


shop 'an offer without a code' => sub {
    my $c = abandoned();
    mailed($c, offer => 1, next => ms(60));
    $clock->advance(61);
    cmp_ok(claimed()->{offered}, '>', 0, 'is noted, too');
};


shop 'experiments: who was a subject, and who ordered' => sub {
    mailed(abandoned('ada'), variant => 1);
    mailed(abandoned('bob'), 'h', holdout => 1);
    is_deeply(cells(), { '11 1 0' => '1 0', '11 0 1' => '1 0' },
              'one subject each');

    $f->event('visit-ada', kinds => 'purchase', order => 'o1',
              total => 2500, currency => 'EUR');
    is(cells()->{'11 1 0'}, '1 1 EUR 1 2500 6250000', 'an order, its amount');
    $f->event('visit-ada', kinds => 'purchase', order => 'o2', total => 100);
    is(cells()->{'11 1 0'}, '1 1 EUR 1 2500 6250000', 'the first one only');

    $clock->advance(8 * $DAY);
    $f->event('visit-bob', kinds => 'purchase', order => 'o3', total => 100);
    is(cells()->{'11 0 1'}, '1 0', 'too late');

    my $c = abandoned('eve');
    is($f->confirm($c), 'OK', 'an attempt');
    $f->settle($c, 'r', next => ms(1));
    $clock->advance(2);
    $c = claimed('eve');
    mailed($c, next => ms(60));
    is(cells()->{'11 0 0'}, '1 0', 'a second attempt is no second subject');
    $clock->advance(61);
    mailed(claimed('eve'), step => 22);
    $f->call('order', 'p:' . id('eve'), id('o4'), '', 0, 7_776_000);
    my $worth = $quantity * 500;
    is(cells()->{'11 0 0'}, "1 1 EUR 1 $worth " . $worth * $worth,
       'an order that the shop told: the cart says how much');
    is(cells()->{'22 0 0'}, cells()->{'11 0 0'}, 'each step counts it');

    mailed(abandoned('gus'), step => 33);
    $f->event('visit-gus', kinds => 'set_cart', lines => []);
    $clock->advance(1);
    $f->event('visit-gus', kinds => 'purchase', order => 'o5');
    is(cells()->{'33 0 0'}, '1 1', 'an order of an amount that is not known');

    $f->mode('dry-run');
    is($f->confirm(abandoned('joe'), step => 44, mode => 'dry-run'), 'OK',
       'a dry run');
    is(cells()->{'44 0 0'}, undef, 'has no subjects');
    cmp_ok($redis->cmd('TTL', $f->prefix . 'exp:00000007'), '>', 399 * $DAY,
           'kept for more than a year');
};


shop 'what an experiment cannot keep is counted' => sub {
    my $c = abandoned('ada');

    for my $step (1 .. 17) {
        $f->confirm($c, step => $step);
        $f->settle($c, 's', next => ms(60));
        $clock->advance(61);
        $c = claimed('ada');
    }

    is($f->count('trials_dropped'), 1, 'sixteen are waited for');
    $f->call('order', 'p:' . id('ada'), id('o1'), '', 0, 7_776_000);
    is(cells()->{'1 0 0'}, '1 0', 'not the first');
    like(cells()->{"$_ 0 0"}, qr/^1 1 /, "but number $_") for 2, 17;

    for my $n (1 .. 9) {
        mailed(abandoned("s$n"), step => 99);
        $f->event("visit-s$n", kinds => 'purchase', order => "o$n", total => 100,
                  currency => chr(64 + $n) x 3);
    }

    my @cell = split ' ', cells()->{'99 0 0'};
    is("@cell[0, 1]", '9 9', 'all orders');
    is(scalar @cell, 2 + 4 * 8, 'in eight currencies');
    is($f->count('currencies_dropped'), 1, 'one is not told apart');
};


shop 'paused' => sub {
    my $c = abandoned();
    my $pause = sub ($name, $till) {
        return $f->call('suppress', 'p:' . id($name), 'paused', 0, $till);
    };

    is($pause->('ada', ms(30 * $DAY)), 'OK', 'for a month');
    is($f->why('ada')->{reason}, 'paused', 'the rescue ends');
    is($f->confirm($c), 'paused', 'nothing goes');
    is($f->why('ada')->{suppressed}, 'paused', 'why tells it');
    cmp_ok($f->why('ada')->{suppressed_until}, '>', ms(29 * $DAY), 'and when');
    is(abandoned(), undef, 'nothing new either');
    is($f->count('closed_paused'), 2, 'counted');

    $pause->('ada', ms(10 * $DAY));
    cmp_ok($f->why('ada')->{suppressed_until}, '>', ms(29 * $DAY),
           'an earlier end changes nothing');
    $clock->advance(30 * $DAY);
    ok(abandoned(), 'after it');

    is($pause->('bob', ms(-1)), 'OK', 'an end that has passed');
    ok(abandoned('bob'), 'does nothing');

    $pause->('eve', ms(30 * $DAY));
    $f->call('suppress', 'p:' . id('eve'), 'unsubscribed', 0);
    is($f->why('eve')->{suppressed}, 'unsubscribed', 'for ever is more');
    $pause->('eve', ms(30 * $DAY));
    is($f->why('eve')->{suppressed_until}, undef, 'and stays so');
    is($redis->cmd('TTL', $f->prefix . 'x:' . id('eve')), -1, 'without end');
};

all_done();
