/*
 * Copyright (C) SitePreserver developers
 *
 * What an exchange says, made into an event: values of the shop become keyed
 * hashes, the address is sealed.  The module and "sitepreserver replay" do
 * it with this, so that they cannot differ.
 */

#ifndef SP_EVENT_H
#define SP_EVENT_H

#include "sp_call.h"


/* Where the exchange was; texts that an event points into. */

typedef struct {
    const sp_secret_t  *secret;
    const sp_str_t     *shop;
    sp_id_t             own;            /* of our cookie; empty: none */
    unsigned            own_alias:1;    /* it leads to the shopper */

    char                address[SP_ADDRESS_MAX + 1];    /* as it was captured,
                                           "": none; the caller wipes it */
    char                sealed[SP_SEALED_MAX];
    char                language[SP_LOCALE_MAX + 1];
} sp_event_from_t;


/*
 * The visit: the platform's session as the answer leaves it, else as the
 * request has it, else our own cookie; and where it was before, if the answer
 * has moved it.  SP_OK; SP_DONE: there is none of them; SP_NOMEM.
 */

sp_rc_t sp_event_visit(sp_event_t *event, const sp_event_from_t *from,
    const sp_outcome_t *outcome);


/*
 * What leads from a value to a person: login cookies, which may be bound
 * only where this answer has set them, and our own cookie.  SP_NOMEM.
 */

sp_rc_t sp_event_aliases(sp_event_t *event, const sp_event_from_t *from,
    const sp_outcome_t *outcome);


/*
 * What the exchange says of the person, as far as it may be kept: of somebody
 * who refused (event->forget) the address only as the shopper's id, so that a
 * purchase can close what there was.  SP_NOMEM.
 */

sp_rc_t sp_event_person(sp_event_t *event, sp_event_from_t *from,
    const sp_outcome_t *outcome);


/*
 * Non-zero if the language that the browser asks for counts: no rule says one,
 * and the exchange says who it is.  Nearly all others have nothing new to tell
 * of a person.
 */

int sp_event_asks(const sp_event_t *event, const sp_outcome_t *outcome);


/* The language of an Accept-Language, if there is one in it. */

void sp_event_language(sp_event_t *event, sp_event_from_t *from,
    const sp_str_t *header);


#endif /* SP_EVENT_H */
