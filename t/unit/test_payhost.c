/*
 * Copyright (C) SitePreserver developers
 *
 * Payment providers by their hosts, and orders that are paid there.
 */

#include "observe_lab.h"

#include "sp_payhost.h"


static int
at(const char *url)
{
    sp_str_t  text;

    text.data = url;
    text.len = strlen(url);

    return sp_payhost(&text);
}


/* Sorted, in lower case, each once, and none of them below another. */

static void
the_list(void **unused)
{
    char         url[300];
    unsigned     i, n;
    const char  *name, *other;

    for (n = 0; (name = sp_payhost_name(n)) != NULL; n++) {
        assert_true(n == 0 || strcmp(sp_payhost_name(n - 1), name) < 0);
        assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789.-"),
                         strlen(name));
        assert_non_null(strchr(name, '.'));

        sprintf(url, "https://%s/", name);
        assert_true(at(url));
        sprintf(url, "https://secure.test.%s:8443/pay?a=b", name);
        assert_true(at(url));
        sprintf(url, "https://x%s/", name);
        assert_false(at(url));
        sprintf(url, "https://%s.example/", name);
        assert_false(at(url));

        for (i = 0; (other = sp_payhost_name(i)) != NULL; i++) {
            if (i != n && strlen(other) < strlen(name)) {
                other = strstr(name, other);
                assert_true(other == NULL
                            || strcmp(other, sp_payhost_name(i)) != 0
                            || other[-1] != '.');
            }
        }
    }

    assert_true(n > 150);
}


static void
hosts(void **unused)
{
    unsigned  i;

    static const char *const  pay[] = {
        "https://www.paypal.com/checkoutnow?token=EC-1",
        "https://www.sandbox.paypal.com/cgi-bin/webscr?cmd=_express-checkout",
        "https://checkout.stripe.com/c/pay/cs_test_a1#f",
        "https://hooks.stripe.com/redirect/authenticate/src_1",
        "https://pay.playground.klarna.com/eu/hpp/payments/1",
        "https://www.mollie.com/checkout/select-method/1",
        "https://checkoutshopper-test.adyen.com/checkoutshopper/",
        "https://www.sofort.com/payment/go/1",
        "https://secure-test.worldpay.com/jsp/shopper/",
        "https://test.authorize.net/payment/payment",
        "https://payments.amazon.de/checkout/processing",
        "https://portal.sandbox.afterpay.com/", "https://www.clearpay.co.uk/",
        "https://sandbox.affirm.com/", "https://api.razorpay.com/v1/",
        "https://secure.payu.com/pay/?orderId=1", "https://ideal.nl",
        "https://sandbox.przelewy24.pl/trnRequest/1",
        "https://pay.sandbox.checkout.com/page/1",
        "https://test.sagepay.com/gateway/", "https://www.2checkout.com/",
        "https://test.saferpay.com/vt2/api/",
        "https://pay.sandbox.datatrans.com/v1/start/1",
        "https://secure.pay1.de/3ds/", "https://payment.unzer.com/v1/",
        "https://www.computop-paygate.com/payssl.aspx",
        "https://sis-t.redsys.es:25443/sis/realizarPago",
        "https://testsecureacceptance.cybersource.com/pay",
        "https://intl.alipay.com/", "https://pay.weixin.qq.com/",
        "https://www.mercadopago.com.ar/checkout/v1/", "https://squareup.com",
        "HTTPS://WWW.PayPal.COM", "//www.paypal.com/x", "http://paypal.com:80",
        "https://user:pass@paypal.com/", "https://paypal.com./x",
        "https://paypal.com?x", "https://paypal.com#x"
    };

    static const char *const  shop[] = {
        "", "/", "/thanks", "//", "https://", "http:///paypal.com",
        "paypal.com", "/paypal.com", "ftp://paypal.com", "https:paypal.com",
        "https://shop.example/paypal.com", "https://shop.example?paypal.com",
        "https://shop.example#@paypal.com", "https://paypal.com@shop.example",
        "https://shop.example\\@paypal.com", "https://com", "https://.",
        "https://notpaypal.com", "https://paypal.com.shop.example",
        "https://paypal.co", "https://amazon.de/", "https://.:/", "https://..."
    };

    for (i = 0; i < sizeof(pay) / sizeof(pay[0]); i++) {
        if (!at(pay[i])) {
            fail_msg("%s is none", pay[i]);
        }
    }

    for (i = 0; i < sizeof(shop) / sizeof(shop[0]); i++) {
        if (at(shop[i])) {
            fail_msg("%s is one", shop[i]);
        }
    }

    /* bytes that no host has, and too many of them */

    {
        char            text[400];
        const sp_str_t  nul = { 19, "https://paypal.com\0" };
        const sp_str_t  more = { 24, "https://paypal.com\0.evil/" };
        sp_str_t        url;

        assert_false(sp_payhost(&nul));
        assert_false(sp_payhost(&more));

        memset(text, 'a', sizeof(text));
        memcpy(text, "https://", 8);
        memcpy(text + sizeof(text) - 11, ".paypal.com", 11);
        url.data = text;
        url.len = sizeof(text);
        assert_false(sp_payhost(&url));
        memcpy(text + 150, "https://", 8);
        url.data = text + 150;
        url.len = sizeof(text) - 150;
        assert_true(sp_payhost(&url));
    }
}


#define PAYPAL  .response = { { "location", "https://www.paypal.com/x" } }
#define OWN     .response = { { "location", "https://shop.example/thanks" } }


/* A redirect there leaves the order open, whichever rule is met. */

static void
redirects(void **unused)
{
    rules("sitepreserver_event purchase POST = /x {"
          " email form:e; order_id form:o; }"
          "sitepreserver_event add_payment_info PUT = /x {"
          " email form:e; checkout; }"
          "sitepreserver_event view_cart PATCH = /x { email form:e; }"
          "sitepreserver_event purchase DELETE = /x { status 302 400; }");

    PLAY(.body = "e=ada@example.com&o=7", .status = 302, PAYPAL);
    assert_int_equal(lab.out->kinds, SP_ORDER_PENDING);
    is(lab.out->email, "ada@example.com");
    assert_int_equal(lab.out->email_kinds, SP_PURCHASE);

    PLAY(.body = "e=ada@example.com", .status = 302, OWN);
    assert_int_equal(lab.out->kinds, SP_PURCHASE);

    PLAY(.body = "e=ada@example.com", .status = 302);
    assert_int_equal(lab.out->kinds, SP_PURCHASE);

    /* it is one only with a status that redirects */

    PLAY(.body = "e=ada@example.com", .status = 201, PAYPAL);
    assert_int_equal(lab.out->kinds, SP_PURCHASE);
    PLAY(.method = "DELETE", .status = 400, PAYPAL);
    assert_int_equal(lab.out->kinds, SP_PURCHASE);
    PLAY(.method = "DELETE", .status = 302, PAYPAL);
    assert_int_equal(lab.out->kinds, SP_ORDER_PENDING);

    /* a step of the checkout is one as well */

    PLAY(.method = "PUT", .body = "e=ada@example.com", .status = 303, PAYPAL);
    assert_int_equal(lab.out->kinds, SP_ADD_PAYMENT_INFO | SP_ORDER_PENDING);
    is(lab.out->email, "ada@example.com");
    assert_true(lab.out->checkout);
    PLAY(.method = "PUT", .body = "e=ada@example.com", .status = 303, OWN);
    assert_int_equal(lab.out->kinds, SP_ADD_PAYMENT_INFO);

    /* other rules are not about orders */

    PLAY(.method = "PATCH", .status = 302, PAYPAL);
    assert_int_equal(lab.out->kinds, SP_VIEW_CART);

    /* the client left: nobody knows where to */

    PLAY(.body = "e=ada@example.com", .status = 499, PAYPAL);
    assert_int_equal(lab.out->kinds, SP_ORDER_PENDING);
    is(lab.out->email, "");
}


static void
conditions(void **unused)
{
    sp_error_t  err;

    rules("sitepreserver_event order_pending POST = /x {"
          " if response.json:redirect or response.json:payment.url"
          "  payment_host; email form:e; }");

    PLAY(.body = "e=ada@example.com",
         .answer = "{\"redirect\":\"https://checkout.stripe.com/c/pay/1\"}");
    assert_int_equal(lab.out->kinds, SP_ORDER_PENDING);
    is(lab.out->email, "ada@example.com");

    PLAY(.body = "a=1", .answer = "{\"redirect\":\"\",\"payment\":"
         "{\"url\":\"https:\\/\\/www.paypal.com\\/x\"}}");
    assert_int_equal(lab.out->kinds, SP_ORDER_PENDING);

    PLAY(.body = "a=1", .answer = "{\"redirect\":\"https://shop.example/\"}");
    assert_int_equal(lab.rc, SP_DONE);
    PLAY(.body = "a=1", .answer = "{\"redirect\":null}");
    assert_int_equal(lab.rc, SP_DONE);
    PLAY(.body = "a=1", .answer = "{}");
    assert_int_equal(lab.rc, SP_DONE);

    assert_null(conf_rules(sp_arena_pool(lab.arena),
        "sitepreserver_event order_pending POST = /x {"
        " if response.json:redirect payment_host x; }", &err));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(the_list),
        cmocka_unit_test(hosts),
        cmocka_unit_test_setup_teardown(redirects, setup, teardown),
        cmocka_unit_test_setup_teardown(conditions, setup, teardown)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
