#!/usr/bin/perl

# conf/presets/vendure.conf, with an origin that answers as Vendure's shop API:
# sessions in a cookie, and in a bearer token.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::XS;
use MIME::Base64 qw(decode_base64 encode_base64);
use Test::More;
use Sp::Preset qw(answer);

my %VARIANT = (
    1 => { sku => 'MUG', name => 'Mug Blue', price => 1400 },
    2 => { sku => 'TRAY', name => 'Tray', price => 1250 },
);
my $json = JSON::XS->new->utf8;
my (%sessions, %customers, %orders, $n);


sub failed ($code) { return { errorCode => $code, message => 'x' } }

sub shown ($order) {
    my $total = 0;
    my @lines = map {
        my $v   = $VARIANT{ $_->{variant} };
        my $sum = $v->{price} * $_->{quantity};

        $total += $sum;
        +{ id => $_->{id}, quantity => $_->{quantity},
           unitPriceWithTax => $v->{price}, linePriceWithTax => $sum,
           productVariant => { id => $_->{variant}, sku => $v->{sku},
               name => $v->{name} }, featuredAsset => {
                   preview => "https://cdn.example/$v->{sku}.png" } }
    } $order->{lines}->@*;

    return { $order->%{qw(code state active customer)}, currencyCode => 'USD',
             lines => \@lines, subTotalWithTax => $total,
             totalWithTax => $total + 500 };
}

# What is in the order of a session; the first line begins it.
sub cart ($s) {
    return $s->{order} //= do {
        my $code = sprintf 'PN88WCHU8FABM%03d', ++$n;

        $orders{$code} = { code => $code, state => 'AddingItems', lines => [],
            active => JSON::XS::true, customer => $s->{customer} };
    };
}

sub changed ($s, $change) {
    return failed('NO_ACTIVE_ORDER_ERROR') if !$s->{order};
    $change->($s->{order});
    return shown($s->{order});
}

# Another token for what the session had.
sub renewed ($s, %new) {
    my $token = sprintf '%064x', ++$n;

    delete $sessions{ $s->{token} // '' };
    return %$s = (order => $s->{order}, %new, token => $token, fresh => 1);
}


# By the field's name, with its variables.
my %DO = (
    activeOrder    => sub ($s, $v) { $s->{order} && shown($s->{order}) },
    activeCustomer => sub ($s, $v) { $s->{customer} },
    product        => sub ($s, $v) { return { id => 1, name => 'Mug Blue' } },
    addItemToOrder => sub ($s, $v) {
        my $order = cart($s);

        return failed('INSUFFICIENT_STOCK_ERROR') if $v->{quantity} > 9;
        push $order->{lines}->@*, { id => ++$n, variant => $v->{variant},
            quantity => $v->{quantity} };
        return shown($order);
    },
    adjustOrderLine => sub ($s, $v) {
        return changed($s, sub ($order) {
            $_->{quantity} = $v->{quantity}
                for grep { $_->{id} eq $v->{line} } $order->{lines}->@*;
        });
    },
    removeOrderLine => sub ($s, $v) {
        return changed($s, sub ($order) {
            $order->{lines} = [ grep { $_->{id} ne $v->{line} }
                $order->{lines}->@* ];
        });
    },
    removeAllOrderLines => sub ($s, $v) {
        return changed($s, sub ($order) { $order->{lines} = [] });
    },
    setCustomerForOrder => sub ($s, $v) {
        my $email = $v->{input}{emailAddress};

        return failed('ALREADY_LOGGED_IN_ERROR') if $s->{customer};
        return failed('EMAIL_ADDRESS_CONFLICT_ERROR') if $customers{$email};
        return changed($s, sub ($order) {
            $order->{customer} = { id => ++$n, emailAddress => $email,
                firstName => $v->{input}{firstName} };
        });
    },
    setOrderShippingAddress => sub ($s, $v) { changed($s, sub ($order) { }) },
    transitionOrderToState => sub ($s, $v) {
        return changed($s, sub ($order) { $order->{state} = $v->{state} });
    },
    addPaymentToOrder => sub ($s, $v) {
        return failed('PAYMENT_DECLINED_ERROR') if $v->{input}{method} eq 'bad';
        return changed($s, sub ($order) {
            $order->{state}  = 'PaymentSettled';
            $order->{active} = JSON::XS::false;
        });
    },
    createStripePaymentIntent => sub ($s, $v) { 'pi_1_secret_2' },
    orderByCode => sub ($s, $v) { shown($orders{ $v->{code} }) },
    login => sub ($s, $v) {
        my $customer = $customers{ $v->{username} };

        return failed('INVALID_CREDENTIALS_ERROR')
            if !$customer || $v->{password} ne 'right';
        renewed($s, customer => $customer);
        return { id => "u$customer->{id}", identifier => $v->{username} };
    },
    logout => sub ($s, $v) {
        delete $sessions{ $s->{token} };
        %$s = (token => '', fresh => 1);
        return { success => JSON::XS::true };
    },
    registerCustomerAccount => sub ($s, $v) {
        my $email = $v->{input}{emailAddress};

        return failed('PASSWORD_VALIDATION_ERROR') if !$v->{input}{password};
        $customers{$email} = { id => ++$n, emailAddress => $email,
            firstName => $v->{input}{firstName} };
        return { success => JSON::XS::true };
    },
    requestPasswordReset => sub ($s, $v) { return { success => JSON::XS::true } },
);


# A shop with its names.  A client that sends X-Bearer keeps the token itself.
sub shop ($path, $cookie, $header) {
    return sub ($method, $uri, $headers, $body) {
        return answer(404, {}) if $uri ne $path;

        my $bearer = $headers->{'x-bearer'};
        my ($token) = ($bearer ? $headers->{authorization} // ''
            : $headers->{cookie} // '') =~ ($bearer ? qr/^Bearer (.+)$/
            : qr/(?:^|; )\Q$cookie\E=([^;]+)/);

        $token = $json->decode(decode_base64($token))->{token}
            if !$bearer && defined $token;

        my $s = $token && $sessions{$token} || do { my %new; renewed(\%new); \%new };
        my $data    = $json->decode($body);
        my ($field) = $data->{operationName};
        my $alias   = $data->{query} =~ /(\w+):\s*$field\b/ ? $1 : $field;
        my $done    = $DO{$field}->($s, $data->{variables});

        delete $s->{order} if $s->{order} && !$s->{order}{active};
        $sessions{ $s->{token} } = $s if $s->{token};

        return answer(200, { data => { $alias => $done } }, !delete $s->{fresh}
            ? () : $bearer ? ($header => $s->{token})
            : ('Set-Cookie' => "$cookie=" . encode_base64($json->encode(
                { token => $s->{token} }), '') . '; path=/; httponly'));
    };
}


my $ORDER = 'code state active currencyCode subTotalWithTax lines { id quantity'
    . ' unitPriceWithTax linePriceWithTax productVariant { id sku name }'
    . ' featuredAsset { preview } }';
my %TYPE = (variant => 'ID!', line => 'ID!', quantity => 'Int!', code => 'String!',
    state => 'String!', username => 'String!', password => 'String!',
    input => 'Input!');
my %SELECT = (
    activeCustomer => 'id emailAddress firstName', logout => 'success',
    login => '... on CurrentUser { id identifier } ... on ErrorResult {'
        . ' errorCode }', product => 'id name',
    registerCustomerAccount => '... on Success { success } ... on ErrorResult {'
        . ' errorCode }', requestPasswordReset => '... on Success { success }',
);

# A field with its variables, as a storefront asks for it; what it answers.
sub api ($who, $field, $variables = {}, %o) {
    my @names    = sort keys %$variables;
    my $declared = join ', ', map { "\$$_: $TYPE{$_}" } @names;
    my $passed   = join ', ', map { "$_: \$$_" } @names;
    my $kind     = $field =~ /^(?:active|order|product$)/ ? 'query' : 'mutation';
    my $alias    = $o{alias} ? "$o{alias}: " : '';
    my $select   = $o{select} // $SELECT{$field}
        // "... on Order { $ORDER } ... on ErrorResult { errorCode message }";

    $select = $ORDER if $kind eq 'query' && $field =~ /Order|orderBy/;
    $select = $select eq '' ? '' : "{ $select }";

    my $answer = $who->graphql("$kind $field" . (@names ? "($declared)" : '')
        . " { $alias$field" . (@names ? "($passed)" : '') . " $select }",
        $variables, path => $o{path} // '/shop-api', operation => $field);
    my $token = $answer->header($o{token} // 'vendure-auth-token');

    $who->header(Authorization => $token ne '' ? "Bearer $token" : undef)
        if defined $token;

    return $answer->data->{data}{ $o{alias} // $field };
}

sub add ($who, $variant, $quantity, %o) {
    return api($who, 'addItemToOrder', { variant => $variant,
        quantity => $quantity }, %o);
}

my $t = Sp::Preset->new('vendure', shop('/shop-api', 'session',
    'vendure-auth-token'), replay => 1);

sub guest ($who, $email, %o) {
    return api($who, 'setCustomerForOrder', { input => { emailAddress => $email,
        firstName => ucfirst $who->{name} =~ s/\W.*//sr } }, %o);
}

sub bearer ($name) {
    return $t->shopper($name, jar => undef)->header('X-Bearer' => 1);
}


# Add, change, remove; a refused add is answered 200.
my $ada = $t->shopper('ada');
api($ada, 'activeOrder');
api($ada, 'product');
$t->event_is($ada, 'rejected', 'the catalogue is looked at in vain');
my $mug = add($ada, 1, 2)->{lines}[0]{id};
$t->cart_is($ada, [ { id => 1, key => $mug, sku => 'MUG', name => 'Mug Blue',
    quantity => 2, price => 1400, image => 'https://cdn.example/MUG.png' } ],
    2800, 'USD');
my $tray = add($ada, 2, 1, alias => 'put')->{lines}[1]{id};
$t->cart_is($ada, [ { id => 1, quantity => 2 }, { id => 2, quantity => 1,
    price => 1250 } ], 4050, 'USD', 'under an alias');
add($ada, 2, 10);
$t->cart_is($ada, [ { id => 1, quantity => 2 }, { id => 2, quantity => 1 } ],
    4050, 'USD', 'a refused add changes nothing');
api($ada, 'adjustOrderLine', { line => $mug, quantity => 5 });
api($ada, 'removeOrderLine', { line => $tray });
$t->cart_is($ada, [ { id => 1, quantity => 5 } ], 7000, 'USD');

# The address at the checkout: corrected, and one that is refused.
$t->nobody($ada);
guest($ada, 'ada@example.co');
$t->shopper_is($ada, 'ada@example.co');
guest($ada, 'ada@example.com',
    select => '... on Order { id } ... on ErrorResult { errorCode }');
$t->shopper_is($ada, 'ada@example.com', 'ada: the newest address counts');
api($ada, 'setOrderShippingAddress', { input => { city => 'Ulm' } });
$t->event_is($ada, 'add_shipping_info,set_cart');
api($ada, 'transitionOrderToState', { state => 'ArrangingPayment' });
api($ada, 'addPaymentToOrder', { input => { method => 'bad' } });
$t->not_ordered($ada);
$t->cart_is($ada, [ { id => 1, quantity => 5 } ], 7000, 'USD',
    'a declined payment is no order');

# An order with a bearer token; its page again, with a new cart.
my $bob = bearer('bob');
add($bob, 1, 1);
guest($bob, 'bob@example.com');
my $code = api($bob, 'addPaymentToOrder', { input => { method => 'card' } })
    ->{code};
$t->ordered($bob);
api($bob, 'orderByCode', { code => $code });
$t->ordered($bob, 'bob: the order\'s page brings nothing back');
add($bob, 2, 1);
api($bob, 'removeAllOrderLines');
$t->no_cart($bob);

# One pays at a provider's page, and comes back or does not.
my ($cid, $dan) = map {
    my $who = $t->shopper($_);

    add($who, 1, 1);
    guest($who, "$_\@example.com");
    api($who, 'createStripePaymentIntent', {}, select => '');
    $t->pending($who);
    $who;
} qw(cid dan);
$t->pending($cid, 'cid: not yet');

# A customer: sign-up, login, another token with the same cart, logout.
for my $eve ($t->shopper('eve'), bearer('eva')) {
    my $name = $eve->{name};
    my %account = (emailAddress => "$name\@example.com", firstName => ucfirst $name);
    my %login = (username => "$name\@example.com", password => 'wrong');

    api($eve, 'login', \%login);
    $t->nobody($eve, "$name: a refused login");
    add($eve, 2, 3);
    api($eve, 'registerCustomerAccount', { input => \%account });
    $t->nobody($eve, "$name: a refused sign-up");
    api($eve, 'registerCustomerAccount',
        { input => { %account, password => 'x' } });
    $t->shopper_is($eve, "$name\@example.com");
    api($eve, 'login', { %login, password => 'right' });
    $t->event_is($eve, 'login');
    $t->shopper_is($eve, "$name\@example.com");
    $t->cart_is($eve, [ { id => 2, quantity => 3 } ], 3750, 'USD',
        "$name: the cart moves with the token");
    api($eve, 'activeCustomer');
    $t->event_is($eve, 'identify');
    guest($eve, 'friend@example.com');
    $t->shopper_is($eve, "$name\@example.com", "$name: is not another then");
    api($eve, 'logout');
    $t->nobody($eve, "$name: has logged out");
    add($eve, 1, 1);
    $t->nobody($eve, "$name: the next one there is nobody");
}

# What a stranger says.
my $mal = $t->shopper('mal');
api($mal, 'requestPasswordReset', { username => 'eve@example.com' });
$t->nobody($mal, 'mal: a forgotten password is nobody');
guest($mal, 'victim@example.com');
$t->nobody($mal, 'mal: without an order there is no customer');
add($mal, 1, 1);
guest($mal, 'eve@example.com');
$t->nobody($mal, 'mal: nor with an address that has an account');
api($mal, 'activeCustomer');
$t->event_is($mal, 'rejected', 'no customer is nobody');

$t->mailed_are({
    'ada@example.com' => { lines => [ { id => 1, name => 'Mug Blue', quantity => 5,
        price => 1400 } ], total => 7000, currency => 'USD',
        first_name => 'Ada' },
    map { ("$_\@example.com" => [ { id => 2, quantity => 3 } ]) } qw(eve eva),
});

# A shop that calls all of it otherwise.
my %other = (vendure_path => '/api/shop', vendure_session => 'basket',
    vendure_token => 'x-shop-token');
my $u = Sp::Preset->new('vendure', shop(@other{qw(vendure_path vendure_session
    vendure_token)}), define => \%other);

for my $who ($u->shopper('fay'),
    $u->shopper('gus', jar => undef)->header('X-Bearer' => 1))
{
    my @there = (path => '/api/shop', token => 'x-shop-token');

    add($who, 1, 1, @there);
    add($who, 2, 1, @there);
    guest($who, "$who->{name}\@example.com", @there);
    $u->cart_is($who, [ { id => 1 }, { id => 2 } ], 2650, 'USD');
    $u->shopper_is($who, "$who->{name}\@example.com");
}

$u->nothing_lost;
$t->done;
