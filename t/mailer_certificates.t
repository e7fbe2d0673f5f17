#!/usr/bin/perl
#
# Certificates that are not right: of another host, too old, by a CA that is
# not known.  Where TLS is required, by STARTTLS or from the start, and to
# Redis, nothing is said to such a server; opportunistic TLS takes any, and does
# not fall back to plain text.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Test;
use Sp::Rescue;

my %wrong = (
    'another host' => [ names => 'DNS:mail.example,IP:127.0.0.2' ],
    'too old'      => [ expired => 1 ],
    'unknown CA'   => [],
);
my %why = (
    'another host' => qr/no alternative certificate subject name matches/,
    'too old'      => qr/certificate has expired/,
    'unknown CA'   => qr/unable to get local issuer|self.signed certificate/,
);
my $redis = Sp::Redis->new;
my $other = Sp::Smtp->new(starttls => 1);       # its CA is another
my $n     = 0;

# One message to that server: how it was settled.

sub attempt ($smtp, $scheme, $relay) {
    my $t = Sp::Rescue->new(redis => $redis, smtp => $smtp, idle => 150,
        name => 'shop' . ++$n, relay => $relay, start => 0);
    my $config = $t->config =~ s{smtp://127\.0\.0\.1}{$scheme://localhost}r;
    $config =~ s/tls = none// if $scheme eq 'smtps';
    $t->mailer->set_config($config);
    $t->mailer->start;
    $t->ready;
    $t->call->abandon("tls$n\@example.com");
    my $line = wait_for {
        (grep { /event=settle/ } split /\n/, $t->mailer->log)[-1]
    };
    $t->mailer->stop;
    return $line // '';
}

for my $case (sort keys %wrong) {
    my @certificate = (certificate => $wrong{$case});

    # STARTTLS.

    my $smtp = Sp::Smtp->new(starttls => 1, @certificate);
    my $ca = ($case eq 'unknown CA' ? $other : $smtp)->ca_file;

    my $line = attempt($smtp, 'smtp', "tls = required ca_file = \"$ca\"");
    like($line, qr/outcome=r reason=connection .*stage=starttls/,
        "STARTTLS, required, $case: not sent");
    like($line, $why{$case}, '... and the log says why');
    is($smtp->count, 0, '... nothing arrived');
    is_deeply([ grep { !/^(?:connect|ehlo|starttls)$/ }
        map { $_->{stage} } $smtp->stages ], [],
        '... and no address was said');

    $line = attempt($smtp, 'smtp', "tls = opportunistic ca_file = \"$ca\"");
    like($line, qr/outcome=s/, "STARTTLS, opportunistic, $case: sent");
    my ($mail) = $smtp->mails;
    ok($mail->{tls}, '... by TLS');

    # TLS from the start, which is always required.

    $smtp = Sp::Smtp->new(tls => 1, @certificate);
    $ca = ($case eq 'unknown CA' ? $other : $smtp)->ca_file;
    $line = attempt($smtp, 'smtps', "ca_file = \"$ca\"");
    like($line, qr/outcome=r reason=connection .*stage=connect/,
        "smtps, $case: not sent");
    like($line, $why{$case}, '... and the log says why');
    is_deeply([ grep { $_ ne 'connect' } map { $_->{stage} } $smtp->stages ],
        [], '... nothing was said');
}

# The same servers with a right certificate.

my $smtp = Sp::Smtp->new(tls => 1);
like(attempt($smtp, 'smtps', 'ca_file = "' . $smtp->ca_file . '"'),
    qr/outcome=s/, 'smtps, a right certificate: sent');
ok(($smtp->mails)[0]{tls}, '... by TLS');

# One that speaks no TLS where STARTTLS was offered: no fallback.

$smtp = Sp::Smtp->new(starttls => 1);
$smtp->behave({ stage => 'starttls', reply => '454 4.7.0 not now' });
my $line = attempt($smtp, 'smtp', 'tls = required');
like($line, qr/outcome=r .*stage=starttls/,
    'STARTTLS is refused, required: not sent');
is($smtp->seen('mail'), 0, '... no address was said');

# Redis.

sub redis_tls ($case, $host, $ca = undef) {
    my $server = Sp::Redis->new(
        tls => $wrong{$case} // [], password => 'horse');
    my $password = $server->dir . '/password';
    spew($password, "horse\n");
    chmod 0600, $password;
    $ca //= $server->ca_file;

    my $t = Sp::Rescue->new(redis => $server, smtp => $smtp, start => 0,
        call => 0, url => $server->tls_url($host),
        top => "redis_ca_file = \"$ca\" redis_password_file = \"$password\"");
    $t->mailer->start;
    my $line = wait_for {
        (grep { /event=redis_(?:ready|lost)/ } split /\n/, $t->mailer->log)[0]
    };
    my $known = $server->cmd('FUNCTION', 'LIST');
    $t->mailer->stop;
    return ($line // '', scalar @$known);
}

for my $host (qw(127.0.0.1 localhost)) {
    my ($line, $known) = redis_tls('right', $host);
    like($line, qr/event=redis_ready/, "rediss://$host, a right certificate");
    is($known, 1, '... the functions are loaded');
}

for my $case (
    [ 'another host', '127.0.0.1', qr/IP address mismatch/ ],
    [ 'another host', 'localhost', qr/hostname mismatch/ ],
    [ 'too old', 'localhost', qr/certificate has expired/ ],
    [ 'unknown CA', 'localhost', qr/unable to get local issuer|self.signed/ ])
{
    my ($what, $host, $why) = @$case;
    my ($line, $known) = redis_tls($what, $host,
        $what eq 'unknown CA' ? $other->ca_file : undef);
    like($line, qr/event=redis_lost .*certificate is not accepted: .*$why/,
        "rediss://$host, $what: refused");
    is($known, 0, '... nothing was said');
}

all_done();
