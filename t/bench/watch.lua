-- What somebody who knows OpenResty would write to keep the same keys in Redis
-- as the module does, of the same requests of a WooCommerce shop: the other side
-- of bench_watching.  It writes to Redis after the answer, all that has come up
-- to then in one pipeline, over a connection that it keeps.  It does less than
-- the module: addresses are not sealed, nothing is retried or counted, and what
-- the record in Redis said before is not looked at.

local redis = require "nginx.redis"
local cjson = require "cjson.safe"
local match, gmatch = ngx.re.match, ngx.re.gmatch
local find = string.find

local COOKIE = "cookie_wp_woocommerce_session_b451edff686efcba545cee2c9e5e4cda"
local SECRET = "8f14e45fceea167a5a36dedd4bea2543"
local LIMIT = 262144                -- bytes of an answer
local IDLE, RETAIN = 3600000, 2592000

local watch = {}

local ajax = {
    add_to_cart = "fragments",
    remove_from_cart = "fragments",
    get_refreshed_fragments = "fragments",
    update_order_review = "review",
}

local queue, queued, waiting = {}, 0, false


local function flush()
    local events, n = queue, queued
    local r = redis:new()

    queue, queued, waiting = {}, 0, false
    r:set_timeout(5000)

    if not r:connect("127.0.0.1", watch.port) then
        return
    end

    r:init_pipeline(n * 3)

    for i = 1, n do
        local e = events[i]

        if e.record then
            r:set("sp:{lua}:" .. e.id, e.record, "EX", RETAIN)
        end

        r:set("sp:{lua}:i:" .. e.id, "", "PX", IDLE)
        r:zadd("sp:{lua}:due", e.at + IDLE, e.id)
    end

    r:commit_pipeline()
    r:set_keepalive(60000, 4)
end


local function tell(id, record)
    queued = queued + 1
    queue[queued] = { id = id, record = record, at = ngx.now() * 1000 }

    if not waiting then
        waiting = true
        ngx.timer.at(0, flush)
    end
end


local function visitor()
    local value = ngx.var[COOKIE]

    if not value then
        return nil
    end

    local m = match(value, "^(t_[0-9a-f]{20,})%7C", "jo")

    return m and m[1] or value
end


local function hash(text)
    return ngx.encode_base64(ngx.hmac_sha1(SECRET, text), true)
end


-- The lines of a mini cart.

local function fragments(answer)
    local data = cjson.decode(answer)
    local html = data and not data.error and data.fragments
        and data.fragments["div.widget_shopping_cart_content"]

    if not html then
        return nil
    end

    local lines, n = {}, 0

    for m in gmatch(html, [[<li class="[^"]*mini_cart_item[^"]*">(.*?)</li>]],
                    "jos")
    do
        local li = m[1]
        local line = match(li, [[data-product_id="(\d+)" ]]
            .. [[data-cart_item_key="(\w+)" data-product_sku="([^"]*)"]], "jo")
        local link = match(li, [[<a href="([^"]+)">\s*<img [^>]*?src="([^"]+)"]]
            .. [[[^>]*>([^<]*)]], "jos")
        local price = match(li, [[class="quantity">(\d+) .*?]]
            .. [[amount"><bdi>([\d.,]+)]], "jos")

        if line then
            n = n + 1
            lines[n] = table.concat({ line[1], line[2], line[3],
                link and link[3] or "", link and link[1] or "",
                link and link[2] or "", price and price[1] or "1",
                price and price[2] or "" }, "\2")
        end
    end

    return table.concat(lines, "\1")
end


-- The lines of a cart of the Store API.

local function store(answer)
    local data = cjson.decode(answer)

    if not data or not data.totals or not data.items then
        return nil
    end

    local lines = {}

    for i, item in ipairs(data.items) do
        local image = item.images and item.images[1]

        lines[i] = table.concat({ item.id, item.key, item.sku, item.name,
            item.permalink, image and image.thumbnail or "", item.quantity,
            item.prices.price }, "\2")
    end

    return table.concat(lines, "\1")
end


local function form_lines(args)
    local lines, n = {}, 0

    for name, value in pairs(args) do
        local m = match(name, [[^cart\[(\w+)\]\[qty\]$]], "jo")

        if m then
            n = n + 1
            lines[n] = m[1] .. "\2" .. value
        end
    end

    return table.concat(lines, "\1")
end


-- access_by_lua: which requests matter; the bodies of those.

function watch.access()
    local uri, kind = ngx.var.uri, nil

    if uri == "/cart/" and ngx.req.get_method() == "POST" then
        kind = "form"

    elseif find(uri, "/wc/store/", 1, true) then
        kind = "store"

    else
        local name = ngx.var["arg_wc-ajax"]
        kind = name and ajax[name]
    end

    if not kind then
        return
    end

    ngx.ctx.kind = kind

    if kind == "form" or kind == "review" then
        ngx.req.read_body()
        ngx.ctx.body = ngx.req.get_body_data()
    end
end


-- body_filter_by_lua: the answers of those.

function watch.body()
    local ctx = ngx.ctx

    if not ctx.kind or ctx.kind == "form" then
        return
    end

    local chunk = ngx.arg[1]
    local n = (ctx.n or 0) + 1

    if n == 1 then
        ctx.chunks, ctx.size = {}, 0
    end

    ctx.size = ctx.size + #chunk

    if ctx.size <= LIMIT then
        ctx.chunks[n] = chunk
        ctx.n = n
    end
end


-- log_by_lua: what it was.

function watch.log()
    local ctx = ngx.ctx
    local kind = ctx.kind
    local id = visitor()

    if not id or ngx.status >= 400 then
        return
    end

    if not kind then
        -- A page of somebody known is a sign of life, now and then.
        local mime = ngx.header.content_type

        if mime and find(mime, "text/html", 1, true)
            and ngx.shared.seen:add(id, true, 300)
        then
            tell("v:" .. hash(id))
        end

        return
    end

    local visit = "v:" .. hash(id)

    if kind == "form" then
        if ngx.header.set_cookie and ctx.body then
            tell(visit, form_lines(ngx.decode_args(ctx.body)))
        end

        return
    end

    local answer = table.concat(ctx.chunks or {})

    if kind == "review" then
        local data = cjson.decode(answer)
        local args = ctx.body and ngx.decode_args(ctx.body)
        local post = args and args.post_data
            and ngx.decode_args(args.post_data)

        if data and data.result == "success" and post
            and post.billing_email
        then
            local person = "p:" .. hash(post.billing_email:lower())

            tell(person, visit .. "\1" .. (post.billing_first_name or ""))
            tell(visit, person)
        end

        return
    end

    local lines = kind == "store" and store(answer) or fragments(answer)

    if lines then
        tell(visit, lines)
    end
end


return watch
