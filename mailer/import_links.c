/*
 * Copyright (C) SitePreserver developers
 */

#include <strings.h>

#include "import_int.h"
#include "links_url.h"


static void import_links_part(import_t *im, import_part_t *part);
static void import_link_add(import_t *im, import_part_t *part,
    const html_node_t *node, const html_attr_t *href);
static void import_link_kind(import_t *im, import_link_t *link);
static int import_link_tags(import_t *im, import_link_t *link);
static int import_link_unsubscribe(const import_link_t *link);
static int import_link_cart(const import_t *im, const sp_str_t *url);
static int import_same_page(const import_t *im, const sp_str_t *url);
static int import_cart_word(const sp_str_t *url);
static void import_link_write(import_t *im, import_link_t *link);
static void import_link_set(import_t *im, const import_link_t *link,
    const char *text, size_t len);


void
import_links_find(import_t *im)
{
    size_t  i;

    for (i = 0; i < im->nparts; i++) {
        import_links_part(im, &im->parts[i]);
    }
}


static void
import_links_part(import_t *im, import_part_t *part)
{
    const html_attr_t  *href;
    const html_node_t  *node;

    for (node = html_root(part->html); node != NULL;
         node = html_next(node, NULL))
    {
        if (node->type != HTML_ELEMENT || node->implied) {
            continue;
        }

        if (!html_is(node, "a") && !html_is(node, "area")
            && (node->name.len < 3 || memcmp(node->name.data, "v:", 2) != 0))
        {
            continue;
        }

        href = html_attr(node, "href");

        if (href == NULL) {
            continue;
        }

        if (im->nlinks == IMPORT_LINKS_MAX) {
            import_note(im, IMPORT_ERROR, part->shift + node->start,
                        "has more than %d links", IMPORT_LINKS_MAX);
            return;
        }

        import_link_add(im, part, node, href);
    }
}


static void
import_link_add(import_t *im, import_part_t *part, const html_node_t *node,
    const html_attr_t *href)
{
    import_link_t  *link;

    link = &im->links[im->nlinks++];
    link->part = part;
    link->node = node;
    link->href = href;
    link->raw.data = im->source.data + part->shift + href->value_start;
    link->raw.len = href->value_end - href->value_start;

    buffer_init(&link->label, IMPORT_TEXT_MAX);
    html_text(node, &link->label);
    import_link_kind(im, link);
}


size_t
import_link_at(const import_link_t *link)
{
    return link->part->shift + link->node->start;
}


static void
import_link_kind(import_t *im, import_link_t *link)
{
    buffer_t     b;
    sp_str_t     url;
    links_url_t  parts;

    if (import_link_tags(im, link)) {
        return;
    }

    if (import_link_unsubscribe(link)) {
        im->unsubscribe = 1;
        link->unsubscribe = 1;
        import_note(im, IMPORT_INFO, import_link_at(link), "is taken for the "
                    "unsubscribe link");
        import_link_set(im, link, "{{unsubscribe_link}}", 20);
        return;
    }

    url = link->href->value;

    if (url.len == 0 || url.data[0] == '#'
        || links_url_split(&url, &parts) != SP_OK
        || (parts.scheme.len != 0 && !links_url_scheme_is(&parts, "http")
            && !links_url_scheme_is(&parts, "https"))
        || (im->site.unsubscribe.len != 0
            && url.len >= im->site.unsubscribe.len
            && memcmp(url.data, im->site.unsubscribe.data,
                      im->site.unsubscribe.len) == 0))
    {
        return;
    }

    buffer_init(&b, LINKS_URL_MAX);

    if (import_absolute(im, &url, &b) != SP_OK) {
        import_note(im, IMPORT_WARNING, import_link_at(link), "is no address "
                    "that a browser can open: \"%.*s\"",
                    (int) (url.len < 100 ? url.len : 100), url.data);

    } else {
        url.data = buffer_text(&b);
        url.len = b.len;

        if (links_own(&im->site, &url)) {
            link->kind = IMPORT_LINK_OWN;
            link->cart = import_link_cart(im, &url) != 0;

        } else if (parts.scheme.len == 0) {
            link->kind = IMPORT_LINK_FOREIGN;
        }
    }

    buffer_free(&b);
}


/* Links with tags of ours are not touched. */

static int
import_link_tags(import_t *im, import_link_t *link)
{
    sp_str_t  raw;

    raw = link->raw;

    if (!import_has(raw.data, raw.len, "{{")) {
        return 0;
    }

    while (raw.len > 0 && raw.data[0] == ' ') {
        raw.data++;
        raw.len--;
    }

    if (raw.len > 1 && memcmp(raw.data, "{{", 2) == 0) {
        link->kind = IMPORT_LINK_TAG;
        link->cart = import_has(raw.data, raw.len, "{{cart_link}}")
                     || import_has(raw.data, raw.len, "{{ cart_link }}");

    } else if (!import_has(raw.data, raw.len, "{{click_token}}")
               && !import_has(raw.data, raw.len, "mailto:"))
    {
        import_note(im, IMPORT_WARNING, import_link_at(link), "has a tag "
                    "within its address: it is left as it is, without "
                    "analytics parameters");
    }

    return 1;
}


/* Says that it unsubscribes, and leads nowhere: what a mail system fills. */

static int
import_link_unsubscribe(const import_link_t *link)
{
    size_t              i;
    const sp_str_t     *url;

    static const char  *words[] = {
        "unsubscribe", "opt out", "opt-out", "abmelden", "abbestellen",
        "austragen", "sabonner", "sinscrire", "darse de baja",
        "cancelar la suscripci", "cancelar suscripci"
    };

    url = &link->href->value;

    for (i = 0; i < url->len; i++) {
        if (strchr("*[{%$<", url->data[i]) != NULL) {
            break;
        }
    }

    if ((i == url->len && url->len != 0
         && (url->len != 1 || url->data[0] != '#'))
        || import_has(url->data, url->len, "://"))
    {
        return 0;
    }

    for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (import_has(buffer_text(&link->label), link->label.len, words[i])) {
            return 1;
        }
    }

    return 0;
}


/* Does an absolute URL of the shop lead to the landing page? */

static int
import_link_cart(const import_t *im, const sp_str_t *url)
{
    return im->options->cart_url.len != 0 ? import_same_page(im, url)
                                          : import_cart_word(url);
}


static int
import_same_page(const import_t *im, const sp_str_t *url)
{
    int       same;
    size_t    n;
    buffer_t  b;
    sp_str_t  cart, page;

    buffer_init(&b, LINKS_URL_MAX);

    if (links_absolute(&im->site, &im->options->cart_url, &b) != SP_OK) {
        buffer_free(&b);
        return 0;
    }

    cart.data = buffer_text(&b);
    cart.len = strcspn(cart.data, "#");
    page = *url;
    n = cart.len;

    if (memchr(cart.data, '?', cart.len) != NULL
        && (memchr(page.data, '?', page.len) != NULL
            || !import_cart_word(url)))
    {
        /* the query is a part of the page's name: "?route=checkout/cart" */

        same = page.len >= n && memcmp(page.data, cart.data, n) == 0
               && (page.len == n || page.data[n] == '&'
                   || page.data[n] == '#');

    } else {
        page.len = strcspn(page.data, "?#");
        cart.len = strcspn(cart.data, "?#");

        while (page.len > 0 && page.data[page.len - 1] == '/') {
            page.len--;
        }

        while (cart.len > 0 && cart.data[cart.len - 1] == '/') {
            cart.len--;
        }

        same = page.len == cart.len
               && memcmp(page.data, cart.data, page.len) == 0;
    }

    buffer_free(&b);

    return same;
}


/* Where nobody has said which page it is: does its path say so? */

static int
import_cart_word(const sp_str_t *url)
{
    size_t              i;
    sp_str_t            path;
    links_url_t         parts;

    static const char  *words[] = {
        "cart", "basket", "checkout", "warenkorb", "kasse", "panier",
        "commande", "carrito", "cesta"
    };

    if (links_url_split(url, &parts) != SP_OK) {
        return 0;
    }

    path = parts.path;

    for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (import_has(path.data, path.len, words[i])) {
            return 1;
        }
    }

    return 0;
}


void
import_links_write(import_t *im)
{
    size_t          i, k;
    import_link_t  *link, *cta;

    cta = NULL;

    for (i = 0; i < im->nlinks; i++) {
        if (im->links[i].cta) {
            cta = &im->links[i];
        }
    }

    for (i = 0; i < im->nlinks && !im->failed; i++) {
        link = &im->links[i];

        if (link == cta) {
            if (html_attr(link->node, "data-sp-cta") == NULL) {
                k = import_link_at(link) + 1 + link->node->name.len;
                html_edit(im->edits, k, 0, " data-sp-cta", 12);
            }

            if (link->kind != IMPORT_LINK_TAG || !link->cart) {
                import_link_set(im, link, "{{cart_link}}", 13);
            }

            continue;
        }

        /* what Outlook has of the same button */

        if (cta != NULL && link->part->comment && !cta->part->comment
            && link->kind != IMPORT_LINK_TAG
            && link->raw.len == cta->raw.len
            && memcmp(link->raw.data, cta->raw.data, link->raw.len) == 0)
        {
            import_link_set(im, link, "{{cart_link}}", 13);
            continue;
        }

        if (link->kind == IMPORT_LINK_OWN
            || link->kind == IMPORT_LINK_FOREIGN)
        {
            import_link_write(im, link);
        }
    }
}


static void
import_link_write(import_t *im, import_link_t *link)
{
    sp_rc_t   rc;
    buffer_t  absolute, tagged;
    sp_str_t  url;

    buffer_init(&absolute, LINKS_URL_MAX);
    buffer_init(&tagged, LINKS_URL_MAX);
    rc = import_absolute(im, &link->href->value, &absolute);

    if (rc == SP_OK && link->kind == IMPORT_LINK_OWN) {
        import_link_name(im, link);
        url.data = buffer_text(&absolute);
        url.len = absolute.len;
        rc = links_template(&im->site, &url, link->name, &tagged);

        if (rc == SP_OK) {
            import_link_set(im, link, buffer_text(&tagged), tagged.len);
        }

    } else if (rc == SP_OK) {
        import_link_set(im, link, buffer_text(&absolute), absolute.len);
    }

    if (rc != SP_OK) {
        import_note(im, IMPORT_WARNING, import_link_at(link), "is too long an "
                    "address to get analytics parameters");
    }

    buffer_free(&absolute);
    buffer_free(&tagged);
}


static void
import_link_set(import_t *im, const import_link_t *link, const char *text,
    size_t len)
{
    import_attr_set(im, link->part, link->href, text, len);
}


int
import_has(const char *text, size_t len, const char *word)
{
    size_t  i, n;

    n = strlen(word);

    for (i = 0; i + n <= len; i++) {
        if (strncasecmp(text + i, word, n) == 0) {
            return 1;
        }
    }

    return 0;
}
