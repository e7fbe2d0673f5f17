/*
 * Copyright (C) SitePreserver developers
 *
 * A message that is built, and what GMime reads in it, for
 * t/lib/read_message.py.
 */

#ifndef MESSAGE_READ_H
#define MESSAGE_READ_H

#include <gmime/gmime.h>
#include <jansson.h>

#include "samples.h"


typedef struct {
    buffer_t            out;
    buffer_t            subject;
    buffer_t            preheader;
    buffer_t            text;
    buffer_t            html;
    message_envelope_t  envelope;
} built_t;


static inline void
built_make(built_t *built, const sample_t *sample, const creative_t *creative)
{
    sp_error_t  err;

    buffer_init(&built->out, MESSAGE_SIZE_MAX);
    buffer_init(&built->subject, MESSAGE_SIZE_MAX);
    buffer_init(&built->preheader, MESSAGE_SIZE_MAX);
    buffer_init(&built->text, MESSAGE_SIZE_MAX);
    buffer_init(&built->html, MESSAGE_SIZE_MAX);

    if (message_build(&sample->facts, creative, &built->out,
                      &built->envelope, &err) != SP_OK
        || message_render(&sample->facts, creative, &built->subject,
                          &built->preheader, &built->text, &built->html, &err)
           != SP_OK)
    {
        fail_msg("%s: %s", sample->name, err.text);
    }
}


static inline void
built_free(built_t *built)
{
    buffer_free(&built->out);
    buffer_free(&built->subject);
    buffer_free(&built->preheader);
    buffer_free(&built->text);
    buffer_free(&built->html);
}


/* A part's decoded text as JSON, and the same as was rendered. */

static inline json_t *
part_json(GMimeObject *part, const buffer_t *expected)
{
    char        *type;
    json_t      *json;
    GByteArray  *bytes;
    GMimeStream *stream;

    stream = g_mime_stream_mem_new();
    (void) g_mime_data_wrapper_write_to_stream(
        g_mime_part_get_content((GMimePart *) part), stream);
    bytes = g_mime_stream_mem_get_byte_array((GMimeStreamMem *) stream);

    type = g_mime_content_type_get_mime_type(
        g_mime_object_get_content_type(part));

    json = json_pack("{s:s, s:s#}", "type", type, "text", bytes->data,
                     (int) bytes->len);
    assert_non_null(json);

    /* CRLF of the wire is LF of the rendering; no CR was in that */

    assert_null(strchr(buffer_text(expected), '\r'));
    assert_true(bytes->len >= expected->len);

    g_free(type);
    g_object_unref(stream);

    return json;
}


static inline void
add_headers(json_t *headers, GMimeHeaderList *list)
{
    int           i;
    GMimeHeader  *header;

    for (i = 0; i < g_mime_header_list_get_count(list); i++) {
        header = g_mime_header_list_get_header_at(list, i);
        json_array_append_new(headers,
                              json_pack("[s, s]",
                                        g_mime_header_get_name(header),
                                        g_mime_header_get_value(header)));
    }
}


/* [[name, address], …], as GMime reads it. */

static inline json_t *
mailboxes_json(GMimeMessage *m, GMimeAddressType type)
{
    int                   i;
    json_t               *json;
    const char           *name;
    InternetAddress      *ia;
    InternetAddressList  *list;

    json = json_array();
    list = g_mime_message_get_addresses(m, type);

    for (i = 0; i < internet_address_list_length(list); i++) {
        ia = internet_address_list_get_address(list, i);
        name = internet_address_get_name(ia);

        json_array_append_new(json, json_pack("[s, s]",
                              name != NULL ? name : "",
                              internet_address_mailbox_get_idn_addr(
                                  (InternetAddressMailbox *) ia)));
    }

    return json;
}


static inline json_t *
message_json(const built_t *built)
{
    json_t        *json, *headers, *parts;
    GMimeObject   *body;
    GMimeParser   *parser;
    GMimeStream   *stream;
    GMimeMessage  *m;

    stream = g_mime_stream_mem_new_with_buffer(built->out.data,
                                               built->out.len);
    parser = g_mime_parser_new_with_stream(stream);
    m = g_mime_parser_construct_message(parser, NULL);
    assert_non_null(m);

    /* GMime keeps Content-* headers with the body */

    body = g_mime_message_get_mime_part(m);
    headers = json_array();
    add_headers(headers, m->parent_object.headers);
    add_headers(headers, body->headers);

    assert_true(GMIME_IS_MULTIPART(body));
    assert_int_equal(g_mime_multipart_get_count((GMimeMultipart *) body), 2);

    parts = json_pack("[o, o]",
                      part_json(g_mime_multipart_get_part(
                          (GMimeMultipart *) body, 0), &built->text),
                      part_json(g_mime_multipart_get_part(
                          (GMimeMultipart *) body, 1), &built->html));

    json = json_pack("{s:s, s:s, s:s, s:s, s:s, s:b, s:o, s:o, s:o, s:o}",
                     "subject", buffer_text(&built->subject),
                     "text", buffer_text(&built->text),
                     "html", buffer_text(&built->html),
                     "to", built->envelope.to,
                     "message_id", built->envelope.message_id,
                     "smtputf8", built->envelope.smtputf8,
                     "headers", headers, "parts", parts,
                     "from", mailboxes_json(m, GMIME_ADDRESS_TYPE_FROM),
                     "reply-to",
                     mailboxes_json(m, GMIME_ADDRESS_TYPE_REPLY_TO));
    assert_non_null(json);

    g_object_unref(m);
    g_object_unref(parser);
    g_object_unref(stream);

    return json;
}


#endif /* MESSAGE_READ_H */
