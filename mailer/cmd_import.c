/*
 * Copyright (C) SitePreserver developers
 */

#include <errno.h>
#include <unistd.h>

#include "cmd_import.h"
#include "sp_arena.h"


#define CMD_WINDOW    1000          /* calls under way */
#define CMD_PROGRESS  10000         /* lines */

#define CMD_IMPORT_NAMED  100       /* lines; more are only counted */


static void cmd_import_answer(void *data, const redis_answer_t *answer);


int
cmd_import_open(cmd_import_t *import, cmd_t *cmd, const config_shop_t *shop,
    const char *path)
{
    FILE  *fp;

    fp = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");

    if (fp == NULL) {
        cmd_error("%s: %s", path, strerror(errno));
        return 0;
    }

    memset(import, 0, sizeof(cmd_import_t));
    import->cmd = cmd;
    import->shop = shop;
    csv_init(&import->csv, fp);

    return 1;
}


void
cmd_import_close(cmd_import_t *import)
{
    if (import->csv.fp != stdin) {
        fclose(import->csv.fp);
    }
}


int
cmd_import_line(cmd_import_t *import, char **text)
{
    csv_t  *csv;

    csv = &import->csv;

    if (csv_line(csv, text)) {
        if (csv->line % CMD_PROGRESS == 0 && isatty(STDERR_FILENO)) {
            fprintf(stderr, "\r%ld lines", csv->line);
        }

        return 1;
    }

    if (csv->line >= CMD_PROGRESS && isatty(STDERR_FILENO)) {
        fputc('\n', stderr);
    }

    if (csv->error != 0) {
        cmd_error("after line %ld: %s", csv->line, strerror(csv->error));
    }

    return 0;
}


void
cmd_import_reject(cmd_import_t *import, const char *what)
{
    import->rejected++;

    if (import->rejected <= CMD_IMPORT_NAMED) {
        cmd_error("line %ld is not %s", import->csv.line, what);

    } else if (import->rejected == CMD_IMPORT_NAMED + 1) {
        cmd_error("more lines are not %s: they are only counted", what);
    }
}


int
cmd_import_heading(const cmd_import_t *import, const char *address)
{
    return import->csv.line == 1 && strchr(address, '@') == NULL;
}


void
cmd_import_call(cmd_import_t *import, const sp_call_t *call)
{
    cmd_t  *cmd;

    cmd = import->cmd;

    if (call == NULL
        || redis_call(cmd->redis, call, REDIS_TIMEOUT, cmd_import_answer,
                      import) != 0)
    {
        import->failed++;
    }

    /* The call was formatted: nothing of it is needed any more. */

    sp_arena_reset(cmd->arena);

    while (redis_pending(cmd->redis) >= CMD_WINDOW) {
        event_base_loop(cmd->base, EVLOOP_ONCE);
    }
}


void
cmd_import_wait(cmd_import_t *import)
{
    while (redis_pending(import->cmd->redis) != 0) {
        event_base_loop(import->cmd->base, EVLOOP_ONCE);
    }
}


int
cmd_import_status(const cmd_import_t *import, int failed)
{
    return failed ? CMD_REDIS
           : import->rejected != 0 || import->csv.error != 0 ? CMD_FAILED
           : CMD_OK;
}


static void
cmd_import_answer(void *data, const redis_answer_t *answer)
{
    cmd_import_t  *import;

    import = data;

    if (answer->status == REDIS_REPLY) {
        import->answered++;

        if (import->replied != NULL) {
            import->replied(import, answer);
        }

        return;
    }

    if (import->failed++ == 0 && answer->status == REDIS_ERROR) {
        cmd_error("Redis: %.*s", (int) answer->items[0].len,
                  answer->items[0].data);
    }
}
