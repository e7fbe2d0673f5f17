package Sp::Http2;

# A client of HTTP/2 (RFC 9113) that writes frames as it is told to, right or
# wrong.  It answers nothing by itself but SETTINGS and PING, and never opens
# the windows unless asked.

use v5.36;

use IO::Socket::INET ();
use IO::Select ();
use Time::HiRes qw(time);

use constant {
    DATA => 0, HEADERS => 1, RST_STREAM => 3, SETTINGS => 4, PING => 6,
    WINDOW_UPDATE => 8,
    END_STREAM => 0x1, ACK => 0x1, END_HEADERS => 0x4,
};

my %STATUS = (8 => 200, 9 => 204, 10 => 206, 11 => 304, 12 => 400, 13 => 404,
    14 => 500);


# Options: port, settings => { id => value }, timeout (30 s).
sub new ($class, %o) {
    my $self = bless { timeout => 30, next => 1, streams => {}, in => '',
        closed => 0, %o }, $class;

    $self->{sock} = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $o{port}, Proto => 'tcp') or die "connect: $!";

    $self->bytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    $self->frame(SETTINGS, 0, 0, join '',
        map { pack 'nN', $_, $o{settings}{$_} } sort keys %{ $o{settings} });

    return $self;
}


# Bytes as they are.  False once the other side has closed.
sub bytes ($self, $bytes) {
    local $SIG{PIPE} = 'IGNORE';

    while (length $bytes && !$self->{closed}) {
        $self->take(0);
        my $n = syswrite $self->{sock}, $bytes;

        if (!defined $n) {
            $self->{closed} = 1;
            last;
        }

        substr $bytes, 0, $n, '';
    }

    return !$self->{closed};
}


sub frame ($self, $type, $flags, $stream, $payload = '') {
    return $self->bytes(substr(pack('N', length $payload), 1)
        . pack('CCN', $type, $flags, $stream) . $payload);
}


# Fields as literals that are not indexed, without Huffman (RFC 7541, 6.2.2).
sub block ($self, @fields) {
    my $block = '';

    while (my ($name, $value) = splice @fields, 0, 2) {
        $block .= "\0" . _length(length $name) . $name
            . _length(length $value) . $value;
    }

    return $block;
}


sub _length ($n) {
    return chr $n if $n < 127;

    my $out = chr 127;

    for ($n -= 127; $n > 127; $n >>= 7) {
        $out .= chr($n & 127 | 128);
    }

    return $out . chr $n;
}


# Begins a request; gives its stream.  fields: a list of pairs after those of
# the request's line; end => 1: it has no body.
sub begin ($self, $method, $path, %o) {
    my $stream = $self->{next};
    $self->{next} += 2;

    $self->frame(HEADERS, END_HEADERS | ($o{end} ? END_STREAM : 0), $stream,
        $self->block(':method', $method, ':scheme', 'http', ':path', $path,
            ':authority', 'shop.example', @{ $o{fields} // [] }));

    return $stream;
}


sub data ($self, $stream, $data, $end = 0) {
    return $self->frame(DATA, $end ? END_STREAM : 0, $stream, $data);
}


sub reset ($self, $stream, $code = 8) {
    return $self->frame(RST_STREAM, 0, $stream, pack 'N', $code);
}


sub open_window ($self, $stream, $n) {
    return $self->frame(WINDOW_UPDATE, 0, $stream, pack 'N', $n);
}


sub close ($self) {
    $self->{sock}->close;
    $self->{closed} = 1;
    return;
}


# The answer of a stream so far: { status, body, ended, reset }.
sub answer ($self, $stream) {
    return $self->{streams}{$stream} //= { body => '' };
}


# Reads until the stream has ended, was reset, or the connection is gone.
sub wait ($self, $stream) {
    my $deadline = time + $self->{timeout};
    my $answer   = $self->answer($stream);

    until ($answer->{ended} || defined $answer->{reset} || $self->{closed}
        || time > $deadline)
    {
        $self->take(0.2);
    }

    return $answer;
}


# Reads what is there, waiting so many seconds for it.
sub take ($self, $seconds) {
    while (!$self->{closed}
        && IO::Select->new($self->{sock})->can_read($seconds))
    {
        my $n = sysread $self->{sock}, $self->{in}, 65536, length $self->{in};

        if (!$n) {
            $self->{closed} = 1;
            last;
        }

        $seconds = 0;
        $self->_frames;
    }

    return;
}


sub _frames ($self) {
    while (length $self->{in} >= 9) {
        my ($high, $low, $type, $flags, $stream) = unpack 'CnCCN', $self->{in};
        my $len = $high << 16 | $low;

        last if length $self->{in} < 9 + $len;

        my $payload = substr $self->{in}, 9, $len;
        substr $self->{in}, 0, 9 + $len, '';

        $self->_got($type, $flags, $stream & 0x7fffffff, $payload);
    }

    return;
}


sub _got ($self, $type, $flags, $stream, $payload) {
    my $answer = $self->answer($stream);

    if ($type == HEADERS && !defined $answer->{status}) {
        $payload =~ s/^[\x20-\x3f]+//;      # sizes of the table

        my $first = ord $payload;
        $answer->{status} = $first & 0x80 ? $STATUS{ $first & 0x7f }
            : ($payload =~ /^.\x03(\d{3})/s)[0];
    }

    $answer->{body} .= $payload if $type == DATA;
    $answer->{ended} = 1
        if ($type == HEADERS || $type == DATA) && $flags & END_STREAM;
    $answer->{reset} = unpack 'N', $payload if $type == RST_STREAM;

    $self->frame(SETTINGS, ACK, 0) if $type == SETTINGS && !($flags & ACK);
    $self->frame(PING, ACK, 0, $payload) if $type == PING && !($flags & ACK);

    return;
}


1;
