/*
 * Copyright (C) SitePreserver developers
 *
 * Which form an option's value must have.
 */

#ifndef CONFIG_CHECK_H
#define CONFIG_CHECK_H


/*
 * NULL: text is well as a value of this option, else what is wrong with it.
 * An option of one name means the same wherever it stands.
 */

const char *config_check(const char *option, const char *text);


#endif /* CONFIG_CHECK_H */
