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


struct money_s {
    UNumberFormat  *amount;         /* NULL: no currency was given */
    UNumberFormat  *number;
    UPluralRules   *plurals;
    int             exponent;       /* of the minor unit */
    int             shown;          /* decimals usually written */
};


static void money_once(void);
static sp_rc_t money_write(UNumberFormat *format, const char *digits,
    buffer_t *out);
static void money_digits(uint64_t n, int negative, int exponent,
    char text[32]);
static uint64_t money_power(int exponent);


static pthread_once_t  money_ready = PTHREAD_ONCE_INIT;


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
money_create(const sp_str_t *currency, const sp_str_t *locale, sp_error_t *err)
{
    char         name[MONEY_LOCALE_MAX];
    UChar        code[4];
    money_t     *money;
    UErrorCode   status;

    (void) pthread_once(&money_ready, money_once);

    if (currency->len != 0 && money_exponent(currency) < 0) {
        (void) snprintf(err->text, sizeof(err->text),
                        "currency \"%.*s\" is not three capital letters",
                        (int) (currency->len < 16 ? currency->len : 16),
                        currency->data);
        return NULL;
    }

    money = calloc(1, sizeof(money_t));

    if (money == NULL) {
        (void) snprintf(err->text, sizeof(err->text), "no memory");
        return NULL;
    }

    money_locale(locale, name);

    status = U_ZERO_ERROR;
    money->number = unum_open(UNUM_DECIMAL, NULL, 0, name, NULL, &status);
    money->plurals = uplrules_open(name, &status);

    if (currency->len != 0) {
        u_charsToUChars(currency->data, code, 3);
        code[3] = 0;

        money->exponent = money_exponent(currency);
        money->shown = ucurr_getDefaultFractionDigits(code, &status);
        money->amount = unum_open(UNUM_CURRENCY, NULL, 0, name, NULL, &status);

        if (U_SUCCESS(status)) {
            unum_setTextAttribute(money->amount, UNUM_CURRENCY_CODE, code, 3,
                                  &status);
        }
    }

    if (U_FAILURE(status)) {
        (void) snprintf(err->text, sizeof(err->text),
                        "ICU cannot format in locale \"%s\": %s", name,
                        u_errorName(status));
        money_destroy(money);
        return NULL;
    }

    return money;
}


void
money_destroy(money_t *money)
{
    if (money == NULL) {
        return;
    }

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

    unum_setAttribute(money->amount, UNUM_FRACTION_DIGITS, digits);

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
