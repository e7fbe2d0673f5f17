--
-- Copyright (C) SitePreserver developers
--
-- Events.
--


local TERMS = {}                    -- parsed; a shop has one or two texts

local function terms_read(text)
    local terms = TERMS[text]

    if terms then
        return terms
    end

    local idle, retain, anonymous, remember, hold, addresses
        = match(text or '', '^(%d+) (%d+) (%d+) (%d+) (%d+) (%d+)$')

    terms = { idle = number(idle, 'terms', 1e12),
              retain = number(retain, 'terms', 1e9),
              anonymous = number(anonymous, 'terms', 1e9),
              remember = number(remember, 'terms', 1e9),
              hold = number(hold, 'terms', 1e12),
              addresses = number(addresses, 'terms', 1e9) }

    if terms.idle == 0 or terms.retain == 0 or terms.anonymous == 0
        or terms.remember == 0
    then
        bad('terms')
    end

    TERMS[text] = terms

    return terms
end


local function aliases_read(text)
    local aliases = {}

    for alias in gmatch(text, '\31([^\31]*)') do
        aliases[#aliases + 1] = {
            id = identifier(sub(alias, 1, 22), 'alias'),
            flags = number(sub(alias, 23), 'alias', 7)
        }
    end

    if #aliases > ALIASES_MAX then
        bad('aliases')
    end

    return aliases
end


local NOBODY = { moved = '', customer = '', shopper = '', sealed = '',
                 network = '', first_name = '', locale = '', currency = '',
                 order = '', click = '', aliases = {} }


-- Who, as far as the exchange says it.

local function who_read(text)
    if text == '' then
        return NOBODY
    end

    local who = {}
    local click_shopper, click_rescue, click_step, rest

    who.moved, who.customer, who.shopper, who.sealed, who.network,
        who.first_name, who.locale, who.currency, who.order, click_shopper,
        click_rescue, click_step, rest = match(text, WHO)

    if not rest or find(text, '[%z\1-\30\127]') then
        bad('who')
    end

    optional(who.moved, 'moved')
    optional(who.customer, 'customer')
    optional(who.shopper, 'shopper')
    optional(who.network, 'network')
    optional(who.order, 'order')

    if #who.sealed > 512 or #who.first_name > 120 or #who.locale > 35
        or not match(who.currency, '^%u*$') or #who.currency > 3
        or find(who.sealed, '[^%w_.-]')
    then
        bad('who')
    end

    who.click = ''

    if click_shopper ~= '' then
        who.click = identifier(click_shopper, 'click')
        who.click_rescue = number(click_rescue, 'click', 4294967295)
        who.click_step = number(click_step, 'click', 4294967295)
    end

    who.aliases = rest ~= '' and aliases_read(rest) or NOBODY.aliases

    return who
end


-- Checks the lines, and reads them if they must be compared with others.

local function event_lines(c, text)
    if text == '' then
        c.raw = ''
        c.lines = {}
        return
    end

    if find(text, '[%z\1-\29\127]') then
        bad('line')
    end

    local lines = lines_read(text)

    if #lines > LINES_MAX then
        bad('lines')
    end

    for _, line in ipairs(lines) do
        line_check(line)
    end

    c.raw = text
    c.lines = lines
end


local function event_read(keys, args)
    local prefix, vid = key(keys, 'v:')

    identifier(vid, 'visit')
    identifier(args[1], 'source')

    local seq = number(args[2], 'seq', 9e15)
    local terms = terms_read(args[3])
    local kinds, status, op, flags, total
        = match(args[4] or '', '^(%d+) (%d+) (%d) (%d+) (-?%d*)$')

    kinds = number(kinds, 'kinds', K_ALL)
    status = number(status, 'status', 999)
    op = number(op, 'op', REMOVE)
    flags = number(flags, 'flags', 127)

    if #total > 16 then
        bad('total')
    end

    local who = who_read(args[5] or '')
    local age = number(args[7], 'age', AGE_MAX)
    local c = context(prefix)

    c.terms = terms
    c.vid = vid
    c.source = args[1]
    c.seq = seq
    c.kinds = kinds
    c.status = status
    c.op = op
    c.flags = flags
    c.total = total
    c.who = who
    c.at = c.now - age

    event_lines(c, args[6] or '')

    return c
end


local STAGES = { { K_PAYMENT, 5 }, { K_SHIPPING, 4 }, { K_CHECKOUT, 3 },
                 { K_CART, 2 }, { 0x1, 1 } }

local function stage(c, v)
    for _, s in ipairs(STAGES) do
        if band(c.kinds, s[1]) ~= 0 then
            v.stage = max(v.stage, s[2])
            return
        end
    end
end


local function uncertain(c)
    return c.status == 499 or c.status == 502 or c.status == 504
end


local function pending(c, v)
    local till = c.at + c.terms.hold

    if till <= c.now or c.at <= v.order or till <= v.hold then
        return
    end

    v.hold = till
    v.flags = v.flags - band(v.flags, V_SOFT)
              + (uncertain(c) and V_SOFT or 0)
    count(c, 'order_pending')
end


-- before: the shopper that the visit had when the exchange began, or false.

local function order(c, v, before)
    local id = c.who.order
    local p = v.shopper ~= '' and read_shopper(c, v.shopper)

    if id ~= '' and (v.order_id == id or (p and ordered_before(p, id))) then
        return
    end

    count(c, 'orders')
    order_visit(v, c.at)
    v.order_id = id ~= '' and id or v.order_id

    if before and before ~= p then
        order_shopper(c, before, c.at, id)
    end

    if p then
        order_shopper(c, p, c.at, id)
    end

    note(c, 'order', p and p.id or '', p and p.rescue)

    local shopper, rescue, at = match(v.click, '^(%S+) (%d+) (%d+)$')

    if not shopper or c.at - at > ATTRIBUTION then
        return
    end

    v.click = ''
    p = read_shopper(c, shopper)

    if p and p.rescue == tonumber(rescue) and p.clicked > 0 then
        p.clicked = 0
        p.dirty = true
        count(c, 'recovered')
        note(c, 'recovered', p.id, p.rescue)
        close(c, p, 'recovered')
    end
end


local function click(c, v)
    local p = read_shopper(c, c.who.click)

    if not p or c.who.click_rescue > p.rescue then
        return
    end

    v.click = p.id .. ' ' .. c.who.click_rescue .. ' ' .. c.at
    p.clicked = max(p.clicked, c.at)
    p.click_rescue = c.who.click_rescue
    p.dirty = true
    count(c, 'clicks')
    note(c, 'click', p.id, c.who.click_rescue, nil, c.who.click_step)
end


-- Nothing of this person is stored; an order closes what was kept before.

local function event_forget(c)
    local v = visit_find(c, c.vid)

    if band(c.kinds, K_PURCHASE) == 0 or uncertain(c) then
        return
    end

    local seen = {}

    count(c, 'orders')

    if v then
        order_visit(v, c.at)
        seen[1] = v.shopper
    end

    seen[#seen + 1] = c.who.shopper
    seen[#seen + 1] = c.who.customer ~= ''
                      and customer_read(c, c.who.customer) or ''

    for i, id in ipairs(seen) do
        local p = id ~= '' and read_shopper(c, id)

        if p and (i == 1 or id ~= seen[1]) then
            order_shopper(c, p, c.at, '')
        end
    end
end


-- Is there anything that makes a visit worth a record?

local function worth(c, v)
    return v.lines ~= '' or v.shopper ~= '' or v.order > 0 or v.hold > 0
           or v.click ~= '' or v.snap > 0
end


local function event_apply(c)
    local v

    v, c.vid = visit_find(c, c.vid)

    if c.who.moved ~= '' and c.who.moved ~= c.vid then
        v = move(c, c.vid, c.who.moved)
    end

    local known = v

    v = v or new_visit(c, c.vid)
    c.visit = v

    local before = v.shopper ~= '' and read_shopper(c, v.shopper)
    local bought = band(c.kinds, K_PURCHASE) ~= 0 and not uncertain(c)

    if band(c.kinds, K_CLICK) ~= 0 and c.who.click ~= '' then
        click(c, v)
    end

    identify(c, v)

    if bought then
        order(c, v, before)

    elseif band(c.kinds, K_PENDING + K_PURCHASE) ~= 0 then
        pending(c, v)
    end

    if c.op ~= NONE and band(c.kinds, K_PURCHASE) == 0 then
        cart(c, v)
    end

    if v.lines ~= '' then
        stage(c, v)
    end

    if band(c.kinds, K_ERROR) ~= 0 then
        count(c, 'checkout_error')
    end

    v.last = max(v.last, c.at)

    if logged_out(c, v) and c.at >= v.snap then
        logout(c, v)
    end

    v.dirty = known or worth(c, v)

    if v.shopper ~= '' then
        c.touched['p:' .. v.shopper] = c.at + c.terms.idle

    elseif v.lines ~= '' then
        c.touched['v:' .. v.id] = c.at + c.terms.idle
    end
end


local function event_reply(c)
    local flags = (c.limited and 'l' or '') .. (c.own_texts and 't' or '')

    if c.visit and c.visit.shopper ~= '' then
        return 'a' .. flags .. ' ' .. c.visit.shopper
    end

    return 'a' .. flags
end


local function event(keys, args)
    local c = event_read(keys, args)

    if band(c.flags, E_FORGET) ~= 0 then
        event_forget(c)
    else
        event_apply(c)
    end

    -- the first write: what was read above is void if it was applied before

    local q = c.prefix .. 'q:' .. c.source
    local last = call('SET', q, args[2], 'EX', SEQ_TTL, 'GET')

    if last and tonumber(last) >= c.seq then
        call('SET', q, last, 'KEEPTTL')
        return 'd'
    end

    finish(c)

    return event_reply(c)
end


register('sp1_event', event)
