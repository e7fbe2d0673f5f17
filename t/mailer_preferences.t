#!/usr/bin/perl
#
# The pages that a message leads to, in four languages; the page of preferences:
# a pause ends by itself, also when the mailer or Redis began anew meanwhile, and
# never is for good.

use v5.36;
use utf8;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Encode qw(decode);
use POSIX qw(strftime);
use Sp::Test;
use Sp::Clock;
use Sp::Rescue;
use Sp::Http;
use Sp::Mime;

use constant DAY => 86400;

my $clock = Sp::Clock->new;
my $t = Sp::Rescue->new(start => 0, idle => 200, shop => 'locale = de-AT',
    series => 'series "default" { step "one" { delay = 0 creative = reminder } }');
$t->mailer->set_config($t->config =~ s{/t/lib/creatives}{/mailer/creatives}r);
$t->mailer->start;
$t->ready;
my ($call, $smtp, $mailer, $redis) = ($t->call, $t->smtp, $t->mailer, $t->redis);
my $http = Sp::Http->new(port => $mailer->port);

# The path of the preferences of the newest message to that address.
sub path_of ($who) {
    my ($mail) = grep { $_->{to}[0] =~ /^\Q$who\E@/ } reverse $smtp->mails;
    my ($link) = grep { m{/sp/preferences\?} }
        Sp::Mime->parse($mail->{data})->links;
    return $link =~ s{^https://shop\.example\.com}{}r;
}

sub mailed ($who) {
    return scalar grep { $_->{to}[0] =~ /^\Q$who\E@/ } $smtp->mails;
}

sub state_file () {
    return -e $mailer->dir . '/suppressions'
        ? slurp($mailer->dir . '/suppressions') : '';
}

sub page ($path, $language = undef) {
    my $answer = $http->get($path,
        [ defined $language ? ('Accept-Language' => $language) : () ]);
    return ($answer, decode('UTF-8', $answer->{body}));
}

for my $who (qw(ada bob eve)) {
    $call->abandon("$who\@example.com");
}
$smtp->wait_mails(3);

my $path = path_of('ada');
(my $unsubscribe = $path) =~ s/preferences/unsubscribe/;

# Languages: the browser's, else the shop's, else English.

my %says = (
    en => [ 'Email preferences', 'Unsubscribe?' ],
    de => [ 'E-Mail-Einstellungen', 'Abmelden?' ],
    fr => [ 'Préférences d’e‑mail', "Se désabonner\xa0?" ],
    es => [ 'Preferencias de correo', '¿Darse de baja?' ],
);

for my $case ([ 'en-GB,en;q=0.9', 'en' ], [ 'de', 'de' ], [ 'fr-CA', 'fr' ],
    [ 'ja, es;q=0.3', 'es' ], [ 'ja', 'de' ], [ undef, 'de' ])
{
    my ($header, $language) = @$case;
    my $name = $header // 'no Accept-Language';
    for my $at (0, 1) {
        my ($answer, $html) = page($at ? $unsubscribe : $path, $header);
        is($answer->{status}, 200, "$name: there is a page");
        like($html, qr/<html lang="$language">/, '... its language is said');
        like($html, qr{<h1>\Q$says{$language}[$at]\E</h1>}, '... and spoken');
    }
}

my ($answer, $html) = page($path, 'en');
is(scalar(() = $html =~ /<button/g), 2, 'two buttons');
like($html, qr/<form method="post">/, '... that post');
unlike($html, qr/<script|<img|<link|https?:|ada/i,
    'the page loads nothing and does not say whose it is');
like($answer->header('Cache-Control'), qr/no-store/, '... and is not kept');
is($http->request('HEAD', $path)->{status}, 200, 'HEAD');
is(state_file(), '', 'looking has done nothing');

for my $form ({}, { preference => 'always' }, { preference => 'resume' },
    { a => 1 }, { unsubscribe => 'yes' })
{
    is($http->form($path, $form)->{status}, 400,
        'not a choice: ' . join '=', %$form);
}
for my $bad ('/sp/preferences', '/sp/preferences?t=', "${path}x",
    $path =~ s/t=./t=A/r)
{
    is($http->get($bad)->{status}, 404, 'not a token: 404');
    is($http->form($bad, { preference => 'pause' })->{status}, 404,
        '... also for POST');
}
is(state_file(), '', 'nothing was done');

# A pause.

$answer = $http->post($path, 'preference=pause',
    [ 'Content-Type' => 'application/x-www-form-urlencoded',
      'Accept-Language' => 'en' ]);
is($answer->{status}, 200, 'a pause');
like(state_file(), qr/^\d+ demo [\w-]{22} paused \d+$/m, 'it is on disk');

my ($at, $until) = state_file() =~ /^(\d+) .* paused (\d+)$/m;
cmp_ok($until - $at, '>=', 30 * DAY, 'for a month');
cmp_ok($until - $at, '<', 31 * DAY, '... and a part of a day');
my $day = strftime('%B %e, %Y', gmtime $until) =~ s/  / /r;
like($answer->{body}, qr/before \Q$day\E/, 'the page says until when');
wait_ok { ($call->why('ada@example.com')->{suppressed} // '') eq 'paused' }
    'Redis knows';
is($call->why('ada@example.com')->{suppressed_until}, $until * 1000,
    '... until when');

my $bytes = length state_file();
$http->form($path, { preference => 'pause' }) for 1 .. 5;
is(length state_file(), $bytes, 'again: the file does not grow');

is($http->form(path_of('bob'), { preference => 'never' })->{status}, 200,
    'never again');
wait_ok { $call->why('bob@example.com')->{suppressed} } 'Redis knows';
$http->form(path_of('bob'), { preference => 'pause' });
is($call->why('bob@example.com')->{suppressed_until}, undef,
    'a pause does not shorten it');

my $export = $mailer->json('suppress', 'export');
is(join(' ', sort map { $_->{reason} } @$export), 'paused unsubscribed',
    'export: each of them once');
is((grep { $_->{until} } @$export)[0]{until}, $until * 1000, '... with its end');

# Redis loses it, the mailer tells it again.

$redis->cmd('DEL', $redis->keys('*x:*'));
ok(!$call->why('ada@example.com')->{suppressed}, 'Redis has lost it');
is(($mailer->run('restore'))[0], 0, 'restore');
is($call->why('ada@example.com')->{suppressed_until}, $until * 1000,
    'the end is the same');

# 29 days later it goes on, 31 days later it has ended.

$t->quiet;
$clock->advance(29 * DAY);
$mailer->restart;
$t->ready;
wait_ok { $call->why('ada@example.com')->{suppressed} } '29 days: it goes on';
$clock->advance(3 * DAY);
$mailer->restart;
$t->ready;
ok(!$call->why('ada@example.com')->{suppressed},
    '32 days: it has ended, the file does not bring it back');
ok($call->why('bob@example.com')->{suppressed}, '... and never has not');
is(scalar @{ $mailer->json('suppress', 'export') }, 1, 'export leaves it out');

for my $who (qw(bob ada)) {
    $call->abandon("$who\@example.com", total => 900, lines =>
        [ { id => 'sku2', name => 'Stool', quantity => 1, price => 900 } ]);
}
wait_ok { mailed('ada') == 2 } 'a cart later is mailed again';
is(mailed('bob'), 1, '... and never is never');

is($mailer->stop, 0, 'ends');
all_done();
