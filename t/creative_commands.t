#!/usr/bin/perl
#
# sitepreserver creative: import, list, preview, approve, retire; test-send of
# any creative.

use v5.36;
use utf8;
use FindBin;
use lib "$FindBin::Bin/lib";
use Encode qw(decode_utf8 encode_utf8);
use Test::More;
use Sp::Test;
use Sp::Mailer;
use Sp::Mime;
use Sp::Smtp;

binmode Test::More->builder->$_, ':encoding(UTF-8)'
    for qw(output failure_output todo_output);

my $dir = dir();
my $mine = "$dir/mine";
my $secret = secret_file();
my $smtp = Sp::Smtp->new;
my $designer = Sp::Test::root() . '/t/creatives/designer.html';

mkdir $mine or die;

# The step's creative is not there yet: these commands must work all the same.

my $config = <<"CONF";
secret_file = "$secret"
creatives   = "$mine"
state_dir   = "%%DIR%%"
smtp "relay" { url = "smtp://127.0.0.1:@{[ $smtp->port ]}" tls = none }
shop "demo" {
    from       = "Demo <demo\@shop.example>"
    cart_url   = "https://shop.example/cart"
    public_url = "https://shop.example"
    locale     = de
    brand { name = "Demo Shop" address = "1 High Street\nDublin" }
    series "default" { step "first" { delay = 0 creative = spring } }
}
CONF
my $mailer = Sp::Mailer->new(config => $config);

sub run ($want, $name, @args) {
    my ($status, $out, $err) = $mailer->run('creative', @args);

    is($status, $want, $name) or diag "$out$err";
    return wantarray ? ($out, $err) : "$out$err";
}

sub files () {
    return join ' ', sort map { s{.*/}{}r } glob("$mine/spring/* $mine/spring/.[a-z]*");
}

my ($status, $out, $err) = $mailer->run('check');
is($status, 3, 'check: the creative is not there');
like(run(0, 'list', 'list'), qr/^spring +missing .*used by demo\/default\/first/m,
    '... says so');

# ---- import

like(run(2, 'without a name', 'import', $designer), qr/^usage:/, 'how it is called');
like(run(2, 'a bad name', 'import', $designer, '--name', '../x'),
    qr/is not a creative's name/, '... says so');
like(run(2, 'a bad locale', 'import', $designer, '--name', 'x', '--locale', 'x/y'),
    qr/is not a locale/, '... says so');
like(run(2, 'a bad place', 'import', $designer, '--name', 'x', '--cta', '3'),
    qr/--cta is not LINE:COL/, '... says so');
like(run(2, 'a bad base', 'import', $designer, '--name', 'x', '--base', 'x.y'),
    qr/--base is not/, '... says so');
like(run(2, 'shop and base', 'import', $designer, '--name', 'x', '--base',
    'https://x.example', '--shop', 'demo'), qr/not both/, '... says so');
like(run(1, 'no file', 'import', "$dir/none.html", '--name', 'x'),
    qr/none\.html: No such file/, '... says so');
spew("$dir/latin.html", "<p>Gr\xfc\xdfe</p>");
like(run(1, 'no UTF-8', 'import', "$dir/latin.html", '--name', 'x'),
    qr/latin\.html:1: is not UTF-8/, '... says so');
spew("$dir/two.html", "<title>t</title>\n<a class=btn href=/cart>A</a>\n"
    . " <a class=btn href=/cart>B</a>");
like(run(1, 'two buttons', 'import', "$dir/two.html", '--name', 'x'),
    qr{two\.html:3:2: error: could be it, then say --cta 3:2: "B" -> /cart}, '... says where');
spew("$dir/hash.html", "<title>t</title>\n<a href=#>A</a>\n"
    . "<a href=#>Unsubscribe</a>");
my $hash = run(1, 'links to nowhere', 'import', "$dir/hash.html", '--name', 'x');
like($hash, qr{hash\.html:2:1: error: could be it}, '... which could be it');
unlike($hash, qr{hash\.html:3:1: error}, '... but not the unsubscribe link');
is_deeply([ glob("$mine/* $mine/.[a-z]*") ], [], 'nothing was left behind');

my $said = run(0, 'a designer\'s file', 'import', $designer, '--name', 'spring');
like($said, qr/:39:4: info: is the call to action: "Back to my cart"/, 'the button');
like($said, qr/warning: does not show .*shop\.address.*--add-footer/, 'what it lacks');
like($said, qr/en\.html.*\(address\)/, 'and what lint has to say');
is(files(), 'en.head en.html en.txt', 'three files');
is(slurp("$mine/spring/en.head"), "subject: Your cart is waiting & your mug"
    . " misses you\npreheader: Two minutes, and it is yours.\n", 'the head');

# But for what it had to touch, not a byte is another one.

my ($was, $is) = (slurp($designer), slurp("$mine/spring/en.html"));
my @was = split /^/, $was;
my @is = split /^/, $is;
my @changed = grep { $was[$_] ne $is[$_] } 0 .. $#was;

is(scalar(@is), scalar(@was), 'no line more');
is_deeply([ map { $_ + 1 } @changed ],
    [ 16, 22, 23, 25, 27, 29, 30, 38, 39, 40, 42, 43 ], 'lines that were touched');
s{<style type.*?</style>}{}s for $was, $is;
s/\s+(data-sp-cta|style="[^"]*")//g, s/(href|src|background)=("[^"]*"|'[^']*'|[^\s>]+)/$1/g
    for $was, $is;
$is =~ s/\{\{preheader\}\}/Two minutes, and it is yours./;
is($is, $was, 'and in them only links, styles and the mark');

my $text = decode_utf8(slurp("$mine/spring/en.txt"));
like($text, qr/^Still thinking\?\n=+\n/m, 'a heading');
like($text, qr/^\n?Back to my cart\n\{\{cart_link\}\}\n\n/m, 'the button by itself');
like($text, qr/^\{\{#items\}\}\n+\{\{name\}\}  \{\{quantity\}\} × \{\{unit_price\}\}  \{\{line_total\}\}\n/m,
    'the items') or diag $text;
like($text, qr/^\* Free returns$/m, 'a list');
unlike($text, qr/^\+353/m, 'a number only once');
like($text, qr/^Unsubscribe: \{\{unsubscribe_link\}\}$/m, 'the way out');

# Once more.

like(run(1, 'not over another', 'import', $designer, '--name', 'spring'),
    qr/en\.html is there: --force replaces it/, '... says so');
spew("$mine/spring/en.head", "utm_id: 77\nsubject: Mine {{first_name}}\npreheader: Ours\n");
run(0, 'unless forced', 'import', $designer, '--name', 'spring', '--force',
    '--add-footer', '--preheader', 'New one');
is(slurp("$mine/spring/en.head"), "subject: Your cart is waiting & your mug"
    . " misses you\npreheader: New one\nutm_id: 77\n", 'what is kept of the head');
like(slurp("$mine/spring/en.html"), qr/\{\{#shop\.address\}\}/, 'with a footer');

# It is what the mailer would load, or it is not stored.

spew("$dir/head.html", slurp($designer) =~ s|<title>.*?</title>|<title>a {{b</title>|r);
run(1, 'no template', 'import', "$dir/head.html", '--name', 'spring', '--force');
run(1, 'no subject that is a template', 'import', $designer, '--name', 'spring',
    '--force', '--subject', '{{#a}}');
is(files(), 'en.head en.html en.txt', 'nothing was left behind');
like(slurp("$mine/spring/en.head"), qr/New one/, 'and nothing was changed');

# Another locale, another shop, JSON.

run(0, 'in German', 'import', $designer, '--name', 'spring', '--locale', 'de',
    '--add-footer', '--subject', 'Ihr Warenkorb', '--preheader', 'Noch da');
like(slurp("$mine/spring/de.html"), qr/>Abmelden<|unsubscribe_link/, 'its footer');
my $json = $mailer->json('creative', 'import', $designer, '--name', 'other',
    '--base', 'https://elsewhere.example/start/');
is($json->{stored}, JSON::XS::true, 'another shop');
ok(scalar(@{ $json->{notes} }), '... with notes');
ok(exists $json->{lint}{findings}, '... and findings');
like(slurp("$mine/other/en.html"), qr{href="https://elsewhere\.example/start/sale\?utm_source=designer&amp;x=%26&amp;sp=\{\{click_token\}\}#top"},
    '... and its links');

# ---- list, approve, retire

$json = $mailer->json('creative', 'list');
my %by = map { $_->{name} => $_ } @$json;
is($by{spring}{state}, 'new', 'new');
is_deeply($by{spring}{locales}, [ 'de', 'en' ], 'its locales');
is_deeply($by{spring}{used_by}, [ 'demo/default/first' ], 'who uses it');
is_deeply($by{other}{used_by}, [], '... and who does not');

($out, $err) = run(1, 'lint has errors', 'approve', 'spring');
like($err, qr/^sitepreserver: creative "spring" has errors, and was not approved/m, '... says so');
ok(!-e "$mine/spring/approved", '... and it is not approved');
$json = $mailer->json('creative', 'approve', 'spring', '--despite-lint');
is($json->{state}, 'approved', 'approved all the same');
is($json->{was}, 'new', '... what it was');
is($json->{lint_errors} > 0, 1, '... with errors');
like(slurp("$mine/spring/approved"), qr/\A$json->{hash}\n[0-9a-f]{64}  de\.head\n/,
    'the hash, and those of the files');
($status, $out, $err) = $mailer->run('check');
is($status, 0, 'check: it is right') or diag $err;
unlike($err, qr/creative/, '... without a warning');

spew("$mine/spring/de.txt", 'Hallo {{first_name}} {{cart_link}} {{unsubscribe_link}}');
$json = $mailer->json('creative', 'list');
%by = map { $_->{name} => $_ } @$json;
is("$by{spring}{state} $by{spring}{changed}", 'changed de.txt', 'changed, and what');
like(run(0, 'approved again', 'approve', 'spring', '--despite-lint'),
    qr/^changed +de\.txt$/m, '... says what was changed');
run(0, 'retired', 'retire', 'spring', '--reason', 'no longer true');
is(slurp("$mine/spring/retired"), "no longer true\n", '... why');
like(run(0, 'list', 'list'), qr/^spring +retired .*\(no longer true\)$/m, '... says so');
run(0, 'brought back', 'approve', 'spring', '--despite-lint');
ok(!-e "$mine/spring/retired", '... by approval');
run(2, 'two lines', 'retire', 'spring', '--reason', "a\nb");
run(5, 'one that is not there', 'retire', 'none');
run(5, 'nor here', 'approve', 'none');
spew("$mine/other/en.txt", '{{#a}}');
like(run(0, 'list', 'list'), qr/^other +wrong .*section is not closed/m, 'one that is wrong');
run(0, 'and can be retired', 'retire', 'other');

# ---- preview

my $preview = run(0, 'preview', 'preview', 'spring', '--locale', 'en-IE');
like(decode_utf8($preview), qr/^Subject: Your cart is waiting & your mug misses you\nPreheader: New one\n\nDemo Shop\n/,
    'of the text');
like(decode_utf8($preview), qr/Linen apron “Weaver”  1 × €54\.50  €54\.50/, '... with a cart');
like(run(0, 'the shop\'s locale', 'preview', 'spring'), qr/Subject: Your cart/, 'of a shopper of Ireland');
like(run(0, 'of another', 'preview', 'spring', '--locale', 'fr'), qr/^Subject: Ihr Warenkorb$/m,
    'the shop\'s language comes before English');

spew("$dir/cart.json", encode_utf8('{ "first_name": "Zoë", "locale": "de-AT", "currency": "JPY",
    "total": 3000, "items": [ { "name": "Tasse", "quantity": 2, "price": "1500",
    "link": "/tasse", "picture": "/t.png", "out_of_stock": true } ] }'));
run(0, 'a cart of one\'s own', 'preview', 'spring', '--cart', "$dir/cart.json",
    '-o', "$dir/out.html", '--locale', 'en');
my $html = decode_utf8(slurp("$dir/out.html"));
like($html, qr{Tasse</a></td><td[^>]*>2 &times; ¥1,500</td>}, 'its items');
like($html, qr{src="https://shop\.example/t\.png"}, 'their pictures');
like($html, qr{href="https://shop\.example/tasse\?utm_source=demo&amp;utm_medium=email&amp;utm_campaign=default&amp;utm_content=first-item&amp;utm_id=77&amp;sp=[\w-]+"},
    'their links, tagged');
like($html, qr/Zoë/, 'the name');

run(0, 'a whole message', 'preview', 'spring', '-o', "$dir/out.eml", '--sample', 'yen');
my $m = Sp::Mime->parse(slurp("$dir/out.eml"));
is_deeply([ $m->defects ], [], '... is right');
like($m->html, qr/¥|JPY/, '... with that cart');
run(0, 'its text', 'preview', 'spring', '-o', "$dir/out.txt");
like(slurp("$dir/out.txt"), qr/Back to my cart\nhttps:/, '... alone');
like(run(0, 'which there are', 'preview', 'spring', '--sample', 'help'), qr/^many +\S/m, 'samples');
like(run(2, 'no such sample', 'preview', 'spring', '--sample', 'x'), qr/there is no sample "x"/, '... says so');
mkdir "$mine/hours";
spew("$mine/hours/en.head", "subject: hours\npreheader: hours\n");
spew("$mine/hours/en.html", '<p>{{cart_link}}</p>');
spew("$mine/hours/en.txt", '{{#hours_since}}{{hours_since}} hours{{/hours_since}}{{^hours_since}}some time{{/hours_since}}');
like(run(0, 'when it was left is not known', 'preview', 'hours', '--sample', 'unknown'),
    qr/^some time$/m, '... and no hours are made up');
run(2, 'another ending', 'preview', 'spring', '-o', "$dir/out.pdf");
run(5, 'no such creative', 'preview', 'none');

for my $bad ([ '{', 'cart\.json:1:' ], [ '[]', 'is not an object' ],
    [ '{"x":1}', '"x" is not known' ], [ '{"items":[{"price":"-1"}]}', '"price" is not an amount' ],
    [ '{"items":{}}', '"items" is not a list' ], [ '{"items":[{"quantity":1.5}]}', '"quantity" is not' ],
    [ '{"locale":1}', '"locale" is not a text' ], [ '{"items":[' . join(',', ('{}') x 201) . ']}', 'more than 200' ])
{
    spew("$dir/cart.json", $bad->[0]);
    like(run(1, substr($bad->[0], 0, 40), 'preview', 'spring', '--cart', "$dir/cart.json"),
        qr/$bad->[1]/, '... says so');
}

# ---- test-send of a creative that no step uses, and that nobody approved

run(0, 'another one', 'import', $designer, '--name', 'extra', '--add-footer');
($status, $out, $err) = $mailer->run('test-send', '--creative', 'extra', 'me@mail.example');
is($status, 0, 'test-send of any creative') or diag "$out$err";
$smtp->wait_mails(1);
$m = Sp::Mime->parse(($smtp->mails)[0]{data});
is($m->header('Subject'), 'Your cart is waiting & your mug misses you', 'that one');
is_deeply([ $m->defects ], [], 'is right');
like($m->html, qr/utm_content=first-cta/, 'with the links of a step');
($status, $out, $err) = $mailer->run('test-send', '--creative', 'spring', '--locale', 'de-AT',
    '--print', 'me@mail.example');
like($out, qr/^Subject: Ihr Warenkorb\r?$/m, 'in a language');
($status) = $mailer->run('test-send', '--creative', 'none', 'me@mail.example');
is($status, 5, 'one that is not there');

# ---- usage

for my $command (qw(import list preview approve retire)) {
    like(run(0, "$command --help", $command, '--help'), qr/^usage: sitepreserver creative $command/, 'tells');
}

like(run(2, 'no command', 'nothing'), qr/there is no command "creative nothing"/, '... says so');

all_done();
