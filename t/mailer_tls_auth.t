#!/usr/bin/perl
#
# STARTTLS and AUTH: required is verified, opportunistic takes what there is.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Test;
use Sp::Rescue;

my $password = 'correct horse';
my $file = Sp::Test::dir() . '/password';
spew($file, "$password\n");
chmod 0600, $file;

my $plain = Sp::Smtp->new;
my $tls   = Sp::Smtp->new(starttls => 1);
my $auth  = Sp::Smtp->new(starttls => 1, auth => { shop => $password });
my $redis = Sp::Redis->new;
my $n     = 0;

sub attempt ($smtp, $relay, $host = '127.0.0.1') {
    my $t = Sp::Rescue->new(redis => $redis, smtp => $smtp, idle => 150,
        name => 'shop' . ++$n, relay => $relay, start => 0);
    my $config = $t->config =~ s{smtp://127\.0\.0\.1}{smtp://$host}r;
    $t->mailer->set_config($config);
    $t->mailer->start;
    $t->ready;
    $smtp->clear;
    $t->call->abandon("tls$n\@example.com");
    my $line = wait_for {
        (grep { /event=settle/ } split /\n/, $t->mailer->log)[-1]
    };
    $t->mailer->stop;
    my ($result) = $line =~ /outcome=(\S)/;
    my ($mail) = $smtp->mails;
    return ($result, $mail, $line);
}

my $ca = $tls->ca_file;

# TLS.

my ($result, $mail) = attempt($tls, "tls = none");
is($result, 's', 'tls = none: sent');
ok(!$mail->{tls}, '... in the clear');

($result, $mail) = attempt($tls, 'tls = opportunistic');
is($result, 's', 'opportunistic, offered: sent');
ok($mail->{tls}, '... by TLS, although the certificate is not trusted');

($result, $mail) = attempt($plain, 'tls = opportunistic');
is($result, 's', 'opportunistic, not offered: sent');
ok(!$mail->{tls}, '... in the clear');

($result, $mail, my $line) = attempt($plain, 'tls = required');
is($result, 'r', 'required, not offered: not sent');
is($plain->seen('mail'), 0, '... the server has seen no MAIL');

($result, $mail) = attempt($tls, 'tls = required');
is($result, 'r', 'required, not trusted: not sent');
is($mail, undef, '... nothing arrived');

($result, $mail, $line) = attempt($tls, "tls = required ca_file = \"$ca\"",
    'localhost');
is($result, 's', 'required, trusted: sent') or diag $line;
ok($mail && $mail->{tls}, '... by TLS');

# AUTH.

my $auth_ca = $auth->ca_file;

($result, $mail) = attempt($auth,
    "tls = required ca_file = \"$auth_ca\" user = shop password_file = \"$file\"",
    'localhost');
is($result, 's', 'AUTH: sent');
is($mail && $mail->{user}, 'shop', '... as that user');

my $wrong = Sp::Test::dir() . '/wrong';
spew($wrong, "battery staple\n");
chmod 0600, $wrong;
($result, $mail, $line) = attempt($auth,
    "tls = required ca_file = \"$auth_ca\" user = shop password_file = \"$wrong\"",
    'localhost');
is($result, 'r', 'AUTH with a wrong password: tried again');
like($line, qr/reason=relay code=535 stage=auth/, '... it is our login');
unlike($line, qr/battery/, '... which is not logged');

all_done();
