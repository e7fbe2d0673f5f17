package Sp::Preset::Recording;

# What the shoppers of a preset's test did, as JSON lines (docs/replay.md), and
# what `sitepreserver replay` makes of it.  With SP_RECORD=FILE it is written
# there, too.

use v5.36;

use JSON::XS ();
use Sp::Test qw(command spew);

my $JSON = JSON::XS->new->utf8->canonical;


sub new ($class) {
    return bless { lines => [] }, $class;
}


# One exchange, behind its answer (Sp::Http).  cookie is what was sent.
sub add ($self, %o) {
    my $answer = $o{answer};

    push $self->{lines}->@*, $JSON->encode({
        time => int($o{time} * 1000), client => $o{client},
        method => $o{method}, uri => $o{uri},
        status => ($answer->{status} || 499) + 0,
        request => [ pairs($o{headers}->@*),
            length($o{cookie} // '') ? [ 'Cookie', $o{cookie} ] : () ],
        response => $answer->{list},
        body => text($o{body}), answer => text($answer->{body}) }) . "\n";

    if (defined $ENV{SP_RECORD}) {
        open my $out, '>>', $ENV{SP_RECORD} or die "$ENV{SP_RECORD}: $!\n";
        print $out $self->{lines}[-1];
        close $out or die "$ENV{SP_RECORD}: $!\n";
    }

    return;
}


sub pairs (@flat) {
    return @flat if ref $flat[0];

    my @pairs;

    while (my ($name, $value) = splice @flat, 0, 2) {
        push @pairs, [ $name, $value ];
    }

    return @pairs;
}


# Bytes that are no UTF-8 go as base64.
sub text ($bytes) {
    my $text = $bytes // '';

    return $text if utf8::decode($text);

    require MIME::Base64;
    return { base64 => MIME::Base64::encode_base64($bytes, '') };
}


# Who would be mailed: address to { lines, total, currency }, as a claim has
# them.
sub mailed ($self, $nginx, $shop) {
    my $log = Sp::Test::dir() . '/replay.jsonl';

    spew($log, join '', $self->{lines}->@*);

    my ($status, $out, $err) = command([ Sp::Test::build() . '/sitepreserver',
        'replay', '--json', '--carts', '--show-addresses', '--config',
        $nginx->file, '--server', $shop, $log ]);

    die "replay: status $status: $err\n" if $status != 0;

    my %got;

    for my $cart (grep { $_->{mailed} } $JSON->decode($out)->{carts}->@*) {
        for my $line ($cart->{lines}->@*) {
            for (qw(price quantity)) {
                $line->{$_} = exists $line->{$_} ? $line->{$_} // '-' : '';
            }
        }

        $got{ $cart->{address} } = $cart;
    }

    return \%got;
}

1;
