/*
 * Copyright (C) SitePreserver developers
 */

#include <pthread.h>
#include <stdio.h>

#include <gmime/gmime.h>
#include <openssl/evp.h>

#include "mime.h"


#define MIME_LINE_MAX     998       /* RFC 5322 2.1.1 */
#define MIME_SUBJECT_MAX  200       /* characters */
#define MIME_NAME_MAX     100


static void mime_once(void);
static sp_rc_t mime_mailboxes(GMimeMessage *m, const mime_message_t *message,
    int *smtputf8, sp_error_t *err);
static sp_rc_t mime_add_mailbox(GMimeMessage *m, GMimeAddressType type,
    const char *what, const sp_str_t *name, const sp_str_t *address,
    int *smtputf8, sp_error_t *err);
static sp_rc_t mime_headers(GMimeMessage *m, const mime_message_t *message,
    sp_error_t *err);
static sp_rc_t mime_raw_header(GMimeMessage *m, const char *name,
    const char *value, sp_error_t *err);
static void mime_header_line(buffer_t *out, const sp_str_t *s, size_t max);
static void mime_subject(GMimeMessage *m, const sp_str_t *subject);
static void mime_body(GMimeMessage *m, const mime_message_t *message);
static void mime_part(GMimeMultipart *multipart, const char *subtype,
    const sp_str_t *content);
static sp_rc_t mime_write(GMimeMessage *m, buffer_t *out, sp_error_t *err);
static sp_rc_t mime_lines(const char *text, size_t len);
static sp_rc_t mime_wrong(sp_error_t *err, const char *what);


static pthread_once_t  mime_ready = PTHREAD_ONCE_INIT;


void
mime_setup(void)
{
    (void) pthread_once(&mime_ready, mime_once);
}


sp_rc_t
mime_build(const mime_message_t *message, buffer_t *out, int *smtputf8,
    sp_error_t *err)
{
    sp_rc_t        rc;
    GMimeMessage  *m;

    (void) pthread_once(&mime_ready, mime_once);

    *smtputf8 = 0;
    m = g_mime_message_new(TRUE);

    rc = mime_mailboxes(m, message, smtputf8, err);

    if (rc == SP_OK) {
        rc = mime_headers(m, message, err);
    }

    if (rc == SP_OK) {
        mime_body(m, message);
        rc = mime_write(m, out, err);
    }

    g_object_unref(m);

    return rc;
}


sp_rc_t
mime_mailbox(const char *text, char *name, size_t size,
    char address[MIME_ADDRESS_MAX + 1])
{
    int                   n;
    sp_rc_t               rc;
    sp_str_t              s;
    const char           *given;
    InternetAddress      *ia;
    InternetAddressList  *list;

    (void) pthread_once(&mime_ready, mime_once);

    list = internet_address_list_parse(NULL, text);

    if (list == NULL) {
        return SP_INVALID;
    }

    rc = SP_INVALID;
    ia = internet_address_list_length(list) == 1
         ? internet_address_list_get_address(list, 0) : NULL;

    if (ia != NULL && INTERNET_ADDRESS_IS_MAILBOX(ia)) {
        s.data = internet_address_mailbox_get_addr((void *) ia);
        s.len = s.data != NULL ? strlen(s.data) : 0;
        given = internet_address_get_name(ia);
        n = snprintf(name, size, "%s", given != NULL ? given : "");

        if (n >= 0 && (size_t) n < size) {
            rc = mime_address(&s, address, NULL);
        }
    }

    g_object_unref(list);

    return rc;
}


static void
mime_once(void)
{
    g_mime_init();
}


static sp_rc_t
mime_mailboxes(GMimeMessage *m, const mime_message_t *message, int *smtputf8,
    sp_error_t *err)
{
    sp_rc_t   rc;
    sp_str_t  none = sp_null_string;

    rc = mime_add_mailbox(m, GMIME_ADDRESS_TYPE_FROM, "from",
                          &message->from_name, &message->from, smtputf8, err);

    if (rc == SP_OK && message->reply_to.len != 0) {
        rc = mime_add_mailbox(m, GMIME_ADDRESS_TYPE_REPLY_TO, "reply_to",
                              &message->from_name, &message->reply_to,
                              smtputf8, err);
    }

    if (rc == SP_OK) {
        rc = mime_add_mailbox(m, GMIME_ADDRESS_TYPE_TO, "recipient", &none,
                              &message->to, smtputf8, err);
    }

    return rc;
}


static sp_rc_t
mime_add_mailbox(GMimeMessage *m, GMimeAddressType type, const char *what,
    const sp_str_t *name, const sp_str_t *address, int *smtputf8,
    sp_error_t *err)
{
    int               utf8;
    char              text[MIME_ADDRESS_MAX + 1];
    buffer_t          b;
    InternetAddress  *ia;

    if (mime_address(address, text, &utf8) != SP_OK) {
        (void) snprintf(err->text, sizeof(err->text),
                        "%s is not an address that can be mailed", what);
        return SP_INVALID;
    }

    if (utf8) {
        *smtputf8 = 1;
    }

    buffer_init(&b, 4096);
    mime_header_line(&b, name, MIME_NAME_MAX);

    ia = internet_address_mailbox_new(b.len ? buffer_text(&b) : NULL, text);
    internet_address_set_charset(ia, "utf-8");
    internet_address_list_add(g_mime_message_get_addresses(m, type), ia);

    g_object_unref(ia);
    buffer_free(&b);

    return SP_OK;
}


static sp_rc_t
mime_headers(GMimeMessage *m, const mime_message_t *message, sp_error_t *err)
{
    sp_rc_t     rc;
    buffer_t    b;
    GDateTime  *date;

    mime_subject(m, &message->subject);

    date = g_date_time_new_from_unix_utc(message->date);

    if (date == NULL) {
        return mime_wrong(err, "date is out of range");
    }

    g_mime_message_set_date(m, date);
    g_date_time_unref(date);

    buffer_init(&b, MIME_HEADER_MAX);
    buffer_sp(&b, &message->message_id);
    rc = mime_raw_header(m, "Message-ID", buffer_text(&b), err);

    buffer_reset(&b);
    buffer_char(&b, '<');
    buffer_sp(&b, &message->unsubscribe);
    buffer_char(&b, '>');

    /*
     * Not folded: some signers and readers stumble over a folded URL.  RFC
     * 8058's header has but one value.
     */

    if (rc == SP_OK && b.len > 2) {
        rc = b.failed ? mime_wrong(err, "unsubscribe link is too long")
                      : mime_raw_header(m, "List-Unsubscribe", buffer_text(&b),
                                        err);
        if (rc == SP_OK) {
            rc = mime_raw_header(m, "List-Unsubscribe-Post",
                                 "List-Unsubscribe=One-Click", err);
        }
    }

    if (rc == SP_OK && message->feedback_id.len != 0) {
        buffer_reset(&b);
        buffer_sp(&b, &message->feedback_id);
        rc = mime_raw_header(m, "Feedback-ID", buffer_text(&b), err);
    }

    if (rc == SP_OK && message->language.len != 0) {
        buffer_reset(&b);
        buffer_sp(&b, &message->language);
        rc = mime_raw_header(m, "Content-Language", buffer_text(&b), err);
    }

    buffer_free(&b);

    /* RFC 3834 5: made by a program, and not an answer to a message */

    return rc == SP_OK ? mime_raw_header(m, "Auto-Submitted", "auto-generated",
                                         err)
                       : rc;
}


/* A header as it is, in one line: visible ASCII only, or it is refused. */

static sp_rc_t
mime_raw_header(GMimeMessage *m, const char *name, const char *value,
    sp_error_t *err)
{
    char          raw[MIME_HEADER_MAX + 4];
    const char   *p;
    GMimeHeader  *header;

    for (p = value; *p > ' ' && *p < 0x7f; p++) {
        /* void */
    }

    if (*p != '\0' || p == value || p - value > MIME_HEADER_MAX) {
        (void) snprintf(err->text, sizeof(err->text),
                        "%s cannot hold its value", name);
        return SP_INVALID;
    }

    (void) snprintf(raw, sizeof(raw), " %s\n", value);

    g_mime_object_append_header((GMimeObject *) m, name, "", NULL);
    header = g_mime_header_list_get_header(m->parent_object.headers, name);
    g_mime_header_set_raw_value(header, raw);

    return SP_OK;
}


/*
 * What looks like an encoded word would be decoded by readers that do so even
 * in quotes, line ends and all: "=?" is parted.
 */

static void
mime_header_line(buffer_t *out, const sp_str_t *s, size_t max)
{
    buffer_t     line;
    const char  *p, *word;

    buffer_init(&line, out->limit);
    mime_line(&line, s, max);

    p = buffer_text(&line);

    while ((word = strstr(p, "=?")) != NULL) {
        buffer_add(out, p, (size_t) (word + 1 - p));
        buffer_char(out, ' ');
        p = word + 1;
    }

    buffer_str(out, p);
    buffer_free(&line);
}


static void
mime_subject(GMimeMessage *m, const sp_str_t *subject)
{
    buffer_t  b;

    buffer_init(&b, 4096);
    mime_header_line(&b, subject, MIME_SUBJECT_MAX);
    g_mime_message_set_subject(m, buffer_text(&b), "utf-8");
    buffer_free(&b);
}


/*
 * The boundary is made from the Message-ID, so that the same message has the
 * same bytes; "=_" is never in quoted-printable text.
 */

static void
mime_body(GMimeMessage *m, const mime_message_t *message)
{
    char             boundary[40];
    size_t           i;
    unsigned char    hash[EVP_MAX_MD_SIZE];
    GMimeMultipart  *multipart;

    memset(hash, 0, sizeof(hash));
    (void) EVP_Digest(message->message_id.data, message->message_id.len, hash,
                      NULL, EVP_sha256(), NULL);

    (void) strcpy(boundary, "=_");

    for (i = 0; i < 16; i++) {
        (void) snprintf(boundary + 2 + 2 * i, 3, "%02x", hash[31 - i]);
    }

    multipart = g_mime_multipart_new_with_subtype("alternative");
    g_mime_multipart_set_boundary(multipart, boundary);

    mime_part(multipart, "plain", &message->text);
    mime_part(multipart, "html", &message->html);

    g_mime_message_set_mime_part(m, (GMimeObject *) multipart);
    g_object_unref(multipart);
}


static void
mime_part(GMimeMultipart *multipart, const char *subtype,
    const sp_str_t *content)
{
    GMimePart         *part;
    GMimeStream       *stream;
    GMimeDataWrapper  *wrapper;

    part = g_mime_part_new_with_type("text", subtype);
    stream = g_mime_stream_mem_new_with_buffer(content->data, content->len);
    wrapper = g_mime_data_wrapper_new_with_stream(stream,
                                              GMIME_CONTENT_ENCODING_DEFAULT);

    g_mime_object_set_content_type_parameter((GMimeObject *) part, "charset",
                                             "utf-8");
    g_mime_part_set_content(part, wrapper);
    g_mime_part_set_content_encoding(part,
                                     GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);
    g_mime_multipart_add(multipart, (GMimeObject *) part);

    g_object_unref(wrapper);
    g_object_unref(stream);
    g_object_unref(part);
}


static sp_rc_t
mime_write(GMimeMessage *m, buffer_t *out, sp_error_t *err)
{
    size_t               from;
    GByteArray          *bytes;
    GMimeStream         *stream;
    GMimeFormatOptions  *options;

    options = g_mime_format_options_new();
    g_mime_format_options_set_newline_format(options,
                                             GMIME_NEWLINE_FORMAT_DOS);

    bytes = g_byte_array_new();
    stream = g_mime_stream_mem_new_with_byte_array(bytes);
    (void) g_mime_object_write_to_stream((GMimeObject *) m, options, stream);

    from = out->len;
    buffer_add(out, bytes->data, bytes->len);

    g_object_unref(stream);         /* and its bytes */
    g_mime_format_options_free(options);

    if (out->failed) {
        (void) mime_wrong(err, "message is too large");
        return SP_LIMIT;
    }

    if (mime_lines(out->data + from, out->len - from) != SP_OK) {
        buffer_truncate(out, from);
        return mime_wrong(err, "a line of the message is too long");
    }

    return SP_OK;
}


/* Every line ends in CRLF and is short enough. */

static sp_rc_t
mime_lines(const char *text, size_t len)
{
    const char  *end, *eol;

    for (end = text + len; text < end; text = eol + 1) {
        eol = memchr(text, '\n', (size_t) (end - text));

        if (eol == NULL || eol == text || eol[-1] != '\r'
            || eol - 1 - text > MIME_LINE_MAX)
        {
            return SP_INVALID;
        }
    }

    return SP_OK;
}


static sp_rc_t
mime_wrong(sp_error_t *err, const char *what)
{
    (void) snprintf(err->text, sizeof(err->text), "%s", what);

    return SP_INVALID;
}
