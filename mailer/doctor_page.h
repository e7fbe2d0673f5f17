/*
 * Copyright (C) SitePreserver developers
 *
 * What a shop's page offers, read from its HTML by gumbo.
 */

#ifndef DOCTOR_PAGE_H
#define DOCTOR_PAGE_H

#include <stddef.h>
#include <stdint.h>


typedef struct {
    char      tags[256];            /* GA and GTM: "gtag G-1, GTM-2" */
    unsigned  links;                /* to other pages of the host, outside
                                       header, nav and footer */
    unsigned  buttons;              /* calls to action, in the same place */
    char      button[64];           /* text of the first */
    size_t    text;                 /* bytes of text that can be seen */
    unsigned  scripts;
    unsigned  read:1;               /* 0: it could not be read (in time) */
} doctor_page_t;


/*
 * host: the page's own, in lower case; path: of its URL; deadline: as of
 * now_ms().
 */

void doctor_page(const char *html, size_t len, const char *host,
    const char *path, int64_t deadline, doctor_page_t *page);


#endif /* DOCTOR_PAGE_H */
