#!lua name=sp1
--
-- Copyright (C) SitePreserver developers
--
-- SitePreserver's state: the only code that reads or writes its keys.  What
-- the keys, records and promises are: docs/redis.md.
--
-- Each function reads everything first, then writes, the visit last.  "Now"
-- is Redis's own time.  redis.call() and string do not exist while a library
-- is loaded, so they become upvalues at the first call.
--

local VERSION = 1

local DAY = 86400
local RENEW_MARGIN = 100800         -- 28 h: TTLs are renewed once a day
local ITEM_TTL = 90 * DAY
local COUNT_TTL = 400 * DAY
local ATTRIBUTION = 7 * DAY * 1000  -- ms from a click to its order

local LINES_MAX = 200
local ALIASES_MAX = 5
local HEADS_MAX = 512
local AGE_MAX = 30 * DAY * 1000
local SEALED_MAX = 283             -- bytes, as in sp_secret.h

-- kinds of event that are more than a stage, as in sp_rules.h

local K_PURCHASE = 0x80
local K_LOGOUT = 0x4000
local K_PENDING = 0x8000
local K_CLICK = 0x10000
local K_ERROR = 0x40000

-- an event's flags

local E_ERASE = 1                  -- with E_FORGET: nothing is kept, either
local E_MOVED_OWN = 2
local E_CHECKOUT = 4               -- a step of the checkout went well
local E_LOGGED_IN = 8
local E_FORGET = 16
local E_DEVICE = 32                 -- times the device
local E_VISITED = 128               -- counts only of a visit that is known

-- what an event does to the cart

local NONE, SNAPSHOT, ADD, SET, REMOVE = 0, 1, 2, 3, 4

-- an alias's flags

local A_BIND, A_DELETED, A_OWN = 1, 2, 4

-- how a visit got its shopper: the higher, the surer

local BY_NOTHING, BY_OWN, BY_CLICK, BY_ADDRESS, BY_LOGIN = 0, 1, 2, 3, 4

-- a visit's flags

local V_SOFT = 1                    -- its hold ends with a view of the cart
local V_EXTRAS = 2                  -- some line has more than its amounts
local V_ALIASED = 4                 -- our own cookie leads to its shopper
local V_ALONE = 8                   -- its shopper has no other visit
local V_CUSTOMER = 16               -- its customer leads to its shopper
local V_RARE = 32                   -- its record has order, hold, bound, failed,
                                    -- click
local V_SAME = 64                   -- its record has one time for three

-- stage, class and device are in one byte of a visit

local V_GRADE, V_DEVICE = 8, 64

-- a shopper's states and flags

local IDLE, OPEN, CLOSED = 0, 1, 2
local P_LOGGED_IN = 1
local C_WITHDRAWN = 8               -- of what is known of consent, beside how
local NO_ATTEMPT, CONFIRMED, SETTLED, DOUBTED = 0, 1, 2, 3

local MODES = { [0] = 'off', 'dry-run', 'catch-all', 'live' }

local REASONS = { 'ordered', 'recovered', 'lost', 'suppressed', 'empty',
                  'released', 'no_address', 'before_live', 'off',
                  'series_gone', 'series_done', 'never_mail', 'unreadable',
                  'other', 'cool_down', 'no_audience', 'no_consent', 'paused',
                  'not_me', 'out_of_stock' }
local REASON_NUMBER = {}

-- how consent came, as in sp_call.h; 0: only of what was taken back

local CONSENTED = { [0] = 'not_me', 'login', 'sign_up', 'checkout', 'newsletter', 'identify',
                    'import', 'operator' }

-- a suppression: its reason, and its end

local OUT_TILL = '^([^\31]*)\31%d+\31(%d+)$'

local call, pack, unpack, spread, match, gmatch, find, sub, rep, gsub, concat
local floor, max, min, band, tonumber, sha1hex, format, ipairs, pairs, error
local remove, reply_error, type, byte, pcall

local SOURCES = {}                  -- whose names were checked
local HEADS = {}                    -- parsed; a shop has some dozens of them

-- what the other files give each other

local read_visit, new_visit, read_shopper, new_shopper, count, note, date
local finish, line_read, lines_read, line_check, line_inherit, cart_clear
local close, visits_replace, visits_add, release, join, order_visit
local order_shopper, ordered_before, orders_join, visit_find, customer_read
local customer_write, identify, persons, move, logout, logged_out, cart
local shop_read
local look, schedule, doubt_member, step_done, mail_noted, doubt, refused
local holdout_noted, offer_noted
local head_read, event_read, event_fast, event_new, touch, lines_whole
local visit_head, visit_times, leased, offer_back, offer_given, cells_write
local trial_begin, trial_order, cart_value, disowned, consent_noted
local consent_given, read_record, write_visit, write_shopper
local checkout_failed, checkout_works, checkout_wait, checkout_stands
local alias_read, erase, recall_note
local item_key, item_read, lines_joined, stock_wait


-- The names of the running environment, which is not there at load time.

local function prepare()
    local G = _G

    match, gmatch, find = G.string.match, G.string.gmatch, G.string.find
    sub, rep, gsub = G.string.sub, G.string.rep, G.string.gsub
    format, byte = G.string.format, G.string.byte
    concat, remove = G.table.concat, G.table.remove
    floor, max, min = G.math.floor, G.math.max, G.math.min
    band = G.bit.band
    tonumber, type, error, pcall = G.tonumber, G.type, G.error, G.pcall
    ipairs, pairs = G.ipairs, G.pairs
    pack, unpack, spread = G.struct.pack, G.struct.unpack, G.unpack
    sha1hex, reply_error = G.redis.sha1hex, G.redis.error_reply

    for i, reason in ipairs(REASONS) do
        REASON_NUMBER[reason] = i
    end

    call = G.redis.call
end


local function bad(what)
    error({ err = 'SPBAD ' .. what })
end


local function number(text, what, most)
    local n = match(text or '', '^%d+$') and tonumber(text)

    if not n or n > most then
        bad(what)
    end

    return n
end


local function identifier(text, what)
    if not text or #text ~= 22 or find(text, '[^%w_-]') then
        bad(what)
    end

    return text
end


local function optional(text, what)
    if text == '' then
        return text
    end

    return identifier(text, what)
end


-- The shop's prefix and the rest of the first key.

local function key(keys, kind)
    local prefix, id = match(keys[1] or '', '^(sp:{[a-z0-9._-]+}:)'
                                            .. kind .. '(.*)$')

    if not prefix or #prefix > 70 or keys[2] ~= prefix .. 'moved' then
        bad('key')
    end

    return prefix, id
end


local function now_ms()
    local time = call('TIME')

    return time[1] * 1000 + floor(time[2] / 1000)
end


-- What a call is about to do; finish() does it.

local function context(prefix)
    return { prefix = prefix, now = now_ms(), visits = {}, shoppers = {},
             writes = {}, cells = {}, touched = {}, counts = {},
             journal = {} }
end


local function later(c, ...)
    c.writes[#c.writes + 1] = { ... }
end


--
-- A function.  What records what has happened runs even when Redis is full
-- ("allow-oom"); what lets new things begin does not.
--

local function register(name, fn, ...)
    redis.register_function{
        function_name = name,
        callback = function(keys, args)
            if not call then
                prepare()
            end

            return fn(keys, args)
        end,
        flags = { ... }
    }
end
