/*
 * Copyright (C) SitePreserver developers
 *
 * Compiled selectors: the steps of all of them, the tests that these need, the
 * attributes that the tests are of.
 */

#include "sp_html_int.h"


static void set_bloom(sp_html_set_t *set, const sp_html_test_t *test,
    unsigned n);


sp_html_set_t *
sp_html_set_create(const sp_pool_t *pool, unsigned n)
{
    char           *p;
    sp_html_set_t  *set;

    p = sp_calloc(pool, sizeof(sp_html_set_t)
                        + n * (2 * sizeof(uint64_t) + sizeof(sp_html_test_t)
                               + sizeof(sp_html_attr_t)
                               + sizeof(sp_html_query_t) + sizeof(uint16_t)
                               + sizeof(uint8_t)));
    if (p == NULL) {
        return NULL;
    }

    set = (sp_html_set_t *) (void *) p;
    p += sizeof(sp_html_set_t);

    set->needs = (uint64_t *) (void *) p;
    set->leads = set->needs + n;
    set->tests = (sp_html_test_t *) (void *) (set->leads + n);
    set->attrs = (sp_html_attr_t *) (void *) (set->tests + n);
    set->queries = (sp_html_query_t *) (void *) (set->attrs + n);
    set->number = (uint16_t *) (void *) (set->queries + n);
    set->query = (uint8_t *) (void *) (set->number + n);
    set->max = n;

    return set;
}


sp_rc_t
sp_html_set_step(sp_html_set_t *set, uint64_t needs, unsigned rarest,
    unsigned nth, unsigned *number)
{
    unsigned  n;
    uint64_t  tests;

    n = set->nsteps;

    if (n == set->max) {
        return SP_LIMIT;
    }

    set->needs[n] = needs;
    set->leads[rarest] |= UINT64_C(1) << n;
    set->number[n] = (uint16_t) nth;

    if (nth != 0) {
        set->nth |= UINT64_C(1) << n;
    }

    if (!(needs & set->tags)) {
        set->untagged |= UINT64_C(1) << n;
    }

    for (tests = needs; tests != 0; tests &= tests - 1) {
        set->tests[__builtin_ctzll(tests)].steps |= UINT64_C(1) << n;
    }

    *number = set->nsteps++;

    return SP_OK;
}


/* The same test of several steps is made once. */

sp_rc_t
sp_html_set_test(sp_html_set_t *set, const sp_html_test_t *test,
    unsigned *number)
{
    unsigned               n;
    const sp_html_test_t  *other;

    for (n = 0; n < set->ntests; n++) {
        other = &set->tests[n];

        if (other->op == test->op && other->key == test->key
            && other->attr == test->attr
            && sp_str_eq(&other->text, &test->text))
        {
            break;
        }
    }

    if (n == set->max) {
        return SP_LIMIT;
    }

    if (n == set->ntests) {
        set->tests[set->ntests++] = *test;
        set_bloom(set, test, n);
    }

    *number = n;

    return SP_OK;
}


static void
set_bloom(sp_html_set_t *set, const sp_html_test_t *test, unsigned n)
{
    if (test->op == 0) {
        set->tags |= UINT64_C(1) << n;
        set->tag_bloom |= sp_html_bloom(test->key);
        return;
    }

    set->attrs[test->attr].tests |= UINT64_C(1) << n;

    if (test->op == SP_TEST_WORD) {
        set->attrs[test->attr].words = 1;
        set->word_bloom |= sp_html_bloom(test->key);
        set->word_begins |= UINT64_C(1) << (test->text.data[0] & 63);
    }
}


sp_rc_t
sp_html_set_attr(sp_html_set_t *set, uint64_t key, unsigned *number)
{
    unsigned  n;

    for (n = 0; n < set->nattrs; n++) {
        if (set->attrs[n].key == key) {
            break;
        }
    }

    if (n == set->max) {
        return SP_LIMIT;
    }

    if (n == set->nattrs) {
        memset(&set->attrs[n], 0, sizeof(sp_html_attr_t));
        set->attrs[n].key = key;
        set->attr_bloom |= sp_html_bloom(key);
        set->nattrs++;
    }

    *number = n;

    return SP_OK;
}
