/*
 * Copyright (C) SitePreserver developers
 */

#include "sp_learn.h"
#include "sp_observation.h"
#include "sp_percent.h"
#include "sp_scratch.h"

#include <strings.h>


#define SP_LEARN_LONGEST  (30 * 86400)      /* s */


/* Where a whole URL begins and its path. */

typedef struct {
    sp_str_t  host;
    sp_str_t  path;
    sp_str_t  args;
} sp_learn_url_t;


static int learn_again(const sp_str_t *words, unsigned first, unsigned i);
static sp_rc_t learn_option(sp_learn_t *learn, const sp_str_t *word,
    sp_error_t *err);
static sp_rc_t learn_refresh(sp_learn_t *learn, const sp_str_t *word,
    const sp_str_t *value, sp_error_t *err);
static sp_rc_t learn_args(sp_learn_t *learn, const sp_str_t *word,
    const sp_str_t *value, sp_error_t *err);
static int learn_starts(const sp_str_t *word, const char *name,
    sp_str_t *value);
static sp_rc_t learn_text(const sp_learn_t *learn, const sp_str_t *uri,
    const sp_str_t *args, const sp_pool_t *pool, sp_page_ref_t *page);
static size_t learn_add(char *out, size_t len, const char *data, size_t n);
static int learn_arg(const sp_str_t *args, const sp_str_t *name,
    sp_str_t *pair);
static int learn_url(const sp_str_t *link, sp_learn_url_t *url);
static int learn_host(const sp_str_t *a, const sp_str_t *b);
static sp_str_t learn_apex(const sp_str_t *host);
static int learn_no_header(void *data, const sp_str_t *name, unsigned i,
    sp_str_t *value);


sp_rc_t
sp_rules_learn(sp_rules_t *rules, const sp_str_t *args, unsigned n,
    sp_error_t *err)
{
    sp_rc_t      rc;
    unsigned     i, first;
    sp_words_t   words;
    sp_learn_t  *learn;

    if (rules->nlearn == SP_LEARN_MAX) {
        return sp_words_error(err, "too many \"sitepreserver_learn\"", NULL);
    }

    learn = sp_calloc(&rules->pool, sizeof(sp_learn_t));
    if (learn == NULL) {
        return SP_NOMEM;
    }

    learn->words = sp_words_copy(&rules->pool, args, n);
    if (learn->words == NULL) {
        return SP_NOMEM;
    }

    learn->nwords = n;
    learn->refresh = SP_LEARN_REFRESH;
    learn->meeting.methods = SP_METHOD_GET;

    /* the URI is the first word, or the second one behind an operator */

    i = n != 0 && (sp_word_is(&args[0], "=") || sp_word_is(&args[0], "~")
                   || sp_word_is(&args[0], "~*")) ? 2 : 1;

    if (n < i) {
        return sp_words_error(err, "a URI is missing", NULL);
    }

    words.words = learn->words;
    words.n = i;
    words.i = 0;

    rc = sp_meeting_uri(&learn->meeting, &words, rules->regexes, err);

    if (rc == SP_OK && learn->meeting.op == SP_URI_ANY) {
        return sp_words_error(err, "\"*\" would be every page", NULL);
    }

    for (first = i; i < n && rc == SP_OK; i++) {

        if (learn_again(learn->words, first, i)) {
            return sp_words_error(err, "\"%W\" is duplicate",
                                  &learn->words[i]);
        }

        rc = learn_option(learn, &learn->words[i], err);
    }

    if (rc != SP_OK) {
        return rc;
    }

    *rules->learn_last = learn;
    rules->learn_last = &learn->next;
    rules->nlearn++;

    return SP_OK;
}


/* Does an option before this one begin with the same name? */

static int
learn_again(const sp_str_t *words, unsigned first, unsigned i)
{
    size_t       len;
    unsigned     k;
    const char  *end;

    end = memchr(words[i].data, '=', words[i].len);

    if (end == NULL) {
        return 0;
    }

    len = end + 1 - words[i].data;

    for (k = first; k < i; k++) {

        if (words[k].len >= len
            && memcmp(words[k].data, words[i].data, len) == 0)
        {
            return 1;
        }
    }

    return 0;
}


static sp_rc_t
learn_option(sp_learn_t *learn, const sp_str_t *word, sp_error_t *err)
{
    sp_str_t  value;

    if (learn_starts(word, "refresh=", &value)) {
        return learn_refresh(learn, word, &value, err);
    }

    if (learn_starts(word, "args=", &value)) {
        return learn_args(learn, word, &value, err);
    }

    if (sp_word_is(word, "id=sku")) {
        learn->id_is_sku = 1;
        return SP_OK;
    }

    if (sp_word_is(word, "price=off")) {
        learn->no_price = 1;
        return SP_OK;
    }

    return sp_words_error(err, "unexpected \"%W\": \"refresh=TIME\", "
                          "\"args=NAME,...\", \"id=sku\" or \"price=off\"",
                          word);
}


/* Digits, and perhaps one of s, m, h, d. */

static sp_rc_t
learn_refresh(sp_learn_t *learn, const sp_str_t *word, const sp_str_t *value,
    sp_error_t *err)
{
    sp_str_t  digits;
    unsigned  n, unit;

    unit = 1;
    digits = *value;

    if (digits.len != 0) {

        switch (digits.data[digits.len - 1]) {
        case 'd': unit = 86400; break;
        case 'h': unit = 3600; break;
        case 'm': unit = 60; break;
        case 's': break;
        default: digits.len++;
        }

        digits.len--;
    }

    if (digits.len == 0
        || sp_word_number(&digits, SP_LEARN_LONGEST / unit, &n) != SP_OK
        || n == 0)
    {
        return sp_words_error(err, "invalid \"%W\": a time from 1s to 30d",
                              word);
    }

    learn->refresh = (int64_t) n * unit;

    return SP_OK;
}


static sp_rc_t
learn_args(sp_learn_t *learn, const sp_str_t *word, const sp_str_t *value,
    sp_error_t *err)
{
    size_t    i, start;
    sp_str_t  name;

    start = 0;

    for (i = 0; i <= value->len; i++) {

        if (i < value->len && value->data[i] != ',') {
            continue;
        }

        name.data = value->data + start;
        name.len = i - start;
        start = i + 1;

        if (name.len == 0 || learn->nargs == SP_LEARN_ARGS_MAX) {
            return sp_words_error(err, "invalid \"%W\": one to four names "
                                  "with commas between", word);
        }

        learn->args[learn->nargs++] = name;
    }

    return SP_OK;
}


static int
learn_starts(const sp_str_t *word, const char *name, sp_str_t *value)
{
    size_t  len;

    len = strlen(name);

    if (word->len < len || memcmp(word->data, name, len) != 0) {
        return 0;
    }

    value->data = word->data + len;
    value->len = word->len - len;

    return 1;
}


int
sp_learn_any(const sp_rules_t *rules)
{
    return rules->nlearn != 0;
}


sp_rc_t
sp_learn_page(const sp_rules_t *rules, const sp_exchange_t *ex,
    const sp_pool_t *pool, unsigned wants, sp_page_ref_t *page)
{
    unsigned  n;

    n = wants / SP_WANT_LEARN;

    if (n == 0 || n > rules->nlearn) {
        return SP_DONE;
    }

    return learn_text(rules->learn_list[n - 1], &ex->uri, &ex->args, pool,
                      page);
}


sp_rc_t
sp_learn_link(const sp_rules_t *rules, const sp_str_t *host,
    const sp_str_t *link, const sp_pool_t *pool, sp_page_ref_t *page)
{
    char            text[SP_PAGE_MAX];
    sp_str_t        path;
    sp_learn_url_t  url;

    if (rules->nlearn == 0 || !learn_url(link, &url)
        || (url.host.len != 0 && !learn_host(&url.host, host))
        || url.path.len > sizeof(text))
    {
        return SP_DONE;
    }

    path.data = text;
    path.len = sp_percent_decode(text, url.path.data,
                                 url.path.data + url.path.len, 0);

    return sp_learn_uri(rules, &path, &url.args, pool, page);
}


sp_rc_t
sp_learn_uri(const sp_rules_t *rules, const sp_str_t *uri,
    const sp_str_t *args, const sp_pool_t *pool, sp_page_ref_t *page)
{
    unsigned       n;
    sp_scratch_t   scratch;
    sp_exchange_t  ex;

    static const sp_str_t  get = sp_string("GET");

    memset(&ex, 0, sizeof(sp_exchange_t));

    ex.method = get;
    ex.uri = *uri;
    ex.args = *args;
    ex.request_header = learn_no_header;

    n = sp_observe_learns(rules, &ex, sp_scratch_pool(&scratch, pool));

    return n != 0 ? learn_text(rules->learn_list[n - 1], uri, args, pool, page)
                  : SP_DONE;
}


static sp_rc_t
learn_text(const sp_learn_t *learn, const sp_str_t *uri, const sp_str_t *args,
    const sp_pool_t *pool, sp_page_ref_t *page)
{
    char      text[SP_PAGE_MAX], *p;
    size_t    len;
    unsigned  i;
    sp_str_t  pair;

    len = learn_add(text, 0, uri->data, uri->len);

    for (i = 0; i < learn->nargs && len <= SP_PAGE_MAX; i++) {

        if (learn_arg(args, &learn->args[i], &pair)) {
            len = learn_add(text, len, i == 0 ? "?" : "&", 1);
            len = learn_add(text, len, pair.data, pair.len);
        }
    }

    if (len > SP_PAGE_MAX || len == 0) {
        return SP_DONE;
    }

    p = sp_alloc(pool, len);
    if (p == NULL) {
        return SP_NOMEM;
    }

    memcpy(p, text, len);

    page->text.data = p;
    page->text.len = len;
    page->refresh = learn->refresh;
    page->id_is_sku = learn->id_is_sku;
    page->no_price = learn->no_price;

    return SP_OK;
}


/* More than SP_PAGE_MAX: there was no room. */

static size_t
learn_add(char *out, size_t len, const char *data, size_t n)
{
    if (len > SP_PAGE_MAX || n > SP_PAGE_MAX - len) {
        return SP_PAGE_MAX + 1;
    }

    if (n != 0) {
        memcpy(out + len, data, n);
    }

    return len + n;
}


/* The first NAME=VALUE with a value. */

static int
learn_arg(const sp_str_t *args, const sp_str_t *name, sp_str_t *pair)
{
    const char  *p, *end, *next;

    p = args->data;
    end = p + args->len;

    for ( /* void */ ; args->len != 0 && p < end; p = next + 1) {

        next = memchr(p, '&', (size_t) (end - p));
        if (next == NULL) {
            next = end;
        }

        if ((size_t) (next - p) > name->len + 1 && p[name->len] == '='
            && memcmp(p, name->data, name->len) == 0)
        {
            pair->data = p;
            pair->len = (size_t) (next - p);
            return 1;
        }
    }

    return 0;
}


/* Zero: it is no http URL and no path. */

static int
learn_url(const sp_str_t *link, sp_learn_url_t *url)
{
    size_t       skip;
    const char  *p, *end, *q;

    memset(url, 0, sizeof(sp_learn_url_t));

    p = link->data;
    end = p + link->len;

    skip = link->len > 8 && strncasecmp(p, "https://", 8) == 0 ? 8
           : link->len > 7 && strncasecmp(p, "http://", 7) == 0 ? 7
           : link->len > 2 && memcmp(p, "//", 2) == 0 ? 2 : 0;

    if (skip != 0) {
        p += skip;
        url->host.data = p;

        while (p < end && *p != '/' && *p != '?' && *p != '#') {
            p++;
        }

        url->host.len = (size_t) (p - url->host.data);

        if (url->host.len == 0) {
            return 0;
        }
    }

    if (p == end || *p != '/') {
        return 0;
    }

    q = memchr(p, '#', (size_t) (end - p));
    end = q != NULL ? q : end;

    q = memchr(p, '?', (size_t) (end - p));

    if (q != NULL) {
        url->args.data = q + 1;
        url->args.len = (size_t) (end - q - 1);
        end = q;
    }

    url->path.data = p;
    url->path.len = (size_t) (end - p);

    return 1;
}


/* A shop has its pages on both; one of them redirects to the other. */

static int
learn_host(const sp_str_t *a, const sp_str_t *b)
{
    sp_str_t  x, y;

    x = learn_apex(a);
    y = learn_apex(b);

    return x.len == y.len && strncasecmp(x.data, y.data, x.len) == 0;
}


static sp_str_t
learn_apex(const sp_str_t *host)
{
    sp_str_t  apex;

    apex = *host;

    if (apex.len > 4 && strncasecmp(apex.data, "www.", 4) == 0) {
        apex.data += 4;
        apex.len -= 4;
    }

    return apex;
}


static int
learn_no_header(void *data, const sp_str_t *name, unsigned i, sp_str_t *value)
{
    (void) data;
    (void) name;
    (void) i;
    (void) value;

    return 0;
}


sp_rc_t
sp_page_key(const sp_secret_t *secret, const sp_str_t *shop,
    const sp_str_t *page, sp_id_t *key)
{
    return sp_secret_id(secret, SP_ID_PAGE, shop, page, key);
}
