/*
 * Copyright (C) SitePreserver developers
 *
 * The links of a message: made absolute (RFC 3986 section 5.2), fit for a mail,
 * tagged for the shop's analytics, and given the click token.  URLs come out
 * unescaped: HTML's escaping is the template's.
 */

#ifndef LINKS_H
#define LINKS_H

#include "buffer.h"
#include "links_host.h"


#define LINKS_URL_MAX  2048


/* Whose links they are. */

typedef struct {
    sp_str_t         base;          /* the shop, "https://shop.example/" */
    const sp_str_t  *hosts;         /* its own beside base's: a host, or
                                       ".example.com": that and all in it */
    size_t           nhosts;
    sp_str_t         unsubscribe;   /* what begins so is never touched */
} links_site_t;


/* What GA4 reads (utm_*); len 0: not added. */

typedef struct {
    sp_str_t         source;
    sp_str_t         medium;
    sp_str_t         campaign;
    sp_str_t         content;
    sp_str_t         id;
} links_tags_t;


/*
 * Appends url, absolute: http or https, host in ASCII, what may not stand in
 * a URL percent-encoded, query and fragment kept.  SP_INVALID: another scheme,
 * a user name, a control character, no host; SP_LIMIT: over LINKS_URL_MAX.
 * Nothing is appended then.
 */

sp_rc_t links_absolute(const links_site_t *site, const sp_str_t *url,
    buffer_t *out);


/*
 * Appends url as a link of a message.  mailto:, tel:, sms:, and "#…" are copied
 * as they are, and so is what begins with site->unsubscribe; what else is not
 * http or https is SP_INVALID.  The rest is made absolute; on the site's own
 * hosts tags are added (unless there is a utm_ parameter already) and
 * "sp=TOKEN" (unless token has len 0), after the query that was there and
 * before the fragment.
 */

sp_rc_t links_link(const links_site_t *site, const sp_str_t *url,
    const links_tags_t *tags, const sp_str_t *token, buffer_t *out);


/*
 * Appends url as a link of a stored creative, for one of the site's own hosts:
 * absolute, with mustache tags as the values of what links_link() would add.
 * name, of [a-z0-9-], tells it from the creative's other links.  Not escaped
 * for HTML.  Errors as links_link().
 */

sp_rc_t links_template(const links_site_t *site, const sp_str_t *url,
    const char *name, buffer_t *out);


/* Is the host of an absolute http or https URL the site's own? */

int links_own(const links_site_t *site, const sp_str_t *url);


#endif /* LINKS_H */
