#!/usr/bin/perl

# conf/presets/generic.conf, with a shop as somebody could have made it: forms
# and redirects, and the cart as JSON for its scripts.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::XS;
use Test::More;
use Sp::Preset qw(answer page redirect);

my %PRODUCT = (
    7  => { name => 'Mug', price => 14 },
    12 => { name => 'Tray', price => 12.5 },
);
my (%sessions, %accounts, $n);


sub fields ($text) {
    my %fields;

    for (split /&/, $text) {
        my ($name, $value) = map { s/\+/ /gr =~ s/%(..)/chr hex $1/ger }
            split /=/, $_, 2;
        $fields{$name} = $value;
    }
    return %fields;
}


sub cart_json ($session) {
    my $cart = $session->{cart};
    my $total = 0;

    $total += $PRODUCT{$_}{price} * $cart->{$_} for keys %$cart;
    return answer(200, { cart => { currency => 'EUR', total => $total,
        items => [ map { +{ product_id => 0 + $_, quantity => $cart->{$_},
            name => $PRODUCT{$_}{name}, price => $PRODUCT{$_}{price},
            url => "/p/$_", image => "/p/$_.png" } }
            sort { $a <=> $b } keys %$cart ] } });
}


sub cart_page ($session) {
    my $cart = $session->{cart};
    my $total = 0;
    my $menu = '<ul><li class="menu"><a href="/p/12">Tray</a></ul>';

    return page("$menu<p class=cart-empty>There is nothing in it.</p>") if !%$cart;

    my $rows = join '', map {
        my $price = $PRODUCT{$_}{price};

        $total += $price * $cart->{$_};
        "<tr class=\"cart-item\" data-article=\"$_\"><td><img src=\"/p/$_.png\"><td>"
            . "<a class=name href=\"/p/$_\">$PRODUCT{$_}{name} &amp; more</a><td><input"
            . " name=\"number[$_]\" value=$cart->{$_}><td class=price>"
            . sprintf('%.2f', $price) =~ tr/./,/r . '&nbsp;&euro;'
    } sort { $a <=> $b } keys %$cart;

    return page("$menu<table class=cart><tr><th>Article$rows</table><p"
        . ' class="cart-total">Total: ' . sprintf('%.2f', $total) =~ tr/./,/r
        . '&nbsp;&euro;');
}


sub origin ($method, $uri, $headers, $body) {
    my ($path, $args) = split /\?/, $uri, 2;
    my ($sid) = ($headers->{cookie} // '') =~ /\bsid=([^;]+)/;
    my %form = fields($method eq 'POST' ? $body : $args // '');
    my @set;

    if (!$sid || !$sessions{$sid}) {
        $sid = sprintf '%032d', ++$n;
        $sessions{$sid} = { cart => {} };
        @set = ('Set-Cookie' => "sid=$sid; Path=/; HttpOnly");
    }

    my $answer = shop($method, $path, \%form, $sessions{$sid},
        scalar(($headers->{accept} // '') =~ /json/));

    $answer->[1] = [ (ref $answer->[1] eq 'HASH' ? %{ $answer->[1] }
        : @{ $answer->[1] }), @set ];
    return $answer;
}


sub shop ($method, $path, $form, $session, $script) {
    my $again = page('<form>What you typed is wrong.</form>');
    my $cart  = $session->{cart};

    if ($path eq '/basket/add') {
        return $again if ($form->{number} // 1) > 9;
        $cart->{ $form->{article} } += $form->{number} // 1;

    } elsif ($path eq '/cart/update') {
        for (keys %$form) {
            $cart->{$1} = $form->{$_} if /^number\[(\d+)\]$/;
        }
        delete $cart->{$_} for grep { !$cart->{$_} } keys %$cart;

    } elsif ($path eq '/cart/remove') {
        delete $cart->{ $form->{article} };

    } elsif ($path eq '/cart/empty') {
        %$cart = ();

    } elsif ($path eq '/sold-out') {
        %$cart = ();
        return page('<h1>A page</h1>');

    } elsif ($path eq '/cart') {
        return cart_page($session);

    } elsif ($path eq '/cart.json') {
        return cart_json($session);

    } else {
        return people($method, $path, $form, $session, $again);
    }

    return $script ? cart_json($session) : redirect('/cart');
}


sub people ($method, $path, $form, $session, $again) {
    my $good = ($form->{mail} // '') =~ /\@.*\.\w/;

    if ($path eq '/login') {
        return redirect('/account') if $good && $form->{password} eq 'right';
        return redirect('/login?wrong=1') if $form->{password} eq 'old';
        return $again;
    }

    return $good ? redirect('/account') : $again if $path eq '/register';
    return $good ? redirect('/checkout/payment') : $again
        if $path eq '/checkout/address';
    return page('Thank you') if $path eq '/newsletter';

    if ($path eq '/logout') {
        $session->{cart} = {};
        return redirect('/');
    }

    if ($path eq '/checkout/order') {
        return redirect('/login?next=/order/thanks/1') if !%{ $session->{cart} };
        return redirect('/checkout/payment?declined') if $form->{card} eq 'bad';
        $session->{cart} = {};
        return redirect('/order/thanks/2026-17');
    }

    return page('<h1>A page</h1>');
}


my $t = Sp::Preset->new('generic', \&origin,
    server => 'sitepreserver_currency EUR;',
    define => { shop_session => 'sid', shop_add => 'basket/add|cart/add',
        form_product => 'article', form_quantity => 'number',
        form_quantities => 'number', form_email => 'mail',
        html_line => '.cart .cart-item', html_id => '@data-article' });


# A browser that has seen a page of the shop.
sub visitor ($name) {
    my $who = $t->shopper($name);

    $who->get('/');
    return $who;
}


# By forms: add, change, remove; a refused add; an address that is refused.
my $ada = visitor('ada');
$ada->form('/basket/add', { article => 7, number => 2 });
$ada->form('/basket/add', { article => 12 });
$t->cart_is($ada, [ { id => 7, quantity => 2 }, { id => 12, quantity => 1 } ]);
$ada->form('/basket/add', { article => 12, number => 10 });
$t->event_is($ada, 'rejected', 'a refused add answers the page again');
$ada->form('/cart/update', [ 'number[7]' => 5, 'number[12]' => 1 ]);
$ada->form('/cart/remove', { article => 12 });
$t->cart_is($ada, [ { id => 7, quantity => 5 } ]);
$ada->form('/checkout/address', { mail => 'ada', first_name => 'Ada' });
$t->nobody($ada, 'ada: a refused address is none');
$ada->form('/checkout/address', { mail => 'ada@example.co' });
$ada->form('/checkout/address', { mail => 'ada@example.com',
    first_name => 'Ada' });
$t->shopper_is($ada, 'ada@example.com');
$ada->form('/checkout/order', { card => 'bad' });
$t->not_ordered($ada, 'ada: a declined payment is no order');

# By scripts: the cart as JSON.
my $eve = visitor('eve');
$eve->form('/basket/add', { article => 12, number => 3 },
    headers => { Accept => 'application/json' });
$t->cart_is($eve, [ { id => 12, name => 'Tray', quantity => 3, price => 1250,
    image => '/p/12.png', url => '/p/12' } ], 3750, 'EUR');
$eve->form('/login', { mail => 'eve@example.com', password => 'wrong' });
$eve->form('/login', { mail => 'eve@example.com', password => 'old' });
$t->nobody($eve, 'eve: a refused login, by a page or a redirect');
$eve->form('/login', { mail => 'eve@example.com', password => 'right' });
$t->shopper_is($eve, 'eve@example.com');
$eve->get('/cart.json');
$t->cart_is($eve, [ { id => 12, quantity => 3 } ], 3750, 'EUR');

# As a page: what the forms have said gets a name and a price.
my $hal = visitor('hal');
$hal->form('/basket/add', { article => 7, number => 2 });
$hal->form('/basket/add', { article => 12 });
$hal->get('/cart');
$t->cart_is($hal, [ { id => 7, key => 7, name => 'Mug & more', quantity => 2,
    price => 1400, image => '/p/7.png', url => '/p/7' },
    { id => 12, quantity => 1, price => 1250 } ], 4050, 'EUR');
$hal->form('/cart/update', [ 'number[7]' => 5, 'number[12]' => 1 ]);
$hal->form('/cart/remove', { article => 12 });
$t->cart_is($hal, [ { id => 7, name => 'Mug & more', quantity => 5 } ]);
$hal->form('/register', { mail => 'hal@example.com' });
my $ida = visitor('ida');
$ida->form('/basket/add', { article => 7 });
$ida->form('/newsletter', { mail => 'ida@example.com' });
$ida->get('/sold-out');
$ida->get('/cart');
$t->no_cart($ida, 'ida: an empty page of the cart');

# An order; its page again.
my $bob = visitor('bob');
$bob->form('/basket/add', { article => 7 });
$bob->form('/register', { mail => 'bob@example.com', first_name => 'Bob' });
$t->event_is($bob, 'sign_up');
$bob->form('/checkout/order', { card => 'good' });
$t->ordered($bob);
$bob->get('/order/thanks/2026-17');
$bob->form('/checkout/order', { card => 'good' });
$t->event_is($bob, 'rejected', 'a login that has to come first is no order');
$t->ordered($bob);

# The newsletter, an emptied cart; logout, and the next one in that browser.
my $fay = visitor('fay');
$fay->form('/newsletter', { mail => 'fay@example.com' });
$t->shopper_is($fay, 'fay@example.com');
$fay->form('/basket/add', { article => 7 });
$fay->form('/cart/empty', {});
$t->no_cart($fay);
$fay->form('/basket/add', { article => 7 });
$fay->get('/logout');
$t->nobody($fay);
$fay->form('/basket/add', { article => 12 });
$t->nobody($fay, 'the next one in that browser is nobody');

# A session that nobody has given.
my $mal = $t->shopper('mal');
$mal->jar->set('sid', 'x' x 32);
$mal->form('/login', { mail => 'victim@example.com', password => 'wrong' });
$t->nobody($mal);

$t->mailed_are({
    'ada@example.com' => { lines => [ { id => 7, quantity => 5 } ],
        first_name => 'Ada' },
    'eve@example.com' => { lines => [ { id => 12, name => 'Tray',
        quantity => 3, price => 1250 } ], total => 3750, currency => 'EUR' },
    'fay@example.com' => [ { id => 7, quantity => 1 } ],
    'hal@example.com' => [ { id => 7, name => 'Mug & more', quantity => 5,
        price => 1400 } ],
});
$t->done;
