/*
 * Copyright (C) SitePreserver developers
 *
 * The grammar within words, numbers and escapes, and what is rare.
 */

#include "sp_json_grammar.h"


/* A byte order mark may come before anything else. */

const char *
sp_json_begin(sp_json_scanner_t *s, const char *p)
{
    static const char  mark[3] = { '\xef', '\xbb', '\xbf' };

    if (*p != mark[s->at]) {
        if (s->at != 0) {
            return sp_json_stop(s, SP_INVALID);
        }

        s->state = SP_JSON_AT_VALUE;
        return p;
    }

    if (++s->at == 3) {
        s->state = SP_JSON_AT_VALUE;
    }

    return p + 1;
}


const char *
sp_json_in_word(sp_json_scanner_t *s, const char *p, const char *end)
{
    for ( /* void */ ; p < end; p++) {
        if (*p != s->word[s->at]) {
            return sp_json_stop(s, SP_INVALID);
        }

        if (s->word[++s->at] == '\0') {
            return sp_json_scalar(s, p + 1, NULL);
        }
    }

    return p;
}


const char *
sp_json_in_number(sp_json_scanner_t *s, const char *p, const char *end)
{
    sp_str_t     text;
    const char  *last;

    last = sp_json_number(&s->number, p, end);

    if (last == NULL) {
        return sp_json_stop(s, SP_INVALID);
    }

    if (!s->keep) {
        return last == end ? last : sp_json_scalar(s, last, NULL);
    }

    if (last == end) {
        if (sp_json_text_append(&s->text, p, (size_t) (end - p)) != SP_OK) {
            return sp_json_stop(s, SP_NOMEM);
        }

        return last;
    }

    if (sp_json_text_end(&s->text, p, (size_t) (last - p), &text) != SP_OK) {
        return sp_json_stop(s, SP_NOMEM);
    }

    return sp_json_scalar(s, last, &text);
}


/* A string that is wanted in pieces. */

const char *
sp_json_pieces_over(sp_json_scanner_t *s, const char *p, const char *quote)
{
    sp_str_t  text;

    if (sp_json_text_append(s->sink, p, (size_t) (quote - p)) != SP_OK
        || sp_json_text_drain(s->sink) != SP_OK)
    {
        return sp_json_text_stop(s, p);
    }

    if ((s->keep & SP_JSON_KEEP)
        && sp_json_text_end(&s->text, "", 0, &text) != SP_OK)
    {
        return sp_json_stop(s, SP_NOMEM);
    }

    return sp_json_scalar(s, quote + 1,
                          (s->keep & SP_JSON_KEEP) ? &text : NULL);
}


const char *
sp_json_escape(sp_json_scanner_t *s, const char *p)
{
    char  c;

    if (*p == 'u') {
        s->state = SP_JSON_IN_HEX;
        s->at = 0;
        s->unit = 0;
        return p + 1;
    }

    c = sp_json_text_escape(*p);

    if (c == '\0') {
        return sp_json_stop(s, SP_INVALID);
    }

    if (s->keep && sp_json_text_append(s->sink, &c, 1) != SP_OK) {
        return sp_json_text_stop(s, p);
    }

    s->state = s->back;

    return p + 1;
}


const char *
sp_json_hex(sp_json_scanner_t *s, const char *p)
{
    int  digit;

    digit = sp_hex(*p);

    if (digit < 0) {
        return sp_json_stop(s, SP_INVALID);
    }

    s->unit = (s->unit << 4) | (uint32_t) digit;

    if (++s->at == 4) {
        if (s->keep && sp_json_text_unit(s->sink, s->unit) != SP_OK) {
            return sp_json_text_stop(s, p);
        }

        s->state = s->back;
    }

    return p + 1;
}
