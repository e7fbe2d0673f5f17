#!/usr/bin/perl

# conf/presets/medusa.conf, with an origin that answers as Medusa's store API.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::XS;
use Test::More;
use Sp::Preset qw(answer);

my %VARIANT = (
    variant_mug  => { sku => 'MUG', title => 'Mug', price => 14 },
    variant_tray => { sku => 'TRAY', title => 'Tray', price => 12.5 },
);
my $json = JSON::XS->new->utf8;
my (%carts, %customers, $n);


# The answer of a cart, as the default fields and the starter's make it.
sub shown ($cart) {
    my @items = map {
        my $variant = $VARIANT{ $_->{variant_id} };
        +{ %$_, title => $variant->{title}, product_title => $variant->{title},
          variant_sku => $variant->{sku}, variant_title => 'Blue',
          unit_price => $variant->{price}, product_handle => 'x',
          thumbnail => "https://cdn.example/$variant->{sku}.png" }
    } @{ $cart->{items} };
    my $total = 0;

    $total += $_->{unit_price} * $_->{quantity} for @items;

    return { %$cart, items => \@items, currency_code => 'eur',
             item_total => $total, total => $total + 5 };
}


sub by_token ($headers) {
    my ($token) = ($headers->{authorization} // '') =~ /^Bearer (.*)$/;

    return $token ? $customers{ substr $token, 40 } : undef;
}


sub origin ($method, $uri, $headers, $body) {
    my $data = $body =~ /^\{/ ? $json->decode($body) : {};
    my ($path) = $uri =~ /^([^?]*)/;

    if ($path eq '/auth/customer/emailpass') {
        return $data->{password} eq 'right'
            ? answer(200, { token => ('t' x 40) . $data->{email} })
            : answer(401, { type => 'unauthorized' });
    }

    if ($path eq '/auth/customer/emailpass/register') {
        return answer(200, { token => ('r' x 40) . $data->{email} });
    }

    if ($path eq '/auth/customer/emailpass/reset-password') {
        return answer(201, undef);
    }

    if ($path eq '/auth/token/refresh') {
        return answer(200, { token => ('n' x 40) . by_token($headers)->{email} });
    }

    if ($path eq '/auth/session') {
        return answer(200, { success => JSON::XS::true });
    }

    if ($path eq '/store/customers' && $method eq 'POST') {
        return answer(400, { type => 'invalid_data' })
            if $customers{ $data->{email} };
        $customers{ $data->{email} } = { id => 'cus_' . ++$n, %$data };
        return answer(200, { customer => $customers{ $data->{email} } });
    }

    if ($path eq '/store/customers/me') {
        my $customer = by_token($headers) or return answer(401, {});
        return answer(200, { customer => $customer });
    }

    if ($path eq '/store/carts') {
        my $id = sprintf 'cart_01HZZZZZZZZZZZZZZZZZ%06d', ++$n;
        my $customer = by_token($headers);

        $carts{$id} = { id => $id, items => [], email => $customer
            ? $customer->{email} : undef };
        return answer(200, { cart => shown($carts{$id}) });
    }

    return of_cart($method, $path, $headers, $data);
}


sub of_cart ($method, $path, $headers, $data) {
    my ($id, $rest) = $path =~ m{^/store/carts/([^/]+)(.*)$}
        or return answer(404, { type => 'not_found' });
    my $cart = $carts{$id} or return answer(404, { type => 'not_found' });

    if ($rest eq '/line-items') {
        return answer(400, { type => 'not_allowed' }) if $data->{quantity} > 9;

        my ($line) = grep { $_->{variant_id} eq $data->{variant_id} }
            @{ $cart->{items} };

        if ($line) {
            $line->{quantity} += $data->{quantity};
        } else {
            push @{ $cart->{items} }, { id => 'cali_' . ++$n, %$data };
        }

    } elsif ($rest =~ m{^/line-items/(.*)$}) {
        my ($line) = grep { $_->{id} eq $1 } @{ $cart->{items} }
            or return answer(404, { type => 'not_found' });

        $line->{quantity} = $method eq 'DELETE' ? 0 : $data->{quantity};
        $cart->{items} = [ grep { $_->{quantity} } @{ $cart->{items} } ];
        return answer(200, { id => $1, object => 'line-item',
            deleted => JSON::XS::true, parent => shown($cart) })
            if $method eq 'DELETE';

    } elsif ($rest eq '/customer') {
        my $customer = by_token($headers) or return answer(401, {});
        $cart->{email} = $customer->{email};

    } elsif ($rest eq '/complete') {
        return answer(200, { type => 'cart', cart => shown($cart), error => {
            type => 'payment_authorization_error', message => 'declined' } })
            if !$cart->{paid};
        $cart->{completed_at} = '2026-11-25T12:00:00.000Z';
        return answer(200, { type => 'order', order => {
            id => "order_$id", display_id => 7, email => $cart->{email},
            items => shown($cart)->{items}, total => 33 } });

    } elsif ($rest eq '/shipping-methods') {
        $cart->{paid} = 1;

    } elsif ($method eq 'POST') {
        return answer(400, { type => 'invalid_data' })
            if ($data->{email} // 'a@b') !~ /@/;
        @$cart{ keys %$data } = values %$data;
    }

    return answer(200, { cart => shown($cart) });
}


my $t = Sp::Preset->new('medusa', \&origin, replay => 1);


# A shopper with a new cart, and the path of it.
sub cart ($name) {
    my $who  = $t->shopper($name);
    my $cart = $who->json('/store/carts', {})->data->{cart};

    return ($who, "/store/carts/$cart->{id}");
}


# The lines in it, by their names.
sub line ($who, $cart, $name) {
    my ($line) = grep { $_->{title} eq $name }
        @{ $who->get($cart)->data->{cart}{items} };

    return "$cart/line-items/$line->{id}";
}


# Add, change, remove; a refused add; an address typed in pieces.
my ($ada, $ada_cart) = cart('ada');

$t->no_cart($ada);
$ada->json("$ada_cart/line-items", { variant_id => 'variant_mug', quantity => 2 });
$t->cart_is($ada, [ {
    id => 'variant_mug', sku => 'MUG', name => 'Mug', options => 'Blue',
    quantity => 2, price => 1400, image => 'https://cdn.example/MUG.png',
} ], 2800, 'EUR');
$ada->json("$ada_cart/line-items", { variant_id => 'variant_tray', quantity => 1 });
$t->cart_is($ada, [ { id => 'variant_mug', quantity => 2 },
    { id => 'variant_tray', quantity => 1, price => 1250 } ], 4050, 'EUR');
$ada->json("$ada_cart/line-items", { variant_id => 'variant_tray',
    quantity => 10 }, status => 400);
$t->event_is($ada, 'rejected', 'a refused add is no event');
$ada->json(line($ada, $ada_cart, 'Mug'), { quantity => 5 });
$t->cart_is($ada, [ { id => 'variant_mug', quantity => 5 },
    { id => 'variant_tray', quantity => 1 } ], 8250, 'EUR');
$ada->call('DELETE', line($ada, $ada_cart, 'Tray'), undef);
$t->cart_is($ada, [ { id => 'variant_mug', quantity => 5 } ], 7000, 'EUR');
$t->nobody($ada);

$ada->json($ada_cart, { email => 'no address' }, status => 400);
$t->nobody($ada, 'ada: a refused address is none');
$ada->json($ada_cart, { email => 'ada@example.co' });
$t->shopper_is($ada, 'ada@example.co');
$ada->json($ada_cart, { email => 'ada@example.com',
    shipping_address => { first_name => 'Ada' } });
$t->shopper_is($ada, 'ada@example.com', 'ada: the newest address counts');

# A payment that is declined is no order; nor does it empty the cart.
$ada->json("$ada_cart/complete", {});
$t->not_ordered($ada);
$t->cart_is($ada, [ { id => 'variant_mug', quantity => 5 } ]);

# An order, which is asked for again.
my ($bob, $bob_cart) = cart('bob');
$bob->json("$bob_cart/line-items", { variant_id => 'variant_mug', quantity => 1 });
$bob->json($bob_cart, { email => 'bob@example.com' });
$bob->json("$bob_cart/shipping-methods", { option_id => 'so_1' });
$t->event_is($bob, 'add_shipping_info,set_cart');
$bob->json("$bob_cart/complete", {});
$t->ordered($bob);
$bob->get($bob_cart);
$t->no_cart($bob, 'bob: an ordered cart that is shown again is none');

# A customer: sign-up, login, a cart of her own, another token, the account.
my $eve = $t->shopper('eve');
my %eve = (email => 'eve@example.com', first_name => 'Eve');
$eve->json('/auth/customer/emailpass/register', { %eve, password => 'right' });
$t->event_is($eve, 'no_match', 'a registration alone is no account');
$eve->json('/store/customers', \%eve);
$t->event_is($eve, 'sign_up');
$eve->json('/auth/customer/emailpass', { %eve, password => 'wrong' },
    status => 401);
$t->event_is($eve, 'rejected', 'a refused login');
my $token = $eve->json('/auth/customer/emailpass',
    { %eve, password => 'right' })->data->{token};
$t->event_is($eve, 'login');

# A storefront server that calls for her keeps no cookie.
my $server = $t->shopper('eve, by a server', jar => undef);
$server->header(Authorization => "Bearer $token");
$token = $server->json('/auth/token/refresh', {})->data->{token};
$server->header(Authorization => "Bearer $token");
my $cart = '/store/carts/'
    . $server->json('/store/carts', {})->data->{cart}{id};
$server->json("$cart/line-items", { variant_id => 'variant_tray', quantity => 3 });
$t->shopper_is($server, 'eve@example.com');
$eve->header(Authorization => "Bearer $token")->get('/store/customers/me');
$t->event_is($eve, 'identify');

# A guest's cart that a customer takes over.
my ($fay, $fay_cart) = cart('fay');
$fay->json("$fay_cart/line-items", { variant_id => 'variant_mug', quantity => 1 });
$t->nobody($fay);
$fay->json('/store/customers', { email => 'fay@example.com' });
$fay->json('/auth/customer/emailpass',
    { email => 'fay@example.com', password => 'right' });
$fay->header(Authorization => 'Bearer ' . ('t' x 40) . 'fay@example.com');
$fay->json("$fay_cart/customer", {});
$t->shopper_is($fay, 'fay@example.com');
$fay->call('DELETE', '/auth/session', undef);
$t->event_is($fay, 'logout');

# What a stranger says: a token, a cart and an address of other people.
my $mal = $t->shopper('mal');
$mal->header(Authorization => 'Bearer ' . ('x' x 40) . 'nobody@example.com');
$mal->json('/store/carts/cart_01HZZZZZZZZZZZZZZZZZ999999',
    { email => 'victim@example.com' }, status => 404);
$t->nobody($mal);
$mal->get('/store/customers/me', status => 401);
$t->event_is($mal, 'rejected');
$mal->json('/auth/customer/emailpass/reset-password',
    { identifier => 'victim@example.com' });
$t->event_is($mal, 'no_match', 'a forgotten password is nobody');

$t->mailed_are({
    'ada@example.com' => {
        lines => [ { id => 'variant_mug', name => 'Mug', quantity => 5,
                     price => 1400 } ],
        total => 7000, currency => 'EUR', first_name => 'Ada',
    },
    'eve@example.com' => [ { id => 'variant_tray', quantity => 3 } ],
    'fay@example.com' => [ { id => 'variant_mug', quantity => 1 } ],
});
$t->done;
