/*
 * Copyright (C) SitePreserver developers
 *
 * A bounded reader of GraphQL requests (GraphQL specification, October 2021,
 * section 2): which root fields an operation asks for, under which keys the
 * answer will hold them, and with which arguments.  It is no validator: what
 * it does not understand matches nothing.
 *
 *     sp_graphql_request(&request, &body);          body of the POST
 *     sp_graphql_parse(&gql, pool, &request);
 *     field = sp_graphql_field(&gql, &name, &i);    graphql:NAME, first: i = 0
 *     sp_graphql_arguments(&json, pool, &gql, field);
 *     ... scan json with the path of graphql:NAME.PATH ...
 *     ... response.graphql:NAME.PATH is data.<field->key>.PATH ...
 */

#ifndef SP_GRAPHQL_H
#define SP_GRAPHQL_H

#include "sp_str.h"


#define SP_GRAPHQL_FIELDS     32        /* root fields of one operation */
#define SP_GRAPHQL_FRAGMENTS  64        /* fragments of one document */
#define SP_GRAPHQL_DEPTH      64        /* lists and objects in each other */
#define SP_GRAPHQL_TEXT       (256 * 1024)  /* bytes of arguments as JSON */
#define SP_GRAPHQL_VARIABLES  64        /* of one operation; others are null */
#define SP_GRAPHQL_USES       1000      /* of variables, in one field */
#define SP_GRAPHQL_SELECTED   1000      /* root fields that are looked at, and
                                           spreads of fragments beside them */


typedef enum {
    SP_GRAPHQL_QUERY = 1,
    SP_GRAPHQL_MUTATION,
    SP_GRAPHQL_SUBSCRIPTION,
    SP_GRAPHQL_PERSISTED                /* no text: the operation's name */
} sp_graphql_kind_t;


/* What is sent: in a JSON body, or as arguments of a GET, decoded. */

typedef struct {
    sp_str_t            query;          /* the document */
    sp_str_t            operation;      /* operationName, may be empty */
    sp_str_t            variables;      /* JSON text as is, may be empty */
} sp_graphql_request_t;


typedef struct {
    sp_str_t            name;           /* of the field */
    sp_str_t            key;            /* in the answer: its alias or name */
    sp_str_t            arguments;      /* text between its parentheses */
    unsigned            cut:1;          /* the document broke off in it */
} sp_graphql_field_t;


typedef struct {
    sp_str_t            name;           /* without "$" */
    sp_str_t            value;          /* as it is written */
} sp_graphql_variable_t;


typedef struct {
    sp_graphql_kind_t      kind;
    sp_str_t               operation;   /* its name, may be empty */
    sp_graphql_field_t     fields[SP_GRAPHQL_FIELDS];
    unsigned               nfields;
    unsigned               dropped;     /* fields beyond the limit */
    sp_str_t               variables;   /* of the request, JSON text ... */
    sp_graphql_variable_t  values[SP_GRAPHQL_VARIABLES];    /* ... in pieces */
    unsigned               nvalues;
    sp_graphql_variable_t  defaults[SP_GRAPHQL_VARIABLES];  /* JSON text; empty:
                                           it is none */
    unsigned               ndefaults;
} sp_graphql_t;


/*
 * Takes a JSON body apart.  Strings are decoded into memory of the pool.
 * SP_OK: there is a query, or at least an operation's name; SP_INVALID: it is
 * no single GraphQL request (a batch, which is an array, among them);
 * SP_NOMEM.  A body cut by a limit is read as far as it goes, a query that is
 * cut is what there is of it.
 */

sp_rc_t sp_graphql_request(sp_graphql_request_t *request,
    const sp_pool_t *pool, const sp_str_t *body);


/*
 * Finds the operation (the one named, else the only one) and its root fields,
 * in order; those of fragments on the root too, whatever their type condition
 * and directives (@skip, @include are not evaluated: the answer tells).
 * Equal keys are listed once; __typename and its like are not.  Without a query
 * text (a persisted query) the operation's name stands for its only field, with
 * no arguments: gql->kind is SP_GRAPHQL_PERSISTED.  Strings point into the request; the pool gives
 * scratch memory.  SP_OK; SP_INVALID: no such operation or not GraphQL; what
 * was found before stays in gql, for a document that is cut; SP_NOMEM.
 */

sp_rc_t sp_graphql_parse(sp_graphql_t *gql, const sp_pool_t *pool,
    const sp_graphql_request_t *request);


/*
 * The next root field of that name ("*": of any), *i is where to go on, 0 at
 * first; NULL: no more.
 */

const sp_graphql_field_t *sp_graphql_field(const sp_graphql_t *gql,
    const sp_str_t *name, unsigned *i);


/*
 * The arguments of a root field as JSON text, from the pool: literals written
 * as JSON (enum values as strings), variables replaced by what the request
 * holds for them, else their default, else null.  So
 * setCustomer(input: {emailAddress: $mail, tags: [A]}) gives
 * {"input":{"emailAddress":"jo@example.com","tags":["A"]}}, and graphql:F.PATH
 * is read by a JSON scanner with PATH.  A persisted query, which has no text,
 * gives all variables as they are.  SP_OK; SP_INVALID: not GraphQL (json
 * holds what was well, for a document that is cut); SP_LIMIT: too long or too
 * deep; SP_NOMEM.
 */

sp_rc_t sp_graphql_arguments(sp_str_t *json, const sp_pool_t *pool,
    const sp_graphql_t *gql, const sp_graphql_field_t *field);


#endif /* SP_GRAPHQL_H */
