/*
 * Copyright (C) SitePreserver developers
 *
 * A relay as `run` would meet it, up to and without MAIL: no message is sent.
 */

#define _GNU_SOURCE                 /* strptime(), timegm() */

#include <ctype.h>
#include <curl/curl.h>
#include <stdlib.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "doctor.h"


#define DOCTOR_SOON  (14 * 86400)   /* s that a certificate should last */


/* What the last EHLO was answered with. */

typedef struct {
    const doctor_probe_t  *probe;
    const config_smtp_t   *smtp;
    unsigned               greeted:1;
    unsigned               secure:1;        /* TLS was begun */
    unsigned               starttls:1;      /* offered, in any EHLO */
    unsigned               utf8:1;
    unsigned               mime8:1;
    unsigned               pipelining:1;
    unsigned               size:1;          /* offered */
    unsigned long          size_max;        /* 0: no limit */
    char                   auth[128];
    time_t                 expires;         /* of the certificate; 0: none */
    char                   error[CURL_ERROR_SIZE];
} doctor_ehlo_t;


static CURLcode doctor_relay_try(doctor_ehlo_t *ehlo, int verify, int login);
static int doctor_relay_setup(CURL *curl, doctor_ehlo_t *ehlo, int verify,
    int login);
static size_t doctor_relay_line(char *line, size_t size, size_t n, void *data);
static int doctor_relay_debug(CURL *curl, curl_infotype type, char *text,
    size_t len, void *data);
static void doctor_relay_certificate(CURL *curl, doctor_ehlo_t *ehlo);
static int doctor_relay_is_local(const char *host);
static void doctor_relay_tls(doctor_ehlo_t *ehlo, CURLcode verified);
static void doctor_relay_login(doctor_ehlo_t *ehlo, int verified);
static void doctor_relay_size(doctor_ehlo_t *ehlo);
static void doctor_relay_offers(doctor_ehlo_t *ehlo);


void
doctor_relay(const doctor_probe_t *probe)
{
    CURLcode        rc, verified;
    doctor_ehlo_t   ehlo;

    memset(&ehlo, 0, sizeof(doctor_ehlo_t));
    ehlo.probe = probe;
    ehlo.smtp = probe->smtp;

    verified = doctor_relay_try(&ehlo, 1, 0);
    rc = verified;

    if (rc == CURLE_PEER_FAILED_VERIFICATION || rc == CURLE_SSL_CACERT_BADFILE)
    {
        rc = doctor_relay_try(&ehlo, 0, 0);
    }

    if (rc != CURLE_OK && !(rc == CURLE_USE_SSL_FAILED && ehlo.greeted)) {
        doctor_say(probe->report, DOCTOR_RELAY_REACHED, DOCTOR_ERROR,
                   probe->smtp->name, NULL, "%s:%u: %.200s", probe->smtp->host,
                   probe->smtp->port, ehlo.error[0] != '\0'
                       ? ehlo.error : curl_easy_strerror(rc));
        return;
    }

    doctor_say(probe->report, DOCTOR_RELAY_REACHED, DOCTOR_OK,
               probe->smtp->name, NULL, "%s:%u answers", probe->smtp->host,
               probe->smtp->port);

    doctor_relay_tls(&ehlo, verified);
    doctor_relay_size(&ehlo);
    doctor_relay_offers(&ehlo);
    doctor_relay_login(&ehlo, verified == CURLE_OK && ehlo.secure);
}


static CURLcode
doctor_relay_try(doctor_ehlo_t *ehlo, int verify, int login)
{
    CURL      *curl;
    CURLcode   rc;

    curl = curl_easy_init();
    ehlo->error[0] = '\0';
    ehlo->secure = ehlo->smtp->implicit_tls;

    if (curl == NULL || !doctor_relay_setup(curl, ehlo, verify, login)) {
        curl_easy_cleanup(curl);
        return CURLE_OUT_OF_MEMORY;
    }

    rc = curl_easy_perform(curl);
    doctor_relay_certificate(curl, ehlo);
    curl_easy_setopt(curl, CURLOPT_VERBOSE, 0L);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, NULL);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, NULL);
    curl_easy_cleanup(curl);

    return rc;
}


static int
doctor_relay_setup(CURL *curl, doctor_ehlo_t *ehlo, int verify, int login)
{
    int                   rc;
    char                  host[256], url[600];
    long                  tls;
    int64_t               left;
    const config_smtp_t  *smtp;

    smtp = ehlo->smtp;
    snprintf(host, sizeof(host), "localhost");

    if (smtp->helo != NULL) {
        snprintf(host, sizeof(host), "%s", smtp->helo);

    } else if (gethostname(host, sizeof(host) - 1) != 0) {
        snprintf(host, sizeof(host), "localhost");
    }

    snprintf(url, sizeof(url), strchr(smtp->host, ':') != NULL
                                   ? "%s://[%s]:%u/%.255s"
                                   : "%s://%s:%u/%.255s",
             smtp->implicit_tls ? "smtps" : "smtp", smtp->host, smtp->port,
             host);

    left = ehlo->probe->deadline - now_ms();
    tls = smtp->tls == CONFIG_TLS_NONE ? (long) CURLUSESSL_NONE
          : login && smtp->tls == CONFIG_TLS_REQUIRED ? (long) CURLUSESSL_ALL
                                                      : (long) CURLUSESSL_TRY;

    rc = curl_easy_setopt(curl, CURLOPT_URL, url)
         || curl_easy_setopt(curl, CURLOPT_CONNECT_ONLY, 1L)
         || curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L)
         || curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L)
         || curl_easy_setopt(curl, CURLOPT_PROXY, "")
         || curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS,
                             left > 0 ? (long) left : 1L)
         || curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, doctor_relay_line)
         || curl_easy_setopt(curl, CURLOPT_HEADERDATA, ehlo)
         || curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, doctor_relay_debug)
         || curl_easy_setopt(curl, CURLOPT_DEBUGDATA, ehlo)
         || curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L)
         || curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, ehlo->error)
         || curl_easy_setopt(curl, CURLOPT_CERTINFO, 1L)
         || curl_easy_setopt(curl, CURLOPT_USE_SSL, tls)
         || curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, (long) verify)
         || curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, verify ? 2L : 0L)
         || curl_easy_setopt(curl, CURLOPT_SSLVERSION,
                             (long) CURL_SSLVERSION_TLSv1_2);

    if (rc == 0 && smtp->ca_file != NULL) {
        rc = (int) curl_easy_setopt(curl, CURLOPT_CAINFO, smtp->ca_file);
    }

    if (rc == 0 && login) {
        rc = curl_easy_setopt(curl, CURLOPT_USERNAME, smtp->user)
             || curl_easy_setopt(curl, CURLOPT_PASSWORD, smtp->password)
             || curl_easy_setopt(curl, CURLOPT_LOGIN_OPTIONS,
                                 "AUTH=PLAIN;AUTH=LOGIN")
             || curl_easy_setopt(curl, CURLOPT_SASL_IR, 1L);
    }

    return rc == 0;
}


/* A line of a reply: of the greeting, or of EHLO's. */

static size_t
doctor_relay_line(char *line, size_t size, size_t n, void *data)
{
    char            word[160];
    size_t          len;
    doctor_ehlo_t  *ehlo;

    ehlo = data;
    len = size * n;

    if (len < 5 || line[0] != '2' || line[1] < '2' || line[1] > '5') {
        return len;
    }

    ehlo->greeted = 1;
    snprintf(word, sizeof(word), "%.*s", (int) (len - 4), line + 4);
    word[strcspn(word, "\r\n")] = '\0';

    if (strcasecmp(word, "STARTTLS") == 0) {
        ehlo->starttls = 1;

    } else if (strcasecmp(word, "SMTPUTF8") == 0) {
        ehlo->utf8 = 1;

    } else if (strcasecmp(word, "8BITMIME") == 0) {
        ehlo->mime8 = 1;

    } else if (strcasecmp(word, "PIPELINING") == 0) {
        ehlo->pipelining = 1;

    } else if (strncasecmp(word, "SIZE", 4) == 0
               && (word[4] == ' ' || word[4] == '\0'))
    {
        ehlo->size = 1;
        ehlo->size_max = strtoul(word + 4, NULL, 10);

    } else if (strncasecmp(word, "AUTH ", 5) == 0) {
        snprintf(ehlo->auth, sizeof(ehlo->auth), "%.127s", word + 5);
    }

    return len;
}


/* What was offered before TLS does not count after it (RFC 3207 4.2). */

static int
doctor_relay_debug(CURL *curl, curl_infotype type, char *text, size_t len,
    void *data)
{
    doctor_ehlo_t  *ehlo;

    ehlo = data;

    if (type != CURLINFO_HEADER_OUT) {
        return 0;
    }

    if (len >= 8 && strncasecmp(text, "STARTTLS", 8) == 0) {
        ehlo->secure = 1;
    }

    if (len >= 5 && strncasecmp(text, "EHLO ", 5) == 0) {
        ehlo->utf8 = 0;
        ehlo->mime8 = 0;
        ehlo->pipelining = 0;
        ehlo->size = 0;
        ehlo->size_max = 0;
        ehlo->auth[0] = '\0';
    }

    return 0;
}


/* The first certificate is the server's own. */

static void
doctor_relay_certificate(CURL *curl, doctor_ehlo_t *ehlo)
{
    struct tm               tm;
    struct curl_slist      *line;
    struct curl_certinfo   *info;

    info = NULL;

    if (curl_easy_getinfo(curl, CURLINFO_CERTINFO, &info) != CURLE_OK
        || info == NULL || info->num_of_certs < 1)
    {
        return;
    }

    for (line = info->certinfo[0]; line != NULL; line = line->next) {
        if (strncmp(line->data, "Expire date:", 12) == 0) {
            memset(&tm, 0, sizeof(tm));

            if (strptime(line->data + 12, "%b %d %H:%M:%S %Y", &tm) != NULL) {
                ehlo->expires = timegm(&tm);
            }
        }
    }
}


static int
doctor_relay_is_local(const char *host)
{
    return strcmp(host, "localhost") == 0 || strcmp(host, "::1") == 0
           || strncmp(host, "127.", 4) == 0;
}


static void
doctor_relay_tls(doctor_ehlo_t *ehlo, CURLcode verified)
{
    int                     local, required;
    char                    value[32];
    long                    days;
    doctor_report_t        *report;
    const config_smtp_t    *smtp;

    smtp = ehlo->smtp;
    report = ehlo->probe->report;
    local = doctor_relay_is_local(smtp->host);
    required = smtp->tls == CONFIG_TLS_REQUIRED;

    if (!ehlo->secure) {
        doctor_say(report, DOCTOR_RELAY_TLS,
                   required ? DOCTOR_ERROR
                   : local ? DOCTOR_INFO : DOCTOR_WARNING, smtp->name, "none",
                   "%s%s", ehlo->starttls
                       ? "the relay offers STARTTLS, and tls = none"
                       : "the relay offers no STARTTLS",
                   local ? "; it is this host" : "");
        return;
    }

    doctor_say(report, DOCTOR_RELAY_TLS, DOCTOR_OK, smtp->name,
               smtp->implicit_tls ? "implicit" : "STARTTLS",
               "the relay speaks TLS");

    if (verified == CURLE_OK) {
        doctor_say(report, DOCTOR_RELAY_CERTIFICATE, DOCTOR_OK, smtp->name,
                   NULL, "its certificate is right");

    } else {
        doctor_say(report, DOCTOR_RELAY_CERTIFICATE,
                   required ? DOCTOR_ERROR
                   : local ? DOCTOR_INFO : DOCTOR_WARNING, smtp->name, NULL,
                   "its certificate cannot be verified for \"%s\"%s",
                   smtp->host, required ? ": no mail can be sent"
                                        : ", and need not be");
    }

    if (ehlo->expires != 0) {
        days = (long) ((ehlo->expires - time(NULL)) / 86400);
        snprintf(value, sizeof(value), "%ld days", days);

        doctor_say(report, DOCTOR_RELAY_EXPIRES,
                   ehlo->expires > time(NULL) + DOCTOR_SOON ? DOCTOR_OK
                   : required && ehlo->expires < time(NULL) ? DOCTOR_ERROR
                                                            : DOCTOR_WARNING,
                   smtp->name, value, "its certificate %s",
                   ehlo->expires < time(NULL) ? "has ended"
                                              : "ends in that time");
    }
}


/* As `run` logs in: over verified TLS, or to this host. */

static void
doctor_relay_login(doctor_ehlo_t *ehlo, int verified)
{
    CURLcode              rc;
    doctor_report_t      *report;
    const config_smtp_t  *smtp;

    smtp = ehlo->smtp;
    report = ehlo->probe->report;

    if (smtp->user == NULL) {
        doctor_say(report, DOCTOR_RELAY_AUTH, DOCTOR_OK, smtp->name,
                   ehlo->auth, "no login is asked for in the configuration");
        return;
    }

    if (strcasestr(ehlo->auth, "PLAIN") == NULL
        && strcasestr(ehlo->auth, "LOGIN") == NULL)
    {
        doctor_say(report, DOCTOR_RELAY_AUTH, DOCTOR_ERROR, smtp->name,
                   ehlo->auth, "the relay offers neither AUTH PLAIN nor AUTH "
                   "LOGIN");
        return;
    }

    if (!verified && !doctor_relay_is_local(smtp->host)) {
        doctor_say(report, DOCTOR_RELAY_AUTH, DOCTOR_ERROR, smtp->name,
                   ehlo->auth, "the password is not said without verified "
                   "TLS");
        return;
    }

    rc = doctor_relay_try(ehlo, verified, 1);
    doctor_say(report, DOCTOR_RELAY_AUTH,
               rc == CURLE_OK ? DOCTOR_OK : DOCTOR_ERROR, smtp->name, NULL,
               "the login %s%s", rc == CURLE_OK ? "is right" : "fails: ",
               rc == CURLE_OK ? "" : curl_easy_strerror(rc));
}


static void
doctor_relay_size(doctor_ehlo_t *ehlo)
{
    char  value[32];

    snprintf(value, sizeof(value), "%lu", ehlo->size_max);

    if (!ehlo->size || ehlo->size_max == 0) {
        doctor_say(ehlo->probe->report, DOCTOR_RELAY_SIZE, DOCTOR_OK,
                   ehlo->smtp->name, NULL, "the relay names no largest size");

    } else {
        doctor_say(ehlo->probe->report, DOCTOR_RELAY_SIZE,
                   ehlo->size_max >= MESSAGE_SIZE_MAX ? DOCTOR_OK
                                                      : DOCTOR_ERROR,
                   ehlo->smtp->name, value, "the relay takes messages of %s "
                   "bytes; ours have at most %d", value, MESSAGE_SIZE_MAX);
    }
}


static void
doctor_relay_offers(doctor_ehlo_t *ehlo)
{
    size_t  i;
    struct {
        doctor_id_t   id;
        int           there;
        const char   *name;
    } offers[] = {
        { DOCTOR_RELAY_8BITMIME, ehlo->mime8, "8BITMIME" },
        { DOCTOR_RELAY_SMTPUTF8, ehlo->utf8, "SMTPUTF8" },
        { DOCTOR_RELAY_PIPELINING, ehlo->pipelining, "PIPELINING" },
    };

    for (i = 0; i < sizeof(offers) / sizeof(offers[0]); i++) {
        doctor_say(ehlo->probe->report, offers[i].id,
                   offers[i].there ? DOCTOR_OK : DOCTOR_INFO,
                   ehlo->smtp->name, NULL, "the relay offers %s%s",
                   offers[i].there ? "" : "no ", offers[i].name);
    }
}
