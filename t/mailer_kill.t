#!/usr/bin/perl
#
# kill -9 of the mailer at every stage of SMTP: no message is lost, none is
# sent twice, and what was handed over whole with no reply is listed.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Test;
use Sp::Rescue;

my $t = Sp::Rescue->new(idle => 200, top => 'lease = "3s"');
my ($call, $smtp, $mailer) = ($t->call, $t->smtp, $t->mailer);
my @doubt;

for my $stage (qw(connect ehlo mail rcpt data body dot)) {
    for my $kept (0, 1) {
        my $email = "kill$stage$kept\@example.com";

        # A connection that is kept does not come by connect and ehlo again.

        next if $kept && $stage =~ /connect|ehlo/;

        $smtp->behave;
        $mailer->restart if !$kept;
        $t->ready;

        if ($kept) {
            $call->abandon("warm$stage\@example.com");
            $t->wait_closed("warm$stage\@example.com", 'lost');
        }

        my $hold = $smtp->hold($stage);
        $call->abandon($email);
        ok($hold->reached, "$stage: the server holds the exchange");
        $mailer->kill;
        $hold->release;
        $smtp->behave;
        $mailer->start;
        $t->ready;

        # After 354 and the body, the message may have been taken.

        if ($stage =~ /body|dot/) {
            wait_ok {
                grep { $_->{shopper} eq $call->tokens($email)->{shopper} }
                    $call->doubt;
            } "$stage: in doubt";
            push @doubt, $email;

        } else {
            $t->wait_closed($email, 'lost', "$stage: sent by the next mailer");
        }
    }
}

# A message to somebody else, later: by now all leases have ended.

$call->abandon('last@example.com');
$t->wait_closed('last@example.com', 'lost');

my %got;
$got{ $_->{to}[0] }++ for $smtp->mails;
is_deeply([ grep { $got{$_} > 1 } sort keys %got ], [], 'nobody got it twice');

for my $stage (qw(connect ehlo mail rcpt data)) {
    is($got{"kill$stage$_\@example.com"}, 1, "$stage: once")
        for $stage =~ /connect|ehlo/ ? 0 : (0, 1);
}

is($mailer->json('settle')->@*, @doubt, 'what is in doubt is listed');
is($t->count('doubt'), @doubt, '... and counted');

is($mailer->stop, 0, 'ends');
all_done();
