#!/usr/bin/perl

# Carts in pages: "html:" on answers as nginx passes them on, and on strings in
# JSON; the answer comes out as it went in.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::XS;
use Test::More;
use Sp::Test;
use Sp::Http;
use Sp::Nginx;
use Sp::Origin;
use Sp::Redis;

my $json = JSON::XS->new->canonical;


sub items ($last) {
    return join "\n", map {
        "<li class='a line'><a class=remove data-id=\"$_\">&times;</a>"
            . "<p class=name>The <b>$_</b> &amp; more<p class=qty>2 &times;"
            . ' <span class=price>1.234,50&nbsp;&euro;</span>'
    } 'first', $last;
}


# A page of 120 KB with its cart in the middle.
sub page ($last) {
    my $menu = join "\n", map {
        "<li class=\"menu-item\"><a href=\"/p/$_?a=1&amp;b=2\">Item $_</a></li>"
    } 1 .. 700;

    return "<!DOCTYPE html><html><head><title>Cart</title><script>"
        . "if (1 < 2) { x = '<li class=line>'; }" . ' y();' x 3000
        . "</script></head><body><ul>$menu</ul><!-- <ul class=cart> -->"
        . '<ul class=cart>' . items($last) . "</ul><table><tr><td>$menu"
        . '</table></body></html>';
}


my $handler = sub ($method, $uri, $headers, $body) {
    my ($last) = $uri =~ /last=(\w+)/;

    return [ 200, { 'Content-Type' => 'text/html' }, '<p class=no-items>' ]
        if $uri =~ m{/empty};

    return [ 200, { 'Content-Type' => 'text/html' },
        $json->encode({ a => '<ul><li class=line>', fragments => {
            'div.cart' => '<ul>' . items($last) . '</ul>' . 'x' x 100_000 } }) ]
        if $uri =~ m{/fragments};

    return [ 200, { 'Content-Type' => 'text/html; charset=utf-8' },
        page($last) ];
};

my $redis  = Sp::Redis->new;
my $http   = Sp::Origin->new($handler);
my $origin = 'http://127.0.0.1:' . $http->port;
my $fields = <<'CONF';
        id        a.remove@data-id;
        name      .name;
        quantity  .qty | "regex:^(\d+)";
        price     ".qty .price" | money;
CONF

my $nginx = Sp::Nginx->new(http => <<"CONF");
sitepreserver_redis @{[ $redis->url ]};
sitepreserver_secret_file @{[ secret_file() ]};
log_format sp '\$uri e=\$sitepreserver_event r=\$sitepreserver_result';
access_log %%DIR%%/logs/access.log sp;
proxy_buffers 4 4k;
proxy_buffer_size 4k;
proxy_busy_buffers_size 8k;
proxy_http_version 1.1;

server {
    listen 127.0.0.1:%%PORT%% sndbuf=8k;
    server_name shop;
    sitepreserver on;
    sitepreserver_visitor cookie:sid;
    sitepreserver_currency EUR;

    sitepreserver_event set_cart GET ~ "/(cart|empty)\$" {
        items response.body | "html:ul.cart li.line" {
$fields
        }
        empty response.body | html:.no-items;
    }

    sitepreserver_event set_cart GET ~ "/fragments\$" {
        items "response.json:fragments[\\"div.cart\\"]" | html:li.line {
$fields
        }
    }

    location / { proxy_pass $origin; }
    location /unbuffered/ { proxy_buffering off; proxy_pass $origin; }
    location /gzip/ { gzip on; gzip_min_length 1; proxy_pass $origin; }
    location /short/ { sitepreserver_response_limit 60k; proxy_pass $origin; }
    location = /status { sitepreserver off; sitepreserver_status; }
}
CONF

my $ua     = Sp::Http->new(port => $nginx->port);
my %cookie = (Cookie => 'sid=0123456789abcdef');
my $n      = 0;


sub counter ($name) {
    return $ua->get('/status')->data->{counters}{$name};
}


sub seen_ok ($uri, $what, %how) {
    my $last = 'item' . ++$n;
    my $answer = $ua->request('GET', "$uri?last=$last", headers => \%cookie,
        %how);

    is($answer->{status}, 200, "$what: 200");
    ok($answer->{body} eq page($last), "$what: the page is as it was")
        if $uri =~ /cart/;

    my $item = wait_for { $redis->cmd('GET', "sp:{shop}:n:$last") };

    like($item // '', qr/The \Q$last\E & more/,
        "$what: the last item has its name");
}


for my $way ('', '/unbuffered') {
    seen_ok("$way/cart", "a page$way");
    seen_ok("$way/cart", "a page$way, read slowly",
        read_slowly => [ 20_000, 0.002 ]);
    seen_ok("$way/fragments", "a string in JSON$way");
}

is(counter('response_cut'), 0, 'no answer was cut');

my $zipped = $ua->get('/gzip/cart?last=zipped',
    { %cookie, 'Accept-Encoding' => 'gzip' });

is($zipped->header('Content-Encoding'), 'gzip', 'gzip: compressed');
wait_ok { $redis->cmd('GET', 'sp:{shop}:n:zipped') }
    'gzip: seen before it was compressed';

# Its limit is within the cart's page, before the cart's end.

$ua->get('/short/cart?last=short', \%cookie);
wait_ok { counter('response_cut') == 1 } 'what is longer than the limit is cut';
seen_ok('/cart', 'after it');
ok(!$redis->cmd('GET', 'sp:{shop}:n:short'), 'a cut page is no cart');

my $events = counter('applied');

$ua->get('/empty', \%cookie);
wait_ok { counter('applied') == $events + 1 } 'an empty cart is one';

$http->stop;
all_done();
