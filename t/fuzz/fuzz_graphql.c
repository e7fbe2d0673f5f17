/*
 * Copyright (C) SitePreserver developers
 *
 * Runs: 30000
 *
 * A JSON body, then as a document with variables: arguments that are well
 * must be JSON.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE                 /* memmem() */
#endif

#include <jansson.h>

#include "fuzz.h"
#include "sp_graphql.h"


/* trusted: its variables are JSON; those of a request are taken as they are. */

static void
look(const sp_graphql_request_t *request, int trusted)
{
    json_t                    *json;
    sp_str_t                   text, any = sp_string("*");
    unsigned                   i;
    static sp_graphql_t        gql;
    const sp_graphql_field_t  *field;

    (void) sp_graphql_parse(&gql, pool, request);

    must(gql.nfields <= SP_GRAPHQL_FIELDS);

    for (i = 0; (field = sp_graphql_field(&gql, &any, &i)) != NULL; ) {

        must(field->name.len != 0 && field->key.len != 0);

        if (sp_graphql_arguments(&text, pool, &gql, field) != SP_OK) {
            continue;
        }

        must(text.len <= SP_GRAPHQL_TEXT);

        /* what jansson refuses although it is JSON is left out */

        if (trusted && sp_utf8_valid(text.data, text.len) == text.len
            && memmem(text.data, text.len, "\\u", 2) == NULL
            && memchr(text.data, 'e', text.len) == NULL
            && memchr(text.data, 'E', text.len) == NULL)
        {
            json = json_loadb(text.data, text.len,
                              JSON_DECODE_INT_AS_REAL | JSON_ALLOW_NUL, NULL);
            must(json != NULL);
            json_decref(json);
        }
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    sp_str_t              s;
    sp_graphql_request_t  request;

    s = fuzz_begin(data, size);

    if (sp_graphql_request(&request, pool, &s) == SP_OK) {
        must_be_utf8(&request.query);
        must_be_utf8(&request.operation);
        look(&request, 0);
    }

    memset(&request, 0, sizeof(request));
    request.operation = fuzz_line(&s);
    request.query = s;
    request.variables = (sp_str_t) sp_string("{\"a\":[{\"b\":1}]}");

    look(&request, 1);

    return 0;
}
