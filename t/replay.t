#!/usr/bin/perl

# sitepreserver replay: what rules make of recordings, and how a configuration
# of nginx and logs are read.

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


sub put ($name, $text) {
    open my $out, '>', "$dir/$name" or die "$dir/$name: $!";
    print $out $text;
    close $out or die "$dir/$name: $!";

    return "$dir/$name";
}


sub replay (@args) {
    my ($status, $out, $err) = command([ $binary, 'replay', @args ]);

    return ($status >> 8, $out, $err);
}


sub report (@args) {
    my ($status, $out, $err) = replay('--json', @args);

    return ($json->decode($out || '{}'), $status, $err);
}


sub lines_of ($cart) {
    return join ', ', map { "$_->{quantity} x $_->{sku} $_->{price}" }
        $cart->{lines}->@*;
}


# Who would be mailed what.
sub mailed ($report) {
    return { map { ($_->{address} => lines_of($_) . " = $_->{total}"
        . " $_->{currency}") } grep { $_->{mailed} } $report->{carts}->@* };
}


# What a flows file expects.
sub expected ($file, $unit) {
    my %wanted;

    for my $flow (map { $json->decode($_) } split /\n/, slurp($file)) {
        my $want = $flow->{expected};
        my $minor = sub ($amount) { int($amount * $unit + 0.5) };

        next if $want->{outcome} ne 'abandoned';
        $wanted{ $flow->{email} } = join(', ', map {
            "$_->{qty} x $_->{sku} " . $minor->($_->{unit})
        } $want->{items}->@*) . ' = ' . $minor->($want->{total})
            . " $want->{currency}";
    }

    return \%wanted;
}


# The recordings.

for ([ woocommerce => 'storefronts/woocommerce/', '-classic', 100 ],
     [ woocommerce => 'storefronts/woocommerce/', '-blocks', 100 ],
     [ vendure => 'recordings/vendure/', '', 1 ])
{
    my ($preset, $where, $kind, $unit) = @$_;
    my $log = "$root/t/${where}transcript$kind.jsonl";
    my ($report, $status, $err) = report('--show-addresses', '--config',
        "$root/conf/presets/$preset.conf", $log);

    is($status, 0, "$preset$kind: 0") or diag $err;
    is_deeply(mailed($report),
        expected("$root/t/${where}flows$kind.jsonl", $unit),
        "$preset$kind: exactly these would be mailed");
    is($report->{counts}{refused}, 0, "$preset$kind: nothing was refused");
    cmp_ok($report->{counts}{read_bytes}, '>', 0,
        "$preset$kind: what was read is counted");

    # Of the others their own tests tell it.

    if ($preset eq 'vendure') {
        my ($told) = slurp("$root/docs/presets.md")
            =~ /^\| `vendure\.conf` \| recorded \| \| (\d+) % /m;
        my $read = 100 * $report->{counts}{read_bytes}
            / $report->{counts}{answer_bytes};

        cmp_ok(abs($read - ($told // 0)), '<', 1.5,
            sprintf 'vendure: %.0f %% of its answers are read, as told', $read);
    }

    my ($plain, $text) = replay('--config',
        "$root/conf/presets/$preset.conf", $log);

    is($plain, 0, "$preset$kind: as text");
    unlike($text, qr/@/, '... without an address');
    like($text, qr/^    by \S+\Q$preset\E\.conf:\d+$/m, '... with rules');
}

# What was typed last, and unmatched adds of WooCommerce's forms.

my ($woo) = report('--config', "$root/conf/presets/woocommerce.conf",
    "$root/t/storefronts/woocommerce/transcript-classic.jsonl");

is_deeply([ sort keys %{ { map { $_->{about} => 1 } $woo->{unmatched}->@* } } ],
    [ 'cart' ], 'what looks like commerce and is not matched: forms that add');
is(scalar(grep { $_->{why} eq 'ordered' } $woo->{carts}->@*), 2,
    'two have ordered');
is(scalar(grep { $_->{why} eq 'empty' } $woo->{carts}->@*), 1,
    'one is empty');


# What cannot be read is neither empty nor at its end.

for ([ $dir, 'the log cannot be read' ], [ put('nothing', ''), 'the log is empty' ]) {
    my ($status, undef, $err) = replay('--config',
        "$root/conf/presets/woocommerce.conf", $_->[0]);
    is("$status $err", "1 sitepreserver: $_->[1]\n", $_->[1]);
}


# A configuration: includes, names, two servers, rules of http and server.

put('shop.rules', <<'CONF');
sitepreserver_define basket basket;
sitepreserver_visitor cookie:sid;
sitepreserver_currency EUR;
sitepreserver_event set_cart GET = /${basket} {
    items response.json:rows { id id; quantity n; price p; name t; }
}
CONF
my $conf = put('nginx.conf', <<'CONF');
# a comment with } and ;
events { worker_connections 10; }
http {
    log_format x '"$request" {';
    content_by_lua_block { if a then b = "}" end -- }
    }
    map $uri $y { default "a;b"; ~^/x\{2\} 1; }
    sitepreserver_event begin_checkout POST = /mail { email form:mail; }
    server { server_name other.example; }
    server {
        server_name shop.example *.shop.example;
        sitepreserver_shop my-shop;
        sitepreserver_idle 30m;
        sitepreserver_define basket korb;
        include *.rules;
        sitepreserver_unheard_of 1;
        location / { sitepreserver on; if ($x) { return 404; } }
    }
}
CONF

sub line (%o) { return $json->encode({ method => 'GET', status => 200, %o }) }

# A line of a log.
my $cart = '{"rows":[{"id":"7","n":2,"p":1.5,"t":"Mug"}]}';
my @asked = (request => { Host => 'www.shop.example:8080',
    Cookie => 'sid=abcdefgh12345678' });
my $log = put('log.jsonl', join "\n",
    line(uri => '/korb', @asked, answer => $cart,
        time => '2026-11-25T10:00:00Z'),
    line(uri => 'http://other.example/korb', answer => $cart),
    line(uri => 'https://stats.example/cart/add', method => 'POST',
        body => 'qty=1'),
    'no JSON', '{"method":"GET"}',
    line(uri => '/mail', method => 'POST', body => 'mail=a%40b.example',
        request => { %{ $asked[1] },
            'Content-Type' => 'application/x-www-form-urlencoded' },
        time => '2026-11-25T10:00:05Z'),
    line(uri => '/api/basket/add?token=0123456789abcdef0', @asked,
        method => 'POST', body => '{"qty":1}'),
    line(uri => '/korb', @asked, answer => $cart,
        time => '2026-11-25T12:00:00Z'), '');

my ($report, $status, $err) = report('--config', $conf, $log);

is($status, 7, 'a damaged log: 7');
like($err, qr/log\.jsonl:4: it is no JSON$/m, '... with the line');
like($err, qr/log\.jsonl:5: it has no method or no uri$/m, '... and why');
like($err, qr/"sitepreserver_unheard_of" is not known .* in \S+:16$/m,
    'a directive that is not known');
is($report->{counts}{not_observed}, 1, 'a server that is not observed');
is($report->{counts}{other_hosts}, 1, 'a host of somebody else');
is_deeply([ map { $_->{rules}->@* } $report->{events}->@* ],
    [ "$dir/shop.rules:4", "$conf:8", "$dir/shop.rules:4" ],
    'rules of http and of the server, by file and line');
is_deeply([ map { $_->{request} } $report->{unmatched}->@* ],
    [ 'POST /api/basket/add' ], 'what is not matched, without secrets');
is(scalar $report->{abandoned_before}->@*, 1,
    'a shopper who came back after the idle time was mailed before');
is($report->{abandoned_before}[0]{time}, '2026-11-25T10:30:05Z', '... then');
is_deeply([ map { [ $_->@{qw(shop shopper total currency mailed)} ] }
    $report->{carts}->@* ], [ [ 'my-shop', 1, undef, 'EUR', JSON::XS::true ] ],
    'the cart at the end');
is($report->{carts}[0]{lines}[0]{price}, 150, '... its price');

# Who comes back days later with another session, by our own cookie; then by the
# address at another browser.  At theirs somebody else gives an address.
sub at ($client, $session, $day, $time, $address = undef) {
    return line(client => $client, time => "2026-11-${day}T$time:00Z",
        request => { Host => 'www.shop.example', Cookie => "sid=$session",
            'Content-Type' => 'application/x-www-form-urlencoded' },
        defined $address
            ? (uri => '/mail', method => 'POST', body => "mail=$address%40b.example")
            : (uri => '/korb', answer => $cart));
}

my ($back) = report('--show-addresses', '--config', $conf, put('back.jsonl',
    join "\n", at('one', 'aaaaaaaabbbbbbbb', 10, '10:00'),
    at('one', 'aaaaaaaabbbbbbbb', 10, '10:01', 'ada'),
    at('one', 'ccccccccdddddddd', 13, '10:00'),
    at('two', 'eeeeeeeeffffffff', 16, '10:00'),
    at('two', 'eeeeeeeeffffffff', 16, '10:01', 'ada'),
    at('one', 'gggggggghhhhhhhh', 19, '10:00', 'bob'), ''));

is_deeply([ map { [ $_->@{qw(address time)} ] } $back->{abandoned_before}->@* ],
    [ [ 'ada@b.example', '2026-11-10T10:31:00Z' ],
      [ 'ada@b.example', '2026-11-13T10:30:00Z' ] ],
    'who comes back with another session was mailed before, each time');
is_deeply([ map { $_->{address} } grep { $_->{mailed} } $back->{carts}->@* ],
    [ 'ada@b.example' ], '... and is at the end, once');

my ($only) = report('--config', $conf, '--server', 'my-shop', '--host',
    'stats.example', $log);
is($only->{counts}{exchanges}, 5, '--server and --host');
is((replay('--config', $conf, '--server', 'none', $log))[0], 2,
    'no such server: 2');

for ([ "sitepreserver_event set_cart GET = /x {\n items json:y { bogus z; }\n}\n",
       qr/bogus.* in \S+:2$/ ],
     [ "\nsitepreserver_event login GET,GET = /x {\n}\n",
       qr/method "GET" stands twice in \S+:2$/ ],
     [ "http {\n server {\n", qr/expecting "\}" in \S+:3$/ ],
     [ "sitepreserver_shop A;\n", qr/shop name "A".* in \S+:1$/ ],
     [ "include nowhere.conf;\n", qr/nowhere\.conf.* in \S+:1$/ ],
     [ "a \"b\n;\n", qr/does not end in \S+:1$/ ])
{
    my ($text, $like) = @$_;
    my $bad = put('bad.conf', $text);
    my ($rc, undef, $said) = replay('--config', $bad, $log);

    is($rc, 3, 'a wrong configuration: 3');
    like($said, $like, '... with file and line');
}


# Two browsers that nothing but our own cookie tells apart; who looks at pages is
# active, whatever rules made of them, and what a script asks for is no page.

my $own = put('own.conf', <<'CONF');
sitepreserver_idle 30m;
sitepreserver_event add_to_cart POST = /add { item_id form:id; }
sitepreserver_event view_cart GET = /cart { if arg:really; }
sitepreserver_event identify POST = /mail { email form:mail; }
CONF

sub of ($client, $minutes, $uri, $body = undef, %headers) {
    return line(client => $client, uri => $uri,
        time => sprintf('2026-11-25T%02d:%02d:00Z', 10 + $minutes / 60,
            $minutes % 60),
        request => { Host => 'shop.example', %headers, defined $body
            ? ('Content-Type' => 'application/x-www-form-urlencoded') : () },
        response => { 'Content-Type' => 'text/html' }, answer => '<p>',
        defined $body ? (method => 'POST', body => $body) : ());
}

my @asks = ('X-Requested-With' => 'XMLHttpRequest');

($report) = report('--show-addresses', '--config', $own, put('own.jsonl',
    join "\n",
    of(ada => 0, '/cart?really=1'), of(bob => 1, '/cart?really=1'),
    of(bob => 2, '/add', 'id=2'), of(ada => 2, '/add', 'id=1'),
    of(bob => 3, '/mail', 'mail=bob%40x.example'),
    of(ada => 4, '/mail', 'mail=ada%40x.example'),
    of(ada => 20, '/cart'), of(bob => 20, '/cart', undef, @asks),
    of(ada => 45, '/other'), of(bob => 45, '/other', undef, @asks),
    of(ada => 70, '/cart?really=1'), of(bob => 70, '/cart?really=1'), ''));

is_deeply({ map { $_->{address} => join ',', map { $_->{id} }
    $_->{lines}->@* } $report->{carts}->@* },
    { 'ada@x.example' => '1', 'bob@x.example' => '2' },
    'two browsers are two people');
is_deeply([ map { "$_->{address} $_->{time}" }
    $report->{abandoned_before}->@* ],
    [ 'bob@x.example 2026-11-25T10:33:00Z' ],
    'who looks at pages has not left; a page that is left open has');


# A HAR, as Chrome and Firefox write them: the same carts.

sub pairs ($h) { return [ map { { name => $_, value => $h->{$_} } } sort keys %$h ] }

my @entries = (
    { startedDateTime => '2026-11-25T11:00:05.000+01:00', time => 20,
      request => { method => 'POST', url => 'https://shop.example/mail#x',
          headers => pairs({ ':authority' => 'shop.example',
              'Content-Type' => 'application/x-www-form-urlencoded' }),
          cookies => [ { name => 'sid', value => 'abcdefgh12345678' } ],
          postData => { mimeType => 'application/x-www-form-urlencoded',
              params => [ { name => 'mail', value => 'a@b.example' } ] } },
      response => { status => 200, headers => [], content => { size => 0 } } },
    { startedDateTime => '2026-11-25T11:00:00.000+01:00', time => 20,
      request => { method => 'GET', url => 'https://shop.example/korb',
          headers => pairs({ ':authority' => 'shop.example',
              Cookie => 'sid=abcdefgh12345678' }) },
      response => { status => 200, headers => pairs({
              'content-encoding' => 'br',
              'set-cookie' => "a=1; Path=/\nb=2; Path=/" }),
          content => { size => 50, encoding => 'base64',
              text => do { require MIME::Base64;
                  MIME::Base64::encode_base64($cart, '') } } } },
    { _fromCache => 'disk', request => { method => 'GET',
          url => 'https://shop.example/korb', headers => [] },
      response => { status => 200, headers => [], content => {} } },
    { request => { method => 'GET', url => 'https://shop.example/korb',
          headers => [] }, response => { status => 200, headers => [],
          content => { size => 12 } } },
    'nothing',
);
my $har = put('log.har', JSON::XS->new->utf8->pretty->encode(
    { log => { version => '1.2', entries => \@entries } }));

($report, $status, $err) = report('--config', $conf, $har);
is($status, 7, 'a HAR with a damaged entry') or diag $err;
is_deeply([ map { $_->{n} } $report->{events}->@* ], [ 2, 4, 1 ],
    'its entries by time');
is_deeply([ $report->{counts}->@{qw(cached damaged without_body)} ],
    [ 1, 1, 1 ], 'what the browser answered, what is damaged or lacks a body');
is($report->{carts}[0]{lines}[0]{quantity}, 2, '... and its cart');
ok($report->{carts}[0]{mailed}, '... that would be mailed');

# A visitor's cookie that is mistyped: our own, or nothing, says who it is then.

for my $who (undef, 'ada') {
    my $typo = put('typo.conf', "sitepreserver_visitor cookie:typo;\n"
        . slurp($own));
    my @log = map { line(uri => '/add', method => 'POST', body => "id=$_",
        request => [ [ 'Host', 'shop.example' ], [ 'Cookie', 'sid=abcdefgh1234' ],
            [ 'Content-Type', 'application/x-www-form-urlencoded' ] ],
        $who ? (client => $who) : ()) } 1, 2;
    my $log = put('typo.jsonl', join "\n", @log, '');

    ($report, $status, $err) = report('--config', $typo, $log);
    is($status, $who ? 0 : 5, $who ? 'our own cookie tells' : 'nobody: 5');
    is_deeply([ $report->{counts}->@{qw(events no_visitor no_session)} ],
        $who ? [ 2, 0, 2 ] : [ 0, 2, 2 ], '... what there is of whom');
    like($err, qr/note: none of 2 events had a visitor.*sitepreserver_visitor/,
        '... and why');
    put('typo.conf', "sitepreserver_visitor cookie:typo or cookie:sid;\n"
        . slurp($own));
    ($report, $status, $err) = report('--config', $typo, $log);
    is("$status $err", '0 ', 'one that is right is not told of');
}

# What a rule was for and did not apply to: all that was sent, whatever the
# shop's words are; pages and GraphQL only where they look like commerce.

my $odd = put('odd.conf', <<'CONF');
sitepreserver_event begin_checkout GET,POST ~ ^/(who|page|ask)$ {
    if response.json:err = null;
    email form:m;
}
CONF

($report, $status, $err) = report('--config', $odd, put('odd.jsonl',
    join("\n", map { $json->encode({ status => 200, body => '',
        answer => '{"err":"no"}', request => [ [ 'Host', 'shop.example' ] ],
        %$_ }) }
        { method => 'GET',  uri => '/page' },
        { method => 'POST', uri => '/who', body => 'm=wrong' },
        { method => 'POST', uri => '/ask', body => '{"query":"{ a }"}' })
    . "\n"));
is_deeply([ map { "$_->{n} $_->{result}" } $report->{events}->@* ],
    [ '2 rejected' ], 'what was sent and refused') or diag $err;

# On one line, longer than any line of JSON lines may be.

($report, $status, $err) = report('--config', $conf, put('one.har',
    '{"log":' . ' ' x (64 * 1024 * 1024)
    . JSON::XS->new->utf8->encode({ entries => [ $entries[1] ] }) . '}'));
is($report->{counts}{events}, 1, 'a HAR that is one long line') or diag $err;
unlink "$dir/one.har";

is((replay('--config', $conf, put('none.har', "{\n\"a\": 1\n}\n")))[0], 1,
    'no log at all: 1');
is((replay('--config', $conf, "$dir/nowhere"))[0], 1, 'no such log: 1');
is((replay('--config', $conf, put('empty.jsonl', line(uri => '/') . "\n")))[0],
    5, 'no event: 5');
is((replay('--config', $conf))[0], 2, 'no log given: 2');

all_done();
