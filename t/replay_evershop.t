#!/usr/bin/perl

# What real browsers and EverShop said to each other, replayed with the preset:
# the carts are those of the live run (t/storefronts/evershop/run).

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::XS;
use Test::More;
use Sp::Test;

my $json = JSON::XS->new->utf8;
my $dir  = root() . '/t/recordings/evershop';

my ($status, $out, $err) = command([ build() . '/sitepreserver', 'replay',
    '--json', '--show-addresses', '--config',
    root() . '/conf/presets/evershop.conf', "$dir/transcript.har" ]);

is($status, 0, 'it can be replayed') or diag $err;

my $report = $json->decode($out || '{}');
my @flows  = map { $json->decode($_) } split /\n/, slurp("$dir/flows.jsonl");
my @left   = grep { $_->{expected}{outcome} eq 'abandoned' } @flows;

cmp_ok(scalar @flows, '>=', 13, 'all flows are in it');
is($report->{counts}{damaged}, 0, 'all of it is read');
is($report->{counts}{other_hosts}, 0, 'it is of one shop');

# Who comes back within the recording would be among the abandoned before.
is_deeply(
    { map { $_->{address} => cart($_, 'quantity', 'price', $_->{lines}->@*) }
      grep { $_->{mailed} } map { $report->{$_}->@* } qw(carts abandoned_before) },
    { map { $_->{email} => cart($_->{expected}, 'qty', 'unit',
      $_->{expected}{items}->@*) } @left },
    'exactly these would be mailed, with these carts');

# EverShop does not say the address of a guest before the order.
unlike($out, qr/[.]leaves[.]/, 'what was typed and not sent is not known');

all_done();


sub cart ($cart, $quantity, $price, @lines) {
    return join ', ', "$cart->{total} $cart->{currency}",
        sort map { "$_->{$quantity} x $_->{sku} $_->{name} $_->{$price}" } @lines;
}
