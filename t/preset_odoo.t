#!/usr/bin/perl

# conf/presets/odoo.conf, with an origin that answers as Odoo 19, and, where it is
# asked as 16, as that.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Preset qw(answer page);
use Sp::Preset::Pages qw(pages);

my %PRODUCT = (
    31 => { name => 'Mug & Co', price => 14 },
    32 => { name => 'Tray', price => 1250.5, text => 'Large' },
);
my $n = 100;


sub to ($where) { return [ 303, [ Location => $where ], '' ] }

sub rpc ($result) { return answer(200, { jsonrpc => '2.0', id => 1, result => $result }) }

sub escape ($text) { return $text =~ s/&/&amp;/gr }

sub money ($amount, $class = '') {
    my $text = sprintf '%.2f', $amount;

    1 while $text =~ s/^(\d+)(\d{3})/$1,$2/;
    return "<span class=\"$class\" style=\"white-space: nowrap;\"><span"
        . " class=\"oe_currency_value\">$text</span>&nbsp;&euro;</span>";
}


sub total ($cart) {
    my $total = 0;

    $total += $PRODUCT{ $_->{id} }{price} * $_->{qty} for @$cart;
    return '<div id="cart_total"><table><tr id="order_total_untaxed"><td>Subtotal</td>'
        . '<td>' . money($total / 1.2, 'monetary_field') . '</td></tr><tr'
        . ' id="order_total"><td>Total</td><td><strong class="monetary_field">'
        . money($total) . '</strong></td></tr></table></div>';
}


sub suggested () {
    return '<div id="suggested_products"><div name="suggested_product"><a'
        . ' href="/shop/other-9"><h6>Other</h6></a><button'
        . ' class="js_add_suggested_products" data-product-id="9">Add</button>'
        . '</div></div>';
}


sub boxes ($cart) {
    return '<div class="js_cart_lines w-100"><h5>Your cart is empty!</h5></div>'
        if !@$cart;

    return '<div class="alert alert-warning js_cart_lines">Warning!</div><div'
        . ' id="cart_products" class="js_cart_lines d-flex">' . join('', map {
        my $product = $PRODUCT{ $_->{id} };
        my $input = "<input type=\"text\" class=\"js_quantity quantity\""
            . " data-line-id=\"$_->{line}\" data-product-id=\"$_->{id}\""
            . " value=\"$_->{qty}\">";
        my $price = '<h6 class="d-flex" name="website_sale_cart_line_price"><del'
            . ' class="text-muted"><span class="oe_currency_value">9,999.00</span>'
            . '&nbsp;&euro;</del>' . money($product->{price} * $_->{qty}) . '</h6>';

        "<div class=\"o_cart_product d-flex\" data-product-id=\"$_->{id}\"><div"
            . " class=\"o_cart_product_image\"><a href=\"/shop/thing-$_->{id}\"><div><img"
            . " src=\"/web/image/product.product/$_->{id}/image_128\"></div></a></div>"
            . "<a class=\"text-reset\" href=\"/shop/thing-$_->{id}\"><h6>"
            . escape($product->{name}) . '</h6></a>' . ($product->{text} ? '<span'
            . ' class="h6">-</span><div class="d-inline-flex"><span'
            . " class=\"h6 text-muted\">$product->{text}</span></div>" : '')
            . "<div class=\"d-block d-md-none\">$price</div>$price<div"
            . " class=\"css_quantity\">$input</div><div class=\"css_quantity\">$input"
            . '</div></div>' } @$cart) . suggested() . '</div>';
}


sub table ($cart) {
    return '<div class="js_cart_lines alert alert-info">Your cart is empty!</div>'
        if !@$cart;

    return '<table class="js_cart_lines table" id="cart_products"><thead><tr><th'
        . ' class="td-img">Product</th></tr></thead><tbody>' . join('', map {
        my $product = $PRODUCT{ $_->{id} };

        "<tr><td class=\"td-img\"><span><img src=\"/web/image/$_->{id}\"></span></td>"
            . "<td class=\"td-product_name\"><div><a href=\"/shop/thing-$_->{id}\">"
            . '<strong>' . escape($product->{name}) . '</strong></a></div></td><td'
            . ' class="td-qty"><div class="css_quantity"><input class="js_quantity"'
            . " data-line-id=\"$_->{line}\" data-product-id=\"$_->{id}\""
            . " value=\"$_->{qty}\"></div></td><td class=\"td-price\" name=\"price\">"
            . money($product->{price}) . '</td></tr>'
    } @$cart) . '</tbody></table>';
}


sub find ($cart, $id) {
    my ($line) = grep { $_->{id} == $id } @$cart;

    push @$cart, $line = { id => $id, qty => 0, line => ++$n } if !$line;
    return $line;
}


sub cart ($r, $what) {
    my ($cart, $in) = ($r->{session}{cart}, $r->{form}{params});
    my $draw = $r->{session}{old} ? \&table : \&boxes;

    return page('<div class="oe_cart"><div id="shop_cart">' . $draw->($cart)
        . '</div>' . total($cart) . '</div>') if !$what;

    if ($what eq 'add') {
        return answer(200, { jsonrpc => '2.0', error => { code => 200,
            message => 'Odoo Server Error' } }) if !$PRODUCT{ $in->{product_id} };
        return rpc({ cart_quantity => 1, quantity => 0, tracking_info => [],
            notification_info => { warningMessage => 'Not enough' } })
            if $in->{quantity} > 9;

        my $line = find($cart, $in->{product_id});

        $line->{qty} += $in->{quantity};
        return rpc({ cart_quantity => 1, quantity => $line->{qty},
            notification_info => { currency_id => 1, lines => [ { id => $line->{line},
                image_url => "/web/image/$line->{id}", quantity => $in->{quantity},
                name => $PRODUCT{ $line->{id} }{name} } ], warningMessage => '' },
            tracking_info => [ { item_id => $line->{id}, currency => 'EUR',
                price => $PRODUCT{ $line->{id} }{price} } ] });
    }

    if ($what eq 'configured') {
        return answer(200, { jsonrpc => '2.0', error => { code => 200 } })
            if $in->{main_product}{quantity} > 9;
        find($cart, $in->{main_product}{product_id})->{qty}
            += $in->{main_product}{quantity};
        return rpc({ cart_quantity => 1 });
    }

    if ($what eq 'update' && !$in) {
        find($cart, $r->{form}{product_id})->{qty} += $r->{form}{add_qty} // 1;
        return to('/shop/cart');
    }

    my ($line) = $in->{line_id} ? grep { $_->{line} == $in->{line_id} } @$cart
        : find($cart, $in->{product_id});

    $line->{qty} = $in->{quantity} // $in->{set_qty}
        // $line->{qty} + $in->{add_qty};
    @$cart = grep { $_->{qty} > 0 } @$cart;

    my %result = (cart_quantity => scalar @$cart, quantity => $line->{qty});

    %result = (%result, 'website_sale.cart_lines' => $draw->($cart),
        'website_sale.total' => total($cart)) if $what eq 'update' || $in->{display};
    $result{line_id} = $line->{line} if $what eq 'update_json';
    return rpc(\%result);
}


sub shop ($r) {
    my ($path, $form, $session) = ($r->{path}, $r->{form}, $r->{session});
    my $good = ($form->{email} // $form->{login} // '') =~ /^(?!taken).*\@/;

    $path =~ s{^/fr_BE}{};
    $session->{cart} = [] if $path eq '/test/lose';
    return page('<h1>Back in a minute</h1>') if $r->{arg}{broken};
    return cart($r, $1) if $path =~ m{^/shop/cart(?:/(\w+))?$};
    return cart($r, 'configured') if $path =~ m{product_configurator/update_cart$};
    return answer(200, $good ? { redirectUrl => '/shop/checkout' }
        : { invalid_fields => [ 'email' ], messages => [ 'x' ] })
        if $path eq '/shop/address/submit';
    return $good ? to('/shop/checkout') : page('<form>x</form>')
        if $path eq '/shop/address' && $r->{method} eq 'POST';

    if ($path =~ m{^/shop/payment/transaction}) {
        return rpc({ state => 'error', state_message => 'changed' })
            if $session->{changed};
        $session->{tx} = 1;
        return rpc({ reference => 'S00012', redirect_form_html => '<form></form>' });
    }

    if ($path eq '/shop/payment/validate') {
        return to('/shop') if !$session->{cart}->@* || !$session->{tx};
        $session->{cart} = [];
        return to('/shop/confirmation');
    }

    if ($path =~ m{^/web/(login|signup)$} && $r->{method} eq 'POST') {
        return page('<p class="alert">x</p>') if !$good || $form->{password} eq 'wrong';
        return to('/web/login/totp') if $form->{password} eq 'second';
        $r->{renew} = 1;
        return to('/my');
    }

    if ($path eq '/web/session/logout') {
        %$session = (cart => []);
        $r->{renew} = 1;
        return to('/');
    }

    return rpc({ toast_type => $form->{params}{value} =~ /^(?!taken).*\@/ ? 'success'
        : 'danger' }) if $path eq '/website_mass_mailing/subscribe';
    return rpc(\1) if $path eq '/shop/wishlist/add';
    $session->{$1} = 1 if $path =~ m{^/test/(\w+)};
    return page('<h1>A page</h1>');
}


my $t = Sp::Preset->new('odoo', pages('session_id', \&shop));


sub visitor ($name, $what = '') {
    my $who = $t->shopper($name);

    $who->get("/test/$what");
    return $who;
}

sub call ($who, $uri, $params) {
    return $who->json($uri, { jsonrpc => '2.0', method => 'call', id => 1,
        params => $params })->data->{result};
}

sub add ($who, $id, $qty = 1) {
    return call($who, '/shop/cart/add', { product_template_id => 5,
        product_id => $id, quantity => $qty });
}

sub line ($who, $id) {
    my ($line) = $who->get('/shop/cart')->{body}
        =~ /data-line-id="(\d+)" data-product-id="$id"/;

    return $line;
}


# Version 19: add, with a name; refused in two ways; change, remove.
my $ada = visitor('ada');
add($ada, 31, 2);
$t->cart_is($ada, [ { id => 31, name => 'Mug & Co', quantity => 2, price => 1400,
    image => '/web/image/31' } ], undef, 'EUR', 'ada: as it was added');
add($ada, 32);
add($ada, 32, 10);
$t->event_is($ada, 'rejected', 'a refused add');
add($ada, 77);
$t->event_is($ada, 'rejected', 'an error');
call($ada, '/shop/wishlist/add', { product_id => 32 });
$t->event_is($ada, 'no_match', 'a wishlist is no cart');
my $tray = line($ada, 32);
$t->cart_is($ada, [ { id => 31, name => 'Mug & Co', quantity => 2, total => 2800,
    url => '/shop/thing-31', image => '/web/image/product.product/31/image_128' },
    { id => 32, key => $tray, options => '', quantity => 1 } ],
    127850, 'EUR', 'ada: the page of the cart');
call($ada, '/shop/cart/update', { line_id => line($ada, 31), quantity => 5 });
$t->cart_is($ada, [ { id => 31, quantity => 5 }, { id => 32 } ], 132050, 'EUR');
call($ada, '/shop/cart/update', { line_id => $tray, quantity => 0 });
$t->cart_is($ada, [ { id => 31, quantity => 5 } ], 7000, 'EUR');

# The address: refused, corrected, and somebody else's.
$ada->get('/shop/checkout');
$t->event_is($ada, 'begin_checkout');
my %address = (name => 'Ada Lovelace', address_type => 'billing');
$ada->form('/shop/address/submit', { %address, email => 'taken@example.com' });
$t->nobody($ada, 'ada: a refused address is none');
$ada->form('/shop/address/submit', { %address, email => $_ })
    for 'ada@example.co', 'ada@example.com';
$ada->form('/shop/address/submit', { name => 'Bob', address_type => 'delivery',
    email => 'bob@example.com' });
$t->shopper_is($ada, 'ada@example.com', 'ada: who gets it is not who buys it');
$ada->get('/test/changed');
call($ada, '/shop/payment/transaction/12', { access_token => 'x' });
$t->event_is($ada, 'rejected', 'a transaction that is refused');
$ada->get('/shop/payment/validate');
$t->not_ordered($ada);
$ada->get('/shop/confirmation');
$t->not_ordered($ada, 'ada: the page that thanks is no order');

# An order: uncertain, then placed; its page again.
my $bob = visitor('bob');
add($bob, 31);
$bob->form('/shop/address/submit', { %address, email => 'bob@example.com' });
call($bob, '/shop/payment/transaction/13', {});
$t->pending($bob);
$bob->get('/shop/payment/validate');
$t->ordered($bob);
$bob->get('/shop/confirmation');
add($bob, 32);
$bob->get('/shop/confirmation');
$t->cart_is($bob, [ { id => 32 } ]);
call($bob, '/shop/cart/update', { line_id => line($bob, 32), quantity => 0 });
$t->no_cart($bob);
my $dan = visitor('dan');
add($dan, 31);
$dan->form('/shop/address/submit', { %address, email => 'dan@example.com' });
call($dan, '/shop/payment/transaction/14', {});
$t->pending($dan, 'dan: does not come back from the provider');

# Version 16: by form and by calls, a table, an address by form.
my $eve = visitor('eve', 'old');
$eve->form('/fr_BE/shop/cart/update', { product_id => 32, add_qty => 2 });
$t->cart_is($eve, [ { id => 32, quantity => 2 } ]);
$eve->get('/fr_BE/shop/cart');
$t->cart_is($eve, [ { id => 32, name => 'Tray', quantity => 2, price => 125050,
    image => '/web/image/32', url => '/shop/thing-32' } ], 250100, 'EUR');
call($eve, '/shop/cart/update_json', { product_id => 32, add_qty => 1,
    display => \0 });
call($eve, '/shop/cart/update_json', { product_id => 31, add_qty => 1,
    display => \0 });
$t->cart_is($eve, [ { id => 32, quantity => 3 }, { id => 31, quantity => 1 } ]);
call($eve, '/shop/cart/update_json', { line_id => line($eve, 31),
    product_id => 31, set_qty => 0, display => \1 });
$t->cart_is($eve, [ { id => 32, quantity => 3 } ], 375150, 'EUR');
$eve->form('/shop/address', { name => 'Eve', email => 'taken@example.com' });
$t->nobody($eve);
$eve->form('/shop/address', { name => 'Eve', email => 'eve@example.com' });
$t->shopper_is($eve, 'eve@example.com');

# Login, with a second factor too; logout; the next one in that browser.
my $fay = visitor('fay');
add($fay, 31);
$fay->form('/web/login', { login => 'fay@example.com', password => $_ })
    for 'wrong', 'second';
$t->nobody($fay, 'fay: a second factor is missing');
$fay->form('/web/login', { login => 'fay@example.com', password => 'right' });
$t->shopper_is($fay, 'fay@example.com');
$t->cart_is($fay, [ { id => 31, quantity => 1 } ]);
$fay->get('/web/session/logout');
$t->nobody($fay);
add($fay, 32);
$t->nobody($fay, 'the next one in that browser is nobody');

# The newsletter, a sign-up; emptied carts of both kinds.
my $gus = visitor('gus');
call($gus, '/website_mass_mailing/subscribe', { list_id => 1, value => 'taken@example.com' });
$t->nobody($gus);
call($gus, '/website_mass_mailing/subscribe', { value => 'gus@example.com' });
$t->shopper_is($gus, 'gus@example.com');
add($gus, 31);
call($gus, '/shop/cart/update', { line_id => line($gus, 31), quantity => 0 });
$gus->get('/shop/cart');
$t->no_cart($gus);
add($gus, 31);
$gus->get('/test/lose');
$gus->get('/shop/cart?broken=1');
$t->cart_is($gus, [ { id => 31 } ], undef, undef,
    'gus: another page there is no empty cart');
$gus->get('/shop/cart');
$t->no_cart($gus);
my $hal = visitor('hal', 'old');
$hal->form('/web/signup', { login => 'hal@example.com', password => 'x',
    name => 'Hal N' });
$t->event_is($hal, 'sign_up');
$hal->form('/shop/cart/update', { product_id => 31 });
call($hal, '/shop/cart/update_json', { product_id => 31, set_qty => 0,
    display => \0 });
$t->no_cart($hal);
$hal->get('/shop/cart');
$t->no_cart($hal);
my $ian = visitor('ian');
call($ian, '/website_sale/product_configurator/update_cart', {
    main_product => { product_id => 32, quantity => $_ } }) for 2, 10;
$t->cart_is($ian, [ { id => 32, quantity => 2 } ]);
my $mal = $t->shopper('mal');
$mal->jar->set('session_id', 'x' x 40);
$mal->form('/web/login', { login => 'eve@example.com', password => 'wrong' });
$mal->form('/web/reset_password', { login => 'eve@example.com' });
$t->nobody($mal);

$t->mailed_are({
    'ada@example.com' => { lines => [ { id => 31, name => 'Mug & Co',
        quantity => 5 } ], total => 7000, currency => 'EUR', first_name => 'Ada' },
    'eve@example.com' => [ { id => 32, quantity => 3 } ],
    'fay@example.com' => [ { id => 31, quantity => 1 } ],
});
# The same, where customers write nothing of their own: what was chosen.
$t->chosen(sub ($u) {
    my $ida = $u->shopper('ida');

    $ida->get('/test/');
    add($ida, $_) for 31, 32;
    $ida->get('/shop/cart');
    $u->cart_is($ida, [ { id => 31, name => 'Mug & Co', options => '' },
        { id => 32, name => 'Tray', options => 'Large' } ], 126450, 'EUR');
});

$t->done;
