import type { GraphqlStub } from '../../../../../../test/lwc/answers';
import BillingInvoices from 'c/billingInvoices';
import { graphql } from 'lightning/graphql';
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
const RECORD = '001000000000001AAA';
const account = node({ Name: 'Acme Europe' });
const late = node(
  {
    Number__c: 'INV00000042',
    Status__c: 'Open',
    Invoice_Date__c: '2026-10-01',
    Due_Date__c: '2026-11-09',
    Days_Overdue__c: 12,
    Amount__c: 5000,
    Balance__c: 4200,
    Currency_Code__c: 'EUR',
    Attempt_Count__c: 2,
    Next_Attempt__c: '2026-11-24T17:00:00.000Z',
    Source__c: 'Zuora',
    Source_Url__c: 'https://billing.example.com/invoices/42',
  },
  { Billing_Account__r: account },
);
const paid = (n: number) =>
  node({
    Number__c: `JP-${n}`,
    Status__c: 'Paid',
    Invoice_Date__c: `2026-0${n}-01`,
    Due_Date__c: `2026-0${n}-15`,
    Days_Overdue__c: 0,
    Amount__c: 54000,
    Balance__c: 0,
    Currency_Code__c: 'JPY',
    Attempt_Count__c: 1,
    Next_Attempt__c: null,
    Source__c: 'Stripe',
    Source_Url__c: null,
  });

const rowsOn = (element: Element) => findAll(element, 'tbody tr').map(words);

async function show(objects: Parameters<typeof answer>[0], more = false): Promise<HTMLElement> {
  const element = mount<HTMLElement>('c-billing-invoices', BillingInvoices, { recordId: RECORD });
  wire.emit(answer(objects, more));
  await rendered();
  return element;
}

describe('c-billing-invoices', () => {
  afterEach(clearPage);

  it('asks for the invoices of its record, and shows that it is loading until the answer comes', async () => {
    const element = mount<HTMLElement>('c-billing-invoices', BillingInvoices, { recordId: RECORD });
    await rendered();
    expect(wire.getLastConfig()).toMatchObject({ variables: { recordId: RECORD } });
    expect(textAt(element, '.stencil')).toBe('Loading: Invoices');
  });

  it('tells how late an invoice is, what is left to pay, and how collecting it goes', async () => {
    const element = await show({ Billing_Invoice__c: [paid(3), late] });
    const [first, second] = rowsOn(element);
    expect(first).toBe(
      'INV00000042 Zuora · Acme Europe 9 Nov 2026 12 days overdue € 5,000.00 € 4,200.00 to pay Overdue 2 attempts next attempt 24 Nov 2026, 09:00',
    );
    expect(second).toBe('JP-3 Stripe 15 Mar 2026 dated 1 Mar 2026 ¥ 54,000 Paid');
    expect(findAll(element, '.chip_bad')).toHaveLength(1);
  });

  it('links into the billing system in a new tab, and only by http', async () => {
    const hostile = node({ Number__c: '<img src=x onload=a>', Source_Url__c: 'javascript:alert(1)' });
    const element = await show({ Billing_Invoice__c: [late, hostile] });
    const links = findAll(element, 'td a');
    expect(links).toHaveLength(1);
    expect(links[0]?.getAttribute('href')).toBe('https://billing.example.com/invoices/42');
    expect(links[0]?.getAttribute('target')).toBe('_blank');
    expect(links[0]?.getAttribute('rel')).toContain('noopener');
    expect(links[0]?.getAttribute('aria-label')).toBe('INV00000042: open in Zuora (new tab)');
    expect(findAll(element, 'td img')).toHaveLength(0);
    expect(rowsOn(element)[1]).toContain('<img src=x onload=a>');
  });

  it('leaves out rows that are removed', async () => {
    const element = await show({ Billing_Invoice__c: [node({ Number__c: 'GONE', Status__c: 'Removed' })] });
    expect(textAt(element, '.message')).toBe('No invoices: nothing has been billed yet.');
  });

  it('says that there is no access when the object is absent', async () => {
    const element = await show({});
    expect(textAt(element, '.message')).toContain('You do not have access to: Invoices');
  });

  it('says that there is no access when none of the fields is there', async () => {
    const element = await show({ Billing_Invoice__c: [node({}), node({ Source__c: 'Stripe' })] });
    expect(textAt(element, '.message')).toContain('You do not have access to: Invoices');
  });

  it.each(Object.keys(late).filter((field) => field !== 'Id'))('shows the rest without %s', async (field) => {
    const element = await show({ Billing_Invoice__c: [without(late, field)] });
    const [text] = rowsOn(element);
    expect(text).not.toMatch(/undefined|null|NaN|Invalid/);
    expect(textAt(element, 'section')).not.toContain('could not be loaded');
  });

  it('hides the columns whose fields may not be read', async () => {
    const element = await show({ Billing_Invoice__c: [without(without(late, 'Balance__c'), 'Amount__c')] });
    expect(findAll(element, 'th').map(words)).toEqual(['Invoice', 'Due', 'Status']);
  });

  it('shows a short list with everything open, and all of it when asked', async () => {
    const open = node({ Number__c: 'OPEN', Status__c: 'Open', Days_Overdue__c: 0, Due_Date__c: '2027-01-01' });
    const many = [1, 2, 3, 4, 5, 6, 7, 8].map(paid);
    const element = await show({ Billing_Invoice__c: [...many, open] }, true);
    expect(rowsOn(element)).toHaveLength(6);
    expect(rowsOn(element)[0]).toContain('OPEN');
    expect(textAt(element, '.count')).toBe('9+');
    expect(textAt(element, 'section')).toContain('Showing the 9 that changed last');
    (findAll(element, 'button')[0] as HTMLButtonElement).click();
    await rendered();
    expect(rowsOn(element)).toHaveLength(9);
    expect(findAll(element, 'button')).toHaveLength(0);
  });

  it('says what is wrong in plain words and asks again when told', async () => {
    const refresh = jest.fn().mockResolvedValue(undefined);
    const element = mount<HTMLElement>('c-billing-invoices', BillingInvoices, { recordId: RECORD });
    wire.emit(undefined, undefined, refresh);
    wire.emitErrors([{ message: 'Failed to fetch' }]);
    await rendered();
    expect(textAt(element, '[role=alert]')).toContain('Salesforce did not answer. Check your connection');
    (findAll(element, '[role=alert] button')[0] as HTMLButtonElement).click();
    expect(refresh).toHaveBeenCalledTimes(1);
  });

  it('keeps what it knows when asking again fails', async () => {
    const element = await show({ Billing_Invoice__c: [late] });
    wire.emitErrors([{ message: 'REQUEST_LIMIT_EXCEEDED' }]);
    await rendered();
    expect(rowsOn(element)).toHaveLength(1);
    expect(textAt(element, '[role=alert]')).toContain('too many were made');
  });

  it('says up to when the sources of its rows were looked at, and which of them is in trouble', async () => {
    const checked = (Source__c: string, State__c: string, seconds: number) =>
      node({
        Source__c,
        State__c,
        Checked_Through__c: new Date(Date.now() - seconds * 1000).toISOString(),
        Message__c: 'The password was refused.',
      });
    const connections = [checked('Zuora', 'Broken', 125), checked('Stripe', 'Delayed', 9000)];
    const element = await show({ Billing_Invoice__c: [late], Billing_Connection__c: connections });
    expect(textAt(element, '[data-id=freshness]')).toBe('Checked through 2 minutes ago');
    expect(findAll(element, '.trouble').map(words)).toEqual(['Zuora is not connected']);
  });
});
