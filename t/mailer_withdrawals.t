#!/usr/bin/perl
#
# Consent that was taken back stays so when Redis loses all it has: withdrawals
# are in the mailer's own file, wherever they were said, and an old list of
# consents does not undo them.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Test;
use Sp::Clock;
use Sp::Http;
use Sp::Rescue;

use constant { GIVEN => 1, WITHDRAWN => 2 };

my $clock = Sp::Clock->new;
$clock->morning;
my $t = Sp::Rescue->new(clock => $clock, idle => 500,
    shop => 'consent = consent');
my ($call, $mailer, $smtp, $redis) = ($t->call, $t->mailer, $t->smtp, $t->redis);
my $http = Sp::Http->new(port => $mailer->port);
my $file = $mailer->dir . '/withdrawals';
my $list = Sp::Test::dir() . '/consents.csv';
my $left = 'sp:{demo}:withdrawn';
my @who  = qw(seen told mine stays);

sub address ($who) { return "$who\@example.com" }
sub sid ($who) { return $call->tokens(address($who))->{shopper} }

sub consent ($who) {
    my $why = $call->why(address($who));
    return join ' ', map { $why->{$_} // '' } 'consent', 'consent_by';
}

# The file's lines: "NAME HOW".
sub noted () {
    my %name = map { sid($_) => $_ } @who;
    return [ sort map { /^\d+ demo (\S+) (\w+)$/ ? "$name{$1} $2" : $_ }
        grep { length } split /\n/, -f $file ? slurp($file) : '' ];
}

# Minutes pass until it is so; one may find the mailer at the one before.
sub minutes ($is, $name) {
    local $Test::Builder::Level = $Test::Builder::Level + 1;

    for (1 .. 5) {
        $clock->advance(61);
        return pass($name) if wait_for { $is->() } 10;
    }

    return fail($name);
}

# What was seen is in the file, too, and only there.
sub brought ($want, $name) {
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    minutes(sub {
        !$redis->cmd('EXISTS', $left) && "@{ noted() }" eq "@$want"
    }, $name) or diag explain noted();
}

sub import_list ($name, %want) {
    my ($status, $out) = $mailer->run('consent', 'import', $list, '--json');
    is($status, 0, $name);
    is($out =~ /"$_": (\d+)/ ? $1 : '', $want{$_}, "... $_: $want{$_}")
        for sort keys %want;
}

sub mailed () {
    return join ' ', sort map { $_->{to}[0] =~ s/\@.*//r } $smtp->mails;
}

my $carts = 0;

# Each leaves another cart, and a message comes or does not.
sub leave (%ends) {
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    $carts++;
    $call->abandon(address($_), visitor => "$_$carts",
        lines => [ { id => "sku$carts", name => 'Oak', quantity => 1 } ])
        for sort keys %ends;
    $t->wait_closed(address($_), $ends{$_}, "$_: $ends{$_}") for sort keys %ends;
}


# Said in the shop, to the operator, and by "not your cart?".

spew($list, join '', map { address($_) . ",2020-01-01\n" } @who);
import_list('a list', given => 4, said_later => 0);
$call->abandon(address('mine'), visitor => 'mine', consent => GIVEN);
leave(map { $_ => 'lost' } 'seen', 'told', 'stays');
$t->wait_closed(address('mine'), 'lost');
is(mailed(), 'mine seen stays told', 'all are written to');

$call->event(kinds => ['sign_up'], email => address('seen'), visitor => 'seen1',
    consent => WITHDRAWN);
is(consent('seen'), 'withdrawn sign_up', 'taken back in the shop');
brought([ 'seen sign_up' ], 'it is in the file');
is(($mailer->run('consent', address('told'), '--withdraw'))[0], 0,
    'told to the operator');
is_deeply(noted(), [ 'seen sign_up', 'told operator' ], 'it is there at once');
is($redis->cmd('EXISTS', $left), 0, '... and nobody else needs to bring it');

$redis->cmd('DEL', 'sp:{demo}:p:' . sid('mine'));
$call->event(kinds => ['generate_lead'], email => address('mine'),
    visitor => 'other', consent => GIVEN);
my $token = $call->tokens(address('mine'))->{not_me};
is($http->form("/sp/not-me?t=$token", { not_me => 'yes' })->{status}, 200,
    'not me');
wait_ok { consent('mine') eq 'withdrawn not_me' } 'withdrawn';
brought([ 'mine not_me', 'seen sign_up', 'told operator' ], 'in the file');
unlike(slurp($file), qr/\@|example/, 'there is no address in it');
is(($mailer->run('consent', 'someone'))[0], 2, 'what is no address');
is(@{ noted() }, 3, '... is not noted');

# Redis loses all, and the old list is imported again.

$redis->cmd('FLUSHALL');
$call->hello;
$mailer->wait_log(qr/state=emptied/);
import_list('the old list, before anything is restored', given => 1,
    said_later => 3);
my $done = $mailer->json('restore');
is($done->{demo}{withdrawals}, 3, 'restored');
wait_ok { $mailer->log =~ /.*state=ready/s } 'the mailer goes on';
is_deeply([ map { consent($_) } @who ], [ 'withdrawn sign_up',
    'withdrawn operator', 'withdrawn not_me', 'given import' ], 'as they were');
import_list('again', given => 0, given_before => 1, said_later => 3);
spew($list, join '', map { address($_) . "\n" } @who);
import_list('without dates', given => 0, given_before => 1, said_later => 3);
$smtp->clear;
leave(stays => 'lost', map { $_ => 'no_consent' } 'seen', 'told', 'mine');
is(mailed(), 'stays', 'nobody who took it back is written to');
is($redis->cmd('EXISTS', $left), 0, 'what was told again is not noted again');

# What Redis has forgotten of one.

$redis->cmd('DEL', 'sp:{demo}:p:' . sid('told'));
spew($list, address('told') . ",2020-01-01\n");
import_list('of somebody forgotten', given => 0, said_later => 1);
is(($mailer->run('consent', address('told'), '--date', '2020-01-01'))[0], 1,
    'nor one by one');

# Who agrees anew is written to, whatever is in the file.

is(($mailer->run('consent', address('told')))[0], 0, 'agreed to anew');
$call->event(kinds => ['generate_lead'], email => address('seen'),
    visitor => 'seen3', consent => GIVEN);
$mailer->restart;
$t->ready;
$smtp->clear;
leave(told => 'lost', seen => 'lost', mine => 'no_consent');
is(mailed(), 'seen told', 'also after another start');

# A file that cannot be written to keeps them in Redis, and says so.

rename $file, "$file.kept";
mkdir $file;
$call->event(kinds => ['sign_up'], email => address('stays'), visitor => 'stays9',
    consent => WITHDRAWN);
minutes(sub { $mailer->log =~ /event=journal file=withdrawals error=/ },
    'it says so');
is($redis->cmd('ZCARD', $left), 1, 'it is kept');
my ($status, undef, $err) = $mailer->run('consent', 'import', $list);
is($status, 1, 'a file that cannot be read');
like($err, qr/withdrawals cannot be read/, '... says so');
is(($mailer->run('consent', address('told'), '--withdraw'))[0], 1,
    'nor written');
is(consent('told'), 'given operator', '... and nothing is done');
rmdir $file;
rename "$file.kept", $file;
brought([ 'mine not_me', 'seen sign_up', 'stays sign_up', 'told operator' ],
    'then it is brought');

# More than one call brings.

my @many = map { address("many$_") } 1 .. 150;
$call->event(kinds => ['sign_up'], email => $_, visitor => $_,
    consent => WITHDRAWN) for @many;
minutes(sub { !$redis->cmd('EXISTS', $left) }, 'many at once');
is(scalar(() = slurp($file) =~ /^\d+ demo \S{22} sign_up$/mg), 152,
    '... are all in the file');

is($mailer->stop, 0, 'ends');
all_done();
