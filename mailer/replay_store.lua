--
-- Copyright (C) SitePreserver developers
--
-- What the functions of shared/sp_functions*.lua find in Redis: its commands on
-- a small store in memory, struct, bit and redis.  Time stands still unless the
-- replay moves it.
--

local now = 0
local data, ends = {}, {}           -- values; when they end, ms
local functions = {}
local calls = {}

local floor, format = math.floor, string.format


-- The value of a key that has not ended.

local function get(key)
    local till = ends[key]

    if till and till < now then
        data[key], ends[key] = nil, nil
    end

    return data[key]
end


local function drop(key)
    local had = get(key) ~= nil

    data[key], ends[key] = nil, nil

    return had and 1 or 0
end


local function made(key)
    local value = get(key)

    if value == nil then
        value = {}
        data[key] = value
    end

    return value
end


local function size(set)
    local n = 0

    for _ in pairs(set or {}) do
        n = n + 1
    end

    return n
end


calls.TIME = function()
    return { format('%d', floor(now / 1000)), format('%d', now % 1000 * 1000) }
end

calls.INFO = function() return '' end

calls.XADD = function() return '0-0' end

calls.GET = function(key) return get(key) or false end

calls.EXISTS = function(key) return get(key) ~= nil and 1 or 0 end

calls.DEL = drop


calls.SET = function(key, value, ...)
    local till, keep
    local options = { ... }
    local i = 1

    while options[i] do
        local name, n = options[i], tonumber(options[i + 1])

        if name == 'NX' then
            if get(key) ~= nil then
                return false
            end

        elseif name == 'KEEPTTL' then
            keep = true

        else
            till = name == 'EX' and now + n * 1000
                   or name == 'PX' and now + n or name == 'PXAT' and n
                   or error('SET ' .. name)
            i = i + 1
        end

        i = i + 1
    end

    get(key)
    data[key] = value
    ends[key] = keep and ends[key] or till

    return { ok = 'OK' }
end


local function add(key, n)
    local value = tonumber(get(key) or 0) + n

    data[key] = format('%.0f', value)

    return value
end


calls.INCR = function(key) return add(key, 1) end

calls.DECR = function(key) return add(key, -1) end


local function expire(key, till, how)
    if get(key) == nil or (how == 'NX' and ends[key])
        or (how == 'GT' and (not ends[key] or till <= ends[key]))
    then
        return 0
    end

    ends[key] = till

    return 1
end


calls.EXPIRE = function(key, seconds, how)
    return expire(key, now + seconds * 1000, how)
end

calls.PEXPIREAT = function(key, till, how)
    return expire(key, tonumber(till), how)
end

calls.PTTL = function(key)
    if get(key) == nil then
        return -2
    end

    return ends[key] and ends[key] - now or -1
end

calls.RENAME = function(from, to)
    data[to], ends[to] = get(from), ends[from]
    drop(from)

    return { ok = 'OK' }
end


-- Hashes

calls.HGET = function(key, field) return (get(key) or {})[field] or false end

calls.HEXISTS = function(key, field)
    return (get(key) or {})[field] and 1 or 0
end

calls.HLEN = function(key) return size(get(key)) end

calls.HMGET = function(key, ...)
    local reply = {}

    for i, field in ipairs({ ... }) do
        reply[i] = (get(key) or {})[field] or false
    end

    return reply
end

calls.HSET = function(key, ...)
    local hash, list = made(key), { ... }

    for i = 1, #list, 2 do
        hash[list[i]] = list[i + 1]
    end

    return #list / 2
end

calls.HDEL = function(key, ...)
    for _, field in ipairs({ ... }) do
        (get(key) or {})[field] = nil
    end

    return 1
end

calls.HINCRBY = function(key, field, n)
    local hash = made(key)
    local value = tonumber(hash[field] or 0) + n

    hash[field] = format('%.0f', value)

    return value
end

calls.HGETALL = function(key)
    local reply = {}

    for field, value in pairs(get(key) or {}) do
        reply[#reply + 1] = field
        reply[#reply + 1] = value
    end

    return reply
end


-- Sorted sets

calls.ZADD = function(key, ...)
    local set, list = made(key), { ... }
    local lower = list[1] == 'LT'

    for i = lower and 2 or 1, #list, 2 do
        local score, member = tonumber(list[i]), list[i + 1]

        if not lower or not set[member] or score < set[member] then
            set[member] = score
        end
    end

    return 1
end

calls.ZREM = function(key, ...)
    for _, member in ipairs({ ... }) do
        (get(key) or {})[member] = nil
    end

    return 1
end

calls.ZCARD = function(key) return size(get(key)) end

calls.ZSCORE = function(key, member)
    local score = (get(key) or {})[member]

    return score and format('%.17g', score) or false
end


-- Redis, and what it gives to a library.

local function text(value)
    return type(value) == 'number' and format('%.17g', value) or value
end


redis = { sha1hex = sha1hex }

function redis.call(name, ...)
    local run = calls[name] or error('no command ' .. tostring(name))
    local args = { ... }

    for i = 1, select('#', ...) do
        args[i] = text(args[i])
    end

    return run(unpack(args))
end

function redis.error_reply(message) return { err = message } end

function redis.register_function(one)
    functions[one.function_name] = one.callback
end


bit = {}

function bit.band(a, b)
    local both, at = 0, 1

    while a > 0 and b > 0 do
        local x, y = a % 2, b % 2

        both = x + y == 2 and both + at or both
        a, b, at = (a - x) / 2, (b - y) / 2, at * 2
    end

    return both
end


-- Little-endian numbers B H I In, and cn, which is bytes.

local SIZES = { B = 1, H = 2, I = 4 }

struct = {}

function struct.pack(layout, ...)
    local part, n = {}, 0

    for kind, digits in layout:gmatch('([BHIc])(%d*)') do
        n = n + 1

        local value = select(n, ...)

        if kind == 'c' then
            part[n] = value:sub(1, tonumber(digits))
        else
            local bytes = {}

            for i = 1, tonumber(digits) or SIZES[kind] do
                bytes[i] = string.char(value % 256)
                value = floor(value / 256)
            end

            part[n] = table.concat(bytes)
        end
    end

    return table.concat(part)
end

function struct.unpack(layout, raw, at)
    local values, n = {}, 0

    at = at or 1

    for kind, digits in layout:gmatch('([BHIc])(%d*)') do
        local bytes = tonumber(digits) or SIZES[kind]

        n = n + 1

        if at + bytes - 1 > #raw then
            error('too short')
        end

        if kind == 'c' then
            values[n] = raw:sub(at, at + bytes - 1)
        else
            values[n] = 0

            for i = bytes, 1, -1 do
                values[n] = values[n] * 256 + raw:byte(at + i - 1)
            end
        end

        at = at + bytes
    end

    values[n + 1] = at

    return unpack(values, 1, n + 1)
end


-- For the replay: the time, and a call.  A reply is a list of texts, or nothing
-- and what was wrong.

function replay_now(ms) now = ms end

function replay_call(name, keys, args)
    local ok, reply = pcall(functions[name], keys, args)

    if not ok or (type(reply) == 'table' and reply.err) then
        return nil, tostring(type(reply) == 'table' and reply.err or reply)
    end

    if type(reply) ~= 'table' then
        return { tostring(reply) }
    end

    for i = 1, #reply do
        reply[i] = tostring(text(reply[i]) or '')
    end

    return reply
end
