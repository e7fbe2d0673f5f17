#!/usr/bin/perl

# An answer with the cart that was on its way before the order, and reaches a
# slow client after it: what was bought does not come back into the cart.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Call;
use Sp::Http;
use Sp::Nginx;
use Sp::Origin;
use Sp::Redis;
use Sp::Test;

my $redis  = Sp::Redis->new;
my $secret = secret_file();
my $cart   = '{"items":[{"id":"mug","name":"Mug","qty":1,"price":"9.00"}]';

my $origin = Sp::Origin->new(sub ($method, $uri, $headers, $body) {
    return [ 200, { 'Content-Type' => 'application/json' }, '',
        { pieces => [ $cart, \6, '}' ] } ] if $uri eq '/cart?slow';
    return [ 200, { 'Content-Type' => 'application/json' }, "$cart}" ];
});

my $nginx = Sp::Nginx->new(http => <<"CONF");
log_format sp '\$request_uri e=\$sitepreserver_event';
access_log %%DIR%%/logs/access.log sp;
sitepreserver_redis @{[ $redis->url ]};
sitepreserver_secret_file $secret;
server {
    listen 127.0.0.1:%%PORT%%;
    server_name shop;
    sitepreserver on;
    sitepreserver_visitor cookie:session;
    sitepreserver_currency EUR;
    sitepreserver_event set_cart GET = /cart {
        items response.json:items {
            id id;  name name;  quantity qty;  price price;
        }
    }
    sitepreserver_event identify POST = /address { email form:email; }
    sitepreserver_event purchase POST = /order { order_id form:order; }
    location / {
        proxy_buffering off;
        proxy_pass http://127.0.0.1:@{[ $origin->port ]};
    }
}
CONF

my $ua   = Sp::Http->new(port => $nginx->port);
my %form = ('Content-Type' => 'application/x-www-form-urlencoded',
    Cookie => 'session=abcdefghijklmnop');
my $call = Sp::Call->new(redis => $redis, shop => 'shop', secret => $secret,
    idle => 3_600_000);

sub visit () {
    my $why = $call->why('ada@example.com');
    return join ' ', map { "$_=$why->{$_}" } grep { /^visit/ } sort keys %$why;
}

$ua->get('/cart', \%form);
$ua->post('/address', 'email=ada@example.com', \%form);

wait_ok { visit() =~ /items=1/ } 'there is a cart' or diag visit();

my $slow = fork_child('a slow client', sub {
    my $answer = Sp::Http->new(port => $nginx->port)->get('/cart?slow', \%form);
    exit !$answer->{complete};
});

wait_ok { grep { $_->{uri} eq '/cart?slow' } $origin->requests }
    'the shop has its cart on the way';

$ua->post('/order', 'order=17', \%form);

wait_ok { $nginx->access_log =~ m{^/order e=purchase$}m } 'the order is there';
unlike($nginx->access_log, qr{^/cart\?slow}m, 'before the last byte');
wait_ok { $nginx->access_log =~ m{^/cart\?slow e=set_cart$}m }
    'the late answer is an event';

$ua->get('/cart', { Cookie => 'session=zzzzzzzzzzzzzzzz' });
wait_ok { 2 == (() = $redis->keys("sp:{shop}:v:*")) } 'and was applied';

unlike(visit(), qr/items=1/, 'the cart stays empty');

# What is added after the order is a new cart.

$ua->get('/cart?new', \%form);
wait_ok { visit() =~ /items=1/ } 'a new cart is one' or diag visit();

all_done();
