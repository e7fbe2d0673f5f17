#!/usr/bin/perl
#
# Whose cart it is: an account that was learnt or imported, our own cookie for as
# long as it is remembered, a click, an address that is corrected, and what ends
# it; two people at one office are two.  What leads to a person otherwise:
# t/alias.t, t/click.t, t/not_me.t, t/mailer_not_me.t.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Test;
use Sp::Call;
use Sp::Clock;
use Sp::Http;
use Sp::Mailer;
use Sp::Nginx;
use Sp::Origin;
use Sp::Redis;

my $DAY    = 86400;
my $clock  = Sp::Clock->new;
my $redis  = Sp::Redis->new;
my $secret = secret_file();

# Accounts: who is logged in is in the cookie "account".
my $origin = Sp::Origin->new(sub ($method, $uri, $headers, $body) {
    my ($account) = ($headers->{cookie} // '') =~ /\baccount=(\w+)/;

    return [ 200, [ 'Content-Type' => 'application/json',
                    'Cache-Control' => 'private' ],
        '{"customer":' . ($account ? qq("$account") : 'null')
        . ',"items":[{"id":"shirt","n":1,"name":"Shirt"}]}' ];
});

my $nginx = Sp::Nginx->new(http => <<"CONF");
sitepreserver_redis @{[ $redis->url ]};
sitepreserver_secret_file $secret;
server {
    listen 127.0.0.1:%%PORT%%;
    server_name demo;
    sitepreserver on;
    sitepreserver_visitor cookie:session;
    sitepreserver_retain 10d;
    sitepreserver_remember 90d;
    sitepreserver_event set_cart GET = /cart {
        customer response.json:customer;
        items response.json:items { id id; quantity n; name name; }
    }
    sitepreserver_event login POST = /login {
        email form:email;
        customer response.json:customer;
    }
    sitepreserver_event begin_checkout POST = /checkout { email form:email; }
    sitepreserver_event add_shipping_info POST = /deliver {
        email form:email;
        customer response.json:customer;
    }
    sitepreserver_event logout POST = /logout { }
    location / { proxy_pass http://127.0.0.1:@{[ $origin->port ]}; }
    location = /status { sitepreserver off; sitepreserver_status; }
}
CONF

my $call   = Sp::Call->new(redis => $redis, shop => 'demo', hello => 0);
my $status = Sp::Http->new(port => $nginx->port);

# A browser; all have one address and one User-Agent.
sub browser (%cookies) {
    state $n = 0;
    my $ua = Sp::Http->new(port => $nginx->port, jar => 1,
        headers => { 'User-Agent' => 'Mozilla/5.0 (X11; Linux x86_64)' });

    $ua->jar->set(session => sprintf 'session%016d', ++$n);
    $ua->jar->set($_ => $cookies{$_}) for keys %cookies;

    return $ua;
}

sub settled () {
    return wait_for {
        my $c = $status->get('/status')->data->{counters};
        $c->{applied} == $c->{queued};
    };
}

# How many carts somebody has.
sub carts ($who) {
    settled();
    my @why = $redis->cmd('FCALL_RO', 'sp1_why', 2,
        "sp:{demo}:p:" . $call->tokens("$who\@example.com")->{shopper},
        'sp:{demo}:moved')->@*;
    my $n = 0;

    while (my ($name, $value) = splice @why, 0, 2) {
        $n++ if $name eq 'visit' && $value =~ / items=[1-9]/;
    }

    return $n;
}

sub own ($ua) { return (sp_visitor => $ua->jar->get('sp_visitor')) }


# ---- An account.

my $ada = browser(account => 'a17');
$ada->form('/login', { email => 'ada@example.com' });
$ada->get('/cart');
is(carts('ada'), 1, 'who logs in');

my $phone = browser(account => 'a17');
$phone->get('/cart');
is(carts('ada'), 1, 'on a second device the account is hers, with its one cart');
$ada->get('/cart');
like($call->why('ada@example.com')->{visit}, qr/by=login/, '... by that');

my $stranger = browser(account => 'b4');
$stranger->get('/cart');
is(carts('bob'), 0, 'an account of which nothing is known is nobody\'s');

my $mailer = Sp::Mailer->new(config => <<"CONF");
secret_file = "$secret"
redis       = "@{[ $redis->url ]}"
state_dir   = "%%DIR%%"
shop "demo" {
    from       = "Demo <demo\@shop.example>"
    reply_to   = "help\@shop.example"
    cart_url   = "http://shop.example/cart"
    public_url = "http://shop.example"
    brand { address = "1 High Street, Dublin" }
    series "default" { step "first" { delay = 0  creative = reminder } }
}
CONF

spew(dir() . '/customers.csv', "b4,bob\@example.com\n");
my ($rc, undef, $said) = $mailer->run('customers', 'import',
    dir() . '/customers.csv');
is($rc, 0, 'it is imported') or diag $said;
$stranger->get('/cart');
is(carts('bob'), 1, '... and known from then on');

# Who is logged in and types another's address has not logged in as that person.

my $kim = browser(account => 'k1');
$kim->form('/login', { email => 'kim@example.com' });
$kim->get('/cart');
$kim->form('/deliver', { email => 'lou@example.com' });
is(carts('kim') . carts('lou'), '01', 'an address typed while logged in');
like($call->why('lou@example.com')->{visit}, qr/by=address/, '... is no login');
browser(account => 'k1')->get('/cart');
is(carts('kim') . carts('lou'), '11', '... and leaves the account whose it was');

# ---- Our own cookie, and no more.

my $eve = browser();
$eve->form('/checkout', { email => 'eve@example.com' });
$eve->get('/cart');
is(carts('eve'), 1, 'a guest');

for my $days (40, 80) {
    $clock->advance(40 * $DAY);
    is(carts('eve'), 0, "after $days days the cart is gone");
    browser(own($eve))->get('/cart');
    is(carts('eve'), 1, '... with our cookie alone she is known');
}

$clock->advance(100 * $DAY);
my $late = browser(own($eve));
$late->get('/cart');
settled();
is($call->why('eve@example.com')->{known}, 'no', 'after 100 more she is not');

# ---- A click.

my $cy = browser();
$cy->form('/checkout', { email => 'cy@example.com' });
$cy->get('/cart');
is(carts('cy'), 1, 'a cart');

my $library = browser();
my $token   = $call->tokens('cy@example.com')->{click};
is($library->get("/cart?sp=$token")->{status}, 302, 'a click elsewhere');
$library->get('/cart');
is(carts('cy'), 2, '... what is done there is theirs');

my $dan = browser();
$dan->form('/checkout', { email => 'dan@example.com' });
$dan->get("/cart?sp=$token");
$dan->get('/cart');
is(carts('cy') . carts('dan'), '21', '... but a browser of somebody else stays theirs');
$clock->advance($DAY + 60);
$library->get('/cart');
is(carts('cy'), 1, '... and after a day it counts no more');

# ---- A corrected address.

my $fay = browser();
$fay->form('/checkout', { email => 'fay@exmaple.com' });
$fay->get('/cart');
$fay->form('/checkout', { email => 'fay@example.com' });
is(carts('fay'), 1, 'the right address has the cart');
is($call->why('fay@exmaple.com')->{visit}, undef, '... the wrong one nothing');

# ---- A shared computer.

$fay->form('/logout', {});
is(carts('fay'), 1, 'a logout keeps her cart');
$fay->get('/cart');
is(carts('fay'), 1, '... and what the browser does then is not hers');
my $gus = browser(own($fay));
$gus->get('/cart');
is(carts('fay'), 1, '... nor in a new session');
$gus->form('/checkout', { email => 'gus@example.com' });
is(carts('fay') . carts('gus'), '11', 'the next one is somebody else');
$gus->form('/checkout', { email => 'hal@example.com' });
is(carts('gus') . carts('hal'), '01', '... and so is the one who comes without a logout');

# ---- One office, one address, one kind of browser.

my %office = map { $_ => browser() } qw(ian joy kim);

for my $who (sort keys %office) {
    $office{$who}->get('/cart');
    $office{$who}->form('/checkout', { email => "$who\@example.com" });
}

my $guest = browser();
$guest->get('/cart');

is(carts($_), 1, "$_ has one cart") for sort keys %office;
settled();
my @ids = map { ($call->why("$_\@example.com")->{visit} =~ /^(\S+)/)[0] }
    sort keys %office;
my %ids = map { $_ => 1 } @ids;
is(scalar(keys %ids), 3, '... of their own');

all_done();
