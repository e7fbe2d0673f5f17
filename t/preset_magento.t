#!/usr/bin/perl

# conf/presets/magento.conf, with an origin that answers as Magento's Luma theme
# and the REST API of its checkout.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::XS;
use Test::More;
use Sp::Preset qw(answer page redirect);

my %PRODUCT = (
    11 => { sku => 'MUG-1', name => 'Mug &amp; Co', price => 14 },
    12 => { sku => 'TRAY-2', name => 'Tray', price => 12.5 },
);
my $json = JSON::XS->new->utf8->allow_nonref;
my $MASK = '0123456789abcdef0123456789abcdef';
my (%sessions, %customers, $n);


sub section ($session) {
    my $total = 0;
    my $count = 0;
    my @items = map {
        my $product = $PRODUCT{ $_->{product} };

        $total += $product->{price} * $_->{qty};
        $count += $_->{qty};
        +{ item_id => "$_->{id}", product_id => "$_->{product}",
           product_sku => $product->{sku}, product_name => $product->{name},
           qty => $_->{qty}, product_price_value => $product->{price},
           product_url => "https://m.example/$product->{sku}.html",
           product_image => { src => "https://m.example/$product->{sku}.jpg" },
           options => [ { label => 'Engraving', value => 'Call 555' } ] }
    } @{ $session->{cart} };

    return { summary_count => $count, subtotalAmount => "$total",
        subtotal => "<span class=\"price\">$total</span>", items => \@items,
        data_id => 1795651200 };
}


sub scalar_answer ($status, $value) {
    return [ $status, { 'Content-Type' => 'application/json' },
        $json->encode($value) ];
}


sub origin ($method, $uri, $headers, $body) {
    my ($path, $args) = split /\?/, $uri, 2;
    my ($sid) = ($headers->{cookie} // '') =~ /\bPHPSESSID=([^;]+)/;
    my @set;

    if (!$sid || !$sessions{$sid}) {
        $sid = sprintf '%026d', ++$n;
        $sessions{$sid} = { cart => [] };
        @set = ('Set-Cookie' => "PHPSESSID=$sid; path=/; HttpOnly");
    }

    my ($answer, $renew) = shop($method, $path, $args // '', $body,
        $sessions{$sid});

    if ($renew) {
        my $new = sprintf '%026d', ++$n;

        $sessions{$new} = delete $sessions{$sid};
        @set = ('Set-Cookie' => "PHPSESSID=$new; path=/; HttpOnly");
    }

    # What its scripts have set is deleted for whom it logs in.
    push @set, 'Set-Cookie' => 'mage-cache-sessid=deleted; path=/; Max-Age=0;'
        . ' expires=Thu, 01-Jan-1970 00:00:01 GMT'
        if $renew && ($headers->{cookie} // '') =~ /mage-cache-sessid/;
    $answer->[1] = [ (ref $answer->[1] eq 'HASH' ? %{ $answer->[1] }
        : @{ $answer->[1] }), @set ];
    return $answer;
}


sub shop ($method, $path, $args, $body, $session) {
    my ($product) = $body =~ /name="product"\r\n\r\n(\d+)/;
    my ($qty) = $body =~ /name="qty"\r\n\r\n(\d+)/;

    if ($path =~ m{^/checkout/cart/add}) {
        return answer(200, { backUrl => 'https://m.example/p' }) if $qty > 9;

        my ($line) = grep { $_->{product} == $product } @{ $session->{cart} };

        push @{ $session->{cart} }, $line = { id => ++$n,
            product => $product, qty => 0 } if !$line;
        $line->{qty} += $qty;
        return answer(200, []);
    }

    if ($path =~ m{^/checkout/sidebar/(\w+)}) {
        my ($id) = $body =~ /item_id=(\d+)/;
        my ($new) = $body =~ /item_qty=(\d+)/;

        return answer(200, { success => JSON::XS::false,
            error_message => 'no' }) if ($new // 0) > 9;
        $_->{qty} = $new // 0
            for grep { $_->{id} == $id } @{ $session->{cart} };
        $session->{cart} = [ grep { $_->{qty} } @{ $session->{cart} } ];
        return answer(200, { success => JSON::XS::true });
    }

    if ($path eq '/customer/section/load/') {
        my %all = (customer => { fullname => '' });

        $all{cart} = section($session) if !$args || $args =~ /cart/;
        return answer(200, \%all);
    }

    return rest($1, $body ne '' ? $json->decode($body) : {}, $session)
        if $path =~ m{^/rest/default/V1/(.*)$};
    return account($path, $body, $session);
}


sub account ($path, $body, $session) {
    my ($login) = $body =~ /(?:login%5Busername%5D|email)=([^&]*)/;
    my ($password) = $body =~ /password(?:%5D)?=([^&]*)/;

    $login =~ s/%40/\@/ if defined $login;

    if ($path =~ m{^/customer/account/loginPost/}) {
        return redirect('https://m.example/customer/account/')
            if $body !~ /form_key=/;
        return redirect('https://m.example/customer/account/login/')
            if $password ne 'right';
        return (redirect('https://m.example/customer/account/'), 1);
    }

    if ($path eq '/customer/ajax/login') {
        my $data = $json->decode($body);

        return answer(200, { errors => JSON::XS::true, message => 'no' })
            if $data->{password} ne 'right';
        return (answer(200, { errors => JSON::XS::false }), 1);
    }

    if ($path eq '/customer/account/createpost/') {
        return redirect($body =~ /error_url/ ? 'https://m.example/'
            : 'https://m.example/customer/account/create/')
            if $customers{$login}++;
        return (redirect('https://m.example/customer/account/'), 1);
    }

    if ($path eq '/customer/account/logout/') {
        $session->{cart} = [];
        return (redirect('https://m.example/customer/account/logoutSuccess/'), 1);
    }

    if ($path eq '/newsletter/subscriber/new/') {
        my $type = $login =~ /@/ ? 'success' : 'error';

        return redirect('https://m.example/', [ 'Set-Cookie' => 'mage-messages='
            . '%5B%7B%22type%22%3A%22' . $type . '%22%2C%22text%22%3A%22x%22%7D%5D'
            . '; path=/' ]);
    }

    if ($path eq '/checkout/onepage/success/') {
        return redirect('https://m.example/checkout/cart/')
            if !delete $session->{ordered};
        return page('Thank you');
    }

    return redirect('https://m.example/customer/account/login/')
        if $path eq '/customer/account/forgotpasswordpost/';
    return answer(200, { success => JSON::XS::true })
        if $path =~ m{^/wishlist/};
    return page('<h1>A page</h1>');
}


sub rest ($path, $data, $session) {
    return scalar_answer(200, JSON::XS::true)
        if $path eq 'customers/isEmailAvailable';
    return answer(200, { totals => {} }) if $path =~ /shipping-information$/;

    return scalar_answer(404, { message => 'no such cart' })
        if !@{ $session->{cart} };
    return scalar_answer(400, { message => 'declined' })
        if $data->{paymentMethod}{method} eq 'declined';
    $session->{cart} = [];
    $session->{ordered} = 1;
    return scalar_answer(200, '4711');
}


my $t = Sp::Preset->new('magento', \&origin,
    server => 'sitepreserver_currency EUR;');


sub visitor ($name) {
    my $who = $t->shopper($name);

    $who->get('/');
    $who->jar->set('mage-cache-sessid', 'true');
    return $who;
}

# The browser asks for the cart after each change.
sub add ($who, $product, $qty) {
    $who->multipart("/checkout/cart/add/uenc/aHR0cHM~/product/$product/",
        [ product => $product, qty => $qty, form_key => 'x' ]);
    return sections($who);
}

sub sections ($who) {
    return $who->get('/customer/section/load/?sections=cart,messages&'
        . 'force_new_section_timestamp=true')->data->{cart};
}


# Add, change, remove; a refused add; an address typed in pieces.
my $ada = visitor('ada');
$ada->get('/customer/section/load/?sections=customer');
$t->event_is($ada, 'rejected', 'another section is no cart');
my $mug = add($ada, 11, 2)->{items}[0]{item_id};
$t->cart_is($ada, [ { id => 'MUG-1', name => 'Mug & Co', options => '',
    quantity => 2, price => 1400, url => 'https://m.example/MUG-1.html',
    image => 'https://m.example/MUG-1.jpg' } ], 2800, 'EUR');
my $tray = add($ada, 12, 1)->{items}[1]{item_id};
add($ada, 12, 10);
$t->cart_is($ada, [ { id => 'MUG-1', quantity => 2 },
    { id => 'TRAY-2', quantity => 1, price => 1250 } ], 4050, 'EUR');
$ada->form('/checkout/sidebar/updateItemQty/', { item_id => $mug, item_qty => 5 });
$ada->form('/checkout/sidebar/removeItem/', { item_id => $tray });
sections($ada);
$t->cart_is($ada, [ { id => 'MUG-1', quantity => 5 } ], 7000, 'EUR');
$ada->form('/wishlist/index/add/', { product => 12 });
$t->event_is($ada, 'no_match', 'a wishlist is no cart');
$ada->get('/checkout/');
$t->event_is($ada, 'begin_checkout');
my $REST = '/rest/default/V1';
$ada->json("$REST/customers/isEmailAvailable", { customerEmail => 'ada@example.co' });
$ada->json("$REST/customers/isEmailAvailable", { customerEmail => 'ada@example.com' });
$ada->json("$REST/guest-carts/$MASK/shipping-information", {
    addressInformation => { shipping_address => { firstname => 'Ada' } } });
$t->shopper_is($ada, 'ada@example.com', 'ada: the newest address counts');
$ada->json("$REST/guest-carts/$MASK/payment-information", {
    email => 'ada@example.com', paymentMethod => { method => 'declined' } },
    status => 400);
$t->not_ordered($ada);
$ada->get('/checkout/onepage/success/');
$t->not_ordered($ada, 'ada: without an order the page that thanks is none');

# An order, its page, and its page again.
my $bob = visitor('bob');
add($bob, 11, 1);
$bob->json("$REST/guest-carts/$MASK/payment-information", {
    email => 'bob@example.com', paymentMethod => { method => 'checkmo' } });
$t->ordered($bob);
$bob->get('/checkout/onepage/success/');
sections($bob);
$bob->get('/checkout/onepage/success/');
$t->ordered($bob);

# Login with a cart, by form and by script; the session is another one then.
my $eve = visitor('eve');
add($eve, 12, 3);
$eve->form('/customer/account/loginPost/', { 'login[username]' =>
    'eve@example.com', 'login[password]' => 'wrong', form_key => 'x' });
$t->nobody($eve, 'eve: a refused login is a redirect, too');
$eve->form('/customer/account/loginPost/', { 'login[username]' =>
    'eve@example.com', 'login[password]' => 'right', form_key => 'x' });
$t->shopper_is($eve, 'eve@example.com');
$t->cart_is($eve, [ { id => 'TRAY-2', quantity => 3 } ]);
sections($eve);
$t->cart_is($eve, [ { id => 'TRAY-2', quantity => 3 } ], 3750, 'EUR');

my $fay = visitor('fay');
add($fay, 11, 1);
$fay->json('/customer/ajax/login', { username => 'fay@example.com',
    password => 'wrong' });
$t->nobody($fay);
$fay->json('/customer/ajax/login', { username => 'fay@example.com',
    password => 'right' });
$t->shopper_is($fay, 'fay@example.com');
$fay->get('/customer/account/logout/');
$t->nobody($fay, 'fay: has logged out');
add($fay, 12, 1);
$t->nobody($fay, 'the next one in that browser is nobody');

# Registration, refused once; the newsletter, too; an emptied cart.
my $gus = visitor('gus');
my $line = add($gus, 11, 1)->{items}[0]{item_id};
$gus->form('/newsletter/subscriber/new/', { email => 'gus' });
$t->nobody($gus);
$gus->form('/newsletter/subscriber/new/', { email => 'gus@example.com' });
$t->shopper_is($gus, 'gus@example.com');
$gus->form('/checkout/sidebar/removeItem/', { item_id => $line });
sections($gus);
$t->no_cart($gus);
$gus->form('/customer/account/createpost/', { email => 'gus@example.com' });
$t->event_is($gus, 'sign_up');

my $mal = visitor('mal');
$mal->form('/customer/account/createpost/', { email => 'gus@example.com' });
$mal->form('/customer/account/createpost/', { email => 'gus@example.com',
    error_url => 'https://m.example/' });
$t->nobody($mal, 'mal: a refused account, sent to where he wants');
$mal->form('/customer/account/loginPost/', { 'login[username]' =>
    'gus@example.com', 'login[password]' => 'wrong' });
$t->nobody($mal, 'mal: without a form key all are sent to the account');
$mal->form('/customer/account/forgotpasswordpost/', { email => 'gus@example.com' });
$mal->json("$REST/guest-carts/$MASK/payment-information", {
    email => 'gus@example.com', paymentMethod => { method => 'checkmo' } },
    status => 404);
$t->nobody($mal);

$t->mailed_are({
    'ada@example.com' => { lines => [ { id => 'MUG-1', name => 'Mug & Co',
        quantity => 5, price => 1400 } ], total => 7000, currency => 'EUR',
        first_name => 'Ada' },
    'eve@example.com' => [ { id => 'TRAY-2', quantity => 3 } ],
    'fay@example.com' => [ { id => 'MUG-1', quantity => 1 } ],
});
# The same, where customers write nothing of their own: what was chosen.
$t->chosen(sub ($u) {
    my $ida = $u->shopper('ida');

    $ida->get('/');
    $ida->jar->set('mage-cache-sessid', 'true');
    add($ida, 11, 1);
    $u->cart_is($ida, [ { id => 'MUG-1', name => 'Mug & Co',
        options => 'Call 555' } ], 1400, 'EUR');
});

$t->done;
