// capture.mjs JOBS.json: does in Chromium what shoppers do at a checkout.  A job
// is { name, url, cookies: { name: value }, headers: { name: value }, steps: [[step,
// ...], ...] }.  Prints a line of JSON for each: its name, and what the
// page's policy forbade.
//
// NODE_PATH does not work for modules: SP_MODULES is where playwright-core is.

import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const require = createRequire(resolve(process.env.SP_MODULES, 'x.js'));
const { chromium } = require('playwright-core');

const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic',
        '--host-resolver-rules=MAP shop.example 127.0.0.1'],
});

const steps = {
    // keys, as fingers press them
    type: (page, selector, text) =>
        page.locator(selector).pressSequentially(text),
    tab: page => page.keyboard.press('Tab'),
    click: (page, selector) => page.locator(selector).click(),
    clear: (page, selector) => page.locator(selector).fill(''),
    // a script, or a browser, fills it in; then it is left
    set: (page, selector, text) => page.locator(selector).evaluate((e, value) => {
        e.focus();
        e.value = value;
        e.blur();
    }, text),
    add: (page, html) => page.evaluate(text => {
        document.querySelector('form').insertAdjacentHTML('beforeend', text);
    }, html),
    goto: (page, url) => page.goto(url),
    // as a tab is closed
    close: page => Promise.all([page.waitForEvent('close'),
        page.close({ runBeforeUnload: true })]),
    // the answers to what was sent are there
    answered: (page, n) => page.waitForFunction(wanted =>
        performance.getEntriesByType('resource').filter(e =>
            e.initiatorType === 'fetch' && e.responseEnd > 0).length >= wanted, n,
        { timeout: 120000, polling: 50 }),
};

// One page for all: each begins with cookies of its own.
const context = await browser.newContext();
let page = await context.newPage();
let forbidden = [];

context.setDefaultTimeout(120000);
context.on('console', m => {
    if (/Content Security Policy/.test(m.text())) {
        forbidden.push(m.text());
    }
});

for (const job of JSON.parse(readFileSync(process.argv[2], 'utf8'))) {
    if (page.isClosed()) {
        page = await context.newPage();
    }

    forbidden = [];
    await context.clearCookies();
    await context.addCookies(Object.entries(job.cookies || {}).map(
        ([name, value]) => ({ name, value: `${value}`,
            url: new URL('/', job.url).href })));
    await page.setExtraHTTPHeaders(job.headers || {});
    await page.goto(job.url, { waitUntil: 'load' });

    for (const [step, ...args] of job.steps) {
        await steps[step](page, ...args);
    }

    console.log(JSON.stringify({ name: job.name, forbidden }));
}

await browser.close();
