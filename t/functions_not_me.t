#!/usr/bin/perl
#
# "Not me": who says so loses what no login has made theirs, the message that is
# about to leave does not, and nobody else notices.  What an order came to.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use Sp::Test;
use Sp::Functions::Shops qw($clock $redis $f id shop);

my $HOUR  = 3600;
my $YEAR  = 400 * 86400;

sub not_me ($name = 'ada', $ago = 0) {
    return $f->call('not_me', 'p:' . id($name), $ago, 7_776_000);
}

sub key ($name) { return $redis->cmd('GET', $f->prefix . $name) }

# Whose a visit is; '' for nobody.
sub owner ($visit) {
    my $raw   = key('v:' . id($visit)) // die "no $visit";
    my $flags = ord substr $raw, 2, 1;
    my $head  = $flags >= 64 ? 11 : $flags >= 32 ? 47 : 23;

    return (split /\x1f/, substr $raw, $head)[0] =~ s/_+$//r;
}

sub abandoned ($name = 'ada', %o) {
    $f->cart("visit-$name", shopper => $name, %o);
    $clock->advance($HOUR + 1);
    my ($c) = grep { $_->{shopper} eq id($name) } $f->claim;
    return $c;
}


shop 'a typed address at a shared computer' => sub {
    $f->cart('browser', shopper => 'ada', own => 'cookie',
             first_name => 'Mallory');
    $f->cart('other', shopper => 'bob', own => 'bobs');
    is(owner('browser'), 'ada', 'it is hers');
    like(key('a:' . id('cookie')), qr/^pada/, 'the cookie leads to her');

    $clock->advance($HOUR + 1);
    my %c = map { $_->{shopper} => $_ } $f->claim;
    my $c = $c{id('ada')};
    is($c->{first_name}, 'Mallory', 'claimed, with the name of a stranger');

    is(not_me(), 'OK', 'not me');
    is(owner('browser'), '', 'the visit is nobody\'s');
    is($f->lines('browser'), 'item|key|1|500', 'the cart stays the browser\'s');

    my $why = $f->why('ada');
    is("$why->{state} $why->{reason}", 'closed not_me', 'the rescue has ended');
    is_deeply($why->{visits}, [], 'she has no cart');
    is($why->{address}, 'yes', 'her address is kept');
    is($why->{suppressed}, undef, '... and not suppressed');

    is($f->confirm($c), 'not_me', 'the mailer that has it is refused');
    is($f->settle($c, 'k', attempt => '', reason => 'too_late'), 'NO',
       '... and has nothing to settle');
    is($f->count('not_me'), 1, 'counted');
    is($f->count('closed_not_me'), 1, '... as an end, too');

    is($f->why('bob')->{state}, 'open', 'another shopper goes on');
    is($f->confirm($c{id('bob')}), 'OK', '... and is mailed');

    # The cookie no longer leads to her, nor does its visit come back.
    $f->cart('browser', own => 'cookie');
    is(owner('browser'), '', 'the cookie leads nowhere');
    is(key('a:' . id('cookie')), undef, '... and is forgotten');
    $f->cart('next', own => 'cookie');
    is(owner('next'), '', 'nor in the next session');

    is(not_me(), 'OK', 'again');
    is($f->count('not_me'), 1, '... is nothing new');

    # She comes herself.
    $clock->advance(60);
    $f->cart('browser', shopper => 'ada', own => 'cookie');
    is(owner('browser'), 'ada', 'an address that is given again binds');
    $f->cart('later', own => 'cookie');
    is(owner('later'), 'ada', '... and the cookie leads to her again');
    $clock->advance($HOUR + 1);
    ($c) = grep { $_->{shopper} eq id('ada') } $f->claim;
    ok($c, 'a rescue of its own');
    is($c->{first_name}, '', '... without the stranger\'s name');
    is($f->confirm($c), 'OK', '... that is mailed');
};

shop 'an account whose customer typed another\'s address' => sub {
    $f->cart('kim', shopper => 'kim', customer => 'k1', logged_in => 1);
    $f->cart('kim', shopper => 'ada', customer => 'k1');
    is(owner('kim'), 'ada', 'the newest address has the cart');
    $f->cart('phone', customer => 'k1');
    is(owner('phone'), 'kim', '... the account stays whose it was');

    $f->cart('eve', shopper => 'ada', customer => 'e1');
    $f->cart('tablet', customer => 'e1');
    is(owner('tablet'), 'ada', 'of whom no more is known it is hers, too');
    is(not_me(), 'OK', 'not me');
    $clock->advance(60);
    $f->cart($_, customer => 'e1') for qw(eve tablet new);
    is(join(' ', map { owner($_) } qw(kim eve tablet new)), '   ',
        '... and it is nobody\'s, on no device');

    $f->cart('new', shopper => 'eve', customer => 'e1', logged_in => 1);
    $f->cart('tablet', customer => 'e1');
    is(owner('tablet'), 'eve', 'a login says whose it is');
};

shop 'whose first name it is' => sub {
    my $name = sub () {
        $clock->advance($HOUR + 1);
        my ($c) = grep { $_->{shopper} eq id('ada') } $f->claim;
        return $c->{first_name};
    };

    $f->cart('home', shopper => 'ada', own => 'cookie', logged_in => 1,
             first_name => 'Ada');
    $f->event('friend', kinds => 'rescue_click', click => [ 'ada', 1, 11 ]);
    is(owner('friend'), 'ada', 'a forwarded message');
    $f->cart('friend', first_name => 'Mallory');
    $f->cart('cafe', own => 'cookie', first_name => 'Mallory');
    $f->cart('guest', shopper => 'ada', first_name => 'Mallory');
    is($name->(), 'Ada', 'nobody else changes it');
    $f->event('home', kinds => 'purchase', order => '1');
    $f->cart('home', first_name => 'Augusta');
    is($name->(), 'Augusta', 'she herself does');
};

shop 'the marks, and how long they last' => sub {
    $f->cart('browser', shopper => 'ada', own => 'cookie');
    my $before = key('a:' . id('cookie'));
    not_me();
    my $said = key('d:' . id('ada'));
    like($said, qr/^\d{13}$/, 'when it was said');
    my $ttl = $redis->cmd('TTL', $f->prefix . 'd:' . id('ada'));
    cmp_ok(abs($ttl - $YEAR), '<', 60, '... for longer than any alias');

    $f->cart('browser', shopper => 'ada', own => 'cookie');
    is(key('a:' . id('cookie')), $before . $said, 'an alias says it, too');

    # Others that were noted before, and were not seen since.
    $redis->cmd('SET', $f->prefix . 'a:' . id('old'), $before);
    $redis->cmd('SET', $f->prefix . 'a:' . id('odd'), $before . '1');
    $f->cart($_, own => $_) for qw(old odd);
    is(owner($_), '', "$_: leads nowhere") for qw(old odd);
};

shop 'a click' => sub {
    my $c = abandoned();
    $f->confirm($c);
    $f->settle($c, 's', next => int(($clock->now + 86400) * 1000));
    $f->event('public', kinds => 'rescue_click', click => [ 'ada', 1, 11 ]);
    is(owner('public'), 'ada', 'a click names her');
    not_me();
    is(owner('public'), '', 'it does not any more');
    is(owner('visit-ada'), '', 'nor does the address');
    $f->event('public', kinds => 'purchase', order => 'o1');
    is($f->count('recovered'), 0, 'what is bought there then is no recovery');
    $clock->advance(2 * 86400);
    is(scalar($f->claim), 0, 'the next step is not sent');
};

shop 'two devices, one of them logged in' => sub {
    $f->cart('phone', shopper => 'ada', logged_in => 1, own => 'phones',
             customer => 'c1', lines => [ [ 'lamp', 'k', 1, 900 ] ]);
    $clock->advance(60);
    $f->cart('shared', shopper => 'ada', own => 'shareds');
    $clock->advance($HOUR + 1);
    my ($c) = $f->claim;
    is($c->{lines}[0][0], 'item', 'the message shows the cart of the other');

    not_me();
    is(owner('shared'), '', 'that one is taken from her');
    is(owner('phone'), 'ada', 'the login stays');
    is(key('c:' . id('c1')), id('ada'), '... and so does the customer');
    is($f->confirm($c), 'not_me', 'nothing is sent');
    is($f->why('ada')->{reason}, 'not_me', 'the rescue has ended');

    $f->event('phone', kinds => 'page_view', own => 'phones', customer => 'c1');
    $f->cart('phone2', own => 'phones');
    is(owner('phone2'), 'ada', 'the phone\'s cookie was noted again');
    $f->cart('shared2', own => 'shareds');
    is(owner('shared2'), '', '... the other\'s was not');
    $clock->advance($HOUR + 1);
    ok((grep { $_->{shopper} eq id('ada') } $f->claim),
       'her own cart is a rescue later');
};

shop 'the account\'s own cart is not told again' => sub {
    my $c = abandoned('ada', logged_in => 1);
    not_me();
    is(owner('visit-ada'), 'ada', 'the login stays');
    is($f->confirm($c), 'not_me', 'nothing is sent');
    $f->event('visit-ada', kinds => 'page_view');
    $clock->advance($HOUR + 1);
    is(scalar($f->claim), 0, 'who only comes back to look is not told');
    $f->cart('visit-ada', lines => [ [ 'lamp', 'k', 1, 900 ] ]);
    $clock->advance($HOUR + 1);
    is(scalar($f->claim), 1, 'another cart is');
};

shop 'a message that is on its way' => sub {
    my $c = abandoned();
    is($f->confirm($c), 'OK', 'it may go');
    not_me();
    is($f->why('ada')->{attempt}, 'confirmed', 'it goes');
    is($f->settle($c, 's', next => int(($clock->now + 60) * 1000)), 'OK',
       'what became of it is noted');
    ok($f->why('ada')->{mail}, '... as sent');
    $clock->advance($HOUR);
    is(scalar($f->claim), 0, 'no other follows');
};

shop 'what was not heard is told again, once' => sub {
    $f->cart('browser', shopper => 'ada');
    $clock->advance(600);
    is(not_me('ada', 300_000), 'OK', 'told five minutes later');
    is(owner('browser'), '', 'done');
    $f->cart('browser', shopper => 'ada');
    $clock->advance(600);
    is(not_me('ada', 900_000), 'OK', 'told again ten minutes later');
    is(owner('browser'), 'ada', 'it was done before');
    is(not_me('ada', 1_000), 'OK', 'another one, a second ago');
    is(owner('browser'), '', '... is done');

    is(not_me('nobody'), 'OK', 'of somebody unknown');
    is($f->why('nobody')->{known}, 'no', '... nothing is made');
    for my $bad ([ 'p:short', 0, 9 ], [ 'v:' . id('x'), 0, 9 ],
        [ 'p:' . id('x'), -1, 9 ], [ 'p:' . id('x'), 0, 'x' ],
        [ 'p:' . id('x') ])
    {
        my (undef, $error) = $f->try('not_me', @$bad);
        like($error, qr/^SPBAD/, "refused: @$bad");
    }
};

shop 'consent that was not theirs' => sub {
    my $is = sub ($who, $want, $name) {
        my $why = $f->why($who);
        is("$why->{consent} " . ($why->{consent_by} // ''), $want, $name);
    };
    my $told = sub ($call, $who, $how, $at) {
        return $f->call($call, 'p:' . id($who), $how, $at, 7_776_000);
    };

    # how: a login, a sign-up, the checkout, the newsletter, something else

    for my $how (1 .. 5) {
        $f->cart("visit$how", shopper => "ada$how", consent => $how);
        is($f->why("ada$how")->{consent}, 'given', "observed: $how");
        not_me("ada$how");
        $is->("ada$how", 'withdrawn not_me', '... and withdrawn');
    }

    is($f->count('consent_withdrawn'), 5, 'counted');
    is($told->('consent', 'ada1', 6, ''), 'OLD',
       'a list without a date does not bring it back');
    is($told->('consent', 'ada1', 6, int(($clock->now - 9) * 1000)), 'OLD',
       '... nor an older one');
    $clock->advance(5);
    is($told->('consent', 'ada1', 6, 0), 'OK', '... but a newer one');
    $f->event('visit2', kinds => 'identify', shopper => 'ada2', consent => 3);
    $is->('ada2', 'given checkout', 'who agrees again agrees');

    # the operator's word is another matter, and so is a no

    $told->('consent', 'bob', 6, 0);
    $told->('consent', 'eve', 7, 0);
    $f->cart("visit-$_", shopper => $_, consent => 3) for 'bob', 'eve';
    $f->cart('visit-kim', shopper => 'kim', consent => 3);
    $clock->advance(1);
    $f->cart('visit-kim', shopper => 'kim', consent => 8 + 4);
    not_me($_) for 'bob', 'eve', 'kim', 'nobody';
    $is->('bob', 'given import', 'a list');
    $is->('eve', 'given operator', 'the operator');
    $is->('kim', 'withdrawn newsletter', 'who said no has said it');
    is($f->why('nobody')->{known}, 'no', 'nobody');

    # a mailer that tells it later: what was agreed to since stays

    $f->cart('visit-zoe', shopper => 'zoe', consent => 3);
    $clock->advance(3600);
    $f->cart('visit-sue', shopper => 'sue', consent => 3);
    not_me('zoe', 1_800_000);
    not_me('sue', 1_800_000);
    $is->('zoe', 'withdrawn not_me', 'agreed to before');
    $is->('sue', 'given checkout', 'agreed to later');
};

shop 'consent is asked for again when a message leaves' => sub {
    my $c = abandoned('ada', consent => 3);
    is($c->{consent}, 3, 'claimed with consent');
    not_me();
    is($f->confirm($c, consent => 1), 'not_me', 'it does not leave');
    $c = abandoned('ada');
    is($c->{consent}, 8, 'another cart is claimed without');
    is($f->confirm($c, consent => 1), 'no_consent', 'and not mailed');
    $c = abandoned('ada', lines => [ [ 'other', 'k', 1, 5 ] ]);
    is($f->confirm($c, consent => 2), 'no_consent',
       '... nor where a no is enough');
    $c = abandoned('ada', lines => [ [ 'third', 'k', 1, 5 ] ]);
    is($f->confirm($c), 'OK', '... unless nobody asks for consent');
};

shop 'what an order came to' => sub {
    my $told = sub ($shopper, @more) {
        return $f->call('order', 'p:' . id($shopper), id("o-$shopper"), '', 0,
                        7_776_000, @more);
    };
    for my $name (qw(ada bob eve)) {
        my $c = abandoned($name, total => 900);
        $f->confirm($c);
        $f->settle($c, 's', next => int(($clock->now + 86400) * 1000));
    }
    is($told->('ada', 1250, 'EUR'), 'OK', 'with an amount');
    is($told->('ada', 99, 'EUR'), 'DUP', '... once');
    is($told->('bob'), 'OK', 'without: the cart\'s');
    is($told->('eve', 700, 'JPY'), 'OK', 'another currency');
    my $cell = $redis->cmd('HVALS', $f->prefix . 'exp:00000007')->[0];
    is($cell, '3 3 EUR 2 2150 2372500 JPY 1 700 490000', 'the cell has them');

    for my $bad ([ 1250 ], [ 1250, '' ], [ 1250, 'eur' ], [ 1250, 'EURO' ],
        [ -1, 'EUR' ], [ '1.5', 'EUR' ], [ '1' . '0' x 16, 'EUR' ])
    {
        my (undef, $error) = $f->try('order', 'p:' . id('ada'), id('o2'), '',
                                     0, 9, @$bad);
        like($error, qr/^SPBAD/, "refused: @$bad");
    }
};

all_done();
