#!/usr/bin/perl
# slow

# Orders that are paid elsewhere: whoever is sent to a payment provider is not
# written to for twelve hours, on no device, unless the shop's page of thanks has
# come; then it is an abandoned cart like others.

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
use Sp::Smtp;

my $MINUTE = 60;
my $HOUR   = 3600;

my %to = (
    '/order'    => 'https://www.sandbox.paypal.com/checkoutnow?token=EC-1',
    '/pay'      => 'https://pay.playground.klarna.com/eu/hpp/payments/1',
    '/paid'     => '/thanks?order=1',
);
my %says = (
    '/api/order' => '{"result":"success","redirect":"https:\/\/checkout.stripe.com\/c\/pay\/cs_1"}',
    '/api/own'   => '{"result":"success","redirect":"https:\/\/pay.shop.example\/1"}',
    '/api/none'  => '{"result":"success","redirect":"https:\/\/shop.example\/thanks"}',
);

my $clock = Sp::Clock->new;
$clock->morning;
my $redis  = Sp::Redis->new;
my $smtp   = Sp::Smtp->new;
my $secret = secret_file();
my $origin = Sp::Origin->new(sub ($method, $uri, $headers, $body) {
    my ($path) = $uri =~ m{^([^?]+)};

    return [ 302, { Location => $to{$path} }, '' ] if $to{$path};
    return [ 200, { 'Content-Type' => 'application/json' }, $says{$path}
        // '{"lines":[{"id":"1","name":"Oak table","price":"50.00"}]}' ];
});

my $nginx = Sp::Nginx->new(http => <<"CONF");
log_format sp '\$cookie_session \$uri \$sitepreserver_event';
access_log %%DIR%%/logs/access.log sp;
sitepreserver_redis @{[ $redis->url ]};
sitepreserver_secret_file $secret;
sitepreserver on;
sitepreserver_visitor cookie:session;
sitepreserver_cookie off;
sitepreserver_currency EUR;
sitepreserver_event begin_checkout POST = /contact { email form:email; }
sitepreserver_event add_payment_info POST = /pay { checkout; email form:email; }
sitepreserver_event purchase POST = /order { email form:email; }
sitepreserver_event purchase POST = /paid { email form:email; }
sitepreserver_event purchase GET = /thanks { if arg:order present; order_id arg:order; }
sitepreserver_event order_pending POST /api/ {
    if response.json:redirect payment_host;
    email form:email;
}
sitepreserver_event order_pending POST /api/ {
    if response.json:redirect ~ "^https://pay\\.shop\\.example/";
    email form:email;
}
sitepreserver_event set_cart GET = /cart {
    items response.json:lines { id id; name name; price price; quantity value:1; }
}
server {
    listen 127.0.0.1:%%PORT%%;
    server_name shop;
    location / { proxy_pass http://127.0.0.1:@{[ $origin->port ]}; proxy_redirect off; }
    location = /status { access_log off; sitepreserver_status; }
}
CONF

my $mailer = Sp::Mailer->new(start => 0, config => Sp::Mailer::live(
    redis => $redis, smtp => $smtp, shops => [ [ shop =>
        'series "default" { step "reminder" { delay = 0 creative = plain } }' ] ]));

$mailer->start;
wait_ok { $mailer->log =~ /shop=shop state=ready/ } 'the shop is served';

my $ua   = Sp::Http->new(port => $nginx->port);
my $call = Sp::Call->new(redis => $redis, shop => 'shop', hello => 0);


# What a shopper does, on a device; each is applied before the next.  What the
# last of it was.
sub does ($name, $device, @paths) {
    my $session = "$name-$device" . 'x' x 20;
    my %header  = (Cookie => "session=$session");

    for my $path (@paths) {
        $path =~ m{^/(?:cart|thanks)} ? $ua->get($path, \%header)
            : $ua->form($path, { email => "$name\@shop.test" }, \%header);
        wait_for {
            my $counters = $ua->get('/status')->data->{counters};
            $counters->{applied} == $counters->{queued}
        } or BAIL_OUT("$path is not applied");
    }

    my ($path) = $paths[-1] =~ m{^([^?]+)};
    my @said   = $nginx->access_log =~ m{^\Q$session $path\E (\S+)$}mg;

    return $said[-1];
}

sub mailed () { return join ' ', sort map { $_->{to}[0] =~ s/\@.*//r } $smtp->mails }

sub mailed_are ($wanted, $name) {
    my $n = () = $wanted =~ /\S+/g;

    wait_for { $smtp->count >= $n };

    return is(mailed(), $wanted, $name);
}

# Nobody of it is amid an exchange when the clock moves.
sub later ($seconds) {
    wait_ok { $call->why("$_\@shop.test")->{reason} eq 'lost' } "$_: it is done"
        for split / /, mailed();
    $clock->advance($seconds);

    return;
}


is(does('plain', 1, '/cart', '/contact'), 'begin_checkout', 'no order at all');
is(does('ada', 1, '/cart', '/order'), 'order_pending', 'to PayPal');
is(does('bob', 1, '/cart', '/pay'), 'add_payment_info,order_pending',
    'to Klarna from a step of the checkout');
is(does('carl', 1, '/cart', '/api/order'), 'order_pending', 'to Stripe by JSON');
is(does('dora', 1, '/cart', '/api/own'), 'order_pending', 'to a host of the shop');
is(does('fred', 1, '/cart', '/contact', '/api/none'), '-', 'to its own page');
is(does('gina', 1, '/cart', '/order'), 'order_pending', 'who cancels there ...');
is(does('gina', 1, '/cart'), 'set_cart', '... and looks at the cart');
is(does('hans', 1, '/cart', '/contact'), 'begin_checkout', 'on a phone ...');
is(does('hans', 2, '/cart', '/order'), 'order_pending', '... and paid elsewhere');
is(does('ines', 1, '/cart', '/paid'), 'purchase', 'a redirect to the shop itself');
is(does('jane', 1, '/cart', '/order', '/thanks?order=2'), 'purchase',
    'back with thanks at once');

later($HOUR + $MINUTE);
mailed_are('fred plain', 'after an hour: who has no order');

later(9 * $HOUR);
is(does('kate', 1, '/cart', '/contact'), 'begin_checkout', 'somebody else');
is(does('bob', 1, '/thanks?order=3'), 'purchase', 'back with thanks, late');
later($HOUR + $MINUTE);
mailed_are('fred kate plain', 'after eleven hours nobody else');

later($HOUR + 2 * $MINUTE);
mailed_are('ada carl dora fred gina hans kate plain', 'after twelve: who has not paid');

is($call->why("$_\@shop.test")->{state}, 'none', "$_: nothing is open")
    for qw(bob ines jane);

all_done();
