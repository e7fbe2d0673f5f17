/*
 * Copyright (C) SitePreserver developers
 *
 * Tags of HTML: names, attributes, words.
 */

#include <strings.h>

#include "sp_entities.h"
#include "sp_product_int.h"


static sp_rc_t tag_value(const sp_pool_t *pool, sp_str_t *value);
static int tag_space(char c);


sp_rc_t
product_attribute(const sp_pool_t *pool, const product_tag_t *tag,
    const char *name, sp_str_t *value)
{
    char         quote;
    size_t       len;
    sp_str_t     raw;
    const char  *p, *end, *start;

    len = strlen(name);
    p = tag->rest.data;
    end = p + tag->rest.len;

    while (tag->rest.len != 0 && p < end) {

        while (p < end && (tag_space(*p) || *p == '/' || *p == '=')) {
            p++;
        }

        start = p;

        while (p < end && !tag_space(*p) && *p != '/' && *p != '=') {
            p++;
        }

        raw.data = start;
        raw.len = (size_t) (p - start);

        while (p < end && tag_space(*p)) {
            p++;
        }

        value->data = "";
        value->len = 0;

        if (p < end && *p == '=') {
            p++;

            while (p < end && tag_space(*p)) {
                p++;
            }

            quote = p < end && (*p == '"' || *p == '\'') ? *p++ : '\0';
            value->data = p;

            while (p < end && (quote ? *p != quote : !tag_space(*p))) {
                p++;
            }

            value->len = (size_t) (p - value->data);
            p += quote && p < end;
        }

        if (raw.len == len && strncasecmp(raw.data, name, len) == 0) {
            return tag_value(pool, value);
        }
    }

    return SP_DONE;
}


/* Decoded, and a copy: the tag's memory is the next one's. */

static sp_rc_t
tag_value(const sp_pool_t *pool, sp_str_t *value)
{
    char      *p;
    sp_str_t   text;

    if (sp_entities_decode(pool, value, 1, &text) != SP_OK) {
        return SP_NOMEM;
    }

    p = sp_alloc(pool, text.len + 1);
    if (p == NULL) {
        return SP_NOMEM;
    }

    if (text.len != 0) {
        memcpy(p, text.data, text.len);
    }

    value->data = p;
    value->len = text.len;

    return SP_OK;
}


static int
tag_space(char c)
{
    return (unsigned char) c <= ' ';
}


int
product_word_is(const sp_str_t *text, const char *word)
{
    size_t  len;

    len = strlen(word);

    return text->len == len && strncasecmp(text->data, word, len) == 0;
}


/* Is it one of the words of a list, letter by letter? */

int
product_word_in(const sp_str_t *list, const char *word)
{
    size_t  i, start, len;

    len = strlen(word);
    start = 0;

    for (i = 0; i <= list->len; i++) {

        if (i < list->len && (unsigned char) list->data[i] > ' ') {
            continue;
        }

        if (i - start == len && memcmp(list->data + start, word, len) == 0) {
            return 1;
        }

        start = i + 1;
    }

    return 0;
}


/* Elements without an end. */

int
product_tag_void(const sp_str_t *name)
{
    unsigned  i;

    static const char  *const names[] = {
        "area", "base", "br", "col", "embed", "hr", "img", "input", "link",
        "meta", "source", "track", "wbr"
    };

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (product_word_is(name, names[i])) {
            return 1;
        }
    }

    return 0;
}


/* Elements whose end may lack before one like them. */

int
product_tag_siblings(const sp_str_t *name)
{
    return product_word_is(name, "li") || product_word_is(name, "p")
           || product_word_is(name, "tr") || product_word_is(name, "td")
           || product_word_is(name, "dd") || product_word_is(name, "dt");
}
