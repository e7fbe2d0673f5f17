#!/usr/bin/perl
# slow

# Capture assist in a real Chromium: WooCommerce's classic checkout, where the
# address of who types it and leaves is never sent, and pages that make it hard
# for scripts.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::XS;
use Test::More;
use Sp::Test;
use Sp::Call;
use Sp::Http;
use Sp::Nginx;
use Sp::Origin;
use Sp::Preset::Replay;
use Sp::Redis;

my $root  = root();
my $DIR   = "$root/t/storefronts/woocommerce";
my $json  = JSON::XS->new->utf8->canonical;
my %tool  = install();

my $STRICT = "default-src 'none'; script-src 'self'; connect-src 'self'";

# The rest of the checkout's form: a recording has the beginnings of pages.
my $FORM = join '', map { qq{<input type="$_->[0]" class="input-text " name="$_->[1]"}
    . qq{ id="$_->[1]" value="" autocomplete="section-billing billing $_->[2]" />} }
    [ 'text', 'billing_last_name', 'family-name' ], [ 'tel', 'billing_phone', 'tel' ],
    [ 'email', 'billing_email', 'email username' ];

# -- the recorded flows a and a2, with it and without it -------------------

my %flow = map { $_->{flow} => $_ } map { $json->decode($_) }
    split /\n/, slurp("$DIR/flows-classic.jsonl");
my (@records, %session);

for my $record (map { $json->decode($_) }
    split /\n/, slurp("$DIR/transcript-classic.jsonl"))
{
    next if $record->{flow} !~ /^a2?$/;

    if ($record->{uri} eq '/checkout/' && $record->{method} eq 'GET') {
        my ($name) = $record->{req_cookies} =~ /(wp_woocommerce_session_\w+)=/;

        $session{ $record->{flow} } = { n => $record->{n},
            cookies => { $name => $flow{ $record->{flow} }{session} } };
        $record->{res_body}{text} .= '"></p></span></p>' . $FORM
            . '<button type="button" id="other">Place order</button></form></body>';
    }

    push @records, $json->encode($record);
}

spew(dir() . '/transcript.jsonl', join "\n", @records);

my $off = Sp::Preset::Replay->new('woocommerce', dir() . '/transcript.jsonl');
my $on  = Sp::Preset::Replay->new('woocommerce', dir() . '/transcript.jsonl',
    server => sub ($port) { <<"CONF" });
location = /sp/capture.js { sitepreserver_capture; }
location ^~ /checkout/ {
    sitepreserver on;
    add_header Content-Security-Policy "$STRICT";
    add_header Referrer-Policy no-referrer;
    proxy_set_header Host \$http_host;
    @{[ inserted() ]}
    proxy_pass http://127.0.0.1:$port;
}
CONF

$_->play for $off, $on;

my @flows = map {
    my ($replay, $what) = @$_;
    my $url = 'http://127.0.0.1:' . $replay->preset->nginx->port . '/checkout/';
    my @sent = $what eq 'on' ? [ answered => 1 ] : ();

    map { { name => "$_ $what", url => $url, cookies => $session{$_}{cookies},
        headers => { 'X-Replay' => "$session{$_}{n}" },
        steps => [ ($_ eq 'a' ? ([ type => '#billing_first_name', 'Ada' ],
            [ type => '#billing_last_name', 'Guest' ],
            [ type => '#billing_phone', '030 1234567' ]) : ()),
            [ type => '#billing_email', $flow{$_}{email} ], [ 'tab' ], @sent ] } }
        qw(a a2);
} [ $off, 'off' ], [ $on, 'on' ];

my %did = browse(@flows);

is_deeply($did{$_}{forbidden}, [], "$_: nothing was forbidden")
    for 'a on', 'a2 on';
$off->preset->mailed_are({}, 'without it');
$on->preset->mailed_are({ map { $flow{$_}{email} => {
    currency => 'EUR', total => int($flow{$_}{expected}{total} * 100 + 0.5),
    lines => [ map { +{ sku => $_->{sku}, quantity => $_->{qty} } }
        $flow{$_}{expected}{items}->@* ] } } qw(a a2) }, 'with it');

# -- pages of other kinds --------------------------------------------------

my $redis  = Sp::Redis->new;
my $secret = secret_file();
my $call   = Sp::Call->new(redis => $redis, shop => 'shop', hello => 0);
my %policy = (strict => [ 'Content-Security-Policy' => $STRICT ],
    silent => [ 'Referrer-Policy' => 'no-referrer' ]);
my %fields = (
    prefilled => '<input type="email" name="email" id="email" value="known@example.com">',
    gift => '<input type="email" name="gift_recipient_email" id="email">',
    search => '<input type="text" name="q" id="q">',
    own => '<input type="text" name="kontakt" id="email">',
    completed => '<input type="text" name="x" id="email" autocomplete="billing email">',
    late => '',
);

my $origin = Sp::Origin->new(sub ($method, $uri, $headers, $body) {
    my ($kind) = $uri =~ m{^/checkout/(\w+)};
    my $field  = $fields{ $kind // '' } // '<input type="email" name="email" id="email">';

    return [ 200, [ 'Content-Type' => 'text/html', ($policy{ $kind // '' } // [])->@* ],
        "<!DOCTYPE html><title>shop</title><body><form>$field"
        . '<input name="note" id="note"></form></body>' ];
});
my $proxy = "proxy_pass http://127.0.0.1:@{[ $origin->port ]};";
my $own   = inserted() =~ s/ async/ async data-fields="kontakt mail"/r;

my $nginx = Sp::Nginx->new(http => <<"CONF");
log_format sp '\$request_uri \$sitepreserver_result shopper=\$sitepreserver_shopper'
              ' origin=\$http_origin referer=\$http_referer'
              ' site=\$http_sec_fetch_site agreed=\$cookie_agreed';
access_log %%DIR%%/logs/access.log sp;
sitepreserver_redis @{[ $redis->url ]};
sitepreserver_secret_file $secret;
sitepreserver_visitor cookie:session;
sitepreserver_event add_to_cart POST = /add { item_id form:id; }
server {
    listen 127.0.0.1:%%PORT%%;
    server_name shop;
    sitepreserver_consent \$cookie_agreed gpc;
    location / { sitepreserver on; $proxy }
    location /checkout/ { sitepreserver on; @{[ inserted() ]} $proxy }
    location = /checkout/own { sitepreserver on; $own $proxy }
    location = /sp/capture.js { sitepreserver_capture; }
}
CONF

my $port = $nginx->port;
my $shop = Sp::Http->new(port => $port);
my @leave = ([ 'tab' ], [ answered => 1 ]);
my (@jobs, %taken, %refused, %never);

# One of each: what is done with the field, and whether it is known then.
sub job ($name, $kind, $into, $steps, %o) {
    my $host = $o{host} // '127.0.0.1';

    $into->{$name} = "$name\@example.com";
    is($shop->form('/add', { id => 'shirt' },
        { Cookie => "session=$name; agreed=1" })->{status}, 200, "$name: a cart");
    push @jobs, { name => $name, url => "http://$host:$port/checkout/$kind?$name",
        cookies => { session => $name, agreed => $o{agreed} // 1 },
        headers => $o{headers} // {},
        # the answer to the next page says that the ones before it have come
        steps => [ @$steps, ($o{closed} ? ()
            : [ goto => "http://$host:$port/after?$name" ]) ] };
}

sub typed ($name, @then) { [ type => '#email', "$name\@example.com" ], @then }

job('strict', 'strict', \%taken, [ typed('strict', @leave) ]);
job('silent', 'silent', \%taken, [ typed('silent', @leave) ]);
job('plainhttp', 'silent', \%taken, [ typed('plainhttp', @leave) ],
    host => 'shop.example');
job('filled', 'plain', \%taken,
    [ [ set => '#email', 'filled@example.com' ], [ answered => 1 ] ]);
job('late', 'late', \%taken, [ [ add => '<input type="email" id="email">' ],
    typed('late', @leave) ]);
job('completed', 'completed', \%taken, [ typed('completed', @leave) ]);
job('own', 'own', \%taken, [ typed('own', @leave) ]);
job('leaves', 'plain', \%taken, [ typed('leaves') ]);
job('closes', 'plain', \%taken, [ typed('closes'), [ 'close' ] ], closed => 1);
job('once', 'plain', \%taken, [ typed('once', @leave), [ click => '#email' ],
    [ 'tab' ], [ clear => '#email' ], [ 'tab' ], typed('once', [ 'tab' ]) ]);
job('refused', 'plain', \%refused, [ typed('refused', @leave) ], agreed => 0);
job('signal', 'plain', \%refused, [ typed('signal', @leave) ],
    headers => { 'Sec-GPC' => '1' });
job('half', 'plain', \%never,
    [ [ type => '#email', 'half@exam' ], [ 'tab' ], [ click => '#note' ] ]);
job('prefilled', 'prefilled', \%never, [ [ click => '#email' ], [ 'tab' ] ]);
job('gift', 'gift', \%never, [ typed('gift', [ 'tab' ]) ]);
job('search', 'search', \%never, [ [ type => '#q', 'search@example.com' ], [ 'tab' ] ]);

%did = browse(@jobs);

# All has come when the last page has, and what was sent as pages were left.
wait_ok { $nginx->access_log =~ m{^/after\?search}m } 'all is done';

sub known ($email) {
    return defined $redis->cmd('GET',
        "sp:{shop}:p:" . $call->tokens($email)->{shopper});
}

is_deeply($did{$_}{forbidden}, [], "$_: nothing was forbidden") for 'strict';
wait_ok { known($taken{$_}) } "$_: is known" for sort keys %taken;
ok(!known($_), "$_: is not") for sort values %refused, values %never;

my %lines;

for ($nginx->access_log =~ m{^/sp/capture\.js (\S+ shopper=\S+ .*)$}mg) {
    my ($result, $who) = /^(\S+) shopper=(\S+)/;
    push $lines{ $result eq 'observed' ? $who : $result }->@*, $_ if /site=same|origin=/;
}

my %by = map { $_ => $lines{ $call->tokens($taken{$_})->{shopper} } } keys %taken;

is(scalar $by{once}->@*, 1, 'each address once');
is(scalar(grep { /agreed=/ } ($lines{no_consent} // [])->@*), 2,
    'who refused was asked for nothing more');
like($by{silent}[0], qr{origin=http://127\.0\.0\.1:$port referer=- site=same-origin},
    'without a Referer the browser says where from');
like($by{plainhttp}[0], qr{origin=http://shop\.example:$port referer=- site=- },
    '... also where it does so by Origin alone');
diag explain \%lines if $ENV{SP_SHOW};

all_done();


# What docs/capture.md puts into the location of the checkout's pages.
sub inserted () {
    my @lines = slurp("$root/docs/capture.md")
        =~ /^ {8}(sub_filter.*;|proxy_set_header Accept-Encoding "";)$/mg;

    return "@lines";
}


sub browse (@all) {
    local $ENV{SP_MODULES} = $tool{modules};

    spew(dir() . '/jobs.json', $json->encode(\@all));

    my ($status, $out, $err) = command([ $tool{node},
        "$root/t/browser/capture.mjs", dir() . '/jobs.json' ], timeout => 600,
        clock => 0);

    is($status, 0, 'they went shopping') or diag $err;
    return map { $_->{name} => $_ } map { $json->decode($_) } split /\n/, $out;
}


# playwright-core, from the cache or the registry.
sub install () {
    my ($status, $text, $error) = command([ "$root/t/creatives/install" ],
        timeout => 600, clock => 0);

    BAIL_OUT("no browser: $error") if $status;

    return $text =~ /^(\w+)=(.*)$/mg;
}
