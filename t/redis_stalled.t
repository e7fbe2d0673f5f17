#!/usr/bin/perl

# Redis stands still while a cart is filled and ordered, and goes on: both are
# applied at once then, after different times under way, and the order is not
# taken for older than the cart.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Test;
use Sp::Http;
use Sp::Nginx;
use Sp::Origin;
use Sp::Redis;

my $ROUNDS = 60;

my $redis  = Sp::Redis->new;
my $secret = secret_file();
my $origin = Sp::Origin->new(sub ($method, $uri, $headers, $body) {
    [ 200, { 'Content-Type' => 'text/plain' }, 'ok' ] });
my $nginx = Sp::Nginx->new(workers => 2, http => <<"CONF");
sitepreserver_redis @{[ $redis->url ]} timeout=60s;
sitepreserver_secret_file $secret;
server {
    listen 127.0.0.1:%%PORT%%;
    server_name shop;
    sitepreserver on;
    sitepreserver_visitor cookie:session;
    sitepreserver_cookie off;
    sitepreserver_event add_to_cart POST = /add {
        item_id form:id;
        name form:name;
        quantity value:1;
    }
    sitepreserver_event purchase POST = /order { if response.header:Content-Type; }
    location / { proxy_pass http://127.0.0.1:@{[ $origin->port ]}; }
    location = /status { sitepreserver_status; }
}
CONF
my $ua   = Sp::Http->new(port => $nginx->port);
my $sent = 0;

sub post ($round, $uri, %form) {
    my $answer = $ua->form($uri, { n => 1, %form },
        { Cookie => "session=abcdefghijklmnop$round" });

    $sent++;
    return $answer->{status} == 200;
}

sub add ($round, $id) { return post($round, '/add', id => $id, name => 'A' x 200) }

sub applied () {
    return $ua->get('/status')->data->{counters}{applied} == $sent;
}

# How many carts have this item.
sub carts ($id) {
    return scalar grep { ($redis->cmd('GET', $_) // '') =~ /\b$id\x1f/ }
        $redis->keys('sp:{shop}:v:*');
}

my $good = 0;

ok(add($_, 'coat'), 'a cart') for 1 .. 2;
wait_ok { applied() } 'carts are kept';
is(carts('coat'), 2, 'two of them');

for my $round (1 .. $ROUNDS) {
    $redis->pause;
    $good += add($round, 'shirt');

    # Nobody is quicker.  What two workers write within some ms of each other may
    # reach Redis in either order, and no clock tells which was first.
    select(undef, undef, undef, 0.05 + ($round % 4) / 1000);

    $good += post($round, '/order');
    $redis->resume;
    wait_for { applied() } or last;
}

is($good, 2 * $ROUNDS, 'every answer is as before');
is(carts('shirt'), 0, 'no cart is newer than its order');
is(carts('coat'), 0, 'nor are those of before');

# What is put into a cart after the order is there.

ok(add($_, 'scarf'), 'a cart after the order') for 1 .. 3;
wait_ok { applied() } 'is applied';
is(carts('scarf'), 3, 'and kept');

all_done();
