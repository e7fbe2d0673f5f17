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


#define DOCTOR_SPACE_LITTLE  (64ULL * 1024 * 1024)
#define DOCTOR_SPACE_NONE    (1024 * 1024)


static void doctor_space(const doctor_probe_t *probe);


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
