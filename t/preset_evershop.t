#!/usr/bin/perl

# conf/presets/evershop.conf, with an origin that answers as EverShop.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::XS;
use Test::More;
use Sp::Preset qw(answer page redirect);

my %PRODUCT = (
    MUG  => { name => 'Mug', price => 14 },
    TRAY => { name => 'Tray', price => 12.5 },
);
my $json = JSON::XS->new->utf8;
my (%sessions, %customers, $n);


sub uuid ($i) { return sprintf '0d0d0d0d-0d0d-4d0d-8d0d-%012d', $i }

sub price ($value) { return { value => $value, text => "\x{20ac}$value" } }

sub item ($line) {
    my $product = $PRODUCT{ $line->{sku} };

    return { cart_item_id => 1, uuid => $line->{uuid}, qty => $line->{qty},
        product_sku => $line->{sku}, product_name => $product->{name},
        thumbnail => "/assets/$line->{sku}.webp",
        final_price => $product->{price}, cart_id => 1 };
}


sub my_cart ($session) {
    my $cart = $session->{cart} or return undef;
    my $total = 0;
    my $count = 0;

    for (@{ $cart->{lines} }) {
        $total += $PRODUCT{ $_->{sku} }{price} * $_->{qty};
        $count += $_->{qty};
    }

    return { uuid => $cart->{uuid}, totalQty => $count, currency => 'EUR',
        customerEmail => $cart->{email}, customerId => $cart->{customer},
        subTotal => price($total),
        grandTotal => price($total + 5), items => [ map { +{
            cartItemId => $_->{uuid}, qty => $_->{qty},
            productSku => $_->{sku}, productName => $PRODUCT{ $_->{sku} }{name},
            thumbnail => "/assets/$_->{sku}.webp", productUrl => "/$_->{sku}",
            finalPrice => price($PRODUCT{ $_->{sku} }{price}),
            lineTotal => price($PRODUCT{ $_->{sku} }{price} * $_->{qty}),
        } } @{ $cart->{lines} } ] };
}


sub origin ($method, $uri, $headers, $body) {
    my $data = $body =~ /^\{/ ? $json->decode($body) : {};
    my ($path) = $uri =~ /^([^?]*)/;
    my ($sid) = ($headers->{cookie} // '') =~ /\bsid=([^;]+)/;
    my @set;

    if (!$sid || !$sessions{$sid}) {
        $sid = 's%3A' . sprintf('%032d', ++$n) . '.sig';
        $sessions{$sid} = {};
        @set = ('Set-Cookie' => "sid=$sid; Path=/; HttpOnly");
    }

    my $answer = shop($method, $path, $data, $sessions{$sid});

    $answer->[1] = [ (ref $answer->[1] eq 'HASH' ? %{ $answer->[1] }
        : @{ $answer->[1] }), @set ];
    return $answer;
}


sub shop ($method, $path, $data, $session) {
    my $refused = answer(400, { error => { status => 400, message => 'no' } });

    if ($path eq '/customer/login') {
        return answer(500, { error => { status => 500, message => 'no' } })
            if !$customers{ $data->{email} } || $data->{password} ne 'right';
        $session->{customer} = $data->{email};
        @{ $session->{cart} }{qw(email customer)} = ($data->{email}, 1)
            if $session->{cart};
        return answer(200, { data => { sid => 'x' x 32 } });
    }

    if ($path eq '/api/customers') {
        return $refused if $data->{email} !~ /@/;
        $customers{ $data->{email} } = 1;
        return answer(200, { data => { uuid => uuid(++$n), %$data } });
    }

    # The session stays, and the cart with the customer's address.
    if ($path eq '/customer/logout') {
        delete $session->{customer};
        return answer(200, { data => {} });
    }

    if ($path eq '/api/customers/me') {
        $session->{customer} = $data->{email};
        return answer(200, { data => { email => $data->{email} } });
    }

    return answer(200, { data => { message => 'sent' } })
        if $path eq '/api/customers/reset-password';

    if ($path eq '/api/graphql') {
        return answer(200, { data => { myCart => my_cart($session),
            customer => $session->{customer} ? { email => $session->{customer},
                fullName => 'Eve Adams' } : undef } })
            if $data->{query} =~ /myCart/;
        return answer(200, { data => { products => { items => [ {
            sku => 'MUG', name => 'Mug' } ] } } });
    }

    return cart_call($method, $path, $data, $session, $refused)
        if $path =~ m{^/api/};
    return page('<h1>A page</h1>') if $path ne '/checkout/success/x';
}


sub cart_call ($method, $path, $data, $session, $refused) {
    if ($path eq '/api/cart/mine/items') {
        return $refused if !$PRODUCT{ $data->{sku} } || $data->{qty} > 9;

        my $cart = $session->{cart} //= { uuid => uuid(++$n), lines => [],
            email => $session->{customer},
            customer => $session->{customer} ? 1 : undef };
        my ($line) = grep { $_->{sku} eq $data->{sku} } @{ $cart->{lines} };

        push @{ $cart->{lines} }, $line = { uuid => uuid(++$n),
            sku => $data->{sku}, qty => 0 } if !$line;
        $line->{qty} += $data->{qty};
        return answer(200, { data => { item => item($line), count => 1,
            cartId => $cart->{uuid} } });
    }

    my $cart = $session->{cart};

    if ($path =~ m{^/api/cart/mine/items/(.*)$}) {
        my ($line) = grep { $_->{uuid} eq $1 } @{ $cart->{lines} }
            or return $refused;

        if ($method eq 'DELETE') {
            $cart->{lines} = [ grep { $_ != $line } @{ $cart->{lines} } ];
        } else {
            $line->{qty} += $data->{action} eq 'increase' ? $data->{qty}
                : -$data->{qty};
        }
        return answer(200, { data => { item => item($line), count => 1,
            cartId => $cart->{uuid} } });
    }

    # Anyone who knows a cart's uuid may do these.
    my ($uuid, $what) = $path =~ m{^/api/carts/([^/]+)/(\w+)$} or return $refused;
    my ($of) = grep { $_->{cart} && $_->{cart}{uuid} eq $uuid } values %sessions
        or return $refused;

    if ($what eq 'contacts') {
        return $refused if $data->{email} !~ /@/;
        $of->{cart}{email} = $data->{email};
        return answer(200, { data => { email => $data->{email} } });
    }

    if ($what eq 'checkout') {
        return answer(500, { error => { message => 'no' } })
            if !$data->{customer}{email};
        delete $of->{cart};
        return answer(200, { data => { uuid => uuid(++$n),
            order_number => '10017',
            customer_email => $data->{customer}{email} } });
    }

    return answer(200, { data => {} });
}


my $t = Sp::Preset->new('evershop', \&origin, replay => 1);
my $QUERY = 'query Query { myCart { uuid totalQty currency customerEmail'
    . ' subTotal { value } items { cartItemId productSku productName productUrl'
    . ' thumbnail qty finalPrice { value } lineTotal { value } } }'
    . ' customer: currentCustomer { email fullName } }';


# The shop's pages ask for the cart after each change.
sub sync ($who) {
    return $who->graphql($QUERY, {}, path => '/api/graphql')
        ->data->{data}{myCart};
}

sub add ($who, $sku, $qty, %o) {
    return $who->json('/api/cart/mine/items', { sku => $sku, qty => $qty }, %o)
        ->data->{data};
}


# Add, change, remove; a refused add; an address typed in pieces.
my $ada = $t->shopper('ada');
$ada->get('/');
my $mug = add($ada, 'MUG', 2);
$t->cart_is($ada, [ { id => 'MUG', name => 'Mug', quantity => 2,
    price => 1400, image => '/assets/MUG.webp' } ]);
sync($ada);
$t->cart_is($ada, [ { id => 'MUG', name => 'Mug', quantity => 2,
    price => 1400, url => '/MUG' } ], 2800, 'EUR');
add($ada, 'TRAY', 10, status => 400);
$t->event_is($ada, 'rejected', 'a refused add');
add($ada, 'MUG', 1);
$t->cart_is($ada, [ { id => 'MUG', quantity => 3 } ]);
my $tray = add($ada, 'TRAY', 1)->{item}{uuid};
$ada->call('PATCH', "/api/cart/mine/items/$mug->{item}{uuid}",
    { qty => 2, action => 'increase' });
$ada->call('DELETE', "/api/cart/mine/items/$tray", undef);
$t->cart_is($ada, [ { id => 'MUG', quantity => 5 } ]);
my $cart = "/api/carts/" . sync($ada)->{uuid};
$t->cart_is($ada, [ { id => 'MUG', quantity => 5 } ], 7000, 'EUR');
$ada->get('/checkout');
$t->event_is($ada, 'begin_checkout');
$ada->json("$cart/contacts", { email => 'no address' }, status => 400);
$t->nobody($ada, 'ada: a refused address is none');
$ada->json("$cart/contacts", { email => 'ada@example.co' });
$ada->json("$cart/contacts", { email => 'ada@example.com' });
$t->shopper_is($ada, 'ada@example.com');
$ada->json("$cart/checkout", {}, status => 500);
$t->not_ordered($ada);
$ada->graphql('{ products { items { sku name } } }', {},
    path => '/api/graphql');
$t->event_is($ada, 'rejected', 'the catalogue is no cart');

# An order, its page, and the cart that is gone then.
my $bob = $t->shopper('bob');
$bob->get('/');
add($bob, 'MUG', 1);
$bob->json('/api/carts/' . sync($bob)->{uuid} . '/checkout',
    { customer => { email => 'bob@example.com' } });
$t->ordered($bob);
$bob->get('/checkout/success/' . uuid(1));
sync($bob);
$t->ordered($bob);

# A customer who logs in with a cart, and another person after her logout.
my $eve = $t->shopper('eve');
$eve->get('/');
add($eve, 'TRAY', 3);
$eve->json('/customer/login', { email => 'eve@example.com',
    password => 'right' }, status => 500);
$t->nobody($eve, 'eve: a refused login');
$eve->json('/api/customers', { email => 'eve@example.com',
    full_name => 'Eve Adams', password => 'right' });
$t->event_is($eve, 'sign_up');
$eve->json('/customer/login', { email => 'eve@example.com',
    password => 'right' });
$t->shopper_is($eve, 'eve@example.com');
$eve->get('/customer/logout');
$t->nobody($eve, 'eve: has logged out');
add($eve, 'MUG', 1);
sync($eve);
$t->nobody($eve, 'the next one in that browser is nobody');

# A customer who changes the address: the cart still has the old one.
my $gus = $t->shopper('gus');
$gus->get('/');
$gus->json('/api/customers', { email => 'gus@example.co', full_name => 'Gus' });
$gus->json('/customer/login', { email => 'gus@example.co',
    password => 'right' });
add($gus, 'MUG', 1);
sync($gus);
$t->shopper_is($gus, 'gus@example.co');
$gus->call('PATCH', '/api/customers/me', { email => 'gus@example.com' });
sync($gus);
$t->shopper_is($gus, 'gus@example.com', 'gus: by the address that is right');

# A cart that is emptied.
my $fay = $t->shopper('fay');
$fay->get('/');
$mug = add($fay, 'MUG', 1);
$fay->json("/api/carts/$mug->{cartId}/contacts", { email => 'fay@example.com' });
$fay->call('DELETE', "/api/cart/mine/items/$mug->{item}{uuid}", undef);
sync($fay);
$t->no_cart($fay);

# Somebody who knows another one's cart.
my $mal = $t->shopper('mal');
$mal->get('/');
$mal->json("$cart/contacts", { email => 'mal@example.com' });
$mal->json('/api/customers/reset-password', { email => 'victim@example.com' });
$t->no_cart($mal);
$t->shopper_is($ada, 'ada@example.com', 'ada: is not who a stranger says');
$t->cart_is($ada, [ { id => 'MUG', quantity => 5 } ]);

$t->mailed_are({
    'ada@example.com' => { lines => [ { id => 'MUG', name => 'Mug',
        quantity => 5, price => 1400 } ], total => 7000, currency => 'EUR' },
    'eve@example.com' => [ { id => 'TRAY', quantity => 3 } ],
    'gus@example.com' => [ { id => 'MUG', quantity => 1 } ],
});
$t->done;
