#!/usr/bin/perl
# slow

# Every link of every bundled creative, and of a designer's file that was
# imported, is clicked in a real browser, through nginx and the module: it leads
# to the shop, and a script there reads what Google Analytics would.

use v5.36;
use utf8;

use FindBin;
use lib "$FindBin::Bin/lib";

use JSON::XS;
use Test::More;

use Sp::Test;
use Sp::Call;
use Sp::Mailer;
use Sp::Nginx;
use Sp::Origin;
use Sp::Redis;

my @UTM = qw(utm_source utm_medium utm_campaign utm_id utm_source_platform
    utm_term utm_content utm_creative_format utm_marketing_tactic);

binmode Test::More->builder->$_, ':encoding(UTF-8)'
    for qw(output failure_output todo_output);

my $root = Sp::Test::root();
my $dir = dir();
my $secret = secret_file();
my %tool = install();
my $redis = Sp::Redis->new;

# The page of a shop: its script keeps what GA4 reads, each with all values.

my $script = join ', ', map { "'$_'" } @UTM, 'sp';
my $page = <<"EOP";
<!DOCTYPE html><title>shop</title><script>
const q = new URLSearchParams(location.search);
window.ga4 = { hash: location.hash, path: location.pathname, all: q.toString() };
for (const name of [$script]) { if (q.has(name)) { window.ga4[name] = q.getAll(name); } }
</script>
EOP

my $origin = Sp::Origin->new(sub ($method, $uri, $headers, $body) {
    [ 200, { 'Content-Type' => 'text/html' }, $page ] });
my $nginx = Sp::Nginx->new(http => <<"CONF");
sitepreserver_redis @{[ $redis->url ]};
sitepreserver_secret_file $secret;
server {
    listen 127.0.0.1:%%PORT%%;
    sitepreserver on;
    sitepreserver_shop demo;
    sitepreserver_event view_cart GET = /cart { }
    location / { proxy_pass http://127.0.0.1:@{[ $origin->port ]}; }
}
CONF
my $shop = 'http://127.0.0.1:' . $nginx->port;

mkdir "$dir/creatives" or die;

my $mailer = Sp::Mailer->new(config => <<"CONF");
secret_file = "$secret"
redis       = "@{[ $redis->url ]}"
creatives   = "$dir/creatives"
state_dir   = "%%DIR%%"
shop "demo" {
    from       = "Demo <demo\@shop.example>"
    reply_to   = "help\@shop.example"
    cart_url   = "$shop/cart?from=mail#summary"
    public_url = "$shop"
    brand { address = "1 High Street, Dublin" }
    utm { campaign = "getting & back" }
    series "default" {
        step "first" { delay = 0  creative = reminder  utm { source = "our mail" } }
    }
}
CONF

# Bundled ones are installed beside the program; here they are in the tree.

opendir(my $d, "$root/mailer/creatives") or die;
my @names = sort grep { /^\w/ } readdir $d;
closedir $d;
cmp_ok(scalar(@names), '>', 0, 'there are bundled creatives');

for my $name (@names) {
    system('cp', '-R', "$root/mailer/creatives/$name", "$dir/creatives/") == 0
        or die;
}

my ($status, undef, $err) = $mailer->run('creative', 'import',
    "$root/t/creatives/designer.html", '--name', 'designed', '--add-footer');
is($status, 0, 'a designer\'s file is imported') or diag $err;

my %mails;

for my $name (@names, 'designed') {
    for my $head (glob "$dir/creatives/$name/*.head") {
        my ($locale) = $head =~ m{([^/]+)\.head$};
        my $file = "$dir/$name-$locale.html";

        ($status, undef, $err) = $mailer->run('creative', 'preview', $name,
            '--locale', $locale, '-o', $file);
        is($status, 0, "$name in $locale") or diag $err;
        $mails{$file} = { name => $name, locale => $locale };
    }
}

# Chromium without its windows, where it is: half the work for each page.

local $ENV{SP_MODULES} = $tool{modules};
local $ENV{CHROMIUM} = $ENV{CHROMIUM} // (grep { -x }
    '/usr/bin/chromium-headless-shell', '/usr/bin/chromium')[0];
my ($rc, $out, $said) = command([ $tool{node},
    "$root/t/creatives/click.mjs", sort keys %mails ], timeout => 900);
is($rc, 0, 'every link was clicked') or diag $said;

for my $line (split /\n/, $out) {
    my $link = decode_json($line);
    push @{ $mails{$link->{file}}{links} }, $link;
}

for my $file (sort keys %mails) {
    my $mail = $mails{$file};
    my $what = "$mail->{name} in $mail->{locale}";

    subtest $what => sub { look($mail) };
}

# What only the designer's file has.

my %by = map { $_->{text} => $_ } @{ $mails{"$dir/designed-en.html"}{links} };

is($by{'shipping costs'}{ga}{hash}, '#costs', 'a fragment stays last');
like($by{'shipping costs'}{ga}{all}, qr/^from=mail&a=1&utm_source=/,
    'a query stays first');
is($by{'shipping costs'}{ga}{path}, '/help/shipping', 'a path is resolved');
is_deeply([ $by{'shipping costs'}{ga}{utm_content} ],
    [ [ 'designed-shipping-costs' ] ], 'its name');
is_deeply($by{'The sale'}{ga}{utm_source}, [ 'designer' ],
    'what has parameters keeps its own');
is($by{'The sale'}{ga}{utm_medium}, undef, '... and gets no others');
like($by{'The sale'}{url}, qr/\?utm_source=designer&x=%26#top$/,
    '... to the letter');
is_deeply($by{'Größe & Maß'}{ga}{utm_content}, [ 'designed-gro-e-ma' ],
    'a name out of letters that are none of ASCII')
    or diag explain \%by;
is($by{'A partner'}{href}, 'https://elsewhere.example/x?y=1',
    'elsewhere nothing is told');
is($by{'write to us'}{href}, 'mailto:help@shop.example?subject=Cart', 'mailto:');
is($by{'+353 123'}{href}, 'tel:+353123', 'tel:');
is($by{'up'}{href}, '#top', 'a place in the mail');
ok($by{'Back to my cart'}{cta}, 'the call to action is marked');

my @served = grep { /[?&]sp=/ } map { $_->{uri} } $origin->requests;
is(@served, 0, 'the shop never sees a token');

all_done();


sub look ($mail) {
    my (%content, $ctas);

    for my $link (@{ $mail->{links} }) {
        my ($text, $ga) = ($link->{text}, $link->{ga});

        if (!$link->{clicked}) {
            like($link->{href}, qr/^(mailto:|tel:|#)/, "$text: is no page");
            unlike($link->{href}, qr/utm_|sp=/, '... and tells nothing');
            next;
        }

        next if $link->{href} !~ /^\Q$shop\E/;

        is($link->{status}, 200, "$text: leads to the shop");
        is($ga->{sp}, undef, '... whose scripts see no token');

        if ($ga->{path} =~ m{^/sp/}) {
            unlike($ga->{all}, qr/utm_/, '... the way out tells nothing');
            next;
        }

        is(scalar(@{ $ga->{$_} // [] }) <= 1, 1, "... $_ once") for @UTM;
        next if ($ga->{utm_source}[0] // '') eq 'designer';

        my $used = $mail->{name} eq 'reminder';

        is($ga->{utm_source}[0], $used ? 'our mail' : 'demo', '... source');
        is($ga->{utm_medium}[0], 'email', '... medium: the channel is Email');
        is($ga->{utm_campaign}[0], 'getting & back', '... campaign');
        like($ga->{utm_content}[0], $used ? qr/^first-[a-z]/
            : qr/^\Q$mail->{name}\E-[a-z]/, '... content: step and link');
        ok(length $ga->{utm_id}[0], '... id');
        $content{ $ga->{utm_content}[0] }{ $link->{url} =~ s/\?.*//r } = 1
            if $ga->{utm_content}[0] !~ /-items?$/;

        if ($ga->{utm_content}[0] =~ /-cta$/) {
            $ctas++;
            is($ga->{path}, '/cart', '... the cart');
            is($ga->{hash}, '#summary', '... at its place');
            like($ga->{all}, qr/^from=mail&/, '... with its query');
        }
    }

    cmp_ok($ctas // 0, '>=', 1, 'a call to action');
    is((grep { keys %$_ > 1 } values %content), 0,
        'no two pages have one name');
}


# playwright-core, from the cache or the registry.
sub install () {
    my ($s, $text, $error) = command([ "$root/t/creatives/install" ],
        timeout => 600, clock => 0);

    BAIL_OUT("no browser: $error") if $s;

    return $text =~ /^(\w+)=(.*)$/mg;
}
