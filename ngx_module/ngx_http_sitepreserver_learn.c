
/*
 * Copyright (C) SitePreserver developers
 */


#include "ngx_http_sitepreserver_learn.h"
#include "ngx_http_sitepreserver_redis.h"
#include "ngx_http_sitepreserver_zone.h"

#include "sp_html_type.h"
#include "sp_learn.h"
#include "sp_product.h"
#include "sp_unpack.h"


struct ngx_http_sitepreserver_learn_s {
    sp_page_ref_t         page;
    uint64_t              hash;         /* of the page, in the zone */
    sp_product_page_t     product;
    sp_finder_t          *finder;
    sp_unpack_t          *unpack;       /* NULL: it is plain */
    size_t                left;         /* bytes that are still read */

    unsigned              answered:1;
    unsigned              reading:1;
};


static ngx_uint_t ngx_http_sitepreserver_learn_wanted(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx);
static ngx_uint_t ngx_http_sitepreserver_learn_public(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx);
static ngx_int_t ngx_http_sitepreserver_learn_begin(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx);
static sp_rc_t ngx_http_sitepreserver_learn_piece(void *data,
    const char *piece, size_t len);
static void ngx_http_sitepreserver_learn_end(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx, ngx_uint_t whole);
static void ngx_http_sitepreserver_learn_tell(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx, sp_product_t *product);
static sp_rc_t ngx_http_sitepreserver_learn_line(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx, sp_line_t *line, sp_page_ref_t *page);
static void ngx_http_sitepreserver_learn_host(ngx_http_request_t *r,
    sp_str_t *host);


void
ngx_http_sitepreserver_learn_asked(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx, unsigned wants)
{
    sp_rc_t                              rc;
    ngx_http_sitepreserver_learn_t      *learn;
    ngx_http_sitepreserver_srv_conf_t   *scf;
    ngx_http_sitepreserver_main_conf_t  *mcf;

    scf = ngx_http_get_module_srv_conf(r, ngx_http_sitepreserver_module);

    learn = ngx_pcalloc(r->pool, sizeof(ngx_http_sitepreserver_learn_t));

    rc = (learn == NULL) ? SP_NOMEM
         : sp_learn_page(scf->rules, &ctx->exchange, &ctx->pool, wants,
                         &learn->page);

    if (rc == SP_NOMEM) {
        mcf = ngx_http_get_module_main_conf(r, ngx_http_sitepreserver_module);
        ngx_http_sitepreserver_count(mcf, NGX_HTTP_SITEPRESERVER_NO_MEMORY);
        return;
    }

    if (rc != SP_OK) {
        return;
    }

    learn->hash = ngx_http_sitepreserver_hash(0, scf->shop->name.data,
                                              scf->shop->name.len);
    learn->hash = ngx_http_sitepreserver_hash(learn->hash,
                                              learn->page.text.data,
                                              learn->page.text.len);

    ctx->learn = learn;
}


void
ngx_http_sitepreserver_learn_answer(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx)
{
    ngx_http_sitepreserver_main_conf_t  *mcf;

    if (ctx->learn->answered) {
        return;
    }

    ctx->learn->answered = 1;

    if (!ngx_http_sitepreserver_learn_wanted(r, ctx)) {
        return;
    }

    if (ngx_http_sitepreserver_learn_begin(r, ctx) == NGX_ERROR) {
        mcf = ngx_http_get_module_main_conf(r, ngx_http_sitepreserver_module);
        ngx_http_sitepreserver_count(mcf, NGX_HTTP_SITEPRESERVER_NO_MEMORY);
        ngx_http_sitepreserver_page_again(ngx_http_sitepreserver_zone(mcf),
                                          ctx->learn->hash);
    }
}


static ngx_uint_t
ngx_http_sitepreserver_learn_wanted(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx)
{
    ngx_str_t                           *type;
    ngx_http_sitepreserver_main_conf_t  *mcf;

    type = &r->headers_out.content_type;

    if (!ctx->lcf->enable || r->header_only || r->method != NGX_HTTP_GET
        || ngx_http_sitepreserver_status(r) != NGX_HTTP_OK
        || !sp_html_type((char *) type->data, type->len)
        || !ngx_http_sitepreserver_learn_public(r, ctx))
    {
        return 0;
    }

    mcf = ngx_http_get_module_main_conf(r, ngx_http_sitepreserver_module);

    return ngx_http_sitepreserver_page_due(ngx_http_sitepreserver_zone(mcf),
                                           ctx->learn->hash,
                                           ctx->learn->page.refresh);
}


/* Who is logged in may see other prices, or other products. */

static ngx_uint_t
ngx_http_sitepreserver_learn_public(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx)
{
    ngx_http_sitepreserver_srv_conf_t  *scf;

    scf = ngx_http_get_module_srv_conf(r, ngx_http_sitepreserver_module);

    return r->headers_in.authorization == NULL
           && !sp_observe_aliased(scf->rules, &ctx->exchange, &ctx->pool);
}


/* NGX_DECLINED: it is compressed in a way that cannot be undone. */

static ngx_int_t
ngx_http_sitepreserver_learn_begin(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx)
{
    sp_str_t                             value;
    sp_packed_t                          packed;
    ngx_table_elt_t                     *encoding;
    ngx_http_sitepreserver_learn_t      *learn;
    ngx_http_sitepreserver_main_conf_t  *mcf;

    learn = ctx->learn;
    encoding = r->headers_out.content_encoding;

    if (encoding != NULL && encoding->hash != 0) {
        value.len = encoding->value.len;
        value.data = (char *) encoding->value.data;

        packed = sp_packed(&value);

        if (packed == SP_PACKED_OTHER) {
            mcf = ngx_http_get_module_main_conf(r,
                                                ngx_http_sitepreserver_module);
            ngx_http_sitepreserver_count(mcf, NGX_HTTP_SITEPRESERVER_ENCODED);
            return NGX_DECLINED;
        }

        if (packed != SP_PACKED_NOT) {
            learn->unpack = sp_unpack_create(&ctx->pool, packed);

            if (learn->unpack == NULL) {
                return NGX_ERROR;
            }
        }
    }

    learn->product.text = learn->page.text;
    learn->product.id_is_sku = learn->page.id_is_sku;
    learn->product.no_price = learn->page.no_price;

    learn->finder = sp_product_finder(&ctx->pool, &learn->product);
    if (learn->finder == NULL) {
        return NGX_ERROR;
    }

    learn->left = ctx->lcf->response_limit;
    learn->reading = 1;
    r->filter_need_in_memory = 1;

    return NGX_OK;
}


void
ngx_http_sitepreserver_learn_body(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx, ngx_chain_t *in)
{
    size_t                               size;
    sp_rc_t                              rc;
    ngx_buf_t                           *b;
    ngx_chain_t                         *cl;
    ngx_http_sitepreserver_learn_t      *learn;
    ngx_http_sitepreserver_main_conf_t  *mcf;

    learn = ctx->learn;

    /* a range, which the client chose: it is over, and unread */

    if (ngx_http_sitepreserver_status(r) != NGX_HTTP_OK) {
        ngx_http_sitepreserver_learn_over(r, ctx);
        return;
    }

    for (cl = in; cl != NULL && learn->reading; cl = cl->next) {
        b = cl->buf;

        if (b->in_file && !ngx_buf_in_memory(b)) {
            mcf = ngx_http_get_module_main_conf(r,
                                                ngx_http_sitepreserver_module);
            ngx_http_sitepreserver_count(mcf, NGX_HTTP_SITEPRESERVER_IN_FILE);
            ngx_http_sitepreserver_learn_end(r, ctx, 0);
            return;
        }

        rc = SP_AGAIN;
        size = ngx_buf_in_memory(b) ? b->last - b->pos : 0;

        if (size != 0) {
            rc = (learn->unpack != NULL)
                 ? sp_unpack(learn->unpack, (char *) b->pos, size,
                             ngx_http_sitepreserver_learn_piece, learn)
                 : ngx_http_sitepreserver_learn_piece(learn, (char *) b->pos,
                                                      size);
        }

        if (rc != SP_AGAIN) {
            ngx_http_sitepreserver_learn_end(r, ctx, 0);

        } else if (b->last_buf) {
            ngx_http_sitepreserver_learn_end(r, ctx,
                                             learn->unpack == NULL
                                             || sp_unpack_whole(learn->unpack));
        }
    }
}


/* SP_DONE: that was all that is read of it. */

static sp_rc_t
ngx_http_sitepreserver_learn_piece(void *data, const char *piece, size_t len)
{
    ngx_http_sitepreserver_learn_t *learn = data;

    sp_rc_t     rc;
    ngx_uint_t  cut;

    cut = len > learn->left;
    len = cut ? learn->left : len;

    learn->left -= len;

    rc = sp_product_read(learn->finder, piece, len);

    return (rc == SP_AGAIN && cut) ? SP_DONE : rc;
}


static void
ngx_http_sitepreserver_learn_end(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx, ngx_uint_t whole)
{
    sp_rc_t                              rc;
    sp_product_t                         product;
    ngx_http_sitepreserver_main_conf_t  *mcf;

    mcf = ngx_http_get_module_main_conf(r, ngx_http_sitepreserver_module);

    ctx->learn->reading = 0;

    if (!whole) {
        ngx_http_sitepreserver_count(mcf, NGX_HTTP_SITEPRESERVER_LEARN_CUT);
    }

    rc = sp_product_end(ctx->learn->finder, whole, &product);

    ngx_http_sitepreserver_count_n(mcf, NGX_HTTP_SITEPRESERVER_LEARN_BROKEN,
                                   sp_product_broken(ctx->learn->finder));

    if (rc == SP_OK) {
        ngx_http_sitepreserver_learn_tell(r, ctx, &product);

    } else {
        ngx_http_sitepreserver_count(mcf, rc == SP_NOMEM
                                          ? NGX_HTTP_SITEPRESERVER_NO_MEMORY
                                          : NGX_HTTP_SITEPRESERVER_LEARN_NONE);
    }
}


static void
ngx_http_sitepreserver_learn_tell(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx, sp_product_t *product)
{
    sp_id_t                              key;
    ngx_http_sitepreserver_srv_conf_t   *scf;
    ngx_http_sitepreserver_main_conf_t  *mcf;

    mcf = ngx_http_get_module_main_conf(r, ngx_http_sitepreserver_module);
    scf = ngx_http_get_module_srv_conf(r, ngx_http_sitepreserver_module);

    if (sp_page_key(mcf->secret, &scf->shop->name, &ctx->learn->page.text,
                    &key)
        != SP_OK)
    {
        ngx_http_sitepreserver_count(mcf, NGX_HTTP_SITEPRESERVER_NO_MEMORY);
        return;
    }

    if (ngx_http_sitepreserver_redis_item(mcf, scf->shop, &key, product,
                                          &ctx->pool)
        == NGX_OK)
    {
        ngx_http_sitepreserver_count(mcf, NGX_HTTP_SITEPRESERVER_LEARNED);

    } else {
        ngx_http_sitepreserver_count(mcf, NGX_HTTP_SITEPRESERVER_DROPPED);
    }
}


void
ngx_http_sitepreserver_learn_over(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx)
{
    ngx_http_sitepreserver_main_conf_t  *mcf;

    if (ctx->learn == NULL || !ctx->learn->reading) {
        return;
    }

    ctx->learn->reading = 0;

    mcf = ngx_http_get_module_main_conf(r, ngx_http_sitepreserver_module);

    ngx_http_sitepreserver_page_again(ngx_http_sitepreserver_zone(mcf),
                                      ctx->learn->hash);
}


sp_rc_t
ngx_http_sitepreserver_learn_lines(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx, sp_outcome_t *outcome)
{
    sp_rc_t                             rc;
    sp_str_t                            host, link;
    unsigned                            i;
    sp_line_t                          *line;
    sp_page_ref_t                       page;
    ngx_http_sitepreserver_srv_conf_t  *scf;

    scf = ngx_http_get_module_srv_conf(r, ngx_http_sitepreserver_module);

    if (!sp_learn_any(scf->rules)) {
        return SP_OK;
    }

    ngx_http_sitepreserver_learn_host(r, &host);

    rc = SP_DONE;

    for (i = 0; i < outcome->nlines && rc != SP_NOMEM; i++) {
        line = &outcome->lines[i];

        if (!line->from_shop || line->url.len == 0
            || (line->name.len != 0 && line->image.len != 0
                && line->price != SP_NO_AMOUNT))
        {
            continue;
        }

        rc = sp_learn_link(scf->rules, &host, &line->url, &ctx->pool, &page);

        if (rc == SP_OK) {
            rc = ngx_http_sitepreserver_learn_line(r, ctx, line, &page);
        }
    }

    if (rc == SP_NOMEM || outcome->cart != SP_CART_ADD || outcome->nlines != 1
        || outcome->lines[0].page != NULL)
    {
        return rc == SP_NOMEM ? rc : SP_OK;
    }

    rc = sp_learn_uri(scf->rules, &ctx->exchange.uri, &ctx->exchange.args,
                      &ctx->pool, &page);

    if (rc == SP_DONE && r->headers_in.referer != NULL) {
        link.data = (char *) r->headers_in.referer->value.data;
        link.len = r->headers_in.referer->value.len;

        rc = sp_learn_link(scf->rules, &host, &link, &ctx->pool, &page);
    }

    if (rc == SP_OK) {
        rc = ngx_http_sitepreserver_learn_line(r, ctx, &outcome->lines[0],
                                               &page);
    }

    return rc == SP_NOMEM ? rc : SP_OK;
}


static sp_rc_t
ngx_http_sitepreserver_learn_line(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx, sp_line_t *line, sp_page_ref_t *page)
{
    sp_id_t                             *key;
    ngx_http_sitepreserver_srv_conf_t   *scf;
    ngx_http_sitepreserver_main_conf_t  *mcf;

    mcf = ngx_http_get_module_main_conf(r, ngx_http_sitepreserver_module);
    scf = ngx_http_get_module_srv_conf(r, ngx_http_sitepreserver_module);

    key = ngx_palloc(r->pool, sizeof(sp_id_t));

    if (key == NULL
        || sp_page_key(mcf->secret, &scf->shop->name, &page->text, key)
           != SP_OK)
    {
        return SP_NOMEM;
    }

    line->page = key->text;

    return SP_OK;
}


static void
ngx_http_sitepreserver_learn_host(ngx_http_request_t *r, sp_str_t *host)
{
    host->len = 0;
    host->data = NULL;

    if (r->headers_in.host != NULL) {
        host->data = (char *) r->headers_in.host->value.data;
        host->len = r->headers_in.host->value.len;

    } else {

        /* HTTP/2 has it as ":authority", without what is not needed of it */

        host->data = (char *) r->headers_in.server.data;
        host->len = r->headers_in.server.len;
    }
}
