/*
 * Copyright (C) SitePreserver developers
 *
 * The rule language: compiled once at start, then tried on exchanges.  This
 * half is for the reader of the configuration; sp_observe.h is for the one
 * who watches the exchanges.
 */

#ifndef SP_RULES_H
#define SP_RULES_H

#include "sp_str.h"


typedef struct sp_rules_s  sp_rules_t;      /* of one server */
typedef struct sp_rule_s   sp_rule_t;       /* one sitepreserver_event */


/* The kinds of event: GA4's names where it has one.  A bit each. */

#define SP_VIEW_ITEM           0x000001
#define SP_ADD_TO_CART         0x000002
#define SP_REMOVE_FROM_CART    0x000004
#define SP_VIEW_CART           0x000008
#define SP_BEGIN_CHECKOUT      0x000010
#define SP_ADD_SHIPPING_INFO   0x000020
#define SP_ADD_PAYMENT_INFO    0x000040
#define SP_PURCHASE            0x000080
#define SP_LOGIN               0x000100
#define SP_SIGN_UP             0x000200
#define SP_GENERATE_LEAD       0x000400
#define SP_UPDATE_CART         0x000800
#define SP_SET_CART            0x001000
#define SP_IDENTIFY            0x002000
#define SP_LOGOUT              0x004000
#define SP_ORDER_PENDING       0x008000
#define SP_RESCUE_CLICK        0x010000
#define SP_PAGE_VIEW           0x020000
#define SP_CHECKOUT_ERROR      0x040000


/* Not an event: what its parts are is told by other rules. */

#define SP_BATCH               0x080000


/* The bit of a kind's name, 0 if there is none such; and the reverse. */

unsigned sp_kind(const sp_str_t *name);
const char *sp_kind_name(unsigned kind);


/*
 * An empty set; everything compiled into it is from the pool, which must live
 * as long as it.  NULL: out of memory.
 */

sp_rules_t *sp_rules_create(const sp_pool_t *pool);


/*
 * The directives.  args are the words after the directive's name, as nginx's
 * parser splits them (quotes removed).  SP_INVALID: err names the word that is
 * wrong and why; SP_NOMEM.
 */

sp_rc_t sp_rules_visitor(sp_rules_t *rules, const sp_str_t *args,
    unsigned n, sp_error_t *err);
sp_rc_t sp_rules_alias(sp_rules_t *rules, const sp_str_t *args,
    unsigned n, sp_error_t *err);
sp_rc_t sp_rules_route(sp_rules_t *rules, const sp_str_t *args,
    unsigned n, sp_error_t *err);
sp_rc_t sp_rules_currency(sp_rules_t *rules, const sp_str_t *args,
    unsigned n, sp_error_t *err);


/*
 * sitepreserver_event NAME METHODS [=|~|~*] URI|* { ... }: begins a rule.
 * Then one call of sp_rule_directive() for each directive in its block
 * (args[0] is the directive's name: "if", "status", "email", "empty", ...),
 * for "items" sp_rule_items_begin() with the words after "items" and
 * sp_rule_items_field() for each line of its block (args[0] the field), the
 * same for "each", and sp_rule_end(), which checks the rule as a whole.
 */

sp_rule_t *sp_rules_event(sp_rules_t *rules, const sp_str_t *args, unsigned n,
    sp_error_t *err);
sp_rc_t sp_rule_directive(sp_rule_t *rule, const sp_str_t *args, unsigned n,
    sp_error_t *err);
sp_rc_t sp_rule_items_begin(sp_rule_t *rule, const sp_str_t *args, unsigned n,
    sp_error_t *err);
sp_rc_t sp_rule_items_field(sp_rule_t *rule, const sp_str_t *args, unsigned n,
    sp_error_t *err);
sp_rc_t sp_rule_each_begin(sp_rule_t *rule, const sp_str_t *args, unsigned n,
    sp_error_t *err);
sp_rc_t sp_rule_each_field(sp_rule_t *rule, const sp_str_t *args, unsigned n,
    sp_error_t *err);
sp_rc_t sp_rule_end(sp_rule_t *rule, sp_error_t *err);


/*
 * The name of our own cookie, for sp_observe_viewer(); the string must live as
 * long.
 */

void sp_rules_own(sp_rules_t *rules, const sp_str_t *name);


/*
 * Puts the rules of the outer level (http) before those of this one (server);
 * visitor, alias, route and currency are taken from it where this one has none.
 * The outer set is not changed and may be merged into many.  Call before
 * sp_rules_compile() of either.
 */

sp_rc_t sp_rules_merge(sp_rules_t *rules, const sp_rules_t *outer,
    sp_error_t *err);


/*
 * Builds the matcher (a tree of URIs and prefixes, one JIT-compiled
 * alternation of regexes per method, a hash of argument names).  From here on
 * the set is read-only, and safe to share by forked workers.
 */

sp_rc_t sp_rules_compile(sp_rules_t *rules, sp_error_t *err);


/* Frees what PCRE2 holds; call when the pool is destroyed. */

void sp_rules_free(sp_rules_t *rules);


/*
 * For tools that explain: at the end of each observation applied() is called
 * with the number of each rule that applies, from 0 in the order of the
 * configuration, an outer level's first.  NULL ends it.
 */

typedef void (*sp_applied_pt)(void *data, unsigned n);

void sp_rules_applied(sp_rules_t *rules, sp_applied_pt applied, void *data);


/* Non-zero if there is no event in it: nothing can be observed. */

int sp_rules_empty(const sp_rules_t *rules);


/* Non-zero if it says where the visitor stands; else only our cookie tells. */

int sp_rules_visits(const sp_rules_t *rules);


#endif /* SP_RULES_H */
