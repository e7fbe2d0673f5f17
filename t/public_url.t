#!/usr/bin/perl
#
# public_url with a path: links of messages, the pages behind nginx, and what
# health says to everybody.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Test;
use Sp::Http;
use Sp::Mime;
use Sp::Nginx;
use Sp::Rescue;

my $t = Sp::Rescue->new(start => 0);
my $mailer = $t->mailer;

$mailer->set_config($t->config
    =~ s{(public_url = )"[^"]*"}{$1"https://shop.example.com/x//"}r);
$mailer->start;
$t->ready;
$t->call->abandon('ada@example.com');
$t->smtp->wait_mails(1);

my ($mail) = map { Sp::Mime->parse($_->{data}) } $t->smtp->mails;
my ($list) = $mail->header('List-Unsubscribe');
like($list, qr{<https://shop\.example\.com/x/sp/unsubscribe\?t=[\w-]+>},
    'the header');
is(scalar(grep { m{^https://shop\.example\.com/x/sp/unsubscribe\?t=} } $mail->links), 1,
    'the link');
unlike($mail->html . $mail->text, qr{[^:]//sp/}, 'no empty part of a path');
my ($status, $out) = $mailer->run('creative', 'preview', 'plain', '-o', $mailer->dir . '/p.html');
unlike(slurp($mailer->dir . '/p.html'), qr{[^:]//sp/}, '... nor in a preview');

# As docs/config.md has it.
my $nginx = Sp::Nginx->new(module => 0, http => <<"CONF");
server {
    listen 127.0.0.1:%%PORT%%;
    location /x/sp/ { proxy_pass http://127.0.0.1:@{[ $mailer->port ]}/sp/; }
}
CONF
my $ua = Sp::Http->new(port => $nginx->port);
my ($path) = $list =~ m{shop\.example\.com(/x/sp/unsubscribe\?t=[\w-]+)>};

is($ua->get($path)->{status}, 200, 'the page');
my $page = $ua->get($path)->{body};
unlike($page, qr{(?:action|href)="?/}, '... whose form is for where it is');
is($ua->post($path, 'List-Unsubscribe=One-Click',
    [ 'Content-Type' => 'application/x-www-form-urlencoded' ])->{status}, 200,
    'the button');
wait_ok { $t->why('ada@example.com')->{suppressed} } 'acts';

# Health is told to everybody.
is($ua->get('/x/sp/health')->{body}, qq({"status":"ok"}\n), 'healthy');
$t->redis->stop;
my $sick = wait_for {
    my $answer = $ua->get('/x/sp/health');
    $answer->{status} == 503 && $answer;
};
is($sick->{body}, qq({"status":"degraded"}\n), 'not healthy: no names, no numbers');

is($mailer->stop, 0, 'ends');
all_done();
