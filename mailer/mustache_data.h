/*
 * Copyright (C) SitePreserver developers
 *
 * What a template is rendered with: a small tree of values.  A tree is built
 * by one thread, and may be read by many once it is built.
 */

#ifndef MUSTACHE_DATA_H
#define MUSTACHE_DATA_H

#include "sp_str.h"


typedef struct mustache_data_s   mustache_data_t;
typedef struct mustache_value_s  mustache_value_t;

typedef enum {
    MUSTACHE_NULL = 0,
    MUSTACHE_BOOL,
    MUSTACHE_NUMBER,
    MUSTACHE_STRING,
    MUSTACHE_LIST,
    MUSTACHE_OBJECT
} mustache_type_t;


/*
 * The owner of all values of one tree, of at most limit bytes.  A failed
 * allocation is remembered: constructors then return NULL, setters ignore
 * NULLs, and mustache_data_failed() says so at the end.  NULL: no memory.
 */

mustache_data_t *mustache_data_create(size_t limit);
void mustache_data_destroy(mustache_data_t *data);
int mustache_data_failed(const mustache_data_t *data);


/*
 * Values.  Strings are copied and may hold any byte.  False, null, 0, the
 * empty string and the empty list are false as sections; all else is true.
 */

mustache_value_t *mustache_null(mustache_data_t *data);
mustache_value_t *mustache_bool(mustache_data_t *data, int value);
mustache_value_t *mustache_number(mustache_data_t *data, int64_t value);
mustache_value_t *mustache_string(mustache_data_t *data, const char *text,
    size_t len);
mustache_value_t *mustache_list(mustache_data_t *data);
mustache_value_t *mustache_object(mustache_data_t *data);


/*
 * mustache_set() gives an object a member (a key given twice: the first
 * counts); mustache_append() gives a list an element.  A value has one
 * parent only.
 */

void mustache_set(mustache_data_t *data, mustache_value_t *object,
    const char *key, mustache_value_t *value);
void mustache_append(mustache_data_t *data, mustache_value_t *list,
    mustache_value_t *value);

void mustache_set_string(mustache_data_t *data, mustache_value_t *object,
    const char *key, const sp_str_t *text);
void mustache_set_number(mustache_data_t *data, mustache_value_t *object,
    const char *key, int64_t value);
void mustache_set_bool(mustache_data_t *data, mustache_value_t *object,
    const char *key, int value);


/* Reading.  NULL values are MUSTACHE_NULL, false and without members. */

mustache_type_t mustache_type(const mustache_value_t *value);
int mustache_truth(const mustache_value_t *value);
void mustache_text(const mustache_value_t *value, sp_str_t *text);
const mustache_value_t *mustache_member(const mustache_value_t *object,
    const sp_str_t *key);
const mustache_value_t *mustache_first(const mustache_value_t *list);
const mustache_value_t *mustache_next(const mustache_value_t *element);


#endif /* MUSTACHE_DATA_H */
