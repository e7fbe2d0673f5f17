/*
 * Copyright (C) SitePreserver developers
 *
 * Reading what the functions reply.
 */

#include <limits.h>

#include "sp_call_int.h"


#define SP_CLAIM_HEAD     2         /* strings before the first rescue */
#define SP_CLAIM_STRINGS  11        /* of each rescue */
#define SP_PREVIEW_HEAD   3         /* strings before the rescue */
#define SP_LINE_FIELDS    11


static sp_rc_t sp_claimed_read(sp_claimed_t *claimed, const sp_pool_t *pool,
    const sp_str_t *items);
static sp_rc_t sp_claimed_steps(sp_claimed_t *claimed, sp_str_t text);
static sp_rc_t sp_claimed_locale(sp_claimed_t *claimed, sp_str_t text);
static sp_rc_t sp_claimed_facts(sp_claimed_t *claimed, sp_str_t text);
static sp_rc_t sp_claimed_mails(sp_claimed_t *claimed, sp_str_t text);
static sp_rc_t sp_claimed_code(sp_claimed_t *claimed, sp_str_t text);
static sp_rc_t sp_claimed_lines(sp_claimed_t *claimed, const sp_pool_t *pool,
    sp_str_t text);
static sp_rc_t sp_claimed_line(sp_line_t *line, sp_str_t text);


sp_rc_t
sp_event_reply_read(sp_event_reply_t *reply, const sp_str_t *text)
{
    size_t  i;

    memset(reply, 0, sizeof(sp_event_reply_t));

    if (text->len == 1 && text->data[0] == 'd') {
        reply->duplicate = 1;
        return SP_OK;
    }

    if (text->len == 0 || text->data[0] != 'a') {
        return SP_INVALID;
    }

    for (i = 1; i < text->len && text->data[i] != ' '; i++) {

        switch (text->data[i]) {

        case 'l':
            reply->limited = 1;
            break;

        case 't':
            reply->own_texts = 1;
            break;

        default:
            return SP_INVALID;
        }
    }

    if (i == text->len) {
        return SP_OK;
    }

    if (text->len - i - 1 != SP_ID_LEN) {
        return SP_INVALID;
    }

    memcpy(reply->shopper.text, text->data + i + 1, SP_ID_LEN);
    reply->shopper.text[SP_ID_LEN] = '\0';
    reply->identified = 1;

    return SP_OK;
}


sp_rc_t
sp_claim_read(sp_claim_t *claim, const sp_pool_t *pool, const sp_str_t *items,
    size_t n)
{
    size_t    i;
    int64_t   now;
    sp_rc_t   rc;
    sp_str_t  text;

    if (n < SP_CLAIM_HEAD || (n - SP_CLAIM_HEAD) % SP_CLAIM_STRINGS != 0
        || (n - SP_CLAIM_HEAD) / SP_CLAIM_STRINGS > SP_CLAIM_MAX)
    {
        return SP_INVALID;
    }

    text = items[0];

    if (!sp_number(&text, '\0', &claim->wait)) {
        return SP_INVALID;
    }

    text = items[1];

    if (!sp_number(&text, '\0', &now)) {
        return SP_INVALID;
    }

    claim->n = (n - SP_CLAIM_HEAD) / SP_CLAIM_STRINGS;
    claim->claimed = sp_calloc(pool, (claim->n + 1) * sizeof(sp_claimed_t));

    if (claim->claimed == NULL) {
        return SP_NOMEM;
    }

    for (i = 0; i < claim->n; i++) {
        rc = sp_claimed_read(&claim->claimed[i], pool,
                             items + SP_CLAIM_HEAD + i * SP_CLAIM_STRINGS);

        if (rc != SP_OK) {
            return rc;
        }

        claim->claimed[i].now = now;
    }

    return SP_OK;
}


sp_rc_t
sp_preview_read(sp_preview_t *preview, const sp_pool_t *pool,
    const sp_str_t *items, size_t n)
{
    sp_str_t  text;

    memset(preview, 0, sizeof(sp_preview_t));

    if (n != SP_PREVIEW_HEAD && n != SP_PREVIEW_HEAD + SP_CLAIM_STRINGS) {
        return SP_INVALID;
    }

    preview->stands = items[0];
    text = items[1];

    if (!sp_number(&text, '\0', &preview->claimed.now)) {
        return SP_INVALID;
    }

    text = items[2];

    if (!sp_number(&text, '\0', &preview->idle)) {
        return SP_INVALID;
    }

    return n == SP_PREVIEW_HEAD ? SP_OK
           : sp_claimed_read(&preview->claimed, pool,
                             items + SP_PREVIEW_HEAD);
}


static sp_rc_t
sp_claimed_read(sp_claimed_t *claimed, const sp_pool_t *pool,
    const sp_str_t *items)
{
    int64_t   rescue, fence, series, tries, logged_in;
    sp_rc_t   rc;
    sp_str_t  head;

    if (items[0].len != SP_ID_LEN) {
        return SP_INVALID;
    }

    memcpy(claimed->shopper.text, items[0].data, SP_ID_LEN);
    claimed->sealed = items[1];

    head = items[2];

    if (!sp_number(&head, ' ', &rescue)
        || !sp_number(&head, ' ', &fence)
        || !sp_number(&head, ' ', &series)
        || !sp_number(&head, ' ', &tries)
        || !sp_number(&head, ' ', &claimed->abandoned)
        || !sp_number(&head, ' ', &claimed->due)
        || !sp_number(&head, ' ', &logged_in)
        || sp_amount(&head, &claimed->total) != SP_OK)
    {
        return SP_INVALID;
    }

    claimed->rescue = rescue;
    claimed->fence = fence;
    claimed->series = (uint32_t) series;
    claimed->tries = (unsigned) tries;
    claimed->logged_in = logged_in != 0;
    claimed->first_name = items[4];
    claimed->currency = items[6];

    rc = sp_claimed_steps(claimed, items[3]);

    if (rc == SP_OK) {
        rc = sp_claimed_locale(claimed, items[5]);
    }

    if (rc == SP_OK) {
        rc = sp_claimed_facts(claimed, items[8]);
    }

    if (rc == SP_OK) {
        rc = sp_claimed_mails(claimed, items[9]);
    }

    if (rc == SP_OK) {
        rc = sp_claimed_code(claimed, items[10]);
    }

    return rc == SP_OK ? sp_claimed_lines(claimed, pool, items[7]) : rc;
}


/* The locale, and behind a space the time zone, if that is known. */

static sp_rc_t
sp_claimed_locale(sp_claimed_t *claimed, sp_str_t text)
{
    sp_cut(&text, ' ', &claimed->locale);

    if (text.len > SP_TIME_ZONE_MAX) {
        return SP_INVALID;
    }

    memcpy(claimed->time_zone, text.data, text.len);
    claimed->time_zone[text.len] = '\0';

    return SP_OK;
}


/* What an audience may ask for. */

static sp_rc_t
sp_claimed_facts(sp_claimed_t *claimed, sp_str_t text)
{
    int64_t  captured, known, device, stage, orders, customer, consent, failed;

    if (!sp_number(&text, ' ', &captured) || captured > SP_CAPTURED_CLICK
        || !sp_number(&text, ' ', &known) || known > SP_KNOWN_LOGIN
        || !sp_number(&text, ' ', &device) || device > SP_DEVICE_TABLET
        || !sp_number(&text, ' ', &stage) || stage > 5
        || !sp_number(&text, ' ', &orders) || orders > UINT_MAX
        || !sp_number(&text, ' ', &customer)
        || !sp_number(&text, ' ', &claimed->offered)
        || !sp_number(&text, ' ', &consent) || consent > 15
        || !sp_number(&text, ' ', &claimed->consented_at)
        || !sp_number(&text, ' ', &failed) || failed > 1 || text.len != 0)
    {
        return SP_INVALID;
    }

    claimed->captured = (sp_captured_t) captured;
    claimed->known = (sp_known_t) known;
    claimed->device = (sp_device_t) device;
    claimed->stage = (unsigned) stage;
    claimed->orders = (unsigned) orders;
    claimed->customer = customer != 0;
    claimed->checkout_error = failed != 0;
    claimed->consented = consent == 8 ? SP_CONSENTED_NOT_ME
                                      : (sp_consented_t) (consent & 7);

    if (consent != 0) {
        claimed->consent = consent < 8 ? SP_CONSENT_GIVEN
                                       : SP_CONSENT_WITHDRAWN;
    }

    return SP_OK;
}


static sp_rc_t
sp_claimed_mails(sp_claimed_t *claimed, sp_str_t text)
{
    while (text.len != 0) {

        if (claimed->nmails == SP_MAILS_MAX
            || !sp_number(&text, ' ', &claimed->mails[claimed->nmails]))
        {
            return SP_INVALID;
        }

        claimed->nmails++;
    }

    return SP_OK;
}


/* The pool, the code, "g" once a message with it has left. */

static sp_rc_t
sp_claimed_code(sp_claimed_t *claimed, sp_str_t text)
{
    if (text.len == 0) {
        return SP_OK;
    }

    sp_cut(&text, ' ', &claimed->pool);
    sp_cut(&text, ' ', &claimed->code);

    if (claimed->pool.len == 0 || claimed->pool.len > SP_POOL_MAX
        || claimed->code.len == 0 || claimed->code.len > SP_CODE_MAX
        || text.len != 1 || (text.data[0] != 'g' && text.data[0] != 'r'))
    {
        return SP_INVALID;
    }

    claimed->code_given = text.data[0] == 'g';

    return SP_OK;
}


static sp_rc_t
sp_claimed_steps(sp_claimed_t *claimed, sp_str_t text)
{
    int64_t          hash, at;
    sp_str_t         part;
    sp_step_done_t  *step;

    while (text.len != 0) {
        sp_cut(&text, ' ', &part);

        if (claimed->nsteps == SP_STEPS_MAX
            || !sp_number(&part, ':', &hash)
            || !sp_number(&part, ':', &at)
            || part.len != 1)
        {
            return SP_INVALID;
        }

        step = &claimed->steps[claimed->nsteps++];
        step->hash = (uint32_t) hash;
        step->at = at;
        step->outcome = part.data[0];
    }

    return SP_OK;
}


static sp_rc_t
sp_claimed_lines(sp_claimed_t *claimed, const sp_pool_t *pool, sp_str_t text)
{
    size_t     i;
    sp_rc_t    rc;
    sp_str_t   part;
    unsigned   n;

    n = text.len != 0;

    for (i = 0; i < text.len; i++) {
        n += text.data[i] == SP_RECORD;
    }

    if (n > SP_ITEMS_MAX) {
        return SP_INVALID;
    }

    claimed->lines = sp_calloc(pool, (n + 1) * sizeof(sp_line_t));

    if (claimed->lines == NULL) {
        return SP_NOMEM;
    }

    while (claimed->nlines < n) {
        sp_cut(&text, SP_RECORD, &part);

        rc = sp_claimed_line(&claimed->lines[claimed->nlines++], part);

        if (rc != SP_OK) {
            return rc;
        }
    }

    return SP_OK;
}


static sp_rc_t
sp_claimed_line(sp_line_t *line, sp_str_t text)
{
    size_t    i;
    sp_str_t  field[SP_LINE_FIELDS];

    for (i = 0; i < SP_LINE_FIELDS; i++) {
        sp_cut(&text, SP_FIELD, &field[i]);
    }

    line->out_of_stock = text.len == 1 && text.data[0] == 'o';

    if (text.len > line->out_of_stock
        || sp_amount(&field[2], &line->quantity) != SP_OK
        || sp_amount(&field[3], &line->price) != SP_OK
        || sp_amount(&field[4], &line->total) != SP_OK)
    {
        return SP_INVALID;
    }

    line->id = field[0];
    line->key = field[1];
    line->sku = field[5];
    line->name = field[6];
    line->url = field[7];
    line->image = field[8];
    line->options = field[9];
    line->category = field[10];
    line->from_shop = 1;

    /* a total that is the product is not kept; both factors are bounded */

    if (line->total == SP_NO_AMOUNT && line->quantity != SP_NO_AMOUNT
        && line->price != SP_NO_AMOUNT
        && line->quantity <= SP_QUANTITY_MAX
        && line->price <= SP_CALL_PRICE_MAX
        && line->price >= -SP_CALL_PRICE_MAX)
    {
        line->total = line->price * line->quantity;
    }

    return SP_OK;
}


void
sp_cut(sp_str_t *rest, char separator, sp_str_t *part)
{
    const char  *p;

    part->data = rest->data;
    p = rest->len != 0 ? memchr(rest->data, separator, rest->len) : NULL;

    if (p == NULL) {
        part->len = rest->len;
        rest->len = 0;
        return;
    }

    part->len = p - rest->data;
    rest->len -= part->len + 1;
    rest->data = p + 1;
}


int
sp_number(sp_str_t *rest, char separator, int64_t *value)
{
    sp_str_t  part;

    sp_cut(rest, separator, &part);

    return part.len != 0 && part.data[0] != '-'
           && sp_amount(&part, value) == SP_OK;
}


sp_rc_t
sp_amount(const sp_str_t *text, int64_t *value)
{
    size_t   i;
    int64_t  n;

    *value = SP_NO_AMOUNT;

    if (text->len == 0) {
        return SP_OK;
    }

    i = text->data[0] == '-';

    if (i == text->len) {
        return SP_OK;                   /* SP_UNSURE, which is not told */
    }

    if (text->len - i > 18) {
        return SP_INVALID;
    }

    for (n = 0; i < text->len; i++) {

        if (text->data[i] < '0' || text->data[i] > '9') {
            return SP_INVALID;
        }

        n = n * 10 + (text->data[i] - '0');
    }

    *value = text->data[0] == '-' ? -n : n;

    return SP_OK;
}
