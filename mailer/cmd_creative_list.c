/*
 * Copyright (C) SitePreserver developers
 *
 * sitepreserver creative list.
 */

#include <dirent.h>
#include <stdlib.h>

#include "cmd_creative.h"
#include "creative_own.h"


#define CMD_LIST_MAX  1000


typedef struct {
    char    *names[CMD_LIST_MAX];
    size_t   n;
} cmd_names_t;


static void cmd_list_folder(cmd_names_t *names, const char *dir);
static void cmd_list_config(cmd_names_t *names, const config_t *conf);
static void cmd_list_add(cmd_names_t *names, const char *name);
static int cmd_list_compare(const void *a, const void *b);
static json_t *cmd_list_one(const cmd_t *cmd, const char *name);
static void cmd_list_state(json_t *json, const creative_t *creative);
static json_t *cmd_list_used(const config_t *conf, const char *name);
static void cmd_list_print(json_t *list);


static const char  cmd_list_usage[] =
    "usage: sitepreserver creative list [-c FILE] [--json]\n"
    "\n"
    "All creatives, the bundled ones too: their state, their locales, and the\n"
    "shops, series and steps of the configuration that use them.  States:\n"
    "\n"
    "  approved  what it is now is sent\n"
    "  changed   it is another than what was approved: not sent\n"
    "  new       it was never approved: not sent\n"
    "  retired   it is never sent\n"
    "  wrong     it cannot be read: not sent\n"
    "  missing   a step names it, and it is not there\n";


int
cmd_creative_list(int argc, char **argv)
{
    int           rc;
    cmd_t         cmd;
    size_t        i;
    json_t       *list;
    cmd_names_t  *names;

    rc = cmd_creative_begin(&cmd, argc, argv, cmd_list_usage, NULL, 0);

    if (rc != CMD_GO) {
        return rc;
    }

    if (cmd.nargs != 0) {
        fputs(cmd_list_usage, stderr);
        cmd_end(&cmd);
        return CMD_USAGE;
    }

    names = calloc(1, sizeof(cmd_names_t));

    if (names == NULL) {
        cmd_error("out of memory");
        cmd_end(&cmd);
        return CMD_FAILED;
    }

    cmd_list_folder(names, config_creatives(cmd.conf));
    cmd_list_folder(names, creative_bundled());
    cmd_list_config(names, cmd.conf);
    qsort(names->names, names->n, sizeof(char *), cmd_list_compare);
    list = json_array();

    for (i = 0; i < names->n; i++) {
        json_array_append_new(list, cmd_list_one(&cmd, names->names[i]));
        free(names->names[i]);
    }

    if (cmd.json) {
        cmd_print(&cmd, list);

    } else {
        cmd_list_print(list);
        json_decref(list);
    }

    free(names);
    cmd_end(&cmd);

    return CMD_OK;
}


static void
cmd_list_folder(cmd_names_t *names, const char *dir)
{
    DIR            *d;
    struct dirent  *entry;

    d = dir != NULL ? opendir(dir) : NULL;

    if (d == NULL) {
        return;
    }

    while ((entry = readdir(d)) != NULL) {
        cmd_list_add(names, entry->d_name);
    }

    (void) closedir(d);
}


static void
cmd_list_config(cmd_names_t *names, const config_t *conf)
{
    unsigned          i, k, n, v;
    config_step_t    *step;
    config_series_t  *series;

    for (i = 0; i < conf->nshops; i++) {
        for (k = 0; k < conf->shops[i].nseries; k++) {
            series = &conf->shops[i].series[k];

            for (n = 0; n < series->nsteps; n++) {
                step = &series->steps[n];

                for (v = 0; v < step->nvariants; v++) {
                    cmd_list_add(names, step->variants[v].creative);
                }
            }
        }
    }
}


static void
cmd_list_add(cmd_names_t *names, const char *name)
{
    size_t  i;

    if (!creative_name_valid(name)) {
        return;
    }

    for (i = 0; i < names->n; i++) {
        if (strcmp(names->names[i], name) == 0) {
            return;
        }
    }

    if (names->n < CMD_LIST_MAX) {
        names->names[names->n] = strdup(name);
        names->n += names->names[names->n] != NULL;
    }
}


static int
cmd_list_compare(const void *a, const void *b)
{
    return strcmp(*(char *const *) a, *(char *const *) b);
}


static json_t *
cmd_list_one(const cmd_t *cmd, const char *name)
{
    json_t      *json;
    sp_error_t   err;
    creative_t  *creative;

    json = json_pack("{s:s}", "name", name);
    creative = creative_own_load(config_creatives(cmd->conf),
                                 cmd->conf->state_dir, name, &err);

    if (creative != NULL) {
        cmd_list_state(json, creative);
        creative_free(creative);

    } else {
        json_object_set_new(json, "state",
                            json_string(strncmp(err.text, "creative \"", 10)
                                        == 0 ? "missing" : "wrong"));
        json_object_set_new(json, "error", json_string(err.text));
        json_object_set_new(json, "locales", json_array());
    }

    json_object_set_new(json, "used_by", cmd_list_used(cmd->conf, name));

    return json;
}


static void
cmd_list_state(json_t *json, const creative_t *creative)
{
    size_t       i;
    json_t      *locales;
    const char  *bundled;

    locales = json_array();

    for (i = 0; i < creative_nlocales(creative); i++) {
        json_array_append_new(locales, json_string(
            creative_locale_at(creative, i)->locale));
    }

    bundled = creative_bundled();

    json_object_set_new(json, "state",
                        json_string(creative_state_name(creative)));
    json_object_set_new(json, "locales", locales);
    json_object_set_new(json, "folder", json_string(creative_path(creative)));
    json_object_set_new(json, "hash", json_string(creative_hash(creative)));
    json_object_set_new(json, "bundled", json_boolean(
        strncmp(creative_path(creative), bundled, strlen(bundled)) == 0));

    if (creative_state(creative) == CREATIVE_CHANGED) {
        json_object_set_new(json, "changed",
                            json_string(creative_changed(creative)));
    }

    if (creative_state(creative) == CREATIVE_RETIRED) {
        json_object_set_new(json, "reason",
                            json_string(creative_reason(creative)));
    }
}


static json_t *
cmd_list_used(const config_t *conf, const char *name)
{
    json_t           *used;
    unsigned          i, k, n;
    config_series_t  *series;

    used = json_array();

    for (i = 0; i < conf->nshops; i++) {
        for (k = 0; k < conf->shops[i].nseries; k++) {
            series = &conf->shops[i].series[k];

            for (n = 0; n < series->nsteps; n++) {
                if (config_variant(&series->steps[n], name) != NULL) {
                    json_array_append_new(used, json_sprintf("%s/%s/%s",
                        conf->shops[i].name, series->name,
                        series->steps[n].name));
                }
            }
        }
    }

    return used;
}


static void
cmd_list_print(json_t *list)
{
    size_t   i, k;
    json_t  *json, *locales, *used, *more;

    json_array_foreach(list, i, json) {
        printf("%-24s %-8s ",
               json_string_value(json_object_get(json, "name")),
               json_string_value(json_object_get(json, "state")));

        locales = json_object_get(json, "locales");

        for (k = 0; k < json_array_size(locales); k++) {
            printf(" %s", json_string_value(json_array_get(locales, k)));
        }

        used = json_object_get(json, "used_by");

        for (k = 0; k < json_array_size(used); k++) {
            printf("%s%s", k == 0 ? "  used by " : ", ",
                   json_string_value(json_array_get(used, k)));
        }

        more = json_object_get(json, "error");
        more = more != NULL ? more : json_object_get(json, "changed");
        more = more != NULL ? more : json_object_get(json, "reason");

        if (more != NULL && json_string_length(more) != 0) {
            printf("  (%s)", json_string_value(more));
        }

        putchar('\n');
    }
}
