/*
 * Copyright (C) SitePreserver developers
 *
 * What every message must have: a way out, an address, a text part.
 */

#include <stdio.h>

#include "lint_int.h"


#define LINT_TEXT_PART  100         /* characters */


static void lint_unsubscribe(lint_view_t *v);
static void lint_address(lint_view_t *v);
static void lint_text_part(lint_view_t *v);
static int lint_has_markup(const sp_str_t *text);


void
lint_required(lint_view_t *v)
{
    lint_unsubscribe(v);
    lint_address(v);

    if (v->whole) {
        lint_text_part(v);
    }
}


static void
lint_unsubscribe(lint_view_t *v)
{
    char                measured[64];
    const html_node_t  *a, *link;
    const html_attr_t  *href;

    link = NULL;

    for (a = html_find(html_root(v->tree), NULL, "a"); a != NULL;
         a = html_find(a, NULL, "a"))
    {
        href = html_attr(a, "href");

        if (href != NULL
            && lint_is_tag(&v->html, href->value_start, href->value_end,
                           "unsubscribe_link")
            && (link == NULL || lint_hidden(v, link, CSS_WIDE) == CSS_YES))
        {
            link = a;
        }
    }

    if (link == NULL) {
        lint_found_source(v, &v->html, "unsubscribe", LINT_WHOLE, "none",
                          "there is no link to {{unsubscribe_link}}");

    } else if (lint_hidden(v, link, CSS_WIDE) == CSS_YES
               || !lint_has_content(v, link))
    {
        lint_found(v, &v->html, "unsubscribe", link->start, "hidden",
                   "the unsubscribe link cannot be seen");

    } else if (link->start > LINT_CLIP) {
        (void) snprintf(measured, sizeof(measured), "at %.1f KB",
                        (double) link->start / 1024);
        lint_found(v, &v->html, "clip-unsubscribe", link->start, measured,
                   "the unsubscribe link is after the place where Gmail cuts");
    }

    if (v->whole && !lint_has_tag(&v->text, "unsubscribe_link")) {
        lint_found_source(v, &v->text, "unsubscribe", LINT_WHOLE, "none",
                          "there is no {{unsubscribe_link}} in the text part");
    }
}


static void
lint_address(lint_view_t *v)
{
    if (!lint_has_tag(&v->html, "shop.address")) {
        lint_found_source(v, &v->html, "address", LINT_WHOLE, "none",
                          "there is no {{#shop.address}}");
    }

    if (v->whole && !lint_has_tag(&v->text, "shop.address")) {
        lint_found_source(v, &v->text, "address", LINT_WHOLE, "none",
                          "there is no {{#shop.address}} in the text part");
    }

    if (v->shop_given && v->shop->address.len == 0) {
        lint_found_source(v, &v->html, "address", LINT_WHOLE,
                          "no brand { address }",
                          "the shop's configuration has no postal address");
    }
}


static void
lint_text_part(lint_view_t *v)
{
    char      measured[64];
    size_t    chars, at;
    sp_str_t  text, word;

    text.data = buffer_text(&v->text.out);
    text.len = v->text.out.len;
    chars = 0;
    at = 0;

    /* URLs are not read */

    while (css_word(&text, &at, &word)) {
        if (word.len < 8 || memcmp(word.data, "http", 4) != 0) {
            chars += lint_chars(&word) + 1;
        }
    }

    if (chars < LINT_TEXT_PART) {
        (void) snprintf(measured, sizeof(measured), "%zu characters", chars);
        lint_found_source(v, &v->text, "text-part", LINT_WHOLE, measured,
                          "the text part is short: at least %d characters",
                          LINT_TEXT_PART);
    }

    if (!lint_has_tag(&v->text, "cart_link")) {
        lint_found_source(v, &v->text, "text-part", LINT_WHOLE,
                          "no {{cart_link}}",
                          "the text part does not lead to the cart");
    }

    if (lint_has_markup(&v->text.source)) {
        lint_found_source(v, &v->text, "text-part", LINT_WHOLE, "HTML",
                          "the text part has HTML in it");
    }
}


/* An end tag, or a line break. */

static int
lint_has_markup(const sp_str_t *text)
{
    char    c;
    size_t  i;

    for (i = 0; i + 3 < text->len; i++) {
        if (text->data[i] != '<') {
            continue;
        }

        c = text->data[i + 2] | 0x20;

        if ((text->data[i + 1] == '/' && c >= 'a' && c <= 'z')
            || (memcmp(text->data + i, "<br", 3) == 0))
        {
            return 1;
        }
    }

    return 0;
}
