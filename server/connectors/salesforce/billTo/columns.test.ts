import { expect, test } from 'vitest';
import type { DescribedField } from '../mapping/describe.ts';
import { billToColumns, toAccount, toContact } from './columns.ts';

/** An org whose users see these fields besides those that every org has. */
const having = (...names: string[]) =>
  Promise.resolve(new Map(names.map((name) => [name.toLowerCase(), { name } as DescribedField])));

test('where the org has picklists of states and countries, their codes are read, and count before their texts', async () => {
  const { account, contact } = await billToColumns((object) =>
    object === 'Account' ? having('BillingStateCode', 'BillingCountryCode') : having(),
  );
  expect(account).toEqual(expect.arrayContaining(['BillingState', 'BillingStateCode', 'BillingCountryCode']));
  expect(contact.filter((name) => name.endsWith('Code'))).toEqual(['MailingPostalCode']);
  const german = { Name: 'Acme', BillingCountry: 'Deutschland', BillingCountryCode: 'DE', MailingCountry: 'Austria' };
  expect(toAccount(german)).toMatchObject({ name: 'Acme', address: { country: 'DE', state: null } });
  expect(toContact(german)).toMatchObject({ lastName: null, address: { country: 'Austria' } });
});

test.each([
  ['7.0', '7'],
  ['-0.5', '-0.5'],
  ['1.2345678E7', '12345678'],
  ['1.2345678901234568E16', '12345678901234568'],
  ['123456789012.3456', '123456789012.3456'],
  ['1.0E-7', '0.0000001'],
  ['9.99999999999999999E17', '1000000000000000000'],
  ['true', 'true'],
  ['"007.50"', '007.50'],
  ['null', null],
])('what an org writes as %s goes to billing as %s', (json, word) => {
  const record = JSON.parse(`{"Value__c":${json}}`) as Record<string, unknown>;
  expect(toAccount(record, { value: 'Value__c' }).more).toEqual({ value: word });
});
