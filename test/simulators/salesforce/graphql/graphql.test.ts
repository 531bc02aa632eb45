import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { TestOrg, type Person } from '../uiapi/testing.ts';

type Answer = { data: Record<string, unknown>; errors: { message: string; extensions: { ErrorType: string } }[] };
type List = { edges: { cursor: string; node: Record<string, unknown> }[]; totalCount: number; pageInfo: unknown };

let org: TestOrg;
let acme: string;
let hidden: string;
let subscription: string;

async function ask(person: Person, query: string, variables?: Record<string, unknown>): Promise<Answer> {
  const { status, body } = await org.call(person, 'POST', '/graphql', { query, variables });
  expect(status).toBe(200);
  return body as Answer;
}

/** The lists of `{ uiapi { query { … } } }`. */
async function lists(query: string, variables?: Record<string, unknown>, person: Person = 'rep') {
  const header = variables ? `query q(${Object.keys(variables).map((name) => `$${name}: ID`)})` : '';
  const answer = await ask(person, `${header} { uiapi { query { ${query} } } }`, variables);
  expect(answer.errors).toEqual([]);
  return (answer.data as { uiapi: { query: Record<string, List> } }).uiapi.query;
}

async function refusal(query: string, person: Person = 'rep') {
  const answer = await ask(person, query.includes('uiapi') ? query : `{ uiapi { query { ${query} } } }`);
  expect(answer.data).toEqual({});
  expect(answer.errors).toHaveLength(1);
  return answer.errors[0]!;
}

const numbers = (list: List) => list.edges.map(({ node }) => (node['Number__c'] as { value: unknown }).value);

async function numbersWhere(where: string, more = ''): Promise<unknown[]> {
  const { Billing_Invoice__c: list } = await lists(
    `Billing_Invoice__c(where: ${where}, orderBy: {Number__c: {order: ASC}} ${more}) { edges { node { Number__c { value } } } }`,
  );
  return numbers(list!);
}

beforeAll(async () => {
  org = await TestOrg.start();
  [acme, hidden] = org.insert('Account', [
    { Name: 'Acme', OwnerId: org.userId('rep'), AnnualRevenue: 350000000, Industry: 'Energy' },
    { Name: 'Hidden', OwnerId: org.userId('otherRep') },
  ]) as [string, string];
  [subscription] = org.insert('Billing_Subscription__c', [
    { Name: 'S-1', Key__c: 'stripe:subscription:s1', Account__c: acme, Status__c: 'Active', MRR_Reason__c: 'Seats' },
  ]) as [string];
  const row = (n: number, values: object) => ({
    Name: `INV-${n}`,
    Number__c: `INV-${n}`,
    Key__c: `stripe:invoice:${n}`,
    Account__c: acme,
    ...values,
  });
  org.insert('Billing_Invoice__c', [
    row(1, {
      Amount__c: 1234.5,
      Balance__c: 0,
      Status__c: 'Paid',
      Due_Date__c: '2026-02-11',
      Billing_Subscription__c: subscription,
    }),
    row(2, {
      Amount__c: 20,
      Balance__c: 20,
      Status__c: 'Open',
      Due_Date__c: '2026-11-20',
      Next_Attempt__c: '2026-11-22T19:00:00.000Z',
    }),
    row(3, { Amount__c: 3, Balance__c: 3, Status__c: 'Open', Due_Date__c: '2026-11-21' }),
    row(4, { Amount__c: 4, Balance__c: 4, Status__c: 'Draft', Currency_Code__c: 'EUR' }),
    { Name: 'INV-9', Number__c: 'INV-9', Key__c: 'stripe:invoice:9', Account__c: hidden, Amount__c: 9 },
  ]);
});
afterEach(() => org.hidden.clear());
afterAll(() => org.sim.close());

describe('values', () => {
  test('are typed and shown as en-US shows them', async () => {
    const { Billing_Invoice__c: list } = await lists(
      `Billing_Invoice__c(where: {Number__c: {in: ["INV-1", "INV-2"]}}, orderBy: {Number__c: {order: ASC}}) { edges { node {
         __typename Id ApiName DisplayValue
         Number__c { __typename value displayValue }
         Amount__c { __typename value displayValue }
         Due_Date__c { __typename value displayValue }
         Next_Attempt__c { __typename value displayValue }
         Status__c { __typename value displayValue label }
         Account__c { __typename value displayValue }
         Days_Overdue__c { value displayValue }
         Source_Url__c { __typename value displayValue }
       } } }`,
    );
    expect(list!.edges[0]!.node).toEqual({
      __typename: 'Billing_Invoice__c',
      Id: expect.stringMatching(/^a\w{17}$/),
      ApiName: 'Billing_Invoice__c',
      DisplayValue: 'INV-1',
      Number__c: { __typename: 'StringValue', value: 'INV-1', displayValue: null },
      Amount__c: { __typename: 'DoubleValue', value: 1234.5, displayValue: '1,234.5' },
      Due_Date__c: { __typename: 'DateValue', value: '2026-02-11', displayValue: '2/11/2026' },
      Next_Attempt__c: { __typename: 'DateTimeValue', value: null, displayValue: null },
      Status__c: { __typename: 'PicklistValue', value: 'Paid', displayValue: 'Paid', label: 'Paid' },
      Account__c: { __typename: 'IDValue', value: acme, displayValue: null },
      Days_Overdue__c: { value: 0, displayValue: '0' },
      Source_Url__c: { __typename: 'UrlValue', value: null, displayValue: null },
    });
    expect(list!.edges[1]!.node['Next_Attempt__c']).toEqual({
      __typename: 'DateTimeValue',
      value: '2026-11-22T19:00:00.000Z',
      displayValue: '11/22/2026, 7:00 PM',
    });
    expect(list!.edges[1]!.node['Days_Overdue__c']).toEqual({ value: 1, displayValue: '1' });
  });

  test('money of the Currency type, long text and check boxes', async () => {
    const found = await lists(
      `Account { edges { node { AnnualRevenue { __typename value displayValue } IsDeleted { __typename value displayValue } } } }
       Billing_Subscription__c { edges { node { MRR_Reason__c { __typename value displayValue } } } }`,
    );
    expect(found['Account']!.edges[0]!.node).toEqual({
      AnnualRevenue: { __typename: 'CurrencyValue', value: 350000000, displayValue: '$350,000,000' },
      IsDeleted: { __typename: 'BooleanValue', value: false, displayValue: null },
    });
    expect(found['Billing_Subscription__c']!.edges[0]!.node).toEqual({
      MRR_Reason__c: { __typename: 'LongTextAreaValue', value: 'Seats', displayValue: null },
    });
  });

  test('parents and children are followed, empty parents are null', async () => {
    const { Account: list } = await lists(
      `Account { edges { node { Parent { Id } Owner { Name { value } }
         Billing_Invoices__r(first: 1, where: {Status__c: {eq: "Open"}}, orderBy: {Due_Date__c: {order: DESC}}) {
           totalCount edges { node { Number__c { value } Account__r { Name { value } } Billing_Subscription__r { Id } } } } } } }`,
    );
    expect(list!.edges.map(({ node }) => node)).toEqual([
      {
        Parent: null,
        Owner: { Name: { value: 'Riley Rep' } },
        Billing_Invoices__r: {
          totalCount: 2,
          edges: [
            {
              node: {
                Number__c: { value: 'INV-3' },
                Account__r: { Name: { value: 'Acme' } },
                Billing_Subscription__r: null,
              },
            },
          ],
        },
      },
    ]);
  });

  test('objectInfos and currentUser', async () => {
    const { data } = await ask(
      'rep',
      '{ uiapi { currentUser { Name { value } } objectInfos(apiNames: ["Usage__c"]) { ApiName label createable fields { ApiName dataType } } } }',
    );
    const uiapi = data['uiapi'] as { currentUser: unknown; objectInfos: { fields: unknown[] }[] };
    expect(uiapi.currentUser).toEqual({ Name: { value: 'Riley Rep' } });
    expect(uiapi.objectInfos[0]).toMatchObject({ ApiName: 'Usage__c', createable: false });
    expect(uiapi.objectInfos[0]!.fields).toContainEqual({ ApiName: 'Period_End__c', dataType: 'Date' });
  });
});

describe('where', () => {
  test.each([
    ['{Number__c: {eq: "inv-2"}}', ['INV-2']],
    ['{Number__c: {like: "%-_"}, Status__c: {ne: "Open"}}', ['INV-1', 'INV-4']],
    ['{Number__c: {nin: ["INV-1", "INV-2"]}}', ['INV-3', 'INV-4']],
    ['{Amount__c: {gt: 3, lte: 20}}', ['INV-2', 'INV-4']],
    ['{Amount__c: {gte: "1234.5"}}', ['INV-1']],
    ['{Due_Date__c: {eq: null}}', ['INV-4']],
    ['{Due_Date__c: {ne: null}}', ['INV-1', 'INV-2', 'INV-3']],
    ['{Due_Date__c: {lt: {value: "2026-11-21"}}}', ['INV-1', 'INV-2']],
    ['{Due_Date__c: {eq: {literal: TODAY}}}', ['INV-3']],
    ['{Due_Date__c: {lt: {literal: THIS_MONTH}}}', ['INV-1']],
    ['{Due_Date__c: {eq: {range: {last_n_days: 3}}}}', ['INV-2', 'INV-3']],
    ['{Next_Attempt__c: {eq: {literal: TOMORROW}}}', ['INV-2']],
    ['{Next_Attempt__c: {gt: {value: "2026-11-22T18:59:59Z"}}}', ['INV-2']],
    [
      '{or: [{Status__c: {eq: "Paid"}}, {and: [{Status__c: {eq: "Draft"}}, {Currency_Code__c: {eq: "EUR"}}]}]}',
      ['INV-1', 'INV-4'],
    ],
    ['{not: {Status__c: {in: ["Open", "Draft"]}}}', ['INV-1']],
    ['{Account__r: {Name: {eq: "ACME"}}, Balance__c: {eq: 0}}', ['INV-1']],
    ['{Billing_Subscription__r: {Status__c: {eq: "Active"}}}', ['INV-1']],
    ['{Billing_Subscription__r: {Status__c: {eq: null}}}', ['INV-2', 'INV-3', 'INV-4']],
    ['{}', ['INV-1', 'INV-2', 'INV-3', 'INV-4']],
    ['{Days_Overdue__c: {gt: 0}}', ['INV-2']],
  ])('%s', async (where, expected) => {
    expect(await numbersWhere(where)).toEqual(expected);
  });

  test('an id may have 15 characters and may be a variable', async () => {
    const query = 'Billing_Invoice__c(where: {Account__c: {eq: $id}}) { totalCount }';
    expect((await lists(query, { id: acme }))['Billing_Invoice__c']!.totalCount).toBe(4);
    expect((await lists(query, { id: acme.slice(0, 15) }))['Billing_Invoice__c']!.totalCount).toBe(4);
    expect((await lists(query, { id: 'nonsense' }))['Billing_Invoice__c']!.totalCount).toBe(0);
  });

  test.each([
    ['{Due_Date__c: {eq: "2026-11-21"}}', /Expected value of type "DateInput"/],
    ['{Due_Date__c: {eq: {value: "21.11.2026"}}}', /is not a valid 'Date'/],
    [
      '{Amount__c: {like: "1%"}}',
      /Field 'like' in type 'DoubleOperators' is undefined @ 'uiapi\/query\/Billing_Invoice__c'/,
    ],
    ['{Nope__c: {eq: "x"}}', /Field 'Nope__c' in type 'Billing_Invoice__c_Filter' is undefined/],
  ])('%s is refused', async (where, message) => {
    const error = await refusal(`Billing_Invoice__c(where: ${where}) { totalCount }`);
    expect(error.message).toMatch(message);
    expect(error.extensions.ErrorType).toBe('ValidationError');
  });

  test('a date with two conditions in one operand is refused', async () => {
    const { data, errors } = await ask(
      'rep',
      '{ uiapi { query { Billing_Invoice__c(where: {Due_Date__c: {eq: {value: "2026-11-21", literal: TODAY}}}) { totalCount } } } }',
    );
    expect(data).toEqual({ uiapi: { query: { Billing_Invoice__c: null } } });
    expect(errors).toMatchObject([
      { paths: ['uiapi', 'query', 'Billing_Invoice__c'], extensions: { ErrorType: 'DataFetchingException' } },
    ]);
  });

  test('long text is neither filtered nor sorted', async () => {
    for (const argument of ['where: {MRR_Reason__c: {eq: "Seats"}}', 'orderBy: {MRR_Reason__c: {order: ASC}}'])
      expect((await refusal(`Billing_Subscription__c(${argument}) { totalCount }`)).message).toMatch(
        /Field 'MRR_Reason__c' in type 'Billing_Subscription__c_(Filter|OrderBy)' is undefined/,
      );
  });
});

describe('order and pages', () => {
  const by = async (orderBy: string, variables?: Record<string, unknown>) => {
    const { errors, data } = await ask(
      'rep',
      `query q${variables ? '($order: Billing_Invoice__c_OrderBy)' : ''} { uiapi { query { Billing_Invoice__c(orderBy: ${orderBy}) { edges { node { Number__c { value } } } } } } }`,
      variables,
    );
    expect(errors).toEqual([]);
    return numbers((data as { uiapi: { query: { Billing_Invoice__c: List } } }).uiapi.query.Billing_Invoice__c);
  };

  test('empty values first unless asked otherwise', async () => {
    expect(await by('{Due_Date__c: {order: ASC}}')).toEqual(['INV-4', 'INV-1', 'INV-2', 'INV-3']);
    expect(await by('{Due_Date__c: {order: DESC}}')).toEqual(['INV-4', 'INV-3', 'INV-2', 'INV-1']);
    expect(await by('{Due_Date__c: {order: DESC, nulls: LAST}}')).toEqual(['INV-3', 'INV-2', 'INV-1', 'INV-4']);
  });

  test('keys count in the order in which they are written', async () => {
    expect(await by('{Status__c: {order: DESC}, Amount__c: {order: ASC}}')).toEqual([
      'INV-1',
      'INV-3',
      'INV-2',
      'INV-4',
    ]);
    expect(await by('$order', { order: { Status__c: { order: 'DESC' }, Amount__c: { order: 'DESC' } } })).toEqual([
      'INV-1',
      'INV-2',
      'INV-3',
      'INV-4',
    ]);
    expect(await by('{Billing_Subscription__r: {Name: {order: ASC, nulls: LAST}}, Number__c: {order: DESC}}')).toEqual([
      'INV-1',
      'INV-4',
      'INV-3',
      'INV-2',
    ]);
  });

  test('cursors lead through all pages', async () => {
    const seen: unknown[] = [];
    let after = '';
    for (let pages = 0; pages < 2; pages++) {
      const { Billing_Invoice__c: list } = await lists(
        `Billing_Invoice__c(first: 3, orderBy: {Number__c: {order: ASC}} ${after}) {
           edges { cursor node { Number__c { value } } } totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }`,
      );
      seen.push(...numbers(list!));
      expect(list!.totalCount).toBe(4);
      expect(list!.pageInfo).toEqual({
        hasNextPage: pages === 0,
        hasPreviousPage: pages === 1,
        startCursor: list!.edges[0]!.cursor,
        endCursor: list!.edges.at(-1)!.cursor,
      });
      after = `, after: "${list!.edges.at(-1)!.cursor}"`;
    }
    expect(seen).toEqual(['INV-1', 'INV-2', 'INV-3', 'INV-4']);
  });

  test('ten nodes when first is absent, no more than 2,000', async () => {
    org.insert(
      'Usage__c',
      Array.from({ length: 12 }, (_, n) => ({ Name: `U${n}`, Key__c: `stripe:usage:${n}`, Account__c: acme })),
    );
    const { Usage__c: list } = await lists('Usage__c { totalCount edges { node { Id } } }');
    expect([list!.totalCount, list!.edges.length]).toEqual([12, 10]);
    const { errors } = await ask('rep', '{ uiapi { query { Usage__c(first: 2001) { totalCount } } } }');
    expect(errors[0]).toMatchObject({ extensions: { ErrorType: 'DataFetchingException' } });
  });
});

describe('what is wrong with a query is said with status 200', () => {
  test('an unknown field', async () => {
    expect(await refusal('Account { edges { node { Nope__c { value } } } }')).toEqual({
      message:
        "Validation error of type FieldUndefined: Field 'Nope__c' in type 'Account' is undefined @ 'uiapi/query/Account/edges/node/Nope__c'",
      locations: [{ line: 1, column: 44 }],
      paths: [],
      extensions: { ErrorType: 'ValidationError' },
    });
  });

  test.each([
    ['{ uiapi { query { Account { ', 'InvalidSyntax'],
    ['{ uiapi { query { Account { edges { node { Name } } } } } }', 'ValidationError'],
    ['query q($x: Nope_Filter) { uiapi { query { Account(where: $x) { totalCount } } } }', 'ValidationError'],
    ['subscription { uiapi { __typename } }', 'OperationNotSupported'],
    ['query a { uiapi { __typename } } query b { uiapi { __typename } }', 'OperationNotSupported'],
    [
      `{ uiapi { query { ${Array.from({ length: 11 }, (_, n) => `a${n}: Account { totalCount }`)} } } }`,
      'ExecutionAborted',
    ],
    [
      '{ uiapi { query { Account { edges { node { Billing_Subscriptions__r { edges { node { Billing_Invoices__r { totalCount } } } } } } } } } }',
      'ExecutionAborted',
    ],
  ])('%s', async (query, type) => {
    expect((await refusal(query)).extensions.ErrorType).toBe(type);
  });

  test.each([
    ['subscription { uiapi { __typename } }', /not configured for subscriptions/],
    ['{ uiapi { query { Account(where: {Id: {inq: {}}}) { totalCount } } } }', /'inq'/],
    [
      '{ uiapi { query { Usage__c(where: {Period_End__c: {CALENDAR_MONTH: {}}}) { totalCount } } } }',
      /'CALENDAR_MONTH'/,
    ],
  ])('%s is listed as unsupported, a wrong name is not', async (query, what) => {
    org.sim.ctx.calls.clear();
    await refusal('Account { edges { node { Nope__c { value } } } }');
    await refusal(query);
    expect([...org.sim.ctx.calls.unsupported.keys()]).toEqual([expect.stringMatching(what)]);
    expect(org.sim.ctx.calls.counts.get('POST /graphql')).toBe(2);
  });

  test('a variable that does not fit', async () => {
    const { data, errors } = await ask(
      'rep',
      'query q($where: Billing_Invoice__c_Filter) { uiapi { query { Billing_Invoice__c(where: $where) { totalCount } } } }',
      { where: { Nope__c: { eq: 1 } } },
    );
    expect(data).toEqual({});
    expect(errors[0]!.message).toContain("Field 'Nope__c' in type 'Billing_Invoice__c_Filter' is undefined");
  });

  test('HTTP refusals are arrays', async () => {
    const url = `${org.sim.url}/services/data/v66.0/graphql`;
    const post = (headers: Record<string, string>, body = '{"query":"{uiapi{__typename}}"}', to = url) =>
      fetch(to, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });
    const bearer = { authorization: `Bearer ${org.token('rep')}` };
    const answers = [
      [await post({}), 401, 'INVALID_AUTH_HEADER'],
      [await post({ cookie: `sid=${encodeURIComponent(org.token('rep'))}` }), 401, 'INVALID_AUTH_HEADER'],
      [await post({ authorization: 'Bearer 00Dwrong' }), 401, 'INVALID_SESSION_ID'],
      [await post(bearer, '{nope'), 400, 'JSON_PARSER_ERROR'],
      [await post(bearer, '{}'), 400, 'INVALID_INPUT'],
      [await post({ ...bearer, 'content-type': 'text/plain' }), 415, 'UNSUPPORTED_MEDIA_TYPE'],
      [await post(bearer, undefined, url.replace('v66.0', 'v99.0')), 404, 'NOT_FOUND'],
      [await fetch(url, { headers: bearer }), 405, 'METHOD_NOT_ALLOWED'],
    ] as const;
    for (const [response, status, errorCode] of answers) {
      expect(response.status).toBe(status);
      expect(await response.json()).toMatchObject([{ errorCode }]);
    }
    const answered = await post(bearer);
    expect(await answered.json()).toEqual({ data: { uiapi: { __typename: 'UIAPI' } }, errors: [] });
  });

  test('@optional is unknown before v65', async () => {
    const response = await fetch(`${org.sim.url}/services/data/v64.0/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${org.token('rep')}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ uiapi { query { Account @optional { totalCount } } } }' }),
    });
    const { errors } = (await response.json()) as Answer;
    expect(errors[0]!.message).toContain('UnknownDirective');
  });
});
