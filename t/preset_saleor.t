#!/usr/bin/perl

# conf/presets/saleor.conf, with an origin that answers as Saleor's GraphQL API.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::XS;
use MIME::Base64 qw(decode_base64 encode_base64);
use Test::More;
use Sp::Preset qw(answer);

my %VARIANT = (
    mug  => { name => 'Mug', price => 14 },
    tray => { name => 'Tray', price => 12.5 },
);
my $json = JSON::XS->new->utf8;
my (%checkouts, %customers, $n);


sub id ($kind, $id) { return encode_base64("$kind:$id", '') }

sub money ($amount) {
    return { gross => { amount => $amount, currency => 'EUR' } };
}


sub shown ($checkout) {
    my $total = 0;
    my @lines = map {
        my $v   = $VARIANT{ $_->{variant} };
        my $sum = $v->{price} * $_->{quantity};

        $total += $sum;
        +{ id => $_->{id}, quantity => $_->{quantity},
           totalPrice => money($sum), unitPrice => money($v->{price}),
           variant => { id => id(ProductVariant => $_->{variant}),
               sku => uc $_->{variant}, name => 'Blue', product => {
                   name => $v->{name}, thumbnail => {
                       url => "https://cdn.example/$_->{variant}.webp" } } } }
    } @{ $checkout->{lines} };

    return { id => $checkout->{id}, email => $checkout->{email},
             lines => \@lines, subtotalPrice => money($total),
             totalPrice => money($total + 5) };
}


sub by_token ($headers) {
    my ($token) = ($headers->{authorization} // '') =~ /^Bearer (.*)$/;

    return $token ? $customers{ substr $token, 40 } : undef;
}


# By the operation's name, with variables in{...}.
my %DO = (
    tokenCreate => sub ($v, $me, $headers) {
        my $customer = $customers{ $v->{email} };
        my $right = $customer && $v->{password} eq 'right';

        return { token => $right ? ('a' x 40) . $v->{email} : undef,
            refreshToken => $right ? ('r' x 40) . $v->{email} : undef,
            user => $right ? $customer : undef,
            errors => $right ? [] : [ { code => 'INVALID_CREDENTIALS' } ] };
    },
    tokenRefresh => sub ($v, $me, $headers) {
        return { token => ('b' x 40) . substr($v->{refresh}, 40), errors => [] };
    },
    accountRegister => sub ($v, $me, $headers) {
        my $in = $v->{input};

        return { user => undef, errors => [ { code => 'INVALID' } ] }
            if $in->{email} !~ /@/;
        $customers{ $in->{email} } = { id => id(User => ++$n),
            email => $in->{email}, firstName => $in->{firstName} };
        return { user => { id => '' }, errors => [] };
    },
    requestPasswordReset => sub ($v, $me, $headers) { return { errors => [] } },
    me => sub ($v, $me, $headers) { return $me },
    checkoutCreate => sub ($v, $me, $headers) {
        my $uuid = sprintf '0d0d0d0d-0d0d-4d0d-8d0d-%012d', ++$n;

        $checkouts{$uuid} = { id => id(Checkout => $uuid), lines => [],
            email => $v->{input}{email} // ($me ? $me->{email} : undef) };
        return changed($checkouts{$uuid}, $v->{input}{lines} // []);
    },
    checkoutLinesAdd => sub ($v, $me, $headers) {
        return changed(found($v->{id}), $v->{lines});
    },
    checkoutLinesUpdate => sub ($v, $me, $headers) {
        my $checkout = found($v->{id});

        for my $new (@{ $v->{lines} }) {
            $_->{quantity} = $new->{quantity}
                for grep { $_->{id} eq $new->{lineId} } @{ $checkout->{lines} };
        }
        return changed($checkout, []);
    },
    checkoutLineDelete => sub ($v, $me, $headers) {
        my $checkout = found($v->{id});

        $checkout->{lines}
            = [ grep { $_->{id} ne $v->{lineId} } @{ $checkout->{lines} } ];
        return changed($checkout, []);
    },
    checkoutEmailUpdate => sub ($v, $me, $headers) {
        my $checkout = found($v->{id});

        return failed('INVALID') if $v->{email} !~ /@/;
        $checkout->{email} = $v->{email} if $checkout;
        return changed($checkout, []);
    },
    checkoutCustomerAttach => sub ($v, $me, $headers) {
        my $checkout = found($v->{id});

        @$checkout{qw(email owner)} = ($me->{email}) x 2;
        return changed($checkout, []);
    },
    checkout => sub ($v, $me, $headers) {
        my $checkout = found($v->{id}) or return undef;

        return $checkout->{owner} && !$me ? undef : shown($checkout);
    },
    checkoutComplete => sub ($v, $me, $headers) {
        my $checkout = found($v->{id});

        return { order => undef, confirmationNeeded => JSON::XS::false,
                 errors => [ { code => 'PAYMENT_ERROR' } ] } if !$v->{paid};
        return { order => undef, errors => [],
                 confirmationNeeded => JSON::XS::true } if $v->{paid} == 1;
        delete $checkouts{ substr decode_base64($v->{id}), 9 };
        return { confirmationNeeded => JSON::XS::false, errors => [],
            order => { id => id(Order => 'o1'), number => '17',
                       userEmail => $checkout->{email} } };
    },
);


sub found ($id) { return $checkouts{ substr decode_base64($id // ''), 9 } }

sub failed ($code) {
    return { checkout => undef, errors => [ { code => $code } ] };
}

sub changed ($checkout, $lines) {
    return failed('NOT_FOUND') if !$checkout;

    for (@$lines) {
        return failed('INSUFFICIENT_STOCK') if $_->{quantity} > 9;
        push @{ $checkout->{lines} }, { id => id(CheckoutLine => ++$n),
            variant => $_->{variantId}, quantity => $_->{quantity} };
    }
    @{ $checkout->{lines} } = grep { $_->{quantity} } @{ $checkout->{lines} };

    return { checkout => shown($checkout), errors => [] };
}


sub origin ($method, $uri, $headers, $body) {
    my $data  = $json->decode($body);
    my ($do)  = $data->{operationName} =~ /^(\w+)/;
    my $alias = $data->{query} =~ /(\w+):\s*$do\b/ ? $1 : $do;

    return answer(200, { data => { $alias =>
        $DO{$do}->($data->{variables}, by_token($headers), $headers) } });
}


my $CHECKOUT = 'checkout { id email lines { id quantity totalPrice {'
    . ' gross { amount } } variant { id name product { name } } } }'
    . ' errors { code }';
my $t = Sp::Preset->new('saleor', \&origin, replay => 1);


# A mutation of a checkout: its field, arguments as "name: Type", variables.
sub mutate ($who, $field, $types, $variables, %o) {
    my $declared = join ', ', map { "\$$_: $types->{$_}" } sort keys %$types;
    my $passed   = join ', ', map { "$_: \$$_" } sort keys %$types;
    my $select   = $o{select} // $CHECKOUT;
    my $alias    = $o{alias} ? "$o{alias}: " : '';

    return $who->graphql("mutation $field($declared) { $alias$field($passed) "
        . "{ $select } }", $variables, path => '/graphql/',
        operation => $field)->data->{data}{ $o{alias} // $field };
}


sub checkout ($name, @lines) {
    my $who  = $t->shopper($name);
    my $made = mutate($who, 'checkoutCreate', { input => 'CheckoutCreateInput!' },
        { input => { lines => [ map { +{ variantId => $_->[0],
            quantity => $_->[1] } } @lines ] } });

    return ($who, $made->{checkout}{id}, map { $_->{id} }
        @{ $made->{checkout}{lines} });
}


my %ADD = (id => 'ID', lines => '[CheckoutLineInput!]!');
my %MAIL = (id => 'ID', email => 'String!');
my $MUG = id(ProductVariant => 'mug');
my $TRAY = id(ProductVariant => 'tray');

# Add, change, remove; a refused add; an address typed in pieces.
my ($ada, $ada_id, $ada_mug) = checkout('ada', [ mug => 2 ]);
$t->cart_is($ada, [ { id => $MUG, sku => 'MUG', name => 'Mug', quantity => 2,
    options => 'Blue', price => 1400, total => '',
    image => 'https://cdn.example/mug.webp' } ], 2800, 'EUR');
mutate($ada, 'checkoutLinesAdd', \%ADD,
    { id => $ada_id, lines => [ { variantId => 'tray', quantity => 1 } ] },
    alias => 'add');
$t->cart_is($ada, [ { id => $MUG, quantity => 2 },
    { id => $TRAY, quantity => 1, price => 1250 } ], 4050, 'EUR',
    'under an alias');
mutate($ada, 'checkoutLinesAdd', \%ADD,
    { id => $ada_id, lines => [ { variantId => 'tray', quantity => 10 } ] });
$t->event_is($ada, 'rejected', 'a refused add is no event');
my $line = mutate($ada, 'checkoutLinesUpdate', \%ADD, { id => $ada_id,
    lines => [ { lineId => $ada_mug, quantity => 5 } ] })
    ->{checkout}{lines}[1]{id};
$t->cart_is($ada, [ { id => $MUG, quantity => 5 },
    { id => $TRAY, quantity => 1 } ], 8250, 'EUR');
mutate($ada, 'checkoutLineDelete', { id => 'ID', lineId => 'ID' },
    { id => $ada_id, lineId => $line });
$t->cart_is($ada, [ { id => $MUG, quantity => 5 } ], 7000, 'EUR');

mutate($ada, 'checkoutEmailUpdate', \%MAIL, { id => $ada_id, email => 'x' });
$t->nobody($ada, 'ada: a refused address is none');
mutate($ada, 'checkoutEmailUpdate', \%MAIL,
    { id => $ada_id, email => 'ada@example.co' });
$t->shopper_is($ada, 'ada@example.co');
mutate($ada, 'checkoutEmailUpdate', \%MAIL,
    { id => $ada_id, email => 'ada@example.com' }, select => 'errors { code }');
$t->shopper_is($ada, 'ada@example.com', 'ada: the newest address counts');
$t->cart_is($ada, [ { id => $MUG, quantity => 5 } ]);

# A payment that is refused, and one that wants more, are no orders.
my %PAY = (id => 'ID', paid => 'Int');
my $ORDER = 'order { id number userEmail } confirmationNeeded errors { code }';
for my $paid (0, 1) {
    mutate($ada, 'checkoutComplete', \%PAY, { id => $ada_id, paid => $paid },
        select => $ORDER);
    $t->not_ordered($ada);
}
$t->cart_is($ada, [ { id => $MUG, quantity => 5 } ]);

# An order; the checkout is gone then.
my ($bob, $bob_id) = checkout('bob', [ mug => 1 ]);
mutate($bob, 'checkoutEmailUpdate', \%MAIL,
    { id => $bob_id, email => 'bob@example.com' });
mutate($bob, 'checkoutComplete', \%PAY, { id => $bob_id, paid => 2 },
    select => $ORDER);
$t->ordered($bob);

# A customer: sign-up, login, the next token, a checkout of her own.
my $eve = $t->shopper('eve');
mutate($eve, 'accountRegister', { input => 'AccountRegisterInput!' },
    { input => { email => 'no address' } }, select => 'errors { code }');
$t->event_is($eve, 'rejected');
mutate($eve, 'accountRegister', { input => 'AccountRegisterInput!' },
    { input => { email => 'eve@example.com', firstName => 'Eve' } },
    select => 'errors { code }');
$t->event_is($eve, 'sign_up');
my %LOGIN = (email => 'String!', password => 'String!');
my $TOKENS = 'token refreshToken user { id email } errors { code }';
mutate($eve, 'tokenCreate', \%LOGIN,
    { email => 'eve@example.com', password => 'wrong' }, select => $TOKENS);
$t->event_is($eve, 'rejected', 'a refused login');
my $tokens = mutate($eve, 'tokenCreate', \%LOGIN,
    { email => 'eve@example.com', password => 'right' }, select => $TOKENS);
$t->event_is($eve, 'login,identify');

# A storefront server that calls for her keeps no cookie.
my $server = $t->shopper('eve, by a server', jar => undef);
my $next = $server->graphql('mutation tokenRefresh($refresh: String!) {'
    . ' tokenRefresh(refreshToken: $refresh) { token errors { code } } }',
    { refresh => $tokens->{refreshToken} }, path => '/graphql/',
    operation => 'tokenRefresh')->data->{data}{tokenRefresh}{token};
$server->header(Authorization => "Bearer $next");
my $hers = mutate($server, 'checkoutCreate', { input => 'CheckoutCreateInput!' },
    { input => { lines => [ { variantId => 'tray', quantity => 3 } ] } },
    select => $CHECKOUT =~ s/ email//r)->{checkout}{id};
mutate($server, 'checkoutCustomerAttach', { id => 'ID' }, { id => $hers });
$t->shopper_is($server, 'eve@example.com');

# What strangers ask of other people's checkouts.
my $mal = $t->shopper('mal');
my $query = 'query checkout($id: ID!) { checkout(id: $id) { id email lines { id'
    . ' quantity variant { id } } } }';
$mal->graphql($query, { id => $hers }, path => '/graphql/',
    operation => 'checkout');
$t->event_is($mal, 'rejected', 'null of another\'s checkout says nothing');
$t->cart_is($server, [ { id => $TRAY, quantity => 3 } ]);
mutate($mal, 'checkoutEmailUpdate', \%MAIL, {
    id => id(Checkout => '0d0d0d0d-0d0d-4d0d-8d0d-999999999999'),
    email => 'victim@example.com' });
$t->nobody($mal);
mutate($mal, 'requestPasswordReset', { email => 'String!' },
    { email => 'victim@example.com' }, select => 'errors { code }');
$t->event_is($mal, 'rejected', 'a forgotten password is nobody');


$t->mailed_are({
    'ada@example.com' => {
        lines => [ { id => $MUG, name => 'Mug', quantity => 5, price => 1400 } ],
        total => 7000, currency => 'EUR',
    },
    'eve@example.com' => [ { id => $TRAY, quantity => 3 } ],
});
$t->done;
