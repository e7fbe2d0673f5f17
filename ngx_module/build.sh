#!/bin/sh

# Copyright (C) SitePreserver developers
#
# Builds ngx_http_sitepreserver_module.so into BUILD:
#
#     ngx_module/build.sh BUILD [NGINX_SRC]
#
# Without NGINX_SRC it is for Debian's nginx (package nginx-dev), configured as
# that was; with it for the nginx of that source tree, with the arguments
# in NGX_CONF (default: --with-compat and the modules that Debian has).  The tree
# is not written to: nginx is configured in a tree of links to it.
#
# Environment: CC, OPT (-O2 -g), SAN (-fsanitize=address,undefined ...).

set -e

build=${1:?usage: build.sh BUILD [NGINX_SRC]}
source=$2
name=ngx_http_sitepreserver_module
repo=$(cd "$(dirname "$0")/.." && pwd)
cc=${CC:-gcc}
opt=${OPT:--O2 -g}

mkdir -p "$build"
build=$(cd "$build" && pwd)

if [ -n "$source" ]; then
    source=$(cd "$source" && pwd)
    set -- ${NGX_CONF:---with-compat --with-threads --with-http_ssl_module \
        --with-http_v2_module --with-http_realip_module}
else
    source=/usr/share/nginx/src

    if [ ! -f $source/conf_flags ]; then
        echo "build.sh: $source/conf_flags is missing:" \
             "install nginx-dev, or name a source tree: NGINX_SRC=DIR" >&2
        exit 1
    fi

    set -- $(sed -n 's/^NGX_CONF_FLAGS=( *\(.*\) )$/\1/p' $source/conf_flags)

    if [ $# -eq 0 ]; then
        echo "build.sh: no flags in $source/conf_flags" >&2
        exit 1
    fi
fi

if [ -n "$SAN" ]; then
    cflags="$opt $SAN -fno-omit-frame-pointer"
    ldflags="$SAN"
else
    cflags="$opt -fstack-protector-strong -D_FORTIFY_SOURCE=2 -Wformat \
-Werror=format-security"
    ldflags="-Wl,-z,relro -Wl,-z,now"
fi

cflags="$cflags -fPIC -std=gnu11 -ffile-prefix-map=$repo=."

# What the tree in BUILD was configured with: if the same, only `make` is left.

tree=$build/nginx
wanted="$source $cc $cflags $ldflags $* $(ls "$repo"/ngx_module/*.c \
    "$repo"/shared/sp_*.c "$repo"/shared/*.lua) $(cat "$repo/config" "$repo/config.make" \
    "$0" | cksum)"

if [ "$(cat "$tree/configured" 2>/dev/null)" != "$wanted" ]; then
    rm -rf "$tree"
    mkdir -p "$tree"

    for file in "$source"/*; do
        case ${file##*/} in
            Makefile | objs) ;;
            *) ln -s "$file" "$tree/" ;;
        esac
    done

    [ -e "$tree/configure" ] || ln -s auto/configure "$tree/configure"

    (cd "$tree" && ./configure "$@" --with-cc="$cc" \
        --with-cc-opt="$cflags" --with-ld-opt="$ldflags -fPIC" \
        --builddir="$tree/objs" --add-dynamic-module="$repo" \
        > configure.log 2>&1) \
    || { tail -n 20 "$tree/configure.log" >&2; exit 1; }

    printf '%s\n' "$wanted" > "$tree/configured"
fi

# A make that runs this hands down its variables and its pool of jobs in
# MAKEFLAGS: neither is meant for nginx's makefile.

env -u MAKEFLAGS -u MFLAGS make -s -j "$(nproc)" -C "$tree" \
    -f objs/Makefile modules

cp "$tree/objs/$name.so" "$build/.$name.so"
mv "$build/.$name.so" "$build/$name.so"
