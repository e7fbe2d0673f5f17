#!/usr/bin/env node
/*
 * Shops in a Vendure as its clients do: GraphQL at /shop-api, the session in
 * a cookie or in a bearer token that the shop replaces at login.
 *
 *   shop.mjs BASE_URL [--aside URL] [--clients cookie,bearer]
 *            [--flows leaves,buys,...] [--run WORD] [--visitors FILE]
 *
 * Every flow is played once by each client, and all of them interleaved: one
 * request at a time, the flows in turns.  What a payment provider's webhook does
 * goes to the shop itself, at the URL aside.  A line of JSON on stdout for each
 * says what was really done:
 *
 *   flow, client     which one
 *   email            who is to be mailed, or null: nobody
 *   others           addresses that the flow used and that must get nothing
 *   items            sku, name, quantity, unit, line (minor units)
 *   total, currency  of the goods, tax included (minor units)
 *   why              in words
 *
 * --visitors: the flow "customer" leaves there the cookie that nginx has set,
 * "returns" comes with it.  A bearer client has that one too: it is a browser.
 *
 * Exit status: 0 all flows were played; 1 one was not (its line has "error").
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { options } from '../options.mjs';

const USAGE = 'usage: shop.mjs BASE_URL [--aside URL] '
              + '[--clients cookie,bearer] [--flows NAME,...] [--run WORD] '
              + '[--visitors FILE]';

/* The cookie that nginx sets. */

const OWN = 'sp_visitor';

const PASSWORD = 'Pass-phrase-4-this-test';

const ORDER = `fragment Basket on Order {
  __typename id code state active currencyCode totalQuantity
  subTotalWithTax shippingWithTax totalWithTax
  customer { id emailAddress firstName }
  lines {
    id quantity unitPriceWithTax linePriceWithTax
    productVariant { id sku name }
    featuredAsset { id preview }
  }
}`;

const BASKET = '{ ...Basket ... on ErrorResult { __typename errorCode message } }';
const USER = '{ __typename ... on CurrentUser { id identifier } '
             + '... on ErrorResult { errorCode message } }';

/* What the clients ask for: kind, root field, its arguments, selection. */

const OPERATIONS = {
    basket: ['query', 'activeOrder', {}, '{ ...Basket }'],
    account: ['query', 'activeCustomer', {},
              '{ __typename id firstName lastName emailAddress }'],
    search: ['query', 'search', { input: 'SearchInput!' },
             '{ totalItems items { productId productName slug productVariantId sku } }'],
    product: ['query', 'product', { slug: 'String!' },
              '{ id name slug variants { id sku name priceWithTax currencyCode } '
              + 'featuredAsset { id preview } }'],
    add: ['mutation', 'addItemToOrder',
          { productVariantId: 'ID!', quantity: 'Int!' }, BASKET],
    addMany: ['mutation', 'addItemsToOrder', { inputs: '[AddItemInput!]!' },
              '{ order { ...Basket } errorResults { __typename } }'],
    adjust: ['mutation', 'adjustOrderLine',
             { orderLineId: 'ID!', quantity: 'Int!' }, BASKET],
    remove: ['mutation', 'removeOrderLine', { orderLineId: 'ID!' }, BASKET],
    removeAll: ['mutation', 'removeAllOrderLines', {}, BASKET],
    contact: ['mutation', 'setCustomerForOrder', { input: 'CreateCustomerInput!' },
              '{ __typename ... on Order { id code } '
              + '... on ErrorResult { errorCode message } }'],
    address: ['mutation', 'setOrderShippingAddress', { input: 'CreateAddressInput!' },
              BASKET],
    shippingMethods: ['query', 'eligibleShippingMethods', {},
                      '{ id name priceWithTax }'],
    shipping: ['mutation', 'setOrderShippingMethod', { shippingMethodId: '[ID!]!' },
               BASKET],
    state: ['mutation', 'transitionOrderToState', { state: 'String!' }, BASKET],
    paymentMethods: ['query', 'eligiblePaymentMethods', {},
                     '{ id code name isEligible }'],
    pay: ['mutation', 'addPaymentToOrder', { input: 'PaymentInput!' }, BASKET],
    payTersely: ['mutation', 'addPaymentToOrder', { input: 'PaymentInput!' },
                 '{ __typename ... on Order { code } }'],
    contactTersely: ['mutation', 'setCustomerForOrder',
                     { input: 'CreateCustomerInput!' }, '{ ... on Order { code } }'],
    loginTersely: ['mutation', 'login', { username: 'String!', password: 'String!' },
                   '{ __typename }'],
    order: ['query', 'orderByCode', { code: 'String!' }, '{ ...Basket }'],
    register: ['mutation', 'registerCustomerAccount',
               { input: 'RegisterCustomerInput!' },
               '{ __typename ... on Success { success } '
               + '... on ErrorResult { errorCode message } }'],
    login: ['mutation', 'login',
            { username: 'String!', password: 'String!', rememberMe: 'Boolean' },
            USER],
    logout: ['mutation', 'logout', {}, '{ success }'],
};


/*
 * A browser's storefront names its operation and sends variables; a script
 * writes the values into the text and gives the field a name of its own.
 */

function withVariables([kind, field, types, selection], name, values) {
    const used = Object.keys(values);
    const declared = used.map(a => `$${a}: ${types[a]}`).join(', ');
    const passed = used.map(a => `${a}: $${a}`).join(', ');
    const operationName = name[0].toUpperCase() + name.slice(1);

    return {
        operationName,
        variables: values,
        query: `${kind} ${operationName}${declared && `(${declared})`} `
               + `{ ${field}${passed && `(${passed})`} ${selection} }`
               + (selection.includes('...Basket') ? `\n${ORDER}` : ''),
        key: field,
    };
}


function literal(value) {
    if (Array.isArray(value)) {
        return `[${value.map(literal).join(', ')}]`;
    }

    if (value && typeof value === 'object') {
        return `{ ${Object.entries(value)
            .map(([k, v]) => `${k}: ${literal(v)}`).join(', ')} }`;
    }

    return JSON.stringify(value);
}


function written([kind, field, , selection], name, values) {
    const passed = Object.entries(values)
        .map(([a, v]) => `${a}: ${literal(v)}`).join(', ');

    return {
        query: `${kind} { mine: ${field}${passed && `(${passed})`} ${selection} }`
               + (selection.includes('...Basket') ? `\n${ORDER}` : ''),
        key: 'mine',
    };
}


/* One request at a time, whoever has waited longest first. */

let queue = Promise.resolve();

function inTurn(work) {
    const done = queue.then(work);

    queue = done.catch(() => {});

    return done;
}


class Refused extends Error {
    constructor(name, result) {
        super(`${name}: ${result.errorCode} ${result.message}`);
        this.code = result.errorCode;
    }
}


function contact(emailAddress, firstName) {
    return { input: { emailAddress, firstName, lastName: 'Shopper' } };
}


/* One browser or device of a shopper. */

class Device {
    constructor(urls, client) {
        this.urls = urls;
        this.url = `${urls.base}/shop-api`;
        this.client = client;
        this.cookies = new Map();
        this.token = null;
        this.cart = null;
    }

    headers() {
        const headers = {
            'content-type': 'application/json',
            'accept': 'application/json',
            'accept-language': 'en-GB,en;q=0.9',
            'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 '
                          + '(KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36',
        };

        if (this.client === 'bearer') {
            if (this.token) {
                headers.authorization = `Bearer ${this.token}`;
            }
        }

        const cookies = [...this.cookies]
            .filter(([name]) => this.client === 'cookie' || name === OWN);

        if (cookies.length) {
            headers.cookie = cookies
                .map(([name, value]) => `${name}=${value}`).join('; ');
        }

        return headers;
    }

    keep(response) {
        this.token = response.headers.get('vendure-auth-token') || this.token;

        for (const line of response.headers.getSetCookie()) {
            const [pair, ...attributes] = line.split(';').map(s => s.trim());
            const at = pair.indexOf('=');
            const expires = attributes.find(a => /^expires=/i.test(a));

            if (expires && Date.parse(expires.slice(8)) <= Date.now()) {
                this.cookies.delete(pair.slice(0, at));
            } else {
                this.cookies.set(pair.slice(0, at), pair.slice(at + 1));
            }
        }
    }

    async send(name, values = {}) {
        const ask = this.client === 'bearer' ? written : withVariables;
        const { key, ...request } = ask(OPERATIONS[name], name, values);

        const answer = await inTurn(async () => {
            const response = await fetch(this.url, {
                method: 'POST',
                headers: this.headers(),
                body: JSON.stringify(request),
                signal: AbortSignal.timeout(60_000),
            });

            this.keep(response);

            return response.json();
        });

        if (answer.errors) {
            throw new Error(`${name}: ${answer.errors[0].message}`);
        }

        const result = answer.data[key];

        if (result?.errorCode) {
            throw new Refused(name, result);
        }

        return result;
    }

    async refused(code, name, values) {
        const error = await this.send(name, values).then(() => null, e => e);

        if (error?.code !== code) {
            throw error || new Error(`${name}: was not refused`);
        }
    }

    /* What a storefront's front page asks for. */

    async arrive() {
        await this.send('basket');
        await this.send('account');
        await this.send('search', { input: { groupByProduct: true, take: 24 } });
    }

    async add(slug, quantity = 1) {
        const product = await this.send('product', { slug });

        this.cart = await this.send('add', {
            productVariantId: product.variants[0].id,
            quantity,
        });

        return this.cart.lines.at(-1);
    }

    async adjust(line, quantity) {
        this.cart = await this.send('adjust', { orderLineId: line.id, quantity });
    }

    async remove(line) {
        this.cart = await this.send('remove', { orderLineId: line.id });
    }

    async look() {
        this.cart = await this.send('basket');
    }

    async contact(emailAddress, firstName) {
        await this.send('contact', contact(emailAddress, firstName));
    }

    async register(emailAddress, firstName) {
        await this.send('register', {
            input: { emailAddress, firstName, lastName: 'Shopper',
                     password: PASSWORD },
        });
    }

    async login(username, rememberMe = true) {
        const before = this.token;

        await this.send('login', { username, password: PASSWORD, rememberMe });

        if (before && this.token === before) {
            throw new Error('login: the session was not replaced');
        }
    }

    async toPayment() {
        await this.send('address', {
            input: { fullName: 'A Shopper', streetLine1: '1 High Street',
                     city: 'Leeds', postalCode: 'LS1 1AA', countryCode: 'GB' },
        });

        const [method] = await this.send('shippingMethods');

        await this.send('shipping', { shippingMethodId: [method.id] });
        await this.send('state', { state: 'ArrangingPayment' });

        const [payment] = await this.send('paymentMethods');

        return payment.code;
    }

    async payment(shouldDecline = false) {
        return {
            input: {
                method: await this.toPayment(),
                metadata: { shouldDecline, shouldError: false,
                            shouldErrorOnSettle: false },
            },
        };
    }

    async pay() {
        const order = await this.send('pay', await this.payment());

        if (!/^Payment(Authorized|Settled)$/.test(order.state)) {
            throw new Error(`pay: the order is in state ${order.state}`);
        }

        return order;
    }

    async payAndLook() {
        const order = await this.pay();

        await this.send('order', { code: order.code });
    }

    /* Placed by the provider's webhook, which comes to the shop directly. */

    async payAside() {
        const payment = await this.payment();

        this.url = `${this.urls.aside}/shop-api`;

        const order = await this.send('pay', payment);

        this.url = `${this.urls.base}/shop-api`;

        return order;
    }

    async payInVain() {
        await this.refused('PAYMENT_DECLINED_ERROR', 'pay',
                           await this.payment(true));
        await this.look();
    }
}


function mailed(email, cart, why, others = []) {
    return {
        email,
        others,
        why,
        items: cart.lines.map(line => ({
            sku: line.productVariant.sku,
            name: line.productVariant.name,
            quantity: line.quantity,
            unit: line.unitPriceWithTax,
            line: line.linePriceWithTax,
        })),
        total: cart.subTotalWithTax,
        currency: cart.currencyCode,
    };
}


function silent(why, ...others) {
    return { email: null, others, why };
}


/*
 * The flows.  device() is a new browser, mail(name) an address of this flow
 * alone.
 */

const FLOWS = {
    async leaves({ device, mail }) {
        const d = device(), email = mail('ada');

        await d.arrive();
        await d.add('laptop');
        await d.add('cordless-mouse', 2);
        await d.contact(email, 'Ada');

        return mailed(email, d.cart, 'a guest gives an address and leaves');
    },

    async at_payment({ device, mail }) {
        const d = device(), email = mail('una');

        await d.arrive();
        await d.add('usb-cable', 3);
        await d.contact(email, 'Una');
        await d.toPayment();
        await d.look();

        return mailed(email, d.cart, 'a guest leaves at the payment step');
    },

    async buys({ device, mail }) {
        const d = device(), email = mail('bo');

        await d.arrive();
        await d.add('tablet');
        await d.add('usb-cable', 2);
        await d.contact(email, 'Bo');
        await d.payAndLook();
        await d.look();

        if (d.cart !== null) {
            throw new Error('the cart is still there after the order');
        }

        return silent('a guest buys', email);
    },

    async buys_unseen({ device, mail }) {
        const d = device(), email = mail('bea');

        await d.arrive();
        await d.add('tripod');
        await d.contact(email, 'Bea');
        await d.pay();

        return silent('a guest buys; the last that is seen is the payment',
                      email);
    },

    async buys_then_fills({ device, mail }) {
        const d = device(), email = mail('bill');

        await d.arrive();
        await d.add('tablet');
        await d.contact(email, 'Bill');

        const order = await d.pay();

        await d.add('tent');
        await d.send('order', { code: order.code });
        await d.look();

        return mailed(email, d.cart,
                      'a guest buys, fills another cart, looks at the order, '
                      + 'and leaves the cart');
    },

    async paid_aside({ device, mail }) {
        const d = device(), email = mail('pam');

        await d.arrive();
        await d.add('tripod');
        await d.contact(email, 'Pam');

        const order = await d.payAside();

        await d.send('order', { code: order.code });

        return silent('a webhook places the order, the shopper sees it', email);
    },

    async paid_aside_cart({ device, mail }) {
        const d = device(), email = mail('pip');

        await d.arrive();
        await d.add('tripod');
        await d.contact(email, 'Pip');
        await d.payAside();
        await d.look();

        return silent('a webhook places the order, the cart is gone', email);
    },

    async customer({ device, mail, visitors, client }) {
        const d = device(), email = mail('cy');

        await d.register(email, 'Cy');
        await d.login(email);
        await d.arrive();
        await d.add('instant-camera');
        visitors.set(client, { email, cookie: d.cookies.get(OWN) });

        return mailed(email, d.cart, 'a customer logs in, adds and leaves');
    },

    /* Days later, in a later run. */

    async returns({ device, visitors, client }) {
        const { email, cookie } = visitors.get(client);
        const d = device();

        d.cookies.set(OWN, cookie);
        await d.arrive();
        await d.add('tent', 2);

        return mailed(email, d.cart, 'the same browser days later, its session '
                                     + 'at the shop gone');
    },

    async customer_buys({ device, mail }) {
        const d = device(), email = mail('cora');

        await d.register(email, 'Cora');
        await d.arrive();
        await d.add('instant-camera');
        await d.login(email, false);
        await d.look();
        await d.pay();

        return silent('a customer buys', email);
    },

    async anonymous({ device }) {
        const d = device();

        await d.arrive();
        await d.add('laptop');
        await d.add('tablet');
        await d.look();

        return silent('a guest never gives an address');
    },

    async edits({ device, mail }) {
        const d = device(), email = mail('eve');

        await d.arrive();

        const laptop = await d.add('laptop');
        const mouse = await d.add('cordless-mouse');

        await d.contact(email, 'Eve');
        await d.adjust(mouse, 3);
        await d.remove(laptop);
        await d.add('tripod', 2);
        await d.look();

        return mailed(email, d.cart,
                      'quantity changed, a line removed, another added');
    },

    async many({ device, mail }) {
        const d = device(), email = mail('max');

        await d.arrive();

        const tent = await d.send('product', { slug: 'tent' });
        const cable = await d.send('product', { slug: 'usb-cable' });
        const result = await d.send('addMany', {
            inputs: [tent, cable].map((product, i) => ({
                productVariantId: product.variants[0].id, quantity: i + 1,
            })),
        });

        await d.contact(email, 'Max');

        return mailed(email, result.order, 'several items added at once');
    },

    async empties({ device, mail }) {
        const d = device(), email = mail('flo');

        await d.arrive();

        const line = await d.add('laptop');

        await d.contact(email, 'Flo');
        await d.remove(line);

        return silent('the last line is removed', email);
    },

    async empties_all({ device, mail }) {
        const d = device(), email = mail('fay');

        await d.arrive();
        await d.add('laptop');
        await d.add('tent');
        await d.contact(email, 'Fay');
        await d.send('removeAll');

        return silent('the cart is emptied at once', email);
    },

    async merges({ device, mail }) {
        const before = device(), d = device(), email = mail('gus');

        await before.register(email, 'Gus');
        await before.login(email);
        await before.add('usb-cable');

        await d.arrive();
        await d.add('tablet');
        await d.login(email, false);
        await d.look();

        if (d.cart.lines.length !== 2) {
            throw new Error('login: the carts were not merged');
        }

        return mailed(email, d.cart,
                      'a guest cart and an old one are merged at login');
    },

    async declined({ device, mail }) {
        const d = device(), email = mail('hal');

        await d.arrive();
        await d.add('tent');
        await d.contact(email, 'Hal');
        await d.payInVain();

        return mailed(email, d.cart, 'the payment is declined');
    },

    async refused_add({ device, mail }) {
        const d = device(), email = mail('ray');

        await d.arrive();
        await d.add('tent');
        await d.contact(email, 'Ray');
        await d.refused('ORDER_LIMIT_ERROR', 'add',
                        { productVariantId: '1', quantity: 100000 });
        await d.refused('NEGATIVE_QUANTITY_ERROR', 'adjust',
                        { orderLineId: d.cart.lines[0].id, quantity: -1 });

        return mailed(email, d.cart, 'what the shop refused is not in the cart');
    },

    async refused_login({ device, mail }) {
        const owner = device(), d = device(), email = mail('ida');

        await owner.register(email, 'Ida');
        await d.arrive();
        await d.add('laptop');
        await d.refused('INVALID_CREDENTIALS_ERROR', 'login',
                        { username: email, password: 'not-it', rememberMe: true });
        await d.look();

        return silent('a stranger tries somebody\'s login', email);
    },

    async refused_contact({ device, mail }) {
        const owner = device(), d = device(), email = mail('ivy');

        await owner.register(email, 'Ivy');
        await owner.login(email);
        await d.arrive();
        await d.add('laptop');
        await d.refused('EMAIL_ADDRESS_CONFLICT_ERROR', 'contact',
                        contact(email, 'Not'));
        await d.look();

        return silent('the shop refuses the address', email);
    },

    /* Storefronts that ask for next to nothing. */

    async buys_terse({ device, mail }) {
        const d = device(), email = mail('bud');

        await d.add('tripod');
        await d.send('contactTersely', contact(email, 'Bud'));
        await d.send('payTersely', await d.payment());

        return silent('a guest buys, the answer says little', email);
    },

    async declined_terse({ device, mail }) {
        const d = device(), email = mail('dan');

        await d.add('tripod');
        await d.send('contactTersely', contact(email, 'Dan'));

        const payment = await d.payment(true);
        const result = await d.send('payTersely', payment);

        if (result.__typename !== 'PaymentDeclinedError') {
            throw new Error('payTersely: was not declined');
        }

        return mailed(email, d.cart, 'a payment is declined, in few words');
    },

    async refused_terse({ device, mail }) {
        const owner = device(), d = device(), email = mail('ina');

        await owner.register(email, 'Ina');
        await owner.login(email);
        await d.add('laptop');
        await d.send('contactTersely', contact(email, 'Not'));
        await d.send('loginTersely', { username: email, password: 'not-it' });
        await d.look();

        return silent('a stranger is refused in few words', email);
    },

    async customer_terse({ device, mail }) {
        const d = device(), email = mail('tia');

        await d.register(email, 'Tia');
        await d.send('loginTersely', { username: email, password: PASSWORD });
        await d.add('tent');

        return mailed(email, d.cart, 'a customer logs in, in few words');
    },

    async logs_out({ device, mail }) {
        const d = device(), email = mail('lou');

        await d.register(email, 'Lou');
        await d.login(email);
        await d.arrive();
        await d.add('instant-camera', 2);
        await d.send('logout');

        const left = d.cart;

        await d.arrive();
        await d.add('tablet');

        return mailed(email, left,
                      'a customer logs out; the next person stays unknown');
    },

    async shared({ device, mail }) {
        const d = device(), first = mail('sam'), second = mail('sue');

        await d.register(first, 'Sam');
        await d.register(second, 'Sue');
        await d.login(first);
        await d.arrive();
        await d.send('logout');
        await d.login(second);
        await d.arrive();
        await d.add('tripod');

        return mailed(second, d.cart, 'two people at one browser', [first]);
    },

    async two_devices({ device, mail }) {
        const laptop = device(), phone = device(), email = mail('tom');

        await laptop.register(email, 'Tom');
        await laptop.login(email);
        await laptop.arrive();
        await laptop.add('laptop');
        await phone.login(email);
        await phone.arrive();

        const tent = await phone.add('tent');

        await phone.adjust(tent, 2);

        return mailed(email, phone.cart,
                      'two devices, one cart: one message with its last state');
    },

    async emptied_elsewhere({ device, mail }) {
        const laptop = device(), phone = device(), email = mail('tess');

        await laptop.register(email, 'Tess');
        await laptop.login(email);
        await laptop.arrive();
        await laptop.add('laptop');
        await phone.login(email);
        await phone.arrive();
        await phone.send('removeAll');

        return silent('filled on the laptop, emptied on the phone', email);
    },

    async bought_elsewhere({ device, mail }) {
        const laptop = device(), phone = device(), email = mail('ted');

        await laptop.register(email, 'Ted');
        await laptop.login(email);
        await laptop.arrive();
        await laptop.add('laptop');
        await phone.login(email);
        await phone.arrive();
        await phone.pay();

        return silent('filled on the laptop, bought on the phone', email);
    },

    async corrects({ device, mail }) {
        const d = device(), email = mail('kim');
        const wrong = email.replace(/\.com$/, '.co');

        await d.arrive();
        await d.add('cordless-mouse');
        await d.contact(wrong, 'Kim');
        await d.contact(email, 'Kim');

        return mailed(email, d.cart, 'the address is corrected', [wrong]);
    },
};


async function play(urls, client, flow, run, visitors) {
    const shopper = {
        client,
        visitors,
        device: () => new Device(urls, client),
        mail: name => `${name}.${flow}.${client}.${run}@example.com`,
    };

    try {
        const done = await FLOWS[flow](shopper);

        console.log(JSON.stringify({ flow, client, ...done }));
        return true;

    } catch (error) {
        console.log(JSON.stringify({ flow, client, error: error.message }));
        return false;
    }
}


const given = options(USAGE, FLOWS, {
    clients: { type: 'string', default: 'cookie,bearer' },
}, values => values.clients.split(',').every(c => c === 'cookie' || c === 'bearer'));

const { flows, run, visitors: file } = given;
const urls = { base: given.base, aside: given.aside };
const clients = given.clients.split(',');

const visitors = new Map(flows.includes('returns') && file
    ? JSON.parse(readFileSync(file, 'utf8')) : []);

const played = await Promise.all(flows.flatMap(
    flow => clients.map(client => play(urls, client, flow, run, visitors))));

if (file) {
    writeFileSync(file, JSON.stringify([...visitors]));
}

process.exit(played.every(Boolean) ? 0 : 1);
