#!/usr/bin/perl

# conf/presets/nopcommerce.conf, with an origin that answers as nopCommerce 4.60.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Preset qw(answer page redirect);
use Sp::Preset::Pages qw(pages);

my %PRODUCT = (
    1 => { slug => 'mug-co', name => 'Mug &amp; Co', price => 14 },
    2 => { slug => 'tray', name => 'Tray', price => 1250.5 },
);
my ($n, $orders) = (0, 100);


sub usd ($amount) {
    my $text = sprintf '%.2f', $amount;

    1 while $text =~ s/^(\d+)(\d{3})/$1,$2/;
    return "\$$text";
}


sub total ($cart) {
    my $total = 0;

    $total += $PRODUCT{ $_->{product} }{price} * $_->{qty} for @$cart;
    return usd($total);
}


# At most two products, the newest first.
sub small_cart ($cart) {
    my @shown = reverse @$cart;

    $#shown = 1 if @shown > 2;

    my $items = join '', map {
        my $product = $PRODUCT{ $_->{product} };

        "<div class=\"item first\"><div class=\"picture\"><a href=\"/$product->{slug}\">"
            . "<img alt=\"x\" src=\"/images/$product->{slug}_70.jpeg\"></a></div><div"
            . " class=\"product\"><div class=\"name\"><a href=\"/$product->{slug}\">"
            . "$product->{name}</a></div>" . ($_->{text} ? '<div class="attributes">'
            . "$_->{text}</div>" : '') . '<div class="price">Unit price: <span>'
            . usd($product->{price}) . '</span></div><div class="quantity">Quantity:'
            . " <span>$_->{qty}</span></div></div></div>"
    } @shown;

    return '<div id="flyout-cart" class="flyout-cart"><div class="mini-shopping-cart">'
        . '<div class="count">There are items in your cart.</div><div class="items">'
        . "$items</div><div class=\"totals\">Sub-Total: <strong>" . total($cart)
        . '</strong></div></div></div>';
}


sub cart_page ($cart) {
    my $rows = join '', map {
        my $product = $PRODUCT{ $_->{product} };

        "<tr><td class=\"sku\"><span class=\"sku-number\">SKU_$_->{product}</span></td>"
            . "<td class=\"product-picture\"><a href=\"/$product->{slug}\"><img"
            . " alt=\"x\" src=\"/images/$product->{slug}_80.jpeg\"></a></td><td"
            . " class=\"product\"><a href=\"/$product->{slug}\" class=\"product-name\">"
            . "$product->{name}</a>" . ($_->{text} ? '<div class="attributes">'
            . "$_->{text}</div>" : '') . '<div class="edit-item"><a'
            . " href=\"/$product->{slug}?updatecartitemid=$_->{id}\">Edit</a></div>"
            . '</td><td class="unit-price"><label class="td-title">Price:</label>'
            . '<span class="product-unit-price">' . usd($product->{price})
            . '</span></td><td class="quantity"><label>Qty:</label>'
            . ($_->{product} == 2 ? "<select name=\"itemquantity$_->{id}\""
            . ' class="qty-dropdown"><option value="1">1</option><option'
            . " selected=\"selected\" value=\"$_->{qty}\">$_->{qty}</option></select>"
            : "<input name=\"itemquantity$_->{id}\" type=\"text\" value=\"$_->{qty}\""
            . ' class="qty-input">') . '</td><td class="subtotal"><span'
            . ' class="product-subtotal">' . usd($product->{price} * $_->{qty})
            . '</span></td><td class="remove-from-cart"><input type="checkbox"'
            . " name=\"removefromcart\" id=\"removefromcart$_->{id}\""
            . " value=\"$_->{id}\"></td></tr>"
    } @$cart;

    return page('<div class="page shopping-cart-page"><div'
        . ' class="order-summary-content">' . (@$cart ? '<form><table class="cart">'
        . '<colgroup><col width="1"></colgroup><thead><tr><th class="sku">SKU</th>'
        . "</tr></thead><tbody>$rows</tbody></table><table class=\"cart-total\"><tr"
        . ' class="order-subtotal"><td class="cart-total-left"><label>Sub-Total:'
        . '</label></td><td class="cart-total-right"><span class="value-summary">'
        . total($cart) . '</span></td></tr></table></form>'
        : '<div class="no-data">Your Shopping Cart is empty!</div>') . '</div></div>');
}


sub shop ($r) {
    my ($path, $form, $session) = ($r->{path}, $r->{form}, $r->{session});
    my $cart = $session->{cart};

    if ($path =~ m{^/addproducttocart/(catalog|details)/(\d+)/(\d)(?:/(\d+))?$}) {
        my $qty = $4 // $form->{"addtocart_$2.EnteredQuantity"} // 1;
        my $text = $form->{product_attribute_5} // '';

        return answer(200, { success => \1, message => 'In the wishlist' }) if $3 == 2;
        return answer(200, { redirect => "/$PRODUCT{$2}{slug}" }) if $qty == 0;
        return answer(200, { success => \0, message => [ 'The maximum is 9' ] })
            if $qty > 9;

        my ($line) = grep { $_->{product} == $2 && $_->{text} eq $text } @$cart;

        push @$cart, $line = { product => $2, qty => 0, id => ++$n,
            text => $text } if !$line;
        $line->{qty} += $qty;
        return answer(200, { success => \1, message => 'In the cart',
            updatetopcartsectionhtml => '(1)',
            updateflyoutcartsectionhtml => $session->{none} ? ''
                : small_cart($cart) });
    }

    return page('<h1>Back in a minute</h1>') if $r->{arg}{broken};

    if ($path eq '/cart') {
        for my $name (grep { /^itemquantity/ } keys %$form) {
            $_->{qty} = $form->{$name}
                for grep { $name eq "itemquantity$_->{id}" } @$cart;
        }
        @$cart = grep { $_->{qty} && $_->{id} ne ($form->{removefromcart} // '') }
            @$cart;
        return cart_page($cart);
    }

    return checkout($r, $1, $form) if $path =~ m{^/checkout/(.+)$};
    return people($r, $path, $form);
}


sub checkout ($r, $step, $form) {
    my $session = $r->{session};

    if ($step eq 'OpcSaveBilling' || $step eq 'billingaddress') {
        my $good = ($form->{'BillingNewAddress.Email'} // '') =~ /^(?!taken).*\@/;

        return redirect('/cart') if !$session->{cart}->@*;
        return $good ? redirect('/checkout/shippingaddress') : page('<form>x</form>')
            if $step eq 'billingaddress';
        return answer(200, { update_section => { name => 'billing', html => 'x' },
            goto_section => 'billing', wrong_billing_address => \1 }) if !$good;
        return answer(200, { update_section => { name => 'shipping', html => 'x' },
            goto_section => 'shipping' });
    }

    if ($step =~ /^(OpcConfirmOrder|confirm)$/) {
        return $step eq 'confirm' ? redirect('/cart') : answer(200,
            { error => 1, message => 'Your cart is empty' })
            if !$session->{cart}->@*;
        $session->{cart} = [];
        $session->{own}{ ++$orders } = 1;
        return redirect($session->{provider} ? 'https://pay.example/'
            : "/checkout/completed/$orders") if $step eq 'confirm';
        return answer(200, $session->{provider} ? { redirect =>
            'https://shop.example/checkout/OpcCompleteRedirectionPayment' }
            : { success => 1 });
    }

    return $session->{own}{$1} ? page('<h1>Thank you</h1>') : redirect('/')
        if $step =~ m{^completed/(\d+)};
    return page('<h1>A step</h1>');
}


sub people ($r, $path, $form) {
    if ($path eq '/login') {
        return redirect('/multi-factor-verification')
            if $form->{Password} eq 'second';
        return page('<div class="message-error">x</div>')
            if $form->{Password} ne 'right';
        $r->{renew} = 1;
        return redirect('/');
    }

    return redirect('/registerresult/4') if $path eq '/register'
        && $r->{session}{closed};
    return $form->{Email} =~ /^(?!taken).*\@/ ? redirect('/registerresult/1')
        : page('<form>x</form>') if $path eq '/register';
    return answer(200, { Success => $form->{email} =~ /^(?!taken).*\@/ ? \1 : \0,
        Result => 'x' }) if $path eq '/subscribenewsletter';

    if ($path eq '/logout') {
        %{ $r->{session} } = (cart => []);
        $r->{renew} = 1;
        return redirect('/');
    }

    $r->{session}{own}{$1} = 1 if $path =~ m{^/test/(\d+)$};
    $r->{session}{$1} = 1 if $path =~ m{^/test/([a-z]\w*)};
    return page('<h1>A page</h1>');
}


my $t = Sp::Preset->new('nopcommerce', pages('.Nop.Customer', \&shop,
    id => sub ($id) { sprintf 'd664d529-d14a-44b1-86b3-%012d', $id }),
    server => 'sitepreserver_currency USD;');


sub visitor ($name, $what = '') {
    my $who = $t->shopper($name);

    $who->get("/test/$what");
    return $who;
}

sub details ($who, $product, $qty, %more) {
    return $who->form("/addproducttocart/details/$product/1",
        { "addtocart_$product.EnteredQuantity" => $qty, %more });
}


# Add, change, remove; refused adds, and the wishlist.
my $ada = visitor('ada');
$ada->form('/addproducttocart/catalog/1/1/2', {});
$t->cart_is($ada, [ { id => 'mug-co', name => 'Mug & Co', quantity => 2,
    price => 1400, url => '/mug-co', image => '/images/mug-co_70.jpeg' } ],
    2800, 'USD');
details($ada, 2, 3, product_attribute_5 => 'Size: S');
$ada->form('/addproducttocart/catalog/2/1/10', {});
$t->event_is($ada, 'rejected', 'a refused add');
$ada->form('/addproducttocart/catalog/2/1/0', {});
$t->event_is($ada, 'rejected', 'to the page of the product');
$ada->form('/addproducttocart/catalog/2/2/1', {});
$t->event_is($ada, 'no_match', 'a wishlist is no cart');
$t->cart_is($ada, [ { id => 'tray', quantity => 3, options => '' },
    { id => 'mug-co', quantity => 2 } ], 377950, 'USD', 'ada: the small cart');
details($ada, 2, 1, product_attribute_5 => 'Size: L');
$ada->get('/cart');
$t->cart_is($ada, [ { id => 'mug-co', key => 1, sku => 'SKU_1', quantity => 2,
    image => '/images/mug-co_80.jpeg' }, { id => 'tray', key => 2, quantity => 3,
    options => '', price => 125050 }, { id => 'tray', key => 3,
    quantity => 1, options => '' } ], 503000, 'USD',
    'ada: the page has what the small cart leaves out');
$ada->multipart('/cart', [ itemquantity1 => 5, itemquantity2 => 3,
    itemquantity3 => 1, removefromcart => 2, updatecart => 'x' ]);
$t->cart_is($ada, [ { id => 'mug-co', quantity => 5 }, { id => 'tray', key => 3,
    quantity => 1 } ], 132050, 'USD');

$ada->get('/cart?broken=1');
$t->cart_is($ada, [ { id => 'mug-co' }, { id => 'tray' } ], undef, undef,
    'ada: another page there is no empty cart');

# The address, on one page.
$ada->get('/onepagecheckout');
$t->event_is($ada, 'begin_checkout');
my %new = ('BillingNewAddress.FirstName' => 'Ada', billing_address_id => '');
$ada->form('/checkout/OpcSaveBilling', { %new,
    'BillingNewAddress.Email' => 'taken@example.com' });
$t->nobody($ada, 'ada: a refused address is none');
$ada->form('/checkout/OpcSaveBilling', { %new,
    'BillingNewAddress.Email' => $_ }) for 'ada@example.co', 'ada@example.com';
$t->shopper_is($ada, 'ada@example.com', 'ada: the newest address counts');

# An order, its page, and that again; another one's.
my $bob = visitor('bob');
details($bob, 1, 1);
$bob->form('/checkout/billingaddress', { %new, nextstep => 'x',
    'BillingNewAddress.Email' => 'taken@example.com' });
$t->nobody($bob);
$bob->form('/checkout/billingaddress', { %new, nextstep => 'x',
    'BillingNewAddress.Email' => 'bob@example.com' });
$t->shopper_is($bob, 'bob@example.com');
$bob->form('/checkout/confirm', { nextstep => 'x' });
$t->ordered($bob);
$bob->get('/checkout/completed/101');
details($bob, 2, 1);
$bob->get('/checkout/completed/101');
$t->cart_is($bob, [ { id => 'tray' } ], undef, undef,
    'bob: his order, looked at again, is no second one');
$ada->get('/checkout/completed/101');
$t->not_ordered($ada, "ada: another one's order is none");
$bob->multipart('/cart', [ itemquantity5 => 0, updatecart => 'x' ]);
$t->no_cart($bob);
$bob->form("/checkout/$_", {}), $t->event_is($bob, 'rejected',
    "without a cart there is no order: $_") for 'OpcConfirmOrder', 'confirm';

# Two orders of long ago, of somebody who is not known yet.
my $ivy = visitor('ivy', 11);
$ivy->get('/test/12');
$ivy->get("/checkout/completed/$_") for 11, 12;
details($ivy, 1, 1);
$ivy->get("/checkout/completed/$_") for 11, 12, 11, 12;
$t->cart_is($ivy, [ { id => 'mug-co' } ], undef, undef,
    'ivy: her orders by turns, none of them is a new one');
$ivy->form('/login', { Email => 'ivy@example.com', Password => 'right' });
$ivy->get("/checkout/completed/$_") for 11, 12;
$t->cart_is($ivy, [ { id => 'mug-co' } ], undef, undef, '... nor in another session');

# On one page; and paid at a provider's page: one comes back, one does not.
my $hal = visitor('hal');
details($hal, 1, 1);
$hal->form('/checkout/OpcSaveBilling', { 'BillingNewAddress.Email' =>
    'hal@example.com' });
$hal->form('/checkout/OpcConfirmOrder', {});
$t->ordered($hal);
my $ian = visitor('ian', 'provider');
details($ian, 1, 1);
$ian->form('/checkout/billingaddress', { 'BillingNewAddress.Email' =>
    'ian@example.com' });
$ian->form('/checkout/confirm', { nextstep => 'x' });
$t->pending($ian);
my ($cid, $dan) = map {
    my $who = visitor($_, 'provider');

    details($who, 1, 1);
    $who->form('/checkout/OpcSaveBilling', { 'BillingNewAddress.Email' =>
        "$_\@example.com" });
    $who->form('/checkout/OpcConfirmOrder', {});
    $t->pending($who);
    $who;
} qw(cid dan);
$cid->get('/checkout/completed/104');
$t->ordered($cid);

# Login with a cart, in a shop without a small one; logout.
my $eve = visitor('eve', 'none');
details($eve, 2, 3);
$t->cart_is($eve, [ { id => 2, quantity => 3 } ]);
$eve->get('/cart');
$t->cart_is($eve, [ { id => 'tray', quantity => 3 } ], 375150, 'USD');
$eve->form('/login', { Email => 'eve@example.com', Password => 'wrong' });
$eve->form('/login', { Email => 'eve@example.com', Password => 'second' });
$t->nobody($eve, 'eve: a second factor is missing');
$eve->form('/login', { Email => 'eve@example.com', Password => 'right' });
$t->shopper_is($eve, 'eve@example.com');
$t->cart_is($eve, [ { id => 'tray', quantity => 3 } ]);
my $fay = visitor('fay');
details($fay, 1, 1);
$fay->form('/register', { Email => 'taken@example.com' });
$fay->form('/register', { Email => 'fay@example.com', FirstName => 'Fay' });
$t->shopper_is($fay, 'fay@example.com');
$fay->get('/logout');
$t->nobody($fay);
details($fay, 2, 1);
$t->nobody($fay, 'the next one in that browser is nobody');

# The newsletter; an emptied cart.
my $gus = visitor('gus');
$gus->form('/subscribenewsletter', { email => 'taken@example.com',
    subscribe => 'true' });
$t->nobody($gus);
$gus->form('/subscribenewsletter', { email => 'gus@example.com',
    subscribe => 'true' });
$t->shopper_is($gus, 'gus@example.com');
details($gus, 1, 1);
my ($line) = $gus->get('/cart')->{body} =~ /id="removefromcart(\d+)"/;
$gus->multipart('/cart', [ removefromcart => $line, updatecart => 'x' ]);
$t->no_cart($gus);
my $mal = $t->shopper('mal');
$mal->jar->set('.Nop.Customer', 'x' x 36);
$mal->form('/login', { Email => 'eve@example.com', Password => 'wrong' });
$mal->form('/passwordrecovery', { Email => 'eve@example.com' });
$mal->form('/checkout/billingaddress', { 'BillingNewAddress.Email' =>
    'eve@example.com' });
$mal->get('/test/closed');
$mal->form('/register', { Email => 'eve@example.com' });
$t->nobody($mal, 'mal: where nobody may register');

$t->mailed_are({
    'ada@example.com' => { lines => [ { id => 'mug-co', name => 'Mug & Co',
        quantity => 5, price => 1400 }, { id => 'tray' } ], total => 132050,
        currency => 'USD', first_name => 'Ada' },
    'eve@example.com' => [ { id => 'tray', quantity => 3 } ],
    'fay@example.com' => [ { id => 'mug-co', quantity => 1 } ],
    'ivy@example.com' => [ { id => 'mug-co', quantity => 1 } ],
});
# The same, where customers write nothing of their own: what was chosen.
$t->chosen(sub ($u) {
    my $ida = $u->shopper('ida');

    $ida->get('/test/');
    details($ida, 2, 1, product_attribute_5 => 'Size: S');
    details($ida, 1, 1);
    $u->cart_is($ida, [ { id => 'mug-co', options => '' }, { id => 'tray',
        name => 'Tray', options => 'Size: S' } ], 126450, 'USD',
        'ida: the small cart');
    $ida->get('/cart');
    $u->cart_is($ida, [ { id => 'tray', name => 'Tray', options => 'Size: S' },
        { id => 'mug-co', name => 'Mug & Co', options => '' } ], 126450, 'USD',
        'ida: the page');
});

$t->done;
