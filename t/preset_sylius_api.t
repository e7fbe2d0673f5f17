#!/usr/bin/perl

# conf/presets/sylius-api.conf, with an origin that answers as Sylius' shop API.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::XS;
use Test::More;
use Sp::Preset qw(answer);

my %VARIANT = (
    'mug-blue' => { name => 'Mug', price => 1400 },
    'tray-big' => { name => 'Tray', price => 1250 },
);
my $API  = '/api/v2/shop';
my $json = JSON::XS->new->utf8;
my (%carts, %customers, $n);


sub shown ($cart) {
    my $total = 0;
    my @items = map {
        my $variant = $VARIANT{ $_->{code} };

        $total += $variant->{price} * $_->{quantity};
        +{ id => $_->{id}, variant => "$API/product-variants/$_->{code}",
           productName => $variant->{name}, quantity => $_->{quantity},
           unitPrice => $variant->{price},
           total => $variant->{price} * $_->{quantity} }
    } @{ $cart->{items} };

    return { tokenValue => $cart->{token}, items => \@items,
        currencyCode => 'EUR', localeCode => 'en_US', itemsTotal => $total,
        total => $total + 500, checkoutState => $cart->{state} // 'cart',
        shippingAddress => $cart->{address} };
}


sub origin ($method, $uri, $headers, $body) {
    my $data = $body =~ /^\{/ ? $json->decode($body) : {};
    my ($path) = $uri =~ m{^$API(/[^?]*)} or return answer(404, {});
    my ($me) = map { $customers{ substr $_, 40 } }
        ($headers->{authorization} // '') =~ /^Bearer (.*)$/;

    if ($path eq '/customers') {
        return answer(422, {}) if $data->{email} !~ /@/;
        $customers{ $data->{email} } = { id => ++$n, %$data };
        return answer(204, undef);
    }

    if ($path eq '/customers/token') {
        my $customer = $customers{ $data->{email} };

        return answer(401, { message => 'no' })
            if !$customer || $data->{password} ne $customer->{password};
        return answer(200, { token => ('t' x 40) . $data->{email},
            customer => "$API/customers/$customer->{id}" });
    }

    return answer(202, undef) if $path eq '/customers/reset-password';

    if ($path =~ m{^/customers/(\d+)$}) {
        return $me && $me->{id} == $1 ? answer(200, $me) : answer(404, {});
    }

    if ($path eq '/orders') {
        my $cart = { token => sprintf('tok%07d', ++$n), items => [],
            owner => $me };

        $carts{ $cart->{token} } = $cart;
        return answer(201, shown($cart));
    }

    my ($token, $rest) = $path =~ m{^/orders/([^/]+)(.*)$}
        or return answer(200, { 'hydra:member' => [] });
    my $cart = $carts{$token} or return answer(404, {});

    return answer(404, {}) if $cart->{owner} && !$me;
    return order($method, $rest, $cart, $data);
}


sub order ($method, $rest, $cart, $data) {
    if ($rest eq '/items') {
        return answer(422, { violations => [] }) if $data->{quantity} > 9;
        push @{ $cart->{items} }, { id => ++$n, quantity => $data->{quantity},
            code => $data->{productVariant} =~ s{.*/}{}r };
        return answer(201, shown($cart));
    }

    if ($rest =~ m{^/items/(\d+)$}) {
        if ($method eq 'DELETE') {
            $cart->{items} = [ grep { $_->{id} != $1 } @{ $cart->{items} } ];
            return answer(204, undef);
        }
        $_->{quantity} = $data->{quantity}
            for grep { $_->{id} == $1 } @{ $cart->{items} };

    } elsif ($rest eq '/complete') {
        return answer(422, {}) if !$cart->{email} && !$cart->{owner};
        $cart->{state} = 'completed';
        return answer(200, { %{ shown($cart) }, number => '000000017' });

    } elsif ($method eq 'PUT') {
        return answer(422, {}) if ($data->{email} // '@') !~ /@/;
        $cart->{email}   = $data->{email};
        $cart->{address} = $data->{shippingAddress};

    } elsif ($method eq 'DELETE') {
        delete $carts{ $cart->{token} };
        return answer(204, undef);
    }

    return answer(200, shown($cart));
}


my $t = Sp::Preset->new('sylius-api', \&origin);


sub cart ($who) {
    return "$API/orders/" . $who->json("$API/orders", {})->data->{tokenValue};
}

sub add ($who, $cart, $code, $quantity, %o) {
    my $items = $who->json("$cart/items", { quantity => $quantity,
        productVariant => "$API/product-variants/$code" }, %o)->data->{items};

    return $items && "$cart/items/$items->[-1]{id}";
}


# Add, change, remove; a refused add; an address typed in pieces.
my $ada = $t->shopper('ada');
my $cart = cart($ada);
my $mug = add($ada, $cart, 'mug-blue', 2);
$t->cart_is($ada, [ { id => 'mug-blue', name => 'Mug', quantity => 2,
    price => 1400 } ], 2800, 'EUR');
my $tray = add($ada, $cart, 'tray-big', 1);
add($ada, $cart, 'tray-big', 10, status => 422);
$ada->call('PATCH', $mug, { quantity => 5 });
$t->cart_is($ada, [ { id => 'mug-blue', quantity => 5 },
    { id => 'tray-big', quantity => 1 } ], 8250, 'EUR');
$ada->call('DELETE', $tray, undef);
$t->cart_is($ada, [ { id => 'mug-blue', quantity => 5 } ]);
$ada->get($cart);
$t->cart_is($ada, [ { id => 'mug-blue', quantity => 5 } ], 7000, 'EUR');
$ada->call('PATCH', "$cart/complete", {}, status => 422);
$t->not_ordered($ada);
$ada->call('PUT', $cart, { email => 'no address' }, status => 422);
$t->nobody($ada, 'ada: a refused address is none');
$ada->call('PUT', $cart, { email => 'ada@example.co' });
$ada->call('PUT', $cart, { email => 'ada@example.com',
    shippingAddress => { firstName => 'Ada', street => 'x' } });
$t->shopper_is($ada, 'ada@example.com');

# An order, which is shown again; an order that nobody sees the number of.
my $bob = $t->shopper('bob');
$cart = cart($bob);
add($bob, $cart, 'mug-blue', 1);
$bob->call('PUT', $cart, { email => 'bob@example.com' });
$bob->call('PATCH', "$cart/complete", {});
$t->ordered($bob);
$bob->get($cart);
$t->no_cart($bob, 'bob: an order that is shown again is no cart');

# A customer, whose storefront server keeps no cookie.
my $eve = $t->shopper('eve');
$eve->json("$API/customers", { email => 'eve@example.com', firstName => 'Eve',
    password => 'right' });
$t->event_is($eve, 'sign_up');
$eve->json("$API/customers/token", { email => 'eve@example.com',
    password => 'wrong' }, status => 401);
$t->event_is($eve, 'rejected');
my $login = $eve->json("$API/customers/token", { email => 'eve@example.com',
    password => 'right' })->data;
$eve->header(Authorization => "Bearer $login->{token}")->get($login->{customer});
$t->event_is($eve, 'identify');

my $server = $t->shopper('eve, by a server', jar => undef);
$server->header(Authorization => "Bearer $login->{token}");
$cart = cart($server);
add($server, $cart, 'tray-big', 3);
$t->shopper_is($server, 'eve@example.com');

# What strangers ask of other people's carts; what they say.
my $mal = $t->shopper('mal');
$mal->call('DELETE', $cart, undef, status => 404);
$mal->call('PATCH', "$cart/complete", {}, status => 404);
$mal->json("$API/customers/reset-password", { email => 'victim@example.com' });
$t->nobody($mal);
$t->cart_is($server, [ { id => 'tray-big', quantity => 3 } ]);
$t->not_ordered($server);

# A cart that is thrown away.
my $fay = $t->shopper('fay');
$cart = cart($fay);
add($fay, $cart, 'mug-blue', 1);
$fay->call('PUT', $cart, { email => 'fay@example.com' });
$fay->call('DELETE', $cart, undef);
$t->no_cart($fay);

$t->mailed_are({
    'ada@example.com' => { lines => [ { id => 'mug-blue', name => 'Mug',
        quantity => 5, price => 1400 } ], total => 7000, currency => 'EUR',
        first_name => 'Ada' },
    'eve@example.com' => [ { id => 'tray-big', quantity => 3 } ],
});
$t->done;
