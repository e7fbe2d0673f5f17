#!/usr/bin/perl

# sitepreserver_consent: who has not agreed is not remembered, but what such a
# person buys still closes what was kept before.

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

# As docs/directives.md shows it.
my ($shown) = slurp(root() . '/docs/directives.md')
    =~ /^(map \$http_cookie \$may_market \{.*?^\})/ms;

my $nginx = Sp::Nginx->new(http => <<"CONF");
log_format sp '\$request_uri e=\$sitepreserver_event s=\$sitepreserver_shopper'
              ' r=\$sitepreserver_result';
access_log %%DIR%%/logs/access.log sp;
sitepreserver_redis @{[ $redis->url ]};
sitepreserver_secret_file $secret;
map \$cookie_agreed \$agreed { default ''; yes 1; no 0; ok ok; }
server {
    listen 127.0.0.1:%%PORT%%;
    server_name shop;
    sitepreserver on;
    sitepreserver_consent \$agreed;
    sitepreserver_visitor cookie:session;
    sitepreserver_event add_to_cart POST = /add { item_id form:id; }
    sitepreserver_event identify POST ~ ^/\\w*/?me\$ { email form:email; }
    sitepreserver_event purchase POST = /buy { email form:email; }
    location / { proxy_pass http://127.0.0.1:@{[ $origin->port ]}; }
    location /always/ {
        sitepreserver_consent 1;
        error_page 418 = \@moved;
        return 418;
    }
    location \@moved {
        sitepreserver_consent 0;
        proxy_pass http://127.0.0.1:@{[ $origin->port ]};
    }
    location /status { sitepreserver_status; }
}
$shown
server {
    listen 127.0.0.1:%%PORT1%%;
    server_name managers;
    sitepreserver on;
    sitepreserver_consent \$may_market gpc;
    sitepreserver_visitor cookie:session;
    sitepreserver_event add_to_cart POST ~ ^/\\w+\$ { item_id form:id; }
    location / { proxy_pass http://127.0.0.1:@{[ $origin->port ]}; }
}
CONF

my $ua = Sp::Http->new(port => $nginx->port);


sub counter ($name) { $ua->get('/status')->data->{counters}{$name} }

sub send_as ($who, $agreed, $uri, $fields) {
    return $ua->form($uri, $fields, { Cookie => "session=$who$who$who"
        . (defined $agreed ? "; agreed=$agreed" : '') });
}

sub result_of ($uri) {
    my $line = wait_for { ($nginx->access_log =~ m{^\Q$uri\E (e=.*)$}m)[0] };
    return $line =~ /r=(\S+)/ ? $1 : '';
}

sub keys_of ($kind) { my @keys = $redis->keys("sp:{shop}:$kind:*"); @keys }


for my $case ([ 'nothing said', undef ], [ '"0"', 'no' ]) {
    my ($name, $agreed) = @$case;
    my $n = ++state $count;

    is(send_as("person$n", $agreed, "/add?$n", { id => 'shirt' })->{status},
        200, "$name: the shop is served");
    send_as("person$n", $agreed, "/me?$n", { email => 'no@example.com' });

    is(result_of("/add?$n"), 'no_consent', "$name: an event is not observed");
    is(result_of("/me?$n"), 'no_consent', "$name: nor an address");
}

is(counter('no_consent'), 4, 'they are counted');
is(counter('queued'), 0, 'and nothing was sent');
is_deeply([ $redis->keys('sp:{shop}:[vpa]:*') ], [], 'nobody is known');

for my $agreed ('yes', 'ok') {
    send_as("agreed$agreed", $agreed, "/add?$agreed", { id => 'shirt' });
    is(result_of("/add?$agreed"), 'observed', "\"$agreed\": observed");
}

# Somebody agreed, put a shirt into the cart, and withdrew: the order still
# ends it.

send_as('changed', 'yes', '/add?changed', { id => 'shirt' });
send_as('changed', 'yes', '/me?changed', { email => 'changed@example.com' });
wait_ok { keys_of('p') == 1 } 'the shopper is known';

my $due = sub { $redis->cmd('ZCARD', 'sp:{shop}:due') };
wait_ok { counter('applied') == 4 } 'events are applied';

my ($shopper) = keys_of('p');
my $before = $redis->cmd('GET', $shopper);

send_as('changed', 'no', '/buy?changed', { email => 'changed@example.com' });
send_as('changed', 'no', '/me?withdrawn', { email => 'other@example.com' });

is(result_of('/me?withdrawn'), 'no_consent', 'a new address is not taken');
is(result_of('/buy?changed'), 'no_consent', 'nor is the purchase observed');
wait_ok { counter('applied') == 5 } 'but Redis is told of it';
isnt($redis->cmd('GET', $shopper), $before, 'and closes what was kept');
is(keys_of('p'), 1, 'no new shopper');
ok($nginx->access_log !~ m{/buy\S* e=\S+ s=[^-]}, 'none in the log either');

# The first location decides, wherever the request goes from there.

send_as('moved', undef, '/always/me', { email => 'moved@example.com' });
is(result_of('/always/me'), 'observed', "the first location's consent holds");

# Consent managers, and browsers that refuse by themselves.

my $managers = Sp::Http->new(port => $nginx->port(1));

sub manager_is ($name, $result, $cookie, @headers) {
    state $n = 0;
    my $uri = '/manager' . ++$n;

    $managers->form($uri, { id => 'x' },
        { Cookie => "session=abcdefghijkl$n; $cookie; x=1", @headers });

    return is(result_of($uri), $result, $name);
}

my %agreed = (
    Cookiebot => "CookieConsent={stamp:%27x%27%2Cnecessary:true%2C"
        . "statistics:false%2Cmarketing:true%2Cver:1}",
    OneTrust  => 'OptanonConsent=isGpcEnabled=0&groups=C0001%3A1%2CC0004%3A1',
    CookieYes => 'cookieyes-consent=consentid:x,consent:yes,necessary:yes,'
        . 'advertisement:yes',
    Complianz => 'cmplz_statistics=deny; cmplz_marketing=allow',
);

for my $name (sort keys %agreed) {
    my $refused = $agreed{$name} =~ s/marketing:true/marketing:false/r
        =~ s/C0004%3A1/C0004%3A0/r =~ s/ment:yes/ment:no/r
        =~ s/marketing=allow/marketing=deny/r;

    manager_is("$name: agreed", 'observed', $agreed{$name});
    manager_is("$name: refused", 'no_consent', $refused);
    manager_is("$name: agreed, but Sec-GPC", 'no_consent', $agreed{$name},
        'Sec-GPC' => 1);
    manager_is("$name: Sec-GPC of nothing", 'observed', $agreed{$name},
        'Sec-GPC' => 0);
}

send_as('signal', 'yes', '/add?signal', { id => 'shirt' });
is(result_of('/add?signal'), 'observed', 'agreed ...');
$ua->form('/add?gpc', { id => 'shirt' },
    { Cookie => 'session=gpcgpcgpc; agreed=yes', 'Sec-GPC' => 1 });
is(result_of('/add?gpc'), 'observed', '... and nobody asked for Sec-GPC');

my ($status, $said) = Sp::Nginx->check(<<'CONF');
server { listen 127.0.0.1:%%PORT%%; sitepreserver_consent 1 dnt; }
CONF

ok($status && $said =~ /invalid parameter "dnt", it must be "gpc" in .*:\d+/,
    'no other signal');

for my $no ('sitepreserver_consent gpc', 'sitepreserver_consent off',
            'sitepreserver_consent on gpc', 'sitepreserver_ignore off')
{
    ($status, $said) = Sp::Nginx->check(
        "server { listen 127.0.0.1:%%PORT%%; $no; }\n");
    ok($status && $said =~ /invalid value "\w+", it must be 0, 1 or .* in .*:\d+/,
        "no value: $no") or diag $said;
}

unlike($nginx->error_log . $nginx->access_log, qr/\@example/,
    'no address in the logs');

all_done();
