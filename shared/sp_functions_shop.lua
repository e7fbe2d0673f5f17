--
-- Copyright (C) SitePreserver developers
--
-- What the shop and the operator tell.
--

local BY_CUSTOMER = 6               -- how an address came, as in sp_call.h


local function customer(keys, args)
    local prefix, id = key(keys, 'c:')
    local shopper = identifier(args[1], 'shopper')
    local sealed = args[2] or ''
    local remember = number(args[3], 'remember', 1e9)

    identifier(id, 'customer')

    if sealed == '' or #sealed > SEALED_MAX then
        bad('sealed')
    end

    local c = context(prefix)

    c.terms = { remember = max(remember, 1) }

    local p = read_shopper(c, shopper) or new_shopper(c, shopper)

    p.sealed = sealed
    p.captured = BY_CUSTOMER
    p.dirty = true
    customer_write(c, id, p)
    finish(c)

    return 'OK'
end


-- Minor units; nil: it was not told.

local function told_amount(text)
    return text ~= '' and number(text, 'amount', 1e15) or nil
end


local function told_order(keys, args)
    local prefix, id = key(keys, 'p:')
    local order_id = optional(args[1] or '', 'order')
    local known_customer = optional(args[2] or '', 'customer')
    local ago = number(args[3], 'ago', 1e13)
    local remember = number(args[4], 'remember', 1e9)
    local amount = told_amount(args[5] or '')
    local currency = match(args[6] or '', '^%u*$')

    optional(id, 'shopper')

    if not currency or #currency > 3 or (amount and currency == '') then
        bad('currency')
    end

    if id == '' and known_customer == '' then
        bad('nobody')
    end

    local c = context(prefix)
    local people = {}

    c.terms = { remember = max(remember, 1) }

    if id ~= '' then
        people[1] = read_shopper(c, id) or new_shopper(c, id)

        if people[1].captured == 0 then
            people[1].captured = BY_CUSTOMER
        end
    end

    local other = known_customer ~= '' and customer_read(c, known_customer)

    if other and other ~= id then
        people[#people + 1] = read_shopper(c, other)
    end

    if #people == 0 then
        return 'NONE'
    end

    local fresh = false

    for _, p in ipairs(people) do
        if not ordered_before(p, order_id) then
            fresh = true
            order_shopper(c, p, c.now - ago, order_id, amount, currency)
            note(c, 'order', p.id, p.rescue)
        end
    end

    if not fresh then
        return 'DUP'
    end

    count(c, 'orders')

    if args[7] == '1' then
        count(c, 'orders_odd')
    end

    finish(c)

    return 'OK'
end


local function suppress(keys, args)
    local prefix, id = key(keys, 'p:')
    local reason = args[1] or ''
    local till = number(args[3] or '0', 'until', 2 ^ 47)
    local name = prefix .. 'x:' .. identifier(id, 'shopper')

    if not match(reason, '^[a-z_]+$') or #reason > 32 then
        bad('reason')
    end

    local c = context(prefix)

    -- taken back then: what somebody wished since stays

    if args[2] == '1' then
        local at = match(call('GET', name) or '', '^[^\31]*\31(%d+)')

        if at and (till == 0 or tonumber(at) <= till) then
            call('DEL', name)
            count(c, 'unsuppressed')
            note(c, 'unsuppressed', id, 0, reason)
        end

        finish(c)

        return 'OK'
    end

    if till > 0 and till <= c.now then
        return 'OK'
    end

    local p = read_shopper(c, id)
    local old = call('GET', name)
    local _, ends = match(old or '', OUT_TILL)

    if p then
        close(c, p, (till > 0 and (ends or not old)) and 'paused'
                    or 'suppressed')
    end

    if not old or (ends and (till == 0 or till > tonumber(ends))) then
        local text = reason .. '\31' .. format('%d', c.now)

        if till > 0 then
            later(c, 'SET', name, text .. '\31' .. format('%d', till), 'PXAT',
                  till)
        else
            later(c, 'SET', name, text)
        end

        if not old or till == 0 then
            count(c, 'suppressed_' .. reason)
            note(c, 'suppressed', id, p and p.rescue, reason)
        end
    end

    finish(c)

    return 'OK'
end


--
-- The shop
--

local function shop(keys, args)
    local name = keys[1]
    local prefix = key(keys, 'shop')
    local fingerprint = identifier(args[1], 'fingerprint')
    local idle = args[2] or ''

    if idle ~= '' then
        number(idle, 'idle', 1e12)
    end

    local policy = match(call('INFO', 'memory'), 'maxmemory_policy:([%w-]+)')

    if policy and policy ~= 'noeviction' then
        return reply_error('SPEVICTION maxmemory-policy is ' .. policy
                           .. ', it must be noeviction')
    end

    local noted = call('HMGET', name, 'fingerprint', 'idle')

    if noted[1] and noted[1] ~= fingerprint then
        return reply_error('SPFINGERPRINT the identity key is not the one '
                           .. 'that this shop was set up with')
    end

    if not noted[1] then
        if args[3] == '1' then
            return 'NONE'
        end

        call('HSET', name, 'fingerprint', fingerprint)
    end

    if idle ~= '' and noted[2] ~= idle then
        call('HSET', name, 'idle', idle)

        if noted[2] then
            return reply_error('SPTERMS the idle time was ' .. noted[2]
                               .. ' ms, now it is ' .. idle .. ' ms')
        end
    end

    return 'OK'
end


-- Nobody but the operator gets a message.

local function tries(mode)
    return mode == 'dry-run' or mode == 'catch-all'
end


local function mode(keys, args)
    local prefix = key(keys, 'shop')
    local new = MODES[number(args[1], 'mode', 3)]
    local old = call('HGET', keys[1], 'mode')

    if tries(new) and not tries(old) then
        call('HSET', keys[1], 'tried_from', now_ms())
        call('HDEL', keys[1], 'tried_till')

    elseif tries(old) and not tries(new) then
        call('HSET', keys[1], 'tried_till', now_ms())
    end

    if old ~= new then
        if new == 'live' then
            call('HSET', keys[1], 'mode', new, 'live_since', now_ms())
        else
            call('HSET', keys[1], 'mode', new)
            call('HDEL', keys[1], 'live_since')
        end
    end

    return 'OK'
end


register('sp1_customer', customer)
register('sp1_order', told_order, 'allow-oom')
register('sp1_suppress', suppress, 'allow-oom')
register('sp1_shop', shop, 'allow-oom')
register('sp1_mode', mode, 'allow-oom')
