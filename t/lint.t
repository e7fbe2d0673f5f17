#!/usr/bin/perl

# Each rule of the lint has a creative that it must find and one that it must
# not: t/lint/base.* in which there is nothing to be found, with one thing
# changed.  And what the command says, in text, JSON and status.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Test;
use Sp::Mailer;
use Cwd ();
use JSON::XS qw(decode_json);

my $binary = Sp::Mailer->can('binary')->({});
my $dir    = dir();
my $conf   = "$dir/sitepreserver.conf";
my %base   = map { $_ => slurp("$FindBin::Bin/lint/base.$_") } qw(head html txt);

my $TAGGED = 'https://loom.example/help?utm_source={{utm.source}}&amp;'
    . 'utm_medium={{utm.medium}}&amp;utm_campaign={{utm.campaign}}&amp;'
    . 'utm_content={{step}}-help&amp;utm_id={{utm.id}}&amp;sp={{click_token}}';

mkdir "$dir/creatives" or die;
mkdir "$dir/creatives/x" or die;
system($binary, 'keygen', "$dir/secret") == 0 or die;
spew($conf, <<"CONF");
secret_file = "$dir/secret"
creatives = "$dir/creatives"
shop "loom" {
    mode = dry-run
    from = "Loom <hello\@loom.example>"
    cart_url = "https://loom.example/cart"
    public_url = "https://loom.example"
    brand { name = "Loom" colour = "#2f5d62" address = "1 High Street" }
    series "default" { step "first" { delay = 0 creative = x } }
}
CONF

sub lint (@args) {
    my ($status, $out, $err) = command([ $binary, 'creative', 'lint', @args ],
        env => { SITEPRESERVER_CREATIVES => '' });

    return ($status >> 8, $out, $err);
}

sub report (@args) {
    my ($status, $out, $err) = lint(@args, '--json');

    return eval { decode_json($out) }
        // die "lint @args: status $status: $err$out\n";
}

# A creative of files, and what is found in it.

sub creative (%files) {
    spew("$dir/creatives/x/en.$_", $files{$_}) for keys %files;

    return report('x', '-c', $conf);
}

# The base with changes: what => [ what is there, what is to be there, ... ].

sub changed (%changes) {
    my %files = %base;

    foreach my $file (keys %changes) {
        my @pairs = @{ $changes{$file} };

        while (my ($from, $to) = splice @pairs, 0, 2) {
            my $at = index $files{$file}, $from;

            die "\"$from\" is not in base.$file\n" if $at < 0;
            substr($files{$file}, $at, length $from) = $to;
        }
    }

    return %files;
}

# The finding of a rule, if there is one.

sub found ($report, $id, $severity = undef) {
    return grep {
        $_->{id} eq $id && ($severity // $_->{severity}) eq $_->{severity}
    } @{ $report->{findings} };
}

# The line that a finding points at.

sub line_of ($finding) {
    return '' if !$finding->{line};

    return (split /^/, slurp($finding->{file}))[ $finding->{line} - 1 ] // '';
}

my $button  = 'style="display:block;padding:14px 24px;background-color:#2f5d62;'
    . 'color:#ffffff;font-size:16px;line-height:20px"';
my $cta     = qq(<a class="button" href="{{cart_link}}" $button>)
    . 'Return to my cart</a>';
my $picture = '<img src="{{picture}}" alt="{{name}}" width="76" height="76">';
my $note    = '<p id="note">';
my $away    = 'It is all still there';
my $filler  = 'and we hope that you are having a very good day today. ';

sub padding ($kilobytes) { return '<!--' . 'x' x ($kilobytes * 1024) . '-->' }

# id => [ bad, good, what the line of the finding has (none: the whole file),
#         what was measured ]

my %cases = (
    'template' => [
        { html => [ $note, "{{#x}}$note" ] },
        {},
        qr/\{\{#x\}\}/,
    ],
    'render' => [
        { html => [ '{{/picture}}{{name}}', '{{/picture}}{{name}}'
            . 'word ' x 40_000 ] },
        {},
        qr/DOCTYPE/,
    ],
    'html-broken' => [
        { html => [ $note, "<div>$note" ] },
        { html => [ '<h1>', '<p>Hello<h1>' ] },
        qr/<div>/,
    ],
    'tag-unknown' => [
        { html => [ $away, '{{picture}} ' . $away ] },
        { html => [ '{{/picture}}{{name}}', '{{/picture}}{{name}} '
            . '{{#options}}{{options}}{{/options}}' ] },
        qr/\{\{picture\}\} It/,
    ],
    'tag-empty' => [
        { html => [ $away, "Hello {{first_name}}, $away" ] },
        { html => [ $away, '{{#first_name}}Hello {{first_name}}, '
            . "{{/first_name}}$away" ] },
        qr/Hello/, qr/^\d+ %$/,
    ],
    'tag-unseen' => [
        { html => [ '{{/picture}}', '{{/picture}}{{^has_items}}no{{/has_items}}'
            ] },
        {},
        qr/\{\{\^has_items\}\}/,
    ],
    'purpose-subject' => [
        { head => [ 'Your cart at {{shop.name}} is waiting', 'We miss you' ] },
        { head => [ 'Your cart at {{shop.name}} is waiting',
            'Ready to check out?' ] },
        qr/We miss you/,
    ],
    'purpose-screen' => [
        { html => [ 'Your cart is waiting', 'Hello,', $away, $filler x 6 ] },
        { html => [ 'Your cart is waiting', 'Hello,', $away, "$filler cart $filler"
            ] },
        undef, qr/300 characters/,
    ],
    'subject-length' => [
        { head => [ 'is waiting', 'is waiting for you, and so are we, and '
            . 'so is everybody' ] },
        { head => [ 'is waiting', 'is waiting for you, and so are we' ] },
        qr/subject/, qr/^\d\d characters/,
    ],
    'subject-caps' => [
        { head => [ 'Your cart at {{shop.name}} is waiting',
            'YOUR CART IS WAITING' ] },
        { head => [ 'Your cart at {{shop.name}} is waiting',
            'Your cart is WAITING' ] },
        qr/YOUR/, qr/^100 %/,
    ],
    'subject-marks' => [
        { head => [ 'is waiting', 'is waiting! Now!' ] },
        { head => [ 'is waiting', 'is waiting!' ] },
        qr/waiting!/, qr/^2$/,
    ],
    'subject-reply' => [
        { head => [ 'Your cart at', 'Re: your cart at' ] },
        { head => [ 'Your cart at', 'Regarding your cart at' ] },
        qr/Re:/,
    ],
    'preheader' => [
        { head => [ 'Pick up right where you left off.',
            'Your cart at {{shop.name}} is waiting' ] },
        {},
        qr/^preheader/, qr/the same/,
    ],
    'cta-missing' => [
        { html => [ '{{cart_link}}', '{{cart_link_items}}' ] },
        {},
        undef, qr/^0$/,
    ],
    'cta-one' => [
        { html => [ '{{cart_link_items}}', '{{cart_link}}' ] },
        { html => [ '<a class="button"', '<a data-sp-cta class="button"',
            '{{cart_link_items}}', '{{cart_link}}' ] },
        qr/All items/,
    ],
    'cta-label' => [
        { html => [ 'Return to my cart</a>', '&rsaquo;</a>' ] },
        { html => [ 'Return to my cart</a>', 'Go</a>' ] },
        qr/rsaquo/, qr/^0 characters/,
    ],
    'cta-space' => [
        { html => [ $cta, "$cta</td><td><a href='{{cart_link_items}}'>All</a>"
            ] },
        { html => [ $cta, "<p>One click, and all of it is yours.</p>$cta" ] },
        qr/Return to my cart/, qr/a link/,
    ],
    'cta-size' => [
        { html => [ 'padding:14px', 'padding:11px' ] },
        { html => [ 'padding:14px', 'padding:12px' ] },
        qr/Return to my cart/, qr/^42 px high/,
    ],
    'cta-contrast' => [
        { html => [ 'color:#ffffff', 'color:#9fb4b6' ] },
        { html => [ 'color:#ffffff', 'color:#c5d4d5' ] },
        qr/Return to my cart/, qr/^3\.\d\d:1, #9fb4b6 on #2f5d62/,
    ],
    'cta-contrast-dark' => [
        { html => [ 'color: #000000 !important', 'color: #ffffff !important' ]
            },
        { html => [ 'color: #000000 !important', 'color: #222222 !important' ]
            },
        qr/Return to my cart/, qr/^1\.\d\d:1, #ffffff on #9fd3d8/,
    ],
    'landing' => [
        { html => [ 'class="button" href="{{cart_link}}"',
            qq(data-sp-cta class="button" href="$TAGGED") ] },
        { html => [ 'class="button" href="{{cart_link}}"',
            'data-sp-cta class="button" href="'
                . $TAGGED =~ s/help/cart/r . '"' ] },
        qr/Return to my cart/,
    ],
    'contrast' => [
        { html => [ '#note {color: #555555}', '#note {color: #777777}' ] },
        { html => [ '#note {color: #555555}', '#note {color: #767676}' ] },
        qr/Questions/, qr/^4\.47:1, #777777 on #ffffff/,
    ],
    'contrast-dark' => [
        { html => [ '.plain {color: #bbbbbb !important}', '' ] },
        { html => [ '.plain {color: #bbbbbb !important}',
            'a[href].plain {color: #8f8f8f !important}' ] },
        qr/All items/, qr/#555555 on #1c1e22/,
    ],
    'font-size' => [
        { html => [ $note, '<p id="note" style="font-size:11px">' ] },
        { html => [ $note, '<p id="note" style="font-size:9pt">' ] },
        qr/Questions/, qr/^11 px/,
    ],
    'width' => [
        { html => [ '.card {width: 100% !important}', '' ] },
        { html => [ '.card {width: 100% !important}',
            'table.card {width: 320px !important}' ] },
        qr/class="card"/, qr/^600 px/,
    ],
    'viewport' => [
        { html => [ 'name="viewport"', 'name="port"' ] },
        {},
    ],
    'lang' => [
        { html => [ ' lang="{{language}}"', '' ] },
        {},
        qr/<html/,
    ],
    'ga-tags' => [
        { html => [ $note,
            "$note<a class=plain href='https://loom.example/help'>Help</a> " ]
            },
        { html => [ $note,
            "$note<a class=plain href='mailto:x\@loom.example'>Help</a> "
                . "<a class=plain href='$TAGGED'>Help</a> " ] },
        qr/Help/, qr/no utm_/,
    ],
    'link-away' => [
        { html => [ $note,
            "$note<a class=plain href='https://else.example/'>Friends</a> " ]
            },
        { html => [ $note, "$note<a class=plain href='$TAGGED'>Help</a> " ] },
        qr/Friends/, qr/^else\.example$/,
    ],
    'link-empty' => [
        { html => [ $note, "$note<a class=plain href='#'>Help</a> " ] },
        { html => [ $note, "$note<a class=plain href='#foot'>Help</a> " ] },
        qr/Help/,
    ],
    'link-relative' => [
        { html => [ $note, "$note<a class=plain href='/help'>Help</a> " ] },
        { html => [ $note, "$note<a class=plain href='$TAGGED'>Help</a> " ] },
        qr/Help/,
    ],
    'link-http' => [
        { html => [ $note, "$note<a class=plain href='"
            . $TAGGED =~ s/https/http/r . "'>Help</a> " ] },
        { html => [ $note, "$note<a class=plain href='$TAGGED'>http</a> " ] },
        qr/Help/,
    ],
    'link-text' => [
        { html => [ $note, "$note<a class=plain href='$TAGGED'>"
            . 'https://bank.example/login</a> ' ] },
        { html => [ $note, "$note<a class=plain href='$TAGGED'>"
            . 'www.loom.example/help</a> ' ] },
        qr/bank/, qr/loom\.example, not bank\.example/,
    ],
    'image-alt' => [
        { html => [ 'alt="{{name}}" ', '' ] },
        { html => [ 'alt="{{name}}"', 'alt=""' ] },
        qr/<img/, qr/no alt/,
    ],
    'image-size' => [
        { html => [ ' width="76" height="76"', '' ] },
        { html => [ ' width="76" height="76"', ' style="width:76px"' ] },
        qr/<img/,
    ],
    'image-src' => [
        { html => [ $note, "$note<img src='a.png' alt='' width='9'>" ] },
        { html => [ $note,
            "$note<img src='https://loom.example/a.png' alt='' width='9'>" ] },
        qr/a\.png/, qr/relative/,
    ],
    'image-ratio' => [
        { html => [ $note, "$note<img src='https://loom.example/a.png' "
            . "alt='' width='300' height='2000'>" ] },
        { html => [ $note, "$note<img src='https://loom.example/a.png' "
            . "alt='' width='300' height='200'>" ] },
        undef, qr/bytes to \d+ px/,
    ],
    'weight' => [
        { html => [ $note, padding(90) . $note ] },
        { html => [ $note, padding(80) . $note ] },
        undef, qr/^9\d\.\d KB/,
    ],
    'weight-clip' => [
        { html => [ '</body>', padding(102) . '</body>' ] },
        { html => [ '</body>', padding(95) . '</body>' ] },
        undef, qr/^10\d\.\d KB/,
    ],
    'clip-unsubscribe' => [
        { html => [ $note, padding(102) . $note ] },
        { html => [ '</body>', padding(102) . '</body>' ] },
        qr/Unsubscribe/, qr/^at 10\d\.\d KB/,
    ],
    'unsubscribe' => [
        { html => [ '<a class="plain" href="{{unsubscribe_link}}"',
            '<a class="plain" href="{{unsubscribe_link}}" hidden' ] },
        {},
        qr/Unsubscribe/, qr/hidden/,
    ],
    'address' => [
        { txt => [ "{{#shop.address}}\n{{.}}\n{{/shop.address}}\n", '' ] },
        {},
    ],
    'text-part' => [
        { txt => [ '{{cart_link}}', '<a href="{{cart_link}}">Cart</a>' ] },
        {},
        undef, qr/HTML/,
    ],
    'hidden-text' => [
        { html => [ $note, "<p style='display:none'>cheap watches</p>$note" ] },
        { html => [ $note, "<p class=m style='display:none'>On a phone</p>"
            . $note, '.card {width', ".m {display: block !important}\n.card "
            . '{width' ] },
        qr/cheap watches/,
    ],
    'caps' => [
        { html => [ $away, 'IT IS ALL STILL THERE, AND WAITS FOR YOU ONLY '
            . 'TODAY. ' x 20 ] },
        { html => [ $away, 'NEW: it is all still there' ] },
        undef, qr/^\d+ of \d+ words/,
    ],
    'marks' => [
        { html => [ $away, "$away!!" ] },
        { html => [ $away, "Hello! $away! Yes!" ] },
        undef, qr/^2, 1 together/,
    ],
    'script' => [
        { html => [ $note, '<p onclick="go()" id="note">' ] },
        { html => [ $note, '<p lang="on" id="note">' ] },
        qr/onclick/,
    ],
    'form' => [
        { html => [ $note, "<form action='x'></form>$note" ] },
        {},
        qr/<form/,
    ],
    'external-css' => [
        { html => [ '<style>', "<style>\n\@import url(https://x.example/);" ] },
        { html => [ '<style>', '<link rel="icon" href="x"><style>' ] },
        qr/\@import/,
    ],
    'embed' => [
        { html => [ $note, "<iframe src='https://x.example'></iframe>$note" ] },
        {},
        qr/<iframe/,
    ],
);

# The rules as the program, and as the documentation has them.

my ($status, $out) = lint('--rules', '--json');
my %rules = map { $_->{id} => $_ } @{ decode_json($out) };

my $docs = slurp("$FindBin::Bin/../docs/lint.md");
my %documented = $docs =~ /^\| `([a-z-]+)` \| (error|warning|info) \|/mg;

is($status, 0, '--rules');
is_deeply(\%documented, { map { $_ => $rules{$_}{severity} } keys %rules },
    'docs/lint.md has all rules, and their severities');
cmp_ok(length $rules{$_}{why}, '>', 20, "$_: there is a reason") for keys %rules;

# Tags that docs/creatives.md has are no unknown tags (lint_tags.c lists them).

my ($manual) = slurp("$FindBin::Bin/../docs/creatives.md")
    =~ /\A(.*?)^## The bundled creatives$/ms;
my ($section, @tags) = '';

foreach my $row ($manual =~ /^\| ((?:– )?`[a-z_.]+`(?:, `[a-z_.]+`)*) \|/mg) {
    my @names = $row =~ /`([a-z_.]+)`/g;

    $section = $names[0] if $row !~ /^–/;
    push @tags, map { $row =~ /^–/ ? "{{#$section}}{{$_}}{{/$section}}"
        : "{{$_}}" } grep { !/^(?:approved|changed|new|retired)$/ } @names;
}

cmp_ok(scalar @tags, '>', 35, 'tags are documented');
spew("$dir/page.html", join "\n", @tags);
is_deeply([ map { $tags[ $_->{line} - 1 ] } found(
    report("$dir/page.html", '-c', $conf), 'tag-unknown') ], [],
    'the lint knows them all');

# Nothing.

my $clean = creative(%base);

is_deeply($clean->{findings}, [], 'nothing is found in the base');
is($clean->{measures}{contrast}, 7.45, 'its lowest contrast');
is($clean->{measures}{cta_height}, 48, 'the height of its button');
cmp_ok($clean->{measures}{html_bytes}, '>', length $base{html}, 'its weight');

# Each rule.

foreach my $id (sort keys %cases) {
    my ($bad, $good, $line, $measured) = @{ $cases{$id} };
    my $report = creative(changed(%$bad));
    my ($finding) = found($report, $id, $rules{$id}{severity});

    ok($finding, "$id is found") or do {
        diag(explain($report->{findings}));
        next;
    };

    if (defined $line) {
        like(line_of($finding), $line, '... where it is');
        cmp_ok($finding->{column}, '>', 0, '... with a column');

    } else {
        is($finding->{line}, 0, '... in the file as a whole');
    }

    like($finding->{measured}, $measured, '... measured') if $measured;

    $report = creative(changed(%$good));
    is_deeply([ found($report, $id) ], [], "$id is not found in what is right");
    is_deeply([ grep { $_->{severity} eq 'error' } @{ $report->{findings} } ],
        [], '... nor another error')
        if $id !~ /^(?:image-src|clip-unsubscribe)$/;
}

# Files: what only they can show.

sub page ($body) {
    spew("$dir/page.html", '<!DOCTYPE html><html lang="en"><head><title>x'
        . '</title><meta name="viewport" content="x"></head><body>'
        . "$body</body></html>\n");

    return report("$dir/page.html", '-c', $conf);
}

my $text = '<p>' . $filler x 3 . '</p>';
my $img  = '<img src="https://loom.example/a.png" alt="Cart" width="60">';

ok(found(page("<p>Your cart</p>$img"), 'image-only'), 'image-only is found');
ok(!found(page("$text$img"), 'image-only'), 'image-only is not found');
ok(!found(page("<p>Your cart</p>"), 'image-only'), 'image-only without pictures');

spew("$dir/large.png", 'x' x (501 * 1024));
spew("$dir/small.png", 'x' x (400 * 1024));
my ($heavy) = found(page("$text<img src=large.png alt='' width=9>"),
    'image-weight');
is($heavy && $heavy->{measured}, '501 KB', 'image-weight is found');
ok(!found(page("$text<img src=small.png alt='' width=9>"), 'image-weight'),
    'image-weight is not found');

# The words for the cart are those of the page's language.

sub german ($words) {
    spew("$dir/page.html", "<html lang=de-AT><p>$words");

    return report("$dir/page.html", '-c', $conf);
}

ok(!found(german('Ihr Warenkorb wartet'), 'purpose-screen'), 'a German page');
ok(found(german('Your cart is waiting'), 'purpose-screen', 'warning'),
    'an English text in it');
spew("$dir/page.html", '<html lang=ja><p>Your cart is waiting');
my ($japanese) = found(report("$dir/page.html", '-c', $conf), 'purpose-screen');
is($japanese && $japanese->{measured}, 'not computed', 'Japanese is not known');

# Bundled ones: at most 30 KB, and clean.

sub bundled ($kilobytes) {
    my %files = changed(html => [ '</body>', padding($kilobytes) . '</body>' ]);

    spew("$dir/creatives/x/en.$_", $files{$_}) for keys %files;
    spew("$dir/bundled.conf", slurp($conf) =~ s/^creatives.*\n//mr);
    (undef, my $json) = command([ $binary, qw(creative lint x --json -c),
        "$dir/bundled.conf" ],
        env => { SITEPRESERVER_CREATIVES => "$dir/creatives" });

    return decode_json($json);
}

ok(found(bundled(29), 'weight-bundled'), 'weight-bundled is found');
ok(!found(bundled(20), 'weight-bundled'), 'weight-bundled is not found');

is_deeply([ sort +keys %cases, qw(image-only image-weight weight-bundled) ],
    [ sort keys %rules ], 'every rule has been tried');

foreach my $name (map { m{([^/]+)/$} } glob "$FindBin::Bin/../mailer/creatives/*/")
{
    my $config = slurp($conf) =~ s/^creatives.*\n//mr =~ s/creative = x/creative = $name/r;

    spew("$dir/bundled.conf", $config);
    my ($exit, $json, $err) = command([ $binary, qw(creative lint), $name,
        '--json', '--strict', '-c', "$dir/bundled.conf" ],
        env => { SITEPRESERVER_CREATIVES =>
            Cwd::abs_path("$FindBin::Bin/../mailer/creatives") });

    is($exit, 0, "bundled $name is clean");
    my $report = eval { decode_json($json) }
        // { findings => [ { id => $err } ] };

    is_deeply([ grep { $_->{id} ne 'tag-unseen' } @{ $report->{findings} } ],
        [], '... nothing found');
}

# What cannot be computed is said to be so, and is no error.

sub unknown ($name, $id, %changes) {
    my $report = creative(changed(%changes));
    my ($finding) = found($report, $id);

    ok($finding, "$name: $id") or return;
    is($finding->{measured}, 'not computed', '... is not computed');
    is($finding->{severity}, 'info', '... and no error');
}

unknown('a picture behind the text', 'contrast',
    html => [ '<table class="card"',
        '<table background="https://loom.example/a.png" class="card"' ]);
unknown('a selector that is not understood', 'contrast',
    html => [ '#note {', 'p:nth-child(2n+1) {color: #fefefe} #noone {' ]);
unknown('a variable', 'cta-contrast', html => [ 'color:#ffffff',
    'color:var(--c)' ]);
unknown('a height between', 'cta-size', html => [
    ';line-height:20px', '', 'padding:14px', 'padding:12px' ]);

# What counts is what is seen last: rules, weights, media.

sub silent ($name, $id, %changes) {
    is_deeply([ found(creative(changed(%changes)), $id) ], [], $name);
}

sub loud ($name, $id, %changes) {
    ok(found(creative(changed(%changes)), $id), $name);
}

loud('a rule by class makes the button faint', 'cta-contrast',
    html => [ '#note {', '.button {color: #2f6e74 !important} #note {' ]);
silent('a rule of less weight does not', 'cta-contrast',
    html => [ '#note {', '.button {color: #2f6e74} #note {' ]);
loud('a rule by id', 'contrast', html => [ '#note {', '#foot {color: #999} '
    . '#note {' ]);
loud('half-transparent text', 'contrast',
    html => [ '#note {color: #555555}',
        '#note {color: rgba(0, 0, 0, .4)}' ]);
loud('bgcolor', 'contrast', html => [ '<tr><td style="padding:20px">',
    '<tr><td bgcolor="444444">' ]);
silent('large text may be fainter', 'contrast',
    html => [ '<h1>', '<h1 style="color:#888888">' ]);
loud('a link has a colour of its own', 'contrast-dark',
    html => [ '<a class="plain" href="{{cart_link_items}}" '
        . 'style="color:#555555">', '<a href="{{cart_link_items}}" '
        . 'style="color:#00e">' ]);
loud('the button at 320 px', 'cta-size', html => [ '.card {width',
    ".button {padding: 2px !important}\n.card {width" ]);
loud('a link with all its space in the cell', 'cta-size',
    html => [ 'display:block;padding:14px 24px', 'display:inline' ]);
silent('a button of fixed height', 'cta-size',
    html => [ 'padding:14px 24px', 'height:44px;width:200px' ]);
loud('text that is as its paper', 'hidden-text',
    html => [ $note, "<p style='color:#ffffff'>cheap watches</p>$note" ]);
loud('text of one pixel', 'hidden-text',
    html => [ $note, "<p style='font-size:1px'>cheap watches</p>$note" ]);
loud('a link in a picture without words', 'image-alt',
    html => [ $picture, "<a href='{{link}}'><img src='{{picture}}' alt='' "
        . 'width=76></a>' ]);
loud('a data: URL', 'image-src',
    html => [ $note, "$note<img src='data:image/png;base64,AA' alt='' width=9>"
        ]);
loud('a wide picture', 'width', html => [ $note,
    "$note<img src='https://loom.example/a.png' alt='' width=400>" ]);
silent('a wide picture that shrinks', 'width', html => [ $note,
    "$note<img src='https://loom.example/a.png' alt='' width=400 "
    . 'style="max-width:100%">' ]);
loud('text between cells', 'html-broken', html => [ "{{#items}}\n",
    "{{#items}}\nlost\n" ]);
loud('an end tag alone', 'html-broken', html => [ $note, "</span>$note" ]);
loud('a partial', 'tag-unknown', html => [ $note, "{{>footer}}$note" ]);
loud('a member that is not there', 'tag-unknown',
    html => [ '{{shop.name}}{{#', '{{shop.nme}}{{#' ]);
loud('a javascript: link', 'script', html => [ $note,
    "$note<a class=plain href='javascript:go()'>Help</a>" ]);
loud('a mailto: that is another', 'link-text', html => [ $note,
    "$note<a class=plain href='mailto:a\@evil.example'>hello\@loom.example</a>" ]);
silent('a price is no address', 'link-text', html => [ $note,
    "$note<a class=plain href='$TAGGED'>10.50</a>" ]);
loud('no unsubscribe link in the text', 'unsubscribe',
    txt => [ '{{unsubscribe_link}}', '' ]);
loud('a short text part', 'text-part', txt => [ $base{txt},
    '{{cart_link}} {{unsubscribe_link}} {{#shop.address}}{{.}}{{/shop.address}}'
    ]);
loud('text in the button\'s line', 'cta-space', html => [
    $cta, "Or else: " . $cta =~ s/display:block/display:inline-block/r ]);

# Lines and columns are the template's, whatever was rendered before them.

my ($place) = found(creative(changed(html => [ 'Questions?',
    'Größe: <i style="font-size:9px">x</i> Questions?' ])), 'font-size');
my @lines = split /^/, slurp("$dir/creatives/x/en.html");
my ($expected) = grep { $lines[ $_ - 1 ] =~ /Größe/ } 1 .. @lines;
is($place->{line}, $expected, 'the line');
is($place->{column}, length('<p id="note">') + length('Groesse: ') - 2
    + length('<i style="font-size:9px">') + 1, 'the column, in characters');
is($place->{cart}, 'usual', 'the first cart that showed it');

my ($some) = found(creative(changed(html => [ $away,
    "Hello {{first_name}}, $away" ])), 'tag-empty');
like($some->{message}, qr/in (\d+) of (\d+) carts/, 'how many carts');

# The head.

my ($subject) = found(creative(changed(head => [ 'is waiting',
    'is waiting!! {{nobody}}' ])), 'tag-unknown');
is($subject->{file}, "$dir/creatives/x/en.head", 'a tag in the head');
is($subject->{line}, 2, '... its line');
is($subject->{column},
    index('subject: Your cart at {{shop.name}} is waiting!! ', '!! ') + 4,
    '... its column');

# The command.

creative(%base);
($status, $out) = lint('x', '-c', $conf);
is($status, 0, 'clean: 0');
like($out, qr/^0 errors, 0 warnings, 0 infos\nHTML at most /m, '... and says so');

creative(changed(html => [ $away, "$away!!" ]));
($status, $out) = lint('x', '-c', $conf);
is($status, 0, 'warnings: 0');
like($out, qr{^\Q$dir\E/creatives/x/en\.html: warning: .* together \(marks\)$}m,
    '... named');
is((lint('x', '-c', $conf, '--strict'))[0], 1, '--strict: 1');

creative(changed(html => [ $note, "<form></form>$note" ]));
($status, $out) = lint('x', '-c', $conf);
is($status, 1, 'errors: 1');
like($out, qr{^\Q$dir\E/creatives/x/en\.html:\d+:\d+: error: .* \(form\)$}m,
    '... with their place');

($status, undef, my $err) = lint('nobody', '-c', $conf);
is($status, 5, 'no such creative: 5');
like($err, qr/nobody/, '... named');
is((lint('../x', '-c', $conf))[0], 5, 'no such file: 5');
is((lint('-c', $conf))[0], 2, 'nothing named: 2');
is((lint('x', '-c', "$dir/none"))[0], 3, 'no configuration: 3');
is((lint('x', '-c', $conf, '--shop', 'none'))[0], 5, 'no such shop: 5');

# A file of somebody else: tags that are not ours are said to be wrong, and
# the rest is looked at.

spew("$dir/page.html", "<p>{{#each items}}\n<form></form>{{/each}}");
my $foreign = report("$dir/page.html", '-c', $conf);
ok(found($foreign, 'template'), 'a template of another kind');
my ($form) = found($foreign, 'form');
is($form->{line}, 2, '... is looked at nevertheless');

# Whatever it is, it ends.

my %hostile = (
    'deep'       => '<div>' x 50_000,
    'unclosed'   => '<b id=x>' x 30_000,
    'tables'     => '<table><tr><td>' x 15_000,
    'rules'      => '<style>' . 'a b c d e{color:red}' x 12_000 . '</style>'
        . '<p>x' x 1000,
    'texts'      => '<i>x</i>' x 30_000,
    'nested'     => '<i>' x 500 . '<b style="color:red">x</b>' x 8000,
    'links'      => '<a href="http://a.example">b.example</a>' x 6000,
    'attributes' => '<p ' . join(' ', map { "a$_=b" } 1 .. 25_000) . '>x',
    'sections'   => '{{#items}}{{name}}{{/items}}' x 9000,
    'comments'   => '<!--' x 60_000,
    'entities'   => '&#x10ffff;&amp' x 15_000,
);

foreach my $name (sort keys %hostile) {
    spew("$dir/page.html", $hostile{$name});
    my $report = eval { report("$dir/page.html", '-c', $conf) };
    ok($report && $report->{errors}, "$name: a report") or diag($@);
}

all_done();
