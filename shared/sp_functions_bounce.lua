--
-- Copyright (C) SitePreserver developers
--
-- What comes back: bounces and complaints.  Counting them is all that is done
-- here; whoever reads the reports suppresses.
--

local BOUNCE_TTL = 90 * DAY
local BOUNCES_MAX = 16              -- messages and reports remembered
local BOUNCE = '^1\31(%d+)\31([%x ]*)\31([%x ]*)$'
local BOUNCE_KINDS = { hard = true, soft = true, complaint = true,
                       forged = true }


-- Puts a mark in front of a list of them, unless it is there.

local function bounce_add(list, mark)
    if find(list, mark, 1, true) then
        return list, false
    end

    return sub(mark .. ' ' .. list, 1, BOUNCES_MAX * (#mark + 1)), true
end


--
-- A report: its kind, its mark (16 digits) and that of the message (8).  Says
-- whether it is new, and how many messages in a row have come back softly: a
-- click since the last one shows that messages arrive.
--

local function bounce(keys, args)
    local prefix, id = key(keys, 'p:')
    local kind, report, message = args[1] or '', args[2] or '', args[3] or ''
    local c = context(prefix)

    if not BOUNCE_KINDS[kind] then
        bad('kind')
    end

    if kind == 'forged' then
        count(c, 'bounce_forged')
        finish(c)

        return 'new 0'
    end

    if not match(report, '^%x+$') or #report ~= 16
        or not match(message, '^%x+$') or #message ~= 8
    then
        bad('report')
    end

    local name = prefix .. 'b:' .. identifier(id, 'shopper')
    local last, reports, messages = match(call('GET', name) or '', BOUNCE)
    local p = read_shopper(c, id)
    local fresh

    reports, fresh = bounce_add(reports or '', report)
    messages = messages or ''

    if p and p.clicked > tonumber(last or 0) then
        messages = ''
    end

    if fresh then
        if kind == 'soft' then
            messages = bounce_add(messages, message)
        end

        later(c, 'SET', name, '1\31' .. format('%d', c.now) .. '\31' .. reports
              .. '\31' .. messages, 'EX', BOUNCE_TTL)
        count(c, 'bounce_' .. kind)
        note(c, 'bounce', id, p and p.rescue, kind)
    end

    finish(c)

    return (fresh and 'new ' or 'again ') .. #messages / 9
end


register('sp1_bounce', bounce, 'allow-oom')
