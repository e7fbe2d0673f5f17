#!/usr/bin/perl

# sitepreserver_limit: how many new addresses one client network may bring in
# a day; the network is that of the client whom realip names.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Test;
use Sp::Http;
use Sp::Nginx;
use Sp::Origin;
use Sp::Redis;

Sp::Test::same_day();

my $redis  = Sp::Redis->new;
my $secret = secret_file();
my $origin = Sp::Origin->new(sub (@) {
    [ 200, { 'Content-Type' => 'text/plain' }, 'ok' ] });

my $nginx = Sp::Nginx->new(http => <<"CONF");
sitepreserver_redis @{[ $redis->url ]};
sitepreserver_secret_file $secret;
set_real_ip_from 127.0.0.1;
sitepreserver on;
sitepreserver_event identify POST = /me { email form:email; }
server {
    listen 127.0.0.1:%%PORT%%;
    server_name limited;
    sitepreserver_limit addresses=3;
    location / { proxy_pass http://127.0.0.1:@{[ $origin->port ]}; }
    location = /status { sitepreserver_status; }
}
server {
    listen 127.0.0.1:%%PORT1%%;
    server_name unlimited;
    sitepreserver_limit addresses=0;
    location / { proxy_pass http://127.0.0.1:@{[ $origin->port ]}; }
}
CONF

my $ua     = Sp::Http->new(port => $nginx->port);
my $status = Sp::Http->new(port => $nginx->port);
my $sent   = 0;


sub shoppers ($shop = 'limited') {
    my @keys = $redis->keys("sp:{$shop}:p:*");
    return scalar @keys;
}


sub from ($address, @names) {
    for my $name (@names) {
        is($ua->form('/me', { email => "$name\@example.com" },
            { 'X-Real-IP' => $address })->{status}, 200, "$name is served");
        $sent++;
    }

    wait_ok {
        $status->get('/status')->data->{counters}{applied} == $sent
    } 'all is applied';
}


from('192.0.2.1', 'a', 'b');
from('192.0.2.99', 'c', 'd', 'e');
is(shoppers(), 3, 'three of one /24');

from('192.0.3.1', 'f');
is(shoppers(), 4, 'another one has its own limit');

from('192.0.2.1', 'a', 'b');
is(shoppers(), 4, 'known ones are no new ones');

from('2001:db8:1:2::1', 'g', 'h');
from('2001:db8:1:3::1', 'i', 'j');
is(shoppers(), 7, 'three of one /48');

from('2001:db8:2::1', 'k');
is(shoppers(), 8, 'another /48');

from('::ffff:192.0.2.7', 'l');
is(shoppers(), 8, 'an IPv4 address in IPv6 is of its /24');

is($status->get('/status')->data->{counters}{limited}, 4,
    'refusals are counted');

$ua = Sp::Http->new(port => $nginx->port(1));
from('192.0.2.1', map { "n$_" } 1 .. 10);
is(shoppers('unlimited'), 10, '0 is no limit');

unlike(join(' ', $redis->keys('*')), qr/192|2001/, 'no address of a client');

all_done();
