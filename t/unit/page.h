/*
 * Copyright (C) SitePreserver developers
 *
 * Pages made by chance, with the faults of real ones: tags that are left out
 * or do not belong there, attributes in all writings, comments, scripts.
 */

#ifndef PAGE_H
#define PAGE_H

#include "readers.h"


typedef struct {
    char      *p;
    char      *end;
    uint64_t  *seed;
    unsigned   left;                    /* elements */
} page_t;


static inline void
page_put(page_t *page, const char *text)
{
    size_t  len;

    len = strlen(text);

    if (len < (size_t) (page->end - page->p)) {
        memcpy(page->p, text, len);
        page->p += len;
    }
}


static inline const char *
page_one(page_t *page, const char *const *list, unsigned n)
{
    return list[below(page->seed, n)];
}

#define PAGE_ONE(page, ...)                                                   \
    page_one(page, (const char *const []) { __VA_ARGS__ },                    \
             sizeof((const char *const []) { __VA_ARGS__ }) / sizeof(char *))


static inline int
page_chance(page_t *page, unsigned percent)
{
    return below(page->seed, 100) < percent;
}


static inline void
page_attrs(page_t *page)
{
    while (page_chance(page, 45)) {
        page_put(page, PAGE_ONE(page, " ", "  ", "\n", " \t"));
        page_put(page, PAGE_ONE(page,
            "class=w1", "class='w1 w2'", "CLASS=\"w2\tw3 \"", "class=w3",
            "class=' w1'", "a=1", "a='&lt;x&gt;'", "a=\"b'c\"", "b", "b=''",
            "a", "a = 'x y'", "id=n", "href='/?a=1&copy=2&amp;b=3'",
            "data-a=\"<p class=w1>\"", "a=&eacute;x", "x-y:z='>'", "a=1 a=2"));
    }

    if (page_chance(page, 3)) {
        page_put(page, " /");
    }
}


static inline void
page_open(page_t *page, const char *tag)
{
    page_put(page, "<");
    page_put(page, tag);
    page_attrs(page);
    page_put(page, page_chance(page, 5) ? "\n>" : ">");
}


static inline void
page_close(page_t *page, const char *tag)
{
    page_put(page, "</");
    page_put(page, tag);
    page_put(page, page_chance(page, 5) ? " x=1>" : ">");
}


static inline void
page_text(page_t *page)
{
    page_put(page, PAGE_ONE(page,
        "x", " y ", "one two", "&amp;", "&euro;12,50", "&nbsp;", "\n\t\t",
        "3 &times; 4", "a < b ", "<!-- c -->", "<!-- <p class=w1> -->",
        "&#233;", "&notit;", "& ", "<!-->", "Caf\xc3\xa9", "  ", "", "-->", "&lt;p&gt;",
        "<?php x ?>", "</ x>", "<br>", "<br/>", "<wbr>"));
}


static inline void page_inline(page_t *page, unsigned depth);
static inline void page_flow(page_t *page, unsigned depth);


/* Within text: nothing that a paragraph could not hold; all is closed. */

static inline void
page_inline(page_t *page, unsigned depth)
{
    const char  *tag;

    if (depth > 12 || page->left == 0 || page_chance(page, 40)) {
        page_text(page);
        return;
    }

    page->left--;

    switch (below(page->seed, 9)) {

    case 0:
        page_open(page, PAGE_ONE(page, "img", "input", "IMG"));
        return;

    case 1:
        page_put(page, "<script a=1>");
        page_put(page, PAGE_ONE(page, "if (a<b) '<p class=w1>';",
                                "document.write('<li class=w1>');", "",
                                "<!-- <script> x </script> <p> -->",
                                "\"</scrip>\" </s"));
        page_close(page, "script");
        return;

    case 2:
        page_put(page, PAGE_ONE(page,
            "<svg><path a=M0 /><g class=w1><path b=2></path></g></svg>",
            "<svg class=w2><title>t</title><use a=1 /></svg>",
            "<svg><![CDATA[<p class=w1>]]></svg>",
            "<svg><style>x</style></svg>"));
        return;

    case 3:
        page_open(page, "textarea");
        page_put(page, "x <b> &amp; </textare>");
        page_close(page, "textarea");
        return;

    default:
        break;
    }

    tag = PAGE_ONE(page, "span", "b", "i", "small", "x-y", "SPAN", "sup",
                   "em", "label");
    page_open(page, tag);

    do {
        page_inline(page, depth + 1);
    } while (page_chance(page, 50));

    /* a <span> that is not closed ends with what it is in */

    if (strcmp(tag, "span") != 0 || page_chance(page, 95)) {
        page_close(page, tag);
    }
}


static inline void
page_links(page_t *page)
{
    page_open(page, "a");
    page_text(page);

    if (page_chance(page, 90)) {
        page_close(page, "a");
    }

    page_open(page, "a");
    page_text(page);
    page_close(page, "a");
}


static inline void
page_list(page_t *page, unsigned depth)
{
    const char  *tag;

    tag = PAGE_ONE(page, "ul", "ol", "UL");
    page_open(page, tag);

    do {
        page_put(page, PAGE_ONE(page, "", "\n", " "));
        page_open(page, "li");
        page_flow(page, depth + 1);

        if (page_chance(page, 50)) {
            page_close(page, "li");
        }

    } while (page_chance(page, 70));

    page_close(page, tag);
}


static inline void
page_rows(page_t *page, unsigned depth)
{
    do {
        page_open(page, "tr");

        do {
            page_put(page, PAGE_ONE(page, "", "\n", " "));
            page_open(page, page_chance(page, 80) ? "td" : "th");
            page_flow(page, depth + 1);

            if (page_chance(page, 5)) {
                page_open(page, "div");         /* never closed */
                page_text(page);
            }

        } while (page_chance(page, 65));

        if (page_chance(page, 50)) {
            page_put(page, "</td></tr>");
        }

    } while (page_chance(page, 60));
}


static inline void
page_table(page_t *page, unsigned depth)
{
    page_open(page, "table");

    if (page_chance(page, 20)) {
        page_put(page, "<caption>c");
    }

    if (page_chance(page, 50)) {
        page_open(page, "thead");
        page_rows(page, depth);
        page_open(page, "tbody");
    }

    page_rows(page, depth);
    page_close(page, "table");
}


static inline void
page_boxes(page_t *page, unsigned depth)
{
    const char  *tag;

    tag = PAGE_ONE(page, "div", "section", "DIV", "article", "h2", "ARTICLE");
    page_open(page, tag);
    page_flow(page, depth + 1);

    /* stray ends */

    if (page_chance(page, 10)) {
        page_put(page, PAGE_ONE(page, "</span>", "</x>", "</body>", "</li>",
                                "</ul>", "</section>", "</y>", "</a>"));
    }

    if (page_chance(page, 96)) {
        page_close(page, tag);
    }
}


static inline void
page_form(page_t *page)
{
    page_put(page, "<form a=1><input a=2>");
    page_put(page, PAGE_ONE(page,
        "<select><option a=1>x<option>y</select>",
        "<select><optgroup><option>x</optgroup><option>y</option></select>",
        "<button class=w1>z</button>", "<form class=w3>",
        "<button>x<button>y</button>"));
    page_put(page, "<input></form>");       /* gumbo puts text behind it */
}


static inline void
page_flow(page_t *page, unsigned depth)
{
    do {
        if (depth > 12 || page->left == 0) {
            page_text(page);
            return;
        }

        page->left--;

        switch (below(page->seed, 12)) {

        case 0:
        case 1:
            page_list(page, depth);
            break;

        case 2:
            page_table(page, depth);
            break;

        case 3:
        case 4:
        case 5:
            page_boxes(page, depth);
            break;

        case 6:
            page_open(page, "p");
            page_inline(page, depth);
            break;

        case 7:
            page_links(page);
            break;

        case 8:
            page_put(page, "<dl><dt>t<dd class=w1>");
            page_inline(page, depth + 1);
            page_put(page, "<dt>u<dd>v</dl>");
            break;

        case 9:
            page_form(page);
            break;

        default:
            page_inline(page, depth);
            break;
        }

    } while (page_chance(page, 60));
}


/* Returns its length. */

static inline size_t
page_generate(char *out, size_t size, uint64_t *seed, unsigned elements)
{
    page_t  page;

    page.p = out;
    page.end = out + size;
    page.seed = seed;
    page.left = elements;

    page_put(&page, "<!DOCTYPE html><html><head><title>T</title></head><body>");

    do {
        page_flow(&page, 0);
    } while (page.left > elements / 2);

    *page.p = '\0';

    return (size_t) (page.p - out);
}


#endif /* PAGE_H */
