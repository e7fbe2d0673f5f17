/*
 * Copyright (C) SitePreserver developers
 *
 * What can be said of two groups, and how surely: 95 % intervals.
 */

#ifndef STATS_H
#define STATS_H

#include <stdint.h>


/* A number, and where it really is in 95 of 100 cases. */

typedef struct {
    double  value;
    double  low;
    double  high;
} stats_interval_t;


/* hits of n: Wilson's score interval; n 0: from 0 to 1. */

void stats_share(uint64_t hits, uint64_t n, stats_interval_t *share);


/*
 * The share of one group less that of another: Newcombe's interval out of two
 * of Wilson's (his method 10).
 */

void stats_shares(const stats_interval_t *one, const stats_interval_t *other,
    stats_interval_t *difference);


/* n values by their sum and the sum of their squares. */

typedef struct {
    uint64_t  n;
    double    sum;
    double    squares;
} stats_values_t;


/*
 * The mean of one group less that of another, by Welch.  0: nothing can be
 * said, since a group has less than two values or all values are the same.
 */

int stats_means(const stats_values_t *one, const stats_values_t *other,
    stats_interval_t *difference);


/* 1: the interval is above 0; -1: below; 0: it holds 0. */

int stats_sign(const stats_interval_t *difference);


#endif /* STATS_H */
