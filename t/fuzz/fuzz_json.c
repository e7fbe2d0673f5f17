/*
 * Copyright (C) SitePreserver developers
 *
 * Runs: 20000
 *
 * A path a line up to an empty line, then a document: what is reported must
 * not depend on the pieces, and what jansson accepts must be accepted, unless a
 * name is there twice that must not.
 */

#include <jansson.h>

#include "fuzz.h"
#include "sp_json.h"


typedef struct {
    uint64_t  hash;
    unsigned  values;
    unsigned  done_after;
} report_t;


static void
mix(report_t *report, const void *data, size_t len)
{
    size_t                i;
    const unsigned char  *p;

    p = data;

    for (i = 0; i < len; i++) {
        report->hash = (report->hash ^ p[i]) * UINT64_C(1099511628211);
    }

    report->hash = (report->hash ^ len) * UINT64_C(1099511628211);
}


static sp_rc_t
reported(void *data, unsigned slot, const sp_json_value_t *value)
{
    unsigned   i;
    report_t  *report;

    report = data;

    must(value->type >= SP_JSON_STRING && value->type <= SP_JSON_END);
    must(value->text.len <= 16);
    must_be_utf8(&value->text);

    mix(report, &slot, sizeof(slot));
    mix(report, &value->type, sizeof(value->type));
    mix(report, value->text.data, value->text.len);

    for (i = 0; i < value->nwildcards; i++) {
        must(value->wildcards[i].key.len <= SP_JSON_KEY);
        must_be_utf8(&value->wildcards[i].key);
        mix(report, value->wildcards[i].key.data, value->wildcards[i].key.len);
        mix(report, &value->wildcards[i].index, sizeof(uint32_t));
    }

    return ++report->values % 8 == report->done_after ? SP_DONE : SP_OK;
}


static sp_rc_t
scan(report_t *report, const sp_json_paths_t *paths, sp_str_t doc, size_t max,
    unsigned done_after, int *twice)
{
    sp_rc_t             rc;
    sp_str_t            piece;
    sp_json_scanner_t  *s;

    memset(report, 0, sizeof(report_t));
    report->done_after = done_after;

    s = sp_json_scanner_create(pool, paths, NULL, 16, reported, report);
    if (s == NULL
        || (twice != NULL && sp_json_scanner_once(s) != SP_OK))
    {
        return SP_NOMEM;
    }

    while (fuzz_piece(&doc, max, &piece)) {
        rc = sp_json_scan(s, piece.data, piece.len);
        fuzz_free(&piece);

        if (rc == SP_NOMEM) {
            return rc;
        }
    }

    rc = sp_json_end(s);
    must(rc == sp_json_end(s));

    if (twice != NULL) {
        *twice = sp_json_twice(s);
        must(!*twice || rc == SP_INVALID);
    }

    return rc;
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int               twice, still;
    json_t           *json;
    sp_rc_t           rc, again, once;
    sp_str_t          s, line;
    unsigned          slot, done;
    report_t          whole, pieces;
    sp_error_t        err;
    json_error_t      why;
    sp_json_paths_t  *paths;

    s = fuzz_begin(data, size);

    paths = sp_json_paths_create(pool);
    if (paths == NULL) {
        return 0;
    }

    for (line = fuzz_line(&s); line.len != 0; line = fuzz_line(&s)) {
        if (sp_json_paths_add(paths, &line, &slot, &err) == SP_NOMEM) {
            return 0;
        }
    }

    line = (sp_str_t) sp_string("zz.*[*]");
    if (sp_json_paths_add(paths, &line, &slot, NULL) == SP_NOMEM) {
        return 0;
    }

    done = size ? data[0] % 16 : 9;
    rc = scan(&whole, paths, s, 0, done, NULL);
    again = scan(&pieces, paths, s, 1 + (size ? data[0] % 5 : 0), done, NULL);

    if (rc == SP_NOMEM || again == SP_NOMEM) {
        return 0;
    }

    must(rc == again);
    must(whole.hash == pieces.hash && whole.values == pieces.values);

    once = scan(&whole, paths, s, 0, done, &twice);
    again = scan(&pieces, paths, s, 1 + (size ? data[0] % 5 : 0), done,
                 &still);

    if (once == SP_NOMEM || again == SP_NOMEM) {
        return 0;
    }

    must(once == again && twice == still);
    must(whole.hash == pieces.hash && whole.values == pieces.values);

    if (s.len == 0 || memchr(s.data, '\0', s.len) != NULL) {
        return 0;
    }

    json = json_loadb(s.data, s.len, JSON_DECODE_ANY | JSON_ALLOW_NUL
                                     | JSON_DECODE_INT_AS_REAL, &why);
    must(json == NULL || rc == SP_OK || rc == SP_LIMIT);
    must(json == NULL || once == SP_OK || once == SP_LIMIT || twice);
    json_decref(json);

    json = json_loadb(s.data, s.len, JSON_DECODE_ANY | JSON_ALLOW_NUL
                      | JSON_DECODE_INT_AS_REAL | JSON_REJECT_DUPLICATES,
                      &why);
    must(json == NULL || !twice);
    json_decref(json);

    return 0;
}
