// click.mjs MAIL.html ...: opens each mail in Chromium, clicks every link in it,
// one after another, and says where that led and what a script of the page
// could read there.  One line of JSON for each link.
//
// NODE_PATH does not work for modules: SP_MODULES is where playwright-core is.

import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { resolve } from 'node:path';

const require = createRequire(resolve(process.env.SP_MODULES, 'x.js'));
const { chromium } = require('playwright-core');

const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic'],
});

for (const file of process.argv.slice(2)) {
    const context = await browser.newContext({
        viewport: { width: 700, height: 900 },
    });

    // no host but this one is asked

    await context.route(
        u => /^https?:$/.test(u.protocol) && u.hostname !== '127.0.0.1',
        route => route.fulfill({ contentType: 'text/html', body: 'elsewhere' }));

    const page = await context.newPage();
    const url = pathToFileURL(resolve(file)).href;

    await page.goto(url, { waitUntil: 'domcontentloaded' });

    const links = await page.$$eval('a[href], area[href]', all => all.map(a => ({
        href: a.getAttribute('href'),
        text: (a.textContent || '').trim().slice(0, 80),
        cta: a.hasAttribute('data-sp-cta'),
    })));

    for (let i = 0; i < links.length; i++) {
        const link = { file, ...links[i] };

        if (/^(mailto|tel|sms):/.test(link.href) || link.href.startsWith('#')) {
            console.log(JSON.stringify({ ...link, clicked: false }));
            continue;
        }

        if (page.url() !== url) {
            await page.goto(url, { waitUntil: 'domcontentloaded' });
        }

        // what is hidden at this width is clicked by the page itself

        const a = page.locator('a[href], area[href]').nth(i);
        const left = page.waitForURL(u => u.href !== url,
            { waitUntil: 'load', timeout: 60000 });

        if (await a.isVisible()) {
            await a.click({ timeout: 60000 });
        } else {
            await a.evaluate(e => e.click());
        }

        await left;
        link.clicked = true;
        link.url = page.url();
        link.status = await page.evaluate(() =>
            performance.getEntriesByType('navigation')[0].responseStatus);
        link.ga = await page.evaluate(() => window.ga4 ?? null);
        console.log(JSON.stringify(link));
    }

    await context.close();
}

await browser.close();
