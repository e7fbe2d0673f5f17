#!/usr/bin/perl

# conf/presets/shopware.conf, with an origin that answers as Shopware 6.6's
# storefront.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Preset qw(answer page redirect);
use Sp::Preset::Pages qw(pages euro);

my %PRODUCT = (
    'a' x 32 => { number => 'SW10001', name => 'Mug & Co', price => 14 },
    'b' x 32 => { number => 'SW10002.1', price => 1250.5,
        name => 'Tray that has a name which is much longer than sixty characters' },
);
my ($mug, $tray) = ('a' x 32, 'b' x 32);
my $orders = 0;


sub escape ($text) { return $text =~ s/&/&amp;/gr =~ s/"/&quot;/gr }


sub line ($line) {
    my $product = $PRODUCT{ $line->{id} };
    my $name = escape($product->{name});
    my $short = length $product->{name} > 60
        ? escape(substr $product->{name}, 0, 60) . '...' : $name;
    my $sum = euro($product->{price} * $line->{qty});

    return <<"HTML" . ($line->{id} =~ /^b/ ? <<"UNIT" : '') . "</div></div>\n</div></div>";
<div class="line-item line-item-product is-offcanvas js-cart-item"><div class="row">
<div class="line-item-info"><div class="line-item-img-container">
<a href="/p/$product->{number}" class="line-item-img-link" title="$name">
<img src="/media/$product->{number}.jpg" srcset="x 1920w" class="img-fluid line-item-img" alt="x">
</a></div><div class="line-item-details">
<div class="line-item-label-descriptor visually-hidden">Product name:</div>
<a href="/p/$product->{number}" class="line-item-label" title="$name">
    $short
</a>
<div class="line-item-ordernumber">
    Product number: $product->{number}
</div></div></div>
<div class="line-item-quantity"><div class="line-item-quantity-label">Quantity</div>
<div class="line-item-quantity-select-wrapper">
<form action="/checkout/line-item/change-quantity/$line->{id}" method="post">
<input type="hidden" name="redirectTo" value="frontend.cart.offcanvas">
<input type="number" name="quantity" class="form-control" min="1" max="99" value="$line->{qty}"></form>
</div></div>
<div class="line-item-unit-price is-shown"><div class="line-item-unit-price-label">
Unit price</div>
@{[ euro($product->{price}) ]}*
</div>
<div class="line-item-total-price line-item-price"><div class="line-item-total-price-label">
Subtotal</div><div class="line-item-total-price-value">
$sum*
HTML
<br /><small class="line-item-reference-price">(2,00&nbsp;&euro;* / 1&nbsp;kg)</small>
UNIT
}


sub beside ($cart) {
    my $total = 0;

    $total += $PRODUCT{ $_->{id} }{price} * $_->{qty} for @$cart;

    return page('<div class="offcanvas-body"><div class="offcanvas-cart">'
        . '<div class="flashbags"><div class="alert alert-info">x</div></div>'
        . (@$cart ? '<div class="offcanvas-cart-items">' . join('', map
            { line($_) } @$cart)
            . '<div class="line-item line-item-promotion is-offcanvas"><div'
            . ' class="line-item-label">10 % off</div></div></div><div'
            . ' class="offcanvas-summary"><dl><dt class="summary-total">Subtotal'
            . '</dt><dd class="col-5 summary-value summary-total"><strong>'
            . euro($total) . '*</strong></dd></dl></div>'
            : '<div class="alert alert-info">Your cart is empty.</div>')
        . '</div></div>');
}


sub own_page ($cart) {
    return page('<body class="is-ctl-checkout"><div class="checkout">'
        . '<div class="alert alert-info">Your cart is empty.</div></div>') if !@$cart;
    return page('<body><div class="checkout"><div class="checkout-main"><div'
        . ' class="checkout-product-table">' . join('', map { line($_) } @$cart)
        . '</div></div><div class="checkout-aside"><dl><dt>Total</dt><dd'
        . ' class="col-5 checkout-aside-summary-value">' . euro(14)
        . '*</dd><dd class="checkout-aside-summary-value">' . euro(4.99)
        . '*</dd></dl></div></div>');
}


sub shop ($r) {
    my ($path, $form, $cart) = ($r->{path}, $r->{form}, $r->{session}{cart});

    if ($path eq '/checkout/line-item/add') {
        my ($id) = map { /^lineItems\[(\w+)\]\[id\]$/ } keys %$form;
        my $qty = $form->{"lineItems[$id][quantity]"};
        my ($line) = grep { $_->{id} eq $id } @$cart;

        # Refused: the same answer, a message in the next page.
        return redirect('/checkout/offcanvas') if $qty > 9;
        push @$cart, $line = { id => $id, qty => 0 } if !$line;
        $line->{qty} += $qty;
        return redirect('/checkout/offcanvas');
    }

    if ($path =~ m{^/checkout/line-item/change-quantity/(\w+)}) {
        $_->{qty} = $form->{quantity} for grep { $_->{id} eq $1 } @$cart;
        return redirect('/checkout/offcanvas');
    }

    if ($path =~ m{^/checkout/line-item/delete/(\w+)}) {
        @$cart = grep { $_->{id} ne $1 } @$cart;
        return redirect('/checkout/cart');
    }

    return page('<h1>Back in a minute</h1>') if $r->{arg}{broken};
    return answer(200, { token => 'x', price => { positionPrice => 14 * @$cart },
        lineItems => [ map { +{ id => $_->{id}, label => $PRODUCT{ $_->{id} }{name},
            quantity => $_->{qty}, payload => { productNumber =>
            $PRODUCT{ $_->{id} }{number} }, price => { unitPrice =>
            $PRODUCT{ $_->{id} }{price} }, cover => { url => '/c.jpg' } } } @$cart ] })
        if $path eq '/checkout/cart.json';
    return beside($cart) if $path eq '/checkout/offcanvas';
    return own_page($cart) if $path =~ m{^/checkout/(?:cart|confirm)$};
    return people($r, $path, $form);
}


sub people ($r, $path, $form) {
    my $good = ($form->{email} // $form->{username} // '') =~ /^(?!taken).*\@/;

    if ($path =~ m{^/account/(?:login|register)$} && $r->{method} eq 'POST') {
        return redirect('/account') if $r->{session}{in};
        return page('<div class="invalid-feedback">x</div>')
            if !$good || ($form->{password} // 'right') ne 'right';
        $r->{renew} = 1;
        $r->{session}{in} = exists $form->{username};
        return redirect('/checkout/confirm');
    }

    if ($path eq '/account/logout') {
        %{ $r->{session} } = (cart => []);
        $r->{renew} = 1;
        return redirect('/account/login');
    }

    return answer(200, [ { type => $good ? 'success' : 'danger',
        alert => '<div>x</div>' } ]) if $path eq '/form/newsletter';

    if ($path eq '/checkout/order') {
        return redirect('/checkout/cart') if !@{ $r->{session}{cart} };
        return page('<form>The terms were not accepted.</form>') if !$form->{tos};
        @{ $r->{session}{cart} } = ();
        my $id = $r->{session}{order} = sprintf '%032x', ++$orders;
        return redirect("https://pay.example/x?$id") if $form->{tos} eq 'card';
        return redirect("/checkout/finish?orderId=$id&paymentFailed=1")
            if $form->{tos} eq 'failed';
        return redirect("/checkout/finish?orderId=$id");
    }

    if ($path eq '/payment/finalize-transaction') {
        my $id = $r->{session}{order};
        return redirect("/checkout/finish?orderId=$id"
            . ($r->{arg}{failed} ? '&changedPayment=0&paymentFailed=1' : ''));
    }

    return page('<h1>Thank you</h1>') if $path eq '/checkout/finish';
    return answer(200, { success => \1 }) if $path =~ m{^/wishlist};
    return page('<h1>A page</h1>');
}


my $t = Sp::Preset->new('shopware', pages('session-', \&shop), replay => 1);


sub visitor ($name) {
    my $who = $t->shopper($name);

    $who->get('/');
    return $who;
}

# The script follows the redirect.
sub add ($who, $id, $qty = 1) {
    $who->multipart('/checkout/line-item/add', [ redirectTo =>
        'frontend.cart.offcanvas', "lineItems[$id][id]" => $id,
        "lineItems[$id][type]" => 'product', "lineItems[$id][quantity]" => $qty,
        'product-name' => 'x' ]);
    return $who->get('/checkout/offcanvas');
}


# Add, change, remove; a refused add; a refused address.
my $ada = visitor('ada');
add($ada, $mug, 2);
$t->cart_is($ada, [ { id => 'SW10001', key => $mug, name => 'Mug & Co',
    quantity => 2, price => 1400, url => '/p/SW10001',
    image => '/media/SW10001.jpg' } ], 2800, 'EUR');
add($ada, $tray);
$t->cart_is($ada, [ { id => 'SW10001' }, { id => 'SW10002.1', price => 125050,
    name => $PRODUCT{$tray}{name} } ], 127850, 'EUR', 'ada: a name that is cut');
add($ada, $mug, 10);
$t->cart_is($ada, [ { id => 'SW10001', quantity => 2 }, { id => 'SW10002.1' } ]);
$ada->form("/checkout/line-item/change-quantity/$mug", { quantity => 5 });
$ada->get('/checkout/offcanvas');
$ada->form("/checkout/line-item/delete/$tray", { redirectTo => 'x' });
$ada->get('/checkout/cart');
$t->cart_is($ada, [ { id => 'SW10001', quantity => 5 } ], 1400, 'EUR',
    'ada: the page of the cart');
$ada->get("/checkout/$_?broken=1") for 'cart', 'offcanvas';
$t->cart_is($ada, [ { id => 'SW10001' } ], undef, undef,
    'ada: another page there is no empty cart');
$ada->form("/wishlist/add/$tray", {});
$t->event_is($ada, 'no_match', 'a wishlist is no cart');
$ada->get('/checkout/register');
$t->event_is($ada, 'begin_checkout');
my %ada = (firstName => 'Ada', lastName => 'L', 'billingAddress[city]' => 'x');
$ada->form('/account/register', { %ada, email => 'taken@example.com' });
$t->nobody($ada, 'ada: a refused address is none');
$ada->form('/account/register', { %ada, email => 'ada@example.com' });
$t->shopper_is($ada, 'ada@example.com');
$t->cart_is($ada, [ { id => 'SW10001', quantity => 5 } ]);
$ada->form('/checkout/order', { tos => '' });
$t->not_ordered($ada, 'ada: what was refused is no order');

# An order; its page again, with a new cart.
my $bob = visitor('bob');
add($bob, $mug);
$bob->form('/account/register', { email => 'bob@example.com' });
my $thanks = $bob->form('/checkout/order', { tos => 'on' })->header('Location');
$t->ordered($bob);
$bob->get($thanks);
$t->ordered($bob);
add($bob, $tray);
$bob->get($thanks);
$t->cart_is($bob, [ { id => 'SW10002.1' } ], undef, undef,
    'bob: his order, looked at again, is no second one');
$bob->form("/checkout/line-item/delete/$tray", {});
$bob->get('/checkout/offcanvas');
$t->no_cart($bob);
$bob->form('/checkout/order', { tos => 'on' });
$t->event_is($bob, 'rejected', 'without a cart there is no order');

# Two orders of long ago, of somebody who is not known yet.
my $ivy = visitor('ivy');
my @old = map { sprintf '/checkout/finish?orderId=%032x', $_ } 11, 12;
$ivy->get($_) for @old;
add($ivy, $mug);
$ivy->get($_) for @old, @old;
$t->cart_is($ivy, [ { id => 'SW10001' } ], undef, undef,
    'ivy: her orders by turns, none of them is a new one');
$ivy->form('/account/login', { username => 'ivy@example.com', password => 'right' });
$ivy->get($_) for @old;
$t->cart_is($ivy, [ { id => 'SW10001' } ], undef, undef, '... nor in another session');

# Paid at a provider's page: one comes back, one does not, for one it fails.
my $cid = visitor('cid');
add($cid, $mug);
$cid->form('/account/register', { email => 'cid@example.com' });
$cid->form('/checkout/order', { tos => 'card' });
$t->pending($cid);
$cid->get('/payment/finalize-transaction?_sw_payment_token=x&failed=1');
$t->not_ordered($cid);
$cid->get('/payment/finalize-transaction?_sw_payment_token=x');
$t->ordered($cid);
my $flo = visitor('flo');
add($flo, $mug);
$flo->get('/checkout/cart.json');
$t->cart_is($flo, [ { id => 'SW10001', key => $mug, price => 1400,
    image => '/c.jpg' } ], 1400, undef, 'flo: as JSON');
$flo->form('/account/register', { email => 'flo@example.com' });
$flo->form('/checkout/order', { tos => 'failed' });
$t->not_ordered($flo, 'flo: it is not paid');
$t->pending($flo);
my $dan = visitor('dan');
add($dan, $mug);
$dan->form('/account/register', { email => 'dan@example.com' });
$dan->form('/checkout/order', { tos => 'card' });
$t->pending($dan);

# Login with a cart: another session; logout; the next one in that browser.
my $eve = visitor('eve');
add($eve, $tray, 3);
$eve->form('/account/login', { username => 'eve@example.com', password => 'wrong' });
$t->nobody($eve);
$eve->form('/account/login', { username => 'eve@example.com', password => 'right' });
$eve->form('/account/login', { username => 'ada@example.com', password => 'x' });
$eve->form('/account/register', { email => 'ada@example.com',
    createCustomerAccount => 1 });
$t->shopper_is($eve, 'eve@example.com', 'eve: is logged in, whatever she types');
$t->cart_is($eve, [ { id => 'SW10002.1', quantity => 3 } ], 375150, 'EUR');
my $fay = visitor('fay');
add($fay, $mug);
$fay->form('/account/register', { email => 'fay@example.com',
    createCustomerAccount => 1 });
$t->event_is($fay, 'sign_up');
$fay->get('/account/logout');
$t->nobody($fay);
add($fay, $tray);
$t->nobody($fay, 'the next one in that browser is nobody');

# The newsletter; an emptied cart.
my $gus = visitor('gus');
$gus->form('/form/newsletter', { option => 'subscribe', email => 'taken@example.com' });
$t->nobody($gus);
$gus->form('/form/newsletter', { option => 'unsubscribe',
    email => 'gus@example.com' });
$t->nobody($gus);
$gus->form('/form/newsletter', { option => 'subscribe',
    email => 'gus@example.com' });
$t->shopper_is($gus, 'gus@example.com');
add($gus, $mug);
$gus->form("/checkout/line-item/delete/$mug", {});
$gus->get('/checkout/cart');
$t->no_cart($gus);

my $mal = $t->shopper('mal');
$mal->jar->set('session-', 'x' x 26);
$mal->form('/account/login', { username => 'eve@example.com', password => 'wrong' });
$mal->form('/account/recover', { 'email[email]' => 'eve@example.com' });
$t->nobody($mal);

$t->mailed_are({
    'ada@example.com' => { lines => [ { id => 'SW10001', name => 'Mug & Co',
        quantity => 5, price => 1400 } ], currency => 'EUR',
        first_name => 'Ada' },
    'eve@example.com' => [ { id => 'SW10002.1', quantity => 3 } ],
    'fay@example.com' => [ { id => 'SW10001', quantity => 1 } ],
    'ivy@example.com' => [ { id => 'SW10001', quantity => 1 } ],
});
$t->done;
