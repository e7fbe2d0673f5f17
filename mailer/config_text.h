/*
 * Copyright (C) SitePreserver developers
 *
 * A file of the configuration as libconfuse gets it: read whole, looked at, in
 * memory.  Its scanner ends the process when it cannot read; from memory it
 * always can.
 */

#ifndef CONFIG_TEXT_H
#define CONFIG_TEXT_H

#include <stdio.h>


#define CONFIG_FILE_MAX  (1024 * 1024)


/* malloc()ed text with end after it; NULL: errno says why. */

char *config_text_read(const char *path, const char *end, size_t *len);


/* What is wrong with it, and in which line; NULL: nothing. */

const char *config_text_check(const char *text, size_t len, int *line);


/*
 * The path that a file means: one that is not absolute is within the folder of
 * the file that names it.  malloc()ed; NULL: no memory.
 */

char *config_text_path(const char *file, const char *path);


/* Is it a file that can be read?  NULL: yes, else why not. */

const char *config_text_readable(const char *path);


#endif /* CONFIG_TEXT_H */
