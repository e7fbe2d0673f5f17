/*
 * Copyright (C) SitePreserver developers
 */

#include "log.h"
#include "rescue_creative.h"


static void rescue_creative_log(const config_shop_t *shop,
    const config_step_t *step, const config_variant_t *variant,
    const creative_t *creative);


rescue_creative_t
rescue_creative(const config_shop_t *shop, const config_step_t *step,
    const config_variant_t *variant, sp_mode_t mode, int64_t now,
    creative_t **creative)
{
    int          news;
    creative_t  *fresh;

    *creative = NULL;
    fresh = creative_watch_get(variant->watch, now, &news);

    if (news) {
        rescue_creative_log(shop, step, variant, fresh);
    }

    if (fresh == NULL) {
        return RESCUE_CREATIVE_WAIT;
    }

    if (creative_state(fresh) == CREATIVE_RETIRED) {
        return RESCUE_CREATIVE_SKIP;
    }

    if (!creative_approved(fresh) && mode != SP_MODE_DRY_RUN) {
        return RESCUE_CREATIVE_WAIT;
    }

    *creative = creative_ref(fresh);

    return RESCUE_CREATIVE_SEND;
}


static void
rescue_creative_log(const config_shop_t *shop, const config_step_t *step,
    const config_variant_t *variant, const creative_t *creative)
{
    char         quoted[LOG_QUOTE_MAX];
    const char  *why, *state;

    if (creative == NULL) {
        state = "wrong";
        why = creative_watch_error(variant->watch);

    } else {
        state = creative_state_name(creative);
        why = creative_state(creative) == CREATIVE_RETIRED
              ? creative_reason(creative) : creative_changed(creative);
    }

    log_event(creative == NULL ? LOG_ERROR
              : creative_approved(creative) ? LOG_INFO : LOG_WARN, "creative",
 "shop=%s step=%s creative=%s state=%s text=%s",
              shop->name, step->name, variant->creative, state,
              log_quote(quoted, why));
}


void
rescue_creatives_start(const config_t *conf)
{
    unsigned              i, k, n, v;
    const config_shop_t  *shop;
    const config_step_t  *step;

    for (i = 0; i < conf->nshops; i++) {
        shop = &conf->shops[i];

        for (k = 0; k < shop->nseries; k++) {
            for (n = 0; n < shop->series[k].nsteps; n++) {
                step = &shop->series[k].steps[n];

                for (v = 0; v < step->nvariants; v++) {
                    creative_watch_note(step->variants[v].watch);

                    if (!creative_approved(step->variants[v].loaded)) {
                        rescue_creative_log(shop, step, &step->variants[v],
                                            step->variants[v].loaded);
                    }
                }
            }
        }
    }
}
