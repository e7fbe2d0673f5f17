/*
 * Copyright (C) SitePreserver developers
 */

#include <stdarg.h>
#include <stdlib.h>
#include <time.h>

#include "cmd.h"
#include "engine.h"
#include "log.h"
#include "sp_arena.h"


#define CMD_CONNECT  10000          /* ms */
#define CMD_TIMES    1000000000000  /* numbers from here on are Unix ms */


typedef struct {
    cmd_t           *cmd;
    redis_answer_t  *answer;
    int              done;
} cmd_wait_t;


static int cmd_option(cmd_t *cmd, char **argv, int *i, const char *usage,
    const cmd_option_t *options, unsigned n);
static void cmd_notice(void *data, int up);
static void cmd_answer(void *data, const redis_answer_t *answer);
static json_t *cmd_json_value(const sp_str_t *text);
static void cmd_print_lines(json_t *json, int indent);


int
cmd_begin(cmd_t *cmd, int argc, char **argv, const char *usage,
    const cmd_option_t *options, unsigned n)
{
    return cmd_begin_config(cmd, argc, argv, usage, options, n, config_read);
}


int
cmd_begin_config(cmd_t *cmd, int argc, char **argv, const char *usage,
    const cmd_option_t *options, unsigned n, cmd_config_pt read)
{
    int             rc;
    config_error_t  err;

    rc = cmd_options(cmd, argc, argv, usage, options, n);

    if (rc != CMD_GO) {
        return rc;
    }

    cmd->conf = read(cmd->file, &err);

    if (cmd->conf == NULL) {
        fprintf(stderr, "%s\n", err.text);
        cmd_end(cmd);
        return CMD_CONFIG;
    }

    return CMD_GO;
}


int
cmd_begin_shops(cmd_t *cmd, int argc, char **argv, const char *usage)
{
    int  rc;

    rc = cmd_begin(cmd, argc, argv, usage, NULL, 0);

    if (rc != CMD_GO) {
        return rc;
    }

    if (cmd->shop_name != NULL && cmd_shop(cmd) == NULL) {
        rc = CMD_USAGE;

    } else if (!cmd_connect(cmd)) {
        rc = CMD_REDIS;
    }

    if (rc != CMD_GO) {
        cmd_end(cmd);
    }

    return rc;
}


int
cmd_about(const cmd_t *cmd, const config_shop_t *shop)
{
    return cmd->shop_name == NULL || strcmp(cmd->shop_name, shop->name) == 0;
}


int
cmd_options(cmd_t *cmd, int argc, char **argv, const char *usage,
    const cmd_option_t *options, unsigned n)
{
    int  i, rc, only_args;

    memset(cmd, 0, sizeof(cmd_t));
    cmd->file = CONFIG_DEFAULT;
    cmd->arena = sp_arena_create(0);
    cmd->args = calloc((size_t) argc + 1, sizeof(char *));

    if (cmd->arena == NULL || cmd->args == NULL) {
        cmd_error("out of memory");
        cmd_end(cmd);
        return CMD_FAILED;
    }

    only_args = 0;

    for (i = 1; i < argc; i++) {

        if (only_args || argv[i][0] != '-' || argv[i][1] == '\0') {
            cmd->args[cmd->nargs++] = argv[i];
            continue;
        }

        if (strcmp(argv[i], "--") == 0) {
            only_args = 1;
            continue;
        }

        rc = cmd_option(cmd, argv, &i, usage, options, n);

        if (rc != CMD_GO) {
            cmd_end(cmd);
            return rc;
        }
    }

    return CMD_GO;
}


/* "--name VALUE" and "--name=VALUE". */

static int
cmd_option(cmd_t *cmd, char **argv, int *i, const char *usage,
    const cmd_option_t *options, unsigned n)
{
    size_t              len;
    unsigned            k;
    const char         *name, *equals;
    const cmd_option_t *option;
    cmd_option_t        common[] = {
        { "json", &cmd->json, NULL },
        { "config", NULL, &cmd->file },
        { "shop", NULL, &cmd->shop_name },
    };

    name = argv[*i];

    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
        fputs(usage, stdout);
        return CMD_OK;
    }

    name = strcmp(name, "-c") == 0 ? "--config"
           : strcmp(name, "-o") == 0 ? "--output" : name;
    equals = strchr(name, '=');
    len = equals != NULL ? (size_t) (equals - name) : strlen(name);

    for (k = 0; k < n + 3 && name[1] == '-'; k++) {
        option = k < n ? &options[k] : &common[k - n];

        if (strlen(option->name) != len - 2
            || strncmp(name + 2, option->name, len - 2) != 0)
        {
            continue;
        }

        if (option->flag != NULL && equals == NULL) {
            *option->flag = 1;
            return CMD_GO;
        }

        if (option->value != NULL && equals != NULL) {
            *option->value = equals + 1;
            return CMD_GO;
        }

        if (option->value != NULL && argv[*i + 1] != NULL) {
            *option->value = argv[++*i];
            return CMD_GO;
        }
    }

    cmd_error("unknown or incomplete option \"%s\"", argv[*i]);
    fputs(usage, stderr);

    return CMD_USAGE;
}


void
cmd_end(cmd_t *cmd)
{
    redis_free(cmd->redis);

    if (cmd->base != NULL) {
        event_base_free(cmd->base);
    }

    config_unref(cmd->conf);
    sp_arena_destroy(cmd->arena);
    free(cmd->args);
    memset(cmd, 0, sizeof(cmd_t));
}


void
cmd_error(const char *fmt, ...)
{
    va_list  ap;

    fputs("sitepreserver: ", stderr);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
}


config_shop_t *
cmd_shop(cmd_t *cmd)
{
    config_shop_t  *shop;

    if (cmd->shop_name == NULL) {
        if (cmd->conf->nshops == 1) {
            return &cmd->conf->shops[0];
        }

        cmd_error("there are several shops: say which with --shop NAME");
        return NULL;
    }

    shop = config_shop(cmd->conf, cmd->shop_name);

    if (shop == NULL) {
        cmd_error("there is no shop \"%s\" in %s", cmd->shop_name, cmd->file);
    }

    return shop;
}


int
cmd_connect(cmd_t *cmd)
{
    int64_t  end;

    log_set_level(LOG_ERROR);
    cmd->base = event_base_new();

    if (cmd->base != NULL) {
        cmd->redis = redis_create(cmd->base, &cmd->conf->redis, cmd_notice,
                                  cmd);
    }

    if (cmd->redis == NULL) {
        cmd_error("cannot set up the connection to Redis");
        return 0;
    }

    end = now_ms() + CMD_CONNECT;

    /* The client's own ticks wake the loop. */

    while (!redis_is_up(cmd->redis) && now_ms() < end) {
        event_base_loop(cmd->base, EVLOOP_ONCE);

        if (redis_error(cmd->redis)[0] != '\0') {
            break;
        }
    }

    if (!redis_is_up(cmd->redis)) {
        cmd_redis_error(cmd);
        return 0;
    }

    return 1;
}


void
cmd_redis_error(const cmd_t *cmd)
{
    char         where[REDIS_WHERE_MAX];
    const char  *why;

    why = redis_error(cmd->redis);

    cmd_error("Redis at \"%s\": %s", redis_where(&cmd->conf->redis, where),
              why[0] != '\0' ? why : "no answer");
}


static void
cmd_notice(void *data, int up)
{
}


int
cmd_call(cmd_t *cmd, const sp_call_t *call, redis_answer_t *answer)
{
    cmd_wait_t  wait;

    wait.cmd = cmd;
    wait.answer = answer;
    wait.done = 0;

    if (redis_call(cmd->redis, call, CMD_CONNECT, cmd_answer, &wait) != 0) {
        cmd_error("out of memory");
        return 0;
    }

    while (!wait.done) {
        if (event_base_loop(cmd->base, EVLOOP_ONCE) != 0) {
            break;
        }
    }

    if (!wait.done || answer->status == REDIS_DOWN) {
        cmd_redis_error(cmd);
        return 0;
    }

    if (answer->status == REDIS_ERROR) {
        cmd_error("Redis: %.*s", (int) answer->items[0].len,
                  answer->items[0].data);
        return 0;
    }

    return 1;
}


static void
cmd_answer(void *data, const redis_answer_t *answer)
{
    char             *copy;
    size_t            i;
    sp_str_t         *items;
    cmd_wait_t       *wait;
    const sp_pool_t  *pool;

    wait = data;
    wait->done = 1;
    wait->answer->status = answer->status;
    wait->answer->n = 0;

    pool = sp_arena_pool(wait->cmd->arena);
    items = sp_alloc(pool, (answer->n + 1) * sizeof(sp_str_t));
    wait->answer->items = items;

    for (i = 0; i < answer->n && items != NULL; i++) {
        copy = sp_alloc(pool, answer->items[i].len + 1);

        if (copy == NULL) {
            items = NULL;
            break;
        }

        if (answer->items[i].len != 0) {
            memcpy(copy, answer->items[i].data, answer->items[i].len);
        }

        copy[answer->items[i].len] = '\0';
        items[i].data = copy;
        items[i].len = answer->items[i].len;
        wait->answer->n++;
    }

    if (items == NULL) {
        wait->answer->status = REDIS_DOWN;
    }
}


int
cmd_answer_is(const redis_answer_t *answer, const char *text)
{
    return answer->n == 1 && answer->items[0].len == strlen(text)
           && memcmp(answer->items[0].data, text, strlen(text)) == 0;
}


int
cmd_address(cmd_t *cmd, const config_shop_t *shop, const char *text,
    char address[SP_ADDRESS_MAX + 1], sp_id_t *shopper)
{
    sp_str_t  in, normal;

    in.data = text;
    in.len = strlen(text);
    normal.data = address;

    if (sp_address_normalise(&in, address, &normal.len) != SP_OK
        || sp_secret_id(cmd->conf->secret, SP_ID_SHOPPER, &shop->id, &normal,
                        shopper) != SP_OK)
    {
        cmd_error("that is not an address");
        return 0;
    }

    return 1;
}


int
cmd_state_dir(cmd_t *cmd)
{
    sp_error_t  err;

    if (!journal_check(cmd->conf->state_dir, &err)) {
        cmd_error("%s", err.text);
        return 0;
    }

    return 1;
}


json_t *
cmd_json_pairs(const redis_answer_t *answer)
{
    char     name[64];
    size_t   i;
    json_t  *json;

    json = json_object();

    for (i = 0; i + 1 < answer->n; i += 2) {
        snprintf(name, sizeof(name), "%.*s", (int) answer->items[i].len,
                 answer->items[i].data);
        json_object_set_new(json, name,
                            cmd_json_value(&answer->items[i + 1]));
    }

    return json;
}


static json_t *
cmd_json_value(const sp_str_t *text)
{
    size_t   i;
    json_t  *value;

    for (i = 0; i < text->len && text->data[i] >= '0' && text->data[i] <= '9';
         i++)
    {
        /* void */
    }

    if (i == text->len && i > 0 && i < 16 && (i == 1 || text->data[0] != '0'))
    {
        return json_integer(strtoll(text->data, NULL, 10));
    }

    value = json_stringn(text->data, text->len);

    return value != NULL ? value : json_string("?");
}


void
cmd_print(const cmd_t *cmd, json_t *json)
{
    if (cmd->json) {
        json_dumpf(json, stdout, JSON_INDENT(2)|JSON_PRESERVE_ORDER);
        putchar('\n');

    } else {
        cmd_print_lines(json, 0);
    }

    json_decref(json);
}


static void
cmd_print_lines(json_t *json, int indent)
{
    char        *text, when[32];
    size_t       i;
    json_t      *value;
    const char  *name;

    if (json_is_array(json)) {
        json_array_foreach(json, i, value) {
            cmd_print_lines(value, indent);

            if (i + 1 < json_array_size(json) && json_is_object(value)) {
                putchar('\n');
            }
        }

        return;
    }

    if (json_is_string(json)) {
        printf("%*s%s\n", indent, "", json_string_value(json));
        return;
    }

    if (json_is_integer(json)) {
        printf("%*s%s\n", indent, "", cmd_time(json_integer_value(json),
                                              when));
        return;
    }

    json_object_foreach(json, name, value) {
        if (json_is_object(value) || json_is_array(value)) {
            printf("%*s%s\n", indent, "", name);
            cmd_print_lines(value, indent + 2);

        } else if (json_is_string(value)) {
            printf("%*s%-*s %s\n", indent, "", 24 - indent, name,
                   json_string_value(value));

        } else if (json_integer_value(value) > CMD_TIMES) {
            printf("%*s%-*s %s\n", indent, "", 24 - indent, name,
                   cmd_time(json_integer_value(value), when));

        } else {
            text = json_dumps(value, JSON_ENCODE_ANY);
            printf("%*s%-*s %s\n", indent, "", 24 - indent, name, text);
            free(text);
        }
    }
}


const char *
cmd_time(int64_t ms, char buf[32])
{
    time_t     t;
    struct tm  tm;

    if (ms == 0) {
        return "never";
    }

    t = (time_t) (ms / 1000);
    gmtime_r(&t, &tm);
    strftime(buf, 32, "%Y-%m-%dT%H:%M:%SZ", &tm);

    return buf;
}
