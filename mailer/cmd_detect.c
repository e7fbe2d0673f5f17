/*
 * Copyright (C) SitePreserver developers
 *
 * sitepreserver detect: which platform a recorded shop runs on, and which
 * preset fits it.
 */

#include <stdlib.h>
#include <unistd.h>

#include "cmd.h"
#include "detect_run.h"
#include "replay_json.h"


#define CMD_DETECT_DRAFTS   12
#define CMD_DETECT_LIKELY   4       /* points of signs */
#define CMD_DETECT_SURE     8


/* A group that no preset covers, until it is known which one fits. */

typedef struct {
    unsigned long   by[DETECT_PLATFORMS_MAX];   /* how often, by preset */
    char           *draft;
} cmd_detect_group_t;


typedef struct {
    cmd_t               *cmd;
    const char          *log;
    const char          *dir;
    const char          *hosts;
    detect_run_t         run;
    hint_groups_t        groups;
    cmd_detect_group_t  *drafts;    /* of each group */
    unsigned             size;
    unsigned long        damaged;
    har_counts_t         counts;
    json_t              *defines;
} cmd_detect_t;


static int cmd_detect_run(cmd_detect_t *d);
static sp_rc_t cmd_detect_each(void *data, const har_exchange_t *x);
static sp_rc_t cmd_detect_group(cmd_detect_t *d, const har_exchange_t *x,
    const hint_t *hint);
static void cmd_detect_damaged(void *data, unsigned long n, const char *why);
static sp_rc_t cmd_detect_names(cmd_detect_t *d, detect_preset_t *best);
static sp_rc_t cmd_detect_again(cmd_detect_t *d, detect_preset_t *best,
    const char *const *defines, unsigned n);
static sp_rc_t cmd_detect_again_each(void *data, const har_exchange_t *x);
static void cmd_detect_again_damaged(void *data, unsigned long n,
    const char *why);
static json_t *cmd_detect_report(cmd_detect_t *d, detect_preset_t *best,
    unsigned score);
static json_t *cmd_detect_signs(cmd_detect_t *d,
    const detect_platform_t *platform);
static json_t *cmd_detect_others(cmd_detect_t *d,
    const detect_preset_t *best);
static json_t *cmd_detect_drafts(cmd_detect_t *d,
    const detect_preset_t *best);
static void cmd_detect_print(json_t *report);
static void cmd_detect_print_fit(json_t *fit);


static const char  cmd_detect_usage[] =
    "usage: sitepreserver detect [--presets DIR] [--host NAME,...] [--json]\n"
    "                            LOG\n"
    "\n"
    "Names the platform of a recorded shop and the preset that fits, tries it\n"
    "on the recording, says what to define before it, and drafts rules for\n"
    "what it does not cover.  LOG is a HAR of a browser, or JSON lines.\n"
    "\n"
    "  --presets DIR      where the presets are (" SP_PRESETS_DIR ")\n"
    "  --host NAME,...    hosts of the shop (that of the first page, and its\n"
    "                     like)\n"
    "\n"
    "Ends with 0; 1 if LOG or a preset cannot be read; 5 if no preset fits;\n"
    "7 if parts of LOG could not be read.\n";


int
cmd_detect(int argc, char **argv)
{
    int            rc;
    cmd_t          cmd;
    unsigned       i;
    cmd_detect_t   d;

    memset(&d, 0, sizeof(d));

    const cmd_option_t  options[] = {
        { "presets", NULL, &d.dir },
        { "host", NULL, &d.hosts },
    };

    rc = cmd_options(&cmd, argc, argv, cmd_detect_usage, options, 2);

    if (rc != CMD_GO) {
        return rc;
    }

    if (cmd.nargs != 1) {
        fputs(cmd_detect_usage, stderr);
        cmd_end(&cmd);
        return CMD_USAGE;
    }

    if (d.dir == NULL) {
        d.dir = access(SP_PRESETS_DIR, X_OK) == 0 ? SP_PRESETS_DIR
                                                  : "conf/presets";
    }

    d.cmd = &cmd;
    d.log = cmd.args[0];
    d.defines = json_array();

    rc = cmd_detect_run(&d);

    for (i = 0; i < d.size; i++) {
        free(d.drafts[i].draft);
    }

    free(d.drafts);
    json_decref(d.defines);
    hint_groups_free(&d.groups);
    detect_run_end(&d.run);
    cmd_end(&cmd);

    return rc;
}


static int
cmd_detect_run(cmd_detect_t *d)
{
    sp_rc_t           rc;
    json_t           *report;
    unsigned          score;
    har_error_t       err;
    detect_preset_t  *best;

    if (detect_run_begin(&d->run, d->dir, d->hosts, NULL, NULL, 0) != SP_OK) {
        cmd_error("%s", d->run.err.text);
        return CMD_FAILED;
    }

    rc = har_read(d->log, cmd_detect_each, cmd_detect_damaged, d, &d->counts,
                  &err);

    if (rc == SP_OK) {
        rc = detect_run_carts(&d->run);
    }

    best = detect_run_best(&d->run, &score);

    if (rc == SP_OK && best != NULL) {
        rc = cmd_detect_names(d, best);
    }

    if (rc != SP_OK) {
        cmd_error("%s", rc == SP_NOMEM ? "out of memory" : err.text);
        return CMD_FAILED;
    }

    report = cmd_detect_report(d, best, score);

    if (d->cmd->json) {
        json_dumpf(report, stdout, JSON_INDENT(2)|JSON_PRESERVE_ORDER);
        putchar('\n');

    } else {
        cmd_detect_print(report);
    }

    json_decref(report);

    if (d->counts.damaged != 0) {
        cmd_error("%lu of %lu could not be read", d->counts.damaged,
                  d->counts.damaged + d->counts.read + d->counts.cached);
        return CMD_DAMAGED;
    }

    return best != NULL && best->platform->preset != NULL ? CMD_OK
                                                          : CMD_NOT_FOUND;
}


static sp_rc_t
cmd_detect_each(void *data, const har_exchange_t *x)
{
    int            looks;
    hint_t         hint;
    sp_rc_t        rc;
    cmd_detect_t  *d = data;

    rc = detect_run_exchange(&d->run, x, &hint, &looks);

    return rc == SP_OK && looks ? cmd_detect_group(d, x, &hint) : rc;
}


static sp_rc_t
cmd_detect_group(cmd_detect_t *d, const har_exchange_t *x, const hint_t *hint)
{
    int                  fresh;
    char                 key[HINT_KEY_MAX + 1];
    unsigned             i, k;
    cmd_detect_group_t  *list;

    if (hint_group(&d->groups, x, hint, &fresh) != SP_OK) {
        return SP_NOMEM;
    }

    if (d->groups.n > d->size) {
        list = realloc(d->drafts, (d->groups.n + 16) * sizeof(*list));

        if (list == NULL) {
            return SP_NOMEM;
        }

        memset(list + d->size, 0, (d->groups.n + 16 - d->size)
                                  * sizeof(*list));
        d->drafts = list;
        d->size = d->groups.n + 16;
    }

    hint_key(x, key);

    for (i = 0; i < d->groups.n; i++) {
        if (strcmp(d->groups.list[i].key, key) == 0) {
            break;
        }
    }

    if (i == d->groups.n) {
        return SP_OK;
    }

    if (fresh) {
        d->drafts[i].draft = detect_draft(x, hint->about);
    }

    for (k = 0; k < d->run.n; k++) {
        d->drafts[i].by[k] += d->run.presets[k].hit >= 2;
    }

    return SP_OK;
}


static void
cmd_detect_damaged(void *data, unsigned long n, const char *why)
{
    cmd_detect_t  *d = data;

    if (++d->damaged <= 20) {
        cmd_error("%s:%lu: %s", d->log, n, why);
    }
}


/*
 * What the shop calls otherwise than the preset; it is tried, and told if more
 * comes of it.
 */

static sp_rc_t
cmd_detect_names(cmd_detect_t *d, detect_preset_t *best)
{
    char                  values[DETECT_NAMES_MAX][256];
    unsigned              i, n;
    const char           *defines[2 * DETECT_NAMES_MAX];
    const detect_name_t  *name;

    if (best->replay == NULL) {
        return SP_OK;
    }

    n = 0;

    for (i = 0; i < DETECT_NAMES_MAX; i++) {
        name = &best->platform->names[i];

        if (name->define == NULL) {
            break;
        }

        if (detect_named(&d->run.seen, name, values[n])) {
            defines[2 * n] = name->define;
            defines[2 * n + 1] = values[n];
            n++;
        }
    }

    if (n == 0) {
        return SP_OK;
    }

    for (i = 0; i < n; i++) {
        json_array_append_new(d->defines,
                              json_pack("{s:s, s:s}", "name", defines[2 * i],
                                        "value", defines[2 * i + 1]));
    }

    return strcmp(d->log, "-") == 0 ? SP_OK
                                    : cmd_detect_again(d, best, defines, n);
}


static sp_rc_t
cmd_detect_again(cmd_detect_t *d, detect_preset_t *best,
    const char *const *defines, unsigned n)
{
    sp_rc_t           rc;
    unsigned          at;
    har_error_t       err;
    detect_run_t      run;
    har_counts_t      counts;
    detect_preset_t  *now;

    at = (unsigned) (best - d->run.presets);
    rc = detect_run_begin(&run, d->dir, d->hosts, best->platform, defines, n);

    if (rc == SP_OK) {
        rc = har_read(d->log, cmd_detect_again_each, cmd_detect_again_damaged,
                      &run, &counts, &err);
    }

    if (rc == SP_OK) {
        rc = detect_run_carts(&run);
    }

    now = &run.presets[at];

    if (rc == SP_OK && now->carts * 4 + now->events
                       > best->carts * 4 + best->events)
    {
        best->covered = now->covered;
        best->events = now->events;
        best->carts = now->carts;
        best->mailed = now->mailed;
        best->nameless = now->nameless;

    } else {
        json_array_clear(d->defines);
    }

    detect_run_end(&run);

    return rc == SP_NOMEM ? rc : SP_OK;
}


static sp_rc_t
cmd_detect_again_each(void *data, const har_exchange_t *x)
{
    int     looks;
    hint_t  hint;

    return detect_run_exchange(data, x, &hint, &looks);
}


static void
cmd_detect_again_damaged(void *data, unsigned long n, const char *why)
{
    /* they were told of before */
}


static json_t *
cmd_detect_report(cmd_detect_t *d, detect_preset_t *best, unsigned score)
{
    char       path[1024];
    json_t    *report, *fit;

    report = json_object();

    if (best != NULL) {
        json_object_set_new(report, "platform",
                            json_string(best->platform->platform));
        json_object_set_new(report, "certainty",
                            json_string(score >= CMD_DETECT_SURE ? "sure"
                                        : score >= CMD_DETECT_LIKELY
                                        ? "likely" : "perhaps"));
        json_object_set_new(report, "signs",
                            cmd_detect_signs(d, best->platform));
    }

    if (best != NULL && best->platform->preset != NULL) {
        snprintf(path, sizeof(path), "%.900s/%s.conf", d->dir,
                 best->platform->preset);
        json_object_set_new(report, "preset",
                            json_string(best->platform->preset));
        json_object_set_new(report, "file", json_string(path));
        json_object_set(report, "define", d->defines);

        fit = json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}",
                        "looking", (json_int_t) d->run.looking,
                        "matched", (json_int_t) best->covered,
                        "events", (json_int_t) best->events,
                        "carts", (json_int_t) best->carts,
                        "mailed", (json_int_t) best->mailed,
                        "nameless", (json_int_t) best->nameless);
        json_object_set_new(report, "fit", fit);
    }

    json_object_set_new(report, "others", cmd_detect_others(d, best));
    json_object_set_new(report, "drafts", cmd_detect_drafts(d, best));
    json_object_set_new(report, "read",
                        json_integer((json_int_t) d->counts.read));

    return report;
}


static json_t *
cmd_detect_signs(cmd_detect_t *d, const detect_platform_t *platform)
{
    char                  text[128];
    json_t               *list;
    unsigned              i, seen;
    const detect_sign_t  *sign;

    static const char *const  places[] = {
        "", "cookie", "header", "path", "arguments", "request body", "page",
        "answer"
    };

    list = json_array();
    seen = d->run.seen.seen[platform - detect_platforms];

    for (i = 0; i < DETECT_SIGNS_MAX; i++) {
        sign = &platform->signs[i];

        if (seen & (1u << i)) {
            snprintf(text, sizeof(text), "%s: %s", places[sign->place],
                     sign->text);
            json_array_append_new(list, json_string(text));
        }
    }

    return list;
}


/* Those that have half as many signs, or as many carts. */

static json_t *
cmd_detect_others(cmd_detect_t *d, const detect_preset_t *best)
{
    json_t           *list;
    unsigned          i, score, top;
    detect_preset_t  *preset;

    list = json_array();
    top = best != NULL ? d->run.seen.score[best->platform - detect_platforms]
                       : 0;

    for (i = 0; i < d->run.n; i++) {
        preset = &d->run.presets[i];
        score = d->run.seen.score[i];

        if (preset == best || score == 0 || score * 2 < top) {
            continue;
        }

        json_array_append_new(list, json_pack("{s:s, s:i, s:I, s:I}",
                              "platform", preset->platform->platform,
                              "points", (int) score,
                              "events", (json_int_t) preset->events,
                              "carts", (json_int_t) preset->carts));
    }

    return list;
}


static json_t *
cmd_detect_drafts(cmd_detect_t *d, const detect_preset_t *best)
{
    json_t        *list;
    unsigned       i, n, at;
    hint_group_t  *group;

    list = json_array();
    at = best != NULL ? (unsigned) (best - d->run.presets) : 0;
    n = 0;

    for (i = 0; i < d->groups.n && n < CMD_DETECT_DRAFTS; i++) {
        group = &d->groups.list[i];

        if (d->drafts[i].draft == NULL
            || (best != NULL && d->drafts[i].by[at] != 0))
        {
            continue;
        }

        n++;
        json_array_append_new(list, json_pack("{s:s, s:s, s:I, s:I, s:s}",
                              "request", group->key, "about", group->about,
                              "count", (json_int_t) group->count,
                              "first", (json_int_t) group->example,
                              "rule", d->drafts[i].draft));
    }

    return list;
}


static void
cmd_detect_print(json_t *report)
{
    size_t       i;
    json_t      *list, *one;
    const char  *platform, *preset;

    platform = json_string_value(json_object_get(report, "platform"));
    preset = json_string_value(json_object_get(report, "file"));

    if (platform == NULL) {
        puts("No platform that is known here.");

        if (json_array_size(json_object_get(report, "drafts")) == 0) {
            puts("No request looks like commerce, so there is nothing to "
                 "draft a rule of:\nwas all recorded, or is --host wrong?  "
                 "A shop with words of its own needs\nrules of its own: "
                 "docs/presets.md, \"A preset in 15 minutes\".");
        }

    } else {
        printf("Platform: %s (%s)\n", platform,
               json_string_value(json_object_get(report, "certainty")));
    }

    list = json_object_get(report, "signs");

    for (i = 0; i < json_array_size(list); i++) {
        printf("  %s\n", json_string_value(json_array_get(list, i)));
    }

    if (preset != NULL) {
        printf("\nPreset: %s\n", preset);
        cmd_detect_print_fit(json_object_get(report, "fit"));

    } else if (platform != NULL) {
        puts("\nThere is no preset for it.");
    }

    list = json_object_get(report, "define");

    if (json_array_size(list) != 0) {
        puts("\nBefore the include:");
    }

    for (i = 0; i < json_array_size(list); i++) {
        one = json_array_get(list, i);
        printf("  sitepreserver_define %s \"%s\";\n",
               json_string_value(json_object_get(one, "name")),
               json_string_value(json_object_get(one, "value")));
    }

    list = json_object_get(report, "others");

    for (i = 0; i < json_array_size(list); i++) {
        one = json_array_get(list, i);
        printf("%sPerhaps: %s (%lld events, %lld carts)\n",
               i == 0 ? "\n" : "",
               json_string_value(json_object_get(one, "platform")),
               (long long) json_integer_value(json_object_get(one,
                                                              "events")),
               (long long) json_integer_value(json_object_get(one, "carts")));
    }

    list = json_object_get(report, "drafts");

    if (json_array_size(list) != 0) {
        puts("\n# Looks like commerce, and is not covered.  Drafts, to be "
             "finished:");
    }

    for (i = 0; i < json_array_size(list); i++) {
        one = json_array_get(list, i);
        printf("\n# %lld x %s (%s, first #%lld)\n%s",
               (long long) json_integer_value(json_object_get(one, "count")),
               json_string_value(json_object_get(one, "request")),
               json_string_value(json_object_get(one, "about")),
               (long long) json_integer_value(json_object_get(one, "first")),
               json_string_value(json_object_get(one, "rule")));
    }
}


static void
cmd_detect_print_fit(json_t *fit)
{
    long long  looking, matched, nameless;

    looking = (long long) json_integer_value(json_object_get(fit, "looking"));
    matched = (long long) json_integer_value(json_object_get(fit, "matched"));

    printf("  %lld of %lld requests that look like commerce (%lld %%), %lld "
           "events, %lld carts, of them %lld to be mailed\n", matched,
           looking, looking != 0 ? matched * 100 / looking : 0,
           (long long) json_integer_value(json_object_get(fit, "events")),
           (long long) json_integer_value(json_object_get(fit, "carts")),
           (long long) json_integer_value(json_object_get(fit, "mailed")));

    nameless = (long long) json_integer_value(json_object_get(fit,
                                                              "nameless"));

    if (nameless != 0) {
        printf("  None of %lld events had a visitor: is the session called "
               "otherwise, or was the\n  log saved without cookies?\n",
               nameless);
    }
}
