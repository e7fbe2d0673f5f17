#!/usr/bin/perl
#
# What an order came to, told by the webhook or the command, is the revenue of the
# report; without it the cart's total is.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Digest::SHA qw(hmac_sha256_hex);
use Test::More;
use Sp::Test;
use Sp::Rescue;
use Sp::Http;

my $secret = 'a secret of the shop, long enough';
my $file = Sp::Test::dir() . '/webhook';
spew($file, "$secret\n");
chmod 0600, $file;

my $t = Sp::Rescue->new(idle => 200, shop => "webhook_secret_file = \"$file\"");
my ($call, $smtp, $mailer) = ($t->call, $t->smtp, $t->mailer);
my $http = Sp::Http->new(port => $mailer->port);

sub hook ($body) {
    my $answer = $http->post('/sp/order/demo', $body,
        [ 'Content-Type' => 'application/json', 'X-Sitepreserver-Signature'
            => 'sha256=' . hmac_sha256_hex($body, $secret) ]);
    my $data = eval { $answer->data };
    return "$answer->{status} " . join ', ',
        grep { defined } $data ? @$data{qw(result warning)} : $answer->{body};
}

sub revenue () {
    return $mailer->json('report')->{demo}{default}{steps}{reminder}{mailed};
}

my @people = map { "p$_\@example.com" } 1 .. 9;
$call->abandon($_) for @people;
$smtp->wait_mails(9);
$t->wait_closed($_, 'lost') for @people;

# One after the other, with what the revenue is then.

my @told = (
    [ '"total":"12.50","currency":"EUR"', EUR => 12.5 ],
    [ '"total":12.5,"currency":"eur"', EUR => 25 ],
    [ '"total":100,"currency":"EUR"', EUR => 125 ],
    [ '"total":"0.10","currency":"EUR"', EUR => 125.1 ],
    [ '"total":1234.567,"currency":"KWD"', KWD => 1234.567 ],
    [ '"total":"1500","currency":"JPY"', JPY => 1500 ],
    [ '"note":1', EUR => 175.09 ],                      # the cart: 49.99
    [ '"total":null,"currency":"EUR"', EUR => 225.08 ],
);

for my $i (0 .. $#told) {
    my ($members, $currency, $sum) = $told[$i]->@*;
    is(hook(qq({"order_id":"o$i","email":"$people[$i]",$members})), '200 ok',
        $members);
    cmp_ok(abs((revenue()->{revenue}{$currency} // 0) - $sum), '<', 1e-4,
        "... is $sum $currency then");
}

is(hook(qq({"order_id":"o0","email":"$people[0]","total":"99","currency":"EUR"})),
    '200 duplicate', 'the same order with another amount: nothing');
is(revenue()->{orders}, 8, 'eight orders');

# By the command.

my $last = $people[8];
my $odd = 0;
for my $bad ([ '--total', '12.50' ], [ '--total', 'x', '--currency', 'EUR' ],
    [ '--total', '-1', '--currency', 'EUR' ], [ '--currency', 'EUR' ],
    [ '--total', '1,50', '--currency', 'EUR' ],
    [ '--total', '1', '--currency', 'EURO' ])
{
    my ($status, $out, $err) = $mailer->run('order', 'c' . ++$odd,
        '--address', "c$odd\@example.com", '--json', @$bad);
    is($status, 0, "told without an amount: @$bad");
    like($err, qr/(?:total|currency).*told without it/, '... with a warning');
    like($out, qr/"warning"/, '... in the JSON, too');
    ok($call->why("c$odd\@example.com")->{ordered}, '... and noted');
}
is($t->count('orders_odd'), $odd, '... which is counted');
is(revenue()->{orders}, 8, 'those were not mailed');
is(($mailer->run('order', 'o8', '--address', $last, '--total', '20.01',
    '--currency', 'EUR'))[0], 0, 'order --total --currency');
cmp_ok(abs(revenue()->{revenue}{EUR} - 245.09), '<', 1e-6, 'is in the report');

# What is no amount: a cart must not be mailed after the purchase for its sake.

my $i = 0;
for my $bad ('"total":"12.50"', '"total":12.50,"currency":""',
    '"total":12.50,"currency":"E1R"', '"total":12.50,"currency":"EURO"',
    '"total":12.50,"currency":978', '"total":12.50,"currency":null',
    '"total":"","currency":"EUR"', '"total":"x","currency":"EUR"',
    '"total":"12,50","currency":"EUR"', '"total":"EUR 12","currency":"EUR"',
    '"total":-1,"currency":"EUR"', '"total":"-0.01","currency":"EUR"',
    '"total":1e300,"currency":"EUR"', '"total":"1e300","currency":"EUR"',
    '"total":"99999999999999999999","currency":"EUR"',
    '"total":9223372036854775807,"currency":"EUR"',
    '"total":99999999999999999999,"currency":"EUR"',
    '"total":1234567890123.45,"currency":"KWD"', '"total":true,"currency":"EUR"', '"total":[1],"currency":"EUR"',
    '"total":{"amount":1},"currency":"EUR"', '"total":"1\u0000","currency":"EUR"')
{
    my $who = '"order_id":' . ++$i . qq(,"email":"x$i\@example.com");
    my ($result, $warning) = split /, /, hook("{$who,$bad}");
    is($result, '200 ok', "told without an amount: $bad");
    like($warning // '', qr/total/, '... with a warning');
    ok($call->why("x$i\@example.com")->{ordered}, '... and noted');
}
is($t->count('orders_odd'), $odd + $i, '... which is counted');
is(hook(qq({"order_id":$i,"email":"x$i\@example.com"})), '200 duplicate',
    'its number is the same where another one was too large for an integer');
is(hook('{"order_id":"y","email":"y@example.com","currency":"???"}'),
    '200 ok', 'a currency without a total says nothing');
wait_ok { $mailer->log =~ /event=order .* result=ok warning="the total/ }
    'the log has the warning';

# Of two who ordered one may be wrong.

my ($status) = $mailer->run('customers', 'import', '-',
    \"c7,eve\@example.com\n");
is($status, 0, 'a customer');
like(hook('{"order_id":"z1","email":"nobody","customer_id":"c7"}'),
    qr/^200 ok, .*address/, 'an address that is none beside a customer');
like(hook('{"order_id":"z2","email":7,"customer_id":"c7"}'),
    qr/^200 ok, .*address/, '... or no text');
like(hook('{"order_id":"z3","email":"eve@example.com","customer_id":"'
    . 'c' x 200 . '"}'), qr/^200 ok, .*customer/, 'a customer that is none');
like(hook('{"order_id":"z4","email":"nobody"}'), qr/^400 /, 'nobody at all');

is($mailer->stop, 0, 'ends');
unlike($mailer->log, qr/\@example/i, 'no address in the log');
all_done();
