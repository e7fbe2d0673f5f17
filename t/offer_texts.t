#!/usr/bin/perl
#
# check and doctor warn of an offer without a text in a language that a creative
# of it has.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Test;
use Sp::Doctor;
use Sp::Rescue;

my $dir = Sp::Test::dir() . '/creatives';

# Copies of the bundled test creatives, some with more languages.
sub creative ($name, @locales) {
    my $from = root() . '/t/lib/creatives/offered';

    mkdir $dir;
    mkdir "$dir/$name";
    for my $locale (@locales) {
        spew("$dir/$name/$locale.$_", slurp("$from/en.$_")) for qw(head html txt);
    }
}

creative('one', 'en');
creative('many', 'en', 'de-AT', 'fr');
creative('other', 'de', 'fr');

my $t = Sp::Rescue->new(mode => 'dry-run', start => 0);
my $mailer = $t->mailer;
my $doctor = Sp::Doctor->new($mailer);

sub config ($texts, $steps) {
    $mailer->set_config($t->config(
        shop => 'offer "ten" { kind = discount strength = 10 '
            . join(' ', map { qq(text "$_" { line = "x" }) } @$texts) . ' }',
        series => "series \"default\" { $steps }")
        =~ s/creatives +=.*/creatives = "$dir"/r);
    return;
}

sub warnings () {
    my ($status, undef, $err) = $mailer->run('check');

    is($status, 0, '... is no error');
    return [ map { /offer "ten" has no text in (.*)/ ? $1 : () } split /\n/, $err ];
}

my $end = ': its message would be of two languages';

config([ 'en' ], 'step "a" { delay = 0 creative = one offer = ten }');
is_deeply(warnings(), [], 'all there');
$doctor->finds('all there', [ '--files' ], offer_texts => 'ok');

config([ 'en' ], 'step "a" { delay = 0 creative = many offer = ten }');
is_deeply(warnings(), [
    qq("de-AT", a language of creative "many"$end),
    qq("fr", a language of creative "many"$end) ], 'two are not');
my $found = $doctor->finds('two are not', [ '--files' ], offer_texts => 'warning');
is($found->{offer_texts}{subject}, 'demo', '... of that shop');

config([ 'de', 'fr-CA' ], 'step "a" { delay = 0 creative = many offer = ten }');
is_deeply(warnings(), [ qq("en", a language of creative "many"$end) ],
    'another region will do, another language will not');

# Each offer and language is told once; a creative without the offer counts not.
config([ 'en' ], 'step "a" { delay = 0 creative = many offer = ten }'
    . ' step "b" { delay = 1h creative = other offer = ten }'
    . ' step "c" { delay = 2h creative = many offer = ten'
    . '   variant "x" { } variant "y" { creative = other } }');
is_deeply(warnings(), [
    qq("de-AT", a language of creative "many"$end),
    qq("fr", a language of creative "many"$end),
    qq("de", a language of creative "other"$end) ], 'once each');
config([ 'en' ], 'step "a" { delay = 0 creative = other }');
is_deeply(warnings(), [], 'nothing is offered there');
config([ 'en' ], 'step "a" { delay = 0 creative = one offer = ten'
    . '   variant "x" { } variant "y" { creative = other offer = none } }');
is_deeply(warnings(), [], 'nor by that variant');

# No offer, no word of it.
$mailer->set_config($t->config);
$doctor->finds('no offer', [ '--files' ], offer_texts => undef);
$doctor->both_ways('offer_texts');

all_done();
