/*
 * Copyright (C) SitePreserver developers
 *
 * base64url for ids, sealed addresses and tokens.
 */

#include "sp_secret_int.h"


static int sp_base64url_value(unsigned char c);


static const char  sp_base64url_text[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";


size_t
sp_base64url_encode(char *out, const unsigned char *in, size_t len)
{
    char      *p;
    unsigned   acc;

    p = out;

    for ( /* void */ ; len >= 3; len -= 3, in += 3) {
        acc = (unsigned) in[0] << 16 | (unsigned) in[1] << 8 | in[2];

        *p++ = sp_base64url_text[acc >> 18];
        *p++ = sp_base64url_text[acc >> 12 & 0x3f];
        *p++ = sp_base64url_text[acc >> 6 & 0x3f];
        *p++ = sp_base64url_text[acc & 0x3f];
    }

    if (len != 0) {
        acc = (unsigned) in[0] << 16 | (len == 2 ? (unsigned) in[1] << 8 : 0);

        *p++ = sp_base64url_text[acc >> 18];
        *p++ = sp_base64url_text[acc >> 12 & 0x3f];

        if (len == 2) {
            *p++ = sp_base64url_text[acc >> 6 & 0x3f];
        }
    }

    return p - out;
}


sp_rc_t
sp_base64url_decode(unsigned char *out, size_t size, size_t *len,
    const sp_str_t *text)
{
    int        value;
    size_t     i, n;
    unsigned   bits, acc;

    acc = 0;
    bits = 0;
    n = 0;

    for (i = 0; i < text->len; i++) {
        value = sp_base64url_value((unsigned char) text->data[i]);

        if (value < 0) {
            return SP_INVALID;
        }

        acc = ((acc << 6) | (unsigned) value) & 0xffff;
        bits += 6;

        if (bits >= 8) {
            bits -= 8;

            if (n == size) {
                return SP_INVALID;
            }

            out[n++] = (acc >> bits) & 0xff;
        }
    }

    /* a lone character, or bits that no byte has: a second text of these */

    if (bits == 6 || (acc & ((1u << bits) - 1)) != 0) {
        return SP_INVALID;
    }

    *len = n;

    return SP_OK;
}


static int
sp_base64url_value(unsigned char c)
{
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }

    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
    }

    if (c >= '0' && c <= '9') {
        return c - '0' + 52;
    }

    return c == '-' ? 62 : c == '_' ? 63 : -1;
}
