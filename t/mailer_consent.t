#!/usr/bin/perl
#
# consent = consent: only who has agreed is written to, and nobody who takes it
# back before the message leaves; `consent` and `consent import`.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Test;
use Sp::Http;
use Sp::Rescue;

use constant { GIVEN => 1, WITHDRAWN => 2 };

my $t = Sp::Rescue->new(shop => 'consent = consent');
my ($call, $mailer, $smtp) = ($t->call, $t->mailer, $t->smtp);
my $file = Sp::Test::dir() . '/consents.csv';


sub consent ($email) {
    my ($status, $out) = $mailer->run('why', $email, '--json');
    my %why = map { $_ => $out =~ /"$_": "?([^",]*)/ ? $1 : '' }
        'consent', 'consent_by', 'consent_at';
    return wantarray ? @why{qw(consent consent_by consent_at)} : $why{consent};
}

sub recipients () { sort map { $_->{to}[0] } $smtp->mails }


# ---- who is written to

$call->abandon('yes@example.com', consent => GIVEN);
$call->abandon('never@example.com');
$call->abandon('no@example.com', consent => WITHDRAWN);
$t->wait_closed('never@example.com', 'no_consent');
$t->wait_closed('no@example.com', 'no_consent');
$t->wait_closed('yes@example.com', 'lost');
is_deeply([ recipients() ], [ 'yes@example.com' ], 'only who has agreed');

my (undef, $out) = $mailer->run('why', 'yes@example.com');
like($out, qr/^consent +given$/m, 'why: what');
like($out, qr/^consent_by +newsletter$/m, '... how');
like($out, qr/^consent_at +\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/m, '... and when');

# ---- taken back while the message is about to leave

my $hold = $smtp->hold('data', match => qr/late/);
$call->abandon('late@example.com', consent => GIVEN);
$hold->reached;
is(($mailer->run('consent', 'late@example.com', '--withdraw'))[0], 0,
    'taken back after the claim');
$hold->release;
$t->wait_closed('late@example.com', 'no_consent');
is_deeply([ recipients() ], [ 'yes@example.com' ], '... and nothing is sent');
is($t->count('refused_no_consent'), 1, '... which is counted');

$hold = $smtp->hold('data', match => qr/shop/);
$call->abandon('shop@example.com', consent => GIVEN, visitor => 'shop');
$hold->reached;
$call->event(kinds => ['sign_up'], email => 'shop@example.com',
    visitor => 'other', consent => WITHDRAWN);
$hold->release;
$t->wait_closed('shop@example.com', 'no_consent', 'taken back in the shop');
is_deeply([ recipients() ], [ 'yes@example.com' ], '... and nothing is sent');

# ---- the command

my ($status, $err);

($status, $out) = $mailer->run('consent', 'One@Example.com');
is($status, 0, 'consent of an address that nobody knows');
like($out, qr/^consent +given$/m, '... it says so');
is(join(' ', (consent('one@example.com'))[0, 1]), 'given operator',
    '... and it is known');
$call->abandon('one@example.com');
$t->wait_closed('one@example.com', 'lost');
is_deeply([ recipients() ], [ 'one@example.com', 'yes@example.com' ],
    '... and written to');

($status) = $mailer->run('consent', 'one@example.com', '--withdraw');
is($status, 0, 'withdrawn');
is(join(' ', (consent('one@example.com'))[0, 1]), 'withdrawn operator',
    '... and it is known');
($status, undef, $err) = $mailer->run('consent', 'one@example.com', '--date',
    '2020-05-01');
is($status, 1, 'an older date does not undo that');
like($err, qr/said after that date/, '... it says so');
is(consent('one@example.com'), 'withdrawn', '... nothing changed');

($status) = $mailer->run('consent', 'two@example.com', '--date', '2020-05-01');
is($status, 0, 'with a date');
is((consent('two@example.com'))[2], '1588291200000', '... it is that');

for my $case ([ 'no address', 'someone' ],
    [ 'no date', 'a@example.com', '--date', 'yesterday' ],
    [ 'a date to come', 'a@example.com', '--date', '2999-01-01' ],
    [ 'nobody' ], [ 'import with a date', 'import', $file, '--date',
        '2020-05-01' ], [ 'no file', 'import', "$file.not" ])
{
    my ($name, @args) = @$case;
    is(($mailer->run('consent', @args))[0], 2, "$name: 2");
}

# ---- a list

spew($file, <<"CSV");
\xef\xbb\xbfEmail;Date
"i1\@example.com";"2024-02-29"
I2\@Example.com,2024-02-29 12:00:00,more
i3\@example.com

# a comment
i1\@example.com
"i4\@example.com"x,2024-01-01
i5\@example.com,01.02.2024
i6\@example.com,2999-01-01
nobody
one\@example.com
one\@example.com,2021-01-01
i7\@example.com\t2024-01-01T00:00:00+02:00\r
CSV

($status, $out, $err) = $mailer->run('consent', 'import', $file);
is($status, 1, 'a list with lines that are not valid');
is(join(' ', $err =~ /line (\d+) is not/g), '8 9 10 11', '... which are named');
unlike($err, qr/\@/, '... without an address');
like($out, qr/^$$_[0] +$$_[1]$/m, "... $$_[0]: $$_[1]")
    for [ given => 4 ], [ given_before => 1 ], [ said_later => 2 ],
        [ rejected => 4 ], [ failed => 0 ];

is(join(' ', consent('i1@example.com')), 'given import 1709164800000',
    'the first');
is(join(' ', consent('i2@example.com')), 'given import 1709208000000',
    'a time of the day');
is((consent('i3@example.com'))[0], 'given', 'without a date');
is((consent('i7@example.com'))[2], '1704060000000', 'an offset');
is(consent('one@example.com'), 'withdrawn', 'who took it back is not asked');
is(consent('i5@example.com'), '', 'what is no date is no consent');

for my $length (1019 .. 1026, 5000) {
    my $long = "l$length\@example.com,2024-01-01,";

    $long .= 'x' x ($length - length $long);
    spew($file, "$long\ng$length\@example.com\n");
    ($status, $out, $err) = $mailer->run('consent', 'import', $file);
    my $n = consent("l$length\@example.com") eq 'given' ? 2 : 1;
    like($out, qr/^given +$n$/m, "a line of $length bytes");
    is($err =~ /line 1 is not/ ? 1 : 2, $n, '... is whole or named');
    is(consent("g$length\@example.com"), 'given', '... and the next is read');
}

($status, undef, $err) = $mailer->run('consent', 'import', Sp::Test::dir());
is($status, 1, 'a directory: 1');
like($err, qr/after line 0: Is a directory/, '... it says so');

# ---- "not your cart?": what came with that visit was not theirs

my $http = Sp::Http->new(port => $mailer->port);

sub press ($email) {
    my $token = $call->tokens($email)->{not_me};
    return $http->form("/sp/not-me?t=$token", { not_me => 'yes' })->{status};
}

$mailer->run('consent', "m2\@example.com");
$call->abandon("m$_\@example.com", visitor => "m$_", consent => GIVEN)
    for 1, 2;
$t->wait_closed("m$_\@example.com", 'lost') for 1, 2;
is(press("m$_\@example.com"), 200, 'not me') for 1, 2;
wait_ok { consent('m1@example.com') eq 'withdrawn' } 'seen in the shop: withdrawn';
is((consent('m1@example.com'))[1], 'not_me', '... and why shows how');
is(join(' ', (consent('m2@example.com'))[0, 1]), 'given operator',
    'told by the operator: given');

$call->abandon("m$_\@example.com", visitor => "again$_",
    lines => [ { id => 'sku2', name => 'Stool', quantity => 1 } ]) for 1, 2;
$t->wait_closed('m1@example.com', 'no_consent', 'another cart: not written to');
wait_ok { (grep { $_ eq 'm2@example.com' } recipients()) == 2 }
    '... but who had agreed apart from it';
is((grep { $_ eq 'm1@example.com' } recipients()), 1, '... and nobody else');

# ---- soft-opt-in: who said no is not, who said yes is

$mailer->set_config($t->config(shop => 'consent = soft-opt-in'));
$mailer->reload;

my $sent = $smtp->count;

$call->abandon('s1@example.com');
$call->abandon('s2@example.com', consent => GIVEN);
$call->abandon('s3@example.com', kinds => [ 'set_cart', 'sign_up' ]);
$call->abandon('s4@example.com', kinds => [ 'set_cart', 'sign_up' ],
    consent => WITHDRAWN);
$t->wait_closed("s$_\@example.com", $_ % 2 ? $_ == 1 ? 'no_consent' : 'lost'
    : $_ == 4 ? 'no_consent' : 'lost') for 1 .. 4;
is_deeply([ (recipients())[-2, -1] ], [ 's3@example.com', 'yes@example.com' ],
    'an account holder') or diag join ' ', recipients();
is($smtp->count - $sent, 2, '... and who has agreed');

is($mailer->stop, 0, 'ends');
all_done();
