/*
 * Copyright (C) SitePreserver developers
 */

#define _GNU_SOURCE                 /* strcasestr() */

#include <stdlib.h>

#include "bounce.h"
#include "mime.h"
#include "web.h"


/*
 * How many rescues of a shopper a Message-ID is compared with: it is a hash, so
 * that what it was made of must be guessed.
 */

#define BOUNCE_RESCUES  256


static int bounce_by_path(const config_t *conf, const char *text,
    bounce_match_t *match);
static int bounce_by_unsubscribe(const config_t *conf, const char *text,
    bounce_match_t *match);
static int bounce_by_id(const config_t *conf, const bounce_t *bounce,
    bounce_match_t *match);
static int bounce_by_recipient(const config_t *conf,
    const config_shop_t *shop, const bounce_t *bounce, const char *recipient,
    bounce_match_t *match);
static int bounce_by_step(const config_shop_t *shop, const sp_id_t *shopper,
    const char *step, const char *message_id, uint64_t *rescue);


int
bounce_match(const config_t *conf, const bounce_t *bounce,
    bounce_match_t *match)
{
    int       found;
    unsigned  i;

    memset(match, 0, sizeof(bounce_match_t));
    found = 0;

    for (i = 0; i < bounce->npaths && !found; i++) {
        found = bounce_by_path(conf, bounce->paths[i].text, match);
    }

    if (!found) {
        found = bounce_by_unsubscribe(conf, bounce->unsubscribe, match);
    }

    if (!found) {
        found = bounce_by_id(conf, bounce, match);
    }

    bounce_message_mark(match->message, match->rescue, match->step);

    return found;
}


void
bounce_message_mark(char mark[BOUNCE_MARK_LEN + 1], uint64_t rescue,
    uint32_t step)
{
    snprintf(mark, BOUNCE_MARK_LEN + 1, "%08x",
             (uint32_t) rescue * 2654435761u ^ step);
}


/* "+TOKEN" wherever it stands in the text. */

static int
bounce_by_path(const config_t *conf, const char *text, bounce_match_t *match)
{
    unsigned     i;
    sp_str_t     token;
    sp_verp_t    verp;
    const char  *p;

    for (p = strchr(text, '+'); p != NULL; p = strchr(p + 1, '+')) {
        token.data = p + 1;
        token.len = SP_VERP_LEN;

        if (strlen(p + 1) < SP_VERP_LEN) {
            return 0;
        }

        for (i = 0; i < conf->nshops; i++) {
            if (sp_verp_read(conf->secret, &conf->shops[i].id, &token, &verp)
                == SP_OK)
            {
                match->shop = &conf->shops[i];
                match->shopper = verp.shopper;
                match->rescue = verp.rescue;
                match->step = verp.step;
                match->by = "verp";
                return 1;
            }
        }
    }

    return 0;
}


/* The link of the message that came back. */

static int
bounce_by_unsubscribe(const config_t *conf, const char *text,
    bounce_match_t *match)
{
    char            token[SP_TOKEN_MAX];
    size_t          n;
    const char     *p;
    sp_token_t      fields;
    config_shop_t  *shop;

    p = strstr(text, "/sp/unsubscribe?t=");

    if (p == NULL) {
        return 0;
    }

    p = strchr(p, '=') + 1;
    n = strspn(p, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                  "0123456789-_");

    if (n == 0 || n >= sizeof(token)) {
        return 0;
    }

    memcpy(token, p, n);
    token[n] = '\0';
    shop = web_token(conf, token, SP_TOKEN_UNSUBSCRIBE, &fields);

    if (shop == NULL) {
        return 0;
    }

    match->shop = shop;
    match->shopper = fields.shopper;
    match->rescue = fields.rescue;
    match->step = fields.step;
    match->inert = fields.inert;
    match->by = "unsubscribe";

    return 1;
}


static int
bounce_by_id(const config_t *conf, const bounce_t *bounce,
    bounce_match_t *match)
{
    unsigned  i, k;

    if (bounce->message_id[0] == '\0') {
        return 0;
    }

    for (i = 0; i < conf->nshops; i++) {
        for (k = 0; k < bounce->nrecipients; k++) {
            if (bounce_by_recipient(conf, &conf->shops[i], bounce,
                                    bounce->recipients[k].text, match))
            {
                return 1;
            }
        }
    }

    return 0;
}


/* A recipient as "someone@example.com" or "<someone@example.com>". */

static int
bounce_by_recipient(const config_t *conf, const config_shop_t *shop,
    const bounce_t *bounce, const char *recipient, bounce_match_t *match)
{
    char         address[SP_ADDRESS_MAX + 1];
    sp_id_t      shopper;
    sp_str_t     in, normal;
    unsigned     i, k;
    const char  *p;

    p = strrchr(recipient, '<');
    in.data = p != NULL ? p + 1 : recipient;
    in.len = strcspn(in.data, "> \t");
    normal.data = address;

    if (sp_address_normalise(&in, address, &normal.len) != SP_OK
        || sp_secret_id(conf->secret, SP_ID_SHOPPER, &shop->id, &normal,
                        &shopper) != SP_OK)
    {
        return 0;
    }

    for (i = 0; i < shop->nseries; i++) {
        for (k = 0; k < shop->series[i].nsteps; k++) {
            if (bounce_by_step(shop, &shopper, shop->series[i].steps[k].name,
                               bounce->message_id, &match->rescue))
            {
                match->shop = shop;
                match->shopper = shopper;
                match->step = shop->series[i].steps[k].hash;
                match->by = "message_id";
                return 1;
            }
        }
    }

    return 0;
}


static int
bounce_by_step(const config_shop_t *shop, const sp_id_t *shopper,
    const char *step, const char *message_id, uint64_t *rescue)
{
    char        id[MIME_ID_MAX + 1], from[MIME_ADDRESS_MAX + 1];
    uint64_t    i;
    sp_str_t    domain, name, who, address;

    address.data = shop->from_address;
    address.len = strlen(shop->from_address);

    if (mime_address(&address, from, NULL) != SP_OK) {
        return 0;
    }

    domain.data = strrchr(from, '@') + 1;
    domain.len = strlen(domain.data);
    name.data = step;
    name.len = strlen(step);
    who.data = shopper->text;
    who.len = strlen(shopper->text);

    for (i = 1; i <= BOUNCE_RESCUES; i++) {
        if (mime_message_id(&shop->id, &who, i, &name, &domain, id) == SP_OK
            && strcmp(id, message_id) == 0)
        {
            *rescue = i;
            return 1;
        }
    }

    return 0;
}


const config_shop_t *
bounce_shop(const config_t *conf, const bounce_t *bounce)
{
    unsigned     i, k;
    const char  *domain;

    for (i = 0; i < conf->nshops; i++) {
        domain = strrchr(conf->shops[i].return_path, '@');

        for (k = 0; k < bounce->npaths; k++) {
            if (strcasestr(bounce->paths[k].text, domain) != NULL) {
                return &conf->shops[i];
            }
        }
    }

    return NULL;
}
