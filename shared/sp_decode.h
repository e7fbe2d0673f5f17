/*
 * Copyright (C) SitePreserver developers
 *
 * The decoders of the rule language that need no regex.  Each takes a string
 * and gives one: into the input where it can, else from the pool; in and out
 * may be the same variable.  SP_OK; SP_INVALID: it cannot be decoded, which
 * means that the source counts as absent; SP_NOMEM.
 */

#ifndef SP_DECODE_H
#define SP_DECODE_H

#include "sp_json.h"


/*
 * RFC 4648 sections 4 and 5, both alphabets; "=" at the end may lack.
 * Anything else in it, or a length that cannot be, is SP_INVALID.
 */

sp_rc_t sp_decode_base64(const sp_pool_t *pool, const sp_str_t *in,
    sp_str_t *out);


/*
 * "%XX" (RFC 3986 section 2.1); plus: "+" is a space.  A "%" without two hex
 * digits stays as it is, as browsers and PHP have it.
 */

sp_rc_t sp_decode_url(const sp_pool_t *pool, const sp_str_t *in, int plus,
    sp_str_t *out);


/*
 * The n-th part, from 0, of in cut at each separator; n < 0 counts from the
 * end, -1 is the last.  SP_INVALID: there is no such part.
 */

sp_rc_t sp_decode_split(const sp_str_t *in, const sp_str_t *separator, int n,
    sp_str_t *out);


/* Without any of these bytes at its begin and end. */

sp_rc_t sp_decode_strip(const sp_str_t *in, const sp_str_t *chars,
    sp_str_t *out);


/* With text before it. */

sp_rc_t sp_decode_prefix(const sp_pool_t *pool, const sp_str_t *in,
    const sp_str_t *text, sp_str_t *out);


/*
 * in is JSON: the first string, number, true or false that the path leads to,
 * as text; at most value_limit bytes of it.  paths: compiled with this one
 * path, or several, of which slot is meant.  A document that breaks off
 * after it is well.
 */

sp_rc_t sp_decode_json(const sp_pool_t *pool, const sp_str_t *in,
    const sp_json_paths_t *paths, unsigned slot, size_t value_limit,
    sp_str_t *out);


/* in is an urlencoded form: the value of that name (sp_form_get()). */

sp_rc_t sp_decode_form(const sp_pool_t *pool, const sp_str_t *in,
    const sp_str_t *name, sp_str_t *out);


#endif /* SP_DECODE_H */
