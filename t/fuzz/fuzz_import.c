/*
 * Copyright (C) SitePreserver developers
 *
 * Mailer: buffer creative creative_file creative_state html* import*
 * links* mustache*
 *
 * Runs: 1500
 *
 * What designers deliver: a byte of options, and HTML.
 */

#include "fuzz.h"
#include "import.h"


static const sp_str_t  hosts[] = { sp_string(".shop.example") };


static void
must_be_notes(const import_result_t *result, sp_rc_t rc, size_t size)
{
    size_t    i;
    unsigned  errors;

    must(result->nnotes <= IMPORT_NOTES_MAX);

    for (i = 0, errors = 0; i < result->nnotes; i++) {
        must(result->notes[i].line <= size + 1);
        must(result->notes[i].column <= size + 1);
        must_be_line(result->notes[i].text);
        must(import_level_name(result->notes[i].level)[0] != '\0');
        errors += result->notes[i].level == IMPORT_ERROR;
    }

    must((rc == SP_INVALID) == (errors != 0));
}


static void
must_be_template(const buffer_t *b, mustache_escape_t escape)
{
    sp_str_t     s;
    mustache_t  *t;
    sp_error_t   err;

    s.data = buffer_text(b);
    s.len = b->len;
    must_be_utf8(&s);
    t = mustache_compile("t", s.data, s.len, escape, MUSTACHE_NO_RAW, &err);
    must(t != NULL);
    mustache_free(t);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t           flags;
    sp_rc_t           rc;
    sp_str_t          source;
    import_result_t   result;
    import_options_t  options;

    if (size == 0) {
        return 0;
    }

    flags = data[0];
    source.data = (const char *) data + 1;
    source.len = size - 1;

    /* a file with other bytes is refused before */

    if (sp_utf8_valid(source.data, source.len) != source.len) {
        return 0;
    }

    memset(&options, 0, sizeof(options));
    options.file = "x.html";
    options.site.base = (sp_str_t) sp_string("https://shop.example/en/cart");
    options.site.hosts = hosts;
    options.site.nhosts = 1;
    options.site.unsubscribe
        = (sp_str_t) sp_string("https://shop.example/sp/unsubscribe");
    options.subject = flags & 1 ? NULL : "Subject";
    options.preheader = flags & 2 ? NULL : "Preheader";
    options.add_footer = (flags & 4) != 0;
    options.no_inline = (flags & 8) != 0;
    options.cta_line = (flags & 16) != 0;
    options.cta_column = 1;

    if (flags & 32) {
        options.cart_url = options.site.base;
    }

    rc = import_html(&options, &source, &result);
    must(rc == SP_OK || rc == SP_INVALID);
    must_be_notes(&result, rc, size);

    if (rc == SP_OK) {
        must_be_template(&result.html, MUSTACHE_HTML);
        must_be_template(&result.text, MUSTACHE_PLAIN);
        must(result.head.len != 0);
    }

    import_free(&result);

    return 0;
}
