package Sp::Origin::Connection;

# One connection to the origin: reads requests in HTTP/1.1, FastCGI or uwsgi,
# and writes answers piece by piece, each when its time has come.

use v5.36;

use Time::HiRes qw(time);

my %REASON = (
    200 => 'OK', 201 => 'Created', 204 => 'No Content', 301 => 'Moved',
    302 => 'Found', 303 => 'See Other', 304 => 'Not Modified',
    400 => 'Bad Request', 401 => 'Unauthorized', 403 => 'Forbidden',
    404 => 'Not Found', 422 => 'Unprocessable', 500 => 'Error',
    502 => 'Bad Gateway', 503 => 'Unavailable', 504 => 'Timeout',
);


sub new ($class, $fh, $protocol) {
    return bless {
        fh => $fh, protocol => $protocol, in => '', queue => [],
        fd => fileno $fh,
    }, $class;
}


sub fd ($self) { return $self->{fd} }

sub close ($self) { close $self->{fh}; return }


# Is there an answer that is not written yet?
sub busy ($self) { return @{ $self->{queue} } || $self->{hang} }


# When the next piece may be written, or undef.
sub due ($self) {
    return @{ $self->{queue} } ? $self->{queue}[0][0] : undef;
}


# Takes what has come; false when the peer has left.
sub read ($self) {
    my $n = sysread $self->{fh}, $self->{in}, 65536, length $self->{in};

    return $!{EAGAIN} || $!{EINTR} ? 1 : 0 if !defined $n;
    return $n > 0;
}


# Writes what is due; false when the connection is to be closed.
sub write ($self) {
    while (@{ $self->{queue} } && $self->{queue}[0][0] <= time) {
        my $piece = $self->{queue}[0];

        return 0 if !defined $piece->[1];

        while (length $piece->[1]) {
            my $n = syswrite $self->{fh}, $piece->[1];
            return $!{EAGAIN} || $!{EINTR} ? 1 : 0 if !defined $n;
            substr $piece->[1], 0, $n, '';
        }

        shift @{ $self->{queue} };
    }
    return 1;
}


# The next whole request, or undef.
sub request ($self) {
    my $parse = "_$self->{protocol}";
    my $request = $self->$parse // return undef;

    $self->{partial} = undef;
    $request->{complete} = 1;

    return $request;
}


# The request whose body never came whole.
sub unfinished ($self) {
    my $request = $self->{partial} // return undef;
    $self->{partial} = undef;
    $request->{complete} = 0;
    return $request;
}


# Queues an answer.
sub answer ($self, $request, $status, $headers = {}, $body = '', $o = {}) {
    my $at = time + ($o->{delay} // 0);

    utf8::encode($body) if utf8::is_utf8($body);

    if ($o->{hang}) {
        $self->{hang} = 1;

    } elsif ($o->{drop}) {
        $self->_put($at, undef);

    } elsif (defined $o->{raw}) {
        $self->_put($at, $o->{raw});
        $self->_put($at, undef);

    } else {
        my $write = $self->{protocol} eq 'fastcgi' ? '_fastcgi_answer'
            : '_http_answer';
        $self->$write($request, $at, $status, $headers, $body, $o);
    }
    return;
}


# -- below: private --------------------------------------------------------


sub _put ($self, $at, $bytes) {
    push @{ $self->{queue} }, [ $at, $bytes ];
    return;
}


sub _pairs ($headers) {
    return ref $headers eq 'ARRAY' ? @$headers
        : map { $_, $headers->{$_} } sort keys %$headers;
}


# The pieces of a body with the time of each: [[at, bytes], ...].
sub _pieces ($at, $body, $o) {
    my @list;

    return [ $at, $body ] if !$o->{pieces};

    for my $piece (@{ $o->{pieces} }) {
        if (ref $piece) {
            $at += $$piece;

        } else {
            my $bytes = $piece;
            utf8::encode($bytes) if utf8::is_utf8($bytes);
            push @list, [ $at, $bytes ];
        }
    }
    return @list;
}


sub _http_answer ($self, $request, $at, $status, $headers, $body, $o) {
    my @pairs   = _pairs($headers);
    my $reason  = $REASON{$status} // 'Status';
    my $bare    = $request->{method} eq 'HEAD' || $status =~ /^(?:204|304)$/;
    my $uwsgi   = $self->{protocol} eq 'uwsgi';
    my $close   = $o->{close} || $uwsgi
        || ($request->{headers}{connection} // '') =~ /close/i
        || $request->{version} eq 'HTTP/1.0';
    my $chunked = $o->{pieces} && !$o->{close} && !$bare && !$uwsgi
        && $request->{version} ne 'HTTP/1.0';
    my $given   = grep { !($_ % 2) && lc $pairs[$_] eq 'content-length' }
        0 .. $#pairs;

    push @pairs, 'Transfer-Encoding' => 'chunked' if $chunked;
    push @pairs, 'Content-Length' => length $body
        if !$chunked && !$o->{pieces} && !$o->{close} && !$given && !$bare;
    push @pairs, 'Connection' => $close ? 'close' : 'keep-alive';

    my $head = "HTTP/1.1 $status $reason\r\n";

    while (my ($name, $value) = splice @pairs, 0, 2) {
        $head .= "$name: $value\r\n";
    }

    $self->_put($at, "$head\r\n");

    my $left = $o->{cut};

    for (_pieces($at, $body, $o)) {
        my ($when, $bytes) = @$_;
        $at = $when;
        last if $bare;

        if (defined $left && length $bytes >= $left) {
            $bytes = substr $bytes, 0, $left;
            $self->_put($when, $chunked
                ? sprintf("%x\r\n", $left + 1) . $bytes : $bytes);
            $self->_put($when, undef);
            return;
        }

        $left -= length $bytes if defined $left;
        next if !length $bytes;
        $bytes = sprintf("%x\r\n%s\r\n", length $bytes, $bytes) if $chunked;
        $self->_put($when, $bytes);
    }

    $self->_put($at, "0\r\n\r\n") if $chunked;
    $self->_put($at, undef) if $close;
    return;
}


sub _http ($self) {
    my $in = \$self->{in};

    if (!$self->{partial}) {
        my $at = index $$in, "\r\n\r\n";
        return undef if $at < 0;

        my ($first, @lines) = split /\r\n/, substr $$in, 0, $at;
        substr $$in, 0, $at + 4, '';

        my ($method, $uri, $version) = split / /, $first;
        my %headers;

        for (@lines) {
            my ($name, $value) = /^([^:]+):\s*(.*)/ or next;
            $headers{ lc $name } = join ', ',
                grep { defined } $headers{ lc $name }, $value;
        }

        $self->{partial} = {
            method => $method, uri => $uri, version => $version // 'HTTP/1.0',
            headers => \%headers, body => '' };
    }

    my $request = $self->{partial};

    if (($request->{headers}{'transfer-encoding'} // '') =~ /chunked/i) {
        while ($$in =~ /^([0-9a-fA-F]+)[^\r\n]*\r\n/) {
            my ($size, $skip) = (hex $1, length $&);
            return undef if length $$in < $skip + $size + 2;
            $request->{body} .= substr $$in, $skip, $size;
            substr $$in, 0, $skip + $size + 2, '';
            return $request if $size == 0;
        }
        return undef;
    }

    my $left = ($request->{headers}{'content-length'} // 0)
        - length $request->{body};
    $request->{body} .= substr $$in, 0, $left, '';

    return length $request->{body}
        == ($request->{headers}{'content-length'} // 0) ? $request : undef;
}


# A request from what CGI calls its variables.
sub _from_params ($self, $params) {
    my %headers;

    for (keys %$params) {
        $headers{ lc($1) =~ tr/_/-/r } = $params->{$_} if /^HTTP_(.+)/;
    }

    $headers{'content-type'} = $params->{CONTENT_TYPE}
        if length($params->{CONTENT_TYPE} // '');

    return {
        method => $params->{REQUEST_METHOD} // 'GET',
        uri => $params->{REQUEST_URI} // '/', version => 'HTTP/1.1',
        headers => \%headers, params => $params, body => '' };
}


sub _uwsgi ($self) {
    my $in = \$self->{in};

    if (!$self->{partial}) {
        return undef if length $$in < 4;
        my ($modifier, $size) = unpack 'Cv', $$in;
        return undef if length $$in < 4 + $size;

        my @pairs = unpack '(v/a)*', substr $$in, 4, $size;
        substr $$in, 0, 4 + $size, '';
        $self->{partial} = $self->_from_params({@pairs});
    }

    my $request = $self->{partial};
    my $length  = $request->{params}{CONTENT_LENGTH} || 0;

    $request->{body} .= substr $$in, 0, $length - length $request->{body}, '';

    return length $request->{body} == $length ? $request : undef;
}


# FastCGI, with one request at a time on a connection.
sub _fastcgi ($self) {
    my $in = \$self->{in};

    while (length $$in >= 8) {
        my ($version, $type, $id, $size, $pad) = unpack 'CCnnC', $$in;
        return undef if length $$in < 8 + $size + $pad;

        my $data = substr $$in, 8, $size;
        substr $$in, 0, 8 + $size + $pad, '';

        if ($type == 1) {
            $self->{fcgi} = { keep => unpack('xxC', $data) & 1, params => '' };

        } elsif ($type == 4 && $size) {
            $self->{fcgi}{params} .= $data;

        } elsif ($type == 4) {
            $self->{partial} =
                $self->_from_params(_fastcgi_params($self->{fcgi}{params}));

        } elsif ($type == 5 && $size) {
            $self->{partial}{body} .= $data;

        } elsif ($type == 5) {
            return $self->{partial};

        } elsif ($type == 2) {
            return undef;
        }
    }

    return undef;
}


sub _fastcgi_params ($bytes) {
    my %params;

    while (length $bytes) {
        my @sizes;

        for (1, 2) {
            my $size = ord substr $bytes, 0, 1, '';
            $size = ($size & 127) << 24
                | unpack 'N', "\0" . substr $bytes, 0, 3, '' if $size > 127;
            push @sizes, $size;
        }

        my $name = substr $bytes, 0, $sizes[0], '';
        $params{$name} = substr $bytes, 0, $sizes[1], '';
    }

    return \%params;
}


sub _fastcgi_answer ($self, $request, $at, $status, $headers, $body, $o) {
    my $reason = $REASON{$status} // 'Status';
    my $head   = "Status: $status $reason\r\n";
    my @pairs  = _pairs($headers);

    while (my ($name, $value) = splice @pairs, 0, 2) {
        $head .= "$name: $value\r\n";
    }

    $self->_put($at, _fastcgi_record(6, "$head\r\n"));

    my $left = $o->{cut};

    for (_pieces($at, $body, $o)) {
        my ($when, $bytes) = @$_;
        $at = $when;

        if (defined $left && length $bytes >= $left) {
            $self->_put($when, _fastcgi_record(6, substr $bytes, 0, $left));
            $self->_put($when, undef);
            return;
        }

        $left -= length $bytes if defined $left;
        $self->_put($when, _fastcgi_record(6, $bytes)) if length $bytes;
    }

    $self->_put($at, pack('CCnnxx', 1, 6, 1, 0) . pack('CCnnxxNCx3', 1, 3, 1,
        8, 0, 0));
    $self->_put($at, undef) if !$self->{fcgi}{keep};
    return;
}


sub _fastcgi_record ($type, $bytes) {
    my $out = '';

    while (length $bytes) {
        my $part = substr $bytes, 0, 65535, '';
        $out .= pack('CCnnxx', 1, $type, 1, length $part) . $part;
    }

    return $out;
}

1;
