#!/usr/bin/perl

# The doctor, the landing page and the unsubscribe page.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Test;
use Sp::Doctor;
use Sp::Origin;
use Sp::Rescue;

# The shop: what it answers is in a file, so that the test can change it.

my $file = Sp::Test::dir() . '/answer';
my $shop = Sp::Origin->new(sub ($method, $uri, $headers, $body) {
    my $answer = do $file or die "$file: $@";
    return $answer->($method, $uri, $headers, $body);
});
my $base = 'http://127.0.0.1:' . $shop->port;
my $good = <<'HTML';
<!doctype html><html><head><title>Cart</title>
<script async src="https://www.googletagmanager.com/gtag/js?id=G-ABC123XYZ"></script>
<script>window.dataLayer=[];function gtag(){dataLayer.push(arguments)}
gtag('config','G-ABC123XYZ');</script></head>
<body><header><a href="/">Home</a></header>
<nav><a href="/mugs">Mugs</a></nav>
<main><h1>Your cart is empty</h1><p>Have a look at these:</p>
<a href="/p/mug">A mug</a> <a href="/p/board">A board</a>
<a class="btn btn-primary" href="/">Continue shopping</a></main>
<footer><a href="/terms">Terms</a></footer></body></html>
HTML


# The shop answers with this page, or this code.
sub page ($html, $type = 'text/html') {
    spew($file, "use v5.36; my \$html = <<'~~~';\n$html\n~~~\nsub { [ 200, "
        . "{ 'Content-Type' => '$type' }, \$html ] }");
    return;
}

sub answers ($code) { spew($file, "use v5.36; sub (\$method, \$uri, \$h, \$b) { $code }"); return }


my $t = Sp::Rescue->new(mode => 'dry-run');
my $doctor = Sp::Doctor->new($t->mailer);
my $mine = 'http://127.0.0.1:' . $t->mailer->port;


# The config with these addresses.
sub config ($cart, $public = $mine, $more = '') {
    my $text = $t->config;

    $text =~ s{cart_url +=.*}{cart_url = "$cart"};
    $text =~ s{public_url +=.*}{public_url = "$public"\n$more};
    $t->mailer->set_config($text);
    return;
}

config("$base/cart");
page($good);
my $found = $doctor->finds('all is well', [ '--landing' ],
    landing_reached => 'ok', landing_status => 'ok', landing_redirects => 'ok',
    landing_host => 'ok', landing_https => 'warning', landing_query => 'ok',
    landing_first_byte => 'ok', landing_size => 'ok', landing_analytics => 'ok',
    landing_links => 'ok', landing_cta => 'ok', public_https => 'warning',
    unsubscribe_page => 'ok', unsubscribe_post => 'ok', spf_record => undef,
    relay_reached => undef, redis_reached => undef, secret_rights => undef);
is($found->{landing_analytics}{measured}, 'gtag G-ABC123XYZ', '... the tag');
is($found->{landing_links}{measured}, 3, '... the links of the page itself');
is($found->{landing_cta}{measured}, 'Continue shopping', '... its button');
like($found->{landing_size}{measured}, qr/^\d+ KiB$/, '... its size');
ok(!-e $t->mailer->dir . '/suppressions', 'nobody was unsubscribed');

my ($first) = grep { $_->{uri} =~ m{^/cart} } $shop->requests;
like($first->{uri}, qr{^/cart\?utm_source=doctor&utm_medium=test$},
    'it looks as somebody who comes from a message');
is($first->{method}, 'GET', '... and only looks');

config("$base/cart?id=1#top");
$shop->clear;
$doctor->look('--landing');
is(($shop->requests)[0]{uri}, '/cart?id=1&utm_source=doctor&utm_medium=test',
    'a query and a fragment are kept apart');
config("$base/cart");

# Status, redirects.

answers('[ 404, {}, "no" ]');
$found = $doctor->finds('404', [ '--landing' ], landing_status => 'error',
    landing_analytics => undef);
is($found->{landing_status}{measured}, '404', '... measured');
answers('$uri =~ m{^/cart} ? [ 302, { Location => "/basket?" . ($uri =~ s/.*\?//r) }, "" ] : '
    . '[ 200, {}, "<p>x" ]');
$found = $doctor->finds('a redirect', [ '--landing' ], landing_status => 'ok',
    landing_redirects => 'info', landing_query => 'ok');
like($found->{landing_redirects}{what}, qr{-> \Q$base\E/basket\?}, '... where to');
answers('$uri =~ m{^/cart} ? [ 302, { Location => "/basket" }, "" ] : [ 200, {}, "x" ]');
$doctor->finds('a redirect that drops the query', [ '--landing' ],
    landing_query => 'warning');
answers('my ($n) = $uri =~ /n=(\d+)/; $n //= 0; $n < 3 '
    . '? [ 302, { Location => "/cart?n=" . ($n + 1) }, "" ] : [ 200, {}, "x" ]');
$found = $doctor->finds('three redirects', [ '--landing' ],
    landing_redirects => 'warning', landing_status => 'ok');
is($found->{landing_redirects}{measured}, 3, '... counted');
answers('[ 302, { Location => "/cart" }, "" ]');
$found = $doctor->finds('redirects without end', [ '--landing' ],
    landing_status => 'error');
is($found->{landing_redirects}{measured}, 10, '... are left after ten');
answers('[ 302, { Location => "http://localhost:' . $shop->port . '/x" }, "" ]');
$doctor->finds('another host', [ '--landing' ], landing_host => 'error');
answers('$uri =~ m{^/cart} ? [ 302, { Location => "http://localhost:' . $shop->port
    . '/x" }, "" ] : [ 200, {}, "x" ]');
config("$base/cart", $mine, 'hosts = { "localhost" }');
$doctor->finds('another host of ours', [ '--landing' ], landing_host => 'ok');
config("$base/cart");
answers('[ 302, { Location => "file:///etc/passwd" }, "" ]');
$found = $doctor->finds('a file', [ '--landing' ], landing_reached => 'error');

# A page without all that.

page('<html><body><header><a href="/">x</a></header><p>Your cart is empty.'
    . ' There is nothing at all in it, and here is a text that is long enough'
    . ' for somebody to read, so that nobody takes it for a page made by'
    . ' scripts: it is just bare and without any use for somebody who comes'
    . ' from a message, has nothing and wants to go on.</p>'
    . '<a href="https://elsewhere.example/">Elsewhere</a><a href="#">Top</a>'
    . '<a href="/cart">Cart</a><a href="tel:1">Call</a></body></html>');
$doctor->finds('a bare page', [ '--landing' ], landing_analytics => 'warning',
    landing_links => 'warning', landing_cta => 'warning');
page('<body><div id="app"></div><script src="/app.js"></script></body>');
$doctor->finds('a page made by scripts', [ '--landing' ],
    landing_links => 'info', landing_cta => 'info');
page(q{<script>(function(w,d,s,l,i){j.src='https://www.googletagmanager.com/gtm.js?id='+i})}
    . q{(window,document,'script','dataLayer','GTM-AB12CD');</script><button>Go on</button>}
    . q{<script src="https://www.google-analytics.com/analytics.js"></script>});
$found = $doctor->finds('Tag Manager', [ '--landing' ], landing_analytics => 'ok',
    landing_cta => 'ok');
like($found->{landing_analytics}{measured}, qr/^GTM-AB12CD/, '... named');
page(q{<script src="https://www.google-analytics.com/analytics.js"></script>});
is($doctor->look('--landing')->{landing_analytics}{measured}, 'analytics.js',
    'the old one');
page("<p>G-ABC123XYZ googletagmanager.com $good" =~ s{<script.*?</script>}{}gsr);
$doctor->finds('words are no tag', [ '--landing' ],
    landing_analytics => 'warning');

# Size and time.

page('<p>' . 'x' x 600_000);
$doctor->finds('a large page', [ '--landing' ], landing_size => 'warning');
answers('[ 200, {}, "<p>" . "x" x 5_000_000 ]');
$found = $doctor->finds('a page without end', [ '--landing' ],
    landing_size => 'warning', landing_status => 'ok');
like($found->{landing_size}{measured}, qr/^> /, '... is not read whole');
answers('[ 200, {}, "<div>" x 200_000 ]');
$doctor->finds('a page that cannot be read in time',
    [ '--landing', '--timeout=3s' ], landing_status => 'ok',
    landing_analytics => 'info', landing_links => undef);
answers('[ 200, {}, "<p>late", { delay => 2 } ]');
$doctor->finds('a slow page', [ '--landing' ],
    landing_first_byte => 'warning');
answers('[ 200, {}, "", { hang => 1 } ]');
$doctor->finds('a page that never comes', [ '--landing', '--timeout=1s' ],
    landing_reached => 'error', landing_status => undef);
$shop->stop;
$doctor->finds('no shop', [ '--landing' ], landing_reached => 'error',
    landing_status => undef);
$shop->start;

# The unsubscribe page.

page($good);
config("$base/cart", $base);
$doctor->finds('the shop where our page should be', [ '--landing' ],
    unsubscribe_page => 'error');
answers('$method eq "POST" ? [ 302, { Location => "/login" }, "" ] : [ 200, {}, "x" ]');
$doctor->finds('a POST that is redirected', [ '--landing' ],
    unsubscribe_post => 'error');
config("$base/cart");
$t->mailer->stop;
$doctor->finds('no mailer', [ '--landing' ], unsubscribe_page => 'error',
    unsubscribe_post => 'error');

# https: nobody is there, but addresses are looked at all the same.

config("https://127.0.0.1:1/cart", 'https://127.0.0.1:1');
$doctor->finds('https', [ '--landing' ], public_https => 'ok',
    landing_reached => 'error');

$doctor->both_ways(grep { /^(?:landing|unsub|public)/ && !/landing_https/ }
    map { $_->{id} } @{ $t->mailer->json('doctor', '--list') });
all_done();
