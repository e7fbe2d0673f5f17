--
-- Copyright (C) SitePreserver developers
--
-- What is known, for people.
--

local DOUBT_PAGE = 1000             -- messages

-- How an address came, and with what a visit is made, as in sp_call.h.

local CAPTURED = { [0] = '', 'login', 'sign_up', 'checkout', 'newsletter',
                   'identify', 'customer', 'click' }
local DEVICES = { [0] = '', 'desktop', 'phone', 'tablet' }


local function status(keys, args)
    local prefix = key(keys, 'shop')
    local now = now_ms()
    local noted = call('HMGET', keys[1], 'mode', 'live_since', 'idle',
                       'fingerprint')
    local due = prefix .. 'due'
    local first = call('ZRANGE', due, 0, 0, 'WITHSCORES')
    local since, till, barred = checkout_stands(prefix, now)
    local reply = { 'now', format('%d', now), 'mode', noted[1] or '',
                    'live_since', noted[2] or '', 'idle', noted[3] or '',
                    'fingerprint', noted[4] or '',
                    'index', format('%d', call('ZCARD', due)),
                    'due', format('%d', call('ZCOUNT', due, '-inf', now)),
                    'next_due', first[2] or '',
                    'in_doubt', format('%d', call('ZCARD', prefix
                                                           .. 'doubt')),
                    'shop_failing_since', since, 'shop_failing_until', till,
                    'shop_failing_barred_until', barred }
    local counts = call('HGETALL', prefix .. 'count:' .. date(now))

    for i = 1, #counts, 2 do
        reply[#reply + 1] = 'today_' .. counts[i]
        reply[#reply + 1] = counts[i + 1]
    end

    return reply
end


local STATES = { [IDLE] = 'none', [OPEN] = 'open', [CLOSED] = 'closed' }
local ATTEMPTS = { [NO_ATTEMPT] = 'none', [CONFIRMED] = 'confirmed',
                   [SETTLED] = 'settled', [DOUBTED] = 'in_doubt' }
local CLASSES = { [BY_NOTHING] = 'nothing', [BY_OWN] = 'cookie',
                  [BY_CLICK] = 'click', [BY_ADDRESS] = 'address',
                  [BY_LOGIN] = 'login' }

local function why_visits(c, p, add)
    for _, id in ipairs(p.visits) do
        local v = read_visit(c, id)

        if v and v.shopper == p.id then
            local _, n = gsub(v.lines, '[^\30]+', '')

            add('visit', format('%s by=%s items=%d stage=%d last=%d held=%d'
                                .. ' device=%s checkout_error=%d', id, CLASSES[v.class], n,
                                v.stage, v.last,
                                v.hold > c.now and v.hold or 0,
                                DEVICES[v.device], v.failed))
        end
    end
end


local function why(keys, args)
    local prefix, id = key(keys, 'p:')
    local c = context(prefix)
    local reply = {}

    local function add(name, value)
        reply[#reply + 1] = name
        reply[#reply + 1] = type(value) == 'number' and format('%d', value)
                            or value
    end

    identifier(id, 'shopper')

    local p = read_shopper(c, id)
    local out = call('GET', prefix .. 'x:' .. id)

    add('now', c.now)
    add('known', p and 'yes' or 'no')

    if out then
        local reason, at, till = match(out, '^([^\31]*)\31(%d*)\31?(%d*)$')

        add('suppressed', reason or out)
        add('suppressed_at', at or '')

        if till and till ~= '' then
            add('suppressed_until', till)
        end
    end

    if not p then
        return reply
    end

    add('address', p.sealed ~= '' and 'yes' or 'no')
    add('captured', CAPTURED[p.captured])
    add('consent', p.consent == 0 and ''
                   or consent_given(p) and 'given' or 'withdrawn')

    if p.consent > 0 then
        add('consent_at', p.consented)
        add('consent_by', CONSENTED[p.consent % C_WITHDRAWN])
    end

    add('locale', p.locale)
    add('locale_by', p.locale == '' and '' or p.asked and 'browser' or 'shop')
    add('time_zone', p.zone)
    add('active_ms', max(call('PTTL', prefix .. 'i:p:' .. id), 0))
    add('due', call('ZSCORE', prefix .. 'due', 'p:' .. id) or '')
    add('rescue', p.rescue)
    add('state', STATES[p.state])
    add('reason', REASONS[p.reason] or '')
    add('abandoned', p.abandoned)
    add('next', p.next)
    add('tries', p.tries)
    add('leased_until', p.lease)
    add('attempt', ATTEMPTS[p.attempting])
    add('ordered', p.order)
    add('clicked', p.clicked)
    add('offered', p.offered)

    local shown = p.state == OPEN and look(c, p)

    if p.state == OPEN and checkout_wait(c) then
        add('waits', 'shop_failing')

    elseif shown and stock_wait(c, p, shown) then
        add('waits', 'out_of_stock')
    end

    if p.code then
        add('code', format('%s %s', p.code.pool,
                           p.code.given and 'given' or 'reserved'))
    end

    why_visits(c, p, add)

    for _, step in ipairs(p.steps) do
        add('step', format('%d %d %s', step.hash, step.at, step.outcome))
    end

    for _, mail in ipairs(p.mails) do
        add(mail % 2 == 1 and 'held_out' or 'mail', floor(mail / 2))
    end

    for _, t in ipairs(p.trials) do
        add('trial', format('%d %d variant=%d holdout=%s at=%d ordered=%s',
                            t.series, t.step, t.variant,
                            t.holdout and 'yes' or 'no', t.at,
                            t.ordered and 'yes' or 'no'))
    end

    return reply
end


-- A page of them: from a time on, without the first ones of that time.

local function doubts(keys, args)
    local prefix = key(keys, 'doubt')
    local from = number(args[1] or '0', 'from', 2 ^ 47)
    local skip = number(args[2] or '0', 'skip', 1e9)
    local list = call('ZRANGEBYSCORE', keys[1], from, '+inf', 'WITHSCORES',
                      'LIMIT', skip, DOUBT_PAGE)
    local reply = {}

    for i = 1, #list, 2 do
        local shopper, rescue, series, step, attempt
            = match(list[i], '^(%S+) (%d+) (%d+) (%d+) (%S+)$')

        for _, value in ipairs({ shopper, rescue, series, step, attempt,
                                 list[i + 1] }) do
            reply[#reply + 1] = value
        end
    end

    return reply
end


register('sp1_status', status, 'no-writes')
register('sp1_why', why, 'no-writes')
register('sp1_doubt', doubts, 'no-writes')
