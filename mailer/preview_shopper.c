/*
 * Copyright (C) SitePreserver developers
 */

#include <stdarg.h>

#include "preview_shopper.h"
#include "sp_arena.h"


static int preview_shopper_read(cmd_t *cmd, const config_shop_t *shop,
    preview_shopper_t *p);
static int preview_shopper_stands(const config_shop_t *shop,
    const preview_shopper_t *p);
static void preview_shopper_note(const char *fmt, ...)
    __attribute__((format(printf, 1, 2)));
static int preview_shopper_plan(cmd_t *cmd, const config_shop_t *shop,
    const char *name, preview_shopper_t *p);
static void preview_shopper_step(const config_shop_t *shop, const char *name,
    plan_t *plan);
static const config_step_t *preview_series_step(const config_series_t *series,
    const char *name);
static int preview_shopper_variant(cmd_t *cmd, const config_shop_t *shop,
    const char *name, preview_shopper_t *p);
static int preview_stands(const preview_shopper_t *p, const char *word);


/* What keeps a message from a shopper for now. */

static const struct {
    const char  *stands;
    const char  *note;
} preview_notes[] = {
    { "leased", "the mailer has this shopper's message in hand" },
    { "held", "an order is under way: nothing is sent until that is decided" },
    { "active", "the shopper is still active: nothing is sent yet" },
    { "closed", "this cart's rescue has ended: nothing is sent any more" },
    { "shop_failing", "the shop's checkout fails: nothing is sent until it "
      "works again" },
    { "out_of_stock", "nothing in the cart can be had: nothing is sent until "
      "some of it is back" },
    { "no_address", "the address is not kept any more: nothing is sent" },
};


int
preview_shopper(cmd_t *cmd, const config_shop_t *shop, const char *address,
    const creative_t *creative, preview_shopper_t *p)
{
    int              rc;
    sp_error_t       err;
    rescue_letter_t  letter;

    if (!cmd_address(cmd, shop, address, p->address,
                     &p->record.claimed.shopper))
    {
        return CMD_USAGE;
    }

    if (!preview_shopper_read(cmd, shop, p)) {
        return CMD_REDIS;
    }

    rc = preview_shopper_stands(shop, p);

    if (rc != CMD_OK) {
        return rc;
    }

    if (!preview_shopper_plan(cmd, shop, creative_name(creative), p)) {
        return CMD_FAILED;
    }

    memset(&letter, 0, sizeof(rescue_letter_t));
    letter.secret = cmd->conf->secret;
    letter.shop = shop;
    letter.series = p->plan.series;
    letter.step = p->plan.step;
    letter.creative = creative;
    letter.offer = p->plan.offer;
    letter.claimed = &p->record.claimed;
    letter.to = p->address;
    letter.inert = 1;
    letter.idle = p->record.idle;

    if (rescue_message_facts(&letter, &p->made, &err) != SP_OK) {
        cmd_error("%s", err.text);
        return CMD_FAILED;
    }

    return CMD_OK;
}


static int
preview_shopper_read(cmd_t *cmd, const config_shop_t *shop,
    preview_shopper_t *p)
{
    sp_id_t          shopper;
    sp_call_t        call;
    redis_answer_t   answer;

    shopper = p->record.claimed.shopper;

    if (!cmd_connect(cmd)
        || sp_call_preview(&call, sp_arena_pool(cmd->arena), &shop->id,
                           &shopper) != SP_OK
        || !cmd_call(cmd, &call, &answer))
    {
        return 0;
    }

    if (sp_preview_read(&p->record, sp_arena_pool(cmd->arena), answer.items,
                        answer.n) != SP_OK)
    {
        cmd_error("Redis gave another answer");
        return 0;
    }

    return 1;
}


/* Is there a message at all?  Else the status to end with, and it was said. */

static int
preview_shopper_stands(const config_shop_t *shop, const preview_shopper_t *p)
{
    size_t  i;

    if (preview_stands(p, "unknown")) {
        cmd_error("shop \"%s\" knows nothing of this address", shop->name);
        return CMD_NOT_FOUND;
    }

    if (preview_stands(p, "suppressed") || preview_stands(p, "paused")) {
        cmd_error("this address is %.*s in shop \"%s\": it gets no message",
                  (int) p->record.stands.len, p->record.stands.data,
                  shop->name);
        return CMD_NOT_MAILED;
    }

    if (neverlist_has(shop->never, p->address)) {
        cmd_error("this address is on never_mail of shop \"%s\": it gets no "
                  "message", shop->name);
        return CMD_NOT_MAILED;
    }

    if (preview_stands(p, "empty")) {
        cmd_error("this shopper has nothing in the cart of shop \"%s\"",
                  shop->name);
        return CMD_NOT_FOUND;
    }

    for (i = 0; i < sizeof(preview_notes) / sizeof(preview_notes[0]); i++) {
        if (preview_stands(p, preview_notes[i].stands)) {
            preview_shopper_note("%s", preview_notes[i].note);
        }
    }

    return CMD_OK;
}


/* Which step it would be, and what that would send to this shopper. */

static int
preview_shopper_plan(cmd_t *cmd, const config_shop_t *shop, const char *name,
    preview_shopper_t *p)
{
    plan_t  *plan;

    plan = &p->plan;
    plan_decide(shop, cmd->conf->secret, &p->record.claimed,
                p->record.claimed.now, plan);

    if (plan->series == NULL) {
        preview_shopper_note("nothing is sent to this shopper: %s",
                             plan->reason);

        /* the series, that is, but for the one whose steps are all done */

        (void) plan_series(shop, &p->record.claimed, plan);
    }

    preview_shopper_step(shop, name, plan);

    return preview_shopper_variant(cmd, shop, name, p);
}


/* The next step, if it uses the creative, else one that does, else any. */

static void
preview_shopper_step(const config_shop_t *shop, const char *name,
    plan_t *plan)
{
    unsigned                i;
    const config_step_t    *step;
    const config_series_t  *series;

    if (plan->step != NULL && config_variant(plan->step, name) != NULL) {
        return;
    }

    if (plan->step != NULL) {
        preview_shopper_note("the next step of this shopper is \"%s\" of "
                             "series \"%s\", which does not use it",
                             plan->step->name, plan->series->name);
    }

    series = plan->series;
    step = series != NULL ? preview_series_step(series, name) : NULL;

    for (i = 0; i < shop->nseries && step == NULL; i++) {
        series = &shop->series[i];
        step = preview_series_step(series, name);
    }

    if (step != NULL) {
        plan->series = series;
        plan->step = step;
        return;
    }

    preview_shopper_note("no step of shop \"%s\" uses it", shop->name);

    if (plan->step == NULL) {
        plan->series = &shop->series[0];
        plan->step = &plan->series->steps[0];
    }
}


static const config_step_t *
preview_series_step(const config_series_t *series, const char *name)
{
    unsigned  i;

    for (i = 0; i < series->nsteps; i++) {
        if (config_variant(&series->steps[i], name) != NULL) {
            return &series->steps[i];
        }
    }

    return NULL;
}


static int
preview_shopper_variant(cmd_t *cmd, const config_shop_t *shop,
    const char *name, preview_shopper_t *p)
{
    plan_t                  *plan;
    const sp_claimed_t      *claimed;
    const config_variant_t  *other;

    plan = &p->plan;
    claimed = &p->record.claimed;
    plan->holdout = 0;

    if (plan_draw(shop, cmd->conf->secret, claimed, plan) != SP_OK) {
        cmd_error("out of memory");
        return 0;
    }

    if (plan->holdout) {
        preview_shopper_note("the shopper is held out of series \"%s\": "
                             "nothing is sent", plan->series->name);
    }

    other = config_variant(plan->step, name);

    if (other != NULL && strcmp(plan->variant->creative, name) != 0) {
        preview_shopper_note("the shopper would get variant \"%s\" of step "
                             "\"%s\", which does not use it",
                             plan->variant->name, plan->step->name);
        plan->variant = other;
    }

    plan_offer(shop, claimed, claimed->now, plan);

    if (plan->variant->offer != NULL && plan->offer == NULL) {
        preview_shopper_note("the offer is left out: %s", "offered_lately");
    }

    if (plan->kind == PLAN_SKIP) {
        preview_shopper_note("step \"%s\" is skipped: %s", plan->step->name,
                             plan->reason);
    }

    return 1;
}


static void
preview_shopper_note(const char *fmt, ...)
{
    va_list  ap;

    fputs("sitepreserver: note: ", stderr);

    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);

    fputc('\n', stderr);
}


static int
preview_stands(const preview_shopper_t *p, const char *word)
{
    return p->record.stands.len == strlen(word)
           && memcmp(p->record.stands.data, word, strlen(word)) == 0;
}
