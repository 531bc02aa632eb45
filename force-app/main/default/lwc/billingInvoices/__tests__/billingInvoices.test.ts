import type { GraphqlStub, Node } from '../../../../../../test/lwc/answers';
import BillingInvoices from 'c/billingInvoices';
import { graphql } from 'lightning/graphql';
import { pdfLabelOf } from '../pdf';
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

const mockOpen = jest.fn();
jest.mock('c/billingActionModal', () => ({
  __esModule: true,
  default: { open: (given: unknown) => mockOpen(given) as unknown },
}));
jest.mock('@salesforce/customPermission/Billing_Payment_Actions', () => ({ default: true }), { virtual: true });

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

async function show(objects: Parameters<typeof answer>[0]): Promise<HTMLElement> {
  const element = mount<HTMLElement>('c-billing-invoices', BillingInvoices, { recordId: RECORD });
  wire.emit(answer(objects));
  await rendered();
  return element;
}

describe('c-billing-invoices', () => {
  afterEach(clearPage);

  it('asks for the invoices of its record, and shows that it is loading until the answer comes', async () => {
    const element = mount<HTMLElement>('c-billing-invoices', BillingInvoices, { recordId: RECORD });
    await rendered();
    expect(wire.getLastConfig()).toMatchObject({
      variables: {
        where: { Account__c: { eq: RECORD }, Status__c: { ne: 'Removed' } },
        orderBy: { Invoice_Date__c: { order: 'DESC' } },
        first: 10,
        after: null,
      },
    });
    expect(textAt(element, '.stencil')).toBe('Loading: Invoices');
  });

  it('tells how late an invoice is, what is left to pay, and how collecting it goes', async () => {
    const element = await show({ Billing_Invoice__c: [late, paid(3)] });
    const [first, second] = rowsOn(element);
    expect(first).toBe(
      'INV00000042 Zuora · Acme Europe 9 Nov 2026 12 days overdue € 5,000.00 € 4,200.00 to pay Overdue 2 attempts next attempt 24 Nov 2026, 09:00',
    );
    expect(second).toBe('JP-3 Stripe PDF 15 Mar 2026 dated 1 Mar 2026 ¥ 54,000 Paid');
    expect(findAll(element, '.chip_bad')).toHaveLength(1);
  });

  it('links into the billing system in a new tab, and only by http', async () => {
    const hostile = node({ Number__c: '<img src=x onload=a>', Source_Url__c: 'javascript:alert(1)' });
    const element = await show({ Billing_Invoice__c: [late, hostile] });
    const links = findAll(element, 'td a[href]');
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
    expect(textAt(element, '[data-id=message]')).toBe('No invoices: nothing has been billed yet.');
  });

  it('says that there is no access when the object is absent', async () => {
    const element = await show({});
    expect(textAt(element, '[data-id=message]')).toContain('You do not have access to: Invoices');
  });

  it('says that there is no access when none of the fields is there', async () => {
    const element = await show({ Billing_Invoice__c: [node({}), node({})] });
    expect(textAt(element, '[data-id=message]')).toContain('You do not have access to: Invoices');
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

  /** Answers as Salesforce does to a page of a longer list. */
  const pageOf = (rows: Node[], totalCount: number, endCursor: string | null) => ({
    uiapi: {
      query: {
        Billing_Invoice__c: {
          totalCount,
          edges: rows.map((one) => ({ node: one })),
          pageInfo: { hasNextPage: endCursor !== null, endCursor },
        },
      },
    },
  });
  const asked = () => (wire.getLastConfig() as { variables: Record<string, unknown> }).variables;
  const press = async (element: Element, name: string) => {
    const button = findAll(element, 'button').find((one) => words(one) === name) as HTMLButtonElement;
    button.click();
    await rendered();
  };

  it('leads from page to page by cursor, and says where it is', async () => {
    const element = mount<HTMLElement>('c-billing-invoices', BillingInvoices, { recordId: RECORD, pageSize: 2 });
    const onCount = jest.fn();
    element.addEventListener('count', (event) => onCount((event as CustomEvent).detail));
    wire.emit(pageOf([late, paid(1)], 5, 'after-2'));
    await rendered();
    expect(onCount).toHaveBeenLastCalledWith({ section: 'invoices', count: 5 });
    expect(textAt(element, '.pager [role=status]')).toBe('1–2 of 5');
    await press(element, 'Next');
    expect(asked()).toMatchObject({ first: 2, after: 'after-2' });
    expect(findAll(element, '.busy')).toHaveLength(1);
    wire.emit(pageOf([paid(2), paid(3)], 5, 'after-4'));
    await rendered();
    expect(findAll(element, '.busy')).toHaveLength(0);
    expect(textAt(element, '.pager [role=status]')).toBe('3–4 of 5');
    await press(element, 'Previous');
    expect(asked()).toMatchObject({ after: null });
  });

  it('asks nothing anew when an answer has come', async () => {
    const element = mount<HTMLElement>('c-billing-invoices', BillingInvoices, { recordId: RECORD });
    await rendered();
    const before = wire.getLastConfig() as { variables: unknown };
    wire.emit(pageOf([late], 1, null));
    await rendered();
    expect((wire.getLastConfig() as { variables: unknown }).variables).toBe(before.variables);
    expect(findAll(element, '.pager')).toHaveLength(0);
  });

  it.each([
    ['Open', { Status__c: { eq: 'Open' } }, 'ASC'],
    ['Overdue', { Days_Overdue__c: { gt: 0 } }, 'ASC'],
    ['Paid', { Status__c: { eq: 'Paid' } }, 'DESC'],
  ])('asks for those that are %s, from the first page on', async (name, where, order) => {
    const element = mount<HTMLElement>('c-billing-invoices', BillingInvoices, { recordId: RECORD });
    wire.emit(pageOf([late], 40, 'after-10'));
    await rendered();
    await press(element, 'Next');
    await press(element, name);
    expect(asked()).toMatchObject({ where: { Account__c: { eq: RECORD }, ...where }, after: null });
    expect(JSON.stringify(asked().orderBy)).toContain(order);
    wire.emit(pageOf([], 0, null));
    await rendered();
    expect(textAt(element, '[data-id=message]')).toBe('None of this kind.');
  });

  it.each([
    ['Overdue', 'Overdue'],
    ['nonsense of an admin', 'All'],
  ])('begins with the filter of the page: %s', async (invoiceFilter, chosen) => {
    const element = mount<HTMLElement>('c-billing-invoices', BillingInvoices, { recordId: RECORD, invoiceFilter });
    await rendered();
    expect(textAt(element, '[aria-pressed=true]')).toBe(chosen);
  });

  it('asks for one billing account alone, from the first page on', async () => {
    const element = mount<HTMLElement & { accountId: string }>('c-billing-invoices', BillingInvoices, {
      recordId: RECORD,
    });
    wire.emit(pageOf([late], 40, 'after-10'));
    await rendered();
    await press(element, 'Next');
    element.accountId = 'a01000000000001AAA';
    await rendered();
    expect(asked()).toMatchObject({ where: { Billing_Account__c: { eq: 'a01000000000001AAA' } }, after: null });
  });

  it('asks without filter and order when the user may not read what they need, and says so', async () => {
    const element = mount<HTMLElement>('c-billing-invoices', BillingInvoices, { recordId: RECORD });
    wire.emitErrors([{ message: "Field 'Status__c' is undefined", extensions: { ErrorType: 'ValidationError' } }]);
    await rendered();
    expect(asked()).toMatchObject({
      where: { Account__c: { eq: RECORD } },
      orderBy: { LastModifiedDate: { order: 'DESC' } },
    });
    wire.emit(pageOf([without(late, 'Status__c')], 1, null));
    await rendered();
    expect(rowsOn(element)).toHaveLength(1);
    expect(findAll(element, '[aria-pressed], [role=alert]')).toHaveLength(0);
    expect(textAt(element, '[data-id=plain]')).toContain('you may not read a field');
  });

  it('offers no filter of what may not be read at all', async () => {
    expect(findAll(await show({}), '[aria-pressed]')).toHaveLength(0);
  });

  const stripe = (Status__c: string) => node({ Number__c: `S-${Status__c}`, Status__c, Source__c: 'Stripe' });
  const pdfButtons = (element: Element) => findAll(element, 'button.pdf') as HTMLButtonElement[];
  const namesOf = (element: Element) => pdfButtons(element).map((button) => button.getAttribute('aria-label'));

  it('asks for the PDF by a dialog, where Stripe has one', async () => {
    const all = [late, stripe('Draft'), stripe('Open'), stripe('Paid')];
    const element = await show({ Billing_Invoice__c: all });
    expect(namesOf(element)).toEqual(['PDF of invoice S-Open', 'PDF of invoice S-Paid']);
    let close: (() => void) | undefined;
    mockOpen.mockReturnValue(new Promise<void>((done) => (close = done)));
    const [button] = pdfButtons(element);
    for (const click of [1, 2]) {
      button?.click();
      expect([click, mockOpen.mock.calls]).toEqual([
        click,
        [
          [
            {
              label: 'PDF of invoice S-Open',
              size: 'small',
              flow: 'Billing_Invoice_Pdf',
              recordId: all[2]!.Id,
            },
          ],
        ],
      ]);
    }
    close?.();
    await rendered();
    await rendered();
    button?.click();
    expect(mockOpen).toHaveBeenCalledTimes(2);
  });

  it('offers no PDF to who lacks the permission', () => {
    const labelOf = (permitted: boolean) => pdfLabelOf(stripe('Paid') as never, 'S-1', permitted);
    expect([labelOf(true), labelOf(false)]).toEqual(['PDF of invoice S-1', '']);
  });

  it('asks for the lines of an invoice when they are opened', async () => {
    const element = await show({ Billing_Invoice__c: [late] });
    expect(findAll(element, 'c-billing-invoice-lines')).toHaveLength(0);
    const [toggle] = findAll(element, '.toggle') as HTMLButtonElement[];
    expect(toggle?.getAttribute('aria-label')).toBe('Lines of invoice INV00000042');
    toggle?.click();
    await rendered();
    expect(toggle?.getAttribute('aria-expanded')).toBe('true');
    expect(wire.getLastConfig()).toMatchObject({ variables: { invoiceId: late.Id } });
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
    expect(textAt(element, '[data-id=stale]')).toContain('may be missing or out of date');
  });
});
