#!/usr/bin/perl

# The doctor and a message as it was received.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Test;
use Sp::Dns;
use Sp::Doctor;
use Sp::Rescue;

my $t = Sp::Rescue->new(start => 0, mode => 'dry-run');
my $doctor = Sp::Doctor->new($t->mailer);
my $file = Sp::Test::dir() . '/mail.eml';
my $mail = <<'MAIL';
Return-Path: <shop@shop.example.com>
Authentication-Results: mx.example.net; dkim=pass header.d=shop.example.com;
 spf=pass smtp.mailfrom=shop.example.com; dmarc=pass
DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=shop.example.com;
	s=s1; h=From:To:Subject:Date:Message-ID:
	 List-Unsubscribe : List-Unsubscribe-Post; bh=AAAA; b=BBBB
From: The Shop <shop@shop.example.com>
To: someone@example.net
Message-ID: <abc@shop.example.com>
List-Unsubscribe: <https://shop.example.com/sp/unsubscribe?t=abc>
List-Unsubscribe-Post: List-Unsubscribe=One-Click
Subject: Your cart

List-Unsubscribe: <in the body>
MAIL

# What the doctor finds in the message, changed by the code.
sub changed ($name, $code, %want) {
    local $_ = $mail;
    $code->();
    spew($file, $_);
    return $doctor->finds($name, [ '--mail', $file, '--files' ], %want);
}

my $found = changed('a message that is right', sub { },
    mail_read => 'ok', mail_from => 'ok', mail_signed => 'ok',
    mail_signed_lists => 'ok', mail_signed_domain => 'ok',
    mail_unsubscribe => 'ok', mail_one_click => 'ok', mail_message_id => 'ok',
    mail_results => 'ok', spf_record => undef);
is($found->{mail_results}{measured}, 'spf=pass dkim=pass dmarc=pass',
    '... what the receiver found');
is($found->{mail_signed}{measured}, 'd=shop.example.com s=s1', '... the key');
changed('the same with CRLF', sub { s/\n/\r\n/g }, mail_signed_lists => 'ok',
    mail_one_click => 'ok', mail_message_id => 'ok');
changed('from a mailbox file', sub { s/^/From x\n/ }, mail_from => 'ok');
changed('another From', sub { s/^From: .*/From: a\@relay.example/m },
    mail_from => 'error', mail_signed_domain => 'error',
    mail_message_id => 'warning');
changed('two From', sub { s/^(From: .*\n)/$1$1/m }, mail_from => 'error');
changed('no From', sub { s/^From: .*\n//m }, mail_from => 'error');
changed('not signed', sub { s/^DKIM.*\n(?:\s.*\n)*//m }, mail_signed => 'error',
    mail_signed_lists => undef);
changed('neither list header is signed', sub { s/ List-Unsub.*Post;/ Cc;/ },
    mail_signed_lists => 'error');
$found = changed('what OpenDKIM does', sub { s/ : List-Unsubscribe-Post;/;/ },
    mail_signed_lists => 'error');
like($found->{mail_signed_lists}{what}, qr/List-Unsubscribe-Post is not/,
    '... which one');
changed('two signatures', sub {
    s/ : List-Unsubscribe-Post;/;/;
    s/^From:/DKIM-Signature: d=relay.example; s=x; h=from:list-unsubscribe-post;\nFrom:/m;
}, mail_signed_lists => 'ok', mail_signed_domain => 'ok');
changed('of the relay\'s domain', sub { s/ d=shop\.example\.com;/ d=relay.example;/ },
    mail_signed_domain => 'error');
changed('of the domain above', sub { s/ d=shop\.example\.com;/ d=example.com;/ },
    mail_signed_domain => 'ok');
changed('another domain under co.uk', sub { s/ d=shop\.example\.com;/ d=shop.co.uk;/;
    s/^From: .*/From: x\@other.co.uk/m }, mail_signed_domain => 'error');
changed('no List-Unsubscribe', sub { s/^List-Unsubscribe: .*\n//m },
    mail_unsubscribe => 'error');
$found = changed('a folded one', sub { s/(Unsubscribe:) </$1\n </ },
    mail_unsubscribe => 'warning');
is($found->{mail_unsubscribe}{measured}, '2 lines', '... measured');
changed('no https', sub { s/<https:/<http:/ }, mail_unsubscribe => 'warning');
changed('no List-Unsubscribe-Post', sub { s/^List-Unsubscribe-Post.*\n//m },
    mail_one_click => 'error');
changed('a changed one', sub { s/=One-Click/=oneclick/ },
    mail_one_click => 'error');
changed('no Message-ID', sub { s/^Message-ID.*\n//m },
    mail_message_id => 'warning');
changed('the relay\'s Message-ID', sub { s/<abc\@.*>/<x\@relay.example>/ },
    mail_message_id => 'warning');
changed('no results', sub { s/^Auth.*\n.*\n//m }, mail_results => 'info');
$found = changed('DKIM fails', sub { s/dkim=pass/dkim=fail (bad)/ },
    mail_results => 'error');
like($found->{mail_results}{measured}, qr/dkim=fail/, '... named');
changed('no message', sub { $_ = "\x{1}\x{2}nothing" }, mail_read => 'error',
    mail_from => undef);
changed('an empty file', sub { $_ = '' }, mail_read => 'error');
$doctor->finds('no file', [ '--mail', '/nonexistent', '--files' ],
    mail_read => 'error');
changed('hostile', sub { $_ = "A:\n" x 2000 . "DKIM-Signature: ;;;=;d\nDKIM-Signature: d="
    . 'x' x 5000 . "; s=\n" . ' ' x 10000 . "\nFrom: \@\@\@\n\n" },
    mail_from => 'error');

# The key of the signature is looked at in the DNS.

my $dns = Sp::Dns->new(zone => {
    'shop.example.com' => { TXT => [ 'v=spf1 -all' ], MX => [ 'mx.example' ] },
    's1._domainkey.shop.example.com' => { TXT => [ 'p=' ] },
});

$t->mailer->set_config($t->config(top => 'dns = "' . $dns->server . '"'));
spew($file, $mail);
$doctor->finds('its key is looked at', [ '--mail', $file, '--dns' ],
    dkim_selectors => 'ok', dkim_key => 'error');

$doctor->both_ways(grep { /^mail_/ }
    map { $_->{id} } @{ $t->mailer->json('doctor', '--list') });
all_done();
