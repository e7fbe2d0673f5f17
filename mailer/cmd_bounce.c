/*
 * Copyright (C) SitePreserver developers
 *
 * sitepreserver bounce.
 */

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "bounce.h"
#include "bounce_file.h"
#include "cmd.h"
#include "journal.h"
#include "sp_arena.h"


typedef enum {
    CMD_BOUNCE_IGNORED = 0,         /* not a report, or good news */
    CMD_BOUNCE_FORGED,              /* not about a message of ours */
    CMD_BOUNCE_TEST,                /* about a message of a test */
    CMD_BOUNCE_DUPLICATE,
    CMD_BOUNCE_COUNTED,
    CMD_BOUNCE_SUPPRESSED,
    CMD_BOUNCE_FAILED,              /* Redis or the disk: try again */
    CMD_BOUNCE_UNREADABLE,          /* of a Maildir: set aside */
    CMD_BOUNCE_RESULTS
} cmd_bounce_result_t;


typedef struct {
    cmd_t     *cmd;
    unsigned   n[CMD_BOUNCE_RESULTS];
    unsigned   total;
    json_t    *last;                /* the last report, in detail */
} cmd_bounces_t;


static int cmd_bounce_stdin(cmd_bounces_t *bounces);
static int cmd_bounce_maildir(cmd_bounces_t *bounces, const char *dir);
static void cmd_bounce_aside(cmd_bounces_t *bounces, const char *dir,
    const char *name, const char *path);
static void cmd_bounce_one(cmd_bounces_t *bounces, const buffer_t *text);
static cmd_bounce_result_t cmd_bounce_apply(cmd_t *cmd,
    const bounce_t *bounce, const bounce_match_t *match);
static cmd_bounce_result_t cmd_bounce_forged(cmd_t *cmd,
    const bounce_t *bounce);
static int cmd_bounce_suppress(cmd_t *cmd, const bounce_match_t *match,
    const char *reason);
static void cmd_bounce_print(cmd_bounces_t *bounces);


static const char  *cmd_bounce_results[] = {
    "ignored", "forged", "test", "duplicate", "counted", "suppressed",
    "failed", "unreadable"
};

static const char  cmd_bounce_usage[] =
    "usage: sitepreserver bounce [-c FILE] [--json] [FILE]\n"
    "       sitepreserver bounce [-c FILE] [--json] --maildir DIR\n"
    "\n"
    "Reads what came back to return_path: a delivery status notification or\n"
    "an abuse report, from FILE or standard input; with --maildir all that\n"
    "is new in a Maildir, which is moved to DIR/cur.  Whose address is dead,\n"
    "or who complains, is suppressed; what is not about a message of ours is\n"
    "ignored.  Status 0: done, also when it was ignored; 75: from standard\n"
    "input, to be tried again (Redis is away): so a mail server keeps it.\n";


int
cmd_bounce(int argc, char **argv)
{
    int                  rc;
    cmd_t                cmd;
    buffer_t             text;
    const char          *maildir;
    cmd_bounces_t        bounces;
    const cmd_option_t   options[] = {
        { "maildir", NULL, &maildir },
    };

    maildir = NULL;
    memset(&bounces, 0, sizeof(bounces));
    bounces.cmd = &cmd;
    rc = cmd_begin(&cmd, argc, argv, cmd_bounce_usage, options, 1);

    if (rc != CMD_GO) {
        return rc;
    }

    if (cmd.nargs > 1 || (cmd.nargs == 1 && maildir != NULL)) {
        fputs(cmd_bounce_usage, stderr);
        cmd_end(&cmd);
        return CMD_USAGE;
    }

    if (maildir != NULL) {
        rc = cmd_bounce_maildir(&bounces, maildir);

    } else if (cmd.nargs == 1 && strcmp(cmd.args[0], "-") != 0) {
        rc = bounce_file(cmd.args[0], &text);

        if (rc != 0) {
            cmd_error("%s: %s", cmd.args[0], strerror(rc));
            rc = CMD_FAILED;

        } else {
            cmd_bounce_one(&bounces, &text);
            buffer_free(&text);
            rc = bounces.n[CMD_BOUNCE_FAILED] > 0 ? CMD_REDIS : CMD_OK;
        }

    } else {
        rc = cmd_bounce_stdin(&bounces);
    }

    if (rc != CMD_FAILED) {
        cmd_bounce_print(&bounces);
    }

    json_decref(bounces.last);
    cmd_end(&cmd);

    return rc;
}


static int
cmd_bounce_stdin(cmd_bounces_t *bounces)
{
    int       rc;
    buffer_t  text;

    rc = bounce_stream(stdin, &text);

    if (rc == 0) {
        cmd_bounce_one(bounces, &text);
    }

    buffer_free(&text);

    return rc != 0 || bounces->n[CMD_BOUNCE_FAILED] > 0 ? EX_TEMPFAIL
                                                        : CMD_OK;
}


/* What could not be done stays in new/ for the next time. */

static int
cmd_bounce_maildir(cmd_bounces_t *bounces, const char *dir)
{
    int             rc;
    char            path[PATH_MAX];
    DIR            *d;
    buffer_t        text;
    unsigned        failed;
    struct dirent  *entry;

    snprintf(path, sizeof(path), "%.4000s/new", dir);
    d = opendir(path);

    if (d == NULL) {
        cmd_error("%s: %s", path, strerror(errno));
        return CMD_FAILED;
    }

    rc = CMD_OK;

    while ((entry = readdir(d)) != NULL) {
        if (entry->d_name[0] == '.') {
            continue;
        }

        snprintf(path, sizeof(path), "%.3800s/new/%s", dir, entry->d_name);
        failed = bounces->n[CMD_BOUNCE_FAILED];

        if (bounce_file(path, &text) != 0) {
            buffer_free(&text);
            cmd_bounce_aside(bounces, dir, entry->d_name, path);
            continue;
        }

        cmd_bounce_one(bounces, &text);
        buffer_free(&text);

        if (bounces->n[CMD_BOUNCE_FAILED] != failed) {
            rc = CMD_REDIS;

        } else if (bounce_done(dir, entry->d_name) != 0) {
            cmd_error("%s: cannot be moved to cur", path);
            rc = CMD_REDIS;
        }
    }

    closedir(d);

    return rc;
}


/* Trying again would not help. */

static void
cmd_bounce_aside(cmd_bounces_t *bounces, const char *dir, const char *name,
    const char *path)
{
    int  rc;

    rc = bounce_aside(dir, name);
    bounces->n[CMD_BOUNCE_UNREADABLE]++;
    bounces->total++;
    json_decref(bounces->last);
    bounces->last = json_pack("{s:s}", "result", "unreadable");

    if (rc == 0) {
        cmd_error("%s: cannot be read, it is in %s/%s now", path, dir,
                  BOUNCE_ASIDE);

    } else {
        cmd_error("%s: cannot be read, nor moved: %s", path, strerror(rc));
    }
}


static void
cmd_bounce_one(cmd_bounces_t *bounces, const buffer_t *text)
{
    bounce_t             *bounce;
    bounce_match_t        match;
    cmd_bounce_result_t   result;

    bounce = sp_alloc(sp_arena_pool(bounces->cmd->arena), sizeof(bounce_t));
    memset(&match, 0, sizeof(match));
    result = CMD_BOUNCE_FAILED;
    bounces->total++;

    if (bounce != NULL) {
        bounce_read(buffer_text(text), text->len, bounce);
        result = CMD_BOUNCE_IGNORED;

        if (bounce->kind >= BOUNCE_SOFT) {
            result = bounce_match(bounces->cmd->conf, bounce, &match)
                         ? cmd_bounce_apply(bounces->cmd, bounce, &match)
                         : cmd_bounce_forged(bounces->cmd, bounce);
        }

        json_decref(bounces->last);
        bounces->last = json_pack("{s:s, s:s}", "result",
                                  cmd_bounce_results[result], "kind",
                                  bounce_kind_name(bounce->kind));

        if (bounce->status[0] != '\0') {
            json_object_set_new(bounces->last, "status",
                                json_string(bounce->status));
        }
    }

    if (match.shop != NULL) {
        json_object_set_new(bounces->last, "shop",
                            json_string(match.shop->name));
        json_object_set_new(bounces->last, "shopper",
                            json_string(match.shopper.text));
        json_object_set_new(bounces->last, "matched_by",
                            json_string(match.by));
    }

    bounces->n[result]++;
}


static cmd_bounce_result_t
cmd_bounce_apply(cmd_t *cmd, const bounce_t *bounce,
    const bounce_match_t *match)
{
    int              fresh;
    unsigned         soft, most;
    sp_call_t        call;
    const char      *reason;
    redis_answer_t   answer;

    if (match->inert) {
        return CMD_BOUNCE_TEST;
    }

    reason = bounce_reason(bounce->kind);

    if ((cmd->redis == NULL && !cmd_connect(cmd))
        || sp_call_bounce(&call, sp_arena_pool(cmd->arena), &match->shop->id,
                          &match->shopper, bounce_kind_name(bounce->kind),
                          bounce->report, match->message) != SP_OK
        || !cmd_call(cmd, &call, &answer) || answer.n != 1
        || sp_bounce_reply_read(&answer.items[0], &fresh, &soft) != SP_OK)
    {
        return CMD_BOUNCE_FAILED;
    }

    most = match->shop->soft_bounces;

    if (reason == NULL && most > 0 && soft >= most) {
        reason = "bounced";
    }

    /* also when it is not new: the time before may have been cut short */

    if (reason != NULL && !cmd_bounce_suppress(cmd, match, reason)) {
        return CMD_BOUNCE_FAILED;
    }

    return !fresh ? CMD_BOUNCE_DUPLICATE
           : reason != NULL ? CMD_BOUNCE_SUPPRESSED : CMD_BOUNCE_COUNTED;
}


/* Counted where it came to, if Redis is there. */

static cmd_bounce_result_t
cmd_bounce_forged(cmd_t *cmd, const bounce_t *bounce)
{
    sp_id_t               nobody;
    sp_call_t             call;
    redis_answer_t        answer;
    const config_shop_t  *shop;

    shop = bounce_shop(cmd->conf, bounce);
    nobody.text[0] = '\0';

    if (shop != NULL && (cmd->redis != NULL || cmd_connect(cmd))
        && sp_call_bounce(&call, sp_arena_pool(cmd->arena), &shop->id,
                          &nobody, "forged", "", "") == SP_OK)
    {
        (void) cmd_call(cmd, &call, &answer);
    }

    return CMD_BOUNCE_FORGED;
}


/* First to our own file, which lasts; then to Redis. */

static int
cmd_bounce_suppress(cmd_t *cmd, const bounce_match_t *match,
    const char *reason)
{
    int              rc;
    char             line[JOURNAL_LINE_MAX];
    sp_call_t        call;
    redis_answer_t   answer;

    journal_suppression_line(line, (int64_t) time(NULL), match->shop->name,
                             &match->shopper, reason);
    rc = journal_write(cmd->conf->state_dir, "suppressions", line);

    if (rc != 0) {
        cmd_error("%s/suppressions: %s", cmd->conf->state_dir, strerror(rc));
        return 0;
    }

    return sp_call_suppress(&call, sp_arena_pool(cmd->arena),
                            &match->shop->id, &match->shopper, reason, 0)
           == SP_OK && cmd_call(cmd, &call, &answer);
}


static void
cmd_bounce_print(cmd_bounces_t *bounces)
{
    json_t    *json;
    unsigned   i;

    if (bounces->total == 1) {
        cmd_print(bounces->cmd, json_incref(bounces->last));
        return;
    }

    json = json_pack("{s:i}", "reports", (int) bounces->total);

    for (i = 0; i < CMD_BOUNCE_RESULTS; i++) {
        json_object_set_new(json, cmd_bounce_results[i],
                            json_integer((json_int_t) bounces->n[i]));
    }

    cmd_print(bounces->cmd, json);
}
