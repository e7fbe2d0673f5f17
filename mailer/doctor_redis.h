/*
 * Copyright (C) SitePreserver developers
 *
 * The doctor's look at Redis, on the command's own connection.
 */

#ifndef DOCTOR_REDIS_H
#define DOCTOR_REDIS_H

#include "cmd.h"
#include "doctor.h"


/* Connects, and says what it finds; --shop leaves out the other shops. */

void doctor_redis(cmd_t *cmd, doctor_report_t *report);


/* Which shops Redis knows; cmd is connected. */

void doctor_shops(cmd_t *cmd, doctor_report_t *report);


/* Calls Redis with these words, up to NULL.  0: said why it failed. */

int doctor_redis_call(cmd_t *cmd, redis_answer_t *answer, const char *word,
    ...) __attribute__((sentinel));


#endif /* DOCTOR_REDIS_H */
