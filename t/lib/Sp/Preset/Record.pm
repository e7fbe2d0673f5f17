package Sp::Preset::Record;

# Reads a visit's record and a claim as docs/redis.md describes them.

use v5.36;

my @LINE = qw(id key quantity price total sku name url image options category);


# The record's bytes; a sub that gives the record of an item ("n:ITEM").
sub visit ($raw, $item) {
    my (undef, undef, $flags) = unpack 'CCC', $raw;
    my $rare   = $flags & 32 && !($flags & 64);
    my $ntimes = $flags & 64 ? 1 : $rare ? 7 : 3;
    my @times  = map { _time(substr $raw, 5 + 6 * $_, 6) } 0 .. $ntimes - 1;
    my ($head, $lines) = split /\x1e/, substr($raw, 5 + 6 * $ntimes), 2;
    my @head = split /\x1f/, $head, -1;

    return {
        shopper => $head[0], currency => $head[2], total => $head[3],
        order   => $rare ? $times[3] : 0,
        hold    => $rare ? $times[4] : 0,
        lines   => [ map { _joined($_, $item) } _lines($lines) ],
    };
}


# The eleven strings of a claim.
sub claimed (@one) {
    my $total = (split / /, $one[2])[7];

    return {
        shopper => $one[0], first_name => $one[4], locale => $one[5],
        currency => $one[6], total => $total // '',
        lines => [ _lines($one[7]) ],
    };
}


sub _lines ($text) {
    return map {
        my %line;
        my @fields = split /\x1f/, $_, -1;

        @line{@LINE} = map { $_ // '' } @fields[ 0 .. $#LINE ];
        utf8::decode($line{$_}) for qw(name options category);
        \%line;
    } split /\x1e/, $text // '';
}


# What the line lacks, of what the item is called.
sub _joined ($line, $item) {
    my $raw = $item->($line->{id});

    if (defined $raw && $raw =~ /\A1/) {
        my ($known) = _lines(("\x1f" x 5) . substr $raw, 1);

        for (@LINE[ 5 .. $#LINE ]) {
            $line->{$_} = $known->{$_} if $line->{$_} eq '';
        }
    }

    return $line;
}


sub _time ($bytes) {
    my ($low, $high) = unpack 'V v', $bytes;

    return $low + $high * 2**32;
}

1;
