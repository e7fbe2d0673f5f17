/*
 * Copyright (C) SitePreserver developers
 */

#include <curl/curl.h>
#include <stdlib.h>

#include "dns.h"
#include "doctor_http.h"


struct doctor_client_s {
    CURL     *curl;
    int64_t   deadline;
    char      error[CURL_ERROR_SIZE];
};


static size_t doctor_http_body(char *data, size_t size, size_t n, void *to);
static void doctor_http_result(doctor_client_t *client, CURLcode rc,
    doctor_http_t *http);


doctor_client_t *
doctor_client_create(int64_t deadline, const char *ca_file)
{
    CURL             *curl;
    doctor_client_t  *client;

    client = calloc(1, sizeof(doctor_client_t));
    curl = curl_easy_init();

    if (client == NULL || curl == NULL
        || curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L)
        || curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L)
        || curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https")
        || curl_easy_setopt(curl, CURLOPT_COOKIEFILE, "")
        || curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "")
        || curl_easy_setopt(curl, CURLOPT_USERAGENT,
                            "Mozilla/5.0 (compatible; sitepreserver-doctor)")
        || (ca_file != NULL
            && curl_easy_setopt(curl, CURLOPT_CAINFO, ca_file))
        || curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, doctor_http_body)
        || curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, client->error))
    {
        curl_easy_cleanup(curl);
        free(client);
        return NULL;
    }

    client->curl = curl;
    client->deadline = deadline;

    return client;
}


void
doctor_client_free(doctor_client_t *client)
{
    if (client != NULL) {
        curl_easy_cleanup(client->curl);
        free(client);
    }
}


void
doctor_http(doctor_client_t *client, const char *url, const char *post,
    doctor_http_t *http)
{
    CURL     *curl;
    int64_t   left;
    CURLcode  rc;

    memset(http, 0, sizeof(doctor_http_t));
    buffer_init(&http->body, DOCTOR_PAGE_MAX);

    curl = client->curl;
    client->error[0] = '\0';
    left = client->deadline - now_ms();

    if (left <= 0) {
        snprintf(http->error, sizeof(http->error), "no time left");
        return;
    }

    if (post != NULL) {
        rc = curl_easy_setopt(curl, CURLOPT_POSTFIELDS, post);

    } else {
        rc = curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
    }

    if (rc != CURLE_OK
        || curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long) left)
        || curl_easy_setopt(curl, CURLOPT_WRITEDATA, http)
        || curl_easy_setopt(curl, CURLOPT_URL, url))
    {
        snprintf(http->error, sizeof(http->error), "out of memory");
        return;
    }

    rc = curl_easy_perform(curl);
    doctor_http_result(client, rc, http);
}


static void
doctor_http_result(doctor_client_t *client, CURLcode rc, doctor_http_t *http)
{
    long         status;
    char        *to;
    curl_off_t   first;

    status = 0;
    to = NULL;
    first = 0;
    curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(client->curl, CURLINFO_REDIRECT_URL, &to);
    curl_easy_getinfo(client->curl, CURLINFO_STARTTRANSFER_TIME_T, &first);

    http->first_byte = (double) first / 1e6;

    if (rc == CURLE_OK || (rc == CURLE_WRITE_ERROR && http->cut)) {
        http->status = status;

        if (to != NULL) {
            snprintf(http->redirect, sizeof(http->redirect), "%s", to);
        }

    } else {
        snprintf(http->error, sizeof(http->error), "%s",
                 client->error[0] != '\0' ? client->error
                                          : curl_easy_strerror(rc));
    }
}


static size_t
doctor_http_body(char *data, size_t size, size_t n, void *to)
{
    doctor_http_t  *http;

    http = to;
    buffer_add(&http->body, data, size * n);

    if (http->body.failed) {
        http->cut = 1;
        return 0;
    }

    return size * n;
}
