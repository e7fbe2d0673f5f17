package Sp::Replayed;

# What `sitepreserver replay` makes of the recording of a real shop, compared with
# what was in the shop's carts:
#
#     replayed_are('evershop', $har, @flows);
#
# A flow has carts (email of who is mailed about it, or undef; items with sku, name,
# quantity, unit; total, currency) and orders, how many were placed in it.

use v5.36;

use Exporter qw(import);
use JSON::XS ();
use List::Util qw(sum0);
use Test::More;

use Sp::Test;

our @EXPORT = qw(replayed_are);


sub replayed_are ($preset, $har, @flows) {
    my ($status, $out, $err) = command([ build() . '/sitepreserver', 'replay',
        '--json', '--show-addresses', '--config',
        root() . "/conf/presets/$preset.conf", $har ]);

    is($status, 0, 'the recording can be replayed') or diag($err);

    my $report = JSON::XS->new->utf8->decode($out || '{}');
    my @ends   = map { @{ $report->{$_} // [] } } qw(carts abandoned_before);
    my @carts  = map { $_->{carts}->@* } @flows;

    is($report->{counts}{damaged}, 0, 'all of it is read');
    is($report->{counts}{other_hosts}, 0, 'it is of one shop');

    is_deeply([ _texts('price', grep { @{ $_->{lines} // [] } } @ends) ],
        [ _texts('unit', @carts) ], 'replayed: the carts of the live run');
    is_deeply([ _texts('price', grep { $_->{mailed} } @ends) ],
        [ _texts('unit', grep { defined $_->{email} } @carts) ],
        'replayed: the mails of the live run');
    is(scalar(grep { $_->{ordered} } @ends), sum0(map { $_->{orders} } @flows),
        'replayed: the orders of the live run');

    return $report;
}


# Of a cart of nobody who is mailed no address counts: it may be known or not.
sub _texts ($price, @carts) {
    return sort map {
        my $lines = $_->{lines} // $_->{items};
        my $who = exists $_->{mailed} ? $_->{mailed} && $_->{address} : $_->{email};

        join ', ', $who || 'nobody', "$_->{total} $_->{currency}",
            sort map { "$_->{quantity} x $_->{sku} $_->{name} $_->{$price}" } @$lines;
    } @carts;
}

1;
