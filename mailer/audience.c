/*
 * Copyright (C) SitePreserver developers
 */

#include <ctype.h>

#include "audience.h"


static int audience_total_fits(const audience_t *audience,
    const sp_claimed_t *claimed);
static const audience_amount_t *audience_amount(
    const audience_amount_t *amounts, unsigned n, const sp_str_t *currency);
static int64_t audience_total(const sp_claimed_t *claimed);
static int64_t audience_line_total(const sp_line_t *line);
static int audience_items_fit(const audience_t *audience,
    const sp_claimed_t *claimed);
static int audience_has_item(const audience_t *audience,
    const sp_claimed_t *claimed);
static int audience_has_category(const audience_t *audience,
    const sp_claimed_t *claimed);
static int audience_any(char *const *patterns, unsigned n,
    const sp_str_t *text);
static int audience_locale_fits(const audience_t *audience,
    const sp_claimed_t *claimed, const char *locale);
static int audience_is_locale(const char *wanted, const sp_str_t *have);
static int audience_bit(unsigned set, unsigned n);
static int audience_side(unsigned set, int yes);


int
audience_fits(const audience_t *audience, const sp_claimed_t *claimed,
    const char *locale)
{
    return audience_side(audience->returning, claimed->orders != 0)
           && audience_side(audience->login,
                            claimed->known == SP_KNOWN_LOGIN)
           && audience_side(audience->checkout_error,
                            claimed->checkout_error)
           && audience_bit(audience->stages, claimed->stage)
           && audience_bit(audience->captured, claimed->captured)
           && audience_bit(audience->devices, claimed->device)
           && audience_total_fits(audience, claimed)
           && audience_items_fit(audience, claimed)
           && audience_has_item(audience, claimed)
           && audience_has_category(audience, claimed)
           && audience_locale_fits(audience, claimed, locale);
}


/*
 * A customer has bought something, or is one of the shop's own accounts.  An
 * address that was only typed into a checkout or a form is neither.
 */

int
audience_consents(audience_consent_t consent, const sp_claimed_t *claimed)
{
    if (consent == AUDIENCE_ALL || claimed->consent == SP_CONSENT_GIVEN) {
        return 1;
    }

    if (consent == AUDIENCE_CONSENT
        || claimed->consent == SP_CONSENT_WITHDRAWN)
    {
        return 0;
    }

    return claimed->orders != 0 || claimed->customer || claimed->logged_in
           || claimed->captured == SP_CAPTURED_LOGIN
           || claimed->captured == SP_CAPTURED_SIGN_UP
           || claimed->captured == SP_CAPTURED_CUSTOMER;
}


sp_consent_t
audience_asks(audience_consent_t consent)
{
    switch (consent) {

    case AUDIENCE_CONSENT:
        return SP_CONSENT_GIVEN;

    case AUDIENCE_SOFT:
        return SP_CONSENT_WITHDRAWN;

    default:
        return SP_CONSENT_NOT;
    }
}


/* A cart whose total is not known, or in another currency, does not fit. */

static int
audience_total_fits(const audience_t *audience, const sp_claimed_t *claimed)
{
    int64_t                   total;
    const audience_amount_t  *amount;

    if (audience->nmin_total == 0 && audience->nmax_total == 0) {
        return 1;
    }

    total = audience_total(claimed);

    if (total == SP_NO_AMOUNT) {
        return 0;
    }

    if (audience->nmin_total != 0) {
        amount = audience_amount(audience->min_total, audience->nmin_total,
                                 &claimed->currency);

        if (amount == NULL || total < amount->minor) {
            return 0;
        }
    }

    if (audience->nmax_total != 0) {
        amount = audience_amount(audience->max_total, audience->nmax_total,
                                 &claimed->currency);

        if (amount == NULL || total > amount->minor) {
            return 0;
        }
    }

    return 1;
}


static const audience_amount_t *
audience_amount(const audience_amount_t *amounts, unsigned n,
    const sp_str_t *currency)
{
    unsigned  i;

    for (i = 0; i < n; i++) {
        if (currency->len == 3
            && memcmp(amounts[i].currency, currency->data, 3) == 0)
        {
            return &amounts[i];
        }
    }

    return NULL;
}


/* The shop's own total, or the sum if every line of the cart is known. */

static int64_t
audience_total(const sp_claimed_t *claimed)
{
    int64_t   sum, line;
    unsigned  i;

    if (claimed->total != SP_NO_AMOUNT) {
        return claimed->total;
    }

    sum = 0;

    for (i = 0; i < claimed->nlines; i++) {
        line = audience_line_total(&claimed->lines[i]);

        if (line == SP_NO_AMOUNT || __builtin_add_overflow(sum, line, &sum)) {
            return SP_NO_AMOUNT;
        }
    }

    return claimed->nlines != 0 ? sum : SP_NO_AMOUNT;
}


static int64_t
audience_line_total(const sp_line_t *line)
{
    int64_t  total;

    if (!line->from_shop) {
        return SP_NO_AMOUNT;
    }

    if (line->total != SP_NO_AMOUNT) {
        return line->total;
    }

    if (line->price == SP_NO_AMOUNT || line->quantity == SP_NO_AMOUNT
        || __builtin_mul_overflow(line->price, line->quantity, &total))
    {
        return SP_NO_AMOUNT;
    }

    return total;
}


/* A line whose quantity is not known has one piece at least. */

static int
audience_items_fit(const audience_t *audience, const sp_claimed_t *claimed)
{
    int64_t   n;
    unsigned  i;

    n = 0;

    for (i = 0; i < claimed->nlines && n <= INT32_MAX; i++) {
        n += claimed->lines[i].quantity > 0
             ? (claimed->lines[i].quantity < INT32_MAX
                ? claimed->lines[i].quantity : INT32_MAX) : 1;
    }

    return n >= audience->min_items
           && (audience->max_items == 0 || n <= audience->max_items);
}


static int
audience_has_item(const audience_t *audience, const sp_claimed_t *claimed)
{
    unsigned          i;
    const sp_line_t  *line;

    if (audience->nitems == 0) {
        return 1;
    }

    for (i = 0; i < claimed->nlines; i++) {
        line = &claimed->lines[i];

        if (audience_any(audience->items, audience->nitems, &line->id)
            || audience_any(audience->items, audience->nitems, &line->sku)
            || audience_any(audience->items, audience->nitems, &line->name)
            || audience_any(audience->items, audience->nitems, &line->url))
        {
            return 1;
        }
    }

    return 0;
}


static int
audience_has_category(const audience_t *audience,
    const sp_claimed_t *claimed)
{
    unsigned  i;

    if (audience->ncategories == 0) {
        return 1;
    }

    for (i = 0; i < claimed->nlines; i++) {
        if (audience_any(audience->categories, audience->ncategories,
                         &claimed->lines[i].category))
        {
            return 1;
        }
    }

    return 0;
}


static int
audience_any(char *const *patterns, unsigned n, const sp_str_t *text)
{
    unsigned  i;

    for (i = 0; i < n && text->len != 0; i++) {
        if (audience_matches(patterns[i], text)) {
            return 1;
        }
    }

    return 0;
}


/* Goes back only to the last "*": what came before it needs no other try. */

int
audience_matches(const char *pattern, const sp_str_t *text)
{
    size_t       i, again;
    const char  *star;

    star = NULL;
    again = 0;

    for (i = 0; i < text->len; /* void */ ) {
        if (*pattern == '*') {
            star = ++pattern;
            again = i;

        } else if (*pattern != '\0'
                   && tolower((unsigned char) *pattern)
                      == tolower((unsigned char) text->data[i]))
        {
            pattern++;
            i++;

        } else if (star != NULL) {
            pattern = star;
            i = ++again;

        } else {
            return 0;
        }
    }

    while (*pattern == '*') {
        pattern++;
    }

    return *pattern == '\0';
}


static int
audience_locale_fits(const audience_t *audience, const sp_claimed_t *claimed,
    const char *locale)
{
    unsigned  i;
    sp_str_t  have;

    if (audience->nlocales == 0) {
        return 1;
    }

    have = claimed->locale;

    if (have.len == 0) {
        have.data = locale;
        have.len = strlen(locale);
    }

    for (i = 0; i < audience->nlocales; i++) {
        if (audience_is_locale(audience->locales[i], &have)) {
            return 1;
        }
    }

    return 0;
}


/* "de" is also "de-AT" and "de_CH.UTF-8". */

static int
audience_is_locale(const char *wanted, const sp_str_t *have)
{
    char    a, b;
    size_t  i;

    for (i = 0; wanted[i] != '\0' && i < have->len; i++) {
        a = wanted[i] == '_' ? '-' : wanted[i];
        b = have->data[i] == '_' ? '-' : have->data[i];

        if (tolower((unsigned char) a) != tolower((unsigned char) b)) {
            return 0;
        }
    }

    return wanted[i] == '\0'
           && (i == have->len || !isalnum((unsigned char) have->data[i]));
}


static int
audience_bit(unsigned set, unsigned n)
{
    return set == 0 || (n < 32 && (set >> n & 1));
}


static int
audience_side(unsigned set, int yes)
{
    return set == 0 || (set & (yes ? AUDIENCE_YES : AUDIENCE_NO));
}
