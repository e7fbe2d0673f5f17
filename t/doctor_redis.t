#!/usr/bin/perl

# The doctor, Redis, the shops that nginx knows, and files.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Sp::Test;
use Sp::Clock;
use Sp::Doctor;
use Sp::Rescue;

my $clock = Sp::Clock->new;
my $redis = Sp::Redis->new(config => [ 'maxmemory 200mb',
    'enable-protected-configs yes' ]);
my $t     = Sp::Rescue->new(start => 0, redis => $redis, mode => 'dry-run');
my $doctor = Sp::Doctor->new($t->mailer);

chmod 0640, $t->mailer->file;

$doctor->finds('all is well', [ '--redis', '--files' ],
    redis_reached => 'ok', redis_version => 'ok', redis_role => 'ok',
    redis_policy => 'ok', redis_appendonly => 'ok', redis_appendfsync => 'ok',
    redis_save => 'ok', redis_writes => 'ok', redis_memory => 'ok',
    redis_functions => 'ok', redis_clock => 'ok', shop_seen => 'ok',
    shop_served => 'ok', shop_key => 'ok', shop_checkout => 'ok',
    secret_rights => 'ok', config_rights => 'ok', state_dir => 'ok', state_space => 'ok',
    landing_reached => undef, relay_reached => undef, spf_record => undef);

# Settings.

sub set (@pairs) { $redis->cmd('CONFIG', 'SET', @pairs); return }

set('appendfsync', 'everysec');
$doctor->finds('everysec', [ '--redis' ], redis_appendfsync => 'info');
set('appendfsync', 'no');
$doctor->finds('appendfsync no', [ '--redis' ], redis_appendfsync => 'warning');
set('appendfsync', 'always');
set('appendonly', 'no');
set('save', '3600 1');
my $found = $doctor->finds('no append-only file', [ '--redis' ],
    redis_appendonly => 'warning', redis_appendfsync => undef,
    redis_save => 'ok');
is($found->{redis_save}{measured}, '3600 1', '... its snapshots');
set('save', '');
$doctor->finds('nothing is kept', [ '--redis' ], redis_save => 'error');
set('appendonly', 'yes');
set('maxmemory-policy', 'allkeys-lru');
$found = $doctor->finds('keys may be evicted', [ '--redis' ],
    redis_policy => 'error');
is($found->{redis_policy}{measured}, 'allkeys-lru', '... measured');
set('maxmemory-policy', 'noeviction');
set('maxmemory', '0');
$doctor->finds('no limit of memory', [ '--redis' ], redis_memory => 'info');

# So much that what a client needs for a while makes no difference.
$redis->cmd('SET', "filler$_", 'x' x 16_000) for 1 .. 600;

my ($used) = $redis->cmd('INFO', 'memory') =~ /^used_memory:(\d+)/m;

set('maxmemory', int($used * 1.15));
$doctor->finds('little memory', [ '--redis' ], redis_memory => 'warning');
set('maxmemory', int($used * 0.9));
$doctor->finds('none', [ '--redis' ], redis_memory => 'error');
set('maxmemory', '200mb');
$redis->cmd('DEL', map { "filler$_" } 1 .. 600);

# Other functions, rights, clocks.

$redis->cmd('FUNCTION', 'LOAD', "#!lua name=sp99\n"
    . "redis.register_function('sp99_x', function() return 1 end)");
$found = $doctor->finds('functions of another version', [ '--redis' ],
    redis_functions => 'info');
like($found->{redis_functions}{measured}, qr/\bsp99\b/, '... named');
$redis->cmd('FUNCTION', 'DELETE', 'sp99');

$redis->cmd('ACL', 'SETUSER', 'default', '-config');
$doctor->finds('CONFIG is not allowed', [ '--redis' ],
    redis_appendfsync => 'info', redis_policy => 'ok');
$redis->cmd('ACL', 'SETUSER', 'default', '+config');

# Redis believes another time than the mailer's host.

my $later = Sp::Redis->new(clock => 0);
$clock->advance(90);
$t->mailer->set_config($t->config(redis => $later));
$doctor->finds('clocks that differ', [ '--redis' ], redis_clock => 'error',
    shop_seen => 'warning', shop_key => undef);
$clock->advance(-87);
$doctor->finds('... by seconds', [ '--redis' ], redis_clock => 'warning');
$clock->advance(-3);
$t->mailer->set_config($t->config);

# A replica.

$later->cmd('REPLICAOF', '127.0.0.1', $redis->port);
$t->mailer->set_config($t->config(redis => $later));
wait_ok { ($later->cmd('INFO', 'replication') =~ /master_link_status:up/) }
    'a replica follows';
$doctor->finds('a replica', [ '--redis' ], redis_role => 'error');
$t->mailer->set_config($t->config);
$later->stop;

# The last write failed: Redis says so in INFO.

my $dir = $redis->cmd('CONFIG', 'GET', 'dir')->[1];
set('dbfilename', 'there');
mkdir "$dir/there" or die "$dir/there: $!";
$redis->try('BGSAVE');
wait_ok { $redis->cmd('INFO', 'persistence') =~ /rdb_last_bgsave_status:err/ }
    'a snapshot fails';
$doctor->finds('a write that failed', [ '--redis' ], redis_writes => 'error');
rmdir "$dir/there";
set('dbfilename', 'dump.rdb');
$redis->try('BGSAVE');

# Shops.

my $other = Sp::Call->new(redis => $redis, shop => 'elsewhere');
$found = $doctor->finds('a shop that nobody serves', [ '--redis' ],
    shop_served => 'warning');
is($found->{shop_served}{subject}, 'elsewhere', '... its name');
$doctor->finds('... is not asked for', [ '--redis', '--shop', 'demo' ],
    shop_served => 'ok');
$t->mailer->set_config($t->config(name => 'unseen'));
$doctor->finds('a shop that nginx does not know', [ '--redis' ],
    shop_seen => 'warning');

$t->mailer->set_config($t->config);
my $now = int($clock->now * 1000);
my $hour = 3_600_000;

for my $state ([ 'fails', $now, $now + $hour, qr/nothing is sent/ ],
    [ 'has failed for long', $now - 7 * $hour, $now - $hour, qr/six hours/ ])
{
    my ($what, $since, $till, $says) = @$state;

    $redis->cmd('SET', 'sp:{demo}:failing', "1 $since $till $now");
    $found = $doctor->finds("a checkout that $what", [ '--redis' ],
        shop_checkout => 'warning');
    like($found->{shop_checkout}{what}, $says, '... says it');
}

$redis->cmd('DEL', 'sp:{demo}:failing');
my $key = Sp::Test::dir() . '/other-key';
is(($t->mailer->run('keygen', $key))[0], 0, 'another key');
$t->mailer->set_config($t->config =~ s/secret_file = .*/secret_file = "$key"/r);
$doctor->finds('is not nginx\'s', [ '--redis', '--files' ],
    shop_key => 'error', secret_rights => 'ok');

# Files.

chmod 0660, $key;
$doctor->finds('a secret that the group may write', [ '--files' ],
    secret_rights => 'error');
chmod 0640, $key;
chmod 0666, $t->mailer->file;
$doctor->finds('a configuration that all may write', [ '--files' ],
    config_rights => 'error', secret_rights => 'ok');
$t->mailer->set_config($t->config =~ s/state_dir .*/state_dir = "%%DIR%%\/none"/r);
$doctor->finds('no state_dir', [ '--files' ], state_dir => 'error',
    state_space => undef);

# All of it at once, and Redis away.

$t->mailer->set_config($t->config);
$redis->stop;
$found = $doctor->finds('Redis away', [ '--redis' ], redis_reached => 'error',
    redis_version => undef);

$doctor->both_ways(grep {
    /^(?:redis|shop|config|secret|state)/ && !/version|state_space/
} map { $_->{id} } @{ $t->mailer->json('doctor', '--list') });
all_done();
