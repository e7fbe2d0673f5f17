/*
 * Copyright (C) SitePreserver developers
 *
 * What a request's body says, once it is there.
 */

#include "sp_observation.h"


static sp_document_t sp_request_document(const sp_str_t *body);
static sp_rc_t sp_request_multipart(sp_observation_t *ob);
static sp_rc_t sp_request_form(sp_observation_t *ob, const sp_str_t *body);
static sp_rc_t sp_request_form_items(sp_observation_t *ob, int cut);
static sp_rc_t sp_request_json(sp_observation_t *ob, const sp_str_t *body);
static sp_rc_t sp_request_graphql(sp_observation_t *ob, const sp_str_t *body);
static sp_rc_t sp_request_graphql_args(sp_observation_t *ob,
    sp_graphql_request_t *request);
static sp_rc_t sp_request_arguments(sp_observation_t *ob);
static sp_rc_t sp_request_argument(sp_observation_t *ob,
    const sp_arguments_t *arguments, size_t *left);
static sp_rc_t sp_request_scan(sp_observation_t *ob, const sp_taps_t *taps,
    const sp_taps_mask_t *mask, const sp_str_t *text);


#define SP_ARGUMENTS_MAX  (256 * 1024)  /* bytes of all together */

#define sp_reads(ob, kind)  ((ob)->reads & 1u << (kind))


sp_rc_t
sp_request_finish(sp_observation_t *ob)
{
    sp_rc_t        rc;
    sp_str_t       body;
    sp_document_t  document;

    if (ob->request_done) {
        return SP_OK;
    }

    ob->request_done = 1;
    ob->have |= SP_NEEDS_REQUEST_BODY;

    body.data = ob->body;
    body.len = ob->body_len;

    document = sp_request_document(&body);

    rc = SP_OK;

    if (ob->multipart != NULL) {
        rc = sp_request_multipart(ob);

    } else if (document == SP_DOCUMENT_OTHER && sp_reads(ob, SP_SOURCE_FORM)) {
        rc = sp_request_form(ob, &body);
    }

    if (rc != SP_OK) {
        return rc;
    }

    if (document == SP_DOCUMENT_JSON && sp_reads(ob, SP_SOURCE_JSON)) {
        rc = sp_request_json(ob, &body);
        if (rc != SP_OK) {
            return rc;
        }
    }

    if (!sp_reads(ob, SP_SOURCE_GRAPHQL)
        && !sp_reads(ob, SP_SOURCE_RESPONSE_GRAPHQL))
    {
        return SP_OK;
    }

    return sp_request_graphql(ob, document == SP_DOCUMENT_JSON ? &body : NULL);
}


/* By its first byte: what Content-Type says is often wrong. */

static sp_document_t
sp_request_document(const sp_str_t *body)
{
    size_t  i;

    for (i = 0; i < body->len; i++) {

        switch (body->data[i]) {

        case ' ': case '\t': case '\r': case '\n':
            continue;

        case '{': case '[':
            return SP_DOCUMENT_JSON;

        default:
            return SP_DOCUMENT_OTHER;
        }
    }

    return SP_DOCUMENT_UNKNOWN;
}


/* Of one that breaks off, the parts that are whole count. */

static sp_rc_t
sp_request_multipart(sp_observation_t *ob)
{
    sp_rc_t  rc;

    rc = sp_multipart_end(ob->multipart, &ob->form);

    if (rc == SP_NOMEM) {
        return rc;
    }

    ob->form_read = 1;

    if (ob->form.cut) {
        ob->request_cut = 1;
    }

    if (rc != SP_OK && !ob->request_cut) {
        ob->request_bad = 1;
    }

    return sp_request_form_items(ob, rc != SP_OK);
}


static sp_rc_t
sp_request_form(sp_observation_t *ob, const sp_str_t *body)
{
    sp_str_t  text;

    text = *body;

    if (ob->request_cut) {

        /* the last pair may lack its end */

        while (text.len != 0 && text.data[text.len - 1] != '&') {
            text.len--;
        }
    }

    if (sp_form_parse(&ob->form, ob->pool, &text, 0) != SP_OK) {
        return SP_NOMEM;
    }

    ob->form_read = 1;

    if (ob->form.cut) {
        ob->request_cut = 1;
    }

    return sp_request_form_items(ob, ob->request_cut);
}


static sp_rc_t
sp_request_form_items(sp_observation_t *ob, int cut)
{
    sp_rc_t            rc;
    unsigned           i, rule;
    sp_collected_t    *collected;
    const sp_rules_t  *rules;

    rules = ob->rules;

    for (i = 0; i < rules->ncollections; i++) {
        if (rules->collections[i]->kind != SP_SOURCE_FORM) {
            continue;
        }

        rule = rules->owners[i]->index;

        if (!(ob->alive[rule / 64] >> (rule % 64) & 1)) {
            continue;
        }

        if (sp_observation_room(ob) != SP_OK) {
            return SP_NOMEM;
        }

        collected = sp_collected_create(ob->pool, rules->items[i],
                                        rules->collections[i]);
        if (collected == NULL) {
            return SP_NOMEM;
        }

        ob->collected[i] = collected;

        rc = sp_collected_form(collected, &ob->form, cut);
        if (rc != SP_OK) {
            return rc;
        }
    }

    return SP_OK;
}


static sp_rc_t
sp_request_json(sp_observation_t *ob, const sp_str_t *body)
{
    sp_taps_mask_t  mask;

    sp_taps_alive(ob, 0, &mask);

    return sp_request_scan(ob, &ob->rules->request, &mask, body);
}


static sp_rc_t
sp_request_scan(sp_observation_t *ob, const sp_taps_t *taps,
    const sp_taps_mask_t *mask, const sp_str_t *text)
{
    sp_rc_t             rc;
    sp_taps_scan_t      scan;
    sp_json_scanner_t  *scanner;

    if (taps->paths == NULL) {
        return SP_OK;
    }

    if (sp_observation_room(ob) != SP_OK) {
        return SP_NOMEM;
    }

    scanner = sp_taps_scan(&scan, ob, taps, mask);

    if (scanner == NULL || sp_json_scanner_once(scanner) != SP_OK) {
        return SP_NOMEM;
    }

    rc = sp_json_scan(scanner, text->data, text->len);

    if (rc == SP_NOMEM) {
        return rc;
    }

    if (sp_json_twice(scanner)) {
        sp_taps_forget(ob, taps);
        ob->request_bad = 1;
        return SP_OK;
    }

    if (ob->request_cut) {
        return SP_OK;
    }

    if (rc == SP_AGAIN) {
        rc = sp_json_end(scanner);
    }

    if (rc < 0) {
        ob->request_bad = 1;
    }

    return rc == SP_NOMEM ? rc : SP_OK;
}


/* body NULL: it is no JSON, so the request may be in the arguments. */

static sp_rc_t
sp_request_graphql(sp_observation_t *ob, const sp_str_t *body)
{
    sp_rc_t               rc;
    unsigned              i;
    sp_graphql_t         *graphql;
    sp_graphql_request_t  request;

    memset(&request, 0, sizeof(request));

    if (body != NULL) {
        rc = sp_graphql_request(&request, ob->pool, body);

    } else {
        rc = sp_request_graphql_args(ob, &request);
    }

    if (rc != SP_OK) {
        return rc == SP_NOMEM ? rc : SP_OK;
    }

    graphql = sp_calloc(ob->pool, sizeof(sp_graphql_t));
    ob->selected = sp_alloc(ob->pool, ob->rules->nroots * sizeof(uint64_t));

    if (graphql == NULL || ob->selected == NULL) {
        return SP_NOMEM;
    }

    for (i = 0; i < ob->rules->nroots; i++) {
        ob->selected[i] = SP_NOT_SELECTED;
    }

    rc = sp_graphql_parse(graphql, ob->pool, &request);

    if (rc == SP_NOMEM) {
        return rc;
    }

    if (rc != SP_OK && !ob->request_cut && graphql->dropped == 0) {
        ob->request_bad = 1;
    }

    if (graphql->dropped != 0) {
        ob->request_cut = 1;
    }

    if (graphql->nfields == 0) {
        return SP_OK;
    }

    ob->graphql = graphql;

    return sp_request_arguments(ob);
}


static sp_rc_t
sp_request_graphql_args(sp_observation_t *ob, sp_graphql_request_t *request)
{
    static const sp_str_t  query = sp_string("query");
    static const sp_str_t  operation = sp_string("operationName");
    static const sp_str_t  variables = sp_string("variables");

    if (sp_value_args(ob) != SP_OK) {
        return SP_NOMEM;
    }

    (void) sp_form_get(&ob->args, &query, &request->query);
    (void) sp_form_get(&ob->args, &operation, &request->operation);
    (void) sp_form_get(&ob->args, &variables, &request->variables);

    return request->query.len != 0 || request->operation.len != 0
           ? SP_OK : SP_DONE;
}


static sp_rc_t
sp_request_arguments(sp_observation_t *ob)
{
    size_t                 left;
    sp_rc_t                rc;
    const sp_arguments_t  *arguments;

    left = SP_ARGUMENTS_MAX;

    for (arguments = ob->rules->arguments; arguments != NULL;
         arguments = arguments->next)
    {
        rc = sp_request_argument(ob, arguments, &left);
        if (rc != SP_OK) {
            return rc;
        }
    }

    return SP_OK;
}


/*
 * The arguments of the fields that those paths are of.  A variable may stand
 * in many places, so that they are larger than the request.
 */

static sp_rc_t
sp_request_argument(sp_observation_t *ob, const sp_arguments_t *arguments,
    size_t *left)
{
    sp_rc_t                    rc;
    unsigned                   i;
    sp_str_t                   json;
    const sp_graphql_field_t  *field;

    i = 0;

    for ( ;; ) {

        field = sp_graphql_field(ob->graphql, &arguments->field, &i);
        if (field == NULL) {
            return SP_OK;
        }

        if (*left == 0) {
            ob->request_cut = 1;
            return SP_OK;
        }

        memset(&json, 0, sizeof(json));
        rc = sp_graphql_arguments(&json, ob->pool, ob->graphql, field);

        if (rc == SP_NOMEM) {
            return rc;
        }

        if (rc == SP_LIMIT) {
            *left = 0;

        } else if (rc != SP_OK && !ob->request_cut) {
            ob->request_bad = 1;
        }

        *left -= json.len < *left ? json.len : *left;

        if (json.len == 0) {
            continue;
        }

        rc = sp_request_scan(ob, &arguments->taps, NULL, &json);
        if (rc != SP_OK) {
            return rc;
        }
    }
}
