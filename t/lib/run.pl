# What t/run does once all is installed: builds, runs the parts of the test
# suite one after another, sums up, and looks for processes left behind.

use v5.36;

use File::Path qw(make_path remove_tree);
use FindBin;
use lib $FindBin::Bin;
use POSIX qw(:sys_wait_h);
use Sp::Failures;
use Time::HiRes qw(time sleep);

my $RUN   = "run-$$-" . int time;
my $LOGS  = 'build/t/log';
my $TESTS = "$LOGS/tests";
my $MIN   = 60;

# Name, result, seconds and counts of every part that ran.
my @DONE;
my $CURRENT;

# What a mode leaves out, and why.
my @NOT_RUN;

$| = 1;
$ENV{SP_TEST_RUN} = $RUN;
$ENV{LC_ALL} = 'C.UTF-8';
delete @ENV{qw(MAKEFLAGS MFLAGS MAKELEVEL)};

# Whoever is left by a test becomes a child of this process.
my %PRCTL = (x86_64 => 157, aarch64 => 167);
my $CALL  = $PRCTL{ (POSIX::uname())[4] };
syscall($CALL, 36, 1, 0, 0, 0) if defined $CALL;

$SIG{INT} = $SIG{TERM} = $SIG{HUP} = sub ($name) {
    end_all();
    die "\nt/run: ended by SIG$name\n";
};

remove_tree($TESTS);
make_path($TESTS);
$ENV{SP_TEST_LOGS} = $TESTS;
exit main(@ARGV);


sub main (@args) {
    my $mode = @args && $args[0] !~ /\.t$/ ? shift @args : '';

    if ($mode !~ /^(?:|quick|asan)$/ || grep { !-f } @args) {
        print STDERR "usage: t/run [quick | asan | FILE.t ...]\n";
        return 2;
    }

    my $go = build($mode) && (@args ? tests('tests', @args) : suite($mode));

    my $left = leftovers();

    return summary($left);
}


# Builds the product; the environment then tells tests where it is.
sub build ($mode) {
    my @make = ('make', '-j2');

    if ($mode eq 'asan') {
        $ENV{SP_BUILD} = 'build/asan';
        $ENV{SP_ASAN} = 1;
        push @make, 'BUILD=build/asan';

        # In the environment: for whoever builds the same again.
        $ENV{OPT} = '-O1 -g -fno-omit-frame-pointer';
        $ENV{SAN} = '-fsanitize=address,undefined -fno-sanitize-recover=all';
    }

    return part('build', 60 * $MIN, undef, @make, 'all');
}


# All parts of a mode; each runs even when one before it failed.
sub suite ($mode) {
    my @files = sort glob 't/*.t';
    my @tagged = map { [ $_, tags($_) ] } @files;
    my @slow = map { $_->[0] } grep { $_->[1]{slow} } @tagged;
    my @serial = map { $_->[0] } grep { $_->[1]{serial} } @tagged;
    my @quick = map { $_->[0] }
        grep { !$_->[1]{slow} && !$_->[1]{serial} } @tagged;

    if ($mode eq 'quick') {
        unit('unit');
        tests('tests', @quick);
        tests('serial', grep { !tags($_)->{slow} } @serial);
        return;
    }

    my %serial = map { $_ => 1 } @serial;
    my @parallel = ((grep { !$serial{$_} } @slow), @quick);

    if ($mode eq 'asan') {
        push @NOT_RUN, 'the build with clang (nothing of it runs)',
            'unit tests without sanitizers and with valgrind (unit-asan has'
            . ' the same tests)',
            'what callgrind counts (valgrind cannot run what has ASan)';
        unit('unit-asan');

    } else {
        part('build with clang', 60 * $MIN, undef, qw(make -j2 CC=clang),
            'OPT=-O1', 'BUILD=build/clang', 'all');
        unit($_) for qw(unit unit-asan unit-valgrind);
    }

    tests('tests', @parallel);
    tests('serial', @serial);
    storefronts();

    for my $name (qw(fuzz bench)) {
        part("$name short", 60 * $MIN, undef, "t/$name/run", 'short')
            if -x "t/$name/run";
    }
    return;
}


# Tags are comments in the first lines: "# slow", "# serial".
sub tags ($file) {
    my %tags;

    open(my $fh, '<', $file) or die "$file: $!\n";

    while (my $line = <$fh>) {
        last if $. > 10;
        $tags{$1} = 1 if $line =~ /^#\s*(slow|serial)\b/;
    }

    return \%tags;
}


sub unit ($target) {
    my @targets = $target eq 'unit-asan' ? () : ('unit-bins');

    part("$target build", 60 * $MIN, undef, 'make', '-j2', @targets)
        or return if @targets && $target eq 'unit';

    return part($target, 60 * $MIN, 'unit', 'make', '-j2', $target);
}


# A group of .t files; tests of the group "serial" one at a time.  They wait
# for each other's servers more than they compute: three for two processors.
sub tests ($name, @files) {
    return 1 if !@files;

    my @jobs = $name eq 'serial' ? () : ('-j3');

    return part($name, 120 * $MIN, 'prove', 'prove', '--timer', @jobs,
        '--exec', 'perl t/lib/tap.pl', @files);
}


sub storefronts () {
    my @runners = grep { -x } sort glob 't/storefronts/*/run';

    return if !@runners;

    return part('storefronts', 60 * $MIN, 'prove', 'prove', '--timer', '-j2',
        '--exec', 'perl t/lib/tap.pl', @runners);
}


# Runs one part with a limit, which only ends what hangs, and copies its output to a log.  The kind
# says how its tests are counted; a part of a kind must have run some.
sub part ($name, $limit, $kind, @cmd) {
    my $log   = "$LOGS/" . ($name =~ tr/ /-/r) . '.log';
    my $start = time;

    print "\n== $name: @cmd\n";

    my ($status, $output) = run($log, $limit, @cmd);
    my ($passed, $failed) = count($kind, $output);
    my @problems;

    push @problems, $status if $status ne '';
    push @problems, 'ran no test'
        if defined $kind && $status eq '' && !$passed;

    # A .t that dies may have no failed test in it.
    $failed ||= 1 if @problems;

    push @DONE, {
        name => $name, seconds => time - $start, passed => $passed,
        failed => $failed, problems => \@problems, log => $log,
        why => [ @problems ? why($name, $kind, $output, "@problems") : () ],
        skipped => [ $output =~ /^(t\/\S+ \.+.* skipped: .*)$/mg ],
        broken => [ $output =~ /^(t\/\S+)\s+\(Wstat: .*$/mg,
                    $output =~ /^(\S+): FAILED, exit status/mg ] };

    return !@problems;
}


# ('' or what went wrong, output).
sub run ($log, $limit, @cmd) {
    my $output = '';
    my $end = time + $limit;

    open(my $copy, '>', $log) or die "$log: $!\n";
    pipe(my $r, my $w) or die "pipe: $!\n";

    my $pid = fork // die "fork: $!\n";

    if ($pid == 0) {
        setpgrp;
        close $r;
        open(STDIN, '<', '/dev/null');
        open(STDOUT, '>&', $w);
        open(STDERR, '>&', $w);
        { no warnings 'exec'; exec { $cmd[0] } @cmd; }
        print STDERR "cannot run $cmd[0]: $!\n";
        POSIX::_exit(127);
    }

    $CURRENT = $pid;
    close $w;

    my ($ended, $status);

    # The part ends when its process does: who keeps the pipe open after that
    # is a leftover, not a reason to wait.
    while (1) {
        my $set = '';
        vec($set, fileno $r, 1) = 1;

        if (select($set, undef, undef, $ended ? 0 : 0.2) > 0) {
            my $n = sysread $r, my $text, 65536;
            last if !$n && $ended;

            if ($n) {
                print $text;
                print $copy $text;
                $output .= $text;

            } else {
                sleep 0.05;
            }

        } elsif ($ended) {
            last;
        }

        if (!$ended) {
            while ((my $gone = waitpid -1, WNOHANG) > 0) {
                ($ended, $status) = (1, $?) if $gone == $pid;
            }
        }

        if (!$ended && time > $end) {
            end_all();
            return ("longer than $limit s", $output);
        }
    }

    $CURRENT = undef;

    return ($status & 127 ? 'signal ' . ($status & 127)
        : $status ? 'exit status ' . ($status >> 8) : '', $output);
}


sub count ($kind, $output) {
    my ($passed, $failed) = (0, 0);

    if (($kind // '') eq 'unit') {
        ($passed, $failed) = ($1, $2)
            while $output =~ /^(\d+) passed, (\d+) failed$/mg;

    } elsif (($kind // '') eq 'prove') {
        $passed += $1 while $output =~ /^Files=\d+, Tests=(\d+)/mg;
        $failed += $1 while $output =~ /Tests: \d+ Failed: (\d+)\)/g;
        $passed -= $failed;
    }

    return ($passed, $failed);
}


# The failures of a part that failed, as Sp::Failures has them.  What it says of
# .t files is of all so far: each is named once.
sub why ($name, $kind, $output, $problem) {
    state %named;

    my @found = ($kind // '') eq 'prove' ? Sp::Failures->tests($TESTS)
        : ($kind // '') eq 'unit' ? Sp::Failures->units($output) : ();

    @found = grep { !$named{$_->{name}}++ } @found
        if ($kind // "") eq "prove";

    return @found ? @found : Sp::Failures->part("$name: $problem", $output);
}


# Processes that tests started and nobody stopped: they are children of this
# one by now, or carry its mark.  Names them, ends them, gives how many.
sub leftovers () {
    my %found;

    # Give what is just ending a moment.
    for (1 .. 30) {
        1 while waitpid(-1, WNOHANG) > 0;
        %found = (descendants($$), marked());
        last if !%found;
        sleep 0.1;
    }

    for my $pid (sort { $a <=> $b } keys %found) {
        print "left behind: $pid $found{$pid}\n";
        kill 'KILL', $pid;
    }

    return scalar keys %found;
}


sub descendants ($top) {
    my (%kids, %found);

    for my $file (glob '/proc/[0-9]*/stat') {
        read_file($file) =~ /^(\d+) \(.*\) (\S) (\d+)/s or next;
        push @{ $kids{$3} }, $1 if $2 ne 'Z';
    }

    my @queue = @{ $kids{$top} // [] };

    while (defined(my $pid = shift @queue)) {
        $found{$pid} = read_file("/proc/$pid/cmdline") =~ tr/\0/ /r;
        push @queue, @{ $kids{$pid} // [] };
    }

    return %found;
}


sub marked () {
    my %found;

    for my $file (glob '/proc/[0-9]*/environ') {
        my ($pid) = $file =~ m{/(\d+)/};

        next if $pid == $$;
        next if read_file($file) !~ /(?:^|\0)SP_TEST_RUN=\Q$RUN\E(?:\0|\z)/;

        $found{$pid} = read_file("/proc/$pid/cmdline") =~ tr/\0/ /r;
    }

    return %found;
}


sub read_file ($file) {
    open(my $fh, '<:raw', $file) or return '';
    local $/;
    return readline($fh) // '';
}


# Ends the part that runs and everything below it: first kindly, so that
# tests can stop their servers.
sub end_all () {
    kill 'TERM', -$CURRENT if defined $CURRENT;

    for (1 .. 100) {
        1 while waitpid(-1, WNOHANG) > 0;
        my %left = descendants($$);
        last if !%left;
        sleep 0.1;
    }

    my %left = descendants($$);
    kill 'KILL', keys %left;
    $CURRENT = undef;
    return;
}


sub summary ($left) {
    my ($passed, $failed, $seconds) = (0, 0, 0);

    if (my @why = map { $_->{why}->@* } @DONE) {
        print "\n== failures\n", Sp::Failures->text(@why);
    }

    print "\n== summary\n";

    for my $part (@DONE) {
        $passed += $part->{passed};
        $failed += $part->{failed};
        $seconds += $part->{seconds};

        printf "%-22s %6d passed %4d failed %7.1f s%s\n",
            @$part{qw(name passed failed seconds)},
            join '', map { "  ($_)" } @{ $part->{problems} };
    }

    for my $part (grep { @{ $_->{problems} } } @DONE) {
        print "failed in $part->{name}: @{ $part->{broken} } (see $part->{log})\n";
    }

    print map { "$_\n" } map { @{ $_->{skipped} } } @DONE;
    print map { "not run: $_\n" } @NOT_RUN;

    if ($left) {
        print "$left processes were left behind\n";
        $failed++;
    }

    if (!$passed && !$failed) {
        print "no test has run\n";
        $failed++;
    }

    printf "time: %d:%02d\n", $seconds / 60, $seconds % 60;
    print "$passed passed, $failed failed\n";

    return $failed ? 1 : 0;
}
