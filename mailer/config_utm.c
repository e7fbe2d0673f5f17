/*
 * Copyright (C) SitePreserver developers
 */

#include <stdlib.h>

#include "config_build.h"


static const char  *config_utm_names[CONFIG_UTM] = {
    "source", "medium", "campaign", "content", "id"
};


int
config_build_utm(config_utm_t *utm, cfg_t *cfg)
{
    size_t  i;

    for (i = 0; i < CONFIG_UTM; i++) {
        if (!config_string(cfg, config_utm_names[i], &utm->text[i])) {
            return 0;
        }
    }

    config_utm_tags(utm, &utm->tags);

    return 1;
}


void
config_utm_tags(const config_utm_t *utm, links_tags_t *tags)
{
    size_t     i;
    sp_str_t  *tag[CONFIG_UTM] = {
        &tags->source, &tags->medium, &tags->campaign, &tags->content,
        &tags->id
    };

    for (i = 0; i < CONFIG_UTM; i++) {
        if (utm->text[i] != NULL) {
            tag[i]->data = utm->text[i];
            tag[i]->len = strlen(utm->text[i]);
        }
    }
}


void
config_free_utm(config_utm_t *utm)
{
    size_t  i;

    for (i = 0; i < CONFIG_UTM; i++) {
        free(utm->text[i]);
    }
}
