/*
 * Copyright (C) SitePreserver developers
 */

#include <curl/curl.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "mask.h"
#include "mime.h"
#include "smtp.h"


#define SMTP_HOST_MAX  256
#define SMTP_URL_MAX   600
#define SMTP_PATH_MAX  (MIME_ADDRESS_MAX + 3)   /* with "<" and ">" */
#define SMTP_IDLE      60L          /* s that an unused connection is kept */
#define SMTP_CONNECT_TIMEOUT  60L   /* s, for TCP; the greeting has timeout */
#define SMTP_UNSENT    65536        /* bytes that the kernel holds for us */


struct smtp_s {
    CURL                 *curl;
    const config_smtp_t  *conf;
    char                  error[CURL_ERROR_SIZE];

    /* Of the message that is being sent. */

    const char           *to;
    const char           *data;
    size_t                len;
    size_t                given;    /* to libcurl */
    size_t                sent;     /* by it, to the kernel or to TLS */
    int                 (*confirm)(void *data);
    void                 *confirm_data;
    smtp_report_t        *report;
};


static int smtp_setup(smtp_t *smtp);
static int smtp_setup_tls(smtp_t *smtp);
static CURLcode smtp_perform(smtp_t *smtp, const char *from, const char *to,
    long fresh);
static int smtp_is_stale(const smtp_report_t *report);
static int smtp_socket(void *data, curl_socket_t fd, curlsocktype purpose);
static size_t smtp_read(char *buf, size_t size, size_t n, void *data);
static size_t smtp_header(char *line, size_t size, size_t n, void *data);
static int smtp_debug(CURL *curl, curl_infotype type, char *text, size_t len,
    void *data);
static void smtp_said(smtp_report_t *report, const char *text, size_t len);
static void smtp_bad_reply(smtp_t *smtp, int code, const char *line,
    size_t len);


static const char  *smtp_stages[] = {
    "connect", "ehlo", "starttls", "auth", "mail", "rcpt", "data", "body",
    "dot"
};


smtp_t *
smtp_create(const config_smtp_t *conf)
{
    smtp_t  *smtp;

    smtp = calloc(1, sizeof(smtp_t));

    if (smtp == NULL) {
        return NULL;
    }

    smtp->conf = conf;
    smtp->curl = curl_easy_init();

    if (smtp->curl == NULL || !smtp_setup(smtp)) {
        smtp_free(smtp);
        return NULL;
    }

    return smtp;
}


static int
smtp_setup(smtp_t *smtp)
{
    int                   rc;
    CURL                 *curl;
    char                  url[SMTP_URL_MAX], host[SMTP_HOST_MAX];
    const char           *helo;
    const config_smtp_t  *conf;

    curl = smtp->curl;
    conf = smtp->conf;
    helo = conf->helo;

    if (helo == NULL) {
        if (gethostname(host, sizeof(host)) != 0) {
            strcpy(host, "localhost");
        }

        host[sizeof(host) - 1] = '\0';
        helo = host;
    }

    snprintf(url, sizeof(url), strchr(conf->host, ':') != NULL
                                   ? "%s://[%s]:%u/%s" : "%s://%s:%u/%s",
             conf->implicit_tls ? "smtps" : "smtp", conf->host, conf->port,
             helo);

    rc = curl_easy_setopt(curl, CURLOPT_URL, url)
         || curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L)
         || curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L)
         || curl_easy_setopt(curl, CURLOPT_PROXY, "")
         || curl_easy_setopt(curl, CURLOPT_SOCKOPTFUNCTION, smtp_socket)
         || curl_easy_setopt(curl, CURLOPT_READFUNCTION, smtp_read)
         || curl_easy_setopt(curl, CURLOPT_READDATA, smtp)
         || curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, smtp_header)
         || curl_easy_setopt(curl, CURLOPT_HEADERDATA, smtp)
         || curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, smtp_debug)
         || curl_easy_setopt(curl, CURLOPT_DEBUGDATA, smtp)
         || curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L)
         || curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, smtp->error)
         || curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT,
                             SMTP_CONNECT_TIMEOUT + conf->timeout)
         || curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L)
         || curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME,
                             conf->final_timeout > conf->timeout
                                 ? conf->final_timeout : conf->timeout)
         || curl_easy_setopt(curl, CURLOPT_MAXAGE_CONN, SMTP_IDLE)
         || curl_easy_setopt(curl, CURLOPT_MAXCONNECTS, 1L);

    if (rc == 0 && conf->user != NULL) {
        rc = curl_easy_setopt(curl, CURLOPT_USERNAME, conf->user)
             || curl_easy_setopt(curl, CURLOPT_PASSWORD, conf->password)
             || curl_easy_setopt(curl, CURLOPT_LOGIN_OPTIONS,
                                 "AUTH=PLAIN;AUTH=LOGIN")
             || curl_easy_setopt(curl, CURLOPT_SASL_IR, 1L);
    }

    return rc == 0 && smtp_setup_tls(smtp);
}


/* Opportunistic TLS is not verified: the alternative is no TLS (RFC 7435). */

static int
smtp_setup_tls(smtp_t *smtp)
{
    int                   rc;
    long                  verify;
    CURL                 *curl;
    const config_smtp_t  *conf;

    curl = smtp->curl;
    conf = smtp->conf;
    verify = conf->tls == CONFIG_TLS_REQUIRED;

    rc = curl_easy_setopt(curl, CURLOPT_USE_SSL,
                          conf->tls == CONFIG_TLS_NONE ? (long) CURLUSESSL_NONE
                          : verify ? (long) CURLUSESSL_ALL
                                   : (long) CURLUSESSL_TRY)
         || curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, verify)
         || curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, verify ? 2L : 0L)
         || curl_easy_setopt(curl, CURLOPT_SSLVERSION,
                             (long) CURL_SSLVERSION_TLSv1_2);

    if (rc == 0 && conf->ca_file != NULL) {
        rc = (int) curl_easy_setopt(curl, CURLOPT_CAINFO, conf->ca_file);
    }

    return rc == 0;
}


void
smtp_send(smtp_t *smtp, const char *from, const char *to, const char *data,
    size_t len, int (*confirm)(void *data), void *confirm_data,
    smtp_report_t *report)
{
    CURLcode  rc;

    smtp->to = to;
    smtp->data = data;
    smtp->len = len;
    smtp->confirm = confirm;
    smtp->confirm_data = confirm_data;
    smtp->report = report;

    rc = smtp_perform(smtp, from, to, 0L);

    if (rc != CURLE_OK && smtp_is_stale(report)) {
        rc = smtp_perform(smtp, from, to, 1L);
    }

    if (rc != CURLE_OK && report->text[0] == '\0') {
        snprintf(report->text, sizeof(report->text), "%.150s",
                 smtp->error[0] != '\0' ? smtp->error
                                        : curl_easy_strerror(rc));
    }
}


static CURLcode
smtp_perform(smtp_t *smtp, const char *from, const char *to, long fresh)
{
    CURL               *curl;
    char                sender[SMTP_PATH_MAX], recipient[SMTP_PATH_MAX];
    long                connects;
    CURLcode            rc;
    struct curl_slist  *rcpt;

    curl = smtp->curl;
    smtp->given = 0;
    smtp->sent = 0;
    smtp->error[0] = '\0';
    memset(smtp->report, 0, sizeof(smtp_report_t));

    if (snprintf(recipient, SMTP_PATH_MAX, "<%s>", to) >= SMTP_PATH_MAX
        || snprintf(sender, SMTP_PATH_MAX, "<%s>", from) >= SMTP_PATH_MAX)
    {
        strcpy(smtp->report->text, "an address is too long");
        return CURLE_BAD_FUNCTION_ARGUMENT;
    }

    rcpt = curl_slist_append(NULL, recipient);

    if (rcpt == NULL
        || curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, rcpt) != CURLE_OK
        || curl_easy_setopt(curl, CURLOPT_MAIL_FROM, sender) != CURLE_OK
        || curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, fresh) != CURLE_OK
        || curl_easy_setopt(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT,
                            smtp->conf->timeout) != CURLE_OK
        || curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE,
                            (curl_off_t) smtp->len) != CURLE_OK)
    {
        curl_slist_free_all(rcpt);
        return CURLE_OUT_OF_MEMORY;
    }

    rc = curl_easy_perform(curl);

    if (curl_easy_getinfo(curl, CURLINFO_NUM_CONNECTS, &connects) == CURLE_OK)
    {
        smtp->report->reused = connects == 0;
    }

    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, NULL);
    curl_slist_free_all(rcpt);

    /* What failed was to send the final dot: nobody can have got it. */

    if (rc == CURLE_SEND_ERROR && smtp->report->stage == SMTP_DOT
        && smtp->report->final == 0)
    {
        smtp->report->stage = SMTP_BODY;
    }

    return rc;
}


/* A server may close a connection that was idle; 421 says so (RFC 5321 3.8). */

static int
smtp_is_stale(const smtp_report_t *report)
{
    return report->reused && !report->asked
           && (report->code == 0 || report->code == 421);
}


/*
 * What the kernel has taken and not sent may be on its way, for all we know:
 * the less it is, the less is in doubt.
 */

static int
smtp_socket(void *data, curl_socket_t fd, curlsocktype purpose)
{
    int  size;

    size = SMTP_UNSENT / 2;         /* Linux doubles it: socket(7) */
    (void) setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));

    return CURL_SOCKOPT_OK;
}


static size_t
smtp_read(char *buf, size_t size, size_t n, void *data)
{
    size_t          len;
    smtp_t         *smtp;
    smtp_report_t  *report;

    smtp = data;
    report = smtp->report;

    if (!report->asked) {
        report->asked = 1;
        report->stage = SMTP_BODY;

        if (!smtp->confirm(smtp->confirm_data)) {
            report->stopped = 1;
            return CURL_READFUNC_ABORT;
        }
    }

    len = smtp->len - smtp->given;

    if (len == 0) {
        return 0;
    }

    if (len > size * n) {
        len = size * n;
    }

    memcpy(buf, smtp->data + smtp->given, len);
    smtp->given += len;

    if (smtp->given == smtp->len) {

        /* From here on the server may need longer (RFC 5321 4.5.3.2.6). */

        curl_easy_setopt(smtp->curl, CURLOPT_SERVER_RESPONSE_TIMEOUT,
                         smtp->conf->final_timeout);
    }

    return len;
}


/* Every line of every reply. */

static size_t
smtp_header(char *line, size_t size, size_t n, void *data)
{
    int             code, whole;
    size_t          len;
    smtp_t         *smtp;
    smtp_report_t  *report;

    smtp = data;
    report = smtp->report;
    len = size * n;

    if (len < 3 || line[0] < '2' || line[0] > '5' || line[1] < '0'
        || line[1] > '9' || line[2] < '0' || line[2] > '9')
    {
        return len;
    }

    code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
    whole = len == 3 || line[3] != '-';

    if (report->stage == SMTP_DOT && whole && report->final == 0) {
        report->final = code;
    }

    if (code >= 400 && report->code == 0) {
        smtp_bad_reply(smtp, code, line + 3, len - 3);
    }

    return len;
}


static void
smtp_bad_reply(smtp_t *smtp, int code, const char *line, size_t len)
{
    size_t          n;
    smtp_report_t  *report;

    report = smtp->report;
    report->code = code;
    report->code_stage = report->stage;

    if (len > 0 && (*line == ' ' || *line == '-')) {
        line++;
        len--;
    }

    /* "5.1.1 No such user": class, subject and detail, dots between. */

    for (n = 0; n < len && (line[n] == '.' || (line[n] >= '0'
                                               && line[n] <= '9')); n++)
    {
        /* void */
    }

    if (n >= 5 && n < sizeof(report->enhanced) && line[1] == '.'
        && (line[0] == '4' || line[0] == '5'))
    {
        memcpy(report->enhanced, line, n);
        report->enhanced[n] = '\0';
    }

    (void) mask_text(line, len, smtp->to, report->text, sizeof(report->text));
}


/*
 * Commands as they are sent, to know what a reply answers; and how much of the
 * body has left libcurl.  It sends the final dot only when all of it has.
 * (Where dots were stuffed the end is a few bytes later: the safe side.)
 */

static int
smtp_debug(CURL *curl, curl_infotype type, char *text, size_t len, void *data)
{
    smtp_t         *smtp;
    smtp_report_t  *report;

    smtp = data;
    report = smtp->report;

    if (report == NULL) {
        return 0;
    }

    if (type == CURLINFO_HEADER_OUT && !report->asked) {
        smtp_said(report, text, len);
    }

    if (type == CURLINFO_DATA_OUT && report->stage == SMTP_BODY) {
        smtp->sent += len;

        if (smtp->given == smtp->len && smtp->sent >= smtp->len) {
            report->stage = SMTP_DOT;
        }
    }

    return 0;
}


static void
smtp_said(smtp_report_t *report, const char *text, size_t len)
{
    size_t          i;
    static struct {
        const char    *verb;
        size_t         len;
        smtp_stage_t   stage;
    } verbs[] = {
        { "EHLO ", 5, SMTP_EHLO },
        { "HELO ", 5, SMTP_EHLO },
        { "STARTTLS", 8, SMTP_STARTTLS },
        { "AUTH ", 5, SMTP_AUTH },
        { "MAIL FROM:", 10, SMTP_MAIL },
        { "RCPT TO:", 8, SMTP_RCPT },
        { "DATA", 4, SMTP_DATA },
    };

    for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        if (len >= verbs[i].len
            && strncasecmp(text, verbs[i].verb, verbs[i].len) == 0)
        {
            report->stage = verbs[i].stage;

            /* what was refused before this was got over */

            if (verbs[i].stage == SMTP_MAIL) {
                report->code = 0;
                report->enhanced[0] = '\0';
                report->text[0] = '\0';
            }

            break;
        }
    }
}


void
smtp_free(smtp_t *smtp)
{
    if (smtp == NULL) {
        return;
    }

    /* QUIT may be said now: there is no report any more. */

    smtp->report = NULL;

    if (smtp->curl != NULL) {
        curl_easy_setopt(smtp->curl, CURLOPT_HEADERFUNCTION, NULL);
        curl_easy_setopt(smtp->curl, CURLOPT_HEADERDATA, NULL);
        curl_easy_setopt(smtp->curl, CURLOPT_VERBOSE, 0L);
        curl_easy_cleanup(smtp->curl);
    }

    free(smtp);
}


const char *
smtp_stage_name(smtp_stage_t stage)
{
    return smtp_stages[stage];
}
