/*
 * Copyright (C) SitePreserver developers
 */

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "log.h"
#include "mask.h"


#define LOG_LINE_MAX  1024


static const char  *log_names[] = { "error", "warn", "info", "debug" };
static atomic_int   log_level = LOG_INFO;


void
log_set_level(log_level_t level)
{
    atomic_store(&log_level, (int) level);
}


/* One write(), so that lines of several threads do not mix. */

void
log_event(log_level_t level, const char *event, const char *fmt, ...)
{
    int              n;
    char             line[LOG_LINE_MAX], when[32];
    size_t           i, len;
    va_list          ap;
    struct tm        tm;
    struct timespec  ts;

    if ((int) level > atomic_load(&log_level)) {
        return;
    }

    clock_gettime(CLOCK_REALTIME, &ts);
    gmtime_r(&ts.tv_sec, &tm);
    strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%S", &tm);

    n = snprintf(line, sizeof(line), "time=%s.%03ldZ level=%s event=%s", when,
                 ts.tv_nsec / 1000000, log_names[level], event);
    len = (size_t) n;

    if (fmt != NULL) {
        line[len++] = ' ';
        va_start(ap, fmt);
        n = vsnprintf(line + len, sizeof(line) - len - 1, fmt, ap);
        va_end(ap);

        if (n > 0) {
            len += (size_t) n < sizeof(line) - len - 1
                       ? (size_t) n : sizeof(line) - len - 2;
        }
    }

    for (i = 0; i < len; i++) {
        if ((unsigned char) line[i] < ' ' || line[i] == 0x7f) {
            line[i] = '?';
        }
    }

    line[len++] = '\n';

    if (write(STDERR_FILENO, line, len) < 0) {
        return;
    }
}


const char *
log_quote(char buf[LOG_QUOTE_MAX], const char *text)
{
    char         masked[LOG_QUOTE_MAX];
    size_t       n;
    const char  *p;

    n = 0;
    buf[n++] = '"';
    p = mask_text(text, strlen(text), NULL, masked, sizeof(masked));

    for ( /* void */ ; *p != '\0' && n < LOG_QUOTE_MAX - 3; p++) {
        if (*p == '"' || *p == '\\') {
            buf[n++] = '\\';
        }

        buf[n++] = *p;
    }

    buf[n++] = '"';
    buf[n] = '\0';

    return buf;
}
