/*
 * Copyright (C) SitePreserver developers
 */

#include "sp_trie.h"


#define SP_TRIE_FEW  4              /* children that are searched in turn */


typedef struct sp_trie_rule_s  sp_trie_rule_t;
typedef struct sp_trie_node_s  sp_trie_node_t;


struct sp_trie_rule_s {
    sp_trie_rule_t    *next;
    unsigned           rule;
    unsigned           methods;
};


/* label: the bytes between the parent and this node; the root's is empty. */

struct sp_trie_node_s {
    sp_str_t           label;
    sp_trie_node_t    *child;
    sp_trie_node_t    *sibling;
    sp_trie_node_t   **table;       /* by first byte, where there are many */
    sp_trie_node_t    *next;        /* of all */
    sp_trie_rule_t    *exact;
    sp_trie_rule_t    *prefix;
};


struct sp_trie_s {
    const sp_pool_t   *pool;
    sp_trie_node_t     root;        /* and head of the list of all */
};


static sp_trie_node_t *sp_trie_insert(sp_trie_t *trie,
    const sp_str_t *string);
static sp_trie_node_t *sp_trie_node(sp_trie_t *trie);
static sp_trie_node_t *sp_trie_child(const sp_trie_node_t *node, char byte);
static sp_rc_t sp_trie_split(sp_trie_t *trie, sp_trie_node_t *node,
    size_t len);
static unsigned sp_trie_set(const sp_trie_rule_t *rule, unsigned methods,
    uint64_t *rules);
static sp_rc_t sp_trie_index(sp_trie_t *trie, sp_trie_node_t *node);


sp_trie_t *
sp_trie_create(const sp_pool_t *pool)
{
    sp_trie_t  *trie;

    trie = sp_calloc(pool, sizeof(sp_trie_t));

    if (trie != NULL) {
        trie->pool = pool;
    }

    return trie;
}


sp_rc_t
sp_trie_add(sp_trie_t *trie, const sp_str_t *string, int prefix,
    unsigned rule, unsigned methods)
{
    sp_trie_node_t   *node;
    sp_trie_rule_t   *entry, **list;

    node = sp_trie_insert(trie, string);
    entry = sp_alloc(trie->pool, sizeof(sp_trie_rule_t));

    if (node == NULL || entry == NULL) {
        return SP_NOMEM;
    }

    list = prefix ? &node->prefix : &node->exact;

    entry->rule = rule;
    entry->methods = methods;
    entry->next = *list;
    *list = entry;

    return SP_OK;
}


/* The node that the string leads to, made if there is none. */

static sp_trie_node_t *
sp_trie_insert(sp_trie_t *trie, const sp_str_t *string)
{
    size_t           i, len;
    sp_trie_node_t  *node, *child;

    node = &trie->root;
    i = 0;

    while (i < string->len) {

        child = sp_trie_child(node, string->data[i]);

        if (child == NULL) {
            child = sp_trie_node(trie);
            if (child == NULL) {
                return NULL;
            }

            child->label.data = string->data + i;
            child->label.len = string->len - i;
            child->sibling = node->child;
            node->child = child;

            return child;
        }

        len = 0;

        while (len < child->label.len && i < string->len
               && child->label.data[len] == string->data[i])
        {
            len++;
            i++;
        }

        if (len < child->label.len
            && sp_trie_split(trie, child, len) != SP_OK)
        {
            return NULL;
        }

        node = child;
    }

    return node;
}


static sp_trie_node_t *
sp_trie_node(sp_trie_t *trie)
{
    sp_trie_node_t  *node;

    node = sp_calloc(trie->pool, sizeof(sp_trie_node_t));

    if (node != NULL) {
        node->next = trie->root.next;
        trie->root.next = node;
    }

    return node;
}


static sp_trie_node_t *
sp_trie_child(const sp_trie_node_t *node, char byte)
{
    sp_trie_node_t  *child;

    if (node->table != NULL) {
        return node->table[(unsigned char) byte];
    }

    for (child = node->child; child != NULL; child = child->sibling) {
        if (child->label.data[0] == byte) {
            break;
        }
    }

    return child;
}


/* What the node was becomes its only child, behind len bytes of its label. */

static sp_rc_t
sp_trie_split(sp_trie_t *trie, sp_trie_node_t *node, size_t len)
{
    sp_trie_node_t  *rest;

    rest = sp_trie_node(trie);
    if (rest == NULL) {
        return SP_NOMEM;
    }

    rest->label.data = node->label.data + len;
    rest->label.len = node->label.len - len;
    rest->child = node->child;
    rest->exact = node->exact;
    rest->prefix = node->prefix;

    node->label.len = len;
    node->child = rest;
    node->exact = NULL;
    node->prefix = NULL;

    return SP_OK;
}


sp_rc_t
sp_trie_build(sp_trie_t *trie)
{
    sp_trie_node_t  *node;

    for (node = &trie->root; node != NULL; node = node->next) {
        if (sp_trie_index(trie, node) != SP_OK) {
            return SP_NOMEM;
        }
    }

    return SP_OK;
}


static sp_rc_t
sp_trie_index(sp_trie_t *trie, sp_trie_node_t *node)
{
    unsigned         n;
    sp_trie_node_t  *child, **table;

    n = 0;

    for (child = node->child; child != NULL; child = child->sibling) {
        n++;
    }

    if (n <= SP_TRIE_FEW) {
        return SP_OK;
    }

    table = sp_calloc(trie->pool, 256 * sizeof(sp_trie_node_t *));
    if (table == NULL) {
        return SP_NOMEM;
    }

    for (child = node->child; child != NULL; child = child->sibling) {
        table[(unsigned char) child->label.data[0]] = child;
    }

    node->table = table;

    return SP_OK;
}


unsigned
sp_trie_find(const sp_trie_t *trie, const sp_str_t *text, unsigned methods,
    uint64_t *rules)
{
    size_t                 left;
    unsigned               found;
    const char            *p;
    const sp_trie_node_t  *node;

    found = 0;
    node = &trie->root;
    p = text->data;
    left = text->len;

    for ( ;; ) {

        if (node->prefix != NULL) {
            found += sp_trie_set(node->prefix, methods, rules);
        }

        if (left == 0) {
            return found + sp_trie_set(node->exact, methods, rules);
        }

        node = sp_trie_child(node, *p);

        /* most that begin alike do not end so */

        if (node == NULL || node->label.len > left
            || node->label.data[node->label.len - 1]
               != p[node->label.len - 1]
            || memcmp(node->label.data, p, node->label.len) != 0)
        {
            return found;
        }

        p += node->label.len;
        left -= node->label.len;
    }
}


static unsigned
sp_trie_set(const sp_trie_rule_t *rule, unsigned methods, uint64_t *rules)
{
    unsigned  found;

    found = 0;

    for ( /* void */ ; rule != NULL; rule = rule->next) {
        if (rule->methods & methods) {
            rules[rule->rule / 64] |= (uint64_t) 1 << (rule->rule % 64);
            found++;
        }
    }

    return found;
}
