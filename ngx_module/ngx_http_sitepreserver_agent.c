
/*
 * Copyright (C) SitePreserver developers
 */


#include "ngx_http_sitepreserver_agent.h"
#include "ngx_http_sitepreserver_zone.h"

#include "sp_bot.h"
#include "sp_device.h"


#define NGX_HTTP_SITEPRESERVER_AGENTS     64        /* a power of two */
#define NGX_HTTP_SITEPRESERVER_AGENT_MAX  240       /* longer ones are rare */


typedef struct {
    ngx_http_sitepreserver_agent_t  agent;
    size_t                          len;            /* 0: it is empty */
    u_char                          text[NGX_HTTP_SITEPRESERVER_AGENT_MAX];
} ngx_http_sitepreserver_known_agent_t;


static ngx_http_sitepreserver_agent_t ngx_http_sitepreserver_agent_read(
    ngx_str_t *text);


/* Each has one place; who sends many others only makes us read again. */

static ngx_http_sitepreserver_known_agent_t
    ngx_http_sitepreserver_agents[NGX_HTTP_SITEPRESERVER_AGENTS];


ngx_http_sitepreserver_agent_t
ngx_http_sitepreserver_agent(ngx_http_request_t *r)
{
    uint64_t                               hash;
    ngx_str_t                              text;
    ngx_http_sitepreserver_known_agent_t  *known;

    ngx_str_set(&text, "");

    if (r->headers_in.user_agent != NULL) {
        text = r->headers_in.user_agent->value;
    }

    if (text.len == 0 || text.len > NGX_HTTP_SITEPRESERVER_AGENT_MAX) {
        return ngx_http_sitepreserver_agent_read(&text);
    }

    hash = ngx_http_sitepreserver_hash(0, text.data, text.len);
    known = &ngx_http_sitepreserver_agents[hash
                                         % NGX_HTTP_SITEPRESERVER_AGENTS];

    if (known->len != text.len
        || ngx_memcmp(known->text, text.data, text.len) != 0)
    {
        known->agent = ngx_http_sitepreserver_agent_read(&text);
        known->len = text.len;
        ngx_memcpy(known->text, text.data, text.len);
    }

    return known->agent;
}


static ngx_http_sitepreserver_agent_t
ngx_http_sitepreserver_agent_read(ngx_str_t *text)
{
    sp_str_t                        agent;
    ngx_http_sitepreserver_agent_t  says;

    agent.data = (char *) text->data;
    agent.len = text->len;

    says.device = sp_device(&agent);
    says.bot = sp_bot(&agent);

    return says;
}
