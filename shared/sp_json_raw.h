/*
 * Copyright (C) SitePreserver developers
 *
 * JSON that is whole in memory and is only to be cut in pieces.  Nothing is
 * checked but quotes and brackets: what is taken out is as good as it was.
 */

#ifndef SP_JSON_RAW_H
#define SP_JSON_RAW_H

#include "sp_str.h"


/*
 * The next member of the object in text: its name without quotes, escapes
 * kept, and its value as it is written.  *pos is where to go on, 0 at first.
 * SP_OK; SP_DONE: no more; SP_INVALID: no object, or no more to be told.  In
 * a text that breaks off the last value is what there is of it.
 */

sp_rc_t sp_json_raw_member(const sp_str_t *text, size_t *pos, sp_str_t *name,
    sp_str_t *value);


/*
 * The same for the next element of an array; *whole: it does not break off.
 */

sp_rc_t sp_json_raw_element(const sp_str_t *text, size_t *pos,
    sp_str_t *value, int *whole);


/*
 * The text of a string as it is written, in quotes, as in sp_json.h; the
 * second quote may lack.  SP_INVALID: no string; SP_NOMEM.
 */

sp_rc_t sp_json_raw_string(const sp_pool_t *pool, const sp_str_t *raw,
    sp_str_t *out);


#endif /* SP_JSON_RAW_H */
