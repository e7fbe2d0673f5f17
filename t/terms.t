#!/usr/bin/perl

# What the terms of a shop come to in Redis: how long a cart counts as active,
# and how long carts and people are kept.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Test;
use Sp::Http;
use Sp::Nginx;
use Sp::Origin;
use Sp::Redis;

my $DAY    = 86400;
my $MARGIN = 28 * 3600;         # records are renewed once a day
my $redis  = Sp::Redis->new;
my $secret = secret_file();
my $origin = Sp::Origin->new(sub (@) { [ 200, {}, 'ok' ] });

my $nginx = Sp::Nginx->new(http => <<"CONF");
log_format sp '\$request_uri v=\$sitepreserver_visitor s=\$sitepreserver_shopper';
access_log %%DIR%%/logs/access.log sp;
sitepreserver_redis @{[ $redis->url ]};
sitepreserver_secret_file $secret;
sitepreserver_visitor cookie:session;
sitepreserver_idle 5h;
sitepreserver_retain 20d anonymous=5d;
sitepreserver_remember 50d;
sitepreserver_event add_to_cart POST = /add { item_id form:id; email form:email; }
server {
    listen 127.0.0.1:%%PORT%%;
    server_name one;
    sitepreserver on;
    location / { proxy_pass http://127.0.0.1:@{[ $origin->port ]}; }
}
server {
    listen 127.0.0.1:%%PORT1%%;
    server_name two;
    sitepreserver on;
    sitepreserver_idle 3h;
    sitepreserver_retain 10d;
    sitepreserver_remember 40d;
    location / { proxy_pass http://127.0.0.1:@{[ $origin->port ]}; }
}
server {
    listen 127.0.0.1:%%PORT2%%;
    server_name three;
    sitepreserver on;
    sitepreserver_idle 60m;
    sitepreserver_retain 30d;
    sitepreserver_remember 90d;
    location / { proxy_pass http://127.0.0.1:@{[ $origin->port ]}; }
}
CONF


# Seconds that the key has left are these, or up to an hour less.
sub lasts ($key, $seconds, $name) {
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my $left = wait_for { my $ttl = $redis->cmd('TTL', $key); $ttl > 0 && $ttl };

    ok(defined $left && $left <= $seconds && $left > $seconds - 3600, $name)
        or diag("$key: ", $left // 'none', ", not $seconds");
}


for my $case ([ 0, 'one', 5, 5, 20, 50 ], [ 1, 'two', 3, 10, 10, 40 ],
    [ 2, 'three', 1, 30, 30, 90 ])
{
    my ($port, $shop, $idle, $anonymous, $retain, $remember) = @$case;
    my $ua = Sp::Http->new(port => $nginx->port($port || ''));
    my $p  = "sp:{$shop}:";
    my @ids;

    for my $who ('', 'ada@example.com') {
        my $uri = "/add?$shop=" . ($who ? 'known' : 'nobody');

        $ua->form($uri, { id => 'shirt', email => $who },
            { Cookie => 'session=' . ($who ? 'known' : 'nobody') . 'x' x 20 });
        push @ids, wait_for {
            $nginx->access_log =~ /^\Q$uri\E v=([\w-]*) s=([\w-]*)/m && [ $1, $2 ]
        };
    }

    my ($nobody, $visit, $shopper) = ($ids[0][0], $ids[1]->@*);

    lasts("${p}v:$nobody", $anonymous * $DAY + $MARGIN, "$shop: a cart of nobody");
    lasts("${p}i:v:$nobody", $idle * 3600, '... is active');
    lasts("${p}v:$visit", $retain * $DAY + $MARGIN, "$shop: a cart of somebody");
    lasts("${p}i:p:$shopper", $idle * 3600, '... is active');
    lasts("${p}p:$shopper", $remember * $DAY + $MARGIN, "$shop: somebody");
    is($redis->cmd('HGET', "${p}shop", 'idle'), $idle * 3600_000,
        'the mailer knows the idle time');
}

all_done();
