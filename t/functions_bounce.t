#!/usr/bin/perl

# sp1_bounce: reports are told from their repetitions, and messages that came
# back softly are counted in a row.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Test;
use Sp::Functions;
use Sp::Redis;

my $redis = Sp::Redis->new;
my $f     = Sp::Functions->new(redis => $redis, idle => 1000);
my $key   = $f->prefix . 'b:' . Sp::Functions::id('ada');


sub bounce ($kind, $report, $message, $who = 'ada') {
    return $f->call('bounce', 'p:' . ($who && Sp::Functions::id($who)), $kind,
        sprintf('%016x', $report), sprintf('%08x', $message));
}

is(bounce('soft', 1, 1), 'new 1', 'a message comes back');
is(bounce('soft', 1, 1), 'again 1', 'the same report again');
is(bounce('soft', 2, 1), 'new 1', 'another report of the same message');
is(bounce('soft', 3, 2), 'new 2', 'another message');
is(bounce('hard', 4, 3), 'new 2', 'a hard one is no soft one');
is(bounce('complaint', 5, 3), 'new 2', 'nor is a complaint');
is($f->count('bounce_soft'), 3, 'they are counted: soft');
is($f->count('bounce_hard'), 1, '... hard');
is($f->count('bounce_complaint'), 1, '... and complaints');
is(bounce('soft', 1, 1, 'eve'), 'new 1', 'each shopper has a row of his own');
is_deeply([ $redis->keys($f->prefix . 'x:*') ], [], 'nobody is suppressed');
is_deeply([ $redis->keys($f->prefix . 'p:*') ], [], '... nor created');
cmp_ok($redis->cmd('TTL', $key), '>', 89 * 86400, 'it is forgotten in time');

# No more is kept than what is needed.

bounce('soft', 100 + $_, 100 + $_) for 1 .. 100;
is(bounce('soft', 300, 300), 'new 16', '16 messages are remembered');
cmp_ok(length($redis->cmd('GET', $key)), '<', 500, '... and no more is kept');

# A click shows that messages arrive.

$f->cart('visit', kinds => [ 'set_cart', 'identify' ], shopper => 'zoe');
is(bounce('soft', 1, 1, 'zoe'), 'new 1', 'a row');
is(bounce('soft', 2, 2, 'zoe'), 'new 2', '... of two');
wait_ok { ($f->claim)[0] } 'a rescue';
$f->event('visit', kinds => 'rescue_click', click => [ 'zoe', 1, 11 ]);
wait_ok { $f->why('zoe')->{clicked} } 'a click';
is(bounce('soft', 3, 3, 'zoe'), 'new 1', '... ends the row');
is(bounce('soft', 4, 4, 'zoe'), 'new 2', 'and another begins');

# Forged ones are counted, and nothing else.

my @before = $redis->keys($f->prefix . "[bpx]:*");

is($f->call('bounce', 'p:', 'forged', '', ''), 'new 0', 'a forged one');
is($f->count('bounce_forged'), 1, '... is counted');
is_deeply([ $redis->keys($f->prefix . "[bpx]:*") ], \@before, '... and leaves nothing');

# What is not right is refused before anything is written.

my $snapshot = $f->snapshot;

for my $case ([ 'p:' . Sp::Functions::id('ada'), 'other', '0' x 16, '0' x 8 ],
    [ 'p:' . Sp::Functions::id('ada'), 'soft', '0' x 15, '0' x 8 ],
    [ 'p:' . Sp::Functions::id('ada'), 'soft', '0' x 16, '0' x 9 ],
    [ 'p:' . Sp::Functions::id('ada'), 'soft', 'x' x 16, '0' x 8 ],
    [ 'p:' . Sp::Functions::id('ada'), 'soft', '0' x 16, "0000000\x1f" ],
    [ 'p:', 'soft', '0' x 16, '0' x 8 ], [ 'p:short', 'hard', '0' x 16, '0' x 8 ],
    [ 'v:' . Sp::Functions::id('ada'), 'hard', '0' x 16, '0' x 8 ],
    [ 'p:' . Sp::Functions::id('ada') ], [ 'p:' . Sp::Functions::id('ada'), 'soft' ])
{
    my (undef, $error) = $f->try('bounce', @$case);
    like($error // '', qr/SPBAD/, "refused: @{[ map { s/[^ -~]/?/gr } @$case ]}");
}

is($f->snapshot, $snapshot, 'nothing was written');

# A key that holds something else is as none.

$redis->cmd('SET', $key, 'garbage');
is(bounce('soft', 1, 1), 'new 1', 'what cannot be read is begun anew');

all_done();
