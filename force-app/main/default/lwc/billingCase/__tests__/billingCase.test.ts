import type { GraphqlStub, RecordStub } from '../../../../../../test/lwc/answers';
import BillingCase from 'c/billingCase';
import { graphql } from 'lightning/graphql';
import { notifyRecordUpdateAvailable } from 'lightning/uiRecordApi';
import {
  answer,
  clearPage,
  findAll,
  mount,
  node,
  record,
  rendered,
  textAt,
  without,
  words,
} from '../../../../../../test/lwc/answers';

const wire = graphql as unknown as GraphqlStub;
const opened = jest.requireActual<{ getRecord: RecordStub }>('lightning/uiRecordApi').getRecord;
const CASE = '500000000000001AAA';
const ACCOUNT = '001000000000001AAA';
const asking = {
  Subject: 'Wrong amount',
  Description: 'Why was I charged € 4,200 on invoice inv00000042?',
  AccountId: ACCOUNT,
  SuppliedEmail: null,
};
const ada = record('003000000000001AAA', { Email: 'Ada@Acme-Labs.example', AccountId: ACCOUNT });

const account = node({
  Name: 'Acme Europe',
  Number__c: 'A00000117',
  Status__c: 'Active',
  Source__c: 'Zuora',
  Source_Url__c: 'https://billing.example.com/accounts/117',
  Balance__c: 4200,
  Currency_Code__c: 'EUR',
  Auto_Pay__c: true,
  Payment_Method__c: 'Visa •••• 4242',
  Card_Expiry__c: '04/2099',
  Bill_To_Name__c: 'Accounts Payable',
  Bill_To_Email__c: 'ap@acme.example',
  Decline_Reason__c: null,
});
const labs = node({
  Name: 'Acme Labs',
  Number__c: 'cus_1',
  Status__c: 'Active',
  Source__c: 'Stripe',
  Bill_To_Email__c: 'ada@acme-labs.example',
  Balance__c: 0,
  Currency_Code__c: 'USD',
});
const subscription = node(
  {
    Number__c: 'A-S00000009',
    Status__c: 'Active',
    Plan__c: 'Analytics add-on',
    MRR__c: 1150,
    Currency_Code__c: 'EUR',
    Term_Type__c: 'Evergreen',
    Billing_Interval__c: 'Quarterly',
    Source__c: 'Zuora',
  },
  { Billing_Account__r: account },
);
const invoice = (number: string, date: string, amount: number, more: Record<string, string | number | null> = {}) =>
  node(
    {
      Number__c: number,
      Status__c: 'Paid',
      Invoice_Date__c: date,
      Due_Date__c: '2026-11-09',
      Days_Overdue__c: 0,
      Amount__c: amount,
      Balance__c: 0,
      Currency_Code__c: 'EUR',
      Attempt_Count__c: 0,
      Next_Attempt__c: null,
      Source__c: 'Zuora',
      Source_Url__c: `https://billing.example.com/invoices/${number}`,
      ...more,
    },
    { Billing_Account__r: account, Billing_Subscription__r: subscription },
  );
const late = invoice('INV00000042', '2026-10-26', 4200, {
  Status__c: 'Open',
  Days_Overdue__c: 12,
  Balance__c: 4200,
  Attempt_Count__c: 2,
  Next_Attempt__c: '2026-11-24T17:00:00.000Z',
});
const before = invoice('INV00000031', '2026-07-26', 3450);
const line = node(
  {
    Status__c: 'Current',
    Description__c: 'Seats',
    Quantity__c: 8,
    Amount__c: 4200,
    Period_Start__c: '2026-11-01',
    Period_End__c: '2027-02-01',
  },
  { Billing_Invoice__r: late },
);
const dunning = node(
  {
    Status__c: 'Open',
    Stage__c: 'Retrying',
    Decline_Reason__c: 'Not enough money on the card.',
    Next_Step__c: 'Payment is tried again by itself.',
  },
  { Billing_Invoice__r: late },
);
const all = {
  named: [late],
  Billing_Invoice__c: [late, before],
  Billing_Invoice_Item__c: [line],
  Billing_Account__c: [account],
  Billing_Subscription__c: [subscription],
  Dunning_Case__c: [dunning],
  Usage__c: [
    node(
      { Status__c: 'Current', Meter__c: 'API calls', Quantity__c: 870, Percent_Used__c: 87 },
      { Billing_Account__r: account },
    ),
  ],
  Billing_Health__c: [
    node({ Status__c: 'Overdue', Score__c: 62, Tier__c: 'Watch', Summary__c: 'EUR 4,200.00 is overdue.' }),
  ],
  Billing_Connection__c: [],
};

async function show(objects: Parameters<typeof answer>[0] = all, fields: object = asking): Promise<HTMLElement> {
  const element = mount<HTMLElement>('c-billing-case', BillingCase, { recordId: CASE });
  opened.emit(record(CASE, fields));
  await rendered();
  wire.emit(answer(objects));
  await rendered();
  return element;
}

const message = (element: Element) => textAt(element, '[data-id="message"]');
const named = (element: Element) => findAll(element, '[data-id="named"]')[0]!;
const factOf = (element: Element, name: string) => textAt(named(element), `[data-id="${name}"]`);

describe('the invoice context of a case', () => {
  beforeEach(() => {
    jest.useFakeTimers();
    jest.setSystemTime(new Date('2026-11-21T12:00:00Z'));
  });
  afterEach(() => {
    clearPage();
    jest.useRealTimers();
  });

  it('asks for what stands in the case, once the case is known', async () => {
    const element = mount<HTMLElement>('c-billing-case', BillingCase, { recordId: CASE });
    expect(wire.getLastConfig()).not.toHaveProperty('variables.accountId', ACCOUNT);
    opened.emit(record(CASE, asking));
    await rendered();
    expect(wire.getLastConfig()).toMatchObject({ variables: { accountId: ACCOUNT, words: ['4,200', 'inv00000042'] } });
    expect(findAll(element, 'article[data-phase="loading"]')).toHaveLength(1);
  });

  it('shows the invoice that the case mentions first, with the words around it', async () => {
    const element = await show();
    expect(textAt(element, '[data-id=named] .note')).toBe(
      'This case mentions INV00000042. “Why was I charged € 4,200 on invoice inv00000042 ?”',
    );
    expect(textAt(element, '[data-id="named"] h3')).toBe('INV00000042 12 days overdue');
    expect(factOf(element, 'total')).toBe('Total € 4,200.00');
    expect(factOf(element, 'due')).toBe('Due 9 Nov 2026');
    expect(factOf(element, 'covers')).toBe('Covers 1 Nov 2026 – 31 Jan 2027 Analytics add-on · quarterly');
    expect(factOf(element, 'difference')).toContain('+ € 750.00 from INV00000031 of 26 Jul 2026');
    expect(factOf(element, 'attempts')).toBe(
      'Attempts 2 attempts · next attempt 24 Nov 2026, 09:00 Not enough money on the card. Payment is tried again by itself.',
    );
    expect(findAll(element, '.links a').map((link) => [words(link), link.getAttribute('href')])).toEqual([
      ['Open in Zuora', 'https://billing.example.com/invoices/INV00000042'],
    ]);
  });

  it('does not call a customer healthy who has something pressing', async () => {
    const health = node({ Status__c: 'Overdue', Score__c: 80, Tier__c: 'Healthy' });
    const element = await show({ ...all, Billing_Health__c: [health] });
    expect(textAt(element, '[data-id="health"]')).toBe('80 otherwise healthy');
  });

  it('shows the customer: plan, what is owed, how it pays, usage, health, and the last invoices', async () => {
    const element = await show();
    const customer = findAll(element, '[data-id="customer"]')[0]!;
    expect(textAt(customer, '[data-id="plan"]')).toBe('Plan Analytics add-on, evergreen, € 1,150.00 a month');
    expect(textAt(customer, '[data-id="owes"]')).toBe('Owes € 4,200.00');
    expect(textAt(customer, '[data-id="paysby"]')).toBe('Pays by Visa •••• 4242, expires 04/2099, auto-pay');
    expect(textAt(customer, '[data-id="usage"]')).toBe('Usage API calls 87 % of limit');
    expect(textAt(element, '[data-id="health"]')).toBe('62 Watch');
    expect(textAt(element, '.note_bad')).toBe('EUR 4,200.00 is overdue.');
    expect(findAll(element, 'tbody tr').map(words)).toEqual([
      'INV00000042 26 Oct 2026 € 4,200.00 12 days overdue',
      'INV00000031 26 Jul 2026 € 3,450.00 Paid',
    ]);
  });

  it('does not guess which invoice came before where Salesforce holds more of them', async () => {
    const element = mount<HTMLElement>('c-billing-case', BillingCase, { recordId: CASE });
    opened.emit(record(CASE, asking));
    await rendered();
    wire.emit(answer(all, true));
    await rendered();
    expect(factOf(element, 'total')).toBe('Total € 4,200.00');
    expect(factOf(element, 'difference')).toBeNull();
  });

  it('finds a subscription by its number, too', async () => {
    const element = await show(
      { ...all, named: [] },
      { ...asking, Description: 'Please change a-s00000009 to yearly.' },
    );
    expect(textAt(element, '[data-id="named"] h3')).toBe('A-S00000009 Active');
    expect(factOf(element, 'plan')).toBe('Plan Analytics add-on · quarterly');
  });

  it('shows nothing of a number that belongs to another account', async () => {
    const element = await show(all, { ...asking, Description: 'Why was I charged for INV00000099?' });
    expect(findAll(element, '[data-id="named"]')).toEqual([]);
    expect(words(element)).not.toContain('INV00000099');
  });

  it('shows the billing account of the person who asks first, and its invoices before others', async () => {
    const own = { ...invoice('ABCD-0001', '2026-01-01', 100), Billing_Account__r: labs };
    const objects = { ...all, Billing_Account__c: [account, labs], Billing_Invoice__c: [late, before, own] };
    const element = await show(objects, { ...asking, Contact: ada });
    expect(findAll(element, '[data-id="account"] .account').map(words)).toEqual([
      'Stripe · Acme Labs Billed to this contact',
      'Zuora · Acme Europe',
    ]);
    expect(words(findAll(element, 'tbody tr')[0]!)).toContain('ABCD-0001');
  });

  it('knows the person by the email address that the case came from', async () => {
    const objects = { ...all, Billing_Account__c: [account, labs] };
    const element = await show(objects, { ...asking, SuppliedEmail: 'AP@acme.example' });
    expect(textAt(element, '.account')).toBe('Zuora · Acme Europe Billed to this contact');
  });

  it('shows three billing accounts, and all of them when asked to', async () => {
    const many = Array.from({ length: 5 }, (_, n) =>
      node({ Name: `Acme ${n}`, Source__c: 'Stripe', Auto_Pay__c: false }),
    );
    const element = await show({ ...all, Billing_Account__c: many });
    expect(findAll(element, '[data-id="account"]')).toHaveLength(3);
    const button = findAll(element, 'button').find((one) => words(one) === 'Show all 5 billing accounts');
    (button as HTMLElement).click();
    await rendered();
    expect(findAll(element, '[data-id="account"]')).toHaveLength(5);
  });

  it('says that a card has expired', async () => {
    const element = await show({ ...all, Billing_Account__c: [{ ...account, Card_Expiry__c: { value: '10/2026' } }] });
    expect(textAt(element, '[data-id="paysby"] .bad')).toContain('expired 10/2026');
  });

  it('takes the account of the contact where the case has none', async () => {
    await show(all, { ...asking, AccountId: null, Contact: ada });
    expect(wire.getLastConfig()).toMatchObject({ variables: { accountId: ACCOUNT } });
  });

  it('says what to do about a case without an account', async () => {
    const element = mount<HTMLElement>('c-billing-case', BillingCase, { recordId: CASE });
    opened.emit(record(CASE, { ...asking, AccountId: null }));
    await rendered();
    expect(message(element)).toMatch(/^This case has no account yet\./);
  });

  it('says the same of a customer without billing and of one whom the user may not see', async () => {
    const element = await show({
      named: [],
      Billing_Account__c: [],
      Billing_Invoice__c: [],
      Billing_Subscription__c: [],
    });
    expect(message(element)).toMatch(/^Billing holds nothing for this customer that you may see\./);
  });

  it('says that billing may not be read at all', async () => {
    expect(message(await show({}))).toMatch(/^You do not have access to: Invoice context\./);
  });

  it.each(['Amount__c', 'Due_Date__c', 'Status__c', 'Number__c'])(
    'leaves out %s where it may not be read',
    async (field) => {
      const element = await show({ ...all, named: [without(late, field)], Billing_Invoice__c: [without(late, field)] });
      expect(findAll(element, '[data-id="customer"]')).toHaveLength(1);
      expect(words(element)).not.toMatch(/undefined|null|NaN/);
    },
  );

  it('says that the case could not be read, and asks anew', async () => {
    const element = mount<HTMLElement>('c-billing-case', BillingCase, { recordId: CASE });
    opened.error({ errorCode: 'INVALID_SESSION_ID', message: 'Session expired or invalid' }, 401);
    await rendered();
    expect(textAt(element, '[role="alert"]')).toContain('Your session has ended.');
    const retry = findAll(element, '[role="alert"] button')[0] as HTMLElement;
    retry.click();
    await rendered();
    opened.emit(record(CASE, asking));
    await rendered();
    expect(findAll(element, '[role="alert"]')).toEqual([]);
  });

  it('keeps what is known when asking again fails', async () => {
    const element = await show();
    wire.emitErrors([{ message: 'Failed to fetch' }]);
    await rendered();
    expect(textAt(element, '[role="alert"]')).toContain('Salesforce did not answer.');
    expect(factOf(element, 'total')).toBe('Total € 4,200.00');
  });

  it('asks the case and billing again when told', async () => {
    const element = await show();
    const again = jest.fn(() => Promise.resolve());
    wire.emit(answer(all), null, again);
    await (element as HTMLElement & { refresh(): Promise<void> }).refresh();
    expect(again).toHaveBeenCalledTimes(1);
    expect(notifyRecordUpdateAvailable).toHaveBeenCalledWith([{ recordId: CASE }]);
  });

  it('copies what it shows as plain text', async () => {
    const writeText = jest.fn(() => Promise.resolve());
    Object.defineProperty(navigator, 'clipboard', { value: { writeText }, configurable: true });
    const element = await show();
    const button = findAll(element, 'button').find((one) => words(one) === 'Copy facts');
    (button as HTMLElement).click();
    await rendered();
    const [[text]] = writeText.mock.calls as unknown as [[string]];
    expect(text.replace(/\u00a0/g, ' ')).toBe(
      [
        'INV00000042: 12 days overdue',
        'Total: € 4,200.00',
        'Open: € 4,200.00',
        'Due: 9 Nov 2026',
        'Covers: 1 Nov 2026 – 31 Jan 2027; Analytics add-on · quarterly',
        'Different from last: + € 750.00 from INV00000031 of 26 Jul 2026',
        'Attempts: 2 attempts · next attempt 24 Nov 2026, 09:00; Not enough money on the card.; Payment is tried again by itself.',
        'Open in Zuora: https://billing.example.com/invoices/INV00000042',
        '',
        'Zuora · Acme Europe',
        'Plan: Analytics add-on, evergreen, € 1,150.00 a month',
        'Owes: € 4,200.00',
        'Pays by: Visa •••• 4242, expires 04/2099, auto-pay',
        'Billed to: Accounts Payable · ap@acme.example',
        'Usage: API calls 87 % of limit',
        '',
        'Health: 62 Watch',
        '',
        'Last invoices',
        'INV00000042, 26 Oct 2026, € 4,200.00, 12 days overdue',
        'INV00000031, 26 Jul 2026, € 3,450.00, Paid',
      ].join('\n'),
    );
    expect(words(button!)).toBe('Copied');
  });
});
