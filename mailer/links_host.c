/*
 * Copyright (C) SitePreserver developers
 */

#include <pthread.h>

#include <unicode/uidna.h>

#include "links_host.h"


static void links_host_once(void);
static sp_rc_t links_host_ace(const sp_str_t *host,
    char out[LINKS_HOST_MAX + 1]);
static sp_rc_t links_host_labels(const char *host, size_t len);
static sp_rc_t links_host_literal(const char *host, size_t len);


static pthread_once_t   links_host_ready = PTHREAD_ONCE_INIT;
static UIDNA           *links_idna;


sp_rc_t
links_host(const sp_str_t *host, char out[LINKS_HOST_MAX + 1])
{
    size_t         i;
    unsigned char  c;

    if (host->len == 0 || host->len > LINKS_HOST_MAX) {
        return SP_INVALID;
    }

    for (i = 0; i < host->len; i++) {
        c = (unsigned char) host->data[i];

        if (c >= 0x80) {
            return links_host_ace(host, out);
        }

        if (c >= 'A' && c <= 'Z') {
            c |= 0x20;
        }

        out[i] = (char) c;
    }

    out[i] = '\0';

    if (out[0] == '[') {
        return links_host_literal(out, i);
    }

    return links_host_labels(out, i);
}


static sp_rc_t
links_host_ace(const sp_str_t *host, char out[LINKS_HOST_MAX + 1])
{
    int32_t     len;
    UIDNAInfo   info = UIDNA_INFO_INITIALIZER;
    UErrorCode  status;

    (void) pthread_once(&links_host_ready, links_host_once);

    if (links_idna == NULL) {
        return SP_INVALID;
    }

    status = U_ZERO_ERROR;
    len = uidna_nameToASCII_UTF8(links_idna, host->data, (int32_t) host->len,
                                 out, LINKS_HOST_MAX + 1, &info, &status);

    if (U_FAILURE(status) || info.errors != 0 || len <= 0
        || len > LINKS_HOST_MAX)
    {
        return SP_INVALID;
    }

    out[len] = '\0';

    return links_host_labels(out, (size_t) len);
}


static void
links_host_once(void)
{
    UErrorCode  status;

    status = U_ZERO_ERROR;
    links_idna = uidna_openUTS46(UIDNA_NONTRANSITIONAL_TO_ASCII
                                 | UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ
                                 | UIDNA_USE_STD3_RULES, &status);
    if (U_FAILURE(status)) {
        links_idna = NULL;
    }
}


/* Labels of letters, digits, "-" and "_", at most 63, between single dots. */

static sp_rc_t
links_host_labels(const char *host, size_t len)
{
    char    c;
    size_t  i, label;

    label = 0;

    for (i = 0; i < len; i++) {
        c = host[i];

        if (c == '.') {
            if (label == 0 || host[i - 1] == '-') {
                return SP_INVALID;
            }

            label = 0;
            continue;
        }

        if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_'
            && (c != '-' || label == 0))
        {
            return SP_INVALID;
        }

        if (++label > 63) {
            return SP_INVALID;
        }
    }

    return label != 0 && host[len - 1] != '-' ? SP_OK : SP_INVALID;
}


static sp_rc_t
links_host_literal(const char *host, size_t len)
{
    size_t  i;

    if (len < 4 || host[len - 1] != ']') {
        return SP_INVALID;
    }

    for (i = 1; i < len - 1; i++) {
        if (strchr("0123456789abcdef:.", host[i]) == NULL) {
            return SP_INVALID;
        }
    }

    return SP_OK;
}
