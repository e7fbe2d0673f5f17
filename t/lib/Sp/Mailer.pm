package Sp::Mailer;

# The mailer: its config, its daemon and its commands.

use v5.36;

use IO::Socket::UNIX ();
use JSON::XS ();
use Socket qw(SOCK_DGRAM MSG_DONTWAIT);
use Sp::Test qw(free_port wait_for wait_ok root spawn slurp spew watch_log);

my $COUNT = 0;


# Options: config (text, or code that is given this object and gives it),
# start => 1, env, clock, binary.  Placeholders in the text: %%PORT%%,
# %%PORT1%%, ..., %%DIR%%.
sub new ($class, %o) {
    my $n    = ++$COUNT;
    my $self = bless {
        env => {}, %o,
        dir => Sp::Test::dir() . "/mailer$n", name => "mailer$n",
        ports => {},
    }, $class;

    mkdir $self->{dir} or die "$self->{dir}: $!";
    $self->set_config(ref $o{config} ? $o{config}->($self) : $o{config} // '');
    watch_log($self->log_file);
    $self->start if $o{start};

    return $self;
}


# The config of a mailer that is live for these shops: redis, smtp (objects),
# shops => [ [ name, text of its series and what else it has ], ... ], creatives
# (a directory; that of tests).
sub live (%o) {
    my $creatives = $o{creatives} // root() . '/t/lib/creatives';
    my $shops = join '', map { my ($name, $text) = @$_; <<"SHOP" } $o{shops}->@*;
shop "$name" {
    mode = live
    from = "The Shop <shop\@shop.example.com>"
    cart_url   = "https://$name.example/cart"
    public_url = "https://$name.example"
    brand { address = "1 High Street, Dublin" }
    $text
}
SHOP

    return <<"TOP" . $shops;
secret_file = "@{[ Sp::Test::secret_file() ]}"
redis       = "@{[ $o{redis}->url ]}"
http_listen = "127.0.0.1:%%PORT%%"
state_dir   = "%%DIR%%"
creatives   = "$creatives"
smtp "relay" { url = "smtp://127.0.0.1:@{[ $o{smtp}->port ]}" tls = none }
TOP
}


# Writes another config; takes effect with reload() or start().
sub set_config ($self, $text) {
    $text =~ s/%%PORT(\d*)%%/$self->port($1)/ge;
    $text =~ s/%%DIR%%/$self->{dir}/g;
    spew($self->file, $text);
    chmod 0600, $self->file;
    return $self;
}


# Starts the daemon and waits until it says READY=1, as systemd would.
sub start ($self, @args) {
    my $path = "$self->{dir}/notify";

    unlink $path;
    $self->{notify} = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Local => $path)
        or die "$path: $!";

    $self->{pid} = spawn($self->_process(
        cmd => [ $self->binary, 'run', '-c', $self->file, @args ],
        log => $self->log_file,
        env => { %{ $self->{env} }, NOTIFY_SOCKET => $path }));

    $self->_wait_ready or die "the mailer does not get ready\n", $self->log;

    return $self;
}


# SIGHUP; waits until it says that it is ready again.
sub reload ($self, $text = undef) {
    $self->set_config($text) if defined $text;
    kill 'HUP', $self->{pid};
    $self->_wait_ready or die "the mailer does not reload\n", $self->log;
    return $self;
}


# Ends it with TERM: it finishes what is in flight.  Gives its wait status.
sub stop ($self, $signal = 'TERM') {
    my $pid = delete $self->{pid} // return undef;
    return Sp::Test::stop_child($pid, $signal, 60);
}


# kill -9.
sub kill ($self) { return $self->stop('KILL') }


sub restart ($self) { $self->stop; return $self->start }


# Runs `sitepreserver ARGS` with the config: (exit status, stdout, stderr).
sub run ($self, $command, @args) {
    my @config = $command eq 'keygen' || "@args" =~ /(?:^| )-c / ? ()
        : ('-c', $self->file);
    my %stdin = ref $args[-1] eq 'SCALAR' ? (stdin => ${ pop @args }) : ();

    my ($status, $out, $err) = Sp::Test::command(
        [ $self->binary, $command, @config, @args ],
        $self->_process(%stdin, env => $self->{env}));

    return ($status & 127 ? 128 + ($status & 127) : $status >> 8, $out, $err);
}


# The same with --json, decoded; dies when it fails.
sub json ($self, $command, @args) {
    my ($status, $out, $err) = $self->run($command, '--json', @args);
    die "sitepreserver $command: status $status: $err" if $status;
    return JSON::XS->new->utf8->decode($out);
}


# A test: a line of the log matches, by now or soon.
sub wait_log ($self, $re, $seconds = 30) {
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    return wait_ok { $self->log =~ $re } "the mailer's log has $re", $seconds;
}


# A free port, the same for the same name: '' is %%PORT%%, 1 is %%PORT1%%.
sub port ($self, $name = '') {
    return $self->{ports}{$name} //= free_port();
}

sub dir ($self)      { return $self->{dir} }
sub file ($self)     { return "$self->{dir}/sitepreserver.conf" }
sub pid ($self)      { return $self->{pid} }
sub log_file ($self) { return "$self->{dir}/log" }
sub log ($self)      { return slurp($self->log_file) }


sub binary ($self) {
    return $self->{binary} // $ENV{SP_MAILER}
        // Sp::Test::build() . '/sitepreserver';
}


# -- below: private --------------------------------------------------------


sub _process ($self, %more) {
    # The tree is not installed: its creatives are where they are written.
    my %env = (SITEPRESERVER_CREATIVES => Sp::Test::root() . '/mailer/creatives',
        %{ delete $more{env} // {} });

    return (
        name => $self->{name}, dir => $self->{dir}, clock_all => 1,
        sanitized => 1, env => \%env,
        (exists $self->{clock} ? (clock => $self->{clock}) : ()), %more);
}


sub _wait_ready ($self) {
    return wait_for(sub {
        Sp::Test::alive($self->{pid}) or die "the mailer ended\n", $self->log;

        while (defined recv $self->{notify}, my $text, 4096, MSG_DONTWAIT) {
            return 1 if $text =~ /^READY=1/m;
        }
        return 0;
    });
}

1;
