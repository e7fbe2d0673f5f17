/*
 * Copyright (C) SitePreserver developers
 *
 * sitepreserver customers import.
 */

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "cmd.h"
#include "order.h"
#include "sp_arena.h"


#define CMD_WINDOW     1000         /* calls under way */
#define CMD_LINE_MAX   1024
#define CMD_PROGRESS   10000        /* lines */
#define CMD_BOM        "\xef\xbb\xbf"   /* what spreadsheets begin UTF-8 with */


typedef struct {
    cmd_t                *cmd;
    const config_shop_t  *shop;
    long                  imported;
    long                  failed;
    long                  rejected;
    long                  line;
} cmd_import_t;


static int cmd_import(cmd_import_t *import, FILE *fp);
static int cmd_import_read(cmd_import_t *import, FILE *fp);
static int cmd_import_line(cmd_import_t *import, char *text);
static int cmd_import_call(cmd_import_t *import, const sp_str_t *customer,
    const char *address);
static void cmd_import_answer(void *data, const redis_answer_t *answer);
static char *cmd_import_field(char **text);


static const char  cmd_customers_usage[] =
    "usage: sitepreserver customers import FILE [-c FILE] [--shop NAME]\n"
    "                                           [--json]\n"
    "\n"
    "FILE (\"-\": standard input) has a line for each customer: the "
    "platform's id\n"
    "and the address, separated by a comma, semicolon or tab, quoted or not.\n"
    "A logged-in customer is known by address then, from the first day.\n"
    "Lines that are not valid are counted and named by number on standard\n"
    "error; the rest is imported, status 1 tells that there were some.\n";


int
cmd_customers(int argc, char **argv)
{
    int           rc;
    FILE         *fp;
    cmd_t         cmd;
    cmd_import_t  import;

    rc = cmd_begin(&cmd, argc, argv, cmd_customers_usage, NULL, 0);

    if (rc != CMD_GO) {
        return rc;
    }

    if (cmd.nargs != 2 || strcmp(cmd.args[0], "import") != 0) {
        fputs(cmd_customers_usage, stderr);
        cmd_end(&cmd);
        return CMD_USAGE;
    }

    memset(&import, 0, sizeof(cmd_import_t));
    import.cmd = &cmd;
    import.shop = cmd_shop(&cmd);
    rc = CMD_USAGE;

    if (import.shop != NULL) {
        fp = strcmp(cmd.args[1], "-") == 0 ? stdin
                                           : fopen(cmd.args[1], "re");

        if (fp == NULL) {
            cmd_error("%s: %s", cmd.args[1], strerror(errno));

        } else {
            rc = cmd_connect(&cmd) ? cmd_import(&import, fp) : CMD_REDIS;

            if (fp != stdin) {
                fclose(fp);
            }
        }
    }

    cmd_end(&cmd);

    return rc;
}


static int
cmd_import(cmd_import_t *import, FILE *fp)
{
    int     whole;
    cmd_t  *cmd;

    cmd = import->cmd;
    whole = cmd_import_read(import, fp);

    while (redis_pending(cmd->redis) != 0) {
        event_base_loop(cmd->base, EVLOOP_ONCE);
    }

    if (import->line >= CMD_PROGRESS && isatty(STDERR_FILENO)) {
        fputc('\n', stderr);
    }

    cmd_print(cmd, json_pack("{s:s, s:I, s:I, s:I}", "shop",
                             import->shop->name, "imported",
                             (json_int_t) import->imported, "rejected",
                             (json_int_t) import->rejected, "failed",
                             (json_int_t) import->failed));

    return import->failed != 0 ? CMD_REDIS
           : import->rejected != 0 || !whole ? CMD_FAILED : CMD_OK;
}


/* Zero: not all of the file could be read. */

static int
cmd_import_read(cmd_import_t *import, FILE *fp)
{
    int     c;
    char    line[CMD_LINE_MAX];
    cmd_t  *cmd;

    cmd = import->cmd;

    while (fgets(line, sizeof(line), fp) != NULL) {
        import->line++;
        c = strchr(line, '\n') != NULL ? '\n' : 0;

        if (!cmd_import_line(import, line)) {
            import->rejected++;
            cmd_error("line %ld is not an id and an address", import->line);
        }

        /* The rest of a line that is too long is no line. */

        while (c != '\n' && c != EOF) {
            c = getc(fp);
        }

        while (redis_pending(cmd->redis) >= CMD_WINDOW) {
            event_base_loop(cmd->base, EVLOOP_ONCE);
        }

        if (import->line % CMD_PROGRESS == 0 && isatty(STDERR_FILENO)) {
            fprintf(stderr, "\r%ld lines", import->line);
        }
    }

    if (!ferror(fp)) {
        return 1;
    }

    cmd_error("after line %ld: %s", import->line, strerror(errno));

    return 0;
}


/* An empty line and a comment are well. */

static int
cmd_import_line(cmd_import_t *import, char *text)
{
    char      *id, *address;
    size_t     len;
    sp_str_t   customer;

    if (import->line == 1 && strncmp(text, CMD_BOM, strlen(CMD_BOM)) == 0) {
        text += strlen(CMD_BOM);
    }

    len = strcspn(text, "\r\n");

    if (text[len] == '\0' && len >= CMD_LINE_MAX - 1 - strlen(CMD_BOM)) {
        return 0;
    }

    text[len] = '\0';

    if (text[0] == '\0' || text[0] == '#') {
        return 1;
    }

    id = cmd_import_field(&text);
    address = cmd_import_field(&text);

    if (id == NULL || address == NULL) {
        return 0;
    }

    customer.data = id;
    customer.len = strlen(id);

    if (customer.len == 0 || customer.len > ORDER_ID_MAX) {
        return 0;
    }

    return cmd_import_call(import, &customer, address);
}


static char *
cmd_import_field(char **text)
{
    char  *start, *end;

    start = *text;

    if (start == NULL) {
        return NULL;
    }

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


static int
cmd_import_call(cmd_import_t *import, const sp_str_t *customer,
    const char *address)
{
    char                  normal[SP_ADDRESS_MAX + 1], sealed[SP_SEALED_MAX];
    size_t                len;
    sp_id_t               shopper, hash;
    sp_str_t              in, out, seal;
    sp_call_t             call;
    sp_arena_t           *arena;
    const sp_secret_t    *secret;
    const config_shop_t  *shop;

    shop = import->shop;
    secret = import->cmd->conf->secret;
    in.data = address;
    in.len = strlen(address);
    out.data = normal;

    if (sp_address_normalise(&in, normal, &out.len) != SP_OK
        || sp_secret_id(secret, SP_ID_SHOPPER, &shop->id, &out, &shopper)
           != SP_OK
        || sp_secret_id(secret, SP_ID_CUSTOMER, &shop->id, customer, &hash)
           != SP_OK
        || sp_secret_seal(secret, &shop->id, &shopper, &out, sealed, &len)
           != SP_OK)
    {
        return 0;
    }

    seal.data = sealed;
    seal.len = len;
    arena = import->cmd->arena;

    if (sp_call_customer(&call, sp_arena_pool(arena), &shop->id, &hash,
                         &shopper, &seal, shop->remember) != SP_OK
        || redis_call(import->cmd->redis, &call, REDIS_TIMEOUT,
                      cmd_import_answer, import) != 0)
    {
        import->failed++;
    }

    /* The call was formatted: nothing of it is needed any more. */

    sp_arena_reset(arena);

    return 1;
}


static void
cmd_import_answer(void *data, const redis_answer_t *answer)
{
    cmd_import_t  *import;

    import = data;

    if (answer->status == REDIS_REPLY) {
        import->imported++;
        return;
    }

    if (import->failed++ == 0 && answer->status == REDIS_ERROR) {
        cmd_error("Redis: %.*s", (int) answer->items[0].len,
                  answer->items[0].data);
    }
}
