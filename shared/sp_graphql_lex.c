/*
 * Copyright (C) SitePreserver developers
 */

#include "sp_graphql_lex.h"


static const char *graphql_ignored(const char *p, const char *end);
static const char *graphql_string(sp_graphql_lex_t *lex, const char *p);
static const char *graphql_block(sp_graphql_lex_t *lex, const char *p);


#define GRAPHQL_SPACE   0x01        /* ignored */
#define GRAPHQL_NAME    0x02        /* begins a name */
#define GRAPHQL_NAMED   0x04        /* goes on in it */
#define GRAPHQL_NUMBER  0x08        /* begins a number */
#define GRAPHQL_DIGITS  0x10        /* goes on in it */
#define GRAPHQL_PUNCT   0x20

#define GRAPHQL_LETTER  (GRAPHQL_NAME | GRAPHQL_NAMED)
#define GRAPHQL_DIGIT   (GRAPHQL_NAMED | GRAPHQL_NUMBER | GRAPHQL_DIGITS)


static const unsigned char  graphql_chars[256] = {
    ['A' ... 'D'] = GRAPHQL_LETTER, ['F' ... 'Z'] = GRAPHQL_LETTER,
    ['a' ... 'd'] = GRAPHQL_LETTER, ['f' ... 'z'] = GRAPHQL_LETTER,
    ['_'] = GRAPHQL_LETTER, ['0' ... '9'] = GRAPHQL_DIGIT,
    ['E'] = GRAPHQL_LETTER | GRAPHQL_DIGITS,
    ['e'] = GRAPHQL_LETTER | GRAPHQL_DIGITS,
    ['-'] = GRAPHQL_NUMBER | GRAPHQL_DIGITS, ['+'] = GRAPHQL_DIGITS,
    ['.'] = GRAPHQL_DIGITS,
    [' '] = GRAPHQL_SPACE, ['\t'] = GRAPHQL_SPACE, ['\r'] = GRAPHQL_SPACE,
    ['\n'] = GRAPHQL_SPACE, [','] = GRAPHQL_SPACE,
    [0xef] = GRAPHQL_SPACE, [0xbb] = GRAPHQL_SPACE, [0xbf] = GRAPHQL_SPACE,
    ['!'] = GRAPHQL_PUNCT, ['$'] = GRAPHQL_PUNCT, ['&'] = GRAPHQL_PUNCT,
    ['('] = GRAPHQL_PUNCT, [')'] = GRAPHQL_PUNCT, [':'] = GRAPHQL_PUNCT,
    ['='] = GRAPHQL_PUNCT, ['@'] = GRAPHQL_PUNCT, ['['] = GRAPHQL_PUNCT,
    [']'] = GRAPHQL_PUNCT, ['{'] = GRAPHQL_PUNCT, ['|'] = GRAPHQL_PUNCT,
    ['}'] = GRAPHQL_PUNCT
};


static inline int
graphql_char(char c, unsigned what)
{
    return graphql_chars[(unsigned char) c] & what;
}


void
sp_graphql_lex(sp_graphql_lex_t *lex, const sp_str_t *text)
{
    lex->token = SP_GRAPHQL_END;
    lex->p = text->len ? text->data : "";
    lex->end = lex->p + text->len;

    sp_graphql_next(lex);
}


void
sp_graphql_next(sp_graphql_lex_t *lex)
{
    const char  *p;

    if (lex->token == SP_GRAPHQL_BAD) {
        return;
    }

    p = graphql_ignored(lex->p, lex->end);

    lex->text.data = p;
    lex->p = p;

    if (p == lex->end) {
        lex->token = SP_GRAPHQL_END;
        lex->text.len = 0;
        return;
    }

    if (graphql_char(*p, GRAPHQL_PUNCT)) {
        lex->token = SP_GRAPHQL_PUNCTUATOR;
        p++;

    } else if (graphql_char(*p, GRAPHQL_NAME)) {
        lex->token = SP_GRAPHQL_NAME;

        do {
            p++;
        } while (p < lex->end && graphql_char(*p, GRAPHQL_NAMED));

    } else if (graphql_char(*p, GRAPHQL_NUMBER)) {
        lex->token = SP_GRAPHQL_NUMBER;

        do {
            p++;
        } while (p < lex->end && graphql_char(*p, GRAPHQL_DIGITS));

    } else if (*p == '"') {
        lex->p = lex->end - p >= 3 && p[1] == '"' && p[2] == '"'
                 ? graphql_block(lex, p + 3) : graphql_string(lex, p + 1);
        return;

    } else if (lex->end - p >= 3 && memcmp(p, "...", 3) == 0) {
        lex->token = SP_GRAPHQL_SPREAD;
        p += 3;

    } else {
        lex->token = SP_GRAPHQL_BAD;
        p++;
    }

    lex->text.len = (size_t) (p - lex->text.data);
    lex->p = p;
}


int
sp_graphql_named(const sp_graphql_lex_t *lex, const char *name)
{
    return lex->token == SP_GRAPHQL_NAME && lex->text.len == strlen(name)
           && memcmp(lex->text.data, name, lex->text.len) == 0;
}


/* Most of a document is only skipped, so not every token of it is made. */

sp_rc_t
sp_graphql_group(sp_graphql_lex_t *lex, sp_str_t *inside)
{
    size_t       depth;
    const char  *p, *start, *last;

    start = lex->p;
    p = start;

    for (depth = 1; depth != 0; /* void */) {

        p = graphql_ignored(p, lex->end);

        if (p < lex->end && graphql_char(*p, GRAPHQL_PUNCT)) {
            depth += *p == '(' || *p == '[' || *p == '{';
            depth -= *p == ')' || *p == ']' || *p == '}';
            p++;

        } else if (p < lex->end && graphql_char(*p, GRAPHQL_NAME)) {

            do {
                p++;
            } while (p < lex->end && graphql_char(*p, GRAPHQL_NAMED));

        } else {
            lex->p = p;
            sp_graphql_next(lex);
            p = lex->p;

            if (lex->token == SP_GRAPHQL_END || lex->token == SP_GRAPHQL_BAD) {
                break;
            }
        }
    }

    last = depth == 0 ? p - 1 : lex->end;

    if (inside != NULL) {
        inside->data = start;
        inside->len = (size_t) (last - start);
    }

    if (depth != 0) {
        return SP_INVALID;
    }

    lex->p = p;
    sp_graphql_next(lex);

    return SP_OK;
}


sp_rc_t
sp_graphql_skip_value(sp_graphql_lex_t *lex, sp_str_t *value)
{
    sp_rc_t      rc;
    const char  *start, *last;

    start = lex->text.data;
    rc = SP_OK;

    if (lex->token == SP_GRAPHQL_STRING) {
        start--;

    } else if (lex->token == SP_GRAPHQL_BLOCK) {
        start -= 3;
    }

    if (sp_graphql_is(lex, '[') || sp_graphql_is(lex, '{')) {
        rc = sp_graphql_group(lex, value);

        if (rc == SP_OK && value != NULL) {
            value->data--;
            value->len += 2;
        }

        return rc;
    }

    if (sp_graphql_is(lex, '$')) {
        sp_graphql_next(lex);

    } else if (lex->token == SP_GRAPHQL_PUNCTUATOR
               || lex->token == SP_GRAPHQL_SPREAD)
    {
        return SP_INVALID;
    }

    if (lex->token == SP_GRAPHQL_END || lex->token == SP_GRAPHQL_BAD) {
        return SP_INVALID;
    }

    last = lex->p;

    if (value != NULL) {
        value->data = start;
        value->len = (size_t) (last - start);
    }

    sp_graphql_next(lex);

    return SP_OK;
}


/* Skips white space, commas, byte order marks and comments. */

static const char *
graphql_ignored(const char *p, const char *end)
{
    for ( ;; ) {

        while (p < end && graphql_char(*p, GRAPHQL_SPACE)) {
            p++;
        }

        if (p == end || *p != '#') {
            return p;
        }

        while (p < end && *p != '\n' && *p != '\r') {
            p++;
        }
    }
}


static const char *
graphql_string(sp_graphql_lex_t *lex, const char *p)
{
    lex->text.data = p;
    lex->token = SP_GRAPHQL_STRING;

    for ( /* void */ ; p < lex->end; p++) {

        if (*p == '"') {
            lex->text.len = (size_t) (p - lex->text.data);
            return p + 1;
        }

        if (*p == '\n' || *p == '\r') {
            break;
        }

        if (*p == '\\' && lex->end - p > 1) {
            p++;
        }
    }

    lex->token = SP_GRAPHQL_BAD;
    lex->text.len = 0;

    return lex->end;
}


static const char *
graphql_block(sp_graphql_lex_t *lex, const char *p)
{
    lex->text.data = p;
    lex->token = SP_GRAPHQL_BLOCK;

    for ( /* void */ ; lex->end - p >= 3; p++) {

        if (memcmp(p, "\"\"\"", 3) == 0) {
            lex->text.len = (size_t) (p - lex->text.data);
            return p + 3;
        }

        if (*p == '\\' && lex->end - p >= 4
            && memcmp(p + 1, "\"\"\"", 3) == 0)
        {
            p += 3;
        }
    }

    lex->token = SP_GRAPHQL_BAD;
    lex->text.len = 0;

    return lex->end;
}
