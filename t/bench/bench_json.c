/*
 * Copyright (C) SitePreserver developers
 *
 * ns a byte of the JSON scanner on cart answers of 1, 4 and 20 KB, in the
 * pieces of a proxy's buffers, against jansson's json_loadb() in turns in one
 * run: CPU time, the best turn of each.  The scanner's time is all that an
 * answer costs: it is created, fed and ended each time, on a pool that is
 * reset.
 *
 *     bench_json [short]
 */

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sp_arena.h"
#include "sp_json.h"


#define PIECE   4096                /* bytes of one buffer of a proxy */
#define ROUNDS  40                  /* scans in one turn */
#define TIME    4e9                 /* ns for all turns ... */
#define SHORT   1e9                 /* ... in a quick run */


typedef struct {
    const char  *name;
    size_t       size;              /* at least */
    int          pretty;
    char        *text;
    size_t       len;
    double       ours;              /* the fastest turn, ns a byte */
    double       skip;
    double       theirs;
} answer_t;


static sp_arena_t  *arena;
static uint64_t     sum;            /* of what was found: it is not left out */

static const char *const  wanted_paths[] = {
    "totals.currency_code", "totals.total_price", "items", "items[*].id",
    "items[*].key", "items[*].name", "items[*].quantity", "items[*].permalink",
    "items[*].images[0].src", "items[*].prices.price", "coupons[*].code",
    "items[*].totals.line_total", "billing_address.email", "needs_shipping",
    "errors[*].message", "customer.id"
};

static const char *const  other_paths[] = { "data.login.id", "nothing" };


static void
add(answer_t *answer, const char *text)
{
    size_t  len;

    len = strlen(text);
    memcpy(answer->text + answer->len, text, len);
    answer->len += len;
}


/* An item as WooCommerce's Store API writes it. */

static void
add_item(answer_t *answer, int i)
{
    char  buf[2048];

    (void) snprintf(buf, sizeof(buf),
        "%s{\"key\":\"%032x\",\"id\":%d,\"quantity\":%d,\"quantity_limits\":"
        "{\"minimum\":1,\"maximum\":9999,\"multiple_of\":1,\"editable\":true},"
        "\"name\":\"Organic cotton shirt no. %d\",\"short_description\":"
        "\"<p>Soft, warm &amp; made to last. It\\u2019s the \\\"one\\\".<\\/p>"
        "\\n\",\"description\":\"\",\"sku\":\"shirt-%d\",\"backorders_allowed\""
        ":false,\"permalink\":\"https:\\/\\/shop.example\\/product\\/shirt-%d"
        "\\/\",\"images\":[{\"id\":%d,\"src\":\"https:\\/\\/shop.example\\/"
        "wp-content\\/uploads\\/shirt-%d.jpg\",\"srcset\":\"\",\"alt\":\"\"}],"
        "\"variation\":[{\"attribute\":\"Color\",\"value\":\"Blue\"}],"
        "\"prices\":{\"price\":\"1800\",\"regular_price\":\"1800\","
        "\"currency_code\":\"EUR\",\"currency_minor_unit\":2},\"totals\":"
        "{\"line_subtotal\":\"3600\",\"line_total\":\"3600\"}}",
        i ? "," : "", (unsigned) i * 2654435761U, 100 + i, 1 + i % 3, i, i, i,
        200 + i, i);

    add(answer, buf);
}


static void
make(answer_t *answer)
{
    int      i;
    char    *pretty;
    json_t  *json;

    answer->text = malloc(answer->size * 2 + 4096);
    if (answer->text == NULL) {
        exit(1);
    }

    add(answer, "{\"items\":[");

    for (i = 0; i == 0 || answer->len + 900 < answer->size; i++) {
        add_item(answer, i);
    }

    add(answer, "],\"coupons\":[],\"needs_shipping\":true,\"billing_address\":"
        "{\"first_name\":\"Jo\",\"email\":\"jo@example.com\"},\"totals\":"
        "{\"total_items\":\"3600\",\"total_price\":\"4100\",\"currency_code\":"
        "\"EUR\"},\"errors\":[]}");

    if (answer->pretty) {
        json = json_loadb(answer->text, answer->len, 0, NULL);
        pretty = json ? json_dumps(json, JSON_INDENT(4)) : NULL;
        if (pretty == NULL) {
            exit(1);
        }

        free(answer->text);
        answer->text = pretty;
        answer->len = strlen(pretty);
        json_decref(json);
    }
}


static sp_json_paths_t *
compile(const sp_pool_t *pool, const char *const *list, size_t n)
{
    size_t            i;
    unsigned          slot;
    sp_str_t          path;
    sp_error_t        err;
    sp_json_paths_t  *paths;

    paths = sp_json_paths_create(pool);

    for (i = 0; i < n && paths != NULL; i++) {
        path.data = list[i];
        path.len = strlen(list[i]);

        if (sp_json_paths_add(paths, &path, &slot, &err) != SP_OK) {
            return NULL;
        }
    }

    return paths;
}


static sp_rc_t
found(void *data, unsigned slot, const sp_json_value_t *value)
{
    sum += value->text.len + slot;
    return SP_OK;
}


static double
now(void)
{
    struct timespec  ts;

    (void) clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);

    return (double) ts.tv_sec * 1e9 + (double) ts.tv_nsec;
}


static double
scan(const answer_t *answer, const sp_json_paths_t *paths)
{
    int                 i;
    double              start;
    size_t              at, n;
    sp_json_scanner_t  *s;

    start = now();

    for (i = 0; i < ROUNDS; i++) {
        s = sp_json_scanner_create(sp_arena_pool(arena), paths, NULL, 4096,
                                   found, NULL);

        for (at = 0; s != NULL && at < answer->len; at += n) {
            n = answer->len - at < PIECE ? answer->len - at : PIECE;
            (void) sp_json_scan(s, answer->text + at, n);
        }

        if (s == NULL || sp_json_end(s) != SP_OK) {
            (void) fprintf(stderr, "bench_json: the answer is refused\n");
            exit(1);
        }

        sp_arena_reset(arena);
    }

    return (now() - start) / ROUNDS / (double) answer->len;
}


static double
load(const answer_t *answer)
{
    int      i;
    double   start;
    json_t  *json;

    start = now();

    for (i = 0; i < ROUNDS; i++) {
        json = json_loadb(answer->text, answer->len, 0, NULL);
        if (json == NULL) {
            exit(1);
        }

        json_decref(json);
    }

    return (now() - start) / ROUNDS / (double) answer->len;
}


static void
least(double *best, double value)
{
    if (*best == 0 || value < *best) {
        *best = value;
    }
}


int
main(int argc, char **argv)
{
    size_t            i;
    double            end;
    answer_t         *a;
    sp_arena_t       *kept;
    sp_json_paths_t  *wanted, *other;

    answer_t          answers[] = {
        { .name = "1 KB", .size = 1024 },
        { .name = "4 KB", .size = 4096 },
        { .name = "20 KB", .size = 20480 },
        { .name = "20 KB indented", .size = 20480, .pretty = 1 }
    };

    arena = sp_arena_create(0);
    kept = sp_arena_create(0);
    if (arena == NULL || kept == NULL) {
        return 1;
    }

    wanted = compile(sp_arena_pool(kept), wanted_paths,
                     sizeof(wanted_paths) / sizeof(wanted_paths[0]));
    other = compile(sp_arena_pool(kept), other_paths,
                    sizeof(other_paths) / sizeof(other_paths[0]));
    if (wanted == NULL || other == NULL) {
        return 1;
    }

    for (i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        make(&answers[i]);
    }

    end = now() + (argc > 1 ? SHORT : TIME);

    do {
        for (i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
            a = &answers[i];
            least(&a->ours, scan(a, wanted));
            least(&a->theirs, load(a));
            least(&a->skip, scan(a, other));
        }
    } while (now() < end);

    (void) printf("%-16s %7s %9s %9s %9s %7s\n", "JSON answer", "bytes",
                  "scan", "no hit", "jansson", "ratio");

    for (i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        a = &answers[i];
        (void) printf("%-16s %7zu %6.2f ns %6.2f ns %6.2f ns %7.3f\n",
                      a->name, a->len, a->ours, a->skip, a->theirs,
                      a->ours / a->theirs);
    }

    (void) printf("ns a byte; a sum of what was found: %llu\n",
                  (unsigned long long) sum);

    /* 2 ns a byte beside the 18 of a tree parser */

    for (i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        a = &answers[i];
        (void) printf("=\tJSON answer, %s\tjansson %.1f ns/B\t%.2f ns/B\t"
                      "%.3f\t<= 0.11\n", a->name, a->theirs, a->ours,
                      a->ours / a->theirs);
        free(a->text);
    }

    sp_arena_destroy(arena);
    sp_arena_destroy(kept);

    return 0;
}
