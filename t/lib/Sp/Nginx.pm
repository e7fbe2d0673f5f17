package Sp::Nginx;

# A private nginx with the module, and an inline configuration.

use v5.36;

use File::Path ();
use Sp::Test qw(free_port wait_for spawn slurp spew watch_log);

my $COUNT = 0;

my @TEMP = qw(client_body proxy fastcgi uwsgi scgi);


# Options: http (the text of http{}), main and events (more text there),
# workers, log_level, module => 0 (without ours), modules and modules_after
# (files loaded before and after ours), clock, env, start => 0, binary.
# Placeholders in the texts: %%PORT%%, %%PORT1%%, ..., %%DIR%%.
sub new ($class, %o) {
    my $n    = ++$COUNT;
    my $self = bless {
        workers => 1, log_level => 'info', module => 1, start => 1, %o,
        dir   => Sp::Test::dir() . "/nginx$n",
        name  => "nginx$n",
        ports => {},
    }, $class;

    File::Path::make_path("$self->{dir}/logs", "$self->{dir}/temp");
    $self->set_http($o{http} // '');
    watch_log($self->error_file, 'nginx');
    $self->start if $self->{start};

    return $self;
}


# Starts it and waits until its workers are there.
sub start ($self) {
    $self->{pid} = spawn($self->_process(
        cmd => [ $self->_binary, '-p', "$self->{dir}/", '-c', $self->file ],
        log => "$self->{dir}/logs/start.log"));

    my $up = wait_for(sub {
        Sp::Test::alive($self->{pid})
            or die "nginx: ", slurp("$self->{dir}/logs/start.log"),
                $self->error_log;
        return $self->workers == $self->{workers};
    });
    $up or die "nginx does not start\n";

    return $self;
}


# Writes another http{} text; takes effect with reload() or start().
sub set_http ($self, $text) {
    $self->{http} = $text;
    spew($self->file, $self->_conf($text, $self->{main}));
    return $self;
}


# SIGHUP; waits until new workers serve.  With an optional text, that is the
# new http{}.  The old workers may still be draining.
sub reload ($self, $text = undef) {
    $self->set_http($text) if defined $text;

    my %old = map { $_ => 1 } $self->workers;
    my $log = length $self->error_log;

    kill 'HUP', $self->{pid};

    my $done = wait_for(sub {
        my @now = $self->workers;
        return 1 if @now == $self->{workers} && !grep { $old{$_} } @now;
        die "nginx: reload failed: ", substr($self->error_log, $log)
            if substr($self->error_log, $log) =~ /\[emerg\]/;
        return 0;
    });
    $done or die "nginx does not reload\n";

    return $self;
}


# Waits until workers of before a reload are gone, so that what they held is
# flushed; true when they are.
sub wait_drained ($self, $seconds = 30) {
    return wait_for(sub { $self->_children == $self->{workers} }, $seconds);
}


# Ends it gracefully: requests are finished, what is queued is flushed.
sub quit ($self) { return $self->_end('QUIT') }


# Ends it fast.
sub stop ($self, $signal = 'TERM') { return $self->_end($signal) }


# Kills one worker with -9 and waits for the one that replaces it.
sub kill_worker ($self, $pid = undef) {
    $pid //= ($self->workers)[0];

    Sp::Test::allow_log(qr/process $pid exited on signal 9/);
    Sp::Test::allow_log(qr/shared memory zone .* was locked by $pid\b/);
    kill 'KILL', $pid;

    wait_for(sub {
        my @now = $self->workers;
        return @now == $self->{workers} && !grep { $_ == $pid } @now;
    }) or die "nginx has no new worker\n";

    return $self;
}


# SIGUSR1: opens logs again.
sub reopen ($self) { kill 'USR1', $self->{pid}; return $self }


# What nginx -t says about a text: (exit status, output).
sub test_config ($self, $http, %o) {
    my $file = "$self->{dir}/test.conf";

    spew($file, $self->_conf($http, $o{main} // $self->{main}));

    my %process = $self->_process;
    my ($status, $out, $err) = Sp::Test::command(
        [ $self->_binary, '-t', '-p', "$self->{dir}/", '-c', $file ],
        map { $_ => $process{$_} } grep { exists $process{$_} }
            qw(env preload clock));

    return ($status >> 8 || $status, $out . $err);
}


# The same without starting a server first: Sp::Nginx->check($http).
sub check ($class, $http, %o) {
    return $class->new(%o, start => 0)->test_config($http);
}


# The files of all modules that Debian has for its nginx, in its own order:
# some need another one loaded before them.
sub debian_modules ($class) {
    return map {
        slurp($_) =~ m{load_module\s+modules/([^;]+);}
            ? "/usr/lib/nginx/modules/$1" : ()
    } sort glob '/etc/nginx/modules-enabled/*.conf';
}


# The pids of workers that serve (not those that are shutting down).
sub workers ($self) {
    return grep {
        slurp("/proc/$_/cmdline") =~ /^nginx: worker process\0*$/
    } $self->_children;
}


# A free port, the same for the same name: '' is %%PORT%%, 1 is %%PORT1%%.
sub port ($self, $name = '') {
    return $self->{ports}{$name} //= free_port();
}

sub dir ($self)        { return $self->{dir} }
sub file ($self)       { return "$self->{dir}/nginx.conf" }
sub pid ($self)        { return $self->{pid} }
sub error_file ($self) { return "$self->{dir}/logs/error.log" }
sub error_log ($self)  { return slurp($self->error_file) }
sub access_log ($self) { return slurp("$self->{dir}/logs/access.log") }


# The module's file: SP_MODULE, else what was built.
sub module_file ($self) {
    return $ENV{SP_MODULE} if defined $ENV{SP_MODULE};

    my $name = 'ngx_http_sitepreserver_module.so';
    my ($file) = grep { -e } map { Sp::Test::build() . "/$_" }
        $name, "module/$name", "ngx_module/$name";

    return $file // die "$name is not built: run make\n";
}


# -- below: private --------------------------------------------------------


sub _binary ($self) {
    return $self->{binary} // $ENV{SP_NGINX} // '/usr/sbin/nginx';
}


sub _process ($self, %more) {
    return (
        name => $self->{name}, dir => $self->{dir}, preload => 1,
        env => $self->{env} // {},
        (exists $self->{clock} ? (clock => $self->{clock}) : ()), %more);
}


sub _children ($self) {
    return split ' ', slurp("/proc/$self->{pid}/task/$self->{pid}/children");
}


sub _end ($self, $signal) {
    my $pid = delete $self->{pid} // return $self;
    Sp::Test::stop_child($pid, $signal, 60);
    return $self;
}


sub _fill ($self, $text) {
    $text =~ s/%%PORT(\d*)%%/$self->port($1)/ge;
    $text =~ s/%%DIR%%/$self->{dir}/g;
    return $text;
}


sub _conf ($self, $http, $main) {
    my $dir  = $self->{dir};
    my $log  = $http =~ /^\s*access_log\s/m ? '' : "access_log $dir/logs/access.log;";
    my $user = $> == 0 ? 'user root;' : '';
    my @load = (
        @{ $self->{modules} // [] },
        ($self->{module} ? $self->module_file : ()),
        @{ $self->{modules_after} // [] });

    return join '', map { "$_\n" }
        (map { "load_module $_;" } @load),
        $user, 'daemon off;', "worker_processes $self->{workers};",
        'worker_shutdown_timeout 60s;',
        "pid $dir/nginx.pid;", "lock_file $dir/nginx.lock;",
        'error_log ' . $self->error_file . " $self->{log_level};",
        $self->_fill($main // ''),
        'events {', 'worker_connections 1024;',
        $self->_fill($self->{events} // ''), '}',
        'http {', $log,
        (map { "${_}_temp_path $dir/temp/$_;" } @TEMP),
        $self->_fill($http), '}';
}

1;
