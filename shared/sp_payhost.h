/*
 * Copyright (C) SitePreserver developers
 *
 * Is a URL at a payment provider's?  A shop that sends a shopper there has an
 * order that is not paid yet: nobody knows how it ends until he is back.
 */

#ifndef SP_PAYHOST_H
#define SP_PAYHOST_H

#include "sp_str.h"


/*
 * Non-zero if the host of an absolute URL ("https://HOST...", "//HOST...") is
 * one of the list or below one, in any case of letters; user, port and a dot
 * at its end do not matter.
 */

int sp_payhost(const sp_str_t *url);


/* The list: its n-th name, which are sorted; NULL: there are no more. */

const char *sp_payhost_name(unsigned n);


#endif /* SP_PAYHOST_H */
