/*
 * Copyright (C) SitePreserver developers
 *
 * What a browser has left, seen and bought, as a page shows it.
 */

#include "sp_recall.h"
#include "sp_call_int.h"
#include "sp_money.h"


typedef struct {
    sp_str_t  why;
    sp_str_t  name;
    sp_str_t  url;
    sp_str_t  image;
    sp_str_t  price;                /* minor units */
    sp_str_t  currency;
    sp_str_t  quantity;
    int       out_of_stock;
} sp_recall_item_t;


static int recall_read(sp_recall_item_t *item, sp_str_t text,
    const sp_recall_hosts_t *hosts);
static int recall_digits(const sp_str_t *text);
static void recall_link(sp_str_t *url, const sp_recall_hosts_t *hosts);
static int recall_host(const sp_str_t *host, const sp_recall_hosts_t *hosts);
static int recall_same(const sp_str_t *a, const sp_str_t *b);
static void recall_json_item(sp_text_t *text, const sp_recall_item_t *item);
static void recall_json_text(sp_text_t *text, const char *name,
    const sp_str_t *value);
static void recall_html_item(sp_text_t *text, const sp_recall_item_t *item);
static void recall_html_text(sp_text_t *text, const sp_str_t *value);
static void recall_price(sp_text_t *text, const sp_recall_item_t *item);


sp_rc_t
sp_call_recall(sp_call_t *call, const sp_pool_t *pool, const sp_str_t *shop,
    const sp_id_t *own)
{
    return sp_call_start(call, pool, "sp1_recall", shop, "w:", own->text,
                         strlen(own->text));
}


sp_rc_t
sp_recall_json(const sp_str_t *items, unsigned n,
    const sp_recall_hosts_t *hosts, const sp_pool_t *pool, sp_str_t *out)
{
    unsigned          i, shown;
    sp_text_t         text;
    sp_recall_item_t  item;

    sp_text_start(&text, pool, 256);
    sp_text_char(&text, '[');

    shown = 0;

    for (i = 0; i < n; i++) {

        if (!recall_read(&item, items[i], hosts)) {
            continue;
        }

        if (shown++ != 0) {
            sp_text_char(&text, ',');
        }

        recall_json_item(&text, &item);
    }

    sp_text_string(&text, "]\n");

    out->data = text.data;
    out->len = text.len;

    return text.failed ? SP_NOMEM : SP_OK;
}


sp_rc_t
sp_recall_html(const sp_str_t *items, unsigned n,
    const sp_recall_hosts_t *hosts, const sp_pool_t *pool, sp_str_t *out)
{
    unsigned          i, shown;
    sp_text_t         text;
    sp_recall_item_t  item;

    sp_text_start(&text, pool, 256);

    shown = 0;

    for (i = 0; i < n; i++) {

        if (!recall_read(&item, items[i], hosts)) {
            continue;
        }

        if (shown++ == 0) {
            sp_text_string(&text, "<ul class=\"sp-recall\">\n");
        }

        recall_html_item(&text, &item);
    }

    sp_text_string(&text, shown != 0 ? "</ul>\n" : "\n");

    out->data = text.data;
    out->len = text.len;

    return text.failed ? SP_NOMEM : SP_OK;
}


static int
recall_read(sp_recall_item_t *item, sp_str_t text,
    const sp_recall_hosts_t *hosts)
{
    sp_cut(&text, SP_FIELD, &item->why);
    sp_cut(&text, SP_FIELD, &item->name);
    sp_cut(&text, SP_FIELD, &item->url);
    sp_cut(&text, SP_FIELD, &item->image);
    sp_cut(&text, SP_FIELD, &item->price);
    sp_cut(&text, SP_FIELD, &item->currency);
    sp_cut(&text, SP_FIELD, &item->quantity);

    item->out_of_stock = text.len == 1 && text.data[0] == 'o';

    recall_link(&item->url, hosts);
    recall_link(&item->image, hosts);

    if (item->currency.len != 3 || !recall_digits(&item->price)) {
        item->price.len = 0;
    }

    /* as a number of JSON, which begins with no 0 */

    if (!recall_digits(&item->quantity) || item->quantity.data[0] == '0') {
        item->quantity.len = 0;
    }

    return item->why.len != 0 && item->name.len != 0;
}


static int
recall_digits(const sp_str_t *text)
{
    size_t  i;

    for (i = 0; i < text->len; i++) {

        if (text->data[i] < '0' || text->data[i] > '9') {
            return 0;
        }
    }

    return text->len != 0 && text->len <= 16;
}


/* Empties what a page of the shop should not lead to. */

static void
recall_link(sp_str_t *url, const sp_recall_hosts_t *hosts)
{
    size_t    i, start;
    sp_str_t  host;

    for (i = 0; i < url->len; i++) {

        if ((unsigned char) url->data[i] <= ' ' || url->data[i] == 0x7f
            || url->data[i] == '\\')
        {
            url->len = 0;
        }
    }

    if (url->len != 0 && url->data[0] == '/'
        && (url->len == 1 || url->data[1] != '/'))
    {
        return;
    }

    start = url->len > 8 && memcmp(url->data, "https://", 8) == 0 ? 8
            : url->len > 7 && memcmp(url->data, "http://", 7) == 0 ? 7 : 0;

    host.data = url->data + start;
    host.len = 0;

    for (i = start; i < url->len; i++) {

        if (url->data[i] == '/' || url->data[i] == '?' || url->data[i] == '#'
            || url->data[i] == ':')
        {
            break;
        }

        host.len++;
    }

    /* of "name:password@host" the ":" ends nothing */

    while (i < url->len && url->data[i] != '/' && url->data[i] != '?'
           && url->data[i] != '#' && url->data[i] != '@')
    {
        i++;
    }

    if (start == 0 || (i < url->len && url->data[i] == '@')
        || !recall_host(&host, hosts))
    {
        url->len = 0;
    }
}


static int
recall_host(const sp_str_t *host, const sp_recall_hosts_t *hosts)
{
    unsigned  i;

    if (host->len == 0) {
        return 0;
    }

    if (recall_same(host, &hosts->own)) {
        return 1;
    }

    for (i = 0; i < hosts->n; i++) {
        if (recall_same(host, &hosts->others[i])) {
            return 1;
        }
    }

    return 0;
}


static int
recall_same(const sp_str_t *a, const sp_str_t *b)
{
    size_t  i;

    for (i = 0; a->len == b->len && i < a->len; i++) {
        char  x = a->data[i], y = b->data[i];

        x = (x >= 'A' && x <= 'Z') ? x | 0x20 : x;
        y = (y >= 'A' && y <= 'Z') ? y | 0x20 : y;

        if (x != y) {
            return 0;
        }
    }

    return a->len == b->len;
}


static void
recall_json_item(sp_text_t *text, const sp_recall_item_t *item)
{
    sp_text_string(text, "{\"why\":\"");
    sp_text_add(text, item->why.data, item->why.len);
    sp_text_char(text, '"');

    recall_json_text(text, "name", &item->name);
    recall_json_text(text, "url", &item->url);
    recall_json_text(text, "image", &item->image);

    if (item->price.len != 0) {
        sp_text_string(text, ",\"price\":\"");
        recall_price(text, item);
        sp_text_char(text, '"');
        recall_json_text(text, "currency", &item->currency);
    }

    if (item->quantity.len != 0) {
        sp_text_string(text, ",\"quantity\":");
        sp_text_add(text, item->quantity.data, item->quantity.len);
    }

    if (item->out_of_stock) {
        sp_text_string(text, ",\"out_of_stock\":true");
    }

    sp_text_char(text, '}');
}


/* What could end a <script> is escaped, too. */

static void
recall_json_text(sp_text_t *text, const char *name, const sp_str_t *value)
{
    size_t         i;
    unsigned char  c;

    static const char  hex[] = "0123456789abcdef";

    if (value->len == 0) {
        return;
    }

    sp_text_string(text, ",\"");
    sp_text_string(text, name);
    sp_text_string(text, "\":\"");

    for (i = 0; i < value->len; i++) {
        c = (unsigned char) value->data[i];

        if (c < ' ' || c == '"' || c == '\\' || c == '<' || c == '>'
            || c == '&' || c == 0x7f)
        {
            sp_text_string(text, "\\u00");
            sp_text_char(text, hex[c >> 4]);
            sp_text_char(text, hex[c & 15]);

        } else {
            sp_text_char(text, (char) c);
        }
    }

    sp_text_char(text, '"');
}


static void
recall_html_item(sp_text_t *text, const sp_recall_item_t *item)
{
    sp_text_string(text, "<li class=\"sp-");
    sp_text_add(text, item->why.data, item->why.len);
    sp_text_string(text, item->out_of_stock ? " sp-out\">" : "\">");

    if (item->url.len != 0) {
        sp_text_string(text, "<a href=\"");
        recall_html_text(text, &item->url);
        sp_text_string(text, "\">");
    }

    if (item->image.len != 0) {
        sp_text_string(text, "<img src=\"");
        recall_html_text(text, &item->image);
        sp_text_string(text, "\" alt=\"\" loading=\"lazy\"> ");
    }

    sp_text_string(text, "<span class=\"sp-name\">");
    recall_html_text(text, &item->name);
    sp_text_string(text, item->url.len != 0 ? "</span></a>" : "</span>");

    if (item->price.len != 0) {
        sp_text_string(text, " <span class=\"sp-price\">");
        recall_price(text, item);
        sp_text_char(text, ' ');
        recall_html_text(text, &item->currency);
        sp_text_string(text, "</span>");
    }

    sp_text_string(text, "</li>\n");
}


static void
recall_html_text(sp_text_t *text, const sp_str_t *value)
{
    size_t  i;

    for (i = 0; i < value->len; i++) {

        switch (value->data[i]) {

        case '<':
            sp_text_string(text, "&lt;");
            break;

        case '>':
            sp_text_string(text, "&gt;");
            break;

        case '&':
            sp_text_string(text, "&amp;");
            break;

        case '"':
            sp_text_string(text, "&quot;");
            break;

        case '\'':
            sp_text_string(text, "&#39;");
            break;

        default:
            sp_text_char(text, value->data[i]);
        }
    }
}


/* "12.50" of 1250 cents. */

static void
recall_price(sp_text_t *text, const sp_recall_item_t *item)
{
    size_t  decimals, whole, i;

    decimals = (size_t) sp_money_exponent(&item->currency);
    whole = item->price.len > decimals ? item->price.len - decimals : 0;

    if (whole == 0) {
        sp_text_char(text, '0');
    }

    sp_text_add(text, item->price.data, whole);

    if (decimals == 0) {
        return;
    }

    sp_text_char(text, '.');

    for (i = item->price.len; i < decimals; i++) {
        sp_text_char(text, '0');
    }

    sp_text_add(text, item->price.data + whole, item->price.len - whole);
}
