#!/usr/bin/perl

# The bundled creatives are what their sources make, are approved as they are,
# and lint finds no error and no warning in them.

use v5.36;

use FindBin;
use lib "$FindBin::Bin/lib";

use JSON::XS qw(decode_json);
use Test::More;

use Sp::Mailer;
use Sp::Test;

my @KINDS = qw(reminder urgency plain offer-discount offer-value-add
    offer-exclusivity offer-upgrade);

my $root   = root();
my $dir    = dir();
my $binary = Sp::Mailer->can('binary')->({});
my %env    = (SITEPRESERVER_CREATIVES => "$root/mailer/creatives");

my ($status, $out) = command([ "$root/mailer/creatives.src/make", '--check' ]);
is($status, 0, 'they are what their sources make') or diag($out);

opendir my $d, "$root/mailer/creatives" or die;
my @names = sort grep { /^\w/ } readdir $d;
closedir $d;
is("@names", join(' ', sort @KINDS), 'all are there');

system($binary, 'keygen', "$dir/secret") == 0 or die;
spew("$dir/conf", <<"CONF");
secret_file = "$dir/secret"
shop "loom" {
    mode = dry-run
    from = "Loom <hello\@loom.example>"
    cart_url = "https://loom.example/cart"
    public_url = "https://loom.example"
    brand { name = "Loom" colour = "#2f5d62" address = "1 High Street" }
    series "default" { step "first" { delay = 0 creative = reminder } }
}
CONF

foreach my $name (@names) {
    my @locales = map { m{(\w+)\.head$} }
        sort glob "$root/mailer/creatives/$name/*.head";

    is("@locales", 'de en es fr', "$name: its languages");

    ($status, $out) = command([ $binary, 'creative', 'lint', $name, '--json',
        '-c', "$dir/conf" ], env => \%env);

    my $report = decode_json($out);
    my @wrong  = grep { $_->{severity} ne 'info' } @{ $report->{findings} };

    is($status, 0, "$name: lint");
    is(@wrong, 0, '... finds nothing')
        or diag(map { "$_->{file}:$_->{line}: $_->{message}\n" } @wrong);
}

($status, $out) = command([ $binary, 'creative', 'list', '-c', "$dir/conf" ],
    env => \%env);
is($status, 0, 'list');
like($out, qr/^\Q$_\E +approved /m, "$_ is approved") foreach @names;

all_done();
