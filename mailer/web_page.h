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


#define WEB_PAGE_CHOICES  2


/* A button: the form's field, and what it says. */

typedef struct {
    const char  *name;
    const char  *value;
    const char  *label;
} web_choice_t;


/*
 * shop may be NULL.  Without choices there is no form; else it posts to the
 * page's own URL, and the first of them is the one that stands out.  All texts
 * are escaped here.
 */

typedef struct {
    const config_shop_t  *shop;
    const char           *locale;   /* of the texts */
    const char           *title;
    const char           *text;
    web_choice_t          choices[WEB_PAGE_CHOICES];    /* label NULL: none */
    const char           *note;     /* small print; NULL: none */
} web_page_t;


void web_page(buffer_t *out, const web_page_t *page);


#endif /* WEB_PAGE_H */
