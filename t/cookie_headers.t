#!/usr/bin/perl

# Of a request's Cookie headers the first eight are looked at: a browser sends
# one, and looking for the n-th of a thousand takes time by the square.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use IO::Socket::INET;
use Test::More;
use Sp::Nginx;
use Sp::Redis;
use Sp::Test;

my $redis  = Sp::Redis->new;
my $secret = secret_file();
my $nginx  = Sp::Nginx->new(http => <<"CONF");
log_format sp '\$request_uri v=\$sitepreserver_visitor';
access_log %%DIR%%/logs/access.log sp;
sitepreserver_redis @{[ $redis->url ]};
sitepreserver_secret_file $secret;
server {
    listen 127.0.0.1:%%PORT%%;
    server_name demo;
    sitepreserver on;
    sitepreserver_visitor cookie:session;
    sitepreserver_cookie off;
    sitepreserver_event add_to_cart POST = /add { item_id arg:id; }
    location / { default_type text/html; return 200 hello; }
}
CONF

request("/add?id=$_", $_ - 1) for 1, 2, 8, 9, 900;

my $log;
wait_ok { ($log = $nginx->access_log) =~ /id=900 .*\n/ } 'the last is logged';

like($log, qr/id=$_ v=[\w-]{22}$/m, "in header $_: found") for 1, 2, 8;
like($log, qr/id=$_ v=-$/m, "in header $_: not looked for") for 9, 900;

$nginx->quit;
all_done();


sub request ($uri, $before) {
    my $socket = IO::Socket::INET->new(
        PeerAddr => '127.0.0.1:' . $nginx->port) or die "connect: $!\n";

    print $socket "POST $uri HTTP/1.1\r\nHost: demo\r\nContent-Length: 0\r\n"
        . "Connection: close\r\n" . ("Cookie: x=1\r\n" x $before)
        . "Cookie: session=abcdefgh\r\n\r\n";

    like(scalar <$socket>, qr/^HTTP\/1\.1 200 /, "$uri is answered");
    1 while defined <$socket>;

    return;
}
