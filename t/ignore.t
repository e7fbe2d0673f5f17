#!/usr/bin/perl

# sitepreserver_ignore, and the test for bots that is in force without it.

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
my $proxy  = "proxy_pass http://127.0.0.1:@{[ $origin->port ]};";

my $nginx = Sp::Nginx->new(http => <<"CONF");
log_format sp '\$request_uri r=\$sitepreserver_result';
access_log %%DIR%%/logs/access.log sp;
sitepreserver_redis @{[ $redis->url ]};
sitepreserver_secret_file $secret;
geo \$internal { default 0; 10.0.0.0/8 1; }
server {
    listen 127.0.0.1:%%PORT%%;
    server_name shop;
    sitepreserver on;
    sitepreserver_event add_to_cart POST ~ ^/\\w+/add\$ { item_id form:id; }
    set_real_ip_from 127.0.0.1;
    location /bots/ { $proxy }
    location /argument/ { sitepreserver_ignore \$arg_ignore; $proxy }
    location /nobody/ { sitepreserver_ignore ""; $proxy }
    location /internal/ {
        set_real_ip_from 127.0.0.0/8;
        sitepreserver_ignore \$internal;
        $proxy
    }
    location /off/ { sitepreserver off; $proxy }
    location /status { sitepreserver_status; }
}
CONF

my $ua = Sp::Http->new(port => $nginx->port);


sub result_of ($uri, %headers) {
    state $n = 0;
    $n++;
    is($ua->form("$uri?n=$n", { id => 'x' }, \%headers)->{status}, 200,
        'served') if $n == 1;
    $ua->form("$uri?n=$n", { id => 'x' }, \%headers);
    my $line = wait_for {
        ($nginx->access_log =~ m{^\Q$uri\E\?n=$n (r=.*)$}m)[0]
    };
    return $line =~ s/^r=//r;
}


my %agents = (
    'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)'
        => 'ignored',
    'Mozilla/5.0 (compatible; bingbot/2.0)' => 'ignored',
    'Mozilla/5.0 (compatible; YandexBot/3.0)' => 'ignored',
    'Mozilla/5.0 (compatible; Baiduspider/2.0)' => 'ignored',
    'Mozilla/5.0 (compatible; Yahoo! Slurp)' => 'ignored',
    'facebookexternalhit/1.1' => 'ignored',
    'Mediapartners-Google' => 'ignored',
    'Pingdom.com_bot_version_1.4' => 'ignored',
    'SomeCrawler/1.0' => 'ignored',
    'bot' => 'ignored',
    'Uptime-Kuma/1.23' => 'ignored',
    'Mozilla/5.0 (X11; Linux x86_64; Storebot-Google/1.0)' => 'ignored',
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) '
        . 'Chrome/120.0 Safari/537.36' => 'observed',
    'Mozilla/5.0 (Linux; Android 9; CUBOT_X18_Plus) AppleWebKit/537.36'
        => 'observed',
    'Mozilla/5.0 (Linux; Android 10; Cubot J8)' => 'observed',
    'Bottega/1.0' => 'observed',
    'b' => 'observed', 'bo' => 'observed',
    'x' x 236 . ' bot' => 'ignored', 'x' x 236 . ' boa' => 'observed',
    'x' x 237 . ' bot' => 'ignored', 'x' x 237 . ' boa' => 'observed',
);

# A worker remembers some of them, and forgets them for others.
for my $time (1 .. 3) {
    for my $agent (sort keys %agents) {
        is(result_of('/bots/add', 'User-Agent' => $agent), $agents{$agent},
            "$agent: $agents{$agent}, time $time");
    }

    $time == 2 or next;
    $ua->form('/bots/add?n=other', { id => 'x' },
        { 'User-Agent' => "Browser/$_" }) for 1 .. 300;
}

is(result_of('/bots/add'), 'observed', 'no agent at all: observed');

is(result_of('/argument/add'), 'observed', 'an empty value: observed');

for my $case ([ 1, 'ignored' ], [ 0, 'observed' ], [ 'x', 'ignored' ],
    [ '00', 'ignored' ])
{
    my ($value, $result) = @$case;
    my $n = "v$value";

    $ua->form("/argument/add?ignore=$value&n=$n", { id => 'x' });
    wait_ok {
        $nginx->access_log =~ m{^/argument/add\?\S+&n=$n r=$result$}m
    } "\"$value\": $result";
}

is(result_of('/nobody/add', 'User-Agent' => 'Googlebot/2.1'), 'observed',
    'another test replaces the one for bots');
is(result_of('/internal/add', 'X-Real-IP' => '10.1.2.3'), 'ignored',
    'the address is that of realip, in the location too');
is(result_of('/internal/add', 'X-Real-IP' => '11.1.2.3'), 'observed',
    'and others are observed');
is(result_of('/off/add'), '-', 'off: nothing is said');

my $counters = $ua->get('/status')->data->{counters};

cmp_ok($counters->{ignored}, '>=', 12, 'they are counted');

all_done();
