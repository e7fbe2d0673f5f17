/*
 * Copyright (C) SitePreserver developers
 */

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>

#include "config_check.h"
#include "config_parse.h"
#include "config_value.h"


#define CONFIG_FILE_MAX  (1024 * 1024)

/* Put behind the file: libconfuse does not miss a "}" at its end. */
#define CONFIG_END       "end_of_file"


/*
 * libconfuse's depth of includes.  No header has it, and nothing resets it:
 * after ten refused reloads no include() would be taken any more.
 */

extern int  cfg_include_stack_ptr __attribute__((weak));


/* Where an option was given. */

typedef struct {
    cfg_opt_t        *opt;
    char             *file;
    int               line;
    unsigned          values;       /* of a list, so far */
    unsigned          ended;
} config_place_t;


static int config_end(cfg_t *cfg, cfg_opt_t *opt, int argc,
    const char **argv);
static int config_parse_file(cfg_t *cfg, const char *path);
static char *config_load(const char *path, size_t *len);
static void config_not_closed(config_error_t *err);
static void config_errfunc(cfg_t *cfg, const char *fmt, va_list ap);
static int config_option(cfg_t *cfg, cfg_opt_t *opt);
static int config_section(cfg_t *cfg, cfg_opt_t *opt);
static void config_set_validators(cfg_t *cfg);
static int config_note(cfg_t *cfg, cfg_opt_t *opt);
static int config_note_list(cfg_t *cfg, cfg_opt_t *opt, unsigned n);
static config_place_t *config_place(const cfg_opt_t *opt);


static cfg_opt_t  config_utm_opts[] = {
    CFG_STR("source", NULL, CFGF_NODEFAULT),
    CFG_STR("medium", NULL, CFGF_NODEFAULT),
    CFG_STR("campaign", NULL, CFGF_NODEFAULT),
    CFG_STR("content", NULL, CFGF_NODEFAULT),
    CFG_STR("id", NULL, CFGF_NODEFAULT),
    CFG_END()
};

static cfg_opt_t  config_variant_opts[] = {
    CFG_STR("creative", NULL, CFGF_NODEFAULT),
    CFG_STR("offer", NULL, CFGF_NODEFAULT),
    CFG_STR("weight", "1", CFGF_NONE),
    CFG_END()
};

static cfg_opt_t  config_step_opts[] = {
    CFG_STR("delay", NULL, CFGF_NODEFAULT),
    CFG_STR("creative", NULL, CFGF_NODEFAULT),
    CFG_STR("max_late", "12h", CFGF_NONE),
    CFG_STR("expires", NULL, CFGF_NODEFAULT),
    CFG_STR("offer", NULL, CFGF_NODEFAULT),
    CFG_STR("without_offer", "skip", CFGF_NONE),
    CFG_STR("quiet_hours", NULL, CFGF_NODEFAULT),
    CFG_STR_LIST("weekdays", NULL, CFGF_NODEFAULT),
    CFG_SEC("utm", config_utm_opts, CFGF_NONE),
    CFG_SEC("variant", config_variant_opts,
            CFGF_MULTI|CFGF_TITLE|CFGF_NO_TITLE_DUPES),
    CFG_END()
};

static cfg_opt_t  config_audience_opts[] = {
    CFG_STR_LIST("min_total", NULL, CFGF_NODEFAULT),
    CFG_STR_LIST("max_total", NULL, CFGF_NODEFAULT),
    CFG_STR("min_items", NULL, CFGF_NODEFAULT),
    CFG_STR("max_items", NULL, CFGF_NODEFAULT),
    CFG_STR_LIST("items", NULL, CFGF_NODEFAULT),
    CFG_STR_LIST("categories", NULL, CFGF_NODEFAULT),
    CFG_STR("customers", NULL, CFGF_NODEFAULT),
    CFG_STR("login", NULL, CFGF_NODEFAULT),
    CFG_STR_LIST("locales", NULL, CFGF_NODEFAULT),
    CFG_STR_LIST("stage", NULL, CFGF_NODEFAULT),
    CFG_STR_LIST("captured", NULL, CFGF_NODEFAULT),
    CFG_STR_LIST("device", NULL, CFGF_NODEFAULT),
    CFG_END()
};

static cfg_opt_t  config_text_opts[] = {
    CFG_STR("line", NULL, CFGF_NODEFAULT),
    CFG_END()
};

static cfg_opt_t  config_offer_opts[] = {
    CFG_STR("kind", NULL, CFGF_NODEFAULT),
    CFG_STR("strength", NULL, CFGF_NODEFAULT),
    CFG_STR("code", NULL, CFGF_NODEFAULT),
    CFG_STR("pool", NULL, CFGF_NODEFAULT),
    CFG_STR("pattern", NULL, CFGF_NODEFAULT),
    CFG_STR("expires", NULL, CFGF_NODEFAULT),
    CFG_SEC("text", config_text_opts,
            CFGF_MULTI|CFGF_TITLE|CFGF_NO_TITLE_DUPES),
    CFG_END()
};

static cfg_opt_t  config_series_opts[] = {
    CFG_STR("holdout", "0", CFGF_NONE),
    CFG_SEC("audience", config_audience_opts, CFGF_NONE),
    CFG_SEC("utm", config_utm_opts, CFGF_NONE),
    CFG_SEC("step", config_step_opts,
            CFGF_MULTI|CFGF_TITLE|CFGF_NO_TITLE_DUPES),
    CFG_END()
};

static cfg_opt_t  config_brand_opts[] = {
    CFG_STR("name", NULL, CFGF_NODEFAULT),
    CFG_STR("logo", NULL, CFGF_NODEFAULT),
    CFG_STR("colour", NULL, CFGF_NODEFAULT),
    CFG_STR("address", NULL, CFGF_NODEFAULT),
    CFG_END()
};

static cfg_opt_t  config_shop_opts[] = {
    CFG_STR("mode", "dry-run", CFGF_NONE),
    CFG_STR("from", NULL, CFGF_NODEFAULT),
    CFG_STR("reply_to", NULL, CFGF_NODEFAULT),
    CFG_STR("return_path", NULL, CFGF_NODEFAULT),
    CFG_STR("verp", "off", CFGF_NONE),
    CFG_STR("soft_bounces", "8", CFGF_NONE),
    CFG_STR("cart_url", NULL, CFGF_NODEFAULT),
    CFG_STR("public_url", NULL, CFGF_NODEFAULT),
    CFG_STR("smtp", NULL, CFGF_NODEFAULT),
    CFG_STR("webhook_secret_file", NULL, CFGF_NODEFAULT),
    CFG_STR("max_per_day", "2", CFGF_NONE),
    CFG_STR("max_per_week", "0", CFGF_NONE),
    CFG_STR("cool_down", "0", CFGF_NONE),
    CFG_STR("consent", "all", CFGF_NONE),
    CFG_STR("time_zone", "UTC", CFGF_NONE),
    CFG_STR("quiet_hours", NULL, CFGF_NODEFAULT),
    CFG_STR_LIST("weekdays", NULL, CFGF_NODEFAULT),
    CFG_STR("offer_once_in", "30d", CFGF_NONE),
    CFG_STR("remember", "90d", CFGF_NONE),
    CFG_STR("never_mail", NULL, CFGF_NODEFAULT),
    CFG_STR_LIST("hosts", NULL, CFGF_NODEFAULT),
    CFG_STR_LIST("dkim_selectors", NULL, CFGF_NODEFAULT),
    CFG_STR("locale", "en", CFGF_NONE),
    CFG_SEC("brand", config_brand_opts, CFGF_NONE),
    CFG_SEC("utm", config_utm_opts, CFGF_NONE),
    CFG_SEC("offer", config_offer_opts,
            CFGF_MULTI|CFGF_TITLE|CFGF_NO_TITLE_DUPES),
    CFG_SEC("series", config_series_opts,
            CFGF_MULTI|CFGF_TITLE|CFGF_NO_TITLE_DUPES),
    CFG_END()
};

static cfg_opt_t  config_smtp_opts[] = {
    CFG_STR("url", NULL, CFGF_NODEFAULT),
    CFG_STR("connections", "4", CFGF_NONE),
    CFG_STR("user", NULL, CFGF_NODEFAULT),
    CFG_STR("password_file", NULL, CFGF_NODEFAULT),
    CFG_STR("tls", "opportunistic", CFGF_NONE),
    CFG_STR("ca_file", NULL, CFGF_NODEFAULT),
    CFG_STR("helo", NULL, CFGF_NODEFAULT),
    CFG_STR_LIST("sends_from", NULL, CFGF_NODEFAULT),
    CFG_STR("rate", "0", CFGF_NONE),
    CFG_STR("timeout", "5m", CFGF_NONE),
    CFG_STR("final_timeout", "10m", CFGF_NONE),
    CFG_END()
};

static cfg_opt_t  config_opts[] = {
    CFG_STR("secret_file", NULL, CFGF_NODEFAULT),
    CFG_STR("redis", "redis://127.0.0.1:6379/0", CFGF_NONE),
    CFG_STR("redis_password_file", NULL, CFGF_NODEFAULT),
    CFG_STR("redis_ca_file", NULL, CFGF_NODEFAULT),
    CFG_STR("http_listen", "127.0.0.1:8025", CFGF_NONE),
    CFG_STR("state_dir", "/var/lib/sitepreserver", CFGF_NONE),
    CFG_STR("creatives", NULL, CFGF_NODEFAULT),
    CFG_STR("dns", NULL, CFGF_NODEFAULT),
    CFG_STR("bounce_maildir", NULL, CFGF_NODEFAULT),
    CFG_STR("lease", "60s", CFGF_NONE),
    CFG_STR("in_doubt", "list", CFGF_NONE),
    CFG_STR("log_level", "info", CFGF_NONE),
    CFG_SEC("smtp", config_smtp_opts,
            CFGF_MULTI|CFGF_TITLE|CFGF_NO_TITLE_DUPES),
    CFG_SEC("shop", config_shop_opts,
            CFGF_MULTI|CFGF_TITLE|CFGF_NO_TITLE_DUPES),
    CFG_FUNC("include", &cfg_include),
    CFG_FUNC(CONFIG_END, &config_end),
    CFG_END()
};


/*
 * libconfuse has neither a pointer of ours nor more than one parser: this is
 * the state of the one parse that runs.
 */

static struct {
    config_error_t  *err;
    config_place_t  *places;
    size_t           nplaces;
} config_state;


cfg_t *
config_parse(const char *path, config_error_t *err)
{
    int     rc;
    cfg_t  *cfg;

    memset(&config_state, 0, sizeof(config_state));
    config_state.err = err;
    err->text[0] = '\0';

    cfg = cfg_init(config_opts, CFGF_NONE);

    if (cfg == NULL) {
        snprintf(err->text, sizeof(err->text), "out of memory");
        return NULL;
    }

    cfg_set_error_function(cfg, config_errfunc);
    config_set_validators(cfg);

    /* An error in an included file has left the lexer amid its includes. */

    if (&cfg_include_stack_ptr != NULL) {
        cfg_include_stack_ptr = 0;
    }

    rc = config_parse_file(cfg, path);

    if (rc == CFG_FILE_ERROR) {
        snprintf(err->text, sizeof(err->text), "%s: %s", path,
                 strerror(errno));

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
    int      rc;
    char    *text;
    FILE    *fp;
    size_t   len;

    text = config_load(path, &len);

    if (text == NULL) {
        return CFG_FILE_ERROR;
    }

    cfg->filename = strdup(path);
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


static char *
config_load(const char *path, size_t *len)
{
    int                rc;
    char              *text;
    FILE              *fp;
    static const char  end[] = "\n" CONFIG_END "()\n";

    fp = fopen(path, "re");

    if (fp == NULL) {
        return NULL;
    }

    text = malloc(CONFIG_FILE_MAX + sizeof(end));

    if (text == NULL) {
        fclose(fp);
        return NULL;
    }

    errno = 0;
    *len = fread(text, 1, CONFIG_FILE_MAX, fp);
    rc = ferror(fp) ? errno : *len == CONFIG_FILE_MAX ? EFBIG : 0;
    fclose(fp);

    if (rc != 0) {
        free(text);
        errno = rc;
        return NULL;
    }

    memcpy(text + *len, end, sizeof(end) - 1);
    *len += sizeof(end) - 1;

    return text;
}


static int
config_end(cfg_t *cfg, cfg_opt_t *opt, int argc, const char **argv)
{
    return 0;
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
    size_t  i;

    for (i = 0; i < config_state.nplaces; i++) {
        free(config_state.places[i].file);
    }

    free(config_state.places);
    memset(&config_state, 0, sizeof(config_state));
    cfg_free(cfg);
}


/* Validators stay with the options when a section is copied from its model. */

static void
config_set_validators(cfg_t *cfg)
{
    size_t        i, k;
    static struct {
        const char  *path;
        cfg_opt_t   *opts;
    } sections[] = {
        { "", config_opts },
        { "smtp|", config_smtp_opts },
        { "shop|", config_shop_opts },
        { "shop|brand|", config_brand_opts },
        { "shop|utm|", config_utm_opts },
        { "shop|series|", config_series_opts },
        { "shop|offer|", config_offer_opts },
        { "shop|offer|text|", config_text_opts },
        { "shop|series|audience|", config_audience_opts },
        { "shop|series|utm|", config_utm_opts },
        { "shop|series|step|", config_step_opts },
        { "shop|series|step|variant|", config_variant_opts },
        { "shop|series|step|utm|", config_utm_opts },
    };
    char          name[128];
    cfg_opt_t    *opt;

    for (i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
        for (k = 0; sections[i].opts[k].name != NULL; k++) {
            opt = &sections[i].opts[k];

            if (opt->type == CFGT_FUNC) {
                continue;
            }

            snprintf(name, sizeof(name), "%s%s", sections[i].path, opt->name);
            cfg_set_validate_func(cfg, name, opt->type == CFGT_SEC
                                             ? config_section : config_option);
        }
    }
}


static void
config_errfunc(cfg_t *cfg, const char *fmt, va_list ap)
{
    int              n;
    char            *text;
    config_error_t  *err;

    err = config_state.err;

    if (err == NULL || err->text[0] != '\0') {
        return;
    }

    text = err->text;
    n = snprintf(text, sizeof(err->text), "%s:%d: ",
                 cfg->filename != NULL ? cfg->filename : "", cfg->line);

    if (n > 0 && (size_t) n < sizeof(err->text)) {
        vsnprintf(text + n, sizeof(err->text) - (size_t) n, fmt, ap);
    }

    for ( /* void */ ; *text != '\0'; text++) {
        if ((unsigned char) *text < ' ') {
            *text = ' ';
        }
    }
}


void
config_fail(cfg_t *section, const char *option, const char *fmt, ...)
{
    cfg_t            at;
    cfg_opt_t       *opt;
    va_list          ap;
    config_place_t  *place;

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


static config_place_t *
config_place(const cfg_opt_t *opt)
{
    size_t  i;

    for (i = 0; i < config_state.nplaces; i++) {
        if (config_state.places[i].opt == opt) {
            return &config_state.places[i];
        }
    }

    return NULL;
}


/* libconfuse lets an option be given twice; the last one would win. */

static int
config_note(cfg_t *cfg, cfg_opt_t *opt)
{
    config_place_t  *place;

    place = config_place(opt);

    if (place != NULL) {
        cfg_error(cfg, "\"%s\" is given twice, first in line %d", opt->name,
                  place->line);
        return -1;
    }

    place = realloc(config_state.places, (config_state.nplaces + 1)
                                         * sizeof(config_place_t));

    if (place == NULL) {
        cfg_error(cfg, "out of memory");
        return -1;
    }

    config_state.places = place;
    place += config_state.nplaces++;
    place->opt = opt;
    place->line = cfg->line;
    place->file = strdup(cfg->filename != NULL ? cfg->filename : "");

    return 0;
}


/*
 * A list comes by with each of its values and once more at its end; another
 * one begins with one value again.
 */

static int
config_note_list(cfg_t *cfg, cfg_opt_t *opt, unsigned n)
{
    config_place_t  *place;

    place = config_place(opt);

    if (place != NULL && n >= place->values
        && !(n == place->values && place->ended))
    {
        place->ended = n == place->values;
        place->values = n;
        return 0;
    }

    if (config_note(cfg, opt) != 0) {
        return -1;
    }

    place = config_place(opt);
    place->values = n;
    place->ended = 0;

    return 0;
}


static int
config_option(cfg_t *cfg, cfg_opt_t *opt)
{
    unsigned      i, n;
    const char   *text, *bad;

    n = cfg_opt_size(opt);

    if (opt->flags & CFGF_LIST ? config_note_list(cfg, opt, n) != 0
                               : config_note(cfg, opt) != 0)
    {
        return -1;
    }

    for (i = 0; i < n; i++) {
        text = cfg_opt_getnstr(opt, i);
        bad = config_check(opt->name, text);

        if (bad != NULL) {
            cfg_error(cfg, "\"%s\" %s: \"%s\"", opt->name, bad,
                      strchr(text, '@') != NULL ? "<address>" : text);
            return -1;
        }
    }

    return 0;
}


/* A section without a title may be given only once. */

static int
config_section(cfg_t *cfg, cfg_opt_t *opt)
{
    cfg_t       *section;
    const char  *title;

    if (!(opt->flags & CFGF_TITLE)) {
        return config_note(cfg, opt);
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
