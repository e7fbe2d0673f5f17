/*
 * Copyright (C) SitePreserver developers
 *
 * What is not read for tags: comments, CDATA, scripts and styles; and title
 * and textarea, which have references but no tags.
 */

#include "sp_html_scan.h"


static const char *raw_back(sp_html_t *html, const char *p);
static const char *raw_escaped(sp_html_t *html, const char *p,
    const char *end);
static const char *raw_name_over(sp_html_t *html, const char *p,
    const char *end);


#define RAW_BANG  100               /* "--!" */


const char *
sp_html_scan_declaration(sp_html_t *html, const char *p, const char *end)
{
    static const char  cdata[] = "[CDATA[";

    if (html->npending == 0 && *p == '-') {
        html->npending = 1;
        html->pending[0] = '-';
        return p + 1;
    }

    if (html->npending == 1 && html->pending[0] == '-' && *p == '-') {
        html->state = SP_HTML_IN_COMMENT;
        html->dashes = 0;
        html->comment = 0;
        html->npending = 0;
        return p + 1;
    }

    if ((html->npending == 0 || html->pending[0] == '[')
        && *p == cdata[html->npending] && sp_html_foreign(html))
    {
        html->pending[html->npending++] = *p++;

        if (html->npending == sizeof(cdata) - 1) {
            html->state = SP_HTML_IN_CDATA;
            html->dashes = 0;
            html->npending = 0;
        }

        return p;
    }

    html->state = SP_HTML_IN_BOGUS;
    html->npending = 0;

    return p;
}


const char *
sp_html_scan_bogus(sp_html_t *html, const char *p, const char *end)
{
    p = memchr(p, '>', (size_t) (end - p));

    if (p == NULL) {
        return end;
    }

    html->state = SP_HTML_IN_TEXT;

    return p + 1;
}


/* It ends with "-->", "--!>", and at once with ">" or "->". */

const char *
sp_html_scan_comment(sp_html_t *html, const char *p, const char *end)
{
    char  c;

    while (p < end) {

        if (html->dashes == 0 && html->comment != 0) {
            p = memchr(p, '-', (size_t) (end - p));

            if (p == NULL) {
                return end;
            }
        }

        c = *p++;

        if (c == '-') {
            html->dashes = html->dashes == RAW_BANG ? 1 : html->dashes + 1;

            if (html->dashes > 2) {
                html->dashes = 2;
            }

            continue;
        }

        if (c == '>' && (html->dashes >= 2 || html->comment == 0)) {
            html->state = SP_HTML_IN_TEXT;
            return p;
        }

        html->dashes = c == '!' && html->dashes == 2 ? RAW_BANG : 0;
        html->comment = 1;
    }

    return p;
}


const char *
sp_html_scan_cdata(sp_html_t *html, const char *p, const char *end)
{
    const char  *q;

    while (p < end) {

        if (*p == ']') {

            if (html->dashes == 2) {
                sp_html_text(html, "]", 1);

            } else {
                html->dashes++;
            }

            p++;
            continue;
        }

        if (html->dashes == 2 && *p == '>') {
            html->state = SP_HTML_IN_TEXT;
            return p + 1;
        }

        sp_html_text(html, "]]", html->dashes);
        html->dashes = 0;

        q = memchr(p, ']', (size_t) (end - p));

        if (q == NULL) {
            q = end;
        }

        sp_html_text(html, p, (size_t) (q - p));
        p = q;
    }

    return p;
}


const char *
sp_html_scan_raw(sp_html_t *html, const char *p, const char *end)
{
    const char  *q;

    if (html->escaped != 0) {
        return raw_escaped(html, p, end);
    }

    q = memchr(p, '<', (size_t) (end - p));

    sp_html_text(html, p, (size_t) ((q != NULL ? q : end) - p));

    if (q == NULL) {
        return end;
    }

    html->state = SP_HTML_AT_RAW_TAG;

    return q + 1;
}


/* In a "<!--" of a script, which has an end of its own. */

static const char *
raw_escaped(sp_html_t *html, const char *p, const char *end)
{
    const char  *q;

    for (q = p; q < end; q++) {

        if (*q == '-') {
            html->dashes += html->dashes < 2;
            continue;
        }

        if (*q == '<') {
            sp_html_text(html, p, (size_t) (q - p));
            html->dashes = 0;
            html->state = SP_HTML_AT_RAW_TAG;
            return q + 1;
        }

        if (*q == '>' && html->dashes == 2) {
            html->escaped = 0;
            q++;
            break;
        }

        html->dashes = 0;
    }

    sp_html_text(html, p, (size_t) (q - p));

    return q;
}


const char *
sp_html_scan_raw_tag(sp_html_t *html, const char *p, const char *end)
{
    int  script;

    script = html->raw == SP_HTML_KEY_SCRIPT;

    html->pending[0] = '<';
    html->npending = 1;
    html->key = 0;
    html->len = 0;

    if (*p == '/') {
        html->state = SP_HTML_IN_RAW_NAME;

    } else if (*p == '!' && script && html->escaped == 0) {
        html->state = SP_HTML_AT_RAW_COMMENT;

    } else if (sp_html_letter(*p) && script && html->escaped == 1) {
        html->state = SP_HTML_IN_RAW_NAME;
        return p;

    } else {
        return raw_back(html, p);
    }

    html->pending[html->npending++] = *p;

    return p + 1;
}


const char *
sp_html_scan_raw_name(sp_html_t *html, const char *p, const char *end)
{
    for ( /* void */ ; p < end; p++, html->len++) {

        if (!sp_html_letter(*p)) {
            return raw_name_over(html, p, end);
        }

        if (html->npending == SP_HTML_PENDING) {
            return raw_back(html, p);
        }

        html->pending[html->npending++] = *p;
        html->key = sp_html_key_add(html->key, html->len,
                                    sp_html_lower((unsigned char) *p));
    }

    return p;
}


static const char *
raw_name_over(sp_html_t *html, const char *p, const char *end)
{
    if (html->key != html->raw
        || !(sp_html_space(*p) || *p == '/' || *p == '>'))
    {
        return raw_back(html, p);
    }

    if (html->pending[1] != '/') {
        html->escaped = 2;
        return raw_back(html, p);
    }

    if (html->escaped == 2) {
        html->escaped = 1;
        return raw_back(html, p);
    }

    html->raw = 0;
    html->text_raw = 0;
    html->escaped = 0;
    html->npending = 0;
    html->is_end = 1;
    html->is_closed = 0;
    html->wants = 0;
    html->wanted = 0;
    html->state = SP_HTML_AT_ATTR;

    return sp_html_scan_attr(html, p, end);
}


const char *
sp_html_scan_raw_comment(sp_html_t *html, const char *p, const char *end)
{
    if (*p != '-') {
        return raw_back(html, p);
    }

    html->pending[html->npending++] = *p++;

    if (html->npending == sizeof("<!--") - 1) {
        html->escaped = 1;
        html->dashes = 2;
        return raw_back(html, p);
    }

    return p;
}


/* It was no tag. */

static const char *
raw_back(sp_html_t *html, const char *p)
{
    sp_html_text(html, html->pending, html->npending);

    html->npending = 0;
    html->state = html->text_raw ? SP_HTML_IN_TEXT : SP_HTML_IN_RAW;

    return p;
}


const char *
sp_html_scan_plain(sp_html_t *html, const char *p, const char *end)
{
    sp_html_text(html, p, (size_t) (end - p));

    return end;
}


void
sp_html_scan_raw_end(sp_html_t *html)
{
    switch (html->state) {

    case SP_HTML_AT_RAW_TAG:
        sp_html_text(html, "<", 1);
        break;

    case SP_HTML_IN_RAW_NAME:
    case SP_HTML_AT_RAW_COMMENT:
        sp_html_text(html, html->pending, html->npending);
        break;

    default:
        break;
    }
}
