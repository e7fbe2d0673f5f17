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


# Each kind of pages in order and with the shoppers taking turns; classic pages
# also with all that can be read of them.
my %ALL = (woo_read_cart_page => 'on', woo_read_form_adds => 'on');

for (@ARGV ? [ @ARGV ] : ([ 'classic' ], [ 'classic', 'turns' ],
     [ 'classic', 'all' ], [ 'blocks' ], [ 'blocks', 'turns' ]))
{
    my ($kind, $how) = (@$_, '');
    my $replay = Sp::Preset::Replay->new('woocommerce',
        "$DIR/transcript-$kind.jsonl",
        $how eq 'all' ? (define => \%ALL) : ());

    $replay->play(interleaved => $how eq 'turns');

    # Totals of pages stand where most recorded parts of them have ended.
    my $wanted = wanted($kind);

    delete $_->{total} for $how eq 'all' ? values %$wanted : ();
    $replay->preset->mailed_are($wanted, "$kind $how");
    $replay->preset->nothing_lost;
    $replay->preset->reads($how eq 'all' ? "recorded $kind, both switches on"
        : "recorded $kind") if $how ne 'turns';
}

all_done();
