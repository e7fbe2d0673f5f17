/*
 * Copyright (C) SitePreserver developers
 */

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "inbox.h"


struct inbox_s {
    int               fd;
    struct event     *event;
    pthread_mutex_t   mutex;
    inbox_call_t     *head;
    inbox_call_t    **tail;
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

    inbox->tail = &inbox->head;
    inbox->fd = eventfd(0, EFD_NONBLOCK|EFD_CLOEXEC);

    if (inbox->fd == -1) {
        free(inbox);
        return NULL;
    }

    inbox->event = event_new(base, inbox->fd, EV_READ|EV_PERSIST,
                             inbox_handler, inbox);

    if (inbox->event == NULL || event_add(inbox->event, NULL) != 0
        || pthread_mutex_init(&inbox->mutex, NULL) != 0)
    {
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
    int       empty;
    ssize_t   n;
    uint64_t  one;

    call->next = NULL;

    pthread_mutex_lock(&inbox->mutex);

    empty = inbox->head == NULL;
    *inbox->tail = call;
    inbox->tail = &call->next;

    /*
     * Still locked: once the loop can take the last call, it may free the
     * inbox.  It can fail only when the counter is full: then it is readable.
     */

    if (empty) {
        one = 1;
        n = write(inbox->fd, &one, sizeof(one));
        (void) n;
    }

    pthread_mutex_unlock(&inbox->mutex);
}


static void
inbox_handler(evutil_socket_t fd, short what, void *data)
{
    ssize_t        n;
    inbox_t       *inbox;
    uint64_t       count;
    inbox_call_t  *call, *next;

    inbox = data;
    n = read(fd, &count, sizeof(count));
    (void) n;

    pthread_mutex_lock(&inbox->mutex);

    call = inbox->head;
    inbox->head = NULL;
    inbox->tail = &inbox->head;

    pthread_mutex_unlock(&inbox->mutex);

    for ( /* void */ ; call != NULL; call = next) {
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

    /* The thread that posted last may still be giving back the mutex. */

    pthread_mutex_lock(&inbox->mutex);
    pthread_mutex_unlock(&inbox->mutex);

    event_free(inbox->event);
    pthread_mutex_destroy(&inbox->mutex);
    close(inbox->fd);
    free(inbox);
}
