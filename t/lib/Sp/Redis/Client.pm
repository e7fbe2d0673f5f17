package Sp::Redis::Client;

# One connection to Redis, speaking RESP2.

use v5.36;

use IO::Socket::INET ();
use IO::Socket::UNIX ();
use Sp::Redis::Error;

my $TIMEOUT = 30;


# Connects: socket => path or port => number, and user, password.
sub new ($class, %o) {
    my $socket = defined $o{socket}
        ? IO::Socket::UNIX->new(Peer => $o{socket})
        : IO::Socket::INET->new(PeerAddr => "127.0.0.1:$o{port}");
    $socket or die "redis: cannot connect: $!\n";

    my $self = bless { socket => $socket, buffer => '' }, $class;

    if (defined $o{password}) {
        my ($value, $error) =
            $self->try('AUTH', grep { defined } $o{user}, $o{password});
        die "redis: $error\n" if defined $error;
    }

    return $self;
}


# One command: (value, error).
sub try ($self, @args) {
    my ($value) = eval { $self->pipeline([@args]) };

    if ($@) {
        $self->close;
        return (undef, $@ =~ s/\n\z//r);
    }

    return (undef, "$value") if ref $value eq 'Sp::Redis::Error';
    return ($value, undef);
}


# Several commands in one write: their values, errors as objects.
sub pipeline ($self, @commands) {
    $self->send(@commands);
    return map { $self->read } @commands;
}


# Sends without reading; what is read comes in the same order.
sub send ($self, @commands) {
    my $out = '';

    for my $args (@commands) {
        $out .= '*' . @$args . "\r\n";

        for my $arg (map { "$_" } @$args) {
            utf8::encode($arg) if utf8::is_utf8($arg);
            $out .= '$' . length($arg) . "\r\n$arg\r\n";
        }
    }

    while (length $out) {
        my $n = syswrite $self->{socket}, $out;
        next if !defined $n && $!{EINTR};
        defined $n or die "redis: write: $!\n";
        substr $out, 0, $n, '';
    }
    return;
}


# One reply.
sub read ($self) {
    my $line = $self->_line;
    my $kind = substr $line, 0, 1, '';

    return $line if $kind eq '+' || $kind eq ':';
    return bless \$line, 'Sp::Redis::Error' if $kind eq '-';

    if ($kind eq '$') {
        return undef if $line < 0;
        my $text = $self->_take($line + 2);
        return substr $text, 0, $line;
    }

    if ($kind eq '*') {
        return undef if $line < 0;
        return [ map { scalar $self->read } 1 .. $line ];
    }

    die "redis: strange reply\n";
}


sub close ($self) { close delete $self->{socket} if $self->{socket}; return }

sub closed ($self) { return !$self->{socket} }


sub _line ($self) {
    while (1) {
        my $at = index $self->{buffer}, "\r\n";

        if ($at >= 0) {
            my $line = substr $self->{buffer}, 0, $at + 2, '';
            return substr $line, 0, $at;
        }

        $self->_fill;
    }
}


sub _take ($self, $n) {
    $self->_fill while length $self->{buffer} < $n;
    return substr $self->{buffer}, 0, $n, '';
}


sub _fill ($self) {
    $self->{socket} or die "redis: closed\n";

    my $set = '';
    vec($set, fileno $self->{socket}, 1) = 1;
    my $ready = select $set, undef, undef, $TIMEOUT;
    die "redis: no reply in $TIMEOUT s\n" if $ready == 0;
    return if $ready < 0;

    my $n = sysread $self->{socket}, $self->{buffer}, 65536,
        length $self->{buffer};
    return if !defined $n && $!{EINTR};
    die "redis: connection lost\n" if !$n;
    return;
}

1;
