/*
 * Copyright (C) SitePreserver developers
 *
 * sitepreserver check, sitepreserver keygen.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "cmd_creative.h"
#include "creative_file.h"
#include "journal.h"
#include "offer_texts.h"


#define CMD_SECRET_MAX  1024


static json_t *cmd_warnings(const config_t *conf);
static void cmd_warn_shop(json_t *list, const config_shop_t *shop);
static void cmd_warn_text(void *data, const config_shop_t *shop,
    const config_offer_t *offer, const char *locale, const char *creative);


static const char  cmd_check_usage[] =
    "usage: sitepreserver check [-c FILE] [--json]\n"
    "\n"
    "Reads the configuration and everything that it names.  Nothing is\n"
    "connected to.  Status 0: it is right, maybe with warnings; 3: it is "
    "not.\n";

static const char  cmd_keygen_usage[] =
    "usage: sitepreserver keygen FILE\n"
    "\n"
    "Writes a new secret file, for nginx (sitepreserver_secret_file) and the\n"
    "mailer (secret_file), readable by its owner only.  A file that is there\n"
    "is never overwritten: without its keys every suppression and every\n"
    "address kept is lost.  Back it up.\n";


int
cmd_check(int argc, char **argv)
{
    int      rc;
    size_t   i;
    cmd_t    cmd;
    json_t  *json, *warnings, *text;

    rc = cmd_begin(&cmd, argc, argv, cmd_check_usage, NULL, 0);

    if (rc != CMD_GO) {
        return rc;
    }

    warnings = cmd_warnings(cmd.conf);

    if (cmd.json) {
        json = json_pack("{s:s, s:b, s:i, s:o}", "file", cmd.file, "ok", 1,
                         "shops", (int) cmd.conf->nshops, "warnings",
                         warnings);
        cmd_print(&cmd, json);

    } else {
        json_array_foreach(warnings, i, text) {
            fprintf(stderr, "%s: warning: %s\n", cmd.file,
                    json_string_value(text));
        }

        printf("%s: ok\n", cmd.file);
        json_decref(warnings);
    }

    cmd_end(&cmd);

    return CMD_OK;
}


static json_t *
cmd_warnings(const config_t *conf)
{
    json_t      *list;
    unsigned     i;
    sp_error_t   err;

    list = json_array();

    if (!journal_check(conf->state_dir, &err)) {
        json_array_append_new(list, json_string(err.text));
    }

    if (conf->bounce_maildir != NULL
        && !creative_file_exists(conf->bounce_maildir))
    {
        json_array_append_new(list, json_sprintf("bounce_maildir \"%s\" is not "
            "there", conf->bounce_maildir));
    }

    if (conf->http_host == NULL) {
        json_array_append_new(list, json_string("http_listen is empty: "
                              "nobody can unsubscribe by link"));
    }

    for (i = 0; i < conf->nshops; i++) {
        cmd_warn_shop(list, &conf->shops[i]);
    }

    return list;
}


static void
cmd_warn_shop(json_t *list, const config_shop_t *shop)
{
    if (shop->brand.address == NULL) {
        json_array_append_new(list, json_sprintf("shop \"%s\" has no postal "
            "address (brand, address): the law asks for one in most places",
            shop->name));
    }

    if (strncmp(shop->public_url, "https://", 8) != 0) {
        json_array_append_new(list, json_sprintf("shop \"%s\": public_url is "
            "not https: mail programs do not offer one-click unsubscribing "
            "then", shop->name));
    }

    cmd_creative_warnings(list, shop);
    offer_gaps(shop, cmd_warn_text, list);
}


static void
cmd_warn_text(void *data, const config_shop_t *shop,
    const config_offer_t *offer, const char *locale, const char *creative)
{
    json_array_append_new(data, json_sprintf("shop \"%s\": offer \"%s\" has no "
        "text in \"%s\", a language of creative \"%s\": its message would be "
        "of two languages", shop->name, offer->name, locale, creative));
}


int
cmd_keygen(int argc, char **argv)
{
    int      fd, rc;
    char     text[CMD_SECRET_MAX];
    cmd_t    cmd;
    size_t   len;
    ssize_t  n;

    rc = cmd_options(&cmd, argc, argv, cmd_keygen_usage, NULL, 0);

    if (rc != CMD_GO) {
        return rc;
    }

    if (cmd.nargs != 1) {
        fputs(cmd_keygen_usage, stderr);
        cmd_end(&cmd);
        return CMD_USAGE;
    }

    if (sp_secret_generate(text, sizeof(text)) != SP_OK) {
        cmd_error("there is no randomness");
        cmd_end(&cmd);
        return CMD_FAILED;
    }

    fd = open(cmd.args[0], O_WRONLY|O_CREAT|O_EXCL|O_CLOEXEC, 0600);
    len = strlen(text);
    n = fd != -1 ? write(fd, text, len) : -1;
    explicit_bzero(text, sizeof(text));

    if (n != (ssize_t) len || fsync(fd) != 0) {
        cmd_error("%s: %s", cmd.args[0], strerror(errno));
        rc = CMD_FAILED;

    } else {
        printf("%s written: give it to nginx and the mailer, and back it "
               "up\n", cmd.args[0]);
        rc = CMD_OK;
    }

    if (fd != -1) {
        close(fd);
    }

    cmd_end(&cmd);

    return rc;
}
