#!/usr/bin/perl

# conf/presets/magento-graphql.conf, with an origin that answers as Magento's
# GraphQL, and as its REST API of guest carts.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::XS;
use Test::More;
use Sp::Preset qw(answer);

my %PRODUCT = (
    'MUG-1' => { name => 'Mug', price => 14 },
    'TRAY-2' => { name => 'Tray', price => 12.5 },
);
my $json = JSON::XS->new->utf8->allow_nonref;
my (%carts, %customers, $n);


sub money ($value) { return { value => $value, currency => 'EUR' } }

sub new_cart (%more) {
    my $id = sprintf '%032d', ++$n;
    $carts{$id} = { id => $id, lines => [], %more };
    return $carts{$id};
}


sub shown ($cart) {
    my $total = 0;
    my @items = map {
        my $product = $PRODUCT{ $_->{sku} };

        $total += $product->{price} * $_->{quantity};
        $_->{gone} ? undef : +{ uid => $_->{uid}, quantity => $_->{quantity},
            product => { sku => $_->{sku}, name => $product->{name},
                thumbnail => { url => "https://m.example/$_->{sku}.jpg" } },
            prices => { price => money($product->{price}),
                row_total => money($product->{price} * $_->{quantity}) } }
    } @{ $cart->{lines} };

    return { id => $cart->{id}, email => $cart->{email},
             itemsV2 => { items => \@items },
             prices => { subtotal_excluding_tax => money($total),
                         grand_total => money($total + 5) } };
}


sub add ($cart, @items) {
    my @errors;

    for my $item (@items) {
        if ($item->{quantity} > 9) {
            push @errors, { code => 'INSUFFICIENT_STOCK', message => 'no' };
        } else {
            push @{ $cart->{lines} }, { %$item, uid => 'u' . ++$n };
        }
    }

    return { cart => shown($cart), user_errors => \@errors };
}


my %DO = (
    createEmptyCart => sub ($v, $me) { return new_cart()->{id} },
    addProductsToCart => sub ($v, $me) {
        my $cart = $carts{ $v->{id} } or return undef;

        return add($cart, @{ $v->{items} });
    },
    updateCartItems => sub ($v, $me) {
        my $cart = $carts{ $v->{input}{cart_id} };

        for my $new (@{ $v->{input}{cart_items} }) {
            $_->{quantity} = $new->{quantity}
                for grep { $_->{uid} eq $new->{cart_item_uid} } @{ $cart->{lines} };
        }
        return { cart => shown($cart) };
    },
    removeItemFromCart => sub ($v, $me) {
        my $cart = $carts{ $v->{input}{cart_id} };

        $cart->{lines} = [ grep { $_->{uid} ne $v->{input}{cart_item_uid} }
            @{ $cart->{lines} } ];
        return { cart => shown($cart) };
    },
    setGuestEmailOnCart => sub ($v, $me) {
        my $cart = $carts{ $v->{input}{cart_id} } or return undef;

        return undef if $v->{input}{email} !~ /@/;
        $cart->{email} = $v->{input}{email};
        return { cart => { email => $cart->{email} } };
    },
    cart => sub ($v, $me) { 
        my $cart = $carts{ $v->{id} } or return undef;

        return shown($cart);
    },
    customerCart => sub ($v, $me) {
        my ($cart) = grep { ($_->{owner} // '') eq $me->{email} } values %carts;

        return shown($cart // new_cart(owner => $me->{email},
            email => $me->{email}));
    },
    mergeCarts => sub ($v, $me) {
        my $cart = $carts{ $v->{to} };

        push @{ $cart->{lines} }, @{ delete($carts{ $v->{from} })->{lines} };
        return shown($cart);
    },
    placeOrder => sub ($v, $me) {
        my $cart = $carts{ $v->{input}{cart_id} };

        return { orderV2 => undef, errors => [ { code => 'UNDEFINED' } ] }
            if !$cart || !$cart->{email};
        delete $carts{ $cart->{id} };
        return { orderV2 => { number => '000000017', email => $cart->{email} },
                 errors => [] };
    },
    createCustomerV2 => sub ($v, $me) {
        $customers{ $v->{input}{email} } = { id => ++$n, %{ $v->{input} } };
        return { customer => { email => $v->{input}{email} } };
    },
    generateCustomerToken => sub ($v, $me) {
        return $v->{password} eq 'right' ? { token => ('t' x 40) . $v->{email} }
            : undef;
    },
    customer => sub ($v, $me) { return $me },
    revokeCustomerToken => sub ($v, $me) { return { result => JSON::XS::true } },
    requestPasswordResetEmail => sub ($v, $me) { return JSON::XS::true },
);


sub origin ($method, $uri, $headers, $body) {
    return rest($method, $uri, $body) if $uri =~ m{^/rest/};

    my $data = $json->decode($body);
    my ($token) = ($headers->{authorization} // '') =~ /^Bearer (.*)$/;
    my $do   = $data->{operationName};
    my $what = $DO{$do}->($data->{variables},
        $token ? $customers{ substr $token, 40 } : undef);

    return answer(200, { data => { $do => $what },
        ($what ? () : (errors => [ { message => 'no' } ])) });
}


sub rest ($method, $uri, $body) {
    my $data = $body ne '' ? $json->decode($body) : {};
    my ($rest) = $uri =~ m{^/rest/default/V1/(.*)$};
    my $say = sub ($value) {
        [ 200, { 'Content-Type' => 'application/json' }, $json->encode($value) ]
    };

    return $say->(new_cart()->{id}) if $rest eq 'guest-carts';
    return $say->(JSON::XS::true) if $rest eq 'customers/isEmailAvailable';

    my ($id, $what) = $rest =~ m{^guest-carts/(\w+)/(.*)$};
    my $cart = $carts{ $id // '' } or return answer(404, { message => 'no' });
    my $line = sub ($of) {
        +{ item_id => 0 + substr($of->{uid}, 1), sku => $of->{sku},
           qty => $of->{quantity}, name => $PRODUCT{ $of->{sku} }{name},
           price => $PRODUCT{ $of->{sku} }{price}, product_type => 'simple',
           quote_id => 1 }
    };

    if ($what eq 'items') {
        return $say->([ map { $line->($_) } @{ $cart->{lines} } ])
            if $method eq 'GET';

        my $item = $data->{cartItem};

        return answer(400, { message => 'no' }) if $item->{qty} > 9;
        add($cart, { sku => $item->{sku}, quantity => $item->{qty} });
        return $say->($line->($cart->{lines}[-1]));
    }

    if ($what =~ m{^items/(\d+)$}) {
        my ($found) = grep { $_->{uid} eq "u$1" } @{ $cart->{lines} };

        if ($method eq 'DELETE') {
            $cart->{lines} = [ grep { $_ != $found } @{ $cart->{lines} } ];
            return $say->(JSON::XS::true);
        }
        $found->{quantity} = $data->{cartItem}{qty};
        return $say->($line->($found));
    }

    return $say->({ totals => {} }) if $what eq 'shipping-information';
    return answer(400, { message => 'declined' }) if $data->{declined};

    return $say->('4711') if $what eq 'payment-information';
    return $say->(JSON::XS::true) if $what eq 'set-payment-information';
    return answer(404, {});
}


my $t = Sp::Preset->new('magento-graphql', \&origin, replay => 1);
my $CART = '{ id email itemsV2 { items { uid quantity product { sku name }'
    . ' prices { price { value currency } } } }'
    . ' prices { subtotal_excluding_tax { value currency } } }';

# Operations by their field: types of the variables, the field's arguments.
my %OP = (
    createEmptyCart => [ 'mutation', '', '', '' ],
    addProductsToCart => [ 'mutation', '($id: String!, $items: [CartItemInput!]!)',
        '(cartId: $id, cartItems: $items)', "{ cart $CART user_errors { code } }" ],
    (map { $_ => [ 'mutation', '($input: Input!)', '(input: $input)',
        "{ cart $CART }" ] } qw(updateCartItems removeItemFromCart)),
    setGuestEmailOnCart => [ 'mutation', '($input: Input!)', '(input: $input)',
        '{ cart { email } }' ],
    cart => [ 'query', '($id: String!)', '(cart_id: $id)', $CART ],
    customerCart => [ 'query', '', '', $CART ],
    mergeCarts => [ 'mutation', '($from: String!, $to: String!)',
        '(source_cart_id: $from, destination_cart_id: $to)', $CART ],
    placeOrder => [ 'mutation', '($input: PlaceOrderInput!)', '(input: $input)',
        '{ orderV2 { number email } errors { code } }' ],
    createCustomerV2 => [ 'mutation', '($input: Input!)', '(input: $input)',
        '{ customer { email } }' ],
    generateCustomerToken => [ 'mutation', '($email: String!, $password: String!)',
        '(email: $email, password: $password)', '{ token }' ],
    customer => [ 'query', '', '', '{ id email firstname }' ],
    revokeCustomerToken => [ 'mutation', '', '', '{ result }' ],
    requestPasswordResetEmail => [ 'mutation', '($email: String!)',
        '(email: $email)', '' ],
);

sub op ($who, $field, %variables) {
    my ($kind, $types, $args, $select) = $OP{$field}->@*;

    return $who->graphql("$kind $field$types { $field$args $select }",
        \%variables, operation => $field)->data->{data}{$field};
}

sub put ($who, $id, $sku, $quantity) {
    return op($who, 'addProductsToCart', id => $id,
        items => [ { sku => $sku, quantity => $quantity } ])
        ->{cart}{itemsV2}{items}[-1]{uid};
}


# Add, change, remove; a refused add; an address typed in pieces.
my $ada = $t->shopper('ada');
my $ada_id = op($ada, 'createEmptyCart');
my $mug = put($ada, $ada_id, 'MUG-1', 2);
$t->cart_is($ada, [ { id => 'MUG-1', key => $mug, name => 'Mug', quantity => 2,
    price => 1400, image => 'https://m.example/MUG-1.jpg' } ], 2800, 'EUR');
my $tray = put($ada, $ada_id, 'TRAY-2', 1);
put($ada, $ada_id, 'TRAY-2', 10);
$t->cart_is($ada, [ { id => 'MUG-1', quantity => 2 },
    { id => 'TRAY-2', quantity => 1 } ], 4050, 'EUR',
    'a refused add is an answer with user_errors');
op($ada, 'updateCartItems', input => { cart_id => $ada_id,
    cart_items => [ { cart_item_uid => $mug, quantity => 5 } ] });
op($ada, 'removeItemFromCart', input => { cart_id => $ada_id,
    cart_item_uid => $tray });
$t->cart_is($ada, [ { id => 'MUG-1', quantity => 5 } ], 7000, 'EUR');
op($ada, 'setGuestEmailOnCart', input => { cart_id => $ada_id, email => 'x' });
$t->nobody($ada, 'ada: a refused address is none');
op($ada, 'placeOrder', input => { cart_id => $ada_id });
$t->not_ordered($ada, 'ada: errors are no order');
op($ada, 'setGuestEmailOnCart', input => { cart_id => $ada_id,
    email => 'ada@example.co' });
op($ada, 'setGuestEmailOnCart', input => { cart_id => $ada_id,
    email => 'ada@example.com' });
$t->shopper_is($ada, 'ada@example.com');
op($ada, 'cart', id => $ada_id);
$t->cart_is($ada, [ { id => 'MUG-1', quantity => 5 } ], 7000, 'EUR');

# An order; its cart that is asked for again is an error.
my $bob = $t->shopper('bob');
my $bob_id = op($bob, 'createEmptyCart');
put($bob, $bob_id, 'MUG-1', 1);
op($bob, 'setGuestEmailOnCart', input => { cart_id => $bob_id,
    email => 'bob@example.com' });
op($bob, 'placeOrder', input => { cart_id => $bob_id });
$t->ordered($bob);
op($bob, 'cart', id => $bob_id);
$t->event_is($bob, 'rejected');
$t->ordered($bob);

# A customer whose guest cart is merged into her own.
my $eve = $t->shopper('eve');
my $guest = op($eve, 'createEmptyCart');
put($eve, $guest, 'TRAY-2', 3);
op($eve, 'createCustomerV2', input => { email => 'eve@example.com',
    firstname => 'Eve', password => 'right' });
$t->event_is($eve, 'sign_up');
op($eve, 'generateCustomerToken', email => 'eve@example.com',
    password => 'wrong');
$t->event_is($eve, 'rejected', 'a refused login');
my $token = op($eve, 'generateCustomerToken', email => 'eve@example.com',
    password => 'right')->{token};
my $server = $t->shopper('eve, by a server', jar => undef);
$server->header(Authorization => "Bearer $token");
my $own = op($server, 'customerCart')->{id};
op($server, 'mergeCarts', from => $guest, to => $own);
$t->cart_is($server, [ { id => 'TRAY-2', quantity => 3 } ], 3750, 'EUR');
$t->shopper_is($server, 'eve@example.com');
$eve->header(Authorization => "Bearer $token");
op($eve, 'customer');
$t->event_is($eve, 'identify');
op($eve, 'revokeCustomerToken');
$t->event_is($eve, 'logout');

# What a stranger says.
my $mal = $t->shopper('mal');
op($mal, 'setGuestEmailOnCart', input => { cart_id => '9' x 32,
    email => 'victim@example.com' });
op($mal, 'requestPasswordResetEmail', email => 'victim@example.com');
$t->nobody($mal);

# REST: a guest; the address is asked for before it is told.
my $fay = $t->shopper('fay');
my $REST = '/rest/default/V1';
my $path = "$REST/guest-carts/"
    . $json->decode($fay->json("$REST/guest-carts", {})->{body});
my $item = $fay->json("$path/items", { cartItem => { sku => 'MUG-1', qty => 1 } })
    ->data->{item_id};
$fay->json("$path/items", { cartItem => { sku => 'MUG-1', qty => 10 } },
    status => 400);
$fay->json("$path/items", { cartItem => { sku => 'TRAY-2', qty => 2 } });
$fay->call('PUT', "$path/items/$item", { cartItem => { qty => 4 } });
$t->cart_is($fay, [ { id => 'MUG-1', quantity => 4, price => 1400,
    name => 'Mug' }, { id => 'TRAY-2', quantity => 2 } ]);
$fay->call('DELETE', "$path/items/$item", undef);
$fay->get("$path/items");
$t->cart_is($fay, [ { id => 'TRAY-2', quantity => 2, price => 1250 } ]);
$fay->json("$REST/customers/isEmailAvailable",
    { customerEmail => 'fay@example.com' });
$fay->json("$path/shipping-information",
    { addressInformation => { shipping_address => { firstname => 'Fay' } } });
$t->shopper_is($fay, 'fay@example.com');
$fay->json("$path/payment-information",
    { email => 'fay@example.com', declined => 1 }, status => 400);
$t->not_ordered($fay);

# ... and one who buys.
my $gus = $t->shopper('gus');
$path = "$REST/guest-carts/"
    . $json->decode($gus->json("$REST/guest-carts", {})->{body});
$gus->json("$path/items", { cartItem => { sku => 'MUG-1', qty => 1 } });
$gus->json("$path/set-payment-information", { email => 'gus@example.com' });
$t->shopper_is($gus, 'gus@example.com');
$gus->json("$path/payment-information", { email => 'gus@example.com' });
$t->ordered($gus);

$t->mailed_are({
    'ada@example.com' => { lines => [ { id => 'MUG-1', name => 'Mug',
        quantity => 5 } ], total => 7000, currency => 'EUR' },
    'eve@example.com' => [ { id => 'TRAY-2', quantity => 3 } ],
    'fay@example.com' => [ { id => 'TRAY-2', quantity => 2 } ],
});
$t->done;
