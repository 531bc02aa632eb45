import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readRenewalsFile } from './renewalsFile.ts';

const folder = mkdtempSync(join(tmpdir(), 'renewals-'));
const path = join(folder, 'renewals.json');
afterAll(() => rmSync(folder, { recursive: true }));

const read = (content: unknown) => {
  writeFileSync(path, JSON.stringify(content));
  return readRenewalsFile(path);
};
const stages = { open: 'Prospecting', won: 'Closed Won', lost: 'Closed Lost' };
const least = { mode: 'shadow', stages };

test('what is left out is as told in docs/renewals.md', () => {
  expect(read(least)).toEqual({
    renewals: {
      ...least,
      daysBefore: 90,
      closeDaysBefore: 0,
      graceDays: 0,
      group: 'subscription',
      recordType: null,
      owner: null,
      lossReason: null,
      products: true,
      defaults: {},
    },
    faults: [],
  });
});

test('everything that it can say is read', () => {
  const all = {
    mode: 'automatic',
    stages,
    daysBefore: 120,
    closeDaysBefore: 14,
    graceDays: 30,
    group: 'billingAccount',
    recordType: 'Renewal',
    owner: 'renewals@example.com',
    lossReason: {
      field: 'Loss_Reason__c',
      values: { canceled: 'Left', paymentsFailed: 'Payments', expired: 'Ran Out', termChanged: 'Moved' },
    },
    products: false,
    defaults: { Region__c: 'EMEA', Level__c: 2, Managed__c: true },
  };
  expect(read(all)).toEqual({ renewals: all, faults: [] });
});

test.each<[string, object, string]>([
  ['a mode that there is not', { mode: 'on' }, 'mode'],
  ['no stages', { stages: undefined }, 'stages'],
  ['a stage without a name', { stages: { ...stages, lost: '' } }, 'stages.lost'],
  ['no window', { daysBefore: 0 }, 'daysBefore'],
  ['half a day', { graceDays: 1.5 }, 'graceDays'],
  ['a deal that is overdue when it is opened', { daysBefore: 10, closeDaysBefore: 11 }, 'closeDaysBefore'],
  ['a rule that there is not', { group: 'account' }, 'group'],
  ['a record type by its label', { recordType: 'Our Renewals' }, 'recordType'],
  ['a reason without its values', { lossReason: { field: 'Why__c' } }, 'lossReason.values'],
  ['products that are neither', { products: 'all' }, 'products'],
  ['a default that is no value', { defaults: { Region__c: null } }, 'defaults.Region__c'],
  ['a setting that there is not', { days: 90 }, ''],
])('%s is a fault', (_what, more, way) => {
  const { renewals, faults } = read({ ...least, ...more });
  expect(renewals).toBeNull();
  expect(faults).toMatchObject([
    { variable: `RENEWALS_FILE ${way}`.trim(), problem: expect.stringMatching(/\.$/) as string },
  ]);
});

test('a file that is not there is a fault', () => {
  expect(readRenewalsFile(join(folder, 'nowhere.json'))).toMatchObject({
    renewals: null,
    faults: [{ variable: 'RENEWALS_FILE', problem: 'The file cannot be read.' }],
  });
});
