--
-- Copyright (C) SitePreserver developers
--
-- Records of visits; times are as in those of shoppers.
--

local V_HEAD_SAME = '<BBBHI6'       -- version, grade, flags, day, times
local V_HEAD = '<BBBHI6I6I6'
local V_HEAD_RARE = '<BBBHI6I6I6I6I6I6I6'


-- The head of a record that is not rare; see docs/redis.md.

function visit_head(grade, flags, day, last, changed, snap)
    if last == changed and changed == snap then
        return pack(V_HEAD_SAME, VERSION, grade, flags + V_SAME, day, last)
    end

    return pack(V_HEAD, VERSION, grade, flags, day, last, changed, snap)
end


-- The reverse, and where the text begins; kind is the byte of flags.

function visit_times(raw, kind)
    if kind >= V_SAME then
        local version, grade, _, day, last, from = unpack(V_HEAD_SAME, raw)

        return version, grade, day, last, last, last, from
    end

    local version, grade, _, day, last, changed, snap, from
        = unpack(V_HEAD, raw)

    return version, grade, day, last, changed, snap, from
end


local function parse_visit(raw, id)
    local version, grade, from
    local kind = byte(raw, 3)
    local v = { id = id, flags = kind % V_RARE, order = 0, hold = 0,
                bound = 0, failed = 0, orders = '', click = '' }

    if kind >= V_RARE and kind < V_SAME then
        version, grade, kind, v.day, v.last, v.changed, v.snap, v.order,
            v.hold, v.bound, v.failed, from = unpack(V_HEAD_RARE, raw)
        v.shopper, v.customer, v.currency, v.total, v.orders, v.click,
            v.lines = match(raw, '^(%C*)\31(%C*)\31(%C*)\31(%C*)\31(%C*)\31'
                                 .. '(%C*)\30(.*)$', from)

    else
        version, grade, v.day, v.last, v.changed, v.snap, from
            = visit_times(raw, kind)
        v.shopper, v.customer, v.currency, v.total, v.lines
            = match(raw, '^(%C*)\31(%C*)\31(%C*)\31(%C*)\30(.*)$', from)
    end

    v.stage = grade % V_GRADE
    v.class = (grade % V_DEVICE - v.stage) / V_GRADE
    v.device = floor(grade / V_DEVICE)

    return version == VERSION and v.lines and v
end


function read_visit(c, id)
    return read_record(c, c.visits, 'v:', id, parse_visit)
end


function new_visit(c, id)
    local v = { id = id, stage = 0, class = BY_NOTHING, device = 0,
                flags = 0, day = 0, last = 0, changed = 0, snap = 0,
                order = 0, hold = 0, bound = 0, failed = 0, shopper = '',
                customer = '', orders = '',
                click = '', currency = '', total = '', lines = '' }

    c.visits[id] = v

    return v
end


-- TTLs are set when they change, and renewed on a new day; else kept.

function write_visit(c, v)
    local name = c.prefix .. 'v:' .. v.id
    local today = floor(c.now / 86400000)
    local retain = c.terms and c.terms.anonymous

    if retain and v.shopper ~= '' then
        retain = c.terms.retain
    end

    if v.day == today then
        retain = nil

    elseif retain then
        v.day = today
    end

    local grade = v.stage + v.class * V_GRADE + v.device * V_DEVICE
    local head, rest

    if v.order > 0 or v.hold > 0 or v.bound > 0 or v.failed > 0
        or v.click ~= ''
    then
        head = pack(V_HEAD_RARE, VERSION, grade, v.flags + V_RARE, v.day,
                    v.last, v.changed, v.snap, v.order, v.hold, v.bound,
                    v.failed)
        rest = '\31' .. v.orders .. '\31' .. v.click
    else
        head = visit_head(grade, v.flags, v.day, v.last, v.changed, v.snap)
        rest = ''
    end

    local raw = head .. v.shopper .. '\31' .. v.customer .. '\31'
                .. v.currency .. '\31' .. v.total .. rest .. '\30' .. v.lines

    if retain then
        call('SET', name, raw, 'EX', retain + RENEW_MARGIN)
    else
        call('SET', name, raw, 'KEEPTTL')
    end
end
