/*
 * Copyright (C) SitePreserver developers
 */

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>

#include "buffer.h"


/* Up to the limit all of it is appended, beyond it nothing. */

static void
test_limit(void **state)
{
    buffer_t  b;

    buffer_init(&b, 8);
    assert_string_equal(buffer_text(&b), "");

    buffer_str(&b, "abcdef");
    buffer_fmt(&b, "%d", 12);
    assert_string_equal(buffer_text(&b), "abcdef12");
    assert_false(b.failed);

    buffer_fmt(&b, "%s", "");
    assert_false(b.failed);

    buffer_char(&b, 'x');
    assert_string_equal(buffer_text(&b), "abcdef12");
    assert_true(b.failed);

    buffer_reset(&b);
    buffer_fmt(&b, "%d-%d", 12345, 6789);
    assert_int_equal(b.len, 0);
    assert_true(b.failed);

    buffer_free(&b);
}


/* The limit is the buffer's alone, whatever the arguments are. */

static void
test_format(void **state)
{
    char      *text;
    size_t     len;
    buffer_t   b;

    text = malloc(70001);
    assert_non_null(text);
    memset(text, 'a', 70000);
    text[70000] = '\0';

    for (len = 0; len <= 70000; len += len < 600 ? 1 : 6940) {
        buffer_init(&b, 70004);
        buffer_char(&b, '<');
        buffer_fmt(&b, "%s: %c", text + 70000 - len, '>');
        assert_false(b.failed);
        assert_int_equal(b.len, len + 4);
        assert_int_equal(strspn(buffer_text(&b) + 1, "a"), len);
        assert_string_equal(buffer_text(&b) + 1 + len, ": >");
        buffer_free(&b);
    }

    free(text);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_format),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
