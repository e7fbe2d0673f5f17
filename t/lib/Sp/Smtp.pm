package Sp::Smtp;

# A scriptable SMTP server: keeps the mails it takes, and answers, hangs or
# drops as told, at any stage.  Its behaviour may change while it runs.

use v5.36;

use File::Path ();
use JSON::XS ();
use Socket qw(SOL_SOCKET SO_RCVBUF);
use Sp::Certificate;
use Sp::Smtp::Hold;
use Sp::Smtp::Session;
use Sp::Test qw(free_port wait_ok fork_child slurp spew);

my $COUNT = 0;
my $JSON  = JSON::XS->new->latin1->canonical;


# Options: starttls => 1, require_tls => 1 (refuses MAIL before STARTTLS),
# tls => 1 (TLS from the start), auth => { user => password }, pipelining,
# size, port, start => 0, certificate => [ options of Sp::Certificate ],
# rcvbuf => bytes that the kernel takes unread.
sub new ($class, %o) {
    my $n    = ++$COUNT;
    my $dir  = Sp::Test::dir() . "/smtp$n";
    my $self = bless {
        size => 10_000_000, start => 1, %o,
        name => "smtp$n", dir => $dir, rule => 0, holds => 0,
        port => $o{port} // free_port(),
    }, $class;

    $self->{starttls} = 1 if $o{require_tls};

    File::Path::make_path("$dir/mails", "$dir/count", "$dir/hold");
    Sp::Certificate->make($dir, @{ $o{certificate} // [] })
        if $self->{starttls} || $self->{tls};
    $self->behave;
    Sp::Test::watch_log("$dir/log");
    $self->start if $self->{start};

    return $self;
}


# Starts it; after stop() on the same port, with the mails of before.
sub start ($self) {
    my $listen = Sp::Test::listen_on($self->{port}, 'smtp');

    setsockopt($listen, SOL_SOCKET, SO_RCVBUF, pack 'i', $self->{rcvbuf})
        if $self->{rcvbuf};

    $self->{pid} = fork_child($self->{name}, sub {
        open(STDERR, '>>', "$self->{dir}/log") or die "log: $!";
        STDERR->autoflush;
        $self->_serve($listen);
    });

    close $listen;
    return $self;
}


# Stops it and drops its connections.
sub stop ($self) {
    Sp::Test::stop_child(delete $self->{pid}) if $self->{pid};
    return $self;
}


sub port ($self)    { return $self->{port} }
sub host ($self)    { return '127.0.0.1' }
sub dir ($self)     { return $self->{dir} }
sub ca_file ($self) { return "$self->{dir}/ca.pem" }


# Replaces the rules; none: everything is accepted.  What counted towards
# skip and times starts again.
sub behave ($self, @rules) {
    $self->{rules} = [];
    return $self->add(@rules);
}


# Adds rules behind those that are there; the first that fits is used.
sub add ($self, @rules) {
    for my $rule (@rules) {
        my %copy = %$rule;

        $copy{match} = "$copy{match}" if defined $copy{match};
        $copy{id} = ++$self->{rule};
        push @{ $self->{rules} }, \%copy;
    }

    spew("$self->{dir}/rules", $JSON->encode($self->{rules}));
    return $self;
}


# Holds clients at a stage: what reaches it waits until release().  More
# options as in a rule (match, times, reply, drop, ... applied after it).
sub hold ($self, $stage, %o) {
    my $base = "$self->{dir}/hold/" . ++$self->{holds};

    $self->add({ %o, stage => $stage, touch => "$base.reached",
        wait => "$base.release" });

    return Sp::Smtp::Hold->new($base);
}


# The mails that got their 2xx (or were told to be kept), oldest first.
sub mails ($self) {
    return sort { $a->{id} <=> $b->{id} } map {
        my $mail = $JSON->decode(slurp($_));
        $mail->{file} = s/json$/eml/r;
        $mail->{data} = slurp($mail->{file});
        $mail;
    } glob "$self->{dir}/mails/*.json";
}


sub count ($self) {
    my @files = glob "$self->{dir}/mails/*.json";
    return scalar @files;
}


# A test: at least n mails came; gives them.
sub wait_mails ($self, $n, $seconds = 30) {
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    wait_ok { $self->count >= $n } "$n mails arrived", $seconds;
    return $self->mails;
}


# Everything clients did: { stage, conn, from, to, reply, time }, in order;
# the reply is '' where the connection was dropped.
sub stages ($self, $stage = undef) {
    return grep { !defined $stage || $_->{stage} eq $stage }
        map { $JSON->decode($_) }
        grep { length } split /\n/, slurp("$self->{dir}/stages");
}


# How many times a stage was reached, optionally for a recipient.
sub seen ($self, $stage, $re = undef) {
    return scalar grep {
        !defined $re || grep { $_ =~ $re } @{ $_->{to} }
    } $self->stages($stage);
}


# Forgets mails and stages.
sub clear ($self) {
    unlink glob "$self->{dir}/mails/*";
    truncate "$self->{dir}/stages", 0 if -e "$self->{dir}/stages";
    return $self;
}


# -- below: private --------------------------------------------------------


sub _serve ($self, $listen) {
    my %kids;
    my $conn = 0;

    $SIG{PIPE} = 'IGNORE';
    $SIG{TERM} = $SIG{INT} = sub {
        kill 'KILL', keys %kids;
        POSIX::_exit(0);
    };

    while (1) {
        my $fh = $listen->accept;

        while ((my $pid = waitpid -1, POSIX::WNOHANG()) > 0) {
            delete $kids{$pid};
        }

        next if !$fh;

        $conn++;
        my $pid = fork // die "fork: $!";

        if ($pid == 0) {
            $SIG{TERM} = $SIG{INT} = 'DEFAULT';
            close $listen;
            eval { Sp::Smtp::Session->new($self, $fh, "$$-$conn")->run; 1 }
                or print STDERR $@;
            POSIX::_exit(0);
        }

        $kids{$pid} = 1;
        close $fh;
    }
}

1;
