/*
 * Copyright (C) SitePreserver developers
 */

#include "sp_matcher.h"
#include "sp_argset.h"
#include "sp_literals.h"
#include "sp_trie.h"
#include "sp_words.h"


#define SP_MATCHER_FEW  3           /* regexes that are tried one by one */


/*
 * The regexes of one method.  literals: which of them can match at all; each
 * has a bit in searched if it is known by a literal, in always if not, and in
 * together if it is in the alternation.
 */

typedef struct {
    unsigned          n;
    unsigned          nalways;
    sp_literals_t    *literals;
    sp_regex_t       *alternation;
    uint64_t          members[SP_RULES_WORDS];
    uint64_t          always[SP_RULES_WORDS];
    uint64_t          together[SP_RULES_WORDS];
} sp_matcher_group_t;


struct sp_matcher_s {
    const sp_pool_t     *pool;
    sp_regexes_t        *regexes;
    const sp_meeting_t  *rules;
    unsigned             n;
    unsigned             words;
    sp_trie_t           *trie;              /* NULL: no such rules */
    sp_argset_t         *args;
    sp_matcher_group_t  *groups[SP_METHODS];
    uint64_t            *any[SP_METHODS];
};


static sp_rc_t sp_matcher_add(sp_matcher_t *matcher, unsigned rule);
static sp_rc_t sp_matcher_add_args(sp_matcher_t *matcher, unsigned rule);
static sp_rc_t sp_matcher_add_any(sp_matcher_t *matcher, unsigned rule);
static sp_rc_t sp_matcher_group(sp_matcher_t *matcher, unsigned method);
static sp_rc_t sp_matcher_group_add(sp_matcher_t *matcher,
    sp_matcher_group_t *group, unsigned rule);
static sp_rc_t sp_matcher_alternation(sp_matcher_t *matcher,
    sp_matcher_group_t *group);
static void sp_matcher_regexes(const sp_matcher_t *matcher,
    const sp_matcher_group_t *group, const sp_str_t *uri, uint64_t *rules);
static int sp_matcher_candidates(const sp_matcher_t *matcher,
    const sp_matcher_group_t *group, const sp_str_t *uri,
    uint64_t candidates[SP_RULES_WORDS]);


#define sp_bit_set(words, n)  (words)[(n) / 64] |= (uint64_t) 1 << ((n) % 64)
#define sp_bit(words, n)      ((words)[(n) / 64] >> ((n) % 64) & 1)


unsigned
sp_method(const sp_str_t *name)
{
    unsigned  i;

    static const sp_str_t  names[SP_METHODS - 1] = {
        sp_string("GET"), sp_string("HEAD"), sp_string("POST"),
        sp_string("PUT"), sp_string("DELETE"), sp_string("PATCH"),
        sp_string("OPTIONS")
    };

    if (name->len == 3 && name->data[0] == 'G' && name->data[1] == 'E'
        && name->data[2] == 'T')
    {
        return SP_METHOD_GET;
    }

    for (i = 1; i < SP_METHODS - 1; i++) {

        if (name->len == names[i].len && name->data[0] == names[i].data[0]
            && memcmp(name->data, names[i].data, name->len) == 0)
        {
            break;
        }
    }

    return 1u << i;
}


sp_rc_t
sp_matcher_create(sp_matcher_t **out, const sp_pool_t *pool,
    sp_regexes_t *regexes, const sp_meeting_t *rules, unsigned n)
{
    sp_rc_t        rc;
    unsigned       i;
    sp_matcher_t  *matcher;

    if (n > SP_RULES_MAX) {
        return SP_LIMIT;
    }

    matcher = sp_calloc(pool, sizeof(sp_matcher_t));
    if (matcher == NULL) {
        return SP_NOMEM;
    }

    matcher->pool = pool;
    matcher->regexes = regexes;
    matcher->rules = rules;
    matcher->n = n;
    matcher->words = (n + 63) / 64;

    for (i = 0; i < n; i++) {
        rc = sp_matcher_add(matcher, i);
        if (rc != SP_OK) {
            return rc;
        }
    }

    if ((matcher->trie != NULL && sp_trie_build(matcher->trie) != SP_OK)
        || (matcher->args != NULL && sp_argset_build(matcher->args) != SP_OK))
    {
        return SP_NOMEM;
    }

    for (i = 0; i < SP_METHODS; i++) {
        rc = sp_matcher_group(matcher, i);
        if (rc != SP_OK) {
            return rc;
        }
    }

    *out = matcher;

    return SP_OK;
}


static sp_rc_t
sp_matcher_add(sp_matcher_t *matcher, unsigned rule)
{
    const sp_meeting_t  *met;

    met = &matcher->rules[rule];

    switch (met->op) {

    case SP_URI_ANY:

        if (met->nargs != 0) {
            return sp_matcher_add_args(matcher, rule);
        }

        return sp_matcher_add_any(matcher, rule);

    case SP_URI_EXACT:
    case SP_URI_PREFIX:

        if (matcher->trie == NULL) {
            matcher->trie = sp_trie_create(matcher->pool);

            if (matcher->trie == NULL) {
                return SP_NOMEM;
            }
        }

        return sp_trie_add(matcher->trie, &met->uri, met->op == SP_URI_PREFIX,
                           rule, met->methods);

    default:
        return SP_OK;               /* in the groups */
    }
}


static sp_rc_t
sp_matcher_add_args(sp_matcher_t *matcher, unsigned rule)
{
    unsigned             i, n;
    const sp_meeting_t  *met;

    if (matcher->args == NULL) {

        n = 0;

        for (i = 0; i < matcher->n; i++) {
            n += matcher->rules[i].nargs;
        }

        matcher->args = sp_argset_create(matcher->pool, n);

        if (matcher->args == NULL) {
            return SP_NOMEM;
        }
    }

    met = &matcher->rules[rule];

    for (i = 0; i < met->nargs; i++) {
        if (sp_argset_add(matcher->args, &met->args[i], rule, met->methods)
            != SP_OK)
        {
            return SP_NOMEM;
        }
    }

    return SP_OK;
}


static sp_rc_t
sp_matcher_add_any(sp_matcher_t *matcher, unsigned rule)
{
    unsigned  i;

    for (i = 0; i < SP_METHODS; i++) {

        if (!(matcher->rules[rule].methods & 1u << i)) {
            continue;
        }

        if (matcher->any[i] == NULL) {
            matcher->any[i] = sp_calloc(matcher->pool,
                                        matcher->words * sizeof(uint64_t));
            if (matcher->any[i] == NULL) {
                return SP_NOMEM;
            }
        }

        sp_bit_set(matcher->any[i], rule);
    }

    return SP_OK;
}


/* The regexes of one method; several methods share what is the same. */

static sp_rc_t
sp_matcher_group(sp_matcher_t *matcher, unsigned method)
{
    sp_rc_t              rc;
    unsigned             i, n;
    uint64_t             members[SP_RULES_WORDS];
    sp_matcher_group_t  *group;
    const sp_meeting_t  *met;

    n = 0;
    memset(members, 0, sizeof(members));

    for (i = 0; i < matcher->n; i++) {
        met = &matcher->rules[i];

        if (met->op >= SP_URI_REGEX && (met->methods & 1u << method)) {
            sp_bit_set(members, i);
            n++;
        }
    }

    if (n == 0) {
        return SP_OK;
    }

    for (i = 0; i < method; i++) {
        group = matcher->groups[i];

        if (group != NULL
            && memcmp(group->members, members, sizeof(members)) == 0)
        {
            matcher->groups[method] = group;
            return SP_OK;
        }
    }

    group = sp_calloc(matcher->pool, sizeof(sp_matcher_group_t));
    if (group == NULL) {
        return SP_NOMEM;
    }

    group->n = n;
    memcpy(group->members, members, sizeof(members));
    matcher->groups[method] = group;

    for (i = 0; i < matcher->n; i++) {
        if (sp_bit(members, i)) {
            rc = sp_matcher_group_add(matcher, group, i);
            if (rc != SP_OK) {
                return rc;
            }
        }
    }

    if (group->literals != NULL) {
        rc = sp_literals_build(group->literals);
        if (rc != SP_OK) {
            return rc;
        }
    }

    return sp_matcher_alternation(matcher, group);
}


static sp_rc_t
sp_matcher_group_add(sp_matcher_t *matcher, sp_matcher_group_t *group,
    unsigned rule)
{
    sp_rc_t          rc;
    unsigned         i, n;
    sp_str_t         literals[SP_LITERALS_MAX];
    const sp_str_t  *uri;

    uri = &matcher->rules[rule].uri;

    if (sp_literals_plain(uri)) {
        sp_bit_set(group->together, rule);
    }

    rc = sp_literals_of(matcher->pool, uri, literals, &n);
    if (rc != SP_OK) {
        return rc;
    }

    if (n == 0) {
        sp_bit_set(group->always, rule);
        group->nalways++;
        return SP_OK;
    }

    if (group->literals == NULL) {
        group->literals = sp_literals_create(matcher->pool);

        if (group->literals == NULL) {
            return SP_NOMEM;
        }
    }

    for (i = 0; i < n; i++) {
        rc = sp_literals_add(group->literals, &literals[i], rule);
        if (rc != SP_OK) {
            return rc;
        }
    }

    return SP_OK;
}


/*
 * For URIs that have the literals of most regexes:
 * (?|(?:A)|(?i:B)|...): captures are counted anew in each, so that a
 * reference to one means what it did.  It is only a filter, so where PCRE2
 * refuses it the regexes are tried without.
 */

static sp_rc_t
sp_matcher_alternation(sp_matcher_t *matcher, sp_matcher_group_t *group)
{
    char                *p;
    size_t               len;
    sp_rc_t              rc;
    unsigned             i, n;
    sp_str_t             pattern;
    sp_error_t           ignored;
    const sp_meeting_t  *met;

    n = 0;
    len = 0;

    for (i = 0; i < matcher->n; i++) {
        if (sp_bit(group->together, i)) {
            len += matcher->rules[i].uri.len + sizeof("|(?i:)");
            n++;
        }
    }

    if (n <= SP_MATCHER_FEW) {
        return SP_OK;
    }

    p = sp_alloc(matcher->pool, len + sizeof("(?|)"));
    if (p == NULL) {
        return SP_NOMEM;
    }

    pattern.data = p;
    memcpy(p, "(?", 2);
    p += 2;

    for (i = 0; i < matcher->n; i++) {

        if (!sp_bit(group->together, i)) {
            continue;
        }

        met = &matcher->rules[i];

        if (met->op == SP_URI_REGEX_CASELESS) {
            memcpy(p, "|(?i:", 5);
            p += 5;

        } else {
            memcpy(p, "|(?:", 4);
            p += 4;
        }

        memcpy(p, met->uri.data, met->uri.len);
        p += met->uri.len;
        *p++ = ')';
    }

    *p++ = ')';
    pattern.len = (size_t) (p - pattern.data);

    rc = sp_regex_compile(matcher->regexes, &pattern, 0, &group->alternation,
                          &ignored);

    return rc == SP_INVALID ? SP_OK : rc;
}


int
sp_matcher_find(const sp_matcher_t *matcher, unsigned method,
    const sp_str_t *uri, const sp_str_t *args, uint64_t *rules)
{
    unsigned                   i, m;
    uint64_t                   met;
    const uint64_t            *any;
    const sp_matcher_group_t  *group;

    m = (unsigned) __builtin_ctz(method);

    any = matcher->any[m];

    for (i = 0; i < matcher->words; i++) {
        rules[i] = any != NULL ? any[i] : 0;
    }

    if (matcher->trie != NULL) {
        sp_trie_find(matcher->trie, uri, method, rules);
    }

    if (matcher->args != NULL && args->len != 0) {
        sp_argset_find(matcher->args, args, method, rules);
    }

    group = matcher->groups[m];

    if (group != NULL && uri->len != 0) {
        sp_matcher_regexes(matcher, group, uri, rules);
    }

    met = 0;

    for (i = 0; i < matcher->words; i++) {
        met |= rules[i];
    }

    return met != 0;
}


static void
sp_matcher_regexes(const sp_matcher_t *matcher,
    const sp_matcher_group_t *group, const sp_str_t *uri, uint64_t *rules)
{
    unsigned  i, rule;
    uint64_t  word, candidates[SP_RULES_WORDS];

    if (!sp_matcher_candidates(matcher, group, uri, candidates)) {
        return;
    }

    for (i = 0; i < matcher->words; i++) {

        for (word = candidates[i]; word != 0; word &= word - 1) {
            rule = i * 64 + (unsigned) __builtin_ctzll(word);

            if (sp_regex_match(matcher->rules[rule].regex, uri) == SP_OK) {
                sp_bit_set(rules, rule);
            }
        }
    }
}


static int
sp_matcher_candidates(const sp_matcher_t *matcher,
    const sp_matcher_group_t *group, const sp_str_t *uri,
    uint64_t candidates[SP_RULES_WORDS])
{
    unsigned  i, n;
    uint64_t  word, any;

    for (i = 0; i < matcher->words; i++) {
        candidates[i] = group->always[i];
    }

    if (group->literals != NULL
        && !sp_literals_find(group->literals, uri, candidates)
        && !group->nalways)
    {
        return 0;
    }

    n = 0;

    for (i = 0; i < matcher->words; i++) {
        for (word = candidates[i]; word != 0; word &= word - 1) {
            n++;
        }
    }

    if (n <= SP_MATCHER_FEW || n < group->n / 2 || group->alternation == NULL
        || sp_regex_match(group->alternation, uri) != SP_DONE)
    {
        return n != 0;
    }

    any = 0;

    for (i = 0; i < matcher->words; i++) {
        candidates[i] &= ~group->together[i];
        any |= candidates[i];
    }

    return any != 0;
}
