--
-- Copyright (C) SitePreserver developers
--
-- The events that nearly all are: a known visit, nobody new, a whole cart of
-- plain lines or only a sign of life.  What this does is what event_apply()
-- does; it only knows early that there is nothing else to do.
--

local PREFIXES = {}                 -- of the second key; one a shop
local nprefixes = 0

local FAST_TEXT = '^(%C*)\31(%C*)\31(%C*)\31(%C*)\30()'
local FAST_LINE = '^%C+()\31%C*()\31[1-9]%d*()\31%-?%d+()\30?()'
local FAST_LEAST = 28               -- bytes; a shorter record is not looked at


-- The beginnings of the keys of a shop.

local function names_read(keys)
    local prefix = key(keys, 'v:')
    local names = { prefix = prefix, v = prefix .. 'v:', q = prefix .. 'q:',
                    i = prefix .. 'i:', ip = prefix .. 'i:p:',
                    a = prefix .. 'a:', w = prefix .. 'w:', start = #prefix + 1 }

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
    local n, at, size = 0, 1, #text

    repeat
        local key, quantity, price, last, next = match(text, FAST_LINE, at)

        if not key or key - at > 128 or quantity - key > 129
            or price - quantity > 7 or last - price > 17 or last == size
        then
            return false
        end

        n = n + 1
        at = next
    until at > size

    return n <= LINES_MAX
end


--
-- Do the aliases say nothing new of this visit?  flags are looked at without
-- band(), which would be a call.
--

local function aliases_plain(names, text, visit, shopper, customer, sure, flags)
    local size = #text

    if size % 23 ~= 0 or size > 23 * (ALIASES_MAX + 2) then
        return false
    end

    for at = 23, size, 23 do
        local kind = byte(text, at)

        if kind == 52 or kind == 53 then                -- our own cookie
            if shopper == '' then
                if call('GET', names.a .. sub(text, at - 22, at - 1)) then
                    return false
                end

            elseif kind == 53 and sure
                and flags % (2 * V_ALIASED) < V_ALIASED
            then
                return false
            end

        elseif kind == 57 then                          -- the browser
            if call('GETRANGE', names.w .. sub(text, at - 22, at - 1), 1, 22)
               ~= visit
            then
                return false
            end

        elseif not sure then
            return false

        elseif kind == 56 then
            if flags % (2 * V_CUSTOMER) < V_CUSTOMER
                or sub(text, at - 22, at - 1) ~= customer
            then
                return false
            end

        elseif kind ~= 48 then
            return false
        end
    end

    return true
end


-- Head, number, age, and the shop's names, of an event that may be a plain one.

local function fast_args(keys, args)
    local head = HEADS[args[3]]

    if not head or not head.plain or args[5] ~= '' or not SOURCES[args[1]]
    then
        return
    end

    local seq, age = tonumber(args[2]), tonumber(args[9])
    local seen = args[8] == '' and 0 or tonumber(args[8])
    local names = PREFIXES[keys[2]] or names_read(keys)

    if find(keys[1], names.v, 1, true) == 1
        and seq and seq >= 1 and seq <= 9e15 and seq % 1 == 0
        and seen and seen >= 0 and seen <= 9e15 and seen % 1 == 0
        and age and age >= 0 and age <= AGE_MAX and age % 1 == 0
    then
        return head, seq, age, names
    end
end


-- The lines of a snapshot that came as text; nil: look closer.

local function fast_lines(raw, from, text, total)
    if #total > 16 or not find(total, '^-?%d*$') then
        return
    end

    if text == ''
        or (find(raw, text, from, true) == from and #raw - from + 1 == #text)
        or (lines_plain(text)
            and (not find(text, '\31\31', 1, true)
                 or lines_whole(text, sub(raw, from))))
    then
        return text
    end
end


local function fast_touch(names, name, shopper, now, deadline)
    local idle = shopper ~= '' and names.ip .. shopper
                 or names.i .. sub(name, names.start)

    if deadline <= now
        or call('PEXPIREAT', idle, format('%d', deadline), 'GT') ~= 1
    then
        touch(names.prefix, now, sub(idle, names.start + 2), deadline)
    end
end


-- What a record says, if it is a plain one of today and the aliases say nothing
-- new of it.  flags % 4: V_SOFT and V_EXTRAS.

local function fast_visit(raw, names, visit, aliases, now)
    local kind = byte(raw, 3)

    if #raw < FAST_LEAST or kind % 4 ~= 0
        or (kind >= V_RARE and kind < V_SAME)
    then
        return
    end

    local version, grade, day, last, changed, snap, from
        = visit_times(raw, kind)
    local shopper, customer, currency, total, lines
        = match(raw, FAST_TEXT, from)

    if version == VERSION and lines
        and day * 86400000 <= now and (day + 1) * 86400000 > now
        and (grade % V_DEVICE < BY_LOGIN * V_GRADE
             or kind % (2 * V_ALONE) >= V_ALONE)
        and (aliases == ''
             or aliases_plain(names, aliases, sub(visit, #names.v + 1), shopper,
                              customer,
                              grade % V_DEVICE >= BY_ADDRESS * V_GRADE, kind))
    then
        return grade, kind % V_RARE, day, last, changed, snap, shopper,
               customer, currency, total, lines
    end
end


--
-- A reply, or nil: nothing was written, and it is for event_apply().  A visit
-- that has a record has an id that was checked.
--

function event_fast(keys, args)
    local head, seq, age, names = fast_args(keys, args)
    local raw = head and call('GET', keys[1])

    if not raw then
        return
    end

    local now = now_ms()
    local at = now - age
    local grade, flags, day, last, changed, snap, shopper, customer,
          currency, total, lines = fast_visit(raw, names, keys[1], args[6], now)

    if not grade or (head.op == NONE and args[7] ~= '') then
        return
    end

    local stage = grade % V_GRADE

    grade = grade - stage

    if head.device ~= 0 then
        grade = grade % V_DEVICE + head.grade
    end

    if head.op == NONE then
        lines = sub(raw, lines)

    else
        lines = at >= snap and fast_lines(raw, lines, args[7], args[4])

        if not lines then
            return
        end

        changed = changed > at and changed or at
        snap = at
        currency = head.currency ~= '' and head.currency or currency
        total = lines ~= '' and args[4] or ''
        stage = lines ~= '' and stage or 0
    end

    if lines ~= '' and head.stage > stage then
        stage = head.stage
    end

    if not event_new(names.q .. args[1], seq) then
        return 'd'
    end

    if shopper ~= '' or lines ~= '' then
        fast_touch(names, keys[1], shopper, now, at + head.terms.idle)
    end

    call('SET', keys[1],
         visit_head(grade + stage, flags, day, last > at and last or at,
                    changed, snap)
         .. shopper .. '\31' .. customer .. '\31' .. currency .. '\31'
         .. total .. '\30' .. lines, 'KEEPTTL')

    return shopper ~= '' and 'a ' .. shopper or 'a'
end
