/*
 * Copyright (C) SitePreserver developers
 *
 * Directives of one line.
 */

#include <stdlib.h>

#include "nginxconf_build.h"
#include "sp_learn.h"


/* Times and sizes are what nginx takes. */

#define NGINXCONF_TIME_MAX  ((int64_t) 3650 * 86400000)
#define NGINXCONF_SIZE_TOP  ((int64_t) 1 << 40)


typedef sp_rc_t (*nginxconf_set_pt)(nginxconf_build_t *b,
    nginxconf_level_t *level, const sp_str_t *words, unsigned n);

typedef struct {
    const char        *name;
    unsigned           least;       /* words behind the name */
    unsigned           most;
    unsigned           within:1;    /* may stand in a location */
    nginxconf_set_pt   set;         /* NULL: it does not matter here */
} nginxconf_known_t;


typedef struct {
    const char  *name;
    unsigned     many;              /* may stand several times on a level */
    sp_rc_t    (*set)(sp_rules_t *rules, const sp_str_t *words, unsigned n,
                      sp_error_t *err);
} nginxconf_rules_t;


static sp_rc_t nginxconf_on(nginxconf_build_t *b, nginxconf_level_t *level,
    const sp_str_t *words, unsigned n);
static sp_rc_t nginxconf_shop(nginxconf_build_t *b, nginxconf_level_t *level,
    const sp_str_t *words, unsigned n);
static sp_rc_t nginxconf_define(nginxconf_build_t *b,
    nginxconf_level_t *level, const sp_str_t *words, unsigned n);
static sp_rc_t nginxconf_rule(nginxconf_build_t *b, nginxconf_level_t *level,
    const sp_str_t *words, unsigned n);
static sp_rc_t nginxconf_cookie(nginxconf_build_t *b,
    nginxconf_level_t *level, const sp_str_t *words, unsigned n);
static sp_rc_t nginxconf_idle(nginxconf_build_t *b, nginxconf_level_t *level,
    const sp_str_t *words, unsigned n);
static sp_rc_t nginxconf_retain(nginxconf_build_t *b,
    nginxconf_level_t *level, const sp_str_t *words, unsigned n);
static sp_rc_t nginxconf_remember(nginxconf_build_t *b,
    nginxconf_level_t *level, const sp_str_t *words, unsigned n);
static sp_rc_t nginxconf_body(nginxconf_build_t *b, nginxconf_level_t *level,
    const sp_str_t *words, unsigned n);
static sp_rc_t nginxconf_response(nginxconf_build_t *b,
    nginxconf_level_t *level, const sp_str_t *words, unsigned n);
static sp_rc_t nginxconf_time(nginxconf_build_t *b, const sp_str_t *word,
    int64_t *ms);
static int64_t nginxconf_unit(const char **p, const char *last,
    int64_t *order);
static sp_rc_t nginxconf_size(nginxconf_build_t *b, const sp_str_t *word,
    int64_t *size);
static int nginxconf_word_is(const sp_str_t *word, const char *text);


static const nginxconf_known_t  nginxconf_known[] = {
    { "sitepreserver", 1, 1, 1, nginxconf_on },
    { "sitepreserver_shop", 1, 1, 0, nginxconf_shop },
    { "sitepreserver_define", 2, 2, 0, nginxconf_define },
    { "sitepreserver_visitor", 1, 2000, 0, nginxconf_rule },
    { "sitepreserver_alias", 1, 2000, 0, nginxconf_rule },
    { "sitepreserver_route", 1, 2000, 0, nginxconf_rule },
    { "sitepreserver_learn", 1, 2000, 0, nginxconf_rule },
    { "sitepreserver_currency", 1, 1, 0, nginxconf_rule },
    { "sitepreserver_cookie", 1, 20, 0, nginxconf_cookie },
    { "sitepreserver_idle", 1, 1, 0, nginxconf_idle },
    { "sitepreserver_retain", 1, 2, 0, nginxconf_retain },
    { "sitepreserver_remember", 1, 1, 0, nginxconf_remember },
    { "sitepreserver_body_limit", 1, 1, 1, nginxconf_body },
    { "sitepreserver_response_limit", 1, 1, 1, nginxconf_response },
    { "sitepreserver_redis", 1, 2000, 0, NULL },
    { "sitepreserver_secret_file", 1, 1, 0, NULL },
    { "sitepreserver_zone", 1, 1, 0, NULL },
    { "sitepreserver_queue", 1, 1, 0, NULL },
    { "sitepreserver_limit", 1, 1, 0, NULL },
    { "sitepreserver_consent", 1, 2, 1, NULL },
    { "sitepreserver_ignore", 1, 1, 1, NULL },
    { "sitepreserver_capture", 0, 0, 1, NULL },
    { "sitepreserver_status", 0, 1, 1, NULL },
    { "sitepreserver_recall", 0, 2000, 1, NULL },
};

/* Of them those that the rules' compiler reads. */

static const nginxconf_rules_t  nginxconf_rules[] = {
    { "sitepreserver_visitor", 0, sp_rules_visitor },
    { "sitepreserver_alias", 1, sp_rules_alias },
    { "sitepreserver_route", 0, sp_rules_route },
    { "sitepreserver_learn", 1, sp_rules_learn },
    { "sitepreserver_currency", 0, sp_rules_currency },
};

#define NGINXCONF_KNOWN                                                       \
    (sizeof(nginxconf_known) / sizeof(nginxconf_known[0]))


sp_rc_t
nginxconf_directive(nginxconf_build_t *b)
{
    size_t                    i;
    sp_rc_t                   rc;
    sp_str_t                 *words;
    unsigned                  k;
    const nginxconf_known_t  *known;

    static const char  prefix[] = "sitepreserver";

    if (b->stack[b->depth] == NGINXCONF_OTHER) {
        return SP_OK;
    }

    if (nginxconf_named(b, "server_name")
        && b->stack[b->depth] != NGINXCONF_WITHIN)
    {
        rc = SP_OK;

        for (k = 1; k < b->at.n && rc == SP_OK; k++) {
            rc = nginxconf_name_add(b, nginxconf_level(b), &b->at.words[k]);
        }

        return rc;
    }

    if (b->at.words[0].len < sizeof(prefix) - 1
        || memcmp(b->at.words[0].data, prefix, sizeof(prefix) - 1) != 0)
    {
        return SP_OK;
    }

    for (i = 0; i < NGINXCONF_KNOWN; i++) {
        known = &nginxconf_known[i];

        if (!nginxconf_named(b, known->name)) {
            continue;
        }

        if (b->at.n - 1 < known->least || b->at.n - 1 > known->most) {
            return nginxconf_bad(b, "invalid number of arguments in \"%s\" "
                                    "directive", known->name);
        }

        if (b->stack[b->depth] == NGINXCONF_WITHIN && !known->within) {
            return nginxconf_bad(b, "\"%s\" directive is not allowed here",
                                 known->name);
        }

        if (known->set == NULL) {
            return SP_OK;
        }

        words = nginxconf_expanded(b);

        return words == NULL ? SP_INVALID
               : known->set(b, nginxconf_level(b), words + 1, b->at.n - 1);
    }

    return nginxconf_note(b, "\"%.100s\" is not known here and left out",
                          b->at.words[0].data);
}


static sp_rc_t
nginxconf_on(nginxconf_build_t *b, nginxconf_level_t *level,
    const sp_str_t *words, unsigned n)
{
    int  on;

    on = nginxconf_word_is(words, "on");

    if (!on && !nginxconf_word_is(words, "off")) {
        return nginxconf_bad(b, "invalid value \"%.100s\" in "
                                "\"sitepreserver\" directive, it must be "
                                "\"on\" or \"off\"", words->data);
    }

    if (b->stack[b->depth] != NGINXCONF_WITHIN) {
        level->on = on;

    } else if (on) {
        level->on_within = 1;
    }

    return SP_OK;
}


static sp_rc_t
nginxconf_shop(nginxconf_build_t *b, nginxconf_level_t *level,
    const sp_str_t *words, unsigned n)
{
    size_t  i;
    char    c;

    for (i = 0; i < words->len; i++) {
        c = words->data[i];

        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.'
              || c == '_' || c == '-'))
        {
            break;
        }
    }

    if (i < words->len || words->len == 0 || words->len > 64) {
        return nginxconf_bad(b, "invalid shop name \"%.100s\", it must be 1 "
                                "to 64 of a-z, 0-9, \".\", \"_\" and \"-\"",
                             words->data);
    }

    if (level->shop.len != 0) {
        return nginxconf_bad(b, "\"sitepreserver_shop\" directive is "
                                "duplicate");
    }

    level->shop = *words;

    return SP_OK;
}


static sp_rc_t
nginxconf_define(nginxconf_build_t *b, nginxconf_level_t *level,
    const sp_str_t *words, unsigned n)
{
    sp_rc_t               rc;
    sp_error_t            err;
    const sp_name_t      *first;
    nginxconf_defined_t  *defined;

    first = level->defined.first;
    rc = sp_names_define(&level->defined, &b->http.defined, b->pool, words, n,
                         &err);

    if (rc != SP_OK || level->defined.first == first) {
        return nginxconf_checked(b, rc, &err);
    }

    defined = sp_calloc(b->pool, sizeof(nginxconf_defined_t));
    if (defined == NULL) {
        return SP_NOMEM;
    }

    defined->name = level->defined.first;
    defined->file = b->at.file;
    defined->line = b->at.line;
    defined->next = b->defined;
    b->defined = defined;

    return SP_OK;
}


/* What the rules' compiler reads. */

static sp_rc_t
nginxconf_rule(nginxconf_build_t *b, nginxconf_level_t *level,
    const sp_str_t *words, unsigned n)
{
    unsigned    i;
    sp_error_t  err;

    for (i = 0; !nginxconf_named(b, nginxconf_rules[i].name); i++) {
        /* void */
    }

    if ((level->given & (1u << i)) && !nginxconf_rules[i].many) {
        return nginxconf_bad(b, "\"%s\" directive is duplicate",
                             nginxconf_rules[i].name);
    }

    level->given |= 1u << i;

    if (nginxconf_level_rules(b, level) == NULL) {
        return SP_NOMEM;
    }

    return nginxconf_checked(b, nginxconf_rules[i].set(level->rules, words, n,
                                                       &err), &err);
}


/* Of what a cookie is made with only its name and identify= matter here. */

static sp_rc_t
nginxconf_cookie(nginxconf_build_t *b, nginxconf_level_t *level,
    const sp_str_t *words, unsigned n)
{
    unsigned  i;

    if (level->cookie_off != NGINXCONF_UNSET) {
        return nginxconf_bad(b, "\"sitepreserver_cookie\" directive is "
                                "duplicate");
    }

    level->cookie_off = nginxconf_word_is(words, "off");

    if (!level->cookie_off) {
        level->cookie = words[0];
    }

    for (i = 1; i < n; i++) {
        if (nginxconf_word_is(&words[i], "identify=off")) {
            level->identify = 0;

        } else if (nginxconf_word_is(&words[i], "identify=on")) {
            level->identify = 1;
        }
    }

    return SP_OK;
}


static sp_rc_t
nginxconf_idle(nginxconf_build_t *b, nginxconf_level_t *level,
    const sp_str_t *words, unsigned n)
{
    return nginxconf_time(b, words, &level->idle);
}


static sp_rc_t
nginxconf_retain(nginxconf_build_t *b, nginxconf_level_t *level,
    const sp_str_t *words, unsigned n)
{
    sp_str_t  rest;

    static const char  name[] = "anonymous=";

    if (nginxconf_time(b, words, &level->retain) != SP_OK) {
        return SP_INVALID;
    }

    level->anonymous = level->retain;

    if (n == 1) {
        return SP_OK;
    }

    if (words[1].len < sizeof(name)
        || memcmp(words[1].data, name, sizeof(name) - 1) != 0)
    {
        return nginxconf_bad(b, "invalid parameter \"%.100s\"",
                             words[1].data);
    }

    rest.data = words[1].data + sizeof(name) - 1;
    rest.len = words[1].len - (sizeof(name) - 1);

    return nginxconf_time(b, &rest, &level->anonymous);
}


static sp_rc_t
nginxconf_remember(nginxconf_build_t *b, nginxconf_level_t *level,
    const sp_str_t *words, unsigned n)
{
    return nginxconf_time(b, words, &level->remember);
}


static sp_rc_t
nginxconf_body(nginxconf_build_t *b, nginxconf_level_t *level,
    const sp_str_t *words, unsigned n)
{
    return nginxconf_size(b, words, &level->body_limit);
}


static sp_rc_t
nginxconf_response(nginxconf_build_t *b, nginxconf_level_t *level,
    const sp_str_t *words, unsigned n)
{
    return nginxconf_size(b, words, &level->response_limit);
}


/* "90m", "1d 12h", "3600": units from large to small, each once. */

static sp_rc_t
nginxconf_time(nginxconf_build_t *b, const sp_str_t *word, int64_t *ms)
{
    int64_t      total, n, order, unit;
    const char  *p, *last;

    p = word->data;
    last = p + word->len;
    total = 0;
    order = INT64_MAX;

    while (p < last && *p >= '0' && *p <= '9') {

        for (n = 0; p < last && *p >= '0' && *p <= '9'; p++) {
            n = n < NGINXCONF_TIME_MAX ? n * 10 + (*p - '0') : n;
        }

        unit = nginxconf_unit(&p, last, &order);

        if (unit == 0 || n > NGINXCONF_TIME_MAX / unit) {
            total = NGINXCONF_TIME_MAX + 1;
            break;
        }

        total += n * unit;

        while (p < last && *p == ' ') {
            p++;
        }
    }

    if (p != last || total < 1000 || total > NGINXCONF_TIME_MAX) {
        return nginxconf_bad(b, "invalid time \"%.100s\"", word->data);
    }

    *ms = total;

    return SP_OK;
}


/* 0: there is no such unit, or it comes too late. */

static int64_t
nginxconf_unit(const char **p, const char *last, int64_t *order)
{
    int64_t  unit;

    unit = 1000;

    if (*p < last) {

        switch (*(*p)++) {

        case 'y': unit = (int64_t) 365 * 86400000; break;
        case 'M': unit = (int64_t) 30 * 86400000; break;
        case 'w': unit = 7 * 86400000; break;
        case 'd': unit = 86400000; break;
        case 'h': unit = 3600000; break;
        case 's': unit = 1000; break;

        case 'm':
            unit = 60000;

            if (*p < last && **p == 's') {
                (*p)++;
                unit = 1;
            }

            break;

        default:
            return 0;
        }
    }

    if (unit >= *order) {
        return 0;
    }

    *order = unit;

    return unit;
}


/* Of several locations the first one counts. */

static sp_rc_t
nginxconf_size(nginxconf_build_t *b, const sp_str_t *word, int64_t *size)
{
    size_t   i;
    int64_t  n, unit;

    n = 0;
    unit = 1;

    for (i = 0; i < word->len && word->data[i] >= '0' && word->data[i] <= '9';
         i++)
    {
        n = n < NGINXCONF_SIZE_TOP ? n * 10 + (word->data[i] - '0') : n;
    }

    if (i > 0 && i + 1 == word->len) {
        unit = word->data[i] == 'k' || word->data[i] == 'K' ? 1024
               : word->data[i] == 'm' || word->data[i] == 'M' ? 1048576 : 0;
        i++;
    }

    if (i == 0 || i != word->len || unit == 0 || n > NGINXCONF_SIZE_TOP / unit)
    {
        return nginxconf_bad(b, "invalid size \"%.100s\"", word->data);
    }

    if (*size == NGINXCONF_UNSET
        || b->stack[b->depth] != NGINXCONF_WITHIN)
    {
        *size = n * unit;
    }

    return SP_OK;
}


static int
nginxconf_word_is(const sp_str_t *word, const char *text)
{
    return word->len == strlen(text)
           && memcmp(word->data, text, word->len) == 0;
}
