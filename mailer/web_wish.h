/*
 * Copyright (C) SitePreserver developers
 *
 * Doing what somebody wishes on a page, and saying so.
 */

#ifndef WEB_WISH_H
#define WEB_WISH_H

#include "web_ask.h"


typedef enum {
    WEB_WISH_NEVER = 0,             /* suppressed for ever */
    WEB_WISH_PAUSE,                 /* ... until then */
    WEB_WISH_NOT_ME                 /* the cart is somebody else's */
} web_wished_t;


/*
 * Does it for the shopper of the token, and answers when it is on disk, so
 * that it is true whatever becomes of Redis.  until: Unix time, s, of a pause.
 * An inert token does nothing.
 */

void web_wish(const web_ask_t *ask, web_wished_t what, int64_t until);


#endif /* WEB_WISH_H */
