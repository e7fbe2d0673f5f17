package Sp::Clock;

# The clock of a test: servers started after new() live by it.

use v5.36;

use File::Path ();
use Sp::Test qw(root);
use Time::HiRes ();

my $CURRENT;


# The clock, at the real time.  One a test.
sub new ($class) {
    my $self = bless { file => Sp::Test::dir() . '/clock', offset => 0 }, $class;

    open($self->{fh}, '+>:raw', $self->{file}) or die "$self->{file}: $!";
    $self->_write;
    $self->library;

    return $CURRENT = $self;
}


# The clock that servers use unless told otherwise, or undef.
sub current ($class) { return $CURRENT }


# Moves the time of all servers by so many seconds; fractions, and backwards
# too.
sub advance ($self, $seconds) {
    $self->{offset} += int($seconds * 1e9);
    $self->_write;
    return $self;
}


# On to a minute after the next midnight (UTC): what is counted by days is then
# the same at whatever time of the day a test runs.
sub morning ($self) {
    return $self->advance(86_400 - int($self->now) % 86_400 + 60);
}


# By how many seconds servers are ahead of the real time.
sub offset ($self) { return $self->{offset} / 1e9 }


# What servers believe, seconds since 1970.
sub now ($self) { return Time::HiRes::time() + $self->offset }


# The mapped file.
sub file ($self) { return $self->{file} }


# The library to preload; built when it is missing or old.
sub library ($self) {
    my $source  = root() . '/t/lib/clock.c';
    my $library = root() . '/build/t/lib/clock.so';

    return $library
        if -e $library && (stat $library)[9] >= (stat $source)[9];

    File::Path::make_path(root() . '/build/t/lib');

    my @cmd = (
        $ENV{CC} // 'gcc', qw(-std=gnu11 -O2 -g -fPIC -shared -Wall -Wextra),
        qw(-Werror -Wshadow -o), "$library.$$", $source);
    system(@cmd) == 0 or die "cannot build clock.c\n";

    # Tests that run at the same time may both build it.
    rename "$library.$$", $library or die "$library: $!";

    return $library;
}


# One aligned write of eight bytes: a reader never sees half of it.
sub _write ($self) {
    sysseek $self->{fh}, 0, 0 or die "clock: $!";
    syswrite($self->{fh}, pack 'q', $self->{offset}) == 8 or die "clock: $!";
    return;
}

1;
