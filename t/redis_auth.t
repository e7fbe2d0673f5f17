#!/usr/bin/perl

# The ways to Redis: passwords, users, databases, unix sockets, TLS, names.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use IO::Socket::IP;
use Test::More;
use Sp::Test;
use Sp::Http;
use Sp::Nginx;
use Sp::Origin;
use Sp::Redis;

my $secret = secret_file();
my $dir    = Sp::Test::dir();
my $origin = Sp::Origin->new(sub (@) {
    [ 200, { 'Content-Type' => 'text/plain' }, 'ok' ] });

spew("$dir/password", "open-sesame\n");
spew("$dir/wrong", "wrong\n");


sub nginx ($redis, $more = '') {
    return Sp::Nginx->new(http => <<"CONF");
sitepreserver_redis $redis;
sitepreserver_secret_file $secret;
$more
server {
    listen 127.0.0.1:%%PORT%%;
    server_name shop;
    sitepreserver on;
    sitepreserver_event add_to_cart POST = /add { item_id form:id; }
    location / { proxy_pass http://127.0.0.1:@{[ $origin->port ]}; }
    location = /status { sitepreserver_status; }
}
CONF
}


sub add ($nginx) {
    return Sp::Http->new(port => $nginx->port)->form('/add', { id => 'x' });
}


sub counters ($nginx) {
    return Sp::Http->new(port => $nginx->port)->get('/status')
        ->data->{counters};
}


sub works ($name, $redis, $more = '') {
    my $nginx = nginx($redis, $more);

    is(add($nginx)->{status}, 200, "$name: served");
    wait_ok { counters($nginx)->{applied} == 1 } "$name: applied";
    $nginx->quit;

    unlike($nginx->error_log, qr/sesame/, "$name: no password in the log");
}


sub refused ($name, $redis, $message, $more = '') {
    my $nginx = nginx($redis, $more);

    is(add($nginx)->{status}, 200, "$name: served all the same");
    wait_ok { $nginx->error_log =~ $message } "$name: told";
    is(counters($nginx)->{applied}, 0, "$name: nothing is applied");
    unlike($nginx->error_log, qr/sesame/, "$name: no password in the log");
    $nginx->stop;
}


my $plain = Sp::Redis->new;

works('unix socket', 'unix:' . $plain->socket);
works('database', 'redis://127.0.0.1:' . $plain->port . '/3');
works('database, as a parameter', 'unix:' . $plain->socket . ' db=2');
works('a name, looked up at start', 'redis://localhost:' . $plain->port);

$plain->cmd('SELECT', 3);
is(scalar(my @keys = $plain->keys('sp:{shop}:v:*')), 1,
    'it is in that database');
$plain->cmd('SELECT', 0);

refused('a database that is not there', 'redis://127.0.0.1:' . $plain->port
    . '/999', qr/refuses the database: ERR DB index is out of range/);

my $old = Sp::Redis->new(config => [ 'rename-command FUNCTION ""' ]);

refused('an old Redis', $old->url,
    qr/knows no functions \(it must be Redis 7 or newer\): ERR unknown/);

my $guarded = Sp::Redis->new(password => 'open-sesame');
my $url     = 'redis://127.0.0.1:' . $guarded->port;

works('password', "\"$url\" password_file=$dir/password");
refused('no password', $url, qr/wants a login: NOAUTH/);
refused('a wrong password', "$url password_file=$dir/wrong",
    qr/refuses the login: WRONGPASS/);

$guarded->cmd('ACL', 'SETUSER', 'nginx', 'on', '>open-sesame', '~sp:*',
    '+@all', '-@admin', '-@dangerous', '+function', '+info');
works('user', "redis://nginx\@127.0.0.1:@{[ $guarded->port ]}"
    . " password_file=$dir/password");
works('user, as a parameter', "$url user=nginx password_file=$dir/password");

$guarded->cmd('ACL', 'SETUSER', 'least', 'on', '>open-sesame', '~sp:*',
    '+@all', '-@admin', '-@dangerous', '+info', '-function');
works('a user who may not load functions, and finds them loaded',
    "$url user=least password_file=$dir/password");

# Eviction could take an idle key away, and so fake an abandonment.

$plain->cmd('CONFIG', 'SET', 'maxmemory', '1gb');
$plain->cmd('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');

my $nginx = nginx($plain->url);

add($nginx);
wait_ok { $nginx->error_log =~ /refuses the shop: SPEVICTION/ }
    'an eviction policy is refused';
is(counters($nginx)->{applied}, 0, 'events wait');
$plain->cmd('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
wait_ok { counters($nginx)->{applied} == 1 } 'until it is right';
$nginx->quit;

# TLS: a certificate of an own authority, for localhost.

my @openssl = ('openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes',
    '-days', '2', '-subj');

(command([ @openssl, '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost',
    '-keyout', "$dir/key", '-out', "$dir/cert" ]))[0] == 0 or die;

my $tls_port = free_port();
my $tls      = Sp::Redis->new(config => [ "tls-port $tls_port",
    "tls-cert-file $dir/cert", "tls-key-file $dir/key", 'tls-auth-clients no' ]);

my $tls_url = "rediss://localhost:$tls_port";

works('TLS', "$tls_url ca_file=$dir/cert");
works('TLS, unverified', "$tls_url verify=off");
works('TLS by address, with the name of its certificate',
    "rediss://127.0.0.1:$tls_port ca_file=$dir/cert name=localhost");

# By an IPv6 address, if this machine has them.

SKIP: {
    IO::Socket::IP->new(LocalHost => '::1', Listen => 1)
        or skip 'no IPv6 here', 3;

    (command([ @openssl, '/CN=six', '-addext', 'subjectAltName=IP:::1',
        '-keyout', "$dir/key6", '-out', "$dir/cert6" ]))[0] == 0 or die;

    my $port6 = free_port();
    my $six   = Sp::Redis->new(config => [ 'bind 127.0.0.1 ::1',
        "tls-port $port6", "tls-cert-file $dir/cert6",
        "tls-key-file $dir/key6", 'tls-auth-clients no' ]);

    works('TLS by an IPv6 address', "rediss://[::1]:$port6 ca_file=$dir/cert6");
}

refused('an unknown authority', $tls_url, qr/its certificate is refused/);
refused('another name', "rediss://127.0.0.1:$tls_port ca_file=$dir/cert",
    qr/its certificate is not for: 127\.0\.0\.1/);
refused('TLS to a server without it', 'rediss://localhost:' . $tls->port
    . " ca_file=$dir/cert", qr/TLS failed|timed out/);

all_done();
