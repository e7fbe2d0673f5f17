#!/usr/bin/perl
#
# Offers: codes out of a pool, given once and never burnt on what was not sent;
# made by a pattern; the guard; what is said when a pool runs out.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Test;
use Sp::Rescue;
use Sp::Clock;
use Sp::Mime;

my $clock = Sp::Clock->new;
my $offers = <<'CONF';
offer "gift" { kind = value-add strength = 5 expires = 3d
    text "en" { line = "A gift" } text "de" { line = "Ein Geschenk" } }
offer "ten" { kind = discount strength = 10 pool = winter
    text "en" { line = "Ten off" } }
offer "made" { kind = upgrade strength = 20 pattern = "BACK-%8"
    text "en" { line = "Larger" } }
CONF
my $series = 'series "default" {'
    . ' step "one" { delay = 0 creative = offered offer = ten }'
    . ' step "two" { delay = 23h creative = offered offer = ten }'
    . ' step "three" { delay = 71h creative = offered offer = made } }';
my $t = Sp::Rescue->new(idle => 200, shop => $offers, series => $series);
my ($call, $smtp, $mailer) = ($t->call, $t->smtp, $t->mailer);

sub later ($seconds) {
    $t->quiet;
    $clock->advance($seconds);
}

sub mails ($who) {
    return map { Sp::Mime->parse($_->{data}) }
        grep { $_->{to}[0] =~ /^\Q$who\E@/ } $smtp->mails;
}

sub code ($mail) {
    return $mail->text =~ /^code=(.*?)\r?$/m ? $1 : undef;
}

sub pool () { return $mailer->json('offer', 'list')->{demo}{ten} }

# Importing.

my $file = Sp::Test::dir() . '/codes.csv';

spew($file, "code,note\n# comment\nALPHA,one\n\"BETA\";two\nALPHA\n GAMMA \n"
    . "nöt\nSUMMER SALE,x\n\"SUMMER SALE\"\nDELTA,\"a note\nof two,lines\"\nEP\"S\n\n");
my ($status, $out, $err) = $mailer->run('offer', 'import', $file, '--pool',
    'winter', '--json');
is($status, 1, 'a line has no code');
like($err, qr/line 7 has no code/, '... which is said');
like($out, qr/"imported": 3,\s+"seen": 1,\s+"rejected": 6/, 'the others are in');
like($err, qr/line $_ has no code/, "... of line $_ too") for 8 .. 12;
($status, $out) = $mailer->run('offer', 'import', $file, '--pool', 'winter');
like($out, qr/imported +0\nseen +4/, 'not again');
for my $text ("sep=;\n", "sep=,\ncode,x\n", "\xef\xbb\xbf\"Voucher Code\";\"x\"\r\n", "COUPON\n") {
    spew($file . 'h', $text . "BETA\n");
    ($status, $out) = $mailer->run('offer', 'import', $file . 'h', '--pool', 'winter');
    like($out, qr/imported +0\nseen +1\nrejected +0/, 'a heading is no code');
}
spew($file . 'h', "id,Code\n1,BETA\n");
($status, $out, $err) = $mailer->run('offer', 'import', $file . 'h', '--pool', 'winter');
is($status, 1, 'the codes are in the second column');
like($err, qr/line 1: the codes must be in the first column/, '... it says so');
like($out, qr/imported +0\nseen +0/, '... and takes nothing');
($status, undef, $err) = $mailer->run('offer', 'import', $file, '--pool', 'Winter!');
is($status, 2, 'not a name of a pool');
spew($file . 'x', 'x' x 1100 . ",x\nALPHA\0BETA\nALPHA\rBETA");
($status, $out, $err) = $mailer->run('offer', 'import', $file . 'x', '--pool',
    'winter');
like($out, qr/imported +0\nseen +2\nrejected +2/, 'the rest of a line is no line');
like($err, qr/line 1 has no code\n.*line 2 has no code/, '... they are named');
($status, $out, $err) = $mailer->run('offer', 'import', Sp::Test::dir(), '--pool',
    'winter');
is($status, 1, 'a directory: 1');
like($err, qr/after line 0: Is a directory/, '... it says so');
(undef, undef, $err) = $mailer->run('offer', 'import', '/dev/null', '--pool', 'other');
like($err, qr/no offer of shop "demo" has the pool "other"/, 'a pool that nobody uses');
is_deeply([ @{ pool() }{qw(free reserved given)} ], [ 3, 0, 0 ], 'counted');
like(join(' ', $mailer->json('status')->{warnings}->@*),
    qr/"winter" of offer "ten" has 3 codes left/, 'status warns of few');

# A code is refused with its message, and goes to the next shopper.

$smtp->behave({ stage => 'dot', match => qr/refused/, reply => '554 5.7.1 no' });
$call->abandon('refused@example.com');
wait_ok { $t->count('refused') == 1 } 'a message is refused';
wait_ok { pool()->{free} == 3 } 'its code is back';
$call->order('0', email => 'refused@example.com');

# A retry keeps it.

$smtp->behave({ stage => 'dot', match => qr/again/, times => 1,
    reply => '451 4.3.0 later' });
$call->abandon('again@example.com');
wait_ok { $t->count('retry') >= 1 } 'a message is put off';
is_deeply([ @{ pool() }{qw(free reserved given)} ], [ 2, 1, 0 ],
    'its code stays with it');
later(61);
wait_ok { mails('again') } 'it is sent';
wait_ok { pool()->{given} == 1 } 'and its code is given';
my $first = code(mails('again'));
like($first, qr/^(?:ALPHA|BETA|GAMMA)$/, 'the message has it');

# In doubt: it may be there, and is given.

$smtp->behave({ stage => 'dot', match => qr/doubt/, drop => 1 });
$call->abandon('doubt@example.com');
wait_ok { $call->doubt == 1 } 'a message is in doubt';
wait_ok { pool()->{given} == 2 } 'its code is given';
$smtp->behave;

# An order while the code is reserved gives it back.

my $hold = $smtp->hold('data', match => qr/buyer/);
$call->abandon('buyer@example.com');
$hold->reached;
is_deeply([ @{ pool() }{qw(free reserved given)} ], [ 0, 1, 2 ], 'the last one');
$call->order('1', email => 'buyer@example.com');
$hold->release;
wait_ok { pool()->{free} == 1 } 'bought: its code is back';
is(scalar(mails('buyer')), 0, 'and no message');

# The next step of a rescue has the same code; the last one another offer.

later(23 * 3600 + 60);
wait_ok { mails('again') == 2 } 'the second step';
is(code((mails('again'))[1]), $first, 'has the same code');
later(48 * 3600);
wait_ok { mails('again') == 3 } 'the third step';
like(code((mails('again'))[2]), qr/^BACK-[2-9A-HJKMNP-Z]{8}$/, 'has one that was made');
like((mails('again'))[2]->header('Subject'), qr/^Larger: /, 'and its text');

# Running out.

my %codes = map { $_ => 1 } $first;
$call->abandon('last@example.com');
wait_ok { mails('last') } 'the last code';
ok(!$codes{ code(mails('last')) }++, 'is not one that was given');
$call->abandon('none@example.com');
wait_ok { $t->count('skipped_no_code') >= 1 } 'then the step is skipped';
like($mailer->log, qr/event=offer .*pool=winter reason=no_code/, 'which is logged');
is(scalar(mails('none')), 0, 'no message without what it is about');

# The guard: another rescue, another time.

my $plain = 'series "default" {'
    . ' step "one" { delay = 0 creative = offered offer = gift } }';
$mailer->reload($t->config(series => $plain));
$call->abandon('often@example.com', visitor => 'v1');
wait_ok { mails('often') == 1 } 'an offer';
my ($mail) = mails('often');
like($mail->text, qr/^offer=value-add text=A gift\r?$/m, 'is in the message');
is(code($mail), '', 'without a code');
like($mail->text, qr/^days=3\r?$/m, 'with its end');
$t->wait_closed('often@example.com', 'lost');
later(86400);
$call->abandon('often@example.com', visitor => 'v1', total => 1,
    lines => [ { id => 'other', name => 'Other', quantity => 1 } ]);
wait_ok { $t->count('skipped_offered_lately') == 1 } 'not again so soon';
$mailer->reload($t->config(series => $plain =~ s/offer = gift/$& without_offer = send/r));
later(86400);
$call->abandon('often@example.com', visitor => 'v1', total => 1,
    lines => [ { id => 'third', name => 'Third', quantity => 1 } ]);
wait_ok { mails('often') == 2 } 'or without';
like((mails('often'))[1]->text, qr/^no offer/m, 'the creative says nothing of it');
later(31 * 86400);
$call->abandon('often@example.com', visitor => 'v1', total => 1,
    lines => [ { id => 'fourth', name => 'Fourth', quantity => 1 } ]);
wait_ok { mails('often') == 3 } 'a month later';
like((mails('often'))[2]->text, qr/^offer=value-add/m, 'there is an offer again');

# Nothing of a pool is used for tests.

$mailer->run('offer', 'import', $file =~ s/$/2/r, '--pool', 'winter');
spew($file, "DELTA\n");
$mailer->run('offer', 'import', $file, '--pool', 'winter');
$mailer->reload($t->config(mode => 'catch-all me@example.com'));
$t->ready;
$call->abandon('test@example.com');
wait_ok { mails('me') } 'catch-all';
is(code(mails('me')), 'TEST-CODE', 'has no real code');
is(pool()->{free}, 1, '... which is still there');

is($mailer->stop, 0, 'ends');
all_done();
