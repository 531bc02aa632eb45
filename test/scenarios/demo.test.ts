import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { Agent, request } from 'undici';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Demo } from '../../scripts/demo/describe.ts';
import { demoPorts, portsInUse } from '../../scripts/demo/ports.ts';
import { USERS } from '../simulators/salesforce/org/seed.ts';
import { COMPILED } from '../support/backend.ts';
import { ops } from '../support/ops.ts';
import { testFolder } from '../support/postgres.ts';

const root = resolve(import.meta.dirname, '../..');
const dataDir = testFolder();
const demoFile = join(dataDir, 'demo.json');
const started: ChildProcess[] = [];
let base = 20_000;

type Running = { child: ChildProcess; output(): string; demo: Demo };

/** Runs the demo as `npm run demo` does. */
function run(args: string[]): { child: ChildProcess; output(): string } {
  const child = spawn(process.execPath, ['scripts/demo.ts', '--no-open', '--port-base', String(base), ...args], {
    cwd: root,
    env: { ...process.env, ...COMPILED },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return { child, output: () => output };
}

async function start(): Promise<Running> {
  const running = run(['--data-dir', dataDir]);
  const deadline = Date.now() + 90_000;
  while (!existsSync(demoFile)) {
    if (running.child.exitCode !== null || Date.now() > deadline) throw new Error(running.output());
    await new Promise((done) => setTimeout(done, 100));
  }
  return { ...running, demo: JSON.parse(readFileSync(demoFile, 'utf8')) as Demo };
}

async function stop({ child }: Running): Promise<number | null> {
  child.kill('SIGTERM');
  await once(child, 'exit');
  return child.exitCode;
}

async function query<T>({ org }: Demo, soql: string): Promise<T[]> {
  const response = await fetch(`${org.url}/services/data/v66.0/query?q=${encodeURIComponent(soql)}`, {
    headers: { authorization: `Bearer ${org.accessToken}` },
  });
  expect(response.status).toBe(200);
  return ((await response.json()) as { records: T[] }).records;
}

const subscriptions = 'SELECT Key__c, Status__c, MRR__c FROM Billing_Subscription__c ORDER BY Key__c';

beforeAll(async () => {
  while ((await portsInUse(demoPorts(base))).length > 0) base += 1000;
});
afterAll(async () => {
  // Those of a test that failed still run.
  for (const child of started)
    if (child.exitCode === null && child.signalCode === null && child.kill('SIGTERM')) await once(child, 'exit');
  rmSync(dataDir, { recursive: true, force: true });
});

/** Longer than a start may take. */
const PATIENT = { timeout: 120_000 };

describe('npm run demo', PATIENT, () => {
  let running: Running;
  let before: { Key__c: string }[];

  it('ends in a table and a demo.json whose every address works', async () => {
    running = await start();
    const { demo } = running;
    expect(demo).toMatchObject({ ready: true, backend: `http://127.0.0.1:${base}` });
    const accounts = demo.pages.filter(({ object }) => object === 'Account');
    expect(accounts.length).toBeGreaterThanOrEqual(10);
    expect(accounts.filter(({ situation }) => situation === 'both')).toHaveLength(2);
    const besides = demo.pages.filter(({ object }) => object !== 'Account');
    expect(besides.filter(({ situation }) => situation === 'ready to win')).toMatchObject([{ object: 'Opportunity' }]);
    expect(besides.map(({ situation }) => situation)).toEqual(
      expect.arrayContaining(['mentions an overdue invoice', 'renewal, overdue', 'upsell, in dunning']),
    );
    for (const page of demo.pages) expect((await fetch(page.url)).status, page.url).toBe(200);
    for (const page of accounts) expect(running.output()).toContain(page.url);
    expect((await fetch(`${demo.backend}/readyz`)).status).toBe(200);
    expect(demo.org).toMatchObject({
      tlsUrl: `https://127.0.0.1:${base + 143}`,
      pubsub: `localhost:${base + 174}`,
    });
    const certificate = readFileSync(join(dataDir, 'demo/simulators/org.pem'), 'utf8');
    const trusting = new Agent({ connect: { ca: certificate.slice(certificate.indexOf('-----BEGIN CERT')) } });
    const versions = await request(`${demo.org.tlsUrl}/services/data`, { dispatcher: trusting });
    expect(versions.statusCode).toBe(200);
    await trusting.close();
    const stripe = await fetch(`${demo.stripe.url}/v1/customers`, {
      headers: { authorization: `Bearer ${demo.stripe.secretKey}` },
    });
    expect(stripe.status).toBe(200);
    const zuora = await fetch(`${demo.zuora.url}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: demo.zuora.clientId,
        client_secret: demo.zuora.clientSecret,
      }),
    });
    expect(zuora.status).toBe(200);
  });

  it('lets the rep refresh a customer by the flow of the page, through token and backend', async () => {
    const { org, pages } = running.demo;
    const { id } = pages.find(({ situation }) => situation === 'both')!;
    const response = await fetch(`${org.url}/lightning/interviews`, {
      method: 'POST',
      headers: {
        cookie: `sid=${encodeURIComponent(org.accessToken)}`,
        'sec-fetch-site': 'same-origin',
        'content-type': 'application/json',
      },
      body: JSON.stringify({ flow: 'Billing_Refresh', inputs: [{ name: 'recordId', value: id }] }),
    });
    const { screen } = (await response.json()) as { screen: { name: string } };
    expect(['Outcome', 'Progress']).toContain(screen.name);
  });

  it('has every customer in the situation that the table names', async () => {
    const rows = await query<{ Status__c: string; Account__r: { Name: string } }>(
      running.demo,
      'SELECT Status__c, Account__r.Name FROM Billing_Health__c',
    );
    const status = Object.fromEntries(rows.map((row) => [row.Account__r.Name, row.Status__c]));
    expect(status).toMatchObject({
      'Acme Corporation': 'Good Standing',
      'Globex GmbH': 'Overdue',
      Initech: 'Good Standing',
      Hooli: 'In Dunning',
      'Umbrella Health': 'Overdue',
      'Massive Dynamic': 'In Dunning',
      'Stark Industries': 'Renewal Due',
      'Cyberdyne Systems': 'Over Limit',
      'Soylent Foods': 'Churned',
      'Pied Piper': 'Trial',
    });
    const currencies = await query<{ Currency_Code__c: string }>(
      running.demo,
      'SELECT Currency_Code__c FROM Billing_Balance__c',
    );
    expect(new Set(currencies.map((row) => row.Currency_Code__c))).toEqual(new Set(['USD', 'EUR', 'JPY']));
  });

  it('is operated without any setting, also where Salesforce is asked', async () => {
    const data = ['--data-dir', join(dataDir, 'demo'), '--json'];
    const storage = await ops({}, ['storage', '--org', ...data]);
    expect([storage.code, storage.err]).toEqual([0, '']);
    expect(storage.out).toContain('Billing_Subscription__c');
    const sources = await ops({}, ['explain', 'A-S00000001', ...data]);
    expect(sources.json).toMatchObject([{ number: 'A-S00000001', currency: 'USD' }]);
    const deal = running.demo.pages.find(({ situation }) => situation === 'ready to win')!;
    const order = await ops({}, ['order', deal.id, '--dry-run', ...data.slice(0, 2)]);
    expect([order.code, order.err]).toEqual([0, '']);
    expect(order.out).toContain('Platform Enterprise (Seats: 40 at USD 145 a month)');
  });

  it('lets an org refuse rows by a rule, and takes it back', async () => {
    const rule = async (active: unknown) => {
      const body = JSON.stringify({ active });
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(`http://127.0.0.1:${demoPorts(base).control}/rule`, { method: 'POST', headers, body });
      return [answer.status, await answer.json()];
    };
    expect(await rule(true)).toEqual([200, { active: true }]);
    expect(await rule(false)).toEqual([200, { active: false }]);
    expect(await rule('on')).toEqual([400, { message: 'active is true or false.' }]);
  });

  it('offers a control page that acts in the billing systems', async () => {
    const control = `http://127.0.0.1:${demoPorts(base).control}`;
    expect((await fetch(control)).status).toBe(200);
    const accounts = (await (await fetch(`${control}/accounts`)).json()) as { account: string; number: string }[];
    const initech = accounts.find(({ account }) => account === 'Initech')!;
    const acted = await fetch(`${control}/act`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ action: 'fail-payment', number: initech.number }),
    });
    expect(acted.status).toBe(200);
    const deadline = Date.now() + 15_000;
    for (;;) {
      const rows = await query<{ Status__c: string; Account__r: { Name: string } }>(
        running.demo,
        "SELECT Status__c FROM Billing_Health__c WHERE Account__r.Name = 'Initech'",
      );
      if (rows[0]?.Status__c === 'In Dunning') break;
      if (Date.now() > deadline) throw new Error(`Initech is ${rows[0]?.Status__c}`);
    }
    before = await query(running.demo, subscriptions);
  });

  it('names the ports that are taken, and the option that moves them', async () => {
    const second = run([]);
    await once(second.child, 'exit');
    expect(second.child.exitCode).toBe(1);
    expect(second.output()).toContain(`port ${base} (backend)`);
    expect(second.output()).toContain('--port-base');
  });

  it('stops cleanly, and keeps its data for the next start', async () => {
    expect(await stop(running)).toBe(0);
    expect(existsSync(demoFile)).toBe(false);
    running = await start();
    expect(await query(running.demo, subscriptions)).toEqual(before);
    expect(await stop(running)).toBe(0);
  });
});

it('starts an org without the package, and says how to install it', PATIENT, async () => {
  const folder = testFolder();
  const { child, output } = run(['--empty-org', '--data-dir', folder]);
  await vi.waitUntil(() => output().includes('goes on when the rep sees billing') || child.exitCode !== null, {
    timeout: 90_000,
    interval: 100,
  });
  const [, orgId] = /Org id +(\w+)/.exec(output()) ?? [];
  const added = await ops({}, ['org-client', 'add', orgId!, '--data-dir', folder, '--json']);
  expect([added.code, added.json]).toMatchObject([0, { orgId }]);
  const org = `http://127.0.0.1:${base + 100}`;
  const login = await fetch(`${org}/?as=${USERS.admin}`, { redirect: 'manual' });
  const [, sid] = /sid=([^;]+)/.exec(login.headers.get('set-cookie')!) ?? [];
  const headers = { authorization: `Bearer ${decodeURIComponent(sid!)}` };
  const objects = await fetch(`${org}/services/data/v66.0/sobjects`, { headers });
  expect(objects.status).toBe(200);
  expect(await objects.text()).not.toContain('Billing_Account__c');
  child.kill('SIGTERM');
  await once(child, 'exit');
  expect(child.exitCode).toBe(0);
  rmSync(folder, { recursive: true, force: true });
});

describe('what a stranger may type', () => {
  it.each([
    [['--help'], 0, 'npm run demo'],
    [['--port-base', 'abc'], 1, 'whole number'],
    [['--port-base', '80'], 1, 'whole number'],
    [['--port-base', '6000'], 1, 'Browsers refuse to open port 6000'],
    [['--nope'], 2, "Unknown option '--nope'"],
  ])('%s', async (args, code, text) => {
    const { child, output } = run(args);
    await once(child, 'exit');
    expect(child.exitCode).toBe(code);
    expect(output()).toContain(text);
    expect(output()).not.toContain('    at ');
  });

  it('a port of the demo that another program holds', async () => {
    const holder = createServer().listen(base + 100, '127.0.0.1');
    await once(holder, 'listening');
    const { child, output } = run(['--data-dir', dataDir]);
    await once(child, 'exit');
    holder.close();
    expect(child.exitCode).toBe(1);
    expect(output()).toContain(`port ${base + 100} (org)`);
  });
});
