/*
 * Copyright (C) SitePreserver developers
 */

#include "calendar.h"
#include "plan.h"
#include "rescue_message.h"


#define RESCUE_UNSUBSCRIBE  "/sp/unsubscribe?t="
#define RESCUE_PREFERENCES  "/sp/preferences?t="
#define RESCUE_NOT_ME       "/sp/not-me?t="
#define RESCUE_CODE         "TEST-CODE" /* of messages that no shopper gets */


static sp_rc_t rescue_message_sender(const rescue_letter_t *letter,
    sender_job_t *job, sp_error_t *err);
static sp_rc_t rescue_message_links(const rescue_letter_t *letter,
    rescue_facts_t *made, sp_error_t *err);
static int rescue_message_url(const rescue_letter_t *letter,
    const char *path, const char *token, char url[LINKS_URL_MAX]);
static sp_rc_t rescue_message_token(const rescue_letter_t *letter,
    sp_token_kind_t kind, char token[SP_TOKEN_MAX]);
static sp_rc_t rescue_message_offer(const rescue_letter_t *letter,
    message_offer_t *offer, char code[DRAW_CODE_MAX + 1], sp_error_t *err);


sp_rc_t
rescue_message_build(const rescue_letter_t *letter, sender_job_t *job,
    sp_error_t *err)
{
    sp_rc_t              rc;
    rescue_facts_t       made;
    message_envelope_t   envelope;

    rc = rescue_message_facts(letter, &made, err);

    if (rc == SP_OK) {
        rc = message_build(&made.facts, letter->creative, &job->message,
                           &envelope, err);
    }

    if (rc != SP_OK) {
        return rc;
    }

    snprintf(job->to, sizeof(job->to), "%s", envelope.to);

    return rescue_message_sender(letter, job, err);
}


sp_rc_t
rescue_message_facts(const rescue_letter_t *letter, rescue_facts_t *made,
    sp_error_t *err)
{
    message_facts_t     *facts;
    const sp_claimed_t  *claimed;

    claimed = letter->claimed;
    facts = &made->facts;
    memset(facts, 0, sizeof(message_facts_t));

    if (rescue_message_links(letter, made, err) != SP_OK) {
        return SP_INVALID;
    }

    facts->shop = &letter->shop->message;
    facts->to = sp_str(letter->to);
    facts->first_name = claimed->first_name;
    facts->locale = claimed->locale.len != 0 ? claimed->locale
                                             : sp_str(letter->shop->locale);
    facts->lines = claimed->lines;
    facts->nlines = claimed->nlines;
    facts->count = SP_NO_AMOUNT;
    facts->total = claimed->total;
    facts->currency = claimed->currency;
    facts->series = sp_str(letter->series->name);
    facts->step = sp_str(letter->step->name);
    facts->utm = &letter->step->utm.tags;
    facts->step_number = (unsigned) (letter->step - letter->series->steps) + 1;

    if (letter->idle != 0) {
        facts->left = (claimed->abandoned - letter->idle) / 1000;
    }

    facts->checkout_error = claimed->checkout_error;
    facts->shopper = sp_str(claimed->shopper.text);
    facts->rescue = claimed->rescue;
    facts->date = claimed->now / 1000;

    if (letter->offer == NULL) {
        return SP_OK;
    }

    facts->offer = &made->offer;

    return rescue_message_offer(letter, &made->offer, made->code, err);
}


static sp_rc_t
rescue_message_links(const rescue_letter_t *letter, rescue_facts_t *made,
    sp_error_t *err)
{
    char  token[SP_TOKEN_MAX], not_me[SP_TOKEN_MAX];

    if (rescue_message_token(letter, SP_TOKEN_CLICK, made->click) != SP_OK
        || rescue_message_token(letter, SP_TOKEN_UNSUBSCRIBE, token) != SP_OK
        || rescue_message_token(letter, SP_TOKEN_NOT_ME, not_me) != SP_OK)
    {
        snprintf(err->text, sizeof(err->text), "no token can be made");
        return SP_INVALID;
    }

    if (!rescue_message_url(letter, RESCUE_UNSUBSCRIBE, token,
                            made->unsubscribe)
        || !rescue_message_url(letter, RESCUE_PREFERENCES, token,
                               made->preferences)
        || !rescue_message_url(letter, RESCUE_NOT_ME, not_me, made->not_me))
    {
        snprintf(err->text, sizeof(err->text), "public_url is too long");
        return SP_INVALID;
    }

    made->facts.click_token = sp_str(made->click);
    made->facts.unsubscribe = sp_str(made->unsubscribe);
    made->facts.preferences = sp_str(made->preferences);
    made->facts.not_me = sp_str(made->not_me);

    return SP_OK;
}


/*
 * It ends with a day, so that nobody finds it gone in the course of the day that
 * the message names.
 */

static sp_rc_t
rescue_message_offer(const rescue_letter_t *letter, message_offer_t *offer,
    char code[DRAW_CODE_MAX + 1], sp_error_t *err)
{
    int64_t                end;
    const config_shop_t   *shop;
    const config_offer_t  *made;

    shop = letter->shop;
    made = letter->offer;
    memset(offer, 0, sizeof(message_offer_t));
    offer->kind = made->kind;
    offer->texts = made->texts;
    offer->ntexts = made->ntexts;
    offer->zone = plan_zone(shop, letter->claimed);

    if (made->pattern != NULL && !letter->inert) {
        if (draw_code(letter->secret, &shop->id, made->name, made->pattern,
                      &letter->claimed->shopper, letter->claimed->rescue,
                      code) != SP_OK)
        {
            snprintf(err->text, sizeof(err->text), "no code can be made");
            return SP_INVALID;
        }

        offer->code = sp_str(code);

    } else if (made->pool != NULL || made->pattern != NULL) {
        offer->code = sp_str(letter->code != NULL ? letter->code
                                                      : RESCUE_CODE);

    } else if (made->code != NULL) {
        offer->code = sp_str(made->code);
    }

    if (made->expires != 0) {
        end = calendar_day_end(offer->zone,
                               letter->claimed->now + made->expires);

        if (end == -1) {
            snprintf(err->text, sizeof(err->text), "out of memory");
            return SP_NOMEM;
        }

        offer->expires = end / 1000;
    }

    return SP_OK;
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
    address = sp_str(shop->return_path);
    rc = SP_OK;

    if (shop->verp && !letter->inert) {
        verp.shopper = letter->claimed->shopper;
        verp.rescue = (uint32_t) letter->claimed->rescue;
        verp.step = letter->step->hash;
        at = strrchr(shop->return_path, '@');
        rc = sp_verp_make(letter->secret, &shop->id, &verp, token);

        snprintf(path, sizeof(path), "%.*s+%s%s",
                 (int) (at - shop->return_path), shop->return_path, token, at);
        address = sp_str(path);
    }

    if (rc != SP_OK || mime_address(&address, job->from, NULL) != SP_OK) {
        snprintf(err->text, sizeof(err->text), "return_path is not valid");
        return SP_INVALID;
    }

    return SP_OK;
}


static int
rescue_message_url(const rescue_letter_t *letter, const char *path,
    const char *token, char url[LINKS_URL_MAX])
{
    int  n;

    n = snprintf(url, LINKS_URL_MAX, "%s%s%s", letter->shop->public_url, path,
                 token);

    return n >= 0 && n < LINKS_URL_MAX;
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
