--
-- Copyright (C) SitePreserver developers
--
-- Consent is withdrawn: what is kept of this browser's visitor goes.
--

local ERASE_TOLD = 6                -- an import, and beyond: the operator's word


-- Does anything else still need the shopper's address?

local function still_needed(c, p)
    if consent_given(p) and p.consent >= ERASE_TOLD then
        return true
    end

    for _, id in ipairs(p.visits) do
        local v = read_visit(c, id)

        if v and v.shopper == p.id then
            return true
        end
    end

    return false
end


-- Is there anything that caps, orders or withdrawals rest on?

local function worth_keeping(p)
    return p.state ~= IDLE or p.order > 0 or p.orders ~= '' or p.clicked > 0
           or p.consent > 0 or #p.mails > 0 or p.attempting ~= NO_ATTEMPT
           or p.earlier > 0 or p.offered > 0 or #p.trials > 0 or p.code
end


-- What remains says what was done to somebody, and not to whom.

local function erase_shopper(c, p)
    for i = 1, #p.customers, 22 do
        later(c, 'DEL', c.prefix .. 'c:' .. sub(p.customers, i, i + 21))
    end

    if consent_given(p) then
        p.consent = 0
        p.consented = 0
    end

    p.sealed, p.first_name, p.locale, p.zone = '', '', '', ''
    p.customers = ''
    p.flags = 0
    p.captured = 0
    p.asked = false
    p.visits = {}
    p.dirty = true

    later(c, 'DEL', c.prefix .. 'i:p:' .. p.id)

    if p.lease == 0 then
        later(c, 'ZREM', c.prefix .. 'due', 'p:' .. p.id)
    end

    if not worth_keeping(p) then
        c.shoppers[p.id] = false
        later(c, 'DEL', c.prefix .. 'p:' .. p.id)
    end
end


--
-- A rescue that has only this cart ends.  One that has another goes on with
-- that: what a mailer holds may show this one.
--

local function erase_visit(c, v)
    local p = v.shopper ~= '' and read_shopper(c, v.shopper)
    local shown = v.lines ~= ''

    cart_clear(v)
    release(c, v, 'no_consent')

    if p and shown and p.state == OPEN and p.lease > 0
        and p.attempting ~= CONFIRMED
    then
        p.fence = p.fence + 1
        p.lease = 0
        p.dirty = true
        schedule(c, p)
    end

    c.visits[v.id] = false
    later(c, 'DEL', c.prefix .. 'v:' .. v.id, c.prefix .. 'i:v:' .. v.id,
          c.prefix .. 't:v:' .. v.id, c.prefix .. 't:h:' .. v.id)
    later(c, 'ZREM', c.prefix .. 'due', 'v:' .. v.id)
end


--
-- visits: those of the exchange, or false each.  What its cookies lead to is
-- theirs; an address or a customer that is only shown is not: anyone may type
-- one.
--

function erase(c, visits)
    local found, people, seen = {}, {}, {}

    local function add(id)
        local p = id and id ~= '' and not seen[id] and read_shopper(c, id)

        if p then
            seen[id] = true
            people[#people + 1] = p
        end
    end

    for _, alias in ipairs(c.who.aliases) do
        if band(alias.flags, A_OWN) ~= 0 then
            visits[#visits + 1] = read_visit(c, alias.id)
        end
    end

    for _, v in ipairs(visits) do
        if v and not seen[v] then
            seen[v] = true
            found[#found + 1] = v
            add(v.shopper)
        end
    end

    for _, alias in ipairs(c.who.aliases) do
        add(alias_read(c, alias.id))
        later(c, 'DEL', c.prefix .. 'a:' .. alias.id,
              c.prefix .. 'w:' .. alias.id)
    end

    later(c, 'DEL', c.prefix .. 'a:' .. c.asked)

    if c.who.moved ~= '' then
        later(c, 'DEL', c.prefix .. 'a:' .. c.who.moved)
    end

    for _, v in ipairs(found) do
        erase_visit(c, v)
    end

    for _, p in ipairs(people) do
        note(c, 'forgotten', p.id, p.rescue)

        if not still_needed(c, p) then
            erase_shopper(c, p)
        end
    end

    if #found + #people > 0 then
        count(c, 'forgotten')
    end
end
