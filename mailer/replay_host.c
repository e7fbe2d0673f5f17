/*
 * Copyright (C) SitePreserver developers
 *
 * Which exchanges of a recording are the shop's: a browser talks to many.
 */

#include "replay_int.h"
#include "sp_html_type.h"


static int replay_same_site(const char *site, const sp_str_t *host);
static size_t replay_site_part(const char *host, size_t len);
static int replay_listed(const char *hosts, const sp_str_t *host);
static void replay_site_note(replay_t *replay, const sp_str_t *host);
static int replay_is_page(const har_exchange_t *x);


nginxconf_server_t *
replay_server(replay_t *replay, const har_exchange_t *x)
{
    int                  named;
    nginxconf_server_t  *server;

    server = nginxconf_server(replay->conf, &x->host, &named);

    if (replay->only != NULL) {
        named = named && server == replay->only;
        server = replay->only;
    }

    if (server == NULL) {
        replay->counts.unobserved++;
        return NULL;
    }

    if (named) {
        replay_site_note(replay, &x->host);
        return server;
    }

    if (x->host.len == 0) {
        return server;
    }

    if (replay->hosts != NULL) {
        named = replay_listed(replay->hosts, &x->host);

    } else {
        if (replay_is_page(x)) {
            replay_site_note(replay, &x->host);
        }

        named = !replay->sited || replay_same_site(replay->site, &x->host);
    }

    replay->counts.foreign += !named;

    return named ? server : NULL;
}


/* The first page is the shop's, or the first host that is one of its names. */

static void
replay_site_note(replay_t *replay, const sp_str_t *host)
{
    if (replay->sited || host->len >= sizeof(replay->site)) {
        return;
    }

    memcpy(replay->site, host->data, host->len);
    replay->site[host->len] = '\0';
    replay->sited = 1;
}


static int
replay_is_page(const har_exchange_t *x)
{
    sp_str_t  type;

    type = har_header_text(&x->response, "content-type");

    return x->status < 400 && sp_html_type(type.data, type.len);
}


/* "api.shop.example" is of "www.shop.example"; numbers are only themselves. */

static int
replay_same_site(const char *site, const sp_str_t *host)
{
    size_t  one, two, len;

    len = strlen(site);

    if (host->len == len && memcmp(host->data, site, len) == 0) {
        return 1;
    }

    one = replay_site_part(site, len);
    two = replay_site_part(host->data, host->len);

    return one != 0 && one == two
           && memcmp(site + len - one, host->data + host->len - two, one)
              == 0;
}


/*
 * How many bytes at its end are the site's: two labels, three where the
 * one before the last is short and the last is a country's.  0: it has none.
 */

static size_t
replay_site_part(const char *host, size_t len)
{
    size_t    i, last, second;
    unsigned  dots;

    if (len == 0 || (host[len - 1] >= '0' && host[len - 1] <= '9')) {
        return 0;
    }

    dots = 0;
    last = 0;
    second = 0;

    for (i = len; i > 0; i--) {

        if (host[i - 1] != '.') {
            continue;
        }

        dots++;

        if (dots == 1) {
            last = len - i;

        } else if (dots == 2) {
            second = len - i - last - 1;

            if (last != 2 || second > 3) {
                return len - i;
            }

        } else {
            return len - i;
        }
    }

    return dots != 0 ? len : 0;
}


static int
replay_listed(const char *hosts, const sp_str_t *host)
{
    size_t       len;
    const char  *p;

    for (p = hosts; *p != '\0'; p += len + (p[len] == ',')) {
        len = strcspn(p, ",");

        if (len == host->len && memcmp(p, host->data, len) == 0) {
            return 1;
        }
    }

    return 0;
}
