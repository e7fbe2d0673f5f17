/*
 * Copyright (C) SitePreserver developers
 */

#include "sp_graphql.h"
#include "sp_graphql_lex.h"
#include "sp_graphql_write.h"
#include "sp_json_raw.h"


typedef struct {
    sp_str_t            name;
    sp_str_t            selection;  /* between its braces */
    unsigned            seen:1;     /* its fields are listed already */
} graphql_fragment_t;


typedef struct {
    sp_graphql_t        *gql;
    const sp_pool_t     *pool;
    sp_str_t             wanted;    /* the operation's name */
    unsigned             noperations;
    unsigned             found:1;
    sp_str_t             selection; /* of the operation wanted */
    unsigned             nfragments;
    graphql_fragment_t  *fragments;

    unsigned             selected;  /* fields and spreads looked at */
    size_t               braces;    /* of fragments without a name */
    unsigned             depth;     /* of fragments with one */
    sp_graphql_lex_t     outer[SP_GRAPHQL_FRAGMENTS];
} graphql_reader_t;


static void graphql_values(sp_graphql_t *gql);
static sp_rc_t graphql_document(graphql_reader_t *r, const sp_str_t *text);
static sp_rc_t graphql_operation(graphql_reader_t *r, sp_graphql_lex_t *lex);
static sp_rc_t graphql_fragment(graphql_reader_t *r, sp_graphql_lex_t *lex);
static sp_rc_t graphql_defaults(graphql_reader_t *r, const sp_str_t *text);
static sp_rc_t graphql_fields(graphql_reader_t *r);
static sp_rc_t graphql_spread(graphql_reader_t *r, sp_graphql_lex_t *lex);
static sp_rc_t graphql_one_field(graphql_reader_t *r, sp_graphql_lex_t *lex);
static void graphql_add(sp_graphql_t *gql, const sp_graphql_field_t *field);
static sp_rc_t graphql_directives(sp_graphql_lex_t *lex);
static int graphql_str_is(const sp_str_t *s, const char *text);


sp_rc_t
sp_graphql_request(sp_graphql_request_t *request, const sp_pool_t *pool,
    const sp_str_t *body)
{
    size_t    pos;
    sp_rc_t   rc;
    sp_str_t  name, value, *text;

    memset(request, 0, sizeof(sp_graphql_request_t));

    pos = 0;

    while (sp_json_raw_member(body, &pos, &name, &value) == SP_OK) {

        if (graphql_str_is(&name, "variables")) {
            request->variables.len = 0;

            if (value.data[0] == '{') {
                request->variables = value;
            }

            continue;
        }

        if (graphql_str_is(&name, "query")) {
            text = &request->query;

        } else if (graphql_str_is(&name, "operationName")) {
            text = &request->operation;

        } else {
            continue;
        }

        text->len = 0;

        rc = sp_json_raw_string(pool, &value, text);

        if (rc == SP_NOMEM) {
            return rc;
        }
    }

    return request->query.len || request->operation.len ? SP_OK : SP_INVALID;
}


sp_rc_t
sp_graphql_parse(sp_graphql_t *gql, const sp_pool_t *pool,
    const sp_graphql_request_t *request)
{
    sp_rc_t            rc;
    graphql_reader_t  *r;

    memset(gql, 0, sizeof(sp_graphql_t));
    gql->variables = request->variables;

    if (request->query.len == 0) {
        if (request->operation.len == 0) {
            return SP_INVALID;
        }

        gql->kind = SP_GRAPHQL_PERSISTED;
        gql->operation = request->operation;
        gql->fields[0].name = request->operation;
        gql->fields[0].key = request->operation;
        gql->nfields = 1;

        return SP_OK;
    }

    graphql_values(gql);

    r = sp_calloc(pool, sizeof(graphql_reader_t)
                        + SP_GRAPHQL_FRAGMENTS * sizeof(graphql_fragment_t));
    if (r == NULL) {
        return SP_NOMEM;
    }

    r->gql = gql;
    r->pool = pool;
    r->wanted = request->operation;
    r->fragments = (graphql_fragment_t *) (void *) (r + 1);

    rc = graphql_document(r, &request->query);

    if (rc == SP_NOMEM) {
        return rc;
    }

    if (!r->found || (r->wanted.len == 0 && r->noperations > 1)) {
        return SP_INVALID;
    }

    if (graphql_fields(r) != SP_OK) {
        rc = SP_INVALID;
    }

    return rc;
}


const sp_graphql_field_t *
sp_graphql_field(const sp_graphql_t *gql, const sp_str_t *name, unsigned *i)
{
    const sp_graphql_field_t  *field;

    while (*i < gql->nfields) {
        field = &gql->fields[(*i)++];

        if (graphql_str_is(name, "*") || sp_str_eq(name, &field->name)) {
            return field;
        }
    }

    return NULL;
}


static void
graphql_values(sp_graphql_t *gql)
{
    size_t                  pos;
    sp_graphql_variable_t  *v;

    pos = 0;

    while (gql->nvalues < SP_GRAPHQL_VARIABLES) {
        v = &gql->values[gql->nvalues];

        if (sp_json_raw_member(&gql->variables, &pos, &v->name, &v->value)
            != SP_OK)
        {
            break;
        }

        gql->nvalues++;
    }
}


/* Notes the operation and the fragments; their selections are only skipped. */

static sp_rc_t
graphql_document(graphql_reader_t *r, const sp_str_t *text)
{
    sp_rc_t           rc;
    sp_graphql_lex_t  lex;

    sp_graphql_lex(&lex, text);

    while (lex.token != SP_GRAPHQL_END) {

        if (sp_graphql_named(&lex, "fragment")) {
            rc = graphql_fragment(r, &lex);

        } else {
            rc = graphql_operation(r, &lex);
        }

        if (rc != SP_OK) {
            return rc;
        }
    }

    return SP_OK;
}


static sp_rc_t
graphql_operation(graphql_reader_t *r, sp_graphql_lex_t *lex)
{
    sp_rc_t            rc, defaults;
    sp_str_t           name, variables, selection;
    sp_graphql_kind_t  kind;

    kind = SP_GRAPHQL_QUERY;
    name.len = 0;
    name.data = NULL;
    variables = name;

    if (!sp_graphql_is(lex, '{')) {

        if (sp_graphql_named(lex, "mutation")) {
            kind = SP_GRAPHQL_MUTATION;

        } else if (sp_graphql_named(lex, "subscription")) {
            kind = SP_GRAPHQL_SUBSCRIPTION;

        } else if (!sp_graphql_named(lex, "query")) {
            return SP_INVALID;
        }

        sp_graphql_next(lex);

        if (lex->token == SP_GRAPHQL_NAME) {
            name = lex->text;
            sp_graphql_next(lex);
        }

        if (sp_graphql_is(lex, '(')
            && sp_graphql_group(lex, &variables) != SP_OK)
        {
            return SP_INVALID;
        }

        if (graphql_directives(lex) != SP_OK || !sp_graphql_is(lex, '{')) {
            return SP_INVALID;
        }
    }

    rc = sp_graphql_group(lex, &selection);

    r->noperations++;

    if (r->found
        || (r->wanted.len != 0 && !sp_str_eq(&r->wanted, &name)))
    {
        return rc;
    }

    r->found = 1;
    r->selection = selection;
    r->gql->kind = kind;
    r->gql->operation = name;

    defaults = graphql_defaults(r, &variables);

    return defaults != SP_OK ? defaults : rc;
}


static sp_rc_t
graphql_fragment(graphql_reader_t *r, sp_graphql_lex_t *lex)
{
    sp_rc_t   rc;
    sp_str_t  name, selection;

    sp_graphql_next(lex);

    name = lex->text;

    if (lex->token != SP_GRAPHQL_NAME) {
        return SP_INVALID;
    }

    sp_graphql_next(lex);

    if (!sp_graphql_named(lex, "on")) {
        return SP_INVALID;
    }

    sp_graphql_next(lex);

    if (lex->token != SP_GRAPHQL_NAME) {
        return SP_INVALID;
    }

    sp_graphql_next(lex);

    if (graphql_directives(lex) != SP_OK || !sp_graphql_is(lex, '{')) {
        return SP_INVALID;
    }

    rc = sp_graphql_group(lex, &selection);

    if (r->nfragments < SP_GRAPHQL_FRAGMENTS) {
        r->fragments[r->nfragments].name = name;
        r->fragments[r->nfragments++].selection = selection;
    }

    return rc;
}


/* $name: Type = value @directive ... */

static sp_rc_t
graphql_defaults(graphql_reader_t *r, const sp_str_t *text)
{
    sp_rc_t                rc;
    sp_str_t               value;
    sp_graphql_t          *gql;
    sp_graphql_lex_t       lex;
    sp_graphql_variable_t  variable;

    gql = r->gql;

    sp_graphql_lex(&lex, text);

    while (sp_graphql_is(&lex, '$')) {

        sp_graphql_next(&lex);
        variable.name = lex.text;

        /* its type is of names and punctuators */

        while (lex.token == SP_GRAPHQL_NAME || sp_graphql_is(&lex, ':')
               || sp_graphql_is(&lex, '[') || sp_graphql_is(&lex, ']')
               || sp_graphql_is(&lex, '!'))
        {
            sp_graphql_next(&lex);
        }

        if (sp_graphql_is(&lex, '=')) {
            sp_graphql_next(&lex);

            if (sp_graphql_skip_value(&lex, &value) != SP_OK) {
                return SP_INVALID;
            }

            if (gql->ndefaults < SP_GRAPHQL_VARIABLES) {

                /* once, for it may be used in many places */

                rc = sp_graphql_constant(&variable.value, r->pool, &value);

                if (rc == SP_NOMEM) {
                    return rc;
                }

                gql->defaults[gql->ndefaults++] = variable;
            }
        }

        if (graphql_directives(&lex) != SP_OK) {
            return SP_INVALID;
        }
    }

    return lex.token == SP_GRAPHQL_END ? SP_OK : SP_INVALID;
}


/*
 * Goes through the selection, and through fragments where they are spread,
 * each once, so that a circle of them ends.
 */

static sp_rc_t
graphql_fields(graphql_reader_t *r)
{
    sp_rc_t           rc;
    sp_graphql_lex_t  lex;

    sp_graphql_lex(&lex, &r->selection);

    for ( ;; ) {

        if (lex.token == SP_GRAPHQL_END) {
            if (r->depth == 0) {
                return SP_OK;
            }

            lex = r->outer[--r->depth];
            continue;
        }

        if (r->braces != 0 && sp_graphql_is(&lex, '}')) {
            r->braces--;
            sp_graphql_next(&lex);
            continue;
        }

        if (r->selected++ == SP_GRAPHQL_SELECTED) {
            r->gql->dropped++;
            return SP_INVALID;
        }

        if (lex.token == SP_GRAPHQL_SPREAD) {
            rc = graphql_spread(r, &lex);

        } else {
            rc = graphql_one_field(r, &lex);
        }

        if (rc != SP_OK) {
            return rc;
        }
    }
}


/* ...Name, ... on Type { }, ... { }: goes on within it. */

static sp_rc_t
graphql_spread(graphql_reader_t *r, sp_graphql_lex_t *lex)
{
    unsigned             i;
    sp_str_t             name;
    graphql_fragment_t  *fragment;

    sp_graphql_next(lex);

    name.len = 0;
    name.data = NULL;

    if (sp_graphql_named(lex, "on")) {
        sp_graphql_next(lex);
        sp_graphql_next(lex);

    } else if (lex->token == SP_GRAPHQL_NAME) {
        name = lex->text;
        sp_graphql_next(lex);
    }

    if (graphql_directives(lex) != SP_OK) {
        return SP_INVALID;
    }

    if (name.len == 0) {
        if (!sp_graphql_is(lex, '{')) {
            return SP_INVALID;
        }

        r->braces++;
        sp_graphql_next(lex);

        return SP_OK;
    }

    for (i = 0; i < r->nfragments; i++) {
        fragment = &r->fragments[i];

        if (fragment->seen || !sp_str_eq(&fragment->name, &name)) {
            continue;
        }

        fragment->seen = 1;
        r->outer[r->depth++] = *lex;
        sp_graphql_lex(lex, &fragment->selection);

        break;
    }

    return SP_OK;
}


/* alias: name(arguments) @directives { ... } */

static sp_rc_t
graphql_one_field(graphql_reader_t *r, sp_graphql_lex_t *lex)
{
    sp_graphql_field_t  field;

    memset(&field, 0, sizeof(sp_graphql_field_t));

    if (lex->token != SP_GRAPHQL_NAME) {
        return SP_INVALID;
    }

    field.name = lex->text;
    field.key = lex->text;
    sp_graphql_next(lex);

    if (sp_graphql_is(lex, ':')) {
        sp_graphql_next(lex);

        if (lex->token != SP_GRAPHQL_NAME) {
            return SP_INVALID;
        }

        field.name = lex->text;
        sp_graphql_next(lex);
    }

    if (sp_graphql_is(lex, '(')
        && sp_graphql_group(lex, &field.arguments) != SP_OK)
    {
        field.cut = 1;
    }

    graphql_add(r->gql, &field);

    if (field.cut || graphql_directives(lex) != SP_OK) {
        return SP_INVALID;
    }

    if (sp_graphql_is(lex, '{')) {
        return sp_graphql_group(lex, NULL);
    }

    return SP_OK;
}


static void
graphql_add(sp_graphql_t *gql, const sp_graphql_field_t *field)
{
    unsigned  i;

    if (field->name.len >= 2 && memcmp(field->name.data, "__", 2) == 0) {
        return;
    }

    for (i = 0; i < gql->nfields; i++) {
        if (sp_str_eq(&gql->fields[i].key, &field->key)) {
            return;
        }
    }

    if (gql->nfields == SP_GRAPHQL_FIELDS) {
        gql->dropped++;
        return;
    }

    gql->fields[gql->nfields++] = *field;
}


static sp_rc_t
graphql_directives(sp_graphql_lex_t *lex)
{
    while (sp_graphql_is(lex, '@')) {
        sp_graphql_next(lex);

        if (lex->token != SP_GRAPHQL_NAME) {
            return SP_INVALID;
        }

        sp_graphql_next(lex);

        if (sp_graphql_is(lex, '(')
            && sp_graphql_group(lex, NULL) != SP_OK)
        {
            return SP_INVALID;
        }
    }

    return SP_OK;
}


static int
graphql_str_is(const sp_str_t *s, const char *text)
{
    return s->len == strlen(text) && memcmp(s->data, text, s->len) == 0;
}
