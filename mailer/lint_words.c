/*
 * Copyright (C) SitePreserver developers
 *
 * Subject, preheader, and how the text is written.
 */

#include <stdio.h>

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include "lint_int.h"


#define LINT_SUBJECT      60        /* characters */
#define LINT_CAPS_WORDS   10        /* fewer say nothing */
#define LINT_MARKS        3


typedef struct {
    size_t  letters;                /* that have a case */
    size_t  capitals;
    size_t  words;                  /* of two such letters or more */
    size_t  capital_words;
    size_t  marks;
    size_t  double_marks;
} lint_count_t;


static void lint_subject(lint_view_t *v);
static void lint_preheader(lint_view_t *v);
static int lint_is_reply(const sp_str_t *subject);
static lint_count_t lint_count_text(const sp_str_t *text);
static void lint_body_words(lint_view_t *v);


void
lint_words(lint_view_t *v)
{
    if (v->whole) {
        lint_subject(v);
        lint_preheader(v);
    }

    lint_body_words(v);
}


static void
lint_subject(lint_view_t *v)
{
    char          measured[64];
    size_t        chars;
    sp_str_t      text;
    lint_count_t  count;

    text.data = buffer_text(&v->subject.out);
    text.len = v->subject.out.len;
    chars = lint_chars(&text);
    count = lint_count_text(&text);

    /* a name of 80 characters is the shopper's or the shop's */

    if (chars == 0 || (chars > LINT_SUBJECT
                       && strcmp(v->sample->name, "usual") == 0))
    {
        (void) snprintf(measured, sizeof(measured), "%zu characters", chars);
        lint_found_source(v, &v->subject, "subject-length", 0, measured,
                          "the subject is %s", chars == 0 ? "empty"
                          : "long: at most 60 characters");
    }

    if (count.letters >= 6 && count.capitals * 10 > count.letters * 7) {
        (void) snprintf(measured, sizeof(measured), "%zu %%",
                        count.capitals * 100 / count.letters);
        lint_found_source(v, &v->subject, "subject-caps", 0, measured,
                          "the subject is in capitals");
    }

    if (count.marks > 1) {
        (void) snprintf(measured, sizeof(measured), "%zu", count.marks);
        lint_found_source(v, &v->subject, "subject-marks", 0, measured,
                          "the subject has several exclamation marks");
    }

    if (lint_is_reply(&text)) {
        lint_found_source(v, &v->subject, "subject-reply", 0, "Re:",
                          "the subject pretends to be an answer");
    }
}


static void
lint_preheader(lint_view_t *v)
{
    sp_str_t  text, subject;

    subject.data = buffer_text(&v->subject.out);
    subject.len = v->subject.out.len;
    text.data = buffer_text(&v->preheader.out);
    text.len = v->preheader.out.len;

    if (!lint_has_words(&text)) {
        lint_found_source(v, &v->preheader, "preheader", 0, "0 characters",
                          "the preheader is empty");

    } else if (sp_str_eq(&text, &subject)) {
        lint_found_source(v, &v->preheader, "preheader", 0, "the same",
                          "the preheader is the subject again");

    } else if (!lint_has_tag(&v->html, "preheader")) {
        lint_found_source(v, &v->html, "preheader", LINT_WHOLE,
                          "no {{preheader}}",
                          "the preheader is nowhere in the HTML");
    }
}


/* "Re: ", "FW:", "Aw:" */

static int
lint_is_reply(const sp_str_t *subject)
{
    size_t    i;
    sp_str_t  begin;

    static const char *const  words[] = {
        "re:", "fw:", "fwd:", "aw:", "wg:", "tr:", "rv:"
    };

    for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        begin.data = subject->data;
        begin.len = strlen(words[i]);

        if (subject->len >= begin.len && css_is(&begin, words[i])) {
            return 1;
        }
    }

    return 0;
}


static void
lint_body_words(lint_view_t *v)
{
    char          measured[64];
    buffer_t      b;
    sp_str_t      text;
    lint_count_t  count;

    if (v->body == NULL) {
        return;
    }

    buffer_init(&b, 4 * HTML_SIZE_MAX);
    lint_visible_text(v, v->body, CSS_WIDE, &b);
    text.data = buffer_text(&b);
    text.len = b.len;
    count = lint_count_text(&text);
    buffer_free(&b);

    if (count.words >= LINT_CAPS_WORDS
        && count.capital_words * 10 > count.words * 3)
    {
        (void) snprintf(measured, sizeof(measured), "%zu of %zu words",
                        count.capital_words, count.words);
        lint_found_source(v, &v->html, "caps", LINT_WHOLE, measured,
                          "much of the text is in capitals");
    }

    if (count.marks > LINT_MARKS || count.double_marks != 0) {
        (void) snprintf(measured, sizeof(measured), "%zu, %zu together",
                        count.marks, count.double_marks);
        lint_found_source(v, &v->html, "marks", LINT_WHOLE, measured,
                          "there are many exclamation marks");
    }
}


static lint_count_t
lint_count_text(const sp_str_t *text)
{
    size_t        letters, capitals;
    int32_t       i, len;
    UChar32       c, last;
    lint_count_t  count;

    memset(&count, 0, sizeof(lint_count_t));
    len = (int32_t) text->len;
    letters = 0;
    capitals = 0;
    last = 0;

    for (i = 0; i <= len; last = c) {
        c = 0;

        if (i < len) {
            U8_NEXT(text->data, i, len, c);

        } else {
            i++;
        }

        if (u_isupper(c) || u_islower(c)) {
            letters++;
            capitals += u_isupper(c) ? 1 : 0;
            continue;
        }

        if (c == '!' || c == 0xff01) {
            count.marks++;
            count.double_marks += c == last ? 1 : 0;
        }

        count.letters += letters;
        count.capitals += capitals;

        if (letters >= 2) {
            count.words++;
            count.capital_words += letters == capitals ? 1 : 0;
        }

        letters = 0;
        capitals = 0;
    }

    return count;
}
