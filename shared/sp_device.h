/*
 * Copyright (C) SitePreserver developers
 *
 * With what a visit is made.
 */

#ifndef SP_DEVICE_H
#define SP_DEVICE_H

#include "sp_call.h"


#define SP_AGENT_MAX  512           /* bytes that are looked at */


/*
 * The device that a User-Agent (RFC 9110 section 10.1.5) names.  Programs that
 * name none are SP_DEVICE_UNKNOWN.  A tablet that asks for pages for desktops,
 * as iPads do, cannot be told from one.
 */

sp_device_t sp_device(const sp_str_t *agent);


#endif /* SP_DEVICE_H */
