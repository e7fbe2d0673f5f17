#!/usr/bin/perl
# slow
# serial

# demo/run: ends well only if exactly the right mail came, says what is wrong
# otherwise, and leaves nothing behind.

use v5.36;

use FindBin;
use lib "$FindBin::Bin/lib";

use IO::Socket::INET;
use Test::More;
use Sp::Test;

my $DEMO = root() . '/demo/run';

# Another demo may run on this machine: this one's directory is ours.

$ENV{TMPDIR} = dir();
$ENV{SP_BUILD} = build();

sanitized() if under_asan();

once();
until_interrupted();
wrong_words();
busy_port();
all_done();


sub once () {
    my @before = directories();
    my ($status, $out, $err) = demo('--once');

    is($status, 0, 'the demo ends well') or diag($out, $err);
    like($out, qr/^Exactly the right mail, and no other\.$/m, 'and says so');
    like($out, qr/Harbour/, 'it shows what the mail says');
    is_deeply([ directories() ], \@before, 'its directory is gone');
}


sub until_interrupted () {
    my @before = directories();
    my $log = dir() . '/demo.log';
    my $pid = spawn(name => 'demo', cmd => [$DEMO], log => $log, clock => 0);

    wait_ok { slurp($log) =~ /Ctrl-C stops everything/ } 'it stays', 300
        or diag(slurp($log));

    my ($url) = slurp($log) =~ m{the shop\s+http://127\.0\.0\.1:(\d+)/};

    ok(reachable($url), 'the shop is open');

    my $rc = stop_child($pid, 'TERM', 60);

    is($rc >> 8, 143, 'it ends by the signal');
    ok(!reachable($url), 'nobody serves any more');
    is_deeply([ directories() ], \@before, 'its directory is gone');
}


sub wrong_words () {
    my ($status, undef, $err) = demo('--port', 'http');

    isnt($status, 0, 'a port that is none');
    like($err, qr/"http" is not a port/, 'is named');

    ($status, undef, $err) = demo('--twice');
    isnt($status, 0, 'an unknown option');
    like($err, qr/"--twice" is not known/, 'is named');
}


sub busy_port () {
    my $socket = IO::Socket::INET->new(
        LocalAddr => '127.0.0.1', LocalPort => 0, Listen => 1)
        or die "listen: $!";
    my $port = $socket->sockport;
    my ($status, undef, $err) = demo('--once', '--port', $port);

    isnt($status, 0, 'a busy port');
    like($err, qr/port \Q$port\E of 127\.0\.0\.1 cannot be used/, 'is named');
    like($err, qr/demo\/run --port/, 'with the way out');
}


sub demo (@args) {
    return command([ $DEMO, @args ], timeout => 400 * (under_asan() ? 2 : 1),
        clock => 0);
}


# The demo is as it is; its nginx is one that loads what our module, built with
# sanitizers, needs first.  What they find is in our directory, as of any
# program that is run here.
sub sanitized () {
    my %env = Sp::Test::sanitizer_environment(preload => 1);
    $ENV{SAN} // die "SAN must say how it was built, as t/run asan does\n";

    my $set = join ' ', map { "$_='$env{$_}'" } sort keys %env;

    mkdir dir() . '/bin';
    spew(dir() . '/bin/nginx',
        "#!/bin/sh\nexec env $set /usr/sbin/nginx \"\$@\"\n");
    chmod 0755, dir() . '/bin/nginx';
    $ENV{PATH} = dir() . "/bin:$ENV{PATH}";
}


sub reachable ($port) {
    return !!IO::Socket::INET->new(
        PeerAddr => '127.0.0.1', PeerPort => $port, Timeout => 2);
}


sub directories () {
    return glob dir() . '/sitepreserver-demo.*';
}
