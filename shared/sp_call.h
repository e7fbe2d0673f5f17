/*
 * Copyright (C) SitePreserver developers
 *
 * The calls of the Redis function library (sp_functions.lua): building their
 * arguments, reading their replies.  This is the only place in C that knows
 * how they are written; nothing else touches the keys.
 */

#ifndef SP_CALL_H
#define SP_CALL_H

#include "sp_field.h"
#include "sp_observe.h"
#include "sp_product.h"
#include "sp_secret.h"


#define SP_SOURCE_LEN       22      /* one start of one worker, random */
#define SP_MACHINE_LEN      8       /* ... but so many characters of it, the
                                       first: those are its machine's */
#define SP_AGE_LEN          13      /* digits; always the last argument */
#define SP_CLAIM_MAX        64      /* rescues in one claim */
#define SP_STEPS_MAX        16      /* steps done that a record remembers */
#define SP_MAILS_MAX        16      /* times of messages, for the caps */
#define SP_CODE_MAX         64      /* bytes of an offer's code */
#define SP_POOL_MAX         32      /* bytes of the name of a pool of codes */
#define SP_CODES_MAX        500     /* codes in one import */
#define SP_WITHDRAWN_MAX    64      /* withdrawals told of in one call */
#define SP_CURRENCIES_MAX   8       /* that one cell of an experiment keeps */


/* Embedded at build time: the library's text and names. */

extern const char    sp_functions_lua[];
extern const size_t  sp_functions_lua_len;
extern const char    sp_functions_name[];       /* "sp1" */


/*
 * A call's arguments: FCALL, function, "2", KEYS, ARGV.  Strings point into
 * the caller's arguments or the pool; format them with hiredis's
 * redisFormatCommandArgv().
 */

#define SP_CALL_ARGS  20

typedef struct {
    int          argc;
    const char  *argv[SP_CALL_ARGS];
    size_t       argvlen[SP_CALL_ARGS];
} sp_call_t;


/* FUNCTION LOAD of the embedded library (not REPLACE: a version is fixed). */

void sp_call_load(sp_call_t *call);


/* TTLs of a server's shop, as its directives say. */

typedef struct {
    int64_t      idle;              /* ms */
    int64_t      retain;            /* s, carts with a shopper */
    int64_t      anonymous;         /* s, carts without */
    int64_t      remember;          /* s */
    int64_t      hold;              /* ms, order_pending */
    unsigned     addresses;         /* a day and client network; 0: no limit */
    sp_str_t     text;              /* absent, or by sp_terms_text() */
} sp_terms_t;


/* Writes them down, so that no event has to.  SP_NOMEM. */

sp_rc_t sp_terms_text(sp_terms_t *terms, const sp_pool_t *pool);


/* How an address came; the numbers are kept in records. */

typedef enum {
    SP_CAPTURED_NOT = 0,            /* not known how */
    SP_CAPTURED_LOGIN,
    SP_CAPTURED_SIGN_UP,
    SP_CAPTURED_CHECKOUT,           /* begin_checkout to purchase */
    SP_CAPTURED_NEWSLETTER,         /* generate_lead */
    SP_CAPTURED_IDENTIFY,           /* anything else that was observed: does
                                       not replace what says more */
    SP_CAPTURED_CUSTOMER,           /* the shop told: an import, an order */
    SP_CAPTURED_CLICK               /* only by the link in a message */
} sp_captured_t;


/* How it came, by the kinds of the rules that gave it; 0: not known. */

sp_captured_t sp_captured(unsigned kinds);


/*
 * How consent came, or was taken back; the numbers are kept in records.  What
 * was observed is as for addresses.
 */

typedef enum {
    SP_CONSENTED_NOT = 0,
    SP_CONSENTED_LOGIN,
    SP_CONSENTED_SIGN_UP,
    SP_CONSENTED_CHECKOUT,
    SP_CONSENTED_NEWSLETTER,
    SP_CONSENTED_IDENTIFY,
    SP_CONSENTED_IMPORT,
    SP_CONSENTED_OPERATOR,
    SP_CONSENTED_NOT_ME             /* only of what was taken back */
} sp_consented_t;


/* What a visit is made with. */

typedef enum {
    SP_DEVICE_UNKNOWN = 0,
    SP_DEVICE_DESKTOP,
    SP_DEVICE_PHONE,
    SP_DEVICE_TABLET
} sp_device_t;


/* How a visit got its shopper: the higher, the surer. */

typedef enum {
    SP_KNOWN_NOT = 0,
    SP_KNOWN_COOKIE,
    SP_KNOWN_CLICK,
    SP_KNOWN_ADDRESS,
    SP_KNOWN_LOGIN
} sp_known_t;


/* One event, ready to be folded: hashed, sealed, validated. */

typedef struct {
    unsigned      kinds;            /* SP_PURCHASE | ... */
    unsigned      status;           /* of the answer: 499 holds otherwise */
    uint64_t      seen;             /* when it was: µs by a clock that all
                                       sources have that begin with the same
                                       SP_MACHINE_LEN characters; 0: not known */

    sp_id_t       visit;            /* required */
    sp_id_t       moved_from;       /* its old id, if this exchange moved it */
    unsigned      moved_own:1;      /* moved_from is our own cookie's: the move
                                       leaves no pointer */

    struct {
        sp_id_t   id;
        unsigned  bind:1;           /* may be written, not only looked up */
        unsigned  deleted:1;
        unsigned  own:1;            /* our own cookie: weak */
    }             aliases[SP_ALIASES_MAX + 1];
    unsigned      naliases;

    sp_id_t       recall;           /* of our own cookie, where what its browser
                                       does is kept for sitepreserver_recall */
    sp_id_t       customer;
    sp_id_t       shopper;          /* of the captured address */
    sp_str_t      sealed;           /* it, sealed */
    sp_captured_t captured;         /* how it came */
    sp_device_t   device;
    sp_id_t       network;          /* who brings it, for the limit */
    unsigned      logged_in:1;      /* the shop vouches for the address */
    unsigned      checkout:1;       /* a step of the checkout went well */
    unsigned      visited:1;        /* counts only if the visit is known */
    unsigned      forget:1;         /* consent refused or ignored: nothing of
                                       this person is stored, an order still
                                       closes what was kept before */
    unsigned      erase:1;          /* with forget: what was kept of the
                                       visitor goes */
    sp_str_t      first_name;
    sp_str_t      locale;
    sp_str_t      time_zone;        /* as a rule says it */
    unsigned      asked:1;          /* locale is what the browser asked for: it
                                       counts if no rule ever said another */
    sp_consent_t  consent;          /* of whom the exchange shows, or who is
                                       logged in; of nobody else */
    sp_consented_t consented;       /* how it came, if it is said */
    sp_str_t      currency;
    sp_id_t       order;            /* hashed order id */

    sp_cart_op_t  cart;
    sp_line_t    *lines;
    unsigned      nlines;
    int64_t       total;
    const unsigned char *known;     /* a byte a line: its texts are known to
                                       Redis already, do not send them; NULL */

    struct {                        /* rescue_click */
        sp_id_t   shopper;
        uint64_t  rescue;
        uint32_t  step;
    }             click;
} sp_event_t;


/*
 * sp1_event.  source, seq: position in this worker's stream (seq from 1,
 * rising by one).  The last argument is the event's age in ms, SP_AGE_LEN
 * digits with leading zeros, "0" at first: patch it in the formatted command
 * just before it is written (it is the last SP_AGE_LEN bytes before CRLF).
 * SP_NOMEM.  The reply is one string: read it with sp_event_reply_read().
 *
 * What is longer than the functions accept is left out (texts are cut between
 * characters), control characters become spaces.  Of a line that is not
 * from_shop only id, key and quantity are sent.
 */

sp_rc_t sp_call_event(sp_call_t *call, const sp_pool_t *pool,
    const sp_str_t *shop, const sp_terms_t *terms, const sp_event_t *event,
    const sp_str_t *source, uint64_t seq);


/*
 * sp1_item: what a page said of its product, by its key (sp_page_key()).
 * source, seq and the age are those of sp_call_event(), in one stream with it;
 * so is the reply.  SP_NOMEM.
 */

sp_rc_t sp_call_item(sp_call_t *call, const sp_pool_t *pool,
    const sp_str_t *shop, const sp_id_t *page, const sp_product_t *product,
    const sp_str_t *source, uint64_t seq);


typedef struct {
    unsigned  duplicate:1;      /* applied before: nothing was done now */
    unsigned  limited:1;        /* the address was refused: network's limit */
    unsigned  own_texts:1;      /* some line's texts are not what Redis keeps
                                   for its item: do not mark them as known */
    unsigned  identified:1;     /* the visit has a shopper now */
    sp_id_t   shopper;          /* ... this one */
} sp_event_reply_t;

/* SP_INVALID: not a reply of sp1_event. */

sp_rc_t sp_event_reply_read(sp_event_reply_t *reply, const sp_str_t *text);


/*
 * sp1_shop: says hello for a shop: fingerprint of the identity key and idle
 * time are noted, or compared with what is noted.  The reply is "OK", or an
 * error "SPFINGERPRINT …" (another key), "SPEVICTION …" (maxmemory-policy is
 * not noeviction), "SPTERMS …" (another idle time; it is replaced, so the
 * same call again is "OK").  terms NULL: the caller knows none (a mailer).
 * known_only: do not create a shop that is not there: reply "NONE".
 */

sp_rc_t sp_call_shop(sp_call_t *call, const sp_pool_t *pool,
    const sp_str_t *shop, const char *fingerprint, const sp_terms_t *terms,
    int known_only);


/* sp1_customer: customer -> shopper, from an import. */

sp_rc_t sp_call_customer(sp_call_t *call, const sp_pool_t *pool,
    const sp_str_t *shop, const sp_id_t *customer, const sp_id_t *shopper,
    const sp_str_t *sealed, int64_t remember);


/*
 * sp1_order: an order told by the shop or the command line; by shopper
 * and/or customer; idempotent per order.  at: ms before now that it was
 * placed, 0: now.  total: minor units of currency (three capital letters), for
 * the reports; SP_NO_AMOUNT: what the cart came to.  odd: a part of it was not
 * right and is not told, which is counted.  Reply: "OK", "DUP" (this order is
 * known already) or "NONE" (nobody known by that customer id).
 */

sp_rc_t sp_call_order(sp_call_t *call, const sp_pool_t *pool,
    const sp_str_t *shop, const sp_id_t *order, const sp_id_t *shopper,
    const sp_id_t *customer, int64_t ago, int64_t remember, int64_t total,
    const char *currency, int odd);


/*
 * sp1_suppress: reason is a word ("unsubscribed", "bounced", "complained",
 * "operator", ...); remove: takes the suppression back.
 */

sp_rc_t sp_call_suppress(sp_call_t *call, const sp_pool_t *pool,
    const sp_str_t *shop, const sp_id_t *shopper, const char *reason,
    int remove);


/* Takes it back, unless it is of a later time, Unix ms. */

sp_rc_t sp_call_unsuppress(sp_call_t *call, const sp_pool_t *pool,
    const sp_str_t *shop, const sp_id_t *shopper, int64_t at);


/*
 * The same with an end, Unix ms, for the reason "paused": nothing is sent
 * until then.  A later end counts, one that has passed does nothing, and what
 * is suppressed for ever stays so.
 */

sp_rc_t sp_call_pause(sp_call_t *call, const sp_pool_t *pool,
    const sp_str_t *shop, const sp_id_t *shopper, int64_t until);


/*
 * sp1_consent, sp1_withdraw: consent that was told; a shopper who is not known
 * gets a record without an address.  at: Unix ms when it was said; 0: now; -1:
 * nobody knows, then it does not undo a withdrawal.  What was said last
 * counts.  consent is GIVEN or WITHDRAWN.  Reply: "OK", "SAME" (it was known),
 * "OLD" (something else was said later).
 */

sp_rc_t sp_call_consent(sp_call_t *call, const sp_pool_t *pool,
    const sp_str_t *shop, const sp_id_t *shopper, sp_consent_t consent,
    sp_consented_t how, int64_t at, int64_t remember);


/*
 * sp1_withdrawn: withdrawals that were observed, and that no mailer has in its
 * own file yet, at most SP_WITHDRAWN_MAX, oldest first; read the reply with
 * sp_withdrawn_read().  noted: those of an earlier reply, which are in a file
 * now and are not told of again.
 */

typedef struct {
    sp_id_t         shopper;
    sp_consented_t  how;
    int64_t         at;             /* Unix ms */
} sp_withdrawal_t;

sp_rc_t sp_call_withdrawn(sp_call_t *call, const sp_pool_t *pool,
    const sp_str_t *shop, const sp_withdrawal_t *noted, unsigned n);

/* SP_INVALID: not a reply of sp1_withdrawn; list has SP_WITHDRAWN_MAX. */

sp_rc_t sp_withdrawn_read(sp_withdrawal_t *list, unsigned *n,
    const sp_str_t *items, size_t nitems);


/* The word for how consent came, "sign_up", and the reverse: 0: there is none. */

const char *sp_consented_word(sp_consented_t how);
sp_consented_t sp_consented_read(const char *word);


/*
 * sp1_not_me: the shopper says that the cart is somebody else's.  Every visit
 * that no login has made theirs is taken from them, what is remembered of
 * cookies does not lead to them any more, and the open rescue ends.  The
 * address is not suppressed; consent that was observed, not told by the operator,
 * is withdrawn.  ago: ms since it was said; 0: now; what is told again with its
 * age is done only if it was not yet.  remember: as nginx's, s.
 * Reply: "OK".
 */

sp_rc_t sp_call_not_me(sp_call_t *call, const sp_pool_t *pool,
    const sp_str_t *shop, const sp_id_t *shopper, int64_t ago,
    int64_t remember);


/*
 * sp1_bounce: a report of a message that came back.  kind: "hard", "soft",
 * "complaint", or "forged", which is only counted (shopper empty).  report, 16
 * hex digits, is the same whenever the report is read; message, 8, is the
 * message's.  Nobody is suppressed by it.  Reply: read it with
 * sp_bounce_reply_read(): was the report new, and how many messages in a row
 * came back softly; SP_INVALID: not a reply of sp1_bounce.
 */

sp_rc_t sp_call_bounce(sp_call_t *call, const sp_pool_t *pool,
    const sp_str_t *shop, const sp_id_t *shopper, const char *kind,
    const char *report, const char *message);
sp_rc_t sp_bounce_reply_read(const sp_str_t *text, int *fresh,
    unsigned *soft);


/* ---- the mailer's side ---- */

typedef enum {
    SP_MODE_OFF = 0,
    SP_MODE_DRY_RUN,
    SP_MODE_CATCH_ALL,
    SP_MODE_LIVE
} sp_mode_t;


/* sp1_mode: notes the shop's mode; live_since starts when it becomes live. */

sp_rc_t sp_call_mode(sp_call_t *call, const sp_pool_t *pool,
    const sp_str_t *shop, sp_mode_t mode);


/*
 * sp1_claim: at most max rescues that are due, leased to mailer for lease ms.
 * Reply: read it with sp_claim_read().
 */

sp_rc_t sp_call_claim(sp_call_t *call, const sp_pool_t *pool,
    const sp_str_t *shop, const sp_str_t *mailer, unsigned max,
    int64_t lease);

typedef struct {
    uint32_t      hash;             /* sp_step_hash() of its name */
    int64_t       at;               /* Unix time, ms */
    char          outcome;          /* 's'ent 'd'oubt 'x' closed 'y' dry run
                                       'h'oldout */
} sp_step_done_t;

typedef struct {
    sp_id_t         shopper;
    sp_str_t        sealed;
    uint64_t        rescue;         /* counts up for this shopper */
    uint64_t        fence;          /* goes with every later call */
    uint32_t        series;         /* hash of its name, 0: not chosen yet */
    sp_step_done_t  steps[SP_STEPS_MAX];
    unsigned        nsteps;
    unsigned        tries;          /* of the step now due, not sent so far */
    int64_t         abandoned;      /* end of the idle time, Unix ms */
    int64_t         due;            /* when it was due, Unix ms */
    int64_t         now;            /* Redis's time at the claim, Unix ms */
    unsigned        logged_in:1;    /* once; known says how it is today */
    unsigned        customer:1;     /* some customer id leads to the shopper */
    unsigned        checkout_error:1;   /* the last step of a checkout in the
                                       visit shown failed */
    sp_captured_t   captured;       /* how the address came, last */
    sp_consent_t    consent;
    sp_consented_t  consented;      /* how that came */
    int64_t         consented_at;   /* ... and when, Unix ms; 0: never */
    sp_known_t      known;          /* whose the visit shown is */
    sp_device_t     device;         /* ... and with what it was made */
    unsigned        stage;          /* ... and how far it went: 0 a visit, 1 an
                                       item, 2 the cart, 3 checkout begun, 4
                                       shipping, 5 payment */
    unsigned        orders;         /* known ones, at most 4; 0: none so far */
    int64_t         mails[SP_MAILS_MAX];    /* when the last messages left,
                                       Unix ms, oldest first */
    unsigned        nmails;
    int64_t         offered;        /* the last message with an offer, Unix ms;
                                       0: none */
    sp_str_t        pool;           /* of the code this rescue has, by
                                       sp_call_offer_reserve() */
    sp_str_t        code;
    unsigned        code_given:1;   /* a message with it has left */
    sp_str_t        first_name;
    sp_str_t        locale;
    char            time_zone[SP_TIME_ZONE_MAX + 1];    /* "": not known; it
                                       may be one that there is not */
    sp_str_t        currency;
    int64_t         total;
    sp_line_t      *lines;          /* joined with what items are called */
    unsigned        nlines;
} sp_claimed_t;

typedef struct {
    sp_claimed_t   *claimed;
    unsigned        n;
    int64_t         wait;           /* ms until it is worth asking again */
} sp_claim_t;


/*
 * Replies are given as a tree of hiredis's kind by the caller: here as an
 * accessor, so that shared/ needs no hiredis.  A reply of a function is
 * always a flat array of bulk strings; items points at them, NULL for nil.
 * SP_INVALID: not a reply of this function (another version).
 */

sp_rc_t sp_claim_read(sp_claim_t *claim, const sp_pool_t *pool,
    const sp_str_t *items, size_t n);


/*
 * sp1_preview: what a claim would give of one shopper if it were due now;
 * nothing is written.  Reply: read it with sp_preview_read().
 */

sp_rc_t sp_call_preview(sp_call_t *call, const sp_pool_t *pool,
    const sp_str_t *shop, const sp_id_t *shopper);

typedef struct {
    sp_str_t      stands;           /* "unknown", "empty" (no cart): there is no
                                       more; "suppressed", "paused",
                                       "no_address", "leased" (a mailer has
                                       it), "held", "active", "closed" (the
                                       rescue has ended), "shop_failing" (its
                                       checkout), "out_of_stock" (all of the
                                       cart), "open" */
    int64_t       idle;             /* ms, of the shop; 0: not noted */
    sp_claimed_t  claimed;          /* now is set, whatever stands */
} sp_preview_t;

/* SP_INVALID: not a reply of sp1_preview. */

sp_rc_t sp_preview_read(sp_preview_t *preview, const sp_pool_t *pool,
    const sp_str_t *items, size_t n);


/* sp1_renew: the lease is kept while a sender lives.  Reply: "OK" or "NO". */

sp_rc_t sp_call_renew(sp_call_t *call, const sp_pool_t *pool,
    const sp_str_t *shop, const sp_str_t *mailer, const sp_id_t *shopper,
    uint64_t fence, int64_t lease);


/*
 * sp1_confirm, at SMTP's 354: may this step be handed over now?  attempt: 22
 * characters that the mailer chose; asking again with the same one gives the
 * same answer.  Reply: one string, "OK" or the reason ("ordered",
 * "suppressed", "paused", "fenced", "active", "empty", "gone", "capped",
 * "cool_down", "no_consent", "not_me", "off", "done", "before_live", "held",
 * "shop_failing").
 * Any reason but "done" ends the lease and puts the rescue back where it
 * belongs, so that nothing is left to settle; "cool_down" and "no_consent" end
 * the rescue.  mode is what the caller
 * works in: "off" if the shop's noted mode is another one by now.
 *
 * A live OK makes the shopper a subject of the experiment of this series and
 * step, once in a rescue, with variant and holdout.  A holdout is asked, too,
 * with the same terms; nothing is sent then, and SP_SETTLE_HOLDOUT follows.  A
 * live one counts for caps, cool_down and offers as its message would have.
 */

typedef struct {
    unsigned      max_per_day;      /* messages to this shopper in 24 h, at most
                                       SP_MAILS_MAX; 0: no cap */
    unsigned      max_per_week;     /* ... in 7 days */
    int64_t       cool_down;        /* ms since the last message of an earlier
                                       rescue; 0: none needed */
    unsigned      variant;          /* 0 to 255 */
    sp_consent_t  consent;          /* GIVEN: it must be; WITHDRAWN: it must not
                                       be withdrawn; NOT: nobody asks */
    unsigned      holdout:1;
    unsigned      offer:1;          /* the message makes an offer: `offered` is
                                       noted when it has left */
} sp_confirm_t;

sp_rc_t sp_call_confirm(sp_call_t *call, const sp_pool_t *pool,
    const sp_str_t *shop, const sp_id_t *shopper, uint64_t rescue,
    uint64_t fence, uint32_t series, uint32_t step, const char *attempt,
    sp_mode_t mode, const sp_confirm_t *terms);


/*
 * sp1_settle: what became of a claimed step.  With an attempt that was
 * confirmed: SENT, REFUSED (for good: closed), RETRY (certainly not sent),
 * DOUBT, DRY, HOLDOUT (the step is done, nothing was sent).  Without (attempt NULL; the fence decides): SKIPPED (the step is
 * closed as not sent, for that reason), DEFERRED (not due yet), CLOSED (the
 * whole rescue ends, for that reason).  next: Unix ms when the rescue is to be
 * looked at again, 0: never (no further step).  Reply: "OK", "NO" (unknown
 * attempt or fenced), "GONE" (the record is gone; nothing is recreated).
 */

typedef enum {
    SP_SETTLE_SENT = 's',
    SP_SETTLE_DRY = 'y',
    SP_SETTLE_HOLDOUT = 'h',
    SP_SETTLE_REFUSED = 'x',
    SP_SETTLE_RETRY = 'r',
    SP_SETTLE_DOUBT = 'd',
    SP_SETTLE_SKIPPED = 'k',
    SP_SETTLE_DEFERRED = 'f',
    SP_SETTLE_CLOSED = 'c'
} sp_settle_t;

sp_rc_t sp_call_settle(sp_call_t *call, const sp_pool_t *pool,
    const sp_str_t *shop, const sp_id_t *shopper, uint64_t rescue,
    uint64_t fence, uint32_t series, uint32_t step, const char *attempt,
    sp_settle_t outcome, const char *reason, int64_t next);


/*
 * sp1_offer: codes of offers, in pools.  name: 1 to SP_POOL_MAX of [a-z0-9_-].
 * A code is 1 to SP_CODE_MAX bytes of printable ASCII without spaces; at most
 * SP_CODES_MAX at once.  A code that was ever in the pool is not taken again.
 * Reply: "ADDED SEEN", two numbers.  SP_INVALID: a code or name is none.
 *
 * Reserving gives the rescue of a lease (fence) a code for this step: the same
 * one again in this rescue, while its pool is the same.  Reply: "OK CODE",
 * "EMPTY", "NO" (no such lease, or an attempt is under way).  With a message
 * that is sent or in doubt it is given away for ever; it goes back to the pool
 * when the step is closed without, or the rescue ends; RETRY keeps it.
 *
 * sp1_offers, the counts: "FREE RESERVED GIVEN".
 */

sp_rc_t sp_call_offer_import(sp_call_t *call, const sp_pool_t *pool,
    const sp_str_t *shop, const sp_str_t *name, const sp_str_t *codes,
    size_t n);
sp_rc_t sp_call_offer_reserve(sp_call_t *call, const sp_pool_t *pool,
    const sp_str_t *shop, const sp_id_t *shopper, uint64_t rescue,
    uint64_t fence, uint32_t step, const sp_str_t *name);
sp_rc_t sp_call_offers(sp_call_t *call, const sp_pool_t *pool,
    const sp_str_t *shop, const sp_str_t *name);

/*
 * Reads the replies of import and sp1_offers: n numbers.  SP_INVALID: another
 * reply.
 */

sp_rc_t sp_offer_reply_read(const sp_str_t *text, uint64_t *numbers,
    unsigned n);


/*
 * Reads the reply of reserve: SP_OK, SP_DONE (EMPTY), SP_AGAIN (NO: the lease
 * is gone), SP_INVALID.  The code points into text.
 */

sp_rc_t sp_offer_code_read(const sp_str_t *text, sp_str_t *code);


/*
 * sp1_experiment: what became of the subjects of a series.  An order within 7
 * days of the confirm counts, the first one of each subject and rescue.
 * Reply: a flat array; read it with sp_experiment_read().
 */

sp_rc_t sp_call_experiment(sp_call_t *call, const sp_pool_t *pool,
    const sp_str_t *shop, uint32_t series);

typedef struct {
    char          currency[4];      /* "" if it is not known */
    uint64_t      orders;
    double        sum;              /* of their amounts, minor units */
    double        squares;          /* ... of the squares of these */
} sp_revenue_t;

typedef struct {
    uint32_t      step;
    unsigned      variant;
    unsigned      holdout:1;
    uint64_t      subjects;
    uint64_t      orders;           /* with those whose amount is not known */
    sp_revenue_t  revenue[SP_CURRENCIES_MAX];
    unsigned      nrevenue;
} sp_cell_t;


/*
 * A cell for each step, variant and holdout that has subjects, in no order,
 * from the pool.  SP_INVALID: another reply; SP_NOMEM.
 */

sp_rc_t sp_experiment_read(sp_cell_t **cells, size_t *ncells,
    const sp_pool_t *pool, const sp_str_t *items, size_t n);


/*
 * sp1_status: a flat array name, value, ... of the shop's state: due, live
 * since, mode, in doubt, today's counters (design 5.2 `count`).
 * sp1_why: the same for one shopper: what is known and what was decided.
 * sp1_doubt: the messages in doubt, oldest first, flat, six strings each:
 * shopper, rescue, series, step, attempt, at (Unix ms).  A page has at most
 * 1,000 of those at from or later, without the first skip of them: the next one
 * begins at the last one's time, without those that had it; one without any is
 * the end.  sp1_settle with these takes one off the list, as SENT, REFUSED or
 * RETRY; what nobody decides is dropped after 90 days.
 */

sp_rc_t sp_call_status(sp_call_t *call, const sp_pool_t *pool,
    const sp_str_t *shop);
sp_rc_t sp_call_why(sp_call_t *call, const sp_pool_t *pool,
    const sp_str_t *shop, const sp_id_t *shopper);
sp_rc_t sp_call_doubt(sp_call_t *call, const sp_pool_t *pool,
    const sp_str_t *shop, int64_t from, unsigned skip);


#endif /* SP_CALL_H */
