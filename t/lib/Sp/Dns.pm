package Sp::Dns;

# A DNS server for its zone, over UDP and TCP (RFC 1035).
#
#     my $dns = Sp::Dns->new(zone => {
#         'example.com' => { TXT => [ 'v=spf1 -all' ], MX => [ 'mx.example.com' ] },
#         'mx.example.com' => { A => [ '192.0.2.1' ], AAAA => [ '2001:db8::1' ] },
#         '1.2.0.192.in-addr.arpa' => { PTR => [ 'mx.example.com' ] },
#         'broken.example' => 'fail',        # SERVFAIL; 'hang': no answer
#     });
#     $dns->set({ ... });                    # another zone, at once
#
# A name that is not there is NXDOMAIN, a type that is not there NODATA.  A TXT
# over 255 bytes is sent as several strings; an answer over 512 bytes (or what
# EDNS allows) comes truncated over UDP.

use v5.36;
use IO::Select ();
use IO::Socket::INET ();
use JSON::XS ();
use Socket qw(inet_pton AF_INET AF_INET6);
use Sp::Test qw(free_port fork_child slurp spew wait_for);

my $COUNT = 0;
my %TYPES = (A => 1, CNAME => 5, PTR => 12, MX => 15, TXT => 16, AAAA => 28);
my %NAMES = reverse %TYPES;


sub new ($class, %o) {
    my $n    = ++$COUNT;
    my $self = bless {
        name => "dns$n", file => Sp::Test::dir() . "/dns$n.json",
        record => Sp::Test::dir() . "/dns$n.questions",
        log => Sp::Test::dir() . "/dns$n.log", port => free_port(),
    }, $class;

    Sp::Test::watch_log($self->{log});
    $self->set($o{zone} // {});
    $self->start;

    return $self;
}


sub start ($self) {
    my ($udp, $tcp);

    wait_for(sub {
        $udp = IO::Socket::INET->new(Proto => 'udp',
            LocalAddr => '127.0.0.1', LocalPort => $self->{port}) or return 0;
        $tcp = IO::Socket::INET->new(Listen => 16, ReuseAddr => 1,
            LocalAddr => '127.0.0.1', LocalPort => $self->{port});
    }, 10) or die "dns: cannot listen on $self->{port}: $!\n";

    $self->{pid} = fork_child($self->{name}, sub {
        open(STDERR, '>>', $self->{log}) or die "$self->{log}: $!";
        $self->_loop($udp, $tcp);
    });

    return $self;
}


sub stop ($self) {
    Sp::Test::stop_child(delete $self->{pid}) if $self->{pid};
    return $self;
}


# "127.0.0.1:PORT", as the option dns wants it.
sub server ($self) { return "127.0.0.1:$self->{port}" }


# Replaces the zone.
sub set ($self, $zone) {
    spew($self->{file}, JSON::XS->new->latin1->canonical->encode($zone));
    return $self;
}


# What was asked: "NAME TYPE udp|tcp".
sub questions ($self) { return split /\n/, slurp($self->{record}) }


# -- below: the server's own process ----------------------------------------


sub _loop ($self, $udp, $tcp) {
    my $select = IO::Select->new($udp, $tcp);

    while (1) {
        for my $fh ($select->can_read) {
            if ($fh == $udp) {
                defined(my $from = $udp->recv(my $question, 4096)) or next;
                my $answer = $self->_answer($question, 'udp') // next;
                $udp->send($answer, 0, $from);

            } elsif ($fh == $tcp) {
                my $client = $tcp->accept or next;
                $self->_serve($client);
            }
        }
    }
}


sub _serve ($self, $client) {
    my $fill = sub ($n) {
        my $buf = '';
        while (length $buf < $n) {
            sysread $client, $buf, $n - length $buf, length $buf or return;
        }
        return $buf;
    };

    while (defined(my $len = $fill->(2))) {
        my $question = $fill->(unpack 'n', $len) // last;
        my $answer   = $self->_answer($question, 'tcp') // last;

        syswrite $client, pack('n/a*', $answer);
    }

    return;
}


sub _name ($name) {
    return join('', map { pack 'C/a*', $_ } split /\./, $name) . "\0";
}


sub _data ($type, $value) {
    return inet_pton(AF_INET, $value) if $type eq 'A';
    return inet_pton(AF_INET6, $value) if $type eq 'AAAA';
    return pack('n', 10) . _name($value) if $type eq 'MX';
    return _name($value) if $type ne 'TXT';
    return join '', map { pack 'C/a*', $_ } unpack '(a255)*', $value;
}


sub _answer ($self, $question, $over) {
    my ($id, $flags, undef, undef, undef, $extra) = unpack 'n6', $question;
    my $at = 12;
    my @labels;

    while ((my $len = ord substr $question, $at, 1) != 0) {
        push @labels, substr $question, $at + 1, $len;
        $at += $len + 1;
    }

    my ($number) = unpack 'n', substr $question, $at + 1, 2;
    my $name = lc join '.', @labels;
    my $type = $NAMES{$number} // $number;
    my $asked = substr $question, 12, $at + 5 - 12;
    my $room = $over eq 'tcp' ? 65535
        : $extra ? unpack('n', substr $question, $at + 5 + 3, 2) : 512;

    open(my $fh, '>>', $self->{record}) or die "$self->{record}: $!";
    print $fh "$name $type $over\n";
    close $fh;

    my $zone  = JSON::XS->new->latin1->decode(slurp($self->{file}));
    my $entry = $zone->{$name};

    return undef if ($entry // '') eq 'hang';

    my $code    = !defined $entry ? 3 : $entry eq 'fail' ? 2 : 0;
    my @records = ref $entry
        ? map { pack 'n n n N n/a*', 0xc00c, $number, 1, 60, _data($type, $_) }
            @{ $entry->{$type} // [] } : ();
    my $body = join '', @records;

    # QR, AA, RD as asked, RA; TC where it does not fit.
    my $head = 0x8480 | $flags & 0x100 | $code;

    return pack('n6', $id, $head | 0x200, 1, 0, 0, 0) . $asked
        if 12 + length($asked) + length($body) > $room;

    return pack('n6', $id, $head, 1, scalar @records, 0, 0) . $asked . $body;
}


1;
