import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestOrg } from '../uiapi/testing.ts';

type Aggregates = { edges: { node: { aggregate: Record<string, unknown> } }[]; totalCount?: number } | null;

let org: TestOrg;

async function ask(object: string, args: string, selection: string) {
  const query = `{ uiapi { aggregate { ${object}${args} { totalCount edges { node { aggregate { ${selection} } } } } } } }`;
  const { body } = await org.call('rep', 'POST', '/graphql', { query });
  const { data, errors } = body as {
    data: { uiapi?: { aggregate: Record<string, Aggregates> } };
    errors: { message: string }[];
  };
  const list = data.uiapi?.aggregate[object];
  return {
    rows: list?.edges.map(({ node }) => node.aggregate),
    totalCount: list?.totalCount,
    errors: errors.map(({ message }) => message),
  };
}

beforeAll(async () => {
  org = await TestOrg.start();
  const [acme, hidden] = org.insert('Account', [
    { Name: 'Acme', OwnerId: org.userId('rep') },
    { Name: 'Hidden', OwnerId: org.userId('otherRep') },
  ]);
  const row = (n: number, Status__c: string | null, Amount__c: number | null, Account__c = acme) => ({
    Name: `P${n}`,
    Key__c: `stripe:payment:${n}`,
    Status__c,
    Amount__c,
    Currency_Code__c: 'EUR',
    Account__c,
  });
  org.insert('Billing_Payment__c', [
    row(1, 'Succeeded', 0.1),
    row(2, 'Succeeded', 0.2),
    row(3, 'Failed', null),
    row(4, 'Failed', 5),
    row(5, 'Failed', 100, hidden),
  ]);
});
afterAll(() => org.sim.close());

test('groups what the user sees, in the order asked', async () => {
  const { rows, totalCount, errors } = await ask(
    'Billing_Payment__c',
    '(groupBy: {Status__c: {group: true}}, orderBy: {Status__c: {order: ASC}})',
    'Status__c { value displayValue label } Id { count { value } } Amount__c { sum { value displayValue } avg { value } min { value } max { value } count { value } }',
  );
  expect(errors).toEqual([]);
  expect(totalCount).toBe(2);
  expect(rows).toEqual([
    {
      Status__c: { value: 'Failed', displayValue: 'Failed', label: 'Failed' },
      Id: { count: { value: 2 } },
      Amount__c: {
        sum: { value: 5, displayValue: '5' },
        avg: { value: 5 },
        min: { value: 5 },
        max: { value: 5 },
        count: { value: 1 },
      },
    },
    {
      Status__c: { value: 'Succeeded', displayValue: 'Succeeded', label: 'Succeeded' },
      Id: { count: { value: 2 } },
      Amount__c: {
        sum: { value: 0.3, displayValue: '0.3' },
        avg: { value: expect.closeTo(0.15) },
        min: { value: 0.1 },
        max: { value: 0.2 },
        count: { value: 2 },
      },
    },
  ]);
});

test('without groups everything is one row', async () => {
  const { rows, totalCount } = await ask(
    'Billing_Payment__c',
    '(where: {Status__c: {eq: "Succeeded"}})',
    'Currency_Code__c { countDistinct { value } max { value } }',
  );
  expect(totalCount).toBe(2);
  expect(rows).toEqual([{ Currency_Code__c: { countDistinct: { value: 1 }, max: { value: 'EUR' } } }]);
  expect((await ask('Usage__c', '', 'Quantity__c { sum { value } }')).rows).toEqual([
    { Quantity__c: { sum: { value: null } } },
  ]);
});

test.each([
  ['a value that is not grouped', '', 'Status__c { value }', /grouped or aggregated: Status__c/],
  [
    'an order that is not grouped',
    '(groupBy: {Status__c: {group: true}}, orderBy: {Name: {order: ASC}})',
    'Status__c { value }',
    /grouped or aggregated: Name/,
  ],
  ['a sum of text', '', 'Name { sum { value } }', /Field 'sum' in type 'StringAggregate' is undefined/],
  [
    'groups by amount',
    '(groupBy: {Amount__c: {group: true}})',
    'Id { count { value } }',
    /Field 'Amount__c' in type 'Billing_Payment__c_GroupBy' is undefined/,
  ],
])('%s is refused', async (_what, args, selection, message) => {
  const { errors } = await ask('Billing_Payment__c', args, selection);
  expect(errors).toHaveLength(1);
  expect(errors[0]).toMatch(message);
});
