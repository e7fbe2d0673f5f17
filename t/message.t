#!/usr/bin/perl

# Copyright (C) SitePreserver developers

# Messages for hostile and unusual facts, read by a parser that is not the one
# that built them: Python's email, with its strict policy, must find the same
# headers and parts as GMime.

use warnings;
use strict;

use File::Temp qw(tempdir);
use Test::More;

use FindBin;

my $root = "$FindBin::Bin/..";
my $build = $ENV{BUILD} || 'build';
my $test = $build =~ m{^/} ? "$build/t/unit/test_message"
    : "$root/$build/t/unit/test_message";

chdir $root or die "cannot enter $root: $!\n";

plan(skip_all => "no $test: make unit-bins") unless -x $test;

my $dir = tempdir('sp-message-XXXXXX', TMPDIR => 1, CLEANUP => 1);

my $log = qx(SP_MESSAGE_DIR='$dir' '$test' 2>&1);
is($?, 0, 'messages are built') or diag($log);

my @samples = map { m{([^/]+)\.eml$} } glob("$dir/*.eml");
cmp_ok(scalar @samples, '>=', 10, 'and left for reading');

foreach my $sample (@samples) {
    my $said = qx(python3 t/lib/read_message.py '$dir/$sample' 2>&1);
    is($said, "ok\n", "$sample reads the same");
}

done_testing();
