/*
 * Copyright (C) SitePreserver developers
 *
 * The steps of the grammar.  Each function takes the bytes from p on, as far as
 * it goes, and returns where it stopped, or NULL when the scan is over and
 * s->rc says why.  Any of them may be called anew at any byte.
 */

#ifndef SP_JSON_GRAMMAR_H
#define SP_JSON_GRAMMAR_H

#include "sp_json_int.h"


/* In the order of the states. */

const char *sp_json_begin(sp_json_scanner_t *s, const char *p);
const char *sp_json_escape(sp_json_scanner_t *s, const char *p);
const char *sp_json_hex(sp_json_scanner_t *s, const char *p);
const char *sp_json_in_number(sp_json_scanner_t *s, const char *p,
    const char *end);
const char *sp_json_in_word(sp_json_scanner_t *s, const char *p,
    const char *end);


/* A string that is wanted in pieces ends at this quote. */

const char *sp_json_pieces_over(sp_json_scanner_t *s, const char *p,
    const char *quote);


/* The value at hand ended before p. */

static inline const char *
sp_json_scalar(sp_json_scanner_t *s, const char *p, const sp_str_t *text)
{
    if (s->n != 0) {
        sp_json_report(s, text);

        if (s->rc != SP_AGAIN) {
            s->stop = p;
            return NULL;
        }
    }

    s->state = s->depth ? SP_JSON_AT_AFTER : SP_JSON_AT_END;

    return p;
}


/* It is no JSON, there is no memory for it, or it is too deep. */

static inline const char *
sp_json_stop(sp_json_scanner_t *s, sp_rc_t rc)
{
    s->rc = rc;
    return NULL;
}


/* There is no memory for it, or no more of it is wanted. */

static inline const char *
sp_json_text_stop(sp_json_scanner_t *s, const char *p)
{
    s->stop = p;

    return sp_json_stop(s, s->rc == SP_AGAIN ? SP_NOMEM : s->rc);
}


#endif /* SP_JSON_GRAMMAR_H */
