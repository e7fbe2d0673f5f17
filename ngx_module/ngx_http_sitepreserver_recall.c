
/*
 * Copyright (C) SitePreserver developers
 */


#include "ngx_http_sitepreserver_recall.h"
#include "ngx_http_sitepreserver_directives.h"
#include "ngx_http_sitepreserver_cookie.h"
#include "ngx_http_sitepreserver_gate.h"
#include "ngx_http_sitepreserver_headers.h"
#include "ngx_http_sitepreserver_redis.h"
#include "ngx_http_sitepreserver_zone.h"

#include "sp_learn.h"
#include "sp_recall.h"


#define NGX_HTTP_SITEPRESERVER_RECALL_TIMEOUT  100


/* A request that waits for Redis; in its pool. */

typedef struct {
    ngx_http_request_t             *request;
    ngx_http_sitepreserver_call_t  *call;       /* NULL: not any more */
    ngx_event_t                     event;      /* its end, soon or late */
    ngx_str_t                       body;
} ngx_http_sitepreserver_recall_t;


static char *ngx_http_sitepreserver_recall_hosts(ngx_conf_t *cf,
    ngx_http_sitepreserver_loc_conf_t *lcf, ngx_str_t *value);
static ngx_int_t ngx_http_sitepreserver_recall_handler(ngx_http_request_t *r);
static ngx_int_t ngx_http_sitepreserver_recall_ask(ngx_http_request_t *r);
static void ngx_http_sitepreserver_recall_answer(void *data,
    const sp_str_t *strings, ngx_uint_t n);
static void ngx_http_sitepreserver_recall_end(ngx_event_t *ev);
static void ngx_http_sitepreserver_recall_cleanup(void *data);
static ngx_int_t ngx_http_sitepreserver_recall_missed(ngx_http_request_t *r);
static ngx_int_t ngx_http_sitepreserver_recall_body(ngx_http_request_t *r,
    const sp_str_t *strings, ngx_uint_t n, ngx_str_t *body);
static ngx_uint_t ngx_http_sitepreserver_recall_html(ngx_http_request_t *r);
static ngx_int_t ngx_http_sitepreserver_recall_send(ngx_http_request_t *r,
    ngx_str_t *body);


char *
ngx_http_sitepreserver_set_recall(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_sitepreserver_loc_conf_t *lcf = conf;

    char                               *rc;
    ngx_str_t                          *value, s;
    ngx_uint_t                          i, timed;
    ngx_http_sitepreserver_srv_conf_t  *scf;

    if (lcf->handler == ngx_http_sitepreserver_recall_handler) {
        return "is duplicate";
    }

    rc = ngx_http_sitepreserver_set_handler(cf, lcf,
                                        ngx_http_sitepreserver_recall_handler);
    if (rc != NGX_CONF_OK) {
        return rc;
    }

    lcf->recall_timeout = NGX_HTTP_SITEPRESERVER_RECALL_TIMEOUT;

    scf = ngx_http_conf_get_module_srv_conf(cf, ngx_http_sitepreserver_module);
    scf->recall = 1;
    scf->used = 1;

    value = cf->args->elts;
    timed = 0;

    for (i = 1; i < cf->args->nelts; i++) {

        if (ngx_strncmp(value[i].data, "timeout=", 8) == 0 && !timed) {
            s.data = value[i].data + 8;
            s.len = value[i].len - 8;

            timed = 1;
            lcf->recall_timeout = ngx_parse_time(&s, 0);

            if (lcf->recall_timeout != (ngx_msec_t) NGX_ERROR
                && lcf->recall_timeout > 0 && lcf->recall_timeout <= 10000)
            {
                continue;
            }

        } else if (ngx_strncmp(value[i].data, "hosts=", 6) == 0
                   && lcf->recall_hosts == NULL)
        {
            s.data = value[i].data + 6;
            s.len = value[i].len - 6;

            if (ngx_http_sitepreserver_recall_hosts(cf, lcf, &s)
                == NGX_CONF_OK)
            {
                continue;
            }
        }

        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "invalid parameter \"%V\", "
                           "it must be timeout= with up to 10s or hosts= with "
                           "names of hosts, each once", &value[i]);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


static char *
ngx_http_sitepreserver_recall_hosts(ngx_conf_t *cf,
    ngx_http_sitepreserver_loc_conf_t *lcf, ngx_str_t *value)
{
    u_char    *c, *p, *last, *end;
    sp_str_t  *host;

    lcf->recall_hosts = ngx_array_create(cf->pool, 2, sizeof(sp_str_t));
    if (lcf->recall_hosts == NULL) {
        return NGX_CONF_ERROR;
    }

    last = value->data + value->len;

    for (p = value->data; p <= last; p = end + 1) {
        end = ngx_strlchr(p, last, ',');

        if (end == NULL) {
            end = last;
        }

        if (end == p) {
            return NGX_CONF_ERROR;
        }

        for (c = p; c < end; c++) {

            if (*c <= ' ' || *c == 0x7f || *c == '/' || *c == ':'
                || *c == '*')
            {
                return NGX_CONF_ERROR;
            }
        }

        host = ngx_array_push(lcf->recall_hosts);
        if (host == NULL) {
            return NGX_CONF_ERROR;
        }

        host->data = (char *) p;
        host->len = end - p;
    }

    return NGX_CONF_OK;
}


static ngx_int_t
ngx_http_sitepreserver_recall_handler(ngx_http_request_t *r)
{
    ngx_int_t  rc;

    if (!(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))) {
        return NGX_HTTP_NOT_ALLOWED;
    }

    rc = ngx_http_discard_request_body(r);

    if (rc != NGX_OK) {
        return rc;
    }

    return ngx_http_sitepreserver_recall_ask(r);
}


static ngx_int_t
ngx_http_sitepreserver_recall_ask(ngx_http_request_t *r)
{
    sp_id_t                              own;
    sp_str_t                             value;
    sp_pool_t                            pool;
    ngx_str_t                            body;
    ngx_pool_cleanup_t                  *cln;
    ngx_http_sitepreserver_recall_t     *recall;
    ngx_http_sitepreserver_loc_conf_t   *lcf;
    ngx_http_sitepreserver_srv_conf_t   *scf;
    ngx_http_sitepreserver_main_conf_t  *mcf;

    mcf = ngx_http_get_module_main_conf(r, ngx_http_sitepreserver_module);
    scf = ngx_http_get_module_srv_conf(r, ngx_http_sitepreserver_module);
    lcf = ngx_http_get_module_loc_conf(r, ngx_http_sitepreserver_module);

    if (ngx_http_sitepreserver_cookie_find(r, &value, &own) != SP_OK
        || !ngx_http_sitepreserver_admitted(r, lcf))
    {
        if (ngx_http_sitepreserver_recall_body(r, NULL, 0, &body) != NGX_OK) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        return ngx_http_sitepreserver_recall_send(r, &body);
    }

    cln = ngx_pool_cleanup_add(r->pool,
                               sizeof(ngx_http_sitepreserver_recall_t));
    if (cln == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    recall = cln->data;
    ngx_memzero(recall, sizeof(ngx_http_sitepreserver_recall_t));

    recall->request = r;
    recall->event.handler = ngx_http_sitepreserver_recall_end;
    recall->event.data = recall;
    recall->event.log = r->connection->log;

    pool.alloc = ngx_http_sitepreserver_palloc;
    pool.data = r->pool;

    recall->call = ngx_http_sitepreserver_redis_recall(
                                    mcf, scf->shop, &own, &pool,
                                    ngx_http_sitepreserver_recall_answer,
                                    recall);

    if (recall->call == NULL) {
        return ngx_http_sitepreserver_recall_missed(r);
    }

    cln->handler = ngx_http_sitepreserver_recall_cleanup;

    ngx_add_timer(&recall->event, lcf->recall_timeout);

    if (r == r->main) {
        r->read_event_handler = ngx_http_test_reading;
    }

    r->write_event_handler = ngx_http_request_empty_handler;
    r->main->count++;

    return NGX_DONE;
}


/*
 * The connection to Redis is amid its work here, and the request's end would
 * queue an event: it comes a little later.
 */

static void
ngx_http_sitepreserver_recall_answer(void *data, const sp_str_t *strings,
    ngx_uint_t n)
{
    ngx_http_sitepreserver_recall_t *recall = data;

    recall->call = NULL;

    if (strings != NULL
        && ngx_http_sitepreserver_recall_body(recall->request, strings, n,
                                              &recall->body)
           != NGX_OK)
    {
        recall->body.len = 0;
    }

    ngx_post_event(&recall->event, &ngx_posted_events);
}


static void
ngx_http_sitepreserver_recall_end(ngx_event_t *ev)
{
    ngx_int_t                            rc;
    ngx_connection_t                    *c;
    ngx_http_request_t                  *r;
    ngx_http_sitepreserver_recall_t     *recall;
    ngx_http_sitepreserver_main_conf_t  *mcf;

    recall = ev->data;
    r = recall->request;
    c = r->connection;

    ngx_http_sitepreserver_recall_cleanup(recall);
    ngx_http_set_log_request(c->log, r);

    if (recall->body.len == 0) {
        rc = ngx_http_sitepreserver_recall_missed(r);

    } else {
        mcf = ngx_http_get_module_main_conf(r, ngx_http_sitepreserver_module);
        ngx_http_sitepreserver_count(mcf, NGX_HTTP_SITEPRESERVER_RECALLS);

        rc = ngx_http_sitepreserver_recall_send(r, &recall->body);
    }

    ngx_http_finalize_request(r, rc);
    ngx_http_run_posted_requests(c);
}


/* Also when the request ends for another reason: its client is gone. */

static void
ngx_http_sitepreserver_recall_cleanup(void *data)
{
    ngx_http_sitepreserver_recall_t *recall = data;

    if (recall->call != NULL) {
        recall->call->answer = NULL;
        recall->call = NULL;
    }

    if (recall->event.timer_set) {
        ngx_del_timer(&recall->event);
    }

    if (recall->event.posted) {
        ngx_delete_posted_event(&recall->event);
    }
}


static ngx_int_t
ngx_http_sitepreserver_recall_missed(ngx_http_request_t *r)
{
    ngx_str_t                            body;
    ngx_http_sitepreserver_main_conf_t  *mcf;

    mcf = ngx_http_get_module_main_conf(r, ngx_http_sitepreserver_module);
    ngx_http_sitepreserver_count(mcf, NGX_HTTP_SITEPRESERVER_RECALLS_MISSED);

    if (ngx_http_sitepreserver_recall_body(r, NULL, 0, &body) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_sitepreserver_recall_send(r, &body);
}


static ngx_int_t
ngx_http_sitepreserver_recall_body(ngx_http_request_t *r,
    const sp_str_t *strings, ngx_uint_t n, ngx_str_t *body)
{
    sp_rc_t                             rc;
    sp_str_t                            text;
    sp_pool_t                           pool;
    sp_recall_hosts_t                   hosts;
    ngx_http_sitepreserver_loc_conf_t  *lcf;

    lcf = ngx_http_get_module_loc_conf(r, ngx_http_sitepreserver_module);

    pool.alloc = ngx_http_sitepreserver_palloc;
    pool.data = r->pool;

    ngx_memzero(&hosts, sizeof(sp_recall_hosts_t));

    hosts.own.data = (char *) r->headers_in.server.data;
    hosts.own.len = r->headers_in.server.len;

    if (lcf->recall_hosts != NULL) {
        hosts.others = lcf->recall_hosts->elts;
        hosts.n = lcf->recall_hosts->nelts;
    }

    if (ngx_http_sitepreserver_recall_html(r)) {
        rc = sp_recall_html(strings, n, &hosts, &pool, &text);

    } else {
        rc = sp_recall_json(strings, n, &hosts, &pool, &text);
    }

    body->data = (u_char *) text.data;
    body->len = text.len;

    return (rc == SP_OK) ? NGX_OK : NGX_ERROR;
}


static ngx_uint_t
ngx_http_sitepreserver_recall_html(ngx_http_request_t *r)
{
    ngx_str_t  format;

    return ngx_http_arg(r, (u_char *) "format", 6, &format) == NGX_OK
           && format.len == 4 && ngx_strncmp(format.data, "html", 4) == 0;
}


static ngx_int_t
ngx_http_sitepreserver_recall_send(ngx_http_request_t *r, ngx_str_t *body)
{
    ngx_int_t    rc;
    ngx_buf_t   *b;
    ngx_str_t    private = ngx_string("private, no-store");
    ngx_str_t    nosniff = ngx_string("nosniff");
    ngx_chain_t  out;

    if (ngx_http_sitepreserver_recall_html(r)) {
        ngx_str_set(&r->headers_out.content_type, "text/html");
        ngx_str_set(&r->headers_out.charset, "utf-8");

    } else {
        ngx_str_set(&r->headers_out.content_type, "application/json");
    }

    r->headers_out.content_type_len = r->headers_out.content_type.len;
    r->headers_out.content_type_lowcase = NULL;
    r->headers_out.status = NGX_HTTP_OK;
    r->headers_out.content_length_n = body->len;

    if (ngx_http_sitepreserver_add_header(r, "Cache-Control", &private)
        != NGX_OK
        || ngx_http_sitepreserver_add_header(r, "X-Content-Type-Options",
                                             &nosniff)
           != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    rc = ngx_http_send_header(r);

    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }

    b = ngx_calloc_buf(r->pool);
    if (b == NULL) {
        return NGX_ERROR;
    }

    b->pos = body->data;
    b->last = body->data + body->len;
    b->memory = 1;
    b->last_buf = (r == r->main);
    b->last_in_chain = 1;

    out.buf = b;
    out.next = NULL;

    return ngx_http_output_filter(r, &out);
}


ngx_uint_t
ngx_http_sitepreserver_recall_views(ngx_http_request_t *r,
    const sp_str_t *own)
{
    sp_pool_t                           pool;
    sp_exchange_t                       exchange;
    ngx_http_sitepreserver_srv_conf_t  *scf;

    scf = ngx_http_get_module_srv_conf(r, ngx_http_sitepreserver_module);

    if (!scf->recall || own->len == 0 || !sp_learn_any(scf->rules)) {
        return 0;
    }

    pool.alloc = ngx_http_sitepreserver_palloc;
    pool.data = r->pool;

    ngx_http_sitepreserver_exchange(r, &exchange);

    return sp_observe_learns(scf->rules, &exchange, &pool) != 0;
}


/* One line, of no cart: the id of an item, or as its key the page's. */

sp_rc_t
ngx_http_sitepreserver_build_recall(ngx_http_sitepreserver_build_t *b,
    sp_outcome_t *outcome)
{
    sp_rc_t         rc;
    sp_id_t         key;
    unsigned        learns;
    sp_line_t      *line;
    sp_exchange_t   exchange;
    sp_page_ref_t   page;

    if (b->ctx->own.text[0] == '\0') {
        return SP_OK;
    }

    b->event.recall = b->ctx->own;

    if (!(b->event.kinds & SP_VIEW_ITEM) || b->event.cart != SP_CART_NONE
        || b->event.nlines != 0)
    {
        return SP_OK;
    }

    line = ngx_pcalloc(b->request->pool, sizeof(sp_line_t) + sizeof(sp_id_t));
    if (line == NULL) {
        return SP_NOMEM;
    }

    line->quantity = SP_NO_AMOUNT;
    line->price = SP_NO_AMOUNT;
    line->total = SP_NO_AMOUNT;
    line->id = outcome->viewed;

    if (outcome->viewed.len == 0) {
        ngx_http_sitepreserver_exchange(b->request, &exchange);

        learns = sp_observe_learns(b->scf->rules, &exchange, &b->ctx->pool);

        rc = sp_learn_page(b->scf->rules, &exchange, &b->ctx->pool,
                           learns * SP_WANT_LEARN, &page);

        if (rc == SP_OK) {
            rc = sp_page_key(b->mcf->secret, &b->scf->shop->name, &page.text,
                             &key);
        }

        if (rc != SP_OK) {
            return rc == SP_DONE ? SP_OK : rc;
        }

        ngx_memcpy(line + 1, &key, sizeof(sp_id_t));

        line->key.data = ((sp_id_t *) (line + 1))->text;
        line->key.len = SP_ID_LEN;
    }

    b->event.lines = line;
    b->event.nlines = 1;

    return SP_OK;
}
