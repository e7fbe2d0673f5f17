/*
 * Copyright (C) SitePreserver developers
 */

#include "sp_graphql_lex.h"


static const char *graphql_ignored(const char *p, const char *end);
static const char *graphql_string(sp_graphql_lex_t *lex, const char *p);
static const char *graphql_block(sp_graphql_lex_t *lex, const char *p);
static int graphql_name_char(char c);
static int graphql_number_char(char c);


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

    if (graphql_name_char(*p) && (*p < '0' || *p > '9')) {
        lex->token = SP_GRAPHQL_NAME;

        while (p < lex->end && graphql_name_char(*p)) {
            p++;
        }

    } else if (*p == '-' || (*p >= '0' && *p <= '9')) {
        lex->token = SP_GRAPHQL_NUMBER;

        while (p < lex->end && graphql_number_char(*p)) {
            p++;
        }

    } else if (*p == '"') {
        lex->p = lex->end - p >= 3 && p[1] == '"' && p[2] == '"'
                 ? graphql_block(lex, p + 3) : graphql_string(lex, p + 1);
        return;

    } else if (*p == '.') {
        lex->token = SP_GRAPHQL_BAD;

        if (lex->end - p >= 3 && p[1] == '.' && p[2] == '.') {
            lex->token = SP_GRAPHQL_SPREAD;
            p += 3;
        }

    } else {
        lex->token = *p && strchr("!$&():=@[]{|}", *p) ? SP_GRAPHQL_PUNCTUATOR
                                                       : SP_GRAPHQL_BAD;
        p++;
    }

    lex->text.len = (size_t) (p - lex->text.data);
    lex->p = p;
}


int
sp_graphql_is(const sp_graphql_lex_t *lex, char c)
{
    return lex->token == SP_GRAPHQL_PUNCTUATOR && lex->text.data[0] == c;
}


int
sp_graphql_named(const sp_graphql_lex_t *lex, const char *name)
{
    return lex->token == SP_GRAPHQL_NAME && lex->text.len == strlen(name)
           && memcmp(lex->text.data, name, lex->text.len) == 0;
}


sp_rc_t
sp_graphql_group(sp_graphql_lex_t *lex, sp_str_t *inside)
{
    char         c;
    size_t       depth;
    const char  *start, *last;

    start = lex->p;
    depth = 0;

    for ( ;; ) {
        last = lex->text.data;

        if (lex->token == SP_GRAPHQL_PUNCTUATOR) {
            c = *last;

            if (c == '(' || c == '[' || c == '{') {
                depth++;

            } else if ((c == ')' || c == ']' || c == '}') && --depth == 0) {
                break;
            }

        } else if (lex->token == SP_GRAPHQL_END
                   || lex->token == SP_GRAPHQL_BAD)
        {
            last = lex->end;
            break;
        }

        sp_graphql_next(lex);
    }

    if (inside != NULL) {
        inside->data = start;
        inside->len = (size_t) (last - start);
    }

    if (depth != 0) {
        return SP_INVALID;
    }

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
    for ( /* void */ ; p < end; p++) {

        switch (*p) {

        case ' ':
        case '\t':
        case '\r':
        case '\n':
        case ',':
        case '\xef':
        case '\xbb':
        case '\xbf':
            continue;

        case '#':
            while (p < end && *p != '\n' && *p != '\r') {
                p++;
            }

            if (p == end) {
                return p;
            }

            continue;

        default:
            return p;
        }
    }

    return p;
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


static int
graphql_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
           || (c >= '0' && c <= '9') || c == '_';
}


static int
graphql_number_char(char c)
{
    return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.'
           || c == 'e' || c == 'E';
}
