/*
 * Copyright (C) SitePreserver developers
 */

#include "sp_payhost.h"

#include <stdlib.h>
#include <strings.h>


#define SP_HOST_MAX  253


static size_t sp_payhost_read(const sp_str_t *url, char *host);
static int sp_payhost_compare(const void *key, const void *entry);


/*
 * Hosts to which shops send shoppers to pay, and those below them, such as of
 * tests and of countries: only names that serve nothing but that, or the part
 * of them that does.  In the order of strcmp(), none below another.
 */

static const char *const  sp_payhosts[] = {
    "2c2p.com", "2checkout.com", "3gdirectpay.com", "adyen.com",
    "adyenpayments.com", "affirm.com", "afterpay.com", "airwallex.com",
    "alipay.com", "alipaydev.com", "authorize.net", "autopay.eu",
    "axepta.bnpparibas", "bambora.com", "barion.com", "billdesk.com",
    "billmate.se", "billplz.com", "bitpay.com", "bluesnap.com",
    "braintree-api.com", "braintreegateway.com", "buckaroo.nl",
    "cardinalcommerce.com", "cashfree.com", "ccavenue.com", "checkout.com",
    "checkout.revolut.com", "clearpay.co.uk", "clearpay.com",
    "cloudpayments.ru", "coingate.com", "comgate.cz", "commerce.coinbase.com",
    "computop-paygate.com", "computop.com", "conekta.com", "convergepay.com",
    "culqi.com", "cybersource.com", "datatrans.biz", "datatrans.com",
    "dibspayment.com", "dibspayment.eu", "dotpay.pl", "e-ghl.com",
    "ebanx.com", "ecommpay.com", "elavonpaymentgateway.com", "epay.dk",
    "epay.eu", "eu.apmoperations.com", "euplatesc.ro", "every-pay.com",
    "every-pay.eu", "eway.com.au", "ewaypayments.com", "fastspring.com",
    "flow.cl", "flutterwave.com", "fondy.eu", "getalma.eu", "giropay.de",
    "girosolution.de", "globaliris.com", "gocardless.com", "gopay.com",
    "gpwebpay.com", "heidelpay.com", "helcim.com", "hipay-tpp.com",
    "hipay.com", "icepay.com", "ideal.nl", "instamojo.com", "ipay88.com",
    "ipay88.com.my", "ipg-online.com", "iyzico.com", "iyzipay.com",
    "khipu.com", "klarna.com", "klarna.net", "klix.app", "laybuy.com",
    "liqpay.ua", "maksekeskus.ee", "mercadopago.cl", "mercadopago.com",
    "mercadopago.com.ar", "mercadopago.com.br", "mercadopago.com.co",
    "mercadopago.com.mx", "mercadopago.com.pe", "mercadopago.com.uy",
    "midtrans.com", "mobilepay.dk", "mobilepay.fi", "mobilpay.ro",
    "mollie.com", "mollie.nl", "moneris.com", "monetico-services.com",
    "montonio.com", "multisafepay.com", "myfatoorah.com", "neteller.com",
    "netopia-payments.com", "nets.eu", "nexi.it", "nexigroup.com",
    "nuvei.com", "ogone.com", "omise.co", "opayo.co.uk", "opayo.eu",
    "opennode.com", "openpay.mx", "oppwa.com", "paddle.com", "pagar.me",
    "pagseguro.com.br", "pagseguro.uol.com.br", "paiementexpress.com",
    "pay.amazon.co.jp", "pay.amazon.co.uk", "pay.amazon.com", "pay.amazon.de",
    "pay.amazon.es", "pay.amazon.fr", "pay.amazon.it", "pay.google.com",
    "pay.nl", "pay.sumup.com", "pay.weixin.qq.com", "pay1.de", "paybox.com",
    "paybright.com", "paydirekt.de", "payengine.de", "payfast.co.za",
    "payfast.io", "paymentexpress.com", "payments-eu.amazon.com",
    "payments.amazon.co.jp", "payments.amazon.co.uk", "payments.amazon.com",
    "payments.amazon.de", "payments.amazon.es", "payments.amazon.fr",
    "payments.amazon.it", "payone.com", "paypal.cn", "paypal.com",
    "payplug.com", "paysafe.com", "paysafecard.com", "paysera.com",
    "paystack.com", "paytabs.com", "paytabs.sa", "paytm.in", "paytrail.com",
    "payu.com", "payu.in", "payulatam.com", "payway.com.au", "payzen.eu",
    "peachpayments.com", "phonepe.com", "pin.net.au", "pinpayments.com",
    "placetopay.com", "postfinance.ch", "przelewy24.pl", "quadpay.com",
    "quickpay.net", "rapyd.net", "razorpay.com", "realexpayments.com",
    "redsys.es", "robokassa.ru", "safecharge.com", "saferpay.com",
    "sagepay.co.uk", "sagepay.com", "scalapay.com", "securepay.com.au",
    "sequra.com", "sequrapi.com", "sezzle.com", "shift4.com", "simplepay.hu",
    "sips-atos.com", "sips-services.com", "six-payment-services.com",
    "skrill.com", "sofort.com", "square.link", "squareup.com",
    "squareupsandbox.com", "stripe.com", "stripe.network", "swedbankpay.com",
    "tap.company", "tenpay.com", "tpay.com", "transbank.cl", "truelayer.com",
    "trustly.com", "twint.ch", "twocheckout.com", "unzer.com", "usaepay.com",
    "v-psp.com", "verifone.cloud", "vipps.no", "vivapayments.com",
    "wayforpay.com", "wero-wallet.eu", "windcave.com", "wompi.co", "wompi.sv",
    "worldline-solutions.com", "worldpay.com", "xendit.co", "yookassa.ru",
    "yoomoney.ru", "younitedpay.com", "zip.co"
};


#define SP_PAYHOSTS  (sizeof(sp_payhosts) / sizeof(sp_payhosts[0]))


int
sp_payhost(const sp_str_t *url)
{
    char         host[SP_HOST_MAX + 1];
    const char  *p;

    if (sp_payhost_read(url, host) == 0) {
        return 0;
    }

    for (p = host; ; p++) {

        if (bsearch(p, sp_payhosts, SP_PAYHOSTS, sizeof(sp_payhosts[0]),
                    sp_payhost_compare)
            != NULL)
        {
            return 1;
        }

        p = strchr(p, '.');

        if (p == NULL) {
            return 0;
        }
    }
}


/* The host in lower case, 0: there is none. */

static size_t
sp_payhost_read(const sp_str_t *url, char *host)
{
    size_t       i, len;
    const char  *p, *at, *last;

    p = url->data;
    last = p + url->len;

    if (url->len > 8 && strncasecmp(p, "https://", 8) == 0) {
        p += 8;

    } else if (url->len > 7 && strncasecmp(p, "http://", 7) == 0) {
        p += 7;

    } else if (url->len > 2 && p[0] == '/' && p[1] == '/') {
        p += 2;

    } else {
        return 0;
    }

    for (at = p; at < last && *at != '/' && *at != '?' && *at != '#'
                 && *at != '\\'; at++)
    {
        if (*at == '@') {
            p = at + 1;
        }
    }

    last = at;
    at = memchr(p, ':', (size_t) (last - p));

    if (at != NULL) {
        last = at;
    }

    len = (size_t) (last - p);

    if (len != 0 && p[len - 1] == '.') {
        len--;
    }

    if (len > SP_HOST_MAX || memchr(p, '\0', len) != NULL) {
        return 0;
    }

    for (i = 0; i < len; i++) {
        host[i] = (p[i] >= 'A' && p[i] <= 'Z') ? (char) (p[i] | 0x20) : p[i];
    }

    host[len] = '\0';

    return len;
}


static int
sp_payhost_compare(const void *key, const void *entry)
{
    return strcmp(key, *(const char *const *) entry);
}


const char *
sp_payhost_name(unsigned n)
{
    return n < SP_PAYHOSTS ? sp_payhosts[n] : NULL;
}
