#!/usr/bin/perl
# slow
#
# Trouble at the checkout, from the shop's 500 to the mailbox: who is told of it,
# that nothing is sent while the checkout fails, and what ends that.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Test;
use Sp::Call;
use Sp::Clock;
use Sp::Http;
use Sp::Mailer;
use Sp::Mime;
use Sp::Nginx;
use Sp::Origin;
use Sp::Redis;
use Sp::Smtp;

my @SHOPS  = qw(held one late last long);
my $MINUTE = 60;

my $clock  = Sp::Clock->new;
$clock->morning;
my $redis  = Sp::Redis->new;
my $smtp   = Sp::Smtp->new;
my $secret = secret_file();
my $origin = Sp::Origin->new(sub ($method, $uri, $headers, $body) {
    my ($status) = $uri =~ /\?(\d+)$/;

    return [ $status // 200, { 'Content-Type' => 'application/json' },
             '{"lines":[{"id":"1","name":"Oak table","price":"50.00"}]}' ];
});

my $servers = join '', map { <<"CONF" } @SHOPS;
server {
    listen 127.0.0.1:%%PORT%%;
    server_name $_.example;
    sitepreserver_shop $_;
    location / { proxy_pass http://127.0.0.1:@{[ $origin->port ]}; }
    location = /status { sitepreserver_status; }
}
CONF

my $nginx = Sp::Nginx->new(http => <<"CONF");
sitepreserver_redis @{[ $redis->url ]};
sitepreserver_secret_file $secret;
sitepreserver on;
sitepreserver_visitor cookie:session;
sitepreserver_cookie off;
sitepreserver_currency EUR;
sitepreserver_event begin_checkout POST = /contact { email form:email; }
sitepreserver_event add_payment_info POST = /pay { checkout; if form:email present; }
sitepreserver_event purchase POST = /order { checkout; order_id form:id; }
sitepreserver_event set_cart GET = /cart {
    items response.json:lines { id id; name name; price price; quantity value:1; }
}
$servers
CONF

# A creative of its own for whose checkout broke.
my $creatives = Sp::Test::dir() . '/creatives';
my ($copied) = command([ 'cp', '-R', root() . '/t/lib/creatives', $creatives ]);
is($copied, 0, 'the creatives of tests');
mkdir "$creatives/sorry" or die "$creatives/sorry: $!";
spew("$creatives/sorry/en.head", "subject: It was us: your order did not go through\n"
    . "preheader: Your cart is as you left it.\n");
spew("$creatives/sorry/en.html", <<'HTML');
<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Your cart</title></head><body>
<p>{{#checkout_error}}Sorry for the trouble at the checkout.{{/checkout_error}}</p>
<p><a href="{{cart_link}}">Back to my cart</a></p>
<p><a href="{{unsubscribe_link}}">Unsubscribe</a></p>
</body></html>
HTML
spew("$creatives/sorry/en.txt", "{{#checkout_error}}Sorry.{{/checkout_error}}\n"
    . "{{cart_link}}\nUnsubscribe: {{unsubscribe_link}}\n");

sub series ($name) {
    my $late = $name eq 'late' ? 'max_late = 20m' : '';

    return <<"SERIES";
series "broken" {
    audience { checkout_error = yes }
    step "sorry" { delay = 0 creative = sorry $late }
}
series "default" { step "reminder" { delay = 0 creative = plain $late } }
SERIES
}

my $mailer = Sp::Mailer->new(start => 0, config => Sp::Mailer::live(
    redis => $redis, smtp => $smtp, creatives => $creatives,
    shops => [ map { [ $_ => series($_) ] } @SHOPS ]));

my ($status, $out, $err) = $mailer->run('creative', 'approve', 'sorry', '--despite-lint');
is($status, 0, 'the creative is approved') or diag "$out$err";

$mailer->start;

my %call = map { $_ => Sp::Call->new(redis => $redis, shop => $_, hello => 0) } @SHOPS;

for my $shop (@SHOPS) {
    wait_ok { $mailer->log =~ /shop=$shop state=ready/ } "shop $shop is served";
}

my $ua   = Sp::Http->new(port => $nginx->port);
my $sent = 0;

# What a shopper does in a shop; each is applied before the next.
sub does ($shop, $name, @paths) {
    my %header = (Host => "$shop.example", Cookie => "session=$shop-$name" . 'x' x 20);

    for my $path (@paths) {
        my $answer = $path eq '/cart' ? $ua->get($path, \%header)
            : $ua->form($path, { email => "$name\@$shop.test", id => "$shop-$name" },
                        \%header);

        is($answer->{status}, $path =~ /\?(\d+)$/ ? $1 : 200, "$shop, $name: $path");
        $sent++ if $path !~ m{\?4};       # no event
        wait_for {
            $ua->get('/status', { Host => "$shop.example" })->data->{counters}{applied}
                == $sent
        } or BAIL_OUT("$path is not applied");
    }

    return;
}

# Visits of nobody whose checkout fails.
sub fails ($shop) {
    does($shop, "visit$_", '/cart', '/pay?500') for 1 .. 3;
    return;
}

sub why ($shop, $name) { return $call{$shop}->why("$name\@$shop.test") }
sub status ($shop) { return $mailer->json('status', '--shop', $shop) }
sub stands ($shop) { return status($shop)->{shops}{$shop} }
sub warnings ($shop) { return join "\n", status($shop)->{warnings}->@* }
sub mails ($shop) { return grep { $_->{to}[0] =~ /\@$shop\.test$/ } $smtp->mails }

# They are mailed, and nothing of it is under way any more.
sub settled ($shop, @names) {
    for my $name (@names) {
        wait_ok { why($shop, $name)->{reason} eq 'lost' } "$shop, $name: a message was sent";
    }

    is(scalar(mails($shop)), scalar @names, '... and no other');
    return;
}

# Subjects by whom they went to.
sub subjects ($shop) {
    return { map { $_->{to}[0] =~ s/\@.*//r => Sp::Mime->parse($_->{data})->header('Subject') }
             mails($shop) };
}

my $SORRY = 'It was us: your order did not go through';
my $PLAIN = 'Your cart at The Shop';


# Carts are left; of some the checkout failed.

does('held', 'ada', '/cart', '/contact', '/pay?500');
does('held', 'bob', '/cart', '/contact');
does('one', 'carl', '/cart', '/contact');
does('one', 'eve', '/cart', '/contact', '/pay?503', '/order', '/cart');
does('one', 'fred', '/cart', '/contact', '/pay?500', '/pay');
does('one', 'gina', '/cart', '/contact', '/pay?500', '/pay?422', '/cart');
does('late', 'joe', '/cart', '/contact');

like(join(' ', $mailer->json('why', '--shop', 'held', 'ada@held.test')->{visits}[0]{checkout_error}),
    qr/^[1-9]\d{12}$/, 'why tells when it failed');
is($mailer->json('why', '--shop', 'held', 'bob@held.test')->{visits}[0]{checkout_error}, 0,
    '... or that it did not');
is($ua->get('/status', { Host => 'held.example' })->data->{events}{checkout_error} // -1, 4,
    'nginx counts them');


# Ten minutes before these are due: three visits fail in two shops, one in another.

$clock->advance(50 * $MINUTE);
fails($_) for qw(held late);
does('one', 'dora', '/cart', map { "/pay?50$_" } 0 .. 4);
like(stands('held')->{shop_failing_since}, qr/^\d{13}$/, 'a shop is held to be failing');
is(stands('held')->{today_checkout_hold}, 1, '... which is counted');
like(warnings('held'), qr/the checkout of shop "held" fails: nothing is sent/,
    '... and status warns');
is(stands('one')->{shop_failing_since}, '', 'not by one visit');

$clock->advance(11 * $MINUTE);
wait_ok { (stands('held')->{today_shop_failing} // 0) >= 2 } 'what is due is looked at';
settled('one', qw(carl eve fred gina));
is_deeply(subjects('one'), { carl => $PLAIN, eve => $PLAIN, fred => $PLAIN, gina => $SORRY },
    'to each what the checkout says: an order and a step that went well clear it');
my ($gina) = grep { $_->{to}[0] =~ /^gina/ } mails('one');
like(Sp::Mime->parse($gina->{data})->html, qr/Sorry for the trouble at the checkout/,
    'the tag is there');
is(scalar(mails('held')), 0, 'where it fails nothing is sent');
is(why('held', 'ada')->{waits}, 'shop_failing', '... and why says so');
($status, $out, $err) = $mailer->run('creative', 'preview', 'sorry', '--shop', 'held',
    '--shopper', 'ada@held.test');
is($status, 0, 'a preview for her');
like($out, qr/^Sorry\.$/m, '... has the tag');
like($err, qr/the shop's checkout fails/, '... and says what it waits for');

does('held', 'visit4', '/cart', '/pay');
is(stands('held')->{shop_failing_since}, '', 'one that goes well ends it');
$clock->advance(6 * $MINUTE);
settled('held', qw(ada bob));
is_deeply(subjects('held'), { ada => $SORRY, bob => $PLAIN }, 'to each the right one');


# The hold outlasts max_late.

is(scalar(mails('late')), 0, 'elsewhere it still fails');
$clock->advance(20 * $MINUTE);
wait_ok { why('late', 'joe')->{state} eq 'closed' } 'half an hour after the last error it ends';
is(stands('late')->{today_skipped_too_late}, 1, 'what is too late by then is not sent');
is(scalar(mails('late')), 0, '... indeed');


# A message that is under way when the third visit fails.

does('last', 'hal', '/cart', '/contact');
does('last', "visit$_", '/cart') for 1 .. 4;
my $hold = $smtp->hold('data', match => qr/^hal\@/, times => 1);
$clock->advance(61 * $MINUTE);
ok($hold->reached, 'a message is about to leave');
does('last', "visit$_", '/pay?502') for 1 .. 3;
$hold->release;
$mailer->wait_log(qr/event=stopped .*reason=shop_failing/);
is(why('last', 'hal')->{tries}, 0, 'no try is counted');
is(why('last', 'hal')->{attempt}, 'none', '... and no attempt');
is(stands('last')->{today_refused_shop_failing}, 1, '... but that it was stopped');
does('last', 'visit4', '/pay');
$clock->advance(6 * $MINUTE);
settled('last', 'hal');
is_deeply(subjects('last'), { hal => $PLAIN }, '... as it was');


# One client cannot hold the mails for ever.

does('long', 'ida', '/cart', '/contact');
fails('long');

for (1 .. 17) {
    $clock->advance(20 * $MINUTE);
    does('long', 'visit1', '/pay?500');
}

like(stands('long')->{shop_failing_until}, qr/^\d+$/, 'it fails for hours');
wait_ok { (stands('long')->{today_shop_failing} // 0) >= 1 } 'her message waits';
is(scalar(mails('long')), 0, '... and is not sent');
$clock->advance(21 * $MINUTE);
fails('long');
is(stands('long')->{shop_failing_since}, '', 'six hours are the end');
settled('long', 'ida');
like(stands('long')->{shop_failing_barred_until}, qr/^\d{13}$/, 'until when none begins is told');
is(stands('long')->{today_checkout_hold_barred}, 1, '... and that one would have');
like(warnings('long'), qr/has failed for six hours: messages are sent although/,
    '... and status warns');

is($mailer->stop, 0, 'ends');

all_done();
