import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer, Person } from '../testing.ts';
import { ViewsOrg } from './testing/viewsOrg.ts';

let org: ViewsOrg;
beforeAll(async () => {
  const object = 'objects/Billing_Subscription__c/Billing_Subscription__c.object-meta.xml';
  const unsearched = (text: string): string => text.replace('<enableSearch>true', '<enableSearch>false');
  org = await ViewsOrg.start({ changes: { [object]: unsearched } });
});
afterAll(() => org.close());

const search = (person: Person, sosl: string): Promise<Answer> =>
  org.get(person, `/search?q=${encodeURIComponent(sosl)}`);
const names = ({ body }: Answer): unknown[] =>
  (body as { searchRecords: { Name: string }[] }).searchRecords.map(({ Name }) => Name).sort();

describe('searches over custom objects', () => {
  it('find what the user sees, in fields that the user may read', async () => {
    const invoices = 'FIND {inv*} RETURNING Billing_Invoice__c(Name)';
    expect(names(await search('rep', invoices))).toEqual(['INV-1', 'INV-2', 'INV-3', 'INV-4', 'INV-5', 'INV-6']);
    expect(names(await search('otherRep', invoices))).toEqual(['INV-7']);
    const byKey = 'FIND {EUR} RETURNING Billing_Invoice__c(Name)';
    expect(names(await search('otherRep', byKey))).toEqual(['INV-7']);
    org.insert('Billing_Invoice__c', [
      {
        ...{ Name: 'INV-8', Key__c: 'stripe:invoice:8', Currency_Code__c: 'EUR', Status__c: 'Open' },
        Account__c: org.insert('Account', [{ Name: 'Nolan', OwnerId: org.userId('repWithoutBilling') }])[0]!,
      },
    ]);
    expect(names(await search('repWithoutBilling', byKey))).toEqual([]);
    expect(names(await search('repWithoutBilling', invoices))).toEqual(['INV-8']);
  });

  it('include every object that allows search when none is named, and refuse one that does not', async () => {
    const { body } = await search('rep', 'FIND {inv*}');
    const types = (body as { searchRecords: { attributes: { type: string } }[] }).searchRecords;
    expect(new Set(types.map(({ attributes }) => attributes.type))).toEqual(new Set(['Billing_Invoice__c']));
    expect(names(await search('rep', 'FIND {sub*}'))).toEqual([]);
    expect(await search('rep', 'FIND {sub*} RETURNING Billing_Subscription__c(Name)')).toMatchObject({
      status: 400,
      body: [{ errorCode: 'INVALID_TYPE', message: expect.stringContaining('does not support search') }],
    });
    const parameterized = '/parameterizedSearch?q=sub&sobject=Billing_Subscription__c';
    expect((await org.get('rep', parameterized)).status).toBe(400);
    expect((await org.get('rep', '/sobjects/Billing_Subscription__c/describe')).body).toMatchObject({
      searchable: false,
    });
    expect((await org.get('rep', '/sobjects/Billing_Invoice__c/describe')).body).toMatchObject({ searchable: true });
  });
});
