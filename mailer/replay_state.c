/*
 * Copyright (C) SitePreserver developers
 *
 * Lua 5.1, as in Redis, and the library in it.
 */

#include <lauxlib.h>
#include <lualib.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>

#include "replay_state.h"


struct replay_state_s {
    lua_State  *lua;
};


static int replay_sha1hex(lua_State *lua);
static sp_rc_t replay_library(lua_State *lua);
static void replay_say(lua_State *lua, sp_error_t *err);
static sp_rc_t replay_reply(lua_State *lua, const sp_pool_t *pool,
    sp_str_t **items, size_t *n, sp_error_t *err);


replay_state_t *
replay_state_create(sp_error_t *err)
{
    lua_State       *lua;
    replay_state_t  *state;

    strcpy(err->text, "out of memory");

    state = calloc(1, sizeof(replay_state_t));
    lua = luaL_newstate();

    if (state == NULL || lua == NULL) {
        free(state);

        if (lua != NULL) {
            lua_close(lua);
        }

        return NULL;
    }

    state->lua = lua;
    luaL_openlibs(lua);
    lua_register(lua, "sha1hex", replay_sha1hex);

    if (luaL_dostring(lua, replay_store_lua) != 0
        || replay_library(lua) != SP_OK)
    {
        replay_say(lua, err);
        replay_state_free(state);
        return NULL;
    }

    return state;
}


void
replay_state_free(replay_state_t *state)
{
    if (state != NULL) {
        lua_close(state->lua);
        free(state);
    }
}


/* Its first line is for Redis; what shows things is a part of it. */

static sp_rc_t
replay_library(lua_State *lua)
{
    int          rc;
    luaL_Buffer  text;
    const char  *begin;

    begin = memchr(sp_functions_lua, '\n', sp_functions_lua_len);

    if (begin == NULL) {
        lua_pushliteral(lua, "the functions are no library");
        return SP_INVALID;
    }

    luaL_buffinit(lua, &text);
    luaL_addlstring(&text, begin, sp_functions_lua_len
                                  - (size_t) (begin - sp_functions_lua));
    luaL_addstring(&text, "\ndo\n");
    luaL_addstring(&text, replay_show_lua);
    luaL_addstring(&text, "\nend\n");
    luaL_pushresult(&text);

    rc = luaL_loadbuffer(lua, lua_tostring(lua, -1), lua_objlen(lua, -1),
                         "=functions");

    if (rc == 0) {
        rc = lua_pcall(lua, 0, 0, 0);
    }

    return rc == 0 ? SP_OK : SP_INVALID;
}


static int
replay_sha1hex(lua_State *lua)
{
    int             i;
    char            hex[2 * SHA_DIGEST_LENGTH + 1];
    size_t          len;
    const char     *text;
    unsigned char   sum[SHA_DIGEST_LENGTH];

    text = luaL_checklstring(lua, 1, &len);
    SHA1((const unsigned char *) text, len, sum);

    for (i = 0; i < SHA_DIGEST_LENGTH; i++) {
        snprintf(hex + 2 * i, 3, "%02x", sum[i]);
    }

    lua_pushlstring(lua, hex, 2 * SHA_DIGEST_LENGTH);

    return 1;
}


static void
replay_say(lua_State *lua, sp_error_t *err)
{
    const char  *text;

    text = lua_tostring(lua, -1);

    snprintf(err->text, sizeof(err->text), "%s", text != NULL ? text
                                                              : "an error");
}


void
replay_state_now(replay_state_t *state, int64_t ms)
{
    lua_getglobal(state->lua, "replay_now");
    lua_pushnumber(state->lua, (lua_Number) ms);

    if (lua_pcall(state->lua, 1, 0, 0) != 0) {
        lua_pop(state->lua, 1);
    }
}


/* The arguments of a call are FCALL NAME 2 KEY KEY ARG ... */

sp_rc_t
replay_state_call(replay_state_t *state, const sp_call_t *call,
    const sp_pool_t *pool, sp_str_t **items, size_t *n, sp_error_t *err)
{
    int         i;
    lua_State  *lua;

    lua = state->lua;

    lua_getglobal(lua, "replay_call");
    lua_pushlstring(lua, call->argv[1], call->argvlen[1]);
    lua_createtable(lua, 2, 0);

    for (i = 0; i < 2; i++) {
        lua_pushlstring(lua, call->argv[3 + i], call->argvlen[3 + i]);
        lua_rawseti(lua, -2, i + 1);
    }

    lua_createtable(lua, call->argc - 5, 0);

    for (i = 5; i < call->argc; i++) {
        lua_pushlstring(lua, call->argv[i], call->argvlen[i]);
        lua_rawseti(lua, -2, i - 4);
    }

    if (lua_pcall(lua, 3, 2, 0) != 0) {
        replay_say(lua, err);
        lua_pop(lua, 1);
        return SP_INVALID;
    }

    return replay_reply(lua, pool, items, n, err);
}


/* On the stack: a list, or nothing and what was wrong. */

static sp_rc_t
replay_reply(lua_State *lua, const sp_pool_t *pool, sp_str_t **items,
    size_t *n, sp_error_t *err)
{
    char        *copy;
    size_t       i, len;
    sp_str_t    *list;
    const char  *text;

    if (!lua_istable(lua, -2)) {
        replay_say(lua, err);
        lua_pop(lua, 2);
        return SP_INVALID;
    }

    *n = lua_objlen(lua, -2);
    list = sp_calloc(pool, (*n + 1) * sizeof(sp_str_t));

    for (i = 0; list != NULL && i < *n; i++) {
        lua_rawgeti(lua, -2, (int) i + 1);
        text = lua_tolstring(lua, -1, &len);
        copy = sp_alloc(pool, len + 1);

        if (copy == NULL) {
            list = NULL;

        } else {
            memcpy(copy, text, len);
            copy[len] = '\0';
            list[i].data = copy;
            list[i].len = len;
        }

        lua_pop(lua, 1);
    }

    lua_pop(lua, 2);
    *items = list;

    return list != NULL ? SP_OK : SP_NOMEM;
}


sp_rc_t
replay_state_show(replay_state_t *state, const sp_str_t *shop,
    const char *function, const char *kind, const sp_id_t *id,
    const sp_pool_t *pool, sp_str_t **items, size_t *n, sp_error_t *err)
{
    char       key[128], moved[128];
    sp_call_t  call;

    snprintf(key, sizeof(key), "sp:{%.*s}:%s%s", (int) shop->len, shop->data,
             kind, id->text);
    snprintf(moved, sizeof(moved), "sp:{%.*s}:moved", (int) shop->len,
             shop->data);

    memset(&call, 0, sizeof(call));
    call.argv[1] = function;
    call.argvlen[1] = strlen(function);
    call.argv[3] = key;
    call.argvlen[3] = strlen(key);
    call.argv[4] = moved;
    call.argvlen[4] = strlen(moved);
    call.argc = 5;

    return replay_state_call(state, &call, pool, items, n, err);
}
