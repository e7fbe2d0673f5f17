#!/usr/bin/perl

# Requests and answers made to do harm.  Every answer is the shop's own, no
# worker dies, Redis refuses nothing, and nobody but the one who really has a
# cart gets a key of it.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::XS;
use Test::More;
use Sp::Test;
use Sp::Call;
use Sp::Http;
use Sp::Nginx;
use Sp::Origin;
use Sp::Redis;

my $redis  = Sp::Redis->new;
my $secret = secret_file();
my $answer = '{"ok":1}';        # the body of /api answers, set by tests

my $origin = Sp::Origin->new(sub ($method, $uri, $headers, $body) {
    my %h = ('Content-Type' => 'application/json');

    return [ 200, \%h, $answer ] if $uri =~ m{^/raw};
    return [ 200, \%h, $body ]   if $uri =~ m{^/echo};
    return [ 200, \%h, '{"cart":{"lines":[{"id":"a"', { cut => 20 } ]
        if $uri =~ m{^/cut};
    return [ 200, \%h, '', { drop => 1 } ] if $uri =~ m{^/drop};
    return [ 200, { 'X-Accel-Redirect' => '/inner/echo' }, '' ]
        if $uri =~ m{^/accel};
    return [ 500, \%h, 'broken' ] if $uri =~ m{^/fail};
    return [ 200, { 'Content-Type' => 'text/html',
        'Cache-Control' => 'max-age=600' },
        '<p>page</p><!--# include virtual="/echo?ssi" -->' ]
        if $uri =~ m{^/page};
    return [ 200, { 'Content-Type' => 'text/html' }, 'uri=' . $uri ]
        if $method eq 'GET';
    return [ 200, { 'Content-Type' => 'text/plain' }, length $body ];
});
my $to = 'http://127.0.0.1:' . $origin->port;

my $rules = <<'CONF';
    sitepreserver on;
    sitepreserver_idle 1h;
    sitepreserver_currency EUR;
    sitepreserver_event add_to_cart POST /add {
        item_id form:id; quantity form:quantity; price form:price;
        name form:name;
    }
    sitepreserver_event generate_lead POST /lead {
        email form:email or json:email; first_name form:first_name;
        locale header:accept-language;
    }
    sitepreserver_event set_cart POST /echo {
        items response.json:lines {
            id id; item_key key; name name; quantity quantity; price price;
            currency currency; url url; image image;
        }
        total response.json:total; currency response.json:currency;
        email response.json:email; first_name response.json:first_name;
    }
    sitepreserver_event set_cart GET,POST /cut {
        items response.json:cart.lines { id id; }
        empty response.json:empty;
    }
    sitepreserver_event set_cart POST /gql {
        items response.graphql:add,remove.lines { id id; }
        email graphql:setCustomer.input.email;
    }
    sitepreserver_event set_cart POST /form {
        items form:cart[*][qty] { item_key @key; quantity .; }
    }
    sitepreserver_event view_cart GET,HEAD /page { }
    sitepreserver_event view_cart GET,POST /loop { }
    sitepreserver_event view_cart GET /accel { }
CONF

my $nginx = Sp::Nginx->new(http => <<"CONF", workers => 1);
log_format sp '\$request_uri r=\$sitepreserver_result'
              ' v=\$sitepreserver_visitor';
access_log %%DIR%%/logs/access.log sp;
sitepreserver_redis @{[ $redis->url ]};
sitepreserver_secret_file $secret;
sitepreserver_limit addresses=0;
proxy_cache_path %%DIR%%/cache keys_zone=c:1m;
client_max_body_size 8m;
large_client_header_buffers 8 128k;
proxy_http_version 1.1;
client_body_buffer_size 4k;

server {
    listen 127.0.0.1:%%PORT%%;
    listen 127.0.0.1:%%PORT2%% http2;
    server_name shop-a;
    $rules
    location / { proxy_pass $to; }
    location /inner/ { internal; proxy_pass $to/; }
    location /page { proxy_pass $to; proxy_cache c; proxy_cache_valid 10m;
        gzip on; gzip_min_length 1; ssi on; sub_filter page PAGE; }
    location /add/cached { proxy_pass $to; proxy_cache c;
        proxy_cache_methods POST; proxy_cache_key \$uri;
        proxy_cache_valid 10m; }
    location /echo/auth { auth_request /auth; proxy_pass $to; }
    location = /auth { internal; proxy_pass_request_body off;
        proxy_set_header Content-Length ''; proxy_pass $to/raw; }
    location /echo/mirror { mirror /mirrored; proxy_pass $to; }
    location = /mirrored { internal; proxy_pass $to/fail; }
    location /echo/stream { proxy_request_buffering off; proxy_buffering off;
        proxy_pass $to; }
    location /loop { error_page 404 502 /loop; return 404; }
    location /loop/try { try_files /none /loop/x =404; }
    location = /fail { error_page 500 = /echo/after; proxy_intercept_errors on;
        proxy_pass $to; }
    location = /status { sitepreserver off; sitepreserver_status; }
}
server {
    listen 127.0.0.1:%%PORT1%%;
    server_name shop-b;
    $rules
    location / { proxy_pass $to; }
}
CONF

my ($ua, $b) = map { Sp::Http->new(port => $nginx->port($_)) } '', 1;
my %form = ('Content-Type' => 'application/x-www-form-urlencoded');
my %json = ('Content-Type' => 'application/json');
my ($worker) = $nginx->workers;
my $JSON = JSON::XS->new->canonical;


sub counters () { return $ua->get('/status')->data->{counters} }


sub same_worker ($name) {
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    is(join(' ', $nginx->workers), $worker, "$name: the worker lives");
}


sub cookie_of ($got) {
    my ($c) = grep { /^sp_visitor=/ } $got->headers('Set-Cookie');
    return $c ? $c =~ s/;.*//r : undef;
}


# What the request with this tag in its arguments came to.
my $tag = 0;

sub logged ($n) {
    my $line = wait_for { ($nginx->access_log =~ /n=$n(?!\d)\S* (.*)/)[0] };
    return $line;
}


# All that nginx has seen is in Redis.
sub settled () {
    wait_for {
        my $c = counters();
        $c->{applied} + $c->{dropped} >= $c->{queued}
    };
}


# ---- Cookies.

my $good = cookie_of($ua->post('/add', 'id=1', \%form));
ok($good, 'a cookie');
my ($value) = $good =~ /=(.*)/;

my $many = join '; ', map { 'sp_visitor=' . sprintf('%033d', $_) } 1 .. 2000;
my $got = $ua->post('/add?n=' . ++$tag, 'id=1', { %form, Cookie => $many });
is($got->{status}, 200, 'thousands of cookies of our name');
ok(cookie_of($got), 'none of which is ours');

$got = $ua->post('/add?n=' . ++$tag, 'id=1',
    { %form, Cookie => "$many; $good" });
ok(cookie_of($got), 'one behind so many is not looked for');

my ($three) = $many =~ /^((?:[^;]+; ){3})/;
$got = $ua->post('/add?n=' . ++$tag, 'id=1',
    { %form, Cookie => "$three$good" });
is(cookie_of($got), undef, 'but the fourth, which is ours, is found');

$got = $ua->post('/add', 'id=1', { %form, Cookie => 'a=' . 'x' x 100_000 });
is($got->{status}, 200, 'a cookie of 100 KB');

$got = $b->post('/add?n=' . ++$tag, 'id=1', { %form, Cookie => $good });
ok(cookie_of($got), "another shop's cookie is not believed");

for my $bad (
    $value =~ s/^(.)/$1 eq 'A' ? 'B' : 'A'/er, lc $value, uc $value,
    substr($value, 0, 32), "$value=", "\"$value\"", " $value", "$value\t",
    $value =~ s/^./\xc3/r, $value =~ s/./%41/r, "\0" x 33, ''
) {
    my $n = ++$tag;
    $got = $ua->raw("POST /add?n=$n HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n"
        . "Content-Type: application/x-www-form-urlencoded\r\n"
        . "Cookie: sp_visitor=$bad\r\nConnection: close\r\n\r\nid=1");
    next if $got =~ /^HTTP\S+ 400/ || $got =~ /^Set-Cookie: sp_visitor=/mi;
    my ($ours) = map { /v=(\S+)/ } logged($n);
    fail('believed a cookie: ' . $JSON->ascii->encode([ $bad ]))
        unless $bad =~ /^\Q$value\E\s*$/;
}

settled();
my $keys = () = $redis->keys('sp:{shop-a}:v:*');

# Pages that are looked at with invented cookies leave nothing.
$ua->get("/x$_", { Cookie => 'sp_visitor=' . sprintf('%033d', $_) })
    for 1 .. 50;
settled();
my $after = () = $redis->keys('sp:{shop-a}:*');
$ua->get("/y$_", { Cookie => 'sp_visitor=' . sprintf('%033d', $_ + 100) })
    for 1 .. 50;
settled();
cmp_ok(scalar(() = $redis->keys('sp:{shop-a}:*')) - $after, '<=', 4,
    'invented cookies leave no keys');
same_worker('cookies');

# ---- Tokens.

my $call = Sp::Call->new(redis => $redis, shop => 'shop-a', idle => 3600_000);
$call->abandon('victim@example.com', visitor => 'victim');
my $tokens = $call->tokens('victim@example.com');
my ($click, $unsubscribe) = @$tokens{qw(click unsubscribe)};

$got = $ua->get("/cart?sp=$click");
is($got->{status}, 302, 'a click');
is($got->header('Location') =~ s{^http://[^/]*}{}r, '/cart',
    'leads to the page without the token');

for my $case (
    [ "/cart?a=1&sp=$click&b=2", '/cart?a=1&b=2' ],
    [ "/cart?sp=$click&", '/cart?' ],
    [ "/cart?&&sp=$click", '/cart?&' ],
    [ "/cart?sp=other&sp=$click", '/cart?sp=other' ],
    [ "/cart?a=%0d%0aX:1&sp=$click", '/cart?a=%0d%0aX:1' ],
    [ "/%0d%0aSet-Cookie:a=b?sp=$click", '/%0d%0aSet-Cookie:a=b' ],
    [ "//evil.example/?sp=$click", '/evil.example/' ],
    [ "/\\evil.example/?sp=$click", '/evil.example/' ],
    [ "/\\/\\/evil.example/?sp=$click", '/evil.example/' ],
    [ "/%2f/evil.example?sp=$click", '/%2f/evil.example' ],
    [ "///?sp=$click", '/' ],
) {
    my ($uri, $to) = @$case;
    $got = $ua->get($uri);
    is(($got->header('Location') // "status $got->{status}")
        =~ s{^http://[^/]*}{}r, $to,
        "$uri" =~ s/\Q$click\E/TOKEN/r);
}

for my $case (
    [ 'of another kind', $unsubscribe ],
    [ 'cut', substr $click, 0, -1 ],
    [ 'longer', $click . 'A' ],
    [ 'with another MAC', $click =~ s/(.)$/$1 eq 'A' ? 'Q' : 'A'/er ],
    [ 'encoded', $click =~ s/^(.)/sprintf '%%%02x', ord $1/er ],
    [ 'with a fragment', "$click#x" ],
    [ 'padded', "$click=" ],
    [ 'empty', '' ],
    [ 'huge', 'A' x 50_000 ],
) {
    my ($name, $text) = @$case;
    $got = $ua->get("/cart?sp=$text");
    is($got->{status}, 200, "a token $name is the shop's own argument");
    is($got->header('Location'), undef, '... and goes nowhere');
}

is($b->get("/cart?sp=$click")->{status}, 200, "another shop's token is not ours");
is($ua->post("/add?sp=$click", 'id=1', \%form)->{status}, 200,
    'a token in a POST is left alone');
is($ua->request('HEAD', "/cart?sp=$click")->{status}, 200, 'and in a HEAD');

# The click of a stranger: no cart is shown, no cookie of the victim given.
$got = $ua->get("/cart?sp=$click", { Cookie => $good });
unlike(join("\n", $got->{body}, map { @$_ } [ %{ $got->{headers} } ]),
    qr/victim|sku1/, 'a click shows nothing of whose message it was');
same_worker('tokens');

# ---- Names and addresses.

my $n = 0;
my @firsts;

for my $first ('http://evil.example', 'evil.example', 'Win 1000', 'a@b', "A\r\nB",
    "A\0B", '<b>A</b>', '{{x}}', 'A&#46;B', "\xe2\x80\xaeevil", "\xff\xfe",
    "\xc3", 'x' x 31, 'x' x 100_000, '%s%n', "\xef\xbc\x8e", "a\xe3\x80\x82com",
    "\xc2\xb9") {
    $n++;
    my %of = (email => "name$n\@example.com", first_name => $first);
    $got = $ua->form('/lead', \%of);
    is($got->{status}, 200, "the answer stays ($n)");
    push @firsts, $first;
}

settled();
for my $key ($redis->keys('sp:{shop-a}:p:*')) {

    # the third of its texts: before them are times, of any bytes
    my ($p) = $redis->cmd('GET', $key) =~ /\x1f([^\x1f]*)(?:\x1f[^\x1f]*){2}\z/;
    my ($bad) = grep { index($p // $_, $_) >= 0 } @firsts;
    is($bad && $JSON->ascii->encode([ substr $bad, 0, 30 ]), undef,
        'no such first name');
}

$n = 0;

for my $address ('a@b', '@example.com', 'a@', 'a b@example.com', '"a b"@example.com',
    'a(c)@example.com', 'a@[127.0.0.1]', 'a@127.0.0.1', "a\@example.com\r\nBcc: x\@y.zz",
    "a\@example.com\0", "a\0b\@example.com", 'a@example.com,b@example.com',
    'a@b@example.com', '<a@example.com>', 'A <a@example.com>', 'a..b@example.com',
    '.a@example.com', 'a.@example.com', 'a@-example.com', 'a@example-.com',
    'a@' . 'x' x 64 . '.com', 'x' x 65 . '@example.com',
    'a@' . join('.', ('x' x 60) x 5) . '.com', "a\@exa\xe2\x80\xaemple.com",
    "a\xff\@example.com", 'a@exa mple.com', 'a@example..com', 'a@example.com.',
    'x' x 100_000 . '@example.com', "a\@example.com\x1e", "a\x1f\@example.com",
    'a;b@example.com', 'a@example_x.com', '%00a@example.com%0a.') {
    my $before = counters()->{addresses};
    $got = $ua->form('/lead', { email => $address });
    is($got->{status}, 200, 'the answer stays');
    is(counters()->{addresses}, $before, 'no address: '
        . $JSON->ascii->encode([ substr $address, 0, 40 ]));
}

for my $address ("J\xc3\xb6rg\@b\xc3\xbccher.example", "o'brien+x\@example.com",
    'a@xn--bcher-kva.example', '!#$%&*/=?^_`{|}~-@example.com',
    "  A\@EXAMPLE.COM\r\n", 'x' x 64 . '@example.com') {
    my $before = counters()->{addresses};
    $ua->form('/lead', { email => $address });
    is(counters()->{addresses}, $before + 1, 'an address: '
        . $JSON->ascii->encode([ substr $address, 0, 40 ]));
}
same_worker('names and addresses');

# ---- Bodies of requests.

for my $case (
    [ '10,000 fields', join '&', map { "f$_=$_" } 1 .. 10_000 ],
    [ '10,000 fields of one name', join '&', ('id=1') x 10_000 ],
    [ '10,000 lines', join '&', map { "cart[$_][qty]=1" } 1 .. 10_000 ],
    [ 'brackets in brackets', 'cart' . '[' x 5000 . 'a' . ']' x 5000 . '=1' ],
    [ 'open brackets', 'cart[' x 5000 ],
    [ 'only "&"', '&' x 20_000 ],
    [ 'only "="', '=' x 20_000 ],
    [ 'only "%"', '%' x 20_000 ],
    [ 'NUL', "id=\0&quantity=\0" ],
    [ 'separators', "id=a\x1eb\x1fc&name=\x1e\x1f&quantity=2" ],
    [ 'encoded separators', 'id=a%1eb%1fc%00&name=%1e%1f&quantity=2' ],
) {
    my ($name, $body) = @$case;
    for my $path ('/add', '/form', '/lead') {
        is($ua->post($path, $body, \%form)->{body}, length $body,
            "$path: $name");
    }
}

for my $quantity ('-1', '0', '1.5', '1e18', '1e999', '-1e999', '9' x 21,
    '1e-999', 'NaN', 'inf', '0x10', '+3', '1e1000000000', '--1', '1,5', '.',
    '', ' ', '9' x 5000) {
    for my $price ($quantity, '1.00') {
        is($ua->form('/add', { id => 'q', quantity => $quantity,
            price => $price })->{status}, 200,
            "quantity and price: " . substr "$quantity $price", 0, 40);
    }
}
same_worker('forms');

# ---- JSON, in requests and answers.

my $line = sub (%more) { $JSON->encode({ id => 'x', quantity => 1,
    price => 10, %more }) };

for my $case (
    [ 'deep arrays', '[' x 100_000 ],
    [ 'deep objects', '{"a":' x 50_000 ],
    [ 'deep and closed', '{"lines":' . '[' x 5000 . ']' x 5000 . '}' ],
    [ '10,000 items', '{"lines":[' . join(',', map { qq({"id":"i$_"}) }
        1 .. 10_000) . ']}' ],
    [ 'huge amounts', '{"lines":[{"id":"a","quantity":999999,'
        . '"price":92233720368547758}],"total":9223372036854775807}' ],
    [ 'amounts that overflow', '{"lines":[' . join(',', ('{"id":"a",'
        . '"quantity":999999,"price":9007199254740991}') x 200) . ']}' ],
    [ 'exponents', '{"lines":[{"id":"a","quantity":1e999,"price":1e-999}],'
        . '"total":1e99999999999}' ],
    [ 'negative', '{"lines":[{"id":"a","quantity":-1,"price":-5}],"total":-1}' ],
    [ 'separators', '{"lines":[{"id":"a\u001eb\u001f\u0000","name":"\u001e",'
        . '"key":"\u001f\u001e"}],"email":"a\u001e@example.com"}' ],
    [ 'raw separators', "{\"lines\":[{\"id\":\"a\x1eb\x1f\",\"name\":\"\x1e\"}]}" ],
    [ 'broken surrogates', '{"lines":[{"id":"\ud800","name":"\udfff\ud800x"}]}' ],
    [ 'invalid UTF-8', "{\"lines\":[{\"id\":\"\xff\xfe\",\"name\":\"\xc3\"}]}" ],
    [ 'one name, many times', '{' . join(',', ('"lines":[{"id":"z"}]') x 3000) . '}' ],
    [ 'currencies', '{"lines":[{"id":"a","price":1,"currency":"EURO"},'
        . '{"id":"b","price":1,"currency":"eur"},{"id":"c","price":1.2345,'
        . '"currency":"KWD"},{"id":"d","price":1.5,"currency":"JPY"},'
        . '{"id":"e","price":1,"currency":"XXX"}],"currency":"EURO","total":1}' ],
    [ 'a long number', '{"total":' . '9' x 60_000 . '}' ],
    [ 'a long string', '{"email":"' . 'x' x 300_000 . '"}' ],
    [ 'a long name', '{"' . 'x' x 300_000 . '":1}' ],
    [ 'nothing', '' ],
    [ 'spaces', ' ' x 300_000 ],
    [ 'NUL', "\0" x 1000 ],
) {
    my ($name, $body) = @$case;
    is($ua->post('/echo', $body, \%json)->{body}, $body, "JSON: $name");
    is($ua->post('/lead', $body, \%json)->{status}, 200, '... in a request');
}

my $whole = $JSON->encode({ lines => [ { id => 'a', name => "n\x{e9}",
    price => 1.5 }, { id => 'b' } ], total => 3, email => 'cut@example.com' });
utf8::encode($whole);

for my $i (0 .. length $whole) {
    my $body = substr $whole, 0, $i;
    $ua->post('/echo', $body, \%json)->{body} eq $body
        or fail("an answer that ends after $i bytes");
}
pass('an answer that ends after every byte');

is($ua->post('/cut', '', \%form)->{status}, 200, 'an answer that breaks off');
is($ua->post('/drop', '', \%form)->{status}, 502, 'no answer');
same_worker('JSON');

# ---- GraphQL.

for my $case (
    [ '1,000 aliases', '{' . join(' ', map { "a$_: add(id: $_) { lines }" }
        1 .. 1000) . '}' ],
    [ 'fragments in a circle', 'query { ...A } fragment A on Q { ...B } '
        . 'fragment B on Q { ...A add { id } }' ],
    [ 'a fragment of itself', '{ ...A } fragment A on Q { ...A }' ],
    [ 'many spreads', '{ ' . '...A ' x 3000 . '} fragment A on Q { add }' ],
    [ 'fragments that double', join ' ', '{ ...F0 }', map {
        my $m = $_ + 1; "fragment F$_ on Q { ...F$m ...F$m }" } 0 .. 40 ],
    [ 'deep selections', '{a' x 20_000 ],
    [ 'deep values', '{ add(x: ' . '[' x 20_000 . ') }' ],
    [ 'comments', "#\n" x 20_000 . '{ add }' ],
    [ 'strings', '{ add(x: """' . '\\"""' x 5000 . '""") }' ],
    [ 'many definitions', 'query A { add } ' x 2000 ],
) {
    my ($name, $query) = @$case;
    for my $body ($JSON->encode({ query => $query }),
        $JSON->encode([ ({ query => $query }) x 3 ]),
        $JSON->encode({ query => $query, operationName => 'A',
            variables => { id => 'x' } })) {
        is($ua->post('/gql', $body, \%json)->{body}, length $body,
            "GraphQL: $name");
    }
}
same_worker('GraphQL');

# ---- What goes on inside nginx.

is($ua->get('/loop')->{status}, 404, 'error_page in a circle');
cmp_ok($ua->get('/loop/try')->{status}, '>=', 404, 'try_files in a circle');
is($ua->get('/accel')->{status}, 200, 'X-Accel-Redirect');
is($ua->post('/fail', '{"lines":[]}', \%json)->{status}, 200,
    'error_page to a matched location');
is($ua->post("/echo/$_", $whole, \%json)->{body}, $whole, $_)
    for qw(auth mirror stream);

for my $gzip ('', 'gzip') {
    for (1, 2) {
        $got = $ua->get('/page', { 'Accept-Encoding' => $gzip });
        is($got->{status}, 200, 'a page by cache, SSI, sub_filter, gzip');
        is(cookie_of($got), undef, '... without our cookie');
    }
}
is($ua->get('/page', { Range => 'bytes=0-1' })->{status}, 200, 'a range');

my ($one, $two) = map { cookie_of($ua->post('/add/cached', 'id=1', \%form)) } 1, 2;
isnt($one, $two, 'a cached answer to POST: each gets a cookie of their own');

my $cached = '';
for my $file (split /\n/, qx(find @{[ $nginx->dir ]}/cache -type f)) {
    $cached .= slurp($file);
}
like($cached, qr/uri=|page|4/, 'there is something in the cache');
unlike($cached, qr/sp_visitor/, 'but none of our cookies');

# ---- The connection.

my $add = "POST /add HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n"
        . "Content-Type: application/x-www-form-urlencoded\r\n";
$got = $ua->raw(("$add\r\nid=1") x 50 . "${add}Connection: close\r\n\r\nid=1");
is(scalar(() = $got =~ m{HTTP/1.1 200}g), 51, 'pipelined requests');
is(scalar(() = $got =~ m{^Set-Cookie: sp_visitor}mg), 51, 'each with its cookie');

for my $after (0, 1, 100, 5000) {
    $ua->request('POST', '/echo', body => $whole x 200, headers => \%json,
        abort_after => $after);
    $ua->request('POST', '/echo', body => $whole x 200, headers => \%json,
        abort_after_answer => $after);
}
is($ua->request('POST', '/echo', chunked => [ map { substr $whole, $_, 1 }
    0 .. length($whole) - 1 ], headers => \%json)->{body}, $whole,
    'a body in chunks of one byte');

for my $bytes ("\r\n\r\n", "GET /\r\n\r\n", "POST /add HTTP/1.0\r\n\r\n",
    "POST /add HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
    "POST /add HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    "POST /add HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Length: 4\r\n\r\nid=1",
    "GET http://?sp=$click HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    "GET http://x?sp=$click HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    "GET http://x/?sp=$click HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    "GET /a\0b HTTP/1.1\r\nHost: x\r\n\r\n", "\x16\x03\x01\x02\x00\x01\x00",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n") {
    my $said = $ua->raw($bytes . "\r\nConnection: close\r\n\r\n");
    ok(defined $said, 'odd bytes: ' . $JSON->ascii->encode([ substr $bytes, 0, 30 ]));
}
same_worker('connections');

# ---- At the end all was applied, Redis refused nothing.

settled();
my $c = counters();
is($c->{errors}, 0, 'Redis refused no event');
is($c->{dropped}, 0, 'none was dropped');
is($c->{no_memory}, 0, 'there was memory');

for my $key ($redis->keys('sp:{shop-a}:*')) {
    ok(utf8::decode(my $copy = $key), 'a key of UTF-8')
        if $key =~ /[^\x21-\x7e]/;
    unlike($key, qr/[\x00-\x20\x7f]/, 'a key without control characters')
        if $key =~ /[^\x21-\x7e]/;
    fail("a key without a TTL: $key")
        if $key !~ /:(due|shop|journal)$/ && $redis->cmd('TTL', $key) == -1;
}

unlike($nginx->error_log, qr/victim\@|name\d+\@|cut\@/, 'no address in the log');
same_worker('all');
all_done();
