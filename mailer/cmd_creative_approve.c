/*
 * Copyright (C) SitePreserver developers
 *
 * sitepreserver creative approve, creative retire.
 */

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "cmd_creative.h"
#include "creative_file.h"
#include "creative_own.h"


#define CMD_APPROVE_PATH  700


static int cmd_approve_it(cmd_t *cmd, const char *name, int despite);
static int cmd_approve_lint(cmd_t *cmd, const creative_t *creative,
    int despite, json_t *json);
static int cmd_approve_write(const creative_t *creative);
static int cmd_approve_unretire(const creative_t *creative);
static int cmd_approve_bundled(const cmd_t *cmd, const creative_t *creative);
static int cmd_retire_it(cmd_t *cmd, const char *name, const char *reason);


static const char  cmd_approve_usage[] =
    "usage: sitepreserver creative approve NAME [--despite-lint] [--shop NAME]\n"
    "                                           [-c FILE] [--json]\n"
    "\n"
    "Lets a creative be sent as it is now, all its locales: its hash is noted\n"
    "in the file `approved`.  One that was retired comes back by it.  Says "
    "what\n"
    "was changed since it was approved last.  Not with errors of creative "
    "lint,\n"
    "unless with --despite-lint; status 1 then.\n";

static const char  cmd_retire_usage[] =
    "usage: sitepreserver creative retire NAME [--reason TEXT] [-c FILE]\n"
    "                                          [--json]\n"
    "\n"
    "Lets nothing of a creative be sent any more, from now on: its steps are\n"
    "skipped as `retired`.  creative approve brings it back.\n";


int
cmd_creative_approve(int argc, char **argv)
{
    int           rc, despite;
    cmd_t         cmd;
    cmd_option_t  options[] = {
        { "despite-lint", &despite, NULL },
    };

    despite = 0;
    rc = cmd_creative_begin(&cmd, argc, argv, cmd_approve_usage, options, 1);

    if (rc != CMD_GO) {
        return rc;
    }

    if (cmd.nargs != 1) {
        fputs(cmd_approve_usage, stderr);
        rc = CMD_USAGE;

    } else {
        rc = cmd_approve_it(&cmd, cmd.args[0], despite);
    }

    cmd_end(&cmd);

    return rc;
}


static int
cmd_approve_it(cmd_t *cmd, const char *name, int despite)
{
    int          rc;
    json_t      *json;
    creative_t  *creative;

    creative = cmd_creative_load(cmd, name);

    if (creative == NULL) {
        return CMD_NOT_FOUND;
    }

    rc = CMD_FAILED;
    json = json_pack("{s:s, s:s, s:s}", "name", name, "hash",
                     creative_hash(creative), "was",
                     creative_state_name(creative));

    if (creative_changed(creative)[0] != '\0') {
        json_object_set_new(json, "changed",
                            json_string(creative_changed(creative)));
    }

    if (cmd_approve_lint(cmd, creative, despite, json)
        && cmd_approve_write(creative) && cmd_approve_unretire(creative)
        && cmd_approve_bundled(cmd, creative))
    {
        json_object_set_new(json, "state", json_string("approved"));
        cmd_print(cmd, json);
        rc = CMD_OK;

    } else {
        json_decref(json);
    }

    creative_free(creative);

    return rc;
}


/* 0: it has errors, and they were said. */

static int
cmd_approve_lint(cmd_t *cmd, const creative_t *creative, int despite,
    json_t *json)
{
    size_t          errors;
    buffer_t        b;
    lint_report_t  *report;

    report = cmd_creative_judge(cmd, creative);

    if (report == NULL) {
        return 0;
    }

    errors = lint_count_of(report, LINT_ERROR);
    json_object_set_new(json, "lint_errors", json_integer((json_int_t) errors));
    json_object_set_new(json, "lint_warnings", json_integer((json_int_t)
                        lint_count_of(report, LINT_WARNING)));

    if (errors != 0 && !despite) {
        buffer_init(&b, MESSAGE_SIZE_MAX);
        lint_print(report, &b);
        fputs(buffer_text(&b), stderr);
        buffer_free(&b);
        cmd_error("creative \"%s\" has errors, and was not approved; "
                  "--despite-lint approves it all the same",
                  creative_name(creative));
    }

    lint_report_free(report);

    return errors == 0 || despite;
}


/* The content that was loaded, whatever the files are by now. */

static int
cmd_approve_write(const creative_t *creative)
{
    sp_rc_t     rc;
    buffer_t    b;
    sp_error_t  err;

    buffer_init(&b, CREATIVE_FILE_MAX);
    creative_approval(creative, &b);
    rc = creative_file_write(creative_path(creative), "approved", &b, &err);
    buffer_free(&b);

    if (rc != SP_OK) {
        cmd_error("%s", err.text);
    }

    return rc == SP_OK;
}


static int
cmd_approve_unretire(const creative_t *creative)
{
    char  path[CMD_APPROVE_PATH];

    (void) snprintf(path, sizeof(path), "%s/retired",
                    creative_path(creative));

    if (unlink(path) == 0 || errno == ENOENT) {
        return 1;
    }

    cmd_error("%s: %s", path, strerror(errno));

    return 0;
}


/* It may be sent although there was one of the operator's own. */

static int
cmd_approve_bundled(const cmd_t *cmd, const creative_t *creative)
{
    sp_error_t  err;

    if (creative_own(creative)
        || creative_own_forget(cmd->conf->state_dir, creative_name(creative),
                               &err) == 0)
    {
        return 1;
    }

    cmd_error("%s", err.text);

    return 0;
}


int
cmd_creative_retire(int argc, char **argv)
{
    int           rc;
    cmd_t         cmd;
    const char   *reason;
    cmd_option_t  options[] = {
        { "reason", NULL, &reason },
    };

    reason = "";
    rc = cmd_creative_begin(&cmd, argc, argv, cmd_retire_usage, options, 1);

    if (rc != CMD_GO) {
        return rc;
    }

    if (cmd.nargs != 1) {
        fputs(cmd_retire_usage, stderr);
        rc = CMD_USAGE;

    } else if (strlen(reason) > CREATIVE_REASON_MAX
               || strpbrk(reason, "\r\n") != NULL)
    {
        cmd_error("--reason is one line of at most %d bytes",
                  CREATIVE_REASON_MAX);
        rc = CMD_USAGE;

    } else {
        rc = cmd_retire_it(&cmd, cmd.args[0], reason);
    }

    cmd_end(&cmd);

    return rc;
}


/* One that cannot be read can be retired too. */

static int
cmd_retire_it(cmd_t *cmd, const char *name, const char *reason)
{
    char        path[CMD_APPROVE_PATH];
    sp_rc_t     rc;
    buffer_t    b;
    sp_error_t  err;

    if (!creative_name_valid(name)) {
        cmd_error("\"%s\" is not a creative's name", name);
        return CMD_USAGE;
    }

    if (creative_file_folder(config_creatives(cmd->conf), creative_bundled(),
                             name, path, sizeof(path), &err) != SP_OK)
    {
        cmd_error("%s", err.text);
        return CMD_NOT_FOUND;
    }

    buffer_init(&b, CREATIVE_FILE_MAX);

    if (reason[0] != '\0') {
        buffer_fmt(&b, "%s\n", reason);
    }

    rc = creative_file_write(path, "retired", &b, &err);
    buffer_free(&b);

    if (rc != SP_OK) {
        cmd_error("%s", err.text);
        return CMD_FAILED;
    }

    cmd_print(cmd, json_pack("{s:s, s:s, s:s}", "name", name, "state",
                             "retired", "reason", reason));

    return CMD_OK;
}
