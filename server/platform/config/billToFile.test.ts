import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { BILL_TO_FIELDS } from '../../domain/billTo/fields.ts';
import { billToProblems, readBillToFile } from './billToFile.ts';

const folder = mkdtempSync(join(tmpdir(), 'bill-to-'));
const path = join(folder, 'bill-to.json');
afterAll(() => rmSync(folder, { recursive: true }));

const read = (content: unknown) => {
  writeFileSync(path, JSON.stringify(content));
  return readBillToFile(path);
};

test('every field is taken over where none is named', () => {
  expect(
    read({ connections: { zuora: { mode: 'shadow' }, stripe: { mode: 'automatic', fields: ['email'] } } }),
  ).toEqual({
    billTo: {
      zuora: { mode: 'shadow', fields: [...BILL_TO_FIELDS], accountFields: {} },
      stripe: { mode: 'automatic', fields: ['email'], accountFields: {} },
    },
    faults: [],
  });
});

test.each<[string, unknown, string]>([
  ['a mode that there is not', { mode: 'on' }, 'connections.zuora.mode'],
  ['a field that there is not', { mode: 'shadow', fields: ['vat'] }, 'connections.zuora.fields[0]'],
  ['no field at all', { mode: 'automatic', fields: [] }, 'connections.zuora.fields'],
  [
    'a field of Account that cannot be one',
    { mode: 'shadow', accountFields: { paymentTerm: 'Owner.Name' } },
    'connections.zuora.accountFields.paymentTerm',
  ],
  ['a setting that there is not', { mode: 'shadow', owner: 'x' }, 'connections.zuora'],
])('%s is a fault', (_what, zuora, way) => {
  const { billTo, faults } = read({ connections: { zuora } });
  expect(billTo).toBeNull();
  expect(faults).toMatchObject([{ variable: `BILL_TO_FILE ${way}`, problem: expect.stringMatching(/\.$/) as string }]);
});

test('a file that is not there is a fault', () => {
  expect(readBillToFile(join(folder, 'nowhere.json'))).toMatchObject({
    billTo: null,
    faults: [{ variable: 'BILL_TO_FILE', problem: 'The file cannot be read.' }],
  });
});

describe('what cannot be done', () => {
  const connections = [
    { connection: 'zuora', system: 'Zuora', accountIdField: 'CRMAccountId__c' },
    { connection: 'stripe', system: 'Stripe' },
  ] as const;
  const problems = (name: string, accountFields: Record<string, string>) =>
    billToProblems({ [name]: { mode: 'automatic', fields: ['email'], accountFields } }, connections, [
      { object: 'Account', target: 'Region__c' },
      { object: 'Billing_Account__c', target: 'Segment__c' },
    ]);

  test('is nothing where billing has such fields and fills none of those', () => {
    const fields = { paymentTerm: 'Terms__c', purchaseOrderNumber: 'PO__c', Segment__c: 'Segment__c' };
    expect(problems('zuora', fields)).toEqual([]);
    expect(problems('stripe', { segment: 'Segment__c' })).toEqual([]);
  });

  test.each<[string, string, Record<string, string>, string]>([
    ['a connection that there is not', 'paypal', {}, 'There is no connection paypal'],
    ['a field that Zuora has not', 'zuora', { currency: 'X__c' }, '"currency" is none of them'],
    ['metadata that Stripe refuses', 'stripe', { 'a[b]': 'X__c' }, 'no square brackets'],
    ['what names the Account in Zuora', 'zuora', { crmaccountid__c: 'X__c' }, 'which Account of Salesforce'],
    ["Zuora's own field for that", 'zuora', { crmId: 'X__c' }, '"crmId" is none of them'],
    ['what names the Account in Stripe', 'stripe', { salesforce_account_id: 'X__c' }, 'which Account of Salesforce'],
    ['what Stripe was asked for under', 'stripe', { effect_id: 'X__c' }, 'Name another key'],
    ['a field that billing fills', 'zuora', { Region__c: 'region__c' }, 'one way alone'],
  ])('is %s', (_what, name, fields, words) => {
    expect(problems(name, fields)).toEqual([expect.stringContaining(words)]);
  });
});
