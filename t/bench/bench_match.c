/*
 * Copyright (C) SitePreserver developers
 *
 * What a request costs that no rule is about, with 20 and with 200 rules, in
 * turns in one run: ns for one sp_observe().  Beside it, what one costs that
 * each regex is tried on in turn, as a list of locations would.
 *
 *     bench_match [short]
 */

#define PCRE2_CODE_UNIT_WIDTH  8

#include <pcre2.h>
#include <time.h>

#include "../unit/rules_conf.h"


#define ROUNDS   2000
#define REGEXES  200


typedef struct {
    const char   *method;
    const char   *uri;
    const char   *args;
} request_t;


static const request_t  requests[] = {
    { "GET", "/", "" },
    { "GET", "/static/js/vendor.5d41402abc4b2a76.js", "v=1.2.3" },
    { "GET", "/media/catalog/product/cache/a1/shirt-blue-01.jpg", "" },
    { "GET", "/products/organic-cotton-shirt", "utm_source=x&page=2" },
    { "GET", "/en/category/women/shirts", "color=blue&size=m&sort=price" },
    { "POST", "/api/v2/telemetry", "" },
    { "POST", "/search/suggest", "q=shi" },
    { "GET", "/account/orders/1001/items", "" },
};

#define REQUESTS  (sizeof(requests) / sizeof(requests[0]))


static uint64_t  sum;


/* Rules of every kind, as presets have them, n in all. */

static char *
write_rules(unsigned n)
{
    char      *text, *p;
    unsigned   i;

    text = malloc(n * 200 + 1);
    if (text == NULL) {
        exit(1);
    }

    p = text;

    for (i = 0; i < n; i++) {

        switch (i % 5) {

        case 0:
            p += sprintf(p, "sitepreserver_event add_to_cart GET,POST = "
                         "/shop/cart%u/add { item_id form:id; }\n", i);
            break;

        case 1:
            p += sprintf(p, "sitepreserver_event view_cart GET,POST "
                         "/checkout%u/ { if form:x; }\n", i);
            break;

        case 2:
            p += sprintf(p, "sitepreserver_event login GET,POST ~ "
                         "\"^/(?:[a-z]+/)?rest%u/.*/carts/(mine|[0-9]+)$\""
                         " { email json:email; }\n", i);
            break;

        case 3:
            p += sprintf(p, "sitepreserver_event update_cart GET,POST ~ "
                         "\"/wc/store(/v1)?/cart%u/items/([0-9a-f]+)$\""
                         " { item_key uri:2; }\n", i);
            break;

        default:
            p += sprintf(p, "sitepreserver_event add_to_cart GET,POST * {"
                         " if arg:add-to-cart%u; item_id arg:add-to-cart%u;"
                         " }\n", i, i);
        }
    }

    return text;
}


static double
now(void)
{
    struct timespec  ts;

    (void) clock_gettime(CLOCK_MONOTONIC, &ts);

    return (double) ts.tv_sec * 1e9 + (double) ts.tv_nsec;
}


static double
turn(const sp_rules_t *rules, const sp_pool_t *pool, sp_exchange_t *ex)
{
    double    start;
    size_t    i;
    unsigned  round, wants;

    start = now();

    for (round = 0; round < ROUNDS; round++) {
        for (i = 0; i < REQUESTS; i++) {
            if (sp_observe(rules, &ex[i], pool, &wants) != NULL
                || wants != SP_UNMET)
            {
                fprintf(stderr, "%s is matched\n", requests[i].uri);
                exit(1);
            }
        }
    }

    return (now() - start) / ROUNDS / REQUESTS;
}


/* Each regex in turn, JIT compiled. */

static double
turn_regexes(pcre2_code *const *codes, pcre2_match_data *data)
{
    double      start;
    size_t      i;
    unsigned    round, r;
    PCRE2_SIZE  len;

    start = now();

    for (round = 0; round < ROUNDS / 50; round++) {
        for (i = 0; i < REQUESTS; i++) {
            len = strlen(requests[i].uri);

            for (r = 0; r < REGEXES; r++) {
                sum += pcre2_jit_match(codes[r],
                                       (PCRE2_SPTR) requests[i].uri, len, 0,
                                       0, data, NULL) >= 0;
            }
        }
    }

    return (now() - start) / (ROUNDS / 50) / REQUESTS;
}


static void
compile(pcre2_code **codes)
{
    int         code;
    char        text[100];
    unsigned    r;
    PCRE2_SIZE  offset;

    for (r = 0; r < REGEXES; r++) {
        (void) snprintf(text, sizeof(text),
                        r % 2 ? "^/(?:[a-z]+/)?rest%u/.*/carts/(mine|[0-9]+)$"
                        : "/wc/store(/v1)?/cart%u/items/([0-9a-f]+)$", r);
        codes[r] = pcre2_compile((PCRE2_SPTR) text, PCRE2_ZERO_TERMINATED, 0,
                                 &code, &offset, NULL);

        if (codes[r] == NULL
            || pcre2_jit_compile(codes[r], PCRE2_JIT_COMPLETE) != 0)
        {
            exit(1);
        }
    }
}


int
main(int argc, char **argv)
{
    double             best[2], regexes, ns, until;
    size_t             i, n;
    exchange_t         x[REQUESTS];
    sp_error_t         err;
    sp_arena_t        *arena;
    sp_rules_t        *rules[2];
    pcre2_code        *codes[REGEXES];
    sp_exchange_t      ex[REQUESTS];
    pcre2_match_data  *data;

    static const unsigned  counts[2] = { 20, 200 };

    arena = sp_arena_create(0);

    for (n = 0; n < 2; n++) {
        rules[n] = conf_rules(sp_arena_pool(arena), write_rules(counts[n]),
                              &err);
        if (rules[n] == NULL) {
            fprintf(stderr, "%s\n", err.text);
            return 1;
        }

        best[n] = 1e9;
    }

    compile(codes);
    data = pcre2_match_data_create(4, NULL);
    regexes = 1e9;

    for (i = 0; i < REQUESTS; i++) {
        memset(&x[i], 0, sizeof(x[i]));
        x[i].method = requests[i].method;
        x[i].uri = requests[i].uri;
        x[i].args = requests[i].args;
        exchange_show(&x[i], &ex[i]);
    }

    until = now() + (argc > 1 ? 0.5 : 4) * 1e9;

    do {
        for (n = 0; n < 2; n++) {
            ns = turn(rules[n], sp_arena_pool(arena), ex);
            best[n] = ns < best[n] ? ns : best[n];
        }

        ns = turn_regexes(codes, data);
        regexes = ns < regexes ? ns : regexes;

    } while (now() < until);

    printf("20 rules: %.0f ns, 200 rules: %.0f ns, %d regexes one by one: "
           "%.0f ns\n", best[0], best[1], REGEXES, regexes);

    printf("=\tunmatched request, 200 rules (20 rules)\t%.0f ns\t%.0f ns\t"
           "%.2f\t<= 1.20, < 200 ns\n", best[0], best[1],
           best[1] / best[0]);
    printf("=\tunmatched request, 200 rules (200 regexes in turn)\t%.0f ns\t"
           "%.0f ns\t%.3f\t\n", regexes, best[1], best[1] / regexes);

    return sum == 1;
}
