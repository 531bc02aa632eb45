import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SimClock } from '../kit/clock.ts';
import { select, startPubSubOrg, Subscriber } from './pubsub/testing.ts';
import type { RunningSalesforce } from './main.ts';
import { USERS } from './org/seed.ts';
import { accountOf, callsOf } from './testing.ts';

type Row = Record<string, unknown>;
const LINES = 'Quantity, UnitPrice, Discount, ServiceDate, PricebookEntry.Product2.Billing_Key__c, Billing_Action__c';

const clock = new SimClock();
let sim: RunningSalesforce;
let rep: ReturnType<typeof callsOf>;
let integration: ReturnType<typeof callsOf>;
let account: string;
let book: string;
let entry: string;
let deal: string;

/** Saves one record over REST. @returns its id */
async function made(object: string, row: Row, calls = rep): Promise<string> {
  const { status, body } = await calls.call('POST', `/sobjects/${object}`, row);
  expect([status, body]).toEqual([201, expect.anything()]);
  return String((body as Row)['id']);
}
const refused = async (object: string, row: Row): Promise<unknown> => {
  const { status, body } = await rep.call('POST', `/sobjects/${object}`, row);
  return status === 201 ? null : (body as Row[])[0]?.['errorCode'];
};
const line = (row: Row = {}): Row => ({
  OpportunityId: deal,
  PricebookEntryId: entry,
  Quantity: 2,
  UnitPrice: 50,
  ...row,
});

async function read(soql: string, calls = integration): Promise<Row[]> {
  const { status, body } = await calls.query(soql);
  expect([status, body]).toEqual([200, expect.anything()]);
  return (body as { records: Row[] }).records;
}
const opportunity = async (fields: string): Promise<Row> =>
  (await read(`SELECT ${fields} FROM Opportunity WHERE Id = '${deal}'`))[0]!;

beforeAll(async () => {
  sim = await startPubSubOrg({ clock });
  rep = callsOf(sim, 'rep');
  integration = callsOf(sim, 'integration');
  account = accountOf(sim, 'rep', { Name: 'Acme' });
  const admin = { userId: sim.org.userNamed(USERS.admin)!.Id };
  const insert = (object: string, row: Row): string => {
    const [saved] = sim.org.insert(object, [row], admin);
    expect(saved!.errors).toEqual([]);
    return saved!.id!;
  };
  const standard = sim.org.all('Pricebook2').find((one) => one['IsStandard'])!.Id;
  book = insert('Pricebook2', { Name: 'What billing sells', IsActive: true });
  const product = insert('Product2', { Name: 'Seat', IsActive: true, Billing_Key__c: 'zuora:productrateplan:p1' });
  insert('PricebookEntry', { Pricebook2Id: standard, Product2Id: product, UnitPrice: 60, IsActive: true });
  entry = insert('PricebookEntry', { Pricebook2Id: book, Product2Id: product, UnitPrice: 60, IsActive: true });
});
afterAll(() => sim.close());
beforeEach(async () => {
  const contract = await made('Contract', { AccountId: account, StartDate: '2026-12-01', ContractTerm: 24 });
  deal = await made('Opportunity', {
    ...{ Name: 'Acme, 2 seats', StageName: 'Prospecting', CloseDate: '2026-12-31', Amount: 7 },
    ...{ AccountId: account, Pricebook2Id: book, ContractId: contract },
    ...{ Billing_Order_Kind__c: 'New', Billing_Start_Date__c: '2027-01-01', Billing_Term_Months__c: 12 },
  });
});

describe('a deal with lines', () => {
  it('is read with what people entered, its contract and its lines, by who may not change them', async () => {
    await made('OpportunityLineItem', line({ Discount: 10, ServiceDate: '2027-02-01', Billing_Action__c: 'Add' }));
    const fields = `Amount, HasOpportunityLineItem, Contract.StartDate, Contract.ContractTerm, Billing_Order_Kind__c, Billing_Term_Months__c, (SELECT ${LINES} FROM OpportunityLineItems)`;
    expect(await opportunity(fields)).toMatchObject({
      ...{ Amount: 90, HasOpportunityLineItem: true, Billing_Order_Kind__c: 'New', Billing_Term_Months__c: 12 },
      Contract: { StartDate: '2026-12-01', ContractTerm: 24 },
      OpportunityLineItems: {
        totalSize: 1,
        records: [
          {
            ...{ Quantity: 2, UnitPrice: 50, Discount: 10, ServiceDate: '2027-02-01' },
            ...{
              Billing_Action__c: 'Add',
              PricebookEntry: { Product2: { Billing_Key__c: 'zuora:productrateplan:p1' } },
            },
          },
        ],
      },
    });
    const { status } = await integration.call('PATCH', `/sobjects/Opportunity/${deal}`, {
      Billing_Term_Months__c: 24,
    });
    expect(status).toBe(400);
  });

  it('is read over GraphQL too', async () => {
    await made('OpportunityLineItem', line());
    const query = `{ uiapi { query { Opportunity(first: 1, where: {Id: {eq: "${deal}"}}) { edges { node {
      Amount { value } OpportunityLineItems(first: 50) { edges { node {
        Quantity { value } UnitPrice { value } Product2 { Billing_Key__c { value } } Billing_Action__c { value } } } } } } } } } }`;
    const { body } = await integration.call('POST', '/graphql', { query });
    expect(body).toMatchObject({
      errors: [],
      data: {
        uiapi: {
          query: {
            Opportunity: {
              edges: [
                {
                  node: {
                    Amount: { value: 100 },
                    OpportunityLineItems: {
                      edges: [
                        {
                          node: {
                            ...{ Quantity: { value: 2 }, UnitPrice: { value: 50 }, Billing_Action__c: { value: null } },
                            Product2: { Billing_Key__c: { value: 'zuora:productrateplan:p1' } },
                          },
                        },
                      ],
                    },
                  },
                },
              ],
            },
          },
        },
      },
    });
  });

  it('has the sum of its lines as Amount, and keeps it once the last line is gone', async () => {
    const first = await made('OpportunityLineItem', line());
    const second = await made('OpportunityLineItem', line({ UnitPrice: undefined, TotalPrice: 30, Quantity: 3 }));
    expect(await opportunity('Amount')).toMatchObject({ Amount: 130 });
    // An Amount of a deal with lines is left as it is, the rest of the row is saved.
    expect((await rep.call('PATCH', `/sobjects/Opportunity/${deal}`, { Amount: 1, NextStep: 'call' })).status).toBe(
      204,
    );
    expect(await opportunity('Amount')).toMatchObject({ Amount: 130 });
    for (const id of [first, second])
      expect((await rep.call('DELETE', `/sobjects/OpportunityLineItem/${id}`)).status).toBe(204);
    expect(await opportunity('Amount, HasOpportunityLineItem')).toMatchObject({
      Amount: 30,
      HasOpportunityLineItem: false,
    });
  });

  it('is worked out anew when a line changes, also by its quantity alone', async () => {
    const id = await made('OpportunityLineItem', line());
    expect((await rep.call('PATCH', `/sobjects/OpportunityLineItem/${id}`, { Quantity: 5 })).status).toBe(204);
    expect(await opportunity('Amount')).toMatchObject({ Amount: 250 });
    expect((await rep.call('PATCH', `/sobjects/OpportunityLineItem/${id}`, { UnitPrice: null })).status).toBe(400);
    expect(await opportunity('Amount')).toMatchObject({ Amount: 250 });
  });

  it('is of the price book that its lines come from', async () => {
    const [other] = await read(
      'SELECT Id FROM PricebookEntry WHERE Pricebook2.IsStandard = true',
      callsOf(sim, 'admin'),
    );
    expect(await refused('OpportunityLineItem', line({ PricebookEntryId: other!['Id'] }))).toBe(
      'FIELD_INTEGRITY_EXCEPTION',
    );
    await made('OpportunityLineItem', line());
    const { status } = await rep.call('PATCH', `/sobjects/Opportunity/${deal}`, { Pricebook2Id: null });
    expect(status).toBe(400);
  });

  it.each([
    ['no price', { UnitPrice: undefined }, 'REQUIRED_FIELD_MISSING'],
    ['two prices', { TotalPrice: 100 }, 'FIELD_INTEGRITY_EXCEPTION'],
    ['no quantity', { Quantity: undefined }, 'REQUIRED_FIELD_MISSING'],
    ['a quantity of zero', { Quantity: 0 }, 'FIELD_INTEGRITY_EXCEPTION'],
    ['a word that is no action', { Billing_Action__c: 'Replace' }, 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST'],
  ])('refuses a line with %s', async (_what, row, code) => {
    expect(await refused('OpportunityLineItem', line(row))).toBe(code);
  });

  it('refuses a line of a product that is not on sale any more', async () => {
    const admin = callsOf(sim, 'admin');
    await admin.call('PATCH', `/sobjects/PricebookEntry/${entry}`, { IsActive: false });
    expect(await refused('OpportunityLineItem', line())).toBe('FIELD_INTEGRITY_EXCEPTION');
    await admin.call('PATCH', `/sobjects/PricebookEntry/${entry}`, { IsActive: true });
    expect(await refused('OpportunityLineItem', line())).toBeNull();
  });

  it('is touched by a line that changes its Amount, and by no other', async () => {
    const before = await opportunity('SystemModstamp');
    clock.setOffset(clock.offsetMs + 60_000);
    const id = await made('OpportunityLineItem', line());
    const after = await opportunity('SystemModstamp');
    expect(String(after['SystemModstamp']) > String(before['SystemModstamp'])).toBe(true);
    clock.setOffset(clock.offsetMs + 60_000);
    await rep.call('PATCH', `/sobjects/OpportunityLineItem/${id}`, { Billing_Action__c: 'Add' });
    expect((await opportunity('SystemModstamp'))['SystemModstamp']).toBe(after['SystemModstamp']);
    const [own] = await read(
      `SELECT Id FROM OpportunityLineItem WHERE SystemModstamp > ${String(after['SystemModstamp'])}`,
    );
    expect(own).toMatchObject({ Id: id });
  });

  it('tells its stage what it is: won, closed, forecast', async () => {
    await rep.call('PATCH', `/sobjects/Opportunity/${deal}`, { StageName: 'Closed Won' });
    expect(await opportunity('IsWon, IsClosed, ForecastCategory')).toMatchObject({
      ...{ IsWon: true, IsClosed: true, ForecastCategory: 'Closed' },
    });
  });
});

describe('an order of a deal', () => {
  const row = (): Row => ({
    Key__c: `zuora:order:${deal}`,
    Opportunity__c: deal,
    State__c: 'Not Ready',
    Row_Version__c: 2,
  });

  it('is written by the integration on a deal that it does not own, and seen by who sees the deal', async () => {
    await made('Billing_Order__c', { ...row(), Faults__c: 'Acme has no country.' }, integration);
    const soql = `SELECT State__c, Faults__c FROM Billing_Order__c WHERE Opportunity__c = '${deal}'`;
    expect(await read(soql, rep)).toMatchObject([{ State__c: 'Not Ready', Faults__c: 'Acme has no country.' }]);
    expect(await read(soql, callsOf(sim, 'otherRep'))).toEqual([]);
    expect((await rep.call('POST', '/sobjects/Billing_Order__c', { ...row(), Key__c: 'x' })).status).toBe(403);
  });

  it('is not put back by a late write, and goes with its deal', async () => {
    const id = await made('Billing_Order__c', row(), integration);
    const late = await integration.call('PATCH', `/sobjects/Billing_Order__c/${id}`, {
      State__c: 'Ready',
      Row_Version__c: 1,
    });
    expect(late.body).toMatchObject([{ errorCode: 'FIELD_CUSTOM_VALIDATION_EXCEPTION' }]);
    expect((await rep.call('DELETE', `/sobjects/Opportunity/${deal}`)).status).toBe(204);
    expect(await read(`SELECT Id FROM Billing_Order__c WHERE Id = '${id}'`)).toEqual([]);
  });
});

describe('change events', () => {
  it('tell of a deal whose Amount a line changed', async () => {
    select(sim, 'Billing__chn', [{ selectedEntity: 'OpportunityChangeEvent' }]);
    const client = await Subscriber.connect(sim, 'integration');
    try {
      const events = await client.subscribe(sim, '/data/Billing__chn', 'latest');
      await made('OpportunityLineItem', line());
      const { payload } = await events.next();
      expect(payload.ChangeEventHeader).toMatchObject({ changeType: 'UPDATE', recordIds: [deal] });
      expect(payload.ChangeEventHeader.changedFields).toEqual(expect.arrayContaining(['Amount', 'LastModifiedDate']));
      expect(payload['Amount']).toBe(100);
    } finally {
      client.close();
    }
  });
});
