#!/usr/bin/perl

# The origin, the HTTP client and nginx of the lab, without the module.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Test;
use Sp::Http;
use Sp::Nginx;
use Sp::Origin;

my $n = 0;

my %answers = (
    '/json'   => [ 200, { 'Content-Type' => 'application/json' }, '{"a":1}' ],
    '/pieces' => [ 200, {}, '', { pieces => [ 'one ', \0.05, 'two' ] } ],
    '/cut'    => [ 200, {}, 'x' x 100, { cut => 10 } ],
    '/drop'   => [ 200, {}, '', { drop => 1 } ],
    '/late'   => [ 200, {}, 'late', { delay => 0.2 } ],
    '/close'  => [ 200, {}, 'until the end', { close => 1 } ],
    '/empty'  => [ 204, {}, '' ],
    '/large'  => [ 200, {}, join('', map { "$_\n" } 1 .. 50_000) ],
    '/cookie' => [ 302, [ Location => '/x', 'Set-Cookie' => 'a=1; Path=/',
        'Set-Cookie' => 'b=2; HttpOnly' ], '' ],
    '/forget' => [ 200, [ 'Set-Cookie' => 'a=; Max-Age=0' ], '' ],
);

sub handler ($method, $uri, $headers, $body) {
    $n++;
    return $answers{$uri} // [ 200,
        { 'X-Number' => $n, 'X-Length' => length $body,
          'X-Given' => $headers->{'x-given'} // '' },
        length $body < 100 ? "$method $uri $body" : 'much' ];
}


# Directly.

my $direct = Sp::Origin->new(\&handler);
my $ua = Sp::Http->new(port => $direct->port, jar => 1);

is($ua->get('/x')->{body}, 'GET /x ', 'the origin answers');
is($ua->get('/x')->header('X-Number'), 2, 'its handler has a memory');
is($ua->get('/cut')->{complete}, 0, 'an answer that is cut is not complete');
is($ua->get('/drop')->{status}, 0, 'no answer at all');
is($ua->get('/close')->{body}, 'until the end', 'a body without a length');
is($ua->request('HEAD', '/json')->{complete}, 1, 'HEAD');
like($ua->raw("GET /raw HTTP/1.0\r\n\r\n"), qr/\r\n\r\nGET \/raw $/, 'raw');

is($ua->request('POST', '/half', body => 'z' x 5000, abort_after => 1000)
    ->{status}, 0, 'a client that leaves');
wait_ok { ($direct->requests)[-1]{uri} eq '/half' } 'is recorded';
is(($direct->requests)[-1]{complete}, 0, 'as one who left early');
is(length(($direct->requests)[-1]{body}), 1000, 'with what came');

my $kept = Sp::Http->new(port => $direct->port, keepalive => 1);

is($kept->get('/x')->{status}, 200, 'a connection');
my $fh = $kept->{fh};
is($kept->form('/y', [ b => 'c d', a => "\x{20ac}" ])->{body},
    'POST /y b=c%20d&a=%E2%82%AC', 'a form');
is($kept->{fh}, $fh, 'on the same connection');

$direct->stop;
is($ua->get('/x')->{status}, 0, 'stopped');
$direct->clear->start;
is($ua->get('/x')->{status}, 200, 'started again');
is($direct->count, 1, 'one request since');


# Behind nginx, in each protocol.

for my $protocol (qw(http fastcgi uwsgi)) {
    my $origin = Sp::Origin->new(\&handler, protocol => $protocol);
    my $to   = '127.0.0.1:' . $origin->port;
    my $pass = $protocol eq 'http'
        ? "proxy_pass http://$to; proxy_http_version 1.1;"
        : "include /etc/nginx/${protocol}_params; ${protocol}_pass $to;";

    my $nginx = Sp::Nginx->new(module => 0, http => <<"CONF");
        client_body_buffer_size 1m;
        server {
            listen 127.0.0.1:%%PORT%%;
            location / { $pass }
        }
CONF
    my $ua = Sp::Http->new(port => $nginx->port, jar => 1);
    my $r  = $ua->get('/x?y=1', { 'X-Given' => 'q' });

    is("$r->{status} $r->{body}", '200 GET /x?y=1 ', "$protocol: GET");
    is($r->header('X-Given'), 'q', "$protocol: headers");
    is($ua->json('/j', { b => 1, a => [2] })->{body},
        'POST /j {"a":[2],"b":1}', "$protocol: JSON");
    is($ua->request('POST', '/c', chunked => [ 'ab', 'cd' x 40_000 ])
        ->header('X-Length'), 80_002, "$protocol: a chunked body");
    is($ua->request('POST', '/p', pieces => [ 'a', 'b', 'c' ], pause => 0.02)
        ->{body}, 'POST /p abc', "$protocol: a body in pieces");
    is_deeply($ua->get('/json')->data, { a => 1 }, "$protocol: JSON back");
    is($ua->get('/pieces')->{body}, 'one two', "$protocol: answer in pieces");
    is(length $ua->get('/cut')->{body}, 10, "$protocol: a cut answer");
    is($ua->get('/drop')->{status}, 502, "$protocol: no answer");
    is($ua->get('/late')->{body}, 'late', "$protocol: a late answer");
    is($ua->get('/empty')->{status}, 204, "$protocol: no content");
    is($ua->request('GET', '/large', read_slowly => [ 50_000, 0.005 ])
        ->{body}, $answers{'/large'}[2], "$protocol: a large answer");

    is_deeply([ $ua->get('/cookie')->headers('set-cookie') ],
        [ 'a=1; Path=/', 'b=2; HttpOnly' ], "$protocol: several Set-Cookie");
    $ua->get('/x');
    is(($origin->requests)[-1]{headers}{cookie}, 'a=1; b=2',
        "$protocol: the jar sends them");
    $ua->get('/forget');
    is($ua->jar->get('a'), undef, "$protocol: and forgets");

    my ($old) = $nginx->workers;

    like(slurp("/proc/$old/maps"), qr/libasan/, "$protocol: under ASan")
        if under_asan();

    $nginx->reload;
    ok($nginx->wait_drained, "$protocol: old workers end after a reload");
    isnt(($nginx->workers)[0], $old, "$protocol: a new one serves");

    ($old) = $nginx->workers;
    $nginx->kill_worker;
    isnt(($nginx->workers)[0], $old, "$protocol: a killed one is replaced");
    is($ua->get('/x')->{status}, 200, "$protocol: and serves");
    like($nginx->access_log, qr/"GET \/x HTTP/, "$protocol: access log");
}


# gRPC: the origin has no HTTP/2, another server of nginx lends it its own.

my $origin = Sp::Origin->new(\&handler);
my $nginx  = Sp::Nginx->new(module => 0, http => <<"CONF");
    server {
        listen 127.0.0.1:%%PORT%%;
        location / { grpc_pass grpc://127.0.0.1:%%PORT1%%; }
    }
    server {
        listen 127.0.0.1:%%PORT1%% http2;
        location / { proxy_pass http://127.0.0.1:@{[ $origin->port ]}; }
    }
CONF

$ua = Sp::Http->new(port => $nginx->port);
is($ua->post('/rpc', 'a body')->{body}, 'POST /rpc a body', 'gRPC');


# HTTP/2 in front: curl speaks it.

is((command([ 'curl', '-sS', '--http2-prior-knowledge', '-d', 'b=1',
    'http://127.0.0.1:' . $nginx->port(1) . '/h2' ]))[1], 'POST /h2 b=1',
    'HTTP/2');


# The configuration test.

my ($status, $out) = Sp::Nginx->check('bogus on;', module => 0);

is($status, 1, 'a wrong directive fails');
like($out, qr/unknown directive "bogus" in \S+:\d+/, 'with file and line');
is((Sp::Nginx->check('server { listen 127.0.0.1:%%PORT%%; }', module => 0))[0],
    0, 'a good one passes');

all_done();
