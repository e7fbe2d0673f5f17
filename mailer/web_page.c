/*
 * Copyright (C) SitePreserver developers
 */

#include "creative_colour.h"
#include "web_page.h"


static void web_page_form(buffer_t *out, const web_page_t *page);
static void web_page_escape(buffer_t *out, const char *text);
static void web_page_colours(buffer_t *out, const config_shop_t *shop);


static const char  web_page_style[] =
    "*{box-sizing:border-box}"
    "html{-webkit-text-size-adjust:100%}"
    "body{margin:0;min-height:100vh;display:flex;flex-direction:column;"
    "align-items:center;justify-content:center;padding:24px 16px;"
    "font:17px/1.6 system-ui,-apple-system,\"Segoe UI\",Roboto,"
    "\"Helvetica Neue\",Arial,sans-serif;background:var(--ground);"
    "color:var(--ink)}"
    "main{width:100%;max-width:480px;"
    "background:linear-gradient(var(--brand) 5px,var(--card) 0);"
    "border-radius:14px;padding:clamp(24px,7vw,44px);text-align:center;"
    "border:1px solid var(--line);"
    "box-shadow:0 12px 32px rgba(15,23,42,.07)}"
    ".shop{margin:0 0 20px;font-size:14px;font-weight:600;letter-spacing:.02em;"
    "color:var(--soft);overflow-wrap:anywhere}"
    "h1{margin:0 0 12px;font-size:clamp(22px,6vw,28px);line-height:1.25;"
    "letter-spacing:-.01em;overflow-wrap:anywhere;text-wrap:balance}"
    "p{margin:0 0 8px;text-wrap:balance}"
    ".note{margin-top:20px;font-size:14px;color:var(--soft)}"
    "form{margin:28px 0 0}"
    "button{appearance:none;width:100%;min-height:52px;padding:12px 20px;"
    "font:inherit;font-weight:600;color:var(--on);background:var(--brand);"
    "border:0;border-radius:10px;cursor:pointer}"
    "button+button{margin-top:12px;color:var(--ink);background:none;"
    "border:1px solid var(--edge)}"
    "button:hover{filter:brightness(.93)}"
    "button:focus-visible{outline:3px solid var(--ink);outline-offset:3px}"
    "@media (prefers-reduced-motion:no-preference){"
    "button{transition:filter .15s}}"
    "@media print{body{background:none}main{box-shadow:none}}";


void
web_page(buffer_t *out, const web_page_t *page)
{
    buffer_str(out, "<!doctype html>\n<html lang=\"");
    web_page_escape(out, page->locale);
    buffer_str(out, "\">\n<head>\n<meta charset=\"utf-8\">\n"
               "<meta name=\"viewport\" "
               "content=\"width=device-width,initial-scale=1\">\n"
               "<meta name=\"color-scheme\" content=\"light dark\">\n"
               "<meta name=\"robots\" content=\"noindex,nofollow\">\n"
               "<title>");
    web_page_escape(out, page->title);
    buffer_str(out, "</title>\n<style>");
    web_page_colours(out, page->shop);
    buffer_str(out, web_page_style);
    buffer_str(out, "</style>\n</head>\n<body>\n<main>\n");

    if (page->shop != NULL) {
        buffer_str(out, "<p class=\"shop\">");
        web_page_escape(out, page->shop->brand.name != NULL
                             ? page->shop->brand.name : page->shop->name);
        buffer_str(out, "</p>\n");
    }

    buffer_str(out, "<h1>");
    web_page_escape(out, page->title);
    buffer_str(out, "</h1>\n<p>");
    web_page_escape(out, page->text);
    buffer_str(out, "</p>\n");

    web_page_form(out, page);

    if (page->note != NULL) {
        buffer_str(out, "<p class=\"note\">");
        web_page_escape(out, page->note);
        buffer_str(out, "</p>\n");
    }

    buffer_str(out, "</main>\n</body>\n</html>\n");
}


static void
web_page_form(buffer_t *out, const web_page_t *page)
{
    unsigned             i;
    const web_choice_t  *choice;

    if (page->choices[0].label == NULL) {
        return;
    }

    buffer_str(out, "<form method=\"post\">\n");

    for (i = 0; i < WEB_PAGE_CHOICES && page->choices[i].label != NULL; i++) {
        choice = &page->choices[i];
        buffer_str(out, "<button type=\"submit\" name=\"");
        web_page_escape(out, choice->name);
        buffer_str(out, "\" value=\"");
        web_page_escape(out, choice->value);
        buffer_str(out, "\">");
        web_page_escape(out, choice->label);
        buffer_str(out, "</button>\n");
    }

    buffer_str(out, "</form>\n");
}


/* The brand's colour, with a label that is readable on it, in both schemes. */

static void
web_page_colours(buffer_t *out, const config_shop_t *shop)
{
    char      brand[CREATIVE_COLOUR_SIZE], on[CREATIVE_COLOUR_SIZE];
    char      dark[CREATIVE_COLOUR_SIZE], dark_on[CREATIVE_COLOUR_SIZE];
    sp_str_t  text;
    uint32_t  colour, light;

    colour = 0x1f2a44u;

    if (shop != NULL && shop->brand.colour != NULL) {
        text.data = shop->brand.colour;
        text.len = strlen(text.data);
        (void) creative_colour_parse(&text, &colour);
    }

    /* In the dark the button must stand out from the card. */

    light = creative_colour_readable(colour, 0x1b2130u, 6);
    creative_colour_text(colour, brand);
    creative_colour_text(creative_colour_on(colour), on);
    creative_colour_text(light, dark);
    creative_colour_text(creative_colour_on(light), dark_on);

    buffer_fmt(out, ":root{color-scheme:light dark;--ground:#f3f4f7;"
               "--card:#fff;--ink:#141a26;--soft:#565f70;--line:#e4e7ed;"
               "--edge:#8a93a3;"
               "--brand:%s;--on:%s}"
               "@media (prefers-color-scheme:dark){:root{--ground:#10141d;"
               "--card:#1b2130;--ink:#eef1f6;--soft:#a9b2c3;--line:#2b3345;"
               "--edge:#7c879b;"
               "--brand:%s;--on:%s}}", brand, on, dark, dark_on);
}


static void
web_page_escape(buffer_t *out, const char *text)
{
    for ( /* void */ ; *text != '\0'; text++) {
        switch (*text) {

        case '&':
            buffer_str(out, "&amp;");
            break;

        case '<':
            buffer_str(out, "&lt;");
            break;

        case '>':
            buffer_str(out, "&gt;");
            break;

        case '"':
            buffer_str(out, "&quot;");
            break;

        default:
            buffer_char(out, *text);
        }
    }
}
