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
