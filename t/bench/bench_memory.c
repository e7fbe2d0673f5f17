/*
 * Copyright (C) SitePreserver developers
 *
 * Bytes that a cart of three items takes in Redis, all keys together: visit,
 * idle key, entry in the index; with a shopper also the shopper, and where the
 * visit is the platform's session the alias that our cookie beside it is; and
 * what most shoppers say once, their language and that they may be written to.
 * What the items are called is kept once for all carts.  Each row begins with
 * an empty server, and the number of carts fills Redis's tables as they are
 * filled on average, seven tenths: when they have just grown a cart takes 30
 * bytes more.
 *
 *     bench_memory [short]
 */

#include <stdio.h>
#include <string.h>

#include "lab.h"


static uint64_t        seq;
static const sp_str_t  source = sp_string("bench0000000000000000s");
static const sp_str_t  locale = sp_string("de-AT");


static double
carts(lab_t *lab, unsigned n, int identified, int beside, int said)
{
    double      memory;
    unsigned    i, queued;
    sp_call_t   call;
    sp_line_t   lines[3];
    sp_event_t  event;

    freeReplyObject(lab_command(lab, "FLUSHALL SYNC"));
    memory = lab_memory(lab);

    for (i = 0, queued = 0; i < n; i++) {
        lab_event(&event, lines, i, i);

        if (beside) {
            event.naliases = 1;
            event.aliases[0].own = 1;
            event.aliases[0].bind = 1;
            lab_id(&event.aliases[0].id, 'w', i);
        }

        if (identified) {
            lab_id(&event.shopper, 'p', i);
            event.sealed = lab_sealed;
        }

        if (said) {
            event.locale = locale;
            event.asked = 1;
            event.consent = SP_CONSENT_GIVEN;
            event.consented = SP_CONSENTED_CHECKOUT;
        }

        sp_call_event(&call, sp_arena_pool(lab->arena), &lab_shop, &lab_terms,
                      &event, &source, ++seq);
        lab_queue(lab, &call);

        if (++queued == 64) {
            lab_flush(lab, queued);
            lab_reset(lab);
            queued = 0;
        }
    }

    lab_flush(lab, queued);
    lab_reset(lab);

    return (lab_memory(lab) - memory) / n;
}


static void
row(const char *what, double bytes)
{
    char  text[2][40];

    snprintf(text[0], sizeof(text[0]), "%.0f bytes", bytes);
    snprintf(text[1], sizeof(text[1]), "%.2f", bytes / 1024);
    lab_row(what, "1024 bytes", text[0], text[1], "<= 1");
}


int
main(int argc, char **argv)
{
    lab_t     lab;
    unsigned  n;

    n = argc > 1 && strcmp(argv[1], "short") == 0 ? 22600 : 181000;

    lab_start(&lab);

    row("cart of 3, anonymous", carts(&lab, n, 0, 0, 0));
    row("cart of 3, shopper, our cookie", carts(&lab, n, 1, 0, 0));
    row("cart of 3, shopper, session", carts(&lab, n, 1, 1, 0));
    row("the same, language and consent", carts(&lab, n, 1, 1, 1));

    lab_stop(&lab);

    return 0;
}
