#!/usr/bin/perl

# Who and where is told by what the client asked for, and by the location that
# it came to first, not by where rewrites and error pages lead the request.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Test;
use Sp::Http;
use Sp::Nginx;
use Sp::Origin;
use Sp::Redis;

my $redis  = Sp::Redis->new;
my $secret = secret_file();
my $origin = Sp::Origin->new(sub ($method, $uri, $headers, $body) {
    return [ 200, { 'Content-Type' => 'text/html',
        $uri =~ /moves/ ? ('Shop-Token' => 'token-' . 'b' x 40) : () },
        'a page' ];
});
my $proxy = "proxy_pass http://127.0.0.1:@{[ $origin->port ]};";

my $nginx = Sp::Nginx->new(http => <<"CONF");
log_format sp '\$request_uri v=\$sitepreserver_visitor'
              ' r=\$sitepreserver_result';
access_log %%DIR%%/logs/access.log sp;
sitepreserver_redis @{[ $redis->url ]};
sitepreserver_secret_file $secret;
sitepreserver_cookie off;
sitepreserver_idle 20s;

server {
    listen 127.0.0.1:%%PORT%%;
    server_name paths;
    sitepreserver on;
    sitepreserver_visitor uri:2;
    sitepreserver_event add_to_cart POST ~ ^/shop/[^/]+/add\$ {
        item_id form:id;
    }
    rewrite ^/shop/ /index.php;
    location / { rewrite ^ /deeper/still.php break; $proxy }
}

server {
    listen 127.0.0.1:%%PORT1%%;
    server_name arguments;
    sitepreserver on;
    sitepreserver_visitor arg:cart;
    sitepreserver_event add_to_cart POST = /add { item_id form:id; }
    rewrite ^ /index.php?;
    location / { $proxy }
}

server {
    listen 127.0.0.1:%%PORT2%%;
    server_name moved;
    sitepreserver on;
    sitepreserver_visitor header:Shop-Token or response.header:Shop-Token;
    location / { $proxy }
}

server {
    listen 127.0.0.1:%%PORT3%%;
    server_name errors;
    sitepreserver on;
    sitepreserver_visitor cookie:session;
    sitepreserver_event add_to_cart POST ~ ^/(seen|unseen|plain) {
        status 200 413; item_id header:Item;
    }
    client_max_body_size 10;
    location /seen { error_page 413 =200 /off/page; $proxy }
    location /unseen { sitepreserver off; $proxy }
    location /plain { $proxy }
    location /off { sitepreserver off; $proxy }
}

server {
    listen 127.0.0.1:%%PORT4%%;
    server_name quiet;
    sitepreserver_visitor cookie:session;
    sitepreserver_event add_to_cart POST ~ ^/ {
        status 200 413; item_id header:Item;
    }
    client_max_body_size 10;
    location / { error_page 413 =200 /on/page; $proxy }
    location /on { sitepreserver on; $proxy }
}

server {
    listen 127.0.0.1:%%PORT5%%;
    server_name front;
    sitepreserver_visitor cookie:session;
    sitepreserver_event add_to_cart POST ~ ^/ { item_id header:Item; }
    rewrite ^/(?!index|quiet|refused) /index.php last;
    rewrite ^/quiet /off.php last;
    rewrite ^/refused /no.php last;
    location / { sitepreserver off; $proxy }
    location = /index.php { sitepreserver on; $proxy }
    location = /no.php { sitepreserver on; sitepreserver_consent 0; $proxy }
}
CONF

my $vid = qr/[\w-]{22}/;


# What the log says of the last request to this URI.
sub logged ($uri) {
    return wait_for { ($nginx->access_log =~ m{^\Q$uri\E (.*)$}mg)[-1] };
}


sub ua ($n) { Sp::Http->new(port => $nginx->port($n ? $n : '')) }


# ---- The visitor in the path.

ua(0)->form('/shop/visitor-one-of-many/add', { id => 'x' });
ua(0)->form('/shop/visitor-two-of-many/add', { id => 'x' });

my ($one) = logged('/shop/visitor-one-of-many/add') =~ /^v=($vid) r=observed$/;
my ($two) = logged('/shop/visitor-two-of-many/add') =~ /^v=($vid) r=observed$/;

ok($one && $two && $one ne $two, 'a rule sees the URI as it was asked for');

ua(0)->get('/shop/visitor-one-of-many/page');
is(logged('/shop/visitor-one-of-many/page'), "v=$one r=no_match",
    'and so does the log where no rule matches');

my $active = "sp:{paths}:i:v:$one";

wait_ok { $redis->cmd('DEL', $active) } 'who was active is not any more';
wait_ok { ua(0)->get('/shop/visitor-one-of-many/page');
    $redis->cmd('EXISTS', $active) } 'but is again with a page, in time';

# ---- The visitor in an argument.

ua(1)->form('/add?cart=cart-one-of-many', { id => 'x' });
($one) = logged('/add?cart=cart-one-of-many') =~ /^v=($vid) r=observed$/;
ua(1)->get('/page?cart=cart-one-of-many');
is(logged('/page?cart=cart-one-of-many'), "v=$one r=no_match",
    'arguments are those of the client');

# ---- The answer moves a visit that no rule is about.

ua(2)->get('/moves', { 'Shop-Token' => 'token-' . 'a' x 40 });
like(logged('/moves'), qr/^v=$vid r=observed$/, 'a new token is seen');
ua(2)->get('/stays', { 'Shop-Token' => 'token-' . 'b' x 40 });
is((logged('/stays') =~ /v=(\S+)/)[0], (logged('/moves') =~ /v=(\S+)/)[0],
    'and is who comes next');
like(logged('/stays'), qr/r=no_match/, 'an answer without one is no event');

# ---- The location that came first.

my %shopper = (Cookie => 'session=a-session-of-somebody', Item => 'x');

is(ua(3)->post('/seen', 'x' x 100, \%shopper)->{status}, 200,
    'a page instead of an error');
like(logged('/seen'), qr/r=observed$/,
    'an error before its location: the settings of the server');
is(ua(3)->post('/unseen', 'x' x 100, \%shopper)->{status}, 413, 'an error');
like(logged('/unseen'), qr/r=-$/, 'of a location that is not observed');
is(ua(3)->post('/plain', 'x' x 100, \%shopper)->{status}, 413, 'an error');
like(logged('/plain'), qr/r=observed$/, 'of one that is');
is(ua(4)->post('/x', 'x' x 100, \%shopper)->{status}, 200,
    'a page instead of an error');
like(logged('/x'), qr/r=-$/, 'the page of an error does not decide it');

# ---- A rewrite of the server comes before any location.

ua(5)->post('/add', '', \%shopper);
like(logged('/add'), qr/r=observed$/,
    'the settings of the location that a rewrite of the server leads to');
ua(5)->post('/quiet', '', \%shopper);
like(logged('/quiet'), qr/r=-$/, 'off, where that one is');
ua(5)->post('/refused', '', \%shopper);
is(logged('/refused'), 'v=- r=no_consent', 'and consent is asked there');
is(scalar(my @kept = $redis->keys('sp:{front}:v:*')), 1, 'nothing is kept of who refused');

all_done();
