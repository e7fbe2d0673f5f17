/*
 * Copyright (C) SitePreserver developers
 *
 * sitepreserver creative lint.
 */

#include <stdlib.h>
#include <unistd.h>

#include "cmd_creative.h"
#include "lint.h"


static void cmd_lint_rules(const cmd_t *cmd);
static int cmd_lint_is_file(const char *name);
static int cmd_lint_it(cmd_t *cmd, const char *name, int strict);
static int cmd_lint_file(const char *path, const message_shop_t *shop,
    lint_report_t *report);
static int cmd_lint_creative(cmd_t *cmd, const char *name,
    const message_shop_t *shop, lint_report_t *report);
static void cmd_lint_print(cmd_t *cmd, lint_report_t *report);
static void cmd_lint_measures(const lint_measures_t *m, buffer_t *out);
static void cmd_lint_ratio(buffer_t *out, const char *what, double light,
    double dark);


static const char  cmd_lint_usage[] =
    "usage: sitepreserver creative lint NAME|FILE.html [--shop NAME] "
    "[--strict]\n"
    "                                   [-c FILE] [--json]\n"
    "       sitepreserver creative lint --rules [--json]\n"
    "\n"
    "Renders a creative, all its locales, or an HTML file that is none yet, "
    "with\n"
    "carts that are hard to get right, and tells what is wrong, where, and "
    "what\n"
    "was measured.  docs/lint.md explains each rule.  --shop: with the brand "
    "and\n"
    "the hosts of that shop (default: the only one).  --rules lists the "
    "rules.\n"
    "\n"
    "Status 1: there are errors; with --strict, or warnings.\n";


int
cmd_creative_lint(int argc, char **argv)
{
    int           rc, strict, file, rules;
    cmd_t         cmd;
    cmd_option_t  options[] = {
        { "strict", &strict, NULL },
        { "rules", &rules, NULL },
    };

    strict = 0;
    rules = 0;
    rc = cmd_options(&cmd, argc, argv, cmd_lint_usage, options, 2);

    if (rc != CMD_GO) {
        return rc;
    }

    if (rules) {
        cmd_lint_rules(&cmd);
        cmd_end(&cmd);
        return CMD_OK;
    }

    file = cmd.nargs == 1 && cmd_lint_is_file(cmd.args[0])
           && cmd.shop_name == NULL
           && strcmp(cmd.file, CONFIG_DEFAULT) == 0
           && access(CONFIG_DEFAULT, F_OK) != 0;

    /* a file alone needs no configuration */

    if (!file) {
        cmd_end(&cmd);
        rc = cmd_creative_begin(&cmd, argc, argv, cmd_lint_usage, options, 2);

        if (rc != CMD_GO) {
            return rc;
        }
    }

    if (cmd.nargs != 1) {
        fputs(cmd_lint_usage, stderr);
        rc = CMD_USAGE;

    } else {
        rc = cmd_lint_it(&cmd, cmd.args[0], strict);
    }

    cmd_end(&cmd);

    return rc;
}


static void
cmd_lint_rules(const cmd_t *cmd)
{
    size_t              i;
    json_t             *list;
    const lint_rule_t  *rule;

    list = json_array();

    for (i = 0; i < lint_rules_count(); i++) {
        rule = lint_rule_at(i);

        if (!cmd->json) {
            printf("%s (%s)\n    %s\n    %s\n", rule->id,
                   lint_severity_name(rule->severity), rule->what, rule->why);
        }

        json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s}",
                              "id", rule->id, "severity",
                              lint_severity_name(rule->severity),
                              "what", rule->what, "why", rule->why));
    }

    if (cmd->json) {
        cmd_print(cmd, list);

    } else {
        json_decref(list);
    }
}


static int
cmd_lint_is_file(const char *name)
{
    return strchr(name, '/') != NULL || strchr(name, '.') != NULL;
}


static int
cmd_lint_it(cmd_t *cmd, const char *name, int strict)
{
    int                    rc;
    lint_report_t         *report;
    const config_shop_t   *shop;
    const message_shop_t  *message;

    shop = NULL;

    if (cmd->conf != NULL && !cmd_creative_shop(cmd, &shop)) {
        return CMD_NOT_FOUND;
    }

    message = shop != NULL ? &shop->message : NULL;
    report = lint_report_create();

    if (report == NULL) {
        cmd_error("out of memory");
        return CMD_FAILED;
    }

    rc = cmd_lint_is_file(name)
         ? cmd_lint_file(name, message, report)
         : cmd_lint_creative(cmd, name, message, report);

    if (rc == CMD_OK) {
        cmd_lint_print(cmd, report);

        if (lint_count_of(report, LINT_ERROR) != 0
            || (strict && lint_count_of(report, LINT_WARNING) != 0))
        {
            rc = CMD_FAILED;
        }
    }

    lint_report_free(report);

    return rc;
}


static int
cmd_lint_file(const char *path, const message_shop_t *shop,
    lint_report_t *report)
{
    sp_rc_t   rc;
    buffer_t  b;

    buffer_init(&b, CREATIVE_FILE_MAX);

    if (!cmd_creative_read(path, &b)) {
        buffer_free(&b);
        return CMD_NOT_FOUND;
    }

    rc = lint_html(path, buffer_text(&b), b.len, shop, report);
    buffer_free(&b);

    if (rc != SP_OK) {
        cmd_error("out of memory");
        return CMD_FAILED;
    }

    return CMD_OK;
}


/* One that is there and cannot be read is a finding. */

static int
cmd_lint_creative(cmd_t *cmd, const char *name, const message_shop_t *shop,
    lint_report_t *report)
{
    sp_rc_t      rc;
    creative_t  *creative;
    sp_error_t   err;

    creative = creative_load(config_creatives(cmd->conf), name, &err);

    if (creative == NULL) {
        if (strncmp(err.text, "creative \"", 10) == 0
            || !creative_name_valid(name))
        {
            cmd_error("%s", err.text);
            return CMD_NOT_FOUND;
        }

        lint_load_error(report, err.text);
        return CMD_OK;
    }

    rc = lint_creative(creative, shop, report);
    creative_free(creative);

    if (rc != SP_OK) {
        cmd_error("out of memory");
        return CMD_FAILED;
    }

    return CMD_OK;
}


static void
cmd_lint_print(cmd_t *cmd, lint_report_t *report)
{
    buffer_t  b;

    if (cmd->json) {
        cmd_print(cmd, lint_json(report));
        return;
    }

    buffer_init(&b, 4 * 1024 * 1024);
    lint_print(report, &b);
    buffer_fmt(&b, "%zu errors, %zu warnings, %zu infos\n",
               lint_count_of(report, LINT_ERROR),
               lint_count_of(report, LINT_WARNING),
               lint_count_of(report, LINT_INFO));
    cmd_lint_measures(lint_measures(report), &b);

    fwrite(buffer_text(&b), 1, b.len, stdout);
    buffer_free(&b);
}


static void
cmd_lint_measures(const lint_measures_t *m, buffer_t *out)
{
    if (m->html_bytes < 0) {
        return;
    }

    buffer_fmt(out, "HTML at most %.1f KB", (double) m->html_bytes / 1024);

    if (m->text_bytes >= 0) {
        buffer_fmt(out, ", text %.1f KB", (double) m->text_bytes / 1024);
    }

    if (m->cta_width >= 0 && m->cta_height >= 0) {
        buffer_fmt(out, "; button at least %.0f x %.0f px", m->cta_width,
                   m->cta_height);
    }

    cmd_lint_ratio(out, "button", m->cta_contrast, m->cta_contrast_dark);
    cmd_lint_ratio(out, "text", m->contrast, m->contrast_dark);
    buffer_char(out, '\n');
}


static void
cmd_lint_ratio(buffer_t *out, const char *what, double light, double dark)
{
    if (light < 0 && dark < 0) {
        return;
    }

    buffer_fmt(out, "; lowest contrast of %s", what);

    /* cut, not rounded: 4.499 is not 4.5 */

    if (light >= 0) {
        buffer_fmt(out, " %.2f:1", (double) (int) (light * 100) / 100);
    }

    if (dark >= 0) {
        buffer_fmt(out, ", %.2f:1 in dark mode",
                   (double) (int) (dark * 100) / 100);
    }
}
