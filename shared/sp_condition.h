/*
 * Copyright (C) SitePreserver developers
 *
 * `if` and `empty`: whether an exchange is what a rule is about.
 */

#ifndef SP_CONDITION_H
#define SP_CONDITION_H

#include "sp_observe.h"
#include "sp_source.h"


typedef enum {
    SP_IS_PRESENT = 0,
    SP_IS_ABSENT,
    SP_IS_EQUAL,
    SP_IS_NOT_EQUAL,
    SP_IS_MATCH,
    SP_IS_NO_MATCH,
    SP_IS_DELETED,
    SP_IS_PAYMENT                   /* a URL at a payment provider's */
} sp_condition_op_t;


typedef struct sp_condition_s  sp_condition_t;

struct sp_condition_s {
    sp_condition_t      *next;
    sp_sources_t         sources;
    sp_condition_op_t    op;
    const sp_str_t      *values;
    unsigned             nvalues;
    sp_regex_t          *regex;
    unsigned             needs;         /* SP_NEEDS_*, before it can be said */
    unsigned             selects:1;     /* every source is response.graphql:F:
                                           the request must select an F */
    unsigned             lined:1;       /* it is only about the URI and its
                                           arguments */
};


/*
 * Reads "S [or S ...] [present|absent|= v ...|!= v ...|~ re|!~ re|deleted|
 * payment_host]".
 * SP_INVALID: err names the word; SP_NOMEM.
 */

sp_rc_t sp_condition_parse(sp_condition_t *condition, sp_words_t *words,
    const sp_source_ctx_t *ctx, sp_error_t *err);


/* Non-zero if the request alone can make it false. */

int sp_condition_of_request(const sp_condition_t *condition);


/*
 * SP_OK: it holds; SP_DONE: it does not; SP_NOMEM.  What it needs must be
 * there.  sp_condition_requested() asks only what the request tells, and
 * takes the rest for granted.
 */

sp_rc_t sp_condition_holds(sp_observation_t *ob,
    const sp_condition_t *condition);
sp_rc_t sp_condition_requested(sp_observation_t *ob,
    const sp_condition_t *condition);


#endif /* SP_CONDITION_H */
