/*
 * Copyright (C) SitePreserver developers
 *
 * `each` as it is written.
 */

#include "sp_each.h"


static sp_rc_t sp_each_list(sp_words_t *words, sp_source_kind_t kind,
    const sp_source_ctx_t *ctx, sp_json_steps_t *steps, sp_error_t *err);
static int sp_each_field_of(const sp_str_t *word);


static const struct {
    const char        *name;
    sp_source_kind_t   kind;
} sp_each_fields[SP_EACH_FIELDS] = {
    { "method", SP_SOURCE_JSON },
    { "uri", SP_SOURCE_JSON },
    { "body", SP_SOURCE_JSON },
    { "status", SP_SOURCE_RESPONSE_JSON },
    { "response", SP_SOURCE_RESPONSE_JSON }
};


sp_rc_t
sp_each_parse(sp_each_t *each, sp_words_t *words, const sp_source_ctx_t *ctx,
    sp_error_t *err)
{
    sp_rc_t  rc;

    rc = sp_each_list(words, SP_SOURCE_JSON, ctx, &each->requests, err);

    if (rc == SP_OK) {
        rc = sp_each_list(words, SP_SOURCE_RESPONSE_JSON, ctx,
                          &each->responses, err);
    }

    return rc == SP_OK ? sp_sources_end(words, err) : rc;
}


/* One list, of requests or of answers. */

static sp_rc_t
sp_each_list(sp_words_t *words, sp_source_kind_t kind,
    const sp_source_ctx_t *ctx, sp_json_steps_t *steps, sp_error_t *err)
{
    sp_rc_t          rc;
    sp_sources_t     sources;
    const sp_str_t  *word;

    word = sp_words_peek(words);

    if (word == NULL) {
        return sp_words_error(err, "\"each\" needs json:PATH, where the "
                              "requests are, and response.json:PATH, where "
                              "their answers are", NULL);
    }

    rc = sp_sources_parse(&sources, words, ctx, err);
    if (rc != SP_OK) {
        return rc;
    }

    if (sources.n != 1 || sources.list[0].kind != kind
        || sources.list[0].decoders.n != 0)
    {
        return sp_words_error(err, kind == SP_SOURCE_JSON
                                   ? "\"%W\" is not json:PATH alone, where "
                                     "the requests are"
                                   : "\"%W\" is not response.json:PATH alone, "
                                     "where the answers are", word);
    }

    return sp_json_steps(ctx->pool, &sources.list[0].path, steps, err);
}


sp_rc_t
sp_each_parse_field(sp_each_t *each, sp_words_t *words,
    const sp_source_ctx_t *ctx, sp_error_t *err)
{
    int                 field;
    sp_rc_t             rc;
    unsigned            i;
    const sp_str_t     *word;
    sp_each_value_t    *value;
    const sp_source_t  *source;

    word = &words->words[words->i++];

    field = sp_each_field_of(word);
    if (field < 0) {
        return sp_words_error(err, "unknown field \"%W\" in each", word);
    }

    value = &each->fields[field];

    if (value->sources.n != 0) {
        return sp_words_error(err, "field \"%W\" is duplicate", word);
    }

    rc = sp_sources_parse(&value->sources, words, ctx, err);

    if (rc == SP_OK) {
        rc = sp_sources_end(words, err);
    }

    if (rc != SP_OK) {
        return rc;
    }

    value->steps = sp_calloc(ctx->pool, value->sources.n
                                        * sizeof(sp_json_steps_t));
    if (value->steps == NULL) {
        return SP_NOMEM;
    }

    for (i = 0; i < value->sources.n; i++) {
        source = &value->sources.list[i];

        if (source->kind == SP_SOURCE_VALUE) {
            continue;
        }

        if (source->kind != sp_each_fields[field].kind) {
            return sp_words_error(err, sp_each_fields[field].kind
                                       == SP_SOURCE_JSON
                                       ? "\"%W\" cannot be here: it is read "
                                         "from a part of the request, by "
                                         "json:PATH or value:TEXT"
                                       : "\"%W\" cannot be here: it is read "
                                         "from a part of the answer, by "
                                         "response.json:PATH or value:TEXT",
                                  &source->word);
        }

        rc = sp_json_steps(ctx->pool, &source->path, &value->steps[i], err);
        if (rc != SP_OK) {
            return rc;
        }
    }

    return SP_OK;
}


static int
sp_each_field_of(const sp_str_t *word)
{
    int  i;

    for (i = 0; i < SP_EACH_FIELDS; i++) {
        if (sp_word_is(word, sp_each_fields[i].name)) {
            return i;
        }
    }

    return -1;
}
