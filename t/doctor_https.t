#!/usr/bin/perl

# The doctor and a shop whose pages are https, with certificates of all kinds.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Certificate;
use Sp::Doctor;
use Sp::Nginx;
use Sp::Rescue;
use Sp::Test;

my $dir  = Sp::Test::dir();
my %made = (right => {}, expired => { expired => 1 },
    name => { names => 'DNS:www.shop.example' });

for my $name (keys %made) {
    mkdir "$dir/$name" or die "$dir/$name: $!";
    Sp::Certificate->make("$dir/$name", %{ $made{$name} });
}

# At 127.0.0.1 the doctor finds a certificate of each kind, and plain http.

sub tls ($port, $name) {
    return <<"CONF";
        listen 127.0.0.1:%%$port%% ssl;
        ssl_certificate     $dir/$name/cert.pem;
        ssl_certificate_key $dir/$name/key.pem;
        location / { return 200 "<h1>Cart</h1>"; }
CONF
}

my $t     = Sp::Rescue->new(mode => 'dry-run');
my $mine  = 'http://127.0.0.1:' . $t->mailer->port;
my $nginx = Sp::Nginx->new(module => 0, http => <<"CONF");
    default_type text/html;
    server {
@{[ tls('PORT', 'right') ]}
        location /sp/  { proxy_pass $mine; }
        location /down { return 302 http://127.0.0.1:%%PORT3%%/cart\$is_args\$args; }
        location /away { return 302 http://127.0.0.1:%%PORT3%%/up\$is_args\$args; }
    }
    server {
@{[ tls('PORT1', 'expired') ]}
    }
    server {
@{[ tls('PORT2', 'name') ]}
    }
    server {
        listen 127.0.0.1:%%PORT3%%;
        location /sp/     { proxy_pass $mine; }
        location /cart    { return 200 "<h1>Cart</h1>"; }
        location /up      { return 301 https://127.0.0.1:%%PORT%%/cart\$is_args\$args; }
        location /expired { return 301 https://127.0.0.1:%%PORT1%%/cart\$is_args\$args; }
    }
CONF

my $doctor = Sp::Doctor->new($t->mailer);
my ($right, $expired, $name)
    = map { "https://127.0.0.1:$_" } $nginx->port, $nginx->port(1), $nginx->port(2);
my $plain = 'http://127.0.0.1:' . $nginx->port(3);


sub config ($cart, $public = $right) {
    my $text = $t->config;

    $text =~ s{cart_url +=.*}{cart_url = "$cart"};
    $text =~ s{public_url +=.*}{public_url = "$public"};
    $t->mailer->set_config($text);
    return;
}

sub trust ($ca) {
    return ('--landing', '--timeout=60s', '--ca-file', "$dir/$ca/ca.pem");
}

config("$right/cart");
$doctor->finds('a chain that is right', [ trust('right') ],
    landing_reached => 'ok', landing_status => 'ok', landing_redirects => 'ok',
    landing_https => 'ok', landing_host => 'ok', public_https => 'ok',
    unsubscribe_page => 'ok', unsubscribe_post => 'ok');

# Without the CA, or with somebody else's, nobody gets there.

for my $args ([ '--landing' ], [ trust('name') ]) {
    my $found = $doctor->finds("of nobody's (@$args)", $args,
        landing_reached => 'error', landing_status => undef,
        landing_https => undef, unsubscribe_page => 'error',
        unsubscribe_post => 'error');
    like($found->{landing_reached}{what}, qr/certificate/i, '... says why');
    like($found->{unsubscribe_page}{what}, qr/certificate/i,
        '... of the other page, too');
}

config("$expired/cart");
my $found = $doctor->finds('one that has ended', [ trust('expired') ],
    landing_reached => 'error', landing_status => undef);
like($found->{landing_reached}{what}, qr/certificate has expired/,
    '... says so');

config("$name/cart");
$found = $doctor->finds('one for another name', [ trust('name') ],
    landing_reached => 'error', landing_status => undef);
like($found->{landing_reached}{what}, qr/subject name/, '... says so');

# From http to https, and back.

config("$plain/up");
$found = $doctor->finds('http that leads to https', [ trust('right') ],
    landing_reached => 'ok', landing_status => 'ok', landing_https => 'info',
    landing_redirects => 'info', landing_query => 'ok', landing_host => 'ok');
like($found->{landing_redirects}{what}, qr{-> \Q$right\E/cart\?},
    '... says where to');

config("$plain/expired");
$found = $doctor->finds('... with a certificate that has ended',
    [ trust('expired') ], landing_reached => 'error', landing_https => undef);
like($found->{landing_reached}{what}, qr{\Q$expired\E/cart\S* cannot be.*expired},
    '... says where');

config("$right/down");
$found = $doctor->finds('https that leads to http', [ trust('right') ],
    landing_reached => 'ok', landing_https => 'error', landing_status => 'ok');
like($found->{landing_https}{what}, qr/leads to http$/, '... says so');

config("$right/away");
$found = $doctor->finds('https by way of http', [ trust('right') ],
    landing_reached => 'ok', landing_https => 'warning',
    landing_redirects => 'warning');
like($found->{landing_https}{what}, qr/leads through http$/, '... says so');

config("$plain/cart", $plain);
$doctor->finds('no https at all', [ trust('right') ],
    landing_https => 'warning', public_https => 'warning');

$doctor->both_ways(qw(landing_reached landing_https public_https));

# A file that is not there, and one that is none.

my ($status, $out, $err)
    = $t->mailer->run('doctor', '--landing', '--ca-file', "$dir/none.pem");
is($status, 2, 'a file that is not there');
like($err, qr{\Q$dir\E/none\.pem: No such file}, '... is named');
spew("$dir/right/ca.pem", "none\n");
config("$right/cart");
$doctor->finds('a file that has no certificate', [ trust('right') ],
    landing_reached => 'error');

all_done();
