// shoot.mjs PAGE|PNG|WIDTH|SCHEME ...: takes those pictures in Chromium, and
// says of each what is in it.  One line of JSON for each.
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
const context = await browser.newContext();

await context.route(u => u.protocol !== 'file:', route => route.abort());

const page = await context.newPage();

page.setDefaultTimeout(120000);

for (const job of process.argv.slice(2)) {
    const [file, png, width, scheme] = job.split('|');

    await page.setViewportSize({ width: +width, height: 400 });
    await page.emulateMedia({ colorScheme: scheme });
    await page.goto(pathToFileURL(resolve(file)).href);

    const seen = await page.evaluate(() => {
        const e = document.documentElement;
        const b = document.querySelector('a[data-sp-cta]');
        const r = b.getBoundingClientRect();
        const s = getComputedStyle(b);
        const light = colour => {
            const c = colour.match(/\d+/g).map(v => v / 255).map(v =>
                v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
            return .2126 * c[0] + .7152 * c[1] + .0722 * c[2] + .05;
        };
        const a = [light(s.color), light(s.backgroundColor)]
            .sort((x, y) => y - x);
        return {
            high: e.scrollHeight, wide: e.scrollWidth, top: Math.round(r.top),
            shown: matchMedia('(prefers-color-scheme: dark)').matches
                ? 'dark' : 'light',
            button: [Math.round(r.width), Math.round(r.height)],
            contrast: (a[0] / a[1]).toFixed(2),
        };
    });

    await page.screenshot({ path: png, fullPage: true });
    console.log(JSON.stringify({ file, png, width: +width, scheme, ...seen }));
}

await browser.close();
