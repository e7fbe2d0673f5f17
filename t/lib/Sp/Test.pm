package Sp::Test;

# What every test of the lab stands on: a private directory, ports, processes
# that do not outlive the test, deadlines, and the checks at its end.  How to
# use it: t/lib/README.md.

use v5.36;

use Cwd            ();
use Exporter       qw(import);
use Fcntl          qw(:DEFAULT :flock);
use File::Path     ();
use File::Spec     ();
use File::Temp     ();
use IO::Socket::INET ();
use POSIX          qw(:sys_wait_h);
use Scalar::Util   ();
use Test::More     ();
use Time::HiRes    qw(sleep time);

our @EXPORT = qw(
    root build dir free_port wait_for wait_ok spawn fork_child stop_child
    expect_signal command slurp spew append touch watch_log allow_log
    secret_file under_asan all_done
);

my ($DIR, $DONE, $SECRET, $EXPECTED_EXIT);
my $OWNER = $$;
my (@LOCKS, @AT_END, @LOGS, @ALLOWED, @PROBLEMS, @OURS);
my (%CHILD, %STATUS, %MAY_DIE);

my $ROOT = Cwd::abs_path((File::Spec->splitpath(__FILE__))[1] . '/../../..');

my $DEADLINE = 30;

# Lines that fail a test, by the kind of the log.
my %BAD = (
    nginx => qr/\[(?:alert|emerg|crit)\]/,
    redis => qr/BUG REPORT START|Redis \S+ crashed by signal/,
    plain => qr/\blevel=(?:alert|emerg|crit)\b/,
);

# Addresses in what our parts log, but for the request that nginx adds.
my $PRIVATE = qr/(?:\bsitepreserver: (?:(?!, client: ).)*?|^time=\S+\ level=.*?)
    [\w.+-]+@[\w-]+(?:\.[\w-]+)+/x;
my $SANITIZER =
    qr/ERROR: \w+Sanitizer|: runtime error: |SUMMARY: \w+Sanitizer/;

_start();


# The root of the tree.
sub root () { return $ROOT }


# Where the product was built.
sub build () {
    return File::Spec->rel2abs($ENV{SP_BUILD} // 'build', $ROOT);
}


# This test's private directory; it goes away at the end (SP_KEEP=1: not).
sub dir () {
    $DIR //= File::Temp::tempdir('sp-XXXXXXXX', TMPDIR => 1);
    chmod 0755, $DIR;
    return $DIR;
}


# True when the product was built with sanitizers.
sub under_asan () { return $ENV{SP_ASAN} ? 1 : 0 }


# What sanitizers want in the environment: they report into the private
# directory.  preload => 1: with their runtimes, for a program that was built
# without them and loads what was built with them; leaks are those of the
# program then, and not looked for.
sub sanitizer_environment (%o) {
    my $common = 'log_path=' . _reports() . '/report:abort_on_error=0'
        . ':halt_on_error=1:allocator_may_return_null=1';
    my $leaks = $o{leaks} // !$o{preload} ? 1 : 0;

    return (
        ASAN_OPTIONS => "$common:detect_leaks=$leaks:detect_odr_violation=0",
        UBSAN_OPTIONS => "$common:print_stacktrace=1",
        LSAN_OPTIONS =>
            "print_suppressions=0:suppressions=$ROOT/t/lib/lsan.supp",
        ($o{preload} ? (LD_PRELOAD => join ':', _runtimes()) : ()));
}


# A port of 127.0.0.1 that nothing listens on and that no other test is given
# while this one lives: a locked file stands for each.  Ports lie below those
# that the system gives to clients.
sub free_port () {
    my $locks = File::Spec->tmpdir . "/sp-ports-$>";

    for (1 .. 1000) {
        mkdir $locks, 0700;

        my $port = 20000 + int rand 12000;
        my $file = "$locks/$port";

        sysopen(my $lock, $file, O_RDWR | O_CREAT, 0600) or next;
        flock($lock, LOCK_EX | LOCK_NB) or next;

        # Its owner may have removed the file before we had the lock.
        my @ours = stat $lock;
        my @now  = stat $file;
        next if !@now || $ours[1] != $now[1];

        push @LOCKS, [ $lock, $file ];

        my $socket = IO::Socket::INET->new(
            LocalAddr => '127.0.0.1', LocalPort => $port, Listen => 1,
            ReuseAddr => 1) or next;
        close $socket;

        return $port;
    }

    die "no free port\n";
}


# A socket that listens on such a port; for a server that comes back, as soon as
# the one before has let go of it.
sub listen_on ($port, $what) {
    my $listen;

    wait_for(sub {
        $listen = IO::Socket::INET->new(
            LocalAddr => '127.0.0.1', LocalPort => $port,
            Listen => 1024, ReuseAddr => 1);
    }, 10) or die "$what: cannot listen on $port: $!\n";

    return $listen;
}


# Polls until the block gives something true, and gives that; undef at the
# deadline, which is generous: what should happen happens long before.
sub wait_for :prototype(&;$) ($code, $seconds = $DEADLINE) {
    my $end = time + $seconds * (under_asan() ? 4 : 1);
    my $nap = 0.002;

    while (1) {
        my $value = $code->();
        return $value if $value;
        return undef if time > $end;
        sleep $nap;
        $nap *= 1.5 if $nap < 0.05;
        _reap();
    }
}


# wait_for() as a test.
sub wait_ok :prototype(&$;$) ($code, $name, $seconds = $DEADLINE) {
    my $value = &wait_for($code, $seconds);
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    Test::More::ok($value, $name);
    return $value;
}


# Waits over midnight (UTC) if it is near: for tests that look at what is
# counted by days, and have no clock of their own.
sub same_day ($seconds = 120) {
    my $left = 86_400 - int(time) % 86_400;
    sleep $left + 1 if $left < $seconds;
    return;
}


# Starts a program: name, cmd => [...], and optionally env => {} (undef removes
# a variable), log => FILE for its output, dir => where it runs, clock => its
# clock (default: the test's; 0: none), clock_all => 1: its monotonic time
# moves too, preload => 1: it needs libasan preloaded when under sanitizers,
# stdin and stdout => handles that are its own.
sub spawn (%o) {
    my $env = _environment(%o);

    return fork_child($o{name}, sub {
        if ($o{stdin}) {
            open(STDIN, '<&', $o{stdin}) or die "stdin: $!";
        } else {
            open(STDIN, '<', '/dev/null') or die "stdin: $!";
        }

        if (defined $o{log}) {
            open(STDOUT, '>>', $o{log}) or die "$o{log}: $!";
            open(STDERR, '>&', \*STDOUT) or die "stderr: $!";
        }

        if ($o{stdout}) {
            open(STDOUT, '>&', $o{stdout}) or die "stdout: $!";
        }

        chdir($o{dir} // dir()) or die "chdir: $!";

        delete $ENV{$_} for grep { !defined $env->{$_} } keys %$env;
        $ENV{$_} = $env->{$_} for grep { defined $env->{$_} } keys %$env;

        { no warnings 'exec'; exec { $o{cmd}[0] } @{ $o{cmd} }; }
        print STDERR "cannot run $o{cmd}[0]: $!\n";
        POSIX::_exit(127);
    });
}


# Runs a piece of Perl in a process of its own, stopped at the end like any
# other.  Its files and sockets are those open now, but for our_own() ones.
sub fork_child ($name, $code) {
    my $ready = '';
    pipe(my $r, my $w) or die "pipe: $!";

    my $pid = fork // die "fork: $!";

    if ($pid == 0) {
        # Not in the parent's END, whatever happens.
        close $r;
        close $_ for grep { defined } @OURS;
        @AT_END = ();
        alarm 0;
        $SIG{$_} = 'DEFAULT' for qw(ALRM INT TERM HUP PIPE CHLD);
        srand;

        # A signal sent now finds the child's own handlers, not the test's.
        fcntl($w, F_SETFD, FD_CLOEXEC);
        eval { syswrite $w, '1'; $code->(); 1 }
            or print STDERR "$name: $@";
        POSIX::_exit($@ ? 1 : 0);
    }

    close $w;
    sysread $r, $ready, 1;

    $CHILD{$pid} = $name;
    return $pid;
}


# A handle that no forked child may keep: the end of a pipe, whose other end
# waits until nobody has it.
sub our_own ($fh) {
    push @OURS, $fh;
    Scalar::Util::weaken($OURS[-1]);
    return $fh;
}


# Ends a child: the signal, then KILL at the deadline, which is a problem to
# report.  Gives the wait status.
sub stop_child ($pid, $signal = 'TERM', $seconds = $DEADLINE) {
    # Who died before was not stopped by us.
    _reap();
    return $STATUS{$pid} if !exists $CHILD{$pid};

    my $name = $CHILD{$pid};
    $MAY_DIE{$pid} = 1;
    kill 'CONT', $pid;
    kill $signal, $pid;

    if (!wait_for(sub { _reap(); !exists $CHILD{$pid} }, $seconds)) {
        push @PROBLEMS, "$name ($pid) did not end on SIG$signal";
        kill 'KILL', $pid;
        wait_for(sub { _reap(); !exists $CHILD{$pid} }, 10);
    }

    return $STATUS{$pid};
}


# Waits until a child has ended by itself; its wait status, or undef.
sub await_child ($pid, $seconds = $DEADLINE) {
    wait_for(sub { _reap(); !exists $CHILD{$pid} }, $seconds) or return undef;
    return $STATUS{$pid};
}


# True while this child runs.
sub alive ($pid) {
    _reap();
    return exists $CHILD{$pid};
}


# Says that a child may die of a signal.
sub expect_signal ($pid) { $MAY_DIE{$pid} = 1; return }


# Runs a command to its end: (wait status, stdout, stderr).  Options: stdin,
# timeout, expect_report => 1 (a sanitizer's report is no problem), and env, dir,
# clock, clock_all, preload as spawn() has them.
sub command ($cmd, %o) {
    state $n = 0;
    my $base = dir() . '/.command' . ++$n;
    my $env  = _environment(%o);

    spew("$base.in", $o{stdin} // '');

    my $pid = fork_child("@$cmd[0]", sub {
        open(STDIN,  '<', "$base.in")  or die "stdin: $!";
        open(STDOUT, '>', "$base.out") or die "stdout: $!";
        open(STDERR, '>', "$base.err") or die "stderr: $!";
        chdir $o{dir} if defined $o{dir};

        delete $ENV{$_} for grep { !defined $env->{$_} } keys %$env;
        $ENV{$_} = $env->{$_} for grep { defined $env->{$_} } keys %$env;

        { no warnings 'exec'; exec { $cmd->[0] } @$cmd; }
        print STDERR "cannot run $cmd->[0]: $!\n";
        POSIX::_exit(127);
    });

    my $status = await_child($pid, $o{timeout} // 60);

    if (!defined $status) {
        push @PROBLEMS, "@$cmd did not end in time";
        $status = stop_child($pid, 'KILL');
    }

    my ($out, $err) = (slurp("$base.out"), slurp("$base.err"));
    unlink map { "$base.$_" } qw(in out err);

    push @PROBLEMS, "@$cmd: $err"
        if $err =~ $SANITIZER && !$o{expect_report};

    return ($status, $out, $err);
}


# The bytes of a file; '' when it is not there.
sub slurp ($file) {
    open(my $fh, '<:raw', $file) or return '';
    local $/;
    return scalar(<$fh>) // '';
}


# Replaces a file whole: a reader sees the old or the new text.
sub spew ($file, $text) {
    open(my $fh, '>:raw', "$file.$$.tmp") or die "$file: $!";
    print $fh $text or die "$file: $!";
    close($fh) or die "$file: $!";
    rename("$file.$$.tmp", $file) or die "$file: $!";
    return $file;
}


# Adds to the end of a file in one write.
sub append ($file, $text) {
    open(my $fh, '>>:raw', $file) or die "$file: $!";
    syswrite($fh, $text) // die "$file: $!";
    close $fh;
    return;
}


# Makes an empty file, unless it is there.
sub touch ($file) {
    open(my $fh, '>>', $file) or die "$file: $!";
    close $fh;
    return;
}


# Has a log checked at the end, and shown when the test fails.
sub watch_log ($file, $kind = 'plain') {
    push @LOGS, [ $file, $kind ]
        if !grep { $_->[0] eq $file } @LOGS;
    return;
}


# Log lines that match are no failure.
sub allow_log ($re) { push @ALLOWED, $re; return }


# Code for the end of the test, before its checks; last in, first run.
sub at_end ($code) { unshift @AT_END, $code; return }


# Something that went wrong, reported at the end as a failed test.
sub problem ($text) { push @PROBLEMS, $text; return }


# A secret file with one sealing key, the same in the whole test.
sub secret_file () {
    return $SECRET if defined $SECRET;

    my $file = dir() . '/secret';
    my $hex  = sub { join '', map { sprintf '%02x', int rand 256 } 1 .. 32 };

    spew($file, 'identity ' . $hex->() . "\nsealing 1 " . $hex->() . "\n");
    chmod 0600, $file;

    return $SECRET = $file;
}


# Ends the test: stops everything, checks, and has no more tests after it.
sub all_done () {
    local $Test::Builder::Level = $Test::Builder::Level + 1;

    _finish();

    Test::More::ok(!@PROBLEMS, 'logs are clean and nothing runs on');
    Test::More::diag("problem: $_") for @PROBLEMS;
    @PROBLEMS = ();

    Test::More::done_testing();
    return;
}


# -- below: private --------------------------------------------------------


sub _start {
    $ENV{SP_TEST_RUN} //= "test-$$-" . int time;
    $ENV{LC_ALL} = 'C.UTF-8';

    # What a server leaves behind becomes our child, and is found at the end.
    my %prctl = (x86_64 => 157, aarch64 => 167);
    my $call  = $prctl{ (POSIX::uname())[4] };
    syscall($call, 36, 1, 0, 0, 0) if defined $call;

    $SIG{PIPE} = 'IGNORE';
    $SIG{INT}  = $SIG{TERM} = $SIG{HUP} = sub { exit 130 };
    $SIG{ALRM} = sub {
        Test::More::diag(Carp::longmess('the test hangs')) if require Carp;
        exit 124;
    };
    alarm($ENV{SP_TIMEOUT} // (under_asan() ? 1800 : 900));
    return;
}


# The environment of a process: sanitizers report into the private directory,
# and the clock is preloaded behind libasan, which insists on being first.
sub _environment (%o) {
    my %env = %{ $o{env} // {} };
    my @preload;

    if (under_asan()) {
        my %sanitizers = sanitizer_environment(preload => 0,
            leaks => !$o{preload});
        $env{$_} //= $sanitizers{$_} for keys %sanitizers;
    }

    my $clock = $o{clock} // (Sp::Clock->can('current') && Sp::Clock->current);

    if ($clock) {
        $env{SP_CLOCK_FILE} = $clock->file;
        $env{SP_CLOCK_ALL}  = $o{clock_all} ? 1 : 0;
        push @preload, $clock->library;
    }

    if (under_asan() && ($o{preload} || (@preload && $o{sanitized}))) {
        unshift @preload, _runtimes();
    }

    $env{LD_PRELOAD} = join ':', @preload if @preload;

    return \%env;
}


# Where sanitizers write: also those of processes without our rights.
sub _reports () {
    my $dir = dir() . '/sanitizer';

    if (!-d $dir) {
        mkdir $dir or die "$dir: $!";
        chmod 01777, $dir;
    }

    return $dir;
}


# The runtimes of the sanitizers, the one that insists on being first in front.
sub _runtimes () { return map { _runtime($_) } 'libasan.so', 'libubsan.so' }


# The file of a sanitizer's runtime.
sub _runtime ($name) {
    state %file;
    $file{$name} //= do {
        chomp(my $path = qx(gcc -print-file-name=$name));
        Cwd::abs_path($path) // die "no $name\n";
    };
    return $file{$name};
}


# Collects ended children without waiting.
sub _reap {
    while ((my $pid = waitpid(-1, WNOHANG)) > 0) {
        my $status = $?;
        my $name   = delete $CHILD{$pid};

        $STATUS{$pid} = $status;

        if (defined $name && ($status & 127) && !$MAY_DIE{$pid}) {
            push @PROBLEMS,
                "$name ($pid) died of signal " . ($status & 127);
        }
    }
    return;
}


# All processes below one, [pid, command line].
sub _descendants ($top) {
    my (%kids, @found);

    for my $file (glob '/proc/[0-9]*/stat') {
        my $stat = slurp($file);
        $stat =~ /^(\d+) \(.*\) (\S) (\d+)/s or next;
        push @{ $kids{$3} }, $1 if $2 ne 'Z';
    }

    my @queue = @{ $kids{$top} // [] };

    while (defined(my $pid = shift @queue)) {
        my $line = slurp("/proc/$pid/cmdline") =~ tr/\0/ /r;
        push @found, [ $pid, $line =~ s/\s+$//r ];
        push @queue, @{ $kids{$pid} // [] };
    }

    return @found;
}


# Stops everything and looks at what is left of it; fills @PROBLEMS.
sub _finish {
    return if $DONE++;

    for my $code (@AT_END) {
        eval { $code->(); 1 } or push @PROBLEMS, "at the end: $@";
    }

    stop_child($_) for sort { $b <=> $a } keys %CHILD;
    _reap();

    # A process that is just ending is given a moment.
    wait_for(sub { _reap(); !_descendants($$) }, 10);

    for (_descendants($$)) {
        push @PROBLEMS, "still running: $_->[0] $_->[1]";
        kill 'KILL', $_->[0];
    }

    wait_for(sub { _reap(); !_descendants($$) }, 5);

    _check_log(@$_) for @LOGS;

    return if !defined $DIR;

    for (glob "$DIR/sanitizer/*") {
        push @PROBLEMS, "sanitizer: " . substr(slurp($_), 0, 6000);
    }

    push @PROBLEMS, "core: $_" for grep { -f } glob "$DIR/core* $DIR/*/core*";
    return;
}


sub _check_log ($file, $kind) {
    open(my $fh, '<:raw', $file) or return;

    while (my $line = <$fh>) {
        next if $line !~ $BAD{$kind} && $line !~ $SANITIZER
            && $line !~ $PRIVATE;
        next if grep { $line =~ $_ } @ALLOWED;
        chomp $line;
        push @PROBLEMS, "$file: $line";
        last if @PROBLEMS > 20;
    }
    return;
}


sub _show_logs {
    for my $log (@LOGS) {
        my @lines = split /^/, slurp($log->[0]);
        @lines = grep { !/\[(?:debug|notice)\]/ } @lines
            if $log->[1] eq 'nginx';
        @lines = grep { !/ \* |WARNING Memory over|oO0Oo/ } @lines
            if $log->[1] eq 'redis';
        @lines = @lines[ -25 .. -1 ] if @lines > 25;
        Test::More::diag("--- $log->[0]\n", @lines) if @lines;
    }
    return;
}


END {
    if ($$ == $OWNER) {
        my $status = $?;

        alarm 0;
        _finish();

        if (@PROBLEMS) {
            Test::More::diag("problem: $_") for @PROBLEMS;
            $status ||= 1;
        }

        my $failed = $status || !Test::More->builder->is_passing;
        _show_logs() if $failed;

        unlink $_->[1] for @LOCKS;
        rmdir File::Spec->tmpdir . "/sp-ports-$>";

        if (defined $DIR && ($ENV{SP_KEEP} // '') eq '1') {
            Test::More::diag("kept: $DIR");

        } elsif (defined $DIR) {
            File::Path::remove_tree($DIR, { error => \my $ignored });
        }

        $? = $status;
    }
}

1;
