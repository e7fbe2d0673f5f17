#!/usr/bin/perl

# What real browsers and EverShop said to each other, replayed with the preset:
# the carts are those of the live run (t/storefronts/evershop/run).

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::XS;
use Test::More;
use Sp::Test;
use Sp::Replayed;

my $json  = JSON::XS->new->utf8;
my $dir   = root() . '/t/recordings/evershop';
my @flows = map { $json->decode($_) } split /\n/, slurp("$dir/flows.jsonl");

cmp_ok(scalar @flows, '>=', 14, 'all flows are in it');

my $report = replayed_are('evershop', "$dir/transcript.har", @flows);
my %mailed = map { $_->{address} => 1 }
    grep { $_->{mailed} } map { $report->{$_}->@* } qw(carts abandoned_before);

# EverShop does not say the address of a guest before the order.
is_deeply([ grep { /[.]leaves[.]/ } keys %mailed ], [],
    'what was typed and not sent is not known');

my ($customer, $returns) = map {
    my $name = $_;
    grep { $_->{flow} eq $name } @flows;
} qw(customer returns);

is($returns->{email}, $customer->{email}, 'who returns is who was there before');

all_done();
