/*
 * Copyright (C) SitePreserver developers
 *
 * sitepreserver test-send.
 */

#include <curl/curl.h>
#include <stdlib.h>
#include <time.h>

#include "cmd.h"
#include "outcome.h"
#include "rescue_message.h"


#define CMD_TEST_IDLE  3600000      /* ms */


static int cmd_test_step(const config_shop_t *shop, const char *name,
    const config_series_t **series, const config_step_t **step);
static void cmd_test_cart(sp_claimed_t *claimed, sp_line_t lines[2]);
static int cmd_test_send_it(cmd_t *cmd, rescue_letter_t *letter, int print);
static int cmd_test_yes(void *data);


static const char  cmd_test_usage[] =
    "usage: sitepreserver test-send ADDRESS [--step NAME] [--print]\n"
    "                               [-c FILE] [--shop NAME] [--json]\n"
    "\n"
    "Sends the message of a step (the first one, or --step) with a sample "
    "cart\n"
    "to yourself, through the shop's relay, whatever the shop's mode is.  "
    "Its\n"
    "links carry tokens that do nothing.  --print writes the message to\n"
    "standard output instead.\n";


int
cmd_test_send(int argc, char **argv)
{
    int                     rc, print;
    cmd_t                   cmd;
    sp_id_t                 shopper;
    sp_line_t               lines[2];
    const char             *name;
    sp_claimed_t            claimed;
    config_shop_t          *shop;
    rescue_letter_t         letter;
    char                    address[SP_ADDRESS_MAX + 1];
    cmd_option_t            options[] = {
        { "step", NULL, &name },
        { "print", &print, NULL },
    };

    name = NULL;
    print = 0;
    rc = cmd_begin(&cmd, argc, argv, cmd_test_usage, options, 2);

    if (rc != CMD_GO) {
        return rc;
    }

    rc = CMD_USAGE;

    if (cmd.nargs != 1) {
        fputs(cmd_test_usage, stderr);

    } else if ((shop = cmd_shop(&cmd)) != NULL
               && cmd_address(&cmd, shop, cmd.args[0], address, &shopper))
    {
        if (!cmd_test_step(shop, name, &letter.series, &letter.step)) {
            cmd_error("there is no step \"%s\"", name);

        } else {
            cmd_test_cart(&claimed, lines);
            claimed.shopper = shopper;
            letter.secret = cmd.conf->secret;
            letter.shop = shop;
            letter.claimed = &claimed;
            letter.to = address;
            letter.inert = 1;
            letter.idle = CMD_TEST_IDLE;
            rc = cmd_test_send_it(&cmd, &letter, print);
        }
    }

    cmd_end(&cmd);

    return rc;
}


static int
cmd_test_step(const config_shop_t *shop, const char *name,
    const config_series_t **series, const config_step_t **step)
{
    unsigned  i, k;

    for (i = 0; i < shop->nseries; i++) {
        for (k = 0; k < shop->series[i].nsteps; k++) {
            if (name == NULL
                || strcmp(shop->series[i].steps[k].name, name) == 0)
            {
                *series = &shop->series[i];
                *step = &shop->series[i].steps[k];
                return 1;
            }
        }
    }

    return 0;
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
