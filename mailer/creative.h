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
 * content that somebody approved.  Other content is not sent.
 */

#ifndef CREATIVE_H
#define CREATIVE_H

#include "mustache.h"


#define CREATIVE_NAME_MAX     64
#define CREATIVE_LOCALES_MAX  32
#define CREATIVE_FILE_MAX     (256 * 1024)
#define CREATIVE_HASH_LEN     64    /* SHA-256 in hex */


typedef struct creative_s  creative_t;

typedef struct {
    char         locale[16];        /* "en", "pt-BR": as the files say */
    mustache_t  *subject;
    mustache_t  *preheader;
    mustache_t  *html;
    mustache_t  *text;
} creative_locale_t;


/*
 * Loads the creative of that name ([a-z0-9_-]) from dir/NAME, or where dir is
 * NULL or has none, from the folder of the bundled ones (SP_CREATIVES_DIR).
 * NULL: err says what is wrong, with file and line.  What is loaded never
 * changes, and any thread may use it.
 */

creative_t *creative_load(const char *dir, const char *name, sp_error_t *err);
void creative_free(creative_t *creative);


const char *creative_name(const creative_t *creative);


/* The folder it was loaded from. */

const char *creative_path(const creative_t *creative);


/* The content's SHA-256 in hex, whichever folder it is in. */

const char *creative_hash(const creative_t *creative);


/* Is it the content that was approved? */

int creative_approved(const creative_t *creative);


/*
 * The best of its locales: the shopper's ("de-AT"), else the language's
 * ("de"), else "en", else the first by name.  Never NULL.
 */

const creative_locale_t *creative_locale(const creative_t *creative,
    const sp_str_t *locale);


#endif /* CREATIVE_H */
