#!/usr/bin/perl

# slow
# The build against nginx's own source: with nginx's configure, and with
# `make module NGINX_SRC=`.  Each result is loaded and serves.
#
# What is hardened, and what an nginx without SSL refuses, is looked at, too.
#
# Under sanitizers the first is nginx and the module with ASan, because nginx
# itself does what UBSan reports; the second is the module with both.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Test;
use Sp::Http;
use Sp::Nginx;
use Sp::Redis;

my $NAME  = 'ngx_http_sitepreserver_module.so';
my $LIMIT = 1800;

# All of nginx is built: more than other tests may take.
alarm(2 * $LIMIT);

my $root   = root();
my $secret = secret_file();
my $redis  = Sp::Redis->new;

# The module is built as its users do, whatever is in the environment.
my %PLAIN = (SAN => undef, OPT => undef, CFLAGS => undef, MAKEFLAGS => undef);

my $BOTH = '-fsanitize=address,undefined -fno-sanitize-recover=all';
my @NGINX = under_asan() ? (
    '--with-cc-opt=-O1 -g -fsanitize=address -fno-omit-frame-pointer',
    '--with-ld-opt=-fsanitize=address') : ();
my @MODULE = under_asan() ? ("SAN=$BOTH") : ();


# Runs a command; when it fails, so does the test, and shows the end of it.
sub builds ($name, $cmd, %o) {
    my ($status, $out, $err) =
        command($cmd, timeout => $LIMIT, env => \%PLAIN, %o);

    is($status, 0, $name) and return $out;

    diag(join "\n", grep { defined }
        (reverse((reverse split /\n/, $out . $err)[0 .. 20])));
    all_done();
    exit 1;
}


# The module in a file is loaded by a server and sees a request.
sub serves ($name, $file, $binary = undef) {
    local $ENV{SP_MODULE} = $file;

    my $nginx = Sp::Nginx->new(
        (defined $binary ? (binary => $binary) : ()), http => <<"CONF");
        sitepreserver_redis @{[ $redis->url ]};
        sitepreserver_secret_file $secret;
        sitepreserver_shop demo;
        server {
            listen 127.0.0.1:%%PORT%%;
            sitepreserver on;
            location / {
                add_header X-Saw "seen:\$sitepreserver_event:";
                return 200 "<p>shop</p>";
            }
        }
CONF
    my $answer = Sp::Http->new(port => $nginx->port)->get('/');

    is($answer->{status}, 200, "$name: serves");
    is($answer->{body}, '<p>shop</p>', "$name: the answer is as it was");
    like($answer->header('X-Saw') // '', qr/^seen:.*:$/,
        "$name: its variables are there");
    $nginx->quit;
}


# What the linker and the compiler were told shows in the file.
sub hardened ($name, $file) {
    my ($status, $out) = command([ 'readelf', '-dlW', $file ]);
    my ($symbols) = (command([ 'nm', '-D', '-u', $file ]))[1];

    like($out, qr/BIND_NOW/, "$name: all symbols are bound at start");
    like($out, qr/GNU_RELRO/, "$name: and read-only then");
    unlike($out, qr/GNU_STACK.*RWE/, "$name: the stack is not executable");
    like($symbols, qr/__stack_chk_fail/, "$name: stacks are protected")
        if !under_asan();
    like($symbols, qr/__\w+_chk\b/, "$name: copies are checked")
        if !under_asan();
}


my $source = builds('the source of nginx is there',
    [ "$root/t/lib/fetch-nginx.sh" ]) =~ s/\s+\z//r;

# nginx's configure writes into the tree it is in.
my $tree = dir() . '/nginx-source';

builds('a copy of it', [ 'cp', '-R', $source, $tree ]);
builds('configure --with-compat --add-dynamic-module', [ './configure',
    '--with-compat', "--add-dynamic-module=$root", @NGINX ], dir => $tree);
builds('make', [ 'make', '-j2' ], dir => $tree);
serves('plain nginx', "$tree/objs/$NAME", "$tree/objs/nginx");

{
    # It goes to the log that this nginx has before it reads its configuration.
    allow_log(qr/needs an nginx that is built with SSL/);

    local $ENV{SP_MODULE} = "$tree/objs/$NAME";
    my ($status, $out) = Sp::Nginx->check(
        "sitepreserver_redis rediss://127.0.0.1:6379;",
        binary => "$tree/objs/nginx");

    isnt($status, 0, 'an nginx without SSL refuses TLS to Redis');
    like($out, qr{"rediss://127.0.0.1:6379" needs an nginx that is built with SSL},
        'and says so');
}

my $build = dir() . '/build';

builds('make module NGINX_SRC=', [ 'make', '-C', $root, 'module',
    "BUILD=$build", "NGINX_SRC=$source", 'OPT=-O1', @MODULE ]);
ok(!-e "$source/objs", 'the source is not written to');
hardened('the module', "$build/$NAME");
hardened('the mailer', build() . '/sitepreserver');
serves("a module for that source, in Debian's nginx", "$build/$NAME");

all_done();
