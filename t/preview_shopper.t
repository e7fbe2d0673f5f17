#!/usr/bin/perl
#
# creative preview --shopper: what a shopper would get now, read out of Redis
# without changing anything there.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Encode qw(decode);
use Test::More;
use Sp::Test;
use Sp::Rescue;
use Sp::Clock;
use Sp::Http;
use Sp::Mime;

my $clock = Sp::Clock->new;
my $dir   = Sp::Test::dir();
my $never = "$dir/never";
spew($never, "never\@example.com\n");

my $t = Sp::Rescue->new(clock => $clock, idle => 3_600_000, shop => <<"CONF", series => <<'SERIES');
never_mail = "$never"
offer "ten" { kind = discount strength = 10 pool = winter expires = 3d
    text "en" { line = "Ten off" } text "de" { line = "Zehn billiger" } }
offer "made" { kind = upgrade strength = 20 pattern = "BACK-%8"
    text "en" { line = "Larger" } }
CONF
series "large" {
    audience { min_total = {"100 EUR"} }
    step "first" { delay = 0 creative = plain }
    step "gift" { delay = 23h creative = offered offer = ten }
    step "last" { delay = 71h
        variant "made" { creative = offered offer = made }
        variant "again" { creative = second } }
}
series "small" { step "only" { delay = 0 creative = second } }
SERIES
my ($call, $redis, $mailer) = ($t->call, $t->redis, $t->mailer);

spew("$dir/codes", "REAL-1\nREAL-2\n");
$mailer->run('offer', 'import', "$dir/codes", '--pool', 'winter');

# All that there is, byte for byte, and the end of its life.
sub everything () {
    return [ map { $_, unpack('H*', $redis->cmd('DUMP', $_) // ''),
                   $redis->cmd('PEXPIRETIME', $_) } $redis->keys('*') ];
}

# The command, while the daemon sleeps: nothing changes by it.
sub preview ($status, $name, @args) {
    my $before = everything();
    my ($got, $out, $err) = $mailer->run('creative', 'preview', @args);

    is($got, $status, "$name: status $status") or diag($out, $err);
    is_deeply(everything(), $before, '... and nothing has changed');
    unlike($err, qr/@/, '... and it names no address');

    return ($out, $err);
}

# Ada has left a large cart, and it is not due yet.
$call->abandon('ada@example.com', first_name => 'Ada', total => 15_000,
    lines => [ { id => 'sku1', name => 'Oak table', quantity => 2, price => 7_500 } ]);

my ($out, $err) = preview(0, 'still active', 'plain', '--shopper',
    ' Ada@Example.com', '-o', "$dir/out.html");
my $html = decode('UTF-8', slurp("$dir/out.html"));
like($html, qr/2 Oak table/, 'the cart of the shopper');
like($err, qr/note: the shopper is still active: nothing is sent yet\n/,
    'what keeps it from being sent');

# Another step than the next; its offer, without a code of anybody's.
($out, $err) = preview(0, 'a later step', 'offered', '--shopper', 'ada@example.com');
like($out, qr/Ten off/, 'the offer of its step');
like($out, qr/^code=TEST-CODE$/m, '... with a code that is none');
like($err, qr/note: the next step of this shopper is "first" of series "large", which/,
    'it is not the next');
($out) = preview(0, 'in another language', 'offered', '--shopper',
    'ada@example.com', '--locale', 'de');
like($out, qr/Ten off/, 'a language that the creative has not');

# The links do nothing: nobody is unsubscribed by them, and no click counts.
preview(0, 'a whole message', 'offered', '--shopper', 'ada@example.com', '-o',
    "$dir/out.eml");
my $mail = Sp::Mime->parse(slurp("$dir/out.eml"));
like($mail->header('To'), qr/ada\@example\.com/, 'to the shopper');
like($mail->header('Feedback-ID'), qr/^large\.gift:/, 'of that step');
my ($token) = $mail->header('List-Unsubscribe') =~ /t=([\w-]+)>/;
my $web = Sp::Http->new(port => $mailer->port);
is($web->post("/sp/unsubscribe?t=$token", 'List-Unsubscribe=One-Click',
    [ 'Content-Type' => 'application/x-www-form-urlencoded' ])->{status}, 200,
    'a link of a preview');
is($t->why('ada@example.com')->{suppressed}, undef, '... does nothing');

# What is previewed is what is sent.
$clock->advance(3601);
$t->smtp->wait_mails(1);
$t->quiet;
my ($sent) = $t->smtp->mails;
my $got = Sp::Mime->parse($sent->{data});
s/\b(?:sp|t)=[\w-]+//g for my ($was, $is) = ($html, $got->html);
is($is =~ s/\r//gr, $was, 'the message that comes is the one that was seen');

# The rescue goes on: step, variant, offer as they will be.
$clock->advance(60);
($out, $err) = preview(0, 'the next step', 'offered', '--shopper', 'ada@example.com');
is($err, '', 'nothing to note of what is the next');
like($out, qr/Ten off/, 'its offer');
($out, $err) = preview(0, 'one that is done', 'plain', '--shopper', 'ada@example.com');
like($err, qr/the next step of this shopper is "gift"/, 'which the next is');
$clock->advance(23 * 3600);
$t->smtp->wait_mails(2);
$t->quiet;
($out, $err) = preview(0, 'a code made by a pattern', 'offered', '--shopper',
    'ada@example.com');
like($out, qr/^code=TEST-CODE$/m, 'is no real one either');
($out, my $other) = preview(0, 'the other variant', 'second', '--shopper',
    'ada@example.com');
is(scalar(grep { /the shopper would get variant "(?:made|again)" of step "last"/ }
    $err, $other), 1, 'one of both is not for this shopper, and it is said');

# Series, language and cart of another one.
$call->abandon('bob@example.com', locale => 'de-AT');
($out, $err) = preview(0, 'another series', 'second', '--shopper', 'bob@example.com');
like($out, qr/^Subject: Still/m, 'its message');

# Those who get none.
(undef, $err) = preview(5, 'nobody', 'plain', '--shopper', 'nobody@example.com');
like($err, qr/^sitepreserver: shop "demo" knows nothing of this address\n$/, 'says so');
$call->event(kinds => ['generate_lead'], visitor => 'looks', email => 'looks@example.com');
(undef, $err) = preview(5, 'no cart', 'plain', '--shopper', 'looks@example.com');
like($err, qr/this shopper has nothing in the cart of shop "demo"\n$/, 'says so');
$call->abandon('out@example.com');
$mailer->run('suppress', 'out@example.com');
wait_for { $call->why('out@example.com')->{suppressed} };
(undef, $err) = preview(6, 'suppressed', 'plain', '--shopper', 'out@example.com',
    '-o', "$dir/none.html");
like($err, qr/this address is suppressed in shop "demo": it gets no message\n$/, 'says so');
ok(!-e "$dir/none.html", '... and writes nothing');
$call->abandon('never@example.com');
(undef, $err) = preview(6, 'on the list', 'plain', '--shopper', 'never@example.com');
like($err, qr/is on never_mail of shop "demo"/, 'says so');

# An order.
$call->abandon('eve@example.com', total => 15_000);
$call->order('1', email => 'eve@example.com');
(undef, $err) = preview(5, 'bought', 'plain', '--shopper', 'eve@example.com');

# Wrong.
preview(2, 'two carts at once', 'plain', '--shopper', 'ada@example.com', '--sample', 'many');
(undef, $err) = preview(2, 'no address', 'plain', '--shopper', 'ada');
like($err, qr/that is not an address/, 'says so');
preview(5, 'no such creative', 'none', '--shopper', 'ada@example.com');

is((split ' ', $call->offers('winter'))[0], 1, 'one code went with one message');

# Redis is away.
$redis->stop;
my ($status) = $mailer->run('creative', 'preview', 'plain', '--shopper', 'ada@example.com');
is($status, 4, 'without Redis');
$redis->start;

is($mailer->stop, 0, 'ends');
all_done();
