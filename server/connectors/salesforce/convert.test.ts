import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { XMLParser } from 'fast-xml-parser';
import { expect, test } from 'vitest';
import * as sample from '../../../test/support/billingObjects.ts';
import { deriveAccount } from '../../domain/account/deriveAccount.ts';
import { DUNNING_STAGES } from '../../domain/account/dunningCase.ts';
import { factsOf, type BillingObject } from '../../domain/account/facts.ts';
import { BILLING_ACCOUNT_STATUSES } from '../../domain/billingAccount/billingAccount.ts';
import { HEALTH_STATUSES } from '../../domain/health/health.ts';
import { CHURN_RISKS, HEALTH_TIERS } from '../../domain/health/points.ts';
import { INVOICE_STATUSES } from '../../domain/invoice/invoice.ts';
import { INVOICE_ITEM_KINDS } from '../../domain/invoice/invoiceItem.ts';
import { MEMO_STATUSES } from '../../domain/memo/memo.ts';
import { money } from '../../domain/money/money.ts';
import { PAYMENT_STATUSES } from '../../domain/payment/payment.ts';
import { SUBSCRIPTION_STATUSES } from '../../domain/subscription/subscription.ts';
import { calendarDate } from '../../domain/time/calendarDate.ts';
import { instant } from '../../domain/time/instant.ts';
import { USAGE_TRENDS } from '../../domain/usage/forecast.ts';
import { NAMED_DEAL, ORDER_OBJECT } from '../../workflows/ports/deals.ts';
import { isRemoved, objectOrder, removedRow, toOrgConnection, toOrgRows } from './convert.ts';
import { RECORD_OBJECTS } from './collections.ts';
import { REQUESTS } from './requests.ts';
import { DISCREPANCY_OBJECT } from './rows/discrepancy.ts';
import { FAILURE_OBJECT } from './rows/syncFailure.ts';

const OBJECTS = join(import.meta.dirname, '../../../force-app/main/default/objects');
const ACCOUNT = '001000000000001AAA';

type Field = { fullName: string; type: string; length?: number; relationshipName?: string; values: string[] };

const parser = new XMLParser({ isArray: (name) => name === 'value' });

function fieldsOf(object: string): Map<string, Field> {
  const folder = join(OBJECTS, object, 'fields');
  const fields = new Map(
    readdirSync(folder).map((file): [string, Field] => {
      const { CustomField: field } = parser.parse(readFileSync(join(folder, file), 'utf8')) as {
        CustomField: Field & { valueSet?: { valueSetDefinition: { value: { fullName: string }[] } } };
      };
      const values = field.valueSet?.valueSetDefinition.value.map(({ fullName }) => fullName) ?? [];
      return [field.fullName, { ...field, values }];
    }),
  );
  // The name of an Account is not ours to write.
  if (object !== 'Account') fields.set('Name', { fullName: 'Name', type: 'Text', length: 80, values: [] });
  return fields;
}

const long = 'x'.repeat(6000);
const day = calendarDate('2026-11-21');
const ofStripe = { connection: 'stripe', source: 'Stripe' as const, sourceUrl: `https://dashboard.stripe.com/${long}` };
const account = sample.billingAccount({
  ...ofStripe,
  key: 'stripe:account:cus_1',
  number: long,
  name: long,
  creditBalance: money(1250, 'USD'),
  autoPay: true,
  card: { id: 'pm_1', brand: long, last4: '42424', expiry: '01/2027-' },
  billToEmail: long,
  accountId: ACCOUNT,
});
const common = { ...ofStripe, billingAccountKey: account.key };
const subscription = sample.subscription({
  ...common,
  key: 'stripe:subscription:sub_1',
  number: long,
  startsOn: day,
  termType: 'Evergreen',
  termStartsOn: day,
  termEndsOn: calendarDate('2026-12-21'),
  charges: [sample.charge({ name: long, plan: long, model: 'perUnit', quantity: '2.5', price: '10.5' })],
});
const amount = money(2625, 'USD');
const objects: BillingObject[] = [
  account,
  subscription,
  sample.invoice({
    ...common,
    key: 'stripe:invoice:in_1',
    number: long,
    amount,
    balance: amount,
    dueOn: day,
    attemptCount: 123_456,
    nextAttemptAt: instant('2026-11-24T09:00:00Z'),
    automaticCollection: true,
    subscriptionKey: subscription.key,
    paidThrough: ['pi_1'],
    items: [sample.invoiceItem({ name: long, kind: long, subscriptionKey: subscription.key })],
  }),
  sample.memo({ ...common, key: 'stripe:creditnote:cn_1', number: long, status: long, reason: long, comment: long }),
  sample.payment({
    ...common,
    key: 'stripe:payment:ch_1',
    number: 'ch_1',
    ids: ['ch_1', 'pi_1'],
    status: 'Failed',
    amount,
    declineCode: 'stolen_card',
    method: long,
  }),
  sample.usage({
    ...common,
    key: 'stripe:usage:si_1:2026-11-21',
    subscriptionKey: subscription.key,
    meter: long,
    unit: long,
    quantity: '1234.5678',
    limit: null,
    periodStartsOn: day,
    periodEndsOn: calendarDate('2026-12-21'),
  }),
];

const view = deriveAccount(ACCOUNT, factsOf(objects), day, 'UTC');
const connection = toOrgConnection(
  { connection: 'zuora', state: 'Broken', checkedThrough: null, lagSeconds: 5, message: long },
  'Zuora',
  60,
);
const amounts = (minor: number) => money(minor, 'USD');
const month = {
  currency: 'USD',
  month: calendarDate('2026-11-01'),
  opening: amounts(100),
  newMrr: amounts(0),
  expansion: amounts(50),
  contraction: amounts(-20),
  churn: amounts(0),
  reactivation: amounts(0),
  closing: amounts(130),
};
const rows = [...toOrgRows(view, [month]), connection];

test('every object of the package is written, parents before children', () => {
  // Those of links come from matching and those of failures from what failed, not from what is derived for an Account;
  // records only where they are switched on.
  const others = [
    'Billing_Link__c',
    FAILURE_OBJECT,
    NAMED_DEAL,
    ORDER_OBJECT,
    REQUESTS,
    DISCREPANCY_OBJECT,
    ...RECORD_OBJECTS,
  ];
  const written = rows.map(({ object }) => object).filter((object, place, all) => object !== all[place - 1]);
  expect(written).toEqual(objectOrder.filter((object) => !others.includes(object)));
});

/** A picklist that also takes words which are not in it. */
function isOpen(object: string, field: string): boolean {
  const xml = readFileSync(join(OBJECTS, object, 'fields', `${field}.field-meta.xml`), 'utf8');
  return xml.includes('<restricted>false</restricted>');
}

test.each(rows.map((row) => [row.object, row] as const))('%s fits its fields in the package', (object, row) => {
  const fields = fieldsOf(object);
  for (const one of [row, ...(['Account', 'Billing_Connection__c'].includes(object) ? [] : [removedRow(row)])])
    for (const [name, value] of Object.entries(one.fields)) {
      if (name === 'Name') {
        expect(String(value).length).toBeLessThanOrEqual(80);
        continue;
      }
      const field = fields.get(name);
      expect(field, `${object}.${name}`).toBeDefined();
      if (typeof value === 'string' && (field?.type === 'Text' || field?.type === 'LongTextArea'))
        expect(value.length, name).toBeLessThanOrEqual(field.length!);
      if (field?.type === 'Url') expect(value === null || String(value).length <= 255).toBe(true);
      if (field?.type === 'Picklist' && value !== null && !isOpen(object, name)) expect(field.values).toContain(value);
      if (field?.type === 'Number' || field?.type === 'Checkbox')
        expect(['number', 'boolean', 'object'], name).toContain(typeof value);
    }
  const relationships = new Set([...fields.values()].map(({ fullName }) => fullName.replace(/__c$/, '__r')));
  for (const name of Object.keys(row.parents)) expect(relationships).toContain(name);
});

test('statuses are the words of the picklists', () => {
  const words = (object: string) => fieldsOf(object).get('Status__c')?.values;
  expect(words('Billing_Subscription__c')).toEqual([...SUBSCRIPTION_STATUSES, 'Removed']);
  expect(words('Billing_Invoice__c')).toEqual([...INVOICE_STATUSES, 'Removed']);
  expect(words('Billing_Credit_Memo__c')).toEqual([...MEMO_STATUSES, 'Removed']);
  expect(words('Billing_Payment__c')).toEqual([...PAYMENT_STATUSES, 'Removed']);
  expect(fieldsOf('Billing_Invoice_Item__c').get('Kind__c')?.values).toEqual([...INVOICE_ITEM_KINDS]);
  expect(words('Billing_Health__c')?.toSorted()).toEqual([...HEALTH_STATUSES, 'Removed'].toSorted());
  expect(words('Dunning_Case__c')).toEqual(['Open', 'Closed', 'Removed']);
  expect(fieldsOf('Dunning_Case__c').get('Stage__c')?.values).toEqual([...DUNNING_STAGES]);
  expect(fieldsOf('Billing_Health__c').get('Tier__c')?.values).toEqual([...HEALTH_TIERS]);
  expect(fieldsOf('Account').get('Subscription_Health__c')?.values).toEqual([...HEALTH_TIERS]);
  for (const object of ['Billing_Health__c', 'Account'])
    expect(fieldsOf(object).get('Churn_Risk__c')?.values).toEqual([...CHURN_RISKS]);
  expect(fieldsOf('Usage__c').get('Trend__c')?.values).toEqual([...USAGE_TRENDS]);
  expect(words('Billing_Account__c')).toEqual([...BILLING_ACCOUNT_STATUSES, 'Removed']);
});

test('amounts are exact, numbers are zero where billing says zero, and what is cut is marked', () => {
  const [, account, subscription, charge, invoice, item, memo, payment, usage, dunning] = rows;
  expect(account?.fields).toMatchObject({ Balance__c: 26.25, Credit_Balance__c: 12.5, Source_Url__c: null });
  expect(subscription?.fields).toMatchObject({ MRR__c: 26.25, ARR__c: 315, Quantity__c: 2.5, TCV__c: null });
  expect(String(subscription?.fields['MRR_Reason__c'])).toMatch(/…$/);
  expect(charge?.fields).toMatchObject({ Quantity__c: 2.5, Price__c: 10.5, MRR__c: 26.25, Segment__c: null });
  expect(charge?.parents['Billing_Subscription__r']?.key).toBe('stripe:subscription:sub_1');
  expect(invoice?.fields).toMatchObject({ Amount__c: 26.25, Attempt_Count__c: 9999 });
  expect(item?.fields).toMatchObject({ Quantity__c: 3, Unit_Price__c: 0.00000015, Amount__c: 24, Tax__c: 2.25 });
  expect(String(item?.fields['Description__c'])).toMatch(/^x{254}…$/);
  expect(memo?.fields).toMatchObject({
    Kind__c: 'Credit',
    Amount__c: 100,
    Applied__c: 60,
    Refunded__c: 0,
    Balance__c: 40,
  });
  expect(String(memo?.fields['Comment__c'])).toMatch(/^x{254}…$/);
  expect(payment?.fields).toMatchObject({ Decline_Code__c: 'generic_decline' });
  expect(payment?.parents['Billing_Invoice__r']).toEqual({ object: 'Billing_Invoice__c', key: 'stripe:invoice:in_1' });
  expect(dunning?.fields).toMatchObject({ Amount__c: 26.25, Balance__c: 26.25, Attempts__c: 9999 });
  expect(dunning?.fields).toMatchObject({ Decline_Code__c: 'generic_decline', Stage__c: 'Retrying' });
  expect(dunning?.parents['Billing_Invoice__r']?.key).toBe('stripe:invoice:in_1');
  expect(usage?.fields).toMatchObject({ Quantity__c: 1234.568, Limit__c: null, Percent_Used__c: null });
});

test('a removed row keeps its words and loses its amounts', () => {
  const removed = removedRow(rows.find(({ object }) => object === 'Billing_Subscription__c')!);
  expect(isRemoved(removed)).toBe(true);
  expect(removed.fields).toMatchObject({
    Status__c: 'Removed',
    MRR__c: 0,
    ARR__c: 0,
    TCV__c: 0,
    Term_Type__c: 'Evergreen',
  });
});

test('an Account of which billing knows nothing has zeros and says so', () => {
  const empty = toOrgRows(deriveAccount(ACCOUNT, factsOf([]), day, 'UTC'));
  expect(empty.map(({ object }) => object)).toEqual(['Account', 'Billing_Health__c']);
  expect(empty[0]?.fields).toMatchObject({
    Billing_Status__c: 'No Subscription',
    Billing_MRR__c: 0,
    Billing_Outstanding__c: 0,
  });
});

test('a lookup without a parent is emptied, so that a row points to nothing it no longer belongs to', () => {
  const orphaned = toOrgRows(
    deriveAccount(ACCOUNT, factsOf(objects.filter(({ kind }) => kind !== 'subscription')), day, 'UTC'),
  );
  const invoice = orphaned.find(({ object }) => object === 'Billing_Invoice__c')!;
  expect(invoice.fields['Billing_Subscription__c']).toBeNull();
  expect(invoice.parents).toEqual({
    Billing_Account__r: { object: 'Billing_Account__c', key: 'stripe:account:cus_1' },
  });
});

test.each([
  ['a quarter of an hour after it was checked', 60, '2026-11-21T10:15:00.000Z'],
  ['once five sweeps were missed, where they are rare', 3_600, '2026-11-21T15:00:00.000Z'],
])('a connection is stale %s', (_when, sweepSeconds, staleAfter) => {
  const checkedThrough = new Date('2026-11-21T10:00:00Z');
  const status = { connection: 'zuora', state: 'Connected', checkedThrough, lagSeconds: 0, message: '' } as const;
  expect(toOrgConnection(status, 'Zuora', sweepSeconds).fields).toMatchObject({ Stale_After__c: staleAfter });
});

test('a connection that was never checked says nothing of being stale', () => {
  expect(connection.fields).toMatchObject({ Checked_Through__c: null, Stale_After__c: null });
});
