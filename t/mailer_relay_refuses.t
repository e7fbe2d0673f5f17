#!/usr/bin/perl
#
# A relay that refuses every recipient is at fault itself: nobody is suppressed
# for it.  An address that it refuses again and again, while it takes others, is
# dead.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Test;
use Sp::Rescue;
use Sp::Clock;

my $clock = Sp::Clock->new;
$clock->morning;

my $smtp = Sp::Smtp->new;
$smtp->behave({ stage => 'rcpt', reply => '550 relay not permitted' });

my $t = Sp::Rescue->new(idle => 300, smtp => $smtp, connections => 1);
my ($call, $mailer, $redis) = ($t->call, $t->mailer, $t->redis);
my @shoppers = map { "$_\@$_.example.com" } qw(ada bob cyd eve joe kim lea);
my $settled = sub ($how) {
    scalar(() = $mailer->log =~ /event=settle .*outcome=$how/g);
};

$call->abandon($_) for @shoppers;
$mailer->wait_log(qr/event=relay relay=relay state=refuses code=550/);
wait_ok { $settled->('r reason=relay_refuses') >= 3 } 'the others are put off';
is($settled->('x reason=refused'), 4, 'four were refused');
wait_ok { $t->count('bounce_soft') == 4 } '... which is counted';
wait_ok { $t->count('relay_refuses') >= 3 } '... like what is put off';
is_deeply([ $redis->keys('sp:{demo}:x:*') ], [], 'nobody is suppressed');
ok(!-e $mailer->dir . '/suppressions', '... in our own file either');

my $status = $mailer->json('status');

ok((grep { /relay refused one recipient after another/ }
    $status->{warnings}->@*), 'status warns');

# It takes recipients again: what was put off is sent.

$smtp->behave;
$clock->advance(130);
$smtp->wait_mails(3);
$mailer->wait_log(qr/event=relay relay=relay state=works/);
is(scalar(() = $mailer->log =~ /state=refuses/g), 1, 'it was said once');

# One address of one that works: the third message is the last.

sub cart ($i) {
    return (total => $i, lines => [ { id => "sku$i", name => "Lamp $i",
        quantity => 1, price => $i } ]);
}

$smtp->behave({ stage => 'rcpt', match => qr/dead/,
    reply => '550 mailbox unavailable' });

for my $i (1 .. 3) {
    $call->abandon('dead@example.net', cart($i));
    wait_ok { $t->count('bounce_soft') == 4 + $i } "refusal $i is counted";

    if ($i < 3) {
        $t->wait_closed('dead@example.net', 'lost');
        is($call->why('dead@example.net')->{suppressed} // '', '',
            '... and suppresses nobody yet');
    }
}

wait_ok { ($call->why('dead@example.net')->{suppressed} // '') eq 'bounced' }
    'three messages in a row: suppressed';
wait_ok { -e $mailer->dir . '/suppressions'
    && slurp($mailer->dir . '/suppressions') =~ / bounced$/m }
    '... in our own file, too';

$mailer->stop;
all_done();
