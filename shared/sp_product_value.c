/*
 * Copyright (C) SitePreserver developers
 *
 * What a page's words mean: texts, prices, availability, links.
 */

#include <strings.h>

#include "sp_entities.h"
#include "sp_field.h"
#include "sp_money.h"
#include "sp_percent.h"
#include "sp_price.h"
#include "sp_product_int.h"
#include "sp_utf8.h"


#define PRODUCT_PRICE_TEXT  64      /* bytes */


static sp_rc_t product_price_people(const sp_pool_t *pool,
    const sp_str_t *price, const sp_str_t *currency, product_price_t *out);
static void product_path(const sp_str_t *url, sp_str_t *path, sp_str_t *args);
static int product_has_arg(const sp_str_t *args, const sp_str_t *pair);


/* Decoded as HTML and cut to max; cut zero: what is longer is absent. */

sp_rc_t
product_text(const sp_pool_t *pool, const sp_str_t *in, size_t max, int cut,
    sp_str_t *out)
{
    sp_rc_t   rc;
    sp_str_t  text;

    memset(out, 0, sizeof(sp_str_t));

    rc = sp_entities_decode(pool, in, 0, &text);

    if (rc == SP_OK) {
        rc = sp_utf8_clean(pool, &text, text.len * 3 + 1, &text);
    }

    if (rc != SP_OK) {
        return rc;
    }

    if (text.len > max) {

        if (!cut) {
            return SP_OK;
        }

        text.len = sp_utf8_cut(&text, max);
    }

    *out = text;

    return SP_OK;
}


/*
 * A price; out->differs: there is something, but it is not sure.  people: it is
 * written for them.
 */

void
product_price(const sp_pool_t *pool, const sp_str_t *price,
    const sp_str_t *currency, int people, product_price_t *out)
{
    int       exact;
    sp_str_t  code;

    memset(out, 0, sizeof(product_price_t));

    if (price->len == 0) {
        return;
    }

    out->known = 1;
    exact = 0;

    if (sp_money_code(currency, out->currency) != SP_OK) {
        out->currency[0] = '\0';
    }

    code = sp_str(out->currency);

    if (people || price->len > PRODUCT_PRICE_TEXT || code.len == 0
        || sp_money_read(price, 0, sp_money_exponent(&code), &out->amount,
                         &exact)
           != SP_OK)
    {
        exact = product_price_people(pool, price, &code, out) == SP_OK;
    }

    if (!exact || out->amount <= 0) {
        out->differs = 1;
    }
}


static sp_rc_t
product_price_people(const sp_pool_t *pool, const sp_str_t *price,
    const sp_str_t *currency, product_price_t *out)
{
    sp_str_t  text, code;

    if (price->len > SP_PRICE_TEXT
        || sp_price_read(pool, price, &text) != SP_OK)
    {
        return SP_INVALID;
    }

    code = *currency;

    if (code.len == 0) {
        sp_price_currency(&text, &code);
    }

    if (sp_money_code(&code, out->currency) != SP_OK) {
        out->currency[0] = '\0';
        return SP_INVALID;
    }

    code = sp_str(out->currency);

    return sp_price_amount(&text, &code, &out->amount);
}


void
product_price_add(product_price_t *all, const product_price_t *one)
{
    if (!one->known) {
        return;
    }

    if (!all->known) {
        *all = *one;
        return;
    }

    if (one->differs || one->amount != all->amount
        || strcmp(one->currency, all->currency) != 0)
    {
        all->differs = 1;
    }
}


void
product_price_item(const product_price_t *price, sp_item_t *item)
{
    item->price = SP_NO_AMOUNT;
    item->currency[0] = '\0';

    if (price->known && !price->differs) {
        item->price = price->amount;
        memcpy(item->currency, price->currency, sizeof(item->currency));
    }
}


/* "https://schema.org/InStock", "in stock", "oos" */

sp_stock_t
product_stock(const sp_str_t *text)
{
    char        word[24];
    size_t      i, n;
    unsigned    w;
    const char *p;

    static const struct {
        const char  *word;
        sp_stock_t   stock;
    } words[] = {
        { "instock",             SP_STOCK_IN },
        { "limitedavailability", SP_STOCK_IN },
        { "onlineonly",          SP_STOCK_IN },
        { "preorder",            SP_STOCK_IN },
        { "presale",             SP_STOCK_IN },
        { "backorder",           SP_STOCK_IN },
        { "madetoorder",         SP_STOCK_IN },
        { "availablefororder",   SP_STOCK_IN },
        { "outofstock",          SP_STOCK_OUT },
        { "soldout",             SP_STOCK_OUT },
        { "discontinued",        SP_STOCK_OUT },
        { "oos",                 SP_STOCK_OUT }
    };

    /* what is behind the last "/" or "#", letters only */

    n = 0;
    p = text->data;

    for (i = 0; i < text->len; i++) {

        if (p[i] == '/' || p[i] == '#') {
            n = 0;

        } else if ((p[i] | 0x20) >= 'a' && (p[i] | 0x20) <= 'z') {

            if (n == sizeof(word)) {
                return SP_STOCK_UNKNOWN;
            }

            word[n++] = (char) (p[i] | 0x20);
        }
    }

    for (w = 0; w < sizeof(words) / sizeof(words[0]); w++) {
        if (n == strlen(words[w].word) && memcmp(word, words[w].word, n) == 0)
        {
            return words[w].stock;
        }
    }

    return SP_STOCK_UNKNOWN;
}


/* Of n so far: one that can be had is enough, and all must be known to be out. */

void
product_stock_add(sp_stock_t *all, unsigned n, sp_stock_t one)
{
    if (n == 0 || one == SP_STOCK_IN) {
        *all = one;

    } else if (*all != SP_STOCK_IN && *all != one) {
        *all = SP_STOCK_UNKNOWN;
    }
}


/* "Product", "schema:Product", "https://schema.org/Product" */

int
product_type(const sp_str_t *text, const char *name)
{
    size_t  i, len;

    len = strlen(name);

    if (text->len < len
        || memcmp(text->data + text->len - len, name, len) != 0)
    {
        return 0;
    }

    i = text->len - len;

    return i == 0
           || (i == 7 && memcmp(text->data, "schema:", 7) == 0)
           || (i >= 11 && i <= 24
               && memcmp(text->data + i - 11, "schema.org/", 11) == 0);
}


/*
 * A link as the mailer can have it, whose base is the shop's root: whole, or a
 * path.  What is neither is absent.
 */

sp_rc_t
product_link(const sp_pool_t *pool, const sp_str_t *page, const sp_str_t *in,
    sp_str_t *out)
{
    char      *p;
    size_t     i, keep;
    sp_str_t   link, path, args;

    memset(out, 0, sizeof(sp_str_t));

    if (sp_utf8_clean(pool, in, in->len * 3 + 1, &link) != SP_OK) {
        return SP_NOMEM;
    }

    if (link.len == 0 || link.len > SP_PRODUCT_URL_MAX) {
        return SP_OK;
    }

    for (i = 0; i < link.len && link.data[i] != '/' && link.data[i] != '?'
                && link.data[i] != '#'; i++)
    {
        if (link.data[i] == ':') {
            if ((i == 4 && strncasecmp(link.data, "http", 4) == 0)
                || (i == 5 && strncasecmp(link.data, "https", 5) == 0))
            {
                *out = link;
            }

            return SP_OK;
        }
    }

    if (link.data[0] == '/') {
        *out = link;
        return SP_OK;
    }

    if (link.data[0] == '#') {
        return SP_OK;
    }

    if (product_own_link(pool, page, &path) != SP_OK) {
        return SP_NOMEM;
    }

    product_path(&path, &path, &args);
    keep = path.len;

    if (link.data[0] != '?') {
        while (keep != 0 && path.data[keep - 1] != '/') {
            keep--;
        }
    }

    if (keep + link.len > SP_PRODUCT_URL_MAX) {
        return SP_OK;
    }

    p = sp_alloc(pool, keep + link.len);
    if (p == NULL) {
        return SP_NOMEM;
    }

    memcpy(p, path.data, keep);
    memcpy(p + keep, link.data, link.len);

    out->data = p;
    out->len = keep + link.len;

    return SP_OK;
}


/* The page's own: its path is decoded, and so has to be encoded. */

sp_rc_t
product_own_link(const sp_pool_t *pool, const sp_str_t *page, sp_str_t *out)
{
    char        *p;
    size_t       i, args;
    unsigned char c;

    static const char  hex[] = "0123456789ABCDEF";

    memset(out, 0, sizeof(sp_str_t));

    p = sp_alloc(pool, page->len * 3 + 1);
    if (p == NULL) {
        return SP_NOMEM;
    }

    out->data = p;

    for (args = page->len; args != 0 && page->data[args - 1] != '?'; args--) {
        /* void */
    }

    for (i = 0; i < page->len; i++) {
        c = (unsigned char) page->data[i];

        if (args == 0 || i + 1 < args) {

            if (c <= ' ' || c >= 0x7f || strchr("%?#\"<>\\^`{|}", c) != NULL) {
                *p++ = '%';
                *p++ = hex[c >> 4];
                *p++ = hex[c & 15];
                continue;
            }
        }

        *p++ = (char) c;
    }

    out->len = (size_t) (p - out->data);

    if (out->len > SP_PRODUCT_URL_MAX) {
        out->len = 0;
    }

    return SP_OK;
}


/* Does the link lead to the page, on whatever host? */

int
product_is_page(const sp_str_t *page, const sp_str_t *url)
{
    char      text[SP_PRODUCT_URL_MAX];
    size_t    len;
    sp_str_t  path, args, own, wanted, pair;
    const char *p, *end, *next;

    if (page->len == 0 || url->len == 0 || url->len > sizeof(text)) {
        return 0;
    }

    product_path(url, &path, &args);
    product_path(page, &own, &wanted);

    len = sp_percent_decode(text, path.data, path.data + path.len, 0);

    if (len == 0 || len != own.len || memcmp(text, own.data, len) != 0) {
        return 0;
    }

    p = wanted.data;
    end = p + wanted.len;

    for ( /* void */ ; p < end; p = next + 1) {
        next = memchr(p, '&', (size_t) (end - p));
        next = next != NULL ? next : end;

        pair.data = p;
        pair.len = (size_t) (next - p);

        if (!product_has_arg(&args, &pair)) {
            return 0;
        }
    }

    return 1;
}


/* The path of a whole URL or of a path, and its arguments. */

static void
product_path(const sp_str_t *url, sp_str_t *path, sp_str_t *args)
{
    const char  *p, *end, *q;

    p = url->data;
    end = p + url->len;
    args->data = p;
    args->len = 0;

    for (q = p; q + 2 < end && *q != '/' && *q != '?'; q++) {

        if (memcmp(q, "://", 3) == 0) {
            p = q + 3;

            while (p < end && *p != '/' && *p != '?' && *p != '#') {
                p++;
            }

            break;
        }
    }

    q = memchr(p, '#', (size_t) (end - p));
    end = q != NULL ? q : end;

    q = memchr(p, '?', (size_t) (end - p));

    if (q != NULL) {
        args->data = q + 1;
        args->len = (size_t) (end - q - 1);
        end = q;
    }

    path->data = p;
    path->len = (size_t) (end - p);
}


static int
product_has_arg(const sp_str_t *args, const sp_str_t *pair)
{
    const char  *p, *end, *next;

    p = args->data;
    end = p + args->len;

    for ( /* void */ ; p < end; p = next + 1) {
        next = memchr(p, '&', (size_t) (end - p));
        next = next != NULL ? next : end;

        if ((size_t) (next - p) == pair->len
            && memcmp(p, pair->data, pair->len) == 0)
        {
            return 1;
        }
    }

    return 0;
}
