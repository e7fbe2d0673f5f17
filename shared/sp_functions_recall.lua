--
-- Copyright (C) SitePreserver developers
--
-- What a browser, known by our own cookie, has left, seen and bought, for the
-- shop's empty cart page.  It is the browser's, not the shopper's: whoever else
-- sits there must not see it.
--

local RECALL_MAX = 12               -- of each kind
local K_VIEW = 0x1
local NOWHERE = '                      '        -- in place of a visit


local function keys_read(text)
    local list = {}

    for key in gmatch(text, '%C+') do
        list[#list + 1] = key
    end

    return list
end


-- nil: there is none, or its shopper has said "not me" since.

local function recall_read(c, id)
    local raw = call('GET', c.prefix .. 'w:' .. id)

    if not raw or #raw < 23 or byte(raw) ~= 49 then
        return
    end

    local w = { visit = sub(raw, 2, 23) }
    local viewed, bought

    w.day, w.shopper, w.customer, w.stamp, viewed, bought
        = match(raw, '^(%d+)\31(%C*)\31(%C*)\31(%d*)\30([^\30]*)\30([^\30]*)$',
                24)

    if not w.day
        or (w.shopper ~= '' and (disowned(c, w.shopper) or '') ~= w.stamp)
    then
        return
    end

    w.day = tonumber(w.day)
    w.viewed = keys_read(viewed)
    w.bought = keys_read(bought)

    return w
end


local function recall_write(c, id, w)
    w.stamp = w.shopper ~= '' and disowned(c, w.shopper) or ''

    later(c, 'SET', c.prefix .. 'w:' .. id,
          '1' .. w.visit .. w.day .. '\31' .. w.shopper .. '\31' .. w.customer
          .. '\31' .. w.stamp .. '\30' .. concat(w.viewed, '\31') .. '\30'
          .. concat(w.bought, '\31'),
          'EX', c.terms.remember + RENEW_MARGIN)
end


-- What is new goes first, and stands once.

local function recall_add(w, list, entry)
    for i, old in ipairs(list) do
        if old == entry then
            remove(list, i)
            break
        end
    end

    for i = min(#list, RECALL_MAX - 1), 1, -1 do
        list[i + 1] = list[i]
    end

    list[1] = entry
    w.dirty = true
end


--
-- Is it somebody else than before?  Who is shown as a customer of whom no more
-- is known may be.
--

local function recall_other(w, shopper, customer)
    if customer ~= '' and w.customer ~= '' then
        return customer ~= w.customer
    end

    return w.shopper ~= '' and shopper ~= w.shopper
           and (shopper ~= '' or customer ~= '')
end


local function recall_new(day)
    return { visit = NOWHERE, day = day, shopper = '', customer = '',
             viewed = {}, bought = {} }
end


--
-- An event of this browser, which has logged out perhaps; bought are the lines
-- that its order took out of the cart.  A cart counts once the exchange shows
-- it: after somebody else's login it may still be the last one's.
--

function recall_note(c, v, out, bought, currency)
    local id = c.who.recall

    if out then
        later(c, 'DEL', c.prefix .. 'w:' .. id)
        return
    end

    local lines = lines_read(bought)
    local day = floor(c.now / 86400000)
    local known = recall_read(c, id)
    local w = known or recall_new(day)
    local shopper = v.class >= BY_ADDRESS and v.shopper or ''
    local customer = c.who.customer

    if recall_other(w, shopper, customer) then
        w = recall_new(day)
        w.dirty = true
    end

    if (shopper ~= '' and shopper ~= w.shopper)
        or (customer ~= '' and customer ~= w.customer)
    then
        w.shopper = shopper ~= '' and shopper or w.shopper
        w.customer = customer ~= '' and customer or w.customer
        w.dirty = true
    end

    if w.visit ~= v.id and v.lines ~= ''
        and (c.op ~= NONE or w.visit == c.who.moved)
    then
        w.visit = v.id
        w.dirty = true
    end

    if c.op == NONE and band(c.kinds, K_VIEW) ~= 0 then
        for _, line in ipairs(c.lines) do
            recall_add(w, w.viewed, line[1] ~= '' and item_key(line[1])
                                    or '@' .. line[2])
        end
    end

    for i = min(#lines, RECALL_MAX), 1, -1 do
        local line = lines[i]

        recall_add(w, w.bought, format('%s %s %s', match(line[4], '^%d*'),
                                       currency, item_key(line[1])))
    end

    if w.dirty or w.day ~= day then
        w.day = day
        recall_write(c, id, w)
    end
end


-- One item of the reply: why, name, url, image, price, currency, quantity and
-- stock.

local function recall_tell(reply, seen, key, item)
    if item[2] ~= '' and not seen[key] then
        seen[key] = true
        reply[#reply + 1] = concat(item, '\31')

        return true
    end
end


-- What tells that two keys are of one product: the page that said so of them.

local function recall_page(c, key)
    local learned = item_read(c, key).learned

    return learned and learned.page ~= '' and '@' .. learned.page or key
end


local function recall_left(c, w, reply, seen)
    local v = w.visit ~= NOWHERE and visit_find(c, w.visit)

    if not v or v.lines == '' then
        return
    end

    local lines, first = lines_read(v.lines), {}

    for i = 1, min(#lines, RECALL_MAX) do
        first[i] = concat(lines[i], '\31')
    end

    local joined, _, currency = lines_joined(c, { lines = concat(first, '\30'),
                                                  currency = v.currency,
                                                  total = v.total })

    for text in gmatch(joined, '[^\30]+') do
        local line = line_read(text)
        local key = item_key(line[1])

        if recall_tell(reply, seen, key,
                       { 'left', line[7], line[8], line[9],
                         match(line[4], '^%d*'),
                         currency, line[3], line[12] })
        then
            seen[recall_page(c, key)] = true
        end
    end
end


-- What is known of an item by its key alone.

local function recall_item(c, why, key, price, currency)
    local item = item_read(c, key)
    local told, learned = item.told, item.learned
    local text = {}

    for i = 7, 9 do
        text[i] = told and told[i] ~= '' and told[i]
                  or learned and learned[i] or ''
    end

    if price == '' and learned then
        price, currency = learned.price, learned.currency
    end

    return { why, text[7], text[8], text[9], price, currency, '',
             learned and learned.stock == 'o' and 'o' or '' }
end


local function recall(keys, args)
    local prefix, id = key(keys, 'w:')
    local c = context(prefix)
    local w = recall_read(c, identifier(id, 'recall'))
    local reply, seen = {}, {}

    if not w then
        return reply
    end

    recall_left(c, w, reply, seen)

    for _, key in ipairs(w.viewed) do
        local page = recall_page(c, key)

        if not seen[page] and recall_tell(reply, seen, key,
                                          recall_item(c, 'viewed', key, '',
                                                      ''))
        then
            seen[page] = true
        end
    end

    seen = {}

    for _, entry in ipairs(w.bought) do
        local price, currency, key = match(entry, '^(%d*) (%u*) (.*)$')

        if key then
            recall_tell(reply, seen, key,
                        recall_item(c, 'bought', key, price, currency))
        end
    end

    return reply
end


register('sp1_recall', recall, 'no-writes')
