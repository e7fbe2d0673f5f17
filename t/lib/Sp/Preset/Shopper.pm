package Sp::Preset::Shopper;

# A browser in a test of a preset.  Every call is a test of its own: the answer
# has a status of 200 to 399, or the one that is named (status => 422).  As with
# people, what was done before has come to Redis by then.

use v5.36;

use JSON::XS ();
use Sp::Http;
use Test::More;

my $JSON = JSON::XS->new->utf8->canonical;


sub new ($class, $preset, $name, %o) {
    return bless {
        preset => $preset, name => $name, asked => [],
        ua => Sp::Http->new(port => $preset->nginx->port, jar => 1, %o),
    }, $class;
}


sub jar ($self) { return $self->{ua}->jar }


# A header that is sent from now on; undef ends it.
sub header ($self, $name, $value) {
    delete $self->{ua}{headers}{$name};
    $self->{ua}{headers}{$name} = $value if defined $value;

    return $self;
}


sub get ($self, $uri, %o) { return $self->call('GET', $uri, undef, %o) }

sub json ($self, $uri, $data, %o) { return $self->call('POST', $uri, $data, %o) }


# Any method, with data as JSON unless it is undef.
sub call ($self, $method, $uri, $data, %o) {
    my $body = defined $data ? $JSON->encode($data) : '';

    return $self->ask($method, $uri, $body,
        defined $data ? [ 'Content-Type' => 'application/json' ] : [], %o);
}


sub form ($self, $uri, $fields, %o) {
    return $self->ask('POST', $uri, Sp::Http::encode($fields),
        [ 'Content-Type' => 'application/x-www-form-urlencoded' ], %o);
}


# A form as browsers send it with FormData: a list of pairs.
sub multipart ($self, $uri, $fields, %o) {
    my $boundary = '----FormBoundary7MA4YWxkTrZu0gW';
    my @pairs    = ref $fields eq 'HASH'
        ? map { $_, $fields->{$_} } sort keys %$fields : @$fields;
    my $body = '';

    while (my ($name, $value) = splice @pairs, 0, 2) {
        $body .= "--$boundary\r\nContent-Disposition: form-data;"
            . " name=\"$name\"\r\n\r\n$value\r\n";
    }

    return $self->ask('POST', $uri, "$body--$boundary--\r\n",
        [ 'Content-Type' => "multipart/form-data; boundary=$boundary" ], %o);
}


# A GraphQL request: query, variables (and path => , operation => ).
sub graphql ($self, $query, $variables = {}, %o) {
    my $path      = delete $o{path} // '/graphql';
    my $operation = delete $o{operation};

    return $self->json($path, {
        query => $query, variables => $variables,
        (defined $operation ? (operationName => $operation) : ()) }, %o);
}


# One request.  Options: status, headers => { }.  Gives the answer (Sp::Http).
sub ask ($self, $method, $uri, $body, $headers, %o) {
    my $depth = 0;

    $depth++ while (caller $depth)[0] eq __PACKAGE__;
    local $Test::Builder::Level = $Test::Builder::Level + $depth + 1;

    my $n = $self->{last} = $self->{preset}->_ask;

    push $self->{asked}->@*, $n;
    $self->{preset}->settle;

    my $cookie = $self->jar ? $self->jar->header : '';
    my $answer = $self->{ua}->request($method, $uri, body => $body,
        headers => [ 'X-Asked' => $n, %{ $o{headers} // {} }, @$headers ]);

    $self->{preset}->_record(client => $self->{name}, method => $method,
        uri => $uri, body => $body, answer => $answer, cookie => $cookie,
        headers => [ %{ $self->{ua}{headers} // {} }, %{ $o{headers} // {} },
            @$headers ]);

    my $name = "$self->{name}: $method $uri";

    defined $o{status}
        ? is($answer->{status}, $o{status}, $name)
        : ok($answer->{status} >= 200 && $answer->{status} < 400,
            "$name: $answer->{status}");

    return $answer;
}

1;
