/*
 * Copyright (C) SitePreserver developers
 *
 * The landing page as somebody sees it who comes from a message on a device
 * that has no cart.
 */

#include <curl/curl.h>
#include <stdlib.h>

#include "doctor.h"
#include "doctor_http.h"
#include "doctor_page.h"


#define DOCTOR_HOPS        10
#define DOCTOR_GOOD        0.8      /* s to the first byte */
#define DOCTOR_POOR        1.8
#define DOCTOR_LARGE       (512 * 1024)
#define DOCTOR_TEXT_FEW    200      /* bytes of text: scripts make the page */
#define DOCTOR_QUERY       "utm_source=doctor&utm_medium=test"


typedef struct {
    const doctor_probe_t  *probe;
    const char            *shop;
    char                   url[DOCTOR_URL_MAX];
    char                   chain[DOCTOR_TEXT_MAX];
    unsigned               hops;
    unsigned               plain:1; /* a redirect led to http */
    doctor_http_t          http;
} doctor_visit_t;


static void doctor_follow(doctor_visit_t *visit);
static void doctor_where(doctor_visit_t *visit);
static void doctor_host(doctor_visit_t *visit);
static int doctor_is_own(const config_shop_t *shop, const char *host);
static void doctor_speed(doctor_visit_t *visit);
static void doctor_offers(doctor_visit_t *visit);


void
doctor_landing(const doctor_probe_t *probe)
{
    doctor_visit_t  visit;

    memset(&visit, 0, sizeof(doctor_visit_t));
    visit.probe = probe;
    visit.shop = probe->shop->name;

    doctor_follow(&visit);

    if (visit.http.status == 0) {
        doctor_say(probe->report, DOCTOR_LANDING_REACHED, DOCTOR_ERROR,
                   visit.shop, NULL, "%s cannot be fetched: %s", visit.url,
                   visit.http.error);

    } else {
        doctor_say(probe->report, DOCTOR_LANDING_REACHED, DOCTOR_OK,
                   visit.shop, NULL, "the landing page answers");
        doctor_where(&visit);
        doctor_speed(&visit);

        if (visit.http.status / 100 == 2) {
            doctor_offers(&visit);
        }
    }

    buffer_free(&visit.http.body);
}


static void
doctor_follow(doctor_visit_t *visit)
{
    char              *fragment;
    size_t             n;
    const char        *cart;
    doctor_client_t   *client;

    cart = visit->probe->shop->cart_url;
    snprintf(visit->url, sizeof(visit->url), "%.1500s", cart);
    fragment = strchr(visit->url, '#');

    if (fragment != NULL) {
        *fragment = '\0';
    }

    n = strlen(visit->url);
    snprintf(visit->url + n, sizeof(visit->url) - n, "%c" DOCTOR_QUERY,
             strchr(visit->url, '?') != NULL ? '&' : '?');

    client = doctor_client_create(visit->probe->deadline,
                                  visit->probe->ca_file);

    if (client == NULL) {
        snprintf(visit->http.error, sizeof(visit->http.error),
                 "out of memory");
        return;
    }

    doctor_http(client, visit->url, NULL, &visit->http);

    while (visit->http.redirect[0] != '\0' && visit->hops < DOCTOR_HOPS) {
        visit->hops++;
        strcpy(visit->url, visit->http.redirect);
        visit->plain |= strncmp(visit->url, "https:", 6) != 0;
        n = strlen(visit->chain);
        snprintf(visit->chain + n, sizeof(visit->chain) - n, " -> %.120s",
                 visit->url);
        buffer_free(&visit->http.body);
        doctor_http(client, visit->url, NULL, &visit->http);
    }

    doctor_client_free(client);
}


/* Where it ended. */

static void
doctor_where(doctor_visit_t *visit)
{
    int                 good;
    char                value[32];
    doctor_report_t    *report;
    doctor_severity_t   severity;

    report = visit->probe->report;
    snprintf(value, sizeof(value), "%ld", visit->http.status);
    good = visit->http.status / 100 == 2;

    doctor_say(report, DOCTOR_LANDING_STATUS, good ? DOCTOR_OK : DOCTOR_ERROR,
               visit->shop, value, "the landing page answers with %s%s", value,
               visit->hops == DOCTOR_HOPS && !good
                   ? " after ten redirects" : "");

    snprintf(value, sizeof(value), "%u", visit->hops);
    severity = visit->hops == 0 ? DOCTOR_OK
               : visit->hops == 1 ? DOCTOR_INFO : DOCTOR_WARNING;

    doctor_say(report, DOCTOR_LANDING_REDIRECTS, severity, visit->shop, value,
               "%s redirects%s", visit->hops == 0 ? "no" : value,
               visit->chain);

    doctor_host(visit);

    good = strstr(visit->url, DOCTOR_QUERY) != NULL;
    doctor_say(report, DOCTOR_LANDING_QUERY,
               good ? DOCTOR_OK : DOCTOR_WARNING, visit->shop, NULL,
               good ? "the query of a link reaches the landing page"
                    : "a redirect drops the query of the link");
}


static void
doctor_host(doctor_visit_t *visit)
{
    int    first, last;
    char   host[256];

    if (!doctor_url_host(visit->url, host, sizeof(host))
        || !doctor_is_own(visit->probe->shop, host))
    {
        doctor_say(visit->probe->report, DOCTOR_LANDING_HOST, DOCTOR_ERROR,
                   visit->shop, host, "cart_url leads to another host: %s",
                   host);

    } else {
        doctor_say(visit->probe->report, DOCTOR_LANDING_HOST, DOCTOR_OK,
                   visit->shop, host, "the landing page is on the shop's "
                   "host");
    }

    first = strncmp(visit->probe->shop->cart_url, "https:", 6) == 0;
    last = strncmp(visit->url, "https:", 6) == 0;

    doctor_say(visit->probe->report, DOCTOR_LANDING_HTTPS,
               first && last ? visit->plain ? DOCTOR_WARNING : DOCTOR_OK
               : last ? DOCTOR_INFO : first ? DOCTOR_ERROR : DOCTOR_WARNING,
               visit->shop, NULL, "%s",
               first && last && visit->plain
                   ? "the way to the landing page leads through http"
               : first && last ? "the landing page is https"
               : last ? "cart_url is http and leads to https"
               : first ? "cart_url is https and leads to http"
                       : "the landing page is http");
}


static int
doctor_is_own(const config_shop_t *shop, const char *host)
{
    char         own[256];
    size_t       n, len;
    unsigned     i;
    const char  *name;

    if (doctor_url_host(shop->cart_url, own, sizeof(own))
        && strcmp(own, host) == 0)
    {
        return 1;
    }

    if (doctor_url_host(shop->public_url, own, sizeof(own))
        && strcmp(own, host) == 0)
    {
        return 1;
    }

    len = strlen(host);

    for (i = 0; i < shop->nhosts; i++) {
        name = shop->hosts[i];
        n = strlen(name);

        if (strcmp(name, host) == 0
            || (name[0] == '.'
                && (strcmp(name + 1, host) == 0
                    || (len > n && strcmp(host + len - n, name) == 0))))
        {
            return 1;
        }
    }

    return 0;
}


static void
doctor_speed(doctor_visit_t *visit)
{
    char             value[32];
    double           s;
    size_t           len;
    doctor_report_t  *report;

    report = visit->probe->report;
    s = visit->http.first_byte;
    snprintf(value, sizeof(value), "%.2f s", s);

    doctor_say(report, DOCTOR_LANDING_FIRST_BYTE,
               s <= DOCTOR_GOOD ? DOCTOR_OK
               : s <= DOCTOR_POOR ? DOCTOR_INFO : DOCTOR_WARNING,
               visit->shop, value, "the first byte of the page came after %s",
               value);

    len = visit->http.body.len;
    snprintf(value, sizeof(value), "%s%zu KiB", visit->http.cut ? "> " : "",
             (len + 1023) / 1024);

    doctor_say(report, DOCTOR_LANDING_SIZE,
               len <= DOCTOR_LARGE ? DOCTOR_OK : DOCTOR_WARNING, visit->shop,
               value, "the page's HTML has %s", value);
}


/* What the page says, to Google and to somebody with an empty cart. */

static void
doctor_offers(doctor_visit_t *visit)
{
    int                made;
    char               host[256], path[DOCTOR_URL_MAX], value[32];
    const char        *p;
    doctor_page_t      page;
    doctor_report_t   *report;

    report = visit->probe->report;
    host[0] = '\0';
    (void) doctor_url_host(visit->url, host, sizeof(host));
    p = strchr(strstr(visit->url, "://") + 3, '/');
    snprintf(path, sizeof(path), "%s", p != NULL ? p : "/");
    path[strcspn(path, "?#")] = '\0';

    doctor_page(buffer_text(&visit->http.body), visit->http.body.len, host,
                path, visit->probe->deadline, &page);

    if (!page.read) {
        doctor_say(report, DOCTOR_LANDING_ANALYTICS, DOCTOR_INFO, visit->shop,
                   NULL, "the page's HTML could not be read in time");
        return;
    }

    doctor_say(report, DOCTOR_LANDING_ANALYTICS,
               page.tags[0] != '\0' ? DOCTOR_OK : DOCTOR_WARNING, visit->shop,
               page.tags, page.tags[0] != '\0'
                   ? "Google Analytics or Tag Manager is on the page"
                   : "neither Google Analytics nor Tag Manager is on the "
                     "page");

    /* What scripts make of a page is not seen here. */

    made = page.text < DOCTOR_TEXT_FEW && page.scripts > 0;
    snprintf(value, sizeof(value), "%u", page.links);

    doctor_say(report, DOCTOR_LANDING_LINKS,
               page.links > 0 ? DOCTOR_OK
               : made ? DOCTOR_INFO : DOCTOR_WARNING, visit->shop, value,
               page.links > 0 ? "an empty cart's page leads on to the shop"
               : made ? "the page is made by scripts: look yourself whether "
                        "it leads on to the shop when the cart is empty"
                      : "an empty cart's page has no link to the shop outside "
                        "header, navigation and footer");

    doctor_say(report, DOCTOR_LANDING_CTA,
               page.buttons > 0 ? DOCTOR_OK
               : made ? DOCTOR_INFO : DOCTOR_WARNING, visit->shop,
               page.button, page.buttons > 0
                   ? "an empty cart's page has a button"
               : made ? "the page is made by scripts: look yourself whether "
                        "it has a button when the cart is empty"
                      : "an empty cart's page has no button");
}


/*
 * The mailer's own pages through nginx, with a link that does nothing.  The
 * page is known by its button.
 */

void
doctor_unsubscribe(const doctor_probe_t *probe)
{
    int                    https, good;
    char                   token[SP_TOKEN_MAX], url[DOCTOR_URL_MAX];
    char                   value[32];
    sp_token_t             fields;
    doctor_http_t          http;
    doctor_client_t       *client;
    const config_shop_t   *shop;

    shop = probe->shop;
    https = strncmp(shop->public_url, "https:", 6) == 0;
    doctor_say(probe->report, DOCTOR_PUBLIC_HTTPS,
               https ? DOCTOR_OK : DOCTOR_WARNING, shop->name, NULL,
               "public_url is %s", https ? "https" : "http");

    memset(&fields, 0, sizeof(sp_token_t));
    fields.kind = SP_TOKEN_UNSUBSCRIBE;
    fields.inert = 1;
    memset(fields.shopper.text, 'A', SP_ID_LEN);
    client = doctor_client_create(probe->deadline, probe->ca_file);

    if (client == NULL
        || sp_token_make(probe->conf->secret, &shop->id, &fields, token)
           != SP_OK)
    {
        doctor_client_free(client);
        return;
    }

    snprintf(url, sizeof(url), "%.1500s/sp/unsubscribe?t=%s",
             shop->public_url, token);
    doctor_http(client, url, NULL, &http);
    good = http.status == 200
           && strstr(buffer_text(&http.body), "name=\"unsubscribe\"")
              != NULL;
    snprintf(value, sizeof(value), "%ld", http.status);

    doctor_say(probe->report, DOCTOR_UNSUBSCRIBE_PAGE,
               good ? DOCTOR_OK : DOCTOR_ERROR, shop->name, value, "%s%s%.100s",
               good ? "the unsubscribe page is shown"
               : http.status == 0 ? "the unsubscribe page cannot be fetched: "
               : http.redirect[0] != '\0'
                   ? "the unsubscribe link redirects to "
                   : "public_url/sp/unsubscribe is not the mailer's page",
               http.error, http.redirect);
    buffer_free(&http.body);

    doctor_http(client, url, "List-Unsubscribe=One-Click", &http);
    good = http.status == 200;
    snprintf(value, sizeof(value), "%ld", http.status);

    doctor_say(probe->report, DOCTOR_UNSUBSCRIBE_POST,
               good ? DOCTOR_OK : DOCTOR_ERROR, shop->name, value,
               "one-click unsubscribing %s%s",
               good ? "works" : "does not work", good ? " (tried with a link "
               "that does nothing)" : "");
    buffer_free(&http.body);
    doctor_client_free(client);
}
