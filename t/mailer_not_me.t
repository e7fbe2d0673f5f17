#!/usr/bin/perl
#
# "Not your cart?" in a message: looking does nothing, a POST takes the cart from
# the address without suppressing it, also while Redis is away, and stops a message
# that is about to leave.

use v5.36;
use utf8;
use FindBin;
use lib "$FindBin::Bin/lib";
use Encode qw(decode);
use JSON::XS ();
use Test::More;
use Sp::Test;
use Sp::Rescue;
use Sp::Http;
use Sp::Mime;

my $t = Sp::Rescue->new(start => 0, idle => 200, series =>
    'series "default" { step "one" { delay = 0 creative = reminder }'
    . ' step "two" { delay = 30d creative = reminder max_late = 60d } }'
    . " }\nshop \"other\" { mode = live from = \"a\@shop.example.com\""
    . ' cart_url = "https://other.example/c" public_url = "https://other.example"'
    . ' series "default" { step "one" { delay = 0 creative = plain } }');
$t->mailer->set_config($t->config =~ s{/t/lib/creatives}{/mailer/creatives}r);
$t->mailer->start;
$t->ready;
my ($call, $smtp, $mailer, $redis) = ($t->call, $t->smtp, $t->mailer, $t->redis);
my $http = Sp::Http->new(port => $mailer->port);

sub mail_of ($who) {
    my ($mail) = grep { $_->{to}[0] =~ /^\Q$who\E@/ } reverse $smtp->mails;
    return $mail && Sp::Mime->parse($mail->{data});
}

sub mailed ($who) {
    return scalar grep { $_->{to}[0] =~ /^\Q$who\E@/ } $smtp->mails;
}

sub path_of ($who) {
    my ($link) = grep { m{/sp/not-me\?} } mail_of($who)->links;
    return $link =~ s{^https://shop\.example\.com}{}r;
}

sub files () {
    return join '', map { -e $mailer->dir . "/$_" ? slurp($mailer->dir . "/$_")
        : '' } qw(suppressions not-me);
}

sub page ($path, $language) {
    my $answer = $http->get($path, [ 'Accept-Language' => $language ]);
    is($answer->{status}, 200, "$language: there is a page");
    return decode('UTF-8', $answer->{body});
}

sub why ($who) { return $call->why("$who\@example.com") }
sub press ($path) { return $http->form($path, { not_me => 'yes' }) }

for my $who (qw(ada bob eve)) {
    $call->abandon("$who\@example.com");
}
$smtp->wait_mails(3);

# In the message.

like(mail_of('ada')->text, qr{^Not your cart\? https://shop\.example\.com/sp/not-me\?t=[\w-]+\r?$}m,
    'the link is in the text');
like(mail_of('ada')->html, qr{<a [^>]*href="https://shop\.example\.com/sp/not-me\?t=[\w-]+"[^>]*>Not your cart\?</a>},
    '... and in HTML, without analytics parameters');
my $path = path_of('ada');
(my $token) = $path =~ /t=(.*)/;

# Looking.

my %says = (
    en => [ 'Not your cart?', 'This is not my cart' ],
    de => [ 'Nicht Ihr Warenkorb?', 'Das ist nicht mein Warenkorb' ],
    fr => [ "Ce n’est pas votre panier\xa0?", 'Ce n’est pas mon panier' ],
    es => [ '¿No es su carrito?', 'Este carrito no es mío' ],
);

for my $language (sort keys %says) {
    my $html = page($path, $language);
    like($html, qr/<html lang="$language">/, '... its language is said');
    like($html, qr{<h1>\Q$says{$language}[0]\E</h1>}, '... and spoken');
    like($html, qr{value="yes">\Q$says{$language}[1]\E</button>},
        '... on the button, too');
}

my $html = page($path, 'en');
is(scalar(() = $html =~ /<button/g), 1, 'one button');
like($html, qr/<form method="post">/, '... that posts');
unlike($html, qr/<script|<img|<link|https?:|ada/i,
    'the page loads nothing and does not say whose it is');

for my $method (qw(GET HEAD)) {
    my $answer = $http->request($method, $path);
    is($answer->{status}, 200, $method);
    is($answer->header('Set-Cookie'), undef, '... without a cookie');
    like($answer->header('Cache-Control'), qr/no-store/, '... not kept');
}
for my $form ({}, { not_me => 'no' }, { unsubscribe => 'yes' },
    { 'List-Unsubscribe' => 'One-Click' }, { preference => 'never' },
    { not_me => 'yes', a => 1 })
{
    is($http->form($path, $form)->{status}, 400,
        'not its button: ' . join ' ', sort keys %$form);
}

is(files(), '', 'nothing was written');
is(why('ada')->{state}, 'open', 'the rescue goes on');

# What is no token for it.

my $tokens = $call->tokens('ada@example.com', step => 'one');
my $wrong  = substr($token, -1) eq 'A' ? 'B' : 'A';
my $key    = Sp::Test::dir() . '/another';
is(($mailer->run('keygen', $key))[0], 0, 'another secret');
my ($status, $out) = command([ build() . '/t/lib/spcall', $key ], stdin =>
    JSON::XS->new->encode({ call => 'tokens', shop => 'demo',
        email => 'ada@example.com', step => 'one' }) . "\n");
my $foreign = JSON::XS->new->decode($out)->{not_me};
like($foreign, qr/^[\w-]{40,}$/, '... makes tokens, too');

for my $bad ('', 'x', 'A' x 200, '%00', "a'b", substr($token, 0, -1),
    substr($token, 1), substr($token, 0, -1) . $wrong, $token . 'A',
    $tokens->{unsubscribe}, $tokens->{click}, $foreign)
{
    my $url = '/sp/not-me?t=' . $bad;
    is($http->get($url)->{status}, 404, 'not a token: 404');
    is(press($url)->{status}, 404, '... also for POST');
}
is($http->get('/sp/not-me')->{status}, 404, 'no token: 404');
is($http->form("/sp/unsubscribe?t=$token", { unsubscribe => 'yes' })->{status},
    404, 'it does not unsubscribe');
is($http->form("/sp/preferences?t=$token", { preference => 'never' })->{status},
    404, '... nor choose');
is(press('/sp/not-me?t=' . $call->tokens('ada@example.com', inert => 1)->{not_me})
    ->{status}, 200, 'that of a test message is answered');

# Another shop's token is that shop's.
my $elsewhere = $call->tokens('ada@example.com', shop => 'other')->{not_me};
is($http->get("/sp/not-me?t=$elsewhere")->{status}, 200, 'another shop\'s page');
is(press("/sp/not-me?t=$elsewhere")->{status}, 200, '... does it there');
like(files(), qr/\A\s*\d+ other [\w-]{22} not_me\n\z/, '... only');
is(why('ada')->{state}, 'open', 'here the rescue goes on');

# Not me.

my $answer = press($path);
is($answer->{status}, 200, 'not me');
like($answer->{body}, qr/Thank you for telling us/, '... is answered');
like(files(), qr/^\d+ demo [\w-]{22} not_me$/m, 'it is on disk');
unlike(files(), qr/\@/, '... without the address');
$t->wait_closed('ada@example.com', 'not_me');
is(why('ada')->{visit}, undef, 'she has no cart');
is(why('ada')->{suppressed}, undef, 'she is not suppressed');
is(why('bob')->{state}, 'open', 'others go on');

my $bytes = length files();
is(press($path)->{status}, 200, 'again: 200') for 1 .. 5;
cmp_ok(length(files()) - $bytes, '<=', $bytes,
    'the file grows every ten minutes at most');

my $told = $mailer->json('why', 'ada@example.com', '--shop', 'demo');
is($told->{reason}, 'not_me', '"why" tells it');

# She comes back herself.

$call->abandon('ada@example.com', visitor => 'herself');
wait_ok { mailed('ada') == 2 } 'a cart that is hers is mailed';

# While the message is between claim and confirm.

my $hold = $smtp->hold('rcpt', match => 'zoe@example.com');
$call->abandon('zoe@example.com');
ok($hold->reached, "a message is about to leave");
my $zoe = $call->tokens('zoe@example.com', step => 'one')->{not_me};
is(press("/sp/not-me?t=$zoe")->{status}, 200, 'not me, in the last moment');
$t->wait_closed('zoe@example.com', 'not_me');
$hold->release;
$mailer->wait_log(qr/event=stopped .*reason=not_me/);
is(mailed('zoe'), 0, 'the message has not left');

# While Redis is away; the mailer ends before it is back.

$t->quiet;
$redis->stop;
$mailer->wait_log(qr/event=redis_lost/);
is(press(path_of('bob'))->{status}, 200, 'Redis is away: 200');
like(files(), qr/(?:^\d+ demo [\w-]{22} not_me\n\s*){3,}\z/m, 'it is on disk');
$mailer->stop;
$redis->start;
is(why('bob')->{state}, 'open', 'Redis does not know');
$mailer->start;
$t->ready;
$t->wait_closed('bob@example.com', 'not_me');

# What was told before is not done again at every start.
is(why('ada')->{state}, 'open', 'a rescue after it goes on');
$mailer->restart;
$t->ready;
is(why('ada')->{state}, 'open', '... also after the next start');
ok(why('ada')->{visit}, '... with its cart');

is($mailer->stop, 0, 'ends');
unlike($mailer->log, qr/\@example/, 'no address in the log');
all_done();
