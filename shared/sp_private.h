/*
 * Copyright (C) SitePreserver developers
 *
 * Answers that are for one visitor alone.
 */

#ifndef SP_PRIVATE_H
#define SP_PRIVATE_H

#include "sp_observe.h"


/*
 * Non-zero if the answer may carry a cookie of one visitor: no error, to another
 * method than GET and HEAD or not to be kept by shared caches, and nothing in
 * its Cache-Control (RFC 9111, 5.2.2) lets them.
 */

int sp_private(const sp_exchange_t *exchange, unsigned status);


#endif /* SP_PRIVATE_H */
