--
-- Copyright (C) SitePreserver developers
--
-- Events.
--

local SEQ_TTL = 7 * DAY
local PROMPT = 15000                -- ms: longer than an event waits for a reply
local TOLD_FIRST = 3600000          -- ms from a shop's word to the page
local MARK_TTL = 600                -- s that a mark is kept


local function uncertain(c)
    return c.status == 499 or c.status == 502 or c.status == 504
end


--
-- Whose clock saw the order of that time, or what may be one, and when, for carts
-- of the same machine that come after it: by another worker, and perhaps from
-- before it.  Of what was erased the time is 0.
--

local function mark(c, id, at)
    if not c.seen then
        return
    end

    -- two may come in another order than that in which they were seen

    local known = call('GET', c.prefix .. 't:' .. id)
    local machine, seen = match(known or '', ' (%S+) (%d+)$')

    seen = machine == c.machine and max(tonumber(seen), c.seen) or c.seen

    later(c, 'SET', c.prefix .. 't:' .. id,
          format('%d %s %d', at, c.machine, seen), 'EX', MARK_TTL)
end


-- Of a record's last order; one that comes later and was before says nothing.

local function mark_order(c, kind, record, at)
    if record.order == at then
        mark(c, kind .. record.id, at)
    end
end


local function pending(c, v)
    local till = c.at + c.terms.hold

    if till <= c.now or c.at <= v.order or till <= v.hold then
        return
    end

    mark(c, 'h:' .. v.id, c.at)
    v.hold = till
    v.flags = v.flags - band(v.flags, V_SOFT)
              + (uncertain(c) and V_SOFT or 0)
    count(c, 'order_pending')
end


-- What was under way for longer is dated too late, and an order may have come by
-- another way than the cart that it is of: one that comes promptly is of all that
-- is known by now.

local function ordered_at(c)
    return c.now - c.at <= PROMPT and c.now or c.at
end


--
-- Has the page of an order that p knows been seen before?  A shop may tell of
-- an order before the page comes here; whoever opens the page later, on another
-- device perhaps, has a newer cart.  Without another order p knows its time.
--

local function order_seen(c, p, id, at)
    if sub(p.orders, 1, 22) ~= id or at - p.order > TOLD_FIRST then
        return true
    end

    for _, other in ipairs(p.visits) do
        local v = read_visit(c, other)

        if v and ordered_before(v, id) then
            return true
        end
    end

    return false
end


--
-- The order of an exchange, of the visit (or nil) and people: the visit's cart
-- is bought, and what those have who do not know of it yet.  Gives whether it
-- is new; nil: nothing is, its page was only loaded again.
--

local function order_apply(c, v, people, amount, currency)
    local id, at = c.who.order, ordered_at(c)
    local new = true

    if v and ordered_before(v, id) then
        return
    end

    for _, p in ipairs(people) do
        if ordered_before(p, id) then
            if order_seen(c, p, id, at) then
                if v and v.lines ~= '' and v.changed <= p.order then
                    cart_clear(v)
                end

                return
            end

            new = false
        end
    end

    if new then
        count(c, 'orders')
    end

    checkout_works(c)

    if v then
        order_visit(v, at, id)
        mark_order(c, 'v:', v, at)
    end

    for _, p in ipairs(people) do
        if not ordered_before(p, id) then
            order_shopper(c, p, at, id, amount, currency)
            mark_order(c, 'p:', p, at)
        end
    end

    return new
end


-- A click on this visit may have brought an order of somebody else.

local function order_clicked(c, v)
    local shopper, rescue, clicked = match(v.click, '^(%S+) (%d+) (%d+)$')
    local since = shopper and ordered_at(c) - clicked

    if not shopper or since < 0 or since > ATTRIBUTION then
        return
    end

    v.click = ''

    local p = read_shopper(c, shopper)

    if p and p.rescue == tonumber(rescue) and p.clicked > 0 then
        p.clicked = 0
        p.dirty = true
        count(c, 'recovered')
        note(c, 'recovered', p.id, p.rescue)
        close(c, p, 'recovered')
    end
end


-- before: the shopper that the visit had when the exchange began, or false.

local function order(c, v, before)
    local p = v.shopper ~= '' and read_shopper(c, v.shopper)
    local amount, currency = cart_value(v)
    local people = { before or p or nil }

    if before and p and before ~= p then
        people[2] = p
    end

    if c.total ~= '' then
        amount = tonumber(c.total)
    end

    if c.head.currency ~= '' then
        currency = c.head.currency
    end

    local new = order_apply(c, v, people, amount, currency)

    if new then
        note(c, 'order', p and p.id or '', p and p.rescue)
    end

    if new ~= nil then
        order_clicked(c, v)
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


-- Of who refuses to be stored: the order closes what was kept before, whatever
-- leads to it.

local function forget(c, v, old)
    local people, sure = persons(c, v, old)

    -- whoever wants nothing to be stored may still take consent back

    if sure and c.who.consent > C_WITHDRAWN then
        consent_noted(c, sure, c.who.consent, c.at)
    end

    if band(c.kinds, K_PURCHASE) == 0 or uncertain(c) then
        return
    end

    if old then
        order_visit(old, ordered_at(c))
        mark_order(c, 'v:', old, ordered_at(c))
    end

    order_apply(c, v, people)
end


local function erased_marks(c, v, old)
    mark(c, 'v:' .. c.asked, 0)

    for _, visit in ipairs({ v or nil, old or nil }) do
        mark(c, 'v:' .. visit.id, 0)
    end

    if c.who.moved ~= '' then
        mark(c, 'v:' .. c.who.moved, 0)
    end

    for _, alias in ipairs(c.who.aliases) do
        if band(alias.flags, A_OWN) ~= 0 then
            mark(c, 'v:' .. alias.id, 0)
        end
    end
end


-- Was this event of a visit without a record seen before that was erased?

local function erased_since(c)
    local known = call('GET', c.prefix .. 't:v:' .. c.vid)
    local machine, seen = match(known or '', '^0 (%S+) (%d+)$')

    return c.seen and machine == c.machine and c.seen <= tonumber(seen)
end


local function event_forget(c)
    local v = visit_find(c, c.vid)
    local old = c.who.moved ~= '' and visit_find(c, c.who.moved)

    if not v or old == v then
        v, old = v or old, false
    end

    forget(c, v, old)

    if band(c.flags, E_ERASE) ~= 0 then
        erase(c, { v, old })
        erased_marks(c, v, old)
    end
end


-- Is there anything that makes a visit worth a record?

local function worth(c, v)
    return v.lines ~= '' or v.shopper ~= '' or v.order > 0 or v.hold > 0
           or v.click ~= ''
end


-- Without another visit of its shopper an event need not look at them.

local function alone(c, v)
    local p = v.shopper ~= '' and read_shopper(c, v.shopper)

    v.flags = v.flags - band(v.flags, V_ALONE)

    if p and #p.visits == 1 then
        v.flags = v.flags + V_ALONE
    end
end


-- Did a step of the checkout fail, or go well again?

local function checkout(c, v)
    if band(c.kinds, K_ERROR) ~= 0 then
        count(c, 'checkout_error')

        if c.at > v.order then
            v.failed = max(v.failed, c.at)
        end

        checkout_failed(c, v)

    elseif band(c.flags, E_CHECKOUT) ~= 0 then
        if c.at >= v.failed then
            v.failed = 0
        end

        checkout_works(c)
    end
end


local function event_apply(c)
    local v

    v, c.vid = visit_find(c, c.vid)

    if not v and band(c.flags, E_VISITED) ~= 0 then
        return
    end

    -- nothing of it is kept, but whoever ordered did so on other devices, too

    if not v and erased_since(c) then
        event_forget(c)
        return
    end

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

    local lines, currency = v.lines, v.currency

    if bought then
        order(c, v, before)

    elseif band(c.kinds, K_PENDING + K_PURCHASE) ~= 0 then
        pending(c, v)
    end

    if c.op ~= NONE and band(c.kinds, K_PURCHASE) == 0 then
        cart(c, v)
    end

    if v.lines ~= '' then
        v.stage = max(v.stage, c.head.stage)
    end

    checkout(c, v)

    v.last = max(v.last, c.at)
    v.device = c.head.device ~= 0 and c.head.device or v.device

    local out = logged_out(c, v) and c.at >= v.snap

    if out then
        logout(c, v)
    end

    if c.who.recall ~= '' then
        recall_note(c, v, out, bought and v.lines == '' and lines or '',
                    currency)
    end

    v.dirty = known or worth(c, v)
    alone(c, v)

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


-- Every call of a source has a number, one more than the last: applied once.

function event_new(q, seq)
    local n = call('INCR', q)

    if n == seq then
        if n % 64 == 1 then
            call('EXPIRE', q, SEQ_TTL)
        end

        return true
    end

    if n > seq then
        if n == 1 then
            call('DEL', q)
        else
            call('DECR', q)
        end

        return false
    end

    call('SET', q, seq, 'EX', SEQ_TTL)

    return true
end


local function event(keys, args)
    local reply = event_fast(keys, args)

    if reply then
        return reply
    end

    local c = event_read(keys, args)

    if band(c.flags, E_FORGET) ~= 0 then
        event_forget(c)
    else
        event_apply(c)
    end

    -- the first write: what was read above is void if it was applied before

    if not event_new(c.prefix .. 'q:' .. c.source, c.seq) then
        return 'd'
    end

    finish(c)

    return event_reply(c)
end


register('sp1_event', event)
