import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { startBackend, freePort } from '../../test/support/backend.ts';
import { secretsOf } from '../../test/support/secrets.ts';
import { benchDatabase } from './database.ts';
import { load, type LoadResult } from './load.ts';
import type { Figure } from './figure.ts';

const secret = 'whsec_bench';
const seconds = 8;

/**
 * How fast webhooks are acknowledged, after the commit: beside a bare express route with one HMAC and one
 * group-committed INSERT, on the same Postgres, in the same run.
 */
export async function measureAcknowledgement(say: (text: string) => void): Promise<Figure[]> {
  const database = await benchDatabase();
  try {
    const measure = async (start: () => Promise<{ url: string; pid: number; stop(): Promise<unknown> }>) => {
      const server = await start();
      try {
        await load(server.url, secret, server.pid, { seconds: 2, connections: 50 });
        const full = await load(server.url, secret, server.pid, { seconds, connections: 50 });
        const steady = await load(server.url, secret, server.pid, { seconds, connections: 20, perSecond: 200 });
        return { full, steady };
      } finally {
        await server.stop();
      }
    };
    say('bare route');
    const bare = await measure(() => startBareRoute(database.url));
    say('webhook route');
    const product = await measure(() => startWebhookRoute(database.url));
    return figures(bare, product);
  } finally {
    await database.stop();
  }
}

type Measured = { full: LoadResult; steady: LoadResult };

function figures(bare: Measured, product: Measured): Figure[] {
  const ratio = product.full.perSecond / bare.full.perSecond;
  const refused = product.full.refused + product.steady.refused + bare.full.refused + bare.steady.refused;
  return [
    { name: 'bare route, as fast as it goes', value: bare.full.perSecond, unit: '/s' },
    { name: 'webhook route, as fast as it goes', value: product.full.perSecond, unit: '/s' },
    { name: 'rate beside the bare route', value: ratio, unit: '×', goal: '≥ 0.8', met: ratio >= 0.8 },
    { name: 'p50 at 200/s', value: product.steady.p50Ms, unit: 'ms' },
    { name: 'p99 at 200/s', value: product.steady.p99Ms, unit: 'ms', goal: '≤ 50', met: product.steady.p99Ms <= 50 },
    {
      name: 'server CPU an event, as fast as it goes',
      value: product.full.cpuMsPerEvent,
      unit: 'ms',
      goal: '≤ 0.25',
      met: product.full.cpuMsPerEvent <= 0.25,
    },
    { name: 'server CPU an event of the bare route', value: bare.full.cpuMsPerEvent, unit: 'ms' },
    { name: 'refused', value: refused, unit: '', goal: '0', met: refused === 0 },
  ];
}

async function startBareRoute(databaseUrl: string) {
  const port = await freePort();
  const child = spawn(process.execPath, [join(import.meta.dirname, 'baseline.ts')], {
    env: { ...process.env, PORT: String(port), DATABASE_URL: databaseUrl, SECRET: secret },
    stdio: 'inherit',
  });
  const url = `http://127.0.0.1:${port}`;
  while (
    !(await fetch(`${url}/readyz`).then(
      (response) => response.ok,
      () => false,
    ))
  )
    await new Promise((done) => setTimeout(done, 50));
  return {
    url,
    pid: child.pid!,
    stop: () =>
      new Promise((done) => {
        child.once('exit', done);
        child.kill();
      }),
  };
}

async function startWebhookRoute(databaseUrl: string) {
  const backend = await startBackend({
    PORT: String(await freePort()),
    DATABASE_URL: databaseUrl,
    ROLES: 'web',
    LOG_LEVEL: 'warn',
    STRIPE_API_KEY: 'sk_test_bench',
    STRIPE_WEBHOOK_SECRETS: secret,
    SALESFORCE_LOGIN_URL: 'http://127.0.0.1:9',
    SALESFORCE_CLIENT_ID: 'bench',
    SALESFORCE_USERNAME: 'bench@example.com',
    SALESFORCE_PRIVATE_KEY: secretsOf().salesforcePrivateKey,
    SALESFORCE_ORG_ID: '00D5g0000000001EAA',
  });
  return { url: backend.url, pid: backend.process.pid!, stop: () => backend.stop() };
}
