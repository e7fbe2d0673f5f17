--
-- Copyright (C) SitePreserver developers
--
-- What an event's arguments say: sp_call_event.c writes them.
--

local FIRST_NAME_MAX = 120          -- bytes, as in sp_call_int.h
local LOCALE_MAX = 35               -- bytes, as in sp_field.h
local ZONE_MAX = 40
local WHO = '^([^\31]*)\31([^\31]*)\31([^\31]*)\31([^\31]*)\31([^\31]*)\31'
            .. '([^\31]*)\31([^\31]*)\31([^\31]*)\31([^\31]*)\31'
            .. '([^\31]*)\31(.*)$'
local HEAD = '^(%d+) (%d+) (%d+) (%d+) (%d+) (%d+) '
             .. '(%d+) (%d+) (%d+) (%d+) (%u*)$'

-- the other kinds of event

local K_VIEW_ITEM = 0x1
local K_ADD = 0x2
local K_REMOVE = 0x4
local K_VIEW_CART = 0x8
local K_CHECKOUT = 0x10
local K_SHIPPING = 0x20
local K_PAYMENT = 0x40
local K_UPDATE = 0x800
local K_SET_CART = 0x1000
local K_ALL = 0x7ffff
local K_SPECIAL = K_PURCHASE + K_LOGOUT + K_PENDING + K_CLICK + K_ERROR
local K_CART = K_ADD + K_REMOVE + K_VIEW_CART + K_UPDATE + K_SET_CART

-- what is in the number behind the click: how the address came, how consent
-- did, and whether the locale is only what the browser asked for

local W_CONSENT, W_ASKED = 8, 128

-- ids that are among the aliases: the customer's, and the browser's, see "w:"

local A_CUSTOMER, A_RECALL = 8, 9

local nheads = 0
local nsources = 0

local STAGES = { { K_VIEW_ITEM, 1 }, { K_CART, 2 }, { K_CHECKOUT, 3 },
                 { K_SHIPPING, 4 }, { K_PAYMENT, 5 } }


local function head_parse(text)
    local idle, retain, anonymous, remember, hold, addresses, kinds, status,
          op, flags, currency = match(text, HEAD)

    if not idle or #currency > 3 then
        bad('head')
    end

    local head = {
        terms = { idle = number(idle, 'idle', 1e12),
                  retain = number(retain, 'retain', 1e9),
                  anonymous = number(anonymous, 'anonymous', 1e9),
                  remember = number(remember, 'remember', 1e9),
                  hold = number(hold, 'hold', 1e12),
                  addresses = number(addresses, 'addresses', 1e9) },
        kinds = number(kinds, 'kinds', K_ALL),
        status = number(status, 'status', 999),
        op = number(op, 'op', REMOVE),
        flags = number(flags, 'flags', 2 * E_VISITED - 1),
        currency = currency,
        stage = 0
    }

    head.device = floor(head.flags % E_VISITED / E_DEVICE)
    head.flags = head.flags - head.device * E_DEVICE
    head.grade = head.device * V_DEVICE

    if head.terms.idle == 0 or head.terms.retain == 0
        or head.terms.anonymous == 0 or head.terms.remember == 0
    then
        bad('terms')
    end

    for _, s in ipairs(STAGES) do
        if band(head.kinds, s[1]) ~= 0 then
            head.stage = s[2]
        end
    end

    head.plain = band(head.kinds, K_SPECIAL) == 0
                 and (head.op == NONE or head.op == SNAPSHOT)
                 and band(head.flags, E_FORGET + E_CHECKOUT) == 0

    return head
end


function head_read(text)
    local head = HEADS[text]

    if head then
        return head
    end

    head = head_parse(text or '')

    if nheads == HEADS_MAX then
        HEADS = {}
        nheads = 0
    end

    HEADS[text] = head
    nheads = nheads + 1

    return head
end


local function source_read(text)
    if SOURCES[text] then
        return text
    end

    identifier(text, 'source')

    if nsources == HEADS_MAX then
        SOURCES = {}
        nsources = 0
    end

    SOURCES[text] = true
    nsources = nsources + 1

    return text
end


-- Aliases: an id and a digit each.  The customer is among them, and the browser.

local function aliases_read(text, who)
    who.aliases = {}
    who.customer = ''
    who.recall = ''

    if #text % 23 ~= 0 or #text > 23 * (ALIASES_MAX + 2) then
        bad('aliases')
    end

    for i = 1, #text, 23 do
        local id = identifier(sub(text, i, i + 21), 'alias')
        local flags = number(sub(text, i + 22, i + 22), 'alias', A_RECALL)

        if flags == A_CUSTOMER then
            who.customer = id

        elseif flags == A_RECALL then
            who.recall = id

        else
            who.aliases[#who.aliases + 1] = { id = id, flags = flags }
        end
    end
end


-- Who, as far as the exchange says it.

local function who_read(text)
    local who = { moved = '', shopper = '', network = '', first_name = '',
                  locale = '', zone = '', order = '', click = '', captured = 0,
                  consent = 0, asked = false, sealed = '' }

    if text == '' then
        return who
    end

    local click_shopper, click_rescue, click_step, how

    who.moved, who.shopper, who.network, who.first_name, who.locale,
        who.order, click_shopper, click_rescue, click_step, how,
        who.sealed = match(text, WHO)

    if not who.sealed or #who.sealed > SEALED_MAX
        or find(sub(text, 1, #text - #who.sealed), '[%z\1-\30\127]')
        or #who.first_name > FIRST_NAME_MAX
    then
        bad('who')
    end

    -- "LOCALE", or with the time zone behind a space

    who.locale, who.zone = match(who.locale, '^(%S*) ?(%S*)$')

    if not who.zone or #who.locale > LOCALE_MAX or #who.zone > ZONE_MAX then
        bad('who')
    end

    how = number(how, 'how', 2 * W_ASKED - 1)
    who.captured = how % W_CONSENT
    who.consent = floor(how % W_ASKED / W_CONSENT)
    who.asked = how >= W_ASKED

    if who.consent == C_WITHDRAWN then
        bad('consent')
    end

    optional(who.moved, 'moved')
    optional(who.shopper, 'shopper')
    optional(who.network, 'network')
    optional(who.order, 'order')

    if click_shopper ~= '' then
        who.click = identifier(click_shopper, 'click')
        who.click_rescue = number(click_rescue, 'click', 4294967295)
        who.click_step = number(click_step, 'click', 4294967295)
    end

    return who
end


-- Is there nothing in this line but its amounts, and all of them?

local function line_plain(line)
    return line[1] ~= '' and tonumber(line[3] ~= '' and line[3] or 0) > 0
           and line[4] ~= '' and concat(line, '', 5, 12) == ''
end


local function event_lines(c, text)
    c.raw = text
    c.lines = {}
    c.plain = true

    if find(text, '[%z\1-\29\127]') then
        bad('line')
    end

    c.lines = lines_read(text)

    if #c.lines > LINES_MAX then
        bad('lines')
    end

    for _, line in ipairs(c.lines) do
        line_check(line)
        c.plain = c.plain and line_plain(line)
    end
end


function event_read(keys, args)
    local prefix, vid = key(keys, 'v:')

    identifier(vid, 'visit')

    local seq = number(args[2], 'seq', 9e15)
    local head = head_read(args[3])
    local total = match(args[4] or '', '^-?%d*$')
    local who = who_read(args[5] or '')
    local seen = args[8] ~= '' and number(args[8], 'seen', 9e15)
    local age = number(args[9], 'age', AGE_MAX)

    if seq == 0 or not total or #total > 16 then
        bad('event')
    end

    aliases_read(args[6] or '', who)

    local c = context(prefix)

    event_lines(c, args[7] or '')

    c.vid = vid
    c.asked = vid
    c.source = source_read(args[1])
    c.seq = seq
    c.head = head
    c.terms = head.terms
    c.kinds = head.kinds
    c.status = head.status
    c.op = head.op
    c.flags = head.flags
    c.total = total
    c.who = who
    c.seen = seen
    c.machine = sub(args[1], 1, 8)      -- where all sources begin with that
    c.at = c.now - age

    return c
end
