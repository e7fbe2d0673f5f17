#!/bin/sh
#
# Copyright (C) SitePreserver developers
#
# Prints a C file with a script for browsers: embed.sh capture.js
#
# Its comments, which have lines of their own, and its indentation stay behind.

set -e

name=ngx_http_sitepreserver_$(basename "$1" .js)_js

cat << END
/* Made by ngx_module/embed.sh from $(basename "$1"). */

#include <stddef.h>

extern const char    $name[];
extern const size_t  ${name}_len;

const char  $name[] =
END

sed -e '/^ *\/\//d' -e 's/^ *//' -e '/^$/d' \
    -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/.*/    "&\\n"/' "$1"

cat << END
    ;

const size_t  ${name}_len = sizeof($name) - 1;
END
