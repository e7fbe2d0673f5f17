/*
 * Copyright (C) SitePreserver developers
 *
 * A message as it was received: what became of it on its way.
 */

#define _GNU_SOURCE                 /* strcasestr() */

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <strings.h>

#include "buffer.h"
#include "doctor.h"


#define DOCTOR_MAIL_MAX     (16 * 1024 * 1024)
#define DOCTOR_HEADERS_MAX  512


/* A header: its value unfolded, and on how many lines it stood. */

typedef struct {
    char      *name;
    char      *value;
    unsigned   lines;
} doctor_header_t;


typedef struct {
    doctor_probe_t   *probe;
    const char       *subject;
    doctor_header_t   headers[DOCTOR_HEADERS_MAX];
    unsigned          n;
    char              from[DNS_NAME_MAX + 1];
} doctor_mail_t;


static int doctor_mail_read(doctor_mail_t *mail, const char *file,
    buffer_t *text);
static void doctor_mail_headers(doctor_mail_t *mail, char *text);
static const doctor_header_t *doctor_mail_header(const doctor_mail_t *mail,
    const char *name, const doctor_header_t *after);
static void doctor_mail_from(doctor_mail_t *mail);
static void doctor_mail_signed(doctor_mail_t *mail);
static int doctor_mail_covers(const char *list, const char *name);
static void doctor_mail_unsubscribe(doctor_mail_t *mail);
static void doctor_mail_id(doctor_mail_t *mail);
static void doctor_mail_results(doctor_mail_t *mail);


void
doctor_mail(doctor_probe_t *probe, const char *file)
{
    buffer_t        text;
    doctor_mail_t  *mail;

    mail = calloc(1, sizeof(doctor_mail_t));

    if (mail == NULL) {
        return;
    }

    mail->probe = probe;
    mail->subject = probe->shop->name;
    buffer_init(&text, DOCTOR_MAIL_MAX);

    if (doctor_mail_read(mail, file, &text)) {
        doctor_mail_from(mail);
        doctor_mail_signed(mail);
        doctor_mail_unsubscribe(mail);
        doctor_mail_id(mail);
        doctor_mail_results(mail);
    }

    buffer_free(&text);
    free(mail);
}


static int
doctor_mail_read(doctor_mail_t *mail, const char *file, buffer_t *text)
{
    int      bad;
    char     block[8192];
    FILE    *fp;
    size_t   n;

    fp = fopen(file, "re");

    if (fp == NULL) {
        doctor_say(mail->probe->report, DOCTOR_MAIL_READ, DOCTOR_ERROR,
                   mail->subject, NULL, "%.200s: %s", file, strerror(errno));
        return 0;
    }

    while ((n = fread(block, 1, sizeof(block), fp)) > 0 && !text->failed) {
        buffer_add(text, block, n);
    }

    bad = ferror(fp) || text->failed || text->len == 0;
    fclose(fp);

    if (!bad) {
        doctor_mail_headers(mail, text->data);
    }

    if (bad || mail->n == 0) {
        doctor_say(mail->probe->report, DOCTOR_MAIL_READ, DOCTOR_ERROR,
                   mail->subject, NULL, "%.200s is not a message", file);
        return 0;
    }

    doctor_say(mail->probe->report, DOCTOR_MAIL_READ, DOCTOR_OK,
               mail->subject, NULL, "the message has %u headers", mail->n);

    return 1;
}


/* Up to the first empty line; a mbox's "From " line is none of them. */

static void
doctor_mail_headers(doctor_mail_t *mail, char *text)
{
    char             *line, *rest, *colon, *end;
    doctor_header_t  *header;

    header = NULL;
    rest = text;

    while ((line = strsep(&rest, "\n")) != NULL) {
        end = line + strlen(line);

        if (end > line && end[-1] == '\r') {
            *--end = '\0';
        }

        if (*line == '\0') {
            return;
        }

        if ((*line == ' ' || *line == '\t') && header != NULL) {

            /* moved to where the line before ended */

            memmove(header->value + strlen(header->value), line,
                    strlen(line) + 1);
            header->lines++;
            continue;
        }

        colon = strchr(line, ':');

        if (colon == NULL || mail->n == DOCTOR_HEADERS_MAX) {
            continue;
        }

        *colon++ = '\0';
        header = &mail->headers[mail->n++];
        header->name = line;
        header->value = colon + strspn(colon, " \t");
        header->lines = 1;
    }
}


/* The first of that name, or the next one after it. */

static const doctor_header_t *
doctor_mail_header(const doctor_mail_t *mail, const char *name,
    const doctor_header_t *after)
{
    unsigned  i;

    i = after != NULL ? (unsigned) (after - mail->headers) + 1 : 0;

    for ( /* void */ ; i < mail->n; i++) {
        if (strcasecmp(mail->headers[i].name, name) == 0) {
            return &mail->headers[i];
        }
    }

    return NULL;
}


static void
doctor_mail_from(doctor_mail_t *mail)
{
    int                     one, same;
    char                    own[DNS_NAME_MAX + 1];
    const doctor_header_t  *from;

    from = doctor_mail_header(mail, "From", NULL);
    one = from != NULL && doctor_mail_header(mail, "From", from) == NULL;

    if (from != NULL) {
        doctor_domain_of(from->value, mail->from, sizeof(mail->from));
    }

    doctor_domain_of(mail->probe->shop->from_address, own, sizeof(own));
    same = strcasecmp(mail->from, own) == 0;

    doctor_say(mail->probe->report, DOCTOR_MAIL_FROM,
               one && same ? DOCTOR_OK : DOCTOR_ERROR, mail->subject,
               mail->from, !one ? "the message has not one From"
               : same ? "From is of the shop's domain"
                      : "From is not of the domain that the shop sends from");
}


static void
doctor_mail_signed(doctor_mail_t *mail)
{
    int                      lists, aligned;
    char                     covers[4096], value[DNS_NAME_MAX * 2 + 32];
    doctor_signature_t       got;
    doctor_report_t         *report;
    doctor_probe_t          *probe;
    const doctor_header_t   *header;

    probe = mail->probe;
    report = probe->report;
    header = NULL;
    lists = 0;
    aligned = 0;
    value[0] = '\0';

    while ((header = doctor_mail_header(mail, "DKIM-Signature", header))
           != NULL)
    {
        if (probe->nsignatures == DOCTOR_SIGNATURES
            || !doctor_tag(header->value, "d", got.domain, sizeof(got.domain))
            || !doctor_tag(header->value, "s", got.selector,
                           sizeof(got.selector)))
        {
            continue;
        }

        probe->signatures[probe->nsignatures++] = got;
        aligned |= doctor_aligned(mail->from, got.domain, 0);
        snprintf(value, sizeof(value), "d=%s s=%s", got.domain, got.selector);

        if (doctor_tag(header->value, "h", covers, sizeof(covers))) {
            lists |= doctor_mail_covers(covers, "list-unsubscribe")
                     | doctor_mail_covers(covers, "list-unsubscribe-post")
                       << 1;
        }
    }

    doctor_say(report, DOCTOR_MAIL_SIGNED,
               probe->nsignatures > 0 ? DOCTOR_OK : DOCTOR_ERROR,
               mail->subject, value, probe->nsignatures > 0
                   ? "the message has a DKIM signature"
                   : "the message has no DKIM signature");

    if (probe->nsignatures == 0) {
        return;
    }

    doctor_say(report, DOCTOR_MAIL_SIGNED_LISTS,
               lists == 3 ? DOCTOR_OK : DOCTOR_ERROR, mail->subject, NULL,
               lists == 3 ? "both list headers are signed"
                          : "%s not signed (h=)",
               lists == 0 ? "the list headers are"
               : lists == 1 ? "List-Unsubscribe-Post is"
                            : "List-Unsubscribe is");

    doctor_say(report, DOCTOR_MAIL_SIGNED_DOMAIN,
               aligned ? DOCTOR_OK : DOCTOR_ERROR, mail->subject, value,
               aligned ? "a signature is aligned with From"
                       : "no signature is aligned with From");
}


/* Is the name in "a:b:c"? */

static int
doctor_mail_covers(const char *list, const char *name)
{
    size_t  n, len;

    len = strlen(name);

    while (*list != '\0') {
        list += strspn(list, ": \t");
        n = strcspn(list, ": \t");

        if (n == len && strncasecmp(list, name, len) == 0) {
            return 1;
        }

        list += n;
    }

    return 0;
}


static void
doctor_mail_unsubscribe(doctor_mail_t *mail)
{
    int                     good;
    char                    lines[24];
    doctor_report_t        *report;
    const char             *what;
    const doctor_header_t  *header;

    report = mail->probe->report;
    header = doctor_mail_header(mail, "List-Unsubscribe", NULL);
    what = "List-Unsubscribe has an https link in one line";
    good = 1;

    if (header == NULL) {
        good = 0;
        what = "there is no List-Unsubscribe";

    } else if (strstr(header->value, "<https://") == NULL) {
        good = 0;
        what = "List-Unsubscribe has no https link";

    } else if (header->lines > 1) {
        good = 0;
        what = "List-Unsubscribe was folded";
    }

    snprintf(lines, sizeof(lines), "%u lines",
             header != NULL ? header->lines : 0);
    doctor_say(report, DOCTOR_MAIL_UNSUBSCRIBE,
               good ? DOCTOR_OK
               : header == NULL ? DOCTOR_ERROR : DOCTOR_WARNING,
               mail->subject, lines, "%s", what);

    header = doctor_mail_header(mail, "List-Unsubscribe-Post", NULL);
    good = header != NULL
           && strcmp(header->value, "List-Unsubscribe=One-Click") == 0;

    doctor_say(report, DOCTOR_MAIL_ONE_CLICK, good ? DOCTOR_OK : DOCTOR_ERROR,
               mail->subject, NULL, good ? "List-Unsubscribe-Post is right"
               : header != NULL ? "List-Unsubscribe-Post was changed"
                                : "there is no List-Unsubscribe-Post");
}


static void
doctor_mail_id(doctor_mail_t *mail)
{
    int                     good;
    char                    domain[DNS_NAME_MAX + 1];
    const doctor_header_t  *header;

    header = doctor_mail_header(mail, "Message-ID", NULL);
    domain[0] = '\0';

    if (header != NULL) {
        doctor_domain_of(header->value, domain, sizeof(domain));
    }

    good = domain[0] != '\0'
           && doctor_mail_header(mail, "Message-ID", header) == NULL
           && doctor_aligned(domain, mail->from, 0);

    doctor_say(mail->probe->report, DOCTOR_MAIL_MESSAGE_ID,
               good ? DOCTOR_OK : DOCTOR_WARNING, mail->subject, domain,
               header == NULL ? "there is no Message-ID"
               : good ? "the Message-ID is of the shop's domain"
                      : "the Message-ID is not ours");
}


/* Only the first, which the receiver itself has put there, can be trusted. */

static void
doctor_mail_results(doctor_mail_t *mail)
{
    int                     bad;
    char                    value[64];
    size_t                  i, n;
    const char             *p;
    const doctor_header_t  *header;
    static const char      *methods[] = { "spf=", "dkim=", "dmarc=" };

    header = doctor_mail_header(mail, "Authentication-Results", NULL);

    if (header == NULL) {
        doctor_say(mail->probe->report, DOCTOR_MAIL_RESULTS, DOCTOR_INFO,
                   mail->subject, NULL, "there is no Authentication-Results");
        return;
    }

    bad = 0;
    n = 0;
    value[0] = '\0';

    for (i = 0; i < 3; i++) {
        p = strcasestr(header->value, methods[i]);

        if (p == NULL) {
            continue;
        }

        bad |= strncasecmp(p + strlen(methods[i]), "pass", 4) != 0;
        n += (size_t) snprintf(value + n, sizeof(value) - n, "%s%.*s",
                               n > 0 ? " " : "",
                               (int) strspn(p, "abcdefghijklmnopqrstuvwxyz="),
                               p);

        if (n >= sizeof(value)) {
            break;
        }
    }

    doctor_say(mail->probe->report, DOCTOR_MAIL_RESULTS,
               bad ? DOCTOR_ERROR : DOCTOR_OK, mail->subject, value,
               bad ? "the receiver found something that fails"
                   : "the receiver found nothing that fails");
}
