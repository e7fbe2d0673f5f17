/*
 * Copyright (C) SitePreserver developers
 *
 * Those of a report who are counted together, and what they brought against
 * others.
 */

#ifndef CMD_REPORT_GROUP_H
#define CMD_REPORT_GROUP_H

#include "cmd.h"
#include "stats.h"


/* Cells of one kind, together. */

typedef struct {
    uint64_t          subjects;
    uint64_t          orders;
    sp_revenue_t      revenue[SP_CURRENCIES_MAX];
    unsigned          nrevenue;
    stats_interval_t  share;
} cmd_group_t;


/* Adds up the cells of a step: of a variant or any (-1), held out or not. */

void cmd_group(cmd_group_t *group, const sp_cell_t *cells, size_t n,
    uint32_t step, int variant, int holdout);


/* Subjects, orders and revenue, with shares and intervals. */

json_t *cmd_group_json(const cmd_group_t *group);


/* What one brought more than the other, and whether that is more than chance. */

json_t *cmd_compare(const cmd_group_t *one, const cmd_group_t *other);


#endif /* CMD_REPORT_GROUP_H */
