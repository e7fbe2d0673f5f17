/*
 * Copyright (C) SitePreserver developers
 *
 * sitepreserver doctor.
 */

#include <ares.h>
#include <curl/curl.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "cmd.h"
#include "config_value.h"
#include "doctor.h"
#include "doctor_redis.h"


#define CMD_DOCTOR_TIMEOUT  "20s"
#define CMD_DOCTOR_PROBES   256


typedef struct {
    int           landing;
    int           dns;
    int           relay;
    int           redis;
    int           files;
    int           list;
    const char   *mail;
    const char   *timeout;
    const char   *ca_file;
} cmd_doctor_options_t;


/* A probe in a thread of its own. */

typedef struct {
    doctor_probe_t   probe;
    void           (*run)(const doctor_probe_t *probe);
    pthread_t        thread;
    unsigned         started:1;
} cmd_probe_t;


typedef struct {
    cmd_t            *cmd;
    doctor_probe_t    common;
    cmd_probe_t      *probes;
    unsigned          n;
} cmd_doctor_t;


static int cmd_doctor_all(cmd_t *cmd, const cmd_doctor_options_t *options,
    int64_t timeout);
static void cmd_doctor_start(cmd_doctor_t *doctor,
    const cmd_doctor_options_t *options);
static void cmd_doctor_probe(cmd_doctor_t *doctor,
    void (*run)(const doctor_probe_t *probe), const config_shop_t *shop,
    const config_smtp_t *smtp);
static void *cmd_doctor_thread(void *data);
static int cmd_doctor_is_used(const cmd_t *cmd, const config_smtp_t *smtp);
static int cmd_doctor_print(cmd_t *cmd, doctor_report_t *report);
static void cmd_doctor_lines(json_t *findings);
static int cmd_doctor_valid(cmd_t *cmd, const cmd_doctor_options_t *options,
    int64_t *timeout);
static int cmd_doctor_list(cmd_t *cmd);


static const char  cmd_doctor_usage[] =
    "usage: sitepreserver doctor [-c FILE] [--shop NAME] [--json]\n"
    "           [--landing] [--dns] [--relay] [--redis] [--files]\n"
    "           [--mail FILE] [--timeout TIME] [--ca-file FILE]\n"
    "       sitepreserver doctor --list [--json]\n"
    "\n"
    "Looks at what a message needs around it: the landing page and the\n"
    "unsubscribe page (--landing), SPF, DKIM and DMARC (--dns), the relay\n"
    "(--relay), Redis and what nginx has told it (--redis), files (--files);\n"
    "all of them if none is named.  Nothing is sent and nothing is changed.\n"
    "--mail FILE also looks at a message as it was received, with its\n"
    "headers.  --timeout: how long all of it may take (20s).  --ca-file: who\n"
    "may have signed the certificates of pages, for a shop of tests.  --list\n"
    "prints every check, why it matters and how to mend it.\n"
    "Status 0: no errors, maybe warnings; 1: errors.\n";


int
cmd_doctor(int argc, char **argv)
{
    int                    rc;
    cmd_t                  cmd;
    int64_t                timeout;
    cmd_doctor_options_t   options;
    const cmd_option_t     known[] = {
        { "landing", &options.landing, NULL },
        { "dns", &options.dns, NULL },
        { "relay", &options.relay, NULL },
        { "redis", &options.redis, NULL },
        { "files", &options.files, NULL },
        { "list", &options.list, NULL },
        { "mail", NULL, &options.mail },
        { "timeout", NULL, &options.timeout },
        { "ca-file", NULL, &options.ca_file },
    };

    memset(&options, 0, sizeof(options));
    options.timeout = CMD_DOCTOR_TIMEOUT;
    rc = cmd_options(&cmd, argc, argv, cmd_doctor_usage, known,
                     sizeof(known) / sizeof(known[0]));

    if (rc != CMD_GO) {
        return rc;
    }

    if (options.list) {
        return cmd_doctor_list(&cmd);
    }

    cmd_end(&cmd);
    rc = cmd_begin(&cmd, argc, argv, cmd_doctor_usage, known,
                   sizeof(known) / sizeof(known[0]));

    if (rc != CMD_GO) {
        return rc;
    }

    if (!cmd_doctor_valid(&cmd, &options, &timeout)) {
        cmd_end(&cmd);
        return CMD_USAGE;
    }

    if (!(options.landing || options.dns || options.relay || options.redis
          || options.files))
    {
        options.landing = options.dns = options.relay = 1;
        options.redis = options.files = 1;
    }

    rc = cmd_doctor_all(&cmd, &options, timeout);
    cmd_end(&cmd);

    return rc;
}


/* 0: said what is wrong. */

static int
cmd_doctor_valid(cmd_t *cmd, const cmd_doctor_options_t *options,
    int64_t *timeout)
{
    const char  *bad;

    bad = config_value_time(options->timeout, timeout);

    if (cmd->nargs != 0 || bad != NULL || *timeout < 1000) {
        fputs(cmd_doctor_usage, stderr);
        return 0;
    }

    if (options->ca_file != NULL && access(options->ca_file, R_OK) != 0) {
        cmd_error("%s: %s", options->ca_file, strerror(errno));
        return 0;
    }

    return (cmd->shop_name == NULL && options->mail == NULL)
           || cmd_shop(cmd) != NULL;
}


static int
cmd_doctor_all(cmd_t *cmd, const cmd_doctor_options_t *options,
    int64_t timeout)
{
    int           rc;
    unsigned      i;
    cmd_doctor_t  doctor;

    memset(&doctor, 0, sizeof(doctor));
    doctor.cmd = cmd;
    doctor.common.conf = cmd->conf;
    doctor.common.config = cmd->file;
    doctor.common.deadline = now_ms() + timeout;
    doctor.common.ca_file = options->ca_file;
    doctor.common.report = doctor_report_create();
    doctor.probes = calloc(CMD_DOCTOR_PROBES, sizeof(cmd_probe_t));

    if (doctor.common.report == NULL || doctor.probes == NULL
        || ares_library_init(ARES_LIB_INIT_ALL) != ARES_SUCCESS
        || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
    {
        cmd_error("out of memory");
        exit(CMD_FAILED);
    }

    /* It tells which DKIM keys to look at. */

    if (options->mail != NULL) {
        doctor.common.shop = cmd_shop(cmd);
        doctor_mail(&doctor.common, options->mail);
    }

    cmd_doctor_start(&doctor, options);

    if (options->files) {
        doctor_files(&doctor.common);
    }

    if (options->redis) {
        doctor_redis(cmd, doctor.common.report);
    }

    for (i = 0; i < doctor.n; i++) {
        if (doctor.probes[i].started) {
            pthread_join(doctor.probes[i].thread, NULL);
        }
    }

    rc = cmd_doctor_print(cmd, doctor.common.report);

    curl_global_cleanup();
    ares_library_cleanup();
    free(doctor.probes);
    doctor_report_free(doctor.common.report);

    return rc;
}


static void
cmd_doctor_start(cmd_doctor_t *doctor, const cmd_doctor_options_t *options)
{
    unsigned              i;
    const config_t       *conf;
    const config_shop_t  *shop;

    conf = doctor->cmd->conf;

    for (i = 0; i < conf->nshops; i++) {
        shop = &conf->shops[i];

        if (doctor->cmd->shop_name != NULL
            && strcmp(doctor->cmd->shop_name, shop->name) != 0)
        {
            continue;
        }

        if (options->landing) {
            cmd_doctor_probe(doctor, doctor_landing, shop, NULL);
            cmd_doctor_probe(doctor, doctor_unsubscribe, shop, NULL);
        }

        if (options->dns) {
            cmd_doctor_probe(doctor, doctor_domain, shop, NULL);
        }
    }

    for (i = 0; i < conf->nsmtp; i++) {
        if (options->relay && cmd_doctor_is_used(doctor->cmd, &conf->smtp[i]))
        {
            cmd_doctor_probe(doctor, doctor_relay, NULL, &conf->smtp[i]);
        }
    }
}


/* With --shop: is it that shop's relay? */

static int
cmd_doctor_is_used(const cmd_t *cmd, const config_smtp_t *smtp)
{
    config_shop_t  *shop;

    if (cmd->shop_name == NULL) {
        return 1;
    }

    shop = config_shop(cmd->conf, cmd->shop_name);

    return shop != NULL && shop->smtp == smtp;
}


static void
cmd_doctor_probe(cmd_doctor_t *doctor,
    void (*run)(const doctor_probe_t *probe), const config_shop_t *shop,
    const config_smtp_t *smtp)
{
    cmd_probe_t  *probe;

    if (doctor->n == CMD_DOCTOR_PROBES) {
        cmd_error("only the first %d probes are made: use --shop",
                  CMD_DOCTOR_PROBES);
        return;
    }

    probe = &doctor->probes[doctor->n++];
    probe->probe = doctor->common;
    probe->probe.shop = shop;
    probe->probe.smtp = smtp;
    probe->run = run;
    probe->started = pthread_create(&probe->thread, NULL, cmd_doctor_thread,
                                    probe) == 0;

    if (!probe->started) {
        run(&probe->probe);
    }
}


static void *
cmd_doctor_thread(void *data)
{
    cmd_probe_t  *probe;

    probe = data;
    probe->run(&probe->probe);

    return NULL;
}


static int
cmd_doctor_print(cmd_t *cmd, doctor_report_t *report)
{
    json_t    *findings;
    unsigned   counts[DOCTOR_ERROR + 1];

    findings = doctor_report_json(report, counts);

    if (cmd->json) {
        cmd_print(cmd, json_pack("{s:o, s:i, s:i}", "findings", findings,
                                 "errors", (int) counts[DOCTOR_ERROR],
                                 "warnings", (int) counts[DOCTOR_WARNING]));

    } else {
        cmd_doctor_lines(findings);
        json_decref(findings);
        printf("\n%u errors, %u warnings, %u notes, %u well\n",
               counts[DOCTOR_ERROR], counts[DOCTOR_WARNING],
               counts[DOCTOR_INFO], counts[DOCTOR_OK]);
    }

    return counts[DOCTOR_ERROR] > 0 ? CMD_FAILED : CMD_OK;
}


static void
cmd_doctor_lines(json_t *findings)
{
    size_t       i;
    json_t      *finding;
    const char  *id, *severity, *subject, *what, *why, *mend;

    json_array_foreach(findings, i, finding) {
        why = NULL;
        mend = NULL;

        if (json_unpack(finding, "{s:s, s:s, s:s, s:s, s?s, s?s}", "id", &id,
                        "severity", &severity, "subject", &subject, "what",
                        &what, "why", &why, "mend", &mend) != 0)
        {
            continue;
        }

        printf("%-7s  %s: %s  [%s]\n", severity, subject, what, id);

        if (why != NULL && strcmp(severity, "info") != 0) {
            printf("         why:  %s\n         mend: %s\n", why, mend);
        }
    }
}


static int
cmd_doctor_list(cmd_t *cmd)
{
    unsigned   i;
    json_t    *list;

    list = json_array();

    for (i = 0; i < DOCTOR_CHECKS; i++) {
        json_array_append_new(list, json_pack("{s:s, s:s, s:s}",
                                              "id", doctor_checks[i].id,
                                              "why", doctor_checks[i].why,
                                              "mend", doctor_checks[i].mend));
    }

    cmd_print(cmd, list);
    cmd_end(cmd);

    return CMD_OK;
}
