/*
 * Copyright (C) SitePreserver developers
 *
 * What a request proves: tokens, wishes, signatures; and the page's escaping.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "web.h"
#include "web_page.h"
#include "web_words.h"


static sp_str_t str(const char *text);
static void test_token(void **state);
static void test_one_click(void **state);
static void test_signature(void **state);
static void test_page(void **state);
static void test_chose(void **state);
static void test_words(void **state);
static void test_words_whole(void **state);


static sp_str_t
str(const char *text)
{
    sp_str_t  s;

    s.data = text;
    s.len = strlen(text);

    return s;
}


static void
test_token(void **state)
{
    int             i;
    char            text[SP_TOKEN_MAX], key[1024];
    config_t        conf;
    sp_str_t        secret;
    sp_error_t      err;
    sp_token_t      token, read;
    config_shop_t   shops[2];

    assert_int_equal(sp_secret_generate(key, sizeof(key)), SP_OK);
    secret = str(key);
    memset(&conf, 0, sizeof(conf));
    memset(shops, 0, sizeof(shops));
    conf.secret = sp_secret_parse(&secret, &err);
    assert_non_null(conf.secret);
    conf.shops = shops;
    conf.nshops = 2;
    shops[0].id = str("one");
    shops[1].id = str("two");

    memset(&token, 0, sizeof(token));
    strcpy(token.shopper.text, "PXC5Rg0wphdpgXorYwl7SQ");
    token.rescue = 3;
    token.step = 9;
    token.kind = SP_TOKEN_UNSUBSCRIBE;

    for (i = 0; i < 2; i++) {
        assert_int_equal(sp_token_make(conf.secret, &shops[i].id, &token,
                                       text), SP_OK);
        assert_ptr_equal(web_token(&conf, text, SP_TOKEN_UNSUBSCRIBE, &read),
                         &shops[i]);
        assert_null(web_token(&conf, text, SP_TOKEN_NOT_ME, &read));
        assert_string_equal(read.shopper.text, token.shopper.text);
        text[5] ^= 1;
        assert_null(web_token(&conf, text, SP_TOKEN_UNSUBSCRIBE, &read));
    }

    token.kind = SP_TOKEN_CLICK;
    assert_int_equal(sp_token_make(conf.secret, &shops[0].id, &token, text),
                     SP_OK);
    assert_null(web_token(&conf, text, SP_TOKEN_UNSUBSCRIBE, &read));
    assert_null(web_token(&conf, text, SP_TOKEN_NOT_ME, &read));

    token.kind = SP_TOKEN_NOT_ME;
    assert_int_equal(sp_token_make(conf.secret, &shops[1].id, &token, text),
                     SP_OK);
    assert_ptr_equal(web_token(&conf, text, SP_TOKEN_NOT_ME, &read),
                     &shops[1]);
    assert_null(web_token(&conf, text, SP_TOKEN_UNSUBSCRIBE, &read));
    assert_null(web_token(&conf, "", SP_TOKEN_UNSUBSCRIBE, &read));

    memset(key, 'A', sizeof(key));
    key[sizeof(key) - 1] = '\0';
    assert_null(web_token(&conf, key, SP_TOKEN_UNSUBSCRIBE, &read));

    sp_secret_free(conf.secret);
}


static void
test_one_click(void **state)
{
    size_t    i;
    sp_str_t  body;
    static const struct {
        const char  *body;
        int          yes;
    } cases[] = {
        { "List-Unsubscribe=One-Click", 1 },
        { "list-unsubscribe=one-click", 1 },
        { "a=1&List-Unsubscribe=One-Click&b=2", 1 },
        { "unsubscribe=yes", 1 },
        { "--x\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\""
          "\r\n\r\nOne-Click\r\n--x--", 1 },
        { "", 0 },
        { "x", 0 },
        { "unsubscribe=no", 0 },
        { "List-Unsubscribe=", 0 },
        { "List-Unsubscribe=One-Clic", 0 },
        { "One-Click", 0 },
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        body = str(cases[i].body);
        assert_int_equal(web_is_one_click(&body), cases[i].yes);
    }
}


/* The values were made with openssl dgst -sha256 -hmac. */

static void
test_signature(void **state)
{
    char        bad[80];
    size_t      i;
    sp_str_t    body, other;
    const char  plain[] = "f7bc83f430538424b13298e6aa6fb143"
                          "ef4d59a14946175997479dbc2d1a3cd8";
    const char  timed[] = "e9ccad10c39c98493b6f277d60e21b65"
                          "850c2de9ff5c1e7cfbce36f6fcdb569e";

    body = str("The quick brown fox jumps over the lazy dog");
    other = str("The quick brown fox jumps over the lazy cog");

    assert_true(web_signature_ok("key", NULL, &body, plain));
    snprintf(bad, sizeof(bad), "sha256=%s", plain);
    assert_true(web_signature_ok("key", NULL, &body, bad));
    assert_false(web_signature_ok("key2", NULL, &body, plain));
    assert_false(web_signature_ok("key", NULL, &other, plain));
    assert_false(web_signature_ok("key", "1", &body, plain));
    assert_true(web_signature_ok("key", "The quick brown fox jumps over the "
                                 "lazy dog", &(sp_str_t) { 1, "!" }, timed));
    assert_false(web_signature_ok("key", NULL, &body, ""));
    assert_false(web_signature_ok("key", NULL, &body, "sha256="));

    for (i = 0; i < sizeof(plain) - 1; i++) {
        strcpy(bad, plain);
        bad[i] = bad[i] == '0' ? '1' : '0';
        assert_false(web_signature_ok("key", NULL, &body, bad));
        bad[i] = 'g';
        assert_false(web_signature_ok("key", NULL, &body, bad));
        bad[i] = '\0';
        assert_false(web_signature_ok("key", NULL, &body, bad));
    }
}


static void
test_page(void **state)
{
    buffer_t       html;
    web_page_t     page;
    config_shop_t  shop;

    memset(&page, 0, sizeof(page));
    memset(&shop, 0, sizeof(shop));
    shop.brand.name = (char *) "<script>alert(1)</script> & \"Co\"";
    shop.brand.colour = (char *) "#ffee00";
    page.shop = &shop;
    page.title = "<b>";
    page.text = "a < b";
    page.locale = "en";
    page.choices[0].name = "n\"";
    page.choices[0].value = "<v>";
    page.choices[0].label = "x\"y";
    buffer_init(&html, 65536);
    web_page(&html, &page);
    assert_false(html.failed);
    assert_null(strstr(html.data, "<script"));
    assert_null(strstr(html.data, "<b>"));
    assert_non_null(strstr(html.data, "a &lt; b"));
    assert_non_null(strstr(html.data, "name=\"n&quot;\" value=\"&lt;v&gt;\">"
                           "x&quot;y</button>"));

    /* Yellow needs a dark label. */

    assert_non_null(strstr(html.data, "--brand:#ffee00;--on:#000000"));
    buffer_free(&html);

    buffer_init(&html, 100);
    web_page(&html, &page);
    assert_true(html.failed);
    buffer_free(&html);
}


static void
test_chose(void **state)
{
    size_t    i;
    sp_str_t  body;
    static const struct {
        const char   *body;
        web_chose_t   chose;
    } cases[] = {
        { "preference=pause", WEB_CHOSE_PAUSE },
        { "preference=never", WEB_CHOSE_NEVER },
        { "", WEB_CHOSE_NOTHING },
        { "preference=", WEB_CHOSE_NOTHING },
        { "preference=paus", WEB_CHOSE_NOTHING },
        { "preference=pauses", WEB_CHOSE_NOTHING },
        { "preference=never&preference=pause", WEB_CHOSE_NOTHING },
        { "preference=always", WEB_CHOSE_NOTHING },
        { "unsubscribe=yes", WEB_CHOSE_NOTHING },
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        body = str(cases[i].body);
        assert_int_equal(web_chose(&body), cases[i].chose);
    }
}


static void
test_words(void **state)
{
    size_t  i;
    static const struct {
        const char  *accept;
        const char  *locale;
        const char  *words;
    } cases[] = {
        { NULL, NULL, "en" },
        { NULL, "de-AT", "de" },
        { NULL, "fr_CA", "fr" },
        { NULL, "ja", "en" },
        { "", "es", "es" },
        { "fr", "de", "fr" },
        { "DE-ch", NULL, "de" },
        { "ja, de;q=0.2, fr ; q=0.9", NULL, "fr" },
        { "en;q=0.5, es", NULL, "es" },
        { "de, fr", "es", "de" },
        { "de;q=0, fr;q=0.001", NULL, "fr" },
        { "de;q=0", "es", "es" },
        { "de;q=2, fr;q=x, es;q=0.1", NULL, "es" },
        { "den, fra", "es", "es" },
        { "*", "fr", "fr" },
        { ",,, ;;q, de", NULL, "de" },
        { "de;q=1.000000000000000000", NULL, "de" },
        { "ja,ja,ja,ja,ja,ja,ja,ja,ja,ja,ja,ja,ja,ja,ja,ja,ja,ja,ja,ja,ja,ja,"
          "ja,ja,ja,ja,ja,ja,ja,ja,ja,ja,de", NULL, "en" },
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_string_equal(web_words(cases[i].accept, cases[i].locale)->locale,
                            cases[i].words);
    }
}


/* Each text is there in each language, and in none it is English's. */

static void
test_words_whole(void **state)
{
    size_t                     i, j, n;
    const char *const         *texts, *const *english;
    const web_words_t         *words;

    n = sizeof(web_words_t) / sizeof(char *);
    english = (const char *const *) web_words_at(0);

    for (i = 0; (words = web_words_at((unsigned) i)) != NULL; i++) {
        texts = (const char *const *) words;

        for (j = 0; j < n; j++) {
            assert_non_null(texts[j]);
            assert_true(i == 0 || strcmp(texts[j], english[j]) != 0);
        }

        assert_non_null(strstr(words->paused_text, "%s"));
        assert_ptr_equal(strchr(words->paused_text, '%'),
                         strrchr(words->paused_text, '%'));
    }

    assert_int_equal(i, 4);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_token),
        cmocka_unit_test(test_one_click),
        cmocka_unit_test(test_signature),
        cmocka_unit_test(test_page),
        cmocka_unit_test(test_chose),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_words_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
