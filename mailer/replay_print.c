/*
 * Copyright (C) SitePreserver developers
 *
 * A replay for people.
 */

#include <stdio.h>
#include <stdlib.h>

#include "money.h"
#include "replay_json.h"


static const char *replay_get(json_t *object, const char *name);
static void replay_print_words(json_t *list, const char *between);
static void replay_print_lines(json_t *object);
static void replay_print_cart(json_t *cart);


void
replay_print_event(json_t *event)
{
    json_t      *rules;
    size_t       i;
    const char  *time;

    time = replay_get(event, "time");
    rules = json_object_get(event, "rules");

    printf("%s%s#%lld  ", time, *time != '\0' ? "  " : "",
           (long long) json_integer_value(json_object_get(event, "n")));
    printf("%s %s %lld\n", replay_get(event, "method"),
           replay_get(event, "uri"),
           (long long) json_integer_value(json_object_get(event, "status")));

    fputs("    ", stdout);

    if (json_array_size(json_object_get(event, "events")) == 0) {
        fputs("another session", stdout);
    }

    replay_print_words(json_object_get(event, "events"), ", ");

    if (json_object_get(event, "visit") != NULL) {
        printf(", visit %lld", (long long) json_integer_value(
                                         json_object_get(event, "visit")));
    } else {
        fputs(", left out: nobody knows whose visit it is", stdout);
    }

    if (json_object_get(event, "moved_from") != NULL) {
        printf(" (was %lld)", (long long) json_integer_value(
                                     json_object_get(event, "moved_from")));
    }

    if (json_object_get(event, "shopper") != NULL) {
        printf(", shopper %lld", (long long) json_integer_value(
                                        json_object_get(event, "shopper")));
    }

    if (json_is_true(json_object_get(event, "address"))) {
        fputs(", address captured", stdout);

    } else if (*replay_get(event, "address") != '\0') {
        printf(", address %s", replay_get(event, "address"));
    }

    printf("%s%s%s%s\n",
           json_object_get(event, "customer") != NULL ? ", customer" : "",
           json_object_get(event, "order") != NULL ? ", order id" : "",
           json_object_get(event, "cut") != NULL ? ", a body was cut" : "",
           json_object_get(event, "unreadable") != NULL
           ? ", a body could not be read" : "");

    for (i = 0; i < json_array_size(rules); i++) {
        printf("    by %s\n", json_string_value(json_array_get(rules, i)));
    }

    if (json_object_get(event, "cart") != NULL) {
        printf("    cart: %s\n", replay_get(event, "cart"));
        replay_print_lines(event);
    }
}


void
replay_print_rejected(json_t *rejected)
{
    const char  *time;

    time = replay_get(rejected, "time");

    printf("%s%s#%lld  %s %s %lld\n    matched, but no rule applied: its "
           "conditions or status do not fit\n", time,
           *time != '\0' ? "  " : "",
           (long long) json_integer_value(json_object_get(rejected, "n")),
           replay_get(rejected, "method"), replay_get(rejected, "uri"),
           (long long) json_integer_value(json_object_get(rejected,
                                                          "status")));
}


static const char *
replay_get(json_t *object, const char *name)
{
    const char  *text;

    text = json_string_value(json_object_get(object, name));

    return text != NULL ? text : "";
}


static void
replay_print_words(json_t *list, const char *between)
{
    size_t  i;

    for (i = 0; i < json_array_size(list); i++) {
        printf("%s%s", i > 0 ? between : "",
               json_string_value(json_array_get(list, i)));
    }
}


static void
replay_print_lines(json_t *object)
{
    char         price[64];
    size_t       i;
    json_t      *lines, *line, *quantity;
    const char  *currency, *sku;

    lines = json_object_get(object, "lines");
    currency = replay_get(object, "currency");

    for (i = 0; i < json_array_size(lines); i++) {
        line = json_array_get(lines, i);
        quantity = json_object_get(line, "quantity");
        sku = replay_get(line, "sku");

        if (json_is_integer(quantity)) {
            printf("      %lld x ", (long long) json_integer_value(quantity));
        } else {
            fputs("      ", stdout);
        }

        printf("%s%s%s%s%s  %s\n", replay_get(line, "id"),
               *sku != '\0' ? " " : "", sku,
               *replay_get(line, "name") != '\0' ? "  " : "",
               replay_get(line, "name"),
               replay_amount_text(json_object_get(line, "price"), currency,
                                  price));
    }

    if (json_is_integer(json_object_get(object, "total"))) {
        printf("      total %s\n",
               replay_amount_text(json_object_get(object, "total"), currency,
                                  price));
    }
}


const char *
replay_amount_text(json_t *minor, const char *currency, char text[64])
{
    int         decimals, i;
    sp_str_t    code;
    long long   amount, unit;

    text[0] = '\0';

    if (!json_is_integer(minor)) {
        return text;
    }

    code = sp_str(currency);
    amount = json_integer_value(minor);
    decimals = code.len != 0 ? money_exponent(&code) : 2;
    decimals = decimals < 0 || decimals > 4 ? 2 : decimals;

    for (unit = 1, i = 0; i < decimals; i++) {
        unit *= 10;
    }

    if (decimals == 0) {
        snprintf(text, 64, "%lld %.8s", amount, currency);

    } else {
        snprintf(text, 64, "%s%lld.%0*lld %.8s", amount < 0 ? "-" : "",
                 llabs(amount) / unit, decimals, llabs(amount) % unit,
                 currency);
    }

    return text;
}


void
replay_print_carts(json_t *carts)
{
    size_t  i;

    printf("\nCarts at the end: %zu\n", json_array_size(carts));

    for (i = 0; i < json_array_size(carts); i++) {
        replay_print_cart(json_array_get(carts, i));
    }
}


static void
replay_print_cart(json_t *cart)
{
    size_t       i;
    unsigned     k;
    json_t      *visits;
    const char  *why;

    static const char *const  words[][2] = {
        { "abandoned", "would be mailed" },
        { "ordered", "not mailed: has ordered" },
        { "empty", "not mailed: the cart is empty" },
        { "anonymous", "not mailed: nobody knows an address" },
        { "held", "not mailed yet: an order is uncertain" },
        { "no_address", "not mailed: there is no address" },
        { "active", "not mailed yet: still active" },
        { "failing", "not mailed yet: the shop's checkout fails" },
        { "told", "not mailed again: nothing has changed" },
    };

    why = replay_get(cart, "why");
    visits = json_object_get(cart, "visits");

    fputs("  ", stdout);

    if (json_object_get(cart, "shopper") != NULL) {
        printf("shopper %lld", (long long) json_integer_value(
                                        json_object_get(cart, "shopper")));

        if (*replay_get(cart, "address") != '\0') {
            printf(" %s", replay_get(cart, "address"));
        }

        fputs(json_array_size(visits) != 0 ? ", " : "", stdout);
    }

    for (i = 0; i < json_array_size(visits); i++) {
        printf("%s%lld", i == 0 ? "visit " : ", ",
               (long long) json_integer_value(json_array_get(visits, i)));
    }

    for (k = 0; k < sizeof(words) / sizeof(words[0]); k++) {
        if (strcmp(words[k][0], why) == 0) {
            printf(": %s", words[k][1]);
        }
    }

    if (*replay_get(cart, "stage") != '\0') {
        printf(" (%s)", replay_get(cart, "stage"));
    }

    putchar('\n');
    replay_print_lines(cart);
}


void
replay_print_groups(json_t *groups)
{
    size_t   i;
    json_t  *one;

    if (json_array_size(groups) == 0) {
        return;
    }

    puts("\nLooks like commerce, but no rule matched:");

    for (i = 0; i < json_array_size(groups); i++) {
        one = json_array_get(groups, i);
        printf("  %4lld x %s  (%s, first #%lld, status %lld)\n",
               (long long) json_integer_value(json_object_get(one, "count")),
               replay_get(one, "request"), replay_get(one, "about"),
               (long long) json_integer_value(json_object_get(one, "first")),
               (long long) json_integer_value(json_object_get(one,
                                                              "status")));
    }
}


void
replay_print_counts(json_t *counts)
{
    double       share, all;
    size_t       i;
    long long    n;

    static const char *const  shown[][2] = {
        { "damaged", "could not be read" },
        { "cached", "were answered by the browser itself" },
        { "without_body", "have an answer whose body was not recorded" },
        { "other_hosts", "were with other hosts" },
        { "not_observed", "were with servers that are not observed" },
        { "moved", "only replaced the visitor's session: no events" },
        { "no_visitor", "events were left out: nobody knows whose" },
        { "no_session", "events had nothing that sitepreserver_visitor names" },
        { "cut", "bodies were longer than the limit" },
        { "unreadable", "bodies could not be read" },
        { "refused", "events were refused, which is a fault: tell us" },
    };

    printf("\n%lld exchanges, of them %lld of the shop, %lld matched, %lld "
           "events\n",
           (long long) json_integer_value(json_object_get(counts, "read")),
           (long long) json_integer_value(json_object_get(counts,
                                                          "exchanges")),
           (long long) json_integer_value(json_object_get(counts,
                                                          "matched")),
           (long long) json_integer_value(json_object_get(counts,
                                                          "events")));

    for (i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
        n = (long long) json_integer_value(json_object_get(counts,
                                                           shown[i][0]));
        if (n != 0) {
            printf("  %lld %s\n", n, shown[i][1]);
        }
    }

    all = (double) json_integer_value(json_object_get(counts,
                                                      "answer_bytes"));
    share = (double) json_integer_value(json_object_get(counts,
                                                        "read_bytes"));

    printf("  %.0f of %.0f bytes of answers are read (%.1f %%)\n", share, all,
           all > 0 ? 100 * share / all : 0);
}
