/*
 * Copyright (C) SitePreserver developers
 */

#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "inbox.h"


/*
 * No lock: a thread would hold it while it writes to the eventfd, and the loop,
 * awake by that, would wait for it.
 */

struct inbox_s {
    int                      fd;
    struct event            *event;
    _Atomic(inbox_call_t *)  last;      /* the others behind it */
    atomic_uint              posting;   /* threads that are in inbox_post() */
};


static void inbox_handler(evutil_socket_t fd, short what, void *data);


inbox_t *
inbox_create(struct event_base *base)
{
    inbox_t  *inbox;

    inbox = calloc(1, sizeof(inbox_t));

    if (inbox == NULL) {
        return NULL;
    }

    inbox->fd = eventfd(0, EFD_NONBLOCK|EFD_CLOEXEC);

    if (inbox->fd == -1) {
        free(inbox);
        return NULL;
    }

    inbox->event = event_new(base, inbox->fd, EV_READ|EV_PERSIST,
                             inbox_handler, inbox);

    if (inbox->event == NULL || event_add(inbox->event, NULL) != 0) {
        if (inbox->event != NULL) {
            event_free(inbox->event);
        }

        close(inbox->fd);
        free(inbox);
        return NULL;
    }

    return inbox;
}


void
inbox_post(inbox_t *inbox, inbox_call_t *call)
{
    ssize_t        n;
    uint64_t       one;
    inbox_call_t  *last;

    atomic_fetch_add(&inbox->posting, 1);
    last = atomic_load(&inbox->last);

    do {
        call->next = last;
    } while (!atomic_compare_exchange_weak(&inbox->last, &last, call));

    /*
     * The call is not ours any more.  The write can fail only when the counter
     * is full: then it is readable.
     */

    if (last == NULL) {
        one = 1;
        n = write(inbox->fd, &one, sizeof(one));
        (void) n;
    }

    atomic_fetch_sub(&inbox->posting, 1);
}


static void
inbox_handler(evutil_socket_t fd, short what, void *data)
{
    ssize_t        n;
    inbox_t       *inbox;
    uint64_t       count;
    inbox_call_t  *call, *next, *first;

    inbox = data;
    n = read(fd, &count, sizeof(count));
    (void) n;

    first = NULL;

    for (call = atomic_exchange(&inbox->last, NULL); call != NULL; call = next)
    {
        next = call->next;
        call->next = first;
        first = call;
    }

    for (call = first; call != NULL; call = next) {
        next = call->next;
        call->handler(call->data);
    }
}


void
inbox_free(inbox_t *inbox)
{
    if (inbox == NULL) {
        return;
    }

    /* The thread that posted last may still be on its way out. */

    while (atomic_load(&inbox->posting) != 0) {
        sched_yield();
    }

    event_free(inbox->event);
    close(inbox->fd);
    free(inbox);
}
