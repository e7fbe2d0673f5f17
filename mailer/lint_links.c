/*
 * Copyright (C) SitePreserver developers
 *
 * Links: where they lead, and what they say.
 */

#include <stdio.h>

#include "lint_int.h"
#include "links_url.h"


#define LINT_SHOWN  60              /* bytes of a URL in a message */


static void lint_link(lint_view_t *v, const html_node_t *a,
    const html_attr_t *href);
static int lint_link_scheme(lint_view_t *v, const html_attr_t *href,
    const sp_str_t *url);
static void lint_link_host(lint_view_t *v, const html_attr_t *href,
    const sp_str_t *url);
static void lint_link_text(lint_view_t *v, const html_node_t *a,
    const html_attr_t *href, const sp_str_t *url);
static int lint_text_host(const sp_str_t *text, sp_str_t *host);
static int lint_same_host(const sp_str_t *a, const sp_str_t *b);
static int lint_same_site(const sp_str_t *a, const sp_str_t *b);
static void lint_landing(lint_view_t *v);
static int lint_has(const sp_str_t *text, const char *word);
static int lint_begins(const sp_str_t *text, const char *with);
static int lint_is_literal(lint_view_t *v, const html_attr_t *href);


void
lint_links(lint_view_t *v)
{
    long                n;
    const html_node_t  *a;
    const html_attr_t  *href;
    lint_measures_t    *m;

    n = 0;

    for (a = html_find(html_root(v->tree), NULL, "a"); a != NULL;
         a = html_find(a, NULL, "a"))
    {
        href = html_attr(a, "href");

        if (href == NULL) {
            if (html_attr(a, "name") == NULL && html_attr(a, "id") == NULL
                && lint_has_content(v, a))
            {
                lint_found(v, &v->html, "link-empty", a->start, "no href",
                           "a link without an address");
            }

            continue;
        }

        lint_link(v, a, href);
        n++;
    }

    m = lint_measure(v->report);

    if (n > m->links) {
        m->links = n;
    }

    lint_landing(v);
}


static void
lint_link(lint_view_t *v, const html_node_t *a, const html_attr_t *href)
{
    sp_str_t  url;

    url = css_trim(href->value.data, href->value.data + href->value.len);

    if (url.len == 0 || (url.len == 1 && url.data[0] == '#')) {
        lint_found(v, &v->html, "link-empty", href->name_start,
                   url.len == 0 ? "\"\"" : "\"#\"",
                   "a link that leads nowhere");
        return;
    }

    if (url.data[0] == '#' || !lint_link_scheme(v, href, &url)) {
        return;
    }

    lint_link_host(v, href, &url);
    lint_link_text(v, a, href, &url);
}


/* 0: not one that leads to a host, or wrong. */

static int
lint_link_scheme(lint_view_t *v, const html_attr_t *href, const sp_str_t *url)
{
    links_url_t  parts;

    if (lint_begins(url, "javascript:") || lint_begins(url, "vbscript:")) {
        lint_found(v, &v->html, "script", href->value_start, "1",
                   "a link that is a script");
        return 0;
    }

    if (links_url_split(url, &parts) != SP_OK) {
        lint_found(v, &v->html, "link-empty", href->value_start, "",
                   "\"%.*s\" is not a URL",
                   (int) (url->len < LINT_SHOWN ? url->len : LINT_SHOWN),
                   url->data);
        return 0;
    }

    if (parts.scheme.len == 0) {
        lint_found(v, &v->html, "link-relative", href->value_start, "",
                   "\"%.*s\" is relative",
                   (int) (url->len < LINT_SHOWN ? url->len : LINT_SHOWN),
                   url->data);
        return 0;
    }

    if (links_url_scheme_is(&parts, "http")) {
        lint_found(v, &v->html, "link-http", href->value_start, "http",
                   "a link that is not https");
    }

    return links_url_scheme_is(&parts, "http")
           || links_url_scheme_is(&parts, "https")
           || links_url_scheme_is(&parts, "mailto");
}


/* Only what is written out: our tags are tagged. */

static void
lint_link_host(lint_view_t *v, const html_attr_t *href, const sp_str_t *url)
{
    char         measured[128];
    links_url_t  parts;

    if (!lint_is_literal(v, href) || links_url_split(url, &parts) != SP_OK
        || links_url_scheme_is(&parts, "mailto"))
    {
        return;
    }

    if (!v->shop_given) {
        if (!lint_has(url, "utm_")) {
            lint_unknown(v, &v->html, "ga-tags", LINT_WHOLE,
                         "which hosts are the shop's own is known with --shop "
                         "only: links that are written out are not judged");
        }

        return;
    }

    (void) snprintf(measured, sizeof(measured), "%.*s",
                    (int) (parts.host.len < 100 ? parts.host.len : 100),
                    parts.host.data);

    if (!links_own(&v->site, url)) {
        lint_found(v, &v->html, "link-away", href->value_start, measured,
                   "a link leads away from the shop");
        return;
    }

    if (!lint_has(url, "utm_") || (!lint_has(url, "?sp=")
                                   && !lint_has(url, "&sp=")))
    {
        lint_found(v, &v->html, "ga-tags", href->value_start,
                   !lint_has(url, "utm_") ? "no utm_" : "no sp",
                   "a link to the shop is not tagged");
    }
}


static int
lint_is_literal(lint_view_t *v, const html_attr_t *href)
{
    const lint_segment_t  *s;

    s = lint_segment(&v->html, href->value_start);

    return s != NULL && s->tag.len == 0;
}


/* "www.example.com", "https://…", "a@b": does it lead there? */

static void
lint_link_text(lint_view_t *v, const html_node_t *a, const html_attr_t *href,
    const sp_str_t *url)
{
    char         measured[160];
    buffer_t     b;
    sp_str_t     text, host, target;
    links_url_t  parts;

    buffer_init(&b, HTML_SIZE_MAX);
    html_text(a, &b);
    text.data = buffer_text(&b);
    text.len = b.len;

    if (lint_text_host(&text, &host)
        && links_url_split(url, &parts) == SP_OK)
    {
        target = parts.host;

        if (links_url_scheme_is(&parts, "mailto")) {
            target = parts.path;

            while (target.len > 0 && target.data[0] != '@') {
                target.data++;
                target.len--;
            }

            if (target.len > 0) {
                target.data++;
                target.len--;
            }
        }

        if (!lint_same_site(&host, &target)) {
            (void) snprintf(measured, sizeof(measured), "%.*s, not %.*s",
                            (int) (target.len < 60 ? target.len : 60),
                            target.data,
                            (int) (host.len < 60 ? host.len : 60),
                            host.data);
            lint_found(v, &v->html, "link-text", href->value_start, measured,
                       "a link whose text is another address");
        }
    }

    buffer_free(&b);
}


/* The host that a text names, if it is an address and nothing else. */

static int
lint_text_host(const sp_str_t *text, sp_str_t *host)
{
    size_t       i, dots, last;
    const char  *p, *end;

    p = text->data;
    end = p + text->len;

    if (lint_begins(text, "https://")) {
        p += 8;

    } else if (lint_begins(text, "http://")) {
        p += 7;

    } else if (memchr(p, '@', text->len) != NULL) {
        p = (const char *) memchr(p, '@', text->len) + 1;
    }

    host->data = p;
    dots = 0;
    last = 0;

    for (i = 0; p + i < end && p[i] != '/' && p[i] != '?' && p[i] != ':'
         && p[i] != '#'; i++)
    {
        if (p[i] == '.') {
            dots++;
            last = i;

        } else if ((p[i] < '0' || p[i] > '9') && p[i] != '-'
                   && ((p[i] | 0x20) < 'a' || (p[i] | 0x20) > 'z'))
        {
            return 0;
        }
    }

    host->len = i;

    if (dots == 0 || last == 0 || i - last < 3
        || memchr(text->data, ' ', text->len) != NULL)
    {
        return 0;
    }

    /* a top-level domain is made of letters: "3.50" is a price */

    for (i = last + 1; i < host->len; i++) {
        if ((p[i] | 0x20) < 'a' || (p[i] | 0x20) > 'z') {
            return 0;
        }
    }

    return 1;
}


/* With or without "www." in front, or below it. */

static int
lint_same_site(const sp_str_t *a, const sp_str_t *b)
{
    sp_str_t  x, y, tail;

    x = *a;
    y = *b;

    if (lint_begins(&x, "www.")) {
        x.data += 4;
        x.len -= 4;
    }

    if (lint_begins(&y, "www.")) {
        y.data += 4;
        y.len -= 4;
    }

    if (lint_same_host(&x, &y)) {
        return 1;
    }

    tail = y;

    if (y.len <= x.len) {
        return 0;
    }

    tail.data += y.len - x.len;
    tail.len = x.len;

    return tail.data[-1] == '.' && lint_same_host(&x, &tail);
}


static int
lint_same_host(const sp_str_t *a, const sp_str_t *b)
{
    size_t  i;

    if (a->len != b->len) {
        return 0;
    }

    for (i = 0; i < a->len; i++) {
        if ((a->data[i] | 0x20) != (b->data[i] | 0x20)) {
            return 0;
        }
    }

    return 1;
}


/* The tag, or what the shop's cart_url is but for its query. */

static void
lint_landing(lint_view_t *v)
{
    sp_str_t            url, cart;
    links_url_t         parts, landing;
    const html_attr_t  *href;

    if (v->cta == NULL) {
        return;
    }

    href = html_attr(v->cta, "href");

    if (href == NULL) {
        lint_found(v, &v->html, "landing", v->cta->start, "no href",
                   "the call to action leads nowhere");
        return;
    }

    if (lint_is_tag(&v->html, href->value_start, href->value_end,
                    "cart_link")
        || lint_is_tag(&v->html, href->value_start, href->value_end,
                       "cart_link_items"))
    {
        return;
    }

    url = href->value;
    cart = v->shop->cart_url;

    if (v->shop_given && links_url_split(&url, &parts) == SP_OK
        && links_url_split(&cart, &landing) == SP_OK
        && lint_same_host(&parts.host, &landing.host)
        && sp_str_eq(&parts.path, &landing.path))
    {
        return;
    }

    lint_found(v, &v->html, "landing", href->value_start, "",
               "the call to action leads to \"%.*s\", not to {{cart_link}}",
               (int) (url.len < LINT_SHOWN ? url.len : LINT_SHOWN),
               url.data);
}


static int
lint_begins(const sp_str_t *text, const char *with)
{
    sp_str_t  s;

    s.data = text->data;
    s.len = strlen(with);

    return text->len >= s.len && css_is(&s, with);
}


static int
lint_has(const sp_str_t *text, const char *word)
{
    size_t  i, len;

    len = strlen(word);

    for (i = 0; i + len <= text->len; i++) {
        if (memcmp(text->data + i, word, len) == 0) {
            return 1;
        }
    }

    return 0;
}
