/*
 * Copyright (C) SitePreserver developers
 *
 * sitepreserver replay: what rules would make of a recorded log.
 */

#include <stdlib.h>
#include <unistd.h>

#include "cmd.h"
#include "replay_json.h"


#define CMD_REPLAY_NGINX     "/etc/nginx/nginx.conf"
#define CMD_REPLAY_DAMAGED   20     /* that are named one by one */
#define CMD_REPLAY_PROGRESS  10000  /* exchanges */


typedef struct {
    cmd_t           *cmd;
    const char      *log;
    int              show;
    int              only_carts;
    replay_t        *replay;
    hint_groups_t    groups;
    json_t          *events;        /* NULL: printed at once */
    json_t          *before;        /* carts that were abandoned in between */
    json_t          *carts;
    unsigned long    damaged;
    unsigned long    exchanges;
    int              nomem;
} cmd_replay_t;


static int cmd_replay_run(cmd_replay_t *r, const nginxconf_t *conf,
    nginxconf_server_t *only, const char *hosts);
static int cmd_replay_log(cmd_replay_t *r, const nginxconf_t *conf,
    nginxconf_server_t *only, har_counts_t *counts);
static void cmd_replay_end(cmd_replay_t *r, const har_counts_t *counts);
static sp_rc_t cmd_replay_each(void *data, const har_exchange_t *x);
static void cmd_replay_damaged(void *data, unsigned long n, const char *why);
static void cmd_replay_event(void *data, const replay_event_t *event);
static void cmd_replay_rejected(void *data, const har_exchange_t *x,
    const nginxconf_server_t *server);
static void cmd_replay_unmatched(void *data, const har_exchange_t *x,
    const nginxconf_server_t *server);
static void cmd_replay_before(void *data, const replay_cart_t *cart);
static void cmd_replay_cart(void *data, const replay_cart_t *cart);


static const char  cmd_replay_usage[] =
    "usage: sitepreserver replay [--config NGINX.CONF] [--prefix DIR]\n"
    "                            [--server NAME] [--host NAME,...] [--carts]\n"
    "                            [--show-addresses] [--json] LOG\n"
    "\n"
    "What the rules of a configuration make of recorded exchanges: a HAR of a\n"
    "browser, or JSON lines; \"-\" is standard input.  Nothing is sent or\n"
    "changed, and neither nginx nor Redis is needed.\n"
    "\n"
    "  --config FILE      nginx's configuration, or a preset alone\n"
    "                     (" CMD_REPLAY_NGINX ")\n"
    "  --prefix DIR       where relative includes are (beside FILE)\n"
    "  --server NAME      all exchanges are of this server or shop\n"
    "  --host NAME,...    hosts of the shop (that of the first page, and its\n"
    "                     like; those of server_name)\n"
    "  --carts            only the carts at the end, not each event\n"
    "  --show-addresses   print addresses, which are else only counted\n"
    "\n"
    "Ends with 0; 1 if LOG cannot be read; 3 if the configuration is wrong;\n"
    "5 if no rule gave an event; 7 if parts of LOG could not be read.\n";


int
cmd_replay(int argc, char **argv)
{
    int                  rc;
    cmd_t                cmd;
    const char          *prefix, *server, *hosts;
    nginxconf_t         *conf;
    cmd_replay_t         r;
    nginxconf_note_t    *note;
    nginxconf_error_t    err;
    nginxconf_server_t  *only;

    memset(&r, 0, sizeof(r));
    prefix = NULL;
    server = NULL;
    hosts = NULL;

    const cmd_option_t  options[] = {
        { "prefix", NULL, &prefix },
        { "server", NULL, &server },
        { "host", NULL, &hosts },
        { "carts", &r.only_carts, NULL },
        { "show-addresses", &r.show, NULL },
    };

    rc = cmd_options(&cmd, argc, argv, cmd_replay_usage, options, 5);

    if (rc != CMD_GO) {
        return rc;
    }

    if (cmd.nargs != 1) {
        fputs(cmd_replay_usage, stderr);
        cmd_end(&cmd);
        return CMD_USAGE;
    }

    if (strcmp(cmd.file, CONFIG_DEFAULT) == 0) {
        cmd.file = CMD_REPLAY_NGINX;
    }

    if (server == NULL) {
        server = cmd.shop_name;
    }

    conf = nginxconf_read(cmd.file, prefix, &err);

    if (conf == NULL) {
        cmd_error("%s", err.text);
        cmd_end(&cmd);
        return CMD_CONFIG;
    }

    for (note = conf->notes; note != NULL; note = note->next) {
        cmd_error("note: %s", note->text);
    }

    only = server != NULL ? nginxconf_server_named(conf, server) : NULL;

    if (server != NULL && only == NULL) {
        cmd_error("there is no server or shop \"%s\" in %s", server,
                  cmd.file);
        rc = CMD_USAGE;

    } else {
        r.cmd = &cmd;
        r.log = cmd.args[0];
        rc = cmd_replay_run(&r, conf, only, hosts);
    }

    nginxconf_free(conf);
    cmd_end(&cmd);

    return rc;
}


static int
cmd_replay_run(cmd_replay_t *r, const nginxconf_t *conf,
    nginxconf_server_t *only, const char *hosts)
{
    int             rc;
    sp_error_t      err;
    har_counts_t    counts;
    replay_hooks_t  hooks;

    hooks.event = cmd_replay_event;
    hooks.rejected = cmd_replay_rejected;
    hooks.unmatched = cmd_replay_unmatched;
    hooks.abandoned = cmd_replay_before;
    hooks.data = r;

    r->replay = replay_create(conf, only, hosts, &hooks, &err);

    if (r->replay == NULL) {
        cmd_error("%s", err.text);
        return CMD_FAILED;
    }

    r->events = r->cmd->json ? json_array() : NULL;
    r->before = json_array();
    r->carts = json_array();

    rc = cmd_replay_log(r, conf, only, &counts);

    if (rc == CMD_OK || rc == CMD_DAMAGED || rc == CMD_NOT_FOUND) {
        cmd_replay_end(r, &counts);
    }

    json_decref(r->events);
    json_decref(r->before);
    json_decref(r->carts);
    hint_groups_free(&r->groups);
    replay_free(r->replay);

    return rc;
}


static int
cmd_replay_log(cmd_replay_t *r, const nginxconf_t *conf,
    nginxconf_server_t *only, har_counts_t *counts)
{
    sp_rc_t                  rc;
    har_error_t              err;
    const replay_counts_t   *done;

    if (only == NULL && !conf->servers[0].observed && conf->nservers == 1) {
        cmd_error("note: \"sitepreserver on\" stands nowhere in %s",
                  r->cmd->file);
    }

    rc = har_read(r->log, cmd_replay_each, cmd_replay_damaged, r, counts,
                  &err);

    if (rc == SP_OK) {
        rc = replay_carts(r->replay, cmd_replay_cart, r);
    }

    if (rc == SP_NOMEM || r->nomem) {
        cmd_error("out of memory");
        return CMD_FAILED;
    }

    if (rc != SP_OK) {
        cmd_error("%s", err.text);
        return CMD_FAILED;
    }

    if (counts->damaged != 0) {
        cmd_error("%lu of %lu could not be read", counts->damaged,
                  counts->damaged + counts->read + counts->cached);
        return CMD_DAMAGED;
    }

    done = replay_counts(r->replay);

    return done->events != 0 ? CMD_OK : CMD_NOT_FOUND;
}


static void
cmd_replay_end(cmd_replay_t *r, const har_counts_t *counts)
{
    json_t                 *report;
    const replay_counts_t  *done;

    done = replay_counts(r->replay);

    if (done->refused != 0) {
        cmd_error("%lu refused, the last one: %s", done->refused,
                  replay_refusal(r->replay));
    }

    if (replay_nameless(r->replay)) {
        cmd_error("note: none of %lu events had a visitor: is what "
                  "sitepreserver_visitor names right, and was the log saved "
                  "with cookies?", done->no_session);
    }

    report = json_object();
    json_object_set(report, "carts", r->carts);
    json_object_set(report, "abandoned_before", r->before);
    json_object_set_new(report, "unmatched", replay_groups_json(&r->groups));
    json_object_set_new(report, "counts", replay_counts_json(done, counts));

    if (r->cmd->json) {

        if (!r->only_carts) {
            json_object_set(report, "events", r->events);
        }

        json_dumpf(report, stdout, JSON_INDENT(2)|JSON_PRESERVE_ORDER);
        putchar('\n');

    } else {
        if (json_array_size(r->before) != 0) {
            fputs("\nAbandoned for an idle time before the log went on:",
                  stdout);
            replay_print_carts(r->before);
        }

        replay_print_carts(r->carts);
        replay_print_groups(json_object_get(report, "unmatched"));
        replay_print_counts(json_object_get(report, "counts"));
    }

    json_decref(report);
}


static sp_rc_t
cmd_replay_each(void *data, const har_exchange_t *x)
{
    sp_rc_t        rc;
    cmd_replay_t  *r = data;

    if (++r->exchanges % CMD_REPLAY_PROGRESS == 0 && isatty(STDERR_FILENO)) {
        fprintf(stderr, "%lu exchanges\r", r->exchanges);
    }

    rc = replay_exchange(r->replay, x);

    return rc == SP_OK && r->nomem ? SP_NOMEM : rc;
}


static void
cmd_replay_damaged(void *data, unsigned long n, const char *why)
{
    cmd_replay_t  *r = data;

    if (++r->damaged <= CMD_REPLAY_DAMAGED) {
        cmd_error("%s:%lu: %s", r->log, n, why);

    } else if (r->damaged == CMD_REPLAY_DAMAGED + 1) {
        cmd_error("%s:%lu: more of the kind are only counted", r->log, n);
    }
}


static void
cmd_replay_event(void *data, const replay_event_t *event)
{
    json_t        *json;
    cmd_replay_t  *r = data;

    if (r->only_carts) {
        return;
    }

    json = replay_event_json(event, r->show);

    if (r->events != NULL) {
        json_array_append_new(r->events, json);
        return;
    }

    replay_print_event(json);
    json_decref(json);
}


static void
cmd_replay_rejected(void *data, const har_exchange_t *x,
    const nginxconf_server_t *server)
{
    hint_t         hint;
    json_t        *json;
    cmd_replay_t  *r = data;

    /*
     * Rules for any URL match pages that are nothing.  What was sent is told
     * also where its words are those of no other shop.
     */

    if (r->only_carts || (!hint_looks(x, &hint) && !hint.sent)) {
        return;
    }

    json = replay_rejected_json(x);

    if (r->events != NULL) {
        json_array_append_new(r->events, json);
        return;
    }

    replay_print_rejected(json);
    json_decref(json);
}


static void
cmd_replay_unmatched(void *data, const har_exchange_t *x,
    const nginxconf_server_t *server)
{
    int            fresh;
    hint_t         hint;
    cmd_replay_t  *r = data;

    if (hint_looks(x, &hint)
        && hint_group(&r->groups, x, &hint, &fresh) != SP_OK)
    {
        r->nomem = 1;
    }
}


static void
cmd_replay_before(void *data, const replay_cart_t *cart)
{
    cmd_replay_t  *r = data;

    json_array_append_new(r->before, replay_cart_json(cart, r->show));
}


static void
cmd_replay_cart(void *data, const replay_cart_t *cart)
{
    cmd_replay_t  *r = data;

    json_array_append_new(r->carts, replay_cart_json(cart, r->show));
}
