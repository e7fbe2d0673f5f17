/*
 * Copyright (C) SitePreserver developers
 *
 * A bounded, streaming scanner of JSON (RFC 8259) for a compiled set of
 * paths.  Bytes are pushed as they pass by, in pieces of any size; no tree is
 * built and nothing is looked at twice.  What was found in a body that
 * breaks off stays found.
 */

#ifndef SP_JSON_H
#define SP_JSON_H

#include "sp_str.h"


#define SP_JSON_DEPTH      64      /* containers within each other */
#define SP_JSON_PATHS      512     /* paths in one set */
#define SP_JSON_KEY        256     /* bytes of a member's name looked at */
#define SP_JSON_WILDCARDS  4       /* "*" in one path */


/*
 * A path:  a.b[0].c   items[*].sku   qty.*   a["x.y"].z   "" (the root)
 * ".*" stands for any member of an object, "[*]" for any element of an
 * array; where a value may be either, ".*" matches both.  In quotes "\\" and
 * "\"" stand for themselves, and "*" is a name.
 */

typedef struct sp_json_paths_s    sp_json_paths_t;
typedef struct sp_json_scanner_s  sp_json_scanner_t;


typedef enum {
    SP_JSON_STRING = 1,
    SP_JSON_NUMBER,
    SP_JSON_TRUE,
    SP_JSON_FALSE,
    SP_JSON_NULL,
    SP_JSON_OBJECT,             /* an object or array begins ... */
    SP_JSON_ARRAY,
    SP_JSON_END,                /* ... and ends */
    SP_JSON_PIECE               /* of a string, sp_json_paths_pieces() */
} sp_json_type_t;


/*
 * What one "*" of the path stood for: a member's name, else an index.  Of a
 * name longer than SP_JSON_KEY, which no name in a path matches, it is the
 * begin.
 */

typedef struct {
    sp_str_t        key;        /* data NULL: an element of an array */
    uint32_t        index;      /* position within its container, from 0 */
} sp_json_wildcard_t;


/*
 * Text is always valid UTF-8, with all escapes decoded: half a surrogate pair
 * is U+FFFD, and each byte that is not UTF-8 is "?" (bodies are not refused
 * for it).  Control characters, NUL among them, are kept: take them out with
 * sp_utf8_clean() where they do harm.
 */

typedef struct {
    sp_json_type_t      type;
    sp_str_t            text;       /* string decoded to UTF-8; number as is */
    unsigned            cut:1;      /* longer than the scanner's value limit */
    unsigned            nwildcards;
    sp_json_wildcard_t  wildcards[SP_JSON_WILDCARDS];   /* the rest: not set */
} sp_json_value_t;


/*
 * What a string, a number, true or false says, as text; returns 0 for anything
 * else.
 */

int sp_json_value_text(const sp_json_value_t *value, sp_str_t *text);


/*
 * Called for every value that a path leads to, in the order of the document
 * (slots of one value in any order); for a container at its begin and at its
 * end.  The strings are valid only during the call.  Return SP_OK, SP_DONE
 * (this path is not wanted any more) or SP_NOMEM (ends the scan).
 */

typedef sp_rc_t (*sp_json_value_pt)(void *data, unsigned slot,
    const sp_json_value_t *value);


/* An empty set; it and all it holds is from the pool.  NULL: out of memory. */

sp_json_paths_t *sp_json_paths_create(const sp_pool_t *pool);


/*
 * Adds a path and sets *slot to the number by which its values are reported.
 * The same path given twice has one slot.  SP_INVALID with err: not a path;
 * SP_LIMIT with err: too many paths or wildcards.
 */

sp_rc_t sp_json_paths_add(sp_json_paths_t *paths, const sp_str_t *path,
    unsigned *slot, sp_error_t *err);


/*
 * The values of that slot that are strings are also reported in pieces of any
 * size, as they pass: SP_JSON_PIECE with the text, in which what is not UTF-8
 * is left as it is; after the last of them SP_JSON_STRING, whose text is empty
 * unless sp_json_paths_whole() was called for that slot, too.
 */

void sp_json_paths_pieces(sp_json_paths_t *paths, unsigned slot);
void sp_json_paths_whole(sp_json_paths_t *paths, unsigned slot);


/*
 * A scanner for one body.  wanted: a bit per slot (bit n % 64 of word n / 64),
 * NULL for all; value_limit: bytes of one value that are kept.  Its memory is
 * bounded by depth and value_limit, whatever the input.
 */

sp_json_scanner_t *sp_json_scanner_create(const sp_pool_t *pool,
    const sp_json_paths_t *paths, const uint64_t *wanted, size_t value_limit,
    sp_json_value_pt value, void *data);


/*
 * Of a document that somebody else wrote, and somebody else reads as well: a
 * name that a path leads by (not by a wildcard) may stand once in an object,
 * as readers differ on which of two counts.  The second one ends the scan with
 * SP_INVALID, and sp_json_twice() is true then: what was reported is void.  So
 * the scan is not done before the document is.  To be called before the first
 * piece.  SP_OK, SP_NOMEM.
 */

sp_rc_t sp_json_scanner_once(sp_json_scanner_t *scanner);
int sp_json_twice(const sp_json_scanner_t *scanner);


/*
 * Pushes the next piece.  SP_AGAIN: more is wanted; SP_DONE: the document is
 * complete, or nothing more in it is wanted; SP_INVALID: not JSON (what was
 * reported before stays); SP_LIMIT: too deep; SP_NOMEM.  After SP_DONE nothing
 * needs to be pushed; if it is, what follows a complete document must be white
 * space, else SP_INVALID.  A byte order mark before the document is skipped.
 */

sp_rc_t sp_json_scan(sp_json_scanner_t *scanner, const char *data, size_t len);


/* Of that piece, how many bytes it has looked at. */

size_t sp_json_taken(const sp_json_scanner_t *scanner, const char *data);


/*
 * The body is over.  SP_OK: a whole document (or all that was wanted);
 * SP_INVALID: it broke off or was wrong.  A bare number ends only here.
 */

sp_rc_t sp_json_end(sp_json_scanner_t *scanner);


#endif /* SP_JSON_H */
