import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { startBackend, freePort } from '../../test/support/backend.ts';
import { secretsOf } from '../../test/support/secrets.ts';
import { benchDatabase } from './database.ts';
import { load, type LoadResult } from './load.ts';
import type { Figure } from './figure.ts';

const secret = 'whsec_bench';
const rounds = 7;

type Server = { url: string; pid: number; stop(): Promise<unknown> };

/**
 * How fast webhooks are acknowledged, after the commit: beside a bare express route with one HMAC and one
 * group-committed INSERT, on the same Postgres. Both run all the time and take turns, since the speed of a shared machine
 * drifts: the ratio is the median over the rounds.
 */
export async function measureAcknowledgement(say: (text: string) => void): Promise<Figure[]> {
  const database = await benchDatabase();
  const servers: Server[] = [];
  try {
    servers.push(await startBareRoute(database.url), await startWebhookRoute(database.url));
    const [bareServer, productServer] = servers as [Server, Server];
    const processesOf = ({ pid }: Server) => ({ pid, postgresPid: database.pid });
    const asFastAsItGoes = (server: Server, seconds: number) =>
      load(server.url, secret, processesOf(server), { seconds, connections: 50 });
    for (const server of servers) await asFastAsItGoes(server, 3);
    const bare: LoadResult[] = [];
    const product: LoadResult[] = [];
    for (let round = 1; round <= rounds; round++) {
      say(`round ${round} of ${rounds}`);
      bare.push(await asFastAsItGoes(bareServer, 3));
      product.push(await asFastAsItGoes(productServer, 3));
    }
    say('200 a second');
    const steady = await load(productServer.url, secret, processesOf(productServer), {
      seconds: 8,
      connections: 20,
      perSecond: 200,
    });
    return figures(bare, product, steady);
  } finally {
    for (const server of servers) await server.stop();
    await database.stop();
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function figures(bare: readonly LoadResult[], product: readonly LoadResult[], steady: LoadResult): Figure[] {
  const ratios = product.map((one, round) => one.perSecond / bare[round]!.perSecond);
  const ratio = median(ratios);
  const cpu = median(product.map((one) => one.cpuMsPerEvent));
  const refused = [...bare, ...product, steady].reduce((sum, one) => sum + one.refused, 0);
  return [
    { name: 'bare route, as fast as it goes', value: median(bare.map((one) => one.perSecond)), unit: '/s' },
    { name: 'webhook route, as fast as it goes', value: median(product.map((one) => one.perSecond)), unit: '/s' },
    { name: 'rate beside the bare route, median', value: ratio, unit: '×', goal: '≥ 0.8', met: ratio >= 0.8 },
    { name: 'rate beside the bare route, least', value: Math.min(...ratios), unit: '×' },
    { name: 'rate beside the bare route, most', value: Math.max(...ratios), unit: '×' },
    { name: 'p50 at 200/s', value: steady.p50Ms, unit: 'ms' },
    { name: 'p99 at 200/s', value: steady.p99Ms, unit: 'ms', goal: '≤ 50', met: steady.p99Ms <= 50 },
    { name: 'server CPU an event, as fast as it goes', value: cpu, unit: 'ms', goal: '≤ 0.25', met: cpu <= 0.25 },
    {
      name: 'server CPU an event of the bare route',
      value: median(bare.map((one) => one.cpuMsPerEvent)),
      unit: 'ms',
    },
    {
      name: 'Postgres CPU an event',
      value: median(product.map((one) => one.postgresCpuMsPerEvent)),
      unit: 'ms',
    },
    {
      name: 'Postgres CPU an event of the bare route',
      value: median(bare.map((one) => one.postgresCpuMsPerEvent)),
      unit: 'ms',
    },
    { name: 'refused', value: refused, unit: '', goal: '0', met: refused === 0 },
  ];
}

async function startBareRoute(databaseUrl: string): Promise<Server> {
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

async function startWebhookRoute(databaseUrl: string): Promise<Server> {
  const backend = await startBackend({
    PORT: String(await freePort()),
    DATABASE_URL: databaseUrl,
    SEAL_KEYS: `k1:${Buffer.alloc(32, 1).toString('base64')}`,
    ROLES: 'web',
    LOG_LEVEL: 'warn',
    STRIPE_API_KEY: 'sk_test_bench',
    STRIPE_WEBHOOK_SECRETS: secret,
    SALESFORCE_LOGIN_URL: 'http://127.0.0.1:9',
    SALESFORCE_CLIENT_ID: 'bench',
    SALESFORCE_USERNAME: 'bench@example.com',
    SALESFORCE_PRIVATE_KEY: secretsOf().salesforcePrivateKey,
    SALESFORCE_ORG_ID: '00D5g0000000001EAA',
    SALESFORCE_PUBSUB_ADDRESS: 'none',
  });
  return { url: backend.url, pid: backend.process.pid!, stop: () => backend.stop() };
}
