/*
 * Copyright (C) SitePreserver developers
 *
 * A wall clock that stands still, loaded with LD_PRELOAD: the file named by
 * SP_STILL_FILE holds the time, an int64 of microseconds since 1970 in the
 * machine's byte order.  The model of the functions can tell every deadline
 * to the millisecond then.  The monotonic clock goes on.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>


static const volatile int64_t  *still;


static void __attribute__((constructor))
still_start(void)
{
    int    fd;
    void  *map;

    fd = getenv("SP_STILL_FILE") ? open(getenv("SP_STILL_FILE"), O_RDONLY)
                                 : -1;

    if (fd != -1) {
        map = mmap(NULL, sizeof(int64_t), PROT_READ, MAP_SHARED, fd, 0);
        close(fd);
        still = map == MAP_FAILED ? NULL : map;
    }
}


int
clock_gettime(clockid_t id, struct timespec *ts)
{
    if (still == NULL || (id != CLOCK_REALTIME && id != CLOCK_REALTIME_COARSE))
    {
        return (int) syscall(SYS_clock_gettime, id, ts);
    }

    ts->tv_sec = *still / 1000000;
    ts->tv_nsec = *still % 1000000 * 1000;

    return 0;
}


int
gettimeofday(struct timeval *restrict tv,
    void *restrict tz __attribute__((unused)))
{
    struct timespec  ts;

    clock_gettime(CLOCK_REALTIME, &ts);
    tv->tv_sec = ts.tv_sec;
    tv->tv_usec = ts.tv_nsec / 1000;

    return 0;
}


time_t
time(time_t *out)
{
    struct timespec  ts;

    clock_gettime(CLOCK_REALTIME, &ts);

    if (out != NULL) {
        *out = ts.tv_sec;
    }

    return ts.tv_sec;
}
