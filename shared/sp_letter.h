/*
 * Copyright (C) SitePreserver developers
 *
 * Which characters are letters, for names that a stranger typed.
 */

#ifndef SP_LETTER_H
#define SP_LETTER_H

#include "sp_str.h"


/*
 * The length of the letter at this place of a text, 0 if it is none.  A letter
 * is one of any script of Unicode's first plane, or a mark on one.  Digits of
 * whatever script, punctuation, symbols and full width forms are none, nor is
 * what cannot be seen (fillers, joiners, selectors), encloses the letter before
 * it, or is a letter by name only (modifier letters: some are dots and colons
 * to the eye).  What no character was assigned to may be one.
 */

size_t sp_letter(const sp_str_t *text, size_t at);


#endif /* SP_LETTER_H */
