#!/usr/bin/perl

# The doctor and the relay, Redis, the files and a message that was received.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Test;
use Sp::Doctor;
use Sp::Rescue;

my $EHLO = "250-lab.example\n250-8BITMIME\n250-SMTPUTF8\n250-PIPELINING\n"
    . "250-SIZE 10485760\n250 HELP";

my $smtp = Sp::Smtp->new(starttls => 1, auth => { ada => 'secret' });
my $t    = Sp::Rescue->new(start => 0, smtp => $smtp, mode => 'dry-run');
my $doctor = Sp::Doctor->new($t->mailer);
my $password = Sp::Test::dir() . '/password';

spew($password, "secret\n");
chmod 0600, $password;

sub config (%over) {
    $t->mailer->set_config($t->config(%over));
    return;
}

my $tls = 'tls = required ca_file = "' . $smtp->ca_file . '"';

config(relay => $tls);
$smtp->behave({ stage => 'ehlo', reply => $EHLO =~ s/HELP/STARTTLS/r });
$doctor->finds('a relay that is right', [ '--relay' ], relay_reached => 'ok',
    relay_tls => 'ok', relay_certificate => 'ok', relay_expires => 'ok',
    relay_auth => 'ok', relay_size => 'ok', relay_8bitmime => 'ok',
    relay_smtputf8 => 'ok', relay_pipelining => 'ok', landing_reached => undef);
is($smtp->seen('mail'), 0, '... and nothing is sent');
$smtp->behave;

$doctor->finds('a relay that offers less', [ '--relay' ],
    relay_smtputf8 => 'info', relay_pipelining => 'info',
    relay_8bitmime => 'ok');
$smtp->behave({ stage => 'ehlo', reply => "250-x\n250-SIZE 1000\n250 STARTTLS" });
my $found = $doctor->finds('... and takes less', [ '--relay' ],
    relay_size => 'error', relay_8bitmime => 'info');
is($found->{relay_size}{measured}, 1000, '... measured');
$smtp->behave;

config(relay => 'tls = required');
$doctor->finds('a certificate of nobody', [ '--relay' ],
    relay_certificate => 'error', relay_reached => 'ok',
    relay_expires => 'ok');
config(relay => 'tls = opportunistic');
$doctor->finds('... that need not be right', [ '--relay' ],
    relay_certificate => 'info');
config(relay => "$tls user = ada password_file = \"$password\"");
$doctor->finds('a login that is right', [ '--relay' ], relay_auth => 'ok');
spew($password, "wrong\n");
chmod 0600, $password;
$doctor->finds('a login that is wrong', [ '--relay' ], relay_auth => 'error');
unlike($t->mailer->log // '', qr/secret/, '... the password is not said')
    if -e $t->mailer->log_file;
config(relay => "tls = required user = ada password_file = \"$password\"");
$smtp->clear;
$doctor->finds('a login without trust', [ '--relay' ],
    relay_certificate => 'error');

# A certificate that ends soon, and one that has ended.

sub certificate ($days) {
    my $dir = $smtp->dir;
    my ($status, $out, $err) = command([ 'openssl', 'x509', '-req',
        '-days', $days, '-CAcreateserial', '-in', "$dir/request.pem", '-CA',
        "$dir/ca.pem", '-CAkey', "$dir/ca.key", '-extfile', "$dir/ext",
        '-out', "$dir/cert.pem" ]);
    die $err if $status;
    return;
}

config(relay => $tls);
certificate(5);
$found = $doctor->finds('a certificate that ends soon', [ '--relay' ],
    relay_certificate => 'ok', relay_expires => 'warning');
like($found->{relay_expires}{measured}, qr/^[45] days$/, '... measured');
certificate(365);

# Relays without TLS, or without anything.

my $plain = Sp::Smtp->new;

config(smtp => $plain, relay => 'tls = opportunistic');
$doctor->finds('no TLS, on this host', [ '--relay' ], relay_tls => 'info',
    relay_certificate => undef);
config(smtp => $plain, relay => $tls);
$doctor->finds('no TLS where it is wanted', [ '--relay' ],
    relay_tls => 'error');
$plain->behave({ stage => 'connect', reply => '554 5.3.2 no' });
$doctor->finds('a greeting of 554', [ '--relay' ], relay_reached => 'error');
$plain->behave({ stage => 'connect', drop => 1 });
$doctor->finds('none', [ '--relay' ], relay_reached => 'error');
$plain->behave({ stage => 'ehlo', hang => 30 });
$doctor->finds('a relay that hangs', [ '--relay', '--timeout=1s' ],
    relay_reached => 'error', relay_tls => undef);
$plain->behave;
config(smtp => $plain,
    relay => "tls = none user = ada password_file = \"$password\"");
$doctor->finds('no AUTH', [ '--relay' ], relay_auth => 'error');
$plain->stop;
$doctor->finds('no relay', [ '--relay' ], relay_reached => 'error');

my $implicit = Sp::Smtp->new(tls => 1);

$t->mailer->set_config($t->config(smtp => $implicit, relay => 'ca_file = "'
    . $implicit->ca_file . '" tls = required') =~ s{smtp://}{smtps://}r);
$found = $doctor->finds('smtps', [ '--relay' ], relay_tls => 'ok',
    relay_certificate => 'ok');
is($found->{relay_tls}{measured}, 'implicit', '... from the first byte');

$doctor->both_ways(grep { /^relay_/ && !/ptr/ }
    map { $_->{id} } @{ $t->mailer->json('doctor', '--list') });
all_done();
