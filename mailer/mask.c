/*
 * Copyright (C) SitePreserver developers
 */

#include <string.h>
#include <strings.h>

#include "mask.h"


#define MASK_WORDS  512             /* what comes after is left out */
#define MASK_PART   4               /* bytes of a name that tell of it */


typedef struct {
    const char  *data;
    size_t       len;
    int          hide;
} mask_word_t;


static size_t mask_words(const char *text, size_t len, mask_word_t *words);
static int mask_is_blank(char c);
static int mask_at(const mask_word_t *word);
static size_t mask_find(const char *text, size_t len, const char *what,
    size_t n);
static void mask_beside(mask_word_t *words, size_t n, size_t i);
static int mask_tells(const mask_word_t *word, const char *to);
static int mask_part(const char *core, size_t len, const char *part,
    size_t n);
static size_t mask_bare(const mask_word_t *word, const char **core);


char *
mask_text(const char *text, size_t len, const char *to, char *out, size_t size)
{
    int                hidden;
    size_t             i, n, used, more;
    mask_word_t        words[MASK_WORDS];
    const char        *what;
    static const char  address[] = "<address>";

    n = mask_words(text, len, words);

    for (i = 0; i < n; i++) {
        if (mask_at(&words[i])) {
            mask_beside(words, n, i);

        } else if (to != NULL && mask_tells(&words[i], to)) {
            words[i].hide = 1;
        }
    }

    used = 0;
    hidden = 0;

    for (i = 0; i < n; i++) {
        if (words[i].hide && hidden) {
            continue;
        }

        hidden = words[i].hide;
        what = hidden ? address : words[i].data;
        more = hidden ? sizeof(address) - 1 : words[i].len;

        if (used + 1 + (hidden ? more : 1) >= size) {
            break;
        }

        if (used != 0) {
            out[used++] = ' ';
        }

        more = more < size - 1 - used ? more : size - 1 - used;
        memcpy(out + used, what, more);
        used += more;
    }

    out[used] = '\0';

    return out;
}


static size_t
mask_words(const char *text, size_t len, mask_word_t *words)
{
    size_t  i, n;

    n = 0;

    for (i = 0; i < len && n < MASK_WORDS; n++) {
        while (i < len && mask_is_blank(text[i])) {
            i++;
        }

        if (i == len) {
            break;
        }

        words[n].data = text + i;
        words[n].hide = 0;

        while (i < len && !mask_is_blank(text[i])) {
            i++;
        }

        words[n].len = (size_t) (text + i - words[n].data);
    }

    return n;
}


static int
mask_is_blank(char c)
{
    return (unsigned char) c <= ' ' || c == 0x7f;
}


static int
mask_at(const mask_word_t *word)
{
    return memchr(word->data, '@', word->len) != NULL
           || mask_find(word->data, word->len, "%40", 3) < word->len;
}


/* Where it is, in any case of letters; len: it is not there. */

static size_t
mask_find(const char *text, size_t len, const char *what, size_t n)
{
    size_t  i;

    for (i = 0; n != 0 && i + n <= len; i++) {
        if (strncasecmp(text + i, what, n) == 0) {
            return i;
        }
    }

    return len;
}


/* "ada @example.com", "ada@ example.com", "\"ada b\"@example.com" */

static void
mask_beside(mask_word_t *words, size_t n, size_t i)
{
    size_t       k, quotes;
    const char  *data;

    data = words[i].data;
    words[i].hide = 1;

    if (data[0] == '@' && i > 0) {
        words[i - 1].hide = 1;
    }

    if (data[words[i].len - 1] == '@' && i + 1 < n) {
        words[i + 1].hide = 1;
    }

    for (k = 0, quotes = 0; k < words[i].len && data[k] != '@'; k++) {
        quotes += data[k] == '"';
    }

    if (quotes % 2 == 1) {
        while (i-- > 0) {
            words[i].hide = 1;

            if (memchr(words[i].data, '"', words[i].len) != NULL) {
                break;
            }
        }
    }
}


static int
mask_tells(const mask_word_t *word, const char *to)
{
    size_t       len, local;
    const char  *core, *at;

    len = mask_bare(word, &core);
    at = strrchr(to, '@');

    if (memchr(word->data, '=', word->len) != NULL) {
        return 1;
    }

    if (at == NULL || len == 0) {
        return 0;
    }

    local = (size_t) (at - to);

    return mask_part(core, len, to, local)
           || mask_part(core, len, at + 1, strlen(at + 1));
}


/* Does a word have this part, or is it a piece of it, or a name in it? */

static int
mask_part(const char *core, size_t len, const char *part, size_t n)
{
    size_t  i, k;

    if ((n >= MASK_PART && mask_find(core, len, part, n) < len)
        || (len >= MASK_PART && mask_find(part, n, core, len) < n))
    {
        return 1;
    }

    for (i = 0; i < n; i += k + 1) {
        k = 0;

        while (i + k < n && strchr(".-_+", part[i + k]) == NULL) {
            k++;
        }

        if ((k == len && strncasecmp(core, part + i, k) == 0)
            || (k >= MASK_PART && mask_find(core, len, part + i, k) < len))
        {
            return 1;
        }
    }

    return 0;
}


/* Without what stands around it. */

static size_t
mask_bare(const mask_word_t *word, const char **core)
{
    size_t              from, to;
    static const char   around[] = "<>()[]{}\"'`,;:.!?";

    from = 0;
    to = word->len;

    while (from < to && strchr(around, word->data[from]) != NULL) {
        from++;
    }

    while (to > from && strchr(around, word->data[to - 1]) != NULL) {
        to--;
    }

    *core = word->data + from;

    return to - from;
}
