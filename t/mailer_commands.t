#!/usr/bin/perl
#
# The commands: help, JSON, exit statuses, and what they do.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Test;
use Sp::Rescue;
use Sp::Mime;

my $t = Sp::Rescue->new(idle => 200);
my ($call, $smtp, $mailer) = ($t->call, $t->smtp, $t->mailer);
my @commands = qw(run bounce check doctor keygen status why test-send suppress customers
    order settle restore);

sub bare (@args) {
    my ($status, $out, $err) = Sp::Test::command([ $mailer->binary, @args ]);
    return ($status >> 8, $out, $err);
}

# Help.

my ($status, $out, $err) = bare('--help');
is($status, 0, '--help');
like($out, qr/^  \Q$_\E /m, "... names $_") for @commands;

for my $command (@commands) {
    ($status, $out) = bare($command, '--help');
    is($status, 0, "$command --help");
    like($out, qr/\Ausage: sitepreserver $command/, '... says how');
    ($status, undef, $err) = bare($command, '--bogus');
    is($status, 2, "$command --bogus: 2");
    like($err, qr/unknown .*--bogus/, '... names it');
}

is((bare())[0], 2, 'no command: 2');
is((bare('bogus'))[0], 2, 'no such command: 2');
is((bare('check', '-c', '/nonexistent'))[0], 3, 'no config: 3');

# check.

($status, $out) = $mailer->run('check');
is($status, 0, 'check');
like($out, qr/: ok$/m, '... says so');
is($mailer->json('check')->{ok} ? 1 : 0, 1, '... as JSON');

# keygen.

my $file = Sp::Test::dir() . '/key';
is(($mailer->run('keygen', $file))[0], 0, 'keygen');
is(sprintf('%04o', (stat $file)[2] & 07777), '0600', 'only its owner reads it');
like(slurp($file), qr/^identity [0-9a-f]{64}\n.*^sealing 1 [0-9a-f]{64}\n/ms,
    'it has keys');
my $old = slurp($file);
is(($mailer->run('keygen', $file))[0], 1, 'again: refused');
is(slurp($file), $old, '... and not overwritten');
is(($mailer->run('keygen'))[0], 2, 'no file: 2');
is(($mailer->run('keygen', '/nonexistent/x'))[0], 1, 'no folder: 1');

# why.

is(($mailer->run('why', 'ada@example.com'))[0], 5, 'why of a stranger: 5');
$call->abandon('ada@example.com');
$smtp->wait_mails(1);
$t->wait_closed('ada@example.com', 'lost');
my $why = $mailer->json('why', 'Ada@Example.com');
is($why->{state}, 'closed', 'why says what became of a rescue');
is($why->{shopper}, $call->tokens('ada@example.com')->{shopper}, '... by hash');
is_deeply([ map { "$_->{step} $_->{outcome}" } @{ $why->{steps} } ],
    [ 'reminder sent' ], '... each step by name');
is(scalar(@{ $why->{mails} }), 1, '... each mail');
is($why->{visits}[0]{items}, 1, '... what is in the cart');
is_deeply([ grep { exists $why->{$_} } qw(next due) ], [], '... and no next look');
unlike(($mailer->run('why', 'ada@example.com'))[1], qr/^(?:next|due)\b/m, '... as text');
is(($mailer->run('why'))[0], 2, 'nobody: 2');
is(($mailer->run('why', 'x'))[0], 2, 'no address: 2');

# status.

my $shop = $mailer->json('status')->{shops}{demo};
is($shop->{mode}, 'live', 'status: the mode');
is($shop->{today_sent}, 1, '... and what was sent');
is($mailer->json('status', '--shop', 'demo')->{shops}{demo}{in_doubt}, 0,
    '... of one shop');
is(($mailer->run('status', '--shop', 'x'))[0], 2, 'no such shop: 2');
my $call2 = Sp::Call->new(redis => $t->redis, shop => 'elsewhere');
like($mailer->json('status')->{warnings}[0], qr/"elsewhere"/,
    'a shop that nobody serves is a warning');

# What Redis does not keep is a warning, one for each reason.

$t->redis->cmd('CONFIG', 'SET', $$_[0], $$_[1])
    for [ 'appendonly', 'no' ], [ 'maxmemory-policy', 'allkeys-lru' ];
my $warnings = join "\n", @{ $mailer->json('status')->{warnings} };
like($warnings, qr/\(appendonly yes\)/, 'no append-only file: a warning');
like($warnings, qr/\(maxmemory-policy noeviction\)/, '... and eviction');
unlike($warnings, qr/appendfsync/, '... but not how a file is written');
$t->redis->cmd('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');

# test-send.

$smtp->clear;
($status, $out) = $mailer->run('test-send', 'me@example.org');
is($status, 0, 'test-send') or diag $out;
is(($smtp->mails)[0]{to}[0], 'me@example.org', '... to me');
my $mime = Sp::Mime->parse(($smtp->mails)[0]{data});
is_deeply([ $mime->defects ], [], '... a correct message');
like($mime->text, qr/Sample product/, '... with a sample cart');
($status, $out) = $mailer->run('test-send', '--print', 'me@example.org');
like($out, qr/^Subject: /m, '--print prints it');
is($smtp->count, 1, '... and does not send it');
is(($mailer->run('test-send', '--step', 'x', 'me@example.org'))[0], 2,
    'no such step: 2');
$smtp->behave({ stage => 'rcpt', reply => '550 5.1.1 no' });
($status, $out) = $mailer->run('test-send', 'me@example.org');
is($status, 1, 'refused: 1');
like($out, qr/5\.1\.1 no/, '... with the reply');
ok(!-e $mailer->dir . '/suppressions', 'nobody is suppressed by it');
$smtp->behave;

# suppress, by root: the daemon's user must be able to write to the list.

chown 65534, -1, $mailer->dir if $> == 0;
my $done = $mailer->json('suppress', 'Bob@example.com', '--reason', 'asked');
is($done->{shopper}, $call->tokens('bob@example.com')->{shopper}, 'suppress');
is($call->why('bob@example.com')->{suppressed}, 'asked', 'Redis knows why');
is($mailer->json('suppress', '--list')->[0]{reason}, 'asked', '--list');
is((stat $mailer->dir . '/suppressions')[4], (stat $mailer->dir)[4],
    'the list belongs to whom the folder belongs to');
is(($mailer->run('suppress', '--remove', 'bob@example.com'))[0], 0, '--remove');
ok(!$call->why('bob@example.com')->{suppressed}, 'Redis knows');
is(($mailer->run('suppress', 'bob@example.com', '--reason', 'a b'))[0], 2,
    'a reason of two words: 2');
is(($mailer->run('suppress', 'nobody'))[0], 2, 'no address: 2');

# customers import.

my $list = "\"1\",\"eve\@example.com\"\n# a comment\n\n2;zoe\@example.com\r\n"
    . "3\tyan\@example.com\n4,\n,x\@example.com\n5,no address\n6\n";
($status, $out, $err) = $mailer->run('customers', 'import', '-', \$list);
is($status, 1, 'an import with bad lines: 1');
like($out, qr/imported +3\b/, '... imports the good ones');
like($out, qr/rejected +4\b/, '... counts the others');
like($err, qr/line 6 .*line 7 .*line 8 .*line 9 /s, '... and names their lines');
unlike($err, qr/\@/, '... without an address');
$list = join '', map { "c$_,c$_\@example.com\n" } 1 .. 5000;
is($mailer->json('customers', 'import', '-', \$list)->{imported}, 5000,
    'a larger one');
is(($mailer->run('customers', 'import', '/nonexistent'))[0], 2, 'no file: 2');

# order.

is($mailer->json('order', '17', '--customer', '2')->{result}, 'ok',
    'an order of an imported customer');
is($mailer->json('order', '17', '--customer', '2')->{result}, 'duplicate',
    'again');
ok($call->why('zoe@example.com')->{ordered}, 'it is hers');
is(($mailer->run('order', '18', '--customer', 'nobody'))[0], 5,
    'of a customer that is not known: 5');
is(($mailer->run('order', '19'))[0], 2, 'of nobody: 2');
is(($mailer->run('order', '19', '--address', 'x'))[0], 2, 'no address: 2');
is(($mailer->run('order', '19', '--address', 'a@b.cc', '--ago', 'x'))[0], 2,
    'no time: 2');
is($mailer->json('order', '20', '--address', 'a@b.cc', '--ago=10m')->{result},
    'ok', 'an order of ten minutes ago');

# settle with nothing in doubt.

is_deeply($mailer->json('settle'), [], 'settle: nothing in doubt');
is(($mailer->run('settle', 'x', 'sent'))[0], 5, 'no such attempt: 5');
is(($mailer->run('settle', 'x', 'maybe'))[0], 2, 'no such outcome: 2');

# Redis away.

$mailer->stop;
$t->redis->stop;
is(($mailer->run($_))[0], 4, "$_ without Redis: 4") for qw(status settle restore);
is(($mailer->run('why', 'a@b.cc'))[0], 4, 'why without Redis: 4');

for my $url ('redis://zoe42@127.0.0.1:' . $t->redis->port . '/1',
    'redis://[::1]:' . $t->redis->port, 'unix:/nonexistent/redis')
{
    my ($file, $word) = map { $mailer->dir . "/$_" } 'elsewhere.conf', 'word';
    my $where = $url =~ s{//.*@}{//}r =~ s{/1\z}{}r;
    my $conf  = slurp($mailer->file);

    $conf =~ s/^(\s*redis\s*=\s*)"[^"]*"/$1"$url"/m or die 'no redis';
    $conf .= qq(redis_password_file = "$word"\n);
    spew($word, "secret\n");
    chmod 0600, $word;
    spew($file, $conf);

    my ($status, $out, $err) = $mailer->run('why', 'a@b.cc', '-c', $file);
    like($err, qr/Redis at "\Q$where\E": \S/, "$where: it says which");
    unlike("$out$err", qr/secret|zoe42/, '... and no password or user');
}

is(($mailer->run('suppress', 'kept@example.com'))[0], 4,
    'suppress without Redis: 4');
like(slurp($mailer->dir . '/suppressions'),
    qr/\Q@{[ $call->tokens('kept@example.com')->{shopper} ]}\E operator/,
    '... but it is in the mailer\'s file');
$t->redis->start;
$mailer->start;
$t->ready;
wait_ok { $call->why('kept@example.com')->{suppressed} } '... and applied';

is($mailer->stop, 0, 'ends');
all_done();
