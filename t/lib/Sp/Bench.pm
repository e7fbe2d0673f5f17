package Sp::Bench;

# What the benchmarks of nginx have in common: load, CPU, and instructions.

use v5.36;

use Exporter 'import';
use Sp::Nginx;
use Sp::Test qw(command slurp spawn spew stop_child wait_for);

our @EXPORT_OK = qw(browser instructions load median row);

my $RUN = 0;


# The head of a script for wrk: the headers of a shopper's browser.
sub browser () {
    return <<'LUA';
wrk.headers["User-Agent"] = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36"
wrk.headers["Accept"] = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
wrk.headers["Accept-Language"] = "en-GB,en;q=0.7,de;q=0.3"
wrk.headers["Accept-Encoding"] = "identity"
wrk.headers["Referer"] = "https://shop.example/things/a-thing"
wrk.headers["Sec-Fetch-Dest"] = "document"
wrk.headers["Sec-Fetch-Mode"] = "navigate"
LUA
}


# One slice of load, a second long (wrk knows no parts of one): us of the
# worker's CPU for a request, as the kernel counts it, and the p99 of latency
# in ms.
sub load ($nginx, $port, $script, $uri) {
    my $before = _cpu($nginx);
    my ($status, $out) = command([ 'wrk', '-t1', '-c8', '-d1s', '--latency',
        '-s', $script, "http://127.0.0.1:$port$uri" ], timeout => 60);
    my $ns = _cpu($nginx) - $before;
    my ($n) = $out =~ /(\d+) requests in/ or die "wrk: $out";
    my ($p99, $unit) = $out =~ /99%\s+([\d.]+)(us|ms|s)/;

    die "wrk: errors: $out" if $out =~ /Non-2xx|Socket errors/;
    return ($ns / $n / 1000,
        $p99 * { us => 0.001, ms => 1, s => 1000 }->{$unit});
}


sub _cpu ($nginx) {
    my ($pid) = $nginx->workers;
    return (split ' ', slurp("/proc/$pid/schedstat"))[0];
}


sub median (@values) { (sort { $a <=> $b } @values)[ @values / 2 ] }


# A line of the table that t/bench/run prints.
sub row (@fields) { say join "\t", '=', @fields }


# Instructions of a request, by callgrind, of an nginx of one process with this
# http{} text.  Options: requests (hashes with uri, cookie, perhaps body and type;
# they come in turn), n (how many), module => 0, modules, port (its name), layout
# (bytes in the environment: they shift the stack).
# What malloc, free and the like take depends on which holes the heap happens to
# have, by some percent from one configuration to another: it is counted apart.
# (instructions without them, theirs, calls of them.)
sub instructions ($http, %o) {
    my $dir   = Sp::Test::dir();
    my $out   = "$dir/callgrind." . ++$RUN . '.';
    my $nginx = Sp::Nginx->new(start => 0, module => $o{module} // 1,
        modules => $o{modules} // [], http => $http,
        main => 'master_process off;', log_level => 'error');
    my $pid = spawn(name => 'callgrind', log => "$dir/callgrind.log",
        env => { SP_LAYOUT => 'x' x ($o{layout} // 0) },
        cmd => [ 'valgrind', '-q', '--tool=callgrind',
            '--compress-strings=no', "--callgrind-out-file=${out}%p",
            '/usr/sbin/nginx', '-p', $nginx->dir . '/', '-c', $nginx->file ]);
    my $port = $nginx->port($o{port} // '');

    wait_for { (command([ 'curl', '-sf', '-o', '/dev/null',
        "http://127.0.0.1:$port/" ]))[0] == 0 } 120
        or die "callgrind: nginx does not answer\n";

    # On one connection, after as many that warm up.
    spew("$dir/requests", join "next\n", map {
        _asked($port, $o{requests}[ $_ % $o{requests}->@* ]) } 0 .. $o{n} - 1);

    for my $turn (1, 2) {
        command([ 'callgrind_control', '-z', $pid ]) if $turn == 2;
        (command([ 'curl', '-sf', '-K', "$dir/requests" ],
            timeout => 600))[0] == 0 or die "callgrind: a request failed\n";
    }

    # Without what it costs to end.
    command([ 'callgrind_control', '-d', $pid ]);

    my $file = wait_for { (grep { -s } glob "$out$pid.*")[-1] }
        or die "callgrind: no figures\n";

    stop_child($pid, 'TERM', 120);

    my ($all, $heap, $calls) = _counted($file);

    return (($all - $heap) / $o{n}, $heap / $o{n}, $calls / $o{n});
}


# A request in a file of options for curl.
sub _asked ($port, $r) {
    my %option = (
        url => "http://127.0.0.1:$port$r->{uri}", output => '/dev/null',
        'user-agent' => 'Mozilla/5.0 (X11)', cookie => $r->{cookie},
        defined $r->{body} ? ('data-binary' => $r->{body}) : (),
        defined $r->{type} ? (header => "Content-Type: $r->{type}") : (),
    );

    return join '', "silent\nfail\n", map {
        "$_ = \"" . $option{$_} =~ s/(["\\])/\\$1/gr . "\"\n"
    } sort keys %option;
}


# What callgrind wrote: all instructions, those within calls of the heap's
# functions by others (posix_memalign calls malloc), and how many calls these were.
sub _counted ($file) {
    my $heap = qr/^(?:malloc|free|calloc|realloc|posix_memalign|memalign)$/;
    my ($all, $within, $calls) = (0, 0, 0);
    my ($object, $called, $times) = ('', '');

    open(my $fh, '<', $file) or die "$file: $!\n";

    while (my $line = <$fh>) {
        if ($line =~ /^ob=(.*)/) {
            $object = $1;

        } elsif ($line =~ /^cfn=(.*)/) {
            $called = $1 =~ s/'\d+$//r;

        } elsif ($line =~ /^calls=(\d+)/) {
            $times = $1;

        } elsif ($line =~ /^(?:[+\-]?\d+|\*)(?: (?:[+\-]?\d+|\*))* (\d+)$/) {
            my $cost = $1;

            if (!defined $times) {
                $all += $cost;

            } elsif ($called =~ $heap && $object !~ m{/libc\.so}) {
                $within += $cost;
                $calls += $times;
            }
            $times = undef;
        }
    }

    $all or die "callgrind: no sum\n";

    return ($all, $within, $calls);
}

1;
