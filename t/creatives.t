#!/usr/bin/perl
# slow

# The bundled creatives in a real browser, in all languages: nothing is wider
# than the screen, the button can be hit and read, dark mode is dark, and lint
# finds nothing when there is an offer.  t/creatives/shoot measures, and dies of
# what is wrong.

use v5.36;

use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use Sp::Test;

my $dir = dir();
my $build = build();
my $shoot = "$FindBin::Bin/creatives/shoot";
my $said = qx(SP_BUILD='$build' SP_SHOOT_DIR='$dir' '$shoot' all/de all/es \\
    all/fr all/en/long+offer 2>&1);

is($?, 0, 'every picture was taken') or diag($said);

my @pngs = sort glob "$dir/*.png";

is(@pngs, 7 * 4 * 4, 'of all creatives in all languages');

foreach my $path (@pngs) {
    my ($name, $width) = $path =~ m{([^/]+-(\d+)-\w+\.png)$};
    my $png = slurp($path);
    my ($w, $h) = unpack 'x16 N N', $png;

    ok(substr($png, 0, 8) eq "\x89PNG\r\n\x1a\n" && $w == $width && $h > 400,
        "$name is a picture of that width") or diag("$w x $h");
}

all_done();
