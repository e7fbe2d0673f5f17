/*
 * Copyright (C) SitePreserver developers
 *
 * Runs the JSON scanner and records what it reports, a line a value:
 * "slot type wildcards text".
 */

#ifndef JSON_RECORD_H
#define JSON_RECORD_H

#include "readers.h"
#include "sp_json.h"


#define RECORD_MAX  (256 * 1024)


typedef struct {
    char       text[RECORD_MAX];
    size_t     len;
    unsigned   values;
    unsigned   done_after;          /* 0: never */
} record_t;


static inline void
record_add(record_t *record, const char *data, size_t len)
{
    assert_true(len < RECORD_MAX - record->len);

    if (len != 0) {
        memcpy(record->text + record->len, data, len);
    }

    record->len += len;
    record->text[record->len] = '\0';
}


static inline void
record_line(record_t *record, unsigned slot, const sp_json_value_t *value)
{
    char                       buf[64];
    unsigned                   i;
    const sp_json_wildcard_t  *w;
    static const char          types[] = "?sntf0oae";

    record_add(record, buf, (size_t) snprintf(buf, sizeof(buf), "%u %c",
                                              slot, types[value->type]));

    for (i = 0; i < value->nwildcards; i++) {
        w = &value->wildcards[i];
        record_add(record, " ", 1);

        if (w->key.data != NULL) {
            record_add(record, w->key.data, w->key.len);

        } else {
            record_add(record, buf,
                       (size_t) snprintf(buf, sizeof(buf), "#%u", w->index));
        }
    }

    if (value->type == SP_JSON_STRING || value->type == SP_JSON_NUMBER) {
        record_add(record, " ", 1);
        record_add(record, value->text.data, value->text.len);
        record_add(record, value->cut ? "~" : "", value->cut);
    }

    record_add(record, "\n", 1);
    record->values++;
}


static inline sp_rc_t
record_value(void *data, unsigned slot, const sp_json_value_t *value)
{
    record_t  *record;

    record = data;
    record_line(record, slot, value);

    return record->values == record->done_after ? SP_DONE : SP_OK;
}


static inline void
record_begin(record_t *record)
{
    record->len = 0;
    record->text[0] = '\0';
    record->values = 0;
}


/* Pushes all of doc, whatever comes back, in pieces cut at every step. */

static inline sp_rc_t
record_scan(record_t *record, const sp_json_paths_t *paths, const sp_str_t *doc,
    size_t first, size_t step, size_t limit)
{
    size_t              at, n;
    sp_json_scanner_t  *s;

    record_begin(record);

    s = sp_json_scanner_create(pool, paths, NULL, limit, record_value, record);
    assert_non_null(s);

    for (at = 0; at < doc->len; at += n) {
        n = at == 0 && first != 0 ? first : step;

        if (n > doc->len - at) {
            n = doc->len - at;
        }

        (void) sp_json_scan(s, doc->data + at, n);
    }

    return sp_json_end(s);
}


/* A set of paths from a list that ends with NULL. */

static inline sp_json_paths_t *
record_paths(const char *const *list)
{
    unsigned          slot;
    sp_str_t          path;
    sp_error_t        err;
    sp_json_paths_t  *paths;

    paths = sp_json_paths_create(pool);
    assert_non_null(paths);

    for ( /* void */ ; *list != NULL; list++) {
        path = str(*list);

        if (sp_json_paths_add(paths, &path, &slot, &err) != SP_OK) {
            fail_msg("%s", err.text);
        }
    }

    return paths;
}


#endif /* JSON_RECORD_H */
