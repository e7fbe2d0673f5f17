/*
 * Copyright (C) SitePreserver developers
 *
 * Reading a creative's files.  Errors name the file, and the line.
 */

#ifndef CREATIVE_FILE_H
#define CREATIVE_FILE_H

#include "creative.h"


/*
 * The folder of the creative: dir/NAME, and where there certainly is none,
 * bundled/NAME.  dir may be NULL.  SP_INVALID: it is in neither, or dir cannot
 * be looked into.
 */

sp_rc_t creative_file_folder(const char *dir, const char *bundled,
    const char *name, char *path, size_t size, sp_error_t *err);


int creative_file_exists(const char *path);


/* NULL: it is a folder that can be read, else why it is not. */

const char *creative_file_dir(const char *path);


/*
 * Writes dir/file, whole or not at all, and on disk when this returns.
 * SP_INVALID: err says why not.
 */

sp_rc_t creative_file_write(const char *dir, const char *file,
    const buffer_t *b, sp_error_t *err);


/* Appends a file's text.  SP_INVALID: unreadable, too large, or no UTF-8. */

sp_rc_t creative_file_read(const char *path, buffer_t *b, sp_error_t *err);


/*
 * A .head file: "subject: TEMPLATE" and "preheader: TEMPLATE", each once; if
 * wanted utm_source, utm_medium, utm_campaign, utm_content and utm_id, plain
 * text; empty lines and those that begin with "#".
 */

sp_rc_t creative_file_head(const char *path, const buffer_t *b,
    creative_locale_t *locale, sp_error_t *err);


#endif /* CREATIVE_FILE_H */
