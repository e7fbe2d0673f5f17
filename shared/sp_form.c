/*
 * Copyright (C) SitePreserver developers
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE                 /* memmem() */
#endif

#include <stdio.h>
#include "sp_form.h"


static char *form_field(sp_form_field_t *field, const char *p,
    const char *end, char *out);
static size_t form_decode(const char *p, const char *end, char *out);
static int form_hex(unsigned char c);
static void form_number(sp_form_t *form);
static int form_match(const sp_str_t *pattern, const sp_str_t *name,
    sp_form_hit_t *hit);
static int form_part(const char *pattern, const char *star);
static int form_beside(const sp_str_t *name, const sp_form_field_t *field,
    const sp_form_hit_t *hit);


sp_rc_t
sp_form_parse(sp_form_t *form, const sp_pool_t *pool, const sp_str_t *text,
    unsigned max)
{
    char        *out;
    unsigned     n;
    const char  *p, *end, *last;

    memset(form, 0, sizeof(sp_form_t));

    if (text->len == 0) {
        return SP_OK;
    }

    if (max == 0) {
        max = SP_FORM_FIELDS;
    }

    end = text->data + text->len;

    for (n = 1, p = text->data; p < end && n < max; p++) {
        if (*p == '&') {
            n++;
        }
    }

    form->fields = sp_alloc(pool, n * sizeof(sp_form_field_t));
    out = sp_alloc(pool, text->len);

    if (form->fields == NULL || out == NULL) {
        return SP_NOMEM;
    }

    for (p = text->data; p < end; p = last + 1) {

        last = memchr(p, '&', (size_t) (end - p));
        if (last == NULL) {
            last = end;
        }

        if (last == p) {
            continue;
        }

        if (form->n == max) {
            form->cut = 1;
            break;
        }

        out = form_field(&form->fields[form->n++], p, last, out);
    }

    form_number(form);

    return SP_OK;
}


sp_rc_t
sp_form_pattern_check(const sp_str_t *pattern, sp_error_t *err)
{
    size_t       i;
    unsigned     n;
    const char  *wrong;

    wrong = pattern->len ? NULL : "an empty name";

    for (n = 0, i = 0; i < pattern->len && wrong == NULL; i++) {

        if (pattern->data[i] != '*') {
            continue;
        }

        if (++n > SP_FORM_WILDCARDS) {
            wrong = "too many wildcards";

        } else if (i != 0 && pattern->data[i - 1] == '*') {
            wrong = "two wildcards beside each other";
        }
    }

    if (wrong == NULL) {
        return SP_OK;
    }

    if (err != NULL) {
        (void) snprintf(err->text, sizeof(err->text),
                        "%s in the field \"%.*s\"", wrong,
                        (int) (pattern->len < 128 ? pattern->len : 128),
                        pattern->len ? pattern->data : "");
    }

    return SP_INVALID;
}


sp_rc_t
sp_form_next(const sp_form_t *form, const sp_str_t *pattern, unsigned *pos,
    sp_form_hit_t *hit)
{
    const sp_form_field_t  *field;

    while (*pos < form->n) {
        field = &form->fields[(*pos)++];

        if (form_match(pattern, &field->name, hit)) {
            hit->field = field;
            return SP_OK;
        }
    }

    return SP_DONE;
}


sp_rc_t
sp_form_get(const sp_form_t *form, const sp_str_t *pattern, sp_str_t *value)
{
    unsigned       i;
    sp_form_hit_t  hit;

    for (i = form->n; i > 0; i--) {
        if (form_match(pattern, &form->fields[i - 1].name, &hit)) {
            *value = form->fields[i - 1].value;
            return SP_OK;
        }
    }

    return SP_DONE;
}


sp_rc_t
sp_form_get_beside(const sp_form_t *form, const sp_str_t *name,
    const sp_form_hit_t *hit, sp_str_t *value)
{
    unsigned  i;

    for (i = form->n; i > 0; i--) {
        if (form_beside(name, &form->fields[i - 1], hit)) {
            *value = form->fields[i - 1].value;
            return SP_OK;
        }
    }

    return SP_DONE;
}


/* Decodes into out, returns what follows it. */

static char *
form_field(sp_form_field_t *field, const char *p, const char *end, char *out)
{
    const char  *equal;

    equal = memchr(p, '=', (size_t) (end - p));

    field->name.data = out;
    field->name.len = form_decode(p, equal ? equal : end, out);

    out += field->name.len;

    field->value.data = out;
    field->value.len = equal ? form_decode(equal + 1, end, out) : 0;

    return out + field->value.len;
}


static size_t
form_decode(const char *p, const char *end, char *out)
{
    int    high, low;
    char  *start;

    start = out;

    for ( /* void */ ; p < end; p++) {

        if (*p == '+') {
            *out++ = ' ';
            continue;
        }

        if (*p == '%' && end - p > 2) {
            high = form_hex((unsigned char) p[1]);
            low = form_hex((unsigned char) p[2]);

            if (high >= 0 && low >= 0) {
                *out++ = (char) (high << 4 | low);
                p += 2;
                continue;
            }
        }

        *out++ = *p;
    }

    return (size_t) (out - start);
}


static int
form_hex(unsigned char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }

    c |= 0x20;

    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}


/* Numbers the fields with "[]" in their names (FNV-1a to compare them). */

static void
form_number(sp_form_t *form)
{
    size_t            j;
    unsigned          i, k;
    sp_form_field_t  *field, *before;

    for (i = 0; i < form->n; i++) {
        field = &form->fields[i];
        field->hash = 2166136261U;
        field->index = 0;

        for (j = 0; j < field->name.len; j++) {
            field->hash = (field->hash ^ (unsigned char) field->name.data[j])
                          * 16777619U;
        }

        if (memmem(field->name.data, field->name.len, "[]", 2) == NULL) {
            continue;
        }

        for (k = i; k > 0; k--) {
            before = &form->fields[k - 1];

            if (before->hash == field->hash
                && sp_str_eq(&before->name, &field->name))
            {
                field->index = before->index + 1;
                break;
            }
        }
    }
}


/*
 * As a wildcard stays within its part of the name, the shortest text that
 * lets the literal after it match is always right: only the last wildcard is
 * ever tried again.
 */

static int
form_match(const sp_str_t *pattern, const sp_str_t *name, sp_form_hit_t *hit)
{
    int          part;
    unsigned     n;
    const char  *p, *p_end, *q, *q_end, *star, *tail;

    p = pattern->data;
    p_end = p + pattern->len;
    q = name->data;
    q_end = q + name->len;
    star = NULL;
    tail = NULL;
    part = 0;
    n = 0;

    if (pattern->len == 0) {
        return 0;
    }

    for ( ;; ) {

        if (p < p_end && *p == '*') {
            if (n == SP_FORM_WILDCARDS) {
                return 0;
            }

            star = p++;
            part = form_part(pattern->data, star);
            tail = q;
            hit->wildcards[n].data = q;
            hit->wildcards[n++].len = 0;
            continue;
        }

        if (q == q_end && p == p_end) {
            hit->nwildcards = n;
            return 1;
        }

        if (p < p_end && q < q_end && *p == *q) {
            p++;
            q++;
            continue;
        }

        /* the last wildcard takes one byte more */

        if (star == NULL || tail == q_end || *tail == '[' || *tail == ']'
            || (*tail == '.' && !part))
        {
            return 0;
        }

        q = ++tail;
        p = star + 1;
        hit->wildcards[n - 1].len++;
    }
}


/* Non-zero if the wildcard is in brackets, where dots mean nothing. */

static int
form_part(const char *pattern, const char *star)
{
    while (star > pattern) {
        star--;

        if (*star == ']') {
            return 0;
        }

        if (*star == '[') {
            return 1;
        }
    }

    return 0;
}


static int
form_beside(const sp_str_t *name, const sp_form_field_t *field,
    const sp_form_hit_t *hit)
{
    size_t           i, at;
    unsigned         n;
    const sp_str_t  *text;

    n = 0;
    at = 0;

    for (i = 0; i < name->len; i++) {

        if (name->data[i] == '#' && n < hit->nwildcards) {
            text = &hit->wildcards[n++];

            if (text->len == 0) {
                if (field->index != hit->field->index) {
                    return 0;
                }

                continue;
            }

            if (field->name.len - at < text->len
                || memcmp(field->name.data + at, text->data, text->len) != 0)
            {
                return 0;
            }

            at += text->len;
            continue;
        }

        if (at == field->name.len || field->name.data[at] != name->data[i]) {
            return 0;
        }

        at++;
    }

    return at == field->name.len;
}
