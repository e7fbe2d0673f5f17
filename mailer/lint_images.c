/*
 * Copyright (C) SitePreserver developers
 *
 * Pictures: what is there without them, how large and how heavy they are.
 */

#include <stdio.h>
#include <sys/stat.h>

#include "lint_int.h"
#include "links_url.h"


#define LINT_TEXT_LEAST     100     /* characters */
#define LINT_RATIO          0.002   /* bytes of text to a pixel */
#define LINT_PICTURES_MAX   (500 * 1024)
#define LINT_IMAGE_PATH     1024


typedef struct {
    long    n;
    long    bytes;                  /* of those that are files here */
    long    files;
    double  area;                   /* px */
    long    unsized;
} lint_images_t;


static void lint_image(lint_view_t *v, const html_node_t *img,
    lint_images_t *all);
static void lint_image_alt(lint_view_t *v, const html_node_t *img);
static void lint_image_size(lint_view_t *v, const html_node_t *img,
    lint_images_t *all);
static void lint_image_src(lint_view_t *v, const html_node_t *img,
    lint_images_t *all);
static void lint_image_file(lint_view_t *v, const sp_str_t *src,
    lint_images_t *all);
static void lint_images_text(lint_view_t *v, const lint_images_t *all);


void
lint_images(lint_view_t *v)
{
    char                measured[64];
    lint_images_t       all;
    lint_measures_t    *m;
    const html_node_t  *img;

    memset(&all, 0, sizeof(lint_images_t));

    for (img = html_find(html_root(v->tree), NULL, "img"); img != NULL;
         img = html_find(img, NULL, "img"))
    {
        lint_image(v, img, &all);
    }

    m = lint_measure(v->report);

    if (all.n > m->images) {
        m->images = all.n;
    }

    if (all.files != 0 && all.bytes > m->image_bytes) {
        m->image_bytes = all.bytes;
    }

    if (all.bytes > LINT_PICTURES_MAX) {
        (void) snprintf(measured, sizeof(measured), "%ld KB",
                        all.bytes / 1024);
        lint_found_source(v, &v->html, "image-weight", LINT_WHOLE, measured,
                          "the pictures are heavy: at most 500 KB");
    }

    lint_images_text(v, &all);
}


static void
lint_image(lint_view_t *v, const html_node_t *img, lint_images_t *all)
{
    all->n++;

    lint_image_alt(v, img);
    lint_image_size(v, img, all);
    lint_image_src(v, img, all);
}


static void
lint_image_alt(lint_view_t *v, const html_node_t *img)
{
    buffer_t            text;
    const html_node_t  *a;
    const html_attr_t  *alt;

    alt = html_attr(img, "alt");

    if (alt == NULL) {
        lint_found(v, &v->html, "image-alt", img->start, "no alt",
                   "a picture without an alt text");
        return;
    }

    for (a = img->parent; a != NULL && !html_is(a, "a"); a = a->parent) {
        /* void */
    }

    if (lint_has_words(&alt->value) || a == NULL) {
        return;
    }

    buffer_init(&text, HTML_SIZE_MAX);
    html_text(a, &text);

    if (text.len == 0 && html_attr(a, "href") != NULL) {
        lint_found(v, &v->html, "image-alt", img->start, "alt=\"\"",
                   "a link that is only a picture without an alt text");
    }

    buffer_free(&text);
}


static void
lint_image_size(lint_view_t *v, const html_node_t *img, lint_images_t *all)
{
    double       width, height;
    css_match_t  sized[2];

    width = lint_length(v, img, CSS_WIDE, CSS_WIDTH, &sized[0]);
    height = lint_length(v, img, CSS_WIDE, CSS_HEIGHT, &sized[1]);

    if (sized[0] != CSS_YES && html_attr(img, "width") != NULL) {

        /* 100% in CSS, and a number for Outlook */

        sized[0] = CSS_YES;
        all->unsized++;

    } else if (sized[0] == CSS_YES && sized[1] == CSS_YES) {
        all->area += width * height;

    } else {
        all->unsized++;
    }

    if (sized[0] == CSS_MAYBE || sized[1] == CSS_MAYBE) {
        lint_unknown(v, &v->html, "image-size", img->start,
                     "the size of a picture depends on what is not known");

    } else if (sized[0] == CSS_NO && sized[1] == CSS_NO) {
        lint_found(v, &v->html, "image-size", img->start, "no width or height",
                   "a picture without a size");
    }
}


static void
lint_image_src(lint_view_t *v, const html_node_t *img, lint_images_t *all)
{
    size_t              offset;
    sp_str_t            src;
    links_url_t         parts;
    const html_attr_t  *attr;

    attr = html_attr(img, "src");
    src.len = 0;
    src.data = "";
    offset = img->start;

    if (attr != NULL) {
        src = css_trim(attr->value.data, attr->value.data + attr->value.len);
        offset = attr->name_start;
    }

    if (src.len == 0) {
        lint_found(v, &v->html, "image-src", offset, "no src",
                   "a picture without an address");
        return;
    }

    if (src.len > 5 && memcmp(src.data, "data:", 5) == 0) {
        lint_found(v, &v->html, "image-src", offset, "data:",
                   "a picture that is in the HTML: Gmail does not show it");
        return;
    }

    if (links_url_split(&src, &parts) != SP_OK || parts.scheme.len == 0) {
        lint_found(v, &v->html, "image-src", offset, "relative",
                   "\"%.*s\" is not an absolute URL",
                   (int) (src.len < 60 ? src.len : 60), src.data);
        lint_image_file(v, &src, all);
        return;
    }

    if (links_url_scheme_is(&parts, "http")) {
        lint_found(v, &v->html, "link-http", offset, "http",
                   "a picture that is not https");
    }
}


/* A picture beside the HTML file. */

static void
lint_image_file(lint_view_t *v, const sp_str_t *src, lint_images_t *all)
{
    char          path[LINT_IMAGE_PATH];
    size_t        folder;
    const char   *slash;
    struct stat   st;

    slash = strrchr(v->html.file, '/');
    folder = slash != NULL ? (size_t) (slash - v->html.file) + 1 : 0;

    if (v->whole || src->data[0] == '/'
        || folder + src->len >= sizeof(path))
    {
        return;
    }

    memcpy(path, v->html.file, folder);
    memcpy(path + folder, src->data, src->len);
    path[folder + src->len] = '\0';

    if (stat(path, &st) == 0 && S_ISREG(st.st_mode)) {
        all->files++;
        all->bytes += st.st_size < LINT_PICTURES_MAX * 100L
                      ? (long) st.st_size : LINT_PICTURES_MAX * 100L;
    }
}


static void
lint_images_text(lint_view_t *v, const lint_images_t *all)
{
    char              measured[64];
    size_t            chars;
    double            ratio;
    buffer_t          text;
    sp_str_t          s;
    lint_measures_t  *m;

    buffer_init(&text, 4 * HTML_SIZE_MAX);

    if (v->body != NULL) {
        lint_visible_text(v, v->body, CSS_WIDE, &text);
    }

    s.data = buffer_text(&text);
    s.len = text.len;
    chars = lint_chars(&s);
    buffer_free(&text);
    m = lint_measure(v->report);

    if (m->text_chars < 0 || (long) chars < m->text_chars) {
        m->text_chars = (long) chars;
    }

    if (all->n == 0) {
        return;
    }

    if (chars < LINT_TEXT_LEAST) {
        (void) snprintf(measured, sizeof(measured), "%zu characters", chars);
        lint_found_source(v, &v->html, "image-only", LINT_WHOLE, measured,
                          "hardly anything is there without the pictures");
        return;
    }

    ratio = all->area > 0 ? (double) s.len / all->area : 1;

    if (ratio < LINT_RATIO) {
        (void) snprintf(measured, sizeof(measured),
                        "%zu bytes to %.0f px", s.len, all->area);
        lint_found_source(v, &v->html, "image-ratio", LINT_WHOLE, measured,
                          "there is little text for so much picture");
    }
}
