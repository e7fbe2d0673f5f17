#!/usr/bin/perl
# slow

# Real bounces: a private Postfix between the mailer and a server that refuses.
# What it gives back goes to a Maildir that the daemon watches.
#
# SP_RECORD=DIR keeps the bounces there: t/recordings/bounces was made so.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use File::Copy qw(copy);
use Sp::Test;
use Sp::Postfix;
use Sp::Rescue;

plan skip_all => Sp::Postfix->missing if Sp::Postfix->missing;

# The recorded ones are signed with these keys.

copy(root() . '/t/recordings/bounces/secret', secret_file()) or die $!;
chmod 0600, secret_file();

my $next    = Sp::Smtp->new;
my $postfix = Sp::Postfix->new(next => $next, domain => 'shop.example.com',
    main => "delay_warning_time = 1s\n");
my $t = Sp::Rescue->new(smtp => $postfix, idle => 200,
    relay => 'helo = "mailer.example.com"',
    top => 'bounce_maildir = "' . $postfix->maildir . '"',
    shop => 'return_path = "bounce@shop.example.com" verp = on soft_bounces = 2');
my ($call, $mailer) = ($t->call, $t->mailer);


# Abandons a cart and waits for the log of what came back of its message.
sub comes_back ($name, $email, $record, $re, %cart) {
    my $seen = () = $mailer->log =~ /event=bounce /g;

    $call->abandon($email, idle => 200, %cart);
    wait_ok { (() = $mailer->log =~ /event=bounce /g) > $seen }
        "$name: something comes back", 90;
    my ($line) = reverse grep { /event=bounce / } split /\n/, $mailer->log;
    like($line, $re, "$name: it is understood");

    my ($file) = sort { -M $a <=> -M $b } glob $postfix->maildir . '/cur/*';
    ok($file, "$name: it is in cur");
    copy($file, "$ENV{SP_RECORD}/$record.eml") or die $!
        if $ENV{SP_RECORD} && $file;

    return $file;
}


# A mailbox that does not exist.

$next->behave({ stage => 'rcpt', match => qr/gone/, reply => '550 5.1.1 no such user' });

my $file = comes_back('a dead address', 'gone@example.net', 'hard',
    qr/result=suppressed kind=hard status=5\.1\.1 shop=demo .* by=verp/);

like(slurp($file), qr/^To: bounce\+[a-z2-7]{48}\@shop\.example\.com/m,
    'the return path has a token');
wait_ok { ($call->why('gone@example.net')->{suppressed} // '') eq 'bounced' }
    'the address is suppressed';
like(slurp($mailer->dir . '/suppressions'), qr/ bounced$/m,
    '... in the mailer\'s own file, too');
is($t->count('bounce_hard'), 1, '... and counted');

# Nobody else is.

$call->abandon('well@example.net', idle => 200);
$next->wait_mails(1);
is(($next->mails)[0]{to}[0], 'well@example.net', 'another gets his message');

# A full mailbox: counted, and after two messages suppressed.

$next->behave({ stage => 'rcpt', match => qr/full/, reply => '552 5.2.2 mailbox is full' });
comes_back('a full mailbox', 'full@example.net', 'full',
    qr/result=counted kind=soft status=5\.2\.2 .* by=verp/);
ok(!$call->why('full@example.net')->{suppressed}, 'once is nothing');
$t->wait_closed('full@example.net', 'lost');
comes_back('another message', 'full@example.net', 'full2',
    qr/result=suppressed kind=soft status=5\.2\.2/, total => 100,
    lines => [ { id => 'sku2', name => 'Lamp', quantity => 1, price => 100 } ]);
wait_ok { ($call->why('full@example.net')->{suppressed} // '') eq 'bounced' }
    'twice in a row is enough';

# Refused for what it says: the address is well.

$next->behave({ stage => 'dot', match => qr/policy/, reply => '554 5.7.1 looks like spam' });
comes_back('refused as spam', 'policy@example.net', 'policy',
    qr/result=counted kind=soft status=5\.7\.1/);

# Later: a warning that it is late is counted as soft.

$next->behave({ stage => 'rcpt', match => qr/later/, reply => '451 4.3.0 later' });
comes_back('a delay', 'later@example.net', 'delayed',
    qr/result=counted kind=soft status=4\.3\.0/);
ok(!$call->why('later@example.net')->{suppressed}, 'nobody is suppressed by it');

is($mailer->stop, 0, 'the mailer ends');
all_done();
