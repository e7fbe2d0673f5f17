/*
 * Copyright (C) SitePreserver developers
 *
 * A configuration that has every word of the rule language in it.
 */

#ifndef RULES_SAMPLE_H
#define RULES_SAMPLE_H


static const char  rules_sample[] =
"sitepreserver_visitor cookie:session | base64 | json:token\n"
"    or cookie:shop_* | \"regex:^(t_[0-9a-f]+)%7C\" or cookie:shop_*\n"
"    or header:Authorization | \"regex:^(?i:bearer) +(.+)$\"\n"
"    or response.header:X-Token or response.cookie:fresh;\n"
"sitepreserver_alias cookie:login_* or response.header:X-Person;\n"
"sitepreserver_alias header:X-Device | split:.:-1 | strip:-_;\n"
"sitepreserver_currency eur;\n"

"sitepreserver_event add_to_cart GET,POST * {\n"
"    if arg:add-to-cart or arg:add[id];\n"
"    item_id arg:add-to-cart or arg:add[id];\n"
"    quantity form:quantity or arg:quantity;\n"
"    name form:name; price form:price; url header:Referer;\n"
"    image response.header:X-Image;\n"
"}\n"

"sitepreserver_event add_to_cart POST = /basket/add {\n"
"    if json:add.action != increase; quantity_is absolute;\n"
"    item_key uri:2 or value:none; quantity json:add.qty;\n"
"    item_id json:add.id;\n"
"}\n"

"sitepreserver_event update_cart POST = /basket/update {\n"
"    items form:cart[*][qty] { item_key @key; quantity .;\n"
"        id form:cart[#][id]; price form:cart[#][price]; }\n"
"}\n"

"sitepreserver_event remove_from_cart POST,DELETE\n"
"    ~ ^/basket/items/([0-9]+)$ {\n"
"    item_key uri:1; status 200 204 404;\n"
"}\n"

"sitepreserver_event set_cart * /api/cart {\n"
"    if response.json:error absent;\n"
"    if response.json:ok or response.json:cart;\n"
"    items response.json:cart.items or response.json:groups[*].items\n"
"        or response.json:cart.lines {\n"
"        id product.id or sku; item_key key or @key; sku sku;\n"
"        name product.name | url or name or value:thing;\n"
"        quantity qty | regex:[0-9]+; price price; line_total total;\n"
"        image images[0].src; url \"link\"; options variant[*].value;\n"
"        category cats.*; currency money.currency; minor_units money.unit;\n"
"    }\n"
"    total response.json:cart.total; currency response.json:cart.currency;\n"
"    minor_units response.json:cart.unit or value:2;\n"
"    email response.json:cart.email;\n"
"    customer response.json:cart.customer | prefix:c-;\n"
"    empty response.json:cart.count = 0; empty response.json:cart.none;\n"
"}\n"

"sitepreserver_event set_cart POST = /graphql {\n"
"    items response.graphql:cart,addLines.lines {\n"
"        id variant.id; item_key id; name variant.name; quantity quantity;\n"
"        price price; image \"assets[*].preview\"; }\n"
"    total response.graphql:cart,addLines.total;\n"
"    currency response.graphql:*.currency;\n"
"    minor_units value:2;\n"
"}\n"

"sitepreserver_event add_to_cart POST = /graphql {\n"
"    if graphql:addMany;\n"
"    items graphql:addMany.inputs { id variantId; quantity quantity; }\n"
"}\n"

"sitepreserver_event login POST = /graphql {\n"
"    if response.graphql:login.__typename = User;\n"
"    if response.graphql:login.error absent;\n"
"    email graphql:login.username or response.graphql:login.email;\n"
"    customer response.graphql:login.id;\n"
"    first_name response.graphql:login.first;\n"
"}\n"

"sitepreserver_event identify POST ~* ^/CHECKOUT/(address|contact)$ {\n"
"    if header:X-Requested-With = XMLHttpRequest fetch;\n"
"    if body ~ mail; if response.body !~ error;\n"
"    email form:post_data | form:billing_email or form:email or json:email;\n"
"    first_name form:first; locale header:Accept-Language;\n"
"    time_zone form:zone or cookie:tz | url;\n"
"    consent form:news or json:news;\n"
"    alias response.cookie:person_*; checkout;\n"
"}\n"

"sitepreserver_event logout * ~ ^/(account/)?logout {\n"
"    if cookie:login_* or response.cookie:session deleted;\n"
"    status 200 302; empty;\n"
"}\n"

"sitepreserver_event purchase POST ~ \"^/checkout/(place|pay)$\" {\n"
"    if uri:1 = place pay; if form:terms = 1 or json:terms = true;\n"
"    if response.json:result = success;\n"
"    order_id response.json:order\n"
"        or response.header:Location | regex:order/([0-9]+)\n"
"        or form:order;\n"
"    email form:email; visitor form:cart; checkout;\n"
"    total response.json:total;\n"
"}\n"

"sitepreserver_event view_cart GET = /basket { visitor uri:1 | prefix:x; }\n"

"sitepreserver_event set_cart GET,POST ~ ^/(basket|mini)$ {\n"
"    if response.body | html:.error absent;\n"
"    items response.json:lines or response.body | \"html:table.c tr\"\n"
"        or \"response.json:f[\\\"a.b\\\"]\" | html:li.item {\n"
"        id pid or a.x@data-id or .@id; name td:nth(2) or \"p a\" or .;\n"
"        item_key @key; price .price | money or price; image img@src;\n"
"        quantity \"[name^='q']@value\" | regex:[0-9]+;\n"
"    }\n"
"    email response.json:me | html:a@title or response.body | html:#me;\n"
"    total response.body | html:.total | money;\n"
"    empty response.body | html:.none;\n"
"    empty response.json:* | html:p.none;\n"
"}\n";


#endif /* RULES_SAMPLE_H */
