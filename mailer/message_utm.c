/*
 * Copyright (C) SitePreserver developers
 */

#include "links_url.h"
#include "message_data.h"


static const sp_str_t *message_utm_pick(const sp_str_t *step,
    const sp_str_t *creative, const sp_str_t *shop, const sp_str_t *other);
static void message_utm_join(buffer_t *b, const sp_str_t *first,
    const sp_str_t *second);
static void message_set_encoded(message_data_t *md, mustache_value_t *object,
    const char *key, const sp_str_t *value);


/*
 * What is written into the links: the step's and the series', else the
 * creative's, else the shop's, else ours.  The content always has the step in
 * it, and after it comes the link's name.
 */

void
message_utm(message_data_t *md, const creative_locale_t *creative)
{
    sp_str_t                id;
    mustache_value_t       *utm;
    const sp_str_t         *content;
    const links_tags_t     *c, *s, *step;
    const message_facts_t  *facts;

    static const sp_str_t      none = sp_null_string;
    static const sp_str_t      email = sp_string("email");
    static const links_tags_t  empty;

    facts = md->facts;
    c = &creative->utm;
    s = &facts->shop->utm;
    step = facts->utm != NULL ? facts->utm : &empty;

    message_utm_join(&md->utm_id, &facts->series, &facts->step);
    id.data = buffer_text(&md->utm_id);
    id.len = md->utm_id.len;

    md->utm.source = *message_utm_pick(&step->source, &c->source, &s->source,
                                       &facts->shop->key);
    md->utm.medium = *message_utm_pick(&step->medium, &c->medium, &s->medium,
                                       &email);
    md->utm.campaign = *message_utm_pick(&step->campaign, &c->campaign,
                                         &s->campaign, &facts->series);
    md->utm.id = *message_utm_pick(&step->id, &c->id, &s->id, &id);

    content = message_utm_pick(&step->content, &c->content, &s->content,
                               &none);
    message_utm_join(&md->utm_content, content, &facts->step);
    md->utm.content.data = buffer_text(&md->utm_content);
    md->utm.content.len = md->utm_content.len;

    utm = mustache_object(md->data);
    message_set_encoded(md, utm, "source", &md->utm.source);
    message_set_encoded(md, utm, "medium", &md->utm.medium);
    message_set_encoded(md, utm, "campaign", &md->utm.campaign);
    message_set_encoded(md, utm, "content", &md->utm.content);
    message_set_encoded(md, utm, "id", &md->utm.id);
    mustache_set(md->data, md->root, "utm", utm);

    message_set_encoded(md, md->root, "click_token", &facts->click_token);
}


static const sp_str_t *
message_utm_pick(const sp_str_t *step, const sp_str_t *creative,
    const sp_str_t *shop, const sp_str_t *other)
{
    return step->len != 0 ? step : creative->len != 0 ? creative
           : shop->len != 0 ? shop : other;
}


static void
message_utm_join(buffer_t *b, const sp_str_t *first, const sp_str_t *second)
{
    buffer_sp(b, first);
    buffer_str(b, first->len != 0 && second->len != 0 ? "-" : "");
    buffer_sp(b, second);
}


/* As a parameter's value in a URL: then it can stand in HTML as it is. */

static void
message_set_encoded(message_data_t *md, mustache_value_t *object,
    const char *key, const sp_str_t *value)
{
    buffer_t  b;

    buffer_init(&b, LINKS_URL_MAX);
    links_url_encode(&b, value, 1);

    mustache_set(md->data, object, key,
                 mustache_string(md->data, buffer_text(&b), b.len));
    buffer_free(&b);
}


sp_rc_t
message_set_link(message_data_t *md, mustache_value_t *object,
    const char *key, const sp_str_t *url, const char *content)
{
    sp_rc_t       rc;
    buffer_t      b, name;
    sp_str_t      link;
    links_tags_t  tags;

    buffer_init(&b, LINKS_URL_MAX);
    buffer_init(&name, 512);

    link.data = content;
    link.len = strlen(content);
    message_utm_join(&name, &md->utm.content, &link);

    tags = md->utm;
    tags.content.data = buffer_text(&name);
    tags.content.len = name.len;

    rc = links_link(&md->site, url, &tags, &md->facts->click_token, &b);

    if (rc == SP_OK) {
        mustache_set(md->data, object, key,
                     mustache_string(md->data, buffer_text(&b), b.len));
    }

    buffer_free(&b);
    buffer_free(&name);

    return rc;
}
