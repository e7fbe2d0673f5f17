#!/usr/bin/perl
#
# A series of several steps with delays and max_late, over days.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Test;
use Sp::Rescue;
use Sp::Clock;
use Sp::Mime;

my $clock  = Sp::Clock->new;
my $series = 'series "default" {'
    . ' step "one" { delay = 0 creative = plain }'
    . ' step "two" { delay = 23h creative = second }'
    . ' step "three" { delay = 71h creative = plain max_late = 2h } }';
my $t = Sp::Rescue->new(idle => 200, series => $series);
my ($call, $smtp, $mailer) = ($t->call, $t->smtp, $t->mailer);

sub later ($seconds) {
    $t->quiet;
    $clock->advance($seconds);
}

# All three, at their times.

$call->abandon('all@example.com');
$smtp->wait_mails(1);
later(22 * 3600);
$call->abandon('probe1@example.com');
$smtp->wait_mails(2);
is((grep { $_->{to}[0] =~ /all/ } $smtp->mails), 1, 'not before its time');
later(3600);
wait_ok { (grep { $_->{to}[0] =~ /all/ } $smtp->mails) == 2 } 'the second';
later(48 * 3600);
wait_ok { (grep { $_->{to}[0] =~ /all/ } $smtp->mails) == 3 } 'the third';
$t->wait_closed('all@example.com', 'lost', 'then it has ended');
my @mine = grep { $_->{to}[0] =~ /all/ } $smtp->mails;
is_deeply([ map { Sp::Mime->parse($_->{data})->header('Subject') } @mine ],
    [ 'Your cart at The Shop', 'Still waiting: your cart at The Shop',
      'Your cart at The Shop' ], 'each with its creative');
my %ids = map { Sp::Mime->parse($_->{data})->header('Message-ID') => 1 } @mine;
is(keys %ids, 3, 'each with its Message-ID');

# Whoever comes back to the same cart only to look is not told again; a cart
# that was changed is another abandonment.

$smtp->clear;
later(86400);
$call->event(kinds => ['page_view'], visitor => 'visitor1');
$call->abandon('all@example.com', visitor => 'visitor1');
$call->abandon('probe0@example.com');
wait_ok { grep { $_->{to}[0] =~ /probe0/ } $smtp->mails } 'who left later';
is((grep { $_->{to}[0] =~ /all/ } $smtp->mails), 0, 'not the same again');
$call->event(kinds => ['add_to_cart'], visitor => 'visitor1', cart => 'add',
    lines => [ { id => 'sku2', name => 'Stool', quantity => 1 } ]);
wait_ok { grep { $_->{to}[0] =~ /all/ } $smtp->mails } 'another cart is told';
$call->order('16', email => 'all@example.com');
$t->wait_closed('all@example.com', 'ordered');

# An order after the first step stops the rest.

$smtp->clear;
$call->abandon('bought@example.com');
$smtp->wait_mails(1);
$call->order('17', email => 'bought@example.com');
later(24 * 3600);
$call->abandon('probe2@example.com');
wait_ok { grep { $_->{to}[0] =~ /probe2/ } $smtp->mails } 'a day later';
is((grep { $_->{to}[0] =~ /bought/ } $smtp->mails), 1, 'no second message');

# The mailer was down: too late is closed as too_late, and the series goes on.

$smtp->clear;
$call->abandon('late@example.com');
wait_ok { grep { $_->{to}[0] =~ /late/ } $smtp->mails } 'the first';
$mailer->stop;
later(36 * 3600);
$mailer->start;
$t->ready;
wait_ok { $t->count('skipped_too_late') >= 1 } 'the second is too late';
later(35 * 3600);
wait_ok { (grep { $_->{to}[0] =~ /late/ } $smtp->mails) == 2 }
    'the third comes at its time';
is((Sp::Mime->parse((grep { $_->{to}[0] =~ /late/ } $smtp->mails)[1]{data})
    ->header('Subject')), 'Your cart at The Shop', 'it is the third one');

# Down for less than max_late: it is sent.

$smtp->clear;
$call->abandon('soon@example.com');
wait_ok { grep { $_->{to}[0] =~ /soon/ } $smtp->mails } 'the first';
$mailer->stop;
later(30 * 3600);
$mailer->start;
$t->ready;
wait_ok { (grep { $_->{to}[0] =~ /soon/ } $smtp->mails) == 2 }
    'seven hours late is not too late';

# The relay was away for longer: our own pauses count as late.

$smtp->clear;
$smtp->behave({ stage => 'mail', reply => '451 4.3.0 later' });
$call->abandon('relay@example.com');

for my $try (1 .. 12) {
    my $why;

    wait_for {
        $why = $call->why('relay@example.com');
        $why->{tries} == $try || grep { /^step/ } keys %$why;
    } or last;
    last if grep { /^step/ } keys %$why;
    later(($why->{next} - $why->{now}) / 1000 + 1);
}

my $sid = $call->tokens('relay@example.com')->{shopper};
wait_ok { $mailer->log =~ /=\Q$sid\E .*step=one outcome=k reason=too_late/ }
    'closed as too late after 12 hours';
cmp_ok(scalar(() = $mailer->log =~ /=\Q$sid\E .*outcome=r/g), '>', 8,
    'after several tries');
$smtp->behave;

# The config changes under way: a step that is done is not sent again under
# another name, a series that is gone ends the rescue.

$smtp->clear;
$call->abandon('renamed@example.com');
wait_ok { grep { $_->{to}[0] =~ /renamed/ } $smtp->mails } 'the first';
$mailer->reload($t->config(series => $series =~ s/"one"/"uno"/r));
later(23 * 3600);
wait_ok { (grep { $_->{to}[0] =~ /renamed/ } $smtp->mails) == 2 } 'the second';
is((grep { Sp::Mime->parse($_->{data})->header('Subject') =~ /Still/ }
    grep { $_->{to}[0] =~ /renamed/ } $smtp->mails), 1,
    'the renamed first step was not sent again');

$mailer->reload($t->config(series => $series =~ s/"default"/"other"/r));
later(48 * 3600);
$t->wait_closed('renamed@example.com', 'series_gone');

# max_per_day: the second message of a day waits.

$mailer->reload($t->config(shop => 'max_per_day = 1', series =>
    'series "default" { step "one" { delay = 0 creative = plain }'
    . ' step "two" { delay = 1h creative = second } }'));
wait_ok { $mailer->log =~ /.*result=ok/s } 'reloaded';
$smtp->clear;
$call->abandon('often@example.com');
wait_ok { grep { $_->{to}[0] =~ /often/ } $smtp->mails } 'the first';
later(3601);
$mailer->wait_log(qr/event=stopped .*reason=capped/);
is((grep { $_->{to}[0] =~ /often/ } $smtp->mails), 1, 'the second is held');
later(23 * 3600);
wait_ok { (grep { $_->{to}[0] =~ /often/ } $smtp->mails) == 2 }
    'it comes a day after the first, and is not late';

is($mailer->stop, 0, 'ends');
all_done();
