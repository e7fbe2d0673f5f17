/*
 * Copyright (C) SitePreserver developers
 *
 * Forms as multipart/form-data (RFC 7578, RFC 2046 section 5.1), read piece by
 * piece: the fields are those of an urlencoded form, files are skipped and
 * nothing of them is kept.
 */

#ifndef SP_MULTIPART_H
#define SP_MULTIPART_H

#include "sp_form.h"


#define SP_MULTIPART_BOUNDARY  70   /* bytes, RFC 2046 section 5.1.1 */
#define SP_MULTIPART_LINE      1024 /* bytes of a part's header line */


typedef struct sp_multipart_s  sp_multipart_t;


/*
 * The boundary that a Content-Type names: a part of it.  SP_OK; SP_DONE: it is
 * no multipart/...; SP_INVALID: it is, but no form, or without a boundary that
 * can be.
 */

sp_rc_t sp_multipart_boundary(const sp_str_t *type, sp_str_t *boundary);


/* A reader for one body; boundary is copied.  NULL: out of memory. */

sp_multipart_t *sp_multipart_create(const sp_pool_t *pool,
    const sp_str_t *boundary);


/*
 * Pushes the next piece.  SP_AGAIN: more is wanted; SP_DONE: its end was in it;
 * SP_LIMIT: it has more fields than are kept; SP_INVALID: it is none; SP_NOMEM.
 * After any but SP_AGAIN nothing more is read.
 */

sp_rc_t sp_multipart_push(sp_multipart_t *multipart, const char *data,
    size_t len);


/*
 * There is no more of it: fills in the form, with the parts that are whole.
 * SP_OK; SP_INVALID: it broke off, or was wrong; SP_NOMEM.
 */

sp_rc_t sp_multipart_end(sp_multipart_t *multipart, sp_form_t *form);


#endif /* SP_MULTIPART_H */
