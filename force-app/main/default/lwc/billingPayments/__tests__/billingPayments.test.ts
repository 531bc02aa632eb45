import BillingPayments from 'c/billingPayments';
import { graphql } from 'lightning/graphql';
import type { GraphqlStub } from '../../../../../../test/lwc/answers';
import {
  answer,
  clearPage,
  findAll,
  mount,
  node,
  rendered,
  textAt,
  without,
  words,
} from '../../../../../../test/lwc/answers';

const wire = graphql as unknown as GraphqlStub;
const failed = node(
  {
    Number__c: 'P-00000007',
    Status__c: 'Failed',
    Amount__c: 4200,
    Currency_Code__c: 'EUR',
    Paid_At__c: '2026-11-17T17:00:00.000Z',
    Method__c: 'Visa •••• 4242',
    Decline_Code__c: 'insufficient_funds',
    Decline_Reason__c: 'The card has too little money. Trying again later helps.',
    Source__c: 'Zuora',
    Source_Url__c: 'https://billing.example.com/payments/7',
  },
  { Billing_Account__r: node({ Name: 'Acme Europe' }) },
);
const succeeded = node({
  Number__c: 'ch_1',
  Status__c: 'Succeeded',
  Amount__c: 54000,
  Currency_Code__c: 'JPY',
  Paid_At__c: '2026-11-18T17:00:00.000Z',
  Method__c: null,
  Decline_Code__c: null,
  Decline_Reason__c: null,
  Source__c: 'Stripe',
  Source_Url__c: null,
});

async function show(objects: Parameters<typeof answer>[0]): Promise<HTMLElement> {
  const element = mount<HTMLElement>('c-billing-payments', BillingPayments, { recordId: '001000000000001AAA' });
  wire.emit(answer(objects));
  await rendered();
  return element;
}
const rowsOn = (element: Element) => findAll(element, 'tbody tr').map(words);

describe('c-billing-payments', () => {
  afterEach(clearPage);

  it('tells the newest first, and why a payment failed', async () => {
    const element = await show({ Billing_Payment__c: [succeeded, failed] });
    expect(wire.getLastConfig()).toMatchObject({ variables: { orderBy: { Paid_At__c: { order: 'DESC' } } } });
    expect(rowsOn(element)).toEqual([
      'ch_1 Stripe 18 Nov 2026, 09:00 ¥ 54,000 Paid',
      'P-00000007 Zuora · Acme Europe 17 Nov 2026, 09:00 Visa •••• 4242 € 4,200.00 Failed The card has too little money. Trying again later helps. Code: insufficient_funds',
    ]);
    expect(findAll(element, '.chip_bad')).toHaveLength(1);
    expect(findAll(element, 'td a[href]')[0]?.getAttribute('aria-label')).toBe('P-00000007: open in Zuora (new tab)');
  });

  it('tells how a dispute stands, and why money was given back', async () => {
    const row = {
      ...succeeded,
      ...node({
        Status__c: 'Partially Refunded',
        Dispute_Status__c: 'Needs a response',
        Dispute_Reason__c: 'Fraudulent',
        Dispute_Due__c: '2026-12-01T17:00:00.000Z',
        Disputed_Amount__c: 54000,
        Refunded__c: 4000,
        Refunded_At__c: '2026-11-19T17:00:00.000Z',
        Refund_Reason__c: 'Requested by customer.',
      }),
    };
    expect(rowsOn(await show({ Billing_Payment__c: [row] }))).toEqual([
      'ch_1 Stripe 18 Nov 2026, 09:00 ¥ 54,000 Partially refunded ¥ 4,000 refunded on 19 Nov 2026, 09:00. Requested by customer. Disputed: ¥ 54,000 · Needs a response · Fraudulent. Answer the bank by 1 Dec 2026, 09:00.',
    ]);
  });

  it.each(Object.keys(failed).filter((field) => field !== 'Id'))('shows the rest without %s', async (field) => {
    const element = await show({ Billing_Payment__c: [without(failed, field)] });
    expect(rowsOn(element)).toHaveLength(1);
    expect(rowsOn(element)[0]).not.toMatch(/undefined|null|NaN|Invalid/);
  });

  it('hides the column of the state only when reason and code are hidden too', async () => {
    const noStatus = await show({ Billing_Payment__c: [without(failed, 'Status__c')] });
    expect(findAll(noStatus, 'th').map(words)).toEqual(['Payment', 'When', 'Amount', 'Status']);
    const bare = without(without(without(failed, 'Status__c'), 'Decline_Code__c'), 'Decline_Reason__c');
    clearPage();
    expect(findAll(await show({ Billing_Payment__c: [bare] }), 'th').map(words)).toEqual(['Payment', 'When', 'Amount']);
  });

  it('says empty, no access, loading and errors', async () => {
    expect(textAt(await show({ Billing_Payment__c: [] }), '[data-id=message]')).toBe(
      'No payments: nothing has been paid or tried yet.',
    );
    clearPage();
    expect(textAt(await show({}), '[data-id=message]')).toContain('You do not have access to: Payments');
    clearPage();
    const element = mount<HTMLElement>('c-billing-payments', BillingPayments, { recordId: '001000000000001AAA' });
    await rendered();
    expect(textAt(element, '.stencil')).toBe('Loading: Payments');
    wire.emitErrors([{ message: 'boom' }]);
    await rendered();
    expect(textAt(element, '[role=alert]')).toContain('could not be loaded');
  });
});
