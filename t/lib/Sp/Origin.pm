package Sp::Origin;

# The shop behind nginx: one process with a loop, so that its handler may keep
# state and a slow answer holds up nobody else.

use v5.36;

use JSON::XS ();
use Sp::Origin::Connection;
use Sp::Test qw(free_port wait_ok fork_child slurp);
use Time::HiRes qw(time);

my $COUNT = 0;


# A handler and options: protocol => 'http' (default), 'fastcgi' or 'uwsgi',
# port, start => 0.  See t/lib/README.md for what a handler gives.
sub new ($class, $handler, %o) {
    my $n    = ++$COUNT;
    my $self = bless {
        protocol => 'http', start => 1, %o,
        handler => $handler,
        name    => "origin$n",
        port    => $o{port} // free_port(),
        record  => Sp::Test::dir() . "/origin$n.requests",
        log     => Sp::Test::dir() . "/origin$n.log",
    }, $class;

    Sp::Test::watch_log($self->{log});
    $self->start if $self->{start};

    return $self;
}


# Starts it; after stop() on the same port, with the handler's first state.
sub start ($self) {
    my $listen = Sp::Test::listen_on($self->{port}, 'origin');

    $self->{pid} = fork_child($self->{name}, sub {
        open(STDERR, '>>', $self->{log}) or die "$self->{log}: $!";
        STDERR->autoflush;
        $SIG{PIPE} = 'IGNORE';
        $self->_loop($listen);
    });

    close $listen;
    return $self;
}


sub stop ($self, $signal = 'TERM') {
    Sp::Test::stop_child(delete $self->{pid}, $signal) if $self->{pid};
    return $self;
}


sub port ($self) { return $self->{port} }

sub pid ($self) { return $self->{pid} }


# What was asked so far: { method, uri, headers, body, complete, time, params };
# complete is 0 where the client left in the middle of the body.
sub requests ($self) {
    my $json = JSON::XS->new->latin1;
    return map { $json->decode($_) }
        grep { length } split /\n/, slurp($self->{record});
}


sub count ($self) {
    my $n = () = slurp($self->{record}) =~ /\n/g;
    return $n;
}


# A test: so many requests have come.
sub wait_requests ($self, $n, $seconds = 30) {
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    return wait_ok { $self->count >= $n } "the origin saw $n requests",
        $seconds;
}


# Forgets what was asked.
sub clear ($self) {
    truncate $self->{record}, 0 if -e $self->{record};
    return $self;
}


# -- below: the origin's own process ---------------------------------------


sub _loop ($self, $listen) {
    my %open;

    open(my $record, '>>:raw', $self->{record}) or die "$self->{record}: $!";
    $record->autoflush;
    $listen->blocking(0);
    $self->{json} = JSON::XS->new->latin1->canonical;

    while (1) {
        my ($r, $w, $now) = ('', '', time);
        my $wait = 10;

        vec($r, fileno $listen, 1) = 1;

        for my $c (values %open) {
            vec($r, $c->fd, 1) = 1;
            my $due = $c->due // next;
            if ($due <= $now) {
                vec($w, $c->fd, 1) = 1;
            } elsif ($due - $now < $wait) {
                $wait = $due - $now;
            }
        }

        select($r, $w, undef, $wait) >= 0 or next;

        if (vec $r, fileno $listen, 1) {
            while (my $fh = $listen->accept) {
                $fh->blocking(0);
                my $c = Sp::Origin::Connection->new($fh, $self->{protocol});
                $open{ $c->fd } = $c;
            }
        }

        for my $c (values %open) {
            my $alive = 1;

            $alive = $c->read if vec $r, $c->fd, 1;

            while ($alive && !$c->busy && (my $request = $c->request)) {
                $self->_serve($c, $request, $record);
            }

            $alive = $c->write if $alive && $c->busy;

            if (!$alive) {
                my $half = $c->unfinished;
                $self->_record($record, $half) if $half;
                delete $open{ $c->fd };
                $c->close;
            }
        }
    }
}


sub _record ($self, $record, $request) {
    $request->{time} = time;
    print $record $self->{json}->encode($request), "\n";
    return;
}


sub _serve ($self, $c, $request, $record) {
    $self->_record($record, $request);

    my $answer = eval {
        $self->{handler}->(@$request{qw(method uri headers body)});
    };

    if (ref $answer ne 'ARRAY') {
        print STDERR "handler: ", $@ || "gave no answer\n";
        $answer = [ 500, {}, "the handler failed\n" ];
    }

    $c->answer($request, @$answer);
    return;
}

1;
