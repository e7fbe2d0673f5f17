/*
 * Copyright (C) SitePreserver developers
 *
 * What the commands that import a file share: the file and its lines, and calls
 * to Redis that are under way while the next lines are read.
 */

#ifndef CMD_IMPORT_H
#define CMD_IMPORT_H

#include "cmd.h"
#include "csv.h"


typedef struct cmd_import_s  cmd_import_t;

struct cmd_import_s {
    cmd_t                *cmd;
    const config_shop_t  *shop;
    csv_t                 csv;
    long                  answered; /* calls */
    long                  failed;   /* calls; the first error is told */
    long                  rejected; /* lines */
    void                (*replied)(cmd_import_t *import,
                             const redis_answer_t *answer);
                                    /* to a call, which is answered; NULL */
};


/* Opens the file, or standard input for "-".  0: said why not. */

int cmd_import_open(cmd_import_t *import, cmd_t *cmd,
    const config_shop_t *shop, const char *path);
void cmd_import_close(cmd_import_t *import);


/*
 * As csv_line(); shows on a terminal how far it is.  0: the end, or said that
 * not all could be read: import->csv.error.
 */

int cmd_import_line(cmd_import_t *import, char **text);


/*
 * Counts a line that is not what it should be, "an address", and names it; of
 * very many only the first.  A first line without an address is a heading.
 */

void cmd_import_reject(cmd_import_t *import, const char *what);
int cmd_import_heading(const cmd_import_t *import, const char *address);


/*
 * Calls without waiting for the answer, but for room when many are under way;
 * the arena is reset.  A call that is NULL could not be made: it has failed.
 */

void cmd_import_call(cmd_import_t *import, const sp_call_t *call);


/* Waits for all answers. */

void cmd_import_wait(cmd_import_t *import);


/* The exit status of the command; failed: Redis was not told of all. */

int cmd_import_status(const cmd_import_t *import, int failed);


#endif /* CMD_IMPORT_H */
