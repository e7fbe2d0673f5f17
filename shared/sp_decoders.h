/*
 * Copyright (C) SitePreserver developers
 *
 * The decoders that stand behind a source: "| base64 | json:user_id".
 */

#ifndef SP_DECODERS_H
#define SP_DECODERS_H

#include "sp_json.h"
#include "sp_regex.h"
#include "sp_words.h"


#define SP_DECODERS_MAX    8            /* behind one source */
#define SP_DECODED_MAX     (64 * 1024)  /* bytes that one of them may give */


typedef struct sp_decoder_s  sp_decoder_t;

typedef struct {
    sp_decoder_t  *list;
    unsigned       n;
    unsigned       money:1;         /* the last one is "money": what comes out
                                       is for sp_price_amount() */
} sp_decoders_t;


/*
 * Reads "| DECODER" as often as it stands there.  SP_INVALID: err names the
 * word; SP_NOMEM.
 */

sp_rc_t sp_decoders_parse(sp_decoders_t *decoders, sp_words_t *words,
    const sp_pool_t *pool, sp_regexes_t *regexes, sp_error_t *err);


/*
 * If the first one is "html:", takes it away and sets *selector.  Returns
 * whether it was.
 */

int sp_decoders_html(sp_decoders_t *decoders, sp_str_t *selector);


/*
 * Puts value through all of them.  SP_OK: it has a value, which is not empty;
 * SP_DONE: one of them failed, or nothing is left: the source is absent;
 * SP_NOMEM.
 */

sp_rc_t sp_decoders_run(const sp_decoders_t *decoders, const sp_pool_t *pool,
    sp_str_t *value);


#endif /* SP_DECODERS_H */
