#!/usr/bin/perl

# The SMTP server of the lab, judged by curl.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Test;
use Sp::Mime;
use Sp::Smtp;

my $TEXT = "Subject: hi\r\n\r\nhello\r\n.a dot\r\n..two\r\n";
my $file = spew(dir() . '/mail.eml', $TEXT);


# Sends with curl: its exit status and what it said.
sub deliver ($smtp, $to, @more) {
    my ($status, $out, $err) = command([
        'curl', '-sSv', '--url', 'smtp://127.0.0.1:' . $smtp->port, @more,
        '--mail-from', 'shop@lab.example', '--mail-rcpt', $to, '-T', $file ]);

    return wantarray ? ($status >> 8, $err) : $status >> 8;
}


# The plain case.

my $smtp = Sp::Smtp->new;

is(deliver($smtp, 'ann@lab.example'), 0, 'curl delivers');

my ($mail) = $smtp->wait_mails(1);

is($mail->{data}, $TEXT, 'the text is kept as it was, dots too');
is($mail->{from}, 'shop@lab.example', 'its sender');
is_deeply($mail->{to}, ['ann@lab.example'], 'its recipient');
is($mail->{tls}, 0, 'no TLS');
is(Sp::Mime->parse($mail->{data})->header('Subject'), 'hi', 'can be parsed');
is(join(' ', map { $_->{stage} } $smtp->stages),
    'connect ehlo mail rcpt data body dot quit', 'all stages in order');


# Every stage can refuse for now, for good, and drop.

for my $stage (qw(connect ehlo mail rcpt data dot)) {
    for my $rule (
        { reply => '451 4.3.0 later' }, { reply => '554 5.7.1 never' },
        { drop => 1 }, { reply => '421 4.3.2 closing', close => 1 })
    {
        $smtp->clear->behave({ stage => $stage, %$rule });
        my ($status, $said) = deliver($smtp, 'ann@lab.example');
        my $what = $rule->{reply} // 'drop';

        isnt($status, 0, "$stage: $what fails");
        is($smtp->count, 0, "$stage: $what keeps no mail");
        cmp_ok($smtp->seen($stage), '>=', 1, "$stage: $what was reached");
        like($said, qr/\Q$rule->{reply}/, "$stage: curl saw it")
            if $rule->{reply};
    }
}

$smtp->clear->behave({ stage => 'dot', drop => 1, keep => 1 });
isnt(deliver($smtp, 'ann@lab.example'), 0, 'dropped after the dot');
is($smtp->count, 1, 'and kept all the same');


# By recipient and by count.

$smtp->clear->behave(
    { stage => 'rcpt', match => qr/^bad/, reply => '550 5.1.1 who?' },
    { stage => 'dot', skip => 1, times => 1, reply => '452 4.2.2 full' });

is(deliver($smtp, 'bad@lab.example'), 55, 'bad is refused');
is(deliver($smtp, 'ann@lab.example'), 0, 'the first is taken');
isnt(deliver($smtp, 'ann@lab.example'), 0, 'the second is not');
is(deliver($smtp, 'ann@lab.example'), 0, 'the third is');
is($smtp->count, 2, 'two are kept');
is($smtp->seen('rcpt', qr/^bad/), 1, 'a recipient is found in the stages');


# Held at 354, and after the dot.

for my $stage (qw(data body dot)) {
    $smtp->clear->behave;

    my $hold = $smtp->hold($stage);
    my $pid  = fork_child('curl', sub {
        POSIX::_exit(scalar deliver($smtp, 'ann@lab.example'));
    });

    $hold->reached;
    is($smtp->seen($stage), 0, "$stage: no reply yet");
    is($smtp->count, 0, "$stage: no mail yet");

    # Nobody else waits.
    $smtp->behave;
    is(deliver($smtp, 'ben@lab.example'), 0, "$stage: another one passes");

    $hold->release;
    is(Sp::Test::await_child($pid), 0, "$stage: then it is delivered");
    is($smtp->count, 2, "$stage: both are there");
}

# A client that dies while it is held leaves nothing behind.

$smtp->clear->behave;
my $hold = $smtp->hold('data');
my $pid  = fork_child('curl', sub {
    exec 'curl', '-sS', '--url', 'smtp://127.0.0.1:' . $smtp->port,
        '--mail-from', 'a@lab.example', '--mail-rcpt', 'b@lab.example',
        '-T', $file;
});
$hold->reached;
Sp::Test::stop_child($pid, 'KILL');
$hold->release;
is(deliver($smtp, 'ann@lab.example'), 0, 'the server goes on');
is($smtp->count, 1, 'and has only the mail that came whole');


# Stopped and started: same port, mails are kept.

$smtp->stop;
isnt(deliver($smtp, 'ann@lab.example'), 0, 'nobody there');
$smtp->start;
is(deliver($smtp, 'ann@lab.example'), 0, 'there again');
is($smtp->count, 2, 'with what it had');


# STARTTLS and AUTH.

my $safe = Sp::Smtp->new(require_tls => 1, auth => { shop => 'secret' });
my @tls  = ('--ssl-reqd', '--cacert', $safe->ca_file);

isnt(deliver($safe, 'ann@lab.example', '-u', 'shop:secret'), 0,
    'not without TLS');
isnt(deliver($safe, 'ann@lab.example', '--ssl-reqd', '-u', 'shop:secret'), 0,
    'its certificate is not known to all');
is(deliver($safe, 'ann@lab.example', @tls, '-u', 'shop:wrong'), 67,
    'a wrong password');
isnt(deliver($safe, 'ann@lab.example', @tls), 0, 'not without AUTH');
is(deliver($safe, 'ann@lab.example', @tls, '-u', 'shop:secret',
    '--login-options', "AUTH=$_"), 0, "TLS and AUTH $_") for qw(PLAIN LOGIN);

($mail) = $safe->wait_mails(2);
is("$mail->{user} $mail->{tls}", 'shop 1', 'both are noted');

my $implicit = Sp::Smtp->new(tls => 1);
is((command([ 'curl', '-sS', '--cacert', $implicit->ca_file, '--url',
    'smtps://127.0.0.1:' . $implicit->port, '--mail-from', 'a@lab.example',
    '--mail-rcpt', 'b@lab.example', '-T', $file ]))[0], 0, 'TLS at once');

all_done();
