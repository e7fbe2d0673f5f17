/*
 * Copyright (C) SitePreserver developers
 *
 * Which paths lead to the value at hand.  A node of the tree of paths can
 * lead to one open container only, that at its own depth, so the stack of
 * nodes never holds more than the tree has.
 */

#include "sp_json_int.h"


static void json_keep(sp_json_scanner_t *s, sp_json_frame_t *frame,
    const sp_str_t *key);
static void json_push(sp_json_scanner_t *s, uint16_t n);
static void json_wildcards(const sp_json_scanner_t *s,
    const sp_json_node_t *node, sp_json_value_t *value);
static void json_unwant(sp_json_scanner_t *s, unsigned slot);


static inline int
json_wanted(const sp_json_scanner_t *s, unsigned slot)
{
    return slot != SP_JSON_NO_SLOT
           && (s->wanted[slot / 64] >> (slot % 64) & 1) != 0;
}


static inline int
json_in_pieces(const sp_json_scanner_t *s, unsigned slot)
{
    return (s->paths->pieces[slot / 64] >> (slot % 64) & 1) != 0;
}


void
sp_json_want(sp_json_scanner_t *s, const uint64_t *wanted)
{
    unsigned  i, slot, n;
    uint64_t  bits;

    for (i = 0; i * 64 < s->paths->npaths; i++) {
        n = s->paths->npaths - i * 64;
        bits = n >= 64 ? UINT64_MAX : (UINT64_C(1) << n) - 1;

        if (wanted != NULL) {
            bits &= wanted[i];
        }

        s->wanted[i] = bits;

        for ( /* void */ ; bits != 0; bits &= bits - 1) {
            slot = i * 64 + (unsigned) __builtin_ctzll(bits);

            for (n = s->paths->ends[slot]; n != 0; n = s->nodes[n].parent) {
                s->live[n]++;
            }

            s->live[0]++;
        }
    }
}


void
sp_json_enter_member(sp_json_scanner_t *s, const sp_str_t *key, int whole)
{
    unsigned               i, last, hash;
    uint16_t               n;
    sp_json_frame_t       *frame;
    const sp_json_node_t  *node;

    frame = &s->frames[s->depth - 1];
    hash = sp_json_hash(key);

    s->first = frame->first + frame->n;
    s->n = 0;

    for (i = frame->first, last = s->first; i < last; i++) {
        node = &s->nodes[s->stack[i]];

        n = node->members != NULL && whole ? node->members[hash] : 0;

        for ( /* void */ ; n != 0; n = s->nodes[n].next) {
            if (sp_str_eq(&s->nodes[n].name, key)) {

                if (s->seen != NULL) {
                    s->twice |= s->seen[n] == frame->serial;
                    s->seen[n] = frame->serial;
                }

                json_push(s, n);
                break;
            }
        }

        if (node->any_member != 0) {
            json_push(s, node->any_member);
        }
    }

    if (s->n != 0 && s->paths->keys[s->depth] != 0) {
        json_keep(s, frame, key);
    }
}


void
sp_json_enter_element(sp_json_scanner_t *s)
{
    unsigned               i, last;
    uint16_t               n;
    sp_json_frame_t       *frame;
    const sp_json_node_t  *node;

    frame = &s->frames[s->depth - 1];

    s->first = frame->first + frame->n;
    s->n = 0;

    for (i = frame->first, last = s->first; i < last; i++) {
        node = &s->nodes[s->stack[i]];

        for (n = node->elements; n != 0; n = s->nodes[n].next) {
            if (s->nodes[n].index == frame->index) {
                json_push(s, n);
                break;
            }
        }

        if (node->any_element != 0) {
            json_push(s, node->any_element);
        }

        if (node->any_member != 0) {
            json_push(s, node->any_member);
        }
    }
}


unsigned
sp_json_wants(const sp_json_scanner_t *s)
{
    unsigned  i, slot, wants;

    wants = 0;

    for (i = s->first; i < (unsigned) s->first + s->n; i++) {
        slot = s->nodes[s->stack[i]].slot;

        if (!json_wanted(s, slot)) {
            continue;
        }

        if (!s->paths->in_pieces) {
            return SP_JSON_KEEP;
        }

        if (!json_in_pieces(s, slot)) {
            wants |= SP_JSON_KEEP;
            continue;
        }

        wants |= SP_JSON_PIECES;

        if (s->paths->whole[slot / 64] >> (slot % 64) & 1) {
            wants |= SP_JSON_KEEP;
        }
    }

    return wants;
}


void
sp_json_report(sp_json_scanner_t *s, const sp_str_t *text)
{
    sp_rc_t                rc;
    unsigned               i;
    sp_json_value_t        value;
    const sp_json_node_t  *node;

    for (i = s->first; i < (unsigned) s->first + s->n; i++) {
        node = &s->nodes[s->stack[i]];

        if (!json_wanted(s, node->slot)) {
            continue;
        }

        value.type = s->type;
        value.cut = 0;
        value.text.len = 0;
        value.text.data = NULL;

        if (text != NULL) {
            value.text = *text;
            value.cut = s->text.cut;
        }

        json_wildcards(s, node, &value);

        rc = s->value(s->data, node->slot, &value);

        if (rc == SP_DONE) {
            json_unwant(s, node->slot);

        } else if (rc != SP_OK) {
            s->rc = rc;
            return;
        }
    }

    if (s->live[0] == 0 && s->seen == NULL) {
        s->rc = SP_DONE;
    }
}


void
sp_json_report_piece(sp_json_scanner_t *s, const sp_str_t *text)
{
    sp_rc_t                rc;
    unsigned               i;
    sp_json_value_t        value;
    const sp_json_node_t  *node;

    value.type = SP_JSON_PIECE;
    value.cut = 0;
    value.text = *text;

    for (i = s->first; i < (unsigned) s->first + s->n; i++) {
        node = &s->nodes[s->stack[i]];

        if (!json_wanted(s, node->slot) || !json_in_pieces(s, node->slot)) {
            continue;
        }

        json_wildcards(s, node, &value);

        rc = s->value(s->data, node->slot, &value);

        if (rc == SP_DONE) {
            json_unwant(s, node->slot);

        } else if (rc != SP_OK) {
            s->rc = rc;
            return;
        }
    }

    if (s->live[0] == 0 && s->seen == NULL) {
        s->rc = SP_DONE;
    }
}


/* Keeps the name that a wildcard stands for. */

static void
json_keep(sp_json_scanner_t *s, sp_json_frame_t *frame, const sp_str_t *key)
{
    char  *data;

    data = s->keys + (s->paths->keys[s->depth] - 1) * SP_JSON_KEY;
    frame->key = (uint16_t) key->len;

    if (key->len != 0) {
        memcpy(data, key->data, key->len);
        sp_json_text_mend(data, key->len);
    }
}


static inline void
json_push(sp_json_scanner_t *s, uint16_t n)
{
    if (s->live[n] != 0) {
        s->stack[s->first + s->n++] = n;
    }
}


static void
json_wildcards(const sp_json_scanner_t *s, const sp_json_node_t *node,
    sp_json_value_t *value)
{
    unsigned                i, depth;
    const sp_json_frame_t  *frame;

    value->nwildcards = node->nwildcards;

    for (i = 0; i < node->nwildcards; i++) {
        depth = node->wildcards[i];
        frame = &s->frames[depth - 1];

        value->wildcards[i].index = frame->index;

        value->wildcards[i].key.len = 0;
        value->wildcards[i].key.data = NULL;

        if (frame->object) {
            value->wildcards[i].key.len = frame->key;
            value->wildcards[i].key.data = s->keys
                             + (s->paths->keys[depth] - 1) * SP_JSON_KEY;
        }
    }
}


static void
json_unwant(sp_json_scanner_t *s, unsigned slot)
{
    unsigned  n;

    s->wanted[slot / 64] &= ~(UINT64_C(1) << (slot % 64));

    for (n = s->paths->ends[slot]; n != 0; n = s->nodes[n].parent) {
        s->live[n]--;
    }

    s->live[0]--;
}
