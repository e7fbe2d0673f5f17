/*
 * Copyright (C) SitePreserver developers
 *
 * Questions to a DNS server, by c-ares: each is waited for, none beyond the
 * deadline.  For the doctor and other commands; not for the daemon's loop.
 */

#ifndef DNS_H
#define DNS_H

#include <stdint.h>
#include <sys/socket.h>

#include "now.h"


#define DNS_NAME_MAX    253
#define DNS_VALUES_MAX  32          /* of one answer; more are not looked at */


typedef enum {
    DNS_OK = 0,
    DNS_NONE,                       /* no such name, or nothing of the kind */
    DNS_FAILED                      /* no answer, or none that is one */
} dns_rc_t;


typedef struct {
    int            family;          /* AF_INET, AF_INET6 */
    unsigned char  bytes[16];
} dns_ip_t;


typedef struct {
    char      *texts[DNS_VALUES_MAX];
    dns_ip_t   ips[DNS_VALUES_MAX];
    unsigned   n;
} dns_answer_t;


typedef struct dns_s  dns_t;


/*
 * server: "ADDRESS[:PORT]", NULL: the system's.  deadline: monotonic ms, as
 * now_ms() gives them, when every question has failed.  The library must have
 * been set up by ares_library_init().  NULL: no memory, or not a server.
 */

dns_t *dns_create(const char *server, int64_t deadline);
void dns_free(dns_t *dns);


/*
 * The answer is the caller's until dns_answer_free(), which is well after a
 * failure, too.  TXT: the strings of one record are joined (RFC 7208 3.3).
 */

dns_rc_t dns_txt(dns_t *dns, const char *name, dns_answer_t *answer);
dns_rc_t dns_mx(dns_t *dns, const char *name, dns_answer_t *answer);
dns_rc_t dns_ptr(dns_t *dns, const dns_ip_t *ip, dns_answer_t *answer);


/* A or AAAA, by the family; the answer has ips. */

dns_rc_t dns_ips(dns_t *dns, const char *name, int family,
    dns_answer_t *answer);

void dns_answer_free(dns_answer_t *answer);


/* Why the last question failed. */

const char *dns_error(const dns_t *dns);


/* An address as text; 0: text is none. */

int dns_ip_read(const char *text, dns_ip_t *ip);


/* Are the first bits of both the same? */

int dns_ip_in(const dns_ip_t *ip, const dns_ip_t *net, unsigned bits);


#endif /* DNS_H */
