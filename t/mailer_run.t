#!/usr/bin/perl
#
# The daemon: SIGTERM finishes what is in flight, a rate is kept, Redis by unix
# socket and with a password.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Test;
use Sp::Call;
use Sp::Clock;
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

# They are the next mailer's at once; and a rate is kept: one may go at first,
# and no other while another relay's goes.

my $free = Sp::Call->new(redis => $t->redis, shop => 'free', idle => 200);

$smtp->behave;
$smtp->clear;
$mailer->set_config($t->config(relay => 'rate = "1/h"', connections => 4,
    shop => 'smtp = relay') . <<"CONF");
smtp "other" { url = "smtp://127.0.0.1:@{[ $smtp->port ]}" tls = none }
shop "free" {
    mode = live
    from = "The Shop <shop\@shop.example.com>"
    cart_url = "https://shop.example.com/cart"
    public_url = "https://shop.example.com"
    smtp = "other"
    brand { address = "1 High Street" }
    series "default" { step "reminder" { delay = 0 creative = plain } }
}
CONF
$mailer->start;
$t->ready;
$smtp->wait_mails(1);
wait_ok { $mailer->log =~ /shop=free state=ready/ } 'another relay is there';
$free->abandon('free@example.com');
$smtp->wait_mails(2);
is((grep { $_->{to}[0] =~ /^flight/ } $smtp->mails), 1, 'one an hour');
$mailer->set_config($t->config(relay => 'rate = "100/s"', connections => 4));
$mailer->reload;
$smtp->wait_mails(5);
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

# SIGTERM while a claim is on its way: what it brings is not begun any more.

# Has Redis been sent what it has not read?
sub unread ($port) {
    my $local = sprintf '0100007F:%04X', $port;

    return grep { /\d: $local [\w:]+ 01 \w+:(?!00000000)/ }
        split /\n/, slurp('/proc/net/tcp');
}

my $clock = Sp::Clock->new;
my $v = Sp::Rescue->new(idle => 60_000, connections => 1);

$v->call->abandon('late@example.com');
$v->redis->pause;
$clock->advance(120);
wait_ok { unread($v->redis->port) } 'a claim is on its way';
kill 'TERM', $v->mailer->pid;
$v->mailer->wait_log(qr/event=stop/);
$v->redis->resume;
$v->mailer->wait_log(qr/event=end/);
Sp::Test::await_child($v->mailer->pid);
is($v->mailer->stop, 0, 'ends');
like($v->mailer->log, qr/event=settle .*outcome=f reason=given_back/,
    'what came was given back');
is($v->smtp->count, 0, 'and not sent');

$v->mailer->start;
$v->smtp->wait_mails(1);
is($v->mailer->stop, 0, 'the next mailer sends it');

all_done();
