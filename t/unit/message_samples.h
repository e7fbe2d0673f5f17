/*
 * Copyright (C) SitePreserver developers
 *
 * Carts that a message has to get right, from the usual to the hostile.
 * Included by the tests that need them.
 */

#ifndef MESSAGE_SAMPLES_H
#define MESSAGE_SAMPLES_H

#include "message.h"


#define SAMPLES_LINES  200
#define SAMPLE(text)   { sizeof(text) - 1, text }

#define SAMPLE_NAME80                                                         \
    "Handwoven Irish linen apron with two deep pockets and adjustable straps "\
    "one size"


typedef struct {
    const char       *name;         /* of its files */
    message_shop_t    shop;
    message_facts_t   facts;        /* facts.shop and lines are set on use */
    sp_line_t         lines[SAMPLES_LINES];
} sample_t;


static const sp_str_t  sample_hosts[] = { SAMPLE("www.loom.example") };


static inline sp_str_t
sample_str(const char *text)
{
    sp_str_t  s;

    s.data = text;
    s.len = strlen(text);

    return s;
}


static inline void
sample_line(sample_t *s, const char *name, const char *options,
    const char *image, int64_t quantity, int64_t price)
{
    sp_line_t  *line;

    line = &s->lines[s->facts.nlines++];
    memset(line, 0, sizeof(sp_line_t));

    line->id = sample_str("1");
    line->name = sample_str(name);
    line->options = sample_str(options);
    line->image = sample_str(image);
    line->url = sample_str("/products/1");
    line->quantity = quantity;
    line->price = price;

    if (price == SP_NO_AMOUNT
        || __builtin_mul_overflow(price, quantity, &line->total))
    {
        line->total = SP_NO_AMOUNT;
    }

    line->from_shop = 1;
}


/* A shop and a shopper, and nothing in the cart. */

static inline void
sample_init(sample_t *s, const char *name)
{
    memset(s, 0, sizeof(sample_t));

    s->name = name;

    s->shop.key = sample_str("loom");
    s->shop.name = sample_str("Linden & Loom");
    s->shop.from = sample_str("hello@loom.example");
    s->shop.reply_to = sample_str("service@loom.example");
    s->shop.cart_url = sample_str("https://loom.example/cart");
    s->shop.hosts = sample_hosts;
    s->shop.nhosts = 1;
    s->shop.colour = sample_str("#2f5d62");
    s->shop.address = sample_str("12 Weaver’s Yard\nGalway H91 T861, Ireland");

    s->facts.to = sample_str("anna@mail.example");
    s->facts.first_name = sample_str("Anna");
    s->facts.locale = sample_str("en-IE");
    s->facts.count = SP_NO_AMOUNT;
    s->facts.total = SP_NO_AMOUNT;
    s->facts.currency = sample_str("EUR");
    s->facts.series = sample_str("default");
    s->facts.step = sample_str("reminder");
    s->facts.shopper = sample_str("AAAAAAAAAAAAAAAAAAAAAA");
    s->facts.rescue = 1;
    s->facts.click_token = sample_str(
        "a2FCQ2RFZkdoSWpLbE1uT3BRclN0VXZXeFl6MDEyMzQ1Njc4OWFiY2Q");
    s->facts.unsubscribe = sample_str(
        "https://loom.example/sp/unsubscribe"
        "?t=dWFCQ2RFZkdoSWpLbE1uT3BRclN0VXZXeFl6MDEyMzQ1Njc4OWFiY2Q");
    s->facts.date = 1795622640;
}


static inline void
sample_usual(sample_t *s)
{
    sample_init(s, "usual");

    s->shop.logo = sample_str("https://loom.example/img/logo.svg");
    s->shop.logo_width = 204;
    s->shop.logo_height = 40;

    sample_line(s, "Linen apron “Weaver”", "Colour: sand · Size: M",
                "https://loom.example/img/apron.svg", 1, 5450);
    sample_line(s, "Stoneware mug", "Glaze: speckled white",
                "https://loom.example/img/mug.svg", 2, 1800);
    sample_line(s, "Wool throw, 130 × 180 cm", "Colour: moss",
                "https://loom.example/img/throw.svg", 1, 11900);
    s->facts.total = 20950;
}


static inline void
sample_many(sample_t *s)
{
    int  i;

    sample_init(s, "many");

    for (i = 0; i < SAMPLES_LINES; i++) {
        sample_line(s, SAMPLE_NAME80, "Colour: sand · Size: M",
                    i % 2 ? "" : "https://loom.example/img/apron.svg", 3,
                    5450);
    }

    s->facts.total = 3270000;
}


static inline void
sample_long(sample_t *s)
{
    sample_init(s, "long");

    s->shop.name = sample_str("The Very Long Established House of Linden and"
                              " Loom, Purveyors of Linen & Wool");
    s->facts.first_name = sample_str("Wolfeschlegelsteinhausenberger");
    sample_line(s, SAMPLE_NAME80,
                "Colour: unbleached natural sand · Size: extra large · Engraved"
                " with initials · Gift wrapped in recycled paper",
                "https://loom.example/img/apron.svg", 12, 9999999);
    sample_line(s, "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbau"
                   "unterbeamtengesellschaft",
                "", "", 1, 123456789);
}


static inline void
sample_rtl(sample_t *s)
{
    sample_init(s, "rtl");

    s->shop.name = sample_str("بيت النول");
    s->facts.first_name = sample_str("ليلى");
    s->facts.locale = sample_str("ar-EG");
    sample_line(s, "مئزر من الكتان", "اللون: رملي · المقاس: M",
                "https://loom.example/img/apron.svg", 1, 5450);
    sample_line(s, "כוס קרמיקה 300 ml", "צבע: לבן", "", 2, 1800);
    s->facts.total = 9050;
}


static inline void
sample_emoji(sample_t *s)
{
    sample_init(s, "emoji");

    s->shop.name = sample_str("🧵 Linden & Loom");
    sample_line(s, "👩🏽‍🌾 Gardening set 🌻🌻", "🎁 gift wrap",
                "https://loom.example/img/mug.svg", 1, 2400);
    s->facts.total = 2400;
}


static inline void
sample_yen(sample_t *s)
{
    sample_init(s, "yen");

    s->shop.name = sample_str("織り工房");
    s->shop.colour = sample_str("#ffd166");
    s->facts.currency = sample_str("JPY");
    s->facts.locale = sample_str("en");
    s->facts.first_name = sample_str("さくら");
    sample_line(s, "麻のエプロン", "色: 砂",
                "https://loom.example/img/apron.svg", 2, 1980);
    s->facts.total = 3960;
}


/* Nothing is known but how many: as from a form without a name. */

static inline void
sample_unknown(sample_t *s)
{
    sample_init(s, "unknown");

    s->facts.first_name.len = 0;
    sample_line(s, "", "", "", 3, SP_NO_AMOUNT);
    s->lines[0].from_shop = 0;
}


/* No picture, no price, no brand. */

static inline void
sample_bare(sample_t *s)
{
    sample_init(s, "bare");

    s->shop.reply_to.len = 0;
    s->shop.colour.len = 0;
    s->shop.address.len = 0;
    s->facts.first_name.len = 0;
    s->facts.locale.len = 0;
    s->facts.currency.len = 0;
    sample_line(s, "Stoneware mug", "", "", 1, SP_NO_AMOUNT);
}


/* Another script in every place that takes one. */

static inline void
sample_international(sample_t *s)
{
    sample_init(s, "international");

    s->shop.name = sample_str("Bücher \"Grüße\" (Köln), <Süd>");
    s->shop.from = sample_str("hallo@bücher.example");
    s->shop.cart_url = sample_str("https://bücher.example/körbe?an=sicht#los");
    s->facts.unsubscribe = sample_str("https://bücher.example/sp/u?t=abc");
    s->facts.to = sample_str("jürgen@straße.example");
    sample_line(s, "Größe & Maß", "", "/bilder/größe 1.png", 1, 995);
}


/* What somebody would write who wants to break out. */

static inline void
sample_hostile(sample_t *s)
{
    static char  long_name[3000];

    sample_init(s, "hostile");
    memset(long_name, 'x', sizeof(long_name) - 1);

    s->shop.name = sample_str("Shop\r\nBcc: victim@evil.example\r\n\r\nbody");
    s->shop.from_name = sample_str("A\r\nSubject: hijacked\xff\xc3 =?utf-8?q?"
                                   "=0D=0AX:_y?= \"<b@evil.example>\", c");
    s->facts.first_name = sample_str("Mallory\r\nBcc: x");
    s->facts.series = sample_str("de\r\nX-Evil: 1");
    s->facts.step = sample_str("re:minder\n");
    s->facts.shopper = sample_str("a\r\nb");
    sample_line(s, "<script>alert(1)</script>\r\n.\r\nQUIT",
                "\" onmouseover=\"x", "javascript:alert(1)", 1, 100);
    sample_line(s, long_name, "\xe2\x80\xae\xe2\x81\xa6 turned \x00",
                "https://loom.example/\"><script>", 1, -5);
    sample_line(s, "--=_boundary\nContent-Type: text/html\n\n<b>", "{{{raw}}}",
                "//evil.example/a'b", INT64_MAX, INT64_C(1) << 40);
    sample_line(s, "typed by a stranger: call 0800 PHISHING", "", "", 1, 1);
    s->lines[3].from_shop = 0;
    s->lines[0].url = sample_str("https://evil.example/\r\nX: y");
    s->facts.total = INT64_MAX;
}


static void (*const  samples[])(sample_t *s) = {
    sample_usual, sample_many, sample_long, sample_rtl, sample_emoji,
    sample_yen, sample_unknown, sample_bare, sample_international,
    sample_hostile
};

#define SAMPLES  (sizeof(samples) / sizeof(samples[0]))


static inline const message_facts_t *
sample_facts(sample_t *s)
{
    s->facts.shop = &s->shop;
    s->facts.lines = s->lines;

    return &s->facts;
}


#endif /* MESSAGE_SAMPLES_H */
