/*
 * Copyright (C) SitePreserver developers
 *
 * Reads reports on a thread of its own: anybody can mail one that takes long,
 * and the loop must not wait for it.
 */

#ifndef BOUNCE_READER_H
#define BOUNCE_READER_H

#include <limits.h>

#include "bounce.h"
#include "inbox.h"


typedef struct bounce_reader_s  bounce_reader_t;


/* One report.  The thread has it until done is called on the loop. */

typedef struct {
    char             path[PATH_MAX];
    const config_t  *conf;          /* must live as long as match is used */
    int              error;         /* errno: it cannot be read */
    bounce_t         bounce;
    bounce_match_t   match;         /* of one that suppresses or is counted */
    unsigned         matched:1;
    inbox_call_t     done;
} bounce_report_t;


/* NULL: no memory or no thread. */

bounce_reader_t *bounce_reader_create(inbox_t *inbox);


/* Reads a report; one at a time. */

void bounce_reader_start(bounce_reader_t *reader, bounce_report_t *report);


/* Ends the thread, after the report in hand; done is not called any more. */

void bounce_reader_free(bounce_reader_t *reader);


#endif /* BOUNCE_READER_H */
