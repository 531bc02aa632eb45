import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createOrgCalls } from '../../server/connectors/salesforce/calls.ts';
import { integrationUser } from '../../server/connectors/salesforce/changes/ourselves.ts';
import { createChangeSweep } from '../../server/connectors/salesforce/changes/sweep.ts';
import { createSalesforceClient, type SalesforceClient } from '../../server/connectors/salesforce/client.ts';
import { createLinkRowReader } from '../../server/connectors/salesforce/matching/linkRows.ts';
import { toLinkRow } from '../../server/connectors/salesforce/matching/row.ts';
import { createOrgWriter } from '../../server/connectors/salesforce/writer.ts';
import { UNMATCHED } from '../../server/domain/matching/state.ts';
import { Fault } from '../../server/domain/fault.ts';
import { money } from '../../server/domain/money/money.ts';
import { driftOf } from '../../server/workflows/mirror/compareRow.ts';
import type { LinkView } from '../../server/workflows/ports/matching.ts';
import type { ReceivedEvent } from '../../server/workflows/ports/webhook.ts';
import { startSalesforceSim, type RunningSalesforce } from '../simulators/salesforce/main.ts';
import { USERS } from '../simulators/salesforce/org/seed.ts';
import { billingAccount } from '../support/billingObjects.ts';
import { orgLogin } from '../support/orgLogin.ts';
import { person } from '../support/orgPeople.ts';
import { secretsOf } from '../support/secrets.ts';

const secrets = secretsOf();
const KEY = 'zuora:account:a1';
const LINK = 'zuora:link:a1';
const syncedAt = new Date('2026-11-21T10:00:00.000Z');

let sim: RunningSalesforce;
let client: SalesforceClient;
let accountId: string;
beforeAll(async () => {
  sim = await startSalesforceSim({
    connectedApps: [{ clientId: secrets.salesforceClientId, publicKeyPem: secrets.salesforcePublicKey }],
  });
});
afterAll(() => sim.close());
beforeEach(() => {
  sim.org.reset();
  client = createSalesforceClient(orgLogin(sim, secrets), () => new Date());
  accountId = sim.org.insert('Account', [{ Name: 'Acme' }], { userId: sim.org.userNamed(USERS.rep)!.Id })[0]!.id!;
});

const balance = (currency: string, arr: number, outstanding: number) => ({
  currency,
  mrr: money(0, currency),
  arr: money(arr, currency),
  outstanding: money(outstanding, currency),
  overdue: money(0, currency),
  lastPayment: null,
});
const view = (more: Partial<LinkView> = {}): LinkView => ({
  account: billingAccount({ name: `O'Brien "🚀" % \\ @{x}${'y'.repeat(300)}`, billToEmail: 'ada@acme.example' }),
  billingAccountKey: KEY,
  state: {
    ...UNMATCHED,
    candidates: [{ accountId, name: 'Acme 🚀', madeFor: null, rule: 'name', score: 40, reasons: ['the same name'] }],
  },
  stakes: {
    balances: [balance('EUR', 120_050, 0), balance('JPY', 5000, 700)],
    mainCurrency: 'EUR',
    everBilled: true,
  } as LinkView['stakes'],
  ...more,
});

async function write(row: ReturnType<typeof toLinkRow>, rowVersion: number): Promise<void> {
  const writer = createOrgWriter(createOrgCalls(client));
  const [result] = await writer.write([
    { object: row.object, writes: [{ row, accountId: null, rowVersion, syncedAt }] },
  ]);
  if (result instanceof Fault) throw result;
  expect(result).toEqual([{ outcome: 'written' }]);
}

async function swept(): Promise<ReceivedEvent[]> {
  const events: ReceivedEvent[] = [];
  const sweep = createChangeSweep(client, {
    apiVersion: '66.0',
    objects: [],
    userId: integrationUser(client, USERS.integration),
    now: () => new Date(),
    reads: (work) => work(),
    deals: { known: async () => new Map() },
    won: false,
    lines: false,
    stages: [],
    contacts: false,
  });
  await sweep.sweep(null, async (some) => void events.push(...some));
  return events.filter(({ kind }) => kind.startsWith('Billing_Link__c'));
}

const stored = () => sim.org.all('Billing_Link__c').find((row) => row['Key__c'] === LINK)!;

it('a row tells each currency apart, is written and read back as it was, and is then no drift', async () => {
  const row = toLinkRow(view());
  expect(row.fields).toMatchObject({
    State__c: 'Waiting',
    Currency_Code__c: 'EUR',
    ARR__c: 1200.5,
    Outstanding__c: 0,
    Amounts__c: 'EUR 1,200.50 a year, EUR 0.00 open\nJPY 5,000 a year, JPY 700 open',
    Candidates__c: `40  Acme 🚀 (${accountId}): the same name`,
    Linked_Account__c: null,
  });
  await write(row, 7);
  const held = await createLinkRowReader(client).row(LINK);
  expect(held).toMatchObject({ chosen: null, dismissed: false, held: { version: 7, accountId: null } });
  expect(driftOf({ row, accountId: null, confirmedVersion: 7 }, held!.held)).toBeNull();
  expect(await createLinkRowReader(client).row('zuora:link:other')).toBeUndefined();
});

it('of a customer that does not wait any more no amount is at stake', () => {
  for (const state of ['linked', 'named', 'gone'] as const)
    expect(toLinkRow(view({ state: { ...UNMATCHED, state } })).fields).toMatchObject({
      State__c: state === 'gone' ? 'Dismissed' : 'Linked',
      ARR__c: 0,
      Outstanding__c: 0,
      Amounts__c: null,
      Candidates__c: null,
    });
});

it('what we write is no event, what a person chose is one, also when we wrote the row after them', async () => {
  await write(toLinkRow(view()), 1);
  expect(await swept()).toEqual([]);
  person({ org: sim }, 'admin').edit('Billing_Link__c', stored().Id, { Chosen_Account__c: accountId });
  expect(await swept()).toMatchObject([{ kind: 'Billing_Link__c.swept', key: `match:billing:${KEY}` }]);
  await write(toLinkRow(view({ stakes: { balances: [], mainCurrency: null, everBilled: true } })), 2);
  expect(stored()['LastModifiedById']).toBe(sim.org.userNamed(USERS.integration)!.Id);
  expect(await swept()).toMatchObject([{ key: `match:billing:${KEY}` }]);
  expect(await createLinkRowReader(client).row(LINK)).toMatchObject({ chosen: accountId });
});

it('the integration user may not choose for people', async () => {
  await write(toLinkRow(view()), 1);
  const row = toLinkRow(view());
  const chosen = { ...row, fields: { ...row.fields, Chosen_Account__c: accountId } };
  await expect(write(chosen, 2)).rejects.toThrow();
  expect(stored()['Chosen_Account__c'] ?? null).toBeNull();
});

it('a row that somebody else made under no key of ours is left alone', async () => {
  const admin = sim.org.userNamed(USERS.admin)!.Id;
  const [made] = sim.org.insert('Billing_Link__c', [{ Name: 'x', Key__c: 'nonsense' }], { userId: admin });
  expect(made).toMatchObject({ success: true });
  expect(await swept()).toEqual([]);
});
