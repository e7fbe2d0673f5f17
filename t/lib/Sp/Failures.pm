package Sp::Failures;

# What t/run says at its end of the tests that failed: enough to understand
# each of them from the last lines of its output alone.

use v5.36;

# Lines for one failure at most, and for all of them.
my ($ONE, $ALL) = (60, 170);


# The failures among the logs that tap.pl wrote in a folder: name, lines.
sub tests ($class, $dir) {
    my @found;

    for my $file (sort glob "$dir/*.log") {
        my $text = _read($file);
        my ($name) = $file =~ m{([^/]+)\.log$};
        my ($status) = $text =~ /^# ended: (\d+)\n\z/m;

        next if defined $status && $status == 0 && $text !~ _not_ok();

        my @lines = _reasons($text);

        push @lines, 'it did not end' if !defined $status;
        push @lines, "it died of signal " . ($status & 127)
            if ($status // 0) & 127;

        push @found, { name => $name =~ s/-/\//r, lines => \@lines };
    }

    return @found;
}


# The failures in the output of t/unit/run: what each failed program printed.
sub units ($class, $output) {
    my @found;

    for my $line (split /\n/, $output) {
        if ($line =~ /^(test_\w+): FAILED, /) {
            push @found, { name => $1, lines => [ $line ], open => 1 };

        } elsif ($line =~ /^test_\w+: \d+ tests$|^failed:|^\d+ passed, \d+ failed$/) {
            $found[-1]{open} = 0 if @found;

        } elsif (@found && $found[-1]{open}) {
            push $found[-1]{lines}->@*, $line;
        }
    }

    return @found;
}


# Any other part: its errors, or else its end.
sub part ($class, $name, $output) {
    my @lines  = split /\n/, $output;
    my @errors = grep { $lines[$_] =~ /\berror:|\*\*\*|FAILED/ } 0 .. $#lines;

    return { name => $name, lines => [ _last(\@lines, $ONE / 2) ] } if !@errors;

    my %near = map { $_ => 1 } map { $_ .. $_ + 3 } @errors;
    return { name => $name, lines => [
        map { $lines[$_] } grep { $_ < @lines } sort { $a <=> $b } keys %near ] };
}


# The text for a list of failures; each is cut so that all have room.
sub text ($class, @failures) {
    return '' if !@failures;

    my $room = int($ALL / @failures) - 2;
    my $text = '';

    $room = $ONE if $room > $ONE;
    $room = 4 if $room < 4;

    for my $failure (@failures) {
        my @lines = map { length > 300 ? substr($_, 0, 300) . ' ...' : $_ }
            $failure->{lines}->@*;

        if (@lines > $room) {
            my $more = @lines - $room;
            @lines = (@lines[ 0 .. $room - 1 ], "... $more lines more");
        }

        $text .= join '', map { "$_\n" } "-- $failure->{name}",
            map { "   $_" } @lines;
    }

    return $text;
}


# -- below: private --------------------------------------------------------


sub _not_ok () { return qr/^\s*not ok\b(?!.*# TODO)/m }


# The tests that failed with what was said about them; the end of the output
# where there is none.  A summary that only counts says nothing.
sub _reasons ($text) {
    my @lines = split /\n/, $text;
    my @found;
    my $not_ok = _not_ok();
    my $take = 0;

    for my $line (@lines) {
        if ($line =~ $not_ok) {
            push @found, $line;
            $take = 1;

        } elsif ($line =~ /^\s*ok\b|^# ended: |^\s*\d+\.\.\d+$/) {
            $take = 0 if $line =~ /^\s*ok\b/;

        # diagnostics come by another way than results: none is left out
        } elsif ($line =~ /^\s*#/) {
            push @found, $line
                if $line !~ /^\s*# (?:Looks like you|Subtest: )/;

        } elsif ($take && $line =~ /\S/) {
            push @found, $line;
        }
    }

    return @found if grep { $_ =~ $not_ok } @found;
    return _last([ grep { !/^\s*ok\b|^\s*$|^# ended: / } @lines ], 30);
}


sub _last ($lines, $n) {
    return @$lines if @$lines <= $n;
    return @$lines[ -$n .. -1 ];
}


sub _read ($file) {
    open(my $fh, '<:raw', $file) or return '';
    local $/;
    return readline($fh) // '';
}

1;
