#!/usr/bin/perl
#
# Only the content that was approved is sent: what is edited stops being sent
# while the daemon runs, and is sent again once it is approved; what is retired
# is skipped, and the series goes on.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Test;
use Sp::Clock;
use Sp::Mime;
use Sp::Rescue;

my $dir = dir();
my $clock = Sp::Clock->new;
my $series = 'series "default" {'
    . ' step "one" { delay = 0 creative = plain }'
    . ' step "two" { delay = 24h creative = second } }';

mkdir "$dir/mine" or die;
system('cp', '-R', glob(Sp::Test::root() . '/t/lib/creatives/*'), "$dir/mine")
    == 0 or die;

my $t = Sp::Rescue->new(idle => 200, series => $series, start => 0);
my ($call, $smtp, $mailer) = ($t->call, $t->smtp, $t->mailer);
my $config = $t->config =~ s{creatives   = .*}{creatives = "$dir/mine"}r;
my $text = "$dir/mine/plain/en.txt";
my $approved = slurp($text);

sub to ($who) { grep { $_->{to}[0] =~ /^\Q$who\E@/ } $smtp->mails }

# How often a step was settled so.

sub settled ($step, $outcome, $reason) {
    return scalar(() = $mailer->log
        =~ /event=settle .*step=$step outcome=$outcome reason=$reason\b/g);
}

$mailer->set_config($config);
spew("$dir/mine/second/en.txt", slurp("$dir/mine/second/en.txt")
    . "Message {{step_number}}, {{hours_since}} hours later.\n");
my ($status, $out, $err) = $mailer->run('creative', 'approve', 'second', '--despite-lint');
is($status, 0, 'approved') or diag $err;
$mailer->start;
$t->ready;

$call->abandon('ada@example.com');
wait_ok { to('ada') == 1 } 'what is approved is sent';

# Edited: it waits, and check, status and the log say so.

spew($text, $approved . "One more line.\n");
$clock->advance(5);
$call->abandon('bob@example.com');
wait_ok { settled('one', 'f', 'not_approved') == 1 } 'it waits';
like($mailer->log, qr/level=warn event=creative shop=demo step=one creative=plain state=changed/,
    'the log says that it was changed');
is(to('bob'), 0, 'what was edited is not sent');

($status, $out, $err) = $mailer->run('check');
is($status, 0, 'check has no error');
like($err, qr/step "one": creative "plain" was changed since it was approved, and is not sent/,
    '... but a warning');
like(join("\n", @{ $mailer->json('status')->{warnings} }),
    qr/creative "plain" was changed since/, 'status, too');

# A restart changes nothing of that, and stops nothing.

$mailer->restart;
$t->ready;
like($mailer->log, qr/event=creative shop=demo step=one creative=plain state=changed(?!.*event=start)/s,
    'the log says so at a start');

# Put back as it was: sent, with the next look at it.

spew($text, $approved);
$clock->advance(11 * 60);
wait_ok { to('bob') == 1 } 'as it was approved it is sent';

# Edited and approved: the new text is sent, without a reload.

spew($text, $approved . "The new line.\n");
($status, $out, $err) = $mailer->run('creative', 'approve', 'plain', '--despite-lint');
is($status, 0, 'approved again') or diag $err;
$clock->advance(5);
$call->abandon('cid@example.com');
wait_ok { to('cid') == 1 } 'what is approved anew is sent';
like(Sp::Mime->parse((to('cid'))[0]{data})->text, qr/The new line\./,
    '... as it is now');

# Never approved in time: the step is closed, the series goes on.

spew($text, $approved . "Another line.\n");
$clock->advance(5);
$call->abandon('dan@example.com');
wait_ok { settled('one', 'f', 'not_approved') == 2 } 'it waits again';
is(settled('one', 'k', 'not_approved'), 0, '... and is not closed');
$clock->advance(12 * 3600);
wait_ok { settled('one', 'k', 'not_approved') == 1 } 'until it is too late';
$clock->advance(12 * 3600 + 60);
wait_ok { to('dan') == 1 } 'the second step is sent all the same';
is(Sp::Mime->parse((to('dan'))[0]{data})->header('Subject'),
    'Still waiting: your cart at The Shop', '... and only that');
like(Sp::Mime->parse((to('dan'))[0]{data})->text,
    qr/^Message 2, 24 hours later\.\r?$/m, 'it knows which one it is, and how late');

# Retired: skipped at once.

($status, $out, $err) = $mailer->run('creative', 'retire', 'plain', '--reason',
    'out of season');
is($status, 0, 'retired') or diag $err;
$clock->advance(5);
$call->abandon('eve@example.com');
wait_ok { settled('one', 'k', 'retired') == 1 }
    'what is retired is skipped';
like($mailer->log, qr/creative=plain state=retired text="out of season"/,
    'and the log says why');
$clock->advance(24 * 3600 + 60);
wait_ok { to('eve') == 1 } 'the next step is sent';
like((to('eve'))[0]{data}, qr/Still waiting/, '... and only that');
is(to('ada'), 2, 'who was first got both');

# Its folder moved away, or behind a link that leads nowhere: it waits.

($status, $out, $err) = $mailer->run('creative', 'approve', 'plain', '--despite-lint');
is($status, 0, 'back again') or diag $err;
rename "$dir/mine/plain", "$dir/plain" or die;
symlink "$dir/nowhere", "$dir/mine/plain" or die;
$clock->advance(5);
$call->abandon('fay@example.com');
wait_ok { settled('one', 'f', 'not_approved') == 3 } 'what is gone waits';
like($mailer->log, qr/level=error event=creative shop=demo step=one creative=plain state=wrong/,
    'the log says so, as an error');
is(to('fay'), 0, 'nothing is sent in its place');
($status, $out, $err) = $mailer->run('status');
is($status, 3, 'status says so');
like($err, qr{mine/plain: No such file}, '... with the folder');
unlink "$dir/mine/plain" or die;
rename "$dir/plain", "$dir/mine/plain" or die;
$clock->advance(11 * 60);
wait_ok { to('fay') == 1 } 'it is back: it is sent';

# The folder of all of them.

rename "$dir/mine", "$dir/away" or die;
$clock->advance(5);
$call->abandon('gil@example.com');
wait_ok { settled('one', 'f', 'not_approved') == 4 } 'without its folder all wait';
$mailer->reload;
$mailer->wait_log(qr{event=reload result=refused error=".*creatives \\"\Q$dir\E/mine\\": No such file});
rename "$dir/away", "$dir/mine" or die;
$clock->advance(11 * 60);
wait_ok { to('gil') == 1 } 'the folder is back';

all_done();
