/*
 * Copyright (C) SitePreserver developers
 *
 * One HTTP request of the doctor, by libcurl, bounded in time and size.
 * Redirects are not followed: the caller looks where they lead.
 */

#ifndef DOCTOR_HTTP_H
#define DOCTOR_HTTP_H

#include "buffer.h"


#define DOCTOR_URL_MAX   2048
#define DOCTOR_PAGE_MAX  (2 * 1024 * 1024)


typedef struct {
    long      status;               /* 0: no answer */
    char      redirect[DOCTOR_URL_MAX];     /* absolute; "": none */
    char      error[256];           /* why there is no answer */
    double    first_byte;           /* s, from the start, with DNS and TLS */
    buffer_t  body;
    unsigned  cut:1;                /* the body is longer than we read */
} doctor_http_t;


typedef struct doctor_client_s  doctor_client_t;


/*
 * Keeps cookies and connections.  deadline: as of now_ms(); ca_file: trusted
 * in the system's place, NULL: that is.  NULL: memory.
 */

doctor_client_t *doctor_client_create(int64_t deadline, const char *ca_file);
void doctor_client_free(doctor_client_t *client);


/* post: the form that is posted, NULL: GET.  Free http->body afterwards. */

void doctor_http(doctor_client_t *client, const char *url, const char *post,
    doctor_http_t *http);


#endif /* DOCTOR_HTTP_H */
