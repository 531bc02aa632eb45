import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createOrgCalls } from '../../server/connectors/salesforce/calls.ts';
import { createOrgDealReader } from '../../server/connectors/salesforce/changes/deals.ts';
import { integrationUser } from '../../server/connectors/salesforce/changes/ourselves.ts';
import { createOrgReader } from '../../server/connectors/salesforce/changes/reader.ts';
import { createChangeSweep } from '../../server/connectors/salesforce/changes/sweep.ts';
import { createSalesforceClient, type SalesforceClient } from '../../server/connectors/salesforce/client.ts';
import { namedDealRow } from '../../server/connectors/salesforce/rows/namedDeal.ts';
import { createOrgWriter } from '../../server/connectors/salesforce/writer.ts';
import { Fault } from '../../server/domain/fault.ts';
import { NAMED_DEAL, type NamedDeal } from '../../server/workflows/ports/deals.ts';
import type { OrgWriteResult, OrgWriter } from '../../server/workflows/ports/orgRows.ts';
import type { ReceivedEvent } from '../../server/workflows/ports/webhook.ts';
import { startSalesforceSim, type RunningSalesforce } from '../simulators/salesforce/main.ts';
import { USERS } from '../simulators/salesforce/org/seed.ts';
import type { FieldValue } from '../simulators/salesforce/org/types.ts';
import { orgLogin } from '../support/orgLogin.ts';
import { person } from '../support/orgPeople.ts';
import { secretsOf } from '../support/secrets.ts';

const secrets = secretsOf();
const LINES = 'OpportunityLineItem';
let sim: RunningSalesforce;
let client: SalesforceClient;
let writer: OrgWriter;
let accountId: string;
let known: Map<string, NamedDeal>;

beforeAll(async () => {
  sim = await startSalesforceSim({
    connectedApps: [{ clientId: secrets.salesforceClientId, publicKeyPem: secrets.salesforcePublicKey }],
  });
});
afterAll(() => sim.close());
beforeEach(() => {
  sim.org.reset();
  sim.ctx.faults.set([]);
  client = createSalesforceClient(orgLogin(sim, secrets), () => new Date());
  writer = createOrgWriter(createOrgCalls(client));
  accountId = insert('Account', { Name: 'Acme' });
  known = new Map();
});

/** As a rep makes it, who may not write keys of ours. */
function insert(object: string, fields: Record<string, FieldValue>): string {
  const by = 'Billing_Key__c' in fields ? USERS.integration : USERS.rep;
  const [result] = sim.org.insert(object, [fields], { userId: sim.org.userNamed(by)!.Id });
  if (!result!.success) throw new Error(JSON.stringify(result));
  return result!.id!;
}
const opportunity = (fields: Record<string, FieldValue>): string =>
  insert('Opportunity', {
    Name: 'Deal',
    StageName: 'Prospecting',
    CloseDate: '2027-01-31',
    AccountId: accountId,
    ...fields,
  });
const edit = (id: string, fields: Record<string, FieldValue>) => person({ org: sim }).edit('Opportunity', id, fields);
const held = (id: string) => sim.org.get('Opportunity', id)!;
const named = (id: string, subscriptionNumber: string | null): NamedDeal => ({ id, accountId, subscriptionNumber });

async function write(id: string, number: string, rowVersion = 1): Promise<OrgWriteResult[]> {
  const row = namedDealRow(named(id, number), []);
  const [result] = await writer.write([
    { object: NAMED_DEAL, writes: [{ row, accountId, rowVersion, syncedAt: new Date(0) }] },
  ]);
  if (result instanceof Fault) throw result;
  return result!;
}

/** @returns ids of the Opportunities that a sweep finds something new about, by events of an object */
async function swept(object = 'Opportunity', won = false): Promise<string[]> {
  const events: ReceivedEvent[] = [];
  const sweep = createChangeSweep(client, {
    apiVersion: '66.0',
    objects: [],
    userId: integrationUser(client, USERS.integration),
    now: () => new Date(),
    reads: (work) => work(),
    deals: { known: async (ids) => new Map(ids.flatMap((id) => (known.has(id) ? [[id, known.get(id)!]] : []))) },
    won,
    lines: object === LINES,
    stages: [],
    contacts: false,
  });
  await sweep.sweep(null, async (some) => void events.push(...some));
  const ofDeals = events.filter(({ kind }) => kind === `${object}.swept`);
  for (const { key, payload } of ofDeals) expect(key).toBe(`salesforce:Opportunity:${(payload as { id: string }).id}`);
  return ofDeals.map(({ payload }) => (payload as { id: string }).id);
}

describe('what is written to an Opportunity of people', () => {
  it('goes to it by its id, makes none, and leaves everything else as it was', async () => {
    const id = opportunity({ Amount: 5, Billing_Subscription_Number__c: 'A-S1' });
    expect(await write(id, 'A-S1')).toEqual([{ outcome: 'written' }]);
    expect(held(id)).toMatchObject({
      ...{ Name: 'Deal', Amount: 5, StageName: 'Prospecting', Billing_Subscription_Number__c: 'A-S1' },
      ...{ Billing_Reported__c: false, Billing_Key__c: null, Billing_Row_Version__c: 1 },
    });
    expect(held(id)['Billing_Message__c']).toContain('A-S1');
    expect(sim.org.all('Opportunity')).toHaveLength(1);
  });

  it('reads nothing, and an older write that comes late changes nothing', async () => {
    const id = opportunity({});
    await write(id, 'A-S2', 2);
    sim.ctx.calls.clear();
    expect(await write(id, 'A-S1', 1)).toEqual([{ outcome: 'newer_is_there' }]);
    expect(sim.ctx.calls.total()).toBe(1);
    expect(held(id)['Billing_Message__c']).toContain('A-S2');
  });

  it('is no failure when somebody deleted it, for good or not', async () => {
    const id = opportunity({});
    person({ org: sim }).remove('Opportunity', id);
    expect(await write(id, 'A-S1')).toEqual([{ outcome: 'written' }]);
    expect(await write('006000000000099AAA', 'A-S1')).toEqual([{ outcome: 'written' }]);
    expect(sim.org.all('Opportunity')).toEqual([]);
  });

  it('goes together with other rows of its Account in one call', async () => {
    const id = opportunity({});
    const row = namedDealRow(named(id, 'A-S1'), []);
    const account = { object: 'Account', key: accountId, fields: { Billing_Plan__c: 'Growth' }, parents: {} };
    const with_ = { accountId, rowVersion: 1, syncedAt: new Date(0) };
    await writer.write([{ object: 'Account', writes: [] }]);
    sim.ctx.calls.clear();
    const results = await writer.write([
      { object: 'Account', writes: [{ row: account, ...with_ }] },
      { object: NAMED_DEAL, writes: [{ row, ...with_ }] },
    ]);
    expect(results).toEqual([[{ outcome: 'written' }], [{ outcome: 'written' }]]);
    expect(sim.ctx.calls.total()).toBe(1);
  });
});

describe('the sweep', () => {
  it('tells of an Opportunity that names a subscription, and of none that names nothing', async () => {
    const id = opportunity({ Billing_Subscription_Number__c: 'A-S1' });
    opportunity({});
    expect(await swept()).toEqual([id]);
  });

  it('tells of one that is followed whatever people changed of it, and not of what we wrote', async () => {
    const id = opportunity({ Billing_Subscription_Number__c: 'A-S1' });
    known.set(id, named(id, 'A-S1'));
    await write(id, 'A-S1');
    expect(await swept()).toEqual([]);
    edit(id, { Billing_MRR__c: 3 });
    expect(await swept()).toEqual([id]);
  });

  it.each([
    ['names another subscription', { Billing_Subscription_Number__c: 'A-S2' }],
    ['names none any more', { Billing_Subscription_Number__c: null }],
    ['belongs to no Account any more', { AccountId: null }],
  ])('tells of one that %s though it was we who wrote it last', async (_what, fields: Record<string, FieldValue>) => {
    const id = opportunity({ Billing_Subscription_Number__c: 'A-S1' });
    known.set(id, named(id, 'A-S1'));
    edit(id, fields);
    await write(id, 'A-S1');
    expect(held(id)['LastModifiedById']).toBe(sim.org.userNamed(USERS.integration)!.Id);
    expect(await swept()).toEqual([id]);
  });

  it('tells of a deletion where it is followed, and never of what the product made itself', async () => {
    const [followed, foreign] = [opportunity({ Billing_Subscription_Number__c: 'A-S1' }), opportunity({})];
    known.set(followed, named(followed, 'A-S1'));
    for (const id of [followed, foreign]) person({ org: sim }).remove('Opportunity', id);
    opportunity({ Billing_Subscription_Number__c: 'A-S1', Billing_Key__c: 'zuora:subscription:A-S1:new' });
    expect(await swept()).toEqual([followed]);
  });
});

describe('the sweep, of the products of Opportunities', () => {
  let entry: string;
  const line = (deal: string): string =>
    insert(LINES, { OpportunityId: deal, PricebookEntryId: entry, Quantity: 1, UnitPrice: 5 });
  const priced = (fields: Record<string, FieldValue> = {}): string =>
    opportunity({ Pricebook2Id: sim.org.all('Pricebook2').find((one) => one['IsStandard'])!.Id, ...fields });

  beforeEach(() => {
    const admin = { userId: sim.org.userNamed(USERS.admin)!.Id };
    const add = (object: string, fields: Record<string, FieldValue>) => sim.org.insert(object, [fields], admin)[0]!.id!;
    const Pricebook2Id = sim.org.all('Pricebook2').find((one) => one['IsStandard'])!.Id;
    const Product2Id = add('Product2', { Name: 'Seats', IsActive: true });
    entry = add('PricebookEntry', { Pricebook2Id, Product2Id, UnitPrice: 5, IsActive: true });
  });

  it('tells of a deal that is followed when a person changes or deletes one, which touches nothing else of it', async () => {
    const id = priced({ Billing_Subscription_Number__c: 'A-S1' });
    const own = line(id);
    expect(await swept(LINES)).toEqual([]);
    known.set(id, named(id, 'A-S1'));
    person({ org: sim }).edit(LINES, own, { Billing_Charge_Number__c: 'C-1' });
    expect(await swept(LINES)).toEqual([id]);
    person({ org: sim }).remove(LINES, own);
    expect(await swept(LINES)).toEqual([id]);
  });

  it('tells of one that is won where won deals are ordered, and of no other', async () => {
    const [won, open] = [priced(), priced()];
    for (const id of [won, open]) line(id);
    edit(won, { StageName: 'Closed Won' });
    expect(await swept(LINES)).toEqual([]);
    expect(await swept(LINES, true)).toEqual([won]);
  });
});

describe('an Opportunity that is read', () => {
  it('says what it names and holds; many are read in one call', async () => {
    const ids = [opportunity({ Billing_Subscription_Number__c: ' A-S1 ' }), opportunity({ AccountId: null })];
    await write(ids[0]!, 'A-S1', 4);
    const reader = createOrgDealReader(client);
    await client.session();
    sim.ctx.calls.clear();
    const [first, second] = await Promise.all(ids.map((id) => reader.deal(id)));
    expect(sim.ctx.calls.total()).toBe(1);
    expect(first!.deal).toEqual(named(ids[0]!, 'A-S1'));
    expect(first!.held).toMatchObject({ version: 4, accountId });
    expect(first!.held.fields['Billing_Message__c']).toContain('A-S1');
    expect(second!.deal).toEqual({ id: ids[1], accountId: null, subscriptionNumber: null });
  });

  it.each([
    ['is deleted', {}, true],
    ['reports billing', { Billing_Key__c: 'zuora:subscription:A-S1:new', Billing_Reported__c: true }, false],
  ])('is none when it %s', async (_what, fields: Record<string, FieldValue>, isDeleted) => {
    const id = opportunity({ Billing_Subscription_Number__c: 'A-S1', ...fields });
    if (isDeleted) person({ org: sim }).remove('Opportunity', id);
    expect(await createOrgDealReader(client).deal(id)).toBeNull();
  });

  it('is read although it reports billing while an order of it is on its way', async () => {
    const id = opportunity({ Billing_Key__c: 'zuora:subscription:A-S1:renewal:2027-07-01', Billing_Reported__c: true });
    const isBeingOrdered = (one: string) => Promise.resolve(one === id);
    expect(await createOrgDealReader(client, null, undefined, { isBeingOrdered }).deal(id)).toMatchObject({
      deal: { id },
    });
  });

  it('that the product opened ahead of billing says whether people closed it', async () => {
    const key = 'zuora:subscription:A-S1:renewal:2027-07-01';
    const id = opportunity({ Billing_Subscription_Number__c: 'A-S1', Billing_Key__c: key });
    const opened = async () => (await createOrgDealReader(client).deal(id))!.deal.opened;
    expect(await opened()).toEqual({ key, isClosed: false, isWon: false });
    edit(id, { StageName: 'Closed Won' });
    expect(await opened()).toEqual({ key, isClosed: true, isWon: true });
    expect(await swept()).toEqual([id]);
  });

  it('names no subscription to change where its own order made it, whatever its number is', async () => {
    const read = { names: [], lineNames: [], recordTypes: false, currency: 'USD' };
    const fields = async () => ({ fields: read, faults: [] });
    const numberOf = async (id: string) =>
      (await createOrgDealReader(client, fields).deal(id))!.forOrder!.subscriptionNumber;
    const id = opportunity({ Billing_Subscription_Number__c: 'sub_1' });
    edit(id, { Billing_Order_Number__c: 'SF-1' });
    expect(await numberOf(id)).toBe('sub_1');
    edit(id, { Billing_Order_Number__c: 'sub_1' });
    expect(await numberOf(id)).toBeNull();
  });

  it('is among the rows of its Account while it names a subscription, or holds what we wrote', async () => {
    const [naming, written] = [opportunity({ Billing_Subscription_Number__c: 'A-S1' }), opportunity({})];
    opportunity({});
    await write(written, 'A-S1');
    const { rows } = await createOrgReader(client, () => []).rowsOf([accountId]);
    expect([...rows.keys()].sort()).toEqual([naming, written].map((id) => `${NAMED_DEAL} ${id}`).sort());
  });
});
