--
-- Copyright (C) SitePreserver developers
--
-- Lines of a cart: id, key, quantity, price, total, sku, name, url, image,
-- options, category, page; what is empty at the end is left out.
--

local APART = 1000                  -- ms by which a cart is newer for certain
local QUANTITY_MAX = 999999         -- pieces of a line, as in sp_field.h
local LINE = '^([^\31]*)\31([^\31]*)\31([^\31]*)\31([^\31]*)\31([^\31]*)'
             .. '\31([^\31]*)\31([^\31]*)\31([^\31]*)\31([^\31]*)\31([^\31]*)'
             .. '\31([^\31]*)\31([^\31]*)$'


function line_read(text)
    local _, n = gsub(text, '\31', '\31')
    local line = { match(text .. rep('\31', 11 - n), LINE) }

    if #line ~= 12 then
        bad('line')
    end

    return line
end


function lines_read(text)
    local lines = {}

    if text ~= '' then
        for line in gmatch(text, '[^\30]+') do
            lines[#lines + 1] = line_read(line)
        end
    end

    return lines
end


local function line_write(line)
    local last = 12

    while last > 4 and line[last] == '' do
        last = last - 1
    end

    return concat(line, '\31', 1, last)
end


local LIMITS = { 128, 128, 6, 16, 16, 64, 256, 1024, 1024, 256, 128, 22 }

function line_check(line)
    for i = 1, 12 do
        if #line[i] > LIMITS[i] then
            bad('line')
        end
    end

    if (line[1] == '' and line[2] == '')
        or not match(line[3], '^%d*$')
        or not match(line[4], '^-?%d*$')
        or not match(line[5], '^-?%d*$')
    then
        bad('line')
    end

    optional(line[12], 'line')
end


-- Of the cart's lines the one that a change is about: by key, else by id.

local function line_find(lines, line)
    if line[2] ~= '' then
        for i, old in ipairs(lines) do
            if old[2] == line[2] then
                return i
            end
        end
    end

    if line[1] ~= '' then
        for i, old in ipairs(lines) do
            if old[1] == line[1]
                and (line[2] == '' or old[2] == '' or line.loose)
            then
                return i
            end
        end
    end
end


--
-- Takes a line's texts out where they are what "n:" keeps for its item; notes
-- them there where nothing is kept yet.
--

local function line_texts(c, line)
    if line[1] == '' or concat(line, '', 6, 11) == '' then
        return
    end

    local name = item_key(line[1])
    local known = c.items and c.items[name]
    local changed = false

    if not known then
        local texts, learned = match(call('GET', c.prefix .. 'n:' .. name) or '',
                                     '^1([^\30]*)(.*)$')

        known = line_read(rep('\31', 5) .. (texts or ''))
        known.learned = learned or ''
        c.items = c.items or {}
        c.items[name] = known
        changed = not texts
    end

    for i = 6, 11 do
        if line[i] == known[i] then
            line[i] = ''

        elseif line[i] ~= '' then
            if known[i] == '' then
                known[i] = line[i]
                line[i] = ''
                changed = true
            else
                c.own_texts = true
            end
        end
    end

    if changed then
        later(c, 'SET', c.prefix .. 'n:' .. name,
              '1' .. concat(known, '\31', 6, 11) .. known.learned, 'EX',
              ITEM_TTL)
    else
        later(c, 'EXPIRE', c.prefix .. 'n:' .. name, ITEM_TTL)
    end
end


-- Fields that a line lacks come from the old one of the same key, else id.

function line_inherit(line, old)
    for i = 1, 12 do
        if line[i] == '' and i ~= 5 then
            line[i] = old[i]
        end
    end

    if line[5] == '' and line[3] == old[3] and line[4] == old[4] then
        line[5] = old[5]
    end
end


local function lines_replace(c, v)
    local old = lines_read(v.lines)
    local lines = {}

    for _, line in ipairs(c.lines) do
        line.loose = true

        local i = line_find(old, line)

        if i then
            line_inherit(line, old[i])
            remove(old, i)
        end

        if line[3] == '' then
            line[3] = '1'
        end

        if line[1] ~= '' and tonumber(line[3]) > 0 then
            lines[#lines + 1] = line
        end
    end

    return lines
end


local function lines_remove(lines, line)
    local i = line_find(lines, line)

    while i do
        remove(lines, i)
        i = line[2] == '' and line_find(lines, line)
    end
end


local function lines_change(c, v)
    local lines = lines_read(v.lines)

    for _, line in ipairs(c.lines) do
        local i = line_find(lines, line)

        if c.op == REMOVE then
            lines_remove(lines, line)

        elseif i then
            local old = lines[i]

            if c.op == ADD then
                line[3] = tonumber(old[3]) + (tonumber(line[3]) or 1)
                line[3] = format('%d', min(line[3], QUANTITY_MAX))
            end

            line_inherit(line, old)
            lines[i] = line

            if tonumber(line[3]) == 0 then
                remove(lines, i)
            end

        elseif line[1] ~= '' and line[3] ~= '0' and #lines < LINES_MAX then
            line[3] = line[3] == '' and '1' or line[3]
            lines[#lines + 1] = line
        end
    end

    return lines
end


local function cart_set(c, v, lines)
    local text = {}

    v.flags = v.flags - band(v.flags, V_EXTRAS)

    for i, line in ipairs(lines) do
        line_texts(c, line)
        text[i] = line_write(line)

        if concat(line, '', 5, 12) ~= '' and band(v.flags, V_EXTRAS) == 0 then
            v.flags = v.flags + V_EXTRAS
        end
    end

    v.lines = concat(text, '\30')
end


function cart_clear(v)
    v.lines = ''
    v.total = ''
    v.stage = 0
    v.failed = 0
    v.flags = v.flags - band(v.flags, V_EXTRAS)
    v.dirty = true
end


-- Two logged-in visits of a shopper have one cart: the shop's own.

local function clear_others(c, v)
    local p = v.class == BY_LOGIN and read_shopper(c, v.shopper)

    if not p then
        return
    end

    for _, id in ipairs(p.visits) do
        local other = id ~= v.id and read_visit(c, id)

        if other and other.shopper == p.id and other.class == BY_LOGIN
            and other.lines ~= '' and other.changed <= c.at
        then
            cart_clear(other)
        end
    end
end


--
-- Have these plain lines nothing to inherit from those plain ones?  A key is
-- what they may lack.
--

function lines_whole(lines, was)
    if was == '' or not find(lines, '\31\31', 1, true) then
        return true
    end

    local _, keyless = gsub(was, '\31\31', '')
    local _, n = gsub(was, '\30', '')

    return keyless == n + 1
end


--
-- Was this event seen after what is marked so, at that time?  Of what one machine
-- saw its clock says that, however long it was under way: a cart may have waited
-- for Redis in one worker's connection while the order did in another's.  Of
-- what two saw Redis knows only when it came.
--

local function seen_after(c, id, at)
    local mark = call('GET', c.prefix .. 't:' .. id)
    local of, machine, seen = match(mark or '', '^(%d+) (%S+) (%d+)$')

    if not c.seen or tonumber(of) ~= at or machine ~= c.machine then
        return c.at - at >= APART
    end

    return c.seen > tonumber(seen)
end


-- Is the cart of this event newer than the last order?

local function cart_newer(c, v, p)
    local id, ordered = 'v:' .. v.id, v.order

    if p and p.order >= ordered then
        id, ordered = 'p:' .. p.id, p.order
    end

    if ordered == 0 then
        return true
    end

    local newer = seen_after(c, id, ordered)

    -- an order is dated when it comes, and so later than it was; what waited for
    -- Redis together comes in the same ms

    if newer and c.at <= ordered and ordered <= c.now then
        c.at = ordered + 1
    end

    return newer and c.at > ordered
end


function cart(c, v)
    local p = v.shopper ~= '' and read_shopper(c, v.shopper)

    if not cart_newer(c, v, p) or c.at < v.snap
        or (c.op ~= SNAPSHOT and v.lines == '' and c.raw == '')
    then
        return
    end

    if c.op ~= SNAPSHOT then
        cart_set(c, v, lines_change(c, v))

    elseif v.lines ~= c.raw then
        if c.plain and band(v.flags, V_EXTRAS) == 0
            and lines_whole(c.raw, v.lines)
        then
            v.lines = c.raw
        else
            cart_set(c, v, lines_replace(c, v))
        end
    end

    v.changed = max(v.changed, c.at)

    if c.op == SNAPSHOT then
        v.snap = c.at
        v.total = c.total
        clear_others(c, v)

        if v.lines ~= '' and band(v.flags, V_SOFT) ~= 0 and c.status < 499
            and seen_after(c, 'h:' .. v.id, v.hold - c.terms.hold)
        then
            v.hold = 0
            v.flags = v.flags - V_SOFT
        end

    else
        v.total = c.total
    end

    if c.head.currency ~= '' then
        v.currency = c.head.currency
    end

    if v.lines == '' then
        cart_clear(v)
    end
end
