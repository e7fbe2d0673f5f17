/*
 * Copyright (C) SitePreserver developers
 *
 * `items` as it is written.
 */

#include "sp_items.h"
#include "sp_html.h"


static sp_rc_t sp_items_check(const sp_items_t *items,
    const sp_source_ctx_t *ctx, sp_error_t *err);
static int sp_items_field_of(const sp_str_t *word);
static sp_rc_t sp_items_rel(sp_rel_t *rel, const sp_str_t *word,
    const sp_items_t *items, sp_error_t *err);
static int sp_items_html(const sp_items_t *items);
static sp_rc_t sp_items_rel_path(sp_rel_t *rel, const sp_items_t *items,
    const sp_source_ctx_t *ctx, sp_error_t *err);
static sp_rc_t sp_items_rel_in(sp_rel_t *rel, const sp_source_t *source,
    const sp_source_ctx_t *ctx, sp_error_t *err);
static unsigned sp_items_count(const sp_str_t *text, char c);
static int sp_items_rel_applies(const sp_rel_t *rel,
    const sp_source_t *source);


static const char *const  sp_items_fields[SP_ITEM_FIELDS] = {
    "id", "item_key", "sku", "name", "quantity", "price", "line_total",
    "image", "url", "options", "category", "currency", "minor_units"
};


const sp_form_of_t  sp_items_forms[SP_ITEM_FIELDS] = {
    SP_FORM_ID, SP_FORM_ID, SP_FORM_TEXT, SP_FORM_TEXT, SP_FORM_NUMBER,
    SP_FORM_NUMBER, SP_FORM_NUMBER, SP_FORM_LINK, SP_FORM_LINK, SP_FORM_TEXT,
    SP_FORM_TEXT, SP_FORM_CURRENCY, SP_FORM_SCALE
};


sp_rc_t
sp_items_parse(sp_items_t *items, sp_words_t *words,
    const sp_source_ctx_t *ctx, sp_error_t *err)
{
    sp_rc_t  rc;

    rc = sp_sources_parse(&items->collections, words, ctx, err);
    if (rc != SP_OK) {
        return rc;
    }

    rc = sp_sources_end(words, err);
    if (rc != SP_OK) {
        return rc;
    }

    return sp_items_check(items, ctx, err);
}


static sp_rc_t
sp_items_check(const sp_items_t *items, const sp_source_ctx_t *ctx,
    sp_error_t *err)
{
    sp_rc_t             rc;
    unsigned            i;
    const sp_source_t  *source;

    for (i = 0; i < items->collections.n; i++) {
        source = &items->collections.list[i];

        if (source->decoders.n != 0) {
            return sp_words_error(err, "decoders behind \"%W\", a collection, "
                                  "are not supported in this version",
                                  &source->word);
        }

        switch (source->kind) {

        case SP_SOURCE_JSON:
        case SP_SOURCE_GRAPHQL:
        case SP_SOURCE_RESPONSE_JSON:
        case SP_SOURCE_RESPONSE_GRAPHQL:
        case SP_SOURCE_RESPONSE_HTML:

            if (source->html.len == 0) {
                break;
            }

            rc = sp_html_check(ctx->pool, SP_HTML_ITEM, &source->html, err);
            if (rc != SP_OK) {
                return rc;
            }

            break;

        case SP_SOURCE_FORM:

            if (source->name.len == 0
                || memchr(source->name.data, '*', source->name.len) == NULL)
            {
                return sp_words_error(err, "\"%W\" has no \"[*]\", so it is "
                                      "no collection", &source->word);
            }

            break;

        default:
            return sp_words_error(err, "\"%W\" cannot be a collection",
                                  &source->word);
        }
    }

    return SP_OK;
}


/* FIELD REL [| decoder ...] [or REL ...] */

sp_rc_t
sp_items_parse_field(sp_items_t *items, sp_words_t *words,
    const sp_source_ctx_t *ctx, sp_error_t *err)
{
    int              field;
    sp_rc_t          rc;
    sp_rel_t        *rel, list[SP_ALTERNATIVES_MAX];
    sp_rels_t       *rels;
    const sp_str_t  *word;

    word = &words->words[words->i++];

    field = sp_items_field_of(word);
    if (field < 0) {
        return sp_words_error(err, "unknown field \"%W\" in items", word);
    }

    rel = NULL;
    rels = &items->fields[field];

    if (rels->n != 0) {
        return sp_words_error(err, "field \"%W\" is duplicate", word);
    }

    do {
        word = sp_words_peek(words);

        if (word == NULL) {
            return sp_words_error(err, "a path is missing after \"%W\"",
                                  &words->words[words->i - 1]);
        }

        if (rels->n == SP_ALTERNATIVES_MAX) {
            return sp_words_error(err, "too many alternatives at \"%W\"",
                                  word);
        }

        if (rels->n != 0 && rel->kind == SP_REL_VALUE) {
            return sp_words_error(err, "\"%W\" is never asked: what comes "
                                  "before it is always there", word);
        }

        rel = &list[rels->n++];
        memset(rel, 0, sizeof(sp_rel_t));

        rc = sp_items_rel(rel, word, items, err);
        if (rc != SP_OK) {
            return rc;
        }

        rc = sp_items_rel_path(rel, items, ctx, err);
        if (rc != SP_OK) {
            return rc;
        }

        words->i++;

        rc = sp_decoders_parse(&rel->decoders, words, ctx->pool, ctx->regexes,
                               err);

        if (rel->decoders.money && field != SP_ITEM_PRICE
            && field != SP_ITEM_LINE_TOTAL)
        {
            return sp_source_no_money(word, err);
        }

        if (rc == SP_OK && rel->kind == SP_REL_VALUE) {
            rc = sp_source_constant(ctx->pool, word, &rel->text,
                                    &rel->decoders, sp_items_forms[field],
                                    err);
        }

        if (rc != SP_OK) {
            return rc;
        }

        items->with[rel->kind] |= 1u << field;

    } while (sp_words_take(words, "or"));

    rels->list = sp_alloc(ctx->pool, rels->n * sizeof(sp_rel_t));
    if (rels->list == NULL) {
        return SP_NOMEM;
    }

    memcpy(rels->list, list, rels->n * sizeof(sp_rel_t));

    word = sp_words_peek(words);

    if (word != NULL) {
        return sp_words_error(err,
                              "\"or\" or \"|\" is missing before \"%W\"",
                              word);
    }

    return SP_OK;
}


static int
sp_items_field_of(const sp_str_t *word)
{
    int  i;

    for (i = 0; i < SP_ITEM_FIELDS; i++) {
        if (sp_word_is(word, sp_items_fields[i])) {
            return i;
        }
    }

    return -1;
}


static sp_rc_t
sp_items_rel(sp_rel_t *rel, const sp_str_t *word, const sp_items_t *items,
    sp_error_t *err)
{
    if (sp_word_is(word, "@key")) {
        rel->kind = SP_REL_KEY;
        return SP_OK;
    }

    if (sp_word_is(word, ".")) {
        rel->kind = SP_REL_PATH;
        return SP_OK;
    }

    if (word->len > 5 && memcmp(word->data, "form:", 5) == 0) {
        rel->kind = SP_REL_FORM;
        rel->text.data = word->data + 5;
        rel->text.len = word->len - 5;

        if (memchr(rel->text.data, '#', rel->text.len) == NULL) {
            return sp_words_error(err, "\"%W\" has no \"[#]\"", word);
        }

        if (memchr(rel->text.data, '*', rel->text.len) != NULL) {
            return sp_words_error(err, "\"%W\" is one field, so it cannot have "
                                  "a \"*\"", word);
        }

        return sp_form_pattern_check(&rel->text, err);
    }

    if (word->len > 6 && memcmp(word->data, "value:", 6) == 0) {
        rel->kind = SP_REL_VALUE;
        rel->text.data = word->data + 6;
        rel->text.len = word->len - 6;
        return SP_OK;
    }

    /* a selector may look like "a:nth(2)" */

    if (sp_source_has_prefix(word) && !sp_items_html(items)) {
        return sp_words_error(err, "unknown source \"%W\" in items", word);
    }

    rel->kind = SP_REL_PATH;
    rel->text = *word;

    if (word->len == 0) {
        return sp_words_error(err, "an empty path, \"%W\"", word);
    }

    return SP_OK;
}


static int
sp_items_html(const sp_items_t *items)
{
    unsigned  i;

    for (i = 0; i < items->collections.n; i++) {
        if (items->collections.list[i].html.len != 0) {
            return 1;
        }
    }

    return 0;
}


/*
 * Is there a collection that it can belong to, and is it well there?  Beside a
 * collection in HTML a path need not be a selector, nor a selector a path.
 */

static sp_rc_t
sp_items_rel_path(sp_rel_t *rel, const sp_items_t *items,
    const sp_source_ctx_t *ctx, sp_error_t *err)
{
    sp_rc_t             rc, wrong;
    unsigned            i, n;
    const sp_source_t  *source;

    wrong = SP_OK;

    for (i = 0, n = 0; i < items->collections.n; i++) {
        source = &items->collections.list[i];

        if (!sp_items_rel_applies(rel, source)) {
            continue;
        }

        rc = sp_items_rel_in(rel, source, ctx, err);

        if (rc == SP_OK) {
            n++;

        } else if (rc == SP_INVALID && sp_items_html(items)) {
            wrong = rc;

        } else {
            return rc;
        }
    }

    if (n == 0 && wrong == SP_OK) {
        return sp_words_error(err, "\"%W\" fits no collection of items",
                              &rel->text);
    }

    return n == 0 ? wrong : SP_OK;
}


static sp_rc_t
sp_items_rel_in(sp_rel_t *rel, const sp_source_t *source,
    const sp_source_ctx_t *ctx, sp_error_t *err)
{
    sp_rc_t   rc;
    sp_str_t  path;

    if (rel->kind == SP_REL_FORM
        && sp_items_count(&rel->text, '#') > sp_items_count(&source->name, '*'))
    {
        return sp_words_error(err, "\"%W\" has more \"#\" than its "
                              "collection has \"*\"", &rel->text);
    }

    if (rel->kind != SP_REL_PATH || source->kind == SP_SOURCE_FORM) {
        return SP_OK;
    }

    if (source->html.len != 0) {

        if (rel->text.len == 0) {
            return SP_OK;
        }

        rc = sp_html_check(ctx->pool, SP_HTML_FIELD, &rel->text, err);
        rel->no_selector = rc != SP_OK;

        return rc;
    }

    if (sp_source_where(ctx->pool, source, &path) != SP_OK
        || sp_items_path(ctx->pool, &path, &rel->text, &path) != SP_OK)
    {
        return SP_NOMEM;
    }

    rc = sp_source_try(ctx, &path, err);
    rel->no_path = rc != SP_OK;

    return rc;
}


static unsigned
sp_items_count(const sp_str_t *text, char c)
{
    size_t    i;
    unsigned  n;

    for (i = 0, n = 0; i < text->len; i++) {
        n += text->data[i] == c;
    }

    return n;
}


static int
sp_items_rel_applies(const sp_rel_t *rel, const sp_source_t *source)
{
    switch (rel->kind) {

    case SP_REL_PATH:
        return source->kind != SP_SOURCE_FORM || rel->text.len == 0;

    case SP_REL_FORM:
        return source->kind == SP_SOURCE_FORM;

    default:
        return 1;
    }
}


sp_rc_t
sp_items_end(const sp_items_t *items, sp_error_t *err)
{
    static const sp_str_t  word = sp_string("items");

    if (items->fields[SP_ITEM_ID].n == 0 && items->fields[SP_ITEM_KEY].n == 0)
    {
        return sp_words_error(err, "\"%W\" has neither id nor item_key",
                              &word);
    }

    return SP_OK;
}


sp_rc_t
sp_items_path(const sp_pool_t *pool, const sp_str_t *collection,
    const sp_str_t *rel, sp_str_t *path)
{
    sp_str_t               element;
    static const sp_str_t  any = sp_string("*");

    if (collection->len == 0) {
        element = any;

    } else if (sp_str_join(pool, collection, ".", &any, &element) != SP_OK) {
        return SP_NOMEM;
    }

    if (rel->len == 0) {
        *path = element;
        return SP_OK;
    }

    return sp_str_join(pool, &element, rel->data[0] == '[' ? "" : ".", rel,
                       path);
}


unsigned
sp_items_wildcards(const sp_str_t *path, unsigned *elements)
{
    char      quote;
    size_t    i;
    unsigned  n;

    n = 0;
    quote = '\0';
    *elements = 0;

    for (i = 0; i < path->len; i++) {

        if (quote != '\0') {
            if (path->data[i] == '\\') {
                i++;

            } else if (path->data[i] == quote) {
                quote = '\0';
            }

            continue;
        }

        if (path->data[i] == '"') {
            quote = '"';

        } else if (path->data[i] == '*') {

            if (i > 0 && path->data[i - 1] == '[') {
                *elements |= 1u << n;
            }

            n++;
        }
    }

    return n;
}
