/*
 * Copyright (C) SitePreserver developers
 *
 * What the files of sp_call share.
 */

#ifndef SP_CALL_INT_H
#define SP_CALL_INT_H

#include "sp_call.h"
#include "sp_text.h"
#include "sp_field.h"


/* Between fields, and between lines; see docs/redis.md. */

#define SP_FIELD          '\037'
#define SP_RECORD         '\036'

/* The most that the functions accept, in bytes. */

#define SP_CALL_ITEM_ID_MAX    128
#define SP_CALL_KEY_MAX        128
#define SP_CALL_SKU_MAX        64
#define SP_CALL_NAME_MAX       256
#define SP_CALL_URL_MAX        1024
#define SP_CALL_OPTIONS_MAX    256
#define SP_CALL_CATEGORY_MAX   128
#define SP_CALL_FIRST_NAME_MAX (4 * SP_FIRST_NAME_MAX)     /* UTF-8 */
#define SP_CALL_AMOUNT_MAX     999999999999999

/* A price whose product with any quantity is an amount. */

#define SP_CALL_PRICE_MAX      (SP_CALL_AMOUNT_MAX / SP_QUANTITY_MAX)


/* FCALL function 2 sp:{SHOP}:KIND+id sp:{SHOP}:moved */

sp_rc_t sp_call_start(sp_call_t *call, const sp_pool_t *pool,
    const char *function, const sp_str_t *shop, const char *kind,
    const char *id, size_t len);


/*
 * The same for a call of a worker's stream: then its source and number; in the
 * end its age, which the caller patches.
 */

sp_rc_t sp_call_stream(sp_call_t *call, const sp_pool_t *pool,
    const char *function, const sp_str_t *shop, const char *kind,
    const sp_id_t *id, const sp_str_t *source, uint64_t seq);
void sp_call_age(sp_call_t *call);

void sp_call_arg(sp_call_t *call, const char *data, size_t len);
void sp_call_string(sp_call_t *call, const char *string);
sp_rc_t sp_call_number(sp_call_t *call, const sp_pool_t *pool,
    uint64_t value);


/*
 * Reading: the part before the separator is cut off, the last one has none
 * behind it; a number without sign, zero if it is none; an amount, none is
 * SP_NO_AMOUNT, SP_INVALID.
 */

void sp_cut(sp_str_t *rest, char separator, sp_str_t *part);
int sp_number(sp_str_t *rest, char separator, int64_t *value);
sp_rc_t sp_amount(const sp_str_t *text, int64_t *value);


/* A link, which is not cut; an amount, which may be unsure or none. */

void sp_text_url(sp_text_t *text, const sp_str_t *url);
void sp_text_amount(sp_text_t *text, int64_t amount);


/* The lines of a cart as the functions read them. */

void sp_text_lines(sp_text_t *text, const sp_event_t *event);


#endif /* SP_CALL_INT_H */
