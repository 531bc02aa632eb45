import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readOrdersFile } from './ordersFile.ts';

const folder = mkdtempSync(join(tmpdir(), 'orders-'));
const path = join(folder, 'orders.json');
afterAll(() => rmSync(folder, { recursive: true }));

const read = (content: unknown) => {
  writeFileSync(path, JSON.stringify(content));
  return readOrdersFile(path);
};
const least = { mode: 'shadow', connection: 'zuora' };

test('what is left out is as told in docs/orders.md', () => {
  expect(read(least)).toEqual({
    orders: {
      mode: 'shadow',
      targets: [{ connection: 'zuora', recordTypes: null, fields: {}, amountAtLeast: null }],
      approvalHours: 72,
      defaults: { months: null, autoRenew: false, renewalMonths: null, cancel: 'term end' },
      stripe: { collectionMethod: 'send_invoice', daysUntilDue: 30, prorationBehavior: 'create_prorations' },
      customFields: { order: {}, subscription: {}, ratePlan: {}, charge: {} },
    },
    faults: [],
  });
});

test('everything that it can say is read', () => {
  const all = {
    mode: 'automatic',
    approvalHours: 8,
    defaults: { months: 12, autoRenew: true, renewalMonths: 6, cancel: 'billed end' },
    stripe: { collectionMethod: 'charge_automatically', daysUntilDue: 14, prorationBehavior: 'none' },
    customFields: {
      order: { PurchaseOrder__c: 'PO_Number__c' },
      subscription: { Region__c: 'Region__c' },
      ratePlan: { Team__c: 'Team__c' },
      charge: { CostCentre__c: 'Cost_Centre__c' },
    },
  };
  const criteria = {
    recordTypes: ['New_Business'],
    fields: { Order_By_Billing__c: true, Region__c: 'EMEA', Level__c: 2 },
  };
  const target = { connection: 'zuora-eu', ...criteria };
  expect(read({ ...all, ...target, amountAtLeast: 5000.5 })).toEqual({
    orders: { ...all, targets: [{ ...target, amountAtLeast: '5000.5' }] },
    faults: [],
  });
  expect(read({ ...all, targets: [target, { connection: 'stripe' }] })).toEqual({
    orders: {
      ...all,
      targets: [
        { ...target, amountAtLeast: null },
        { connection: 'stripe', recordTypes: null, fields: {}, amountAtLeast: null },
      ],
    },
    faults: [],
  });
});

test.each<[string, object, string]>([
  ['mode', { mode: 'on' }, 'It must be "off", "shadow", "assisted" or "automatic".'],
  ['mode', { mode: undefined }, 'It must be "off", "shadow", "assisted" or "automatic".'],
  ['connection', { connection: '' }, 'It must be the name of a connection.'],
  ['connection', { connection: undefined }, 'It must be the name of a connection.'],
  ['targets', { connection: undefined, targets: [] }, 'It is empty.'],
  [
    'targets',
    { targets: [{ connection: 'stripe' }] },
    'Name one connection here, or several as "targets", each with its own criteria.',
  ],
  [
    'targets',
    { connection: undefined, targets: [{ connection: 'stripe' }], recordTypes: ['A'] },
    'Name one connection here, or several as "targets", each with its own criteria.',
  ],
  [
    'targets[0].connection',
    { connection: undefined, targets: [{ connection: '' }] },
    'It must be the name of a connection.',
  ],
  ['amountAtLeast', { amountAtLeast: -1 }, 'It must be 0 at least.'],
  ['amountAtLeast', { amountAtLeast: '5' }, 'It must be a number.'],
  ['recordTypes', { recordTypes: [] }, 'It is empty.'],
  ['recordTypes[0]', { recordTypes: ['New Business'] }, 'It must be the developer name of a record type.'],
  ['fields.Region__c', { fields: { Region__c: [] } }, 'It must be a text, a number, true or false.'],
  ['approvalHours', { approvalHours: 0 }, 'It must be 1 at least.'],
  ['approvalHours', { approvalHours: 721 }, 'It must be 720 at most.'],
  ['approvalHours', { approvalHours: 1.5 }, 'It must be a whole number of hours.'],
  ['defaults.months', { defaults: { months: 0 } }, 'It must be 1 at least.'],
  ['defaults.months', { defaults: { months: 1.5 } }, 'It must be a whole number of months.'],
  ['defaults.renewalMonths', { defaults: { renewalMonths: 601 } }, 'It must be 600 at most.'],
  [
    'stripe.collectionMethod',
    { stripe: { collectionMethod: 'card' } },
    'It must be "send_invoice" or "charge_automatically".',
  ],
  ['stripe.daysUntilDue', { stripe: { daysUntilDue: 366 } }, 'It must be 365 at most.'],
  [
    'stripe.prorationBehavior',
    { stripe: { prorationBehavior: 'all' } },
    'It must be "create_prorations", "always_invoice" or "none".',
  ],
  ['defaults.cancel', { defaults: { cancel: 'today' } }, 'It must be "term end" or "billed end".'],
  [
    'customFields.order.PO',
    { customFields: { order: { PO: 'PO__c' } } },
    'It must be the API name of a custom field of billing.',
  ],
  [
    'customFields.charge.PO__c',
    { customFields: { charge: { PO__c: 'a, b' } } },
    'It must be the API name of a field of Salesforce.',
  ],
  ['defaults.autoRenew', { defaults: { autoRenew: 'yes' } }, 'It must be true or false.'],
])('%s that is wrong is told where it stands', (where, more, problem) => {
  const { orders, faults } = read({ ...least, ...more });
  expect(orders).toBeNull();
  expect(faults.map((fault) => [fault.variable, fault.problem])).toEqual([[`ORDERS_FILE ${where}`, problem]]);
});

test('a field name that could be anything but a name is refused', () => {
  expect(read({ ...least, fields: { "Id FROM Account WHERE Name = 'x'": 1 } }).orders).toBeNull();
});
