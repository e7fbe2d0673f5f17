/*
 * Copyright (C) SitePreserver developers
 *
 * sitepreserver creative preview.
 */

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "cmd_creative.h"
#include "preview_cart.h"
#include "preview_shopper.h"


typedef struct {
    const char    *cart;
    const char    *sample;
    const char    *shopper;
    const char    *locale;
    const char    *output;
    json_t        *json;            /* cart's strings are in it */
    sample_t       facts;
    char           click[SP_TOKEN_MAX];
    char           unsubscribe[LINKS_URL_MAX];
    char           preferences[LINKS_URL_MAX];
    char           not_me[LINKS_URL_MAX];
    preview_shopper_t  person;
} cmd_preview_t;


static int cmd_preview_it(cmd_t *cmd, cmd_preview_t *p, const char *name);
static int cmd_preview_facts(cmd_t *cmd, cmd_preview_t *p,
    const config_shop_t *shop, const creative_t *creative);
static int cmd_preview_sample(cmd_preview_t *p);
static int cmd_preview_cart(cmd_preview_t *p);
static int cmd_preview_shop(cmd_t *cmd, cmd_preview_t *p,
    const config_shop_t *shop, const char *name);
static void cmd_preview_step(cmd_preview_t *p, const config_shop_t *shop,
    const char *name);
static int cmd_preview_tokens(cmd_t *cmd, cmd_preview_t *p,
    const config_shop_t *shop);
static int cmd_preview_token(cmd_t *cmd, const config_shop_t *shop,
    sp_token_t *fields, sp_token_kind_t kind, char token[SP_TOKEN_MAX]);
static int cmd_preview_url(const config_shop_t *shop, const char *page,
    const char *token, char url[LINKS_URL_MAX]);
static int cmd_preview_write(cmd_preview_t *p, const creative_t *creative);
static int cmd_preview_print(cmd_preview_t *p, const creative_t *creative);
static int cmd_preview_ends(const char *text, const char *end);


static const char  cmd_preview_usage[] =
    "usage: sitepreserver creative preview NAME [-o FILE] [--locale LOCALE]\n"
    "           [--sample NAME | --cart FILE.json | --shopper ADDRESS]\n"
    "           [--shop NAME] [-c FILE]\n"
    "\n"
    "Writes what a shopper would get, approved or not, to FILE: .html and "
    ".txt\n"
    "the one part, .eml the whole message.  Without -o, subject, preheader "
    "and\n"
    "text go to standard output.  Links carry tokens that do nothing.\n"
    "\n"
    "  --sample NAME   a cart that is there: usual, many, long, rtl, emoji, "
    "...;\n"
    "                  --sample help lists them\n"
    "  --cart FILE     a cart of your own, see docs/creatives.md\n"
    "  --shopper ADDRESS\n"
    "                  this shopper's cart, language, step and offer as Redis "
    "has\n"
    "                  them; nothing is changed there, and no code is taken.\n"
    "                  Status 5: not known, or no cart; 6: must not be mailed\n"
    "  --locale LOCALE the shopper's\n"
    "  --shop NAME     whose brand and links; without it, and with several\n"
    "                  shops, those of a sample shop\n";


int
cmd_creative_preview(int argc, char **argv)
{
    int             rc;
    cmd_t           cmd;
    cmd_preview_t  *p;
    cmd_option_t    options[5];

    p = calloc(1, sizeof(cmd_preview_t));

    if (p == NULL) {
        cmd_error("out of memory");
        return CMD_FAILED;
    }

    memset(options, 0, sizeof(options));
    options[0].name = "cart";
    options[0].value = &p->cart;
    options[1].name = "sample";
    options[1].value = &p->sample;
    options[2].name = "locale";
    options[2].value = &p->locale;
    options[3].name = "output";
    options[3].value = &p->output;
    options[4].name = "shopper";
    options[4].value = &p->shopper;

    rc = cmd_creative_begin(&cmd, argc, argv, cmd_preview_usage, options, 5);

    if (rc == CMD_GO) {
        if (p->sample != NULL && strcmp(p->sample, "help") == 0) {
            rc = cmd_preview_sample(p);

        } else if (cmd.nargs != 1
                   || (p->cart != NULL) + (p->sample != NULL)
                      + (p->shopper != NULL) > 1)
        {
            fputs(cmd_preview_usage, stderr);
            rc = CMD_USAGE;

        } else {
            rc = cmd_preview_it(&cmd, p, cmd.args[0]);
        }

        cmd_end(&cmd);
    }

    json_decref(p->json);
    free(p);

    return rc;
}


static int
cmd_preview_it(cmd_t *cmd, cmd_preview_t *p, const char *name)
{
    int                   rc;
    creative_t           *creative;
    const config_shop_t  *shop;

    if (p->output != NULL && !cmd_preview_ends(p->output, ".html")
        && !cmd_preview_ends(p->output, ".txt")
        && !cmd_preview_ends(p->output, ".eml"))
    {
        cmd_error("-o FILE ends in .html, .txt or .eml");
        return CMD_USAGE;
    }

    if (p->shopper != NULL) {
        shop = cmd_shop(cmd);

        if (shop == NULL) {
            return CMD_USAGE;
        }

    } else if (!cmd_creative_shop(cmd, &shop)) {
        return CMD_USAGE;
    }

    rc = cmd_preview_sample(p);

    if (rc != CMD_OK) {
        return rc;
    }

    creative = cmd_creative_load(cmd, name);

    if (creative == NULL) {
        return CMD_NOT_FOUND;
    }

    rc = cmd_preview_facts(cmd, p, shop, creative);

    if (rc == CMD_OK) {
        if (p->locale != NULL) {
            p->facts.facts.locale = samples_str(p->locale);
        }

        rc = p->output != NULL ? cmd_preview_write(p, creative)
                               : cmd_preview_print(p, creative);
    }

    creative_free(creative);

    return rc;
}


static int
cmd_preview_facts(cmd_t *cmd, cmd_preview_t *p, const config_shop_t *shop,
    const creative_t *creative)
{
    int  rc;

    if (p->shopper != NULL) {
        rc = preview_shopper(cmd, shop, p->shopper, creative, &p->person);
        p->facts.facts = p->person.made.facts;
        return rc;
    }

    p->facts.facts.step = samples_str(creative_name(creative));

    return cmd_preview_shop(cmd, p, shop, creative_name(creative))
           && (p->cart == NULL || cmd_preview_cart(p)) ? CMD_OK : CMD_FAILED;
}


static int
cmd_preview_sample(cmd_preview_t *p)
{
    size_t  i;

    if (p->sample == NULL) {
        samples_get(0, &p->facts);
        return CMD_OK;
    }

    if (samples_find(p->sample, &p->facts)) {
        return CMD_OK;
    }

    if (strcmp(p->sample, "help") != 0) {
        cmd_error("there is no sample \"%s\"; there are:", p->sample);
    }

    for (i = 0; i < samples_count(); i++) {
        samples_get(i, &p->facts);
        printf("%-16s %s\n", p->facts.name, p->facts.what);
    }

    return strcmp(p->sample, "help") == 0 ? CMD_OK : CMD_USAGE;
}


static int
cmd_preview_cart(cmd_preview_t *p)
{
    buffer_t      b;
    sp_error_t    err;
    json_error_t  error;

    buffer_init(&b, MESSAGE_SIZE_MAX);

    if (!cmd_creative_read(p->cart, &b)) {
        buffer_free(&b);
        return 0;
    }

    p->json = json_loadb(buffer_text(&b), b.len, JSON_REJECT_DUPLICATES,
                         &error);
    buffer_free(&b);

    if (p->json == NULL) {
        cmd_error("%s:%d:%d: %s", p->cart, error.line, error.column,
                  error.text);
        return 0;
    }

    if (preview_cart(p->json, &p->facts, &err) != SP_OK) {
        cmd_error("%s: %s", p->cart, err.text);
        return 0;
    }

    return 1;
}


static int
cmd_preview_shop(cmd_t *cmd, cmd_preview_t *p, const config_shop_t *shop,
    const char *name)
{
    int64_t  now;

    now = (int64_t) time(NULL);

    if (p->facts.facts.left != 0) {
        p->facts.facts.left += now - p->facts.facts.date;
    }

    p->facts.facts.date = now;

    if (shop == NULL) {
        return 1;
    }

    samples_of_shop(&p->facts, &shop->message);
    cmd_preview_step(p, shop, name);

    return cmd_preview_tokens(cmd, p, shop);
}


/* The first step that uses it says what the analytics are told. */

static void
cmd_preview_step(cmd_preview_t *p, const config_shop_t *shop,
    const char *name)
{
    unsigned                i, k;
    message_facts_t        *facts;
    const config_step_t    *step;
    const config_series_t  *series;

    facts = &p->facts.facts;

    for (i = 0; i < shop->nseries; i++) {
        series = &shop->series[i];

        for (k = 0; k < series->nsteps; k++) {
            step = &series->steps[k];

            if (config_variant(step, name) != NULL) {
                facts->series = samples_str(series->name);
                facts->step = samples_str(step->name);
                facts->utm = &step->utm.tags;
                facts->step_number = k + 1;
                return;
            }
        }
    }
}


static int
cmd_preview_tokens(cmd_t *cmd, cmd_preview_t *p, const config_shop_t *shop)
{
    char        token[SP_TOKEN_MAX], not_me[SP_TOKEN_MAX];
    sp_str_t    step;
    sp_token_t  fields;

    memset(&fields, 0, sizeof(sp_token_t));
    memset(fields.shopper.text, 'A', SP_ID_LEN);
    fields.inert = 1;
    fields.rescue = 1;
    step = p->facts.facts.step;
    fields.step = sp_step_hash(&step);

    if (!cmd_preview_token(cmd, shop, &fields, SP_TOKEN_CLICK, p->click)
        || !cmd_preview_token(cmd, shop, &fields, SP_TOKEN_UNSUBSCRIBE, token)
        || !cmd_preview_token(cmd, shop, &fields, SP_TOKEN_NOT_ME, not_me))
    {
        cmd_error("no token can be made");
        return 0;
    }

    if (!cmd_preview_url(shop, "unsubscribe", token, p->unsubscribe)
        || !cmd_preview_url(shop, "preferences", token, p->preferences)
        || !cmd_preview_url(shop, "not-me", not_me, p->not_me))
    {
        cmd_error("public_url is too long");
        return 0;
    }

    p->facts.facts.click_token = samples_str(p->click);
    p->facts.facts.unsubscribe = samples_str(p->unsubscribe);
    p->facts.facts.preferences = samples_str(p->preferences);
    p->facts.facts.not_me = samples_str(p->not_me);

    return 1;
}


static int
cmd_preview_token(cmd_t *cmd, const config_shop_t *shop, sp_token_t *fields,
    sp_token_kind_t kind, char token[SP_TOKEN_MAX])
{
    fields->kind = kind;

    return sp_token_make(cmd->conf->secret, &shop->id, fields, token) == SP_OK;
}


static int
cmd_preview_url(const config_shop_t *shop, const char *page,
    const char *token, char url[LINKS_URL_MAX])
{
    int  n;

    n = snprintf(url, LINKS_URL_MAX, "%s/sp/%s?t=%s", shop->public_url, page,
                 token);

    return n > 0 && n < LINKS_URL_MAX;
}


static int
cmd_preview_write(cmd_preview_t *p, const creative_t *creative)
{
    FILE                *f;
    sp_rc_t              rc;
    buffer_t             b;
    sp_error_t           err;
    message_envelope_t   envelope;

    buffer_init(&b, MESSAGE_SIZE_MAX);

    if (cmd_preview_ends(p->output, ".eml")) {
        rc = message_build(&p->facts.facts, creative, &b, &envelope, &err);

    } else if (cmd_preview_ends(p->output, ".html")) {
        rc = message_render(&p->facts.facts, creative, NULL, NULL, NULL, &b,
                            &err);

    } else {
        rc = message_render(&p->facts.facts, creative, NULL, NULL, &b, NULL,
                            &err);
    }

    if (rc != SP_OK) {
        cmd_error("%s", err.text);
        buffer_free(&b);
        return CMD_FAILED;
    }

    f = fopen(p->output, "we");

    if (f == NULL || fwrite(buffer_text(&b), 1, b.len, f) != b.len
        || fflush(f) != 0)
    {
        cmd_error("%s: %s", p->output, strerror(errno));
        rc = SP_INVALID;
    }

    if (f != NULL) {
        (void) fclose(f);
    }

    buffer_free(&b);

    return rc == SP_OK ? CMD_OK : CMD_FAILED;
}


static int
cmd_preview_print(cmd_preview_t *p, const creative_t *creative)
{
    sp_rc_t     rc;
    buffer_t    subject, preheader, text;
    sp_error_t  err;

    buffer_init(&subject, MESSAGE_SIZE_MAX);
    buffer_init(&preheader, MESSAGE_SIZE_MAX);
    buffer_init(&text, MESSAGE_SIZE_MAX);
    rc = message_render(&p->facts.facts, creative, &subject, &preheader, &text,
                        NULL, &err);

    if (rc == SP_OK) {
        printf("Subject: %s\nPreheader: %s\n\n%s", buffer_text(&subject),
               buffer_text(&preheader), buffer_text(&text));

    } else {
        cmd_error("%s", err.text);
    }

    buffer_free(&subject);
    buffer_free(&preheader);
    buffer_free(&text);

    return rc == SP_OK ? CMD_OK : CMD_FAILED;
}


static int
cmd_preview_ends(const char *text, const char *end)
{
    size_t  n, len;

    n = strlen(end);
    len = strlen(text);

    return len > n && strcmp(text + len - n, end) == 0;
}
