#!/usr/bin/perl
#
# The unsubscribe page: looking does nothing, a POST acts at once, doing it again
# is well, and what is not a token does nothing.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Test;
use Sp::Rescue;
use Sp::Http;
use Sp::Mime;

my $t = Sp::Rescue->new(idle => 200, series =>
    'series "default" { step "reminder" { delay = 0 creative = plain }'
    . ' step "second" { delay = 6s creative = second } }');
my ($call, $smtp, $mailer) = ($t->call, $t->smtp, $t->mailer);
my $http = Sp::Http->new(port => $mailer->port);

sub link_of ($mail) {
    my ($url) = Sp::Mime->parse($mail->{data})->header('List-Unsubscribe')
        =~ m{<https://shop\.example\.com(/sp/unsubscribe\?t=[\w-]+)>};
    return $url;
}

sub state_files () {
    return -e $mailer->dir . '/suppressions'
        ? slurp($mailer->dir . '/suppressions') : '';
}

$call->abandon('ada@example.com');
$smtp->wait_mails(1);
my $mail = Sp::Mime->parse(($smtp->mails)[0]{data});
my $path = link_of(($smtp->mails)[0]);
ok($path, 'the message has its link') or BAIL_OUT('no link');
is($mail->header('List-Unsubscribe-Post'), 'List-Unsubscribe=One-Click',
    '... and says that one click will do');

# Scanners follow links with GET and HEAD.

for my $method (qw(GET HEAD)) {
    my $answer = $http->request($method, $path);
    is($answer->{status}, 200, "$method: there is a page");
    is($answer->header('Set-Cookie'), undef, '... without a cookie');
    like($answer->header('Cache-Control'), qr/no-store/, '... not kept');
    like($answer->header('Content-Security-Policy'), qr/default-src 'none'/,
        '... that loads nothing');
}

my $page = $http->get($path)->{body};
like($page, qr{<form method="post">.*<button type="submit"}s,
    'the page has one button');
is(scalar(() = $page =~ /<button/g), 1, '... only one');
unlike($page, qr/<script|<img|<link|https?:/i, '... and loads nothing');
like($page, qr/<html lang="en">.*name="viewport".*<title>.*<h1>/s,
    'it has a language, a title, a heading');
unlike($page, qr/ada/, 'it does not say whose it is');
is(state_files(), '', 'looking has done nothing');
ok(!$call->why('ada@example.com')->{suppressed}, '... in Redis neither');

# A POST that is not a wish.

is($http->form($path, { a => 1 })->{status}, 400, 'another POST: 400');
is($http->post($path, '')->{status}, 400, 'an empty POST: 400');
is(state_files(), '', 'nothing was done');

# One click (RFC 8058), as a form and as multipart/form-data; the button.

my $answer = $http->form($path, { 'List-Unsubscribe' => 'One-Click' });
is($answer->{status}, 200, 'one click: 200');
is($answer->header('Location'), undef, 'no redirect');
like($answer->{body}, qr/You are unsubscribed/, 'and a page that says so');
like(state_files(), qr/^\d+ demo [\w-]{22} unsubscribed$/m,
    'it is on disk');
unlike(state_files(), qr/\@/, '... without the address');
wait_ok { $call->why('ada@example.com')->{suppressed} } 'Redis knows';

is($http->form($path, { 'List-Unsubscribe' => 'One-Click' })->{status}, 200,
    'again: 200');

my $bytes = length state_files();
$http->form($path, { 'List-Unsubscribe' => 'One-Click' }) for 1 .. 20;
is(length state_files(), $bytes, 'many times: the file does not grow');

my $multipart = "--x\r\nContent-Disposition: form-data; "
    . "name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--x--\r\n";
$call->abandon('bob@example.com');
wait_ok { grep { $_->{to}[0] =~ /bob/ } $smtp->mails } 'another shopper';
my ($bob) = map { link_of($_) } grep { $_->{to}[0] =~ /bob/ } $smtp->mails;
is($http->post($bob, $multipart,
    [ 'Content-Type' => 'multipart/form-data; boundary=x' ])->{status}, 200,
    'multipart/form-data');
wait_ok { $call->why('bob@example.com')->{suppressed} } 'Redis knows';

$call->abandon('eve@example.com');
wait_ok { grep { $_->{to}[0] =~ /eve/ } $smtp->mails } 'a third';
my ($eve) = map { link_of($_) } grep { $_->{to}[0] =~ /eve/ } $smtp->mails;
is($http->form($eve, { unsubscribe => 'yes' })->{status}, 200, 'the button');
wait_ok { $call->why('eve@example.com')->{suppressed} } 'Redis knows';

# They come back and abandon again: nothing is sent, also not the second step.

my $before = $smtp->count;
$call->abandon($_) for qw(ada@example.com bob@example.com eve@example.com);
$call->abandon('zoe@example.com');
wait_ok { (grep { $_->{to}[0] =~ /zoe/ } $smtp->mails) == 2 }
    'somebody else gets both steps';
is($smtp->count, $before + 2, 'nobody else got any');

# What is not a token, and not the right one.

my $tokens = $call->tokens('zoe@example.com', step => 'reminder');
my $size = length state_files();

for my $bad ('', 'x', 'A' x 200, substr($tokens->{unsubscribe}, 0, -1) . '~',
    substr($tokens->{unsubscribe}, 1), $tokens->{click}, '%00', "a'b")
{
    my $url = '/sp/unsubscribe?t=' . $bad;
    is($http->form($url, { unsubscribe => 'yes' })->{status}, 404,
        'not a token: 404');
}

is($http->get('/sp/unsubscribe')->{status}, 404, 'no token: 404');
is($http->get('/elsewhere')->{status}, 404, 'elsewhere: 404');
is($http->request('PUT', $path)->{status}, 501, 'PUT: refused')
    or diag $http->request('PUT', $path)->{status};
is($http->form("$path&x=" . 'y' x 20000, {})->{status} =~ /^[45]/ ? 1 : 0, 1,
    'a long line is refused');
is($http->post($path, 'x' x 100_000)->{status}, 413, 'a large body is refused');
is(length state_files(), $size, 'nothing was done');

# Taken back by hand.

is(($mailer->run('suppress', '--remove', 'ada@example.com'))[0], 0, 'removed');
ok(!$call->why('ada@example.com')->{suppressed}, 'Redis knows');
is($http->form($path, { unsubscribe => 'yes' })->{status}, 200,
    'unsubscribed again');
wait_ok { $call->why('ada@example.com')->{suppressed} } 'Redis knows';
like(state_files(), qr/ -\n\s*\d+ demo [\w-]+ unsubscribed\n\z/,
    'it is in the file again');
is(($mailer->run('suppress', '--remove', 'ada@example.com'))[0], 0, 'removed');
$mailer->restart;
$t->ready;
ok(!$call->why('ada@example.com')->{suppressed}, '... also after a restart');
ok($call->why('bob@example.com')->{suppressed}, 'the others stay');

is($mailer->stop, 0, 'ends');
all_done();
