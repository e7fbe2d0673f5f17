/*
 * Copyright (C) SitePreserver developers
 *
 * Words that exchanges of shops have, in the languages that slugs are in.
 */

#define _GNU_SOURCE                 /* memmem() */

#include <stdlib.h>

#include "hint.h"


#define HINT_UNSAFE   4             /* what other methods than GET must have */
#define HINT_SAFE     5
#define HINT_LOOK     4096          /* bytes of a body that are looked at */


typedef struct {
    const char  *word;              /* lower case, in a path, an argument or
                                       a GraphQL field */
    const char  *about;
    unsigned     score;
} hint_word_t;


static int hint_static(const har_exchange_t *x);
static void hint_words(const sp_str_t *text, hint_t *hint);
static int hint_has(const sp_str_t *text, const char *word);
static int hint_alone(const sp_str_t *text, size_t at, size_t len);
static void hint_body(const har_exchange_t *x, hint_t *hint);
static int hint_safe(const sp_str_t *method);


static const hint_word_t  hint_list[] = {
    { "add-to-cart", "cart", 4 }, { "add_to_cart", "cart", 4 },
    { "addtocart", "cart", 4 }, { "addtobasket", "cart", 4 },
    { "lineitem", "cart", 4 }, { "line-item", "cart", 4 },
    { "line_item", "cart", 4 },
    { "cart", "cart", 3 }, { "basket", "cart", 3 }, { "trolley", "cart", 3 },
    { "shoppingbag", "cart", 3 }, { "warenkorb", "cart", 3 },
    { "panier", "cart", 3 }, { "carrito", "cart", 3 }, { "cesta", "cart", 3 },
    { "carrello", "cart", 3 }, { "carrinho", "cart", 3 },
    { "winkelwagen", "cart", 3 }, { "winkelmand", "cart", 3 },
    { "koszyk", "cart", 3 }, { "kosik", "cart", 3 }, { "kurv", "cart", 2 },
    { "varukorg", "cart", 3 }, { "handlekurv", "cart", 3 },
    { "ostoskori", "cart", 3 }, { "sepet", "cart", 3 },
    { "korzina", "cart", 3 }, { "kosar", "cart", 3 },
    { "checkout", "checkout", 3 }, { "kasse", "checkout", 3 },
    { "caisse", "checkout", 3 }, { "kassa", "checkout", 3 },
    { "afrekenen", "checkout", 3 }, { "payment", "checkout", 2 },
    { "shipping", "checkout", 2 }, { "billing", "checkout", 2 },
    { "finalizar", "checkout", 3 },
    { "order", "order", 2 }, { "bestell", "order", 3 },
    { "commande", "order", 3 }, { "pedido", "order", 3 },
    { "ordine", "order", 3 }, { "zamow", "order", 3 },
    { "purchase", "order", 3 },
    { "login", "login", 2 }, { "log-in", "login", 2 }, { "signin", "login", 2 },
    { "sign-in", "login", 2 }, { "sign_in", "login", 2 },
    { "authenticate", "login", 2 }, { "anmeld", "login", 2 },
    { "connexion", "login", 2 },
    { "register", "register", 2 }, { "signup", "register", 2 },
    { "sign-up", "register", 2 }, { "sign_up", "register", 2 },
    { "registr", "register", 2 }, { "customer", "register", 2 },
    { "newsletter", "newsletter", 2 }, { "subscribe", "newsletter", 2 },
    { "wishlist", NULL, 0 },
};

#define HINT_WORDS  (sizeof(hint_list) / sizeof(hint_list[0]))


/* Paths of what is no page and no data, or is somebody else's. */

static const char *const  hint_ends[] = {
    ".js", ".mjs", ".css", ".map", ".png", ".jpg", ".jpeg", ".gif", ".svg",
    ".webp", ".avif", ".ico", ".woff", ".woff2", ".ttf", ".otf", ".eot",
    ".mp4", ".webm", ".pdf", ".wasm", ".webmanifest", NULL
};

static const char *const  hint_elsewhere[] = {
    "/collect", "/beacon", "/pixel", "/telemetry", "/analytics", "/rum",
    "/cdn-cgi/", "/_next/static", "/gtm", "/gtag", "/matomo", "/piwik",
    "/sentry", "/csp-report", "/heartbeat", "admin-ajax.php", "/wp-cron",
    NULL
};


int
hint_looks(const har_exchange_t *x, hint_t *hint)
{
    char      field[65];
    int       kind;
    sp_str_t  text;

    memset(hint, 0, sizeof(hint_t));

    if (hint_static(x) || x->status == 404 || x->status == 405) {
        return 0;
    }

    hint_words(&x->uri, hint);
    hint_words(&x->args, hint);

    kind = hint_graphql(&x->body, field);
    hint->sent = kind == 0 && !hint_safe(&x->method);

    if (kind != 0) {
        text = sp_str(field);
        hint_words(&text, hint);
        hint->score += kind == 'm' ? 2 : 0;
    }

    if (hint_prices(&x->answer)) {
        hint->score += 2;
        hint->about = hint->about != NULL ? hint->about : "prices";
    }

    if (hint_safe(&x->method) || kind == 'q') {

        /* pages are looked at by people; data is for a cart */

        return hint->score >= HINT_SAFE && hint->about != NULL
               && hint_prices(&x->answer);
    }

    hint_body(x, hint);

    return hint->score + 2 >= HINT_UNSAFE && hint->about != NULL;
}


static int
hint_safe(const sp_str_t *method)
{
    return (method->len == 3 && memcmp(method->data, "GET", 3) == 0)
           || (method->len == 4 && memcmp(method->data, "HEAD", 4) == 0)
           || (method->len == 7 && memcmp(method->data, "OPTIONS", 7) == 0);
}


static int
hint_static(const har_exchange_t *x)
{
    size_t    len;
    unsigned  i;

    if (x->method.len == 7 && memcmp(x->method.data, "OPTIONS", 7) == 0) {
        return 1;
    }

    for (i = 0; hint_ends[i] != NULL; i++) {
        len = strlen(hint_ends[i]);

        if (x->uri.len > len
            && memcmp(x->uri.data + x->uri.len - len, hint_ends[i], len) == 0)
        {
            return 1;
        }
    }

    for (i = 0; hint_elsewhere[i] != NULL; i++) {
        if (hint_has(&x->uri, hint_elsewhere[i])) {
            return 1;
        }
    }

    return 0;
}


static void
hint_words(const sp_str_t *text, hint_t *hint)
{
    size_t              i;
    unsigned            best;
    const hint_word_t  *word;

    best = 0;

    for (i = 0; i < HINT_WORDS; i++) {
        word = &hint_list[i];

        if (!hint_has(text, word->word)) {
            continue;
        }

        if (word->about == NULL) {
            return;
        }

        if (word->score > best) {
            best = word->score;
            hint->about = hint->about != NULL ? hint->about : word->about;
        }
    }

    hint->score += best;
}


/* In any case of letters; not in the middle of another word. */

static int
hint_has(const sp_str_t *text, const char *word)
{
    size_t  i, k, len;

    len = strlen(word);

    for (i = 0; i + len <= text->len; i++) {

        for (k = 0; k < len; k++) {
            if ((text->data[i + k] | (word[k] >= 'a' ? 0x20 : 0)) != word[k])
            {
                break;
            }
        }

        if (k == len && hint_alone(text, i, len)) {
            return 1;
        }
    }

    return 0;
}


/* "addToCart" and "cart_items" have "cart", "cartoon" and "descartes" not. */

static int
hint_alone(const sp_str_t *text, size_t at, size_t len)
{
    char  before, first, after;

    before = at > 0 ? text->data[at - 1] : '/';
    first = text->data[at];
    after = at + len < text->len ? text->data[at + len] : '/';

    if (before >= 'a' && before <= 'z' && first >= 'a' && first <= 'z') {
        return 0;
    }

    return !(after >= 'a' && after <= 'z') || after == 's' || after == 'i'
           || after == 'e' || after == 'u' || after == 'n';
}


/* Names of fields that forms of shops have. */

static void
hint_body(const har_exchange_t *x, hint_t *hint)
{
    unsigned  i;
    sp_str_t  body;

    static const struct {
        const char  *name;
        const char  *about;
        unsigned     score;
    } names[] = {
        { "quantity", "cart", 2 }, { "qty", "cart", 2 },
        { "product_id", "cart", 2 }, { "productid", "cart", 2 },
        { "variant", "cart", 2 }, { "email", "register", 2 },
        { "e-mail", "register", 2 }, { "password", "login", 1 },
        { "billing", "checkout", 1 }, { "postcode", "checkout", 1 },
    };

    body = x->body;
    body.len = body.len < HINT_LOOK ? body.len : HINT_LOOK;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (hint_has(&body, names[i].name)) {
            hint->score += names[i].score;
            hint->about = hint->about != NULL ? hint->about : names[i].about;
        }
    }
}


int
hint_prices(const sp_str_t *answer)
{
    size_t    i;
    sp_str_t  text;

    text = *answer;

    for (i = 0; i < text.len && memchr(" \t\r\n", text.data[i], 4) != NULL;
         i++)
    {
        /* void */
    }

    if (i == text.len || (text.data[i] != '{' && text.data[i] != '[')) {
        return 0;
    }

    text.len = text.len < 16 * HINT_LOOK ? text.len : 16 * HINT_LOOK;

    return (memmem(text.data, text.len, "rice", 4) != NULL
            || memmem(text.data, text.len, "otal", 4) != NULL)
           && (memmem(text.data, text.len, "uantity\"", 8) != NULL
               || memmem(text.data, text.len, "qty\"", 4) != NULL
               || memmem(text.data, text.len, "\"lines\"", 7) != NULL);
}


/* In a query the first field of the first selection. */

int
hint_graphql(const sp_str_t *body, char field[65])
{
    int          kind;
    size_t       n, left;
    const char  *p, *end;

    p = body->len != 0 ? memmem(body->data, body->len, "\"query\"", 7) : NULL;

    if (p == NULL) {
        return 0;
    }

    end = body->data + body->len;

    for (p += 7; p < end && (*p == ' ' || *p == ':' || *p == '"' || *p == '\\'
                             || *p == 'n');
         p++)
    {
        /* "\n" is two characters in JSON */
    }

    left = (size_t) (end - p);
    kind = left > 8 && memcmp(p, "mutation", 8) == 0 ? 'm' : 'q';
    p = left != 0 ? memchr(p, '{', left) : NULL;

    if (p == NULL) {
        return 0;
    }

    for (p++; p < end && !((*p >= 'a' && *p <= 'z')
                           || (*p >= 'A' && *p <= 'Z') || *p == '_')
         && *p != '}'; p++)
    {
        if (*p == '\\' && p + 1 < end) {
            p++;
        }
    }

    for (n = 0; n < 64 && p < end
         && ((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z')
             || (*p >= '0' && *p <= '9') || *p == '_'); p++)
    {
        field[n++] = *p;
    }

    field[n] = '\0';

    return n != 0 ? kind : 0;
}
