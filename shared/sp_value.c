/*
 * Copyright (C) SitePreserver developers
 */

#include "sp_observation.h"


static sp_rc_t sp_value_read(sp_observation_t *ob, const sp_source_t *source,
    sp_value_t *value);
static sp_rc_t sp_value_arg(sp_observation_t *ob, const sp_source_t *source,
    sp_str_t *text);
static sp_rc_t sp_value_cookie(sp_observation_t *ob,
    const sp_source_t *source, sp_str_t *text);
static void sp_value_pairs(sp_observation_t *ob);
static int sp_value_cookies(const sp_observation_t *ob, unsigned i,
    sp_str_t *header);
static sp_rc_t sp_value_uri(sp_observation_t *ob, const sp_source_t *source,
    sp_str_t *text);
static sp_rc_t sp_value_response_cookie(sp_observation_t *ob,
    const sp_source_t *source, sp_str_t *text);
static void sp_value_sets(sp_observation_t *ob);
static sp_rc_t sp_value_set(const sp_observation_t *ob, unsigned i,
    sp_cookie_t *set);
static sp_rc_t sp_value_scanned(sp_observation_t *ob,
    const sp_source_t *source, sp_value_t *value);


sp_rc_t
sp_value_get(sp_observation_t *ob, const sp_source_t *source,
    sp_value_t *value)
{
    sp_rc_t  rc;

    memset(value, 0, sizeof(sp_value_t));
    value->source = source;

    rc = sp_value_read(ob, source, value);
    if (rc != SP_OK) {
        return rc;
    }

    value->state = SP_SCANNED_TEXT;
    value->blank = value->text.len == 0;

    return sp_decoders_run(&source->decoders, ob->pool, &value->text);
}


sp_rc_t
sp_value_first(sp_observation_t *ob, const sp_sources_t *sources,
    sp_value_t *value)
{
    sp_rc_t             rc;
    unsigned            i, blank;
    sp_scanned_state_t  state;

    /* what is told of an absent value is the most that any of them told */

    state = SP_SCANNED_NOTHING;
    blank = 0;

    for (i = 0; i < sources->n; i++) {

        rc = sp_value_get(ob, &sources->list[i], value);
        if (rc != SP_DONE) {
            return rc;
        }

        if (value->state > state && value->source->decoders.n == 0
            && value->state != SP_SCANNED_TEXT)
        {
            state = value->state;
        }

        if (value->source->decoders.n == 0) {
            blank |= value->blank;
        }
    }

    value->state = state;
    value->blank = blank;

    return SP_DONE;
}


sp_rc_t
sp_value_take(sp_observation_t *ob, const sp_sources_t *sources,
    sp_form_of_t form, unsigned needs, sp_value_t *value)
{
    sp_rc_t   rc;
    unsigned  i;

    for (i = 0; i < sources->n; i++) {

        if ((sources->list[i].needs & ~(needs | SP_NEEDS_NOTHING))
            || (sources->list[i].absent & ob->absent))
        {
            continue;
        }

        rc = sp_value_get(ob, &sources->list[i], value);

        if (rc == SP_OK) {
            rc = sp_field_take(ob->pool,
                               sp_field_form(form, value->source
                                                   ->decoders.money),
                               value->cut, &value->text);
        }

        if (rc != SP_DONE) {
            return rc;
        }
    }

    return SP_DONE;
}


/* The value as it stands there: SP_OK, or SP_DONE and value->state. */

static sp_rc_t
sp_value_read(sp_observation_t *ob, const sp_source_t *source,
    sp_value_t *value)
{
    switch (source->kind) {

    case SP_SOURCE_ARG:
        return sp_value_arg(ob, source, &value->text);

    case SP_SOURCE_FORM:
        return ob->form_read ? sp_form_get(&ob->form, &source->name,
                                           &value->text)
                             : SP_DONE;

    case SP_SOURCE_COOKIE:
        return sp_value_cookie(ob, source, &value->text);

    case SP_SOURCE_HEADER:
        return ob->ex->request_header(ob->ex->data, &source->name, 0,
                                      &value->text)
               ? SP_OK : SP_DONE;

    case SP_SOURCE_URI:
        return sp_value_uri(ob, source, &value->text);

    case SP_SOURCE_BODY:
        value->text.data = ob->body;
        value->text.len = ob->body_len;
        value->cut = ob->request_cut;
        return SP_OK;

    case SP_SOURCE_VALUE:
        value->text = source->name;
        return SP_OK;

    case SP_SOURCE_RESPONSE_HEADER:
        return ob->answered
               && ob->ex->response_header(ob->ex->data, &source->name, 0,
                                          &value->text)
               ? SP_OK : SP_DONE;

    case SP_SOURCE_RESPONSE_COOKIE:
        return sp_value_response_cookie(ob, source, &value->text);

    case SP_SOURCE_RESPONSE_BODY:
        value->text.data = ob->text;
        value->text.len = ob->text_len;
        value->cut = ob->response_cut || ob->text_len == SP_BODY_TEXT;
        return SP_OK;

    default:
        return sp_value_scanned(ob, source, value);
    }
}


static sp_rc_t
sp_value_arg(sp_observation_t *ob, const sp_source_t *source, sp_str_t *text)
{
    if (sp_value_args(ob) != SP_OK) {
        return SP_NOMEM;
    }

    return sp_form_get(&ob->args, &source->name, text);
}


sp_rc_t
sp_value_args(sp_observation_t *ob)
{
    if (ob->args_read) {
        return SP_OK;
    }

    ob->args_read = 1;

    return sp_form_parse(&ob->args, ob->pool, &ob->ex->args, 0);
}


static sp_rc_t
sp_value_cookie(sp_observation_t *ob, const sp_source_t *source,
    sp_str_t *text)
{
    unsigned         i, n;
    sp_str_t         header;
    sp_cookie_t      cookie;
    const sp_str_t  *pairs;

    pairs = sp_observe_pairs(ob, &n);

    if (pairs != NULL) {

        for (i = 0; i < n; i++) {
            if (sp_cookie_named(&pairs[i], &source->name, &cookie)
                && cookie.value.len != 0)
            {
                *text = cookie.value;
                return SP_OK;
            }
        }

        return SP_DONE;
    }

    for (i = 0; sp_value_cookies(ob, i, &header); i++) {
        if (sp_cookie_get(&header, &source->name, text) == SP_OK) {
            return SP_OK;
        }
    }

    return SP_DONE;
}


/* Many ask for one after another: the headers are taken apart once. */

const sp_str_t *
sp_observe_pairs(sp_observation_t *ob, unsigned *n)
{
    if (!ob->pairs_read) {
        sp_value_pairs(ob);
    }

    *n = ob->npairs;

    return ob->npairs <= SP_PAIRS ? ob->pairs : NULL;
}


static void
sp_value_pairs(sp_observation_t *ob)
{
    size_t    pos;
    unsigned  i;
    sp_str_t  header, pair;

    ob->pairs_read = 1;
    ob->npairs = 0;

    for (i = 0; sp_value_cookies(ob, i, &header); i++) {

        pos = 0;

        while (sp_cookie_pair(&header, &pos, &pair) == SP_OK) {

            if (ob->npairs == SP_PAIRS) {
                ob->npairs++;
                return;
            }

            ob->pairs[ob->npairs++] = pair;
        }
    }
}


/* The i-th Cookie header, zero if there is none: a browser sends one. */

static int
sp_value_cookies(const sp_observation_t *ob, unsigned i, sp_str_t *header)
{
    static const sp_str_t  name = sp_string("cookie");

    return i < SP_COOKIE_HEADERS
           && ob->ex->request_header(ob->ex->data, &name, i, header);
}


/* uri:N is the N-th capture of the rule's regex, else the N-th segment. */

static sp_rc_t
sp_value_uri(sp_observation_t *ob, const sp_source_t *source, sp_str_t *text)
{
    size_t           i, start;
    unsigned         n;
    const sp_str_t  *uri;

    uri = &ob->uri;

    if (source->nth == 0) {
        *text = *uri;
        return SP_OK;
    }

    if (source->uri != NULL) {
        return sp_regex_capture(source->uri, uri, source->nth, text) == SP_OK
               ? SP_OK : SP_DONE;
    }

    n = 0;
    start = 0;

    for (i = 0; i <= uri->len; i++) {

        if (i < uri->len && uri->data[i] != '/') {
            continue;
        }

        if (i > start && ++n == source->nth) {
            text->data = uri->data + start;
            text->len = i - start;
            return SP_OK;
        }

        start = i + 1;
    }

    return SP_DONE;
}


static sp_rc_t
sp_value_response_cookie(sp_observation_t *ob, const sp_source_t *source,
    sp_str_t *text)
{
    sp_cookie_t  cookie;

    if (sp_value_set_cookie(ob, &source->name, &cookie) != SP_OK
        || cookie.deleted)
    {
        return SP_DONE;
    }

    *text = cookie.value;

    return SP_OK;
}


sp_rc_t
sp_value_set_cookie(sp_observation_t *ob, const sp_str_t *wanted,
    sp_cookie_t *cookie)
{
    sp_rc_t      rc;
    unsigned     i;
    sp_cookie_t  set;

    if (!ob->answered) {
        return SP_DONE;
    }

    if (!ob->sets_read) {
        sp_value_sets(ob);
    }

    if (ob->nsets <= SP_SETS) {

        /* the last one counts */

        for (i = ob->nsets; i > 0; i--) {
            if (sp_cookie_is(wanted, &ob->sets[i - 1].name)) {
                *cookie = ob->sets[i - 1];
                return SP_OK;
            }
        }

        return SP_DONE;
    }

    rc = SP_DONE;

    for (i = 0; sp_value_set(ob, i, &set) == SP_OK; i++) {
        if (set.name.len != 0 && sp_cookie_is(wanted, &set.name)) {
            *cookie = set;
            rc = SP_OK;
        }
    }

    return rc;
}


/* Rules and visitors ask for one name after another: they are read once. */

static void
sp_value_sets(sp_observation_t *ob)
{
    unsigned     i;
    sp_cookie_t  set;

    ob->sets_read = 1;
    ob->nsets = 0;

    for (i = 0; ob->nsets <= SP_SETS && sp_value_set(ob, i, &set) == SP_OK;
         i++)
    {
        if (set.name.len == 0) {
            continue;
        }

        if (ob->nsets < SP_SETS) {
            ob->sets[ob->nsets] = set;
        }

        ob->nsets++;
    }
}


/* The i-th Set-Cookie header, without a name if it is none.  SP_DONE: none. */

static sp_rc_t
sp_value_set(const sp_observation_t *ob, unsigned i, sp_cookie_t *set)
{
    sp_str_t  header;

    static const sp_str_t  name = sp_string("set-cookie");

    if (!ob->ex->response_header(ob->ex->data, &name, i, &header)) {
        return SP_DONE;
    }

    if (sp_cookie_set(&header, ob->ex->now, set) != SP_OK) {
        set->name.len = 0;
    }

    return SP_OK;
}


static sp_rc_t
sp_value_scanned(sp_observation_t *ob, const sp_source_t *source,
    sp_value_t *value)
{
    const sp_scanned_t  *found;

    /* graphql:FIELD alone: is it selected? */

    if (source->kind == SP_SOURCE_GRAPHQL && source->path.len == 0) {

        if (!sp_roots_selected(ob, source)) {
            return SP_DONE;
        }

        value->text = source->roots.n != 0 ? source->roots.names[0]
                                           : source->word;
        return SP_OK;
    }

    if (ob->values == NULL || source->value == SP_NO_VALUE) {
        return SP_DONE;
    }

    found = &ob->values[source->value];

    value->state = found->state;
    value->cut = found->cut;
    value->text = found->text;

    return found->state == SP_SCANNED_TEXT ? SP_OK : SP_DONE;
}
