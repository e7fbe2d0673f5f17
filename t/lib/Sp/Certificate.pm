package Sp::Certificate;

# A CA of its own, and a certificate by it.

use v5.36;

use Sp::Test qw(spew);


# Writes ca.pem, cert.pem and key.pem into a directory.  Options: names (for
# 127.0.0.1 and localhost by default), expired => 1.
sub make ($class, $dir, %o) {
    my @key = qw(-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes);
    my $names = $o{names} // 'DNS:localhost,IP:127.0.0.1';
    my ($name) = $names =~ /:([^,]+)/;

    _openssl(qw(req -x509 -days 3650 -subj /CN=lab-ca), @key,
        '-keyout', "$dir/ca.key", '-out', "$dir/ca.pem");
    _openssl('req', '-subj', "/CN=$name", @key,
        '-keyout', "$dir/key.pem", '-out', "$dir/request.pem");
    spew("$dir/ext", "subjectAltName=$names\n");
    _openssl(qw(x509 -req -CAcreateserial), '-days', $o{expired} ? -1 : 3650,
        '-in', "$dir/request.pem", '-CA', "$dir/ca.pem",
        '-CAkey', "$dir/ca.key", '-extfile', "$dir/ext",
        '-out', "$dir/cert.pem");
    return $dir;
}


# -- below: private --------------------------------------------------------


sub _openssl (@args) {
    my ($status, undef, $err) = Sp::Test::command([ 'openssl', @args ]);
    die "openssl: $err" if $status;
    return;
}

1;
