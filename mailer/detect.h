/*
 * Copyright (C) SitePreserver developers
 *
 * Which platform a recorded shop runs on: by signs in its exchanges, a table
 * of them, and by trying presets.
 */

#ifndef DETECT_H
#define DETECT_H

#include "har.h"


#define DETECT_SIGNS_MAX   10       /* of one platform */
#define DETECT_NAMES_MAX   6        /* that a preset leaves to the shop */
#define DETECT_COOKIES_MAX 64
#define DETECT_FOUND_MAX   4        /* slugs of one role */


/* Where a sign is looked for. */

typedef enum {
    DETECT_NOWHERE = 0,
    DETECT_COOKIE,                  /* a cookie's name begins so */
    DETECT_HEADER,                  /* a header of that name, of either side */
    DETECT_PATH,                    /* in the path */
    DETECT_ARGS,                    /* in the arguments */
    DETECT_BODY,                    /* in the request's body */
    DETECT_HTML,                    /* in a page */
    DETECT_JSON                     /* in another answer */
} detect_place_t;


typedef struct {
    detect_place_t   place;
    const char      *text;
    unsigned         weight;
} detect_sign_t;


/* A name at the top of a preset that shops change. */

typedef struct {
    const char  *define;
    const char  *role;              /* of detect_slugs; "session": a cookie */
    const char  *value;             /* what it is unless it is defined */
} detect_name_t;


typedef struct {
    const char     *platform;
    const char     *preset;         /* "woocommerce"; NULL: there is none */
    detect_sign_t   signs[DETECT_SIGNS_MAX + 1];
    detect_name_t   names[DETECT_NAMES_MAX + 1];
} detect_platform_t;


extern const detect_platform_t  detect_platforms[];
extern const unsigned           detect_nplatforms;

#define DETECT_PLATFORMS_MAX  40


/* What a path may be called in a shop of some language. */

typedef struct {
    const char  *role;
    const char  *slug;
} detect_slug_t;

extern const detect_slug_t  detect_slugs[];
extern const unsigned       detect_nslugs;


/* ---- what was seen ---- */

typedef struct {
    char      name[64];
    unsigned  set;                  /* times that an answer has set it */
    unsigned  sent;
    unsigned  secret:1;             /* HttpOnly, or long and without sense */
} detect_cookie_t;

typedef struct {
    unsigned         seen[DETECT_PLATFORMS_MAX];    /* bits of signs */
    unsigned         score[DETECT_PLATFORMS_MAX];
    detect_cookie_t  cookies[DETECT_COOKIES_MAX];
    unsigned         ncookies;
    unsigned char   *slugs;         /* of detect_slugs: was it in a path? */
} detect_seen_t;


/* SP_NOMEM. */

sp_rc_t detect_seen_init(detect_seen_t *seen);
void detect_seen_free(detect_seen_t *seen);


/* Looks at one exchange of the shop. */

void detect_look(detect_seen_t *seen, const har_exchange_t *x);


/*
 * What a shop calls what a preset's name stands for, as far as the recording
 * shows it and it is not the preset's own value: "warenkorb",
 * "warenkorb|basket".  0: nothing else.
 */

int detect_named(const detect_seen_t *seen, const detect_name_t *name,
    char value[256]);


/* ---- rules to begin with ---- */

/*
 * A draft of a rule for an exchange that none covers, as comments.  A
 * malloc()ed text; NULL: out of memory.
 */

char *detect_draft(const har_exchange_t *x, const char *about);


#endif /* DETECT_H */
