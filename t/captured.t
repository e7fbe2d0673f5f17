#!/usr/bin/perl

# How an address came and with what device, from the exchange to the record.

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
my $origin = Sp::Origin->new(sub (@) {
    [ 200, { 'Content-Type' => 'text/plain' }, 'ok' ] });

my $nginx = Sp::Nginx->new(http => <<"CONF");
sitepreserver_redis @{[ $redis->url ]};
sitepreserver_secret_file $secret;
sitepreserver on;
sitepreserver_event login POST = /login { email form:email; }
sitepreserver_event sign_up POST = /register { email form:email; }
sitepreserver_event begin_checkout POST = /checkout { email form:email; }
sitepreserver_event purchase POST = /order { email form:email; }
sitepreserver_event generate_lead POST = /newsletter { email form:email; }
sitepreserver_event identify POST = /me { email form:email; }
sitepreserver_event identify POST = /newsletter { email form:email; }
server {
    listen 127.0.0.1:%%PORT%%;
    server_name demo;
    location / { proxy_pass http://127.0.0.1:@{[ $origin->port ]}; }
    location = /status { sitepreserver_status; }
}
CONF

my $status = Sp::Http->new(port => $nginx->port);
my $call   = Sp::Call->new(redis => $redis, hello => 0);
my $sent   = 0;

my %AGENT = (
    phone   => 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) Mobile',
    tablet  => 'Mozilla/5.0 (Android 13; Tablet; rv:121.0) Firefox/121.0',
    desktop => 'Mozilla/5.0 (X11; Linux x86_64; rv:121.0) Firefox/121.0',
    ''      => 'storefront/1.0',
);


# A form with this address, by a browser of its own unless one is given.
sub told ($path, $email, $device, $ua = Sp::Http->new(port => $nginx->port)) {
    is($ua->form($path, { email => $email },
        { 'User-Agent' => $AGENT{$device} })->{status}, 200, "$path, $email");
    $sent++;
    wait_ok {
        $status->get('/status')->data->{counters}{applied} == $sent
    } 'it is applied';
    return $call->why($email);
}


my @ways = ([ '/login', 'login', 'phone' ], [ '/register', 'sign_up', 'tablet' ],
            [ '/checkout', 'checkout', 'desktop' ], [ '/order', 'checkout', '' ],
            [ '/newsletter', 'newsletter', 'phone' ],
            [ '/me', 'identify', 'tablet' ]);

for my $way (@ways) {
    my ($path, $captured, $device) = @$way;
    my $why = told($path, "$captured$device\@example.com", $device);
    is($why->{captured}, $captured, "$path: how");
    like($why->{visit}, qr/ device=\Q$device\E /, "$path: with what");
}

my $why = told('/newsletter', 'login@example.com', 'phone');
is($why->{captured}, 'newsletter', 'first a newsletter');
$why = told('/login', 'login@example.com', 'phone');
is($why->{captured}, 'login', 'then a login');
$why = told('/me', 'login@example.com', 'phone');
is($why->{captured}, 'login', 'to be shown again is no other way');

all_done();
