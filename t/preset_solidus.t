#!/usr/bin/perl

# conf/presets/solidus.conf, with an origin that answers as Solidus' starter
# storefront.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Preset qw(answer page redirect);
use Sp::Preset::Pages qw(pages);

my %VARIANT = (
    1 => { slug => 'mug-co', name => 'Mug &amp; Co', price => 14, text => '' },
    2 => { slug => 'tray', name => 'Tray', price => 1250.5, text => 'Size: S' },
    3 => { slug => 'tray', name => 'Tray', price => 1250.5, text => 'Size: L' },
);
my $HOST = 'http://shop.example';
my ($n, $orders) = (0, 100);


# As the money gem wraps it.
sub wrapped ($amount) {
    my ($whole, $cents) = sprintf('%.2f', $amount) =~ /(\d+)\.(\d+)/;

    1 while $whole =~ s/^(\d+)(\d{3})/$1,$2/;
    return '<span class="money-currency-symbol">$</span><span'
        . " class=\"money-whole\">$whole</span><span"
        . ' class="money-decimal-mark">.</span><span class="money-decimal">'
        . "$cents</span>";
}


sub cart_page ($cart) {
    return page('<article class="cart-page wrapper"><div><h1>Your cart is empty'
        . '</h1></div></article>') if !@$cart;

    my ($i, $total) = (0, 0);
    my $lines = join '', map {
        my $variant = $VARIANT{ $_->{variant} };
        my $sum = wrapped($variant->{price} * $_->{qty});
        my $remove = '<svg></svg><input type="submit" name="commit" value="Remove"'
            . " id=\"delete_line_item_$_->{id}\">";
        my $name = "order[line_items_attributes][$i]";

        $i++;
        $total += $variant->{price} * $_->{qty};
        <<"HTML"
<article class="cart-item py-6"><div><a href="/products/$variant->{slug}">
<img src="/images/$_->{variant}.jpg" alt="x"></a></div>
<div class="flex"><div class="cart-item__info item-info flex flex-col">
<h3 class="item-info__name text-body-lg"><a href="/products/$variant->{slug}">$variant->{name}</a></h3>
<p class="font-sans-md text-body-sm">@{[ wrapped($variant->{price}) ]}</p>
<p class="item-info__options text-body">$variant->{text}</p></div>
<div class="cart-item__price md:hidden"><p class="font-sans-md">$sum</p></div></div>
<div><div class="cart-item__quantity text-input"><input type="number" value="$_->{qty}" name="${name}[quantity]"></div>
<div class="cart-item__price hidden"><p class="font-sans-md">$sum</p></div>$remove</div>
<div>$remove</div></article><input type="hidden" value="$_->{id}" name="${name}[id]">
HTML
    } @$cart;

    return page('<article class="cart-page wrapper"><form id="update-cart">'
        . "<section class=\"flex\">$lines</section></form><footer"
        . ' class="cart-footer"><p class="cart-footer__total">Total: <span'
        . sprintf(' class="font-sans-md">$%.2f</span></p></footer></article>',
            $total));
}


sub shop ($r) {
    my ($path, $form, $cart) = ($r->{path}, $r->{form}, $r->{session}{cart});

    if ($path eq '/cart_line_items') {
        return redirect("$HOST/products/mug-co") if $form->{quantity} > 9;

        my ($line) = grep { $_->{variant} == $form->{variant_id} } @$cart;

        push @$cart, $line = { variant => $form->{variant_id}, qty => 0,
            id => ++$n } if !$line;
        $line->{qty} += $form->{quantity} || 1;
        return redirect("$HOST/cart");
    }

    if ($path eq '/cart' && $r->{method} eq 'POST') {
        for my $name (grep { /quantity/ } keys %$form) {
            my $id = $form->{ $name =~ s/quantity/id/r };

            return cart_page([ { variant => 1, qty => 99, id => 7 } ])
                if $form->{$name} > 9;
            $_->{qty} = $form->{$name} for grep { $_->{id} == $id } @$cart;
        }
        @$cart = grep { $_->{qty} } @$cart;
        return redirect($HOST . (exists $form->{checkout} ? '/checkout/address'
            : '/cart'));
    }

    if ($path eq '/cart/empty') {
        @$cart = ();
        return redirect("$HOST/cart");
    }

    @$cart = () if $path eq '/sold-out';
    return page('<h1>Back in a minute</h1>') if $r->{arg}{broken};
    return $path eq '/cart' ? cart_page($cart) : people($r, $path, $form);
}


sub people ($r, $path, $form) {
    my $email = $form->{'spree_user[email]'} // $form->{'order[email]'} // '';
    my $again = page('<form>Email is invalid</form>');
    my $good = $email =~ /^(?!taken).*\@/;

    if ($path eq '/login.js') {
        return [ 422, { 'Content-Type' => 'application/json' }, '{"error":"x"}' ]
            if $form->{'spree_user[password]'} ne 'right';
        return answer(200, { user => { id => 7, email => $email } });
    }

    if ($path eq '/login') {
        return redirect("$HOST/login") if $form->{'spree_user[password]'} eq 'late';
        return [ 422, {}, 'no' ] if $form->{'spree_user[password]'} ne 'right';
        return redirect("$HOST/account");
    }

    if ($path eq '/logout') {
        %{ $r->{session} } = (cart => []);
        push $r->{set}->@*,
            'guest_token=; path=/; expires=Thu, 01 Jan 1970 00:00:00 GMT';
        return redirect("$HOST/");
    }

    return $good ? redirect("$HOST/account") : $again if $path eq '/signup';
    return $good ? redirect("$HOST/checkout/address") : $again
        if $path eq '/checkout_guest_session';

    if ($path =~ m{^/checkout/update/(\w+)}) {
        return redirect("$HOST/cart") if !@{ $r->{session}{cart} };
        return $good ? redirect("$HOST/checkout/delivery")
            : redirect("$HOST/checkout/address") if $1 eq 'address';
        return redirect("$HOST/checkout/payment") if $1 eq 'delivery';
        return redirect("$HOST/checkout/$1") if $form->{bad};
        return redirect("$HOST/checkout/confirm") if $1 eq 'payment';
        @{ $r->{session}{cart} } = ();
        return redirect("$HOST/orders/R" . ++$orders . '/token/a-B_c');
    }

    return page('<h1>A page</h1>');
}


my $t = Sp::Preset->new('solidus', pages('guest_token', \&shop,
    id => sub ($id) { sprintf 'eyJfcmFpbHMi%020d--0123abcd', $id }),
    server => 'sitepreserver_currency USD;');


sub visitor ($name) {
    my $who = $t->shopper($name);

    $who->get('/');
    return $who;
}

# The browser goes where it is sent to.
sub add ($who, $variant, $qty = 1) {
    my $to = $who->form('/cart_line_items', { variant_id => $variant,
        quantity => $qty })->header('Location');

    return $who->get('/cart') if $to =~ m{/cart$};
    return;
}


# Add, change, remove; a refused add and change.
my $ada = visitor('ada');
$ada->form('/cart_line_items', { variant_id => 1, quantity => 2 });
$t->cart_is($ada, [ { id => 'variant-1', quantity => 2 } ], undef, undef,
    'ada: as it was added');
$ada->get('/cart');
$t->cart_is($ada, [ { id => 'mug-co', key => 1, name => 'Mug & Co',
    quantity => 2, price => 1400, url => '/products/mug-co',
    image => '/images/1.jpg' } ], 2800, 'USD');
add($ada, 2);
add($ada, 3, 2);
add($ada, 1, 10);
$t->cart_is($ada, [ { id => 'mug-co', quantity => 2 }, { id => 'tray',
    quantity => 1, options => 'Size: S', price => 125050 },
    { id => 'tray', quantity => 2, options => 'Size: L' } ], 377950, 'USD');
my $lines = 'order[line_items_attributes]';
$ada->form('/cart', { _method => 'patch', "${lines}[0][quantity]" => 99,
    "${lines}[0][id]" => 1 });
$t->event_is($ada, 'rejected', 'a refused change shows the page');
$ada->form('/cart', { _method => 'patch', "${lines}[0][quantity]" => 5,
    "${lines}[0][id]" => 1, "${lines}[1][quantity]" => 0, "${lines}[1][id]" => 2,
    "${lines}[2][quantity]" => 1, "${lines}[2][id]" => 3, checkout => '' });
$t->cart_is($ada, [ { id => 'mug-co', quantity => 5 },
    { id => 'tray', quantity => 1, options => 'Size: L' } ], undef, undef,
    'ada: changed on the way to the checkout');
$ada->get('/cart');
$t->cart_is($ada, [ { id => 'mug-co', quantity => 5 }, { id => 'tray' } ],
    132050, 'USD');

# The address: refused, and another one in a later step.
$ada->form('/checkout_guest_session', { 'order[email]' => 'taken@example.com' });
$t->nobody($ada, 'ada: a refused address is none');
$ada->form('/checkout_guest_session', { 'order[email]' => 'ada@example.co' });
$ada->form('/checkout/update/address', { _method => 'patch',
    'order[email]' => 'taken@example.com', 'order[bill_address_attributes][name]' => 'Ada L' });
$t->shopper_is($ada, 'ada@example.co');
$ada->form('/checkout/update/address', { _method => 'patch',
    'order[email]' => 'ada@example.com',
    'order[bill_address_attributes][name]' => 'Ada L' });
$t->shopper_is($ada, 'ada@example.com');
$ada->form('/checkout/update/payment', { _method => 'patch', bad => 1 });
$t->not_ordered($ada, 'ada: a declined payment is no order');

# An order; its page again.
my $bob = visitor('bob');
add($bob, 1);
$bob->form('/checkout_guest_session', { 'order[email]' => 'bob@example.com' });
$bob->form('/checkout/update/confirm', { _method => 'patch' });
$t->ordered($bob);
add($bob, 2);
$bob->get('/orders/R101/token/a-B_c');
$t->cart_is($bob, [ { id => 'tray' } ], undef, undef,
    'bob: the page of an order is no order');
$bob->form('/cart/empty', { _method => 'put' });
$t->no_cart($bob);
$bob->form('/checkout/update/confirm', { _method => 'patch' });
$t->event_is($bob, 'rejected', 'without a cart there is no order');

# Login; logout, which ends the token; the next one in that browser.
my $eve = visitor('eve');
add($eve, 3, 3);
my %login = ('spree_user[email]' => 'eve@example.com');
$eve->form('/login', { %login, 'spree_user[password]' => 'wrong' },
    status => 422);
$eve->form('/login', { %login, 'spree_user[password]' => 'late' });
$t->nobody($eve);
$eve->form('/login', { %login, 'spree_user[password]' => 'right' });
$t->shopper_is($eve, 'eve@example.com');
my $hal = visitor('hal');
$hal->form('/login.js', { %login, 'spree_user[password]' => 'wrong' },
    status => 422);
$t->nobody($hal);
$hal->form('/login.js', { 'spree_user[email]' => 'hal@example.com',
    'spree_user[password]' => 'right' });
$t->shopper_is($hal, 'hal@example.com');
my $fay = visitor('fay');
add($fay, 1);
$fay->form('/signup', { 'spree_user[email]' => 'taken@example.com' });
$fay->form('/signup', { 'spree_user[email]' => 'fay@example.com' });
$t->shopper_is($fay, 'fay@example.com');
$fay->form('/logout', { _method => 'delete' });
$fay->get('/');
add($fay, 2);
$t->nobody($fay, 'the next one in that browser is nobody');

# The last line is removed, or sold out; an address that is only asked for.
my $gus = visitor('gus');
my ($id) = add($gus, 1)->{body} =~ /delete_line_item_(\d+)/;
$gus->form('/cart', { _method => 'patch', "${lines}[0][quantity]" => 0,
    "${lines}[0][id]" => $id });
$t->no_cart($gus);
$gus->get('/cart');
$t->no_cart($gus);
add($gus, 1);
$gus->get('/sold-out');
$gus->get('/cart?broken=1');
$t->cart_is($gus, [ { id => 'mug-co' } ], undef, undef,
    'gus: another page there is no empty cart');
$gus->get('/cart');
$t->no_cart($gus);
my $mal = $t->shopper('mal');
$mal->jar->set('guest_token', 'x' x 40);
$mal->form('/login', { %login, 'spree_user[password]' => 'wrong' },
    status => 422);
$mal->form('/password/recover', { 'spree_user[email]' => 'eve@example.com' });
$t->nobody($mal);

$t->mailed_are({
    'ada@example.com' => { lines => [ { id => 'mug-co', name => 'Mug & Co',
        quantity => 5, price => 1400 }, { id => 'tray' } ], total => 132050,
        currency => 'USD', first_name => 'Ada' },
    'eve@example.com' => [ { id => 'tray', quantity => 3 } ],
    'fay@example.com' => [ { id => 'mug-co', quantity => 1 } ],
});
$t->done;
