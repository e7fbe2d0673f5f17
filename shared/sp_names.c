
/*
 * Copyright (C) SitePreserver developers
 */

#include "sp_names.h"
#include "sp_words.h"


#define SP_NAMES_EXPANDED  4096         /* bytes of one word */


static sp_name_t *sp_names_find(const sp_names_t *names,
    const sp_names_t *outer, const sp_str_t *name);
static int sp_names_is_name(const sp_str_t *name);


sp_rc_t
sp_names_define(sp_names_t *names, const sp_names_t *outer,
    const sp_pool_t *pool, const sp_str_t *args, unsigned n, sp_error_t *err)
{
    sp_rc_t     rc;
    sp_str_t    value;
    sp_name_t  *name;

    if (n != 2) {
        return sp_words_error(err, "a name and its value are wanted", NULL);
    }

    if (!sp_names_is_name(&args[0])) {
        return sp_words_error(err, "\"%W\" is not a name: a-z, 0-9 and \"_\"",
                              &args[0]);
    }

    value = args[1];

    rc = sp_names_expand(names, outer, pool, &value, err);
    if (rc != SP_OK) {
        return rc;
    }

    name = sp_names_find(names, NULL, &args[0]);

    if (name != NULL && name->used && !sp_str_eq(&name->value, &value)) {
        return sp_words_error(err, "\"%W\" was used before with another "
                              "value: define it before the rules, or their "
                              "\"include\"", &args[0]);
    }

    if (sp_names_find(names, outer, &args[0]) != NULL) {
        return SP_OK;
    }

    name = sp_calloc(pool, sizeof(sp_name_t));

    if (name == NULL || sp_str_copy(pool, &args[0], &name->name) != SP_OK
        || sp_str_copy(pool, &value, &name->value) != SP_OK)
    {
        return SP_NOMEM;
    }

    name->next = names->first;
    names->first = name;

    return SP_OK;
}


sp_rc_t
sp_names_expand(const sp_names_t *names, const sp_names_t *outer,
    const sp_pool_t *pool, sp_str_t *word, sp_error_t *err)
{
    size_t       i, len;
    sp_str_t     name;
    sp_name_t   *found;
    const char  *end;
    char         text[SP_NAMES_EXPANDED];

    if (word->len == 0 || memchr(word->data, '$', word->len) == NULL) {
        return SP_OK;
    }

    for (i = 0, len = 0; i < word->len; /* void */) {

        if (word->data[i] != '$' || i + 1 == word->len
            || word->data[i + 1] != '{')
        {
            if (len == sizeof(text)) {
                return sp_words_error(err, "\"%W\" is too long", word);
            }

            text[len++] = word->data[i++];
            continue;
        }

        name.data = word->data + i + 2;
        end = memchr(name.data, '}', word->len - i - 2);

        if (end == NULL) {
            return sp_words_error(err, "\"%W\": a name does not end", word);
        }

        name.len = (size_t) (end - name.data);
        found = sp_names_find(names, outer, &name);

        if (found == NULL) {
            return sp_words_error(err, "\"%W\" is not defined", &name);
        }

        found->used = 1;

        if (found->value.len > sizeof(text) - len) {
            return sp_words_error(err, "\"%W\" is too long", word);
        }

        memcpy(text + len, found->value.data, found->value.len);
        len += found->value.len;
        i = (size_t) (end - word->data) + 1;
    }

    if (len == word->len && memcmp(text, word->data, len) == 0) {
        return SP_OK;
    }

    name.data = text;
    name.len = len;

    return sp_str_copy(pool, &name, word);
}


static sp_name_t *
sp_names_find(const sp_names_t *names, const sp_names_t *outer,
    const sp_str_t *name)
{
    sp_name_t  *p;

    for (p = names->first; p != NULL; p = p->next) {
        if (sp_str_eq(&p->name, name)) {
            return p;
        }
    }

    return outer != NULL ? sp_names_find(outer, NULL, name) : NULL;
}


static int
sp_names_is_name(const sp_str_t *name)
{
    char    c;
    size_t  i;

    for (i = 0; i < name->len; i++) {
        c = name->data[i];

        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_')) {
            return 0;
        }
    }

    return name->len != 0;
}
