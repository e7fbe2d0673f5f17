--
-- Copyright (C) SitePreserver developers
--
-- "Not me": a message came to the right address, and the cart is somebody
-- else's, who has sat at the same computer or typed a wrong address.
--

local DISOWN_AGAIN = 60000          -- ms that clocks may have been set by
local DISOWN_STEP = 600000          -- ms; the mailer's file is no more exact
local CONSENT_TOLD = 6              -- an import, and beyond: the operator's word


-- When the shopper last said so, or false: what an alias must say, too.

function disowned(c, id)
    return call('GET', c.prefix .. 'd:' .. id)
end


--
-- Takes every visit from the shopper that no login has made theirs.  For a
-- login the shop itself vouches: the account's next page would bind the visit
-- again, and on another device it is the shopper's own.  What it remembers of
-- our cookie is noted again then.
--

local function disown_visits(c, p)
    local taken = false

    for _, id in ipairs({ spread(p.visits) }) do
        local v = read_visit(c, id)

        if not v or v.shopper ~= p.id then
            visits_replace(p, id)

        elseif v.class == BY_LOGIN then
            v.flags = v.flags - band(v.flags, V_ALIASED)
            v.dirty = true

        else
            taken = true

            if find(v.click, p.id, 1, true) == 1 then
                v.click = ''
            end

            release(c, v)
        end
    end

    return taken
end


--
-- The name may be one that somebody else has typed, and whoever typed the
-- address may have ticked the box, too.  What the shop's operator told of is
-- not from there.
--

local function disown(c, p, at)
    local open = p.state == OPEN

    close(c, p, 'not_me')

    if consent_given(p) and p.consent < CONSENT_TOLD then
        consent_noted(c, p, C_WITHDRAWN, at)
    end

    local taken = disown_visits(c, p)

    if p.first_name ~= '' or p.clicked > 0 then
        p.first_name = ''
        p.clicked = 0
        p.dirty = true
    end

    return open or taken
end


--
-- age: ms since it was said; 0: now.  What was said before and is told again,
-- because nobody knows whether it got here, is done once.
--

local function not_me(keys, args)
    local prefix, id = key(keys, 'p:')
    local age = number(args[1], 'age', 1e13)
    local remember = number(args[2], 'remember', 1e9)
    local name = prefix .. 'd:' .. identifier(id, 'shopper')
    local c = context(prefix)
    local old = tonumber(call('GET', name) or 0)

    if age > 0 and old + DISOWN_AGAIN >= c.now - age then
        return 'OK'
    end

    local p = read_shopper(c, id)

    local at = age > 0 and min(c.now, c.now - age + DISOWN_STEP) or c.now

    if p and disown(c, p, at) then
        count(c, 'not_me')
        note(c, 'not_me', id, p.rescue)
    end

    later(c, 'SET', name, format('%d', max(c.now, old + 1)), 'EX',
          max(remember + RENEW_MARGIN, COUNT_TTL))
    finish(c)

    return 'OK'
end


register('sp1_not_me', not_me, 'allow-oom')
