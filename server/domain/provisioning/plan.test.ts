import { expect, test } from 'vitest';
import { NO_ADDRESS } from '../billTo/billTo.ts';
import type { AccountToBill, OtherBillingAccount } from './account.ts';
import { identitiesOf, planBillingAccount } from './plan.ts';
import { isWanted, type ProvisioningRules } from './rules.ts';

const rules: ProvisioningRules = {
  mode: 'automatic',
  connection: 'zuora',
  system: 'Zuora',
  recordTypes: null,
  fields: { Billing_Account_Wanted__c: true },
  stages: [],
  onWonDeal: false,
  defaults: { billCycleDay: null, paymentTerm: null, batch: null, preferredLocales: null },
};
const account: AccountToBill = {
  id: '001000000000001AAA',
  name: 'Acme GmbH',
  recordType: null,
  fields: { Billing_Account_Wanted__c: true },
  currency: 'EUR',
  contactId: '003000000000001AAA',
  contactsWithEmail: 1,
  billTo: {
    firstName: 'Ada',
    lastName: 'Byron',
    company: 'Acme GmbH',
    email: 'ada@acme.example',
    phone: null,
    address: { ...NO_ADDRESS, country: 'DE' },
    more: {},
  },
  isSeparate: false,
  isAtStage: false,
  hasWonDeal: false,
};
const other: OtherBillingAccount = {
  connection: 'stripe',
  number: 'cus_1',
  name: 'Other',
  email: 'other@acme.example',
  accountId: null,
};
const codes = (changed: Partial<AccountToBill>, others: readonly OtherBillingAccount[] = []): string[] => {
  const plan = planBillingAccount({ ...account, ...changed }, others, rules);
  return 'faults' in plan ? plan.faults.map(({ code }) => code) : [];
};

test('an Account with everything that billing asks for becomes a billing account with a number of ours', () => {
  expect(planBillingAccount(account, [other], rules)).toEqual({
    number: 'SF-001000000000001AAA',
    accountId: account.id,
    contactId: account.contactId,
    name: 'Acme GmbH',
    currency: 'EUR',
    billTo: account.billTo,
  });
});

test.each<[string, Partial<AccountToBill>, string[]]>([
  ['nobody with an email', { contactId: null, contactsWithEmail: 0 }, ['contact_missing']],
  ['several with an email', { contactId: null, contactsWithEmail: 2 }, ['contact_unclear']],
  ['no country', { billTo: { ...account.billTo, address: NO_ADDRESS } }, ['country_missing']],
  ['no email', { billTo: { ...account.billTo, email: null } }, ['email_missing']],
  ['a name that is too long', { name: 'A'.repeat(256) }, ['name_too_long']],
])('%s keeps it back', (_what, changed, faults) => {
  expect(codes(changed)).toEqual(faults);
});

test.each<[string, Partial<OtherBillingAccount>, string[]]>([
  ['the same email', { email: 'ADA@acme.example' }, ['customer_unlinked']],
  ['the same name but for its legal form', { name: 'ACME' }, ['customer_unlinked']],
  ['the same name, of another Account', { name: 'Acme', accountId: '001000000000002AAA' }, ['customer_elsewhere']],
  ['nothing in common', {}, []],
])('a customer with %s', (_what, changed, faults) => {
  expect(codes({}, [{ ...other, ...changed }])).toEqual(faults);
  expect(codes({ isSeparate: true }, [{ ...other, ...changed }])).toEqual([]);
});

test('two Accounts of one customer have something in common, unless somebody says that they are two', () => {
  expect(identitiesOf(account)).toEqual(['email:ada@acme.example', 'name:acme']);
  expect(identitiesOf({ ...account, isSeparate: true })).toEqual([]);
});

test('any criterion is enough, and a record type is needed besides', () => {
  const unmarked = { ...account, fields: { Billing_Account_Wanted__c: false } };
  expect(isWanted(rules, account)).toBe(true);
  expect(isWanted(rules, unmarked)).toBe(false);
  expect(isWanted({ ...rules, fields: {} }, unmarked)).toBe(false);
  expect(isWanted(rules, { ...unmarked, isAtStage: true })).toBe(true);
  expect(isWanted(rules, { ...unmarked, hasWonDeal: true })).toBe(false);
  expect(isWanted({ ...rules, onWonDeal: true }, { ...unmarked, hasWonDeal: true })).toBe(true);
  expect(isWanted({ ...rules, recordTypes: ['Customer'] }, account)).toBe(false);
});
