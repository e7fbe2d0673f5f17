/*
 * Copyright (C) SitePreserver developers
 *
 * An observation under way; for the files of the observer only.
 */

#ifndef SP_OBSERVATION_H
#define SP_OBSERVATION_H

#include "sp_cookie.h"
#include "sp_form.h"
#include "sp_graphql.h"
#include "sp_multipart.h"
#include "sp_unpack.h"
#include "sp_rules_int.h"


#define SP_BODY_TEXT   (16 * 1024)  /* of an answer kept for response.body */
#define SP_ROOTS_SEEN  16
#define SP_SETS        16           /* cookies of an answer that are kept */
#define SP_PAIRS       24           /* cookies of the request that are */


typedef enum {
    SP_DOCUMENT_UNKNOWN = 0,        /* not a byte yet, or only spaces */
    SP_DOCUMENT_JSON,
    SP_DOCUMENT_OTHER
} sp_document_t;


struct sp_observation_s {
    const sp_rules_t     *rules;
    const sp_exchange_t  *ex;
    const sp_pool_t      *pool;

    sp_str_t              uri;      /* or what stands for it */

    unsigned              words;    /* of met and alive */
    unsigned              needs;    /* of those alive */
    unsigned              reads;
    unsigned              have;     /* SP_NEEDS_* that are there */
    unsigned              absent;   /* cookies: bits of sp_cookies.h */
    unsigned              status;

    /* the request */

    size_t                request_len;      /* of the body, so far */
    char                 *body;     /* what is kept of it */
    size_t                body_len;
    size_t                body_size;
    sp_multipart_t       *multipart;        /* NULL: it is none */
    sp_form_t             args;
    sp_form_t             form;
    sp_graphql_t         *graphql;  /* NULL: it is none */
    uint64_t             *selected; /* by list of roots: its fields, a bit
                                       each; SP_NOT_SELECTED: not asked yet */
    unsigned              npairs;   /* cookies */
    uint32_t              root_at;  /* the answer's root key at hand, by its
                                       position from 1; 0: none yet */
    unsigned              root_field;       /* its field, or SP_NO_FIELD */

    /* the answer */

    sp_json_scanner_t    *scanner;
    sp_taps_scan_t        scan;
    sp_document_t         document;
    sp_page_t            *page;     /* NULL: it is not read as HTML */
    sp_page_t           **pages;    /* of strings in it that are */
    size_t                response_len;     /* of the body, so far */
    size_t                response_read;    /* of it, by whoever wants it */
    sp_unpack_t          *unpack;   /* NULL: it comes as it is */
    size_t                packed_len;       /* of what comes instead */
    char                 *raw;      /* all of it, for `each` */
    size_t                raw_len;
    size_t                raw_size;
    char                 *text;     /* for response.body */
    size_t                text_len;
    unsigned              nseen;    /* keys of root fields */
    unsigned              nsets;    /* cookies of the answer */

    /* what was found in either */

    sp_scanned_t         *values;
    sp_collected_t      **collected;

    unsigned              varies:1; /* rules were ruled out by more than the
                                       URI and its arguments */
    unsigned              args_read:1;
    unsigned              pairs_read:1;     /* npairs is what there is; more
                                               than SP_PAIRS are not kept */
    unsigned              form_read:1;
    unsigned              wants_body:1;
    unsigned              request_done:1;
    unsigned              response_done:1;
    unsigned              answered:1;
    unsigned              request_cut:1;
    unsigned              request_bad:1;
    unsigned              response_cut:1;
    unsigned              response_bad:1;
    unsigned              unread:1; /* it was wanted, and nothing of it came,
                                       or nothing that can be read */
    unsigned              no_page:1;        /* the answer is no HTML */
    unsigned              nomem:1;
    unsigned              sets_read:1;      /* nsets is what there is; more than
                                               SP_SETS are not kept */

    /* cleared as far as words, nseen, nsets and npairs say */

    uint64_t              met[SP_RULES_WORDS];
    uint64_t              alive[SP_RULES_WORDS];    /* not yet ruled out */
    sp_str_t              seen[SP_ROOTS_SEEN];
    sp_cookie_t           sets[SP_SETS];
    sp_str_t              pairs[SP_PAIRS];
};


#define SP_NOT_SELECTED  UINT64_MAX
#define SP_NO_FIELD      SP_GRAPHQL_FIELDS


/*
 * sp_observe.c: room for what is found (SP_NOMEM); did the answer say who it
 * is, or that it is nobody any more?
 */

sp_rc_t sp_observation_room(sp_observation_t *ob);
int sp_observe_moved(const sp_outcome_t *outcome);


/*
 * sp_observe_match.c: rules out what does not hold any more, answered: with
 * the answer's status, too.  What is ruled out wants no bodies, but is asked
 * again at the end.  SP_NOMEM.
 */

sp_rc_t sp_observe_prune(sp_observation_t *ob, int answered);


/*
 * The visitor as the request shows it; absent: bits of cookies (sp_cookies.h)
 * that are not there.  SP_OK, SP_DONE: nobody; SP_NOMEM.
 */

sp_rc_t sp_observe_session(const sp_rules_t *rules,
    const sp_exchange_t *exchange, unsigned absent, const sp_pool_t *pool,
    sp_str_t *visitor);


/*
 * As sp_observe(), for a part of an exchange, which has no parts itself.
 */

sp_observation_t *sp_observe_part(const sp_rules_t *rules,
    const sp_exchange_t *exchange, const sp_pool_t *pool, unsigned *wants);


/*
 * sp_parts.c: plays the parts of an exchange that rules with `each` are about,
 * and puts their outcomes behind its own.  SP_OK, SP_NOMEM.
 */

sp_rc_t sp_parts_apply(sp_observation_t *ob, sp_outcome_t *outcome);


/*
 * sp_request_body.c: the request's body, as it passes.  SP_AGAIN: more is
 * wanted; SP_DONE: no more, it was read; SP_NOMEM.
 */

sp_rc_t sp_request_body(sp_observation_t *ob, const char *data, size_t len,
    int last);


/* sp_request.c: the request's body is over, or no more of it is wanted. */

sp_rc_t sp_request_finish(sp_observation_t *ob);


/*
 * sp_roots.c.  Non-zero if the request selects a field of the list; if it
 * selects one of all that the rule reads; if the answer's key stands for a
 * field of the list.
 */

int sp_roots_selected(sp_observation_t *ob, const sp_source_t *source);
int sp_roots_asked(sp_observation_t *ob, const sp_rule_t *rule);
int sp_roots_accept(sp_observation_t *ob, unsigned root,
    const sp_json_wildcard_t *key);


/*
 * sp_value.c.  The value of a source after its decoders: SP_OK; SP_DONE:
 * absent; SP_NOMEM.  cut: only its beginning is known; blank: it is absent as
 * the text that is there is empty.
 */

typedef struct {
    sp_str_t              text;
    sp_scanned_state_t    state;    /* before the decoders */
    unsigned              cut:1;
    unsigned              blank:1;
    const sp_source_t    *source;
} sp_value_t;

sp_rc_t sp_value_get(sp_observation_t *ob, const sp_source_t *source,
    sp_value_t *value);


/* The first alternative that has one. */

sp_rc_t sp_value_first(sp_observation_t *ob, const sp_sources_t *sources,
    sp_value_t *value);


/*
 * The first alternative that has one of that form (sp_field_take()); needs:
 * only of sources that need nothing else.
 */

sp_rc_t sp_value_take(sp_observation_t *ob, const sp_sources_t *sources,
    sp_form_of_t form, unsigned needs, sp_value_t *value);


/* Reads the arguments of the URI into ob->args, once.  SP_NOMEM. */

sp_rc_t sp_value_args(sp_observation_t *ob);


/*
 * The last Set-Cookie of that name in the answer.  SP_OK; SP_DONE: none.
 */

sp_rc_t sp_value_set_cookie(sp_observation_t *ob, const sp_str_t *name,
    sp_cookie_t *cookie);


/*
 * sp_visit.c: the visitor, as the request has it; then visitor and aliases as
 * the request has them and the answer sets them.
 */

sp_rc_t sp_visit_request(sp_observation_t *ob, sp_value_t *visitor);
sp_rc_t sp_visit_apply(sp_observation_t *ob, sp_outcome_t *outcome);


/*
 * sp_outcome.c: applies the rules that are met, in their order; does a rule
 * take an answer of that status?
 */

sp_rc_t sp_outcome_apply(sp_observation_t *ob, sp_outcome_t *outcome);
int sp_outcome_status(const sp_rule_t *rule, unsigned status);


/* sp_response.c: the answer's body; marks it as cut if it never ended. */

unsigned sp_response_begin(sp_observation_t *ob);
sp_rc_t sp_response_body(sp_observation_t *ob, const char *data, size_t len,
    int last);
sp_rc_t sp_response_packed(sp_observation_t *ob, const char *data,
    size_t len, int last);
void sp_response_finish(sp_observation_t *ob);


#endif /* SP_OBSERVATION_H */
