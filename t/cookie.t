#!/usr/bin/perl

# Our own cookie: which answers carry it, how it looks, and that none but ours
# is believed.

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

# The origin answers with the status and Cache-Control that the path names.
my $origin = Sp::Origin->new(sub ($method, $uri, $headers, $body) {
    my ($status) = $uri =~ /status=(\d+)/;
    my ($cache)  = $uri =~ /cache=([^&]*)/;
    my %headers  = ('Content-Type' => 'text/html');

    $cache =~ s/%(..)/chr hex $1/ge if defined $cache;
    $headers{'Cache-Control'} = $cache if defined $cache;
    $headers{'Set-Cookie'} = 'shop=1; Path=/' if $uri =~ /shop=1/;

    return [ $status // 200, \%headers, 'hello' ];
});

my $proxy = "proxy_pass http://127.0.0.1:@{[ $origin->port ]};";
my $rules = <<'CONF';
    sitepreserver on;
    sitepreserver_event add_to_cart POST,PUT = /add { item_id value:1; }
    sitepreserver_event view_cart GET,HEAD = /cart { }
CONF

my ($status) = command([ 'openssl', 'req', '-x509', '-newkey', 'rsa:2048',
    '-nodes', '-subj', '/CN=localhost', '-days', '2',
    '-keyout', Sp::Test::dir() . '/key', '-out', Sp::Test::dir() . '/cert' ]);
is($status, 0, 'a certificate');

my $nginx = Sp::Nginx->new(http => my $conf = <<"CONF");
log_format sp '\$request_uri v=\$sitepreserver_visitor r=\$sitepreserver_result';
access_log %%DIR%%/logs/access.log sp;
sitepreserver_redis @{[ $redis->url ]};
sitepreserver_secret_file $secret;
proxy_cache_path %%DIR%%/cache keys_zone=c:1m;

server {
    listen 127.0.0.1:%%PORT%%;
    listen 127.0.0.1:%%PORT1%% ssl;
    ssl_certificate @{[ Sp::Test::dir() ]}/cert;
    ssl_certificate_key @{[ Sp::Test::dir() ]}/key;
    server_name plain;
    $rules
    location / { $proxy }
    location = /status { sitepreserver off; sitepreserver_status; }
}
server {
    listen 127.0.0.1:%%PORT2%%;
    server_name strict;
    sitepreserver_cookie who domain=.example.com max_age=1h samesite=strict
        secure=on;
    $rules
    location / { $proxy }
}
server {
    listen 127.0.0.1:%%PORT3%%;
    server_name off;
    sitepreserver_cookie off;
    $rules
    location / { $proxy }
}
server {
    listen 127.0.0.1:%%PORT4%%;
    server_name expires;
    $rules
    expires 1h;
    add_header Cache-Control public;
    location / { $proxy }
    location = /cart { expires 1h; $proxy }
}
server {
    listen 127.0.0.1:%%PORT5%%;
    server_name refused;
    sitepreserver_consent 0;
    $rules
    location / { $proxy }
}
server {
    listen 127.0.0.1:%%PORT6%%;
    server_name weak;
    sitepreserver_cookie weak identify=off;
    sitepreserver_visitor cookie:sess;
    sitepreserver_event identify POST = /me { email form:email; }
    $rules
    location / { $proxy }
}
CONF

my ($plain, $ssl, $strict, $off, $expires, $refused, $weak) = map {
    Sp::Http->new(port => $nginx->port($_), ssl => $_ eq '1')
} '', 1 .. 6;

my %form = ('Content-Type' => 'application/x-www-form-urlencoded');


sub cookie_of ($answer) {
    my ($ours) = grep { /^(sp_visitor|who|weak)=/ }
        $answer->headers('Set-Cookie');
    return $ours;
}


sub has ($name, $answer) { ok(cookie_of($answer), $name) }
sub has_not ($name, $answer) { is(cookie_of($answer), undef, $name) }


# ---- What it looks like.

my $answer = $plain->post('/add', 'x=1', \%form);

like(cookie_of($answer), qr{^sp_visitor=[\w-]{33}; Max-Age=7776000; Path=/; HttpOnly; SameSite=Lax$},
    'by default: 90 days, HttpOnly, Lax');
like(cookie_of($strict->post('/add', 'x=1', \%form)),
    qr{^who=[\w-]{33}; Max-Age=3600; Path=/; HttpOnly; SameSite=Strict; Domain=.example.com; Secure$},
    'as its parameters say');
like(cookie_of($ssl->post('/add', 'x=1', \%form)), qr/; Secure$/,
    'over TLS: Secure');

my @headers = $plain->post('/add?shop=1', 'x=1', \%form)
    ->headers('Set-Cookie');
is(scalar @headers, 2, "beside the shop's own");

# ---- Which answers carry it.

has('a matched POST', $plain->post('/add', 'x=1', \%form));
has('a matched PUT', $plain->request('PUT', '/add', body => ''));
has('a redirect', $plain->post('/add?status=302', 'x=1', \%form));
has('a private page', $plain->get('/cart?cache=private'));
has('a page not to be stored',
    $plain->get('/cart?cache=max-age%3d0,%20No-Store'));

has_not('an unmatched POST', $plain->post('/other', 'x=1', \%form));
has_not('an unmatched private page', $plain->get('/other?cache=private'));
has_not('a matched GET that may be cached', $plain->get('/cart'));
has_not('... that may be cached for a while',
    $plain->get('/cart?cache=max-age%3d60'));
has_not('... with "no-cache" only', $plain->get('/cart?cache=no-cache'));
has_not('... that is private by one field only',
    $plain->get('/cart?cache=private%3d%22x%22'));
has_not('... both private and public',
    $plain->get('/cart?cache=private,%20public'));
has_not('... with a shared age',
    $plain->get('/cart?cache=no-store,%20s-maxage%3d10'));
has_not('... to HEAD', $plain->request('HEAD', '/cart'));
has_not('a POST whose answer is public',
    $plain->post('/add?cache=public', 'x=1', \%form));
has_not('an error', $plain->post('/add?status=404', 'x=1', \%form));
has_not('a server that has it off', $off->post('/add', 'x=1', \%form));
has_not('no consent', $refused->post('/add', 'x=1', \%form));
has_not('what "expires" makes cacheable',
    $expires->get('/cart?cache=private'));
has_not('... and "add_header"', $expires->post('/add', 'x=1', \%form));
has_not('a bot', $plain->post('/add', 'x=1',
    { %form, 'User-Agent' => 'Mozilla/5.0 (compatible; Googlebot/2.1)' }));

# ---- Who is believed.

my ($value) = cookie_of($plain->post('/add', 'x=1', \%form)) =~ /^([^;]+)/;


sub visitor_with ($cookie) {
    state $n = 0;
    $n++;
    $answer = $plain->post("/add?n=$n", 'x=1', { %form, Cookie => $cookie });

    my $line = wait_for { ($nginx->access_log =~ m{^/add\?n=$n (v=.*)$}m)[0] };
    return ($line =~ /v=(\S+)/)[0];
}


my $visitor = visitor_with($value);

has_not('one who has it is given no other', $answer);
is(visitor_with("a=b; $value; c=d"), $visitor, 'it is found among others');
is(visitor_with("sp_visitor=" . 'A' x 33 . "; $value"), $visitor,
    'one with a wrong MAC before it is passed over');

my $forged = $value =~ s/(.)$/$1 eq 'A' ? 'B' : 'A'/er;

isnt(visitor_with($forged), $visitor, 'a forged one is not believed');
has('and is replaced', $answer);
isnt(visitor_with($value =~ s/sp_visitor/who/r), $visitor,
    'nor is one of another name');
isnt(visitor_with('sp_visitor=' . 'A' x 33 . '; sp_visitor=' . 'B' x 33
    . '; sp_visitor=' . 'C' x 33 . '; sp_visitor=' . 'D' x 33 . "; $value"),
    $visitor, 'nor one behind many false ones');
isnt(visitor_with("sp_visitor="), $visitor, 'nor an empty one');
isnt(visitor_with($value . 'A'), $visitor, 'nor a longer one');

# A worker remembers those that were right, and only these.
for my $n (1, 2) {
    is(visitor_with($value), $visitor, "the true one still is, time $n");
    isnt(visitor_with($forged), $visitor, '... the forged one still is not');
    has('... and is replaced', $answer);
}


# It is of one shop: in another one it is replaced.

has('one of another shop is replaced', $strict->post('/add', 'x=1',
    { %form, Cookie => $value =~ s/sp_visitor/who/r }));

# ---- identify=off: it leads to nobody.

$weak->form('/me', { email => 'one@example.com' },
    { Cookie => 'sess=abcdefghijkl' });
$plain->post('/add', 'x=1', \%form);

wait_ok { my @keys = $redis->keys('sp:{weak}:p:*'); @keys == 1 }
    'the shopper is known';
is_deeply([ $redis->keys('sp:{weak}:a:*') ], [], 'by no cookie of ours');

my $keys = join ' ', $redis->keys('*');
my ($secret_part) = $value =~ /=(.*)/;
unlike($keys, qr/\Q$secret_part\E/, 'its value is in no key');
unlike($nginx->error_log, qr/\Q$secret_part\E/, 'nor in the log');

# ---- With another secret, all of them are strangers'.

my $other = Sp::Test::dir() . '/other';

spew($other, 'identity ' . 'ab' x 32 . "\nsealing 1 " . 'cd' x 32 . "\n");
chmod 0600, $other;

$nginx->reload($conf =~ s/\Q$secret\E/$other/r);
isnt(visitor_with($value), $visitor, 'another secret: it is nobody');
has('and is replaced', $answer);

all_done();
