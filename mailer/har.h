/*
 * Copyright (C) SitePreserver developers
 *
 * Recorded exchanges: HAR 1.2 as browsers export it, and JSON lines
 * (docs/replay.md).  Both give the same.
 */

#ifndef HAR_H
#define HAR_H

#include <jansson.h>

#include "sp_text.h"


#define HAR_SIZE_MAX     (256 * 1024 * 1024)    /* of a HAR: it is held whole */
#define HAR_LINE_MAX     (64 * 1024 * 1024)     /* of a line */
#define HAR_HEADERS_MAX  256        /* of a request or an answer; what is more
                                       is left out */


typedef struct {
    sp_str_t  name;                 /* lower case */
    sp_str_t  value;
} har_header_t;


typedef struct {
    har_header_t  *list;
    unsigned       n;
} har_headers_t;


/* One exchange.  Everything is the pool's that was given. */

typedef struct {
    unsigned long   n;              /* line of the file, entry of the HAR */
    sp_str_t        method;         /* upper case */
    sp_str_t        host;           /* lower case, without a port; may be
                                       empty */
    sp_str_t        target;         /* path and arguments, as sent */
    sp_str_t        uri;            /* the path as nginx has it: decoded,
                                       normalised */
    sp_str_t        args;
    har_headers_t   request;
    har_headers_t   response;
    sp_str_t        body;
    sp_str_t        answer;         /* not compressed */
    size_t          lacks;          /* bytes of a page that was recorded in
                                       parts, before those that are here */
    unsigned        status;
    int64_t         at;             /* Unix ms of the end; 0: not known */
    sp_str_t        client;         /* who asked: a browser; may be empty */
    unsigned        unread:1;       /* the answer's body was not recorded */
} har_exchange_t;


/* What became of a file. */

typedef struct {
    unsigned long   read;           /* exchanges given */
    unsigned long   damaged;        /* lines or entries that could not be */
    unsigned long   cached;         /* ... that no server saw */
    unsigned long   unread;         /* answers whose body was not recorded */
    int             har;
} har_counts_t;


typedef struct {
    char  text[512];
} har_error_t;


/*
 * Called for each exchange; memory is given back behind it.  SP_OK: go on;
 * anything else ends the reading, which returns it.
 */

typedef sp_rc_t (*har_each_pt)(void *data, const har_exchange_t *x);


/* Called for each line or entry that cannot be read: its number, and why. */

typedef void (*har_damaged_pt)(void *data, unsigned long n, const char *why);


/*
 * Reads a file, "-" is standard input.  JSON lines are read one by one, a HAR
 * whole, its entries in the order in which they began.  SP_INVALID: nothing
 * can be read at all, err says why; SP_NOMEM.
 */

sp_rc_t har_read(const char *path, har_each_pt each, har_damaged_pt damaged,
    void *data, har_counts_t *counts, har_error_t *err);


/* The i-th header of that name; 0: there is none. */

int har_header(const har_headers_t *headers, const sp_str_t *name,
    unsigned i, sp_str_t *value);

/* The first one, or an empty text. */

sp_str_t har_header_text(const har_headers_t *headers, const char *name);


/*
 * har_entry.c, har_line.c: an exchange of an entry of a HAR, or of a line's
 * object.  SP_OK; SP_DONE: no server saw it; SP_INVALID: why is set; SP_NOMEM.
 */

sp_rc_t har_entry(json_t *entry, const sp_pool_t *pool, har_exchange_t *x,
    const char **why);
sp_rc_t har_line(json_t *line, const sp_pool_t *pool, har_exchange_t *x,
    const char **why);


/*
 * har_parts.c.  Splits a URL or a path into host, uri and args, as nginx reads
 * them.  SP_INVALID: it is none.
 */

sp_rc_t har_url(const sp_pool_t *pool, const sp_str_t *url,
    har_exchange_t *x);


/*
 * Adds a header, several where the value has line breaks (as browsers join
 * Set-Cookie); names of HTTP/2 that begin with ":" are not added.
 */

sp_rc_t har_header_add(const sp_pool_t *pool, har_headers_t *headers,
    const sp_str_t *name, const sp_str_t *value);


/* Of JSON: a text (absent: empty), a copy; a number or a text as number. */

sp_rc_t har_text(const sp_pool_t *pool, json_t *json, sp_str_t *text);
sp_str_t har_seen(json_t *json);
int64_t har_number(json_t *json, int64_t other);


/* base64 of RFC 4648 section 4, with or without padding and breaks. */

sp_rc_t har_base64(const sp_pool_t *pool, const sp_str_t *in, sp_str_t *out);


/* har_time.c: "2026-11-25T14:56:41.5+01:00", or the date of a header; 0. */

int64_t har_time(const sp_str_t *text);
int64_t har_date(const sp_str_t *text);


/* Adds it as forms are sent. */

void har_escaped(sp_text_t *text, const sp_str_t *value);


#endif /* HAR_H */
