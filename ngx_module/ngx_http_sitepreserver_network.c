
/*
 * Copyright (C) SitePreserver developers
 */


#include "ngx_http_sitepreserver_network.h"


ngx_int_t
ngx_http_sitepreserver_network(ngx_http_request_t *r, sp_id_t *id)
{
    sp_str_t                             value;
    struct sockaddr                     *sa;
    ngx_http_sitepreserver_srv_conf_t   *scf;
    ngx_http_sitepreserver_main_conf_t  *mcf;
#if (NGX_HAVE_INET6)
    struct in6_addr                     *addr;
#endif

    sa = r->connection->sockaddr;

    switch (sa->sa_family) {

    case AF_INET:
        value.data = (char *) &((struct sockaddr_in *) sa)->sin_addr;
        value.len = 3;
        break;

#if (NGX_HAVE_INET6)
    case AF_INET6:
        addr = &((struct sockaddr_in6 *) sa)->sin6_addr;

        if (IN6_IS_ADDR_V4MAPPED(addr)) {
            value.data = (char *) &addr->s6_addr[12];
            value.len = 3;
            break;
        }

        value.data = (char *) addr->s6_addr;
        value.len = 6;
        break;
#endif

    default:
        return NGX_DECLINED;
    }

    mcf = ngx_http_get_module_main_conf(r, ngx_http_sitepreserver_module);
    scf = ngx_http_get_module_srv_conf(r, ngx_http_sitepreserver_module);

    if (sp_secret_id(mcf->secret, SP_ID_NETWORK, &scf->shop->name, &value, id)
        != SP_OK)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}
