/*
 * Copyright (C) SitePreserver developers
 *
 * Are there texts of an offer in all languages that it is made in?
 */

#ifndef OFFER_TEXTS_H
#define OFFER_TEXTS_H

#include "config.h"


/*
 * Tells of each offer and language once: a creative that makes the offer is in
 * that language, and the offer has no text in it.
 */

typedef void (*offer_gap_pt)(void *data, const config_shop_t *shop,
    const config_offer_t *offer, const char *locale, const char *creative);

void offer_gaps(const config_shop_t *shop, offer_gap_pt gap, void *data);


#endif /* OFFER_TEXTS_H */
