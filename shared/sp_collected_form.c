/*
 * Copyright (C) SitePreserver developers
 *
 * `items` in a form.
 */

#include "sp_collected_int.h"


static sp_rc_t sp_collected_beside(sp_collected_t *collected,
    sp_form_t *form, const sp_form_hit_t *hit);


sp_rc_t
sp_collected_form(sp_collected_t *collected, sp_form_t *form, int cut)
{
    sp_rc_t          rc;
    unsigned         pos;
    sp_form_hit_t    hit;
    const sp_str_t  *key;

    static const sp_str_t  none = sp_null_string;

    pos = 0;

    while (sp_form_next(form, &collected->source->name, &pos, &hit) == SP_OK) {

        collected->state = SP_COLLECTED_OPEN;

        key = hit.wildcards[0].len != 0 ? &hit.wildcards[0] : &none;

        rc = sp_collected_begin(collected, key, collected->n);
        if (rc != SP_OK) {
            return rc;
        }

        if (collected->item != NULL) {
            rc = sp_collected_beside(collected, form, &hit);
            if (rc != SP_OK) {
                return rc;
            }
        }
    }

    if (collected->state == SP_COLLECTED_OPEN && !cut) {
        collected->state = SP_COLLECTED_CLOSED;
    }

    return SP_OK;
}


static sp_rc_t
sp_collected_beside(sp_collected_t *collected, sp_form_t *form,
    const sp_form_hit_t *hit)
{
    sp_rc_t           rc;
    unsigned          field, i, with;
    sp_str_t          text;
    const sp_rel_t   *rel;
    const sp_rels_t  *rels;

    with = collected->items->with[SP_REL_PATH]
           | collected->items->with[SP_REL_FORM];

    for ( /* void */ ; with != 0; with &= with - 1) {
        field = (unsigned) __builtin_ctz(with);
        rels = &collected->items->fields[field];

        for (i = 0; i < rels->n; i++) {
            rel = &rels->list[i];

            if (rel->kind == SP_REL_PATH && rel->text.len == 0) {
                text = hit->field->value;

            } else if (rel->kind != SP_REL_FORM) {
                continue;

            } else if (sp_form_index(form, collected->pool) != SP_OK) {
                return SP_NOMEM;

            } else if (sp_form_get_beside(form, &rel->text, hit, &text)
                       != SP_OK)
            {
                continue;
            }

            rc = sp_collected_set(collected, field, i, &text, 0);
            if (rc != SP_OK) {
                return rc;
            }
        }
    }

    return SP_OK;
}
