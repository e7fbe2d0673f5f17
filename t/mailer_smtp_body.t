#!/usr/bin/perl
#
# A connection that breaks in the middle of a large message: it was certainly
# not sent, and is tried again.  After the final dot it is in doubt.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Digest::SHA qw(sha256_hex);
use Test::More;
use Sp::Test;
use Sp::Clock;
use Sp::Mime;
use Sp::Rescue;

my $KB = 1024;

# A creative of 240 KB: more than both kernels hold for a connection.

my $dir = Sp::Test::dir() . '/creatives';
my %file = (
    'en.head' => "subject: Your cart\npreheader: It waits.\n",
    'en.html' => "<!doctype html>\n<html><body>\n"
        . "<p><a href=\"{{cart_link}}\">My cart</a></p>\n"
        . ("<p>" . 'x' x 60 . "</p>\n..\n") x 3400
        . "<p><a href=\"{{unsubscribe_link}}\">Unsubscribe</a></p>\n"
        . "</body></html>\n",
    'en.txt'  => "{{cart_link}}\n.\n{{unsubscribe_link}}\n",
);

mkdir $dir;
mkdir "$dir/large";
spew("$dir/large/$_", $file{$_}) for keys %file;
spew("$dir/large/approved", sha256_hex(
    map { ("$_ " . length($file{$_}) . "\n", $file{$_}) } sort keys %file));

my $clock = Sp::Clock->new;
my $smtp  = Sp::Smtp->new(rcvbuf => 8 * $KB);
my $t = Sp::Rescue->new(smtp => $smtp, idle => 200, start => 0,
    connections => 1,
    series => 'series "default" { step "one" { delay = 0 creative = large } }');
my ($call, $mailer) = ($t->call, $t->mailer);

$mailer->set_config($t->config =~ s{creatives *= .*}{creatives = "$dir"}r);
$mailer->start;
$t->ready;

sub settled ($email) {
    my $line = wait_for {
        my $sid = $call->tokens($email)->{shopper};
        (grep { /event=settle .*shopper=\Q$sid\E/ } split /\n/,
            $mailer->log)[-1];
    };
    return $line // '';
}

# Where it breaks, and that nothing of it is taken for a message.

my $n = 0;

for my $kb (0, 1, 64, 100) {
    my $email = 'broken' . ++$n . '@example.com';
    $smtp->behave({ stage => 'body', read => $kb * $KB, drop => 1,
        times => 1 });
    $call->abandon($email);
    like(settled($email), qr/outcome=r reason=connection .*stage=body/,
        "dropped after $kb KB: tried again");
    is($smtp->count, 0, '... nothing has arrived');
    is(scalar $call->doubt, 0, '... nothing is in doubt');

    $clock->advance(61);
    $smtp->wait_mails(1);
    $t->wait_closed($email, 'lost', '... and sent by the second try');

    my ($mail) = $smtp->mails;
    cmp_ok(length $mail->{data}, '>', 230 * $KB, '... whole');
    my $text = Sp::Mime->parse($mail->{data})->html;
    is((() = $text =~ /^<p>x{60}<.p>\r?$/mg), 3400, '... with every line of it');
    is((() = $text =~ /^\.\.\r?$/mg), 3400, '... and every dot');
    $smtp->clear;
}

# All of it was read, and the final dot, too.

$smtp->behave({ stage => 'dot', drop => 1, times => 1 });
$call->abandon('doubt@example.com');
like(settled('doubt@example.com'), qr/outcome=d reason=in_doubt .*stage=dot/,
    'dropped after the dot: in doubt');
wait_ok { (() = $call->doubt) == 1 } '... and listed';

is($mailer->stop, 0, 'ends');
all_done();
