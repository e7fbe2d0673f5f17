#!/usr/bin/perl

# A client that leaves while the origin works, or an origin that breaks:
# an order may have been placed, so it is pending; nothing else counts.

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
    my ($how) = $uri =~ m{^/(\w+)};

    return [ 200, {}, 'late', { delay => 1.5 } ] if $how eq 'slow';
    return [ 0, {}, '', { drop => 1 } ] if $how eq 'broken';
    return [ 503, {}, 'closed' ] if $how eq 'closed';
    return [ 200, { 'Content-Type' => 'text/plain' }, 'x' x 100_000 ];
});

my $nginx = Sp::Nginx->new(http => <<"CONF");
log_format sp '\$request_uri \$status e=\$sitepreserver_event'
              ' r=\$sitepreserver_result';
access_log %%DIR%%/logs/access.log sp;
sitepreserver_redis @{[ $redis->url ]};
sitepreserver_secret_file $secret;
server {
    listen 127.0.0.1:%%PORT%% sndbuf=8k;
    server_name shop;
    sitepreserver on;
    sitepreserver_visitor cookie:session;
    sitepreserver_event purchase POST ~ ^/\\w+/buy\$ {
        if form:step = pay;
        order_id response.json:order;
    }
    sitepreserver_event add_to_cart POST ~ ^/\\w+/add\$ { item_id form:id; }
    location / { proxy_pass http://127.0.0.1:@{[ $origin->port ]}; }
    location /hung/ {
        proxy_read_timeout 300ms;
        proxy_pass http://127.0.0.1:@{[ $origin->port ]}/slow/;
    }
    location /page/ {
        error_page 502 /sorry.html;
        proxy_pass http://127.0.0.1:@{[ $origin->port ]}/broken/;
    }
    location = /sorry.html { internal; return 200 sorry; }
    location = /status { sitepreserver_status; }
}
CONF

my $ua   = Sp::Http->new(port => $nginx->port);
my %form = ('Content-Type' => 'application/x-www-form-urlencoded',
    Cookie => 'session=abcdefghijklmnop');


sub logged_as ($uri, $expected, $name) {
    my $line = wait_for { ($nginx->access_log =~ m{^\Q$uri\E (.*)$}m)[0] };
    is($line, $expected, $name);
}


$ua->request('POST', '/slow/buy', headers => \%form, body => 'step=pay',
    abort_seconds => 0.2);
logged_as('/slow/buy', '499 e=order_pending r=observed',
    'the client left: pending');

$ua->request('POST', '/slow/buy?other', headers => \%form, body => 'step=see',
    abort_seconds => 0.2);
logged_as('/slow/buy?other', '499 e=- r=rejected',
    'unless its conditions did not hold');

$ua->request('POST', '/slow/add', headers => \%form, body => 'id=shirt',
    abort_seconds => 0.2);
logged_as('/slow/add', '499 e=- r=rejected', 'no other event counts then');

$ua->post('/broken/buy', 'step=pay', \%form);
logged_as('/broken/buy', '502 e=order_pending r=observed', '502: pending');

$ua->post('/hung/buy', 'step=pay', \%form);
logged_as('/hung/buy', '504 e=order_pending r=observed', '504: pending');

$ua->post('/page/buy', 'step=pay', \%form);
logged_as('/page/buy', '502 e=order_pending r=observed',
    '502 with a page of its own: pending');

$ua->post('/closed/buy', 'step=pay', \%form);
logged_as('/closed/buy', '503 e=- r=rejected', '503: no order');

$ua->post('/fine/buy', 'step=pay', \%form);
logged_as('/fine/buy', '200 e=purchase r=observed', '200: an order');

# The client that leaves while it gets the answer has ordered.

$ua->request('POST', '/fine/buy?left', headers => \%form, body => 'step=pay',
    abort_after_answer => 1000);
logged_as('/fine/buy?left', '200 e=purchase r=observed',
    'leaving during the answer: an order');

# The body never came whole.

$ua->request('POST', '/fine/buy?half', headers => { %form,
    'Content-Length' => 100 }, pieces => [ 'step=pay' ], abort_after => 8);
wait_ok { $nginx->access_log =~ m{^/fine/buy\?half (\d+) e=- }m }
    'a request that broke off is no order';

all_done();
