package Sp::Preset::Replay;

# A recorded shop (t/storefronts/NAME/transcript*.jsonl) played back: nginx with
# the preset between an origin that answers as the shop did and browsers that
# ask as they did.
#
#     my $r = Sp::Preset::Replay->new('woocommerce', $transcript, %options);
#     $r->play;                     # in the order of the recording
#     $r->play(interleaved => 1);   # the shoppers take turns
#     $r->preset->mailed_are({ ... });

use v5.36;

use JSON::XS ();
use Sp::Http;
use Sp::Preset;
use Sp::Test qw(slurp);
use Test::More;

# What a browser and nginx make themselves.
my $HOP = qr/^(?:connection|keep-alive|proxy-.*|te|trailer|transfer-encoding
             |upgrade|expect|content-length|x-real-ip|x-forwarded-.*)$/xi;


# The preset, the file, and options of Sp::Preset.  The clock begins at the
# time of the first answer: cookies of the recording have not expired then.
sub new ($class, $name, $file, %o) {
    my $json = JSON::XS->new->utf8;
    my @all  = sort { $a->{n} <=> $b->{n} }
        map { $json->decode($_) } split /\n/, slurp($file);
    my %by_n = map { $_->{n} => $_ } @all;
    my $self = bless { all => \@all, asked => 0 }, $class;

    $self->{preset} = Sp::Preset->new($name, sub ($m, $u, $headers, $body) {
        return _answer($by_n{ $headers->{'x-replay'} });
    }, at => _date($all[0]), %o);

    return $self;
}


sub preset ($self) { return $self->{preset} }


# The names of the flows, without their parts ("b-later" is of b).
sub flows ($self) {
    my %seen;

    return grep { !$seen{$_}++ } map { _of($_) } $self->{all}->@*;
}


sub play ($self, %o) {
    my %parts;

    push $parts{ $o{interleaved} ? _of($_) : '' }->@*, $_ for $self->{all}->@*;

    my %at = map { $_ => 0 } keys %parts;
    my (%jar, %last, $different);

    while (my @open = grep { $at{$_} < $parts{$_}->@* } sort keys %parts) {
        for my $part (@open) {
            my $record = $parts{$part}[ $at{$part}++ ];
            my $of     = _of($record);

            # Another part without cookies is another browser.
            delete $jar{$of} if ($last{$of} // '') ne $record->{flow}
                && !$record->{req_cookies};
            $last{$of} = $record->{flow};
            $different .= $self->_ask($record, $jar{$of} //= {}) // '';
        }
    }

    return is($different // '', '', 'played back as it was recorded');
}


# -- below: one exchange ---------------------------------------------------


sub _of ($record) { return $record->{flow} =~ s/-.*//r }


# Sends it and keeps the cookies that nginx itself has set; what differs.
sub _ask ($self, $record, $jar) {
    my $port = $self->{preset}->nginx->port;
    my $ua   = $self->{ua} //= Sp::Http->new(port => $port, keepalive => 1);
    my $body = _bytes($record->{req_body});
    my $browser = ($record->{req_headers} // [])->@*
        && !grep { lc $_->[0] eq 'user-agent' && $_->[1] =~ /^WordPress/ }
            $record->{req_headers}->@*;
    my @cookies = grep { length } $record->{req_cookies} // '',
        ($browser ? map { "$_=$jar->{$_}" } sort keys %$jar : ());
    my @headers = map { @$_ } grep { $_->[0] !~ $HOP && lc $_->[0] ne 'cookie' }
        $record->{req_headers}->@*;

    push @headers, Cookie => join '; ', @cookies if @cookies;
    push @headers, 'X-Replay' => $record->{n};
    $self->{preset}->settle;

    my $answer = $ua->request($record->{method}, $record->{uri},
        body => $body, headers => \@headers);

    if ($browser) {
        for ($answer->headers('set-cookie')) {
            $jar->{$1} = $2 if /^(sp_visitor)=([^;]*)/;
        }
    }

    return $answer->{status} == $record->{status} ? undef
        : "n $record->{n}: $answer->{status}, not $record->{status}\n";
}


sub _answer ($record) {
    my @headers = map { @$_ } grep { $_->[0] !~ $HOP } $record->{res_headers}->@*;
    my $body    = _whole($record->{res_body});
    my $writes  = $record->{res_writes} || 1;
    my $size    = int(length($body) / $writes) + 1;

    return [ $record->{status}, \@headers, $body ] if !$record->{res_chunked};
    return [ $record->{status}, \@headers, '',
        { pieces => [ $body =~ /(.{1,$size})/gs ] } ];
}


# Of a page only a part was recorded: what the page had is put before it, as a
# comment, so that as many bytes pass by as did, and nobody reads less of them.
sub _whole ($body) {
    my $text = _bytes($body);
    my $lack = ($body->{bytes} // 0) - length $text;

    return $text if !$body->{excerpt} || $lack < 7;
    return '<!--' . (' ' x ($lack - 7)) . '-->' . $text;
}


sub _bytes ($body) {
    my $text = $body->{text} // '';

    utf8::encode($text);
    return $text;
}


# "Wed, 25 Nov 2026 14:56:41 GMT"
sub _date ($record) {
    my ($date) = map { $_->[1] } grep { lc $_->[0] eq 'date' }
        $record->{res_headers}->@*;
    my ($day, $month, $year, $h, $m, $s)
        = $date =~ /(\d+) (\w{3}) (\d{4}) (\d\d):(\d\d):(\d\d)/;
    require Time::Local;

    return Time::Local::timegm($s, $m, $h, $day,
        index('JanFebMarAprMayJunJulAugSepOctNovDec', $month) / 3, $year);
}

1;
