package Sp::Smtp::Session;

# One connection to the SMTP server, in a process of its own.

use v5.36;

use Fcntl qw(:flock SEEK_SET);
use JSON::XS ();
use MIME::Base64 ();
use Sp::Test qw(slurp spew append touch);
use Time::HiRes qw(sleep time);

my $JSON = JSON::XS->new->latin1->canonical;

my %DEFAULT = (
    connect => '220 lab.example ESMTP', starttls => '220 2.0.0 go ahead',
    mail => '250 2.1.0 ok', rcpt => '250 2.1.5 ok',
    data => '354 go ahead', dot => '250 2.0.0 kept',
    rset => '250 2.0.0 ok', quit => '221 2.0.0 bye', auth => '235 2.7.0 ok',
);

# What ends a session: thrown by _drop().
my $DROPPED = "dropped\n";


sub new ($class, $server, $fh, $conn) {
    return bless {
        server => $server, fh => $fh, conn => $conn, in => '', out => '',
        helo => '', tls => 0, user => undef, from => undef, to => [],
    }, $class;
}


# Talks until the client leaves.
sub run ($self) {
    eval { $self->_talk; 1 } or do {
        die $@ if $@ ne $DROPPED;
    };

    close $self->{fh};
    return;
}


# -- below: private --------------------------------------------------------


sub _talk ($self) {
    $self->_start_tls if $self->{server}{tls};
    $self->_stage('connect') or return;

    while (defined(my $line = $self->_line)) {
        my ($verb, $rest) = $line =~ /^(\w+)\s*(.*)/;
        my $handler = $self->can('_cmd_' . lc($verb // ''));

        if (!$handler) {
            $self->_put('500 5.5.2 what?');
            next;
        }

        $self->$handler($rest) or return;
    }
    return;
}


sub _cmd_ehlo ($self, $rest) {
    my $server = $self->{server};
    my @lines  = ('lab.example', '8BITMIME', "SIZE $server->{size}",
        'ENHANCEDSTATUSCODES');

    push @lines, 'PIPELINING' if $server->{pipelining};
    push @lines, 'STARTTLS' if $server->{starttls} && !$self->{tls};
    push @lines, 'AUTH PLAIN LOGIN'
        if $server->{auth} && ($self->{tls} || !$server->{starttls});

    $self->{helo} = $rest;
    $self->_reset;

    return $self->_stage('ehlo', join "\n", map {
        ($_ == $#lines ? '250 ' : '250-') . $lines[$_]
    } 0 .. $#lines);
}


sub _cmd_helo ($self, $rest) {
    $self->{helo} = $rest;
    $self->_reset;
    return $self->_stage('ehlo', '250 lab.example');
}


sub _cmd_starttls ($self, $rest) {
    if (!$self->{server}{starttls} || $self->{tls}) {
        return $self->_put('502 5.5.1 no');
    }

    my $go = $self->_stage('starttls') or return 0;

    $self->_start_tls if $go =~ /^2/;
    return 1;
}


sub _cmd_auth ($self, $rest) {
    my ($kind, $initial) = split ' ', $rest;
    my $users = $self->{server}{auth} // return $self->_put('502 5.5.1 no');
    my ($user, $password);

    if (uc $kind eq 'PLAIN') {
        $initial //= $self->_ask('334 ');
        (undef, $user, $password) =
            split /\0/, MIME::Base64::decode_base64($initial), 3;

    } elsif (uc $kind eq 'LOGIN') {
        $user = MIME::Base64::decode_base64(
            $initial // $self->_ask('334 VXNlcm5hbWU6'));
        $password = MIME::Base64::decode_base64(
            $self->_ask('334 UGFzc3dvcmQ6'));

    } else {
        return $self->_put('504 5.5.4 not this one');
    }

    my $right = defined $user && defined $password
        && ($users->{$user} // '') eq $password && length $password;

    my $reply = $self->_stage('auth',
        $right ? $DEFAULT{auth} : '535 5.7.8 wrong') or return 0;
    $self->{user} = $user if $reply =~ /^2/;
    return 1;
}


sub _cmd_mail ($self, $rest) {
    my $server = $self->{server};

    return $self->_put('530 5.7.0 STARTTLS first')
        if $server->{require_tls} && !$self->{tls};
    return $self->_put('530 5.7.0 AUTH first')
        if $server->{auth} && !defined $self->{user};

    my ($from, $parameters) = $rest =~ /^FROM:\s*<([^>]*)>\s*(.*)/i
        or return $self->_put('501 5.5.4 what?');

    return $self->_put('552 5.3.4 too big')
        if $parameters =~ /SIZE=(\d+)/i && $1 > $server->{size};

    $self->_reset;
    $self->{from} = $from;
    my $reply = $self->_stage('mail') or return 0;
    $self->_reset if $reply !~ /^2/;
    return 1;
}


sub _cmd_rcpt ($self, $rest) {
    return $self->_put('503 5.5.1 MAIL first') if !defined $self->{from};

    my ($to) = $rest =~ /^TO:\s*<([^>]*)>/i
        or return $self->_put('501 5.5.4 what?');

    push @{ $self->{to} }, $to;
    my $reply = $self->_stage('rcpt') or return 0;
    pop @{ $self->{to} } if $reply !~ /^2/;
    return 1;
}


sub _cmd_data ($self, $rest) {
    return $self->_put('503 5.5.1 RCPT first') if !@{ $self->{to} };

    my $go = $self->_stage('data') or return 0;
    return 1 if $go !~ /^3/;

    $self->_flush;
    $self->_stage('body', '');

    my $data = '';

    while (1) {
        my $line = $self->_line // $self->_note('body', '') // return 0;
        last if $line eq '.';
        $data .= ($line =~ s/^\.//r) . "\r\n";
    }

    $self->_finish_mail($data) or return 0;
    $self->_reset;
    return 1;
}


sub _cmd_rset ($self, $rest) { $self->_reset; return $self->_stage('rset') }
sub _cmd_noop ($self, $rest) { return $self->_put('250 2.0.0 ok') }
sub _cmd_quit ($self, $rest) { $self->_stage('quit'); $self->_flush; return 0 }


# The mail is kept before its reply is sent: who has the reply finds the mail.
sub _finish_mail ($self, $data) {
    my $keep = sub { $self->_keep($data) };

    return $self->_stage('dot', $DEFAULT{dot}, $keep);
}


sub _keep ($self, $data) {
    my $dir = "$self->{server}{dir}/mails";
    my $id  = _count("$self->{server}{dir}/count/mail");
    my $name = sprintf '%06d', $id;

    spew("$dir/$name.eml", $data);
    spew("$dir/$name.json", $JSON->encode({
        id => $id, map { $_ => $self->{$_} } qw(from to helo tls user conn) })
        =~ s/\}$/',"time":' . time . '}'/er);
    return;
}


sub _reset ($self) {
    $self->{from} = undef;
    $self->{to} = [];
    return;
}


# A stage is reached: does what a rule says, else what is usual.  Gives the
# reply that was sent, 0 when the connection is to be closed.
sub _stage ($self, $stage, $usual = $DEFAULT{$stage}, $keep = undef) {
    my $rule  = $self->_rule($stage);
    my $reply = $rule->{reply} // $usual;

    touch($rule->{touch}) if defined $rule->{touch};

    $self->_fill($rule->{read}) if $rule->{read};

    if (defined $rule->{wait}) {
        $self->_flush;
        sleep 0.005 while !-e $rule->{wait};
    }

    if ($rule->{hang}) {
        $self->_flush;
        sleep $rule->{hang};
    }

    $keep->() if $keep
        && ($rule->{keep} || !$rule->{drop} && $reply =~ /^2/);

    if ($rule->{drop}) {
        $self->_note($stage, '');
        $self->_flush;
        die $DROPPED;
    }

    $self->_note($stage, $reply);
    $self->_put($reply) if length $reply;

    if ($rule->{close}) {
        $self->_flush;
        die $DROPPED;
    }

    return length $reply ? $reply : 1;
}


sub _note ($self, $stage, $reply) {
    append("$self->{server}{dir}/stages", $JSON->encode({
        stage => $stage, reply => $reply, time => time,
        map { $_ => $self->{$_} } qw(conn from to) }) . "\n");
    return undef;
}


# The first rule that fits.
sub _rule ($self, $stage) {
    my $server = $self->{server};
    my @who = $stage eq 'mail' ? $self->{from} // ''
        : $stage eq 'rcpt' ? $self->{to}[-1] : @{ $self->{to} };

    for my $rule (@{ $JSON->decode(slurp("$server->{dir}/rules")) }) {
        next if $rule->{stage} ne $stage;
        next if defined $rule->{match} && !grep { /$rule->{match}/ } @who;

        if (defined $rule->{skip} || defined $rule->{times}) {
            my $n = _count("$server->{dir}/count/rule$rule->{id}");
            my $first = ($rule->{skip} // 0) + 1;

            next if $n < $first;
            next if defined $rule->{times} && $n >= $first + $rule->{times};
        }

        return $rule;
    }

    return {};
}


# The next number of a counter that all connections share.
sub _count ($file) {
    open(my $fh, '+>>', $file) or die "$file: $!";
    flock($fh, LOCK_EX) or die "$file: $!";
    seek $fh, 0, SEEK_SET;

    my $n = (readline($fh) // 0) + 1;

    truncate $fh, 0;
    syswrite $fh, $n;
    close $fh;

    return $n;
}


sub _ask ($self, $reply) {
    $self->_put($reply);
    return $self->_line // die $DROPPED;
}


sub _start_tls ($self) {
    require IO::Socket::SSL;

    my $dir = $self->{server}{dir};

    $self->_flush;
    $self->{in} = '';

    IO::Socket::SSL->start_SSL($self->{fh}, SSL_server => 1,
        SSL_cert_file => "$dir/cert.pem", SSL_key_file => "$dir/key.pem")
        or die $DROPPED;

    $self->{tls} = 1;
    return;
}


# Replies are gathered while more commands are here already (PIPELINING).
sub _put ($self, $reply) {
    $self->{out} .= join '', map { "$_\r\n" } split /\n/, $reply;
    return 1;
}


sub _flush ($self) {
    while (length $self->{out}) {
        my $n = syswrite $self->{fh}, $self->{out};
        die $DROPPED if !$n;
        substr $self->{out}, 0, $n, '';
    }
    return;
}


# Waits until so many bytes are here.
sub _fill ($self, $bytes) {
    $self->_flush;

    while (length $self->{in} < $bytes) {
        sysread($self->{fh}, $self->{in}, 4096, length $self->{in})
            or die $DROPPED;
    }
    return;
}


# The next line without its end; undef when the client has left.
sub _line ($self) {
    while (1) {
        my $at = index $self->{in}, "\n";

        if ($at >= 0) {
            my $line = substr $self->{in}, 0, $at + 1, '';
            return $line =~ s/\r?\n\z//r;
        }

        $self->_flush;

        my $n = sysread $self->{fh}, $self->{in}, 65536, length $self->{in};
        return undef if !$n;
    }
}

1;
