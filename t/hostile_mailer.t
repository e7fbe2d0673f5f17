#!/usr/bin/perl

# The mailer among those who mean it harm: relays that answer garbage, clients
# of its HTTP server that forge, hang and flood, a disk that is full, a config
# that is wrong when it is read again.  It lives, mails whom it should, nobody
# else, and loses no wish not to be mailed.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Digest::SHA qw(hmac_sha256_hex);
use IO::Socket::INET;
use JSON::XS;
use POSIX ();
use Test::More;
use Sp::Test;
use Sp::Http;
use Sp::Mime;
use Sp::Rescue;
use Sp::Smtp;

my $JSON   = JSON::XS->new->canonical;
my $secret = dir() . '/webhook';
spew($secret, "a webhook's secret, long enough\n");
chmod 0600, $secret;

# ---- Relays that answer garbage; forked before there is anything to inherit.


# A server that says what it is told, line by line: a reply of undef closes.
sub relay ($say) {
    my $listen = IO::Socket::INET->new(Listen => 8, LocalAddr => '127.0.0.1',
        ReuseAddr => 1) or die "listen: $@";
    my $child = fork_child('relay', sub {
        local $SIG{PIPE} = 'IGNORE';
        local $SIG{CHLD} = 'IGNORE';

        while (my $c = $listen->accept) {
            next if fork;
            my $data = 0;
            my $reply = $say->('', 0);

            for (;;) {
                last if !defined $reply;
                print $c $reply;
                $c->flush;
                my $line = <$c> // last;

                if ($data) {
                    $reply = '';
                    next if $line !~ /^\.\r?\n/;
                    $data = 0;
                    $reply = $say->('.', 1);
                    next;
                }

                $reply = $say->($line, 0);
                $data = 1 if $line =~ /^DATA/ && ($reply // '') =~ /^354/m;
            }

            close $c;
            POSIX::_exit(0);
        }
    });
    expect_signal($child);

    return $listen->sockport;
}


sub normal ($line) {
    return "220 hi\r\n"      if $line eq '';
    return "354 go\r\n"      if $line =~ /^DATA/;
    return "221 bye\r\n"     if $line =~ /^QUIT/;
    return "250 ok\r\n";
}

my $long = 'x' x 10_000;
my @relays = (
    # what, its replies, what becomes of the message
    [ 'a greeting that is no reply', sub ($l, $d) {
        $l eq '' ? "\x16\x03\x01\x02\r\nHTTP/1.1 400 Bad Request\r\n\r\n"
            : undef }, 'again' ],
    [ 'a greeting of 10 KB', sub ($l, $d) {
        $l eq '' ? "220 $long\r\n" : normal($l) }, 'any' ],
    [ 'a greeting of 500 lines', sub ($l, $d) {
        $l eq '' ? "220-hi\r\n" x 500 . "220 hi\r\n" : normal($l) }, 'sent' ],
    [ 'NUL in replies', sub ($l, $d) {
        normal($l) =~ s/ / \0\0\0/r }, 'any' ],
    [ 'EHLO with 500 lines', sub ($l, $d) {
        $l =~ /^EHLO/ ? "250-SIZE 1\0$long\r\n" x 500 . "250 AUTH\r\n"
            : normal($l) }, 'any' ],
    [ 'EHLO with codes that change', sub ($l, $d) {
        $l =~ /^EHLO/ ? "250-a\r\n550-b\r\n250 c\r\n" : normal($l) }, 'any' ],
    [ 'a long refusal', sub ($l, $d) {
        $l =~ /^RCPT/ ? "550-$long\r\n" x 20 . "550 5.1.1 %s%n <x\@y.zz>\r\n"
            : normal($l) }, 'refused' ],
    [ 'codes of no class', sub ($l, $d) {
        $l =~ /^MAIL/ ? "999 what\r\n" : normal($l) }, 'again' ],
    [ '1xx', sub ($l, $d) {
        $l =~ /^RCPT/ ? "150 what\r\n" : normal($l) }, 'again' ],
    [ 'it closes amid a line', sub ($l, $d) {
        $l =~ /^RCPT/ ? undef : $l =~ /^MAIL/ ? '25' : normal($l) }, 'any' ],
    [ 'it closes at DATA', sub ($l, $d) {
        $l =~ /^DATA/ ? undef : normal($l) }, 'again' ],
    [ 'it closes after the dot', sub ($l, $d) {
        $d ? undef : normal($l) }, 'doubt' ],
    [ 'garbage after the dot', sub ($l, $d) {
        $d ? "hello\r\n\0\0\r\n" : $l eq '' || $l =~ /^[A-Z]/ ? normal($l)
            : undef }, 'doubt' ],
    [ '3xx after the dot', sub ($l, $d) {
        $d ? "354 go on\r\n" : normal($l) }, 'any' ],
    [ 'a final reply of 500 lines', sub ($l, $d) {
        $d ? "250-ok\r\n" x 500 . "250 ok\r\n" : normal($l) }, 'sent' ],
    [ 'a final reply of 5 MB', sub ($l, $d) {
        $d ? "250-$long\r\n" x 500 . "250 ok\r\n" : normal($l) }, 'any' ],
);

$_->[3] = relay($_->[1]) for @relays;

my $t = Sp::Rescue->new(
    shop  => "webhook_secret_file = \"$secret\"",
    relay => 'timeout = 20s final_timeout = 20s',
);
my ($mailer, $call, $smtp) = ($t->mailer, $t->call, $t->smtp);
my $pid = $mailer->pid;
my $ua  = Sp::Http->new(port => $mailer->port);


sub lives ($name) {
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    is($mailer->pid, $pid, "$name: no other process");
    ok(Sp::Test::alive($pid), "$name: it lives");
}


# ---- Addresses of odd, right forms.

my @odd = ("o'brien+x\@example.com", '!#$%&*/=?^_`{|}~-@example.com',
    '-v@example.com', 'a@xn--bcher-kva.example', 'x' x 64 . '@example.com',
    'l@' . join('.', ('x' x 60) x 4) . '.com');

$call->abandon($_) for @odd;
$smtp->wait_mails(scalar @odd);
is_deeply([ sort map { $_->{to}->@* } $smtp->mails ], [ sort @odd ],
    'odd addresses arrive as they are');
$smtp->clear;

# ---- What a cart may say.

$call->abandon('names@example.com', first_name => 'Evil.example', lines => [
    { id => "a", name => "{{unsubscribe_link}} {{{x}}} <img src=x>\r\nBcc: x\@y.zz",
        quantity => 1, price => 100, url => 'javascript:alert(1)',
        image => 'https://evil.example/x.png' },
    { id => 'b', name => "\x{202e}gro.live", quantity => 999_999,
        price => 9_007_199_254_740_991, url => 'https://evil.example/' },
    { id => 'c', name => 'x' x 256, quantity => 1, price => 0,
        url => "https://shop.example.com\@evil.example/" },
    { id => 'd', name => '', quantity => 1, url => '//evil.example/',
        image => '\\\\evil.example\\x.png' },
    { id => 'e', name => 'e', quantity => 1, price => 1, url => '/e"onclick=x' },
]);
$smtp->wait_mails(1);
my ($mail) = $smtp->mails;
my $mime = Sp::Mime->parse($mail->{data});
is_deeply([ $mime->defects ], [], 'a well-formed message');
is_deeply($mail->{to}, ['names@example.com'], 'to one');
is(scalar(grep { lc eq 'bcc' } $mime->names), 0, 'no header more');
unlike($mime->html, qr/<img src=x>/, 'no HTML of a name');
unlike($mime->html . $mime->text, qr/evil\.example/i, 'no host of a stranger');
unlike($mime->html, qr/javascript:/i, 'no script');
unlike($mime->html . $mime->text, qr/\x{202e}|\xe2\x80\xae/, 'no bidi');
$smtp->clear;

# ---- Relays that answer garbage.

my @config;
$mailer->stop;

for my $i (0 .. $#relays) {
    my $port = $relays[$i][3];
    my $shop = "shop$i";
    my $mine = Sp::Call->new(redis => $t->redis, shop => $shop, idle => 300);
    $relays[$i][4] = $mine;
    push @config, <<"CONF";
smtp "relay$i" { url = "smtp://127.0.0.1:$port" tls = none connections = 1
    timeout = 5s final_timeout = 5s }
shop "$shop" {
    mode = live
    from = "The Shop <shop\@shop.example.com>"
    cart_url = "https://shop.example.com/cart"
    public_url = "https://shop.example.com"
    smtp = "relay$i"
    brand { address = "1 High Street" }
    series "default" { step "reminder" { delay = 0 creative = plain } }
}
CONF
}

my $config = $t->config(shop => "smtp = relay\nwebhook_secret_file = \"$secret\"")
           . join '', @config;
$mailer->set_config($config);
$mailer->start;
$t->ready;
$pid = $mailer->pid;
$ua  = Sp::Http->new(port => $mailer->port);
wait_ok { $mailer->log =~ /shop=shop$#relays state=ready/ } 'all shops are ready';

$_->[4]->abandon('garbage@example.com') for @relays;

my $heard = sub ($i) {
    my @of = $mailer->log =~ /event=settle .*shop=shop$i (.*)/g;
    return $of[-1];
};

for my $i (0 .. $#relays) {
    my ($name, undef, $end) = $relays[$i]->@*;
    my $said = wait_for { $heard->($i) };
    ok(defined $said, "$name: it is settled") or next;
    my ($what) = $said =~ /outcome=(\w)/;
    my %want = (sent => qr/^s/, again => qr/^r/, refused => qr/^x/,
        doubt => qr/^d/, any => qr/^[srxd]/);
    like($what // $said, $want{$end}, "$name: $end");
}

$call->abandon('normal@example.com');
$smtp->wait_mails(1);
lives('relays');
unlike($mailer->log, qr/\@example|\@y\.zz/, 'no address in the log');
unlike($mailer->log, qr/[^\n\x20-\x7e]/, 'no control characters in the log');
$smtp->clear;

# ---- The HTTP server.

my $tokens = $call->tokens('wish@example.com');
my $token  = $tokens->{unsubscribe};
my %one    = ('Content-Type' => 'application/x-www-form-urlencoded');
my $yes    = 'List-Unsubscribe=One-Click';


# How often this shop was told not to mail somebody.
sub suppressions () {
    my $file = $mailer->dir . '/suppressions';
    return -e $file ? scalar(() = slurp($file) =~ /^\S+ demo /mg) : 0;
}

for my $case (
    [ 'no token', '' ], [ 'an empty one', 't=' ], [ 'a click', "t=$tokens->{click}" ],
    [ 'a cut one', 't=' . substr $token, 0, -1 ], [ 'a longer one', "t=${token}A" ],
    [ 'another MAC', 't=' . $token =~ s/(.)$/$1 eq 'A' ? 'Q' : 'A'/er ],
    [ 'another shopper', 't=' . $token =~ s/^(.{4})(.)/$1 . ($2 eq 'A' ? 'B' : 'A')/er ],
    [ 'NUL', "t=%00$token" ], [ 'in another name', "u=$token" ],
    [ 'a huge one', 't=' . 'A' x 6000 ], [ 'bad encoding', 't=%zz%' ],
) {
    my ($name, $query) = @$case;
    my $got = $ua->post("/sp/unsubscribe?$query", $yes, \%one);
    cmp_ok($got->{status}, '>=', 400, "unsubscribe, $name");
}
is($ua->get("/sp/unsubscribe?t=$token")->{status}, 200, 'looking');
is($ua->request('HEAD', "/sp/unsubscribe?t=$token")->{status}, 200, 'looking once more');
is($ua->post("/sp/unsubscribe?t=$token", 'x=1', \%one)->{status}, 400, 'without a wish');
is(suppressions(), 0, 'nobody is unsubscribed by that');

for my $method (qw(PUT DELETE OPTIONS TRACE PATCH BREW)) {
    for my $path ("/sp/unsubscribe?t=$token", '/sp/order/demo', '/sp/health') {
        my $got = $ua->request($method, $path, body => $yes, headers => \%one);
        cmp_ok($got->{status} || 400, '>=', 400, "$method $path"
            =~ s/\Q$token\E/TOKEN/r);
    }
}
is(suppressions(), 0, 'nor by another method');


sub sign ($body, $at = undef) {
    my $key = slurp($secret) =~ s/\n.*//sr;
    return 'sha256=' . hmac_sha256_hex(defined $at ? "$at.$body" : $body, $key);
}

sub order ($body, %more) {
    return $ua->post('/sp/order/demo', $body, { 'Content-Type' =>
        'application/json', %more });
}

my $sig  = 'X-Sitepreserver-Signature';
my $at   = 'X-Sitepreserver-Timestamp';
my $body = '{"order_id":"1","email":"hook@example.com"}';
my $now  = time;

for my $case (
    [ 'none', {} ], [ 'empty', { $sig => '' } ], [ 'no hex', { $sig => 'z' x 64 } ],
    [ 'zeros', { $sig => 'sha256=' . '0' x 64 } ],
    [ 'of another body', { $sig => sign('{}') } ],
    [ 'cut', { $sig => substr sign($body), 0, -1 } ],
    [ 'long', { $sig => sign($body) . '0' } ],
    [ 'another time', { $sig => sign($body, $now), $at => $now + 1 } ],
    [ 'an old time', { $sig => sign($body, $now - 3600), $at => $now - 3600 } ],
    [ 'a time to come', { $sig => sign($body, $now + 3600), $at => $now + 3600 } ],
    [ 'no time', { $sig => sign($body, ''), $at => '' } ],
    [ 'a huge time', { $sig => sign($body, '9' x 40), $at => '9' x 40 } ],
    [ 'its time left out', { $sig => sign($body, $now) } ],
) {
    my ($name, $headers) = @$case;
    is(order($body, %$headers)->{status}, 401, "a signature: $name");
}

for my $path ('', 'nobody', '..', 'demo%00', 'demo/', 'x' x 4000, '%64emo') {
    cmp_ok($ua->post("/sp/order/$path", $body, { $sig => sign($body) })->{status},
        '>=', 400, "a shop: " . substr $path, 0, 20);
}

for my $bad ('', '{', '[]', 'null', '{"order_id":""}', '{"order_id":"1"}',
    '{"order_id":{},"email":"a@b.cc"}', '{"order_id":"1","email":"nobody"}',
    '{"order_id":"1","email":["a@b.cc"]}', '{"order_id":1.5,"email":"a@b.cc"}',
    '{"order_id":"1","order_id":"2","email":"a@b.cc"}', '[' x 60_000,
    '{"a":' x 10_000, '{"order_id":"' . 'x' x 10_000 . '","email":"a@b.cc"}',
    "\0" x 100,
    '{"order_id":"1","email":"a\u0000@b.cc"}',
    '{"order_id":"1","email":"a\r\nb@b.cc"}') {
    my $got = order($bad, $sig => sign($bad));
    is($got->{status}, 400, 'no order: ' . $JSON->ascii->encode([ substr $bad, 0, 50 ]));
}

# An order is not refused for how its id looks: its cart would be mailed.
for my $odd ("{\"order_id\":\"\xff\",\"email\":\"odd\@b.cc\"}",
    '{"order_id":99999999999999999999999,"email":"odd@b.cc"}') {
    is(order($odd, $sig => sign($odd))->{status}, 200, 'an odd id');
}

is(order($body, $sig => sign($body, $now), $at => $now)->{status}, 200,
    'a right one, at last');
is(order($body, $sig => sign($body))->data->{result}, 'duplicate', 'again');
is(order('x' x 200_000, $sig => 'x')->{status}, 413, 'too large');

# Clients that hang, each at another place, and one that works beside them.
my @hang = map {
    my $c = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $mailer->port) or die "connect: $@";
    print $c $_;
    $c->flush;
    $c;
} ('') x 20, ('POST') x 20, ("POST /sp/order/demo HTTP/1.1\r\nA: ") x 20,
    ("POST /sp/unsubscribe?t=$token HTTP/1.1\r\nHost: x\r\nContent-Length: 26\r\n\r\nList") x 20,
    ("GET /sp/health HTTP/1.1\r\n" . "A: b\r\n" x 100) x 20;
is($ua->get('/sp/health')->{status}, 200, 'a hundred clients that hang');
close $_ for @hang;

for my $bytes ("\0\0\0\r\n\r\n", "GET\r\n\r\n", "GET  HTTP/1.1\r\n\r\n",
    "GET /sp/health HTTP/9.9\r\n\r\n", "GET /sp/health HTTP/1.1\r\nA\r\n\r\n",
    "GET /sp/health HTTP/1.1\r\n: b\r\n\r\n", 'A' x 100_000,
    "GET http://[::1/sp/health HTTP/1.1\r\n\r\n", "GET //// HTTP/1.1\r\n\r\n",
    "GET ?t=$token HTTP/1.1\r\n\r\n",
    "POST /sp/health HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
    "POST /sp/health HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
    "POST /sp/order/demo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nx",
    "POST /sp/order/demo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\nx\r\n0\r\n\r\n",
    "GET /sp/health HTTP/1.1\r\n" . "A: b\r\n" x 5000 . "\r\n") {
    my $c = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $mailer->port) or die "connect: $@";
    local $SIG{PIPE} = 'IGNORE';
    print $c $bytes;
    shutdown $c, 1;
    1 while sysread $c, my $buf, 65536;
    is($ua->get('/sp/health')->{status}, 200, 'bytes: '
        . $JSON->ascii->encode([ substr $bytes, 0, 40 ]));
}
lives('HTTP');
is(suppressions(), 0, 'still nobody is unsubscribed');

is($ua->post("/sp/unsubscribe?t=$token", $yes, \%one)->{status}, 200, 'a wish');
is($ua->post("/sp/unsubscribe?t=$token&t=x", $yes, \%one)->{status}, 200, 'again')
    for 1 .. 20;
cmp_ok(suppressions(), '>=', 1, 'is written');
note 'the file has ' . suppressions() . ' lines';

# ---- A disk that is full.

my $file = $mailer->dir . '/suppressions';
rename $file, "$file.kept" or die "rename: $!";
symlink '/dev/full', $file or die "symlink: $!";
my $full = $call->tokens('full@example.com')->{unsubscribe};
is($ua->post("/sp/unsubscribe?t=$full", $yes, \%one)->{status}, 503,
    'a full disk: the wish is not said to be noted');
$call->abandon('full@example.com');
$call->abandon('marker@example.com');
wait_ok { grep { $_->{to}[0] eq 'marker@example.com' } $smtp->mails } 'others are mailed';
is(scalar(grep { $_->{to}[0] eq 'full@example.com' } $smtp->mails), 0,
    'and yet it is heeded');
unlink $file;
rename "$file.kept", $file or die "rename: $!";
is($ua->post("/sp/unsubscribe?t=$full", $yes, \%one)->{status}, 200, 'room again');
lives('a full disk');
$smtp->clear;

# ---- A wrong config while a message is on its way.

my $hold = $smtp->hold('dot', match => qr/reload/, keep => 1);
$call->abandon('reload@example.com');
$hold->reached;

for my $bad ('', "\0\0\0", 'shop "demo" {', $config =~ s/creative = plain/creative = gone/r,
    "include(\"$file.none\")", "include(\"" . $mailer->file . '")', '{' x 10_000,
    'x' x 50_000, $config =~ s/\}\s*\z//r, $config =~ s/delay = 0/delay = 0 delay = 0/r) {
    my $seen = () = $mailer->log =~ /event=reload result=refused/g;
    $mailer->set_config($bad);
    $mailer->reload;
    wait_ok { scalar(() = $mailer->log =~ /event=reload result=refused/g) > $seen }
        'a bad config is refused: ' . $JSON->ascii->encode([ substr $bad, 0, 30 ]);
}

$mailer->set_config($config);
$mailer->reload;
like($mailer->log, qr/.*event=reload result=ok/s, 'a good one is taken');
$hold->release;
$smtp->wait_mails(1);
$t->wait_closed('reload@example.com', 'lost', 'and the message was settled');
lives('reloads');

# ---- Suppressed, ordered and abandoned at one time.

for my $i (1 .. 10) {
    my $address = "all$i\@example.com";
    my $visitor = $call->abandon($address, idle => 60_000);
    my $of = $call->tokens($address)->{unsubscribe};

    if ($i % 2) {
        $call->order("o$i", email => $address);
        $ua->post("/sp/unsubscribe?t=$of", $yes, \%one);
    } else {
        $ua->post("/sp/unsubscribe?t=$of", $yes, \%one);
        $call->event(kinds => ['purchase'], visitor => $visitor, order => "o$i");
    }
    $call->event(kinds => ['set_cart'], visitor => $visitor, idle => 300,
        lines => [ { id => 'new', quantity => 1, price => 1 } ]);
}
$smtp->clear;
$call->abandon('last@example.com');
$smtp->wait_mails(1);
is_deeply([ map { $_->{to}->@* } $smtp->mails ], ['last@example.com'],
    'nobody who does not want it');
lives('all at one time');

all_done();
