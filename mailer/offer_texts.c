/*
 * Copyright (C) SitePreserver developers
 */

#include "offer_texts.h"


/* How far a shop has been gone through. */

typedef struct {
    unsigned  series;
    unsigned  step;
    unsigned  variant;
    size_t    locale;
} offer_place_t;


static int offer_next(const config_shop_t *shop, offer_place_t *place);
static const config_variant_t *offer_variant(const config_shop_t *shop,
    const offer_place_t *place);
static int offer_told(const config_shop_t *shop, const offer_place_t *place);
static int offer_lacks(const config_variant_t *variant, size_t locale);


void
offer_gaps(const config_shop_t *shop, offer_gap_pt gap, void *data)
{
    offer_place_t            place;
    const config_variant_t  *variant;

    memset(&place, 0, sizeof(offer_place_t));

    while (offer_next(shop, &place)) {
        variant = offer_variant(shop, &place);

        if (offer_lacks(variant, place.locale) && !offer_told(shop, &place)) {
            gap(data, shop, variant->offer,
                creative_locale_at(variant->loaded, place.locale)->locale,
                variant->creative);
        }

        place.locale++;
    }
}


/* The same place if it is one, else the next one; 0: there is none. */

static int
offer_next(const config_shop_t *shop, offer_place_t *place)
{
    const config_step_t     *step;
    const config_variant_t  *variant;

    while (place->series < shop->nseries) {
        if (place->step == shop->series[place->series].nsteps) {
            place->series++;
            place->step = 0;
            continue;
        }

        step = &shop->series[place->series].steps[place->step];

        if (place->variant == step->nvariants) {
            place->step++;
            place->variant = 0;
            continue;
        }

        variant = &step->variants[place->variant];

        if (variant->offer != NULL && variant->loaded != NULL
            && place->locale < creative_nlocales(variant->loaded))
        {
            return 1;
        }

        place->variant++;
        place->locale = 0;
    }

    return 0;
}


static const config_variant_t *
offer_variant(const config_shop_t *shop, const offer_place_t *place)
{
    return &shop->series[place->series].steps[place->step]
                .variants[place->variant];
}


/* Was this offer and language come by before? */

static int
offer_told(const config_shop_t *shop, const offer_place_t *place)
{
    const char              *locale;
    offer_place_t            past;
    const config_variant_t  *here, *there;

    here = offer_variant(shop, place);
    locale = creative_locale_at(here->loaded, place->locale)->locale;
    memset(&past, 0, sizeof(offer_place_t));

    while (offer_next(shop, &past) && memcmp(&past, place, sizeof(past)) != 0)
    {
        there = offer_variant(shop, &past);

        if (there->offer == here->offer
            && strcmp(creative_locale_at(there->loaded, past.locale)->locale,
                      locale) == 0)
        {
            return 1;
        }

        past.locale++;
    }

    return 0;
}


static int
offer_lacks(const config_variant_t *variant, size_t locale)
{
    sp_str_t  wanted;

    wanted.data = creative_locale_at(variant->loaded, locale)->locale;
    wanted.len = strlen(wanted.data);

    return !message_offer_has(variant->offer->texts, variant->offer->ntexts,
                              &wanted);
}
