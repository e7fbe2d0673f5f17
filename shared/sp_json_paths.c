/*
 * Copyright (C) SitePreserver developers
 */

#include <stdio.h>
#include "sp_json_int.h"
#include "sp_words.h"


#define JSON_NODES_FIRST  64


/* One step of a path, as it is written. */

typedef struct {
    sp_json_step_t  kind;
    sp_str_t        name;
    uint32_t        index;
} json_step_t;


typedef struct {
    const char       *p;
    const char       *end;
    const char       *wrong;        /* what is wrong, if something is */
    int               first;        /* no step was read yet */
    char              name[SP_JSON_KEY];    /* a quoted one, without quotes */
} json_path_t;


static sp_rc_t json_path_add(sp_json_paths_t *paths, json_path_t *path,
    uint16_t *node);
static sp_rc_t json_path_step(json_path_t *path, json_step_t *step);
static sp_rc_t json_path_name(json_path_t *path, json_step_t *step);
static sp_rc_t json_path_bracket(json_path_t *path, json_step_t *step);
static sp_rc_t json_path_quoted(json_path_t *path, json_step_t *step);
static sp_rc_t json_path_wrong(json_path_t *path, const char *what);
static uint16_t json_node_find(const sp_json_paths_t *paths, uint16_t parent,
    const json_step_t *step);
static sp_rc_t json_node_add(sp_json_paths_t *paths, uint16_t parent,
    const json_step_t *step, json_path_t *path, uint16_t *node);
static void json_node_link(sp_json_paths_t *paths, uint16_t n);
static sp_rc_t json_nodes_room(sp_json_paths_t *paths);
static void json_error(sp_error_t *err, const char *what,
    const sp_str_t *path);


sp_json_paths_t *
sp_json_paths_create(const sp_pool_t *pool)
{
    sp_json_paths_t  *paths;

    paths = sp_calloc(pool, sizeof(sp_json_paths_t));
    if (paths == NULL) {
        return NULL;
    }

    paths->pool = pool;

    if (json_nodes_room(paths) != SP_OK) {
        return NULL;
    }

    memset(paths->nodes, 0, sizeof(sp_json_node_t));
    paths->nodes[0].slot = SP_JSON_NO_SLOT;
    paths->nnodes = 1;

    return paths;
}


sp_rc_t
sp_json_paths_add(sp_json_paths_t *paths, const sp_str_t *path,
    unsigned *slot, sp_error_t *err)
{
    sp_rc_t          rc;
    uint16_t         node;
    json_path_t      reader;
    sp_json_node_t  *n;

    memset(&reader, 0, sizeof(json_path_t));
    reader.p = path->data;
    reader.end = path->len ? path->data + path->len : path->data;
    reader.first = 1;

    rc = json_path_add(paths, &reader, &node);

    if (rc == SP_OK && paths->nodes[node].slot == SP_JSON_NO_SLOT
        && paths->npaths == SP_JSON_PATHS)
    {
        reader.wrong = "too many paths";
        rc = SP_LIMIT;
    }

    if (rc == SP_NOMEM) {
        json_error(err, "out of memory", NULL);
        return rc;
    }

    if (rc != SP_OK) {
        json_error(err, reader.wrong, path);
        return rc;
    }

    n = &paths->nodes[node];

    if (n->slot == SP_JSON_NO_SLOT) {
        n->slot = (uint16_t) paths->npaths;
        paths->ends[paths->npaths++] = node;
    }

    *slot = n->slot;

    return SP_OK;
}


static sp_rc_t
json_path_add(sp_json_paths_t *paths, json_path_t *path, uint16_t *node)
{
    sp_rc_t      rc;
    uint16_t     parent, child;
    json_step_t  step;

    parent = 0;

    while (path->p < path->end) {
        rc = json_path_step(path, &step);

        if (rc != SP_OK) {
            return rc;
        }

        child = json_node_find(paths, parent, &step);

        if (child == 0) {
            rc = json_node_add(paths, parent, &step, path, &child);

            if (rc != SP_OK) {
                return rc;
            }
        }

        parent = child;
    }

    *node = parent;

    return SP_OK;
}


/* Reads "name", ".name", ".*", "[3]", "[*]" or "[\"name\"]". */

static sp_rc_t
json_path_step(json_path_t *path, json_step_t *step)
{
    int  first;

    memset(step, 0, sizeof(json_step_t));

    first = path->first;
    path->first = 0;

    if (*path->p == '[') {
        path->p++;
        return json_path_bracket(path, step);
    }

    if (*path->p == '.') {
        if (first) {
            return json_path_wrong(path, "\".\" at the begin");
        }

        path->p++;

    } else if (!first) {
        return json_path_wrong(path, "no \".\" or \"[\" after \"]\"");
    }

    return json_path_name(path, step);
}


static sp_rc_t
json_path_name(json_path_t *path, json_step_t *step)
{
    const char  *p;

    step->name.data = path->p;

    for (p = path->p; p < path->end; p++) {
        if (*p == '.' || *p == '[') {
            break;
        }

        if (*p == ']' || *p == '"' || (unsigned char) *p < 0x20) {
            return json_path_wrong(path, "a character that must be quoted");
        }
    }

    step->name.len = (size_t) (p - path->p);
    path->p = p;

    if (step->name.len == 0) {
        return json_path_wrong(path, "an empty name");
    }

    if (memchr(step->name.data, '*', step->name.len) == NULL) {
        step->kind = SP_JSON_MEMBER;

    } else if (step->name.len == 1) {
        step->kind = SP_JSON_ANY_MEMBER;

    } else {
        return json_path_wrong(path, "\"*\" as a part of a name");
    }

    if (step->name.len > SP_JSON_KEY) {
        return json_path_wrong(path, "too long a name");
    }

    return SP_OK;
}


static sp_rc_t
json_path_bracket(json_path_t *path, json_step_t *step)
{
    unsigned  digits;

    if (path->p < path->end && *path->p == '"') {
        path->p++;

        if (json_path_quoted(path, step) != SP_OK) {
            return SP_INVALID;
        }

    } else if (path->p < path->end && *path->p == '*') {
        path->p++;
        step->kind = SP_JSON_ANY_ELEMENT;

    } else {
        step->kind = SP_JSON_ELEMENT;

        for (digits = 0; path->p < path->end; digits++) {
            if (*path->p < '0' || *path->p > '9' || digits == 9) {
                break;
            }

            step->index = step->index * 10 + (uint32_t) (*path->p++ - '0');
        }

        if (digits == 0) {
            return json_path_wrong(path,
                            "no number, \"*\" or quoted name after \"[\"");
        }
    }

    if (path->p == path->end || *path->p != ']') {
        return json_path_wrong(path, "no \"]\"");
    }

    path->p++;

    return SP_OK;
}


static sp_rc_t
json_path_quoted(json_path_t *path, json_step_t *step)
{
    size_t  len;

    len = 0;

    for ( /* void */ ; path->p < path->end; path->p++) {

        if (*path->p == '"') {
            path->p++;

            step->kind = SP_JSON_MEMBER;
            step->name.data = path->name;
            step->name.len = len;

            return SP_OK;
        }

        if (*path->p == '\\' && path->end - path->p > 1) {
            path->p++;
        }

        if (len == SP_JSON_KEY) {
            return json_path_wrong(path, "too long a name");
        }

        path->name[len++] = *path->p;
    }

    return json_path_wrong(path, "no second quote");
}


static sp_rc_t
json_path_wrong(json_path_t *path, const char *what)
{
    path->wrong = what;
    return SP_INVALID;
}


static uint16_t
json_node_find(const sp_json_paths_t *paths, uint16_t parent,
    const json_step_t *step)
{
    uint16_t               n;
    const sp_json_node_t  *node;

    node = &paths->nodes[parent];

    switch (step->kind) {

    case SP_JSON_ANY_MEMBER:
        return node->any_member;

    case SP_JSON_ANY_ELEMENT:
        return node->any_element;

    case SP_JSON_ELEMENT:
        for (n = node->elements; n != 0; n = paths->nodes[n].next) {
            if (paths->nodes[n].index == step->index) {
                break;
            }
        }

        return n;

    default:
        n = node->members ? node->members[sp_json_hash(&step->name)] : 0;

        for ( /* void */ ; n != 0; n = paths->nodes[n].next) {
            if (sp_str_eq(&paths->nodes[n].name, &step->name)) {
                break;
            }
        }

        return n;
    }
}


static sp_rc_t
json_node_add(sp_json_paths_t *paths, uint16_t parent,
    const json_step_t *step, json_path_t *path, uint16_t *node)
{
    char            *name;
    sp_json_node_t  *n, *up;

    if (json_nodes_room(paths) != SP_OK) {
        return SP_NOMEM;
    }

    up = &paths->nodes[parent];
    n = &paths->nodes[paths->nnodes];

    if (paths->nnodes == UINT16_MAX || up->depth == SP_JSON_DEPTH) {
        path->wrong = "too many steps";
        return SP_LIMIT;
    }

    memset(n, 0, sizeof(sp_json_node_t));
    n->slot = SP_JSON_NO_SLOT;
    n->parent = parent;
    n->step = (uint8_t) step->kind;
    n->depth = up->depth + 1;
    n->index = step->index;
    n->nwildcards = up->nwildcards;
    memcpy(n->wildcards, up->wildcards, SP_JSON_WILDCARDS);

    if (step->kind == SP_JSON_ANY_MEMBER || step->kind == SP_JSON_ANY_ELEMENT) {

        if (n->nwildcards == SP_JSON_WILDCARDS) {
            path->wrong = "too many wildcards";
            return SP_LIMIT;
        }

        n->wildcards[n->nwildcards++] = n->depth;
    }

    if (step->kind == SP_JSON_MEMBER) {

        if (up->members == NULL) {
            up->members = sp_calloc(paths->pool,
                                    SP_JSON_HASH * sizeof(uint16_t));
        }

        name = sp_alloc(paths->pool, step->name.len + 1);
        if (name == NULL || up->members == NULL) {
            return SP_NOMEM;
        }

        memcpy(name, step->name.data, step->name.len);
        name[step->name.len] = '\0';

        n->name.data = name;
        n->name.len = step->name.len;
    }

    json_node_link(paths, (uint16_t) paths->nnodes);

    *node = (uint16_t) paths->nnodes++;

    return SP_OK;
}


static void
json_node_link(sp_json_paths_t *paths, uint16_t n)
{
    uint16_t        *first;
    sp_json_node_t  *node, *up;

    node = &paths->nodes[n];
    up = &paths->nodes[node->parent];

    switch (node->step) {

    case SP_JSON_ANY_MEMBER:
        up->any_member = n;

        if (paths->keys[node->depth] == 0) {
            paths->keys[node->depth] = (uint8_t) ++paths->nkeys;
        }

        break;

    case SP_JSON_ANY_ELEMENT:
        up->any_element = n;
        break;

    case SP_JSON_ELEMENT:
        node->next = up->elements;
        up->elements = n;
        break;

    default:
        first = &up->members[sp_json_hash(&node->name)];
        node->next = *first;
        *first = n;
        break;
    }
}


/* Room for one node more. */

static sp_rc_t
json_nodes_room(sp_json_paths_t *paths)
{
    unsigned         n;
    sp_json_node_t  *nodes;

    if (paths->nnodes < paths->allocated) {
        return SP_OK;
    }

    n = paths->allocated ? paths->allocated * 2 : JSON_NODES_FIRST;

    nodes = sp_alloc(paths->pool, n * sizeof(sp_json_node_t));
    if (nodes == NULL) {
        return SP_NOMEM;
    }

    if (paths->nnodes != 0) {
        memcpy(nodes, paths->nodes, paths->nnodes * sizeof(sp_json_node_t));
    }

    paths->nodes = nodes;
    paths->allocated = n;

    return SP_OK;
}


static void
json_error(sp_error_t *err, const char *what, const sp_str_t *path)
{
    char  message[100];

    if (err == NULL) {
        return;
    }

    (void) snprintf(message, sizeof(message),
                    path != NULL ? "%s in the path \"%%W\"" : "%s", what);
    (void) sp_words_error(err, message, path);
}


void
sp_json_paths_pieces(sp_json_paths_t *paths, unsigned slot)
{
    paths->in_pieces = 1;
    paths->pieces[slot / 64] |= UINT64_C(1) << (slot % 64);
}


void
sp_json_paths_whole(sp_json_paths_t *paths, unsigned slot)
{
    paths->whole[slot / 64] |= UINT64_C(1) << (slot % 64);
}
