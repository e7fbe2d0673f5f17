/*
 * Copyright (C) SitePreserver developers
 */

#include "sp_argset.h"
#include "sp_argnames.h"


typedef struct sp_argset_rule_s  sp_argset_rule_t;

struct sp_argset_rule_s {
    sp_argset_rule_t    *next;
    sp_str_t             name;
    unsigned             rule;
    unsigned             methods;
};


struct sp_argset_s {
    const sp_pool_t     *pool;
    sp_argnames_t       *names;
    size_t               mask;
    sp_argset_rule_t   **buckets;
};


/* A name as it is read out of the arguments, byte after byte. */

typedef struct {
    const char          *p;
    const char          *end;
} sp_argset_name_t;


static int sp_argset_byte(sp_argset_name_t *name);
static uint32_t sp_argset_hash(const char *data, const char *end,
    const char **next);
static int sp_argset_same(const sp_str_t *name, const char *data,
    const char *end);


#define SP_ARGSET_SEED  2166136261u     /* FNV-1a */
#define SP_ARGSET_STEP  16777619u


sp_argset_t *
sp_argset_create(const sp_pool_t *pool, unsigned n)
{
    size_t        size;
    sp_argset_t  *set;

    for (size = 8; size < 2 * (size_t) n; size *= 2) {
        /* void */
    }

    set = sp_alloc(pool, sizeof(sp_argset_t));
    if (set == NULL) {
        return NULL;
    }

    set->pool = pool;
    set->names = sp_argnames_create(pool);
    set->mask = size - 1;
    set->buckets = sp_calloc(pool, size * sizeof(sp_argset_rule_t *));

    return set->names != NULL && set->buckets != NULL ? set : NULL;
}


sp_rc_t
sp_argset_add(sp_argset_t *set, const sp_str_t *name, unsigned rule,
    unsigned methods)
{
    size_t             i;
    uint32_t           hash;
    sp_argset_rule_t  *entry, **bucket;

    entry = sp_alloc(set->pool, sizeof(sp_argset_rule_t));
    if (entry == NULL) {
        return SP_NOMEM;
    }

    hash = SP_ARGSET_SEED;

    for (i = 0; i < name->len; i++) {
        hash = (hash ^ (unsigned char) name->data[i]) * SP_ARGSET_STEP;
    }

    bucket = &set->buckets[hash & set->mask];

    entry->name = *name;
    entry->rule = rule;
    entry->methods = methods;
    entry->next = *bucket;
    *bucket = entry;

    return sp_argnames_add(set->names, name);
}


sp_rc_t
sp_argset_build(sp_argset_t *set)
{
    return sp_argnames_build(set->names);
}


void
sp_argset_find(const sp_argset_t *set, const sp_str_t *args,
    unsigned methods, uint64_t *rules)
{
    uint32_t                 hash;
    const char              *p, *end, *next;
    const sp_argset_rule_t  *entry;

    if (sp_argnames_absent(set->names, args)) {
        return;
    }

    p = args->data;
    end = p + args->len;

    while (p < end) {

        hash = sp_argset_hash(p, end, &next);

        for (entry = set->buckets[hash & set->mask]; entry != NULL;
             entry = entry->next)
        {
            if ((entry->methods & methods)
                && sp_argset_same(&entry->name, p, end))
            {
                rules[entry->rule / 64] |= (uint64_t) 1 << (entry->rule % 64);
            }
        }

        p = next;

        if (p < end && *p == '=') {
            p = memchr(p, '&', (size_t) (end - p));

            if (p == NULL) {
                return;
            }
        }

        p++;
    }
}


/* The hash of the name that begins at data; *next is where it ends. */

static uint32_t
sp_argset_hash(const char *data, const char *end, const char **next)
{
    int               c;
    uint32_t          hash;
    sp_argset_name_t  name;

    name.p = data;
    name.end = end;
    hash = SP_ARGSET_SEED;

    for (c = sp_argset_byte(&name); c >= 0; c = sp_argset_byte(&name)) {
        hash = (hash ^ (unsigned) c) * SP_ARGSET_STEP;
    }

    *next = name.p;

    return hash;
}


static int
sp_argset_same(const sp_str_t *text, const char *data, const char *end)
{
    int               c;
    size_t            i;
    sp_argset_name_t  name;

    name.p = data;
    name.end = end;

    for (i = 0; i < text->len; i++) {
        c = sp_argset_byte(&name);

        if (c != (unsigned char) text->data[i]) {
            return 0;
        }
    }

    return sp_argset_byte(&name) < 0;
}


/* The next byte, decoded as sp_form_parse() does it; -1: the name ends. */

static int
sp_argset_byte(sp_argset_name_t *name)
{
    int   high, low;
    char  c;

    if (name->p == name->end || *name->p == '&' || *name->p == '=') {
        return -1;
    }

    c = *name->p++;

    if (c == '+') {
        return ' ';
    }

    if (c == '%' && name->end - name->p >= 2) {
        high = sp_hex(name->p[0]);
        low = sp_hex(name->p[1]);

        if (high >= 0 && low >= 0) {
            name->p += 2;
            return high * 16 + low;
        }
    }

    return (unsigned char) c;
}
