#!/usr/bin/perl
#
# What a browser left, saw and bought: its own, until somebody else sits there.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use Sp::Test;
use Sp::Functions::Shops qw($clock $redis $f id shop);

my $HOUR  = 3600;

# The list as "why name price currency quantity stock", in order.
sub list ($own = 'cookie') {
    return [ map {
        my ($why, $name, $url, $image, $price, $currency, $quantity, $stock)
            = split /\x1f/, $_, -1;
        join ' ', $why, $name, $price . $currency,
            $quantity eq '' ? () : "x$quantity", $stock eq '' ? () : $stock;
    } $f->call('recall', 'w:' . id($own))->@* ];
}

sub cart ($visit, $items, %e) {
    return $f->event($visit, kinds => 'set_cart', recall => 'cookie',
        lines => [ map { [ $_, "k$_", 2, 500, '', '', "Item $_", "/p/$_", '' ] }
                   @$items ], %e);
}

sub view ($id, %e) {
    return $f->event($e{visit} // 'v', kinds => 'view_item', recall => 'cookie',
                     lines => [ [ $id, '', '', '' ] ], %e);
}

sub kept ($own = 'cookie') {
    return $redis->cmd('EXISTS', $f->prefix . 'w:' . id($own));
}


shop 'left, viewed, bought' => sub {
    is_deeply(list(), [], 'of whom nothing is known: nothing');
    $f->event('v', kinds => 'page_view', recall => 'cookie');
    is(kept(), 0, 'nothing is kept for a page');

    cart('other', [ 1 .. 3 ], recall => 'theirs');
    cart('v', [ 1, 2 ]);
    is_deeply(list(), [ 'left Item 1 500EUR x2', 'left Item 2 500EUR x2' ],
              'what is in the cart');
    view(3);
    view(1);
    view('unknown');
    is_deeply(list(), [ 'left Item 1 500EUR x2', 'left Item 2 500EUR x2',
                        'viewed Item 3 ' ],
              'what was looked at, once, if it has a name');
    is_deeply(list('other'), [], 'another cookie: nothing');
    is(scalar list('theirs')->@*, 3, '... or its own');

    $f->event('v', kinds => 'purchase', order => 'o1', recall => 'cookie');
    is_deeply(list(), [ 'viewed Item 1 ', 'viewed Item 3 ',
                        'bought Item 1 500EUR', 'bought Item 2 500EUR' ],
              'after the order nothing is left');
    $f->event('v', kinds => 'purchase', order => 'o1', recall => 'cookie');
    is(scalar list()->@*, 4, 'the same order again');

    # Another session of the same browser, and no cart in it.
    $f->event('v2', kinds => 'page_view', recall => 'cookie');
    is(scalar list()->@*, 4, 'in another session');
    cart('v', [ 3 ]);
    $f->event('v2', kinds => 'page_view', recall => 'cookie');
    is(list()->[0], 'left Item 3 500EUR x2', 'what an older one left');
    cart('v2', [ 2 ]);
    is(list()->[0], 'left Item 2 500EUR x2', 'the last one counts');
    is_deeply([ grep { /Item 3/ } list()->@* ], [ 'viewed Item 3 ' ],
              '... and only that');
};

shop 'what pages said' => sub {
    my $page = id('page');

    $f->call('item', "n:\@$page", id('worker2'), 1,
             join("\x1f", '7', '', 'Hat', '/hat', '/hat.png', 990, 'USD', 'o'), 0);
    $f->event('v', kinds => 'view_item', recall => 'cookie',
              lines => [ [ '', $page, '', '' ] ]);
    is_deeply(list(), [ 'viewed Hat 990USD o' ], 'a page of a product');
    view(7);
    is_deeply(list(), [ 'viewed Hat 990USD o' ],
              'the item itself is known by it, too, and is the same');

    $f->call('item', "n:\@$page", id('worker2'), 2, join("\x1e",
        map { join "\x1f", $_, '', "Hat $_", '/hat', '/hat.png', 990, 'USD', 'i' }
        7, 8, 9), 0);
    $f->event('v', kinds => 'set_cart', recall => 'cookie',
        lines => [ map { [ $_, "k$_", 1, 500 ] } 7, 8 ]);
    is_deeply(list(), [ 'left Hat 7 500EUR x1', 'left Hat 8 500EUR x1' ],
              'two of its kinds are in the cart, and what was seen is these');
    view(9);
    view(3);
    is(scalar list()->@*, 2, '... or one like them');
};

shop 'bounds' => sub {
    cart('v', [ 1 .. 30 ]);
    view($_) for 1 .. 30;
    is(scalar list()->@*, 24, '12 of each kind');
    is(list()->[12], 'viewed Item 30 ', '... the last ones first');
    cmp_ok($redis->cmd('STRLEN', $f->prefix . 'w:' . id('cookie')), '<', 200,
           'small');
    my $ttl = $redis->cmd('TTL', $f->prefix . 'w:' . id('cookie'));
    cmp_ok(abs($ttl - 7_776_000 - 100_800), '<', 60, 'kept as long as a cookie');
    $clock->advance(30 * 86400);
    $f->event('v', kinds => 'page_view', recall => 'cookie');
    is($redis->cmd('TTL', $f->prefix . 'w:' . id('cookie')) > $ttl - 86400, 1,
       '... since it was last seen');
};

shop 'a shared computer' => sub {
    my $mine = sub {
        cart('v', [ 1 ], shopper => 'ada', @_);
        view(2);
        is(list()->[0], 'left Item 1 500EUR x2', 'hers');
    };
    cart('seller', [ 1, 2 ], recall => 'x');

    $mine->();
    $f->event('v', kinds => 'logout', recall => 'cookie');
    is_deeply(list(), [], 'logout');
    is(kept(), 0, '... is forgotten');

    $mine->();
    $f->event('v', kinds => 'login', shopper => 'bob', logged_in => 1,
              recall => 'cookie');
    is_deeply(list(), [], 'another one logs in, in the same session');
    $f->event('v', kinds => 'page_view', recall => 'cookie');
    is_deeply(list(), [], '... and looks at a page');

    $f->event('v', kinds => 'logout', recall => 'cookie');
    $mine->();
    $f->event('w', kinds => 'login', shopper => 'bob', logged_in => 1,
              recall => 'cookie');
    is_deeply(list(), [], 'another one logs in, in a session of their own');

    $f->event('w', kinds => 'logout', recall => 'cookie');
    $mine->(customer => 'c1', logged_in => 1);
    $f->event('w', kinds => 'login', customer => 'c2', logged_in => 1,
              recall => 'cookie');
    is_deeply(list(), [], '... of whom only the account is known');

    $f->event('w', kinds => 'logout', recall => 'cookie');
    $mine->();
    $clock->advance(1);
    $f->call('not_me', 'p:' . id('ada'), 0, 7_776_000);
    is_deeply(list(), [], '"not me"');
    view(3);
    is_deeply(list(), [ ], '... and nothing comes back')
        or diag explain list();

    $f->event('v', kinds => 'logout', recall => 'cookie');
    $mine->();
    $f->event('v', kinds => 'page_view', own => 'cookie', forget => 1,
              erase => 1);
    is_deeply(list(), [], 'consent is withdrawn');
    is(kept(), 0, '... is forgotten');
};

shop 'who only becomes known' => sub {
    cart('seller', [ 2 ], recall => 'x');
    view(2);
    cart('v', [ 1 ]);
    $f->event('v', kinds => 'login', shopper => 'ada', logged_in => 1,
              recall => 'cookie', customer => 'c1');
    is(scalar list()->@*, 2, 'a login keeps what was done before');
    cart('w', [ 1 ], customer => 'c1', logged_in => 1);
    is(scalar list()->@*, 2, '... and so does the same account again');
    $f->event('next', kinds => 'page_view', moved => 'w', recall => 'cookie');
    is(list()->[0], 'left Item 1 500EUR x2', 'a session that was replaced');
};

shop 'Redis is full' => sub {
    cart('v', [ 1 ]);
    $redis->cmd('CONFIG', 'SET', 'maxmemory', 1);
    is(scalar list()->@*, 1, 'it is answered');
    $redis->cmd('CONFIG', 'SET', 'maxmemory', 0);
    my (undef, $error) = $f->try('recall', 'w:x');
    like($error, qr/SPBAD/, 'what is no id');
};

all_done();
