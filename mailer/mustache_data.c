/*
 * Copyright (C) SitePreserver developers
 */

#include <stdio.h>
#include <stdlib.h>

#include "mustache_data.h"


#define MUSTACHE_BLOCK  8192


typedef struct mustache_block_s  mustache_block_t;

struct mustache_block_s {
    mustache_block_t  *next;
    size_t             used;
    size_t             size;
    max_align_t        bytes[];
};


struct mustache_value_s {
    mustache_value_t  *next;        /* in its list or object */
    sp_str_t           key;         /* in its object */
    mustache_type_t    type;
    unsigned           truth:1;
    sp_str_t           text;        /* of a bool, number, string */
    mustache_value_t  *first;       /* of a list, object */
    mustache_value_t  *last;
};


struct mustache_data_s {
    mustache_block_t  *blocks;
    size_t             left;
    unsigned           failed:1;
};


static void *mustache_data_alloc(mustache_data_t *data, size_t size);
static mustache_block_t *mustache_data_block(mustache_data_t *data,
    size_t size);
static mustache_value_t *mustache_value(mustache_data_t *data,
    mustache_type_t type);
static const char *mustache_copy(mustache_data_t *data, const char *text,
    size_t len);
static void mustache_link(mustache_value_t *parent, mustache_value_t *value);


mustache_data_t *
mustache_data_create(size_t limit)
{
    mustache_data_t  *data;

    data = calloc(1, sizeof(mustache_data_t));

    if (data != NULL) {
        data->left = limit;
    }

    return data;
}


void
mustache_data_destroy(mustache_data_t *data)
{
    mustache_block_t  *block, *next;

    if (data == NULL) {
        return;
    }

    for (block = data->blocks; block != NULL; block = next) {
        next = block->next;
        free(block);
    }

    free(data);
}


int
mustache_data_failed(const mustache_data_t *data)
{
    return data->failed;
}


mustache_value_t *
mustache_null(mustache_data_t *data)
{
    return mustache_value(data, MUSTACHE_NULL);
}


mustache_value_t *
mustache_bool(mustache_data_t *data, int value)
{
    mustache_value_t  *v;

    v = mustache_value(data, MUSTACHE_BOOL);

    if (v != NULL) {
        v->truth = value != 0;
        v->text.data = value ? "true" : "false";
        v->text.len = strlen(v->text.data);
    }

    return v;
}


mustache_value_t *
mustache_number(mustache_data_t *data, int64_t value)
{
    char               text[24];
    mustache_value_t  *v;

    (void) snprintf(text, sizeof(text), "%lld", (long long) value);

    v = mustache_string(data, text, strlen(text));

    if (v != NULL) {
        v->type = MUSTACHE_NUMBER;
        v->truth = value != 0;
    }

    return v;
}


mustache_value_t *
mustache_string(mustache_data_t *data, const char *text, size_t len)
{
    mustache_value_t  *v;

    v = mustache_value(data, MUSTACHE_STRING);

    if (v == NULL || len == 0) {
        return v;
    }

    v->text.data = mustache_copy(data, text, len);

    if (v->text.data == NULL) {
        return NULL;
    }

    v->text.len = len;
    v->truth = 1;

    return v;
}


mustache_value_t *
mustache_list(mustache_data_t *data)
{
    return mustache_value(data, MUSTACHE_LIST);
}


mustache_value_t *
mustache_object(mustache_data_t *data)
{
    mustache_value_t  *v;

    v = mustache_value(data, MUSTACHE_OBJECT);

    if (v != NULL) {
        v->truth = 1;
    }

    return v;
}


void
mustache_set(mustache_data_t *data, mustache_value_t *object, const char *key,
    mustache_value_t *value)
{
    size_t  len;

    if (object == NULL || value == NULL) {
        return;
    }

    len = strlen(key);
    value->key.data = mustache_copy(data, key, len);

    if (value->key.data == NULL) {
        return;
    }

    value->key.len = len;

    mustache_link(object, value);
}


void
mustache_append(mustache_data_t *data, mustache_value_t *list,
    mustache_value_t *value)
{
    if (list == NULL || value == NULL) {
        return;
    }

    mustache_link(list, value);
    list->truth = 1;
}


void
mustache_set_string(mustache_data_t *data, mustache_value_t *object,
    const char *key, const sp_str_t *text)
{
    mustache_set(data, object, key,
                 mustache_string(data, text->data, text->len));
}


void
mustache_set_number(mustache_data_t *data, mustache_value_t *object,
    const char *key, int64_t value)
{
    mustache_set(data, object, key, mustache_number(data, value));
}


void
mustache_set_bool(mustache_data_t *data, mustache_value_t *object,
    const char *key, int value)
{
    mustache_set(data, object, key, mustache_bool(data, value));
}


mustache_type_t
mustache_type(const mustache_value_t *value)
{
    return value != NULL ? value->type : MUSTACHE_NULL;
}


int
mustache_truth(const mustache_value_t *value)
{
    return value != NULL && value->truth;
}


void
mustache_text(const mustache_value_t *value, sp_str_t *text)
{
    if (value == NULL) {
        text->len = 0;
        text->data = NULL;
        return;
    }

    *text = value->text;
}


const mustache_value_t *
mustache_member(const mustache_value_t *object, const sp_str_t *key)
{
    const mustache_value_t  *v;

    if (object == NULL || object->type != MUSTACHE_OBJECT) {
        return NULL;
    }

    for (v = object->first; v != NULL; v = v->next) {
        if (sp_str_eq(&v->key, key)) {
            return v;
        }
    }

    return NULL;
}


const mustache_value_t *
mustache_first(const mustache_value_t *list)
{
    return list != NULL ? list->first : NULL;
}


const mustache_value_t *
mustache_next(const mustache_value_t *element)
{
    return element != NULL ? element->next : NULL;
}


static mustache_value_t *
mustache_value(mustache_data_t *data, mustache_type_t type)
{
    mustache_value_t  *v;

    v = mustache_data_alloc(data, sizeof(mustache_value_t));

    if (v != NULL) {
        memset(v, 0, sizeof(mustache_value_t));
        v->type = type;
    }

    return v;
}


static const char *
mustache_copy(mustache_data_t *data, const char *text, size_t len)
{
    char  *p;

    p = mustache_data_alloc(data, len ? len : 1);

    if (p != NULL) {
        memcpy(p, text, len);
    }

    return p;
}


static void
mustache_link(mustache_value_t *parent, mustache_value_t *value)
{
    if (parent->last != NULL) {
        parent->last->next = value;

    } else {
        parent->first = value;
    }

    parent->last = value;
}


static void *
mustache_data_alloc(mustache_data_t *data, size_t size)
{
    void              *p;
    mustache_block_t  *block;

    if (data->failed || size > data->left) {
        data->failed = 1;
        return NULL;
    }

    size = (size + sizeof(max_align_t) - 1) & ~(sizeof(max_align_t) - 1);
    block = data->blocks;

    if (block == NULL || block->size - block->used < size) {
        block = mustache_data_block(data, size);

        if (block == NULL) {
            data->failed = 1;
            return NULL;
        }
    }

    p = (char *) block->bytes + block->used;
    block->used += size;
    data->left -= size < data->left ? size : data->left;

    return p;
}


static mustache_block_t *
mustache_data_block(mustache_data_t *data, size_t size)
{
    mustache_block_t  *block;

    if (size < MUSTACHE_BLOCK) {
        size = MUSTACHE_BLOCK;
    }

    block = malloc(sizeof(mustache_block_t) + size);

    if (block == NULL) {
        return NULL;
    }

    block->used = 0;
    block->size = size;
    block->next = data->blocks;
    data->blocks = block;

    return block;
}
