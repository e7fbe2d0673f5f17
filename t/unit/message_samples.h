/*
 * Copyright (C) SitePreserver developers
 *
 * Short names for the carts of mailer/samples.h.
 */

#ifndef MESSAGE_SAMPLES_H
#define MESSAGE_SAMPLES_H

#include "samples.h"


#define SAMPLES  samples_count()


#define SAMPLE_OF(name)                                                       \
    static inline void                                                        \
    sample_ ## name(sample_t *s)                                              \
    {                                                                         \
        (void) samples_find(#name, s);                                        \
    }

SAMPLE_OF(usual)
SAMPLE_OF(many)
SAMPLE_OF(long)
SAMPLE_OF(rtl)
SAMPLE_OF(emoji)
SAMPLE_OF(yen)
SAMPLE_OF(unknown)
SAMPLE_OF(bare)
SAMPLE_OF(stock)
SAMPLE_OF(international)
SAMPLE_OF(hostile)


static inline sp_str_t
sample_str(const char *text)
{
    return samples_str(text);
}


static inline void
sample_line(sample_t *s, const char *name, const char *options,
    const char *image, int64_t quantity, int64_t price)
{
    samples_line(s, name, options, image, quantity, price);
}


static inline void
sample_init(sample_t *s, const char *name)
{
    samples_init(s, name, "");
}


static inline const message_facts_t *
sample_facts(sample_t *s)
{
    return &s->facts;
}


#endif /* MESSAGE_SAMPLES_H */
