/*
 * Copyright (C) SitePreserver developers
 *
 * The options that every shop.mjs has:
 *
 *   shop.mjs BASE_URL [--aside URL] [--flows NAME,...] [--run WORD]
 *            [--visitors FILE]
 *
 * All flows are played but "returns", which needs somebody who was there.
 */

import { parseArgs } from 'node:util';


/*
 * usage: a line for people; all: the flows that there are, by name; more: options
 * of this shop as parseArgs() has them; fits: are the values of those right?
 * Values by name, with base, aside and the list of flows.  What is wrong ends it.
 */

export function options(usage, all, more = {}, fits = () => true) {
    const known = {
        aside: { type: 'string' },
        flows: { type: 'string',
                 default: Object.keys(all).filter(f => f !== 'returns').join(',') },
        run: { type: 'string', default: Date.now().toString(36) },
        visitors: { type: 'string' },
        ...more,
    };
    let parsed;

    try {
        parsed = parseArgs({ options: known, allowPositionals: true });
    } catch (error) {
        console.error(`shop.mjs: ${error.message}\n${usage}`);
        process.exit(2);
    }

    const { values, positionals } = parsed;
    const flows = values.flows.split(',');

    if (positionals.length !== 1 || !/^http:\/\//.test(positionals[0])
        || flows.some(f => !all[f]) || !fits(values))
    {
        console.error(`${usage}\nflows: ${Object.keys(all).join(' ')}`);
        process.exit(2);
    }

    const base = positionals[0].replace(/\/$/, '');

    return { ...values, flows, base, aside: values.aside || base };
}
