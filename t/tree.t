#!/usr/bin/perl

# What the tree as a whole promises: sources of a bearable size, nothing left
# to do or to find out about a machine, and references that are complete.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Digest::SHA qw(sha256_hex);
use Sp::Test;

# Sources beyond this are named, beyond the second they fail.
my ($LINES, $LINES_MAX) = (600, 900);

# Words that would match themselves are written in two pieces.
my $UNFINISHED = qr/\b(?:TO\x{44}O|FIX\x{4d}E)\b/;
my $MACHINE    = qr{(?<![\w.*<])/(?:wor[k]|hom[e]/\w+|Use[r]s)/};
my $TEMP       = qr{(?<![\w.])/tmp/(?![\w.-]*(?:XXXX|\*|\$))[\w-]+};
my $REGISTRY   = qr{registry\.npm\w|\bpypi\.or[g]|\bproxy\.golan[g]}i;

my $root = root();

chdir $root or die "$root: $!\n";


# The files of the tree: as git has them, or all of an exported tree.
sub files () {
    my ($status, $out) = command([ qw(git ls-files -z) ], dir => $root);
    my @files = grep { length } split /\0/, $out;

    if ($status != 0) {
        ($status, $out) = command([ qw(find . -type f -not -path),
            './.cache/*', qw(-not -path ./build/* -print0) ], dir => $root);
        @files = map { s{^\./}{}r } split /\0/, $out;
    }

    return grep { -f && !-l } @files;
}


# No line of the texts has the pattern.
sub nowhere ($re, $name, @files) {
    my @found;

    for my $file (@files) {
        my $n = 0;

        for my $line (split /\n/, slurp($file)) {
            $n++;
            push @found, "$file:$n: $line" if $line =~ $re;
        }
    }

    ok(!@found, $name) or diag(join "\n", map { substr $_, 0, 200 } @found);
}


# Two lists of names are one; they may be empty in neither.
sub same_names ($name, $code, $docs) {
    my %code = map { $_ => 1 } @$code;
    my %docs = map { $_ => 1 } @$docs;

    ok(%code > 5, "$name: found in the source");
    is_deeply([ grep { !$docs{$_} } sort keys %code ], [],
        "$name: each is documented");
    is_deeply([ grep { !$code{$_} } sort keys %docs ], [],
        "$name: each documented one exists");
}


# The names of nginx commands in the module's sources.
sub commands () {
    my %names;

    for my $file (glob 'ngx_module/*.c') {
        my $text = slurp($file);

        while ($text =~ /ngx_command_t\s+\w+\[\]\s*=\s*\{(.*?)^\};/gms) {
            my $table = $1;
            $names{$1} = 1 while $table =~ /(?:ngx_string|_in_\w+)\("(\w+)"/g;
        }
    }

    return sort keys %names;
}


# The names of functions in a header that no comment belongs to: a comment
# stands before a function, or before a group of them.
sub undocumented ($file) {
    my $text = slurp($file);
    my ($said, @bare) = (0);

    $text =~ s/^#.*?(?<!\\)$//gms;

    # Comments, blocks in braces, declarations.
    while ($text =~ m~(/\*.*?\*/)|(\{(?:[^{}]|\{[^{}]*\})*\}[^;]*;)|([^;{/]+;)~gs) {
        my ($comment, $block, $declaration) = ($1, $2, $3);

        # A type between a comment and its function may belong to both.
        $said = 2 if defined $comment;
        $said = 0 if defined $block && $said < 2;

        next if !defined $declaration || $declaration =~ /\btypedef\b/
            || $declaration !~ /\b(sp_\w+)\s*\(/;

        push @bare, $1 if !$said;
        $said = 1 if $said;
    }

    return @bare;
}


my @files   = files();
my @sources = grep { m{\.[ch]$} } @files;
my @texts   = grep {
    !m{^t/(?:fuzz/corpus|recordings|mustache-spec)/|^LICENSE$} && -T
} @files;

ok(@sources > 50, 'there are sources');
ok(-s 'CHANGES', 'CHANGES is there');

my %lines = map { $_ => scalar(() = slurp($_) =~ /\n/g) }
    grep { m{^(?:shared|mailer|ngx_module)/} } @sources;

note("$_: $lines{$_} lines") for grep { $lines{$_} > $LINES } sort keys %lines;
is_deeply([ grep { $lines{$_} > $LINES_MAX } sort keys %lines ], [],
    'no source is far too long');

nowhere($UNFINISHED, 'nothing is left to do', @texts);
nowhere($MACHINE, "no paths of somebody's machine", @texts);
nowhere($TEMP, 'no fixed names in the folder for temporary files',
    grep { !m{^docs/|\.md$} } @texts);
nowhere($REGISTRY, 'no addresses of registries', @texts);
nowhere(qr/\s+\r?$/, 'no blanks at the ends of lines', @sources);

is_deeply([ map { my $f = $_; map { "$f: $_" } undocumented($f) }
    grep { m{^shared/sp_\w+\.h$} } @sources ], [],
    'each function in a header of shared/ is explained');

my ($last) = reverse grep { /^sp\d+ [0-9a-f]{64}$/ }
    split /\n/, slurp('shared/sp_functions.versions');
my ($name) = slurp('shared/sp_functions.lua') =~ /\A#!lua name=(\w+)\n/;
my $library = join '', map { slurp($_) } 'shared/sp_functions.lua',
    sort glob 'shared/sp_functions_*.lua';

is($last, "$name " . sha256_hex($library),
    'no version of the functions was changed: see sp_functions.versions');

my @directives = slurp('docs/directives.md') =~ /^#{2,4} +`?(sitepreserver\w*)/mg;

same_names('directives', [ grep { /^sitepreserver/ } commands() ],
    \@directives);

my $manual = slurp('docs/config.md');
my $parser = join '', map { slurp($_) } glob 'mailer/config*.c';

same_names('options', [ $parser =~ /\bCFG_(?:STR|STR_LIST|SEC|FUNC)\("(\w+)"/g ],
    [ $manual =~ /^#{2,4} `?([a-z_]+)`?(?= *$| ".*\{| \{)/mg,
      ($manual =~ /^`(include)\(/mg), ($manual =~ /^### .*\{ (\w+) "/mg),
      map { /`([a-z_]+)`/g } $manual =~ /^\| ((?:`[a-z_]+`,? ?)+) \|/mg ]);

for my $file (grep { m{^t/[^/]+\.t$|^t/(?:\w+/)*run$|^(?:demo|\.ci)/run$} } @files) {
    like(slurp($file), qr/\A#!/, "$file says what runs it");
    ok(-x $file, "$file can be run") if $file !~ /\.t$/;
}

all_done();
