/*
 * Copyright (C) SitePreserver developers
 */

#include <ares.h>
#include <ares_dns.h>
#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dns.h"


#define DNS_TIMEOUT  2000           /* ms, for one try of one server */
#define DNS_TRIES    2
#define DNS_TEXT_MAX 8192           /* bytes of one record */


struct dns_s {
    ares_channel    channel;
    int64_t         deadline;
    int             done;
    int             status;
    unsigned char  *reply;
    int             len;
};


static dns_rc_t dns_ask(dns_t *dns, const char *name, int type);
static void dns_wait(dns_t *dns);
static void dns_reply(void *data, int status, int timeouts,
    unsigned char *reply, int len);
static dns_rc_t dns_answered(dns_t *dns, int status,
    const dns_answer_t *answer);
static int dns_add(dns_answer_t *answer, const char *text, size_t len);
static void dns_join(dns_answer_t *answer, struct ares_txt_ext *txt);


dns_t *
dns_create(const char *server, int64_t deadline)
{
    dns_t                *dns;
    struct ares_options   options;

    dns = calloc(1, sizeof(dns_t));

    if (dns == NULL) {
        return NULL;
    }

    memset(&options, 0, sizeof(options));
    options.flags = ARES_FLAG_EDNS;
    options.ednspsz = 1232;
    options.timeout = DNS_TIMEOUT;
    options.tries = DNS_TRIES;
    dns->deadline = deadline;

    if (ares_init_options(&dns->channel, &options,
                          ARES_OPT_FLAGS|ARES_OPT_EDNSPSZ|ARES_OPT_TIMEOUTMS
                              |ARES_OPT_TRIES)
        != ARES_SUCCESS)
    {
        free(dns);
        return NULL;
    }

    if (server != NULL
        && ares_set_servers_ports_csv(dns->channel, server) != ARES_SUCCESS)
    {
        dns_free(dns);
        return NULL;
    }

    return dns;
}


void
dns_free(dns_t *dns)
{
    if (dns != NULL) {
        ares_destroy(dns->channel);
        free(dns->reply);
        free(dns);
    }
}


/* DNS_OK: there is a reply to parse. */

static dns_rc_t
dns_ask(dns_t *dns, const char *name, int type)
{
    free(dns->reply);
    dns->reply = NULL;
    dns->len = 0;
    dns->done = 0;
    dns->status = ARES_ETIMEOUT;

    if (name[0] == '\0' || strlen(name) > DNS_NAME_MAX) {
        dns->status = ARES_EBADNAME;
        return DNS_NONE;
    }

    ares_query(dns->channel, name, ns_c_in, type, dns_reply, dns);
    dns_wait(dns);

    if (dns->status == ARES_SUCCESS) {
        return DNS_OK;
    }

    return dns->status == ARES_ENOTFOUND || dns->status == ARES_ENODATA
           || dns->status == ARES_EBADNAME ? DNS_NONE : DNS_FAILED;
}


static void
dns_wait(dns_t *dns)
{
    int             bits, i, n;
    int64_t         left;
    ares_socket_t   sockets[ARES_GETSOCK_MAXNUM];
    struct pollfd   fds[ARES_GETSOCK_MAXNUM];
    struct timeval  tv, most;

    while (!dns->done) {
        left = dns->deadline - now_ms();

        if (left <= 0) {
            ares_cancel(dns->channel);
            dns->status = ARES_ETIMEOUT;
            return;
        }

        bits = ares_getsock(dns->channel, sockets, ARES_GETSOCK_MAXNUM);
        memset(fds, 0, sizeof(fds));

        for (n = 0; n < ARES_GETSOCK_MAXNUM; n++) {
            fds[n].fd = sockets[n];
            fds[n].events = (short) ((ARES_GETSOCK_READABLE(bits, n)
                                          ? POLLIN : 0)
                                     | (ARES_GETSOCK_WRITABLE(bits, n)
                                          ? POLLOUT : 0));
            if (fds[n].events == 0) {
                break;
            }
        }

        most.tv_sec = left / 1000;
        most.tv_usec = left % 1000 * 1000;
        ares_timeout(dns->channel, &most, &tv);

        if (poll(fds, (nfds_t) n,
                 (int) (tv.tv_sec * 1000 + tv.tv_usec / 1000 + 1)) <= 0)
        {
            n = 0;
            ares_process_fd(dns->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
        }

        for (i = 0; i < n; i++) {
            ares_process_fd(dns->channel,
                            fds[i].revents & ~POLLOUT ? fds[i].fd
                                                      : ARES_SOCKET_BAD,
                            fds[i].revents & POLLOUT ? fds[i].fd
                                                     : ARES_SOCKET_BAD);
        }
    }
}


static void
dns_reply(void *data, int status, int timeouts, unsigned char *reply, int len)
{
    dns_t  *dns;

    dns = data;
    dns->done = 1;
    dns->status = status;

    if (status == ARES_SUCCESS) {
        dns->reply = malloc((size_t) len + 1);

        if (dns->reply == NULL) {
            dns->status = ARES_ENOMEM;
            return;
        }

        memcpy(dns->reply, reply, (size_t) len);
        dns->len = len;
    }
}


/* What parsing a reply gave. */

static dns_rc_t
dns_answered(dns_t *dns, int status, const dns_answer_t *answer)
{
    dns->status = status;

    if (status == ARES_ENODATA || status == ARES_ENOTFOUND
        || (status == ARES_SUCCESS && answer->n == 0))
    {
        return DNS_NONE;
    }

    return status == ARES_SUCCESS ? DNS_OK : DNS_FAILED;
}


static int
dns_add(dns_answer_t *answer, const char *text, size_t len)
{
    if (answer->n == DNS_VALUES_MAX) {
        return 0;
    }

    answer->texts[answer->n] = strndup(text, len);

    if (answer->texts[answer->n] == NULL) {
        return 0;
    }

    answer->n++;

    return 1;
}


dns_rc_t
dns_txt(dns_t *dns, const char *name, dns_answer_t *answer)
{
    int                   status;
    dns_rc_t              rc;
    struct ares_txt_ext  *txt;

    memset(answer, 0, sizeof(dns_answer_t));
    rc = dns_ask(dns, name, ns_t_txt);

    if (rc != DNS_OK) {
        return rc;
    }

    txt = NULL;
    status = ares_parse_txt_reply_ext(dns->reply, dns->len, &txt);

    if (status == ARES_SUCCESS) {
        dns_join(answer, txt);
        ares_free_data(txt);
    }

    return dns_answered(dns, status, answer);
}


static void
dns_join(dns_answer_t *answer, struct ares_txt_ext *txt)
{
    char    text[DNS_TEXT_MAX];
    size_t  len;

    while (txt != NULL) {
        len = 0;

        do {
            if (txt->length <= sizeof(text) - len) {
                memcpy(text + len, txt->txt, txt->length);
                len += txt->length;
            }

            txt = txt->next;
        } while (txt != NULL && !txt->record_start);

        dns_add(answer, text, len);
    }
}


dns_rc_t
dns_mx(dns_t *dns, const char *name, dns_answer_t *answer)
{
    int                    status;
    dns_rc_t               rc;
    struct ares_mx_reply  *mx, *p;

    memset(answer, 0, sizeof(dns_answer_t));
    rc = dns_ask(dns, name, ns_t_mx);

    if (rc != DNS_OK) {
        return rc;
    }

    mx = NULL;
    status = ares_parse_mx_reply(dns->reply, dns->len, &mx);

    if (status == ARES_SUCCESS) {
        for (p = mx; p != NULL; p = p->next) {
            dns_add(answer, p->host, strlen(p->host));
        }

        ares_free_data(mx);
    }

    return dns_answered(dns, status, answer);
}


dns_rc_t
dns_ips(dns_t *dns, const char *name, int family, dns_answer_t *answer)
{
    int                   i, n, status;
    dns_rc_t              rc;
    struct ares_addrttl   v4[DNS_VALUES_MAX];
    struct ares_addr6ttl  v6[DNS_VALUES_MAX];

    memset(answer, 0, sizeof(dns_answer_t));
    rc = dns_ask(dns, name, family == AF_INET ? ns_t_a : ns_t_aaaa);

    if (rc != DNS_OK) {
        return rc;
    }

    n = DNS_VALUES_MAX;

    if (family == AF_INET) {
        status = ares_parse_a_reply(dns->reply, dns->len, NULL, v4, &n);

    } else {
        status = ares_parse_aaaa_reply(dns->reply, dns->len, NULL, v6, &n);
    }

    for (i = 0; i < n && status == ARES_SUCCESS; i++) {
        answer->ips[i].family = family;

        if (family == AF_INET) {
            memcpy(answer->ips[i].bytes, &v4[i].ipaddr, 4);

        } else {
            memcpy(answer->ips[i].bytes, &v6[i].ip6addr, 16);
        }

        answer->n++;
    }

    return dns_answered(dns, status, answer);
}


dns_rc_t
dns_ptr(dns_t *dns, const dns_ip_t *ip, dns_answer_t *answer)
{
    int              i, len, status;
    char             name[80], *p;
    dns_rc_t         rc;
    struct hostent  *host;

    memset(answer, 0, sizeof(dns_answer_t));
    len = ip->family == AF_INET ? 4 : 16;
    p = name;

    for (i = len - 1; i >= 0; i--) {
        p += ip->family == AF_INET
             ? sprintf(p, "%d.", ip->bytes[i])
             : sprintf(p, "%x.%x.", ip->bytes[i] & 15, ip->bytes[i] >> 4);
    }

    strcpy(p, ip->family == AF_INET ? "in-addr.arpa" : "ip6.arpa");
    rc = dns_ask(dns, name, ns_t_ptr);

    if (rc != DNS_OK) {
        return rc;
    }

    host = NULL;
    status = ares_parse_ptr_reply(dns->reply, dns->len, ip->bytes, len,
                                  ip->family, &host);

    if (status == ARES_SUCCESS) {
        for (i = 0; host->h_aliases[i] != NULL; i++) {
            dns_add(answer, host->h_aliases[i], strlen(host->h_aliases[i]));
        }

        ares_free_hostent(host);
    }

    return dns_answered(dns, status, answer);
}


void
dns_answer_free(dns_answer_t *answer)
{
    unsigned  i;

    for (i = 0; i < DNS_VALUES_MAX; i++) {
        free(answer->texts[i]);
    }

    memset(answer, 0, sizeof(dns_answer_t));
}


const char *
dns_error(const dns_t *dns)
{
    return ares_strerror(dns->status);
}


int
dns_ip_read(const char *text, dns_ip_t *ip)
{
    memset(ip, 0, sizeof(dns_ip_t));
    ip->family = strchr(text, ':') != NULL ? AF_INET6 : AF_INET;

    return inet_pton(ip->family, text, ip->bytes) == 1;
}


int
dns_ip_in(const dns_ip_t *ip, const dns_ip_t *net, unsigned bits)
{
    unsigned  whole, rest;

    if (ip->family != net->family) {
        return 0;
    }

    whole = bits / 8;
    rest = bits % 8;

    return memcmp(ip->bytes, net->bytes, whole) == 0
           && (rest == 0
               || ((ip->bytes[whole] ^ net->bytes[whole]) >> (8 - rest)) == 0);
}
