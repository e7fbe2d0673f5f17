/*
 * Copyright (C) SitePreserver developers
 *
 * sitepreserver test-send.
 */

#include <curl/curl.h>
#include <stdlib.h>
#include <time.h>

#include "cmd_creative.h"
#include "outcome.h"
#include "rescue_message.h"


#define CMD_TEST_IDLE  3600000      /* ms */


typedef struct {
    const char  *step;
    const char  *creative;
    const char  *locale;
    int          print;
} cmd_test_t;


static int cmd_test_letter(cmd_t *cmd, const cmd_test_t *test);
static int cmd_test_step(const config_shop_t *shop, const cmd_test_t *test,
    const config_series_t **series, const config_step_t **step);
static void cmd_test_cart(sp_claimed_t *claimed, sp_line_t lines[2]);
static int cmd_test_send_it(cmd_t *cmd, rescue_letter_t *letter, int print);
static int cmd_test_yes(void *data);


static const char  cmd_test_usage[] =
    "usage: sitepreserver test-send ADDRESS [--step NAME] [--creative NAME]\n"
    "                               [--locale LOCALE] [--print] [-c FILE]\n"
    "                               [--shop NAME] [--json]\n"
    "\n"
    "Sends the message of a step (the first one, or --step) with a sample "
    "cart\n"
    "to yourself, through the shop's relay, whatever the shop's mode is.  "
    "Its\n"
    "links carry tokens that do nothing.  --creative sends that creative,\n"
    "approved or not; --locale says the shopper's language.  --print writes "
    "the\n"
    "message to standard output instead.\n";


int
cmd_test_send(int argc, char **argv)
{
    int            rc;
    cmd_t          cmd;
    cmd_test_t     test;
    cmd_option_t   options[] = {
        { "step", NULL, &test.step },
        { "creative", NULL, &test.creative },
        { "locale", NULL, &test.locale },
        { "print", &test.print, NULL },
    };

    memset(&test, 0, sizeof(cmd_test_t));
    rc = cmd_creative_begin(&cmd, argc, argv, cmd_test_usage, options, 4);

    if (rc != CMD_GO) {
        return rc;
    }

    if (cmd.nargs != 1) {
        fputs(cmd_test_usage, stderr);
        rc = CMD_USAGE;

    } else {
        rc = cmd_test_letter(&cmd, &test);
    }

    cmd_end(&cmd);

    return rc;
}


static int
cmd_test_letter(cmd_t *cmd, const cmd_test_t *test)
{
    int               rc;
    char              address[SP_ADDRESS_MAX + 1];
    sp_line_t         lines[2];
    creative_t       *creative;
    sp_claimed_t      claimed;
    config_shop_t    *shop;
    rescue_letter_t   letter;
    config_variant_t *variant;

    cmd_test_cart(&claimed, lines);
    shop = cmd_shop(cmd);

    if (shop == NULL || !cmd_address(cmd, shop, cmd->args[0], address,
                                     &claimed.shopper))
    {
        return CMD_USAGE;
    }

    if (!cmd_test_step(shop, test, &letter.series, &letter.step)) {
        cmd_error("there is no step \"%s\"", test->step);
        return CMD_USAGE;
    }

    variant = test->creative == NULL ? NULL
              : config_variant(letter.step, test->creative);

    if (variant == NULL) {
        variant = &letter.step->variants[0];
    }

    creative = cmd_creative_load(cmd, test->creative != NULL
                                      ? test->creative : variant->creative);
    if (creative == NULL) {
        return CMD_NOT_FOUND;
    }

    if (test->locale != NULL) {
        claimed.locale.data = test->locale;
        claimed.locale.len = strlen(test->locale);
    }

    letter.creative = creative;
    letter.offer = variant->offer;
    letter.code = NULL;
    letter.secret = cmd->conf->secret;
    letter.shop = shop;
    letter.claimed = &claimed;
    letter.to = address;
    letter.inert = 1;
    letter.idle = CMD_TEST_IDLE;
    rc = cmd_test_send_it(cmd, &letter, test->print);
    creative_free(creative);

    return rc;
}


/* The one that was named, else the first that uses the creative, or any. */

static int
cmd_test_step(const config_shop_t *shop, const cmd_test_t *test,
    const config_series_t **series, const config_step_t **step)
{
    unsigned              i, k;
    const config_step_t  *s;

    *series = NULL;

    for (i = 0; i < shop->nseries; i++) {
        for (k = 0; k < shop->series[i].nsteps; k++) {
            s = &shop->series[i].steps[k];

            if (test->step != NULL) {
                if (strcmp(s->name, test->step) != 0) {
                    continue;
                }

            } else if (test->creative != NULL && *series != NULL
                       && config_variant(s, test->creative) == NULL)
            {
                continue;
            }

            if (*series == NULL || test->step == NULL) {
                *series = &shop->series[i];
                *step = s;
            }

            if (test->creative == NULL
                || config_variant(s, test->creative) != NULL)
            {
                return 1;
            }
        }
    }

    return *series != NULL;
}


static void
cmd_test_cart(sp_claimed_t *claimed, sp_line_t lines[2])
{
    sp_str_t  first = sp_string("Sample product, the larger one");
    sp_str_t  second = sp_string("Sample product");
    sp_str_t  colour = sp_string("Blue, M");
    sp_str_t  currency = sp_string("EUR");
    sp_str_t  name = sp_string("Ada");

    memset(claimed, 0, sizeof(sp_claimed_t));
    memset(lines, 0, 2 * sizeof(sp_line_t));

    lines[0].name = first;
    lines[0].quantity = 1;
    lines[0].price = 4900;
    lines[0].total = 4900;
    lines[0].from_shop = 1;
    lines[1].name = second;
    lines[1].options = colour;
    lines[1].quantity = 2;
    lines[1].price = 1250;
    lines[1].total = 2500;
    lines[1].from_shop = 1;

    claimed->now = (int64_t) time(NULL) * 1000;
    claimed->abandoned = claimed->now;
    claimed->rescue = (uint64_t) claimed->now;
    claimed->first_name = name;
    claimed->currency = currency;
    claimed->total = 7400;
    claimed->lines = lines;
    claimed->nlines = 2;
}


static int
cmd_test_send_it(cmd_t *cmd, rescue_letter_t *letter, int print)
{
    int            rc;
    smtp_t        *smtp;
    outcome_t      outcome;
    sp_error_t     err;
    sender_job_t   job;

    memset(&job, 0, sizeof(sender_job_t));
    buffer_init(&job.message, MESSAGE_SIZE_MAX);

    if (rescue_message_build(letter, &job, &err) != SP_OK) {
        cmd_error("%s", err.text);
        buffer_free(&job.message);
        return CMD_FAILED;
    }

    if (print) {
        fwrite(job.message.data, 1, job.message.len, stdout);
        buffer_free(&job.message);
        return CMD_OK;
    }

    if (letter->shop->smtp == NULL) {
        cmd_error("shop \"%s\" has no smtp", letter->shop->name);
        buffer_free(&job.message);
        return CMD_CONFIG;
    }

    curl_global_init(CURL_GLOBAL_DEFAULT);
    smtp = smtp_create(letter->shop->smtp);
    rc = CMD_FAILED;

    if (smtp != NULL) {
        smtp_send(smtp, job.from, job.to, job.message.data, job.message.len,
                  cmd_test_yes, NULL, &job.report);
        outcome_decide(&job.report, &outcome);
        rc = outcome.kind == OUTCOME_SENT ? CMD_OK : CMD_FAILED;

        cmd_print(cmd, json_pack("{s:s, s:s, s:i, s:s}", "result",
                                 outcome.reason, "stage",
                                 smtp_stage_name(job.report.stage), "code",
                                 job.report.code != 0 ? job.report.code
                                                      : job.report.final,
                                 "reply", job.report.text));
    }

    smtp_free(smtp);
    buffer_free(&job.message);
    curl_global_cleanup();

    return rc;
}


static int
cmd_test_yes(void *data)
{
    return 1;
}
