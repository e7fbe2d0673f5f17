--
-- Copyright (C) SitePreserver developers
--
-- A mailer asks before it hands a message over, and tells what became of it.
--

local STEPS_MAX = 16
local MAILS_MAX = 16
local DAY_WINDOW = DAY * 1000       -- ms that max_per_day looks back
local WEEK_WINDOW = 7 * DAY_WINDOW  -- ... and max_per_week
local MODE_PAUSE = 5000             -- ms, where a mailer works in another mode

-- what a mailer asks of consent: it is given; it is not withdrawn

local ASK_GIVEN, ASK_KEPT = 1, 2


function doubt_member(p_id, rescue, series, step, attempt)
    return format('%s %d %d %d %s', p_id, rescue, series, step, attempt)
end


local function step_find(p, hash)
    for _, step in ipairs(p.steps) do
        if step.hash == hash then
            return step
        end
    end
end


function step_done(p, hash, at, outcome)
    local step = step_find(p, hash)

    if step then
        step.at = at
        step.outcome = outcome
        return
    end

    if #p.steps >= STEPS_MAX then
        remove(p.steps, 1)
    end

    p.steps[#p.steps + 1] = { hash = hash, at = at, outcome = outcome }
end


function mail_noted(p, at, held)
    if #p.mails >= MAILS_MAX then
        remove(p.mails, 1)
    end

    p.mails[#p.mails + 1] = at * 2 + (held and 1 or 0)
end


-- A holdout counts as its message would have, for caps, cool-down and offers:
-- else more rescues of those held out would count than of the others.

function holdout_noted(c, p, at)
    if p.attempt_live then
        offer_noted(c, p)
        mail_noted(p, at, true)
    end
end


function leased(keys, fence)
    local prefix, id = key(keys, 'p:')
    local n = number(fence, 'fence', 2 ^ 48)
    local c = context(prefix)

    identifier(id, 'shopper')

    return c, read_shopper(c, id), n
end


local function renew(keys, args)
    local lease = number(args[3], 'lease', DAY * 1000)
    local c, p, fence = leased(keys, args[2])

    -- an attempt that an order has overtaken is still under way

    if not p or p.lease == 0
        or (p.fence ~= fence and p.attempting ~= CONFIRMED)
    then
        return 'NO'
    end

    p.lease = c.now + lease
    p.dirty = true
    later(c, 'ZADD', c.prefix .. 'due', p.lease, 'p:' .. p.id)
    finish(c)

    return 'OK'
end


-- How a rescue that has ended is told to a mailer that still holds it.

local ENDED = { ordered = 'ordered', recovered = 'ordered',
                suppressed = 'suppressed', empty = 'empty',
                released = 'empty', before_live = 'before_live',
                off = 'off', cool_down = 'cool_down', paused = 'paused',
                not_me = 'not_me', no_consent = 'no_consent',
                out_of_stock = 'out_of_stock' }

-- Until when there are too many messages in a window; nil: there are not.

local function capped(c, p, most, window)
    local n, oldest = 0

    for _, mail in ipairs(p.mails) do
        local at = floor(mail / 2)

        if at > c.now - window then
            n = n + 1
            oldest = min(oldest or at, at)
        end
    end

    if most > 0 and n >= most then
        return oldest + window
    end
end


-- May it go?  Else why not, when the rescue goes on, and when it is to be
-- looked at, if that is later: such a wait may be too long for the step.

local function confirm_look(c, p, s)
    -- a mailer that does not know asks again and again

    if c.mode ~= s.mode or c.mode == 'off' then
        return 'off', max(p.next, c.now + MODE_PAUSE)
    end

    local reason = refused(c, p)

    if reason then
        close(c, p, reason)
        return ENDED[reason] or 'suppressed'
    end

    if (s.consent == ASK_GIVEN and not consent_given(p))
        or (s.consent == ASK_KEPT and p.consent >= C_WITHDRAWN)
    then
        close(c, p, 'no_consent')
        return 'no_consent'
    end

    if call('EXISTS', c.prefix .. 'i:p:' .. p.id) == 1 then
        return 'active', p.next
    end

    local shown, _, held = look(c, p)

    if held then
        return 'held', held
    end

    if not shown then
        close(c, p, 'empty')
        return 'empty'
    end

    if s.cool_down > 0 and p.earlier > 0
        and p.earlier + s.cool_down > c.now
    then
        close(c, p, 'cool_down')
        return 'cool_down'
    end

    local day = capped(c, p, s.day, DAY_WINDOW)
    local week = capped(c, p, s.week, WEEK_WINDOW)

    if day or week then
        return 'capped', max(day or 0, week or 0)
    end

    local wait = checkout_wait(c)

    if wait then
        return 'shop_failing', p.next, wait
    end

    wait = stock_wait(c, p, shown)

    if wait == false then
        close(c, p, 'out_of_stock')
    end

    if wait ~= nil then
        return 'out_of_stock', wait
    end

    return 'OK'
end


local function confirm_read(args)
    return { rescue = number(args[1], 'rescue', 4294967295),
             series = number(args[3], 'series', 4294967295),
             step = number(args[4], 'step', 4294967295),
             attempt = identifier(args[5], 'attempt'),
             mode = MODES[number(args[6], 'mode', 3)],
             day = number(args[7], 'max_per_day', 1e9),
             week = number(args[8], 'max_per_week', 1e9),
             cool_down = number(args[9], 'cool_down', 1e13),
             variant = number(args[10], 'variant', 255),
             holdout = number(args[11], 'holdout', 1) == 1,
             offer = number(args[12], 'offer', 1) == 1,
             consent = number(args[13], 'consent', ASK_KEPT) }
end


local function confirmed(c, p, s)
    p.attempting = CONFIRMED
    p.attempt = s.attempt
    p.attempt_step = s.step
    p.attempt_series = s.series
    p.attempt_rescue = s.rescue
    p.attempt_at = c.now
    p.attempt_offer = s.offer
    p.attempt_holdout = s.holdout
    p.attempt_live = c.mode == 'live'
    p.series = s.series
    p.dirty = true

    if c.mode == 'live' then
        trial_begin(c, p, s)
    end

    finish(c)

    return 'OK'
end


local function confirm(keys, args)
    local s = confirm_read(args)
    local c, p, fence = leased(keys, args[2])

    shop_read(c)

    if not p then
        return 'gone'
    end

    if p.attempting == CONFIRMED and p.attempt == s.attempt then
        return 'OK'
    end

    if p.fence ~= fence or p.rescue ~= s.rescue or p.lease <= c.now
        or p.state ~= OPEN or p.attempting == CONFIRMED
        or p.attempt == s.attempt
    then
        if p.state == CLOSED and p.rescue == s.rescue then
            return ENDED[REASONS[p.reason]] or 'fenced'
        end

        return 'fenced'
    end

    if step_find(p, s.step) then
        return 'done'
    end

    local answer, next, wait = confirm_look(c, p, s)

    if answer == 'OK' then
        return confirmed(c, p, s)
    end

    p.dirty = true
    p.lease = 0
    p.next = next or 0
    count(c, 'refused_' .. answer)
    schedule(c, p, wait)
    finish(c)

    return answer
end


local OUTCOMES = { s = 'sent', y = 'dry_run', h = 'holdout', x = 'refused',
                   r = 'retry', d = 'doubt', k = 'skipped', f = 'deferred',
                   c = 'closed' }


-- The rescue goes on at next, or ends there.

local function settle_next(c, p, next, ending)
    p.lease = 0

    if p.state == OPEN then
        p.next = next

        if next == 0 then
            close(c, p, ending)
        end
    end

    p.dirty = true
    schedule(c, p)
end


local function settle_attempt(c, p, s)
    local now_step = p.attempt_rescue == p.rescue

    p.attempting = SETTLED

    if s.outcome == 'r' then
        p.tries = min(p.tries + 1, 255)

    elseif s.outcome == 'd' then
        doubt(c, p)

    else
        p.tries = 0

        if now_step then
            step_done(p, p.attempt_step, c.now, s.outcome)
        end

        if s.outcome == 's' then
            offer_given(c, p)
            mail_noted(p, c.now)

        elseif s.outcome == 'h' then
            holdout_noted(c, p, c.now)
        end

        offer_back(c, p)
    end

    if p.state ~= OPEN then
        offer_back(c, p)
    end

    if s.outcome ~= 'd' then
        count(c, OUTCOMES[s.outcome])
        note(c, OUTCOMES[s.outcome], p.id, p.attempt_rescue, s.reason,
             p.attempt_step)
    end

    settle_next(c, p, s.next, 'lost')
end


-- A mailer came back, or the operator knows: it is in doubt no more.

local function settle_doubt(c, p, s)
    count(c, 'cleared')
    note(c, 'cleared', s.shopper, s.rescue, OUTCOMES[s.outcome], s.step)

    if not p then
        return
    end

    if p.attempt == s.attempt then
        p.attempting = SETTLED
        p.dirty = true
    end

    local step = s.rescue == p.rescue and step_find(p, s.step)

    if not step or step.outcome ~= 'd' then
        return
    end

    p.dirty = true

    if s.outcome ~= 'r' then
        step.outcome = s.outcome
        return
    end

    for i, old in ipairs(p.steps) do
        if old == step then
            remove(p.steps, i)
            break
        end
    end

    -- it may have been the last step: the rescue has ended without it

    if p.state == CLOSED and (REASONS[p.reason] == 'lost'
                              or REASONS[p.reason] == 'series_done')
    then
        p.state = OPEN
        p.reason = 0
    end

    if p.state == OPEN and p.lease == 0 then
        p.next = max(s.next, 1)
        schedule(c, p)
    end
end


local function settle_lease(c, p, s)
    if s.outcome == 'k' or s.outcome == 'x' then
        offer_back(c, p)

        -- what became of it before is still so

        if not step_find(p, s.step) then
            step_done(p, s.step, c.now, 'x')
        end
    end

    if s.outcome == 'k' then
        p.tries = 0
        p.series = s.series
        count(c, 'skipped_' .. s.reason)
        note(c, 'skipped', p.id, p.rescue, s.reason, s.step)
        settle_next(c, p, s.next, 'lost')

    elseif s.outcome == 'f' then
        settle_next(c, p, max(s.next, 1), 'lost')

    elseif s.outcome == 'r' then
        p.tries = min(p.tries + 1, 255)
        count(c, 'retry')

        if s.reason == 'relay_refuses' then
            count(c, s.reason)
        end

        note(c, 'retry', p.id, p.rescue, s.reason, s.step)
        settle_next(c, p, max(s.next, 1), 'lost')

    elseif s.outcome == 'x' then
        p.tries = 0
        p.series = s.series
        count(c, 'refused')
        note(c, 'refused', p.id, p.rescue, s.reason, s.step)
        settle_next(c, p, s.next, 'lost')

    else
        close(c, p, s.reason)
        settle_next(c, p, 0, s.reason)
    end
end


local function settle_read(keys, args)
    local s = { rescue = number(args[1], 'rescue', 4294967295),
                series = number(args[3], 'series', 4294967295),
                step = number(args[4], 'step', 4294967295),
                attempt = optional(args[5] or '?', 'attempt'),
                outcome = args[6] or '', reason = args[7] or '',
                next = number(args[8], 'next', 2 ^ 47) }
    local with = s.attempt ~= ''

    if #s.outcome ~= 1 or not find(with and 'syhxrd' or 'kfcrx', s.outcome,
                                   1, true)
        or not match(s.reason, '^[a-z0-9_]*$') or #s.reason > 32
        or (s.reason == '' and (s.outcome == 'k' or s.outcome == 'c'))
    then
        bad('outcome')
    end

    if s.reason == '' then
        s.reason = nil
    end

    return s
end


local function settle(keys, args)
    local s = settle_read(keys, args)
    local c, p, fence = leased(keys, args[2])

    s.shopper = sub(keys[1], -22)

    if s.attempt == '' then
        if not p then
            return 'GONE'
        end

        if p.fence ~= fence or p.rescue ~= s.rescue or p.state ~= OPEN
            or p.lease == 0 or p.attempting == CONFIRMED
        then
            return 'NO'
        end

        settle_lease(c, p, s)
        finish(c)

        return 'OK'
    end

    if p and p.attempt == s.attempt and p.attempting == CONFIRMED then
        settle_attempt(c, p, s)
        finish(c)
        return 'OK'
    end

    if p and p.attempt == s.attempt and p.attempting == SETTLED then
        return 'OK'
    end

    local member = doubt_member(s.shopper, s.rescue, s.series, s.step,
                                s.attempt)
    local list = c.prefix .. 'doubt'
    local listed = call('ZSCORE', list, member)

    if listed and s.outcome ~= 'd' then
        later(c, 'ZREM', list, member)
        settle_doubt(c, p, s)
        finish(c)
    end

    if not p then
        return 'GONE'
    end

    return listed and 'OK' or 'NO'
end


register('sp1_renew', renew, 'allow-oom')
register('sp1_confirm', confirm, 'allow-oom')
register('sp1_settle', settle, 'allow-oom')
