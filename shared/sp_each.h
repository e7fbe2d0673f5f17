/*
 * Copyright (C) SitePreserver developers
 *
 * `each`: a body that is a list of requests, answered by a list of answers.
 */

#ifndef SP_EACH_H
#define SP_EACH_H

#include "sp_json_steps.h"
#include "sp_source.h"


#define SP_EACH_MAX  32             /* parts of one body that are looked at */


/* What a part says of itself; the rest is as in the request around it. */

typedef enum {
    SP_EACH_METHOD = 0,
    SP_EACH_URI,
    SP_EACH_BODY,
    SP_EACH_STATUS,
    SP_EACH_RESPONSE,
    SP_EACH_FIELDS
} sp_each_field_t;


typedef struct {
    sp_sources_t      sources;
    sp_json_steps_t  *steps;        /* of each source */
} sp_each_value_t;


typedef struct {
    sp_json_steps_t   requests;
    sp_json_steps_t   responses;
    sp_each_value_t   fields[SP_EACH_FIELDS];
} sp_each_t;


/* The words behind "each"; then each line of its block. */

sp_rc_t sp_each_parse(sp_each_t *each, sp_words_t *words,
    const sp_source_ctx_t *ctx, sp_error_t *err);
sp_rc_t sp_each_parse_field(sp_each_t *each, sp_words_t *words,
    const sp_source_ctx_t *ctx, sp_error_t *err);


#endif /* SP_EACH_H */
