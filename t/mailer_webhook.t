#!/usr/bin/perl
#
# The order webhook: signed, bounded, and the same order any number of times.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Digest::SHA qw(hmac_sha256_hex);
use JSON::XS ();
use Test::More;
use Sp::Test;
use Sp::Rescue;
use Sp::Http;

my $secret = 'a secret of the shop, long enough';
my $file = Sp::Test::dir() . '/webhook';
spew($file, "$secret\n");
chmod 0600, $file;

my $t = Sp::Rescue->new(idle => 300, shop => "webhook_secret_file = \"$file\"");
my ($call, $smtp, $mailer) = ($t->call, $t->smtp, $t->mailer);
my $http = Sp::Http->new(port => $mailer->port);

sub hook ($order, %o) {
    my $body = ref $order ? JSON::XS->new->utf8->encode($order) : $order;
    my $signed = defined $o{time} ? "$o{time}.$body" : $body;
    my @headers = ('Content-Type' => 'application/json');

    push @headers, 'X-Sitepreserver-Signature' => $o{signature}
        // 'sha256=' . hmac_sha256_hex($signed, $o{secret} // $secret)
        unless $o{unsigned};
    push @headers, 'X-Sitepreserver-Timestamp' => $o{time} if defined $o{time};

    my $answer = $http->post($o{path} // '/sp/order/demo', $body, \@headers);
    return "$answer->{status} "
        . (eval { $answer->data->{result} } // $answer->{body});
}

# It stops the message.

$call->abandon('ada@example.com', idle => 5000);
is(hook({ order_id => '17', email => 'Ada@Example.com ' }), '200 ok', 'an order');
is(hook({ order_id => '17', email => 'ada@example.com' }), '200 duplicate',
    'again: nothing');
is(hook({ order_id => 17, email => 'ada@example.com' }), '200 duplicate',
    'a number is the same id');
$t->wait_closed('ada@example.com', 'ordered')
    if ($call->why('ada@example.com')->{state} // 'none') eq 'open';
$call->abandon('bob@example.com');
$smtp->wait_mails(1);
is(($smtp->mails)[0]{to}[0], 'bob@example.com', 'only the other was mailed');

# By customer.

$smtp->clear;
is(hook({ order_id => '18', customer_id => 'c9' }), '200 unknown',
    'a customer who is not known');
is(($mailer->run('customers', 'import', '-', \"c9,eve\@example.com\n"))[0], 0,
    'imported');
is(hook({ order_id => '19', customer_id => 'c9' }), '200 ok', 'now it is');
is(hook({ order_id => '20', customer_id => 'c9', email => 'eve@example.com',
    note => [ { a => [ 1, 2 ] } ] }), '200 ok', 'both, and more fields');
ok($call->why('eve@example.com')->{ordered}, 'it is theirs');

# An order that comes before the cart's last event is a new shopper's too.

is(hook({ order_id => '21', email => 'new@example.com' }), '200 ok',
    'nobody knows this address yet');
is($call->why('new@example.com')->{known}, 'yes', 'now Redis does');

# With a time.

is(hook({ order_id => '22', email => 'x@example.com' }, time => time),
    '200 ok', 'with a signed time');
is(hook({ order_id => '22', email => 'x@example.com' }, time => time - 3600),
    '401 not signed', 'an old one is refused');
is(hook({ order_id => '22', email => 'x@example.com' }, time => 'now'),
    '401 not signed', 'one that is no number is refused');

# What is not signed right.

for my $case ([ unsigned => 1 ], [ secret => 'another' ], [ signature => '' ],
    [ signature => 'sha256=' . '0' x 64 ], [ signature => 'x' x 64 ],
    [ signature => hmac_sha256_hex('other', $secret) ],
    [ path => '/sp/order/other' ], [ path => '/sp/order/' ],
    [ path => '/sp/order/demo/x' ])
{
    is(hook({ order_id => '66', email => 'bad@example.com' }, @$case),
        '401 not signed', "refused: @$case[0]");
}

is($call->why('bad@example.com')->{known}, 'no', 'nothing was done');

# What else is said of an order may be anything.

for my $odd ('"note":"half an emoji \ud83d"', '"note":"\u0000"', '"n":1e999',
    '"n":18446744073709551615', '"meta":{"a":1,"a":2}',
    '"x":' . '[' x 200 . ']' x 200)
{
    like(hook('{"order_id":"odd","email":"odd@example.com",' . $odd . '}'),
        qr/^200 (?:ok|duplicate)$/, "with $odd");
}

is(hook('{"order_id":18446744073709551615,"email":"odd@example.com"}'), '200 ok',
    'a large number is an id');
is(hook({ order_id => '18446744073709551615', email => 'odd@example.com' }),
    '200 duplicate', '... as it stands');

# What is not an order.

for my $bad ('', '{', '[]', '"x"', '{"order_id":"1"}', '{"email":"a@b.cc"}',
    '{"order_id":null,"email":"a@b.cc"}', '{"order_id":[],"email":"a@b.cc"}',
    '{"order_id":"1","email":7}', '{"order_id":"1","order_id":"2","email":"a@b.cc"}',
    '{"order_id":1.5,"email":"a@b.cc"}', '[' x 5000, '{"a":' x 5000)
{
    is(hook($bad), '400 not an order', 'refused: ' . substr $bad, 0, 40);
}

like(hook({ order_id => '1', email => 'no address' }), qr/^400 .*address/,
    'an address that is none');
like(hook({ order_id => 'x' x 200, email => 'a@b.cc' }), qr/^400 .*too long/,
    'an id that is too long');
like(hook('"' . 'x' x 70_000 . '"'), qr/^413 /, 'a large body');
is($http->get('/sp/order/demo')->{status}, 405, 'GET: 405');

# Redis away: try again later.

$t->redis->stop('KILL');
$mailer->wait_log(qr/redis_lost/);
like(hook({ order_id => '30', email => 'later@example.com' }), qr/^503 /,
    'Redis is away: 503');
$t->redis->start;
wait_ok { hook({ order_id => '30', email => 'later@example.com' })
    eq '200 ok' || hook({ order_id => '30', email => 'later@example.com' })
    eq '200 duplicate' } 'told again, it is noted';

is($mailer->stop, 0, 'ends');
unlike($mailer->log, qr/\@example/i, 'no address in the log');
all_done();
