/*
 * Copyright (C) SitePreserver developers
 *
 * The message: from the facts of a rescue and a creative to a complete RFC 5322
 * message, ready for SMTP (but for dot-stuffing).
 *
 * Every function may be called by any number of threads at once: creatives
 * and facts are only read.  glib ends the process when memory is out; all
 * else fails with SP_NOMEM or SP_LIMIT.
 */

#ifndef MESSAGE_H
#define MESSAGE_H

#include "buffer.h"
#include "creative.h"
#include "links.h"
#include "mime.h"
#include "sp_observe.h"


#define MESSAGE_ITEMS_SHOWN     6   /* lines of the cart; the rest is counted */
#define MESSAGE_NAME_MAX        160 /* characters of an item's name */
#define MESSAGE_OPTIONS_MAX     120
#define MESSAGE_FIRST_NAME_MAX  30
#define MESSAGE_SIZE_MAX        (1024 * 1024)


/* What is the same for all messages of a shop.  UTF-8; len 0: not given. */

typedef struct {
    sp_str_t       key;             /* the shop in the key space, "nec-cloth" */
    sp_str_t       name;            /* as people know it; required */
    sp_str_t       from_name;       /* len 0: name */
    sp_str_t       from;            /* address; required */
    sp_str_t       reply_to;        /* address */
    sp_str_t       cart_url;        /* the landing page; required, absolute */
    const sp_str_t  *hosts;         /* its own beside cart_url's (links.h) */
    size_t         nhosts;
    sp_str_t       logo;            /* URL; else the name is shown */
    unsigned       logo_width;      /* CSS px; 0: not known */
    unsigned       logo_height;
    sp_str_t       colour;          /* of the brand, "#rrggbb" */
    sp_str_t       address;         /* postal; lines end in "\n" */
    sp_str_t       locale;          /* for shoppers whose language a creative
                                       does not have; len 0: "en" */
    links_tags_t   utm;             /* what is not the default */
} message_shop_t;


/* What makes the message stronger, besides the cart. */

typedef enum {
    MESSAGE_DISCOUNT = 0,
    MESSAGE_VALUE_ADD,
    MESSAGE_EXCLUSIVITY,
    MESSAGE_UPGRADE
} message_offer_kind_t;

typedef struct {
    sp_str_t       locale;
    sp_str_t       line;
} message_offer_text_t;

typedef struct {
    message_offer_kind_t         kind;
    const message_offer_text_t  *texts;     /* of each language, at least one */
    size_t                       ntexts;
    sp_str_t                     code;      /* len 0: there is none */
    int64_t                      expires;   /* Unix time, s, of its last
                                               moment; 0: it does not */
    const char                  *zone;      /* whose day that is; NULL: UTC */
} message_offer_t;


/* What this one is about. */

typedef struct {
    const message_shop_t  *shop;

    sp_str_t               to;      /* the shopper's address, required */
    sp_str_t               first_name;      /* as found: omitted if no name */
    sp_str_t               locale;  /* language tag; len 0: "en" */

    const sp_line_t       *lines;   /* the cart, as claimed; only what is
                                       from_shop and has a name is shown */
    unsigned               nlines;
    int64_t                count;   /* pieces; SP_NO_AMOUNT: of the lines */
    int64_t                total;   /* minor units; SP_NO_AMOUNT: not said */
    sp_str_t               currency;        /* ISO 4217; else no amounts */

    sp_str_t               series;
    sp_str_t               step;
    const links_tags_t    *utm;     /* of step and series: counts before the
                                       creative's and the shop's; or NULL */
    unsigned               step_number;     /* from 1; 0: not known */
    const message_offer_t  *offer;  /* NULL: there is none */
    unsigned               checkout_error:1;    /* the last step of the
                                       checkout failed */
    int64_t                left;    /* last activity, Unix time, s; 0: not
                                       known */
    sp_str_t               shopper; /* SID: only for the Message-ID */
    uint64_t               rescue;

    sp_str_t               click_token;     /* sp_token_make() */
    sp_str_t               unsubscribe;     /* URL with its token */
    sp_str_t               preferences;     /* the same; len 0: none */
    sp_str_t               not_me;          /* the same */
    int64_t                date;    /* Unix time, s */
} message_facts_t;


/* What the envelope needs. */

typedef struct {
    char       to[MIME_ADDRESS_MAX + 1];    /* RCPT TO, domain in ACE */
    char       message_id[MIME_ID_MAX + 1]; /* with < and > */
    int        smtputf8;                    /* RFC 6531 is needed */
} message_envelope_t;


/*
 * Appends the message, with CRLF line ends.  SP_INVALID: a fact is wrong and
 * err names it (never an address); SP_LIMIT, SP_NOMEM.  Trying again gives the
 * same bytes as long as the facts are the same, date included; the
 * Message-ID depends on shop, shopper, rescue and step only.
 */

sp_rc_t message_build(const message_facts_t *facts, const creative_t *creative,
    buffer_t *out, message_envelope_t *envelope, sp_error_t *err);


/*
 * The parts alone, for previews: UTF-8 with LF line ends.  A buffer that is
 * NULL is not wanted.  subject and preheader are one line each.
 */

sp_rc_t message_render(const message_facts_t *facts,
    const creative_t *creative, buffer_t *subject, buffer_t *preheader,
    buffer_t *text, buffer_t *html, sp_error_t *err);


/* Is one of the texts in that language, if maybe of another region? */

int message_offer_has(const message_offer_text_t *texts, size_t n,
    const sp_str_t *locale);


/*
 * May this be said to be somebody's first name?  Letters (of any script, with
 * their marks), between them single hyphens or apostrophes; at most
 * MESSAGE_FIRST_NAME_MAX characters.  It is all that comes from a request.
 */

int message_first_name(const sp_str_t *name);


#endif /* MESSAGE_H */
