/*
 * Copyright (C) SitePreserver developers
 */

#include <stdarg.h>
#include <stdlib.h>
#include <sys/time.h>

#include "doctor_redis.h"


#define DOCTOR_SKEW_MUCH   2000     /* ms */
#define DOCTOR_SKEW_WRONG  60000


static void doctor_redis_info(cmd_t *cmd, doctor_report_t *report);
static void doctor_redis_field(const char *info, const char *name,
    char *value, size_t size);
static void doctor_redis_keeps(cmd_t *cmd, doctor_report_t *report,
    const char *info);
static void doctor_redis_fsync(doctor_report_t *report, const char *value);
static void doctor_redis_memory(doctor_report_t *report, const char *info);
static void doctor_redis_functions(cmd_t *cmd, doctor_report_t *report);
static void doctor_redis_clock(cmd_t *cmd, doctor_report_t *report);


static const char  doctor_redis_name[] = "redis";


void
doctor_redis(cmd_t *cmd, doctor_report_t *report)
{
    char         where[REDIS_WHERE_MAX];
    const char  *why;

    if (!cmd_connect(cmd)) {
        why = cmd->redis != NULL ? redis_error(cmd->redis) : "";

        if (strncmp(why, "READONLY", 8) == 0) {
            doctor_say(report, DOCTOR_REDIS_ROLE, DOCTOR_ERROR,
                       doctor_redis_name, "replica",
                       "this Redis is a replica");

        } else if (strncmp(why, "OOM", 3) == 0) {
            doctor_say(report, DOCTOR_REDIS_MEMORY, DOCTOR_ERROR,
                       doctor_redis_name, "full", "Redis is full");
        }

        doctor_say(report, DOCTOR_REDIS_REACHED, DOCTOR_ERROR,
                   doctor_redis_name, NULL, "Redis at \"%s\": %.200s",
                   redis_where(&cmd->conf->redis, where),
                   why[0] != '\0' ? why : "no answer");
        return;
    }

    doctor_say(report, DOCTOR_REDIS_REACHED, DOCTOR_OK, doctor_redis_name,
               NULL, "Redis answers");
    doctor_redis_info(cmd, report);
    doctor_redis_functions(cmd, report);
    doctor_redis_clock(cmd, report);
    doctor_shops(cmd, report);
}


int
doctor_redis_call(cmd_t *cmd, redis_answer_t *answer, const char *word, ...)
{
    va_list    ap;
    sp_call_t  call;

    call.argc = 0;
    va_start(ap, word);

    for ( /* void */ ; word != NULL && call.argc < SP_CALL_ARGS;
          word = va_arg(ap, const char *))
    {
        call.argv[call.argc] = word;
        call.argvlen[call.argc++] = strlen(word);
    }

    va_end(ap);

    return cmd_call(cmd, &call, answer);
}


static void
doctor_redis_info(cmd_t *cmd, doctor_report_t *report)
{
    int              good;
    char             value[64];
    const char      *info;
    redis_answer_t   answer;

    if (!doctor_redis_call(cmd, &answer, "INFO", NULL) || answer.n != 1) {
        return;
    }

    info = answer.items[0].data;

    doctor_redis_field(info, "redis_version", value, sizeof(value));
    good = atoi(value) >= 7;
    doctor_say(report, DOCTOR_REDIS_VERSION, good ? DOCTOR_OK : DOCTOR_ERROR,
               doctor_redis_name, value, "Redis is of version %s", value);

    doctor_redis_field(info, "role", value, sizeof(value));
    good = strcmp(value, "slave") != 0;
    doctor_say(report, DOCTOR_REDIS_ROLE, good ? DOCTOR_OK : DOCTOR_ERROR,
               doctor_redis_name, value, good ? "Redis is no replica"
                                              : "this Redis is a replica");

    doctor_redis_field(info, "maxmemory_policy", value, sizeof(value));
    good = strcmp(value, "noeviction") == 0;
    doctor_say(report, DOCTOR_REDIS_POLICY, good ? DOCTOR_OK : DOCTOR_ERROR,
               doctor_redis_name, value, "maxmemory-policy is %s", value);

    doctor_redis_keeps(cmd, report, info);
    doctor_redis_memory(report, info);
}


/* "name:value" on a line of INFO; "" if it is not there. */

static void
doctor_redis_field(const char *info, const char *name, char *value,
    size_t size)
{
    size_t       len;
    const char  *p;

    len = strlen(name);
    value[0] = '\0';

    for (p = info; (p = strstr(p, name)) != NULL; p += len) {
        if ((p == info || p[-1] == '\n') && p[len] == ':') {
            p += len + 1;
            snprintf(value, size, "%.*s", (int) strcspn(p, "\r\n"), p);
            return;
        }
    }
}


static void
doctor_redis_keeps(cmd_t *cmd, doctor_report_t *report, const char *info)
{
    int              aof, bad;
    char             value[32], save[128], fsync[32];
    size_t           i;
    redis_answer_t   answer;

    doctor_redis_field(info, "aof_enabled", value, sizeof(value));
    aof = strcmp(value, "1") == 0;
    doctor_say(report, DOCTOR_REDIS_APPENDONLY,
               aof ? DOCTOR_OK : DOCTOR_WARNING, doctor_redis_name,
               aof ? "yes" : "no", aof ? "Redis keeps an append-only file"
                                       : "Redis keeps no append-only file");

    fsync[0] = '\0';
    save[0] = '\0';

    if (doctor_redis_call(cmd, &answer, "CONFIG", "GET", "appendfsync", "save",
                          NULL))
    {
        for (i = 0; i + 1 < answer.n; i += 2) {
            snprintf(answer.items[i].data[0] == 's' ? save : fsync,
                     answer.items[i].data[0] == 's' ? sizeof(save)
                                                    : sizeof(fsync),
                     "%.*s", (int) answer.items[i + 1].len,
                     answer.items[i + 1].data);
        }

        bad = save[0] == '\0' && !aof;
        doctor_say(report, DOCTOR_REDIS_SAVE, bad ? DOCTOR_ERROR : DOCTOR_OK,
                   doctor_redis_name, save,
                   bad ? "nothing is kept on disk: a restart forgets "
                         "everything"
                   : save[0] != '\0' ? "Redis writes snapshots"
                                     : "no snapshots, and none are needed");
    }

    if (aof) {
        doctor_redis_fsync(report, fsync);
    }

    doctor_redis_field(info, "aof_last_write_status", value, sizeof(value));
    bad = strcmp(value, "err") == 0;
    doctor_redis_field(info, "rdb_last_bgsave_status", value, sizeof(value));
    bad |= strcmp(value, "err") == 0;
    doctor_say(report, DOCTOR_REDIS_WRITES, bad ? DOCTOR_ERROR : DOCTOR_OK,
               doctor_redis_name, NULL,
               bad ? "the last write to disk failed"
                   : "what was written to disk last was written well");
}


static void
doctor_redis_fsync(doctor_report_t *report, const char *value)
{
    if (value[0] == '\0') {
        doctor_say(report, DOCTOR_REDIS_APPENDFSYNC, DOCTOR_INFO,
                   doctor_redis_name, NULL, "appendfsync is not known: CONFIG "
                   "is not allowed");
        return;
    }

    doctor_say(report, DOCTOR_REDIS_APPENDFSYNC,
               strcmp(value, "always") == 0 ? DOCTOR_OK
               : strcmp(value, "everysec") == 0 ? DOCTOR_INFO
                                                : DOCTOR_WARNING,
               doctor_redis_name, value, "a crash of the machine loses %s",
               strcmp(value, "always") == 0 ? "nothing"
               : strcmp(value, "everysec") == 0 ? "about a second"
                                                : "about half a minute");
}


static void
doctor_redis_memory(doctor_report_t *report, const char *info)
{
    char                value[64];
    unsigned            percent;
    unsigned long long  used, most;

    doctor_redis_field(info, "used_memory", value, sizeof(value));
    used = strtoull(value, NULL, 10);
    doctor_redis_field(info, "maxmemory", value, sizeof(value));
    most = strtoull(value, NULL, 10);

    if (most == 0) {
        doctor_say(report, DOCTOR_REDIS_MEMORY, DOCTOR_INFO, doctor_redis_name,
                   NULL, "%llu MiB are used, and maxmemory sets no limit: "
                   "the system ends Redis when its memory is full",
                   used >> 20);
        return;
    }

    percent = (unsigned) (used * 100 / most);
    snprintf(value, sizeof(value), "%u%%", percent);
    doctor_say(report, DOCTOR_REDIS_MEMORY,
               percent >= 95 ? DOCTOR_ERROR
               : percent >= 75 ? DOCTOR_WARNING : DOCTOR_OK,
               doctor_redis_name, value, "%s of %llu MiB are used", value,
               most >> 20);
}


/* Connecting has loaded ours, as a start of the mailer does. */

static void
doctor_redis_functions(cmd_t *cmd, doctor_report_t *report)
{
    int              others;
    char             names[128];
    size_t           i, n;
    redis_answer_t   answer;

    if (!doctor_redis_call(cmd, &answer, "FUNCTION", "LIST", "LIBRARYNAME",
                           "sp[0-9]*", NULL))
    {
        return;
    }

    n = 0;
    others = 0;
    names[0] = '\0';

    for (i = 0; i + 1 < answer.n; i++) {
        if (strcmp(answer.items[i].data != NULL ? answer.items[i].data : "",
                   "library_name") != 0
            || n + answer.items[i + 1].len + 2 > sizeof(names))
        {
            continue;
        }

        others |= strcmp(answer.items[i + 1].data, sp_functions_name) != 0;
        n += (size_t) snprintf(names + n, sizeof(names) - n, "%s%s",
                               n > 0 ? " " : "", answer.items[i + 1].data);
    }

    doctor_say(report, DOCTOR_REDIS_FUNCTIONS,
               others ? DOCTOR_INFO : DOCTOR_OK, doctor_redis_name, names,
               others ? "functions of other versions than ours (%s) are "
                        "loaded, maybe no more used"
                      : "our functions (%s) are loaded", sp_functions_name);
}


static void
doctor_redis_clock(cmd_t *cmd, doctor_report_t *report)
{
    char             value[32];
    long long        ours, skew;
    redis_answer_t   answer;
    struct timeval   tv;

    if (!doctor_redis_call(cmd, &answer, "TIME", NULL) || answer.n != 2) {
        return;
    }

    gettimeofday(&tv, NULL);
    ours = (long long) tv.tv_sec * 1000 + tv.tv_usec / 1000;
    skew = llabs(ours - (strtoll(answer.items[0].data, NULL, 10) * 1000
                         + strtoll(answer.items[1].data, NULL, 10) / 1000));

    snprintf(value, sizeof(value), "%lld ms", skew);
    doctor_say(report, DOCTOR_REDIS_CLOCK,
               skew >= DOCTOR_SKEW_WRONG ? DOCTOR_ERROR
               : skew >= DOCTOR_SKEW_MUCH ? DOCTOR_WARNING : DOCTOR_OK,
               doctor_redis_name, value, "our clock and that of Redis differ "
               "by %s", value);
}
