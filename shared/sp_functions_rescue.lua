--
-- Copyright (C) SitePreserver developers
--
-- Whose visit it is, and what ends a rescue or says when to look at it.
--

local CLICK_BINDS = DAY * 1000      -- ms that a click alone names a shopper
local DEFAULT_IDLE = 3600000
local VISITS_MAX = 16
local ORDERS_MAX = 16


-- Ends the open rescue.  A mailer that holds a lease is refused from here on.

function close(c, p, reason)
    if p.state ~= OPEN then
        return
    end

    p.state = CLOSED
    p.reason = REASON_NUMBER[reason] or REASON_NUMBER.other
    p.fence = p.fence + 1
    p.next = 0
    p.tries = 0
    p.dirty = true

    if p.attempting ~= CONFIRMED then
        p.lease = 0
    end

    offer_back(c, p)
    count(c, 'closed_' .. reason)
    note(c, 'closed', p.id, p.rescue, reason)
end


local function has_items(c, p, except)
    for _, id in ipairs(p.visits) do
        local v = id ~= except and read_visit(c, id)

        if v and v.shopper == p.id and v.lines ~= '' then
            return true
        end
    end

    return false
end


function visits_replace(p, id, with)
    for i, old in ipairs(p.visits) do
        if old == id then
            if with then
                p.visits[i] = with
            else
                remove(p.visits, i)
            end

            p.dirty = true
            return
        end
    end
end


-- Makes room: what is gone, else what is empty, else the least active one.

local function visits_trim(c, p)
    local worst, worst_score

    for i, id in ipairs(p.visits) do
        local v = read_visit(c, id)
        local score = 0

        if v and v.shopper == p.id then
            score = v.last + (v.lines ~= '' and 1e15 or 1)
        end

        if not worst or score < worst_score then
            worst = i
            worst_score = score
        end
    end

    local v = read_visit(c, p.visits[worst])

    remove(p.visits, worst)

    if v and v.shopper == p.id then
        release(c, v)
    end
end


function visits_add(c, p, id)
    for _, old in ipairs(p.visits) do
        if old == id then
            return
        end
    end

    if #p.visits >= VISITS_MAX then
        visits_trim(c, p)
    end

    if #p.visits == 1 then
        local v = read_visit(c, p.visits[1])

        if v and band(v.flags, V_ALONE) ~= 0 then
            v.flags = v.flags - V_ALONE
            v.dirty = true
        end
    end

    p.visits[#p.visits + 1] = id
    p.dirty = true
end


--
-- Takes a visit from its shopper, who is not mailed about it any more; why: what
-- ends a rescue without another cart.
--

function release(c, v, why)
    local p = v.shopper ~= '' and read_shopper(c, v.shopper)

    v.shopper = ''
    v.class = BY_NOTHING
    v.bound = 0
    v.day = 0
    v.flags = v.flags - band(v.flags, V_ALIASED + V_ALONE + V_CUSTOMER)
    v.dirty = true

    if p then
        visits_replace(p, v.id)

        if p.state == OPEN and not has_items(c, p, v.id) then
            close(c, p, why or 'released')
        end
    end
end


-- Gives a visit to a shopper; a cart that is older than an order is not new.

function join(c, v, p, class)
    if v.shopper == p.id then
        if class > v.class then
            v.class = class
            v.bound = 0
        end

        return
    end

    release(c, v)

    v.shopper = p.id
    v.class = class
    v.bound = class == BY_CLICK and c.now + CLICK_BINDS or 0
    v.order = max(v.order, p.order)

    if v.lines ~= '' and v.changed <= p.order then
        cart_clear(v)
    end

    visits_add(c, p, v.id)

    later(c, 'DEL', c.prefix .. 'i:v:' .. v.id)
    later(c, 'ZREM', c.prefix .. 'due', 'v:' .. v.id)
end


-- Of a visit or a shopper, the newest first.

local function order_note(record, order)
    if order ~= '' then
        record.orders = sub(order .. record.orders, 1, 22 * ORDERS_MAX)
    end
end


--
-- An order of a shopper at a time: everything older is bought, or not wanted
-- any more, on whichever device.
--

function order_visit(v, at, order)
    v.order = max(v.order, at)
    v.hold = 0
    v.failed = v.failed > at and v.failed or 0
    v.flags = v.flags - band(v.flags, V_SOFT)
    v.dirty = true

    if order then
        order_note(v, order)
    end

    -- a cart behind an order is dated later than that, also of the same ms

    if v.lines ~= '' and v.changed <= at + 1 then
        cart_clear(v)
    end
end


function order_shopper(c, p, at, order, amount, currency)
    trial_order(c, p, at, amount, currency)

    for _, id in ipairs(p.visits) do
        local v = read_visit(c, id)

        if v and v.shopper == p.id then
            order_visit(v, at)
        end
    end

    p.order = max(p.order, at)
    p.dirty = true

    order_note(p, order)

    local reason = 'ordered'

    if p.clicked > 0 and at >= p.clicked and at - p.clicked <= ATTRIBUTION then
        reason = 'recovered'
        count(c, 'recovered')
        note(c, 'recovered', p.id, p.click_rescue)
        p.clicked = 0
    end

    if not has_items(c, p) then
        close(c, p, reason)
    end
end


-- The orders of both; the oldest of those that came to it first go first.

function orders_join(record, other)
    for i = 1, #other.orders, 22 do
        local order = sub(other.orders, i, i + 21)

        if not ordered_before(record, order) then
            record.orders = record.orders .. order
        end
    end

    record.orders = sub(record.orders, 1, 22 * ORDERS_MAX)
end


-- Has a visit or a shopper had this order?

function ordered_before(record, order)
    if order == '' then
        return false
    end

    for i = 1, #record.orders, 22 do
        if sub(record.orders, i, i + 21) == order then
            return true
        end
    end

    return false
end


function shop_read(c)
    local noted = call('HMGET', c.prefix .. 'shop', 'mode', 'live_since',
                       'idle')

    if not noted[1] then
        error({ err = 'SPMODE no mailer has told the mode of this shop' })
    end

    c.mode = noted[1]
    c.live_since = tonumber(noted[2] or 0)
    c.idle = tonumber(noted[3] or DEFAULT_IDLE)
end


-- A shopper's live visits; those that are not theirs any more are let go.

local function visits_live(c, p)
    local live, kept = {}, {}

    for _, id in ipairs(p.visits) do
        local v = read_visit(c, id)

        if v and v.shopper == p.id
            and (v.class ~= BY_CLICK or v.bound > c.now)
        then
            live[#live + 1] = v
            kept[#kept + 1] = id
        end
    end

    if #kept ~= #p.visits then
        p.visits = kept
        p.dirty = true
    end

    return live
end


-- The cart that a message shows, the last activity, and the end of a hold.

function look(c, p)
    local shown, acted, held

    for _, v in ipairs(visits_live(c, p)) do
        acted = max(acted or 0, v.last)

        if v.lines ~= '' and (not shown or v.last > shown.last) then
            shown = v
        end

        if v.hold > c.now then
            held = max(held or 0, v.hold)
        end
    end

    return shown, acted or 0, held
end


--
-- When this rescue is to be looked at again, wait being the earliest; nil: not
-- before new activity.
--

function schedule(c, p, wait)
    local at

    if p.lease > 0 then
        at = p.lease

    elseif p.state == OPEN then
        at = max(p.next, wait or 1)
    end

    local left = call('PTTL', c.prefix .. 'i:p:' .. p.id)

    if left >= 0 then
        at = min(at or 1e15, c.now + left + 1)
    end

    local due = c.prefix .. 'due'

    if at then
        later(c, 'ZADD', due, at, 'p:' .. p.id)
    else
        later(c, 'ZREM', due, 'p:' .. p.id)
    end
end


-- Why this rescue cannot be mailed at all, if so.

function refused(c, p)
    local out = call('GET', c.prefix .. 'x:' .. p.id)

    if out then
        return match(out, OUT_TILL) and 'paused' or 'suppressed'
    end

    if p.sealed == '' then
        return 'no_address'
    end

    if c.mode == 'off' then
        return 'off'
    end

    if c.mode == 'live' and p.abandoned < c.live_since then
        return 'before_live'
    end
end
