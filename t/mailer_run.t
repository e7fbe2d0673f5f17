#!/usr/bin/perl
#
# The daemon: SIGTERM finishes what is in flight, a rate is kept, Redis by unix
# socket and with a password.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Test;
use Sp::Rescue;

# SIGTERM while the server sits on the dot, with more in the queue.

my $t = Sp::Rescue->new(idle => 200, connections => 1);
my ($call, $smtp, $mailer) = ($t->call, $t->smtp, $t->mailer);
my $hold = $smtp->hold('dot');

$call->abandon("flight$_\@example.com") for 1 .. 5;
ok($hold->reached, 'one is in flight');
wait_ok { (grep { $_->{state} eq 'open' && $_->{leased_until} }
    map { $call->why("flight$_\@example.com") } 1 .. 5) == 5 } 'all are claimed';
kill 'TERM', $mailer->pid;
$mailer->wait_log(qr/event=stop in_hand=5/);
ok(Sp::Test::alive($mailer->pid), 'it waits for the one in flight');
$hold->release;
$mailer->wait_log(qr/event=end/);
Sp::Test::await_child($mailer->pid);
is($mailer->stop, 0, 'then it ends');
is($smtp->count, 1, 'one was sent');
is(scalar(() = $call->doubt), 0, 'nothing is in doubt');
is((grep { $_->{leased_until} } map { $call->why("flight$_\@example.com") }
    1 .. 5), 0, 'the others were given back');

# They are the next mailer's at once; and a rate is kept.

$smtp->behave;
$mailer->set_config($t->config(relay => 'rate = "2/s"', connections => 4));
$mailer->start;
$t->ready;
$smtp->wait_mails(5);
my @times = sort { $a <=> $b } map { $_->{time} } $smtp->mails;
cmp_ok($times[4] - $times[1], '>', 1, 'four messages at two a second');
is($mailer->stop, 0, 'ends');

# Another way to Redis.

my $redis = Sp::Redis->new(password => 'a-password');
my $file  = Sp::Test::dir() . '/redis-password';
spew($file, "a-password\n");
chmod 0600, $file;

for my $case ([ 'unix socket', 'unix:' . $redis->socket ],
    [ 'TCP', "redis://127.0.0.1:@{[ $redis->port ]}/0" ])
{
    my ($what, $url) = @$case;
    my $u = Sp::Rescue->new(redis => $redis, url => $url, idle => 200,
        name => $what =~ s/\W/-/gr =~ tr/A-Z/a-z/r,
        top => "redis_password_file = \"$file\"");

    $u->call->abandon('ada@example.com');
    $u->smtp->wait_mails(1);
    is($u->mailer->stop, 0, "$what with a password");
}

my $u = Sp::Rescue->new(redis => $redis, start => 0, name => 'wrong',
    url => "redis://127.0.0.1:@{[ $redis->port ]}");
$u->mailer->start;
$u->mailer->wait_log(qr/event=redis_lost reason=".*auth/i);
is($u->mailer->stop, 0, 'no password: it says so, and ends when told');

all_done();
