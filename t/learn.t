#!/usr/bin/perl

# A shop whose carts only tell ids and quantities: what its pages say of its
# products makes messages with names, pictures and prices.  And what is read of
# which page, that pages pass as they are, whom a Referer names, and what is out
# of stock.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Compress::Zlib ();
use Test::More;
use Sp::Test;
use Sp::Call;
use Sp::Clock;
use Sp::Http;
use Sp::Mailer;
use Sp::Mime;
use Sp::Nginx;
use Sp::Origin;
use Sp::Redis;
use Sp::Smtp;

my $HOUR = 3600;

sub ld ($json) { return qq{<script type="application/ld+json">$json</script>} }

sub product ($id, $name, $price, $stock = 'InStock') {
    return ld(qq/{"\@type":"Product","productID":"$id","name":"$name",/
        . qq/"image":"\/img\/$id.jpg","offers":{"price":"$price",/
        . qq/"priceCurrency":"EUR","availability":"https:\/\/schema.org\/$stock"}}/);
}

my $MUG = '<div itemscope itemtype="https://schema.org/Product">'
    . '<h1 itemprop="name">Red Mug</h1><img itemprop="image" src="/img/mug.jpg">'
    . '<div itemprop="offers" itemscope itemtype="https://schema.org/Offer">'
    . '<meta itemprop="price" content="7.50"><meta itemprop="priceCurrency"'
    . ' content="EUR"></div></div>';

# A page, as the shop has it; $back: the cap is there again.
sub page ($name, $back = 0) {
    my %page = (
        tee    => product(42, 'Blue Tee', '19.99'),
        mug    => $MUG,
        cap    => product(44, 'Black Cap', '12.00', $back ? 'InStock' : 'OutOfStock'),
        gzip   => product(45, 'Zipped Bag', '30.00'),
        large  => product(46, 'Large Rug', '99.00') . ('<p>more of it</p>' x 4000),
        end    => ('<p>more of it</p>' x 4000) . product(47, 'Late Rug', '99.00'),
        list   => product(42, 'Blue Tee', '19.99') . product(44, 'Black Cap', '12.00'),
        none   => '<p>nothing</p>',
        broken => ld("{\"\@type\":\"Product\",\"name\":\"a\nb\"}"),
        json   => product(48, 'Not HTML', '1.00'),
        ranged => qq{<input value='} . product(42, 'Forged', '0.01') . qq{'>}
            . product(50, 'Real', '2.00'),
    );

    return '<!doctype html><html><body>' . ($page{$name} // product(49, $name, '1.00'))
        . '</body></html>';
}

my $back = Sp::Test::dir() . '/back';

my $handler = sub ($method, $uri, $headers, $body) {
    my %html = ('Content-Type' => 'text/html; charset=utf-8');

    if ($uri =~ m{^/(?:product|other)/(\w+)}) {
        my $name = $1;
        my $page = page($name, -e $back);
        my %status = (missing => 404, unchanged => 304, part => 206);

        return [ $status{$name}, \%html, $name eq 'unchanged' ? '' : $page ]
            if $status{$name};
        return [ 200, { %html, 'Content-Encoding' => 'gzip' }, Compress::Zlib::memGzip($page) ]
            if $name eq 'gzip';
        return [ 200, { 'Content-Type' => 'text/htmlx' }, $page ] if $name eq 'json';
        return [ 200, \%html, $page ];
    }

    my ($lines) = $uri =~ /lines=([\w:,]*)/;
    my $json = join ',', map { my ($id, $qty) = split /:/; qq/{"id":"$id","qty":$qty}/ }
        split /,/, $lines // '';

    return [ 200, { 'Content-Type' => 'application/json' }, "{\"lines\":[$json]}" ];
};

my $clock  = Sp::Clock->new;
$clock->morning;
my $redis  = Sp::Redis->new;
my $smtp   = Sp::Smtp->new;
my $secret = secret_file();
my $origin = Sp::Origin->new($handler);

my $nginx = Sp::Nginx->new(
    modules => [ '/usr/lib/nginx/modules/ngx_http_image_filter_module.so' ],
    http => <<"CONF");
sitepreserver_redis @{[ $redis->url ]};
sitepreserver_secret_file $secret;
server {
    listen 127.0.0.1:%%PORT%%;
    server_name demo.example;
    sitepreserver on;
    sitepreserver_shop demo;
    sitepreserver_response_limit 32k;
    sitepreserver_visitor cookie:session;
    sitepreserver_alias cookie:login;
    sitepreserver_cookie off;
    sitepreserver_currency EUR;
    sitepreserver_learn /product/ refresh=6h;
    sitepreserver_event view_item GET = /product/tee { }
    sitepreserver_event begin_checkout POST = /contact { email form:email; }
    sitepreserver_event add_to_cart POST = /add { item_id form:item_id; quantity form:quantity; }
    sitepreserver_event add_to_cart POST /product/ { item_id form:item_id; quantity value:1; }
    sitepreserver_event set_cart GET = /cart {
        items response.json:lines { id id; quantity qty; }
    }
    location / { proxy_pass http://127.0.0.1:@{[ $origin->port ]}; }
    location /product/ranged {
        proxy_force_ranges on;
        proxy_pass http://127.0.0.1:@{[ $origin->port ]};
    }
    location /product/shown {
        error_page 418 = \@picture;
        if (\$http_picture) { return 418; }
        proxy_pass http://127.0.0.1:@{[ $origin->port ]};
    }
    location \@picture {
        image_filter test;
        proxy_pass http://127.0.0.1:@{[ $origin->port ]};
    }
    location = /cart {
        proxy_force_ranges on;
        proxy_pass http://127.0.0.1:@{[ $origin->port ]};
    }
    location /product/off { sitepreserver off; proxy_pass http://127.0.0.1:@{[ $origin->port ]}; }
    location = /status { sitepreserver off; sitepreserver_status; }
}
CONF

my $creatives = Sp::Test::dir() . '/creatives';
mkdir $creatives or die "$creatives: $!";
mkdir "$creatives/goods" or die "$creatives: $!";
spew("$creatives/goods/en.head", "subject: Your cart at the shop\npreheader: It is still there.\n");
spew("$creatives/goods/en.html", <<'HTML');
<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Your cart</title></head><body>
{{#items}}<p>{{name}}{{#picture}}<img src="{{picture}}" alt="x" width="9" height="9">{{/picture}}</p>{{/items}}
<p><a href="{{cart_link}}">Back to my cart</a></p>
<p><a href="{{unsubscribe_link}}">Unsubscribe</a></p>
</body></html>
HTML
spew("$creatives/goods/en.txt", <<'TEXT');
{{#items}}[{{quantity}};{{name}};{{unit_price}};{{#out_of_stock}}gone{{/out_of_stock}}]
{{/items}}
{{cart_link}}
Unsubscribe: {{unsubscribe_link}}
TEXT

my $mailer = Sp::Mailer->new(start => 0, config => Sp::Mailer::live(
    redis => $redis, smtp => $smtp, creatives => $creatives, shops => [ [ demo =>
        'series "default" { step "reminder" { delay = 0 creative = goods } }' ] ]));

my ($approved, $out, $err) = $mailer->run('creative', 'approve', 'goods', '--despite-lint');
is($approved, 0, 'the creative is approved') or diag "$out$err";
$mailer->start;

my $call = Sp::Call->new(redis => $redis, shop => 'demo', hello => 0);
wait_ok { $mailer->log =~ /shop=demo state=ready/ } 'the shop is served';

my $ua = Sp::Http->new(port => $nginx->port);

sub header ($name, %more) {
    return { Host => 'demo.example', Cookie => "session=$name" . 'x' x 20, %more };
}

sub counters () { return $ua->get('/status', header('nobody'))->data->{counters} }

# Everything that was queued is applied.
sub applied ($what) {
    wait_for { my $c = counters(); $c->{queued} > 0 && $c->{applied} == $c->{queued} }
        or BAIL_OUT("$what is not applied");
    return;
}

# What a page added to the counters of learning: learned, none, broken, cut.
sub learns ($path, $expected, $what, %more) {
    my $before = counters();
    my $answer = $ua->get($path, header('reader', %more));
    my $now = counters();
    my @names = qw(learned learn_none learn_broken learn_cut);

    is(join(' ', map { $now->{$_} - $before->{$_} } @names), $expected, $what);
    return $answer;
}


# What is read, and that all pages pass as they are.

for (
    [ '/product/tee',       '1 0 0 0', 'a product is learnt' ],
    [ '/product/tee',       '0 0 0 0', '... and not again' ],
    [ '/product/tee?a=1',   '0 0 0 0', '... with arguments that nobody named' ],
    [ '/product/mug',       '1 0 0 0', 'microdata' ],
    [ '/product/cap',       '1 0 0 0', 'what is out of stock' ],
    [ '/product/large',     '1 0 0 1', 'a long page, of what is in the limit' ],
    [ '/product/end',       '0 1 0 1', '... and not of what is behind it' ],
    [ '/product/list',      '0 1 0 0', 'a list teaches nothing' ],
    [ '/product/none',      '0 1 0 0', 'nor does a page without a product' ],
    [ '/product/broken',    '0 1 1 0', 'nor JSON that is none' ],
    [ '/product/broken',    '0 0 0 0', '... which is not tried again at once' ],
    [ '/product/json',      '0 0 0 0', 'another type is not read' ],
    [ '/product/off',       '0 0 0 0', 'nor where it is off' ],
    [ '/other/tee',         '0 0 0 0', 'nor a page that nothing matches' ],
    [ '/product/missing',   '0 0 0 0', 'nor an error', 404 ],
    [ '/product/part',      '0 0 0 0', 'nor a part', 206 ],
) {
    my ($path, $expected, $what, $status) = @$_;
    my $answer = learns($path, $expected, $what);
    my ($name) = $path =~ m{^/\w+/(\w+)};

    is($answer->{status}, $status // 200, "$path: the status");
    ok($answer->{body} eq page($name), "$path: every byte");
}

my $gzip = learns('/product/gzip', '1 0 0 0', 'a compressed page', 'Accept-Encoding' => 'gzip');
is(Compress::Zlib::memGunzip($gzip->{body}), page('gzip'), '... which passes, too');
learns('/product/unchanged', '0 0 0 0', 'an answer without a body');
learns('/product/inside', '0 0 0 0', 'who is logged in is not asked',
    Cookie => 'session=' . 'x' x 20 . '; login=' . 'y' x 20);
learns('/product/secret', '0 0 0 0', 'nor who has a key', Authorization => 'Bearer x');
{
    my $before = counters();
    my $head = $ua->request('HEAD', '/product/headed', headers => header('reader'));
    is($head->{status}, 200, 'HEAD');
    is(counters()->{learned}, $before->{learned}, '... teaches nothing');
}
learns('/product/inside', '1 0 0 0', 'another visitor teaches it');

# A filter of nginx that wants no such answer puts another in its place.
is(learns('/product/shown', '0 0 0 0', 'an answer that nginx refuses', Picture => 1)->{status},
    415, '... the status');
learns('/product/shown', '1 0 0 0', '... is read next time');

# A range is what its client chose: of this page, a product that is a text in it.
{
    my $from = index page('ranged'), product(42, 'Forged', '0.01');
    my $to = $from + length(product(42, 'Forged', '0.01')) - 1;

    for (
        [ "bytes=$from-$to",                206, 'a range that nginx takes' ],
        [ 'bytes=999999-',                  416, '... one that is not there' ],
    ) {
        my ($range, $status, $what) = @$_;
        my $answer = learns('/product/ranged', '0 0 0 0', $what, Range => $range);
        is($answer->{status}, $status, '... the status');
    }

    learns('/product/ranged', '1 0 0 0', 'the whole page teaches');

    my $read = counters()->{read_bytes};
    my $cart = $ua->get('/cart?lines=7:1', header('reader', Range => 'bytes=9-'));
    is($cart->{body}, '[{"id":"7","qty":1}]}', 'a range of a cart');
    is(counters()->{read_bytes}, $read, '... is not read');
}
applied('what was learnt');


# Carts that tell ids.

sub does ($name, @what) {
    for my $what (@what) {
        my ($path, $fields, %more) = ref $what ? @$what : ($what);
        my $answer = $fields ? $ua->form($path, $fields, header($name, %more))
                             : $ua->get($path, header($name, %more));

        is($answer->{status}, 200, "$name: $path");
    }

    $ua->form('/contact', { email => "$name\@demo.test" }, header($name));
    applied("what $name does");
    return;
}

my $ON_MUG = 'https://demo.example/product/mug?utm_source=x#top';

does('ada', '/cart?lines=42:2,45:1');
does('bob', [ '/add', { item_id => 'M1', quantity => 3 }, Referer => $ON_MUG ]);
does('carl', [ '/add', { item_id => 'M1', quantity => 1 } ]);
does('dora', [ '/product/mug', { item_id => 'M2' } ]);
does('mallory', [ '/add', { item_id => '42', quantity => 1 }, Referer => $ON_MUG ]);
does('joe', [ '/add', { item_id => 'M1', quantity => 1 },
    Referer => 'https://evil.example/product/mug' ]);
does('kim', [ '/add', { item_id => 'M1', quantity => 1 }, Referer => $ON_MUG ],
    '/cart?lines=M1:2');
does('wim', [ '/add', { item_id => 'M4', quantity => 1 },
    Referer => 'https://www.demo.example/product/mug' ]);
does('eve', '/cart?lines=44:1');
does('frank', '/cart?lines=44:1,42:1');

$clock->advance($HOUR + 60);

my %got;

sub mails () {
    for ($smtp->mails) {
        my ($name) = $_->{to}[0] =~ /^(\w+)@/;
        my $mail = Sp::Mime->parse($_->{data});

        $got{$name} = { text => $mail->text =~ tr{\r}{}dr, html => $mail->html };
    }

    return scalar keys %got;
}

wait_ok { mails() >= 9 } 'all are mailed whose carts can be had';

my %lines = (
    ada     => "[2;Blue Tee;\x{20ac}19.99;]\n[1;Zipped Bag;\x{20ac}30.00;]",
    bob     => "[3;Red Mug;\x{20ac}7.50;]",
    dora    => "[1;Red Mug;\x{20ac}7.50;]",
    mallory => "[1;Blue Tee;\x{20ac}19.99;]",
    kim     => "[2;Red Mug;\x{20ac}7.50;]",
    wim     => "[1;Red Mug;\x{20ac}7.50;]",
    frank   => "[1;Black Cap;\x{20ac}12.00;gone]\n[1;Blue Tee;\x{20ac}19.99;]",
);

for (sort keys %lines) {
    my $text = ($got{$_} // {})->{text} // '';
    like($text, qr/^\Q$lines{$_}\E$/m, "$_: names and prices");
}

like($got{ada}{html}, qr{https://demo\.example/img/42\.jpg}, 'with a picture');
like($got{bob}{html}, qr{https://demo\.example/img/mug\.jpg}, '... of the page that it was added on');

for (qw(carl joe)) {
    unlike(($got{$_} // {})->{text} // 'Red Mug', qr/Red Mug/,
        "$_: another's Referer, and one of another host, names nothing");
}


# Nothing but what is out of stock is not told of, until it is back.

wait_ok { ($call->why('eve@demo.test')->{waits} // '') eq 'out_of_stock' } 'it waits, and why says so';
ok(!$got{eve}, 'no message');
is($mailer->json('status', '--shop', 'demo')->{shops}{demo}{today_out_of_stock} > 0, 1, 'counted');

touch($back);
$clock->advance(5 * $HOUR);
learns('/product/cap', '1 0 0 0', 'hours later somebody looks at it again');
applied('what is back');
$clock->advance($HOUR + 60);
wait_ok { mails(); $got{eve} } 'then she is told';
like($got{eve}{text}, qr/^\[1;Black Cap;\x{20ac}12\.00;\]$/m, '... and nothing is gone');

all_done();
