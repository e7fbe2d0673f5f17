package Sp::Http::Jar;

# The cookies of one browser and one shop: names and values; paths and domains
# are not looked at.

use v5.36;


sub new ($class) { return bless { cookies => {}, lines => [] }, $class }

sub get ($self, $name) { return $self->{cookies}{$name} }

sub all ($self) { return { %{ $self->{cookies} } } }

sub set ($self, $name, $value) {
    $self->{cookies}{$name} = $value;
    return $self;
}

sub clear ($self, @names) {
    delete @{ $self->{cookies} }{ @names ? @names : keys %{ $self->{cookies} } };
    return $self;
}


# All Set-Cookie lines seen, newest last.
sub lines ($self) { return @{ $self->{lines} } }


# What to send, '' for none.
sub header ($self) {
    my $cookies = $self->{cookies};
    return join '; ', map { "$_=$cookies->{$_}" } sort keys %$cookies;
}


# Takes Set-Cookie lines; an expired one removes.
sub learn ($self, @lines) {
    for my $line (@lines) {
        push @{ $self->{lines} }, $line;

        my ($pair, @attributes) = split /\s*;\s*/, $line;
        my ($name, $value) = split /=/, $pair, 2;
        my $gone = grep {
            /^max-age\s*=\s*(?:0|-\d+)\s*$/i
                || /^expires\s*=.*\b(?:19[67]\d)\b/i
        } @attributes;

        if ($gone) {
            delete $self->{cookies}{$name};

        } else {
            $self->{cookies}{$name} = $value // '';
        }
    }
    return;
}

1;
