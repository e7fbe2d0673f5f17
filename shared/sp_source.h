/*
 * Copyright (C) SitePreserver developers
 *
 * Where values come from: "cookie:session | base64 | json:token or
 * header:Authorization".  This is the compiled form; sp_value.c reads it.
 */

#ifndef SP_SOURCE_H
#define SP_SOURCE_H

#include "sp_decoders.h"
#include "sp_field.h"


#define SP_ALTERNATIVES_MAX  16
#define SP_ROOTS_MAX         32     /* fields in one graphql: source */
#define SP_NO_VALUE          ((unsigned) -1)


typedef enum {
    SP_SOURCE_ARG = 1,
    SP_SOURCE_FORM,
    SP_SOURCE_JSON,
    SP_SOURCE_GRAPHQL,
    SP_SOURCE_COOKIE,
    SP_SOURCE_HEADER,
    SP_SOURCE_URI,
    SP_SOURCE_BODY,
    SP_SOURCE_VALUE,
    SP_SOURCE_RESPONSE_JSON,
    SP_SOURCE_RESPONSE_GRAPHQL,
    SP_SOURCE_RESPONSE_HEADER,
    SP_SOURCE_RESPONSE_COOKIE,
    SP_SOURCE_RESPONSE_BODY,
    SP_SOURCE_RESPONSE_HTML         /* response.body | html: */
} sp_source_kind_t;


/* Beside the bits of these: both bodies are wanted as they are, for `each`. */

#define SP_READS_PARTS  (1u << 31)


/* What must be there before a source can be read. */

#define SP_NEEDS_REQUEST_BODY   0x01
#define SP_NEEDS_ANSWER         0x02    /* status and headers */
#define SP_NEEDS_RESPONSE_BODY  0x04

#define SP_NEEDS_SHOP  (SP_NEEDS_ANSWER | SP_NEEDS_RESPONSE_BODY)

/* A constant of the configuration, neither the client's nor the shop's. */

#define SP_NEEDS_NOTHING        0x10


/* The root fields that a graphql: source names; none: any. */

typedef struct {
    sp_str_t          *names;
    unsigned           n;
} sp_roots_t;


typedef struct {
    sp_source_kind_t   kind;
    unsigned           needs;
    sp_str_t           word;        /* as it was written, without decoders */
    sp_str_t           name;        /* header (lower case), cookie, argument,
                                       form pattern, constant */
    sp_str_t           path;        /* in JSON */
    sp_roots_t         roots;
    unsigned           nth;         /* uri:N, 0: all of it */
    const sp_regex_t  *uri;         /* the regex whose captures those are */
    sp_str_t           html;        /* selector: it is found as the answer
                                       passes; no decoder any more */
    sp_decoders_t      decoders;
    unsigned           value;       /* where a scanned value is kept */
    unsigned           root;        /* number of its list of roots */
    unsigned           absent;      /* a cookie's bit in sp_cookies_in() */
} sp_source_t;


typedef struct {
    sp_source_t       *list;
    unsigned           n;           /* 0: not given */
    unsigned           needs;       /* of all together */
} sp_sources_t;


/* Where paths are tried as they are read, so that the line is known. */

typedef struct {
    sp_json_paths_t   *paths;
    unsigned           n;
} sp_source_try_t;


/* What a parser of sources needs. */

typedef struct {
    const sp_pool_t   *pool;
    sp_regexes_t      *regexes;
    sp_source_try_t   *tried;
    const sp_regex_t  *uri;         /* of the rule, if it has one */
    unsigned           amount:1;    /* it is for an amount of money */
} sp_source_ctx_t;


/*
 * Where a source in JSON is in its document: the answer to a GraphQL request
 * has its fields in "data", under keys of the client's choice.  SP_NOMEM.
 */

sp_rc_t sp_source_where(const sp_pool_t *pool, const sp_source_t *source,
    sp_str_t *path);


/* SP_INVALID: err says what is wrong with the path; SP_NOMEM. */

sp_rc_t sp_source_try(const sp_source_ctx_t *ctx, const sp_str_t *path,
    sp_error_t *err);


/*
 * Reads "SOURCE [| DECODER ...] [or SOURCE ...]"; stops at the first word
 * that does not belong to it.  SP_INVALID: err names the word; SP_NOMEM.
 */

sp_rc_t sp_sources_parse(sp_sources_t *sources, sp_words_t *words,
    const sp_source_ctx_t *ctx, sp_error_t *err);


/*
 * A constant that is to fill a field of that form.  SP_INVALID: it never
 * could; SP_NOMEM.
 */

sp_rc_t sp_source_constant(const sp_pool_t *pool, const sp_str_t *word,
    const sp_str_t *text, const sp_decoders_t *decoders, sp_form_of_t form,
    sp_error_t *err);


/* "money" where there is no amount. */

sp_rc_t sp_source_no_money(const sp_str_t *word, sp_error_t *err);


/* Non-zero if a word begins like "name:", whatever the name. */

int sp_source_has_prefix(const sp_str_t *word);


/*
 * SP_INVALID for a word that is left over: says what it looks like.
 */

sp_rc_t sp_sources_end(const sp_words_t *words, sp_error_t *err);


#endif /* SP_SOURCE_H */
