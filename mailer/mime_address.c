/*
 * Copyright (C) SitePreserver developers
 */

#define _GNU_SOURCE                 /* memrchr() */

#include <stdio.h>

#include <openssl/evp.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include "links_host.h"
#include "mime.h"


#define MIME_LOCAL_MAX  64          /* RFC 5321 4.5.3.1.1 */


static sp_rc_t mime_local(const sp_str_t *local, int *smtputf8);


sp_rc_t
mime_address(const sp_str_t *address, char out[MIME_ADDRESS_MAX + 1],
    int *smtputf8)
{
    int          utf8;
    char         host[LINKS_HOST_MAX + 1];
    sp_str_t     local, domain;
    const char  *at;

    at = address->len ? memrchr(address->data, '@', address->len) : NULL;

    if (at == NULL) {
        return SP_INVALID;
    }

    local.data = address->data;
    local.len = (size_t) (at - address->data);
    domain.data = at + 1;
    domain.len = address->len - local.len - 1;

    if (mime_local(&local, &utf8) != SP_OK
        || links_host(&domain, host) != SP_OK || host[0] == '[')
    {
        return SP_INVALID;
    }

    (void) snprintf(out, MIME_ADDRESS_MAX + 1, "%.*s@%s", (int) local.len,
                    local.data, host);

    if (smtputf8 != NULL) {
        *smtputf8 = utf8;
    }

    return SP_OK;
}


sp_rc_t
mime_message_id(const sp_str_t *shop, const sp_str_t *shopper,
    uint64_t rescue, const sp_str_t *step, const sp_str_t *domain,
    char out[MIME_ID_MAX + 1])
{
    char            host[LINKS_HOST_MAX + 1], hex[33];
    size_t          i;
    buffer_t        b;
    unsigned char   hash[EVP_MAX_MD_SIZE];

    if (links_host(domain, host) != SP_OK || host[0] == '[') {
        return SP_INVALID;
    }

    /* lengths first: no two different sets of values make the same text */

    buffer_init(&b, 4096);
    buffer_fmt(&b, "%zu %zu %zu %llu ", shop->len, shopper->len, step->len,
               (unsigned long long) rescue);
    buffer_sp(&b, shop);
    buffer_sp(&b, shopper);
    buffer_sp(&b, step);

    if (b.failed
        || EVP_Digest(b.data, b.len, hash, NULL, EVP_sha256(), NULL) != 1)
    {
        buffer_free(&b);
        return SP_INVALID;
    }

    buffer_free(&b);

    for (i = 0; i < 16; i++) {
        (void) snprintf(hex + 2 * i, 3, "%02x", hash[i]);
    }

    (void) snprintf(out, MIME_ID_MAX + 1, "<%s@%s>", hex, host);

    return SP_OK;
}


/* A dot-atom: atext, or beyond ASCII what is visible; single dots inside. */

static sp_rc_t
mime_local(const sp_str_t *local, int *smtputf8)
{
    int32_t  i, len;
    UChar32  c, last;

    *smtputf8 = 0;

    if (local->len == 0 || local->len > MIME_LOCAL_MAX) {
        return SP_INVALID;
    }

    len = (int32_t) local->len;
    last = '.';

    for (i = 0; i < len; /* void */ ) {
        U8_NEXT(local->data, i, len, c);

        if (c < 0x80) {
            if (c <= 0 || (c == '.' && last == '.')
                || (!u_isalnum(c) && !strchr("!#$%&'*+-/=?^_`{|}~.", c)))
            {
                return SP_INVALID;
            }

        } else {
            if (!u_isgraph(c) || u_charType(c) == U_FORMAT_CHAR) {
                return SP_INVALID;
            }

            *smtputf8 = 1;
        }

        last = c;
    }

    return last != '.' ? SP_OK : SP_INVALID;
}
