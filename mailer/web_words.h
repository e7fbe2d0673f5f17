/*
 * Copyright (C) SitePreserver developers
 *
 * What the pages say, in each language that they speak.  Pure functions.
 */

#ifndef WEB_WORDS_H
#define WEB_WORDS_H


typedef struct {
    const char  *locale;            /* "en": also the page's lang */

    const char  *incomplete;        /* a title, and its text */
    const char  *incomplete_text;
    const char  *nothing;
    const char  *nothing_text;
    const char  *again;
    const char  *again_text;

    const char  *unsubscribe;
    const char  *unsubscribe_text;
    const char  *unsubscribe_button;
    const char  *unsubscribed;
    const char  *orders;            /* small print */
    const char  *test;

    const char  *preferences;
    const char  *preferences_text;
    const char  *pause_button;
    const char  *never_button;
    const char  *back;              /* small print: how it is undone */
    const char  *paused;
    const char  *paused_text;       /* with %s: a date */
    const char  *test_done;         /* title of what a test would have done */

    const char  *not_me;
    const char  *not_me_text;
    const char  *not_me_button;
    const char  *not_me_note;       /* small print: what it is not */
    const char  *not_mine;          /* when it is done */
    const char  *not_mine_text;
} web_words_t;


/*
 * The words of the first language of Accept-Language (RFC 9110 12.5.4; NULL:
 * there was none) that they are there in, by weight; else of the locale
 * ("de-AT"; NULL: none), else English.
 */

const web_words_t *web_words(const char *accept, const char *locale);


/* Those of language i; NULL: there are no more. */

const web_words_t *web_words_at(unsigned i);


#endif /* WEB_WORDS_H */
