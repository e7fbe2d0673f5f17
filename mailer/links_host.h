/*
 * Copyright (C) SitePreserver developers
 *
 * Host names as the wire wants them.
 */

#ifndef LINKS_HOST_H
#define LINKS_HOST_H

#include "sp_str.h"


#define LINKS_HOST_MAX  255


/*
 * Makes a host (a domain in any script, an IPv4 or a bracketed IPv6 address)
 * lower-case ASCII, NUL-terminated: domains that are not ASCII become ACE
 * ("xn--…", UTS 46 non-transitional, RFC 5891).  SP_INVALID: not a host.  Any
 * thread may call it.
 */

sp_rc_t links_host(const sp_str_t *host, char out[LINKS_HOST_MAX + 1]);


#endif /* LINKS_HOST_H */
