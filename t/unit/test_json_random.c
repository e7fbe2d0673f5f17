/*
 * Copyright (C) SitePreserver developers
 *
 * The scanner against jansson: random documents, random paths, random pieces.
 * What is reported must be what a walk through jansson's tree finds; of
 * documents with a byte changed both must think the same.
 */

#include <jansson.h>
#include "json_record.h"


#define ROUNDS   20000
#define FEW      300                /* rounds under valgrind */
#define DOC_MAX  65536
#define PATHS    6


/* One step of a path, and what it is written like. */

typedef struct {
    char      kind;                 /* n)ame, i)ndex, . any member, [ any */
    char      name[8];
    unsigned  index;
} step_t;


typedef struct {
    step_t    steps[5];
    unsigned  n;
    char      text[128];
} random_path_t;


static uint64_t  seed;
static char      doc[DOC_MAX];
static size_t    doc_len;
static record_t  record;
static record_t  expected;

static const char *const  names[] = {
    "a", "b", "id", "sku", "x.y", "\xc3\xa9", "", "q\"", "na\\me"
};


static void
put(const char *text)
{
    size_t  len;

    len = strlen(text);
    assert_true(doc_len + len < DOC_MAX);
    memcpy(doc + doc_len, text, len);
    doc_len += len;
}


static void
put_space(void)
{
    unsigned                  n;
    static const char *const  spaces[] = { " ", "\n", "\t", "\r\n", "    " };

    if (below(&seed, 4) == 0) {
        for (n = below(&seed, 3); n > 0; n--) {
            put(spaces[below(&seed, 5)]);
        }
    }
}


/* A name as it may be written: escaped where it must, or where it need not. */

static void
put_name(const char *name)
{
    char  text[8];

    put("\"");

    for ( /* void */ ; *name != '\0'; name++) {

        if ((unsigned char) *name < 0x80 && below(&seed, 8) == 0) {
            (void) snprintf(text, sizeof(text),
                            below(&seed, 2) ? "\\u%04x" : "\\u%04X",
                            (unsigned) *name);

        } else {
            (void) snprintf(text, sizeof(text), "%s%c",
                            *name == '"' || *name == '\\' ? "\\" : "", *name);
        }

        put(text);
    }

    put("\"");
}


static void
put_string(void)
{
    unsigned                  n;
    static const char *const  parts[] = {
        "a", "plain text of some length, as names of products have it",
        "\\n", "\\\"", "\\\\", "\\/", "\\u0001", "\\u20AC", "\\ud83d\\ude00",
        "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "{", "}]", ",", ":",
        "'", " ", "\\t", "\x7f"
    };

    put("\"");

    for (n = below(&seed, 7); n > 0; n--) {
        put(parts[below(&seed, 20)]);
    }

    put("\"");
}


static void
put_scalar(void)
{
    char                      text[32];
    static const char *const  words[] = {
        "true", "false", "null", "0", "-0", "-1", "1.5", "1e2", "-2.50E-3",
        "0.000", "7E+1"
    };

    switch (below(&seed, 3)) {

    case 0:
        put(words[below(&seed, 11)]);
        return;

    case 1:
        (void) snprintf(text, sizeof(text), "%u", below(&seed, 1000000));
        put(text);
        return;

    default:
        put_string();
        return;
    }
}


static void
put_value(unsigned depth)
{
    unsigned  i, n, object;

    if (depth == 0 || doc_len > DOC_MAX / 4 || below(&seed, 5) == 0) {
        put_scalar();
        return;
    }

    object = below(&seed, 2);
    n = below(&seed, 6);

    put(object ? "{" : "[");

    for (i = 0; i < n; i++) {
        put_space();

        if (object) {
            /* a document in which a name comes twice is not compared */
            put_name(names[i + below(&seed, 4)]);
            put_space();
            put(":");
            put_space();
        }

        put_value(depth - 1);
        put_space();
        put(i + 1 < n ? "," : "");
    }

    put(object ? "}" : "]");
}


static void
random_path(random_path_t *path)
{
    int       dot;
    char     *p;
    size_t    i;
    step_t   *step;

    p = path->text;
    *p = '\0';
    path->n = below(&seed, 5);

    for (i = 0; i < path->n; i++) {
        step = &path->steps[i];
        step->kind = "nnni.["[below(&seed, i < 4 ? 6 : 4)];
        step->index = below(&seed, 4);
        (void) strcpy(step->name, names[below(&seed, 9)]);
        dot = i != 0;

        switch (step->kind) {

        case 'i':
            p += sprintf(p, "[%u]", step->index);
            break;

        case '[':
            p += sprintf(p, "[*]");
            break;

        case '.':
            p += sprintf(p, "%s*", dot ? "." : "");
            break;

        default:
            if (strcmp(step->name, "q\"") == 0) {
                p += sprintf(p, "[\"q\\\"\"]");

            } else if (strcmp(step->name, "na\\me") == 0) {
                p += sprintf(p, "[\"na\\\\me\"]");

            } else if (step->name[0] == '\0' || strchr(step->name, '.')) {
                p += sprintf(p, "[\"%s\"]", step->name);

            } else {
                p += sprintf(p, "%s%s", dot ? "." : "", step->name);
            }
        }
    }
}


/* Adds what jansson's tree holds at a path, in the scanner's order. */

static void
walk_value(const json_t *json, unsigned slot, const char *stars, int end)
{
    char         buf[64];
    const char  *types;

    types = json_is_object(json) ? "o" : json_is_array(json) ? "a"
            : json_is_string(json) ? "s" : json_is_number(json) ? "n"
            : json_is_true(json) ? "t" : json_is_false(json) ? "f" : "0";

    record_add(&expected, buf, (size_t) snprintf(buf, sizeof(buf), "%u %s%s",
                                                 slot, end ? "e" : types,
                                                 stars));

    if (json_is_string(json)) {
        record_add(&expected, " ", 1);
        record_add(&expected, json_string_value(json),
                   json_string_length(json));
    }

    record_add(&expected, "\n", 1);
}


static void
walk(const json_t *json, const random_path_t *path, unsigned at,
    unsigned slot, const char *stars)
{
    char           more[256];
    void          *iter;
    size_t         i;
    const char    *key;
    const step_t  *step;

    step = &path->steps[at];

    if (at == path->n) {
        walk_value(json, slot, stars, 0);

        if (json_is_object(json) || json_is_array(json)) {
            walk_value(json, slot, stars, 1);
        }

        return;
    }

    iter = json_object_iter((json_t *) (uintptr_t) json);

    for ( /* void */ ; iter != NULL;
         iter = json_object_iter_next((json_t *) (uintptr_t) json, iter))
    {
        key = json_object_iter_key(iter);

        if (step->kind == '.') {
            (void) snprintf(more, sizeof(more), "%s %s", stars, key);
            walk(json_object_iter_value(iter), path, at + 1, slot, more);

        } else if (step->kind == 'n' && strcmp(key, step->name) == 0) {
            walk(json_object_iter_value(iter), path, at + 1, slot, stars);
        }
    }

    for (i = 0; i < json_array_size(json); i++) {

        if (step->kind == '.' || step->kind == '[') {
            (void) snprintf(more, sizeof(more), "%s #%zu", stars, i);
            walk(json_array_get(json, i), path, at + 1, slot, more);

        } else if (step->kind == 'i' && i == step->index) {
            walk(json_array_get(json, i), path, at + 1, slot, stars);
        }
    }
}


/*
 * Records one slot's values, as the order of slots at one value is not said.
 * Numbers are compared by their kind only: jansson does not keep how they
 * were written.
 */

static sp_rc_t
one_slot(void *data, unsigned slot, const sp_json_value_t *value)
{
    sp_json_value_t  plain;

    if (slot != *(unsigned *) data) {
        return SP_OK;
    }

    plain = *value;

    if (plain.type == SP_JSON_NUMBER) {
        assert_true(plain.text.len != 0);
        plain.text.len = 0;
    }

    record_line(&record, slot, &plain);

    if (plain.type == SP_JSON_NUMBER) {
        /* without the space before the text */
        record.text[--record.len - 1] = '\n';
        record.text[record.len] = '\0';
    }

    return SP_OK;
}


static sp_rc_t
scan_pieces(const sp_json_paths_t *paths, unsigned slot)
{
    size_t              at, n, most;
    sp_str_t            piece;
    sp_json_scanner_t  *s;

    record_begin(&record);
    s = sp_json_scanner_create(pool, paths, NULL, DOC_MAX, one_slot, &slot);
    assert_non_null(s);

    most = 1 + below(&seed, 3) * below(&seed, 100);

    for (at = 0; at < doc_len; at += n) {
        n = 1 + below(&seed, (unsigned) most);

        if (n > doc_len - at) {
            n = doc_len - at;
        }

        piece = exact(doc + at, n);
        (void) sp_json_scan(s, piece.data, n);
    }

    return sp_json_end(s);
}


static void
compare(const json_t *json)
{
    unsigned          i, slots[PATHS];
    sp_str_t          text;
    random_path_t     list[PATHS];
    sp_json_paths_t  *paths;

    paths = sp_json_paths_create(pool);
    assert_non_null(paths);

    for (i = 0; i < PATHS; i++) {
        random_path(&list[i]);
        text = str(list[i].text);
        assert_int_equal(sp_json_paths_add(paths, &text, &slots[i], NULL),
                         SP_OK);
    }

    for (i = 0; i < PATHS; i++) {
        record_begin(&expected);
        walk(json, &list[i], 0, slots[i], "");

        assert_int_equal(scan_pieces(paths, slots[i]), SP_OK);

        if (strcmp(record.text, expected.text) != 0) {
            fail_msg("%s in %.*s:\n%s\nnot\n%s", list[i].text, (int) doc_len,
                     doc, record.text, expected.text);
        }
    }
}


/*
 * A byte is changed.  jansson refuses some that we do not: text that is not
 * UTF-8 or half a pair, and numbers beyond a double.
 */

static void
compare_changed(void)
{
    int                       theirs;
    size_t                    at;
    json_t                   *json;
    sp_rc_t                   ours;
    json_error_t              err;
    sp_json_paths_t          *paths;
    static const char         bytes[] =
        "{}[]\",:\\ 0123456789.eE+-utfn\x01\x7f";
    static const char *const  lists[2][3] = {
        { "*.*", "[*]", NULL }, { "zz", "yy", NULL }
    };

    at = below(&seed, (unsigned) doc_len);

    switch (below(&seed, 3)) {

    case 0:
        doc[at] = bytes[below(&seed, sizeof(bytes) - 1)];
        break;

    case 1:
        memmove(doc + at, doc + at + 1, doc_len - at - 1);
        doc_len--;
        break;

    default:
        doc[at] = (char) (doc[at] ^ (1 << below(&seed, 7)));
        break;
    }

    json = json_loadb(doc, doc_len, JSON_DECODE_ANY | JSON_ALLOW_NUL
                                    | JSON_DECODE_INT_AS_REAL, &err);
    theirs = json != NULL;
    json_decref(json);

    paths = record_paths(lists[below(&seed, 2)]);
    ours = scan_pieces(paths, 0);

    if (memchr(doc, '\0', doc_len) != NULL) {
        /* jansson takes it for the end */
        assert_int_not_equal(ours, SP_OK);
        return;
    }

    if (!theirs && (strstr(err.text, "UTF-8") || strstr(err.text, "Unicode")
                    || strstr(err.text, "unable to decode")
                    || strstr(err.text, "overflow")))
    {
        return;
    }

    if (theirs != (ours == SP_OK)) {
        fail_msg("%s by jansson (%s), not by us: %.*s",
                 theirs ? "accepted" : "refused", theirs ? "" : err.text,
                 (int) doc_len, doc);
    }
}


static void
test_random(void **state)
{
    unsigned      i, rounds, refused;
    json_t       *json;
    const char   *valgrind;
    json_error_t  err;

    valgrind = getenv("SP_VALGRIND");
    rounds = valgrind && strcmp(valgrind, "1") == 0 ? FEW : ROUNDS;

    seed = 20231101;
    refused = 0;

    for (i = 0; i < rounds; i++) {
        doc_len = 0;
        put_value(1 + below(&seed, 5));
        put_space();

        json = json_loadb(doc, doc_len, JSON_DECODE_ANY | JSON_ALLOW_NUL
                                        | JSON_REJECT_DUPLICATES, &err);

        if (json != NULL) {
            compare(json);
            json_decref(json);

        } else if (strstr(err.text, "duplicate") == NULL) {
            fail_msg("%s: %.*s", err.text, (int) doc_len, doc);

        } else {
            refused++;
        }

        if (doc_len > 1) {
            compare_changed();
        }

        (void) tear_down(state);
        (void) set_up(state);
    }

    assert_true(refused < rounds / 2);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        reader_test(test_random),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
