#!/usr/bin/perl
#
# The longest addresses that there can be, in the envelope: recipient and return
# path with a token, whole.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Test;
use Sp::Rescue;

my $domain = join '.', ('d' x 63) x 3, 'e' x 46;
my $to = 'l' x 64 . '@' . join '.', ('d' x 63) x 2, 'e' x 61;
my $path = 'b' x 15;

is(length "$path\@$domain", 254, 'a return path');
is(length $to, 254, 'a recipient');

my $t = Sp::Rescue->new(idle => 200,
    shop => "return_path = \"$path\@$domain\" verp = on");

$t->call->abandon($to);
$t->smtp->wait_mails(1);

my ($mail) = $t->smtp->mails;

is($mail->{to}[0], $to, 'the recipient is whole');
like($mail->{from}, qr/^$path\+[a-z2-7]{48}\@\Q$domain\E$/i,
    'the return path is, too');
$t->wait_closed($to, 'lost');

is($t->mailer->stop, 0, 'ends');
all_done();
