/*
 * Copyright (C) SitePreserver developers
 *
 * Bodies that are made to cost: what they take in memory is bounded by their
 * length, whatever is in them.
 */

#include "observe_lab.h"


#define SIZE  (256 * 1024)


#define CART                                                                  \
    "sitepreserver_event set_cart POST = /x {"                                \
    " items response.body | html:li.line {"                                   \
    "  id @data-id; name .; quantity b; options i; }"                         \
    " empty response.body | html:.no-items; }"


/* So much of it as fits into the limit; its memory, in bytes. */

static size_t
played(const char *part)
{
    char    *body;
    size_t   i, len;

    len = strlen(part);

    body = malloc(SIZE + 1);
    assert_non_null(body);

    for (i = 0; i + len <= SIZE; i += len) {
        memcpy(body + i, part, len);
    }

    body[i] = '\0';

    sp_arena_exact(lab.pool, 0);
    sp_arena_reset(lab.pool);

    PLAY(.answer = body, .answer_limit = SIZE, .piece = 4096);

    free(body);

    return sp_arena_used(lab.pool);
}


static void
lists_without_an_id(void **unused)
{
    rules(CART);

    assert_true(played("<ul><li class=line>x</ul>") < 1024 * 1024);
    assert_int_equal(lab.out->cart, SP_CART_NONE);

    assert_true(played("<p><li class=line>x<b>1</b><i>y</i></p>")
                < 1024 * 1024);
}


static void
the_same_line_again_and_again(void **unused)
{
    rules(CART);

    assert_true(played("<ul><ol><li class=line data-id=7>x</li></ol>")
                < 1024 * 1024);
    assert_true(played("<div><li class=line data-id=7>x<b>1</b></li></div>")
                < 1024 * 1024);
}


#define lab_test(f)  cmocka_unit_test_setup_teardown(f, setup, teardown)


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        lab_test(lists_without_an_id),
        lab_test(the_same_line_again_and_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
