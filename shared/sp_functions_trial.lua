--
-- Copyright (C) SitePreserver developers
--
-- Experiments: who was a subject of which step, and who ordered then.  A
-- shopper is a subject of a step once in a rescue, from the moment it is
-- decided, whatever becomes of the message: that is no reason to leave
-- anybody out.
--

local TRIALS_MAX = 16
local CURRENCIES_MAX = 8
local AMOUNT_MAX = 1e15


-- "SUBJECTS ORDERS", then for each currency "CODE ORDERS SUM SQUARES".

local function cell_parse(raw)
    local cell = { money = {} }
    local subjects, orders, rest = match(raw or '', '^(%d+) (%d+)(.*)$')

    cell.subjects = tonumber(subjects or 0)
    cell.orders = tonumber(orders or 0)

    for code, n, sum, squares in gmatch(rest or '',
                                        ' (%S+) (%d+) (%d+) (%d+)')
    do
        cell.money[#cell.money + 1] = { code = code, orders = tonumber(n),
                                        sum = tonumber(sum),
                                        squares = tonumber(squares) }
    end

    return cell
end


local function cell_write(cell)
    local part = { format('%d %d', cell.subjects, cell.orders) }

    for _, m in ipairs(cell.money) do
        part[#part + 1] = format('%s %d %.0f %.0f', m.code, m.orders, m.sum,
                                 m.squares)
    end

    return concat(part, ' ')
end


-- The cell of a trial, read once a call; finish() writes it.

local function cell(c, trial)
    local name = c.prefix .. 'exp:' .. format('%08x', trial.series)
    local field = format('%d %d %d', trial.step, trial.variant,
                         trial.holdout and 1 or 0)

    for _, known in ipairs(c.cells) do
        if known.name == name and known.field == field then
            return known
        end
    end

    local new = cell_parse(call('HGET', name, field) or '')

    new.name = name
    new.field = field
    c.cells[#c.cells + 1] = new

    return new
end


function cells_write(c)
    for _, known in ipairs(c.cells) do
        call('HSET', known.name, known.field, cell_write(known))
        call('EXPIRE', known.name, COUNT_TTL)
    end
end


local function cell_order(c, of, amount, currency)
    of.orders = of.orders + 1

    if not amount or amount < 0 or amount > AMOUNT_MAX then
        return
    end

    local code = currency ~= '' and currency or '-'
    local money

    for _, m in ipairs(of.money) do
        if m.code == code then
            money = m
        end
    end

    if not money then
        if #of.money >= CURRENCIES_MAX then
            count(c, 'currencies_dropped')
            return
        end

        money = { code = code, orders = 0, sum = 0, squares = 0 }
        of.money[#of.money + 1] = money
    end

    money.orders = money.orders + 1
    money.sum = money.sum + amount
    money.squares = money.squares + amount * amount
end


-- A live step was confirmed, as a message or as a holdout.

function trial_begin(c, p, s)
    local kept = {}

    for _, t in ipairs(p.trials) do
        if t.series == s.series and t.step == s.step and t.rescue == s.rescue
        then
            return
        end

        if t.at >= c.now - ATTRIBUTION then
            kept[#kept + 1] = t
        end
    end

    if #kept >= TRIALS_MAX then
        count(c, 'trials_dropped')
        remove(kept, 1)
    end

    local trial = { series = s.series, step = s.step, rescue = s.rescue,
                    variant = s.variant, holdout = s.holdout, ordered = false,
                    at = c.now }
    local of = cell(c, trial)

    kept[#kept + 1] = trial
    p.trials = kept
    p.dirty = true
    of.subjects = of.subjects + 1
end


-- What a cart came to; nil: not known.

function cart_value(v)
    if v.total ~= '' then
        return tonumber(v.total), v.currency
    end

    local sum

    for _, line in ipairs(lines_read(v.lines)) do
        if tonumber(line[5]) then
            sum = (sum or 0) + line[5]

        elseif line[5] == '' and tonumber(line[4]) then
            sum = (sum or 0) + line[4] * line[3]

        else
            return nil, v.currency
        end
    end

    return sum, v.currency
end


-- The cart of a shopper's that was seen last.

local function shopper_value(c, p)
    local last

    for _, id in ipairs(p.visits) do
        local v = read_visit(c, id)

        if v and v.shopper == p.id and v.lines ~= ''
            and (not last or v.last > last.last)
        then
            last = v
        end
    end

    if last then
        return cart_value(last)
    end
end


-- An order, before the carts are cleared: it counts once in each trial.

function trial_order(c, p, at, amount, currency)
    for _, t in ipairs(p.trials) do
        if not t.ordered and at >= t.at and at - t.at <= ATTRIBUTION then
            if not amount then
                amount, currency = shopper_value(c, p)
            end

            t.ordered = true
            p.dirty = true
            cell_order(c, cell(c, t), amount, currency)
        end
    end
end


local function experiment(keys, args)
    local _, id = key(keys, 'exp:')

    if not match(id, '^%x+$') or #id ~= 8 then
        bad('series')
    end

    return call('HGETALL', keys[1])
end


register('sp1_experiment', experiment, 'no-writes')
