/*
 * Copyright (C) SitePreserver developers
 *
 * sitepreserver creative import.
 */

#include <stdlib.h>

#include "cmd_creative.h"
#include "config_value.h"
#include "creative_file.h"
#include "import.h"
#include "sp_arena.h"


#define CMD_IMPORT_PATH  700


/* The lines of the head that is replaced. */

typedef struct {
    buffer_t   file;
    buffer_t   subject;
    buffer_t   preheader;
    buffer_t   utm;
} cmd_head_t;

typedef struct {
    const char       *name;
    const char       *locale;
    const char       *base;
    const char       *cta;
    const char       *subject;
    const char       *preheader;
    int               force;
    int               add_footer;
    int               no_inline;
} cmd_import_t;


static int cmd_import_check(cmd_t *cmd, const cmd_import_t *in,
    import_options_t *options);
static int cmd_import_site(cmd_t *cmd, const cmd_import_t *in,
    import_options_t *options);
static int cmd_import_it(cmd_t *cmd, const cmd_import_t *in,
    import_options_t *options);
static int cmd_import_old(const char *path, const cmd_import_t *in,
    import_options_t *options, cmd_head_t *head);
static void cmd_import_head(cmd_head_t *head, import_options_t *options);
static int cmd_import_store(cmd_t *cmd, const cmd_import_t *in,
    const import_result_t *result);
static void cmd_import_print(cmd_t *cmd, const cmd_import_t *in,
    const char *file, const import_result_t *result, int stored);
static void cmd_import_lint(cmd_t *cmd, const cmd_import_t *in,
    json_t *json);
static const char *cmd_import_unsubscribe(const char *locale);


static const char  cmd_import_usage[] =
    "usage: sitepreserver creative import FILE.html --name NAME\n"
    "           [--locale LOCALE] [--shop NAME | --base URL] [--cta LINE:COL]\n"
    "           [--subject TEXT] [--preheader TEXT] [--add-footer]\n"
    "           [--no-inline] [--force] [-c FILE] [--json]\n"
    "\n"
    "Makes the creative NAME, or one more locale of it (default: en), of a\n"
    "designer's HTML file, which may have our tags or none.  It is kept as it\n"
    "is, but: links to the shop (whose cart and hosts --shop tells, or which\n"
    "is at --base) become absolute and get analytics parameters; the call to\n"
    "action is marked and leads to the cart; simple rules of <style> are\n"
    "also written into the elements; a text part is made.  The subject is\n"
    "--subject, else <title>, the preheader --preheader, else what is hidden "
    "at\n"
    "the begin of the text.\n"
    "\n"
    "  --cta LINE:COL  which link is the call to action, if that is not clear\n"
    "  --add-footer    add the postal address and the unsubscribe link, if\n"
    "                  the file has none\n"
    "  --no-inline     write no rules into elements\n"
    "  --force         replace the locale, if there is one; what its head "
    "says\n"
    "                  is kept, unless said otherwise\n"
    "\n"
    "Nothing is sent of it until it is approved.  Status 1: it was not "
    "made.\n";


int
cmd_creative_import(int argc, char **argv)
{
    int               rc;
    cmd_t             cmd;
    cmd_import_t      in;
    import_options_t  options;
    cmd_option_t      known[] = {
        { "name", NULL, &in.name },
        { "locale", NULL, &in.locale },
        { "base", NULL, &in.base },
        { "cta", NULL, &in.cta },
        { "subject", NULL, &in.subject },
        { "preheader", NULL, &in.preheader },
        { "force", &in.force, NULL },
        { "add-footer", &in.add_footer, NULL },
        { "no-inline", &in.no_inline, NULL },
    };

    memset(&in, 0, sizeof(cmd_import_t));
    memset(&options, 0, sizeof(import_options_t));
    in.locale = "en";
    rc = cmd_creative_begin(&cmd, argc, argv, cmd_import_usage, known,
                            sizeof(known) / sizeof(known[0]));
    if (rc != CMD_GO) {
        return rc;
    }

    if (cmd.nargs != 1 || in.name == NULL) {
        fputs(cmd_import_usage, stderr);
        rc = CMD_USAGE;

    } else if (!cmd_import_check(&cmd, &in, &options)) {
        rc = CMD_USAGE;

    } else {
        rc = cmd_import_it(&cmd, &in, &options);
    }

    cmd_end(&cmd);

    return rc;
}


static int
cmd_import_check(cmd_t *cmd, const cmd_import_t *in,
    import_options_t *options)
{
    char    *end;
    size_t   n;

    options->file = cmd->args[0];
    options->subject = in->subject;
    options->preheader = in->preheader;
    options->add_footer = in->add_footer != 0;
    options->no_inline = in->no_inline != 0;
    options->unsubscribe = cmd_import_unsubscribe(in->locale);

    if (!creative_name_valid(in->name)) {
        cmd_error("\"%s\" is not a creative's name ([a-z0-9_-], 1 to %d "
                  "characters)", in->name, CREATIVE_NAME_MAX);
        return 0;
    }

    n = strlen(in->locale);

    if (config_value_locale(in->locale) != NULL || n > 15
        || strchr(in->locale, '_') != NULL)
    {
        cmd_error("\"%s\" is not a locale (\"en\", \"pt-BR\")", in->locale);
        return 0;
    }

    if (in->cta != NULL) {
        options->cta_line = (unsigned) strtoul(in->cta, &end, 10);
        options->cta_column = *end == ':'
                              ? (unsigned) strtoul(end + 1, &end, 10) : 0;

        if (options->cta_line == 0 || options->cta_column == 0
            || *end != '\0')
        {
            cmd_error("--cta is not LINE:COL: \"%s\"", in->cta);
            return 0;
        }
    }

    if (config_creatives(cmd->conf) == NULL) {
        cmd_error("there is no folder for creatives: set \"creatives\" in %s",
                  cmd->file);
        return 0;
    }

    return cmd_import_site(cmd, in, options);
}


/* Whose links are the shop's own. */

static int
cmd_import_site(cmd_t *cmd, const cmd_import_t *in, import_options_t *options)
{
    char           *unsubscribe;
    config_shop_t  *shop;

    if (in->base != NULL) {
        if (cmd->shop_name != NULL) {
            cmd_error("give --shop or --base, not both");
            return 0;
        }

        if (config_value_url(in->base) != NULL) {
            cmd_error("--base is not an http or https URL: \"%s\"", in->base);
            return 0;
        }

        options->site.base.data = in->base;
        options->site.base.len = strlen(in->base);
        return 1;
    }

    shop = cmd_shop(cmd);
    unsubscribe = sp_alloc(sp_arena_pool(cmd->arena), CMD_IMPORT_PATH);

    if (shop == NULL || unsubscribe == NULL) {
        return 0;
    }

    options->site.base = shop->message.cart_url;
    options->site.hosts = shop->message.hosts;
    options->site.nhosts = shop->message.nhosts;
    (void) snprintf(unsubscribe, CMD_IMPORT_PATH, "%s/sp/",
                    shop->public_url);
    options->site.unsubscribe.data = unsubscribe;
    options->site.unsubscribe.len = strlen(unsubscribe);
    options->cart_url = shop->message.cart_url;

    return 1;
}


static int
cmd_import_it(cmd_t *cmd, const cmd_import_t *in, import_options_t *options)
{
    int              rc;
    char             path[CMD_IMPORT_PATH];
    sp_str_t         source;
    buffer_t         file;
    cmd_head_t       head;
    import_result_t  result;

    buffer_init(&file, CREATIVE_FILE_MAX);
    memset(&head, 0, sizeof(cmd_head_t));
    memset(&result, 0, sizeof(import_result_t));
    (void) snprintf(path, sizeof(path), "%.500s/%s/%s",
                    config_creatives(cmd->conf), in->name, in->locale);

    rc = CMD_FAILED;

    if (cmd_import_old(path, in, options, &head)
        && cmd_creative_read(options->file, &file))
    {
        source.data = buffer_text(&file);
        source.len = file.len;

        if (import_html(options, &source, &result) == SP_OK) {
            rc = cmd_import_store(cmd, in, &result);
        }

        cmd_import_print(cmd, in, options->file, &result, rc == CMD_OK);
    }

    import_free(&result);
    buffer_free(&file);
    buffer_free(&head.file);
    buffer_free(&head.subject);
    buffer_free(&head.preheader);
    buffer_free(&head.utm);

    return rc;
}


/* Is it there already?  0: it is, and is not to be replaced. */

static int
cmd_import_old(const char *path, const cmd_import_t *in,
    import_options_t *options, cmd_head_t *head)
{
    char  name[CMD_IMPORT_PATH + 8];

    buffer_init(&head->file, CREATIVE_FILE_MAX);
    buffer_init(&head->subject, CREATIVE_FILE_MAX);
    buffer_init(&head->preheader, CREATIVE_FILE_MAX);
    buffer_init(&head->utm, CREATIVE_FILE_MAX);

    (void) snprintf(name, sizeof(name), "%s.html", path);

    if (!creative_file_exists(name)) {
        return 1;
    }

    if (!in->force) {
        cmd_error("%s is there: --force replaces it", name);
        return 0;
    }

    (void) snprintf(name, sizeof(name), "%s.head", path);

    if (creative_file_exists(name)) {
        if (!cmd_creative_read(name, &head->file)) {
            return 0;
        }

        cmd_import_head(head, options);
    }

    return 1;
}


static void
cmd_import_head(cmd_head_t *head, import_options_t *options)
{
    size_t       len;
    const char  *line, *next;

    for (line = buffer_text(&head->file); *line != '\0'; line = next) {
        len = strcspn(line, "\n");
        next = line[len] == '\n' ? line + len + 1 : line + len;

        if (strncmp(line, "subject: ", 9) == 0) {
            buffer_add(&head->subject, line + 9, len - 9);
            options->old_subject = buffer_text(&head->subject);

        } else if (strncmp(line, "preheader: ", 11) == 0) {
            buffer_add(&head->preheader, line + 11, len - 11);
            options->old_preheader = buffer_text(&head->preheader);

        } else if (strncmp(line, "utm_", 4) == 0) {
            buffer_add(&head->utm, line, len);
            buffer_char(&head->utm, '\n');
            options->old_utm = buffer_text(&head->utm);
        }
    }
}


static int
cmd_import_store(cmd_t *cmd, const cmd_import_t *in,
    const import_result_t *result)
{
    sp_error_t  err;

    if (import_store(config_creatives(cmd->conf), in->name, in->locale, result,
                     &err) != SP_OK)
    {
        cmd_error("%s", err.text);
        return CMD_FAILED;
    }

    return CMD_OK;
}


static void
cmd_import_print(cmd_t *cmd, const cmd_import_t *in, const char *file,
    const import_result_t *result, int stored)
{
    size_t                i;
    json_t               *notes, *json;
    const import_note_t  *note;

    notes = json_array();

    for (i = 0; i < result->nnotes; i++) {
        note = &result->notes[i];

        if (cmd->json) {
            json_array_append_new(notes, json_pack("{s:s, s:i, s:i, s:s}",
                "level", import_level_name(note->level), "line",
                (int) note->line, "column", (int) note->column, "text",
                note->text));

        } else if (note->line != 0) {
            fprintf(stderr, "%s:%u:%u: %s: %s\n", file, note->line,
                    note->column, import_level_name(note->level), note->text);

        } else {
            fprintf(stderr, "%s: %s: %s\n", file,
                    import_level_name(note->level), note->text);
        }
    }

    if (result->dropped != 0 && !cmd->json) {
        fprintf(stderr, "%s: %zu more\n", file, result->dropped);
    }

    json = json_pack("{s:s, s:s, s:s, s:b, s:o, s:i}", "file", file, "name",
                     in->name, "locale", in->locale, "stored", stored,
                     "notes", notes, "dropped", (int) result->dropped);

    if (stored) {
        cmd_import_lint(cmd, in, json);
    }

    if (cmd->json) {
        cmd_print(cmd, json);
        return;
    }

    json_decref(json);

    if (stored) {
        printf("%s/%s/%s.html, .txt and .head written: look at them with "
               "creative preview %s, then creative approve %s\n",
               config_creatives(cmd->conf), in->name, in->locale, in->name,
               in->name);
    }
}


/* What is to be mended before it can be approved. */

static void
cmd_import_lint(cmd_t *cmd, const cmd_import_t *in, json_t *json)
{
    buffer_t        b;
    creative_t     *creative;
    lint_report_t  *report;

    creative = cmd_creative_load(cmd, in->name);
    report = creative != NULL ? cmd_creative_judge(cmd, creative) : NULL;

    if (report != NULL) {
        json_object_set_new(json, "lint", lint_json(report));

        if (!cmd->json) {
            buffer_init(&b, MESSAGE_SIZE_MAX);
            lint_print(report, &b);
            fputs(buffer_text(&b), stderr);
            buffer_free(&b);
        }
    }

    lint_report_free(report);
    creative_free(creative);
}


/* For a footer that is asked for. */

static const char *
cmd_import_unsubscribe(const char *locale)
{
    size_t  i;

    static const struct {
        const char  *language;
        const char  *word;
    } words[] = {
        { "de", "Abmelden" },
        { "fr", "Se désinscrire" },
        { "es", "Darse de baja" },
    };

    for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strncmp(locale, words[i].language, 2) == 0
            && (locale[2] == '\0' || locale[2] == '-'))
        {
            return words[i].word;
        }
    }

    return "Unsubscribe";
}
