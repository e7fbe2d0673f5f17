#!/usr/bin/perl

# conf/presets/woocommerce.conf on recordings of a real shop: every flow leads
# to exactly the mails that its file expects, in order and with the shoppers
# taking turns.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::XS;
use Test::More;
use Sp::Preset::Replay;
use Sp::Test;

my $DIR  = "$FindBin::Bin/storefronts/woocommerce";
my $json = JSON::XS->new->utf8;

# What the shop itself calls a variation, on classic pages.
my %CALLED = (
    'SHIRT-04-BLUE-M'  => "Linen Shirt - Blue, M",
    'SHIRT-04-GREEN-M' => "Linen Shirt - Gr\x{fc}n, M",
);


# Who would be mailed what: the abandoned ones, and nobody else.
sub wanted ($kind) {
    my %wanted;

    for my $flow (map { $json->decode($_) }
                  split /\n/, slurp("$DIR/flows-$kind.jsonl"))
    {
        my $expected = $flow->{expected};

        next if $expected->{outcome} ne 'abandoned';
        $wanted{ $flow->{email} } = {
            currency => $expected->{currency},
            total    => cents($expected->{total}),
            lines    => [ map { +{ sku => $_->{sku},
                name => $kind eq 'classic' && $CALLED{ $_->{sku} }
                    || $_->{name},
                quantity => $_->{qty}, price => cents($_->{unit}) } }
                $expected->{items}->@* ],
        };
    }

    return \%wanted;
}


sub cents ($amount) { return int($amount * 100 + 0.5) }


for my $kind (@ARGV ? @ARGV : qw(classic)) {
    for my $turns (0, 1) {
        my $replay = Sp::Preset::Replay->new('woocommerce',
            "$DIR/transcript-$kind.jsonl");
        my $name = $turns ? "$kind, taking turns" : $kind;

        $replay->play(interleaved => $turns);
        $replay->preset->mailed_are(wanted($kind), $name);
        $replay->preset->nothing_lost;
    }
}

all_done();
