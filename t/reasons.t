#!/usr/bin/perl

# Every reason that a step is not sent for, as the source has them, is in
# docs/series.md, and none that the source does not have.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Test;

chdir root() or die;

my $mailer = join '', map { slurp($_) } glob('mailer/plan*.c mailer/rescue*.c'),
    'mailer/outcome.c';
my $lua = join '', map { slurp($_) } glob 'shared/sp_functions*.lua';
my %source;

$source{$_} = 1 for
    # plans, settlements and outcomes of the mailer
    $mailer =~ /(?:reason = |plan_(?:defer|skip)\(plan, |plan_no_offer\([^;]*?, )"(\w+)"/g,
    $mailer =~ /SP_SETTLE_(?:SKIPPED|DEFERRED|CLOSED|RETRY|HOLDOUT),\s+"(\w+)"/g,
    $mailer =~ /rescue_wait\(rescue, "(\w+)"\)/g,
    # ends of rescues, and what confirm answers
    (map { /'(\w+)'/g } $lua =~ /local REASONS = \{(.*?)\}/s),
    $lua =~ /return '(\w+)', (?:p\.next|held|max)/g,
    $lua =~ /return '(gone|done|fenced)'/g;

# Said of what was sent, and a number kept for reasons of other versions.
delete @source{qw(sent in_doubt dry_run due stopped other)};

my ($list) = slurp('docs/series.md') =~ /^## Reasons\n(.*)/ms;
my %docs = map { $_ => 1 } $list =~ /^\| `(\w+)` \|/mg,
    ($list =~ /^It waits(.*)/ms)[0] =~ /`(\w+)`/g;

cmp_ok(scalar(keys %source), '>', 30, 'the source has reasons');
is_deeply([ grep { !$docs{$_} } sort keys %source ], [], 'each is documented');
is_deeply([ grep { !$source{$_} } sort keys %docs ], [], 'each documented one exists');

all_done();
