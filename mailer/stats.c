/*
 * Copyright (C) SitePreserver developers
 */

#include <math.h>

#include "stats.h"


#define STATS_Z  1.959963984540054  /* 97.5 % of the normal distribution */


static double stats_variance(const stats_values_t *values);
static double stats_t(double freedom);


void
stats_share(uint64_t hits, uint64_t n, stats_interval_t *share)
{
    double  p, z2, size, half, centre;

    share->value = 0;
    share->low = 0;
    share->high = 1;

    if (n == 0) {
        return;
    }

    size = (double) n;
    p = (double) hits / size;
    z2 = STATS_Z * STATS_Z;
    centre = (p + z2 / (2 * size)) / (1 + z2 / size);
    half = STATS_Z / (1 + z2 / size)
           * sqrt(p * (1 - p) / size + z2 / (4 * size * size));

    share->value = p;
    share->low = hits == 0 ? 0 : centre - half;
    share->high = hits == n ? 1 : centre + half;
}


void
stats_shares(const stats_interval_t *one, const stats_interval_t *other,
    stats_interval_t *difference)
{
    double  d;

    d = one->value - other->value;
    difference->value = d;
    difference->low = d - hypot(one->value - one->low,
                                other->high - other->value);
    difference->high = d + hypot(one->high - one->value,
                                 other->value - other->low);
}


int
stats_means(const stats_values_t *one, const stats_values_t *other,
    stats_interval_t *difference)
{
    double  a, b, d, freedom, half;

    if (one->n < 2 || other->n < 2) {
        return 0;
    }

    a = stats_variance(one) / (double) one->n;
    b = stats_variance(other) / (double) other->n;

    if (a + b <= 0) {
        return 0;
    }

    freedom = (a + b) * (a + b)
              / (a * a / (double) (one->n - 1)
                 + b * b / (double) (other->n - 1));
    d = one->sum / (double) one->n - other->sum / (double) other->n;
    half = stats_t(freedom) * sqrt(a + b);

    difference->value = d;
    difference->low = d - half;
    difference->high = d + half;

    return 1;
}


/* Of rounded sums it may come out below 0. */

static double
stats_variance(const stats_values_t *values)
{
    double  n, variance;

    n = (double) values->n;
    variance = (values->squares - values->sum * values->sum / n) / (n - 1);

    return variance > 0 ? variance : 0;
}


/* 97.5 % of Student's t: Cornish and Fisher's expansion. */

static double
stats_t(double f)
{
    double  z, z2;

    z = STATS_Z;
    z2 = z * z;

    return z + z * (z2 + 1) / (4 * f)
           + z * ((5 * z2 + 16) * z2 + 3) / (96 * f * f)
           + z * (((3 * z2 + 19) * z2 + 17) * z2 - 15) / (384 * f * f * f);
}


int
stats_sign(const stats_interval_t *difference)
{
    return difference->low > 0 ? 1 : difference->high < 0 ? -1 : 0;
}
