/*
 * Copyright (C) SitePreserver developers
 */

#define PCRE2_CODE_UNIT_WIDTH  8

#include "sp_regex.h"
#include "sp_words.h"

#include <pcre2.h>
#include <stdio.h>


/*
 * A pattern that needs more than this is given up: nested quantifiers on a
 * hostile string stop within a millisecond.  It holds for JIT, too, whose
 * stack is bounded besides.
 */

#define SP_REGEX_MATCH_LIMIT  50000
#define SP_REGEX_HEAP_LIMIT   1024          /* KiB, without JIT */
#define SP_REGEX_JIT_STACK    (256 * 1024)


struct sp_regex_s {
    sp_regexes_t         *set;
    sp_regex_t           *next;
    pcre2_code           *code;
    uint32_t              captures;
    unsigned              jit:1;
};


struct sp_regexes_s {
    const sp_pool_t      *pool;
    sp_regex_t           *first;
    pcre2_match_context  *context;
    pcre2_match_data     *data;
    pcre2_jit_stack      *stack;
};


static const char *sp_regex_unbounded(const sp_regex_t *re,
    const sp_str_t *pattern);
static int sp_regex_repeats(const sp_str_t *pattern, int look);
static const char *sp_regex_class(const char *p, const char *end);
static int sp_regex_run(const sp_regex_t *re, const sp_str_t *subject);
static void sp_regex_text(const sp_regex_t *re, const sp_str_t *subject,
    unsigned n, sp_str_t *text);


sp_regexes_t *
sp_regexes_create(const sp_pool_t *pool)
{
    sp_regexes_t  *set;

    set = sp_calloc(pool, sizeof(sp_regexes_t));
    if (set == NULL) {
        return NULL;
    }

    set->pool = pool;

    set->context = pcre2_match_context_create(NULL);
    set->data = pcre2_match_data_create(SP_REGEX_CAPTURES + 1, NULL);

    if (set->context == NULL || set->data == NULL) {
        sp_regexes_free(set);
        return NULL;
    }

    pcre2_set_match_limit(set->context, SP_REGEX_MATCH_LIMIT);
    pcre2_set_heap_limit(set->context, SP_REGEX_HEAP_LIMIT);

    /* without it, or without JIT at all, PCRE2 makes do */

    set->stack = pcre2_jit_stack_create(32 * 1024, SP_REGEX_JIT_STACK, NULL);

    if (set->stack != NULL) {
        pcre2_jit_stack_assign(set->context, NULL, set->stack);
    }

    return set;
}


void
sp_regexes_free(sp_regexes_t *set)
{
    sp_regex_t  *re;

    for (re = set->first; re != NULL; re = re->next) {
        pcre2_code_free(re->code);
        re->code = NULL;
    }

    pcre2_jit_stack_free(set->stack);
    pcre2_match_data_free(set->data);
    pcre2_match_context_free(set->context);

    set->first = NULL;
    set->stack = NULL;
    set->data = NULL;
    set->context = NULL;
}


sp_rc_t
sp_regex_compile(sp_regexes_t *set, const sp_str_t *pattern, int caseless,
    sp_regex_t **out, sp_error_t *err)
{
    int          code;
    char         reason[120], message[160];
    uint32_t     options;
    PCRE2_SIZE   offset;
    sp_regex_t  *re;
    const char  *wrong;

    re = sp_calloc(set->pool, sizeof(sp_regex_t));
    if (re == NULL) {
        return SP_NOMEM;
    }

    options = PCRE2_NEVER_UTF | PCRE2_NEVER_BACKSLASH_C;

    if (caseless) {
        options |= PCRE2_CASELESS;
    }

    re->code = pcre2_compile((PCRE2_SPTR) pattern->data, pattern->len, options,
                             &code, &offset, NULL);

    if (re->code == NULL) {

        if (code == PCRE2_ERROR_NOMEMORY) {
            return SP_NOMEM;
        }

        pcre2_get_error_message(code, (PCRE2_UCHAR *) reason, sizeof(reason));
        snprintf(message, sizeof(message), "bad regex \"%%W\" at %u: %s",
                 (unsigned) offset, reason);

        return sp_words_error(err, message, pattern);
    }

    wrong = sp_regex_unbounded(re, pattern);

    if (wrong != NULL) {
        pcre2_code_free(re->code);
        return sp_words_error(err, wrong, pattern);
    }

    pcre2_pattern_info(re->code, PCRE2_INFO_CAPTURECOUNT, &re->captures);

    re->jit = pcre2_jit_compile(re->code, PCRE2_JIT_COMPLETE) == 0;
    re->set = set;
    re->next = set->first;
    set->first = re;

    *out = re;

    return SP_OK;
}


/*
 * What PCRE2's limit does not count: comparisons with a capture, and repeats
 * that an assertion looks through from each place anew.  16 KB can take 40 s.
 */

static const char *
sp_regex_unbounded(const sp_regex_t *re, const sp_str_t *pattern)
{
    uint32_t  references;

    pcre2_pattern_info(re->code, PCRE2_INFO_BACKREFMAX, &references);

    if (references != 0 && sp_regex_repeats(pattern, 0)) {
        return "regex \"%W\" has an unlimited repeat and refers back to a "
               "capture, which can take too long";
    }

    if (sp_regex_repeats(pattern, 1)) {
        return "regex \"%W\" has an unlimited repeat within a lookaround, "
               "which can take too long";
    }

    return NULL;
}


/* Is there an unlimited repeat, anywhere or in a lookahead or lookbehind? */

static int
sp_regex_repeats(const sp_str_t *pattern, int look)
{
    unsigned     depth, looks;
    const char  *p, *end;

    depth = 0;
    looks = 0;                      /* depth of the lookahead, 0: in none */
    end = pattern->data + pattern->len;

    for (p = pattern->data; p < end; p++) {

        switch (*p) {

        case '\\':
            p++;
            break;

        case '[':
            p = sp_regex_class(p + 1, end);
            break;

        case '(':
            depth++;

            if (looks == 0 && end - p > 3 && p[1] == '?'
                && (p[2] == '=' || p[2] == '!'
                    || (p[2] == '<' && (p[3] == '=' || p[3] == '!'))))
            {
                looks = depth;
            }

            break;

        case ')':
            looks = looks == depth ? 0 : looks;
            depth--;
            break;

        case '}':

            if (p[-1] == ',' && (looks != 0 || !look)) {
                return 1;
            }

            break;

        case '*':
        case '+':

            if (looks != 0 || !look) {
                return 1;
            }

            break;

        default:
            break;
        }
    }

    return 0;
}


/* Behind "[": the "]" that ends the class, or end. */

static const char *
sp_regex_class(const char *p, const char *end)
{
    const char  *first;

    p += p < end && *p == '^';

    for (first = p; p < end; p++) {

        if (*p == '\\') {
            p++;

        } else if (*p == '[' && end - p > 1 && p[1] == ':') {

            /* [:alpha:] */

            for (p += 2; p < end && *p != ']'; p++) {
                /* void */
            }

        } else if (*p == ']' && p != first) {
            break;
        }
    }

    return p;
}


unsigned
sp_regex_captures(const sp_regex_t *re)
{
    return re->captures;
}


sp_rc_t
sp_regex_match(const sp_regex_t *re, const sp_str_t *subject)
{
    int  rc;

    rc = sp_regex_run(re, subject);

    if (rc >= 0) {
        return SP_OK;
    }

    return rc == PCRE2_ERROR_NOMATCH ? SP_DONE : SP_LIMIT;
}


sp_rc_t
sp_regex_capture(const sp_regex_t *re, const sp_str_t *subject, unsigned n,
    sp_str_t *text)
{
    sp_rc_t  rc;

    rc = sp_regex_match(re, subject);
    if (rc != SP_OK) {
        return rc;
    }

    sp_regex_text(re, subject, n, text);

    return text->data == NULL ? SP_DONE : SP_OK;
}


sp_rc_t
sp_regex_extract(const sp_regex_t *re, const sp_str_t *subject,
    sp_str_t *text)
{
    sp_rc_t   rc;
    unsigned  n;

    rc = sp_regex_match(re, subject);
    if (rc != SP_OK) {
        return rc;
    }

    for (n = 1; n <= re->captures && n <= SP_REGEX_CAPTURES; n++) {
        sp_regex_text(re, subject, n, text);
        if (text->data != NULL) {
            return SP_OK;
        }
    }

    sp_regex_text(re, subject, 0, text);

    return SP_OK;
}


static int
sp_regex_run(const sp_regex_t *re, const sp_str_t *subject)
{
    PCRE2_SPTR     data;
    sp_regexes_t  *set;

    set = re->set;
    data = (PCRE2_SPTR) (subject->data != NULL ? subject->data : "");

    if (re->jit) {
        return pcre2_jit_match(re->code, data, subject->len, 0, 0, set->data,
                               set->context);
    }

    return pcre2_match(re->code, data, subject->len, 0, 0, set->data,
                       set->context);
}


static void
sp_regex_text(const sp_regex_t *re, const sp_str_t *subject, unsigned n,
    sp_str_t *text)
{
    PCRE2_SIZE  *ovector;

    text->len = 0;
    text->data = NULL;

    if (n > re->captures || n > SP_REGEX_CAPTURES) {
        return;
    }

    ovector = pcre2_get_ovector_pointer(re->set->data);

    /* \K in a lookahead may put the end before the start */

    if (ovector[2 * n] == PCRE2_UNSET || ovector[2 * n + 1] < ovector[2 * n]) {
        return;
    }

    text->data = subject->data + ovector[2 * n];
    text->len = ovector[2 * n + 1] - ovector[2 * n];
}
