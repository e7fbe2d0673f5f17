/*
 * Copyright (C) SitePreserver developers
 */

#include "sp_words.h"


#define SP_WORD_SHOWN  80           /* bytes of a word in a message */


static size_t sp_words_show(char *out, size_t size, const sp_str_t *word);


int
sp_words_take(sp_words_t *words, const char *text)
{
    if (!sp_word_is(sp_words_peek(words), text)) {
        return 0;
    }

    words->i++;

    return 1;
}


sp_rc_t
sp_words_error(sp_error_t *err, const char *message, const sp_str_t *word)
{
    size_t  n;

    n = 0;

    while (*message != '\0' && n < sizeof(err->text) - 1) {

        if (message[0] == '%' && message[1] == 'W') {
            n += sp_words_show(err->text + n, sizeof(err->text) - 1 - n, word);
            message += 2;
            continue;
        }

        err->text[n++] = *message++;
    }

    err->text[n] = '\0';

    return SP_INVALID;
}


static size_t
sp_words_show(char *out, size_t size, const sp_str_t *word)
{
    size_t         i, n;
    unsigned char  c;

    n = 0;

    for (i = 0; i < word->len && n < size; i++) {

        if (i == SP_WORD_SHOWN) {
            while (n < size && i < SP_WORD_SHOWN + 3) {
                out[n++] = '.';
                i++;
            }
            break;
        }

        c = (unsigned char) word->data[i];
        out[n++] = (c < 0x20 || c == 0x7f) ? '?' : (char) c;
    }

    return n;
}


sp_rc_t
sp_str_copy(const sp_pool_t *pool, const sp_str_t *in, sp_str_t *out)
{
    char  *p;

    p = sp_alloc(pool, in->len + 1);
    if (p == NULL) {
        return SP_NOMEM;
    }

    if (in->len != 0) {
        memcpy(p, in->data, in->len);
    }

    p[in->len] = '\0';

    out->len = in->len;
    out->data = p;

    return SP_OK;
}


sp_str_t *
sp_words_copy(const sp_pool_t *pool, const sp_str_t *words, unsigned n)
{
    unsigned   i;
    sp_str_t  *copy;

    copy = sp_calloc(pool, (n + 1) * sizeof(sp_str_t));
    if (copy == NULL) {
        return NULL;
    }

    for (i = 0; i < n; i++) {
        if (sp_str_copy(pool, &words[i], &copy[i]) != SP_OK) {
            return NULL;
        }
    }

    return copy;
}


sp_rc_t
sp_str_join(const sp_pool_t *pool, const sp_str_t *a, const char *b,
    const sp_str_t *c, sp_str_t *out)
{
    char    *p;
    size_t   blen;

    blen = strlen(b);

    p = sp_alloc(pool, a->len + blen + c->len + 1);
    if (p == NULL) {
        return SP_NOMEM;
    }

    out->len = a->len + blen + c->len;
    out->data = p;

    if (a->len != 0) {
        memcpy(p, a->data, a->len);
    }

    memcpy(p + a->len, b, blen);

    if (c->len != 0) {
        memcpy(p + a->len + blen, c->data, c->len);
    }

    p[out->len] = '\0';

    return SP_OK;
}


sp_rc_t
sp_word_number(const sp_str_t *word, unsigned max, unsigned *number)
{
    size_t    i;
    unsigned  n;

    if (word->len == 0 || word->len > 8) {
        return SP_INVALID;
    }

    n = 0;

    for (i = 0; i < word->len; i++) {
        if (word->data[i] < '0' || word->data[i] > '9') {
            return SP_INVALID;
        }

        n = n * 10 + (unsigned) (word->data[i] - '0');
    }

    if (n > max) {
        return SP_INVALID;
    }

    *number = n;

    return SP_OK;
}
