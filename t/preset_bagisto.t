#!/usr/bin/perl

# conf/presets/bagisto.conf, with an origin that answers as Bagisto 2.2.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Preset qw(answer page redirect);
use Sp::Preset::Pages qw(pages euro);

my $HOST = 'https://shop.example';
my %PRODUCT = (
    1 => { key => 'mug-co', name => 'Mug & Co', price => 14 },
    2 => { key => 'tray', name => 'Tray', price => 1250.5 },
);
my $n = 0;


sub cart ($session) {
    my $total = 0;
    my @items = map {
        my $product = $PRODUCT{ $_->{product} };
        my $sum = $product->{price} * $_->{qty};

        $total += $sum;
        +{ id => $_->{id}, quantity => $_->{qty}, type => 'simple',
           name => $product->{name}, price => sprintf('%.4f', $product->{price}),
           formatted_price => euro($product->{price}), total => "$sum",
           formatted_total => euro($sum), product_url_key => $product->{key},
           base_image => { small_image_url => 'x',
               medium_image_url => "$HOST/$product->{key}.webp" },
           options => $_->{product} == 2 ? [ { attribute_name => 'Size',
               option_label => 'Large' } ] : [] }
    } $session->{cart}->@*;

    return @items ? { id => 5, is_guest => $session->{customer} ? 0 : 1,
        customer_id => $session->{customer}, items_qty => scalar @items,
        sub_total => "$total", formatted_sub_total => euro($total),
        grand_total => $total + 5, items => \@items,
        billing_address => $session->{billing} } : undef;
}


# Without a cart of its own the framework puts it into one.
sub message ($text) { return answer(200, { data => { message => $text } }) }


sub change ($r) {
    my ($form, $cart) = ($r->{form}, $r->{session}{cart});
    my $done = sub { answer(200, { data => cart($r->{session}), message => 'x' }) };

    if ($r->{method} eq 'PUT') {
        return message('not enough') if grep { $_ > 9 } values $form->{qty}->%*;
        $_->{qty} = $form->{qty}{ $_->{id} } // $_->{qty} for @$cart;

    } elsif (($form->{_method} // '') eq 'DELETE') {
        my %gone = map { $_ => 1 } $form->{cart_item_id} // (), ($form->{ids} // [])->@*;

        @$cart = grep { !$gone{ $_->{id} } } @$cart;

    } elsif ($r->{method} eq 'POST') {
        my ($line) = grep { $_->{product} == $form->{product_id} } @$cart;

        return answer(400, { message => 'not enough' }) if $form->{quantity} > 9;
        return message('choose a size') if $form->{quantity} == 0;
        push @$cart, $line = { id => ++$n, product => $form->{product_id},
            qty => 0 } if !$line;
        $line->{qty} += $form->{quantity};
    }

    return $done->();
}


sub shop ($r) {
    my ($path, $form, $session) = ($r->{path}, $r->{form}, $r->{session});

    return change($r) if $path =~ m{^/api/checkout/cart(?:/selected)?$};

    if ($path eq '/api/checkout/onepage/addresses') {
        return answer(422, { errors => { 'billing.email' => [ 'x' ] } })
            if $form->{billing}{email} !~ /^(?!taken).*\@/;
        return answer(200, { redirect => \1, data => "$HOST/checkout/cart" })
            if !$session->{cart}->@*;
        $session->{billing} = $form->{billing};
        return answer(200, { redirect => \0, data => { flatrate => {} } });
    }

    if ($path eq '/api/checkout/onepage/orders') {
        my $to = !$session->{cart}->@* ? 'checkout/cart' : $session->{gateway}
            ? 'paypal/standard/redirect' : 'checkout/onepage/success';

        return answer(500, { message => 'minimum' }) if $session->{small};
        $session->{cart} = [] if $to =~ /success/;
        $session->{thanks} = 1 if $to !~ /cart/;
        return answer(200, { data => { redirect => \1,
            redirect_url => "$HOST/$to" } });
    }

    if ($path eq '/checkout/onepage/success') {
        return redirect("$HOST/checkout/cart") if !delete $session->{thanks};
        $session->{cart} = [];
        return page('<h1>Thank you</h1>');
    }

    return people($session, $path, $form, $r->{headers}{referer} // "$HOST/");
}


sub people ($session, $path, $form, $back) {
    my $right = ($form->{password} // '') eq 'right';

    if ($path eq '/customer/login') {
        $session->{customer} = 1 if $right;
        return redirect($right ? "$HOST/" : $back);
    }

    return answer($right ? 200 : 403, { data => [] })
        if $path eq '/api/customer/login';
    return redirect($form->{email} =~ /^(?!taken).*\@/ ? "$HOST/customer/login"
        : $back) if $path eq '/customer/register';
    return redirect("$HOST/") if $path eq '/subscription';
    return answer(200, { data => { message => 'x' } })
        if $path eq '/api/customer/wishlist';

    if ($path eq '/customer/logout') {
        %$session = (cart => []);
        return redirect("$HOST/");
    }

    $session->{$1} = 1 if $path =~ m{^/test/(\w+)};
    return page('<h1>A page</h1>');
}


my $t = Sp::Preset->new('bagisto', pages('bagisto_session', \&shop, renew => 1,
    id => sub ($id) { sprintf 'eyJpdiI6%040dIn0%%3D', $id }));


# The form of a page is posted from that page.
sub submit ($who, $path, $fields, $from = "$HOST$path") {
    return $who->form($path, $fields, headers => { Referer => $from });
}

sub visitor ($name) {
    my $who = $t->shopper($name);

    $who->get('/');
    return $who;
}

sub add ($who, $product, $qty = 1, %o) {
    return $who->multipart('/api/checkout/cart', [ product_id => $product,
        is_buy_now => 0, quantity => $qty ], %o)->data;
}

sub remove ($who, $line) {
    return $who->json('/api/checkout/cart', { _method => 'DELETE',
        cart_item_id => $line });
}


# Add, change, remove on one path; refused with 400, and with 200.
my $ada = visitor('ada');
my $mug = add($ada, 1, 2)->{data}{items}[0]{id};
$t->cart_is($ada, [ { id => 'mug-co', key => $mug, name => 'Mug & Co',
    quantity => 2, price => 1400, url => '/mug-co',
    image => "$HOST/mug-co.webp" } ], 2800, 'EUR');
my $tray = $ada->json('/api/checkout/cart', { product_id => 2, quantity => 1 })
    ->data->{data}{items}[1]{id};
add($ada, 2, 10, status => 400);
add($ada, 2, 0);
$t->cart_is($ada, [ { id => 'mug-co' }, { id => 'tray', options => '',
    quantity => 1, price => 125050 } ], 127850, 'EUR');
$ada->call('PUT', '/api/checkout/cart', { qty => { $mug => 5, $tray => 1 } });
$ada->call('PUT', '/api/checkout/cart', { qty => { $mug => 50 } });
remove($ada, $tray);
$t->cart_is($ada, [ { id => 'mug-co', quantity => 5 } ], 7000, 'EUR');
$ada->json('/api/customer/wishlist', { product_id => 2 });
$t->event_is($ada, 'observed', 'a wishlist is no cart: only the cookie');
$ada->get('/checkout/onepage');
$t->event_is($ada, 'begin_checkout');
my $addresses = '/api/checkout/onepage/addresses';
$ada->json($addresses, { billing => { email => 'taken@example.com',
    first_name => 'Ada' } }, status => 422);
$t->nobody($ada, 'ada: a refused address is none');
$ada->json($addresses, { billing => { email => $_, first_name => 'Ada' } })
    for 'ada@example.co', 'ada@example.com';
$t->shopper_is($ada, 'ada@example.com', 'ada: the newest address counts');
$ada->get('/test/small');
$ada->json('/api/checkout/onepage/orders', {}, status => 500);
$t->not_ordered($ada);
$ada->get('/api/checkout/onepage/summary');
$t->cart_is($ada, [ { id => 'mug-co', quantity => 5 } ], 7000, 'EUR');

# An order, its page, and that again with a new cart.
my $bob = visitor('bob');
add($bob, 1);
$bob->json($addresses, { billing => { email => 'bob@example.com' } });
$bob->json('/api/checkout/onepage/orders', {});
$t->ordered($bob);
$bob->get('/checkout/onepage/success');
$t->ordered($bob);
my $line = add($bob, 2)->{data}{items}[0]{id};
$bob->get('/checkout/onepage/success');
$t->cart_is($bob, [ { id => 'tray' } ], undef, undef,
    'bob: the page that thanks is shown once');
$bob->json('/api/checkout/cart/selected', { _method => 'DELETE',
    ids => [ $line ] });
$t->no_cart($bob);
$bob->json('/api/checkout/onepage/orders', {});
$t->event_is($bob, 'observed', 'back to the cart is no order');

# Paid at a provider's page: one comes back, one does not.
my ($cid, $dan) = map {
    my $who = visitor($_);

    add($who, 1);
    $who->json($addresses, { billing => { email => "$_\@example.com" } });
    $who->get('/test/gateway');
    $who->json('/api/checkout/onepage/orders', {});
    $t->pending($who);
    $who;
} qw(cid dan);
$cid->get('/checkout/onepage/success');
$t->ordered($cid);

# Login, by form and by script.
my $eve = visitor('eve');
add($eve, 2, 3);
submit($eve, '/customer/login', { email => 'eve@example.com',
    password => 'wrong' });
$t->nobody($eve, 'eve: a refused login is a redirect, too');
submit($eve, '/customer/login', { email => 'eve@example.com',
    password => 'right' });
$t->shopper_is($eve, 'eve@example.com');
$eve->get('/api/checkout/cart');
$t->cart_is($eve, [ { id => 'tray', quantity => 3 } ], 375150, 'EUR');

# The address that a guest typed is not the account's that logs in then.
my ($phone, $tablet) = map { visitor($_) } qw(phone tablet);
add($phone, 1);
$phone->json($addresses, { billing => { email => 'friend@example.com' } });
$phone->get('/test/customer');
$phone->get('/api/checkout/cart');
$t->shopper_is($phone, 'friend@example.com');
$tablet->get('/test/customer');
add($tablet, 2);
$t->shopper_is($tablet, 'eve@example.com', 'the account leads to its owner');

my $fay = visitor('fay');
add($fay, 1);
my %login = (email => 'fay@example.com', password => 'wrong');
$fay->json('/api/customer/login', \%login, status => 403);
$t->nobody($fay);
$fay->json('/api/customer/login', { %login, password => 'right' });
$t->shopper_is($fay, 'fay@example.com');
$fay->form('/customer/logout', { _method => 'DELETE' });
$t->nobody($fay);
add($fay, 2);
$t->nobody($fay, 'the next one in that browser is nobody');

# Registered, subscribed; an emptied cart.
my $gus = visitor('gus');
$gus->form('/subscription', { email => 'gus' });
submit($gus, '/customer/register', { email => 'taken@example.com' });
submit($gus, '/customer/register', { email => 'taken@example.com' }, "$HOST/");
$t->nobody($gus);
submit($gus, '/customer/register', { email => 'gus@example.com',
    first_name => 'Gus' });
$t->shopper_is($gus, 'gus@example.com');
remove($gus, add($gus, 1)->{data}{items}[0]{id});
$t->no_cart($gus);
my $mal = $t->shopper('mal');
$mal->jar->set('bagisto_session', 'x' x 40);
submit($mal, '/customer/login', { email => 'eve@example.com',
    password => 'wrong' }, $_)
    for "$HOST/customer/login", "$HOST/", "$HOST/customer/register";
$mal->form('/customer/forgot-password', { email => 'eve@example.com' });
$mal->json($addresses, { billing => { email => 'eve@example.com' } });
$t->nobody($mal);

$t->mailed_are({
    'ada@example.com' => { lines => [ { id => 'mug-co', name => 'Mug & Co',
        quantity => 5, price => 1400 } ], total => 7000, currency => 'EUR',
        first_name => 'Ada' },
    'eve@example.com' => [ { id => 'tray', quantity => 1 } ],
    'friend@example.com' => [ { id => 'mug-co', quantity => 1 } ],
    'fay@example.com' => [ { id => 'mug-co', quantity => 1 } ],
});
# The same, where customers write nothing of their own: what was chosen.
$t->chosen(sub ($u) {
    my $ida = $u->shopper('ida');

    $ida->get('/');
    add($ida, $_) for 1, 2;
    $u->cart_is($ida, [ { id => 'mug-co', options => '' }, { id => 'tray',
        name => 'Tray', options => 'Large' } ], 126450, 'EUR');
});

$t->done;
