/*
 * Copyright (C) SitePreserver developers
 */

#include <strings.h>

#include "sp_private.h"


#define PRIVATE_YES  0x1            /* private, no-store */
#define PRIVATE_NO   0x2            /* public, s-maxage */


static unsigned private_directives(const sp_str_t *value);
static int private_is(const char *p, size_t len, const char *word);


int
sp_private(const sp_exchange_t *ex, unsigned status)
{
    unsigned  i, seen;
    sp_str_t  value;

    static const sp_str_t  name = sp_string("cache-control");
    static const sp_str_t  get = sp_string("GET");
    static const sp_str_t  head = sp_string("HEAD");

    if (status >= 400) {
        return 0;
    }

    seen = 0;

    for (i = 0; ex->response_header(ex->data, &name, i, &value); i++) {
        seen |= private_directives(&value);
    }

    if (seen & PRIVATE_NO) {
        return 0;
    }

    return (seen & PRIVATE_YES)
           || !(sp_str_eq(&ex->method, &get) || sp_str_eq(&ex->method, &head));
}


static unsigned
private_directives(const sp_str_t *value)
{
    size_t       len;
    unsigned     seen;
    const char  *p, *last, *end;

    seen = 0;
    p = value->data;
    last = p + value->len;

    for ( /* void */ ; p < last; p = end + 1) {

        while (p < last && (*p == ' ' || *p == '\t')) {
            p++;
        }

        for (end = p; end < last && *end != ','; end++) { /* void */ }

        len = (size_t) (end - p);

        while (len != 0 && (p[len - 1] == ' ' || p[len - 1] == '\t')) {
            len--;
        }

        if (private_is(p, len, "private") || private_is(p, len, "no-store")) {
            seen |= PRIVATE_YES;

        } else if (private_is(p, len, "public")
                   || (len > 8 && private_is(p, 8, "s-maxage")))
        {
            seen |= PRIVATE_NO;
        }
    }

    return seen;
}


static int
private_is(const char *p, size_t len, const char *word)
{
    return len == strlen(word) && strncasecmp(p, word, len) == 0;
}
