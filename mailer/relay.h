/*
 * Copyright (C) SitePreserver developers
 *
 * A relay as the loop sees it: messages wait here until a sender is free and
 * the rate allows one more.  All of it belongs to the loop's thread.
 */

#ifndef RELAY_H
#define RELAY_H

#include "outcome.h"
#include "sender.h"


typedef struct relay_s  relay_t;


/*
 * smtp is one of conf's relays, or NULL for one that only makes dry runs;
 * conf is kept until the last sender has ended.  *count is raised, and lowered
 * when the relay has freed itself.  NULL: no memory or threads.
 */

relay_t *relay_create(struct event_base *base, inbox_t *inbox,
    config_t *conf, const config_smtp_t *smtp, unsigned *count);


/* Queues a message. */

void relay_submit(relay_t *relay, sender_job_t *job);


/* A sender is done with one; down: the relay itself did not work. */

void relay_finished(relay_t *relay, int down);


/*
 * What the relay said to a message for that address, before relay_finished():
 * when it refuses one recipient after another it is the relay that does not
 * work, and *outcome says so.
 */

void relay_judge(relay_t *relay, const smtp_report_t *report, const char *to,
    outcome_t *outcome);


/* How many more messages are worth claiming for it now. */

unsigned relay_room(const relay_t *relay);


/* ms until it is worth trying again after it did not work; 0: now. */

int64_t relay_pause(const relay_t *relay);


/* Gives back one message that no sender has begun with; NULL: none. */

sender_job_t *relay_take_back(relay_t *relay);


/* Which one it is; NULL: dry runs. */

const config_smtp_t *relay_smtp(const relay_t *relay);


/* No more is submitted: it ends, and frees itself, when all is done. */

void relay_retire(relay_t *relay);


#endif /* RELAY_H */
