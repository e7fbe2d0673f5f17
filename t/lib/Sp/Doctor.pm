package Sp::Doctor;

# What `sitepreserver doctor` finds, by the id of the check.
#
#     my $doctor = Sp::Doctor->new($mailer);
#     $doctor->finds('a name', [ '--dns' ], spf_record => 'error', ...);
#
# expects these severities; undef: there is no such finding.  Findings of one id
# about several subjects: the worst counts.

use v5.36;
use JSON::XS ();
use Test::More;

my %RANK = (ok => 0, info => 1, warning => 2, error => 3);


sub new ($class, $mailer) {
    return bless { mailer => $mailer, seen => {} }, $class;
}


# The findings by id, the worst of each; {} is the whole output.
sub look ($self, @args) {
    my ($status, $out, $err) = $self->{mailer}->run('doctor', '--json', @args);
    my $json = eval { JSON::XS->new->utf8->decode($out) }
        or die "doctor: status $status: $out $err";
    my %found = ('' => { %$json, status => $status });

    for my $finding (@{ $json->{findings} }) {
        my ($id, $severity) = @$finding{qw(id severity)};

        $self->{seen}{$id}{$severity}++;
        $found{$id} = $finding
            if !$found{$id} || $RANK{$severity} > $RANK{ $found{$id}{severity} };
    }

    return \%found;
}


# A test; gives the findings.
sub finds ($self, $name, $args, %want) {
    my $found = $self->look(@$args);
    my %got   = map { $_ => $found->{$_} && $found->{$_}{severity} } keys %want;
    my $worst = grep { $_->{severity} eq 'error' } @{ $found->{''}{findings} };
    local $Test::Builder::Level = $Test::Builder::Level + 1;

    is_deeply(\%got, \%want, $name) or diag(explain($found));
    is($found->{''}{status}, $worst ? 1 : 0, '... the status fits');
    unlike(JSON::XS->new->encode($found->{''}{findings}), qr/[\w.]@[\w.]/,
        '... no address is said');

    return $found;
}


# A test: each of these checks was seen both well and not well.
sub both_ways ($self, @ids) {
    local $Test::Builder::Level = $Test::Builder::Level + 1;

    for my $id (@ids) {
        my %seen = %{ $self->{seen}{$id} // {} };
        my $well = delete $seen{ok};

        ok($well && %seen, "$id was seen well and not well");
    }

    return;
}


1;
