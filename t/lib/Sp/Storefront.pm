package Sp::Storefront;

# A real shop with nginx, the module, a preset and the mailer in front of it:
# what its shoppers did is compared with the mails that arrive.
#
#     my $front = Sp::Storefront->new(preset => 'vendure', port => $shop,
#         name => 'Vendure', currency => 'USD');
#     my @flows = $front->play([ $node, "$HERE/shop.mjs", $front->url ]);
#     $front->mailed_are(@flows);
#     $front->days(5);
#     $front->done;
#
# A flow is a line of JSON that the shoppers' program prints: flow, email (who is
# to be mailed; null: nobody), others (who must not be), items (name, quantity,
# unit, line in minor units), total, currency, why.

use v5.36;
use utf8;

use JSON::XS ();
use List::Util qw(sum0);
use Test::More;

use Sp::Test;
use Sp::Clock;
use Sp::Redis;
use Sp::Nginx;
use Sp::Http;
use Sp::Smtp;
use Sp::Mailer;
use Sp::Mime;

my $IDLE = 60 * 60;


# Options: preset, port (of the shop), name (of its brand), server (more text for
# nginx's server block, optional).
sub new ($class, %o) {
    my $self = bless { %o, seen => {} }, $class;

    $self->{clock} = Sp::Clock->new;
    $self->{redis} = Sp::Redis->new;
    $self->{smtp}  = Sp::Smtp->new;
    $self->{mailer_port} = free_port();
    $self->{nginx}  = $self->_nginx;
    $self->{mailer} = $self->_mailer;

    return $self;
}


sub url ($self)   { return 'http://127.0.0.1:' . $self->{nginx}->port }
sub redis ($self) { return $self->{redis} }
sub clock ($self) { return $self->{clock} }


# Runs the shoppers' program: what it says was done.
sub play ($self, $command, %env) {
    my ($status, $out, $err) = command($command, timeout => 1500, clock => 0,
        env => \%env);
    my @flows = map { JSON::XS->new->utf8->decode($_) } split /\n/, $out;

    for my $flow (@flows) {
        is($flow->{error}, undef, _name($flow) . ': played');
    }

    is($status, 0, 'all flows were played') or diag($err);

    # What was done at the shop has come to Redis once its last event has.
    wait_ok { $self->_queued == 0 } 'every event has left nginx';

    return @flows;
}


# Lets an idle time pass: the mails are those of these flows, nobody else's.
sub mailed_are ($self, @flows) {
    my %wanted = map { $_->{email} => $_ } grep { defined $_->{email} } @flows;
    my $before = $self->{smtp}->count;

    $self->{clock}->advance($IDLE + 60);
    $self->{smtp}->wait_mails($before + keys %wanted, 120);

    # Whoever was due by then has been looked at; a second hour shows that nothing
    # comes later.
    $self->{clock}->advance($IDLE + 60);
    wait_ok { $self->_due_now == 0 } 'nothing is left to look at';

    my @mails = $self->{smtp}->mails;

    $self->_compare(\@flows, @mails[ $before .. $#mails ]);
    return;
}


sub days ($self, $days) {
    $self->{clock}->advance($days * 86_400);
    return;
}


# No event was lost, no body too long or not understood.
sub done ($self) {
    my $counters = $self->_counters->{counters};

    cmp_ok($counters->{observed}, '>', 0, 'nginx has observed');

    is($counters->{$_}, 0, "$_: none")
        for qw(dropped limited request_cut response_cut request_bad
               response_bad encoded lines_dropped no_memory errors);
    return;
}


# -- below: private --------------------------------------------------------


sub _name ($flow) {
    return join ', ', grep { defined } $flow->{flow}, $flow->{client};
}


sub _nginx ($self) {
    my $secret = secret_file();
    my $preset = root() . "/conf/presets/$self->{preset}.conf";
    my $server = $self->{server} // '';

    return Sp::Nginx->new(workers => 2, http => <<"CONF");
    sitepreserver_redis @{[ $self->{redis}->url ]};
    sitepreserver_secret_file $secret;

    server {
        listen 127.0.0.1:%%PORT%%;

        sitepreserver_shop $self->{preset};
        sitepreserver_idle ${IDLE}s;
        sitepreserver_limit addresses=1000;
        $server

        include $preset;

        location / {
            sitepreserver on;
            proxy_pass http://127.0.0.1:$self->{port};
            proxy_set_header Host \$http_host;
            proxy_set_header X-Forwarded-For \$remote_addr;
        }

        location /sp/ {
            proxy_pass http://127.0.0.1:$self->{mailer_port};
        }

        location = /counters {
            sitepreserver_status;
        }
    }
CONF
}


sub _mailer ($self) {
    my $url = $self->url;

    return Sp::Mailer->new(start => 1, config => <<"CONF");
secret_file = "@{[ secret_file() ]}"
redis       = "@{[ $self->{redis}->url ]}"
http_listen = "127.0.0.1:$self->{mailer_port}"
state_dir   = "%%DIR%%"
creatives   = "@{[ root() ]}/mailer/creatives"

smtp "sink" {
    url = "smtp://127.0.0.1:@{[ $self->{smtp}->port ]}"
    tls = none
}

shop "$self->{preset}" {
    mode       = live
    from       = "$self->{name} <shop\@example.com>"
    cart_url   = "$url/cart"
    public_url = "$url"
    smtp       = "sink"
    locale     = "en-GB"
    brand { name = "$self->{name}"  address = "1 High Street, Leeds" }
    series "default" { step "reminder" { delay = 0  creative = "reminder" } }
}
CONF
}


sub _counters ($self) {
    return Sp::Http->new(port => $self->{nginx}->port)->get('/counters')->data;
}


# Events that wait in nginx for Redis.
sub _queued ($self) {
    return sum0 map { $_->{events} } @{ $self->_counters->{workers} };
}


# How many ids of the shop are due: nothing may be left behind.
sub _due_now ($self) {
    return $self->{redis}->cmd('ZCOUNT', "sp:$self->{preset}:due", '-inf',
        int($self->{clock}->now * 1000));
}


sub _compare ($self, $flows, @mails) {
    my %got;

    # The names of all items that any flow had.
    my %names = map { $_->{name} => 1 } map { @{ $_->{items} // [] } } @$flows;

    for my $mail (@mails) {
        push @{ $got{$_} }, $mail for @{ $mail->{to} };
    }

    for my $flow (@$flows) {
        my $name = _name($flow) . ': ' . ($flow->{why} // '');

        for my $address (@{ $flow->{others} }) {
            is(scalar @{ $got{$address} // [] }, 0, "$name: none to another");
        }

        next if !defined $flow->{email};

        my @mine = @{ delete $got{ $flow->{email} } // [] };

        is(scalar @mine, 1, "$name: one mail") or next;
        _check_mail($name, $flow, Sp::Mime->parse($mine[0]{data}), keys %names);
    }

    is_deeply([ sort keys %got ], [], 'nobody else got a mail');
    return;
}


# The message says what is in the cart: each line and the total, in both parts.
sub _check_mail ($name, $flow, $mail, @names) {
    my $total = _money($flow->{total}, $flow->{currency});

    is_deeply([ $mail->defects ], [], "$name: well-formed");
    is(lc(($mail->header('To') =~ /([^<>\s]+@[^<>\s]+)/)[0]), $flow->{email},
        "$name: to whom");

    for my $kind (qw(text html)) {
        my $text = _plain($mail->$kind);

        like($text, qr/\Q$total\E/, "$name: $kind: the total");

        # Other lines' names must not be in it.
        is_deeply([ sort grep { $text =~ /\Q$_\E/ } @names ],
            [ sort map { $_->{name} } @{ $flow->{items} } ],
            "$name: $kind: these items");

        for my $item (@{ $flow->{items} }) {
            _check_item("$name: $kind: $item->{name}", $text, $item,
                $flow->{currency});
        }
    }

    return;
}


sub _check_item ($name, $text, $item, $currency) {
    my ($near) = $text =~ /((?:\b\d+\s*[x×]\s*)?\Q$item->{name}\E.{0,120})/s;

    like($near // '', qr/\b$item->{quantity}\b/, "$name: the quantity");
    like($near // '', qr/\Q@{[ _money($item->{line}, $currency) ]}\E/,
        "$name: its total");
    like($near // '', qr/\Q@{[ _money($item->{unit}, $currency) ]}\E/,
        "$name: its price") if $item->{quantity} > 1;
    return;
}


# "$1,558.80": as ICU writes it in "en", the language of the shop's answers.
sub _money ($minor, $currency) {
    my $amount = sprintf '%d.%02d', int($minor / 100), $minor % 100;

    1 while $amount =~ s/^(\d+)(\d{3})/$1,$2/;
    return { USD => '$', EUR => '€', GBP => '£' }->{$currency} . $amount;
}


# What a reader sees: no tags, no entities, blanks as one blank.
sub _plain ($html) {
    $html =~ s/<(style|title)\b.*?<\/\1>//gis;
    $html =~ s/<!--.*?-->//gs;
    $html =~ s/<[^>]*>/ /gs;
    $html =~ s/&nbsp;|&#160;|\xa0/ /g;
    $html =~ s/&amp;/&/g;
    $html =~ s/\s+/ /g;
    return $html;
}

1;
