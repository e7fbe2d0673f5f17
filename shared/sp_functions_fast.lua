--
-- Copyright (C) SitePreserver developers
--
-- The events that nearly all are: a known visit, nobody new, a whole cart of
-- plain lines or only a sign of life.  What this does is what event_apply()
-- does; it only knows early that there is nothing else to do.
--

local PREFIXES = {}                 -- of the second key; one a shop
local nprefixes = 0

local FAST_TEXT = '^(%C*)\31(%C*)(\31%C*\31%C*\31)(%C*)\31(%C*)\30()'
local FAST_LINE = '^%C+()\31%C*()\31[1-9]%d*()\31%-?%d+()'


-- The beginnings of the keys of a shop.

local function names_read(keys)
    local prefix = key(keys, 'v:')
    local names = { prefix = prefix, v = prefix .. 'v:', q = prefix .. 'q:',
                    i = prefix .. 'i:', ip = prefix .. 'i:p:',
                    a = prefix .. 'a:', start = #prefix + 1 }

    if nprefixes == HEADS_MAX then
        PREFIXES = {}
        nprefixes = 0
    end

    PREFIXES[keys[2]] = names
    nprefixes = nprefixes + 1

    return names
end


-- Are these lines plain: id, key, quantity and price, nothing else?

local function lines_plain(text)
    local at, size = 1, #text
    local n = 0

    while at <= size do
        local id, name, quantity, last = match(text, FAST_LINE, at)

        n = n + 1

        if not id or id - at > 128 or name - id > 129 or quantity - name > 10
            or last - quantity > 17 or n > LINES_MAX or last == size
            or (last < size and byte(text, last) ~= 30)
        then
            return false
        end

        at = last + 1
    end

    return true
end


-- Do the aliases say nothing new of this visit?

local function aliases_plain(names_a, text, shopper, customer, class, flags)
    local size = #text

    if size == 0 then
        return true
    end

    if size % 23 ~= 0 or size > 23 * (ALIASES_MAX + 1) then
        return false
    end

    for at = 23, size, 23 do
        local kind = byte(text, at)

        if kind == 52 or kind == 53 then                -- our own cookie
            if shopper == '' then
                if call('GET', names_a .. sub(text, at - 22, at - 1)) then
                    return false
                end

            elseif kind == 53 and class >= BY_ADDRESS
                and band(flags, V_ALIASED) == 0
            then
                return false
            end

        elseif kind == 56 then
            if class < BY_ADDRESS or band(flags, V_CUSTOMER) == 0
                or sub(text, at - 22, at - 1) ~= customer
            then
                return false
            end

        elseif kind ~= 48 or class < BY_ADDRESS then
            return false
        end
    end

    return true
end


--
-- A reply, or nil: nothing was written, and it is for event_apply().  A visit
-- that has a record has an id that was checked.  flags are looked at without
-- bit.band(), which is a call: V_SOFT and V_EXTRAS are the lowest two.
--

function event_fast(keys, args)
    local head = HEADS[args[3]]
    local name = keys[1]
    local total, lines = args[4], args[7]

    if not head or not head.plain or args[5] ~= '' or not SOURCES[args[1]]
    then
        return
    end

    local names = PREFIXES[keys[2]] or names_read(keys)
    local seq, age = tonumber(args[2]), tonumber(args[8])

    if find(name, names.v, 1, true) ~= 1
        or not seq or seq < 1 or seq > 9e15 or seq % 1 ~= 0
        or not age or age < 0 or age > AGE_MAX or age % 1 ~= 0
        or not find(total, '^-?%d*$') or #total > 16
    then
        return
    end

    local raw = call('GET', name)

    if not raw or #raw < V_FIELDS then
        return
    end

    local time = call('TIME')
    local now = time[1] * 1000 + floor(time[2] / 1000)
    local at = now - age
    local kind = byte(raw, 4)
    local version, stage, class, flags, day, last, changed, snap
    local from = V_FIELDS

    if kind >= V_SAME then
        version, stage, class, flags, day, last = unpack(V_HEAD_SAME, raw)
        flags, changed, snap = flags - V_SAME, last, last
        from = V_FIELDS_SAME

    elseif kind < V_RARE then
        version, stage, class, flags, day, last, changed, snap
            = unpack(V_HEAD, raw)

    else
        return
    end

    local shopper, customer, rest, currency, was_total
    shopper, customer, rest, currency, was_total, from
        = match(raw, FAST_TEXT, from)

    if not from or day * 86400000 > now or (day + 1) * 86400000 <= now
        or flags % 4 ~= 0
        or (class == BY_LOGIN and flags % 16 < V_ALONE)
        or not aliases_plain(names.a, args[6], shopper, customer, class,
                             flags)
    then
        return
    end

    local was = sub(raw, from)

    if lines ~= '' and lines ~= was
        and not (lines_plain(lines) and lines_whole(lines, was))
    then
        return
    end

    if head.op == SNAPSHOT and at >= snap then
        changed = changed > at and changed or at
        snap = at
        total = lines ~= '' and total or ''
        stage = lines ~= '' and stage or 0
        currency = head.currency ~= '' and head.currency or currency
    else
        lines = was
        total = was_total
    end

    if lines ~= '' and head.stage > stage then
        stage = head.stage
    end

    if not event_new(names.q .. args[1], seq) then
        return 'd'
    end

    local deadline = at + head.terms.idle

    if shopper ~= '' or lines ~= '' then
        local idle = shopper ~= '' and names.ip .. shopper
                     or names.i .. sub(name, names.start)

        if deadline <= now
            or call('PEXPIREAT', idle, format('%d', deadline), 'GT') ~= 1
        then
            touch(names.prefix, now, sub(idle, names.start + 2), deadline)
        end
    end

    if at > last then
        last = at
    end

    if last == changed and changed == snap then
        raw = pack(V_HEAD_SAME, VERSION, stage, class, flags + V_SAME, day,
                   last)
    else
        raw = pack(V_HEAD, VERSION, stage, class, flags, day, last, changed,
                   snap)
    end

    call('SET', name, raw .. shopper .. '\31' .. customer .. rest .. currency
                      .. '\31' .. total .. '\30' .. lines, 'KEEPTTL')

    return shopper ~= '' and 'a ' .. shopper or 'a'
end
