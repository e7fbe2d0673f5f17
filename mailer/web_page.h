/*
 * Copyright (C) SitePreserver developers
 *
 * The pages that people see: one card, one thing to do.  No script, no
 * picture, nothing loaded; readable at 320 px and in the dark.
 */

#ifndef WEB_PAGE_H
#define WEB_PAGE_H

#include "buffer.h"
#include "config.h"


/*
 * shop may be NULL.  button NULL: no form; else the form posts to the page's
 * own URL.  All texts are escaped here.
 */

typedef struct {
    const config_shop_t  *shop;
    const char           *title;
    const char           *text;
    const char           *button;
    const char           *note;     /* small print; NULL: none */
} web_page_t;


void web_page(buffer_t *out, const web_page_t *page);


#endif /* WEB_PAGE_H */
