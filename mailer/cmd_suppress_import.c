/*
 * Copyright (C) SitePreserver developers
 *
 * sitepreserver suppress import.
 */

#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "cmd_suppress.h"
#include "sp_arena.h"


#define CMD_BATCH     500           /* addresses noted at once */
#define CMD_WINDOW    1000          /* calls under way */
#define CMD_LINE_MAX  1024
#define CMD_PROGRESS  10000         /* lines */
#define CMD_NAMED     100           /* lines named; more are only counted */


typedef struct {
    cmd_t                *cmd;
    const config_shop_t  *shop;
    const char           *reason;
    cmd_suppressions_t    known;
    int                   redis;    /* is it there? */
    int                   error;    /* errno of the file, ends it */
    buffer_t              lines;    /* for the file, of this batch */
    sp_id_t               batch[CMD_BATCH];
    unsigned              nbatch;
    long                  line;
    long                  suppressed;
    long                  before;   /* that were so already */
    long                  rejected;
    long                  failed;
} cmd_import_t;


static int cmd_import(cmd_import_t *import, FILE *fp);
static int cmd_import_read(cmd_import_t *import, FILE *fp, char *line);
static int cmd_import_line(cmd_import_t *import, char *text);
static char *cmd_import_address(cmd_import_t *import, char *text);
static void cmd_import_rejected(cmd_import_t *import);
static void cmd_import_flush(cmd_import_t *import);
static void cmd_import_answer(void *data, const redis_answer_t *answer);
static int cmd_import_end(cmd_import_t *import);


int
cmd_suppress_import(cmd_t *cmd, const config_shop_t *shop, const char *path,
    const char *reason)
{
    int            rc;
    FILE          *fp;
    cmd_import_t  *import;

    fp = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");

    if (fp == NULL) {
        cmd_error("%s: %s", path, strerror(errno));
        return CMD_USAGE;
    }

    rc = CMD_FAILED;
    import = calloc(1, sizeof(cmd_import_t));

    if (import == NULL) {
        cmd_error("out of memory");

    } else {
        import->cmd = cmd;
        import->shop = shop;
        import->reason = reason;

        if (cmd_state_dir(cmd) && cmd_suppressions_read(cmd, &import->known)) {
            buffer_init(&import->lines, (CMD_BATCH + 1) * JOURNAL_LINE_MAX);
            rc = cmd_import(import, fp);
            buffer_free(&import->lines);
            cmd_suppressions_free(&import->known);
        }
    }

    free(import);

    if (fp != stdin) {
        fclose(fp);
    }

    return rc;
}


/* Without Redis the file has it all, and Redis is told later. */

static int
cmd_import(cmd_import_t *import, FILE *fp)
{
    char    line[CMD_LINE_MAX];
    cmd_t  *cmd;

    cmd = import->cmd;
    import->redis = cmd_connect(cmd);

    while (import->error == 0 && cmd_import_read(import, fp, line)) {
        if (!cmd_import_line(import, line)) {
            cmd_import_rejected(import);
        }

        if (import->nbatch == CMD_BATCH) {
            cmd_import_flush(import);
        }

        if (import->line % CMD_PROGRESS == 0 && isatty(STDERR_FILENO)) {
            fprintf(stderr, "\r%ld lines", import->line);
        }
    }

    cmd_import_flush(import);

    while (import->redis && redis_pending(cmd->redis) != 0) {
        event_base_loop(cmd->base, EVLOOP_ONCE);
    }

    if (import->line >= CMD_PROGRESS && isatty(STDERR_FILENO)) {
        fputc('\n', stderr);
    }

    if (ferror(fp)) {
        import->error = errno;
        cmd_error("line %ld: %s", import->line, strerror(errno));
    }

    return cmd_import_end(import);
}


/* A line without its end; one that is too long is empty but for "\1". */

static int
cmd_import_read(cmd_import_t *import, FILE *fp, char *line)
{
    int     c;
    size_t  len;

    if (fgets(line, CMD_LINE_MAX, fp) == NULL) {
        return 0;
    }

    import->line++;
    len = strcspn(line, "\r\n");

    if (line[len] == '\0' && len == CMD_LINE_MAX - 1) {
        do {
            c = getc(fp);
        } while (c != EOF && c != '\n');

        len = 1;
        line[0] = '\1';
    }

    line[len] = '\0';

    return 1;
}


/* 0: it is not an address.  An empty line and a comment are well. */

static int
cmd_import_line(cmd_import_t *import, char *text)
{
    char               line[JOURNAL_LINE_MAX], normal[SP_ADDRESS_MAX + 1];
    sp_id_t            shopper;
    sp_str_t           in, out;
    const char        *shop;
    const sp_secret_t *secret;

    text = cmd_import_address(import, text);

    if (text == NULL || text[0] == '\0' || text[0] == '#') {
        return text != NULL;
    }

    in.data = text;
    in.len = strlen(text);
    out.data = normal;
    secret = import->cmd->conf->secret;
    shop = import->shop->name;

    if (sp_address_normalise(&in, normal, &out.len) != SP_OK
        || sp_secret_id(secret, SP_ID_SHOPPER, &import->shop->id, &out,
                        &shopper) != SP_OK)
    {

        /* the heading of a table */

        return import->line == 1 && strchr(text, '@') == NULL;
    }

    if (cmd_suppressions_has(&import->known, shop, &shopper)) {
        import->before++;

    } else {
        import->suppressed++;
        journal_suppression_line(line, (int64_t) time(NULL), shop, &shopper,
                                 import->reason);
        buffer_str(&import->lines, line);
        cmd_suppressions_add(&import->known, 0, shop, &shopper,
                             import->reason, 0);
    }

    import->batch[import->nbatch++] = shopper;

    return 1;
}


/* The first column, quoted or not.  NULL: a quote has no end. */

static char *
cmd_import_address(cmd_import_t *import, char *text)
{
    char  *end;

    if (import->line == 1 && strncmp(text, "\xef\xbb\xbf", 3) == 0) {
        text += 3;
    }

    if (*text != '"') {
        text[strcspn(text, ",;\t")] = '\0';
        return text;
    }

    text++;
    end = strchr(text, '"');

    if (end == NULL || strchr(",;\t", end[1]) == NULL) {
        return NULL;
    }

    *end = '\0';

    return text;
}


static void
cmd_import_rejected(cmd_import_t *import)
{
    if (import->rejected++ < CMD_NAMED) {
        cmd_error("line %ld is not an address", import->line);
    }
}


/* First to our own file, which lasts; then to Redis. */

static void
cmd_import_flush(cmd_import_t *import)
{
    unsigned         i;
    cmd_t           *cmd;
    sp_call_t        call;

    cmd = import->cmd;

    if (import->lines.len != 0) {
        import->error = journal_write_lines(cmd->conf->state_dir,
                                            "suppressions",
                                            import->lines.data,
                                            import->lines.len);
        buffer_reset(&import->lines);
    }

    if (import->error != 0) {
        cmd_error("%s/suppressions: %s", cmd->conf->state_dir,
                  strerror(import->error));
        import->nbatch = 0;
        return;
    }

    for (i = 0; import->redis && i < import->nbatch; i++) {
        if (sp_call_suppress(&call, sp_arena_pool(cmd->arena),
                             &import->shop->id, &import->batch[i],
                             import->reason, 0) != SP_OK
            || redis_call(cmd->redis, &call, REDIS_TIMEOUT, cmd_import_answer,
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

    import->nbatch = 0;
}


static void
cmd_import_answer(void *data, const redis_answer_t *answer)
{
    cmd_import_t  *import;

    import = data;

    if (answer->status == REDIS_REPLY) {
        return;
    }

    if (import->failed++ == 0 && answer->status == REDIS_ERROR) {
        cmd_error("Redis: %.*s", (int) answer->items[0].len,
                  answer->items[0].data);
    }
}


static int
cmd_import_end(cmd_import_t *import)
{
    if (import->error != 0) {
        cmd_error("not all lines were read: import the file again");
        return CMD_FAILED;
    }

    if (import->rejected > CMD_NAMED) {
        cmd_error("%ld lines more are not addresses",
                  import->rejected - CMD_NAMED);
    }

    cmd_print(import->cmd, json_pack("{s:s, s:I, s:I, s:I}", "shop",
              import->shop->name, "suppressed",
              (json_int_t) import->suppressed, "suppressed_before",
              (json_int_t) import->before, "rejected",
              (json_int_t) import->rejected));

    if (!import->redis || import->failed != 0) {
        cmd_error("noted in the mailer's file; Redis will be told when the "
                  "mailer starts again");
        return CMD_REDIS;
    }

    return import->rejected != 0 ? CMD_FAILED : CMD_OK;
}
