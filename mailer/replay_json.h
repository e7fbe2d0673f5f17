/*
 * Copyright (C) SitePreserver developers
 *
 * What a replay gives, as JSON and as lines for people.
 */

#ifndef REPLAY_JSON_H
#define REPLAY_JSON_H

#include "hint.h"
#include "replay.h"


/* show: addresses are in it; else only that there is one. */

json_t *replay_event_json(const replay_event_t *event, int show);
json_t *replay_cart_json(const replay_cart_t *cart, int show);
json_t *replay_rejected_json(const har_exchange_t *x);
json_t *replay_groups_json(const hint_groups_t *groups);
json_t *replay_counts_json(const replay_counts_t *counts,
    const har_counts_t *log);


/* The same on standard output. */

void replay_print_event(json_t *event);
void replay_print_rejected(json_t *rejected);
void replay_print_carts(json_t *carts);
void replay_print_groups(json_t *groups);
void replay_print_counts(json_t *counts);


/* An amount in minor units as text, "14.00 EUR"; "" if it is not known. */

const char *replay_amount_text(json_t *minor, const char *currency,
    char text[64]);


#endif /* REPLAY_JSON_H */
