/*
 * Copyright (C) SitePreserver developers
 *
 * The grammar: values, names and strings one after another.
 */

#include "sp_json_grammar.h"


static sp_rc_t json_run(sp_json_scanner_t *s, const char *p, const char *end);
static const char *json_value(sp_json_scanner_t *s, const char *p,
    const char *end);
static const char *json_key(sp_json_scanner_t *s, const char *p,
    const char *end);
static const char *json_key_over(sp_json_scanner_t *s, const char *p,
    const char *quote, const char *end);
static const char *json_colon(sp_json_scanner_t *s, const char *p,
    const char *end);
static const char *json_text(sp_json_scanner_t *s, const char *p,
    const char *end);
static const char *json_text_over(sp_json_scanner_t *s, const char *p,
    const char *quote);
static const char *json_after(sp_json_scanner_t *s, const char *p,
    const char *end);
static const char *json_open(sp_json_scanner_t *s, const char *p, int object);
static const char *json_close(sp_json_scanner_t *s, const char *p);
static const char *json_space(const char *p, const char *end);


sp_rc_t
sp_json_scan(sp_json_scanner_t *s, const char *data, size_t len)
{
    if (s->rc != SP_AGAIN || len == 0) {
        s->stop = data;
        return s->state == SP_JSON_AT_END && s->rc == SP_AGAIN ? SP_DONE
                                                               : s->rc;
    }

    return json_run(s, data, data + len);
}


size_t
sp_json_taken(const sp_json_scanner_t *s, const char *data)
{
    return (size_t) (s->stop - data);
}


sp_rc_t
sp_json_end(sp_json_scanner_t *s)
{
    sp_str_t  text;

    if (s->rc == SP_AGAIN && s->depth == 0 && s->state == SP_JSON_IN_NUMBER
        && sp_json_number_whole(s->number))
    {
        if (s->keep && sp_json_text_end(&s->text, "", 0, &text) != SP_OK) {
            s->rc = SP_NOMEM;

        } else {
            (void) sp_json_scalar(s, "", s->keep ? &text : NULL);
        }
    }

    if (s->rc == SP_DONE || (s->rc == SP_AGAIN && s->state == SP_JSON_AT_END)) {
        s->rc = SP_DONE;
        return SP_OK;
    }

    if (s->rc == SP_AGAIN) {
        s->rc = SP_INVALID;
    }

    return s->rc;
}


static sp_rc_t
json_run(sp_json_scanner_t *s, const char *p, const char *end)
{
    s->stop = end;

    while (p < end) {

        switch (s->state) {

        case SP_JSON_AT_BEGIN:
            p = sp_json_begin(s, p);
            break;

        case SP_JSON_AT_VALUE:
        case SP_JSON_AT_FIRST_ELEMENT:
            p = json_value(s, p, end);
            break;

        case SP_JSON_AT_FIRST_KEY:
        case SP_JSON_AT_KEY:
            p = json_key(s, p, end);
            break;

        case SP_JSON_AT_COLON:
            p = json_colon(s, p, end);
            break;

        case SP_JSON_AT_AFTER:
        case SP_JSON_AT_END:
            p = json_after(s, p, end);
            break;

        case SP_JSON_IN_KEY:
        case SP_JSON_IN_TEXT:
            p = json_text(s, p, end);
            break;

        case SP_JSON_IN_ESCAPE:
            p = sp_json_escape(s, p);
            break;

        case SP_JSON_IN_HEX:
            p = sp_json_hex(s, p);
            break;

        case SP_JSON_IN_NUMBER:
            p = sp_json_in_number(s, p, end);
            break;

        case SP_JSON_IN_WORD:
            p = sp_json_in_word(s, p, end);
            break;
        }

        if (p == NULL) {
            return s->rc;
        }
    }

    return s->state == SP_JSON_AT_END ? SP_DONE : SP_AGAIN;
}


static const char *
json_value(sp_json_scanner_t *s, const char *p, const char *end)
{
    p = json_space(p, end);

    if (p == end) {
        return p;
    }

    if (s->depth != 0 && !s->frames[s->depth - 1].object) {

        if (*p == ']' && s->state == SP_JSON_AT_FIRST_ELEMENT) {
            return json_close(s, p);
        }

        if (s->frames[s->depth - 1].n != 0) {
            sp_json_enter_element(s);
        }
    }

    switch (*p) {

    case '{':
        return json_open(s, p, 1);

    case '[':
        return json_open(s, p, 0);

    case '"':
        s->type = SP_JSON_STRING;
        s->state = SP_JSON_IN_TEXT;
        s->sink = &s->text;
        s->keep = s->n != 0 ? (uint8_t) sp_json_wants(s) : 0;
        sp_json_text_begin(&s->text);

        if (s->keep & SP_JSON_PIECES) {
            s->sink = &s->pieces;
            sp_json_text_begin(&s->pieces);
        }

        return json_text(s, p + 1, end);

    case 't':
        s->type = SP_JSON_TRUE;
        s->word = "true";
        break;

    case 'f':
        s->type = SP_JSON_FALSE;
        s->word = "false";
        break;

    case 'n':
        s->type = SP_JSON_NULL;
        s->word = "null";
        break;

    default:
        if (*p != '-' && (*p < '0' || *p > '9')) {
            return sp_json_stop(s, SP_INVALID);
        }

        s->type = SP_JSON_NUMBER;
        s->state = SP_JSON_IN_NUMBER;
        s->number = 0;
        s->keep = s->n != 0 && (sp_json_wants(s) & SP_JSON_KEEP);
        sp_json_text_begin(&s->text);

        return sp_json_in_number(s, p, end);
    }

    s->at = 0;
    s->state = SP_JSON_IN_WORD;

    return sp_json_in_word(s, p, end);
}


static const char *
json_key(sp_json_scanner_t *s, const char *p, const char *end)
{
    const char  *q;

    p = json_space(p, end);

    if (p == end) {
        return p;
    }

    if (*p == '"') {
        p++;
        q = sp_json_span(p, end);

        if (q < end && *q == '"' && q - p <= SP_JSON_KEY) {
            return json_key_over(s, p, q, end);
        }

        s->state = SP_JSON_IN_KEY;
        s->sink = &s->key;
        s->keep = s->frames[s->depth - 1].n != 0;
        sp_json_text_begin(&s->key);

        return json_text(s, p, end);
    }

    if (*p == '}' && s->state == SP_JSON_AT_FIRST_KEY) {
        return json_close(s, p);
    }

    return sp_json_stop(s, SP_INVALID);
}


/* A name that is here whole and without escapes: it is compared as it is. */

static inline const char *
json_key_over(sp_json_scanner_t *s, const char *p, const char *quote,
    const char *end)
{
    sp_str_t  key;

    s->n = 0;

    if (s->frames[s->depth - 1].n != 0) {
        key.data = p;
        key.len = (size_t) (quote - p);
        sp_json_enter_member(s, &key, 1);

        if (s->twice) {
            return sp_json_stop(s, SP_INVALID);
        }
    }

    p = quote + 1;

    if (p < end && *p == ':') {
        s->state = SP_JSON_AT_VALUE;
        return p + 1;
    }

    s->state = SP_JSON_AT_COLON;

    return p;
}


static const char *
json_colon(sp_json_scanner_t *s, const char *p, const char *end)
{
    p = json_space(p, end);

    if (p == end) {
        return p;
    }

    if (*p != ':') {
        return sp_json_stop(s, SP_INVALID);
    }

    s->state = SP_JSON_AT_VALUE;

    return p + 1;
}


/* A name or string, after its first quote or later. */

static const char *
json_text(sp_json_scanner_t *s, const char *p, const char *end)
{
    char         c;
    const char  *q;

    for ( ;; ) {
        q = sp_json_span(p, end);

        if (q < end && *q == '"') {
            return json_text_over(s, p, q);
        }

        if (s->keep
            && sp_json_text_append(s->sink, p, (size_t) (q - p)) != SP_OK)
        {
            return sp_json_text_stop(s, q);
        }

        if (q == end) {
            return q;
        }

        if (*q != '\\') {
            return sp_json_stop(s, SP_INVALID);
        }

        c = end - q > 1 ? sp_json_text_escape(q[1]) : '\0';

        if (c == '\0') {
            /* \uXXXX, or not here whole, or none */
            s->back = s->state;
            s->state = SP_JSON_IN_ESCAPE;
            return q + 1;
        }

        if (s->keep && sp_json_text_append(s->sink, &c, 1) != SP_OK) {
            return sp_json_text_stop(s, q);
        }

        p = q + 2;
    }
}


static const char *
json_text_over(sp_json_scanner_t *s, const char *p, const char *quote)
{
    sp_str_t  text;

    if (s->sink == &s->pieces) {
        return sp_json_pieces_over(s, p, quote);
    }

    if (s->keep && sp_json_text_end(s->sink, p, (size_t) (quote - p), &text)
                   != SP_OK)
    {
        return sp_json_stop(s, SP_NOMEM);
    }

    if (s->state == SP_JSON_IN_TEXT) {
        return sp_json_scalar(s, quote + 1, s->keep ? &text : NULL);
    }

    s->n = 0;

    if (s->keep) {
        sp_json_enter_member(s, &text, !s->key.cut);

        if (s->twice) {
            return sp_json_stop(s, SP_INVALID);
        }
    }

    s->state = SP_JSON_AT_COLON;

    return quote + 1;
}


/* What follows a value. */

static const char *
json_after(sp_json_scanner_t *s, const char *p, const char *end)
{
    sp_json_frame_t  *frame;

    p = json_space(p, end);

    if (p == end) {
        return p;
    }

    if (s->depth == 0) {
        return sp_json_stop(s, SP_INVALID);
    }

    frame = &s->frames[s->depth - 1];

    if (*p == ',') {
        frame->index++;

        if (!frame->object) {
            s->state = SP_JSON_AT_VALUE;
            return p + 1;
        }

        s->state = SP_JSON_AT_KEY;

        return json_key(s, p + 1, end);
    }

    if (*p == (frame->object ? '}' : ']')) {
        return json_close(s, p);
    }

    return sp_json_stop(s, SP_INVALID);
}


static const char *
json_open(sp_json_scanner_t *s, const char *p, int object)
{
    sp_json_frame_t  *frame;

    if (s->depth == SP_JSON_DEPTH) {
        return sp_json_stop(s, SP_LIMIT);
    }

    if (s->n != 0) {
        s->type = object ? SP_JSON_OBJECT : SP_JSON_ARRAY;
        sp_json_report(s, NULL);

        if (s->rc != SP_AGAIN) {
            s->stop = p + 1;
            return NULL;
        }
    }

    frame = &s->frames[s->depth++];

    frame->index = 0;
    frame->serial = ++s->serial;
    frame->first = s->first;
    frame->n = s->n;
    frame->object = (uint8_t) object;

    s->state = object ? SP_JSON_AT_FIRST_KEY : SP_JSON_AT_FIRST_ELEMENT;

    return p + 1;
}


static const char *
json_close(sp_json_scanner_t *s, const char *p)
{
    const sp_json_frame_t  *frame;

    frame = &s->frames[--s->depth];

    s->first = frame->first;
    s->n = frame->n;
    s->type = SP_JSON_END;

    return sp_json_scalar(s, p + 1, NULL);
}


static inline const char *
json_space(const char *p, const char *end)
{
    uint64_t  w;

    while (p < end && (unsigned char) *p <= ' ') {

        if (*p == '\n') {

            /* what is indented is indented by many spaces */

            for (p++; end - p >= 8; p += 8) {
                memcpy(&w, p, 8);

                if (w != UINT64_C(0x2020202020202020)) {
                    break;
                }
            }

            continue;
        }

        if (*p != ' ' && *p != '\r' && *p != '\t') {
            break;
        }

        p++;
    }

    return p;
}
