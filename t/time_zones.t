#!/usr/bin/perl
#
# Quiet hours, weekdays and the day on which an offer ends, in the shopper's own
# time zone where a rule of nginx said one, else in the shop's.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Encode qw(decode);
use Test::More;
use Time::Local qw(timegm);
use Sp::Test;
use Sp::Call;
use Sp::Clock;
use Sp::Http;
use Sp::Mime;
use Sp::Nginx;
use Sp::Origin;
use Sp::Redis;
use Sp::Rescue;

# From the second Tuesday of January, 20:10 UTC: no clock is changed for weeks.
my $clock = Sp::Clock->new;
my $year  = 1 + (gmtime $clock->now)[5];
my $first = timegm(0, 0, 0, 1, 0, $year);
my $day   = $first + 86_400 * (7 + (9 - (gmtime $first)[6]) % 7);

sub at ($days, $time) {
    my ($h, $m) = split /:/, $time;
    return $day + 86_400 * $days + 3600 * $h + 60 * $m;
}

# The clock, on to a little after that time; it must not have come yet.
sub go ($days, $time) {
    my $ahead = at($days, $time) + 2 - $clock->now;
    die "it is later than $days $time" if $ahead < 0;
    $clock->advance($ahead);
}

go(0, '20:10');

my $redis  = Sp::Redis->new;
my $origin = Sp::Origin->new(sub (@) { return [ 200, {}, 'ok' ] });
my $nginx  = Sp::Nginx->new(http => <<"CONF");
sitepreserver_redis @{[ $redis->url ]};
sitepreserver_secret_file @{[ secret_file() ]};
server {
    listen 127.0.0.1:%%PORT%%;
    server_name demo;
    sitepreserver on;
    sitepreserver_idle 1s;
    sitepreserver_visitor cookie:session;
    sitepreserver_event add_to_cart POST /add {
        item_id form:id;
        time_zone form:zone or cookie:tz | url;
    }
    sitepreserver_event identify POST /me { email form:email; }
    location / { proxy_pass http://127.0.0.1:@{[ $origin->port ]}; }
    location /status { sitepreserver_status; }
}
CONF
my $ua = Sp::Http->new(port => $nginx->port);

my $t = Sp::Rescue->new(
    redis => $redis, clock => $clock, idle => 1000,
    call  => Sp::Call->new(redis => $redis, hello => 0),
    shop  => 'time_zone = "Europe/Berlin"   quiet_hours = "21:00-09:00"'
        . ' offer_once_in = 0'
        . ' offer "ten" { kind = discount strength = 10 expires = 6h'
        . ' text "en" { line = "Ten off" } }',
    series => 'series "default" { step "one" { delay = 0'
        . ' creative = offered offer = ten } }');
my ($call, $smtp, $mailer) = ($t->call, $t->smtp, $t->mailer);

sub post ($who, $uri, $fields, $cookies = '') {
    my $before = $ua->get('/status')->data->{counters}{matched};

    $ua->form($uri, $fields, {
        Cookie => 'session=' . substr($who x 32, 0, 32) . $cookies });
    wait_for {
        my $c = $ua->get('/status')->data->{counters};
        $c->{matched} > $before && $c->{applied} == $c->{queued};
    } or die 'not applied';
}

# Another item in this shopper's cart, and that is left.
sub leave ($who, $item, %how) {
    post($who, '/add', { id => $item, %{ $how{form} // {} } },
        $how{tz} ? "; tz=$how{tz}" : '');
}

sub come ($who, %how) {
    post($who, '/me', { email => "$who\@example.com" });
    leave($who, 'first', %how);
}

sub why ($who) { return $call->why("$who\@example.com") }

sub mails ($who) { return grep { $_->{to}[0] =~ /^\Q$who\E@/ } $smtp->mails }

sub gets ($who, $n, $name) {
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    wait_ok { mails($who) == $n && why($who)->{state} eq 'closed' }
        "$who: $name";
}

# It was looked at, and waits until then; there is no more than there was.
sub waits ($who, $n, $days, $time, $name) {
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    wait_ok {
        my $why = why($who);
        $why->{state} eq 'open' && $why->{next} == 1000 * at($days, $time)
            && !$why->{leased_until};
    } "$who: $name" or diag explain why($who);
    is(mails($who), $n, '... and nothing comes');
}

# A date of the test's as the message says it.
sub date ($days) {
    my @t = gmtime at($days, '12:00');
    return "$t[3] January " . (1900 + $t[5]);
}

sub expires ($mail) {
    my ($date) = Sp::Mime->parse($mail->{data})->text =~ /^expires=(.*?)\r?$/m;
    return $date =~ s/^January (\d+), /$1 January /r;
}


# Half past eight in the evening in Berlin is noon in Los Angeles, and five in
# the morning, tomorrow, in Tokyo: but later the shop's evening comes.

come('la', tz => 'America%2FLos_Angeles');
come('tokyo', form => { zone => 'Asia/Tokyo' });
gets('la', 1, 'it is noon');
waits('tokyo', 0, 1, '0:00', 'until nine in the morning of Tokyo');
go(0, '22:10');

come('mars', form => { zone => 'Mars/Olympus_Mons' });
come('wrong', form => { zone => "Europe/Dublin'); --" });
come('none');
waits($_, 0, 1, '8:00', 'until nine in the morning of Berlin')
    for 'mars', 'wrong', 'none';
leave('la', 'second', tz => 'America%2FLos_Angeles');
gets('la', 2, 'it is two in the afternoon');

is(why('la')->{time_zone}, 'America/Los_Angeles', 'what was said');
is(why('mars')->{time_zone}, 'Mars/Olympus_Mons', '... if there may be such');
is(why('wrong')->{time_zone}, '', '... and else not');
is_deeply([ map { $t->why("$_\@example.com")->{hours_in} }
    'la', 'tokyo', 'mars', 'wrong', 'none' ],
    [ 'America/Los_Angeles', 'Asia/Tokyo', ('Europe/Berlin') x 3 ],
    'what counts');

my $sid = $call->tokens('mars@example.com')->{shopper};
like($mailer->log, qr/event=time_zone shop=demo shopper=\Q$sid\E result=unknown/,
    'one that there is not is told of');
unlike($mailer->log, qr/Olympus|\@example/, '... and what it was is not');
is(scalar(() = $mailer->log =~ /event=time_zone/g),
    scalar(() = $mailer->log =~ /event=time_zone .*=\Q$sid\E/g), '... of no other');

# At nine in Tokyo, and not before.

go(0, '23:30');
leave('la', 'third', tz => 'America%2FLos_Angeles');
gets('la', 3, 'it is half past three');
is(mails('tokyo'), 0, 'half past eight in Tokyo');
go(1, '0:00');
gets('tokyo', 1, 'at nine');
is(mails($_), 0, "$_: still night") for 'mars', 'wrong', 'none';

# Evening in Los Angeles; at nine of Berlin the others come.

go(1, '5:10');
leave('la', 'fourth', tz => 'America%2FLos_Angeles');
waits('la', 3, 1, '17:00', 'until nine in Los Angeles');
is(mails($_), 0, "$_: still night") for 'mars', 'wrong', 'none';
go(1, '8:00');
gets($_, 1, 'at nine of Berlin') for 'mars', 'wrong', 'none';
is(mails('la'), 3, 'midnight in Los Angeles');

# Noon in Berlin, evening in Tokyo.  What a shopper would get is told alike.

go(1, '12:05');
leave('tokyo', 'second');
leave('none', 'second');
gets('none', 2, 'the shop is awake');
waits('tokyo', 1, 2, '0:00', 'until nine in Tokyo, without saying it again');

my ($status, $out, $err) = $mailer->run('creative', 'preview', 'offered',
    '--shopper', 'tokyo@example.com');
is($status, 0, 'a preview') or diag $err;
my ($expires) = $out =~ /^expires=(.*)$/m;
is($expires =~ s/^January (\d+), /$1 January /r, date(2),
    'six hours later is tomorrow in Tokyo');
($status, $out) = $mailer->run('creative', 'preview', 'offered',
    '--shopper', 'none@example.com');
($expires) = $out =~ /^expires=(.*)$/m;
is($expires =~ s/^January (\d+), /$1 January /r, date(1), '... and today here');

go(1, '17:00');
gets('la', 4, 'nine in Los Angeles');
is(mails('tokyo'), 1, 'two in the morning in Tokyo');
go(2, '0:00');
gets('tokyo', 2, 'nine again');

is_deeply([ map { expires($_) } mails('la') ],
    [ map { date($_) } 0, 0, 0, 1 ], 'the offer ends with a day of theirs');
is_deeply([ map { expires($_) } mails('tokyo') ], [ date(1), date(2) ],
    '... in Tokyo, too');
is_deeply([ map { expires($_) } mails('none') ], [ date(1), date(1) ],
    '... and with the shop\'s');

# Who moves, moves.

leave('tokyo', 'third', tz => 'America%2FLos_Angeles');
gets('tokyo', 3, 'four in the afternoon, the day before');
is(expires((mails('tokyo'))[2]), date(1), '... whose evening it ends with');
leave('tokyo', 'fourth', tz => 'UTC');
waits('tokyo', 3, 2, '9:00', 'on the meridian');

# Days of the week: Tokyo has had its Thursday when Los Angeles begins it.

$mailer->reload($t->config(shop => 'time_zone = "Europe/Berlin"'
    . ' weekdays = {thu} offer_once_in = 0 offer "ten" { kind = discount strength = 10'
    . ' text "en" { line = "Ten off" } }'));
go(2, '16:00');
gets('tokyo', 4, 'a Thursday in Greenwich');
leave('tokyo', 'fifth', tz => 'Asia%2FTokyo');
waits('tokyo', 4, 8, '15:00', 'Friday in Tokyo: until the next Thursday');
leave('la', 'fifth', tz => 'America%2FLos_Angeles');
gets('la', 5, 'Thursday');
go(3, '7:30');
leave('la', 'sixth', tz => 'America%2FLos_Angeles');
leave('none', 'third');
gets('la', 6, 'still Thursday');
waits('none', 2, 8, '23:00', 'Friday in Berlin');
go(8, '15:00');
gets('tokyo', 5, 'a week later');
is(mails('none'), 2, 'still Wednesday in Berlin');
go(8, '23:00');
gets('none', 3, '... and now Thursday');

is($mailer->stop, 0, 'ends');
all_done();
