#!/usr/bin/perl
#
# Who is mailed and who is not, from the shop's traffic through nginx to the
# mailbox: how the address came, device, login, earlier orders, how far the
# visit went, what is in the cart, and consent.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::XS ();
use Test::More;
use Sp::Test;
use Sp::Call;
use Sp::Clock;
use Sp::Http;
use Sp::Mailer;
use Sp::Nginx;
use Sp::Origin;
use Sp::Redis;
use Sp::Smtp;

# Shops and their series; each series has one step.
my @SHOPS = (
    [ captured => login => 'captured = {login}', checkout => 'captured = {checkout}',
        newsletter => 'captured = {newsletter}' ],
    [ device  => phone => 'device = {phone}', large => 'device = {desktop, tablet}' ],
    [ members => in => 'login = yes' ],
    [ guests  => out => 'login = no' ],
    [ fresh   => new => 'customers = new' ],
    [ again   => returning => 'customers = returning' ],
    [ stage   => pay => 'stage = {payment}', begun => 'stage = {checkout, shipping}' ],
    [ items   => wood => 'items = {"*oak*", "w-7*"}', drinks => 'categories = {"Drinks / *"}' ],
    [ consent => default => '' ],
);

my %PRODUCT = (
    table => { id => '1', sku => 'T-1', name => 'Oak table', category => 'Furniture',
               url => '/furniture/table-1' },
    shelf => { id => '2', sku => 'W-77', name => 'Shelf', category => 'Furniture',
               url => '/furniture/shelf-2' },
    bench => { id => '3', sku => 'B-1', name => 'Bench', category => 'Furniture',
               url => '/solid-oak/bench' },
    wine  => { id => '4', sku => 'R-1', name => 'Rioja', category => 'Drinks / Wine',
               url => '/wine' },
    cup   => { id => '5', sku => 'C-1', name => 'Cup', category => 'Drinks', url => '/cup' },
);

my %AGENT = (
    phone   => 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) Mobile',
    tablet  => 'Mozilla/5.0 (Android 13; Tablet; rv:121.0) Firefox/121.0',
    desktop => 'Mozilla/5.0 (X11; Linux x86_64; rv:121.0) Firefox/121.0',
    other   => 'storefront/1.0',
);

my $clock  = Sp::Clock->new;
$clock->morning;
my $redis  = Sp::Redis->new;
my $smtp   = Sp::Smtp->new;
my $secret = secret_file();
my $origin = Sp::Origin->new(sub ($method, $uri, $headers, $body) {
    my ($what) = $uri =~ m{^/cart\?(\w+)};

    return [ 200, { 'Content-Type' => 'text/plain' }, 'ok' ] if !$what;
    return [ 200, { 'Content-Type' => 'application/json' }, JSON::XS->new->encode(
        { lines => [ { %{ $PRODUCT{$what} }, qty => 1, price => '50.00' } ],
          total => '50.00' }) ];
});

my $servers = join '', map { <<"CONF" } map { $_->[0] } @SHOPS;
server {
    listen 127.0.0.1:%%PORT%%;
    server_name $_.example;
    sitepreserver_shop $_;
    location / { proxy_pass http://127.0.0.1:@{[ $origin->port ]}; }
    location = /status { sitepreserver_status; }
}
CONF

my $nginx = Sp::Nginx->new(http => <<"CONF");
sitepreserver_redis @{[ $redis->url ]};
sitepreserver_secret_file $secret;
sitepreserver on;
sitepreserver_visitor cookie:session;
sitepreserver_cookie off;
sitepreserver_currency EUR;
sitepreserver_event login POST = /login { email form:email; }
sitepreserver_event sign_up POST = /register { email form:email; }
sitepreserver_event begin_checkout POST = /checkout { email form:email; }
sitepreserver_event add_shipping_info POST = /shipping { }
sitepreserver_event add_payment_info POST = /payment { }
sitepreserver_event purchase POST = /order { order_id form:id; }
sitepreserver_event generate_lead POST = /newsletter { email form:email; }
sitepreserver_event set_cart GET = /cart {
    items response.json:lines {
        id id; sku sku; name name; url url; category category;
        quantity qty; price price;
    }
    total response.json:total;
}
$servers
CONF

sub series (@series) {
    my $text = '';

    while (my ($name, $audience) = splice @series, 0, 2) {
        $text .= "series \"$name\" { audience { $audience }"
            . " step \"only\" { delay = 0 creative = plain } }\n";
    }

    return $text;
}

my $mailer = Sp::Mailer->new(start => 0, config => Sp::Mailer::live(
    redis => $redis, smtp => $smtp, shops => [ map {
        my ($name, @series) = @$_;
        [ $name => ($name eq 'consent' ? "consent = soft-opt-in\n" : '')
            . series(@series) ] } @SHOPS ]));
$mailer->start;

my %call = map { ($_->[0] => Sp::Call->new(redis => $redis, shop => $_->[0], hello => 0)) }
    @SHOPS;

for my $shop (map { $_->[0] } @SHOPS) {
    wait_ok { $mailer->log =~ /shop=$shop state=ready/ } "shop $shop is served";
}

# What shoppers do.

my $ua   = Sp::Http->new(port => $nginx->port);
my $sent = 0;
my %want;               # "SHOP NAME" => the series that mails, or the reason

# A shopper of a shop who does all that; each is applied before the next.
sub shopper ($shop, $name, $want, @does) {
    my $email  = "$name\@$shop.test";
    my %header = (Host => "$shop.example", Cookie => "session=$shop-$name" . 'x' x 20,
                  'User-Agent' => $AGENT{desktop});

    for my $do (@does) {
        if (my ($device) = $do =~ /^on (\w+)/) {
            $header{'User-Agent'} = $AGENT{$device};
            next;
        }

        my $answer = $do =~ m{^/cart} ? $ua->get($do, \%header)
            : $ua->form($do, { email => $email, id => "$shop-$name" }, \%header);

        is($answer->{status}, 200, "$shop, $name: $do");
        $sent++;
        wait_for {
            $ua->get('/status', { Host => "$shop.example" })->data->{counters}{applied}
                == $sent
        } or BAIL_OUT("$do is not applied");
        $clock->advance(1);
    }

    $want{"$shop $email"} = $want;

    return;
}

my $cart = '/cart?table';

shopper('captured', 'login', 'login', $cart, '/login');
shopper('captured', 'checkout', 'checkout', $cart, '/checkout');
shopper('captured', 'newsletter', 'newsletter', $cart, '/newsletter');
shopper('captured', 'sign-up', 'no_audience', $cart, '/register');
shopper('captured', 'later', 'login', $cart, '/newsletter', '/login');

shopper('device', 'phone', 'phone', 'on phone', $cart, '/newsletter');
shopper('device', 'desktop', 'large', 'on desktop', $cart, '/newsletter');
shopper('device', 'tablet', 'large', 'on tablet', $cart, '/newsletter');
shopper('device', 'other', 'no_audience', 'on other', $cart, '/newsletter');

for my $way ([ member => '/login' ], [ guest => '/checkout' ]) {
    my ($name, $how) = @$way;
    shopper('members', $name, $name eq 'member' ? 'in' : 'no_audience', $cart, $how);
    shopper('guests', $name, $name eq 'guest' ? 'out' : 'no_audience', $cart, $how);
}

for my $way ([ first => ], [ second => '/checkout', '/order', '/cart?wine' ]) {
    my ($name, @before) = @$way;
    shopper('fresh', $name, $name eq 'first' ? 'new' : 'no_audience',
        $cart, @before, '/checkout');
    shopper('again', $name, $name eq 'second' ? 'returning' : 'no_audience',
        $cart, @before, '/checkout');
}

shopper('stage', 'looks', 'no_audience', $cart, '/newsletter');
shopper('stage', 'begins', 'begun', $cart, '/checkout');
shopper('stage', 'ships', 'begun', $cart, '/checkout', '/shipping');
shopper('stage', 'pays', 'pay', $cart, '/checkout', '/shipping', '/payment');
shopper('stage', 'back', 'pay', $cart, '/checkout', '/payment', $cart);

shopper('items', 'name', 'wood', '/cart?table', '/newsletter');
shopper('items', 'sku', 'wood', '/cart?shelf', '/newsletter');
shopper('items', 'link', 'wood', '/cart?bench', '/newsletter');
shopper('items', 'category', 'drinks', '/cart?wine', '/newsletter');
shopper('items', 'neither', 'no_audience', '/cart?cup', '/newsletter');

my $file = Sp::Test::dir() . '/customers';
spew($file, "17,imported\@consent.test\n");
is(($mailer->run('customers', 'import', $file, '--shop', 'consent'))[0], 0,
    'a customer is made known');
shopper('consent', 'login', 'default', $cart, '/login');
shopper('consent', 'sign-up', 'default', $cart, '/register');
shopper('consent', 'bought', 'default', $cart, '/checkout', '/order', $cart, '/checkout');
shopper('consent', 'imported', 'default', $cart, '/checkout');
shopper('consent', 'typed', 'no_consent', $cart, '/checkout');
shopper('consent', 'reads', 'no_consent', $cart, '/newsletter');

# They leave.  A rescue that is closed is decided, and nothing comes later.

is($smtp->count, 0, 'nobody is mailed before');
$clock->advance(3601);

for my $key (sort keys %want) {
    my ($shop, $email) = split ' ', $key;
    my $reason = $want{$key} =~ /^no_/ ? $want{$key} : 'lost';

    wait_ok {
        my $why = $call{$shop}->why($email);
        $why->{state} eq 'closed' && $why->{reason} eq $reason;
    } "$key: $reason" or diag(explain($call{$shop}->why($email)));
}

my %mailed;
for my $mail ($smtp->mails) {
    my ($shop)   = $mail->{to}[0] =~ /\@(\w+)\.test$/;
    my ($series) = $mail->{data} =~ /^Feedback-ID: ([\w-]+)\./m;

    push @{ $mailed{"$shop $mail->{to}[0]"} }, $series;
}

is_deeply(\%mailed, { map { $_ => [ $want{$_} ] } grep { $want{$_} !~ /^no_/ } keys %want },
    'those of an audience are mailed by its series, once, and nobody else');
is($redis->cmd('HGET', "sp:{consent}:count:" . count_day(), 'closed_no_consent'), 2,
    'who has not consented is counted');

sub count_day () {
    my ($key) = $redis->keys('sp:{consent}:count:*');
    return $key =~ /(\d+)$/ ? $1 : '';
}

is($mailer->stop, 0, 'ends');
all_done();
