#!/usr/bin/perl

# conf/presets/prestashop.conf, with an origin that answers as PrestaShop 8: its
# cookie is another one after each change.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Preset qw(answer page redirect);
use Sp::Preset::Pages qw(pages);

my $URL = 'https://shop.example';
my %PRODUCT = (
    '1-0' => { name => 'Mug &amp; Co', price => 14, stock => 9 },
    '2-7' => { name => 'Tray', price => 1250.5, stock => 9,
        attributes_small => 'Blue, L' },
    '2-8' => { name => 'Tray', price => 1250.5, stock => 9,
        attributes_small => 'Red, L' },
);
my $order = 100;


sub price ($amount) {
    my $text = sprintf('%.2f', $amount) =~ tr/./,/r;

    1 while $text =~ s/^(\d+)(\d{3})/$1\x{202f}$2/;
    return "$text\x{a0}\x{20ac}";
}


sub cart ($cart) {
    my $total = 0;
    my @products = map {
        my ($product, $n) = ($PRODUCT{ $_->{id} }, $_->{qty});
        my ($id, $variant) = split /-/, $_->{id};
        my $line = "id_product=$id&id_product_attribute=$variant";

        $total += $product->{price} * $n;
        +{ id_product => $id, id_product_attribute => $variant,
           id_customization => undef, name => $product->{name},
           attributes_small => $product->{attributes_small},
           attributes => { Color => 'x' }, quantity => $n, minimal_quantity => 1,
           price => price($product->{price}), price_amount => $product->{price},
           reference => "demo_$id", url => "$URL/$id-tray.html#/5-color",
           remove_from_cart_url => "$URL/cart?delete=1&$line&token=t",
           cover => { bySize => { cart_default => { url => "$URL/$id.jpg" } },
               legend => '' } }
    } @$cart;

    return { products => \@products, products_count => scalar @products,
        totals => { total => { amount => $total + 5, value => 'x' } },
        subtotals => { products => { type => 'products', amount => $total,
            value => price($total) }, discounts => undef } };
}


sub shop ($r) {
    my $cart = $r->{session}{cart};
    my %all  = (%{ $r->{arg} }, %{ $r->{form} });
    my $page = $all{controller} // $r->{path} =~ s{^/(?:en/)?}{}r;

    if (exists $all{mylogout} || exists $all{logout}) {
        %{ $r->{session} } = (cart => []);
        $r->{renew} = 1;
        return redirect("$URL/");
    }

    $r->{renew} = 1 if $all{touched} || $all{SubmitCurrency};
    return redirect("$URL/en/") if $all{moved} || $all{SubmitCurrency};
    return change($r, $cart, \%all) if $page eq 'cart';
    return people($r, $page, \%all);
}


sub change ($r, $cart, $all) {
    my $id = join '-', map { $_ // 0 } @$all{qw(id_product id_product_attribute)};
    my ($line) = grep { $_->{id} eq $id } @$cart;
    my $error = '';

    $id = '2-7' if $id eq '2-0';

    if (exists $all->{delete}) {
        @$cart = grep { $_->{id} ne $id } @$cart;

    } elsif (exists $all->{add} || exists $all->{update}) {
        my $by = ($all->{op} // 'up') eq 'down' ? -$all->{qty} : $all->{qty};
        my $too_many = ($line ? $line->{qty} : 0) + $by > $PRODUCT{$id}{stock};

        # As an answer without a type, which is how version 1.7 sends it.
        return [ 200, { 'Content-Type' => 'text/html' }, answer(200, {
            hasError => \1, errors => [ 'Not enough products' ],
            quantity => \0 })->[2] ] if $too_many && !$line;

        $error = 'The maximum is 9.' if $too_many;
        push @$cart, $line = { id => $id, qty => 0 } if !$line;
        $line->{qty} += $by if !$too_many;
    }

    $r->{renew} = 1;
    return page('<div class="cart-grid">The cart</div>') if !$all->{ajax};
    return answer(200, { success => \1, id_product => $all->{id_product},
        quantity => 1, cart => cart($cart), errors => $error });
}


sub people ($r, $page, $all) {
    my $good = ($all->{email} // '') =~ /^(?!taken).*\@/;
    my $right = ($all->{password} // '') eq 'right';

    # Who has nothing to order is sent away, whatever was typed.
    return redirect("$URL/cart?action=show")
        if $page eq 'order' && !$r->{session}{cart}->@*;
    return redirect("$URL/my-account")
        if $page =~ /^(?:login|registration)$/ && $r->{session}{in};

    if (exists $all->{submitLogin}) {
        return page('Authentication failed.') if !$right;
        $r->{renew} = $r->{session}{in} = 1;
        return redirect($page eq 'order' ? "$URL/order" : "$URL/my-account");
    }

    if (exists $all->{submitCreate}) {
        return page('<li>Invalid format.</li>') if !$good;
        $r->{renew} = $r->{session}{who} = 1;
        return redirect($page eq 'order' ? "$URL/order" : "$URL/");
    }

    return page('<div class="block_newsletter"><p class="alert alert-'
        . ($good ? 'success' : 'danger') . '">x</p></div>')
        if exists $all->{submitNewsletter};
    return answer(200, { nw_error => $good ? \0 : \1, msg => 'x',
        value => $all->{email} }) if $page =~ /subscription$/;
    return redirect("$URL/order") if exists $all->{'confirm-addresses'};

    if ($page =~ m{validation$}) {
        return redirect("$URL/order?step=1") if !@{ $r->{session}{cart} };
        $order++;
        @{ $r->{session}{cart} } = ();
        $r->{session}{order}{ $order + 900 } = 1;
        $r->{renew} = 1;
        return redirect("$URL/order-confirmation?id_cart=@{[ $order + 900 ]}"
            . "&id_module=4&id_order=$order&key=0123456789abcdef");
    }

    if ($page eq 'order-confirmation') {
        return redirect("$URL/order-confirmation?" . join '&', map {
            "$_=$r->{arg}{$_}" } grep { $_ ne 'controller' }
            sort keys $r->{arg}->%*) if $r->{arg}{controller};
        return redirect("$URL/index.php?controller=history")
            if !$r->{session}{order}{ ($all->{id_cart} // '') =~ s/\D.*//r };
        return page('<h3>Your order is confirmed</h3>');
    }

    return page('<h1>A page</h1>');
}


# A cookie as long as it is with a customer in it.
my $t = Sp::Preset->new('prestashop', pages('PrestaShop-' . 'a1b2' x 8, \&shop,
    id => sub ($n) { sprintf 'def50200%08d%s', $n, 'c' x 1200 }));


sub visitor ($name) {
    my $who = $t->shopper($name);

    $who->get('/');
    return $who;
}

sub add ($who, $id, $qty = 1, %more) {
    my ($product, $variant) = split /-/, $id;

    return $who->form('/cart', { token => 't', id_product => $product,
        id_product_attribute => $variant, id_customization => 0, qty => $qty,
        add => 1, action => 'update', ajax => 1, %more })->data;
}


# Add, change by a difference, remove; refused as a whole, and in part.
my $ada = visitor('ada');
add($ada, '1-0', 2);
$t->cart_is($ada, [ { id => 1, key => 'id_product=1&id_product_attribute=0',
    name => 'Mug & Co', sku => 'demo_1', quantity => 2, price => 1400,
    url => "$URL/1-tray.html#/5-color", image => "$URL/1.jpg" } ], 2800, 'EUR');
add($ada, '2-7');
add($ada, '2-8', 2);
$t->cart_is($ada, [ { id => 1 }, { id => 'v7', options => 'Blue, L',
    price => 125050 }, { id => 'v8', quantity => 2, options => 'Red, L' } ],
    377950, 'EUR', 'ada: variants are lines');
add(visitor('mia'), '1-0', 10);
add($ada, '1-0', 10);
$t->event_is($ada, 'set_cart', 'refused in part: the cart is as it says');
$ada->get('/cart?action=show');
$t->cart_is($ada, [ { id => 1 }, { id => 'v7' }, { id => 'v8' } ], 377950, 'EUR',
    'ada: the page of the cart says nothing');
$ada->form('/cart?update=1&id_product=2&id_product_attribute=8&token=t&op=down',
    { ajax => 1, action => 'update', qty => 1 });
$ada->form('/cart?delete=1&id_product=2&id_product_attribute=7&token=t',
    { ajax => 1, action => 'update' });
$t->cart_is($ada, [ { id => 1, quantity => 2 }, { id => 'v8', quantity => 1 } ],
    127850, 'EUR');
$ada->form('/module/blockwishlist/action?action=addProductToWishlist',
    { 'params[id_product]' => 1 });
$t->event_is($ada, 'rejected', 'a wishlist is no cart');
$ada->form('/order', { submitCreate => 1, email => 'taken@example.com',
    firstname => 'Ada' });
$t->nobody($ada, 'ada: a refused address is none');
$ada->form('/order', { submitCreate => 1, email => 'ada@example.co',
    firstname => 'Ada' });
$ada->form('/order', { submitCreate => 1, email => 'ada@example.com',
    firstname => 'Ada' });
$t->shopper_is($ada, 'ada@example.com', 'ada: the newest address counts');
$ada->form('/order', { 'confirm-addresses' => 1 });
$t->event_is($ada, 'add_shipping_info');
$t->not_ordered($ada);

# An order; its page, and that of another cart; later that page again.
my $bob = visitor('bob');
add($bob, '1-0');
$bob->form('/order', { submitCreate => 1, email => 'bob@example.com' });
my $thanks = $bob->form('/module/ps_wirepayment/validation', {})
    ->header('Location') =~ s/^\Q$URL//r;
$t->ordered($bob);
$bob->get($thanks);
$t->ordered($bob);
add($bob, '2-7');
$bob->get($thanks);
$t->cart_is($bob, [ { id => 'v7' } ], undef, undef,
    'bob: his order, looked at again, is no second one');
$bob->get($thanks =~ s/(id_order)=\d+/$1=$_/r) for 7001, 7002;
$bob->get($thanks =~ s/id_order=\d+&//r);
$t->cart_is($bob, [ { id => 'v7' } ], undef, undef,
    'bob: nor with a number that the page does not look at');
$bob->get($thanks =~ s/(id_cart=\d+)/$1$_/r) for 'x', '.0';
$t->event_is($bob, 'no_match', 'bob: nor another way to write the one that it does');
$t->cart_is($bob, [ { id => 'v7' } ]);
$ada->get($thanks);
$t->not_ordered($ada, "ada: another one's order is none");
$ada->get('/index.php?controller=order-confirmation&id_cart=1&id_order=77&key=x');
$t->not_ordered($ada, 'ada: nor is the way to the page that thanks');

# Without friendly URLs; paid elsewhere: only the page that thanks is seen.
my $eve = visitor('eve');
my %cart = (add => 1, action => 'update', ajax => 1, id_product => 1, qty => 3);
$eve->form('/index.php?controller=cart', \%cart);
$t->cart_is($eve, [ { id => 1, quantity => 3 } ]);
$eve->form('/index.php?controller=authentication', { submitLogin => 1,
    email => 'eve@example.com', password => 'wrong' });
$t->nobody($eve);
$eve->form('/index.php?controller=authentication', { submitLogin => 1,
    email => 'eve@example.com', password => 'right' });
$t->shopper_is($eve, 'eve@example.com');
$t->cart_is($eve, [ { id => 1, quantity => 3 } ], 4200, 'EUR',
    'eve: the cart follows her cookie');
$eve->form($_, { submitLogin => 1, submitCreate => 1, email => 'ada@example.com',
    password => 'wrong' }) for '/login', '/registration';
$t->shopper_is($eve, 'eve@example.com', 'eve: is logged in, whatever she types');

my $dan = visitor('dan');
add($dan, '1-0');
$thanks = $dan->form('/elsewhere/validation', {})->header('Location')
    =~ s/^\Q$URL//r;
$dan->get($thanks);
$t->ordered($dan, 'dan: the page that thanks');
$dan->form('/module/ps_wirepayment/validation', {});
$t->event_is($dan, 'rejected', 'without a cart there is no order');

# Subscription; logout, a redirect that is none; the next one in that browser.
my $fay = visitor('fay');
$fay->form('/module/ps_emailsubscription/subscription', { email => 'taken@example.com' });
$fay->form('/en/', { submitNewsletter => 1, action => 0,
    email => 'taken@example.com' });
$fay->form('/en/', { submitNewsletter => 1, action => 1,
    email => 'fay@example.com' });
$t->nobody($fay, 'fay: a refused subscription');
$fay->form('/module/ps_emailsubscription/subscription',
    { email => 'fay@example.com' });
$t->shopper_is($fay, 'fay@example.com');
add($fay, '1-0');
$fay->get($_) for '/?moved=1', '/?touched=1', '/?SubmitCurrency=1&id_currency=2';
$t->shopper_is($fay, 'fay@example.com',
    'fay: a redirect, or another cookie, is no logout');
$fay->get('/?mylogout=');
$t->event_is($fay, 'logout');
$t->nobody($fay);
$fay->form('/module/ps_emailsubscription/subscription',
    { email => 'fay@example.com' });
add($fay, '1-0');
$t->shopper_is($fay, 'fay@example.com');
$fay->get('/en/2-home-accessories?mylogout');
$t->event_is($fay, 'logout', 'fay: a link on any page');
$t->nobody($fay);
add($fay, '2-8');
$t->nobody($fay, 'the next one in that browser is nobody');
$fay->form('/en/', { submitNewsletter => 1, action => 0,
    email => 'fred@example.com' });
$t->shopper_is($fay, 'fred@example.com');

# Registered, and an emptied cart; a cookie that nobody was given.
my $gus = visitor('gus');
$gus->form('/registration', { submitCreate => 1, email => 'taken@example.com' });
$t->nobody($gus);
$gus->form('/registration', { submitCreate => 1, email => 'gus@example.com',
    firstname => 'Gus' });
$t->event_is($gus, 'sign_up');
add($gus, '1-0');
$gus->form('/cart?delete=1&id_product=1&id_product_attribute=0',
    { ajax => 1, action => 'update' });
$t->no_cart($gus);
my $mal = $t->shopper('mal');
$mal->jar->set('PrestaShop-' . 'a1b2' x 8, 'def50200' . 'c' x 1200);
$mal->form('/login', { submitLogin => 1, email => 'eve@example.com',
    password => 'wrong' });
$mal->form('/order', { submitLogin => 1, email => 'eve@example.com',
    password => 'wrong' });
$mal->form('/order', { submitCreate => 1, email => 'taken@example.com' });
$mal->form('/password-recovery', { email => 'eve@example.com' });
$t->nobody($mal);

$t->mailed_are({
    'ada@example.com' => { lines => [ { id => 1, name => 'Mug & Co',
        quantity => 2, price => 1400 }, { id => 'v8', quantity => 1 } ],
        total => 127850, currency => 'EUR', first_name => 'Ada' },
    'bob@example.com' => [ { id => 'v7' } ],
    'eve@example.com' => [ { id => 1, quantity => 3 } ],
    'fay@example.com' => [ { id => 1, quantity => 1 } ],
    'fred@example.com' => [ { id => 'v8', quantity => 1 } ],
});
$t->done;
