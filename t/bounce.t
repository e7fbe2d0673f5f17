#!/usr/bin/perl
# slow

# Bounces and complaints: recorded ones of Postfix, and ones made here, by a
# file, a pipe and a Maildir; what is forged, twice, or no report at all.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use File::Copy qw(copy);
use Sp::Test;
use Sp::Mime;
use Sp::Rescue;

my $recordings = root() . '/t/recordings/bounces';

copy("$recordings/secret", secret_file()) or die $!;
chmod 0600, secret_file();

my $box = Sp::Test::dir() . '/box';
my %options = (idle => 200, top => "bounce_maildir = \"$box\"",
    shop => 'return_path = "bounce@shop.example.com" verp = on');
my $t = Sp::Rescue->new(%options);
my ($call, $smtp, $mailer) = ($t->call, $t->smtp, $t->mailer);
my $file = Sp::Test::dir() . '/report.eml';
my $n = 0;

mkdir $_ or die "$_: $!" for $box, map { "$box/$_" } qw(new cur tmp);


# What `bounce` says of a report.
sub bounce ($text, @args) {
    spew($file, $text);
    return $mailer->json('bounce', $file, @args);
}

sub result ($text) { return bounce($text)->{result} }

sub suppressed ($email) { return $call->why($email)->{suppressed} // '' }


# A message that was sent to this address: { from, data }.
sub sent ($email, %cart) {
    $smtp->clear;
    $call->abandon($email, idle => 200, %cart);
    $smtp->wait_mails(1);
    return ($smtp->mails)[0];
}


# A DSN about a message; the parts may be changed.
sub dsn ($mail, %o) {
    my %f = (to => $mail->{from}, action => 'failed', status => '5.1.1',
        recipient => $mail->{to}[0], returned => $mail->{data} =~ s/\r\n/\n/gr,
        type => 'message/rfc822', id => '<' . ++$n . '@mx.example.net>', %o);

    return <<"DSN";
From: Mail Delivery System <MAILER-DAEMON\@mx.example.net>
To: $f{to}
Subject: Undelivered Mail Returned to Sender
Message-ID: $f{id}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="AAAA"

--AAAA
Content-Type: text/plain

It did not work.

--AAAA
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; $f{recipient}
Action: $f{action}
Status: $f{status}

--AAAA
Content-Type: $f{type}

$f{returned}

--AAAA--
DSN
}


# A complaint about a message.
sub complaint ($mail, %o) {
    my %f = (to => 'abuse@shop.example.com', kind => 'abuse', rcpt => '',
        returned => $mail->{data} =~ s/\r\n/\n/gr, id => '<' . ++$n . '@fbl.example>',
        %o);

    return <<"ARF";
From: Feedback <fbl\@fbl.example>
To: $f{to}
Message-ID: $f{id}
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="AAAA"

--AAAA
Content-Type: text/plain

Somebody complains.

--AAAA
Content-Type: message/feedback-report

Feedback-Type: $f{kind}
User-Agent: Fbl/1.0
Version: 1
$f{rcpt}
--AAAA
Content-Type: message/rfc822

$f{returned}
--AAAA--
ARF
}

# Recorded bounces of Postfix.

for my $case ([ 'hard', 'gone', 'suppressed', 'hard', '5.1.1' ],
    [ 'full', 'full', 'counted', 'soft', '5.2.2' ],
    [ 'policy', 'policy', 'counted', 'soft', '5.7.1' ],
    [ 'delayed', 'later', 'counted', 'soft', '4.3.0' ])
{
    my ($name, $who, $result, $kind, $status) = @$case;
    my $text = slurp("$recordings/$name.eml");
    my $got = bounce($text);

    is("@$got{qw(result kind status matched_by)}", "$result $kind $status verp",
        "recorded, $name");
    is($got->{shopper}, $call->tokens("$who\@example.net")->{shopper},
        '... about the right one');
    is(suppressed("$who\@example.net"), $kind eq 'hard' ? 'bounced' : '',
        '... and who is suppressed');
    is(result($text), 'duplicate', '... once');
    is(result("From x\n" . $text =~ s/^(To|X-Original-To|Delivered-To): .*/\U$&/mgr),
        'duplicate', '... also piped, and in other letters');
}

is($t->count('bounce_hard'), 1, 'they are counted');
is($t->count('bounce_soft'), 3, '... each once');

# The return path of a message, and the ways to know it.

my $mail = sent('ada@example.net');

like($mail->{from}, qr/^bounce\+[a-z2-7]{48}\@shop\.example\.com$/,
    'each message has a return path of its own');
cmp_ok(length($mail->{from} =~ s/@.*//r), '<=', 64, '... not too long');

my $got = bounce(dsn($mail, status => '4.2.0'));

is("$got->{result} $got->{matched_by}", 'counted verp', 'known by it');

my $plain = 'bounce@shop.example.com';
my $bare = $mail->{data} =~ s/\r\n/\n/gr =~ s/^List-Unsubscribe: .*\n//mr;

$got = bounce(dsn($mail, to => $plain, status => '4.2.0'));
is("$got->{result} $got->{matched_by}", 'counted unsubscribe',
    'known by the link that it returns');
$got = bounce(dsn($mail, to => $plain, status => '4.2.0', returned => $bare));
is("$got->{result} $got->{matched_by}", 'counted message_id',
    'known by the Message-ID and the recipient');
$got = bounce(dsn($mail, to => $plain, status => '4.2.0',
    returned => $bare =~ s/\n\n.*/\n/sr, type => 'text/rfc822-headers'));
is("$got->{result} $got->{matched_by}", 'counted message_id',
    '... where only headers are returned');
is(suppressed('ada@example.net'), '', 'the same message counts once');

# Forged.

my $forged = $t->count('bounce_forged');

for my $case (
    [ 'no proof', to => $plain, returned => $bare =~ s/^Message-ID.*\n//mr ],
    [ 'another Message-ID', to => $plain, returned => $bare =~ s/^(Message-ID: <)..../$1ffff/mr ],
    [ 'another recipient', to => $plain, returned => $bare =~ s/^To: .*/To: eve\@example.net/mr,
        recipient => 'eve@example.net' ],
    [ 'a changed token', to => $mail->{from} =~ s/\+./+7/r, returned => $bare =~ s/^Message-ID.*\n//mr ],
    [ 'a short token', to => $mail->{from} =~ s/.@/\@/r, returned => $bare =~ s/^Message-ID.*\n//mr ],
    [ 'a changed link', to => $plain, returned => $mail->{data} =~ s/\r\n/\n/gr
        =~ s/^(List-Unsubscribe: .*\?t=....)./$1~/mr =~ s/^Message-ID.*\n//mr ])
{
    my ($name, %o) = @$case;

    is(result(dsn($mail, %o)), 'forged', $name);
}

is($t->count('bounce_forged') - $forged, 6, '... are counted');
is(suppressed('ada@example.net'), '', '... and suppress nobody');

# What is no failure, and what is no report.

is(result(dsn($mail, action => 'delivered', status => '2.0.0')), 'ignored',
    'delivered');
is(result(dsn($mail, action => 'relayed', status => '2.0.0')), 'ignored',
    'relayed');
is(result("To: $mail->{from}\nAuto-Submitted: auto-replied\n"
    . "Subject: Away\n\nI am away. 550 5.1.1\n"), 'ignored', 'a vacation');
is(bounce("To: $mail->{from}\nPrecedence: auto_reply\n\nx\n")->{kind},
    'auto_reply', '... is known as one');
is(bounce("To: $mail->{from}\nSubject: Hello\n\nHow are you?\n")->{kind},
    'none', 'an answer of somebody');
is(result(''), 'ignored', 'nothing');
is(result("\0\1\2\377" x 1000), 'ignored', 'rubbish');
is(result("Content-Type: multipart/report; report-type=delivery-status; boundary=a\n\n"
    . "--a\nContent-Type: multipart/mixed; boundary=a\n\n" x 3000), 'ignored',
    'parts without end');
is(result(dsn($mail, status => 'x' x 5000, action => "\0failed")), 'ignored',
    'a status that is none');
ok(!suppressed('ada@example.net'), 'nobody is suppressed by all that');

# Hard ones.

is(result(dsn($mail, action => 'Failed', status => '5.1.1 (no such user)')),
    'suppressed', 'a dead address');
is(suppressed('ada@example.net'), 'bounced', '... is suppressed');
like(slurp($mailer->dir . '/suppressions'),
    qr/\Q$got->{shopper}\E bounced$/m, '... in our own file, too');

# Soft ones: eight messages in a row.  (A click: t/functions_bounce.t.)

sub cart ($i) {
    return (total => $i, lines => [ { id => "sku$i", name => "Lamp $i",
        quantity => 1, price => $i } ]);
}

for my $i (1 .. 8) {
    my $one = sent('soft@example.net', cart($i));
    my $result = result(dsn($one, status => '4.4.7'));

    is($result, $i < 8 ? 'counted' : 'suppressed', "message $i came back");
    is(result(dsn($one, status => '4.4.7')), $i < 8 ? 'counted' : 'suppressed',
        '... and again, which counts once') if $i == 3;
    $t->wait_closed('soft@example.net', 'lost') if $i < 8;
}

is(suppressed('soft@example.net'), 'bounced', 'eight in a row are enough');

$mailer->set_config($t->config(shop => $options{shop} . ' soft_bounces = 2'));

my $one = sent('two@example.net', cart(1));

is(result(dsn($one, status => '4.4.7')), 'counted', 'one of two');
$t->wait_closed('two@example.net', 'lost');

$one = sent('two@example.net', cart(2));
is(result(dsn($one, status => '4.4.7')), 'suppressed', '... and two of two');
$mailer->set_config($t->config(shop => $options{shop} . ' soft_bounces = 0'));
$one = sent('never@example.net', cart(3));
is(result(dsn($one, status => '4.4.7')), 'counted', 'or none is ever enough');

# Complaints.

my $angry = sent('angry@example.net');

is(result(complaint($angry, kind => 'not-spam')), 'ignored', 'not-spam');
is(result(complaint($angry, kind => 'auth-failure')), 'ignored',
    'a report about DKIM');
is(result(complaint($angry, returned => "Subject: x\n\nx")), 'forged',
    'a complaint that proves nothing');
$got = bounce(complaint($angry));
is("$got->{result} $got->{kind} $got->{matched_by}",
    'suppressed complaint unsubscribe', 'a complaint');
is(suppressed('angry@example.net'), 'complained', '... suppresses');

my $cross = sent('cross@example.net');

is(bounce(complaint($cross, returned => "Subject: x\n\nx",
    rcpt => "Original-Mail-From: <$cross->{from}>\n"))->{matched_by}, 'verp',
    'known by the return path in it');

# Test messages suppress nobody.

$smtp->clear;
is(($mailer->run('test-send', 'me@example.org'))[0], 0, 'a test message');

my $test = ($smtp->mails)[0];

is($test->{from}, $plain, '... has the plain return path');
is(result(dsn($test)), 'test', '... and suppresses nobody');

# By a pipe.

$mail = sent('pipe@example.net');

my ($status, $out) = $mailer->run('bounce', \dsn($mail));

is($status, 0, 'a pipe');
like($out, qr/suppressed/, '... is read');
is(($mailer->run('bounce', '/nonexistent'))[0], 1, 'no file: 1');
is(($mailer->run('bounce', 'a', 'b'))[0], 2, 'two files: 2');
unlike($out, qr/\@/, 'no address is said');

# A header that GMime would follow to the end of its stack, in all the places
# where it reads addresses; what else the report says is read all the same.

for my $deep ('a:' x 300_000, "a:\n " x 300_000, "a:\r\n\t" x 100_000) {
    is(($mailer->run('bounce', \"To: $deep\n\nx\n"))[0], 0, 'groups in groups');
    $mail = sent('deep' . ++$n . '@example.net');
    ($status, $out) = $mailer->run('bounce', \dsn($mail, returned =>
        $mail->{data} =~ s/\r\n/\n/gr =~ s/^(?=Subject:)/Cc: $deep\n/mr));
    is($status, 0, '... in what came back');
    like($out, qr/suppressed/, '... is read');
}

# A Maildir, by the command and by the daemon.

$mailer->set_config($t->config);
$mail = sent('box@example.net');
$mailer->stop;
spew("$box/new/1.a", dsn($mail));
spew("$box/new/2.a", "Subject: x\n\nx\n");
spew("$box/new/3.a", slurp("$recordings/hard.eml"));

my $sum = $mailer->json('bounce', '--maildir', $box);

is("@$sum{qw(reports suppressed ignored duplicate failed)}", '3 1 1 1 0',
    'a Maildir');
is_deeply([ map { s{.*/}{}r } glob("$box/new/*"), glob("$box/cur/*") ],
    [ '1.a:2,S', '2.a:2,S', '3.a:2,S' ], '... is moved to cur');
is(($mailer->run('bounce', '--maildir', '/nonexistent'))[0], 1,
    'no Maildir: 1');

$mailer->start;
$t->ready;

my $watched = sent('watched@example.net');

spew("$box/tmp/4.a", dsn($watched));
spew("$box/tmp/5.a", dsn($watched, to => $plain, returned => "X: y\n\n"));
rename "$box/tmp/$_", "$box/new/$_" or die $! for qw(4.a 5.a);
$mailer->wait_log(qr/event=bounce result=suppressed kind=hard .* by=verp/);
$mailer->wait_log(qr/event=bounce result=forged/);
wait_ok { suppressed('watched@example.net') eq 'bounced' } 'the daemon watches';
wait_ok { !glob "$box/new/*" } '... and moves';

# What is no file, or cannot be moved, holds up nothing and is told once.

my $long = 'x' x 252;

mkdir "$box/new/dir" or die $!;
is(system('mkfifo', "$box/new/pipe"), 0, 'a pipe');
spew("$box/tmp/l", "Subject: x\n\nx\n");
rename "$box/tmp/l", "$box/new/$long" or die $!;
wait_ok { -d "$box/unreadable/dir" } 'a directory is set aside';
wait_ok { -p "$box/unreadable/pipe" } '... like a pipe';
$mailer->wait_log(qr/event=bounce result=stuck/);

for my $name (qw(after1 after2)) {
    spew("$box/tmp/$name", "Subject: x\n\nx\n");
    rename "$box/tmp/$name", "$box/new/$name" or die $!;
    wait_ok { -e "$box/cur/$name:2,S" } 'what comes later is read';
}
is(scalar(() = $mailer->log =~ /result=stuck/g), 1, 'what stays is told once');
is(scalar(() = $mailer->log =~ /result=unreadable/g), 2, '... what is aside, too');
unlink "$box/new/$long";
ok((grep { /2 reports could not be read/ }
    $mailer->json('status')->{warnings}->@*), 'status warns');

# Very many parts are not read to their end.

for my $case ([ 100, 'suppressed' ], [ 300, 'ignored' ]) {
    my $dashes = join "\n", ('--x') x $$case[0];

    $mail = sent('parts' . ++$n . '@example.net');
    is(result(dsn($mail) =~ s/It did not work\./$dashes/r), $$case[1],
        "$$case[0] lines like those between parts: $$case[1]");
}
is(result("To: bounce\@shop.example.com\nContent-Type: multipart/report; "
    . "report-type=delivery-status; boundary=a\n\n" . "--a\n\nx\n" x 30_000),
    'ignored', 'thirty thousand parts');
is(result('a: b' . "\na: b" x 50_000), 'ignored', 'fifty thousand headers');

# Redis away: nothing is lost.

$mail = sent('later@example.org');
$t->redis->stop;
($status) = $mailer->run('bounce', \dsn($mail));
is($status, 75, 'a pipe while Redis is away: try again');
spew($file, dsn($mail));
is(($mailer->run('bounce', $file))[0], 4, 'a file: 4');
spew("$box/tmp/6.a", dsn($mail));
rename "$box/tmp/6.a", "$box/new/6.a" or die $!;
is(($mailer->run('bounce', '--maildir', $box))[0], 4, 'a Maildir: 4');
ok(-e "$box/new/6.a", '... where it stays');
$t->redis->start;
wait_ok { suppressed('later@example.org') eq 'bounced' }
    'the daemon takes it when Redis is back', 60;

# A configuration that cannot be.

$mailer->set_config($t->config(shop =>
    'return_path = "a-long-name-of-bounces@shop.example.com" verp = on'));
($status, $out, my $err) = $mailer->run('check');
is($status, 3, 'a return path that is too long for a token');
like($err, qr/verp needs a return_path/, '... is said');

is($mailer->stop, 0, 'ends');
all_done();
