/*
 * Copyright (C) SitePreserver developers
 *
 * Tokens of a GraphQL document (specification, section 2.1); for
 * sp_graphql*.c only.
 */

#ifndef SP_GRAPHQL_LEX_H
#define SP_GRAPHQL_LEX_H

#include "sp_str.h"


typedef enum {
    SP_GRAPHQL_END = 0,             /* of the text */
    SP_GRAPHQL_BAD,                 /* no token, or one that breaks off */
    SP_GRAPHQL_NAME,
    SP_GRAPHQL_NUMBER,
    SP_GRAPHQL_STRING,              /* text: within the quotes, as written */
    SP_GRAPHQL_BLOCK,               /* text: within the triple quotes */
    SP_GRAPHQL_SPREAD,              /* "..." */
    SP_GRAPHQL_PUNCTUATOR           /* text: one of ! $ & ( ) : = @ [ ] { | } */
} sp_graphql_token_t;


/* A token and what follows it. */

typedef struct {
    sp_graphql_token_t  token;
    sp_str_t            text;
    const char         *p;
    const char         *end;
} sp_graphql_lex_t;


/* Begins with the first token of text. */

void sp_graphql_lex(sp_graphql_lex_t *lex, const sp_str_t *text);


/* The next token; stays at the end, and at what is no token. */

void sp_graphql_next(sp_graphql_lex_t *lex);


/* Non-zero if the token is that punctuator, or that name. */

static inline int
sp_graphql_is(const sp_graphql_lex_t *lex, char c)
{
    return lex->token == SP_GRAPHQL_PUNCTUATOR && lex->text.data[0] == c;
}

int sp_graphql_named(const sp_graphql_lex_t *lex, const char *name);


/*
 * At an opening bracket: goes to the token after the closing one.  *inside,
 * unless NULL, is the text between them.  SP_OK; SP_INVALID: the text ended
 * first, *inside is what there is.
 */

sp_rc_t sp_graphql_group(sp_graphql_lex_t *lex, sp_str_t *inside);


/* At a value: goes to the token after it.  SP_OK, SP_INVALID. */

sp_rc_t sp_graphql_skip_value(sp_graphql_lex_t *lex, sp_str_t *value);


#endif /* SP_GRAPHQL_LEX_H */
