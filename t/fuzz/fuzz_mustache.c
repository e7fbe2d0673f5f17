/*
 * Copyright (C) SitePreserver developers
 *
 * Mailer: buffer mustache*
 *
 * Runs: 15000
 *
 * Templates.  The input: a line that is a partial, and a template.
 */

#include "fuzz.h"
#include "mustache.h"


#define OUT_MAX  65536


static mustache_t  *part;


static const mustache_t *
partial(void *data, const sp_str_t *name)
{
    return name->len != 0 && name->data[0] == 'p' ? part : NULL;
}


static const mustache_value_t *
values(void)
{
    int                       i;
    mustache_value_t         *list, *item;
    static mustache_data_t   *data;
    static mustache_value_t  *root;

    if (root != NULL) {
        return root;
    }

    data = mustache_data_create(65536);
    must(data != NULL);
    root = mustache_object(data);
    mustache_set(data, root, "a", mustache_string(data, "<b>&'\"", 6));
    mustache_set(data, root, "n", mustache_number(data, INT64_MIN));
    mustache_set(data, root, "t", mustache_bool(data, 1));
    mustache_set(data, root, "e", mustache_string(data, "", 0));
    list = mustache_list(data);

    for (i = 0; i < 3; i++) {
        item = mustache_object(data);
        mustache_set(data, item, "i", mustache_number(data, i));
        mustache_set(data, item, "b", mustache_string(data, "<\xff>", 3));
        mustache_append(data, list, item);
    }

    mustache_set(data, root, "l", list);
    must(!mustache_data_failed(data));

    return root;
}


/* What comes from data is escaped: what the templates lack is not there. */

static void
render(const mustache_t *t, const sp_str_t *input, mustache_escape_t escape)
{
    size_t       i;
    sp_rc_t      rc;
    buffer_t     out;
    sp_error_t   err;
    const char  *text;

    static const char  special[] = "<>\"'";

    buffer_init(&out, OUT_MAX);
    rc = mustache_render(t, values(), partial, NULL, &out, &err);
    must(rc == SP_OK || rc == SP_LIMIT);
    must(out.len <= OUT_MAX);
    text = buffer_text(&out);

    for (i = 0; escape == MUSTACHE_HTML && i < sizeof(special) - 1; i++) {
        must(memchr(text, special[i], out.len) == NULL
             || (input->len != 0
                 && memchr(input->data, special[i], input->len) != NULL));
    }

    buffer_free(&out);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int          i;
    sp_str_t     s, line, all;
    sp_error_t   err;
    mustache_t  *t;

    all.data = (const char *) data;
    all.len = size;

    for (i = 0; i < 2; i++) {
        s = all;
        line = fuzz_line(&s);
        part = mustache_compile("part", line.data, line.len, i,
                                MUSTACHE_NO_RAW, &err);
        t = mustache_compile("t", s.data, s.len, i, i ? MUSTACHE_NO_RAW : 0,
                             &err);

        if (t != NULL) {
            render(t, &all, i);
        }

        mustache_free(t);
        mustache_free(part);
    }

    return 0;
}
