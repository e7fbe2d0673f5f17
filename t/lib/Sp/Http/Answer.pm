package Sp::Http::Answer;

# An HTTP answer, parsed as it comes: status (0: none), reason, version,
# headers (lower case; repeated ones joined with ", "), body, complete,
# closed, error.

use v5.36;

use JSON::XS ();


sub new ($class, $method) {
    return bless {
        method => $method, status => 0, reason => '', version => '',
        headers => {}, list => [], body => '', complete => 0, closed => 0,
        error => undef, state => 'head',
    }, $class;
}


# One header's value, or undef.
sub header ($self, $name) { return $self->{headers}{ lc $name } }


# All values of a header.
sub headers ($self, $name) {
    return map { $_->[1] } grep { $_->[0] eq lc $name } @{ $self->{list} };
}


# The body as JSON.
sub data ($self) { return JSON::XS->new->utf8->decode($self->{body}) }


# May the connection serve another request?
sub reusable ($self) {
    return $self->{complete} && !$self->{closed}
        && ($self->header('connection') // '') !~ /close/i;
}


# Takes what it can from the buffer.
sub add ($self, $buffer) {
    while (!$self->{complete}) {
        my $step = "_$self->{state}";
        $self->$step($buffer) or last;
    }
    return;
}


# The connection has ended.
sub end ($self) {
    $self->{closed} = 1;
    $self->{complete} = 1 if $self->{state} eq 'rest';
    return;
}


sub _head ($self, $buffer) {
    my $at = index $$buffer, "\r\n\r\n";
    return 0 if $at < 0;

    my ($first, @lines) = split /\r\n/, substr $$buffer, 0, $at;
    substr $$buffer, 0, $at + 4, '';

    $first =~ m{^(HTTP/\d\.\d) (\d{3}) ?(.*)} or die "strange answer\n";
    @$self{qw(version status reason)} = ($1, $2 + 0, $3);

    # 100 Continue and the like: the answer comes after it.
    return 1 if $self->{status} < 200 && $self->{status} != 101;

    for (@lines) {
        my ($name, $value) = /^([^:]+):\s*(.*?)\s*$/ or next;
        push @{ $self->{list} }, [ lc $name, $value ];
        $self->{headers}{ lc $name } = join ', ',
            grep { defined } $self->{headers}{ lc $name }, $value;
    }

    if ($self->{method} eq 'HEAD' || $self->{status} =~ /^(?:204|304)$/) {
        $self->{complete} = 1;

    } elsif (($self->header('transfer-encoding') // '') =~ /chunked/i) {
        $self->{state} = 'size';

    } elsif (defined(my $length = $self->header('content-length'))) {
        $self->{left} = $length;
        $self->{state} = 'counted';

    } else {
        $self->{state} = 'rest';
    }

    return 1;
}


sub _counted ($self, $buffer) {
    my $part = substr $$buffer, 0, $self->{left}, '';

    $self->{body} .= $part;
    $self->{left} -= length $part;
    $self->{complete} = 1 if $self->{left} == 0;

    return 0;
}


sub _rest ($self, $buffer) {
    $self->{body} .= $$buffer;
    $$buffer = '';
    return 0;
}


sub _size ($self, $buffer) {
    $$buffer =~ s/^([0-9a-fA-F]+)[^\r\n]*\r\n// or return 0;
    $self->{left} = hex $1;
    $self->{state} = $self->{left} ? 'chunk' : 'trailer';
    return 1;
}


sub _chunk ($self, $buffer) {
    return 0 if length $$buffer < $self->{left} + 2;
    $self->{body} .= substr $$buffer, 0, $self->{left}, '';
    substr $$buffer, 0, 2, '';
    $self->{state} = 'size';
    return 1;
}


sub _trailer ($self, $buffer) {
    while ($$buffer =~ s/^([^\r\n]*)\r\n//) {
        next if length $1;
        $self->{complete} = 1;
        return 0;
    }
    return 0;
}

1;
