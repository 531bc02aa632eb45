import { expect, test } from 'vitest';
import { deal, orderRules } from '../../../test/support/orderFacts.ts';
import { isOrdered, rulesFor, type OrderSettings } from './rules.ts';

const any = { recordTypes: null, fields: {}, amountAtLeast: null };
const { mode, defaults, customFields } = orderRules;
const settings: OrderSettings = {
  mode,
  defaults,
  customFields,
  targets: [
    { ...any, connection: 'zuora', amountAtLeast: '5000' },
    { ...any, connection: 'stripe', recordTypes: ['Self_Service'], fields: { Online__c: true } },
    { ...any, connection: 'stripe-eu', recordTypes: ['Self_Service'] },
  ],
};
const online = { recordType: 'Self_Service', fields: { Online__c: true } };

test.each([
  ['the amount', deal({ amount: '5000.00' }), 'zuora'],
  ['the amount before what comes later', deal({ amount: '9000', ...online }), 'zuora'],
  ['record type and fields', deal({ amount: '4999.99', ...online }), 'stripe'],
  ['the record type alone', deal({ amount: null, ...online, fields: { Online__c: false } }), 'stripe-eu'],
])('the first target that fits gets the order: %s', (_what, one, connection) => {
  const rules = rulesFor(settings, one, null);
  expect([rules.connection, isOrdered(rules, one)]).toEqual([connection, true]);
});

test('a deal that fits none is left out', () => {
  const one = deal({ amount: '12' });
  expect(isOrdered(rulesFor(settings, one, null), one)).toBe(false);
  expect(
    isOrdered(rulesFor(settings, deal({ amount: '9000', isReported: true }), null), deal({ isReported: true })),
  ).toBe(false);
});

test('what has begun stays where it is, also where no target is that any more', () => {
  const one = deal({ amount: '9000' });
  expect(rulesFor(settings, one, 'stripe-eu').connection).toBe('stripe-eu');
  expect(rulesFor(settings, one, 'gone').connection).toBe('gone');
});
