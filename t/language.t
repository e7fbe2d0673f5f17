#!/usr/bin/perl

# The language of a shopper: what a rule says, else what the browser asks for
# where the exchange says who it is.

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
my $origin = Sp::Origin->new(sub ($method, $uri, @) {
    return [ $uri =~ /fails/ ? 422 : 200, {}, 'ok' ];
});

my $nginx = Sp::Nginx->new(http => <<"CONF");
large_client_header_buffers 4 64k;
sitepreserver_redis @{[ $redis->url ]};
sitepreserver_secret_file $secret;
map \$cookie_refused \$agreed { default 1; yes 0; }
server {
    listen 127.0.0.1:%%PORT%%;
    server_name shop;
    sitepreserver on;
    sitepreserver_consent \$agreed;
    sitepreserver_visitor cookie:session;
    sitepreserver_event add_to_cart POST /add { item_id form:id; }
    sitepreserver_event identify POST /me { email form:email; }
    sitepreserver_event login POST /login { email form:email; }
    sitepreserver_event sign_up POST /join {
        email form:email; locale form:language;
    }
    location / { proxy_pass http://127.0.0.1:@{[ $origin->port ]}; }
    location /status { sitepreserver_status; }
}
CONF
my $ua   = Sp::Http->new(port => $nginx->port);
my $call = Sp::Call->new(redis => $redis, shop => 'shop', hello => 0);


sub post ($session, $uri, $fields, $language, $cookies = '') {
    my $before = $ua->get('/status')->data->{counters};

    $ua->form($uri, $fields, {
        Cookie => "session=$session$session$session; $cookies",
        defined $language ? ('Accept-Language' => $language) : () });
    wait_for {
        my $c = $ua->get('/status')->data->{counters};
        $c->{matched} > $before->{matched} && $c->{applied} == $c->{queued};
    } or die 'not applied';
}

sub locale ($email) {
    my $why = $call->why($email);
    return join ' ', map { $why->{$_} || '-' } 'locale', 'locale_by';
}


my $ada = 'ada@example.com';

post('ada', '/me', { email => $ada }, undef);
is(locale($ada), '- -', 'a browser that does not say');
post('ada', '/me', { email => $ada }, 'en;q=0.5, de-AT;q=0.9, *;q=0.1');
is(locale($ada), 'de-AT browser', 'the one that it likes best');
post('ada', '/me', { email => $ada }, 'fr-CH, fr;q=0.9');
is(locale($ada), 'fr-CH browser', 'another browser later');
post('ada', '/me', { email => $ada }, $_) for '*', 'x', "de\xe4", '../..',
    'de;q=0', 'de;q=7', ',' x 30000;
is(locale($ada), 'fr-CH browser', 'what is none changes nothing');
post('ada', '/add', { id => 1 }, 'es');
is(locale($ada), 'fr-CH browser', 'nor do others of the same visit');
post('ada', '/me/fails', { email => $ada }, 'es');
is(locale($ada), 'fr-CH browser', 'nor what failed');
post('ada', '/me', { email => $ada }, 'es', 'refused=yes');
is(locale($ada), '- -', 'of who refuses to be stored nothing is left');

post('ada', '/join', { email => $ada, language => 'it-IT' }, 'es');
is(locale($ada), 'it-IT shop', 'a rule counts before a browser');
post('ada', '/me', { email => $ada }, 'es');
post('ada', '/join', { email => $ada }, 'es');
post('phone', '/login', { email => $ada }, 'pt-BR');
is(locale($ada), 'it-IT shop', '... and keeps to');
post('ada', '/join', { email => $ada, language => 'it-CH' }, 'es');
is(locale($ada), 'it-CH shop', '... until a rule says another');

post('bob', '/login', { email => 'bob@example.com' }, 'nl');
is(locale('bob@example.com'), 'nl browser', 'a login');

# the address of somebody else in this browser is not theirs

post('ada', '/me', { email => 'eve@example.com' }, 'sv');
is(locale('eve@example.com') . ', ' . locale($ada), 'sv browser, it-CH shop',
    'each has their own');

all_done();
