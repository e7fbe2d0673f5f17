package Sp::Functions::Shops;

# What the tests of the Redis functions begin with: a clock, a Redis, and a shop
# of its own for each subtest, which begins in the morning.
#
#     use Sp::Functions::Shops qw($clock $f id shop);
#
#     shop 'an order ends it' => sub { $f->cart('v', shopper => 'ada'); … };
#
# $f is the shop's Sp::Functions; more options go to it.

use v5.36;

use Exporter qw(import);
use Test::More;

use Sp::Test;
use Sp::Clock;
use Sp::Redis;
use Sp::Functions;

our @EXPORT_OK = qw($clock $redis $f id shop);

our $clock = Sp::Clock->new;
our $redis = Sp::Redis->new;
our $f;

my $shops = 0;


sub id ($name) { return Sp::Functions::id($name) }


sub shop ($name, $code, %o) {
    $clock->morning;
    $f = Sp::Functions->new(redis => $redis, shop => 'shop' . ++$shops,
                            load => $shops == 1, %o);

    return subtest $name => $code;
}

1;
