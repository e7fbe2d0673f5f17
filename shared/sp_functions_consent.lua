--
-- Copyright (C) SitePreserver developers
--
-- Who agreed to be written to, or took that back, when and how.  p.consent is
-- the number of how (CONSENTED), and C_WITHDRAWN if it was taken back; 0:
-- nothing is known; C_WITHDRAWN alone: the shopper said "not me".
--

local WITHDRAWN_MAX = 64            -- as in sp_call.h


function consent_given(p)
    return p.consent > 0 and p.consent < C_WITHDRAWN
end


--
-- What was said last counts.  Since when it is given is kept as long as it is;
-- of a withdrawal the last one counts, so that nothing older comes after it.
-- One that a mailer did not tell is left for it, whose files outlive Redis.
--

function consent_noted(c, p, consent, at)
    local given = consent_given(p)

    if at < p.consented then
        return 'OLD'
    end

    if given and consent < C_WITHDRAWN then
        return 'SAME'
    end

    p.consent = consent
    p.consented = at
    p.dirty = true

    if consent >= C_WITHDRAWN and not c.told then
        later(c, 'ZADD', c.prefix .. 'withdrawn', at,
              format('%s %d', p.id, consent - C_WITHDRAWN))
    end

    if given or consent < C_WITHDRAWN then
        local what = given and 'consent_withdrawn' or 'consented'

        count(c, what)
        note(c, what, p.id, 0, CONSENTED[consent % C_WITHDRAWN])
    end

    return 'OK'
end


-- What the shop's operator tells, in a list or of one shopper.

local function told(keys, args, withdrawn)
    local prefix, id = key(keys, 'p:')
    local how = number(args[1], 'how', #CONSENTED)
    local at = args[2] ~= '' and number(args[2], 'at', 2 ^ 47)
    local remember = number(args[3], 'remember', 1e9)
    local c = context(prefix)

    identifier(id, 'shopper')

    if how == 0 and withdrawn == 0 then
        bad('how')
    end

    c.told = true

    local p = read_shopper(c, id)

    -- nobody knows which of the two was said last

    if not at and withdrawn == 0 and p and p.consent >= C_WITHDRAWN then
        return 'OLD'
    end

    p = p or new_shopper(c, id)
    c.terms = { remember = max(remember, 1) }

    -- 0: now; what is to come by the clock of another host is now, too

    at = at and at > 0 and min(at, c.now) or c.now

    local reply = consent_noted(c, p, how + withdrawn, at)

    finish(c)

    return reply
end


local function consent(keys, args)
    return told(keys, args, 0)
end


local function withdraw(keys, args)
    return told(keys, args, C_WITHDRAWN)
end


--
-- Withdrawals that no mailer has in its file yet, the oldest first: member and
-- time.  Those in args, in the same form, are in it now.
--

local function withdrawn(keys, args)
    key(keys, 'withdrawn')

    if #args > 1 or #(args[1] or '') > 48 * WITHDRAWN_MAX then
        bad('withdrawn')
    end

    for member, at in gmatch(args[1] or '', '(%S+ %d) (%d+);') do
        if call('ZSCORE', keys[1], member) == at then
            call('ZREM', keys[1], member)
        end
    end

    return call('ZRANGE', keys[1], 0, WITHDRAWN_MAX - 1, 'WITHSCORES')
end


register('sp1_consent', consent)
register('sp1_withdraw', withdraw, 'allow-oom')
register('sp1_withdrawn', withdrawn, 'allow-oom')
