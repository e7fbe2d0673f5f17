/*
 * Copyright (C) SitePreserver developers
 *
 * The files of this host.
 */

#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "doctor.h"
#include "journal.h"
#include "offer_texts.h"


#define DOCTOR_SPACE_LITTLE  (64ULL * 1024 * 1024)
#define DOCTOR_SPACE_NONE    (1024 * 1024)


static void doctor_space(const doctor_probe_t *probe);
static void doctor_offers(const doctor_probe_t *probe);
static void doctor_offer_gap(void *data, const config_shop_t *shop,
    const config_offer_t *offer, const char *locale, const char *creative);


void
doctor_files(const doctor_probe_t *probe)
{
    char         value[16];
    sp_error_t   err;
    struct stat  st;

    if (stat(probe->conf->secret_file, &st) == 0) {
        snprintf(value, sizeof(value), "%04o", st.st_mode & 07777);
        doctor_say(probe->report, DOCTOR_SECRET_RIGHTS,
                   (st.st_mode & 027) != 0 ? DOCTOR_ERROR : DOCTOR_OK,
                   "secret_file", value, "the secret file's rights are %s, "
                   "its owner is %u, its group %u", value,
                   (unsigned) st.st_uid, (unsigned) st.st_gid);
    }

    if (stat(probe->config, &st) == 0) {
        snprintf(value, sizeof(value), "%04o", st.st_mode & 07777);
        doctor_say(probe->report, DOCTOR_CONFIG_RIGHTS,
                   (st.st_mode & 022) != 0 ? DOCTOR_ERROR : DOCTOR_OK,
                   "configuration", value, "the configuration's rights are %s",
                   value);
    }

    doctor_offers(probe);

    if (!journal_check(probe->conf->state_dir, &err)) {
        doctor_say(probe->report, DOCTOR_STATE_DIR, DOCTOR_ERROR, "state_dir",
                   NULL, "%s", err.text);
        return;
    }

    doctor_say(probe->report, DOCTOR_STATE_DIR, DOCTOR_OK, "state_dir", NULL,
               "state_dir can be written");
    doctor_space(probe);
}


static void
doctor_space(const doctor_probe_t *probe)
{
    char                value[32];
    struct statvfs      fs;
    unsigned long long  room;

    if (statvfs(probe->conf->state_dir, &fs) != 0) {
        return;
    }

    room = (unsigned long long) fs.f_bavail * fs.f_frsize;
    snprintf(value, sizeof(value), "%llu MiB", room >> 20);
    doctor_say(probe->report, DOCTOR_STATE_SPACE,
               room < DOCTOR_SPACE_NONE ? DOCTOR_ERROR
               : room < DOCTOR_SPACE_LITTLE ? DOCTOR_WARNING : DOCTOR_OK,
               "state_dir", value, "state_dir has room for %s", value);
}


static void
doctor_offers(const doctor_probe_t *probe)
{
    unsigned              i;
    doctor_probe_t        of;
    const config_shop_t  *shop;

    of = *probe;

    for (i = 0; i < probe->conf->nshops; i++) {
        shop = &probe->conf->shops[i];
        of.shop = NULL;

        if (shop->noffers != 0) {
            offer_gaps(shop, doctor_offer_gap, &of);
        }

        if (shop->noffers != 0 && of.shop == NULL) {
            doctor_say(probe->report, DOCTOR_OFFER_TEXTS, DOCTOR_OK,
                       shop->name, NULL, "the offers have texts in all "
                       "languages that they are made in");
        }
    }
}


/* That there was one is noted in the probe's shop. */

static void
doctor_offer_gap(void *data, const config_shop_t *shop,
    const config_offer_t *offer, const char *locale, const char *creative)
{
    doctor_probe_t  *of;

    of = data;
    of->shop = shop;

    doctor_say(of->report, DOCTOR_OFFER_TEXTS, DOCTOR_WARNING, shop->name,
               locale, "offer \"%s\" has no text in \"%s\", a language of "
               "creative \"%s\"", offer->name, locale, creative);
}
