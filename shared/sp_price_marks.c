/*
 * Copyright (C) SitePreserver developers
 *
 * How currencies are written.
 */

#include "sp_price.h"


static const char *price_mark_code(const sp_str_t *mark);


/* ISO 4217, without funds, metals and codes for tests. */

static const char  price_codes[] =
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND "
    "BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLF CLP CNY COP CRC CUP CVE CZK "
    "DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD "
    "HKD HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF "
    "KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP "
    "MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP "
    "PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS "
    "SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD "
    "UYU UZS VED VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWL ";


static const struct {
    const char  *mark;
    const char  *codes;
} price_marks[] = {
    { "\xe2\x82\xac", "EUR" },
    { "$", "USD CAD AUD NZD SGD HKD TWD MXN ARS CLP COP UYU DOP BND FJD JMD "
           "TTD BBD BSD BZD XCD LRD NAD GYD SRD SBD KYD BMD NIO CVE" },
    { "\xc2\xa3", "GBP EGP FKP GIP SHP LBP SDG SSP SYP" },
    { "\xc2\xa5", "JPY CNY" },
    { "\xef\xbf\xa5", "JPY CNY" },
    { "kr", "SEK NOK DKK ISK" },
    { "Kr", "SEK NOK DKK ISK" },
    { "K\xc4\x8d", "CZK" },
    { "z\xc5\x82", "PLN" },
    { "Ft", "HUF" },
    { "lei", "RON MDL" },
    { "Lei", "RON MDL" },
    { "\xd0\xbb\xd0\xb2", "BGN" },
    { "\xd0\xb4\xd0\xb8\xd0\xbd", "RSD" },
    { "Fr", "CHF XPF" },
    { "SFr", "CHF" },
    { "US$", "USD" },
    { "U$S", "USD" },
    { "CA$", "CAD" },
    { "C$", "CAD NIO" },
    { "AU$", "AUD" },
    { "A$", "AUD" },
    { "NZ$", "NZD" },
    { "S$", "SGD" },
    { "HK$", "HKD" },
    { "NT$", "TWD" },
    { "MX$", "MXN" },
    { "R$", "BRL" },
    { "\xe5\x86\x86", "JPY" },
    { "\xe5\x85\x83", "CNY TWD HKD MOP" },
    { "CN\xc2\xa5", "CNY" },
    { "RMB", "CNY" },
    { "\xe2\x82\xa9", "KRW KPW" },
    { "\xec\x9b\x90", "KRW" },
    { "\xe2\x82\xb9", "INR" },
    { "Rs", "INR PKR LKR NPR MUR SCR" },
    { "\xe2\x82\xbd", "RUB" },
    { "\xd1\x80\xd1\x83\xd0\xb1", "RUB BYN" },
    { "\xe2\x82\xb4", "UAH" },
    { "\xd0\xb3\xd1\x80\xd0\xbd", "UAH" },
    { "\xe2\x82\xba", "TRY" },
    { "TL", "TRY" },
    { "\xe2\x82\xaa", "ILS" },
    { "\xe0\xb8\xbf", "THB" },
    { "\xe2\x82\xab", "VND" },
    { "\xc4\x91", "VND" },
    { "\xe2\x82\xb1", "PHP" },
    { "RM", "MYR" },
    { "Rp", "IDR" },
    { "R", "ZAR" },
    { "\xe2\x82\xa6", "NGN" },
    { "KSh", "KES" },
    { "KD", "KWD" },
    { "BD", "BHD" },
    { "JD", "JOD" },
    { "DT", "TND" },
    { "\xe2\x82\xb8", "KZT" },
    { "\xe2\x82\xbe", "GEL" },
    { "\xe2\x82\xa1", "CRC" },
    { "\xe2\x82\xb2", "PYG" },
    { NULL, NULL }
};


const char *
sp_price_mark(const sp_str_t *mark, size_t *len)
{
    unsigned     i;
    const char  *code;

    for (i = 0; price_marks[i].mark != NULL; i++) {

        if (strlen(price_marks[i].mark) == mark->len
            && memcmp(price_marks[i].mark, mark->data, mark->len) == 0)
        {
            *len = strlen(price_marks[i].codes);
            return price_marks[i].codes;
        }
    }

    code = price_mark_code(mark);
    *len = 3;

    return code;
}


/* Three capitals are often another word: "TTC", "VAT", "BTW". */

static const char *
price_mark_code(const sp_str_t *mark)
{
    const char  *code;

    if (mark->len != 3) {
        return NULL;
    }

    for (code = price_codes; *code != '\0'; code += 4) {
        if (memcmp(code, mark->data, 3) == 0) {
            return code;
        }
    }

    return NULL;
}
