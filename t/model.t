#!/usr/bin/perl
#
# Random histories of shoppers against the functions and against a plain model
# of them: t/model/play.py.  SP_HISTORIES, SP_SEED: how many, and from where.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use Sp::Test;

my $root = root();
my $dir  = Sp::Test::dir();


# The library as both binaries carry it.
my ($status, $text, $err) = command([ 'sh', "$root/shared/embed.sh",
                                      "$root/shared/sp_functions.lua" ]);
is($status, 0, 'the library is made') or diag $err;

my ($body) = $text =~ /sp_functions_lua\[\] =\n(.*?)\n    ;/s;
my $library = '';

for my $line (split /\n/, $body) {
    $line =~ s/^    "(.*)\\n"$/$1/ or die "not a line of C: $line\n";
    $line =~ s/\\(.)/$1/g;
    $library .= "$line\n";
}

spew("$dir/library.lua", $library);

($status, $text, $err) = command([ $ENV{CC} // 'gcc', '-shared', '-fPIC',
    '-O2', '-Wall', '-Wextra', '-Werror', '-o', "$dir/still.so",
    "$root/t/model/still.c" ]);
is($status, 0, 'the clock is made') or diag $err;

($status, $text, $err) = command(
    [ 'python3', '-B', "$root/t/model/play.py",
      '--histories', $ENV{SP_HISTORIES} // 400,
      defined $ENV{SP_SEED} ? ('--seed', $ENV{SP_SEED}) : (),
      "$dir/library.lua", "$dir/still.so" ],
    timeout => 600);

is($status, 0, 'every history ends as the model says')
    or diag $text, $err;
diag $text if $status == 0 && $ENV{SP_VERBOSE};

all_done();
