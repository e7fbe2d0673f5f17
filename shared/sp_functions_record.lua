--
-- Copyright (C) SitePreserver developers
--
-- Records: reading any, and those of shoppers.  Times are whole ms in six
-- bytes, enough for 8,900 years.
--

-- Flags of a shopper's record, and what is added to the state of an attempt.

local P_CAPTURED = 2                -- times how the address came
local P_CONSENT = 16                -- it has what is known of consent
local P_RARE = 32                   -- its record has a case: a rescue, an order
local P_MORE = 64                   -- ... and what few cases have
local P_ASKED = 128                 -- its locale is only the browser's
local A_OFFER, A_HOLDOUT, A_LIVE = 4, 8, 16

local P_HEAD = '<BBHB'              -- version, flags, day, number of visits
local P_SAID = '<I6B'               -- when and how consent came
local P_CASE = '<BBBBBBI4I4I6I6I6I6I6I6I4I4I4I4I4I6I4'
local P_STEP = '<I4I6c1'
local P_REST = '<I6I6BB'            -- earlier, offered, trials, code
local P_TRIAL = '<I4I4I4I6BB'
local P_CODE = '<I4I4BBB'           -- rescue, step, given, lengths of texts
local P_MAIL = '<I6'               -- 2 * time, + 1 held out


-- A record that cannot be read is set aside, as if it had never been.

local function set_aside(c, id, person)
    later(c, 'RENAME', c.prefix .. id, c.prefix .. 'damaged:' .. id)
    later(c, 'EXPIRE', c.prefix .. 'damaged:' .. id, COUNT_TTL)
    count(c, 'damaged')
    note(c, 'damaged', person or '', 0, id)

    return false
end


-- The record of kind "v:" or "p:", read once a call; false: there is none.

function read_record(c, records, kind, id, parse, person)
    local record = records[id]

    if record ~= nil then
        return record
    end

    local raw = call('GET', c.prefix .. kind .. id)
    local ok = true

    record = false

    if raw then
        ok, record = pcall(parse, raw, id)
        record = ok and record or set_aside(c, kind .. id, person)
    end

    records[id] = record

    return record
end


-- The case of a shopper: rescue and steps, orders, clicks, mails.

local function read_case(p, raw, at)
    local nsteps, nmails

    p.state, p.reason, p.attempting, p.tries, nsteps, nmails, p.rescue,
        p.fence, p.lease, p.acted, p.abandoned, p.next, p.order, p.clicked,
        p.click_rescue, p.series, p.attempt_step, p.attempt_series,
        p.attempt_rescue, p.attempt_at, p.mark, at = unpack(P_CASE, raw, at)

    for i = 1, nsteps do
        local step = {}

        step.hash, step.at, step.outcome, at = unpack(P_STEP, raw, at)
        p.steps[i] = step
    end

    for i = 1, nmails do
        p.mails[i], at = unpack(P_MAIL, raw, at)
    end

    p.attempt_live = p.attempting >= A_LIVE
    p.attempt_holdout = p.attempting % A_LIVE >= A_HOLDOUT
    p.attempt_offer = p.attempting % A_HOLDOUT >= A_OFFER
    p.attempting = p.attempting % A_OFFER

    if p.attempting ~= NO_ATTEMPT then
        p.attempt = sub(raw, at, at + 21)
        at = at + 22
    end

    return at
end


-- What few cases have.

local function read_more(p, raw, at)
    local ntrials, ncodes

    p.earlier, p.offered, ntrials, ncodes, at = unpack(P_REST, raw, at)

    for i = 1, ntrials do
        local t = {}
        local flags

        t.series, t.step, t.rescue, t.at, t.variant, flags, at
            = unpack(P_TRIAL, raw, at)
        t.holdout = flags % 2 == 1
        t.ordered = flags >= 2
        p.trials[i] = t
    end

    if ncodes > 0 then
        local code = {}
        local given, npool, ntext

        code.rescue, code.step, given, npool, ntext, at
            = unpack(P_CODE, raw, at)
        code.given = given == 1
        code.pool = sub(raw, at, at + npool - 1)
        code.text = sub(raw, at + npool, at + npool + ntext - 1)
        p.code = code
        at = at + npool + ntext
    end

    return at
end


local function shopper_fields(id)
    return { id = id, flags = 0, captured = 0, consent = 0, consented = 0,
                asked = false, state = IDLE, reason = 0,
                day = 0, attempting = NO_ATTEMPT, tries = 0, rescue = 0, fence = 0,
                lease = 0, acted = 0, abandoned = 0, next = 0, order = 0,
                clicked = 0, click_rescue = 0, series = 0, attempt_step = 0,
                attempt_series = 0, attempt_rescue = 0, attempt_at = 0,
                attempt_offer = false, attempt_holdout = false,
                attempt_live = false, earlier = 0,
                offered = 0, trials = {}, code = false, mark = 0, visits = {}, steps = {}, mails = {}, attempt = '',
                sealed = '', locale = '', zone = '', first_name = '', customers = '',
                orders = '' }
end


function new_shopper(c, id)
    local p = shopper_fields(id)

    c.shoppers[id] = p

    return p
end


local function parse_shopper(raw, id)
    local version, nvisits, at
    local p = shopper_fields(id)

    version, p.flags, p.day, nvisits, at = unpack(P_HEAD, raw)

    for i = 1, nvisits do
        p.visits[i] = sub(raw, at, at + 21)
        at = at + 22
    end

    local flags = p.flags

    p.flags = flags % P_CAPTURED
    p.captured = floor(flags / P_CAPTURED) % 8
    p.asked = flags >= P_ASKED

    if flags % P_RARE >= P_CONSENT then
        p.consented, p.consent, at = unpack(P_SAID, raw, at)
    end

    if flags % P_MORE >= P_RARE then
        at = read_case(p, raw, at)
    end

    if flags % P_ASKED >= P_MORE then
        at = read_more(p, raw, at)
    end

    p.locale, p.first_name, p.customers, p.orders, p.sealed
        = match(raw, '^(%C*)\31(%C*)\31(%C*)\31(%C*)\31(.*)$', at)

    -- with the time zone behind a space, if a rule ever said one

    if p.sealed and find(p.locale, ' ', 1, true) then
        p.locale, p.zone = match(p.locale, '^(%S*) (%S+)$')
    end

    return version == VERSION and p.locale and p.sealed and p
end


function read_shopper(c, id)
    return read_record(c, c.shoppers, 'p:', id, parse_shopper, id)
end


local function pack_case(p)
    local part = { pack(P_CASE, p.state, p.reason,
                        p.attempting + (p.attempt_offer and A_OFFER or 0)
                        + (p.attempt_holdout and A_HOLDOUT or 0)
                        + (p.attempt_live and A_LIVE or 0), p.tries,
                        #p.steps, #p.mails, p.rescue, p.fence, p.lease,
                        p.acted, p.abandoned, p.next, p.order, p.clicked,
                        p.click_rescue, p.series, p.attempt_step,
                        p.attempt_series, p.attempt_rescue, p.attempt_at,
                        p.mark) }

    for _, step in ipairs(p.steps) do
        part[#part + 1] = pack(P_STEP, step.hash, step.at, step.outcome)
    end

    for _, mail in ipairs(p.mails) do
        part[#part + 1] = pack(P_MAIL, mail)
    end

    if p.attempting ~= NO_ATTEMPT then
        part[#part + 1] = p.attempt
    end

    return concat(part)
end


local function pack_more(p)
    local part = { pack(P_REST, p.earlier, p.offered, #p.trials,
                        p.code and 1 or 0) }

    for _, t in ipairs(p.trials) do
        part[#part + 1] = pack(P_TRIAL, t.series, t.step, t.rescue, t.at,
                               t.variant, (t.holdout and 1 or 0)
                                          + (t.ordered and 2 or 0))
    end

    if p.code then
        part[#part + 1] = pack(P_CODE, p.code.rescue, p.code.step,
                               p.code.given and 1 or 0, #p.code.pool,
                               #p.code.text)
                          .. p.code.pool .. p.code.text
    end

    return concat(part)
end


function write_shopper(c, p)
    local name = c.prefix .. 'p:' .. p.id
    local today = floor(c.now / 86400000)
    local remember = c.terms and c.terms.remember
    local rare = p.state ~= IDLE or p.order > 0 or p.clicked > 0
                 or #p.mails > 0 or p.attempting ~= NO_ATTEMPT
    local more = p.earlier > 0 or p.offered > 0 or #p.trials > 0 or p.code
    local flags = p.flags + p.captured * P_CAPTURED
                  + (p.consent > 0 and P_CONSENT or 0)
                  + (rare and P_RARE or 0) + (more and P_MORE or 0)
                  + (p.asked and P_ASKED or 0)

    if p.day == today then
        remember = nil

    elseif remember then
        p.day = today
    end

    local raw = pack(P_HEAD, VERSION, flags, p.day, #p.visits)
                .. concat(p.visits)
                .. (p.consent > 0 and pack(P_SAID, p.consented, p.consent)
                    or '')
                .. (rare and pack_case(p) or '')
                .. (more and pack_more(p) or '')
                .. p.locale .. (p.zone ~= '' and ' ' .. p.zone or '')
                .. '\31' .. p.first_name .. '\31'
                .. p.customers .. '\31' .. p.orders .. '\31' .. p.sealed

    if remember then
        call('SET', name, raw, 'EX', remember + RENEW_MARGIN)
    else
        call('SET', name, raw, 'KEEPTTL')
    end
end
