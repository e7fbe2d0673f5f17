#!/usr/bin/python3

# Prints shared/sp_entities_names.c: the names of HTML's character references
# (WHATWG HTML, section 13.5), which Python knows, too.

from html.entities import html5

WIDTH = 72

names = {}

for name, text in html5.items():
    bare = name.rstrip(';')
    alone = ':' if bare in html5 else '='
    names[bare] = alone + ','.join('%X' % ord(c) for c in text)

lines = ['']

for name in sorted(names):
    entry = name + names[name] + ' '
    if len(lines[-1]) + len(entry) > WIDTH:
        lines.append('')
    lines[-1] += entry

print('''/*
 * Copyright (C) SitePreserver developers
 *
 * Made by t/lib/entities.py, do not edit: the names of HTML's character
 * references in the order of their bytes, each with its code points; ":" is
 * behind one that needs no semicolon in HTML.
 */

#include "sp_entities_int.h"


const char  sp_entities_names[] = " "''')

print('\n'.join('    "%s"' % line for line in lines) + ';')

print('''
const size_t  sp_entities_names_len = sizeof(sp_entities_names) - 1;''')
