
/*
 * Copyright (C) SitePreserver developers
 */


#include "ngx_http_sitepreserver_decide.h"
#include "ngx_http_sitepreserver_erase.h"
#include "ngx_http_sitepreserver_event.h"
#include "ngx_http_sitepreserver_gate.h"
#include "ngx_http_sitepreserver_zone.h"


static ngx_http_sitepreserver_result_t ngx_http_sitepreserver_outcome(
    ngx_http_request_t *r, ngx_http_sitepreserver_ctx_t *ctx);
static ngx_http_sitepreserver_result_t ngx_http_sitepreserver_outcomes(
    ngx_http_request_t *r, ngx_http_sitepreserver_ctx_t *ctx);
static ngx_uint_t ngx_http_sitepreserver_closes(
    ngx_http_sitepreserver_ctx_t *ctx);
static void ngx_http_sitepreserver_outcome_count(
    ngx_http_sitepreserver_main_conf_t *mcf, sp_outcome_t *outcome);
static void ngx_http_sitepreserver_outcome_count_one(
    ngx_http_sitepreserver_main_conf_t *mcf, sp_outcome_t *outcome);


void
ngx_http_sitepreserver_decide(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx)
{
    ngx_http_sitepreserver_main_conf_t  *mcf;

    static const ngx_http_sitepreserver_counter_t  counters[] = {
        0,
        NGX_HTTP_SITEPRESERVER_OBSERVED,
        NGX_HTTP_SITEPRESERVER_IGNORED,
        NGX_HTTP_SITEPRESERVER_NO_CONSENT,
        NGX_HTTP_SITEPRESERVER_REJECTED,
        NGX_HTTP_SITEPRESERVER_DROPPED
    };

    if (ctx->result != NGX_HTTP_SITEPRESERVER_UNDECIDED) {
        return;
    }

    ctx->result = ngx_http_sitepreserver_outcome(r, ctx);

    if (ctx->result == NGX_HTTP_SITEPRESERVER_RESULT_OFF) {
        return;
    }

    mcf = ngx_http_get_module_main_conf(r, ngx_http_sitepreserver_module);

    ngx_http_sitepreserver_count(mcf, counters[ctx->result]);
}


static ngx_http_sitepreserver_result_t
ngx_http_sitepreserver_outcome(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx)
{
    sp_rc_t                              rc;
    ngx_uint_t                           status;
    ngx_http_sitepreserver_main_conf_t  *mcf;

    mcf = ngx_http_get_module_main_conf(r, ngx_http_sitepreserver_module);

    if (!ctx->lcf->enable) {
        return NGX_HTTP_SITEPRESERVER_RESULT_OFF;
    }

    if (ctx->observation != NULL) {
        ngx_http_sitepreserver_count(mcf, NGX_HTTP_SITEPRESERVER_MATCHED);
    }

    ngx_http_sitepreserver_gate(r, ctx);

    if (ctx->observation != NULL && !ctx->clicked) {
        status = ngx_http_sitepreserver_status(r);

        rc = sp_observe_end(ctx->observation, status, &ctx->outcome);

        if (rc == SP_NOMEM) {
            ngx_http_sitepreserver_count(mcf,
                                         NGX_HTTP_SITEPRESERVER_NO_MEMORY);
            return NGX_HTTP_SITEPRESERVER_RESULT_DROPPED;
        }

        if (ctx->outcome != NULL) {
            ctx->read = ctx->outcome->read;
            ngx_http_sitepreserver_count_n(mcf,
                                           NGX_HTTP_SITEPRESERVER_READ_BYTES,
                                           ctx->read);
            ngx_http_sitepreserver_outcome_count(mcf, ctx->outcome);
        }

        if (rc != SP_OK) {
            return NGX_HTTP_SITEPRESERVER_RESULT_REJECTED;
        }
    }

    return ngx_http_sitepreserver_outcomes(r, ctx);
}


/*
 * A request that carried several is several events, in their order.  What it
 * says of the whole is the worst that became of one that is lost, else the
 * best.
 */

static ngx_http_sitepreserver_result_t
ngx_http_sitepreserver_outcomes(ngx_http_request_t *r,
    ngx_http_sitepreserver_ctx_t *ctx)
{
    unsigned                         kinds;
    sp_outcome_t                    *outcome, *next;
    ngx_http_sitepreserver_result_t  one, result;

    result = NGX_HTTP_SITEPRESERVER_UNDECIDED;
    outcome = ctx->outcome;
    kinds = 0;

    do {
        next = (outcome != NULL) ? outcome->next : NULL;

        ctx->outcome = outcome;
        ctx->kinds = (outcome != NULL) ? outcome->kinds : 0;

        if (ctx->clicked) {
            ctx->kinds = SP_RESCUE_CLICK;
        }

        /* with the last one: an order has to find what it closes */

        ctx->erase = (next == NULL && ngx_http_sitepreserver_erase_due(r, ctx));

        if ((ctx->ignored || ctx->refused) && !ctx->erase
            && !ngx_http_sitepreserver_closes(ctx))
        {
            one = ngx_http_sitepreserver_gated(ctx);

        } else {
            one = ngx_http_sitepreserver_send(r, ctx);
        }

        if (ctx->erase && one != NGX_HTTP_SITEPRESERVER_RESULT_DROPPED) {
            ngx_http_sitepreserver_erased(r, ctx);
        }

        if (result == NGX_HTTP_SITEPRESERVER_UNDECIDED
            || one == NGX_HTTP_SITEPRESERVER_RESULT_DROPPED
            || (one == NGX_HTTP_SITEPRESERVER_RESULT_OBSERVED
                && result != NGX_HTTP_SITEPRESERVER_RESULT_DROPPED))
        {
            result = one;
        }

        kinds |= ctx->kinds;
        outcome = next;

    } while (outcome != NULL);

    ctx->kinds = kinds;

    return result;
}


/*
 * Of whom nothing is stored, an order closes what was kept before, and who
 * refuses may take back that he agreed to be written to.
 */

static ngx_uint_t
ngx_http_sitepreserver_closes(ngx_http_sitepreserver_ctx_t *ctx)
{
    if (ctx->kinds & SP_PURCHASE) {
        return 1;
    }

    return !ctx->ignored && ctx->outcome != NULL
           && ctx->outcome->consent == SP_CONSENT_WITHDRAWN;
}


static void
ngx_http_sitepreserver_outcome_count(ngx_http_sitepreserver_main_conf_t *mcf,
    sp_outcome_t *outcome)
{
    for ( /* void */ ; outcome != NULL; outcome = outcome->next) {
        ngx_http_sitepreserver_outcome_count_one(mcf, outcome);
    }
}


static void
ngx_http_sitepreserver_outcome_count_one(
    ngx_http_sitepreserver_main_conf_t *mcf, sp_outcome_t *outcome)
{
    if (outcome->request_cut) {
        ngx_http_sitepreserver_count(mcf, NGX_HTTP_SITEPRESERVER_REQUEST_CUT);
    }

    if (outcome->response_cut) {
        ngx_http_sitepreserver_count(mcf, NGX_HTTP_SITEPRESERVER_RESPONSE_CUT);
    }

    if (outcome->request_bad) {
        ngx_http_sitepreserver_count(mcf, NGX_HTTP_SITEPRESERVER_REQUEST_BAD);
    }

    if (outcome->response_bad) {
        ngx_http_sitepreserver_count(mcf, NGX_HTTP_SITEPRESERVER_RESPONSE_BAD);
    }

    if (outcome->lines_dropped != 0) {
        ngx_http_sitepreserver_count_n(mcf,
                                       NGX_HTTP_SITEPRESERVER_LINES_DROPPED,
                                       outcome->lines_dropped);
    }
}
