/*
 * Copyright (C) SitePreserver developers
 */

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "creative_colour.h"
#include "creative_file.h"
#include "creative_int.h"
#include "creative_own.h"


#define BUNDLED  "mailer/creatives"


static char  dir[64];               /* private creatives folder */
static char  folder[96];            /* dir/mine */


static void
write_file(const char *name, const char *text)
{
    char   path[160];
    FILE  *f;

    (void) snprintf(path, sizeof(path), "%s/%s", folder, name);
    f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, strlen(text), f), strlen(text));
    assert_int_equal(fclose(f), 0);
}


static void
remove_file(const char *name)
{
    char  path[160];

    (void) snprintf(path, sizeof(path), "%s/%s", folder, name);
    (void) unlink(path);
}


static int
setup(void **state)
{
    (void) strcpy(dir, "/tmp/sp-creative-XXXXXX");

    if (mkdtemp(dir) == NULL) {
        return -1;
    }

    (void) snprintf(folder, sizeof(folder), "%s/mine", dir);

    if (mkdir(folder, 0700) != 0) {
        return -1;
    }

    write_file("en.head", "subject: Hi\n\n# a comment\npreheader: There\n");
    write_file("en.html", "<p>{{first_name}}</p>");
    write_file("en.txt", "{{first_name}}");

    return 0;
}


static int
teardown(void **state)
{
    size_t  i;

    static const char  *names[] = {
        "en.head", "en.html", "en.txt", "de.head", "de.html", "de.txt",
        "pt-BR.head", "pt-BR.html", "pt-BR.txt", "approved", "retired",
        "x.html"
    };

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        remove_file(names[i]);
    }

    return rmdir(folder) != 0 || rmdir(dir) != 0;
}


static creative_t *
load(void)
{
    creative_t  *creative;
    sp_error_t   err;

    creative = creative_load(dir, "mine", &err);

    if (creative == NULL) {
        fail_msg("%s", err.text);
    }

    return creative;
}


/* Loading fails, and the message ends so, after the folder's name. */

static void
refused(const char *message)
{
    sp_error_t  err;

    assert_null(creative_load(dir, "mine", &err));

    if (strncmp(err.text, folder, strlen(folder)) != 0) {
        fail_msg("%s", err.text);
    }

    assert_string_equal(err.text + strlen(folder), message);
}


/* An own one that is gone, or cannot be seen, is not another one. */

static void
test_own(void **state)
{
    char         path[CREATIVE_OWN_PATH], link[600];
    creative_t  *creative;
    sp_error_t   err;

    creative = creative_load(BUNDLED, "reminder", &err);
    assert_non_null(creative);
    assert_true(creative_own(creative));

    creative->own = 0;
    assert_int_equal(creative_own_note(dir, creative), 0);
    assert_true(creative_own_right(dir, creative, &err));

    creative->own = 1;
    assert_int_equal(creative_own_note(dir, creative), 0);
    assert_int_equal(creative_own_note(dir, creative), 0);
    assert_true(creative_own_right(dir, creative, &err));

    creative->own = 0;
    assert_false(creative_own_right(dir, creative, &err));
    assert_non_null(strstr(err.text, "is gone"));
    assert_int_equal(creative_own_forget(dir, "reminder", &err), 0);
    assert_int_equal(creative_own_forget(dir, "reminder", &err), 0);
    assert_true(creative_own_right(dir, creative, &err));
    creative_free(creative);

    (void) snprintf(link, sizeof(link), "%s/creatives", dir);
    assert_int_equal(rmdir(link), 0);

    /* the folder of one, that of all */

    assert_int_equal(creative_file_folder(dir, BUNDLED, "reminder", path,
                                          sizeof(path), &err), SP_OK);
    assert_string_equal(path, BUNDLED "/reminder");

    (void) snprintf(link, sizeof(link), "%s/reminder", dir);
    assert_int_equal(symlink("/nonexistent", link), 0);
    assert_int_equal(creative_file_folder(dir, BUNDLED, "reminder", path,
                                          sizeof(path), &err), SP_OK);
    assert_string_equal(path, link);
    assert_null(creative_load(dir, "reminder", &err));
    assert_int_equal(unlink(link), 0);

    assert_int_equal(creative_file_folder("/nonexistent", BUNDLED, "reminder",
                                          path, sizeof(path), &err),
                     SP_INVALID);
    assert_string_equal(err.text, "/nonexistent: No such file or directory");
}


/* What is bundled is approved, as it is in the tree now. */

static void
test_bundled(void **state)
{
    creative_t  *creative;
    sp_error_t   err;

    creative = creative_load(BUNDLED, "reminder", &err);

    if (creative == NULL) {
        fail_msg("%s", err.text);
    }

    assert_string_equal(creative_name(creative), "reminder");
    assert_string_equal(creative_path(creative), BUNDLED "/reminder");

    if (!creative_approved(creative)) {
        fail_msg("%s/reminder/approved should be:\n%s", BUNDLED,
                 creative_hash(creative));
    }

    creative_free(creative);
    creative_free(NULL);
}


static void
test_approval(void **state)
{
    char         hash[CREATIVE_HASH_LEN + 2];
    creative_t  *creative;

    creative = load();
    assert_false(creative_approved(creative));
    (void) snprintf(hash, sizeof(hash), "%s\n", creative_hash(creative));
    assert_int_equal(strlen(hash), CREATIVE_HASH_LEN + 1);
    creative_free(creative);

    write_file("approved", hash);
    creative = load();
    assert_true(creative_approved(creative));
    creative_free(creative);

    /* any change of any file ends it */

    write_file("en.txt", "{{first_name}}!");
    creative = load();
    assert_false(creative_approved(creative));
    creative_free(creative);

    write_file("en.txt", "{{first_name}}");
    creative = load();
    assert_true(creative_approved(creative));
    creative_free(creative);

    write_file("de.head", "subject: Hallo\npreheader: Da\n");
    write_file("de.html", "");
    write_file("de.txt", "");
    creative = load();
    assert_false(creative_approved(creative));
    creative_free(creative);

    hash[CREATIVE_HASH_LEN] = 'x';
    remove_file("de.html");
    write_file("approved", hash);
    creative = load();
    assert_false(creative_approved(creative));
    creative_free(creative);
}


static void
test_locales(void **state)
{
    size_t       i;
    sp_str_t     s, none = sp_null_string;
    creative_t  *creative;

    static const char *const  files[] = { "de", "pt-BR" };

    static const struct {
        const char  *asked;
        const char  *got;
    } cases[] = {
        { "de", "de" }, { "de-AT", "de" }, { "DE_at", "de" },
        { "pt-BR", "pt-BR" }, { "pt_br", "pt-BR" }, { "pt", "pt-BR" },
        { "pt-PT", "pt-BR" }, { "de.UTF-8", "de" }, { "de_AT@euro", "de" },
        { "fr", "en" }, { "", "en" }, { "d", "en" }, { "deu", "en" }
    };

    for (i = 0; i < 2; i++) {
        char  name[16];

        (void) snprintf(name, sizeof(name), "%s.head", files[i]);
        write_file(name, "subject: Hallo\npreheader: Da\n");
        (void) snprintf(name, sizeof(name), "%s.html", files[i]);
        write_file(name, "");
        (void) snprintf(name, sizeof(name), "%s.txt", files[i]);
        write_file(name, "");
    }

    creative = load();

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        s.data = cases[i].asked;
        s.len = strlen(cases[i].asked);
        assert_string_equal(creative_choose(creative, &s, &none)->locale,
                            cases[i].got);
    }

    /* the shop's language counts before English */

    assert_string_equal(creative_choose(creative, &(sp_str_t) sp_string("fr"),
                                        &(sp_str_t) sp_string("pt-PT"))
                        ->locale, "pt-BR");
    assert_string_equal(creative_choose(creative, &(sp_str_t) sp_string("de"),
                                        &(sp_str_t) sp_string("pt-PT"))
                        ->locale, "de");
    assert_int_equal(creative_nlocales(creative), 3);
    assert_string_equal(creative_locale_at(creative, 2)->locale, "pt-BR");

    creative_free(creative);

    /* without English the first one */

    remove_file("en.html");
    creative = load();
    s.data = "fr";
    s.len = 2;
    assert_string_equal(creative_choose(creative, &s, &none)->locale, "de");
    creative_free(creative);
}


/* What became of it, and which files differ. */

static void
test_states(void **state)
{
    buffer_t     b;
    creative_t  *creative;

    buffer_init(&b, 4096);

    creative = load();
    assert_int_equal(creative_state(creative), CREATIVE_NEW);
    assert_string_equal(creative_state_name(creative), "new");
    creative_approval(creative, &b);
    creative_free(creative);

    write_file("approved", buffer_text(&b));
    creative = load();
    assert_string_equal(creative_state_name(creative), "approved");
    assert_string_equal(creative_changed(creative), "");
    assert_ptr_equal(creative_ref(creative), creative);
    creative_free(creative);
    assert_true(creative_approved(creative));
    creative_free(creative);

    write_file("en.txt", "other");
    creative = load();
    assert_string_equal(creative_state_name(creative), "changed");
    assert_string_equal(creative_changed(creative), "en.txt");
    creative_free(creative);

    write_file("de.head", "subject: Hallo\npreheader: Da\n");
    write_file("de.html", "");
    write_file("de.txt", "");
    remove_file("en.html");
    creative = load();
    assert_string_equal(creative_changed(creative),
                        "de.head de.html de.txt en.head en.html en.txt");
    creative_free(creative);

    /* retired counts more than all else, with or without a reason */

    write_file("retired", "");
    creative = load();
    assert_string_equal(creative_state_name(creative), "retired");
    assert_string_equal(creative_reason(creative), "");
    assert_false(creative_approved(creative));
    creative_free(creative);

    write_file("retired", "summer is over\nmore\n");
    creative = load();
    assert_string_equal(creative_reason(creative), "summer is over");
    creative_free(creative);

    buffer_free(&b);
}


static void
is_tag(const sp_str_t *tag, const char *text)
{
    assert_int_equal(tag->len, strlen(text));
    assert_memory_equal(tag->data, text, tag->len);
}


static void
test_utm(void **state)
{
    char                  text[512], long_one[102];
    creative_t           *creative;
    const links_tags_t   *utm;

    write_file("en.head", "utm_id: 7\nsubject: Hi\nutm_source: x y\n"
                          "utm_medium:  m \nutm_campaign: größe\n"
                          "utm_content: c&d\npreheader: There\n");
    creative = load();
    utm = &creative_locale_at(creative, 0)->utm;
    is_tag(&utm->source, "x y");
    is_tag(&utm->medium, "m");
    is_tag(&utm->campaign, "größe");
    is_tag(&utm->content, "c&d");
    is_tag(&utm->id, "7");
    creative_free(creative);

    write_file("en.head", "subject: Hi\nutm_id: 1\nutm_id: 2\n");
    refused("/en.head:3: is given twice");

    write_file("en.head", "subject: Hi\nutm_id: a{{b}}\n");
    refused("/en.head:2: is not plain text of at most 100 bytes");

    memset(long_one, 'a', 101);
    long_one[101] = '\0';
    (void) snprintf(text, sizeof(text), "utm_id: %s\n", long_one);
    write_file("en.head", text);
    refused("/en.head:1: is not plain text of at most 100 bytes");

    (void) snprintf(text, sizeof(text), "utm_id: %s\nsubject: a\n"
                    "preheader: b\n", long_one + 1);
    write_file("en.head", text);
    creative = load();
    is_tag(&creative_locale_at(creative, 0)->utm.id, long_one + 1);
    creative_free(creative);
}


static void
test_errors(void **state)
{
    char        text[300];
    sp_error_t  err;

    write_file("en.head", "subject: Hi\nsubjekt: x\n");
    refused("/en.head:2: is neither \"subject: …\" nor \"preheader: …\""
            " nor \"utm_…: …\"");

    write_file("en.head", "subject: Hi\npreheader: x\nsubject: Hi\n");
    refused("/en.head:3: is given twice");

    write_file("en.head", "subject: Hi\n# no more\n");
    refused("/en.head:2: has no preheader");

    write_file("en.head", "\nsubject: Hi {{name\npreheader: x\n");
    refused("/en.head:2:13: tag is not closed");

    remove_file("en.head");
    refused("/en.head: No such file or directory");

    write_file("en.head", "subject: Hi\npreheader: x\n");
    write_file("en.html", "<p>\n {{{name}}}</p>");
    refused("/en.html:2:2: an unescaped tag is not allowed: \"name\"");

    write_file("en.html", "<p>\n\xff</p>");
    refused("/en.html:2: is not UTF-8 text");

    write_file("en.html", "");
    write_file("en.txt", "{{#items}}");
    refused("/en.txt:1:4: section is not closed: \"items\"");

    write_file("x.html", "");
    assert_null(creative_load(dir, "mine", &err));
    assert_non_null(strstr(err.text, "/x.html: is not LOCALE.html"));
    remove_file("x.html");

    remove_file("en.html");
    refused(": has no LOCALE.html");

    assert_null(creative_load(dir, "../mine", &err));
    assert_string_equal(err.text, "\"../mine\" is not a creative's name");
    assert_null(creative_load(dir, "", &err));

    assert_null(creative_load(dir, "other", &err));
    (void) snprintf(text, sizeof(text),
                    "creative \"other\" is neither in %s nor in ", dir);
    assert_memory_equal(err.text, text, strlen(text));
}


static void
test_large(void **state)
{
    char        *text;
    sp_error_t   err;

    text = malloc(CREATIVE_FILE_MAX + 2);
    assert_non_null(text);
    memset(text, 'a', CREATIVE_FILE_MAX + 1);
    text[CREATIVE_FILE_MAX + 1] = '\0';
    write_file("en.html", text);
    free(text);

    assert_null(creative_load(dir, "mine", &err));
    assert_non_null(strstr(err.text, "/en.html: longer than 262144 bytes"));
}


static void
test_colours(void **state)
{
    char       text[CREATIVE_COLOUR_SIZE];
    double     ratio;
    size_t     i;
    uint32_t   colour;
    sp_str_t   s;

    static const struct {
        const char  *text;
        int64_t      colour;
    } cases[] = {
        { "#2f5d62", 0x2f5d62 }, { "#FFD166", 0xffd166 }, { "#fA0", 0xffaa00 },
        { "2f5d62", -1 }, { "#2f5d6", -1 }, { "#2f5d6g", -1 }, { "", -1 },
        { "red", -1 }, { "#000000;x", -1 }
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        s.data = cases[i].text;
        s.len = strlen(cases[i].text);

        if (cases[i].colour < 0) {
            assert_int_equal(creative_colour_parse(&s, &colour), SP_INVALID);

        } else {
            assert_int_equal(creative_colour_parse(&s, &colour), SP_OK);
            assert_int_equal(colour, cases[i].colour);
        }
    }

    creative_colour_text(0x00aabb, text);
    assert_string_equal(text, "#00aabb");

    /* known values of WCAG's formula */

    assert_true(creative_colour_contrast(0xffffff, 0x000000) > 20.99);
    assert_true(creative_colour_contrast(0xffffff, 0x000000) < 21.01);
    ratio = creative_colour_contrast(0x777777, 0xffffff);
    assert_true(ratio > 4.47 && ratio < 4.49);
    ratio = creative_colour_contrast(0xff0000, 0xffffff);
    assert_true(ratio > 3.99 && ratio < 4.01);

    /* whatever the brand's colour, what is made of it can be read */

    for (colour = 0; colour <= 0xffffff; colour += 0x010307) {
        assert_true(creative_colour_contrast(creative_colour_on(colour),
                                             colour) >= 4.5);
        assert_true(creative_colour_contrast(
            creative_colour_readable(colour, CREATIVE_WHITE, 4.5),
            CREATIVE_WHITE) >= 4.5);
        assert_true(creative_colour_contrast(
            creative_colour_readable(colour, 0x1c1e22, 4.5), 0x1c1e22)
            >= 4.5);
    }

    assert_int_equal(creative_colour_readable(0x2f5d62, CREATIVE_WHITE, 4.5),
                     0x2f5d62);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test_setup_teardown(test_own, setup, teardown),
        cmocka_unit_test(test_bundled),
        cmocka_unit_test_setup_teardown(test_approval, setup, teardown),
        cmocka_unit_test_setup_teardown(test_locales, setup, teardown),
        cmocka_unit_test_setup_teardown(test_states, setup, teardown),
        cmocka_unit_test_setup_teardown(test_utm, setup, teardown),
        cmocka_unit_test_setup_teardown(test_errors, setup, teardown),
        cmocka_unit_test_setup_teardown(test_large, setup, teardown),
        cmocka_unit_test(test_colours),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
