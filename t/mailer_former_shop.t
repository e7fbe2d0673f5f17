#!/usr/bin/perl
#
# A shop that is renamed or removed from the configuration has sent messages:
# whoever follows their links is noted all the same.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Test;
use Sp::Rescue;
use Sp::Http;

my $t = Sp::Rescue->new(idle => 200);
my ($call, $smtp, $mailer) = ($t->call, $t->smtp, $t->mailer);

sub noted ($file) {
    my $path = $mailer->dir . "/$file";
    return -e $path ? slurp($path) : '';
}

sub page ($what, $who) {
    return "/sp/$what?t="
        . $call->tokens("$who\@example.com", step => 'reminder')
               ->{ $what eq 'not-me' ? 'not_me' : 'unsubscribe' };
}

$call->abandon("$_\@example.com") for qw(ada bob eve);
$smtp->wait_mails(3);

my %page = (ada => page('unsubscribe', 'ada'), bob => page('preferences', 'bob'),
            eve => page('not-me', 'eve'));

$mailer->reload($t->config =~ s/shop "demo"/shop "other"/r);

my $http = Sp::Http->new(port => $mailer->port);

for my $who (sort keys %page) {
    my $answer = $http->get($page{$who});
    is($answer->{status}, 200, "$who: there is a page");
    like($answer->{body}, qr/<form method="post">/, '... with its button');
    unlike($answer->{body}, qr/demo|The Shop/, '... in the words of no shop');
}

is(noted('suppressions') . noted('not-me'), '', 'looking does nothing');

is($http->form($page{ada}, { 'List-Unsubscribe' => 'One-Click' })->{status},
    200, 'one click');
like(noted('suppressions'), qr/^\d+ demo \S{22} unsubscribed$/m,
    '... is noted for the shop that it was');
is($http->form($page{bob}, { preference => 'pause' })->{status}, 200,
    'a pause');
like(noted('suppressions'), qr/^\d+ demo \S{22} paused \d+$/m, '... is noted');
is($http->form($page{eve}, { not_me => 'yes' })->{status}, 200, '"not me"');
like(noted('not-me'), qr/^\d+ demo \S{22}/m, '... is noted');
wait_ok { $call->why('ada@example.com')->{suppressed} } 'Redis knows it, too';

is($http->get($page{ada} =~ s/t=../t=AA/r)->{status}, 404,
    'what is no token stays none');
is($http->get($page{eve} =~ s/not-me/unsubscribe/r)->{status}, 404,
    'nor is one of another kind');

$mailer->reload($t->config);
like($http->get($page{ada})->{body}, qr/The Shop/, 'the shop is back');
$call->abandon("$_\@example.com") for qw(ada eli);
wait_ok { grep { $_->{to}[0] =~ /^eli/ } $smtp->mails } 'and mails others';
is((grep { $_->{to}[0] =~ /^ada/ } $smtp->mails), 1, 'not who unsubscribed');

is($mailer->stop, 0, 'ends');
all_done();
