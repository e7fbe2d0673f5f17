/*
 * Copyright (C) SitePreserver developers
 *
 * A finder, and the tokenizer outside of tags.
 */

#include "sp_html_scan.h"


static const char *html_text(sp_html_t *html, const char *p, const char *end);
static const char *html_reference(sp_html_t *html, const char *p,
    const char *end);
static void html_reference_over(sp_html_t *html);
static const char *html_tag(sp_html_t *html, const char *p, const char *end);
static const char *html_end_tag(sp_html_t *html, const char *p,
    const char *end);
static void html_begin(sp_html_t *html);
static sp_rc_t html_first(void *data, const sp_html_hit_t *hit);


typedef const char *(*html_state_pt)(sp_html_t *html, const char *p,
    const char *end);

static const html_state_pt  html_states[] = {
    [SP_HTML_IN_TEXT] = html_text,
    [SP_HTML_IN_REFERENCE] = html_reference,
    [SP_HTML_AT_TAG] = html_tag,
    [SP_HTML_AT_END_TAG] = html_end_tag,
    [SP_HTML_IN_NAME] = sp_html_scan_name,
    [SP_HTML_AT_ATTR] = sp_html_scan_attr,
    [SP_HTML_IN_ATTR] = sp_html_scan_attr_name,
    [SP_HTML_AFTER_ATTR] = sp_html_scan_after_attr,
    [SP_HTML_AT_VALUE] = sp_html_scan_value,
    [SP_HTML_IN_QUOTES] = sp_html_scan_quotes,
    [SP_HTML_IN_BARE] = sp_html_scan_bare,
    [SP_HTML_AT_SLASH] = sp_html_scan_slash,
    [SP_HTML_AT_DECLARATION] = sp_html_scan_declaration,
    [SP_HTML_IN_BOGUS] = sp_html_scan_bogus,
    [SP_HTML_IN_COMMENT] = sp_html_scan_comment,
    [SP_HTML_IN_CDATA] = sp_html_scan_cdata,
    [SP_HTML_IN_RAW] = sp_html_scan_raw,
    [SP_HTML_AT_RAW_TAG] = sp_html_scan_raw_tag,
    [SP_HTML_IN_RAW_NAME] = sp_html_scan_raw_name,
    [SP_HTML_AT_RAW_COMMENT] = sp_html_scan_raw_comment,
    [SP_HTML_IN_PLAIN] = sp_html_scan_plain
};


sp_html_t *
sp_html_create(const sp_pool_t *pool, unsigned n)
{
    size_t      watches, stack;
    char       *p;
    sp_html_t  *html;

    watches = n * sizeof(sp_html_watch_t);
    stack = (SP_HTML_DEPTH + 1) * sizeof(sp_html_open_t);

    p = sp_alloc(pool, sizeof(sp_html_t) + watches + stack);
    if (p == NULL) {
        return NULL;
    }

    html = (sp_html_t *) (void *) p;
    memset(html, 0, sizeof(sp_html_t) + watches);

    html->pool = pool;
    html->rc = SP_DONE;
    html->max = n;
    html->watches = (sp_html_watch_t *) (void *) (p + sizeof(sp_html_t));
    html->stack = (sp_html_open_t *) (void *) (p + sizeof(sp_html_t)
                                               + watches);
    html->stack[0].flags = 0;

    return html;
}


sp_rc_t
sp_html_watch(sp_html_t *html, const sp_html_set_t *set, sp_html_hit_pt hit,
    void *data, unsigned *number)
{
    size_t            masks, texts, kept, counts;
    char             *p;
    sp_html_watch_t  *watch;

    if (html->nwatches == html->max) {
        return SP_LIMIT;
    }

    masks = (SP_HTML_DEPTH + 1) * sizeof(uint64_t);
    texts = set->nqueries * sizeof(sp_html_text_t);
    kept = set->nattrs * sizeof(sp_html_kept_t);
    counts = SP_HTML_STEPS * sizeof(uint16_t);

    p = sp_alloc(html->pool, masks + texts + kept + counts);
    if (p == NULL) {
        return SP_NOMEM;
    }

    memset(p + masks, 0, texts + kept + counts);

    watch = &html->watches[html->nwatches];

    watch->set = set;
    watch->hit = hit;
    watch->data = data;
    watch->masks = (uint64_t *) (void *) p;
    watch->texts = (sp_html_text_t *) (void *) (p + masks);
    watch->kept = (sp_html_kept_t *) (void *) (p + masks + texts);
    watch->counts = (uint16_t *) (void *) (p + masks + texts + kept);

    watch->masks[0] = 0;
    watch->steps = set->nsteps == SP_HTML_STEPS
                   ? UINT64_MAX : (UINT64_C(1) << set->nsteps) - 1;
    watch->wanted = set->nqueries == SP_HTML_STEPS
                    ? UINT64_MAX : (UINT64_C(1) << set->nqueries) - 1;

    *number = html->nwatches++;
    html->nlive++;
    html->rc = SP_AGAIN;

    return SP_OK;
}


sp_rc_t
sp_html_read(sp_html_t *html, const char *data, size_t len)
{
    const char  *p, *end;

    p = data;
    end = data + len;

    while (html->rc == SP_AGAIN && p < end) {
        html->steps++;
        p = html_states[html->state](html, p, end);
    }

    html->taken = (size_t) (p - data);

    return html->rc;
}


sp_rc_t
sp_html_end(sp_html_t *html)
{
    if (html->rc == SP_AGAIN) {

        if (html->state == SP_HTML_IN_REFERENCE) {
            html_reference_over(html);

        } else if (html->state == SP_HTML_AT_TAG) {
            sp_html_text(html, "<", 1);

        } else if (html->state == SP_HTML_AT_END_TAG) {
            sp_html_text(html, "</", 2);

        } else {
            sp_html_scan_raw_end(html);
        }

        sp_html_pop(html, 0);
        sp_html_hit_end(html);
    }

    return html->rc == SP_NOMEM ? SP_NOMEM : SP_OK;
}


void
sp_html_again(sp_html_t *html)
{
    unsigned          i;
    size_t            n;
    sp_html_watch_t  *watch;

    html_begin(html);

    for (i = 0; i < html->nwatches; i++) {
        watch = &html->watches[i];

        for (n = 0; n < watch->set->nqueries; n++) {
            watch->texts[n].depth = 0;
        }

        memset(watch->counts, 0, SP_HTML_STEPS * sizeof(uint16_t));

        watch->open = 0;
        watch->item = 0;
        watch->items = 0;
    }
}


static void
html_begin(sp_html_t *html)
{
    html->state = SP_HTML_IN_TEXT;
    html->text_raw = 0;
    html->npending = 0;
    html->raw = 0;
    html->depth = 0;
    html->over = 0;
    html->ntexts = 0;

    memset(html->kinds, 0, sizeof(html->kinds));
    memset(html->tags, 0, sizeof(html->tags));
}


sp_rc_t
sp_html_first(const sp_pool_t *pool, const sp_html_set_t *set,
    const sp_str_t *in, sp_str_t *out)
{
    sp_str_t    found;
    unsigned    watch;
    sp_html_t  *html;

    found.len = 0;

    html = sp_html_create(pool, 1);

    if (html == NULL
        || sp_html_watch(html, set, html_first, &found, &watch) != SP_OK
        || sp_html_read(html, in->data, in->len) == SP_NOMEM
        || sp_html_end(html) == SP_NOMEM)
    {
        return SP_NOMEM;
    }

    if (found.len == 0) {
        return SP_INVALID;
    }

    *out = found;

    return SP_OK;
}


static sp_rc_t
html_first(void *data, const sp_html_hit_t *hit)
{
    *(sp_str_t *) data = hit->text;

    return SP_DONE;
}


int
sp_html_deep(const sp_html_t *html)
{
    return html->deep;
}


size_t
sp_html_taken(const sp_html_t *html)
{
    return html->taken;
}


uint64_t
sp_html_steps(const sp_html_t *html)
{
    return html->steps;
}


/* Where nobody gathers text, it is passed over. */

static const char *
html_text(sp_html_t *html, const char *p, const char *end)
{
    const char  *mark, *stop;

    mark = sp_html_find(p, end, '<');
    stop = mark != NULL ? mark : end;

    if (html->ntexts != 0) {
        mark = memchr(p, '&', (size_t) (stop - p));

        if (mark != NULL) {
            sp_html_text(html, p, (size_t) (mark - p));
            html->pending[0] = '&';
            html->npending = 1;
            html->state = SP_HTML_IN_REFERENCE;
            return mark + 1;
        }

        sp_html_text(html, p, (size_t) (stop - p));
    }

    if (stop == end) {
        return end;
    }

    stop++;

    if (html->text_raw) {
        html->state = SP_HTML_AT_RAW_TAG;
        return stop;
    }

    if (end - stop >= 2) {

        if (sp_html_letter(stop[0])) {
            sp_html_scan_tag(html, 0);
            return sp_html_scan_name(html, stop, end);
        }

        if (stop[0] == '/' && sp_html_letter(stop[1])) {
            sp_html_scan_tag(html, 1);
            return sp_html_scan_name(html, stop + 1, end);
        }
    }

    html->state = SP_HTML_AT_TAG;

    return stop;
}


static const char *
html_reference(sp_html_t *html, const char *p, const char *end)
{
    char  c;

    while (p < end) {
        c = *p;

        if (html->npending == SP_HTML_PENDING
            || !((c >= '0' && c <= '9')
                 || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z')
                 || (c == '#' && html->npending == 1) || c == ';'))
        {
            html_reference_over(html);
            return p;
        }

        html->pending[html->npending++] = c;
        p++;

        if (c == ';') {
            html_reference_over(html);
            return p;
        }
    }

    return p;
}


static void
html_reference_over(sp_html_t *html)
{
    char    text[SP_ENTITY_MAX];
    size_t  taken, len;

    taken = sp_entities_read(html->pending, html->pending + html->npending, 0,
                             text, &len);

    if (taken != 0) {
        sp_html_text(html, text, len);
    }

    sp_html_text(html, html->pending + taken, html->npending - taken);

    html->npending = 0;
    html->state = SP_HTML_IN_TEXT;
}


/* Behind a "<". */

static const char *
html_tag(sp_html_t *html, const char *p, const char *end)
{
    switch (*p) {

    case '/':
        html->state = SP_HTML_AT_END_TAG;
        return p + 1;

    case '!':
        html->state = SP_HTML_AT_DECLARATION;
        html->npending = 0;
        return p + 1;

    case '?':
        html->state = SP_HTML_IN_BOGUS;
        return p + 1;

    default:

        if (!sp_html_letter(*p)) {
            sp_html_text(html, "<", 1);
            html->state = SP_HTML_IN_TEXT;
            return p;
        }

        sp_html_scan_tag(html, 0);

        return sp_html_scan_name(html, p, end);
    }
}


static const char *
html_end_tag(sp_html_t *html, const char *p, const char *end)
{
    if (sp_html_letter(*p)) {
        sp_html_scan_tag(html, 1);
        return sp_html_scan_name(html, p, end);
    }

    if (*p == '>') {
        html->state = SP_HTML_IN_TEXT;
        return p + 1;
    }

    html->state = SP_HTML_IN_BOGUS;

    return p;
}
