--
-- Copyright (C) SitePreserver developers
--
-- What the replay shows of visits and shoppers: read by the functions' own
-- code, as this is a part of their library there.
--

local function texts(c, line)
    local raw = call('GET', c.prefix .. 'n:' .. line[1])

    if not raw or sub(raw, 1, 1) ~= '1' then
        return
    end

    local known = line_read(rep('\31', 5) .. sub(raw, 2))

    for n = 6, 11 do
        line[n] = line[n] ~= '' and line[n] or known[n]
    end
end


-- Where it is now, shopper, stage, class, order, hold, failed, currency,
-- total, then eleven fields of each line; nothing, if there is no record.

local function replay_visit(keys)
    local prefix, id = key(keys, 'v:')
    local c = context(prefix)
    local v = visit_find(c, identifier(id, 'visit'))

    if not v then
        return {}
    end

    local reply = { v.id, v.shopper, v.stage, v.class, v.order, v.hold,
                    v.failed, v.currency, v.total }

    for _, line in ipairs(lines_read(v.lines)) do
        texts(c, line)

        for n = 1, 11 do
            reply[#reply + 1] = line[n] or ''
        end
    end

    return reply
end


-- Its visits, and when it ordered.

local function replay_shopper(keys)
    local prefix, id = key(keys, 'p:')
    local c = context(prefix)
    local p = read_shopper(c, identifier(id, 'shopper'))

    return p and { p.order, concat(p.visits, ' ') } or {}
end


-- The shopper that an alias or a customer's id leads to.

local function replay_alias(keys)
    local prefix, id = key(keys, 'a:')

    return { alias_read(context(prefix), identifier(id, 'alias')) }
end


local function replay_customer(keys)
    local prefix, id = key(keys, 'c:')

    return { customer_read(context(prefix), identifier(id, 'customer')) }
end


register('replay_visit', replay_visit)
register('replay_shopper', replay_shopper)
register('replay_alias', replay_alias)
register('replay_customer', replay_customer)
