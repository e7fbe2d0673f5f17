/*
 * The shop under test: Vendure as its own installer sets it up for a small
 * production (cookie and bearer sessions, SQLite, the sample catalogue, the
 * dummy payment method), and nothing of SitePreserver in it.
 *
 *   node store.cjs populate     makes the database and loads the catalogue
 *   node store.cjs serve        serves 127.0.0.1:$PORT until SIGTERM
 *
 * STORE_DIR is where it is installed, STORE_DB the database file, and PORT
 * the port.
 */

'use strict';

const path = require('path');
const { createRequire } = require('module');

const dir = process.env.STORE_DIR;
const database = process.env.STORE_DB;
const port = Number(process.env.PORT || 0);
const command = process.argv[2];

if (!dir || !database || !['populate', 'serve'].includes(command)) {
    console.error('usage: STORE_DIR=DIR STORE_DB=FILE PORT=N '
                  + 'node store.cjs populate|serve');
    process.exit(2);
}

const load = createRequire(path.join(path.resolve(dir), 'package.json'));
const core = load('@vendure/core');
const { AssetServerPlugin } = load('@vendure/asset-server-plugin');

const samples = path.join(path.dirname(load.resolve('@vendure/create/package.json')),
                          'assets');

const config = {
    apiOptions: {
        hostname: '127.0.0.1',
        port,
        shopApiPath: 'shop-api',
        adminApiPath: 'admin-api',
        trustProxy: 1,
    },
    authOptions: {
        tokenMethod: ['bearer', 'cookie'],
        /* no mail of the shop's own here: an account can log in at once */
        requireVerification: false,
        superadminCredentials: { identifier: 'keeper', password: 'keeper-of-the-test' },
        cookieOptions: { secret: 'only-for-this-test' },
    },
    dbConnectionOptions: {
        type: 'better-sqlite3',
        database,
        synchronize: command === 'populate',
        logging: false,
    },
    paymentOptions: { paymentMethodHandlers: [core.dummyPaymentHandler] },
    importExportOptions: { importAssetsDir: path.join(samples, 'images') },
    logger: new core.DefaultLogger({ level: core.LogLevel.Warn }),
    plugins: [
        AssetServerPlugin.init({
            route: 'assets',
            assetUploadDir: path.join(dir, 'assets'),
        }),
        core.DefaultJobQueuePlugin.init({ useDatabaseForBuffer: true }),
        core.DefaultSearchPlugin.init({ bufferUpdates: false }),
    ],
};


async function start() {
    const app = await core.bootstrap(config);

    await app.get(core.JobQueueService).start();

    return app;
}


/* The search index is filled by jobs: a database without it is half a shop. */

async function indexed(app) {
    const db = app.get(core.TransactionalConnection).rawConnection;
    const open = 'SELECT count(*) AS n FROM job_record WHERE isSettled = 0';
    const items = 'SELECT count(*) AS n FROM search_index_item';

    for (let tries = 0; tries < 600; tries++) {
        const [jobs] = await db.query(open);
        const [found] = await db.query(items);

        if (Number(jobs.n) === 0 && Number(found.n) > 0) {
            return;
        }

        await new Promise(done => setTimeout(done, 200));
    }

    throw new Error('the search index was not filled within 120 s');
}


async function populate() {
    const fill = load('@vendure/core/cli').populate;
    const app = await fill(start, path.join(samples, 'initial-data.json'),
                           path.join(samples, 'products.csv'));

    await indexed(app);
    await app.close();
}


async function serve() {
    const app = await start();

    for (const signal of ['SIGTERM', 'SIGINT']) {
        process.once(signal, () => {
            app.close().finally(() => process.exit(0));
        });
    }

    console.log(`ready on 127.0.0.1:${port}`);
}


(command === 'populate' ? populate().then(() => process.exit(0)) : serve())
    .catch(error => {
        console.error(`store: ${error.stack || error}`);
        process.exit(1);
    });
