/*
 * Copyright (C) SitePreserver developers
 *
 * The secret of the targets: that of t/recordings/bounces, so that tokens of a
 * corpus are right ones.
 */

#ifndef FUZZ_SECRET_H
#define FUZZ_SECRET_H

#include "sp_secret.h"


static inline const sp_secret_t *
fuzz_secret(void)
{
    sp_str_t             text;
    sp_error_t           err;
    static sp_secret_t  *secret;

    static const char    file[] =
        "identity "
        "6f1d0e8c2b3a495867758493a2b1c0dfeefd0c1b2a394857667584930211f0e1\n"
        "sealing 1 "
        "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20\n";

    if (secret == NULL) {
        text.data = file;
        text.len = sizeof(file) - 1;
        secret = sp_secret_parse(&text, &err);
        must(secret != NULL);
    }

    return secret;
}


#endif /* FUZZ_SECRET_H */
