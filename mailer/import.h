/*
 * Copyright (C) SitePreserver developers
 *
 * From a designer's HTML file to a stored creative.  What need not change
 * stays as it is, byte for byte.
 */

#ifndef IMPORT_H
#define IMPORT_H

#include "creative.h"


#define IMPORT_TEXT_MAX   (1024 * 1024)
#define IMPORT_NOTES_MAX  200


/* NULL and len 0: not given. */

typedef struct {
    const char    *file;            /* for messages */
    links_site_t   site;            /* base: what relative URLs are relative
                                       to, and whose host is the shop's */
    sp_str_t       cart_url;        /* the landing page */
    const char    *subject;
    const char    *preheader;
    const char    *old_subject;     /* of the creative that is replaced */
    const char    *old_preheader;
    const char    *old_utm;         /* lines of its head */
    const char    *unsubscribe;     /* the footer's word; "Unsubscribe" */
    unsigned       cta_line;        /* 0: it is to be found */
    unsigned       cta_column;
    unsigned       add_footer:1;
    unsigned       no_inline:1;     /* rules are not written into elements */
} import_options_t;


typedef enum {
    IMPORT_INFO = 0,                /* what was done */
    IMPORT_WARNING,                 /* what somebody should look at */
    IMPORT_ERROR                    /* why there is no result */
} import_level_t;

typedef struct {
    import_level_t   level;
    unsigned         line;          /* 0: of the file as a whole */
    unsigned         column;
    char             text[300];
} import_note_t;


typedef struct {
    buffer_t         head;
    buffer_t         html;
    buffer_t         text;
    import_note_t   *notes;
    size_t           nnotes;
    size_t           dropped;       /* notes beyond IMPORT_NOTES_MAX */
} import_result_t;


/*
 * SP_INVALID: at least one note is an error.  SP_NOMEM.  The result is to be
 * freed in any case.
 */

sp_rc_t import_html(const import_options_t *options, const sp_str_t *source,
    import_result_t *result);
void import_free(import_result_t *result);


/* "info", "warning", "error" */

const char *import_level_name(import_level_t level);


/*
 * Writes LOCALE.head, .html and .txt of the creative dir/NAME: each file whole
 * or not at all, and none before the creative is known to be right.
 * SP_INVALID: err says why not.
 */

sp_rc_t import_store(const char *dir, const char *name, const char *locale,
    const import_result_t *result, sp_error_t *err);


/*
 * Appends the text part of an HTML template: headings, paragraphs, lists and
 * cells as lines, links as lines of their own, mustache sections around what
 * they are around.  SP_INVALID: its sections do not fit together once it is
 * text; out then has it without them.
 */

sp_rc_t import_text(const sp_str_t *html, buffer_t *out, sp_error_t *err);


#endif /* IMPORT_H */
