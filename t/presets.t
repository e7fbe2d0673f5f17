#!/usr/bin/perl

# Each preset is one that nginx accepts as its head says, has a head that says
# what an operator must know, stands in docs/presets.md and has a test.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Nginx;
use Sp::Test;

my $root    = root();
my $secret  = secret_file();
my $docs    = slurp("$root/docs/presets.md");
my @files   = sort glob "$root/conf/presets/*.conf";
my $CHECKED = join '|', 'checked against a running shop',
    'checked against a recording', 'checked against a shop made for the test',
    'written from its source';

ok(@files >= 9, 'there are presets');

for my $file (@files) {
    my ($name) = $file =~ m{([^/]+)\.conf$};
    my ($head) = slurp($file) =~ /\A((?:#.*\n)+)/;
    my $words  = ($head // '') =~ s/\n?#\s*/ /gr;
    my ($checked) = $words =~ /($CHECKED)/i;

    for my $part ('To use it,', 'What it sees:', 'What it cannot see:',
                  'What to set', 'What it reads:')
    {
        like($words, qr/\Q$part\E/, "$name: $part");
    }

    ok(defined $checked, "$name: how far it was checked") or next;

    my ($row) = $docs =~ /^\| `\Q$name\E\.conf` \|(.*)\|$/m;
    my $said  = lc($checked) =~ s/^checked against (?=a shop made)//r;

    like($row // '', qr/\Q$said\E/i, "$name: stands in docs/presets.md");
    ok(-e "$root/t/preset_" . ($name =~ tr/-/_/r) . '.t'
        || -e "$root/t/storefronts/$name/run", "$name: has a test");

    # Its own test compares the figures.
    like($docs, qr/^\| `\Q$name\E\.conf` \| (?:its test's|recorded)/m,
        "$name: docs/presets.md says what it reads")
        if -e "$root/t/preset_" . ($name =~ tr/-/_/r) . '.t';

    # As its head shows it, with the lines that stand before the include.
    my ($shown) = $head =~ /^#\n((?:#     .*\n|#\n)+)/m;
    my $server  = ($shown // '') =~ s/^#//gmr
        =~ s{/etc/sitepreserver/presets/}{$root/conf/presets/}gr
        =~ s{http://\w+;}{http://127.0.0.1:9;}gr;

    like($server, qr/^\s*include .*\Q$name\E\.conf;/m, "$name: is included");

    my ($status, $out) = Sp::Nginx->check(<<"CONF");
sitepreserver_secret_file $secret;
server {
    listen 127.0.0.1:%%PORT%%;
    $server
}
CONF
    is($status, 0, "$name: as its head says") or diag($out);
}


# All of them in one nginx, and the rules that docs/presets.md shows.
my $servers = join '', map { <<"CONF" } @files;
server {
    listen 127.0.0.1:%%PORT%%;
    server_name @{[ m{([^/]+)\.conf$} ]};
    sitepreserver on;
    include $_;
}
CONF

my ($rules) = grep { /^sitepreserver_event/m }
    $docs =~ /^```nginx\n(.*?)^```$/gms;

my ($status, $out) = Sp::Nginx->check(<<"CONF");
sitepreserver_secret_file $secret;
$servers
server {
    listen 127.0.0.1:%%PORT%%;
    server_name shop;
    sitepreserver on;
    $rules
}
CONF
is($status, 0, 'all of them in one nginx') or diag($out);


# What was chosen of a product is read where the head's line is taken.
my @chosen = grep { slurp($_) =~ /^#     sitepreserver_define \w+_options /m } @files;

($status, $out) = Sp::Nginx->check("sitepreserver_secret_file $secret;\n"
    . join '', map { my ($line) = slurp($_)
        =~ /^#     (sitepreserver_define \w+_options "[^"]+";)/m;
        "server { listen 127.0.0.1:%%PORT%%; server_name @{[ m{([^/]+)\.conf$} ]};"
            . " sitepreserver on; $line\ninclude $_; }\n" } @chosen);
is($status, 0, 'with what was chosen') or diag($out);
is(scalar @chosen, 6, 'it is off in those where customers write there, too');


# What an operator may get wrong around the include.
sub wrong ($name, $lines, @like) {
    my $text = join '', map { "$_\n" } 'server { listen 127.0.0.1:%%PORT%%;',
        'server_name shop; sitepreserver on;', @$lines, '}';
    my ($failed, $said) = Sp::Nginx->check(
        "sitepreserver_secret_file $secret;\n$text");

    isnt($failed, 0, "$name: fails");
    like($said, $_, "$name: says why and where") for @like;
}

my ($define, $generic) = ('sitepreserver_define', "$root/conf/presets/generic.conf");
my $include = "include $generic;";

wrong('twice', [ $include, $include ],
    qr/"sitepreserver_visitor" directive is duplicate in \Q$generic\E:\d+/);
wrong('defined behind it', [ $include, "$define shop_cart_page warenkorb;" ],
    qr/\[emerg\].*"shop_cart_page" was used before with another value/,
    qr/ in (?!\Q$generic\E)\S+:\d+/);
wrong('mistyped', [ "$define shop_carte warenkorb;", $include ],
    qr/\[emerg\].*"shop_carte" is defined, but nothing uses it in (?!\Q$generic\E)\S+:\d+/);
wrong('no regular expression', [ "$define shop_cart_page (korb;", $include ],
    qr/\[emerg\].*bad regex "[^"]*\(korb[^"]*" at \d+: .* in \Q$generic\E:\d+/);
wrong('no selector', [ "$define html_line .cart>li;", $include ],
    qr/\[emerg\].*">li" is not of a selector.* in \Q$generic\E:\d+/);
wrong('no path', [ "$define json_cart a[;", $include ],
    qr/\[emerg\].*"?a\[.* in \Q$generic\E:\d+/);
wrong('no value', [ "$define shop_session;", $include ],
    qr/\[emerg\].*name and its value|invalid number of arguments/);

all_done();
