/*
 * Copyright (C) SitePreserver developers
 *
 * The rules.  docs/lint.md says more of each; a test compares them.
 */

#include "lint_int.h"


static const lint_rule_t  lint_rules[] = {

    /* ---- the template ---- */

    { "template", LINT_ERROR, "The files are there and are right templates.",
      "A creative that cannot be read cannot be sent." },
    { "render", LINT_ERROR, "The message can be made for every hard cart.",
      "A cart that cannot be rendered is a customer who gets no message." },
    { "html-broken", LINT_ERROR, "What is rendered is well-formed HTML.",
      "Every mail program repairs broken HTML in its own way." },
    { "tag-unknown", LINT_ERROR, "Every tag is one of docs/creatives.md.",
      "A tag that does not exist is an empty place in every message." },
    { "tag-empty", LINT_WARNING, "A tag has a value in every hard cart, or "
      "stands in a section that leaves it out.",
      "\"Hello ,\" and \"Total:\" tell that a machine wrote." },
    { "tag-unseen", LINT_INFO, "Every section is shown by some hard cart.",
      "What no cart shows was not looked at by any rule." },

    /* ---- the purpose ---- */

    { "purpose-subject", LINT_WARNING, "The subject says that it is about "
      "the cart.",
      "Whoever does not see why to open a message does not." },
    { "purpose-screen", LINT_WARNING, "The first 300 characters say that it "
      "is about the cart.",
      "The first screen decides whether somebody reads on." },
    { "subject-length", LINT_WARNING, "The subject has 1 to 60 characters.",
      "Phones show 35 to 60; the rest is cut." },
    { "subject-caps", LINT_WARNING, "The subject is not in capitals.",
      "Spam filters count it, and people take it for shouting." },
    { "subject-marks", LINT_WARNING, "The subject has at most one "
      "exclamation mark.",
      "Spam filters count them." },
    { "subject-reply", LINT_ERROR, "The subject does not pretend to be an "
      "answer (\"Re:\", \"Fwd:\").",
      "It deceives, and CAN-SPAM forbids deceptive subjects." },
    { "preheader", LINT_WARNING, "There is a preheader, and it is not the "
      "subject again.",
      "Inboxes show it beside the subject; without one they show whatever "
      "comes first." },

    /* ---- the call to action ---- */

    { "cta-missing", LINT_ERROR, "There is a call to action.",
      "Without one nobody comes back to the cart." },
    { "cta-one", LINT_ERROR, "There is exactly one primary call to action.",
      "Two buttons compete, and the choice costs clicks." },
    { "cta-label", LINT_ERROR, "Its label is text of 2 to 40 characters in "
      "at least 14 px.",
      "A label in a picture is not there until pictures are loaded." },
    { "cta-space", LINT_ERROR, "It stands in its own space: no text, picture "
      "or link in its block or beside it.",
      "What is beside a button is hit instead of it." },
    { "cta-size", LINT_ERROR, "It is at least 44 x 44 px.",
      "A thumb needs that (WCAG 2.5.5)." },
    { "cta-contrast", LINT_ERROR, "Its label has a contrast of at least "
      "4.5:1.",
      "Who cannot read the button does not press it (WCAG 1.4.3)." },
    { "cta-contrast-dark", LINT_ERROR, "The same in dark mode.",
      "Many read in dark mode, most of them on phones." },
    { "landing", LINT_ERROR, "It leads to the landing page, {{cart_link}}.",
      "Anything but the cart loses the scent of the message." },

    /* ---- reading ---- */

    { "contrast", LINT_WARNING, "Text has a contrast of at least 4.5:1, large "
      "text of 3:1.",
      "Fainter text is not read (WCAG 1.4.3)." },
    { "contrast-dark", LINT_WARNING, "The same in dark mode.",
      "Colours that are set for one mode often vanish in the other." },
    { "font-size", LINT_WARNING, "Text is at least 12 px high.",
      "Smaller text is not read on a phone, and some enlarge it so that the "
      "layout breaks." },
    { "width", LINT_WARNING, "Nothing is wider than 320 px on a phone.",
      "Whoever has to scroll sideways leaves." },
    { "viewport", LINT_WARNING, "There is a viewport meta element.",
      "Without it phones show the page shrunk." },
    { "lang", LINT_WARNING, "The html element says its language.",
      "Screen readers pronounce by it." },

    /* ---- links ---- */

    { "ga-tags", LINT_WARNING, "Links to the shop's own hosts have utm_ "
      "parameters and a click token.",
      "A visit that is not tagged is not seen in analytics, nor as "
      "recovered." },
    { "link-away", LINT_WARNING, "No link leads to other hosts.",
      "Each is a way not to come back to the cart." },
    { "link-empty", LINT_ERROR, "Every link leads somewhere.",
      "A link that does nothing looks broken." },
    { "link-relative", LINT_ERROR, "Links are absolute.",
      "A mail has no page that they could be relative to." },
    { "link-http", LINT_WARNING, "Links and pictures are https.",
      "Browsers warn of http, and filters count it." },
    { "link-text", LINT_ERROR, "A link whose text is an address leads to that "
      "address.",
      "Phishing does otherwise, and filters look for it." },

    /* ---- pictures ---- */

    { "image-alt", LINT_ERROR, "Every picture has an alt text; one in a link "
      "has one that is not empty.",
      "Many see a message without its pictures first, some always." },
    { "image-size", LINT_WARNING, "Every picture has a width or a height.",
      "Outlook shows it in its natural size, and the text jumps while it is "
      "loaded." },
    { "image-src", LINT_ERROR, "Every picture has an absolute URL.",
      "Gmail shows no data: URLs, and a relative one is nowhere." },
    { "image-weight", LINT_WARNING, "All pictures together have at most "
      "500 KB.",
      "On a phone they are there after the shopper has left." },
    { "image-only", LINT_ERROR, "There are at least 100 characters of text.",
      "A message that is one picture is empty for many, and spam for "
      "filters." },
    { "image-ratio", LINT_WARNING, "There are at least 2 bytes of text to "
      "1,000 pixels of pictures.",
      "SpamAssassin counts less (HTML_IMAGE_RATIO_02)." },

    /* ---- weight ---- */

    { "weight", LINT_WARNING, "The HTML has at most 90 KB with every cart.",
      "It has to stay clear of 102 KB, where Gmail cuts." },
    { "weight-clip", LINT_ERROR, "The HTML has at most 102 KB with every "
      "cart.",
      "Gmail cuts it there and shows \"View entire message\"." },
    { "weight-bundled", LINT_WARNING, "A bundled creative has at most 30 KB.",
      "It is to be quick on a slow phone." },
    { "clip-unsubscribe", LINT_ERROR, "The unsubscribe link comes before "
      "102 KB.",
      "Who cannot find it reports spam." },

    /* ---- what must be there ---- */

    { "unsubscribe", LINT_ERROR, "HTML and text have {{unsubscribe_link}}, "
      "and it can be seen.",
      "The law wants it, and whoever does not find it reports spam." },
    { "address", LINT_ERROR, "HTML and text have the postal address, "
      "{{shop.address}}.",
      "CAN-SPAM and CASL want it." },
    { "text-part", LINT_ERROR, "The text part has at least 100 characters, "
      "{{cart_link}} and no HTML.",
      "Some read only it, and filters compare it with the HTML." },

    /* ---- what filters look for ---- */

    { "hidden-text", LINT_WARNING, "No text is hidden but the preheader.",
      "Filters take it for an attempt to deceive them." },
    { "caps", LINT_WARNING, "At most 3 words in 10 are in capitals.",
      "Filters count it, and it is hard to read." },
    { "marks", LINT_WARNING, "There are at most 3 exclamation marks, and no "
      "two together.",
      "Filters count them, and nobody is moved by them." },

    /* ---- what mail programs drop ---- */

    { "script", LINT_ERROR, "There is no script.",
      "No mail program runs it, and filters refuse it." },
    { "form", LINT_ERROR, "There is no form.",
      "Most mail programs drop it, and filters take it for phishing." },
    { "external-css", LINT_ERROR, "There is no style sheet elsewhere.",
      "Mail programs do not load it." },
    { "embed", LINT_ERROR, "There is no frame, object, video, audio, canvas "
      "or SVG.",
      "Most mail programs drop them." },
};

#define LINT_RULES  (sizeof(lint_rules) / sizeof(lint_rules[0]))


size_t
lint_rules_count(void)
{
    return LINT_RULES;
}


const lint_rule_t *
lint_rule_at(size_t i)
{
    return &lint_rules[i];
}


const lint_rule_t *
lint_rule(const char *id)
{
    size_t  i;

    for (i = 0; i < LINT_RULES; i++) {
        if (strcmp(lint_rules[i].id, id) == 0) {
            return &lint_rules[i];
        }
    }

    return NULL;
}
