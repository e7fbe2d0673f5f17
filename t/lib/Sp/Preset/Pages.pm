package Sp::Preset::Pages;

# An origin for shops that are pages and forms: it keeps sessions by a cookie
# and takes requests apart.  What it answers is the test's:
#
#     my $t = Sp::Preset->new('zencart', pages('zenid', \&shop));
#
#     sub shop ($r) {
#         return redirect('/cart') if $r->{path} eq '/add' && $r->{form}{id};
#         $r->{renew} = 1 if login($r);       # another session id from now on
#         ...
#     }

use v5.36;

use JSON::XS ();
use Exporter qw(import);

our @EXPORT_OK = qw(pages euro);


# The cookie's name and what answers: a function of { method, path, arg, form,
# body, headers, session, renew, set }; arg and form are names to values, of several
# the last, with "[]" a list.  Options: id => a function that makes a session id
# of a number; renew => 1: each answer gives another one, and old ones are still
# good, as with a cookie that is encrypted anew; late => 1: nobody has a session
# before there is something in it, { start }.
sub pages ($cookie, $shop, %o) {
    my (%sessions, $n);
    my $id = $o{id} // sub ($number) { sprintf '%032d', $number };

    return sub ($method, $uri, $headers, $body) {
        my ($path, $args) = split /\?/, $uri, 2;
        my ($sid) = ($headers->{cookie} // '') =~ /(?:^|;\s*)\Q$cookie\E=([^;]+)/;
        my $known = $sid && $sessions{$sid};
        my %r = (method => $method, path => _decode($path), body => $body,
            arg => _fields($args // ''), headers => $headers, set => [],
            form => _form($headers, $body),
            session => $known // { cart => [] });

        $sid = $id->(++$n) if !$known;
        $sessions{$sid} = $r{session};

        my $answer = $shop->(\%r);

        if ($o{late} && !$known && !$r{start}) {
            delete $sessions{$sid};
            return $answer;
        }

        # Otherwise an old id is worth nothing any more.
        if ($r{renew} ||= $o{renew}) {
            delete $sessions{$sid} if !$o{renew};
            $sessions{ $sid = $id->(++$n) } = $r{session};
        }

        push $r{set}->@*, "$cookie=$sid; path=/; HttpOnly"
            if !$known || $r{renew};
        $answer->[1] = [ (ref $answer->[1] eq 'HASH' ? %{ $answer->[1] }
            : $answer->[1]->@*), map { ('Set-Cookie' => $_) } $r{set}->@* ];

        return $answer;
    };
}


# 1.234,50 and a sign, as UTF-8.
sub euro ($amount) {
    my $text = sprintf '%.2f', $amount;

    $text =~ tr/./,/;
    1 while $text =~ s/^(\d+)(\d{3})/$1.$2/;

    return "$text&nbsp;&euro;";
}


sub _form ($headers, $body) {
    my $type = $headers->{'content-type'} // '';
    my %form;

    return _fields($body) if $type =~ /urlencoded/;
    return JSON::XS->new->utf8->decode($body)
        if $type =~ /json/ && $body ne '';
    _add(\%form, $1, $2)
        while $type =~ /multipart/ && $body =~ /name="([^"]+)"\r\n\r\n(.*?)\r\n--/sg;

    return \%form;
}


sub _fields ($text) {
    my %fields;

    _add(\%fields, map { _decode(tr/+/ /r) } (split(/=/, $_, 2), '')[0, 1])
        for split /&/, $text;

    return \%fields;
}


sub _add ($fields, $name, $value) {
    push $fields->{$name}->@*, $value if $name =~ /\[\]$/;
    $fields->{$name} = $value if $name !~ /\[\]$/;

    return;
}


sub _decode ($text) { return $text =~ s/%([0-9A-Fa-f]{2})/chr hex $1/ger }

1;
