#!/usr/bin/perl

# conf/presets/opencart.conf, with an origin that answers as OpenCart 3 and 4.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Preset qw(answer page redirect);

my %PRODUCT = (
    40 => { name => 'Mug &amp; Co', price => 14 },
    41 => { name => 'Tray', price => 550 },
);
my $URL = 'http://shop.example/index.php?route=';
my (%sessions, $n);


sub money ($amount) {
    my $text = sprintf '%.2f', $amount;

    1 while $text =~ s/^(\d+)(\d{3})/$1,$2/;
    return "$text\x{20ac}";
}


# The mini cart: of 3 with a button, of 4 with a form.
sub mini ($session) {
    my $total = 0;
    my $rows = '';

    return page('<ul class="dropdown-menu"><li><p class="text-center">Your'
        . ' shopping cart is empty!</p></li></ul>') if !@{ $session->{cart} };

    for (@{ $session->{cart} }) {
        my $product = $PRODUCT{ $_->{id} };
        my $href = "${URL}product/product&amp;product_id=$_->{id}";
        my $sum = $product->{price} * $_->{qty};
        my $remove = $session->{four}
            ? "<form action=\"${URL}common/cart.remove\" method=\"post\"><input"
                . " type=\"hidden\" name=\"key\" value=\"$_->{key}\"></form>"
            : "<button type=\"button\" onclick=\"cart.remove('$_->{key}');\">";

        $total += $sum;
        $rows .= "<tr><td class=\"text-center\"><a href=\"$href\"><img"
            . " src=\"http://shop.example/$_->{id}.jpg\" alt=\"x\"></a></td>\n"
            . "<td><a href=\"$href\">$product->{name}</a><br />\n -"
            . " <small>Colour Blue</small></td>\n<td>x $_->{qty}</td>\n<td>"
            . money($sum) . "</td><td>$remove</td></tr>\n";
    }

    my $html = '<button><span id="cart-total">x</span></button><ul'
        . ' class="dropdown-menu"><li><table class="table table-striped">'
        . "$rows</table></li><li><div><table class=\"table table-bordered\">"
        . '<tr><td><strong>Sub-Total</strong></td><td>' . money($total)
        . '</td></tr><tr><td><strong>Total</strong></td><td>'
        . money($total + 5) . '</td></tr></table></div></li></ul>';

    utf8::encode($html);
    return page($html);
}


sub origin ($method, $uri, $headers, $body) {
    my ($sid) = ($headers->{cookie} // '') =~ /\bOCSESSID=([^;]+)/;
    my %field = map { s/%5B/[/r =~ s/%5D/]/r =~ s/%40/\@/r }
        map { /^([^=]*)=(.*)$/s } split /&/, ($uri =~ s/^[^?]*\??//r) . "&$body";

    $field{$1} = $2 while $body =~ /name="([^"]+)"\r\n\r\n(.*?)\r\n/g;
    $sid = sprintf '%026d', ++$n if !$sid || !$sessions{$sid};
    $sessions{$sid} //= { cart => [], four => 0 };

    my $answer = shop($method, $field{route} // '', \%field, $sessions{$sid});

    $answer->[1] = [ (ref $answer->[1] eq 'HASH' ? %{ $answer->[1] }
        : @{ $answer->[1] }), 'Set-Cookie' => "OCSESSID=$sid; path=/" ];
    return $answer;
}


sub shop ($method, $route, $field, $session) {
    my $cart = $session->{cart};
    my $four = $session->{four} = $route =~ /[.|]/ ? 1 : $session->{four};
    my $done = answer(200, { success => 'Success!' });

    if ($route =~ m{^checkout/cart[/.|]add$}) {
        return answer(200, { error => { option => { 226 => 'required' } },
            redirect => "${URL}product/product" }) if $field->{quantity} > 9;
        push @$cart, { key => ++$n, id => $field->{product_id},
            qty => $field->{quantity} };
        return $done;
    }

    return mini($session) if $route =~ m{^common/cart[/.|]info$};

    if ($route =~ m{^checkout/cart([/.|])edit$}) {
        for my $line (@$cart) {
            $line->{qty} = $four ? $field->{quantity}
                : $field->{"quantity[$line->{key}]"}
                if !$four || $field->{key} == $line->{key};
        }
        return $four ? $done : redirect("${URL}checkout/cart");
    }

    if ($route =~ m{^(?:checkout|common)/cart[/.|]remove$}) {
        @$cart = grep { $_->{key} ne $field->{key} } @$cart;
        return @$cart ? $done : answer(200, { redirect => "${URL}checkout/cart" });
    }

    my $good = ($field->{email} // '') =~ /\@.*\./;

    if ($route =~ m{^checkout/(?:guest|register)[/.|]save$}) {
        return answer(200, { error => { email => 'invalid' } }) if !$good;
        return $four ? $done : answer(200, []);
    }

    return people($route, $field, $session, $good);
}


sub people ($route, $field, $session, $good) {
    my $right = ($field->{password} // '') eq 'right';

    return $right ? redirect("${URL}account/account") : page('no match')
        if $route eq 'account/login';
    return answer(200, $right ? { redirect => "${URL}account/account"
        . '&customer_token=1a2b' } : { error => { warning => 'no match' } })
        if $route =~ m{^account/login[.|]login$};
    return $good ? redirect("${URL}account/success") : page('refused')
        if $route eq 'account/register';
    return page('An address was sent') if $route =~ m{^account/forgotten};

    if ($route eq 'account/logout') {
        $session->{cart} = [];
        return page('Goodbye');
    }

    if ($route =~ m{payment/cod[/.|]confirm$}) {
        return answer(200, { error => 'no method' }) if !@{ $session->{cart} };
        return answer(200, { redirect => "${URL}checkout/success" });
    }

    $session->{cart} = [] if $route eq 'checkout/success';
    return page('<h1>A page</h1>');
}


my $t = Sp::Preset->new('opencart', \&origin, replay => 1);


sub ask ($who, $route, $fields = undef, %o) {
    return $fields ? $who->form("/index.php?route=$route", $fields, %o)
        : $who->get("/index.php?route=$route", %o);
}

sub add ($who, $product, $quantity, $dot = '/') {
    ask($who, "checkout/cart${dot}add",
        { product_id => $product, quantity => $quantity });
    my $html = ask($who, "common/cart${dot}info")->{body};

    return $html =~ /(?:remove\('|name="key" value=")(\d+)(?!.*name="key"|.*remove\(')/s
        && $1;
}

sub visitor ($name) {
    my $who = $t->shopper($name);

    ask($who, 'common/home');
    return $who;
}


# Version 3: add, change, remove; a refused add; a refused address.
my $ada = visitor('ada');
my $mug = add($ada, 40, 2);
$t->cart_is($ada, [ { id => 40, name => 'Mug & Co', quantity => 2,
    total => 2800, options => '',
    image => 'http://shop.example/40.jpg' } ], 2800, 'EUR');
my $tray = add($ada, 41, 2);
$t->cart_is($ada, [ { id => 40, quantity => 2 },
    { id => 41, quantity => 2, total => 110000 } ], 112800, 'EUR');
ask($ada, 'checkout/cart/add', { product_id => 41, quantity => 10 });
$t->event_is($ada, 'rejected', 'a refused add');
$ada->multipart('/index.php?route=checkout/cart/edit',
    [ "quantity[$mug]" => 5, "quantity[$tray]" => 1 ]);
$t->cart_is($ada, [ { id => 40, quantity => 5 }, { id => 41, quantity => 1 } ]);
ask($ada, 'checkout/cart/remove', { key => $tray });
$t->cart_is($ada, [ { id => 40, quantity => 5 } ]);
ask($ada, 'common/cart/info');
$t->cart_is($ada, [ { id => 40, quantity => 5 } ], 7000, 'EUR');
ask($ada, 'checkout/guest/save', { email => 'ada', firstname => 'Ada' });
$t->nobody($ada, 'ada: a refused address is none');
ask($ada, 'checkout/guest/save', { email => 'ada@example.com',
    firstname => 'Ada' });
$t->shopper_is($ada, 'ada@example.com');
ask($ada, 'checkout/confirm');
$t->event_is($ada, 'no_match');
$t->not_ordered($ada);

# An order; the page that thanks again, with a new cart before it.
my $bob = visitor('bob');
add($bob, 40, 1);
ask($bob, 'checkout/guest/save', { email => 'bob@example.com' });
ask($bob, 'extension/payment/cod/confirm');
$t->ordered($bob);
ask($bob, 'checkout/success');
ask($bob, 'common/cart/info');
$t->ordered($bob);

# Version 4: another separator, JSON answers, a login with a token.
my $eve = visitor('eve');
my $line = add($eve, 41, 3, '.');
$t->cart_is($eve, [ { id => 41, name => 'Tray', quantity => 3,
    total => 165000 } ], 165000, 'EUR');
ask($eve, 'checkout/cart.edit', { key => $line, quantity => 2 });
$t->cart_is($eve, [ { id => 41, quantity => 2 } ]);
ask($eve, 'account/login.login&login_token=x', { email => 'eve@example.com',
    password => 'wrong' });
$t->nobody($eve);
ask($eve, 'account/login.login&login_token=x', { email => 'eve@example.com',
    password => 'right' });
$t->shopper_is($eve, 'eve@example.com');

my $fay = visitor('fay');
$line = add($fay, 40, 1, '%7C');
ask($fay, 'checkout/register%7Csave', { email => 'fay@example.com' });
$t->shopper_is($fay, 'fay@example.com');
ask($fay, "checkout/cart.remove&key=$line");
ask($fay, 'common/cart.info');
$t->no_cart($fay);
ask($fay, 'extension/opencart/payment/cod.confirm');
$t->not_ordered($fay, 'fay: an error is no order');

# Version 3's page forms; logout; a forgotten password.
my $gus = visitor('gus');
add($gus, 40, 1);
$gus->multipart('/index.php?route=account/login',
    [ email => 'gus@example.com', password => 'wrong' ]);
$t->nobody($gus);
$gus->multipart('/index.php?route=account/login',
    [ email => 'gus@example.com', password => 'right' ]);
$t->shopper_is($gus, 'gus@example.com');
ask($gus, 'account/logout');
$t->nobody($gus);
my $mal = visitor('mal');
ask($mal, 'account/forgotten', { email => 'gus@example.com' });
$mal->multipart('/index.php?route=account/register', [ email => 'gus' ]);
$t->nobody($mal);

$t->mailed_are({
    'ada@example.com' => { lines => [ { id => 40, name => 'Mug & Co',
        quantity => 5, total => 7000 } ], total => 7000, currency => 'EUR',
        first_name => 'Ada' },
    'eve@example.com' => [ { id => 41, quantity => 2 } ],
    'gus@example.com' => [ { id => 40, quantity => 1 } ],
});
# The same, where customers write nothing of their own: what was chosen.
$t->chosen(sub ($u) {
    my $ida = $u->shopper('ida');

    ask($ida, 'common/home');
    add($ida, 40, 1);
    $u->cart_is($ida, [ { id => 40, name => 'Mug & Co',
        options => 'Colour Blue' } ], 1400, 'EUR');
});

$t->done;
