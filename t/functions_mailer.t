#!/usr/bin/perl
#
# Claims, leases, confirm and settle: who may send what, and what is known
# afterwards.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use Sp::Test;
use Sp::Functions::Shops qw($clock $redis $f id shop);

my $HOUR  = 3600;

# A cart of this shopper that is due now, claimed unless claim => 0.
sub abandoned ($name = 'ada', %o) {
    $f->cart("visit-$name", shopper => $name);
    $clock->advance($HOUR + 1);
    return if exists $o{claim} && !$o{claim};
    my ($c) = grep { $_->{shopper} eq id($name) } $f->claim(%o);
    return $c;
}

sub ms ($seconds) { return int(($clock->now + $seconds) * 1000) }


shop 'confirm, settle, the next step, the end' => sub {
    my $c = abandoned();

    is($f->confirm($c), 'OK', 'the first step may go');
    is($f->confirm($c, attempt => $c->{attempt}), 'OK',
       'asked again: the same answer');
    is($f->confirm({ %$c }), 'fenced', 'another attempt has to wait');
    is($f->settle($c, 's', next => ms(23 * $HOUR)), 'OK', 'sent');
    is($f->settle($c, 's', next => ms(23 * $HOUR)), 'OK', 'told again');
    is($f->count('sent'), 1, 'counted once');
    is($f->settle($c, 's', attempt => id('unknown')), 'NO', 'not ours');
    is_deeply([ $f->claim ], [], 'the next step is not due');

    $clock->advance(23 * $HOUR);
    ($c) = $f->claim;
    is_deeply([ map { "@$_[0, 2]" } $c->{steps}->@* ], [ '11 s' ],
              'the claim tells what is done');
    is($f->confirm($c), 'done', 'a step is never sent again');
    is($f->confirm($c, step => 22), 'OK', 'the second');
    is($f->settle($c, 's'), 'OK', 'was the last');
    is($f->why('ada')->{reason}, 'lost', 'the rescue ends');
    $clock->advance(30 * 24 * $HOUR);
    is_deeply([ $f->claim ], [], 'and is not opened again');

    is(abandoned(), undef, 'back to the same cart: not told again');

    $f->cart('visit-ada', lines => [ [ 'mug', '', 7, 900 ] ]);
    $clock->advance($HOUR + 1);
    ($c) = $f->claim;
    is($c->{rescue}, 2, 'another cart, left again: a new rescue');
    is($f->confirm($c), 'OK', 'with its own first step');
};


shop 'activity within a rescue restarts the clock' => sub {
    my $c = abandoned();
    $f->confirm($c);
    $f->settle($c, 's', next => ms(23 * $HOUR));
    $f->event('visit-ada', kinds => 'page_view');
    $clock->advance($HOUR / 2);
    is_deeply([ $f->claim ], [], 'she is here');
    $clock->advance($HOUR / 2 + 1);
    my ($d) = $f->claim;
    is($d->{rescue}, 1, 'the same rescue');
    cmp_ok($d->{abandoned}, '>', $c->{abandoned}, 'abandoned later');
    is($f->confirm($d), 'done', 'what was sent is not sent again');
};


shop 'settle takes the earlier of next step and idle end' => sub {
    my $c = abandoned();
    $f->confirm($c);
    $f->event('visit-ada', kinds => 'page_view');
    $f->settle($c, 's', next => ms(23 * $HOUR));
    my $due = $f->why('ada')->{due};
    cmp_ok($due, '<=', ms($HOUR) + 1000, 'looked at when she has left again');
};


shop 'why not' => sub {
    my $c = abandoned();
    $f->event('visit-ada', kinds => 'page_view');
    is($f->confirm($c), 'active', 'she is here');
    is($f->settle($c, 'f', attempt => '', next => ms(60)), 'NO',
       'nothing is left to settle');

    $c = abandoned('bob');
    $f->event('visit-bob', kinds => 'set_cart', lines => [], age => 2 * $HOUR * 1000);
    is($f->confirm($c), 'OK', 'an older, empty cart changes nothing');
    $f->settle($c, 'r', next => ms(0));
    ($c) = $f->claim;
    is($c->{tries}, 1, 'tried again');
    is($f->confirm($c, mode => 'dry-run'), 'off', 'another mode');

    $c = abandoned('eve');
    $f->event('visit-eve', kinds => 'order_pending', age => 2 * $HOUR * 1000);
    is($f->confirm($c), 'held', 'an order may be under way');
    cmp_ok($f->why('eve')->{due}, '>', ms(9 * $HOUR), 'for hours');

    $c = abandoned('gus');
    $redis->cmd('DEL', $f->prefix . 'p:' . id('gus'));
    is($f->confirm($c), 'gone', 'erased');

    $c = abandoned('joe');
    $f->confirm($c);
    $f->settle($c, 's', next => ms(1));
    $clock->advance(2);
    ($c) = grep { $_->{shopper} eq id('joe') } $f->claim;
    is($f->confirm($c, step => 22, max_per_day => 1), 'capped',
       'one message a day');
    my $due = $f->why('joe')->{due};
    cmp_ok($due, '>', ms(23 * $HOUR), 'tomorrow again');
    $clock->advance(24 * $HOUR);
    ($c) = grep { $_->{shopper} eq id('joe') } $f->claim;
    is($f->confirm($c, step => 22, max_per_day => 1), 'OK', '... it may go');
};


shop 'a lease ends, another mailer takes over' => sub {
    my $c = abandoned('ada', mailer => 'one', lease => 60_000);
    is_deeply([ $f->claim(mailer => 'two') ], [], 'held');
    $clock->advance(50);
    is($f->call('renew', "p:$c->{shopper}", id('one'), $c->{fence}, 60_000),
       'OK', 'renewed');
    $clock->advance(50);
    is_deeply([ $f->claim(mailer => 'two') ], [], 'still held');
    $clock->advance(11);
    my ($d) = $f->claim(mailer => 'two');
    cmp_ok($d->{fence}, '>', $c->{fence}, 'taken over');
    is($f->confirm($c), 'fenced', 'the first is fenced off');
    is($f->call('renew', "p:$c->{shopper}", id('one'), $c->{fence}, 60_000),
       'NO', 'and cannot renew');
    is($f->confirm($d), 'OK', 'the second sends');
    is($f->settle($c, 'k', attempt => '', reason => 'too_late'), 'NO',
       'the first cannot settle');
};


shop 'handed over, and never told: in doubt' => sub {
    my $c = abandoned('ada', lease => 60_000);
    is($f->confirm($c), 'OK', 'confirmed');
    $clock->advance(61);
    my ($d) = $f->claim;
    is_deeply([ map { "@$_[0, 2]" } $d->{steps}->@* ], [ '11 d' ], 'in doubt');
    is($f->confirm($d), 'done', 'it is not sent again');
    my $list = $f->call('doubt', 'doubt');
    is_deeply([ $list->@[0 .. 4] ],
              [ id('ada'), 1, 7, 11, $c->{attempt} ], 'it is listed');
    is($f->status->{in_doubt}, 1, 'and counted');

    is($f->settle($c, 's', fence => 0), 'OK', 'its sender comes back');
    is($f->status->{in_doubt}, 0, 'it is clear now');
    is(($f->why('ada')->{steps}[0] =~ /(.)$/)[0], 's', 'it was sent');
    is($f->settle($c, 's', fence => 0), 'OK', 'told again');
    is($f->count('cleared'), 1, 'cleared once');

    $clock->advance(61);
    ($c) = $f->claim(lease => 60_000);
    $f->confirm($c, step => 22);
    is($f->settle($c, 'd', next => ms($HOUR)), 'OK', 'told to be in doubt');
    is($f->settle($c, 'r', next => ms(60)), 'OK', 'certainly not sent');
    $clock->advance(61);
    ($c) = $f->claim;
    is($f->confirm($c, step => 22), 'OK', 'it may be sent again');
};


shop 'a step that is done is closed without a message' => sub {
    my $close = sub ($c, $outcome, %o) {
        return $f->settle($c, $outcome, attempt => '', reason => 'done', %o);
    };

    # Sent, and another mailer's config has it still before it.
    my $c = abandoned();
    $f->confirm($c);
    $f->settle($c, 's', next => 1);
    my $was = $f->why('ada')->{steps}[0];

    for my $outcome ('k', 'x') {
        $clock->advance(61);
        ($c) = $f->claim;
        is($f->confirm($c), 'done', 'it is done');
        is($close->($c, $outcome, next => $outcome eq 'k' ? 1 : 0), 'OK',
           "settled with $outcome");
        is($f->why('ada')->{steps}[0], $was, 'it was sent, then');
    }

    is($f->why('ada')->{state}, 'closed', 'that was the last step');
    $f->event('visit-ada', kinds => 'page_view');
    $clock->advance($HOUR + 1);
    is_deeply([ $f->claim ], [], 'the same cart is not told again');

    # In doubt.
    $c = abandoned('bob', lease => 60_000);
    is($f->confirm($c), 'OK', 'another');
    my %doubt = %$c;
    $clock->advance(61);
    ($c) = $f->claim;
    $close->($c, 'k', next => ms($HOUR));
    like($f->why('bob')->{steps}[0], qr/^11 \d+ d$/, 'it is in doubt still');
    is($f->settle(\%doubt, 'r', next => 1), 'OK', 'certainly not sent');
    ($c) = $f->claim;
    is($f->confirm($c), 'OK', '... so it goes now');

    # In doubt, and it was the last step: the mailer finds none left.
    $c = abandoned('eve', lease => 60_000);
    $f->confirm($c);
    %doubt = %$c;
    $clock->advance(61);
    ($c) = grep { $_->{shopper} eq id('eve') } $f->claim;
    is($close->($c, 'c', reason => 'series_done'), 'OK', 'none is left');
    is($f->settle(\%doubt, 'r', next => 1), 'OK', 'certainly not sent');
    ($c) = grep { $_->{shopper} eq id('eve') } $f->claim;
    is($f->confirm($c), 'OK', '... so the rescue goes on');
};


shop 'a cart that was told of, however that ended' => sub {
    my $over = sub ($name, $outcome, $end) {
        my $c = abandoned($name);
        is($f->confirm($c), 'OK', "$name: the first step");
        is($f->settle($c, $outcome, next => ms($HOUR)), 'OK', '... is gone')
            if $outcome;
        $clock->advance($HOUR + 1);
        $end->($c);
        $f->event("visit-$name", kinds => 'page_view');
        $clock->advance($HOUR + 1);
        return grep { $_->{shopper} eq id($name) } $f->claim;
    };

    my $closed = sub ($reason) {
        return sub ($old) {
            my ($c) = grep { $_->{shopper} eq $old->{shopper} } $f->claim;
            is($f->settle($c, 'c', attempt => '', reason => $reason), 'OK',
               "... closed: $reason");
        };
    };

    is($over->($_, 's', $closed->($_)), 0, '... and not told again')
        for qw(series_gone no_audience cool_down other no_consent);
    is($over->('doubt', undef, $closed->('series_gone')), 0,
       'nor what is in doubt');
    is($over->('off', 's', sub ($c) {
        $f->mode('off');
        $f->claim;
        is($f->why('off')->{reason}, 'off', '... closed: off');
        $f->mode('live');
    }), 0, 'off and live again');
    is($over->('before', 's', sub ($c) {
        $f->mode('off');
        $f->mode('live');
        $f->claim;
        is($f->why('before')->{reason}, 'before_live', '... closed');
    }), 0, 'before_live');

    is($over->('never', 'r', $closed->('series_gone')), 1,
       'a message that certainly was not sent told nothing');

    # The cart that is changed is another.
    $f->cart('visit-off', lines => [ [ 'mug', '', 7, 900 ] ]);
    $clock->advance($HOUR + 1);
    is(grep({ $_->{shopper} eq id('off') } $f->claim), 1, 'another cart');

    # Bought, and filled with the same again.
    my $c = abandoned('again');
    $f->confirm($c);
    $f->settle($c, 's', next => ms($HOUR));
    $f->event('visit-again', kinds => 'purchase', order => 'o');
    $clock->advance(1);
    ok(abandoned('again'), 'the same, wanted again');

    # Nobody but the operator has seen what was tried.
    $f->mode('catch-all');
    $c = abandoned('tried');
    is($f->confirm($c, mode => 'catch-all'), 'OK', 'a message to the operator');
    $f->settle($c, 's', next => ms($HOUR));
    $clock->advance(1);
    $f->mode('off');
    $f->mode('live');
    $clock->advance($HOUR + 1);
    $f->claim;
    is($f->why('tried')->{reason}, 'before_live', 'closed');
    $f->event('visit-tried', kinds => 'page_view');
    $clock->advance($HOUR + 1);
    is(grep({ $_->{shopper} eq id('tried') } $f->claim), 1,
       'who comes back is told for the first time');
};


shop 'what is in doubt is listed in pages, and for 90 days' => sub {
    my $now = ms(0);
    my $day = 24 * $HOUR;
    my $add = sub ($at, @names) {
        $redis->cmd('ZADD', $f->prefix . 'doubt',
            map { ($at, id("p$_") . ' 1 7 11 ' . id("t$_")) } @names);
    };
    my $page = sub (@from) {
        my @flat = $f->call('doubt', 'doubt', @from)->@*;
        return map { [ @flat[6 * $_ + 4, 6 * $_ + 5] ] } 0 .. @flat / 6 - 1;
    };

    # 2,500 of them, many of the same moment, as a mailer that lists them does.
    $add->($now - int($_ / 700) * 1000, $_) for 1 .. 2500;

    my ($from, $skip, %seen, @sizes) = (0, 0);

    while (my @page = $page->($from, $skip)) {
        push @sizes, scalar @page;

        for (@page) {
            $seen{ $_->[0] }++;
            $skip = $_->[1] == $from ? $skip + 1 : 1;
            $from = $_->[1];
        }
    }

    is("@sizes", '1000 1000 500', 'three pages');
    is(scalar keys %seen, 2500, 'all are listed');
    is_deeply([ grep { $_ != 1 } values %seen ], [], '... once');
    is(scalar $page->(), 1000, 'without a place: the first page');
    $redis->cmd('DEL', $f->prefix . 'doubt');

    # What nobody has decided.
    $add->($now - 91 * $day * 1000, 1 .. 150);
    $add->($now - 89 * $day * 1000, 'new');
    $f->claim;
    is($f->status->{in_doubt}, 51, 'a claim drops what is too old, not all');
    $f->claim;
    is_deeply([ map { $_->[0] } $page->() ], [ id('tnew') ],
              'the next one the rest');
    is($f->count('doubt_dropped'), 150, 'each is counted');
};


shop 'an order, a suppression or an erasure between confirm and settle' => sub {
    my $c = abandoned();
    $f->confirm($c);
    $f->event('visit-ada', kinds => 'purchase', order => 'o');
    is($f->settle($c, 's', next => ms(60)), 'OK', 'after an order');
    is($f->why('ada')->{state}, 'closed', 'the rescue stays closed');
    is(scalar $f->why('ada')->{steps}->@*, 1, 'what was sent is known');

    $c = abandoned('bob');
    $f->confirm($c);
    $f->call('suppress', 'p:' . id('bob'), 'unsubscribed', '0');
    is($f->settle($c, 's', next => ms(60)), 'OK', 'after a suppression');
    is($f->why('bob')->{reason}, 'suppressed', 'the rescue stays closed');

    $c = abandoned('eve');
    $f->confirm($c);
    $redis->cmd('DEL', $f->prefix . 'p:' . id('eve'));
    is($f->settle($c, 's', next => ms(60)), 'GONE', 'after an erasure');
    is($redis->cmd('EXISTS', $f->prefix . 'p:' . id('eve')), 0,
       'no record comes back');

    $c = abandoned('joe', lease => 60_000);
    $f->confirm($c);
    $f->event('visit-joe', kinds => 'purchase', order => 'p');
    $clock->advance(61);
    $f->claim;
    is($f->why('joe')->{attempt}, 'in_doubt',
       'ordered, and never told: in doubt all the same');
};


shop 'suppression' => sub {
    my $c = abandoned();
    $f->call('suppress', 'p:' . id('ada'), 'unsubscribed', '0');
    is($f->confirm($c), 'suppressed', 'stops what is open at once');
    $f->cart('visit-ada');
    $clock->advance($HOUR + 1);
    is_deeply([ $f->claim ], [], 'and what comes later');
    is($f->count('closed_suppressed'), 2, 'counted, with its reason');
    is($f->why('ada')->{suppressed}, 'unsubscribed', 'it says why');
    $f->call('suppress', 'p:' . id('ada'), 'operator', '1');
    ok(abandoned(), 'taken back');
};


shop 'without settle and attempt: skipped, deferred, refused, closed' => sub {
    my $c = abandoned();
    is($f->settle($c, 'f', attempt => '', next => ms(60)), 'OK', 'deferred');
    is_deeply([ $f->claim ], [], 'not due');
    $clock->advance(61);
    ($c) = $f->claim;
    is($f->settle($c, 'k', attempt => '', reason => 'too_late',
                  next => ms(60)), 'OK', 'skipped');
    is($f->count('skipped_too_late'), 1, 'counted');
    $clock->advance(61);
    ($c) = $f->claim;
    is($f->confirm($c), 'done', 'a skipped step is not sent');
    is($f->settle($c, 'c', attempt => '', reason => 'series_gone'), 'OK',
       'closed');
    is($f->why('ada')->{state}, 'closed', 'it is');
    is($f->settle($c, 'c', attempt => '', reason => 'series_gone'), 'NO',
       'once');
};


shop 'modes' => sub {
    my $c = abandoned();
    is($f->confirm($c, mode => 'dry-run'), 'OK', 'a dry run');
    is($f->settle($c, 'y', next => ms(60)), 'OK', 'is recorded');
    like($f->why('ada')->{steps}[0], qr/ y$/, 'as such');
    is($f->why('ada')->{mail}, undef, 'and is no mail');

    $clock->advance(61);
    $f->mode('live');
    is_deeply([ $f->claim ], [], 'what was abandoned before is not mailed');
    is($f->count('closed_before_live'), 1, 'but closed, and counted');
    $f->mode('live');
    my $since = $f->status->{live_since};
    $clock->advance(5);
    $f->mode('live');
    is($f->status->{live_since}, $since, 'live goes on');
    ok($c = abandoned(), 'what is abandoned now is mailed');

    $f->mode('off');
    is($f->confirm($c), 'off', 'not after it is off');
    is($f->status->{live_since}, '', 'not live');
    abandoned('bob', claim => 0);
    is_deeply([ $f->claim ], [], 'off hands out nothing');
    is($f->count('closed_off'), 2, 'and keeps nothing for later');
}, mode => 'dry-run';


shop 'before a mailer has told the mode' => sub {
    my (undef, $error) = $f->try('claim', 'due', id('m'), 64, 60_000);
    like($error, qr/^SPMODE/, 'no claim');
    (undef, $error) = $f->try('confirm', 'p:' . id('p'), 1, 1, 1, 1, id('t'),
                              3, (0) x 7);
    like($error, qr/^SPMODE/, 'no confirm');
    is($f->status->{mode}, '', 'the status says so');
    is($f->call('suppress', 'p:' . id('p'), 'operator', '0'), 'OK',
       'a suppression is taken');
}, mode => undef;


shop 'a claim is bounded' => sub {
    $f->cart("v$_", shopper => "p$_", age => 3_000_000) for 1 .. 100;
    $f->cart("a$_", age => 3_000_000) for 1 .. 300;
    $clock->advance($HOUR);
    my @claimed;
    my $calls = 0;

    while ($calls < 20) {
        my @c = $f->claim;
        $calls++;
        cmp_ok(scalar @c, '<=', 64, 'at most 64 in one call') if @c;
        push @claimed, @c;
        last if $f->wait > 0;
    }

    is(scalar @claimed, 100, 'all are given in the end');
    is($f->count('anonymous'), 300, 'those without an address are counted');
    is($f->status->{index}, 100, 'and not looked at again');
    cmp_ok($f->wait, '<=', 60_000, 'the wait is for the leases');
};


shop 'no address, no mail' => sub {
    $f->call('order', 'p:' . id('ada'), id('o'), '', 0, 7_776_000);
    $clock->advance(1);
    $f->cart('v', shopper => 'ada', sealed => '');
    $clock->advance($HOUR + 1);
    is_deeply([ $f->claim ], [], 'known only by an order');
    is($f->count('closed_no_address'), 1, 'counted');
};


shop 'the journal tells it' => sub {
    my $c = abandoned();
    $f->confirm($c);
    $f->settle($c, 's', next => ms(60));
    $f->event('visit-ada', kinds => 'purchase', order => 'o');
    my $list = $redis->cmd('XRANGE', $f->prefix . 'journal', '-', '+');
    is(join(' ', map { $_->[1][1] } @$list),
       'captured opened sent closed order', 'in order');
    my %closed = $list->[3][1]->@*;
    is("@closed{qw(shopper rescue why)}", id('ada') . ' 1 ordered',
       'who, which, why');
};


shop 'a damaged record is set aside, and stops nobody else' => sub {
    $f->cart("visit-$_", shopper => $_) for qw(ada bob eve);
    $redis->cmd('SET', $f->prefix . 'p:' . id('ada'), 'x');
    $redis->cmd('SET', $f->prefix . 'p:' . id('eve'), '');
    $redis->cmd('SET', $f->prefix . 'v:' . id('visit-eve'), "\1garbage" x 9);
    $clock->advance($HOUR + 1);
    is_deeply([ map { $_->{shopper} } $f->claim ], [ id('bob') ],
              'the other is claimed');
    is($f->count('damaged'), 2, 'counted');
    is($redis->cmd('GET', $f->prefix . 'damaged:p:' . id('ada')), 'x', 'kept');
    $f->cart('visit-eve', shopper => 'eve');
    is($f->count('damaged'), 3, 'a visit, too');
    $clock->advance($HOUR + 1);
    ok((grep { $_->{shopper} eq id('eve') } $f->claim),
       'who comes again is as good as new');
};

all_done();
