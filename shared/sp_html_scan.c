/*
 * Copyright (C) SitePreserver developers
 *
 * Within tags.
 */

#include "sp_html_scan.h"


static const char *scan_attr_over(sp_html_t *html, const char *p,
    const char *end);
static void scan_value_more(sp_html_t *html, const char *p, size_t len);
static void scan_value_over(sp_html_t *html, const char *p, size_t len);
static void *scan_decoded(void *data, size_t size);
static const char *scan_over(sp_html_t *html, const char *p);


/* What ends a name: a space, "/", ">", and "=" that of an attribute. */

#define SCAN_TAG   1
#define SCAN_ATTR  2

static const unsigned char  scan_ends[256] = {
    [' '] = SCAN_TAG | SCAN_ATTR, ['\t'] = SCAN_TAG | SCAN_ATTR,
    ['\n'] = SCAN_TAG | SCAN_ATTR, ['\r'] = SCAN_TAG | SCAN_ATTR,
    ['\f'] = SCAN_TAG | SCAN_ATTR, ['/'] = SCAN_TAG | SCAN_ATTR,
    ['>'] = SCAN_TAG | SCAN_ATTR, ['='] = SCAN_ATTR
};


void
sp_html_scan_tag(sp_html_t *html, int is_end)
{
    html->state = SP_HTML_IN_NAME;
    html->is_end = is_end != 0;
    html->is_closed = 0;
    html->key = 0;
    html->len = 0;
}


const char *
sp_html_scan_name(sp_html_t *html, const char *p, const char *end)
{
    unsigned  len;
    uint64_t  key;

    key = html->key;
    len = html->len;

    for ( /* void */ ; p < end; p++, len++) {

        if (scan_ends[(unsigned char) *p] & SCAN_TAG) {
            break;
        }

        key = sp_html_key_add(key, len, sp_html_lower((unsigned char) *p));
    }

    html->key = key;
    html->len = len;

    if (p == end) {
        return p;
    }

    if (!html->is_end) {
        sp_html_match_tag(html);
    }

    if (*p == '>') {
        return scan_over(html, p + 1);
    }

    html->state = SP_HTML_AT_ATTR;

    return sp_html_scan_attr(html, p, end);
}


const char *
sp_html_scan_attr(sp_html_t *html, const char *p, const char *end)
{
    while (p < end && sp_html_space(*p)) {
        p++;
    }

    if (p == end) {
        return p;
    }

    if (*p == '>') {
        return scan_over(html, p + 1);
    }

    if (*p == '/') {
        html->state = SP_HTML_AT_SLASH;
        return p + 1;
    }

    html->state = SP_HTML_IN_ATTR;
    html->name = 0;
    html->len = 0;

    if (*p == '=') {
        html->name = sp_html_key_add(0, 0, '=');
        html->len = 1;
        p++;
    }

    return sp_html_scan_attr_name(html, p, end);
}


const char *
sp_html_scan_attr_name(sp_html_t *html, const char *p, const char *end)
{
    unsigned  len;
    uint64_t  name;

    name = html->name;
    len = html->len;

    for ( /* void */ ; p < end; p++, len++) {

        if (scan_ends[(unsigned char) *p] & SCAN_ATTR) {
            break;
        }

        name = sp_html_key_add(name, len, sp_html_lower((unsigned char) *p));
    }

    html->name = name;
    html->len = len;

    if (p == end) {
        return p;
    }

    html->wanted = !html->is_end && sp_html_match_attr(html);
    html->value_len = 0;
    html->value_cut = 0;

    if (*p == '=') {
        html->state = SP_HTML_AT_VALUE;
        return p + 1 < end ? sp_html_scan_value(html, p + 1, end) : end;
    }

    html->state = SP_HTML_AFTER_ATTR;

    return sp_html_scan_after_attr(html, p, end);
}


const char *
sp_html_scan_after_attr(sp_html_t *html, const char *p, const char *end)
{
    while (p < end && sp_html_space(*p)) {
        p++;
    }

    if (p == end) {
        return p;
    }

    if (*p == '=') {
        html->state = SP_HTML_AT_VALUE;
        return p + 1;
    }

    /* it has none */

    scan_value_over(html, "", 0);

    html->state = SP_HTML_AT_ATTR;

    return p;
}


const char *
sp_html_scan_value(sp_html_t *html, const char *p, const char *end)
{
    while (p < end && sp_html_space(*p)) {
        p++;
    }

    if (p == end) {
        return p;
    }

    if (*p == '"' || *p == '\'') {
        html->quote = *p++;
        html->state = SP_HTML_IN_QUOTES;
        return p < end ? sp_html_scan_quotes(html, p, end) : p;
    }

    if (*p == '>') {
        scan_value_over(html, "", 0);
        return scan_over(html, p + 1);
    }

    html->state = SP_HTML_IN_BARE;

    return sp_html_scan_bare(html, p, end);
}


const char *
sp_html_scan_quotes(sp_html_t *html, const char *p, const char *end)
{
    const char  *q;

    q = memchr(p, html->quote, (size_t) (end - p));

    if (q == NULL) {
        scan_value_more(html, p, (size_t) (end - p));
        return end;
    }

    scan_value_over(html, p, (size_t) (q - p));

    return scan_attr_over(html, q + 1, end);
}


const char *
sp_html_scan_bare(sp_html_t *html, const char *p, const char *end)
{
    const char  *q;

    for (q = p; q < end && !sp_html_space(*q) && *q != '>'; q++) { /* void */ }

    if (q == end) {
        scan_value_more(html, p, (size_t) (end - p));
        return end;
    }

    scan_value_over(html, p, (size_t) (q - p));

    return scan_attr_over(html, q, end);
}


/* A space should follow, but anything goes. */

static const char *
scan_attr_over(sp_html_t *html, const char *p, const char *end)
{
    html->state = SP_HTML_AT_ATTR;

    return p < end ? sp_html_scan_attr(html, p, end) : p;
}


const char *
sp_html_scan_slash(sp_html_t *html, const char *p, const char *end)
{
    if (*p == '>') {
        html->is_closed = 1;
        return scan_over(html, p + 1);
    }

    html->state = SP_HTML_AT_ATTR;

    return p;
}


static void
scan_value_more(sp_html_t *html, const char *p, size_t len)
{
    if (!html->wanted || html->value_cut) {
        return;
    }

    if (len > SP_HTML_VALUE - html->value_len) {
        len = SP_HTML_VALUE - html->value_len;
        html->value_cut = 1;
    }

    if (sp_html_room(html->pool, &html->value, &html->value_size,
                     html->value_len, len)
        != SP_OK)
    {
        html->rc = SP_NOMEM;
        return;
    }

    if (len != 0) {
        memcpy(html->value + html->value_len, p, len);
        html->value_len += len;
    }
}


/* Its last bytes, which are all if they came in one piece. */

static void
scan_value_over(sp_html_t *html, const char *p, size_t len)
{
    sp_str_t   value;
    sp_pool_t  pool;

    if (!html->wanted) {
        return;
    }

    if (html->value_len != 0 || len > SP_HTML_VALUE) {
        scan_value_more(html, p, len);

        if (html->rc == SP_NOMEM) {
            return;
        }

        p = html->value;
        len = html->value_len;
    }

    value.data = p;
    value.len = len;

    pool.alloc = scan_decoded;
    pool.data = html;

    if (sp_entities_decode(&pool, &value, 1, &value) != SP_OK) {
        html->rc = SP_NOMEM;
        return;
    }

    sp_html_match_value(html, &value);
}


/* One buffer for all of them. */

static void *
scan_decoded(void *data, size_t size)
{
    sp_html_t  *html;

    html = data;

    return sp_html_room(html->pool, &html->decoded, &html->decoded_size, 0,
                        size)
           == SP_OK ? html->decoded : NULL;
}


/* The tag is whole. */

static const char *
scan_over(sp_html_t *html, const char *p)
{
    html->state = SP_HTML_IN_TEXT;

    if (html->is_end) {
        sp_html_stop(html);

    } else {
        sp_html_start(html);
    }

    return p;
}
