/*
 * Copyright (C) SitePreserver developers
 *
 * A message as it goes over the wire (RFC 5322): multipart/alternative of
 * text/plain and text/html, both quoted-printable.
 *
 * GMime encodes and folds what headers hold of people's text (names, the
 * subject).  The rest is the same in all messages or plain ASCII, and is
 * written as it is: as objects of GMime it took longer than all else together.
 *
 * GMime is set up by the first call, whichever thread makes it; after that
 * any number of threads may build messages at once, each with a buffer of its
 * own.
 */

#ifndef MIME_H
#define MIME_H

#include "buffer.h"


#define MIME_ADDRESS_MAX  320       /* bytes, with the domain in ACE */
#define MIME_ID_MAX       300       /* bytes of a Message-ID, with < and > */
#define MIME_HEADER_MAX   900       /* bytes of a value that is not folded */


/*
 * All text is UTF-8.  A header's value may hold anything: control characters,
 * line ends among them, become blanks, and bytes that are no UTF-8 become
 * U+FFFD, so that no value can begin a header of its own.
 */

typedef struct {
    sp_str_t   from_name;           /* len 0: none */
    sp_str_t   from;                /* address, LOCAL@DOMAIN */
    sp_str_t   reply_to;            /* len 0: none */
    sp_str_t   to;
    sp_str_t   subject;
    int64_t    date;                /* Unix time, s */
    sp_str_t   message_id;          /* with < and >, see mime_message_id() */
    sp_str_t   unsubscribe;         /* https URL (RFC 2369, RFC 8058) */
    sp_str_t   feedback_id;         /* len 0: none */
    sp_str_t   language;            /* a language tag; len 0: none */
    sp_str_t   text;
    sp_str_t   html;
} mime_message_t;


/* Sets GMime up, for who uses it himself. */

void mime_setup(void);


/*
 * Appends the message with CRLF line ends: no line over 998 bytes, in the
 * bodies none over 76.  The same message gives the same bytes.
 * *smtputf8 is set if an address needs RFC 6531.  SP_INVALID: err says what is
 * wrong (never an address).
 */

sp_rc_t mime_build(const mime_message_t *message, buffer_t *out,
    int *smtputf8, sp_error_t *err);


/*
 * An address as SMTP's envelope wants it, NUL-terminated: LOCAL@DOMAIN, the
 * domain in ACE.  *smtputf8 (may be NULL) is set to whether the local part is
 * not ASCII.  SP_INVALID: not a dot-atom (RFC 5322, with RFC 6532's
 * letters) and a domain.
 */

sp_rc_t mime_address(const sp_str_t *address, char out[MIME_ADDRESS_MAX + 1],
    int *smtputf8);


/*
 * Splits "Name <local@domain>", or an address alone, as people write it in a
 * config file.  Both are NUL-terminated; name has size bytes and may be "".
 * SP_INVALID: not one address.
 */

sp_rc_t mime_mailbox(const char *text, char *name, size_t size,
    char address[MIME_ADDRESS_MAX + 1]);


/*
 * "<HASH@DOMAIN>", NUL-terminated: the same for the same shop, shopper, rescue
 * and step, however often it is sent.
 */

sp_rc_t mime_message_id(const sp_str_t *shop, const sp_str_t *shopper,
    uint64_t rescue, const sp_str_t *step, const sp_str_t *domain,
    char out[MIME_ID_MAX + 1]);


/*
 * Appends text as quoted-printable (RFC 2045 6.7), its line ends, LF or CRLF,
 * as CRLF: no line over 76 characters, no blank at the end of one, no dot at
 * its beginning.  Any bytes may be in it; a CR alone is one of them.
 */

void mime_quoted(buffer_t *out, const sp_str_t *text);


/*
 * Appends s as one line of text: valid UTF-8, no control characters, no
 * characters that turn the direction of what follows, no blanks at its
 * ends, at most max characters, the last of them "…" if it was longer.
 */

void mime_line(buffer_t *out, const sp_str_t *s, size_t max);


#endif /* MIME_H */
