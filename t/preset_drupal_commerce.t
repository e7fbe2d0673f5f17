#!/usr/bin/perl

# conf/presets/drupal-commerce.conf, with an origin that answers as Drupal
# Commerce 2 on Drupal 10.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Preset qw(answer page);
use Sp::Preset::Pages qw(pages);

my $HOST = 'https://shop.example';
my %VARIATION = (
    2 => { product => 1, name => 'Mug &amp; Co', price => 14 },
    5 => { product => 3, name => 'Tray, large', price => 1250.5 },
);


sub usd ($amount) {
    my $text = sprintf '%.2f', $amount;

    1 while $text =~ s/^(\d+)(\d{3})/$1,$2/;
    return "\$$text";
}


sub to ($where) { return [ 303, [ Location => "$HOST$where" ], '' ] }


sub cart_page ($cart) {
    return page('<main><div class="cart-empty-page">Your shopping cart is empty.'
        . '</div></main>') if !@$cart;

    my ($i, $total) = (0, 0);
    my $rows = join '', map {
        my $variation = $VARIATION{ $_->{id} };
        my $sum = $variation->{price} * $_->{qty};

        $total += $sum;
        $i++;
        "<tr>\n<td class=\"views-field views-field-purchased-entity\"><article"
            . " class=\"commerce-product-variation\"><div class=\"field--name-title\">"
            . "<a href=\"/product/$variation->{product}?v=$_->{id}\">"
            . "$variation->{name}</a></div></article></td>\n<td class=\"views-field"
            . ' views-field-unit-price__number">' . usd($variation->{price})
            . '</td><td class="views-field views-field-edit-quantity"><div'
            . ' class="form-item"><label class="visually-hidden">Quantity</label>'
            . "<input type=\"number\" name=\"edit_quantity[@{[ $i - 1 ]}]\""
            . " value=\"$_->{qty}\"></div></td><td class=\"views-field"
            . ' views-field-remove-button"><input class="delete-order-item button"'
            . " type=\"submit\" name=\"delete-order-item-@{[ $i - 1 ]}\""
            . ' value="Remove"></td><td class="views-field'
            . ' views-field-total-price__number">' . usd($sum) . '</td></tr>'
    } @$cart;

    return page('<main><div class="cart cart-form"><div'
        . ' class="view view-commerce-cart-form"><form><table class="views-table">'
        . '<thead><tr><th class="views-field views-field-purchased-entity">Item</th>'
        . "</tr></thead><tbody>$rows</tbody></table></form><footer><div"
        . ' data-drupal-selector="order-total-summary"><div class="order-total-line'
        . ' order-total-line__subtotal"><span class="order-total-line-label">Subtotal'
        . '</span><span class="order-total-line-value">' . usd($total)
        . '</span></div></div></footer></div></div></main>');
}


sub shop ($r) {
    my ($path, $form, $session) = ($r->{path}, $r->{form}, $r->{session});
    my $cart = $session->{cart};

    if (($form->{form_id} // '') =~ /^commerce_order_item_add_to_cart_form/) {
        my $qty = $form->{'quantity[0][value]'} // 1;
        my $id = $form->{'purchased_entity[0][variation]'} // 5;

        return answer(200, [ { command => 'insert' } ])
            if exists $r->{arg}{ajax_form};
        return page('<form><div class="messages">Not enough</div></form>')
            if $qty > 9;
        return to($path) if $form->{op} =~ /wish/;

        my ($line) = grep { $_->{id} == $id } @$cart;

        push @$cart, $line = { id => $id, qty => 0 } if !$line;
        $line->{qty} += $qty;
        $r->{start} = 1;
        return to($path);
    }

    if ($path eq '/cart' && $r->{method} eq 'POST') {
        for (0 .. $#$cart) {
            $cart->[$_]{qty} = $form->{"edit_quantity[$_]"} // $cart->[$_]{qty};
            $cart->[$_]{qty} = 0 if exists $form->{"delete-order-item-$_"};
        }
        @$cart = grep { $_->{qty} } @$cart;
        return to('/cart');
    }

    return cart_page($cart) if $path eq '/cart';
    return checkout($r, $1, $2, $form) if $path =~ m{^/checkout/(\d+)(?:/(.+))?$};
    return people($r, $path, $form);
}


sub checkout ($r, $id, $step, $form) {
    my ($session, $here) = ($r->{session}, "/checkout/$id");

    return to("$here/complete") if $session->{"done$id"} && ($step // '') ne 'complete';
    return to("/user/login?destination=$here/complete")
        if ($step // '') eq 'complete' && !$session->{"done$id"};
    return to('/cart') if !$session->{cart}->@* && !$session->{"done$id"};

    if ($r->{method} eq 'POST') {
        my ($mail) = grep { defined } $form->{'contact_information[email]'},
            $form->{'login[register][mail]'}, 'x@y.z';

        return page('<form><div class="messages">x</div></form>')
            if $mail !~ /^(?!taken).*\@/ || $form->{bad};
        return to("$here/payment") if $step eq 'review';
        $r->{renew} = 1 if $step eq 'login';
        return to("$here/" . ($step eq 'login' ? 'order_information' : 'review'));
    }

    if ($step && $step =~ m{^payment}) {
        return page('<form action="https://pay.example/">x</form>')
            if $session->{provider} && $step eq 'payment';
        $session->{cart} = [];
        $session->{"done$id"} = 1;
        return to("$here/complete");
    }

    return page('<h1>A step</h1>');
}


sub people ($r, $path, $form) {
    my $session = $r->{session};

    if ($path eq '/user/login') {
        return to('/user/17') if $session->{in};
        return page('<div class="messages">x</div>') if $form->{pass} ne 'right';
        $r->{start} = $r->{renew} = $session->{in} = 1;
        return to(($r->{arg}{destination} // '/user/'
            . ($form->{name} eq 'vic' ? 18 : 17)) . '?check_logged_in=1');
    }

    return $form->{mail} =~ /^(?!taken).*\@/ ? to('/') : page('<form>x</form>')
        if $path eq '/user/register';

    if ($path eq '/user/logout') {
        %$session = (cart => []);
        push $r->{set}->@*, 'SSESS' . '0a' x 16
            . '=deleted; expires=Thu, 01 Jan 1970 00:00:01 GMT; path=/';
        return to('/');
    }

    $session->{$1} = $r->{start} = 1 if $path =~ m{^/test/(\w+)};
    return page('<h1>A page</h1>');
}


my $t = Sp::Preset->new('drupal-commerce', pages('SSESS' . '0a' x 16, \&shop,
    late => 1, id => sub ($id) { sprintf 'aB-%040d', $id }),
    server => 'sitepreserver_currency USD;',
    define => { drupal_add => '^Add to cart$' });


sub visitor ($name) {
    my $who = $t->shopper($name);

    $who->get('/');
    return $who;
}

sub add ($who, $variation, $qty = 1, %more) {
    my $product = $VARIATION{$variation}{product};

    return $who->form("/shop/thing-$product", {
        form_id => "commerce_order_item_add_to_cart_form_commerce_product_$product",
        'purchased_entity[0][variation]' => $variation,
        'quantity[0][value]' => $qty, op => 'Add to cart', %more });
}


# Add, on any page, without a session before; a refused add, a chosen attribute.
my $ada = visitor('ada');
add($ada, 2, 2);
$t->cart_is($ada, [ { id => 2, quantity => 2 } ]);
add($ada, 5, 10);
$t->event_is($ada, 'rejected', 'a refused add');
$ada->form('/shop/thing-3?ajax_form=1', { op => 'Add to cart', form_id =>
    'commerce_order_item_add_to_cart_form_commerce_product_3',
    _triggering_element_name => 'purchased_entity[0][attributes][attribute_size]',
    'purchased_entity[0][attributes][attribute_size]' => 4 });
$t->event_is($ada, 'rejected', 'a chosen attribute');
add($ada, 5, 1, op => 'Add to wishlist');
$t->event_is($ada, 'rejected', 'a wishlist is no cart');
$ada->form('/shop/thing-3', { op => 'Add to cart', form_id =>
    'commerce_order_item_add_to_cart_form_commerce_product_3',
    'purchased_entity[0][attributes][attribute_size]' => 4 });
$t->cart_is($ada, [ { id => 2, quantity => 2 }, { id => 'product-3' } ], undef,
    undef, 'ada: a product by its attributes');
$ada->get('/cart');
$t->cart_is($ada, [ { id => 2, name => 'Mug & Co', quantity => 2, price => 1400,
    url => '/product/1?v=2' }, { id => 5, name => 'Tray, large', quantity => 1,
    price => 125050 } ], 127850, 'USD', 'ada: the page has it all');

# Change, remove.
$ada->form('/cart', { 'edit_quantity[0]' => 5, 'edit_quantity[1]' => 1,
    op => 'Update cart' });
$ada->get('/cart');
$ada->form('/cart', { 'edit_quantity[0]' => 5, 'edit_quantity[1]' => 1,
    'delete-order-item-1' => 'Remove' });
$ada->get('/cart');
$t->cart_is($ada, [ { id => 2, quantity => 5 } ], 7000, 'USD');

# The address: refused, and corrected.
$ada->get('/checkout/21/order_information');
$t->event_is($ada, 'begin_checkout');
my $info = '/checkout/21/order_information';
$ada->form($info, { 'contact_information[email]' => 'taken@example.com' });
$t->nobody($ada, 'ada: a refused address is none');
$ada->form($info, { 'contact_information[email]' => $_ })
    for 'ada@example.co', 'ada@example.com';
$t->shopper_is($ada, 'ada@example.com', 'ada: the newest address counts');
$ada->form('/checkout/21/review', { bad => 1 });
$t->not_ordered($ada);
$ada->get('/checkout/99/complete');
$t->not_ordered($ada, "ada: another one's order asks for a login");

# An order; its page, and the checkout of what is ordered, again.
my $bob = visitor('bob');
add($bob, 2);
$bob->form('/checkout/22/order_information',
    { 'contact_information[email]' => 'bob@example.com' });
$bob->form('/checkout/22/review', {});
$t->not_ordered($bob, 'bob: the payment is next');
$bob->get('/checkout/22/payment');
$t->ordered($bob);
$bob->get('/checkout/22/complete');
add($bob, 5);
$bob->get('/checkout/22/order_information');
$t->cart_is($bob, [ { id => 5 } ], undef, undef,
    'bob: his order, looked at again, is no second one');
$bob->form('/cart', { 'delete-order-item-0' => 'Remove' });
$bob->get('/cart');
$t->no_cart($bob);

# Two orders of long ago, of somebody who is not known yet.
my $ivy = visitor('ivy');
$ivy->get("/test/done$_"), $ivy->get("/checkout/$_") for 11, 12;
add($ivy, 2);
$ivy->get("/checkout/$_") for 11, 12, 11, 12;
$t->cart_is($ivy, [ { id => 2 } ], undef, undef,
    'ivy: her orders by turns, none of them is a new one');
$ivy->form('/user/login', { name => 'ivy@example.com', pass => 'right' });
$ivy->get("/checkout/$_") for 11, 12;
$t->cart_is($ivy, [ { id => 2 } ], undef, undef, '... nor in another session');

# Paid at a provider's page: one comes back, one does not.
my ($cid, $dan) = map {
    my $who = visitor($_);

    add($who, 2);
    $who->get('/test/provider');
    $who->form('/checkout/23/order_information',
        { 'contact_information[email]' => "$_\@example.com" });
    $who->form('/checkout/23/review', {});
    $who->get('/checkout/23/payment');
    $t->pending($who);
    $who;
} qw(cid dan);
$cid->get('/checkout/23/payment/return?token=x');
$t->ordered($cid);

# Login, at the checkout too: another session; logout, which deletes it.
my $eve = visitor('eve');
add($eve, 5, 3);
$eve->form('/user/login', { name => 'eve@example.com', pass => 'wrong' });
$t->nobody($eve);
$eve->form('/user/login', { name => 'eve@example.com', pass => 'right' });
$eve->form('/user/login', { name => 'ada@example.com', pass => 'x' });
$t->shopper_is($eve, 'eve@example.com', 'eve: is logged in, whatever she types');
$t->cart_is($eve, [ { id => 5, quantity => 3 } ]);
my $fay = visitor('fay');
add($fay, 2);
$fay->form('/checkout/24/login', { 'login[register][mail]' => 'taken@example.com' });
$t->nobody($fay);
$fay->form('/checkout/24/login', { 'login[register][mail]' => 'fay@example.com' });
$t->shopper_is($fay, 'fay@example.com');
$t->cart_is($fay, [ { id => 2, quantity => 1 } ]);
$fay->get('/user/logout');
add($fay, 5);
$t->nobody($fay, 'the next one in that browser is nobody');
my $hal = visitor('hal');
add($hal, 2);
$hal->form('/checkout/25/login', { 'login[returning_customer][name]' =>
    'hal@example.com', 'login[returning_customer][password]' => 'right' });
$t->shopper_is($hal, 'hal@example.com');

# Registered; a session that nobody was given.
my $gus = visitor('gus');
add($gus, 2);
$gus->form('/user/register', { mail => 'taken@example.com' });
$gus->form('/user/register', { mail => 'gus@example.com' });
$t->shopper_is($gus, 'gus@example.com');

# The number of another one, as where a login is to lead to.
my $zoe = visitor('zoe');
add($zoe, 2);
$zoe->form('/user/login?destination=/user/18', { name => 'zoe@example.com',
    pass => 'right' });
$t->shopper_is($zoe, 'zoe@example.com');
my $vic = visitor('vic');
add($vic, 5);
$vic->form('/user/login', { name => 'vic', pass => 'right' });
$t->nobody($vic, "vic: a name, and nobody's number");

my $mal = $t->shopper('mal');
$mal->jar->set('SSESS' . '0a' x 16, 'x' x 43);
$mal->form('/user/login', { name => 'eve@example.com', pass => 'wrong' });
$mal->form('/user/password', { name => 'eve@example.com' });
$t->nobody($mal);

$t->mailed_are({
    'ada@example.com' => { lines => [ { id => 2, name => 'Mug & Co',
        quantity => 5, price => 1400 } ], total => 7000, currency => 'USD' },
    'eve@example.com' => [ { id => 5, quantity => 3 } ],
    'fay@example.com' => [ { id => 2, quantity => 1 } ],
    'gus@example.com' => [ { id => 2, quantity => 1 } ],
    'hal@example.com' => [ { id => 2, quantity => 1 } ],
    'ivy@example.com' => [ { id => 2, quantity => 1 } ],
    'zoe@example.com' => [ { id => 2, quantity => 1 } ],
});
$t->done;
