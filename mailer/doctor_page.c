/*
 * Copyright (C) SitePreserver developers
 */

#define _GNU_SOURCE                 /* strcasestr() */

#include <ctype.h>
#include <gumbo.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "doctor.h"
#include "doctor_page.h"
#include "sp_arena.h"


#define DOCTOR_HTML_MAX  (1024 * 1024)      /* more of a page is not read */
#define DOCTOR_TREE_MAX  ((size_t) 512 * 1024 * 1024)
#define DOCTOR_WORDS     16


/*
 * Gumbo does not look whether there was memory, and needs hours for a page
 * that is deep enough: we leave it by a jump.
 */

typedef struct {
    sp_arena_t  *arena;
    int64_t      deadline;
    unsigned     calls;
    jmp_buf      full;
} doctor_page_memory_t;


typedef struct {
    doctor_page_t  *page;
    const char     *host;
    const char     *path;
} doctor_page_run_t;


static void *doctor_page_alloc(void *data, size_t size);
static void doctor_page_dealloc(void *data, void *p);
static void doctor_page_walk(doctor_page_run_t *run, GumboNode *root);
static const GumboNode *doctor_page_next(const GumboNode *root,
    const GumboNode *node, int skip);
static const GumboVector *doctor_page_children(const GumboNode *node);
static int doctor_page_element(doctor_page_run_t *run, const GumboNode *node);
static int doctor_page_is_aside(const GumboElement *element);
static const char *doctor_page_attribute(const GumboElement *element,
    const char *name);
static void doctor_page_script(doctor_page_t *page, const GumboNode *node);
static void doctor_page_tags(doctor_page_t *page, const char *text);
static void doctor_page_tag(doctor_page_t *page, const char *name,
    const char *id, size_t len);
static void doctor_page_link(doctor_page_run_t *run, const GumboNode *node);
static int doctor_page_is_own(const doctor_page_run_t *run, const char *href);
static int doctor_page_is_button(const GumboElement *element);
static void doctor_page_button(doctor_page_t *page, const GumboNode *node);
static size_t doctor_page_text(const char *text);


void
doctor_page(const char *html, size_t len, const char *host, const char *path,
    int64_t deadline, doctor_page_t *page)
{
    char                  *text;
    GumboOutput           *output;
    GumboOptions           options;
    doctor_page_run_t      run;
    doctor_page_memory_t   memory;

    memset(page, 0, sizeof(doctor_page_t));
    len = len < DOCTOR_HTML_MAX ? len : DOCTOR_HTML_MAX;
    memory.deadline = deadline;
    memory.calls = 0;
    memory.arena = sp_arena_create(DOCTOR_TREE_MAX);

    if (memory.arena == NULL || len == 0 || setjmp(memory.full) != 0) {
        sp_arena_destroy(memory.arena);
        return;
    }

    /* Gumbo frees its tree by recursion: here the arena does it. */

    options = kGumboDefaultOptions;
    options.max_errors = 0;
    options.allocator = doctor_page_alloc;
    options.deallocator = doctor_page_dealloc;
    options.userdata = &memory;

    /* it looks at the byte behind a text that ends in "&amp" */

    text = doctor_page_alloc(&memory, len + 1);
    memcpy(text, html, len);
    text[len] = '\0';

    output = gumbo_parse_with_options(&options, text, len);
    run.page = page;
    run.host = host;
    run.path = path;
    page->read = 1;
    doctor_page_walk(&run, output->root);
    sp_arena_destroy(memory.arena);
}


static void *
doctor_page_alloc(void *data, size_t size)
{
    void                  *p;
    doctor_page_memory_t  *memory;

    memory = data;
    p = sp_alloc(sp_arena_pool(memory->arena), size);

    if (p == NULL
        || (++memory->calls % 64 == 0 && now_ms() > memory->deadline))
    {
        longjmp(memory->full, 1);
    }

    return p;
}


static void
doctor_page_dealloc(void *data, void *p)
{
}


static void
doctor_page_walk(doctor_page_run_t *run, GumboNode *root)
{
    int               skip;
    const GumboNode  *node;

    for (node = root; node != NULL; node = doctor_page_next(root, node, skip))
    {
        skip = 0;

        if (node->type == GUMBO_NODE_ELEMENT) {
            skip = doctor_page_element(run, node);

        } else if (node->type == GUMBO_NODE_TEXT) {
            run->page->text += doctor_page_text(node->v.text.text);
        }
    }
}


/* The next node of the tree in the order of the text, without recursion. */

static const GumboNode *
doctor_page_next(const GumboNode *root, const GumboNode *node, int skip)
{
    const GumboVector  *children;

    children = doctor_page_children(node);

    if (!skip && children != NULL && children->length > 0) {
        return children->data[0];
    }

    while (node != root) {
        children = doctor_page_children(node->parent);

        if (node->index_within_parent + 1 < children->length) {
            return children->data[node->index_within_parent + 1];
        }

        node = node->parent;
    }

    return NULL;
}


static const GumboVector *
doctor_page_children(const GumboNode *node)
{
    if (node->type == GUMBO_NODE_DOCUMENT) {
        return &node->v.document.children;
    }

    return node->type == GUMBO_NODE_ELEMENT
           || node->type == GUMBO_NODE_TEMPLATE ? &node->v.element.children
                                                : NULL;
}


/* 1: what is in it does not count. */

static int
doctor_page_element(doctor_page_run_t *run, const GumboNode *node)
{
    const char          *src;
    const GumboElement  *element;

    element = &node->v.element;

    switch (element->tag) {
    case GUMBO_TAG_SCRIPT:
        doctor_page_script(run->page, node);
        return 1;

    case GUMBO_TAG_IFRAME:
        src = doctor_page_attribute(element, "src");

        if (src != NULL) {
            doctor_page_tags(run->page, src);
        }

        return 1;

    case GUMBO_TAG_STYLE:
    case GUMBO_TAG_TITLE:
        return 1;

    case GUMBO_TAG_A:
        doctor_page_link(run, node);
        return 0;

    case GUMBO_TAG_BUTTON:
        doctor_page_button(run->page, node);
        return 0;

    case GUMBO_TAG_NOSCRIPT:
        /* its content is text where scripts run; GTM has an iframe in it */
        return 0;

    default:
        return doctor_page_is_aside(element);
    }
}


static int
doctor_page_is_aside(const GumboElement *element)
{
    const char  *role;

    if (element->tag == GUMBO_TAG_HEADER || element->tag == GUMBO_TAG_NAV
        || element->tag == GUMBO_TAG_FOOTER)
    {
        return 1;
    }

    role = doctor_page_attribute(element, "role");

    return role != NULL
           && (strcasecmp(role, "navigation") == 0
               || strcasecmp(role, "banner") == 0
               || strcasecmp(role, "contentinfo") == 0
               || strcasecmp(role, "search") == 0);
}


static const char *
doctor_page_attribute(const GumboElement *element, const char *name)
{
    GumboAttribute  *attribute;

    attribute = gumbo_get_attribute(&element->attributes, name);

    return attribute != NULL ? attribute->value : NULL;
}


static void
doctor_page_script(doctor_page_t *page, const GumboNode *node)
{
    unsigned            i;
    const char         *src;
    const GumboNode    *child;
    const GumboVector  *children;

    page->scripts++;
    src = doctor_page_attribute(&node->v.element, "src");

    if (src != NULL) {
        doctor_page_tags(page, src);
    }

    children = &node->v.element.children;

    for (i = 0; i < children->length; i++) {
        child = children->data[i];

        if (child->type == GUMBO_NODE_TEXT) {
            doctor_page_tags(page, child->v.text.text);
        }
    }
}


/* gtag/js?id=G-1, gtm.js?id=GTM-1 or its snippet, analytics.js. */

static void
doctor_page_tags(doctor_page_t *page, const char *text)
{
    size_t        len;
    unsigned      i;
    const char   *p;
    static struct {
        const char  *prefix;
        const char  *name;
    } ids[] = {
        { "G-", "gtag" }, { "GTM-", "GTM" }, { "UA-", "analytics.js" },
    };

    if (strstr(text, "googletagmanager.com") == NULL
        && strstr(text, "google-analytics.com") == NULL
        && strstr(text, "gtag(") == NULL)
    {
        return;
    }

    for (i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        for (p = text; (p = strstr(p, ids[i].prefix)) != NULL; p += len) {
            len = strlen(ids[i].prefix);

            if (p > text && (isalnum((unsigned char) p[-1]) || p[-1] == '-')) {
                continue;
            }

            while (isupper((unsigned char) p[len])
                   || isdigit((unsigned char) p[len])
                   || (p[len] == '-' && i == 2))
            {
                len++;
            }

            if (len >= strlen(ids[i].prefix) + 4) {
                doctor_page_tag(page, ids[i].name, p, len);
            }
        }
    }

    if (page->tags[0] == '\0'
        && strstr(text, "google-analytics.com/analytics.js") != NULL)
    {
        doctor_page_tag(page, "analytics.js", "", 0);
    }
}


static void
doctor_page_tag(doctor_page_t *page, const char *name, const char *id,
    size_t len)
{
    char    tag[64];
    size_t  n;

    snprintf(tag, sizeof(tag), "%s%s%.*s", strncmp(id, name, 3) == 0 ? ""
                                                                     : name,
             len > 0 && strncmp(id, name, 3) != 0 ? " " : "", (int) len, id);
    n = strlen(page->tags);

    if (strstr(page->tags, tag) == NULL
        && n + strlen(tag) + 3 < sizeof(page->tags))
    {
        sprintf(page->tags + n, "%s%s", n > 0 ? ", " : "", tag);
    }
}


static void
doctor_page_link(doctor_page_run_t *run, const GumboNode *node)
{
    const char  *href;

    href = doctor_page_attribute(&node->v.element, "href");

    if (href == NULL || !doctor_page_is_own(run, href)) {
        return;
    }

    run->page->links++;

    if (doctor_page_is_button(&node->v.element)) {
        doctor_page_button(run->page, node);
    }
}


/* A page of this host that is not this page itself. */

static int
doctor_page_is_own(const doctor_page_run_t *run, const char *href)
{
    char         host[256];
    size_t       n;
    const char  *path;

    while (isspace((unsigned char) *href)) {
        href++;
    }

    if (strncasecmp(href, "http://", 7) == 0
        || strncasecmp(href, "https://", 8) == 0)
    {
        if (!doctor_url_host(href, host, sizeof(host))
            || strcmp(host, run->host) != 0)
        {
            return 0;
        }

        path = strchr(strchr(href, ':') + 3, '/');
        path = path != NULL ? path : "/";

    } else if (strncmp(href, "//", 2) == 0 || *href == '#' || *href == '\0'
               || strcspn(href, ":") < strcspn(href, "/?#"))
    {
        return 0;

    } else {
        path = href;
    }

    n = strcspn(path, "?#");

    return n != strlen(run->path) || strncmp(path, run->path, n) != 0;
}


/* A link that looks like a button says so in its role or class. */

static int
doctor_page_is_button(const GumboElement *element)
{
    size_t       i;
    const char  *role, *class, *p;
    static const char  *words[] = { "btn", "button", "cta" };

    role = doctor_page_attribute(element, "role");
    class = doctor_page_attribute(element, "class");

    if (role != NULL && strcasecmp(role, "button") == 0) {
        return 1;
    }

    for (i = 0; i < 3 && class != NULL; i++) {
        for (p = class; (p = strcasestr(p, words[i])) != NULL; p++) {
            if (p == class || !isalpha((unsigned char) p[-1])) {
                return 1;
            }
        }
    }

    return 0;
}


static void
doctor_page_button(doctor_page_t *page, const GumboNode *node)
{
    size_t            n;
    const char       *p;
    const GumboNode  *child;

    page->buttons++;

    if (page->button[0] != '\0') {
        return;
    }

    n = 0;

    for (child = node; child != NULL; child = doctor_page_next(node, child, 0))
    {
        if (child->type != GUMBO_NODE_TEXT) {
            continue;
        }

        for (p = child->v.text.text; *p != '\0'
                                     && n < sizeof(page->button) - 1; p++)
        {
            if (!isspace((unsigned char) *p)
                || (n > 0 && page->button[n - 1] != ' '))
            {
                page->button[n++] = isspace((unsigned char) *p) ? ' ' : *p;
            }
        }
    }

    page->button[n] = '\0';
}


static size_t
doctor_page_text(const char *text)
{
    size_t  n;

    for (n = 0; *text != '\0'; text++) {
        n += !isspace((unsigned char) *text);
    }

    return n;
}
