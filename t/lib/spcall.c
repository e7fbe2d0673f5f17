/*
 * Copyright (C) SitePreserver developers
 *
 * Calls of the Redis functions for tests: reads a JSON object a line, writes
 * a line with the arguments of the call as a JSON array of strings (or an
 * object of what was asked for).  Sp::Call (t/lib/Sp/Call.pm) runs it.
 *
 *     spcall SECRET_FILE
 */

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "sp_arena.h"
#include "sp_call.h"
#include "sp_rules.h"


static sp_secret_t      *secret;
static sp_arena_t       *arena;
static const sp_pool_t  *pool;


static json_t *spcall_one(json_t *in);
static json_t *spcall_bytes(const char *data, size_t len);
static json_t *spcall_tokens(json_t *in, const sp_str_t *shop);
static sp_rc_t spcall_event(sp_call_t *call, json_t *in,
    const sp_str_t *shop);
static uint64_t spcall_clock(void);
static void spcall_lines(sp_event_t *event, json_t *in);
static void spcall_terms(sp_terms_t *terms, json_t *in);
static sp_str_t spcall_str(json_t *in, const char *name);
static int64_t spcall_int(json_t *in, const char *name, int64_t missing);
static sp_id_t spcall_id(json_t *in, const char *name, sp_id_kind_t kind,
    const sp_str_t *shop);
static sp_id_t spcall_shopper(json_t *in, const sp_str_t *shop,
    sp_str_t *sealed);


static const struct {
    const char  *name;
    unsigned     bit;
} kinds[] = {
    { "view_item", SP_VIEW_ITEM },
    { "add_to_cart", SP_ADD_TO_CART },
    { "remove_from_cart", SP_REMOVE_FROM_CART },
    { "view_cart", SP_VIEW_CART },
    { "begin_checkout", SP_BEGIN_CHECKOUT },
    { "purchase", SP_PURCHASE },
    { "login", SP_LOGIN },
    { "sign_up", SP_SIGN_UP },
    { "generate_lead", SP_GENERATE_LEAD },
    { "update_cart", SP_UPDATE_CART },
    { "set_cart", SP_SET_CART },
    { "identify", SP_IDENTIFY },
    { "logout", SP_LOGOUT },
    { "order_pending", SP_ORDER_PENDING },
    { "page_view", SP_PAGE_VIEW },
    { "checkout_error", SP_CHECKOUT_ERROR },
};


int
main(int argc, char **argv)
{
    char          line[65536];
    json_t       *in, *out;
    sp_error_t    err;
    json_error_t  bad;

    secret = argc == 2 ? sp_secret_read(argv[1], &err) : NULL;
    arena = sp_arena_create(0);

    if (secret == NULL || arena == NULL) {
        fprintf(stderr, "spcall: %s\n", argc == 2 ? err.text : "usage");
        return 1;
    }

    pool = sp_arena_pool(arena);

    while (fgets(line, sizeof(line), stdin) != NULL) {
        in = json_loads(line, 0, &bad);
        out = in != NULL ? spcall_one(in) : NULL;

        if (out == NULL) {
            out = json_pack("{s:s}", "error", in != NULL ? "no such call"
                                                         : bad.text);
        }

        json_dumpf(out, stdout, JSON_COMPACT);
        putchar('\n');
        fflush(stdout);
        json_decref(in);
        json_decref(out);
        sp_arena_reset(arena);
    }

    sp_arena_destroy(arena);
    sp_secret_free(secret);

    return 0;
}


static json_t *
spcall_one(json_t *in)
{
    int           i;
    char          fingerprint[SP_FINGERPRINT_LEN + 1];
    json_t       *out;
    sp_id_t       shopper, customer, order;
    sp_rc_t       rc;
    sp_str_t      shop, sealed, codes, series;
    sp_call_t     call;
    sp_terms_t    terms;
    const char   *name;

    name = json_string_value(json_object_get(in, "call"));
    shop = spcall_str(in, "shop");
    rc = SP_INVALID;

    if (name == NULL) {
        return NULL;
    }

    if (strcmp(name, "tokens") == 0) {
        return spcall_tokens(in, &shop);
    }

    if (strcmp(name, "load") == 0) {
        sp_call_load(&call);
        rc = SP_OK;

    } else if (strcmp(name, "shop") == 0) {
        sp_secret_fingerprint(secret, fingerprint);
        spcall_terms(&terms, in);
        rc = sp_call_shop(&call, pool, &shop, fingerprint, &terms, 0);

    } else if (strcmp(name, "event") == 0) {
        rc = spcall_event(&call, in, &shop);

    } else if (strcmp(name, "order") == 0) {
        shopper = spcall_shopper(in, &shop, NULL);
        customer = spcall_id(in, "customer", SP_ID_CUSTOMER, &shop);
        order = spcall_id(in, "order", SP_ID_ORDER, &shop);
        rc = sp_call_order(&call, pool, &shop, &order, &shopper, &customer,
                           spcall_int(in, "ago", 0), 7776000,
                           spcall_int(in, "total", SP_NO_AMOUNT), "EUR", 0);

    } else if (strcmp(name, "not_me") == 0) {
        shopper = spcall_shopper(in, &shop, NULL);
        rc = sp_call_not_me(&call, pool, &shop, &shopper,
                            spcall_int(in, "ago", 0), 7776000);

    } else if (strcmp(name, "suppress") == 0) {
        shopper = spcall_shopper(in, &shop, NULL);
        rc = sp_call_suppress(&call, pool, &shop, &shopper, "test", 0);

    } else if (strcmp(name, "pause") == 0) {
        shopper = spcall_shopper(in, &shop, NULL);
        rc = sp_call_pause(&call, pool, &shop, &shopper,
                           spcall_int(in, "until", 0));

    } else if (strcmp(name, "offers") == 0) {
        codes = spcall_str(in, "pool");
        rc = sp_call_offers(&call, pool, &shop, &codes);

    } else if (strcmp(name, "experiment") == 0) {
        series = spcall_str(in, "series");
        rc = sp_call_experiment(&call, pool, &shop, sp_step_hash(&series));

    } else if (strcmp(name, "why") == 0) {
        shopper = spcall_shopper(in, &shop, &sealed);
        rc = sp_call_why(&call, pool, &shop, &shopper);

    } else if (strcmp(name, "status") == 0) {
        rc = sp_call_status(&call, pool, &shop);

    } else if (strcmp(name, "doubt") == 0) {
        rc = sp_call_doubt(&call, pool, &shop, 0, 0);
    }

    if (rc != SP_OK) {
        return NULL;
    }

    out = json_array();

    for (i = 0; i < call.argc; i++) {
        json_array_append_new(out, spcall_bytes(call.argv[i],
                                                call.argvlen[i]));
    }

    return out;
}


/* JSON has no bytes: each is the character of its number. */

static json_t *
spcall_bytes(const char *data, size_t len)
{
    char           *text;
    size_t          i, n;
    json_t         *string;
    unsigned char   c;

    text = malloc(2 * len + 1);

    if (text == NULL) {
        return NULL;
    }

    for (i = 0, n = 0; i < len; i++) {
        c = (unsigned char) data[i];

        if (c < 0x80) {
            text[n++] = (char) c;

        } else {
            text[n++] = (char) (0xc0 | c >> 6);
            text[n++] = (char) (0x80 | (c & 0x3f));
        }
    }

    string = json_stringn(text, n);
    free(text);

    return string;
}


/* What a message to that address would carry. */

static json_t *
spcall_tokens(json_t *in, const sp_str_t *shop)
{
    char        click[SP_TOKEN_MAX], unsubscribe[SP_TOKEN_MAX];
    char        not_me[SP_TOKEN_MAX];
    sp_str_t    step;
    sp_token_t  token;

    memset(&token, 0, sizeof(token));
    token.shopper = spcall_shopper(in, shop, NULL);
    token.rescue = (uint64_t) spcall_int(in, "rescue", 1);
    token.inert = spcall_int(in, "inert", 0) != 0;
    step = spcall_str(in, "step");
    token.step = sp_step_hash(&step);
    token.kind = SP_TOKEN_CLICK;

    if (sp_token_make(secret, shop, &token, click) != SP_OK) {
        return NULL;
    }

    token.kind = SP_TOKEN_UNSUBSCRIBE;

    if (sp_token_make(secret, shop, &token, unsubscribe) != SP_OK) {
        return NULL;
    }

    token.kind = SP_TOKEN_NOT_ME;

    if (sp_token_make(secret, shop, &token, not_me) != SP_OK) {
        return NULL;
    }

    return json_pack("{s:s, s:s, s:s, s:s}", "shopper", token.shopper.text,
                     "click", click, "unsubscribe", unsubscribe, "not_me",
                     not_me);
}


static sp_rc_t
spcall_event(sp_call_t *call, json_t *in, const sp_str_t *shop)
{
    size_t       i, k;
    json_t      *list, *item;
    sp_str_t     source;
    sp_event_t   event;
    sp_terms_t   terms;

    memset(&event, 0, sizeof(event));
    spcall_terms(&terms, in);
    list = json_object_get(in, "kinds");

    json_array_foreach(list, i, item) {
        for (k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
            if (strcmp(json_string_value(item), kinds[k].name) == 0) {
                event.kinds |= kinds[k].bit;
            }
        }
    }

    event.status = (unsigned) spcall_int(in, "status", 200);
    event.visit = spcall_id(in, "visitor", SP_ID_VISITOR, shop);
    event.customer = spcall_id(in, "customer", SP_ID_CUSTOMER, shop);
    event.order = spcall_id(in, "order", SP_ID_ORDER, shop);
    event.shopper = spcall_shopper(in, shop, &event.sealed);
    event.captured = event.shopper.text[0] != '\0' ? sp_captured(event.kinds)
                                                   : SP_CAPTURED_NOT;
    event.checkout = spcall_int(in, "checkout", 0) != 0;
    event.visited = spcall_int(in, "visited", 0) != 0;
    event.device = (sp_device_t) spcall_int(in, "device", SP_DEVICE_UNKNOWN);
    event.logged_in = spcall_int(in, "logged_in", 0) != 0;
    event.network = spcall_id(in, "network", SP_ID_NETWORK, shop);
    event.first_name = spcall_str(in, "first_name");
    event.locale = spcall_str(in, "locale");
    event.time_zone = spcall_str(in, "time_zone");
    event.asked = spcall_int(in, "asked", 0) != 0;
    event.consent = (sp_consent_t) spcall_int(in, "consent", SP_CONSENT_NOT);
    event.consented = (sp_consented_t) sp_captured(event.kinds);
    event.currency = spcall_str(in, "currency");
    event.total = spcall_int(in, "total", SP_NO_AMOUNT);
    spcall_lines(&event, in);
    event.seen = spcall_clock();
    source = spcall_str(in, "source");

    return sp_call_event(call, pool, shop, &terms, &event, &source,
                         (uint64_t) spcall_int(in, "seq", 1));
}


/* As nginx sees it; in us. */

static uint64_t
spcall_clock(void)
{
    struct timespec  now;

    clock_gettime(CLOCK_MONOTONIC, &now);

    return (uint64_t) now.tv_sec * 1000000 + (uint64_t) now.tv_nsec / 1000;
}


static void
spcall_lines(sp_event_t *event, json_t *in)
{
    size_t      i;
    json_t     *list, *item;
    sp_line_t  *line;

    list = json_object_get(in, "lines");

    if (list == NULL) {
        return;
    }

    event->cart = event->kinds & SP_ADD_TO_CART ? SP_CART_ADD
                                                : SP_CART_SNAPSHOT;
    event->nlines = (unsigned) json_array_size(list);
    event->lines = sp_calloc(pool, (event->nlines + 1) * sizeof(sp_line_t));

    json_array_foreach(list, i, item) {
        line = &event->lines[i];
        line->id = spcall_str(item, "id");
        line->name = spcall_str(item, "name");
        line->url = spcall_str(item, "url");
        line->image = spcall_str(item, "image");
        line->quantity = spcall_int(item, "quantity", 1);
        line->price = spcall_int(item, "price", SP_NO_AMOUNT);
        line->total = spcall_int(item, "total", SP_NO_AMOUNT);
        line->from_shop = 1;
    }
}


static void
spcall_terms(sp_terms_t *terms, json_t *in)
{
    memset(terms, 0, sizeof(sp_terms_t));

    terms->idle = spcall_int(in, "idle", 1000);
    terms->retain = spcall_int(in, "retain", 30 * 86400);
    terms->anonymous = spcall_int(in, "anonymous", 30 * 86400);
    terms->remember = spcall_int(in, "remember", 90 * 86400);
    terms->hold = spcall_int(in, "hold", 43200);
    terms->addresses = (unsigned) spcall_int(in, "addresses", 0);
}


static sp_str_t
spcall_str(json_t *in, const char *name)
{
    json_t    *value;
    sp_str_t   s = sp_null_string;

    value = json_object_get(in, name);

    if (json_is_string(value)) {
        s.data = json_string_value(value);
        s.len = json_string_length(value);
    }

    return s;
}


static int64_t
spcall_int(json_t *in, const char *name, int64_t missing)
{
    json_t  *value;

    value = json_object_get(in, name);

    return json_is_integer(value) ? json_integer_value(value) : missing;
}


static sp_id_t
spcall_id(json_t *in, const char *name, sp_id_kind_t kind,
    const sp_str_t *shop)
{
    sp_id_t   id;
    sp_str_t  value;

    memset(&id, 0, sizeof(id));
    value = spcall_str(in, name);

    if (value.len != 0) {
        (void) sp_secret_id(secret, kind, shop, &value, &id);
    }

    return id;
}


static sp_id_t
spcall_shopper(json_t *in, const sp_str_t *shop, sp_str_t *sealed)
{
    char      normal[SP_ADDRESS_MAX + 1], *out;
    size_t    len;
    sp_id_t   id;
    sp_str_t  value, address;

    memset(&id, 0, sizeof(id));
    value = spcall_str(in, "email");
    address.data = normal;

    if (value.len == 0
        || sp_address_normalise(&value, normal, &address.len) != SP_OK)
    {
        return id;
    }

    (void) sp_secret_id(secret, SP_ID_SHOPPER, shop, &address, &id);
    out = sp_alloc(pool, SP_SEALED_MAX);

    if (sealed != NULL && out != NULL
        && sp_secret_seal(secret, shop, &id, &address, out, &len) == SP_OK)
    {
        sealed->data = out;
        sealed->len = len;
    }

    return id;
}
