/*
 * Copyright (C) SitePreserver developers
 */

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "csv.h"


#define BOM  "\xef\xbb\xbf"


static csv_t   csv;
static FILE   *file;


static void
give(const char *text, size_t len)
{
    file = tmpfile();
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, len, file), len);
    rewind(file);
    csv_init(&csv, file);
}


#define give_text(text)  give(text, sizeof(text) - 1)


static void
expect_line(long number, const char *expected)
{
    char  *text;

    assert_int_equal(csv_line(&csv, &text), 1);
    assert_int_equal(csv.line, number);

    if (expected == NULL) {
        assert_null(text);

    } else {
        assert_non_null(text);
        assert_string_equal(text, expected);
    }
}


static void
expect_end(void)
{
    char  *text;

    assert_int_equal(csv_line(&csv, &text), 0);
    assert_int_equal(csv_line(&csv, &text), 0);
    assert_int_equal(csv.error, 0);
    fclose(file);
}


/* Fields as "[one][two]", "!" where there is none though text is left. */

static void
expect_fields(const char *line, const char *separators, const char *expected)
{
    char  text[256], seen[256], *left, *field;

    strcpy(text, line);
    seen[0] = '\0';
    left = text;

    while (left != NULL) {
        field = csv_field(&left, separators);

        if (field == NULL) {
            strcat(seen, "!");
            break;
        }

        strcat(seen, "[");
        strcat(seen, field);
        strcat(seen, "]");
    }

    assert_string_equal(seen, expected);

    if (left == NULL) {
        assert_null(csv_field(&left, separators));
    }
}


static void
lines(void **state)
{
    give_text("a,b\nc\n");
    expect_line(1, "a,b");
    expect_line(2, "c");
    expect_end();

    give_text("a\r\nb\r\n\r\nc");
    expect_line(1, "a");
    expect_line(2, "b");
    expect_line(4, "c");
    expect_end();

    give_text("a\rb\r\rc\r");
    expect_line(1, "a");
    expect_line(2, "b");
    expect_line(4, "c");
    expect_end();

    give_text("a\r\n\nb\n\rc\r\r\nd");
    expect_line(1, "a");
    expect_line(3, "b");
    expect_line(5, "c");
    expect_line(7, "d");
    expect_end();
}


static void
nothing(void **state)
{
    give_text("");
    expect_end();
    assert_int_equal(csv.line, 0);

    give_text("\n\r\n\n");
    expect_end();
    assert_int_equal(csv.line, 3);

    give_text("# one\n#two\n  # not one\n#");
    expect_line(3, "  # not one");
    expect_end();
    assert_int_equal(csv.line, 4);
}


static void
bom(void **state)
{
    give_text(BOM "a\n" BOM "b\n");
    expect_line(1, "a");
    expect_line(2, BOM "b");
    expect_end();

    give_text(BOM "\"a\",b");
    expect_line(1, "\"a\",b");
    expect_end();

    give_text(BOM "# a comment\na\n");
    expect_line(2, "a");
    expect_end();

    give_text(BOM);
    expect_end();

    give_text("\xef\xbb");
    expect_line(1, "\xef\xbb");
    expect_end();

    give_text("a" BOM "\n");
    expect_line(1, "a" BOM);
    expect_end();
}


/* UTF-16 is a file of such lines. */

static void
nul(void **state)
{
    give_text("a\0b\nc\n\0\nd\0");
    expect_line(1, NULL);
    expect_line(2, "c");
    expect_line(3, NULL);
    expect_line(4, NULL);
    expect_end();

    give_text("\xff\xfe" "a\0\n\0");
    expect_line(1, NULL);
    expect_line(2, NULL);
    expect_end();
}


static void
overlong(void **state)
{
    size_t  len, begin;
    char    text[CSV_LINE_MAX * 4], expected[CSV_LINE_MAX + 1];

    /* with a BOM, which is no part of the line, and without */

    for (begin = 0; begin <= 3; begin += 3) {
        for (len = CSV_LINE_MAX - 2; len < CSV_LINE_MAX * 3; len++) {
            memcpy(text, BOM, begin);
            memset(text + begin, 'x', len);
            memcpy(text + begin + len, "\r\ny\r\n", 5);
            give(text, begin + len + 5);

            if (len <= CSV_LINE_MAX) {
                memset(expected, 'x', len);
                expected[len] = '\0';
                expect_line(1, expected);

            } else {
                expect_line(1, NULL);
            }

            expect_line(2, "y");
            expect_end();
        }
    }

    memset(text, 'x', CSV_LINE_MAX + 1);
    give(text, CSV_LINE_MAX + 1);
    expect_line(1, NULL);
    expect_end();

    memset(text, '#', CSV_LINE_MAX + 1);
    give(text, CSV_LINE_MAX + 1);
    expect_line(1, NULL);
    expect_end();
}


static void
unreadable(void **state)
{
    char  *text;

    file = fopen("/", "re");
    assert_non_null(file);
    csv_init(&csv, file);
    assert_int_equal(csv_line(&csv, &text), 0);
    assert_int_equal(csv.error, EISDIR);
    assert_int_equal(csv.line, 0);
    fclose(file);
}


static void
fields(void **state)
{
    expect_fields("", CSV_SEPARATORS, "[]");
    expect_fields("a", CSV_SEPARATORS, "[a]");
    expect_fields("a,b;c\td", CSV_SEPARATORS, "[a][b][c][d]");
    expect_fields(",", CSV_SEPARATORS, "[][]");
    expect_fields(" a , b ", CSV_SEPARATORS, "[ a ][ b ]");
    expect_fields("a b,c", CSV_SEPARATORS " ", "[a][b][c]");
    expect_fields("a;b,c", ",", "[a;b][c]");
    expect_fields("a\"b,c\"", CSV_SEPARATORS, "[a\"b][c\"]");
}


static void
quoted(void **state)
{
    expect_fields("\"a\"", CSV_SEPARATORS, "[a]");
    expect_fields("\"a,b;c\",\"d\te\"", CSV_SEPARATORS, "[a,b;c][d\te]");
    expect_fields("\"\",\"\"", CSV_SEPARATORS, "[][]");
    expect_fields("a,\"b\"", CSV_SEPARATORS, "[a][b]");
    expect_fields("\"a\"\"b\"", CSV_SEPARATORS, "[a\"b]");
    expect_fields("\"\"\"\"", CSV_SEPARATORS, "[\"]");
    expect_fields("\"\"\"a\"\"\";b", CSV_SEPARATORS, "[\"a\"][b]");
    expect_fields("\"a\",", CSV_SEPARATORS, "[a][]");

    expect_fields("\"", CSV_SEPARATORS, "!");
    expect_fields("\"a", CSV_SEPARATORS, "!");
    expect_fields("a,\"b,c", CSV_SEPARATORS, "[a]!");
    expect_fields("\"\"\"", CSV_SEPARATORS, "!");
    expect_fields("\"a\"\"", CSV_SEPARATORS, "!");
    expect_fields("\"a\"b,c", CSV_SEPARATORS, "!");
    expect_fields("\"a\" ,c", CSV_SEPARATORS, "!");
    expect_fields("\"a\" ,c", CSV_SEPARATORS " ", "[a][][c]");
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(lines),
        cmocka_unit_test(nothing),
        cmocka_unit_test(bom),
        cmocka_unit_test(nul),
        cmocka_unit_test(overlong),
        cmocka_unit_test(unreadable),
        cmocka_unit_test(fields),
        cmocka_unit_test(quoted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
