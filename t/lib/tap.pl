# Runs one test for t/run, as `prove --exec`: passes on what it prints, and
# keeps both streams of it in one file, build/t/log/tests/NAME.log, in which
# t/run finds why it failed.  The last line is "# ended: WAIT STATUS".
#
#     perl t/lib/tap.pl t/NAME.t

use v5.36;

use File::Path qw(make_path);
use POSIX qw(WNOHANG);

my $file = shift @ARGV // die "usage: tap.pl TEST\n";
my $logs = $ENV{SP_TEST_LOGS} // 'build/t/log/tests';

# What is a program by itself is run as such.
my @cmd = $file =~ /\.t$/ ? ($^X, $file) : ($file);

make_path($logs);
open(my $log, '>', "$logs/" . ($file =~ s{/}{-}gr) . '.log') or die "$logs: $!\n";
$log->autoflush;
$| = 1;

pipe(my $out, my $out_w) or die "pipe: $!\n";
pipe(my $err, my $err_w) or die "pipe: $!\n";

my $pid = fork // die "fork: $!\n";

if ($pid == 0) {
    open(STDOUT, '>&', $out_w);
    open(STDERR, '>&', $err_w);
    { no warnings 'exec'; exec { $cmd[0] } @cmd; }
    print STDERR "cannot run $cmd[0]: $!\n";
    POSIX::_exit(127);
}

close $_ for $out_w, $err_w;

# The test ends by itself, and stops what it started, when it is told to.
$SIG{$_} = 'IGNORE' for qw(INT TERM HUP);

my $status = pump();
print $log "\n# ended: $status\n";

exit($status & 127 ? 128 + ($status & 127) : $status >> 8);


# Copies until the test has ended and what it wrote was read: whoever it has
# left behind with its pipes is not waited for.  Gives its wait status.
sub pump () {
    my %to = (fileno $out => [ $out, *STDOUT ], fileno $err => [ $err, *STDERR ]);
    my $status;

    while (1) {
        my $set = '';
        vec($set, $_, 1) = 1 for keys %to;

        my $n = select($set, undef, undef, defined $status ? 0 : 0.1);
        my $ended = defined $status;

        for my $fd ($n > 0 ? sort keys %to : ()) {
            next if !vec $set, $fd, 1;

            if (sysread $to{$fd}[0], my $text, 65536) {
                print { $to{$fd}[1] } $text;
                print $log $text;

            } else {
                delete $to{$fd};
            }
        }

        return $status if $ended && ($n <= 0 || !%to);

        if (!$ended && waitpid($pid, %to ? WNOHANG : 0) == $pid) {
            $status = $?;
        }
    }
}
