#!/usr/bin/perl

# A request that no rule meets is remembered, so that the rules need not be asked
# again: never one of another method, with other arguments, of another server or
# under other rules.

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
my $origin = Sp::Origin->new(sub (@) {
    [ 200, { 'Content-Type' => 'text/plain' }, 'ok' ] });
my $proxy  = "location / { proxy_pass http://127.0.0.1:@{[ $origin->port ]}; }";

# $more: rules of the first shop.
sub conf ($more) {
    return <<"CONF";
log_format sp '\$request_method \$host\$request_uri \$sitepreserver_event'
              ' \$sitepreserver_result';
access_log %%DIR%%/logs/access.log sp;
sitepreserver_redis @{[ $redis->url ]};
sitepreserver_secret_file $secret;
sitepreserver_visitor cookie:session;
server {
    listen 127.0.0.1:%%PORT%%;
    server_name one.example;
    sitepreserver on;
    sitepreserver_event add_to_cart POST = /cart { item_id form:id; }
    sitepreserver_event logout GET = /do { if arg:act = out; }
    sitepreserver_event logout GET * { if header:X-Out; if uri ~ ^/h; }
    $more
    $proxy
}
server {
    listen 127.0.0.1:%%PORT%%;
    server_name two.example;
    sitepreserver on;
    sitepreserver_event logout GET = /picture.jpg { }
    $proxy
}
server {
    listen 127.0.0.1:%%PORT%%;
    server_name three.example;
    sitepreserver on;
    sitepreserver_visitor arg:who;
    sitepreserver_event logout GET = /out { }
    $proxy
    rewrite ^/page /elsewhere?;
}
CONF
}


my ($nginx, $ua, $seen);

# What became of a request, as the access log has it: "event result", or "- -".
sub asked ($method, $host, $uri, %headers) {
    my $answer = $ua->request($method, $uri, headers => [ Host => $host,
        Cookie => 'session=0123456789abcdef', %headers,
        $method eq 'POST' ? ('Content-Type',
            'application/x-www-form-urlencoded') : () ],
        body => $method eq 'POST' ? 'id=shirt' : undef);

    $answer->{status} == 200 or die "$method $uri: $answer->{status}\n";
    $seen++;

    my @lines;
    wait_for { @lines = split /\n/, slurp($nginx->dir . '/logs/access.log');
        @lines == $seen } or die "access log: not $seen lines\n";

    return $lines[-1] =~ s{^\S+ \S+ }{}r;
}


$nginx = Sp::Nginx->new(http => conf(''));
$ua    = Sp::Http->new(port => $nginx->port);
$seen  = 0;

for my $turn (1 .. 3) {
    is asked(GET => 'one.example', '/picture.jpg'), '- no_match', "turn $turn: a GET";
    is asked(GET => 'one.example', '/cart'), '- no_match', '... of what a POST is for';
    is asked(POST => 'one.example', '/cart'), 'add_to_cart observed',
        '... which is observed';
    is asked(POST => 'one.example', '/cart?id=1'), 'add_to_cart observed',
        '... with arguments';
    is asked(HEAD => 'one.example', '/cart'), '- no_match', '... a HEAD is not';
    is asked(GET => 'one.example', '/do'), '- no_match', 'no argument';
    is asked(GET => 'one.example', '/do?act=in'), '- no_match', 'another argument';
    is asked(GET => 'one.example', '/do?act=out'), 'logout observed',
        'the argument';
    is asked(GET => 'one.example', '/do%3Fact=out'), '- no_match',
        '... that is none, but of the path';
    is asked(GET => 'one.example', '/hat'), '- no_match', 'no header';
    is asked(GET => 'one.example', '/hat', 'X-Out' => 1), 'logout observed',
        'the header';
    is asked(GET => 'one.example', '/coat', 'X-Out' => 1), '- no_match',
        '... of another page';
    is asked(GET => 'two.example', '/picture.jpg'), 'logout observed',
        'the same, of another server';
    is asked(GET => 'three.example', '/page?who=ann'), '- no_match',
        'visits from arguments';
    is asked(GET => 'three.example', '/out?who=ann'), 'logout observed',
        '... have their rules';
}

my $visitors = () = $redis->keys('sp:{one.example}:v:*');

is $visitors, 1, 'one visitor of the first shop';

$nginx->reload(conf('sitepreserver_event logout GET = /picture.jpg { }'));
$ua = Sp::Http->new(port => $nginx->port);

is asked(GET => 'one.example', '/picture.jpg'), 'logout observed',
    'new rules are asked';

done_testing;
