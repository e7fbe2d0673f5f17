#!/usr/bin/perl
# slow

# The bundled creative in a real browser: nothing is wider than the screen, the
# button can be hit and read, and dark mode is dark.  t/creatives/shoot
# measures, and dies of what is wrong.

use v5.36;

use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use Sp::Test;

my $dir = dir();
my @samples = qw(usual long);
my $shoot = "$FindBin::Bin/creatives/shoot";
my $said = qx(SP_SHOOT_DIR='$dir' '$shoot' @samples 2>&1);

is($?, 0, 'every picture was taken') or diag($said);

foreach my $sample (@samples) {
    foreach my $width (600, 320) {
        foreach my $scheme (qw(light dark)) {
            my $name = "$sample-$width-$scheme.png";
            my $png = slurp("$dir/$name");
            my ($w, $h) = unpack 'x16 N N', $png;

            is(substr($png, 0, 8), "\x89PNG\r\n\x1a\n", "$name is a picture");
            is($w, $width, 'as wide as it should be');
            cmp_ok($h, '>', 500, 'and whole');
        }
    }
}

all_done();
