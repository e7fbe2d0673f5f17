/*
 * Copyright (C) SitePreserver developers
 */

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include <unicode/ucurr.h>
#include <unicode/uloc.h>
#include <unicode/unum.h>
#include <unicode/upluralrules.h>
#include <unicode/ustring.h>

#include "money.h"
#include "sp_money.h"


#define MONEY_TEXT_MAX  128


#define MONEY_KEPT  4               /* by each thread */


struct money_s {
    money_t        *next;           /* kept, the one used last first */
    char            locale[MONEY_LOCALE_MAX];
    char            currency[4];    /* "": none */
    UNumberFormat  *amount;         /* NULL: no currency was given */
    UNumberFormat  *number;
    UPluralRules   *plurals;
    int             exponent;       /* of the minor unit */
    int             shown;          /* decimals usually written */
    int             digits;         /* what amount writes now */
};


static void money_once(void);
static void money_free_kept(void *data);
static void money_free(money_t *money);
static money_t *money_take(const char *currency, const char *locale);
static money_t *money_create(const char *currency, const char *locale,
    sp_error_t *err);
static sp_rc_t money_write(UNumberFormat *format, const char *digits,
    buffer_t *out);
static void money_digits(uint64_t n, int negative, int exponent,
    char text[32]);
static uint64_t money_power(int exponent);


static pthread_once_t  money_ready = PTHREAD_ONCE_INIT;
static pthread_key_t   money_key;
static int             money_keeps;     /* there is a key */


int
money_exponent(const sp_str_t *currency)
{
    size_t  i;

    if (currency->len != 3) {
        return -1;
    }

    for (i = 0; i < 3; i++) {
        if (currency->data[i] < 'A' || currency->data[i] > 'Z') {
            return -1;
        }
    }

    return sp_money_exponent(currency);
}


money_t *
money_get(const sp_str_t *currency, const sp_str_t *locale, sp_error_t *err)
{
    char      name[MONEY_LOCALE_MAX], code[4];
    money_t  *money;

    (void) pthread_once(&money_ready, money_once);

    if (currency->len != 0 && money_exponent(currency) < 0) {
        (void) snprintf(err->text, sizeof(err->text),
                        "currency \"%.*s\" is not three capital letters",
                        (int) (currency->len < 16 ? currency->len : 16),
                        currency->data);
        return NULL;
    }

    memset(code, 0, sizeof(code));

    if (currency->len != 0) {
        memcpy(code, currency->data, currency->len);
    }

    money_locale(locale, name);

    money = money_take(code, name);

    return money != NULL ? money : money_create(code, name, err);
}


void
money_put(money_t *money)
{
    size_t    n;
    money_t  *last;

    if (money == NULL) {
        return;
    }

    if (!money_keeps) {
        money_free(money);
        return;
    }

    money->next = pthread_getspecific(money_key);

    if (pthread_setspecific(money_key, money) != 0) {
        money_free(money);
        return;
    }

    for (n = 1, last = money; last != NULL && n < MONEY_KEPT; n++) {
        last = last->next;
    }

    if (last != NULL && last->next != NULL) {
        money_free(last->next);
        last->next = NULL;
    }
}


sp_rc_t
money_format(money_t *money, int64_t minor, buffer_t *out)
{
    int       digits;
    char      text[32];
    uint64_t  n;

    if (money->amount == NULL) {
        return SP_INVALID;
    }

    n = minor < 0 ? -(uint64_t) minor : (uint64_t) minor;
    digits = money->shown;

    /* where the usual decimals would round, all are written */

    if (digits < money->exponent
        && n % money_power(money->exponent - digits) != 0)
    {
        digits = money->exponent;
    }

    if (digits != money->digits) {
        unum_setAttribute(money->amount, UNUM_FRACTION_DIGITS, digits);
        money->digits = digits;
    }

    money_digits(n, minor < 0, money->exponent, text);

    return money_write(money->amount, text, out);
}


sp_rc_t
money_number(money_t *money, int64_t number, buffer_t *out)
{
    char  text[32];

    money_digits(number < 0 ? -(uint64_t) number : (uint64_t) number,
                 number < 0, 0, text);

    return money_write(money->number, text, out);
}


const char *
money_plural(money_t *money, int64_t number)
{
    UChar       word[16];
    size_t      i;
    int32_t     len;
    UErrorCode  status;

    static const char *const  words[] = {
        "zero", "one", "two", "few", "many"
    };

    status = U_ZERO_ERROR;
    len = uplrules_select(money->plurals, (double) number, word, 16, &status);

    for (i = 0; U_SUCCESS(status) && i < 5; i++) {
        UChar  w[8];

        u_charsToUChars(words[i], w, (int32_t) strlen(words[i]));

        if ((size_t) len == strlen(words[i]) && u_memcmp(word, w, len) == 0) {
            return words[i];
        }
    }

    return "other";
}


void
money_locale(const sp_str_t *in, char out[MONEY_LOCALE_MAX])
{
    char         tag[MONEY_LOCALE_MAX], c;
    size_t       i;
    int32_t      len, parsed;
    UErrorCode   status;

    for (i = 0; i < in->len && i < sizeof(tag) - 1; i++) {
        c = in->data[i];

        if (c == '_') {
            c = '-';
        }

        if (c != '-' && (c < '0' || c > '9')
            && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z'))
        {
            break;                  /* ".UTF-8", "@euro", ";q=0.9" */
        }

        tag[i] = c;
    }

    tag[i] = '\0';

    status = U_ZERO_ERROR;
    parsed = 0;
    len = uloc_forLanguageTag(tag, out, MONEY_LOCALE_MAX, &parsed, &status);

    if (U_FAILURE(status) || status == U_STRING_NOT_TERMINATED_WARNING
        || len <= 0 || parsed == 0)
    {
        (void) strcpy(out, "en");
    }
}


/*
 * ICU falls back to the process's default locale, which comes from the
 * environment; what shoppers read must not.
 */

static void
money_once(void)
{
    UErrorCode  status;

    status = U_ZERO_ERROR;
    uloc_setDefault("en", &status);

    money_keeps = pthread_key_create(&money_key, money_free_kept) == 0;
}


/* At the end of a thread. */

static void
money_free_kept(void *data)
{
    money_t  *money, *next;

    for (money = data; money != NULL; money = next) {
        next = money->next;
        money_free(money);
    }
}


static void
money_free(money_t *money)
{
    if (money->amount != NULL) {
        unum_close(money->amount);
    }

    if (money->number != NULL) {
        unum_close(money->number);
    }

    if (money->plurals != NULL) {
        uplrules_close(money->plurals);
    }

    free(money);
}


/* Out of what the thread keeps; NULL: it has no such formatter. */

static money_t *
money_take(const char *currency, const char *locale)
{
    money_t  *money, *before;

    if (!money_keeps) {
        return NULL;
    }

    before = NULL;

    for (money = pthread_getspecific(money_key); money != NULL;
         money = money->next)
    {
        if (strcmp(money->currency, currency) == 0
            && strcmp(money->locale, locale) == 0)
        {
            break;
        }

        before = money;
    }

    if (money == NULL) {
        return NULL;
    }

    if (before != NULL) {
        before->next = money->next;

    } else {
        (void) pthread_setspecific(money_key, money->next);
    }

    return money;
}


static money_t *
money_create(const char *currency, const char *locale, sp_error_t *err)
{
    UChar        code[4];
    money_t     *money;
    sp_str_t     s;
    UErrorCode   status;

    money = calloc(1, sizeof(money_t));

    if (money == NULL) {
        (void) snprintf(err->text, sizeof(err->text), "no memory");
        return NULL;
    }

    (void) strcpy(money->currency, currency);
    (void) strcpy(money->locale, locale);

    status = U_ZERO_ERROR;
    money->number = unum_open(UNUM_DECIMAL, NULL, 0, locale, NULL, &status);
    money->plurals = uplrules_open(locale, &status);

    if (currency[0] != '\0') {
        u_charsToUChars(currency, code, 3);
        code[3] = 0;
        s.data = currency;
        s.len = 3;

        money->exponent = money_exponent(&s);
        money->shown = ucurr_getDefaultFractionDigits(code, &status);
        money->amount = unum_open(UNUM_CURRENCY, NULL, 0, locale, NULL,
                                  &status);

        money->digits = -1;

        if (U_SUCCESS(status)) {
            unum_setTextAttribute(money->amount, UNUM_CURRENCY_CODE, code, 3,
                                  &status);
        }
    }

    if (U_FAILURE(status)) {
        (void) snprintf(err->text, sizeof(err->text),
                        "ICU cannot format in locale \"%s\": %s", locale,
                        u_errorName(status));
        money_free(money);
        return NULL;
    }

    return money;
}


static sp_rc_t
money_write(UNumberFormat *format, const char *digits, buffer_t *out)
{
    char        text[3 * MONEY_TEXT_MAX];
    UChar       wide[MONEY_TEXT_MAX];
    int32_t     len, bytes;
    UErrorCode  status;

    status = U_ZERO_ERROR;
    len = unum_formatDecimal(format, digits, (int32_t) strlen(digits), wide,
                             MONEY_TEXT_MAX, NULL, &status);
    u_strToUTF8(text, (int32_t) sizeof(text), &bytes, wide, len, &status);

    if (U_FAILURE(status)) {
        return SP_INVALID;
    }

    buffer_add(out, text, (size_t) bytes);

    return SP_OK;
}


/* The amount as decimal text: 1234 with two decimals is 12.34. */

static void
money_digits(uint64_t n, int negative, int exponent, char text[32])
{
    uint64_t  power;

    power = money_power(exponent);

    if (exponent == 0) {
        (void) snprintf(text, 32, "%s%llu", negative ? "-" : "",
                        (unsigned long long) n);

    } else {
        (void) snprintf(text, 32, "%s%llu.%0*llu", negative ? "-" : "",
                        (unsigned long long) (n / power), exponent,
                        (unsigned long long) (n % power));
    }
}


static uint64_t
money_power(int exponent)
{
    uint64_t  power;

    for (power = 1; exponent > 0; exponent--) {
        power *= 10;
    }

    return power;
}
