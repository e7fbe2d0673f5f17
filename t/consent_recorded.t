#!/usr/bin/perl

# `consent` in a rule: who agreed to be written to, and who took it back, is
# known with time and occasion; only of whom the exchange shows, or of who is
# logged in, and only if the shop did what was asked.

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
my $origin = Sp::Origin->new(sub ($method, $uri, $headers, $body) {
    return [ 422, {}, 'no' ] if $uri =~ /fails/;

    my ($text) = $body =~ /answer=([^&]*)/;

    return [ 200, { 'Content-Type' => 'application/json' },
        ($text // '{}') =~ s/%([0-9A-F]{2})/chr hex $1/ger ];
});

my $nginx = Sp::Nginx->new(http => <<"CONF");
log_format sp '\$request_uri r=\$sitepreserver_result';
access_log %%DIR%%/logs/access.log sp;
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
    sitepreserver_event generate_lead POST /newsletter {
        email form:email; consent value:1;
    }
    sitepreserver_event begin_checkout POST /checkout {
        email form:email; consent form:offers;
    }
    sitepreserver_event login POST /login {
        email form:email; customer response.json:id;
    }
    sitepreserver_event identify POST /account {
        customer response.json:id; consent json:offers or form:offers;
    }
    location / { proxy_pass http://127.0.0.1:@{[ $origin->port ]}; }
    location /status { sitepreserver_status; }
}
CONF
my $ua   = Sp::Http->new(port => $nginx->port);
my $call = Sp::Call->new(redis => $redis, shop => 'shop', hello => 0);
my $requests = 0;


# A request of that session; over when Redis has applied what it meant.
sub post ($session, $uri, $fields, $cookies = '') {
    my $n = ++$requests;

    $ua->form("$uri?$n", $fields,
        { Cookie => "session=$session$session$session; $cookies" });
    wait_for { $nginx->access_log =~ m{^\Q$uri?$n\E r=}m } or die 'no log';
    wait_for {
        my $c = $ua->get('/status')->data->{counters};
        $c->{applied} == $c->{queued};
    } or die 'not applied';

    return ($nginx->access_log =~ m{^\Q$uri?$n\E r=(\S+)}m)[0];
}

sub consent ($email) {
    my $why = $call->why($email);
    return join ' ', map { $why->{$_} || '-' } 'consent', 'consent_by';
}


my $before = time * 1000 - 1;

post('ada', '/newsletter', { email => 'ada@example.com' });
is(consent('ada@example.com'), 'given newsletter', 'a newsletter');

my $at = $call->why('ada@example.com')->{consent_at};
ok($before < $at && $at <= time * 1000 + 1000, '... and when');

post('ada', '/checkout', { email => 'ada@example.com', offers => 'on' });
is(consent('ada@example.com'), 'given newsletter', 'again: how it began');
is($call->why('ada@example.com')->{consent_at}, $at, '... and when');

post('bob', '/checkout', { email => 'bob@example.com' });
is(consent('bob@example.com'), '- -', 'a box that is not ticked says nothing');
post('bob', '/checkout', { email => 'bob@example.com', offers => 'on' });
is(consent('bob@example.com'), 'given checkout', 'one that is does');
post('bob', '/checkout/fails', { email => 'bob@example.com', offers => 'no' });
is(consent('bob@example.com'), 'given checkout', 'what failed says nothing');
post('bob', '/checkout', { email => 'bob@example.com', offers => 'no' });
is(consent('bob@example.com'), 'withdrawn checkout', 'no is no');

post('eve', '/newsletter/fails', { email => 'eve@example.com' });
is($call->why('eve@example.com')->{known}, 'no', 'nobody by a failure');

# Whose it is: who is logged in, not who is only known.

post('ada', '/account', { offers => 'off' });
is(consent('ada@example.com'), 'given newsletter',
    'a request of a visit that only typed an address changes nothing');

post('ada', '/login', { email => 'ada@example.com', answer => '{"id":7}' });
post('ada', '/account', { offers => 'off' });
is(consent('ada@example.com'), 'withdrawn identify',
    'one of who is logged in does');

post('phone', '/account', { offers => 'yes', answer => '{"id":8}' });
is(consent('ada@example.com'), 'withdrawn identify', 'another customer: no');
post('phone', '/account', { offers => 'yes', answer => '{"id":7}' });
is(consent('ada@example.com'), 'given identify', "the customer's answer: yes");

post('eve', '/checkout', { email => 'eve@example.com' });
post('eve', '/account', { offers => 'no' });
is(consent('ada@example.com') . ', ' . consent('eve@example.com'),
    'given identify, - -', 'nor does a stranger');

# JSON says false, and no word.

$ua->json('/account', { offers => \0 }, { Cookie => 'session=adaadaada' });
wait_ok { consent('ada@example.com') eq 'withdrawn identify' } 'false in JSON';

# Who refuses to be stored may still take it back, and can give nothing.

post('bob', '/checkout', { email => 'bob@example.com', offers => 'yes' });
is(consent('bob@example.com'), 'given checkout', 'given again');
is(post('bob', '/checkout', { email => 'bob@example.com', offers => 'no' },
        'refused=yes'), 'no_consent', 'who refuses to be stored');
is(consent('bob@example.com'), 'withdrawn checkout', '... may take it back');
post('bob', '/checkout', { email => 'bob@example.com', offers => 'yes' },
    'refused=yes');
is(consent('bob@example.com'), 'withdrawn checkout', '... but not give it');
post('zoe', '/checkout', { email => 'zoe@example.com', offers => 'no' },
    'refused=yes');
is($call->why('zoe@example.com')->{known}, 'no',
    '... and nobody becomes known by it');

my %counts = $redis->cmd('HGETALL', ($redis->keys('sp:{shop}:count:*'))[0])
    ->@*;
is($counts{consented}, 4, 'they are counted');
is($counts{consent_withdrawn}, 4, '... and what was taken back');

unlike($nginx->error_log . $nginx->access_log, qr/\@example/,
    'no address in the logs');

all_done();
