/*
 * Copyright (C) SitePreserver developers
 */

#define _GNU_SOURCE                 /* memmem() */

#include "readers.h"
#include "sp_form.h"


static sp_form_t      form;
static unsigned long  compared;     /* calls of memcmp() */


/* Instead of the library's, so that work is counted and not timed. */

int
memcmp(const void *a, const void *b, size_t n)
{
    size_t                i;
    const unsigned char  *p, *q;

    compared++;
    p = a;
    q = b;

    for (i = 0; i < n; i++) {
        if (p[i] != q[i]) {
            return p[i] - q[i];
        }
    }

    return 0;
}


static void
parse(const char *text)
{
    sp_str_t  s;

    s = exact(text, strlen(text));
    assert_int_equal(sp_form_parse(&form, pool, &s, 0), SP_OK);
}


static void
test_parse(void **state)
{
    size_t    i;
    unsigned  n;

    static const struct {
        const char  *text;
        const char  *fields[6];     /* name, value, ... */
    } cases[] = {
        { "", { NULL } },
        { "&&", { NULL } },
        { "a=1", { "a", "1", NULL } },
        { "a=1&b=2&", { "a", "1", "b", "2", NULL } },
        { "a", { "a", "", NULL } },
        { "=x", { "", "x", NULL } },
        { "=", { "", "", NULL } },
        { "a=b=c", { "a", "b=c", NULL } },
        { "a+b=c+d%20e", { "a b", "c d e", NULL } },
        { "a%5Bb%5d=%C3%A9", { "a[b]", "\xc3\xa9", NULL } },
        { "a=%", { "a", "%", NULL } },
        { "a=%4", { "a", "%4", NULL } },
        { "a=%4g%41", { "a", "%4gA", NULL } },
        { "a=%%41", { "a", "%A", NULL } },
        { "a%3d%26=%26", { "a=&", "&", NULL } },
        { "a=1;b=2", { "a", "1;b=2", NULL } },
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        parse(cases[i].text);

        for (n = 0; cases[i].fields[n] != NULL; n += 2) {
            assert_true(n / 2 < form.n);
            assert_str(&form.fields[n / 2].name, cases[i].fields[n]);
            assert_str(&form.fields[n / 2].value, cases[i].fields[n + 1]);
        }

        assert_int_equal(form.n, n / 2);
        assert_int_equal(form.cut, 0);
    }

    parse("a=%00b");
    assert_int_equal(form.fields[0].value.len, 2);
    assert_memory_equal(form.fields[0].value.data, "\0b", 2);
}


static void
test_limit(void **state)
{
    char       text[4096];
    size_t     i;
    sp_str_t   s;

    for (i = 0; i < sizeof(text); i += 2) {
        text[i] = 'a';
        text[i + 1] = '&';
    }

    s = exact(text, sizeof(text));
    assert_int_equal(sp_form_parse(&form, pool, &s, 0), SP_OK);
    assert_int_equal(form.n, SP_FORM_FIELDS);
    assert_int_equal(form.cut, 1);

    s = str("&a=1&&b=2&");
    assert_int_equal(sp_form_parse(&form, pool, &s, 2), SP_OK);
    assert_int_equal(form.n, 2);
    assert_int_equal(form.cut, 0);
    assert_int_equal(sp_form_parse(&form, pool, &s, 1), SP_OK);
    assert_int_equal(form.n, 1);
    assert_int_equal(form.cut, 1);
}


/* The pattern against one name: what the wildcards stood for, or NULL. */

static void
test_patterns(void **state)
{
    char           text[64];
    size_t         i, len;
    unsigned       pos, w;
    sp_rc_t        rc;
    sp_str_t       pattern, name;
    sp_form_hit_t  hit;
    sp_form_field_t  field;

    static const struct {
        const char  *pattern;
        const char  *name;
        const char  *wildcards;     /* each with "|" after it, NULL: no hit */
    } cases[] = {
        { "a", "a", "" }, { "a", "b", NULL }, { "a", "ab", NULL },
        { "a", "A", NULL }, { "ab", "a", NULL }, { "a[]", "a[]", "" },
        { "a[]", "a[0]", NULL }, { "a[b]", "a[b]", "" },
        { "a[*]", "a[b]", "b|" }, { "a[*]", "a[]", "|" },
        { "a[*]", "a", NULL }, { "a[*]", "a[b][c]", NULL },
        { "a[*][b]", "a[7][b]", "7|" }, { "a[*][b]", "a[][b]", "|" },
        { "a[*][b]", "a[7][c]", NULL }, { "a[*][*]", "a[x][y]", "x|y|" },
        { "a[*]", "a[x.y]", "x.y|" }, { "a[*]", "a[x", NULL },
        { "a[x_*]", "a[x_1]", "1|" }, { "a[*_x]", "a[1_x_x]", "1_x|" },
        { "*", "a", "a|" }, { "*", "", "|" }, { "*", "a.b", NULL },
        { "*", "a[b]", NULL }, { "*.b", "a.b", "a|" },
        { "a.*.c", "a.b.c", "b|" }, { "a.*.c", "a.b.b.c", NULL },
        { "a.*", "a.", "|" }, { "a_*", "a_1", "1|" }, { "a_*", "a_1[2]", NULL },
        { "a_*[x]", "a_1[x]", "1|" }, { "*_b", "x_b_b", "x_b|" },
        { "*_*", "a_b_c", "a|b_c|" }, { "*a*", "aaa", "|aa|" },
        { "*[*].*[*]", "a[b].c[d]", "a|b|c|d|" },
        { "", "", NULL }, { "*-*-*-*-*", "a-b-c-d-e", NULL },
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        pattern = exact(cases[i].pattern, strlen(cases[i].pattern));
        name = exact(cases[i].name, strlen(cases[i].name));

        memset(&field, 0, sizeof(field));
        field.name = name;
        form.fields = &field;
        form.n = 1;
        pos = 0;

        rc = sp_form_next(&form, &pattern, &pos, &hit);

        if ((rc == SP_OK) != (cases[i].wildcards != NULL)) {
            fail_msg("%s, %s", cases[i].pattern, cases[i].name);
        }

        if (rc != SP_OK) {
            continue;
        }

        for (w = 0, len = 0; w < hit.nwildcards; w++) {
            len += (size_t) snprintf(text + len, sizeof(text) - len, "%.*s|",
                                     (int) hit.wildcards[w].len,
                                     hit.wildcards[w].data);
        }

        text[len] = '\0';
        assert_string_equal(text, cases[i].wildcards);
        assert_ptr_equal(hit.field, &field);
        assert_int_equal(sp_form_next(&form, &pattern, &pos, &hit), SP_DONE);
    }
}


static void
test_pattern_check(void **state)
{
    size_t      i;
    sp_str_t    pattern;
    sp_error_t  err;

    static const char *const  good[] = { "a", "*", "a[*][b]", "*.*.*.*" };
    static const char *const  bad[] = { "", "**", "a[**]", "*.*.*.*.*" };

    for (i = 0; i < 4; i++) {
        pattern = str(good[i]);
        assert_int_equal(sp_form_pattern_check(&pattern, &err), SP_OK);

        pattern = str(bad[i]);
        err.text[0] = '\0';
        assert_int_equal(sp_form_pattern_check(&pattern, &err), SP_INVALID);
        assert_non_null(strstr(err.text, "field"));
        assert_int_equal(sp_form_pattern_check(&pattern, NULL), SP_INVALID);
    }
}


static void
test_get(void **state)
{
    sp_str_t  name, value;

    parse("a=1&b%5B%5D=2&a=3&b[]=4&c[x][y]=5&d=");

    name = str("a");
    assert_int_equal(sp_form_get(&form, &name, &value), SP_OK);
    assert_str(&value, "3");

    name = str("b[]");
    assert_int_equal(sp_form_get(&form, &name, &value), SP_OK);
    assert_str(&value, "4");

    name = str("c[*][y]");
    assert_int_equal(sp_form_get(&form, &name, &value), SP_OK);
    assert_str(&value, "5");

    name = str("d");
    assert_int_equal(sp_form_get(&form, &name, &value), SP_OK);
    assert_str(&value, "");

    name = str("e");
    assert_int_equal(sp_form_get(&form, &name, &value), SP_DONE);
}


static void
test_beside(void **state)
{
    unsigned       pos;
    sp_str_t       pattern, name, value;
    sp_form_hit_t  hit;

    parse("id[]=a&qty[]=1&id[]=b&qty[]=2&p[7]=c&n[7][x]=3&p[8]=d&z[][k]=e"
          "&z[][v]=4&z[][k]=f&z[][v]=5");

    assert_int_equal(sp_form_index(&form, pool), SP_OK);

    pos = 0;
    pattern = str("id[*]");
    name = str("qty[#]");
    assert_int_equal(sp_form_next(&form, &pattern, &pos, &hit), SP_OK);
    assert_str(&hit.field->value, "a");
    assert_int_equal(sp_form_get_beside(&form, &name, &hit, &value), SP_OK);
    assert_str(&value, "1");
    assert_int_equal(sp_form_next(&form, &pattern, &pos, &hit), SP_OK);
    assert_int_equal(hit.field->index, 1);
    assert_int_equal(sp_form_get_beside(&form, &name, &hit, &value), SP_OK);
    assert_str(&value, "2");
    assert_int_equal(sp_form_next(&form, &pattern, &pos, &hit), SP_DONE);

    pos = 0;
    pattern = str("p[*]");
    name = str("n[#][x]");
    assert_int_equal(sp_form_next(&form, &pattern, &pos, &hit), SP_OK);
    assert_int_equal(sp_form_get_beside(&form, &name, &hit, &value), SP_OK);
    assert_str(&value, "3");
    assert_int_equal(sp_form_next(&form, &pattern, &pos, &hit), SP_OK);
    assert_int_equal(sp_form_get_beside(&form, &name, &hit, &value), SP_DONE);

    pos = 0;
    pattern = str("z[*][k]");
    name = str("z[#][v]");
    assert_int_equal(sp_form_next(&form, &pattern, &pos, &hit), SP_OK);
    assert_int_equal(sp_form_next(&form, &pattern, &pos, &hit), SP_OK);
    assert_str(&hit.field->value, "f");
    assert_int_equal(sp_form_get_beside(&form, &name, &hit, &value), SP_OK);
    assert_str(&value, "5");

    name = str("id[]");
    assert_int_equal(sp_form_get_beside(&form, &name, &hit, &value), SP_OK);
    assert_str(&value, "b");
}


/* What sp_form_get_beside() finds, found field by field. */

static unsigned
found_beside(const sp_str_t *name, const sp_form_hit_t *hit)
{
    char       text[256];
    size_t     n, len;
    unsigned   i, k, w, index, empty;

    len = 0;
    w = 0;
    empty = 0;

    for (n = 0; n < name->len; n++) {

        if (name->data[n] != '#' || w == hit->nwildcards) {
            text[len++] = name->data[n];
            continue;
        }

        memcpy(text + len, hit->wildcards[w].data, hit->wildcards[w].len);
        len += hit->wildcards[w].len;
        empty |= hit->wildcards[w++].len == 0;
    }

    for (i = form.n; i > 0; i--) {

        if (form.fields[i - 1].name.len != len
            || memcmp(form.fields[i - 1].name.data, text, len) != 0)
        {
            continue;
        }

        index = 0;

        for (k = 0; k < i - 1; k++) {
            index += sp_str_eq(&form.fields[k].name, &form.fields[i - 1].name)
                     && memmem(text, len, "[]", 2) != NULL;
        }

        assert_int_equal(form.fields[i - 1].index, index);

        if (!empty || index == hit->field->index) {
            return i;
        }
    }

    return 0;
}


static void
test_beside_random(void **state)
{
    int                       i;
    char                      text[81];
    size_t                    n;
    uint64_t                  seed;
    unsigned                  at, pos, hits;
    sp_str_t                  name, pattern, value;
    sp_form_hit_t             hit;
    static const char *const  names[] = {
        "a[]", "a[1]", "a[2]", "b[]", "b[1]", "b[2]", "a", "b", "b[1][]"
    };
    static const char *const  besides[] = {
        "b[#]", "a[#]", "b[#][]", "#", "b", "a[]", "b[##]"
    };

    seed = 11;
    hits = 0;

    for (i = 0; i < 5000; i++) {

        text[0] = '\0';

        for (n = below(&seed, 14); n > 0; n--) {
            strcat(text, names[below(&seed, 9)]);
            strcat(text, "&");
        }

        name = str(besides[below(&seed, 7)]);
        pattern = str("a[*]");
        pos = 0;

        parse(text);
        assert_int_equal(sp_form_index(&form, pool), SP_OK);

        while (sp_form_next(&form, &pattern, &pos, &hit) == SP_OK) {

            at = found_beside(&name, &hit);

            if (sp_form_get_beside(&form, &name, &hit, &value) != SP_OK) {
                assert_int_equal(at, 0);
                continue;
            }

            assert_int_not_equal(at, 0);
            assert_ptr_equal(value.data, form.fields[at - 1].value.data);
            hits++;
        }

        if (i % 100 == 0) {
            (void) tear_down(state);
            (void) set_up(state);
        }
    }

    assert_true(hits > 1000);
}


/*
 * A thousand fields of long names that differ at their ends: the work must be
 * that of a sort, not of each beside each (4,000,000 comparisons).
 */

static void
test_beside_work(void **state)
{
    char            text[64 * 1024];
    size_t          len;
    unsigned        i, pos, k;
    sp_str_t        s, pattern, value;
    sp_form_hit_t   hit;
    const sp_str_t  names[] = {
        sp_string("q[#]"), sp_string("x[#]"), sp_string("x[#]z"),
        sp_string("x[]")
    };

    for (i = 0, len = 0; i < 1000; i++) {
        len += (size_t) sprintf(text + len, "x[%050u]=1&", i);
    }

    s.data = text;
    s.len = len;
    pattern = str("x[*]");
    pos = 0;

    assert_int_equal(sp_form_parse(&form, pool, &s, 0), SP_OK);
    assert_int_equal(form.n, 1000);

    compared = 0;
    assert_int_equal(sp_form_index(&form, pool), SP_OK);

    while (sp_form_next(&form, &pattern, &pos, &hit) == SP_OK) {
        for (k = 0; k < 4; k++) {
            (void) sp_form_get_beside(&form, &names[k], &hit, &value);
        }
    }

    assert_int_equal(pos, 1000);
    assert_true(compared > 4000 && compared < 70000);

    /* names that are all the same are no worse */

    for (i = 0, len = 0; i < 1000; i++) {
        len += (size_t) sprintf(text + len, "x[]=%u&", i);
    }

    s.len = len;
    pos = 0;
    assert_int_equal(sp_form_parse(&form, pool, &s, 0), SP_OK);

    compared = 0;
    assert_int_equal(sp_form_index(&form, pool), SP_OK);

    while (sp_form_next(&form, &pattern, &pos, &hit) == SP_OK) {
        assert_int_equal(sp_form_get_beside(&form, &names[1], &hit, &value),
                         SP_OK);
        assert_ptr_equal(value.data, hit.field->value.data);
    }

    assert_true(compared > 1000 && compared < 30000);
}


/* What is written by any rules is read, what is not is no crash. */

static void
test_random(void **state)
{
    int                i;
    char               text[64], pattern[12];
    size_t             n, len;
    uint64_t           seed;
    unsigned           pos;
    sp_str_t           s, p;
    sp_form_hit_t      hit;
    static const char  bytes[] = "ab[]=&%+.*#_4";

    seed = 7;

    for (i = 0; i < 30000; i++) {
        len = below(&seed, sizeof(text));

        for (n = 0; n < len; n++) {
            text[n] = bytes[below(&seed, sizeof(bytes) - 1)];
        }

        for (n = 0; n < sizeof(pattern); n++) {
            pattern[n] = bytes[below(&seed, sizeof(bytes) - 1)];
        }

        s = exact(text, len);
        p = exact(pattern, below(&seed, sizeof(pattern)));
        pos = 0;

        assert_int_equal(sp_form_parse(&form, pool, &s, 8), SP_OK);
        assert_int_equal(sp_form_index(&form, pool), SP_OK);

        while (sp_form_next(&form, &p, &pos, &hit) == SP_OK) {
            (void) sp_form_get_beside(&form, &p, &hit, &s);
        }

        /* a name is a pattern of itself unless it has a "*" */

        for (pos = 0; pos < form.n; pos++) {
            p = form.fields[pos].name;

            if (p.len != 0 && memchr(p.data, '*', p.len) == NULL) {
                assert_int_equal(sp_form_get(&form, &p, &s), SP_OK);
            }
        }

        if (i % 100 == 0) {
            (void) tear_down(state);
            (void) set_up(state);
        }
    }
}


static void
test_no_memory(void **state)
{
    long      fail;
    sp_str_t  text;

    text = str("a=1&b=2");

    for (fail = 0; fail < 2; fail++) {
        sp_arena_fail_after(arena, fail);
        assert_int_equal(sp_form_parse(&form, pool, &text, 0), SP_NOMEM);
        assert_int_equal(form.n, 0);
    }

    for (fail = 2; fail < 4; fail++) {
        sp_arena_fail_after(arena, fail);
        assert_int_equal(sp_form_parse(&form, pool, &text, 0), SP_OK);
        assert_int_equal(sp_form_index(&form, pool), SP_NOMEM);
        assert_null(form.order);
    }

    sp_arena_fail_after(arena, 4);
    assert_int_equal(sp_form_parse(&form, pool, &text, 0), SP_OK);
    assert_int_equal(sp_form_index(&form, pool), SP_OK);
    assert_int_equal(sp_form_index(&form, pool), SP_OK);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        reader_test(test_parse),
        reader_test(test_limit),
        reader_test(test_patterns),
        reader_test(test_pattern_check),
        reader_test(test_get),
        reader_test(test_beside),
        reader_test(test_beside_random),
        reader_test(test_beside_work),
        reader_test(test_random),
        reader_test(test_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
