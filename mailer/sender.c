/*
 * Copyright (C) SitePreserver developers
 */

#define _GNU_SOURCE                 /* sem_clockwait() */

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "sender.h"


#define SENDER_STACK  (512 * 1024)


struct sender_pool_s {
    inbox_t              *inbox;
    const config_smtp_t  *conf;
    pthread_mutex_t       mutex;
    pthread_cond_t        cond;
    sender_job_t         *head;
    sender_job_t        **tail;
    unsigned              threads;  /* that run */
    unsigned              stop:1;
    inbox_call_t          stopped_call;
    void                (*stopped)(void *data);
    void                 *data;
};


static int sender_start(sender_pool_t *pool, unsigned threads);
static void *sender_thread(void *data);
static sender_job_t *sender_next(sender_pool_t *pool);
static sender_job_t *sender_shift(sender_pool_t *pool);
static void sender_work(sender_pool_t *pool, smtp_t **smtp,
    sender_job_t *job);
static int sender_confirm(void *data);
static void sender_stopped(void *data);


sender_pool_t *
sender_pool_create(inbox_t *inbox, const config_smtp_t *conf,
    unsigned threads, void (*stopped)(void *data), void *data)
{
    sender_pool_t  *pool;

    pool = calloc(1, sizeof(sender_pool_t));

    if (pool == NULL) {
        return NULL;
    }

    pool->inbox = inbox;
    pool->conf = conf;
    pool->tail = &pool->head;
    pool->stopped = stopped;
    pool->data = data;
    pool->stopped_call.handler = sender_stopped;
    pool->stopped_call.data = pool;
    pthread_mutex_init(&pool->mutex, NULL);
    pthread_cond_init(&pool->cond, NULL);

    if (sender_start(pool, threads) == 0) {
        pthread_mutex_destroy(&pool->mutex);
        pthread_cond_destroy(&pool->cond);
        free(pool);
        return NULL;
    }

    return pool;
}


/* Signals are the loop's.  As many threads as there can be, at least one. */

static int
sender_start(sender_pool_t *pool, unsigned threads)
{
    unsigned        i;
    sigset_t        all, old;
    pthread_t       thread;
    pthread_attr_t  attr;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attr, SENDER_STACK);
    pthread_mutex_lock(&pool->mutex);

    for (i = 0; i < threads; i++) {
        if (pthread_create(&thread, &attr, sender_thread, pool) != 0) {
            break;
        }

        pool->threads++;
    }

    pthread_mutex_unlock(&pool->mutex);
    pthread_attr_destroy(&attr);
    pthread_sigmask(SIG_SETMASK, &old, NULL);

    return i > 0;
}


void
sender_job_init(sender_job_t *job, size_t limit)
{
    buffer_init(&job->message, limit);
    (void) sem_init(&job->answered, 0, 0);
}


void
sender_submit(sender_pool_t *pool, sender_job_t *job)
{
    job->pool = pool;
    job->next = NULL;
    job->ask_call.handler = job->ask;
    job->ask_call.data = job;
    job->done_call.handler = job->done;
    job->done_call.data = job;

    pthread_mutex_lock(&pool->mutex);
    *pool->tail = job;
    pool->tail = &job->next;
    pthread_mutex_unlock(&pool->mutex);

    /* Not locked any more: who wakes up wants the mutex. */

    pthread_cond_signal(&pool->cond);
}


sender_job_t *
sender_take_back(sender_pool_t *pool)
{
    sender_job_t  *job;

    pthread_mutex_lock(&pool->mutex);
    job = sender_shift(pool);
    pthread_mutex_unlock(&pool->mutex);

    return job;
}


static void *
sender_thread(void *data)
{
    int             last;
    smtp_t         *smtp;
    sender_job_t   *job;
    sender_pool_t  *pool;

    pool = data;
    smtp = NULL;

    while ((job = sender_next(pool)) != NULL) {
        sender_work(pool, &smtp, job);
        inbox_post(pool->inbox, &job->done_call);
    }

    smtp_free(smtp);

    pthread_mutex_lock(&pool->mutex);
    last = --pool->threads == 0;
    pthread_mutex_unlock(&pool->mutex);

    if (last) {
        inbox_post(pool->inbox, &pool->stopped_call);
    }

    return NULL;
}


static sender_job_t *
sender_next(sender_pool_t *pool)
{
    sender_job_t  *job;

    pthread_mutex_lock(&pool->mutex);

    while (pool->head == NULL && !pool->stop) {
        pthread_cond_wait(&pool->cond, &pool->mutex);
    }

    job = sender_shift(pool);
    pthread_mutex_unlock(&pool->mutex);

    return job;
}


static sender_job_t *
sender_shift(sender_pool_t *pool)
{
    sender_job_t  *job;

    job = pool->head;

    if (job != NULL) {
        pool->head = job->next;

        if (pool->head == NULL) {
            pool->tail = &pool->head;
        }
    }

    return job;
}


static void
sender_work(sender_pool_t *pool, smtp_t **smtp, sender_job_t *job)
{
    memset(&job->report, 0, sizeof(smtp_report_t));
    job->built = job->build(job) != 0;

    if (!job->built) {
        return;
    }

    if (job->dry) {
        job->report.asked = 1;
        job->report.stopped = !sender_confirm(job);
        return;
    }

    if (*smtp == NULL && pool->conf != NULL) {
        *smtp = smtp_create(pool->conf);
    }

    if (*smtp == NULL) {
        strcpy(job->report.text, "no connection can be set up");
        return;
    }

    smtp_send(*smtp, job->from, job->to, job->message.data, job->message.len,
              sender_confirm, job, &job->report);
}


/* No answer is a no: then nothing was handed over. */

static int
sender_confirm(void *data)
{
    int               none;
    sender_job_t     *job;
    struct timespec   until;

    job = data;
    none = 0;
    inbox_post(job->pool->inbox, &job->ask_call);

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += SENDER_WAIT;

    while (sem_clockwait(&job->answered, CLOCK_MONOTONIC, &until) != 0
           && errno == EINTR)
    {
        /* void */
    }

    atomic_compare_exchange_strong(&job->answer, &none, -1);

    return atomic_load(&job->answer) == 1;
}


void
sender_answer(sender_job_t *job, int yes)
{
    int  none;

    none = 0;

    if (atomic_compare_exchange_strong(&job->answer, &none, yes ? 1 : -1)) {
        sem_post(&job->answered);
    }
}


void
sender_job_clean(sender_job_t *job)
{
    sem_destroy(&job->answered);
    buffer_free(&job->message);
}


void
sender_pool_stop(sender_pool_t *pool)
{
    pthread_mutex_lock(&pool->mutex);
    pool->stop = 1;
    pthread_cond_broadcast(&pool->cond);
    pthread_mutex_unlock(&pool->mutex);
}


static void
sender_stopped(void *data)
{
    void          (*stopped)(void *data);
    void           *stopped_data;
    sender_pool_t  *pool;

    pool = data;
    stopped = pool->stopped;
    stopped_data = pool->data;

    /* The last thread may still be giving back the mutex. */

    pthread_mutex_lock(&pool->mutex);
    pthread_mutex_unlock(&pool->mutex);
    pthread_mutex_destroy(&pool->mutex);
    pthread_cond_destroy(&pool->cond);
    free(pool);

    stopped(stopped_data);
}
