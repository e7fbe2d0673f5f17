
/*
 * Copyright (C) SitePreserver developers
 */


#include "ngx_http_sitepreserver_status.h"
#include "ngx_http_sitepreserver_directives.h"
#include "ngx_http_sitepreserver_headers.h"
#include "ngx_http_sitepreserver_zone.h"


/* Room for one line of either format, less the name of a shop. */

#define NGX_HTTP_SITEPRESERVER_STATUS_LINE  192


static ngx_int_t ngx_http_sitepreserver_status_handler(ngx_http_request_t *r);
static ngx_int_t ngx_http_sitepreserver_status_json_handler(
    ngx_http_request_t *r);
static ngx_int_t ngx_http_sitepreserver_status_prometheus_handler(
    ngx_http_request_t *r);
static ngx_int_t ngx_http_sitepreserver_status_send(ngx_http_request_t *r,
    ngx_uint_t prometheus);
static u_char *ngx_http_sitepreserver_status_json(u_char *p,
    ngx_http_sitepreserver_main_conf_t *mcf);
static u_char *ngx_http_sitepreserver_status_prometheus(u_char *p,
    ngx_http_sitepreserver_main_conf_t *mcf);


/* In the order of ngx_http_sitepreserver_counter_t. */

static const char  *ngx_http_sitepreserver_names[] = {
    "matched", "observed", "rejected", "ignored", "no_consent", "erased",
    "no_visitor",
    "dropped", "addresses", "limited", "read_bytes", "request_cut",
    "response_cut", "request_bad", "response_bad", "encoded", "in_file",
    "lines_dropped", "cookies", "clicks", "no_memory", "queued", "applied",
    "duplicates", "resent", "errors", "connects", "disconnects", "learned",
    "learn_none", "learn_broken", "learn_cut", "recalls", "recalls_missed"
};


char *
ngx_http_sitepreserver_set_status(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_sitepreserver_loc_conf_t *lcf = conf;

    ngx_str_t            *value;
    ngx_http_handler_pt   handler;

    if (lcf->handler == ngx_http_sitepreserver_status_handler
        || lcf->handler == ngx_http_sitepreserver_status_json_handler
        || lcf->handler == ngx_http_sitepreserver_status_prometheus_handler)
    {
        return "is duplicate";
    }

    handler = ngx_http_sitepreserver_status_handler;

    if (cf->args->nelts == 1) {
        return ngx_http_sitepreserver_set_handler(cf, lcf, handler);
    }

    value = cf->args->elts;

    if (ngx_strcmp(value[1].data, "json") == 0) {
        handler = ngx_http_sitepreserver_status_json_handler;
        return ngx_http_sitepreserver_set_handler(cf, lcf, handler);
    }

    if (ngx_strcmp(value[1].data, "prometheus") == 0) {
        handler = ngx_http_sitepreserver_status_prometheus_handler;
        return ngx_http_sitepreserver_set_handler(cf, lcf, handler);
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid format \"%V\", it must be \"json\" or "
                       "\"prometheus\"", &value[1]);

    return NGX_CONF_ERROR;
}


/* As the argument "format" says, else JSON. */

static ngx_int_t
ngx_http_sitepreserver_status_handler(ngx_http_request_t *r)
{
    ngx_str_t  format;

    if (ngx_http_arg(r, (u_char *) "format", 6, &format) == NGX_OK
        && format.len == 10
        && ngx_strncmp(format.data, "prometheus", 10) == 0)
    {
        return ngx_http_sitepreserver_status_send(r, 1);
    }

    return ngx_http_sitepreserver_status_send(r, 0);
}


static ngx_int_t
ngx_http_sitepreserver_status_json_handler(ngx_http_request_t *r)
{
    return ngx_http_sitepreserver_status_send(r, 0);
}


static ngx_int_t
ngx_http_sitepreserver_status_prometheus_handler(ngx_http_request_t *r)
{
    return ngx_http_sitepreserver_status_send(r, 1);
}


static ngx_int_t
ngx_http_sitepreserver_status_send(ngx_http_request_t *r,
    ngx_uint_t prometheus)
{
    size_t                               size;
    ngx_int_t                            rc;
    ngx_buf_t                           *b;
    ngx_str_t                            no_store = ngx_string("no-store");
    ngx_chain_t                          out;
    ngx_http_sitepreserver_main_conf_t  *mcf;

    if (!(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))) {
        return NGX_HTTP_NOT_ALLOWED;
    }

    rc = ngx_http_discard_request_body(r);

    if (rc != NGX_OK) {
        return rc;
    }

    mcf = ngx_http_get_module_main_conf(r, ngx_http_sitepreserver_module);

    size = (32 + 3 * NGX_HTTP_SITEPRESERVER_COUNTERS
            + 2 * NGX_HTTP_SITEPRESERVER_KINDS
            + 4 * NGX_HTTP_SITEPRESERVER_WORKERS
            + mcf->shops.nelts)
           * NGX_HTTP_SITEPRESERVER_STATUS_LINE;

    b = ngx_create_temp_buf(r->pool, size);
    if (b == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (prometheus) {
        b->last = ngx_http_sitepreserver_status_prometheus(b->last, mcf);
        ngx_str_set(&r->headers_out.content_type,
                    "text/plain; version=0.0.4; charset=utf-8");
        ngx_str_set(&r->headers_out.charset, "utf-8");
        r->headers_out.content_type_len = sizeof("text/plain") - 1;

    } else {
        b->last = ngx_http_sitepreserver_status_json(b->last, mcf);
        ngx_str_set(&r->headers_out.content_type, "application/json");
        r->headers_out.content_type_len = r->headers_out.content_type.len;
    }

    r->headers_out.content_type_lowcase = NULL;
    r->headers_out.status = NGX_HTTP_OK;
    r->headers_out.content_length_n = b->last - b->pos;

    if (ngx_http_sitepreserver_add_header(r, "Cache-Control", &no_store)
        != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    b->last_buf = (r == r->main);
    b->last_in_chain = 1;

    out.buf = b;
    out.next = NULL;

    rc = ngx_http_send_header(r);

    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }

    return ngx_http_output_filter(r, &out);
}


static u_char *
ngx_http_sitepreserver_status_json(u_char *p,
    ngx_http_sitepreserver_main_conf_t *mcf)
{
    ngx_uint_t                        i, n;
    ngx_http_sitepreserver_shop_t   **shops;
    ngx_http_sitepreserver_zone_t    *zone;

    zone = ngx_http_sitepreserver_zone(mcf);

    p = ngx_sprintf(p, "{\"counters\":{");

    for (i = 0; i < NGX_HTTP_SITEPRESERVER_COUNTERS; i++) {
        p = ngx_sprintf(p, "%s\"%s\":%uA", i ? "," : "",
                        ngx_http_sitepreserver_names[i], zone->counters[i]);
    }

    p = ngx_sprintf(p, "},\"events\":{");

    for (i = 0; i < NGX_HTTP_SITEPRESERVER_KINDS; i++) {
        p = ngx_sprintf(p, "%s\"%s\":%uA", i ? "," : "",
                        sp_kind_name(1U << i), zone->kinds[i]);
    }

    p = ngx_sprintf(p, "},\"shops\":[");

    shops = mcf->shops.elts;

    for (i = 0; i < mcf->shops.nelts; i++) {
        p = ngx_sprintf(p, "%s\"%*s\"", i ? "," : "", shops[i]->name.len,
                        shops[i]->name.data);
    }

    p = ngx_sprintf(p, "],\"workers\":[");

    for (i = 0, n = 0; i < NGX_HTTP_SITEPRESERVER_WORKERS; i++) {

        if (zone->workers[i].pid == 0) {
            continue;
        }

        p = ngx_sprintf(p, "%s{\"pid\":%uA,\"connected\":%s,\"events\":%uA,"
                        "\"bytes\":%uA}", n++ ? "," : "",
                        zone->workers[i].pid,
                        zone->workers[i].connected ? "true" : "false",
                        zone->workers[i].events, zone->workers[i].bytes);
    }

    return ngx_sprintf(p, "]}\n");
}


static u_char *
ngx_http_sitepreserver_status_prometheus(u_char *p,
    ngx_http_sitepreserver_main_conf_t *mcf)
{
    ngx_uint_t                      i;
    ngx_http_sitepreserver_zone_t  *zone;

    zone = ngx_http_sitepreserver_zone(mcf);

    for (i = 0; i < NGX_HTTP_SITEPRESERVER_COUNTERS; i++) {
        p = ngx_sprintf(p, "# TYPE sitepreserver_%s_total counter\n"
                        "sitepreserver_%s_total %uA\n",
                        ngx_http_sitepreserver_names[i],
                        ngx_http_sitepreserver_names[i], zone->counters[i]);
    }

    p = ngx_sprintf(p, "# TYPE sitepreserver_events_total counter\n");

    for (i = 0; i < NGX_HTTP_SITEPRESERVER_KINDS; i++) {
        p = ngx_sprintf(p, "sitepreserver_events_total{kind=\"%s\"} %uA\n",
                        sp_kind_name(1U << i), zone->kinds[i]);
    }

    p = ngx_sprintf(p, "# TYPE sitepreserver_queue_events gauge\n");

    for (i = 0; i < NGX_HTTP_SITEPRESERVER_WORKERS; i++) {
        if (zone->workers[i].pid != 0) {
            p = ngx_sprintf(p, "sitepreserver_queue_events{pid=\"%uA\"} %uA\n",
                            zone->workers[i].pid, zone->workers[i].events);
        }
    }

    p = ngx_sprintf(p, "# TYPE sitepreserver_queue_bytes gauge\n");

    for (i = 0; i < NGX_HTTP_SITEPRESERVER_WORKERS; i++) {
        if (zone->workers[i].pid != 0) {
            p = ngx_sprintf(p, "sitepreserver_queue_bytes{pid=\"%uA\"} %uA\n",
                            zone->workers[i].pid, zone->workers[i].bytes);
        }
    }

    p = ngx_sprintf(p, "# TYPE sitepreserver_redis_connected gauge\n");

    for (i = 0; i < NGX_HTTP_SITEPRESERVER_WORKERS; i++) {
        if (zone->workers[i].pid != 0) {
            p = ngx_sprintf(p, "sitepreserver_redis_connected{pid=\"%uA\"} "
                            "%uA\n", zone->workers[i].pid,
                            zone->workers[i].connected);
        }
    }

    return p;
}
