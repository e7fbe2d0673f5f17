/*
 * Copyright (C) SitePreserver developers
 *
 * Consent that is told, and withdrawals that are to be kept.
 */

#include "sp_call_int.h"


/* By number; in records and calls "not_me" is 0, and only of withdrawals. */

static const char *const  sp_consented_words[] = {
    NULL, "login", "sign_up", "checkout", "newsletter", "identify", "import",
    "operator", "not_me"
};


sp_rc_t
sp_call_consent(sp_call_t *call, const sp_pool_t *pool, const sp_str_t *shop,
    const sp_id_t *shopper, sp_consent_t consent, sp_consented_t how,
    int64_t at, int64_t remember)
{
    sp_rc_t  rc;

    rc = sp_call_start(call, pool, consent == SP_CONSENT_GIVEN
                                   ? "sp1_consent" : "sp1_withdraw",
                       shop, "p:", shopper->text, strlen(shopper->text));

    if (rc == SP_OK) {
        rc = sp_call_number(call, pool, how & 7);
    }

    if (rc == SP_OK && at >= 0) {
        rc = sp_call_number(call, pool, at);

    } else if (rc == SP_OK) {
        sp_call_arg(call, "", 0);
    }

    return rc == SP_OK ? sp_call_number(call, pool, remember) : rc;
}


sp_rc_t
sp_call_withdrawn(sp_call_t *call, const sp_pool_t *pool,
    const sp_str_t *shop, const sp_withdrawal_t *noted, unsigned n)
{
    sp_rc_t    rc;
    unsigned   i;
    sp_text_t  text;

    rc = sp_call_start(call, pool, "sp1_withdrawn", shop, "withdrawn", NULL,
                       0);

    if (rc != SP_OK) {
        return rc;
    }

    sp_text_start(&text, pool, 256);

    for (i = 0; i < n; i++) {
        sp_text_add(&text, noted[i].shopper.text,
                    strlen(noted[i].shopper.text));
        sp_text_char(&text, ' ');
        sp_text_number(&text, noted[i].how & 7);
        sp_text_char(&text, ' ');
        sp_text_number(&text, noted[i].at);
        sp_text_char(&text, ';');
    }

    if (text.failed) {
        return SP_NOMEM;
    }

    sp_call_arg(call, text.data, text.len);

    return SP_OK;
}


sp_rc_t
sp_withdrawn_read(sp_withdrawal_t *list, unsigned *n, const sp_str_t *items,
    size_t nitems)
{
    size_t            i;
    int64_t           how;
    sp_str_t          member, part, at;
    sp_withdrawal_t  *one;

    *n = 0;

    if (nitems % 2 != 0 || nitems > 2 * SP_WITHDRAWN_MAX) {
        return SP_INVALID;
    }

    for (i = 0; i < nitems; i += 2) {
        one = &list[i / 2];
        member = items[i];
        at = items[i + 1];
        sp_cut(&member, ' ', &part);

        if (part.len != SP_ID_LEN || !sp_number(&member, '\0', &how)
            || how >= SP_CONSENTED_NOT_ME || !sp_number(&at, '\0', &one->at))
        {
            return SP_INVALID;
        }

        memcpy(one->shopper.text, part.data, SP_ID_LEN);
        one->shopper.text[SP_ID_LEN] = '\0';
        one->how = how == 0 ? SP_CONSENTED_NOT_ME : (sp_consented_t) how;
    }

    *n = (unsigned) (nitems / 2);

    return SP_OK;
}


const char *
sp_consented_word(sp_consented_t how)
{
    return how <= SP_CONSENTED_NOT_ME ? sp_consented_words[how] : NULL;
}


sp_consented_t
sp_consented_read(const char *word)
{
    unsigned  i;

    for (i = SP_CONSENTED_LOGIN; i <= SP_CONSENTED_NOT_ME; i++) {
        if (strcmp(sp_consented_words[i], word) == 0) {
            return (sp_consented_t) i;
        }
    }

    return SP_CONSENTED_NOT;
}
