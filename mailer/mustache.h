/*
 * Copyright (C) SitePreserver developers
 *
 * Mustache templates (the specification of mustache/spec 1.4: interpolation,
 * sections, inverted sections, comments, delimiters, partials).  A template is
 * compiled once, does not change, and may be rendered by any number of
 * threads at once.
 */

#ifndef MUSTACHE_H
#define MUSTACHE_H

#include "buffer.h"
#include "mustache_data.h"


#define MUSTACHE_TEMPLATE_MAX  (1024 * 1024)    /* bytes of one template */
#define MUSTACHE_NAME_MAX      128              /* bytes of a name */
#define MUSTACHE_PATH_MAX      8                /* parts of a dotted name */
#define MUSTACHE_NESTING_MAX   32               /* sections in sections */
#define MUSTACHE_PARTIALS_MAX  32               /* partials in partials */
#define MUSTACHE_CONTEXTS_MAX  256              /* open sections, all told */
#define MUSTACHE_STEPS_MAX     10000000         /* tags and texts rendered */


typedef struct mustache_s  mustache_t;


/* What {{name}} does with & < > " and '. */

typedef enum {
    MUSTACHE_PLAIN = 0,             /* nothing: text parts, headers */
    MUSTACHE_HTML                   /* for HTML text and quoted attributes */
} mustache_escape_t;


/* Flags: a tag that would not be escaped, {{{name}}} or {{&name}}, is wrong. */

#define MUSTACHE_NO_RAW  0x1


/*
 * Compiles text; name (a file's, say) begins the error messages:
 * "NAME:LINE:COLUMN: what is wrong".  NULL: err is set.  The text is copied.
 */

mustache_t *mustache_compile(const char *name, const char *text, size_t len,
    mustache_escape_t escape, unsigned flags, sp_error_t *err);
void mustache_free(mustache_t *t);


/* Finds {{>name}}; NULL: there is none, which renders as nothing. */

typedef const mustache_t *(*mustache_partial_pt)(void *data,
    const sp_str_t *name);


/*
 * Appends the template, filled with root, to out.  partial may be NULL.
 * A name that is not in the data renders as nothing.  SP_LIMIT: out's limit
 * or one of the bounds above was met; out then holds a part only.
 */

sp_rc_t mustache_render(const mustache_t *t, const mustache_value_t *root,
    mustache_partial_pt partial, void *data, buffer_t *out, sp_error_t *err);


/* Appends text as {{name}} does under that escape mode. */

void mustache_escape(buffer_t *out, const sp_str_t *text,
    mustache_escape_t escape);


#endif /* MUSTACHE_H */
