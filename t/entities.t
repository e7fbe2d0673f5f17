#!/usr/bin/perl

# The names of HTML's character references are those that Debian's Python has.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Test;

my $root = root();
my ($status, $out) = command([ 'python3', "$root/t/lib/entities.py" ],
    dir => $root);

is($status, 0, 'the list is made');
cmp_ok(length $out, '>', 25_000, 'of all of them');
is($out, slurp("$root/shared/sp_entities_names.c"),
    'shared/sp_entities_names.c is what t/lib/entities.py makes');

done_testing();
