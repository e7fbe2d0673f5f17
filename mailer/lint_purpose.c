/*
 * Copyright (C) SitePreserver developers
 *
 * Does the message say what it is about?  By the words for cart, checkout and
 * order in the creative's language, also as parts of longer ones.
 */

#include <stdio.h>
#include <stdlib.h>

#include <unicode/ucasemap.h>

#include "lint_int.h"


#define LINT_SCREEN  300            /* characters */


typedef struct {
    const char         *language;
    const char *const  *words;
} lint_purpose_t;


static const char *const *lint_purpose_words(const char *locale);
static int lint_purpose_in(const sp_str_t *text, const char *const *words);
static size_t lint_first(const sp_str_t *text, size_t chars);


static const char *const  lint_en[] = {
    "cart", "basket", "shopping bag", "your bag", "checkout", "check out",
    "order", "left behind", NULL
};
static const char *const  lint_de[] = {
    "warenkorb", "einkaufswagen", "einkaufskorb", "einkauf", "kasse",
    "bestellung", NULL
};
static const char *const  lint_fr[] = {
    "panier", "caddie", "commande", "achat", NULL
};
static const char *const  lint_es[] = {
    "carrito", "cesta", "carro", "bolsa", "compra", "pedido", NULL
};
static const char *const  lint_it[] = {
    "carrello", "acquist", "ordine", NULL
};
static const char *const  lint_nl[] = {
    "winkelwagen", "winkelmand", "mandje", "bestelling", NULL
};
static const char *const  lint_pt[] = {
    "carrinho", "cesto", "compra", "pedido", NULL
};
static const char *const  lint_pl[] = {
    "koszyk", "zamówien", NULL
};
static const char *const  lint_da[] = {
    "kurv", "indkøb", "bestilling", "ordre", NULL
};
static const char *const  lint_sv[] = {
    "kundvagn", "varukorg", "kassa", "beställning", NULL
};

static const lint_purpose_t  lint_purposes[] = {
    { "en", lint_en }, { "de", lint_de }, { "fr", lint_fr },
    { "es", lint_es }, { "it", lint_it }, { "nl", lint_nl },
    { "pt", lint_pt }, { "pl", lint_pl }, { "da", lint_da },
    { "sv", lint_sv }
};


void
lint_purpose(lint_view_t *v)
{
    char                measured[64];
    size_t              chars;
    buffer_t            b;
    sp_str_t            text;
    const char *const  *words;

    words = lint_purpose_words(v->locale);

    if (words == NULL) {
        lint_unknown(v, &v->html, "purpose-screen", 0,
                     "the words for cart and checkout in \"%s\" are not known",
                     v->locale);
        return;
    }

    text.data = buffer_text(&v->subject.out);
    text.len = v->subject.out.len;

    if (v->whole && !lint_purpose_in(&text, words)) {
        lint_found_source(v, &v->subject, "purpose-subject", 0,
                          "not one of the words",
                          "the subject does not speak of the cart");
    }

    if (v->body == NULL) {
        return;
    }

    buffer_init(&b, 4 * HTML_SIZE_MAX);
    lint_visible_text(v, v->body, CSS_WIDE, &b);
    text.data = buffer_text(&b);
    text.len = b.len;
    chars = lint_chars(&text);
    text.len = lint_first(&text, LINT_SCREEN);

    if (!lint_purpose_in(&text, words)) {
        (void) snprintf(measured, sizeof(measured), "not in %zu characters",
                        chars < LINT_SCREEN ? chars : LINT_SCREEN);
        lint_found_source(v, &v->html, "purpose-screen", LINT_WHOLE, measured,
                          "the first screen does not speak of the cart");
    }

    buffer_free(&b);
}


static const char *const *
lint_purpose_words(const char *locale)
{
    size_t  i;

    for (i = 0; i < sizeof(lint_purposes) / sizeof(lint_purposes[0]); i++) {
        if (strncmp(lint_purposes[i].language, locale, 2) == 0
            && (locale[2] == '\0' || locale[2] == '-'))
        {
            return lint_purposes[i].words;
        }
    }

    return NULL;
}


static int
lint_purpose_in(const sp_str_t *text, const char *const *words)
{
    int         found;
    char       *lower;
    int32_t     len;
    UCaseMap   *map;
    UErrorCode  status;

    status = U_ZERO_ERROR;
    map = ucasemap_open("", 0, &status);
    lower = malloc(3 * text->len + 1);
    len = 0;

    if (lower != NULL && U_SUCCESS(status)) {
        len = ucasemap_utf8ToLower(map, lower, (int32_t) (3 * text->len + 1),
                                   text->data, (int32_t) text->len, &status);
    }

    found = 0;

    if (lower != NULL && U_SUCCESS(status) && len >= 0) {
        lower[len] = '\0';

        for ( /* void */ ; *words != NULL && !found; words++) {
            found = strstr(lower, *words) != NULL;
        }
    }

    free(lower);
    ucasemap_close(map);

    return found;
}


/* The bytes of the first so many characters. */

static size_t
lint_first(const sp_str_t *text, size_t chars)
{
    size_t  i;

    for (i = 0; i < text->len; i++) {
        if (((unsigned char) text->data[i] & 0xc0) != 0x80 && chars-- == 0) {
            break;
        }
    }

    return i;
}
