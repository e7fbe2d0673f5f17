#!/usr/bin/perl
#
# A checkout that fails: what a visit remembers of it, when a shop is held to
# be failing, what is not sent then, and the bounds of that.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use Sp::Test;
use Sp::Functions::Shops qw($clock $redis $f id shop);

my $MINUTE = 60;
my $HOUR   = 3600;

sub trouble ($name, $code) {
    return shop $name => sub {
        $f->cart("visit$_") for 1 .. 5;
        $code->();
    };
}

sub fails ($visit, %o) {
    return $f->event($visit, kinds => 'checkout_error', status => 500, %o);
}

sub works ($visit, %o) {
    return $f->event($visit, kinds => 'begin_checkout', checkout => 1, %o);
}

sub status () { return { $f->call('status', 'shop')->@* } }
sub failing () { return status()->{shop_failing_since} ne '' ? 1 : 0 }
sub fails_all () { fails("visit$_") for 1 .. 3; return }

# What ada's visit says of it.
sub failed ($visit = 'ada') {
    my %why = $f->call('why', 'p:' . id('ada'))->@*;

    return $why{visit} =~ / checkout_error=(\d+)$/ ? $1 : die;
}

sub preview () { return ($f->preview('ada'))[1]{checkout_error} }

# Ada's rescue in a mailer's hands, of a cart left an hour ago.
sub claimed () {
    $f->cart('ada', shopper => 'ada');
    $clock->advance($HOUR + 1);

    my ($c) = $f->claim;
    return $c;
}


trouble 'what a visit remembers' => sub {
    $f->cart('ada', shopper => 'ada');
    is(failed(), 0, 'nothing yet');
    fails('ada');
    my $at = failed();
    cmp_ok(abs($at / 1000 - $clock->now), '<', 60, 'when it failed');
    is(preview(), 1, 'a claim says so');
    $f->event('ada', kinds => 'page_view');
    $f->cart('ada');
    is(failed(), $at, 'other events change nothing');
    is((status())->{today_checkout_error}, 1, 'it is counted');

    works('ada', age => 3600_000);
    is(failed(), $at, 'what went well before does not count');
    works('ada');
    is(failed(), 0, 'what goes well later does');
    is(preview(), 0, '... for a claim, too');

    fails('ada');
    $f->event('new', kinds => 'page_view', moved => 'ada');
    isnt(failed(), 0, 'it moves with the session');
    $f->event('new', kinds => 'logout');
    $f->cart('new', shopper => 'ada');
    my @why = grep { /checkout_error/ } $f->call('why', 'p:' . id('ada'))->@*;
    is_deeply([ map { /=(\d+)$/ && $1 > 0 ? 1 : 0 } @why ], [ 1, 0 ],
        'of the cart that a logout leaves behind, not of the next');

    $f->call('order', 'p:' . id('ada'), id('1'), '', 0, 7_776_000, '', '');
    @why = grep { /checkout_error/ } $f->call('why', 'p:' . id('ada'))->@*;
    is_deeply([ map { /=(\d+)$/ ? $1 : '' } @why ], [ 0, 0 ],
        'an order that was told clears it');

    $f->cart('new');
    fails('new');
    fails('new', age => 120_000);
    $f->event('new', kinds => 'purchase', order => 'o2');
    fails('new', age => 60_000);
    $f->cart('new');
    ok(!grep({ /checkout_error=[1-9]/ }
             $f->call('why', 'p:' . id('ada'))->@*),
        'an order clears it, and an older error does not come after it');

    fails('new');
    $f->event('new', kinds => 'set_cart', lines => []);
    ok(!grep({ /checkout_error=[1-9]/ }
             $f->call('why', 'p:' . id('ada'))->@*), 'and so does an empty cart');
    fails('stranger');
    is($redis->cmd('EXISTS', $f->prefix . 'v:' . id('stranger')), 0,
        'of nothing nothing is kept');
};


trouble 'an error is a sign of life' => sub {
    $f->cart('ada', shopper => 'ada');
    $clock->advance($HOUR - 10 * $MINUTE);
    fails('ada');
    $clock->advance(11 * $MINUTE);
    is(scalar($f->claim), 0, 'the idle time begins again');
    $clock->advance($HOUR);
    my ($c) = $f->claim;
    is($c->{checkout_error}, 1, 'then it is claimed, with the fact');
};


trouble 'what holds the mails' => sub {
    my $c = claimed();
    fails("visit$_") for 1, 2, 1, 2, 2;
    is(failing(), 0, 'two visits do not');
    fails("invented$_") for 1 .. 9;
    is(failing(), 0, 'nor invented ones');
    $f->event('visit6', kinds => 'page_view', moved => 'visit2');
    fails('visit6');
    is(failing(), 0, 'nor one that was given another session');
    $f->cart($_, shopper => 'eve') for qw(phone laptop);
    works('visit1');
    fails('phone'), fails('laptop'), fails('visit1');
    is(failing(), 0, 'nor a shopper on two devices');
    fails('visit3', age => 601_000);
    is(failing(), 0, 'nor one of before');
    $clock->advance(10 * $MINUTE);
    fails('visit4');
    is(failing(), 0, 'nor three within longer');
    is(status()->{today_checkout_hold}, undef, 'no hold was begun');
    is($redis->cmd('TTL', $f->prefix . 'failing') > 0, 1, 'and all is forgotten');

    fails('visit1'), works('visit5'), fails('visit2'), fails('visit3');
    is(failing(), 0, 'nor three with one between that went well');
    fails('visit4');
    is(failing(), 1, 'three visits do');
    is(status()->{today_checkout_hold}, 1, '... which is counted');
    my %why = $f->call('why', 'p:' . id('ada'))->@*;
    is($why{waits}, 'shop_failing', 'why tells it');
};


trouble 'what it does' => sub {
    my $c = claimed();
    my $fence = $c->{fence};
    $f->call('offer', 'o:spring', 'import', 'CODE');
    is($f->call('offer', 'p:' . id('ada'), 'reserve', $c->{rescue}, $fence, 11,
                'spring'), 'OK CODE', 'a code is reserved');
    fails_all();
    is($f->confirm($c), 'shop_failing', 'a message is not sent');
    my %why = $f->call('why', 'p:' . id('ada'))->@*;
    is($why{attempt}, 'none', 'no attempt is counted');
    is($why{tries}, 0, '... nor a try');
    is($why{state}, 'open', '... the rescue goes on');
    is($why{code}, 'spring reserved', '... and keeps its code');
    is($why{next}, $c->{next}, '... as due as it was');
    cmp_ok($why{due} - $why{now}, '<=', 300_000, '... looked at in five minutes');
    cmp_ok($why{due} - $why{now}, '>', 240_000, '... and not before');
    is($why{leased_until}, 0, '... of whichever mailer');
    is(($f->preview('ada'))[0], 'shop_failing', 'a preview tells it');

    $clock->advance(6 * $MINUTE);
    is(scalar($f->claim), 0, 'it is not claimed');
    is(status()->{today_shop_failing}, 1, '... which is counted');
    is(status()->{today_refused_shop_failing}, 1, '... and so was the refusal');
    works('visit5');
    is(failing(), 0, 'the first step that goes well ends it');
    $clock->advance(6 * $MINUTE);
    ($c) = $f->claim;
    is($c->{next}, $why{next}, 'it is claimed again');
    is($f->confirm($c), 'OK', '... and sent');

    fails_all();
    is($f->confirm($c, attempt => $c->{attempt}), 'OK',
        'what was confirmed stays so');
};


trouble 'what ends it' => sub {
    fails_all();
    $f->event('visit4', kinds => 'purchase', order => 'o1', status => 502);
    is(failing(), 1, 'not an order that is uncertain');
    $f->event('visit4', kinds => 'purchase', order => 'o1', forget => 1);
    is(failing(), 0, 'an order, also of whom nothing is kept');
    $f->cart('visit4');

    fails_all();
    works('visit5', age => 1000);
    is(failing(), 1, 'not what went well before');
    $f->event('visit4', kinds => 'purchase', order => 'o2');
    is(failing(), 0, 'an order');

    fails_all();
    $f->event('visit4', kinds => 'purchase', order => 'o2');
    is(failing(), 1, 'not an order that is known');
    $f->event('visit5', kinds => 'begin_checkout');
    is(failing(), 1, 'not a step that is not marked');
    $clock->advance(29 * $MINUTE);
    is(failing(), 1, 'not half an hour');
    fails('visit5');
    $clock->advance(29 * $MINUTE);
    is(failing(), 1, 'that begins with each error');
    $clock->advance(2 * $MINUTE);
    is(failing(), 0, 'half an hour without any');
    fails('visit1');
    is(failing(), 0, 'one error more does not begin another');
};


# Errors of one visit for so many hours.
sub hours ($n) {
    for (1 .. 3 * $n) {
        fails('visit1');
        $clock->advance(20 * $MINUTE);
    }

    return;
}


trouble 'how long it lasts' => sub {
    fails_all();
    hours(5);
    is(failing(), 1, 'it lasts for hours');
    my $since = status()->{shop_failing_since};
    hours(1);
    is(failing(), 0, 'and for no more than six');
    my $barred = status()->{shop_failing_barred_until};
    is($barred - $since, 12 * 3_600_000, 'none begins then for six hours');
    is(status()->{today_checkout_hold_barred} // 0, 0, 'nothing to tell yet');
    fails_all();
    is(failing(), 0, 'not by three');
    is(status()->{today_checkout_hold_barred}, 1, '... which is counted');
    hours(5);
    fails_all();
    is(failing(), 0, 'nor hours later');
    $clock->advance($HOUR + 5 * $MINUTE);
    is(status()->{shop_failing_barred_until}, '', 'then it may');
    fails_all();
    is(failing(), 1, '... and does');
};


# Whoever makes errors and what goes well in turns is bounded, too.
trouble 'in turns' => sub {
    my ($held, $open) = (0, 0);

    for (1 .. 60) {
        works('visit5');
        fails_all();
        $clock->advance(15 * $MINUTE);
        failing() ? $held++ : $open++;
    }

    cmp_ok($held, '<=', 38, 'not held for much more than six hours in twelve');
    cmp_ok($open, '>=', 22, 'the rest it is not');
};


trouble 'what is kept' => sub {
    fails("visit$_") for 1, 2;
    my $key = $f->prefix . 'failing';
    cmp_ok($redis->cmd('PTTL', $key), '<=', 600_000, 'for ten minutes');
    works('visit5');
    is($redis->cmd('EXISTS', $key), 0, 'and no longer');
    fails_all();
    for (1 .. 50) {
        $f->cart("many$_");
        fails("many$_");
    }
    cmp_ok(length($redis->cmd('GET', $key)), '<', 200, 'few bytes');
    cmp_ok($redis->cmd('PTTL', $key), '<=', 12 * 3_600_000, 'not for ever');

    $redis->cmd('SET', $key, 'nonsense');
    is(failing(), 0, 'what cannot be read is nothing');
    works('visit5');
    fails_all();
    is(failing(), 1, '... and no obstacle');
};


all_done();
