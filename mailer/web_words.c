/*
 * Copyright (C) SitePreserver developers
 */

#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "web_words.h"


#define WEB_WORDS_RANGES  32        /* of a header that are looked at */
#define WEB_WORDS_BEST    1000      /* thousandths: a weight of 1 */


static const web_words_t *web_words_find(const char *tag, size_t len);
static int web_words_weight(const char *text, size_t len);


static const web_words_t  web_words_all[] = {
    {
        .locale = "en",
        .incomplete = "This link is not complete",
        .incomplete_text = "Please open the link from the message again, or "
                           "copy all of it.",
        .nothing = "Nothing was changed",
        .nothing_text = "Please use a button on this page.",
        .again = "Please try again",
        .again_text = "We could not note it just now.",
        .unsubscribe = "Unsubscribe?",
        .unsubscribe_text = "We will not remind you of your cart by email "
                            "any more.",
        .unsubscribe_button = "Unsubscribe",
        .unsubscribed = "You are unsubscribed",
        .orders = "Messages about your orders are not affected.",
        .test = "This was a test message: nothing was changed.",
        .preferences = "Email preferences",
        .preferences_text = "Reminders about your cart: what would you "
                            "like?",
        .pause_button = "Pause for a month",
        .never_button = "Never remind me again",
        .back = "“Never” is for good: a link in a message cannot undo it.",
        .paused = "We pause",
        .paused_text = "We will not remind you of your cart by email before "
                       "%s.",
        .test_done = "That works",
        .not_me = "Not your cart?",
        .not_me_text = "Somebody else may have given your email address, or "
                       "used the same computer. Then we will not remind you "
                       "of this cart any more.",
        .not_me_button = "This is not my cart",
        .not_me_note = "Your address can be reminded of a cart of your own. "
                       "If you want no reminders at all, unsubscribe with the "
                       "link in the message.",
        .not_mine = "Thank you for telling us",
        .not_mine_text = "We will not remind you of this cart any more.",
    },
    {
        .locale = "de",
        .incomplete = "Dieser Link ist unvollständig",
        .incomplete_text = "Bitte öffnen Sie den Link aus der Nachricht noch "
                           "einmal oder kopieren Sie ihn vollständig.",
        .nothing = "Nichts wurde geändert",
        .nothing_text = "Bitte benutzen Sie eine Schaltfläche auf dieser "
                        "Seite.",
        .again = "Bitte versuchen Sie es noch einmal",
        .again_text = "Wir konnten es gerade nicht vermerken.",
        .unsubscribe = "Abmelden?",
        .unsubscribe_text = "Wir erinnern Sie dann nicht mehr per E-Mail an "
                            "Ihren Warenkorb.",
        .unsubscribe_button = "Abmelden",
        .unsubscribed = "Sie sind abgemeldet",
        .orders = "Nachrichten zu Ihren Bestellungen bekommen Sie weiterhin.",
        .test = "Das war eine Testnachricht: Nichts wurde geändert.",
        .preferences = "E-Mail-Einstellungen",
        .preferences_text = "Wie sollen wir es mit Erinnerungen an Ihren "
                            "Warenkorb halten?",
        .pause_button = "Einen Monat pausieren",
        .never_button = "Nie wieder erinnern",
        .back = "„Nie wieder“ gilt dauerhaft: Ein Link in einer Nachricht "
                "macht es nicht rückgängig.",
        .paused = "Wir machen Pause",
        .paused_text = "Vor dem %s erinnern wir Sie nicht per E-Mail an "
                       "Ihren Warenkorb.",
        .test_done = "Es funktioniert",
        .not_me = "Nicht Ihr Warenkorb?",
        .not_me_text = "Vielleicht hat jemand anders Ihre E-Mail-Adresse "
                       "angegeben oder denselben Computer benutzt. Wir "
                       "erinnern Sie dann nicht mehr an diesen Warenkorb.",
        .not_me_button = "Das ist nicht mein Warenkorb",
        .not_me_note = "An einen eigenen Warenkorb können wir Sie weiterhin "
                       "erinnern. Wenn Sie gar keine Erinnerungen wünschen, "
                       "melden Sie sich mit dem Link in der Nachricht ab.",
        .not_mine = "Danke für den Hinweis",
        .not_mine_text = "Wir erinnern Sie nicht mehr an diesen Warenkorb.",
    },
    {
        .locale = "fr",
        .incomplete = "Ce lien est incomplet",
        .incomplete_text = "Veuillez rouvrir le lien depuis le message ou le "
                           "copier en entier.",
        .nothing = "Rien n’a été modifié",
        .nothing_text = "Veuillez utiliser un bouton de cette page.",
        .again = "Veuillez réessayer",
        .again_text = "Nous n’avons pas pu enregistrer votre choix.",
        .unsubscribe = "Se désabonner ?",
        .unsubscribe_text = "Nous ne vous rappellerons plus votre panier par "
                            "e‑mail.",
        .unsubscribe_button = "Se désabonner",
        .unsubscribed = "Vous êtes désabonné(e)",
        .orders = "Les messages concernant vos commandes ne changent pas.",
        .test = "C’était un message de test : rien n’a été modifié.",
        .preferences = "Préférences d’e‑mail",
        .preferences_text = "Que souhaitez-vous pour les rappels de votre "
                            "panier ?",
        .pause_button = "Suspendre pendant un mois",
        .never_button = "Ne plus jamais me le rappeler",
        .back = "« Plus jamais » est définitif : un lien dans un message ne "
                "peut pas l’annuler.",
        .paused = "Nous faisons une pause",
        .paused_text = "Nous ne vous rappellerons pas votre panier par "
                       "e‑mail avant le %s.",
        .test_done = "Cela fonctionne",
        .not_me = "Ce n’est pas votre panier ?",
        .not_me_text = "Quelqu’un d’autre a peut-être donné votre adresse "
                       "e‑mail ou utilisé le même ordinateur. Nous ne vous "
                       "rappellerons alors plus ce panier.",
        .not_me_button = "Ce n’est pas mon panier",
        .not_me_note = "Nous pourrons toujours vous rappeler un panier qui "
                       "est à vous. Pour ne plus recevoir de rappels du tout, "
                       "désabonnez-vous avec le lien du message.",
        .not_mine = "Merci de nous l’avoir signalé",
        .not_mine_text = "Nous ne vous rappellerons plus ce panier.",
    },
    {
        .locale = "es",
        .incomplete = "Este enlace no está completo",
        .incomplete_text = "Abra de nuevo el enlace del mensaje o cópielo "
                           "entero.",
        .nothing = "No se ha cambiado nada",
        .nothing_text = "Utilice un botón de esta página.",
        .again = "Inténtelo de nuevo",
        .again_text = "No hemos podido anotarlo en este momento.",
        .unsubscribe = "¿Darse de baja?",
        .unsubscribe_text = "Ya no le recordaremos su carrito por correo "
                            "electrónico.",
        .unsubscribe_button = "Darse de baja",
        .unsubscribed = "Se ha dado de baja",
        .orders = "Los mensajes sobre sus pedidos no cambian.",
        .test = "Era un mensaje de prueba: no se ha cambiado nada.",
        .preferences = "Preferencias de correo",
        .preferences_text = "¿Qué hacemos con los recordatorios de su "
                            "carrito?",
        .pause_button = "Pausar durante un mes",
        .never_button = "No recordármelo nunca más",
        .back = "«Nunca más» es definitivo: un enlace de un mensaje no puede "
                "deshacerlo.",
        .paused = "Hacemos una pausa",
        .paused_text = "No le recordaremos su carrito por correo electrónico "
                       "antes del %s.",
        .test_done = "Funciona",
        .not_me = "¿No es su carrito?",
        .not_me_text = "Puede que otra persona haya dado su dirección de "
                       "correo o usado el mismo ordenador. Entonces ya no le "
                       "recordaremos este carrito.",
        .not_me_button = "Este carrito no es mío",
        .not_me_note = "Podremos recordarle un carrito que sea suyo. Si no "
                       "quiere ningún recordatorio, dese de baja con el "
                       "enlace del mensaje.",
        .not_mine = "Gracias por avisarnos",
        .not_mine_text = "Ya no le recordaremos este carrito.",
    },
};


const web_words_t *
web_words(const char *accept, const char *locale)
{
    int                 weight, best;
    size_t              len, tag;
    unsigned            i;
    const web_words_t  *words, *found;

    found = NULL;
    best = 0;

    for (i = 0; accept != NULL && *accept != '\0' && i < WEB_WORDS_RANGES;
         i++)
    {
        accept += strspn(accept, ", \t");
        len = strcspn(accept, ",");
        tag = strcspn(accept, ",; \t");
        words = web_words_find(accept, tag);
        weight = web_words_weight(accept + tag, len - tag);

        if (words != NULL && weight > best) {
            found = words;
            best = weight;
        }

        accept += len;
    }

    if (found == NULL && locale != NULL) {
        found = web_words_find(locale, strlen(locale));
    }

    return found != NULL ? found : &web_words_all[0];
}


const web_words_t *
web_words_at(unsigned i)
{
    return i < sizeof(web_words_all) / sizeof(web_words_all[0])
           ? &web_words_all[i] : NULL;
}


/* Of "de-AT" or "de_AT" the language alone counts. */

static const web_words_t *
web_words_find(const char *tag, size_t len)
{
    unsigned            i;
    const web_words_t  *words;

    if (len < 2 || (len > 2 && tag[2] != '-' && tag[2] != '_')) {
        return NULL;
    }

    for (i = 0; (words = web_words_at(i)) != NULL; i++) {
        if (strncasecmp(tag, words->locale, 2) == 0) {
            return words;
        }
    }

    return NULL;
}


/* ";q=0.8" in thousandths; none is 1, one that is not valid is 0. */

static int
web_words_weight(const char *text, size_t len)
{
    int          weight, place;
    const char  *end;

    end = text + len;

    while (text < end && strchr("; \t", *text) != NULL) {
        text++;
    }

    if (text == end) {
        return WEB_WORDS_BEST;
    }

    if (end - text < 3 || (*text != 'q' && *text != 'Q') || text[1] != '='
        || (text[2] != '0' && text[2] != '1'))
    {
        return 0;
    }

    weight = (text[2] - '0') * WEB_WORDS_BEST;
    text += 3;

    if (text < end && *text == '.') {
        text++;
    }

    for (place = WEB_WORDS_BEST / 10; place > 0 && text < end
         && *text >= '0' && *text <= '9'; place /= 10)
    {
        weight += (*text++ - '0') * place;
    }

    return weight < WEB_WORDS_BEST ? weight : WEB_WORDS_BEST;
}
