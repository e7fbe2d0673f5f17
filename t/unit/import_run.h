/*
 * Copyright (C) SitePreserver developers
 *
 * Imports of tests: options of a sample shop, and what came out.
 */

#ifndef IMPORT_RUN_H
#define IMPORT_RUN_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "import.h"


#define TAGS(name)  "utm_source={{utm.source}}&amp;utm_medium={{utm.medium}}" \
                    "&amp;utm_campaign={{utm.campaign}}"                      \
                    "&amp;utm_content={{utm.content}}-" name                  \
                    "&amp;utm_id={{utm.id}}&amp;sp={{click_token}}"
#define CTA         "<a data-sp-cta href=\"{{cart_link}}\">Cart</a>"
#define FOOT        "{{shop.address}} {{unsubscribe_link}}"


static const sp_str_t  hosts[] = { sp_string(".shop.example") };

static import_options_t  options;
static import_result_t   result;


static int
setup(void **state)
{
    memset(&options, 0, sizeof(options));
    options.file = "x.html";
    options.site.base = (sp_str_t) sp_string("https://shop.example/en/cart");
    options.site.hosts = hosts;
    options.site.nhosts = 1;
    options.site.unsubscribe
        = (sp_str_t) sp_string("https://shop.example/sp/unsubscribe");
    options.cart_url = options.site.base;
    options.subject = "Subject";
    options.preheader = "Preheader";

    return 0;
}


static int
teardown(void **state)
{
    import_free(&result);

    return 0;
}


static sp_rc_t
import(const char *html)
{
    sp_str_t  source;

    import_free(&result);
    source.data = html;
    source.len = strlen(html);

    return import_html(&options, &source, &result);
}


static const import_note_t *
note(const char *text)
{
    size_t  i;

    for (i = 0; i < result.nnotes; i++) {
        if (strstr(result.notes[i].text, text) != NULL) {
            return &result.notes[i];
        }
    }

    for (i = 0; i < result.nnotes; i++) {
        print_message("note %u:%u %s\n", result.notes[i].line,
                      result.notes[i].column, result.notes[i].text);
    }

    fail_msg("no note \"%s\"", text);

    return NULL;
}


/* With this in a body, what comes out is that; all else stays as it is. */

static void
becomes(const char *in, const char *out)
{
    char  html[8192], want[8192];

    (void) snprintf(html, sizeof(html), "%s" CTA FOOT "{{preheader}}", in);
    (void) snprintf(want, sizeof(want), "%s" CTA FOOT "{{preheader}}", out);

    if (import(html) != SP_OK) {
        (void) note("nothing of the kind");
    }

    assert_string_equal(buffer_text(&result.html), want);
}


#endif /* IMPORT_RUN_H */
