import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { MetadataFolder } from '../simulators/salesforce/org/testing/metadataFolder.ts';
import type { SRecord } from '../simulators/salesforce/org/types.ts';
import { startBackend } from '../support/backend.ts';
import { beginStory, type Story } from '../support/customers.ts';
import { ops } from '../support/ops.ts';
import { packageWith } from '../support/orgFields.ts';
import { person } from '../support/orgPeople.ts';
import { settled } from '../support/settled.ts';

const WITHIN = { timeout: 30_000, interval: 100 };
const DAY_MS = 86_400_000;

const folder = mkdtempSync(join(tmpdir(), 'mapping-'));
const file = join(folder, 'mapping.json');
const other = join(folder, 'other.json');
const mapping = (path: string, ...account: object[]): void =>
  writeFileSync(path, JSON.stringify({ fields: { Account: account } }));
const PLAN = { source: 'plan', target: 'Plan_Name__c', overwrite: true };

let metadata: MetadataFolder;
let story: Story;
let accountId: string;
beforeAll(async () => {
  metadata = packageWith([
    { object: 'Account', name: 'Plan_Name__c', type: 'Text', more: '<length>6</length>' },
    { object: 'Account', name: 'Monthly__c', type: 'Number', more: '<precision>18</precision><scale>3</scale>' },
    {
      object: 'Billing_Account__c',
      name: 'Seats__c',
      type: 'Number',
      more: '<precision>9</precision><scale>0</scale>',
    },
    { object: 'Billing_Account__c', name: 'Opened__c', type: 'Date' },
  ]);
  mapping(file, PLAN, { source: 'mrr', target: 'Montly__c', overwrite: true });
  story = await beginStory({
    forceApp: metadata.path,
    env: {
      SWEEP_SECONDS: '1',
      MAPPING_FILE: file,
      ORG_RETENTION: 'Billing_Payment__c=1d,Billing_Invoice_Item__c=never',
    },
  });
  const price = await story.stripe.price({ name: 'Growth plan', amountMinor: 1_000, currency: 'usd' });
  accountId = await story.account('Acme');
  const customer = await story.stripe.customer('Acme', accountId);
  await story.stripe.subscribe(customer, [{ price, quantity: 2 }]);
  await settled(story.stack);
});
afterAll(async () => {
  await story.end();
  metadata.remove();
  rmSync(folder, { recursive: true });
});

const account = (): SRecord => story.stack.org.org.get('Account', accountId)!;
const live = (object: string): SRecord[] => story.rows(object, accountId).filter((row) => row['IsDeleted'] !== true);
const run = (args: string[], env: Record<string, string> = {}) =>
  ops({ ...story.stack.env, ...env }, [...args, '--json']);

it('a mapped field is written, cut to its length; what the org cannot take is told and holds up nothing', async () => {
  await vi.waitFor(
    () => expect(account()).toMatchObject({ Plan_Name__c: 'Growt…', Billing_Plan__c: 'Growth plan' }),
    WITHIN,
  );
  const line = 'Account.Montly__c is not written: Account has no such field';
  const ready = await fetch(`${story.stack.backend.url}/readyz`);
  expect(ready.status).toBe(200);
  expect(await ready.text()).toContain(line);
  expect(story.stack.backend.output()).toContain(line);
  await vi.waitFor(() => {
    const told = story.stack.org.org.all('Billing_Connection__c').find((row) => row['Name'] === 'Salesforce');
    expect(told).toMatchObject({
      State__c: 'Connected',
      Message__c: expect.stringContaining('1 of 2 fields of MAPPING_FILE is not written'),
    });
  }, WITHIN);
  expect((await run(['mapping', 'check'])).json).toMatchObject({
    fields: [{ target: 'Plan_Name__c', length: 6 }],
    refused: [expect.stringContaining(line)],
    missing: [],
  });
});

it('a mapped field is ours: what a person enters there is written over', async () => {
  person(story.stack).edit('Account', accountId, { Plan_Name__c: 'mine' });
  await vi.waitFor(() => expect(account()['Plan_Name__c']).toBe('Growt…'), WITHIN);
});

it('a dry run prints what another mapping would change, and writes nothing', async () => {
  await settled(story.stack);
  expect((await run(['mapping', 'dry-run', '--account', accountId])).json).toMatchObject({ accounts: 1, changes: [] });
  mapping(other, PLAN, { source: 'mrr', target: 'Monthly__c', overwrite: true });
  const before = account();
  const answer = await run(['mapping', 'dry-run'], { MAPPING_FILE: other });
  expect(answer).toMatchObject({ code: 0 });
  expect(answer.json).toMatchObject({
    accounts: 1,
    accountsInAll: 1,
    refused: [],
    changes: [
      { object: 'Account', key: accountId, kind: 'changed', fields: [{ name: 'Monthly__c', now: null, then: 20 }] },
    ],
  });
  expect(account()).toEqual(before);
  const { out } = await ops({ ...story.stack.env, MAPPING_FILE: other }, ['mapping', 'dry-run']);
  expect(out).toContain('1 row would change. Nothing was written.');
  expect(out).toContain(`Account ${accountId} Monthly__c: (empty) -> 20`);
});

it('storage tells the rows that are there, and the same as forecast when all is written', async () => {
  const { json } = await run(['storage', '--org']);
  const { objects, total, dataStorage } = json as {
    objects: { object: string; rows: number; forecastRows: number }[];
    total: { rows: number; megabytes: number };
    dataStorage: object;
  };
  for (const { object, rows, forecastRows } of objects) {
    expect([object, rows]).toEqual([object, live(object).length]);
    expect([object, forecastRows]).toEqual([object, rows]);
  }
  expect(total.rows).toBeGreaterThan(5);
  expect(total.megabytes).toBeCloseTo((total.rows * 2) / 1024, 1);
  expect(dataStorage).toMatchObject({ allowedMb: 10_240 });
});

it('an old payment falls out and is deleted, is no drift, and comes back with a refund', async () => {
  const [payment] = live('Billing_Payment__c');
  expect(payment).toMatchObject({ Status__c: 'Succeeded' });
  const kept = live('Billing_Invoice_Item__c').length;
  story.stack.clock.setOffset(3 * DAY_MS);
  await vi.waitFor(() => expect(live('Billing_Payment__c')).toEqual([]), WITHIN);
  expect(live('Billing_Invoice_Item__c')).toHaveLength(kept);
  expect((await run(['storage', '--prune', '--dry-run'])).json).toMatchObject({
    remove: [],
    deletedLately: [{ object: 'Billing_Payment__c', rows: 1 }],
  });
  await settled(story.stack);
  const { rows } = await story.database.pool.query("select 1 from discrepancy where object = 'Billing_Payment__c'");
  expect(rows).toEqual([]);
  await story.stripe.stripe.refunds.create({ charge: String(payment!['Key__c']).split(':').at(-1)! });
  await vi.waitFor(
    () => expect(live('Billing_Payment__c')).toMatchObject([{ Status__c: 'Refunded', Refunded__c: 20 }]),
    WITHIN,
  );
});

it("with another mapping every Account is projected anew; a field that left it keeps its value and is nobody's", async () => {
  await story.stack.backend.stop();
  mapping(other, { source: 'mrr', target: 'Monthly__c', overwrite: true });
  story.stack.backend = await startBackend({ ...story.stack.env, MAPPING_FILE: other });
  await vi.waitFor(() => expect(account()).toMatchObject({ Monthly__c: 20, Plan_Name__c: 'Growt…' }), WITHIN);
  person(story.stack).edit('Account', accountId, { Plan_Name__c: 'mine', Billing_Plan__c: 'nobody' });
  await vi.waitFor(() => expect(account()['Billing_Plan__c']).toBe('Growth plan'), WITHIN);
  expect(account()['Plan_Name__c']).toBe('mine');
});

it("metadata that a mapping names newly are read and written by the type of their field; what does not fit is told, and what is left out is nobody's", async () => {
  const customer = story.rows('Billing_Account__c', accountId)[0]!['Number__c'] as string;
  await story.stripe.stripe.customers.update(customer, { metadata: { seats: '25', region: 'EMEA' } });
  const ofCustomer = [
    { source: 'metadata.seats', target: 'Seats__c' },
    { source: 'metadata.region', target: 'Opened__c' },
  ];
  const region = { source: 'metadata.region', target: 'Plan_Name__c', overwrite: true };
  const without = { source: null, target: 'Billing_Plan__c' };
  writeFileSync(other, JSON.stringify({ fields: { Account: [region, without], Billing_Account__c: ofCustomer } }));
  const env = { MAPPING_FILE: other };
  expect((await run(['mapping', '--sources'], env)).json).toEqual(
    expect.arrayContaining([
      { object: 'Account', name: 'metadata.<key>', what: 'metadata of the customer in Stripe', field: null },
      {
        object: 'Billing_Charge__c',
        name: 'custom.<Name>__c',
        what: 'custom field of the charge in Zuora',
        field: null,
      },
    ]),
  );
  await settled(story.stack);
  const before = await ops({ ...story.stack.env, ...env }, ['mapping', 'check']);
  expect(before.out).toContain('3 fields of MAPPING_FILE are written, 1 left out, 0 refused.');
  expect(before.out).toContain('metadata.seats of each account has not been read from stripe');
  await story.stack.backend.stop();
  story.stack.backend = await startBackend({ ...story.stack.env, ...env });
  await vi.waitFor(() => {
    expect(account()).toMatchObject({ Plan_Name__c: 'EMEA', Billing_Plan__c: 'Growth plan' });
    expect(story.rows('Billing_Account__c', accountId)).toMatchObject([{ Seats__c: 25, Opened__c: null }]);
  }, WITHIN);
  await settled(story.stack);
  const after = await ops({ ...story.stack.env, ...env }, ['mapping', 'check']);
  expect(after.out).not.toContain('has not been read');
  expect(after.out).toContain('1 value of billing does not fit:');
  expect(after.out).toContain('Opened__c is empty: "EMEA" (metadata.region) is no date (YYYY-MM-DD).');
  // An event tells the next value; people may edit what was left out.
  person(story.stack).edit('Account', accountId, { Billing_Plan__c: 'mine' });
  await story.stripe.stripe.customers.update(customer, { metadata: { seats: '26', region: '' } });
  await vi.waitFor(() => {
    expect(story.rows('Billing_Account__c', accountId)).toMatchObject([{ Seats__c: 26, Opened__c: null }]);
    expect(account()).toMatchObject({ Plan_Name__c: null });
  }, WITHIN);
  await settled(story.stack);
  expect(account()).toMatchObject({ Billing_Plan__c: 'mine' });
  const { out } = await ops({ ...story.stack.env, ...env }, ['mapping', 'check']);
  expect(out).not.toContain('not fit');
});

it.each<[string, string[], Record<string, string>, RegExp]>([
  ['no word', ['mapping'], {}, /Say check, dry-run or --sources/],
  ['an id that is none', ['mapping', 'dry-run', '--account', 'x'], {}, /no id of an Account/],
  ['too many Accounts', ['mapping', 'dry-run', '--accounts', '5000'], {}, /from 1 to 1000/],
  ['an Account with a check', ['mapping', 'check', '--accounts', '5'], {}, /go with dry-run/],
  [
    'a file that is not there',
    ['mapping', 'check'],
    { MAPPING_FILE: '/none' },
    /MAPPING_FILE: The file cannot be read/,
  ],
  ['no word about storage', ['storage'], {}, /Say --org/],
  ['a pruning that is meant', ['storage', '--prune'], {}, /servers delete what falls out by themselves/],
])('a command with %s is refused', async (_what, args, env, problem) => {
  const { code, err } = await ops({ ...story.stack.env, ...env }, args);
  expect(code).not.toBe(0);
  expect(err).toMatch(problem);
});
