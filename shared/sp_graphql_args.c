/*
 * Copyright (C) SitePreserver developers
 *
 * Arguments of a field, rewritten as JSON.
 */

#include "sp_graphql.h"
#include "sp_graphql_lex.h"
#include "sp_graphql_write.h"
#include "sp_json_int.h"


typedef struct {
    sp_graphql_writer_t  out;
    const sp_graphql_t  *gql;       /* NULL: variables are not allowed */
    unsigned             depth;     /* lists and objects open ... */
    uint64_t             objects;   /* ... a bit each, the innermost last */
    unsigned             uses;      /* of variables */
    unsigned             comma:1;   /* something comes before */
} graphql_writer_t;


static void graphql_object(graphql_writer_t *w, sp_graphql_lex_t *lex);
static void graphql_close(graphql_writer_t *w, sp_graphql_lex_t *lex);
static void graphql_member(graphql_writer_t *w, sp_graphql_lex_t *lex);
static void graphql_value(graphql_writer_t *w, sp_graphql_lex_t *lex);
static void graphql_open(graphql_writer_t *w, sp_graphql_lex_t *lex);
static void graphql_number(graphql_writer_t *w, const sp_str_t *text);
static void graphql_variable(graphql_writer_t *w, const sp_str_t *name);


sp_rc_t
sp_graphql_arguments(sp_str_t *json, const sp_pool_t *pool,
    const sp_graphql_t *gql, const sp_graphql_field_t *field)
{
    sp_graphql_lex_t  lex;
    graphql_writer_t  w;

    memset(&w, 0, sizeof(graphql_writer_t));
    w.out.pool = pool;
    w.gql = gql;

    if (gql->kind == SP_GRAPHQL_PERSISTED) {
        *json = gql->variables;

        if (json->len == 0) {
            json->data = "{}";
            json->len = 2;
        }

        return SP_OK;
    }

    sp_graphql_lex(&lex, &field->arguments);

    sp_graphql_write(&w.out, "{", 1);
    graphql_object(&w, &lex);
    sp_graphql_write(&w.out, "}", 1);

    json->data = w.out.data;
    json->len = w.out.len;

    return w.out.rc;
}


/* All that is left of the text: the members of an object that is open. */

static void
graphql_object(graphql_writer_t *w, sp_graphql_lex_t *lex)
{
    while (w->out.rc == SP_OK
           && (w->depth != 0 || lex->token != SP_GRAPHQL_END))
    {

        if (w->depth != 0
            && (sp_graphql_is(lex, '}') || sp_graphql_is(lex, ']')))
        {
            graphql_close(w, lex);
            continue;
        }

        if (w->comma) {
            sp_graphql_write(&w->out, ",", 1);
        }

        if (w->depth == 0 || (w->objects & 1) != 0) {
            graphql_member(w, lex);
        }

        graphql_value(w, lex);
    }
}


static void
graphql_close(graphql_writer_t *w, sp_graphql_lex_t *lex)
{
    if (sp_graphql_is(lex, '}') != (int) (w->objects & 1)) {
        w->out.rc = SP_INVALID;
        return;
    }

    sp_graphql_write(&w->out, lex->text.data, 1);
    sp_graphql_next(lex);

    w->objects >>= 1;
    w->depth--;
    w->comma = 1;
}


static void
graphql_member(graphql_writer_t *w, sp_graphql_lex_t *lex)
{
    sp_str_t  name;

    name = lex->text;

    if (lex->token != SP_GRAPHQL_NAME) {
        w->out.rc = SP_INVALID;
        return;
    }

    sp_graphql_next(lex);

    if (!sp_graphql_is(lex, ':')) {
        w->out.rc = SP_INVALID;
        return;
    }

    sp_graphql_next(lex);

    sp_graphql_write(&w->out, "\"", 1);
    sp_graphql_write(&w->out, name.data, name.len);
    sp_graphql_write(&w->out, "\":", 2);
}


static void
graphql_value(graphql_writer_t *w, sp_graphql_lex_t *lex)
{
    if (w->out.rc != SP_OK) {
        return;
    }

    w->comma = 1;

    switch (lex->token) {

    case SP_GRAPHQL_NAME:
        if (sp_graphql_named(lex, "true") || sp_graphql_named(lex, "false")
            || sp_graphql_named(lex, "null"))
        {
            sp_graphql_write(&w->out, lex->text.data, lex->text.len);
            break;
        }

        sp_graphql_write(&w->out, "\"", 1);
        sp_graphql_write(&w->out, lex->text.data, lex->text.len);
        sp_graphql_write(&w->out, "\"", 1);
        break;

    case SP_GRAPHQL_NUMBER:
        graphql_number(w, &lex->text);
        break;

    case SP_GRAPHQL_STRING:
        sp_graphql_write_string(&w->out, &lex->text);
        break;

    case SP_GRAPHQL_BLOCK:
        sp_graphql_write_block(&w->out, &lex->text);
        break;

    case SP_GRAPHQL_PUNCTUATOR:
        graphql_open(w, lex);
        break;

    default:
        w->out.rc = SP_INVALID;
        return;
    }

    sp_graphql_next(lex);
}


/* A variable, or a list or an object that begins. */

static void
graphql_open(graphql_writer_t *w, sp_graphql_lex_t *lex)
{
    char  c;

    c = lex->text.data[0];

    if (c == '$') {
        sp_graphql_next(lex);

        if (lex->token != SP_GRAPHQL_NAME || w->gql == NULL) {
            w->out.rc = SP_INVALID;
            return;
        }

        graphql_variable(w, &lex->text);
        return;
    }

    if (c != '{' && c != '[') {
        w->out.rc = SP_INVALID;
        return;
    }

    if (w->depth == SP_GRAPHQL_DEPTH) {
        w->out.rc = SP_LIMIT;
        return;
    }

    sp_graphql_write(&w->out, &c, 1);

    w->objects = (w->objects << 1) | (c == '{');
    w->depth++;
    w->comma = 0;
}


static void
graphql_number(graphql_writer_t *w, const sp_str_t *text)
{
    uint8_t      state;
    const char  *end;

    state = 0;
    end = text->data + text->len;

    if (sp_json_number(&state, text->data, end) != end
        || !sp_json_number_whole(state))
    {
        w->out.rc = SP_INVALID;
        return;
    }

    sp_graphql_write(&w->out, text->data, text->len);
}


static void
graphql_variable(graphql_writer_t *w, const sp_str_t *name)
{
    unsigned                      i;
    const sp_graphql_variable_t  *variable;

    if (w->uses++ == SP_GRAPHQL_USES) {
        w->out.rc = SP_LIMIT;
        return;
    }

    /* of equal names the last one counts */

    for (i = w->gql->nvalues; i > 0; i--) {
        variable = &w->gql->values[i - 1];

        if (sp_str_eq(&variable->name, name)) {
            sp_graphql_write(&w->out, variable->value.data,
                             variable->value.len);
            return;
        }
    }

    for (i = 0; i < w->gql->ndefaults; i++) {
        variable = &w->gql->defaults[i];

        if (!sp_str_eq(&variable->name, name)) {
            continue;
        }

        if (variable->value.len == 0) {
            w->out.rc = SP_INVALID;
            return;
        }

        sp_graphql_write(&w->out, variable->value.data, variable->value.len);
        return;
    }

    sp_graphql_write(&w->out, "null", 4);
}


sp_rc_t
sp_graphql_constant(sp_str_t *json, const sp_pool_t *pool,
    const sp_str_t *text)
{
    sp_graphql_lex_t  lex;
    graphql_writer_t  w;

    json->len = 0;
    json->data = NULL;

    sp_graphql_lex(&lex, text);

    memset(&w, 0, sizeof(graphql_writer_t));
    w.out.pool = pool;

    graphql_value(&w, &lex);

    if (w.depth != 0) {
        graphql_object(&w, &lex);
    }

    if (w.out.rc == SP_OK) {
        json->data = w.out.data;
        json->len = w.out.len;
    }

    return w.out.rc;
}
