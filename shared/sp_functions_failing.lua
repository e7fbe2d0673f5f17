--
-- Copyright (C) SitePreserver developers
--
-- Does the shop's checkout fail?  One client alone must not be able to say so,
-- nor several for ever: "failing" keeps the last errors of different visits
-- that have a cart, and the hold that they began.
--

local ERRORS = 3                    -- that begin a hold
local WITHIN = 600000               -- ms that they come in
local QUIET = 1800000               -- ms after the last one that a hold ends
local HOLD_MAX = 6 * 3600000        -- ms of a hold, and then without one
local APART = 3600000               -- ms; one that begins sooner goes on
local AGAIN = 300000                -- ms until the next look at a rescue
local FAILING = '^1 (%d+) (%d+) (%d+)([^\n]*)$'


-- since: the hold began, less what is between it and one before; till: its end;
-- last: its last error.  errors: of those that may begin one, the oldest first.

local function failing_read(prefix)
    local raw = call('GET', prefix .. 'failing')
    local f = { since = 0, till = 0, last = 0, errors = {} }
    local since, till, last, errors = match(raw or '', FAILING)

    if not since then
        return f, raw
    end

    f.since, f.till, f.last = tonumber(since), tonumber(till), tonumber(last)

    for id, at in gmatch(errors, ' (%S+) (%d+)') do
        f.errors[#f.errors + 1] = { id = id, at = tonumber(at) }
    end

    return f, raw
end


-- Was a hold ended by its bound?  Until then none begins.

local function barred_until(f)
    return f.since > 0 and f.till >= f.since + HOLD_MAX and f.till + HOLD_MAX
           or 0
end


local function failing_write(c, f)
    local name = c.prefix .. 'failing'
    local ends = max(f.since > 0 and f.till + APART or 0, barred_until(f))
    local text = { format('1 %d %d %d', f.since, f.till, f.last) }

    for i, e in ipairs(f.errors) do
        text[i + 1] = format('%s %d', e.id, e.at)
        ends = max(ends, e.at + WITHIN)
    end

    if ends > c.now then
        later(c, 'SET', name, concat(text, ' '), 'PXAT', format('%d', ends))
    else
        later(c, 'DEL', name)
    end
end


-- Those that came lately and from others: a visit that was moved is the same.

local function errors_others(c, f, v)
    local others = {}

    for _, e in ipairs(f.errors) do
        local other, id = visit_find(c, e.id)

        if other and id ~= v.id and e.at > c.now - WITHIN
            and (v.shopper == '' or other.shopper ~= v.shopper)
        then
            others[#others + 1] = { id = id, at = e.at }
        end
    end

    return others
end


local function hold_begin(c, f)
    local spent = c.now < f.till + APART and f.till - f.since or 0

    f.since = c.now - spent
    f.last = 0

    for _, e in ipairs(f.errors) do
        f.last = max(f.last, e.at)
    end

    f.till = min(f.last + QUIET, f.since + HOLD_MAX)
    f.errors = {}
    count(c, 'checkout_hold')
    note(c, 'checkout_hold', '')
end


--
-- A step of the checkout failed.  A cart is what an invented visit has not got,
-- and what may be mailed.
--

function checkout_failed(c, v)
    if v.lines == '' or c.at <= c.now - WITHIN then
        return
    end

    local f = failing_read(c.prefix)

    if f.till > c.now then
        f.last = max(f.last, c.at)
        f.till = min(f.last + QUIET, f.since + HOLD_MAX)
        failing_write(c, f)
        return
    end

    f.errors = errors_others(c, f, v)
    f.errors[#f.errors + 1] = { id = v.id, at = c.at }

    if #f.errors >= ERRORS then
        if barred_until(f) > c.now then
            remove(f.errors, 1)
            count(c, 'checkout_hold_barred')
        else
            hold_begin(c, f)
        end
    end

    failing_write(c, f)
end


-- A step of it went well, or an order came: of whom does not matter.

function checkout_works(c)
    local f, raw = failing_read(c.prefix)

    if not raw or c.works then
        return
    end

    local kept = {}

    c.works = true

    for _, e in ipairs(f.errors) do
        if e.at > c.at then
            kept[#kept + 1] = e
        end
    end

    if f.till > c.now and c.at >= f.last then
        f.till = c.now
        note(c, 'checkout_works', '')

    elseif #kept == #f.errors then
        return
    end

    f.errors = kept
    failing_write(c, f)
end


-- When to look again while nothing is to be sent; false: it may be sent.

function checkout_wait(c)
    local f, raw = failing_read(c.prefix)

    return raw and f.till > c.now and min(f.till, c.now + AGAIN)
end


-- For people: a hold and its end, and until when none begins.

function checkout_stands(prefix, now)
    local f = failing_read(prefix)
    local holds, barred = f.till > now, barred_until(f)

    return holds and format('%d', f.since) or '',
           holds and format('%d', f.till) or '',
           not holds and barred > now and format('%d', barred) or ''
end
