/*
 * Copyright (C) SitePreserver developers
 */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "journal.h"


/*
 * What the thread wrote last: whoever sends the same wish again and again does
 * not fill the disk.  It counts only as long as nobody else has written since.
 * Of a suppression the time does not count; a "not me" says something new every
 * ten minutes.
 */

#define JOURNAL_RECENT     1024
#define JOURNAL_STEP       600      /* s */
#define JOURNAL_UNTIL_MAX  100000000000LL   /* s; more is no time */

typedef struct {
    char               lines[JOURNAL_RECENT][JOURNAL_LINE_MAX / 2];
    unsigned           next;
    off_t              size;        /* of the file then */
} journal_recent_t;

struct journal_s {
    char              *dir;
    journal_recent_t  *recent;      /* of suppressions, and of not-me */
    inbox_t           *inbox;
    pthread_t          thread;
    pthread_mutex_t    mutex;
    pthread_cond_t     cond;
    journal_entry_t   *head;
    journal_entry_t  **tail;
    unsigned           stop:1;
    unsigned           quiet:1;     /* done is not called any more */
};


typedef struct {
    const char  *shop;
    const char  *fingerprint;
    int          found;
} journal_known_t;


static void journal_known(void *data, const char *shop,
    const char *fingerprint);
static void *journal_thread(void *data);
static int journal_once(journal_t *journal, const journal_entry_t *entry);
static off_t journal_size(const char *dir, const char *file);
static int journal_open(const char *dir, const char *file, int flags);
static long journal_read(const char *dir, const char *file,
    journal_each_pt each, void *data);
static int journal_hand_over(const char *dir, int fd);
static int journal_sync_dir(const char *dir);


int
journal_check(const char *dir, sp_error_t *err)
{
    struct stat  st;

    if (stat(dir, &st) != 0) {
        snprintf(err->text, sizeof(err->text), "state_dir \"%s\": %s", dir,
                 strerror(errno));
        return 0;
    }

    if (!S_ISDIR(st.st_mode) || access(dir, W_OK|X_OK) != 0) {
        snprintf(err->text, sizeof(err->text),
                 "state_dir \"%s\" is not a directory that we may write in",
                 dir);
        return 0;
    }

    return 1;
}


journal_t *
journal_create(const char *dir, inbox_t *inbox)
{
    int         rc;
    sigset_t    all, old;
    journal_t  *journal;

    journal = calloc(1, sizeof(journal_t));

    if (journal == NULL) {
        return NULL;
    }

    journal->inbox = inbox;
    journal->tail = &journal->head;
    journal->dir = strdup(dir);
    journal->recent = calloc(2, sizeof(journal_recent_t));
    pthread_mutex_init(&journal->mutex, NULL);
    pthread_cond_init(&journal->cond, NULL);

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    rc = journal->dir == NULL || journal->recent == NULL ? ENOMEM
         : pthread_create(&journal->thread, NULL, journal_thread, journal);
    pthread_sigmask(SIG_SETMASK, &old, NULL);

    if (rc != 0) {
        free(journal->recent);
        free(journal->dir);
        free(journal);
        return NULL;
    }

    return journal;
}


void
journal_append(journal_t *journal, journal_entry_t *entry)
{
    entry->next = NULL;
    pthread_mutex_lock(&journal->mutex);
    *journal->tail = entry;
    journal->tail = &entry->next;
    pthread_cond_signal(&journal->cond);
    pthread_mutex_unlock(&journal->mutex);
}


static void *
journal_thread(void *data)
{
    int               quiet;
    journal_t        *journal;
    journal_entry_t  *entry;

    journal = data;

    for ( ;; ) {
        pthread_mutex_lock(&journal->mutex);

        while (journal->head == NULL && !journal->stop) {
            pthread_cond_wait(&journal->cond, &journal->mutex);
        }

        entry = journal->head;
        quiet = journal->quiet;

        if (entry != NULL) {
            journal->head = entry->next;

            if (journal->head == NULL) {
                journal->tail = &journal->head;
            }
        }

        pthread_mutex_unlock(&journal->mutex);

        if (entry == NULL) {
            return NULL;
        }

        entry->error = journal_once(journal, entry);

        if (!quiet) {
            inbox_post(journal->inbox, &entry->done);
        }
    }
}


static int
journal_once(journal_t *journal, const journal_entry_t *entry)
{
    int                rc;
    unsigned           i;
    const char        *what;
    journal_recent_t  *recent;

    recent = journal->recent;
    what = strchr(entry->line, ' ');

    if (strcmp(entry->file, "not-me") == 0) {
        recent++;
        what = entry->line;

    } else if (strcmp(entry->file, "suppressions") != 0) {
        what = NULL;
    }

    if (what == NULL || strlen(what) >= sizeof(recent->lines[0])) {
        return journal_write(journal->dir, entry->file, entry->line);
    }

    if (journal_size(journal->dir, entry->file) != recent->size) {
        memset(recent, 0, sizeof(journal_recent_t));
    }

    for (i = 0; i < JOURNAL_RECENT; i++) {
        if (strcmp(recent->lines[i], what) == 0) {
            return 0;
        }
    }

    rc = journal_write(journal->dir, entry->file, entry->line);

    if (rc == 0) {
        strcpy(recent->lines[recent->next++ % JOURNAL_RECENT], what);
        recent->size = journal_size(journal->dir, entry->file);
    }

    return rc;
}


static off_t
journal_size(const char *dir, const char *file)
{
    int          fd;
    struct stat  st;

    fd = journal_open(dir, file, O_RDONLY);

    if (fd == -1) {
        return 0;
    }

    if (fstat(fd, &st) != 0) {
        st.st_size = 0;
    }

    close(fd);

    return st.st_size;
}


void
journal_free(journal_t *journal)
{
    if (journal == NULL) {
        return;
    }

    pthread_mutex_lock(&journal->mutex);
    journal->stop = 1;
    journal->quiet = 1;
    pthread_cond_signal(&journal->cond);
    pthread_mutex_unlock(&journal->mutex);
    pthread_join(journal->thread, NULL);
    pthread_mutex_destroy(&journal->mutex);
    pthread_cond_destroy(&journal->cond);
    free(journal->recent);
    free(journal->dir);
    free(journal);
}


void
journal_suppression_line(char line[JOURNAL_LINE_MAX], int64_t at,
    const char *shop, const sp_id_t *shopper, const char *reason)
{
    snprintf(line, JOURNAL_LINE_MAX, "%lld %s %s %s\n", (long long) at, shop,
             shopper->text, reason != NULL ? reason : "-");
}


void
journal_pause_line(char line[JOURNAL_LINE_MAX], int64_t at, const char *shop,
    const sp_id_t *shopper, int64_t until)
{
    snprintf(line, JOURNAL_LINE_MAX, "%lld %s %s paused %lld\n",
             (long long) at, shop, shopper->text, (long long) until);
}


void
journal_not_me_line(char line[JOURNAL_LINE_MAX], int64_t at, const char *shop,
    const sp_id_t *shopper)
{
    journal_suppression_line(line, at - at % JOURNAL_STEP, shop, shopper,
                             "not_me");
}


void
journal_withdrawal_line(char line[JOURNAL_LINE_MAX], const char *shop,
    const sp_withdrawal_t *withdrawal)
{
    journal_suppression_line(line, withdrawal->at / 1000, shop,
                             &withdrawal->shopper,
                             sp_consented_word(withdrawal->how));
}


void
journal_shop_line(char line[JOURNAL_LINE_MAX], const char *shop,
    const char *fingerprint)
{
    snprintf(line, JOURNAL_LINE_MAX, "%s %s\n", shop, fingerprint);
}


static int
journal_open(const char *dir, const char *file, int flags)
{
    char  path[PATH_MAX];

    if (snprintf(path, sizeof(path), "%s/%s", dir, file) >= (int) sizeof(path))
    {
        errno = ENAMETOOLONG;
        return -1;
    }

    return open(path, flags|O_CLOEXEC, 0640);
}


int
journal_write(const char *dir, const char *file, const char *line)
{
    return journal_write_lines(dir, file, line, strlen(line));
}


/*
 * A line that a crash cut off ends here: a newline goes before the next one,
 * and empty lines are nothing.
 */

int
journal_write_lines(const char *dir, const char *file, const char *text,
    size_t len)
{
    int           fd, rc, made;
    ssize_t       n;
    struct iovec  iov[2];

    made = 0;
    fd = journal_open(dir, file, O_WRONLY|O_APPEND);

    if (fd == -1 && errno == ENOENT) {
        made = 1;
        fd = journal_open(dir, file, O_WRONLY|O_APPEND|O_CREAT);
    }

    if (fd == -1) {
        return errno;
    }

    iov[0].iov_base = (char *) "\n";
    iov[0].iov_len = 1;
    iov[1].iov_base = (char *) text;
    iov[1].iov_len = len;
    n = writev(fd, iov, 2);
    rc = n == (ssize_t) len + 1 ? 0 : n < 0 ? errno : ENOSPC;

    if (rc == 0 && fsync(fd) != 0) {
        rc = errno;
    }

    if (rc == 0 && made) {
        rc = journal_hand_over(dir, fd);
    }

    close(fd);

    return rc == 0 && made ? journal_sync_dir(dir) : rc;
}


/*
 * A command that root called makes a file that the daemon can write to: it is
 * given to whom the directory belongs to.
 */

static int
journal_hand_over(const char *dir, int fd)
{
    struct stat  st;

    if (geteuid() != 0) {
        return 0;
    }

    return stat(dir, &st) == 0 && fchown(fd, st.st_uid, st.st_gid) == 0
           ? 0 : errno;
}


/* That there is a new file must last, too. */

static int
journal_sync_dir(const char *dir)
{
    int  fd, rc;

    fd = open(dir, O_RDONLY|O_DIRECTORY|O_CLOEXEC);

    if (fd == -1) {
        return errno;
    }

    rc = fsync(fd) == 0 ? 0 : errno;

    close(fd);

    return rc;
}


long
journal_suppressions(const char *dir, journal_each_pt each, void *data)
{
    return journal_read(dir, "suppressions", each, data);
}


long
journal_withdrawals(const char *dir, journal_each_pt each, void *data)
{
    return journal_read(dir, "withdrawals", each, data);
}


long
journal_not_me(const char *dir, journal_each_pt each, void *data)
{
    return journal_read(dir, "not-me", each, data);
}


static long
journal_read(const char *dir, const char *file, journal_each_pt each,
    void *data)
{
    int        fd;
    char       line[JOURNAL_LINE_MAX], shop[65], reason[JOURNAL_REASON_MAX];
    FILE      *fp;
    long       n;
    sp_id_t    shopper;
    long long  at, until;

    fd = journal_open(dir, file, O_RDONLY);

    if (fd == -1) {
        return errno == ENOENT ? 0 : -1;
    }

    fp = fdopen(fd, "r");

    if (fp == NULL) {
        close(fd);
        return -1;
    }

    n = 0;

    while (fgets(line, sizeof(line), fp) != NULL) {
        until = 0;

        if (strchr(line, '\n') == NULL
            || sscanf(line, "%lld %64s %22s %31s %lld", &at, shop,
                      shopper.text, reason, &until) < 4
            || strlen(shopper.text) != SP_ID_LEN)
        {
            continue;
        }

        n++;
        each(data, at, shop, &shopper,
             strcmp(reason, "-") == 0 ? NULL : reason,
             until > 0 && until < JOURNAL_UNTIL_MAX ? until : 0);
    }

    /* an end that is not the end: somebody would be mailed again */

    if (ferror(fp)) {
        n = -1;
    }

    fclose(fp);

    return n;
}


int
journal_shops(const char *dir, journal_shop_pt each, void *data)
{
    int    fd, rc;
    char   line[JOURNAL_LINE_MAX], shop[65], fingerprint[SP_ID_LEN + 1];
    FILE  *fp;

    fd = journal_open(dir, "shops", O_RDONLY);

    if (fd == -1) {
        return errno == ENOENT ? 0 : -1;
    }

    fp = fdopen(fd, "r");

    if (fp == NULL) {
        close(fd);
        return -1;
    }

    while (fgets(line, sizeof(line), fp) != NULL) {
        if (strchr(line, '\n') != NULL
            && sscanf(line, "%64s %22s", shop, fingerprint) == 2)
        {
            each(data, shop, fingerprint);
        }
    }

    rc = ferror(fp) ? -1 : 0;

    fclose(fp);

    return rc;
}


int
journal_knows_shop(const char *dir, const char *shop, const char *fingerprint)
{
    journal_known_t  known;

    known.shop = shop;
    known.fingerprint = fingerprint;
    known.found = 0;

    if (journal_shops(dir, journal_known, &known) != 0 && !known.found) {
        return -1;
    }

    return known.found;
}


static void
journal_known(void *data, const char *shop, const char *fingerprint)
{
    journal_known_t  *known;

    known = data;

    if (strcmp(shop, known->shop) == 0
        && strcmp(fingerprint, known->fingerprint) == 0)
    {
        known->found = 1;
    }
}


sp_rc_t
journal_withdrawal_call(sp_call_t *call, const sp_pool_t *pool,
    const sp_str_t *shop, const sp_id_t *shopper, int64_t at, const char *how,
    int64_t remember)
{
    sp_consented_t  known;

    known = how != NULL ? sp_consented_read(how) : SP_CONSENTED_NOT;

    return sp_call_consent(call, pool, shop, shopper, SP_CONSENT_WITHDRAWN,
                           known != SP_CONSENTED_NOT ? known
                                                     : SP_CONSENTED_OPERATOR,
                           at > 0 ? at * 1000 : 1, remember);
}


sp_rc_t
journal_suppression_call(sp_call_t *call, const sp_pool_t *pool,
    const sp_str_t *shop, const sp_id_t *shopper, int64_t at,
    const char *reason, int64_t until)
{
    if (reason == NULL) {
        return sp_call_unsuppress(call, pool, shop, shopper, at * 1000 + 999);
    }

    if (until != 0) {
        return sp_call_pause(call, pool, shop, shopper, until * 1000);
    }

    return sp_call_suppress(call, pool, shop, shopper, reason, 0);
}
