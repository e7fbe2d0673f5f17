#!/usr/bin/perl

# The command doctor itself: what it looks at, how it is called, its documents.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Test;
use Sp::Dns;
use Sp::Doctor;
use Sp::Rescue;

my $dns = Sp::Dns->new;
my $t   = Sp::Rescue->new(mode => 'dry-run',
    top => 'dns = "' . $dns->server . '"');
my $mailer = $t->mailer;

# docs/doctor.md has every check, its reason and its remedy, and no other.

my %docs = map { /^\| `(\w+)` \| (.*) \| (.*) \|$/ ? ($1, [ $2, $3 ]) : () }
    split /\n/, slurp(root() . '/docs/doctor.md');
my @list = @{ $mailer->json('doctor', '--list') };

ok(@list > 50, 'there are checks');
is_deeply(\%docs, { map { $_->{id} => [ @$_{qw(why mend)} ] } @list },
    'docs/doctor.md has all of them');
is((grep { length $_->{why} && length $_->{mend} } @list), scalar @list,
    'each has a reason and a remedy');

# How it is called.

is(($mailer->run('doctor', 'x'))[0], 2, 'an argument: 2');
is(($mailer->run('doctor', '--timeout', 'x'))[0], 2, 'no time: 2');
is(($mailer->run('doctor', '--timeout', '0'))[0], 2, 'no time at all: 2');
is(($mailer->run('doctor', '--shop', 'x'))[0], 2, 'no such shop: 2');

my ($status, $out, $err) = $mailer->run('doctor', '--files', '--redis');

is($status, 0, 'no errors: 0');
like($out, qr/^ok +redis: Redis answers  \[redis_reached\]$/m, 'for people');
like($out, qr/^0 errors, \d+ warnings/m, '... with a sum');
chmod 0666, $mailer->file;
($status, $out, $err) = $mailer->run('doctor', '--files');
is($status, 1, 'errors: 1');
like($out, qr/^error .*\[config_rights\]\n +why: .*\n +mend: chmod/m,
    '... why, and how to mend it');
chmod 0600, $mailer->file;

# Without a choice it looks at everything; --shop at one of several.

my $doctor = Sp::Doctor->new($mailer);

$mailer->set_config($t->config =~ s{https://shop\.example\.com}{http://127.0.0.1:1}gr);
$doctor->finds('everything', [ '--timeout=5s' ], landing_reached => 'error',
    unsubscribe_page => 'error', spf_record => 'error', relay_reached => 'ok',
    redis_reached => 'ok', secret_rights => 'ok', mail_read => undef);

my $two = $t->config =~ s{https://shop\.example\.com}{http://127.0.0.1:1}gr;

$two .= $two =~ s/\A.*(?=^shop )//msr =~ s/"demo"/"second"/r;
$mailer->set_config($two);

my $found = $doctor->look('--dns', '--landing', '--relay', '--redis',
    '--timeout=5s');
my %subjects = map { $_->{subject} => 1 } @{ $found->{''}{findings} };

is_deeply([ sort keys %subjects ], [ qw(demo redis relay second) ], 'two shops');
is((grep { $_->{id} eq 'relay_reached' } @{ $found->{''}{findings} }), 1,
    'a relay is asked once');
$found = $doctor->look('--dns', '--landing', '--redis', '--shop', 'second',
    '--timeout=5s');
%subjects = map { $_->{subject} => 1 } @{ $found->{''}{findings} };
is_deeply([ sort keys %subjects ], [ qw(redis second) ], 'one of two');
is(($mailer->run('doctor', '--mail', '/dev/null'))[0], 2,
    'of which shop is the message? 2');

# Everything hangs: it ends all the same.

use IO::Socket::INET;

my $deaf = IO::Socket::INET->new(Listen => 16, LocalAddr => '127.0.0.1') or die $!;
my $port = $deaf->sockport;
my $hang = $t->config =~ s{https://shop\.example\.com}{http://127.0.0.1:$port}gr
    =~ s{smtp://127\.0\.0\.1:\d+}{smtp://127.0.0.1:$port}r;

$dns->set({ 'shop.example.com' => 'hang' });
$mailer->set_config($hang);
$doctor->finds('all of them hang', [ '--landing', '--dns', '--relay',
    '--timeout=1s' ], landing_reached => 'error', unsubscribe_page => 'error',
    dns_reached => 'error', relay_reached => 'error');

all_done();
