/*
 * Copyright (C) SitePreserver developers
 */

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>

#include "config_check.h"
#include "config_grammar.h"
#include "config_include.h"
#include "config_parse.h"
#include "config_place.h"
#include "config_text.h"
#include "config_value.h"
#include "sp_json_text.h"


static int config_parse_file(cfg_t *cfg, const char *path);
static void config_not_closed(config_error_t *err);
static void config_errfunc(cfg_t *cfg, const char *fmt, va_list ap);
static int config_option(cfg_t *cfg, cfg_opt_t *opt);
static int config_absolute(cfg_t *cfg, cfg_opt_t *opt, unsigned i);
static int config_section(cfg_t *cfg, cfg_opt_t *opt);


/*
 * libconfuse has neither a pointer of ours nor more than one parser: this is
 * where the one parse that runs notes its error.
 */

static config_error_t  *config_parse_err;


cfg_t *
config_parse(const char *path, config_error_t *err)
{
    int     rc;
    cfg_t  *cfg;

    config_places_free();
    config_parse_err = err;
    err->text[0] = '\0';

    cfg = config_grammar(config_option, config_section);

    if (cfg == NULL) {
        snprintf(err->text, sizeof(err->text), "out of memory");
        return NULL;
    }

    cfg_set_error_function(cfg, config_errfunc);

    rc = config_parse_file(cfg, path);

    /* An error in an included file has left the lexer amid its includes. */

    config_include_end();

    if (rc == CFG_FILE_ERROR) {
        snprintf(err->text, sizeof(err->text), "%s: %s", path,
                 errno == EINVAL ? "is not a file" : strerror(errno));

    } else if (rc == CFG_PARSE_ERROR && strstr(err->text, CONFIG_END)) {
        config_not_closed(err);

    } else if (rc != CFG_SUCCESS && err->text[0] == '\0') {
        snprintf(err->text, sizeof(err->text), "%s: cannot be parsed", path);
    }

    if (rc != CFG_SUCCESS || err->text[0] != '\0') {
        config_parse_end(cfg);
        return NULL;
    }

    return cfg;
}


/* CFG_FILE_ERROR: errno says why. */

static int
config_parse_file(cfg_t *cfg, const char *path)
{
    int          rc, line;
    char        *text;
    FILE        *fp;
    size_t       len;
    const char  *bad;

    text = config_text_read(path, "\n" CONFIG_END "()\n", &len);

    if (text == NULL) {
        return CFG_FILE_ERROR;
    }

    cfg->filename = strdup(path);
    bad = config_text_check(text, len, &line);

    if (bad != NULL) {
        cfg->line = line;
        cfg_error(cfg, "%s", bad);
        free(text);
        return CFG_PARSE_ERROR;
    }

    fp = cfg->filename != NULL ? fmemopen(text, len, "r") : NULL;

    if (fp == NULL) {
        free(text);
        return CFG_FILE_ERROR;
    }

    rc = cfg_parse_fp(cfg, fp);

    fclose(fp);
    free(text);

    return rc;
}


/* "FILE:LINE: no such option" becomes what is wrong. */

static void
config_not_closed(config_error_t *err)
{
    char  *p;

    p = strstr(err->text, ": ");

    if (p != NULL) {
        snprintf(p, sizeof(err->text) - (size_t) (p - err->text),
                 ": the file ends before a \"}\"");
    }
}


void
config_parse_end(cfg_t *cfg)
{
    config_places_free();
    config_parse_err = NULL;
    cfg_free(cfg);
}


static void
config_errfunc(cfg_t *cfg, const char *fmt, va_list ap)
{
    int              n;
    char            *text;
    config_error_t  *err;

    err = config_parse_err;

    if (err == NULL || err->text[0] != '\0') {
        return;
    }

    text = err->text;
    n = snprintf(text, sizeof(err->text), "%s:%d: ",
                 cfg->filename != NULL ? cfg->filename : "", cfg->line);

    if (n > 0 && (size_t) n < sizeof(err->text)) {
        vsnprintf(text + n, sizeof(err->text) - (size_t) n, fmt, ap);
    }

    sp_json_text_mend(text, strlen(text));

    for ( /* void */ ; *text != '\0'; text++) {
        if ((unsigned char) *text < ' ') {
            *text = ' ';
        }
    }
}


void
config_fail(cfg_t *section, const char *option, const char *fmt, ...)
{
    cfg_t                  at;
    cfg_opt_t             *opt;
    va_list                ap;
    const config_place_t  *place;

    at = *section;
    opt = option != NULL ? cfg_getopt(section, option) : NULL;
    place = opt != NULL ? config_place(opt) : NULL;

    if (place != NULL) {
        at.filename = place->file;
        at.line = place->line;
    }

    va_start(ap, fmt);
    config_errfunc(&at, fmt, ap);
    va_end(ap);
}


int
config_given(cfg_t *section, const char *option)
{
    cfg_opt_t  *opt;

    opt = cfg_getopt(section, option);

    return opt != NULL && config_place(opt) != NULL;
}


static int
config_option(cfg_t *cfg, cfg_opt_t *opt)
{
    unsigned      i, n;
    const char   *text, *bad;

    n = cfg_opt_size(opt);

    if (opt->flags & CFGF_LIST ? config_place_list(cfg, opt, n) != 0
                               : config_place_note(cfg, opt) != 0)
    {
        return -1;
    }

    for (i = 0; i < n; i++) {
        text = cfg_opt_getnstr(opt, i);
        bad = config_check(opt->name, text);

        if (bad == NULL && config_check_is_path(opt->name)
            && !config_absolute(cfg, opt, i))
        {
            return -1;
        }

        if (bad != NULL) {
            cfg_error(cfg, "\"%s\" %s: \"%s\"", opt->name, bad,
                      strchr(text, '@') != NULL ? "<address>" : text);
            return -1;
        }
    }

    return 0;
}


/* A file is named from where its name is written, not from where we run. */

static int
config_absolute(cfg_t *cfg, cfg_opt_t *opt, unsigned i)
{
    int    rc;
    char  *path;

    path = config_text_path(cfg->filename, cfg_opt_getnstr(opt, i));
    rc = path != NULL ? cfg_opt_setnstr(opt, path, i) : CFG_FAIL;
    free(path);

    if (rc != CFG_SUCCESS) {
        cfg_error(cfg, "out of memory");
    }

    return rc == CFG_SUCCESS;
}


/* A section without a title may be given only once. */

static int
config_section(cfg_t *cfg, cfg_opt_t *opt)
{
    cfg_t       *section;
    const char  *title;

    if (!(opt->flags & CFGF_TITLE)) {
        return config_place_note(cfg, opt);
    }

    section = cfg_opt_getnsec(opt, cfg_opt_size(opt) - 1);
    title = cfg_title(section);

    if (strcmp(opt->name, "text") == 0) {
        if (title == NULL || config_value_locale(title) != NULL) {
            cfg_error(section, "text \"%s\" is not of a locale (\"en\", "
                      "\"de-AT\")", title != NULL ? title : "");
            return -1;
        }

        return 0;
    }

    if (title == NULL || config_value_name(title) != NULL) {
        cfg_error(section, "%s \"%s\" is not a name ([a-z0-9._-], 1 to 64 "
                  "characters)", opt->name, title != NULL ? title : "");
        return -1;
    }

    return 0;
}
