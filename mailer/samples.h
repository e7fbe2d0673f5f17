/*
 * Copyright (C) SitePreserver developers
 *
 * Carts that a message has to get right, from the usual to the hostile: what
 * lint, preview and tests render a creative with.
 */

#ifndef SAMPLES_H
#define SAMPLES_H

#include "message.h"


#define SAMPLES_LINES  200
#define SAMPLE(text)   { sizeof(text) - 1, text }

#define SAMPLE_NAME80                                                         \
    "Handwoven Irish linen apron with two deep pockets and adjustable straps "\
    "one size"


/*
 * Large: not for a thread's stack.  facts points into the sample, so that it
 * cannot be copied.  All texts are constants.
 */

typedef struct {
    const char       *name;         /* "many" */
    const char       *what;         /* is hard about it: "200 items" */
    message_shop_t    shop;
    message_facts_t   facts;
    sp_line_t         lines[SAMPLES_LINES];
} sample_t;


/* How many there are; "usual" is the first. */

size_t samples_count(void);


/* Fills in sample i; i must be less than samples_count(). */

void samples_get(size_t i, sample_t *sample);


/* The sample of that name; 0: there is none. */

int samples_find(const char *name, sample_t *sample);


/*
 * Makes it a sample of this shop: its brand, links and addresses, the sample's
 * cart and shopper.  Links of items and pictures are made the shop's.
 */

void samples_of_shop(sample_t *sample, const message_shop_t *shop);


/* A shop and a shopper, and nothing in the cart: for tests of their own. */

void samples_init(sample_t *sample, const char *name, const char *what);


/* One more line, of the shop; price of one in minor units. */

void samples_line(sample_t *sample, const char *name, const char *options,
    const char *image, int64_t quantity, int64_t price);


/* A C string, counted. */

sp_str_t samples_str(const char *text);


#endif /* SAMPLES_H */
