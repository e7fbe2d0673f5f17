/*
 * Copyright (C) SitePreserver developers
 */

#include "sp_source.h"
#include "sp_form.h"


#define SP_SOURCE_TRIED  (SP_JSON_PATHS / 2)    /* paths in one set */


typedef struct {
    const char             *name;
    sp_source_kind_t        kind;
    unsigned                needs;
    sp_rc_t               (*parse)(sp_source_t *source, const sp_str_t *text,
                                const sp_source_ctx_t *ctx, sp_error_t *err);
} sp_source_row_t;


static sp_rc_t sp_source_parse(sp_source_t *source, const sp_str_t *word,
    const sp_source_ctx_t *ctx, sp_error_t *err);
static void sp_source_html(sp_source_t *source);
static const sp_source_row_t *sp_source_row(const sp_str_t *word,
    sp_str_t *text);
static sp_rc_t sp_source_name(sp_source_t *source, const sp_str_t *text,
    const sp_source_ctx_t *ctx, sp_error_t *err);
static sp_rc_t sp_source_cookie(sp_source_t *source, const sp_str_t *text,
    const sp_source_ctx_t *ctx, sp_error_t *err);
static sp_rc_t sp_source_pattern(sp_source_t *source, const sp_str_t *text,
    const sp_source_ctx_t *ctx, sp_error_t *err);
static sp_rc_t sp_source_header(sp_source_t *source, const sp_str_t *text,
    const sp_source_ctx_t *ctx, sp_error_t *err);
static sp_rc_t sp_source_uri(sp_source_t *source, const sp_str_t *text,
    const sp_source_ctx_t *ctx, sp_error_t *err);
static sp_rc_t sp_source_path(sp_source_t *source, const sp_str_t *text,
    const sp_source_ctx_t *ctx, sp_error_t *err);
static sp_rc_t sp_source_graphql(sp_source_t *source, const sp_str_t *text,
    const sp_source_ctx_t *ctx, sp_error_t *err);
static sp_rc_t sp_source_roots(sp_source_t *source, const sp_str_t *text,
    const sp_source_ctx_t *ctx, sp_error_t *err);
static int sp_source_is_name(const sp_str_t *name);


/* A source without a parser stands alone, without a colon. */

static const sp_source_row_t  sp_source_rows[] = {
    { "arg",              SP_SOURCE_ARG,      0,         sp_source_pattern },
    { "form",             SP_SOURCE_FORM,     SP_NEEDS_REQUEST_BODY,
      sp_source_pattern },
    { "json",             SP_SOURCE_JSON,     SP_NEEDS_REQUEST_BODY,
      sp_source_path },
    { "graphql",          SP_SOURCE_GRAPHQL,  SP_NEEDS_REQUEST_BODY,
      sp_source_graphql },
    { "cookie",           SP_SOURCE_COOKIE,   0,         sp_source_cookie },
    { "header",           SP_SOURCE_HEADER,   0,         sp_source_header },
    { "uri",              SP_SOURCE_URI,      0,         NULL },
    { "uri:",             SP_SOURCE_URI,      0,         sp_source_uri },
    { "body",             SP_SOURCE_BODY,     SP_NEEDS_REQUEST_BODY, NULL },
    { "value",            SP_SOURCE_VALUE,    SP_NEEDS_NOTHING,
      sp_source_name },
    { "response.json",    SP_SOURCE_RESPONSE_JSON, SP_NEEDS_RESPONSE_BODY,
      sp_source_path },
    { "response.graphql", SP_SOURCE_RESPONSE_GRAPHQL,
      SP_NEEDS_REQUEST_BODY | SP_NEEDS_RESPONSE_BODY, sp_source_graphql },
    { "response.header",  SP_SOURCE_RESPONSE_HEADER, SP_NEEDS_ANSWER,
      sp_source_header },
    { "response.cookie",  SP_SOURCE_RESPONSE_COOKIE, SP_NEEDS_ANSWER,
      sp_source_cookie },
    { "response.body",    SP_SOURCE_RESPONSE_BODY, SP_NEEDS_RESPONSE_BODY,
      NULL },
    { NULL,               0,                  0,         NULL }
};


sp_rc_t
sp_sources_parse(sp_sources_t *sources, sp_words_t *words,
    const sp_source_ctx_t *ctx, sp_error_t *err)
{
    sp_rc_t          rc;
    sp_source_t     *source, list[SP_ALTERNATIVES_MAX];
    const sp_str_t  *word;

    memset(sources, 0, sizeof(sp_sources_t));
    source = NULL;

    do {
        word = sp_words_peek(words);

        if (word == NULL) {
            return sp_words_error(err, "a source is missing after \"%W\"",
                                  &words->words[words->i - 1]);
        }

        if (sources->n == SP_ALTERNATIVES_MAX) {
            return sp_words_error(err, "too many alternatives at \"%W\"",
                                  word);
        }

        if (source != NULL && source->kind == SP_SOURCE_VALUE) {
            return sp_words_error(err, "\"%W\" is never asked: what comes "
                                  "before it is always there", word);
        }

        source = &list[sources->n++];
        memset(source, 0, sizeof(sp_source_t));

        rc = sp_source_parse(source, word, ctx, err);
        if (rc != SP_OK) {
            return rc;
        }

        words->i++;

        rc = sp_decoders_parse(&source->decoders, words, ctx->pool,
                               ctx->regexes, err);
        if (rc != SP_OK) {
            return rc;
        }

        sp_source_html(source);

        if (source->decoders.money && !ctx->amount) {
            return sp_source_no_money(word, err);
        }

        sources->needs |= source->needs;

    } while (sp_words_take(words, "or"));

    sources->list = sp_alloc(ctx->pool, sources->n * sizeof(sp_source_t));
    if (sources->list == NULL) {
        return SP_NOMEM;
    }

    memcpy(sources->list, list, sources->n * sizeof(sp_source_t));

    return SP_OK;
}


static sp_rc_t
sp_source_parse(sp_source_t *source, const sp_str_t *word,
    const sp_source_ctx_t *ctx, sp_error_t *err)
{
    sp_str_t                text;
    const sp_source_row_t  *row;

    row = sp_source_row(word, &text);

    if (row == NULL) {
        return sp_words_error(err, sp_source_has_prefix(word)
                                   ? "unknown source \"%W\": docs/rules.md "
                                     "has those that there are"
                                   : "\"%W\" is not a source, such as "
                                     "form:NAME or value:TEXT", word);
    }

    source->kind = row->kind;
    source->needs = row->needs;
    source->word = *word;
    source->value = SP_NO_VALUE;

    if (row->parse == NULL) {
        return SP_OK;
    }

    /* the root of a document has an empty path */

    if (text.len == 0 && row->parse != sp_source_path) {
        return sp_words_error(err, "source \"%W\" lacks a name", word);
    }

    return row->parse(source, &text, ctx, err);
}


/* An answer is not kept for "html:", it is looked through as it passes. */

static void
sp_source_html(sp_source_t *source)
{
    switch (source->kind) {

    case SP_SOURCE_RESPONSE_BODY:
        if (sp_decoders_html(&source->decoders, &source->html)) {
            source->kind = SP_SOURCE_RESPONSE_HTML;
        }

        break;

    case SP_SOURCE_RESPONSE_JSON:
    case SP_SOURCE_RESPONSE_GRAPHQL:
        (void) sp_decoders_html(&source->decoders, &source->html);
        break;

    default:
        break;
    }
}


static const sp_source_row_t *
sp_source_row(const sp_str_t *word, sp_str_t *text)
{
    size_t                  len;
    const char             *colon;
    const sp_source_row_t  *row;

    colon = word->len ? memchr(word->data, ':', word->len) : NULL;
    len = (colon != NULL) ? (size_t) (colon - word->data) : word->len;

    text->data = word->data + len + (colon != NULL);
    text->len = word->len - len - (colon != NULL);

    /* "uri" is the only name that stands with a colon and without */

    if (colon != NULL && len == 3 && memcmp(word->data, "uri", 3) == 0) {
        len = 4;
    }

    for (row = sp_source_rows; row->name != NULL; row++) {

        if (strlen(row->name) == len
            && memcmp(row->name, word->data, len) == 0
            && (row->parse != NULL) == (colon != NULL))
        {
            return row;
        }
    }

    return NULL;
}


sp_rc_t
sp_source_constant(const sp_pool_t *pool, const sp_str_t *word,
    const sp_str_t *text, const sp_decoders_t *decoders, sp_form_of_t form,
    sp_error_t *err)
{
    sp_rc_t   rc;
    sp_str_t  value;

    value = *text;
    rc = sp_decoders_run(decoders, pool, &value);

    if (rc == SP_OK) {
        rc = sp_field_take(pool, sp_field_form(form, decoders->money), 0,
                           &value);
    }

    return rc == SP_DONE ? sp_words_error(err, "\"%W\" is no value for this "
                                          "field", word)
                         : rc;
}


sp_rc_t
sp_source_no_money(const sp_str_t *word, sp_error_t *err)
{
    return sp_words_error(err, "decoder \"money\" behind \"%W\" is not for "
                          "this: it is for price, line_total and total", word);
}


int
sp_source_has_prefix(const sp_str_t *word)
{
    char    c;
    size_t  i;

    for (i = 0; i < word->len; i++) {
        c = word->data[i];

        if (c == ':') {
            return i != 0;
        }

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.'
              || c == '_' || c == '-'))
        {
            return 0;
        }
    }

    return 0;
}


sp_rc_t
sp_sources_end(const sp_words_t *words, sp_error_t *err)
{
    const sp_str_t  *word;

    word = sp_words_peek(words);

    if (word == NULL) {
        return SP_OK;
    }

    if (sp_source_has_prefix(word)) {
        return sp_words_error(err, "\"or\" or \"|\" is missing before \"%W\"",
                              word);
    }

    return sp_words_error(err, "unexpected \"%W\"", word);
}


static sp_rc_t
sp_source_name(sp_source_t *source, const sp_str_t *text,
    const sp_source_ctx_t *ctx, sp_error_t *err)
{
    source->name = *text;

    return SP_OK;
}


static sp_rc_t
sp_source_cookie(sp_source_t *source, const sp_str_t *text,
    const sp_source_ctx_t *ctx, sp_error_t *err)
{
    const char  *star, *end;

    source->name = *text;
    end = text->data + text->len;
    star = memchr(text->data, '*', text->len);

    if (star != NULL && memchr(star + 1, '*', (size_t) (end - star - 1))) {
        return sp_words_error(err, "two \"*\" in the cookie's name \"%W\"",
                              text);
    }

    return SP_OK;
}


static sp_rc_t
sp_source_pattern(sp_source_t *source, const sp_str_t *text,
    const sp_source_ctx_t *ctx, sp_error_t *err)
{
    source->name = *text;

    return sp_form_pattern_check(text, err);
}


static sp_rc_t
sp_source_header(sp_source_t *source, const sp_str_t *text,
    const sp_source_ctx_t *ctx, sp_error_t *err)
{
    char    c, *p;
    size_t  i;

    if (sp_str_copy(ctx->pool, text, &source->name) != SP_OK) {
        return SP_NOMEM;
    }

    p = (char *) source->name.data;

    for (i = 0; i < text->len; i++) {
        c = p[i];

        if (c >= 'A' && c <= 'Z') {
            p[i] = (char) (c | 0x20);

        } else if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')
                     || c == '-' || c == '_'))
        {
            return sp_words_error(err, "\"%W\" is not a header's name", text);
        }
    }

    return SP_OK;
}


static sp_rc_t
sp_source_uri(sp_source_t *source, const sp_str_t *text,
    const sp_source_ctx_t *ctx, sp_error_t *err)
{
    if (sp_word_number(text, SP_REGEX_CAPTURES, &source->nth) != SP_OK
        || source->nth == 0)
    {
        return sp_words_error(err, "\"%W\" is not a number from 1 to 15",
                              text);
    }

    source->uri = ctx->uri;

    if (ctx->uri != NULL && source->nth > sp_regex_captures(ctx->uri)) {
        return sp_words_error(err, "the URI's regex has no capture \"%W\"",
                              text);
    }

    return SP_OK;
}


static sp_rc_t
sp_source_path(sp_source_t *source, const sp_str_t *text,
    const sp_source_ctx_t *ctx, sp_error_t *err)
{
    sp_str_t  path;

    source->path = *text;

    if (sp_source_where(ctx->pool, source, &path) != SP_OK) {
        return SP_NOMEM;
    }

    return sp_source_try(ctx, &path, err);
}


sp_rc_t
sp_source_where(const sp_pool_t *pool, const sp_source_t *source,
    sp_str_t *path)
{
    static const sp_str_t  root = sp_string("data.*");

    *path = source->path;

    if (source->kind != SP_SOURCE_RESPONSE_GRAPHQL) {
        return SP_OK;
    }

    if (path->len == 0) {
        *path = root;
        return SP_OK;
    }

    return sp_str_join(pool, &root, path->data[0] == '[' ? "" : ".",
                       &source->path, path);
}


sp_rc_t
sp_source_try(const sp_source_ctx_t *ctx, const sp_str_t *path,
    sp_error_t *err)
{
    sp_rc_t           rc;
    unsigned          slot;
    sp_source_try_t  *tried;

    tried = ctx->tried;

    if (tried->paths == NULL || tried->n == SP_SOURCE_TRIED) {

        tried->n = 0;
        tried->paths = sp_json_paths_create(ctx->pool);

        if (tried->paths == NULL) {
            return SP_NOMEM;
        }
    }

    tried->n++;

    rc = sp_json_paths_add(tried->paths, path, &slot, err);

    return rc == SP_LIMIT ? SP_INVALID : rc;
}


/* FIELD[,FIELD ...][.PATH] or *.PATH */

static sp_rc_t
sp_source_graphql(sp_source_t *source, const sp_str_t *text,
    const sp_source_ctx_t *ctx, sp_error_t *err)
{
    size_t    len;
    sp_rc_t   rc;
    sp_str_t  names, path;

    for (len = 0; len < text->len; len++) {
        if (text->data[len] == '.' || text->data[len] == '[') {
            break;
        }
    }

    names.data = text->data;
    names.len = len;

    path.data = text->data + len;
    path.len = text->len - len;

    if (path.len != 0 && path.data[0] == '.') {
        path.data++;
        path.len--;

        if (path.len == 0) {
            return sp_words_error(err, "\"%W\" ends with a dot", text);
        }
    }

    rc = sp_source_path(source, &path, ctx, err);
    if (rc != SP_OK) {
        return rc;
    }

    if (names.len == 1 && names.data[0] == '*') {
        return SP_OK;
    }

    return sp_source_roots(source, &names, ctx, err);
}


static sp_rc_t
sp_source_roots(sp_source_t *source, const sp_str_t *text,
    const sp_source_ctx_t *ctx, sp_error_t *err)
{
    size_t    i, start;
    unsigned  n;
    sp_str_t  names[SP_ROOTS_MAX], name;

    n = 0;
    start = 0;

    for (i = 0; i <= text->len; i++) {

        if (i < text->len && text->data[i] != ',') {
            continue;
        }

        name.data = text->data + start;
        name.len = i - start;
        start = i + 1;

        if (!sp_source_is_name(&name)) {
            return sp_words_error(err, "\"%W\" is not a GraphQL field", &name);
        }

        if (n == SP_ROOTS_MAX) {
            return sp_words_error(err, "too many GraphQL fields at \"%W\"",
                                  &name);
        }

        names[n++] = name;
    }

    source->roots.names = sp_alloc(ctx->pool, n * sizeof(sp_str_t));
    if (source->roots.names == NULL) {
        return SP_NOMEM;
    }

    memcpy(source->roots.names, names, n * sizeof(sp_str_t));
    source->roots.n = n;

    return SP_OK;
}


static int
sp_source_is_name(const sp_str_t *name)
{
    char    c;
    size_t  i;

    for (i = 0; i < name->len; i++) {
        c = name->data[i];

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'
              || (i > 0 && c >= '0' && c <= '9')))
        {
            return 0;
        }
    }

    return name->len != 0;
}
