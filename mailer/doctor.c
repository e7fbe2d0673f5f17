/*
 * Copyright (C) SitePreserver developers
 */

#include <ctype.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>
#include <strings.h>

#include "doctor.h"


#define DOCTOR_FINDINGS_MAX  4096
#define DOCTOR_SUBJECT_MAX   256


typedef struct doctor_finding_s  doctor_finding_t;

struct doctor_finding_s {
    doctor_finding_t   *next;
    doctor_id_t         id;
    doctor_severity_t   severity;
    char                subject[DOCTOR_SUBJECT_MAX];
    char                measured[DOCTOR_TEXT_MAX];
    char                what[DOCTOR_TEXT_MAX];
};


struct doctor_report_s {
    pthread_mutex_t    mutex;
    doctor_finding_t  *first;
    unsigned           n;
};


static int doctor_before(const doctor_finding_t *a, const doctor_finding_t *b);
static void doctor_clean(char *text);
static const char *doctor_severity_name(doctor_severity_t severity);


doctor_report_t *
doctor_report_create(void)
{
    doctor_report_t  *report;

    report = calloc(1, sizeof(doctor_report_t));

    if (report != NULL) {
        pthread_mutex_init(&report->mutex, NULL);
    }

    return report;
}


void
doctor_report_free(doctor_report_t *report)
{
    doctor_finding_t  *finding;

    while ((finding = report->first) != NULL) {
        report->first = finding->next;
        free(finding);
    }

    pthread_mutex_destroy(&report->mutex);
    free(report);
}


void
doctor_say(doctor_report_t *report, doctor_id_t id,
    doctor_severity_t severity, const char *subject, const char *measured,
    const char *fmt, ...)
{
    va_list             ap;
    doctor_finding_t   *finding, **p;

    finding = calloc(1, sizeof(doctor_finding_t));

    if (finding == NULL) {
        return;
    }

    finding->id = id;
    finding->severity = severity;
    snprintf(finding->subject, sizeof(finding->subject), "%s", subject);
    snprintf(finding->measured, sizeof(finding->measured), "%s",
             measured != NULL ? measured : "");
    va_start(ap, fmt);
    vsnprintf(finding->what, sizeof(finding->what), fmt, ap);
    va_end(ap);

    doctor_clean(finding->subject);
    doctor_clean(finding->measured);
    doctor_clean(finding->what);

    pthread_mutex_lock(&report->mutex);

    if (report->n == DOCTOR_FINDINGS_MAX) {
        free(finding);

    } else {
        report->n++;
        p = &report->first;

        while (*p != NULL && !doctor_before(finding, *p)) {
            p = &(*p)->next;
        }

        finding->next = *p;
        *p = finding;
    }

    pthread_mutex_unlock(&report->mutex);
}


static int
doctor_before(const doctor_finding_t *a, const doctor_finding_t *b)
{
    return a->id != b->id ? a->id < b->id : strcmp(a->subject, b->subject) < 0;
}


/* Texts of servers are in it: visible ASCII only. */

static void
doctor_clean(char *text)
{
    for ( /* void */ ; *text != '\0'; text++) {
        if (*text < ' ' || *text > 0x7e) {
            *text = '?';
        }
    }
}


json_t *
doctor_report_json(doctor_report_t *report, unsigned counts[DOCTOR_ERROR + 1])
{
    json_t            *list, *one;
    doctor_finding_t  *finding;

    list = json_array();
    memset(counts, 0, (DOCTOR_ERROR + 1) * sizeof(unsigned));

    for (finding = report->first; finding != NULL; finding = finding->next) {
        counts[finding->severity]++;
        one = json_pack("{s:s, s:s, s:s, s:s}",
                        "id", doctor_checks[finding->id].id,
                        "severity", doctor_severity_name(finding->severity),
                        "subject", finding->subject, "what", finding->what);

        if (finding->measured[0] != '\0') {
            json_object_set_new(one, "measured",
                                json_string(finding->measured));
        }

        if (finding->severity != DOCTOR_OK) {
            json_object_set_new(one, "why",
                                json_string(doctor_checks[finding->id].why));
            json_object_set_new(one, "mend",
                                json_string(doctor_checks[finding->id].mend));
        }

        json_array_append_new(list, one);
    }

    return list;
}


static const char *
doctor_severity_name(doctor_severity_t severity)
{
    static const char  *names[] = { "ok", "info", "warning", "error" };

    return names[severity];
}


int
doctor_url_host(const char *url, char *host, size_t size)
{
    size_t       i, n;
    const char  *p, *end, *at;

    p = strstr(url, "://");

    if (p == NULL) {
        return 0;
    }

    p += 3;
    n = strcspn(p, "/?#");
    at = memchr(p, '@', n);

    if (at != NULL) {
        n -= (size_t) (at + 1 - p);
        p = at + 1;
    }

    if (*p == '[') {
        end = memchr(p, ']', n);
        n = end != NULL ? (size_t) (end - p) + 1 : n;

    } else {
        end = memchr(p, ':', n);
        n = end != NULL ? (size_t) (end - p) : n;
    }

    if (n == 0 || n >= size) {
        return 0;
    }

    for (i = 0; i < n; i++) {
        host[i] = (char) tolower((unsigned char) p[i]);
    }

    host[n] = '\0';

    return 1;
}


void
doctor_domain_of(const char *address, char *domain, size_t size)
{
    size_t       n;
    const char  *at;

    at = strrchr(address, '@');
    domain[0] = '\0';

    if (at == NULL) {
        return;
    }

    for (n = 0, at++; n < size - 1
                      && (isalnum((unsigned char) *at)
                          || (*at != '\0' && strchr(".-_", *at) != NULL)); at++)
    {
        domain[n++] = (char) tolower((unsigned char) *at);
    }

    domain[n] = '\0';
}
