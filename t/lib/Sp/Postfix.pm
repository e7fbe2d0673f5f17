package Sp::Postfix;

# A private Postfix: takes mail on a port, passes it on to an SMTP server of
# the lab, and delivers what comes back to a Maildir.
#
#     my $postfix = Sp::Postfix->new(next => $smtp, domain => 'shop.example.com');
#     $postfix->port; $postfix->maildir; $postfix->new_mails;
#
# Needs root and Debian's postfix: Sp::Postfix->missing says what there is not.

use v5.36;
use File::Path qw(make_path remove_tree);
use File::Temp ();
use IO::Socket::INET ();
use Sp::Test qw(free_port slurp spawn spew wait_for);

my @SERVICES = map { [ split ] } split /\n/, <<'END';
pickup unix n - n 1 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 1 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
tlsmgr unix - - n 1000? 1 tlsmgr
postlog unix-dgram n - n - 1 postlogd
END


sub missing ($class) {
    return 'not root' if $> != 0;
    return 'no postfix' if !-x '/usr/sbin/postfix';
    return 'no user postfix' if !defined getpwnam 'postfix';
    return undef;
}


# Options: next (an Sp::Smtp), domain (of the Maildir), main (more lines).
sub new ($class, %o) {
    my $dir  = File::Temp::tempdir('sp-postfix-XXXXXXXX', TMPDIR => 1);
    my $self = bless { %o, dir => $dir, port => free_port(), owner => $$ }, $class;
    my $postfix = getpwnam 'postfix';

    # Postfix's processes are not root: they must get in.
    chmod 0755, $dir;
    make_path(map { "$dir/$_" } qw(etc queue data box/in));
    make_path(map { "$dir/box/in/$_" } qw(new cur tmp));
    chown $postfix, -1, "$dir/data";
    chown 65534, 65534, map { "$dir/box$_" } '', '/in', '/in/new', '/in/cur',
        '/in/tmp';
    spew("$dir/etc/main.cf", $self->_main);
    spew("$dir/etc/master.cf", join "\n", map { join ' ', @$_ }
        [ "127.0.0.1:$self->{port}", qw(inet n - n - - smtpd) ], @SERVICES, []);

    Sp::Test::at_end(sub { $self->stop });
    $self->{pid} = spawn(name => 'postfix', log => "$dir/log",
        cmd => [ '/usr/sbin/postfix', '-c', "$dir/etc", 'start-fg' ]);

    # Its scripts check everything first: a while on a busy machine.
    wait_for(sub {
        IO::Socket::INET->new(PeerAddr => '127.0.0.1',
            PeerPort => $self->{port});
    }, 180) or die "postfix does not start:\n", slurp("$dir/log");

    return $self;
}


sub stop ($self) {
    return if !$self->{pid} || $$ != $self->{owner};

    # Its script waits for all of them; start-fg's shell would leave them.
    Sp::Test::command([ '/usr/sbin/postfix', '-c', "$self->{dir}/etc", 'stop' ]);
    Sp::Test::stop_child(delete $self->{pid}, 'TERM', 20);
    remove_tree($self->{dir}, { safe => 0, error => \my $ignored });
    return;
}


sub port ($self)    { return $self->{port} }
sub maildir ($self) { return "$self->{dir}/box/in" }
sub log ($self)     { return slurp("$self->{dir}/log") }


# What is new in the Maildir: its files.
sub new_mails ($self) { return glob "$self->{dir}/box/in/new/*" }


# -- below: private --------------------------------------------------------


sub _main ($self) {
    my $dir = $self->{dir};

    return <<"END" . ($self->{main} // '');
compatibility_level = 3.6
queue_directory = $dir/queue
data_directory = $dir/data
maillog_file = /dev/stdout
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
myhostname = relay.lab.example
mydomain = lab.example
mydestination =
local_recipient_maps =
alias_maps =
alias_database =
disable_dns_lookups = yes
smtp_host_lookup = native
smtp_tls_security_level = none
relayhost = [127.0.0.1]:@{[ $self->{next}->port ]}
recipient_delimiter = +
virtual_mailbox_domains = $self->{domain}
virtual_mailbox_base = $dir/box
virtual_mailbox_maps = static:in/
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
virtual_minimum_uid = 100
queue_run_delay = 2s
minimal_backoff_time = 1s
maximal_backoff_time = 2s
END
}


1;
