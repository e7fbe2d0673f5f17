/*
 * Copyright (C) SitePreserver developers
 *
 * What is offered: in the message's language, not in the shopper's, so that a
 * message is of one language.
 */

#include "message_data.h"


#define MESSAGE_OFFER_LINE  300     /* bytes */
#define MESSAGE_OFFER_CODE  64
#define MESSAGE_DAY         86400


static const message_offer_text_t *message_offer_text(
    const message_offer_t *offer, const sp_str_t *wanted,
    const sp_str_t *shop);
static int message_offer_fits(const sp_str_t *have, const sp_str_t *wanted);
static void message_offer_expires(message_data_t *md,
    mustache_value_t *object);


void
message_offer(message_data_t *md, const creative_locale_t *creative)
{
    sp_str_t                    wanted, kind;
    mustache_value_t           *object;
    const message_offer_t      *offer;
    const message_offer_text_t *text;
    static const struct {
        const char  *name;
        const char  *flag;
    } kinds[] = {
        { "discount", "is_discount" },
        { "value-add", "is_value_add" },
        { "exclusivity", "is_exclusive" },
        { "upgrade", "is_upgrade" }
    };

    offer = md->facts->offer;

    if (offer == NULL) {
        return;
    }

    wanted.data = creative->locale;
    wanted.len = strlen(creative->locale);
    text = message_offer_text(offer, &wanted, &md->facts->shop->locale);
    kind.data = kinds[offer->kind].name;
    kind.len = strlen(kind.data);

    object = mustache_object(md->data);
    mustache_set_string(md->data, object, "kind", &kind);
    mustache_set_bool(md->data, object, kinds[offer->kind].flag, 1);
    message_set_line(md, object, "text", &text->line, MESSAGE_OFFER_LINE);
    message_set_line(md, object, "code", &offer->code, MESSAGE_OFFER_CODE);
    message_offer_expires(md, object);
    mustache_set(md->data, md->root, "offer", object);
}


/* The creative's language, the shop's, English, whichever there is. */

static const message_offer_text_t *
message_offer_text(const message_offer_t *offer, const sp_str_t *wanted,
    const sp_str_t *shop)
{
    int                          fit, best;
    size_t                       i, k;
    const message_offer_text_t  *found;
    static const sp_str_t        english = { 2, "en" };
    const sp_str_t              *in[] = { wanted, shop, &english };

    for (k = 0; k < sizeof(in) / sizeof(in[0]); k++) {
        found = NULL;
        best = 0;

        for (i = 0; i < offer->ntexts; i++) {
            fit = message_offer_fits(&offer->texts[i].locale, in[k]);

            if (fit > best) {
                best = fit;
                found = &offer->texts[i];
            }
        }

        if (found != NULL) {
            return found;
        }
    }

    return &offer->texts[0];
}


int
message_offer_has(const message_offer_text_t *texts, size_t n,
    const sp_str_t *locale)
{
    size_t  i;

    for (i = 0; i < n; i++) {
        if (message_offer_fits(&texts[i].locale, locale) > 0) {
            return 1;
        }
    }

    return 0;
}


/* 3: the same locale; 2: its language alone; 1: another region's; 0: no. */

static int
message_offer_fits(const sp_str_t *have, const sp_str_t *wanted)
{
    size_t      n[2];
    char        locale[2][MONEY_LOCALE_MAX];

    money_locale(have, locale[0]);
    money_locale(wanted, locale[1]);

    if (wanted->len == 0) {
        return 0;
    }

    if (strcmp(locale[0], locale[1]) == 0) {
        return 3;
    }

    n[0] = strcspn(locale[0], "-_");
    n[1] = strcspn(locale[1], "-_");

    if (n[0] != n[1] || strncmp(locale[0], locale[1], n[0]) != 0) {
        return 0;
    }

    return locale[0][n[0]] == '\0' ? 2 : 1;
}


/* Of an offer that ends within a day it is said which day that is. */

static void
message_offer_expires(message_data_t *md, mustache_value_t *object)
{
    int64_t                 days;
    const message_offer_t  *offer;

    offer = md->facts->offer;

    if (offer->expires <= 0) {
        return;
    }

    message_set_date(md, object, "expires", offer->expires, offer->zone);
    days = (offer->expires - md->facts->date) / MESSAGE_DAY;

    if (days > 0) {
        message_set_number(md, object, "expires_in_days", days);
        message_set_plural(md, object, "expires_in_days_is", days);
    }
}
