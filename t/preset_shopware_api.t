#!/usr/bin/perl

# conf/presets/shopware-api.conf, with an origin that answers as Shopware 6.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::XS;
use Test::More;
use Sp::Preset qw(answer);

my %PRODUCT = (
    p1 => { number => 'SW1', name => 'Mug', price => 14 },
    p2 => { number => 'SW2', name => 'Tray', price => 12.5 },
);
my $json = JSON::XS->new->utf8;
my (%contexts, %customers, $n);


sub shown ($token, @errors) {
    my $context = $contexts{$token};
    my $total   = 0;
    my @lines   = map {
        my $product = $PRODUCT{ $_->{id} };
        my $sum     = $product->{price} * $_->{quantity};

        $total += $sum;
        +{ id => $_->{id}, referencedId => $_->{id}, type => 'product',
           label => $product->{name}, quantity => $_->{quantity},
           cover => { url => "https://cdn.example/$_->{id}.webp" },
           price => { unitPrice => $product->{price}, totalPrice => $sum },
           payload => { productNumber => $product->{number},
               options => [ { group => 'Colour', option => 'Blue' } ] } }
    } @{ $context->{lines} };

    push @lines, { id => 'promo', referencedId => 'TEN', type => 'promotion',
        label => 'Ten off', quantity => 1, payload => {},
        price => { unitPrice => -10, totalPrice => -10 } } if $context->{promo};
    $total -= 10 if $context->{promo};

    return { token => $token, lineItems => \@lines, errors => \@errors,
             price => { positionPrice => $total, totalPrice => $total + 5 } };
}


sub token ($context) {
    my $token = sprintf 'SW%030d', ++$n;
    $contexts{$token} = $context;
    return $token;
}


sub origin ($method, $uri, $headers, $body) {
    my $data  = $body =~ /^\{/ ? $json->decode($body) : {};
    my $token = $headers->{'sw-context-token'} // '';
    my ($path) = $uri =~ m{^/store-api(/[^?]*)}
        or return answer(404, { errors => [] });

    $token = token({ lines => [] }) if !$contexts{$token};

    my $reply = sub ($status, $what) {
        return answer($status, $what, 'sw-context-token' => $token);
    };
    my $context = $contexts{$token};

    if ($path eq '/context') {
        return $reply->(200, { token => $token,
            customer => $context->{customer} }) if $method eq 'GET';
        return $reply->(200, { contextToken => $token });
    }

    if ($path eq '/account/register') {
        return $reply->(400, { errors => [ {} ] }) if $data->{email} !~ /@/;

        my $customer = { id => 'c' . ++$n, guest => $data->{guest},
            email => $data->{email}, firstName => $data->{firstName} };

        $customers{ $data->{email} } = $customer if !$data->{guest};
        delete $contexts{$token};
        $token = token({ %$context, customer => $customer });
        return $reply->(200, $customer);
    }

    if ($path eq '/account/login') {
        my $customer = $customers{ $data->{username} };

        return $reply->(401, { errors => [ {} ] })
            if !$customer || $data->{password} ne 'right';
        $token = token({ lines => [ @{ $context->{lines} } ],
            customer => $customer });
        return $reply->(200, { contextToken => $token });
    }

    if ($path eq '/account/logout') {
        $token = token({ lines => [] });
        return $reply->(200, { contextToken => $token });
    }

    if ($path eq '/account/customer') {
        return $context->{customer} ? $reply->(200, $context->{customer})
            : $reply->(403, { errors => [ {} ] });
    }

    return $reply->(204, undef)
        if $path eq '/newsletter/subscribe' || $path eq '/account/recovery-password';

    return $reply->(200, { elements => [ { id => 'p1', name => 'Mug' } ] })
        if $path eq '/product';

    return cart($method, $path, $token, $context, $data, $reply);
}


sub cart ($method, $path, $token, $context, $data, $reply) {
    if ($path eq '/checkout/order') {
        return $reply->(400, { errors => [ {} ] }) if !@{ $context->{lines} };
        $context->{lines} = [];
        return $reply->(200, { id => 'o' . ++$n, orderNumber => '10017',
            orderCustomer => { email => $context->{customer}{email} } });
    }

    my @errors;

    for my $item (@{ $data->{items} // [] }) {
        my ($line) = grep { $_->{id} eq $item->{id} } @{ $context->{lines} };

        if ($item->{quantity} > 9) {
            push @errors, { message => 'product-stock-reached' };
        } elsif ($item->{id} eq 'TEN') {
            $context->{promo} = 1;
        } elsif ($line) {
            $line->{quantity} = $item->{quantity}
                + ($method eq 'POST' ? $line->{quantity} : 0);
        } else {
            push @{ $context->{lines} }, $item;
        }
    }

    my %gone = map { $_ => 1 } @{ $data->{ids} // [] };

    $context->{lines} = [ grep { !$gone{ $_->{id} } } @{ $context->{lines} } ];

    if ($method eq 'DELETE' && $path eq '/checkout/cart') {
        $context->{lines} = [];
        return $reply->(204, undef);
    }

    return $reply->(200, shown($token, @errors));
}


my $t = Sp::Preset->new('shopware-api', \&origin,
    server => 'sitepreserver_currency EUR;');
my $CART = '/store-api/checkout/cart';


# A call of the store API, with the token of the last answer.
sub api ($who, $method, $path, $data = undef, %o) {
    my $answer = $who->call($method, "/store-api$path", $data, %o);

    $who->header('sw-context-token' => $answer->header('sw-context-token'));
    return $answer->data if $answer->{body} ne '';
}

sub add ($who, $id, $quantity) {
    return api($who, 'POST', '/checkout/cart/line-item',
        { items => [ { id => $id, type => 'product', quantity => $quantity } ] });
}


# Add, change, remove; a refused add; a promotion; a guest at the checkout.
my $ada = $t->shopper('ada');
api($ada, 'GET', '/context');
add($ada, 'p1', 2);
$t->cart_is($ada, [ { id => 'SW1', name => 'Mug', options => 'Blue',
    quantity => 2, price => 1400, image => 'https://cdn.example/p1.webp' } ],
    2800, 'EUR');
add($ada, 'p2', 1);
add($ada, 'p2', 10);
$t->cart_is($ada, [ { id => 'SW1', quantity => 2 },
    { id => 'SW2', quantity => 1, price => 1250 } ], 4050, 'EUR',
    'a refused add is an answer with errors');
api($ada, 'PATCH', '/checkout/cart/line-item',
    { items => [ { id => 'p1', quantity => 5 } ] });
api($ada, 'POST', '/checkout/cart/line-item/delete', { ids => ['p2'] });
$t->cart_is($ada, [ { id => 'SW1', quantity => 5 } ], 7000, 'EUR');
add($ada, 'TEN', 1);
$t->cart_is($ada, [ { id => 'SW1', quantity => 5 } ], 6000, 'EUR',
    'a promotion is no line');
$t->nobody($ada);
api($ada, 'POST', '/account/register', { guest => JSON::XS::true,
    email => 'no address' }, status => 400);
$t->nobody($ada, 'ada: a refused address is none');
api($ada, 'POST', '/account/register', { guest => JSON::XS::true,
    email => 'ada@example.com', firstName => 'Ada' });
$t->shopper_is($ada, 'ada@example.com');
$t->cart_is($ada, [ { id => 'SW1', quantity => 5 } ], 6000, 'EUR',
    'the cart moves with the token');
api($ada, 'GET', '/account/customer');
$t->event_is($ada, 'rejected', 'a guest is no account');

# An order; a refused one.
my $bob = $t->shopper('bob');
add($bob, 'p1', 1);
api($bob, 'POST', '/account/register', { email => 'bob@example.com',
    firstName => 'Bob' });
$t->event_is($bob, 'sign_up');
api($bob, 'POST', '/checkout/order', {});
$t->ordered($bob);
api($bob, 'POST', '/checkout/order', {}, status => 400);
$t->no_cart($bob);

# Login, the cart of a customer, logout; another person in the same browser.
my $eve = $t->shopper('eve');
api($eve, 'POST', '/account/login',
    { username => 'bob@example.com', password => 'wrong' }, status => 401);
$t->nobody($eve, 'eve: a refused login');
add($eve, 'p2', 3);
api($eve, 'POST', '/account/register', { email => 'eve@example.com' });
api($eve, 'POST', '/account/logout', {});
$t->nobody($eve, 'eve: has logged out');
api($eve, 'POST', '/account/login',
    { username => 'eve@example.com', password => 'right' });
$t->shopper_is($eve, 'eve@example.com');
add($eve, 'p2', 2);
api($eve, 'GET', '/account/customer');
$t->event_is($eve, 'identify');
api($eve, 'GET', '/product');
$t->event_is($eve, 'no_match', 'the catalogue is not read');

# The newsletter; an emptied cart.
my $fay = $t->shopper('fay');
add($fay, 'p1', 1);
api($fay, 'POST', '/newsletter/subscribe',
    { email => 'fay@example.com', option => 'subscribe' });
$t->shopper_is($fay, 'fay@example.com');
api($fay, 'DELETE', '/checkout/cart');
$t->no_cart($fay);

# What a stranger says.
my $mal = $t->shopper('mal');
$mal->header('sw-context-token' => 'SW' . '9' x 30);
api($mal, 'GET', '/account/customer', undef, status => 403);
$t->nobody($mal);
api($mal, 'POST', '/account/recovery-password', { email => 'victim@example.com' });
$t->nobody($mal, 'mal: a forgotten password is nobody');
api($mal, 'POST', '/newsletter/subscribe',
    { email => 'fay@example.com', option => 'unsubscribe' });
$t->nobody($mal, 'mal: nor is an unsubscribed address');

$t->mailed_are({
    'ada@example.com' => { lines => [ { id => 'SW1', name => 'Mug',
        quantity => 5 } ], total => 6000, currency => 'EUR',
        first_name => 'Ada' },
    'eve@example.com' => [ { id => 'SW2', quantity => 2 } ],
});
$t->done;
