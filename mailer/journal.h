/*
 * Copyright (C) SitePreserver developers
 *
 * What the mailer itself must not forget, in its state directory, whatever
 * becomes of Redis:
 *
 *     suppressions    "TIME SHOP SHOPPER REASON [UNTIL]", appended; REASON "-"
 *                     takes a suppression back; one with an end does not
 *                     shorten one without
 *     not-me          "TIME SHOP SHOPPER not_me", appended: who said that the
 *                     cart was somebody else's
 *     withdrawals     "TIME SHOP SHOPPER HOW", appended: who took consent back,
 *                     and how: "checkout", "operator", ...
 *     shops           "SHOP FINGERPRINT": this shop existed
 *
 * Lines are appended with one write() and fsynced, so that several processes
 * can do it at once.  They hold no address.
 */

#ifndef JOURNAL_H
#define JOURNAL_H

#include "inbox.h"
#include "sp_call.h"
#include "sp_secret.h"


#define JOURNAL_REASON_MAX  32
#define JOURNAL_LINE_MAX    256


typedef struct journal_s        journal_t;
typedef struct journal_entry_s  journal_entry_t;


/* A line that the journal's thread writes. */

struct journal_entry_s {
    journal_entry_t  *next;
    const char       *file;         /* one of those above */
    char              line[JOURNAL_LINE_MAX];
    int               error;        /* errno, 0: it is on disk */
    inbox_call_t      done;         /* called on the loop */
};


/* Is this directory there, and may we write in it?  0: err says why not. */

int journal_check(const char *dir, sp_error_t *err);


/* Starts the thread that writes for the loop.  NULL: no memory or thread. */

journal_t *journal_create(const char *dir, inbox_t *inbox);


/* Writes an entry; its done is called when it is on disk, or failed. */

void journal_append(journal_t *journal, journal_entry_t *entry);


/* Writes what waits, then ends the thread; done is not called any more. */

void journal_free(journal_t *journal);


/*
 * The lines.  at: Unix time, s; reason NULL: taken back.  A pause has the
 * reason "paused" and ends, at until.  The time of a "not me" is written as the
 * beginning of ten minutes.
 */

void journal_suppression_line(char line[JOURNAL_LINE_MAX], int64_t at,
    const char *shop, const sp_id_t *shopper, const char *reason);
void journal_pause_line(char line[JOURNAL_LINE_MAX], int64_t at,
    const char *shop, const sp_id_t *shopper, int64_t until);
void journal_not_me_line(char line[JOURNAL_LINE_MAX], int64_t at,
    const char *shop, const sp_id_t *shopper);
void journal_withdrawal_line(char line[JOURNAL_LINE_MAX], const char *shop,
    const sp_withdrawal_t *withdrawal);
void journal_shop_line(char line[JOURNAL_LINE_MAX], const char *shop,
    const char *fingerprint);


/* The same at once, for commands.  0 or errno. */

int journal_write(const char *dir, const char *file, const char *line);


/* Any number of lines at once: len bytes of text, which end in a newline. */

int journal_write_lines(const char *dir, const char *file, const char *text,
    size_t len);


/*
 * Calls each() for every suppression, in the order of the file; lines that are
 * not whole are skipped.  until: Unix time, s; 0: for ever.  Gives their
 * number, -1 if the file cannot be read (a file that is not there is empty).
 */

typedef void (*journal_each_pt)(void *data, int64_t at, const char *shop,
    const sp_id_t *shopper, const char *reason, int64_t until);

long journal_suppressions(const char *dir, journal_each_pt each, void *data);


/* The same of withdrawals, with how as the reason, and of "not me". */

long journal_withdrawals(const char *dir, journal_each_pt each, void *data);

long journal_not_me(const char *dir, journal_each_pt each, void *data);


/*
 * The call that tells Redis of one of them: with an end, Unix time in s, a
 * pause; without a reason, that it was taken back, at that time in s: what came
 * after it stays.
 */

sp_rc_t journal_suppression_call(sp_call_t *call, const sp_pool_t *pool,
    const sp_str_t *shop, const sp_id_t *shopper, int64_t at,
    const char *reason, int64_t until);


/* The same of a withdrawal: at, Unix time in s; how, its word. */

sp_rc_t journal_withdrawal_call(sp_call_t *call, const sp_pool_t *pool,
    const sp_str_t *shop, const sp_id_t *shopper, int64_t at, const char *how,
    int64_t remember);


/*
 * Calls each() for every shop that ever was, with the identity key it had then.
 * -1: the file cannot be read.
 */

typedef void (*journal_shop_pt)(void *data, const char *shop,
    const char *fingerprint);

int journal_shops(const char *dir, journal_shop_pt each, void *data);


/* Did this shop exist under that identity key?  -1: the file cannot be read. */

int journal_knows_shop(const char *dir, const char *shop,
    const char *fingerprint);


#endif /* JOURNAL_H */
