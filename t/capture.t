#!/usr/bin/perl

# Capture assist on the wire: what sitepreserver_capture serves, whose POST it
# takes, and that its answer is the same whatever became of it.

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

Sp::Test::same_day();

my $redis  = Sp::Redis->new;
my $secret = secret_file();
my $origin = Sp::Origin->new(sub (@) {
    [ 200, { 'Content-Type' => 'text/plain' }, 'ok' ] });
my $call   = Sp::Call->new(redis => $redis, shop => 'shop', hello => 0);
my $proxy  = "proxy_pass http://127.0.0.1:@{[ $origin->port ]};";

my $nginx = Sp::Nginx->new(http => <<"CONF");
log_format sp '\$request_uri e=\$sitepreserver_event s=\$sitepreserver_shopper'
              ' r=\$sitepreserver_result';
access_log %%DIR%%/logs/access.log sp;
sitepreserver_redis @{[ $redis->url ]};
sitepreserver_secret_file $secret;
sitepreserver_visitor cookie:session;
sitepreserver_event add_to_cart POST = /add { item_id form:id; }
sitepreserver_event add_to_cart POST * { if form:id present; item_id form:id; }
server {
    listen 127.0.0.1:%%PORT%%;
    server_name shop;
    client_max_body_size 0;
    location / { sitepreserver on; $proxy }
    location = /sp/capture.js { sitepreserver_capture; }
    location = /file/capture.js {
        sitepreserver_capture;
        client_body_in_file_only clean;
    }
    location = /asks/capture.js {
        sitepreserver_capture;
        sitepreserver_consent \$cookie_agreed gpc;
    }
    location = /off/capture.js { sitepreserver off; sitepreserver_capture; }
    location = /status { sitepreserver_status; }
}
server {
    listen 127.0.0.1:%%PORT1%%;
    server_name other;
    location / { sitepreserver on; $proxy }
    location = /sp/capture.js { sitepreserver_capture; }
}
server {
    listen 127.0.0.1:%%PORT2%%;
    server_name narrow;
    sitepreserver_limit addresses=2;
    location / { sitepreserver on; $proxy }
    location = /sp/capture.js { sitepreserver_capture; }
}
CONF

my $port  = $nginx->port;
my $host  = 'shop.example:8080';
my $here  = "http://$host";
my $ua    = Sp::Http->new(port => $port, headers => { Host => $host });
my $plain = Sp::Http->new(port => $port);
my $n     = 0;


sub counter ($name) { $plain->get('/status')->data->{counters}{$name} }

sub settled () {
    wait_for { counter('queued') == counter('applied') }
        or die 'events do not come to Redis';
}

# A visit with a cart, by the platform's session.
sub visit ($session, $client = $ua) {
    is($client->form('/add', { id => 'shirt' },
        { Cookie => "session=$session" })->{status}, 200, "$session: a cart");
}

sub shoppers ($shop = 'shop') {
    settled();
    my @keys = $redis->keys("sp:{$shop}:p:*");
    return scalar @keys;
}

# Sends an address; its line in the log, after the URI.
sub send_as ($session, $email, %o) {
    my $uri     = ($o{uri} // '/sp/capture.js') . '?' . ++$n;
    my $answer  = ($o{client} // $ua)->request('POST', $uri,
        body    => $o{body} // Sp::Http::encode({ email => $email }),
        headers => [
            'Content-Type' => $o{type} // 'application/x-www-form-urlencoded',
            (defined $session ? (Cookie => "session=$session") : ()),
            ($o{headers} // [ 'Sec-Fetch-Site' => 'same-origin' ])->@* ]);

    is($answer->{status}, 204, ($o{name} // 'sent') . ': 204')
        or diag $answer->{status};
    is(join('|', $answer->{body}, map { $answer->header($_) // '' }
        'Cache-Control', 'Content-Type', 'Set-Cookie'), '|no-store||',
        '... and no more');

    return wait_for { ($nginx->access_log =~ m{^\Q$uri\E (.*)$}m)[0] };
}

# Is it taken?
sub taken ($name, $is, $session, $email, %o) {
    local $Test::Builder::Level = $Test::Builder::Level + 1;

    my $before = shoppers();
    my $said   = send_as($session, $email, %o, name => $name);

    is(shoppers() - $before, $is ? 1 : 0, $name) or diag $said;

    return $said;
}


# -- the script ------------------------------------------------------------

my $script = $ua->get('/sp/capture.js');

is($script->{status}, 200, 'the script');
is($script->header('Content-Type'), 'application/javascript', '... its type');
is($script->header('X-Content-Type-Options'), 'nosniff', '... and no other');
is($script->header('Cache-Control'), 'public, max-age=3600', '... is cached');
is($script->header('Set-Cookie'), undef, '... and sets no cookie');
is($script->header('Content-Length'), length $script->{body}, '... its length');
like($script->{body}, qr/^\(function \(\) \{\n'use strict';/, '... its text');
unlike($script->{body}, qr{^//|^\s|\n\n}m, '... without comments');
cmp_ok(length $script->{body}, '<', 3000, '... is small');
like($script->header('ETag'), qr/^"[0-9a-f]{16}"$/, '... has a tag');

is($ua->get('/sp/capture.js', { 'If-None-Match' => $script->header('ETag') })
    ->{status}, 304, 'not again');
is($ua->get('/sp/capture.js', { 'If-None-Match' => '"other"' })->{status}, 200,
    'but another one');

my $head = $ua->request('HEAD', '/sp/capture.js');

is("$head->{status} $head->{body}", '200 ', 'HEAD');
is($ua->request($_, '/sp/capture.js')->{status}, 405, "$_ is not allowed")
    for qw(PUT DELETE OPTIONS);

# -- who may send ----------------------------------------------------------

visit('ada');
my $said = taken('an address', 1, 'ada', ' Ada@Example.com ');
my $id   = $call->tokens('ada@example.com')->{shopper};

is($said, "e=identify s=$id r=observed", 'it is an event like others');
is(taken('the same again', 0, 'ada', 'ada@example.com'),
    "e=identify s=$id r=observed", '... is one');
ok(defined $redis->cmd('GET', "sp:{shop}:p:$id"), 'it is her');

my $released = taken('a corrected one', 1, 'ada', 'ada@example.org');

like($released, qr/r=observed/, '... is taken');

my @old = grep { index($redis->cmd('GET', $_), $id) >= 0 }
    $redis->keys('sp:{shop}:v:*');

is(@old, 0, '... and the old one has no visit any more');

is(taken('in a file', 1, 'ada', 'ada3@example.com', uri => '/file/capture.js')
    =~ s/ s=\S+//r, 'e=identify r=observed', 'also where bodies are put into files');
like(taken('other fields', 1, 'ada', '',
    body => 'x=1&email=ada4%40example.com&id=shirt&total=5'), qr/e=identify /,
    '... say nothing, whatever rule they match');

my %from = (
    'from a page of the origin' => [ 1, Origin => $here ],
    'in upper case' => [ 1, Origin => uc $here ],
    'TLS that ended before' => [ 1, Origin => $here =~ s/http/https/r ],
    'by Referer' => [ 1, Referer => "$here/checkout/?a=b" ],
    'by Referer without a path' => [ 1, Referer => $here ],
    'Origin null, but the browser says so' =>
        [ 1, Origin => 'null', 'Sec-Fetch-Site' => 'same-origin' ],
    'no word of where from' => [ 0 ],
    'another origin' => [ 0, Origin => 'https://evil.example' ],
    'another port' => [ 0, Origin => 'http://shop.example:81' ],
    'no port' => [ 0, Origin => 'http://shop.example' ],
    'a longer name' => [ 0, Origin => "$here.evil.example" ],
    'a user before the host' => [ 0, Origin => "http://$host\@evil" ],
    'a path in Origin' => [ 0, Origin => "$here/" ],
    'Origin null' => [ 0, Origin => 'null' ],
    'Origin null, Referer right' =>
        [ 0, Origin => 'null', Referer => "$here/checkout/" ],
    'empty Origin' => [ 0, Origin => '' ],
    'no scheme' => [ 0, Origin => $host ],
    'another scheme' => [ 0, Origin => "ftp://$host" ],
    'another Referer' => [ 0, Referer => "https://evil.example/?$here" ],
    'Origin wrong, Referer right' =>
        [ 0, Origin => 'https://evil.example', Referer => "$here/" ],
    'cross-site, Origin right' =>
        [ 0, Origin => $here, 'Sec-Fetch-Site' => 'cross-site' ],
    'same-site' => [ 0, 'Sec-Fetch-Site' => 'same-site' ],
    'typed into the bar' => [ 0, 'Sec-Fetch-Site' => 'none' ],
);

for my $name (sort keys %from) {
    my ($is, @headers) = $from{$name}->@*;

    visit("of$n");
    like(taken($name, $is, "of$n", "from$n\@example.com",
        headers => \@headers), $is ? qr/observed$/ : qr/^e=- s=- r=rejected$/,
        '... the log');
}

# -- what is an address ----------------------------------------------------

visit('bad');

for my $bad ('', 'ada', 'ada@', '@example.com', 'ada@example', 'a b@example.com',
    "ada\@example.com\r\nBcc: x\@example.com", 'x' x 300 . '@example.com',
    'ada@example.com, bob@example.com', "ada\0\@example.com",
    'john@storebotmail.joonix.net')
{
    is(taken('no address', 0, 'bad', $bad), 'e=- s=- r=rejected', '... the log');
}

for my $body ('', '&&&', 'mail=ada9@example.com', '{"email":"ada9@example.com"}',
    '=', '%', join('&', map { "a$_=1" } 1 .. 50) . '&email=ada9@example.com')
{
    taken('no form: ' . substr($body, 0, 20), 0, 'bad', '', body => $body);
}

# As docs/capture.md says for a script of one's own.

visit('form');
taken('a form of another type', 1, 'form', '', type => 'text/plain',
    body => 'email=form1%40example.com');
taken('JSON', 0, 'form', '', type => 'application/json',
    body => '{"email":"form2@example.com"}');
taken('a multipart form', 0, 'form', '', type => 'multipart/form-data; boundary=x',
    body => qq(--x\r\nContent-Disposition: form-data; name="email"\r\n\r\n)
        . "form2\@example.com\r\n--x--\r\n");
taken('the last of two', 1, 'form', '',
    body => 'email=form1@example.com&email=form3@example.com');
taken('the eighth field', 1, 'form', '',
    body => join('&', map { "a$_=1" } 1 .. 7) . '&email=form4@example.com');
taken('the ninth', 0, 'form', '',
    body => join('&', map { "a$_=1" } 1 .. 8) . '&email=form5@example.com');

my $big = $ua->request('POST', '/sp/capture.js?big', headers => [
    Cookie => 'session=bad', 'Sec-Fetch-Site' => 'same-origin' ],
    body => 'email=ada9@example.com&' . 'x' x 1024);

is($big->{status}, 413, 'a body of more than 1 KB');

my $chunked = $ua->request('POST', '/sp/capture.js?chunked', headers => [
    Cookie => 'session=bad', 'Sec-Fetch-Site' => 'same-origin' ],
    chunked => [ 'email=ada9@', 'example.com' ]);

is($chunked->{status}, 411, 'one of unknown length');

my $aborted = $ua->request('POST', '/sp/capture.js?aborted', headers => [
    Cookie => 'session=bad', 'Sec-Fetch-Site' => 'same-origin' ],
    body => 'email=ada9@example.com' . ' ' x 500, abort_after => 20);

like(wait_for { ($nginx->access_log =~ m{^/sp/capture\.js\?aborted (.*)$}m)[0] },
    qr/r=rejected/, 'one that never came');

# -- whose visit -----------------------------------------------------------

like(taken('nobody', 0, undef, 'nobody@example.com'), qr/r=rejected$/,
    '... the log');

my @visits = $redis->keys('sp:{shop}:[va]:*');

taken('a session of which nothing is known', 0, 'madeup', 'up@example.com');
is_deeply([ $redis->keys('sp:{shop}:[va]:*') ], \@visits, 'nothing is kept of it');
my $own = Sp::Http->new(port => $port, jar => 1);

$own->form('/add', { id => 'shirt' });
ok($own->jar->get('sp_visitor'), 'our own cookie');
taken('by our own cookie', 1, undef, 'own@example.com', client => $own);
$own->jar->set(sp_visitor => $own->jar->get('sp_visitor')
    =~ s/(.)$/$1 eq 'A' ? 'B' : 'A'/er);
taken('one that we did not make', 0, undef, 'made@example.com', client => $own);

# -- consent, bots, off ----------------------------------------------------

visit('agrees');
like(taken('not asked', 0, 'agrees', 'agrees@example.com',
    uri => '/asks/capture.js'), qr/ s=- r=no_consent$/, '... the log');
taken('refused', 0, 'agrees; agreed=0', 'agrees@example.com',
    uri => '/asks/capture.js');
taken('Sec-GPC', 0, 'agrees; agreed=1', 'agrees@example.com',
    uri => '/asks/capture.js',
    headers => [ Origin => $here, 'Sec-GPC' => 1 ]);
taken('a bot', 0, 'agrees', 'agrees@example.com',
    headers => [ Origin => $here, 'User-Agent' => 'Googlebot/2.1' ]);
taken('off', 0, 'agrees', 'agrees@example.com', uri => '/off/capture.js');

# Who refused is forgotten, and so is the cart.
taken('agreed, too late', 0, 'agrees; agreed=1', 'agrees@example.com',
    uri => '/asks/capture.js');
visit('agrees2');
taken('agreed', 1, 'agrees2; agreed=1', 'agrees@example.com',
    uri => '/asks/capture.js');

# -- how many --------------------------------------------------------------

visit('many');

my $before = shoppers();

for (1 .. 21) {
    $ua->form('/sp/capture.js', { email => "many$_\@example.com" },
        { Cookie => 'session=many', Origin => $here });
}

is(shoppers() - $before, 20, 'twenty of one visit');
is(counter('limited'), 1, '... what is more is counted');
visit('few');
taken('another visit has its own', 1, 'few', 'few@example.com');

my $narrow = Sp::Http->new(port => $nginx->port(2));

for my $who (qw(one two three)) {
    visit($who, $narrow);
    $narrow->form('/sp/capture.js', { email => "$who\@example.com" },
        { Cookie => "session=$who", 'Sec-Fetch-Site' => 'same-origin' });
}

is(shoppers('narrow'), 2, 'one network brings as many as sitepreserver_limit says');

# -- two shops -------------------------------------------------------------

my $other = Sp::Http->new(port => $nginx->port(1));

$before = shoppers();
visit('both');
is($other->form('/sp/capture.js', { email => 'both@example.com' },
    { Cookie => 'session=both', 'Sec-Fetch-Site' => 'same-origin' })->{status},
    204, 'to the other shop');
is(shoppers('other'), 0, '... where nothing is known of this visit');
is(shoppers() - $before, 0, '... nor is it known here then');

# -- the configuration -----------------------------------------------------

for my $wrong ([ 'sitepreserver_capture on;', 'invalid number of arguments' ],
    [ 'sitepreserver_capture; sitepreserver_capture;', 'is duplicate' ],
    [ 'empty_gif; sitepreserver_capture;', 'another directive answers for' ],
    (map { [ "$_; empty_gif;", 'answers for location "/c", and a directive '
        . 'after it, too, in \S+:\d+' ] } qw(sitepreserver_capture
        sitepreserver_recall sitepreserver_status)))
{
    my ($status, $out) = Sp::Nginx->check(<<"CONF");
server { listen 127.0.0.1:%%PORT%%; location = /c { $wrong->[0] } }
CONF

    ok($status && $out =~ /$wrong->[1]/, "$wrong->[0]: $wrong->[1]") or diag $out;
}

unlike($nginx->error_log . $nginx->access_log, qr/\@example/,
    'no address in the logs');

all_done();
