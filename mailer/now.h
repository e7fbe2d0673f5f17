/*
 * Copyright (C) SitePreserver developers
 */

#ifndef NOW_H
#define NOW_H

#include <stdint.h>


/* Milliseconds that only rise; any thread. */

int64_t now_ms(void);


#endif /* NOW_H */
