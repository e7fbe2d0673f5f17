/*
 * Copyright (C) SitePreserver developers
 *
 * sitepreserver creative: the commands, and what they share.
 */

#include "cmd_creative.h"
#include "creative_file.h"


typedef struct {
    const char   *name;
    int         (*run)(int argc, char **argv);
    const char   *summary;
} cmd_creative_t;


static int cmd_creative_first(int argc, char **argv);
static void cmd_creative_usage(FILE *out);
static void cmd_creative_why(const creative_t *creative, buffer_t *out);
static const config_shop_t *cmd_creative_user(const cmd_t *cmd,
    const char *name);


static const cmd_creative_t  cmd_creatives[] = {
    { "import", cmd_creative_import, "make a creative of a designer's HTML "
                                     "file" },
    { "list", cmd_creative_list, "what there is, and what is sent of it" },
    { "lint", cmd_creative_lint, "what is wrong with it, measured" },
    { "preview", cmd_creative_preview, "write a message to look at" },
    { "approve", cmd_creative_approve, "let what it is now be sent" },
    { "retire", cmd_creative_retire, "let nothing of it be sent any more" },
};

#define CMD_CREATIVES  (sizeof(cmd_creatives) / sizeof(cmd_creatives[0]))


int
cmd_creative(int argc, char **argv)
{
    size_t  i;

    if (argc > 1 && (strcmp(argv[1], "--help") == 0
                     || strcmp(argv[1], "-h") == 0))
    {
        cmd_creative_usage(stdout);
        return CMD_OK;
    }

    if (!cmd_creative_first(argc, argv)) {
        cmd_creative_usage(stderr);
        return CMD_USAGE;
    }

    for (i = 0; i < CMD_CREATIVES; i++) {
        if (strcmp(cmd_creatives[i].name, argv[1]) == 0) {
            return cmd_creatives[i].run(argc - 1, argv + 1);
        }
    }

    cmd_error("there is no command \"creative %s\"", argv[1]);
    cmd_creative_usage(stderr);

    return CMD_USAGE;
}


/* Moves the command's name before the options that all have; 0: no name. */

static int
cmd_creative_first(int argc, char **argv)
{
    int    i;
    char  *name;

    for (i = 1; i < argc && argv[i][0] == '-'; i++) {
        if (strcmp(argv[i], "-c") == 0 || strcmp(argv[i], "--config") == 0
            || strcmp(argv[i], "--shop") == 0)
        {
            i++;
        }
    }

    if (i >= argc) {
        return 0;
    }

    name = argv[i];
    memmove(argv + 2, argv + 1, (size_t) (i - 1) * sizeof(char *));
    argv[1] = name;

    return 1;
}


static void
cmd_creative_usage(FILE *out)
{
    size_t  i;

    fputs("usage: sitepreserver creative COMMAND [-c FILE] [--json] "
          "[OPTIONS]\n\n", out);

    for (i = 0; i < CMD_CREATIVES; i++) {
        fprintf(out, "  %-8s  %s\n", cmd_creatives[i].name,
                cmd_creatives[i].summary);
    }

    fputs("\nsitepreserver creative COMMAND --help tells more.\n", out);
}


int
cmd_creative_begin(cmd_t *cmd, int argc, char **argv, const char *usage,
    const cmd_option_t *options, unsigned n)
{
    return cmd_begin_config(cmd, argc, argv, usage, options, n,
                            config_read_lenient);
}


creative_t *
cmd_creative_load(const cmd_t *cmd, const char *name)
{
    creative_t  *creative;
    sp_error_t   err;

    creative = creative_load(config_creatives(cmd->conf), name, &err);

    if (creative == NULL) {
        cmd_error("%s", err.text);
    }

    return creative;
}


int
cmd_creative_shop(cmd_t *cmd, const config_shop_t **shop)
{
    *shop = NULL;

    if (cmd->shop_name == NULL && cmd->conf->nshops != 1) {
        return 1;
    }

    *shop = cmd_shop(cmd);

    return *shop != NULL;
}


int
cmd_creative_read(const char *path, buffer_t *b)
{
    sp_error_t  err;

    if (creative_file_read(path, b, &err) == SP_OK) {
        return 1;
    }

    cmd_error("%s", err.text);

    return 0;
}


/* Why its content is not sent, "retired: no summer any more"; "": it is. */

static void
cmd_creative_why(const creative_t *creative, buffer_t *out)
{
    const char  *more;

    switch (creative_state(creative)) {

    case CREATIVE_NEW:
        buffer_str(out, "was never approved");
        break;

    case CREATIVE_CHANGED:
        more = creative_changed(creative);
        buffer_fmt(out, "was changed since it was approved%s%s",
                   *more != '\0' ? ": " : "", more);
        break;

    case CREATIVE_RETIRED:
        more = creative_reason(creative);
        buffer_fmt(out, "is retired%s%s", *more != '\0' ? ": " : "", more);
        break;

    case CREATIVE_APPROVED:
        break;
    }
}


lint_report_t *
cmd_creative_judge(cmd_t *cmd, const creative_t *creative)
{
    lint_report_t        *report;
    const config_shop_t  *shop;

    shop = cmd_creative_user(cmd, creative_name(creative));
    report = lint_report_create();

    if (report == NULL
        || lint_creative(creative, shop != NULL ? &shop->message : NULL,
                         report) != SP_OK)
    {
        cmd_error("out of memory");
        lint_report_free(report);
        return NULL;
    }

    return report;
}


static const config_shop_t *
cmd_creative_user(const cmd_t *cmd, const char *name)
{
    unsigned              i, k, n;
    const config_t       *conf;
    const config_shop_t  *shop;

    conf = cmd->conf;

    if (cmd->shop_name != NULL) {
        return config_shop(conf, cmd->shop_name);
    }

    for (i = 0; i < conf->nshops; i++) {
        shop = &conf->shops[i];

        for (k = 0; k < shop->nseries; k++) {
            for (n = 0; n < shop->series[k].nsteps; n++) {
                if (config_variant(&shop->series[k].steps[n], name) != NULL) {
                    return shop;
                }
            }
        }
    }

    return conf->nshops == 1 ? &conf->shops[0] : NULL;
}


void
cmd_creative_warnings(json_t *list, const config_shop_t *shop)
{
    buffer_t                b;
    unsigned                i, k, n;
    const config_step_t    *step;
    const config_series_t  *series;

    buffer_init(&b, CREATIVE_FILE_MAX);

    for (i = 0; i < shop->nseries; i++) {
        series = &shop->series[i];

        for (k = 0; k < series->nsteps; k++) {
            step = &series->steps[k];

            for (n = 0; n < step->nvariants; n++) {
                if (creative_approved(step->variants[n].loaded)) {
                    continue;
                }

                buffer_reset(&b);
                cmd_creative_why(step->variants[n].loaded, &b);
                json_array_append_new(list, json_sprintf("shop \"%s\", step "
                    "\"%s\": creative \"%s\" %s, and is not sent",
                    shop->name, step->name, step->variants[n].creative,
                    buffer_text(&b)));
            }
        }
    }

    buffer_free(&b);
}
