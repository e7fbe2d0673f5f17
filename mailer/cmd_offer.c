/*
 * Copyright (C) SitePreserver developers
 *
 * sitepreserver offer import, sitepreserver offer list.
 */

#include <ctype.h>
#include <stdlib.h>

#include "cmd_import.h"
#include "cmd_offer.h"
#include "config_value.h"
#include "sp_arena.h"


#define CMD_BLANK  " \t\v\f"


typedef struct {
    cmd_import_t          import;
    sp_str_t              pool;
    long                  imported;
    long                  seen;
    char                  text[SP_CODES_MAX][SP_CODE_MAX + 1];
    sp_str_t              codes[SP_CODES_MAX];
    size_t                n;
    long                  after;    /* lines before the heading */
    int                   open;     /* a cell that began in a line before */
} cmd_codes_t;


static int cmd_offer_import(cmd_t *cmd, const char *file, const char *pool);
static int cmd_offer_read(cmd_codes_t *codes);
static int cmd_offer_line(cmd_codes_t *codes, char *text);
static char *cmd_offer_cell(char **text);
static int cmd_offer_open(cmd_codes_t *codes, const char *text);
static int cmd_offer_heading(const char *text);
static int cmd_offer_flush(cmd_codes_t *codes);
static int cmd_offer_list(cmd_t *cmd);
static json_t *cmd_offer_one(cmd_t *cmd, const config_shop_t *shop,
    const config_offer_t *offer);
static int cmd_offer_count(cmd_t *cmd, const config_shop_t *shop,
    const char *pool, uint64_t n[3]);
static int cmd_offer_uses(const config_shop_t *shop, const char *pool);


static const char  cmd_offer_usage[] =
    "usage: sitepreserver offer import FILE --pool POOL [-c FILE] "
    "[--shop NAME]\n"
    "                                  [--json]\n"
    "       sitepreserver offer list [-c FILE] [--shop NAME] [--json]\n"
    "\n"
    "import puts codes into a pool, from which each message of an offer with\n"
    "that pool takes one.  FILE (\"-\": standard input) has a code a line, or "
    "is a\n"
    "CSV file whose first column has them; a first line like \"code\", "
    "\"coupon\"\n"
    "or \"voucher code\" is its heading.  A code has no white space in it.\n"
    "A code that was ever in the pool is not taken again.  Lines that are not\n"
    "valid are named by number on standard error; the rest is imported, status "
    "1\n"
    "tells that there were some.\n"
    "\n"
    "list shows the offers of the configuration, and how many codes of each "
    "pool\n"
    "are free, reserved for a message, and given away.\n";


int
cmd_offer(int argc, char **argv)
{
    int          rc;
    cmd_t        cmd;
    const char  *pool;

    const cmd_option_t  options[] = { { "pool", NULL, &pool } };

    pool = NULL;
    rc = cmd_begin(&cmd, argc, argv, cmd_offer_usage, options, 1);

    if (rc != CMD_GO) {
        return rc;
    }

    if (cmd.nargs == 2 && strcmp(cmd.args[0], "import") == 0
        && pool != NULL)
    {
        rc = cmd_offer_import(&cmd, cmd.args[1], pool);

    } else if (cmd.nargs == 1 && strcmp(cmd.args[0], "list") == 0
               && pool == NULL)
    {
        rc = cmd_offer_list(&cmd);

    } else {
        fputs(cmd_offer_usage, stderr);
        rc = CMD_USAGE;
    }

    cmd_end(&cmd);

    return rc;
}


static int
cmd_offer_import(cmd_t *cmd, const char *file, const char *pool)
{
    int                   rc;
    cmd_codes_t          *codes;
    const config_shop_t  *shop;

    if (config_value_pool(pool) != NULL) {
        cmd_error("--pool: \"%s\" %s", pool, config_value_pool(pool));
        return CMD_USAGE;
    }

    codes = calloc(1, sizeof(cmd_codes_t));

    if (codes == NULL) {
        cmd_error("out of memory");
        return CMD_FAILED;
    }

    codes->pool.data = pool;
    codes->pool.len = strlen(pool);
    shop = cmd_shop(cmd);
    rc = CMD_USAGE;

    if (shop != NULL && cmd_import_open(&codes->import, cmd, shop, file)) {
        rc = cmd_connect(cmd) ? cmd_offer_read(codes) : CMD_REDIS;
        cmd_import_close(&codes->import);
    }

    free(codes);

    return rc;
}


static int
cmd_offer_read(cmd_codes_t *codes)
{
    int            ok, rc;
    char          *text;
    cmd_import_t  *import;

    import = &codes->import;

    if (!cmd_offer_uses(import->shop, codes->pool.data)) {
        cmd_error("warning: no offer of shop \"%s\" has the pool \"%s\"",
                  import->shop->name, codes->pool.data);
    }

    ok = 1;

    while (ok && cmd_import_line(import, &text)) {
        rc = cmd_offer_line(codes, text);

        if (rc == 0) {
            import->rejected++;
            cmd_error("line %ld has no code", import->csv.line);

        } else if (rc < 0) {
            import->rejected++;
            cmd_error("line 1: the codes must be in the first column; nothing "
                      "is imported");
            break;
        }

        if (codes->n == SP_CODES_MAX) {
            ok = cmd_offer_flush(codes);
        }
    }

    ok = ok && cmd_offer_flush(codes);

    cmd_print(import->cmd, json_pack("{s:s, s:s, s:I, s:I, s:I}", "shop",
                                     import->shop->name, "pool",
                                     codes->pool.data, "imported",
                                     (json_int_t) codes->imported, "seen",
                                     (json_int_t) codes->seen, "rejected",
                                     (json_int_t) import->rejected));

    return cmd_import_status(import, !ok);
}


/*
 * A line of white space, a comment and a heading are well.  What is rejected
 * (0) is rejected whole, never cut: half a code is another one.  -1: all is, as
 * a heading says that the codes are elsewhere.
 */

static int
cmd_offer_line(cmd_codes_t *codes, char *text)
{
    char    *code;
    size_t   len;

    if (text == NULL || cmd_offer_open(codes, text)) {
        return 0;
    }

    text += strspn(text, CMD_BLANK);

    if (*text == '\0' || *text == '#') {
        return 1;
    }

    code = cmd_offer_cell(&text);

    if (code == NULL) {
        return 0;
    }

    if (codes->import.csv.line == 1 && strncasecmp(code, "sep=", 4) == 0) {
        codes->after = 1;
        return 1;
    }

    if (codes->import.csv.line == 1 + codes->after) {
        if (cmd_offer_heading(code)) {
            return 1;
        }

        while (text != NULL) {
            if (cmd_offer_heading(cmd_offer_cell(&text))) {
                return -1;
            }
        }
    }

    if (config_value_code(code) != NULL || strchr(code, '"') != NULL) {
        return 0;
    }

    len = strlen(code);
    memcpy(codes->text[codes->n], code, len + 1);
    codes->codes[codes->n].data = codes->text[codes->n];
    codes->codes[codes->n].len = len;
    codes->n++;

    return 1;
}


/* The first one that is left, without blanks around it; NULL: not a cell. */

static char *
cmd_offer_cell(char **text)
{
    char  *cell, *end;

    cell = csv_field(text, CSV_SEPARATORS);

    if (cell == NULL) {
        *text = NULL;
        return NULL;
    }

    cell += strspn(cell, CMD_BLANK);
    end = cell + strlen(cell);

    while (end > cell && strchr(CMD_BLANK, end[-1]) != NULL) {
        *--end = '\0';
    }

    return cell;
}


/*
 * Is the line a part of a cell that has several?  One opens where a separator
 * or the line's begin is before its quote, and where that has no end.
 */

static int
cmd_offer_open(cmd_codes_t *codes, const char *text)
{
    int   was, quoted;
    char  before;

    was = codes->open;
    quoted = was;

    for (before = ','; *text != '\0'; before = *text++) {
        if (*text == '"'
            && (quoted || strchr(CSV_SEPARATORS, before) != NULL))
        {
            quoted = !quoted;

            /* two of them within a cell are one */

            if (!quoted && text[1] == '"') {
                quoted = 1;
                text++;
            }
        }
    }

    codes->open = quoted;

    return was || quoted;
}


/* What exports and spreadsheets begin with. */

static int
cmd_offer_heading(const char *text)
{
    size_t              i;
    static const char  *headings[] = {
        "code", "codes", "coupon", "coupons", "coupon code", "coupon_code",
        "voucher", "vouchers", "voucher code", "voucher_code",
        "discount code", "discount_code", "promo code", "promo_code",
        "promotion code", "promotion_code", "gift code", "gift_code"
    };

    if (text == NULL) {
        return 0;
    }

    for (i = 0; i < sizeof(headings) / sizeof(headings[0]); i++) {
        if (strcasecmp(text, headings[i]) == 0) {
            return 1;
        }
    }

    return 0;
}


static int
cmd_offer_flush(cmd_codes_t *codes)
{
    cmd_t           *cmd;
    uint64_t         n[2];
    sp_call_t        call;
    const sp_str_t  *shop;
    redis_answer_t   answer;

    if (codes->n == 0) {
        return 1;
    }

    cmd = codes->import.cmd;
    shop = &codes->import.shop->id;

    if (sp_call_offer_import(&call, sp_arena_pool(cmd->arena), shop,
                             &codes->pool, codes->codes, codes->n) != SP_OK)
    {
        cmd_error("out of memory");
        return 0;
    }

    if (!cmd_call(cmd, &call, &answer)) {
        return 0;
    }

    if (answer.n != 1 || sp_offer_reply_read(&answer.items[0], n, 2) != SP_OK)
    {
        cmd_error("Redis gave another answer");
        return 0;
    }

    codes->imported += (long) n[0];
    codes->seen += (long) n[1];
    codes->n = 0;
    sp_arena_reset(cmd->arena);

    return 1;
}


static int
cmd_offer_list(cmd_t *cmd)
{
    json_t               *json, *offers, *one;
    unsigned              i, k;
    const config_shop_t  *shop;

    if (cmd->shop_name != NULL && cmd_shop(cmd) == NULL) {
        return CMD_USAGE;
    }

    if (!cmd_connect(cmd)) {
        return CMD_REDIS;
    }

    json = json_object();

    for (i = 0; i < cmd->conf->nshops; i++) {
        shop = &cmd->conf->shops[i];

        if (!cmd_about(cmd, shop)) {
            continue;
        }

        offers = json_object();

        for (k = 0; k < shop->noffers; k++) {
            one = cmd_offer_one(cmd, shop, &shop->offers[k]);

            if (one == NULL) {
                json_decref(offers);
                json_decref(json);
                return CMD_REDIS;
            }

            json_object_set_new(offers, shop->offers[k].name, one);
        }

        json_object_set_new(json, shop->name, offers);
    }

    cmd_print(cmd, json);

    return CMD_OK;
}


static json_t *
cmd_offer_one(cmd_t *cmd, const config_shop_t *shop,
    const config_offer_t *offer)
{
    json_t             *json;
    uint64_t            n[3];
    static const char  *kinds[] = { "discount", "value-add", "exclusivity",
                                    "upgrade" };

    json = json_pack("{s:s, s:i}", "kind", kinds[offer->kind], "strength",
                     (int) offer->strength);

    if (offer->code != NULL) {
        json_object_set_new(json, "code", json_string(offer->code));
    }

    if (offer->pattern != NULL) {
        json_object_set_new(json, "pattern", json_string(offer->pattern));
    }

    if (offer->pool != NULL) {
        if (!cmd_offer_count(cmd, shop, offer->pool, n)) {
            json_decref(json);
            return NULL;
        }

        json_object_set_new(json, "pool", json_string(offer->pool));
        json_object_set_new(json, "free", json_integer((json_int_t) n[0]));
        json_object_set_new(json, "reserved",
                            json_integer((json_int_t) n[1]));
        json_object_set_new(json, "given", json_integer((json_int_t) n[2]));
    }

    return json;
}


static int
cmd_offer_count(cmd_t *cmd, const config_shop_t *shop, const char *pool,
    uint64_t n[3])
{
    sp_str_t         name;
    sp_call_t        call;
    redis_answer_t   answer;

    name.data = pool;
    name.len = strlen(pool);

    if (sp_call_offers(&call, sp_arena_pool(cmd->arena), &shop->id, &name)
        != SP_OK || !cmd_call(cmd, &call, &answer))
    {
        return 0;
    }

    return answer.n == 1
           && sp_offer_reply_read(&answer.items[0], n, 3) == SP_OK;
}


int
cmd_offer_warnings(cmd_t *cmd, const config_shop_t *shop, json_t *list)
{
    unsigned               i, k;
    uint64_t               n[3];
    const config_offer_t  *offer;

    for (i = 0; i < shop->noffers; i++) {
        offer = &shop->offers[i];

        for (k = 0; k < i && offer->pool != NULL; k++) {
            if (shop->offers[k].pool != NULL
                && strcmp(shop->offers[k].pool, offer->pool) == 0)
            {
                break;
            }
        }

        if (offer->pool == NULL || k < i) {
            continue;
        }

        if (!cmd_offer_count(cmd, shop, offer->pool, n)) {
            return 0;
        }

        if (n[0] < CONFIG_CODES_FEW) {
            json_array_append_new(list, json_sprintf("shop \"%s\": the pool "
                "\"%s\" of offer \"%s\" has %llu codes left "
                "(sitepreserver offer import)", shop->name, offer->pool,
                offer->name, (unsigned long long) n[0]));
        }
    }

    return 1;
}


static int
cmd_offer_uses(const config_shop_t *shop, const char *pool)
{
    unsigned  i;

    for (i = 0; i < shop->noffers; i++) {
        if (shop->offers[i].pool != NULL
            && strcmp(shop->offers[i].pool, pool) == 0)
        {
            return 1;
        }
    }

    return 0;
}
