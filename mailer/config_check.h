/*
 * Copyright (C) SitePreserver developers
 *
 * Which form an option's value must have.
 */

#ifndef CONFIG_CHECK_H
#define CONFIG_CHECK_H


/*
 * NULL: text is well as a value of this option, else what is wrong with it.
 * An option of one name means the same wherever it stands.  Of any it is
 * UTF-8 without control characters.
 */

const char *config_check(const char *option, const char *text);


/* Does it name a file or a folder? */

int config_check_is_path(const char *option);


#endif /* CONFIG_CHECK_H */
