/*
 * Copyright (C) SitePreserver developers
 *
 * The bodies of an exchange, and its end.
 */

#include "sp_observation.h"


sp_rc_t
sp_observation_room(sp_observation_t *ob)
{
    size_t             size;
    char              *p;
    const sp_rules_t  *rules;

    if (ob->collected != NULL) {
        return SP_OK;
    }

    rules = ob->rules;

    size = (rules->ncollections + 1) * sizeof(sp_collected_t *);

    p = sp_calloc(ob->pool, size + rules->nvalues * sizeof(sp_scanned_t));
    if (p == NULL) {
        return SP_NOMEM;
    }

    ob->collected = (sp_collected_t **) (void *) p;
    ob->values = (sp_scanned_t *) (void *) (p + size);

    return SP_OK;
}


sp_rc_t
sp_observe_request_body(sp_observation_t *ob, const char *data, size_t len,
    int last)
{
    sp_rc_t  rc;

    if (ob->nomem) {
        return SP_NOMEM;
    }

    if (ob->request_done || !ob->wants_body) {
        return SP_DONE;
    }

    rc = sp_request_body(ob, data, len, last);

    if (rc == SP_DONE && sp_observe_prune(ob, 0) != SP_OK) {
        rc = SP_NOMEM;
    }

    if (rc == SP_NOMEM) {
        ob->nomem = 1;
    }

    return rc;
}


unsigned
sp_observe_answer(sp_observation_t *ob, unsigned status)
{
    if (ob->nomem || ob->answered) {
        return 0;
    }

    ob->answered = 1;
    ob->status = status;
    ob->have |= SP_NEEDS_ANSWER;

    /* others may have changed the request on its way */

    ob->pairs_read = 0;

    if (!ob->request_done) {

        /* answered before the whole request was there */

        if (ob->request_len != 0) {
            ob->request_cut = 1;
        }

        if (sp_request_finish(ob) != SP_OK) {
            ob->nomem = 1;
            return 0;
        }
    }

    if (sp_observe_prune(ob, 1) != SP_OK) {
        ob->nomem = 1;
        return 0;
    }

    return sp_response_begin(ob);
}


sp_rc_t
sp_observe_response_body(sp_observation_t *ob, const char *data, size_t len,
    int last)
{
    sp_rc_t  rc;

    if (ob->nomem) {
        return SP_NOMEM;
    }

    if (!ob->answered) {
        return SP_DONE;
    }

    rc = ob->unpack == NULL ? sp_response_body(ob, data, len, last)
                            : sp_response_packed(ob, data, len, last);

    if (rc == SP_NOMEM) {
        ob->nomem = 1;
    }

    return rc;
}


sp_rc_t
sp_observe_packed(sp_observation_t *ob, const sp_str_t *encoding)
{
    sp_packed_t  packed;

    packed = sp_packed(encoding);

    if (packed == SP_PACKED_NOT) {
        return SP_OK;
    }

    if (packed == SP_PACKED_OTHER) {
        return SP_INVALID;
    }

    ob->unpack = sp_unpack_create(ob->pool, packed);

    if (ob->unpack == NULL) {
        ob->nomem = 1;
        return SP_NOMEM;
    }

    return SP_OK;
}


sp_rc_t
sp_observe_end(sp_observation_t *ob, unsigned status, sp_outcome_t **out)
{
    sp_rc_t        rc;
    sp_outcome_t  *outcome;

    if (ob->nomem) {
        return SP_NOMEM;
    }

    if (!ob->request_done) {

        if (ob->request_len != 0) {
            ob->request_cut = 1;
        }

        if (sp_request_finish(ob) != SP_OK) {
            return SP_NOMEM;
        }
    }

    sp_response_finish(ob);

    /* filters behind us may have set cookies, too */

    ob->sets_read = 0;
    ob->status = status;
    ob->have |= SP_NEEDS_ANSWER | SP_NEEDS_RESPONSE_BODY;

    outcome = sp_calloc(ob->pool, sizeof(sp_outcome_t));
    if (outcome == NULL) {
        return SP_NOMEM;
    }

    outcome->total = SP_NO_AMOUNT;
    outcome->success = status >= 100 && status != 499 && status < 500;

    rc = sp_visit_apply(ob, outcome);

    if (rc == SP_OK) {
        rc = sp_outcome_apply(ob, outcome);
    }

    if (rc != SP_OK) {
        return SP_NOMEM;
    }

    if (ob->rules->neaches != 0 && sp_parts_apply(ob, outcome) != SP_OK) {
        return SP_NOMEM;
    }

    rc = outcome->kinds != 0 || sp_observe_moved(outcome) ? SP_OK : SP_DONE;

    if (rc == SP_DONE && outcome->next != NULL) {
        outcome = outcome->next;
        rc = SP_OK;
    }

    outcome->read = ob->response_read;
    outcome->request_cut |= ob->request_cut;
    outcome->request_bad |= ob->request_bad;
    outcome->response_cut |= ob->response_cut;
    outcome->response_bad |= ob->response_bad;

    *out = outcome;

    return rc;
}


int
sp_observe_moved(const sp_outcome_t *outcome)
{
    unsigned  i;

    if (outcome->next_visitor.len != 0 || outcome->visitor_deleted) {
        return 1;
    }

    for (i = 0; i < outcome->naliases; i++) {
        if (outcome->aliases[i].from_shop || outcome->aliases[i].deleted) {
            return 1;
        }
    }

    return 0;
}


uint64_t
sp_observe_watches(const sp_rules_t *rules)
{
    return rules->watches;
}


int
sp_observe_lined(const sp_rules_t *rules)
{
    return rules->lined;
}
