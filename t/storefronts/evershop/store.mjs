#!/usr/bin/env node
/*
 * An EverShop, in the directory where it is installed (the working directory):
 *
 *   store.mjs build      its pages, as "evershop build" makes them, but neither
 *                        those of its back office nor minified: a third of the
 *                        time
 *   store.mjs populate   tables and catalogue, in the database that DB_HOST,
 *                        DB_PORT, DB_NAME, DB_USER name
 *   store.mjs serve      the shop, on PORT, until TERM
 *
 * All of it with EverShop's own code; nothing of ours runs in the shop.
 */

import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const DIST = resolve('node_modules/@evershop/evershop/dist');

process.env.NODE_ENV = 'production';
process.env.ALLOW_CONFIG_MUTATIONS = 'true';
process.env.SUPPRESS_NO_CONFIG_WARNING = '1';


function load(file) {
    return import(pathToFileURL(resolve(DIST, file)));
}


async function modules(command) {
    const { getCoreModules } = await load('bin/lib/loadModules.js');
    const { loadModuleRoutes } = await load('lib/router/loadModuleRoutes.js');
    const { loadBootstrapScript } = await load('bin/lib/bootstrap/bootstrap.js');
    const { lockHooks } = await load('lib/util/hookable.js');
    const { lockRegistry } = await load('lib/util/registry.js');
    const all = getCoreModules();

    for (const module of all) {
        loadModuleRoutes(module.path);
    }

    for (const module of all) {
        await loadBootstrapScript(module,
            { command, env: 'production', process: 'main' });
    }

    lockHooks();
    lockRegistry();

    return all;
}


/* Webpack's errors are no exceptions. */

async function compile(config) {
    const { default: webpack } = await import(pathToFileURL(
        resolve('node_modules/webpack/lib/index.js')));

    config.optimization = { ...config.optimization, minimize: false };
    config.plugins = config.plugins.filter(p => p.constructor.name !== 'WebpackBarPlugin');

    const compiler = webpack(config);

    return new Promise((done, failed) => compiler.run((error, stats) =>
        compiler.close(() => {
            if (error || stats.hasErrors()) {
                failed(error || new Error(stats.toString({ all: false,
                                                           errors: true })));
            } else {
                done();
            }
        })));
}


async function build() {
    const { CONSTANTS } = await load('lib/helpers.js');
    const { getRoutes } = await load('lib/router/Router.js');
    const { isBuildRequired } = await load('lib/webpack/isBuildRequired.js');
    const { buildEntry } = await load('bin/lib/buildEntry.js');
    const client = await load('lib/webpack/prod/createConfigClient.js');
    const server = await load('lib/webpack/prod/createConfigServer.js');

    await modules('build');
    process.env.ALLOW_CONFIG_MUTATIONS = 'false';

    const routes = getRoutes().filter(r => isBuildRequired(r) && !r.isAdmin);

    if (existsSync(CONSTANTS.BUILDPATH)) {
        rmSync(CONSTANTS.BUILDPATH, { recursive: true });
    }

    mkdirSync(CONSTANTS.BUILDPATH, { recursive: true });

    await buildEntry(routes);
    await compile(client.createConfigClient(routes));
    console.error('# the browser\'s part is built');
    await compile(server.createConfigServer(routes));
}


/* Prices with cents, names that are not ASCII, a variant, what is scarce. */

const PRODUCTS = [
    ['MUG-01', 'Enamel Mug', 14, 500],
    ['CAFE-02', 'Café & Crème – Tasse', 21.4, 500],
    ['TRAY-03', 'Oak Tray', 1132.25, 500],
    ['SHIRT-04-BLUE', 'Linen Shirt, blue', 59.5, 500, 'Blue'],
    ['SHIRT-04-GREEN', 'Linen Shirt, green', 62.95, 500, 'Green'],
    ['LAMP-05', 'Brass Lamp', 89.9, 1],
    ['VASE-06', 'Old Vase', 35, 0],
];


async function populate() {
    const { pool, getConnection } = await load('lib/postgres/connection.js');
    const { migrate } = await load('bin/lib/bootstrap/migrate.js');
    const { select, insert, insertOnUpdate } = await import(pathToFileURL(
        resolve('node_modules/@evershop/postgres-query-builder/dist/index.js')));
    const all = await modules('seed');

    await migrate(all);

    const createProduct
        = (await load('modules/catalog/services/product/createProduct.js')).default;
    const createRate = (await load(
        'modules/checkout/services/shipping/core/createCoreShippingRate.js')).default;

    const parcel = await select().from('package').load(pool);
    const group = await select().from('attribute_group').load(pool);
    const color = await select().from('attribute')
        .where('attribute_code', '=', 'color').load(pool);

    const options = {};

    for (const name of ['Blue', 'Green']) {
        const option = await insert('attribute_option').given({
            attribute_id: color.attribute_id, attribute_code: 'color',
            option_text: name }).execute(pool);

        options[name] = option.insertId;
    }

    const shirts = await insert('variant_group').given({
        attribute_group_id: group.attribute_group_id,
        attribute_one: color.attribute_id, visibility: true }).execute(pool);

    for (const [sku, name, price, qty, shade] of PRODUCTS) {
        const product = await createProduct({
            sku, name, price, qty,
            type: 'simple',
            url_key: sku.toLowerCase(),
            status: 1,
            visibility: 1,
            weight: 1,
            manage_stock: 1,
            stock_availability: 1,
            group_id: group.attribute_group_id,
            package_id: parcel.package_id,
            ...(shade && {
                variant_group_id: shirts.insertId,
                attributes: [{ attribute_code: 'color',
                               value: String(options[shade]) }],
            }),
        }, {});

        console.error(`# ${sku}: product ${product.insertId}`);
    }

    await insertOnUpdate('setting', ['name'])
        .given({ name: 'codPaymentStatus', value: '1', is_json: 0 })
        .execute(await getConnection(), false);

    const zone = await insert('shipping_zone').given({ name: 'Home' })
        .execute(pool);
    const method = await insert('core_shipping_method')
        .given({ name: 'Post', is_enabled: true, sort_order: 0 }).execute(pool);

    await insert('shipping_zone_country')
        .given({ zone_id: zone.insertId, country: 'DE' }).execute(pool);
    await insert('shipping_zone_provider').given({ zone_id: zone.insertId,
        provider_code: 'core', is_enabled: true }).execute(pool);
    await createRate({ method_id: method.insertId, zone_id: zone.insertId,
                       cost: 4.9 });
}


/* At its end EverShop takes its two helpers with it, but not when it is killed. */

async function serve() {
    for (const signal of ['TERM', 'INT']) {
        process.on(`SIG${signal}`, () => process.exit(0));
    }

    process.chdir(process.cwd());
    await load('bin/start/index.js');

    return new Promise(() => {});
}


const COMMANDS = { build, populate, serve };
const command = COMMANDS[process.argv[2]];

if (!command) {
    console.error('usage: store.mjs build|populate|serve');
    process.exit(2);
}

command().then(() => process.exit(0), error => {
    console.error(error);
    process.exit(1);
});
