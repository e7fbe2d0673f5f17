#!/usr/bin/perl

# Variables for access logs: the same in every log, and never an address or a
# session.

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
    [ $uri =~ /missing/ ? 404 : 200, { 'Content-Type' => 'text/plain' },
        $uri =~ /cart/ ? '{"items":[{"id":"x"}],"more":"and more"}' : 'ok' ] });

my $nginx = Sp::Nginx->new(http => <<"CONF");
log_format sp '\$request_uri e=\$sitepreserver_event'
              ' v=\$sitepreserver_visitor s=\$sitepreserver_shopper'
              ' r=\$sitepreserver_result';
log_format two '\$request_uri \$sitepreserver_result';
access_log %%DIR%%/logs/access.log sp;
access_log %%DIR%%/logs/second.log two;
log_format read '\$request_uri \$sitepreserver_read';
access_log %%DIR%%/logs/read.log read;
map \$sitepreserver_result \$loggable { default 0; observed 1; }
access_log %%DIR%%/logs/observed.log two if=\$loggable;
sitepreserver_redis @{[ $redis->url ]};
sitepreserver_secret_file $secret;
server {
    listen 127.0.0.1:%%PORT%%;
    server_name shop.example;
    sitepreserver on;
    sitepreserver_visitor cookie:session;
    sitepreserver_event add_to_cart POST ~ ^/add { item_id form:id; }
    sitepreserver_event identify POST ~ ^/(add(/no)?|me)\$ { email form:email; }
    sitepreserver_event logout POST = /missing { }
    sitepreserver_event set_cart GET = /cart {
        items response.json:items { id id; }
    }
    location / {
        add_header X-Result "<\$sitepreserver_result>" always;
        proxy_pass http://127.0.0.1:@{[ $origin->port ]};
    }
    location /off { sitepreserver off;
        proxy_pass http://127.0.0.1:@{[ $origin->port ]}; }
    location /refused { sitepreserver_consent 0;
        proxy_pass http://127.0.0.1:@{[ $origin->port ]}; }
    location = /add/no { sitepreserver_consent "";
        proxy_pass http://127.0.0.1:@{[ $origin->port ]}; }
    location /ignored { sitepreserver_ignore 1;
        proxy_pass http://127.0.0.1:@{[ $origin->port ]}; }
    location /returned { return 200 "<\$sitepreserver_visitor>"; }
}
server {
    listen 127.0.0.1:%%PORT1%%;
    server_name none;
    location / { return 204; }
}
CONF

my $ua      = Sp::Http->new(port => $nginx->port);
my $session = 'session=a-secret-session-of-somebody';
my $id      = qr/[\w-]{22}/;


sub logged ($uri) {
    return wait_for { ($nginx->access_log =~ m{^\Q$uri\E (.*)$}m)[0] };
}


my $answer = $ua->form('/add', { id => 'x', email => 'me@example.com' },
    { Cookie => $session });

is($answer->header('X-Result'), '<>',
    'before the end of the request nothing is decided');
like(logged('/add'), qr/^e=add_to_cart,identify v=$id s=$id r=observed$/,
    'all of them, also where one was asked for before');

my ($visitor, $shopper) = logged('/add') =~ /v=(\S+) s=(\S+)/;

$ua->form('/me', { email => ' ME@Example.COM ' }, { Cookie => $session });
is(logged('/me'), "e=identify v=$visitor s=$shopper r=observed",
    'the same person, whatever the case');

$ua->get('/page', { Cookie => $session });
is(logged('/page'), "e=- v=$visitor s=- r=no_match", 'a page that is no event');

$ua->get('/stranger');
is(logged('/stranger'), 'e=- v=- s=- r=no_match', 'a stranger');

$ua->form('/missing', {}, { Cookie => $session });
is(logged('/missing'), "e=- v=$visitor s=- r=rejected", 'an error');

$ua->get('/off', { Cookie => $session });
is(logged('/off'), 'e=- v=- s=- r=-', 'off');

$ua->get('/refused', { Cookie => $session });
is(logged('/refused'), 'e=- v=- s=- r=no_match',
    'whoever refuses is not told apart');
$ua->form('/add/no', { id => 'x', email => 'me@example.com' },
    { Cookie => $session });
is(logged('/add/no'), 'e=- v=- s=- r=no_consent', 'nor with what a rule is for');
$ua->get('/ignored', { Cookie => $session });
is(logged('/ignored'), 'e=- v=- s=- r=no_match', 'nor who is ignored');

is($ua->get('/returned', { Cookie => $session })->{body}, "<$visitor>",
    'the visitor is known at once');

Sp::Http->new(port => $nginx->port(1))->get('/none');
is(logged('/none'), 'e=- v=- s=- r=-', 'a server without it');

my $second = slurp($nginx->dir . '/logs/second.log');
like($second, qr{^/add observed$}m, 'the same in a second log');

$ua->get('/cart', { Cookie => $session });
like(logged('/cart'), qr/^e=set_cart /, 'a cart');

my $read = slurp($nginx->dir . '/logs/read.log');

like($read, qr{^/cart 40$}m, 'what was read of an answer');
like($read, qr{^/add 0$}m, 'nothing of one that nobody wants');
like($read, qr{^/page 0$}m, 'nor where no rule matches');
like($read, qr{^/off -$}m, 'empty where it is off');
is(slurp($nginx->dir . '/logs/observed.log'),
    "/add observed\n/me observed\n/cart observed\n",
    'and as a condition of one');

unlike($nginx->access_log . $nginx->error_log, qr/secret-session|example\.com/i,
    'no session and no address in a log');

is(scalar(() = $nginx->access_log =~ /^/mg), 12, 'one line a request');

all_done();
