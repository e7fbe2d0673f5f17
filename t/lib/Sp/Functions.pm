package Sp::Functions;

# The Redis functions, called with arguments put together here, so that tests
# see what sp_call.c would never send.
#
#     my $f = Sp::Functions->new(redis => $redis);
#     $f->event('visit', kinds => 'set_cart', lines => [ [ '1', 'k', 2, 500 ] ]);
#     $f->event('visit', kinds => 'identify', shopper => 'ada');
#     my @claimed = $f->claim;
#
# Names of visits, shoppers, ... become ids of 22 characters.

use v5.36;

use Sp::Test qw(root command);

my %KIND = (
    view_item => 0x1, add_to_cart => 0x2, remove_from_cart => 0x4,
    view_cart => 0x8, begin_checkout => 0x10, purchase => 0x80,
    login => 0x100, update_cart => 0x800, set_cart => 0x1000,
    sign_up => 0x200, generate_lead => 0x400, identify => 0x2000, logout => 0x4000, order_pending => 0x8000,
    rescue_click => 0x10000, page_view => 0x20000, checkout_error => 0x40000,
);

my %OP = (set_cart => 1, view_cart => 1, add_to_cart => 2, update_cart => 3,
          remove_from_cart => 4);

my %MODE = (off => 0, 'dry-run' => 1, 'catch-all' => 2, live => 3);


# The library's text as both binaries carry it.
sub library ($class, $name = 'sp1') {
    my ($status, $text, $err)
        = command([ 'sh', root() . '/shared/embed.sh',
                    root() . '/shared/sp_functions.lua' ]);
    $status == 0 or die "embed.sh: $err";

    my ($body) = $text =~ /sp_functions_lua\[\] =\n(.*?)\n    ;/s;
    my $library = '';

    for my $line (split /\n/, $body) {
        $line =~ s/^    "(.*)\\n"$/$1/ or die "not a line of C: $line\n";
        $line =~ s/\\(.)/$1/g;
        $line =~ s/\bsp1\b|\bsp1(?=_)/$name/g;
        $library .= "$line\n";
    }

    return $library;
}


# Options: redis, shop ('demo'), idle (ms, an hour), load => 0, name of the
# library, mode ('live'; undef for none).  Loads the functions, says hello.
sub new ($class, %o) {
    my $self = bless { shop => 'demo', idle => 3_600_000, name => 'sp1',
                       mode => 'live', load => 1, seq => {},
                       attempts => 0, %o }, $class;

    $self->{redis}->cmd('FUNCTION', 'LOAD', $class->library($self->{name}))
        if $self->{load};
    $self->{prefix} = "sp:{$self->{shop}}:";

    if (defined $self->{mode}) {
        $self->call('shop', 'shop', id('fingerprint'), $self->{idle}, 0);
        $self->mode($self->{mode});
    }

    return $self;
}


# The id of a name.
sub id ($name) { return substr($name . ('_' x 22), 0, 22) }


sub prefix ($self) { return $self->{prefix} }
sub redis ($self) { return $self->{redis} }


# A function by its name without sp1_, on a key without the prefix.
sub call ($self, $function, $key, @args) {
    return $self->{redis}->cmd($self->args($function, $key, @args));
}


# (reply, error)
sub try ($self, $function, $key, @args) {
    return $self->{redis}->try($self->args($function, $key, @args));
}


sub args ($self, $function, $key, @args) {
    return ('FCALL', "$self->{name}_$function", 2, "$self->{prefix}$key",
            "$self->{prefix}moved", @args);
}


# One event.  kinds: a name or a list; op follows from it unless given; lines
# are lists of fields; alias => { name => flags }; own => name (our cookie);
# captured, device: numbers, as in sp_call.h; consent: how it came, + 8 when it
# is taken back; asked: the locale is only the browser's; time_zone; checkout: a
# step of it went well; visited: it counts only of a visit that is known; source:
# whose first eight characters are its machine; seen: by the clock of that, µs.
sub event ($self, $visit, %e) {
    return $self->{redis}->cmd($self->event_args($visit, %e));
}


sub event_args ($self, $visit, %e) {
    my @kinds  = ref $e{kinds} ? $e{kinds}->@* : $e{kinds};
    my $kinds  = 0;
    my $source = id($e{source} // 'worker');
    my $flags  = ($e{moved_own} ? 2 : 0) | ($e{logged_in} ? 8 : 0)
               | ($e{checkout} ? 4 : 0) | ($e{forget} ? 16 : 0)
               | ($e{erase} ? 1 : 0) | ($e{visited} ? 128 : 0)
               | 32 * ($e{device} // 0);

    $kinds |= $KIND{$_} // die "kind $_" for @kinds;

    my $op  = $e{op} // $OP{$kinds[0]} // 0;
    my $seq = $e{seq} // ++$self->{seq}{$source};

    my $head = join ' ', $e{idle} // $self->{idle}, $e{retain} // 2_592_000,
        $e{anonymous} // 604_800, $e{remember} // 7_776_000,
        $e{hold} // 43_200_000, $e{addresses} // 50, $kinds,
        $e{status} // 200, $op, $flags, $e{currency} // 'EUR';

    my $click = $e{click} // [];
    my $sealed = $e{sealed}
        // (defined $e{shopper} ? "1.sealed-$e{shopper}" : '');
    my @who = (map({ defined $e{$_} ? id($e{$_}) : '' } 'moved', 'shopper',
                   'network'),
               $e{first_name} // '',
               ($e{locale} // '') . (defined $e{time_zone} ? " $e{time_zone}" : ''),
               defined $e{order} ? id($e{order}) : '',
               defined $click->[0] ? id($click->[0]) : '',
               $click->[1] // '', $click->[2] // '');
    my $how = ($e{captured} // 0) + 8 * ($e{consent} // 0)
              + ($e{asked} ? 128 : 0);
    @who = $how || grep({ length } @who, $sealed)
        ? (@who, $how, $sealed) : ();

    my $aliases = join '', map { id($_) . $e{alias}{$_} }
        sort keys(($e{alias} // {})->%*);
    $aliases .= id($e{own}) . 5 if defined $e{own};
    $aliases .= id($e{customer}) . 8 if defined $e{customer};
    $aliases .= id($e{recall}) . 9 if defined $e{recall};

    my $lines = join "\x1e", map { join "\x1f", $_->@* } ($e{lines} // [])->@*;

    return ($self->args('event', 'v:' . id($visit)), $source, $seq, $head,
            $e{total} // '', join("\x1f", @who), $aliases, $lines,
            $e{seen} // $self->_seen($e{age} // 0),
            sprintf('%013d', $e{age} // 0));
}


# The machine's clock when an event was seen that is so old: Redis's, in µs.
sub _seen ($self, $age) {
    my ($s, $us) = $self->{redis}->cmd('TIME')->@*;

    return 1_000_000 * $s + $us - 1000 * $age;
}


# A cart of one item, and an address.
sub cart ($self, $visit, %e) {
    return $self->event($visit, kinds => 'set_cart',
                        lines => [ [ 'item', 'key', 1, 500 ] ], %e);
}


sub mode ($self, $mode) {
    return $self->call('mode', 'shop', $MODE{$mode});
}


# Claimed rescues: { shopper, sealed, rescue, fence, series, tries, abandoned,
# next, logged_in, total, steps, first_name, locale, currency, lines, captured,
# known, device, stage, orders, customer, offered, consent, consented,
# checkout_error, mails, pool, code, given }.
sub claim ($self, %o) {
    my $reply = $self->call('claim', 'due', id($o{mailer} // 'mailer'),
                            $o{max} // 64, $o{lease} // 60_000);
    ($self->{wait}, $self->{now}, my @strings) = $reply->@*;

    return _claimed(@strings);
}


# What a claim would give of this shopper: (how things stand, the rescue).
sub preview ($self, $shopper) {
    my ($stands, $now, $idle, @strings)
        = $self->call('preview', 'p:' . id($shopper))->@*;

    return ($stands, _claimed(@strings));
}


sub _claimed (@strings) {
    my @claimed;

    while (my ($id, $sealed, $head, $steps, $first, $locale, $currency, $lines,
               $facts, $mails, $code) = splice @strings, 0, 11) {
        my %c = (shopper => $id, sealed => $sealed, first_name => $first,
                 locale => $locale, currency => $currency,
                 steps => [ map { [ split /:/ ] } split / /, $steps ],
                 lines => [ map { [ split /\x1f/, $_, -1 ] }
                            split /\x1e/, $lines ]);
        @c{qw(rescue fence series tries abandoned next logged_in total)}
            = split / /, $head, -1;
        @c{qw(captured known device stage orders customer offered consent
              consented checkout_error)}
            = split / /, $facts, -1;
        $c{mails} = [ split / /, $mails ];
        @c{qw(pool code given)} = split / /, $code;
        push @claimed, \%c;
    }

    return @claimed;
}


sub wait ($self) { return $self->{wait} }


# May this claimed rescue's step go?  Gives the reply; the attempt is kept in
# the claimed rescue.  Options: step, attempt, mode, max_per_day, max_per_week,
# cool_down (ms), variant, holdout, offer, consent (1: given, 2: kept).
sub confirm ($self, $c, %o) {
    $c->{step}    = $o{step} // 11;
    $c->{attempt} = $o{attempt} // id('attempt' . ++$self->{attempts});
    return $self->call('confirm', "p:$c->{shopper}", $c->{rescue},
                       $c->{fence}, 7, $c->{step}, $c->{attempt},
                       $MODE{ $o{mode} // 'live' },
                       map { $o{$_} // 0 } qw(max_per_day max_per_week
                       cool_down variant holdout offer consent));
}


# What became of it; attempt => '' for none.
sub settle ($self, $c, $outcome, %o) {
    return $self->call('settle', "p:$c->{shopper}", $c->{rescue},
                       $o{fence} // $c->{fence}, 7,
                       $o{step} // $c->{step} // 11,
                       $o{attempt} // $c->{attempt} // '', $outcome,
                       $o{reason} // '', $o{next} // 0);
}


# What is known of a shopper: { name => value }, of several the last; the
# lists steps, visits, mails are in steps => [...], visits => [...].
sub why ($self, $shopper) {
    my $reply = $self->call('why', 'p:' . id($shopper));
    my %why   = (steps => [], visits => []);

    while (my ($name, $value) = splice $reply->@*, 0, 2) {
        push $why{steps}->@*, $value if $name eq 'step';
        push $why{visits}->@*, $value if $name eq 'visit';
        $why{$name} = $value;
    }

    return \%why;
}


sub status ($self) { return { $self->call('status', 'shop')->@* } }


sub count ($self, $name) { return $self->status->{"today_$name"} // 0 }


# The lines of a visit as Redis has them, fields joined with "|".
sub lines ($self, $visit) {
    my $raw = $self->{redis}->cmd('GET', "$self->{prefix}v:" . id($visit))
        // return undef;

    # the times before the text may hold any byte
    my $flags = ord substr $raw, 2, 1;
    my $head  = $flags >= 64 ? 11 : $flags >= 32 ? 41 : 23;
    my ($lines) = substr($raw, $head) =~ /\x1e(.*)\z/s;
    $lines =~ tr/\x1f\x1e/| /;
    return $lines;
}


# Everything, to see that nothing has changed.
sub snapshot ($self) {
    return join "\n", map { "$_ " . unpack 'H*',
        $self->{redis}->cmd('DUMP', $_) // '' } $self->{redis}->keys('*');
}


1;
