/*
 * Copyright (C) SitePreserver developers
 *
 * sitepreserver suppress import.
 */

#include <stdlib.h>
#include <time.h>

#include "cmd_import.h"
#include "cmd_suppress.h"
#include "sp_arena.h"


#define CMD_BATCH  500              /* addresses noted at once */


typedef struct {
    cmd_import_t          import;
    const char           *reason;
    journal_fold_t        known;
    int                   redis;    /* is it there? */
    int                   error;    /* errno of the file, ends it */
    buffer_t              lines;    /* for the file, of this batch */
    sp_id_t               batch[CMD_BATCH];
    unsigned              nbatch;
    long                  suppressed;
    long                  before;   /* that were so already */
} cmd_list_t;


static int cmd_list_import(cmd_list_t *list);
static int cmd_list_line(cmd_list_t *list, char *text);
static void cmd_list_note(cmd_list_t *list, const sp_id_t *shopper);
static void cmd_list_flush(cmd_list_t *list);
static void cmd_list_redis(cmd_list_t *list);
static int cmd_list_end(cmd_list_t *list);


int
cmd_suppress_import(cmd_t *cmd, const config_shop_t *shop, const char *path,
    const char *reason)
{
    int          rc;
    cmd_list_t  *list;

    list = calloc(1, sizeof(cmd_list_t));

    if (list == NULL) {
        cmd_error("out of memory");
        return CMD_FAILED;
    }

    list->reason = reason;
    rc = CMD_USAGE;

    if (cmd_import_open(&list->import, cmd, shop, path)) {
        rc = CMD_FAILED;

        if (cmd_state_dir(cmd) && cmd_suppressions_read(cmd, &list->known)) {
            buffer_init(&list->lines, (CMD_BATCH + 1) * JOURNAL_LINE_MAX);
            rc = cmd_list_import(list);
            buffer_free(&list->lines);
            journal_fold_free(&list->known);
        }

        cmd_import_close(&list->import);
    }

    free(list);

    return rc;
}


/* Without Redis the file has it all, and Redis is told later. */

static int
cmd_list_import(cmd_list_t *list)
{
    char          *text;
    cmd_import_t  *import;

    import = &list->import;
    list->redis = cmd_connect(import->cmd);

    while (list->error == 0 && cmd_import_line(import, &text)) {
        if (!cmd_list_line(list, text)) {
            cmd_import_reject(import, "an address");
        }

        if (list->nbatch == CMD_BATCH) {
            cmd_list_flush(list);
        }
    }

    cmd_list_flush(list);

    if (list->redis) {
        cmd_import_wait(import);
    }

    return cmd_list_end(list);
}


/* 0: it is not an address.  A line without one may be a heading. */

static int
cmd_list_line(cmd_list_t *list, char *text)
{
    char                  normal[SP_ADDRESS_MAX + 1];
    sp_id_t               shopper;
    sp_str_t              in, out;
    const cmd_import_t   *import;

    import = &list->import;
    text = csv_field(&text, CSV_SEPARATORS);

    if (text == NULL || text[0] == '\0') {
        return text != NULL;
    }

    in.data = text;
    in.len = strlen(text);
    out.data = normal;

    if (sp_address_normalise(&in, normal, &out.len) != SP_OK
        || sp_secret_id(import->cmd->conf->secret, SP_ID_SHOPPER,
                        &import->shop->id, &out, &shopper) != SP_OK)
    {
        return cmd_import_heading(import, text);
    }

    cmd_list_note(list, &shopper);

    return 1;
}


static void
cmd_list_note(cmd_list_t *list, const sp_id_t *shopper)
{
    char         line[JOURNAL_LINE_MAX];
    const char  *shop;

    shop = list->import.shop->name;

    if (journal_fold_has(&list->known, shop, shopper)) {
        list->before++;

    } else {
        list->suppressed++;
        journal_suppression_line(line, (int64_t) time(NULL), shop, shopper,
                                 list->reason);
        buffer_str(&list->lines, line);
        journal_fold_suppression(&list->known, 0, shop, shopper, list->reason,
                                 0);
    }

    list->batch[list->nbatch++] = *shopper;
}


/* First to our own file, which lasts; then to Redis. */

static void
cmd_list_flush(cmd_list_t *list)
{
    cmd_t  *cmd;

    cmd = list->import.cmd;

    if (list->lines.len != 0) {
        list->error = journal_write_lines(cmd->conf->state_dir,
                                          "suppressions", list->lines.data,
                                          list->lines.len);
        buffer_reset(&list->lines);
    }

    if (list->error != 0) {
        cmd_error("%s/suppressions: %s", cmd->conf->state_dir,
                  strerror(list->error));

    } else if (list->redis) {
        cmd_list_redis(list);
    }

    list->nbatch = 0;
}


static void
cmd_list_redis(cmd_list_t *list)
{
    int            rc;
    unsigned       i;
    sp_call_t      call;
    cmd_import_t  *import;

    import = &list->import;

    for (i = 0; i < list->nbatch; i++) {
        rc = sp_call_suppress(&call, sp_arena_pool(import->cmd->arena),
                              &import->shop->id, &list->batch[i], list->reason,
                              0);
        cmd_import_call(import, rc == SP_OK ? &call : NULL);
    }
}


static int
cmd_list_end(cmd_list_t *list)
{
    const cmd_import_t  *import;

    import = &list->import;

    if (list->error != 0 || import->csv.error != 0) {
        cmd_error("not all lines were read: import the file again");
        return CMD_FAILED;
    }

    cmd_print(import->cmd, json_pack("{s:s, s:I, s:I, s:I}", "shop",
              import->shop->name, "suppressed",
              (json_int_t) list->suppressed, "suppressed_before",
              (json_int_t) list->before, "rejected",
              (json_int_t) import->rejected));

    if (!list->redis || import->failed != 0) {
        cmd_error("noted in the mailer's file; Redis will be told when the "
                  "mailer starts again");
        return CMD_REDIS;
    }

    return import->rejected != 0 ? CMD_FAILED : CMD_OK;
}
