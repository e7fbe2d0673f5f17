#!/usr/bin/perl

# Cart and order of a visit, by two workers: whatever holds the one up on its way
# to Redis, or both, a cart that was filled before its order does not come back,
# and one that is filled after it is there.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use IO::Select;
use IO::Socket::INET;
use Sp::Test;
use Sp::Http;
use Sp::Nginx;
use Sp::Origin;
use Sp::Redis;

my ($STALLED, $HELD) = (60, 20);        # rounds

my $redis  = Sp::Redis->new(tcp => 1);
my $secret = secret_file();
my $hold   = dir() . '/hold';
my $door   = IO::Socket::INET->new(Listen => 64, LocalAddr => '127.0.0.1')
    // die "listen: $!";

# Between nginx and Redis: while there is a file, a connection that brings a
# shirt gets no further.
fork_child('relay', sub {
    my $all = IO::Select->new($door);
    my (%other, @held);

    while (1) {
        for my $one ($all->can_read(@held ? 0.002 : 60)) {
            if ($one == $door) {
                my $from = $door->accept // next;
                my $to   = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
                    PeerPort => $redis->port) // die "connect: $!";

                @other{$from, $to} = ($to, $from);
                $all->add($from, $to);
                next;
            }

            my $data = '';
            my $to   = $other{$one};

            if (!sysread $one, $data, 65536) {
                $all->remove($one, $to);
                close $_ for $one, $to;

            } elsif ($data =~ /shirt/ && -e $hold) {
                $all->remove($one);
                push @held, [ $one, $data ];

            } else {
                print { $to } $data;
                $to->flush;
            }
        }

        next if -e $hold;

        for (splice @held) {
            my ($one, $data) = @$_;

            print { $other{$one} } $data;
            $other{$one}->flush;
            $all->add($one);
        }
    }
});

my $origin = Sp::Origin->new(sub ($method, $uri, $headers, $body) {
    [ 200, { 'Content-Type' => 'text/plain' }, 'ok' ] });
my $nginx = Sp::Nginx->new(workers => 2, http => <<"CONF");
sitepreserver_redis redis://127.0.0.1:@{[ $door->sockport ]} timeout=60s;
sitepreserver_secret_file $secret;
keepalive_timeout 1h;
keepalive_requests 100000;
server {
    listen 127.0.0.1:%%PORT%% reuseport;
    server_name shop;
    sitepreserver on;
    sitepreserver_visitor cookie:session;
    sitepreserver_cookie off;
    sitepreserver_event add_to_cart POST = /add {
        item_id form:id;
        name form:name;
        quantity value:1;
    }
    sitepreserver_event purchase POST = /order { if response.header:Content-Type; }
    location / { proxy_pass http://127.0.0.1:@{[ $origin->port ]}; }
    location = /worker { return 200 \$pid; }
    location = /status { sitepreserver_status; }
}
CONF
my $ua   = Sp::Http->new(port => $nginx->port);
my $sent = 0;

# A connection to each worker.
my %worker;

for (1 .. 1000) {
    my $one = Sp::Http->new(port => $nginx->port, keepalive => 1);

    $worker{ $one->get('/worker')->{body} } //= $one;
    last if keys %worker == 2;
}

my @worker = values %worker;
is(@worker, 2, 'two workers');

sub post ($worker, $session, $uri, %form) {
    my $answer = $worker->form($uri, { n => 1, %form },
        { Cookie => "session=abcdefghijklmnop$session" });

    $sent++;
    return $answer->{status} == 200;
}

sub add ($worker, $session, $id) {
    return post($worker, $session, '/add', id => $id, name => 'A' x 200);
}

sub order ($worker, $session) { return post($worker, $session, '/order') }

# Has Redis all but so many?
sub applied ($but = 0) {
    return $ua->get('/status')->data->{counters}{applied} == $sent - $but;
}

# How many carts have this item.
sub carts ($id) {
    return scalar grep { ($redis->cmd('GET', $_) // '') =~ /\b$id\x1f/ }
        $redis->keys('sp:{shop}:v:*');
}

# Rounds of a visit each: filled by one worker, bought by the other, and filled
# again by the first.
sub rounds ($n, $what, $code) {
    my $good = 0;

    for my $round (1 .. $n) {
        my ($one, $other) = $round % 2 ? @worker : reverse @worker;
        my $session = "$what$round";

        $good += add($one, $session, 'coat');
        wait_for { applied() } or last;
        $good += $code->($one, $other, $session);
        wait_for { applied() } or last;
        select(undef, undef, undef, 0.002);     # Redis's times are of a ms
        $good += add($one, $session, 'scarf');
        wait_for { applied() } or last;
    }

    is($good, 3 * $n, "$what: every answer is as before");
    is(carts('shirt'), 0, '... no cart is newer than its order');
    is(carts('coat'), 0, '... nor are those of before');
    is(carts('scarf'), $n, '... those of after it are there');
    $redis->cmd('FLUSHDB');
}

# Both are under way while Redis stands still.
rounds($STALLED, 'stalled', sub ($one, $other, $session) {
    $redis->pause;
    my $good = add($one, $session, 'shirt') && order($other, $session);
    $redis->resume;
    return $good;
});

# The cart is, when its order has been applied.
rounds($HELD, 'held', sub ($one, $other, $session) {
    touch($hold);
    my $good = add($one, $session, 'shirt') && order($other, $session);
    wait_for { applied(1) };
    unlink $hold;
    return $good;
});

# Nothing is.
rounds($HELD, 'free', sub ($one, $other, $session) {
    return add($one, $session, 'shirt') && order($other, $session);
});

all_done();
