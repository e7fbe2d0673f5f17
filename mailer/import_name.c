/*
 * Copyright (C) SitePreserver developers
 */

#include <stdio.h>

#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#include "import_int.h"
#include "links_url.h"


#define IMPORT_SLUG_IN  200         /* bytes of a label that are looked at */


static int import_name_reuse(import_t *im, import_link_t *link);
static void import_name_slug(const char *text, size_t len,
    char name[IMPORT_NAME_MAX + 1]);
static void import_name_picture(const import_link_t *link,
    char name[IMPORT_NAME_MAX + 1]);
static void import_name_path(const import_link_t *link,
    char name[IMPORT_NAME_MAX + 1]);
static int import_name_taken(const import_t *im, const import_link_t *link,
    const char *name);


void
import_link_name(import_t *im, import_link_t *link)
{
    char                name[IMPORT_NAME_MAX + 1];
    unsigned            n;
    const html_attr_t  *given;

    if (import_name_reuse(im, link)) {
        return;
    }

    name[0] = '\0';
    given = html_attr(link->node, "data-sp-name");

    if (given != NULL) {
        import_name_slug(given->value.data, given->value.len, name);
    }

    if (name[0] == '\0') {
        import_name_slug(buffer_text(&link->label), link->label.len, name);
    }

    if (name[0] == '\0') {
        import_name_picture(link, name);
    }

    if (name[0] == '\0') {
        import_name_path(link, name);
    }

    if (name[0] == '\0') {
        (void) strcpy(name, "link");
    }

    (void) strcpy(link->name, name);

    for (n = 2; import_name_taken(im, link, link->name); n++) {
        (void) snprintf(link->name, sizeof(link->name), "%.*s-%u",
                        IMPORT_NAME_MAX - 5, name, n);
    }
}


/* What is shown to Outlook instead is the same link. */

static int
import_name_reuse(import_t *im, import_link_t *link)
{
    size_t          i;
    import_link_t  *other;

    for (i = 0; i < im->nlinks; i++) {
        other = &im->links[i];

        if (other != link && other->name[0] != '\0'
            && other->part->comment != link->part->comment
            && other->raw.len == link->raw.len
            && memcmp(other->raw.data, link->raw.data, link->raw.len) == 0)
        {
            (void) strcpy(link->name, other->name);
            return 1;
        }
    }

    return 0;
}


/* Small letters, digits and hyphens, with accents dropped. */

static void
import_name_slug(const char *text, size_t len, char name[IMPORT_NAME_MAX + 1])
{
    UChar               utf16[IMPORT_SLUG_IN], plain[4 * IMPORT_SLUG_IN];
    size_t              n;
    int32_t             i, have;
    UErrorCode          status;
    const UNormalizer2 *nfkd;

    name[0] = '\0';
    status = U_ZERO_ERROR;
    (void) u_strFromUTF8WithSub(utf16, IMPORT_SLUG_IN, &have, text,
                                (int32_t) (len < IMPORT_SLUG_IN
                                           ? len : IMPORT_SLUG_IN),
                                0xfffd, NULL, &status);
    nfkd = unorm2_getNFKDInstance(&status);

    if (U_FAILURE(status)) {
        return;
    }

    have = unorm2_normalize(nfkd, utf16, have, plain, 4 * IMPORT_SLUG_IN,
                            &status);
    if (U_FAILURE(status)) {
        return;
    }

    n = 0;

    for (i = 0; i < have && n < IMPORT_NAME_MAX; i++) {
        if (plain[i] >= 'A' && plain[i] <= 'Z') {
            name[n++] = (char) (plain[i] | 0x20);

        } else if ((plain[i] >= 'a' && plain[i] <= 'z')
                   || (plain[i] >= '0' && plain[i] <= '9'))
        {
            name[n++] = (char) plain[i];

        } else if ((plain[i] < 0x300 || plain[i] > 0x36f) && n > 0
                   && name[n - 1] != '-')
        {
            name[n++] = '-';
        }
    }

    while (n > 0 && name[n - 1] == '-') {
        n--;
    }

    name[n] = '\0';
}


static void
import_name_picture(const import_link_t *link, char name[IMPORT_NAME_MAX + 1])
{
    const html_node_t  *img;
    const html_attr_t  *alt;

    img = html_find(link->node, link->node, "img");
    alt = img != NULL ? html_attr(img, "alt") : NULL;

    if (alt != NULL) {
        import_name_slug(alt->value.data, alt->value.len, name);
    }
}


/* The last part of the path. */

static void
import_name_path(const import_link_t *link, char name[IMPORT_NAME_MAX + 1])
{
    size_t       i;
    sp_str_t     path;
    links_url_t  parts;

    if (links_url_split(&link->href->value, &parts) != SP_OK) {
        return;
    }

    path = parts.path;

    while (path.len > 0 && path.data[path.len - 1] == '/') {
        path.len--;
    }

    for (i = path.len; i > 0 && path.data[i - 1] != '/'; i--) {
        /* void */
    }

    import_name_slug(path.data + i, path.len - i, name);

    if (path.len == 0) {
        (void) strcpy(name, "home");
    }
}


static int
import_name_taken(const import_t *im, const import_link_t *link,
    const char *name)
{
    size_t  i;

    if (strcmp(name, "cta") == 0 || strcmp(name, "items") == 0
        || strcmp(name, "item") == 0)
    {
        return 1;
    }

    for (i = 0; i < im->nlinks; i++) {
        if (&im->links[i] != link && strcmp(im->links[i].name, name) == 0) {
            return 1;
        }
    }

    return 0;
}
