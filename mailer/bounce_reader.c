/*
 * Copyright (C) SitePreserver developers
 */

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "bounce_file.h"
#include "bounce_reader.h"


struct bounce_reader_s {
    inbox_t          *inbox;
    pthread_t         thread;
    pthread_mutex_t   mutex;
    pthread_cond_t    cond;
    bounce_report_t  *report;       /* to be read; NULL: none */
    unsigned          stop:1;
};


static void *bounce_reader_thread(void *data);
static void bounce_reader_read(bounce_report_t *report);
static int bounce_reader_file(const char *path, buffer_t *text);


bounce_reader_t *
bounce_reader_create(inbox_t *inbox)
{
    int               rc;
    sigset_t          all, old;
    bounce_reader_t  *reader;

    reader = calloc(1, sizeof(bounce_reader_t));

    if (reader == NULL) {
        return NULL;
    }

    reader->inbox = inbox;
    pthread_mutex_init(&reader->mutex, NULL);
    pthread_cond_init(&reader->cond, NULL);

    /* signals are the loop's */

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    rc = pthread_create(&reader->thread, NULL, bounce_reader_thread, reader);
    pthread_sigmask(SIG_SETMASK, &old, NULL);

    if (rc != 0) {
        pthread_mutex_destroy(&reader->mutex);
        pthread_cond_destroy(&reader->cond);
        free(reader);
        return NULL;
    }

    return reader;
}


void
bounce_reader_start(bounce_reader_t *reader, bounce_report_t *report)
{
    pthread_mutex_lock(&reader->mutex);
    reader->report = report;
    pthread_cond_signal(&reader->cond);
    pthread_mutex_unlock(&reader->mutex);
}


static void *
bounce_reader_thread(void *data)
{
    int               stop;
    bounce_report_t  *report;
    bounce_reader_t  *reader;

    reader = data;

    for ( ;; ) {
        pthread_mutex_lock(&reader->mutex);

        while (reader->report == NULL && !reader->stop) {
            pthread_cond_wait(&reader->cond, &reader->mutex);
        }

        report = reader->report;
        reader->report = NULL;
        stop = reader->stop;
        pthread_mutex_unlock(&reader->mutex);

        if (stop) {
            return NULL;
        }

        bounce_reader_read(report);

        pthread_mutex_lock(&reader->mutex);

        if (!reader->stop) {
            inbox_post(reader->inbox, &report->done);
        }

        pthread_mutex_unlock(&reader->mutex);
    }
}


static void
bounce_reader_read(bounce_report_t *report)
{
    buffer_t  text;

    memset(&report->match, 0, sizeof(bounce_match_t));
    memset(&report->bounce, 0, sizeof(bounce_t));
    report->matched = 0;
    report->error = bounce_reader_file(report->path, &text);

    if (report->error == 0) {
        bounce_read(buffer_text(&text), text.len, &report->bounce);

        if (report->bounce.kind >= BOUNCE_SOFT) {
            report->matched = bounce_match(report->conf, &report->bounce,
                                           &report->match) != 0;
        }
    }

    buffer_free(&text);
}


/* A pipe would never end: a Maildir has only files. */

static int
bounce_reader_file(const char *path, buffer_t *text)
{
    struct stat  st;

    if (lstat(path, &st) != 0) {
        buffer_init(text, BOUNCE_SIZE_MAX);
        return errno;
    }

    if (!S_ISREG(st.st_mode)) {
        buffer_init(text, BOUNCE_SIZE_MAX);
        return EINVAL;
    }

    return bounce_file(path, text);
}


void
bounce_reader_free(bounce_reader_t *reader)
{
    if (reader == NULL) {
        return;
    }

    pthread_mutex_lock(&reader->mutex);
    reader->stop = 1;
    pthread_cond_signal(&reader->cond);
    pthread_mutex_unlock(&reader->mutex);
    pthread_join(reader->thread, NULL);
    pthread_mutex_destroy(&reader->mutex);
    pthread_cond_destroy(&reader->cond);
    free(reader);
}
