#!/usr/bin/perl

# Messages for hostile and unusual facts, read by a parser that is not the one
# that built them: Python's email, with its strict policy, must find the same
# headers and parts as GMime.

use v5.36;

use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use Sp::Test;

my $test = build() . '/t/unit/test_message';

chdir root() or die 'cannot enter ' . root() . ": $!\n";

ok(-x $test, 'the unit test is built') or BAIL_OUT('make unit-bins');

my $dir = dir();
my $log = qx(SP_MESSAGE_DIR='$dir' '$test' 2>&1);
is($?, 0, 'messages are built') or diag($log);

my @samples = map { m{([^/]+)\.eml$} } glob("$dir/*.eml");
cmp_ok(scalar @samples, '>=', 10, 'and left for reading');

foreach my $sample (@samples) {
    my $said = qx(python3 t/lib/read_message.py '$dir/$sample' 2>&1);
    is($said, "ok\n", "$sample reads the same");
}

# All bundled creatives, in all their languages.

my $all = build() . '/t/unit/test_message_all';
ok(-x $all, 'the other unit test is built') or BAIL_OUT('make unit-bins');

my $many = dir() . '/all';
mkdir $many or die "$many: $!\n";
$log = qx(SP_MESSAGE_DIR='$many' '$all' 2>&1);
is($?, 0, 'all creatives are built for all carts') or diag($log);

my @all = map { s/\.eml$//r } glob("$many/*.eml");
my @names = map { m{([^/]+)$} } glob('mailer/creatives/*');
my $said = qx(python3 t/lib/read_message.py @all 2>&1);
my @wrong = grep { !/: ok$/ } split /\n/, $said;
is($?, 0, 'and read');
cmp_ok(scalar @all, '>=', @names * 4 * @samples, 'each in four languages');
is(scalar(() = $said =~ /: ok$/mg), scalar @all, 'and all read the same')
    or diag(join "\n", @wrong[0 .. (@wrong > 20 ? 20 : $#wrong)]);

all_done();
