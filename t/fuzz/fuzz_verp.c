/*
 * Copyright (C) SitePreserver developers
 *
 * Runs: 100000
 *
 * The token of a return path.  The input: 30 bytes that a token says, and a
 * text that may be one.
 */

#include "fuzz.h"
#include "fuzz_secret.h"
#include "sp_secret_int.h"


#define SAID  (SP_ID_SIZE + 8)


/* What is read is what was made, whatever the case of its letters. */

static void
there_and_back(const sp_str_t *shop, const uint8_t *said)
{
    size_t        i;
    char          token[SP_VERP_LEN + 1];
    sp_str_t      text, other;
    sp_verp_t     verp, back;
    static const char  name[] = "other";

    memset(&verp, 0, sizeof(verp));
    memset(&back, 0, sizeof(back));
    sp_base64url_encode(verp.shopper.text, said, SP_ID_SIZE);
    memcpy(&verp.rescue, said + SP_ID_SIZE, 4);
    memcpy(&verp.step, said + SP_ID_SIZE + 4, 4);

    must(sp_verp_make(fuzz_secret(), shop, &verp, token) == SP_OK);
    must(strlen(token) == SP_VERP_LEN);

    text.data = token;
    text.len = SP_VERP_LEN;

    for (i = 0; i < SP_VERP_LEN; i++) {
        if (token[i] >= 'a' && (said[i % SAID] & 1)) {
            token[i] = (char) (token[i] - 0x20);
        }
    }

    must(sp_verp_read(fuzz_secret(), shop, &text, &back) == SP_OK);
    must(memcmp(&verp, &back, sizeof(verp)) == 0);

    other.data = name;
    other.len = sizeof(name) - 1;
    must(sp_verp_read(fuzz_secret(), &other, &text, &back) != SP_OK);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char         token[SP_VERP_LEN + 1];
    size_t       i;
    sp_str_t     shop, text;
    sp_verp_t    verp;
    static const char  name[] = "demo";

    shop.data = name;
    shop.len = sizeof(name) - 1;

    if (size >= SAID) {
        there_and_back(&shop, data);
        data += SAID;
        size -= SAID;
    }

    text.data = (const char *) data;
    text.len = size;

    if (sp_verp_read(fuzz_secret(), &shop, &text, &verp) != SP_OK) {
        return 0;
    }

    /* it must be one that was made */

    must(size == SP_VERP_LEN);
    must(sp_verp_make(fuzz_secret(), &shop, &verp, token) == SP_OK);

    for (i = 0; i < SP_VERP_LEN; i++) {
        must((token[i] | 0x20) == (text.data[i] | 0x20));
    }

    return 0;
}
