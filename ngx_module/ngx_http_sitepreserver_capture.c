
/*
 * Copyright (C) SitePreserver developers
 */


#include "ngx_http_sitepreserver_capture.h"
#include "ngx_http_sitepreserver_cookie.h"
#include "ngx_http_sitepreserver_ctx.h"
#include "ngx_http_sitepreserver_directives.h"
#include "ngx_http_sitepreserver_gate.h"
#include "ngx_http_sitepreserver_headers.h"
#include "ngx_http_sitepreserver_zone.h"

#include "sp_bot.h"
#include "sp_form.h"


#define NGX_HTTP_SITEPRESERVER_CAPTURE_BODY    1024     /* bytes of a POST */
#define NGX_HTTP_SITEPRESERVER_CAPTURE_FIELDS  8
#define NGX_HTTP_SITEPRESERVER_CAPTURE_VISIT   20       /* POSTs of a visit,
                                                           a day */


static ngx_int_t ngx_http_sitepreserver_capture_handler(ngx_http_request_t *r);
static ngx_int_t ngx_http_sitepreserver_capture_script(ngx_http_request_t *r);
static ngx_int_t ngx_http_sitepreserver_capture_etag(ngx_http_request_t *r);
static ngx_int_t ngx_http_sitepreserver_capture_attach(ngx_http_request_t *r);
static void ngx_http_sitepreserver_capture_post(ngx_http_request_t *r);
static ngx_int_t ngx_http_sitepreserver_capture_take(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx);
static ngx_uint_t ngx_http_sitepreserver_capture_own(ngx_http_request_t *r);
static ngx_uint_t ngx_http_sitepreserver_capture_origin(ngx_http_request_t *r,
    const sp_str_t *value, ngx_uint_t whole);
static ngx_int_t ngx_http_sitepreserver_capture_body(ngx_http_request_t *r,
    sp_str_t *body);
static ngx_int_t ngx_http_sitepreserver_capture_address(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx, sp_str_t *address);
static ngx_uint_t ngx_http_sitepreserver_capture_few(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx);
static ngx_int_t ngx_http_sitepreserver_capture_answer(ngx_http_request_t *r);


char *
ngx_http_sitepreserver_set_capture(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_sitepreserver_loc_conf_t  *lcf = conf;

    if (lcf->capture) {
        return "is duplicate";
    }

    lcf->capture = 1;

    return ngx_http_sitepreserver_set_handler(cf, lcf,
                                       ngx_http_sitepreserver_capture_handler);
}


static ngx_int_t
ngx_http_sitepreserver_capture_handler(ngx_http_request_t *r)
{
    ngx_int_t                           rc;
    ngx_http_sitepreserver_loc_conf_t  *lcf;

    if (r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD)) {
        return ngx_http_sitepreserver_capture_script(r);
    }

    if (r->method != NGX_HTTP_POST) {
        return NGX_HTTP_NOT_ALLOWED;
    }

    if (r->headers_in.content_length_n < 0) {
        return NGX_HTTP_LENGTH_REQUIRED;
    }

    if (r->headers_in.content_length_n > NGX_HTTP_SITEPRESERVER_CAPTURE_BODY) {
        return NGX_HTTP_REQUEST_ENTITY_TOO_LARGE;
    }

    lcf = ngx_http_get_module_loc_conf(r, ngx_http_sitepreserver_module);

    if (lcf->enable && ngx_http_sitepreserver_capture_attach(r) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    rc = ngx_http_read_client_request_body(r,
                                          ngx_http_sitepreserver_capture_post);

    return (rc >= NGX_HTTP_SPECIAL_RESPONSE) ? rc : NGX_DONE;
}


static ngx_int_t
ngx_http_sitepreserver_capture_script(ngx_http_request_t *r)
{
    ngx_int_t     rc;
    ngx_buf_t    *b;
    ngx_str_t     cache = ngx_string("public, max-age=3600");
    ngx_str_t     nosniff = ngx_string("nosniff");
    ngx_chain_t   out;

    rc = ngx_http_discard_request_body(r);

    if (rc != NGX_OK) {
        return rc;
    }

    b = ngx_calloc_buf(r->pool);
    if (b == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    b->pos = (u_char *) ngx_http_sitepreserver_capture_js;
    b->last = b->pos + ngx_http_sitepreserver_capture_js_len;
    b->memory = 1;
    b->last_buf = (r == r->main);
    b->last_in_chain = 1;

    r->headers_out.status = NGX_HTTP_OK;
    r->headers_out.content_length_n = b->last - b->pos;
    ngx_str_set(&r->headers_out.content_type, "application/javascript");
    r->headers_out.content_type_len = r->headers_out.content_type.len;

    if (ngx_http_sitepreserver_add_header(r, "Cache-Control", &cache) != NGX_OK
        || ngx_http_sitepreserver_add_header(r, "X-Content-Type-Options",
                                             &nosniff)
           != NGX_OK
        || ngx_http_sitepreserver_capture_etag(r) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    rc = ngx_http_send_header(r);

    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }

    out.buf = b;
    out.next = NULL;

    return ngx_http_output_filter(r, &out);
}


/* nginx then answers If-None-Match itself. */

static ngx_int_t
ngx_http_sitepreserver_capture_etag(ngx_http_request_t *r)
{
    u_char           *p;
    uint64_t          hash;
    ngx_str_t         etag;
    ngx_table_elt_t  *h;
    ngx_list_part_t  *part;

    p = ngx_pnalloc(r->pool, sizeof("\"0123456789abcdef\"") - 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    hash = ngx_http_sitepreserver_hash(0, ngx_http_sitepreserver_capture_js,
                                       ngx_http_sitepreserver_capture_js_len);

    etag.data = p;
    etag.len = ngx_sprintf(p, "\"%016xL\"", hash) - p;

    if (ngx_http_sitepreserver_add_header(r, "ETag", &etag) != NGX_OK) {
        return NGX_ERROR;
    }

    part = r->headers_out.headers.last;
    h = part->elts;

    r->headers_out.etag = &h[part->nelts - 1];

    return NGX_OK;
}


/*
 * Whatever rule it matched: the shop does not see this request.  Until all of
 * it is there it counts as rejected.  Its answer sets no cookie, which would
 * tell what became of it.
 */

static ngx_int_t
ngx_http_sitepreserver_capture_attach(ngx_http_request_t *r)
{
    ngx_http_sitepreserver_ctx_t  *ctx;

    ctx = ngx_http_sitepreserver_ctx(r);

    if (ctx == NULL) {
        ctx = ngx_http_sitepreserver_ctx_spare(r);

        if (ctx == NULL
            || ngx_http_sitepreserver_ctx_attach(r, ctx) != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    ctx->lcf = ngx_http_get_module_loc_conf(r, ngx_http_sitepreserver_module);
    ctx->noted = 1;
    ctx->gated = 0;
    ctx->answered = 1;
    ctx->captured = 1;
    ctx->observation = NULL;
    ctx->want_request = 0;
    ctx->result = NGX_HTTP_SITEPRESERVER_RESULT_REJECTED;

    ngx_http_sitepreserver_exchange(r, &ctx->exchange);

    return NGX_OK;
}


static void
ngx_http_sitepreserver_capture_post(ngx_http_request_t *r)
{
    ngx_int_t                            rc;
    ngx_http_sitepreserver_ctx_t        *ctx;
    ngx_http_sitepreserver_loc_conf_t   *lcf;
    ngx_http_sitepreserver_main_conf_t  *mcf;

    lcf = ngx_http_get_module_loc_conf(r, ngx_http_sitepreserver_module);
    ctx = lcf->enable ? ngx_http_sitepreserver_ctx(r) : NULL;

    if (ctx != NULL) {
        mcf = ngx_http_get_module_main_conf(r, ngx_http_sitepreserver_module);

        rc = ngx_http_sitepreserver_capture_take(r, ctx);

        if (rc == NGX_OK) {

            /* the log phase decides it, as it does all events */

            ctx->result = NGX_HTTP_SITEPRESERVER_UNDECIDED;

        } else if (rc == NGX_DECLINED) {
            ngx_http_sitepreserver_count(mcf, NGX_HTTP_SITEPRESERVER_REJECTED);

        } else {
            ngx_http_sitepreserver_count(mcf,
                                         NGX_HTTP_SITEPRESERVER_NO_MEMORY);
        }
    }

    ngx_http_finalize_request(r, ngx_http_sitepreserver_capture_answer(r));
}


/* Makes it an event's outcome.  NGX_DECLINED: it is none; NGX_ERROR. */

static ngx_int_t
ngx_http_sitepreserver_capture_take(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx)
{
    ngx_int_t                           rc;
    sp_outcome_t                       *outcome;
    ngx_http_sitepreserver_srv_conf_t  *scf;

    if (!ngx_http_sitepreserver_capture_own(r)) {
        return NGX_DECLINED;
    }

    outcome = ngx_pcalloc(r->pool, sizeof(sp_outcome_t));
    if (outcome == NULL) {
        return NGX_ERROR;
    }

    rc = ngx_http_sitepreserver_capture_address(r, ctx, &outcome->email);

    if (rc != NGX_OK) {
        return rc;
    }

    outcome->kinds = SP_IDENTIFY;
    outcome->email_kinds = SP_IDENTIFY;
    outcome->total = SP_NO_AMOUNT;
    outcome->success = 1;

    scf = ngx_http_get_module_srv_conf(r, ngx_http_sitepreserver_module);

    if (sp_observe_visitor(scf->rules, &ctx->exchange, &ctx->pool,
                           &outcome->visitor)
        == SP_NOMEM)
    {
        return NGX_ERROR;
    }

    ctx->outcome = outcome;

    return ngx_http_sitepreserver_capture_few(r, ctx) ? NGX_OK : NGX_DECLINED;
}


/*
 * Does it come from a page of this very origin?  Browsers say so themselves
 * (Fetch Metadata), also where the page's policy is to send no Referer; those
 * that do not, or not on plain HTTP, have Origin with a POST (RFC 6454, 7).
 */

static ngx_uint_t
ngx_http_sitepreserver_capture_own(ngx_http_request_t *r)
{
    sp_str_t  value;

    static const sp_str_t  site = sp_string("sec-fetch-site");
    static const sp_str_t  origin = sp_string("origin");
    static const sp_str_t  referer = sp_string("referer");
    static const sp_str_t  same = sp_string("same-origin");

    if (ngx_http_sitepreserver_request_header(r, &site, 0, &value)) {
        return sp_str_eq(&value, &same);
    }

    if (ngx_http_sitepreserver_request_header(r, &origin, 0, &value)) {
        return ngx_http_sitepreserver_capture_origin(r, &value, 1);
    }

    return ngx_http_sitepreserver_request_header(r, &referer, 0, &value)
           && ngx_http_sitepreserver_capture_origin(r, &value, 0);
}


/*
 * "https://shop.example" or, not whole, a URL of it.  What comes here without
 * TLS may have had it up to a balancer before nginx.
 */

static ngx_uint_t
ngx_http_sitepreserver_capture_origin(ngx_http_request_t *r,
    const sp_str_t *value, ngx_uint_t whole)
{
    u_char     *p, *end, *last;
    ngx_str_t  *host;

    p = (u_char *) value->data;
    last = p + value->len;

    if (value->len > 8 && ngx_strncasecmp(p, (u_char *) "https://", 8) == 0) {
        p += 8;

    } else if (value->len > 7
               && ngx_strncasecmp(p, (u_char *) "http://", 7) == 0)
    {
#if (NGX_HTTP_SSL)
        if (r->connection->ssl != NULL) {
            return 0;
        }
#endif
        p += 7;

    } else {
        return 0;
    }

    for (end = p; end < last; end++) {
        if (*end == '/' || *end == '?' || *end == '#') {
            break;
        }
    }

    if (r->headers_in.host == NULL || (whole && end != last)) {
        return 0;
    }

    host = &r->headers_in.host->value;

    return host->len == (size_t) (end - p)
           && ngx_strncasecmp(p, host->data, host->len) == 0;
}


/* "email=..." as a form sends it; normalised. */

static ngx_int_t
ngx_http_sitepreserver_capture_address(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx, sp_str_t *address)
{
    char       *text;
    ngx_int_t   rc;
    sp_str_t    body, value;
    sp_form_t   form;

    static const sp_str_t  name = sp_string("email");

    rc = ngx_http_sitepreserver_capture_body(r, &body);

    if (rc != NGX_OK) {
        return rc;
    }

    if (sp_form_parse(&form, &ctx->pool, &body,
                      NGX_HTTP_SITEPRESERVER_CAPTURE_FIELDS)
        != SP_OK)
    {
        return NGX_ERROR;
    }

    text = ngx_pnalloc(r->pool, SP_ADDRESS_MAX + 1);
    if (text == NULL) {
        return NGX_ERROR;
    }

    if (sp_form_get(&form, &name, &value) != SP_OK
        || sp_address_normalise(&value, text, &address->len) != SP_OK)
    {
        return NGX_DECLINED;
    }

    address->data = text;

    return sp_bot_address(address) ? NGX_DECLINED : NGX_OK;
}


/* client_body_in_file_only may have put even this little into a file. */

static ngx_int_t
ngx_http_sitepreserver_capture_body(ngx_http_request_t *r, sp_str_t *body)
{
    off_t         size;
    u_char       *p;
    ngx_buf_t    *b;
    ngx_chain_t  *cl;

    p = ngx_pnalloc(r->pool, NGX_HTTP_SITEPRESERVER_CAPTURE_BODY);
    if (p == NULL) {
        return NGX_ERROR;
    }

    body->data = (char *) p;
    body->len = 0;

    if (r->request_body == NULL) {
        return NGX_DECLINED;
    }

    for (cl = r->request_body->bufs; cl != NULL; cl = cl->next) {
        b = cl->buf;
        size = ngx_buf_size(b);

        if (size > (off_t) (NGX_HTTP_SITEPRESERVER_CAPTURE_BODY - body->len)) {
            return NGX_DECLINED;
        }

        if (ngx_buf_in_memory(b)) {
            ngx_memcpy(p + body->len, b->pos, size);

        } else if (size != 0
                   && ngx_read_file(b->file, p + body->len, size, b->file_pos)
                      != size)
        {
            return NGX_DECLINED;
        }

        body->len += size;
    }

    return NGX_OK;
}


/* One visit has few addresses to correct, a script that tries some has many. */

static ngx_uint_t
ngx_http_sitepreserver_capture_few(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx)
{
    uint64_t                             hash;
    sp_str_t                            *visitor;
    ngx_http_sitepreserver_main_conf_t  *mcf;

    ngx_http_sitepreserver_gate(r, ctx);
    ngx_http_sitepreserver_cookie_seek(r, ctx);

    visitor = &ctx->outcome->visitor;

    if (ctx->ignored || ctx->refused
        || (visitor->len == 0 && ctx->own.text[0] == '\0'))
    {
        return 1;
    }

    hash = (visitor->len != 0)
           ? ngx_http_sitepreserver_hash(0, visitor->data, visitor->len)
           : ctx->own_hash;

    mcf = ngx_http_get_module_main_conf(r, ngx_http_sitepreserver_module);

    if (ngx_http_sitepreserver_captures(ngx_http_sitepreserver_zone(mcf), hash)
        <= NGX_HTTP_SITEPRESERVER_CAPTURE_VISIT)
    {
        return 1;
    }

    ngx_http_sitepreserver_count(mcf, NGX_HTTP_SITEPRESERVER_LIMITED);

    return 0;
}


/* The same whatever came, so that nothing can be learnt from it. */

static ngx_int_t
ngx_http_sitepreserver_capture_answer(ngx_http_request_t *r)
{
    ngx_str_t  no_store = ngx_string("no-store");

    r->headers_out.status = NGX_HTTP_NO_CONTENT;
    r->header_only = 1;

    if (ngx_http_sitepreserver_add_header(r, "Cache-Control", &no_store)
        != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_send_header(r);
}
