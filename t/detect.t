#!/usr/bin/perl

# sitepreserver detect: which platform a recorded shop runs on, which preset
# fits, what to define, and drafts of rules.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::XS;
use Test::More;
use Sp::Test;

my $root   = root();
my $binary = Sp::Test::build() . '/sitepreserver';
my $json   = JSON::XS->new->utf8->canonical;
my $dir    = Sp::Test::dir();


sub detect ($log, @args) {
    my ($status, $out, $err) = command([ $binary, 'detect', '--json',
        '--presets', "$root/conf/presets", @args, $log ]);

    return ($json->decode($out || '{}'), $status >> 8, $err);
}


sub log_of ($name, @lines) {
    spew("$dir/$name", join '', map { $json->encode($_) . "\n" } @lines);
    return "$dir/$name";
}


sub events_of ($preset, $log) {
    my (undef, $out) = command([ $binary, 'replay', '--json', '--config',
        "$root/conf/presets/$preset.conf", $log ]);

    return $json->decode($out || '{}')->{counts}{events};
}


# Every shop that was recorded.

for ([ 'storefronts/woocommerce/transcript-classic.jsonl', 'woocommerce', 10 ],
     [ 'storefronts/woocommerce/transcript-blocks.jsonl', 'woocommerce', 8 ],
     [ 'recordings/vendure/transcript.jsonl', 'vendure', 7 ],
     (map { [ s{^\Q$root\E/t/}{}r, 'evershop' ] }
      sort glob "$root/t/recordings/evershop/*.{har,jsonl}"))
{
    my ($file, $preset, $mailed) = @$_;

    next if $file =~ m{/flows[^/]*$};

    my ($report, $status, $err) = detect("$root/t/$file");

    is($status, 0, "$file: 0") or diag $err;
    is($report->{preset}, $preset, "$file: its preset");
    is($report->{certainty}, 'sure', "$file: for sure");
    cmp_ok($report->{fit}{matched}, '>=', $report->{fit}{looking} * 0.9,
        "$file: it covers nine of ten");
    is($report->{fit}{mailed}, $mailed, "$file: who would be mailed")
        if defined $mailed;
    is($report->{fit}{nameless}, 0, "$file: it knows whose events they are");
    is($report->{fit}{events}, events_of($preset, "$root/t/$file"),
        "$file: as many events as replay tells of");
    is_deeply([ map { $_->{platform} } $report->{others}->@* ], [],
        "$file: no other");
}


# Each platform by its signs alone: a line of a preset's own test would do.

my %HTML = (response => [ [ 'Content-Type', 'text/html' ] ]);

sub page ($uri, $html = '', %o) {
    return { method => 'GET', uri => "http://shop.example$uri", status => 200,
        answer => $html, %HTML, %o };
}

sub cookie ($name) {
    return page('/', '', request => { Cookie => "$name=abcdefgh1234567890" });
}

for ([ 'magento', page('/', '<script type="text/x-magento-init">') ],
     [ 'prestashop', cookie('PrestaShop-12ab') ],
     [ 'opencart', cookie('OCSESSID') ],
     [ 'shopware', page('/checkout/line-item/add',
         "window.router['frontend.checkout']") ],
     [ 'shopware-api', page('/store-api/checkout/cart') ],
     [ 'sylius', page('/_components/sylius_shop:cart:form') ],
     [ 'sylius-api', page('/api/v2/shop/orders') ],
     [ 'medusa', page('/store/carts') ],
     [ 'evershop', page('/', 'window.eContext = {}') ],
     [ 'spree', page('/api/v2/storefront/cart') ],
     [ 'solidus', page('/cart_line_items') ],
     [ 'bagisto', cookie('bagisto_session') ],
     [ 'nopcommerce', cookie('.Nop.Customer') ],
     [ 'drupal-commerce', page('/', 'commerce_order_item_add_to_cart') ],
     [ 'zencart', cookie('zenid') ],
     [ 'odoo', page('/', '<meta name="generator" content="Odoo">') ],
     [ 'magento-graphql', page('/graphql', '', method => 'POST',
         body => '{"query":"mutation { setGuestEmailOnCart }"}') ],
     [ 'saleor', page('/graphql/', '', method => 'POST',
         body => '{"query":"mutation { checkoutLinesAdd }"}') ])
{
    my ($preset, @lines) = @$_;

    is((detect(log_of('one.jsonl', @lines)))[0]{preset}, $preset,
        "$preset: by a sign");
}

my ($hosted, $none) = detect(log_of('hosted.jsonl',
    page('/', '<script src="https://cdn.shopify.com/x.js">')));
is($hosted->{platform}, 'Shopify', 'a platform that has no preset');
is($none, 5, '... 5');


# What a shop has renamed is told, as it makes the preset fit.

my @session = (request => {
    Cookie => 'bagisto_of_us=eyJpdiI6IjEyMzQ1Njc4OTAifQ' });
my $cart = $json->encode({ data => { id => 5, grand_total => 12,
    cart_currency_code => 'EUR', items => [ { id => 1, product_id => 7,
        name => 'Mug', quantity => 2, price => 6, total => 12 } ] } });
my ($renamed) = detect(log_of('renamed.jsonl',
    page('/', 'Bagisto /themes/shop/', response => [
        [ 'Content-Type', 'text/html' ],
        [ 'Set-Cookie', 'bagisto_of_us=eyJpdiI6IjEyMzQ1Njc4OTAifQ; HttpOnly' ] ]),
    (map { { method => $_, uri => 'http://shop.example/api/checkout/cart',
        status => 200, @session, answer => $cart,
        response => [ [ 'Content-Type', 'application/json' ] ] } }
     qw(POST GET))));

is($renamed->{preset}, 'bagisto', 'a shop with another session cookie');
is_deeply($renamed->{define},
    [ { name => 'bagisto_session', value => 'bagisto_of_us' } ],
    '... its name is to be defined');
is($renamed->{fit}{carts}, 1, '... and then there is a cart');


# A shop of which nothing is known: drafts of rules, which compile.

my ($drafts, $status) = detect(log_of('own.jsonl',
    page('/'),
    { method => 'POST', uri => 'http://shop.example/ajax/korb/legen',
      status => 200, body => 'article=7&count=2&pass=secret&note=x',
      request => { 'Content-Type' => 'application/x-www-form-urlencoded' },
      response => { 'Content-Type' => 'application/json' },
      answer => '{"basket":{"rows":[{"artikel_id":7,"title":"Mug","count":2,'
          . '"price":6}]},"total":12,"quantity":2}' },
    { method => 'POST', uri => 'http://shop.example/warenkorb/12345/adresse',
      status => 200, body => 'mail=ada%40example.com&first_name=Ada',
      request => { 'Content-Type' => 'application/x-www-form-urlencoded' } }));
my ($set, $mail) = map { my $re = $_; grep { $_->{request} =~ $re }
    $drafts->{drafts}->@* } qr/legen/, qr/adresse/;

is($status, 5, 'an unknown shop: 5') or diag explain $drafts;
like($mail->{rule}, qr/^#    email +form:mail;$/m, 'a draft has the address');
like($mail->{rule}, qr{~ "\^/warenkorb/\[\^/\]\+/adresse\$"},
    '... and what differs');
unlike(join('', map { $_->{rule} } $drafts->{drafts}->@*), qr/secret|ada|pass/,
    '... but no value, and no password');

my $rules = join '', map { $_->{rule} } $drafts->{drafts}->@*;

$rules =~ s/^#( +# .*)?//gm;
spew("$dir/drafts.conf", "sitepreserver_visitor cookie:sid;\n$rules");

my ($rc, undef, $err) = command([ $binary, 'replay', '--config',
    "$dir/drafts.conf", "$dir/own.jsonl" ]);
isnt($rc >> 8, 3, 'drafts can be compiled') or diag $err, $rules;

is((detect("$dir/nowhere"))[1], 1, 'no such log: 1');

my ($plain, $text) = command([ $binary, 'detect', '--presets',
    "$root/conf/presets", "$root/t/recordings/vendure/transcript.jsonl" ]);
is($plain, 0, 'as text');
like($text, qr/^Platform: Vendure \(sure\)$/m, '... the platform');
like($text, qr/^Preset: \S+vendure\.conf$/m, '... the preset');
unlike($text, qr/nothing to draft/, '... and no more');

($plain, $text) = command([ $binary, 'detect', '--presets',
    "$root/conf/presets", log_of('odd.jsonl', page('/')) ]);
is($plain >> 8, 5, 'words that no other shop has: 5');
like($text, qr/nothing to draft a rule of.*docs\/presets\.md/s,
    '... and what to do then');

all_done();
