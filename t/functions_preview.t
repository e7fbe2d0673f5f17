#!/usr/bin/perl
#
# sp1_preview: what a claim would give of one shopper, with nothing written.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use Sp::Test;
use Sp::Clock;
use Sp::Redis;
use Sp::Functions;

my $clock = Sp::Clock->new;
my $redis = Sp::Redis->new;
my $HOUR  = 3600;

$clock->morning;

my $f = Sp::Functions->new(redis => $redis);

# All that there is, byte for byte, and the end of its life.
sub everything () {
    my @keys = $redis->keys('*');
    my @all;

    for my $key (@keys) {
        push @all, $key, unpack('H*', $redis->cmd('DUMP', $key)),
            $redis->cmd('PEXPIRETIME', $key);
    }

    return \@all;
}

# What stands, and the rescue; nothing has changed by asking.
sub preview ($name) {
    my $before = everything();
    my ($stands, $c) = $f->preview($name);

    is_deeply(everything(), $before, "$name: nothing has changed")
        or diag(explain([ $stands, $c ]));

    return ($stands, $c);
}

# What a claim then gives is that; only its fence has risen.
sub claimed_as ($seen) {
    my ($c) = $f->claim;

    is($c->{fence}, $seen->{fence} + 1, 'claimed');
    is_deeply({ %$c, fence => 0 }, { %$seen, fence => 0 }, '... as it was seen');

    return $c;
}

is_deeply([ preview('nobody') ], [ 'unknown', undef ], 'nobody');

$f->event('visit-new', kinds => 'identify', shopper => 'new');
is((preview('new'))[0], 'empty', 'nothing in the cart');

# A shopper who is still there: what would be, at the time it would be.
$f->event('visit-ada', kinds => 'set_cart', shopper => 'ada',
    first_name => 'Ada', locale => 'de', time_zone => 'Asia/Tokyo', captured => 3, device => 2,
    total => 1000, lines => [ [ 'item', 'key', 2, 500, '', 'sku', 'Oak table' ] ]);
my ($stands, $seen) = preview('ada');
is($stands, 'active', 'is still active');
is($seen->{rescue}, 1, 'the rescue that would be opened');
is($seen->{first_name}, 'Ada', 'who it is');
is($seen->{locale}, 'de Asia/Tokyo', '... and where');
is($seen->{lines}[0][6], 'Oak table', 'what is in the cart');

$clock->advance($HOUR + 1);
($stands, $seen) = preview('ada');
is($stands, 'open', 'abandoned');

my $c = claimed_as($seen);
is((preview('ada'))[0], 'leased', 'a mailer has it');
$f->confirm($c);
$f->settle($c, 's', next => int(($clock->now + 23 * $HOUR) * 1000));
($stands, $seen) = preview('ada');
is($stands, 'open', 'waits for its next step');
is(scalar $seen->{steps}->@*, 1, 'one is done');

$clock->advance(23 * $HOUR + 1);
($stands, $seen) = preview('ada');
claimed_as($seen);

# Activity restarts the clock; the steps stay.
$clock->advance(120);
$f->event('visit-ada', kinds => 'page_view');
$clock->advance(600);
($stands, $seen) = preview('ada');
is($stands, 'active', 'came back');
is(scalar $seen->{steps}->@*, 1, '... in the same rescue');
cmp_ok($seen->{abandoned}, '>', $c->{abandoned} + 20 * $HOUR * 1000,
    '... whose clock starts anew');

# The end of a rescue.
$clock->advance($HOUR);
($c) = $f->claim;
$f->confirm($c, step => 22);
$f->settle($c, 's');
is($f->why('ada')->{reason}, 'lost', 'the series is done');
is((preview('ada'))[0], 'closed', 'the rescue has ended');
$f->event('visit-ada', kinds => 'page_view');
$clock->advance($HOUR + 1);
is((preview('ada'))[0], 'closed', 'back to the same cart: not told again');

# Another cart is another rescue.
$f->cart('visit-ada', lines => [ [ 'mug', '', 7, 900 ] ]);
($stands, $seen) = preview('ada');
is($seen->{rescue}, 2, 'another cart: another rescue');
is_deeply($seen->{steps}, [], '... that begins anew');
$clock->advance($HOUR + 1);
($stands, $seen) = preview('ada');
is($stands, 'open', '... once it was left');

# Whom nothing is sent to.
$f->cart('visit-bob', shopper => 'bob');
$f->call('suppress', 'p:' . Sp::Functions::id('bob'), 'unsubscribed', 0);
is((preview('bob'))[0], 'suppressed', 'suppressed');
$f->cart('visit-eve', shopper => 'eve');
$f->call('suppress', 'p:' . Sp::Functions::id('eve'), 'paused', 0,
    int(($clock->now + 86_400) * 1000));
is((preview('eve'))[0], 'paused', 'paused');
$f->cart('visit-joe', shopper => 'joe');
$f->event('visit-joe', kinds => 'order_pending');
is((preview('joe'))[0], 'held', 'an order is under way');
$f->event('visit-joe', kinds => 'purchase', order => '17');
is((preview('joe'))[0], 'empty', 'bought');

# A record that cannot be read stays where it is.
my ($key) = grep { /p:bob/ } $redis->keys('sp:{demo}:p:*');
$redis->cmd('SET', $key, 'garbage');
is((preview('bob'))[0], 'unknown', 'a damaged record');

my (undef, $error) = $f->try('preview', 'p:short');
like($error, qr/SPBAD/, 'no shopper');

all_done();
