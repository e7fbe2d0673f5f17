package Sp::Rescue;

# What most tests of the mailer need: Redis, an SMTP server, a mailer for the
# shop "demo", and a feeder of events.
#
#     my $t = Sp::Rescue->new(shop => 'max_per_day = 0', idle => 500);
#     $t->ready;                       # the mailer has said hello to Redis
#     $t->call->abandon('ada@example.com');
#     $t->smtp->wait_mails(1);
#
# Options: mode (live), idle (ms), series (text), shop, relay, top (more text
# for that part of the config), redis, smtp (objects), start (1), connections,
# name (of the shop).

use v5.36;

use Sp::Call;
use Sp::Mailer;
use Sp::Redis;
use Sp::Smtp;
use Sp::Test qw(root secret_file wait_for wait_ok);


sub new ($class, %o) {
    my $self = bless {
        mode => 'live', idle => 500, start => 1, name => 'demo',
        connections => 4, shop => '', relay => '', top => '',
        series => 'series "default" {'
            . ' step "reminder" { delay = 0 creative = plain } }',
        %o,
    }, $class;

    Sp::Test::same_day();
    $self->{redis} //= Sp::Redis->new;
    $self->{smtp}  //= Sp::Smtp->new;
    $self->{call}  //= Sp::Call->new(
        redis => $self->{redis}, shop => $self->{name}, idle => $self->{idle});
    $self->{mailer} = Sp::Mailer->new(
        start => $self->{start}, config => $self->config,
        (exists $self->{clock} ? (clock => $self->{clock}) : ()));
    $self->ready if $self->{start};

    return $self;
}


# The config, with other options for once.
sub config ($self, %over) {
    my %c = (%$self, %over);
    my $secret    = secret_file();
    my $creatives = root() . '/t/lib/creatives';

    return <<"CONF";
secret_file = "$secret"
redis       = "@{[ $c{url} // $c{redis}->url ]}"
http_listen = "127.0.0.1:%%PORT%%"
state_dir   = "%%DIR%%"
creatives   = "$creatives"
$c{top}
smtp "relay" {
    url = "smtp://127.0.0.1:@{[ $c{smtp}->port ]}"
    @{[ $c{relay} =~ /\btls\b/ ? '' : 'tls = none' ]}
    connections = $c{connections}
    $c{relay}
}
shop "$c{name}" {
    mode       = "$c{mode}"
    from       = "The Shop <shop\@shop.example.com>"
    cart_url   = "https://shop.example.com/cart"
    public_url = "https://shop.example.com"
    brand { name = "The Shop" address = "1 High Street, Dublin" }
    @{[ $c{shop} =~ /\bmax_per_day\b/ ? '' : 'max_per_day = 0' ]}
    $c{shop}
    $c{series}
}
CONF
}


sub redis ($self)  { return $self->{redis} }
sub smtp ($self)   { return $self->{smtp} }
sub call ($self)   { return $self->{call} }
sub mailer ($self) { return $self->{mailer} }


# The mailer serves the shop (and has said so since it was started last).
sub ready ($self) {
    my ($m, $name) = @$self{qw(mailer name)};

    wait_for(sub {
        my ($last) = $m->log =~ /.*event=start (.*)/s;
        ($last // '') =~ /shop=\Q$name\E state=ready/;
    }) or die "the mailer is not ready:\n", $m->log;

    return $self;
}


# What `sitepreserver why` knows of this address.
sub why ($self, $email) { return $self->{mailer}->json('why', $email) }


# A test: the rescue of this address ends in that state, for that reason.
sub wait_closed ($self, $email, $reason, $name = undef) {
    local $Test::Builder::Level = $Test::Builder::Level + 1;

    return wait_ok {
        my $why = $self->{call}->why($email);
        ($why->{state} // '') eq 'closed' && $why->{reason} eq $reason;
    } $name // "the rescue of $email is closed: $reason";
}


# Waits until no message is between confirm and settle.  When the clock is moved
# by hours before that, the mailer believes that its relay was silent for hours.
sub quiet ($self) {
    wait_for {
        !grep { ($self->{call}->why($_)->{attempt} // '') eq 'confirmed' }
            $self->{call}->abandoned
    } or die "a message is not settled\n";

    return $self;
}


# The daily counter of the shop.
sub count ($self, $name) {
    return $self->{call}->status->{"today_$name"} // 0;
}

1;
