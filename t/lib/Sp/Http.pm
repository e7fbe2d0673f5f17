package Sp::Http;

# A plain HTTP/1.1 client that can also misbehave: send in pieces, leave
# early, read slowly.

use v5.36;

use IO::Socket::INET ();
use IO::Socket::UNIX ();
use JSON::XS ();
use Sp::Http::Answer;
use Sp::Http::Jar;
use Time::HiRes qw(sleep time);


# Options: port, host, socket (a unix socket instead), ssl => 1, jar => 1 or a
# jar, keepalive => 1, timeout, headers => {} sent with every request.
sub new ($class, %o) {
    my $self = bless {
        host => '127.0.0.1', timeout => 30, headers => {}, %o }, $class;

    $self->{jar} = Sp::Http::Jar->new if ($o{jar} // '') eq '1';

    return $self;
}


sub jar ($self) { return $self->{jar} }


sub get ($self, $uri, $headers = {}) {
    return $self->request('GET', $uri, headers => $headers);
}


sub post ($self, $uri, $body, $headers = {}) {
    return $self->request('POST', $uri, body => $body, headers => $headers);
}


# A form, urlencoded: a hash (sorted by name) or a list of pairs.
sub form ($self, $uri, $fields, $headers = {}) {
    return $self->post($uri, encode($fields), {
        'Content-Type' => 'application/x-www-form-urlencoded', %$headers });
}


# Data as JSON.
sub json ($self, $uri, $data, $headers = {}) {
    return $self->post($uri, JSON::XS->new->utf8->canonical->encode($data),
        { 'Content-Type' => 'application/json', %$headers });
}


# One request.  Options: headers (hash or list of pairs), body, chunked =>
# [pieces], pieces => [pieces of the body], pause (seconds between pieces),
# abort_after => bytes of the request's body after which the client leaves,
# abort_after_answer => bytes of the answer, abort_seconds => leaves when the
# request is sent and so long has passed, read_slowly => [bytes, seconds].
sub request ($self, $method, $uri, %o) {
    my $answer = Sp::Http::Answer->new($method);

    eval {
        $self->_connect;
        $self->_send($method, $uri, \%o) or return 1;

        if (defined $o{abort_seconds}) {
            sleep $o{abort_seconds};
            $self->close;
            return 1;
        }

        $self->_receive($answer, \%o);
        1;
    } or $answer->{error} = $@ =~ s/\n\z//r;

    $self->{jar}->learn($answer->headers('set-cookie')) if $self->{jar};

    if (!$self->{keepalive} || !$answer->reusable) {
        $self->close;
    }

    return $answer;
}


# Sends bytes as they are and gives everything until the server closes.
sub raw ($self, $bytes) {
    my $got = '';

    $self->close;
    $self->_connect;
    $self->_write($bytes);
    1 while $self->_more(\$got, 65536);
    $self->close;

    return $got;
}


sub close ($self) {
    close delete $self->{fh} if $self->{fh};
    $self->{rest} = '';
    return;
}


# Urlencoded text of a hash or a list of pairs.
sub encode ($fields) {
    my @list = ref $fields eq 'HASH'
        ? map { $_, $fields->{$_} } sort keys %$fields : @$fields;
    my @pairs;

    while (my ($name, $value) = splice @list, 0, 2) {
        push @pairs, join '=', map { escape($_) } $name, $value;
    }

    return join '&', @pairs;
}


sub escape ($text) {
    utf8::encode($text) if utf8::is_utf8($text);
    $text =~ s/([^A-Za-z0-9_.~-])/sprintf '%%%02X', ord $1/ge;
    return $text;
}


# -- below: private --------------------------------------------------------


sub _connect ($self) {
    return if $self->{fh};

    $self->{rest} = '';

    my $fh = defined $self->{socket}
        ? IO::Socket::UNIX->new(Peer => $self->{socket})
        : IO::Socket::INET->new(
            PeerAddr => "$self->{host}:$self->{port}",
            Timeout => $self->{timeout});
    $fh or die "cannot connect: $!\n";

    if ($self->{ssl}) {
        require IO::Socket::SSL;
        IO::Socket::SSL->start_SSL($fh, SSL_verify_mode => 0)
            or die "no TLS\n";
    }

    $self->{fh} = $fh;
    return;
}


sub _send ($self, $method, $uri, $o) {
    my @given = ref($o->{headers} // {}) eq 'ARRAY'
        ? @{ $o->{headers} } : %{ $o->{headers} // {} };
    my @pairs = (%{ $self->{headers} }, @given);
    my $body  = $o->{body} // join '', @{ $o->{pieces} // [] };
    my (%has, $head);

    $has{ lc $pairs[ $_ * 2 ] } = 1 for 0 .. @pairs / 2 - 1;

    unshift @pairs, Host => 'shop.example' if !$has{host};
    push @pairs, Connection => 'close'
        if !$self->{keepalive} && !$has{connection};

    if ($self->{jar} && !$has{cookie} && length(my $c = $self->{jar}->header)) {
        push @pairs, Cookie => $c;
    }

    if ($o->{chunked}) {
        push @pairs, 'Transfer-Encoding' => 'chunked';

    } elsif (!$has{'content-length'}
             && (length $body || $method !~ /^(?:GET|HEAD)$/))
    {
        push @pairs, 'Content-Length' => length $body;
    }

    $head = "$method $uri HTTP/1.1\r\n";

    while (my ($name, $value) = splice @pairs, 0, 2) {
        $head .= "$name: $value\r\n";
    }

    return $self->_send_body("$head\r\n", $body, $o);
}


# False when the client has left on purpose.
sub _send_body ($self, $head, $body, $o) {
    my @pieces = $o->{chunked} ? @{ $o->{chunked} }
        : $o->{pieces} ? @{ $o->{pieces} } : ($body);
    my $left = $o->{abort_after};

    if (!$o->{pause} && !defined $left && !$o->{chunked}) {
        $self->_write($head . $body);
        return 1;
    }

    $self->_write($head);

    for my $piece (@pieces) {
        if (defined $left && length $piece >= $left) {
            $piece = substr $piece, 0, $left;
            $self->_write(_chunk($piece, $o)) if $left;
            sleep 0.05;
            $self->close;
            return 0;
        }

        $left -= length $piece if defined $left;
        $self->_write(_chunk($piece, $o)) if length $piece;
        sleep $o->{pause} if $o->{pause};
    }

    $self->_write("0\r\n\r\n") if $o->{chunked};
    return 1;
}


sub _chunk ($piece, $o) {
    return $piece if !$o->{chunked};
    return sprintf "%x\r\n%s\r\n", length $piece, $piece;
}


sub _write ($self, $bytes) {
    utf8::encode($bytes) if utf8::is_utf8($bytes);

    while (length $bytes) {
        my $n = syswrite $self->{fh}, $bytes;

        if (!defined $n) {
            next if $!{EINTR} || $!{EAGAIN};

            # The server may have answered already and closed.
            return if $!{EPIPE} || $!{ECONNRESET};
            die "write: $!\n";
        }

        substr $bytes, 0, $n, '';
    }
    return;
}


sub _receive ($self, $answer, $o) {
    my ($size, $nap) = @{ $o->{read_slowly} // [ 65536, 0 ] };
    my $got = 0;

    $answer->add(\$self->{rest});

    while (!$answer->{complete}) {
        if (defined $o->{abort_after_answer}
            && $got >= $o->{abort_after_answer})
        {
            $self->close;
            return;
        }

        my $n = $self->_more(\$self->{rest}, $size);

        if (!$n) {
            $answer->end;
            $self->close;
            return;
        }

        $got += $n;
        $answer->add(\$self->{rest});
        sleep $nap if $nap;
    }
    return;
}


# Reads more; 0 at the end.
sub _more ($self, $buffer, $size) {
    my $fh = $self->{fh};

    if (!$self->{ssl} || !$fh->pending) {
        my $set = '';
        vec($set, fileno $fh, 1) = 1;
        my $end = time + $self->{timeout};
        my $ready;

        do {
            $ready = select my $r = $set, undef, undef, $end - time;
        } while ($ready < 0 && $!{EINTR} && time < $end);

        die "no answer in $self->{timeout} s\n" if $ready <= 0;
    }

    my $n = sysread $fh, $$buffer, $size, length $$buffer;
    return 0 if !defined $n && $!{ECONNRESET};
    die "read: $!\n" if !defined $n;
    return $n;
}

1;
