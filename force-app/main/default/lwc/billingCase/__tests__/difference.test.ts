import { node } from '../../../../../../test/lwc/answers';
import { differenceOf } from '../difference';

const subscription = node({ Last_Change__c: '5 seats added', Last_Change_On__c: '2026-10-14' });
const invoice = (number: string, date: string, amount: number, more: Record<string, string | number> = {}) =>
  node(
    {
      Number__c: number,
      Invoice_Date__c: date,
      Amount__c: amount,
      Currency_Code__c: 'EUR',
      Status__c: 'Paid',
      ...more,
    },
    { Billing_Subscription__r: subscription },
  );
const line = (of: ReturnType<typeof invoice>, name: string, amount: number, quantity: number | null = null) =>
  node(
    { Description__c: name, Amount__c: amount, Quantity__c: quantity, Status__c: 'Current' },
    { Billing_Invoice__r: of },
  );

const before = invoice('INV-1', '2026-08-01', 3450.05);
const now = invoice('INV-2', '2026-11-01', 4200.1);

describe('how an invoice differs from the one before', () => {
  it('is the difference of both amounts, in the currency', () => {
    expect(differenceOf(now, [now, before], [], undefined)).toEqual({
      text: '+\u00a0€\u00a0750.05 from INV-1 of 1 Aug 2026',
      why: '',
    });
  });

  it('is nothing when both are the same', () => {
    const same = invoice('INV-3', '2026-11-01', 3450.05);
    expect(differenceOf(same, [same, before], [], subscription)?.text).toBe('The same as INV-1 of 1 Aug 2026');
  });

  it('is written with a minus when less is billed', () => {
    expect(differenceOf(invoice('INV-3', '2026-11-01', 3000), [before], [], undefined)?.text).toBe(
      '−€\u00a0450.05 from INV-1 of 1 Aug 2026',
    );
  });

  it.each([
    ['another currency', invoice('INV-1', '2026-08-01', 1, { Currency_Code__c: 'USD' })],
    ['a draft', invoice('INV-1', '2026-08-01', 1, { Status__c: 'Draft' })],
    ['a void one', invoice('INV-1', '2026-08-01', 1, { Status__c: 'Void' })],
    ['a removed one', invoice('INV-1', '2026-08-01', 1, { Status__c: 'Removed' })],
    ['a later one', invoice('INV-1', '2026-12-01', 1)],
    ['one of another subscription', { ...invoice('INV-1', '2026-08-01', 1), Billing_Subscription__r: node({}) }],
  ])('is not asked of %s', (_what, other) => {
    expect(differenceOf(now, [now, other], [], undefined)).toBeNull();
  });

  it('is not told for an invoice of several subscriptions, or whose subscription may not be read', () => {
    const several = { ...now, Billing_Subscription__r: null };
    expect(differenceOf(several, [several, { ...before, Billing_Subscription__r: null }], [], undefined)).toBeNull();
  });

  it('is explained by the lines of both with their tax, the largest difference first', () => {
    const removed = { ...line(now, 'Removed', 1, 1), Status__c: { value: 'Removed' } };
    const taxed = { ...line(now, 'Onboarding', 400), Tax__c: { value: 50.1 } };
    const lines = [
      ...[line(before, 'Seats', 3000, 20), line(before, 'Storage', 450.05)],
      ...[line(now, 'Seats', 3750, 25), taxed, removed],
    ];
    expect(differenceOf(now, [now, before], lines, undefined)?.why).toBe(
      'Seats: 20 → 25; Onboarding is new: €\u00a0450.10; Storage is no longer billed: €\u00a0450.05',
    );
  });

  it('is not explained by lines that do not come to the total, because more of them are elsewhere', () => {
    const lines = [line(before, 'Seats', 3000, 20), line(now, 'Seats', 4200.1, 25)];
    expect(differenceOf(now, [now, before], lines, undefined)?.why).toBe('');
  });

  it('is explained by the change of the subscription between both where the lines say nothing', () => {
    expect(differenceOf(now, [now, before], [], subscription)?.why).toBe('5 seats added (14 Oct 2026)');
    const later = node({ Last_Change__c: '5 seats added', Last_Change_On__c: '2026-11-14' });
    expect(differenceOf(now, [now, before], [], later)?.why).toBe('');
  });
});
