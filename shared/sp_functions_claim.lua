--
-- Copyright (C) SitePreserver developers
--
-- What is due is handed to a mailer.
--

local LOOK_MAX = 256                -- due ids looked at in one claim
local CLAIM_MAX = 64
local CLAIM_LINES = 640             -- lines read in one claim
local DOUBT_KEPT = 90 * DAY * 1000  -- ms that a message in doubt is listed
local DOUBT_DROP = 100              -- dropped in one claim

-- a rescue that ended so has no cart any more

local GONE = { ordered = true, recovered = true, empty = true,
               released = true, not_me = true }


-- Handed over, perhaps: it counts as done, and is listed.

function doubt(c, p)
    p.attempting = DOUBTED
    p.lease = 0
    p.fence = p.fence + 1
    p.dirty = true

    if p.attempt_rescue == p.rescue then
        step_done(p, p.attempt_step, c.now, 'd')
        p.tries = 0
    end

    offer_given(c, p)
    mail_noted(p, p.attempt_at)
    later(c, 'ZADD', c.prefix .. 'doubt', p.attempt_at,
          doubt_member(p.id, p.attempt_rescue, p.attempt_series,
                       p.attempt_step, p.attempt))
    count(c, 'doubt')
    note(c, 'doubt', p.id, p.attempt_rescue, nil, p.attempt_step)
end


-- Nobody has decided it, and nobody will.

local function doubts_trim(c)
    local name = c.prefix .. 'doubt'

    for _, member in ipairs(call('ZRANGEBYSCORE', name, '-inf',
                                 c.now - DOUBT_KEPT, 'LIMIT', 0, DOUBT_DROP))
    do
        later(c, 'ZREM', name, member)
        count(c, 'doubt_dropped')
    end
end


-- A holdout whose mailer is gone: there is nothing to doubt.

local function held_out(c, p)
    p.attempting = SETTLED
    p.fence = p.fence + 1

    if p.attempt_rescue == p.rescue then
        step_done(p, p.attempt_step, c.now, 'h')
        p.tries = 0
    end

    holdout_noted(c, p, p.attempt_at)
    offer_back(c, p)
    count(c, 'holdout')
    note(c, 'holdout', p.id, p.attempt_rescue, nil, p.attempt_step)
end


local function open(c, p, acted)
    offer_back(c, p)
    p.code = false
    p.state = OPEN
    p.reason = 0
    p.rescue = p.rescue + 1
    p.steps = {}
    p.series = 0
    p.tries = 0
    p.acted = acted
    p.abandoned = acted + c.idle
    p.next = p.abandoned
    p.dirty = true

    for _, mail in ipairs(p.mails) do
        p.earlier = max(p.earlier, floor(mail / 2))
    end

    count(c, 'abandoned')
    note(c, 'opened', p.id, p.rescue)
end


-- What tells one cart from another: its items and their quantities.

local function mark(lines)
    local part = {}

    for i, line in ipairs(lines_read(lines)) do
        part[i] = line[1] .. '\31' .. line[2] .. '\31' .. line[3]
    end

    return tonumber(sub(sha1hex(concat(part, '\30')), 1, 8), 16)
end


-- When a step of the last rescue told its shopper, or may have; not what was
-- sent while the shop only tried it.

local function told_at(c, p)
    local tried = call('HMGET', c.prefix .. 'shop', 'tried_from', 'tried_till')
    local from, till = tonumber(tried[1] or 0), tonumber(tried[2] or -1)
    local at

    for _, step in ipairs(p.steps) do
        if find('sdh', step.outcome, 1, true)
            and (step.at < from or step.at > till)
        then
            at = max(at or 0, step.at)
        end
    end

    return at
end


--
-- A cart that was told of, or may have been, is not told of again however that
-- rescue ended, nor is a shopper of the account's cart who said that it is
-- somebody else's.  What was bought, gone or not theirs, and is there again, has
-- changed if it did since.
--

local function told(c, p, shown)
    local reason = p.state == CLOSED and REASONS[p.reason]

    if not reason or p.mark ~= mark(shown.lines) then
        return false
    end

    if reason == 'not_me' and shown.class == BY_LOGIN then
        return true
    end

    local at = told_at(c, p)

    if GONE[reason] then
        return at ~= nil and shown.changed <= at
    end

    return at ~= nil
end


-- The end of a lease or of the idle time, if that is still to come.  A lease
-- that has ended is taken back.

local function claim_busy(c, p)
    if p.lease > c.now then
        return p.lease
    end

    if p.attempting == CONFIRMED then
        if p.attempt_holdout then
            held_out(c, p)
        else
            doubt(c, p)
        end
    end

    if p.lease > 0 then
        p.lease = 0
        p.dirty = true
    end

    local left = call('PTTL', c.prefix .. 'i:p:' .. p.id)

    return left >= 0 and c.now + left + 1
end


-- May this cart be told of?  Else it waits, and is not late by that.

local function claim_stock(c, p, shown)
    local wait = stock_wait(c, p, shown)

    if wait then
        p.next = wait
        p.dirty = true
        count(c, 'out_of_stock')
        later(c, 'ZADD', c.due, wait, 'p:' .. p.id)

    elseif wait == false then
        close(c, p, 'out_of_stock')
        later(c, 'ZREM', c.due, 'p:' .. p.id)
    end

    return wait == nil
end


--
-- Looks at a shopper whose deadline has passed.  The visit whose cart is to
-- be shown, if the rescue is to be handed to a mailer now; else the shopper is
-- put where the next look is due, or out of the index.
--

local function claim_look(c, p)
    local busy = claim_busy(c, p)

    if busy then
        later(c, 'ZADD', c.due, busy, 'p:' .. p.id)
        return
    end

    local shown, acted, held = look(c, p)

    if not shown then
        close(c, p, 'empty')
        later(c, 'ZREM', c.due, 'p:' .. p.id)
        return
    end

    if p.state ~= OPEN and (acted <= p.acted or told(c, p, shown)) then
        later(c, 'ZREM', c.due, 'p:' .. p.id)
        return
    end

    if held then
        if p.state == OPEN then
            p.next = max(p.next, held)
            p.dirty = true
        end

        count(c, 'held')
        later(c, 'ZADD', c.due, held, 'p:' .. p.id)
        return
    end

    if p.state ~= OPEN then
        open(c, p, acted)

    elseif acted > p.acted then
        p.acted = acted
        p.abandoned = acted + c.idle
        p.next = p.abandoned
        p.dirty = true
    end

    local reason = refused(c, p)

    if reason then
        close(c, p, reason)
        later(c, 'ZREM', c.due, 'p:' .. p.id)
        return
    end

    if p.next > c.now then
        later(c, 'ZADD', c.due, p.next, 'p:' .. p.id)
        return
    end

    if c.wait then
        count(c, 'shop_failing')
        later(c, 'ZADD', c.due, c.wait, 'p:' .. p.id)
        return
    end

    return claim_stock(c, p, shown) and shown
end


-- What an audience may ask for, of the shopper and the visit shown.

local function claim_facts(p, v)
    return format('%d %d %d %d %d %d %d %d %d %d', p.captured, v.class, v.device,
                  v.stage, max(floor(#p.orders / 22), p.order > 0 and 1 or 0),
                  p.customers ~= '' and 1 or 0, p.offered, p.consent,
                  p.consented, v.failed > 0 and 1 or 0)
end


local function claim_mails(p)
    local mails = {}

    for i, mail in ipairs(p.mails) do
        mails[i] = format('%d', floor(mail / 2))
    end

    return concat(mails, ' ')
end


local function claim_code(p)
    return p.code and p.code.pool .. ' ' .. p.code.text
                      .. (p.code.given and ' g' or ' r') or ''
end


-- The eleven strings of one rescue, after what is in the reply.

local function claim_tell(c, p, v)
    local lines, n, currency = lines_joined(c, v)
    local steps = {}

    c.nlines = c.nlines + n

    for i, step in ipairs(p.steps) do
        steps[i] = format('%d:%d:%s', step.hash, step.at, step.outcome)
    end

    for _, value in ipairs({
        p.id, p.sealed,
        format('%d %d %d %d %d %d %d %s', p.rescue, p.fence, p.series,
               p.tries, p.abandoned, p.next, band(p.flags, P_LOGGED_IN),
               v.total),
        concat(steps, ' '), p.first_name,
        p.locale .. (p.zone ~= '' and ' ' .. p.zone or ''), currency,
        lines, claim_facts(p, v), claim_mails(p),
        claim_code(p)
    }) do
        c.reply[#c.reply + 1] = value
    end
end


local function claim_give(c, p, v, lease)
    p.fence = p.fence + 1
    p.lease = c.now + lease
    p.mark = mark(v.lines)
    p.dirty = true

    later(c, 'ZADD', c.due, p.lease, 'p:' .. p.id)
    count(c, 'claimed')
    claim_tell(c, p, v)
end


local function claim_visit(c, id)
    local left = call('PTTL', c.prefix .. 'i:v:' .. id)

    if left >= 0 then
        later(c, 'ZADD', c.due, c.now + left + 1, 'v:' .. id)
        return
    end

    local v = read_visit(c, id)

    if v and v.shopper == '' and v.lines ~= '' then
        count(c, 'anonymous')
    end

    later(c, 'ZREM', c.due, 'v:' .. id)
end


local function claim_wait(c)
    local first = call('ZRANGE', c.due, 0, 0, 'WITHSCORES')
    local wait = c.idle

    if first[2] then
        wait = min(wait, max(tonumber(first[2]) - c.now, 0))
    end

    return format('%d', wait)
end


local function claim(keys, args)
    local prefix = key(keys, 'due')
    local most = number(args[2], 'max', CLAIM_MAX)
    local lease = number(args[3], 'lease', DAY * 1000)

    if lease == 0 or #(args[1] or '') == 0 or #args[1] > 64 then
        bad('lease')
    end

    local c = context(prefix)

    c.due = keys[1]
    c.reply = { '', format('%d', c.now) }
    c.nlines = 0
    shop_read(c)
    doubts_trim(c)
    c.wait = checkout_wait(c)

    local ids = call('ZRANGEBYSCORE', c.due, '-inf', c.now, 'LIMIT', 0,
                     LOOK_MAX)
    local given = 0

    for _, id in ipairs(ids) do
        local kind, name = sub(id, 1, 2), sub(id, 3)

        if kind == 'p:' then
            local p = read_shopper(c, name)
            local shown = p and claim_look(c, p)

            if not p then
                later(c, 'ZREM', c.due, id)

            elseif shown then
                claim_give(c, p, shown, lease)
                given = given + 1

                if given >= most or c.nlines >= CLAIM_LINES then
                    break
                end
            end

        elseif kind == 'v:' then
            claim_visit(c, name)

        else
            later(c, 'ZREM', c.due, id)
        end
    end

    finish(c)
    c.reply[1] = claim_wait(c)

    return c.reply
end


--
-- What a claim would give of one shopper, if it were due now: nothing is
-- written, what is opened here ends with the call.  Before it how things stand,
-- and the time and the idle time, if that is noted.
--

local function preview_stands(c, p, shown, over, held)
    local out = call('GET', c.prefix .. 'x:' .. p.id)

    if out then
        return match(out, OUT_TILL) and 'paused' or 'suppressed'
    end

    if p.sealed == '' then
        return 'no_address'
    end

    if p.lease > c.now then
        return 'leased'
    end

    if held then
        return 'held'
    end

    if call('EXISTS', c.prefix .. 'i:p:' .. p.id) == 1 then
        return 'active'
    end

    if over then
        return 'closed'
    end

    if checkout_wait(c) then
        return 'shop_failing'
    end

    return stock_wait(c, p, shown) ~= nil and 'out_of_stock' or 'open'
end


local function preview(keys, args)
    local prefix, id = key(keys, 'p:')
    local c = context(prefix)

    identifier(id, 'shopper')

    local p = read_shopper(c, id)
    local idle = call('HGET', prefix .. 'shop', 'idle') or '0'

    c.reply = { 'unknown', format('%d', c.now), idle }

    if not p then
        return c.reply
    end

    local shown, acted, held = look(c, p)

    if not shown then
        c.reply[1] = 'empty'
        return c.reply
    end

    local over = p.state ~= OPEN and (acted <= p.acted or told(c, p, shown))

    c.nlines = 0
    c.idle = tonumber(idle)
    c.reply[1] = preview_stands(c, p, shown, over, held)

    if p.state ~= OPEN and not over then
        open(c, p, acted)

    elseif p.state == OPEN and acted > p.acted then
        p.abandoned = acted + c.idle
        p.next = p.abandoned
    end

    claim_tell(c, p, shown)

    return c.reply
end


register('sp1_claim', claim)
register('sp1_preview', preview, 'no-writes')
