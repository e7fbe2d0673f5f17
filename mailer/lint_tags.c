/*
 * Copyright (C) SitePreserver developers
 *
 * Tags: which there are, and which of them had no value.
 */

#include <stdio.h>
#include <stdlib.h>

#include "lint_int.h"
#include "mustache_ops.h"


#define LINT_PATH_MAX  256


typedef struct {
    char  text[LINT_PATH_MAX];      /* "shop.logo"; "": not known */
} lint_path_t;


static void lint_tag(lint_report_t *report, lint_render_t *r,
    const mustache_op_t *op, lint_path_t *sections, size_t depth);
static int lint_resolve(const lint_render_t *r, const mustache_op_t *op,
    const lint_path_t *sections, size_t depth, lint_path_t *path);
static int lint_is_known(const char *path);
static int lint_is_plural(const char *path, size_t len);
static const char *lint_tag_where(const sp_str_t *name);
static void lint_tag_at(lint_render_t *r, const mustache_op_t *op,
    lint_at_t *at);
static int lint_is_of_shop(const mustache_op_t *op);
static void lint_usage_section(lint_report_t *report, lint_render_t *r,
    const mustache_op_t *op);


/* As docs/creatives.md has them; what is in a section with its path. */

static const char *const  lint_known[] = {
    "subject", "preheader", "first_name", "language", "direction", "rtl",
    "has_items", "items", "items.name", "items.options", "items.picture",
    "items.initial", "items.link", "items.quantity", "items.several",
    "items.out_of_stock", "items.unit_price", "items.line_total", "more",
    "more_is", "count", "count_is", "total", "cart_link", "cart_link_items",
    "unsubscribe_link", "not_me_link", "preferences_link", "campaign",
    "step", "step_number", "hours_since", "hours_since_is", "utm",
    "utm.source", "utm.medium", "utm.campaign", "utm.content", "utm.id",
    "click_token", "checkout_error", "offer", "offer.kind", "offer.is_discount",
    "offer.is_value_add", "offer.is_exclusive", "offer.is_upgrade",
    "offer.text", "offer.code", "offer.expires", "offer.expires_in_days",
    "offer.expires_in_days_is", "shop", "shop.name", "shop.reply_to",
    "shop.address", "shop.logo", "shop.logo.url", "shop.logo.width",
    "shop.logo.height", "shop.colour", "shop.on_colour", "shop.ink",
    "shop.dark_colour", "shop.on_dark_colour", "shop.dark_ink"
};


void
lint_tags(lint_report_t *report, lint_render_t *r)
{
    size_t                i, depth;
    lint_path_t           sections[MUSTACHE_NESTING_MAX];
    const mustache_op_t  *op;

    if (r->t == NULL) {
        return;
    }

    depth = 0;

    for (i = 0; i < r->t->nops; i++) {
        op = &r->t->ops[i];

        switch (op->type) {
        case MUSTACHE_OP_TEXT:
            break;

        case MUSTACHE_OP_SECTION_END:
        case MUSTACHE_OP_INVERTED_END:
            depth--;
            break;

        case MUSTACHE_OP_SECTION:
        case MUSTACHE_OP_INVERTED:
            lint_tag(report, r, op, sections, depth);

            if (op->type == MUSTACHE_OP_INVERTED) {

                /* its context is that around it */

                sections[depth].text[0] = '\0';
            }

            depth++;
            break;

        default:
            lint_tag(report, r, op, sections, depth);
        }
    }
}


/* For a section, what it is is noted in sections[depth]. */

static void
lint_tag(lint_report_t *report, lint_render_t *r,
    const mustache_op_t *op, lint_path_t *sections, size_t depth)
{
    lint_at_t    at;
    lint_path_t  path;

    if (lint_resolve(r, op, sections, depth, &path)) {
        if (op->type == MUSTACHE_OP_SECTION) {
            sections[depth] = path;
        }

        return;
    }

    if (op->type == MUSTACHE_OP_SECTION) {
        sections[depth].text[0] = '\0';
    }

    lint_tag_at(r, op, &at);
    at.id = "tag-unknown";

    if (op->type == MUSTACHE_OP_PARTIAL) {
        lint_add(report, &at, "there are no partials: \"%.*s\" is empty",
                 (int) op->text.len, op->text.data);
        return;
    }

    lint_add(report, &at, "there is no tag \"%.*s\"%s",
             (int) op->text.len, op->text.data, lint_tag_where(&op->text));
}


/* As rendering looks names up: the first part in the nearest section. */

static int
lint_resolve(const lint_render_t *r, const mustache_op_t *op,
    const lint_path_t *sections, size_t depth, lint_path_t *path)
{
    int              n;
    size_t           i;
    const sp_str_t  *part;

    path->text[0] = '\0';

    if (op->type == MUSTACHE_OP_PARTIAL) {
        return 0;
    }

    if (op->nparts == 0) {
        return 1;
    }

    part = &r->t->parts[op->path];

    for (i = depth + 1; i > 0; i--) {
        if (i > 1 && sections[i - 2].text[0] == '\0') {
            continue;
        }

        n = snprintf(path->text, LINT_PATH_MAX, "%s%s%.*s",
                     i > 1 ? sections[i - 2].text : "", i > 1 ? "." : "",
                     (int) part->len, part->data);

        if (n > 0 && n < LINT_PATH_MAX && lint_is_known(path->text)) {
            break;
        }
    }

    if (i == 0) {
        return 0;
    }

    for (i = 1; i < op->nparts; i++) {
        part = &r->t->parts[op->path + i];
        n = (int) strlen(path->text);

        if (snprintf(path->text + n, LINT_PATH_MAX - (size_t) n, ".%.*s",
                     (int) part->len, part->data) >= LINT_PATH_MAX - n)
        {
            return 0;
        }
    }

    return lint_is_known(path->text);
}


static int
lint_is_known(const char *path)
{
    size_t       i;
    const char  *dot;

    for (i = 0; i < sizeof(lint_known) / sizeof(lint_known[0]); i++) {
        if (strcmp(lint_known[i], path) == 0) {
            return 1;
        }
    }

    dot = strrchr(path, '.');

    return dot != NULL && lint_is_plural(path, (size_t) (dot - path));
}


/* "count_is.one": what is before the point ends in "_is". */

static int
lint_is_plural(const char *path, size_t len)
{
    size_t  i;

    static const char *const  categories[] = {
        "zero", "one", "two", "few", "many", "other"
    };

    if (len < 4 || memcmp(path + len - 3, "_is", 3) != 0) {
        return 0;
    }

    for (i = 0; i < sizeof(lint_known) / sizeof(lint_known[0]); i++) {
        if (strlen(lint_known[i]) == len
            && memcmp(lint_known[i], path, len) == 0)
        {
            break;
        }
    }

    if (i == sizeof(lint_known) / sizeof(lint_known[0])) {
        return 0;
    }

    for (i = 0; i < sizeof(categories) / sizeof(categories[0]); i++) {
        if (strcmp(path + len + 1, categories[i]) == 0) {
            return 1;
        }
    }

    return 0;
}


/* A name that exists elsewhere. */

static const char *
lint_tag_where(const sp_str_t *name)
{
    size_t       i;
    const char  *dot;

    for (i = 0; i < sizeof(lint_known) / sizeof(lint_known[0]); i++) {
        dot = strrchr(lint_known[i], '.');

        if (dot == NULL || strlen(dot + 1) != name->len
            || memcmp(dot + 1, name->data, name->len) != 0)
        {
            continue;
        }

        return strncmp(lint_known[i], "items.", 6) == 0
               ? " here; in {{#items}} there is"
               : strncmp(lint_known[i], "shop.logo.", 10) == 0
               ? " here; in {{#shop.logo}} there is"
               : strncmp(lint_known[i], "shop.", 5) == 0
               ? "; there is one in shop"
               : strncmp(lint_known[i], "offer.", 6) == 0
               ? " here; in {{#offer}} there is" : "";
    }

    return "";
}


static void
lint_tag_at(lint_render_t *r, const mustache_op_t *op, lint_at_t *at)
{
    size_t  source;

    source = (size_t) (op->text.data - r->t->text);

    while (source > 0 && r->t->text[source - 1] != '\n'
           && r->t->text[source] != '{')
    {
        source--;
    }

    while (source > 0 && r->t->text[source - 1] == '{') {
        source--;
    }

    memset(at, 0, sizeof(lint_at_t));
    at->file = r->file;
    at->measured = "";
    lint_place(r, source, at);
}


void
lint_usage(lint_report_t *report, lint_render_t *r, unsigned carts,
    int shop_given)
{
    int                   shown[MUSTACHE_NESTING_MAX + 1];
    char                  measured[64];
    size_t                i, depth;
    lint_at_t             at;
    const lint_usage_t   *usage;
    const mustache_op_t  *op;

    usage = r->usage;
    depth = 0;
    shown[0] = 1;

    for (i = 0; r->t != NULL && usage != NULL && i < r->t->nops; i++) {
        op = &r->t->ops[i];

        switch (op->type) {

        case MUSTACHE_OP_VALUE:
            if (usage->empty[i] == 0 || op->nparts == 0) {
                break;
            }

            (void) snprintf(measured, sizeof(measured), "%u %%",
                            usage->empty[i] * 100 / carts);
            lint_tag_at(r, op, &at);
            at.id = "tag-empty";
            at.measured = measured;
            lint_add(report, &at, "\"%.*s\" has no value in %u of %u carts, "
                     "and no section leaves it out", (int) op->text.len,
                     op->text.data, usage->empty[i], carts);
            break;

        case MUSTACHE_OP_SECTION:
        case MUSTACHE_OP_INVERTED:

            /* in one that is not shown it is no news */

            if (!usage->shown[i] && shown[depth]
                && !(shop_given && lint_is_of_shop(op)))
            {
                lint_usage_section(report, r, op);
            }

            shown[++depth] = usage->shown[i];
            break;

        case MUSTACHE_OP_SECTION_END:
        case MUSTACHE_OP_INVERTED_END:
            depth--;
            break;

        default:
            break;
        }
    }
}


static void
lint_usage_section(lint_report_t *report, lint_render_t *r,
    const mustache_op_t *op)
{
    lint_at_t  at;

    lint_tag_at(r, op, &at);
    at.id = "tag-unseen";
    lint_add(report, &at, "no cart shows what is in {{%c%.*s}}: it was not "
             "looked at", op->type == MUSTACHE_OP_SECTION ? '#' : '^',
             (int) op->text.len, op->text.data);
}


/* What one shop has and another has not. */

static int
lint_is_of_shop(const mustache_op_t *op)
{
    return op->text.len >= 4 && memcmp(op->text.data, "shop", 4) == 0;
}


sp_rc_t
lint_usage_init(lint_usage_t *usage, const mustache_t *t)
{
    memset(usage, 0, sizeof(lint_usage_t));

    if (t == NULL || t->nops == 0) {
        return SP_OK;
    }

    usage->last = calloc(t->nops, sizeof(unsigned));
    usage->empty = calloc(t->nops, sizeof(unsigned));
    usage->shown = calloc(t->nops, 1);
    usage->n = t->nops;

    return usage->last != NULL && usage->empty != NULL
           && usage->shown != NULL ? SP_OK : SP_NOMEM;
}


void
lint_usage_free(lint_usage_t *usage)
{
    free(usage->last);
    free(usage->empty);
    free(usage->shown);
    memset(usage, 0, sizeof(lint_usage_t));
}
