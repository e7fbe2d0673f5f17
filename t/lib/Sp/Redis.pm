package Sp::Redis;

# A private Redis that can be killed, hung and restarted, and a client that
# needs no library.

use v5.36;

use Sp::Test qw(free_port wait_for spawn slurp spew watch_log);
use Sp::Certificate;
use Sp::Redis::Client;

my $COUNT = 0;


# Options: port, password, user (an ACL user with that password; the default
# user is then off), tcp => 0 for none, config => [ lines ], clock,
# start => 0, binary, tls => [ options of Sp::Certificate ] (the port is for TLS
# only then).
sub new ($class, %o) {
    my $n    = ++$COUNT;
    my $self = bless {
        %o,
        dir  => Sp::Test::dir() . "/redis$n",
        name => "redis$n",
        port => $o{port} // free_port(),
    }, $class;

    mkdir $self->{dir} or die "$self->{dir}: $!";
    $self->_configure;
    watch_log($self->log_file, 'redis');
    $self->start if $o{start} // 1;

    return $self;
}


# Starts it on the data that is there, and waits until it answers.
sub start ($self) {
    my $binary = $self->{binary} // $ENV{SP_REDIS} // 'redis-server';

    $self->{pid} = spawn(
        name => $self->{name}, dir => $self->{dir}, log => $self->log_file,
        cmd  => [ $binary, "$self->{dir}/redis.conf" ],
        env  => { ASAN_OPTIONS => undef, UBSAN_OPTIONS => undef },
        (exists $self->{clock} ? (clock => $self->{clock}) : ()));

    my $up = wait_for(sub {
        Sp::Test::alive($self->{pid}) or die "redis: ", slurp($self->log_file);
        my ($value, $error) = $self->try('PING');
        return ($value // '') eq 'PONG';
    });
    $up or die "redis does not answer\n";

    return $self;
}


# Stops it: TERM by default, with all data on disk.
sub stop ($self, $signal = 'TERM') {
    delete $self->{client};
    Sp::Test::stop_child(delete $self->{pid}, $signal) if $self->{pid};
    return $self;
}


# stop() and start().
sub restart ($self, $signal = 'TERM') { return $self->stop($signal)->start }


# Hangs it: connections stay, nothing is answered.
sub pause ($self) { kill 'STOP', $self->{pid}; return $self }


# Ends pause().
sub resume ($self) { kill 'CONT', $self->{pid}; return $self }


# One command; an error dies.  Nil is undef, arrays are references.
sub cmd ($self, @args) {
    my ($value, $error) = $self->_client->try(@args);
    die "redis: $error (@args[0 .. ($#args > 2 ? 2 : $#args)])\n"
        if defined $error;
    return $value;
}


# One command: (value, error).  A lost connection is an error too.
sub try ($self, @args) {
    my $client = eval { $self->_client };
    return (undef, "$@") if !$client;
    return $client->try(@args);
}


# Several commands in one write: their values; an error is an object that
# prints as its text.
sub pipeline ($self, @commands) { return $self->_client->pipeline(@commands) }


# The keys that match, sorted.
sub keys ($self, $pattern = '*') {
    return sort @{ $self->cmd('KEYS', $pattern) };
}


# Removes all data, and functions too.
sub flush ($self) {
    $self->cmd('FLUSHALL');
    $self->cmd('FUNCTION', 'FLUSH');
    return $self;
}


# A connection of its own, for blocking commands or MONITOR.
sub client ($self) {
    return Sp::Redis::Client->new(
        socket => $self->socket, user => $self->{user},
        password => $self->{password});
}


sub port ($self)     { return $self->{port} }
sub socket ($self)   { return "$self->{dir}/redis.sock" }
sub pid ($self)      { return $self->{pid} }
sub dir ($self)      { return $self->{dir} }
sub log_file ($self) { return "$self->{dir}/redis.log" }
sub log ($self)      { return slurp($self->log_file) }


# What a config names: redis://[user:password@]127.0.0.1:PORT.
sub url ($self) { return "redis://" . $self->_auth . "127.0.0.1:$self->{port}" }


# The same by the unix socket: unix:PATH.
sub unix_url ($self) { return 'unix:' . $self->socket }


# With tls: rediss://[user@]HOST:PORT, and the file of its CA.
sub tls_url ($self, $host = '127.0.0.1') {
    my $user = defined $self->{user} ? "$self->{user}\@" : '';
    return "rediss://$user$host:$self->{port}";
}

sub ca_file ($self) { return "$self->{dir}/ca.pem" }


# -- below: private --------------------------------------------------------


sub _auth ($self) {
    return '' if !defined $self->{password};
    return ($self->{user} // '') . ":$self->{password}\@";
}


sub _client ($self) {
    $self->{client} = undef if $self->{client} && $self->{client}->closed;
    return $self->{client} //= $self->client;
}


sub _configure ($self) {
    my @lines = (
        'bind 127.0.0.1',
        'port ' . (($self->{tcp} // 1) && !$self->{tls} ? $self->{port} : 0),
        'unixsocket ' . $self->socket,
        "dir $self->{dir}",
        'daemonize no', 'save ""', 'appendonly yes', 'appendfsync always',
        'maxmemory-policy noeviction', 'databases 4', 'loglevel notice',
        'shutdown-timeout 0',
    );

    if (defined $self->{user}) {
        push @lines, "user $self->{user} on >$self->{password} ~* &* +\@all",
            'user default off';

    } elsif (defined $self->{password}) {
        push @lines, "requirepass $self->{password}";
    }

    if ($self->{tls}) {
        my $dir = Sp::Certificate->make($self->{dir}, @{ $self->{tls} });
        push @lines, "tls-port $self->{port}", "tls-cert-file $dir/cert.pem",
            "tls-key-file $dir/key.pem", "tls-ca-cert-file $dir/ca.pem",
            'tls-auth-clients no';
    }

    push @lines, @{ $self->{config} // [] };
    spew("$self->{dir}/redis.conf", join('', map { "$_\n" } @lines));
    return;
}

1;
