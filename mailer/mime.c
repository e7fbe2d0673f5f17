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
static sp_rc_t mime_people(buffer_t *out, const mime_message_t *message,
    int *smtputf8, sp_error_t *err);
static sp_rc_t mime_person(buffer_t *out, const char *header,
    const char *what, const sp_str_t *name, const sp_str_t *address,
    int *smtputf8, sp_error_t *err);
static void mime_encode_person(buffer_t *out, const char *header,
    const char *name, const char *address);
static sp_rc_t mime_date(buffer_t *out, int64_t time, sp_error_t *err);
static void mime_subject(buffer_t *out, const sp_str_t *subject);
static sp_rc_t mime_plain(buffer_t *out, const mime_message_t *message,
    sp_error_t *err);
static sp_rc_t mime_plain_header(buffer_t *out, const char *name,
    const sp_str_t *value, sp_error_t *err);
static void mime_header_line(buffer_t *out, const sp_str_t *s, size_t max);
static void mime_body(buffer_t *out, const mime_message_t *message);
static void mime_part(buffer_t *out, const char *boundary,
    const char *subtype, const sp_str_t *content);
static sp_rc_t mime_lines(const char *text, size_t len);
static sp_rc_t mime_wrong(sp_error_t *err, const char *what);


static pthread_once_t      mime_ready = PTHREAD_ONCE_INIT;
static GMimeFormatOptions  *mime_crlf;


void
mime_setup(void)
{
    (void) pthread_once(&mime_ready, mime_once);
}


sp_rc_t
mime_build(const mime_message_t *message, buffer_t *out, int *smtputf8,
    sp_error_t *err)
{
    size_t   from;
    sp_rc_t  rc;

    (void) pthread_once(&mime_ready, mime_once);

    *smtputf8 = 0;
    from = out->len;

    rc = mime_date(out, message->date, err);

    if (rc == SP_OK) {
        rc = mime_people(out, message, smtputf8, err);
    }

    if (rc == SP_OK) {
        rc = mime_plain(out, message, err);
    }

    if (rc == SP_OK) {
        mime_body(out, message);

        if (out->failed) {
            (void) mime_wrong(err, "message is too large");
            rc = SP_LIMIT;

        } else if (mime_lines(out->data + from, out->len - from) != SP_OK) {
            rc = mime_wrong(err, "a line of the message is too long");
        }
    }

    if (rc != SP_OK) {
        buffer_truncate(out, from);
    }

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

    mime_crlf = g_mime_format_options_new();
    g_mime_format_options_set_newline_format(mime_crlf,
                                             GMIME_NEWLINE_FORMAT_DOS);
}


static sp_rc_t
mime_date(buffer_t *out, int64_t time, sp_error_t *err)
{
    char       *text;
    GDateTime  *date;

    date = g_date_time_new_from_unix_utc(time);

    if (date == NULL) {
        return mime_wrong(err, "date is out of range");
    }

    text = g_mime_utils_header_format_date(date);
    buffer_fmt(out, "Date: %s\r\n", text);

    g_free(text);
    g_date_time_unref(date);

    return SP_OK;
}


static sp_rc_t
mime_people(buffer_t *out, const mime_message_t *message, int *smtputf8,
    sp_error_t *err)
{
    sp_rc_t   rc;
    sp_str_t  none = sp_null_string;

    rc = mime_person(out, "From", "from", &message->from_name, &message->from,
                     smtputf8, err);

    if (rc == SP_OK && message->reply_to.len != 0) {
        rc = mime_person(out, "Reply-To", "reply_to", &message->from_name,
                         &message->reply_to, smtputf8, err);
    }

    if (rc == SP_OK) {
        mime_subject(out, &message->subject);
        rc = mime_person(out, "To", "recipient", &none, &message->to, smtputf8,
                         err);
    }

    return rc;
}


static sp_rc_t
mime_person(buffer_t *out, const char *header, const char *what,
    const sp_str_t *name, const sp_str_t *address, int *smtputf8,
    sp_error_t *err)
{
    int       utf8;
    char      text[MIME_ADDRESS_MAX + 1];
    buffer_t  b;

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

    if (b.len == 0 && !utf8) {
        buffer_fmt(out, "%s: %s\r\n", header, text);

    } else {
        mime_encode_person(out, header, b.len ? buffer_text(&b) : NULL, text);
    }

    buffer_free(&b);

    return SP_OK;
}


static void
mime_encode_person(buffer_t *out, const char *header, const char *name,
    const char *address)
{
    GString              *s;
    InternetAddress      *ia;
    InternetAddressList  *list;

    ia = internet_address_mailbox_new(name, address);
    internet_address_set_charset(ia, "utf-8");

    list = internet_address_list_new();
    internet_address_list_add(list, ia);

    s = g_string_new(header);           /* it is folded behind that */
    g_string_append(s, ": ");
    internet_address_list_encode(list, mime_crlf, s);
    buffer_add(out, s->str, s->len);

    g_string_free(s, TRUE);
    g_object_unref(list);
    g_object_unref(ia);
}


static void
mime_subject(buffer_t *out, const sp_str_t *subject)
{
    char      *encoded, *folded, *p, *eol;
    buffer_t   b;

    buffer_init(&b, 4096);
    mime_header_line(&b, subject, MIME_SUBJECT_MAX);

    encoded = g_mime_utils_header_encode_text(NULL, buffer_text(&b), "utf-8");
    buffer_reset(&b);
    buffer_str(&b, "Subject: ");
    buffer_str(&b, encoded);
    folded = g_mime_utils_unstructured_header_fold(NULL, NULL,
                                                   buffer_text(&b));

    for (p = folded; (eol = strchr(p, '\n')) != NULL; p = eol + 1) {
        buffer_add(out, p, (size_t) (eol - p));
        buffer_str(out, "\r\n");
    }

    g_free(encoded);
    g_free(folded);
    buffer_free(&b);
}


/* Headers that are not encoded and not folded. */

static sp_rc_t
mime_plain(buffer_t *out, const mime_message_t *message, sp_error_t *err)
{
    sp_rc_t   rc;
    buffer_t  b;
    sp_str_t  link;

    buffer_init(&b, MIME_HEADER_MAX);
    buffer_char(&b, '<');
    buffer_sp(&b, &message->unsubscribe);
    buffer_char(&b, '>');
    link.data = buffer_text(&b);
    link.len = b.len;

    rc = mime_plain_header(out, "Message-ID", &message->message_id, err);

    /*
     * Some signers and readers stumble over a folded URL.  RFC 8058's header
     * has but one value.
     */

    if (rc == SP_OK && message->unsubscribe.len != 0) {
        rc = b.failed ? mime_wrong(err, "unsubscribe link is too long")
                      : mime_plain_header(out, "List-Unsubscribe", &link, err);
        buffer_str(out, "List-Unsubscribe-Post: List-Unsubscribe=One-Click"
                        "\r\n");
    }

    if (rc == SP_OK && message->feedback_id.len != 0) {
        rc = mime_plain_header(out, "Feedback-ID", &message->feedback_id, err);
    }

    if (rc == SP_OK && message->language.len != 0) {
        rc = mime_plain_header(out, "Content-Language", &message->language,
                               err);
    }

    buffer_free(&b);

    /* RFC 3834 5: made by a program, and not an answer to a message */

    buffer_str(out, "Auto-Submitted: auto-generated\r\n");

    return rc;
}


/* Visible ASCII only, or it is refused. */

static sp_rc_t
mime_plain_header(buffer_t *out, const char *name, const sp_str_t *value,
    sp_error_t *err)
{
    size_t  i;

    for (i = 0; i < value->len && value->data[i] > ' '
                && value->data[i] < 0x7f; i++)
    {
        /* void */
    }

    if (i != value->len || i == 0 || i > MIME_HEADER_MAX) {
        (void) snprintf(err->text, sizeof(err->text),
                        "%s cannot hold its value", name);
        return SP_INVALID;
    }

    buffer_str(out, name);
    buffer_str(out, ": ");
    buffer_sp(out, value);
    buffer_str(out, "\r\n");

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


/*
 * The boundary is made from the Message-ID, so that the same message has the
 * same bytes; "=_" is never in quoted-printable text.
 */

static void
mime_body(buffer_t *out, const mime_message_t *message)
{
    char           boundary[40];
    size_t         i;
    unsigned char  hash[EVP_MAX_MD_SIZE];

    memset(hash, 0, sizeof(hash));
    (void) EVP_Digest(message->message_id.data, message->message_id.len, hash,
                      NULL, EVP_sha256(), NULL);

    (void) strcpy(boundary, "=_");

    for (i = 0; i < 16; i++) {
        (void) snprintf(boundary + 2 + 2 * i, 3, "%02x", hash[31 - i]);
    }

    buffer_fmt(out, "MIME-Version: 1.0\r\n"
               "Content-Type: multipart/alternative;\r\n"
               "\tboundary=\"%s\"\r\n\r\n", boundary);

    mime_part(out, boundary, "plain", &message->text);
    mime_part(out, boundary, "html", &message->html);

    buffer_fmt(out, "--%s--\r\n", boundary);
}


static void
mime_part(buffer_t *out, const char *boundary, const char *subtype,
    const sp_str_t *content)
{
    buffer_fmt(out, "--%s\r\n"
               "Content-Type: text/%s; charset=utf-8\r\n"
               "Content-Transfer-Encoding: quoted-printable\r\n\r\n",
               boundary, subtype);
    mime_quoted(out, content);
    buffer_str(out, "\r\n");
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
