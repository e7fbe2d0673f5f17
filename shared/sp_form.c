/*
 * Copyright (C) SitePreserver developers
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE                 /* memmem() */
#endif

#include "sp_form.h"
#include "sp_percent.h"
#include "sp_words.h"


static char *form_field(sp_form_field_t *field, const char *p,
    const char *end, char *out);
static int form_match(const sp_str_t *pattern, const sp_str_t *name,
    sp_form_hit_t *hit);
static const char *form_more(const char *p, const char *end,
    const char *next, int part);
static int form_part(const char *pattern, const char *star);
static void form_sort(sp_form_t *form, unsigned *order, unsigned *other);
static int form_compare(const sp_str_t *a, const sp_str_t *b);
static void form_number(sp_form_t *form);
static sp_rc_t form_build(const sp_form_t *form, const sp_str_t *name,
    const sp_form_hit_t *hit, sp_str_t *built, int *same);
static unsigned form_after(const sp_form_t *form, const sp_str_t *name);


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

    for (n = 1, p = text->data; n < max; n++, p++) {
        p = memchr(p, '&', (size_t) (end - p));

        if (p == NULL) {
            break;
        }
    }

    form->fields = sp_alloc(pool, n * sizeof(sp_form_field_t));
    out = sp_alloc(pool, text->len);

    if (form->fields == NULL || out == NULL) {
        return SP_NOMEM;
    }

    for (p = text->data; p < end; p = last + 1) {

        if (*p == '&') {
            last = p;
            continue;
        }

        last = memchr(p, '&', (size_t) (end - p));
        if (last == NULL) {
            last = end;
        }

        if (form->n == max) {
            form->cut = 1;
            break;
        }

        out = form_field(&form->fields[form->n++], p, last, out);
    }

    return SP_OK;
}


sp_rc_t
sp_form_pattern_check(const sp_str_t *pattern, sp_error_t *err)
{
    int          open;
    size_t       i;
    unsigned     n;
    const char  *wrong;

    open = 0;
    wrong = pattern->len ? NULL : "an empty name in the field \"%W\"";

    for (n = 0, i = 0; i < pattern->len && wrong == NULL; i++) {

        open += (pattern->data[i] == '[') - (pattern->data[i] == ']');

        if (open != 0 && open != 1) {
            wrong = "brackets that do not match in the field \"%W\"";
        }

        if (pattern->data[i] != '*') {
            continue;
        }

        if (++n > SP_FORM_WILDCARDS) {
            wrong = "too many wildcards in the field \"%W\"";

        } else if (i != 0 && pattern->data[i - 1] == '*') {
            wrong = "two wildcards beside each other in the field \"%W\"";
        }
    }

    if (wrong == NULL && open != 0) {
        wrong = "brackets that do not match in the field \"%W\"";
    }

    if (wrong == NULL) {
        return SP_OK;
    }

    if (err != NULL) {
        (void) sp_words_error(err, wrong, pattern);
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
sp_form_index(sp_form_t *form, const sp_pool_t *pool)
{
    unsigned   i;
    unsigned  *order;

    if (form->order != NULL || form->n == 0) {
        return SP_OK;
    }

    form->longest = 0;

    for (i = 0; i < form->n; i++) {
        if (form->fields[i].name.len > form->longest) {
            form->longest = form->fields[i].name.len;
        }
    }

    order = sp_alloc(pool, 2 * form->n * sizeof(unsigned));
    form->built = sp_alloc(pool, form->longest + 1);

    if (order == NULL || form->built == NULL) {
        return SP_NOMEM;
    }

    form_sort(form, order, order + form->n);
    form_number(form);

    return SP_OK;
}


sp_rc_t
sp_form_get_beside(const sp_form_t *form, const sp_str_t *name,
    const sp_form_hit_t *hit, sp_str_t *value)
{
    int                     same;
    unsigned                at;
    sp_str_t                built;
    const sp_form_field_t  *field;

    if (form_build(form, name, hit, &built, &same) != SP_OK) {
        return SP_DONE;
    }

    at = form_after(form, &built);

    if (at == 0) {
        return SP_DONE;
    }

    field = &form->fields[form->order[--at]];

    if (!sp_str_eq(&field->name, &built)) {
        return SP_DONE;
    }

    if (same) {

        if (field->index < hit->field->index) {
            return SP_DONE;
        }

        at -= field->index - hit->field->index;
    }

    *value = form->fields[form->order[at]].value;

    return SP_OK;
}


/* Decodes into out, returns what follows it. */

static char *
form_field(sp_form_field_t *field, const char *p, const char *end, char *out)
{
    const char  *equal;

    equal = memchr(p, '=', (size_t) (end - p));

    field->index = 0;

    field->name.data = out;
    field->name.len = sp_percent_decode(out, p, equal ? equal : end, 1);

    out += field->name.len;

    field->value.data = out;
    field->value.len = equal ? sp_percent_decode(out, equal + 1, end, 1) : 0;

    return out + field->value.len;
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

        /* the last wildcard takes more, up to where it can go on */

        if (star == NULL) {
            return 0;
        }

        q = form_more(tail, q_end, star + 1 < p_end ? star + 1 : NULL, part);

        if (q == NULL) {
            return 0;
        }

        tail = q;
        p = star + 1;
        hit->wildcards[n - 1].len = (size_t) (q - hit->wildcards[n - 1].data);
    }
}


/*
 * At least a byte more, then up to one as *next is, or (NULL) to the end; NULL:
 * that would leave the part of the name.
 */

static const char *
form_more(const char *p, const char *end, const char *next, int part)
{
    if (p == end) {
        return NULL;
    }

    while (p < end) {

        if (*p == '[' || *p == ']' || (*p == '.' && !part)) {
            return NULL;
        }

        p++;

        if (next != NULL && p < end && *p == *next) {
            return p;
        }
    }

    return next == NULL ? end : NULL;
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


/* Merges runs of 1, 2, 4 ...: stable, and never slow. */

static void
form_sort(sp_form_t *form, unsigned *order, unsigned *other)
{
    unsigned   i, k, n, run, left, right, last, *swap;

    n = form->n;

    for (i = 0; i < n; i++) {
        order[i] = i;
    }

    for (run = 1; run < n; run *= 2) {

        for (i = 0; i < n; i += 2 * run) {
            left = i;
            right = i + run < n ? i + run : n;
            last = i + 2 * run < n ? i + 2 * run : n;

            for (k = i; k < last; k++) {

                if (left < i + run && left < n
                    && (right == last
                        || form_compare(&form->fields[order[left]].name,
                                        &form->fields[order[right]].name)
                           <= 0))
                {
                    other[k] = order[left++];

                } else {
                    other[k] = order[right++];
                }
            }
        }

        swap = order;
        order = other;
        other = swap;
    }

    form->order = order;
}


static int
form_compare(const sp_str_t *a, const sp_str_t *b)
{
    int     rc;
    size_t  len;

    len = a->len < b->len ? a->len : b->len;
    rc = len != 0 ? memcmp(a->data, b->data, len) : 0;

    if (rc != 0) {
        return rc;
    }

    return a->len == b->len ? 0 : a->len < b->len ? -1 : 1;
}


/* Numbers the fields with "[]" in their names. */

static void
form_number(sp_form_t *form)
{
    unsigned          i;
    sp_form_field_t  *field, *before;

    for (i = 1; i < form->n; i++) {
        before = &form->fields[form->order[i - 1]];
        field = &form->fields[form->order[i]];

        if (sp_str_eq(&before->name, &field->name) && field->name.len != 0
            && memmem(field->name.data, field->name.len, "[]", 2) != NULL)
        {
            field->index = before->index + 1;
        }
    }
}


/*
 * The name with the wildcards in it; *same: one of those is a "[]".  SP_DONE:
 * no field has such a long one.
 */

static sp_rc_t
form_build(const sp_form_t *form, const sp_str_t *name,
    const sp_form_hit_t *hit, sp_str_t *built, int *same)
{
    size_t           i, len, n;
    unsigned         wildcard;
    const char      *text;

    *same = 0;
    len = 0;
    wildcard = 0;

    for (i = 0; i < name->len; i++) {

        text = name->data + i;
        n = 1;

        if (*text == '#' && wildcard < hit->nwildcards) {
            text = hit->wildcards[wildcard].data;
            n = hit->wildcards[wildcard++].len;
            *same |= n == 0;
        }

        if (n > form->longest - len) {
            return SP_DONE;
        }

        if (n != 0) {
            memcpy(form->built + len, text, n);
            len += n;
        }
    }

    built->data = form->built;
    built->len = len;

    return SP_OK;
}


/* Where the fields of that name end in the order, if there are any. */

static unsigned
form_after(const sp_form_t *form, const sp_str_t *name)
{
    unsigned  low, high, middle;

    low = 0;
    high = form->n;

    while (low < high) {
        middle = low + (high - low) / 2;

        if (form_compare(&form->fields[form->order[middle]].name, name) <= 0) {
            low = middle + 1;

        } else {
            high = middle;
        }
    }

    return low;
}
