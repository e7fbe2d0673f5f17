#!/usr/bin/perl
#
# An order that is told more than once: by the shop and by its page, by a page
# that is loaded again, on the same device or on another, now or days later.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use Sp::Test;
use Sp::Functions::Shops qw($clock $redis $f id shop);

my ($MINUTE, $HOUR, $DAY) = (60, 3600, 86_400);
my ($K, $L, $M) = ([ '1', 'k1', 2, 500 ], [ '2', 'k2', 1, 900 ],
                   [ '3', 'k3', 1, 100 ]);

# Who is due.
sub due () { return join ' ', map { $_->{shopper} =~ s/_+\z//r } $f->claim }

# The shop's word of an order, placed so many seconds ago.
sub told ($who, $order, $ago = 0) {
    return $f->call('order', 'p:' . id($who), id($order), '', 1000 * $ago,
                    7_776_000);
}

sub page ($visit, $order, %e) {
    return $f->event($visit, kinds => 'purchase', order => $order, %e);
}

sub fill ($visit, @lines) {
    return $f->event($visit, kinds => 'set_cart', lines => \@lines);
}


shop 'the shop tells first, its page comes later' => sub {
    $f->cart('v', shopper => 'ada');
    $clock->advance($MINUTE);
    is(told('ada', 'o1'), 'OK', 'a webhook tells of it');
    is($f->lines('v'), '', 'the cart is bought');
    $clock->advance(1);

    # answered before the shop emptied it
    fill('v', $K);
    is($f->lines('v'), '1|k1|2|500', 'a poll brings it back');
    $clock->advance(1);

    page('v', 'o1', shopper => 'ada');
    is($f->lines('v'), '', 'the page of the order clears it');
    is($f->count('orders'), 1, 'it counts once');
    $clock->advance(2 * $HOUR);
    is(due(), '', 'nothing is due');

    # The page again, with a newer cart.
    for my $later (0, 3 * $DAY) {
        $clock->advance($later);
        fill('v', $L);
        $clock->advance(1);
        page('v', 'o1', shopper => 'ada');
        is($f->lines('v'), '2|k2|1|900', "loaded again, $later s later:"
           . ' the newer cart stays');
    }

    cmp_ok($f->why('ada')->{ordered}, '<',
           $f->why('ada')->{now} - 3 * $DAY * 1000,
           'the order is as old as it was');
    is($f->count('orders'), 0, 'it is not counted on that day');
    $clock->advance($HOUR + 1);
    is(due(), 'ada', '... and is due');
};


shop 'the shop has told of it, and another device opens its page' => sub {
    $f->cart('v', shopper => 'ada');
    $clock->advance($MINUTE);
    told('ada', 'o1');
    $clock->advance(1);
    page('v', 'o1', shopper => 'ada');
    $clock->advance($MINUTE);

    fill('w', $L);
    page('w', 'o1', shopper => 'ada');
    is($f->lines('w'), '2|k2|1|900', 'soon: a visit has seen it, the cart of'
       . ' the other is newer');
    $clock->advance(3 * $DAY);

    fill('w', $M);
    page('w', 'o1', shopper => 'ada');
    is($f->lines('w'), '3|k3|1|100', 'days later');

    fill('x', $M);
    page('x', 'o1', shopper => 'ada');
    is($f->lines('x'), '3|k3|1|100', 'on a third device');
    is($f->count('orders'), 0, 'nothing is counted again');
};


shop 'the shop has told of it, and nobody saw its page at the time' => sub {
    told('ada', 'o1');
    $clock->advance($HOUR - 1);
    fill('v', $K);
    page('v', 'o1', shopper => 'ada');
    is($f->lines('v'), '', 'within the hour: it is the first view');

    told('ada', 'o2');
    $clock->advance($HOUR + 1);
    fill('v', $K);
    page('v', 'o2', shopper => 'ada');
    is($f->lines('v'), '1|k1|2|500', 'after it: somebody looks it up');
    is($f->count('orders'), 2, 'two orders');
};


shop 'the page of the order before' => sub {
    for my $order ('o1', 'o2') {
        $f->cart('v', shopper => 'ada');
        page('v', $order);
        $clock->advance($MINUTE);
    }

    fill('v', $L);
    page('v', 'o1');
    is($f->lines('v'), '2|k2|1|900', 'the cart stays');
    page('v', 'o2');
    is($f->lines('v'), '2|k2|1|900', '... and the visit knows the other still');
    is($f->count('orders'), 2, 'two orders');
};


shop 'pages of orders by turns' => sub {
    # Somebody without an address has ordered; of older orders than these
    # nothing is known.
    for my $order ('o1', 'o2', 'o3') {
        fill('v', $K);
        page('v', $order);
        $clock->advance($MINUTE);
    }

    fill('v', $L);

    for my $order ('o1', 'o2', 'o1', 'o3', 'o2') {
        page('v', $order);
        is($f->lines('v'), '2|k2|1|900', "$order again: the cart stays");
    }

    $f->event('v', kinds => 'begin_checkout', shopper => 'ada');
    page('v', $_) for 'o1', 'o2';
    is($f->lines('v'), '2|k2|1|900', '... also when it is known whose it is');
    is($f->why('ada')->{ordered}, 0, '... who has not ordered');
    is($f->count('orders'), 3, 'three orders');

    # The session is replaced by one that has ordered, too.
    fill('w', $K);
    page('w', $_) for 'o4', 'o3';
    $clock->advance(1);
    fill('v', $L);
    $f->event('w', kinds => 'page_view', moved => 'v');
    is($f->lines('w'), '2|k2|1|900', 'moved');
    page('w', $_) for map { "o$_" } 1 .. 4, 1 .. 4;
    is($f->lines('w'), '2|k2|1|900', 'the orders of both are known');
    is($f->why('ada')->{ordered}, 0, 'ada has not ordered');
    $clock->advance($HOUR + 1);
    is(due(), 'ada', '... and is due');

    page('w', 'o5');
    is($f->lines('w'), '', 'another order buys the cart');
    cmp_ok($f->why('ada')->{ordered}, '>', 0, '... and is hers');
};


shop 'a visit knows its last sixteen orders' => sub {
    page('v', "o$_") for 1 .. 17;
    $clock->advance(1);
    fill('v', $K);
    page('v', 'o2');
    is($f->lines('v'), '1|k1|2|500', 'sixteen are known');

    page('w', "x$_") for 1 .. 10;
    $clock->advance(1);
    fill('v', $K);
    $f->event('w', kinds => 'page_view', moved => 'v');
    page('w', $_) for 'x1', 'x10', 'o17', 'o12';
    is($f->lines('w'), '1|k1|2|500', 'moved: its own and the newest of both');
    page('w', 'o11');
    is($f->lines('w'), '', 'those are sixteen, too');
};


shop 'the shop tells of one person, the page names another' => sub {
    $f->cart('v', shopper => 'ada');
    $f->cart('phone', shopper => 'bob');
    told('ada', 'o1');
    $clock->advance(1);
    page('v', 'o1', shopper => 'bob');
    is($f->lines('phone'), '', 'who is named has ordered, too');
    is($f->count('orders'), 1, '... and it counts once');
    cmp_ok($f->why('bob')->{ordered}, '>', 0, 'that is noted');
};


shop 'a click, then an order that the shop tells of first' => sub {
    $f->cart('v', shopper => 'ada');
    $clock->advance($HOUR + 1);
    my ($c) = $f->claim;
    $f->confirm($c);
    $f->settle($c, 's', next => 7_200_000);
    $clock->advance($MINUTE);

    # Clicked, and ordered under another address.
    $f->event('w', kinds => 'rescue_click', click => [ 'ada', 1, 11 ]);
    told('bob', 'o1');
    page('w', 'o1', shopper => 'bob');
    is($f->count('recovered'), 1, 'the click has brought it');
    is($f->why('ada')->{reason}, 'recovered', '... and its rescue is over');
    page('w', 'o1', shopper => 'bob');
    is($f->count('recovered'), 1, 'once');
};


shop 'an order that is older than the click' => sub {
    $f->cart('v', shopper => 'ada');
    $clock->advance(2 * $HOUR);
    my ($c) = $f->claim;
    $f->confirm($c);
    $f->settle($c, 's');
    $clock->advance($HOUR);
    $f->event('v', kinds => 'rescue_click', click => [ 'ada', 1, 11 ]);
    $clock->advance($HOUR);

    told('ada', 'o1', 3 * $HOUR);
    is($f->count('recovered'), 0, 'the click has not brought it');
    page('v', 'o2', age => 2 * $HOUR * 1000);
    is($f->count('recovered'), 0, 'nor one whose event is late');
    page('v', 'o3');
    is($f->count('recovered'), 1, 'but the next');
};


shop 'who refuses loads the page of an order again' => sub {
    my %refused = (shopper => 'ada', sealed => '', forget => 1);

    $f->cart('v', shopper => 'ada');
    $clock->advance($MINUTE);
    page('w', 'o1', %refused);
    is($f->lines('v'), '', 'an order closes what was kept');
    is($f->count('orders'), 1, 'and counts');
    is($f->lines('w'), undef, 'nothing is kept of the visit');

    $clock->advance($MINUTE);
    fill('v', $L);
    page('w', 'o1', %refused);
    is($f->lines('v'), '2|k2|1|900', 'again: the newer cart stays');
    is($f->count('orders'), 1, 'and nothing counts');

    page('v', 'o2', forget => 1);
    is($f->lines('v'), '', 'another one clears it');
    $clock->advance(1);
    fill('v', $M);
    page('v', 'o2', forget => 1);
    is($f->lines('v'), '3|k3|1|100', 'and its page does nothing again');
    is($f->count('orders'), 2, 'two orders');
    is(told('ada', 'o2'), 'DUP', 'the shop tells nothing new');

    # A cart of somebody unknown that is older than ada's order.
    fill('x', $K);
    $clock->advance(1);
    page('v', 'o3', forget => 1);
    $clock->advance(1);
    page('x', 'o3', %refused);
    is($f->lines('x'), '', 'her order has bought it');
};


shop 'who refuses, and the shop tells first' => sub {
    $f->cart('v', shopper => 'ada');
    told('ada', 'o1');
    $clock->advance(1);
    fill('v', $K);
    page('v', 'o1', forget => 1);
    is($f->lines('v'), '', 'the page clears what a poll brought');
    is($f->count('orders'), 1, 'one order');
};


shop 'who refuses buys in another session' => sub {
    my %leads = (
        cookie => [ {},                        { own   => 'cookie1' } ],
        login  => [ { logged_in => 1, alias => { login1 => 1 } },
                    { alias => { login1 => 0 } } ],
        moved  => [ {},                        { moved => 'moved' } ],
        ours   => [ {}, { moved => 'ours', moved_own => 1 } ],
    );

    for my $how (sort keys %leads) {
        my ($before, $with) = $leads{$how}->@*;

        $f->cart($how, shopper => $how, own => "${how}1", %$before);
        $clock->advance($HOUR + 1);
        is(due(), $how, "$how: abandoned");

        my %n = map { $_ => 1 } $redis->keys($f->prefix . '[vpac]:*');

        page("$how-new", "o-$how", forget => 1, %$with);
        is($f->lines($how), '', '... its cart is bought');
        is($f->why($how)->{reason}, 'ordered', '... its rescue ends');
        is($f->lines("$how-new"), undef, '... nothing is kept of the visit');
        is_deeply([ grep { !$n{$_} } $redis->keys($f->prefix . '[vpac]:*') ],
                  [], '... nor of who it was');
    }

    # Whoever is named counts, not our cookie: others use this browser.
    $f->cart('a', shopper => 'ann', own => 'shared');
    $f->cart('b', shopper => 'ben');
    page('c', 'o-ben', shopper => 'ben', sealed => '', own => 'shared',
         forget => 1);
    is($f->lines('b'), '', 'who is named has bought');
    isnt($f->lines('a'), '', 'not who was here before');

    # Only a purchase does, and no deleted cookie.
    $f->event('d', kinds => 'begin_checkout', own => 'shared', forget => 1);
    page('d', 'o-x', alias => { login2 => 2 }, forget => 1);
    isnt($f->lines('a'), '', 'nothing else closes anything');
};


shop 'who refuses takes consent back in another session' => sub {
    $f->cart('v', shopper => 'ada', logged_in => 1, own => 'cookie',
             alias => { login => 1 }, consent => 1);
    is($f->why('ada')->{consent}, 'given', 'it is given');
    $f->event('w', kinds => 'page_view', own => 'cookie', consent => 9,
              forget => 1);
    is($f->why('ada')->{consent}, 'given', 'our cookie takes nothing back');
    $clock->advance(1);
    $f->event('w', kinds => 'page_view', alias => { login => 0 },
              consent => 9, forget => 1);
    is($f->why('ada')->{consent}, 'withdrawn', 'who is logged in does');
};


# A worker of one nginx, or of another.
sub worker ($n, $nginx = 'nginx1') { return "${nginx}__worker$n" }

# One of these saw an order, or something put into a cart, at a time by the clock
# of its nginx; applied now.
my $orders = 0;

sub seen ($what, $worker, $seen, %e) {
    my $visit = delete $e{visit} // 'v';

    $clock->advance(0.002);             # Redis dates two in different ms
    %e = (source => $worker, seen => $seen, %e);

    return page($visit, 'seen' . ++$orders, %e) if $what eq 'order';
    return $f->event($visit, kinds => 'add_to_cart',
                     lines => [ [ $what, '', 1, 500 ] ], %e);
}


shop 'a cart is longer under way than its order' => sub {
    my $began = 0;

    for my $who ({}, { shopper => 'ada' }) {
        for my $late (0, 0.5, 5, 300) {
            $f->cart('v', %$who, source => worker(1), seen => $began + 1000);
            seen(order => worker(2), $began + 3000);
            $clock->advance($late);
            seen(mug => worker(1), $began + 2000);
            is($f->lines('v'), '', "seen before it, $late s late");
            seen(mug => worker(2), $began + 3000);
            is($f->lines('v'), '', '... in the same moment');
            seen(hat => worker(1), $began + 3001);
            is($f->lines('v'), 'hat||1|500', '... but what was seen after it'
               . ' is there');
            seen(order => worker(1), $began + 4000);
            is($f->lines('v'), '', '... until it is bought');
            $f->event('v', kinds => 'logout');
            $began += 4000;
        }
    }
};


shop 'an order comes after one that was seen later' => sub {
    $f->cart('v', source => worker(1), seen => 1000);
    seen(order => worker(1), 5000);
    seen(order => worker(2), 3000);
    $clock->advance(2);
    seen(mug => worker(1), 4000);
    is($f->lines('v'), '', 'what the later one bought stays so');
    seen(hat => worker(1), 6000);
    is($f->lines('v'), 'hat||1|500', 'what was seen after both is there');
};


for my $who ({}, { shopper => 'ada' }) {
    my $whose = $who->{shopper} // 'nobody';

    shop "the session is replaced after the order, of $whose" => sub {
        $f->cart('v', %$who, source => worker(1), seen => 1000);
        seen(order => worker(2), 3000);
        $f->event('w', kinds => 'page_view', moved => 'v',
                  source => worker(2), seen => 4000);
        $clock->advance(2);
        seen(mug => worker(1), 2000);
        seen(mug => worker(1), 2001, visit => 'w');
        is($f->lines('w'), '', 'what was seen before the order is bought');
        seen(hat => worker(1), 5000, visit => 'w');
        is($f->lines('w'), 'hat||1|500', 'what was seen after it is there');
    };
}


shop 'the session is replaced after what may be an order' => sub {
    my $view = sub ($worker, $visit, $seen) {
        $f->event($visit, kinds => 'view_cart', lines => [ $K ],
                  shopper => 'ada', source => $worker, seen => $seen);
    };

    $view->(worker(1), 'v', 1000);
    seen(order => worker(2), 3000, status => 504);
    $f->event('w', kinds => 'page_view', moved => 'v', source => worker(2),
              seen => 4000);
    $clock->advance(2);
    $view->(worker(1), 'w', 2000);
    $clock->advance($HOUR + 1);
    is(due(), '', 'a cart of before it does not end the hold');
    $view->(worker(1), 'w', 5000);
    $clock->advance($HOUR + 1);
    is(due(), 'ada', 'one of after it does');
};


shop 'on another device' => sub {
    $f->cart($_, shopper => 'ada', source => worker(1), seen => 1) for 'v', 'w';
    seen(order => worker(2), 3000);
    seen(mug => worker(1), 2000, visit => 'w');
    is($f->lines('w'), '', 'of the same person');
    seen(mug => worker(1), 2000, visit => 'x', shopper => 'ada');
    is($f->lines('x'), '', 'where it says itself whose it is');
    seen(mug => worker(1), 3001, visit => 'w');
    is($f->lines('w'), 'mug||1|500', 'after it');

    $f->event('v', kinds => 'logout');
    seen(mug => worker(1), 2000);
    is($f->lines('v'), '', 'and after a logout');
};


shop 'an order is longer under way than what comes after it' => sub {
    seen(order => worker(1), 3000);
    seen(mug => worker(2), 4000, age => 5000);
    is($f->lines('v'), 'mug||1|500', 'its machine knows which was first');
    seen(order => worker(1), 5000);
    is($f->lines('v'), '', 'the next one buys that');
    seen(mug => worker(2, 'nginx2'), 9000, age => 60_000);
    is($f->lines('v'), '', 'another machine does not');
};


# To Redis a transaction is one moment: what waited for it together comes in the
# same ms.
sub same_ms ($visit, %who) {
    my @calls;

    return {
        order => sub ($seen) {
            push @calls, [ $f->event_args($visit, kinds => 'purchase',
                order => 'ms' . ++$orders, source => worker(1),
                seen => $seen) ];
        },
        cart => sub ($item, $seen, $kind = 'set_cart') {
            push @calls, [ $f->event_args($visit, kinds => $kind,
                lines => [ [ $item, '', 1, 500 ] ], source => worker(2),
                seen => $seen, %who) ];
        },
        lines => sub () {
            $clock->advance(0.002);
            $redis->pipeline([ 'MULTI' ], splice(@calls), [ 'EXEC' ]);
            return $f->lines($visit);
        },
    };
}


for my $kind ('set_cart', 'add_to_cart') {
    for my $who ({}, { shopper => 'ada' }) {
        my $whose = $who->{shopper} // 'nobody';

        shop "an order and $kind in the same ms, of $whose" => sub {
            my ($order, $cart, $lines)
                = same_ms('v', %$who)->@{qw(order cart lines)};

            $cart->('coat', 1000);
            $lines->();
            $order->(3000);
            $cart->('hat', 4000, $kind);
            $cart->('mug', 2000, $kind);
            is($lines->(), 'hat||1|500', 'the one that was seen after it'
               . ' is there');
            $order->(5000);
            is($lines->(), '', 'the next order buys it');

            $cart->('mug', 6000, $kind);
            $order->(7000);
            is($lines->(), '', 'one that came before it is bought');
            $order->(8000);
            $cart->('mug', 9000, $kind);
            $order->(10_000);
            is($lines->(), '', '... also between two orders');
            $cart->('hat', 11_000);
            $order->(12_000);
            $cart->('mug', 13_000, $kind);
            $cart->('hat', 14_000);
            is($lines->(), 'hat||1|500', 'the last of two is there');
        };
    }
}


# Both within a second of Redis's time, however slow this machine is; of a visit
# of its own each time, whose name is given.
my $visits = 0;

sub at_once ($first, $second) {
    while (1) {
        my $visit = 'at_once' . ++$visits;
        my $began = $clock->now;

        $first->($visit);
        $second->($visit);
        return $visit if $clock->now - $began < 0.9;
    }
}


shop 'two machines' => sub {
    for my $seen (1, 9000) {
        my $mug = sub ($visit) {
            seen(mug => worker(1, 'nginx2'), $seen, visit => $visit);
        };
        my $visit = at_once(sub ($visit) {
            seen(order => worker(1), 3000, visit => $visit);
        }, $mug);

        is($f->lines($visit), '', "its clock shows $seen: nothing is known of"
           . ' what comes at once');
        $clock->advance(1);
        $mug->($visit);
        is($f->lines($visit), 'mug||1|500', '... after a second it is newer');
    }
};


shop 'nobody saw an order that the shop tells of' => sub {
    my $mug = sub ($visit) {
        seen(mug => worker(1), 9000, visit => $visit, shopper => 'ada');
    };
    my $visit = at_once(sub ($visit) { told('ada', $visit) }, $mug);

    is($f->lines($visit), '', 'nothing is known of what comes at once');
    $clock->advance(1);
    $mug->($visit);
    is($f->lines($visit), 'mug||1|500', 'after a second it is newer');
};


shop 'only the last order counts' => sub {
    $f->cart('v', shopper => 'ada', source => worker(1), seen => 1);
    seen(order => worker(2), 3000);
    $clock->advance(1);
    told('ada', 'told');
    seen(mug => worker(1), 4000, age => 60_000);
    is($f->lines('v'), '', 'what was noted with another is worth nothing');

    # Which was first is asked for ten minutes.
    $clock->advance(2);
    seen(order => worker(2), 6000);
    $clock->advance(540);
    seen(mug => worker(1), 5000);
    is($f->lines('v'), '', 'minutes later');
    $clock->advance(61);
    seen(mug => worker(1), 5000);
    is($f->lines('v'), 'mug||1|500', 'not for ever');

    # An order of before that has waited for long.
    $f->cart('w', source => worker(1), seen => 1);
    seen(order => worker(2), 6000, visit => 'w');
    seen(order => worker(1), 2000, visit => 'w', age => 20_000);
    $clock->advance(2);
    seen(mug => worker(1), 5000, visit => 'w');
    is($f->lines('w'), '', 'an older one that comes later changes nothing');
};


shop 'a cart of before what may be an order' => sub {
    my $view = sub ($worker, $seen) {
        $f->event('v', kinds => 'view_cart', lines => [ $K ], shopper => 'ada',
                  source => $worker, seen => $seen);
    };

    $view->(worker(1), 1000);
    seen(order => worker(2), 3000, status => 504);
    $clock->advance(5);
    $view->(worker(1), 2000);
    $clock->advance($HOUR + 1);
    is(due(), '', 'does not end the hold');
    $view->(worker(1), 3001);
    $clock->advance($HOUR + 1);
    is(due(), 'ada', 'one of after it does');
};


shop 'of who refuses' => sub {
    $f->cart('v', shopper => 'ada', source => worker(1), seen => 1);
    seen(order => worker(2), 3000, forget => 1);
    $clock->advance(5);
    seen(mug => worker(1), 2000);
    is($f->lines('v'), '', 'what was seen before does not come back');
    seen(order => worker(2), 4000, forget => 1, erase => 1);
    seen(mug => worker(1), 3500);
    is($f->lines('v'), undef, '... nor does the visit, when it was erased');
};


shop 'an order that is told again after many others' => sub {
    $f->cart('v', shopper => 'ada');
    told('ada', "o$_") for 1 .. 16;
    is($f->count('orders'), 16, 'sixteen orders');
    is(told('ada', "o$_"), 'DUP', "order $_ counts once") for 1, 2, 16;
    told('ada', 'o17');
    is(told('ada', 'o2'), 'DUP', 'sixteen are known');
    is(told('ada', 'o1'), 'OK', 'the oldest is forgotten');
};


all_done();
