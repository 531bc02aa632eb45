import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningSalesforce } from '../../main.ts';
import { accountOf, callsOf, startTestOrg } from '../../testing.ts';

type Reply = { body: unknown; httpHeaders: Record<string, string>; httpStatusCode: number; referenceId: string };
const data = '/services/data/v66.0';

let sim: RunningSalesforce;
let rep: ReturnType<typeof callsOf>;
beforeAll(async () => {
  sim = await startTestOrg();
  rep = callsOf(sim, 'rep');
});
afterAll(() => sim.close());

const account = (referenceId: string, body: unknown) => ({
  method: 'POST',
  url: `${data}/sobjects/Account`,
  referenceId,
  body,
});
const get = (referenceId: string, path: string) => ({ method: 'GET', url: data + path, referenceId });
async function composite(compositeRequest: unknown[], more: object = {}) {
  const { status, body } = await rep.call('POST', '/composite', { compositeRequest, ...more });
  return { status, body, replies: (body as { compositeResponse?: Reply[] }).compositeResponse ?? [] };
}
const named = (name: string) => sim.org.all('Account').filter((record) => record['Name'] === name);
const used = async () =>
  ((await rep.call('GET', '/limits')).body as { DailyApiRequests: { Remaining: number } }).DailyApiRequests.Remaining;

describe('composite', () => {
  it('runs subrequests that quote answers, in addresses, bodies and lists, as one API call', async () => {
    const before = await used();
    const { status, replies } = await composite([
      account('a', { Name: 'Quoted' }),
      account('b', { Name: 'Child of @{a.id}', ParentId: '@{a.id}' }),
      get('q', "/query?q=SELECT Id, Name FROM Account WHERE Id = '@{b.id}'"),
      get('r', '/sobjects/Account/@{q.records[0].Id}?fields=ParentId'),
    ]);
    expect(before - (await used())).toBe(2);
    expect([status, ...replies.map(({ httpStatusCode }) => httpStatusCode)]).toEqual([200, 201, 201, 200, 200]);
    const id = (replies[0]!.body as { id: string }).id;
    expect(replies[0]!.httpHeaders).toEqual({ Location: `${data}/sobjects/Account/${id}` });
    expect(replies[3]).toMatchObject({ referenceId: 'r', body: { ParentId: id } });
    expect(named(`Child of ${id}`)).toHaveLength(1);
  });

  it('answers 200 with the errors of each subrequest; what quotes a failed one is halted', async () => {
    const { status, replies } = await composite([
      account('good', { Name: 'Survives' }),
      account('bad', { Name: '' }),
      { method: 'PATCH', url: `${data}/sobjects/Account/@{bad.id}`, referenceId: 'late', body: { Phone: '1' } },
      get('none', '/no/such/thing'),
      get('path', '/sobjects/Account/@{good.nothing}'),
    ]);
    expect([status, ...replies.map(({ httpStatusCode }) => httpStatusCode)]).toEqual([200, 201, 400, 400, 404, 400]);
    expect(replies[1]!.body).toMatchObject([{ errorCode: 'REQUIRED_FIELD_MISSING', fields: ['Name'] }]);
    expect(replies[2]!.body).toEqual([
      {
        errorCode: 'PROCESSING_HALTED',
        message: 'Invalid reference specified. No value for bad.id found in bad',
      },
    ]);
    expect(replies[4]!.body).toMatchObject([{ errorCode: 'PROCESSING_HALTED' }]);
    expect(named('Survives')).toHaveLength(1);
  });

  it('keeps nothing with allOrNone when one fails, and tells of one commit when all are kept', async () => {
    const commits: number[] = [];
    const stop = sim.org.onCommit(({ changes }) => commits.push(changes.length));
    const lost = await composite([account('a', { Name: 'Lost' }), account('b', {})], { allOrNone: true });
    expect(lost.replies[0]).toEqual({
      body: [
        {
          errorCode: 'PROCESSING_HALTED',
          message: 'The transaction was rolled back since another operation in the same transaction failed.',
        },
      ],
      httpHeaders: {},
      httpStatusCode: 400,
      referenceId: 'a',
    });
    expect(lost.replies[1]!.body).toMatchObject([{ errorCode: 'REQUIRED_FIELD_MISSING' }]);
    expect(named('Lost')).toHaveLength(0);
    await composite([account('a', { Name: 'Kept' }), account('b', { Name: 'Kept too' })], { allOrNone: true });
    stop();
    expect(commits).toEqual([2]);
  });

  it('counts a failed row of Collections as a failure of allOrNone', async () => {
    const rows = {
      records: [{ attributes: { type: 'Account' }, Name: 'Partly' }, { attributes: { type: 'Account' } }],
    };
    const sub = { method: 'POST', url: `${data}/composite/sobjects`, referenceId: 'rows', body: rows };
    const { replies } = await composite([account('a', { Name: 'Before rows' }), sub], { allOrNone: true });
    expect(replies.map(({ httpStatusCode }) => httpStatusCode)).toEqual([400, 200]);
    expect([...named('Partly'), ...named('Before rows')]).toEqual([]);
  });

  it('runs unrelated subrequests of one kind together unless it is told not to', async () => {
    const order: string[] = [];
    const stop = sim.org.onCommit(({ changes }) =>
      order.push(String(changes[0]!.after['Name'] ?? changes[0]!.after['LastName'])),
    );
    const requests = [
      account('a', { Name: 'first' }),
      { method: 'POST', url: `${data}/sobjects/Contact`, referenceId: 'b', body: { LastName: 'second' } },
      account('c', { Name: 'third' }),
    ];
    await composite(requests);
    await composite(requests, { collateSubrequests: false });
    stop();
    expect(order).toEqual(['first', 'third', 'second', 'first', 'second', 'third']);
  });

  it('passes headers of a subrequest on', async () => {
    const id = accountOf(sim, 'rep');
    const headers = { 'If-Modified-Since': 'Fri, 01 Jan 2100 00:00:00 GMT' };
    const { replies } = await composite([{ ...get('a', `/sobjects/Account/${id}`), httpHeaders: headers }]);
    expect(replies[0]).toMatchObject({ httpStatusCode: 304, body: null });
  });

  it.each<[string, unknown[], object, string]>([
    ['no list', [], {}, 'INVALID_INPUT'],
    ['26 subrequests', Array.from({ length: 26 }, (_, at) => get(`r${at}`, '/limits')), {}, 'INVALID_INPUT'],
    ['six queries', Array.from({ length: 6 }, (_, at) => get(`r${at}`, '/query?q=x')), {}, 'INVALID_INPUT'],
    ['the same id twice', [get('a', '/limits'), get('a', '/limits')], {}, 'INVALID_INPUT'],
    ['an id with a dash', [get('a-b', '/limits')], {}, 'JSON_PARSER_ERROR'],
    ['a method in small letters', [{ ...get('a', '/limits'), method: 'get' }], {}, 'INVALID_INPUT'],
    ['no method', [{ url: `${data}/limits`, referenceId: 'a' }], {}, 'INVALID_INPUT'],
    ['a reference forward', [get('a', '/sobjects/Account/@{b.id}'), account('b', {})], {}, 'INVALID_INPUT'],
    ['a name that nobody knows', [{ ...get('a', '/limits'), foo: 1 }], {}, 'JSON_PARSER_ERROR'],
    ['another token', [{ ...get('a', '/limits'), httpHeaders: { Authorization: 'x' } }], {}, 'INVALID_INPUT'],
    ['allOrNone as text', [get('a', '/limits')], { allOrNone: 'true' }, 'JSON_PARSER_ERROR'],
  ])('refuses %s before it runs anything', async (_what, requests, more, errorCode) => {
    expect(await composite(requests, more)).toMatchObject({ status: 400, body: [{ errorCode }] });
  });

  it('lists its resources', async () => {
    expect((await rep.call('GET', '/composite')).body).toMatchObject({ tree: `${data}/composite/tree` });
  });

  it('is no way to composite resources, nor in versions before v38.0', async () => {
    const { replies } = await composite([
      { method: 'POST', url: `${data}/composite`, referenceId: 'a', body: { compositeRequest: [] } },
      { method: 'GET', url: '/services/oauth2/userinfo', referenceId: 'b' },
    ]);
    expect(replies.map(({ httpStatusCode }) => httpStatusCode)).toEqual([404, 404]);
  });
});

describe('batch', () => {
  const batch = async (batchRequests: unknown, more: object = {}) =>
    rep.call('POST', '/composite/batch', { batchRequests, ...more });

  it('runs independent subrequests, each of which is counted', async () => {
    const id = accountOf(sim, 'rep', { Name: 'Batched' });
    const before = await used();
    const answer = await batch([
      { method: 'PATCH', url: `v66.0/sobjects/Account/${id}`, richInput: { Phone: '7' } },
      { method: 'GET', url: `v60.0/sobjects/Account/${id}?fields=Name,Phone` },
      { method: 'GET', url: 'v66.0/sobjects/Account/001000000000001AAA' },
      { method: 'GET', url: 'v67.0/limits' },
    ]);
    expect(before - (await used())).toBe(4);
    expect(answer).toMatchObject({
      status: 200,
      body: {
        hasErrors: true,
        results: [
          { statusCode: 204, result: null },
          { statusCode: 200, result: { Name: 'Batched', Phone: '7' } },
          { statusCode: 404, result: [{ errorCode: 'NOT_FOUND' }] },
          { statusCode: 400, result: [{ errorCode: 'INVALID_INPUT' }] },
        ],
      },
    });
  });

  it('stops at the first error when it is told to', async () => {
    const [bad, good] = [
      { method: 'GET', url: 'v66.0/sobjects/Nothing__c' },
      { method: 'GET', url: 'v66.0/limits' },
    ];
    const { body } = await batch([good, bad, good], { haltOnError: true });
    expect(body).toMatchObject({
      hasErrors: true,
      results: [
        { statusCode: 200 },
        { statusCode: 404 },
        { statusCode: 412, result: [{ errorCode: 'BATCH_PROCESSING_HALTED' }] },
      ],
    });
  });

  it('refuses what is no list, more than 25, and entries of another form', async () => {
    const many = Array.from({ length: 26 }, () => ({ method: 'GET', url: 'v66.0/limits' }));
    for (const bad of [undefined, [], many, [1], [{ method: 'GET' }]])
      expect(await batch(bad)).toMatchObject({ status: 400, body: [{ errorCode: 'INVALID_INPUT' }] });
  });

  it('answers the subrequests that no calls are left for with 403', async () => {
    const limits = (values: object) =>
      fetch(`${sim.url}/__sim/limits`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(values),
      });
    await limits({ max: 2, used: 0 });
    const { body } = await batch(Array.from({ length: 3 }, () => ({ method: 'GET', url: 'v66.0/sobjects' })));
    await limits({ max: 100_000 });
    expect(body).toMatchObject({
      results: [
        { statusCode: 200 },
        { statusCode: 200 },
        { statusCode: 403, result: [{ errorCode: 'REQUEST_LIMIT_EXCEEDED' }] },
      ],
    });
  });
});

describe('graph', () => {
  type Graphs = { graphs: { graphId: string; isSuccessful: boolean; graphResponse: { compositeResponse: Reply[] } }[] };
  const send = async (graphs: unknown) => rep.call('POST', '/composite/graph', { graphs });

  it('keeps each graph whole or not at all, whatever the order of its nodes', async () => {
    const contact = (referenceId: string, LastName: string | null, AccountId: string) => ({
      method: 'POST',
      url: `${data}/sobjects/Contact`,
      referenceId,
      body: { LastName, AccountId },
    });
    const { status, body } = await send([
      { graphId: '1', compositeRequest: [contact('c', 'In a graph', '@{a.id}'), account('a', { Name: 'Graph one' })] },
      { graphId: '2', compositeRequest: [account('a', { Name: 'Graph two' }), contact('c', null, '@{a.id}')] },
    ]);
    const { graphs } = body as Graphs;
    expect(status).toBe(200);
    expect(graphs.map(({ graphId, isSuccessful }) => [graphId, isSuccessful])).toEqual([
      ['1', true],
      ['2', false],
    ]);
    expect(graphs[0]!.graphResponse.compositeResponse.map(({ referenceId }) => referenceId)).toEqual(['c', 'a']);
    expect(graphs[1]!.graphResponse.compositeResponse[0]!.body).toMatchObject([{ errorCode: 'PROCESSING_HALTED' }]);
    expect([named('Graph one').length, named('Graph two').length]).toEqual([1, 0]);
  });

  it('stops after 14 graphs have failed', async () => {
    const bad = Array.from({ length: 15 }, (_, at) => ({ graphId: `g${at}`, compositeRequest: [account('a', {})] }));
    const { graphs } = (
      await send([...bad, { graphId: 'last', compositeRequest: [account('a', { Name: 'Too late' })] }])
    ).body as Graphs;
    const codes = graphs.map(
      ({ graphResponse }) => (graphResponse.compositeResponse[0]!.body as { errorCode: string }[])[0]!.errorCode,
    );
    expect(codes.slice(12)).toEqual([
      'REQUIRED_FIELD_MISSING',
      'REQUIRED_FIELD_MISSING',
      'PROCESSING_HALTED',
      'PROCESSING_HALTED',
    ]);
    expect(named('Too late')).toEqual([]);
  });

  it('refuses circles, too much of everything, and Collections as nodes', async () => {
    const linked = (id: string, other: string) => account(id, { Name: 'x', ParentId: `@{${other}.id}` });
    const chain = Array.from({ length: 16 }, (_, at) =>
      at === 0 ? account('n0', { Name: 'x' }) : linked(`n${at}`, `n${at - 1}`),
    );
    const many = Array.from({ length: 501 }, (_, at) => account(`n${at}`, { Name: 'x' }));
    const graphs = Array.from({ length: 76 }, (_, at) => ({ graphId: `g${at}`, compositeRequest: [account('a', {})] }));
    for (const bad of [
      [{ graphId: '1', compositeRequest: [linked('a', 'b'), linked('b', 'a')] }],
      [{ graphId: '1', compositeRequest: chain }],
      [{ graphId: '1', compositeRequest: many }],
      [{ graphId: '1', compositeRequest: [linked('a', 'nobody')] }],
      [
        { graphId: '1', compositeRequest: [account('a', {})] },
        { graphId: '1', compositeRequest: [account('a', {})] },
      ],
      graphs,
      [],
    ])
      expect(await send(bad)).toMatchObject({ status: 400, body: [{ errorCode: 'INVALID_INPUT' }] });
    const collections = { method: 'POST', url: `${data}/composite/sobjects`, referenceId: 'a', body: { records: [] } };
    expect((await send([{ graphId: '1', compositeRequest: [collections] }])).body).toMatchObject({
      graphs: [{ isSuccessful: false, graphResponse: { compositeResponse: [{ httpStatusCode: 404 }] } }],
    });
  });
});

describe('tree', () => {
  const send = (records: unknown) => rep.call('POST', '/composite/tree/Account', { records });
  const leaf = (type: string, referenceId: string, fields: object) => ({
    attributes: { type, referenceId },
    ...fields,
  });

  it('makes records with their children', async () => {
    const { status, body } = await send([
      leaf('Account', 'one', {
        Name: 'Tree one',
        Contacts: { records: [leaf('Contact', 'person', { LastName: 'Leaf' })] },
      }),
      leaf('Account', 'two', { Name: 'Tree two' }),
    ]);
    expect(status).toBe(201);
    const { hasErrors, results } = body as { hasErrors: boolean; results: { referenceId: string; id: string }[] };
    expect([hasErrors, ...results.map(({ referenceId }) => referenceId)]).toEqual([false, 'one', 'two', 'person']);
    expect(sim.org.get('Contact', results[2]!.id)).toMatchObject({ AccountId: results[0]!.id, LastName: 'Leaf' });
  });

  it('keeps none when one fails, and names those that do', async () => {
    expect(await send([leaf('Account', 'good', { Name: 'Felled' }), leaf('Account', 'bad', { Name: '' })])).toEqual({
      status: 400,
      headers: expect.anything(),
      body: {
        hasErrors: true,
        results: [
          {
            referenceId: 'bad',
            errors: [
              {
                statusCode: 'REQUIRED_FIELD_MISSING',
                message: 'Required fields are missing: [Name]',
                fields: ['Name'],
              },
            ],
          },
        ],
      },
    });
    expect(named('Felled')).toEqual([]);
  });

  it('refuses other forms: no attributes, wrong type, an id twice, more than 200', async () => {
    const many = Array.from({ length: 201 }, (_, at) => leaf('Account', `r${at}`, { Name: 'x' }));
    const twice = [leaf('Account', 'a', { Name: 'x' }), leaf('Account', 'a', { Name: 'y' })];
    for (const bad of [
      [],
      [{ Name: 'x' }],
      [leaf('Contact', 'a', {})],
      [{ attributes: { type: 'Account' } }],
      twice,
      many,
    ])
      expect(await send(bad)).toMatchObject({ status: 400, body: [{ errorCode: 'INVALID_INPUT' }] });
  });
});
