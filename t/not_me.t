#!/usr/bin/perl
#
# A form on a page of the shop, "not you?": after it the browser's binding has
# ended.  A logout rule does it, and no line of the shop.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Test;
use Sp::Call;
use Sp::Http;
use Sp::Nginx;
use Sp::Origin;
use Sp::Redis;

my $redis  = Sp::Redis->new;
my $secret = secret_file();
my $origin = Sp::Origin->new(sub ($method, $uri, $headers, $body) {
    return [ 404, {}, 'no such page' ] if $uri =~ /not-me/;
    return [ 200, { 'Content-Type' => 'application/json',
        'Cache-Control' => 'private' },
        '{"items":[{"id":"shirt","n":1,"name":"Shirt"}]}' ] });

# As docs/directives.md has it: by our cookie alone, and beside a session.
my $rules = <<"CONF";
    sitepreserver_event set_cart GET = /cart {
        items response.json:items { id id; quantity n; name name; }
    }
    sitepreserver_event begin_checkout POST = /checkout { email form:email; }
    sitepreserver_event logout POST = /not-me { }
    location / { proxy_pass http://127.0.0.1:@{[ $origin->port ]}; }
    location = /not-me { return 303 /cart; }
    location = /status { sitepreserver_status; }
CONF
my $nginx = Sp::Nginx->new(http => <<"CONF");
log_format sp '\$request_uri v=\$sitepreserver_visitor'
              ' e=\$sitepreserver_event r=\$sitepreserver_result';
access_log %%DIR%%/logs/access.log sp;
sitepreserver_redis @{[ $redis->url ]};
sitepreserver_secret_file $secret;
sitepreserver on;
server {
    listen 127.0.0.1:%%PORT%%;
    server_name own;
    $rules
}
server {
    listen 127.0.0.1:%%PORT1%%;
    server_name session;
    sitepreserver_visitor cookie:session;
    $rules
}
CONF

my $session = 'session=' . 'a' x 32;

for my $shop ('own', 'session') {
    my $port   = $nginx->port($shop eq 'own' ? '' : 1);
    my $ua     = Sp::Http->new(port => $port, jar => 1);
    my $status = Sp::Http->new(port => $port);
    my $call   = Sp::Call->new(redis => $redis, shop => $shop, hello => 0);
    my $sent   = 0;
    my @more   = $shop eq 'session' ? (Cookie => $session) : ();

    # Until what was sent is applied: the status counts for all servers.
    my $first = $status->get('/status')->data->{counters}{applied};
    my $send  = sub ($method, $uri, $form = undef) {
        my $answer = $form ? $ua->form($uri, $form, { @more })
            : $ua->get($uri, { @more });
        $sent++;
        wait_ok {
            $status->get('/status')->data->{counters}{applied}
                == $first + $sent
        } "$shop: $method $uri is applied";
        return $answer;
    };

    $send->(POST => '/checkout', { email => "ada\@$shop.example" });
    $send->(GET => '/cart');
    my $why = $call->why("ada\@$shop.example");
    like($why->{visit}, qr/ items=1 /, 'the browser is taken for hers');
    my ($visit) = $why->{visit} =~ /^(\S+)/;

    is($send->(POST => '/not-me', { a => 1 })->{status}, 303,
        'the form is answered by nginx');
    $why = $call->why("ada\@$shop.example");
    like($why->{visit}, qr/ items=1 /, 'her cart is still hers');
    unlike($why->{visit}, qr/^\Q$visit\E /, '... in no browser');

    $send->(GET => '/cart');
    $why = $call->why("ada\@$shop.example");
    unlike($why->{visit}, qr/^\Q$visit\E /, 'what the browser does now is not hers');

    if ($shop eq 'session') {
        @more = (Cookie => 'session=' . 'b' x 32);
        $send->(GET => '/cart');
        is(scalar(grep { /^visit$/ } $redis->cmd('FCALL_RO', 'sp1_why', 2,
            "sp:{$shop}:p:" . $call->tokens("ada\@$shop.example")->{shopper},
            "sp:{$shop}:moved")->@*), 1, '... nor by our cookie in another session');
    }

    # Only a POST does it.
    $send->(POST => '/checkout', { email => "eve\@$shop.example" });
    is($ua->get('/not-me')->{status}, 303, 'a GET');
    $send->(GET => '/cart');
    like($call->why("eve\@$shop.example")->{visit}, qr/ items=1 /,
        '... changes nothing');
}

all_done();
