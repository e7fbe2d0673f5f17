/*
 * Copyright (C) SitePreserver developers
 *
 * The log: lines of key=value on standard error, where systemd's journal
 * takes them.  No address is ever logged: what belongs to a person is named
 * by its keyed hash.
 */

#ifndef LOG_H
#define LOG_H


typedef enum {
    LOG_ERROR = 0,
    LOG_WARN,
    LOG_INFO,
    LOG_DEBUG
} log_level_t;


/* Lines above this level are dropped; LOG_INFO at first. */

void log_set_level(log_level_t level);


/*
 * One line: time, level, event, then what fmt makes ("key=value ...", values
 * that may hold spaces through log_quote()).  fmt may be NULL.  Control
 * characters become "?", so that a line stays a line.  Any thread.
 */

void log_event(log_level_t level, const char *event, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));


#define LOG_QUOTE_MAX  256


/*
 * A value in quotes, with quotes and backslashes escaped, cut to fit, without
 * addresses (mask_text()).  Returns buf.
 */

const char *log_quote(char buf[LOG_QUOTE_MAX], const char *text);


#endif /* LOG_H */
