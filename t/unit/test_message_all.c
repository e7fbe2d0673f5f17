/*
 * Copyright (C) SitePreserver developers
 *
 * Every bundled creative, in every language, for every cart that is hard: it
 * is built, and GMime reads it.  With SP_MESSAGE_DIR set each is left there,
 * as CREATIVE-LOCALE-CART.eml, and .json with what GMime has read, for
 * t/message.t.
 */

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>

#include "message_read.h"


#define CREATIVES  "mailer/creatives"


static sample_t  sample;            /* large: not on the stack */


static void
write_file(const char *name, const char *suffix, const void *data, size_t len)
{
    char   path[512];
    FILE  *f;

    (void) snprintf(path, sizeof(path), "%s/%s.%s", getenv("SP_MESSAGE_DIR"),
                    name, suffix);
    f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(data, 1, len, f), len);
    assert_int_equal(fclose(f), 0);
}


static void
read_one(const creative_t *creative, const char *name, const char *locale)
{
    char      file[256], *text;
    json_t   *json;
    built_t   built;

    built_make(&built, &sample, creative);
    json = message_json(&built);
    (void) snprintf(file, sizeof(file), "%s-%s-%s", name, locale, sample.name);

    if (getenv("SP_MESSAGE_DIR") != NULL) {
        text = json_dumps(json, 0);
        write_file(file, "eml", built.out.data, built.out.len);
        write_file(file, "json", text, strlen(text));
        free(text);
    }

    json_decref(json);
    built_free(&built);
}


static size_t
read_creative(const char *name)
{
    size_t       i, j, n;
    creative_t  *creative;
    sp_error_t   err;
    const char  *locale;

    n = 0;
    creative = creative_load(CREATIVES, name, &err);

    if (creative == NULL) {
        fail_msg("%s: %s", name, err.text);
    }

    assert_true(creative_nlocales(creative) >= 4);

    for (i = 0; i < creative_nlocales(creative); i++) {
        locale = creative_locale_at(creative, i)->locale;

        for (j = 0; j < samples_count(); j++) {
            samples_get(j, &sample);
            sample.facts.locale = samples_str(locale);
            read_one(creative, name, locale);
            n++;
        }
    }

    creative_free(creative);

    return n;
}


static void
test_all(void **state)
{
    size_t       i, n;
    glob_t       found;
    const char  *name;

    assert_int_equal(glob(CREATIVES "/*", GLOB_ONLYDIR, NULL, &found), 0);
    assert_true(found.gl_pathc >= 7);
    n = 0;

    for (i = 0; i < found.gl_pathc; i++) {
        name = strrchr(found.gl_pathv[i], '/') + 1;
        n += read_creative(name);
    }

    assert_true(n >= found.gl_pathc * 4 * samples_count());
    globfree(&found);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
