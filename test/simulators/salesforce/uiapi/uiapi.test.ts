import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { TestOrg } from './testing.ts';

type Record_ = { id: string; apiName: string; fields: Record<string, { value: unknown; displayValue: unknown }> };

let org: TestOrg;
let acme: string;
let hidden: string;
let invoice: string;
let foreign: string;

const get = (path: string, person: 'rep' | 'repWithoutBilling' = 'rep') => org.call(person, 'GET', `/ui-api${path}`);

async function record(path: string): Promise<Record_> {
  const { status, body } = await get(path);
  expect(status).toBe(200);
  return body as Record_;
}

beforeAll(async () => {
  org = await TestOrg.start();
  [acme, hidden] = org.insert('Account', [
    { Name: 'Acme', OwnerId: org.userId('rep') },
    { Name: 'Hidden', OwnerId: org.userId('otherRep') },
  ]) as [string, string];
  const row = (n: number, account: string, due: string | null) => ({
    Name: `INV-${n}`,
    Key__c: `stripe:invoice:${n}`,
    Account__c: account,
    Amount__c: 1000 * n,
    Due_Date__c: due,
    Status__c: 'Open',
  });
  [invoice, , foreign] = org.insert('Billing_Invoice__c', [
    row(1, acme, '2026-11-20'),
    row(2, acme, '2026-12-01'),
    row(3, hidden, null),
    row(4, acme, null),
  ]) as [string, string, string];
});
afterEach(() => org.hidden.clear());
afterAll(() => org.sim.close());

describe('records', () => {
  test('give the fields asked for, with parents', async () => {
    const found = await record(
      `/records/${invoice}?fields=Billing_Invoice__c.Name,Billing_Invoice__c.Amount__c&fields=Billing_Invoice__c.Account__r.Owner.Name&optionalFields=Billing_Invoice__c.Due_Date__c`,
    );
    expect(found).toMatchObject({
      apiName: 'Billing_Invoice__c',
      childRelationships: {},
      eTag: expect.stringMatching(/^[0-9a-f]{32}$/),
      id: invoice,
      recordTypeId: null,
      recordTypeInfo: null,
      lastModifiedDate: expect.stringMatching(/\.\d{3}Z$/),
      weakEtag: expect.any(Number),
    });
    expect(found.fields).toEqual({
      Name: { value: 'INV-1', displayValue: null },
      Amount__c: { value: 1000, displayValue: '1,000' },
      Due_Date__c: { value: '2026-11-20', displayValue: '11/20/2026' },
      Account__r: {
        displayValue: 'Acme',
        value: expect.objectContaining({
          apiName: 'Account',
          id: acme,
          fields: {
            Owner: {
              displayValue: 'Riley Rep',
              value: expect.objectContaining({ fields: { Name: { value: 'Riley Rep', displayValue: null } } }),
            },
          },
        }),
      },
    });
  });

  test('the full layout has every field that the user may read', async () => {
    org.hidden.add('Billing_Invoice__c.Amount__c');
    const { fields } = await record(`/records/${invoice}?layoutTypes=Full`);
    expect(fields).toHaveProperty('Status__c.value', 'Open');
    expect(fields).not.toHaveProperty('Amount__c');
  });

  test('an unreadable or unknown field is refused in fields and left out in optionalFields', async () => {
    org.hidden.add('Billing_Invoice__c.Amount__c').add('User');
    for (const field of ['Amount__c', 'Nope__c', 'Account__r.Owner.Name', 'Nope__r.Name']) {
      const refused = await get(`/records/${invoice}?fields=Billing_Invoice__c.${field}`);
      expect(refused).toMatchObject({ status: 400, body: [{ errorCode: 'INVALID_FIELD' }] });
      const { fields } = await record(`/records/${invoice}?optionalFields=Billing_Invoice__c.${field}`);
      expect(fields).toEqual({});
    }
  });

  test.each([
    ['sharing hides the record', () => get(`/records/${hidden}?fields=Account.Name`), 403, 'INSUFFICIENT_ACCESS'],
    [
      'its Account is hidden',
      () => get(`/records/${foreign}?fields=Billing_Invoice__c.Name`),
      403,
      'INSUFFICIENT_ACCESS',
    ],
    [
      'no permission on the object',
      () => get(`/records/${invoice}?fields=Billing_Invoice__c.Name`, 'repWithoutBilling'),
      403,
      'INSUFFICIENT_ACCESS',
    ],
    ['no such record', () => get('/records/001000000000000AAA?fields=Account.Name'), 404, 'NOT_FOUND'],
    ['no fields asked', () => get(`/records/${acme}`), 400, 'MISSING_ARGUMENT'],
    ['a field of another object', () => get(`/records/${acme}?fields=Case.Subject`), 400, 'INVALID_FIELD'],
    ['an unknown resource', () => get(`/nope/${acme}`), 404, 'NOT_FOUND'],
  ])('%s', async (_why, ask, status, errorCode) => {
    expect(await ask()).toMatchObject({ status, body: [{ errorCode }] });
  });

  test('are made, changed and deleted as the user', async () => {
    const made = await org.call('rep', 'POST', '/ui-api/records', {
      apiName: 'Account',
      fields: { Name: 'New', OwnerId: org.userId('rep') },
    });
    expect(made).toMatchObject({ status: 201, body: { fields: { Name: { value: 'New' } } } });
    const { id } = made.body as Record_;
    const changed = await org.call('rep', 'PATCH', `/ui-api/records/${id}`, { fields: { Name: 'Newer' } });
    expect(changed).toMatchObject({ status: 200, body: { fields: { Name: { value: 'Newer' } } } });
    const refused = await org.call('rep', 'PATCH', `/ui-api/records/${id}`, { fields: { Name: 'x'.repeat(300) } });
    expect(refused).toMatchObject({
      status: 400,
      body: [
        {
          errorCode: 'STRING_TOO_LONG',
          enhancedErrorType: 'RecordError',
          output: { errors: [], fieldErrors: { Name: [{ errorCode: 'STRING_TOO_LONG', field: 'Name' }] } },
        },
      ],
    });
    const forbidden = await org.call('rep', 'PATCH', `/ui-api/records/${invoice}`, { fields: { Amount__c: 1 } });
    expect(forbidden.status).toBe(400);
  });
});

describe('object-info', () => {
  test('has what the user may read and no more', async () => {
    org.hidden.add('Usage__c').add('Billing_Invoice__c.Amount__c');
    const { body } = await get('/object-info/Account');
    const relationships = (body as { childRelationships: { relationshipName: string }[] }).childRelationships;
    const names = relationships.map(({ relationshipName }) => relationshipName);
    expect(names).toContain('Billing_Invoices__r');
    expect(names).not.toContain('Usages__r');
    const { body: invoiceInfo } = await get('/object-info/Billing_Invoice__c');
    expect(invoiceInfo).toMatchObject({
      apiName: 'Billing_Invoice__c',
      label: 'Billing Invoice',
      nameFields: ['Name'],
      createable: false,
      fields: {
        Due_Date__c: { dataType: 'Date', required: false },
        Account__c: {
          dataType: 'Reference',
          relationshipName: 'Account__r',
          referenceToInfos: [{ apiName: 'Account', nameFields: ['Name'] }],
        },
      },
    });
    expect((invoiceInfo as Record_).fields).not.toHaveProperty('Amount__c');
    expect(await get('/object-info/Usage__c')).toMatchObject({ status: 404, body: [{ errorCode: 'INVALID_TYPE' }] });
  });

  test('picklist values', async () => {
    const url = '/object-info/Billing_Invoice__c/picklist-values/012000000000000AAA';
    const one = await get(`${url}/Status__c`);
    expect((one.body as { values: { value: string }[] }).values).toContainEqual({
      attributes: null,
      label: 'Open',
      validFor: [],
      value: 'Open',
    });
    const all = await get(url);
    expect(Object.keys((all.body as { picklistFieldValues: object }).picklistFieldValues)).toEqual(
      expect.arrayContaining(['Status__c', 'Source__c']),
    );
  });
});

describe('related-list-records', () => {
  const path = () => `/related-list-records/${acme}/Billing_Invoices__r`;

  test('pages through the records in the order asked', async () => {
    const query = 'fields=Billing_Invoice__c.Name&sortBy=-Billing_Invoice__c.Due_Date__c&pageSize=2';
    const names = (body: unknown) =>
      (body as { records: Record_[] }).records.map(({ fields }) => fields['Name']!.value);
    const first = await get(`${path()}?${query}`);
    expect(first).toMatchObject({
      status: 200,
      body: { count: 2, currentPageToken: '0', nextPageToken: '2', pageSize: 2 },
    });
    expect(names(first.body)).toEqual(['INV-4', 'INV-2']);
    const second = await org.call('rep', 'POST', `/ui-api${path()}`, {
      fields: ['Billing_Invoice__c.Name'],
      sortBy: ['-Billing_Invoice__c.Due_Date__c'],
      pageSize: 2,
      pageToken: '2',
    });
    expect(second).toMatchObject({ status: 200, body: { count: 1, nextPageToken: null, previousPageToken: '0' } });
    expect(names(second.body)).toEqual(['INV-1']);
  });

  test('refuses what it does not know and what the user may not read', async () => {
    expect((await get(`${path()}?fields=Billing_Invoice__c.Nope__c`)).status).toBe(400);
    expect((await get(`${path()}?pageSize=2000`)).status).toBe(400);
    expect((await get(`/related-list-records/${hidden}/Billing_Invoices__r`)).status).toBe(403);
    expect((await get(`/related-list-records/${acme}/Nope__r`)).status).toBe(404);
    org.hidden.add('Billing_Invoice__c');
    expect((await get(path())).status).toBe(404);
  });
});
