--
-- Copyright (C) SitePreserver developers
--
-- What a call does in the end: the journal, the counters, and all that it has
-- to write.
--

local JOURNAL_MAX = 100000


--
-- Notes
--

function count(c, name)
    c.counts[name] = (c.counts[name] or 0) + 1
end


function note(c, what, p, rescue, why, step)
    local entry = { 'XADD', c.prefix .. 'journal', 'MAXLEN', '~', JOURNAL_MAX,
                    '*', 'what', what, 'shopper', p, 'rescue', rescue or 0 }

    if step then
        entry[#entry + 1] = 'step'
        entry[#entry + 1] = step
    end

    if why then
        entry[#entry + 1] = 'why'
        entry[#entry + 1] = why
    end

    c.journal[#c.journal + 1] = entry
end


-- YYYYMMDD of a time in ms, UTC.

function date(ms)
    local z = floor(ms / 86400000) + 719468
    local era = floor(z / 146097)
    local doe = z - era * 146097
    local yoe = floor((doe - floor(doe / 1460) + floor(doe / 36524)
                       - floor(doe / 146096)) / 365)
    local doy = doe - (365 * yoe + floor(yoe / 4) - floor(yoe / 100))
    local mp = floor((5 * doy + 2) / 153)
    local day = doy - floor((153 * mp + 2) / 5) + 1
    local month = mp < 10 and mp + 3 or mp - 9
    local year = yoe + era * 400 + (month <= 2 and 1 or 0)

    return format('%04d%02d%02d', year, month, day)
end


local function write_notes(c)
    local name

    for field, n in pairs(c.counts) do
        name = name or c.prefix .. 'count:' .. date(c.now)

        if call('HINCRBY', name, field, n) == n then
            call('EXPIRE', name, COUNT_TTL, 'NX')
        end
    end

    for _, entry in ipairs(c.journal) do
        call(spread(entry))
    end
end


-- Restarts the idle clock of "p:SID" or "v:VID"; never shortens it.

function touch(prefix, now, id, deadline)
    local name = prefix .. 'i:' .. id

    if deadline > now then
        if call('PEXPIREAT', name, deadline, 'GT') == 1
            or not call('SET', name, '1', 'PXAT', deadline, 'NX')
        then
            return
        end

    elseif call('EXISTS', name) == 1 then
        return
    end

    call('ZADD', prefix .. 'due', 'LT', deadline + 1, id)
end


function finish(c)
    for _, write in ipairs(c.writes) do
        call(spread(write))
    end

    write_notes(c)
    cells_write(c)

    for _, p in pairs(c.shoppers) do
        if p and p.dirty then
            write_shopper(c, p)
        end
    end

    for id, deadline in pairs(c.touched) do
        touch(c.prefix, c.now, id, deadline)
    end

    local last

    for id, v in pairs(c.visits) do
        if v and v.dirty then
            if v == c.visit then
                last = v
            else
                write_visit(c, v)
            end
        end
    end

    if last then
        write_visit(c, last)
    end
end
