/*
 * Copyright (C) SitePreserver developers
 *
 * What comes back: delivery status notifications (RFC 3464) and abuse reports
 * (RFC 5965), read by GMime, and whose message they are about.
 *
 * A report counts only if it proves that it is about a message of ours: by the
 * token in the return path (VERP) or in the List-Unsubscribe header of the
 * message that it returns, or by a Message-ID that fits its recipient.
 */

#ifndef BOUNCE_H
#define BOUNCE_H

#include "config.h"


#define BOUNCE_SIZE_MAX    (256 * 1024)     /* more of a report is not read */
#define BOUNCE_REPORT_LEN  16
#define BOUNCE_MARK_LEN    8
#define BOUNCE_HINTS       32


typedef enum {
    BOUNCE_NONE = 0,                /* not a report */
    BOUNCE_AUTO,                    /* an automatic reply */
    BOUNCE_DELIVERED,               /* good news, or none */
    BOUNCE_SOFT,
    BOUNCE_HARD,
    BOUNCE_COMPLAINT
} bounce_kind_t;


/* A text that may hold a token, or an address. */

typedef struct {
    char  text[512];
} bounce_hint_t;


typedef struct {
    bounce_kind_t  kind;
    char           status[16];      /* "5.1.1"; "" where there is none */
    char           report[BOUNCE_REPORT_LEN + 1];   /* the same report has the
                                       same mark */
    bounce_hint_t  paths[BOUNCE_HINTS];     /* with the return path */
    unsigned       npaths;
    bounce_hint_t  recipients[BOUNCE_HINTS];
    unsigned       nrecipients;
    char           unsubscribe[2048];       /* header of the message */
    char           message_id[320];
} bounce_t;


typedef struct {
    const config_shop_t  *shop;
    sp_id_t               shopper;
    uint64_t              rescue;
    uint32_t              step;
    char                  message[BOUNCE_MARK_LEN + 1];     /* its mark */
    const char           *by;       /* "verp", "unsubscribe", "message_id" */
    unsigned              inert:1;  /* a message of a test */
} bounce_match_t;


/* Reads a report of len bytes. */

void bounce_read(const char *text, size_t len, bounce_t *bounce);


/* 0: it does not prove to be about any of our messages. */

int bounce_match(const config_t *conf, const bounce_t *bounce,
    bounce_match_t *match);


/* The mark of a message, by which reports about it count once. */

void bounce_message_mark(char mark[BOUNCE_MARK_LEN + 1], uint64_t rescue,
    uint32_t step);


/* The shop to whose return path a report came that proves nothing; or NULL. */

const config_shop_t *bounce_shop(const config_t *conf,
    const bounce_t *bounce);


/* "none", "auto_reply", "delivered", "soft", "hard", "complaint". */

const char *bounce_kind_name(bounce_kind_t kind);


/* The reason of a suppression, NULL: it suppresses nobody at once. */

const char *bounce_reason(bounce_kind_t kind);


#endif /* BOUNCE_H */
