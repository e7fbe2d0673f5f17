/*
 * Copyright (C) SitePreserver developers
 *
 * How long after its idle time has ended a cart is claimed, with 1,000,000
 * live carts, 1,000 more due in each second, and 5,000 events a second beside
 * it.  The mailer is this program: it claims, closes what it got, and sleeps
 * for as long as the claim says.
 *
 *     bench_claim [short]
 */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab.h"


#define RATE    1000                /* due in a second */
#define EVENTS  5000                /* events in a second */
#define LEAD    10000               /* ms until the first is due */


static uint64_t        seq;
static sp_str_t        source = sp_string("bench0000000000000000s");
static const sp_str_t  mailer = sp_string("bench0000000000000000m");


static void
event_queue(lab_t *lab, unsigned visit, unsigned seed, int shopper,
    int64_t age, char text[SP_AGE_LEN + 1])
{
    sp_call_t   call;
    sp_line_t   lines[3];
    sp_event_t  event;

    lab_event(&event, lines, visit, seed);

    if (shopper) {
        lab_id(&event.shopper, 'p', visit);
        event.sealed = lab_sealed;
    }

    sp_call_event(&call, sp_arena_pool(lab->arena), &lab_shop, &lab_terms,
                  &event, &source, ++seq);

    snprintf(text, SP_AGE_LEN + 1, "%0*lld", SP_AGE_LEN, (long long) age);
    call.argv[call.argc - 1] = text;
    lab_queue(lab, &call);
}


/* Carts that stay active; then n that are due one after the other. */

static void
fill(lab_t *lab, unsigned live, unsigned n)
{
    char      age[SP_AGE_LEN + 1];
    int64_t   start, due;
    unsigned  i;

    for (i = 0; i < live; i++) {
        event_queue(lab, i, i, i % 4 == 0, 0, age);

        if (i % 64 == 63) {
            lab_flush(lab, 64);
            lab_reset(lab);
        }
    }

    lab_flush(lab, live % 64);
    lab_reset(lab);

    start = lab_unix_ms() + LEAD;

    for (i = 0; i < n; i++) {
        due = start + (int64_t) i * 1000 / RATE;
        event_queue(lab, live + i, i, 1,
                    lab_terms.idle - (due - lab_unix_ms()), age);

        if (i % 64 == 63) {
            lab_flush(lab, 64);
            lab_reset(lab);
        }
    }

    lab_flush(lab, n % 64);
    lab_reset(lab);

    if (lab_unix_ms() > start) {
        fprintf(stderr, "bench: too slow: the first were due before the last"
                " was there\n");
        exit(1);
    }
}


/* Another process: events of the live carts, in bursts of a worker's kind. */

static int
beside(lab_t *lab, unsigned live)
{
    int       pid, i;
    char      age[SP_AGE_LEN + 1], path[80];
    unsigned  n;

    pid = fork();

    if (pid != 0) {
        return pid;
    }

    snprintf(path, sizeof(path), "%s/redis.sock", lab->dir);
    lab->redis = redisConnectUnix(path);
    source.data = "bench0000000000000000b";
    seq = 0;

    for (n = 0; ; n++) {

        for (i = 0; i < EVENTS / 200; i++) {
            event_queue(lab, (n * 7919u + i * 104729u) % live, n, 0, 0, age);
        }

        lab_flush(lab, EVENTS / 200);
        lab_reset(lab);
        usleep(5000);
    }
}


/* Claims until n were seen; how late each was, in ms. */

static unsigned
claim(lab_t *lab, double *late, unsigned n)
{
    double       end;
    size_t       k;
    unsigned     i, seen;
    sp_str_t     items[2 + 8 * SP_CLAIM_MAX];
    sp_call_t    call;
    sp_claim_t   got;
    redisReply  *reply;

    seen = 0;
    end = lab_now() + n / RATE + 60;

    while (seen < n && lab_now() < end) {
        sp_call_claim(&call, sp_arena_pool(lab->arena), &lab_shop, &mailer,
                      SP_CLAIM_MAX, 60000);
        reply = lab_call(lab, &call);

        for (k = 0; k < reply->elements; k++) {
            items[k].data = reply->element[k]->str;
            items[k].len = reply->element[k]->len;
        }

        if (sp_claim_read(&got, sp_arena_pool(lab->arena), items,
                          reply->elements) != SP_OK)
        {
            fprintf(stderr, "bench: not a claim's reply\n");
            exit(1);
        }

        for (i = 0; i < got.n; i++) {

            if (seen < n) {
                late[seen++] = got.claimed[i].now - got.claimed[i].abandoned;
            }

            sp_call_settle(&call, sp_arena_pool(lab->arena), &lab_shop,
                           &got.claimed[i].shopper, got.claimed[i].rescue,
                           got.claimed[i].fence, 0, 1, NULL,
                           SP_SETTLE_CLOSED, "bench", 0);
            lab_queue(lab, &call);
        }

        lab_flush(lab, got.n);
        freeReplyObject(reply);
        lab_reset(lab);

        if (got.n < SP_CLAIM_MAX && got.wait > 0) {
            usleep((got.wait < 1000 ? got.wait : 1000) * 1000);
        }
    }

    return seen;
}


int
main(int argc, char **argv)
{
    int        pid, quick;
    char       fingerprint[] = "bench0000000000000000f";
    char       text[3][64];
    lab_t      lab;
    double    *late;
    unsigned   live, n, seen;
    sp_call_t  call;

    quick = argc > 1 && strcmp(argv[1], "short") == 0;
    live = quick ? 50000 : 1000000;
    n = (quick ? 4 : 20) * RATE;
    late = calloc(n, sizeof(double));

    if (late == NULL) {
        return 1;
    }

    lab_start(&lab);
    sp_call_shop(&call, sp_arena_pool(lab.arena), &lab_shop, fingerprint,
                 &lab_terms, 0);
    freeReplyObject(lab_call(&lab, &call));
    sp_call_mode(&call, sp_arena_pool(lab.arena), &lab_shop,
                 SP_MODE_DRY_RUN);
    freeReplyObject(lab_call(&lab, &call));

    fill(&lab, live, n);
    pid = beside(&lab, live);
    seen = claim(&lab, late, n);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);

    if (seen < n) {
        fprintf(stderr, "bench: %u of %u were claimed\n", seen, n);
        return 1;
    }

    qsort(late, n, sizeof(double), lab_compare);

    snprintf(text[0], sizeof(text[0]), "%u live carts", live);
    snprintf(text[1], sizeof(text[1]), "p50 %.0f ms, p99 %.0f ms",
             late[n / 2], late[n * 99 / 100]);
    snprintf(text[2], sizeof(text[2]), "%.2f", late[n * 99 / 100] / 250);
    lab_row("due to claimed, 1000/s, of 250 ms", text[0], text[1], text[2],
            "<= 1");

    free(late);
    lab_stop(&lab);

    return 0;
}
