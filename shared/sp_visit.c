/*
 * Copyright (C) SitePreserver developers
 *
 * Who it is: the platform's session, and values that stand for a person.
 */

#include "sp_observation.h"


static sp_rc_t sp_visit_next(sp_observation_t *ob, sp_outcome_t *outcome,
    const sp_source_t *from);
static sp_rc_t sp_visit_alias(sp_observation_t *ob,
    const sp_sources_t *sources, sp_alias_t *alias);
static sp_rc_t sp_visit_answer(sp_observation_t *ob,
    const sp_sources_t *sources, sp_str_t *text);
static sp_rc_t sp_visit_set(sp_observation_t *ob, const sp_source_t *source,
    sp_str_t *text);
static int sp_visit_gone(sp_observation_t *ob, const sp_source_t *source);


sp_rc_t
sp_visit_request(sp_observation_t *ob, sp_value_t *visitor)
{
    return sp_value_take(ob, &ob->rules->visitor, SP_FORM_SECRET, 0, visitor);
}


sp_rc_t
sp_visit_apply(sp_observation_t *ob, sp_outcome_t *outcome)
{
    sp_rc_t              rc;
    unsigned             i;
    sp_value_t           value;
    const sp_source_t   *from;

    from = NULL;

    rc = sp_visit_request(ob, &value);

    if (rc == SP_OK) {
        outcome->visitor = value.text;
        from = value.source;
    }

    if (rc != SP_NOMEM) {
        rc = sp_visit_next(ob, outcome, from);
    }

    for (i = 0; i < ob->rules->naliases && rc != SP_NOMEM; i++) {

        rc = sp_visit_alias(ob, &ob->rules->aliases[i],
                            &outcome->aliases[outcome->naliases]);

        if (rc == SP_OK) {
            outcome->naliases++;
        }
    }

    return rc == SP_NOMEM ? rc : SP_OK;
}


static sp_rc_t
sp_visit_next(sp_observation_t *ob, sp_outcome_t *outcome,
    const sp_source_t *from)
{
    sp_rc_t   rc;
    sp_str_t  text;

    rc = sp_visit_answer(ob, &ob->rules->visitor, &text);

    if (rc == SP_OK) {

        if (!sp_str_eq(&text, &outcome->visitor)) {
            outcome->next_visitor = text;
        }

        return SP_OK;
    }

    if (rc == SP_DONE && from != NULL && sp_visit_gone(ob, from)) {
        outcome->visitor_deleted = 1;
    }

    return rc;
}


/* What the answer sets stands for the person from now on, not what it was. */

static sp_rc_t
sp_visit_alias(sp_observation_t *ob, const sp_sources_t *sources,
    sp_alias_t *alias)
{
    sp_rc_t     rc;
    sp_str_t    text;
    sp_value_t  value;

    memset(alias, 0, sizeof(sp_alias_t));

    rc = sp_visit_answer(ob, sources, &text);

    if (rc == SP_OK) {
        alias->value = text;
        alias->from_shop = 1;
        return SP_OK;
    }

    if (rc == SP_NOMEM) {
        return rc;
    }

    rc = sp_value_take(ob, sources, SP_FORM_SECRET, 0, &value);

    if (rc == SP_OK) {
        alias->value = value.text;
        alias->deleted = sp_visit_gone(ob, value.source);
    }

    return rc;
}


/* The first of the sources that the answer sets. */

static sp_rc_t
sp_visit_answer(sp_observation_t *ob, const sp_sources_t *sources,
    sp_str_t *text)
{
    sp_rc_t   rc;
    unsigned  i;

    for (i = 0; i < sources->n; i++) {

        rc = sp_visit_set(ob, &sources->list[i], text);

        if (rc == SP_OK) {
            rc = sp_field_take(ob->pool, SP_FORM_SECRET, 0, text);
        }

        if (rc != SP_DONE) {
            return rc;
        }
    }

    return SP_DONE;
}


static sp_rc_t
sp_visit_set(sp_observation_t *ob, const sp_source_t *source, sp_str_t *text)
{
    sp_rc_t      rc;
    sp_value_t   value;
    sp_cookie_t  cookie;

    if (source->kind == SP_SOURCE_COOKIE) {

        if (sp_value_set_cookie(ob, &source->name, &cookie) != SP_OK
            || cookie.deleted)
        {
            return SP_DONE;
        }

        *text = cookie.value;

        return sp_decoders_run(&source->decoders, ob->pool, text);
    }

    if (!(source->needs & SP_NEEDS_ANSWER)) {
        return SP_DONE;
    }

    rc = sp_value_get(ob, source, &value);
    *text = value.text;

    return rc;
}


/*
 * Non-zero if the answer took the cookie away, or left a value in it that
 * says nothing any more.
 */

static int
sp_visit_gone(sp_observation_t *ob, const sp_source_t *source)
{
    sp_cookie_t  cookie;

    return source->kind == SP_SOURCE_COOKIE
           && sp_value_set_cookie(ob, &source->name, &cookie) == SP_OK;
}
