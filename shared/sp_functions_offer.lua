--
-- Copyright (C) SitePreserver developers
--
-- Codes of offers: free ones in o:POOL, reserved and given ones with whom they
-- are for in e:POOL and g:POOL.  A code is in one of the three, and goes back
-- only while no message that may have left has it.
--

local CODES_MAX = 500               -- in one import
local CODE_MAX = 64                 -- bytes
local POOL_MAX = 32
local ORPHANS_MAX = 64              -- reserved codes looked at when none is free


local function pool_read(name)
    if not match(name or '', '^[a-z0-9_-]+$') or #name > POOL_MAX then
        bad('pool')
    end

    return name
end


-- Is this rescue's code in the message of its last attempt?

local function attempted(p)
    return p.code.rescue == p.attempt_rescue and p.code.step == p.attempt_step
end


local function entry(c, p)
    return format('%s %d %d %d', p.id, p.code.rescue, p.code.step, c.now)
end


function offer_back(c, p)
    if not p.code or p.code.given
        or (p.attempting == CONFIRMED and attempted(p))
    then
        return
    end

    later(c, 'HDEL', c.prefix .. 'e:' .. p.code.pool, p.code.text)
    later(c, 'SADD', c.prefix .. 'o:' .. p.code.pool, p.code.text)
    p.code = false
    p.dirty = true
end


-- The message of the last attempt made an offer, or would have.

function offer_noted(c, p)
    if p.attempt_offer then
        p.offered = c.now
        p.dirty = true
    end
end


-- The message of the last attempt has left, or may have.

function offer_given(c, p)
    offer_noted(c, p)

    if not p.code or p.code.given or not attempted(p) then
        return
    end

    later(c, 'HDEL', c.prefix .. 'e:' .. p.code.pool, p.code.text)
    later(c, 'HSET', c.prefix .. 'g:' .. p.code.pool, p.code.text,
          entry(c, p))
    p.code.given = true
    p.dirty = true
end


-- A code that is reserved for a rescue which knows nothing of it: its record
-- is gone.

local function orphan(c, pool)
    local held = call('HRANDFIELD', c.prefix .. 'e:' .. pool, ORPHANS_MAX,
                      'WITHVALUES')

    for i = 1, #held, 2 do
        local p = read_shopper(c, sub(held[i + 1], 1, 22))

        if not p or not p.code or p.code.given or p.code.pool ~= pool
            or p.code.text ~= held[i]
        then
            return held[i]
        end
    end
end


local function reserve(keys, args)
    local rescue = number(args[2], 'rescue', 4294967295)
    local step = number(args[4], 'step', 4294967295)
    local pool = pool_read(args[5])
    local c, p, fence = leased(keys, args[3])

    if not p or p.fence ~= fence or p.rescue ~= rescue or p.state ~= OPEN
        or p.lease <= c.now or p.attempting == CONFIRMED
    then
        return 'NO'
    end

    if not p.code or p.code.pool ~= pool then
        local text = call('SRANDMEMBER', c.prefix .. 'o:' .. pool)
                     or orphan(c, pool)

        offer_back(c, p)
        p.code = text and { pool = pool, text = text, given = false }

        if text then
            later(c, 'SREM', c.prefix .. 'o:' .. pool, text)
        else
            count(c, 'no_code')
        end
    end

    if p.code then
        p.code.rescue = rescue
        p.code.step = step

        if not p.code.given then
            later(c, 'HSET', c.prefix .. 'e:' .. pool, p.code.text,
                  entry(c, p))
        end
    end

    p.dirty = true
    finish(c)

    return p.code and 'OK ' .. p.code.text or 'EMPTY'
end


local function seen(prefix, pool, code)
    return call('SISMEMBER', prefix .. 'o:' .. pool, code) == 1
           or call('HEXISTS', prefix .. 'e:' .. pool, code) == 1
           or call('HEXISTS', prefix .. 'g:' .. pool, code) == 1
end


local function import(keys, args)
    local prefix, pool = key(keys, 'o:')
    local new, known, total = {}, {}, 0

    pool_read(pool)

    if find(args[2] or '', '[^!-~ ]') then
        bad('code')
    end

    for code in gmatch(args[2] or '', '[^ ]+') do
        total = total + 1

        if #code > CODE_MAX or total > CODES_MAX then
            bad('code')
        end

        if not known[code] and not seen(prefix, pool, code) then
            known[code] = true
            new[#new + 1] = code
        end
    end

    if #new > 0 then
        call('SADD', keys[1], spread(new))
    end

    return format('%d %d', #new, total - #new)
end


local function offer(keys, args)
    if args[1] == 'reserve' then
        return reserve(keys, args)
    end

    if args[1] == 'import' then
        return import(keys, args)
    end

    bad('offer')
end


local function offers(keys, args)
    local prefix, pool = key(keys, 'o:')

    pool_read(pool)

    return format('%d %d %d', call('SCARD', keys[1]),
                  call('HLEN', prefix .. 'e:' .. pool),
                  call('HLEN', prefix .. 'g:' .. pool))
end


register('sp1_offer', offer)
register('sp1_offers', offers, 'no-writes')
