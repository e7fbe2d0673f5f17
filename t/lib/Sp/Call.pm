package Sp::Call;

# Events and other calls of the Redis functions, without nginx.
#
#     my $call = Sp::Call->new(redis => $redis, shop => 'demo', idle => 1000);
#     $call->abandon('ada@example.com', idle => 500);    # a cart, left
#     $call->event(kinds => ['purchase'], visitor => 'v1', order => '17');
#     $call->order('17', email => 'ada@example.com');
#     $call->tokens('ada@example.com')->{unsubscribe};
#
# What an event may have is in t/lib/spcall.c.

use v5.36;

use JSON::XS ();
use Sp::Test qw(root build secret_file spawn);

my $JSON = JSON::XS->new->utf8->canonical;


# Options: redis, shop ('demo'), idle (ms, 1000).  Says hello for the shop as
# nginx would, unless hello => 0.
sub new ($class, %o) {
    my $self = bless {
        shop => 'demo', idle => 1000, hello => 1, seq => 0, visits => 0, %o,
        source => join('', map { ('a' .. 'z')[ rand 26 ] } 1 .. 22),
    }, $class;

    pipe(my $stdin, $self->{in}) or die "pipe: $!";
    pipe($self->{out}, my $stdout) or die "pipe: $!";

    # It ends when nobody has its input any more.
    Sp::Test::our_own($self->{in});

    $self->{pid} = spawn(
        name => 'spcall', cmd => [ _binary(), secret_file() ], clock => 0,
        stdin => $stdin, stdout => $stdout);
    Sp::Test::at_end(sub { $self->end });
    $self->hello if $self->{hello};

    return $self;
}


# Loads the functions and makes the shop known, as nginx does on connecting.
sub hello ($self) {
    eval { $self->{redis}->cmd($self->args(call => 'load')->@*); 1 }
        or $@ =~ /already exists/ or die $@;
    return $self->_call(call => 'shop');
}


# The arguments of a call.
sub args ($self, %what) {
    my $in = $self->{in};
    print $in $JSON->encode({
        shop => $self->{shop}, idle => $self->{idle}, %what }), "\n";
    $in->flush;
    my $answer = $JSON->decode(scalar readline $self->{out});
    die "spcall: $answer->{error}\n"
        if ref $answer eq 'HASH' && $answer->{error};

    # Arguments are bytes: a sealed address has any.
    if (ref $answer eq 'ARRAY') { utf8::downgrade($_) for @$answer }

    return $answer;
}


# One event; gives Redis's reply.
sub event ($self, %event) {
    return $self->_call(
        call => 'event', source => $self->{source}, seq => ++$self->{seq},
        kinds => ['page_view'], visitor => 'v1', %event);
}


# A shopper with that address fills a cart and leaves.  Gives the visitor.
sub abandon ($self, $email, %more) {
    my $visitor = delete $more{visitor} // 'visitor' . ++$self->{visits};

    $self->{abandoned}{$email} = 1;

    $self->event(
        kinds    => ['set_cart', 'generate_lead'],
        visitor  => $visitor,
        email    => $email,
        currency => 'EUR',
        total    => 4999,
        lines    => [ {
            id => 'sku1', name => 'Oak table', quantity => 1, price => 4999,
            url => 'https://shop.example.com/oak-table',
        } ],
        %more);

    return $visitor;
}


# The addresses of all of these.
sub abandoned ($self) { return sort keys %{ $self->{abandoned} // {} } }


sub order ($self, $id, %who) {
    return $self->_call(call => 'order', order => "$id", %who);
}


# The shopper says that it is not their cart.
sub not_me ($self, $email, %more) {
    return $self->_call(call => 'not_me', email => $email, %more);
}


sub tokens ($self, $email, %more) {
    return $self->args(call => 'tokens', email => $email, %more);
}


# "FREE RESERVED GIVEN" of a pool of codes; what the experiment of a series
# came to: { "STEP VARIANT HOLDOUT" => "SUBJECTS ORDERS ..." }.
sub offers ($self, $pool) { return $self->_call(call => 'offers', pool => $pool) }

sub experiment ($self, $series) {
    return { $self->_call(call => 'experiment', series => $series)->@* };
}


# Flat answers as hashes.
sub why ($self, $email) {
    return { $self->_call(call => 'why', email => $email)->@* };
}

sub status ($self) { return { $self->_call(call => 'status')->@* } }


# What is in doubt: a list of hashes.
sub doubt ($self) {
    my @flat = $self->_call(call => 'doubt')->@*;
    my @list;

    while (my @row = splice @flat, 0, 6) {
        my %row;
        @row{qw(shopper rescue series step attempt at)} = @row;
        push @list, \%row;
    }

    return @list;
}


sub _call ($self, %what) {
    return $self->{redis}->cmd($self->args(%what)->@*);
}


# Built once for a build directory; tests that run at once may both do it.
sub _binary () {
    my $binary = build() . '/t/lib/spcall';
    my $source = root() . '/t/lib/spcall.c';
    my $lib    = build() . '/libsp.a';

    return $binary
        if -e $binary && -M $binary <= -M $source && -M $binary <= -M $lib;

    my @san = Sp::Test::under_asan() ? '-fsanitize=address,undefined' : ();
    system('mkdir', '-p', build() . '/t/lib') == 0 or die;
    system($ENV{CC} // 'gcc', '-std=gnu11', '-O1', '-g', @san,
        '-I' . root() . '/shared', '-o', "$binary.$$", $source, $lib,
        qw(-ljansson -lcrypto -lpcre2-8)) == 0
        or die "cannot build spcall.c\n";
    rename "$binary.$$", $binary or die "$binary: $!";

    return $binary;
}


sub end ($self) {
    my $pid = delete $self->{pid} // return;

    close $self->{in};

    my $status = Sp::Test::await_child($pid);

    Sp::Test::problem('spcall: ' . (defined $status
        ? "wait status $status" : 'does not end')) if $status // 1;
    Sp::Test::stop_child($pid, 'KILL') if !defined $status;

    return;
}

1;
