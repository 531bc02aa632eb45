import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { TestOrg, type Person } from '../uiapi/testing.ts';

type Answer = { data: unknown; errors: { message: string }[] };
type Node = Record<string, unknown>;

let org: TestOrg;
let acme: string;

/** Custom fields of one object that the rep may lose: not the required ones, not the master. */
function losable(object: string): string[] {
  return [...org.org.object(object)!.fields.values()]
    .filter((field) => field.custom && !field.required && !field.reference?.masterDetail)
    .map(({ name }) => name);
}

const objects = [
  'Billing_Account__c',
  'Billing_Balance__c',
  'Billing_Subscription__c',
  'Billing_Invoice__c',
  'Billing_Payment__c',
  'Billing_Health__c',
  'Usage__c',
];

async function ask(person: Person, query: string, variables?: unknown): Promise<Answer> {
  return (await org.call(person, 'POST', '/graphql', { query, variables })).body as Answer;
}

const nodesOf = ({ data }: Answer, object: string): Node[] =>
  (data as { uiapi: { query: Record<string, { edges: { node: Node }[] }> } }).uiapi.query[object]!.edges.map(
    ({ node }) => node,
  );

function everyField(object: string, directive: string): string {
  const fields = losable(object).map((name) => `${name} ${directive} { value displayValue }`);
  return `{ uiapi { query { ${object}(first: 5) ${directive} { edges { node { Id ${fields.join(' ')} } } } } } }`;
}

beforeAll(async () => {
  org = await TestOrg.start();
  [acme] = org.insert('Account', [{ Name: 'Acme', OwnerId: org.userId('rep') }]) as [string];
  const [hidden] = org.insert('Account', [{ Name: 'Hidden', OwnerId: org.userId('otherRep') }]) as [string];
  for (const object of objects)
    org.insert(object, [
      { Name: 'Mine', Key__c: `stripe:${object}:1`, Account__c: acme, Currency_Code__c: 'EUR' },
      { Name: 'Theirs', Key__c: `stripe:${object}:2`, Account__c: hidden, Currency_Code__c: 'EUR' },
    ]);
});
afterEach(() => org.hidden.clear());
afterAll(() => org.sim.close());

describe.each(objects)('%s', (object) => {
  test('is read whole by who may, and only their own rows', async () => {
    const answer = await ask('rep', everyField(object, ''));
    expect(answer.errors).toEqual([]);
    expect(nodesOf(answer, object)).toHaveLength(1);
    expect(Object.keys(nodesOf(answer, object)[0]!)).toEqual(['Id', ...losable(object)]);
  });

  test('without any one of its fields the whole query is refused', async () => {
    for (const name of losable(object)) {
      org.hidden.clear();
      org.hidden.add(`${object}.${name}`);
      const { data, errors } = await ask('rep', everyField(object, ''));
      expect(data).toEqual({});
      expect(errors.map(({ message }) => message)).toEqual([
        `Validation error of type FieldUndefined: Field '${name}' in type '${object}' is undefined @ 'uiapi/query/${object}/edges/node/${name}'`,
      ]);
    }
  });

  test('without any one of its fields @optional leaves out just this one', async () => {
    for (const name of losable(object)) {
      org.hidden.clear();
      org.hidden.add(`${object}.${name}`);
      const answer = await ask('rep', everyField(object, '@optional'));
      expect(answer.errors).toEqual([]);
      expect(Object.keys(nodesOf(answer, object)[0]!)).toEqual([
        'Id',
        ...losable(object).filter((one) => one !== name),
      ]);
    }
  });

  test('filters and order on an unreadable field are refused, @optional or not', async () => {
    for (const argument of ['where: {Currency_Code__c: {ne: "x"}}', 'orderBy: {Currency_Code__c: {order: ASC}}']) {
      const query = `{ uiapi { query { ${object}(${argument}) @optional { totalCount } } } }`;
      expect((await ask('rep', query)).errors).toEqual([]);
      org.hidden.add(`${object}.Currency_Code__c`);
      const { data, errors } = await ask('rep', query);
      org.hidden.clear();
      expect(data).toEqual({});
      expect(errors[0]!.message).toMatch(/Field 'Currency_Code__c' in type '\w+__c_(Filter|OrderBy)' is undefined/);
    }
  });

  test('without the object it does not exist, or is left out', async () => {
    org.hidden.add(object);
    const refused = await ask('rep', everyField(object, ''));
    expect(refused.errors[0]!.message).toContain(`Field '${object}' in type 'RecordQuery' is undefined`);
    const answer = await ask('rep', everyField(object, '@optional'));
    expect(answer).toEqual({ data: { uiapi: { query: {} } }, errors: [] });
  });

  test('a user without the permission set is answered the same', async () => {
    expect((await ask('repWithoutBilling', everyField(object, ''))).data).toEqual({});
    expect(await ask('repWithoutBilling', everyField(object, '@optional'))).toEqual({
      data: { uiapi: { query: {} } },
      errors: [],
    });
  });
});

test('one panel query over parent and children survives the loss of any object', async () => {
  const query = `query panel($id: ID, $page: Usage__c_OrderBy) { uiapi { query { Account(where: {Id: {eq: $id}}, first: 1) { edges { node {
    Id Name @optional { value } Billing_MRR__c @optional { value }
    Billing_Invoices__r(first: 5) @optional { edges { node { Id ...payer } } }
    Usages__r(first: 5, orderBy: $page) @optional { edges { node { Id } } } } } } } } }
    fragment payer on Billing_Invoice__c { Billing_Account__r @optional { Number__c @optional { value } } }`;
  const variables = { id: acme, page: { Period_End__c: { order: 'DESC' } } };
  const children = org.org.children(org.org.object('Account')!).map(({ relationshipName }) => relationshipName);
  expect(children).toEqual(expect.arrayContaining(['Billing_Invoices__r', 'Usages__r']));
  const keys = async () => {
    const answer = await ask('rep', query, variables);
    expect(answer.errors).toEqual([]);
    return Object.keys(nodesOf(answer, 'Account')[0]!);
  };
  expect(await keys()).toEqual(['Id', 'Name', 'Billing_MRR__c', 'Billing_Invoices__r', 'Usages__r']);
  org.hidden.add('Usage__c');
  expect(await keys()).toEqual(['Id', 'Name', 'Billing_MRR__c', 'Billing_Invoices__r']);
  org.hidden.add('Billing_Invoice__c').add('Account.Billing_MRR__c');
  expect(await keys()).toEqual(['Id', 'Name']);
  org.hidden.add('Account');
  expect((await ask('rep', query, variables)).data).toEqual({});
});

test('a selection of which nothing is left is an empty object', async () => {
  org.hidden.add('Usage__c.Meter__c');
  const answer = await ask(
    'rep',
    '{ uiapi { query { Usage__c { edges { node { Meter__c @optional { value } } } } } } }',
  );
  expect(nodesOf(answer, 'Usage__c')).toEqual([{}]);
});

test('sharing hides parents as well', async () => {
  org.insert('Account', [
    {
      Name: 'Child',
      OwnerId: org.userId('rep'),
      ParentId: org.org.all('Account').find(({ Name }) => Name === 'Hidden')!.Id,
    },
  ]);
  const answer = await ask(
    'rep',
    '{ uiapi { query { Account(where: {Name: {eq: "Child"}}) { edges { node { Parent { Name { value } } } } } } } }',
  );
  expect(nodesOf(answer, 'Account')).toEqual([{ Parent: null }]);
});

test('a name that nobody has is reported, one that this user may not read is not', async () => {
  org.sim.ctx.calls.clear();
  org.hidden.add('Usage__c.Meter__c');
  const answer = await ask(
    'rep',
    '{ uiapi { query { Usage__c { edges { node { Id Metre__c @optional { value } Meter__c @optional { value } } } } } } }',
  );
  expect(answer.errors).toEqual([]);
  expect([...org.sim.ctx.calls.unsupported.keys()]).toEqual(['GraphQL @optional Usage__c.Metre__c: not in the org']);
});
