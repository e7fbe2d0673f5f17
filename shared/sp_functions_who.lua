--
-- Copyright (C) SitePreserver developers
--
-- Who it is: addresses, customers, aliases, moved visits, logout.
--

local CUSTOMERS_MAX = 4
local HOPS_MAX = 4
local MARK_TTL = 600                -- s, as in sp_functions_event.lua

-- how an address came, as in sp_call.h

local BY_IDENTIFY, BY_LINK = 5, 7


-- The visit; one that was moved is found where the pointer leads.

function visit_find(c, id)
    local v = read_visit(c, id)

    for _ = 1, HOPS_MAX do
        if v then
            return v, id
        end

        local to = call('GET', c.prefix .. 'a:' .. id)

        if not to or sub(to, 1, 1) ~= 'v' then
            return false, id
        end

        id = sub(to, 2)
        v = read_visit(c, id)
    end

    return v, id
end


local function alias_write(c, id, shopper)
    later(c, 'SET', c.prefix .. 'a:' .. id,
          'p' .. shopper .. (disowned(c, shopper) or ''), 'EX',
          c.terms.remember + RENEW_MARGIN)
end


-- What was written before the shopper said "not me" leads nowhere.

function alias_read(c, id)
    local to = call('GET', c.prefix .. 'a:' .. id)

    if not to or sub(to, 1, 1) ~= 'p' then
        return
    end

    local shopper = sub(to, 2, 23)
    local since = disowned(c, shopper)

    if since and since ~= sub(to, 24) then
        later(c, 'DEL', c.prefix .. 'a:' .. id)

    elseif read_shopper(c, shopper) then
        return shopper
    end
end


--
-- And whether the shop vouches for it.  An address that whoever is logged in has
-- only typed is marked: it may be another's, who can say "not me".
--

function customer_read(c, id)
    local to = call('GET', c.prefix .. 'c:' .. id)

    if not to then
        return
    end

    local shopper = sub(to, 1, 22)
    local typed = #to > 22

    if typed and (disowned(c, shopper) or '') ~= sub(to, 24) then
        return
    end

    if read_shopper(c, shopper) then
        return shopper, not typed
    end
end


function customer_write(c, id, p, typed)
    local mark = typed and '~' .. (disowned(c, p.id) or '') or ''

    later(c, 'SET', c.prefix .. 'c:' .. id, p.id .. mark, 'EX',
          c.terms.remember + RENEW_MARGIN)

    if not find(p.customers, id, 1, true) then
        p.customers = sub(id .. p.customers, 1, 22 * CUSTOMERS_MAX)
        p.dirty = true
    end
end


-- May this address be taken?  A network brings only so many new ones a day.

local function address_allowed(c)
    local who = c.who

    if read_shopper(c, who.shopper) then
        return true
    end

    if who.sealed == '' then
        return false
    end

    if who.network == '' or c.terms.addresses == 0 then
        return true
    end

    local n = call('GET', c.prefix .. 'r:' .. who.network)

    if n and tonumber(n) >= c.terms.addresses then
        c.limited = true
        count(c, 'limited')
        return false
    end

    return true
end


local function shopper_create(c)
    local who = c.who
    local p = read_shopper(c, who.shopper)

    if p then
        return p
    end

    p = new_shopper(c, who.shopper)
    p.dirty = true

    if who.network ~= '' then
        local name = c.prefix .. 'r:' .. who.network

        later(c, 'INCR', name)
        later(c, 'EXPIRE', name, DAY, 'NX')
    end

    count(c, 'captured')
    note(c, 'captured', p.id)

    return p
end


-- Who the exchange itself says it is: an address, or a customer known to us.

local function evidence(c, v)
    local who = c.who
    local sure = band(c.flags, E_LOGGED_IN) ~= 0 and BY_LOGIN or BY_ADDRESS

    if who.shopper ~= '' and address_allowed(c) then
        return shopper_create(c), sure
    end

    if who.customer == ''
        or (who.customer == v.customer and v.class >= BY_ADDRESS)
    then
        return
    end

    local id, vouched = customer_read(c, who.customer)

    if id then
        return read_shopper(c, id), vouched and BY_LOGIN or BY_ADDRESS
    end

    -- somebody else logged in whose address is not known

    if v.customer ~= '' and v.customer ~= who.customer and v.shopper ~= '' then
        release(c, v)
    end
end


-- A login cookie names somebody, surely if this answer has set it.

local function evidence_alias(c, v)
    for _, alias in ipairs(c.who.aliases) do
        if band(alias.flags, A_OWN + A_DELETED) == 0
            and (v.shopper == '' or v.class <= BY_CLICK
                 or band(alias.flags, A_BIND) ~= 0)
        then
            local id = alias_read(c, alias.id)

            if id then
                return read_shopper(c, id), BY_LOGIN
            end
        end
    end
end


-- The weak ones: a click in a message, our own cookie.

local function evidence_weak(c, v)
    if v.shopper ~= '' then
        return
    end

    if band(c.kinds, K_CLICK) ~= 0 and c.who.click ~= '' then
        local p = read_shopper(c, c.who.click)

        if p then
            return p, BY_CLICK
        end
    end

    for _, alias in ipairs(c.who.aliases) do
        if band(alias.flags, A_OWN) ~= 0
            and band(alias.flags, A_DELETED) == 0
        then
            local id = alias_read(c, alias.id)

            if id then
                return read_shopper(c, id), BY_OWN
            end
        end
    end
end


--
-- What leads to this shopper from now on.  A login cookie or customer needs
-- evidence in this exchange, or a visit that logged in; our own cookie is
-- weak anyway, and is noted once.
--

local function bind(c, v, p, shown)
    local sure = shown or v.class == BY_LOGIN
    local renew = v.day ~= floor(c.now / 86400000)

    for _, alias in ipairs(c.who.aliases) do
        local own = band(alias.flags, A_OWN) ~= 0

        if band(alias.flags, A_BIND) == 0
            or band(alias.flags, A_DELETED) ~= 0
        then
            -- not to be written

        elseif not own then
            if sure then
                alias_write(c, alias.id, p.id)
            end

        elseif v.class >= BY_ADDRESS
            and (renew or shown or band(v.flags, V_ALIASED) == 0)
        then
            alias_write(c, alias.id, p.id)
            v.flags = v.flags - band(v.flags, V_ALIASED) + V_ALIASED
        end
    end

    local customer = c.who.customer

    if customer == '' then
        return
    end

    if v.customer ~= customer then
        v.flags = v.flags - band(v.flags, V_CUSTOMER)
    end

    if v.class < BY_LOGIN then
        local _, vouched = customer_read(c, customer)

        if shown and not vouched then
            customer_write(c, customer, p, true)
        end

    elseif renew or band(v.flags, V_CUSTOMER) == 0 then
        customer_write(c, customer, p)
        v.flags = v.flags - band(v.flags, V_CUSTOMER) + V_CUSTOMER
    end
end


-- How the address came: the newest counts, unless it says less.

local function captured_now(p, v, who)
    local vague = p.captured == 0 or p.captured == BY_LINK

    if who.shopper == p.id and who.captured ~= 0
        and (vague or who.captured ~= BY_IDENTIFY)
    then
        return who.captured
    end

    return v.class == BY_CLICK and vague and BY_LINK or p.captured
end


-- What a rule says of the language counts before what a browser asks for.

local function locale_now(p, who, theirs)
    if who.locale == '' or (who.asked and not (theirs and (p.asked
                                               or p.locale == '')))
    then
        return
    end

    if who.locale ~= p.locale or who.asked ~= p.asked then
        p.locale = who.locale
        p.asked = who.asked
        p.dirty = true
    end
end


--
-- A name that is typed where no more than a click or our own cookie says who
-- it is may be somebody else's, and so may one that a guest gives with the
-- address of somebody who has an account.
--

local function first_name_now(p, v)
    return v.class == BY_LOGIN
           or (v.class == BY_ADDRESS
               and (p.first_name == '' or band(p.flags, P_LOGGED_IN) == 0))
end


-- shown: the exchange itself says who it is.

local function shopper_details(c, p, v, shown)
    local who = c.who
    local theirs = who.shopper == p.id
                   or (who.shopper == '' and (shown or v.class == BY_LOGIN))

    if who.sealed ~= '' and who.shopper == p.id
        and byte(p.sealed) ~= byte(who.sealed)      -- another key's
    then
        p.sealed = who.sealed
        p.dirty = true
    end

    local captured = captured_now(p, v, who)

    if captured ~= p.captured then
        p.captured = captured
        p.dirty = true
    end

    locale_now(p, who, theirs)

    if who.zone ~= '' and who.zone ~= p.zone then
        p.zone = who.zone
        p.dirty = true
    end

    if who.consent > 0 and theirs then
        consent_noted(c, p, who.consent, c.at)
    end

    if who.first_name ~= '' and who.first_name ~= p.first_name
        and first_name_now(p, v)
    then
        p.first_name = who.first_name
        p.dirty = true
    end

    if v.class == BY_LOGIN and band(p.flags, P_LOGGED_IN) == 0 then
        p.flags = p.flags + P_LOGGED_IN
        p.dirty = true
    end

    if p.day ~= floor(c.now / 86400000) then
        p.dirty = true
    end
end


function identify(c, v)
    if v.class == BY_CLICK and v.bound <= c.now then
        release(c, v)
    end

    local p, class = evidence(c, v)
    local shown = p ~= nil

    if not p then
        p, class = evidence_alias(c, v)
    end

    if not p then
        p, class = evidence_weak(c, v)
    end

    if p then
        join(c, v, p, class)
    end

    p = v.shopper ~= '' and read_shopper(c, v.shopper)

    if v.shopper ~= '' and not p then
        release(c, v)
    end

    if p then
        bind(c, v, p, shown)
        shopper_details(c, p, v, shown)
        visits_add(c, p, v.id)
    end

    if c.who.customer ~= '' then
        v.customer = c.who.customer
    end
end


--
-- Whom an exchange is of, as identify() would say, without a word of it being
-- kept: all of them, and whom it names itself or who is logged in, if so.  Our
-- own cookie is asked only if nothing else leads to anybody.
--

function persons(c, v, old)
    local people, seen, sure = {}, {}, nil
    local unnamed = c.who.shopper == ''

    local function add(id, shown)
        local p = id and id ~= '' and not seen[id] and read_shopper(c, id)

        if p then
            seen[id] = true
            people[#people + 1] = p
            sure = sure or (shown and p or nil)
        end
    end

    local function add_aliases(own, shown)
        for _, alias in ipairs(c.who.aliases) do
            if band(alias.flags, A_OWN + A_DELETED) == own then
                add(alias_read(c, alias.id), shown)
            end
        end
    end

    add(c.who.shopper, true)
    add(c.who.customer ~= '' and customer_read(c, c.who.customer), unnamed)

    local named = #people > 0

    for _, visit in ipairs({ v or nil, old or nil }) do
        add(visit.shopper, unnamed and visit.class == BY_LOGIN)
    end

    if not named then
        add_aliases(0, unnamed)
    end

    if #people == 0 then
        add_aliases(A_OWN)
    end

    return people, sure
end


-- The surer of the two says whose the visit is now.

local function move_shopper(c, v, old)
    local p = old.shopper ~= '' and read_shopper(c, old.shopper)

    if p and old.class > v.class then
        if v.shopper ~= '' and v.shopper ~= p.id then
            release(c, v)
        end

        visits_replace(p, v.id)
        visits_replace(p, old.id, v.id)
        v.shopper = p.id
        v.class = old.class
        v.bound = old.bound
        v.flags = v.flags - band(v.flags, V_ALIASED + V_CUSTOMER)
                  + band(old.flags, V_ALIASED + V_CUSTOMER)

    elseif p then
        visits_replace(p, old.id)
    end
end


-- What is known of when its order was, or what may be one, moves with it.

local function move_marks(c, v, old)
    for what, name in pairs({ order = 't:v:', hold = 't:h:' }) do
        local mark = old[what] > 0 and old[what] == v[what]
                     and call('GET', c.prefix .. name .. old.id)

        if mark then
            later(c, 'SET', c.prefix .. name .. v.id, mark, 'EX', MARK_TTL)
            later(c, 'DEL', c.prefix .. name .. old.id)
        end
    end
end


-- The session was replaced: the visit goes on under its new id.

function move(c, id, from)
    local old

    old, from = visit_find(c, from)

    if not old or from == id then
        return read_visit(c, id)
    end

    local v = read_visit(c, id) or new_visit(c, id)

    v.stage = max(v.stage, old.stage)
    v.last = max(v.last, old.last)
    v.hold = max(v.hold, old.hold)
    v.order = max(v.order, old.order)
    v.failed = max(v.failed, old.failed)
    v.day = 0

    if v.lines == '' and old.lines ~= '' and old.changed > v.snap
        and old.changed > v.order
    then
        v.lines = old.lines
        v.total = old.total
        v.currency = old.currency
        v.changed = old.changed
        v.snap = old.snap
    end

    v.flags = max(band(v.flags, V_SOFT), band(old.flags, V_SOFT))
              + max(band(v.flags, V_EXTRAS), band(old.flags, V_EXTRAS))
              + band(v.flags, V_ALIASED + V_CUSTOMER)
    v.device = v.device ~= 0 and v.device or old.device
    v.click = v.click ~= '' and v.click or old.click
    v.customer = v.customer ~= '' and v.customer or old.customer
    orders_join(v, old)

    move_shopper(c, v, old)
    move_marks(c, v, old)

    c.visits[from] = false
    later(c, 'DEL', c.prefix .. 'v:' .. from, c.prefix .. 'i:v:' .. from)
    later(c, 'ZREM', c.prefix .. 'due', 'v:' .. from)

    if band(c.flags, E_MOVED_OWN) == 0 then
        later(c, 'SET', c.prefix .. 'a:' .. from, 'v' .. id, 'PX',
              c.terms.idle)
    end

    v.dirty = true

    return v
end


-- A person's cart stays, under a visit of its own; the browser's is empty.

function logout(c, v)
    local p = v.shopper ~= '' and read_shopper(c, v.shopper)

    for _, alias in ipairs(c.who.aliases) do
        if band(alias.flags, A_OWN + A_DELETED) ~= 0 then
            later(c, 'DEL', c.prefix .. 'a:' .. alias.id)
        end
    end

    if p then
        c.touched['p:' .. p.id] = c.at + c.terms.idle

        if v.lines ~= '' then
            local id = sub(sha1hex(v.id .. c.at .. c.source .. c.seq), 1, 22)
            local kept = {}

            for name, value in pairs(v) do
                kept[name] = value
            end

            kept.id = id
            kept.day = 0
            kept.dirty = true
            c.visits[id] = kept
            visits_replace(p, v.id, id)
        else
            visits_replace(p, v.id)
        end
    end

    v.shopper = ''
    v.class = BY_NOTHING
    v.bound = 0
    v.customer = ''
    v.hold = 0
    v.click = ''
    v.flags = 0
    v.day = 0
    v.snap = c.at
    v.changed = c.at
    cart_clear(v)
end


-- Did the answer delete a login cookie without setting another?

function logged_out(c, v)
    if band(c.kinds, K_LOGOUT) ~= 0 then
        return true
    end

    local deleted = false

    for _, alias in ipairs(c.who.aliases) do
        if band(alias.flags, A_OWN) == 0 then
            if band(alias.flags, A_DELETED) ~= 0 then
                deleted = true

            elseif band(alias.flags, A_BIND) ~= 0 then
                return false
            end
        end
    end

    return deleted and v.class == BY_LOGIN
end
