/*
 * Copyright (C) SitePreserver developers
 *
 * A private Redis and pipelines of calls, for benchmarks.  Whatever fails
 * ends the program: a benchmark without its server has no figures.
 */

#ifndef LAB_H
#define LAB_H

#include <hiredis/hiredis.h>

#include "sp_arena.h"
#include "sp_call.h"


typedef struct {
    redisContext  *redis;
    int            pid;
    char           dir[64];
    sp_arena_t    *arena;           /* of calls; lab_reset() empties it */
} lab_t;


/* Starts a Redis without persistence and loads the library. */

void lab_start(lab_t *lab);
void lab_stop(lab_t *lab);
void lab_reset(lab_t *lab);

/* A command whose reply is not an error; free it. */

redisReply *lab_command(lab_t *lab, const char *format, ...);
redisReply *lab_call(lab_t *lab, const sp_call_t *call);

/* Queues a call; lab_flush() reads the n replies that are due. */

void lab_queue(lab_t *lab, const sp_call_t *call);
void lab_flush(lab_t *lab, unsigned n);

/* CPU seconds of the server's main thread; bytes that its data takes. */

double lab_cpu(lab_t *lab);
double lab_memory(lab_t *lab);

/* Seconds of the wall clock; Unix time in ms. */

double lab_now(void);
int64_t lab_unix_ms(void);

/* The i-th id of a kind, and a row of the table that t/bench/run prints. */

void lab_id(sp_id_t *id, char kind, unsigned i);
void lab_row(const char *what, const char *reference, const char *ours,
    const char *ratio, const char *target);

int lab_compare(const void *a, const void *b);     /* of doubles */


/*
 * A shop's terms, an address of 20 characters as it is sealed, and a cart of
 * three items that Redis knows by name.
 */

extern const sp_terms_t  lab_terms;
extern const sp_str_t    lab_shop;
extern const sp_str_t    lab_sealed;

void lab_cart(sp_line_t lines[3], unsigned seed);
void lab_event(sp_event_t *event, sp_line_t lines[3], unsigned visit,
    unsigned seed);


#endif /* LAB_H */
