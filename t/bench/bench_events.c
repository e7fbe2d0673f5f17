/*
 * Copyright (C) SitePreserver developers
 *
 * Events folded by one Redis core, against a function of four commands (HSET,
 * EXPIRE, SET, ZADD) that gets the same arguments, in turns in one run: CPU of
 * the server's main thread, medians.
 *
 *     bench_events [short]
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab.h"


#define VISITS    5000
#define PIPELINE  64


static const char  reference[] =
    "#!lua name=bench\n"
    "redis.register_function('bench_four', function(keys, args)\n"
    "    local call = redis.call\n"
    "    call('HSET', keys[1], 'head', args[4], 'who', args[5],\n"
    "         'lines', args[6])\n"
    "    call('EXPIRE', keys[1], 2592000)\n"
    "    call('SET', keys[1] .. ':idle', '', 'PX', 3600000)\n"
    "    call('ZADD', 'sp:{bench}:bench', args[2], keys[1])\n"
    "    return 'OK'\n"
    "end)\n";


static uint64_t        seq;
static const sp_str_t  source = sp_string("bench0000000000000000s");


/*
 * Every second visit has a shopper; one event in ten is a page view; a visit
 * has the same cart in so many rounds, one after the other.
 */

static double
turn(lab_t *lab, int theirs, unsigned round, unsigned same)
{
    double       cpu;
    unsigned     i, n;
    sp_call_t    call;
    sp_line_t    lines[3];
    sp_event_t   event;

    cpu = lab_cpu(lab);

    for (i = 0, n = 0; i < VISITS; i++) {
        lab_event(&event, lines, i, i + round / same);
        lab_id(&event.visit, theirs ? 'z' : 'v', i);
        event.seen = UINT64_C(86400000000) + seq;

        if (i % 10 == 9) {
            event.kinds = SP_PAGE_VIEW;
            event.cart = SP_CART_NONE;
            event.nlines = 0;
            event.currency.len = 0;
            event.total = SP_NO_AMOUNT;
        }

        if (i % 2) {
            event.naliases = 1;
            event.aliases[0].own = 1;
            event.aliases[0].bind = 1;
            lab_id(&event.aliases[0].id, 'w', i);
        }

        if (i % 2 && round == 0) {
            event.kinds |= SP_IDENTIFY;
            lab_id(&event.shopper, 'p', i);
            event.sealed = lab_sealed;
        }

        sp_call_event(&call, sp_arena_pool(lab->arena), &lab_shop, &lab_terms,
                      &event, &source, ++seq);

        if (theirs) {
            call.argv[1] = "bench_four";
            call.argvlen[1] = 10;
        }

        lab_queue(lab, &call);

        if (++n == PIPELINE) {
            lab_flush(lab, n);
            lab_reset(lab);
            n = 0;
        }
    }

    lab_flush(lab, n);
    lab_reset(lab);

    return (lab_cpu(lab) - cpu) / VISITS * 1e6;
}


static void
compare(lab_t *lab, const char *what, unsigned same, unsigned n)
{
    char      text[3][40];
    double    ours[100], theirs[100], ratio[100];
    unsigned  i;

    for (i = 0; i < n; i++) {
        ours[i] = turn(lab, 0, i + 1, same);
        theirs[i] = turn(lab, 1, i + 1, same);
        ratio[i] = ours[i] / theirs[i];
    }

    qsort(ours, n, sizeof(double), lab_compare);
    qsort(theirs, n, sizeof(double), lab_compare);
    qsort(ratio, n, sizeof(double), lab_compare);

    snprintf(text[0], sizeof(text[0]), "%.2f us", theirs[n / 2]);
    snprintf(text[1], sizeof(text[1]), "%.2f us, %.0f/s", ours[n / 2],
             1e6 / ours[n / 2]);
    snprintf(text[2], sizeof(text[2]), "%.2f", ratio[n / 2]);
    lab_row(what, text[0], text[1], text[2], "<= 1.35");
}


int
main(int argc, char **argv)
{
    lab_t     lab;
    unsigned  n;

    n = argc > 1 && strcmp(argv[1], "short") == 0 ? 7 : 61;

    lab_start(&lab);
    freeReplyObject(lab_command(&lab, "FUNCTION LOAD %s", reference));

    (void) turn(&lab, 0, 0, 2);
    (void) turn(&lab, 1, 0, 2);

    compare(&lab, "event in Redis, CPU", 2, n);
    compare(&lab, "the same, every cart another", 1, n);

    lab_stop(&lab);

    return 0;
}
