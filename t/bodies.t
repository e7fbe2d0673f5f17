#!/usr/bin/perl

# Bodies are seen whole, however nginx passes them on, and come out as they
# went in: an address at the end of a request's body and an item at the end
# of an answer's lead to the same event by every way.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Compress::Zlib ();
use JSON::XS;
use Test::More;
use Sp::Test;
use Sp::Http;
use Sp::Nginx;
use Sp::Origin;
use Sp::Redis;

my $json = JSON::XS->new->canonical;

# A cart whose last item has the id of the request's "last" argument.
my $handler = sub ($method, $uri, $headers, $body) {
    my ($n, $last) = $uri =~ /n=(\d+)&last=(\w+)/;

    if ($uri =~ m{/checkout}) {
        return [ 200, { 'Content-Type' => 'text/plain' },
            length($body) . ' ' . unpack('%32C*', $body) ];
    }

    if ($uri =~ m{/accel/}) {
        return [ 200, { 'X-Accel-Redirect' => "/static/$last.json" }, '' ];
    }

    return [ 200, { 'Content-Type' => 'application/json' },
        cart($n, $last) ];
};

my $redis   = Sp::Redis->new;
my $http    = Sp::Origin->new($handler);
my $fastcgi = Sp::Origin->new($handler, protocol => 'fastcgi');
my $uwsgi   = Sp::Origin->new($handler, protocol => 'uwsgi');
my $secret  = secret_file();

my $params = join "\n", map { "fastcgi_param $_;" }
    'REQUEST_METHOD $request_method', 'REQUEST_URI $request_uri',
    'QUERY_STRING $query_string', 'CONTENT_TYPE $content_type',
    'CONTENT_LENGTH $content_length', 'SERVER_PROTOCOL $server_protocol';
my $uwsgi_params = $params =~ s/fastcgi_param/uwsgi_param/gr;
my $origin = 'http://127.0.0.1:' . $http->port;

my $nginx = Sp::Nginx->new(http => <<"CONF");
log_format sp '\$uri e=\$sitepreserver_event s=\$sitepreserver_shopper'
              ' r=\$sitepreserver_result';
access_log %%DIR%%/logs/access.log sp;
sitepreserver_redis @{[ $redis->url ]};
sitepreserver_secret_file $secret;
client_body_buffer_size 8k;
client_max_body_size 2m;
proxy_buffers 4 4k;
proxy_buffer_size 4k;
proxy_busy_buffers_size 8k;
proxy_http_version 1.1;

server {
    listen 127.0.0.1:%%PORT%% sndbuf=8k;
    listen 127.0.0.1:%%PORT2%% http2;
    server_name shop;
    sitepreserver on;
    sitepreserver_response_limit 1m;
    sitepreserver_event identify POST ~ "^/\\w+/checkout\$" {
        email form:email or json:customer.email;
    }
    sitepreserver_event set_cart GET ~ "^/\\w+/cart\$" {
        items response.json:lines { id id; name name; quantity quantity; }
    }
    rewrite ^/server/(.*) /buffered/front/\$1;

    location / { proxy_pass $origin; }
    location /unbuffered/ {
        proxy_request_buffering off;
        proxy_buffering off;
        proxy_pass $origin;
    }
    location /fastcgi/ {
        $params
        fastcgi_pass 127.0.0.1:@{[ $fastcgi->port ]};
    }
    location /fastcgi_unbuffered/ {
        $params
        fastcgi_request_buffering off;
        fastcgi_buffering off;
        fastcgi_pass 127.0.0.1:@{[ $fastcgi->port ]};
    }
    location /uwsgi/ {
        $uwsgi_params
        uwsgi_pass 127.0.0.1:@{[ $uwsgi->port ]};
    }
    location /uwsgi_unbuffered/ {
        $uwsgi_params
        uwsgi_request_buffering off;
        uwsgi_buffering off;
        uwsgi_pass 127.0.0.1:@{[ $uwsgi->port ]};
    }
    location /grpc/ { grpc_pass grpc://127.0.0.1:%%PORT3%%; }
    location /error_page/ { error_page 418 = \@app; return 418; }
    location /error_uri/ { error_page 418 =200 /front; return 418; }
    location /try_files/ { root /nowhere; try_files \$uri \@app; }
    location /try_uri/ { root /nowhere; try_files \$uri /front?\$args; }
    location /rewritten/ { rewrite ^ /front last; }
    location /gzip/ {
        gzip on; gzip_types application/json; gzip_min_length 1;
        proxy_pass $origin;
    }
    location /accel/ { proxy_pass $origin; }
    location /static/ { internal; root %%DIR%%; sendfile on; }
    location /sendfile/ {
        sendfile on;
        alias %%DIR%%/static/;
        try_files /\$arg_last.json =404;
        types { application/json json; }
    }
    location /mirrored/ { mirror /copy/cart; proxy_pass $origin; }
    location /copy/ { internal; proxy_pass $origin; }
    location /guarded/ { auth_request /copy/checkout; proxy_pass $origin; }
    location /included/ {
        ssi on; ssi_types text/plain;
        root %%DIR%%/ssi;
    }
    location \@app { proxy_pass $origin; }
    location /front { sitepreserver off; proxy_pass $origin/front/x; }
    location = /front { proxy_pass $origin; rewrite ^ /front-app break; }
    location = /status { sitepreserver off; sitepreserver_status; }
}

server {
    listen 127.0.0.1:%%PORT3%% http2;
    location / { proxy_pass $origin; }
}
CONF

my $ua = Sp::Http->new(port => $nginx->port);

mkdir $nginx->dir . "/$_" for 'static', 'ssi', 'ssi/included';


sub cart ($n, $last) {
    return $json->encode({
        a_lot => [ map { { number => $_, text => 'x' x 100 } } 2 .. $n ],
        lines => [ { id => $last, name => "The $last", quantity => 2 } ] });
}


sub counter ($name) {
    return $ua->get('/status')->data->{counters}{$name};
}


# The line of the access log that this request wrote.
sub logged ($uri) {
    my $line = wait_for {
        my @lines = $nginx->access_log =~ /^\Q$uri\E (.*)$/mg;
        $lines[-1];
    };
    return $line // '';
}


# ---- Requests: the address is at the end of 50 KB.

my $address  = 'shopper@example.com';
my $form     = 'note=' . 'a' x 50_000 . "&email=$address";
my $expected = length($form) . ' ' . unpack('%32C*', $form);
my %type     = ('Content-Type' => 'application/x-www-form-urlencoded');
my $sid;


sub request_ok ($way, $answer) {
    is($answer->{status}, 200, "$way: 200");
    is($answer->{body}, $expected, "$way: the origin got the whole body");

    state $seen = 0;

    my $line = wait_for {
        my @lines = $nginx->access_log =~ / (e=identify .*)$/mg;
        $lines[$seen];
    };
    my ($shopper) = ($line // '') =~ /s=([\w-]{22}) r=observed/;

    $seen++;
    $sid //= $shopper;
    is($shopper, $sid, "$way: the address is seen");
}


for my $way (qw(buffered unbuffered fastcgi fastcgi_unbuffered uwsgi
    uwsgi_unbuffered grpc error_page try_files server))
{
    request_ok($way, $ua->request('POST', "/$way/checkout", headers => \%type,
        body => $form));

    request_ok("$way, slow pieces", $ua->request('POST', "/$way/checkout",
        headers => \%type, pieces => [ unpack '(a17000)*', $form ],
        pause => 0.02));

    next if $way =~ /^(fastcgi|uwsgi)$/;

    my $answer = $ua->request('POST', "/$way/checkout", headers => \%type,
        chunked => [ unpack '(a9000)*', $form ]);
    request_ok("$way, chunked", $answer) if $answer->{status} != 411;
}

for my $way (qw(buffered unbuffered fastcgi uwsgi grpc error_page)) {
    my $file = Sp::Test::dir() . '/form';
    spew($file, $form);

    my ($status, $out) = command([ 'curl', '-s', '--http2-prior-knowledge',
        '--data-binary', "\@$file", '-w', ' %{http_version} %{http_code}',
        '-H', "Content-Type: $type{'Content-Type'}",
        "http://127.0.0.1:@{[ $nginx->port(2) ]}/$way/checkout" ]);
    my ($body, $version, $code) = $out =~ /\A(.*) (\S+) (\d+)\z/s;

    is($version, 2, "$way: HTTP/2");
    request_ok("$way, HTTP/2", { status => $code, body => $body });
}

for my $way (qw(error_uri try_uri rewritten)) {
    $ua->request('POST', "/$way/checkout", headers => \%type, body => $form);

    wait_ok { $nginx->access_log =~ m{e=identify s=\Q$sid\E r=observed} }
        "$way: the address is seen behind an internal redirect";
}

my $before = counter('request_cut');

$ua->request('POST', '/buffered/checkout', headers => \%type,
    body => 'note=' . 'a' x 200_000 . '&email=late@example.com');
wait_ok { counter('request_cut') == $before + 1 }
    'a body longer than the limit is a miss that is counted';

$before = counter('addresses');
$ua->request('POST', '/buffered/checkout', headers => \%type,
    body => 'email=early@example.com&note=' . 'a' x 200_000);
wait_ok { counter('addresses') == $before + 1 }
    'what came before the limit counts';

# JSON as well, in single bytes.

my $body = $json->encode({ customer => { email => $address } });

$ua->request('POST', '/unbuffered/checkout', pieces => [ split //, $body ],
    headers => { 'Content-Type' => 'application/json' });
wait_ok { logged('/unbuffered/checkout') =~ /s=\Q$sid\E/ } 'JSON in bytes';

# ---- Answers: the item is at the end of 300 KB.

my $n = 0;


sub answer_ok ($way, $send) {
    my $last = 'item' . ++$n;
    my $cart = cart(2300, $last);

    spew($nginx->dir . "/static/$last.json", $cart);

    my $answer = $send->("/$way/cart?n=2300&last=$last");

    is($answer->{status}, 200, "$way: 200");
    ok($answer->{body} eq $cart, "$way: the answer is as the origin sent it");
    wait_ok { counter('response_cut') == 0 && counter('applied') > 0
        && $redis->cmd('GET', "sp:{shop}:n:$last") }
        "$way: its last item is seen";
}


for my $way (qw(buffered unbuffered fastcgi fastcgi_unbuffered uwsgi
    uwsgi_unbuffered grpc error_page try_files sendfile accel mirrored
    guarded))
{
    answer_ok($way, sub ($uri) { $ua->get($uri, cookie()) });
    answer_ok($way, sub ($uri) {
        $ua->request('GET', $uri, headers => cookie(),
            read_slowly => [ 20_000, 0.002 ])
    });
}


# Our cookie, so that the events of GETs have a visitor.
sub cookie () {
    state $value = do {
        my $set = $ua->request('POST', '/buffered/checkout',
            headers => \%type, body => 'email=x@example.com')
            ->header('Set-Cookie');
        $set =~ s/;.*//r;
    };
    return { Cookie => $value };
}

my ($cart, $last) = (cart(100, 'zipped'), 'zipped');

my $answer = $ua->get("/gzip/cart?n=100&last=$last",
    { %{ cookie() }, 'Accept-Encoding' => 'gzip' });
is($answer->header('Content-Encoding'), 'gzip', 'gzip: compressed');
wait_ok { $redis->cmd('GET', "sp:{shop}:n:$last") }
    'gzip: seen before it was compressed';

# An answer that the origin has compressed is unpacked for our copy, and passes
# as it is.  Brotli's is a text that it could not make smaller (RFC 7932).

$http->stop;

my %packed = (
    gzip    => sub ($text) { Compress::Zlib::memGzip($text) },
    deflate => sub ($text) { Compress::Zlib::compress($text) },
    br      => sub ($text) {
        utf8::encode($text);
        substr(pack('V', 0xb | (length($text) - 1) << 7 | 1 << 23), 0, 3)
            . $text . "\x03";
    },
    zstd    => sub ($text) {
        utf8::encode($text);
        "\x28\xb5\x2f\xfd$text";
    },
    'x-gzip' => sub ($text) { "\x1f\x8b..." },
);

my $zipped = Sp::Origin->new(sub ($method, $uri, $headers, $body) {
    my ($n, $last, $by) = $uri =~ /n=(\d+)&last=(\w+)&by=([\w-]+)/;

    [ 200, { 'Content-Type' => 'application/json',
        'Content-Encoding' => $by }, $packed{$by}->(cart($n, $last)) ]
}, port => $http->port);

my $brotli = slurp(build() . '/ngx_http_sitepreserver_module.so')
    =~ /libbrotlidec/;

note('built without brotli') if !$brotli;

for my $by (qw(gzip deflate), $brotli ? 'br' : ()) {
    for my $way (qw(buffered unbuffered)) {
        my $id = "last$by$way";

        is($ua->get("/$way/cart?n=150&last=$id&by=$by", cookie())->{body},
            $packed{$by}->(cart(150, $id)), "$by, $way: passes as it is");
        wait_ok { $redis->cmd('GET', "sp:{shop}:n:$id") }
            "$by, $way: and is read";
    }
}

# What cannot be undone is counted, and so is what is broken.

for (['zstd', 'encoded'], ['x-gzip', 'response_bad']) {
    my ($by, $counter) = @$_;

    $before = counter($counter);
    is($ua->get("/buffered/cart?n=1&last=x&by=$by", cookie())->{body},
        $packed{$by}->(cart(1, 'x')), "$by: passes as it is");
    wait_ok { counter($counter) == $before + 1 } "$by: counted as $counter";
}

# So are requests that are compressed: nobody reads them.

$before = counter('request_bad');
$ua->request('POST', '/buffered/checkout?n=1&last=x&by=gzip',
    headers => { %type, 'Content-Encoding' => 'gzip' },
    body => Compress::Zlib::memGzip('email=zipped@example.com'));
wait_ok { counter('request_bad') == $before + 1 } 'a compressed request';

# ---- Subrequests are no requests of a visitor.

$zipped->stop;
$http->start;
$before = counter('matched');

$ua->get('/mirrored/nothing');
$ua->get('/guarded/nothing');
spew($nginx->dir . '/ssi/included/page.txt',
    '<!--# include virtual="/buffered/cart?n=1&last=included" -->');
like($ua->get('/included/page.txt')->{body}, qr/included/, 'SSI: included');
$ua->request('HEAD', '/buffered/cart?n=1&last=head', headers => cookie());
is(counter('matched'), $before, 'subrequests and HEAD are not observed');
ok(!$redis->cmd('GET', "sp:{shop}:n:$_"), "$_: nothing is known")
    for 'included', 'head';

is(counter($_), 0, "no $_") for qw(in_file response_cut no_memory dropped);

all_done();
