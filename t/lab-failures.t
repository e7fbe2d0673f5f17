#!/usr/bin/perl

# What t/run says in the end of tests that failed: their names, what did not
# hold and why, in so few lines that the end of its output is enough.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Failures;
use Sp::Test;

my $lib  = "$FindBin::Bin/lib";
my $logs = dir() . '/logs';


# Runs a test as t/run does: (exit status, output, errors).
sub run_test ($name, $code) {
    my $file = spew(dir() . "/$name.t", "use v5.36; use Test::More;\n$code\n");
    my ($status, $out, $err) = command([ $^X, "$lib/tap.pl", "$name.t" ],
        dir => dir(), env => { SP_TEST_LOGS => $logs });

    return ($status >> 8, $out, $err);
}


my ($status, $out, $err) = run_test('good', 'ok(1, "fine"); diag("by the way");'
    . ' TODO: { local our $TODO = "later"; ok(0, "not yet"); } done_testing();');

is($status, 0, 'a test that passes');
like($out, qr/^ok 1 - fine\nnot ok 2 - not yet .*\n1\.\.2\n\z/s, 'its results');
like($err, qr/^# by the way\n/, 'its diagnostics');
is_deeply([ Sp::Failures->tests($logs) ], [], 'is none of the failures');

($status) = run_test('bad', 'ok($_, "number $_") for 1 .. 500;'
    . ' is("this", "that", "these are one"); ok(1, "behind it");'
    . ' subtest inner => sub { ok(0, "deep inside"); done_testing(); };'
    . ' done_testing();');
is($status, 2, 'a test that fails');

run_test('long', 'for (1 .. 99) { ok(0, "wrong $_") } done_testing();');
run_test('dies', 'ok(1, "fine"); die "oops\n";');
run_test('killed', 'ok(1, "fine"); kill "KILL", $$; sleep 9;');

($status, $out) = run_test('left', 'my $pid = fork; if (!$pid) { sleep 99; exit }'
    . ' ok(1, "fine"); note("left $pid"); done_testing();');
is($status, 0, 'who is left behind ...');
ok(kill('KILL', $out =~ /# left (\d+)/), '... is not waited for');

spew("$logs/hung.t.log", "ok 1 - fine\n# waiting for it\n");

my @found = Sp::Failures->tests($logs);
my $text  = Sp::Failures->text(@found);

is_deeply([ map { $_->{name} } @found ],
    [ qw(bad.t dies.t hung.t killed.t long.t) ], 'the others are');
like($text, qr/^-- bad\.t\n +not ok 501 - these are one\n/m,
    'each by its name, with what did not hold');
like($text, qr/^ +# +got: 'this'\n +# +expected: 'that'\n/m, '... and why');
like($text, qr/not ok 1 - deep inside/, 'in a subtest, too');
unlike($text, qr/fine|number 7|behind it/, 'nothing of what held');
like($text, qr/^-- dies\.t\n(?: .*\n)* +oops\n/m, 'a test that dies');
like($text, qr/^-- killed\.t\n(?: .*\n)* +it died of signal 9\n/m,
    'one that is killed');
like($text, qr/^-- hung\.t\n +# waiting for it\n +it did not end\n/m,
    'one that hangs');
like($text, qr/not ok 1 - wrong 1\n/, 'a long one has its beginning');
like($text, qr/^ +\.\.\. \d+ lines more$/m, '... and is cut');
cmp_ok(scalar(() = $text =~ /\n/g), '<=', 180, 'all of it is short');

$text = Sp::Failures->text(map { { name => "t$_", lines => [ 'a' .. 'z' ] } }
    1 .. 30);
cmp_ok(scalar(() = $text =~ /\n/g), '<=', 200, '... also for many');

@found = Sp::Failures->units(<<'END');
test_one: 3 tests
test_two: FAILED, exit status 1
[  ERROR   ] --- 1 != 2
test_three: 4 tests
failed: test_two
7 passed, 1 failed
END
is_deeply([ map { "$_->{name} " . $_->{lines}->@* } @found ], [ 'test_two 2' ],
    'a unit test');

my $part = Sp::Failures->part('build', <<'END');
  CC   a.c
a.c: In function 'f':
a.c:3:5: error: 'x' undeclared
    3 |     x = 1;
      |     ^
make: *** [Makefile:9: a.o] Error 1
END
is_deeply([ grep { /undeclared|Error 1/ } $part->{lines}->@* ],
    [ "a.c:3:5: error: 'x' undeclared", 'make: *** [Makefile:9: a.o] Error 1' ],
    'a build');

all_done();
