/*
 * Copyright (C) SitePreserver developers
 *
 * A creative: a folder NAME/ that holds for each locale LOCALE
 *
 *     LOCALE.head     "subject: …" and "preheader: …", a line each
 *     LOCALE.html     the HTML part
 *     LOCALE.txt      the text part
 *
 * all of them mustache templates in UTF-8, and `approved`: the hash of the
 * content that somebody approved.  Other content is not sent, nor is anything
 * while there is a file `retired`.
 */

#ifndef CREATIVE_H
#define CREATIVE_H

#include "links.h"
#include "mustache.h"


#define CREATIVE_NAME_MAX     64
#define CREATIVE_LOCALES_MAX  32
#define CREATIVE_FILE_MAX     (256 * 1024)
#define CREATIVE_HASH_LEN     64    /* SHA-256 in hex */
#define CREATIVE_REASON_MAX   200   /* why it is retired */


typedef struct creative_s  creative_t;

typedef enum {
    CREATIVE_NEW = 0,               /* never approved */
    CREATIVE_APPROVED,
    CREATIVE_CHANGED,               /* since it was approved */
    CREATIVE_RETIRED
} creative_state_t;

typedef struct {
    char         locale[16];        /* "en", "pt-BR": as the files say */
    mustache_t  *subject;
    mustache_t  *preheader;
    mustache_t  *html;
    mustache_t  *text;
    links_tags_t utm;               /* what the head gives */
    buffer_t     utm_text;          /* utm points into it */
} creative_locale_t;


/*
 * Loads the creative of that name ([a-z0-9_-]) from dir/NAME, or where dir is
 * NULL or has none, from the folder of the bundled ones (SP_CREATIVES_DIR).
 * See creative_own_load(), too.
 * NULL: err says what is wrong, with file and line.  What is loaded never
 * changes, and any thread may use it.
 */

creative_t *creative_load(const char *dir, const char *name, sp_error_t *err);
void creative_free(creative_t *creative);


/* One more owner, who calls creative_free() too.  Owners are of one thread. */

creative_t *creative_ref(creative_t *creative);


/* The folder of the bundled ones. */

const char *creative_bundled(void);


/* [a-z0-9_-], 1 to 64 */

int creative_name_valid(const char *name);


const char *creative_name(const creative_t *creative);


/* The folder it was loaded from. */

const char *creative_path(const creative_t *creative);


/* Was it in dir? */

int creative_own(const creative_t *creative);


/* The content's SHA-256 in hex, whichever folder it is in. */

const char *creative_hash(const creative_t *creative);


/* Is it the content that was approved, and not retired? */

int creative_approved(const creative_t *creative);
creative_state_t creative_state(const creative_t *creative);


/* "new", "approved", "changed", "retired" */

const char *creative_state_name(const creative_t *creative);


/* Why it is retired; "": nobody said, or it is not. */

const char *creative_reason(const creative_t *creative);


/*
 * The files that differ from what was approved, with blanks between; "": none,
 * or `approved` has only the hash of all.
 */

const char *creative_changed(const creative_t *creative);


/*
 * Appends what `approved` has to hold for this content: the hash, and each
 * file's as sha256sum prints it.
 */

void creative_approval(const creative_t *creative, buffer_t *out);


/*
 * The best for a shopper of a shop: one of the shopper's language, else one of
 * the shop's, else "en", else the first.  Of a language, the one with the most
 * of the tag's parts, from its begin ("zh-Hant-TW": "zh-Hant" before "zh"),
 * and if there is none, any other of that language ("pt": "pt-BR").  Either
 * may have len 0.  Never NULL.
 */

const creative_locale_t *creative_choose(const creative_t *creative,
    const sp_str_t *shopper, const sp_str_t *shop);


/* All of them, by name. */

size_t creative_nlocales(const creative_t *creative);
const creative_locale_t *creative_locale_at(const creative_t *creative,
    size_t i);


#endif /* CREATIVE_H */
