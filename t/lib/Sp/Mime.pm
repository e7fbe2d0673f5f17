package Sp::Mime;

# A message as another program sees it: parsed by Python's email package.

use v5.36;

use JSON::XS ();
use Sp::Test qw(root);

my $PYTHON = '/usr/bin/python3';


# Parses a message's bytes.
sub parse ($class, $text) {
    my ($status, $out, $err) = Sp::Test::command(
        [ -x $PYTHON ? $PYTHON : 'python3', root() . '/t/lib/mime.py' ],
        stdin => $text, clock => 0);

    die "mime.py: $err" if $status;

    return bless JSON::XS->new->utf8->decode($out), $class;
}


# A header, decoded and unfolded; undef when it is not there.
sub header ($self, $name) { return ($self->headers($name))[0] }


# All headers of a name.
sub headers ($self, $name) {
    return map { $_->[1] }
        grep { lc $_->[0] eq lc $name } @{ $self->{headers} };
}


# The names of all headers, in order.
sub names ($self) { return map { $_->[0] } @{ $self->{headers} } }


# The content type of the whole.
sub type ($self) { return $self->{type} }


# The leaves: { type, charset, encoding, headers, content, filename }.
sub parts ($self) { return @{ $self->{parts} } }


# The content of the first text part, and of the first HTML part.
sub text ($self) { return $self->_first('text/plain') }
sub html ($self) { return $self->_first('text/html') }


# What is wrong with the message; must be empty.
sub defects ($self) { return @{ $self->{defects} } }


# The targets of all links in the HTML, entities decoded.
sub links ($self) { return @{ $self->{links} } }


sub _first ($self, $type) {
    my ($part) = grep { $_->{type} eq $type } $self->parts;
    return $part ? $part->{content} : undef;
}

1;
