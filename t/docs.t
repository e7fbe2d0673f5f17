#!/usr/bin/perl
#
# What the documents tell an operator to write is a configuration that works.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Test;
use Sp::Mailer;
use Sp::Nginx;

my $root = root();
my $secret = Sp::Test::secret_file();
my $mailer = Sp::Mailer->new(config => '');


# The blocks between ``` in a document that have the pattern.
sub blocks ($file, $pattern) {
    my @found = grep { $_ =~ $pattern }
        slurp("$root/$file") =~ /^```\w*\n(.*?)^```$/gms;

    ok(@found, "$file has such a block");
    return @found;
}


# Files that an installation has are those of the tree, or made here.
sub at_home ($text) {
    return $text =~ s{/etc/sitepreserver/presets/}{$root/conf/presets/}gr
        =~ s{/etc/sitepreserver/[\w-]+}{$secret}gr;
}


# The mailer.

for my $file ('README.md', 'docs/config.md', 'conf/sitepreserver.conf') {
    my ($text) = $file =~ /\.md$/ ? blocks($file, qr/^secret_file = /m)
                                  : slurp("$root/$file");

    $text =~ s/^state_dir.*//m;
    $mailer->set_config('state_dir = "' . $mailer->dir . "\"\n"
        . at_home($text));

    my ($status, $out, $err) = $mailer->run('check');
    is($status, 0, "$file: the mailer's configuration") or diag $err;
    is($err, '', '... without a warning');
}


# nginx.

for my $file ('README.md', 'docs/directives.md') {
    my ($text) = blocks($file, qr/^load_module /m);
    my ($http) = at_home($text) =~ /^http \{\n(.*)^\}\n/ms;

    # The operator's own lines, with his certificate, are not there.
    $http =~ s/^ +listen 443 ssl;\n|^ +\.\.\.\n//gm;
    $http =~ s/server \{\n/server {\n listen 127.0.0.1:%%PORT%%;\n/;

    my ($status, $out) = Sp::Nginx->check($http);
    is($status, 0, "$file: nginx's configuration") or diag $out;
    unlike($out, qr/\[warn\]/, '... without a warning');
}

my ($rules) = blocks('docs/rules.md',
    qr/^sitepreserver_visitor .*^sitepreserver_event set_cart/ms);
my ($status, $out) = Sp::Nginx->check(<<"CONF");
sitepreserver_secret_file $secret;
server {
    listen 127.0.0.1:%%PORT%%;
    server_name shop.example;
    sitepreserver on;
    $rules
}
CONF
is($status, 0, 'docs/rules.md: the first example') or diag $out;

# What rules can do, and hold to: the tests that are named are there.

my $tables = slurp("$root/docs/directives.md");
my %row    = $tables =~ /^\| (M?\d+(?:, M\d+)?) \|.*\| ([^|]+) \|$/gm;

is_deeply([ sort map { split /, / } keys %row ],
    [ sort 1 .. 10, map { "M$_" } 1 .. 32 ], 'all mechanisms, all semantics');

for my $what (sort keys %row) {
    my ($text, @missing) = '';

    while ($row{$what} =~ /`(t\/[^`]+)`(?:: ([^`]+?))?(?=, `|$)/g) {
        my ($file, $names) = ($1, $2 // '');
        $text = -e "$root/$file" ? slurp("$root/$file") : '';
        push @missing, $file if $text eq '';

        for my $name (split /, /, $names) {
            my $like = $file =~ /\.c$/ ? $name =~ tr/ /_/r : $name;
            push @missing, "$file: $name" if $text !~ /\Q$like\E/i;
        }
    }

    is_deeply(\@missing, [], "$what: its tests")
        or diag $row{$what};
    isnt($text, '', '... are named');
}

all_done();
