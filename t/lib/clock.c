/*
 * Copyright (C) SitePreserver developers
 *
 * A clock for tests, loaded with LD_PRELOAD.  The file named by
 * SP_CLOCK_FILE holds one int64 in the machine's byte order: nanoseconds that
 * are added to the wall clock of the process.  Whoever writes there moves
 * its time, at once.
 *
 * By default only the wall clock moves.  With SP_CLOCK_ALL=1 the monotonic
 * clocks move too, and waits for events, for descriptors or on a condition
 * end early after at most SLICE_MS, so that a program which sleeps until a
 * deadline notices that it has passed.
 *
 * The system is called directly: functions looked up with dlsym() cannot be
 * used here, because jemalloc asks for the time before it can allocate and
 * dlsym() allocates.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>


#define NS        1000000000LL
#define SLICE_MS  20


typedef int (*clock_cond_pt)(pthread_cond_t *cond, pthread_mutex_t *mutex,
    const struct timespec *until);
typedef int (*clock_cond_on_pt)(pthread_cond_t *cond, pthread_mutex_t *mutex,
    clockid_t id, const struct timespec *until);


static void clock_start(void) __attribute__((constructor));
static int64_t clock_offset(clockid_t id);
static int64_t clock_read(clockid_t id);
static int64_t clock_ns(const struct timespec *ts);
static struct timespec clock_ts(int64_t ns);
static int clock_slice(int timeout);
static void *clock_next(const char *name, const char *version);


static const int64_t     *clock_map;
static int                clock_all;
static clock_cond_pt      clock_cond;
static clock_cond_on_pt   clock_cond_on;


/*
 * Until this constructor has run, and in a process without the variable,
 * time is the real one.  The environment is read here and never again:
 * nginx clears it.
 */

static void
clock_start(void)
{
    int          fd;
    void        *map;
    const char  *path, *all;

    path = getenv("SP_CLOCK_FILE");

    if (path == NULL || clock_map != NULL) {
        return;
    }

    fd = open(path, O_RDONLY|O_CLOEXEC);

    if (fd == -1) {
        return;
    }

    map = mmap(NULL, sizeof(int64_t), PROT_READ, MAP_SHARED, fd, 0);
    (void) close(fd);

    if (map == MAP_FAILED) {
        return;
    }

    all = getenv("SP_CLOCK_ALL");

    if (all != NULL && *all == '1') {
        clock_cond = (clock_cond_pt) clock_next("pthread_cond_timedwait",
                                                "GLIBC_2.3.2");
        clock_cond_on = (clock_cond_on_pt) clock_next("pthread_cond_clockwait",
                                                      NULL);
        clock_all = 1;
    }

    clock_map = map;
}


int
clock_gettime(clockid_t id, struct timespec *ts)
{
    int64_t  offset;

    if (syscall(SYS_clock_gettime, id, ts) == -1) {
        return -1;
    }

    offset = clock_offset(id);

    if (offset != 0) {
        *ts = clock_ts(clock_ns(ts) + offset);
    }

    return 0;
}


int
gettimeofday(struct timeval *restrict tv, void *restrict tz)
{
    int64_t  now;

    if (tz != NULL) {
        memset(tz, 0, sizeof(struct timezone));
    }

    now = clock_read(CLOCK_REALTIME);

    tv->tv_sec = now / NS;
    tv->tv_usec = now % NS / 1000;

    return 0;
}


time_t
time(time_t *t)
{
    time_t  now;

    now = clock_read(CLOCK_REALTIME) / NS;

    if (t != NULL) {
        *t = now;
    }

    return now;
}


int
epoll_wait(int epfd, struct epoll_event *events, int n, int timeout)
{
    return syscall(SYS_epoll_pwait, epfd, events, n, clock_slice(timeout),
                   NULL, _NSIG / 8);
}


int
poll(struct pollfd *fds, nfds_t n, int timeout)
{
    int64_t          now, end;
    struct timespec  ts;

    if (timeout < 0) {
        return syscall(SYS_ppoll, fds, n, NULL, NULL, _NSIG / 8);
    }

    /*
     * libcurl takes the end of poll() for a timeout, so this wait is cut in
     * slices inside, and ends when the moved clock says so.
     */

    now = clock_read(CLOCK_MONOTONIC);
    end = now + timeout * 1000000LL;

    for ( ;; ) {
        int  rc;

        ts = clock_ts(end > now ? end - now : 0);

        if (clock_all && end - now > SLICE_MS * 1000000LL) {
            ts = clock_ts(SLICE_MS * 1000000LL);
        }

        rc = syscall(SYS_ppoll, fds, n, &ts, NULL, _NSIG / 8);

        if (rc != 0) {
            return rc;
        }

        now = clock_read(CLOCK_MONOTONIC);

        if (now >= end) {
            return 0;
        }
    }
}


/* A condition's wait may always end early: that is what callers loop for. */

int
pthread_cond_timedwait(pthread_cond_t *restrict cond,
    pthread_mutex_t *restrict mutex, const struct timespec *restrict until)
{
    int              rc;
    int64_t          left, real, mono, now;
    struct timespec  ts;

    if (clock_cond == NULL) {
        clock_cond = (clock_cond_pt) clock_next("pthread_cond_timedwait",
                                                "GLIBC_2.3.2");
    }

    if (!clock_all) {
        return clock_cond(cond, mutex, until);
    }

    /*
     * Which clock the condition uses cannot be asked: a wall clock deadline is
     * decades away from a monotonic one.
     */

    real = clock_read(CLOCK_REALTIME);
    mono = clock_read(CLOCK_MONOTONIC);
    now = clock_ns(until) > (real - mono) / 2 + mono ? real : mono;
    left = clock_ns(until) - now;

    if (left <= 0) {
        left = 0;

    } else if (left > SLICE_MS * 1000000LL) {
        left = SLICE_MS * 1000000LL;
    }

    ts = clock_ts(now - clock_offset(CLOCK_REALTIME) + left);
    rc = clock_cond(cond, mutex, &ts);

    if (rc == ETIMEDOUT && clock_ns(until) > now + left) {
        return 0;
    }

    return rc;
}


int
pthread_cond_clockwait(pthread_cond_t *restrict cond,
    pthread_mutex_t *restrict mutex, clockid_t id,
    const struct timespec *restrict until)
{
    int              rc;
    int64_t          left, now;
    struct timespec  ts;

    if (clock_cond_on == NULL) {
        clock_cond_on = (clock_cond_on_pt) clock_next("pthread_cond_clockwait",
                                                      NULL);
    }

    if (!clock_all) {
        return clock_cond_on(cond, mutex, id, until);
    }

    now = clock_read(id);
    left = clock_ns(until) - now;

    if (left <= 0) {
        left = 0;

    } else if (left > SLICE_MS * 1000000LL) {
        left = SLICE_MS * 1000000LL;
    }

    ts = clock_ts(now - clock_offset(id) + left);
    rc = clock_cond_on(cond, mutex, id, &ts);

    if (rc == ETIMEDOUT && clock_ns(until) > now + left) {
        return 0;
    }

    return rc;
}


static int64_t
clock_offset(clockid_t id)
{
    if (clock_map == NULL) {
        return 0;
    }

    switch (id) {

    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE:
        return __atomic_load_n(clock_map, __ATOMIC_RELAXED);

    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_COARSE:
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_BOOTTIME:
        return clock_all ? __atomic_load_n(clock_map, __ATOMIC_RELAXED) : 0;

    default:
        return 0;
    }
}


static int64_t
clock_read(clockid_t id)
{
    struct timespec  ts;

    (void) syscall(SYS_clock_gettime, id, &ts);

    return clock_ns(&ts) + clock_offset(id);
}


static int64_t
clock_ns(const struct timespec *ts)
{
    return ts->tv_sec * NS + ts->tv_nsec;
}


static struct timespec
clock_ts(int64_t ns)
{
    struct timespec  ts;

    ts.tv_sec = ns / NS;
    ts.tv_nsec = ns % NS;

    return ts;
}


static int
clock_slice(int timeout)
{
    if (clock_all && (timeout < 0 || timeout > SLICE_MS)) {
        return SLICE_MS;
    }

    return timeout;
}


/*
 * The next definition of a function: the wanted version of it where there
 * are several, because plain dlsym() gives the oldest on some systems.
 */

static void *
clock_next(const char *name, const char *version)
{
    void  *p;

    p = version == NULL ? NULL : dlvsym(RTLD_NEXT, name, version);

    return p != NULL ? p : dlsym(RTLD_NEXT, name);
}
