/*
 * Copyright (C) SitePreserver developers
 */

#include "sp_multipart_int.h"


typedef enum {
    MULTIPART_IN_DATA = 0,          /* of a part, or before the first one */
    MULTIPART_AT_DELIMITER,         /* it was there: what follows it? */
    MULTIPART_AT_DASH,              /* "-" does */
    MULTIPART_AT_SPACE,             /* spaces do */
    MULTIPART_AT_RETURN,            /* ... and a CR */
    MULTIPART_IN_HEADER,
    MULTIPART_AT_END
} multipart_state_t;


/* Where name and value of a field are in the text. */

typedef struct {
    size_t              name;
    size_t              name_len;
    size_t              value;
    size_t              value_len;
} multipart_field_t;


struct sp_multipart_s {
    const sp_pool_t    *pool;
    multipart_state_t   state;
    sp_rc_t             rc;

    char                delimiter[SP_MULTIPART_BOUNDARY + 4];
    size_t              len;
    size_t              matched;    /* bytes of it that were there */

    char                line[SP_MULTIPART_LINE];
    size_t              line_len;
    unsigned            line_cut:1;

    unsigned            named:1;    /* the part at hand is a field ... */
    unsigned            file:1;     /* ... unless it is a file */
    unsigned            cut:1;

    multipart_field_t  *fields;
    unsigned            n;
    unsigned            allocated;

    char               *text;
    size_t              text_len;
    size_t              text_size;
};


static const char *multipart_data(sp_multipart_t *m, const char *p,
    const char *end);
static const char *multipart_line(sp_multipart_t *m, const char *p,
    const char *end);
static void multipart_begin(sp_multipart_t *m);
static void multipart_over(sp_multipart_t *m);
static void multipart_header(sp_multipart_t *m);
static void multipart_name(sp_multipart_t *m, const sp_str_t *name);
static sp_rc_t multipart_field(sp_multipart_t *m);
static sp_rc_t multipart_append(sp_multipart_t *m, const char *data,
    size_t len);


#define MULTIPART_FIRST   16        /* fields for which there is room */
#define MULTIPART_TEXT    1024


sp_multipart_t *
sp_multipart_create(const sp_pool_t *pool, const sp_str_t *boundary)
{
    sp_multipart_t  *m;

    if (boundary->len > SP_MULTIPART_BOUNDARY) {
        return NULL;
    }

    m = sp_alloc(pool, sizeof(sp_multipart_t));
    if (m == NULL) {
        return NULL;
    }

    memset(m, 0, offsetof(sp_multipart_t, line));
    memset(&m->line_len, 0, sizeof(sp_multipart_t)
                            - offsetof(sp_multipart_t, line_len));

    m->pool = pool;
    m->rc = SP_AGAIN;

    memcpy(m->delimiter, "\r\n--", 4);
    memcpy(m->delimiter + 4, boundary->data, boundary->len);
    m->len = boundary->len + 4;

    /* the first one stands at the begin, or on a line of its own */

    m->matched = 2;

    return m;
}


sp_rc_t
sp_multipart_push(sp_multipart_t *m, const char *data, size_t len)
{
    const char  *p, *end;

    p = data;
    end = data + len;

    while (p < end && m->rc == SP_AGAIN) {

        switch (m->state) {

        case MULTIPART_IN_DATA:
            p = multipart_data(m, p, end);
            continue;

        case MULTIPART_IN_HEADER:
            p = multipart_line(m, p, end);
            continue;

        case MULTIPART_AT_DELIMITER:

            if (*p == '-') {
                m->state = MULTIPART_AT_DASH;
                break;
            }

            /* fall through */

        case MULTIPART_AT_SPACE:

            if (*p == '\r') {
                m->state = MULTIPART_AT_RETURN;

            } else if (*p == ' ' || *p == '\t') {
                m->state = MULTIPART_AT_SPACE;

            } else {
                m->rc = SP_INVALID;
            }

            break;

        case MULTIPART_AT_RETURN:

            if (*p == '\n') {
                multipart_over(m);
                multipart_begin(m);

            } else {
                m->rc = SP_INVALID;
            }

            break;

        case MULTIPART_AT_DASH:

            if (*p == '-') {
                multipart_over(m);
                m->state = MULTIPART_AT_END;
                m->rc = m->rc == SP_AGAIN ? SP_DONE : m->rc;

            } else {
                m->rc = SP_INVALID;
            }

            break;

        case MULTIPART_AT_END:
            return SP_DONE;
        }

        p++;
    }

    return m->rc;
}


/*
 * Looks for the delimiter.  It begins with a CR and has no other one, so what
 * was matched of it and goes on otherwise is data, but for its last byte.
 */

static const char *
multipart_data(sp_multipart_t *m, const char *p, const char *end)
{
    size_t       n;
    const char  *q;

    if (m->matched == 0) {
        q = memchr(p, '\r', (size_t) (end - p));

        if (q == NULL) {
            q = end;
        }

        m->rc = multipart_append(m, p, (size_t) (q - p));

        if (q == end) {
            return end;
        }

        m->matched = 1;
        p = q + 1;
    }

    while (p < end && m->matched < m->len && *p == m->delimiter[m->matched]) {
        m->matched++;
        p++;
    }

    if (m->matched == m->len) {
        m->matched = 0;
        m->state = MULTIPART_AT_DELIMITER;
        return p;
    }

    if (p < end) {
        n = m->matched;
        m->matched = 0;
        m->rc = multipart_append(m, m->delimiter, n);
    }

    return p;
}


/* A line of the head of a part; an empty one ends it. */

static const char *
multipart_line(sp_multipart_t *m, const char *p, const char *end)
{
    size_t       n;
    const char  *q;

    q = memchr(p, '\n', (size_t) (end - p));
    n = (size_t) ((q != NULL ? q : end) - p);

    if (n > SP_MULTIPART_LINE - m->line_len) {
        n = SP_MULTIPART_LINE - m->line_len;
        m->line_cut = 1;
    }

    memcpy(m->line + m->line_len, p, n);
    m->line_len += n;

    if (q == NULL) {
        return end;
    }

    if (m->line_len != 0 && m->line[m->line_len - 1] == '\r') {
        m->line_len--;
    }

    if (m->line_len == 0 && !m->line_cut) {
        m->state = MULTIPART_IN_DATA;

        if (m->named && !m->file) {
            m->fields[m->n].value = m->text_len;
        }

    } else {
        multipart_header(m);
    }

    m->line_len = 0;
    m->line_cut = 0;

    return q + 1;
}


static void
multipart_begin(sp_multipart_t *m)
{
    m->state = MULTIPART_IN_HEADER;
    m->line_len = 0;
    m->line_cut = 0;
    m->named = 0;
    m->file = 0;
}


/* The part at hand has ended: if it is a field, it counts now. */

static void
multipart_over(sp_multipart_t *m)
{
    multipart_field_t  *field;

    if (!m->named || m->file) {
        return;
    }

    field = &m->fields[m->n++];
    field->value_len = m->text_len - field->value;
}


/*
 * Content-Disposition: form-data; name="..."; filename="...".  One that is
 * too long may have a file's name behind what is known of it.
 */

static void
multipart_header(sp_multipart_t *m)
{
    sp_str_t     header, name, value, field;
    const char  *p, *end;

    end = m->line + m->line_len;
    p = memchr(m->line, ':', m->line_len);

    if (p == NULL) {
        return;
    }

    header.data = m->line;
    header.len = (size_t) (p - m->line);

    if (!multipart_is(&header, "content-disposition")) {
        return;
    }

    field.data = NULL;
    field.len = 0;

    for (p++; p != NULL; /* void */ ) {

        p = multipart_parameter(p, end, &name, &value);

        if (p == NULL) {
            break;
        }

        if (multipart_is(&name, "name")) {
            field = value;

        } else if (multipart_is(&name, "filename")
                   || multipart_is(&name, "filename*"))
        {
            m->file = 1;
        }
    }

    if (m->line_cut) {
        m->file = 1;
    }

    if (field.data != NULL && !m->named && !m->file && m->rc == SP_AGAIN) {
        multipart_name(m, &field);
    }
}


/* Keeps the name of a field, without backslashes before quotes. */

static void
multipart_name(sp_multipart_t *m, const sp_str_t *name)
{
    size_t              i, first;
    multipart_field_t  *field;

    m->rc = multipart_field(m);

    if (m->rc != SP_AGAIN) {
        return;
    }

    field = &m->fields[m->n];
    field->name = m->text_len;
    m->named = 1;

    for (i = 0; i < name->len && m->rc == SP_AGAIN; i++) {

        if (name->data[i] == '\\' && i + 1 < name->len
            && (name->data[i + 1] == '"' || name->data[i + 1] == '\\'))
        {
            i++;
        }

        first = i;

        while (i + 1 < name->len && name->data[i + 1] != '\\') {
            i++;
        }

        m->rc = multipart_append(m, name->data + first, i + 1 - first);
    }

    field->name_len = m->text_len - field->name;
}


/* Room for one more. */

static sp_rc_t
multipart_field(sp_multipart_t *m)
{
    unsigned            n;
    multipart_field_t  *fields;

    if (m->n == SP_FORM_FIELDS) {
        m->cut = 1;
        return SP_LIMIT;
    }

    if (m->n < m->allocated) {
        return SP_AGAIN;
    }

    n = m->allocated != 0 ? m->allocated * 2 : MULTIPART_FIRST;

    fields = sp_alloc(m->pool, n * sizeof(multipart_field_t));
    if (fields == NULL) {
        return SP_NOMEM;
    }

    if (m->n != 0) {
        memcpy(fields, m->fields, m->n * sizeof(multipart_field_t));
    }

    m->fields = fields;
    m->allocated = n;

    return SP_AGAIN;
}


/* To the name or the value of the field at hand, if there is one. */

static sp_rc_t
multipart_append(sp_multipart_t *m, const char *data, size_t len)
{
    char    *text;
    size_t   size;

    if (!m->named || m->file || len == 0) {
        return m->rc;
    }

    if (len > m->text_size - m->text_len) {

        size = m->text_size != 0 ? m->text_size * 2 : MULTIPART_TEXT;

        if (size < m->text_len + len) {
            size = m->text_len + len;
        }

        text = sp_alloc(m->pool, size);
        if (text == NULL) {
            return SP_NOMEM;
        }

        if (m->text_len != 0) {
            memcpy(text, m->text, m->text_len);
        }

        m->text = text;
        m->text_size = size;
    }

    memcpy(m->text + m->text_len, data, len);
    m->text_len += len;

    return m->rc;
}


sp_rc_t
sp_multipart_end(sp_multipart_t *m, sp_form_t *form)
{
    unsigned          i;
    const char       *text;
    sp_form_field_t  *field;

    memset(form, 0, sizeof(sp_form_t));

    if (m->rc == SP_NOMEM) {
        return SP_NOMEM;
    }

    form->cut = m->cut;

    if (m->n != 0) {

        form->fields = sp_alloc(m->pool, m->n * sizeof(sp_form_field_t));
        if (form->fields == NULL) {
            return SP_NOMEM;
        }
    }

    text = m->text != NULL ? m->text : "";

    for (i = 0; i < m->n; i++) {
        field = &form->fields[i];

        field->name.data = text + m->fields[i].name;
        field->name.len = m->fields[i].name_len;
        field->value.data = text + m->fields[i].value;
        field->value.len = m->fields[i].value_len;
        field->index = 0;
    }

    form->n = m->n;

    return m->state == MULTIPART_AT_END ? SP_OK : SP_INVALID;
}
