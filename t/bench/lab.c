/*
 * Copyright (C) SitePreserver developers
 *
 * See lab.h.
 */

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lab.h"


const sp_terms_t  lab_terms = { 3600000, 2592000, 2592000, 7776000, 43200000,
                                50, sp_null_string };
const sp_str_t    lab_shop = sp_string("bench");
const sp_str_t    lab_sealed = sp_string("\1nonce: 12 oc"
                                         "ada@shop.example.com"
                                         "tag of 16 octets");


static void
lab_die(const char *what, const char *why)
{
    fprintf(stderr, "bench: %s: %s\n", what, why);
    exit(1);
}


void
lab_start(lab_t *lab)
{
    int        i;
    char       path[80];
    sp_call_t  call;

    strcpy(lab->dir, "/tmp/sp-bench.XXXXXX");

    if (mkdtemp(lab->dir) == NULL) {
        lab_die(lab->dir, strerror(errno));
    }

    snprintf(path, sizeof(path), "%s/redis.sock", lab->dir);

    lab->pid = fork();

    if (lab->pid == 0) {
        (void) !freopen("/dev/null", "w", stdout);
        execlp("redis-server", "redis-server", "--port", "0", "--unixsocket",
               path, "--save", "", "--appendonly", "no", "--dir", lab->dir,
               (char *) NULL);
        _exit(127);
    }

    for (i = 0; i < 200; i++) {
        usleep(20000);
        lab->redis = redisConnectUnix(path);

        if (lab->redis != NULL && lab->redis->err == 0) {
            break;
        }

        redisFree(lab->redis);
        lab->redis = NULL;
    }

    if (lab->redis == NULL) {
        lab_die("redis-server", "does not start");
    }

    lab->arena = sp_arena_create(0);
    sp_call_load(&call);
    freeReplyObject(lab_call(lab, &call));
}


void
lab_stop(lab_t *lab)
{
    char  command[96];

    redisFree(lab->redis);
    kill(lab->pid, SIGKILL);
    waitpid(lab->pid, NULL, 0);
    snprintf(command, sizeof(command), "rm -rf '%s'", lab->dir);
    (void) !system(command);
    sp_arena_destroy(lab->arena);
}


void
lab_reset(lab_t *lab)
{
    sp_arena_reset(lab->arena);
}


static redisReply *
lab_check(lab_t *lab, redisReply *reply)
{
    if (reply == NULL) {
        lab_die("redis", lab->redis->errstr);
    }

    if (reply->type == REDIS_REPLY_ERROR) {
        lab_die("redis", reply->str);
    }

    return reply;
}


redisReply *
lab_command(lab_t *lab, const char *format, ...)
{
    va_list      args;
    redisReply  *reply;

    va_start(args, format);
    reply = redisvCommand(lab->redis, format, args);
    va_end(args);

    return lab_check(lab, reply);
}


redisReply *
lab_call(lab_t *lab, const sp_call_t *call)
{
    return lab_check(lab, redisCommandArgv(lab->redis, call->argc,
                                           (const char **) call->argv,
                                           call->argvlen));
}


void
lab_queue(lab_t *lab, const sp_call_t *call)
{
    redisAppendCommandArgv(lab->redis, call->argc, (const char **) call->argv,
                           call->argvlen);
}


void
lab_flush(lab_t *lab, unsigned n)
{
    void  *reply;

    while (n--) {
        reply = NULL;
        redisGetReply(lab->redis, &reply);
        freeReplyObject(lab_check(lab, reply));
    }
}


static double
lab_info(lab_t *lab, const char *section, const char *name)
{
    char        *p;
    double       value;
    redisReply  *reply;

    reply = lab_command(lab, "INFO %s", section);
    p = strstr(reply->str, name);

    if (p == NULL) {
        lab_die("INFO has no", name);
    }

    value = atof(p + strlen(name));
    freeReplyObject(reply);

    return value;
}


double
lab_cpu(lab_t *lab)
{
    return lab_info(lab, "cpu", "used_cpu_user_main_thread:")
           + lab_info(lab, "cpu", "used_cpu_sys_main_thread:");
}


double
lab_memory(lab_t *lab)
{
    return lab_info(lab, "memory", "used_memory:");
}


double
lab_now(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);

    return ts.tv_sec + ts.tv_nsec / 1e9;
}


int64_t
lab_unix_ms(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_REALTIME, &ts);

    return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}


void
lab_id(sp_id_t *id, char kind, unsigned i)
{
    snprintf(id->text, sizeof(id->text), "%c%021u", kind, i);
}


void
lab_row(const char *what, const char *reference, const char *ours,
    const char *ratio, const char *target)
{
    printf("=\t%s\t%s\t%s\t%s\t%s\n", what, reference, ours, ratio, target);
    fflush(stdout);
}


int
lab_compare(const void *a, const void *b)
{
    double  x, y;

    x = *(const double *) a;
    y = *(const double *) b;

    return x < y ? -1 : x > y;
}


void
lab_cart(sp_line_t lines[3], unsigned seed)
{
    unsigned  i;

    static char  ids[64][3][2][40];

    memset(lines, 0, 3 * sizeof(sp_line_t));

    for (i = 0; i < 3; i++) {
        snprintf(ids[seed % 64][i][0], 40, "%u", 1000 + (seed * 7 + i) % 500);
        snprintf(ids[seed % 64][i][1], 40, "%08x%08x%08x%08x", seed * 3 + i,
                 seed, i, 77);

        lines[i].id.data = ids[seed % 64][i][0];
        lines[i].id.len = strlen(lines[i].id.data);
        lines[i].key.data = ids[seed % 64][i][1];
        lines[i].key.len = 8;
        lines[i].quantity = 1 + seed % 3;
        lines[i].price = 1990 + i * 1000;
        lines[i].total = lines[i].price * lines[i].quantity;
        lines[i].from_shop = 1;
    }
}


void
lab_event(sp_event_t *event, sp_line_t lines[3], unsigned visit, unsigned seed)
{
    static const unsigned char  known[3] = { 1, 1, 1 };

    memset(event, 0, sizeof(sp_event_t));
    lab_id(&event->visit, 'v', visit);
    lab_cart(lines, seed);

    event->kinds = SP_SET_CART;
    event->status = 200;
    event->cart = SP_CART_SNAPSHOT;
    event->lines = lines;
    event->nlines = 3;
    event->known = known;
    event->currency.data = "EUR";
    event->currency.len = 3;
    event->total = lines[0].total + lines[1].total + lines[2].total;
}
