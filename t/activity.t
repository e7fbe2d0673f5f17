#!/usr/bin/perl
#
# Who still looks at pages is not mailed, and pages cost next to nothing: a page
# view restarts the idle clock, one in a quarter of the idle time, whichever
# worker sees it; what is no page of a person does not.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Test;
use Sp::Call;
use Sp::Clock;
use Sp::Http;
use Sp::Nginx;
use Sp::Origin;
use Sp::Redis;

my $clock  = Sp::Clock->new;
my $redis  = Sp::Redis->new;
my $secret = secret_file();
my %type   = (html => 'text/html; charset=utf-8', css => 'text/css',
              png => 'image/png', json => 'application/json');
my $origin = Sp::Origin->new(sub ($method, $uri, $headers, $body) {
    my ($status) = $uri =~ /status=(\d+)/;
    my ($type)   = $uri =~ /\.(\w+)/;
    return [ $status // 200,
        { ($status // 0) == 304 ? () : ('Content-Type' => $type{$type // 'html'}),
          ETag => '"a"' }, ($status // 0) == 304 ? '' : 'x' x 200 ];
});

my $nginx = Sp::Nginx->new(workers => 2, http => <<"CONF");
sitepreserver_redis @{[ $redis->url ]};
sitepreserver_secret_file $secret;
proxy_cache_path %%DIR%%/cache keys_zone=pages:1m;
server {
    listen 127.0.0.1:%%PORT%%;
    server_name shop;
    sitepreserver on;
    sitepreserver_visitor cookie:session;
    sitepreserver_idle 60m;
    sitepreserver_consent \$cookie_agreed;
    sitepreserver_event add_to_cart POST = /add {
        item_id form:id;
        email form:email;
    }
    sitepreserver_event view_cart GET ~ ^/looked {
        status 201;
    }
    location / { proxy_pass http://127.0.0.1:@{[ $origin->port ]}; }
    location /off/ {
        sitepreserver off;
        proxy_pass http://127.0.0.1:@{[ $origin->port ]};
    }
    location /cached/ {
        proxy_cache pages;
        proxy_cache_valid 200 1h;
        proxy_pass http://127.0.0.1:@{[ $origin->port ]};
    }
    location = /status { sitepreserver off; sitepreserver_status; }
}
CONF

my $ua     = Sp::Http->new(port => $nginx->port);
my $call   = Sp::Call->new(redis => $redis, shop => 'shop', hello => 0);
my %cookie = (Cookie => 'session=ada-ada-ada-ada-ada; agreed=1');
my $MINUTE = 60;
my $QUEUED = 0;

sub counters () { return $ua->get('/status')->data->{counters} }

# Minutes that she has been silent, as Redis has it.
sub silent () {
    my $why = $call->why('ada@example.com');
    return sprintf '%.0f', 60 - $why->{active_ms} / 60_000;
}

sub queued_is ($n, $name) {
    $QUEUED += $n;
    wait_ok { counters()->{applied} == $QUEUED } "$name: applied";
    return is(counters()->{queued}, $QUEUED, $name);
}

$ua->form('/add', { id => 'shirt', email => 'ada@example.com' }, { %cookie });
queued_is(1, 'a cart');
is(silent(), 0, 'active now');

$clock->advance(10 * $MINUTE);
$ua->get("/page?$_", { %cookie }) for 1 .. 5;
queued_is(0, 'pages within a quarter of the idle time: nothing is told');
is(silent(), 10, '... silent for 10 minutes');

$clock->advance(6 * $MINUTE);

for my $case (
    [ 'HEAD', HEAD => '/page' ], [ 'a picture', GET => '/a.png' ],
    [ 'a style', GET => '/a.css' ], [ 'JSON', GET => '/a.json' ],
    [ 'a page that is not there', GET => '/page?status=404' ],
    [ 'an error', GET => '/page?status=500' ],
    [ 'a redirect', GET => '/page?status=302' ],
    [ '304', GET => '/page?status=304' ],
    [ 'POST', POST => '/page' ],
    [ 'not observed', GET => '/off/page' ],
    [ 'a script', GET => '/page', 'X-Requested-With' => 'XMLHttpRequest' ],
    [ 'fetch()', GET => '/page', 'Sec-Fetch-Dest' => 'empty',
      Accept => '*/*' ],
    [ 'a bot', GET => '/page', 'User-Agent' => 'Googlebot/2.1' ],
    [ 'nobody\'s', GET => '/page', Cookie => '' ],
    [ 'an unknown one\'s', GET => '/page', Cookie => 'session=' . 'e' x 20
      . '; agreed=1' ],
    ) {
    my ($name, $method, $uri, %headers) = @$case;
    $ua->request($method, $uri, headers => { %cookie, %headers });
}

queued_is(0, 'what is no page view');
is(silent(), 16, '... does not restart the clock');

$ua->get('/page', { %cookie });
queued_is(1, 'a page');
is(silent(), 0, '... does');

# A page only shows that it is one while the client sends the next request.

$ua->get("/page?$_", { %cookie }) for 1 .. 20;
queued_is(0, 'once, by whichever of two workers');

for my $case (
    [ 'a rule that looked in vain', '/looked' ],
    [ 'from the cache', '/cached/page' ], [ 'from the cache', '/cached/page' ],
    [ 'a navigation', '/page', 'Sec-Fetch-Dest' => 'document',
      Accept => 'text/html' ],
    [ 'a script that leads from page to page', '/page',
      'Sec-Fetch-Dest' => 'empty', Accept => 'text/html, application/xhtml+xml' ],
    [ 'the window of an app', '/page', 'X-Requested-With' => 'com.example' ],
    ) {
    my ($name, $uri, %headers) = @$case;

    $clock->advance(16 * $MINUTE);
    is(silent(), 16, "$name:");
    $ua->get($uri, { %cookie, %headers });
    queued_is(1, $name);
    is(silent(), 0, '... is one');
}

# An hour of silence.

$clock->advance(59 * $MINUTE);
is(silent(), 59, 'silent for 59 minutes');
$ua->get('/page', { %cookie });
queued_is(1, 'a page');
$clock->advance(59 * $MINUTE);
cmp_ok(silent(), '<', 60, 'active two hours after the cart');
$clock->advance(2 * $MINUTE);
is($call->why('ada@example.com')->{active_ms}, 0, 'and then not any more');

all_done();
