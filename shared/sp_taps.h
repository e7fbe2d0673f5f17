/*
 * Copyright (C) SitePreserver developers
 *
 * What becomes of the values that a JSON scanner finds: one set of paths for
 * all rules that read a document, and behind each path those who want to know.
 */

#ifndef SP_TAPS_H
#define SP_TAPS_H

#include "sp_items.h"
#include "sp_pages.h"
#include "sp_rules.h"


#define SP_TAPS_WORDS  (SP_JSON_PATHS / 64)

/* Bytes that are kept of one value; more where decoders take it apart. */

#define SP_TAPS_VALUE    1024
#define SP_TAPS_DECODED  (16 * 1024)


typedef struct {
    uint64_t              words[SP_TAPS_WORDS];
} sp_taps_mask_t;


typedef struct sp_tap_s  sp_tap_t;

typedef struct {
    sp_json_paths_t      *paths;    /* NULL: nobody reads this document */
    sp_tap_t            **slots;
    size_t                limit;    /* bytes kept of one value */
} sp_taps_t;


/* What is known of a scanned value. */

typedef enum {
    SP_SCANNED_NOTHING = 0,
    SP_SCANNED_NULL,
    SP_SCANNED_EMPTY,               /* {} or [] */
    SP_SCANNED_NESTED,              /* an object or array with something */
    SP_SCANNED_TEXT
} sp_scanned_state_t;

typedef struct {
    sp_scanned_state_t    state;
    unsigned              cut:1;
    sp_str_t              text;
} sp_scanned_t;


/*
 * Lays the taps of a source for a rule: sets source->value (equal ones
 * share) and marks the rule's paths in mask, which may be NULL.  inside: also
 * note whether a container has something in it.  SP_LIMIT with err: too many
 * paths in the whole set; SP_NOMEM.
 */

sp_rc_t sp_taps_value(sp_taps_t *taps, sp_rules_t *rules,
    sp_source_t *source, int inside, sp_taps_mask_t *mask, sp_error_t *err);


/* The same for a collection, its elements and their fields. */

sp_rc_t sp_taps_items(sp_taps_t *taps, sp_rules_t *rules,
    const sp_items_t *items, const sp_source_t *source, sp_taps_mask_t *mask,
    sp_error_t *err);


/*
 * For a source whose string is HTML: sets *pages to what is to be found in
 * it.
 */

sp_rc_t sp_taps_pages(sp_taps_t *taps, sp_rules_t *rules,
    const sp_source_t *source, sp_taps_mask_t *mask, sp_pages_t **pages,
    sp_error_t *err);


/* The keys of a GraphQL answer's root fields; sets *slot. */

sp_rc_t sp_taps_roots(sp_taps_t *taps, sp_rules_t *rules, unsigned *slot,
    sp_error_t *err);


/* The paths of one body that the rules still want that are alive. */

void sp_taps_alive(const sp_observation_t *ob, int answer,
    sp_taps_mask_t *mask);


/* What was found of these paths is void. */

void sp_taps_forget(sp_observation_t *ob, const sp_taps_t *taps);


/*
 * A scanner that fills the observation; mask: the paths that are wanted,
 * NULL: all.  NULL: out of memory.
 */

typedef struct {
    sp_observation_t     *ob;
    const sp_taps_t      *taps;
} sp_taps_scan_t;

sp_json_scanner_t *sp_taps_scan(sp_taps_scan_t *scan, sp_observation_t *ob,
    const sp_taps_t *taps, const sp_taps_mask_t *mask);


#endif /* SP_TAPS_H */
