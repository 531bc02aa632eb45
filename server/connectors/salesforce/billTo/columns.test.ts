import { expect, test } from 'vitest';
import type { DescribedField } from '../mapping/describe.ts';
import { billToColumns, namedIn, toAccount, toContact } from './columns.ts';

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

test('an org without Person Accounts is asked for nothing of persons', async () => {
  const { account, named } = await billToColumns(() => having('Phone'));
  expect([...account, ...named].filter((name) => /^(Person|Phone)/.test(name))).toEqual([]);
});

test('an org with Person Accounts is asked for who they are, by the Contact; the number is that of either', async () => {
  const { account, named } = await billToColumns((object) =>
    object === 'Account' ? having('PersonContactId', 'Phone') : having(),
  );
  expect(account).toContain('Phone');
  expect(named).toEqual(expect.arrayContaining(['Billing_Contact__r.Email', 'PersonContact.Email']));
  expect((await billToColumns(() => having('PersonContactId'))).account, 'a number that nobody may read').not.toContain(
    'Phone',
  );
  const person = { Id: '003P', Phone: null };
  const chosen = { Id: '003C', IsDeleted: false };
  expect(namedIn({ PersonContact: person, Phone: '1' })).toMatchObject({ Id: '003P', Phone: '1' });
  expect(namedIn({ PersonContact: { ...person, Phone: '2' }, Phone: '1' })).toMatchObject({ Phone: '2' });
  expect(namedIn({ PersonContact: person, Billing_Contact__r: chosen })).toBe(chosen);
  const gone = { ...chosen, IsDeleted: true };
  expect(namedIn({ PersonContact: person, Billing_Contact__r: gone })).toMatchObject({ Id: '003P' });
  expect(namedIn({ PersonContact: null, Billing_Contact__r: gone })).toBeNull();
});
