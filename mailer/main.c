/*
 * Copyright (C) SitePreserver developers
 *
 * sitepreserver: the mailer and its commands.
 */

#include "cmd.h"


typedef struct {
    const char   *name;
    int         (*run)(int argc, char **argv);
    const char   *summary;
} main_command_t;


static void main_usage(FILE *out);


static const main_command_t  main_commands[] = {
    { "run", daemon_run, "the daemon: send what is due" },
    { "bounce", cmd_bounce, "read what came back: bounces, complaints" },
    { "check", cmd_check, "check the configuration" },
    { "detect", cmd_detect, "which preset fits a recorded shop" },
    { "doctor", cmd_doctor, "look at landing page, DNS, relay and Redis" },
    { "creative", cmd_creative, "import, look at and approve messages" },
    { "keygen", cmd_keygen, "write a new secret file" },
    { "status", cmd_status, "what each shop does and did" },
    { "why", cmd_why, "what is known of an address, and why it was mailed "
                      "or not" },
    { "test-send", cmd_test_send, "send yourself a message with a sample "
                                  "cart" },
    { "suppress", cmd_suppress, "never mail an address, or mail it again" },
    { "consent", cmd_consent, "who agreed to be written to, or takes it back" },
    { "customers", cmd_customers, "import customers' ids and addresses" },
    { "order", cmd_order, "tell of an order" },
    { "offer", cmd_offer, "codes of offers: import them, count them" },
    { "report", cmd_report, "what messages bring, against those held out" },
    { "replay", cmd_replay, "what rules make of a recorded log" },
    { "settle", cmd_settle, "list what is in doubt, and decide it" },
    { "restore", cmd_restore, "after Redis lost its data: send again" },
};

#define MAIN_COMMANDS  (sizeof(main_commands) / sizeof(main_commands[0]))


int
main(int argc, char **argv)
{
    size_t  i;

    if (argc < 2) {
        main_usage(stderr);
        return CMD_USAGE;
    }

    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0
        || strcmp(argv[1], "help") == 0)
    {
        main_usage(stdout);
        return CMD_OK;
    }

    if (strcmp(argv[1], "--version") == 0) {
        printf("sitepreserver, functions %s\n", sp_functions_name);
        return CMD_OK;
    }

    for (i = 0; i < MAIN_COMMANDS; i++) {
        if (strcmp(main_commands[i].name, argv[1]) == 0) {
            return main_commands[i].run(argc - 1, argv + 1);
        }
    }

    cmd_error("there is no command \"%s\"", argv[1]);
    main_usage(stderr);

    return CMD_USAGE;
}


static void
main_usage(FILE *out)
{
    size_t  i;

    fputs("usage: sitepreserver COMMAND [-c FILE] [--json] [OPTIONS]\n\n",
          out);

    for (i = 0; i < MAIN_COMMANDS; i++) {
        fprintf(out, "  %-10s  %s\n", main_commands[i].name,
                main_commands[i].summary);
    }

    fputs("\nsitepreserver COMMAND --help tells more.\n", out);
}
