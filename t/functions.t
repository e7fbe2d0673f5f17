#!/usr/bin/perl
#
# What the functions do with carts, people and orders, one promise a subtest.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use Sp::Test;
use Sp::Functions::Shops qw($clock $redis $f id shop);

my $HOUR = 3600;
my ($K, $L) = ([ '1', 'k1', 2, 500 ], [ '2', 'k2', 1, 900 ]);

sub due () { return [ map { $_->{shopper} } $f->claim ] }

# Is this one due?
sub is_due ($name) { return scalar grep { $_ eq id($name) } due()->@* }


shop 'a cart with an address is abandoned after the idle time' => sub {
    is($f->event('v', kinds => 'set_cart', lines => [ $K, $L ],
                 total => 1900), 'a', 'a cart');
    is($f->event('v', kinds => 'identify', shopper => 'ada',
                 first_name => 'Ada', locale => 'de'), 'a ' . id('ada'),
       'an address');
    is_deeply(due(), [], 'nothing is due yet');
    cmp_ok($f->wait, '<=', 3_600_000, 'the wait ends with the idle time');
    cmp_ok($f->wait, '>', 3_500_000, '... and not before');

    $clock->advance($HOUR + 1);
    my ($c) = $f->claim;
    is($c->{shopper}, id('ada'), 'it is due');
    is($c->{sealed}, '1.sealed-ada', 'its address');
    is("@$c{qw(rescue tries total first_name locale currency)}",
       '1 0 1900 Ada de EUR', 'what is known');
    is(join(' ', map { join '|', $_->@[0 .. 3] } $c->{lines}->@*),
       '1|k1|2|500 2|k2|1|900', 'its lines');
    is_deeply(due(), [], 'it is leased');
};


shop 'the time zone is what a rule said last' => sub {
    my $size = sub { length $redis->cmd('GET', $f->prefix . 'p:' . id('ada')) };
    my $is = sub ($want, $name) {
        my $why = $f->why('ada');
        is("$why->{locale} $why->{locale_by} $why->{time_zone}", $want, $name);
    };

    $f->cart('v', shopper => 'ada', locale => 'de', asked => 1);
    my $without = $size->();
    $is->('de browser ', 'none was said');
    $f->event('v', kinds => 'page_view', time_zone => 'Asia/Tokyo');
    is($size->(), $without + 11, 'it costs its letters and one');
    $is->('de browser Asia/Tokyo', 'it leaves the language');
    $f->event('v', kinds => 'identify', shopper => 'ada', locale => 'fr',
              first_name => 'Ada');
    $is->('fr shop Asia/Tokyo', '... and the language leaves it');
    $f->event('v', kinds => 'identify', time_zone => 'Europe/Dublin',
              forget => 1);
    $is->('fr shop Asia/Tokyo', 'nothing is kept of who refuses');
    $f->event('v', kinds => 'identify', time_zone => 'Etc/GMT+12');
    $is->('fr shop Etc/GMT+12', 'the newest counts');

    $f->cart('w', shopper => 'bob', time_zone => 'UTC');
    is($f->why('bob')->{time_zone}, 'UTC', 'without a language');
    $f->cart('x', shopper => 'eve');
    is($f->why('eve')->{time_zone}, '', 'another has none');

    for my $wrong ('a b', ' a', 'a ', 'x' x 41) {
        my ($reply, $error) = $redis->try($f->event_args('x',
            kinds => 'identify', time_zone => $wrong, seq => 9));
        like($error, qr/SPBAD who/, "not \"$wrong\"");
    }

    $clock->advance($HOUR + 1);
    is_deeply([ sort map { $_->{locale} } $f->claim ],
              [ '', ' UTC', 'fr Etc/GMT+12' ], 'a claim tells both');
};


shop 'withdrawals are left for the mailer' => sub {
    my $bring = sub (@noted) {
        return join ' ', $f->call('withdrawn', 'withdrawn',
            join '', map { "$_;" } @noted)->@*;
    };
    my $at = sub ($who) { $f->why($who)->{consent_at} };

    $f->cart('v', shopper => 'ada', consent => 3);
    is($bring->(), '', 'who agrees is nobody');
    $f->cart('v', shopper => 'ada', consent => 8 + 2);
    my $one = id('ada') . ' 2 ' . $at->('ada');
    is($bring->(), $one, 'who takes it back is');
    $clock->advance(1);
    $f->event('w', kinds => 'identify', shopper => 'bob', consent => 8 + 5);
    my $two = id('bob') . ' 5 ' . $at->('bob');
    is($bring->(), "$one $two", 'and another, later');
    $clock->advance(1);
    $f->cart('v', shopper => 'ada', consent => 8 + 2);
    is($bring->($one), "$two " . id('ada') . ' 2 ' . $at->('ada'),
       'said again meanwhile: that one is left');
    is($bring->($two, id('ada') . ' 2 ' . $at->('ada'), id('eve') . ' 1 5'),
       '', 'what is in a file is not told again');

    $f->call('withdraw', 'p:' . id('kim'), 7, 0, 9);
    is($f->why('kim')->{consent}, 'withdrawn', 'told by a mailer');
    $f->call('withdraw', 'p:' . id('zoe'), 0, 5, 9);
    is($f->why('zoe')->{consent_by}, 'not_me', '... in whatever way');
    $f->event('w', kinds => 'identify', shopper => 'bob', consent => 8 + 5,
              age => 60_000);
    is($bring->(), '', '... is known to it, and what is old is known');
    ok(!$redis->cmd('EXISTS', $f->prefix . 'withdrawn'), 'nothing is left');

    for my $bad ([ 'withdrawn', 'withdrawn', 'x' x 4000 ],
        [ 'withdrawn', 'withdrawn', '', '' ], [ 'withdrawn', 'p:x', '' ],
        [ 'consent', 'p:' . id('x'), 0, 0, 9 ])
    {
        my (undef, $error) = $f->try(@$bad);
        like($error, qr/^SPBAD/, "refused: $bad->[0] $bad->[1]");
    }
};


shop 'what is sent twice counts once' => sub {
    my @args = $f->event_args('v', kinds => 'add_to_cart', lines => [ $K ]);

    is($redis->cmd(@args), 'a', 'applied');
    is($redis->cmd(@args), 'd', 'a duplicate');
    is($f->lines('v'), '1|k1|2|500', 'added once');
    is($f->event('v', kinds => 'add_to_cart', lines => [ $K ], seq => 9), 'a',
       'a gap in the numbers');
    is($f->event('v', kinds => 'add_to_cart', lines => [ $K ], seq => 8), 'd',
       'what was before the gap');
    is($f->event('v', kinds => 'add_to_cart', lines => [ $K ], seq => 1,
                 source => 'other'), 'a', 'another source');
    is($f->lines('v'), '1|k1|6|500', 'three in all');
};


shop 'snapshots, additions, quantities, removals' => sub {
    $f->event('v', kinds => 'set_cart', lines => [ $K, $L ]);
    $f->event('v', kinds => 'add_to_cart', lines => [ [ '1', '', 3, '' ] ]);
    is($f->lines('v'), '1|k1|5|500 2|k2|1|900', 'added by id');
    $f->event('v', kinds => 'update_cart', lines => [ [ '', 'k2', 4, '' ] ]);
    is($f->lines('v'), '1|k1|5|500 2|k2|4|900', 'set by key');
    $f->event('v', kinds => 'update_cart', lines => [ [ '', 'k9', 4, '' ] ]);
    is($f->lines('v'), '1|k1|5|500 2|k2|4|900', 'an unknown key is nothing');
    $f->event('v', kinds => 'update_cart', lines => [ [ '', 'k1', 0, '' ] ]);
    is($f->lines('v'), '2|k2|4|900', 'quantity 0');
    $f->event('v', kinds => 'add_to_cart', lines => [ [ '1', '', '', '' ] ]);
    is($f->lines('v'), '2|k2|4|900 1||1|', 'an addition says one');
    $f->event('v', kinds => 'remove_from_cart', lines => [ [ '', 'k2', '', '' ] ]);
    is($f->lines('v'), '1||1|', 'removed');

    $f->event('v', kinds => 'set_cart',
              lines => [ [ '7', 'a', 1, 100, '', 'sku', 'Shirt' ] ]);
    $f->event('v', kinds => 'set_cart', lines => [ [ '', 'a', 3, '' ] ]);
    is($f->lines('v'), '7|a|3|100', 'what a snapshot lacks stays');
    $f->event('v', kinds => 'set_cart', lines => [ [ '7', '', 2, 100 ] ]);
    is($f->lines('v'), '7|a|2|100', '... by id too, and the key');
    $f->event('v', kinds => 'set_cart', lines => [ [ '7', 'a', 2, '-' ] ]);
    is($f->lines('v'), '7|a|2|-', 'but not a price that is not sure any more');
    $f->event('v', kinds => 'set_cart', lines => [ [ '7', 'a', 2, '' ] ]);
    is($f->lines('v'), '7|a|2|-', 'nor one before it');
    $f->event('v', kinds => 'set_cart', lines => [ [ '7', 'a', 2, 100 ] ]);
    is($f->lines('v'), '7|a|2|100', 'until it is said again');

    $f->event('v', kinds => 'set_cart', lines => [ $L ], age => 60_000);
    is($f->lines('v'), '7|a|2|100', 'an older snapshot changes nothing');
    $f->event('v', kinds => 'set_cart', lines => []);
    is($f->lines('v'), '', 'emptied');
};


shop 'what items are called is kept once' => sub {
    my @texts = ('sku', 'Shirt', 'https://shop/1', 'https://shop/1.png', '', '');

    is($f->event('v', kinds => 'set_cart', lines => [ [ @$K, '', @texts ] ]),
       'a', 'new texts');
    is($f->lines('v'), '1|k1|2|500', 'not in the line');
    is($f->event('w', kinds => 'set_cart',
                 lines => [ [ '1', 'k', 1, 500, '', 'sku', 'Shirt XL' ] ]),
       'at', 'others are told');
    is($f->lines('w'), '1|k|1|500|||Shirt XL', 'and stay in the line');
    $f->event('v', kinds => 'identify', shopper => 'ada');
    $clock->advance($HOUR + 1);
    my ($c) = $f->claim;
    is(join('|', $c->{lines}[0]->@*),
       '1|k1|2|500||sku|Shirt|https://shop/1|https://shop/1.png||',
       'the claim joins them');
};


shop 'an order closes everything of a person, on every device' => sub {
    $f->cart('phone', shopper => 'ada');
    $f->cart('laptop', shopper => 'ada');
    $clock->advance($HOUR + 1);
    my ($c) = $f->claim;
    is($f->event('laptop', kinds => 'purchase', order => 'o1',
                 lines => [ $K ]), 'a ' . id('ada'), 'ordered on the laptop');
    is($f->lines('phone'), '', 'the cart on the phone');
    is($f->lines('laptop'), '', 'the cart on the laptop, its items ignored');
    is($f->confirm($c), 'ordered', 'a mailer that holds it is refused');
    is($f->settle($c, 'c', attempt => '', reason => 'ordered'), 'NO',
       'there is nothing to settle');

    $f->cart('phone', age => 5000);
    is($f->lines('phone'), '', 'an older event does not reopen');
    $f->cart('tablet', shopper => 'ada', age => 5000);
    is($f->lines('tablet'), '', '... nor does one of another device');
    $clock->advance(2 * $HOUR);
    is_deeply(due(), [], 'nobody is mailed');

    $f->cart('phone');
    $clock->advance($HOUR + 1);
    is($f->event('phone', kinds => 'purchase', order => 'o1'),
       'a ' . id('ada'), 'the thank-you page again');
    isnt($f->lines('phone'), '', 'is no second order');
};


shop 'an order told by the shop' => sub {
    $f->cart('v', shopper => 'ada', customer => '7', logged_in => 1);
    is($f->call('order', 'p:', id('o1'), id('7'), 0, 7_776_000), 'OK',
       'by customer');
    is($f->lines('v'), '', 'closes the cart');
    is($f->call('order', 'p:' . id('ada'), id('o1'), '', 0, 7_776_000), 'DUP',
       'once');
    is($f->call('order', 'p:', id('o2'), id('8'), 0, 7_776_000), 'NONE',
       'nobody known');
    is($f->call('order', 'p:' . id('eve'), id('o3'), '', 0, 7_776_000), 'OK',
       'of somebody new');
    $f->cart('w', shopper => 'eve', age => 1000);
    is($f->lines('w'), '', 'whose late event does not reopen');

    $f->cart('x', shopper => 'bob', age => 1000);
    $f->call('order', 'p:' . id('bob'), id('o4'), '', 60_000, 7_776_000);
    isnt($f->lines('x'), '', 'a cart newer than the order stays');
};


shop 'the newest address wins, the old one is never mailed' => sub {
    $f->cart('v', shopper => 'adatypo');
    $f->event('v', kinds => 'identify', shopper => 'ada');
    $clock->advance($HOUR + 1);
    is_deeply(due(), [ id('ada') ], 'one is due');

    my ($c) = grep { 1 } $f->why('adatypo');
    is(scalar $c->{visits}->@*, 0, 'the old one has no visit');

    $clock->advance(60);
    ($c) = $f->claim;
    $f->event('v', kinds => 'identify', shopper => 'eve');
    is($f->confirm($c), 'empty', 'an open rescue ends with its cart');
    is($f->why('ada')->{reason}, 'released', 'and says why');
};


shop 'another person on a shared browser' => sub {
    $f->event('v', kinds => 'login', shopper => 'ada', customer => '1',
              logged_in => 1, alias => { login1 => 1 });
    $f->cart('v');
    is($f->event('v', kinds => 'login', customer => '2', logged_in => 1), 'a',
       'another customer, of whom nothing is known, ends the binding');
    is($f->event('v', kinds => 'page_view', alias => { login1 => 0 }),
       'a ' . id('ada'), 'the login cookie brings it back');
    is($f->event('w', kinds => 'page_view', customer => '1'),
       'a ' . id('ada'), 'so does the customer on another device');
};


shop 'a logout keeps the cart, and empties the browser' => sub {
    $f->cart('v', shopper => 'ada', own => 'cookie', logged_in => 1);
    is($f->event('v', kinds => 'logout', own => 'cookie'), 'a', 'nobody now');
    is($f->lines('v'), '', 'an empty cart');
    is($f->event('v', kinds => 'page_view', own => 'cookie'), 'a',
       'our cookie has forgotten');
    is($f->cart('v', shopper => 'bob'), 'a ' . id('bob'), 'the next one');
    $clock->advance($HOUR + 1);
    is_deeply([ sort { $a cmp $b } due()->@* ], [ id('ada'), id('bob') ],
              'both are due, each for their own');
};


shop 'our own cookie is a weak witness' => sub {
    $f->event('s1', kinds => 'identify', shopper => 'ada', own => 'cookie');
    is($f->event('s2', kinds => 'page_view', own => 'cookie'),
       'a ' . id('ada'), 'it remembers');
    $f->event('s3', kinds => 'identify', shopper => 'bob',
              alias => { login => 1 });
    is($f->event('s2', kinds => 'page_view', own => 'cookie',
                 alias => { login => 0 }), 'a ' . id('bob'),
       'a login cookie is stronger');
    is($f->event('s1', kinds => 'page_view', own => 'cookie',
                 alias => { login => 0 }), 'a ' . id('ada'),
       'but not stronger than an address');
};


shop 'a click names a visitor whom nobody else names' => sub {
    $f->cart('v', shopper => 'ada');
    $clock->advance($HOUR + 1);
    my ($c) = $f->claim;
    my @click = (kinds => 'rescue_click', click => [ 'ada', 1, 11 ]);

    is($f->event('friend', kinds => 'identify', shopper => 'bob'),
       'a ' . id('bob'), 'a friend');
    is($f->event('friend', @click), 'a ' . id('bob'), 'stays who he is');
    is($f->event('phone', @click), 'a ' . id('ada'), 'an unknown one is hers');
    $clock->advance(25 * $HOUR);
    is($f->event('phone', kinds => 'page_view'), 'a', 'for a day');

    $f->event('other', @click);
    $f->event('other', kinds => 'purchase', order => 'o');
    is($f->why('ada')->{reason}, 'recovered',
       'an order of the visit that clicked closes the rescue');
};


shop 'a session that is replaced' => sub {
    $f->cart('old', shopper => 'ada');
    is($f->event('new', kinds => 'login', moved => 'old'), 'a ' . id('ada'),
       'is moved');
    is($f->lines('new'), 'item|key|1|500', 'with its cart');
    is($f->lines('old'), undef, 'and is not there any more');
    $f->event('old', kinds => 'add_to_cart', lines => [ $K ]);
    is($f->lines('new'), 'item|key|1|500 1|k1|2|500',
       'late answers find it');
    $clock->advance($HOUR + 1);
    $f->event('old', kinds => 'add_to_cart', lines => [ $K ]);
    is($f->lines('old'), '1|k1|2|500', 'for the idle time');

    $f->cart('cookie', shopper => 'bob');
    $f->event('session', kinds => 'login', moved => 'cookie', moved_own => 1);
    $f->event('cookie', kinds => 'add_to_cart', lines => [ $K ]);
    is($f->lines('cookie'), '1|k1|2|500', 'our own cookie leaves no pointer');
};


shop 'two logged-in visits have one cart' => sub {
    $f->cart('laptop', shopper => 'ada', logged_in => 1);
    $f->cart('phone', shopper => 'ada', logged_in => 1);
    is($f->lines('laptop'), '', 'a snapshot of one clears the other');
    $f->cart('guest', shopper => 'ada');
    isnt($f->lines('phone'), '', 'a guest\'s does not');
    $f->cart('laptop', shopper => 'ada', logged_in => 1);
    $f->event('phone', kinds => 'set_cart', lines => [], logged_in => 1);
    is($f->lines('laptop'), '', 'emptied on one, emptied on the other');
    $f->event('phone', kinds => 'set_cart', lines => []);
    $f->event('guest', kinds => 'set_cart', lines => []);
    $clock->advance($HOUR + 1);
    is_deeply(due(), [], 'emptied is not abandoned');
};


shop 'the message shows the latest cart, never a union' => sub {
    $f->cart('a', shopper => 'ada', age => 3000, lines => [ $K ]);
    $f->cart('b', shopper => 'ada', age => 2000, lines => [ $L ]);
    $f->event('c', kinds => 'identify', shopper => 'ada');
    $clock->advance($HOUR + 1);
    my ($c) = $f->claim;
    is(scalar $c->{lines}->@*, 1, 'one cart');
    is($c->{lines}[0][0], '2', 'of the last activity that has an item');
};


shop 'at most 16 visits of a shopper' => sub {
    $f->cart("v$_", shopper => 'ada', age => 60_000 - $_) for 1 .. 20;
    is(scalar $f->why('ada')->{visits}->@*, 16, 'are kept');
    like(join(' ', $f->why('ada')->{visits}->@*), qr/v20/, 'the newest');
    is($f->event('v1', kinds => 'page_view'), 'a', 'the first is nobody\'s');
};


shop 'a network brings only so many addresses a day' => sub {
    is($f->event("v$_", kinds => 'identify', shopper => "p$_", network => 'n',
                 addresses => 3), 'a ' . id("p$_"), "address $_") for 1 .. 3;
    is($f->event('v4', kinds => 'identify', shopper => 'p4', network => 'n',
                 addresses => 3), 'al', 'a fourth is refused');
    is($f->event('v5', kinds => 'identify', shopper => 'p1', network => 'n',
                 addresses => 3), 'a ' . id('p1'), 'one that is known is not');
    is($f->count('limited'), 1, 'counted');
    $clock->advance(25 * $HOUR);
    is($f->event('v6', kinds => 'identify', shopper => 'p6', network => 'n',
                 addresses => 3), 'a ' . id('p6'), 'the next day');
};


shop 'an uncertain order holds the mail' => sub {
    $f->cart('v', shopper => 'ada');
    $f->event('v', kinds => 'purchase', status => 499, order => 'o');
    isnt($f->lines('v'), '', 'the cart stays');
    $clock->advance($HOUR + 1);
    is_deeply(due(), [], 'but is held');
    $clock->advance(12 * $HOUR);
    is_deeply(due(), [ id('ada') ], 'for twelve hours');

    $f->cart('w', shopper => 'bob');
    $f->event('w', kinds => 'purchase', status => 504);
    $clock->advance(1);                 # in the same millisecond is not later
    $f->event('w', kinds => 'view_cart', lines => [ $K ]);
    $clock->advance($HOUR + 1);
    ok(is_due('bob'), 'or until the cart is seen again');

    $f->cart('x', shopper => 'eve');
    $f->event('x', kinds => 'order_pending');
    $f->event('x', kinds => 'view_cart', lines => [ $K ]);
    $clock->advance($HOUR + 1);
    ok(!is_due('eve'), 'which does not tell where payment is away');
    $f->event('x', kinds => 'purchase', order => 'o2');
    $clock->advance(13 * $HOUR);
    ok(!is_due('eve'), 'a purchase decides');
};


shop 'without consent nothing is stored' => sub {
    $f->cart('v', forget => 1);
    is($f->lines('v'), undef, 'no cart');
    $f->event('v', kinds => 'identify', shopper => 'ada', forget => 1);
    is($f->why('ada')->{known}, 'no', 'no address');
    $f->cart('w', shopper => 'bob');
    $f->event('w', kinds => 'purchase', order => 'o', forget => 1);
    is($f->lines('w'), '', 'an order still closes what was kept');
};


shop 'what is not worth a record gets none' => sub {
    $f->event('v', kinds => $_) for qw(page_view view_item begin_checkout
                                       view_cart logout);
    is($f->lines('v'), undef, 'no visit');
    is(scalar(grep { !/:(?:q:|shop)/ }
              $redis->keys($f->prefix . '*')), 0, 'no key');
};


shop 'TTLs' => sub {
    my $margin = 28 * 3600;
    my $ttl = sub ($key) { $redis->cmd('TTL', $f->prefix . $key) };

    # seconds pass on a busy machine
    my $lasts = sub ($key, $seconds, $name) {
        my $left = $ttl->($key);
        ok($left <= $seconds && $left > $seconds - 60, $name)
            or diag("$left of $seconds");
    };

    $f->cart('v');
    $lasts->('v:' . id('v'), 604_800 + $margin, 'an anonymous cart');
    $f->cart('v', shopper => 'ada', own => 'cookie', customer => '7');
    $lasts->('v:' . id('v'), 2_592_000 + $margin, 'a cart with a shopper');
    $lasts->('p:' . id('ada'), 7_776_000 + $margin, 'a shopper');
    $lasts->('a:' . id('cookie'), 7_776_000 + $margin, 'an alias');
    $lasts->('c:' . id('7'), 7_776_000 + $margin, 'a customer');
    $lasts->('q:' . id('worker'), 7 * 86_400, 'a source');
    is($ttl->('due'), -1, 'the index');
    $f->call('suppress', 'p:' . id('ada'), 'unsubscribed', '0');
    is($ttl->('x:' . id('ada')), -1, 'a suppression');

    $clock->advance(86_400);
    $f->cart('v');
    $lasts->('v:' . id('v'), 2_592_000 + $margin, 'renewed on another day');
    $lasts->('p:' . id('ada'), 7_776_000 + $margin, '... as the shopper is');
};


all_done();
