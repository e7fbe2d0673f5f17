#!/usr/bin/perl
#
# The functions and Redis itself: hostile values, memory that is full,
# eviction, a second version, a slot that moves, orders that race a send.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use Sp::Test;
use Sp::Clock;
use Sp::Redis;
use Sp::Functions;

my $clock = Sp::Clock->new->morning;
my $redis = Sp::Redis->new;
my $HOUR  = 3600;
my $f     = Sp::Functions->new(redis => $redis);

sub id ($name) { return Sp::Functions::id($name) }


subtest 'what is not right is refused, and nothing is written' => sub {
    $f->cart('v', shopper => 'ada');
    my $before = $f->snapshot;

    my %event = (kinds => 'set_cart', lines => [ [ '1', 'k', 1, 500 ] ]);
    my @good  = $f->event_args('v', %event);
    my $bad   = sub ($name, $n, $value) {
        my @args = @good;
        $args[$n] = $value;
        my (undef, $error) = $redis->try(@args);
        like($error // 'OK', qr/^SPBAD /, $name);
    };

    my ($key, $moved, $source, $seq, $head, $total, $who, $aliases, $lines,
        $seen, $age) = 3 .. 13;
    my $h = $good[$head];

    $bad->('a short visit', $key, 'sp:{demo}:v:short');
    $bad->('a visit of other characters', $key, 'sp:{demo}:v:' . '*' x 22);
    $bad->('another kind of key', $key, 'sp:{demo}:p:' . id('ada'));
    $bad->('no key of ours', $key, 'demo');
    $bad->('another shop', $key, 'sp:{other}:v:' . id('v'));
    $bad->('a shop in capitals', $key, 'sp:{Demo}:v:' . id('v'));
    $bad->('no second key', $moved, 'sp:{demo}:v:' . id('v'));
    $bad->('a source', $source, 'x');
    $bad->('a source with a newline', $source, "a\n" . 'a' x 20);
    $bad->('no number', $seq, 'one');
    $bad->('number 0', $seq, '0');
    $bad->('a negative number', $seq, '-1');
    $bad->('a fraction', $seq, '1.5');
    $bad->('too large a number', $seq, '9' x 20);
    $bad->('no head', $head, '');
    $bad->('a head that is too long', $head, "$h x");
    $bad->('an unknown kind', $head, $h =~ s/ 4096 / 524288 /r);
    $bad->('an unknown operation', $head, $h =~ s/ 1 0 EUR/ 5 0 EUR/r);
    $bad->('an unknown flag', $head, $h =~ s/ 1 0 EUR/ 1 256 EUR/r);
    $bad->('a long currency', $head, "${h}O");
    $bad->('no idle time', $head, $h =~ s/^\d+/0/r);
    $bad->('a total', $total, '12.50');
    $bad->('a long total', $total, '1' x 17);
    $bad->('too few fields', $who, 'a');
    $bad->('a short shopper', $who, join "\x1f", '', 'ada', ('') x 7, 0, '');
    $bad->('a control character in a name', $who,
           join "\x1f", ('') x 3, "A\x07", ('') x 5, 0, '');
    $bad->('a NUL in a name', $who,
           join "\x1f", ('') x 3, "A\0", ('') x 5, 0, '');
    $bad->('a long name', $who,
           join "\x1f", ('') x 3, 'A' x 121, ('') x 5, 0, '');
    $bad->('more than is known of who it is', $who,
           join "\x1f", '', id('ada'), ('') x 7, 256, 'a');
    $bad->('consent taken back in no way', $who,
           join "\x1f", '', id('ada'), ('') x 7, 64, 'a');
    $bad->('a long sealed address', $who,
           join "\x1f", '', id('ada'), ('') x 7, 0, 'a' x 284);
    $bad->('a click without a number', $who,
           join "\x1f", ('') x 6, id('ada'), 'x', '1', 0, '');
    $bad->('half an alias', $aliases, 'a' x 10);
    $bad->('an alias of other characters', $aliases, ('*' x 22) . '5');
    $bad->('an alias with a flag that is none', $aliases, ('a' x 22) . ':');
    $bad->('eight aliases', $aliases, join '', map { 'a' x 22 . 5 } 1 .. 8);
    $bad->('neither id nor key', $lines, "\x1f\x1f1\x1f500");
    $bad->('a quantity', $lines, "1\x1fk\x1fone\x1f500");
    $bad->('a negative quantity', $lines, "1\x1fk\x1f-1\x1f500");
    $bad->('a long quantity', $lines, "1\x1fk\x1f1234567890\x1f500");
    $bad->('a price', $lines, "1\x1fk\x1f1\x1f5.00");
    $bad->('a long price', $lines, "1\x1fk\x1f1\x1f" . '9' x 17);
    $bad->('a long id', $lines, ('x' x 129) . "\x1fk\x1f1\x1f500");
    $bad->('a long key', $lines, "1\x1f" . ('x' x 129) . "\x1f1\x1f500");
    $bad->('a long name of an item', $lines,
           "1\x1fk\x1f1\x1f500\x1f\x1f\x1f" . 'x' x 257);
    $bad->('a line of twelve fields', $lines, "1\x1fk" . "\x1f1" x 10);
    $bad->('a control character in a line', $lines, "1\x02\x1fk\x1f1\x1f500");
    $bad->('201 lines', $lines, join "\x1e", ("1\x1fk\x1f1\x1f500") x 201);
    $bad->('a time seen that is none', $seen, 'x');
    $bad->('a negative time', $seen, '-1');
    $bad->('a fraction of a time', $seen, '1.5');
    $bad->('a time beyond all', $seen, '1' . '0' x 16);
    $bad->('no age', $age, '');
    $bad->('a negative age', $age, '-1');
    $bad->('an age of a year', $age, '31536000000');

    my $key_p = 'p:' . id('ada');

    for (
        [ 'confirm', $key_p, 1, 1, 1, 1, 'short', 3, (0) x 7 ],
        [ 'confirm', $key_p, 'x', 1, 1, 1, id('t'), 3, (0) x 7 ],
        [ 'confirm', $key_p, 1, 1, 1, 1, id('t'), 4, (0) x 7 ],
        [ 'confirm', 'p:short', 1, 1, 1, 1, id('t'), 3, (0) x 7 ],
        [ 'confirm', $key_p, 1, 1, 1, 1, id('t'), 3, 0 ],
        [ 'confirm', $key_p, 1, 1, 1, 1, id('t'), 3, 0, 0, -1, 0, 0, 0, 0 ],
        [ 'confirm', $key_p, 1, 1, 1, 1, id('t'), 3, 0, 0, 0, 256, 0, 0, 0 ],
        [ 'confirm', $key_p, 1, 1, 1, 1, id('t'), 3, 0, 0, 0, 0, 2, 0, 0 ],
        [ 'confirm', $key_p, 1, 1, 1, 1, id('t'), 3, 0, 0, 0, 0, 0, 2, 0 ],
        [ 'confirm', $key_p, 1, 1, 1, 1, id('t'), 3, (0) x 6, 3 ],
        [ 'confirm', $key_p, 1, 1, 1, 1, id('t'), 3, (0) x 6 ],
        [ 'consent', 'p:short', 6, 0, 1 ], [ 'consent', $key_p, 0, 0, 1 ],
        [ 'consent', $key_p, 8, 0, 1 ], [ 'consent', $key_p, 6, -1, 1 ],
        [ 'consent', $key_p, 6, 0, '' ], [ 'withdraw', $key_p, 6, 'x', 1 ],
        [ 'settle', $key_p, 1, 1, 1, 1, '', 'h', '', 0 ],
        [ 'offer', $key_p, 'reserve', 1, 1, 1, 'Spring' ],
        [ 'offer', $key_p, 'reserve', 1, 'x', 1, 'spring' ],
        [ 'offer', 'o:spring', 'reserve', 1, 1, 1, 'spring' ],
        [ 'offer', $key_p, 'import', 'A' ], [ 'offer', 'o:', 'import', 'A' ],
        [ 'offers', 'o:' . 'x' x 33 ], [ 'offers', 'o:a:b' ],
        [ 'experiment', 'exp:7' ], [ 'experiment', 'exp:0000000g' ],
        [ 'settle', $key_p, 1, 1, 1, 1, id('t'), 'z', '', 0 ],
        [ 'settle', $key_p, 1, 1, 1, 1, id('t'), 'sy', '', 0 ],
        [ 'settle', $key_p, 1, 1, 1, 1, id('t'), 's', 'Why Not', 0 ],
        [ 'settle', $key_p, 1, 1, 1, 1, '', 's', '', 0 ],
        [ 'settle', $key_p, 1, 1, 1, 1, '', 'k', '', 0 ],
        [ 'settle', $key_p, 1, 1, 1, 1, '', 'f', '', -1 ],
        [ 'renew', $key_p, id('m'), 1, 'x' ],
        [ 'claim', 'due', '', 64, 1 ], [ 'claim', 'due', 'm', 65, 1 ],
        [ 'claim', 'due', 'm', 1, 0 ], [ 'claim', 'p:x', 'm', 1, 1 ],
        [ 'order', 'p:', id('o'), '', 0, 1 ],
        [ 'order', $key_p, 'short', '', 0, 1 ],
        [ 'order', $key_p, id('o'), '', 'x', 1 ],
        [ 'suppress', 'p:x', 'operator', '0' ],
        [ 'suppress', $key_p, 'Because', '0' ], [ 'suppress', $key_p, '', '0' ],
        [ 'suppress', $key_p, 'paused', '0', 'x' ],
        [ 'mode', 'shop', 4 ], [ 'mode', 'shop', '' ],
        [ 'shop', 'shop', 'short', 1, 0 ], [ 'shop', 'shop', id('f'), 'x', 0 ],
        [ 'customer', 'c:x', id('p'), '1.x', 1 ],
        [ 'customer', 'c:' . id('c'), id('p'), '', 1 ],
        [ 'customer', 'c:' . id('c'), id('p'), 'a' x 284, 1 ],
        [ 'why', 'p:x' ], [ 'doubt', 'due' ], [ 'doubt', 'doubt', 'x' ],
        [ 'doubt', 'doubt', 1, -1 ],
    ) {
        my (undef, $error) = $f->try($_->@*);
        like($error // 'OK', qr/^SPBAD /, join ' ', map { s/\W/?/gr } @$_);
    }

    for my $function (qw(event customer order suppress shop mode claim
                         renew confirm settle status why doubt offer offers
                         experiment item)) {
        my (undef, $error) = $redis->try('FCALL', "sp1_$function", 0);
        like($error // 'OK', qr/^SPBAD /, "$function without anything");
    }

    is($f->snapshot, $before, 'nothing has changed');
};


subtest 'the shop and its keys' => sub {
    my $s = Sp::Functions->new(redis => $redis, shop => 'keys', load => 0,
                               mode => undef);

    is($s->call('shop', 'shop', id('one'), '', 1), 'NONE', 'asked, not made');
    is($s->call('shop', 'shop', id('one'), 3_600_000, 0), 'OK', 'made');
    is($s->call('shop', 'shop', id('one'), '', 1), 'OK', 'known');
    my (undef, $error) = $s->try('shop', 'shop', id('two'), 3_600_000, 0);
    like($error, qr/^SPFINGERPRINT /, 'another identity key is refused');
    (undef, $error) = $s->try('shop', 'shop', id('one'), 60_000, 0);
    like($error, qr/^SPTERMS .*3600000.*60000/, 'another idle time is told');
    is($s->call('shop', 'shop', id('one'), 60_000, 0), 'OK', '... once');
};


subtest 'what no page can say is refused, and nothing is written' => sub {
    my $key = 'n:@' . id('page');
    my $n   = 0;

    my $item = sub (%o) {
        return join "\x1f", map { $o{$_} // '' }
            qw(id sku name url image price currency stock);
    };

    # What fits: the longest of each, and as many as a page may have.
    my %long = (id => 'i' x 128, sku => 's' x 64, name => 'n' x 256,
                url => 'u' x 1024, image => 'm' x 1024, price => '9' x 16,
                currency => 'EUR', stock => 'o');

    is($f->call('item', $key, id('s'), ++$n, $item->(%long), 0), 'a',
       'the longest of each');
    is($f->call('item', $key, id('s'), ++$n, join("\x1e", map {
        $item->(id => $_, name => "Variant $_") } 1 .. 64), 0), 'a', '64 variants');
    is($f->call('item', $key, id('s'), $n, $item->(id => 'x'), 0), 'd',
       'what was told before is not told again');
    ok(!$redis->cmd('EXISTS', $f->prefix . 'n:x'), '... and not noted');

    my $before = $f->snapshot;
    my @good   = ($key, id('s'), $n + 1, $item->(id => 1, name => 'A'), 0);
    my $bad    = sub ($name, %o) {
        my @args = @good;

        $args[$_] = $o{$_} for keys %o;
        my (undef, $error) = $f->try('item', @args);
        like($error // 'OK', qr/^SPBAD /, $name);
    };

    $bad->('a short page', 0 => 'n:@page');
    $bad->('a page of other characters', 0 => 'n:@' . '*' x 22);
    $bad->('a longer page', 0 => $key . 'x');
    $bad->('no page', 0 => 'n:@');
    $bad->('an item instead of a page', 0 => 'n:' . id('page'));
    $bad->('another kind of key', 0 => 'v:' . id('page'));
    $bad->('a source', 1 => 'x');
    $bad->('no source', 1 => '');
    $bad->("number \"$_\"", 2 => $_)
        for 0, -1, 1.5, '', 'one', '1e400', 'nan', '9' x 20;
    $bad->("age \"$_\"", 4 => $_)
        for -1, 1.5, '', 'x', 'nan', 'inf', 31 * 86_400_000;
    $bad->('nothing', 3 => '');
    $bad->('nothing between', 3 => "\x1e\x1e");
    $bad->('a field less', 3 => $good[3] =~ s/\x1f//r);
    $bad->('a field more', 3 => "$good[3]\x1f");
    $bad->('a line that has nothing', 3 => "$good[3]\x1ex");
    $bad->('65 variants', 3 => join "\x1e", ($good[3]) x 65);

    for my $field (sort keys %long) {
        $bad->("$field that is too long", 3 => $item->(%long,
            $field => $long{$field} . substr $long{$field}, 0, 1));
        $bad->("$field of the last one", 3 => join "\x1e", $good[3],
            $item->(%long, $field => $long{$field} x 2));
    }

    $bad->("price \"$_\"", 3 => $item->(id => 1, price => $_, currency => 'EUR'))
        for '-1', '1.50', '1e3', ' 1', 'x';
    $bad->("currency \"$_\"", 3 => $item->(id => 1, price => 1, currency => $_))
        for 'eur', 'E1', "E\xc3";
    $bad->('a price without a currency', 3 => $item->(id => 1, price => 1));
    $bad->('a currency without a price', 3 => $item->(id => 1, currency => 'EUR'));
    $bad->("stock \"$_\"", 3 => $item->(id => 1, stock => $_)) for 'x', '1', 'O';
    $bad->(sprintf('the character %d', ord), 3 => $item->(id => 1, name => "A${_}B"))
        for "\0", "\t", "\n", "\r", "\e", "\x1d", "\x7f";

    for my $args ([], [ $key ], [ @good[0, 1] ], [ @good[0 .. 2] ],
                  [ @good[0 .. 3] ])
    {
        my (undef, $error) = $f->try('item', @$args ? @$args : '');
        like($error // 'OK', qr/^SPBAD /, @$args . ' arguments');
    }

    my @args = $f->args('item', @good);

    for ([ 3, "sp:{other}:$key" ], [ 3, "sp:{Demo}:$key" ], [ 3, $key ],
         [ 4, $f->prefix . $key ], [ 4, 'sp:{other}:moved' ])
    {
        my @wrong = @args;

        $wrong[ $_->[0] ] = $_->[1];
        my (undef, $error) = $redis->try(@wrong);
        like($error // 'OK', qr/^SPBAD /, "key $_->[1]");
    }

    is($f->snapshot, $before, 'nothing has changed');
    is($f->call('item', @good), 'a', 'and what is right is taken');
};


subtest 'a policy that evicts is refused' => sub {
    my $r = Sp::Redis->new(config => [ 'maxmemory-policy allkeys-lru' ]);
    my $s = Sp::Functions->new(redis => $r, mode => undef);
    my (undef, $error) = $s->try('shop', 'shop', id('one'), 3_600_000, 0);
    like($error, qr/^SPEVICTION .*allkeys-lru/, 'and named');
    is_deeply([ $r->keys('*') ], [], 'nothing was written');
    $r->cmd('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
    is($s->call('shop', 'shop', id('one'), 3_600_000, 0), 'OK', 'noeviction');
};


subtest 'memory that is full' => sub {
    my $r = Sp::Redis->new;
    my $s = Sp::Functions->new(redis => $r);

    $s->cart($_, shopper => $_) for qw(ada bob);
    $clock->advance($HOUR + 1);
    my ($c) = $s->claim;
    my $used = $r->cmd('INFO', 'memory') =~ /used_memory:(\d+)/ ? $1 : 0;
    $r->cmd('CONFIG', 'SET', 'maxmemory', $used);
    $r->try('SET', 'ballast', 'x' x 100_000);

    my $before = $s->snapshot;
    my @event  = $s->event_args('eve', kinds => 'set_cart', shopper => 'eve',
                                lines => [ [ '1', 'k', 1, 500 ] ]);
    my (undef, $error) = $r->try(@event);
    like($error, qr/^OOM /, 'an event is refused');
    (undef, $error) = $s->try('claim', 'due', 'm', 64, 60_000);
    like($error, qr/^OOM /, 'so is a claim');
    is($s->snapshot, $before, 'before anything is written');

    is($s->confirm($c), 'OK', 'what is under way goes on');
    is($s->settle($c, 's'), 'OK', '... to its end');
    is($s->call('suppress', 'p:' . id('bob'), 'unsubscribed', '0'), 'OK',
       'a suppression is taken');
    is($s->call('order', 'p:' . id('bob'), id('o'), '', 0, 1000), 'OK',
       'and an order');
    ok($s->status->{mode}, 'and it can be looked at');
    is($s->call('shop', 'shop', id('fingerprint'), 3_600_000, 0), 'OK',
       'whoever connects greets the shop');

    $r->cmd('CONFIG', 'SET', 'maxmemory', 0);
    is($r->cmd(@event), 'a ' . id('eve'), 'the event again, when there is room');
};


subtest 'a second version beside it' => sub {
    $redis->cmd('FUNCTION', 'LOAD', Sp::Functions->library('sp9'));
    my (undef, $error) = $redis->try('FUNCTION', 'LOAD',
                                     Sp::Functions->library);
    like($error, qr/already exists/, 'a version is fixed');

    my $old = Sp::Functions->new(redis => $redis, shop => 'two', load => 0);
    my $new = Sp::Functions->new(redis => $redis, shop => 'two', load => 0,
                                 name => 'sp9', seq => $old->{seq});

    $old->cart('v', shopper => 'ada');
    $new->event('v', kinds => 'add_to_cart', lines => [ [ '2', '', 1, 900 ] ]);
    $old->event('v', kinds => 'add_to_cart', lines => [ [ '2', '', 1, 900 ] ]);
    is($old->lines('v'), 'item|key|1|500 2||2|900', 'one record for both');
    $clock->advance($HOUR + 1);
    my ($c) = $new->claim;
    is($old->confirm($c), 'OK', 'claimed by one, confirmed by the other');
};


subtest 'a slot that moves to another node' => sub {
    my @node = map { my $port = free_port();
                     Sp::Redis->new(clock => 0, config => [
                         'cluster-enabled yes', "cluster-port $port" ]) } 1, 2;
    my @bus = map { (split /[@, ]/,
                     $_->cmd('CLUSTER', 'NODES'))[2] } @node;
    my $slot = $node[0]->cmd('CLUSTER', 'KEYSLOT', 'demo');

    $node[0]->cmd('CLUSTER', 'ADDSLOTSRANGE', 0, 16_383);
    $node[0]->cmd('CLUSTER', 'MEET', '127.0.0.1', $node[1]->port, $bus[1]);
    wait_ok { $node[0]->cmd('CLUSTER', 'INFO') =~ /cluster_state:ok/
              && $node[1]->cmd('CLUSTER', 'INFO') =~ /cluster_state:ok/
              && $node[1]->cmd('CLUSTER', 'NODES') =~ /0-16383/ }
        'a cluster of two';

    my $s = Sp::Functions->new(redis => $node[0]);
    $s->cart('v', shopper => 'ada');

    my @id = map { $_->cmd('CLUSTER', 'MYID') } @node;
    $node[1]->cmd('CLUSTER', 'SETSLOT', $slot, 'IMPORTING', $id[0]);
    $node[0]->cmd('CLUSTER', 'SETSLOT', $slot, 'MIGRATING', $id[1]);

    my $before = $s->snapshot;
    my (undef, $error) = $node[0]->try($s->event_args(
        'v', kinds => 'add_to_cart', lines => [ [ '2', '', 1, 900 ] ]));
    like($error, qr/^TRYAGAIN/, 'a record that is still here: later');
    (undef, $error) = $node[0]->try($s->event_args(
        'w', kinds => 'add_to_cart', lines => [ [ '2', '', 1, 900 ] ]));
    like($error, qr/^ASK/, 'one that is not: ask, which we do not follow');
    (undef, $error) = $s->try('claim', 'due', 'm', 64, 60_000);
    like($error, qr/^TRYAGAIN/, 'no claim either');
    is($s->snapshot, $before, 'no function was started');

    my ($seq) = values $s->{seq}->%*;
    my @keys  = $node[0]->keys('*');
    $node[0]->cmd('MIGRATE', '127.0.0.1', $node[1]->port, '', 0, 10_000,
                  'KEYS', @keys);
    $node[1]->cmd('FUNCTION', 'LOAD', Sp::Functions->library);
    $_->cmd('CLUSTER', 'SETSLOT', $slot, 'NODE', $id[1]) for @node[1, 0];
    $s->{redis} = $node[1];
    $s->{seq}{ id('worker') } = 1;
    is($s->event('v', kinds => 'add_to_cart', lines => [ [ '2', '', 1, 900 ] ]),
       'a ' . id('ada'), 'on the other node it goes on');
    is($s->lines('v'), 'item|key|1|500 2||1|900', 'with nothing lost');
};


subtest 'an order races the send, 1,000 times' => sub {
    my $s = Sp::Functions->new(redis => $redis, shop => 'race', load => 0);
    my ($sent, $stopped, $wrong) = (0, 0, 0);

    $s->cart("v$_", shopper => "p$_") for 1 .. 1000;
    $clock->advance($HOUR + 1);

    my @claimed;
    while (my @c = $s->claim(lease => 600_000)) { push @claimed, @c }
    is(scalar @claimed, 1000, 'a thousand are due');

    # another process orders, each time when it is told that a send begins,
    # and says when Redis has taken it

    pipe(my $begin_r, my $begin_w) && pipe(my $done_r, my $done_w) or die $!;
    $_->autoflush(1) for $begin_w, $done_w;

    fork_child('orders', sub {
        close $begin_w;
        my $client = $redis->client;
        while (my $line = readline $begin_r) {
            chomp $line;
            my ($n, $delay) = split / /, $line;
            select undef, undef, undef, $delay / 1e6;
            my ($reply) = $client->try($s->args('order', 'p:' . id("p$n"),
                                              id("o$n"), '', 0, 1000));
            syswrite $done_w, "$n $reply\n";
        }
    });
    close $done_w;

    my $ordered = '';
    my $told = sub ($n) {
        vec(my $in = '', fileno $done_r, 1) = 1;
        while ($ordered !~ /^$n OK$/m && select(my $r = $in, undef, undef, 0)) {
            sysread($done_r, $ordered, 4096, length $ordered) or last;
        }
        return $ordered =~ /^$n OK$/m;
    };

    for my $c (@claimed) {
        my ($n) = $c->{shopper} =~ /^p(\d+)/;
        print $begin_w "$n ", int(rand 400), "\n";
        select undef, undef, undef, rand(400) / 1e6;

        my $before = $told->($n);
        my $reply  = $s->confirm($c);

        if ($reply eq 'OK') {
            $sent++;
            $wrong++ if $before;
            $wrong++ if $s->settle($c, 's') ne 'OK';
        }
        else {
            $stopped++;
            $wrong++ if $reply ne 'ordered';
        }

        unless (wait_for(sub { $told->($n) }, 10)) {
            fail("order $n was never told");
            last;
        }
    }

    close $begin_w;
    is($wrong, 0, 'an order that was taken before stops the mail, always');
    ok($sent && $stopped, "both happen: $sent went, $stopped were stopped");

    my $closed = grep { $s->why("p$_")->{state} eq 'closed' } 1 .. 1000;
    is($closed, 1000, 'every rescue has ended');
};


all_done();
