/*
 * Copyright (C) SitePreserver developers
 *
 * One message over SMTP (RFC 5321) by libcurl, and a faithful report of what
 * happened.  Blocks: for sender threads only.
 */

#ifndef SMTP_H
#define SMTP_H

#include "config.h"


#define SMTP_TEXT_MAX  160


/* How far the exchange came: what the client said last. */

typedef enum {
    SMTP_CONNECT = 0,
    SMTP_EHLO,
    SMTP_STARTTLS,
    SMTP_AUTH,
    SMTP_MAIL,
    SMTP_RCPT,
    SMTP_DATA,
    SMTP_BODY,                      /* after 354 */
    SMTP_DOT                        /* the whole body has left us, and maybe
                                       the final dot */
} smtp_stage_t;


typedef struct {
    smtp_stage_t  stage;
    unsigned      asked:1;          /* 354 came, confirm() was called */
    unsigned      stopped:1;        /* ... and said no */
    unsigned      reused:1;         /* no connection was made */
    int           final;            /* code of the whole reply to the final
                                       dot, 0: there was none */
    int           code;             /* first 4xx or 5xx, 0: none */
    smtp_stage_t  code_stage;       /* ... and what it answered */
    char          enhanced[16];     /* its enhanced code (RFC 3463) or "" */
    char          text[SMTP_TEXT_MAX];  /* its text without addresses,
                                       or libcurl's error */
} smtp_report_t;


typedef struct smtp_s  smtp_t;


/* A connection to a relay that is made when needed and kept.  NULL: memory. */

smtp_t *smtp_create(const config_smtp_t *conf);


/*
 * Sends one message, data with CRLF line ends (dots are stuffed here).
 * confirm is called once after 354, may block, and nonzero lets the message
 * go; otherwise the connection is closed before the end of the message.
 * A kept connection that turns out to be dead before 354 is made anew, once.
 */

void smtp_send(smtp_t *smtp, const char *from, const char *to,
    const char *data, size_t len, int (*confirm)(void *data),
    void *confirm_data, smtp_report_t *report);


void smtp_free(smtp_t *smtp);


/* "connect", "ehlo", ... */

const char *smtp_stage_name(smtp_stage_t stage);


#endif /* SMTP_H */
