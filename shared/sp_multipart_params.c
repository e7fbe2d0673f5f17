/*
 * Copyright (C) SitePreserver developers
 *
 * The parameters of Content-Type and Content-Disposition.
 */

#include "sp_multipart_int.h"


static const char *multipart_value(const char *p, const char *end,
    sp_str_t *value);


sp_rc_t
sp_multipart_boundary(const sp_str_t *type, sp_str_t *boundary)
{
    size_t       i;
    sp_str_t     name, value;
    const char  *p, *end;

    static const char  multipart[] = "multipart/";
    static const char  form_data[] = "form-data";

    name.data = type->data;
    name.len = sizeof(multipart) - 1;

    if (type->len < name.len || !multipart_is(&name, multipart)) {
        return SP_DONE;
    }

    p = type->data + name.len;
    end = type->data + type->len;

    for (name.data = p; p < end && *p != ';' && *p != ' ' && *p != '\t'; p++) {
        /* void */
    }

    name.len = (size_t) (p - name.data);

    if (!multipart_is(&name, form_data)) {
        return SP_INVALID;
    }

    for ( ;; ) {

        p = multipart_parameter(p, end, &name, &value);

        if (p == NULL) {
            return SP_INVALID;
        }

        if (multipart_is(&name, "boundary")) {
            break;
        }
    }

    if (value.len == 0 || value.len > SP_MULTIPART_BOUNDARY
        || value.data[value.len - 1] == ' ')
    {
        return SP_INVALID;
    }

    for (i = 0; i < value.len; i++) {
        if (value.data[i] < ' ' || value.data[i] > '~'
            || value.data[i] == '\\')
        {
            return SP_INVALID;
        }
    }

    *boundary = value;

    return SP_OK;
}


const char *
multipart_parameter(const char *p, const char *end, sp_str_t *name,
    sp_str_t *value)
{
    while (p < end && (*p == ';' || *p == ' ' || *p == '\t')) {
        p++;
    }

    name->data = p;

    while (p < end && *p != '=' && *p != ';') {
        p++;
    }

    if (p == end && p == name->data) {
        return NULL;
    }

    name->len = (size_t) (p - name->data);

    while (name->len != 0 && (name->data[name->len - 1] == ' '
                              || name->data[name->len - 1] == '\t'))
    {
        name->len--;
    }

    value->data = p;
    value->len = 0;

    return p < end && *p == '=' ? multipart_value(p + 1, end, value) : p;
}


/* A word, or a text in quotes, in which backslashes are kept. */

static const char *
multipart_value(const char *p, const char *end, sp_str_t *value)
{
    while (p < end && (*p == ' ' || *p == '\t')) {
        p++;
    }

    if (p < end && *p == '"') {

        value->data = ++p;

        while (p < end && *p != '"') {
            p += *p == '\\' && end - p > 1 ? 2 : 1;
        }

        value->len = (size_t) (p - value->data);

        while (p < end && *p != ';') {
            p++;
        }

        return p;
    }

    value->data = p;

    while (p < end && *p != ';') {
        p++;
    }

    value->len = (size_t) (p - value->data);

    while (value->len != 0 && (value->data[value->len - 1] == ' '
                               || value->data[value->len - 1] == '\t'))
    {
        value->len--;
    }

    return p;
}


int
multipart_is(const sp_str_t *text, const char *word)
{
    char    c;
    size_t  i;

    for (i = 0; i < text->len; i++) {
        c = text->data[i];

        if (c >= 'A' && c <= 'Z') {
            c = (char) (c | 0x20);
        }

        if (word[i] == '\0' || c != word[i]) {
            return 0;
        }
    }

    return word[i] == '\0';
}
