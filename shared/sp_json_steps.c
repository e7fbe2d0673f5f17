/*
 * Copyright (C) SitePreserver developers
 */

#include "sp_json_steps.h"
#include "sp_json_int.h"
#include "sp_json_raw.h"
#include "sp_words.h"


static sp_rc_t json_steps_of(const sp_json_paths_t *paths, unsigned node,
    sp_json_way_t *list, unsigned n);
static sp_rc_t json_step_find(const sp_json_way_t *way, sp_str_t *value);


sp_rc_t
sp_json_steps(const sp_pool_t *pool, const sp_str_t *path,
    sp_json_steps_t *steps, sp_error_t *err)
{
    sp_rc_t           rc;
    unsigned          slot, node;
    sp_json_way_t    *list;
    sp_json_paths_t  *paths;

    paths = sp_json_paths_create(pool);
    if (paths == NULL) {
        return SP_NOMEM;
    }

    rc = sp_json_paths_add(paths, path, &slot, err);
    if (rc != SP_OK) {
        return rc == SP_LIMIT ? SP_INVALID : rc;
    }

    node = paths->ends[slot];

    steps->n = paths->nodes[node].depth;

    list = sp_calloc(pool, (steps->n + 1) * sizeof(sp_json_way_t));
    if (list == NULL) {
        return SP_NOMEM;
    }

    steps->list = list;

    rc = json_steps_of(paths, node, list, steps->n);

    return rc == SP_OK ? rc : sp_words_error(err, "\"%W\" has a wildcard, so "
                                             "it does not lead to one value",
                                             path);
}


/* From the end of the path to its root. */

static sp_rc_t
json_steps_of(const sp_json_paths_t *paths, unsigned node,
    sp_json_way_t *list, unsigned n)
{
    const sp_json_node_t  *step;

    for ( /* void */ ; n > 0; n--) {
        step = &paths->nodes[node];

        switch (step->step) {

        case SP_JSON_MEMBER:
            list[n - 1].name = step->name;
            break;

        case SP_JSON_ELEMENT:
            list[n - 1].element = 1;
            list[n - 1].index = step->index;
            break;

        default:
            return SP_INVALID;
        }

        node = step->parent;
    }

    return SP_OK;
}


sp_rc_t
sp_json_steps_find(const sp_json_steps_t *steps, const sp_str_t *text,
    sp_str_t *value)
{
    sp_rc_t   rc;
    unsigned  i;

    *value = *text;

    for (i = 0; i < steps->n; i++) {
        rc = json_step_find(&steps->list[i], value);
        if (rc != SP_OK) {
            return rc;
        }
    }

    return value->len != 0 ? SP_OK : SP_DONE;
}


static sp_rc_t
json_step_find(const sp_json_way_t *way, sp_str_t *value)
{
    int       whole;
    size_t    pos;
    sp_rc_t   rc;
    sp_str_t  text, name, found;
    uint32_t  i;

    rc = SP_DONE;
    text = *value;
    pos = 0;

    if (way->element) {

        for (i = 0; sp_json_raw_element(&text, &pos, &found, &whole) == SP_OK;
             i++)
        {
            if (i == way->index) {
                *value = found;
                return SP_OK;
            }
        }

        return SP_DONE;
    }

    while (sp_json_raw_member(&text, &pos, &name, &found) == SP_OK) {

        if (sp_str_eq(&name, &way->name)) {
            *value = found;
            rc = SP_OK;
        }
    }

    return rc;
}
