/*
 * Copyright (C) SitePreserver developers
 *
 * Selectors as they are written.
 */

#include "sp_html_int.h"
#include "sp_scratch.h"
#include "sp_words.h"


typedef struct {
    const sp_pool_t  *pool;
    sp_html_set_t    *set;
    const sp_str_t   *selector;
    const char       *p;
    const char       *end;
    sp_error_t       *err;
} select_t;


/* The step that is read. */

typedef struct {
    uint64_t          needs;
    unsigned          rarest;       /* of its tests */
    unsigned          rank;
    unsigned          nth;
} select_step_t;


static sp_rc_t select_steps(select_t *s, sp_html_query_t *query,
    sp_html_kind_t kind);
static sp_rc_t select_step(select_t *s, select_step_t *step);
static sp_rc_t select_part(select_t *s, select_step_t *step);
static sp_rc_t select_nth(select_t *s, select_step_t *step);
static sp_rc_t select_brackets(select_t *s, select_step_t *step);
static sp_rc_t select_operator(select_t *s, sp_html_test_t *test);
static sp_rc_t select_value(select_t *s, sp_str_t *text);
static sp_rc_t select_test(select_t *s, select_step_t *step,
    sp_html_test_t *test, uint64_t attr);
static sp_rc_t select_name(select_t *s, sp_str_t *name);
static int select_name_char(unsigned char c);
static uint64_t select_key(const sp_str_t *name, int lower);
static sp_rc_t select_end(select_t *s, sp_html_query_t *query);
static sp_rc_t select_wrong(select_t *s);
static sp_rc_t select_limit(select_t *s);


#define SELECT_CLASS  UINT64_C(0x7373616c63)
#define SELECT_ID     UINT64_C(0x6469)


/* In a set of its own, which is not kept. */

sp_rc_t
sp_html_check(const sp_pool_t *pool, sp_html_kind_t kind,
    const sp_str_t *selector, sp_error_t *err)
{
    sp_rc_t         rc;
    unsigned        query;
    sp_scratch_t    scratch;
    sp_html_set_t  *set;

    pool = sp_scratch_pool(&scratch, pool);

    set = sp_html_set_create(pool, SP_HTML_ONE);
    if (set == NULL) {
        return SP_NOMEM;
    }

    rc = sp_html_set_add(set, pool, kind, selector, 1, &query, err);

    return rc == SP_LIMIT ? SP_INVALID : rc;
}


sp_rc_t
sp_html_set_add(sp_html_set_t *set, const sp_pool_t *pool,
    sp_html_kind_t kind, const sp_str_t *selector, size_t limit,
    unsigned *number, sp_error_t *err)
{
    sp_rc_t           rc;
    unsigned          first, last;
    select_t          s;
    sp_html_query_t  *query;

    s.pool = pool;
    s.set = set;
    s.selector = selector;
    s.p = selector->data;
    s.end = s.p + selector->len;
    s.err = err;

    if (set->nqueries == set->max) {
        return select_limit(&s);
    }

    query = &set->queries[set->nqueries];
    memset(query, 0, sizeof(sp_html_query_t));

    query->kind = kind;
    query->limit = limit;

    first = set->nsteps;

    rc = select_steps(&s, query, kind);

    if (rc == SP_OK) {
        rc = select_end(&s, query);
    }

    if (rc != SP_OK) {
        return rc;
    }

    if (!query->own) {
        last = set->nsteps - 1;

        set->first |= UINT64_C(1) << first;
        set->last |= UINT64_C(1) << last;
        set->query[last] = (uint8_t) set->nqueries;

        if (kind == SP_HTML_FIELD) {
            set->inner |= UINT64_C(1) << first;
            set->fields |= query->steps;
        }

        if (kind == SP_HTML_ITEM && last > first) {
            set->container = UINT64_C(1) << (last - 1);
        }
    }

    if (kind == SP_HTML_ITEM) {
        set->item = set->nqueries + 1;
    }

    *number = set->nqueries++;

    return SP_OK;
}


static sp_rc_t
select_steps(select_t *s, sp_html_query_t *query, sp_html_kind_t kind)
{
    sp_rc_t         rc;
    unsigned        n;
    select_step_t   step;

    if (kind == SP_HTML_FIELD && s->p < s->end
        && (*s->p == '@'
            || (*s->p == '.' && (s->p + 1 == s->end || s->p[1] == '@'))))
    {
        s->p += *s->p == '.';
        query->own = 1;
        return SP_OK;
    }

    do {
        rc = select_step(s, &step);
        if (rc != SP_OK) {
            return rc;
        }

        if (sp_html_set_step(s->set, step.needs, step.rarest, step.nth, &n)
            != SP_OK)
        {
            return select_limit(s);
        }

        query->steps |= UINT64_C(1) << n;

        if (s->p == s->end || *s->p != ' ') {
            return SP_OK;
        }

        while (s->p < s->end && *s->p == ' ') {
            s->p++;
        }

    } while (s->p < s->end && *s->p != '@');

    return select_wrong(s);
}


static sp_rc_t
select_step(select_t *s, select_step_t *step)
{
    sp_rc_t         rc;
    sp_str_t        name;
    const char     *begin;
    sp_html_test_t  test;

    memset(step, 0, sizeof(select_step_t));
    begin = s->p;

    if (s->p < s->end && select_name_char((unsigned char) *s->p)) {

        rc = select_name(s, &name);
        if (rc != SP_OK) {
            return rc;
        }

        memset(&test, 0, sizeof(sp_html_test_t));
        test.key = select_key(&name, 1);

        rc = select_test(s, step, &test, 0);
        if (rc != SP_OK) {
            return rc;
        }
    }

    while (s->p < s->end && *s->p != ' ' && *s->p != '@') {
        rc = select_part(s, step);
        if (rc != SP_OK) {
            return rc;
        }
    }

    if (step->needs == 0) {
        s->p = begin;
        return select_wrong(s);
    }

    return SP_OK;
}


static sp_rc_t
select_part(select_t *s, select_step_t *step)
{
    char            c;
    sp_rc_t         rc;
    sp_html_test_t  test;

    memset(&test, 0, sizeof(sp_html_test_t));

    switch (c = *s->p++) {

    case '.':
    case '#':

        rc = select_name(s, &test.text);
        if (rc != SP_OK) {
            return rc;
        }

        test.op = c == '.' ? SP_TEST_WORD : SP_TEST_EQUAL;
        test.key = c == '.' ? select_key(&test.text, 0) : 0;

        return select_test(s, step, &test,
                           c == '.' ? SELECT_CLASS : SELECT_ID);

    case '[':
        return select_brackets(s, step);

    case ':':
        return select_nth(s, step);

    default:
        s->p--;
        return select_wrong(s);
    }
}


static sp_rc_t
select_nth(select_t *s, select_step_t *step)
{
    sp_str_t     number;
    const char  *close;

    static const char  nth[] = "nth(";

    if (step->nth != 0 || (size_t) (s->end - s->p) < sizeof(nth)
        || memcmp(s->p, nth, sizeof(nth) - 1) != 0)
    {
        s->p--;
        return select_wrong(s);
    }

    number.data = s->p + sizeof(nth) - 1;
    close = memchr(number.data, ')', (size_t) (s->end - number.data));

    if (close == NULL) {
        s->p--;
        return select_wrong(s);
    }

    number.len = (size_t) (close - number.data);

    if (sp_word_number(&number, SP_HTML_NTH, &step->nth) != SP_OK
        || step->nth == 0)
    {
        return sp_words_error(s->err, "\"%W\" has a :nth() that is not a "
                              "number from 1 to 9999", s->selector);
    }

    s->p = close + 1;

    return SP_OK;
}


/* [a], [a=v] ...; the value may stand in quotes. */

static sp_rc_t
select_brackets(select_t *s, select_step_t *step)
{
    sp_rc_t         rc;
    sp_str_t        name;
    sp_html_test_t  test;

    memset(&test, 0, sizeof(sp_html_test_t));

    rc = select_name(s, &name);

    if (rc == SP_OK) {
        rc = select_operator(s, &test);
    }

    if (rc == SP_OK && test.op != SP_TEST_PRESENT) {
        rc = select_value(s, &test.text);
    }

    if (rc != SP_OK) {
        return rc;
    }

    if (s->p == s->end || *s->p != ']') {
        return select_wrong(s);
    }

    s->p++;

    return select_test(s, step, &test, select_key(&name, 1));
}


static sp_rc_t
select_operator(select_t *s, sp_html_test_t *test)
{
    static const struct {
        const char    *text;
        sp_html_op_t   op;
    } ops[] = {
        { "=", SP_TEST_EQUAL },
        { "^=", SP_TEST_BEGINS },
        { "*=", SP_TEST_HAS },
        { "$=", SP_TEST_ENDS }
    };

    size_t    len;
    unsigned  i;

    test->op = SP_TEST_PRESENT;

    if (s->p < s->end && *s->p == ']') {
        return SP_OK;
    }

    for (i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
        len = strlen(ops[i].text);

        if ((size_t) (s->end - s->p) > len
            && memcmp(s->p, ops[i].text, len) == 0)
        {
            test->op = ops[i].op;
            s->p += len;
            return SP_OK;
        }
    }

    return select_wrong(s);
}


static sp_rc_t
select_value(select_t *s, sp_str_t *text)
{
    char         quote;
    const char  *close;

    quote = *s->p == '"' || *s->p == '\'' ? *s->p : ']';
    s->p += quote != ']';

    close = memchr(s->p, quote, (size_t) (s->end - s->p));

    /* an empty one would be part of anything */

    if (close == NULL || close == s->p) {
        return select_wrong(s);
    }

    text->data = s->p;
    text->len = (size_t) (close - s->p);

    if (text->len > SP_HTML_VALUE) {
        return select_limit(s);
    }

    s->p = close + (quote != ']');

    return SP_OK;
}


static sp_rc_t
select_test(select_t *s, select_step_t *step, sp_html_test_t *test,
    uint64_t attr)
{
    unsigned  n, rank;

    static const unsigned  ranks[] = { 1, 2, 5, 3, 3, 3, 4 };

    if ((attr != 0 && sp_html_set_attr(s->set, attr, &test->attr) != SP_OK)
        || sp_html_set_test(s->set, test, &n) != SP_OK)
    {
        return select_limit(s);
    }

    rank = ranks[test->op];

    if (rank > step->rank) {
        step->rank = rank;
        step->rarest = n;
    }

    step->needs |= UINT64_C(1) << n;

    return SP_OK;
}


/* A backslash makes any character one of a name. */

static sp_rc_t
select_name(select_t *s, sp_str_t *name)
{
    char    *copy;
    size_t   n;

    copy = sp_alloc(s->pool, (size_t) (s->end - s->p) + 1);
    if (copy == NULL) {
        return SP_NOMEM;
    }

    for (n = 0; s->p < s->end; s->p++) {

        if (*s->p == '\\' && s->end - s->p > 1) {
            s->p++;

        } else if (!select_name_char((unsigned char) *s->p)) {
            break;
        }

        copy[n++] = *s->p;
    }

    name->data = copy;
    name->len = n;

    return n != 0 ? SP_OK : select_wrong(s);
}


static int
select_name_char(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
           || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '\\'
           || c >= 0x80;
}


static uint64_t
select_key(const sp_str_t *name, int lower)
{
    size_t         i;
    uint64_t       key;
    unsigned char  c;

    for (i = 0, key = 0; i < name->len; i++) {
        c = (unsigned char) name->data[i];
        key = sp_html_key_add(key, (unsigned) i, lower ? sp_html_lower(c) : c);
    }

    return key;
}


/* "@NAME", or nothing. */

static sp_rc_t
select_end(select_t *s, sp_html_query_t *query)
{
    sp_rc_t   rc;
    unsigned  attr;
    sp_str_t  name;

    if (s->p == s->end) {
        return SP_OK;
    }

    if (query->kind == SP_HTML_ITEM) {
        return sp_words_error(s->err, "\"%W\" is of items: an attribute is "
                              "none", s->selector);
    }

    s->p++;

    rc = select_name(s, &name);
    if (rc != SP_OK) {
        return rc;
    }

    if (s->p != s->end) {
        return select_wrong(s);
    }

    if (sp_html_set_attr(s->set, select_key(&name, 1), &attr) != SP_OK) {
        return select_limit(s);
    }

    s->set->attrs[attr].kept = 1;
    query->attr = attr + 1;

    return SP_OK;
}


static sp_rc_t
select_wrong(select_t *s)
{
    sp_str_t  rest;

    rest.data = s->p;
    rest.len = (size_t) (s->end - s->p);

    if (rest.len == 0) {
        return sp_words_error(s->err, "\"%W\" is no selector: its end lacks",
                              s->selector);
    }

    return sp_words_error(s->err, "\"%W\" is not of a selector, which has "
                          "tag .class #id [a] [a=v] [a^=v] [a*=v] [a$=v] "
                          ":nth(N) @attr", &rest);
}


static sp_rc_t
select_limit(select_t *s)
{
    (void) sp_words_error(s->err, s->set->max == SP_HTML_STEPS
                                  ? "too many HTML selectors in one rule at "
                                    "\"%W\""
                                  : "selector \"%W\" is too long",
                          s->selector);

    return SP_LIMIT;
}
