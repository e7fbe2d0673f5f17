/*
 * Copyright (C) SitePreserver developers
 *
 * The lint: each locale of a creative with each hard cart.
 */

#include <stdio.h>
#include <stdlib.h>

#include "lint_int.h"
#include "mustache_ops.h"


#define LINT_PATH_MAX  1024
#define LINT_WORK_MAX  500000      /* elements around all nodes of a page */


/* The templates of one locale, and what all carts say of them. */

typedef struct {
    char          path[4][LINT_PATH_MAX];   /* head, head, html, txt */
    lint_usage_t  usage[4];
    unsigned      line[2];                  /* of subject and preheader */
    unsigned      column[2];
} lint_locale_t;


static sp_rc_t lint_locale(const creative_t *creative,
    const creative_locale_t *locale, const char *html_path,
    const message_shop_t *shop, lint_report_t *report);
static sp_rc_t lint_carts(lint_locale_t *l, const creative_t *creative,
    const creative_locale_t *locale, const message_shop_t *shop,
    lint_report_t *report);
static void lint_view(lint_view_t *v, lint_locale_t *l,
    const creative_locale_t *locale, const creative_t *creative,
    const message_shop_t *shop, unsigned cart);
static int lint_is_bundled(const creative_t *creative);
static void lint_view_part(lint_render_t *r, const char *path,
    const mustache_t *t, lint_usage_t *usage, unsigned cart);
static void lint_view_free(lint_view_t *v);
static sp_rc_t lint_page(lint_view_t *v);
static int lint_too_much(lint_view_t *v);
static void lint_paths(lint_locale_t *l, const creative_t *creative,
    const creative_locale_t *locale, const char *html_path);
static void lint_head_places(lint_locale_t *l);
static void lint_language(const char *text, size_t len, char *locale,
    size_t size);
static sp_rc_t lint_html_raw(const char *path, const char *text, size_t len,
    const message_shop_t *shop, lint_report_t *report);


sp_rc_t
lint_creative(const creative_t *creative, const message_shop_t *shop,
    lint_report_t *report)
{
    size_t   i;
    sp_rc_t  rc;

    rc = SP_OK;

    for (i = 0; rc == SP_OK && i < creative_nlocales(creative); i++) {
        rc = lint_locale(creative, creative_locale_at(creative, i), NULL,
                         shop, report);
    }

    return rc == SP_OK && lint_report_failed(report) ? SP_NOMEM : rc;
}


sp_rc_t
lint_html(const char *path, const char *text, size_t len,
    const message_shop_t *shop, lint_report_t *report)
{
    sp_rc_t            rc;
    sp_error_t         err;
    creative_locale_t  locale;

    memset(&locale, 0, sizeof(creative_locale_t));
    lint_language(text, len, locale.locale, sizeof(locale.locale));
    locale.html = mustache_compile(path, text, len, MUSTACHE_HTML,
                                   MUSTACHE_NO_RAW, &err);

    if (locale.html == NULL) {
        lint_load_error(report, err.text);
        rc = lint_html_raw(path, text, len, shop, report);

    } else {
        rc = lint_locale(NULL, &locale, path, shop, report);
    }

    mustache_free(locale.html);

    return rc == SP_OK && lint_report_failed(report) ? SP_NOMEM : rc;
}


/* What <html lang> says, if it is a language; else English. */

static void
lint_language(const char *text, size_t len, char *locale, size_t size)
{
    size_t              i;
    html_t             *html;
    sp_error_t          err;
    const html_node_t  *node;
    const html_attr_t  *lang;

    (void) strcpy(locale, "en");
    html = html_parse(text, len, HTML_TEMPLATE, &err);

    if (html == NULL) {
        return;
    }

    node = html_find(html_root(html), NULL, "html");
    lang = node != NULL ? html_attr(node, "lang") : NULL;
    i = 0;

    while (lang != NULL && i < lang->value.len
           && (lang->value.data[i] == '-'
               || ((lang->value.data[i] | 0x20) >= 'a'
                   && (lang->value.data[i] | 0x20) <= 'z')))
    {
        i++;
    }

    if (lang != NULL && i == lang->value.len && i >= 2 && i < size) {
        memcpy(locale, lang->value.data, i);
        locale[i] = '\0';
    }

    html_free(html);
}


static sp_rc_t
lint_locale(const creative_t *creative, const creative_locale_t *locale,
    const char *html_path, const message_shop_t *shop, lint_report_t *report)
{
    size_t          i;
    sp_rc_t         rc;
    lint_locale_t  *l;

    l = calloc(1, sizeof(lint_locale_t));

    if (l == NULL) {
        return SP_NOMEM;
    }

    lint_paths(l, creative, locale, html_path);

    rc = lint_usage_init(&l->usage[0], locale->subject);
    rc |= lint_usage_init(&l->usage[1], locale->preheader);
    rc |= lint_usage_init(&l->usage[2], locale->html);
    rc |= lint_usage_init(&l->usage[3], locale->text);

    if (rc == SP_OK) {
        rc = lint_carts(l, creative, locale, shop, report);
    }

    for (i = 0; i < 4; i++) {
        lint_usage_free(&l->usage[i]);
    }

    free(l);

    return rc == SP_OK ? SP_OK : SP_NOMEM;
}


static sp_rc_t
lint_carts(lint_locale_t *l, const creative_t *creative,
    const creative_locale_t *locale, const message_shop_t *shop,
    lint_report_t *report)
{
    size_t        i, k;
    sp_rc_t       rc;
    unsigned      rendered;
    sample_t     *sample;
    lint_view_t   v;

    lint_render_t  *parts[] = { &v.subject, &v.preheader, &v.html, &v.text };

    sample = malloc(samples_count() * sizeof(sample_t));

    if (sample == NULL) {
        return SP_NOMEM;
    }

    rc = SP_OK;
    rendered = 0;

    for (i = 0; rc == SP_OK && i < samples_count(); i++) {
        samples_get(i, &sample[i]);

        if (shop != NULL) {
            samples_of_shop(&sample[i], shop);
        }

        memset(&v, 0, sizeof(lint_view_t));
        v.report = report;
        v.sample = &sample[i];
        lint_view(&v, l, locale, creative, shop, (unsigned) i + 1);

        for (k = 0; i == 0 && k < 4; k++) {
            lint_tags(report, parts[k]);
        }

        rc = lint_render_all(&v, locale, creative);

        if (rc == SP_OK) {
            rendered++;
            rc = lint_page(&v);
        }

        /* what cannot be made is a finding */

        rc = rc == SP_NOMEM ? SP_NOMEM : SP_OK;

        for (k = 0; i + 1 == samples_count() && rendered != 0 && k < 4; k++) {
            lint_usage(report, parts[k], rendered, shop != NULL);
        }

        lint_view_free(&v);
    }

    free(sample);

    return rc;
}


static void
lint_view(lint_view_t *v, lint_locale_t *l, const creative_locale_t *locale,
    const creative_t *creative, const message_shop_t *shop, unsigned cart)
{
    v->shop = &v->sample->shop;
    v->shop_given = shop != NULL;
    v->whole = locale->subject != NULL;
    v->locale = locale->locale;
    v->bundled = creative != NULL && lint_is_bundled(creative);

    lint_view_part(&v->subject, l->path[0], locale->subject, &l->usage[0],
                   cart);
    lint_view_part(&v->preheader, l->path[1], locale->preheader,
                   &l->usage[1], cart);
    lint_view_part(&v->html, l->path[2], locale->html, &l->usage[2], cart);
    lint_view_part(&v->text, l->path[3], locale->text, &l->usage[3], cart);

    v->subject.line = l->line[0];
    v->subject.column = l->column[0];
    v->preheader.line = l->line[1];
    v->preheader.column = l->column[1];
}


/* A tree that is not installed has its bundled creatives elsewhere. */

static int
lint_is_bundled(const creative_t *creative)
{
    const char  *path, *dir, *tree;

    path = creative_path(creative);
    dir = creative_bundled();
    tree = getenv("SITEPRESERVER_CREATIVES");

    return strncmp(path, dir, strlen(dir)) == 0
           || (tree != NULL && strncmp(path, tree, strlen(tree)) == 0);
}


static void
lint_view_part(lint_render_t *r, const char *path, const mustache_t *t,
    lint_usage_t *usage, unsigned cart)
{
    lint_render_init(r);
    r->file = path;
    r->t = t;
    r->usage = usage;
    usage->cart = cart;
    r->source.data = t != NULL ? t->text : "";
    r->source.len = t != NULL ? t->len : 0;
}


static void
lint_view_free(lint_view_t *v)
{
    size_t  i;

    for (i = 0; i < CSS_ENVS; i++) {
        free(v->hidden[i]);
    }

    css_free(v->css);
    html_free(v->tree);
    lint_render_free(&v->subject);
    lint_render_free(&v->preheader);
    lint_render_free(&v->html);
    lint_render_free(&v->text);
}


/* What was rendered, as a mail program has it. */

static sp_rc_t
lint_page(lint_view_t *v)
{
    size_t      i;
    sp_error_t  err;

    lint_weight(v);

    v->tree = html_parse(buffer_text(&v->html.out), v->html.out.len, 0, &err);

    if (v->tree == NULL) {
        lint_found_source(v, &v->html, "html-broken", LINT_WHOLE, "",
                          "the HTML %s", err.text);
        return SP_INVALID;
    }

    v->css = css_create(v->tree);

    if (v->css == NULL) {
        return SP_NOMEM;
    }

    for (i = 0; i < CSS_ENVS; i++) {
        v->hidden[i] = calloc(html_count(v->tree), sizeof(lint_hidden_t));

        if (v->hidden[i] == NULL) {
            return SP_NOMEM;
        }
    }

    v->body = html_find(html_root(v->tree), NULL, "body");
    lint_markup(v);

    if (lint_too_much(v)) {
        lint_unknown(v, &v->html, "html-broken", 0, "the HTML or its style "
                     "sheets are too large: nothing that depends on styles "
                     "was looked at");
        return SP_OK;
    }

    lint_cta(v);
    lint_cta_size(v);
    lint_links(v);
    lint_images(v);
    lint_contrast(v);
    lint_hidden_text(v);
    lint_words(v);
    lint_purpose(v);
    lint_width(v);
    lint_required(v);

    return SP_OK;
}


/* Each rule looks at what is around each node. */

static int
lint_too_much(lint_view_t *v)
{
    size_t              work;
    const html_node_t  *node, *parent;

    if (css_is_too_large(v->css)) {
        return 1;
    }

    work = 0;

    for (node = html_root(v->tree); node != NULL; node = html_next(node, NULL))
    {
        for (parent = node; parent != NULL; parent = parent->parent) {
            if (++work == LINT_WORK_MAX) {
                return 1;
            }
        }
    }

    return 0;
}


/* Files of a stored creative; the head's lines are found in it. */

static void
lint_paths(lint_locale_t *l, const creative_t *creative,
    const creative_locale_t *locale, const char *html_path)
{
    if (creative == NULL) {
        (void) snprintf(l->path[2], LINT_PATH_MAX, "%s", html_path);
        return;
    }

    (void) snprintf(l->path[0], LINT_PATH_MAX, "%s/%s.head",
                    creative_path(creative), locale->locale);
    (void) strcpy(l->path[1], l->path[0]);
    (void) snprintf(l->path[2], LINT_PATH_MAX, "%s/%s.html",
                    creative_path(creative), locale->locale);
    (void) snprintf(l->path[3], LINT_PATH_MAX, "%s/%s.txt",
                    creative_path(creative), locale->locale);
    lint_head_places(l);
}


/* In which line, and after what, subject and preheader stand. */

static void
lint_head_places(lint_locale_t *l)
{
    char      text[4096];
    FILE     *f;
    size_t    i, n;
    unsigned  line;

    static const char *const  names[] = { "subject:", "preheader:" };

    f = fopen(l->path[0], "r");
    line = 0;

    while (f != NULL && fgets(text, sizeof(text), f) != NULL) {
        for (i = 0; i < 2; i++) {
            n = strlen(names[i]);

            if (strncmp(text, names[i], n) == 0) {
                l->line[i] = line;
                l->column[i] = (unsigned) (n + strspn(text + n, " "));
            }
        }

        line += strchr(text, '\n') != NULL;
    }

    if (f != NULL) {
        (void) fclose(f);
    }
}


/* Not one of our templates: judged as it is, with the usual cart. */

static sp_rc_t
lint_html_raw(const char *path, const char *text, size_t len,
    const message_shop_t *shop, lint_report_t *report)
{
    char         *masked;
    sp_rc_t       rc;
    sample_t     *sample;
    lint_view_t   v;

    sample = malloc(sizeof(sample_t));
    masked = html_mask(text, len);

    if (sample == NULL || masked == NULL) {
        free(sample);
        free(masked);
        return SP_NOMEM;
    }

    samples_get(0, sample);

    if (shop != NULL) {
        samples_of_shop(sample, shop);
    }

    memset(&v, 0, sizeof(lint_view_t));
    v.report = report;
    v.sample = sample;
    v.shop = &sample->shop;
    v.shop_given = shop != NULL;
    v.locale = "en";
    v.site.base = v.shop->cart_url;
    v.site.hosts = v.shop->hosts;
    v.site.nhosts = v.shop->nhosts;

    lint_render_init(&v.subject);
    lint_render_init(&v.preheader);
    lint_render_init(&v.text);
    lint_render_init(&v.html);
    v.html.file = path;
    v.html.source.data = text;
    v.html.source.len = len;
    buffer_add(&v.html.out, masked, len);
    v.html.segments = calloc(1, sizeof(lint_segment_t));
    v.html.n = v.html.segments != NULL;

    rc = v.html.out.failed || v.html.n == 0 ? SP_NOMEM : lint_page(&v);

    lint_view_free(&v);
    free(masked);
    free(sample);

    return rc == SP_NOMEM ? SP_NOMEM : SP_OK;
}
