/*
 * Copyright (C) SitePreserver developers
 *
 * Compiled rules, as the compiler leaves them and the observer reads them;
 * for those two only.
 */

#ifndef SP_RULES_INT_H
#define SP_RULES_INT_H

#include "sp_argnames.h"
#include "sp_condition.h"
#include "sp_cookies.h"
#include "sp_each.h"
#include "sp_field.h"
#include "sp_items.h"
#include "sp_matcher.h"
#include "sp_pages.h"
#include "sp_rules.h"
#include "sp_taps.h"


/* The fields of a rule, outside of `items`. */

typedef enum {
    SP_FIELD_EMAIL = 0,
    SP_FIELD_CUSTOMER,
    SP_FIELD_VISITOR,
    SP_FIELD_ALIAS,
    SP_FIELD_FIRST_NAME,
    SP_FIELD_LOCALE,
    SP_FIELD_TIME_ZONE,
    SP_FIELD_CONSENT,
    SP_FIELD_ORDER_ID,
    SP_FIELD_CURRENCY,
    SP_FIELD_MINOR_UNITS,
    SP_FIELD_TOTAL,
    SP_FIELD_ITEM_ID,
    SP_FIELD_ITEM_KEY,
    SP_FIELD_QUANTITY,
    SP_FIELD_PRICE,
    SP_FIELD_NAME,
    SP_FIELD_URL,
    SP_FIELD_IMAGE,
    SP_FIELDS
} sp_field_t;


/*
 * One call of the configuration's reader, kept so that a set of an outer
 * level can be made again within another one.
 */

typedef struct sp_call_saved_s  sp_call_saved_t;

struct sp_call_saved_s {
    sp_call_saved_t     *next;
    unsigned             what;      /* of the rule: SP_SAVED_* */
    const sp_str_t      *words;
    unsigned             n;
};

#define SP_SAVED_DIRECTIVE  1
#define SP_SAVED_ITEMS      2
#define SP_SAVED_FIELD      3
#define SP_SAVED_EACH       4
#define SP_SAVED_EACH_FIELD 5


struct sp_rule_s {
    sp_rules_t          *rules;
    sp_rule_t           *next;
    unsigned             kind;
    unsigned             index;     /* in the order of the configuration */
    sp_meeting_t         meeting;
    sp_source_ctx_t      ctx;

    sp_condition_t      *conditions;
    sp_condition_t      *empties;   /* any of them: the cart is empty */
    sp_sources_t         fields[SP_FIELDS];
    sp_items_t          *items;
    sp_each_t           *each;
    uint16_t            *statuses;
    unsigned             nstatuses; /* 0: 2xx and 3xx */

    unsigned             absolute:1;
    unsigned             checkout:1;
    unsigned             always_empty:1;

    unsigned            *asks;      /* all it reads are fields of GraphQL: it
                                       is about requests for one of those in
                                       these lists; NULL: it reads others */
    unsigned             nasks;

    unsigned             needs;     /* SP_NEEDS_* of all that is in it */
    unsigned             reads;     /* bit n: a source of kind n */
    sp_taps_mask_t       request;   /* paths that it wants */
    sp_taps_mask_t       response;

    const sp_str_t      *words;     /* of its first line */
    unsigned             nwords;
    sp_call_saved_t     *saved;
    sp_call_saved_t    **saved_last;
};


/* Keeps a copy of what is read, and sets words to it.  SP_NOMEM. */

sp_rc_t sp_rule_save(sp_rule_t *rule, unsigned what, const sp_str_t *args,
    unsigned n, sp_words_t *words);


/* SP_INVALID for a directive that has no place beside `each`. */

sp_rc_t sp_rule_of_parts(const sp_str_t *name, sp_error_t *err);


/*
 * sp_rule_fields.c: reads "FIELD SOURCE ...", or says that there is no such
 * directive; what can only be said of all fields of the rule together.
 */

sp_rc_t sp_rule_field(sp_rule_t *rule, sp_words_t *words, sp_error_t *err);
sp_rc_t sp_rule_fields_end(const sp_rule_t *rule, sp_error_t *err);


/* Reads "[=|~|~*] URI" or "*", which must be all that is left. */

sp_rc_t sp_meeting_uri(sp_meeting_t *meeting, sp_words_t *words,
    sp_regexes_t *regexes, sp_error_t *err);


/* sp_learn.c: one sitepreserver_learn. */

typedef struct sp_learn_s  sp_learn_t;

struct sp_learn_s {
    sp_learn_t          *next;
    sp_meeting_t         meeting;
    int64_t              refresh;   /* s */
    sp_str_t             args[4];
    unsigned             nargs;
    unsigned             id_is_sku:1;
    unsigned             no_price:1;
    const sp_str_t      *words;     /* as they were written */
    unsigned             nwords;
};


/* The arguments of a GraphQL field that graphql:FIELD.PATH reads. */

typedef struct sp_arguments_s  sp_arguments_t;

struct sp_arguments_s {
    sp_arguments_t      *next;
    sp_str_t             field;     /* "*": any */
    sp_taps_t            taps;
};


struct sp_rules_s {
    sp_pool_t            pool;
    sp_regexes_t        *regexes;
    sp_source_try_t      tried;

    sp_sources_t         visitor;
    const sp_str_t      *visitor_words;
    unsigned             visitor_n;

    sp_sources_t         aliases[SP_ALIASES_MAX];
    const sp_str_t      *aliases_words[SP_ALIASES_MAX];
    unsigned             aliases_n[SP_ALIASES_MAX];
    unsigned             naliases;

    sp_sources_t         route;     /* of what rules are matched with; none:
                                       the URI */
    const sp_str_t      *route_words;
    unsigned             route_n;

    sp_str_t             currency;
    sp_str_t             own;       /* the name of our own cookie */

    sp_rule_t           *first;
    sp_rule_t          **last;
    unsigned             n;
    unsigned             plain;     /* there are rules, and no route */
    unsigned             plain_bare;    /* ... or none without arguments */

    sp_learn_t          *learn;
    sp_learn_t         **learn_last;
    unsigned             nlearn;

    /* made by sp_rules_compile() */

    sp_rule_t          **list;
    sp_learn_t         **learn_list;
    sp_matcher_t        *matcher;
    sp_taps_t            request;   /* json: */
    sp_taps_t            response;  /* response.json:, response.graphql: */
    sp_arguments_t      *arguments; /* graphql: */
    sp_pages_t           pages;     /* response.body | html: */
    unsigned             npages;    /* such strings in JSON */
    const sp_roots_t   **roots;     /* lists of fields, each once; 0: any */
    unsigned             nroots;
    unsigned             nvalues;
    const sp_items_t   **items;     /* of each collection */
    const sp_source_t  **collections;
    const sp_rule_t    **owners;
    unsigned             ncollections;
    uint64_t             eaches[SP_RULES_WORDS];    /* rules with `each` */
    unsigned             neaches;
    uint64_t             watches;   /* sp_observe_watches() */
    sp_cookies_t        *cookies;   /* of visitors; NULL: none */
    const sp_str_t      *viewers[SP_ALTERNATIVES_MAX];  /* headers of
                                       visitors */
    unsigned             nviewers;
    unsigned             viewed:1;  /* anything may be a visitor's */
    sp_argnames_t       *route_args;    /* names of arguments of the route, if
                                           it has nothing else; or NULL */
    unsigned             lined:1;   /* sp_observe_lined() */
    unsigned             root_slot; /* of the answer's root keys, or
                                       SP_NO_SLOT */

    sp_applied_pt        applied;   /* NULL: nobody wants to know */
    void                *applied_data;
};

#define SP_NO_SLOT  ((unsigned) -1)


#endif /* SP_RULES_INT_H */
