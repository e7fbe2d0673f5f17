#!/usr/bin/perl

# conf/presets/sylius.conf, with an origin that answers as the pages of Sylius
# 1.13 and 2.0: those at /fr_FR are version 1.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::XS;
use Test::More;
use Sp::Preset qw(answer page redirect);
use Sp::Preset::Pages qw(pages euro);

my %VARIANT = (
    'mug-blue' => { name => 'Mug &amp; Co', option => 'Blue', price => 14 },
    'tray' => { name => 'Tray', option => '', price => 1250.5, before => 1400 },
);
my $json = JSON::XS->new->utf8;
my ($n, $orders) = (0, 0);


sub one ($cart) {
    my $rows = join '', map {
        my ($variant, $code) = ($VARIANT{ $_->{id} }, $_->{id});

        "<tr><td class=\"single line\"><div class=\"ui header\"><img"
            . " src=\"/media/$code.jpg\" alt=\"x\" class=\"ui image\"><div"
            . " class=\"content\"><div class=\"sylius-product-name\">$variant->{name}"
            . "</div><span class=\"sub header sylius-product-variant-code\">\n  $code\n"
            . "</span></div></div>" . ($variant->{option} ? '<div class="ui horizontal'
            . ' list sylius-product-options"><div class="item"'
            . " data-sylius-option-name=\"Colour\">$variant->{option}</div></div>" : '')
            . '</td><td class="right aligned">' . ($variant->{before}
            ? '<span class="sylius-regular-unit-price"><span class="old-price">'
            . euro($variant->{before}) . '</span></span>' : '')
            . '<span class="sylius-unit-price">' . euro($variant->{price})
            . '</span></td><td><span class="sylius-quantity ui form"><input'
            . " type=\"number\" name=\"sylius_cart[items][0][quantity]\""
            . " value=\"$_->{qty}\"></span></td><td><form"
            . " action=\"/fr_FR/cart/$_->{key}/remove\" method=\"post\"><input"
            . ' type="hidden" name="_method" value="DELETE"></form></td>'
            . '<td class="right aligned"><span class="sylius-total">'
            . euro($variant->{price} * $_->{qty}) . '</span></td></tr>'
    } @$cart;

    return page('<div class="ui info message">Your cart is empty</div>') if !@$cart;
    return page('<div class="ui segment"><form name="sylius_cart"><table'
        . ' id="sylius-cart-items" class="ui table"><thead><tr><th>Item</th></tr>'
        . "</thead><tbody>$rows</tbody></table></form></div><table><tr><td>Total:</td>"
        . '<td id="sylius-cart-grand-total">' . euro(total($cart))
        . '</td></tr></table>');
}


sub two ($cart) {
    my $i = -1;
    my $rows = join '', map {
        my ($variant, $code) = ($VARIANT{ $_->{id} }, $_->{id});

        $i++;
        "<tr><td><button type=\"button\" data-live-index-param=\"$i\"><svg></svg>"
            . '</button></td><td><div class="d-flex"><div><img class="w-100"'
            . " src=\"/media/$code.jpg\" alt=\"x\" /></div><div><div class=\"h6\">"
            . "<a class=\"link-reset text-break\" href=\"/en_US/products/$code\">\n"
            . " $variant->{name}\n</a></div><small class=\"text-body-tertiary\">$code"
            . '</small>' . ($variant->{option} ? '<div><small'
            . " class=\"text-body-tertiary\">Colour: <span>$variant->{option}</span>"
            . '</small></div>' : '') . '</div></div></td><td class="text-end">'
            . ($variant->{before} ? '<span class="text-decoration-line-through">'
            . euro($variant->{before}) . '</span> ' : '') . '<span>'
            . euro($variant->{price}) . '</span></td><td><input type="number"'
            . " name=\"sylius_shop_cart[items][$i][quantity]\" value=\"$_->{qty}\">"
            . '</td><td><span>' . euro($variant->{price} * $_->{qty})
            . '</span></td></tr>'
    } @$cart;

    return page('<div data-controller="live" data-live-name-value='
        . '"sylius_shop:cart:form" data-live-props-value="{&quot;a&quot;:1}">'
        . (@$cart ? '<form name="sylius_shop_cart"><table class="table"><thead><tr>'
            . "<th></th><th>Item</th></tr></thead><tbody>$rows</tbody></table>"
            . '<div class="hstack gap-2 mb-2"><div>Items total:</div><div'
            . ' class="ms-auto text-end">' . euro(total($cart)) . '</div></div><div'
            . ' class="hstack"><div>Order total:</div><div class="ms-auto text-end">'
            . euro(total($cart) + 5) . '</div></div></form>'
            : '<div class="alert alert-info">Your cart is empty</div>') . '</div>');
}


sub total ($cart) {
    my $total = 0;

    $total += $VARIANT{ $_->{id} }{price} * $_->{qty} for @$cart;
    return $total;
}


sub put ($cart, $id, $qty) {
    my ($line) = grep { $_->{id} eq $id } @$cart;

    push @$cart, $line = { id => $id, qty => 0, key => ++$n } if !$line;
    $line->{qty} += $qty;
    return;
}


sub shop ($r) {
    my ($form, $cart) = ($r->{form}, $r->{session}{cart});
    my ($locale, $path) = $r->{path} =~ m{^(/\w\w_\w\w)?(/.*)$};
    my $old = ($locale // '') eq '/fr_FR';
    my $data = $form->{data} ? $json->decode($form->{data}) : {};

    if ($path eq '/ajax/cart/add') {
        my $qty = $form->{'sylius_add_to_cart[cartItem][quantity]'};

        return answer(400, { errors => { errors => [ 'not enough' ] } }) if $qty > 9;
        put($cart, $r->{arg}{productId} == 1 ? 'mug-blue' : 'tray', $qty);
        return answer(201, { order => { id => 1 } });
    }

    if ($path eq '/_components/sylius_shop:product:add_to_cart_form/addToCart') {
        my $qty = $data->{updated}{'sylius_shop_add_to_cart.cartItem.quantity'};

        return page('<div data-live-name-value="sylius_shop:product:'
            . 'add_to_cart_form">not enough</div>') if $qty > 9;
        put($cart, $data->{props}{code}, $qty);
        return [ 204, { Location => '/en_US/cart/', 'X-Live-Redirect' => 1 }, '' ];
    }

    if ($path =~ m{^/_components/sylius_shop:cart:form(?:/(\w+))?$}) {
        my $what = $1 // '';

        splice @$cart, $data->{args}{index}, 1 if $what eq 'removeItem';
        @$cart = () if $what eq 'clearCart';

        for (keys %{ $data->{updated} // {} }) {
            next if !/items\.(\d+)\.quantity/;
            return [ 422, {}, two([ { id => 'tray', qty => 77 } ])->[2] ]
                if $data->{updated}{$_} > 9;
            $cart->[$1]{qty} = $data->{updated}{$_};
        }
        return two($cart);
    }

    if ($path =~ m{^/cart/?$}) {
        return $old ? one($cart) : two($cart) if $r->{method} eq 'GET';
        $_->[0]{qty} = $_->[1] for map { [ $cart->[$_],
            $form->{"sylius_cart[items][$_][quantity]"} ] } 0 .. $#$cart;
        return redirect("$locale/cart/");
    }

    if ($path =~ m{^/cart/(\d+)/remove$}) {
        @$cart = grep { $_->{key} != $1 } @$cart;
        return redirect("$locale/cart/");
    }

    return people($r, $locale, $path, $form);
}


sub people ($r, $locale, $path, $form) {
    my ($email) = grep { defined } map { $form->{$_} } grep { /email|username/ }
        sort keys %$form;
    my $good = ($email // '') =~ /^(?!taken).*\@/;
    my $right = ($form->{_password} // '') eq 'right';

    if ($path eq '/checkout/address' && $r->{method} eq 'POST') {
        return [ 422, {}, '<form>x</form>' ] if !$good;
        return redirect("$locale/checkout/select-shipping");
    }

    return page('<div data-live-name-value="sylius_shop:checkout:address:form">')
        if $path eq '/_components/sylius_shop:checkout:address:form';

    if ($path =~ m{^/(json-)?login-check$}) {
        $r->{renew} = $right;
        return $right ? answer(200, { success => \1, username => $email })
            : answer(401, { success => \0 }) if $1;
        return redirect($right ? "$locale/" : $r->{form}{_failure_path}
            // "$locale/login");
    }

    if ($path eq '/register') {
        return [ 422, {}, '<form>x</form>' ] if !$good;
        return redirect("$locale/account/dashboard");
    }

    if ($path eq '/logout') {
        %{ $r->{session} } = (cart => []);
        $r->{renew} = 1;
        return redirect("$locale/");
    }

    if ($path eq '/checkout/complete') {
        return redirect("$locale/cart/") if !@{ $r->{session}{cart} };
        return [ 422, {}, 'no' ] if $form->{bad};
        @{ $r->{session}{cart} } = ();
        $r->{session}{thanks} = 1;
        return redirect("$locale/order/token" . ++$orders . '/pay');
    }

    return redirect("$locale/") if $path eq '/order/thank-you'
        && !delete $r->{session}{thanks};
    return page('<h1>A page</h1>');
}


my $t = Sp::Preset->new('sylius', pages('PHPSESSID', \&shop), replay => 1);


sub visitor ($name) {
    my $who = $t->shopper($name);

    $who->get('/en_US/');
    return $who;
}

sub live ($who, $component, $data, %o) {
    return $who->multipart("/en_US/_components/sylius_shop:$component",
        [ data => $json->encode($data) ], %o);
}

# The script goes where it is told to.
sub add ($who, $code, $qty = 1) {
    my $answer = live($who, 'product:add_to_cart_form/addToCart', {
        props => { code => $code }, args => {},
        updated => { 'sylius_shop_add_to_cart.cartItem.quantity' => $qty } });

    $who->get($answer->header('Location')) if $answer->header('Location');
    return;
}


# Version 2: add, change, remove; a refused add and a refused change.
my $ada = visitor('ada');
add($ada, 'mug-blue', 2);
$t->cart_is($ada, [ { id => 'mug-blue', name => 'Mug & Co', quantity => 2,
    options => 'Colour: Blue', price => 1400, url => '/en_US/products/mug-blue',
    image => '/media/mug-blue.jpg' } ], 2800, 'EUR');
add($ada, 'tray');
add($ada, 'tray', 10);
$t->cart_is($ada, [ { id => 'mug-blue', quantity => 2 },
    { id => 'tray', quantity => 1, price => 125050 } ], 127850, 'EUR',
    'ada: a price before is not the price');
live($ada, 'cart:form', { props => {},
    updated => { 'sylius_shop_cart.items.0.quantity' => 5 } });
$t->cart_is($ada, [ { id => 'mug-blue', quantity => 5 }, { id => 'tray' } ],
    132050, 'EUR');
live($ada, 'cart:form', { props => {},
    updated => { 'sylius_shop_cart.items.0.quantity' => 77 } }, status => 422);
live($ada, 'cart:form/removeItem', { props => {}, args => { index => 1 } });
$t->cart_is($ada, [ { id => 'mug-blue', quantity => 5 } ], 7000, 'EUR');
$ada->json('/en_US/wishlist/add', { variant => 'tray' });
$t->event_is($ada, 'no_match', 'a wishlist is no cart');

# The address in pieces, refused, and as a form.
$ada->get('/en_US/checkout/address');
$t->event_is($ada, 'begin_checkout');
live($ada, 'checkout:address:form', { props => {}, updated =>
    { "sylius_shop_checkout_address.customer.email" => $_ } })
    for 'ada', 'ada@example.co';
$t->shopper_is($ada, 'ada@example.co', 'ada: as far as it was typed');
my %put = (_method => 'PUT',
    'sylius_shop_checkout_address[billingAddress][firstName]' => 'Ada');
$ada->form('/en_US/checkout/address', { %put,
    'sylius_shop_checkout_address[customer][email]' => 'taken@example.com' }, status => 422);
$ada->form('/en_US/checkout/address', { %put,
    'sylius_shop_checkout_address[customer][email]' => 'ada@example.com' });
$t->shopper_is($ada, 'ada@example.com', 'ada: the newest address counts');
$ada->form('/en_US/checkout/complete', { _method => 'PUT', bad => 1 },
    status => 422);
$t->not_ordered($ada);

# Version 1.
my $eve = visitor('eve');
my $add = '/fr_FR/ajax/cart/add?productId=';
$eve->form($add . 2, { 'sylius_add_to_cart[cartItem][quantity]' => 3 });
$eve->form($add . 1, { 'sylius_add_to_cart[cartItem][quantity]' => 1 });
$eve->form($add . 1, { 'sylius_add_to_cart[cartItem][quantity]' => 10 },
    status => 400);
my ($remove) = $eve->get('/fr_FR/cart/')->{body} =~ m{.*action="([^"]+)}s;
$t->cart_is($eve, [ { id => 'tray', quantity => 3, price => 125050 },
    { id => 'mug-blue', name => 'Mug & Co', options => 'Blue', quantity => 1,
      image => '/media/mug-blue.jpg' } ], 376550, 'EUR');
$eve->form('/fr_FR/cart/', { _method => 'PATCH',
    'sylius_cart[items][0][quantity]' => 2,
    'sylius_cart[items][1][quantity]' => 1 });
$eve->form($remove, { _method => 'DELETE' });
$eve->get('/fr_FR/cart/');
$t->cart_is($eve, [ { id => 'tray', quantity => 2 } ], 250100, 'EUR');
my %login = (_username => 'eve@example.com', _password => 'wrong');
$eve->form('/fr_FR/login-check', \%login);
$eve->form('/fr_FR/json-login-check', \%login, status => 401);
$t->nobody($eve, 'eve: a refused login is a redirect, too');
$eve->form('/fr_FR/login-check', { %login, _password => 'right' });
$t->shopper_is($eve, 'eve@example.com');
$t->cart_is($eve, [ { id => 'tray', quantity => 2 } ]);

# An order; its pages after it, and again.
my $bob = visitor('bob');
add($bob, 'mug-blue');
$bob->form('/en_US/json-login-check', { _username => 'bob@example.com',
    _password => 'right' });
$t->shopper_is($bob, 'bob@example.com');
$bob->form('/en_US/checkout/complete', { _method => 'PUT' });
$t->ordered($bob);
$bob->get('/en_US/order/thank-you');
add($bob, 'tray');
$bob->get('/en_US/order/thank-you');
$t->cart_is($bob, [ { id => 'tray' } ], undef, undef,
    'bob: the page that thanks is no order');
live($bob, 'cart:form/clearCart', { props => {} });
$t->no_cart($bob);
$bob->form('/en_US/checkout/complete', { _method => 'PUT' });
$t->event_is($bob, 'rejected', 'without a cart there is no order');

# Registered; logout; the next one in that browser; an empty cart of version 1.
my $fay = visitor('fay');
add($fay, 'mug-blue');
my $email = 'sylius_shop_customer_registration[email]';
$fay->form('/en_US/register', { $email => 'taken@example.com' }, status => 422);
$t->nobody($fay);
$fay->form('/en_US/register', { $email => 'fay@example.com' });
$t->shopper_is($fay, 'fay@example.com');
$fay->get('/en_US/logout');
$t->nobody($fay);
add($fay, 'tray');
$t->nobody($fay, 'the next one in that browser is nobody');
my $gus = visitor('gus');
$gus->form($add . 1, { 'sylius_add_to_cart[cartItem][quantity]' => 1 });
($remove) = $gus->get('/fr_FR/cart/')->{body} =~ m{action="([^"]+)};
$gus->form($remove, { _method => 'DELETE' });
$gus->get('/fr_FR/cart/');
$t->no_cart($gus);
my $mal = $t->shopper('mal');
$mal->jar->set('PHPSESSID', 'x' x 26);
$mal->form('/en_US/login-check', \%login);
$mal->form('/en_US/login-check', { %login, _failure_path => '/en_US/' });
$mal->form('/en_US/forgotten-password', { email => 'eve@example.com' });
$t->nobody($mal);

$t->mailed_are({
    'ada@example.com' => { lines => [ { id => 'mug-blue', name => 'Mug & Co',
        quantity => 5, price => 1400 } ], total => 7000, currency => 'EUR',
        first_name => 'Ada' },
    'eve@example.com' => [ { id => 'tray', quantity => 2 } ],
    'fay@example.com' => [ { id => 'mug-blue', quantity => 1 } ],
});
$t->done;
