#!/usr/bin/perl

# "?sp=TOKEN": the token is taken off the URL before the shop, its scripts or
# a Referer can see it, and the click is counted.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Test;
use Sp::Call;
use Sp::Http;
use Sp::Nginx;
use Sp::Origin;
use Sp::Redis;

my $redis  = Sp::Redis->new;
my $secret = secret_file();
my $origin = Sp::Origin->new(sub ($method, $uri, $headers, $body) {
    [ 200, { 'Content-Type' => 'text/plain' }, "$method $uri" ] });
my $proxy  = "proxy_pass http://127.0.0.1:@{[ $origin->port ]};";

my $nginx = Sp::Nginx->new(http => <<"CONF");
log_format sp '\$request_uri \$status e=\$sitepreserver_event'
              ' r=\$sitepreserver_result v=\$sitepreserver_visitor';
access_log %%DIR%%/logs/access.log sp;
sitepreserver_redis @{[ $redis->url ]};
sitepreserver_secret_file $secret;
server {
    listen 127.0.0.1:%%PORT%%;
    server_name shop.example;
    sitepreserver on;
    sitepreserver_shop demo;
    sitepreserver_idle 1s;
    sitepreserver_event view_cart GET = /cart { }
    sitepreserver_event identify POST = /me { email form:email; }
    location / { $proxy }
    location /moved/ { return 301 /elsewhere; }
    location /relative/ { absolute_redirect off; $proxy }
    location /off/ { sitepreserver off; $proxy }
    location /refused/ { sitepreserver_consent 0; $proxy }
    location = /status { sitepreserver_status; }
}
server {
    listen 127.0.0.1:%%PORT1%%;
    server_name rewritten.example;
    sitepreserver_shop demo;
    sitepreserver_idle 1s;
    rewrite ^/(?!index) /index.php? last;
    location / { $proxy }
    location = /index.php { sitepreserver on; $proxy }
}
CONF

my $ua   = Sp::Http->new(port => $nginx->port, headers => {
    Host => 'shop.example' });
my $call = Sp::Call->new(redis => $redis, shop => 'demo');

$call->abandon('ada@example.com');

my $tokens = $call->tokens('ada@example.com');
my $token  = $tokens->{click};
my $base   = 'http://shop.example:' . $nginx->port;


sub counter ($name) { $ua->get('/status')->data->{counters}{$name} }


sub location_of ($uri, %headers) {
    my $answer = $ua->get($uri, \%headers);
    return $answer->{status} == 302 ? $answer->header('Location')
        : "$answer->{status} $answer->{body}";
}


# ---- Where it leads.

my $answer = $ua->get("/cart?sp=$token");

is($answer->{status}, 302, 'a click is redirected');
is($answer->header('Location'), '/cart',
    'to the same page without the token, in the scheme and port of whoever asked');
is($answer->header('Cache-Control'), 'no-store', 'which nobody stores');
like($answer->header('Set-Cookie'), qr/^sp_visitor=/,
    'and the visitor gets our cookie');
unlike($answer->{body}, qr/\Q$token\E/, 'the token is not in the page');

my %cases = (
    "/cart?sp=$token&utm_source=x&utm_id=1" => '/cart?utm_source=x&utm_id=1',
    "/cart?utm_source=x&sp=$token" => '/cart?utm_source=x',
    "/cart?a=1&sp=$token&b=%20%2f" => '/cart?a=1&b=%20%2f',
    "/any/%C3%BC/page?sp=$token" => '/any/%C3%BC/page',
    "/?sp=$token" => '/',
    "/moved/x?sp=$token" => '/moved/x',
    "//evil.example/?sp=$token" => '/evil.example/',
    "/\\evil.example/?sp=$token" => '/evil.example/',
    "/relative//x?sp=$token" => '/relative//x',
);

is(location_of($_), $cases{$_}, "$_: $cases{$_}") for sort keys %cases;

like(location_of("//evil.example/..%2frelative/?sp=$token"), qr{^/[^/\\]},
    'no other site by it');

my $rewritten = Sp::Http->new(port => $nginx->port(1));
is($rewritten->get("/cart?a=1&sp=$token")->header('Location'), '/cart?a=1',
    'also where the server has rewritten the URI, and dropped its arguments');
is($rewritten->get('/cart?a=1')->{body}, 'GET /index.php',
    'and without a token nothing is');

# ---- What passes.

my $wrong = $token =~ s/(.)$/$1 eq 'A' ? 'B' : 'A'/er;

for my $case (
    [ "/cart?sp=$wrong", 'a wrong MAC' ],
    [ '/cart?sp=1', "the shop's own argument" ],
    [ '/cart?sp=', 'an empty one' ],
    [ "/cart?xsp=$token", 'another name' ],
    [ "/cart?SP=$token", 'another case' ],
    [ "/cart?sp=$tokens->{unsubscribe}", 'a token of another kind' ],
    [ "/off/cart?sp=$token", 'a location that is off' ])
{
    my ($uri, $name) = @$case;
    is(location_of($uri), "200 GET $uri", "$name passes untouched");
}

is($ua->post("/cart?sp=$token", 'x=1')->{body}, "POST /cart?sp=$token",
    'a POST passes');
is($ua->request('HEAD', "/cart?sp=$token")->{status}, 200, 'HEAD passes');

# ---- What is noted.

my $before = counter('queued');

$ua->get("/cart?sp=$token&who=new");
wait_ok { $nginx->access_log =~ m{&who=new 302 e=rescue_click r=observed} }
    'the log has a click';
wait_ok { counter('applied') >= $before + 1 } 'and Redis too';

$answer = $ua->get("/refused/?sp=$token&who=refused");
is($answer->{status}, 302, 'without consent it leads there as well');
is($answer->header('Set-Cookie'), undef, 'with no cookie');
wait_ok { $nginx->access_log =~ m{&who=refused 302 e=- r=no_consent} }
    'and is not observed';

# An inert token, of a test message, leads there and does nothing.

my $inert = $call->tokens('ada@example.com', inert => 1)->{click};

$before = counter('queued');
is(location_of("/cart?sp=$inert"), '/cart', 'an inert token is taken off');
is(counter('queued'), $before, 'and nothing is noted');

# The visit that clicked is that of the cookie which it had.

my $cookie = $ua->form('/me', { email => 'bea@example.com' })
    ->header('Set-Cookie') =~ s/;.*//r;
$ua->get("/cart?who=known", { Cookie => $cookie });
$ua->get("/cart?sp=$token&who=click", { Cookie => $cookie });

my ($visitor, $clicker) = map {
    my $who = $_;
    wait_for { ($nginx->access_log =~ m{who=$who \d+ .* v=(\S+)$}m)[0] }
} 'known', 'click';

is($clicker, $visitor, 'it is the same visitor');
unlike($nginx->error_log, qr/\Q$token\E/, 'no token in the error log');

all_done();
