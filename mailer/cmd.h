/*
 * Copyright (C) SitePreserver developers
 *
 * What the commands share: options, the configuration, calls to Redis that
 * are waited for, output for people and for scripts.
 */

#ifndef CMD_H
#define CMD_H

#include <jansson.h>

#include "redis.h"


/* Exit statuses; docs/sitepreserver.1. */

#define CMD_GO        (-1)          /* go on: not a status */
#define CMD_OK        0
#define CMD_FAILED    1             /* it could not be done */
#define CMD_USAGE     2             /* wrong options */
#define CMD_CONFIG    3             /* the configuration is wrong */
#define CMD_REDIS     4             /* Redis did not answer, or refused */
#define CMD_NOT_FOUND 5             /* nothing is known of it */
#define CMD_NOT_MAILED 6            /* it must not be mailed */
#define CMD_DAMAGED   7             /* done, but for what could not be read */


/* An option of one command: a flag, or one with a value. */

typedef struct {
    const char   *name;             /* without the dashes */
    int          *flag;
    const char  **value;
} cmd_option_t;


typedef struct {
    const char         *file;       /* of the configuration */
    int                 json;
    const char         *shop_name;  /* --shop; NULL: not given */
    char              **args;       /* those that are no options */
    int                 nargs;
    config_t           *conf;
    struct event_base  *base;
    redis_t            *redis;
    struct sp_arena_s  *arena;
} cmd_t;


/*
 * Reads -c FILE, --json, --shop NAME, --help and the command's own options,
 * then the configuration.  CMD_GO, or the status to end with.
 */

int cmd_begin(cmd_t *cmd, int argc, char **argv, const char *usage,
    const cmd_option_t *options, unsigned n);
void cmd_end(cmd_t *cmd);


/* cmd_begin() with another way to read the configuration. */

typedef config_t *(*cmd_config_pt)(const char *path, config_error_t *err);

int cmd_begin_config(cmd_t *cmd, int argc, char **argv, const char *usage,
    const cmd_option_t *options, unsigned n, cmd_config_pt read);


/* The same without the configuration. */

int cmd_options(cmd_t *cmd, int argc, char **argv, const char *usage,
    const cmd_option_t *options, unsigned n);


/*
 * The same for a command about all shops, or the one of --shop, without options
 * of its own; and connects to Redis.
 */

int cmd_begin_shops(cmd_t *cmd, int argc, char **argv, const char *usage);


/* Is it about this shop? */

int cmd_about(const cmd_t *cmd, const config_shop_t *shop);


/* "sitepreserver: ..." on standard error. */

void cmd_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));


/* --shop, or the only one; NULL: said why. */

config_shop_t *cmd_shop(cmd_t *cmd);


/* Connects to Redis; 0: said why not. */

int cmd_connect(cmd_t *cmd);


/* Says that it does not answer, which one that is, and why. */

void cmd_redis_error(const cmd_t *cmd);


/*
 * Calls and waits.  1: *answer is a reply, its strings live as long as cmd;
 * 0: said why there is none.
 */

int cmd_call(cmd_t *cmd, const sp_call_t *call, redis_answer_t *answer);


/* Is the answer this one string? */

int cmd_answer_is(const redis_answer_t *answer, const char *text);


/* Normalises an address and gives its id; 0: said that it is none. */

int cmd_address(cmd_t *cmd, const config_shop_t *shop, const char *text,
    char address[SP_ADDRESS_MAX + 1], sp_id_t *shopper);


/* Is the state directory there?  0: said why not. */

int cmd_state_dir(cmd_t *cmd);


/* name, value, ... as an object; digits become numbers. */

json_t *cmd_json_pairs(const redis_answer_t *answer);


/* Prints JSON with --json, else its members as lines; frees it. */

void cmd_print(const cmd_t *cmd, json_t *json);


/* Unix ms as "2026-01-31T12:00:00Z"; "never" for 0. */

const char *cmd_time(int64_t ms, char buf[32]);


/* ---- the commands ---- */

int daemon_run(int argc, char **argv);
int cmd_bounce(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_consent(int argc, char **argv);
int cmd_creative(int argc, char **argv);
int cmd_detect(int argc, char **argv);
int cmd_doctor(int argc, char **argv);
int cmd_keygen(int argc, char **argv);
int cmd_offer(int argc, char **argv);
int cmd_replay(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_status(int argc, char **argv);
int cmd_why(int argc, char **argv);
int cmd_test_send(int argc, char **argv);
int cmd_suppress(int argc, char **argv);
int cmd_customers(int argc, char **argv);
int cmd_order(int argc, char **argv);
int cmd_settle(int argc, char **argv);
int cmd_restore(int argc, char **argv);


#endif /* CMD_H */
