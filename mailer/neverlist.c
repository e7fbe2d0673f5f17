/*
 * Copyright (C) SitePreserver developers
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "neverlist.h"
#include "sp_secret.h"


struct neverlist_s {
    char    **entries;              /* sorted; a domain begins with "@" */
    size_t    n;
    size_t    size;
};


static int neverlist_line(neverlist_t *list, const char *line, size_t len);
static int neverlist_add(neverlist_t *list, const char *text, size_t len);
static int neverlist_compare(const void *a, const void *b);
static int neverlist_find(const neverlist_t *list, const char *key);


neverlist_t *
neverlist_read(const char *path, sp_error_t *err)
{
    char         *text;
    FILE         *fp;
    long          size;
    neverlist_t  *list;

    fp = fopen(path, "re");

    if (fp == NULL) {
        snprintf(err->text, sizeof(err->text), "\"%s\": %s", path,
                 strerror(errno));
        return NULL;
    }

    list = NULL;
    text = NULL;

    if (fseek(fp, 0, SEEK_END) == 0 && (size = ftell(fp)) >= 0
        && fseek(fp, 0, SEEK_SET) == 0
        && (text = malloc((size_t) size + 1)) != NULL
        && fread(text, 1, (size_t) size, fp) == (size_t) size)
    {
        list = neverlist_parse(text, (size_t) size, err);

    } else {
        snprintf(err->text, sizeof(err->text), "\"%s\" cannot be read", path);
    }

    free(text);
    fclose(fp);

    return list;
}


neverlist_t *
neverlist_parse(const char *text, size_t len, sp_error_t *err)
{
    size_t        n;
    unsigned      line;
    const char   *p, *end, *eol, *hash;
    neverlist_t  *list;

    list = calloc(1, sizeof(neverlist_t));

    if (list == NULL) {
        snprintf(err->text, sizeof(err->text), "out of memory");
        return NULL;
    }

    line = 0;
    end = text + len;

    for (p = text; p < end; p = eol + 1) {
        line++;
        eol = memchr(p, '\n', (size_t) (end - p));

        if (eol == NULL) {
            eol = end;
        }

        n = (size_t) (eol - p);
        hash = memchr(p, '#', n);

        if (hash != NULL) {
            n = (size_t) (hash - p);
        }

        if (!neverlist_line(list, p, n)) {
            snprintf(err->text, sizeof(err->text),
                     "line %u is neither an address nor a domain", line);
            neverlist_free(list);
            return NULL;
        }
    }

    if (list->n != 0) {
        qsort(list->entries, list->n, sizeof(char *), neverlist_compare);
    }

    return list;
}


/* A domain is checked as the domain of an address. */

static int
neverlist_line(neverlist_t *list, const char *line, size_t len)
{
    char      address[SP_ADDRESS_MAX + 1], out[SP_ADDRESS_MAX + 1];
    size_t    n;
    sp_str_t  in;

    while (len > 0 && (unsigned char) *line <= ' ') {
        line++;
        len--;
    }

    while (len > 0 && (unsigned char) line[len - 1] <= ' ') {
        len--;
    }

    if (len == 0) {
        return 1;
    }

    if (memchr(line, '@', len) != NULL && line[0] != '@') {
        in.data = line;
        in.len = len;

        return sp_address_normalise(&in, out, &n) == SP_OK
               && neverlist_add(list, out, n);
    }

    if (line[0] == '@') {
        line++;
        len--;
    }

    if (len == 0 || len + 2 > SP_ADDRESS_MAX) {
        return 0;
    }

    address[0] = 'x';
    address[1] = '@';
    memcpy(address + 2, line, len);

    in.data = address;
    in.len = len + 2;

    return sp_address_normalise(&in, out, &n) == SP_OK
           && neverlist_add(list, out + 1, n - 1);
}


static int
neverlist_add(neverlist_t *list, const char *text, size_t len)
{
    char    **entries;
    size_t    size;

    if (list->n == NEVERLIST_MAX) {
        return 0;
    }

    if (list->n == list->size) {
        size = list->size ? list->size * 2 : 64;
        entries = realloc(list->entries, size * sizeof(char *));

        if (entries == NULL) {
            return 0;
        }

        list->entries = entries;
        list->size = size;
    }

    list->entries[list->n] = strndup(text, len);

    return list->entries[list->n] != NULL && ++list->n;
}


static int
neverlist_compare(const void *a, const void *b)
{
    return strcmp(*(char *const *) a, *(char *const *) b);
}


static int
neverlist_find(const neverlist_t *list, const char *key)
{
    return bsearch(&key, list->entries, list->n, sizeof(char *),
                   neverlist_compare) != NULL;
}


int
neverlist_has(const neverlist_t *list, const char *address)
{
    char         key[SP_ADDRESS_MAX + 2];
    const char  *domain;

    if (list == NULL || list->n == 0) {
        return 0;
    }

    if (neverlist_find(list, address)) {
        return 1;
    }

    domain = strrchr(address, '@');

    while (domain != NULL && strlen(domain) < sizeof(key) - 1) {
        key[0] = '@';
        strcpy(key + 1, domain + 1);

        if (neverlist_find(list, key)) {
            return 1;
        }

        domain = strchr(domain + 1, '.');
    }

    return 0;
}


void
neverlist_free(neverlist_t *list)
{
    size_t  i;

    if (list == NULL) {
        return;
    }

    for (i = 0; i < list->n; i++) {
        free(list->entries[i]);
    }

    free(list->entries);
    free(list);
}
