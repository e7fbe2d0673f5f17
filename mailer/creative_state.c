/*
 * Copyright (C) SitePreserver developers
 */

#include <stdio.h>

#include "creative_file.h"
#include "creative_int.h"


static sp_rc_t creative_state_read(const creative_t *creative,
    const char *file, buffer_t *b, int *there, sp_error_t *err);
static int creative_state_is(const creative_t *creative, const buffer_t *b);
static void creative_state_changed(creative_t *creative, const buffer_t *b);
static int creative_state_has(const char *text, const char *hash,
    const char *file);
static void creative_state_name_it(creative_t *creative, const char *name,
    size_t len);


/* A folder without `approved` is not approved; unreadable is an error. */

sp_rc_t
creative_read_state(creative_t *creative, sp_error_t *err)
{
    int       there;
    size_t    n;
    sp_rc_t   rc;
    buffer_t  b;

    buffer_init(&b, CREATIVE_FILE_MAX);
    rc = creative_state_read(creative, "approved", &b, &there, err);

    if (rc == SP_OK && there) {
        if (creative_state_is(creative, &b)) {
            creative->state = CREATIVE_APPROVED;

        } else {
            creative->state = CREATIVE_CHANGED;
            creative_state_changed(creative, &b);
        }
    }

    buffer_reset(&b);

    if (rc == SP_OK) {
        rc = creative_state_read(creative, "retired", &b, &there, err);
    }

    if (rc == SP_OK && there) {
        creative->state = CREATIVE_RETIRED;

        n = b.len != 0 ? strcspn(b.data, "\r\n") : 0;
        n = n < CREATIVE_REASON_MAX ? n : CREATIVE_REASON_MAX;

        if (n != 0) {
            memcpy(creative->reason, b.data, n);
        }
    }

    buffer_free(&b);

    return rc;
}


static sp_rc_t
creative_state_read(const creative_t *creative, const char *file, buffer_t *b,
    int *there, sp_error_t *err)
{
    char  path[CREATIVE_PATH_MAX + 40];

    (void) snprintf(path, sizeof(path), "%s/%s", creative->path, file);
    *there = creative_file_exists(path);

    return *there ? creative_file_read(path, b, err) : SP_OK;
}


static int
creative_state_is(const creative_t *creative, const buffer_t *b)
{
    return b->len >= CREATIVE_HASH_LEN
           && memcmp(b->data, creative->hash, CREATIVE_HASH_LEN) == 0
           && (b->len == CREATIVE_HASH_LEN
               || b->data[CREATIVE_HASH_LEN] <= ' ');
}


/* Files that are new or other ones, and those that are gone. */

static void
creative_state_changed(creative_t *creative, const buffer_t *b)
{
    size_t       i, len;
    const char  *line, *name;

    line = strchr(buffer_text(b), '\n');

    if (line == NULL || strchr(line + 1, '\n') == NULL) {
        return;
    }

    for (i = 0; i < creative->nparts; i++) {
        name = creative->parts[i].name;

        if (!creative_state_has(line, creative->parts[i].hash, name)) {
            creative_state_name_it(creative, name, strlen(name));
        }
    }

    for ( /* void */ ; line != NULL; line = strchr(line, '\n')) {
        line++;

        if (strcspn(line, "\n") <= CREATIVE_HASH_LEN + 2) {
            continue;
        }

        name = line + CREATIVE_HASH_LEN + 2;
        len = strcspn(name, "\r\n");

        for (i = 0; i < creative->nparts; i++) {
            if (strlen(creative->parts[i].name) == len
                && memcmp(creative->parts[i].name, name, len) == 0)
            {
                break;
            }
        }

        if (i == creative->nparts) {
            creative_state_name_it(creative, name, len);
        }
    }
}


static int
creative_state_has(const char *text, const char *hash, const char *file)
{
    char         line[CREATIVE_HASH_LEN + 32];
    size_t       len;
    const char  *at;

    (void) snprintf(line, sizeof(line), "\n%s  %s", hash, file);
    len = strlen(line);
    at = strstr(text, line);

    return at != NULL && (unsigned char) at[len] <= ' ';
}


static void
creative_state_name_it(creative_t *creative, const char *name, size_t len)
{
    if (creative->changed.len != 0) {
        buffer_char(&creative->changed, ' ');
    }

    buffer_add(&creative->changed, name, len);
}


int
creative_approved(const creative_t *creative)
{
    return creative->state == CREATIVE_APPROVED;
}


creative_state_t
creative_state(const creative_t *creative)
{
    return creative->state;
}


const char *
creative_state_name(const creative_t *creative)
{
    static const char  *names[] = { "new", "approved", "changed", "retired" };

    return names[creative->state];
}


const char *
creative_reason(const creative_t *creative)
{
    return creative->reason;
}


const char *
creative_changed(const creative_t *creative)
{
    return buffer_text(&creative->changed);
}


void
creative_approval(const creative_t *creative, buffer_t *out)
{
    size_t  i;

    buffer_fmt(out, "%s\n", creative->hash);

    for (i = 0; i < creative->nparts; i++) {
        buffer_fmt(out, "%s  %s\n", creative->parts[i].hash,
                   creative->parts[i].name);
    }
}
