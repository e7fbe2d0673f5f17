#!/usr/bin/perl

# Beside other modules: nchan, which has a hiredis of its own, before and
# after ours and talking to Redis too; lua; and all of Debian's together.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Test;
use Sp::Http;
use Sp::Nginx;
use Sp::Origin;
use Sp::Redis;

my $redis   = Sp::Redis->new;
my $secret  = secret_file();
my $modules = '/usr/lib/nginx/modules';
my $origin  = Sp::Origin->new(sub (@) {
    [ 200, { 'Content-Type' => 'text/plain' }, 'ok' ] });


sub conf ($shop, $more = '') {
    return <<"CONF";
sitepreserver_redis @{[ $redis->url ]};
sitepreserver_secret_file $secret;
server {
    listen 127.0.0.1:%%PORT%%;
    server_name $shop;
    sitepreserver on;
    sitepreserver_visitor cookie:session;
    sitepreserver_event add_to_cart POST ~ ^/\\w*/?add\$ { item_id form:id; }
    location / { proxy_pass http://127.0.0.1:@{[ $origin->port ]}; }
    location = /status { sitepreserver_status; }
    $more
}
CONF
}


sub works ($nginx, $name, @uris) {
    my $ua = Sp::Http->new(port => $nginx->port);
    my $n  = 0;

    for my $uri ('/add', @uris) {
        is($ua->form($uri, { id => 'shirt' },
            { Cookie => 'session=abcdefghijklmnop' })->{status}, 200,
            "$name: $uri is served");
        $n++;
    }

    wait_ok {
        $ua->get('/status')->data->{counters}{applied} == $n
    } "$name: and observed";
}


my $ours = Sp::Nginx->new(start => 0)->module_file;
my ($status, $out) = command([ 'nm', '-D', '--defined-only', $ours ]);

is_deeply([ sort map { (split)[2] } split /\n/, $out ],
    [ qw(ngx_module_names ngx_module_order ngx_modules) ],
    'only what nginx looks for is exported');

my $nchan = <<"CONF";
    location = /pub { nchan_publisher; nchan_channel_id c;
        nchan_redis_url @{[ $redis->url ]}; }
    location = /sub { nchan_subscriber longpoll; nchan_channel_id c;
        nchan_redis_url @{[ $redis->url ]}; }
CONF

for my $case ([ 'before', modules => [ "$modules/ngx_nchan_module.so" ] ],
    [ 'after', modules_after => [ "$modules/ngx_nchan_module.so" ] ])
{
    my ($when, %options) = @$case;
    my $nginx = Sp::Nginx->new(%options, http => conf("nchan-$when", $nchan));

    works($nginx, "nchan $when");

    my $ua = Sp::Http->new(port => $nginx->port);

    wait_ok { $ua->post('/pub', 'news')->{status} =~ /^20[12]$/ }
        "nchan $when: it publishes by Redis";
    is($ua->get('/sub')->{body}, 'news', "nchan $when: and reads it back");

    works_on($nginx, "nchan $when");
    $nginx->reload;
    works_on($nginx, "nchan $when, after a reload");
    $nginx->stop;
}


sub works_on ($nginx, $name) {
    my $ua     = Sp::Http->new(port => $nginx->port);
    my $before = $ua->get('/status')->data->{counters}{applied};

    $ua->form('/add', { id => 'shoe' },
        { Cookie => 'session=abcdefghijklmnop' });
    wait_ok {
        $ua->get('/status')->data->{counters}{applied} == $before + 1
    } "$name: still observed";
}


# All of Debian's, before and after, and lua that reads the body itself.

my @all = Sp::Nginx->debian_modules;

cmp_ok(scalar @all, '>', 20, "Debian's modules are there");

my $lua = <<"CONF";
    location /lua/ {
        rewrite_by_lua_block { ngx.req.read_body() }
        header_filter_by_lua_block { ngx.header['X-Lua'] = 'yes' }
        body_filter_by_lua_block { ngx.arg[1] = ngx.arg[1] }
        log_by_lua_block { local v = ngx.var.sitepreserver_result }
        proxy_pass http://127.0.0.1:@{[ $origin->port ]};
    }
    location /luacontent/ {
        content_by_lua_block {
            ngx.req.read_body()
            ngx.exec('/add')
        }
    }
CONF

for my $case ([ 'first', modules_after => \@all ],
    [ 'last', modules => \@all ])
{
    my ($when, %options) = @$case;
    my $nginx = Sp::Nginx->new(%options, http => conf("all-$when", $lua));

    works($nginx, "all, ours $when", '/lua/add', '/luacontent/add');
    $nginx->reload;
    works_on($nginx, "all, ours $when, after a reload");
    $nginx->quit;
}

all_done();
