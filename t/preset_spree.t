#!/usr/bin/perl

# conf/presets/spree.conf, with an origin that answers as Spree's APIs 3 and 2.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::XS;
use Test::More;
use Sp::Preset qw(answer);

my %VARIANT = (
    variant_1 => { name => 'Mug', price => '14.0' },
    variant_2 => { name => 'Tray', price => '12.5' },
);
my $json = JSON::XS->new->utf8;
my (%carts, %customers, $n);


sub new_cart ($customer, $data) {
    my $cart = { id => 'cart_x' . ++$n, token => sprintf('%035d', $n),
        lines => [], email => $data->{email}
            // ($customer ? $customer->{email} : undef) };

    $carts{ $cart->{id} } = $carts{ $cart->{token} } = $cart;
    add($cart, $_) for @{ $data->{items} // [] };
    return $cart;
}


sub add ($cart, $item) {
    my ($line) = grep { $_->{variant} eq $item->{variant_id} } @{ $cart->{lines} };

    return $line->{quantity} += $item->{quantity} if $line;
    push @{ $cart->{lines} }, { id => 'li_' . ++$n,
        variant => $item->{variant_id}, quantity => $item->{quantity} };
}


sub total ($cart) {
    my $total = 0;

    $total += $VARIANT{ $_->{variant} }{price} * $_->{quantity}
        for @{ $cart->{lines} };
    return $total;
}


sub shown ($cart) {
    return {
        id => $cart->{id}, token => $cart->{token}, number => "R$cart->{token}",
        email => $cart->{email}, currency => 'EUR', locale => 'en',
        item_total => '' . total($cart), total => '' . (total($cart) + 5),
        items => [ map { +{ id => $_->{id}, variant_id => $_->{variant},
            quantity => $_->{quantity}, name => $VARIANT{ $_->{variant} }{name},
            options_text => 'Colour: Blue', currency => 'EUR',
            price => $VARIANT{ $_->{variant} }{price},
            thumbnail_url => "https://s.example/$_->{variant}.png",
        } } @{ $cart->{lines} } ],
    };
}


sub shown2 ($cart, $include) {
    my @lines = map { +{ id => substr($_->{id}, 3), type => 'line_item',
        attributes => { name => $VARIANT{ $_->{variant} }{name},
            quantity => $_->{quantity}, options_text => 'Colour: Blue',
            price => $VARIANT{ $_->{variant} }{price}, currency => 'EUR' },
        relationships => { variant => { data => { id => $_->{variant},
            type => 'variant' } } } } } @{ $cart->{lines} };
    my $count = 0;

    $count += $_->{quantity} for @{ $cart->{lines} };

    return { data => { id => '1', type => 'cart', attributes => {
            token => $cart->{token}, number => "R$cart->{token}",
            email => $cart->{email}, currency => 'EUR', item_count => $count,
            item_total => '' . total($cart), total => '' . (total($cart) + 5),
            completed_at => $cart->{done} } },
        ($include ? (included => [ @lines, { id => '7', type => 'variant',
            attributes => { sku => 'X' }, relationships => {
                product => { data => { id => '8' } } } } ]) : ()) };
}


sub by_token ($headers) {
    my ($token) = ($headers->{authorization} // '') =~ /^Bearer (.*)$/;

    return $token ? $customers{ substr $token, 40 } : undef;
}


sub origin ($method, $uri, $headers, $body) {
    my $data = $body =~ /^\{/ ? $json->decode($body) : {};
    my ($path) = $uri =~ /^([^?]*)/;
    my $me = by_token($headers);

    if ($path eq '/spree_oauth/token') {
        return $body =~ /password=right/ && $body =~ /username=([^&]*)/
            ? answer(200, { access_token => ('o' x 40) . ($1 =~ s/%40/\@/r),
                token_type => 'Bearer' })
            : answer(400, { error => 'invalid_grant' });
    }

    return storefront2($method, $path, $uri, $headers, $data, $me)
        if $path =~ s{^/api/v2/storefront}{};
    return store3($method, $path, $headers, $data, $me)
        if $path =~ s{^/api/v3/store}{};
    return answer(404, {});
}


sub store3 ($method, $path, $headers, $data, $me) {
    if ($path eq '/customers') {
        my $user = { id => 'cus_' . ++$n, email => $data->{email},
            first_name => $data->{first_name} };

        return answer(422, { error => {} }) if $customers{ $data->{email} };
        $customers{ $data->{email} } = $user;
        return answer(201, { token => ('s' x 40) . $data->{email},
            user => $user });
    }

    if ($path eq '/auth/login') {
        return answer(401, { error => {} }) if $data->{password} ne 'right';
        return answer(200, { token => ('t' x 40) . $data->{email},
            user => $customers{ $data->{email} } });
    }

    return answer(204, undef) if $path eq '/auth/logout';
    return answer(202, undef) if $path eq '/password_resets';
    return answer($me ? 200 : 401, $me // {}) if $path eq '/customers/me';
    return answer(201, { email => $data->{email} })
        if $path eq '/newsletter_subscribers';
    return answer(201, { id => 'wi_1', variant_id => $data->{variant_id} })
        if $path =~ m{^/wishlists/};
    return answer(201, shown(new_cart($me, $data))) if $path eq '/carts';

    my ($id, $rest) = $path =~ m{^/carts/([^/]+)(.*)$}
        or return answer(404, {});
    my $cart = $carts{$id} or return answer(404, { error => {} });

    return answer(403, { error => {} })
        if ($headers->{'x-spree-token'} // '') ne $cart->{token}
            && !($me && $me->{email} eq ($cart->{email} // ''));

    if ($rest eq '/complete') {
        return answer(422, { error => { code => 'cart_cannot_complete' } })
            if !$cart->{email};
        $cart->{done} = 1;
        return answer(200, { id => 'or_1', number => "R$cart->{token}",
            email => $cart->{email}, completed_at => '2026-11-25' });
    }

    return answer(404, {}) if $cart->{done};

    if ($rest eq '/items') {
        return answer(422, { error => {} }) if $data->{quantity} > 9;
        add($cart, $data);
        return answer(201, shown($cart));
    }

    if ($rest =~ m{^/items/(\w+)$}) {
        $_->{quantity} = $method eq 'DELETE' ? 0 : $data->{quantity}
            for grep { $_->{id} eq $1 } @{ $cart->{lines} };
        $cart->{lines} = [ grep { $_->{quantity} } @{ $cart->{lines} } ];

    } elsif ($method eq 'PATCH') {
        return answer(422, { error => {} })
            if ($data->{email} // '@') !~ /@/;
        $cart->{email} = $data->{email} if $data->{email};

    } elsif ($method eq 'DELETE') {
        delete $carts{$id};
        return answer(204, undef);
    }

    return answer(200, shown($cart));
}


sub storefront2 ($method, $path, $uri, $headers, $data, $me) {
    my $include = $uri =~ /include=line_items/;

    if ($path eq '/account') {
        return answer(401, {}) if !$me;
        return answer(200, { data => { id => '5', type => 'user',
            attributes => { email => $me->{email} } } });
    }

    return answer(201, shown2(new_cart($me, {}), $include))
        if $path eq '/cart' && $method eq 'POST';

    my $cart = $carts{ $headers->{'x-spree-order-token'} // '' }
        or return answer(404, { error => 'not found' });

    if ($path eq '/cart/add_item') {
        return answer(422, { error => 'no' }) if $data->{quantity} > 9;
        add($cart, $data);

    } elsif ($path =~ m{^/cart/remove_line_item/(\d+)$}) {
        $cart->{lines} = [ grep { $_->{id} ne "li_$1" } @{ $cart->{lines} } ];

    } elsif ($path eq '/cart/set_quantity') {
        $_->{quantity} = $data->{quantity}
            for grep { $_->{id} eq "li_$data->{line_item_id}" } @{ $cart->{lines} };

    } elsif ($path eq '/checkout/complete') {
        return answer(422, { error => 'no' }) if !$cart->{email};
        $cart->{done} = '2026-11-25';

    } elsif ($path eq '/checkout') {
        return answer(422, { error => 'no' }) if $data->{order}{email} !~ /@/;
        $cart->{email} = $data->{order}{email};
    }

    return answer(200, shown2($cart, $include));
}


my $t = Sp::Preset->new('spree', \&origin);


# Version 3.  A cart whose token goes with each call.
sub cart3 ($name, %data) {
    my $who  = $t->shopper($name);
    my $cart = $who->json('/api/v3/store/carts', \%data)->data;

    $who->header('X-Spree-Token' => $cart->{token});
    return ($who, "/api/v3/store/carts/$cart->{id}");
}


my ($ada, $path) = cart3('ada');
my $line = $ada->json("$path/items", { variant_id => 'variant_1', quantity => 2 })
    ->data->{items}[0]{id};
$t->cart_is($ada, [ { id => 'variant_1', name => 'Mug', quantity => 2,
    price => 1400, options => 'Colour: Blue',
    image => 'https://s.example/variant_1.png' } ], 2800, 'EUR');
$ada->json("$path/items", { variant_id => 'variant_2', quantity => 10 },
    status => 422);
my $tray = $ada->json("$path/items", { variant_id => 'variant_2',
    quantity => 1 })->data->{items}[1]{id};
$ada->call('PATCH', "$path/items/$line", { quantity => 5 });
$ada->call('DELETE', "$path/items/$tray", undef);
$t->cart_is($ada, [ { id => 'variant_1', quantity => 5 } ], 7000, 'EUR');
$ada->json('/api/v3/store/wishlists/wl_1/items', { variant_id => 'variant_2' });
$t->event_is($ada, 'no_match', 'a wishlist is no cart');
$ada->call('PATCH', $path, { email => 'no address' }, status => 422);
$t->nobody($ada, 'ada: a refused address is none');
$ada->json("$path/complete", {}, status => 422);
$t->not_ordered($ada);
$ada->call('PATCH', $path, { email => 'ada@example.co' });
$ada->call('PATCH', $path, { email => 'ada@example.com' });
$t->shopper_is($ada, 'ada@example.com');

my ($bob, $bobs) = cart3('bob', items => [ { variant_id => 'variant_1',
    quantity => 1 } ], email => 'bob@example.com');
$t->cart_is($bob, [ { id => 'variant_1', quantity => 1 } ], 1400, 'EUR');
$bob->json("$bobs/complete", {}) for 1 .. 2;
$t->ordered($bob);
$bob->get($bobs, status => 404);
$t->ordered($bob, 'bob: what is gone empties or fills nothing');

# A customer, whose storefront server keeps no cookie.
my $eve = $t->shopper('eve', jar => undef);
$eve->json('/api/v3/store/auth/login', { email => 'eve@example.com',
    password => 'wrong' }, status => 401);
my $token = $eve->json('/api/v3/store/customers', { email => 'eve@example.com',
    first_name => 'Eve', password => 'right' })->data->{token};
$eve->header(Authorization => "Bearer $token");
my $cart = $eve->json('/api/v3/store/carts', {})->data;
$eve->json("/api/v3/store/carts/$cart->{id}/items",
    { variant_id => 'variant_2', quantity => 3 });
$t->shopper_is($eve, 'eve@example.com');

my $fay = $t->shopper('fay');
$fay->json('/api/v3/store/auth/login', { email => 'eve@example.com',
    password => 'right' });
$t->event_is($fay, 'login');
$fay->json('/api/v3/store/auth/logout', {});
$t->event_is($fay, 'logout');
$fay->json('/api/v3/store/newsletter_subscribers', { email => 'fay@example.com' });
$t->shopper_is($fay, 'fay@example.com');

# What strangers ask of other people's carts.
my $mal = $t->shopper('mal');
$mal->call('PATCH', $path, { email => 'mal@example.com' }, status => 403);
$mal->call('DELETE', $path, undef, status => 403);
$mal->json("$path/complete", {}, status => 403);
$mal->json('/api/v3/store/password_resets', { email => 'victim@example.com' });
$t->nobody($mal);
$t->cart_is($ada, [ { id => 'variant_1', quantity => 5 } ]);
$t->shopper_is($ada, 'ada@example.com');
$t->not_ordered($ada);

# Version 2, with and without the lines.
my $gus = $t->shopper('gus');
my $V2 = '/api/v2/storefront';
$gus->header('X-Spree-Order-Token' => $gus->json("$V2/cart", {})
    ->data->{data}{attributes}{token});
$gus->json("$V2/cart/add_item?include=line_items,variants",
    { variant_id => 'variant_1', quantity => 2 });
$t->cart_is($gus, [ { id => 'variant_1', name => 'Mug', quantity => 2,
    price => 1400 } ], 2800, 'EUR');
$gus->json("$V2/cart/add_item", { variant_id => 'variant_1', quantity => 1 });
$t->cart_is($gus, [ { id => 'variant_1', quantity => 3 } ], 4200, 'EUR');
$gus->json("$V2/cart/add_item", { variant_id => 'variant_2', quantity => 10 },
    status => 422);
my $first = $gus->get("$V2/cart?include=line_items")->data->{included}[0]{id};
$gus->call('PATCH', "$V2/cart/set_quantity?include=line_items",
    { line_item_id => $first, quantity => 4 });
$t->cart_is($gus, [ { id => 'variant_1', quantity => 4 } ], 5600, 'EUR');
$gus->call('DELETE', "$V2/cart/remove_line_item/$first", undef);
$t->no_cart($gus, 'gus: an empty cart is known without its lines');
$gus->json("$V2/cart/add_item?include=line_items",
    { variant_id => 'variant_2', quantity => 2 });
$gus->call('PATCH', "$V2/checkout", { order => { email => 'x' } },
    status => 422);
$t->nobody($gus);
$gus->call('PATCH', "$V2/checkout", { order => { email => 'gus@example.com' } });
$t->shopper_is($gus, 'gus@example.com');
$t->cart_is($gus, [ { id => 'variant_2', quantity => 2 } ]);

my $hal = $t->shopper('hal');
$hal->header('X-Spree-Order-Token' => $hal->json("$V2/cart", {})
    ->data->{data}{attributes}{token});
$hal->json("$V2/cart/add_item?include=line_items",
    { variant_id => 'variant_2', quantity => 1 });
$hal->call('PATCH', "$V2/checkout/complete", undef, status => 422);
$t->not_ordered($hal);
$hal->call('PATCH', "$V2/checkout", { order => { email => 'hal@example.com' } });
$hal->call('PATCH', "$V2/checkout/complete", undef);
$t->ordered($hal);
$hal->get("$V2/cart?include=line_items");
$t->ordered($hal, 'hal: an ordered cart that is shown again is none');

my $ivy = $t->shopper('ivy');
$ivy->form('/spree_oauth/token', { grant_type => 'password',
    username => 'eve@example.com', password => 'wrong' }, status => 400);
$ivy->form('/spree_oauth/token', { grant_type => 'password',
    username => 'eve@example.com', password => 'right' });
$t->event_is($ivy, 'login');
$ivy->header(Authorization => 'Bearer ' . ('o' x 40) . 'eve@example.com');
$ivy->get("$V2/account");
$t->event_is($ivy, 'identify');

$t->mailed_are({
    'ada@example.com' => { lines => [ { id => 'variant_1', name => 'Mug',
        quantity => 5 } ], total => 7000, currency => 'EUR' },
    'eve@example.com' => [ { id => 'variant_2', quantity => 3 } ],
    'gus@example.com' => [ { id => 'variant_2', quantity => 2 } ],
});
$t->done;
