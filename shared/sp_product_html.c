/*
 * Copyright (C) SitePreserver developers
 *
 * A page of HTML as it passes: its tags, the text that is wanted, and the
 * blocks of JSON-LD.
 */

#include <strings.h>

#include "sp_product_int.h"


static const char *finder_text(sp_finder_t *finder, const char *p,
    const char *end, sp_rc_t *rc);
static const char *finder_tag(sp_finder_t *finder, const char *p,
    const char *end, sp_rc_t *rc);
static sp_rc_t finder_tag_end(sp_finder_t *finder);
static sp_rc_t finder_begin(sp_finder_t *finder, const product_tag_t *tag);
static const char *finder_comment(sp_finder_t *finder, const char *p,
    const char *end);
static const char *finder_raw(sp_finder_t *finder, const char *p,
    const char *end, sp_rc_t *rc);
static sp_rc_t finder_json(sp_finder_t *finder, const char *data,
    size_t len);
static sp_rc_t finder_json_end(sp_finder_t *finder);


sp_rc_t
sp_product_read(sp_finder_t *finder, const char *data, size_t len)
{
    sp_rc_t      rc;
    const char  *p, *end;

    rc = SP_OK;
    p = data;
    end = p + len;

    while (p < end && rc == SP_OK) {

        switch (finder->state) {

        case FINDER_TEXT:
            p = finder_text(finder, p, end, &rc);
            break;

        case FINDER_TAG:
            p = finder_tag(finder, p, end, &rc);
            break;

        case FINDER_COMMENT:
            p = finder_comment(finder, p, end);
            break;

        default:
            p = finder_raw(finder, p, end, &rc);
        }
    }

    return rc == SP_OK ? SP_AGAIN : rc;
}


static const char *
finder_text(sp_finder_t *finder, const char *p, const char *end, sp_rc_t *rc)
{
    const char  *q;

    q = memchr(p, '<', (size_t) (end - p));

    *rc = product_micro_text(finder->micro, p,
                             (size_t) ((q != NULL ? q : end) - p));

    if (q == NULL) {
        return end;
    }

    finder->state = FINDER_TAG;
    finder->tag_len = 0;
    finder->quote = '\0';

    return q + 1;
}


/* All of a tag up to its ">", which may be in quotes. */

static const char *
finder_tag(sp_finder_t *finder, const char *p, const char *end, sp_rc_t *rc)
{
    char  c;

    for ( /* void */ ; p < end; p++) {
        c = *p;

        if (finder->tag_len == 0 && c != '/' && c != '!'
            && !((c | 0x20) >= 'a' && (c | 0x20) <= 'z'))
        {
            finder->state = FINDER_TEXT;    /* "a < b" */
            *rc = product_micro_text(finder->micro, "<", 1);
            return p;
        }

        if (finder->quote != '\0') {
            finder->quote = c == finder->quote ? '\0' : finder->quote;

        } else if ((c == '"' || c == '\'') && finder->tag_len != 0
                   && finder->tag_len <= PRODUCT_TAG_MAX
                   && finder->tag[finder->tag_len - 1] == '=')
        {
            finder->quote = c;

        } else if (c == '>') {
            finder->state = FINDER_TEXT;
            *rc = finder_tag_end(finder);
            return p + 1;
        }

        if (finder->tag_len >= PRODUCT_TAG_MAX) {
            finder->tag_len = PRODUCT_TAG_MAX + 1;
            continue;
        }

        /* spaces about "=" are nothing */

        if (finder->quote == '\0' && c <= ' ' && c >= 0
            && finder->tag_len != 0
            && finder->tag[finder->tag_len - 1] == '=')
        {
            continue;
        }

        finder->tag[finder->tag_len++] = c;

        if (finder->tag_len == 3 && memcmp(finder->tag, "!--", 3) == 0) {
            finder->state = FINDER_COMMENT;
            finder->matched = 2;        /* "<!-->" is one */
            return p + 1;
        }
    }

    return p;
}


static sp_rc_t
finder_tag_end(sp_finder_t *finder)
{
    char           name[24];
    size_t         i, n;
    sp_rc_t        rc;
    product_tag_t  tag;

    if (finder->tag_len > PRODUCT_TAG_MAX || finder->tag_len == 0
        || finder->tag[0] == '!')
    {
        return SP_OK;
    }

    tag.end = finder->tag[0] == '/';
    n = 0;

    for (i = tag.end; i < finder->tag_len && n < sizeof(name)
                      && (unsigned char) finder->tag[i] > ' '
                      && finder->tag[i] != '/'; i++)
    {
        name[n++] = finder->tag[i] >= 'A' && finder->tag[i] <= 'Z'
                    ? (char) (finder->tag[i] | 0x20) : finder->tag[i];
    }

    tag.name.data = name;
    tag.name.len = n;
    tag.rest.data = finder->tag + i;
    tag.rest.len = finder->tag_len - i;

    if (n == 0 || n == sizeof(name)) {
        return SP_OK;
    }

    rc = product_micro_tag(finder->micro, &tag);

    if (rc == SP_OK && !tag.end && product_word_is(&tag.name, "meta")) {
        rc = product_graph_tag(&finder->graph, &tag);
    }

    return rc == SP_OK && !tag.end ? finder_begin(finder, &tag) : rc;
}


/* Does text follow in which there are no tags? */

static sp_rc_t
finder_begin(sp_finder_t *finder, const product_tag_t *tag)
{
    size_t    i, n;
    sp_rc_t   rc;
    sp_str_t  type;

    static const char  *const names[] = {
        "script", "style", "textarea", "title", "iframe"
    };

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (product_word_is(&tag->name, names[i])) {
            break;
        }
    }

    if (i == sizeof(names) / sizeof(names[0])) {
        return SP_OK;
    }

    n = tag->name.len;
    memcpy(finder->raw, tag->name.data, n);
    finder->raw[n] = '\0';
    finder->state = FINDER_RAW;
    finder->matched = 0;
    finder->keeps = 0;
    finder->json_len = 0;
    finder->json_cut = 0;

    if (i != 0) {
        return SP_OK;
    }

    rc = product_attribute(finder->pool, tag, "type", &type);

    if (rc == SP_OK) {
        finder->keeps = type.len >= 19
                        && strncasecmp(type.data, "application/ld+json", 19)
                           == 0
                        && (type.len == 19 || type.data[19] == ';'
                            || type.data[19] == ' ');
    }

    return rc == SP_NOMEM ? rc : SP_OK;
}


static const char *
finder_comment(sp_finder_t *finder, const char *p, const char *end)
{
    for ( /* void */ ; p < end; p++) {

        if (*p == '>' && finder->matched >= 2) {
            finder->state = FINDER_TEXT;
            return p + 1;
        }

        finder->matched = *p == '-' ? finder->matched + 1 : 0;

        if (finder->matched > 2) {
            finder->matched = 2;
        }
    }

    return p;
}


/* "</NAME" ends it, whatever is in between. */

static const char *
finder_raw(sp_finder_t *finder, const char *p, const char *end, sp_rc_t *rc)
{
    char    c, want;
    size_t  len;

    static const char  begin[] = "</";

    len = strlen(finder->raw) + 2;

    for ( /* void */ ; p < end && *rc == SP_OK; p++) {
        c = *p;

        if (finder->matched == len) {

            if ((unsigned char) c <= ' ' || c == '/' || c == '>') {
                memcpy(finder->tag, "/", 1);
                memcpy(finder->tag + 1, finder->raw, len - 2);
                finder->tag_len = len - 1;
                finder->quote = '\0';
                finder->state = FINDER_TAG;
                *rc = finder_json_end(finder);
                return p;
            }

            *rc = finder_json(finder, "</", 2);

            if (*rc == SP_OK) {
                *rc = finder_json(finder, finder->raw, len - 2);
            }

            finder->matched = 0;
        }

        want = finder->matched < 2 ? begin[finder->matched]
                                   : finder->raw[finder->matched - 2];

        if (c == want || (finder->matched >= 2 && (c | 0x20) == want)) {
            finder->matched++;
            continue;
        }

        if (finder->matched != 0) {
            *rc = finder_json(finder, "</script", finder->matched);
            finder->matched = 0;

            if (c == '<') {
                finder->matched = 1;
                continue;
            }
        }

        if (*rc == SP_OK) {
            *rc = finder_json(finder, p, 1);
        }
    }

    return p;
}


static sp_rc_t
finder_json(sp_finder_t *finder, const char *data, size_t len)
{
    char    *p;
    size_t   size;

    if (!finder->keeps || finder->json_cut) {
        return SP_OK;
    }

    if (len > PRODUCT_JSON_MAX - finder->json_len) {
        finder->json_cut = 1;
        return SP_OK;
    }

    if (finder->json_len + len > finder->json_size) {
        size = finder->json_size != 0 ? finder->json_size * 2 : 4096;
        p = sp_alloc(finder->pool, size);

        if (p == NULL) {
            return SP_NOMEM;
        }

        if (finder->json_len != 0) {
            memcpy(p, finder->json, finder->json_len);
        }

        finder->json = p;
        finder->json_size = size;
    }

    memcpy(finder->json + finder->json_len, data, len);
    finder->json_len += len;

    return SP_OK;
}


static sp_rc_t
finder_json_end(sp_finder_t *finder)
{
    char      *copy;
    sp_rc_t    rc;
    sp_str_t   text;

    if (!finder->keeps) {
        return SP_OK;
    }

    finder->keeps = 0;

    if (finder->json_cut) {
        finder->broken++;
        finder->ld.too_many = 1;        /* who knows what was in it */
        return SP_OK;
    }

    /* what is found points into it, and the next block has the buffer */

    copy = sp_alloc(finder->pool, finder->json_len + 1);
    if (copy == NULL) {
        return SP_NOMEM;
    }

    if (finder->json_len != 0) {
        memcpy(copy, finder->json, finder->json_len);
    }

    text.data = copy;
    text.len = finder->json_len;

    rc = product_ld(&finder->ld, &text);

    if (rc == SP_INVALID || rc == SP_LIMIT) {
        finder->broken++;
        return SP_OK;
    }

    return rc;
}
