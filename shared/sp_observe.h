/*
 * Copyright (C) SitePreserver developers
 *
 * Watching one exchange (a request and its answer) with compiled rules: what
 * it means goes into an sp_outcome_t.  Never waits, never keeps the caller's
 * buffers, and reads each body once for all rules that want it.
 *
 *     ob = sp_observe(rules, &exchange, pool, &wants);       the request
 *     sp_observe_request_body(ob, ...)                       as it passes
 *     wants = sp_observe_answer(ob, status)                  answer's headers
 *     sp_observe_response_body(ob, ...)                      as it passes
 *     rc = sp_observe_end(ob, status, &outcome)              at the log phase
 *
 * A set of rules has scratch memory for its regexes: two threads must not
 * observe with the same set at once (processes may).
 */

#ifndef SP_OBSERVE_H
#define SP_OBSERVE_H

#include "sp_rules.h"


#define SP_ITEMS_MAX     200        /* lines of one cart; the rest is counted */
#define SP_ALIASES_MAX   4
#define SP_NO_AMOUNT     INT64_MIN  /* a price or total that is not known */
#define SP_UNSURE        (INT64_MIN + 1)    /* it was said, but not so that it
                                       could be told; nor is what was known */


/* The exchange as the adapter shows it. */

typedef struct {
    sp_str_t     method;            /* upper case */
    sp_str_t     uri;               /* path, decoded and normalised, no args,
                                       as the client asked for it */
    sp_str_t     args;              /* after "?", as sent */

    /*
     * The i-th (from 0) header of that name (lower case, no colon).  Returns
     * 0 when there is none.  response_header() is called only after
     * sp_observe_answer().
     */
    int        (*request_header)(void *data, const sp_str_t *name,
                     unsigned i, sp_str_t *value);
    int        (*response_header)(void *data, const sp_str_t *name,
                     unsigned i, sp_str_t *value);
    void        *data;

    size_t       body_limit;        /* bytes of each body that are read */
    size_t       response_limit;
    int64_t      now;               /* Unix time, s: for Expires of cookies */
} sp_exchange_t;


typedef struct sp_observation_s  sp_observation_t;


#define SP_WANT_REQUEST_BODY    0x1
#define SP_WANT_RESPONSE_BODY   0x2
#define SP_WANT_MEMORY          0x4     /* there was none */
#define SP_UNMET                0x8     /* no rule meets any request with this
                                           method, URI and arguments */
#define SP_WANT_LEARN           0x100   /* times the number, from 1, of the
                                           sitepreserver_learn that it met */


/* One line of a cart, or one change of a line.  Absent strings have len 0. */

typedef struct {
    sp_str_t     id;                /* the product or variant */
    sp_str_t     key;               /* the line's own key in this cart */
    sp_str_t     sku;
    sp_str_t     name;
    sp_str_t     url;
    sp_str_t     image;
    sp_str_t     options;
    sp_str_t     category;
    int64_t      quantity;          /* whole pieces; SP_NO_AMOUNT: not said */
    int64_t      price;             /* of one, minor units; SP_UNSURE */
    int64_t      total;             /* of the line, minor units; SP_UNSURE */
    unsigned     from_shop:1;       /* texts and prices are from the answer;
                                       else they are never to be mailed */
    unsigned     out_of_stock:1;    /* the shop said so */
    const char  *page;              /* key of the page that tells of it, of 22
                                       characters; NULL: none is known */
} sp_line_t;


typedef enum {
    SP_CART_NONE = 0,               /* says nothing of the cart */
    SP_CART_SNAPSHOT,               /* lines are the whole cart (maybe none) */
    SP_CART_ADD,                    /* lines are added quantities */
    SP_CART_SET,                    /* lines have new quantities (0: gone) */
    SP_CART_REMOVE                  /* lines are gone, whatever quantity */
} sp_cart_op_t;


typedef struct {
    sp_str_t     value;             /* after decoders; secret: hash it */
    unsigned     from_shop:1;       /* set by this answer (Set-Cookie seen) */
    unsigned     deleted:1;         /* deleted by this answer */
} sp_alias_t;


/* What a shopper said of being written to. */

typedef enum {
    SP_CONSENT_NOT = 0,             /* nothing */
    SP_CONSENT_GIVEN,
    SP_CONSENT_WITHDRAWN
} sp_consent_t;


/* What the exchange meant.  All strings are from the observation's pool. */

typedef struct sp_outcome_s  sp_outcome_t;

struct sp_outcome_s {
    sp_outcome_t *next;             /* of a part, in their order (`each`) */

    unsigned      kinds;            /* SP_PURCHASE | ...; 0: nothing applied */

    sp_str_t      visitor;          /* as the request has it; secret: hash it */
    sp_str_t      next_visitor;     /* as the answer sets it, if it does */
    unsigned      visitor_deleted:1;

    sp_alias_t    aliases[SP_ALIASES_MAX];
    unsigned      naliases;

    sp_str_t      email;            /* normalised, as sp_address_normalise() */
    sp_str_t      customer;         /* only ever from the answer */
    sp_str_t      first_name;
    sp_str_t      locale;
    sp_str_t      time_zone;
    sp_str_t      order_id;
    sp_str_t      currency;         /* ISO 4217, upper case */

    sp_consent_t  consent;          /* of whoever this exchange shows */

    unsigned      email_kinds;      /* of the rules that gave it */
    unsigned      consent_kind;     /* of the rule that said it */
    unsigned      email_from_shop:1;    /* a rule about who it is has it from
                                           the answer: it is the account's */
    unsigned      checkout:1;       /* a rule marked so applies */
    unsigned      success:1;        /* not 499, 502, 504, 5xx */

    sp_str_t      viewed;           /* item_id of a view_item */

    sp_cart_op_t  cart;
    sp_line_t    *lines;
    unsigned      nlines;
    unsigned      lines_dropped;    /* beyond SP_ITEMS_MAX */
    int64_t       total;            /* of the cart, minor units */

    size_t        read;             /* bytes of the answer that were looked
                                       at */
    unsigned      request_cut:1;    /* a limit was met: counted as a miss */
    unsigned      response_cut:1;
    unsigned      request_bad:1;    /* a body that could not be read */
    unsigned      response_bad:1;
};


/*
 * Matches the request.  NULL with *wants 0 or SP_UNMET when no rule matches:
 * then nothing was allocated.  NULL with *wants SP_WANT_MEMORY: out of memory.
 * Else *wants says which bodies any matching rule needs, as far as the request's
 * headers tell.  With or without, SP_WANT_LEARN: it asks for the page of a product (see
 * sp_learn.h).  exchange must stay valid until sp_observe_end().
 */

sp_observation_t *sp_observe(const sp_rules_t *rules,
    const sp_exchange_t *exchange, const sp_pool_t *pool, unsigned *wants);


/*
 * The next piece of the request body; last: it ends with this one.  Returns
 * SP_AGAIN while more is wanted, SP_DONE when not, SP_NOMEM.
 */

sp_rc_t sp_observe_request_body(sp_observation_t *ob, const char *data,
    size_t len, int last);


/*
 * The answer's status and headers are there.  Returns SP_WANT_RESPONSE_BODY
 * if its body is still wanted, else 0.  What comes of the request's body
 * after this is not looked at: it counts as cut.
 *
 * An answer that is wanted, and of which not a byte and no end is pushed (it
 * is compressed, it is in a file), counts as unread: rules whose conditions
 * ask for its body do not apply, and such a purchase is an order_pending.  So
 * push the end of an empty body, too.
 */

unsigned sp_observe_answer(sp_observation_t *ob, unsigned status);

sp_rc_t sp_observe_response_body(sp_observation_t *ob, const char *data,
    size_t len, int last);


/*
 * Before the first piece of an answer's body that is pushed as it is on the
 * wire: encoding is its Content-Encoding.  SP_OK: push it; SP_INVALID: it
 * cannot be read, so that nothing of it should be pushed; SP_NOMEM.
 */

sp_rc_t sp_observe_packed(sp_observation_t *ob, const sp_str_t *encoding);


/*
 * Decides.  *outcome lives as long as the pool; a body of several exchanges
 * gives several.  SP_OK: at least one rule applied, or the visitor moved, or
 * an alias was set; SP_DONE: nothing did; SP_NOMEM.  May be called only once;
 * status is the final one (499 when the client left).
 */

sp_rc_t sp_observe_end(sp_observation_t *ob, unsigned status,
    sp_outcome_t **outcome);


/*
 * For an exchange that matched no rule, once its answer's headers are there:
 * did the answer replace the visitor's session or set an alias?  SP_OK with
 * the outcome (kinds 0), SP_DONE: no; SP_NOMEM.  There is no need to ask when
 * no header of the answer has a name as long as one of those that matter:
 * their sp_watch() are the bits of sp_observe_watches().
 */

#define sp_watch(len)  ((uint64_t) 1 << ((len) % 64))

uint64_t sp_observe_watches(const sp_rules_t *rules);

sp_rc_t sp_observe_unmatched(const sp_rules_t *rules,
    const sp_exchange_t *exchange, const sp_pool_t *pool,
    sp_outcome_t **outcome);


/*
 * The same, whatever the answer has done: whose exchange it is, by the cookies
 * and values that stand for a visitor or a person.  SP_OK, SP_NOMEM.
 */

sp_rc_t sp_observe_who(const sp_rules_t *rules, const sp_exchange_t *exchange,
    const sp_pool_t *pool, sp_outcome_t **outcome);


/*
 * Non-zero if the visitor or an alias may be read from the request's line
 * (uri, arg:): an exchange that is shown again later must then still show
 * what the client asked for.
 */

int sp_observe_lined(const sp_rules_t *rules);


/* Non-zero if the request has an alias: a login cookie. */

int sp_observe_aliased(const sp_rules_t *rules, const sp_exchange_t *exchange,
    const sp_pool_t *pool);


/*
 * The request's cookies, as sp_cookie_pair() gives them of one header after the
 * other.  NULL: there are more than are kept.
 */

const sp_str_t *sp_observe_pairs(sp_observation_t *observation, unsigned *n);


/* The visitor as the request alone shows it (for access logs, clicks). */

sp_rc_t sp_observe_visitor(const sp_rules_t *rules,
    const sp_exchange_t *exchange, const sp_pool_t *pool, sp_str_t *visitor);


/*
 * For pages, most of which are nobody's: cookies are what sp_observe_cookies()
 * says of all headers "Cookie" of the request, or'ed.  Non-zero of viewable: it
 * may be somebody's.
 *
 *     cookies |= sp_observe_cookies(rules, &header);
 *     if (sp_observe_viewable(rules, &exchange, cookies)) ...
 */

unsigned sp_observe_cookies(const sp_rules_t *rules, const sp_str_t *header);

int sp_observe_viewable(const sp_rules_t *rules, const sp_exchange_t *exchange,
    unsigned cookies);


/*
 * The visitor, as sp_observe_visitor(), of one that is viewable.  *own zero: our
 * own cookie, of the name that sp_rules_own() told, is certainly not there.
 */

sp_rc_t sp_observe_viewer(const sp_rules_t *rules,
    const sp_exchange_t *exchange, unsigned cookies, const sp_pool_t *pool,
    sp_str_t *visitor, int *own);


/*
 * Non-zero if a script asked for this HTML, as the request's headers tell, so
 * that nobody may be looking: a page that is left open may ask for pieces of
 * HTML all night.  A script that leads from page to page in place of the browser
 * asks for HTML as that does.
 */

int sp_observe_scripted(const sp_exchange_t *exchange);


#endif /* SP_OBSERVE_H */
