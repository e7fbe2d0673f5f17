// recall.mjs URL DIR COOKIE: opens the page in Chromium, wide and narrow, waits
// for the list, and says what is there: a line of JSON each.

import { createRequire } from 'node:module';
import { resolve } from 'node:path';

const require = createRequire(resolve(process.env.SP_MODULES, 'x.js'));
const { chromium } = require('playwright-core');
const [url, dir, cookie] = process.argv.slice(2);

const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic'],
});

for (const width of [1200, 320]) {
    const context = await browser.newContext({
        viewport: { width, height: 900 },
    });

    await context.addCookies([{ name: 'sp_visitor', value: cookie, url }]);

    const page = await context.newPage();
    const complaints = [];

    page.on('console', m => complaints.push(m.text()));
    page.on('pageerror', e => complaints.push(String(e)));
    page.on('dialog', d => { complaints.push('dialog'); d.dismiss(); });

    await page.goto(url, { waitUntil: 'load', timeout: 60000 });
    await page.waitForSelector('#sp-recall .sp-item', { timeout: 60000 });

    const seen = await page.evaluate(() => ({
        titles: [...document.querySelectorAll('.sp-title')]
            .map(e => e.textContent),
        names: [...document.querySelectorAll('#sp-recall .sp-name')]
            .map(e => e.textContent),
        prices: [...document.querySelectorAll('#sp-recall .sp-price')]
            .map(e => e.textContent),
        notes: [...document.querySelectorAll('#sp-recall .sp-note')]
            .map(e => e.textContent),
        links: [...document.querySelectorAll('#sp-recall a')]
            .map(e => e.getAttribute('href')),
        inner: document.querySelectorAll('#sp-recall .sp-name *').length,
        wide: document.documentElement.scrollWidth,
    }));

    await page.screenshot({ path: `${dir}/recall-${width}.png` });
    console.log(JSON.stringify({ width, ...seen, complaints }));
    await context.close();
}

await browser.close();
