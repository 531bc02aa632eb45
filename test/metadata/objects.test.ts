import { describe, expect, it } from 'vitest';
import { LINE_ACTIONS, ORDER_KINDS } from '../../server/domain/order/deal.ts';
import { customFields, list, objects, packageFiles, readMetadata } from './source.ts';
import type { CustomField } from './source.ts';

const fields = customFields();
const custom = objects().filter((name) => name.endsWith('__c'));

/**
 * Objects whose rows are not copies of an Account's billing: a connection is neither, a link is about none yet, a failure and a
 * discrepancy are ours, a request comes from people, and an order belongs to its deal.
 */
const OTHERS = [
  ...['Billing_Connection__c', 'Billing_Link__c', 'Billing_Order__c', 'Billing_Request__c'],
  ...['Billing_Discrepancy__c', 'Billing_Sync_Failure__c'],
];
/** Rows that come from a billing system or are worked out from several of them. */
const mirrored = custom.filter((name) => !OTHERS.includes(name));
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
  /^(Billing_)?(Opening|New|Expansion|Contraction|Churn|Reactivation|Closing|(MRR|TCV)(_Change)?|ARR|(First_Invoice_)?Amount|Tax|Discount|Applied|Refunded|Balance|Credit_Balance|Outstanding|Overdue|Not_Due|Days_\d+_\d+|Over_90_Days|Last_Payment_Amount|Lifetime_Value|(ARR|Outstanding)_Converted)__c$/;

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

describe.each(custom)('%s as something that the integration writes', (object) => {
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

describe('Billing_Order__c', () => {
  const object = 'Billing_Order__c';

  it('belongs to its deal: who may not see the deal may not see its order', () => {
    expect(fieldOf(object, 'Opportunity__c')?.xml).toMatchObject({
      type: 'MasterDetail',
      referenceTo: 'Opportunity',
      reparentableMasterDetail: 'true',
      writeRequiresMasterRead: 'true',
    });
    expect(readMetadata(`objects/${object}/${object}.object-meta.xml`)['sharingModel']).toBe('ControlledByParent');
  });

  it('has what mirrored objects have of the billing system, and a state in place of their status', () => {
    const common = COMMON.filter((name) => !['Account__c', 'Status__c'].includes(name));
    expect([...common, 'State__c'].filter((name) => !fieldOf(object, name))).toEqual([]);
  });

  it.each([
    ['Billing_Order__c', 'Kind__c', ORDER_KINDS],
    ['Opportunity', 'Billing_Order_Kind__c', ORDER_KINDS],
    ['OpportunityLineItem', 'Billing_Action__c', LINE_ACTIONS],
  ])('%s.%s has the words that orders have', (of, name, words) => {
    const [set] = list(fieldOf(of, name)!.xml, 'valueSet');
    const values = list(set!, 'valueSetDefinition').flatMap((definition) => list(definition, 'value'));
    expect(set!['restricted']).toBe('true');
    expect(values.map((value) => value['fullName'])).toEqual([...words]);
  });
});
