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
local SEQ_TTL = 7 * DAY
local ITEM_TTL = 90 * DAY
local COUNT_TTL = 400 * DAY
local JOURNAL_MAX = 100000
local ATTRIBUTION = 7 * DAY * 1000  -- ms from a click to its order
local CLICK_BINDS = DAY * 1000      -- ms that a click alone names a shopper
local MAIL_WINDOW = DAY * 1000      -- ms that max_per_day looks back
local DEFAULT_IDLE = 3600000
local MODE_PAUSE = 5000             -- ms, where a mailer works in another mode

local VISITS_MAX = 16
local LINES_MAX = 200
local STEPS_MAX = 16
local MAILS_MAX = 16
local ORDERS_MAX = 4
local CUSTOMERS_MAX = 4
local ALIASES_MAX = 5
local HOPS_MAX = 4
local LOOK_MAX = 256                -- due ids looked at in one claim
local CLAIM_MAX = 64
local CLAIM_LINES = 640             -- lines read in one claim
local HEADS_MAX = 512
local AGE_MAX = 30 * DAY * 1000
local SEALED_MAX = 283             -- bytes, as in sp_secret.h
local FIRST_NAME_MAX = 120          -- bytes, as in sp_call_int.h
local LOCALE_MAX = 35               -- bytes, as in sp_field.h
local QUANTITY_MAX = 999999         -- pieces of a line, as there

-- kinds of event, as in sp_rules.h

local K_VIEW_ITEM = 0x1
local K_ADD = 0x2
local K_REMOVE = 0x4
local K_VIEW_CART = 0x8
local K_CHECKOUT = 0x10
local K_SHIPPING = 0x20
local K_PAYMENT = 0x40
local K_PURCHASE = 0x80
local K_UPDATE = 0x800
local K_SET_CART = 0x1000
local K_LOGOUT = 0x4000
local K_PENDING = 0x8000
local K_CLICK = 0x10000
local K_ERROR = 0x40000
local K_ALL = 0x7ffff
local K_SPECIAL = K_PURCHASE + K_LOGOUT + K_PENDING + K_CLICK + K_ERROR
local K_CART = K_ADD + K_REMOVE + K_VIEW_CART + K_UPDATE + K_SET_CART

-- an event's flags

local E_MOVED_OWN = 2
local E_LOGGED_IN = 8
local E_FORGET = 16

-- what an event does to the cart

local NONE, SNAPSHOT, ADD, SET, REMOVE = 0, 1, 2, 3, 4

-- an alias's flags

local A_BIND, A_DELETED, A_OWN = 1, 2, 4
local A_CUSTOMER = 8                -- not an alias

-- how a visit got its shopper: the higher, the surer

local BY_NOTHING, BY_OWN, BY_CLICK, BY_ADDRESS, BY_LOGIN = 0, 1, 2, 3, 4

-- a visit's flags

local V_SOFT = 1                    -- its hold ends with a view of the cart
local V_EXTRAS = 2                  -- some line has more than its amounts
local V_ALIASED = 4                 -- our own cookie leads to its shopper
local V_ALONE = 8                   -- its shopper has no other visit
local V_CUSTOMER = 16               -- its customer leads to its shopper
local V_RARE = 32                   -- its record has order, hold, bound, click
local V_SAME = 64                   -- its record has one time for three

-- a shopper's states and flags

local IDLE, OPEN, CLOSED = 0, 1, 2
local P_LOGGED_IN = 1
local P_RARE = 32                   -- its record has a case: a rescue, an order
local NO_ATTEMPT, CONFIRMED, SETTLED, DOUBTED = 0, 1, 2, 3

local MODES = { [0] = 'off', 'dry-run', 'catch-all', 'live' }

local REASONS = { 'ordered', 'recovered', 'lost', 'suppressed', 'empty',
                  'released', 'no_address', 'before_live', 'off',
                  'series_gone', 'series_done', 'never_mail', 'unreadable',
                  'other' }
local REASON_NUMBER = {}

-- Records.  Times are whole ms in six bytes, enough for 8,900 years.

local V_GRADE = 8                   -- stage + class * 8, in one byte
local V_HEAD_SAME = '<BBBHI6'       -- version, grade, flags, day, times
local V_HEAD = '<BBBHI6I6I6'
local V_HEAD_RARE = '<BBBHI6I6I6I6I6I6'
local V_TEXT = '^(%C*)\31(%C*)\31(%C*)\31(%C*)\30(.*)$'
local V_TEXT_RARE = '^(%C*)\31(%C*)\31(%C*)\31(%C*)\31(%C*)\31(%C*)\30(.*)$'
local P_HEAD = '<BBHB'              -- version, flags, day, number of visits
local P_CASE = '<BBBBBBI4I4I6I6I6I6I6I6I4I4I4I4I4I6I4'
local P_STEP = '<I4I6c1'
local P_MAIL = '<I6'
local P_TEXT = '^(%C*)\31(%C*)\31(%C*)\31(%C*)\31(.*)$'
local LINE = '^([^\31]*)\31([^\31]*)\31([^\31]*)\31([^\31]*)\31([^\31]*)'
             .. '\31([^\31]*)\31([^\31]*)\31([^\31]*)\31([^\31]*)\31([^\31]*)'
             .. '\31([^\31]*)$'
local WHO = '^([^\31]*)\31([^\31]*)\31([^\31]*)\31([^\31]*)\31([^\31]*)\31'
            .. '([^\31]*)\31([^\31]*)\31([^\31]*)\31([^\31]*)\31(.*)$'
local HEAD = '^(%d+) (%d+) (%d+) (%d+) (%d+) (%d+) '
             .. '(%d+) (%d+) (%d+) (%d+) (%u*)$'

local call, pack, unpack, spread, match, gmatch, find, sub, rep, gsub, concat
local floor, max, min, band, tonumber, sha1hex, format, ipairs, pairs, error
local remove, reply_error, type, byte, pcall

local SOURCES = {}                  -- whose names were checked
local HEADS = {}                    -- parsed; a shop has some dozens of them

-- what the other files give each other

local read_visit, new_visit, read_shopper, new_shopper, count, note, date
local finish, line_read, lines_read, line_check, line_inherit, cart_clear
local close, visits_replace, visits_add, release, join, order_visit
local order_shopper, ordered_before, visit_find, customer_read
local customer_write, identify, move, logout, logged_out, cart, shop_read
local look, schedule, doubt_member, step_done, mail_noted, doubt, refused
local head_read, event_read, event_fast, event_new, touch, lines_whole
local visit_head, visit_times


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
             writes = {}, gone = {}, touched = {}, counts = {}, journal = {} }
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
