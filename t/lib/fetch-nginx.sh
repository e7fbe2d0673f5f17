#!/bin/sh
#
# Fetches the plain source of the nginx that this Debian has (as upstream made
# it, without Debian's patches) into .cache, once.  Prints its directory.  The
# system's own lists of packages are left alone.

set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
dir=$root/.cache/nginx
apt=$dir/apt

found()
{
    for tree in "$dir"/nginx-*; do
        if [ -x "$tree/configure" ]; then
            echo "$tree"
            exit 0
        fi
    done
}

# A command of apt-get with lists and a cache of our own.
private()
{
    apt-get -q -o "Dir::Etc::sourcelist=$apt/sources.list" \
        -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$apt/lists" \
        -o "Dir::Cache=$apt/cache" -o APT::Sandbox::User=root "$@" \
        > "$apt/log" 2>&1 || {
            tail -5 "$apt/log" >&2
            echo "nginx source: apt-get $1 failed: no network?" >&2
            exit 1
        }
}

found

suite=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)

rm -rf "$dir"
mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial"

cat > "$apt/sources.list" << END
deb-src http://deb.debian.org/debian $suite main
deb-src http://deb.debian.org/debian-security $suite-security main
END

private update
cd "$dir"
private source --tar-only --download-only nginx
tar -xzf nginx_*.orig.tar.gz
rm -rf "$apt"

found
echo "nginx source: the archive has no nginx-*/configure" >&2
exit 1
