/*
 * Copyright (C) SitePreserver developers
 *
 * What the files of nginxconf share.
 */

#ifndef NGINXCONF_INT_H
#define NGINXCONF_INT_H

#include "nginxconf_read.h"


/* A file that is being read. */

typedef struct {
    const char  *name;
    char        *text;              /* malloc()ed; NULL: somebody else's */
    const char  *p;
    const char  *last;
    unsigned     line;
    unsigned     depth;             /* of blocks, where it began */
} nginxconf_file_t;


struct nginxconf_reader_s {
    const sp_pool_t   *pool;
    const char        *prefix;      /* ends with "/"; NULL: no includes */
    nginxconf_file_t   files[NGINXCONF_NEST_MAX];
    unsigned           nest;        /* of them that are open */
    unsigned           depth;       /* of blocks */
    unsigned           nfiles;      /* that were opened */
    char             **waiting;     /* names that an include gave, and that
                                       come before what is open goes on */
    unsigned           nwaiting;
    unsigned           waiting_size;
    unsigned           waiting_at[NGINXCONF_NEST_MAX];  /* of each file: those
                                       from here on are its own */
    sp_str_t           words[NGINXCONF_WORDS_MAX];
};


/*
 * nginxconf_words.c: the words up to ";", "{" or "}"; *end is '\0' at the
 * file's end.  SP_INVALID: err says why.
 */

sp_rc_t nginxconf_words(nginxconf_reader_t *reader, nginxconf_file_t *file,
    unsigned *n, char *end, nginxconf_error_t *err);


/* Behind the "{" of a block in Lua: goes to behind the "}" that ends it. */

sp_rc_t nginxconf_lua(nginxconf_file_t *file, nginxconf_error_t *err);


/* "... in FILE:LINE"; gives SP_INVALID. */

sp_rc_t nginxconf_wrong(const nginxconf_file_t *file, nginxconf_error_t *err,
    const char *fmt, ...) __attribute__((format(printf, 3, 4)));


#endif /* NGINXCONF_INT_H */
