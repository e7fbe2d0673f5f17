/*
 * Copyright (C) SitePreserver developers
 */

#include "samples.h"


#define SAMPLES_X10    "xxxxxxxxxx"
#define SAMPLES_X100   SAMPLES_X10 SAMPLES_X10 SAMPLES_X10 SAMPLES_X10        \
                       SAMPLES_X10 SAMPLES_X10 SAMPLES_X10 SAMPLES_X10        \
                       SAMPLES_X10 SAMPLES_X10
#define SAMPLES_X1000  SAMPLES_X100 SAMPLES_X100 SAMPLES_X100 SAMPLES_X100    \
                       SAMPLES_X100 SAMPLES_X100 SAMPLES_X100 SAMPLES_X100    \
                       SAMPLES_X100 SAMPLES_X100


static void samples_usual(sample_t *s);
static void samples_many(sample_t *s);
static void samples_long(sample_t *s);
static void samples_rtl(sample_t *s);
static void samples_emoji(sample_t *s);
static void samples_yen(sample_t *s);
static void samples_unknown(sample_t *s);
static void samples_one(sample_t *s);
static void samples_nothing(sample_t *s);
static void samples_offer(sample_t *s);
static void samples_bare(sample_t *s);
static void samples_stock(sample_t *s);
static void samples_international(sample_t *s);
static void samples_hostile(sample_t *s);


/* Dates are what is left at SAMPLES_DATE. */

#define SAMPLES_DATE  1795622640
#define SAMPLES_DAY   86400

static const message_offer_text_t  samples_discount_texts[] = {
    { SAMPLE("en"), SAMPLE("10 % off everything in your cart, and free "
                           "shipping to wherever you may live") },
    { SAMPLE("de"), SAMPLE("10 % Rabatt auf alles in Ihrem Warenkorb, und "
                           "versandkostenfrei, wo auch immer Sie wohnen") }
};

static const message_offer_text_t  samples_gift_texts[] = {
    { SAMPLE("en"), SAMPLE("🎁 A seed mat is yours <free>") }
};

static const message_offer_text_t  samples_member_texts[] = {
    { SAMPLE("en"), SAMPLE("Members’ price until it is sold out") }
};

static const message_offer_text_t  samples_upgrade_texts[] = {
    { SAMPLE("en"), SAMPLE("Express shipping for the price of standard") }
};

static const message_offer_t  samples_discount = {
    MESSAGE_DISCOUNT, samples_discount_texts, 2,
    SAMPLE("COME-BACK-ABCDEFGHJKMNPQRS"), SAMPLES_DATE + 5 * SAMPLES_DAY, NULL
};

static const message_offer_t  samples_gift = {
    MESSAGE_VALUE_ADD, samples_gift_texts, 1, { 0, NULL }, 0, NULL
};

static const message_offer_t  samples_member = {
    MESSAGE_EXCLUSIVITY, samples_member_texts, 1, SAMPLE("ONLY4U"),
    SAMPLES_DATE + SAMPLES_DAY, NULL
};

static const message_offer_t  samples_upgrade = {
    MESSAGE_UPGRADE, samples_upgrade_texts, 1, { 0, NULL },
    SAMPLES_DATE + 2 * SAMPLES_DAY, NULL
};

static const sp_str_t  samples_hosts[] = { SAMPLE("www.loom.example") };

static void (*const  samples_all[])(sample_t *s) = {
    samples_usual, samples_many, samples_long,
    samples_rtl, samples_emoji, samples_yen,
    samples_unknown, samples_one, samples_nothing, samples_offer,
    samples_bare, samples_stock, samples_international,
    samples_hostile
};


size_t
samples_count(void)
{
    return sizeof(samples_all) / sizeof(samples_all[0]);
}


void
samples_get(size_t i, sample_t *sample)
{
    samples_all[i](sample);
}


int
samples_find(const char *name, sample_t *sample)
{
    size_t  i;

    for (i = 0; i < samples_count(); i++) {
        samples_get(i, sample);

        if (strcmp(sample->name, name) == 0) {
            return 1;
        }
    }

    return 0;
}


void
samples_of_shop(sample_t *sample, const message_shop_t *shop)
{
    unsigned    i;
    sp_line_t  *line;

    static const char  host[] = "https://loom.example/";

    sample->shop = *shop;
    sample->facts.to = samples_str("anna@mail.example");

    /* "/img/mug.svg" is of whichever shop */

    for (i = 0; i < sample->facts.nlines; i++) {
        line = &sample->lines[i];

        if (line->image.len >= sizeof(host) - 1
            && memcmp(line->image.data, host, sizeof(host) - 1) == 0)
        {
            line->image.data += sizeof(host) - 2;
            line->image.len -= sizeof(host) - 2;
        }
    }
}


void
samples_init(sample_t *s, const char *name, const char *what)
{
    memset(s, 0, sizeof(sample_t));

    s->name = name;
    s->what = what;

    s->shop.key = samples_str("loom");
    s->shop.name = samples_str("Linden & Loom");
    s->shop.from = samples_str("hello@loom.example");
    s->shop.reply_to = samples_str("service@loom.example");
    s->shop.cart_url = samples_str("https://loom.example/cart");
    s->shop.hosts = samples_hosts;
    s->shop.nhosts = 1;
    s->shop.colour = samples_str("#2f5d62");
    s->shop.address = samples_str("12 Weaver’s Yard\nGalway H91 T861, "
                                  "Ireland");

    s->facts.shop = &s->shop;
    s->facts.lines = s->lines;
    s->facts.to = samples_str("anna@mail.example");
    s->facts.first_name = samples_str("Anna");
    s->facts.locale = samples_str("en-IE");
    s->facts.count = SP_NO_AMOUNT;
    s->facts.total = SP_NO_AMOUNT;
    s->facts.currency = samples_str("EUR");
    s->facts.series = samples_str("default");
    s->facts.step = samples_str("reminder");
    s->facts.step_number = 1;
    s->facts.shopper = samples_str("AAAAAAAAAAAAAAAAAAAAAA");
    s->facts.rescue = 1;
    s->facts.click_token = samples_str(
        "a2FCQ2RFZkdoSWpLbE1uT3BRclN0VXZXeFl6MDEyMzQ1Njc4OWFiY2Q");
    s->facts.unsubscribe = samples_str(
        "https://loom.example/sp/unsubscribe"
        "?t=dWFCQ2RFZkdoSWpLbE1uT3BRclN0VXZXeFl6MDEyMzQ1Njc4OWFiY2Q");
    s->facts.preferences = samples_str(
        "https://loom.example/sp/preferences"
        "?t=dWFCQ2RFZkdoSWpLbE1uT3BRclN0VXZXeFl6MDEyMzQ1Njc4OWFiY2Q");
    s->facts.not_me = samples_str(
        "https://loom.example/sp/not-me"
        "?t=bmFCQ2RFZkdoSWpLbE1uT3BRclN0VXZXeFl6MDEyMzQ1Njc4OWFiY2Q");
    s->facts.date = SAMPLES_DATE;
    s->facts.left = s->facts.date - 3660;
}


void
samples_line(sample_t *s, const char *name, const char *options,
    const char *image, int64_t quantity, int64_t price)
{
    sp_line_t  *line;

    line = &s->lines[s->facts.nlines++];
    memset(line, 0, sizeof(sp_line_t));

    line->id = samples_str("1");
    line->name = samples_str(name);
    line->options = samples_str(options);
    line->image = samples_str(image);
    line->url = samples_str("/products/1");
    line->quantity = quantity;
    line->price = price;

    if (price == SP_NO_AMOUNT
        || __builtin_mul_overflow(price, quantity, &line->total))
    {
        line->total = SP_NO_AMOUNT;
    }

    line->from_shop = 1;
}


sp_str_t
samples_str(const char *text)
{
    sp_str_t  s;

    s.data = text;
    s.len = strlen(text);

    return s;
}


static void
samples_usual(sample_t *s)
{
    samples_init(s, "usual", "three items of a shop with a logo");

    s->shop.logo = samples_str("https://loom.example/img/logo.svg");
    s->shop.logo_width = 204;
    s->shop.logo_height = 40;

    samples_line(s, "Linen apron “Weaver”", "Colour: sand · Size: M",
                 "https://loom.example/img/apron.svg", 1, 5450);
    samples_line(s, "Stoneware mug", "Glaze: speckled white",
                 "https://loom.example/img/mug.svg", 2, 1800);
    samples_line(s, "Wool throw, 130 × 180 cm", "Colour: moss",
                 "https://loom.example/img/throw.svg", 1, 11900);
    s->facts.total = 20950;
}


static void
samples_many(sample_t *s)
{
    int  i;

    samples_init(s, "many", "200 items with names of 80 characters");
    s->facts.checkout_error = 1;

    for (i = 0; i < SAMPLES_LINES; i++) {
        samples_line(s, SAMPLE_NAME80, "Colour: sand · Size: M",
                     i % 2 ? "" : "https://loom.example/img/apron.svg", 3,
                     5450);
    }

    s->facts.total = 3270000;
}


static void
samples_long(sample_t *s)
{
    samples_init(s, "long", "very long names");

    s->shop.name = samples_str("The Very Long Established House of Linden and"
                               " Loom, Purveyors of Linen & Wool");
    s->facts.first_name = samples_str("Wolfeschlegelsteinhausenberger");
    samples_line(s, SAMPLE_NAME80,
                 "Colour: unbleached natural sand · Size: extra large · Engraved"
                 " with initials · Gift wrapped in recycled paper",
                 "https://loom.example/img/apron.svg", 12, 9999999);
    samples_line(s, "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbau"
                    "unterbeamtengesellschaft",
                 "", "", 1, 123456789);
    s->facts.offer = &samples_discount;
    s->facts.left = SAMPLES_DATE - SAMPLES_DAY;
}


static void
samples_rtl(sample_t *s)
{
    samples_init(s, "rtl", "right-to-left text");

    s->shop.name = samples_str("بيت النول");
    s->facts.first_name = samples_str("ليلى");
    s->facts.locale = samples_str("ar-EG");
    samples_line(s, "مئزر من الكتان", "اللون: رملي · المقاس: M",
                 "https://loom.example/img/apron.svg", 1, 5450);
    samples_line(s, "כוס קרמיקה 300 ml", "צבע: לבן", "", 2, 1800);
    s->facts.total = 9050;
}


static void
samples_emoji(sample_t *s)
{
    samples_init(s, "emoji", "emoji");

    s->shop.name = samples_str("🧵 Linden & Loom");
    samples_line(s, "👩🏽‍🌾 Gardening set 🌻🌻", "🎁 gift wrap",
                 "https://loom.example/img/mug.svg", 1, 2400);
    s->facts.total = 2400;
    s->facts.offer = &samples_gift;
    s->facts.left = SAMPLES_DATE - 3 * SAMPLES_DAY;
}


static void
samples_yen(sample_t *s)
{
    samples_init(s, "yen", "a currency without decimals");

    s->shop.name = samples_str("織り工房");
    s->shop.colour = samples_str("#ffd166");
    s->facts.currency = samples_str("JPY");
    s->facts.locale = samples_str("en");
    s->facts.first_name = samples_str("さくら");
    samples_line(s, "麻のエプロン", "色: 砂",
                 "https://loom.example/img/apron.svg", 2, 1980);
    s->facts.total = 3960;
    s->facts.offer = &samples_upgrade;
}


/* Nothing is known but how many: as from a form without a name. */

static void
samples_unknown(sample_t *s)
{
    samples_init(s, "unknown", "no item and no first name known");

    s->facts.first_name.len = 0;
    s->facts.left = 0;
    s->facts.step_number = 0;
    samples_line(s, "", "", "", 3, SP_NO_AMOUNT);
    s->lines[0].from_shop = 0;
}


/* One piece, of which only the total of the cart is known. */

static void
samples_one(sample_t *s)
{
    samples_init(s, "one", "one piece without a name");

    samples_line(s, "", "", "", 1, SP_NO_AMOUNT);
    s->lines[0].from_shop = 0;
    s->facts.total = 5450;
    s->facts.first_name.len = 0;
}


/* Not even how many. */

static void
samples_nothing(sample_t *s)
{
    samples_init(s, "nothing", "a cart of which nothing is known");

    s->shop.logo = samples_str("https://loom.example/img/logo.svg");
    s->facts.currency.len = 0;
    s->facts.first_name.len = 0;
}


/* ... but what is offered. */

static void
samples_offer(sample_t *s)
{
    samples_nothing(s);

    s->name = "offer";
    s->what = "an offer for a cart of which nothing is known";
    s->facts.offer = &samples_gift;
}


/* No picture, no price, no brand. */

static void
samples_bare(sample_t *s)
{
    samples_init(s, "bare", "no picture, price, first name or brand");
    s->facts.checkout_error = 1;

    s->shop.reply_to.len = 0;
    s->shop.colour.len = 0;
    s->shop.address.len = 0;
    s->facts.first_name.len = 0;
    s->facts.locale.len = 0;
    s->facts.currency.len = 0;
    samples_line(s, "Stoneware mug", "", "", 1, SP_NO_AMOUNT);
    s->facts.offer = &samples_discount;
}


/* One of them cannot be bought any more. */

static void
samples_stock(sample_t *s)
{
    samples_init(s, "stock", "an item out of stock");

    samples_line(s, "Linen apron “Weaver”", "Colour: sand · Size: M",
                 "https://loom.example/img/apron.svg", 1, 5450);
    samples_line(s, "Stoneware mug", "",
                 "https://loom.example/img/mug.svg", 2, 1800);
    samples_line(s, "Cotton yarn, by weight", "", "", 3, SP_NO_AMOUNT);
    s->lines[0].out_of_stock = 1;
    s->lines[2].total = 1000;
    s->facts.total = 10050;
    s->facts.offer = &samples_member;
}


/* Another script in every place that takes one. */

static void
samples_international(sample_t *s)
{
    samples_init(s, "international", "other scripts in addresses and links");

    s->shop.name = samples_str("Bücher \"Grüße\" (Köln), <Süd>");
    s->shop.from = samples_str("hallo@bücher.example");
    s->shop.cart_url = samples_str("https://bücher.example/"
                                   "körbe?an=sicht#los");
    s->facts.unsubscribe = samples_str("https://bücher.example/sp/u?t=abc");
    s->facts.preferences = samples_str("https://bücher.example/sp/p?t=abc");
    s->facts.not_me = samples_str("https://bücher.example/sp/n?t=abc");
    s->facts.to = samples_str("jürgen@straße.example");
    samples_line(s, "Größe & Maß", "", "/bilder/größe 1.png", 1, 995);
}


/* What somebody would write who wants to break out. */

static void
samples_hostile(sample_t *s)
{
    samples_init(s, "hostile", "text that wants to break out");

    s->shop.name = samples_str("Shop\r\nBcc: victim@evil.example\r\n\r\nbody");
    s->shop.from_name = samples_str("A\r\nSubject: hijacked\xff\xc3 =?utf-8?q?"
                                    "=0D=0AX:_y?= \"<b@evil.example>\", c");
    s->facts.first_name = samples_str("Mallory\r\nBcc: x");
    s->facts.series = samples_str("de\r\nX-Evil: 1");
    s->facts.step = samples_str("re:minder\n");
    s->facts.shopper = samples_str("a\r\nb");
    samples_line(s, "<script>alert(1)</script>\r\n.\r\nQUIT",
                 "\" onmouseover=\"x", "javascript:alert(1)", 1, 100);
    samples_line(s, SAMPLES_X1000 SAMPLES_X1000 SAMPLES_X1000,
                 "\xe2\x80\xae\xe2\x81\xa6 turned \x00",
                 "https://loom.example/\"><script>", 1, -5);
    samples_line(s, "--=_boundary\nContent-Type: text/html\n\n<b>", "{{{raw}}}",
                 "//evil.example/a'b", INT64_MAX, INT64_C(1) << 40);
    samples_line(s, "typed by a stranger: call 0800 PHISHING", "", "", 1, 1);
    s->lines[3].from_shop = 0;
    s->lines[0].url = samples_str("https://evil.example/\r\nX: y");
    s->facts.total = INT64_MAX;
}
