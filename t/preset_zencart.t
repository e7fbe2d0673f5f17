#!/usr/bin/perl

# conf/presets/zencart.conf, with an origin that answers as Zen Cart 2.2 and, for
# files, as osCommerce 2.3.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::XS;
use Test::More;
use Sp::Preset qw(page redirect);
use Sp::Preset::Pages qw(pages);

my $HOST = 'http://shop.example';
my %PRODUCT = (
    12 => { name => 'Die Hard & co', price => 14, stock => 9 },
    26 => { name => 'Mouse', price => 1250.5, stock => 9 },
);
my $USB = '26:98f1aee1e71bd1f1de4f2c8c9bfbd2d1';


sub usd ($amount) {
    my $text = sprintf '%.2f', $amount;

    1 while $text =~ s/^(\d+)(\d{3})/$1,$2/;
    return "\$$text";
}


sub price ($id) { return $PRODUCT{ $id =~ s/:.*//r }{price} }

sub total ($cart) {
    my $total = 0;

    $total += price($_->{id}) * $_->{qty} for @$cart;
    return usd($total);
}


sub zen ($cart) {
    my $rows = join '', map {
        my ($id, $number) = ($_->{id}, $_->{id} =~ /(\d+)/);
        my $product = $PRODUCT{$number};
        my $short = $_->{qty} > 5 ? '***' : '';
        my $href = "$HOST/index.php?main_page=product_info&amp;products_id=$id";

        "<tr class=\"rowEven\"><td class=\"cartQuantity\"><input type=\"text\""
            . " name=\"cart_quantity[]\" value=\"$_->{qty}\"><br><span"
            . " class=\"alert bold\">$short</span></td><td class=\"cartProductDisplay\">"
            . "<a href=\"$href\"><span class=\"cartImage back\"><img"
            . " src=\"images/$number.gif\" alt=\"$product->{name}\"></span><span"
            . " class=\"cartProdTitle\">$product->{name}<span class=\"alert bold\">$short"
            . '</span></span></a><br class="clearBoth"><input type="hidden"'
            . " name=\"products_id[]\" value=\"$id\">" . ($id =~ /:/ ? '<div'
            . ' class="cartAttribsList"><ul><li>Model - USB</li></ul></div>' : '')
            . '</td><td class="cartUnitDisplay">' . usd($product->{price})
            . '</td><td class="cartTotalDisplay">' . usd($product->{price} * $_->{qty})
            . '</td><td class="cartRemoveItemDisplay"><input type="checkbox"'
            . " name=\"cart_delete[]\" value=\"$id\"></td></tr>\n"
    } @$cart;

    return page('<base href="http://shop.example/"><div id="shoppingCartDefault">'
        . '<h2 id="cartEmptyText">Your Shopping Cart is empty.</h2></div>') if !@$cart;
    return page('<div id="cartBoxListWrapper"><ul><li>1 x Die Hard</li></ul></div>'
        . '<div id="shoppingCartDefault"><form name="cart_quantity"><table'
        . ' id="cartContentsDisplay"><tr class="tableHeading"><th'
        . " id=\"scQuantityHeading\">Qty.</th></tr>$rows</table><div"
        . ' id="cartSubTotal">Sub-Total: ' . total($cart) . '</div></form></div>');
}


sub osc ($cart) {
    my $rows = join '', map {
        my ($id, $number) = ($_->{id}, $_->{id} =~ /(\d+)/);
        my $product = $PRODUCT{$number};
        my $href = "$HOST/product_info.php?products_id=$id";

        "<tr>\n<td valign=\"top\"><table><tr><td align=\"center\"><a href=\"$href\">"
            . "<img src=\"images/$number.gif\" alt=\"x\"></a></td><td valign=\"top\">"
            . "<a href=\"$href\"><strong>$product->{name}</strong></a>" . ($id =~ /:/
            ? '<br /><small><i> - Model USB</i></small>' : '') . '<br /><br /><input'
            . " type=\"text\" name=\"cart_quantity[]\" value=\"$_->{qty}\"><input"
            . " type=\"hidden\" name=\"products_id[]\" value=\"$id\"> or <a"
            . " href=\"$HOST/shopping_cart.php?products_id=$id&amp;action="
            . "remove_product\">remove</a></td></tr></table></td>\n<td align=\"right\""
            . ' valign="top"><strong>' . usd($product->{price} * $_->{qty})
            . "</strong></td></tr>\n"
    } @$cart;

    return page('<div class="contentContainer"><div class="contentText">Your Shopping'
        . ' Cart is empty!</div></div>') if !@$cart;
    return page('<form name="cart_quantity"><div class="contentText"><table>'
        . "$rows</table><p align=\"right\"><strong>Sub-Total: " . total($cart)
        . '</strong></p></div></form>');
}


sub put ($cart, $id, $qty) {
    my ($line) = grep { $_->{id} eq $id } @$cart;

    push @$cart, $line = { id => $id, qty => 0 } if !$line;
    $line->{qty} += $qty;
    return;
}


sub shop ($r) {
    my ($arg, $form, $cart) = ($r->{arg}, $r->{form}, $r->{session}{cart});
    my $old = $r->{path} =~ /^\/(\w+)\.php/ && $1 ne 'index' && $1 ne 'ajax' ? $1 : '';
    my $page = $old || $arg->{main_page} || '';
    my $to = sub ($where) { redirect($old ? "$HOST/$where.php"
        : "$HOST/index.php?main_page=$where") };
    my $action = $arg->{action} // '';

    return $to->('time_out') if $r->{method} eq 'POST' && !$r->{headers}{cookie};

    if ($action eq 'add_product') {
        my $id = $form->{products_id} . ($form->{'id[3]'} ? $USB =~ s/^\d+//r : '');

        return page('<div class="messageStackCaution">Only 9 left</div>')
            if ($form->{cart_quantity} // 1) > 9;
        put($cart, $id, $form->{cart_quantity} // 1);
        return $to->($r->{session}{stay} ? 'product_info' : 'shopping_cart');
    }

    if ($action eq 'buy_now') {
        return $to->('product_info') if $arg->{products_id} == 26;
        put($cart, $arg->{products_id}, 1);
        return $to->('shopping_cart');
    }

    if ($action eq 'multiple_products_add_product') {
        for my $name (grep { $form->{$_} && /^products_id/ } keys %$form) {
            put($cart, $name =~ /(\d+)/, $form->{$name});
        }
        return $to->('shopping_cart');
    }

    if ($action eq 'update_product') {
        for my $i (0 .. $#{ $form->{'products_id[]'} }) {
            my $id = $form->{'products_id[]'}[$i];

            $_->{qty} = $form->{'cart_quantity[]'}[$i]
                for grep { $_->{id} eq $id } @$cart;
            @$cart = grep { my $x = $_->{id};
                !grep { $_ eq $x } ($form->{'cart_delete[]'} // [])->@* } @$cart;
        }
        return $to->('shopping_cart');
    }

    if ($action eq 'remove_product') {
        my $id = $arg->{product_id} // $arg->{products_id};

        @$cart = grep { $_->{id} ne $id } @$cart;
        return $to->('shopping_cart');
    }

    return $old ? osc($cart) : zen($cart) if $page eq 'shopping_cart';
    return people($r, $page, $form, $to);
}


sub people ($r, $page, $form, $to) {
    my $good = ($form->{email_address} // '') =~ /^(?!taken).*\@/;
    my $session = $r->{session};

    if ($r->{path} eq '/ajax.php') {
        my %answer = (status => $form->{firstname} eq 'Late' ? 'timeout' : 'ok');

        $answer{messages} = { email_address => 'Is it right?' } if !$good;
        return page(JSON::XS->new->encode(\%answer));
    }

    if ($page eq 'login' && $r->{method} eq 'POST') {
        return page('<div class="messageStackError">x</div>')
            if $form->{password} ne 'right';
        $r->{renew} = 1;
        return $to->('index');
    }

    if ($page =~ /^(?:create_account|account_edit)$/ && $r->{method} eq 'POST') {
        return page('<div class="messageStackError">x</div>') if !$good;
        $r->{renew} = $page eq 'create_account';
        return $to->($page eq 'create_account' ? 'create_account_success' : 'account');
    }

    if ($page eq 'logoff') {
        %$session = (cart => []);
        return page('You have been logged off.');
    }

    if ($page eq 'checkout_process') {
        return $to->('shopping_cart') if !$session->{cart}->@*;
        return $to->('checkout_payment') if $session->{declined};
        $session->{cart} = [];
        return $to->('checkout_success');
    }

    return $to->('password_forgotten') if $page eq 'password_forgotten';
    $session->{$1} = 1 if $r->{path} =~ m{^/test/(\w+)};
    return page('<h1>A page</h1>');
}


my $t = Sp::Preset->new('zencart', pages('zenid', \&shop),
    server => 'sitepreserver_currency USD;');
my $INDEX = '/index.php?main_page=';


sub visitor ($name, $what = '') {
    my $who = $t->shopper($name);

    $who->get("/test/$what");
    return $who;
}

sub add ($who, $id, $qty = 1, @more) {
    return $who->multipart("${INDEX}product_info&products_id=$id&action=add_product",
        [ securityToken => 'x', cart_quantity => $qty, products_id => $id, @more ]);
}

sub look ($who) { return $who->get("${INDEX}shopping_cart") }


# Add, change, remove; refused, and without a session.
my $ada = visitor('ada');
add($ada, 12, 2);
$t->cart_is($ada, [ { id => 12, quantity => 2 } ]);
look($ada);
$t->cart_is($ada, [ { id => 12, key => 12, name => 'Die Hard & co', quantity => 2,
    price => 1400, image => 'images/12.gif',
    url => "$HOST/index.php?main_page=product_info&products_id=12" } ], 2800, 'USD');
add($ada, 12, 10);
$t->event_is($ada, 'rejected', 'a refused add');
my $new = $t->shopper('new');
add($new, 12);
$t->no_cart($new, 'without a session nothing is added');
$new->jar->clear;
$new->multipart("${INDEX}index&action=multiple_products_add_product",
    [ 'products_id[12]' => 3 ]);
$t->no_cart($new, 'and of a list neither');
add($ada, 26, 1, 'id[3]' => 9);
add($ada, 26);
look($ada);
$t->cart_is($ada, [ { id => 12 }, { id => 26, key => $USB, price => 125050,
    options => '' }, { id => 26, key => 26 } ], 252900, 'USD');
$ada->form("${INDEX}shopping_cart&action=update_product", [
    'cart_quantity[]' => 6, 'products_id[]' => 12, 'cart_quantity[]' => 2,
    'products_id[]' => $USB, "id[$USB][3]" => 9, 'cart_quantity[]' => 1,
    'products_id[]' => 26, 'cart_delete[]' => 26 ]);
look($ada);
$t->cart_is($ada, [ { id => 12, name => 'Die Hard & co', quantity => 6 },
    { key => $USB, quantity => 2 } ], 258500, 'USD', 'ada: what is short keeps its name');
$ada->get("${INDEX}shopping_cart&action=remove_product&product_id=$USB");
$t->cart_is($ada, [ { id => 12, quantity => 6 } ]);
look($ada);
$ada->get("${INDEX}wishlist&products_id=26");
$t->event_is($ada, 'no_match', 'a wishlist is no cart');

# A list, with zeros; buy now; a product with options.
my $lea = visitor('lea');
$lea->multipart("${INDEX}index&cPath=3&action=multiple_products_add_product",
    [ 'products_id[12]' => 3, 'products_id[26]' => 0, 'products_id[40]' => 0 ]);
$t->cart_is($lea, [ { id => 12, quantity => 3 } ]);
$lea->get("${INDEX}index&action=buy_now&products_id=12");
$lea->get("${INDEX}index&action=buy_now&products_id=26");
$t->event_is($lea, 'rejected', 'a product with options is not bought now');
$t->cart_is($lea, [ { id => 12, quantity => 4 } ]);

# The address: registered, and corrected; the session is another one then.
my %account = (action => 'process', firstname => 'Ada', email_address => 'taken@example.com');
$ada->form("${INDEX}create_account", \%account);
$t->nobody($ada, 'ada: a refused address is none');
$ada->form("${INDEX}create_account", { %account, email_address => 'ada@example.co' });
$t->shopper_is($ada, 'ada@example.co');
$t->cart_is($ada, [ { id => 12, quantity => 6 } ]);
$ada->form("${INDEX}account_edit", { %account, email_address => 'ada@example.com' });
$t->shopper_is($ada, 'ada@example.com', 'ada: the newest address counts');
$ada->get("${INDEX}checkout_shipping");
$t->event_is($ada, 'begin_checkout');
$ada->get('/test/declined');
$ada->form("${INDEX}checkout_process", {});
$t->not_ordered($ada, 'ada: a declined payment is no order');
$ada->get("${INDEX}checkout_success");
$t->not_ordered($ada, 'ada: the page that thanks is none');

# An order of a guest (One Page Checkout); its page, and again.
my $bob = visitor('bob');
add($bob, 12);
my $ajax = '/ajax.php?act=ajaxOnePageCheckout&method=validateCustomerInfo';
$bob->form($ajax, { email_address => 'taken@example.com', firstname => 'Bob' });
$bob->form($ajax, { email_address => 'bob@example.com', firstname => 'Late' });
$t->nobody($bob, 'bob: "ok", and yet refused');
$bob->form($ajax, { email_address => 'bob@example.com', firstname => 'Bob' });
$t->shopper_is($bob, 'bob@example.com');
$bob->form("${INDEX}checkout_process", {});
$t->ordered($bob);
$bob->get("${INDEX}checkout_success");
add($bob, 26);
$bob->get("${INDEX}checkout_success");
$t->cart_is($bob, [ { id => 26 } ], undef, undef,
    'bob: the page that thanks is no order');
$bob->get("${INDEX}shopping_cart&action=remove_product&product_id=26");
look($bob);
$t->no_cart($bob);
$bob->form("${INDEX}checkout_process", {});
$t->event_is($bob, 'rejected', 'without a cart there is no order');

# osCommerce: files; a shop that stays on the product's page.
my $eve = visitor('eve', 'stay');
my $osc = '/product_info.php?products_id=26&action=add_product';
$eve->form($osc, { products_id => 26 });
$eve->form($osc, { products_id => 26, 'id[3]' => 9 }) for 1, 2;
$t->cart_is($eve, [ { id => 26, quantity => 3 } ]);
$eve->form('/product_info.php?products_id=12&action=add_product',
    { products_id => 12 });
$eve->get('/shopping_cart.php');
$t->cart_is($eve, [ { id => 26, key => 26, name => 'Mouse', quantity => 1,
    total => 125050, image => 'images/26.gif' }, { id => 26, key => $USB,
    quantity => 2, options => '' }, { id => 12 } ], 376550, 'USD');
$eve->get("/shopping_cart.php?products_id=$USB&action=remove_product");
$eve->get('/shopping_cart.php');
my %login = (email_address => 'eve@example.com', password => 'wrong');
$eve->form('/login.php?action=process', \%login);
$t->nobody($eve);
$eve->form('/login.php?action=process', { %login, password => 'right' });
$t->shopper_is($eve, 'eve@example.com');
$t->cart_is($eve, [ { id => 26, quantity => 1 }, { id => 12 } ], 126450, 'USD');
my $hal = visitor('hal');
$hal->form($osc, { products_id => 26 });
$hal->form('/login.php?action=process', { email_address => 'hal@example.com',
    password => 'right' });
$hal->form('/checkout_process.php', {});
$t->ordered($hal);
$hal->form($osc, { products_id => 26 });
$hal->get('/shopping_cart.php?products_id=26&action=remove_product');
$hal->get('/shopping_cart.php');
$t->no_cart($hal);

# Logout keeps the session's id; the next one in that browser.
my $fay = visitor('fay');
add($fay, 12);
$fay->form("${INDEX}login&action=process", { %login, password => 'right',
    email_address => 'fay@example.com' });
$t->shopper_is($fay, 'fay@example.com');
$fay->get("${INDEX}logoff");
$t->nobody($fay);
add($fay, 26);
$t->nobody($fay, 'the next one in that browser is nobody');
my $mal = $t->shopper('mal');
$mal->form("${INDEX}login&action=process", { %login, password => 'right' });
$t->nobody($mal, 'mal: without a session there is no login');
$mal->jar->clear;
$mal->form("${INDEX}create_account", { %account, email_address =>
    'eve@example.com' });
$mal->get('/');
$mal->form("${INDEX}login&action=process", \%login);
$mal->form("${INDEX}password_forgotten&action=process", \%login);
$t->nobody($mal);

$t->mailed_are({
    'ada@example.com' => { lines => [ { id => 12, name => 'Die Hard & co',
        quantity => 6, price => 1400 } ], total => 8400, currency => 'USD',
        first_name => 'Ada' },
    'eve@example.com' => [ { id => 26 }, { id => 12 } ],
    'fay@example.com' => [ { id => 12, quantity => 1 } ],
});
# The same, where customers write nothing of their own: what was chosen.
$t->chosen(sub ($u) {
    my $ida = $u->shopper('ida');

    $ida->get('/test/');
    add($ida, 26, 1, 'id[3]' => 9);
    add($ida, 12);
    look($ida);
    $u->cart_is($ida, [ { id => 26, name => 'Mouse', options => 'Model - USB' },
        { id => 12, options => '' } ], 126450, 'USD');
});
$t->chosen(sub ($u) {
    my $ida = $u->shopper('ida');

    $ida->get('/test/stay');
    $ida->form($osc, { products_id => 26, 'id[3]' => 9 });
    $ida->form('/product_info.php?products_id=12&action=add_product',
        { products_id => 12 });
    $ida->get('/shopping_cart.php');
    $u->cart_is($ida, [ { id => 26, name => 'Mouse', options => '- Model USB' },
        { id => 12, options => '' } ], 126450, 'USD', 'ida: osCommerce');
}, 'small i');

$t->done;
