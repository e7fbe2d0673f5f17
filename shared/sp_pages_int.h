/*
 * Copyright (C) SitePreserver developers
 *
 * For sp_page.c and sp_pages.c only.
 */

#ifndef SP_PAGES_INT_H
#define SP_PAGES_INT_H

#include "sp_html.h"
#include "sp_observation.h"
#include "sp_pages.h"


/* A rule's single values, or one of its collections. */

struct sp_page_find_s {
    sp_page_find_t       *next;
    const sp_rule_t      *rule;
    unsigned              collection;       /* SP_NO_VALUE: values */
    sp_html_set_t        *set;
    uint64_t              empties;  /* queries that tell of an empty cart */
    unsigned              values[SP_HTML_STEPS];    /* of queries: where what
                                       they find is kept */
    uint8_t               fields[SP_HTML_STEPS];
    uint8_t               alternatives[SP_HTML_STEPS];
};


/* The element itself. */

extern const sp_str_t  sp_page_itself;


#endif /* SP_PAGES_INT_H */
