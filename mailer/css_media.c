/*
 * Copyright (C) SitePreserver developers
 *
 * Media queries: widths and colour schemes are evaluated, anything else may
 * apply or not.
 */

#include "css.h"


#define CSS_WIDTH_WIDE    700
#define CSS_WIDTH_NARROW  320


static css_match_t css_media_query(const sp_str_t *text, css_env_t env);
static css_match_t css_media_word(const sp_str_t *word);
static css_match_t css_media_feature(const sp_str_t *word, css_env_t env);
static css_match_t css_media_width(const sp_str_t *name,
    const sp_str_t *value, css_env_t env);


/* One of the queries of a list is enough. */

css_match_t
css_media(const sp_str_t *text, css_env_t env)
{
    size_t       i, from;
    sp_str_t     query;
    css_match_t  match, best;

    best = CSS_NO;
    from = 0;

    for (i = 0; i <= text->len; i++) {
        if (i < text->len && text->data[i] != ',') {
            continue;
        }

        query = css_trim(text->data + from, text->data + i);
        match = css_media_query(&query, env);
        from = i + 1;

        if (match > best) {
            best = match;
        }
    }

    return best;
}


int
css_media_is_dark(const sp_str_t *text)
{
    return css_media(text, CSS_DARK) != CSS_NO
           && css_media(text, CSS_WIDE) == CSS_NO
           && css_media(text, CSS_NARROW) == CSS_NO;
}


/* "only screen and (max-width: 480px)": all of it has to be. */

static css_match_t
css_media_query(const sp_str_t *text, css_env_t env)
{
    int          not;
    size_t       at;
    sp_str_t     word;
    css_match_t  match, all;

    at = 0;
    not = 0;
    all = CSS_YES;

    while (css_word(text, &at, &word)) {
        if (css_is(&word, "and") || css_is(&word, "only")) {
            continue;
        }

        if (css_is(&word, "not")) {
            not = 1;
            continue;
        }

        match = word.data[0] == '(' ? css_media_feature(&word, env)
                                    : css_media_word(&word);
        if (match < all) {
            all = match;
        }
    }

    if (not) {
        return all == CSS_YES ? CSS_NO : (all == CSS_NO ? CSS_YES : CSS_MAYBE);
    }

    return all;
}


static css_match_t
css_media_word(const sp_str_t *word)
{
    if (css_is(word, "screen") || css_is(word, "all")) {
        return CSS_YES;
    }

    return css_is(word, "print") || css_is(word, "speech")
           || css_is(word, "tv") || css_is(word, "aural")
           || css_is(word, "handheld") ? CSS_NO : CSS_MAYBE;
}


/* "(name: value)" */

static css_match_t
css_media_feature(const sp_str_t *word, css_env_t env)
{
    sp_str_t     name, value;
    const char  *p, *end;

    p = word->data + 1;
    end = word->data + word->len - 1;

    if (word->len < 2 || *end != ')') {
        return CSS_MAYBE;
    }

    while (p < end && *p != ':') {
        p++;
    }

    if (p == end) {
        return CSS_MAYBE;
    }

    name = css_trim(word->data + 1, p);
    value = css_trim(p + 1, end);

    if (css_is(&name, "prefers-color-scheme")) {
        return css_is(&value, env == CSS_DARK ? "dark" : "light") ? CSS_YES
                                                                  : CSS_NO;
    }

    return css_media_width(&name, &value, env);
}


static css_match_t
css_media_width(const sp_str_t *name, const sp_str_t *value, css_env_t env)
{
    int         width;
    double      number;
    css_unit_t  unit;

    width = env == CSS_NARROW ? CSS_WIDTH_NARROW : CSS_WIDTH_WIDE;

    if (css_number(value, &number, &unit) != SP_OK
        || unit == CSS_UNIT_PERCENT)
    {
        return CSS_MAYBE;
    }

    if (unit == CSS_UNIT_EM || unit == CSS_UNIT_REM) {
        number *= 16;
    }

    if (css_is(name, "max-width") || css_is(name, "max-device-width")) {
        return width <= number ? CSS_YES : CSS_NO;
    }

    if (css_is(name, "min-width") || css_is(name, "min-device-width")) {
        return width >= number ? CSS_YES : CSS_NO;
    }

    return CSS_MAYBE;
}
