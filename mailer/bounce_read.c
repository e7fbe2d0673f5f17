/*
 * Copyright (C) SitePreserver developers
 */

#define _GNU_SOURCE                 /* strcasestr() */

#include <ctype.h>
#include <gmime/gmime.h>
#include <openssl/evp.h>
#include <strings.h>

#include "bounce.h"
#include "bounce_fields.h"
#include "mime.h"


#define BOUNCE_PART_MAX  65536      /* bytes of a part that are looked at */
#define BOUNCE_COLONS    64         /* of a header */
#define BOUNCE_DASHES    256        /* lines that may begin or end a part */
#define BOUNCE_LINES     8192       /* more is not read */


static GMimeMessage *bounce_parse(const char *text, size_t len);
static size_t bounce_bound(const char *text, size_t len);
static void bounce_flatten(char *text, size_t len);
static void bounce_envelope(GMimeObject *headers, bounce_t *bounce);
static void bounce_parts(GMimeMultipart *report, bounce_t *bounce,
    buffer_t *status);
static void bounce_content(GMimeObject *part, buffer_t *text);
static void bounce_status(const char *text, bounce_t *bounce);
static bounce_kind_t bounce_outcome(const char *action, const char *status);
static void bounce_feedback(const char *text, bounce_t *bounce);
static void bounce_returned(GMimeObject *headers, bounce_t *bounce);
static int bounce_is_auto(GMimeObject *headers);
static void bounce_mark(GMimeObject *headers, const buffer_t *status,
    bounce_t *bounce);
static void bounce_hint(bounce_hint_t *hints, unsigned *n, const char *text);


void
bounce_read(const char *text, size_t len, bounce_t *bounce)
{
    buffer_t       status;
    const char    *type;
    GMimeObject   *part;
    GMimeMessage  *message;

    memset(bounce, 0, sizeof(bounce_t));
    message = bounce_parse(text, len);

    if (message == NULL) {
        return;
    }

    buffer_init(&status, BOUNCE_PART_MAX);
    bounce_envelope(GMIME_OBJECT(message), bounce);
    part = g_mime_message_get_mime_part(message);
    type = part != NULL
           ? g_mime_object_get_content_type_parameter(part, "report-type")
           : NULL;

    if (GMIME_IS_MULTIPART(part) && type != NULL
        && (strcasecmp(type, "delivery-status") == 0
            || strcasecmp(type, "feedback-report") == 0))
    {
        bounce_parts(GMIME_MULTIPART(part), bounce, &status);

    } else if (bounce_is_auto(GMIME_OBJECT(message))) {
        bounce->kind = BOUNCE_AUTO;
    }

    bounce_mark(GMIME_OBJECT(message), &status, bounce);
    buffer_free(&status);
    g_object_unref(message);
}


/* A mail server that pipes may put a "From " line in front. */

static GMimeMessage *
bounce_parse(const char *text, size_t len)
{
    const char    *end;
    GByteArray    *bytes;
    GMimeParser   *parser;
    GMimeStream   *stream;
    GMimeMessage  *message;

    mime_setup();

    if (len > 5 && memcmp(text, "From ", 5) == 0
        && (end = memchr(text, '\n', len)) != NULL)
    {
        len -= (size_t) (end + 1 - text);
        text = end + 1;
    }

    if (len > BOUNCE_SIZE_MAX) {
        len = BOUNCE_SIZE_MAX;
    }

    len = bounce_bound(text, len);
    stream = g_mime_stream_mem_new_with_buffer(text, len);
    bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
    bounce_flatten((char *) bytes->data, bytes->len);
    parser = g_mime_parser_new_with_stream(stream);
    message = g_mime_parser_construct_message(parser, NULL);
    g_object_unref(parser);
    g_object_unref(stream);

    return message;
}


/*
 * GMime needs longest for parts and headers: a short text can have very many.
 * The parts of a report that count are its first ones.
 */

static size_t
bounce_bound(const char *text, size_t len)
{
    unsigned     lines, dashes;
    const char  *p, *end;

    lines = 0;
    dashes = 0;
    end = text + len;

    for (p = text; p != NULL && p < end; p = memchr(p, '\n', (size_t) (end - p)))
    {
        if (*p == '\n' && ++p == end) {
            break;
        }

        if (end - p > 2 && p[0] == '-' && p[1] == '-') {
            dashes++;
        }

        if (++lines > BOUNCE_LINES || dashes > BOUNCE_DASHES) {
            return (size_t) (p - text);
        }
    }

    return len;
}


/*
 * GMime reads a group of addresses ("name: ...;") within another by calling
 * itself, as deep as there are colons: a header of many ends the process.  Those
 * that are too many for any real one become blanks.
 */

static void
bounce_flatten(char *text, size_t len)
{
    size_t    i;
    unsigned  colons;

    for (i = 0, colons = 0; i < len; i++) {

        if (text[i] == '\n' && i + 1 < len && text[i + 1] != ' '
            && text[i + 1] != '\t')
        {
            colons = 0;

        } else if (text[i] == ':' && ++colons > BOUNCE_COLONS) {
            text[i] = ' ';
        }
    }
}


/* To whom the report came: to the return path of ours. */

static void
bounce_envelope(GMimeObject *headers, bounce_t *bounce)
{
    size_t              i;
    static const char  *names[] = { "To", "Delivered-To", "X-Original-To",
                                    "Envelope-To" };

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        bounce_hint(bounce->paths, &bounce->npaths,
                    g_mime_object_get_header(headers, names[i]));
    }
}


static void
bounce_parts(GMimeMultipart *report, bounce_t *bounce, buffer_t *status)
{
    int               i, n;
    buffer_t          text;
    GMimeObject      *part;
    GMimeMessage     *returned;
    GMimeContentType *type;

    n = g_mime_multipart_get_count(report);

    for (i = 0; i < n && i < 8; i++) {
        part = g_mime_multipart_get_part(report, i);
        type = g_mime_object_get_content_type(part);

        if (GMIME_IS_MESSAGE_PART(part)) {
            returned = g_mime_message_part_get_message(
                           GMIME_MESSAGE_PART(part));

            if (returned != NULL) {
                bounce_returned(GMIME_OBJECT(returned), bounce);
            }

            continue;
        }

        buffer_init(&text, BOUNCE_PART_MAX);
        bounce_content(part, &text);

        if (g_mime_content_type_is_type(type, "message", "delivery-status")) {
            bounce_status(buffer_text(&text), bounce);
            buffer_add(status, text.data, text.len);

        } else if (g_mime_content_type_is_type(type, "message",
                                               "feedback-report"))
        {
            bounce_feedback(buffer_text(&text), bounce);
            buffer_add(status, text.data, text.len);

        } else if (g_mime_content_type_is_type(type, "text",
                                               "rfc822-headers")
                   || g_mime_content_type_is_type(type, "message", "*"))
        {
            returned = bounce_parse(buffer_text(&text), text.len);

            if (returned != NULL) {
                bounce_returned(GMIME_OBJECT(returned), bounce);
                g_object_unref(returned);
            }
        }

        buffer_free(&text);
    }
}


static void
bounce_content(GMimeObject *part, buffer_t *text)
{
    GByteArray        *bytes;
    GMimeStream       *stream;
    GMimeDataWrapper  *content;

    content = GMIME_IS_PART(part) ? g_mime_part_get_content(GMIME_PART(part))
                                  : NULL;
    if (content == NULL) {
        return;
    }

    stream = g_mime_stream_mem_new();
    g_mime_data_wrapper_write_to_stream(content, stream);
    bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
    buffer_add(text, bytes->data, bytes->len < BOUNCE_PART_MAX
                                      ? bytes->len : BOUNCE_PART_MAX);
    g_object_unref(stream);
}


/*
 * The first block is about the message, each other one about a recipient (RFC
 * 3464 2.1); ours have one.  The worst counts.
 */

static void
bounce_status(const char *text, bounce_t *bounce)
{
    char            action[32], status[32], address[512];
    const char     *block;
    bounce_kind_t   kind;

    for (block = text; block != NULL; block = bounce_next_block(block)) {
        if (bounce_field(block, "Final-Recipient", address, sizeof(address))) {
            bounce_hint(bounce->recipients, &bounce->nrecipients,
                        bounce_typed(address));
        }

        if (bounce_field(block, "Original-Recipient", address,
                         sizeof(address)))
        {
            bounce_hint(bounce->recipients, &bounce->nrecipients,
                        bounce_typed(address));
        }

        if (!bounce_field(block, "Action", action, sizeof(action))) {
            continue;
        }

        if (!bounce_field(block, "Status", status, sizeof(status))) {
            status[0] = '\0';
        }

        kind = bounce_outcome(action, status);

        if (kind > bounce->kind) {
            bounce->kind = kind;
            bounce_code(status, bounce->status, sizeof(bounce->status));
        }
    }
}


/*
 * Hard is what says that the address is dead (as outcome.c has it of SMTP's
 * replies, and with 5.0.0, 5.1.0, 5.2.0 and 5.4.4, which mail servers give for
 * lack of a better one): a full mailbox, a message that is too large and a
 * policy that refuses us say nothing of it, and are counted as soft.
 */

static bounce_kind_t
bounce_outcome(const char *action, const char *status)
{
    char                code[16];
    size_t              i;
    static const char  *dead[] = { "5.0.0", "5.1.0", "5.1.1", "5.1.2",
                                   "5.1.3", "5.1.6", "5.1.10", "5.2.0",
                                   "5.2.1", "5.4.4" };

    bounce_code(status, code, sizeof(code));

    if (strcasecmp(action, "delayed") == 0) {
        return BOUNCE_SOFT;
    }

    if (strcasecmp(action, "failed") != 0) {
        return BOUNCE_DELIVERED;
    }

    for (i = 0; i < sizeof(dead) / sizeof(dead[0]); i++) {
        if (strcmp(code, dead[i]) == 0) {
            return BOUNCE_HARD;
        }
    }

    return BOUNCE_SOFT;
}


/* RFC 5965 7.3: what says that the recipient does not want it. */

static void
bounce_feedback(const char *text, bounce_t *bounce)
{
    char         type[32], value[512];
    const char  *block;

    if (!bounce_field(text, "Feedback-Type", type, sizeof(type))) {
        return;
    }

    bounce->kind = strcasecmp(type, "abuse") == 0
                   || strcasecmp(type, "fraud") == 0
                   || strcasecmp(type, "opt-out") == 0
                   || strcasecmp(type, "complaint") == 0 ? BOUNCE_COMPLAINT
                                                         : BOUNCE_DELIVERED;

    for (block = text; block != NULL; block = bounce_next_block(block)) {
        if (bounce_field(block, "Original-Mail-From", value, sizeof(value))) {
            bounce_hint(bounce->paths, &bounce->npaths, value);
        }

        if (bounce_field(block, "Original-Rcpt-To", value, sizeof(value))
            || bounce_field(block, "Removal-Recipient", value,
                            sizeof(value)))
        {
            bounce_hint(bounce->recipients, &bounce->nrecipients, value);
        }
    }
}


/* The message that came back, or its headers. */

static void
bounce_returned(GMimeObject *headers, bounce_t *bounce)
{
    const char  *value;

    value = g_mime_object_get_header(headers, "List-Unsubscribe");

    if (value != NULL && bounce->unsubscribe[0] == '\0') {
        snprintf(bounce->unsubscribe, sizeof(bounce->unsubscribe), "%s",
                 value);
    }

    value = g_mime_object_get_header(headers, "Message-ID");

    if (value != NULL && bounce->message_id[0] == '\0') {
        snprintf(bounce->message_id, sizeof(bounce->message_id), "%.*s",
                 (int) strcspn(value, " \t\r\n"), value);
    }

    bounce_hint(bounce->paths, &bounce->npaths,
                g_mime_object_get_header(headers, "Return-Path"));
    bounce_hint(bounce->recipients, &bounce->nrecipients,
                g_mime_object_get_header(headers, "To"));
}


/* RFC 3834, and what programs said before it. */

static int
bounce_is_auto(GMimeObject *headers)
{
    size_t       i;
    const char  *value;
    static const char  *names[] = { "X-Autoreply", "X-Autorespond",
                                    "X-Auto-Response-Suppress" };

    value = g_mime_object_get_header(headers, "Auto-Submitted");

    if (value != NULL && strncasecmp(value, "no", 2) != 0) {
        return 1;
    }

    value = g_mime_object_get_header(headers, "Precedence");

    if (value != NULL && (strcasestr(value, "auto") != NULL
                          || strcasestr(value, "bulk") != NULL))
    {
        return 1;
    }

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (g_mime_object_get_header(headers, names[i]) != NULL) {
            return 1;
        }
    }

    return 0;
}


/* The same report has the same mark, whichever way it came. */

static void
bounce_mark(GMimeObject *headers, const buffer_t *status, bounce_t *bounce)
{
    size_t          i;
    buffer_t        b;
    const char     *id;
    unsigned char   hash[EVP_MAX_MD_SIZE];

    buffer_init(&b, BOUNCE_PART_MAX + 1024);
    id = g_mime_object_get_header(headers, "Message-ID");
    buffer_fmt(&b, "%.500s\n", id != NULL ? id : "");
    buffer_add(&b, status->data, status->len);
    memset(hash, 0, sizeof(hash));
    (void) EVP_Digest(buffer_text(&b), b.len, hash, NULL, EVP_sha256(), NULL);
    buffer_free(&b);

    for (i = 0; i < BOUNCE_REPORT_LEN / 2; i++) {
        snprintf(bounce->report + 2 * i, 3, "%02x", hash[i]);
    }
}


static void
bounce_hint(bounce_hint_t *hints, unsigned *n, const char *text)
{
    if (text != NULL && *n < BOUNCE_HINTS) {
        snprintf(hints[(*n)++].text, sizeof(hints->text), "%s", text);
    }
}


const char *
bounce_kind_name(bounce_kind_t kind)
{
    static const char  *names[] = { "none", "auto_reply", "delivered", "soft",
                                    "hard", "complaint" };

    return names[kind];
}


const char *
bounce_reason(bounce_kind_t kind)
{
    return kind == BOUNCE_HARD ? "bounced"
           : kind == BOUNCE_COMPLAINT ? "complained" : NULL;
}
