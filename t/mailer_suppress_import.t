#!/usr/bin/perl
#
# suppress import and export: addresses a line or in the first column of a table,
# what is wrong with a file, the same file again, Redis away.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use JSON::XS;
use Sp::Test;
use Sp::Rescue;

my $t = Sp::Rescue->new(idle => 200);
my ($call, $mailer) = ($t->call, $t->mailer);
my $file = dir() . '/list';
my $journal = $mailer->dir . '/suppressions';

sub import_of ($text, @more) {
    spew($file, $text);
    my ($status, $out, $err) = $mailer->run('suppress', 'import', $file,
        '--json', @more);
    return ($status, ($out =~ /^\{/ ? decode_json($out) : {}), $err, $out);
}

sub lines () {
    return -e $journal ? scalar(() = slurp($journal) =~ /\S\n/g) : 0;
}

# Lines.

my ($status, $done, $err) = import_of("# from the old system\n"
    . "Ada\@example.com\r\n\n  bob\@example.com \ncleo\@example.com",
    '--reason', 'moved');
is($status, 0, 'lines') or diag $err;
is_deeply([ @$done{qw(suppressed suppressed_before rejected)} ], [ 3, 0, 0 ],
    'three');
is($call->why("$_\@example.com")->{suppressed}, 'moved', "$_: Redis knows why")
    for qw(ada bob cleo);
is(lines(), 3, 'the file has them');
unlike(slurp($journal), qr/\@/, '... without addresses');

# Again: nothing more is written.

($status, $done) = import_of("ada\@example.com\nADA\@example.com\n"
    . "dan\@example.com\ndan\@example.com\n");
is($status, 0, 'again');
is_deeply([ @$done{qw(suppressed suppressed_before)} ], [ 1, 3 ],
    'one more, once');
is(lines(), 4, '... in the file too');
is($call->why('ada@example.com')->{suppressed}, 'moved', 'the reason stays');

# A table, and what is wrong.

my $secretly = 'not-an-address-but-private';
($status, $done, $err, my $out) = import_of("\xef\xbb\xbf\"E-mail\";\"Name\"\n"
    . "\"eve\@example.com\";\"Eve; the first\"\n"
    . "fay\@example.com,Fay,2020\n$secretly\n\@example.com\n"
    . "\"open\@example.com\n" . 'x' x 3000 . "\@example.com\n"
    . "gil\@example.com\tx\n");
is($status, 1, 'some lines are wrong: 1');
is_deeply([ @$done{qw(suppressed rejected)} ], [ 3, 4 ], 'the rest is imported');
is_deeply([ $err =~ /line (\d+) is not an address/g ], [ 4, 5, 6, 7 ],
    'they are named by number');
unlike("$err$out", qr/\Q$secretly\E|\@/, '... and not printed');
ok($call->why("$_\@example.com")->{suppressed}, "$_ is suppressed")
    for qw(eve fay gil);

# Nobody of them is mailed.

$call->abandon('fay@example.com');
$call->abandon('zoe@example.com');
$t->smtp->wait_mails(1);
is(($t->smtp->mails)[0]{to}[0], 'zoe@example.com', 'and not mailed');

# Many.

($status, $done) = import_of(join '', map { "n$_\@example.com\n" } 1 .. 1234);
is($done->{suppressed}, 1234, 'many');
ok($call->why("n$_\@example.com")->{suppressed}, "... $_") for 1, 500, 501, 1234;

# export.

is(($mailer->run('suppress', '--remove', 'bob@example.com'))[0], 0, 'removed');
my $export = $mailer->json('suppress', 'export');
is(scalar @$export, 3 + 1 + 3 - 1 + 1234, 'export: who is suppressed now');
is_deeply([ sort keys %{ $export->[0] } ], [ qw(at reason shop shopper) ],
    'hashes, reasons, dates');
my ($ada) = grep { $_->{shopper} eq $call->tokens('ada@example.com')->{shopper} }
    @$export;
is($ada->{reason}, 'moved', 'the reason');
like($ada->{at}, qr/^\d{13}$/, 'Unix milliseconds');
ok(!(grep { $_->{shopper} eq $call->tokens('bob@example.com')->{shopper} }
    @$export), 'who was taken back is not there');
($status, $out) = $mailer->run('suppress', 'export');
like($out, qr/\Ashop,shopper,reason,at,until\ndemo,[\w-]{22},moved,\d{4}-/,
    'as a table');
unlike($out, qr/\@/, 'no address');

($status, $done) = import_of("bob\@example.com\n");
is($done->{suppressed}, 1, 'who was taken back is suppressed anew');

# What is no end is for ever; an end is never put to what has none, and the later
# of two counts.

my %id = map { $_ => $call->tokens("$_\@ends.example")->{shopper} } 'a' .. 'f';
my $soon = time + 1000;
append($journal, join('', map { "\n$_\n" } "1 demo $id{a} paused x",
    "1 demo $id{b} paused 99999999999999999999", "1 demo $id{c} paused -1",
    "1 demo $id{d} asked", "2 demo $id{d} paused $soon",
    "1 demo $id{e} paused " . ($soon + 5), "2 demo $id{e} paused $soon",
    "1 demo $id{f} paused 5"));
my %seen = map { $_->{shopper} => $_ } @{ $mailer->json('suppress', 'export') };
is($seen{ $id{$_} } && $seen{ $id{$_} }{until}, undef, "$_: for ever")
    for 'a' .. 'd';
ok($seen{ $id{$_} }, '... and there') for 'a' .. 'd';
is($seen{ $id{d} }{reason}, 'asked', 'the reason of the one for ever');
is($seen{ $id{e} }{until}, ($soon + 5) * 1000, 'the later end');
is($seen{ $id{f} }, undef, 'what has ended');
$mailer->restart;
$t->ready;
wait_ok { ($call->why('e@ends.example')->{suppressed_until} // 0)
    == ($soon + 5) * 1000 } 'Redis is told the same';
ok($call->why("$_\@ends.example")->{suppressed}
    && !$call->why("$_\@ends.example")->{suppressed_until}, "... of $_")
    for 'a' .. 'd';
ok(!$call->why('f@ends.example')->{suppressed}, '... and nothing of f');

# Wrong options.

is(($mailer->run('suppress', 'import'))[0], 2, 'no file: 2');
is(($mailer->run('suppress', 'import', "$file.no"))[0], 2, 'no such file: 2');
is(($mailer->run('suppress', 'import', $file, '--reason', $_))[0], 2,
    "reason \"$_\": 2") for 'a b', '-', 'a-1', '';
is(($mailer->run('suppress', 'import', $file, '--remove'))[0], 2,
    'import --remove: 2');
is(($mailer->run('suppress', 'export', $file))[0], 2, 'export FILE: 2');

# Without Redis the file has it, and Redis is told later.

$t->redis->stop;
($status, $done, $err) = import_of("late\@example.com\n");
is($status, 4, 'without Redis: 4');
is($done->{suppressed}, 1, '... and noted');
like($err, qr/Redis will be told/, '... that it will be told');
$t->redis->start;
$mailer->restart;
$t->ready;
wait_ok { $call->why('late@example.com')->{suppressed} } '... and it is';

# A line that a crash cut off does not swallow the next one.

append($journal, "\n1 demo $id{f} paus");
is((import_of("last\@example.com\nlast2\@example.com\n"))[0], 0,
    'after a line that was cut off');
%seen = map { $_->{shopper} => 1 } @{ $mailer->json('suppress', 'export') };
ok($seen{ $call->tokens("$_\@example.com")->{shopper} }, "$_ is in the file")
    for qw(last last2);

is($mailer->stop, 0, 'ends');
all_done();
