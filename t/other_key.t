#!/usr/bin/perl

# A shop in Redis that was begun with another identity key: nothing of ours is
# written to it, neither what waited for the connection nor what comes later.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP;
use Test::More;
use Sp::Http;
use Sp::Nginx;
use Sp::Origin;
use Sp::Redis;
use Sp::Test;

my $redis  = Sp::Redis->new;
my $origin = Sp::Origin->new(
    sub { return [ 200, { 'Content-Type' => 'text/html' }, 'hello' ] });

my $other = Sp::Test::dir() . '/other';
spew($other, 'identity ' . 'ab' x 32 . "\nsealing 1 " . 'cd' x 32 . "\n");
chmod 0600, $other;

my $nginx = Sp::Nginx->new(start => 0, http => conf(secret_file()));

$nginx->start;
wait_ok { status()->{workers}[0]{connected} } 'the shop is begun';
$nginx->quit;

# Redis does not answer yet: what happens has to wait.

$redis->pause;
$nginx->set_http(conf($other));
$nginx->start;
add() for 1 .. 3;
is(status()->{counters}{queued}, 3, 'events wait');

$redis->resume;
wait_ok { status()->{counters}{dropped} == 3 } 'they are dropped, and counted';
add();
is(status()->{counters}{dropped}, 4, 'so is what comes after');
is_deeply([ $redis->keys('sp:{demo}:[vqaip]:*') ], [], 'nothing was written');
like($nginx->error_log, qr/shop "demo" was begun with another identity key/,
    'it is said');

$nginx->quit;
all_done();


sub add {
    return Sp::Http->new(port => $nginx->port)->request('POST', '/add',
        headers => { Cookie => 'session=abcdefgh' }, body => 'id=1');
}


sub status {
    my $answer = Sp::Http->new(port => $nginx->port)->request('GET', '/status');

    return decode_json($answer->{body});
}


sub conf ($secret) {
    return <<"CONF";
sitepreserver_redis @{[ $redis->url ]};
sitepreserver_secret_file $secret;
server {
    listen 127.0.0.1:%%PORT%%;
    sitepreserver on;
    sitepreserver_shop demo;
    sitepreserver_visitor cookie:session;
    sitepreserver_event add_to_cart POST = /add { item_id form:id; }
    location / { proxy_pass http://127.0.0.1:@{[ $origin->port ]}; }
    location = /status { sitepreserver off; sitepreserver_status; }
}
CONF
}
