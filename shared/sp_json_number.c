/*
 * Copyright (C) SitePreserver developers
 */

#include "sp_json_int.h"


/* What may follow. */

typedef enum {
    JSON_NUMBER_BEGIN = 0,          /* "-" or a digit */
    JSON_NUMBER_MINUS,              /* a digit */
    JSON_NUMBER_WHOLE,              /* digits, then as after a zero */
    JSON_NUMBER_ZERO,               /* ".", "e" or the end */
    JSON_NUMBER_POINT,              /* a digit */
    JSON_NUMBER_FRACTION,           /* digits, then "e" or the end */
    JSON_NUMBER_E,                  /* a sign or digit */
    JSON_NUMBER_SIGN,               /* a digit */
    JSON_NUMBER_EXPONENT            /* digits, then the end */
} json_number_t;


static const char *json_number_digits(const char *p, const char *end);


const char *
sp_json_number(uint8_t *state, const char *p, const char *end)
{
    int            digit;
    json_number_t  now;

    now = (json_number_t) *state;

    for ( ;; ) {

        if (now == JSON_NUMBER_WHOLE || now == JSON_NUMBER_FRACTION
            || now == JSON_NUMBER_EXPONENT)
        {
            p = json_number_digits(p, end);
        }

        if (p == end) {
            *state = (uint8_t) now;
            return p;
        }

        digit = *p >= '0' && *p <= '9';

        switch (now) {

        case JSON_NUMBER_WHOLE:
        case JSON_NUMBER_ZERO:
            if (*p == '.') {
                now = JSON_NUMBER_POINT;
                break;
            }

            /* fall through */

        case JSON_NUMBER_FRACTION:
            if (*p != 'e' && *p != 'E') {
                return p;
            }

            now = JSON_NUMBER_E;
            break;

        case JSON_NUMBER_EXPONENT:
            return p;

        case JSON_NUMBER_BEGIN:
        case JSON_NUMBER_MINUS:
            if (now == JSON_NUMBER_BEGIN && *p == '-') {
                now = JSON_NUMBER_MINUS;
                break;
            }

            if (!digit) {
                return NULL;
            }

            now = *p == '0' ? JSON_NUMBER_ZERO : JSON_NUMBER_WHOLE;
            break;

        case JSON_NUMBER_E:
        case JSON_NUMBER_SIGN:
            if (now == JSON_NUMBER_E && (*p == '+' || *p == '-')) {
                now = JSON_NUMBER_SIGN;
                break;
            }

            if (!digit) {
                return NULL;
            }

            now = JSON_NUMBER_EXPONENT;
            break;

        case JSON_NUMBER_POINT:
            if (!digit) {
                return NULL;
            }

            now = JSON_NUMBER_FRACTION;
            break;
        }

        p++;
    }
}


int
sp_json_number_whole(unsigned state)
{
    return state == JSON_NUMBER_WHOLE || state == JSON_NUMBER_ZERO
           || state == JSON_NUMBER_FRACTION || state == JSON_NUMBER_EXPONENT;
}


static const char *
json_number_digits(const char *p, const char *end)
{
    while (p < end && *p >= '0' && *p <= '9') {
        p++;
    }

    return p;
}
