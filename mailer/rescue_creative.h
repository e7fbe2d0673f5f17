/*
 * Copyright (C) SitePreserver developers
 *
 * Whether the creative of a step may be sent, as its files are now.
 */

#ifndef RESCUE_CREATIVE_H
#define RESCUE_CREATIVE_H

#include "config.h"


typedef enum {
    RESCUE_CREATIVE_SEND = 0,
    RESCUE_CREATIVE_WAIT,           /* it may be approved: "not_approved" */
    RESCUE_CREATIVE_SKIP            /* it is "retired" */
} rescue_creative_t;


/*
 * Looks at the files again if it is time, and logs what has become of them.
 * *creative: the one to send, with a reference for the caller.  In dry-run what
 * is not approved counts as sent too, as nobody gets it.  now: now_ms().
 */

rescue_creative_t rescue_creative(const config_shop_t *shop,
    const config_step_t *step, const config_variant_t *variant,
    sp_mode_t mode, int64_t now, creative_t **creative);


/* Remembers those of a config, and logs those that are not sent. */

void rescue_creatives_start(const config_t *conf);


#endif /* RESCUE_CREATIVE_H */
