#!/usr/bin/perl
#
# Consent that is withdrawn: what was kept of the visitor is gone, the message
# that is about to leave does not, and nobody else notices.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use Sp::Test;
use Sp::Functions::Shops qw($clock $redis $f id shop);

my $HOUR  = 3600;

sub key ($name) { return $redis->cmd('GET', $f->prefix . $name) }

# All of the shop that is of a person or a visitor.
sub kept () {
    my $prefix = $f->prefix;
    return sort map { s/^\Q$prefix\E//r =~ s/_+$//r }
        grep { /\}:(?:[vpacidw]):/ } $redis->keys("$prefix*");
}

sub due ($name) {
    return $redis->cmd('ZSCORE', $f->prefix . 'due', $name);
}

sub withdraw ($visit, %e) {
    return $f->event($visit, kinds => 'page_view', forget => 1, erase => 1, %e);
}

sub claimed ($name) {
    $clock->advance($HOUR + 1);
    return (grep { $_->{shopper} eq id($name) } $f->claim)[0];
}


shop 'somebody of whom no more is known' => sub {
    $f->cart('browser', shopper => 'ada', own => 'cookie', customer => 'c1',
             alias => { login => 1 }, first_name => 'Ada', logged_in => 1);
    $f->cart('other', shopper => 'bob', own => 'bobs');
    my @others = grep { /bob|other/ } kept();

    is(withdraw('browser', own => 'cookie', alias => { login => 0 }), 'a',
       'withdrawn: nobody is named');
    is_deeply([ kept() ], \@others, 'nothing of them is kept, and all of others');
    is($f->count('forgotten'), 1, 'counted');
    is(due('p:' . id('ada')), undef, 'nothing is due');

    withdraw('browser', own => 'cookie');
    is($f->count('forgotten'), 1, 'again: there is nothing to be erased');
    $clock->advance($HOUR + 1);
    is_deeply([ map { $_->{shopper} } $f->claim ], [ id('bob') ],
              'only the other is mailed');

    $f->cart('browser', shopper => 'ada', own => 'cookie');
    like(claimed('ada')->{sealed}, qr/sealed-ada/,
         'who agrees again is known again');
};

shop 'what comes after it and was seen before it' => sub {
    # All that may be said of somebody, by another worker of the same nginx.
    my %view = (own => 'cookie', customer => 'c1', alias => { login => 1 },
                logged_in => 1, locale => 'de', time_zone => 'UTC',
                device => 2, moved => 'earlier', recall => 'cookie');
    my %cart = (shopper => 'ada', sealed => '1.ada', captured => 1,
                lines => [ [ 'item', 'key', 1, 500 ] ]);
    my $seen = 1000;

    for my $kinds ('page_view', 'view_item', 'begin_checkout', 'set_cart') {
        my %say = (%view, $kinds eq 'set_cart' ? %cart : (),
                   lines => $kinds =~ /set_cart|view_item/ ? $cart{lines} : []);

        $f->event('browser', kinds => [ 'set_cart', 'view_item' ], %view, %cart,
                  source => 'nginx___1', seen => $seen);
        cmp_ok(my @kept = kept(), '>', 5, "$kinds: much is kept");
        withdraw('browser', own => 'cookie', alias => { login => 0 },
                 source => 'nginx___1', seen => $seen + 2);
        is_deeply([ kept() ], [], '... and gone');

        for my $visit ('browser', 'cookie') {
            $f->event($visit, kinds => $kinds, source => 'nginx___2', %say,
                      seen => $seen + 1);
            is_deeply([ kept() ], [], "... and does not come back with $visit");
            is(due("v:" . id($visit)), undef, '... nor is it due');
        }

        is(due('p:' . id('ada')), undef, '... nor is she');
        $seen += 10;
    }

    # Nothing is known of what another nginx has seen, nor forbidden later.
    $f->event('browser', kinds => 'set_cart', %cart, source => 'other___1',
              seen => 1);
    ok($f->lines('browser'), 'a cart that another one tells');
    withdraw('browser', source => 'nginx___1', seen => 5000);
    is_deeply([ kept() ], [], 'erased');
    $f->event('browser', kinds => 'set_cart', %cart, source => 'nginx___2',
              seen => 5001);
    ok($f->lines('browser'), 'a cart that was filled after it');
};

shop 'an order that comes after it and was seen before it' => sub {
    my %cart = (kinds => 'set_cart', shopper => 'ada', sealed => '1.ada',
                captured => 1, lines => [ [ 'item', 'key', 1, 500 ] ]);

    $f->event('browser', %cart, source => 'nginx___1', seen => 1000);
    $f->event('phone', %cart, source => 'nginx___1', seen => 1001);
    withdraw('browser', source => 'nginx___1', seen => 3000);
    ok($f->lines('phone'), 'what the phone has stays');
    $f->event('browser', kinds => 'purchase', shopper => 'ada', order => 'o1',
              source => 'nginx___2', seen => 2000);
    is($f->lines('phone'), '', 'until it is bought');
    is(key('v:' . id('browser')), undef, 'the browser stays unknown');
};

shop 'without an address' => sub {
    $f->cart('browser', own => 'cookie');
    $f->cart('cookie');
    withdraw('browser', own => 'cookie');
    is_deeply([ kept() ], [], 'the cart, and that of our cookie alone');
    is(due('v:' . id('browser')), undef, 'nothing is due');
};

shop 'a message that is about to leave' => sub {
    $f->cart('browser', shopper => 'ada', own => 'cookie', first_name => 'Ada');
    my $c = claimed('ada');
    withdraw('browser', own => 'cookie');

    is($f->confirm($c), 'no_consent', 'it does not');
    is($f->settle($c, 'k', attempt => '', reason => 'too_late'), 'NO',
       '... nothing to settle');
    my $why = $f->why('ada');
    is("$why->{state} $why->{reason}", 'closed no_consent',
       'the rescue has ended');
    is($why->{address}, 'no', 'no address');
    unlike(key('p:' . id('ada')), qr/Ada|sealed/, '... and no name');
    is_deeply([ kept() ], [ 'p:ada' ], 'that is all');
    is(due('p:' . id('ada')), undef, 'nothing is due');
};

shop 'a message that leaves' => sub {
    $f->cart('browser', shopper => 'ada', own => 'cookie');
    my $c = claimed('ada');
    is($f->confirm($c), 'OK', 'confirmed');
    withdraw('browser', own => 'cookie');
    is($f->settle($c, 's', next => int(($clock->now + 60) * 1000)), 'OK',
       'its end is noted');
    ok($f->why('ada')->{mail}, '... for the caps');
    $clock->advance(86400);
    is(scalar($f->claim), 0, 'no other follows');
};

shop 'two devices' => sub {
    $f->cart('phone', shopper => 'ada', own => 'one');
    $clock->advance(60);
    $f->cart('desk', shopper => 'ada', own => 'two',
             lines => [ [ 'desk', 'k', 1, 900 ] ]);
    my $c = claimed('ada');
    is($c->{lines}[0][0], 'desk', 'a message shows the one');
    withdraw('desk', own => 'two');
    is($f->why('ada')->{address}, 'yes', 'the other needs the address');
    is($f->confirm($c), 'fenced', 'the message is not sent');
    ($c) = $f->claim;
    is($c->{lines}[0][0], 'item', 'the next one shows the other cart');
    is($f->confirm($c), 'OK', '... and is sent');
    is(key('a:' . id('two')), undef, 'the cookie leads nowhere');
    ok(key('a:' . id('one')), '... the other one to her');
};

shop 'consent that an import told' => sub {
    $f->call('consent', 'p:' . id('ada'), 6, 0, 7_776_000);
    $f->cart('browser', shopper => 'ada', own => 'cookie');
    withdraw('browser', own => 'cookie');
    is($f->why('ada')->{address}, 'yes', 'needs the address');
    is($f->why('ada')->{consent}, 'given', '... and stays');
    is_deeply([ kept() ], [ 'i:p:ada', 'p:ada' ], 'the browser is not known');

    $f->cart('b', shopper => 'bob', own => 'b', consent => 3);
    withdraw('b', own => 'b');
    is($f->why('bob')->{known}, 'no', 'one that was only observed does not');
};

shop 'an order' => sub {
    $f->cart('browser', shopper => 'ada', own => 'cookie');
    my $c = claimed('ada');
    withdraw('browser', kinds => 'purchase', order => 'o1', own => 'cookie');
    my $why = $f->why('ada');
    is("$why->{state} $why->{reason}", 'closed ordered', 'closes');
    is($f->confirm($c), 'ordered', '... the message, too');
    is($f->count('orders'), 1, 'counts');
    is($why->{address}, 'no', 'what it needs is no address');
    $f->cart('later', shopper => 'ada', order => 'o1', kinds => 'purchase');
    is($f->count('orders'), 1, 'once');
};

shop 'who only types the address of another' => sub {
    $f->cart('browser', shopper => 'ada', own => 'cookie', customer => 'c');
    my @before = kept();
    withdraw('stranger', shopper => 'ada', sealed => '', customer => 'c',
             own => 'theirs');
    is_deeply([ kept() ], \@before, 'erases nothing of them');
};

shop 'a session that was replaced, and one that comes back' => sub {
    $f->cart('old', shopper => 'ada');
    $f->event('new', kinds => 'page_view', moved => 'old');
    withdraw('old');
    is_deeply([ kept() ], [], 'found where it went');
    $f->cart('first', shopper => 'bob');
    withdraw('second', moved => 'first');
    is_deeply([ kept() ], [], '... and where it comes from');
};

shop 'a visitor returns with the cookie alone' => sub {
    $f->cart('browser', shopper => 'ada', own => 'cookie');
    $redis->cmd('DEL', $f->prefix . 'v:' . id('browser'));
    withdraw('next', own => 'cookie');
    is_deeply([ kept() ], [], 'whom it leads to is forgotten');
};

shop 'a suppression' => sub {
    $f->cart('browser', shopper => 'ada');
    $f->call('suppress', 'p:' . id('ada'), 'unsubscribed', '0');
    withdraw('browser');
    ok(key('x:' . id('ada')), 'outlives it');
};

all_done();
