/*
 * Copyright (C) SitePreserver developers
 */

#include "links.h"
#include "links_url.h"


static sp_rc_t links_resolve(const links_site_t *site, const sp_str_t *url,
    links_url_t *parts, char path[2 * LINKS_URL_MAX + 1],
    char host[LINKS_HOST_MAX + 1]);
static sp_rc_t links_add(buffer_t *out, const links_url_t *parts,
    const char *host, const buffer_t *more);
static void links_write(buffer_t *out, const links_url_t *parts,
    const char *host, const buffer_t *more);
static void links_tags(buffer_t *more, const links_tags_t *tags);
static void links_parameter(buffer_t *more, const char *name,
    const sp_str_t *value);
static int links_tagged(const links_url_t *parts);
static int links_has_utm(const sp_str_t *s);
static int links_own_host(const links_site_t *site, const char *host);
static int links_host_is(const char *host, const sp_str_t *own);


sp_rc_t
links_absolute(const links_site_t *site, const sp_str_t *url, buffer_t *out)
{
    char         host[LINKS_HOST_MAX + 1], path[2 * LINKS_URL_MAX + 1];
    sp_rc_t      rc;
    links_url_t  parts;

    rc = links_resolve(site, url, &parts, path, host);

    if (rc != SP_OK) {
        return rc;
    }

    return links_add(out, &parts, host, NULL);
}


sp_rc_t
links_link(const links_site_t *site, const sp_str_t *url,
    const links_tags_t *tags, const sp_str_t *token, buffer_t *out)
{
    char         host[LINKS_HOST_MAX + 1], path[2 * LINKS_URL_MAX + 1];
    sp_rc_t      rc;
    buffer_t     more;
    links_url_t  parts;

    if (links_url_split(url, &parts) != SP_OK || url->len > LINKS_URL_MAX) {
        return SP_INVALID;
    }

    if ((url->len > 0 && url->data[0] == '#')
        || links_url_scheme_is(&parts, "mailto")
        || links_url_scheme_is(&parts, "tel")
        || links_url_scheme_is(&parts, "sms")
        || (site->unsubscribe.len != 0 && url->len >= site->unsubscribe.len
            && memcmp(url->data, site->unsubscribe.data,
                      site->unsubscribe.len) == 0))
    {
        buffer_sp(out, url);
        return out->failed ? SP_LIMIT : SP_OK;
    }

    rc = links_resolve(site, url, &parts, path, host);

    if (rc != SP_OK) {
        return rc;
    }

    buffer_init(&more, LINKS_URL_MAX);

    if (links_own_host(site, host)) {
        if (!links_tagged(&parts)) {
            links_tags(&more, tags);
        }

        links_parameter(&more, "sp", token);
    }

    rc = links_add(out, &parts, host, &more);
    buffer_free(&more);

    return rc;
}


sp_rc_t
links_template(const links_site_t *site, const sp_str_t *url, const char *name,
    buffer_t *out)
{
    char         host[LINKS_HOST_MAX + 1], path[2 * LINKS_URL_MAX + 1];
    sp_rc_t      rc;
    buffer_t     more;
    links_url_t  parts;

    rc = links_resolve(site, url, &parts, path, host);

    if (rc != SP_OK) {
        return rc;
    }

    buffer_init(&more, LINKS_URL_MAX);

    if (!links_tagged(&parts)) {
        buffer_fmt(&more, "utm_source={{utm.source}}"
                   "&utm_medium={{utm.medium}}&utm_campaign={{utm.campaign}}"
                   "&utm_content={{utm.content}}-%s&utm_id={{utm.id}}&", name);
    }

    buffer_str(&more, "sp={{click_token}}");
    rc = links_add(out, &parts, host, &more);
    buffer_free(&more);

    return rc;
}


int
links_own(const links_site_t *site, const sp_str_t *url)
{
    char         host[LINKS_HOST_MAX + 1];
    links_url_t  parts;

    return links_url_split(url, &parts) == SP_OK
           && (links_url_scheme_is(&parts, "http")
               || links_url_scheme_is(&parts, "https"))
           && links_host(&parts.host, host) == SP_OK
           && links_own_host(site, host);
}


/* The parts of an absolute URL; they point into url, base and path. */

static sp_rc_t
links_resolve(const links_site_t *site, const sp_str_t *url,
    links_url_t *parts, char path[2 * LINKS_URL_MAX + 1],
    char host[LINKS_HOST_MAX + 1])
{
    links_url_t  base;

    if (url->len > LINKS_URL_MAX || site->base.len > LINKS_URL_MAX) {
        return SP_LIMIT;
    }

    if (links_url_split(url, parts) != SP_OK
        || links_url_split(&site->base, &base) != SP_OK)
    {
        return SP_INVALID;
    }

    links_url_resolve(&base, parts, path);

    if ((!links_url_scheme_is(parts, "http")
         && !links_url_scheme_is(parts, "https"))
        || !parts->has_authority)
    {
        return SP_INVALID;
    }

    return links_host(&parts->host, host);
}


/* Nothing is added of what would be too long. */

static sp_rc_t
links_add(buffer_t *out, const links_url_t *parts, const char *host,
    const buffer_t *more)
{
    size_t  from;

    from = out->len;
    links_write(out, parts, host, more);

    if (out->failed || (more != NULL && more->failed)
        || out->len - from > LINKS_URL_MAX)
    {
        buffer_truncate(out, from);
        return SP_LIMIT;
    }

    return SP_OK;
}


static void
links_write(buffer_t *out, const links_url_t *parts, const char *host,
    const buffer_t *more)
{
    buffer_str(out, links_url_scheme_is(parts, "https") ? "https" : "http");
    buffer_str(out, "://");
    buffer_str(out, host);

    if (parts->port.len != 0) {
        buffer_char(out, ':');
        buffer_sp(out, &parts->port);
    }

    if (parts->path.len == 0) {
        buffer_char(out, '/');
    }

    links_url_encode(out, &parts->path, 0);

    if (parts->has_query) {
        buffer_char(out, '?');
        links_url_encode(out, &parts->query, 0);
    }

    if (more != NULL && more->len != 0) {
        if (!parts->has_query) {
            buffer_char(out, '?');

        } else if (parts->query.len != 0
                   && parts->query.data[parts->query.len - 1] != '&')
        {
            buffer_char(out, '&');
        }

        buffer_add(out, more->data, more->len);
    }

    if (parts->has_fragment) {
        buffer_char(out, '#');
        links_url_encode(out, &parts->fragment, 0);
    }
}


static void
links_tags(buffer_t *more, const links_tags_t *tags)
{
    links_parameter(more, "utm_source", &tags->source);
    links_parameter(more, "utm_medium", &tags->medium);
    links_parameter(more, "utm_campaign", &tags->campaign);
    links_parameter(more, "utm_content", &tags->content);
    links_parameter(more, "utm_id", &tags->id);
}


static void
links_parameter(buffer_t *more, const char *name, const sp_str_t *value)
{
    if (value->len == 0) {
        return;
    }

    if (more->len != 0) {
        buffer_char(more, '&');
    }

    buffer_str(more, name);
    buffer_char(more, '=');
    links_url_encode(more, value, 1);
}


/* GA reads its parameters from the query, and where asked from the fragment. */

static int
links_tagged(const links_url_t *parts)
{
    return links_has_utm(&parts->query) || links_has_utm(&parts->fragment);
}


static int
links_has_utm(const sp_str_t *s)
{
    size_t  i;

    for (i = 0; i + 4 <= s->len; i++) {
        if ((i == 0 || strchr("&;?", s->data[i - 1]) != NULL)
            && (s->data[i] | 0x20) == 'u' && (s->data[i + 1] | 0x20) == 't'
            && (s->data[i + 2] | 0x20) == 'm' && s->data[i + 3] == '_')
        {
            return 1;
        }
    }

    return 0;
}


static int
links_own_host(const links_site_t *site, const char *host)
{
    char         own[LINKS_HOST_MAX + 1];
    size_t       i;
    links_url_t  base;

    if (links_url_split(&site->base, &base) == SP_OK
        && links_host(&base.host, own) == SP_OK
        && strcmp(own, host) == 0)
    {
        return 1;
    }

    for (i = 0; i < site->nhosts; i++) {
        if (links_host_is(host, &site->hosts[i])) {
            return 1;
        }
    }

    return 0;
}


static int
links_host_is(const char *host, const sp_str_t *own)
{
    int       tree;
    char      ace[LINKS_HOST_MAX + 1];
    size_t    n, len;
    sp_str_t  name;

    name = *own;
    tree = name.len > 0 && name.data[0] == '.';

    if (tree) {
        name.data++;
        name.len--;
    }

    if (links_host(&name, ace) != SP_OK) {
        return 0;
    }

    if (strcmp(host, ace) == 0) {
        return 1;
    }

    n = strlen(ace);
    len = strlen(host);

    return tree && len > n + 1 && host[len - n - 1] == '.'
           && strcmp(host + len - n, ace) == 0;
}
