#!/usr/bin/perl
# slow

# The doctor and the DNS: each finding where it must be and where it must not,
# with a name server of the test's own.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Test;
use Sp::Dns;
use Sp::Doctor;
use Sp::Rescue;

my $KEY2048 = key(2048);
my $KEY1024 = key(1024);
my $KEY512  = key(512);

# Everything is right in it.
my %GOOD = (
    'shop.example.com' => { TXT => [ 'other text',
        'v=spf1 ip4:192.0.2.0/28 include:_spf.relay.example -all' ],
        MX => [ 'mx.example.com' ] },
    '_spf.relay.example' => { TXT => [ 'v=spf1 a:out.relay.example ~all' ] },
    'out.relay.example' => { A => [ '192.0.2.77' ], AAAA => [ '2001:db8::77' ] },
    '_dmarc.shop.example.com' => {
        TXT => [ 'v=DMARC1; p=reject; rua=mailto:d@shop.example.com' ] },
    's1._domainkey.shop.example.com' => { TXT => [ "v=DKIM1; k=rsa; p=$KEY2048" ] },
    '77.2.0.192.in-addr.arpa' => { PTR => [ 'out.relay.example' ] },
    '5.2.0.192.in-addr.arpa' => { PTR => [ 'out.relay.example' ] },
    '7.7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa'
        => { PTR => [ 'out.relay.example' ] },
);

my $dns = Sp::Dns->new(zone => \%GOOD);
my $t   = Sp::Rescue->new(start => 0, mode => 'dry-run',
    top => 'dns = "' . $dns->server . '"',
    shop => 'dkim_selectors = { "s1" }',
    relay => 'sends_from = { "192.0.2.77", "2001:db8::77" }');
my $doctor = Sp::Doctor->new($t->mailer);


# A public key of so many bits, in base64.
sub key ($bits) {
    my ($status, $out, $err) = command([ 'sh', '-c',
        "openssl genrsa $bits 2>/dev/null | openssl rsa -pubout 2>/dev/null" ]);
    return join '', grep { !/-----/ } split /\n/, $out;
}


# The good zone, changed: a name undef is gone.
sub zone (%change) {
    my %zone = (%GOOD, %change);
    delete @zone{ grep { !defined $zone{$_} } keys %zone };
    return $dns->set(\%zone);
}


sub spf ($record, %more) {
    return zone('shop.example.com' => { TXT => [ $record ],
        MX => [ 'mx.example.com' ] }, %more);
}


# The shop's config with other options.
sub config (%over) {
    $t->mailer->set_config($t->config(%over));
    return;
}


my $found = $doctor->finds('all is well', [ '--dns' ],
    dns_reached => 'ok', spf_record => 'ok', spf_lookups => 'ok',
    spf_void => 'ok', spf_all => 'ok', spf_relay => 'ok',
    dkim_selectors => 'ok', dkim_key => 'ok', dkim_bits => 'ok',
    dkim_testing => 'ok', dmarc_record => 'ok', dmarc_policy => 'ok',
    dmarc_reports => 'ok', dmarc_alignment => 'ok', bounce_mx => 'ok',
    relay_ptr => 'ok', landing_reached => undef, redis_reached => undef);
is($found->{''}{errors} + $found->{''}{warnings}, 0, '... and nothing else');
is($found->{spf_lookups}{measured}, 2, '... include and a are two lookups');
is($found->{dkim_bits}{measured}, 'rsa 2048', '... a key of 2048 bits');

# SPF: the record.

spf('v=spf2 nothing');
$found = $doctor->finds('no SPF record', [ '--dns' ], spf_record => 'error',
    spf_all => undef, dmarc_record => 'ok');
ok($found->{spf_record}{mend}, '... and how to mend it');
ok($found->{spf_record}{why}, '... and why');

zone('shop.example.com' => { TXT => [ 'v=spf1 -all', 'v=spf1 ~all' ] });
$doctor->finds('two SPF records', [ '--dns' ], spf_record => 'error');

for my $bad ('ip4:192.0.2.0/33', 'ip4:nonsense', 'ip6:192.0.2.1', 'a/40',
    'mx//129', 'include:', 'include:nothing.example', 'bogus', 'ip4',
    'exists:', 'a:%{q}.example', 'a:%', 'a:%{d', 'redirect=',
    'redirect=a.example redirect=b.example', 'redirect=nothing.example',
    'include:shop.example.com', 'redirect=shop.example.com')
{
    spf("v=spf1 $bad");
    $doctor->finds("SPF: $bad", [ '--dns' ], spf_record => 'error');
}

# What is right.

for my $good ('a', 'a/24', 'a/24//64', 'mx', 'mx:example.org/24', 'ptr',
    'exists:%{ir}.%{v}._spf.%{d2}', 'ip6:2001:db8::/32', 'IP4:192.0.2.1',
    'include:%{d}.other.example', 'unknown=value', '?ptr:x.example')
{
    spf("v=spf1 $good ~all",
        'shop.example.com.other.example' => { TXT => [ 'v=spf1' ] },
        'example.org' => { MX => [ 'mx.example.org' ] });
    $doctor->finds("SPF: $good", [ '--dns' ], spf_record => 'ok',
        spf_all => 'ok');
}

# Lookups: 10 are well, 11 are not; redirect counts; nested includes count.

my %chain = map {; "i$_.example" => { TXT =>
    [ 'v=spf1 include:i' . ($_ + 1) . '.example' ] } } 1 .. 11;
$chain{'i11.example'} = { TXT => [ 'v=spf1 ip4:192.0.2.77 ip6:2001:db8::77' ] };

spf('v=spf1 include:i2.example -all', %chain);
$found = $doctor->finds('10 nested lookups', [ '--dns' ],
    spf_record => 'ok', spf_lookups => 'info', spf_relay => 'ok');
is($found->{spf_lookups}{measured}, 10, '... are counted');
spf('v=spf1 include:i1.example -all', %chain);
$found = $doctor->finds('11 lookups', [ '--dns' ], spf_lookups => 'error',
    spf_relay => 'error');
is($found->{spf_relay}{measured}, 'permerror', '... nobody passes');
spf('v=spf1 redirect=_spf.relay.example');
$found = $doctor->finds('redirect', [ '--dns' ], spf_lookups => 'ok',
    spf_all => 'ok', spf_relay => 'ok');
is($found->{spf_all}{measured}, '~all', '... takes the other record\'s all');
spf('v=spf1 include:a.example ~all', 'a.example' => { TXT =>
    [ 'v=spf1 include:b.example' ] }, 'b.example' => { TXT =>
    [ 'v=spf1 include:a.example' ] });
$doctor->finds('a loop of includes', [ '--dns' ], spf_record => 'error');
spf('v=spf1 redirect=a.example', 'a.example' => { TXT =>
    [ 'v=spf1 redirect=shop.example.com' ] });
$doctor->finds('a loop of redirects ends', [ '--dns' ], spf_record => 'error');

# Void lookups.

spf('v=spf1 a:no1.example a:no2.example ~all');
$found = $doctor->finds('2 void lookups', [ '--dns' ], spf_void => 'info');
is($found->{spf_void}{measured}, 2, '... are counted');
spf('v=spf1 a:no1.example mx:no2.example a:no3.example ~all');
$doctor->finds('3 void lookups', [ '--dns' ], spf_void => 'error',
    spf_relay => 'error');

# all.

for my $case ([ '+all', 'error' ], [ 'all', 'error' ], [ '?all', 'warning' ],
    [ '', 'warning' ], [ '~all', 'ok' ], [ '-all', 'ok' ],
    [ '-ALL', 'ok' ], [ '-all redirect=nothing.example', 'ok' ])
{
    spf("v=spf1 ip4:192.0.2.77 $case->[0]");
    $doctor->finds("SPF: '$case->[0]'", [ '--dns' ], spf_all => $case->[1]);
}

# Does the relay pass?

for my $case ([ 'ip4:192.0.2.77 -all', 'pass' ], [ '-all', 'fail' ],
    [ '~all', 'softfail' ], [ '?ip4:192.0.2.64/26 -all', 'neutral' ],
    [ 'a:out.relay.example -all', 'pass' ], [ '-a:out.relay.example +all', 'fail' ],
    [ 'mx:mail.example -all', 'pass' ], [ 'ip4:192.0.2.128/25 -all', 'fail' ],
    [ 'include:_spf.relay.example -all', 'pass' ],
    [ 'include:no.relay.example ?all', 'neutral' ],
    [ '-include:_spf.relay.example +all', 'fail' ],
    [ 'exists:%{ir}.list.example -all', 'pass' ],
    [ 'exists:%{i}.%{l1r-}.%{d2}.list.example -all', 'fail' ],
    [ 'redirect=_spf.relay.example', 'pass' ], [ 'a:out.relay.example/24 -all', 'pass' ],
    [ '', 'neutral' ])
{
    spf("v=spf1 $case->[0]", 'mail.example' => { MX => [ 'out.relay.example' ] },
        'no.relay.example' => { TXT => [ 'v=spf1 -all' ] },
        '77.2.0.192.list.example' => { A => [ '127.0.0.2' ] });
    config(relay => 'sends_from = { "192.0.2.77" }');
    $found = $doctor->look('--dns');
    is($found->{spf_relay}{measured}, $case->[1], "SPF passes: '$case->[0]'");
}

config(relay => 'sends_from = { "2001:db8::77" }');
spf('v=spf1 ip6:2001:db8::/32 -all');
is($doctor->look('--dns')->{spf_relay}{measured}, 'pass', 'an IPv6 address');
spf('v=spf1 ip6:2001:db9::/32 -all');
is($doctor->look('--dns')->{spf_relay}{measured}, 'fail', '... of others');
config(relay => '');
$doctor->finds('where mail leaves is not known', [ '--dns' ],
    spf_relay => 'info', relay_ptr => undef);
config();

# An answer over 512 bytes, and one that needs TCP.

spf('v=spf1 ' . join(' ', map { "ip4:192.0.2.$_" } 1 .. 40) . ' -all');
$doctor->finds('a record of several strings', [ '--dns' ], spf_all => 'ok');
zone('shop.example.com' => { TXT => [ 'v=spf1 ip4:192.0.2.77 -all',
    map { "other $_ " . 'x' x 200 } 1 .. 10 ], MX => [ 'mx.example.com' ] });
$doctor->finds('an answer that needs TCP', [ '--dns' ], spf_all => 'ok');
ok((grep { /tcp/ } $dns->questions), '... TCP was used');

# DKIM.

my $name = 's1._domainkey.shop.example.com';

zone($name => undef);
$doctor->finds('no DKIM key', [ '--dns' ], dkim_key => 'error',
    dkim_bits => undef);
zone($name => { TXT => [ 'v=DKIM1; p=' ] });
$doctor->finds('a revoked key', [ '--dns' ], dkim_key => 'error');
zone($name => { TXT => [ 'v=DKIM1; p=AAAA' ] });
$doctor->finds('no key in it', [ '--dns' ], dkim_key => 'error');
zone($name => { TXT => [ "p=$KEY2048", "p=$KEY1024" ] });
$doctor->finds('two keys', [ '--dns' ], dkim_key => 'error');
zone($name => { TXT => [ "p=$KEY1024" ] });
$found = $doctor->finds('a short key', [ '--dns' ], dkim_key => 'ok',
    dkim_bits => 'warning');
zone($name => { TXT => [ "p=$KEY512" ] });
$doctor->finds('a key that is too short', [ '--dns' ], dkim_bits => 'error');
zone($name => { TXT => [ "k=rsa; t=y:s; p=$KEY2048" ] });
$doctor->finds('a key for tests', [ '--dns' ], dkim_testing => 'warning');
zone($name => { TXT => [ 'k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=' ] });
$doctor->finds('an Ed25519 key', [ '--dns' ], dkim_bits => 'ok');
config(shop => '');
zone();
$doctor->finds('no selector', [ '--dns' ], dkim_selectors => 'info',
    dkim_key => undef);
config();

# DMARC.

my $policy = '_dmarc.shop.example.com';

zone($policy => undef);
$doctor->finds('no DMARC record', [ '--dns' ], dmarc_record => 'error',
    dmarc_policy => undef);
zone($policy => undef, '_dmarc.example.com' => {
    TXT => [ 'v=DMARC1; p=reject; sp=none; rua=mailto:a@example.com' ] });
$found = $doctor->finds('the one of the domain above', [ '--dns' ],
    dmarc_record => 'ok', dmarc_policy => 'info');
is($found->{dmarc_policy}{measured}, 'none', '... its sp counts');
zone($policy => { TXT => [ 'v=DMARC1; p=none', 'v=DMARC1; p=reject' ] });
$doctor->finds('two DMARC records', [ '--dns' ], dmarc_record => 'error');
zone($policy => { TXT => [ 'v=DMARC1; p=maybe' ] });
$doctor->finds('a DMARC record that is wrong', [ '--dns' ],
    dmarc_record => 'error');
zone($policy => { TXT => [ 'v=DMARC1;p=quarantine;pct=20' ] });
$doctor->finds('for some only', [ '--dns' ], dmarc_policy => 'info',
    dmarc_reports => 'info');

# Alignment.

zone('bounce.example.org' => { TXT => [ 'v=spf1 -all' ], A => [ '192.0.2.9' ] });
config(shop => 'return_path = "b@bounce.example.org"');
$doctor->finds('nothing is aligned', [ '--dns' ], dmarc_alignment => 'error',
    bounce_mx => 'ok');
config(shop => 'return_path = "b@bounce.example.org" dkim_selectors = {"s1"}');
$doctor->finds('the signature is', [ '--dns' ], dmarc_alignment => 'info');
zone('bounce.example.com' => { TXT => [ 'v=spf1 -all' ], MX => [ 'm.example' ] });
config(shop => 'return_path = "b@bounce.example.com"');
$doctor->finds('relaxed', [ '--dns' ], dmarc_alignment => 'ok');
zone('bounce.example.com' => { TXT => [ 'v=spf1 -all' ], MX => [ 'm.example' ] },
    $policy => { TXT => [ 'v=DMARC1; p=none; aspf=s' ] });
$doctor->finds('strict', [ '--dns' ], dmarc_alignment => 'error');
zone();
$doctor->finds('a domain that takes no mail', [ '--dns' ],
    bounce_mx => 'warning');
zone('bounce.example.com' => { TXT => [ 'v=spf1 -all' ], MX => [ '' ],
    A => [ '192.0.2.1' ] });
$doctor->finds('a null MX', [ '--dns' ], bounce_mx => 'warning');
config();

# PTR.

zone('77.2.0.192.in-addr.arpa' => undef);
$doctor->finds('no PTR', [ '--dns' ], relay_ptr => 'error');
config(relay => 'sends_from = { "192.0.2.5" }');
zone();
$found = $doctor->finds('a PTR that does not lead back', [ '--dns' ],
    relay_ptr => 'error');
is($found->{relay_ptr}{measured}, 'out.relay.example', '... its name is said');
config();

# No answer: said once, and nothing is guessed.

zone('shop.example.com' => 'fail');
$doctor->finds('SERVFAIL', [ '--dns' ], dns_reached => 'error',
    spf_record => undef);
zone('_spf.relay.example' => 'fail');
$doctor->finds('SERVFAIL of an include', [ '--dns' ], dns_reached => 'error');
zone('shop.example.com' => 'hang');
$doctor->finds('no answer', [ '--dns', '--timeout', '1s' ],
    dns_reached => 'error', spf_record => undef);
zone($name => 'fail');
$doctor->finds('SERVFAIL of a key', [ '--dns' ], dkim_key => 'warning');
zone($policy => 'fail');
$doctor->finds('SERVFAIL of the policy', [ '--dns' ], dns_reached => 'warning',
    dmarc_record => undef);

$doctor->both_ways(grep { !/^(?:landing|public|unsub|mail|redis|shop|config|state|secret|offer|relay_[^p])|relay_pip/ }
    map { $_->{id} } @{ $t->mailer->json('doctor', '--list') });
all_done();
