/*
 * Copyright (C) SitePreserver developers
 *
 * The words of a directive, read one after another, and what is wrong with
 * them.
 */

#ifndef SP_WORDS_H
#define SP_WORDS_H

#include "sp_str.h"


typedef struct {
    const sp_str_t  *words;
    unsigned         n;
    unsigned         i;             /* the next one */
} sp_words_t;


/* The next word without taking it; NULL: there is none. */

static inline const sp_str_t *
sp_words_peek(const sp_words_t *words)
{
    return words->i < words->n ? &words->words[words->i] : NULL;
}


static inline int
sp_word_is(const sp_str_t *word, const char *text)
{
    size_t  len;

    len = strlen(text);

    return word != NULL && word->len == len
           && memcmp(word->data, text, len) == 0;
}


/* Takes the next word if it is this one. */

int sp_words_take(sp_words_t *words, const char *text);


/*
 * Writes the message, in which "%W" stands for the word (shortened, without
 * control characters; NULL if there is none), and returns SP_INVALID.
 */

sp_rc_t sp_words_error(sp_error_t *err, const char *message,
    const sp_str_t *word);


/* Copies; SP_NOMEM.  An array's words too. */

sp_rc_t sp_str_copy(const sp_pool_t *pool, const sp_str_t *in, sp_str_t *out);
sp_str_t *sp_words_copy(const sp_pool_t *pool, const sp_str_t *words,
    unsigned n);


/* Two strings (and a third) as one; SP_NOMEM. */

sp_rc_t sp_str_join(const sp_pool_t *pool, const sp_str_t *a, const char *b,
    const sp_str_t *c, sp_str_t *out);


/* A number of digits only, at most max; SP_INVALID: it is none. */

sp_rc_t sp_word_number(const sp_str_t *word, unsigned max, unsigned *number);


#endif /* SP_WORDS_H */
