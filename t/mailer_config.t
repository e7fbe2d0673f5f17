#!/usr/bin/perl
#
# A wrong config fails at the start, with file, line and value.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Test;
use Sp::Mailer;

my $dir = Sp::Test::dir();
my $secret = Sp::Test::secret_file();
my $creatives = Sp::Test::root() . '/t/lib/creatives';
my $mailer = Sp::Mailer->new(config => '');

spew("$dir/open", "x\n");
chmod 0644, "$dir/open";
spew("$dir/short", "short\n");
chmod 0600, "$dir/short";
spew("$dir/empty", '');
chmod 0600, "$dir/empty";
spew("$dir/never", "a\@b.cc\n# comment\n\@example.org\nnot an address\n");

my $good = <<"CONF";
secret_file = "$secret"
creatives = "$creatives"
state_dir = "$dir"
smtp "relay" {
    url = "smtp://127.0.0.1:25"
}
shop "demo" {
    from = "Shop <shop\@example.com>"
    cart_url = "https://shop.example.com/cart"
    public_url = "https://shop.example.com"
    brand { address = "1 High Street" }
    series "default" {
        step "one" {
            delay = 0
            creative = plain
        }
    }
}
CONF

sub check ($text) {
    $mailer->set_config($text);
    my ($status, $out, $err) = $mailer->run('check');
    return ($status, $err);
}

my ($status, $err) = check($good);
is($status, 0, 'a good config') or diag $err;
is($err, '', 'without warnings');

# What is changed ( s/a/b/ by lines ), the line of the error, its text.

for my $case (
    # the file itself
    [ qr/(?m)^(?=secret)/, "bogus = 1\n", 1, q(no such option 'bogus') ],
    [ qr/(?m)^(?=smtp)/, "shop \"x\" {\n", 5, undef ],
    [ qr/(?m)^(?=smtp)/, "state_dir = \"$dir\"\n", 4, '"state_dir" is given twice, first in line 3' ],
    [ qr/(?m)^(?=shop)/, "smtp \"relay\" { url = \"smtp://x\" }\n", 7, "found duplicate title 'relay'" ],
    [ qr/secret_file = .*\n/, '', undef, '"secret_file" is missing' ],
    [ qr/(?m)^secret_file = .*/, 'secret_file = "/nonexistent"', 1, 'cannot read "/nonexistent": No such file' ],
    [ qr/(?m)^secret_file = .*/, "secret_file = \"$dir/open\"", 1, 'must not be accessible to others' ],
    [ qr/(?m)^secret_file = .*/, "secret_file = \"$dir/short\"", 1, 'line 1' ],
    [ qr/(?m)^(?=smtp)/, "redis = \"http://x\"\n", 4, '"redis" does not begin with redis://, rediss:// or unix:: "http://x"' ],
    [ qr/(?m)^(?=smtp)/, "redis = \"redis://h:99999\"\n", 4, 'has a port that is not valid' ],
    [ qr/(?m)^(?=smtp)/, "redis = \"redis://h/x\"\n", 4, 'has a database that is not a number' ],
    [ qr/(?m)^(?=smtp)/, "redis = \"redis://me:pw\@h\"\n", 4, 'must not hold a password' ],
    [ qr/(?m)^(?=smtp)/, "redis = \"redis://me\@h\"\n", 4, 'needs redis_password_file' ],
    [ qr/(?m)^(?=smtp)/, "redis = \"unix:x\"\n", 4, 'is not "unix:/PATH"' ],
    [ qr/(?m)^(?=smtp)/, "redis_ca_file = \"/x\"\n", 4, 'needs rediss://' ],
    [ qr/(?m)^(?=smtp)/, "redis_password_file = \"$dir/open\"\n", 4, 'can be read by others' ],
    [ qr/(?m)^(?=smtp)/, "redis_password_file = \"$dir/empty\"\n", 4, 'is empty' ],
    [ qr/(?m)^(?=smtp)/, "http_listen = \"8025\"\n", 4, '"http_listen" is not ADDRESS:PORT: "8025"' ],
    [ qr/(?m)^(?=smtp)/, "http_listen = \"999.1.1.1:80\"\n", 4, '"http_listen" has an address that is not valid: "999.1.1.1:80"' ],
    [ qr/(?m)^(?=smtp)/, "redis_ca_file = \"/nonexistent\"\nredis = \"rediss://h\"\n", 4, 'redis_ca_file "/nonexistent": No such file' ],
    [ qr/(?m)^(?=smtp)/, "redis_ca_file = \"$dir/never\"\nredis = \"rediss://h\"\n", 4, "redis_ca_file \"$dir/never\": has no certificate" ],
    [ qr/(?m)^(?=smtp)/, "bounce_maildir = \"$dir/never\"\n", 4, "bounce_maildir \"$dir/never\": is not a folder" ],
    [ qr/(?m)^creatives = .*/, 'creatives = "/nonexistent"', 2, 'creatives "/nonexistent": No such file' ],
    [ qr/(?m)^creatives = .*/, "creatives = \"$dir/never\"", 2, "creatives \"$dir/never\": is not a folder" ],
    [ qr/(?m)^    (?=url)/, "ca_file = \"/nonexistent\"\ntls = required\n", 5, 'ca_file "/nonexistent": No such file' ],
    [ qr/delay = 0/, "delay = 0 max_late = 0", 14, 'step "one" would always be too late' ],
    [ qr/(?m)^    (?=brand)/, "offer \"none\" { kind = discount strength = 1 code = A text \"en\" { line = x } }\n", 11, 'offer "none" needs another name' ],
    [ qr/1 High Street/, "1 H\xf6he", 11, '"address" is not UTF-8 text: "1 H?he"' ],
    [ qr/1 High Street/, '1 H\\x85', 11, '"address" is not UTF-8 text' ],
    [ qr/1 High Street/, '1 H\\0igh', 11, 'there is a NUL byte' ],
    [ qr/1 High Street/, "1 H\0igh", 11, 'there is a NUL byte' ],
    [ qr/1 High Street/, '1 ${HOME} Street', 11, '"${" would name a variable of the environment' ],
    [ qr/creative = plain/, 'creative = ${HOME}', 15, '"${" would name a variable of the environment' ],
    (map { [ qr/(?m)^    public_url = .*/, "    public_url = \"$_->[0]\"", 10, $_->[1] ] }
        [ 'https://shop.example:99999', 'has a port that is not valid' ],
        [ 'https://shop.example:abc', 'has a port that is not valid' ],
        [ 'https://[::1', 'has an address that is not valid' ],
        [ 'https://...', 'has an address that is not valid' ],
        [ 'https://shop..example', 'has a host that is not valid' ]),
    [ qr/(?m)^(?=smtp)/, "lease = 1s\n", 4, '"lease" is not between 3s and 1h: "1s"' ],
    [ qr/(?m)^(?=smtp)/, "in_doubt = maybe\n", 4, '"in_doubt" is not list or resend: "maybe"' ],
    [ qr/(?m)^(?=smtp)/, "log_level = loud\n", 4, '"log_level" is not error, warn, info or debug: "loud"' ],
    [ qr/\}\s*\z/, '', 19, 'the file ends before a "}"' ],
    [ qr/        \}\s+\}\s+\}\s*\z/, '', 17, 'the file ends before a "}"' ],
    [ qr/"1 High.*/s, '"1 High', undef, 'premature end of file' ],
    [ qr/(?m)^(?=shop)/, 'shop "open"' . " {\n", undef, 'no such option' ],
    # a relay
    [ qr/url = .*/, '', 6, 'smtp "relay" needs "url"' ],
    [ qr{smtp://127}, 'http://127', 5, '"url" does not begin with smtp:// or smtps://' ],
    [ qr{(?=url)}, "connections = 0\n", 5, '"connections" is too small: "0"' ],
    [ qr{(?=url)}, "connections = 999\n", 5, '"connections" is too large: "999"' ],
    [ qr{(?=url)}, "connections = x\n", 5, '"connections" is not a whole number: "x"' ],
    [ qr{(?=url)}, "rate = fast\n", 5, '"rate" is not a rate' ],
    [ qr{(?=url)}, "tls = some\n", 5, '"tls" is not none, opportunistic or required: "some"' ],
    [ qr{(?=url)}, "timeout = 2h\n", 5, '"timeout" is not between 1s and 1h' ],
    [ qr{(?=url)}, "user = me\n", 5, 'user and password_file belong together' ],
    [ qr{url = .*}, "url = \"smtp://mx.example.com\"\nuser = me\npassword_file = \"$dir/short\"", 6, 'a password needs tls = required' ],
    [ qr{url = .*}, "url = \"smtps://mx.example.com\"\ntls = none", 6, 'smtps:// is always tls = required' ],
    [ qr{smtp "relay"}, 'smtp "The Relay"', 6, 'smtp "The Relay" is not a name' ],
    # a shop
    [ qr{shop "demo"}, 'shop "Demo"', undef, 'shop "Demo" is not a name' ],
    [ qr{from = .*}, '', 18, 'shop "demo" needs "from"' ],
    [ qr{from = .*}, 'from = "nobody"', 8, '"from" has no valid address: "nobody"' ],
    [ qr{from = "Shop .*>"}, 'from = "Shop <shop\@example.com>', 9, '"from" goes over a line\'s end: is a quote missing?' ],
    [ qr{cart_url = .*}, '', 18, 'shop "demo" needs "cart_url"' ],
    [ qr{https://shop.example.com/cart}, 'shop.example.com/cart', 9, '"cart_url" does not begin with https:// or http://' ],
    [ qr{https://shop.example.com/cart}, 'https://', 9, '"cart_url" has no host' ],
    [ qr{https://shop.example.com/cart}, 'https://shop.example.com/a b', 9, 'must be percent-encoded' ],
    [ qr{public_url = "https://shop.example.com"}, 'public_url = "https://shop.example.com/?a=1"', 10, 'must not have a query' ],
    [ qr{(?=    from)}, "mode = loud\n", 8, '"mode" is not a mode (off, dry-run, "catch-all ADDRESS", live): "loud"' ],
    [ qr{(?=    from)}, "mode = \"catch-all\"\n", 8, 'needs a valid address' ],
    [ qr{(?=    from)}, "mode = catch-all a\@b.cc\n", 8, 'needs a valid address, in quotes' ],
    [ qr{(?=    from)}, "mode = \"catch-all nobody\"\n", 8, 'needs a valid address' ],
    [ qr{(?=    from)}, "smtp = other\n", 8, 'there is no smtp "other"' ],
    [ qr{(?m)^(?=shop)}, "smtp \"two\" { url = \"smtp://x\" }\n", undef, 'shop "demo" needs smtp: there are several' ],
    [ qr{(?=    from)}, "reply_to = \"a\@b.cc, c\@d.ee\"\n", 8, '"reply_to"' ],
    [ qr{(?=    from)}, "return_path = \"X <a\@b.cc>\"\n", 8, '"return_path" is not an address' ],
    [ qr{(?=    from)}, "max_per_day = -1\n", 8, '"max_per_day" is not a whole number: "-1"' ],
    [ qr{(?=    from)}, "remember = 1h\n", 8, '"remember" is less than 1d: "1h"' ],
    [ qr{(?=    from)}, "locale = English\n", 8, '"locale" is not a locale' ],
    [ qr{(?=    from)}, "hosts = {\"a.example.com\", \"b/c\"}\n", 8, '"hosts" is not a host\'s name: "b/c"' ],
    [ qr{(?=    from)}, "hosts = {a.example.com}\nhosts = {b.example.com}\n", 9, '"hosts" is given twice, first in line 8' ],
    [ qr{(?=    from)}, "never_mail = \"$dir/never\"\n", 8, 'line 4 is neither an address nor a domain' ],
    [ qr{(?=    from)}, "never_mail = \"/nonexistent\"\n", 8, 'No such file' ],
    [ qr{(?=    from)}, "webhook_secret_file = \"$dir/short\"\n", 8, 'shorter than 16 characters' ],
    [ qr{brand \{}, 'brand { colour = blue ', 11, '"colour" is not a colour' ],
    [ qr{brand \{}, 'brand { logo = "logo.png" ', 11, '"logo" does not begin with' ],
    [ qr{(?=    brand)}, "brand { name = x }\n", 12, '"brand" is given twice' ],
    [ qr{step "one"}, 'step "One"', 16, 'step "One" is not a name' ],
    [ qr{delay = 0}, 'delay = soon', 14, '"delay" is not a time ("90s", "15m", "23h", "3d"): "soon"' ],
    [ qr{delay = 0}, 'delay = 400d', 14, '"delay" is more than 366 days' ],
    [ qr{delay = 0}, '', 16, 'step "one" needs "delay"' ],
    [ qr{creative = plain}, '', 16, 'step "one" needs "creative"' ],
    [ qr{creative = plain}, 'creative = nothing', 15, 'creative "nothing"' ],
    [ qr{(?=        step)}, "step \"two\" { delay = 1h creative = plain }\n", undef, 'the delay of step "one" must be longer than that of step "two"' ],
    [ qr{(?=        step)}, "step \"one\" { delay = 1h creative = plain }\n", undef, "duplicate title 'one'" ],
    [ qr{series "default" \{.*\n    \}\n(?=\})}s, '', undef, 'shop "demo" has no series' ],
    # rules of series
    [ qr{(?=    from)}, "max_per_week = 17\n", 8, '"max_per_week" is too large: "17"' ],
    [ qr{(?=    from)}, "cool_down = often\n", 8, '"cool_down" is not a time' ],
    [ qr{(?=    from)}, "consent = maybe\n", 8, '"consent" is not soft-opt-in, consent or all: "maybe"' ],
    [ qr{(?=    from)}, "time_zone = \"Europe/Nowhere\"\n", 8, '"time_zone" is not a time zone ("Europe/Dublin", "UTC"): "Europe/Nowhere"' ],
    [ qr{(?=    from)}, "quiet_hours = \"9-5\"\n", 8, '"quiet_hours" is not "21:00-08:00" or none: "9-5"' ],
    [ qr{(?=    from)}, "quiet_hours = \"21:00-24:00\"\n", 8, '"quiet_hours" is not "21:00-08:00" or none' ],
    [ qr{(?=    from)}, "quiet_hours = \"21:00-21:00\"\n", 8, '"quiet_hours" begins when it ends' ],
    [ qr{(?=    from)}, "weekdays = {mon, funday}\n", 8, '"weekdays" is not a day (mon, tue, wed, thu, fri, sat, sun): "funday"' ],
    [ qr{(?=        step)}, "holdout = 91%\n", 13, '"holdout" is more than 90%: "91%"' ],
    [ qr{(?=        step)}, "holdout = some\n", 13, '"holdout" is not a share ("10%"): "some"' ],
    [ qr{(?=        step)}, "audience { min_total = {\"50\"} }\n", 13, '"min_total" is not an amount ("50 EUR", "49.90 EUR"): "50"' ],
    [ qr{(?=        step)}, "audience { max_total = {\"50 eur\"} }\n", 13, '"max_total" is not an amount' ],
    [ qr{(?=        step)}, "audience { max_total = {\"50 EUR\", \"60 EUR\"} }\n", 13, 'max_total has two amounts in EUR' ],
    [ qr{(?=        step)}, "audience { min_items = 0 }\n", 13, '"min_items" is too small: "0"' ],
    [ qr{(?=        step)}, "audience { min_items = 3 max_items = 2 }\n", 13, 'max_items is less than min_items' ],
    [ qr{(?=        step)}, "audience { customers = old }\n", 13, '"customers" is not new or returning: "old"' ],
    [ qr{(?=        step)}, "audience { login = maybe }\n", 13, '"login" is not yes or no: "maybe"' ],
    [ qr{(?=        step)}, "audience { checkout_error = failed }\n", 13, '"checkout_error" is not yes or no: "failed"' ],
    [ qr{(?=        step)}, "audience { locales = {English} }\n", 13, '"locales" is not a locale' ],
    [ qr{(?=        step)}, "audience { stage = {cart, door} }\n", 13, '"stage" is not visit, item, cart, checkout, shipping or payment: "door"' ],
    [ qr{(?=        step)}, "audience { captured = {spy} }\n", 13, '"captured" is not login,' ],
    [ qr{(?=        step)}, "audience { device = {fridge} }\n", 13, '"device" is not desktop, phone, tablet or unknown: "fridge"' ],
    [ qr{(?=        step)}, "audience { }\naudience { }\n", 14, '"audience" is given twice' ],
    [ qr{creative = plain}, "creative = plain\nexpires = 0", 16, 'step "one" would expire at once' ],
    [ qr{creative = plain}, "creative = plain\noffer = ten", 16, 'there is no offer "ten"' ],
    [ qr{creative = plain}, "creative = plain\nwithout_offer = maybe", 16, '"without_offer" is neither skip nor send: "maybe"' ],
    [ qr{creative = plain}, "variant \"a\" { }", 15, 'variant "a" needs "creative"' ],
    [ qr{creative = plain}, "creative = plain\nvariant \"A\" { }", 16, 'variant "A" is not a name' ],
    [ qr{creative = plain}, "creative = plain\nvariant \"a\" { weight = 0 }", 16, '"weight" is too small: "0"' ],
    [ qr{creative = plain}, "creative = plain\nvariant \"a\" { creative = nothing }", 16, 'creative "nothing"' ],
    [ qr{creative = plain}, "creative = plain\n" . join('', map { qq(variant "v$_" { }\n) } 1 .. 9), undef, 'step "one" has 9 variants: at most 8 can be told apart' ],
    # offers
    [ qr{(?=    from)}, "offer \"ten\" { strength = 1 text \"en\" { line = x } }\n", 8, 'offer "ten" needs "kind"' ],
    [ qr{(?=    from)}, "offer \"ten\" { kind = discount text \"en\" { line = x } }\n", 8, 'offer "ten" needs "strength"' ],
    [ qr{(?=    from)}, "offer \"ten\" { kind = bargain }\n", 8, '"kind" is not discount, value-add, exclusivity or upgrade: "bargain"' ],
    [ qr{(?=    from)}, "offer \"ten\" { kind = discount strength = 101 }\n", 8, '"strength" is too large: "101"' ],
    [ qr{(?=    from)}, "offer \"ten\" { kind = discount strength = 1 }\n", 8, 'offer "ten" has no text' ],
    [ qr{(?=    from)}, "offer \"ten\" { kind = discount strength = 1 text \"English\" { line = x } }\n", 8, 'text "English" is not of a locale' ],
    [ qr{(?=    from)}, "offer \"ten\" { kind = discount strength = 1 text \"en\" { } }\n", 8, 'text "en" needs "line"' ],
    [ qr{(?=    from)}, "offer \"ten\" { kind = discount strength = 1 code = X pool = y text \"en\" { line = x } }\n", 8, 'offer "ten" has more than one of code, pool and pattern' ],
    [ qr{(?=    from)}, "offer \"ten\" { kind = discount pool = \"My pool\" }\n", 8, '"pool" is not a name of a pool' ],
    [ qr{(?=    from)}, "offer \"ten\" { kind = discount code = \"A B\" }\n", 8, '"code" is not a code (1 to 64 visible ASCII characters): "A B"' ],
    [ qr{(?=    from)}, "offer \"ten\" { kind = discount pattern = \"BACK\" }\n", 8, '"pattern" must have one "%8"' ],
    [ qr{(?=    from)}, "offer \"ten\" { kind = discount pattern = \"B%5\" }\n", 8, '"pattern" must have 6 to 16 characters' ],
    [ qr{(    from.*?creative = plain)}s, "offer \"a\" { kind = discount strength = 2 text \"en\" { line = x } }\n"
        . "offer \"b\" { kind = discount strength = 1 text \"en\" { line = x } }\nFROM offer = a }\n"
        . "step \"two\" { delay = 1h creative = plain offer = b", 18,
        'offer "b" of step "two" is weaker than "a" of step "one" before it' ],
    [ qr{step "one" \{.*?\}}s, '', undef, 'series "default" has 0 steps: it must have 1 to 16' ],
    # what the record cannot keep
    [ qr{step "one" \{.*?\}}s, join('', map { qq(step "s$_" { delay = ${_}h creative = plain }\n) } 1 .. 17), undef, 'series "default" has 17 steps: it must have 1 to 16' ],
    [ qr{(?=    from)}, "max_per_day = 17\n", 8, '"max_per_day" is too large: "17"' ],
    [ qr{(?=    from)}, "soft_bounces = 17\n", 8, '"soft_bounces" is too large: "17"' ],
    [ qr{(?=    from)}, "cool_down = 91d\n", 8, '"cool_down" and the longest delay are more than "remember", and would not be kept: "91d"' ],
    [ qr{(?=    from)}, "remember = 20d\noffer_once_in = 21d\noffer \"ten\" { kind = discount strength = 1 text \"en\" { line = x } }\n", 9, '"offer_once_in" and the longest delay are more than "remember"' ],
    [ qr{(?=    from)}, "remember = 20d\noffer \"ten\" { kind = discount strength = 1 text \"en\" { line = x } }\n", undef, '"offer_once_in" and the longest delay are more than "remember", and would not be kept: "30d"' ],
    [ qr{delay = 0}, "delay = 90d", 14, 'the delay of step "one" is not less than "remember": "90d"' ],
    [ qr{(?=    from)}, 'offer "ten" { kind = discount strength = 1 pool = ' . 'p' x 33 . " text \"en\" { line = x } }\n", 8, '"pool" is not a name of a pool' ],
    [ qr{(?=    from)}, 'offer "ten" { kind = discount strength = 1 code = ' . 'C' x 65 . " text \"en\" { line = x } }\n", 8, '"code" is not a code' ],
    [ qr{(?=    from)}, 'offer "ten" { kind = discount strength = 1 pattern = "' . 'P' x 57 . "%8\" text \"en\" { line = x } }\n", 8, '"pattern"' ],
    [ qr{(?=    from)}, 'offer "ten" { kind = discount strength = 1 text "en" { line = ' . 'x' x 301 . " } }\n", 8, '"line" is longer than 300 bytes' ],
    [ qr{public_url = "https://shop.example.com"}, 'public_url = "https://shop.example.com/' . 'x' x 1001 . '"', 10, '"public_url" has more than 1024 characters' ],
    [ qr{creative = plain}, "creative = plain\nvariant \"a\" { weight = 1001 }", 16, '"weight" is too large: "1001"' ],
    [ qr{shop "demo".*}s, '', undef, 'there is no shop' ])
{
    my ($what, $with, $line, $text) = @$case;
    my $config = $good;

    $config =~ s/$what/my $old = $1; $with =~ s{FROM}{$old}r/me
        or die "$what does not match";
    my ($rc, $said) = check($config);
    my $name = defined $text ? $text : 'unbalanced braces';

    is($rc, 3, "$name: 3");
    like($said, qr/^\Q@{[ $mailer->file ]}\E:\d+: /, '... with file and line');
    like($said, qr/:$line: /, "... line $line") if defined $line;
    like($said, qr/\Q$text\E/, '... and what') if defined $text;
    unlike($said, qr/shop\@example/, '... without an address');
    is(scalar(() = $said =~ /\n/g), 1, '... in one line');
}

# What it can keep, at its most.

my $most = $good =~ s/step "one" \{.*?\}/join '', map { qq(step "s$_" { delay = ${_}h creative = plain }\n) } 1 .. 16/ser
    =~ s/(?=    from)/max_per_day = 16 max_per_week = 16 soft_bounces = 16 cool_down = 89d\n/r;
($status, $err) = check($most);
is($status, 0, 'as many as can be kept') or diag $err;

# A byte order mark.

($status, $err) = check("\xEF\xBB\xBF$good");
is($status, 0, 'a file that begins with a BOM') or diag $err;
($status, $err) = check("\xEF\xBB\xBFbogus = 1\n$good");
like($err, qr/:1: no such option 'bogus'/, '... whose errors are where they are');

# Warnings.

(undef, $err) = check($good =~ s/brand .*//r =~ s{"https://shop.example.com"}{"http://shop.example.com"}r);
like($err, qr/warning: shop "demo" has no postal address/, 'a warning');
like($err, qr/warning: shop "demo": public_url is not https/, '... and another');

# An unapproved creative is sent by nobody.

mkdir "$dir/creatives";
mkdir "$dir/creatives/mine";
for my $name (qw(en.head en.html en.txt)) {
    spew("$dir/creatives/mine/$name", slurp("$creatives/plain/$name") . "\n");
}
my $mine = $good =~ s{creatives = .*}{creatives = "$dir/creatives"}r
    =~ s/creative = plain/creative = mine/r;
($status, $err) = check($mine);
is($status, 0, 'an unapproved creative is well in dry-run');
like($err, qr/creative "mine" was never approved, and is not sent/, '... with a warning');
my $live = $mine =~ s/(?=    from)/    mode = live\n/r;
($status, $err) = check($live);
is($status, 3, '... and not in live');
like($err, qr/creative "mine" is not approved/, '... says so');

# What was changed or retired later stops only what uses it.

spew("$dir/creatives/mine/approved", "0\n");
($status, $err) = check($live);
is($status, 0, 'one that was changed since stops nothing else');
like($err, qr/step "one": creative "mine" was changed since it was approved, and is not sent/, '... with a warning');
spew("$dir/creatives/mine/retired", "out of season\n");
($status, $err) = check($live);
is($status, 0, 'nor one that is retired');
like($err, qr/step "one": creative "mine" is retired: out of season, and is not sent/, '... with a warning');

# Analytics.

my $utm = $good =~ s/(?=    brand)/    utm { medium = mail }\n/r
    =~ s/(?=            delay)/            utm { id = 7 }\n/r;
($status, $err) = check($utm);
is($status, 0, 'utm in shop and step') or diag $err;
($status, $err) = check($utm =~ s/id = 7/id = ""/r);
like($err, qr/:15: "id" is empty/, 'an empty one');
($status, $err) = check($utm =~ s/id = 7/"id" = x name = x/r);
is($status, 3, 'one that is not known');
($status, $err) = check($utm =~ s/id = 7/'id = ' . 'x' x 101/er);
like($err, qr/:15: "id" is longer than 100 bytes/, 'a long one');

# The daemon refuses, too.

$mailer->set_config("bogus = 1\n");
($status, undef, $err) = $mailer->run('run');
is($status, 3, 'run: 3');
like($err, qr/:1: no such option/, '... says why');
$mailer->set_config($good =~ s{state_dir = .*}{state_dir = "/nonexistent"}r);
($status, undef, $err) = $mailer->run('run');
is($status, 1, 'no state directory: 1');
like($err, qr{state_dir "/nonexistent": No such file}, '... says so');

# include().

spew("$dir/more.conf", "log_level = debug\nbogus = 2\n");
($status, $err) = check("include(\"$dir/more.conf\")\n$good");
is($status, 3, 'an error in a file that is included');
like($err, qr{more\.conf:2: no such option}, '... names that file');
spew("$dir/bom.conf", "\xEF\xBB\xBFlog_level = debug\n");
($status, $err) = check("include(\"$dir/bom.conf\")\n$good");
is($status, 0, 'an included file with a BOM') or diag $err;
spew("$dir/self.conf", "include(\"$dir/self.conf\")\n");
($status, $err) = check("include(\"$dir/self.conf\")\n$good");
is($status, 3, 'a file that includes itself');
like($err, qr/self\.conf:1: include.*more than 8 deep/, '... is told');

# The scanner would end the process with what it cannot read.

mkdir "$dir/folder" or die;
spew("$dir/big.conf", '#' x (2 * 1024 * 1024));
spew("$dir/env.conf", "\n# don't \${HOME}\nstate_dir = \"\${HOME}\"\n");

for my $case ([ $dir, qr/Is a directory/ ], [ "$dir/none", qr/No such file/ ],
    [ '/dev/null', qr/is not a file/ ], [ "$dir/big.conf", qr/File too large/ ])
{
    my ($file, $why) = @$case;
    ($status, $err) = check("\ninclude(\"$file\")\n$good");
    is($status, 3, "include of $file");
    like($err, qr/sitepreserver\.conf:2: include\("\Q$file\E"\): $why/, '... says where and why');
}

($status, $err) = check("include(\"$dir/env.conf\")\n$good");
like($err, qr/env\.conf:3: "\$\{" would name/, 'a variable in an included file');

# What is in single quotes or in a comment stays as it is.

($status, $err) = check("# don't \${HOME}\n/* \" \${HOME} */ // \"\${HOME}\n"
    . $good =~ s/"1 High Street"/'1 \${HOME} \\' "Street"'/r);
is($status, 0, 'a literal "${"') or diag $err;

# A file is named from the folder of the file that names it.

spew("$dir/folder/part.conf", "include(\"more/level.conf\")\n");
mkdir "$dir/folder/more" or die;
spew("$dir/folder/more/level.conf", "log_level = debug\nbounce_maildir = \"box\"\n");
($status, $err) = check("include(\"$dir/folder/part.conf\")\n$good");
is($status, 0, 'a folder that a file names from where it is') or diag $err;
like($err, qr{warning: bounce_maildir "\Q$dir\E/folder/more/box" is not there}, '... is looked for there');
mkdir "$dir/folder/more/box" or die;
($status, $err) = check("include(\"$dir/folder/part.conf\")\n$good");
is($status, 0, '... and found') or diag $err;

all_done();
