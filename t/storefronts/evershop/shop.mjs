#!/usr/bin/env node
/*
 * Shops in an EverShop with Chromium, in the shop's own pages:
 *
 *   shop.mjs BASE_URL [--aside URL] [--flows leaves,buys,...] [--run WORD]
 *            [--visitors FILE] [--har FILE] [--later SECONDS]
 *
 * Every flow is played once, some at a time.  Who plays in one has a browser
 * profile and an IP address of his own.  A line of JSON on stdout for each says
 * what was really done, as vendure/shop.mjs has it:
 *
 *   flow             which one
 *   email            who is to be mailed, or null: nobody
 *   others           addresses that the flow used and that must get nothing
 *   items            sku, name, quantity, unit, line (minor units)
 *   total, currency  of the goods, tax included (minor units)
 *   outcome          what became of it, as in the recordings' flows.jsonl
 *   carts            what has something in it in the end: email (null: of nobody
 *                    who is known), items, total
 *   orders           how many were placed
 *   why              in words
 *
 * What is in the carts is asked of the shop itself, at the URL aside, past nginx.
 *
 * --visitors: the flow "customer" leaves there the cookie that nginx has set,
 * "returns" comes with it.  --har: all that Chromium and the shop said to each
 * other but for pictures, scripts and styles, without the text of pages; added to
 * what the file has, as if --later were the time by which the shop's clock is slow.
 *
 * SP_MODULES is where playwright-core is.  Exit status: 0 all flows were played;
 * 1 one was not (its line has "error").
 */

import { createRequire } from 'node:module';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { options } from '../options.mjs';

const require = createRequire(resolve(process.env.SP_MODULES ?? '.', 'x.js'));

const USAGE = 'usage: shop.mjs BASE_URL [--aside URL] [--flows NAME,...] '
              + '[--run WORD] [--visitors FILE] [--har FILE] [--later SECONDS]';
const PASSWORD = 'Pass-phrase-4-this-test';
const WAIT = Number(process.env.SP_WAIT ?? 300_000);
const AT_ONCE = 3;

/* The catalogue of store.mjs: name, price (minor units), variant. */

const PRODUCTS = {
    'MUG-01': ['Enamel Mug', 1400],
    'CAFE-02': ['Café & Crème – Tasse', 2140],
    'TRAY-03': ['Oak Tray', 113225],
    'SHIRT-04-GREEN': ['Linen Shirt, green', 6295, 'Green'],
    'LAMP-05': ['Brass Lamp', 8990],
};

/* The pages' question for the whole cart; others ask for its shipping only. */

const isCart = request => request.url().endsWith('/api/graphql')
                          && /\baddItemApi\b/.test(request.postData() ?? '');

const CART = `{ myCart { uuid currency items {
    productSku productName qty productPriceInclTax { value } } } }`;


/* One browser of a shopper. */

class Device {
    static count = 0;

    constructor(options, name) {
        this.options = options;
        this.name = name;
        this.cart = new Map();
        this.orders = 0;
    }

    async start(cookie) {
        const n = ++Device.count;
        const { browser, base, har } = this.options;

        if (har) {
            this.har = join(tmpdir(), `evershop-${process.pid}-${n}.har`);
        }

        this.context = await browser.newContext({
            locale: 'en-GB',
            viewport: { width: 1200, height: 900 },
            extraHTTPHeaders: { 'X-Forwarded-For': `198.51.100.${n}` },
            ...(har && { recordHar: { path: this.har, content: 'embed',
                                      urlFilter: RECORDED } }),
        });

        if (cookie) {
            await this.context.addCookies([ { name: cookie.name,
                                              value: cookie.value, url: base } ]);
        }

        this.page = await this.context.newPage();
        this.page.setDefaultTimeout(WAIT);

        return this;
    }

    async end() {
        await this.context.close();

        if (this.har) {
            this.options.har.push(...entries(this.har, this.options.base,
                                             this.name,
                                             Number(this.options.later)));
            rmSync(this.har);
        }
    }

    /* A page, and its scripts: what is clicked before they run does nothing. */

    async open(path) {
        const answer = await this.page.goto(this.options.base + path,
                                            { waitUntil: 'domcontentloaded',
                                              timeout: WAIT });

        if (answer.status() !== 200) {
            throw new Error(`${path}: status ${answer.status()}`);
        }

        await this.page.waitForFunction(() => {
            const main = document.querySelector('main');

            return main && Object.keys(main).some(k => k.startsWith('__reactProps'));
        });
    }

    /*
     * Does something that the shop is told, and after whose answer the page asks
     * for the cart.  A cart that was asked for before does not count: the page
     * gives that question up when it has another.  What is not read before the
     * page is left is not recorded.
     */

    async change(method, work, path = /\/api\/carts?\//) {
        const { page } = this;
        let answer, cart;

        const answered = response => {
            if (response.request().method() === method
                && path.test(new URL(response.url()).pathname))
            {
                answer = response;
            }
        };

        const asked = request => {
            if (answer && isCart(request)) {
                cart = request;
            }
        };

        page.on('response', answered);
        page.on('request', asked);

        try {
            await Promise.all([
                page.waitForEvent('requestfinished', r => r === cart),
                work(),
            ]);
        } catch (error) {
            throw answer ? new Error(`${method}: status ${answer.status()}`,
                                     { cause: error }) : error;
        } finally {
            page.off('response', answered);
            page.off('request', asked);
        }

        await answer.body();
        await (await cart.response()).body();
    }

    async add(sku, quantity = 1) {
        await this.choose(sku, quantity);
        await this.change('POST', () => this.page
            .getByRole('button', { name: 'Add to cart' }).click());
        this.cart.set(sku, (this.cart.get(sku) ?? 0) + quantity);
    }

    /* The same, more than there are.  True: the shop has refused it. */

    async refused(sku, quantity) {
        await this.choose(sku, quantity);

        const [answer] = await Promise.all([
            this.page.waitForResponse(r => r.request().method() === 'POST'
                                           && /\/api\/cart\//.test(r.url())),
            this.page.getByRole('button', { name: 'Add to cart' }).click(),
        ]);

        return !answer.ok();
    }

    async choose(sku, quantity) {
        const variant = PRODUCTS[sku][2];

        await this.open(`/${sku.toLowerCase()}`);

        if (variant) {
            await this.page.getByRole('button', { name: variant }).click();
            await this.page.locator('.variant-option-list .selected')
                .filter({ hasText: variant }).waitFor();
        }

        if (quantity !== 1) {
            await this.page.locator('[name="qty"]').fill(String(quantity));
        }
    }

    row(sku) {
        return this.page.locator('.cart__item')
            .filter({ hasText: `SKU ${sku}` });
    }

    async set(sku, quantity) {
        const had = this.cart.get(sku);
        const button = this.row(sku).locator('button')
            .nth(quantity > had ? 1 : 0);

        /* Of two clicks in a row the page may tell the shop apart or at once. */

        for (let i = 0; i < Math.abs(quantity - had); i++) {
            await this.change('PATCH', () => button.click());
        }

        this.cart.set(sku, quantity);
    }

    async remove(sku) {
        await this.change('DELETE', () => this.row(sku)
            .getByRole('button', { name: 'Remove' }).click());
        this.cart.delete(sku);
    }

    async fill(name, value) {
        await this.page.locator(`input[name="${name}"]`).fill(value);
    }

    async pick(name, value) {
        await this.page.locator(`[id="field-${name}"]`).click();
        await this.page.getByRole('option', { name: value, exact: true }).click();
    }

    async register(email, name) {
        await this.open('/account/register');
        await this.fill('full_name', name);
        await this.fill('email', email);
        await this.fill('password', PASSWORD);
        await this.enter('Sign Up');
    }

    async login(email, password = PASSWORD) {
        await this.open('/account/login');
        await this.fill('email', email);
        await this.fill('password', password);
        await this.enter('Sign In');
    }

    async enter(button) {
        const [answer] = await Promise.all([
            this.page.waitForResponse(r => r.url().endsWith('/customer/login')),
            this.page.getByRole('button', { name: button }).click(),
        ]);

        if (answer.ok()) {
            await this.page.waitForURL(u => !/account/.test(u.pathname));
        }

        return answer.ok();
    }

    async logout() {
        await this.open('/account');
        await Promise.all([
            this.page.waitForResponse(r => r.url().endsWith('/customer/logout')),
            this.page.getByRole('button', { name: 'Log out' }).click(),
        ]);
        await this.page.waitForURL(u => u.pathname === '/');
        this.cart = new Map();
    }

    /* The whole form of the checkout: all but the button that buys. */

    async checkout(email, name = 'Ann Other') {
        await this.open('/checkout');

        if (email) {
            await this.fill('contact.email', email);
        }

        const field = s => `shippingAddress.${s}`;

        await this.fill(field('full_name'), name);
        await this.fill(field('telephone'), '+4930123456');
        await this.fill(field('address_1'), '1 High Street');
        await this.fill(field('city'), 'Berlin');
        await this.pick(field('country'), 'Germany');
        await this.pick(field('province'), 'Berlin');
        await this.fill(field('postcode'), '10115');

        await this.change('POST', () => this.page
            .locator('.shipping-methods-list label').first().click(),
            /\/shippingMethods$/);
        await this.page.locator('.payment-methods-list')
            .getByText('Cash on Delivery').click();
    }

    /* Presses it.  True: the order is placed. */

    async buy() {
        const [answer] = await Promise.all([
            this.page.waitForResponse(r => /\/api\/carts\/[^/]+\/checkout$/
                .test(r.url())),
            this.page.getByRole('button', { name: /Complete Order|Place Order/ })
                .click(),
        ]);

        if (answer.ok()) {
            await this.page.waitForURL(/\/checkout\/success\//);
            this.cart = new Map();
            this.orders++;
        }

        return answer.ok();
    }

    /* What is in the cart, as the shop has it. */

    async left() {
        const answer = await this.context.request.post(
            `${this.options.aside}/api/graphql`,
            { data: { query: CART }, timeout: WAIT });
        const { data } = await answer.json();

        return data.myCart?.items.length ? data.myCart : null;
    }

    async cookie() {
        const all = await this.context.cookies(this.options.base);

        return all.find(c => c.name === 'sp_visitor');
    }
}


/* What of a HAR is worth keeping: no pictures, scripts, styles, machine.  Whose
   browser it was is said with each exchange. */

const RECORDED = /^(?!.*\/assets\/)(?!.*\.(?:js|css|ico|png|svg|webp)(?:\?|$))/;

function entries(file, base, client, later) {
    const { log } = JSON.parse(readFileSync(file, 'utf8'));
    const host = new URL(base).host;
    const mend = s => s.replaceAll(host, 'shop.example');
    const plain = list => list.map(({ name, value }) => ({ name, value: mend(value) }));
    const kept = /^(host|cookie|content-type|content-length|location|set-cookie|user-agent|accept|accept-language|x-forwarded-for|referer|origin|sec-fetch-\w+|cache-control)$/i;

    return log.entries
        .filter(e => e.request.url.startsWith(base)
                     && e.response.status > 0)
        .map(e => {
            const page = /html/.test(e.response.content.mimeType);

            return {
                _client: client,
                startedDateTime: new Date(Date.parse(e.startedDateTime)
                                          + later * 1000).toISOString(),
                time: Math.max(0, Math.round(e.time)),
                request: {
                    method: e.request.method,
                    url: mend(e.request.url),
                    httpVersion: 'HTTP/1.1',
                    cookies: [],
                    headers: plain(e.request.headers.filter(h => kept.test(h.name))),
                    queryString: e.request.queryString,
                    headersSize: -1,
                    bodySize: e.request.bodySize,
                    ...(e.request.postData && { postData: {
                        mimeType: e.request.postData.mimeType,
                        text: mend(e.request.postData.text) } }),
                },
                response: {
                    status: e.response.status,
                    statusText: e.response.statusText,
                    httpVersion: 'HTTP/1.1',
                    cookies: [],
                    headers: plain(e.response.headers.filter(h => kept.test(h.name))),
                    redirectURL: mend(e.response.redirectURL),
                    headersSize: -1,
                    bodySize: -1,
                    content: {
                        size: e.response.content.size,
                        mimeType: e.response.content.mimeType,
                        ...(page ? { comment: 'a page, left out' } : {
                            text: mend(e.response.content.text ?? '') }),
                    },
                },
                cache: {},
                timings: { send: 0, wait: Math.max(0, Math.round(e.time)),
                           receive: 0 },
            };
        });
}


function mailed(email, cart, why, others = []) {
    const items = [...cart].map(([sku, quantity]) => {
        const [name, unit] = PRODUCTS[sku];

        return { sku, name, quantity, unit, line: unit * quantity };
    });

    return { email, others, why, items, currency: 'EUR', outcome: 'abandoned',
             total: total(items) };
}


function total(items) {
    return items.reduce((sum, item) => sum + item.line, 0);
}


/* The carts that the shop has in the end, each once: two devices of a customer
   share one.  The one that somebody is mailed about is his. */

async function carts(devices, line) {
    const all = new Map();

    for (const cart of await Promise.all(devices.map(d => d.left()))) {
        if (cart) {
            const items = cart.items.map(item => {
                const unit = Math.round(item.productPriceInclTax.value * 100);

                return { sku: item.productSku, name: item.productName,
                         quantity: item.qty, unit, line: unit * item.qty };
            });

            all.set(cart.uuid, { email: null, items, total: total(items),
                                 currency: cart.currency });
        }
    }

    const kept = [...all.values()];
    const text = items => JSON.stringify(items.map(i => JSON.stringify(i)).sort());

    if (line.email) {
        const own = kept.findIndex(c => text(c.items) === text(line.items));

        if (own < 0 && !line.loggedOut) {
            throw new Error(`the shop has other carts: ${JSON.stringify(kept)}`);
        }

        if (own >= 0) {
            kept.splice(own, 1);
        }

        kept.unshift({ email: line.email, items: line.items, total: line.total,
                       currency: line.currency });
    }

    return kept;
}


function silent(outcome, why, ...others) {
    return { email: null, others, outcome, why };
}


/* device() is a new browser, mail(name) an address of this flow alone. */

const FLOWS = {
    async leaves({ device, mail }) {
        const d = await device(), email = mail('ada');

        await d.open('/');
        await d.add('MUG-01', 2);
        await d.checkout(email);

        return silent('email_typed_but_never_sent', 'a guest fills in the checkout '
                      + 'and leaves: EverShop has not been told the address',
                      email);
    },

    async refused_order({ device, mail }) {
        const d = await device(), rival = await device();
        const email = mail('una'), other = mail('bo');

        await d.add('CAFE-02', 2);
        await d.add('LAMP-05');
        await d.checkout(email);

        await rival.add('LAMP-05');
        await rival.checkout(other);

        if (!await rival.buy()) {
            throw new Error('the last lamp was not sold');
        }

        if (await d.buy()) {
            throw new Error('the lamp was sold twice');
        }

        /* With the answer to this the shop shows the address for once. */

        await d.open('/cart');
        await d.remove('LAMP-05');

        return mailed(email, d.cart, 'a guest orders what another has just '
                                     + 'bought, removes it and leaves', [other]);
    },

    async buys({ device, mail }) {
        const d = await device(), email = mail('bea');

        await d.add('CAFE-02', 2);
        await d.add('MUG-01');
        await d.checkout(email);

        if (!await d.buy()) {
            throw new Error('the order was refused');
        }

        return silent('completed', 'a guest buys', email);
    },

    async anonymous({ device }) {
        const d = await device();

        await d.add('TRAY-03');
        await d.open('/cart');

        return silent('anonymous', 'a guest never gives an address');
    },

    async customer({ device, mail, visitors }) {
        const d = await device(), email = mail('cy');

        await d.register(email, 'Cyé Customer');
        await d.add('TRAY-03');
        await d.add('CAFE-02', 3);
        visitors.set('customer', { email, cookie: await d.cookie() });

        return mailed(email, d.cart, 'a customer logs in, adds and leaves');
    },

    /* Days later, in a later run. */

    async returns({ device, visitors }) {
        const { email, cookie } = visitors.get('customer');
        const d = await device(cookie);

        await d.open('/');
        await d.add('MUG-01', 2);

        return mailed(email, d.cart, 'the same browser days later, its session '
                                     + 'at the shop gone');
    },

    async customer_buys({ device, mail }) {
        const d = await device(), email = mail('cora');

        await d.register(email, 'Cora Customer');
        await d.add('MUG-01');
        await d.checkout();

        if (!await d.buy()) {
            throw new Error('the order was refused');
        }

        return silent('completed', 'a customer buys', email);
    },

    async two_devices({ device, mail }) {
        const laptop = await device(), phone = await device();
        const email = mail('tom');

        await laptop.register(email, 'Tom Two');
        await laptop.add('MUG-01');
        await phone.login(email);
        phone.cart = new Map(laptop.cart);
        await phone.add('TRAY-03');
        await phone.open('/cart');
        await phone.set('MUG-01', 3);

        return mailed(email, phone.cart,
                      'two devices, one cart: one message with its last state');
    },

    async corrects({ device, mail }) {
        const d = await device(), email = mail('kim');
        const wrong = email.replace(/\.com$/, '.co');

        await d.register(wrong, 'Kim Kiln');
        await d.add('MUG-01', 2);
        await d.open('/account');
        await d.page.getByRole('button', { name: 'Edit' }).first().click();
        await d.fill('email', email);
        await Promise.all([
            d.page.waitForResponse(r => r.request().method() === 'PATCH'
                                        && /\/api\/customers/.test(r.url())),
            d.page.getByRole('button', { name: 'Save' }).click(),
        ]);

        await d.add('CAFE-02');

        return mailed(email, d.cart, 'the address is corrected', [wrong]);
    },

    async edits({ device, mail }) {
        const d = await device(), email = mail('eve');

        await d.register(email, 'Eve Editor');
        await d.add('MUG-01');
        await d.add('TRAY-03');
        await d.add('SHIRT-04-GREEN', 2);
        await d.add('CAFE-02', 2);
        await d.open('/cart');
        await d.set('MUG-01', 3);
        await d.remove('TRAY-03');
        await d.set('CAFE-02', 1);

        return mailed(email, d.cart, 'quantities changed, a line removed');
    },

    async refused_add({ device, mail }) {
        const d = await device(), email = mail('max');

        await d.register(email, 'Max Many');
        await d.add('MUG-01');

        if (!await d.refused('TRAY-03', 501)) {
            throw new Error('more trays were sold than there are');
        }

        await d.open('/vase-06');
        await d.page.getByRole('button', { name: 'Sold out' }).waitFor();

        return mailed(email, d.cart, 'more than there is, and what is sold out');
    },

    async empties({ device, mail }) {
        const d = await device(), email = mail('flo');

        await d.register(email, 'Flo Fickle');
        await d.add('MUG-01');
        await d.open('/cart');
        await d.remove('MUG-01');

        return silent('emptied', 'the last line is removed', email);
    },

    async logs_out({ device, mail }) {
        const d = await device(), email = mail('lou');

        await d.register(email, 'Lou Leaver');
        await d.add('CAFE-02', 2);

        const left = d.cart;

        await d.logout();
        await d.add('MUG-01');

        return { loggedOut: true,
                 ...mailed(email, left, 'a customer logs out; the next person '
                                        + 'stays unknown') };
    },

    async refused_login({ device, mail }) {
        const owner = await device(), d = await device(), email = mail('ida');

        await owner.register(email, 'Ida Owner');
        await d.add('TRAY-03');

        if (await d.login(email, 'not-it')) {
            throw new Error('any password will do');
        }

        return silent('anonymous', 'a stranger tries somebody\'s login', email);
    },
};


async function play(flow, world) {
    const devices = [];
    const shopper = {
        visitors: world.visitors,
        mail: name => `${name}.${flow}.${world.run}@example.com`,
        device: async cookie => {
            const device = new Device(world, `${flow} ${devices.length + 1}`);

            devices.push(device);
            return device.start(cookie);
        },
    };
    let line;

    try {
        line = await FLOWS[flow](shopper);
        line.carts = await carts(devices, line);
        line.orders = devices.reduce((sum, d) => sum + d.orders, 0);
    } catch (error) {
        line = { error: error.stack.slice(0, 2000) };
    }

    await Promise.all(devices.map(d => d.end()));
    console.log(JSON.stringify({ flow, ...line }));

    return !line.error;
}


const given = options(USAGE, FLOWS, {
    har: { type: 'string' },
    later: { type: 'string', default: '0' },
});
const { chromium } = require('playwright-core');
const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',

    /* No picture is needed, and nobody but the shop is asked for anything. */

    args: ['--no-sandbox', '--disable-gpu', '--disable-quic',
           '--blink-settings=imagesEnabled=false',
           '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'],
    timeout: WAIT,
});
const world = { ...given, browser, har: given.har && [],
                visitors: new Map() };
let fine = true;

if (given.visitors && given.flows.includes('returns')) {
    world.visitors = new Map(JSON.parse(readFileSync(given.visitors, 'utf8')));
}

const waiting = [...given.flows];

await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    while (waiting.length) {
        fine = await play(waiting.shift(), world) && fine;
    }
}));

await browser.close();

if (given.visitors) {
    writeFileSync(given.visitors, JSON.stringify([...world.visitors]));
}

if (given.har) {
    if (existsSync(given.har)) {
        world.har.push(...JSON.parse(readFileSync(given.har, 'utf8')).log.entries);
    }

    world.har.sort((a, b) => a.startedDateTime < b.startedDateTime ? -1 : 1);
    writeFileSync(given.har, JSON.stringify({ log: {
        version: '1.2',
        creator: { name: 'evershop/shop.mjs', version: '1' },
        entries: world.har,
    } }, null, 1) + '\n');
}

process.exit(fine ? 0 : 1);
