/*
 * Copyright (C) SitePreserver developers
 */

#include "rescue_message.h"


#define RESCUE_PATH  "/sp/unsubscribe?t="


static sp_rc_t rescue_message_sender(const rescue_letter_t *letter,
    sender_job_t *job, sp_error_t *err);
static sp_rc_t rescue_message_token(const rescue_letter_t *letter,
    sp_token_kind_t kind, char token[SP_TOKEN_MAX]);
static sp_str_t rescue_str(const char *text);


sp_rc_t
rescue_message_build(const rescue_letter_t *letter, sender_job_t *job,
    sp_error_t *err)
{
    int                   n;
    char                  click[SP_TOKEN_MAX], token[SP_TOKEN_MAX];
    char                  url[LINKS_URL_MAX];
    sp_rc_t               rc;
    message_facts_t       facts;
    message_envelope_t    envelope;
    const sp_claimed_t   *claimed;
    const config_shop_t  *shop;

    shop = letter->shop;
    claimed = letter->claimed;

    if (rescue_message_token(letter, SP_TOKEN_CLICK, click) != SP_OK
        || rescue_message_token(letter, SP_TOKEN_UNSUBSCRIBE, token) != SP_OK)
    {
        snprintf(err->text, sizeof(err->text), "no token can be made");
        return SP_INVALID;
    }

    n = snprintf(url, sizeof(url), "%s" RESCUE_PATH "%s", shop->public_url,
                 token);

    if (n < 0 || (size_t) n >= sizeof(url)) {
        snprintf(err->text, sizeof(err->text), "public_url is too long");
        return SP_LIMIT;
    }

    memset(&facts, 0, sizeof(message_facts_t));
    facts.shop = &shop->message;
    facts.to = rescue_str(letter->to);
    facts.first_name = claimed->first_name;
    facts.locale = claimed->locale.len != 0 ? claimed->locale
                                            : rescue_str(shop->locale);
    facts.lines = claimed->lines;
    facts.nlines = claimed->nlines;
    facts.count = SP_NO_AMOUNT;
    facts.total = claimed->total;
    facts.currency = claimed->currency;
    facts.series = rescue_str(letter->series->name);
    facts.step = rescue_str(letter->step->name);
    facts.utm = &letter->step->utm.tags;
    facts.step_number = (unsigned) (letter->step - letter->series->steps) + 1;

    if (letter->idle != 0) {
        facts.left = (claimed->abandoned - letter->idle) / 1000;
    }

    facts.shopper = rescue_str(claimed->shopper.text);
    facts.rescue = claimed->rescue;
    facts.click_token = rescue_str(click);
    facts.unsubscribe = rescue_str(url);
    facts.date = claimed->now / 1000;

    rc = message_build(&facts, letter->creative, &job->message, &envelope,
                       err);

    if (rc != SP_OK) {
        return rc;
    }

    snprintf(job->to, sizeof(job->to), "%s", envelope.to);

    return rescue_message_sender(letter, job, err);
}


/* "bounce@...", or "bounce+TOKEN@...": what comes back says whose it was. */

static sp_rc_t
rescue_message_sender(const rescue_letter_t *letter, sender_job_t *job,
    sp_error_t *err)
{
    char                  token[SP_VERP_LEN + 1], path[SP_ADDRESS_MAX * 2];
    sp_rc_t               rc;
    sp_str_t              address;
    sp_verp_t             verp;
    const char           *at;
    const config_shop_t  *shop;

    shop = letter->shop;
    address = rescue_str(shop->return_path);
    rc = SP_OK;

    if (shop->verp && !letter->inert) {
        verp.shopper = letter->claimed->shopper;
        verp.rescue = (uint32_t) letter->claimed->rescue;
        verp.step = letter->step->hash;
        at = strrchr(shop->return_path, '@');
        rc = sp_verp_make(letter->secret, &shop->id, &verp, token);

        snprintf(path, sizeof(path), "%.*s+%s%s",
                 (int) (at - shop->return_path), shop->return_path, token, at);
        address = rescue_str(path);
    }

    if (rc != SP_OK || mime_address(&address, job->from, NULL) != SP_OK) {
        snprintf(err->text, sizeof(err->text), "return_path is not valid");
        return SP_INVALID;
    }

    return SP_OK;
}


static sp_rc_t
rescue_message_token(const rescue_letter_t *letter, sp_token_kind_t kind,
    char token[SP_TOKEN_MAX])
{
    sp_token_t  fields;

    memset(&fields, 0, sizeof(sp_token_t));
    fields.kind = kind;
    fields.inert = letter->inert != 0;
    fields.shopper = letter->claimed->shopper;
    fields.rescue = letter->claimed->rescue;
    fields.step = letter->step->hash;

    return sp_token_make(letter->secret, &letter->shop->id, &fields, token);
}


static sp_str_t
rescue_str(const char *text)
{
    sp_str_t  s;

    s.data = text;
    s.len = strlen(text);

    return s;
}
