/*
 * Copyright (C) SitePreserver developers
 *
 * What is a page: the module, the tool that replays and the one that learns
 * must agree on it.
 */

#ifndef SP_HTML_TYPE_H
#define SP_HTML_TYPE_H

#include <strings.h>

#include "sp_str.h"


/*
 * Non-zero if a Content-Type is HTML's, in any case, whatever its parameters
 * are (RFC 9110, 8.3.1).
 */

static inline int
sp_html_type(const char *data, size_t len)
{
    static const char  html[] = "text/html";

    const size_t  n = sizeof(html) - 1;

    return len >= n
           && (memcmp(data, html, n) == 0 || strncasecmp(data, html, n) == 0)
           && (len == n || data[n] == ';' || data[n] == ' '
               || data[n] == '\t');
}


#endif /* SP_HTML_TYPE_H */
