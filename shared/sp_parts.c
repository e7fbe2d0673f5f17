/*
 * Copyright (C) SitePreserver developers
 *
 * An exchange that carries others: each part is shown to the rules as if it
 * had come alone.
 */

#include "sp_observation.h"
#include "sp_decode.h"
#include "sp_json_raw.h"


/* The parts of one rule's lists. */

typedef struct {
    sp_observation_t   *ob;
    const sp_each_t    *each;
    sp_outcome_t       *outcome;    /* of the exchange around them */
    sp_outcome_t      **last;

    sp_str_t            requests[SP_EACH_MAX];
    sp_str_t            responses[SP_EACH_MAX];
    sp_str_t            ids[SP_EACH_MAX];           /* of responses */
    unsigned            nrequests;
    unsigned            nresponses;
    unsigned            numbered:1; /* ids are known */
    unsigned            more:1;     /* than are looked at */
} sp_parts_t;


/* One of them. */

typedef struct {
    sp_exchange_t       ex;
    sp_str_t            body;
    sp_str_t            response;
    unsigned            status;
    unsigned            answered:1; /* its answer is known */
} sp_part_t;


static sp_rc_t sp_parts_rule(sp_observation_t *ob, const sp_rule_t *rule,
    sp_outcome_t *outcome, sp_outcome_t ***last);
static sp_rc_t sp_parts_hold(sp_observation_t *ob, const sp_rule_t *rule,
    int *known);
static unsigned sp_parts_list(sp_parts_t *parts, const sp_json_steps_t *steps,
    const sp_str_t *text, sp_str_t *list);
static const sp_str_t *sp_parts_answer(sp_parts_t *parts, unsigned i);
static void sp_parts_number(sp_parts_t *parts);
static sp_rc_t sp_parts_fill(sp_parts_t *parts, unsigned i,
    sp_part_t *part);
static sp_rc_t sp_parts_line(const sp_parts_t *parts, unsigned i,
    sp_part_t *part);
static void sp_parts_path(sp_str_t *uri);
static sp_rc_t sp_parts_value(const sp_parts_t *parts, sp_each_field_t field,
    const sp_str_t *element, sp_str_t *text);
static sp_rc_t sp_parts_play(sp_parts_t *parts, sp_part_t *part);
static void sp_parts_moved(const sp_outcome_t *first, sp_outcome_t *outcome);
static int sp_parts_request_header(void *data, const sp_str_t *name,
    unsigned i, sp_str_t *value);
static int sp_parts_response_header(void *data, const sp_str_t *name,
    unsigned i, sp_str_t *value);
static int sp_parts_of_body(const sp_str_t *name);


static const sp_json_way_t    sp_parts_id = { sp_string("id"), 0, 0 };
static const sp_json_steps_t  sp_parts_ids = { &sp_parts_id, 1 };


sp_rc_t
sp_parts_apply(sp_observation_t *ob, sp_outcome_t *outcome)
{
    sp_rc_t           rc;
    unsigned          i;
    uint64_t          word;
    sp_outcome_t    **last;
    const sp_rule_t  *rule;

    last = &outcome->next;

    for (i = 0; i < ob->words; i++) {

        for (word = ob->met[i] & ob->rules->eaches[i]; word != 0;
             word &= word - 1)
        {
            rule = ob->rules->list[i * 64 + (unsigned) __builtin_ctzll(word)];

            rc = sp_parts_rule(ob, rule, outcome, &last);
            if (rc != SP_OK) {
                return rc;
            }
        }
    }

    return SP_OK;
}


static sp_rc_t
sp_parts_rule(sp_observation_t *ob, const sp_rule_t *rule,
    sp_outcome_t *outcome, sp_outcome_t ***last)
{
    int         known;
    sp_rc_t     rc;
    unsigned    i;
    sp_str_t    text;
    sp_part_t   part;
    sp_parts_t  parts;

    rc = sp_parts_hold(ob, rule, &known);
    if (rc != SP_OK) {
        return rc == SP_DONE ? SP_OK : rc;
    }

    parts.ob = ob;
    parts.each = rule->each;
    parts.outcome = outcome;
    parts.last = *last;
    parts.numbered = 0;
    parts.more = 0;

    text.data = ob->body;
    text.len = ob->body_len;
    parts.nrequests = sp_parts_list(&parts, &rule->each->requests, &text,
                                    parts.requests);

    text.data = ob->raw;
    text.len = known ? ob->raw_len : 0;
    parts.nresponses = sp_parts_list(&parts, &rule->each->responses, &text,
                                     parts.responses);

    for (i = 0; i < parts.nrequests; i++) {

        rc = sp_parts_fill(&parts, i, &part);

        if (rc == SP_OK) {
            rc = sp_parts_play(&parts, &part);
        }

        if (rc == SP_NOMEM) {
            return rc;
        }
    }

    if (parts.more) {
        ob->request_cut = 1;
    }

    *last = parts.last;

    return SP_OK;
}


/*
 * Is this the list that the rule is about?  *known 0: the request was, but
 * what became of it nobody knows, or it failed as a whole.
 */

static sp_rc_t
sp_parts_hold(sp_observation_t *ob, const sp_rule_t *rule, int *known)
{
    sp_rc_t                rc;
    const sp_condition_t  *condition;

    *known = sp_outcome_status(rule, ob->status);

    if (!*known && ob->status != 499 && ob->status < 500) {
        return SP_DONE;
    }

    for (condition = rule->conditions; condition != NULL;
         condition = condition->next)
    {
        rc = *known && !(ob->unread
                         && (condition->needs & SP_NEEDS_RESPONSE_BODY))
             ? sp_condition_holds(ob, condition)
             : sp_condition_requested(ob, condition);

        if (rc != SP_OK) {
            return rc;
        }
    }

    return SP_OK;
}


/* The elements that are whole. */

static unsigned
sp_parts_list(sp_parts_t *parts, const sp_json_steps_t *steps,
    const sp_str_t *text, sp_str_t *list)
{
    int       whole;
    size_t    pos;
    unsigned  n;
    sp_str_t  array, element;

    if (text->len == 0 || sp_json_steps_find(steps, text, &array) != SP_OK) {
        return 0;
    }

    pos = 0;
    n = 0;

    while (sp_json_raw_element(&array, &pos, &element, &whole) == SP_OK
           && whole)
    {
        if (n == SP_EACH_MAX) {
            parts->more = 1;
            break;
        }

        list[n++] = element;
    }

    return n;
}


/*
 * Answers are in the order of their requests, but for JSON-RPC: there they
 * have the same id, and a request without one has none.
 */

static const sp_str_t *
sp_parts_answer(sp_parts_t *parts, unsigned i)
{
    unsigned  k;
    sp_str_t  value, id;

    static const sp_json_way_t    version = { sp_string("jsonrpc"), 0, 0 };
    static const sp_json_steps_t  versions = { &version, 1 };

    if (sp_json_steps_find(&versions, &parts->requests[i], &value) != SP_OK) {
        return i < parts->nresponses ? &parts->responses[i] : NULL;
    }

    if (sp_json_steps_find(&sp_parts_ids, &parts->requests[i], &id) != SP_OK) {
        return NULL;
    }

    sp_parts_number(parts);

    for (k = 0; k < parts->nresponses; k++) {

        if (parts->ids[k].len != 0 && sp_str_eq(&parts->ids[k], &id)) {
            return &parts->responses[k];
        }
    }

    return NULL;
}


/* They are looked for once: an answer may be large. */

static void
sp_parts_number(sp_parts_t *parts)
{
    unsigned  k;

    if (parts->numbered) {
        return;
    }

    parts->numbered = 1;

    for (k = 0; k < parts->nresponses; k++) {

        if (sp_json_steps_find(&sp_parts_ids, &parts->responses[k],
                               &parts->ids[k])
            != SP_OK)
        {
            parts->ids[k].len = 0;
        }
    }
}


/* What a part does not say is as in the exchange around it. */

static sp_rc_t
sp_parts_fill(sp_parts_t *parts, unsigned i, sp_part_t *part)
{
    sp_rc_t          rc;
    unsigned         status;
    sp_str_t         text;
    const sp_str_t  *answer;

    part->ex = *parts->ob->ex;
    part->ex.request_header = sp_parts_request_header;
    part->ex.response_header = sp_parts_response_header;
    part->ex.data = (void *) parts->ob->ex;

    part->status = parts->ob->status;
    part->body = parts->requests[i];
    part->response.len = 0;

    answer = sp_parts_answer(parts, i);
    part->answered = answer != NULL;

    rc = sp_parts_line(parts, i, part);

    if (rc != SP_NOMEM && parts->each->fields[SP_EACH_BODY].sources.n != 0) {
        rc = sp_parts_value(parts, SP_EACH_BODY, &parts->requests[i],
                            &part->body);
    }

    if (rc == SP_NOMEM || answer == NULL) {
        return rc == SP_NOMEM ? rc : SP_OK;
    }

    rc = sp_parts_value(parts, SP_EACH_STATUS, answer, &text);

    if (rc == SP_OK && sp_word_number(&text, 599, &status) == SP_OK
        && status >= 100)
    {
        part->status = status;
    }

    part->response = *answer;

    if (rc != SP_NOMEM
        && parts->each->fields[SP_EACH_RESPONSE].sources.n != 0)
    {
        rc = sp_parts_value(parts, SP_EACH_RESPONSE, answer, &part->response);
    }

    return rc == SP_NOMEM ? rc : SP_OK;
}


/* Method, path and arguments. */

static sp_rc_t
sp_parts_line(const sp_parts_t *parts, unsigned i, sp_part_t *part)
{
    size_t       k;
    sp_rc_t      rc;
    sp_str_t     text, method;
    const char  *p, *end;

    rc = sp_parts_value(parts, SP_EACH_METHOD, &parts->requests[i], &text);

    if (rc == SP_OK) {

        if (sp_str_copy(parts->ob->pool, &text, &method) != SP_OK) {
            return SP_NOMEM;
        }

        for (k = 0; k < method.len; k++) {
            if (method.data[k] >= 'a' && method.data[k] <= 'z') {
                ((char *) method.data)[k] &= ~0x20;
            }
        }

        part->ex.method = method;
    }

    if (rc == SP_NOMEM) {
        return rc;
    }

    rc = sp_parts_value(parts, SP_EACH_URI, &parts->requests[i], &text);

    if (rc != SP_OK) {
        return rc;
    }

    sp_parts_path(&text);

    end = text.data + text.len;
    p = memchr(text.data, '?', text.len);

    part->ex.args.data = p != NULL ? p + 1 : end;
    part->ex.args.len = (size_t) (end - part->ex.args.data);
    text.len = (size_t) ((p != NULL ? p : end) - text.data);

    return sp_decode_url(parts->ob->pool, &text, 0, &part->ex.uri);
}


/* Without the host, if it has one. */

static void
sp_parts_path(sp_str_t *uri)
{
    size_t  i;

    if (uri->data[0] == '/') {
        return;
    }

    for (i = 0; i + 2 < uri->len && uri->data[i] != '?'; i++) {

        if (memcmp(uri->data + i, "://", 3) != 0) {
            continue;
        }

        for (i += 3; i < uri->len && uri->data[i] != '/'; i++) {
            /* void */
        }

        uri->data += i;
        uri->len -= i;

        return;
    }
}


/* SP_OK; SP_DONE: it does not say so, *text is empty; SP_NOMEM. */

static sp_rc_t
sp_parts_value(const sp_parts_t *parts, sp_each_field_t field,
    const sp_str_t *element, sp_str_t *text)
{
    sp_rc_t                 rc;
    unsigned                i;
    sp_str_t                raw;
    const sp_source_t      *source;
    const sp_each_value_t  *value;

    value = &parts->each->fields[field];

    for (i = 0; i < value->sources.n; i++) {
        source = &value->sources.list[i];

        if (source->kind == SP_SOURCE_VALUE) {
            *text = source->name;

        } else if (sp_json_steps_find(&value->steps[i], element, &raw) != SP_OK
                   || (raw.len == 4 && memcmp(raw.data, "null", 4) == 0))
        {
            continue;

        } else if (raw.data[0] != '"') {
            *text = raw;

        } else if (sp_json_raw_string(parts->ob->pool, &raw, text)
                   == SP_NOMEM)
        {
            return SP_NOMEM;
        }

        rc = sp_decoders_run(&source->decoders, parts->ob->pool, text);

        if (rc != SP_DONE) {
            return rc;
        }
    }

    text->len = 0;

    return SP_DONE;
}


static sp_rc_t
sp_parts_play(sp_parts_t *parts, sp_part_t *part)
{
    sp_rc_t            rc;
    unsigned           wants;
    sp_outcome_t      *outcome;
    sp_observation_t  *ob;

    ob = sp_observe_part(parts->ob->rules, &part->ex, parts->ob->pool,
                         &wants);
    if (ob == NULL) {
        return wants & SP_WANT_MEMORY ? SP_NOMEM : SP_OK;
    }

    if ((wants & SP_WANT_REQUEST_BODY) && part->body.len != 0) {
        (void) sp_observe_request_body(ob, part->body.data, part->body.len, 1);
    }

    wants = sp_observe_answer(ob, part->status);

    if ((wants & SP_WANT_RESPONSE_BODY) && part->answered) {
        (void) sp_observe_response_body(ob, part->response.data,
                                        part->response.len, 1);
    }

    rc = sp_observe_end(ob, part->status, &outcome);

    if (rc != SP_OK) {
        return rc == SP_NOMEM ? rc : SP_OK;
    }

    if (outcome->kinds == 0) {
        return SP_OK;               /* who it is was told already */
    }

    sp_parts_moved(parts->outcome, outcome);
    outcome->read = 0;              /* once more */

    *parts->last = outcome;
    parts->last = &outcome->next;

    return SP_OK;
}


/* The exchange around the parts has moved the visit: that is done once. */

static void
sp_parts_moved(const sp_outcome_t *first, sp_outcome_t *outcome)
{
    if (first->next_visitor.len == 0
        || !sp_str_eq(&first->next_visitor, &outcome->next_visitor))
    {
        return;
    }

    outcome->visitor = outcome->next_visitor;
    outcome->next_visitor.len = 0;
}


/* Headers are those of the exchange around it, but for those of its body. */

static int
sp_parts_request_header(void *data, const sp_str_t *name, unsigned i,
    sp_str_t *value)
{
    sp_exchange_t  *ex;

    ex = data;

    return !sp_parts_of_body(name)
           && ex->request_header(ex->data, name, i, value);
}


static int
sp_parts_response_header(void *data, const sp_str_t *name, unsigned i,
    sp_str_t *value)
{
    sp_exchange_t  *ex;

    ex = data;

    return !sp_parts_of_body(name)
           && ex->response_header(ex->data, name, i, value);
}


static int
sp_parts_of_body(const sp_str_t *name)
{
    return sp_word_is(name, "content-type")
           || sp_word_is(name, "content-length")
           || sp_word_is(name, "content-encoding");
}
