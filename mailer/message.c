/*
 * Copyright (C) SitePreserver developers
 */

#include <stdio.h>

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include "message.h"
#include "message_data.h"
#include "sp_letter.h"


#define MESSAGE_MARKS_MAX      5        /* on one letter of a first name */
#define MESSAGE_SUBJECT_MAX    150      /* characters */
#define MESSAGE_PREHEADER_MAX  200
#define MESSAGE_FEEDBACK_MAX   60       /* bytes of one of its fields */


typedef struct {
    buffer_t  subject;
    buffer_t  preheader;
    buffer_t  text;
    buffer_t  html;
} message_parts_t;


static void message_parts_init(message_parts_t *parts);
static void message_parts_free(message_parts_t *parts);
static sp_rc_t message_render_parts(message_data_t *md,
    const creative_locale_t *locale, message_parts_t *parts);
static sp_rc_t message_render_line(message_data_t *md, const mustache_t *t,
    const char *key, size_t max, buffer_t *out);
static sp_rc_t message_compose(const message_data_t *md,
    const creative_locale_t *locale, const message_parts_t *parts,
    buffer_t *out, message_envelope_t *envelope);
static sp_rc_t message_identity(const message_facts_t *facts,
    message_envelope_t *envelope, sp_error_t *err);
static void message_feedback(const message_facts_t *facts, buffer_t *out);
static void message_feedback_field(buffer_t *out, const sp_str_t *s);
static void message_sp(const buffer_t *b, sp_str_t *s);
static void message_take(buffer_t *out, const buffer_t *b);


sp_rc_t
message_build(const message_facts_t *facts, const creative_t *creative,
    buffer_t *out, message_envelope_t *envelope, sp_error_t *err)
{
    sp_rc_t                   rc;
    message_data_t            md;
    message_parts_t           parts;
    const creative_locale_t  *locale;

    err->text[0] = '\0';
    locale = creative_choose(creative, &facts->locale, &facts->shop->locale);
    message_parts_init(&parts);

    rc = message_data_create(&md, facts, locale, err);

    if (rc == SP_OK) {
        rc = message_render_parts(&md, locale, &parts);
    }

    if (rc == SP_OK) {
        rc = message_compose(&md, locale, &parts, out, envelope);
    }

    message_parts_free(&parts);
    message_data_free(&md);

    return rc;
}


sp_rc_t
message_render(const message_facts_t *facts, const creative_t *creative,
    buffer_t *subject, buffer_t *preheader, buffer_t *text, buffer_t *html,
    sp_error_t *err)
{
    sp_rc_t                   rc;
    message_data_t            md;
    message_parts_t           parts;
    const creative_locale_t  *locale;

    err->text[0] = '\0';
    locale = creative_choose(creative, &facts->locale, &facts->shop->locale);
    message_parts_init(&parts);

    rc = message_data_create(&md, facts, locale, err);

    if (rc == SP_OK) {
        rc = message_render_parts(&md, locale, &parts);
    }

    if (rc == SP_OK) {
        message_take(subject, &parts.subject);
        message_take(preheader, &parts.preheader);
        message_take(text, &parts.text);
        message_take(html, &parts.html);
    }

    message_parts_free(&parts);
    message_data_free(&md);

    return rc;
}


int
message_first_name(const sp_str_t *name)
{
    size_t    n;
    int32_t   i, at, len;
    UChar32   c, last;
    unsigned  marks;

    if (name->len == 0 || name->len > 4 * MESSAGE_FIRST_NAME_MAX) {
        return 0;
    }

    len = (int32_t) name->len;
    last = '-';
    marks = 0;
    n = 0;

    for (i = 0; i < len; n++) {
        at = i;
        U8_NEXT(name->data, i, len, c);

        if (c == '-' || c == '\'' || c == 0x2019) {
            if (last == '-') {
                return 0;
            }

            c = '-';

        } else if (c < 0 || n == MESSAGE_FIRST_NAME_MAX
                   || sp_letter(name, (size_t) at) == 0)
        {
            return 0;

        } else if (u_isalpha(c)) {
            marks = 0;

        } else if (last == '-' || ++marks > MESSAGE_MARKS_MAX
                   || !(U_GET_GC_MASK(c) & (U_GC_MN_MASK | U_GC_MC_MASK)))
        {
            return 0;
        }

        last = c;
    }

    return last != '-' && n <= MESSAGE_FIRST_NAME_MAX;
}


static void
message_parts_init(message_parts_t *parts)
{
    buffer_init(&parts->subject, MESSAGE_SIZE_MAX);
    buffer_init(&parts->preheader, MESSAGE_SIZE_MAX);
    buffer_init(&parts->text, MESSAGE_SIZE_MAX);
    buffer_init(&parts->html, MESSAGE_SIZE_MAX);
}


static void
message_parts_free(message_parts_t *parts)
{
    buffer_free(&parts->subject);
    buffer_free(&parts->preheader);
    buffer_free(&parts->text);
    buffer_free(&parts->html);
}


/* Subject and preheader first: the HTML has them too. */

static sp_rc_t
message_render_parts(message_data_t *md, const creative_locale_t *locale,
    message_parts_t *parts)
{
    sp_rc_t  rc;

    rc = message_render_line(md, locale->subject, "subject",
                             MESSAGE_SUBJECT_MAX, &parts->subject);
    if (rc == SP_OK) {
        rc = message_render_line(md, locale->preheader, "preheader",
                                 MESSAGE_PREHEADER_MAX, &parts->preheader);
    }

    if (rc == SP_OK) {
        rc = mustache_render(locale->text, md->root, NULL, NULL, &parts->text,
                             md->err);
    }

    if (rc == SP_OK) {
        rc = mustache_render(locale->html, md->root, NULL, NULL, &parts->html,
                             md->err);
    }

    return rc;
}


static sp_rc_t
message_render_line(message_data_t *md, const mustache_t *t, const char *key,
    size_t max, buffer_t *out)
{
    sp_rc_t   rc;
    buffer_t  b;
    sp_str_t  s;

    buffer_init(&b, MESSAGE_SIZE_MAX);
    rc = mustache_render(t, md->root, NULL, NULL, &b, md->err);

    if (rc == SP_OK) {
        message_sp(&b, &s);
        mime_line(out, &s, max);
        mustache_set(md->data, md->root, key,
                     mustache_string(md->data, buffer_text(out), out->len));
    }

    buffer_free(&b);

    return rc;
}


static sp_rc_t
message_compose(const message_data_t *md, const creative_locale_t *locale,
    const message_parts_t *parts, buffer_t *out, message_envelope_t *envelope)
{
    sp_rc_t                 rc;
    buffer_t                feedback;
    mime_message_t          m;
    const message_facts_t  *facts;

    facts = md->facts;
    rc = message_identity(facts, envelope, md->err);

    if (rc != SP_OK) {
        return rc;
    }

    buffer_init(&feedback, 512);
    message_feedback(facts, &feedback);

    memset(&m, 0, sizeof(mime_message_t));

    m.from_name = facts->shop->from_name.len ? facts->shop->from_name
                                             : facts->shop->name;
    m.from = facts->shop->from;
    m.reply_to = facts->shop->reply_to;
    m.to = facts->to;
    m.date = facts->date;
    m.message_id.data = envelope->message_id;
    m.message_id.len = strlen(envelope->message_id);
    m.language.data = locale->locale;
    m.language.len = strlen(locale->locale);

    message_sp(&parts->subject, &m.subject);
    message_sp(&md->unsubscribe, &m.unsubscribe);
    message_sp(&feedback, &m.feedback_id);
    message_sp(&parts->text, &m.text);
    message_sp(&parts->html, &m.html);

    rc = mime_build(&m, out, &envelope->smtputf8, md->err);

    buffer_free(&feedback);

    return rc;
}


static sp_rc_t
message_identity(const message_facts_t *facts, message_envelope_t *envelope,
    sp_error_t *err)
{
    char         from[MIME_ADDRESS_MAX + 1];
    sp_str_t     domain;
    const char  *wrong;

    memset(envelope, 0, sizeof(message_envelope_t));
    wrong = NULL;

    if (mime_address(&facts->shop->from, from, NULL) != SP_OK) {
        wrong = "from is not an address that can be mailed";

    } else if (mime_address(&facts->to, envelope->to, NULL) != SP_OK) {
        wrong = "recipient is not an address that can be mailed";

    } else {
        domain = sp_str(strrchr(from, '@') + 1);

        if (mime_message_id(&facts->shop->key, &facts->shopper, facts->rescue,
                            &facts->step, &domain, envelope->message_id)
            != SP_OK)
        {
            wrong = "the domain of Message-IDs is not a domain";
        }
    }

    if (wrong == NULL) {
        return SP_OK;
    }

    (void) snprintf(err->text, sizeof(err->text), "%s", wrong);

    return SP_INVALID;
}


/*
 * Gmail's Feedback-ID, "campaign:customer:type:sender": complaints are counted
 * by each of its fields, so none of them may tell people apart.
 */

static void
message_feedback(const message_facts_t *facts, buffer_t *out)
{
    message_feedback_field(out, &facts->series);

    if (facts->step.len != 0) {
        buffer_char(out, '.');
        message_feedback_field(out, &facts->step);
    }

    buffer_char(out, ':');
    message_feedback_field(out, &facts->shop->key);
    buffer_str(out, ":rescue:sitepreserver");
}


static void
message_feedback_field(buffer_t *out, const sp_str_t *s)
{
    char    c;
    size_t  i;

    for (i = 0; i < s->len && i < MESSAGE_FEEDBACK_MAX; i++) {
        c = s->data[i];

        if ((c < '0' || c > '9') && ((c | 0x20) < 'a' || (c | 0x20) > 'z')
            && c != '.' && c != '_' && c != '-')
        {
            c = '_';
        }

        buffer_char(out, c);
    }
}


static void
message_sp(const buffer_t *b, sp_str_t *s)
{
    s->data = buffer_text(b);
    s->len = b->len;
}


static void
message_take(buffer_t *out, const buffer_t *b)
{
    if (out != NULL) {
        buffer_add(out, buffer_text(b), b->len);
    }
}
