/*
 * Copyright (C) SitePreserver developers
 */

#include "sp_decoders.h"
#include "sp_decode.h"
#include "sp_entities.h"
#include "sp_form.h"
#include "sp_html.h"
#include "sp_price.h"

#include <stdio.h>


typedef struct {
    const sp_pool_t        *pool;
    sp_regexes_t           *regexes;
    sp_decoders_t          *decoders;
    sp_error_t             *err;
} sp_decoder_parse_t;


/* One kind of decoder: a row of the table below. */

typedef struct {
    const char             *name;
    unsigned                takes_text:1;
    sp_rc_t               (*parse)(sp_decoder_parse_t *parse,
                                sp_decoder_t *decoder, const sp_str_t *word);
    sp_rc_t               (*run)(const sp_decoder_t *decoder,
                                const sp_pool_t *pool, sp_str_t *value);
} sp_decoder_kind_t;


struct sp_decoder_s {
    const sp_decoder_kind_t  *kind;
    sp_str_t                  text;         /* behind the colon */
    sp_regex_t               *regex;
    sp_html_set_t            *set;          /* of "html:" */
    sp_json_paths_t          *paths;
    unsigned                  slot;
    int                       part;
};


static sp_rc_t sp_decoder_parse(sp_decoder_parse_t *parse,
    sp_decoder_t *decoder, const sp_str_t *word);
static sp_rc_t sp_decoder_parse_regex(sp_decoder_parse_t *parse,
    sp_decoder_t *decoder, const sp_str_t *word);
static sp_rc_t sp_decoder_parse_split(sp_decoder_parse_t *parse,
    sp_decoder_t *decoder, const sp_str_t *word);
static sp_rc_t sp_decoder_parse_json(sp_decoder_parse_t *parse,
    sp_decoder_t *decoder, const sp_str_t *word);
static sp_rc_t sp_decoder_parse_form(sp_decoder_parse_t *parse,
    sp_decoder_t *decoder, const sp_str_t *word);
static sp_rc_t sp_decoder_parse_money(sp_decoder_parse_t *parse,
    sp_decoder_t *decoder, const sp_str_t *word);
static sp_rc_t sp_decoder_parse_html(sp_decoder_parse_t *parse,
    sp_decoder_t *decoder, const sp_str_t *word);

static sp_rc_t sp_decoder_regex(const sp_decoder_t *decoder,
    const sp_pool_t *pool, sp_str_t *value);
static sp_rc_t sp_decoder_split(const sp_decoder_t *decoder,
    const sp_pool_t *pool, sp_str_t *value);
static sp_rc_t sp_decoder_json(const sp_decoder_t *decoder,
    const sp_pool_t *pool, sp_str_t *value);
static sp_rc_t sp_decoder_form(const sp_decoder_t *decoder,
    const sp_pool_t *pool, sp_str_t *value);
static sp_rc_t sp_decoder_base64(const sp_decoder_t *decoder,
    const sp_pool_t *pool, sp_str_t *value);
static sp_rc_t sp_decoder_url(const sp_decoder_t *decoder,
    const sp_pool_t *pool, sp_str_t *value);
static sp_rc_t sp_decoder_strip(const sp_decoder_t *decoder,
    const sp_pool_t *pool, sp_str_t *value);
static sp_rc_t sp_decoder_prefix(const sp_decoder_t *decoder,
    const sp_pool_t *pool, sp_str_t *value);
static sp_rc_t sp_decoder_html(const sp_decoder_t *decoder,
    const sp_pool_t *pool, sp_str_t *value);
static sp_rc_t sp_decoder_entities(const sp_decoder_t *decoder,
    const sp_pool_t *pool, sp_str_t *value);
static sp_rc_t sp_decoder_money(const sp_decoder_t *decoder,
    const sp_pool_t *pool, sp_str_t *value);


static const sp_decoder_kind_t  sp_decoder_kinds[] = {
    { "regex",    1, sp_decoder_parse_regex, sp_decoder_regex },
    { "split",    1, sp_decoder_parse_split, sp_decoder_split },
    { "json",     1, sp_decoder_parse_json,  sp_decoder_json },
    { "form",     1, sp_decoder_parse_form,  sp_decoder_form },
    { "base64",   0, NULL,                   sp_decoder_base64 },
    { "url",      0, NULL,                   sp_decoder_url },
    { "strip",    1, NULL,                   sp_decoder_strip },
    { "prefix",   1, NULL,                   sp_decoder_prefix },
    { "html",     1, sp_decoder_parse_html,  sp_decoder_html },
    { "entities", 0, NULL,                   sp_decoder_entities },
    { "money",    0, sp_decoder_parse_money, sp_decoder_money },
    { NULL,       0, NULL,                   NULL }
};


sp_rc_t
sp_decoders_parse(sp_decoders_t *decoders, sp_words_t *words,
    const sp_pool_t *pool, sp_regexes_t *regexes, sp_error_t *err)
{
    sp_rc_t             rc;
    sp_decoder_t       *decoder, list[SP_DECODERS_MAX];
    const sp_str_t     *word;
    sp_decoder_parse_t  parse;

    parse.pool = pool;
    parse.regexes = regexes;
    parse.decoders = decoders;
    parse.err = err;

    memset(decoders, 0, sizeof(sp_decoders_t));

    while (sp_words_take(words, "|")) {

        word = sp_words_peek(words);
        if (word == NULL) {
            return sp_words_error(err, "a decoder is missing after \"%W\"",
                                  &words->words[words->i - 1]);
        }

        if (decoders->n == SP_DECODERS_MAX) {
            return sp_words_error(err, "too many decoders at \"%W\"", word);
        }

        if (decoders->money) {
            return sp_words_error(err, "\"%W\" is behind \"money\", which must "
                                  "be the last decoder", word);
        }

        decoder = &list[decoders->n++];
        memset(decoder, 0, sizeof(sp_decoder_t));

        rc = sp_decoder_parse(&parse, decoder, word);
        if (rc != SP_OK) {
            return rc;
        }

        words->i++;
    }

    if (decoders->n != 0) {
        decoders->list = sp_alloc(pool, decoders->n * sizeof(sp_decoder_t));
        if (decoders->list == NULL) {
            return SP_NOMEM;
        }

        memcpy(decoders->list, list, decoders->n * sizeof(sp_decoder_t));
    }

    return SP_OK;
}


static sp_rc_t
sp_decoder_parse(sp_decoder_parse_t *parse, sp_decoder_t *decoder,
    const sp_str_t *word)
{
    size_t                    len;
    const char               *colon;
    const sp_decoder_kind_t  *kind;

    colon = word->len ? memchr(word->data, ':', word->len) : NULL;
    len = (colon != NULL) ? (size_t) (colon - word->data) : word->len;

    for (kind = sp_decoder_kinds; kind->name != NULL; kind++) {
        if (strlen(kind->name) == len
            && memcmp(kind->name, word->data, len) == 0)
        {
            break;
        }
    }

    if (kind->name == NULL) {
        return sp_words_error(parse->err, "unknown decoder \"%W\": "
                              "docs/rules.md has those that there are", word);
    }

    if (kind->run != NULL) {

        if (kind->takes_text && (colon == NULL || len + 1 == word->len)) {
            return sp_words_error(parse->err,
                                  "decoder \"%W\" needs \":\" and a text",
                                  word);
        }

        if (!kind->takes_text && colon != NULL) {
            return sp_words_error(parse->err,
                                  "decoder \"%W\" takes no text", word);
        }
    }

    decoder->kind = kind;

    if (colon != NULL) {
        decoder->text.data = colon + 1;
        decoder->text.len = word->len - len - 1;
    }

    return kind->parse != NULL ? kind->parse(parse, decoder, word) : SP_OK;
}


static sp_rc_t
sp_decoder_parse_regex(sp_decoder_parse_t *parse, sp_decoder_t *decoder,
    const sp_str_t *word)
{
    return sp_regex_compile(parse->regexes, &decoder->text, 0,
                            &decoder->regex, parse->err);
}


/* split:SEPARATOR:N, where the separator may be or hold a colon itself. */

static sp_rc_t
sp_decoder_parse_split(sp_decoder_parse_t *parse, sp_decoder_t *decoder,
    const sp_str_t *word)
{
    size_t    i;
    unsigned  n, minus;
    sp_str_t  number;

    for (i = decoder->text.len; i > 0; i--) {
        if (decoder->text.data[i - 1] == ':') {
            break;
        }
    }

    if (i < 2) {
        return sp_words_error(parse->err,
                              "decoder \"%W\" is not split:SEPARATOR:N", word);
    }

    number.data = decoder->text.data + i;
    number.len = decoder->text.len - i;

    minus = number.len != 0 && number.data[0] == '-';
    number.data += minus;
    number.len -= minus;

    if (sp_word_number(&number, 1000, &n) != SP_OK || (minus && n == 0)) {
        return sp_words_error(parse->err,
                              "decoder \"%W\" has no valid number", word);
    }

    decoder->part = minus ? -(int) n : (int) n;
    decoder->text.len = i - 1;

    return SP_OK;
}


static sp_rc_t
sp_decoder_parse_json(sp_decoder_parse_t *parse, sp_decoder_t *decoder,
    const sp_str_t *word)
{
    decoder->paths = sp_json_paths_create(parse->pool);
    if (decoder->paths == NULL) {
        return SP_NOMEM;
    }

    return sp_json_paths_add(decoder->paths, &decoder->text, &decoder->slot,
                             parse->err);
}


static sp_rc_t
sp_decoder_parse_form(sp_decoder_parse_t *parse, sp_decoder_t *decoder,
    const sp_str_t *word)
{
    return sp_form_pattern_check(&decoder->text, parse->err);
}


static sp_rc_t
sp_decoder_parse_money(sp_decoder_parse_t *parse, sp_decoder_t *decoder,
    const sp_str_t *word)
{
    parse->decoders->money = 1;

    return SP_OK;
}


static sp_rc_t
sp_decoder_parse_html(sp_decoder_parse_t *parse, sp_decoder_t *decoder,
    const sp_str_t *word)
{
    sp_rc_t   rc;
    unsigned  query;

    decoder->set = sp_html_set_create(parse->pool, SP_HTML_ONE);
    if (decoder->set == NULL) {
        return SP_NOMEM;
    }

    rc = sp_html_set_add(decoder->set, parse->pool, SP_HTML_ANY,
                         &decoder->text, SP_DECODED_MAX, &query, parse->err);

    return rc == SP_LIMIT ? SP_INVALID : rc;
}


int
sp_decoders_html(sp_decoders_t *decoders, sp_str_t *selector)
{
    if (decoders->n == 0 || decoders->list[0].set == NULL) {
        return 0;
    }

    *selector = decoders->list[0].text;

    decoders->list++;
    decoders->n--;

    return 1;
}


sp_rc_t
sp_decoders_run(const sp_decoders_t *decoders, const sp_pool_t *pool,
    sp_str_t *value)
{
    sp_rc_t              rc;
    unsigned             i;
    const sp_decoder_t  *decoder;

    for (i = 0; i < decoders->n; i++) {

        if (value->len == 0) {
            return SP_DONE;
        }

        decoder = &decoders->list[i];

        rc = decoder->kind->run(decoder, pool, value);

        if (rc != SP_OK) {
            return rc == SP_NOMEM ? SP_NOMEM : SP_DONE;
        }
    }

    return value->len != 0 ? SP_OK : SP_DONE;
}


static sp_rc_t
sp_decoder_regex(const sp_decoder_t *decoder, const sp_pool_t *pool,
    sp_str_t *value)
{
    sp_str_t  text;

    if (sp_regex_extract(decoder->regex, value, &text) != SP_OK) {
        return SP_INVALID;
    }

    *value = text;

    return SP_OK;
}


static sp_rc_t
sp_decoder_split(const sp_decoder_t *decoder, const sp_pool_t *pool,
    sp_str_t *value)
{
    return sp_decode_split(value, &decoder->text, decoder->part, value);
}


static sp_rc_t
sp_decoder_json(const sp_decoder_t *decoder, const sp_pool_t *pool,
    sp_str_t *value)
{
    return sp_decode_json(pool, value, decoder->paths, decoder->slot,
                          SP_DECODED_MAX, value);
}


static sp_rc_t
sp_decoder_form(const sp_decoder_t *decoder, const sp_pool_t *pool,
    sp_str_t *value)
{
    return sp_decode_form(pool, value, &decoder->text, value);
}


static sp_rc_t
sp_decoder_base64(const sp_decoder_t *decoder, const sp_pool_t *pool,
    sp_str_t *value)
{
    return sp_decode_base64(pool, value, value);
}


static sp_rc_t
sp_decoder_url(const sp_decoder_t *decoder, const sp_pool_t *pool,
    sp_str_t *value)
{
    return sp_decode_url(pool, value, 0, value);
}


static sp_rc_t
sp_decoder_strip(const sp_decoder_t *decoder, const sp_pool_t *pool,
    sp_str_t *value)
{
    return sp_decode_strip(value, &decoder->text, value);
}


static sp_rc_t
sp_decoder_prefix(const sp_decoder_t *decoder, const sp_pool_t *pool,
    sp_str_t *value)
{
    return sp_decode_prefix(pool, value, &decoder->text, value);
}


static sp_rc_t
sp_decoder_html(const sp_decoder_t *decoder, const sp_pool_t *pool,
    sp_str_t *value)
{
    return sp_html_first(pool, decoder->set, value, value);
}


/* Links are as good as texts: a name without ";" needs an end of its own. */

static sp_rc_t
sp_decoder_entities(const sp_decoder_t *decoder, const sp_pool_t *pool,
    sp_str_t *value)
{
    return sp_entities_decode(pool, value, 1, value);
}


static sp_rc_t
sp_decoder_money(const sp_decoder_t *decoder, const sp_pool_t *pool,
    sp_str_t *value)
{
    return sp_price_read(pool, value, value);
}
