#!/usr/bin/perl
#
# `customers import` of files as they come: from spreadsheets, with lines that
# are too long, and of what is no file.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Test;
use Sp::Rescue;

my $t = Sp::Rescue->new;
my ($call, $mailer) = ($t->call, $t->mailer);
my $file = Sp::Test::dir() . '/customers.csv';


# What becomes of a file: exit status, imported, and what is said of it.
sub import_of ($text) {
    spew($file, $text);
    my ($status, $out, $err) = $mailer->run('customers', 'import', $file);

    return ($status, $out =~ /imported +(\d+)/, $err);
}


my ($status, $n, $err) = import_of("\xef\xbb\xbfb1;bom\@example.com\r\n"
    . "b2;second\@example.com\r\n");
is("$status $n", '0 2', 'a file of a spreadsheet');
is($call->order('o1', customer => 'b1'), 'OK', 'its first customer is known');

for my $length (1019 .. 1026, 5000) {
    my $long = "l$length,long$length\@example.com,";

    $long .= 'x' x ($length - length($long) - length(',t,tail@example.com'));
    ($status, $n, $err) = import_of("$long,t,tail\@example.com\n"
        . "g$length,good\@example.com\n");
    $long = $n == 1;
    like($err, qr/line 1 is not/, "a line of $length bytes is named") if $long;
    unlike($err, qr/line 2 is not/, "... and the one behind it is imported");
    is($call->order("o$length", customer => "g$length"), 'OK', '... as it is');
}
is($call->order('o2', customer => 'x'), 'NONE', 'the rest of one is no line');

($status, $n, $err) = import_of("n1,nul\@example.com\0\nn2,next\@example.com\n");
is("$status $n", '1 1', 'a line with a NUL is none');
like($err, qr/line 1 is not/, '... and named');
is($call->order('o3', customer => 'n2'), 'OK', '... the next one is imported');

($status, $n, $err) = import_of("Customer,Email\nh1,head\@example.com\nh2,none\n");
is("$status $n", '1 1', 'a heading is none, and no line that is wrong');
unlike($err, qr/line 1 is/, '... it is not named');
like($err, qr/line 3 is not/, '... but what is wrong later');

($status, $n, $err) = import_of("m1,many\@example.com\n" . "x,y\n" x 150);
is("$status $n", '1 1', 'very many wrong lines');
is(scalar(() = $err =~ /^.*line \d+ is not/mg), 100, '... are not all named');
like($err, qr/more lines are not/, '... which is said');

($status, undef, $err) = $mailer->run('customers', 'import', Sp::Test::dir());
is($status, 1, 'a directory: 1');
like($err, qr/after line 0: Is a directory/, '... it says so');

is($mailer->stop, 0, 'ends');
all_done();
