/*
 * Copyright (C) SitePreserver developers
 *
 * The keys shared by module and mailer, and what is made with them: keyed
 * ids, sealed addresses, own cookies, link tokens.
 */

#ifndef SP_SECRET_H
#define SP_SECRET_H

#include "sp_str.h"


#define SP_ID_LEN          22       /* 128 bits in base64url */
#define SP_ADDRESS_MAX     254      /* RFC 5321 4.5.3.1.3, less "<" and ">" */
#define SP_SEALED_MAX      (1 + 12 + SP_ADDRESS_MAX + 16)
#define SP_COOKIE_LEN      33       /* value of our own cookie */
#define SP_TOKEN_MAX       96
#define SP_TOKEN_LEN       47       /* of a link token */
#define SP_FINGERPRINT_LEN 22


/* A keyed hash as text; text[0] == 0: none. */

typedef struct {
    char  text[SP_ID_LEN + 1];
} sp_id_t;


typedef struct sp_secret_s  sp_secret_t;


/*
 * What an id stands for; ids of different kinds never meet.  A visitor, an
 * alias and our own cookie have a kind each.
 */

typedef enum {
    SP_ID_VISITOR = 'v',
    SP_ID_OWN = 'w',                /* the visitor that our cookie names */
    SP_ID_ALIAS = 'a',
    SP_ID_SHOPPER = 'p',            /* of a normalised address */
    SP_ID_CUSTOMER = 'c',
    SP_ID_NETWORK = 'r',            /* a client's /24 or /48 */
    SP_ID_ORDER = 'o',
    SP_ID_PAGE = 'n',               /* of a product, by its path */
    SP_ID_DRAW = 'd'                /* what is drawn by lot for a shopper */
} sp_id_kind_t;


/*
 * The secret file: text, lines "identity HEX64" (once) and
 * "sealing ID HEX64" (ID 1 to 255; the last one seals, all open), "#" begins a
 * comment.  sp_secret_parse() reads its text (err names the line);
 * sp_secret_read() the file, which must not be readable by others (mode & 007
 * is an error).  Memory is malloc()ed, wiped and freed by sp_secret_free().
 * NULL: err says why.
 */

sp_secret_t *sp_secret_parse(const sp_str_t *text, sp_error_t *err);
sp_secret_t *sp_secret_read(const char *path, sp_error_t *err);
void sp_secret_free(sp_secret_t *secret);


/*
 * Remembers from now on some n ids that were made and cookies that were right,
 * until newer ones take their place: it is much cheaper to know one than to
 * make it.  What they were made of is not kept.  For a process of one thread,
 * after it was forked.  SP_NOMEM, SP_INVALID (no randomness): nothing is
 * remembered, and all else is as before.
 */

sp_rc_t sp_secret_remember(sp_secret_t *secret, size_t n);


/* A new file's text, NUL-terminated; SP_INVALID: no randomness or no room. */

sp_rc_t sp_secret_generate(char *text, size_t size);


/* Of the identity key: the same for all that share it, tells nothing of it. */

void sp_secret_fingerprint(const sp_secret_t *secret,
    char text[SP_FINGERPRINT_LEN + 1]);


/* HMAC-SHA256(identity key, kind | shop | value) cut to 128 bits. */

sp_rc_t sp_secret_id(const sp_secret_t *secret, sp_id_kind_t kind,
    const sp_str_t *shop, const sp_str_t *value, sp_id_t *id);


/*
 * Seals a normalised address: AES-256-GCM, shop and shopper as additional
 * data.  out has SP_SEALED_MAX bytes, *len is set; any byte may be in it.
 * sp_secret_open() is the reverse: SP_INVALID if it was not made for this
 * shop and shopper with one of our keys.
 */

sp_rc_t sp_secret_seal(const sp_secret_t *secret, const sp_str_t *shop,
    const sp_id_t *shopper, const sp_str_t *address, char *out, size_t *len);
sp_rc_t sp_secret_open(const sp_secret_t *secret, const sp_str_t *shop,
    const sp_id_t *shopper, const sp_str_t *sealed, char *out, size_t size,
    size_t *len);


/*
 * Our own cookie: 128 random bits (given by the caller) and a MAC, base64url;
 * valid for one shop.  sp_cookie_make() also gives its id.  sp_cookie_visitor()
 * gives the id of a cookie whose MAC is right; SP_INVALID: not ours.
 */

sp_rc_t sp_cookie_make(const sp_secret_t *secret, const sp_str_t *shop,
    const unsigned char random[16], char out[SP_COOKIE_LEN + 1], sp_id_t *id);
sp_rc_t sp_cookie_visitor(const sp_secret_t *secret, const sp_str_t *shop,
    const sp_str_t *value, sp_id_t *id);


/*
 * A link token (design 4.4): kind, shopper, rescue, step and 64 bits of MAC in
 * base64url, NUL-terminated.  sp_token_read() is SP_INVALID for anything
 * that sp_token_make() did not make for this shop; both need no Redis.
 * inert: made for catch-all and test messages; it verifies, and does nothing.
 */

typedef enum {
    SP_TOKEN_CLICK = 'k',
    SP_TOKEN_UNSUBSCRIBE = 'u',
    SP_TOKEN_NOT_ME = 'n'
} sp_token_kind_t;

typedef struct {
    sp_token_kind_t  kind;
    unsigned         inert:1;
    sp_id_t          shopper;
    uint64_t         rescue;        /* number of the rescue, of this shopper */
    uint32_t         step;          /* hash of the step's name */
} sp_token_t;

sp_rc_t sp_token_make(const sp_secret_t *secret, const sp_str_t *shop,
    const sp_token_t *token, char out[SP_TOKEN_MAX]);
sp_rc_t sp_token_read(const sp_secret_t *secret, const sp_str_t *shop,
    const sp_str_t *text, sp_token_t *token);


/*
 * The token of a return path (VERP): SP_VERP_LEN characters of base32, whose
 * case does not matter, for shopper, rescue and step, with 48 bits of MAC.
 * sp_verp_read() is SP_INVALID for anything that sp_verp_make() did not make
 * for this shop.
 */

#define SP_VERP_LEN  48

typedef struct {
    sp_id_t   shopper;
    uint32_t  rescue;
    uint32_t  step;                 /* hash of the step's name */
} sp_verp_t;

sp_rc_t sp_verp_make(const sp_secret_t *secret, const sp_str_t *shop,
    const sp_verp_t *verp, char out[SP_VERP_LEN + 1]);
sp_rc_t sp_verp_read(const sp_secret_t *secret, const sp_str_t *shop,
    const sp_str_t *text, sp_verp_t *verp);


/* The 32-bit hash of a step's name, as in tokens and records. */

uint32_t sp_step_hash(const sp_str_t *name);


/*
 * Validates and normalises an address (trimmed, lower case): RFC 5321 sizes
 * (local part 64, domain 255, all 254), dot-atom or UTF-8 local part (RFC
 * 6531), a domain with a dot, no control characters, no quoted forms.  out has
 * SP_ADDRESS_MAX + 1 bytes, NUL-terminated.  SP_INVALID: not an address that
 * we mail.
 */

sp_rc_t sp_address_normalise(const sp_str_t *in, char *out, size_t *len);


#endif /* SP_SECRET_H */
