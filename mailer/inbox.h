/*
 * Copyright (C) SitePreserver developers
 *
 * How threads talk to the loop: a queue of calls and an eventfd.  The loop
 * makes the calls in the order in which they were posted.
 */

#ifndef INBOX_H
#define INBOX_H

#include <event2/event.h>


typedef struct inbox_s  inbox_t;


/*
 * A call that waits.  It is part of what it is about, so that posting it
 * cannot fail; it may be posted again once it was made.
 */

typedef struct inbox_call_s  inbox_call_t;

struct inbox_call_s {
    inbox_call_t   *next;
    void          (*handler)(void *data);
    void           *data;
};


/* NULL: no memory or no descriptor. */

inbox_t *inbox_create(struct event_base *base);


/* Any thread. */

void inbox_post(inbox_t *inbox, inbox_call_t *call);


/* No thread may post any more; calls that wait are not made. */

void inbox_free(inbox_t *inbox);


#endif /* INBOX_H */
