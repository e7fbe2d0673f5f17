#!/usr/bin/perl

# conf/presets/woocommerce.conf on recordings of a real shop: every flow leads
# to exactly the mails that its file expects, in order and with the shoppers
# taking turns.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::XS;
use Test::More;
use Sp::Preset qw(answer page redirect);
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
            flow     => $flow->{flow},
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


# Whose cart was told last by a page that was recorded in part, up to before the
# quantity of a line, and which line that is: how many they are is not in the
# recording then, so no price can be told of them.
sub cut_lines () {
    my %cut;

    for (map { $json->decode($_) }
         split /\n/, slurp("$DIR/transcript-classic.jsonl"))
    {
        my ($flow, $text) = ($_->{flow} =~ s/-.*//r, $_->{res_body}{text} // '');

        if ($_->{uri} =~ m{^/cart/}
            && $text =~ /.*<tr class="[^"]*\bcart_item\b(.*)/s)
        {
            my $row = $1;

            delete $cut{$flow};
            $cut{$flow} = $1 if $row !~ /<input[^>]*\bqty\b[^>]*>/
                && $row =~ /data-product_sku="([^"]*)"/;

        } elsif ($text =~ /mini_cart_item/) {
            delete $cut{$flow};
        }
    }

    return \%cut;
}


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

    my $wanted = wanted($kind);

    if ($how eq 'all') {
        my $cut = cut_lines();

        is(join(' ', sort map { "$_:$cut->{$_}" } keys %$cut),
            'a:CAFE-02 b:TRAY-03 c:SHIRT-04-GREEN-M j:CAFE-02',
            'lines that were not recorded to their ends');

        for my $want (values %$wanted) {
            delete @$_{qw(quantity price)}
                for grep { $_->{sku} eq ($cut->{ $want->{flow} } // '') }
                    $want->{lines}->@*;
        }

        # Totals stand where most recorded parts of pages have ended.
        delete $_->{total} for values %$wanted;
    }
    $replay->preset->mailed_are($wanted, "$kind $how");
    $replay->preset->nothing_lost;
    $replay->preset->reads($how eq 'all' ? "recorded $kind, both switches on"
        : "recorded $kind") if $how ne 'turns';
}


# A login has the field of its page: another one beside it says nothing.
my $t = Sp::Preset->new('woocommerce', sub ($method, $uri, $headers, $body) {
    return answer(200, { result => 'success', redirect =>
        $json->decode($body)->{to} }) if $uri eq '/?wc-ajax=checkout';
    return answer(200, { order_id => 29, status => 'processing',
        payment_result => { payment_status => 'success', redirect_url =>
            $json->decode($body)->{to} } })
        if $uri eq '/wp-json/wc/store/v1/checkout';
    return redirect('/', [ 'Set-Cookie' =>
        'wordpress_logged_in_1=mal%7C1%7Cx; path=/; HttpOnly' ])
        if $method eq 'POST';
    return page('<h1>A page</h1>');
});
my $mal = $t->shopper('mal');

$mal->form('/wp-login.php', { log => 'mal@example.com', pwd => 'x',
    username => 'ada@example.com' });
$t->shopper_is($mal, 'mal@example.com');
$mal->form('/my-account/', { login => 'x', username => 'mal@example.org',
    password => 'x', log => 'ada@example.com' });
$t->shopper_is($mal, 'mal@example.org');

# The page that thanks, with and without permalinks; a provider's, who knows the
# way back.
my $thanks = 'shop.example/checkout/order-received/29/?key=wc_order_x';

for ([ purchase => "https://$thanks" ], [ purchase => "http://$thanks" ],
     [ purchase => 'https://shop.example/shop/?page_id=8&lang=en'
         . '&order-received=29&key=wc_order_x' ],
     [ purchase => 'https://shop.example/?order-received=29' ],
     [ order_pending => "https://pay.example/x?back=https://$thanks" ],
     [ order_pending => "https://pay.example/x?id=1&back=https://$thanks" ],
     [ order_pending => "https://pay.example/#/https://$thanks" ],
     [ order_pending => 'https://pay.example/?back=https://shop.example/'
         . '?page_id=8&order-received=29' ])
{
    my ($event, $to) = @$_;

    $mal->json('/?wc-ajax=checkout', { to => $to });
    $t->event_is($mal, $event, "$event: $to");
    $mal->json('/wp-json/wc/store/v1/checkout', { to => $to });
    $t->event_is($mal, $event, '... and from block pages');
}

all_done();
