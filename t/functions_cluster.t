#!/usr/bin/perl
#
# The functions in a Redis Cluster of three nodes, whose slots redis-cli moves to
# and fro while events come in: whatever Redis refuses meanwhile was not begun,
# and what is sent again counts once.

use v5.36;
use FindBin;
use List::Util qw(sum);
use lib "$FindBin::Bin/lib";

use Test::More;
use Sp::Test;
use Sp::Redis;
use Sp::Functions;

my $SLOTS  = 8;                     # moved each time
my $VISITS = 200;
my $MOVES  = 4;

sub id ($name) { return Sp::Functions::id($name) }


my @node = map { my $port = free_port();
                 Sp::Redis->new(clock => 0, config => [
                     'cluster-enabled yes', "cluster-port $port" ]) } 0 .. 2;
my @id = map { $_->cmd('CLUSTER', 'MYID') } @node;

for my $i (0 .. 2) {
    my $first = int(16_384 * $i / 3);
    my $last  = int(16_384 * ($i + 1) / 3) - 1;
    my $bus   = (split /[@, ]/, $node[$i]->cmd('CLUSTER', 'NODES'))[2];

    $node[$i]->cmd('CLUSTER', 'ADDSLOTSRANGE', $first, $last);
    $node[$i]->cmd('CLUSTER', 'SET-CONFIG-EPOCH', $i + 1);
    $node[0]->cmd('CLUSTER', 'MEET', '127.0.0.1', $node[$i]->port, $bus)
        if $i > 0;
}

wait_ok { 3 == grep { $_->cmd('CLUSTER', 'INFO') =~ /cluster_state:ok/
                      && 3 == (() = $_->cmd('CLUSTER', 'NODES')
                                   =~ /^\S+ .*? connected \d+-\d+$/gm) } @node }
    'a cluster of three';

$_->cmd('FUNCTION', 'LOAD', Sp::Functions->library) for @node;


# redis-cli moves a node's first slots: a shop that lives in one of them.
my ($shop) = grep { $node[0]->cmd('CLUSTER', 'KEYSLOT', "sp:{$_}:shop") < $SLOTS }
             map { "shop$_" } 1 .. 20_000;
my $f = Sp::Functions->new(redis => $node[0], shop => $shop, load => 0);

$f->cart("v$_", shopper => 'p' . int($_ / 2)) for 1 .. $VISITS;


# Another process adds one item after the other, as a worker does: in order, an
# event that Redis refuses is sent again, ASK is not followed, MOVED is.

my $stop = Sp::Test::dir() . '/stop';
my $told = Sp::Test::dir() . '/told';
my %node = map { $_->port => $_ } @node;

my $worker = fork_child('worker', sub {
    my $client = $node[0]->client;
    my (%sent, %refused);
    my $n = 0;

    until (-e $stop) {
        my $visit = 'v' . (1 + $n++ * 7 % $VISITS);
        my @event = $f->event_args($visit, kinds => 'add_to_cart',
                                   source => 'second', seen => '',
                                   lines => [ [ 'item', '', 1, '' ] ]);
        while (1) {
            my ($reply, $error) = $client->try(@event);

            if (!defined $error) {
                $reply =~ /^a / or $refused{"reply $reply"}++;
                last;
            }

            my ($word, $to) = $error =~ /^(\w+)(?: \d+ \S+:(\d+))?/;
            $refused{$word}++;
            $client = $node{$to}->client if $word eq 'MOVED';
            select undef, undef, undef, 0.001;
        }
        $sent{$visit}++;
    }

    spew($told, join '', map({ "sent $_ $sent{$_}\n" } sort keys %sent),
                         map({ "refused $_ $refused{$_}\n" } keys %refused));
});

for my $move (1 .. $MOVES) {
    my ($from, $to) = $move % 2 ? (0, 1) : (1, 0);
    my ($status, $out, $err) = command([ 'redis-cli', '--cluster', 'reshard',
        '127.0.0.1:' . $node[0]->port, '--cluster-from', $id[$from],
        '--cluster-to', $id[$to], '--cluster-slots', $SLOTS,
        '--cluster-pipeline', 2, '--cluster-yes' ], timeout => 300);

    is($status, 0, "move $move") or diag $out, $err;
    wait_for { 3 == grep { $_->cmd('CLUSTER', 'NODES')
                           =~ /^$id[$to] .* 0-/m } @node };
}

spew($stop, '');
is(Sp::Test::await_child($worker), 0, 'the worker ends');


my (%sent, %refused);

for (split /\n/, slurp($told)) {
    $sent{$1} = $2 if /^sent (\S+) (\d+)/;
    $refused{$1} = $2 if /^refused (.+) (\d+)$/;
}

note "refused: $_ $refused{$_}" for sort keys %refused;
ok($refused{TRYAGAIN}, 'events were refused while their slot moved');
ok($refused{MOVED}, 'and sent elsewhere when it had');
is_deeply([ grep { !/^(?:TRYAGAIN|ASK|MOVED)$/ } keys %refused ], [],
          'with no other error, and each was new');

# everything is on the first node again

$f->{redis} = $node[0];
is_deeply([ $node[1]->keys("sp:{$shop}:*") ], [], 'nothing was left behind');

my @wrong = grep {
    $f->lines($_) ne 'item|key|' . (1 + ($sent{$_} // 0)) . '|500'
} map { "v$_" } 1 .. $VISITS;

is_deeply(\@wrong, [], 'each event counts once');
is($node[0]->cmd('GET', "sp:{$shop}:q:" . id('second')), sum(values %sent),
   'and none was left out');

my @lost = grep { my $why = $f->why("p$_");
                  $why->{visits}->@* != ($_ == 0 || $_ == $VISITS / 2 ? 1 : 2)
                  || !$why->{active_ms} || !$why->{due} } 0 .. $VISITS / 2;

is_deeply(\@lost, [], 'everybody has their visits, and will be looked at');

all_done();
