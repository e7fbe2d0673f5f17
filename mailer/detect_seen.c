/*
 * Copyright (C) SitePreserver developers
 *
 * What of a shop's exchanges tells its platform, and what it calls things.
 */

#define _GNU_SOURCE                 /* memmem() */

#include <stdio.h>
#include <stdlib.h>

#include "detect.h"


#define DETECT_LOOK  (512 * 1024)   /* bytes of a body that are looked at */


static void detect_cookies(detect_seen_t *seen, const har_exchange_t *x);
static void detect_cookie(detect_seen_t *seen, const sp_str_t *pair, int set,
    int secret);
static int detect_sign(const detect_seen_t *seen, const har_exchange_t *x,
    const detect_sign_t *sign, int html);
static int detect_in(const sp_str_t *text, const char *part);
static void detect_paths(detect_seen_t *seen, const har_exchange_t *x,
    int html);
static int detect_session(const detect_seen_t *seen,
    const detect_name_t *name, char value[256]);
static int detect_is_html(const har_exchange_t *x);


sp_rc_t
detect_seen_init(detect_seen_t *seen)
{
    memset(seen, 0, sizeof(detect_seen_t));
    seen->slugs = calloc(detect_nslugs, 1);

    return seen->slugs != NULL ? SP_OK : SP_NOMEM;
}


void
detect_seen_free(detect_seen_t *seen)
{
    free(seen->slugs);
}


void
detect_look(detect_seen_t *seen, const har_exchange_t *x)
{
    int                   html;
    unsigned              i, k;
    const detect_sign_t  *sign;

    html = detect_is_html(x);
    detect_cookies(seen, x);
    detect_paths(seen, x, html);

    for (i = 0; i < detect_nplatforms && i < DETECT_PLATFORMS_MAX; i++) {

        for (k = 0; k < DETECT_SIGNS_MAX; k++) {
            sign = &detect_platforms[i].signs[k];

            if (sign->place == DETECT_NOWHERE) {
                break;
            }

            if (!(seen->seen[i] & (1u << k))
                && detect_sign(seen, x, sign, html))
            {
                seen->seen[i] |= 1u << k;
                seen->score[i] += sign->weight;
            }
        }
    }
}


static int
detect_is_html(const har_exchange_t *x)
{
    sp_str_t  type;

    type = har_header_text(&x->response, "content-type");

    return detect_in(&type, "html");
}


static void
detect_cookies(detect_seen_t *seen, const har_exchange_t *x)
{
    size_t       from, to;
    unsigned     i;
    sp_str_t     header, pair;
    const char  *end;

    static const sp_str_t  set = sp_string("set-cookie");

    header = har_header_text(&x->request, "cookie");

    for (from = 0; from < header.len; from = to + 1) {

        while (from < header.len && header.data[from] == ' ') {
            from++;
        }

        for (to = from; to < header.len && header.data[to] != ';'; to++) {
            /* void */
        }

        pair.data = header.data + from;
        pair.len = to - from;
        detect_cookie(seen, &pair, 0, 0);
    }

    for (i = 0; har_header(&x->response, &set, i, &header); i++) {
        pair = header;
        end = pair.len != 0 ? memchr(pair.data, ';', pair.len) : NULL;

        if (end != NULL) {
            pair.len = (size_t) (end - pair.data);
        }

        detect_cookie(seen, &pair, 1, detect_in(&header, "HttpOnly")
                                      || detect_in(&header, "httponly"));
    }
}


static void
detect_cookie(detect_seen_t *seen, const sp_str_t *pair, int set, int secret)
{
    size_t            len;
    unsigned          i;
    const char       *equals;
    detect_cookie_t  *cookie;

    equals = pair->len != 0 ? memchr(pair->data, '=', pair->len) : NULL;
    len = equals != NULL ? (size_t) (equals - pair->data) : 0;

    if (len == 0 || len >= sizeof(cookie->name)) {
        return;
    }

    for (i = 0; i < seen->ncookies; i++) {
        if (strlen(seen->cookies[i].name) == len
            && memcmp(seen->cookies[i].name, pair->data, len) == 0)
        {
            break;
        }
    }

    if (i == DETECT_COOKIES_MAX) {
        return;
    }

    cookie = &seen->cookies[i];

    if (i == seen->ncookies) {
        memset(cookie, 0, sizeof(detect_cookie_t));
        memcpy(cookie->name, pair->data, len);
        seen->ncookies++;
    }

    cookie->set += set != 0;
    cookie->sent += set == 0;

    if (secret && pair->len - len > 16) {
        cookie->secret = 1;
    }
}


static int
detect_sign(const detect_seen_t *seen, const har_exchange_t *x,
    const detect_sign_t *sign, int html)
{
    unsigned  i;
    sp_str_t  text, value;

    switch (sign->place) {

    case DETECT_COOKIE:
        for (i = 0; i < seen->ncookies; i++) {
            if (strncmp(seen->cookies[i].name, sign->text,
                        strlen(sign->text)) == 0)
            {
                return 1;
            }
        }

        return 0;

    case DETECT_HEADER:
        text = sp_str(sign->text);

        return har_header(&x->request, &text, 0, &value)
               || har_header(&x->response, &text, 0, &value);

    case DETECT_PATH:
        return x->status != 404 && detect_in(&x->uri, sign->text);

    case DETECT_ARGS:
        return detect_in(&x->args, sign->text);

    case DETECT_BODY:
        return detect_in(&x->body, sign->text);

    case DETECT_HTML:
        return html && detect_in(&x->answer, sign->text);

    case DETECT_JSON:
        return !html && detect_in(&x->answer, sign->text);

    default:
        return 0;
    }
}


static int
detect_in(const sp_str_t *text, const char *part)
{
    size_t  len;

    len = text->len < DETECT_LOOK ? text->len : DETECT_LOOK;

    return len != 0 && memmem(text->data, len, part, strlen(part)) != NULL;
}


/* Pages, and what is sent to them. */

static void
detect_paths(detect_seen_t *seen, const har_exchange_t *x, int html)
{
    size_t    from, to;
    unsigned  i;

    if (!html || x->status >= 400) {
        return;
    }

    for (from = 0; from < x->uri.len; from = to) {

        while (from < x->uri.len && x->uri.data[from] == '/') {
            from++;
        }

        for (to = from; to < x->uri.len && x->uri.data[to] != '/'; to++) {
            /* void */
        }

        for (i = 0; i < detect_nslugs; i++) {
            if (strlen(detect_slugs[i].slug) == to - from
                && memcmp(detect_slugs[i].slug, x->uri.data + from, to - from)
                   == 0)
            {
                seen->slugs[i] = 1;
            }
        }
    }
}


int
detect_named(const detect_seen_t *seen, const detect_name_t *name,
    char value[256])
{
    size_t    len;
    unsigned  i, found;

    if (strcmp(name->role, "session") == 0) {
        return detect_session(seen, name, value);
    }

    len = 0;
    found = 0;
    value[0] = '\0';

    for (i = 0; i < detect_nslugs && found < DETECT_FOUND_MAX; i++) {

        if (!seen->slugs[i] || strcmp(detect_slugs[i].role, name->role) != 0)
        {
            continue;
        }

        /* its own word is there: nothing was renamed */

        if (strstr(name->value, detect_slugs[i].slug) != NULL) {
            return 0;
        }

        len += (size_t) snprintf(value + len, 256 - len, "%s%s",
                                 found > 0 ? "|" : "", detect_slugs[i].slug);
        found++;
    }

    return found != 0;
}


/*
 * The cookie that scripts may not read, that the shop has set, and that comes
 * with most requests.
 */

static int
detect_session(const detect_seen_t *seen, const detect_name_t *name,
    char value[256])
{
    unsigned                i;
    const detect_cookie_t  *cookie, *best;

    best = NULL;

    for (i = 0; i < seen->ncookies; i++) {
        cookie = &seen->cookies[i];

        if (strncmp(cookie->name, name->value, strlen(name->value)) == 0) {
            return 0;
        }

        if (cookie->secret && cookie->set != 0 && cookie->sent != 0
            && strcmp(cookie->name, "sp_visitor") != 0
            && strchr(cookie->name, '"') == NULL
            && (best == NULL || cookie->sent > best->sent))
        {
            best = cookie;
        }
    }

    if (best == NULL) {
        return 0;
    }

    snprintf(value, 256, "%s", best->name);

    return 1;
}
