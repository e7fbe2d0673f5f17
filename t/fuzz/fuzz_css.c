/*
 * Copyright (C) SitePreserver developers
 *
 * Mailer: buffer css* html* mustache_tag
 *
 * Runs: 5000
 *
 * Styles: a line for an element's own, and a style sheet; each is read as a
 * selector, a condition, a colour and a length as well.
 */

#include "fuzz.h"
#include "css.h"


static void
values(css_t *css, const html_t *html)
{
    int                 env, prop;
    css_value_t         value;
    const html_node_t  *node;

    for (node = html_root(html); node != NULL; node = html_next(node, NULL)) {

        if (node->type != HTML_ELEMENT) {
            continue;
        }

        for (env = 0; env < CSS_ENVS; env++) {
            for (prop = 0; prop < CSS_PROPS; prop++) {
                value = css_value(css, node, env, prop);
                must(value.state <= CSS_YES);
                must(value.state != CSS_YES || value.text.data != NULL);
            }
        }
    }
}


static void
words(const sp_str_t *text)
{
    double         number;
    size_t         at;
    sp_str_t       word;
    css_unit_t     unit;
    css_colour_t   colour;

    for (at = 0; css_word(text, &at, &word); /* void */ ) {
        must(word.len != 0 && at <= text->len);
        must(word.data >= text->data
             && word.data + word.len <= text->data + text->len);

        if (css_colour(&word, &colour) == SP_OK) {
            must(colour.rgb <= 0xffffff);
            must(colour.alpha >= 0 && colour.alpha <= 1);
        }

        if (css_number(&word, &number, &unit) == SP_OK) {
            must(number == number && unit <= CSS_UNIT_PERCENT);
        }
    }

    (void) css_colour(text, &colour);
    (void) css_media(text, CSS_NARROW);
    (void) css_media_is_dark(text);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    css_t       *css;
    html_t      *html;
    buffer_t     page;
    sp_str_t     s, own;
    sp_error_t   err;

    s.data = (const char *) data;
    s.len = size;
    own = fuzz_line(&s);
    words(&own);

    buffer_init(&page, size * 2 + 1024);
    buffer_str(&page, "<body><style>");
    buffer_sp(&page, &s);
    buffer_str(&page, "</style><div class='a b' id='x'><p class='a'>"
                      "<a class='b' href='#'></a><p style=\"");
    buffer_sp(&page, &own);
    buffer_str(&page, "\">text</div>");

    html = html_parse(buffer_text(&page), page.len, 0, &err);

    if (html != NULL) {
        css = css_create(html);
        must(css != NULL);
        values(css, html);
        (void) css_has_dark(css);
        must(css_import(css) <= page.len);
        css_free(css);
        html_free(html);
    }

    buffer_free(&page);

    return 0;
}
