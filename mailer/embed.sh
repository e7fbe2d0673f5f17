#!/bin/sh
#
# Copyright (C) SitePreserver developers
#
# Prints a C file with texts of Lua: embed.sh FILE.lua ...  Each is NAME_lua,
# without comments and indentation.

set -e

echo '/* Made by mailer/embed.sh. */'
echo
echo '#include "replay_state.h"'

for file in "$@"; do
    name=$(basename "$file" .lua)

    echo
    echo "const char  ${name}_lua[] ="
    sed -e '/^ *--/d' -e 's/^ *//' -e '/^$/d' \
        -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/.*/    "&\\n"/' "$file"
    echo '    ;'
done
