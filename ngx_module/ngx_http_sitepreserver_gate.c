
/*
 * Copyright (C) SitePreserver developers
 */


#include "ngx_http_sitepreserver_gate.h"


static ngx_uint_t ngx_http_sitepreserver_ignored(ngx_http_request_t *r,
    ngx_http_sitepreserver_loc_conf_t *lcf);
static ngx_uint_t ngx_http_sitepreserver_refused(ngx_http_request_t *r,
    ngx_http_sitepreserver_loc_conf_t *lcf);
static ngx_uint_t ngx_http_sitepreserver_bot(ngx_http_request_t *r);
static ngx_uint_t ngx_http_sitepreserver_bot_word(u_char *first, u_char *p,
    u_char *last);
static ngx_uint_t ngx_http_sitepreserver_truth(ngx_http_request_t *r,
    ngx_http_complex_value_t *cv, ngx_uint_t failed);


/* The same for both cases; more than a letter may have it. */

#define letter(c)  ((c) & 0x1f)


void
ngx_http_sitepreserver_gate(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx)
{
    if (ctx->gated) {
        return;
    }

    ctx->gated = 1;
    ctx->ignored = ngx_http_sitepreserver_ignored(r, ctx->lcf);
    ctx->refused = ngx_http_sitepreserver_refused(r, ctx->lcf);
}


ngx_http_sitepreserver_result_t
ngx_http_sitepreserver_gated(ngx_http_sitepreserver_ctx_t *ctx)
{
    return ctx->ignored ? NGX_HTTP_SITEPRESERVER_RESULT_IGNORED
                        : NGX_HTTP_SITEPRESERVER_RESULT_NO_CONSENT;
}


ngx_uint_t
ngx_http_sitepreserver_admitted(ngx_http_request_t *r,
    ngx_http_sitepreserver_loc_conf_t *lcf)
{
    return !ngx_http_sitepreserver_ignored(r, lcf)
           && !ngx_http_sitepreserver_refused(r, lcf);
}


static ngx_uint_t
ngx_http_sitepreserver_ignored(ngx_http_request_t *r,
    ngx_http_sitepreserver_loc_conf_t *lcf)
{
    if (lcf->ignore == NULL) {
        return ngx_http_sitepreserver_bot(r);
    }

    return ngx_http_sitepreserver_truth(r, lcf->ignore, 1);
}


static ngx_uint_t
ngx_http_sitepreserver_refused(ngx_http_request_t *r,
    ngx_http_sitepreserver_loc_conf_t *lcf)
{
    if (lcf->consent == NULL) {
        return 0;
    }

    return !ngx_http_sitepreserver_truth(r, lcf->consent, 0);
}


/* Empty and "0" are false; what is taken when it cannot be evaluated. */

static ngx_uint_t
ngx_http_sitepreserver_truth(ngx_http_request_t *r,
    ngx_http_complex_value_t *cv, ngx_uint_t failed)
{
    ngx_str_t  value;

    if (ngx_http_complex_value(r, cv, &value) != NGX_OK) {
        return failed;
    }

    return value.len != 0 && !(value.len == 1 && value.data[0] == '0');
}


/*
 * Programs that say of themselves that they are no shoppers.  A request
 * without a User-Agent may be a storefront's own server, and is not one.
 * Few places have the first two letters of a word, so only those are tried.
 */

static ngx_uint_t
ngx_http_sitepreserver_bot(ngx_http_request_t *r)
{
    u_char     *p, *last;
    ngx_str_t  *agent;

    static const uint32_t  seconds[32] = {
        [letter('a')] = 1U << letter('h'),
        [letter('b')] = 1U << letter('i') | 1U << letter('o'),
        [letter('c')] = 1U << letter('h') | 1U << letter('r'),
        [letter('f')] = 1U << letter('a'),
        [letter('g')] = 1U << letter('o'),
        [letter('m')] = 1U << letter('e'),
        [letter('p')] = 1U << letter('i'),
        [letter('s')] = 1U << letter('e') | 1U << letter('l')
                        | 1U << letter('p')
    };

    if (r->headers_in.user_agent == NULL) {
        return 0;
    }

    agent = &r->headers_in.user_agent->value;
    last = agent->data + agent->len;

    for (p = agent->data; p + 3 <= last; p++) {
        if ((seconds[letter(p[0])] >> letter(p[1]) & 1)
            && ngx_http_sitepreserver_bot_word(agent->data, p, last))
        {
            return 1;
        }
    }

    return 0;
}


static ngx_uint_t
ngx_http_sitepreserver_bot_word(u_char *first, u_char *p, u_char *last)
{
    size_t  i, len;

    static const ngx_str_t  words[] = {
        ngx_string("ahrefs"),
        ngx_string("bingpreview"),
        ngx_string("chrome-lighthouse"),
        ngx_string("crawl"),
        ngx_string("facebookexternalhit"),
        ngx_string("google-inspectiontool"),
        ngx_string("mediapartners-google"),
        ngx_string("pingdom"),
        ngx_string("semrush"),
        ngx_string("slurp"),
        ngx_string("spider")
    };

    len = last - p;

    /* "bot" at the end of a word, but CUBOT is a make of telephones */

    if (ngx_strncasecmp(p, (u_char *) "bot", 3) == 0
        && (len == 3 || (p[3] | 0x20) < 'a' || (p[3] | 0x20) > 'z'))
    {
        return p - first < 2
               || ngx_strncasecmp(p - 2, (u_char *) "cu", 2) != 0;
    }

    for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if ((p[1] | 0x20) == words[i].data[1] && len >= words[i].len
            && ngx_strncasecmp(p, words[i].data, words[i].len) == 0)
        {
            return 1;
        }
    }

    return 0;
}
