--
-- Copyright (C) SitePreserver developers
--
-- What items are called: "n:" records, what carts told of an item and what its
-- page said.  docs/redis.md has their form.
--

local PAGES_MAX = 64                -- records that one page gives
local SEEN_COUNTS = 7 * DAY * 1000  -- ms that a page is believed on stock
local STOCK_AGAIN = 3600000         -- ms until the next look at what is gone
local STOCK_MAX = 3 * DAY * 1000    -- ms that a rescue waits for it
local ITEM_LIMITS = { 128, 64, 256, 1024, 1024, 16, 3, 1 }
local LEARNED = '^([^\31]*)\31([^\31]*)\31([^\31]*)\31([^\31]*)\31([^\31]*)'
                .. '\31([^\31]*)\31([^\31]*)\31([^\31]*)\31(%d+)$'


-- The key of an id.  "@" begins a page's, "#" that of a sku.

function item_key(id)
    return find(id, '^[.@#]') and '.' .. id or id
end


-- What a page said, after the record's texts.

local function learned_read(text)
    local l = {}

    l.page, l[6], l[7], l[8], l[9], l.price, l.currency, l.stock, l.seen
        = match(text or '', LEARNED)
    l.seen = tonumber(l.seen)

    return l.seen and l or nil
end


-- What carts told, with fields as in a line, and what a page said, or nil.

local function record_read(raw)
    if not raw or byte(raw) ~= 49 then
        return
    end

    local told, learned = match(raw, '^1([^\30]*)\30?(.*)$')

    return line_read(rep('\31', 5) .. told), learned_read(learned)
end


--
-- The record of a key, once in a call: told, and learned with what its page
-- has where it has not.  nil: there is none.
--

function item_read(c, key)
    local known = c.known and c.known[key]

    if known then
        return known
    end

    local told, learned = record_read(call('GET', c.prefix .. 'n:' .. key))

    if learned and learned.page ~= '' then
        local _, page = record_read(call('GET', c.prefix .. 'n:@'
                                                .. learned.page))

        for i = 7, 9 do
            if learned[i] == '' and page then
                learned[i] = page[i]
            end
        end
    end

    c.known = c.known or {}
    c.known[key] = { told = told, learned = learned }

    return c.known[key]
end


-- Those that may say something of a line, the surest first.

local function line_items(c, line)
    local items = {}

    if line[1] ~= '' then
        items[1] = item_read(c, item_key(line[1]))
    end

    local told = items[1] and items[1].told
    local sku = line[6] ~= '' and line[6] or told and told[6] or ''

    if sku ~= '' then
        items[#items + 1] = item_read(c, '#' .. sku)
    end

    if line[12] ~= '' then
        items[#items + 1] = item_read(c, '@' .. line[12])
    end

    return items
end


--
-- Gives a line the texts that it lacks, and says what its page said of price
-- and stock, if one is known.  Carts are asked before pages.
--

local function line_join(c, line)
    local items = line_items(c, line)
    local first = items[1]
    local said

    for i = 6, 11 do
        if line[i] == '' and line[1] ~= '' and first.told then
            line[i] = first.told[i]
        end
    end

    for _, item in ipairs(items) do
        local learned = item.learned

        said = said or learned

        for i = 7, 9 do
            if line[i] == '' and learned then
                line[i] = learned[i]
            end
        end
    end

    return said
end


-- Is it known that a line cannot be had now?

local function out_of_stock(c, said)
    return said and said.stock == 'o' and said.seen > c.now - SEEN_COUNTS
end


-- Is there nothing in these lines that can be had?

local function cart_gone(c, text)
    for _, line in ipairs(lines_read(text)) do
        if not out_of_stock(c, line_join(c, line)) then
            return false
        end
    end

    return true
end


-- Takes a line's price from its page where the cart says none, in its currency.

local function line_price(line, said, currency)
    if line[4] == '' and line[5] == '' and said and said.price ~= ''
        and said.currency == currency
    then
        line[4] = said.price
    end
end


-- The currency of a cart that says none of anything: that of its first price.

local function cart_currency(v, lines, said)
    if v.currency ~= '' or v.total ~= '' then
        return v.currency
    end

    local currency = ''

    for i, line in ipairs(lines) do
        if line[4] ~= '' or line[5] ~= '' then
            return ''
        end

        if currency == '' and said[i] and said[i].price ~= '' then
            currency = said[i].currency
        end
    end

    return currency
end


--
-- When to look again while all of a cart is out of stock; nil: it may be sent;
-- false: it has waited long enough.
--

function stock_wait(c, p, v)
    if not cart_gone(c, v.lines) then
        return
    end

    return c.now < p.abandoned + STOCK_MAX and c.now + STOCK_AGAIN
end


--
-- The lines of a cart with what is known of them, for a mailer: eleven fields,
-- and "o" behind them for what is out of stock.  Then how many, and their currency.
--

function lines_joined(c, v)
    local lines, joined, said = lines_read(v.lines), {}, {}

    for i, line in ipairs(lines) do
        said[i] = line_join(c, line) or false
    end

    local currency = cart_currency(v, lines, said)

    for i, line in ipairs(lines) do
        line_price(line, said[i], currency)
        line[12] = out_of_stock(c, said[i]) and 'o' or nil
        joined[i] = concat(line, '\31')
    end

    return concat(joined, '\30'), #joined, currency
end


-- What n: of this key becomes: what carts told stays.

local function learned_write(c, key, page, f, seen)
    local name = c.prefix .. 'n:' .. key
    local told = match(call('GET', name) or '', '^1([^\30]*)')

    later(c, 'SET', name, '1' .. (told or rep('\31', 5)) .. '\30' .. page
                          .. '\31' .. concat(f, '\31', 2, 8) .. '\31' .. seen,
          'EX', ITEM_TTL)
end


--
-- One record: id, sku, name, url, image, price, currency, stock.  The first is
-- the page's own.
--

local function item_check(text)
    local f = { match(text, '^' .. rep('([^\31]*)\31', 7) .. '([^\31]*)$') }

    if #f ~= 8 then
        bad('item')
    end

    for i, limit in ipairs(ITEM_LIMITS) do
        if #f[i] > limit then
            bad('item')
        end
    end

    if not match(f[6], '^%d*$') or not match(f[7], '^%u*$')
        or not match(f[8], '^[io]?$') or (f[6] == '') ~= (f[7] == '')
    then
        bad('item')
    end

    return f
end


local function items_read(text)
    local items = {}

    if find(text, '[%z\1-\29\127]') then
        bad('item')
    end

    for one in gmatch(text, '[^\30]+') do
        items[#items + 1] = item_check(one)
    end

    if #items == 0 or #items > PAGES_MAX then
        bad('items')
    end

    return items
end


-- What a page said of the products on it.

local function item(keys, args)
    local prefix, page = key(keys, 'n:@')

    identifier(page, 'page')

    local source = identifier(args[1], 'source')
    local seq = number(args[2], 'seq', 9e15)
    local items = items_read(args[3] or '')
    local age = number(args[4], 'age', AGE_MAX)
    local c = context(prefix)
    local seen = format('%d', c.now - age)

    if seq == 0 then
        bad('item')
    end

    local main = { spread(items[1]) }

    learned_write(c, '@' .. page, '', main, seen)

    for _, f in ipairs(items) do
        for n = 3, 5 do
            f[n] = f[n] ~= main[n] and f[n] or ''
        end

        if f[1] ~= '' then
            learned_write(c, item_key(f[1]), page, f, seen)
        end

        if f[2] ~= '' then
            learned_write(c, '#' .. f[2], page, f, seen)
        end
    end

    -- the first write: what was read above is void if it was applied before

    if not event_new(prefix .. 'q:' .. source, seq) then
        return 'd'
    end

    finish(c)

    return 'a'
end


register('sp1_item', item)
