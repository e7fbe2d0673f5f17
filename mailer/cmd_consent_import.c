/*
 * Copyright (C) SitePreserver developers
 *
 * sitepreserver consent import.
 */

#include <errno.h>
#include <unistd.h>

#include "cmd_consent.h"
#include "sp_arena.h"


#define CMD_WINDOW    1000          /* calls under way */
#define CMD_LINE_MAX  1024
#define CMD_PROGRESS  10000         /* lines */
#define CMD_NAMED     100           /* lines named; more are only counted */


typedef struct {
    cmd_t                *cmd;
    const config_shop_t  *shop;
    long                  line;
    long                  given;
    long                  before;   /* it was known already */
    long                  later;    /* something else was said later */
    long                  rejected;
    long                  failed;
} cmd_import_t;


static int cmd_import(cmd_import_t *import, FILE *fp);
static int cmd_import_read(cmd_import_t *import, FILE *fp, char *line);
static int cmd_import_line(cmd_import_t *import, char *text);
static char *cmd_import_field(char **text);
static void cmd_import_call(cmd_import_t *import, const sp_id_t *shopper,
    int64_t ago);
static void cmd_import_answer(void *data, const redis_answer_t *answer);
static int cmd_import_end(cmd_import_t *import, int whole);


int
cmd_consent_import(cmd_t *cmd, const config_shop_t *shop, const char *path)
{
    int            rc;
    FILE          *fp;
    cmd_import_t   import;

    fp = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");

    if (fp == NULL) {
        cmd_error("%s: %s", path, strerror(errno));
        return CMD_USAGE;
    }

    memset(&import, 0, sizeof(cmd_import_t));
    import.cmd = cmd;
    import.shop = shop;

    rc = cmd_connect(cmd) ? cmd_import(&import, fp) : CMD_REDIS;

    if (fp != stdin) {
        fclose(fp);
    }

    return rc;
}


static int
cmd_import(cmd_import_t *import, FILE *fp)
{
    char    line[CMD_LINE_MAX];
    cmd_t  *cmd;

    cmd = import->cmd;

    while (cmd_import_read(import, fp, line)) {

        if (!cmd_import_line(import, line)
            && import->rejected++ < CMD_NAMED)
        {
            cmd_error("line %ld is not an address, or an address and a date "
                      "that has been", import->line);
        }

        while (redis_pending(cmd->redis) >= CMD_WINDOW) {
            event_base_loop(cmd->base, EVLOOP_ONCE);
        }

        if (import->line % CMD_PROGRESS == 0 && isatty(STDERR_FILENO)) {
            fprintf(stderr, "\r%ld lines", import->line);
        }
    }

    while (redis_pending(cmd->redis) != 0) {
        event_base_loop(cmd->base, EVLOOP_ONCE);
    }

    if (import->line >= CMD_PROGRESS && isatty(STDERR_FILENO)) {
        fputc('\n', stderr);
    }

    if (ferror(fp)) {
        cmd_error("after line %ld: %s", import->line, strerror(errno));
        return cmd_import_end(import, 0);
    }

    return cmd_import_end(import, 1);
}


/* A line without its end; one that is too long is no address. */

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

        line[0] = '\1';
        len = 1;
    }

    line[len] = '\0';

    return 1;
}


/* 0: it is not valid.  An empty line, a comment and a heading are well. */

static int
cmd_import_line(cmd_import_t *import, char *text)
{
    char                normal[SP_ADDRESS_MAX + 1], *address, *date;
    int64_t             ago;
    sp_id_t             shopper;
    sp_str_t            in, out;
    const sp_secret_t  *secret;

    if (import->line == 1 && strncmp(text, "\xef\xbb\xbf", 3) == 0) {
        text += 3;
    }

    if (text[0] == '\0' || text[0] == '#') {
        return 1;
    }

    address = cmd_import_field(&text);

    if (address == NULL) {
        return 0;
    }

    date = text != NULL ? cmd_import_field(&text) : NULL;
    in.data = address;
    in.len = strlen(address);
    out.data = normal;
    secret = import->cmd->conf->secret;

    if (sp_address_normalise(&in, normal, &out.len) != SP_OK
        || sp_secret_id(secret, SP_ID_SHOPPER, &import->shop->id, &out,
                        &shopper) != SP_OK)
    {
        return import->line == 1 && strchr(address, '@') == NULL;
    }

    ago = -1;

    if (date != NULL && date[0] != '\0') {
        ago = cmd_consent_ago(date);

        if (ago < 0) {
            return 0;
        }
    }

    cmd_import_call(import, &shopper, ago);

    return 1;
}


/* NULL: a quote has no end, or there is something behind it. */

static char *
cmd_import_field(char **text)
{
    char  *start, *end;

    start = *text;

    if (*start == '"') {
        start++;
        end = strchr(start, '"');

        if (end == NULL) {
            return NULL;
        }

        *end++ = '\0';

        if (*end != '\0' && strchr(",;\t", *end) == NULL) {
            return NULL;
        }

    } else {
        end = start + strcspn(start, ",;\t");
    }

    *text = *end != '\0' ? end + 1 : NULL;
    *end = '\0';

    return start;
}


static void
cmd_import_call(cmd_import_t *import, const sp_id_t *shopper, int64_t ago)
{
    sp_call_t    call;
    sp_arena_t  *arena;

    arena = import->cmd->arena;

    if (sp_call_consent(&call, sp_arena_pool(arena), &import->shop->id,
                        shopper, SP_CONSENT_GIVEN, SP_CONSENTED_IMPORT, ago,
                        import->shop->remember) != SP_OK
        || redis_call(import->cmd->redis, &call, REDIS_TIMEOUT,
                      cmd_import_answer, import) != 0)
    {
        import->failed++;
    }

    /* The call was formatted: nothing of it is needed any more. */

    sp_arena_reset(arena);
}


static void
cmd_import_answer(void *data, const redis_answer_t *answer)
{
    cmd_import_t  *import;

    import = data;

    if (answer->status == REDIS_REPLY) {

        if (cmd_answer_is(answer, "OK")) {
            import->given++;

        } else if (cmd_answer_is(answer, "SAME")) {
            import->before++;

        } else {
            import->later++;
        }

        return;
    }

    if (import->failed++ == 0 && answer->status == REDIS_ERROR) {
        cmd_error("Redis: %.*s", (int) answer->items[0].len,
                  answer->items[0].data);
    }
}


/* whole: the file could be read to its end. */

static int
cmd_import_end(cmd_import_t *import, int whole)
{
    if (import->rejected > CMD_NAMED) {
        cmd_error("%ld lines more are not valid",
                  import->rejected - CMD_NAMED);
    }

    cmd_print(import->cmd, json_pack("{s:s, s:I, s:I, s:I, s:I, s:I}", "shop",
              import->shop->name, "given", (json_int_t) import->given,
              "given_before", (json_int_t) import->before, "said_later",
              (json_int_t) import->later, "rejected",
              (json_int_t) import->rejected, "failed",
              (json_int_t) import->failed));

    return import->failed != 0 ? CMD_REDIS
           : import->rejected != 0 || !whole ? CMD_FAILED : CMD_OK;
}
