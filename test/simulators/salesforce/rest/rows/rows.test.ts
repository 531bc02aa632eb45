import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningSalesforce } from '../../main.ts';
import { USERS } from '../../org/seed.ts';
import { accountOf, callsOf, startTestOrg } from '../../testing.ts';

let sim: RunningSalesforce;
let rep: ReturnType<typeof callsOf>;
let integration: ReturnType<typeof callsOf>;
beforeAll(async () => {
  sim = await startTestOrg();
  rep = callsOf(sim, 'rep');
  integration = callsOf(sim, 'integration');
});
afterAll(() => sim.close());

const errors = (code: string, fields?: string[]) => [
  expect.objectContaining({ errorCode: code, ...(fields ? { fields } : {}) }),
];

describe('single records', () => {
  it('are made, read, changed and deleted', async () => {
    const made = await rep.call('POST', '/sobjects/Account/', {
      Name: ' Globex ',
      Industry: '',
      NumberOfEmployees: 12,
    });
    expect(made.status).toBe(201);
    const { id } = made.body as { id: string };
    expect(made.body).toEqual({ id, success: true, errors: [] });
    expect(id).toMatch(/^001\w{15}$/);
    const read = await rep.call('GET', `/sobjects/account/${id.slice(0, 15)}?fields=Name,industry,OwnerId,CreatedDate`);
    expect(read.body).toEqual({
      attributes: { type: 'Account', url: `/services/data/v66.0/sobjects/Account/${id}` },
      Id: id,
      Name: 'Globex',
      Industry: null,
      OwnerId: sim.org.userNamed(USERS.rep)!.Id,
      CreatedDate: expect.stringMatching(/^2026-11-21T09:3\d:\d\d\.000\+0000$/),
    });
    expect(await rep.call('PATCH', `/sobjects/Account/${id}`, { Name: 'Globex Ltd' })).toMatchObject({
      status: 204,
      body: null,
    });
    expect((await rep.call('GET', `/sobjects/Account/${id}`)).body).toMatchObject({ Name: 'Globex Ltd', Phone: null });
    expect((await rep.call('DELETE', `/sobjects/Account/${id}`)).status).toBe(204);
    expect(await rep.call('GET', `/sobjects/Account/${id}`)).toMatchObject({
      status: 404,
      body: [{ errorCode: 'ENTITY_IS_DELETED', message: 'entity is deleted' }],
    });
  });

  it('unknown objects, records and resources are 404', async () => {
    expect((await rep.call('GET', '/sobjects/Nothing__c/a00000000000001')).body).toEqual(errors('NOT_FOUND'));
    expect((await rep.call('GET', '/sobjects/Account/001000000000001')).body).toEqual(errors('NOT_FOUND'));
    expect((await rep.call('GET', '/no/such/thing')).body).toEqual(errors('NOT_FOUND'));
    const messages = [];
    for (const id of ['001000000000000AAA', 'nonsense'])
      messages.push((await rep.call('GET', `/sobjects/Account/${id}`)).body);
    expect(messages).toMatchObject([
      [{ message: 'The requested resource does not exist' }],
      [{ message: 'Provided external ID field does not exist or is not accessible: nonsense' }],
    ]);
  });

  it('resources that an org has and this one has not are 501 and reported', async () => {
    for (const path of [
      '/tabs',
      '/analytics/notifications',
      '/support/knowledgeArticles',
      '/sobjects/Order/describe',
      '/search/layout',
    ])
      expect(await rep.call('GET', path)).toMatchObject({ status: 501, body: errors('NOT_IMPLEMENTED') });
    const unsupported = await (await fetch(`${sim.url}/__sim/unsupported`)).json();
    expect(Object.keys(unsupported as object)).toEqual(
      expect.arrayContaining(['GET /tabs', 'GET /analytics/notifications', 'GET /no/such/thing']),
    );
  });

  it('bodies must be JSON objects', async () => {
    expect(await rep.call('POST', '/sobjects/Account')).toMatchObject({
      status: 400,
      body: errors('JSON_PARSER_ERROR'),
    });
    expect((await rep.call('POST', '/sobjects/Account', [1])).body).toEqual(errors('JSON_PARSER_ERROR'));
    const response = await fetch(`${sim.url}/services/data/v66.0/sobjects/Account`, {
      method: 'POST',
      headers: { authorization: `Bearer ${sim.tokenFor(USERS.rep)}`, 'content-type': 'text/csv' },
      body: 'Name',
    });
    expect([response.status, await response.json()]).toEqual([415, errors('UNSUPPORTED_MEDIA_TYPE')]);
  });
});

describe('what a save refuses', () => {
  it.each<[string, Record<string, unknown>, string, string, string[]]>([
    [
      'an unknown field',
      { Nothing__c: 1 },
      'INVALID_FIELD',
      "No such column 'Nothing__c' on sobject of type Account",
      [],
    ],
    [
      'a missing required field',
      { Name: '' },
      'REQUIRED_FIELD_MISSING',
      'Required fields are missing: [Name]',
      ['Name'],
    ],
    [
      'text that is too long',
      { Phone: '0'.repeat(41) },
      'STRING_TOO_LONG',
      `Account Phone: data value too large: ${'0'.repeat(41)} (max length=40)`,
      ['Phone'],
    ],
    [
      'a number with too many digits',
      { NumberOfEmployees: 100_000_000 },
      'NUMBER_OUTSIDE_VALID_RANGE',
      'Employees: value outside of valid range on numeric field: 100000000',
      ['NumberOfEmployees'],
    ],
    [
      'no id at all',
      { OwnerId: 'INVALID_OWNER' },
      'MALFORMED_ID',
      'Owner ID: id value of incorrect type: INVALID_OWNER',
      ['OwnerId'],
    ],
    [
      'an id of nothing',
      { ParentId: '001000000000001' },
      'INVALID_CROSS_REFERENCE_KEY',
      'invalid cross reference id',
      [],
    ],
    [
      'the id of another object',
      { ParentId: '003000000000001AAA' },
      'FIELD_INTEGRITY_EXCEPTION',
      'Parent Account ID: id value of incorrect type: 003000000000001AAA',
      ['ParentId'],
    ],
    [
      'a field that Salesforce writes itself',
      { CreatedDate: '2026-01-01T00:00:00Z' },
      'INVALID_FIELD_FOR_INSERT_UPDATE',
      'Unable to create/update fields: CreatedDate. Please check the security settings of this field and verify that it is read/write for your profile or permission set.',
      ['CreatedDate'],
    ],
    [
      'a field that the user may not write',
      { Billing_MRR__c: 1 },
      'INVALID_FIELD_FOR_INSERT_UPDATE',
      'Unable to create/update fields: Billing_MRR__c. Please check the security settings of this field and verify that it is read/write for your profile or permission set.',
      ['Billing_MRR__c'],
    ],
  ])('%s', async (_what, fields, errorCode, message, names) => {
    const answer = await rep.call('POST', '/sobjects/Account', { Name: 'Acme', ...fields });
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual([{ message, errorCode, fields: names }]);
  });

  it.each([
    ['text for a number', { NumberOfEmployees: '12' }],
    ['a number for text', { Phone: 12 }],
    ['an object for text', { Phone: {} }],
  ])('%s, as a request that cannot be read', async (_what, fields) => {
    const answer = await rep.call('POST', '/sobjects/Account', { Name: 'Acme', ...fields });
    expect(answer).toMatchObject({ status: 400, body: errors('JSON_PARSER_ERROR') });
  });
});

describe('by external id', () => {
  const path = '/sobjects/Billing_Account__c/Key__c/stripe%3Aaccount%3Acus_1';

  it('upserts with 201 and 200, and never takes the key in the body', async () => {
    const Account__c = accountOf(sim, 'rep');
    const made = await integration.call('PATCH', path, { Account__c, Row_Version__c: 1 });
    const { id } = made.body as { id: string };
    expect(made).toMatchObject({ status: 201, body: { id, success: true, errors: [], created: true } });
    const again = await integration.call('PATCH', path, { Row_Version__c: 2, Balance__c: 10.0005 });
    expect(again).toMatchObject({ status: 200, body: { id, success: true, errors: [], created: false } });
    expect((await integration.call('GET', path)).body).toMatchObject({
      Id: id,
      Key__c: 'stripe:account:cus_1',
      Balance__c: 10.001,
    });
    const repeated = await integration.call('PATCH', path, { Key__c: 'stripe:account:cus_1', Row_Version__c: 3 });
    expect(repeated).toMatchObject({ status: 400, body: errors('INVALID_FIELD') });
  });

  it('only updates with updateOnly, answers 204 before v46, and knows external ids only', async () => {
    const absent = '/sobjects/Billing_Account__c/Key__c/absent';
    expect((await integration.call('PATCH', `${absent}?updateOnly=true`, { Row_Version__c: 1 })).status).toBe(404);
    expect((await integration.call('PATCH', '/sobjects/Billing_Account__c/Number__c/1', {})).status).toBe(404);
    const old = await fetch(`${sim.url}/services/data/v45.0${path}`, {
      method: 'PATCH',
      headers: {
        authorization: `Bearer ${sim.tokenFor(USERS.integration)}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ Row_Version__c: 4 }),
    });
    expect(old.status).toBe(204);
  });

  it('deletes, and the key is free again', async () => {
    expect((await integration.call('DELETE', path)).status).toBe(204);
    expect((await integration.call('GET', path)).status).toBe(404);
    const Account__c = accountOf(sim, 'rep');
    expect((await integration.call('PATCH', path, { Account__c, Row_Version__c: 1 })).status).toBe(201);
  });
});

describe('describe', () => {
  it('shows the fields that the user may read, with what may be written', async () => {
    const { body } = await integration.call('GET', '/sobjects/Billing_Invoice__c/describe');
    const { fields } = body as { fields: Record<string, unknown>[] };
    const named = (name: string) => fields.find((field) => field['name'] === name);
    expect(body).toMatchObject({ name: 'Billing_Invoice__c', createable: true, deletable: true });
    expect(named('Key__c')).toMatchObject({ externalId: true, idLookup: true, unique: true, soapType: 'xsd:string' });
    expect(named('Days_Overdue__c')).toMatchObject({ calculated: true, createable: false, type: 'double' });
    expect(named('Account__c')).toMatchObject({ relationshipName: 'Account__r', cascadeDelete: true });
    const other = await callsOf(sim, 'repWithoutBilling').call('GET', '/sobjects/Account/describe');
    expect(JSON.stringify(other.body)).not.toContain('Billing_MRR__c');
    const hidden = await callsOf(sim, 'repWithoutBilling').call('GET', '/sobjects/Billing_Invoice__c/describe');
    expect(hidden.status).toBe(404);
  });
});
