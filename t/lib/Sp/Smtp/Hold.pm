package Sp::Smtp::Hold;

# Clients that are held at a stage of SMTP.

use v5.36;

use Sp::Test qw(wait_ok touch);


sub new ($class, $base) { return bless { base => $base }, $class }


# A test: a client is at the stage and waits.
sub reached ($self, $seconds = 30) {
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    return wait_ok { $self->is_reached } 'the client is at the held stage',
        $seconds;
}


sub is_reached ($self) { return -e "$self->{base}.reached" }


# Lets them go on, and all that come later.
sub release ($self) { touch("$self->{base}.release"); return $self }


# Holds again what comes from now on.
sub again ($self) {
    unlink "$self->{base}.release", "$self->{base}.reached";
    return $self;
}

1;
