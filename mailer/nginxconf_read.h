/*
 * Copyright (C) SitePreserver developers
 *
 * The syntax of nginx's configuration: words, quotes, escapes, comments,
 * blocks, includes.  What directives mean is nginxconf.h's.
 */

#ifndef NGINXCONF_READ_H
#define NGINXCONF_READ_H

#include "sp_str.h"


#define NGINXCONF_WORD_MAX   4095   /* bytes, as nginx's buffer */
#define NGINXCONF_WORDS_MAX  2048   /* of one directive */
#define NGINXCONF_DEPTH_MAX  64     /* blocks in blocks */
#define NGINXCONF_NEST_MAX   16     /* files that include files */
#define NGINXCONF_FILES_MAX  4096
#define NGINXCONF_SIZE_MAX   (8 * 1024 * 1024)      /* of one file */


typedef struct nginxconf_reader_s  nginxconf_reader_t;


typedef struct {
    char  text[1024];
} nginxconf_error_t;


/* A directive, or the end of a block (no words). */

typedef struct {
    sp_str_t     *words;            /* quotes and escapes undone */
    unsigned      n;
    char          end;              /* ';', '{' or '}' */
    const char   *file;
    unsigned      line;             /* of its end, as nginx says it */
} nginxconf_directive_t;


/*
 * Reads a file.  prefix: where includes with a relative path are looked for;
 * NULL: in the directory of the file.  Memory is the pool's, but for what
 * nginxconf_reader_free() gives back; texts live as long as the pool.
 * NULL: err says why.
 */

nginxconf_reader_t *nginxconf_reader_open(const sp_pool_t *pool,
    const char *path, const char *prefix, nginxconf_error_t *err);


/* The same of a text; an include in it is an error. */

nginxconf_reader_t *nginxconf_reader_text(const sp_pool_t *pool,
    const char *name, const char *text, size_t len, nginxconf_error_t *err);

void nginxconf_reader_free(nginxconf_reader_t *reader);


/*
 * The next directive of the file and those that it includes, in their order.
 * SP_OK; SP_DONE: that was all; SP_INVALID, SP_NOMEM: err has "... in
 * FILE:LINE".  A block ends in the file in which it began.
 */

sp_rc_t nginxconf_next(nginxconf_reader_t *reader,
    nginxconf_directive_t *directive, nginxconf_error_t *err);


#endif /* NGINXCONF_READ_H */
