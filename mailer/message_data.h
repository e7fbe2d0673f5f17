/*
 * Copyright (C) SitePreserver developers
 *
 * The tags of a creative: what each stands for is in docs/creatives.md.
 */

#ifndef MESSAGE_DATA_H
#define MESSAGE_DATA_H

#include "message.h"
#include "money.h"
#include "mustache_data.h"


#define MESSAGE_DATA_MAX  (1024 * 1024)


typedef struct {
    const message_facts_t  *facts;
    mustache_data_t        *data;
    mustache_value_t       *root;
    money_t                *money;
    sp_str_t                locale; /* of numbers and amounts */
    links_site_t            site;
    buffer_t                unsubscribe;    /* URL */
    links_tags_t            utm;    /* content without the link's name */
    buffer_t                utm_content;
    buffer_t                utm_id;
    sp_error_t             *err;
} message_data_t;


/*
 * The tree that a creative is rendered with, in md->root; subject and
 * preheader are added by the caller.  message_data_free() also after a failure.
 */

sp_rc_t message_data_create(message_data_t *md, const message_facts_t *facts,
    const creative_locale_t *creative, sp_error_t *err);
void message_data_free(message_data_t *md);


/* Tags of the analytics, of the offer, and items, count and total: for
   message_data_create(). */

void message_utm(message_data_t *md, const creative_locale_t *creative);
void message_offer(message_data_t *md, const creative_locale_t *creative);
sp_rc_t message_items(message_data_t *md);


/*
 * Setters of one member: a line of text cleaned by mime_line(); a number, an
 * amount and a day (date.h) in the shopper's locale; a link tagged with that content name.
 * What is absent, or is no link, is not set.
 */

void message_set_line(message_data_t *md, mustache_value_t *object,
    const char *key, const sp_str_t *text, size_t max);
void message_set_number(message_data_t *md, mustache_value_t *object,
    const char *key, int64_t number);
void message_set_amount(message_data_t *md, mustache_value_t *object,
    const char *key, int64_t minor);
void message_set_date(message_data_t *md, mustache_value_t *object,
    const char *key, int64_t time, const char *zone);
sp_rc_t message_set_link(message_data_t *md, mustache_value_t *object,
    const char *key, const sp_str_t *url, const char *content);
void message_set_picture(message_data_t *md, mustache_value_t *object,
    const char *key, const sp_str_t *url);


/* {"one": true} of the number's plural, as member KEY. */

void message_set_plural(message_data_t *md, mustache_value_t *object,
    const char *key, int64_t number);


#endif /* MESSAGE_DATA_H */
