#!/usr/bin/perl

# Shapes of requests with real nginx: several in one, forms in parts, and what
# an argument routes.  Each leads to the same carts as if it had come alone.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::XS;
use Test::More;
use Sp::Test;
use Sp::Http;
use Sp::Nginx;
use Sp::Origin;
use Sp::Redis;

my $json = JSON::XS->new->canonical;

# A cart per session: a batch's parts change it one after another, and each
# is answered with the cart as it is then.
my %carts;

sub part ($session, $request) {
    my $cart = $carts{$session} //= [];
    my ($path, $body) = @$request{qw(path body)};

    if ($path =~ m{/cart/add-item$}) {
        return { status => 400, body => { code => 'sold_out' } }
            if $body->{id} eq 'none';
        push @$cart, { id => $body->{id}, quantity => $body->{quantity} };
    }

    if ($path =~ m{/cart/remove-item$}) {
        @$cart = grep { $_->{id} ne $body->{key} } @$cart;
    }

    return { status => 201, body => { items => [ map { +{
        id => $_->{id}, key => $_->{id}, quantity => 0 + $_->{quantity},
        name => "Tea &amp; $_->{id}", price => '1.234,50&nbsp;&euro;'
    } } @$cart ] } };
}

my $origin = Sp::Origin->new(sub ($method, $uri, $headers, $body) {
    my ($session) = ($headers->{cookie} // '') =~ /\bsid=(\w+)/;
    my @json = (200, { 'Content-Type' => 'application/json' });

    if ($uri =~ m{/batch$}) {
        my $requests = $json->decode($body)->{requests};
        return [ @json[0, 1], $json->encode({ responses =>
            [ map { part($session, $_) } @$requests ] }) ];
    }

    return [ @json[0, 1], '{"success":true}' ];
});

my $redis  = Sp::Redis->new;
my $secret = secret_file();

my $nginx = Sp::Nginx->new(http => <<"CONF");
log_format sp '\$uri e=\$sitepreserver_event r=\$sitepreserver_result';
access_log %%DIR%%/logs/access.log sp;
sitepreserver_redis @{[ $redis->url ]};
sitepreserver_secret_file $secret;

server {
    listen 127.0.0.1:%%PORT%%;
    server_name shop;
    sitepreserver on;
    sitepreserver_currency EUR;
    sitepreserver_visitor cookie:sid;
    sitepreserver_cookie off;
    sitepreserver_route arg:wc-ajax | prefix:/wc-ajax/
        or arg:route | prefix:/;

    sitepreserver_event batch POST = /wc/store/v1/batch {
        each json:requests response.json:responses {
            method    json:method;
            uri       json:path;
            body      json:body;
            status    response.json:status;
            response  response.json:body;
        }
    }
    sitepreserver_event set_cart POST ~ "^/wc/store/v1/cart/" {
        items response.json:items {
            id        id;
            item_key  key;
            quantity  quantity;
            name      name | entities;
            price     price | entities | money;
        }
    }
    sitepreserver_event add_to_cart POST ~ "^/wc/store/v1/cart/add-item\$" { }
    sitepreserver_event add_to_cart POST = /wc-ajax/add_to_cart {
        if response.json:success = true;
        item_id   form:product_id;
        quantity  form:quantity;
    }
    sitepreserver_event add_to_cart POST ~ "^/checkout/cart[/.|]add\$" {
        item_id   form:product_id;
        quantity  form:quantity;
    }

    location / { proxy_pass http://127.0.0.1:@{[ $origin->port ]}; }
    location = /status { sitepreserver_status; }
}
CONF

my $ua = Sp::Http->new(port => $nginx->port);

sub status () { $json->decode($ua->get('/status')->{body}) }

# Events since the last time were exactly these, and Redis has them.
my %seen;

sub events ($name, %new) {
    my %want = %seen;
    $want{$_} += $new{$_} for keys %new;
    my %have;

    wait_ok {
        my $status = status();
        my $events = $status->{events};
        my $counters = $status->{counters};
        %have = map { $_ => $events->{$_} } grep { $events->{$_} } keys %$events;
        keys(%have) == keys(%want)
            && !grep({ ($have{$_} // 0) < $want{$_} } keys %want)
            && $counters->{queued} == $counters->{applied};
    } $name;

    is_deeply(\%have, \%want, "$name: these and no other");
    %seen = %have;
}

# The only visit's record.
sub visit () {
    my @keys = @{ $redis->cmd('KEYS', 'sp:{shop}:v:*') };
    is(scalar @keys, 1, 'one visit');
    return $redis->cmd('GET', $keys[0]);
}

sub post ($uri, $type, $body) {
    return $ua->request('POST', $uri, headers => { Cookie => 'sid=one',
        'Content-Type' => $type }, body => $body);
}

sub batch (@requests) {
    return post('/wc/store/v1/batch', 'application/json',
        $json->encode({ requests => [ map { {
            method => 'POST', path => "/wc/store/v1/$_->[0]",
            body => $_->[1] } } @requests ] }));
}

sub add ($id, $n) { [ 'cart/add-item', { id => $id, quantity => $n } ] }

# ---- Several in one: each is an event, in order, and the last cart counts.

my $answer = batch(add('green', 2), add('black', 1), add('none', 1),
    [ 'cart/remove-item', { key => 'green' } ], add('white', 3));

is(scalar @{ $json->decode($answer->{body})->{responses} }, 5,
    'a batch passes whole');
events('each part that succeeded is an event',
    add_to_cart => 3, set_cart => 4);

my $record = visit();
like($record, qr/black/, 'the cart after the last one: black');
like($record, qr/white/, '... and white');
unlike($record, qr/green/, '... and what was removed is gone');
unlike($record, qr/none/, '... and what was refused never came');
is($redis->cmd('EXISTS', 'sp:{shop}:n:none'), 0, 'nor did its name');
like($redis->cmd('GET', 'sp:{shop}:n:black'), qr/Tea & black/,
    'names are decoded');
like($record, qr/123450/, 'and so are prices');
wait_ok { $nginx->access_log =~
    m{^/wc/store/v1/batch e=(?=\S*add_to_cart)\S*set_cart\S* r=observed$}m }
    'the access log tells the kinds of all of them';

# Most of it nothing that any rule is about.

batch([ 'cart/nothing', {} ], [ 'nothing', {} ]);
events('a part that only shows the cart', set_cart => 1);

# ---- Forms in parts, by a route.

my $boundary = '----sp' . 'x' x 20;
my $parts    = "multipart/form-data; boundary=$boundary";
my $form     = join('', map {
    my ($name, $value, $more) = @$_;
    "--$boundary\r\nContent-Disposition: form-data; name=\"$name\"$more"
        . "\r\n\r\n$value\r\n"
} ([ 'picture', "\x89PNG\r\n----sp" . "\0\r" x 10_000,
        "; filename=\"a.png\"\r\nContent-Type: image/png" ],
    [ 'product_id', 'red', '' ], [ 'quantity', '4', '' ])) . "--$boundary--\r\n";

is(post('/?wc-ajax=add_to_cart', $parts, $form)->{body}, '{"success":true}',
    'a form in parts passes');
events('and is read', add_to_cart => 1);
like(visit(), qr/red/, 'with its fields');

# One that breaks off before its end adds nothing that it does not have.

my $before = status()->{counters}{request_bad};
post('/?wc-ajax=add_to_cart', $parts, substr($form, 0, 15_000));
events('one that breaks off is an event without a line', add_to_cart => 1);
is(status()->{counters}{request_bad}, $before + 1, 'and is counted');

# ---- One URI, and an argument that says what is asked for.

my $urlencoded = 'application/x-www-form-urlencoded';

for my $route ('checkout/cart/add', 'checkout%2Fcart.add',
    'checkout/cart%7Cadd')
{
    post("/index.php?route=$route", $urlencoded, 'product_id=blue&quantity=1');
    events("route=$route", add_to_cart => 1);
}

post('/checkout/cart/add?route=common/home', $urlencoded,
    'product_id=hidden&quantity=1');
post('/checkout/cart/add', $urlencoded, 'product_id=yellow&quantity=1');
events('without one it is the path, which one hides', add_to_cart => 1);

$record = visit();
like($record, qr/blue/, 'routed');
like($record, qr/yellow/, 'by its path');
unlike($record, qr/hidden/, 'and not by a path that a route hides');

all_done();
