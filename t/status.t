#!/usr/bin/perl

# sitepreserver_status: counters as JSON and as Prometheus reads them.

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

my $nginx = Sp::Nginx->new(workers => 2, http => <<"CONF");
sitepreserver_redis @{[ $redis->url ]};
sitepreserver_secret_file $secret;
server {
    listen 127.0.0.1:%%PORT%%;
    server_name shop.example;
    sitepreserver on;
    sitepreserver_event add_to_cart POST = /add { item_id form:id; }
    sitepreserver_event identify POST = /me {
        if form:ok = 1;
        email form:email;
    }
    location / { proxy_pass http://127.0.0.1:@{[ $origin->port ]}; }
    location = /status { sitepreserver_status; }
    location = /json { sitepreserver_status json; }
    location = /metrics { sitepreserver_status prometheus;
        gzip on; gzip_min_length 1; gzip_types text/plain; charset koi8-r; }
    location = /script { sitepreserver_capture; }
    location = /included {
        ssi on;
        default_type text/html;
        return 200 '<p><!--# include virtual="\$arg_of" --><p>after';
    }
}
CONF

my $ua = Sp::Http->new(port => $nginx->port);


sub status ($uri = '/status') { $ua->get($uri)->data }


my $answer = $ua->get('/status');

is($answer->header('Content-Type'), 'application/json', 'JSON');
is($answer->header('Cache-Control'), 'no-store', 'not to be stored');
is_deeply($answer->data->{shops}, ['shop.example'], 'it names the shops');
wait_ok { 2 == grep { $_->{connected} } @{ status()->{workers} } }
    'all workers are connected';
is_deeply([ sort map { $_->{pid} } @{ status()->{workers} } ],
    [ sort $nginx->workers ], 'and are these');
is(status()->{counters}{matched}, 0, 'nothing was matched');

$ua->form('/add', { id => 'shirt' });
$ua->form('/me', { email => 'me@example.com', ok => 1 });
$ua->form('/me', { email => 'nobody', ok => 1 });
$ua->form('/me', { email => 'me@example.com', ok => 0 });
$ua->get('/other');

# Another worker than the one that counts may answer first.
my $counters;
wait_ok {
    $counters = status()->{counters};
    $counters->{matched} == 4 && $counters->{observed} + $counters->{rejected} == 4;
} 'all have ended';

is($counters->{matched}, 4, 'matched');
is($counters->{rejected}, 1, 'rejected');
is($counters->{observed}, 3, 'observed');
is($counters->{addresses}, 1, 'addresses');
is($counters->{cookies}, 4, 'cookies');
wait_ok { status()->{counters}{applied} == 3 } 'all are applied';

my $events = status()->{events};

is($events->{add_to_cart}, 1, 'adds');
is($events->{identify}, 2, 'identifications');
is_deeply([ grep { !defined $events->{$_} }
    qw(view_item purchase login order_pending rescue_click page_view) ], [],
    'all kinds are there');

is_deeply(status('/json')->{events}, $events, 'json');

$answer = $ua->get('/metrics');
like($answer->header('Content-Type'), qr{^text/plain; version=0\.0\.4},
    'the type of Prometheus');
is($ua->get('/status?format=prometheus')->header('Content-Type'),
    $answer->header('Content-Type'), 'by an argument');
my $small = $ua->get('/metrics', { 'Accept-Encoding' => 'gzip' });
is($small->header('Content-Encoding'), 'gzip', 'compressed as such');
is($small->header('Content-Type'), $answer->header('Content-Type'), '... as utf-8');
like($answer->{body}, qr/^sitepreserver_matched_total 4$/m, 'a counter');
like($answer->{body}, qr/^sitepreserver_events_total\{kind="identify"\} 2$/m,
    'one by kind');
like($answer->{body}, qr/^sitepreserver_redis_connected\{pid="\d+"\} 1$/m,
    'a gauge');
is_deeply([ grep { !/^# TYPE \w+ (counter|gauge)$/
    && !/^\w+(\{\w+="[\w]+"\})? \d+$/ } split /\n/, $answer->{body} ], [],
    'every line is well formed');

is($ua->request('HEAD', '/status')->{status}, 200, 'HEAD');
like($ua->get("/included?of=/$_")->{body}, qr/^<p>.{100,}<p>after$/s,
    "what includes $_ goes on behind it") for qw(status script);
is($ua->post('/status', 'x')->{status}, 405, 'no POST');

# Counters survive a reload; an item's texts are told once a day.

$nginx->reload;
is(status()->{counters}{matched}, 4, 'they survive a reload');
unlike($answer->{body} . $ua->get('/status')->{body}, qr/\@/, 'no address');

all_done();
