/*
 * Copyright (C) SitePreserver developers
 *
 * Mailer: dns* now
 *
 * Runs: 40000
 *
 * SPF records, and what a hostile name server answers.  The input: a line with
 * the address that sends, or an empty one; then a line for each question, in
 * the order in which they are asked: values with "|" between them, an empty one
 * is no such name, "!" no answer.
 */

#include "fuzz.h"
#include "dns_spf.h"


#define WORST      (4 * DNS_SPF_LOOKUPS)   /* lookups, where no IP is known */
#define QUESTIONS  (WORST * 12)            /* each of 10 hosts, and so on */


static sp_str_t  answers;
static unsigned  asked;


static dns_rc_t
ask(const char *name, dns_answer_t *answer, int ips)
{
    char       *text;
    size_t      n;
    sp_str_t    line;
    const char *end;

    memset(answer, 0, sizeof(dns_answer_t));

    /* names of hosts come from the server, and c-ares makes "\001" of a byte */

    must(ips || strlen(name) <= DNS_NAME_MAX);
    must(++asked <= QUESTIONS);
    line = fuzz_line(&answers);

    if (line.len == 0) {
        return DNS_NONE;
    }

    if (line.data[0] == '!') {
        return DNS_FAILED;
    }

    while (line.len != 0 && answer->n < DNS_VALUES_MAX) {
        end = memchr(line.data, '|', line.len);
        n = end != NULL ? (size_t) (end - line.data) : line.len;
        text = strndup(line.data, n);
        must(text != NULL);
        line.data += n + (end != NULL);
        line.len -= n + (end != NULL);

        if (!ips) {
            answer->texts[answer->n++] = text;
            continue;
        }

        answer->n += dns_ip_read(text, &answer->ips[answer->n]) != 0;
        free(text);
    }

    return answer->n != 0 ? DNS_OK : DNS_NONE;
}


/* These take the place of those in mailer/dns.c. */

dns_rc_t
dns_txt(dns_t *dns, const char *name, dns_answer_t *answer)
{
    return ask(name, answer, 0);
}


dns_rc_t
dns_mx(dns_t *dns, const char *name, dns_answer_t *answer)
{
    return ask(name, answer, 0);
}


dns_rc_t
dns_ptr(dns_t *dns, const dns_ip_t *ip, dns_answer_t *answer)
{
    return ask("", answer, 0);
}


dns_rc_t
dns_ips(dns_t *dns, const char *name, int family, dns_answer_t *answer)
{
    return ask(name, answer, 1);
}


const char *
dns_error(const dns_t *dns)
{
    return "no answer";
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int        known;
    char       text[64];
    sp_str_t   line;
    dns_ip_t   ip;
    dns_spf_t  spf;

    answers.data = (const char *) data;
    answers.len = size;
    asked = 0;
    line = fuzz_line(&answers);

    (void) snprintf(text, sizeof(text), "%.*s", (int) line.len, line.data);

    known = dns_ip_read(text, &ip);

    dns_spf_check(NULL, "shop.example", known ? &ip : NULL, &spf);

    must(spf.lookups <= (known ? DNS_SPF_LOOKUPS : WORST) + 1);
    must(spf.voids <= (known ? DNS_SPF_VOIDS + 1 : QUESTIONS));
    must(strlen(spf.error) < sizeof(spf.error));
    must((spf.error[0] != '\0') == (spf.result == DNS_SPF_TEMPERROR
                                    || spf.result == DNS_SPF_PERMERROR));
    must(dns_spf_name(spf.result)[0] != '\0');

    if (!known) {
        must(spf.result != DNS_SPF_PASS && spf.result != DNS_SPF_FAIL);
    }

    return 0;
}
