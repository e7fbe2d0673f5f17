#!/usr/bin/perl

# What nginx says at start about each directive: right ones pass, wrong ones
# fail with the file, the line and the value.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Test;
use Sp::Nginx;

my $secret = secret_file();
my $nginx  = Sp::Nginx->new(start => 0);
my $on     = "sitepreserver_secret_file $secret;\n"
           . "sitepreserver_shop demo;\nsitepreserver on;\n";
my $server = 'server { listen 127.0.0.1:%%PORT%%; }';


sub passes ($name, $http) {
    my ($status, $out) = $nginx->test_config($http);

    ok($status == 0, $name) or diag($out);
}


# The line is that of the marker "HERE" in the text, which is taken out.
sub fails ($name, $http, $message, $where = undef) {
    my $text = $http;

    $text =~ s/HERE//;
    my ($status, $out) = $nginx->test_config($text);

    isnt($status, 0, "$name: fails");
    like($out, qr/\[emerg\].*\Q$message\E/, "$name: says why");

    if (!defined $where) {
        my $file = slurp($nginx->dir . '/test.conf');
        my ($begin) = $text =~ /\A([^\n%]*)/;
        my $line = $file =~ /\A(.*?\n)\Q$begin\E/s ? ($1 =~ tr/\n//) + 1 : 0;
        $line += substr($http, 0, index($http, 'HERE')) =~ tr/\n//;
        $where = "test.conf:$line";
    }

    like($out, qr/\Q$where\E\b/, "$name: says where");
}


passes('nothing', $server);
passes('defaults', "$on $server");
passes('a server name is a shop', "sitepreserver_secret_file $secret;"
    . 'server { listen 127.0.0.1:%%PORT%%; server_name shop.example.com;'
    . ' sitepreserver on; }');

{
    my ($status, $out) = $nginx->test_config("$on $server");
    like($out, qr/\[warn\].* no "sitepreserver_event" for the server in \S+test\.conf:\d+/,
        'a preset that is missing is missed');
    ($status, $out) = $nginx->test_config(
        "$on sitepreserver_event purchase POST = /order { }\n$server");
    is($status, 0, 'an event') or diag $out;
    unlike($out, qr/\[warn\]/, '... is enough');
}

{
    my $rule = 'sitepreserver_event purchase POST = /order { }';
    my $listen = 'listen 127.0.0.1:%%PORT%%;';
    my $missed = qr/\[warn\].*"sitepreserver" is on nowhere in it/;

    my ($status, $out) = $nginx->test_config("server { $listen $rule }");
    like($out, $missed, 'rules that are not switched on are missed');
    is($status, 0, '... and that is no error');

    ($status, $out) = $nginx->test_config("sitepreserver_secret_file $secret;"
        . "server { $listen server_name a; $rule location /r { sitepreserver_recall; }"
        . " location /c { sitepreserver_capture; } }");
    like($out, $missed, '... beside what is on by itself, too');

    for my $said ("server { $listen $rule sitepreserver off; }",
                  "server { $listen $rule location /a { sitepreserver off; } }",
                  "sitepreserver off; server { $listen $rule }",
                  "$rule server { $listen }")
    {
        ($status, $out) = $nginx->test_config($said);
        is($status, 0, "passes: $said") or diag $out;
        unlike($out, $missed, '... and is not missed');
    }
}

passes('all of them', <<"CONF");
sitepreserver_redis redis://me\@127.0.0.1:6380/3 password_file=$secret
    timeout=3s;
sitepreserver_secret_file $secret;
sitepreserver_zone 512k;
sitepreserver_queue 1m;
sitepreserver_idle 30m;
sitepreserver_retain 20d anonymous=5d;
sitepreserver_remember 3M;
sitepreserver_limit addresses=10;
sitepreserver_consent \$cookie_consent;
sitepreserver_ignore \$arg_internal;
sitepreserver_body_limit 32k;
sitepreserver_response_limit 128k;
sitepreserver_cookie who domain=.example.com max_age=30d samesite=strict
    secure=on identify=off;
sitepreserver_currency EUR;
server {
    listen 127.0.0.1:%%PORT%%;
    server_name shop.example.com;
    sitepreserver_shop my-shop_1.x;
    sitepreserver on;
    sitepreserver_visitor cookie:session or header:X-Session;
    sitepreserver_alias cookie:login;
    sitepreserver_route arg:wc-ajax | prefix:/wc-ajax/ or arg:route;
    sitepreserver_event set_cart GET,POST ~ "^/cart" {
        if response.json:ok = true;
        status 200;
        items response.json:lines {
            id sku;
            quantity qty;
            name name;
        }
        total response.json:total;
    }
    location /a { sitepreserver off; sitepreserver_consent 1; }
    location /b { sitepreserver_status prometheus; }
    location /c { sitepreserver_body_limit 1k; sitepreserver_ignore ""; }
}
CONF

my @duplicates = (
    [ 'sitepreserver on' ], [ 'sitepreserver_redis unix:/x' ],
    [ "sitepreserver_secret_file $secret" ], [ 'sitepreserver_zone 1m' ],
    [ 'sitepreserver_queue 1m' ], [ 'sitepreserver_shop a' ],
    [ 'sitepreserver_visitor cookie:a' ], [ 'sitepreserver_currency EUR' ],
    [ 'sitepreserver_route arg:a' ],
    [ 'sitepreserver_cookie off' ], [ 'sitepreserver_idle 1m' ],
    [ 'sitepreserver_retain 1d' ], [ 'sitepreserver_remember 1d' ],
    [ 'sitepreserver_limit addresses=1' ], [ 'sitepreserver_consent 1' ],
    [ 'sitepreserver_ignore 0' ], [ 'sitepreserver_body_limit 1k' ],
    [ 'sitepreserver_response_limit 1k' ]);

for my $text (map { $_->[0] } @duplicates) {
    my ($name) = $text =~ /^(\S+)/;

    fails("$name twice", "$text;\n$text;HERE\n$server",
        "\"$name\" directive is duplicate");
}

my $alias = join '', map { "sitepreserver_alias cookie:login$_;\n" } 1 .. 4;
passes('sitepreserver_alias four times', "$alias$server");
fails('five times', $alias . "sitepreserver_alias cookie:a;HERE\n$server",
    'too many "sitepreserver_alias"');

fails('sitepreserver_status twice', "server { listen 127.0.0.1:%%PORT%%;\n"
    . "location / { sitepreserver_status;\nsitepreserver_status;HERE } }",
    '"sitepreserver_status" directive is duplicate');

my @wrong = (
    [ 'sitepreserver maybe', 'invalid value "maybe"' ],
    [ 'sitepreserver_redis http://x',
        'invalid URL "http://x", it must begin with "redis://", "rediss://" or '
        . '"unix:"' ],
    [ 'sitepreserver_redis redis://', 'invalid URL "redis://"' ],
    [ 'sitepreserver_redis redis://:6379', 'invalid host in URL' ],
    [ 'sitepreserver_redis redis://127.0.0.1:99999',
        'invalid host in URL "redis://127.0.0.1:99999": invalid port' ],
    [ 'sitepreserver_redis redis://127.0.0.1/x', 'invalid database number "x"' ],
    [ 'sitepreserver_redis redis://127.0.0.1 db=-1',
        'invalid database number "-1"' ],
    [ 'sitepreserver_redis redis://:secret@127.0.0.1', 'use "password_file="' ],
    [ 'sitepreserver_redis redis://me@127.0.0.1',
        'user "me" without "password_file="' ],
    [ 'sitepreserver_redis redis://127.0.0.1 password_file=/nowhere/x',
        'open() "/nowhere/x" failed (2: No such file or directory)' ],
    [ 'sitepreserver_redis redis://127.0.0.1 password_file=/dev/null',
        'no password in the first line of "/dev/null"' ],
    [ 'sitepreserver_redis redis://127.0.0.1 colour=red',
        'invalid parameter "colour=red"' ],
    [ 'sitepreserver_redis redis://127.0.0.1 verify=off',
        'invalid parameter "verify=off"' ],
    [ 'sitepreserver_redis redis://127.0.0.1 timeout=x',
        'invalid parameter "timeout=x"' ],
    [ 'sitepreserver_secret_file /nowhere/secret',
        'secret file "/nowhere/secret": ' ],
    [ 'sitepreserver_zone 4k',
        'size "4k" is too small, it must be 64K or more' ],
    [ 'sitepreserver_zone big', 'invalid size "big"' ],
    [ 'sitepreserver_queue 1k',
        'size "1k" is too small, it must be 16K or more' ],
    [ 'sitepreserver_shop Shop',
        'invalid shop name "Shop", it must be 1 to 64 of a-z' ],
    [ 'sitepreserver_shop ' . 'a' x 65, 'invalid shop name "' . 'a' x 65 ],
    [ 'sitepreserver_visitor kooky:a', 'kooky' ],
    [ 'sitepreserver_alias cookie', 'cookie' ],
    [ 'sitepreserver_route form:a', '"form:a" is not in the request\'s line' ],
    [ 'sitepreserver_currency EURO', 'EURO' ],
    [ 'sitepreserver_cookie "a b"', 'invalid cookie name "a b"' ],
    [ 'sitepreserver_cookie off secure=on',
        'invalid parameter "secure=on" after "off"' ],
    [ 'sitepreserver_cookie a samesite=some',
        'invalid parameter "samesite=some"' ],
    [ 'sitepreserver_cookie a domain=x;y', 'x' ],
    [ 'sitepreserver_cookie a domain=a_b', 'invalid parameter "domain=a_b"' ],
    [ 'sitepreserver_cookie a max_age=0', 'invalid parameter "max_age=0"' ],
    [ 'sitepreserver_cookie a samesite=none secure=off',
        '"samesite=none" needs "secure=on"' ],
    [ 'sitepreserver_idle 0', 'invalid time "0", it must be one second or more'
    ],
    [ 'sitepreserver_idle soon', 'invalid time "soon"' ],
    [ 'sitepreserver_idle 20y', 'time "20y" is longer than ten years' ],
    [ 'sitepreserver_retain 1d nobody=1d', 'invalid parameter "nobody=1d"' ],
    [ 'sitepreserver_retain 1d anonymous=x', 'invalid time "x"' ],
    [ 'sitepreserver_remember 5', 'must be one second or more', 'passes' ],
    [ 'sitepreserver_limit 5',
        'invalid parameter "5", it must be "addresses=number"' ],
    [ 'sitepreserver_limit addresses=-1',
        'invalid number in "addresses=-1", it must be 0 (no limit) to 1000000'
    ],
    [ 'sitepreserver_consent $nothing', 'unknown "nothing" variable',
        'global' ],
    [ 'sitepreserver_body_limit 1', 'size "1" is too small' ],
    [ 'sitepreserver_response_limit x', 'invalid size "x"' ],
    [ 'sitepreserver_spool /x 1g', 'unknown directive "sitepreserver_spool"' ],
    [ 'sitepreserver_capture', '"sitepreserver_capture" directive is not allowed here' ],
    [ 'sitepreserver_status', '"sitepreserver_status" directive is not allowed '
        . 'here' ],
);

for my $case (@wrong) {
    my ($text, $message, $where) = @$case;

    if (($where // '') eq 'passes') {
        passes($text, "$text;\n$server");
        next;
    }

    fails($text, "$text;HERE\n$server", $message,
        ($where // '') eq 'global' ? 'nothing' : undef);
}

for my $text ('sitepreserver_redis unix:/x', 'sitepreserver_zone 1m',
    'sitepreserver_queue 1m', "sitepreserver_secret_file $secret")
{
    my ($name) = $text =~ /^(\S+)/;

    fails("$name in a server", "server { listen 127.0.0.1:%%PORT%%;\n"
        . "$text;HERE }", "\"$name\" directive is not allowed here");
}

for my $text ('sitepreserver_shop a', 'sitepreserver_visitor cookie:a',
    'sitepreserver_idle 1m', 'sitepreserver_cookie off')
{
    my ($name) = $text =~ /^(\S+)/;

    fails("$name in a location", "server { listen 127.0.0.1:%%PORT%%;\n"
        . "location / {\n$text;HERE } }",
        "\"$name\" directive is not allowed here");
}

fails('a status of another format', "server { listen 127.0.0.1:%%PORT%%;\n"
    . "location / { sitepreserver_status xml;HERE } }",
    'invalid format "xml", it must be "json" or "prometheus"');

# What is only seen when all is read names the server.

fails('no secret', "sitepreserver on;\n"
    . "server { listen 127.0.0.1:%%PORT%%; server_name a.example;HERE }",
    '"sitepreserver" is on, but no "sitepreserver_secret_file" is defined');

fails('no such Redis', "sitepreserver_redis redis://nowhere.invalid;HERE\n"
    . "$on $server", '"redis://nowhere.invalid": host not found');

fails('no shop name', "sitepreserver_secret_file $secret;\n"
    . "server { listen 127.0.0.1:%%PORT%%; sitepreserver on;HERE\n"
    . "server_name *.Example.com; }",
    'the server name "*.example.com" cannot be the name of a shop');

fails('two terms of one shop', "$on server {\nlisten 127.0.0.1:%%PORT1%%;"
    . "sitepreserver_idle 1m; }\nserver { listen 127.0.0.1:%%PORT2%%;HERE }",
    'are both the shop "demo", but their sitepreserver_idle, _retain, '
    . '_remember or _limit differ');

fails('retain below idle', "$on sitepreserver_idle 2d;\n"
    . "sitepreserver_retain 1d;\nserver { listen 127.0.0.1:%%PORT%%;HERE }",
    '"sitepreserver_retain" is shorter than "sitepreserver_idle"');

# The secret file is that of the keys: it must be whole and private.

my $bad = Sp::Test::dir() . '/bad';

spew($bad, "identity 00\n");
chmod 0600, $bad;
fails('a broken secret file', "sitepreserver_secret_file $bad;HERE\n$server",
    "secret file \"$bad\": ");

spew($bad, slurp($secret));
chmod 0644, $bad;
fails('a secret file for all to read',
    "sitepreserver_secret_file $bad;HERE\n$server", "secret file \"$bad\": ");

# Blocks of rules.

my @rules = (
    [ "sitepreserver_event buy POST = /x {HERE }", 'buy' ],
    [ "sitepreserver_event login {HERE }", '' ],
    [ "sitepreserver_event login GET,GET = /x {HERE }",
        'method "GET" stands twice' ],
    [ "sitepreserver_event login POST ~ \"(\" {HERE }", '(' ],
    [ "sitepreserver_event login POST = /x {\nemail forn:x;HERE }", 'forn' ],
    [ "sitepreserver_event login POST = /x {\nstatus ok;HERE }", 'ok' ],
    [ "sitepreserver_event login POST = /x {\nemail;HERE }",
        'invalid number of arguments in "email" directive' ],
    [ "sitepreserver_event login POST = /x {\ncheckout now;HERE }",
        'invalid number of arguments in "checkout" directive' ],
    [ "sitepreserver_event login POST = /x {\nshoe form:x;HERE }",
        'unknown directive "shoe"' ],
    [ "sitepreserver_event login POST = /x {\nroot /x;HERE }",
        '"root" directive is not allowed here' ],
    [ "sitepreserver_event login POST = /x {\nid form:x;HERE }",
        '"id" directive is not allowed here' ],
    [ "sitepreserver_event set_cart POST = /x {\nitems response.json:a {\n"
        . "email form:x;HERE } }", '"email" directive is not allowed here' ],
    [ "sitepreserver_event set_cart POST = /x {\nitems response.json:a {\n"
        . "id a..b;HERE } }", 'a..b' ],
    [ "sitepreserver_event set_cart POST = /x {\n"
        . "each json:a response.json:b {HERE } }",
        '"each" is only for the event batch' ],
    [ "sitepreserver_event batch POST = /x {\n"
        . "each json:a[*] response.json:b {HERE } }", '"a[*]" has a wildcard' ],
    [ "sitepreserver_event batch POST = /x {\n"
        . "each json:a response.json:b {\nid json:x;HERE } }",
        '"id" directive is not allowed here' ],
    [ "sitepreserver_event batch POST = /x { if json:a;HERE }",
        'a batch needs an "each"' ],
);

for my $case (@rules) {
    my ($text, $message) = @$case;
    my ($name) = map { s/HERE//r } $text =~ /(.*HERE.*)/;

    fails("rule: $name", "$text\n$server", $message);
}

fails('"if" outside of a rule', "if \$x { }HERE\n$server",
    '"if" directive is not allowed here');
fails('"email" outside of a rule', "email form:x;HERE\n$server",
    '"email" directive is not allowed here');

passes('rules on both levels', <<"CONF");
$on
sitepreserver_event login POST = /login { email form:email; }
server {
    listen 127.0.0.1:%%PORT%%;
    sitepreserver_event logout GET,POST = /logout { }
    if (\$request_method = TRACE) { return 405; }
}
CONF

all_done();
