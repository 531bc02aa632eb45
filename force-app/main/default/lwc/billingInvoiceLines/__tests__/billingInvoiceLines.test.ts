import BillingInvoiceLines from 'c/billingInvoiceLines';
import { graphql } from 'lightning/graphql';
import type { GraphqlStub, Node } from '../../../../../../test/lwc/answers';
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
const LINE = {
  Description__c: 'Platform: Seats',
  Kind__c: 'Charge',
  Quantity__c: 60,
  Unit_Price__c: 150,
  Amount__c: 8000,
  Discount__c: 1000,
  Tax__c: 1520,
  Period_Start__c: '2026-11-01',
  Period_End__c: '2026-12-01',
  Currency_Code__c: 'EUR',
  Status__c: 'Current',
};
const MEMO = {
  Number__c: 'CM-1',
  Kind__c: 'Credit',
  Amount__c: 500,
  Reason__c: 'Billing error',
  Comment__c: 'Agreed by phone',
  Memo_Date__c: '2026-11-05',
  Status__c: 'Posted',
  Currency_Code__c: 'EUR',
  Source__c: 'Zuora',
  Source_Url__c: 'https://billing.example.com/memos/1',
};

async function show(lines: Node[] | null, memos: Node[] | null = null): Promise<HTMLElement> {
  const element = mount<HTMLElement>('c-billing-invoice-lines', BillingInvoiceLines, {
    invoiceId: 'a0C000000000001AAA',
  });
  const edges = (rows: Node[]) => ({ edges: rows.map((one) => ({ node: one })) });
  const below = {
    ...(lines && { Billing_Invoice_Items__r: edges(lines) }),
    ...(memos && { Billing_Credit_Memos__r: edges(memos) }),
  };
  wire.emit(answer({ Billing_Invoice__c: [{ ...node({}), ...below } as Node] }));
  await rendered();
  return element;
}
const texts = (element: Element, id: string) => findAll(element, `[data-id=${id}]`).map(words);

describe('c-billing-invoice-lines', () => {
  afterEach(clearPage);

  it('tells what each line bills, for which time, with discount and tax', async () => {
    expect(texts(await show([node(LINE)]), 'line')).toEqual([
      'Platform: Seats 60 × € 150.00 · 1 Nov – 30 Nov 2026 · discount € 1,000.00 € 8,000.00 + € 1,520.00 tax',
    ]);
  });

  it('tells memos that stand, with a link to each', async () => {
    const element = await show([node(LINE)], [node(MEMO), node({ ...MEMO, Status__c: 'Removed' })]);
    expect(texts(element, 'memo')).toEqual(['Credit memo CM-1 5 Nov 2026 · Billing error · Agreed by phone € 500.00']);
    expect(findAll(element, 'a')[0]?.getAttribute('aria-label')).toBe('CM-1: open in Zuora (new tab)');
    clearPage();
    const debit = node({ ...MEMO, Kind__c: 'Debit', Status__c: 'Void' });
    expect(texts(await show([node(LINE)], [debit]), 'memo')[0]).toContain('Debit memo CM-1 Void');
  });

  it.each(Object.keys(LINE))('shows the rest without %s', async (field) => {
    expect(texts(await show([without(node(LINE), field)]), 'line')[0]).not.toMatch(/undefined|null|NaN|Invalid/);
  });

  it.each(Object.keys(MEMO))('shows the rest without %s of a memo', async (field) => {
    expect(texts(await show([], [without(node(MEMO), field)]), 'memo')[0]).not.toMatch(/undefined|null|NaN|Invalid/);
  });

  it('says that there are none, or no access', async () => {
    expect(textAt(await show([]), '[data-id=message]')).toBe('No lines are known of this invoice.');
    clearPage();
    expect(textAt(await show(null), '[data-id=message]')).toContain('You do not have access to: Lines');
  });
});
