/*
 * Copyright (C) SitePreserver developers
 */

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <openssl/evp.h>

#include "creative_file.h"
#include "creative_int.h"


#ifndef SP_CREATIVES_DIR
#define SP_CREATIVES_DIR   "/usr/share/sitepreserver/creatives"
#endif


static sp_rc_t creative_locales(creative_t *creative, sp_error_t *err);
static sp_rc_t creative_add_locale(creative_t *creative, const char *file,
    sp_error_t *err);
static int creative_compare(const void *a, const void *b);
static sp_rc_t creative_read(creative_t *creative, EVP_MD_CTX *md,
    sp_error_t *err);
static sp_rc_t creative_template(creative_t *creative,
    creative_locale_t *locale, const char *suffix, EVP_MD_CTX *md,
    sp_error_t *err);
static sp_rc_t creative_hash_file(creative_t *creative, EVP_MD_CTX *md,
    const char *name, const buffer_t *b);
static int creative_sha256(const char *text, size_t len,
    char hex[CREATIVE_HASH_LEN + 1]);
static void creative_hex(const unsigned char *hash,
    char hex[CREATIVE_HASH_LEN + 1]);


creative_t *
creative_load(const char *dir, const char *name, sp_error_t *err)
{
    sp_rc_t      rc;
    EVP_MD_CTX  *md;
    creative_t  *creative;

    if (!creative_name_valid(name)) {
        (void) snprintf(err->text, sizeof(err->text),
                        "\"%.80s\" is not a creative's name", name);
        return NULL;
    }

    creative = calloc(1, sizeof(creative_t));
    md = EVP_MD_CTX_new();

    if (creative == NULL || md == NULL
        || EVP_DigestInit_ex(md, EVP_sha256(), NULL) != 1)
    {
        (void) snprintf(err->text, sizeof(err->text), "no memory");
        EVP_MD_CTX_free(md);
        free(creative);
        return NULL;
    }

    creative->refs = 1;
    buffer_init(&creative->changed, CREATIVE_FILE_MAX);
    (void) strcpy(creative->name, name);

    rc = creative_file_folder(dir, SP_CREATIVES_DIR, name, creative->path,
                              sizeof(creative->path), err);
    if (rc == SP_OK) {
        creative->own = dir != NULL
                        && strncmp(creative->path, dir, strlen(dir)) == 0
                        && creative->path[strlen(dir)] == '/';
        rc = creative_locales(creative, err);
    }

    if (rc == SP_OK) {
        rc = creative_read(creative, md, err);
    }

    if (rc == SP_OK) {
        rc = creative_read_state(creative, err);
    }

    EVP_MD_CTX_free(md);

    if (rc != SP_OK) {
        creative_free(creative);
        return NULL;
    }

    return creative;
}


void
creative_free(creative_t *creative)
{
    size_t              i;
    creative_locale_t  *locale;

    if (creative == NULL || --creative->refs > 0) {
        return;
    }

    for (i = 0; i < creative->nlocales; i++) {
        locale = &creative->locales[i];
        mustache_free(locale->subject);
        mustache_free(locale->preheader);
        mustache_free(locale->html);
        mustache_free(locale->text);
        buffer_free(&locale->utm_text);
    }

    buffer_free(&creative->changed);
    free(creative);
}


creative_t *
creative_ref(creative_t *creative)
{
    creative->refs++;

    return creative;
}


const char *
creative_bundled(void)
{
    return SP_CREATIVES_DIR;
}


const char *
creative_name(const creative_t *creative)
{
    return creative->name;
}


const char *
creative_path(const creative_t *creative)
{
    return creative->path;
}


int
creative_own(const creative_t *creative)
{
    return creative->own;
}


const char *
creative_hash(const creative_t *creative)
{
    return creative->hash;
}


int
creative_name_valid(const char *name)
{
    size_t  i;

    for (i = 0; name[i] != '\0'; i++) {
        if (i == CREATIVE_NAME_MAX
            || strchr("abcdefghijklmnopqrstuvwxyz0123456789_-", name[i])
               == NULL)
        {
            return 0;
        }
    }

    return i != 0;
}


/* Which locales there are: what has a .html file. */

static sp_rc_t
creative_locales(creative_t *creative, sp_error_t *err)
{
    DIR            *d;
    sp_rc_t         rc;
    struct dirent  *entry;

    d = opendir(creative->path);

    if (d == NULL) {
        (void) snprintf(err->text, sizeof(err->text), "%.200s: %s",
                        creative->path, strerror(errno));
        return SP_INVALID;
    }

    rc = SP_OK;

    while (rc == SP_OK && (entry = readdir(d)) != NULL) {
        rc = creative_add_locale(creative, entry->d_name, err);
    }

    closedir(d);

    if (rc == SP_OK && creative->nlocales == 0) {
        (void) snprintf(err->text, sizeof(err->text),
                        "%.200s: has no LOCALE.html", creative->path);
        return SP_INVALID;
    }

    qsort(creative->locales, creative->nlocales, sizeof(creative_locale_t),
          creative_compare);

    return rc;
}


static sp_rc_t
creative_add_locale(creative_t *creative, const char *file, sp_error_t *err)
{
    size_t              i, len;
    creative_locale_t  *locale;

    len = strlen(file);

    if (len < 5 || strcmp(file + len - 5, ".html") != 0) {
        return SP_OK;
    }

    len -= 5;

    for (i = 0; i < len; i++) {
        if ((file[i] < '0' || file[i] > '9') && file[i] != '-'
            && ((file[i] | 0x20) < 'a' || (file[i] | 0x20) > 'z'))
        {
            break;
        }
    }

    if (i != len || len < 2 || len >= sizeof(locale->locale)
        || creative->nlocales == CREATIVE_LOCALES_MAX)
    {
        (void) snprintf(err->text, sizeof(err->text),
                        "%.150s/%.40s: is not LOCALE.html, or one too many",
                        creative->path, file);
        return SP_INVALID;
    }

    locale = &creative->locales[creative->nlocales++];
    memcpy(locale->locale, file, len);

    return SP_OK;
}


static int
creative_compare(const void *a, const void *b)
{
    const creative_locale_t  *la, *lb;

    la = a;
    lb = b;

    return strcmp(la->locale, lb->locale);
}


static sp_rc_t
creative_read(creative_t *creative, EVP_MD_CTX *md, sp_error_t *err)
{
    size_t          i;
    sp_rc_t         rc;
    unsigned char   hash[EVP_MAX_MD_SIZE];

    rc = SP_OK;

    for (i = 0; rc == SP_OK && i < creative->nlocales; i++) {
        rc = creative_template(creative, &creative->locales[i], "head", md,
                               err);
        if (rc == SP_OK) {
            rc = creative_template(creative, &creative->locales[i], "html",
                                   md, err);
        }

        if (rc == SP_OK) {
            rc = creative_template(creative, &creative->locales[i], "txt", md,
                                   err);
        }
    }

    if (rc != SP_OK) {
        return rc;
    }

    if (EVP_DigestFinal_ex(md, hash, NULL) != 1) {
        (void) snprintf(err->text, sizeof(err->text), "no memory");
        return SP_NOMEM;
    }

    creative_hex(hash, creative->hash);

    return SP_OK;
}


static sp_rc_t
creative_template(creative_t *creative, creative_locale_t *locale,
    const char *suffix, EVP_MD_CTX *md, sp_error_t *err)
{
    char      file[32], path[CREATIVE_PATH_MAX + 40];
    sp_rc_t   rc;
    buffer_t  b;

    (void) snprintf(file, sizeof(file), "%s.%s", locale->locale, suffix);
    (void) snprintf(path, sizeof(path), "%s/%s", creative->path, file);

    buffer_init(&b, CREATIVE_FILE_MAX);
    rc = creative_file_read(path, &b, err);

    if (rc == SP_OK) {
        rc = creative_hash_file(creative, md, file, &b);
    }

    if (rc != SP_OK) {
        buffer_free(&b);
        return rc;
    }

    if (strcmp(suffix, "head") == 0) {
        rc = creative_file_head(path, &b, locale, err);

    } else if (strcmp(suffix, "html") == 0) {

        /* nothing of a shop's goes unescaped into HTML */

        locale->html = mustache_compile(path, buffer_text(&b), b.len,
                                        MUSTACHE_HTML, MUSTACHE_NO_RAW, err);
        rc = locale->html != NULL ? SP_OK : SP_INVALID;

    } else {
        locale->text = mustache_compile(path, buffer_text(&b), b.len,
                                        MUSTACHE_PLAIN, 0, err);
        rc = locale->text != NULL ? SP_OK : SP_INVALID;
    }

    buffer_free(&b);

    return rc;
}


static sp_rc_t
creative_hash_file(creative_t *creative, EVP_MD_CTX *md, const char *name,
    const buffer_t *b)
{
    char              line[64];
    creative_part_t  *part;

    part = &creative->parts[creative->nparts++];
    (void) snprintf(part->name, sizeof(part->name), "%s", name);
    (void) snprintf(line, sizeof(line), "%s %zu\n", name, b->len);

    return EVP_DigestUpdate(md, line, strlen(line)) == 1
           && EVP_DigestUpdate(md, buffer_text(b), b->len) == 1
           && creative_sha256(buffer_text(b), b->len, part->hash)
           ? SP_OK : SP_NOMEM;
}


/* SHA-256 of a text in hex; 0: no memory. */

static int
creative_sha256(const char *text, size_t len, char hex[CREATIVE_HASH_LEN + 1])
{
    unsigned char  hash[EVP_MAX_MD_SIZE];

    if (EVP_Digest(text, len, hash, NULL, EVP_sha256(), NULL) != 1) {
        return 0;
    }

    creative_hex(hash, hex);

    return 1;
}


static void
creative_hex(const unsigned char *hash, char hex[CREATIVE_HASH_LEN + 1])
{
    size_t  i;

    for (i = 0; i < CREATIVE_HASH_LEN / 2; i++) {
        (void) snprintf(hex + 2 * i, 3, "%02x", hash[i]);
    }
}
