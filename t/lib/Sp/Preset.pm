package Sp::Preset;

# A preset of conf/presets, as an operator uses it: a real nginx that includes
# it, an origin that answers as the platform does, and Redis.  Shoppers shop;
# then it is looked at what is known of them and who would be mailed.
#
#     my $t   = Sp::Preset->new('medusa', \&origin);
#     my $ada = $t->shopper('ada');
#     $ada->json('/store/carts', {});
#     $t->cart_is($ada, [ { id => 'mug', quantity => 2 } ], 2800, 'EUR');
#     $t->shopper_is($ada, 'ada@example.com');
#     $t->mailed_are({ 'ada@example.com' => [ { id => 'mug' } ] });
#     $t->done;
#
# Nothing here waits for time to pass: every look at Redis first waits until all
# that nginx has seen is there.

use v5.36;

use JSON::XS ();
use List::Util qw(sum0);
use Sp::Call;
use Sp::Clock;
use Sp::Http;
use Sp::Nginx;
use Sp::Origin;
use Sp::Preset::Record;
use Sp::Preset::Recording;
use Sp::Preset::Shopper;
use Sp::Redis;
use Sp::Test qw(root secret_file wait_for);
use Test::More;
use Time::HiRes qw(sleep);
use Exporter qw(import);

our @EXPORT_OK = qw(answer page redirect);

my $IDLE = 3600;
my $JSON = JSON::XS->new->utf8->canonical;

# Counters that must stay 0: an event was lost, or a body was not read.
my @LOST = qw(dropped limited request_cut response_cut request_bad response_bad
              encoded in_file lines_dropped no_memory errors);


# The preset's name and the origin's handler (see Sp::Origin).  Options: define
# => { name => value } (what an operator writes before the include), server =>
# more lines of the server, allow => [ counters of @LOST that may rise ], at =>
# the time to begin with, replay => 1: each mailed_are() is also asked of
# `sitepreserver replay` on what the shoppers did.
sub new ($class, $name, $handler, %o) {
    my $self = bless {
        name => $name, handler => $handler, n => 0, emails => {},
        shop => 'shop', %o }, $class;

    # The time of a recording, or the morning of a day.
    $self->{clock} = Sp::Clock->current // Sp::Clock->new;
    $self->{at} ? $self->{clock}->advance($self->{at} - $self->{clock}->now)
        : $self->{clock}->morning;
    $self->{redis}  = Sp::Redis->new;
    $self->{origin} = Sp::Origin->new($handler);
    $self->{nginx}  = Sp::Nginx->new(http => $self->_conf);
    $self->{record} = Sp::Preset::Recording->new;
    $self->{status} = Sp::Http->new(port => $self->{nginx}->port);
    $self->{call}   = Sp::Call->new(
        redis => $self->{redis}, shop => $self->{shop}, hello => 0);

    # Rescues are made of what is left from now on, as with a mailer that is
    # live.  nginx may have loaded the functions already.
    $self->{redis}->try($self->{call}->args(call => 'load')->@*);
    $self->_function('mode', 'shop', 3);

    return $self;
}


sub nginx ($self)  { return $self->{nginx} }
sub origin ($self) { return $self->{origin} }
sub redis ($self)  { return $self->{redis} }
sub clock ($self)  { return $self->{clock} }


# A browser, with a jar of its own.  Options are those of Sp::Http.
sub shopper ($self, $name, %o) {
    return Sp::Preset::Shopper->new($self, $name, %o);
}


# -- what is known of a shopper, as tests ----------------------------------


# The cart has these lines, in this order; of a line only what is given is
# compared: id key sku name quantity price total image url options category.
sub cart_is ($self, $who, $lines, $total = undef, $currency = undef,
             $name = undef)
{
    local $Test::Builder::Level = $Test::Builder::Level + 1;

    my $visit = $self->visit($who);

    $name //= "$who->{name}: the cart";
    _lines_are($visit->{lines}, $lines, $name) or return 0;
    is($visit->{total}, $total, "$name: the total") if defined $total;
    is($visit->{currency}, $currency, "$name: the currency")
        if defined $currency;

    return 1;
}


# Nothing is in the cart.
sub no_cart ($self, $who, $name = undef) {
    local $Test::Builder::Level = $Test::Builder::Level + 1;

    return _lines_are($self->visit($who)->{lines}, [],
        $name // "$who->{name}: no cart");
}


# That is who it is.
sub shopper_is ($self, $who, $email, $name = undef) {
    local $Test::Builder::Level = $Test::Builder::Level + 1;

    my $id = $self->visit($who)->{shopper};

    return is($self->_address($id, $email), $email,
        $name // "$who->{name}: is $email");
}


# Nobody knows who it is.
sub nobody ($self, $who, $name = undef) {
    local $Test::Builder::Level = $Test::Builder::Level + 1;

    return is($self->_address($self->visit($who)->{shopper}), '',
        $name // "$who->{name}: nobody");
}


# An order was placed, and the cart is empty.
sub ordered ($self, $who, $name = undef) {
    local $Test::Builder::Level = $Test::Builder::Level + 1;

    my $visit = $self->visit($who);

    $name //= "$who->{name}: has ordered";

    return ok($visit->{order} && !$visit->{lines}->@*, $name)
        || diag($visit->{order} ? 'the cart is not empty' : 'no order');
}


# No order was placed.
sub not_ordered ($self, $who, $name = undef) {
    local $Test::Builder::Level = $Test::Builder::Level + 1;

    return ok(!$self->visit($who)->{order},
        $name // "$who->{name}: has not ordered");
}


# An order is uncertain: nothing is sent for a while.
sub pending ($self, $who, $name = undef) {
    local $Test::Builder::Level = $Test::Builder::Level + 1;

    return ok($self->visit($who)->{hold} > $self->{clock}->now * 1000,
        $name // "$who->{name}: an order is pending");
}


# What the last request of this shopper was taken for, "add_to_cart,identify",
# or why for nothing: "rejected", "no_match", ...
sub event_is ($self, $who, $event, $name = undef) {
    local $Test::Builder::Level = $Test::Builder::Level + 1;

    $self->settle;

    my $log = $self->_log($who->{last});

    return is($log->{event} ne '-' ? $log->{event} : $log->{result}, $event,
        $name // "$who->{name}: $event");
}


# An idle time passes; exactly these would be mailed: address to lines (as in
# cart_is), or to { lines => , total => , currency => }.  May be asked again:
# whoever has not come back is named again.
sub mailed_are ($self, $wanted, $name = 'mailed') {
    local $Test::Builder::Level = $Test::Builder::Level + 1;

    $self->settle;
    $self->{clock}->advance($IDLE + 60);

    $self->_mailed_are($wanted, { map {
        ($self->_address($_->{shopper}, keys %$wanted) => $_)
    } $self->_claim }, $name);
    $self->_mailed_are($wanted, $self->{record}->mailed($self->{nginx},
        $self->{shop}), "$name, by replay") if $self->{replay};

    return 1;
}


sub _mailed_are ($self, $wanted, $got, $name) {
    local $Test::Builder::Level = $Test::Builder::Level + 1;

    is(join(' ', sort keys %$got), join(' ', sort keys %$wanted),
        "$name: who") or return 0;

    for my $email (sort keys %$wanted) {
        my $want = $wanted->{$email};

        $want = { lines => $want } if ref $want eq 'ARRAY';
        _lines_are($got->{$email}{lines}, $want->{lines}, "$name: $email");
        is($got->{$email}{$_}, $want->{$_}, "$name: $email: $_")
            for grep { defined $want->{$_} && exists $got->{$email}{$_} }
                qw(total currency first_name);
    }

    return 1;
}


# The share of bytes that rules have looked at, of pages, of data (what is no
# page) and of both, is the one that docs/presets.md tells of this traffic.
sub reads ($self, $traffic = "its test's") {
    local $Test::Builder::Level = $Test::Builder::Level + 1;

    my (%all, %read);

    $self->settle;

    for (split /\n/, $self->{nginx}->access_log) {
        my ($read, $all, $type) = / (\d+) (\d+) (\S+)[^ ]*(?: .*)?$/ or next;

        for ($type =~ /html/ ? 'pages' : 'data', 'all') {
            $read{$_} += $read;
            $all{$_}  += $all;
        }
    }

    my %share = map { $_ => 100 * $read{$_} / $all{$_} }
        grep { $all{$_} } keys %all;
    my ($row) = Sp::Test::slurp(root() . '/docs/presets.md')
        =~ /^\| `\Q$self->{name}\E\.conf` \| \Q$traffic\E \|(.*)\|$/m;
    my %told;

    @told{qw(pages data all)} = map { /(\d+) %/ ? $1 : undef }
        split /\|/, $row // '';

    # Where one piece of an answer ends and the next begins may differ: by less
    # than what is rounded here.
    return ok(!!%told && !(grep { defined $told{$_} && (!defined $share{$_}
            || abs($share{$_} - $told{$_}) > 1) } keys %told)
        && !(grep { $share{$_} && !defined $told{$_} } qw(pages data)),
        "of $traffic answers is read what docs/presets.md says")
        || diag('measured: ', join ', ', map { sprintf '%s %.1f %%', $_,
            $share{$_} } sort keys %share);
}


# Nothing was lost on the way, it was read what the docs say, and all servers
# end well.
sub done ($self) {
    local $Test::Builder::Level = $Test::Builder::Level + 1;

    $self->nothing_lost;
    $self->reads;
    Sp::Test::all_done();

    return;
}


# The same shop again, where what was chosen of a product is read as well, with
# the selector that the preset's head has for it, or this one.
sub chosen ($self, $code, $selector = undef) {
    my ($name, $value) = Sp::Test::slurp(root()
        . "/conf/presets/$self->{name}.conf")
        =~ /^#     sitepreserver_define (\w+_options) "([^"]+)";/m;
    my $other = ref($self)->new($self->{name}, $self->{handler},
        server => $self->{server},
        define => { ($self->{define} // {})->%*, $name => $selector // $value });

    $code->($other);
    $other->nothing_lost;

    return;
}


sub nothing_lost ($self) {
    local $Test::Builder::Level = $Test::Builder::Level + 1;

    my %may = map { $_ => 1 } ($self->{allow} // [])->@*;

    $self->settle;

    my $counters = $self->_counters->{counters};

    return is(join(' ', grep { $counters->{$_} && !$may{$_} } @LOST), '',
        'nothing was lost or not understood');
}


# -- what an origin answers ------------------------------------------------


# JSON.
sub answer ($status, $data, %headers) {
    return [ $status, { 'Content-Type' => 'application/json', %headers },
        defined $data ? $JSON->encode($data) : '' ];
}


# HTML; $headers may be a list of pairs, for several cookies.
sub page ($html, $headers = {}) {
    my @pairs = ref $headers eq 'HASH' ? %$headers : @$headers;

    return [ 200, [ 'Content-Type' => 'text/html; charset=utf-8', @pairs ],
        $html ];
}


sub redirect ($to, $headers = {}) {
    my @pairs = ref $headers eq 'HASH' ? %$headers : @$headers;

    return [ 302, [ Location => $to, @pairs ], '' ];
}


# -- below: how it is done -------------------------------------------------


# Everything that was asked so far is in Redis.  One worker: it has ended each
# exchange before it serves its status.  Events are dated by when Redis takes
# them: what comes next is later by more than a clock's step.
sub settle ($self) {
    wait_for {
        my $status = $self->_counters;

        return !sum0(map { $_->{events} } $status->{workers}->@*)
            && $status->{counters}{queued} == $status->{counters}{applied};
    } or die "events do not come to Redis\n", $self->{nginx}->error_log;

    sleep 0.003;

    return $self;
}


# The record of this shopper's visit: lines, total, currency, shopper, order,
# hold; of a visit that was moved, the one it was moved to.
sub visit ($self, $who) {
    $self->settle;

    # A request that was nothing names whomever it likes.
    my ($id) = map { $_->{visitor} }
        grep { $_ && $_->{visitor} ne '-' && $_->{result} eq 'observed' }
        map { $self->_log($_) } reverse $who->{asked}->@*;

    for (1 .. 8) {
        last if !defined $id;

        my $raw = $self->{redis}->cmd('GET', $self->_key("v:$id"));
        my $to  = $self->{redis}->cmd('GET', $self->_key("a:$id"));

        return Sp::Preset::Record::visit($raw, sub ($item) {
            $self->{redis}->cmd('GET', $self->_key("n:$item")) }) if defined $raw;

        ($id) = ($to // '') =~ /v([\w-]{22})\z/;
    }

    return { lines => [], total => '', currency => '', shopper => '',
             order => 0, hold => 0 };
}


# What a shopper did, and when.
sub _record ($self, %o) {
    return $self->{record}->add(%o, time => $self->{clock}->now);
}


# The number of this request, for its line in the log.
sub _ask ($self) { return ++$self->{n} }


sub _log ($self, $n) {
    my ($line) = $self->{nginx}->access_log =~ /^(\Q$n\E .*)$/m
        or return undef;
    my %log;

    @log{qw(n visitor shopper event result read bytes type)}
        = split / /, $line;

    return \%log;
}


sub _counters ($self) { return $self->{status}->get('/sp/status')->data }


# A key of the shop; braces: all of it is in one slot of a cluster.
sub _key ($self, $key) { return "sp:{$self->{shop}}:$key" }


sub _function ($self, $name, $key, @args) {
    return $self->{redis}->cmd('FCALL', _library() . "_$name", 2,
        $self->_key($key), $self->_key('moved'), @args);
}


# "sp1": the last of shared/sp_functions.versions.
sub _library () {
    my ($name) = Sp::Test::slurp(root() . '/shared/sp_functions.versions')
        =~ /^(\w+) \w+\s*\z/m;

    return $name;
}


# All that is due, each with a lease that ends at once.
sub _claim ($self) {
    my %got;

    for (1 .. 50) {
        my (undef, undef, @flat)
            = $self->_function('claim', 'due', 'preset', 64, 1)->@*;
        my $new = 0;

        while (my @one = splice @flat, 0, 11) {
            $new ||= !$got{ $one[0] };
            $got{ $one[0] } = Sp::Preset::Record::claimed(@one);
        }

        last if !$new && $_ > 1;
    }

    return values %got;
}


# The address of a shopper's id, as far as this test has named it.
sub _address ($self, $id, @more) {
    return '' if $id eq '';

    $self->{emails}{ $self->{call}->tokens($_)->{shopper} } = $_
        for grep { !$self->{asked_for}{$_}++ } @more;

    return $self->{emails}{$id} // 'somebody else';
}


sub _lines_are ($got, $wanted, $name) {
    local $Test::Builder::Level = $Test::Builder::Level + 1;

    my @seen = map {
        my ($line, $want) = ($got->[$_], $wanted->[$_]);
        $want ? { map { $_ => $line->{$_} } keys %$want } : $line;
    } 0 .. $#$got;

    return is_deeply(\@seen, $wanted, $name)
        || diag('the cart: ' . $JSON->encode($got));
}


sub _conf ($self) {
    my $secret = secret_file();
    my $preset = root() . "/conf/presets/$self->{name}.conf";
    my $define = $self->{define} // {};
    my $names  = join '', map { "sitepreserver_define $_ \"$define->{$_}\";\n" }
        sort keys %$define;

    return <<"CONF";
log_format preset '\$http_x_asked \$sitepreserver_visitor'
                  ' \$sitepreserver_shopper \$sitepreserver_event'
                  ' \$sitepreserver_result \$sitepreserver_read'
                  ' \$body_bytes_sent \$sent_http_content_type';
access_log %%DIR%%/logs/access.log preset;
proxy_http_version 1.1;
sitepreserver_redis @{[ $self->{redis}->url ]};
sitepreserver_secret_file $secret;

server {
    listen 127.0.0.1:%%PORT%%;
    server_name shop;

    sitepreserver_shop $self->{shop};
    sitepreserver_idle ${IDLE}s;
    sitepreserver_limit addresses=1000;
    $names
    @{[ ref $self->{server} ? $self->{server}->($self->{origin}->port)
        : $self->{server} // '' ]}
    include $preset;

    location / {
        sitepreserver on;
        proxy_pass http://127.0.0.1:@{[ $self->{origin}->port ]};
        proxy_set_header Host \$http_host;
    }

    location = /sp/status {
        access_log off;
        sitepreserver_status;
    }
}
CONF
}

1;
