/*
 * Copyright (C) SitePreserver developers
 *
 * Sender threads: each owns one connection to a relay and works on one
 * message at a time.  libcurl waits for SMTP's last reply in a blocking call,
 * so no curl call is ever made on the loop.
 */

#ifndef SENDER_H
#define SENDER_H

#include <semaphore.h>
#include <stdatomic.h>

#include "buffer.h"
#include "inbox.h"
#include "mime.h"
#include "smtp.h"


#define SENDER_WAIT  30             /* s for the answer at 354 */


typedef struct sender_pool_s  sender_pool_t;
typedef struct sender_job_s   sender_job_t;


/*
 * One message.  It belongs to the pool from sender_submit() until done is
 * called on the loop.
 */

struct sender_job_s {
    sender_job_t     *next;

    /* Given by the loop before. */

    int             (*build)(sender_job_t *job);    /* on the thread: makes
                                       message, from, to; 0: cannot */
    void            (*ask)(void *job);      /* on the loop, at 354: must lead
                                       to one sender_answer() */
    void            (*done)(void *job);     /* on the loop */
    unsigned          dry:1;        /* all but SMTP itself */

    /* Made by build. */

    buffer_t          message;
    char              from[MIME_ADDRESS_MAX + 1];
    char              to[MIME_ADDRESS_MAX + 1];

    /* The result. */

    unsigned          built:1;
    smtp_report_t     report;

    /* Between the thread and the loop. */

    inbox_call_t      ask_call;
    inbox_call_t      done_call;
    sem_t             answered;
    atomic_int        answer;       /* 0: none yet, 1: yes, -1: no */
    sender_pool_t    *pool;
};


/*
 * Starts threads; conf is NULL for a pool that only makes dry runs.
 * stopped(data) is called on the loop once the last thread has ended after
 * sender_pool_stop(); the pool is freed then.  NULL: no memory or threads.
 */

sender_pool_t *sender_pool_create(inbox_t *inbox, const config_smtp_t *conf,
    unsigned threads, void (*stopped)(void *data), void *data);


/* Prepares a zeroed job. */

void sender_job_init(sender_job_t *job, size_t limit);


void sender_submit(sender_pool_t *pool, sender_job_t *job);


/* Gives back one that no thread has begun with; NULL: none. */

sender_job_t *sender_take_back(sender_pool_t *pool);


/* The loop's answer at 354: may this message go?  Only the first counts. */

void sender_answer(sender_job_t *job, int yes);


/* Frees what a job holds that is not in the pool (not the job). */

void sender_job_clean(sender_job_t *job);


/* The threads end when they have nothing to do. */

void sender_pool_stop(sender_pool_t *pool);


#endif /* SENDER_H */
