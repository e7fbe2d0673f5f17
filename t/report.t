#!/usr/bin/perl
#
# What `sitepreserver report` says of counters that are known.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Test;
use Sp::Rescue;

my $t = Sp::Rescue->new(idle => 200, series => 'series "default" { step "one" {'
    . ' delay = 0 variant "a" { creative = plain } variant "b" { creative = second } } }');
my ($redis, $mailer) = ($t->redis, $t->mailer);

my $report = $mailer->json('report')->{demo}{default}{steps}{one};
is($report->{mailed}{people}, 0, 'nobody at first');
is($report->{difference}{orders}, 'not yet', '... of whom nothing can be said');

# One message says how the counters are named.
$t->call->abandon('ada@example.com');
$t->smtp->wait_mails(1);
my ($key) = $redis->keys('sp:{demo}:exp:*');
my ($step, $variant) = split ' ', $redis->cmd('HKEYS', $key)->[0];
my $other = $variant % 255 + 1;

# 9 % of 4,000 against 6 % of 1,000; amounts of 50.00 or so.
$redis->cmd('HSET', $key, "$step $variant 0", '4000 360 EUR 360 1800000 9100000000',
    "$step $other 1", '1000 60 EUR 60 300000 1520000000');
$report = $mailer->json('report', '--series', 'default')->{demo}{default}{steps}{one};
is($report->{mailed}{people}, 4000, 'people');
is($report->{holdout}{orders}, 60, 'orders of those held out');
is($report->{mailed}{revenue}{EUR}, 18_000, 'revenue in main units');
is($report->{difference}{orders}, 'more', 'more orders');
cmp_ok(abs($report->{difference}{share}{value} - .03), '<', 1e-6, 'by 3 points');
cmp_ok($report->{difference}{share}{low}, '>', 0, '... and not less than none');
is($report->{difference}{revenue}{EUR}{verdict}, 'more', 'more revenue');
cmp_ok(abs($report->{difference}{revenue}{EUR}{each}{value} - 1.5), '<', 1e-6,
    '1.50 for each');

my ($status, $out) = $mailer->run('report');
is($status, 0, 'as text');
like($out, qr/mailed +4000 people, 360 orders: 9\.0 % \(8\.\d to 9\.\d\), 18000\.00 EUR/,
    'people');
like($out, qr/orders +\+3\.0 points \(\+\d\.\d to \+\d\.\d\): more/, 'difference');
like($out, qr/variant [ab] +4000 people/, 'variants');

# Too few, whatever they look like.
$redis->cmd('HSET', $key, "$step $variant 0", '4000 360', "$step $other 1", '99 0');
$report = $mailer->json('report')->{demo}{default}{steps}{one};
cmp_ok($report->{difference}{share}{low}, '>', 0, 'an interval above 0');
is($report->{difference}{orders}, 'not yet', 'of 99 people is not enough');

# What was renamed or removed is shown, and marked so.

my $gone = $variant == 200 ? 201 : 200;
my $known = $mailer->json('report')->{demo}{default}{steps};
is_deeply([ grep { /#/ } keys %$known, keys %{ $known->{one}{variants} } ], [],
    'nothing is gone');
$redis->cmd('HSET', $key, "$step $gone 0", '70 7', "$step 0 0", '30 3',
    '3735928559 0 0', '500 50', '3735928559 0 1', '100 5', "3735928559 $gone 0", '20 2');
my $steps = $mailer->json('report')->{demo}{default}{steps};
$report = $steps->{one};
is($report->{variants}{"#$gone"}{people}, 70, 'a variant that is gone');
ok($report->{variants}{"#$gone"}{removed}, '... is marked');
is($report->{variants}{'#0'}{orders}, 3, 'from before there were variants');
is($report->{mailed}{people}, 4100, 'they are part of the step');
ok(!$report->{removed}, '... which is there');
is((grep { $_->{removed} } @{ $report->{variants} }{qw(a b)}), 0, '... as are its others');
is($steps->{'#deadbeef'}{mailed}{people}, 520, 'a step that is gone');
ok($steps->{'#deadbeef'}{removed}, '... is marked');
is($steps->{'#deadbeef'}{holdout}{people}, 100, '... its holdout');
is($steps->{'#deadbeef'}{variants}{"#$gone"}{people}, 20, '... a variant of it');
($status, $out) = $mailer->run('report');
like($out, qr/^  step one\n/m, 'as text');
like($out, qr/^    variant #$gone \(renamed or removed\) 70 people/m, 'a variant');
like($out, qr/^  step #deadbeef \(renamed or removed\)\n    mailed +520 people/m, 'a step');

($status) = $mailer->run('report', '--series', 'other');
is($status, 5, 'no such series');

is($mailer->stop, 0, 'ends');
all_done();
