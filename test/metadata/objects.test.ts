import { describe, expect, it } from 'vitest';
import { customFields, list, objects, packageFiles, readMetadata } from './source.ts';
import type { CustomField } from './source.ts';

const fields = customFields();
const custom = objects().filter((name) => name.endsWith('__c'));

/**
 * Rows that come from a billing system or are worked out from several of them; a connection is neither, a link is about none
 * yet, a failure is ours, and a request comes from people.
 */
const mirrored = custom.filter(
  (name) =>
    !['Billing_Connection__c', 'Billing_Link__c', 'Billing_Request__c', 'Billing_Sync_Failure__c'].includes(name),
);
const COMMON = [
  'Key__c',
  'Account__c',
  'Source__c',
  'Connection__c',
  'Source_Url__c',
  'Currency_Code__c',
  'Row_Version__c',
  'Synced_At__c',
  'Status__c',
];
const MONEY =
  /^(Billing_)?(Opening|New|Expansion|Contraction|Churn|Reactivation|Closing|MRR|ARR|TCV|Amount|Tax|Discount|Applied|Refunded|Balance|Credit_Balance|Outstanding|Overdue|Not_Due|Days_\d+_\d+|Over_90_Days|Last_Payment_Amount|Lifetime_Value|(ARR|Outstanding)_Converted)__c$/;

const fieldOf = (object: string, name: string): CustomField | undefined =>
  fields.find((field) => field.object === object && field.name === name);

describe('fields', () => {
  it.each(fields.map((field) => [`${field.object}.${field.name}`, field] as const))('%s', (_name, { name, xml }) => {
    expect(xml['fullName']).toBe(name);
    expect(xml['label']).toBeTruthy();
    expect(String(xml['description'] ?? '')).toMatch(/\S.{10,}/);
    // What people see beside the field; the platform keeps 510 characters of it.
    expect(String(xml['inlineHelpText'] ?? '')).toMatch(/^\S.{10,509}$/);
  });

  it('are named with a prefix on standard objects, but for three with names of their own: real orgs have added fields too', () => {
    const standard = fields.filter(({ object }) => !object.endsWith('__c'));
    expect(standard.map(({ name }) => name).filter((name) => !name.startsWith('Billing_'))).toEqual([
      'Churn_Risk_Score__c',
      'Churn_Risk__c',
      'Subscription_Health__c',
    ]);
  });

  it('hold money as numbers with three decimals, never as Currency, which would print the currency of the org', () => {
    const money = fields.filter(({ name }) => MONEY.test(name));
    expect(money.length).toBeGreaterThan(10);
    for (const { object, name, xml } of money) {
      expect.soft([xml['type'], xml['scale']], `${object}.${name}`).toEqual(['Number', '3']);
    }
    expect(fields.filter(({ xml }) => xml['type'] === 'Currency')).toEqual([]);
  });

  it('point only to objects that exist', () => {
    const known = new Set([...objects(), 'Account']);
    const targets = fields.flatMap(({ xml }) => (typeof xml['referenceTo'] === 'string' ? [xml['referenceTo']] : []));
    expect(targets.filter((target) => !known.has(target))).toEqual([]);
  });
});

describe.each(custom)('%s', (object) => {
  const xml = readMetadata(`objects/${object}/${object}.object-meta.xml`);

  it('says what it is', () => {
    expect(String(xml['description'] ?? '')).toMatch(/\S.{10,}/);
    expect(xml['label']).toBeTruthy();
    expect(list(xml, 'nameField')).toHaveLength(1);
  });

  it('has an external id that is unique and tells case apart', () => {
    const key = fieldOf(object, 'Key__c')?.xml;
    expect(key).toMatchObject({ type: 'Text', externalId: 'true', unique: 'true', caseSensitive: 'true' });
  });
});

// A request is no copy of anything: it has no version.
describe.each(custom.filter((name) => name !== 'Billing_Request__c'))('%s as a copy', (object) => {
  it('refuses an older row version', () => {
    const rules = packageFiles().filter((path) => path.startsWith(`objects/${object}/validationRules/`));
    const formulas = rules.map((path) => String(readMetadata(path)['errorConditionFormula']));
    expect(formulas.some((formula) => formula.includes('PRIORVALUE(Row_Version__c)'))).toBe(true);
  });
});

describe.each(mirrored)('%s as a mirrored object', (object) => {
  it('has the fields that all of them have', () => {
    expect(COMMON.filter((name) => !fieldOf(object, name))).toEqual([]);
  });

  it('belongs to its Account: who may not see the Account may not see its money', () => {
    expect(fieldOf(object, 'Account__c')?.xml).toMatchObject({
      type: 'MasterDetail',
      referenceTo: 'Account',
      reparentableMasterDetail: 'true',
      writeRequiresMasterRead: 'true',
    });
    expect(readMetadata(`objects/${object}/${object}.object-meta.xml`)['sharingModel']).toBe('ControlledByParent');
  });

  it('can say that a row is gone', () => {
    expect(JSON.stringify(fieldOf(object, 'Status__c')?.xml)).toContain('"fullName":"Removed"');
  });
});
