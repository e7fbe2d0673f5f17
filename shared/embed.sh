#!/bin/sh
#
# Copyright (C) SitePreserver developers
#
# Prints a C file with the function library: embed.sh sp_functions.lua
#
# The file is the library's head; the files sp_functions_*.lua beside it follow
# it, each in a block of its own: Lua allows 200 local names in one function.
# Comments and indentation stay behind.

set -e

lua=$1
name=$(sed -n '1s/^#!lua name=\([a-z0-9_]*\)$/\1/p' "$lua")

if [ -z "$name" ]; then
    echo "$lua: the first line is not \"#!lua name=...\"" >&2
    exit 1
fi

library() {
    cat "$lua"

    for part in "${lua%.lua}"_*.lua; do
        echo "do"
        cat "$part"
        echo "end"
    done
}

cat << END
/* Made by shared/embed.sh from $(basename "$lua"). */

#include "sp_call.h"

const char  sp_functions_name[] = "$name";

const char  sp_functions_lua[] =
END

library | sed -e '/^ *--/d' -e 's/^ *//' -e '/^$/d' \
    -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/.*/    "&\\n"/'

cat << END
    ;

const size_t  sp_functions_lua_len = sizeof(sp_functions_lua) - 1;
END
