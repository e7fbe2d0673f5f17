/*
 * Copyright (C) SitePreserver developers
 *
 * JSON that is there whole, as a list of its values: strict, without recursion.
 */

#include "sp_json_raw.h"
#include "sp_product_int.h"


typedef struct {
    product_json_t  *json;
    const char      *p;
    const char      *end;
    uint32_t         open[PRODUCT_DEPTH_MAX];
    uint32_t         last[PRODUCT_DEPTH_MAX];   /* value in each, so far */
    unsigned         depth;
    uint32_t         size;
} product_parse_t;


static sp_rc_t parse_value(product_parse_t *parse);
static sp_rc_t parse_member(product_parse_t *parse, sp_str_t *key);
static sp_rc_t parse_node(product_parse_t *parse, product_node_type_t type,
    const sp_str_t *key, const sp_str_t *raw);
static sp_rc_t parse_string(product_parse_t *parse, sp_str_t *raw);
static sp_rc_t parse_escape(product_parse_t *parse);
static sp_rc_t parse_number(product_parse_t *parse, sp_str_t *raw);
static sp_rc_t parse_word(product_parse_t *parse, sp_str_t *raw);
static sp_rc_t parse_after(product_parse_t *parse);
static void parse_space(product_parse_t *parse);
static int parse_digits(product_parse_t *parse);


sp_rc_t
product_json_parse(product_json_t *json, const sp_pool_t *pool,
    const sp_str_t *text)
{
    size_t           i;
    sp_rc_t          rc;
    product_parse_t  parse;

    memset(&parse, 0, sizeof(product_parse_t));
    memset(json, 0, sizeof(product_json_t));

    json->pool = pool;
    parse.json = json;
    parse.p = text->data;
    parse.end = text->data + text->len;
    parse.size = 2;

    /* each value but the first of a container has a comma before it */

    for (i = 0; i < text->len; i++) {
        parse.size += text->data[i] == ',' || text->data[i] == '{'
                      || text->data[i] == '[';

        if (parse.size > PRODUCT_NODES_MAX) {
            return SP_LIMIT;
        }
    }

    json->nodes = sp_calloc(pool, parse.size * sizeof(product_node_t));

    if (json->nodes == NULL) {
        return SP_NOMEM;
    }

    json->n = 1;

    do {
        rc = parse_value(&parse);

        if (rc == SP_OK) {
            rc = parse_after(&parse);
        }

    } while (rc == SP_AGAIN);

    return rc;
}


/* One value; of a container only its begin. */

static sp_rc_t
parse_value(product_parse_t *parse)
{
    sp_rc_t              rc;
    sp_str_t             key, raw;
    product_node_type_t  type;

    memset(&key, 0, sizeof(sp_str_t));
    parse_space(parse);

    if (parse->depth != 0
        && parse->json->nodes[parse->open[parse->depth - 1]].type
           == PRODUCT_OBJECT)
    {
        rc = parse_member(parse, &key);

        if (rc != SP_OK) {
            return rc;
        }
    }

    if (parse->p == parse->end) {
        return SP_INVALID;
    }

    raw.data = parse->p;
    raw.len = 0;

    switch (*parse->p) {

    case '{':
    case '[':
        type = *parse->p == '{' ? PRODUCT_OBJECT : PRODUCT_ARRAY;
        parse->p++;

        if (parse->depth == PRODUCT_DEPTH_MAX) {
            return SP_LIMIT;
        }

        rc = parse_node(parse, type, &key, &raw);

        if (rc == SP_OK) {
            parse->open[parse->depth] = parse->json->n - 1;
            parse->last[parse->depth++] = PRODUCT_NONE;
        }

        return rc;

    case '"':
        type = PRODUCT_STRING;
        rc = parse_string(parse, &raw);
        break;

    case 't':
    case 'f':
    case 'n':
        type = PRODUCT_WORD;
        rc = parse_word(parse, &raw);
        break;

    default:
        type = PRODUCT_NUMBER;
        rc = parse_number(parse, &raw);
    }

    return rc == SP_OK ? parse_node(parse, type, &key, &raw) : rc;
}


static sp_rc_t
parse_member(product_parse_t *parse, sp_str_t *key)
{
    if (parse->p == parse->end || *parse->p != '"'
        || parse_string(parse, key) != SP_OK)
    {
        return SP_INVALID;
    }

    key->data++;
    key->len -= 2;

    parse_space(parse);

    if (parse->p == parse->end || *parse->p++ != ':') {
        return SP_INVALID;
    }

    parse_space(parse);

    return SP_OK;
}


static sp_rc_t
parse_node(product_parse_t *parse, product_node_type_t type,
    const sp_str_t *key, const sp_str_t *raw)
{
    uint32_t        n, in;
    product_node_t  *node, *nodes;

    nodes = parse->json->nodes;
    n = parse->json->n;

    if (n == parse->size) {
        return SP_LIMIT;
    }

    parse->json->n++;

    node = &nodes[n];
    node->type = type;
    node->key = *key;
    node->raw = *raw;

    if (parse->depth == 0) {
        return SP_OK;
    }

    in = parse->last[parse->depth - 1];

    if (in == PRODUCT_NONE) {
        nodes[parse->open[parse->depth - 1]].first = n;

    } else {
        nodes[in].next = n;
    }

    parse->last[parse->depth - 1] = n;

    return SP_OK;
}


/* What follows a value: SP_AGAIN: another one; SP_OK: all is over. */

static sp_rc_t
parse_after(product_parse_t *parse)
{
    char                  close;
    uint32_t              open;
    const product_node_t *nodes;

    nodes = parse->json->nodes;
    parse_space(parse);

    /* a container that has begun, and is not empty */

    if (parse->depth != 0
        && parse->open[parse->depth - 1] == parse->json->n - 1
        && parse->p < parse->end && *parse->p != '}' && *parse->p != ']')
    {
        return SP_AGAIN;
    }

    while (parse->depth != 0) {

        if (parse->p == parse->end) {
            return SP_INVALID;
        }

        open = parse->open[parse->depth - 1];
        close = nodes[open].type == PRODUCT_OBJECT ? '}' : ']';

        if (*parse->p == ',' && nodes[open].first != PRODUCT_NONE) {
            parse->p++;
            return SP_AGAIN;
        }

        if (*parse->p++ != close) {
            return SP_INVALID;
        }

        parse->depth--;
        parse_space(parse);
    }

    return parse->p == parse->end ? SP_OK : SP_INVALID;
}


static sp_rc_t
parse_string(product_parse_t *parse, sp_str_t *raw)
{
    raw->data = parse->p++;

    while (parse->p < parse->end) {

        if (*parse->p == '"') {
            parse->p++;
            raw->len = (size_t) (parse->p - raw->data);
            return SP_OK;
        }

        if ((unsigned char) *parse->p < 0x20) {
            return SP_INVALID;
        }

        if (*parse->p++ == '\\' && parse_escape(parse) != SP_OK) {
            return SP_INVALID;
        }
    }

    return SP_INVALID;
}


static sp_rc_t
parse_escape(product_parse_t *parse)
{
    unsigned  i;

    if (parse->p == parse->end) {
        return SP_INVALID;
    }

    if (*parse->p != 'u') {
        return strchr("\"\\/bfnrt", *parse->p) != NULL && *parse->p++ != '\0'
               ? SP_OK : SP_INVALID;
    }

    parse->p++;

    for (i = 0; i < 4; i++) {
        if (parse->p == parse->end || sp_hex(*parse->p++) < 0) {
            return SP_INVALID;
        }
    }

    return SP_OK;
}


static sp_rc_t
parse_number(product_parse_t *parse, sp_str_t *raw)
{
    raw->data = parse->p;

    if (*parse->p == '-') {
        parse->p++;
    }

    if (!parse_digits(parse)) {
        return SP_INVALID;
    }

    if (parse->p < parse->end && *parse->p == '.') {
        parse->p++;

        if (!parse_digits(parse)) {
            return SP_INVALID;
        }
    }

    if (parse->p < parse->end && (*parse->p | 0x20) == 'e') {
        parse->p++;

        if (parse->p < parse->end && (*parse->p == '+' || *parse->p == '-')) {
            parse->p++;
        }

        if (!parse_digits(parse)) {
            return SP_INVALID;
        }
    }

    raw->len = (size_t) (parse->p - raw->data);

    return SP_OK;
}


static int
parse_digits(product_parse_t *parse)
{
    const char  *start;

    start = parse->p;

    while (parse->p < parse->end && *parse->p >= '0' && *parse->p <= '9') {
        parse->p++;
    }

    return parse->p != start;
}


static sp_rc_t
parse_word(product_parse_t *parse, sp_str_t *raw)
{
    size_t    len;
    unsigned  i;

    static const char  *const words[] = { "true", "false", "null" };

    for (i = 0; i < 3; i++) {
        len = strlen(words[i]);

        if ((size_t) (parse->end - parse->p) >= len
            && memcmp(parse->p, words[i], len) == 0)
        {
            raw->data = parse->p;
            raw->len = len;
            parse->p += len;
            return SP_OK;
        }
    }

    return SP_INVALID;
}


static void
parse_space(product_parse_t *parse)
{
    while (parse->p < parse->end
           && (*parse->p == ' ' || *parse->p == '\t' || *parse->p == '\n'
               || *parse->p == '\r'))
    {
        parse->p++;
    }
}


uint32_t
product_json_get(const product_json_t *json, uint32_t node, const char *name)
{
    size_t    len;
    uint32_t  n;

    if (node == PRODUCT_NONE || json->nodes[node].type != PRODUCT_OBJECT) {
        return PRODUCT_NONE;
    }

    len = strlen(name);

    for (n = json->nodes[node].first; n != PRODUCT_NONE;
         n = json->nodes[n].next)
    {
        if (json->nodes[n].key.len == len
            && memcmp(json->nodes[n].key.data, name, len) == 0)
        {
            break;
        }
    }

    return n;
}


sp_rc_t
product_json_text(const product_json_t *json, uint32_t node, sp_str_t *text)
{
    sp_rc_t                rc;
    const product_node_t  *value;

    value = &json->nodes[node];

    if (node != PRODUCT_NONE && value->type == PRODUCT_STRING) {
        rc = sp_json_raw_string(json->pool, &value->raw, text);

        return rc == SP_INVALID ? SP_DONE : rc;
    }

    if (node != PRODUCT_NONE && value->type == PRODUCT_NUMBER) {
        *text = value->raw;
        return SP_OK;
    }

    return SP_DONE;
}
